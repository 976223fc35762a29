//! A case with everything in it, in every form: golden files, and what each form promises to the program or the person that opens it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, clippy::print_stdout)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use casebook::case::entry::sha256;
use casebook::case::{
    CaseDir, Confidence, Connotation, DismissedHit, Entry, Event, EvidenceRow, FindingDetails, FindingEdits, Mode, OpenedExtract,
    OpenedSource, SavedPlace, SavedView, Stage, Status, Target,
};
use casebook::domain::text::is_unfit;
use casebook::domain::{Entity, Role, Severity, Timestamp, Value};
use casebook::report::{self, Format, Handout, Options};
use regex::Regex;
use serde_json::Value as Json;
use uuid::Uuid;

const NOON: Timestamp = Timestamp(1_772_452_800_000_000);
const MINUTE: i64 = 60_000_000;
const EXTRACT: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
const FILE: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// What somebody who is looked into may write where it ends up in a report.
const HOSTILE: [&str; 10] = [
    "\u{1b}[31mred\u{1b}]52;c;ZXZpbA==\u{7}",
    "abc\u{202e}fdp.exe\u{200b}\u{feff}",
    "<script>alert(1)</script>",
    "\"><img src=http://evil.example/p.png onerror=alert(1)>",
    "=cmd|' /C calc'!A0",
    "[your bill](javascript:alert(1))",
    "{{ 7*7 }}{% for x in case %}{{ x }}{% endfor %}",
    "@SUM(1+1)*cmd",
    "+49 30 123 | -1",
    "\tx\r\ny",
];

fn entity(role: Role, value: &str) -> Entity {
    Entity { role, value: value.to_owned() }
}

fn row(row_id: i64, account: &str, agent: &str) -> EvidenceRow {
    let text = |text: &str| Value::Text(text.to_owned());
    EvidenceRow {
        extract: EXTRACT.into(),
        source: None,
        row_id,
        columns: vec![
            ("time".into(), Value::Time(NOON.plus(-row_id * 7 * MINUTE))),
            ("request".into(), text(&format!("req_{row_id:04}"))),
            ("account".into(), text(account)),
            ("key".into(), text("key_4203f42abb39")),
            ("ip".into(), text(if row_id % 2 == 0 { "203.0.113.9" } else { "2001:db8:26:5b31::fc2" })),
            ("asn".into(), text("AS64555")),
            ("country".into(), text("PL")),
            ("user_agent".into(), text(agent)),
            ("endpoint".into(), text("/v1/messages")),
            ("model".into(), text("meridian-large")),
            ("status".into(), Value::Int(200)),
            ("content".into(), text("do not show this")),
        ],
    }
}

