-- id = "new-model"
-- title = "A model that the account never used"
-- question = "Which accounts send much to a model that they never used before?"
-- severity = "info"
-- entity = "account"
-- roles = ["time", "account", "model"]
-- tags = ["accounts", "models", "new"]
-- references = ["https://atlas.mitre.org/techniques/AML.T0040", "https://attack.mitre.org/techniques/T1496/004/"]
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
-- help = "Fewer requests with new models are not reported."
--
-- [params.min_share]
-- type = "real"
-- default = 0.3
-- min = 0.0
-- max = 1.0
-- help = "The least share of the account's requests that the new ones are."
-- ---
-- **What it finds.** A stolen key that is sold for its access to costly models: an account of small requests begins to use the
-- largest one.
--
-- **How.** Notes when each account is first seen with each of its models. What first appears later than `history_days` after the
-- account's own first request is new; what was there before is its habit. The score is the number of requests with new models. The
-- examples are the first request with each.
--
-- **What it mistakes.** Customers who move to a new model; everybody does so when one is published.
--
-- **Next.** What does the model cost? See `cost-outlier`; compare address and program with those of the requests to the other
-- models.
--
-- **Source.** MITRE ATLAS AML.T0040; MITRE ATT&CK T1496.004.
WITH seen AS (
    SELECT
        account,
        model,
        count(*) AS requests,
        min("time") AS first_seen,
        max("time") AS last_seen,
        arg_min(row_id, "time") AS example
    FROM requests
    WHERE account IS NOT NULL AND model IS NOT NULL AND "time" IS NOT NULL
    GROUP BY account, model
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
