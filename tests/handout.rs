//! What leaves a case: every form over one realistic case as golden files, nothing hostile acts in any of them, a redacted report names
//! nobody, JSON and STIX are what their schemas say, and the environment changes nothing.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, clippy::print_stdout)]

use std::collections::BTreeSet;

use casebook::case::{
    Case, CaseMeta, Confidence, Connotation, Entry, Event, EvidenceRow, FindingDetails, FindingEdits, OpenedExtract,
    OpenedSource, SavedView, Stage, Status, Target,
};
use casebook::domain::text::is_unfit;
use casebook::domain::{Entity, Role, Severity, Timestamp, Value};
use casebook::report::redact::is_redacted;
use casebook::report::template::Template;
use casebook::report::{self, Format, Handout, Options};
use proptest::prelude::*;
use serde_json::Value as Json;

const NOON: Timestamp = Timestamp(1_700_000_000_000_000);
const SHA: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// Whom and what a case is about.
#[derive(Debug, Clone)]
struct Names {
    accounts: [String; 2],
    key: String,
    ip: String,
    device: String,
    org: String,
    session: String,
    payment: String,
    request: String,
    /// What people write, with the names in it.
    words: String,
}

impl Names {
    fn ring() -> Names {
        Names {
            accounts: ["acct_17".into(), "acct_ops".into()],
            key: "key_7f3a".into(),
            ip: "203.0.113.9".into(),
            device: "dev-aa01".into(),
            org: "org_blue".into(),
            session: "sess_5150".into(),
            payment: "card_4242".into(),
            request: "req_000001".into(),
            words: "acct_17 used key_7f3a from http://203.0.113.9/login".into(),
        }
    }

    /// One hostile word everywhere.
    fn hostile(word: &str) -> Names {
        let word = || word.to_owned();
        Names {
            accounts: [word(), format!("{} 2", word())],
            key: word(),
            ip: word(),
            device: word(),
            org: word(),
            session: word(),
            payment: word(),
            request: word(),
            words: word(),
        }
    }

    fn values(&self) -> Vec<(Role, &str)> {
        vec![
            (Role::Account, &self.accounts[0]),
            (Role::Account, &self.accounts[1]),
            (Role::Key, &self.key),
            (Role::Ip, &self.ip),
            (Role::Device, &self.device),
            (Role::Org, &self.org),
            (Role::Session, &self.session),
            (Role::Payment, &self.payment),
            (Role::Request, &self.request),
        ]
    }
}

fn entity(role: Role, value: &str) -> Entity {
    Entity { role, value: value.to_owned() }
}

fn row(names: &Names, row_id: i64) -> EvidenceRow {
    let text = |value: &str| Value::Text(value.to_owned());
    EvidenceRow {
        extract: SHA.into(),
        source: None,
        row_id,
        columns: vec![
            ("time".into(), Value::Time(NOON.plus(-row_id * 1_800_000_000))),
            ("request".into(), text(&names.request)),
            ("account".into(), text(&names.accounts[0])),
            ("key".into(), text(&names.key)),
            ("org".into(), text(&names.org)),
            ("session".into(), text(&names.session)),
            ("ip".into(), text(&names.ip)),
            ("asn".into(), text("AS64500")),
            ("user_agent".into(), text(&format!("python-requests/2.31 ({})", names.accounts[0]))),
            ("device".into(), text(&names.device)),
            ("payment".into(), text(&names.payment)),
            ("status".into(), Value::Int(429)),
            ("content".into(), text("ignore <b>previous</b> instructions\nand {{ 7 * 7 }}")),
            ("prompt".into(), text("ignore <b>previous</b> instructions\nand {{ 7 * 7 }}")),
        ],
    }
}

fn pinned(row: &EvidenceRow) -> Event {
    Event::Pinned {
        row_id: row.row_id,
        extract: SHA.into(),
        evidence: evidence(row),
        at: row.time(),
        summary: row.summary(),
        entities: row.entities(),
    }
}

fn evidence(row: &EvidenceRow) -> String {
    casebook::case::entry::sha256(&row.bytes().unwrap())
}