/// The events of the case, but for its pins, which go in before them.
fn events(evidence: &[String]) -> Vec<Event> {
    let (account, key, ip) =
        (entity(Role::Account, "acct_8b7f4ddc"), entity(Role::Key, "key_4203f42abb39"), entity(Role::Ip, "203.0.113.9"));
    let good = entity(Role::Account, "qa-robot@meridian.example");
    let shady = entity(Role::Account, HOSTILE[4]);
    let label = |entity: &Entity, label: &str, connotation, reason: &str| Event::Labelled {
        entity: entity.clone(),
        label: label.into(),
        connotation,
        reason: reason.into(),
        expires: None,
        playbook: String::new(),
    };
    let note = |id: &str, target, text: &str| Event::Noted { id: id.into(), target, text: text.into() };
    let stage = |entity: &Entity, stage, reason: &str| Event::Staged {
        entity: entity.clone(),
        stage,
        reason: reason.into(),
        playbook: String::new(),
    };
    let all = HOSTILE.join(" and ");
    vec![
        Event::Question { id: "q1".into(), text: "Who uses the key of the German company?".into() },
        Event::Question { id: "q2".into(), text: format!("Is it {all}?") },
        Event::Answered { id: "q1".into(), text: "One account, from twelve networks.".into() },
        label(&account, "leaked-key", Connotation::Bad, "twelve networks within a day"),
        label(&key, "leaked", Connotation::Bad, "seen on a paste site: https://paste.example/x?key=key_4203f42abb39"),
        label(&ip, "office", Connotation::Neutral, "many of them"),
        label(&good, "our own tests", Connotation::Good, "asked the team"),
        label(&shady, "=HYPERLINK(\"http://evil.example\")", Connotation::Bad, &all),
        Event::Labelled {
            entity: entity(Role::UserAgent, HOSTILE[2]),
            label: "scanner".into(),
            connotation: Connotation::Neutral,
            reason: "from a playbook".into(),
            expires: Some(NOON.plus(48 * 60 * MINUTE)),
            playbook: "key-many-networks".into(),
        },
        Event::LabelledMany {
            entities: vec![entity(Role::Account, "acct_00000001"), entity(Role::Account, "acct_00000002")],
            label: "farm".into(),
            connotation: Connotation::Bad,
            reason: "one device".into(),
            expires: None,
            playbook: String::new(),
            from: "device:dev_1".into(),
        },
        Event::Unlabelled { entity: entity(Role::Account, "acct_00000002"), label: "farm".into(), reason: "a twin".into() },
        Event::Dismissed { entity: good.clone(), playbook: "burst".into(), reason: "our own load test".into() },
        Event::DismissedMany {
            hits: vec![
                DismissedHit { entity: shady.clone(), playbook: String::new() },
                DismissedHit { entity: entity(Role::Ip, "198.51.100.7"), playbook: "credential-stuffing".into() },
            ],
            reason: all.clone(),
        },
        stage(&key, Stage::Confirmed, "the owner says so"),
        stage(&shady, Stage::Confirmed, &all),
        stage(&good, Stage::Cleared, "our own"),
        stage(&entity(Role::Asn, "AS64555"), Stage::Suspect, "a hoster"),
        Event::Found {
            id: "f1".into(),
            title: "A leaked key is used from twelve networks".into(),
            severity: Severity::High,
            entities: vec![account.clone(), key.clone(), ip.clone()],
            text: "# What\n\nThe key `key_4203f42abb39` is used by **acct_8b7f4ddc**.\n\n- from 203.0.113.9\n- from elsewhere"
                .into(),
            evidence: evidence.to_vec(),
            details: FindingDetails {
                confidence: Some(Confidence::Medium),
                category: "leaked key".into(),
                owner: "trust and safety".into(),
                next_step: "rotate key_4203f42abb39".into(),
                question: Some("q1".into()),
                first_seen: Some(NOON.plus(-600 * MINUTE)),
                last_seen: Some(NOON),
            },
        },
        Event::Found {
            id: "f2".into(),
            title: all.clone(),
            severity: Severity::Critical,
            entities: vec![shady.clone()],
            text: all.clone(),
            evidence: evidence.iter().take(1).cloned().collect(),
            details: FindingDetails { owner: all.clone(), next_step: all.clone(), category: all.clone(), ..Default::default() },
        },
        Event::Found {
            id: "f3".into(),
            title: "The robot asks too much".into(),
            severity: Severity::Low,
            entities: vec![good.clone()],
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
            edits: FindingEdits { confidence: Some(Confidence::High), ..FindingEdits::default() },
        },
        Event::FindingChanged {
            id: "f3".into(),
            status: Some(Status::Dismissed),
            severity: None,
            text: None,
            title: None,
            entities: None,
            evidence: None,
            edits: FindingEdits::default(),
        },
        Event::Measured {
            finding: Some("f1".into()),
            title: "Requests of the key".into(),
            sql: String::new(),
            filter: "key:key_4203f42abb39".into(),
            command: "casebook query --filter key:key_4203f42abb39 logs/requests.csv".into(),
            rows: 40,
            extract: EXTRACT.into(),
            query: "SELECT count(*) FROM requests WHERE key = ?".into(),
            params: vec!["key_4203f42abb39".into()],
            playbook: String::new(),
        },
        Event::Measured {
            finding: Some("f2".into()),
            title: all.clone(),
            sql: String::new(),
            filter: format!("user_agent:\"{}\"", HOSTILE[2]),
            command: all.clone(),
            rows: 3,
            extract: EXTRACT.into(),
            query: all.clone(),
            params: HOSTILE.iter().map(|text| (*text).to_owned()).collect(),
            playbook: String::new(),
        },
        note("n1", Target::Case, "Ask the on-call engineer.\n\n> Keep *quiet* until then."),
        note("n2", Target::Entity(account.clone()), &format!("# Known\n\n{all}")),
        note("n3", Target::Finding("f1".into()), "see `acct_8b7f4ddc`"),
        note("n4", Target::Question("q2".into()), &HOSTILE.join("\n\n")),
        note("n5", Target::Row { row_id: 1, extract_sha: EXTRACT.into() }, "the first one"),
        note("n6", Target::Row { row_id: 77, extract_sha: EXTRACT.into() }, "not pinned"),
        Event::Visited {
            node: 1,
            parent: None,
            title: "all rows".into(),
            view: SavedView::default(),
            place: SavedPlace::Rows,
            rows: Some(2000),
        },
        Event::Visited {
            node: 2,
            parent: Some(1),
            title: all.clone(),
            view: SavedView { filter: "key:key_4203f42abb39".into(), ..SavedView::default() },
            place: SavedPlace::Rows,
            rows: Some(40),
        },
        Event::Revealed { row_id: 1, column: "content".into(), extract: EXTRACT.into(), scope: "row".into() },
        Event::Exported { path: "out.md".into(), sha256: FILE.into(), format: "md".into() },
    ]
}

