-- id = "burst"
-- title = "A burst far above the habit"
-- question = "Which accounts send far more within minutes than they ever do?"
-- severity = "low"
-- entity = "account"
-- roles = ["time", "account"]
-- tags = ["automation", "volume"]
-- references = ["https://owasp.org/www-project-automated-threats-to-web-applications/assets/oats/EN/OAT-015_Denial_of_Service", "https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/"]
--
-- [params.bucket_minutes]
-- type = "integer"
-- default = 5
-- min = 1
-- max = 1440
-- help = "The time over which requests are counted."
--
-- [params.min_requests]
-- type = "integer"
-- default = 150
-- min = 2
-- help = "Bursts of fewer requests are not reported."
--
-- [params.factor]
-- type = "real"
-- default = 8.0
-- min = 1.0
-- help = "How many times the account's usual count the burst must be."
-- ---
-- **What it finds.** A flood: a script let loose, a load test, a stolen key that is used up before somebody notices.
--
-- **How.** Counts each account's requests in steps of `bucket_minutes` and compares the highest count with the average of the
-- account's other steps in which it was active (one request, where there is no other). The score is how many times that average it
-- is. The examples are requests in the burst.
--
-- **What it mistakes.** Nightly jobs and imports, which burst every day at the same hour; the first day of a new customer.
--
-- **Next.** Look at status and model within the burst: was it stopped by limits? `cost-outlier` says what it cost. Compare address
-- and program with the account's usual ones.
--
-- **Source.** OWASP OAT-015 and API4:2023.
WITH steps AS (
    SELECT account, epoch_us("time") // (CAST($bucket_minutes AS BIGINT) * 60000000) AS step, count(*) AS requests
    FROM requests
    WHERE account IS NOT NULL AND "time" IS NOT NULL
    GROUP BY account, step
),
bursts AS (
    SELECT
        account,
        arg_max(step, requests) AS step,
        max(requests) / greatest(1.0, CAST(sum(requests) - max(requests) AS DOUBLE) / greatest(1, count(*) - 1)) AS score
    FROM steps
    GROUP BY account
    HAVING max(requests) >= $min_requests
        AND max(requests) >= $factor * greatest(1.0, CAST(sum(requests) - max(requests) AS DOUBLE) / greatest(1, count(*) - 1))
)
SELECT
    requests.account AS entity,
    any_value(bursts.score) AS score,
    count(*) AS requests,
    min(requests."time") AS first_seen,
    max(requests."time") AS last_seen,
    array_to_string(CAST(min(requests.row_id, 5) AS VARCHAR[]), ',') AS examples
FROM requests
JOIN bursts ON bursts.account = requests.account
    AND bursts.step = epoch_us(requests."time") // (CAST($bucket_minutes AS BIGINT) * 60000000)
GROUP BY requests.account
ORDER BY score DESC, entity