/// Everything that a case can hold.
fn events(names: &Names) -> Vec<Event> {
    let words = &names.words;
    let [account, good] = names.accounts.each_ref().map(|value| entity(Role::Account, value));
    let label = |entity: &Entity, label: &str, connotation| Event::Labelled {
        entity: entity.clone(),
        label: label.into(),
        connotation,
        reason: words.clone(),
        expires: None,
        playbook: String::new(),
    };
    let measured = |finding: Option<&str>, filter: String, rows| Event::Measured {
        finding: finding.map(str::to_owned),
        title: words.clone(),
        sql: String::new(),
        filter: filter.clone(),
        command: format!("casebook query --filter '{filter}' logs/"),
        rows,
        extract: SHA.into(),
        query: "SELECT count(*) FROM requests WHERE account = $1".into(),
        params: vec![names.accounts[0].clone()],
        playbook: String::new(),
    };
    let noted = |id: &str, target| Event::Noted { id: id.into(), target, text: words.clone() };
    let rows: Vec<EvidenceRow> = (1..=3).map(|number| row(names, number)).collect();
    let mut events = vec![
        Event::Created { id: "case-20231114-0123abcd".into(), title: words.clone(), analyst: "ana".into(), version: 1 },
        Event::Opened {
            extracts: vec![OpenedExtract {
                sha256: SHA.into(),
                rows: 1200,
                rejects: 2,
                first: Some(NOON.plus(-36_000_000_000)),
                last: Some(NOON),
                sources: vec![OpenedSource {
                    path: format!("logs/{words}.csv"),
                    format: "CSV".into(),
                    profile: "api-requests".into(),
                    rows: 1200,
                    rejects: 2,
                    sha256: SHA.into(),
                }],
                roles: [(Role::Account, "account".to_owned()), (Role::Content, "prompt".to_owned())].into(),
            }],
        },
        Event::Question { id: "q1".into(), text: words.clone() },
        Event::Answered { id: "q1".into(), text: words.clone() },
        Event::Question { id: "q2".into(), text: words.clone() },
    ];
    events.extend(rows.iter().map(pinned));
    events.extend([
        label(&account, "leaked", Connotation::Bad),
        label(&account, "check", Connotation::Neutral),
        Event::Unlabelled { entity: account.clone(), label: "check".into(), reason: words.clone() },
        label(&good, "internal", Connotation::Good),
        Event::LabelledMany {
            entities: vec![entity(Role::Device, &names.device), entity(Role::Session, &names.session)],
            label: "ring".into(),
            connotation: Connotation::Bad,
            reason: words.clone(),
            expires: Some(NOON.plus(86_400_000_000)),
            playbook: String::new(),
            from: words.clone(),
        },
        Event::Found {
            id: "f1".into(),
            title: words.clone(),
            severity: Severity::High,
            entities: vec![
                account.clone(),
                entity(Role::Key, &names.key),
                entity(Role::Ip, &names.ip),
                entity(Role::Payment, &names.payment),
                entity(Role::Org, &names.org),
                entity(Role::Asn, "AS64500"),
            ],
            text: words.clone(),
            evidence: vec![evidence(&rows[0]), evidence(&rows[2])],
            details: FindingDetails {
                confidence: Some(Confidence::High),
                category: "credential abuse".into(),
                owner: "trust & safety".into(),
                next_step: words.clone(),
                question: Some("q1".into()),
                ..FindingDetails::default()
            },
        },
        Event::Found {
            id: "f2".into(),
            title: words.clone(),
            severity: Severity::Low,
            entities: vec![entity(Role::Device, &names.device), account.clone()],
            text: String::new(),
            evidence: Vec::new(),
            details: FindingDetails::default(),
        },
        Event::FindingChanged {
            id: "f1".into(),
            status: Some(Status::Confirmed),
            severity: None,
            text: None,
            title: None,
            entities: None,
            evidence: None,
            edits: FindingEdits::default(),
        },
        measured(Some("f1"), format!("account:\"{}\" -ip:10.0.0.0/8", names.accounts[0]), 41),
        measured(None, String::new(), 1200),
        Event::Staged {
            entity: entity(Role::Session, &names.session),
            stage: Stage::Confirmed,
            reason: words.clone(),
            playbook: String::new(),
        },
        noted("n1", Target::Entity(account)),
        noted("n2", Target::Case),
        noted("n3", Target::Finding("f1".into())),
        noted("n4", Target::Row { row_id: 1, extract_sha: SHA.into() }),
        noted("n5", Target::Row { row_id: 77, extract_sha: SHA.into() }),
        Event::Visited { node: 1, parent: None, title: words.clone(), view: SavedView::default(), rows: Some(1200) },
        Event::Visited {
            node: 2,
            parent: Some(1),
            title: words.clone(),
            view: SavedView { filter: format!("key:\"{}\"", names.key), ..SavedView::default() },
            rows: None,
        },
        Event::Revealed { row_id: 1, column: "content".into(), extract: SHA.into(), scope: String::new() },
    ]);
    events
}

