-- id = "free-tier-multiplexing"
-- title = "Free accounts that take turns"
-- question = "From which addresses does one program use many accounts that never paid?"
-- severity = "medium"
-- entity = "ip"
-- roles = ["time", "account", "ip", "user_agent", "payment"]
-- tags = ["accounts", "free tier", "quota"]
-- references = ["https://owasp.org/www-project-automated-threats-to-web-applications/assets/oats/EN/OAT-019_Account_Creation", "https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/"]
--
-- [params.min_accounts]
-- type = "integer"
-- default = 8
-- min = 2
-- help = "Fewer free accounts within an hour are not reported."
--
-- [params.min_switches]
-- type = "integer"
-- default = 2
-- min = 1
-- help = "How many requests an account must make in the hour on average."
--
-- [params.max_paid]
-- type = "real"
-- default = 0.2
-- min = 0.0
-- max = 1.0
-- help = "The largest share of paid requests among those of the same address, program and hour."
-- ---
-- **What it finds.** Somebody who spreads work over many free accounts, so that none reaches the free limit: a proxy or a reseller
-- that takes them in turn.
--
-- **How.** Counts, for each address, program (user agent) and hour, the accounts without a means of payment that are active. Where
-- nearly nobody there pays, the address is reported. The score is the most such accounts within an hour. The examples are first
-- requests of these accounts.
--
-- **What it mistakes.** Class rooms and workshops; shared addresses of phone networks in busy hours (many programs, few requests
-- each). Raise `min_accounts` for large logs.
--
-- **Next.** Pivot from the address to the accounts, sort them by first seen; compare their prompts (`casebook templates`): the same
-- work under all of them is a proxy. Then pivot to devices.
--
-- **Source.** OWASP OAT-019 and API4:2023.
WITH turns AS (
    SELECT
        ip,
        user_agent,
        epoch_us("time") // 3600000000 AS hour,
        account,
        count(*) AS requests,
        bool_or(payment IS NOT NULL) AS paid,
        min("time") AS first_seen,
        max("time") AS last_seen,
        min(row_id) AS example
    FROM requests
    WHERE ip IS NOT NULL AND user_agent IS NOT NULL AND account IS NOT NULL AND "time" IS NOT NULL
        -- Most addresses never have free accounts enough.
        AND ip IN (
            SELECT ip
            FROM requests
            WHERE payment IS NULL AND ip IS NOT NULL
            GROUP BY ip
            HAVING approx_count_distinct(account) * 2 >= $min_accounts
        )
    GROUP BY ip, user_agent, hour, account
),
hours AS (
    SELECT
        ip,
        count(*) FILTER (WHERE NOT paid) AS accounts,
        CAST(sum(requests) FILTER (WHERE NOT paid) AS BIGINT) AS requests,
        min(first_seen) FILTER (WHERE NOT paid) AS first_seen,
        max(last_seen) FILTER (WHERE NOT paid) AS last_seen,
        min(example, 5) FILTER (WHERE NOT paid) AS examples
    FROM turns
    GROUP BY ip, user_agent, hour
    HAVING count(*) FILTER (WHERE NOT paid) >= $min_accounts
        AND sum(requests) FILTER (WHERE NOT paid) >= $min_switches * count(*) FILTER (WHERE NOT paid)
        AND coalesce(sum(requests) FILTER (WHERE paid), 0) <= $max_paid * sum(requests)
)
SELECT
    ip AS entity,
    CAST(max(accounts) AS DOUBLE) AS score,
    CAST(sum(requests) AS BIGINT) AS requests,
    min(first_seen) AS first_seen,
    max(last_seen) AS last_seen,
    array_to_string(CAST(arg_max(examples, accounts) AS VARCHAR[]), ',') AS examples
FROM hours
GROUP BY ip
ORDER BY score DESC, entity
