-- id = "llm-stolen-key"
-- title = "A key that tries for access to models"
-- question = "Which keys ask for access to models, look what is there, and invoke them?"
-- severity = "high"
-- entity = "key"
-- roles = ["time", "key", "endpoint", "error"]
-- tags = ["keys", "cloudtrail", "bedrock", "llmjacking"]
-- references = ["https://attack.mitre.org/techniques/T1496/004/", "https://stratus-red-team.cloud/attack-techniques/AWS/aws.impact.bedrock-invoke-model/", "https://atlas.mitre.org/techniques/AML.T0040"]
--
-- [params.min_score]
-- type = "real"
-- default = 3.0
-- min = 0.0
-- help = "Keys with a smaller score are not reported."
-- ---
-- **What it finds.** LLMjacking: a stolen cloud key is tried for access to models, to be resold. It asks which models there are,
-- asks for the ones that are not enabled, switches the log of invocations off, and invokes.
--
-- **How.** Weighs each key's calls to Bedrock, each endpoint once: enabling a model or its terms 3, deleting the log of invocations
-- 5, looking at models, terms or the log's configuration 1, an invocation 2, any denial 2. A program that only invokes has 2 and is
-- not reported. The score is the sum. The examples are its first calls, the invocations among them.
--
-- **What it mistakes.** Administrators who enable a model for the first time and try it out, from the console and with their own
-- address.
--
-- **Next.** Where did the key leak? Pivot to its other calls and addresses; look for the same address with other keys. Then the
-- invocation log, when there is one: what was asked?
--
-- **Source.** MITRE ATT&CK T1496.004; Stratus Red Team; Sysdig and Permiso on LLMjacking (2024).
WITH calls AS (
    SELECT
        "key",
        regexp_extract(endpoint, '([A-Za-z0-9]+)$', 1) AS action,
        coalesce(contains(lower(error), 'accessdenied') OR contains(lower(error), 'unauthorizedoperation'), false) AS denied,
        "time",
        row_id
    FROM requests
    WHERE "key" IS NOT NULL AND endpoint IS NOT NULL AND starts_with(endpoint, 'bedrock')
),
actions AS (
    SELECT
        "key",
        action,
        CASE
            WHEN action = 'DeleteModelInvocationLoggingConfiguration' THEN 5
            WHEN action IN ('PutUseCaseForModelAccess', 'CreateFoundationModelAgreement', 'PutFoundationModelEntitlement') THEN 3
            WHEN starts_with(action, 'InvokeModel') OR starts_with(action, 'Converse') THEN 2
            WHEN contains(action, 'FoundationModel')
                OR contains(action, 'ModelInvocationLogging')
                OR contains(action, 'UseCaseForModelAccess') THEN 1
            ELSE 0
        END AS weight,
        bool_or(denied) AS denied,
        count(*) AS requests,
        min("time") AS first_seen,
        max("time") AS last_seen,
        arg_min(row_id, "time") AS example
    FROM calls
    GROUP BY "key", action
)
SELECT
    "key" AS entity,
    CAST(sum(weight) + CASE WHEN bool_or(denied) THEN 2 ELSE 0 END AS DOUBLE) AS score,
    CAST(sum(requests) AS BIGINT) AS requests,
    min(first_seen) AS first_seen,
    max(last_seen) AS last_seen,
    array_to_string(CAST(arg_max(example, weight, 5) AS VARCHAR[]), ',') AS examples
FROM actions
GROUP BY "key"
HAVING sum(weight) + CASE WHEN bool_or(denied) THEN 2 ELSE 0 END >= $min_score
ORDER BY score DESC, entity
