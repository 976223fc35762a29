//! What is taken for a secret, what is not, and that no secret is left when a text has been masked.

use proptest::prelude::*;

use super::*;

fn may_hold(bytes: &[u8]) -> bool {
    !Clues::of(bytes, Clues::default()).is_empty()
}

fn seal() -> Seal {
    Seal::new(b"0123456789abcdef0123456789abcdef")
}

/// Made up, each of its kind's form; never whole in the source, so that no scanner takes them for real.
fn samples() -> Vec<(&'static str, String)> {
    let body = "Zq7Rt2Lm9XcV4bNh8Kd3Wp6Js1Yf5Gu0AeTiOoPlMnBv";
    let hex = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";
    let aws = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYzEXAMPLEKEYa1x";
    vec![
        ("OpenAI key", format!("sk-proj-{body}_x-{body}")),
        ("OpenAI key", format!("sk-{}T3BlbkFJ{}", &body[..20], &body[20..40])),
        ("Anthropic key", format!("sk-ant-api03-{body}-{body}AA")),
        ("OpenRouter key", format!("sk-or-v1-{hex}{hex}")),
        ("API key", format!("sk-{hex}")),
        ("API key", format!("sk-live-{}", &hex[..16])),
        ("Stripe key", format!("sk_live_{}", &body[..24])),
        ("Stripe key", format!("rk_live_{}", &body[..24])),
        ("webhook secret", format!("whsec_{}", &body[..32])),
        ("GitHub token", format!("ghp_{}", &body[..36])),
        ("GitHub token", format!("ghs_{}", &body[..36])),
        ("GitHub token", format!("github_pat_{}_{body}", &body[..22])),
        ("GitLab token", format!("glpat-{}", &body[..20])),
        ("Google key", format!("AIza{}", &body[..35])),
        ("Slack token", format!("xoxb-123456789012-{}", &body[..24])),
        ("Hugging Face token", format!("hf_{}", &body[..34])),
        ("SendGrid key", format!("SG.{}.{}", &body[..22], &body[..43])),
        ("npm token", format!("npm_{}", &body[..36])),
        ("JWT", format!("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.{}", &body[..43])),
        ("private key", format!("-----BEGIN RSA PRIVATE KEY-----\n{body}\n{body}\n-----END RSA PRIVATE KEY-----")),
        ("private key", format!("-----BEGIN PRIVATE KEY-----\\n{body}\\n{body}")),
        ("AWS secret key", aws[..40].to_owned()),
    ]
}

/// Texts around a secret that do not change what it is.
fn around(kind: &str, secret: &str) -> Vec<String> {
    if kind == "AWS secret key" {
        return vec![
            format!("AWS_SECRET_ACCESS_KEY={secret}"),
            format!("export AWS_SECRET_ACCESS_KEY=\\\"{secret}\\\"\\nexport X=1"),
            format!("{{\"accessKeyId\":\"AKIAIOSFODNN7EXAMPLE\",\"secretAccessKey\":\"{secret}\"}}"),
            format!("aws_secret_access_key = {secret}\n"),
            format!("AKIAIOSFODNN7EXAMPLE:{secret}"),
            format!("AKIAIOSFODNN7EXAMPLE\\n{secret}"),
        ];
    }
    vec![
        secret.to_owned(),
        format!("my key is {secret}, is it?"),
        format!("{{\"a\":\"x\\n{secret}\"}}"),
        format!("https://example.com/?k={secret}&x=1"),
        format!("'{secret}'"),
        format!("キー{secret}。"),
    ]
}

#[test]
fn every_kind_is_known_wherever_it_stands() {
    for (kind, secret) in samples() {
        for text in around(kind, &secret) {
            let found = find(&text, 0).unwrap_or_else(|| panic!("{kind} in {text}"));
            assert_eq!(found.kind.name(), kind, "{text}");
            assert_eq!(&text[found.range.clone()], secret, "{text}");
            let clues = Clues::of(text.as_bytes(), Clues::default());
            assert!(clues.letters().unwrap().iter().any(|letters| text.contains(letters)), "{text}");
            let masked = seal().mask(&text).into_owned();
            assert!(!masked.contains(&secret[secret.len() - 12..]), "{masked}");
            assert_eq!(seal().mask(&masked), masked);
            assert_eq!(fingerprint_digits(&masked).count(), 1);
        }
    }
}

