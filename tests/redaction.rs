//! A redacted report holds none of the values that it stands for: over random cases, in every form, however the values are written.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, clippy::print_stdout)]

use casebook::case::{
    Case, CaseMeta, Connotation, Entry, Event, FindingDetails, OpenedExtract, OpenedSource, SavedPlace, SavedView, Stage, Status,
    Target,
};
use casebook::domain::{Entity, Role, Severity, Timestamp};
use casebook::report::redact::is_redacted;
use casebook::report::{self, Format, Options};
use proptest::prelude::*;

const NOON: Timestamp = Timestamp(1_700_000_000_000_000);
const SHA: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// How somebody writes a value down.
#[derive(Debug, Clone, Copy)]
enum Spelling {
    Plain,
    Upper,
    Percent,
    PercentTwice,
    PercentSome,
    Defanged,
    Json,
    Shell,
    Html,
}

const SPELLINGS: [Spelling; 9] = [
    Spelling::Plain,
    Spelling::Upper,
    Spelling::Percent,
    Spelling::PercentTwice,
    Spelling::PercentSome,
    Spelling::Defanged,
    Spelling::Json,
    Spelling::Shell,
    Spelling::Html,
];

impl Spelling {
    fn of(self, value: &str) -> String {
        let percent = |text: &str, all: bool| -> String {
            let byte = |byte: u8| match byte.is_ascii_alphanumeric() && !all {
                true => char::from(byte).to_string(),
                false => format!("%{byte:02x}"),
            };
            text.bytes().map(byte).collect()
        };
        match self {
            Spelling::Plain => value.to_owned(),
            Spelling::Upper => value.to_uppercase(),
            Spelling::Percent => percent(value, true).to_uppercase(),
            Spelling::PercentTwice => percent(&percent(value, false), false),
            Spelling::PercentSome => percent(value, false),
            Spelling::Defanged => value.replace('.', "[.]").replace('@', "[at]").replace(':', "[:]"),
            Spelling::Json => serde_json::to_string(value).unwrap(),
            Spelling::Shell => format!("'{}'", value.replace('\'', "'\\''")),
            Spelling::Html => value.replace('&', "&amp;").replace('<', "&lt;").replace('\'', "&#39;").replace('"', "&quot;"),
        }
    }
}

/// A value as a log could have it in a role: its prefix is no hexadecimal, so that no hash in a report holds it by chance.
fn value_of(role: Role) -> BoxedStrategy<String> {
    match role {
        Role::Ip => prop_oneof![
            (1_u8..224, any::<u8>(), any::<u8>(), any::<u8>()).prop_map(|(a, b, c, d)| format!("{a}.{b}.{c}.{d}")),
            any::<[u16; 7]>().prop_map(|s| std::net::Ipv6Addr::new(0x2001, s[0], s[1], s[2], s[3], s[4], s[5], s[6]).to_string()),
        ]
        .boxed(),
        Role::Account => prop_oneof![
            "(acct|user)[_-][g-z0-9]{6,12}",
            "[g-z]{4,8}[.+_][g-z]{3,6}@[g-z]{4,8}\\.(example|test)",
            "[G-Z][g-z]{4,7} [O]'[G-Z][g-z]{4,6}",
            "zz[ÄÖÜßéñøжц]{2,4}[g-z]{3,5}",
            "zz[g-z]{2}[&<>'\"|*_`+=-][g-z]{3}[&<>'\"|*_`+=-][g-z]{2}",
        ]
        .boxed(),
        _ => {
            let name = role.name();
            let like = |pattern: String| proptest::string::string_regex(&pattern).unwrap();
            prop_oneof![like(format!("{name}x[_.-][g-zG-Z0-9]{{8,14}}")), like(format!("{name}x [g-z]{{5,8}}/[g-z]{{4,6}}"))]
                .boxed()
        }
    }
}

fn roles() -> Vec<Role> {
    Role::ALL.into_iter().filter(|role| is_redacted(*role)).collect()
}