/// The case, in a folder that lives as long as the reports are made.
fn in_case<T>(make: impl FnOnce(&CaseDir) -> T) -> T {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("case");
    drop(CaseDir::create(&dir, "x", "ana", NOON).unwrap());
    // A case's own id has its folder in it; golden files want one that stays.
    let created = Event::Created {
        id: "case-20260302-0123abcd".into(),
        title: "Leaked key <script>alert(1)</script>".into(),
        analyst: "ana".into(),
        version: 1,
    };
    std::fs::write(dir.join("journal.jsonl"), Entry::after(None, NOON, "ana", created).unwrap().line().unwrap()).unwrap();
    let (mut case, _) = CaseDir::open(&dir, Mode::Write).unwrap();
    case.set_author("ana");
    let mut at = NOON;
    let mut next = || {
        at = at.plus(MINUTE);
        at
    };
    let opened = Event::Opened {
        extracts: vec![OpenedExtract {
            sha256: EXTRACT.into(),
            rows: 2000,
            rejects: 2,
            first: Some(NOON.plus(-14 * 24 * 60 * MINUTE)),
            last: Some(NOON),
            sources: vec![OpenedSource {
                path: "logs/requests.csv".into(),
                format: "CSV".into(),
                profile: "api-requests".into(),
                rows: 2000,
                rejects: 2,
                sha256: FILE.into(),
            }],
            roles: [(Role::Account, "account_id".to_owned()), (Role::Content, "prompt".to_owned())].into(),
        }],
    };
    case.record(opened, next()).unwrap();
    let rows: Vec<EvidenceRow> = (1_i64..).zip(HOSTILE).map(|(id, agent)| row(id, "acct_8b7f4ddc", agent)).collect();
    let rows = rows.into_iter().chain([row(11, HOSTILE[4], HOSTILE[3]), row(12, HOSTILE[1], "curl/8.5.0")]);
    let mut evidence = Vec::new();
    for row in rows {
        case.pin(&row, next()).unwrap();
        evidence.push(sha256(&row.bytes().unwrap()));
    }
    for event in events(&evidence) {
        case.record(event.clone(), next()).unwrap_or_else(|error| panic!("{error}: {event:?}"));
    }
    assert_eq!(case.case().oddities(), []);
    make(&case)
}

