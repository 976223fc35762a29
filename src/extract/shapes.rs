//! What a value looks like: an address, a time, a status, an identifier.

use std::net::IpAddr;

use crate::domain::Timestamp;

/// What a value looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Look {
    Empty,
    /// A date and time in letters and digits.
    Time,
    /// A whole number that could be a time since the epoch, in s, ms, µs or ns.
    Epoch,
    /// 100 to 599.
    Status,
    Integer,
    Real,
    Boolean,
    /// An IP address, with or without a port.
    Ip,
    Uuid,
    /// `AS64500`.
    Asn,
    /// Two capital letters.
    Country,
    Method,
    UserAgent,
    /// Begins like an API key, an access key or a token.
    Key,
    Email,
    /// A URL or a path.
    Path,
    /// A JSON object or array.
    Json,
    Other,
}

/// What a value looks like, the most telling answer first.
pub(super) fn look(value: &str) -> Look {
    let value = value.trim();
    if value.is_empty() {
        return Look::Empty;
    }
    if value.bytes().all(|byte| byte.is_ascii_digit()) {
        return match value.parse::<i64>() {
            Ok(100..=599) if value.len() == 3 => Look::Status,
            Ok(number) if !value.starts_with('0') && is_epoch(number) => Look::Epoch,
            Ok(_) => Look::Integer,
            Err(_) => Look::Other,
        };
    }
    if matches!(value, "true" | "false" | "True" | "False" | "TRUE" | "FALSE") {
        return Look::Boolean;
    }
    if is_number(value) {
        return match value.parse::<f64>() {
            // Fractional seconds since the epoch.
            Ok(number) if number > 946_684_800.0 && number < 4_102_444_800.0 && value.contains('.') => Look::Epoch,
            _ if value.strip_prefix('-').is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit())) => Look::Integer,
            _ => Look::Real,
        };
    }
    if is_ip(value) {
        return Look::Ip;
    }
    if is_time(value) {
        return Look::Time;
    }
    if is_uuid(value) {
        return Look::Uuid;
    }
    if value.len() > 2 && value.starts_with("AS") && value[2..].bytes().all(|byte| byte.is_ascii_digit()) {
        return Look::Asn;
    }
    if value.len() == 2 && value.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Look::Country;
    }
    if matches!(value, "GET" | "POST" | "PUT" | "DELETE" | "PATCH" | "HEAD" | "OPTIONS" | "CONNECT" | "TRACE") {
        return Look::Method;
    }
    if is_key(value) {
        return Look::Key;
    }
    if is_user_agent(value) {
        return Look::UserAgent;
    }
    if is_email(value) {
        return Look::Email;
    }
    if value.starts_with("http://") || value.starts_with("https://") || (value.starts_with('/') && !value.contains(' ')) {
        return Look::Path;
    }
    if (value.starts_with('{') && value.ends_with('}')) || (value.starts_with('[') && value.ends_with(']') && value.contains('"'))
    {
        return Look::Json;
    }
    Look::Other
}

/// Whether a whole number could count s, ms, µs or ns since the epoch: between 2000 and 2100.
fn is_epoch(number: i64) -> bool {
    [1_000_000_000, 1_000_000, 1_000, 1].iter().any(|unit| {
        (946_684_800..4_102_444_800).contains(&(number / unit)) && {
            // Ten digits for s, thirteen for ms, sixteen for µs, nineteen for ns: nothing between.
            number / unit >= 946_684_800 && number.checked_div(*unit).is_some_and(|seconds| seconds < 4_102_444_800)
        }
    })
}

fn is_number(value: &str) -> bool {
    let digits = value.strip_prefix(['-', '+']).unwrap_or(value);
    digits.bytes().next().is_some_and(|byte| byte.is_ascii_digit() || byte == b'.')
        && digits.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'-' | b'+'))
        && value.parse::<f64>().is_ok()
}

/// Whether a text is an address: v4, v6, `v4:port`, `[v6]:port`, `[v6]`.
pub(super) fn is_ip(value: &str) -> bool {
    if !value.bytes().any(|byte| matches!(byte, b'.' | b':')) || value.len() > 60 {
        return false;
    }
    if value.parse::<IpAddr>().is_ok() || value.parse::<std::net::SocketAddr>().is_ok() {
        return true;
    }
    value.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).is_some_and(|inner| inner.parse::<IpAddr>().is_ok())
}

/// Whether a text is an address with something around it: a port, brackets.
pub(super) fn is_dressed_ip(value: &str) -> bool {
    let value = value.trim();
    is_ip(value) && value.parse::<IpAddr>().is_err()
}

/// Whether a text is a date, or a date and time.
fn is_time(value: &str) -> bool {
    let bytes = value.as_bytes();
    if !(8..=40).contains(&bytes.len()) || !value.bytes().any(|byte| matches!(byte, b'-' | b'/' | b':')) {
        return false;
    }
    value.parse::<Timestamp>().is_ok() || is_us_or_log_time(value) || is_worded_time(value)
}

