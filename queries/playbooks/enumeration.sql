-- id = "enumeration"
-- title = "Asking for what does not exist"
-- question = "Which accounts ask for one thing after the other that does not exist?"
-- severity = "high"
-- entity = "account"
-- roles = ["time", "account", "endpoint", "status"]
-- tags = ["scraping", "enumeration", "discovery"]
-- references = ["https://owasp.org/API-Security/editions/2023/en/0xa1-broken-object-level-authorization/", "https://attack.mitre.org/techniques/T1595/003/"]
--
-- [params.min_missing]
-- type = "integer"
-- default = 25
-- min = 2
-- help = "Accounts that missed fewer different endpoints within an hour are not reported."
--
-- [params.min_share]
-- type = "real"
-- default = 0.5
-- min = 0.0
-- max = 1.0
-- help = "The least share of the account's requests of that hour that were not found."
-- ---
-- **What it finds.** Somebody who counts or guesses through other people's objects: files, chats, invoices. Most do not exist; the
-- answered ones are the damage.
--
-- **How.** Counts the different endpoints that were not found (status 404) in each account's hours, and their share of what the
-- account asked for in that hour. The score is the most different endpoints missed in an hour. The examples are requests in that
-- hour that were answered, as these show what was seen; missed ones where there are none.
--
-- **What it mistakes.** A client that looks for files which were deleted together; a crawler on a site that moved. Those ask for the
-- same things again.
--
-- **Next.** Filter the account with `status:200` in the same hour: are these objects its own? `sequential-scraping` finds the ones
-- that seldom miss. Fix the check of ownership, then search other accounts with the same endpoint.
--
-- **Source.** OWASP API1:2023; MITRE ATT&CK T1595.003.
WITH missing AS (
    SELECT account, epoch_us("time") // 3600000000 AS hour
    FROM requests
    WHERE status = 404 AND account IS NOT NULL AND endpoint IS NOT NULL AND "time" IS NOT NULL
    GROUP BY account, hour
    HAVING count(DISTINCT endpoint) >= $min_missing
),
hours AS (
    SELECT
        requests.account,
        count(DISTINCT requests.endpoint) FILTER (WHERE requests.status = 404) AS missed,
        count(*) AS requests,
        min(requests."time") AS first_seen,
        max(requests."time") AS last_seen,
        coalesce(
            min(requests.row_id, 5) FILTER (WHERE requests.status < 400),
            min(requests.row_id, 5) FILTER (WHERE requests.status = 404)
        ) AS examples
    FROM requests
    JOIN missing ON missing.account = requests.account AND missing.hour = epoch_us(requests."time") // 3600000000
    GROUP BY requests.account, missing.hour
    HAVING count(*) FILTER (WHERE requests.status = 404) >= $min_share * count(*)
)
SELECT
    account AS entity,
    CAST(max(missed) AS DOUBLE) AS score,
    CAST(sum(requests) AS BIGINT) AS requests,
    min(first_seen) AS first_seen,
    max(last_seen) AS last_seen,
    array_to_string(CAST(arg_max(examples, missed) AS VARCHAR[]), ',') AS examples
FROM hours
GROUP BY account
ORDER BY score DESC, entity
