-- id = "key-minted-used"
-- title = "A new key, made and used at once"
-- question = "Which keys appear for the first time soon after somebody of the same organisation made a key?"
-- severity = "medium"
-- entity = "key"
-- roles = ["time", "key", "org", "endpoint"]
-- tags = ["keys", "cloudtrail", "persistence"]
-- references = ["https://attack.mitre.org/techniques/T1098/001/", "https://stratus-red-team.cloud/attack-techniques/AWS/aws.persistence.iam-backdoor-user/"]
--
-- [params.within_hours]
-- type = "real"
-- default = 24.0
-- min = 0.1
-- max = 720.0
-- help = "The new key must be used this soon after it was made."
--
-- [params.history_hours]
-- type = "real"
-- default = 0.5
-- min = 0.0
-- help = "How long the organisation must have been seen before; what comes earlier is new only to the log."
-- ---
-- **What it finds.** A back door: a stolen key makes a key of its own (`CreateAccessKey`, or a session by `GetFederationToken` or
-- `GetSessionToken`), which outlives the change of the first.
--
-- **How.** Notes the answered calls that make keys, and the keys that are first seen after one in the same organisation within the
-- time given. Keys by `CreateAccessKey` begin with AKIA, those of sessions with ASIA. The score is higher the sooner the key is
-- used: 1 within the last moment allowed, up to 2 at once. The examples are the call that made the key and the first requests with
-- it.
--
-- **What it mistakes.** Planned changes of keys; people who sign in to sessions every morning. With many keys made at once the log's
-- roles do not tell which is which: the response of the call does.
--
-- **Next.** Open the call that made the key: who made it, for which user, from where? Its response names the new key. Then look at
-- what the new key did, and delete it with all that it made.
--
-- **Source.** MITRE ATT&CK T1098.001; Stratus Red Team.
WITH made AS (
    SELECT org, "time", row_id, contains(endpoint, 'CreateAccessKey') AS lasting
    FROM requests
    WHERE error IS NULL AND org IS NOT NULL AND "time" IS NOT NULL
        AND (
            contains(endpoint, ':CreateAccessKey')
            OR contains(endpoint, ':GetFederationToken')
            OR contains(endpoint, ':GetSessionToken')
        )
),
keys AS (
    SELECT org, "key", count(*) AS requests, min("time") AS "time", max("time") AS last_seen, min(row_id, 4) AS examples
    FROM requests
    WHERE "key" IS NOT NULL AND org IN (SELECT org FROM made)
    GROUP BY org, "key"
),
since AS (
    SELECT org, min("time") AS since FROM requests WHERE org IN (SELECT org FROM made) GROUP BY org
),
fresh AS (
    -- For each key the last call before it that can have made it: one pass over both in the order of time.
    SELECT keys.*, made."time" AS made_at, made.row_id AS made_by
    FROM (SELECT *, starts_with("key", 'AKIA') AS lasting FROM keys) AS keys
    ASOF JOIN made ON made.org = keys.org AND made.lasting = keys.lasting AND keys."time" > made."time"
)
SELECT
    "key" AS entity,
    2.0 - (epoch_us(fresh."time") - epoch_us(made_at)) / ($within_hours * 3600000000) AS score,
    requests,
    fresh."time" AS first_seen,
    last_seen,
    array_to_string(CAST(list_prepend(made_by, examples) AS VARCHAR[]), ',') AS examples
FROM fresh
JOIN since USING (org)
WHERE epoch_us(fresh."time") - epoch_us(made_at) <= $within_hours * 3600000000
    AND epoch_us(fresh."time") - epoch_us(since) >= $history_hours * 3600000000
ORDER BY score DESC, entity
