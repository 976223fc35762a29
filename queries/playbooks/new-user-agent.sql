-- id = "new-user-agent"
-- title = "A program that the account never used"
-- question = "Which accounts send much with a program that they never used before?"
-- severity = "low"
-- entity = "account"
-- roles = ["time", "account", "user_agent"]
-- tags = ["accounts", "takeover", "new"]
-- references = ["https://attack.mitre.org/techniques/T1078/", "https://attack.mitre.org/techniques/T1071/001/"]
--
-- [params.history_days]
-- type = "real"
-- default = 4.0
-- min = 0.1
-- max = 3650.0
-- help = "How long the account must have been seen before something counts as new."
--
-- [params.min_known]
-- type = "integer"
-- default = 10
-- min = 1
-- help = "Accounts with fewer requests in that time have no habit and are not reported."
--
-- [params.min_requests]
-- type = "integer"
-- default = 50
-- min = 1
-- help = "Fewer requests with new user agents are not reported."
--
-- [params.min_share]
-- type = "real"
-- default = 0.3
-- min = 0.0
-- max = 1.0
-- help = "The least share of the account's requests that the new ones are."
-- ---
-- **What it finds.** A stolen key or session in another tool: the owner's program is followed by another one.
--
-- **How.** Notes when each account is first seen with each of its user agents. What first appears later than `history_days` after
-- the account's own first request is new; what was there before is its habit. The score is the number of requests with new user
-- agents. The examples are the first request with each.
--
-- **What it mistakes.** Upgrades, which are the same program with a higher number; customers who try a new library.
--
-- **Next.** Is it an upgrade or another program? Compare address and country of both; pivot from a rare program to all who use it.
--
-- **Source.** MITRE ATT&CK T1078 and T1071.001.
WITH seen AS (
    SELECT
        account,
        user_agent,
        count(*) AS requests,
        min("time") AS first_seen,
        max("time") AS last_seen,
        arg_min(row_id, "time") AS example
    FROM requests
    WHERE account IS NOT NULL AND user_agent IS NOT NULL AND "time" IS NOT NULL
    GROUP BY account, user_agent
),
since AS (
    SELECT account, min(first_seen) AS since, CAST(sum(requests) AS BIGINT) AS requests
    FROM seen
    GROUP BY account
    HAVING count(*) > 1
),
judged AS (
    SELECT
        seen.*,
        since.requests AS all_requests,
        epoch_us(seen.first_seen) - epoch_us(since.since) >= $history_days * 86400000000 AS is_new
    FROM seen
    JOIN since USING (account)
)
SELECT
    account AS entity,
    CAST(sum(requests) FILTER (WHERE is_new) AS DOUBLE) AS score,
    CAST(sum(requests) FILTER (WHERE is_new) AS BIGINT) AS requests,
    min(first_seen) FILTER (WHERE is_new) AS first_seen,
    max(last_seen) FILTER (WHERE is_new) AS last_seen,
    array_to_string(CAST(min(example, 5) FILTER (WHERE is_new) AS VARCHAR[]), ',') AS examples
FROM judged
GROUP BY account
HAVING coalesce(sum(requests) FILTER (WHERE is_new), 0) >= greatest($min_requests, $min_share * any_value(all_requests))
    AND coalesce(sum(requests) FILTER (WHERE NOT is_new), 0) >= $min_known
ORDER BY score DESC, entity
