-- id = "mitigation-impact"
-- title = "What still gets through after a block"
-- question = "Which accounts are still answered after they were blocked?"
-- severity = "low"
-- entity = "account"
-- roles = ["time", "account", "error"]
-- tags = ["mitigation", "ban"]
-- references = ["https://d3fend.mitre.org/technique/d3f:AccountLocking/", "https://owasp.org/www-project-automated-threats-to-web-applications/assets/oats/EN/OAT-019_Account_Creation"]
--
-- [params.error]
-- type = "text"
-- default = "banned"
-- help = "What the error of a blocked account's requests contains, in any case."
--
-- [params.min_answered]
-- type = "integer"
-- default = 1
-- min = 0
-- help = "Accounts with fewer answered requests after the block are not reported; 0 lists all blocked ones."
-- ---
-- **What it finds.** Blocks that do not hold: a banned account whose other keys still work, a rule that covers one endpoint only.
--
-- **How.** A block begins with an account's first request whose error contains the word given. Counts its requests after that, and
-- how many of them had no error. The score is the number of answered requests after the block, weighed with their share. The
-- examples are answered requests after the block.
--
-- **What it mistakes.** Bans that were lifted; endpoints that must stay open (paying an invoice, deleting the account).
--
-- **Next.** Filter the account from the block on and look at what the answered requests share: a key, an endpoint, a region?
-- `ban-evasion` looks for the same customer under another name.
--
-- **Source.** MITRE D3FEND, Account Locking.
WITH blocks AS (
    SELECT account, min("time") AS blocked
    FROM requests
    WHERE error IS NOT NULL AND account IS NOT NULL AND contains(lower(error), lower($error))
    GROUP BY account
),
after AS (
    SELECT
        requests.account,
        count(*) AS requests,
        count(*) FILTER (WHERE error IS NULL) AS answered,
        min("time") AS first_seen,
        max("time") AS last_seen,
        coalesce(min(row_id, 5) FILTER (WHERE error IS NULL), min(row_id, 5)) AS examples
    FROM requests
    JOIN blocks ON blocks.account = requests.account
    WHERE requests."time" >= blocks.blocked
    GROUP BY requests.account
)
SELECT
    account AS entity,
    CAST(answered AS DOUBLE) * answered / requests AS score,
    requests,
    first_seen,
    last_seen,
    array_to_string(CAST(examples AS VARCHAR[]), ',') AS examples
FROM after
WHERE answered >= $min_answered
ORDER BY score DESC, requests DESC, entity
