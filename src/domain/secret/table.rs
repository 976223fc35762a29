//! The kinds of secrets: for each the letters that give it away, and the form of what follows. The forms are those that the issuers
//! document, and that the public secret scanners (GitHub, gitleaks, trufflehog) use.

use super::shape::Class;

/// What a secret is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Kind(pub(super) &'static str);

impl Kind {
    /// The kind in words: `OpenAI key`, `AWS secret key`.
    pub const fn name(self) -> &'static str {
        self.0
    }
}

pub(super) const API_KEY: Kind = Kind("API key");
pub(super) const AWS_SECRET: Kind = Kind("AWS secret key");
pub(super) const AWS_SESSION: Kind = Kind("AWS session token");
pub(super) const AZURE: Kind = Kind("Azure key");
pub(super) const BASIC: Kind = Kind("name and password");
pub(super) const BEARER: Kind = Kind("bearer token");
pub(super) const JWT: Kind = Kind("JWT");
pub(super) const OAUTH: Kind = Kind("OAuth token");
pub(super) const PRIVATE_KEY: Kind = Kind("private key");

/// How a secret is read from the letters that give it away.
#[derive(Debug, Clone, Copy)]
pub(super) enum Form {
    /// The letters, and then so many characters.
    Key(Class, usize, usize),
    /// Like `Key`, of characters that look like chance.
    Random(Class, usize),
    /// `sk-`, with words that say whose it is.
    Sk,
    /// `SG.` and two parts.
    SendGrid,
    /// Parts between dots, of which the first is a JSON object.
    Jwt,
    /// The scheme of an `Authorization` header, and then the token.
    Bearer,
    /// The scheme of an `Authorization` header, and then a name and a password in base64.
    Basic,
    /// The first line of a PEM file.
    Pem,
    /// The address of a hook, whose last part is the secret.
    Hook,
    /// The name of a key, with its secret right behind it.
    Pair,
    /// The name of a field, and then its value.
    Field(Field),
}

/// What the value of a field must be.
#[derive(Debug, Clone, Copy)]
pub(super) enum Field {
    /// 40 characters of base64.
    AwsSecret,
    /// A hundred and more characters of base64.
    AwsSession,
    /// 43 characters of base64 and more.
    Azure,
    /// Anything that looks like chance.
    Token,
}

/// One way to know a secret.
pub(super) struct Rule {
    pub(super) letters: &'static str,
    pub(super) kind: Kind,
    pub(super) form: Form,
}

const fn rule(letters: &'static str, kind: &'static str, form: Form) -> Rule {
    Rule { letters, kind: Kind(kind), form }
}

const fn field(letters: &'static str, kind: Kind, field: Field) -> Rule {
    Rule { letters, kind, form: Form::Field(field) }
}

/// No upper bound.
pub(super) const ANY: usize = usize::MAX;

