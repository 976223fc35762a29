-- id = "denied-calls"
-- title = "A key that is denied again and again"
-- question = "Which keys try most of what they may not do?"
-- severity = "medium"
-- entity = "key"
-- roles = ["time", "key", "error"]
-- tags = ["keys", "cloudtrail", "discovery"]
-- references = ["https://attack.mitre.org/techniques/T1580/", "https://attack.mitre.org/techniques/T1526/"]
--
-- [params.min_denied]
-- type = "integer"
-- default = 5
-- min = 1
-- help = "Keys that were denied less often are not reported."
-- ---
-- **What it finds.** Somebody who holds a stolen key and finds out what it can do: calls that the key has no right to.
--
-- **How.** Counts for each key the requests whose error is AccessDenied or UnauthorizedOperation, in any of AWS's spellings
-- (`AccessDenied`, `AccessDeniedException`, `Client.UnauthorizedOperation`). That count is the score. The examples are denied requests.
--
-- **What it mistakes.** A role whose policy was changed under a running program: it is denied the same call at regular intervals. Inventory and
-- security scanners.
--
-- **Next.** Pivot from the key to its endpoints and addresses; filter `-error:*` to see what it *was* allowed to do.
--
-- **Source.** MITRE ATT&CK T1580 and T1526; Stratus Red Team.
SELECT
    "key" AS entity,
    CAST(count(*) AS DOUBLE) AS score,
    count(*) AS requests,
    min("time") AS first_seen,
    max("time") AS last_seen,
    array_to_string(CAST(min(row_id, 5) AS VARCHAR[]), ',') AS examples
FROM requests
WHERE "key" IS NOT NULL
    AND (contains(lower(error), 'accessdenied') OR contains(lower(error), 'unauthorizedoperation'))
GROUP BY "key"
HAVING count(*) >= $min_denied
ORDER BY score DESC, entity
