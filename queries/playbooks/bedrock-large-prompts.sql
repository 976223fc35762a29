-- id = "bedrock-large-prompts"
-- title = "Prompts far above the organisation's habit"
-- question = "Which callers send prompts many times longer than their organisation's usual ones?"
-- severity = "high"
-- entity = "account"
-- roles = ["time", "account", "org", "tokens_in"]
-- tags = ["bedrock", "tokens", "cost"]
-- references = ["https://atlas.mitre.org/techniques/AML.T0034", "https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html", "https://attack.mitre.org/techniques/T1496/004/"]
--
-- [params.factor]
-- type = "real"
-- default = 25.0
-- min = 1.0
-- help = "How many times the usual length a prompt must be."
--
-- [params.min_tokens]
-- type = "integer"
-- default = 20000
-- min = 1
-- help = "Shorter prompts never count."
--
-- [params.min_prompts]
-- type = "integer"
-- default = 1
-- min = 1
-- help = "Callers with fewer such prompts are not reported."
-- ---
-- **What it finds.** A role or a key in other hands, or an agent out of control: it sends whole books where its organisation sends
-- questions, and each request costs as much as a day of the others.
--
-- **How.** The habit of an organisation (in Bedrock, the AWS account) is the length that a quarter of its prompts stay below: even
-- when most prompts are the flood's, that one is not. Prompts many times longer count. The score is the number of tokens in them.
-- The examples are the longest.
--
-- **What it mistakes.** The first users of a product that reads documents; a nightly job over whole files. Both keep to one model
-- and one role, day after day.
--
-- **Next.** Look at the caller's role and session name, the time of its first long prompt, and what else the role did in CloudTrail;
-- sum the cost by day. `bedrock-region-hopping` shows whether it went round the quotas.
--
-- **Source.** MITRE ATLAS AML.T0034; MITRE ATT&CK T1496.004.
WITH habits AS (
    SELECT org, quantile_cont(tokens_in, 0.25) AS usual
    FROM requests
    WHERE tokens_in > 0 AND org IN (SELECT org FROM requests WHERE tokens_in >= $min_tokens)
    GROUP BY org
)
SELECT
    requests.account AS entity,
    CAST(sum(requests.tokens_in) AS DOUBLE) AS score,
    count(*) AS requests,
    min(requests."time") AS first_seen,
    max(requests."time") AS last_seen,
    array_to_string(CAST(arg_max(requests.row_id, requests.tokens_in, 5) AS VARCHAR[]), ',') AS examples
FROM requests
JOIN habits ON habits.org = requests.org
WHERE requests.account IS NOT NULL AND requests.tokens_in >= greatest($min_tokens, $factor * habits.usual)
GROUP BY requests.account
HAVING count(*) >= $min_prompts
ORDER BY score DESC, entity
