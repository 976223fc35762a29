-- id = "key-validation"
-- title = "Many keys tried from one address"
-- question = "Which addresses try one key after the other?"
-- severity = "high"
-- entity = "ip"
-- roles = ["time", "key", "ip", "status"]
-- tags = ["keys", "leak", "validation"]
-- references = ["https://attack.mitre.org/techniques/T1552/001/"]
--
-- [params.min_keys]
-- type = "integer"
-- default = 15
-- min = 2
-- help = "Addresses with fewer refused keys are not reported."
--
-- [params.min_share]
-- type = "real"
-- default = 0.7
-- min = 0.0
-- max = 1.0
-- help = "The least share of the address's keys that were refused."
-- ---
-- **What it finds.** A dump of keys that is checked for live ones, with a cheap call (often the list of models) for each key.
--
-- **How.** Counts for each address the different keys, and how many of them were refused (status 401 or 403). The score is the
-- number of refused keys. The examples are the requests that were *not* refused, as these keys have leaked and work; refused ones where there are none.
--
-- **What it mistakes.** A gateway that passes on the keys of many customers has many keys, but few refused ones; a training room with
-- expired keys has few.
--
-- **Next.** Filter the address with `status:200` and revoke the keys that worked; pivot from them to other addresses that use them since.
--
-- **Source.** MITRE ATT&CK T1552.001.
WITH tries AS (
    SELECT
        ip,
        "key",
        bool_and(status IN (401, 403)) AS refused,
        count(*) AS requests,
        min("time") AS first_seen,
        max("time") AS last_seen,
        min(row_id) AS example
    FROM requests
    WHERE ip IS NOT NULL AND "key" IS NOT NULL
    GROUP BY ip, "key"
)
SELECT
    ip AS entity,
    CAST(count(*) FILTER (WHERE refused) AS DOUBLE) AS score,
    CAST(sum(requests) AS BIGINT) AS requests,
    min(first_seen) AS first_seen,
    max(last_seen) AS last_seen,
    array_to_string(CAST(coalesce(min(example, 5) FILTER (WHERE NOT refused), min(example, 5)) AS VARCHAR[]), ',') AS examples
FROM tries
GROUP BY ip
HAVING count(*) FILTER (WHERE refused) >= $min_keys AND CAST(count(*) FILTER (WHERE refused) AS DOUBLE) / count(*) >= $min_share
ORDER BY score DESC, entity
