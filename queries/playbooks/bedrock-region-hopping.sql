-- id = "bedrock-region-hopping"
-- title = "Models invoked in other regions than usual"
-- question = "Which callers have their prompts answered in several regions within an hour, or in one that is not their organisation's?"
-- severity = "medium"
-- entity = "account"
-- roles = ["time", "account", "org", "model"]
-- tags = ["bedrock", "region", "quota"]
-- references = ["https://attack.mitre.org/techniques/T1535/", "https://docs.aws.amazon.com/bedrock/latest/userguide/cross-region-inference.html", "https://attack.mitre.org/techniques/T1496/004/"]
--
-- [params.min_foreign]
-- type = "integer"
-- default = 1
-- min = 1
-- help = "Callers with fewer requests outside their organisation's usual region are not reported."
--
-- [params.max_share]
-- type = "real"
-- default = 0.2
-- min = 0.0
-- max = 1.0
-- help = "A region with a larger share of the organisation's requests is one of its own."
-- ---
-- **What it finds.** Somebody who takes another region when one has no quota left or is watched: unused regions are where stolen
-- keys work unseen.
--
-- **How.** The region of a request is the one in which it was answered (`inferenceRegion`), where the log has that column, else the
-- one in the model's ARN, else the prefix of a profile across regions (`us.`, `eu.`, `apac.`, `global.`). A region with a small
-- share of the organisation's requests, while another has nearly all, is foreign to it. The score is the number of foreign regions
-- times that of requests in them. The examples are these requests.
--
-- **What it mistakes.** Profiles across regions, by which AWS itself chooses where a request is answered (then many callers are
-- listed, each with few); a move of a product to another region, which all its callers make.
--
-- **Next.** Were the regions enabled on purpose? Look at the same caller in CloudTrail for that hour, at failures (`error`) before
-- the change of region, and forbid regions that nobody needs.
--
-- **Source.** MITRE ATT&CK T1535 and T1496.004.
WITH placed AS (
    -- The column is looked up beside `requests` when the log does not have it.
    SELECT found.*
    FROM (SELECT CAST(NULL AS VARCHAR) AS "inferenceRegion") AS absent
    CROSS JOIN LATERAL (
        SELECT
            account,
            org,
            coalesce(
                CAST("inferenceRegion" AS VARCHAR),
                nullif(regexp_extract(model, '^arn:aws[a-z-]*:bedrock:([a-z0-9-]+):', 1), ''),
                nullif(regexp_extract(model, '^(us|eu|apac|global|us-gov)\.', 1), '')
            ) AS region,
            "time",
            row_id
        FROM requests
        WHERE account IS NOT NULL AND org IS NOT NULL AND model IS NOT NULL
            AND (starts_with(model, 'arn:aws') OR regexp_matches(model, '^([a-z-]+\.)?[a-z0-9]+\.[a-z0-9-]+'))
    ) AS found
),
regions AS (
    SELECT org, region, count(*) AS requests
    FROM placed
    WHERE region IS NOT NULL
    GROUP BY org, region
),
shares AS (
    SELECT org, region, CAST(requests AS DOUBLE) / sum(requests) OVER (PARTITION BY org) AS share FROM regions
)
SELECT
    placed.account AS entity,
    CAST(count(DISTINCT placed.region) * count(*) AS DOUBLE) AS score,
    count(*) AS requests,
    min(placed."time") AS first_seen,
    max(placed."time") AS last_seen,
    array_to_string(CAST(min(placed.row_id, 5) AS VARCHAR[]), ',') AS examples
FROM placed
JOIN shares ON shares.org = placed.org AND shares.region = placed.region
WHERE shares.share <= $max_share
GROUP BY placed.account
HAVING count(*) >= $min_foreign
ORDER BY score DESC, entity
