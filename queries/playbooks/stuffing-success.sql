-- id = "stuffing-success"
-- title = "An account opened by an address that fails on many"
-- question = "Into which accounts did an address get that was refused on many others?"
-- severity = "critical"
-- entity = "account"
-- roles = ["time", "account", "ip", "status"]
-- tags = ["accounts", "passwords", "takeover"]
-- references = ["https://attack.mitre.org/techniques/T1110/004/", "https://owasp.org/www-project-automated-threats-to-web-applications/assets/oats/EN/OAT-008_Credential_Stuffing"]
--
-- [params.min_accounts]
-- type = "integer"
-- default = 15
-- min = 2
-- help = "The address must have failed on this many accounts."
--
-- [params.min_share]
-- type = "real"
-- default = 0.5
-- min = 0.0
-- max = 1.0
-- help = "The least share of the address's requests that were refused."
-- ---
-- **What it finds.** The accounts whose stolen password fitted: what credential stuffing was made for.
--
-- **How.** Takes the addresses that `credential-stuffing` accuses (refused with status 401 on many accounts, and seldom answered)
-- and lists the accounts whose requests from them were answered (status below 400). The score is the number of accounts on which the
-- address failed. The examples are the answered requests.
--
-- **What it mistakes.** The one person behind a shared address that somebody else misuses at the same time; compare the programs.
--
-- **Next.** Close sessions, reset the password, tell the owner. Then look at what the account did after the time of the first
-- example, from any address.
--
-- **Source.** OWASP OAT-008; MITRE ATT&CK T1110.004.
WITH addresses AS (
    SELECT
        ip,
        count(DISTINCT account) FILTER (WHERE status = 401) AS accounts,
        count(*) FILTER (WHERE status = 401) AS refused,
        count(*) AS requests
    FROM requests
    -- Few addresses fail often; only these are counted exactly.
    WHERE ip IN (SELECT ip FROM requests WHERE status = 401 GROUP BY ip HAVING count(*) >= $min_accounts)
    GROUP BY ip
    HAVING accounts >= $min_accounts AND CAST(refused AS DOUBLE) / count(*) >= $min_share
)
SELECT
    requests.account AS entity,
    CAST(max(addresses.accounts) AS DOUBLE) AS score,
    count(*) AS requests,
    min(requests."time") AS first_seen,
    max(requests."time") AS last_seen,
    array_to_string(CAST(min(requests.row_id, 5) AS VARCHAR[]), ',') AS examples
FROM requests
JOIN addresses ON addresses.ip = requests.ip
WHERE requests.account IS NOT NULL AND requests.status < 400
GROUP BY requests.account
ORDER BY score DESC, requests DESC, entity
