-- id = "refusal-retry"
-- title = "Refused, tried again, answered"
-- question = "Which accounts try again and again after refusals until they get an answer?"
-- severity = "medium"
-- entity = "account"
-- roles = ["time", "account", "flag"]
-- tags = ["prompts", "safety", "jailbreak"]
-- references = ["https://atlas.mitre.org/techniques/AML.T0054", "https://genai.owasp.org/llmrisk/llm01-prompt-injection/"]
--
-- [params.min_refusals]
-- type = "integer"
-- default = 3
-- min = 1
-- help = "Fewer flagged requests before the answer are not reported."
--
-- [params.window_minutes]
-- type = "integer"
-- default = 30
-- min = 1
-- max = 1440
-- help = "The flagged requests must lie within this time before the answer."
--
-- [params.min_share]
-- type = "real"
-- default = 0.5
-- min = 0.0
-- max = 1.0
-- help = "The least share of the account's requests in that time that were flagged."
-- ---
-- **What it finds.** A person who rephrases what was refused until the model gives in.
--
-- **How.** Follows each account in the order of time. A request without a flag right after a flagged one counts as an answer that
-- was fought for, when that many flagged requests lie within the time before it and they are most of what the account sent. The
-- score is the sum of the refusals before each such answer. The examples are these answers: what finally worked.
--
-- **What it mistakes.** Red teams and researchers with leave to do so; a person who gives up and asks something else, which only
-- reading tells; filters that flag a whole conversation once it was flagged.
--
-- **Next.** Read examples and the rows before them (a row's context); was it the same request in other words? Pivot from the words
-- that worked with `casebook templates` to others who use them.
--
-- **Source.** MITRE ATLAS AML.T0054; OWASP LLM01.
WITH refused AS (
    -- The order costs. A time with all the refusals crosses at most two spans of its length, and one of them has half of them.
    SELECT account, epoch_us("time") // (CAST($window_minutes AS BIGINT) * 60000000) AS span
    FROM requests
    WHERE flag IS NOT NULL AND lower(CAST(flag AS VARCHAR)) NOT IN ('', '0', 'false', 'no', 'none', 'ok', 'safe', 'allowed') AND account IS NOT NULL AND "time" IS NOT NULL
    GROUP BY account, span
    HAVING count(*) * 2 >= $min_refusals
),
near AS (
    SELECT DISTINCT hash(account, span + unnest([-1, 0, 1])) AS place FROM refused
),
steps AS (
    SELECT
        account,
        "time",
        row_id,
        flag IS NOT NULL AND lower(CAST(flag AS VARCHAR)) NOT IN ('', '0', 'false', 'no', 'none', 'ok', 'safe', 'allowed') AS flagged,
        lag(flag IS NOT NULL AND lower(CAST(flag AS VARCHAR)) NOT IN ('', '0', 'false', 'no', 'none', 'ok', 'safe', 'allowed')) OVER (PARTITION BY account ORDER BY "time", row_id) AS before,
        count(*) FILTER (WHERE flag IS NOT NULL AND lower(CAST(flag AS VARCHAR)) NOT IN ('', '0', 'false', 'no', 'none', 'ok', 'safe', 'allowed')) OVER recent AS refusals,
        count(*) OVER recent AS recent_requests
    FROM requests
    WHERE "time" IS NOT NULL
        AND account IN (SELECT account FROM refused)
        AND hash(account, epoch_us("time") // (CAST($window_minutes AS BIGINT) * 60000000)) IN (SELECT place FROM near)
    WINDOW recent AS (
        PARTITION BY account
        ORDER BY epoch_us("time")
        RANGE BETWEEN CAST($window_minutes AS BIGINT) * 60000000 PRECEDING AND CURRENT ROW
    )
)
SELECT
    account AS entity,
    CAST(sum(refusals) AS DOUBLE) AS score,
    count(*) AS requests,
    min("time") AS first_seen,
    max("time") AS last_seen,
    array_to_string(CAST(min(row_id, 5) AS VARCHAR[]), ',') AS examples
FROM steps
WHERE NOT flagged AND before AND refusals >= $min_refusals AND refusals >= $min_share * recent_requests
GROUP BY account
ORDER BY score DESC, requests DESC, entity
