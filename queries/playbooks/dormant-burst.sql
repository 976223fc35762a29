-- id = "dormant-burst"
-- title = "Silence, then a burst"
-- question = "Which accounts wake after days of silence and send more than ever?"
-- severity = "medium"
-- entity = "account"
-- roles = ["time", "account"]
-- tags = ["accounts", "takeover", "dormant"]
-- references = ["https://attack.mitre.org/techniques/T1078/", "https://attack.mitre.org/techniques/T1078/001/"]
--
-- [params.silent_days]
-- type = "integer"
-- default = 7
-- min = 1
-- max = 3650
-- help = "The account must have been silent this many days."
--
-- [params.min_requests]
-- type = "integer"
-- default = 40
-- min = 1
-- help = "Days with fewer requests after the silence are not reported."
--
-- [params.factor]
-- type = "real"
-- default = 8.0
-- min = 1.0
-- help = "How many times its busiest day before the silence the day after it must be."
-- ---
-- **What it finds.** An old account that somebody else has got hold of: its owner would have noticed long ago, if there were one.
--
-- **How.** Counts each account's requests by the day (UTC). A day after the silence with at least that many requests, and many times
-- more than the busiest day before it, is reported. The score is how many times more. The examples are the first requests after the
-- silence.
--
-- **What it mistakes.** Seasonal customers (end of term, tax month); a trial that becomes a product. These come back from the same
-- country and program.
--
-- **Next.** Compare country, network, device and program before and after the silence (the account's page does); look for a login or
-- a new key just before the burst; ask the owner.
--
-- **Source.** MITRE ATT&CK T1078.
WITH days AS (
    SELECT account, epoch_us("time") // 86400000000 AS day, count(*) AS requests
    FROM requests
    WHERE account IS NOT NULL AND "time" IS NOT NULL
    GROUP BY account, day
),
-- Few accounts have silences and busy days; only these are put in order.
steps AS (
    SELECT
        account,
        day,
        requests,
        lag(day) OVER (PARTITION BY account ORDER BY day) AS last_day,
        max(requests) OVER (PARTITION BY account ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS busiest
    FROM days
    WHERE account IN (
        SELECT account
        FROM days
        GROUP BY account
        HAVING max(requests) >= $min_requests AND max(day) - min(day) - count(*) + 1 >= $silent_days
    )
),
woken AS (
    SELECT account, day, CAST(requests AS DOUBLE) / busiest AS score
    FROM steps
    WHERE day - last_day - 1 >= $silent_days AND requests >= $min_requests AND requests >= $factor * busiest
)
SELECT
    requests.account AS entity,
    max(woken.score) AS score,
    count(*) AS requests,
    min(requests."time") AS first_seen,
    max(requests."time") AS last_seen,
    array_to_string(CAST(min(requests.row_id, 5) AS VARCHAR[]), ',') AS examples
FROM requests
JOIN woken ON woken.account = requests.account AND woken.day = epoch_us(requests."time") // 86400000000
GROUP BY requests.account
ORDER BY score DESC, entity
