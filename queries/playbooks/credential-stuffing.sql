-- id = "credential-stuffing"
-- title = "Failed logins to many accounts from one address"
-- question = "Which addresses fail to log in to one account after the other?"
-- severity = "high"
-- entity = "ip"
-- roles = ["time", "account", "ip", "status"]
-- tags = ["accounts", "passwords", "takeover"]
-- references = ["https://attack.mitre.org/techniques/T1110/004/", "https://owasp.org/www-community/attacks/Credential_stuffing"]
--
-- [params.min_accounts]
-- type = "integer"
-- default = 15
-- min = 2
-- help = "Addresses that failed on fewer accounts are not reported."
--
-- [params.min_share]
-- type = "real"
-- default = 0.5
-- min = 0.0
-- max = 1.0
-- help = "The least share of the address's requests that were refused."
-- ---
-- **What it finds.** A list of stolen names and passwords that is tried out: one address, many accounts, nearly all refused (status 401).
--
-- **How.** Counts for each address the accounts on which a request was refused, and the share of its requests that were. The score is the
-- number of accounts times that share. The examples are refused requests.
--
-- **What it mistakes.** A company behind one address after its single sign-on broke: its accounts are of one org, and the failures end for
-- all at once. Shared addresses of phone networks have many accounts, but few failures.
--
-- **Next.** Pivot from the address to its neighbours in the same network and hour; filter its requests with `status:200`: these accounts
-- are taken over. Block, reset passwords, tell the owners.
--
-- **Source.** OWASP, Credential Stuffing; MITRE ATT&CK T1110.004.
WITH addresses AS (
    SELECT
        ip,
        count(DISTINCT account) FILTER (WHERE status = 401) AS accounts,
        count(*) FILTER (WHERE status = 401) AS refused,
        count(*) AS requests,
        min("time") FILTER (WHERE status = 401) AS first_seen,
        max("time") FILTER (WHERE status = 401) AS last_seen,
        min(row_id, 5) FILTER (WHERE status = 401) AS examples
    FROM requests
    WHERE ip IS NOT NULL
    GROUP BY ip
)
SELECT
    ip AS entity,
    CAST(accounts AS DOUBLE) * refused / requests AS score,
    refused AS requests,
    first_seen,
    last_seen,
    array_to_string(CAST(examples AS VARCHAR[]), ',') AS examples
FROM addresses
WHERE accounts >= $min_accounts AND CAST(refused AS DOUBLE) / requests >= $min_share
ORDER BY score DESC, entity