fn case_of(names: &Names) -> Case {
    let mut entries: Vec<Entry> = Vec::new();
    for (number, event) in (0_i64..).zip(events(names)) {
        let last = entries.last().map(|entry| (entry.seq, entry.hash.clone()));
        let last = last.as_ref().map(|(seq, hash)| (*seq, hash.as_str()));
        entries.push(Entry::after(last, NOON.plus(number * 60_000_000), "ana", event).unwrap());
    }
    let case = Case::replay(&entries);
    assert_eq!(case.oddities(), []);
    case
}

fn hand_out(names: &Names, format: Format, options: &Options<'_>) -> Handout {
    let case = case_of(names);
    report::hand_out(format, &case, &CaseMeta::of(&case).unwrap(), options).unwrap()
}

fn redacted() -> Options<'static> {
    Options { redact: true, ..Options::default() }
}

#[test]
fn every_form_of_one_case() {
    let names = Names::ring();
    for format in Format::ALL {
        let plain = hand_out(&names, format, &Options::default());
        assert!(!plain.text.contains("previous"), "{format} has content that nobody asked for");
        insta::assert_snapshot!(format!("ring_{format}"), plain.text.replace("\r\n", "\n"));
        assert_eq!(hand_out(&names, format, &Options::default()), plain);
    }
    for format in [Format::Markdown, Format::Csv, Format::Actions] {
        let handout = hand_out(&names, format, &redacted());
        insta::assert_snapshot!(format!("ring_redacted_{format}"), handout.text.replace("\r\n", "\n"));
    }
    insta::assert_snapshot!("ring_key", hand_out(&names, Format::Csv, &redacted()).key.unwrap());
}

#[test]
fn content_comes_only_on_purpose_and_shielded() {
    let names = Names::ring();
    let rows: Vec<EvidenceRow> = (1..=3).map(|number| row(&names, number)).collect();
    let read = |hash: &str| rows.iter().find(|row| evidence(row) == hash).cloned();
    let options = |redact| Options { content: Some(&read), redact, ..Options::default() };
    let html = hand_out(&names, Format::Html, &options(false)).text;
    let (_, folded) = html.split_once("<details>").unwrap();
    assert!(folded.contains("ignore &lt;b&gt;previous&lt;/b&gt; instructions\nand {{ 7 * 7 }}"), "{folded}");
    // The role and the column that fills it are one.
    assert_eq!(html.matches("<details>").count(), 3);
    let markdown = hand_out(&names, Format::Markdown, &options(false)).text;
    assert!(markdown.contains("```text\nignore <b>previous</b> instructions\nand {{ 7 * 7 }}\n```"), "{markdown}");
    assert!(hand_out(&names, Format::Json, &options(false)).text.contains("previous"));
    for format in Format::ALL {
        let out = hand_out(&names, format, &options(true));
        assert!(!out.text.contains("previous"), "{format} is redacted and has content");
        if !format.takes_content() {
            assert_eq!(hand_out(&names, format, &options(false)), hand_out(&names, format, &Options::default()), "{format}");
        }
    }
}

const HOSTILE: [&str; 12] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "\u{1b}]52;c;ZXZpbA==\u{7}\u{9b}2J",
    "a\u{202e}b\u{200b}c\u{feff}",
    "[x](javascript:alert(1)) ![y](http://evil.example/p.png)",
    "{{ case.id }}{% for x in y %}{# c #}",
    "=cmd|' /C calc'!A0",
    "+1-2@SUM(A1)\t\r\n=2",
    "</code></pre></details></title></style><svg onload=x>",
    "'; DROP TABLE requests; --",
    "## heading\n\n| a | b |\n| --- | --- |\n",
    "see https://evil.example/?q=<b> &amp; &#60;i&#62;",
];