fn handout(case: &CaseDir, format: Format, redact: bool) -> Handout {
    let options = Options { redact, ..Options::default() };
    report::hand_out(format, case.case(), case.meta(), &options).unwrap()
}

/// Every form, whole and redacted, rendered once.
static FORMS: LazyLock<Vec<(Format, bool, String)>> = LazyLock::new(|| {
    in_case(|case| {
        let both = Format::ALL.into_iter().flat_map(|format| [(format, false), (format, true)]);
        both.map(|(format, redact)| (format, redact, handout(case, format, redact).text)).collect()
    })
});

fn forms(wanted: &[Format]) -> Vec<&'static (Format, bool, String)> {
    let forms: Vec<_> = FORMS.iter().filter(|(format, ..)| wanted.contains(format)).collect();
    assert_eq!(forms.len(), wanted.len() * 2);
    forms
}

#[test]
fn every_form_is_as_it_was() {
    for (format, redact, text) in FORMS.iter() {
        if !redact {
            insta::assert_snapshot!(format!("form-{format}"), text);
        } else if format.takes_content() {
            insta::assert_snapshot!(format!("form-{format}-redacted"), text);
        }
    }
}

#[test]
fn the_same_case_gives_the_same_bytes_and_masked_content_stays_out() {
    in_case(|case| {
        for (format, redact, text) in FORMS.iter() {
            let again = handout(case, *format, *redact);
            assert!(again.text == *text, "{format}");
            assert_eq!(again.key.is_some(), *redact, "{format}");
            assert!(!text.contains("do not show this"), "{format}");
        }
    });
}

#[test]
fn no_form_has_a_character_that_a_terminal_or_a_reader_would_obey() {
    for (format, _, text) in FORMS.iter() {
        let allowed = |character: char| match character {
            '\n' => true,
            // Line ends of RFC 4180, and a tab inside a field.
            '\r' | '\t' => format.ending() == "csv",
            _ => false,
        };
        let unfit: BTreeSet<char> = text.chars().filter(|character| is_unfit(*character) && !allowed(*character)).collect();
        assert!(unfit.is_empty(), "{format}: {unfit:?}");
        assert!(format.ending() != "csv" || !text.replace("\r\n", "").contains('\r'), "{format}");
    }
}

/// What of a JSON value a schema does not allow. Knows the keywords that the report's schema uses, and refuses others.
fn misfits(value: &Json, schema: &Json, root: &Json, place: &str) -> Vec<String> {
    let mut found = Vec::new();
    let is = |kind: &str| match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("{place}: type {other}"),
    };
    for (keyword, rule) in schema.as_object().unwrap() {
        let fits = match keyword.as_str() {
            "$schema" | "$defs" | "title" | "description" => true,
            "$ref" => {
                let pointer = rule.as_str().unwrap().strip_prefix('#').unwrap();
                found.extend(misfits(value, root.pointer(pointer).unwrap(), root, place));
                true
            }
            "type" => is(rule.as_str().unwrap()),
            "const" => value == rule,
            "enum" => rule.as_array().unwrap().contains(value),
            "minimum" => value.as_i64().is_none_or(|number| number >= rule.as_i64().unwrap()),
            "pattern" => value.as_str().is_none_or(|text| Regex::new(rule.as_str().unwrap()).unwrap().is_match(text)),
            "format" => {
                assert_eq!(rule, "date-time");
                value.as_str().is_none_or(|text| text.ends_with('Z') && text.parse::<Timestamp>().is_ok())
            }
            "anyOf" => rule.as_array().unwrap().iter().any(|one| misfits(value, one, root, place).is_empty()),
            "items" => {
                for (at, item) in value.as_array().into_iter().flatten().enumerate() {
                    found.extend(misfits(item, rule, root, &format!("{place}/{at}")));
                }
                true
            }
            "required" => rule.as_array().unwrap().iter().all(|name| value.get(name.as_str().unwrap()).is_some()),
            "properties" => {
                for (name, rule) in rule.as_object().unwrap() {
                    let member = value.get(name).into_iter();
                    found.extend(member.flat_map(|member| misfits(member, rule, root, &format!("{place}/{name}"))));
                }
                true
            }
            "additionalProperties" => {
                assert_eq!(rule, false);
                let known = schema["properties"].as_object().unwrap();
                value.as_object().is_none_or(|members| members.keys().all(|name| known.contains_key(name)))
            }
            other => panic!("{place}: keyword {other}"),
        };
        if !fits {
            found.push(format!("{place}: {keyword} {rule} refuses {value}"));
        }
    }
    found
}