/// Where one's letters are the beginning of another's, the longer ones come first. At most 64: more are not searched for at once.
pub(super) const RULES: [Rule; 63] = [
    rule("sk_live_", "Stripe key", Form::Key(Class::Alnum, 16, ANY)),
    rule("sk_test_", "Stripe key", Form::Key(Class::Alnum, 16, ANY)),
    rule("rk_live_", "Stripe key", Form::Key(Class::Alnum, 16, ANY)),
    rule("rk_test_", "Stripe key", Form::Key(Class::Alnum, 16, ANY)),
    rule("whsec_", "webhook secret", Form::Key(Class::Base64, 24, ANY)),
    rule("sk-", API_KEY.0, Form::Sk),
    rule("ghp_", "GitHub token", Form::Key(Class::Alnum, 30, ANY)),
    rule("gho_", "GitHub token", Form::Key(Class::Alnum, 30, ANY)),
    rule("ghu_", "GitHub token", Form::Key(Class::Alnum, 30, ANY)),
    rule("ghs_", "GitHub token", Form::Key(Class::Alnum, 30, ANY)),
    rule("ghr_", "GitHub token", Form::Key(Class::Alnum, 30, ANY)),
    rule("github_pat_", "GitHub token", Form::Key(Class::Word, 30, ANY)),
    rule("glpat-", "GitLab token", Form::Key(Class::Dotted, 20, ANY)),
    rule("gldt-", "GitLab token", Form::Key(Class::Dotted, 20, ANY)),
    rule("glrt-", "GitLab token", Form::Key(Class::Dotted, 20, ANY)),
    rule("AIza", "Google key", Form::Key(Class::Url, 35, ANY)),
    rule("ya29.", "Google token", Form::Random(Class::Url, 20)),
    rule("GOCSPX-", "Google key", Form::Key(Class::Url, 20, ANY)),
    rule("xoxa-", "Slack token", Form::Random(Class::Url, 10)),
    rule("xoxb-", "Slack token", Form::Random(Class::Url, 10)),
    rule("xoxc-", "Slack token", Form::Random(Class::Url, 10)),
    rule("xoxe", "Slack token", Form::Random(Class::Dotted, 10)),
    rule("xoxp-", "Slack token", Form::Random(Class::Url, 10)),
    rule("xoxr-", "Slack token", Form::Random(Class::Url, 10)),
    rule("xoxs-", "Slack token", Form::Random(Class::Url, 10)),
    rule("xapp-", "Slack token", Form::Random(Class::Url, 10)),
    rule("hooks.slack.com/services/", "Slack token", Form::Hook),
    rule("hf_", "Hugging Face token", Form::Key(Class::Alnum, 30, ANY)),
    rule("SG.", "SendGrid key", Form::SendGrid),
    rule("npm_", "npm token", Form::Key(Class::Alnum, 36, 36)),
    rule("pypi-AgE", "PyPI token", Form::Key(Class::Url, 50, ANY)),
    rule("dop_v1_", "DigitalOcean token", Form::Key(Class::Hex, 64, 64)),
    rule("doo_v1_", "DigitalOcean token", Form::Key(Class::Hex, 64, 64)),
    rule("shpat_", "Shopify token", Form::Key(Class::Alnum, 32, 32)),
    rule("dapi", "Databricks token", Form::Key(Class::Hex, 32, 32)),
    rule("xai-", "xAI key", Form::Key(Class::Alnum, 60, ANY)),
    rule("gsk_", "Groq key", Form::Key(Class::Alnum, 40, ANY)),
    rule("pplx-", "Perplexity key", Form::Key(Class::Alnum, 40, ANY)),
    rule("r8_", "Replicate token", Form::Key(Class::Alnum, 37, 37)),
    rule("nvapi-", "NVIDIA key", Form::Key(Class::Url, 50, ANY)),
    rule("AGE-SECRET-KEY-1", PRIVATE_KEY.0, Form::Key(Class::Alnum, 50, ANY)),
    rule("-----BEGIN ", PRIVATE_KEY.0, Form::Pem),
    rule("eyJ", JWT.0, Form::Jwt),
    rule("earer", BEARER.0, Form::Bearer),
    rule("EARER", BEARER.0, Form::Bearer),
    rule("asic ", BASIC.0, Form::Basic),
    rule("ASIC ", BASIC.0, Form::Basic),
    rule("AKIA", AWS_SECRET.0, Form::Pair),
    rule("ASIA", AWS_SECRET.0, Form::Pair),
    field("ecretAccessKey", AWS_SECRET, Field::AwsSecret),
    field("ecretaccesskey", AWS_SECRET, Field::AwsSecret),
    field("ecret_access_key", AWS_SECRET, Field::AwsSecret),
    field("ECRET_ACCESS_KEY", AWS_SECRET, Field::AwsSecret),
    field("ecret access key", AWS_SECRET, Field::AwsSecret),
    field("essionToken", AWS_SESSION, Field::AwsSession),
    field("ession_token", AWS_SESSION, Field::AwsSession),
    field("ESSION_TOKEN", AWS_SESSION, Field::AwsSession),
    field("ecurity-Token", AWS_SESSION, Field::AwsSession),
    field("ccountKey", AZURE, Field::Azure),
    field("ccess_token", OAUTH, Field::Token),
    field("efresh_token", OAUTH, Field::Token),
    field("lient_secret", OAUTH, Field::Token),
    field("-api-key", API_KEY, Field::Token),
];
