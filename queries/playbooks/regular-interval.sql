-- id = "regular-interval"
-- title = "Requests at regular intervals"
-- question = "Which accounts ask at intervals without spread, as only a script does?"
-- severity = "medium"
-- entity = "account"
-- roles = ["time", "account"]
-- tags = ["automation", "script"]
-- references = ["https://owasp.org/www-project-automated-threats-to-web-applications/assets/oats/EN/OAT-011_Scraping", "https://attack.mitre.org/techniques/T1029/"]
--
-- [params.min_requests]
-- type = "integer"
-- default = 50
-- min = 10
-- help = "Accounts with fewer requests are not looked at."
--
-- [params.min_seconds]
-- type = "real"
-- default = 2.0
-- min = 0.0
-- help = "The usual interval must be this long at least; shorter ones are bursts."
--
-- [params.tolerance]
-- type = "real"
-- default = 0.05
-- min = 0.0
-- max = 0.5
-- help = "How far an interval may lie from the usual one, as a part of it."
--
-- [params.min_share]
-- type = "real"
-- default = 0.8
-- min = 0.1
-- max = 1.0
-- help = "The least share of the account's intervals that are that regular."
-- ---
-- **What it finds.** A script where a person is expected: polling, resale through a free account, a bot that keeps a session alive.
--
-- **How.** Takes the intervals between an account's requests, finds the usual one (the median) and the share of intervals within the
-- tolerance of it. The score is the number of regular intervals. The examples are the account's first requests.
--
-- **What it mistakes.** Monitoring and scheduled jobs of paying customers, which are allowed to be scripts; look whether the
-- account's plan is meant for people. Several programs under one account hide the rhythm of each.
--
-- **Next.** Open the account: plan, program, prompts. `casebook templates` shows whether one text is filled in again and again;
-- pivot from address and device to further accounts with the same rhythm.
--
-- **Source.** OWASP OAT-011; MITRE ATT&CK T1029.
WITH busy AS (
    SELECT account, hash(account) AS who
    FROM requests
    WHERE account IS NOT NULL AND "time" IS NOT NULL
    GROUP BY account
    HAVING count(*) >= $min_requests
),
-- Numbers are put in order faster than texts, and nothing else is carried along.
steps AS (
    SELECT who, moment, moment - lag(moment) OVER (PARTITION BY who ORDER BY moment) AS gap
    FROM (
        SELECT hash(account) AS who, epoch_us("time") AS moment
        FROM requests
        WHERE "time" IS NOT NULL AND hash(account) IN (SELECT who FROM busy)
    )
),
usual AS (
    SELECT who, approx_quantile(gap, 0.5) AS gap
    FROM steps
    WHERE gap IS NOT NULL
    GROUP BY who
    HAVING approx_quantile(gap, 0.5) >= $min_seconds * 1000000
),
regular AS (
    SELECT
        steps.who,
        CAST(count(*) FILTER (WHERE abs(steps.gap - usual.gap) <= $tolerance * usual.gap) AS DOUBLE) AS score
    FROM steps
    JOIN usual ON usual.who = steps.who
    WHERE steps.gap IS NOT NULL
    GROUP BY steps.who
    HAVING count(*) FILTER (WHERE abs(steps.gap - usual.gap) <= $tolerance * usual.gap) >= $min_share * count(*)
)
SELECT
    busy.account AS entity,
    any_value(regular.score) AS score,
    count(*) AS requests,
    min(requests."time") AS first_seen,
    max(requests."time") AS last_seen,
    array_to_string(CAST(min(requests.row_id, 5) AS VARCHAR[]), ',') AS examples
FROM regular
JOIN busy ON busy.who = regular.who
JOIN requests ON requests.account = busy.account
WHERE requests."time" IS NOT NULL
GROUP BY busy.account
ORDER BY score DESC, entity
