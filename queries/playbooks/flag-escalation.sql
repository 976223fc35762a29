-- id = "flag-escalation"
-- title = "Flags become more and more"
-- question = "Which accounts have a rising share of flagged requests?"
-- severity = "medium"
-- entity = "account"
-- roles = ["time", "account", "flag"]
-- tags = ["prompts", "safety", "jailbreak"]
-- references = ["https://atlas.mitre.org/techniques/AML.T0054", "https://genai.owasp.org/llmrisk/llm01-prompt-injection/"]
--
-- [params.min_flags]
-- type = "integer"
-- default = 6
-- min = 2
-- help = "Accounts with fewer flagged requests in their later half are not reported."
--
-- [params.min_share]
-- type = "real"
-- default = 0.1
-- min = 0.0
-- max = 1.0
-- help = "The least share of flagged requests in the later half."
--
-- [params.factor]
-- type = "real"
-- default = 2.5
-- min = 1.0
-- help = "How many times the share of the earlier half that of the later must be."
-- ---
-- **What it finds.** Somebody who learns how to get past the rules, or an account that has changed hands: it began like others, and
-- now the safety filter meets it again and again.
--
-- **How.** Cuts the time between an account's first and last request in the middle, and compares the shares of flagged requests in
-- both halves. The score is the number of flags in the later half times the later share. The examples are the latest flagged
-- requests.
--
-- **What it mistakes.** A customer who has begun with a product whose subject is sensitive (medicine, law, moderation): flags of one
-- category, prompts of one template. A new version of the filter, which raises the flags of many accounts on one day.
--
-- **Next.** Read the prompts of the examples in order (each reveal is counted); pivot to categories; `refusal-retry` shows whether
-- refused prompts are tried again in other words, `prompt-template-reuse` whether others use them.
--
-- **Source.** MITRE ATLAS AML.T0054; OWASP LLM01.
WITH flagged AS (
    SELECT account
    FROM requests
    WHERE flag IS NOT NULL AND lower(CAST(flag AS VARCHAR)) NOT IN ('', '0', 'false', 'no', 'none', 'ok', 'safe', 'allowed') AND account IS NOT NULL
    GROUP BY account
    HAVING count(*) >= $min_flags
),
spans AS (
    SELECT account, (epoch_us(min("time")) + epoch_us(max("time"))) // 2 AS middle
    FROM requests
    WHERE account IN (SELECT account FROM flagged)
    GROUP BY account
),
halves AS (
    SELECT
        requests.account,
        count(*) FILTER (WHERE epoch_us("time") <= middle) AS early,
        count(*) FILTER (WHERE epoch_us("time") <= middle AND flag IS NOT NULL AND lower(CAST(flag AS VARCHAR)) NOT IN ('', '0', 'false', 'no', 'none', 'ok', 'safe', 'allowed')) AS early_flags,
        count(*) FILTER (WHERE epoch_us("time") > middle) AS late,
        count(*) FILTER (WHERE epoch_us("time") > middle AND flag IS NOT NULL AND lower(CAST(flag AS VARCHAR)) NOT IN ('', '0', 'false', 'no', 'none', 'ok', 'safe', 'allowed')) AS late_flags,
        min("time") FILTER (WHERE flag IS NOT NULL AND lower(CAST(flag AS VARCHAR)) NOT IN ('', '0', 'false', 'no', 'none', 'ok', 'safe', 'allowed')) AS first_seen,
        max("time") FILTER (WHERE flag IS NOT NULL AND lower(CAST(flag AS VARCHAR)) NOT IN ('', '0', 'false', 'no', 'none', 'ok', 'safe', 'allowed')) AS last_seen,
        max(row_id, 5) FILTER (WHERE flag IS NOT NULL AND lower(CAST(flag AS VARCHAR)) NOT IN ('', '0', 'false', 'no', 'none', 'ok', 'safe', 'allowed')) AS examples
    FROM requests
    JOIN spans ON spans.account = requests.account
    GROUP BY requests.account
)
SELECT
    account AS entity,
    CAST(late_flags AS DOUBLE) * late_flags / late AS score,
    early_flags + late_flags AS requests,
    first_seen,
    last_seen,
    array_to_string(CAST(examples AS VARCHAR[]), ',') AS examples
FROM halves
WHERE late_flags >= $min_flags
    AND late_flags >= $min_share * late
    -- Without an earlier half there is nothing that could rise.
    AND early > 0
    AND CAST(late_flags AS DOUBLE) / late >= $factor * early_flags / early
ORDER BY score DESC, entity
