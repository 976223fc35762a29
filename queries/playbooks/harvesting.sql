-- id = "harvesting"
-- title = "Answers harvested around the clock"
-- question = "Which accounts collect far more written tokens than others, day and night, for little that they send?"
-- severity = "medium"
-- entity = "account"
-- roles = ["time", "account", "tokens_in", "tokens_out"]
-- tags = ["distillation", "harvesting", "tokens"]
-- references = ["https://atlas.mitre.org/techniques/AML.T0024", "https://genai.owasp.org/llmrisk/llm102025-unbounded-consumption/"]
--
-- [params.min_tokens]
-- type = "integer"
-- default = 500000
-- min = 1
-- help = "Accounts that were written fewer tokens are not reported."
--
-- [params.min_hours]
-- type = "integer"
-- default = 18
-- min = 1
-- max = 24
-- help = "In how many hours of the day (UTC) the account must be active."
--
-- [params.min_ratio]
-- type = "real"
-- default = 3.0
-- min = 0.0
-- help = "The least number of tokens written for each token read."
--
-- [params.min_z]
-- type = "real"
-- default = 3.5
-- min = 0.0
-- help = "Accounts whose written tokens have a smaller robust z-score are not reported."
-- ---
-- **What it finds.** Somebody who collects a model's answers to train another one (distillation): short questions, long answers, day
-- and night, far beyond what others take.
--
-- **How.** Sums the tokens that each account was written and that it sent, and notes the hours of the day in which it was active.
-- The sums' logarithms are measured against the median of all accounts in units of the median absolute deviation (robust z). The
-- score is that z times the logarithm of the ratio of written to read tokens. The examples are the requests with the longest
-- answers.
--
-- **What it mistakes.** Products that write long texts for users in all time zones: their prompts come from many people. Services
-- that translate read as much as they write and are not reported.
--
-- **Next.** Look at the prompts' templates (`casebook templates`): lists of subjects filled into one sentence are harvesting. Pivot
-- from payment, device and address to accounts that share the work.
--
-- **Source.** MITRE ATLAS AML.T0024; OWASP LLM10:2025.
WITH accounts AS (
    SELECT
        account,
        ln(sum(tokens_out)) AS level,
        CAST(sum(tokens_out) AS DOUBLE) AS written,
        CAST(sum(tokens_in) AS DOUBLE) AS sent,
        count(*) AS requests,
        bit_count(bit_or(CAST(1 AS BIGINT) << CAST(epoch_us("time") // 3600000000 % 24 AS BIGINT))) AS hours,
        min("time") AS first_seen,
        max("time") AS last_seen
    FROM requests
    WHERE account IS NOT NULL AND tokens_out > 0 AND "time" IS NOT NULL
    GROUP BY account
),
middle AS (
    SELECT median(level) AS level FROM accounts
),
spread AS (
    SELECT greatest(1.4826 * median(abs(accounts.level - middle.level)), 0.05) AS deviation FROM accounts, middle
),
outliers AS (
    SELECT
        accounts.*,
        (accounts.level - middle.level) / spread.deviation * ln(1 + written / greatest(sent, 1)) AS score
    FROM accounts, middle, spread
    WHERE written >= $min_tokens
        AND hours >= $min_hours
        AND written >= $min_ratio * coalesce(sent, 0)
        AND (accounts.level - middle.level) / spread.deviation >= $min_z
)
SELECT
    outliers.account AS entity,
    any_value(outliers.score) AS score,
    any_value(outliers.requests) AS requests,
    any_value(outliers.first_seen) AS first_seen,
    any_value(outliers.last_seen) AS last_seen,
    array_to_string(CAST(arg_max(requests.row_id, requests.tokens_out, 5) AS VARCHAR[]), ',') AS examples
FROM outliers
JOIN requests ON requests.account = outliers.account
GROUP BY outliers.account
ORDER BY score DESC, entity
