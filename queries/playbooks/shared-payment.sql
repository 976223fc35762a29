-- id = "shared-payment"
-- title = "One means of payment for many customers"
-- question = "Which means of payment are used by accounts of different customers?"
-- severity = "medium"
-- entity = "payment"
-- roles = ["time", "account", "payment"]
-- tags = ["accounts", "signup", "payment"]
-- references = ["https://owasp.org/www-project-automated-threats-to-web-applications/assets/oats/EN/OAT-019_Account_Creation"]
--
-- [params.min_customers]
-- type = "integer"
-- default = 3
-- min = 2
-- help = "Means of payment of fewer customers are not reported."
-- ---
-- **What it finds.** Customers that are one: signup farms, rings that share a card, people who come back after a ban.
--
-- **How.** Counts the customers (the org, or the account where there is no org) of each means of payment. That count is the score. The
-- examples are the first requests of customers that use it.
--
-- **What it mistakes.** Agencies and families that pay for others; prepaid cards whose fingerprint is that of the issuer.
--
-- **Next.** Pivot from the payment to its accounts and their devices; sort the accounts by first seen: a row within hours is a farm
-- (`signup-farm`), a new one after each ban is evasion (`ban-evasion`).
--
-- **Source.** OWASP OAT-019.
WITH customers AS (
    SELECT
        payment,
        coalesce(org, account) AS customer,
        count(*) AS requests,
        min("time") AS first_seen,
        max("time") AS last_seen,
        min(row_id) AS example
    FROM requests
    WHERE payment IS NOT NULL AND account IS NOT NULL
    GROUP BY payment, coalesce(org, account)
)
SELECT
    payment AS entity,
    CAST(count(*) AS DOUBLE) AS score,
    CAST(sum(requests) AS BIGINT) AS requests,
    min(first_seen) AS first_seen,
    max(last_seen) AS last_seen,
    array_to_string(CAST(min(example, 5) AS VARCHAR[]), ',') AS examples
FROM customers
GROUP BY payment
HAVING count(*) >= $min_customers
ORDER BY score DESC, entity