/// Two entities of every role, of which the second may begin with the whole of the first.
fn entities() -> impl Strategy<Value = Vec<Entity>> {
    let of = |role: Role| {
        (value_of(role), value_of(role), prop::bool::weighted(0.3)).prop_map(move |(one, other, longer)| {
            let other = if longer && role != Role::Ip { format!("{one}_2") } else { other };
            [one, other].map(|value| Entity { role, value })
        })
    };
    roles().into_iter().map(of).collect::<Vec<_>>().prop_map(|pairs| pairs.into_iter().flatten().collect())
}

/// A random case: some entities stand in roles, and all of those are also written into every other place.
fn events(entities: &[Entity], spellings: &[Spelling], glue: &str) -> Vec<Event> {
    let mut turn = 0;
    // Another few of the values in another spelling, each time that it is asked.
    let mut words = move || -> String {
        let told: Vec<String> = (0..4)
            .map(|_| {
                turn += 1;
                spellings[turn % spellings.len()].of(&entities[turn * 5 % entities.len()].value)
            })
            .collect();
        format!("see {}", told.join(glue))
    };
    let quoted = |entity: &Entity| format!("{}:\"{}\"", entity.role, entity.value.replace('\\', "\\\\").replace('"', "\\\""));
    let filter = entities.iter().map(quoted).collect::<Vec<_>>().join(" or ");
    let summary = entities.iter().map(|entity| format!("{}={}", entity.role, entity.value)).collect::<Vec<_>>().join(" ");
    let mut events = vec![
        Event::Created { id: "case-1".into(), title: words(), analyst: entities[2].value.clone(), version: 1 },
        Event::Opened {
            extracts: vec![OpenedExtract {
                sha256: SHA.into(),
                rows: 10,
                rejects: 0,
                first: Some(NOON),
                last: Some(NOON),
                sources: vec![OpenedSource {
                    path: format!("logs/{}.csv", words()),
                    format: "CSV".into(),
                    profile: "api-requests".into(),
                    rows: 10,
                    rejects: 0,
                    sha256: SHA.into(),
                }],
                roles: [(Role::Account, "account_id".to_owned())].into(),
            }],
        },
        Event::Question { id: "q1".into(), text: words() },
        Event::Answered { id: "q1".into(), text: words() },
        Event::Pinned {
            row_id: 1,
            extract: SHA.into(),
            evidence: SHA.into(),
            at: Some(NOON),
            summary: summary.clone(),
            entities: entities
                .iter()
                .cloned()
                .chain([Entity { role: Role::UserAgent, value: words() }, Entity { role: Role::Endpoint, value: words() }])
                .collect(),
        },
        Event::Noted { id: "n1".into(), target: Target::Case, text: words() },
        Event::Noted { id: "n2".into(), target: Target::Row { row_id: 9, extract_sha: SHA.into() }, text: words() },
        Event::Found {
            id: "f1".into(),
            title: words(),
            severity: Severity::High,
            entities: entities.to_vec(),
            text: format!("{}\n\n- {}\n\n`{}`", words(), words(), words()),
            evidence: vec![SHA.into()],
            details: FindingDetails {
                category: words(),
                owner: words(),
                next_step: words(),
                question: Some("q1".into()),
                ..Default::default()
            },
        },
        Event::FindingChanged {
            id: "f1".into(),
            status: Some(Status::Confirmed),
            severity: None,
            text: None,
            title: None,
            entities: None,
            evidence: None,
            edits: Default::default(),
        },
        Event::Measured {
            finding: Some("f1".into()),
            title: words(),
            sql: words(),
            filter: filter.clone(),
            command: format!("casebook query --filter {} {}", Spelling::Shell.of(&filter), words()),
            rows: 3,
            extract: SHA.into(),
            query: format!("SELECT * FROM requests WHERE account = '{}'", entities[2].value.replace('\'', "''")),
            params: entities.iter().map(|entity| entity.value.clone()).collect(),
            playbook: String::new(),
        },
        Event::Visited {
            node: 1,
            parent: None,
            title: words(),
            view: SavedView { filter, ..SavedView::default() },
            place: SavedPlace::Rows,
            rows: Some(3),
        },
    ];
    for entity in entities {
        events.push(Event::Labelled {
            entity: entity.clone(),
            label: words(),
            connotation: Connotation::Bad,
            reason: words(),
            expires: None,
            playbook: String::new(),
        });
        events.push(Event::Dismissed { entity: entity.clone(), playbook: "burst".into(), reason: words() });
        events.push(Event::Staged { entity: entity.clone(), stage: Stage::Confirmed, reason: words(), playbook: String::new() });
        events.push(Event::Noted { id: format!("m{}", events.len()), target: Target::Entity(entity.clone()), text: words() });
    }
    events
}

