-- id = "coordinated-cohort"
-- title = "Accounts that begin together"
-- question = "Which accounts appear together with others, in one network, with one program, within hours?"
-- severity = "medium"
-- entity = "account"
-- roles = ["time", "account", "asn", "user_agent", "status"]
-- tags = ["accounts", "cohort", "ring"]
-- references = ["https://attack.mitre.org/techniques/T1585/", "https://owasp.org/www-project-automated-threats-to-web-applications/assets/oats/EN/OAT-019_Account_Creation"]
--
-- [params.window_hours]
-- type = "integer"
-- default = 6
-- min = 1
-- max = 168
-- help = "Accounts that are first seen within such a span belong together."
--
-- [params.min_accounts]
-- type = "integer"
-- default = 8
-- min = 2
-- help = "Cohorts of fewer customers are not reported."
--
-- [params.factor]
-- type = "real"
-- default = 4.0
-- min = 1.0
-- help = "How many times the number expected from the network's new customers and the program's usual share the cohort must be."
--
-- [params.skip_hours]
-- type = "integer"
-- default = 48
-- min = 0
-- help = "How long after the log's beginning nobody counts as new: by then the steady customers have come."
-- ---
-- **What it finds.** Accounts that one hand has made or bought: they share neither device nor payment, but they begin in one
-- network, with one program, at one time.
--
-- **How.** Takes each account's first answered request (status below 400; a refused login says nothing of its victim). Customers
-- (the org, or the account where there is no org) whose first request is of the same network, program and span of hours are a
-- cohort; it is reported when it is many times larger than the network's new customers in that span and the program's share among
-- all new customers lead to expect. Every account of it is listed; the score is the cohort's size. The examples are the account's
-- first requests.
--
-- **What it mistakes.** A course, a hackathon or an advertisement in one country; a release of a program that all of a network's
-- customers take up. Their accounts look different after the first hour.
--
-- **Next.** Compare the members: prompts, hours, models. `shared-device` and `shared-payment` may tie some of them; label the cohort
-- and follow it for a week.
--
-- **Source.** MITRE ATT&CK T1585; OWASP OAT-019.
WITH firsts AS (
    SELECT
        account,
        any_value(coalesce(org, account)) AS customer,
        arg_min(asn, "time") AS asn,
        arg_min(user_agent, "time") AS user_agent,
        count(*) AS requests,
        min("time") AS first_seen,
        max("time") AS last_seen,
        min(row_id) AS example
    FROM requests
    WHERE account IS NOT NULL AND asn IS NOT NULL AND user_agent IS NOT NULL AND "time" IS NOT NULL AND status < 400
    GROUP BY account
),
fresh AS (
    SELECT firsts.*, epoch_us(first_seen) // (CAST($window_hours AS BIGINT) * 3600000000) AS span
    FROM firsts
    WHERE epoch_us(first_seen) >= (SELECT epoch_us(min(first_seen)) FROM firsts) + CAST($skip_hours AS BIGINT) * 3600000000
),
cohorts AS (
    SELECT asn, user_agent, span, count(DISTINCT customer) AS customers
    FROM fresh
    GROUP BY asn, user_agent, span
),
compared AS (
    -- What would be expected if network and program had nothing to do with each other at that time.
    SELECT
        *,
        sum(customers) OVER (PARTITION BY asn, span) * sum(customers) OVER (PARTITION BY user_agent) / sum(customers) OVER () AS expected
    FROM cohorts
)
SELECT
    account AS entity,
    CAST(customers AS DOUBLE) AS score,
    requests,
    first_seen,
    last_seen,
    CAST(example AS VARCHAR) AS examples
FROM fresh
JOIN compared USING (asn, user_agent, span)
WHERE customers >= $min_accounts AND customers >= $factor * expected
ORDER BY score DESC, requests DESC, entity
