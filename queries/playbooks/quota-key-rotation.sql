-- id = "quota-key-rotation"
-- title = "Keys rotated at the rate limit"
-- question = "Which devices go on with another key as soon as one meets its limit?"
-- severity = "medium"
-- entity = "device"
-- roles = ["time", "key", "device", "status"]
-- tags = ["keys", "quota", "rate limit"]
-- references = ["https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/"]
--
-- [params.min_rotations]
-- type = "integer"
-- default = 5
-- min = 1
-- help = "Devices that changed the key after a limit less often are not reported."
--
-- [params.min_keys]
-- type = "integer"
-- default = 4
-- min = 2
-- help = "Devices that used fewer keys are not reported."
--
-- [params.within_seconds]
-- type = "integer"
-- default = 600
-- min = 1
-- max = 86400
-- help = "The next key must come this soon after the limit."
-- ---
-- **What it finds.** A client that holds many keys so that no limit holds it up: after each 429 the next request brings another key.
--
-- **How.** Follows each device (within a session, where sessions are logged) in the order of time and counts the requests with status 429
-- whose next request carries another key within the time given. The score is that count. The examples are such requests.
--
-- **What it mistakes.** Without sessions, a server that runs several programs side by side mixes their keys; look whether the keys take
-- turns at the limit or all the time.
--
-- **Next.** Pivot from the device to its keys and accounts; are the keys of one account (then the limit belongs on the account) or
-- of many (then see `signup-farm`)?
--
-- **Source.** OWASP API4:2023.
WITH limited AS (
    -- The order costs; only those who met a limit and have keys enough are put into it.
    SELECT device
    FROM requests
    WHERE device IS NOT NULL AND "key" IS NOT NULL
    GROUP BY device
    HAVING count(*) FILTER (WHERE status = 429) >= $min_rotations AND count(DISTINCT "key") >= $min_keys
),
steps AS (
    SELECT
        device,
        "key",
        status,
        "time",
        row_id,
        lead("key") OVER following AS next_key,
        lead("time") OVER following AS next_time
    FROM requests
    WHERE "key" IS NOT NULL AND "time" IS NOT NULL AND device IN (SELECT device FROM limited)
    WINDOW following AS (PARTITION BY device, "session" ORDER BY "time", row_id)
),
rotations AS (
    SELECT *
    FROM steps
    WHERE status = 429 AND next_key <> "key" AND epoch_us(next_time) - epoch_us("time") <= CAST($within_seconds AS BIGINT) * 1000000
)
SELECT
    device AS entity,
    CAST(count(*) AS DOUBLE) AS score,
    count(*) AS requests,
    min("time") AS first_seen,
    max("time") AS last_seen,
    array_to_string(CAST(min(row_id, 5) AS VARCHAR[]), ',') AS examples
FROM rotations
GROUP BY device
HAVING count(*) >= $min_rotations AND count(DISTINCT "key") >= $min_keys
ORDER BY score DESC, entity