#[test]
fn what_is_no_secret_stays() {
    let names = [
        "risk-assessment-for-the-third-quarter-of-2026",
        "task-12345678901234567890",
        "sk-assessment-2024/config",
        "sk-learn-tutorial2024-for-beginners",
        "sk-",
        "sk-…7f3a91c2d04e",
        "disk-a1b2c3d4e5f60718293a4b5c6d7e8f90",
        "key_d4f237083529aa017bb2c3d4e5f60718",
        "AKIAIOSFODNN7EXAMPLE",
        "ASIATFQR7NSC36DZQP7P,ASIATFQR7NSCWLLE7IWW",
        "3f786850e387550fdab836ed7e6dc881de23001b",
        "commit 3f786850e387550fdab836ed7e6dc881de23001b of secret access key rotation",
        "123e4567-e89b-12d3-a456-426614174000",
        "access_token=123e4567-e89b-12d3-a456-426614174000",
        "{\"client_secret\": \"key_d4f237083529aa017bb2\"}",
        "\"type\": \"access_token_refreshed_refreshtoken\"",
        "req_910a2dec89025cc1b7d2aa01",
        "arn:aws:sts::218007301253:assumed-role/x/aws-go-sdk-1688989450",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0 Safari/537.36",
        "python-requests/2.31.0 aws-cli/2.13.1 Python/3.11.4 exe/x86_64.ubuntu.22",
        "Bearer of good news: authentication-required by policy",
        "WWW-Authenticate: Bearer realm=\"example\", error=\"invalid_token\"",
        "Authorization: Bearer [REDACTED]",
        "Basic information about the department",
        "the basic aGVsbG8gd29ybGQ= of it",
        "\"sessionToken\":\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"",
        "sessionToken is missing; GetSessionToken by IAM User",
        "eyJuYW1lIjoibG9jay5qcyIsInZlcnNpb24iOiIxMi4wIn0",
        "-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBa\n-----END CERTIFICATE-----",
        "-----BEGIN PUBLIC KEY-----\nMIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBa\n-----END PUBLIC KEY-----",
        "-----BEGIN RSA PRIVATE KEY----- is how such files begin",
        "half_a1b2c3d4e5f60718293a4b5c6d7e8f90x1",
        "5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9",
        "2026-03-02T00:00:00.231Z",
        "sha256:5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9",
    ];
    for text in names {
        assert_eq!(find(text, 0), None, "{text}");
        assert_eq!(seal().mask(text), text);
    }
}

#[test]
fn tokens_in_headers_are_known_by_the_scheme_and_sealed_as_what_they_are() {
    let seal = seal();
    let key = format!("sk-proj-{}", "Zq7Rt2Lm9XcV4bNh8Kd3Wp6J");
    let alone = seal.mask(&key).into_owned();
    assert!(alone.starts_with("sk-proj-…") && alone.chars().count() == 9 + DIGITS, "{alone}");
    assert_eq!(seal.mask(&format!("Authorization: Bearer {key}")), format!("Authorization: Bearer {alone}"));
    assert_eq!(seal.mask(&format!("access_token={key}&x=1")), format!("access_token={alone}&x=1"));
    let opaque = seal.mask("authorization: bearer 8f14e45fceea167a5a36dedd4bea2543.").into_owned();
    assert!(opaque.starts_with("authorization: bearer bearer-…") && opaque.ends_with('.'), "{opaque}");
    // "user:pa/ss" in base64, once with an escaped slash around it.
    let basic = seal.mask("{\"Authorization\":\"Basic dXNlcjpwYS9zczE=\"}").into_owned();
    assert!(basic.starts_with("{\"Authorization\":\"Basic basic-…") && basic.ends_with("\"}"), "{basic}");
    let session = format!("X-Amz-Security-Token={}%2B{}%3D", "Zq7Rt2Lm9X".repeat(6), "cV4bNh8Kd3".repeat(6));
    assert!(seal.mask(&session).starts_with("X-Amz-Security-Token=aws-session-…"), "{}", seal.mask(&session));
}

