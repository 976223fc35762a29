-- id = "shared-device"
-- title = "One device for many customers"
-- question = "Which devices are used by accounts of different customers?"
-- severity = "medium"
-- entity = "device"
-- roles = ["time", "account", "device"]
-- tags = ["accounts", "signup", "ring"]
-- references = ["https://owasp.org/www-project-automated-threats-to-web-applications/assets/oats/EN/OAT-019_Account_Creation", "https://attack.mitre.org/techniques/T1585/"]
--
-- [params.min_customers]
-- type = "integer"
-- default = 4
-- min = 2
-- help = "Devices of fewer customers are not reported."
-- ---
-- **What it finds.** A ring: accounts that look like many customers and are driven from one computer, however slowly they were made.
--
-- **How.** Counts the customers (the org, or the account where there is no org) of each device over the whole extract. That count is
-- the score. The examples are the first requests of customers on it.
--
-- **What it mistakes.** Households, shared computers in schools and libraries, repair shops; programs whose device id is the same on
-- every installation.
--
-- **Next.** Pivot from the device to accounts, payments and addresses. `signup-farm` says whether the accounts appeared within
-- hours, `ban-evasion` whether one of them had been banned; `links` draws the ring.
--
-- **Source.** OWASP OAT-019; MITRE ATT&CK T1585.
WITH customers AS (
    SELECT
        device,
        coalesce(org, account) AS customer,
        count(*) AS requests,
        min("time") AS first_seen,
        max("time") AS last_seen,
        min(row_id) AS example
    FROM requests
    WHERE device IS NOT NULL AND account IS NOT NULL
    GROUP BY device, coalesce(org, account)
)
SELECT
    device AS entity,
    CAST(count(*) AS DOUBLE) AS score,
    CAST(sum(requests) AS BIGINT) AS requests,
    min(first_seen) AS first_seen,
    max(last_seen) AS last_seen,
    array_to_string(CAST(min(example, 5) AS VARCHAR[]), ',') AS examples
FROM customers
GROUP BY device
HAVING count(*) >= $min_customers
ORDER BY score DESC, entity