fn case_of(events: Vec<Event>, by: &str) -> Case {
    let mut entries: Vec<Entry> = Vec::new();
    for (number, event) in (0_i64..).zip(events) {
        let last = entries.last().map(|entry| (entry.seq, entry.hash.clone()));
        let last = last.as_ref().map(|(seq, hash)| (*seq, hash.as_str()));
        entries.push(Entry::after(last, NOON.plus(number * 1_000_000), by, event).unwrap());
    }
    Case::replay(&entries)
}

/// A text with what writes its characters differently undone: case, references, escapes, percents, disarmed links.
fn undone(text: &str) -> String {
    let mut text = text.to_lowercase();
    for (written, meant) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")] {
        text = text.replace(written, meant);
    }
    text = text.replace("'\\''", "'").replace("''", "'").replace("\"\"", "\"").replace('\\', "");
    for _ in 0..3 {
        text = percent_decoded(&text);
    }
    let text = text.replace("[.]", ".").replace("[at]", "@").replace("[:]", ":").replace("[@]", "@");
    text.to_lowercase()
}

fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let (mut out, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let hex = text.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Whether a value stands in a text and is not a part of a longer number.
fn stands(text: &str, value: &str) -> bool {
    let digit = |character: Option<char>| character.is_some_and(|character| character.is_ascii_hexdigit());
    text.match_indices(value).any(|(at, _)| {
        let inside = digit(text[..at].chars().next_back()) || digit(text[at + value.len()..].chars().next());
        !(inside && value.starts_with(|first: char| first.is_ascii_digit()))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_value_of_a_redacted_role_stands_in_any_form(
        entities in entities(),
        spellings in Just(SPELLINGS.to_vec()).prop_shuffle(),
        glue in prop::sample::select(vec![" ", ", ", " and ", "\n", " | ", "?v=", " (", "; "]),
    ) {
        let case = case_of(events(&entities, &spellings, glue), &entities[2].value);
        let meta = CaseMeta::of(&case).unwrap();
        for format in Format::ALL {
            let options = |redact| Options { redact, ..Options::default() };
            let whole = report::hand_out(format, &case, &meta, &options(false)).unwrap().text;
            let whole = undone(&whole);
            prop_assert!(entities.iter().any(|entity| stands(&whole, &undone(&entity.value))), "{} names nobody", format);
            let handout = report::hand_out(format, &case, &meta, &options(true)).unwrap();
            prop_assert_eq!(&handout.still, &Vec::<String>::new(), "{}", format);
            let key: serde_json::Value = serde_json::from_str(&handout.key.unwrap()).unwrap();
            let readings = [handout.text.to_lowercase(), undone(&handout.text), percent_decoded(&handout.text).to_lowercase()];
            for entity in &entities {
                let line = key["pseudonyms"].as_array().unwrap().iter().find(|line| line["value"] == entity.value.as_str());
                prop_assert!(line.is_some_and(|line| line["role"] == entity.role.name()), "the key does not undo {}", entity);
                for value in [entity.value.to_lowercase(), undone(&entity.value)] {
                    for reading in &readings {
                        if stands(reading, &value) {
                            let at = reading.find(&value).unwrap();
                            let near: String = reading[..at].chars().rev().take(120).collect::<Vec<_>>().into_iter().rev().collect();
                            let after: String = reading[at..].chars().take(120).collect();
                            prop_assert!(false, "{} holds {}: {}⟦{}", format, entity, near, after);
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn one_value_has_one_pseudonym_in_all_forms(entities in entities()) {
        let case = case_of(events(&entities, &SPELLINGS, " "), "ana");
        let meta = CaseMeta::of(&case).unwrap();
        let keys: Vec<String> = Format::ALL
            .into_iter()
            .map(|format| {
                let options = Options { redact: true, ..Options::default() };
                report::hand_out(format, &case, &meta, &options).unwrap().key.unwrap()
            })
            .collect();
        prop_assert!(keys.iter().all(|key| *key == keys[0]));
    }
}