#[test]
fn the_fingerprint_depends_on_the_secret_and_the_salt_and_not_on_the_writing() {
    let pem = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----";
    let escaped = pem.replace('\n', "\\n");
    assert_eq!(seal().mask(pem), seal().mask(&escaped));
    let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYzEXAMPLEKE";
    let one = seal().mask(&format!("secretAccessKey:{secret}")).into_owned();
    assert_eq!(one, seal().mask(&format!("secretAccessKey:{}", secret.replace('/', "\\/"))));
    assert_ne!(one, Seal::new(b"another salt").mask(&format!("secretAccessKey:{secret}")));
    assert_eq!(fingerprint_digits(&one).next(), Some(seal().digits(secret).as_str()));
    assert_ne!(seal().id(), Seal::new(b"another salt").id());
    assert!(!format!("{:?}", seal()).contains("0123"));
}

#[test]
fn the_name_of_a_column_tells_what_its_values_are() {
    let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYzEXAMPLEKE";
    let seal = seal();
    assert_eq!(seal.mask_value("comment", secret), secret);
    let inside = seal.mask(&format!("secretAccessKey={secret}")).into_owned();
    assert_eq!(format!("secretAccessKey={}", seal.mask_value("aws_secret_access_key", secret)), inside);
    // A value that is known by itself is the same in every column.
    let key = "sk-0f1e2d3c4b5a69788796a5b4c3d2e1f0";
    assert_eq!(seal.mask_value("access_token", key), seal.mask(key));
    assert_eq!(seal.mask_value("access_token", "opaque"), "opaque");
}

#[test]
fn a_secret_is_locked_away_and_read_again_with_the_salt_only() {
    for (_, secret) in samples() {
        let seal = seal();
        let Some(found) = find(&secret, 0) else { continue };
        let plain = rules::plain(&secret, found.kind).into_owned();
        let mut kept = None;
        seal.mask_each(&secret, &mut |fingerprint, _, secret| kept = Some((fingerprint.to_owned(), secret.to_owned())));
        let Some((fingerprint, kept)) = kept else { continue };
        assert_eq!(kept, plain);
        let locked = seal.lock(&fingerprint, &kept);
        assert!(!locked.contains(&kept[..8]));
        assert_eq!(seal.unlock(&fingerprint, &locked), Some(kept));
        assert_eq!(Seal::new(b"another salt").unlock(&fingerprint, &locked), None);
        assert_eq!(seal.unlock(&fingerprint, "zz"), None);
    }
}

#[test]
fn a_scout_sees_what_lies_across_the_borders_of_pieces() {
    for (kind, secret) in samples() {
        for text in around(kind, &secret) {
            let text = format!("{}{text}\n{}", "a,b\n".repeat(2000), "c,d\n".repeat(2000));
            for size in [1, 7, 4096, 5000, 8003] {
                let mut scout = Scout::default();
                text.as_bytes().chunks(size).for_each(|piece| scout.feed(piece));
                assert!(!scout.clues().is_empty(), "{kind} in pieces of {size}");
            }
        }
    }
    let mut scout = Scout::default();
    "risk-free basic task-1234567890, AKIAIOSFODNN7EXAMPLE\n"
        .repeat(5000)
        .as_bytes()
        .chunks(1000)
        .for_each(|piece| scout.feed(piece));
    assert!(scout.clues().is_empty());
}