#[test]
fn the_json_is_as_its_schema_says() {
    let schema: Json = serde_json::from_str(include_str!("../src/report/schema.json")).unwrap();
    for (_, redact, text) in forms(&[Format::Json]) {
        let report: Json = serde_json::from_str(text).unwrap();
        let misfits = misfits(&report, &schema, &schema, "");
        assert!(misfits.is_empty(), "{misfits:#?}");
        assert_eq!(report["redacted"], *redact);
        assert_eq!(report["findings"].as_array().unwrap().len(), 3);
        // The walk sees something: a member that no schema names is refused.
        let mut other = report.clone();
        other["findings"][0]["colour"] = "red".into();
        assert_eq!(self::misfits(&other, &schema, &schema, "").len(), 1);
    }
}

#[test]
fn every_json_form_parses() {
    for (format, _, text) in forms(&[Format::Json, Format::Stix, Format::ActionsJson, Format::TimesketchJsonl]) {
        if *format != Format::TimesketchJsonl {
            assert!(serde_json::from_str::<Json>(text).unwrap().is_object(), "{format}");
            continue;
        }
        assert!(text.ends_with('\n') && text.lines().count() > 20);
        for line in text.lines() {
            let line: Json = serde_json::from_str(line).unwrap();
            for name in line.as_object().unwrap().keys() {
                let plain = ["message", "datetime", "timestamp_desc", "tag"].contains(&name.as_str());
                assert!(plain || name.starts_with("casebook_"), "{name}");
            }
            assert!(line["datetime"].as_str().unwrap().ends_with("+00:00") && line["tag"].is_array(), "{line}");
            assert!(line["message"].is_string() && line["timestamp_desc"].is_string(), "{line}");
        }
    }
}

#[test]
fn what_is_to_be_done_names_confirmed_entities_alone() {
    let (_, _, text) = forms(&[Format::ActionsJson])[0];
    let list: Json = serde_json::from_str(text).unwrap();
    let of = |action: &Json| (action["action"].as_str().unwrap().to_owned(), action["value"].as_str().unwrap().to_owned());
    let told: Vec<(String, String)> = list["actions"].as_array().unwrap().iter().map(of).collect();
    assert!(told.contains(&("rotate".into(), "key_4203f42abb39".into())), "{told:?}");
    assert!(told.contains(&("suspend".into(), "acct_8b7f4ddc".into())), "{told:?}");
    assert!(!told.iter().any(|(_, value)| value == "qa-robot@meridian.example" || value == "AS64555"), "{told:?}");
}

