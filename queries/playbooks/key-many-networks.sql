-- id = "key-many-networks"
-- title = "A key used from many networks"
-- question = "Which keys are used from more networks and countries than one customer has?"
-- severity = "high"
-- entity = "key"
-- roles = ["time", "key", "asn", "country"]
-- tags = ["keys", "leak", "takeover"]
-- references = ["https://attack.mitre.org/techniques/T1552/", "https://attack.mitre.org/techniques/T1078/"]
--
-- [params.min_networks]
-- type = "integer"
-- default = 8
-- min = 2
-- help = "Keys seen in fewer networks are not reported."
--
-- [params.min_countries]
-- type = "integer"
-- default = 3
-- min = 1
-- help = "Keys seen in fewer countries are not reported."
-- ---
-- **What it finds.** A key that has left its owner's hands: pasted into a public repository, sold, or built into an app. The owner has a
-- home, an office, a phone and a data centre; a leaked key has as many networks as it has finders.
--
-- **How.** Counts the networks (`asn`) and countries of each key. The score is their sum. The examples are the first request from
-- each of five networks.
--
-- **What it mistakes.** Keys inside a product that customers run themselves (mobile apps, on-premises software); people behind
-- anonymising services; a company whose workers travel. A steady number of networks from the first day on speaks for these, a jump for a leak.
--
-- **Next.** Pivot from the key to its countries by time and find the jump; compare user agents before and after it; ask the owner; revoke.
--
-- **Source.** MITRE ATT&CK T1552 and T1078.
WITH networks AS (
    SELECT
        "key",
        asn,
        country,
        count(*) AS requests,
        min("time") AS first_seen,
        max("time") AS last_seen,
        min(row_id) AS example
    FROM requests
    WHERE "key" IS NOT NULL AND asn IS NOT NULL
    GROUP BY "key", asn, country
)
SELECT
    "key" AS entity,
    CAST(count(DISTINCT asn) + count(DISTINCT country) AS DOUBLE) AS score,
    CAST(sum(requests) AS BIGINT) AS requests,
    min(first_seen) AS first_seen,
    max(last_seen) AS last_seen,
    array_to_string(CAST(min(example, 5) AS VARCHAR[]), ',') AS examples
FROM networks
GROUP BY "key"
HAVING count(DISTINCT asn) >= $min_networks AND count(DISTINCT country) >= $min_countries
ORDER BY score DESC, entity
