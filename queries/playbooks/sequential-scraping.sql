-- id = "sequential-scraping"
-- title = "Objects fetched in the order of their numbers"
-- question = "Which accounts fetch numbered objects without leaving any out?"
-- severity = "high"
-- entity = "account"
-- roles = ["time", "account", "endpoint"]
-- tags = ["scraping", "enumeration"]
-- references = ["https://owasp.org/www-project-automated-threats-to-web-applications/assets/oats/EN/OAT-011_Scraping", "https://owasp.org/API-Security/editions/2023/en/0xa1-broken-object-level-authorization/"]
--
-- [params.min_objects]
-- type = "integer"
-- default = 30
-- min = 3
-- help = "Fewer different numbers within an hour are not reported."
--
-- [params.min_density]
-- type = "real"
-- default = 0.3
-- min = 0.0
-- max = 1.0
-- help = "The least share of the numbers between the smallest and the largest that were asked for."
-- ---
-- **What it finds.** Copying by counting: `/files/1001`, `/files/1002`, `/files/1003`, whether they exist or not.
--
-- **How.** Takes the endpoints that end in a number, and counts for each account, kind of object and hour how many different numbers
-- were asked for, and how dense they lie. No order is needed: a thousand numbers within a thousand are a count. The score is the
-- number of objects. The examples are the first requests of the worst hour.
--
-- **What it mistakes.** Readers of numbered pages (`/page/1` to `/page/40`); a backup of a customer's own objects where these were
-- numbered in a row.
--
-- **Next.** Whose are the objects? Look at the answered ones. Pivot from address and program to other accounts that share the work,
-- each with its own range.
--
-- **Source.** OWASP OAT-011 and API1:2023.
WITH numbered AS (
    SELECT
        account,
        epoch_us("time") // 3600000000 AS hour,
        regexp_replace(endpoint, '[0-9]+$', '') AS kind,
        TRY_CAST(regexp_extract(endpoint, '([0-9]{1,15})$', 1) AS BIGINT) AS number,
        "time",
        row_id
    FROM requests
    WHERE account IS NOT NULL AND "time" IS NOT NULL AND "right"(endpoint, 1) BETWEEN '0' AND '9'
),
hours AS (
    SELECT
        account,
        count(DISTINCT number) AS objects,
        count(*) AS requests,
        min("time") AS first_seen,
        max("time") AS last_seen,
        min(row_id, 5) AS examples
    FROM numbered
    WHERE number IS NOT NULL
    GROUP BY account, kind, hour
    HAVING count(*) >= $min_objects
        AND count(DISTINCT number) >= greatest($min_objects, $min_density * (max(number) - min(number) + 1))
)
SELECT
    account AS entity,
    CAST(sum(objects) AS DOUBLE) AS score,
    CAST(sum(requests) AS BIGINT) AS requests,
    min(first_seen) AS first_seen,
    max(last_seen) AS last_seen,
    array_to_string(CAST(arg_max(examples, objects) AS VARCHAR[]), ',') AS examples
FROM hours
GROUP BY account
ORDER BY score DESC, entity
