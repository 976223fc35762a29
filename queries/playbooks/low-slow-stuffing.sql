-- id = "low-slow-stuffing"
-- title = "Failed logins spread thinly over many addresses"
-- question = "Which programs fail to log in from many addresses, a few times from each?"
-- severity = "medium"
-- entity = "user_agent"
-- roles = ["time", "account", "ip", "user_agent", "status"]
-- tags = ["accounts", "passwords", "takeover", "cohort"]
-- references = ["https://attack.mitre.org/techniques/T1110/004/", "https://owasp.org/www-project-automated-threats-to-web-applications/assets/oats/EN/OAT-008_Credential_Stuffing"]
--
-- [params.min_sources]
-- type = "integer"
-- default = 8
-- min = 2
-- help = "Programs with fewer addresses that do nothing but fail in one day are not reported."
--
-- [params.min_accounts]
-- type = "integer"
-- default = 15
-- min = 2
-- help = "Programs that failed on fewer accounts from these addresses in the day are not reported."
--
-- [params.max_failures]
-- type = "integer"
-- default = 20
-- min = 1
-- help = "An address that failed more often in the day is not thought slow; credential-stuffing finds it."
--
-- [params.min_share]
-- type = "real"
-- default = 0.5
-- min = 0.0
-- max = 1.0
-- help = "The least share of the program's addresses of the day that do nothing but fail."
-- ---
-- **What it finds.** A list of stolen passwords that is tried through a network of rented addresses: each fails a few times only, so
-- that no limit for an address is reached; the program is the same everywhere.
--
-- **How.** Looks at each program (user agent) day by day and counts its addresses whose every request was refused (status 401), each
-- at most `max_failures` times. Where these are most of the program's addresses of that day, the program is reported. The score is
-- the number of accounts on which they failed on the worst day. The examples are refused requests from five of the addresses.
--
-- **What it mistakes.** The first hours after a broken release of a client, whose logins fail for everybody; look whether the
-- accounts come back with the next version. Common browsers hide a small attack among honest addresses: lower `min_share` for these.
--
-- **Next.** Filter the user agent with `status:401`, pivot to networks and accounts; then filter the same addresses with
-- `status:200` for the accounts that were opened. `failures-then-success` shows them one by one.
--
-- **Source.** OWASP OAT-008; MITRE ATT&CK T1110.004.
WITH sources AS (
    SELECT
        user_agent,
        epoch_us("time") // 86400000000 AS day,
        ip,
        count(*) AS requests,
        min("time") AS first_seen,
        max("time") AS last_seen,
        min(row_id) AS example,
        count(*) FILTER (WHERE status = 401) AS refused
    FROM requests
    WHERE user_agent IS NOT NULL AND ip IS NOT NULL AND "time" IS NOT NULL
        -- Only programs and days with failures enough.
        AND hash(user_agent, epoch_us("time") // 86400000000) IN (
            SELECT hash(user_agent, epoch_us("time") // 86400000000)
            FROM requests
            WHERE status = 401 AND user_agent IS NOT NULL
            GROUP BY 1
            HAVING count(DISTINCT ip) >= $min_sources AND count(DISTINCT account) >= $min_accounts
        )
    GROUP BY user_agent, day, ip
),
cohorts AS (
    SELECT
        user_agent,
        day,
        CAST(sum(requests) FILTER (WHERE refused = requests AND requests <= $max_failures) AS BIGINT) AS requests,
        min(first_seen) FILTER (WHERE refused = requests AND requests <= $max_failures) AS first_seen,
        max(last_seen) FILTER (WHERE refused = requests AND requests <= $max_failures) AS last_seen,
        min(example, 5) FILTER (WHERE refused = requests AND requests <= $max_failures) AS examples
    FROM sources
    GROUP BY user_agent, day
    HAVING count(*) FILTER (WHERE refused = requests AND requests <= $max_failures) >= greatest($min_sources, $min_share * count(*))
),
failing AS (
    SELECT sources.user_agent, sources.day, count(DISTINCT requests.account) AS accounts
    FROM sources
    SEMI JOIN cohorts ON sources.user_agent = cohorts.user_agent AND sources.day = cohorts.day
    JOIN requests ON requests.ip = sources.ip
        AND requests.user_agent = sources.user_agent
        AND epoch_us(requests."time") // 86400000000 = sources.day
    WHERE sources.refused = sources.requests AND sources.requests <= $max_failures AND requests.status = 401
    GROUP BY sources.user_agent, sources.day
    HAVING count(DISTINCT requests.account) >= $min_accounts
)
SELECT
    cohorts.user_agent AS entity,
    CAST(max(failing.accounts) AS DOUBLE) AS score,
    CAST(sum(cohorts.requests) AS BIGINT) AS requests,
    min(cohorts.first_seen) AS first_seen,
    max(cohorts.last_seen) AS last_seen,
    array_to_string(CAST(arg_max(cohorts.examples, failing.accounts) AS VARCHAR[]), ',') AS examples
FROM cohorts
JOIN failing ON failing.user_agent = cohorts.user_agent AND failing.day = cohorts.day
GROUP BY cohorts.user_agent
ORDER BY score DESC, entity