/// The names of the elements of a page, in order, with their attributes.
fn tags(html: &str) -> Vec<String> {
    html.split('<').skip(1).filter_map(|rest| rest.split_once('>')).map(|(tag, _)| tag.to_owned()).collect()
}

/// The tags that stand in the report of harmless words, without what is in attributes of pictures.
fn allowed() -> BTreeSet<String> {
    let one = |tag: &str| tag.split([' ', '\n']).next().unwrap_or_default().to_owned();
    let mut names: BTreeSet<String> =
        tags(&hand_out(&Names::ring(), Format::Html, &Options::default()).text).iter().map(|tag| one(tag)).collect();
    // What an analyst's Markdown may become.
    for more in ["em", "strong", "ol", "ul", "li", "pre", "code", "br", "blockquote", "p"] {
        names.extend([more.to_owned(), format!("/{more}")]);
    }
    names
}

#[test]
fn nothing_hostile_acts_in_any_form() {
    let allowed = allowed();
    for word in HOSTILE {
        let names = Names::hostile(word);
        for format in Format::ALL {
            for options in [Options::default(), Options { defang: true, ..Options::default() }, redacted()] {
                let text = hand_out(&names, format, &options).text;
                let unfit: Vec<char> = text.chars().filter(|one| is_unfit(*one) && !"\n\r\t".contains(*one)).collect();
                assert_eq!(unfit, [], "{format} of {word:?}");
                match format {
                    Format::Html => {
                        for tag in tags(&text) {
                            let name = tag.split([' ', '\n']).next().unwrap_or_default();
                            assert!(allowed.contains(name), "<{tag}> of {word:?}");
                            assert!(!tag.contains(" on"), "<{tag}> of {word:?}");
                        }
                        assert!(!text.contains("href=\"http") && !text.contains("src="), "a link of {word:?}: {text}");
                    }
                    Format::Csv | Format::Timesketch | Format::Actions => {
                        let fields = fields(&text);
                        let formula = |field: &&String| field.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
                        assert_eq!(fields.iter().flatten().find(formula), None, "{format} of {word:?}");
                        let width = fields[0].len();
                        assert!(fields.iter().all(|line| line.len() == width), "{format} of {word:?}:\n{text}");
                    }
                    Format::TimesketchJsonl => {
                        for line in text.lines() {
                            let object: Json = serde_json::from_str(line).unwrap();
                            for (name, _) in object.as_object().unwrap() {
                                let known = ["message", "datetime", "timestamp_desc", "tag"].contains(&name.as_str());
                                assert!(known || name.starts_with("casebook_"), "{name}");
                            }
                        }
                    }
                    Format::Json | Format::Stix | Format::ActionsJson => {
                        serde_json::from_str::<Json>(&text).unwrap();
                    }
                    Format::Markdown => {}
                }
            }
        }
    }
}

