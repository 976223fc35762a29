-- id = "denied-then-allowed"
-- title = "Denied first, allowed later"
-- question = "Which keys were denied a call and later allowed the same one?"
-- severity = "medium"
-- entity = "key"
-- roles = ["time", "key", "endpoint", "error"]
-- tags = ["keys", "cloudtrail", "privileges"]
-- references = ["https://attack.mitre.org/techniques/T1098/003/", "https://attack.mitre.org/techniques/T1078/004/"]
--
-- [params.min_endpoints]
-- type = "integer"
-- default = 1
-- min = 1
-- help = "Keys that this happened to at fewer endpoints are not reported."
-- ---
-- **What it finds.** Somebody who has raised their own rights, or who tried role after role until one let them in.
--
-- **How.** Looks at each key and endpoint for a denial (AccessDenied or UnauthorizedOperation in any of AWS's spellings) with a
-- later call without an error. The score is the number of such endpoints, and a little more for each denial. The examples are the
-- calls that were allowed.
--
-- **What it mistakes.** A new role whose policy takes some seconds to be known everywhere; calls whose rights depend on the resource
-- (one bucket is closed, the next is open).
--
-- **Next.** Look between the denial and the success for `PutRolePolicy`, `AttachUserPolicy`, `AssumeRole` and
-- `UpdateAssumeRolePolicy`: who changed the rights, and with which key?
--
-- **Source.** MITRE ATT&CK T1098.003.
WITH denied AS (
    SELECT "key", endpoint, min("time") AS denied, count(*) AS denials
    FROM requests
    WHERE "key" IS NOT NULL AND endpoint IS NOT NULL AND (contains(lower(error), 'accessdenied') OR contains(lower(error), 'unauthorizedoperation'))
    GROUP BY "key", endpoint
),
allowed AS (
    SELECT
        requests."key",
        requests.endpoint,
        any_value(denied.denials) AS denials,
        count(*) AS requests,
        any_value(denied.denied) AS first_seen,
        max(requests."time") AS last_seen,
        min(requests.row_id) AS example
    FROM requests
    JOIN denied ON denied."key" = requests."key" AND denied.endpoint = requests.endpoint
    WHERE requests.error IS NULL AND requests."time" > denied.denied
    GROUP BY requests."key", requests.endpoint
)
SELECT
    "key" AS entity,
    count(*) + CAST(sum(denials) AS DOUBLE) / (1 + sum(denials)) AS score,
    CAST(sum(requests + denials) AS BIGINT) AS requests,
    min(first_seen) AS first_seen,
    max(last_seen) AS last_seen,
    array_to_string(CAST(min(example, 5) AS VARCHAR[]), ',') AS examples
FROM allowed
GROUP BY "key"
HAVING count(*) >= $min_endpoints
ORDER BY score DESC, entity
