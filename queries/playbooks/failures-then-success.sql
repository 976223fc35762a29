-- id = "failures-then-success"
-- title = "Refused again and again, then let in"
-- question = "Which accounts were refused many times in a row and let in right after?"
-- severity = "high"
-- entity = "account"
-- roles = ["time", "account", "status"]
-- tags = ["accounts", "passwords", "takeover"]
-- references = ["https://attack.mitre.org/techniques/T1110/001/", "https://attack.mitre.org/techniques/T1110/"]
--
-- [params.min_failures]
-- type = "integer"
-- default = 8
-- min = 2
-- help = "Fewer refusals before the success are not reported."
--
-- [params.window_minutes]
-- type = "integer"
-- default = 30
-- min = 1
-- max = 1440
-- help = "The refusals must lie within this time before the success."
--
-- [params.min_share]
-- type = "real"
-- default = 0.8
-- min = 0.0
-- max = 1.0
-- help = "The least share of the account's requests in that time that were refused."
-- ---
-- **What it finds.** A password or a key that was guessed, or a second factor that was worn down: many refusals, then one request
-- that is answered.
--
-- **How.** Follows each account in the order of time. A request that is answered (status below 400) right after a refused one
-- (status 401) counts, when that many refusals lie within the time before it and they are most of what the account did in that time.
-- The score is the most refusals before a success. The examples are the requests that were let in.
--
-- **What it mistakes.** A person who has forgotten a password (three or four tries, from their usual address and program); a job
-- with an expired key that is renewed: its refusals come at regular intervals.
--
-- **Next.** Compare address, country and program of the success with the account's past (`new-country`, `new-network`); look at what
-- it did next; pivot from the address to other accounts.
--
-- **Source.** MITRE ATT&CK T1110.001.
WITH tried AS (
    -- The order costs. A time with all the refusals crosses at most two spans of its length, and one of them has half of them.
    SELECT account, epoch_us("time") // (CAST($window_minutes AS BIGINT) * 60000000) AS span
    FROM requests
    WHERE status = 401 AND account IS NOT NULL AND "time" IS NOT NULL
    GROUP BY account, span
    HAVING count(*) * 2 >= $min_failures
),
near AS (
    SELECT DISTINCT hash(account, span + unnest([-1, 0, 1])) AS place FROM tried
),
steps AS (
    SELECT
        account,
        status,
        "time",
        row_id,
        lag(status) OVER (PARTITION BY account ORDER BY "time", row_id) AS before,
        count(*) FILTER (WHERE status = 401) OVER recent AS failures,
        count(*) OVER recent AS recent_requests
    FROM requests
    WHERE "time" IS NOT NULL
        AND account IN (SELECT account FROM tried)
        AND hash(account, epoch_us("time") // (CAST($window_minutes AS BIGINT) * 60000000)) IN (SELECT place FROM near)
    WINDOW recent AS (
        PARTITION BY account
        ORDER BY epoch_us("time")
        RANGE BETWEEN CAST($window_minutes AS BIGINT) * 60000000 PRECEDING AND CURRENT ROW
    )
)
SELECT
    account AS entity,
    CAST(max(failures) AS DOUBLE) AS score,
    CAST(count(*) AS BIGINT) AS requests,
    min("time") AS first_seen,
    max("time") AS last_seen,
    array_to_string(CAST(min(row_id, 5) AS VARCHAR[]), ',') AS examples
FROM steps
WHERE status < 400 AND before = 401 AND failures >= $min_failures AND CAST(failures AS DOUBLE) / recent_requests >= $min_share
GROUP BY account
ORDER BY score DESC, entity