/// Members that name another object, with what they name.
fn references(value: &Json, found: &mut Vec<String>) {
    match value {
        Json::Object(members) => {
            for (name, member) in members {
                if name.ends_with("_ref") {
                    found.push(member.as_str().unwrap().to_owned());
                } else if name.ends_with("_refs") {
                    found.extend(member.as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()));
                } else if name == "extensions" {
                    found.extend(member.as_object().unwrap().keys().cloned());
                }
                references(member, found);
            }
        }
        Json::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

/// Whether an id is `type--UUID`.
fn is_id(id: &str, kind: &str) -> bool {
    let uuid = id.strip_prefix(kind).and_then(|rest| rest.strip_prefix("--"));
    uuid.is_some_and(|uuid| uuid.len() == 36 && Uuid::parse_str(uuid).is_ok_and(|uuid| uuid.get_version_num() == 5))
}

/// The members that the standard requires of each type that the bundle uses.
const STIX: [(&str, &[&str]); 13] = [
    ("identity", &["created", "modified", "name"]),
    ("observed-data", &["created", "modified", "first_observed", "last_observed", "number_observed", "object_refs"]),
    ("indicator", &["created", "modified", "pattern", "pattern_type", "valid_from", "indicator_types"]),
    ("grouping", &["created", "modified", "context", "object_refs"]),
    ("report", &["created", "modified", "name", "published", "object_refs"]),
    ("relationship", &["created", "modified", "relationship_type", "source_ref", "target_ref"]),
    ("extension-definition", &["created", "modified", "created_by_ref", "name", "schema", "version", "extension_types"]),
    ("ipv4-addr", &["value"]),
    ("ipv6-addr", &["value"]),
    ("user-account", &["user_id"]),
    ("autonomous-system", &["number"]),
    ("software", &["name"]),
    ("x-casebook-entity", &["role", "value", "extensions"]),
];

#[test]
fn the_bundle_is_whole() {
    let required: BTreeMap<&str, &[&str]> = STIX.into();
    for (_, redact, text) in forms(&[Format::Stix]) {
        let bundle: Json = serde_json::from_str(text).unwrap();
        assert_eq!(bundle["type"], "bundle");
        assert!(is_id(bundle["id"].as_str().unwrap(), "bundle"));
        assert_eq!(bundle.as_object().unwrap().len(), 3, "a bundle has a type, an id and objects");
        let objects = bundle["objects"].as_array().unwrap();
        let ids: BTreeSet<&str> = objects.iter().map(|object| object["id"].as_str().unwrap()).collect();
        assert_eq!(ids.len(), objects.len(), "an id stands twice");
        let mut kinds = BTreeSet::new();
        for object in objects {
            let kind = object["type"].as_str().unwrap();
            kinds.insert(kind);
            assert_eq!(object["spec_version"], "2.1", "{object}");
            assert!(is_id(object["id"].as_str().unwrap(), kind), "{object}");
            for member in *required.get(kind).unwrap_or_else(|| panic!("{kind}")) {
                assert!(object.get(member).is_some_and(|value| !value.is_null()), "{member} of {object}");
            }
            for (name, value) in object.as_object().unwrap() {
                if ["created", "modified", "published", "valid_from", "first_observed", "last_observed"].contains(&name.as_str())
                {
                    let time = value.as_str().unwrap();
                    assert!(time.len() == 24 && time.ends_with('Z') && time.parse::<Timestamp>().is_ok(), "{name} of {object}");
                }
                let empty =
                    value.as_array().is_some_and(Vec::is_empty) || value.as_object().is_some_and(serde_json::Map::is_empty);
                assert!(!empty && !value.is_null(), "the standard has no empty lists: {name} of {object}");
            }
            assert!(object["created"].as_str() <= object["modified"].as_str(), "{object}");
            let mut named = Vec::new();
            references(object, &mut named);
            for id in named {
                assert!(ids.contains(id.as_str()), "{id} is not in the bundle, and {object} names it");
            }
        }
        // An address has no form in pseudonyms that the standard would take for one.
        let wanted = STIX.map(|(kind, _)| kind).into_iter().filter(|kind| !(*redact && kind.starts_with("ip")));
        assert_eq!(kinds, wanted.collect::<BTreeSet<_>>());
    }
}

/// The records of a CSV after RFC 4180.
fn records(text: &str) -> Vec<Vec<String>> {
    let mut records = Vec::new();
    let (mut record, mut field, mut quoted) = (Vec::new(), String::new(), false);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                field.push('"');
            }
            '"' => {
                assert!(quoted || field.is_empty(), "a quote inside {field}");
                quoted = !quoted;
            }
            ',' if !quoted => record.push(std::mem::take(&mut field)),
            '\r' if !quoted => {
                assert_eq!(characters.next(), Some('\n'));
                record.push(std::mem::take(&mut field));
                records.push(std::mem::take(&mut record));
            }
            '\n' if !quoted => panic!("a line feed alone ends a record"),
            other => field.push(other),
        }
    }
    assert!(!quoted && field.is_empty() && record.is_empty(), "the last record does not end");
    records
}