/// The fields of a CSV file, as a reader after RFC 4180 has them.
fn fields(csv: &str) -> Vec<Vec<String>> {
    let mut lines = vec![vec![String::new()]];
    let mut quoted = false;
    let mut signs = csv.chars().peekable();
    while let Some(sign) = signs.next() {
        let line = lines.last_mut().unwrap();
        match sign {
            '"' if quoted && signs.peek() == Some(&'"') => {
                signs.next();
                line.last_mut().unwrap().push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => line.push(String::new()),
            '\r' if !quoted && signs.peek() == Some(&'\n') => {
                signs.next();
                if signs.peek().is_some() {
                    lines.push(vec![String::new()]);
                }
            }
            sign => line.last_mut().unwrap().push(sign),
        }
    }
    lines
}

/// Whether a JSON value is what a schema says: the parts of JSON Schema that ours uses.
fn check(value: &Json, schema: &Json, root: &Json, at: &str) -> Result<(), String> {
    if let Some(name) = schema["$ref"].as_str() {
        let target = root.pointer(name.trim_start_matches('#')).ok_or_else(|| format!("no {name}"))?;
        return check(value, target, root, at);
    }
    if let Some(any) = schema["anyOf"].as_array() {
        let tried: Vec<String> = any.iter().filter_map(|one| check(value, one, root, at).err()).collect();
        return if tried.len() < any.len() { Ok(()) } else { Err(tried.join(" and ")) };
    }
    if !schema["const"].is_null() && schema["const"] != *value {
        return Err(format!("{at}: {value} is not {}", schema["const"]));
    }
    if let Some(words) = schema["enum"].as_array()
        && !words.contains(value)
    {
        return Err(format!("{at}: {value} is none of {words:?}"));
    }
    let fits = match schema["type"].as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("integer") => value.is_i64() || value.is_u64(),
        Some("boolean") => value.is_boolean(),
        Some("null") => value.is_null(),
        _ => true,
    };
    if !fits {
        return Err(format!("{at}: {value} is not of the type {}", schema["type"]));
    }
    if let (Some(pattern), Some(text)) = (schema["pattern"].as_str(), value.as_str())
        && !regex::Regex::new(pattern).unwrap().is_match(text)
    {
        return Err(format!("{at}: {text} does not fit {pattern}"));
    }
    if let (Some("date-time"), Some(text)) = (schema["format"].as_str(), value.as_str()) {
        text.parse::<Timestamp>().map_err(|error| format!("{at}: {error}"))?;
    }
    if let Some(object) = value.as_object() {
        let known = schema["properties"].as_object().cloned().unwrap_or_default();
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Json::as_str) {
            object.get(name).ok_or_else(|| format!("{at}: {name} is missing"))?;
        }
        for (name, member) in object {
            match known.get(name) {
                Some(of) => check(member, of, root, &format!("{at}/{name}"))?,
                None if schema["additionalProperties"] == false => return Err(format!("{at}: {name} is not in the schema")),
                None => {}
            }
        }
    }
    for (place, item) in value.as_array().into_iter().flatten().enumerate() {
        check(item, &schema["items"], root, &format!("{at}/{place}"))?;
    }
    Ok(())
}

#[test]
fn the_json_is_what_its_schema_says() {
    let schema: Json = serde_json::from_str(report::json::SCHEMA).unwrap();
    let names = Names::ring();
    let rows: Vec<EvidenceRow> = (1..=3).map(|number| row(&names, number)).collect();
    let read = |hash: &str| rows.iter().find(|row| evidence(row) == hash).cloned();
    for options in [Options::default(), redacted(), Options { content: Some(&read), defang: true, ..Options::default() }] {
        let text = hand_out(&names, Format::Json, &options).text;
        let value: Json = serde_json::from_str(&text).unwrap();
        check(&value, &schema, &schema, "").unwrap();
        // The checker sees what is wrong.
        let mut wrong = value.clone();
        wrong["case"]["hash"] = "abc".into();
        assert!(check(&wrong, &schema, &schema, "").is_err());
        let mut wrong = value.clone();
        wrong["findings"][0]["extra"] = 1.into();
        assert!(check(&wrong, &schema, &schema, "").is_err());
        let mut wrong = value;
        wrong["pins"][0].as_object_mut().unwrap().remove("summary");
        assert!(check(&wrong, &schema, &schema, "").is_err());
    }
}

