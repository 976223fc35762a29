-- id = "ban-evasion"
-- title = "A banned customer is back"
-- question = "Which new accounts use the device or the means of payment of an account that was banned before?"
-- severity = "high"
-- entity = "account"
-- roles = ["time", "account", "device", "payment", "error"]
-- tags = ["accounts", "ban", "evasion"]
-- references = ["https://owasp.org/www-project-automated-threats-to-web-applications/assets/oats/EN/OAT-019_Account_Creation"]
--
-- [params.error]
-- type = "text"
-- default = "banned"
-- help = "What the error of a banned account's requests contains, in any case."
-- ---
-- **What it finds.** Accounts that appear after a ban and share the banned account's device, its means of payment, or both.
--
-- **How.** An account counts as banned from its first request whose error contains the word given. Accounts of other customers that
-- are first seen later, with a device or a payment that a banned account used, are reported. The score is 1 for one shared mark, 2
-- for both. The examples are the account's first requests with the mark.
--
-- **What it mistakes.** Members of a household with one computer; agencies that pay for several customers, one of which was banned.
-- A ban that the log does not show (no request after it) is not known here.
--
-- **Next.** Open the account and the banned one side by side: prompts, hours, user agents. Pivot from the shared mark to further accounts.
--
-- **Source.** OWASP OAT-019.
WITH marks AS (
    SELECT
        account,
        any_value(coalesce(org, account)) AS customer,
        device,
        payment,
        count(*) AS requests,
        min("time") AS first_seen,
        max("time") AS last_seen,
        min("time") FILTER (WHERE contains(lower(error), lower($error))) AS banned,
        min(row_id, 5) AS examples
    FROM requests
    WHERE account IS NOT NULL AND (device IS NOT NULL OR payment IS NOT NULL)
    GROUP BY account, device, payment
),
accounts AS (
    SELECT account, min(first_seen) AS first_seen, min(banned) AS banned
    FROM marks
    GROUP BY account
),
known AS (
    SELECT marks.*, accounts.first_seen AS account_since, accounts.banned AS account_banned
    FROM marks
    JOIN accounts USING (account)
),
-- The first ban on each device and each payment; later ones add nothing.
banned_devices AS (
    SELECT device, min(account_banned) AS since, arg_min(customer, account_banned) AS customer
    FROM known
    WHERE account_banned IS NOT NULL AND device IS NOT NULL
    GROUP BY device
),
banned_payments AS (
    SELECT payment, min(account_banned) AS since, arg_min(customer, account_banned) AS customer
    FROM known
    WHERE account_banned IS NOT NULL AND payment IS NOT NULL
    GROUP BY payment
),
returned AS (
    SELECT
        known.*,
        CAST(banned_devices.since < account_since AND banned_devices.customer <> known.customer AS INTEGER) AS by_device,
        CAST(banned_payments.since < account_since AND banned_payments.customer <> known.customer AS INTEGER) AS by_payment
    FROM known
    LEFT JOIN banned_devices USING (device)
    LEFT JOIN banned_payments USING (payment)
)
SELECT
    account AS entity,
    CAST(max(coalesce(by_device, 0)) + max(coalesce(by_payment, 0)) AS DOUBLE) AS score,
    CAST(sum(requests) AS BIGINT) AS requests,
    min(first_seen) AS first_seen,
    max(last_seen) AS last_seen,
    array_to_string(CAST(arg_min(examples, first_seen) AS VARCHAR[]), ',') AS examples
FROM returned
WHERE by_device = 1 OR by_payment = 1
GROUP BY account
ORDER BY score DESC, requests DESC, entity
