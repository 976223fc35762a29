-- id = "instance-role-outside"
-- title = "An instance's role used from elsewhere"
-- question = "Which keys of instance roles belong to an instance that calls from several addresses?"
-- severity = "high"
-- entity = "key"
-- roles = ["time", "account", "key", "ip"]
-- tags = ["keys", "cloudtrail", "takeover"]
-- references = ["https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_finding-types-iam.html", "https://stratus-red-team.cloud/attack-techniques/AWS/aws.credential-access.ec2-steal-instance-credentials/", "https://attack.mitre.org/techniques/T1552/005/"]
--
-- [params.min_addresses]
-- type = "integer"
-- default = 2
-- min = 2
-- help = "Instances whose role is used from fewer addresses are not reported."
-- ---
-- **What it finds.** The temporary key of a virtual machine, read from its metadata service and used on somebody else's computer.
--
-- **How.** A session of an instance's role is named after the instance (`…:assumed-role/ROLE/i-…`). An instance has one address;
-- calls of one session from several (AWS's own services left out) mean that its keys are used elsewhere. Every key of such a session
-- is listed with its own requests, since which of the addresses is the instance's the log alone does not tell. The score is the
-- number of addresses of the session. The examples are the key's first requests from each address.
--
-- **What it mistakes.** Instances that were stopped and started get another public address; several network interfaces; calls partly
-- through an endpoint inside the private network.
--
-- **Next.** Find out the instance's own address; the key that was used from the other one is stolen. Pivot from that address to
-- other keys. Revoke the role's sessions, demand IMDSv2.
--
-- **Source.** MITRE ATT&CK T1552.005; Amazon GuardDuty, InstanceCredentialExfiltration; Stratus Red Team.
WITH sessions AS (
    SELECT
        account,
        "key",
        ip,
        count(*) AS requests,
        min("time") AS first_seen,
        max("time") AS last_seen,
        min(row_id) AS example
    FROM requests
    WHERE account IS NOT NULL AND "key" IS NOT NULL AND ip IS NOT NULL
        AND contains(account, ':assumed-role/')
        AND regexp_matches(account, '/i-[0-9a-f]{8,17}$')
        -- The services of AWS call under their names.
        AND regexp_full_match(ip, '[0-9a-fA-F.:]+')
    GROUP BY account, "key", ip
),
elsewhere AS (
    SELECT account, count(DISTINCT ip) AS addresses
    FROM sessions
    GROUP BY account
    HAVING count(DISTINCT ip) >= $min_addresses
)
SELECT
    "key" AS entity,
    CAST(max(addresses) AS DOUBLE) AS score,
    CAST(sum(requests) AS BIGINT) AS requests,
    min(first_seen) AS first_seen,
    max(last_seen) AS last_seen,
    array_to_string(CAST(min(example, 5) AS VARCHAR[]), ',') AS examples
FROM sessions
JOIN elsewhere USING (account)
GROUP BY "key"
ORDER BY score DESC, requests DESC, entity