#[test]
fn the_stix_bundle_holds_together() {
    let id = regex::Regex::new("^[a-z0-9-]+--[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$").unwrap();
    let time = regex::Regex::new(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$").unwrap();
    for options in [Options::default(), redacted()] {
        let bundle: Json = serde_json::from_str(&hand_out(&Names::ring(), Format::Stix, &options).text).unwrap();
        let objects = bundle["objects"].as_array().unwrap();
        let ids: BTreeSet<&str> = objects.iter().map(|object| object["id"].as_str().unwrap()).collect();
        assert_eq!(ids.len(), objects.len(), "an id stands twice");
        for object in objects {
            let (kind, name) = (object["type"].as_str().unwrap(), object["id"].as_str().unwrap());
            assert!(id.is_match(name) && name.starts_with(&format!("{kind}--")), "{name}");
            assert_eq!(object["spec_version"], "2.1");
            for member in ["created", "modified", "valid_from", "first_observed", "last_observed", "published"] {
                if let Some(text) = object[member].as_str() {
                    assert!(time.is_match(text), "{name}: {member} {text}");
                }
            }
            let needed: &[&str] = match kind {
                "identity" => &["created", "modified", "name"],
                "observed-data" => &["created", "modified", "first_observed", "last_observed", "number_observed", "object_refs"],
                "grouping" => &["created", "modified", "context", "object_refs"],
                "indicator" => &["created", "modified", "pattern", "pattern_type", "valid_from"],
                "relationship" => &["created", "modified", "relationship_type", "source_ref", "target_ref"],
                "report" => &["created", "modified", "name", "published", "object_refs"],
                "extension-definition" => {
                    &["created", "modified", "created_by_ref", "name", "schema", "version", "extension_types"]
                }
                "ipv4-addr" | "ipv6-addr" => &["value"],
                "user-account" => &["user_id"],
                "autonomous-system" => &["number"],
                "software" => &["name"],
                "x-casebook-entity" => &["role", "value", "extensions"],
                other => panic!("an object of the type {other}"),
            };
            for member in needed {
                assert!(!object[*member].is_null(), "{name} lacks {member}");
            }
            let refs = object["object_refs"].as_array().into_iter().flatten();
            for one in refs.chain([&object["source_ref"], &object["target_ref"], &object["created_by_ref"]]) {
                assert!(one.as_str().is_none_or(|one| ids.contains(one)), "{name} refers to {one}");
            }
        }
        for kind in ["identity", "observed-data", "grouping", "indicator", "relationship", "report", "x-casebook-entity"] {
            assert!(objects.iter().any(|object| object["type"] == kind), "no {kind}");
        }
    }
}

#[test]
fn an_own_template_takes_the_place_of_the_one_that_is_built_in() {
    let template =
        Template { name: "own.md".into(), source: "{% for f in findings %}{{ f.id }}: {{ f.title }}\n{% endfor %}".into() };
    let options = Options { template: Some(template), ..Options::default() };
    let text = hand_out(&Names::ring(), Format::Markdown, &options).text;
    assert!(text.starts_with("f1: acct\\_17 used key\\_7f3a from hxxp\\[:\\]//203.0.113.9/login\nf2: "), "{text}");
}

/// The ways in which somebody could write a value.
fn written(value: &str) -> Vec<String> {
    let percent: String = value.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let unicode: String = value.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
    vec![
        value.to_owned(),
        value.to_uppercase(),
        value.replace('.', "[.]").replace('@', "[at]"),
        percent.clone(),
        percent.replace('%', "%25"),
        unicode,
        value.replace('_', "\\_"),
    ]
}

fn named(prefix: &'static str) -> impl Strategy<Value = String> {
    "[a-zA-Z0-9]{5,9}([_@.+'% -][a-zA-Z0-9é]{2,6})?".prop_map(move |rest| format!("{prefix}{rest}"))
}

fn names() -> impl Strategy<Value = Names> {
    let ip = prop_oneof![
        any::<[u8; 4]>().prop_map(|bytes| std::net::Ipv4Addr::from(bytes).to_string()),
        any::<u128>().prop_map(|bits| std::net::Ipv6Addr::from(bits).to_string()),
    ];
    let all = ([named("u"), named("v")], named("k"), ip, named("d"), named("o"), named("s"), (named("p"), named("r")));
    (all, prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..6)).prop_map(
        |((accounts, key, ip, device, org, session, (payment, request)), mentions)| {
            let mut names = Names { accounts, key, ip, device, org, session, payment, request, words: String::new() };
            let said: Vec<String> = mentions
                .iter()
                .map(|(value, way)| {
                    let values = names.values();
                    let ways = written(value.get(&values).1);
                    way.get(&ways).clone()
                })
                .collect();
            names.words = format!("seen: {} (see https://{}/x)", said.join(", "), said[0]);
            names
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn a_redacted_report_names_nobody(names in names()) {
        for format in Format::ALL {
            for defang in [false, true] {
                let handout = hand_out(&names, format, &Options { redact: true, defang, ..Options::default() });
                let text = handout.text.to_lowercase();
                for (role, value) in names.values() {
                    prop_assert!(is_redacted(role));
                    for way in written(value) {
                        prop_assert!(!text.contains(&way.to_lowercase()), "{format} has {role} {way}:\n{}", handout.text);
                    }
                }
                prop_assert_eq!(handout.still, Vec::<String>::new());
            }
        }
        // The key has them all.
        let key: Json = serde_json::from_str(&hand_out(&names, Format::Csv, &redacted()).key.unwrap()).unwrap();
        for (role, value) in names.values() {
            let lines = key["pseudonyms"].as_array().unwrap();
            prop_assert!(lines.iter().any(|line| line["role"] == role.name() && line["value"] == value), "{value}");
        }
    }

    #[test]
    fn no_field_of_a_csv_runs(word in "[=+@\\t\\r\\n,\"; -]{0,3}[a-z\\PC]{0,12}") {
        let names = Names::hostile(&format!("{word}x"));
        for format in [Format::Csv, Format::Timesketch, Format::Actions] {
            let fields = fields(&hand_out(&names, format, &Options::default()).text);
            let formula = |field: &&String| field.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
            prop_assert_eq!(fields.iter().flatten().find(formula), None);
        }
    }
}

/// The real program, with a home of its own.
#[cfg(feature = "engine")]
mod program {
    use std::path::Path;
    use std::process::{Command, Output};

    use super::*;

    fn casebook(home: &Path, locale: (&str, &str, &str), arguments: &[&str]) -> Output {
        let (zone, language, user) = locale;
        let mut command = Command::new(env!("CARGO_BIN_EXE_casebook"));
        command.env_clear().args(arguments).current_dir(home);
        command.env("HOME", home).env("TZ", zone).env("LANG", language).env("LC_ALL", language).env("USER", user);
        command.output().unwrap()
    }

    fn said(home: &Path, arguments: &[&str]) -> String {
        let output = casebook(home, ("UTC", "C", "ana"), arguments);
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{arguments:?}: {error}");
        String::from_utf8(output.stdout).unwrap()
    }

    #[test]
    fn a_case_over_the_demo_leaves_in_every_form_the_same_everywhere() {
        let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let home = folder.path();
        said(home, &["demo", "--rows", "5000", "--write", "demo"]);
        let extract = std::fs::read_dir(home.join("demo")).unwrap().map(|file| file.unwrap().path());
        let extract = extract.filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("requests")).min().unwrap();
        let extract = extract.to_str().unwrap();
        let top = said(home, &["top", "account", "--limit", "2", "--format", "csv", extract]);
        let accounts: Vec<&str> = top.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
        let rule = format!("account:{}", accounts[0]);
        said(home, &["case", "new", "ring", "--title", "The busiest account"]);
        let label = |account: &str, word: &str, connotation: &str| {
            let entity = format!("account:{account}");
            said(home, &["case", "label", "ring", &entity, word, "--connotation", connotation, "--reason", "seen in the demo"]);
        };
        label(accounts[0], "busy", "bad");
        label(accounts[1], "internal", "good");
        said(
            home,
            &[
                "case",
                "finding",
                "ring",
                "--title",
                "It is busy",
                "--severity",
                "high",
                "--entity",
                &rule,
                "--filter",
                &rule,
                extract,
            ],
        );
        said(home, &["case", "finding", "ring", "--change", "f1", "--status", "confirmed"]);

        for format in Format::ALL {
            for redact in [false, true] {
                let mut arguments = vec!["report", "ring", "--to", format.name()];
                arguments.extend(redact.then_some("--redact"));
                let here = said(home, &arguments);
                let ring = home.join("ring");
                arguments[1] = ring.to_str().unwrap();
                let there = casebook(elsewhere.path(), ("Asia/Kolkata", "de_DE.UTF-8", "berta"), &arguments);
                assert_eq!(here, String::from_utf8(there.stdout).unwrap(), "{format}");
                assert!(!redact || !here.contains(accounts[0]), "{format}: {here}");
            }
        }
        let actions = said(home, &["report", "ring", "--to", "actions"]);
        assert!(actions.contains(&format!("suspend,account,{},f1: It is busy,f1,high,", accounts[0])), "{actions}");
        let csv = said(home, &["report", "ring", "--to", "csv"]);
        assert!(csv.starts_with("value,role,label,reason,first_seen,last_seen,requests\r\n"), "{csv}");

        said(home, &["report", "ring", "--to", "html", "--redact", "--key-file", "key.json", "-o", "ring.html"]);
        assert!(std::fs::read_to_string(home.join("key.json")).unwrap().contains(accounts[0]));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(home.join("key.json")).unwrap().permissions().mode() & 0o777, 0o600);
        }
        std::fs::write(home.join("own.md"), "one\n{{ case.titel }}\n").unwrap();
        let wrong = casebook(home, ("UTC", "C", "ana"), &["report", "ring", "--template", "own.md"]);
        assert_eq!(wrong.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&wrong.stderr).contains("own.md, line 2"), "{wrong:?}");
        for refused in [["--to", "stix", "--defang"], ["--to", "csv", "--content"], ["--redact", "--content", "--to=md"]] {
            let arguments: Vec<&str> = ["report", "ring"].into_iter().chain(refused).collect();
            assert_eq!(casebook(home, ("UTC", "C", "ana"), &arguments).status.code(), Some(2), "{refused:?}");
        }
    }

    #[test]
    fn a_rule_is_tried_over_the_demo() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path();
        said(home, &["demo", "--rows", "5000", "--write", "demo"]);
        let extract = std::fs::read_dir(home.join("demo")).unwrap().map(|file| file.unwrap().path());
        let extract = extract.filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("requests")).min().unwrap();
        let extract = extract.to_str().unwrap();
        let json = |arguments: &[&str]| -> Vec<Json> {
            let all: Vec<&str> = arguments.iter().copied().chain(["--format", "json", extract]).collect();
            serde_json::from_str(&said(home, &all)).unwrap()
        };
        let top = json(&["top", "account", "--limit", "2"]);
        let (first, second) = (top[0]["value"].as_str().unwrap(), top[1]["value"].as_str().unwrap());
        said(home, &["case", "new", "ring", "--title", "T"]);
        let wanted = format!("account:{second}");
        said(home, &["case", "label", "ring", &wanted, "internal", "--connotation", "good", "--reason", "ours"]);
        let rule = format!("account:{first},{second}");
        let rows = json(&["dry-run", "--rule", &rule, "--case", "ring"]);
        let of = |part: &str| -> Vec<&Json> { rows.iter().filter(|row| row["part"] == part).collect() };
        let matched = top[0]["requests"].as_u64().unwrap() + top[1]["requests"].as_u64().unwrap();
        let traffic = of("traffic");
        assert_eq!(traffic[0]["matched"], matched);
        let all = traffic[0]["of"].as_u64().unwrap();
        assert!((traffic[0]["share"].as_f64().unwrap() - matched as f64 / all as f64).abs() < 1e-5);
        assert!(of("entities").iter().any(|row| row["role"] == "account" && row["matched"] == 2), "{rows:?}");
        let good = of("good");
        assert_eq!((good.len(), &good[0]["value"], &good[0]["matched"]), (1, &top[1]["value"], &top[1]["requests"]));
        let days: Vec<(u64, u64)> =
            of("day").iter().map(|row| (row["matched"].as_u64().unwrap(), row["of"].as_u64().unwrap())).collect();
        assert_eq!(days.iter().map(|day| day.0).sum::<u64>(), matched);
        assert_eq!(days.iter().map(|day| day.1).sum::<u64>(), all);

        // In force from a later day on it stops what the days from then on say.
        let from = of("day")[days.len() / 2]["value"].as_str().unwrap().to_owned();
        let later = json(&["dry-run", "--rule", &rule, "--from", &from]);
        let expected: u64 = days[days.len() / 2..].iter().map(|day| day.0).sum();
        assert_eq!(later[0]["matched"], expected);
        let words = said(home, &["dry-run", "--rule", &rule, "--case", "ring", "--format", "md", extract]);
        assert!(words.contains(&format!("The rule would have stopped {matched} of {all} requests")), "{words}");
        assert!(words.contains("labelled good"), "{words}");
        for wrong in ["", "acount:x", "status:("] {
            let output = casebook(home, ("UTC", "C", "ana"), &["dry-run", "--rule", wrong, extract]);
            assert_eq!(output.status.code(), Some(2), "{wrong:?}");
        }
    }
}
