-- id = "new-country"
-- title = "A country that the account never had"
-- question = "Which accounts appear in countries where they never were before?"
-- severity = "low"
-- entity = "account"
-- roles = ["time", "account", "country"]
-- tags = ["accounts", "takeover", "new"]
-- references = ["https://attack.mitre.org/techniques/T1078/004/"]
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
-- default = 20
-- min = 1
-- help = "Fewer requests with new countries are not reported."
--
-- [params.min_share]
-- type = "real"
-- default = 0.1
-- min = 0.0
-- max = 1.0
-- help = "The least share of the account's requests that the new ones are."
-- ---
-- **What it finds.** An account that somebody else uses: its requests come from a country that is new for it, and they are not few.
--
-- **How.** Notes when each account is first seen with each of its countries. What first appears later than `history_days` after the
-- account's own first request is new; what was there before is its habit. The score is the number of requests with new countries.
-- The examples are the first request with each.
--
-- **What it mistakes.** Travel and moves; a changed way out of a company's network. Travellers come back, with the device and the
-- program that they always had.
--
-- **Next.** Compare devices, programs and hours in the old and the new country; `impossible-travel` says whether both are used at
-- once.
--
-- **Source.** MITRE ATT&CK T1078.004.
WITH seen AS (
    SELECT
        account,
        country,
        count(*) AS requests,
        min("time") AS first_seen,
        max("time") AS last_seen,
        arg_min(row_id, "time") AS example
    FROM requests
    WHERE account IS NOT NULL AND country IS NOT NULL AND "time" IS NOT NULL
    GROUP BY account, country
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
