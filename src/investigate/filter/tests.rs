//! Tests of reading, printing, checking and marking filters. What they let through is tested against the real engine in
//! `tests/investigate.rs`.

use proptest::prelude::*;

use crate::domain::{Column, Kind, Role, Schema, Timestamp, Value};
use crate::investigate::NoCase;

use super::ast::{Comparison, Node, Pattern, Span, Term, Test, Word};
use super::parse::{CASE_WORDS, DEPTH};
use super::{Completion, Filter, FilterError, Part, cidr, complete, highlight, moment};

fn schema() -> Schema {
    let mapped = [
        Role::Time,
        Role::Account,
        Role::Key,
        Role::Ip,
        Role::UserAgent,
        Role::Status,
        Role::TokensIn,
        Role::Latency,
        Role::Content,
    ];
    let mut columns: Vec<Column> = Role::ALL
        .into_iter()
        .map(|role| Column::of_role(role, mapped.contains(&role).then(|| format!("{role}_in_the_log"))))
        .collect();
    for (name, kind) in [("my col", Kind::Text), ("label", Kind::Text), ("ok", Kind::Boolean), ("raw", Kind::Json)] {
        columns.push(Column::own(name, kind, name));
    }
    Schema { columns }
}

fn parsed(text: &str) -> Filter {
    Filter::parse(text).unwrap_or_else(|error| panic!("{text}: {error:?}"))
}

fn refused(text: &str) -> FilterError {
    Filter::parse(text).and_then(|filter| filter.check(&schema())).expect_err(text)
}