/// `Mar 2, 2026 @ 08:00:00.000` (Kibana), `Mon, 02 Mar 2026 08:00:00 GMT` (RFC 9110), `Mar  2 2026 08:00:00`, `2026/03/02 08:00:00`.
fn is_worded_time(value: &str) -> bool {
    let words: Vec<&str> = value.split([' ', ',']).filter(|word| !word.is_empty()).collect();
    let is_day = |word: &&str| word.len() <= 2 && word.parse::<u8>().is_ok_and(|day| (1..=31).contains(&day));
    let is_clock = |word: &&str| word.split(':').count() >= 2 && word.starts_with(|first: char| first.is_ascii_digit());
    let is_date =
        |word: &&str| word.split('/').count() == 3 && word.len() >= 8 && word.split('/').all(|part| part.parse::<u16>().is_ok());
    let months = words.iter().filter(|word| MONTHS.contains(word)).count();
    let clock = words.iter().any(is_clock);
    clock && ((months == 1 && words.iter().any(is_day)) || words.first().is_some_and(is_date))
}

/// `07/10/2023 11:42:18 PM`, `10/Jul/2023:11:42:18 +0000`.
fn is_us_or_log_time(value: &str) -> bool {
    let mut parts = value.splitn(3, '/');
    let (Some(first), Some(second), Some(rest)) = (parts.next(), parts.next(), parts.next()) else { return false };
    let is_day = first.len() <= 2 && first.parse::<u8>().is_ok_and(|number| (1..=31).contains(&number));
    let is_middle = second.parse::<u8>().is_ok_and(|number| (1..=31).contains(&number)) || MONTHS.contains(&second);
    let is_year = rest.get(..4).is_some_and(|year| year.parse::<u16>().is_ok());
    is_day && is_middle && is_year
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

fn is_uuid(value: &str) -> bool {
    value.len() == 36
        && value.bytes().enumerate().all(
            |(at, byte)| {
                if matches!(at, 8 | 13 | 18 | 23) { byte == b'-' } else { byte.is_ascii_hexdigit() }
            },
        )
}

fn is_key(value: &str) -> bool {
    const PREFIXES: [&str; 10] = ["AKIA", "ASIA", "sk-", "sk_", "pk_", "key_", "ghp_", "xoxb-", "AIza", "eyJ"];
    value.len() >= 8 && !value.contains(' ') && PREFIXES.iter().any(|prefix| value.starts_with(prefix))
}

fn is_user_agent(value: &str) -> bool {
    const WORDS: [&str; 22] = [
        "Mozilla/",
        "curl/",
        "python-requests/",
        "Python/",
        "python-httpx/",
        "okhttp/",
        "Go-http-client/",
        "axios/",
        "Wget/",
        "Java/",
        "aws-cli/",
        "aws-sdk",
        "Boto3/",
        "botocore/",
        "PostmanRuntime/",
        "node-fetch",
        "openai-python",
        "OpenAI/",
        "Anthropic/",
        "Apache-HttpClient/",
        "Ruby",
        "libwww-perl/",
    ];
    WORDS.iter().any(|word| value.contains(word))
}

fn is_email(value: &str) -> bool {
    value.len() <= 254
        && !value.contains([' ', '/', ':'])
        && value.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !host.contains('@'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn values_are_told_by_their_look() {
        for (value, wanted) in [
            ("", Look::Empty),
            ("2023-07-10T11:42:18Z", Look::Time),
            ("2023-07-10 11:42:18.123", Look::Time),
            ("10/Jul/2023:11:42:18 +0000", Look::Time),
            ("7/10/2023 11:42", Look::Time),
            ("1688989338", Look::Epoch),
            ("1688989338123", Look::Epoch),
            ("1688989338123456", Look::Epoch),
            ("1688989338123456789", Look::Epoch),
            ("1688989338.25", Look::Epoch),
            ("429", Look::Status),
            ("00123", Look::Integer),
            ("-4", Look::Integer),
            ("12345678901234567890", Look::Other),
            ("0.5", Look::Real),
            ("true", Look::Boolean),
            ("10.1.2.3", Look::Ip),
            ("10.1.2.3:443", Look::Ip),
            ("[2001:db8::1]:443", Look::Ip),
            ("2001:db8::1", Look::Ip),
            ("293ba626-3be5-4a26-ab1b-0f4c54f49959", Look::Uuid),
            ("AS64500", Look::Asn),
            ("DE", Look::Country),
            ("POST", Look::Method),
            ("AKIATFQZ7NSC8Q4X21BJ", Look::Key),
            ("Mozilla/5.0 (X11)", Look::UserAgent),
            ("a@example.com", Look::Email),
            ("/v1/messages", Look::Path),
            ("{\"a\":1}", Look::Json),
            ("Mar 2, 2026 @ 08:00:00.000", Look::Time),
            ("Mon, 02 Mar 2026 08:00:00 GMT", Look::Time),
            ("2026/03/02 08:00:00", Look::Time),
            ("Mar is at 12:30", Look::Other),
            ("12:30", Look::Other),
            ("hello", Look::Other),
        ] {
            assert_eq!(look(value), wanted, "{value}");
        }
    }

    #[test]
    fn an_address_with_a_port_or_brackets_is_dressed() {
        for (value, dressed) in [
            ("192.0.2.1", false),
            ("192.0.2.1:443", true),
            ("[2001:db8::1]", true),
            ("[2001:db8::1]:1", true),
            ("2001:db8::1", false),
            ("x:1", false),
        ] {
            assert_eq!(is_dressed_ip(value), dressed, "{value}");
        }
    }

    proptest! {
        #[test]
        fn no_value_makes_it_stumble(value in any::<String>()) {
            let _ = look(&value);
        }
    }
}
