-- id = "signup-farm"
-- title = "Many new customers on one device"
-- question = "On which devices do many accounts of different customers appear within hours?"
-- severity = "high"
-- entity = "device"
-- roles = ["time", "account", "device"]
-- tags = ["accounts", "signup", "free tier"]
-- references = ["https://owasp.org/www-project-automated-threats-to-web-applications/assets/oats/EN/OAT-019_Account_Creation"]
--
-- [params.min_customers]
-- type = "integer"
-- default = 4
-- min = 2
-- help = "Devices with fewer new customers in the window are not reported."
--
-- [params.window_hours]
-- type = "integer"
-- default = 12
-- min = 1
-- max = 720
-- help = "The window in which the customers are first seen on the device."
-- ---
-- **What it finds.** Accounts that are made in bulk: one device, many accounts, all first seen within hours, each a customer of its own.
--
-- **How.** Notes when each customer (the org, or the account where there is no org) is first seen on each device, and counts for each
-- device the most that appear within the window. That count is the score. The examples are first requests of customers on the device.
--
-- **What it mistakes.** Rooms with shared computers (schools, libraries, a workshop); programs whose device id is the same on every
-- installation. Devices of one org with many accounts are not counted.
--
-- **Next.** Pivot from the device to its accounts, from these to payments and addresses, and from those to further accounts; see `shared-payment`.
--
-- **Source.** OWASP OAT-019.
WITH customers AS (
    SELECT
        device,
        coalesce(org, account) AS customer,
        count(*) AS requests,
        min("time") AS first_seen,
        max("time") AS last_seen,
        min(row_id) AS example
    FROM requests
    WHERE device IS NOT NULL AND account IS NOT NULL AND "time" IS NOT NULL
    GROUP BY device, coalesce(org, account)
),
-- Most devices have one customer; only the others are sorted.
shared AS (
    SELECT * FROM customers WHERE device IN (SELECT device FROM customers GROUP BY device HAVING count(*) >= $min_customers)
),
windows AS (
    SELECT
        *,
        count(*) OVER (
            PARTITION BY device
            ORDER BY epoch_us(first_seen)
            RANGE BETWEEN CAST($window_hours AS BIGINT) * 3600000000 PRECEDING AND CURRENT ROW
        ) AS together
    FROM shared
)
SELECT
    device AS entity,
    CAST(max(together) AS DOUBLE) AS score,
    CAST(sum(requests) AS BIGINT) AS requests,
    min(first_seen) AS first_seen,
    max(last_seen) AS last_seen,
    array_to_string(CAST(min(example, 5) AS VARCHAR[]), ',') AS examples
FROM windows
GROUP BY device
HAVING max(together) >= $min_customers
ORDER BY score DESC, entity
