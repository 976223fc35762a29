-- id = "prompt-template-reuse"
-- title = "One prompt template on many accounts"
-- question = "Which accounts send prompts that begin like those of many other accounts?"
-- severity = "medium"
-- entity = "account"
-- roles = ["time", "account", "content"]
-- tags = ["prompts", "jailbreak", "cohort"]
-- references = ["https://atlas.mitre.org/techniques/AML.T0054", "https://genai.owasp.org/llmrisk/llm01-prompt-injection/"]
--
-- [params.prefix]
-- type = "integer"
-- default = 64
-- min = 8
-- max = 4000
-- help = "How many characters of a prompt are compared. Case is ignored, and all digits are alike."
--
-- [params.min_accounts]
-- type = "integer"
-- default = 8
-- min = 2
-- help = "Templates of fewer accounts are not reported."
--
-- [params.min_uses]
-- type = "real"
-- default = 2.0
-- min = 1.0
-- help = "How often each of its accounts must have used a template on average; chance openings are used once each."
-- ---
-- **What it finds.** A text that is passed from hand to hand, such as a jailbreak: accounts that share nothing else begin their prompts
-- with the same words.
--
-- **How.** Compares the beginnings of prompts, without case and with all digits alike, and counts the accounts (of different
-- orgs, where orgs are logged) that use each. Every account of a widely used beginning is reported, once; the score is how many share
-- it, doubled when all of these prompts were flagged. The examples are the account's prompts.
--
-- **What it mistakes.** Popular products that send the same instructions for all their users; common openings ("Translate the
-- following text into English"); course work. Raise `prefix` for these.
--
-- **Next.** Filter by the beginning of the text and look at its first day: who had it first? Pivot to flags and categories.
--
-- **Source.** MITRE ATLAS AML.T0054; OWASP LLM01.
-- The text is read once, and only its hash is kept.
WITH beginnings AS MATERIALIZED (
    SELECT hash(regexp_replace(lower(substring(content, 1, $prefix)), '[0-9]', '#', 'g')) AS beginning, row_id
    FROM requests
    WHERE content IS NOT NULL AND account IS NOT NULL
),
-- Most beginnings are used once; a cheap count leaves few for the exact one.
repeated AS (
    SELECT beginning FROM beginnings GROUP BY beginning HAVING count(*) >= $min_accounts * $min_uses
),
prompts AS (
    SELECT
        beginnings.beginning,
        requests.account,
        coalesce(requests.org, requests.account) AS customer,
        requests.flag,
        requests."time",
        requests.row_id
    FROM requests
    JOIN beginnings ON beginnings.row_id = requests.row_id
    WHERE beginnings.beginning IN (SELECT beginning FROM repeated)
),
templates AS (
    SELECT
        beginning,
        count(DISTINCT customer) * (1 + CAST(count(flag) AS DOUBLE) / count(*)) AS score
    FROM prompts
    GROUP BY beginning
    HAVING count(DISTINCT customer) >= $min_accounts AND count(*) >= $min_uses * count(DISTINCT customer)
),
used AS (
    SELECT
        account,
        any_value(score) AS score,
        count(*) AS requests,
        min("time") AS first_seen,
        max("time") AS last_seen,
        min(row_id, 5) AS examples
    FROM prompts
    JOIN templates USING (beginning)
    GROUP BY account, beginning
)
SELECT
    account AS entity,
    CAST(max(score) AS DOUBLE) AS score,
    CAST(sum(requests) AS BIGINT) AS requests,
    min(first_seen) AS first_seen,
    max(last_seen) AS last_seen,
    array_to_string(CAST(arg_max(examples, score) AS VARCHAR[]), ',') AS examples
FROM used
GROUP BY account
ORDER BY score DESC, requests DESC, entity
