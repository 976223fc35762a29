-- id = "impossible-travel"
-- title = "In two countries at once"
-- question = "Which accounts change the country faster than anybody travels?"
-- severity = "medium"
-- entity = "account"
-- roles = ["time", "account", "country"]
-- tags = ["accounts", "takeover", "travel"]
-- references = ["https://attack.mitre.org/techniques/T1078/004/"]
--
-- [params.within_minutes]
-- type = "integer"
-- default = 60
-- min = 1
-- max = 1440
-- help = "Two requests from two countries must lie this close together."
--
-- [params.min_jumps]
-- type = "integer"
-- default = 3
-- min = 1
-- help = "Accounts with fewer such changes are not reported."
-- ---
-- **What it finds.** An account that is used from two places at once: its owner at home, and somebody else with its session, its
-- password or its key.
--
-- **How.** Follows each account that was seen in more than one country in the order of time and counts the requests whose country is
-- not that of the request before, within the time given. The score is that count. The examples are requests after a jump.
--
-- **What it mistakes.** Anonymising services and company gateways with exits in several countries; phones near a border; programs in
-- data centres abroad beside a person at home: the same two countries from the first day on. The places are as good as the log's
-- geography.
--
-- **Next.** Pivot to the countries by time and find the first jump; compare user agents and devices on both sides; look at keys made
-- and at what was read from the new country.
--
-- **Source.** MITRE ATT&CK T1078.004; the impossible-travel rules of Microsoft Entra ID and of Google Workspace.
WITH travellers AS (
    SELECT account
    FROM requests
    WHERE account IS NOT NULL AND country IS NOT NULL
    GROUP BY account
    HAVING min(country) <> max(country)
),
steps AS (
    SELECT
        account,
        country,
        "time",
        row_id,
        lag(country) OVER before AS from_country,
        lag("time") OVER before AS from_time
    FROM requests
    WHERE country IS NOT NULL AND "time" IS NOT NULL AND account IN (SELECT account FROM travellers)
    WINDOW before AS (PARTITION BY account ORDER BY "time", row_id)
)
SELECT
    account AS entity,
    CAST(count(*) AS DOUBLE) AS score,
    count(*) AS requests,
    min("time") AS first_seen,
    max("time") AS last_seen,
    array_to_string(CAST(min(row_id, 5) AS VARCHAR[]), ',') AS examples
FROM steps
WHERE country <> from_country AND epoch_us("time") - epoch_us(from_time) <= CAST($within_minutes AS BIGINT) * 60000000
GROUP BY account
HAVING count(*) >= $min_jumps
ORDER BY score DESC, entity
