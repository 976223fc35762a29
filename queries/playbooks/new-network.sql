-- id = "new-network"
-- title = "A network that the account never had"
-- question = "Which accounts send much from networks where they never were before?"
-- severity = "low"
-- entity = "account"
-- roles = ["time", "account", "asn"]
-- tags = ["accounts", "takeover", "new"]
-- references = ["https://attack.mitre.org/techniques/T1078/004/", "https://attack.mitre.org/techniques/T1090/"]
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
-- help = "Fewer requests with new networks are not reported."
--
-- [params.min_share]
-- type = "real"
-- default = 0.3
-- min = 0.0
-- max = 1.0
-- help = "The least share of the account's requests that the new ones are."
-- ---
-- **What it finds.** An account whose requests come from a network that is new for it, often a data centre where there was a home
-- before.
--
-- **How.** Notes when each account is first seen with each of its networks. What first appears later than `history_days` after the
-- account's own first request is new; what was there before is its habit. The score is the number of requests with new networks. The
-- examples are the first request with each.
--
-- **What it mistakes.** People who change their provider, work from a hotel, or move a program to another data centre.
--
-- **Next.** Look at what kind of network it is, and pivot from it: do other accounts appear in it on the same day?
--
-- **Source.** MITRE ATT&CK T1078.004 and T1090.
WITH seen AS (
    SELECT
        account,
        asn,
        count(*) AS requests,
        min("time") AS first_seen,
        max("time") AS last_seen,
        arg_min(row_id, "time") AS example
    FROM requests
    WHERE account IS NOT NULL AND asn IS NOT NULL AND "time" IS NOT NULL
    GROUP BY account, asn
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