#[test]
fn no_field_of_a_csv_is_a_formula() {
    for (format, redact, text) in forms(&[Format::Csv, Format::Timesketch, Format::Actions]) {
        let records = records(text);
        assert!(records.len() > 3, "{format}");
        for record in &records {
            assert_eq!(record.len(), records[0].len(), "{record:?}");
            for field in record {
                assert!(!field.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']), "{format}: {field:?}");
            }
        }
        let kept = records.iter().flatten().any(|field| *field == format!("'{}", HOSTILE[4]));
        assert!(
            kept != *redact || *format == Format::Timesketch,
            "{format}: the value stands, with its guard, unless it is redacted"
        );
    }
}

#[test]
fn the_page_is_one_file_in_which_nothing_acts() {
    let tag = Regex::new(r#"<([a-zA-Z!/][^\s<>]*)((?:[^<>"]|"[^"]*")*)>"#).unwrap();
    let attribute = Regex::new(r#"([^\s=/"]+)\s*=\s*("[^"]*"|[^\s"]+)"#).unwrap();
    for (_, _, text) in forms(&[Format::Html]) {
        let lower = text.to_lowercase();
        for word in [
            "<script",
            "<img",
            "<iframe",
            "<link",
            "<object",
            "<embed",
            "<base",
            "<form",
            "@import",
            "url(",
            "http-equiv=\"refresh",
        ] {
            assert!(!lower.contains(word), "{word}");
        }
        let mut tags = 0;
        let rest = tag.replace_all(text, |found: &regex::Captures<'_>| {
            tags += 1;
            for one in attribute.captures_iter(&found[2]) {
                let (name, value) = (one[1].to_lowercase(), one[2].trim_matches('"').to_lowercase());
                assert!(!name.starts_with("on"), "{}", &found[0]);
                if ["href", "src", "xlink:href", "action", "srcset", "poster", "data"].contains(&name.as_str()) {
                    assert!(value.starts_with('#'), "{}", &found[0]);
                }
                assert!(!value.contains("javascript:"), "{}", &found[0]);
            }
            String::new()
        });
        assert!(tags > 300, "{tags}");
        let style = rest.find("color-scheme").unwrap();
        assert!(!rest[..style].contains('<') && !rest.contains("alert(1)<"), "what is no tag is no markup either");
        let stray: Vec<&str> = rest.lines().filter(|line| line.contains('<')).collect();
        assert!(stray.is_empty(), "{stray:#?}");
        assert!(text.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && text.contains("{{ 7*7 }}"), "it is shown instead");
        let shown = "(?s)<code>.*?</code>|xmlns=\"http://www.w3.org/2000/svg\"";
        let words = Regex::new(shown).unwrap().replace_all(&lower, "").into_owned();
        for link in ["javascript:", "http:"] {
            assert!(
                lower.contains(link) && !words.contains(link),
                "{link} stands character for character in code, and nowhere else"
            );
        }
        for hostile in HOSTILE.iter().filter(|text| text.contains(['<', '"', '\''])) {
            assert!(!text.contains(hostile), "{hostile}");
        }
        for (opened, closed) in
            [("<table", "</table>"), ("<section", "</section>"), ("<svg", "</svg>"), ("<code", "</code>"), ("<p", "</p>")]
        {
            let opens = Regex::new(&format!("{opened}[\\s>]")).unwrap().find_iter(text).count();
            assert_eq!(opens, text.matches(closed).count(), "{opened}");
        }
    }
}
