-- id = "error-probing"
-- title = "Errors of every kind"
-- question = "Which accounts meet many kinds of errors at many endpoints, as somebody does who tries what is possible?"
-- severity = "medium"
-- entity = "account"
-- roles = ["time", "account", "endpoint", "error"]
-- tags = ["discovery", "errors"]
-- references = ["https://owasp.org/www-project-automated-threats-to-web-applications/assets/oats/EN/OAT-014_Vulnerability_Scanning", "https://attack.mitre.org/techniques/T1595/002/"]
--
-- [params.min_kinds]
-- type = "integer"
-- default = 10
-- min = 2
-- help = "Accounts with fewer pairs of endpoint and error are not reported."
--
-- [params.min_errors]
-- type = "integer"
-- default = 20
-- min = 1
-- help = "Accounts with fewer errors are not reported."
--
-- [params.min_share]
-- type = "real"
-- default = 0.5
-- min = 0.0
-- max = 1.0
-- help = "The least share of the account's requests that failed."
-- ---
-- **What it finds.** Somebody who reads error messages: wrong types, missing rights, endpoints that should not be there. A scanner
-- or a person who looks for a way in.
--
-- **How.** Counts for each account the different pairs of endpoint (numbers in it alike) and error, and the share of its requests
-- that failed. The score is the number of pairs times that share. The examples are the first failed requests of five pairs.
--
-- **What it mistakes.** Developers who write a new client, and test suites (their errors end after a day); an outage, when every
-- endpoint fails for everybody.
--
-- **Next.** Sort the account's errors by time: does it go from endpoint to endpoint? Look at what succeeded last. `denied-calls` and
-- `denied-then-allowed` ask the same of keys.
--
-- **Source.** OWASP OAT-014; MITRE ATT&CK T1595.002.
WITH failed AS (
    SELECT
        account,
        endpoint,
        error,
        count(*) AS requests,
        min("time") AS first_seen,
        max("time") AS last_seen,
        min(row_id) AS example
    FROM requests
    WHERE account IS NOT NULL AND endpoint IS NOT NULL AND error IS NOT NULL
    GROUP BY account, endpoint, error
),
kinds AS (
    SELECT
        account,
        CAST(sum(requests) AS BIGINT) AS requests,
        min(first_seen) AS first_seen,
        max(last_seen) AS last_seen,
        min(example) AS example
    FROM failed
    GROUP BY account, regexp_replace(endpoint, '[0-9]+', '#', 'g'), error
),
probing AS (
    SELECT
        account,
        count(*) AS kinds,
        CAST(sum(requests) AS BIGINT) AS failed,
        min(first_seen) AS first_seen,
        max(last_seen) AS last_seen,
        min(example, 5) AS examples
    FROM kinds
    GROUP BY account
    HAVING count(*) >= $min_kinds AND sum(requests) >= $min_errors
),
totals AS (
    SELECT account, count(*) AS requests FROM requests WHERE account IN (SELECT account FROM probing) GROUP BY account
)
SELECT
    account AS entity,
    CAST(kinds AS DOUBLE) * failed / totals.requests AS score,
    failed AS requests,
    first_seen,
    last_seen,
    array_to_string(CAST(examples AS VARCHAR[]), ',') AS examples
FROM probing
JOIN totals USING (account)
WHERE failed >= $min_share * totals.requests
ORDER BY score DESC, entity
