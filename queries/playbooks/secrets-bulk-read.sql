-- id = "secrets-bulk-read"
-- title = "Secrets read in bulk"
-- question = "Which keys read many secrets within minutes?"
-- severity = "high"
-- entity = "key"
-- roles = ["time", "key", "endpoint"]
-- tags = ["keys", "cloudtrail", "secrets"]
-- references = ["https://attack.mitre.org/techniques/T1555/006/", "https://stratus-red-team.cloud/attack-techniques/AWS/aws.credential-access.secretsmanager-retrieve-secrets/"]
--
-- [params.window_minutes]
-- type = "integer"
-- default = 10
-- min = 1
-- max = 1440
-- help = "The time over which reads are counted."
--
-- [params.min_reads]
-- type = "integer"
-- default = 15
-- min = 1
-- help = "Fewer reads in such a time are not reported."
--
-- [params.batch]
-- type = "integer"
-- default = 10
-- min = 1
-- help = "How many reads a call counts for that reads many secrets at once."
-- ---
-- **What it finds.** A stolen key on its first errand: every secret that it may read from Secrets Manager and the parameter store.
--
-- **How.** Counts each key's calls that read secrets (`GetSecretValue`, `BatchGetSecretValue`, `GetParameter`, `GetParameters`,
-- `GetParametersByPath`) in steps of `window_minutes`; those that read many at once count as `batch`. Failed calls count too. The
-- score is the most reads in such a step. The examples are calls of the worst step.
--
-- **What it mistakes.** Deployment tools and programs that fetch all their settings when they start, again at every deployment, with
-- the key of a role.
--
-- **Next.** Is it a person's key or a role's? Pivot from the key to addresses and programs; list which secrets were read (the calls'
-- parameters), and change those.
--
-- **Source.** MITRE ATT&CK T1555.006; Stratus Red Team.
WITH reads AS (
    SELECT
        "key",
        epoch_us("time") // (CAST($window_minutes AS BIGINT) * 60000000) AS step,
        CASE WHEN regexp_matches(endpoint, ':(BatchGetSecretValue|GetParameters|GetParametersByPath)$') THEN $batch ELSE 1 END AS secrets,
        "time",
        row_id
    FROM requests
    WHERE "key" IS NOT NULL AND "time" IS NOT NULL
        AND (contains(endpoint, 'GetSecretValue') OR contains(endpoint, ':GetParameter'))
        AND regexp_matches(endpoint, ':(GetSecretValue|BatchGetSecretValue|GetParameter|GetParameters|GetParametersByPath)$')
),
steps AS (
    SELECT
        "key",
        sum(secrets) AS secrets,
        count(*) AS requests,
        min("time") AS first_seen,
        max("time") AS last_seen,
        min(row_id, 5) AS examples
    FROM reads
    GROUP BY "key", step
    HAVING sum(secrets) >= $min_reads
)
SELECT
    "key" AS entity,
    CAST(max(secrets) AS DOUBLE) AS score,
    CAST(sum(requests) AS BIGINT) AS requests,
    min(first_seen) AS first_seen,
    max(last_seen) AS last_seen,
    array_to_string(CAST(arg_max(examples, secrets) AS VARCHAR[]), ',') AS examples
FROM steps
GROUP BY "key"
ORDER BY score DESC, entity