#[test]
fn letters_that_hide_behind_escapes_make_everything_suspicious() {
    assert_eq!(Clues::of(br#"{"a":"\u0073k-proj"}"#, Clues::default()).letters(), None);
    assert_eq!(Clues::of(br#"{"a":"\u0022x\u003c\u000a"}"#, Clues::default()).letters(), Some(Vec::new()));
    assert_eq!(Clues::ALL.letters(), None);
}

fn fragment() -> impl Strategy<Value = String> {
    let secrets: Vec<String> = samples().into_iter().flat_map(|(kind, secret)| around(kind, &secret)).collect();
    let letters = [
        "sk-",
        "Bearer ",
        "Basic ",
        "eyJ",
        ".",
        "…",
        "0a1b2c3d4e5f",
        "AKIAIOSFODNN7EXAMPLE",
        "secretAccessKey",
        "=",
        "\\",
        "n",
        "\"",
        "%3D",
        "-----BEGIN ",
        "PRIVATE KEY-----",
        "-----END",
        "xoxb-",
        "access_token",
        " ",
        "\n",
        "é",
        "Zq7Rt2Lm9XcV4bNh8Kd3",
        "a",
    ];
    prop_oneof![
        prop::sample::select(secrets),
        prop::sample::select(letters.map(str::to_owned).to_vec()),
        "[ -~]{0,12}",
        any::<String>(),
    ]
}

#[test]
fn a_private_key_right_behind_another_secret_is_masked_too() {
    let body = "Zq7Rt2Lm9XcV4bNh8Kd3Wp6Js1Yf5Gu0AeTiOoPlMnBv";
    let key = format!("-----BEGIN PRIVATE KEY-----\\n{body}\\n{body}");
    for before in [
        "sk-proj-Zq7Rt2Lm9XcV4bNh8Kd3Wp6Js1Yf5Gu0",
        "Bearer Zq7Rt2Lm9XcV4bNh8Kd3Wp6Js1Yf5Gu0",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.Zq7Rt2Lm9XcV4bNh8Kd3Wp6Js1Yf5Gu0AeTiOoPlMnB",
        "-----BEGIN eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.Zq7Rt2Lm9XcV4bNh8Kd3Wp6Js1Yf5Gu0AeTiOoPlMnB",
    ] {
        let masked = seal().mask(&format!("{before}{key}")).into_owned();
        assert!(!masked.contains(body) && masked.contains("private-key-"), "{before} gives {masked}");
        assert_eq!(find(&masked, 0), None, "{before} gives {masked}");
    }
}

proptest! {
    #[test]
    fn nothing_that_is_recognised_survives_and_masking_twice_is_masking_once(
        pieces in prop::collection::vec(fragment(), 0..8),
        next in fragment(),
    ) {
        let text = pieces.concat();
        let masked = seal().mask(&text).into_owned();
        prop_assert_eq!(find(&masked, 0), None, "{:?} to {:?}", text, masked);
        prop_assert_eq!(seal().mask(&masked).into_owned(), masked.clone());
        if find(&text, 0).is_some() {
            prop_assert!(may_hold(text.as_bytes()), "the scout passes over {:?}", text);
            let run = format!("{text}{next}");
            prop_assert!(may_hold(run.as_bytes()), "the scout passes over {:?}", run);
            prop_assert_ne!(&masked, &text);
        } else {
            prop_assert_eq!(&masked, &text);
        }
        // Where something stands around each piece, no copy of a secret hides inside a word; some are secrets by their surroundings only.
        let text = pieces.join(" ");
        let masked = seal().mask(&text).into_owned();
        let mut secrets = Vec::new();
        seal().mask_each(&text, &mut |_, _, secret| secrets.push(secret.to_owned()));
        let is_known = |secret: &str| find(secret, 0).is_some_and(|found| found.range == (0..secret.len()));
        for secret in secrets.iter().filter(|secret| is_known(secret)) {
            prop_assert!(!masked.contains(secret.as_str()), "{:?} is still in {:?}", secret, masked);
        }
    }
}
