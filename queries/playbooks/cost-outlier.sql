-- id = "cost-outlier"
-- title = "Requests far more costly than all others'"
-- question = "Which accounts cost far more a request than accounts do?"
-- severity = "high"
-- entity = "account"
-- roles = ["time", "account", "cost"]
-- tags = ["cost", "tokens"]
-- references = ["https://atlas.mitre.org/techniques/AML.T0034", "https://genai.owasp.org/llmrisk/llm102025-unbounded-consumption/"]
--
-- [params.min_requests]
-- type = "integer"
-- default = 10
-- min = 1
-- help = "Accounts with fewer requests that cost something are not looked at."
--
-- [params.min_z]
-- type = "real"
-- default = 3.5
-- min = 1.0
-- help = "Accounts with a smaller robust z-score are not reported."
-- ---
-- **What it finds.** Somebody who burns money that is not theirs: endless output of the costliest model, prompts as long as they may
-- be.
--
-- **How.** Takes the logarithm of each account's mean cost of a request and measures how far it lies above the median of all
-- accounts, in units of the median absolute deviation (the robust z-score, which the outliers themselves cannot shift). The score is
-- that z. The examples are the account's most costly requests.
--
-- **What it mistakes.** Customers whose product is long documents; the first users of a new, costlier model.
--
-- **Next.** Sum the account's cost by day; who pays? Look at prompts for requests for length without purpose; pivot from the account
-- to keys, addresses and the day on which it was made.
--
-- **Source.** MITRE ATLAS AML.T0034; OWASP LLM10:2025; Iglewicz and Hoaglin, How to Detect and Handle Outliers (1993).
WITH accounts AS (
    SELECT
        account,
        ln(avg(cost)) AS level,
        count(*) AS requests,
        min("time") AS first_seen,
        max("time") AS last_seen
    FROM requests
    WHERE account IS NOT NULL AND cost > 0
    GROUP BY account
    HAVING count(*) >= $min_requests
),
middle AS (
    SELECT median(level) AS level FROM accounts
),
spread AS (
    -- 1.4826 makes the deviation that of a normal distribution; it never is nothing.
    SELECT greatest(1.4826 * median(abs(accounts.level - middle.level)), 0.05) AS deviation FROM accounts, middle
),
outliers AS (
    SELECT accounts.*, (accounts.level - middle.level) / spread.deviation AS z
    FROM accounts, middle, spread
    WHERE (accounts.level - middle.level) / spread.deviation >= $min_z
)
SELECT
    outliers.account AS entity,
    any_value(outliers.z) AS score,
    any_value(outliers.requests) AS requests,
    any_value(outliers.first_seen) AS first_seen,
    any_value(outliers.last_seen) AS last_seen,
    array_to_string(CAST(arg_max(requests.row_id, requests.cost, 5) AS VARCHAR[]), ',') AS examples
FROM outliers
JOIN requests ON requests.account = outliers.account
WHERE requests.cost > 0
GROUP BY outliers.account
ORDER BY score DESC, entity