#[test]
fn what_is_read_is_printed_in_one_spelling() {
    for (text, printed) in [
        ("", ""),
        ("  \t ", ""),
        ("account:acct_17", "account:acct_17"),
        ("a:1 and b:2", "a:1 b:2"),
        ("a:1 AND b:2 OR c:3", "a:1 b:2 or c:3"),
        ("a:1 (b:2 or c:3)", "a:1 (b:2 or c:3)"),
        ("((a:1)) ((b:2 c:3))", "a:1 b:2 c:3"),
        ("not a:1 b:2", "-a:1 b:2"),
        ("not (a:1 b:2)", "-(a:1 b:2)"),
        ("- a:1", "ERROR"),
        ("--a:1", "--a:1"),
        ("status!=429", "-status:429"),
        ("status=429,401", "status:429,401"),
        ("status:429,4*", "status:429,4*"),
        ("latency>=500 latency<1e3", "latency>=500 latency<1e3"),
        ("user_agent~\"(?i)python\"", "user_agent~\"(?i)python\""),
        (r"user_agent~^curl/\d+(a|b)\)", r#"user_agent~"^curl/\\d+(a|b)\\)""#),
        (r#"user_agent~"\d\.""#, r#"user_agent~"\\d\\.""#),
        ("(user_agent~a b)", "user_agent~\"a\" b"),
        ("\"ignore previous\"", "\"ignore previous\""),
        ("ignore*previous", "\"ignore\"*\"previous\""),
        ("\"my col\":x", "\"my col\":x"),
        ("\"label\":x label:x", "\"label\":x label:x"),
        ("label:*", "label:*"),
        ("pinned: -pinned:yes (pinned:)", "pinned:yes -pinned:yes pinned:yes"),
        ("finding:f1,f2", "finding:f1,f2"),
        ("time:-1h time:2023-07-10..", "time:-1h time:2023-07-10.."),
        ("ip:10.0.0.0/8 ip:[2001:db8::1]:443", "ip:10.0.0.0/8 ip:[2001:db8::1]:443"),
        ("account:arn:aws:iam::1:user/x", "account:arn:aws:iam::1:user/x"),
        ("endpoint:ec2.amazonaws.com:GetPasswordData", "endpoint:ec2.amazonaws.com:GetPasswordData"),
        (r"a:\* a:x\*y*", "a:\"*\" a:\"x*y\"*"),
        ("a:\"*\"", "a:\"*\""),
        ("a:**x**", "a:*x*"),
        ("key:*SHSEVYP5", "key:*SHSEVYP5"),
        ("a:\"x y\"*\"z w\"", "a:\"x y\"*\"z w\""),
        ("a:\"\"", "a:\"\""),
        (r#"a:"q\"b\\n\n\u{202e}""#, r#"a:"q\"b\\n\n\u{202e}""#),
        (r"C:\temp", r#"C:"\\temp""#),
        ("\"and\" \"-x\" \"a:b\" Not\"\"", "\"and\" \"-x\" \"a:b\" \"Not\""),
        ("android order nothing", "android order nothing"),
        ("not:1 and:2", "\"not\":1 \"and\":2"),
        ("a>\"=5\"", "a>\"=5\""),
        ("email a@b.c", "email a@b.c"),
        ("a or b c or d", "a or b c or d"),
    ] {
        match Filter::parse(text) {
            Ok(filter) => {
                assert_eq!(filter.to_string(), printed, "{text}");
                assert_eq!(parsed(printed), filter, "{text}");
            }
            Err(error) => assert_eq!("ERROR", printed, "{text}: {error:?}"),
        }
    }
}

#[test]
fn a_mistake_is_told_where_it_stands() {
    for (text, at, word) in [
        ("acount:x", "acount", "did you mean account?"),
        ("x status:abc", "abc", "whole numbers"),
        ("latency:fast", "fast", "numbers"),
        ("ok:maybe", "maybe", "true or false"),
        ("time:yesterday", "yesterday", "not a time"),
        ("account>5", "5", "needs a column of numbers"),
        ("ok<5", "5", "true or false"),
        ("user_agent~\"(\"", "\"(\"", "not a regular expression"),
        ("user_agent~\"\"", "\"\"", "empty"),
        ("ip:10.0.0.0/33", "10.0.0.0/33", "from 0 to 32"),
        ("ip:2001:db8::/129", "2001:db8::/129", "from 0 to 128"),
        ("ip:10.0/8", "10.0/8", "all of its address"),
        ("org:x", "org", "--map org=COLUMN"),
        ("http://evil.example", "http", "in quotes"),
        ("a (b", "(", "never closed"),
        ("a)", ")", "no ( for this )"),
        ("()", ")", "missing before this )"),
        ("account:", "account:", "a value is missing"),
        ("account: x", "account:", "a value is missing"),
        ("account:a,", "", "a value is missing"),
        ("account:a,,b", ",", "a value is missing"),
        ("account:a(b)", "(", "in quotes"),
        ("\"abc", "\"abc", "never closed"),
        ("account:\"abc", "\"abc", "never closed"),
        ("a or", "", "missing at the end"),
        ("a or or b", "or", "missing before or"),
        ("and a", "and", "missing before and"),
        ("not", "", "missing at the end"),
        ("-", "-", "nothing stands after"),
        (":x", ":", "name of a field is missing"),
        ("label>x", ">", "takes :"),
        ("pinned:no", "no", "-pinned:yes"),
        ("status>4*", "4*", "without *"),
        ("\"\"", "\"\"", "nothing to search"),
        (r#""\u{d800}""#, r"\u{d800", "number of a character"),
    ] {
        let error = refused(text);
        assert_eq!(&text[error.span.clone()], at, "{text}: {error:?}");
        assert!(error.to_string().contains(word), "{text}: {error}");
    }
}

#[test]
fn nesting_has_a_limit_and_the_limit_is_told() {
    let at_limit = format!("{}a{}", "(".repeat(DEPTH), ")".repeat(DEPTH));
    assert_eq!(parsed(&at_limit).to_string(), "a");
    for text in [
        format!("({at_limit})"),
        "(".repeat(1_000_000),
        "-".repeat(1_000_000) + "a",
        "not ".repeat(100_000) + "a",
        "-(".repeat(99_999),
    ] {
        assert!(Filter::parse(&text).unwrap_err().message.contains("deep"), "{}", &text[..40]);
    }
    assert_eq!(parsed(&"-".repeat(DEPTH).as_str().to_owned().add("a")).to_string().len(), DEPTH + 1);
}

trait Add {
    fn add(self, other: &str) -> String;
}

impl Add for String {
    fn add(mut self, other: &str) -> String {
        self.push_str(other);
        self
    }
}

#[test]
fn long_filters_are_read() {
    let many = (0..20_000).map(|index| format!("account:a{index}")).collect::<Vec<_>>().join(" or ");
    assert_eq!(parsed(&many).to_string(), many);
    let list = format!("account:{}", (0..50_000).map(|index| index.to_string()).collect::<Vec<_>>().join(","));
    assert_eq!(parsed(&list).to_string(), list);
}

#[test]
fn columns_are_found_by_role_name_source_and_row_id() {
    for text in [
        "account_in_the_log:x",
        "ACCOUNT:x",
        "row_id:1,2",
        "row_id>5",
        "\"my col\":x",
        "raw:*x*",
        "status:4*",
        "time:2023*",
        "ok:yes",
        "latency:0.5",
    ] {
        assert_eq!(parsed(text).check(&schema()), Ok(()), "{text}");
    }
}

#[test]
fn keep_and_drop_are_opposites_that_read_back() {
    for value in [
        Value::Text("a*b\"\\ ,)(\u{202e}\u{0}".into()),
        Value::Text(String::new()),
        Value::Text("10.0.0.0".into()),
        Value::Int(429),
        Value::Float(0.25),
        Value::Bool(true),
        Value::Time(Timestamp(1_688_989_338_000_001)),
        Value::Null,
    ] {
        let (keep, drop) = (Filter::keep("my col", &value), Filter::drop("my col", &value));
        assert_eq!(parsed(&keep.to_string()), keep);
        assert_eq!(parsed(&drop.to_string()), drop);
        assert_eq!(keep.clone().negated(), drop);
        assert_eq!(drop.negated(), keep);
    }
    assert_eq!(Filter::keep("error", &Value::Null).to_string(), "-error:*");
    assert_eq!(Filter::drop("error", &Value::Null).to_string(), "error:*");
    assert_eq!(Filter::keep("label", &Value::Text("x".into())).to_string(), "\"label\":x");
}

#[test]
fn filters_are_joined_flat_and_taken_apart() {
    let all = parsed("a:1 b:2").and(parsed("c:3 or d:4")).and(Filter::default());
    assert_eq!(all.to_string(), "a:1 b:2 (c:3 or d:4)");
    let terms: Vec<String> = all.terms().iter().map(Filter::to_string).collect();
    assert_eq!(terms, ["a:1", "b:2", "c:3 or d:4"]);
    assert_eq!(all.terms().into_iter().fold(Filter::default(), Filter::and), all);
}

#[test]
fn times_cover_what_they_name() {
    for (text, seconds) in [
        ("2023-07-10", 86_400.0),
        ("2023-07-10T11:42", 60.0),
        ("2023-07-10T11:42:18Z", 1.0),
        ("2023-07-10T11:42:18.5Z", 0.1),
        ("2023-07-10 11:42+02:00", 60.0),
    ] {
        let range = moment::parse_stretch(text).unwrap_or_else(|| panic!("{text}")).resolve(None).unwrap();
        assert_eq!(range.to.unwrap().since(range.from.unwrap()) as f64 / 1e6, seconds, "{text}");
    }
    let last = Some(Timestamp(10_000_000_000));
    let range = moment::parse_stretch("-1h").unwrap().resolve(last).unwrap();
    assert_eq!((range.from, range.to), (Some(Timestamp(6_400_000_000)), None));
    assert_eq!(moment::parse_stretch("-1h").unwrap().resolve(None), None);
    let range = moment::parse_stretch("-2h..-1h").unwrap().resolve(last).unwrap();
    assert_eq!((range.from, range.to), (Some(Timestamp(2_800_000_000)), Some(Timestamp(6_400_000_000))));
    for text in ["1h", "-h", "-1", "-0s", "-1y", "-99999999999999w", "", "-+1h", "5..6"] {
        assert_eq!(moment::parse_stretch(text), None, "{text}");
    }
}

#[test]
fn pieces_are_marked_and_mistakes_among_them() {
    let text = "account:a,b -(status>abc or \"x y\") nme:1";
    let marks: Vec<(&str, Part)> = highlight(text, &schema()).into_iter().map(|(range, part)| (&text[range], part)).collect();
    use Part::{Error, Field, Keyword, Operator, Text, Value};
    assert_eq!(
        marks,
        [
            ("account", Field),
            (":", Operator),
            ("a,b", Value),
            ("-", Keyword),
            ("(", Keyword),
            ("status", Field),
            (">", Operator),
            ("abc", Error),
            ("or", Keyword),
            ("\"x y\"", Text),
            (")", Keyword),
            ("nme", Error),
            (":", Operator),
            ("1", Value),
        ]
    );
    assert_eq!(highlight("a or", &schema()).last(), Some(&(4..4, Error)));
}

#[test]
fn the_word_at_the_cursor_is_completed() {
    let at_end = |text: &str| complete(text, text.len(), &schema(), &NoCase);
    assert_eq!(at_end("status:1 acc"), Completion { range: 9..12, candidates: vec!["account:".into()] });
    assert_eq!(at_end("-(use").candidates, ["user_agent:"]);
    assert_eq!(at_end("my").candidates, ["\"my col\":"]);
    assert_eq!(at_end("agent").candidates, ["user_agent:"]);
    assert!(at_end("").candidates.contains(&"label:".to_owned()));
    assert_eq!(at_end("account:a").candidates, Vec::<String>::new());
    assert_eq!(complete("é", 1, &schema(), &NoCase), Completion::default());
}

/// Texts that are likely to break something.
fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[-a-z*\"\\\\,()<>=~:! .]{0,12}",
        "(and|or|not|AND|label|pinned|finding|row_id)",
        "[0-9a-f:./]{0,20}",
        Just("'; DROP TABLE requests; --".to_owned()),
        Just("\u{202e}\u{0}\u{1b}[2J".to_owned()),
    ]
}

fn word(text: impl Strategy<Value = String>) -> impl Strategy<Value = Word> {
    text.prop_map(|text| Word { span: Span::default(), text })
}

fn pattern() -> impl Strategy<Value = Pattern> {
    prop::collection::vec(hostile(), 1..4).prop_map(|mut parts| {
        let last = parts.len() - 1;
        let mut index = 0;
        parts.retain(|part| {
            index += 1;
            index == 1 || index > last || !part.is_empty()
        });
        Pattern { span: Span::default(), parts }
    })
}

fn name() -> impl Strategy<Value = String> {
    hostile().prop_filter("a name", |name| !name.is_empty())
}

fn test() -> impl Strategy<Value = Test> {
    let patterns = || prop::collection::vec(pattern(), 1..4);
    prop_oneof![
        pattern().prop_map(Test::Search),
        (word(name()), patterns()).prop_map(|(field, values)| Test::Is(field, values)),
        (word(name()), word(hostile())).prop_map(|(field, regex)| Test::Matches(field, regex)),
        (word(name()), word(hostile()), 0..4usize).prop_map(|(field, value, which)| {
            let all = [Comparison::Above, Comparison::AtLeast, Comparison::Below, Comparison::AtMost];
            Test::Compares(field, all[which], value)
        }),
        patterns().prop_map(Test::Label),
        Just(Test::Pinned),
        prop::collection::vec(word(hostile()), 1..3).prop_map(Test::Finding),
    ]
}

fn tree() -> impl Strategy<Value = Node> {
    test().prop_map(|test| Node::Term(Term { span: Span::default(), test })).prop_recursive(5, 40, 4, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(left, right)| Node::all(left, right)),
            (inner.clone(), inner.clone()).prop_map(|(left, right)| Node::any(left, right)),
            inner.prop_map(|inner| Node::Not(Box::new(inner))),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn what_is_printed_reads_back_the_same(root in tree()) {
        let filter = Filter { root: Some(root) };
        let text = filter.to_string();
        let again = Filter::parse(&text);
        prop_assert_eq!(again.as_ref(), Ok(&filter), "{}", text);
        prop_assert_eq!(again.map(|again| again.to_string()), Ok(text.clone()));
        prop_assert!(!text.chars().any(crate::domain::text::is_unfit), "{:?}", text);
    }

    #[test]
    fn any_text_is_read_or_refused_with_its_place(text in prop_oneof![hostile(), "[-a-z*\"\\\\,()<>=~:! ]{0,40}"], cursor in 0..60usize) {
        match Filter::parse(&text) {
            Ok(filter) => {
                let printed = filter.to_string();
                let again = Filter::parse(&printed);
                prop_assert_eq!(again.as_ref(), Ok(&filter), "{}", printed);
                if let Err(error) = filter.check(&schema()) {
                    prop_assert!(text.get(error.span.clone()).is_some(), "{:?}", error);
                }
            }
            Err(error) => prop_assert!(text.get(error.span.clone()).is_some(), "{:?}", error),
        }
        let mut end = 0;
        for (range, _) in highlight(&text, &schema()) {
            prop_assert!(text.get(range.clone()).is_some() && range.start >= end, "{:?}", range);
            end = range.end;
        }
        let completion = complete(&text, cursor, &schema(), &NoCase);
        prop_assert!(completion.candidates.is_empty() || text.get(completion.range).is_some());
    }

}

proptest! {
    // Each case compiles expressions, which takes longer than matching them.
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn v4_networks_hold_what_arithmetic_says(network in any::<u32>(), bits in 0..=32u32, address in any::<u32>(), near in any::<bool>()) {
        // Half of the addresses differ in the lower bits only.
        let address = if near { network ^ (address >> bits.saturating_sub(1).min(31)) } else { address };
        let inside = bits == 0 || (network ^ address) >> (32 - bits) == 0;
        let fits = network_regex(&format!("{}/{bits}", std::net::Ipv4Addr::from(network)));
        let address = std::net::Ipv4Addr::from(address);
        for text in [format!("{address}"), format!("{address}:443"), format!("::ffff:{address}"), format!("[::ffff:{address}]:1")] {
            prop_assert_eq!(fits.is_match(&text), inside, "{}", text);
        }
    }

    #[test]
    fn v6_networks_hold_what_arithmetic_says(
        network in sparse_v6(), bits in 0..=128u32, address in any::<u128>(), near in any::<bool>(), spelling in any::<(u8, u8, bool, bool)>(),
    ) {
        let address = if near { network ^ (address.checked_shr(bits.saturating_sub(1)).unwrap_or(0)) & sparse(address) } else { address };
        let inside = bits == 0 || (network ^ address) >> (128 - bits) == 0;
        let fits = network_regex(&format!("{}/{bits}", std::net::Ipv6Addr::from(network)));
        let text = spelled(address, spelling);
        prop_assert_eq!(text.parse::<std::net::Ipv6Addr>().map(u128::from), Ok(address), "{}", text);
        for text in [text.clone(), format!("[{text}]"), format!("[{text}]:443"), format!("{text}%eth0")] {
            prop_assert_eq!(fits.is_match(&text), inside, "{}", text);
        }
    }

    #[test]
    fn what_is_no_address_is_in_no_network(text in prop_oneof![any::<String>(), "[0-9a-f:.%\\[\\]]{0,24}", "[0-9]{1,3}(\\.[0-9]{1,3}){3}", "([0-9a-f]{0,5}:){2,9}[0-9a-f]{0,5}"]) {
        let v4 = text.parse::<std::net::Ipv4Addr>().is_ok();
        let v6 = text.parse::<std::net::Ipv6Addr>().is_ok();
        if !text.contains(['[', '%']) && text.rsplit_once(':').is_none_or(|(host, _)| host.parse::<std::net::Ipv4Addr>().is_err()) {
            let mapped = text.to_lowercase().starts_with("::ffff:") && v6;
            prop_assert_eq!(network_regex("0.0.0.0/0").is_match(&text), v4 || (mapped && text.contains('.')), "{}", text);
            prop_assert_eq!(network_regex("::/0").is_match(&text), v6, "{}", text);
        }
    }
}

fn network_regex(text: &str) -> regex::Regex {
    regex::Regex::new(&cidr::pattern(cidr::network(text).unwrap().unwrap())).unwrap()
}

fn sparse(bits: u128) -> u128 {
    // Whole groups of zeros, as real addresses have them.
    (0..8).filter(|group| bits >> group & 1 == 1).fold(0, |mask, group| mask | 0xffff << (group * 16))
}

fn sparse_v6() -> impl Strategy<Value = u128> {
    (any::<u128>(), any::<u128>()).prop_map(|(address, groups)| address & sparse(groups))
}

/// One of the ways to write an address: in full or with a `::`, with or without zeros in front, the end as four octets or not.
fn spelled(address: u128, (place, length, padded, octets): (u8, u8, bool, bool)) -> String {
    let groups: Vec<u16> = (0..8).map(|group| (address >> (112 - group * 16)) as u16).collect();
    let mut texts: Vec<String> =
        groups.iter().map(|group| if padded { format!("{group:04X}") } else { format!("{group:x}") }).collect();
    let mut written = 8;
    if octets {
        let [a, b, c, d] = ((address & 0xffff_ffff) as u32).to_be_bytes();
        texts.truncate(6);
        texts.push(format!("{a}.{b}.{c}.{d}"));
        written = 6;
    }
    let start = usize::from(place) % written;
    let end = (start + 1 + usize::from(length) % 8).min(written);
    if groups[start..end].iter().all(|group| *group == 0) {
        format!("{}::{}", texts[..start].join(":"), texts[end..].join(":"))
    } else {
        texts.join(":")
    }
}

#[test]
fn names_of_the_case_are_columns_only_in_quotes() {
    for word in CASE_WORDS {
        let column = format!("\"{word}\":x");
        assert_eq!(parsed(&column).to_string(), column);
    }
}

#[test]
fn a_secret_in_a_filter_becomes_its_fingerprint() {
    let seal = crate::domain::Seal::new(b"0123456789abcdef");
    let key = format!("sk-proj-{}", "Zq7Rt2Lm9XcV4bNh8Kd3Wp6J");
    let print = seal.mask(&key).into_owned();
    for text in
        ["key:KEY status:401", "\"my KEY, you know\"", "-(key:a,KEY or content:*KEY*)", "content~\"^KEY$\"", "label:suspect"]
    {
        let raw: Filter = text.replace("KEY", &key).parse().unwrap();
        let sealed = raw.sealed(&seal);
        assert_eq!(sealed, text.replace("KEY", &print).parse().unwrap(), "{text}");
        assert_eq!(sealed.sealed(&seal), sealed);
        assert_eq!(sealed.to_string().parse::<Filter>().unwrap(), sealed);
    }
}

#[test]
fn texts_that_are_searched_for_are_told_but_not_negated_ones() {
    let filter =
        parsed(r#""ignore previous" content:*rules*off* account:acct_1 (user_agent:curl* or -"never") -"not this" status>400"#);
    assert_eq!(filter.sought(), ["ignore previous", "rules", "off", "curl"]);
    assert!(Filter::default().sought().is_empty());
}
