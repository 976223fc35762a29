//! A desk to play keys at: the core with the fake engine and a journal in memory.

use std::sync::{Arc, Mutex};

use crate::app::key::sequence;
use crate::app::state::Size;
use crate::app::{Effect, Msg, State, update};
use crate::case::{Case, Entry, Event as CaseEvent};
use crate::domain::{Column, Kind, Role, Schema, Seal, Timestamp, Value};
use crate::engine::fake::{FakeEngine, Script, batch};
use crate::engine::{Engine, Event, Param, Statement};
use crate::extract::{Extract, Mapping, Source};

/// Rows of the made-up extract.
pub(super) const ROWS: u64 = 1000;
/// Records of it that could not be read.
pub(super) const REJECTS: u64 = 500;

pub(super) struct Desk {
    pub(super) state: State,
    pub(super) engine: Arc<FakeEngine>,
    /// What the core asked to be recorded, in order.
    pub(super) recorded: Vec<CaseEvent>,
    /// Other effects, in order.
    pub(super) effects: Vec<Effect>,
    inbox: Arc<Mutex<Vec<Event>>>,
    entries: Vec<Entry>,
    /// Whether the journal is on strike.
    pub(super) full_disk: bool,
}

fn column(role: Role) -> Column {
    Column::of_role(role, Some(role.name().to_owned()))
}

/// The columns of the made-up extract.
pub(super) fn schema() -> Schema {
    let mut columns: Vec<Column> =
        [Role::Time, Role::Account, Role::Key, Role::Ip, Role::Status, Role::Content].into_iter().map(column).collect();
    columns.push(Column::own("extra", Kind::Json, "extra"));
    Schema { columns }
}

fn value(name: &str, position: u64) -> Value {
    match name {
        "time" => Value::Time(Timestamp(position as i64 * 60 * Timestamp::SECOND)),
        "account" => Value::Text(format!("acct_{}", position % 7)),
        "key" if position == 9 => Value::Text(format!("Bearer {}", seal().mask(&secret()))),
        "key" => Value::Text(format!("key_{}", position % 11)),
        "ip" => Value::Text(format!("192.0.2.{}", position % 5)),
        "status" => Value::Int(200),
        "content" => Value::Text(format!("prompt \u{1b}[2J {position}")),
        _ => Value::Text(r#"{"a":{"b":[1,2]}}"#.to_owned()),
    }
}

/// What the made-up extract is sealed with.
pub(super) fn seal() -> Seal {
    Seal::new(b"0123456789abcdef")
}

/// The secret in the key of the tenth row.
pub(super) fn secret() -> String {
    format!("sk-proj-{}", "Zq7Rt2Lm9XcV4bNh8Kd3Wp6J")
}

fn number(statement: &Statement, place: usize) -> u64 {
    match statement.params.get(place) {
        Some(Param::Int(number)) => u64::try_from(*number).unwrap_or(0),
        _ => 0,
    }
}

fn rows(from: u64, count: u64, names: &[&str]) -> Script {
    let positions: Vec<u64> = (from..(from + count).min(ROWS)).collect();
    let mut columns = vec![("row_id", positions.iter().map(|at| Value::Int(i128::from(at + 1))).collect())];
    columns.extend(names.iter().map(|name| (*name, positions.iter().map(|at| value(name, *at)).collect())));
    Script::rows(batch(&columns))
}

/// What the fake engine says to the statements of the core, told apart by their shape.
fn answer(statement: &Statement) -> Option<Script> {
    const NAMES: [&str; 7] = ["time", "account", "key", "ip", "status", "content", "extra"];
    let sql = statement.sql.as_str();
    let int = |number: i128| Value::Int(number);
    let text = |text: &str| Value::Text(text.to_owned());
    let texts = |names: &[&str], rows: u64| {
        let columns: Vec<(&str, Vec<Value>)> =
            names.iter().map(|name| (*name, (0..rows).map(|at| Value::Text(value(name, at).to_plain())).collect())).collect();
        Script::rows(batch(&columns))
    };
    if let Some(script) =
        super::playbooks::answer(statement).or_else(|| super::sql::answer(sql)).or_else(|| links(sql)).or_else(|| templates(sql))
    {
        return Some(script);
    }
    Some(if sql.contains("FROM secrets") {
        let fingerprint = seal().mask(&secret()).into_owned();
        let locked = seal().lock(&fingerprint, &secret());
        Script::rows(batch(&[("fingerprint", vec![text(&fingerprint)]), ("secret", vec![text(&locked)])]))
    } else if sql.contains("FILTER (WHERE \"account\"") {
        Script::rows(batch(&[
            ("requests", vec![int(1000)]),
            ("time", vec![int(1000)]),
            ("account", vec![int(990)]),
            ("content", vec![int(0)]),
        ]))
    } else if sql.contains("PARTITION BY shown IS NULL") {
        if sql.contains("wrong(") {
            Script::fail("Catalog Error: Scalar Function with name wrong does not exist!")
        } else {
            Script::rows(batch(&[
                ("shown", vec![text("acct_1"), Value::Null]),
                ("given", vec![text("acct_1"), text("odd")]),
                ("sampled", vec![int(200); 2]),
                ("present", vec![int(190); 2]),
                ("fitting", vec![int(180); 2]),
            ]))
        }
    } else if sql.contains("AS places") {
        let positions = number(statement, 0)..number(statement, 1).min(REJECTS);
        let column = |make: &dyn Fn(u64) -> Value| positions.clone().map(make).collect::<Vec<Value>>();
        Script::rows(batch(&[
            ("path", column(&|_| text("log.csv"))),
            ("record", column(&|at| int(i128::from(at + 1)))),
            ("reason", column(&|_| text("a quote is missing"))),
            ("raw", column(&|at| Value::Text(format!("raw {at}")))),
        ]))
    } else if sql.contains("FROM rejects") {
        Script::rows(batch(&[("path", vec![text("log.csv")]), ("record", vec![int(1)])]))
    } else if sql.contains("AS \"extra\"") && sql.contains("LIMIT 200") {
        texts(&NAMES, 20)
    } else if sql.starts_with("CREATE TABLE") || sql.starts_with("DROP TABLE") {
        Script::rows(batch(&[("Count", vec![int(1)])]))
    } else if sql.contains("- 1 AS position") || sql.starts_with("SELECT position") {
        Script::rows(batch(&[("position", vec![int(700)]), ("row_id", vec![int(701)])]))
    } else if sql.contains("AS part") {
        Script::rows(batch(&[
            ("part", vec![text("top"), text("top"), text("new")]),
            ("role", vec![text("ip"), text("ip"), text("key")]),
            ("value", vec![text("192.0.2.1"), Value::Null, text("key_new")]),
            ("requests", vec![int(30), int(12), int(2)]),
            ("share", vec![Value::Float(0.7), Value::Float(0.3), Value::Float(0.05)]),
            ("first_seen", vec![Value::Time(Timestamp(0)); 3]),
            ("last_seen", vec![Value::Time(Timestamp(60)); 3]),
            ("values", vec![int(1), int(1), int(9)]),
        ]))
    } else if sql.contains("AS previous") {
        Script::rows(batch(&[
            ("value", vec![text("acct_9"), text("acct_1"), text("acct_2")]),
            ("requests", vec![int(300), int(600), int(0)]),
            ("share", vec![Value::Float(0.3), Value::Float(0.6), Value::Float(0.0)]),
            ("previous", vec![int(0), int(500), int(90)]),
            ("difference", vec![int(300), int(100), int(-90)]),
            ("percent", vec![Value::Null, Value::Float(20.0), Value::Float(-100.0)]),
            ("distinct_values", vec![int(3); 3]),
            ("new_values", vec![int(1); 3]),
            ("gone_values", vec![int(1); 3]),
        ]))
    } else if sql.contains("quantile_disc") {
        let at = |minutes: i64| vec![Value::Time(Timestamp(minutes * 60 * Timestamp::SECOND))];
        Script::rows(batch(&[
            ("rows", vec![int(1000)]),
            ("present", vec![int(990)]),
            ("least", at(0)),
            ("p1", at(10)),
            ("p25", at(250)),
            ("p50", at(500)),
            ("p75", at(750)),
            ("p90", at(900)),
            ("p99", at(990)),
            ("most", at(999)),
            ("mean", at(500)),
        ]))
    } else if sql.contains("CAST(bucket AS INTEGER)") {
        Script::rows(batch(&[("bucket", vec![int(0), int(2)]), ("requests", vec![int(700), int(290)])]))
    } else if sql.contains("AS rank") {
        let hour = |hour: i64| Value::Time(Timestamp(hour * 3600 * Timestamp::SECOND));
        Script::rows(batch(&[
            ("bucket", vec![hour(0), hour(0), hour(1), hour(1)]),
            ("requests", vec![int(600), int(300), int(60), int(40)]),
            ("rank", vec![int(0), Value::Null, int(0), int(1)]),
            ("value", vec![text("acct_1"), Value::Null, text("acct_1"), Value::Null]),
        ]))
    } else if sql.contains("matching_values") {
        let found = if statement.params.iter().any(|param| *param == Param::from("nothing")) { 0 } else { 1 };
        Script::rows(batch(&[
            ("value", vec![text("acct_2"); found]),
            ("requests", vec![int(300); found]),
            ("share", vec![Value::Float(0.3); found]),
            ("distinct_values", vec![int(3); found]),
            ("matching_values", vec![int(1); found]),
        ]))
    } else if sql.contains("distinct_values") {
        Script::rows(batch(&[
            ("value", vec![text("acct_1"), text("acct_2"), Value::Null]),
            ("requests", vec![int(600), int(300), int(100)]),
            ("share", vec![Value::Float(0.6), Value::Float(0.3), Value::Float(0.1)]),
            ("distinct_values", vec![int(3); 3]),
        ]))
    } else if sql.contains("bucket") {
        Script::rows(batch(&[
            ("bucket", vec![Value::Time(Timestamp(0)), Value::Time(Timestamp(3600 * Timestamp::SECOND))]),
            ("requests", vec![int(900), int(100)]),
        ]))
    } else if sql.contains("distinct_key") || sql.contains("distinct_ip") {
        Script::rows(batch(&[
            ("requests", vec![int(42)]),
            ("first_seen", vec![Value::Time(Timestamp(0))]),
            ("last_seen", vec![Value::Time(Timestamp(3600 * Timestamp::SECOND))]),
            ("errors", vec![int(4)]),
            ("distinct_ip", vec![int(2)]),
        ]))
    } else if sql.contains("BETWEEN") && sql.contains("row_id") && !sql.contains("rowid") {
        let (first, last) = (number(statement, 0), number(statement, 1));
        rows(first - 1, last + 1 - first, &NAMES)
    } else if sql.contains("rowid") {
        let (first, end) = (number(statement, 0), number(statement, 1));
        rows(first, end - first, &NAMES)
    } else if sql.contains("LIMIT") && sql.contains("first_seen") {
        Script::rows(batch(&[
            ("value", vec![text("192.0.2.1"), text("192.0.2.2")]),
            ("requests", vec![int(30), int(12)]),
            ("first_seen", vec![Value::Time(Timestamp(0)); 2]),
            ("last_seen", vec![Value::Time(Timestamp(60)); 2]),
        ]))
    } else if sql.contains("first_seen") {
        Script::rows(batch(&[
            ("requests", vec![int(42)]),
            ("first_seen", vec![Value::Time(Timestamp(0))]),
            ("last_seen", vec![Value::Time(Timestamp(3600 * Timestamp::SECOND))]),
        ]))
    } else if sql.contains("LIMIT") {
        rows(0, number(statement, statement.params.len() - 2), &NAMES)
    } else {
        rows(number(statement, 0) - 1, 1, &NAMES)
    })
}

/// What the fake engine says to the steps of links: everybody on an address, whoever is asked for.
fn links(sql: &str) -> Option<Script> {
    if sql.contains("AS entities") {
        return Some(Script::rows(batch(&[("entities", vec![Value::Int(5_000)])])));
    }
    if sql.starts_with("CREATE OR REPLACE TABLE") {
        return Some(Script::rows(batch(&[("Count", vec![Value::Int(1)])])));
    }
    if !sql.contains("AS holders") {
        return None;
    }
    let on: [(&str, i128, &str); 11] = [
        ("192.0.2.1", 2, "acct_0"),
        ("192.0.2.1", 2, "acct_1"),
        ("192.0.2.2", 2, "acct_0"),
        ("192.0.2.2", 2, "acct_1"),
        ("192.0.2.3", 2, "acct_1"),
        ("192.0.2.3", 2, "acct_2"),
        ("192.0.2.4", 3, "acct_1"),
        ("192.0.2.4", 3, "acct_2"),
        ("192.0.2.5", 2, "acct_0"),
        ("192.0.2.5", 2, "acct_3"),
        ("100.64.0.1", 500, "acct_0"),
    ];
    let text = |value: &str| Value::Text(value.to_owned());
    Some(Script::rows(batch(&[
        ("bridge", on.iter().map(|one| text(one.0)).collect()),
        ("holders", on.iter().map(|one| Value::Int(one.1)).collect()),
        ("entity", on.iter().map(|one| text(one.2)).collect()),
        ("first_seen", vec![Value::Time(Timestamp(0)); on.len()]),
        ("last_seen", vec![Value::Time(Timestamp(60)); on.len()]),
    ])))
}

/// What it says to the steps of templates.
fn templates(sql: &str) -> Option<Script> {
    let texts =
        ["say the forbidden word number 1 now", "say the forbidden word number 22 now", "something else entirely is here"];
    let rows = 0..texts.len() as i128;
    let text = |value: &str| Value::Text(value.to_owned());
    if sql.contains("AS prompts FROM") {
        return Some(Script::rows(batch(&[("prompts", vec![Value::Int(3)])])));
    }
    if sql.contains("AS first_account") {
        return Some(Script::rows(batch(&[
            ("requests", vec![Value::Int(40)]),
            ("prompts", vec![Value::Int(2)]),
            ("accounts", vec![Value::Int(2)]),
            ("first_account", vec![text("acct_1")]),
            ("first_seen", vec![Value::Time(Timestamp(0))]),
            ("last_seen", vec![Value::Time(Timestamp(60))]),
            ("examples", vec![text("1,2")]),
        ])));
    }
    if !sql.contains("AS text") {
        return None;
    }
    Some(Script::rows(batch(&[
        ("row_id", rows.clone().map(|at| Value::Int(at + 1)).collect()),
        ("requests", vec![Value::Int(20); texts.len()]),
        ("accounts", vec![Value::Int(1); texts.len()]),
        ("account", rows.map(|at| text(&format!("acct_{at}"))).collect()),
        ("text", texts.iter().map(|one| text(one)).collect()),
        ("whole", vec![Value::Bool(true); texts.len()]),
    ])))
}

impl Desk {
    /// The made-up extract.
    pub(super) fn extract() -> Extract {
        let mapping = |role: Role| Mapping { source: role.name().to_owned(), confidence: 0.9, reason: "its name".into() };
        Extract {
            sources: vec![Source { path: "log.csv".into(), format: "CSV".into(), rows: ROWS, ..Source::default() }],
            rows: ROWS,
            rejects: REJECTS,
            roles: schema().roles().map(|role| (role, mapping(role))).collect(),
            schema: schema(),
            first: Some(Timestamp(0)),
            last: Some(Timestamp(ROWS as i64 * 60 * Timestamp::SECOND)),
            sha256: "e".repeat(64),
            seal: Some(seal()),
            ..Extract::default()
        }
    }

    /// A desk with an open extract and an open case, and nothing running.
    pub(super) fn new() -> Desk {
        let mut desk = Desk::before();
        let extract = Desk::extract();
        desk.send(Msg::CaseOpened { case: Box::new(Case::default()), dir: "/case".into(), read_only: false, notice: None });
        desk.record(CaseEvent::Created { id: "c".into(), title: "t".into(), analyst: "a".into(), version: 1 });
        desk.send(Msg::Opened(Arc::new(extract)));
        desk.settle();
        desk
    }

    /// A desk before anything is open.
    pub(super) fn before() -> Desk {
        let engine = Arc::new(FakeEngine::manual());
        engine.on(answer);
        let mut state = State::new(&crate::engine::dialect::DUCK);
        state.themes = vec!["dark".into(), "light".into()];
        let mut desk = Desk {
            state,
            engine,
            recorded: Vec::new(),
            effects: Vec::new(),
            inbox: Arc::default(),
            entries: Vec::new(),
            full_disk: false,
        };
        desk.send(Msg::Resize(Size { width: 120, height: 40 }));
        desk
    }

    /// Plays keys and waits until everything that they began is over.
    pub(super) fn play(&mut self, keys: &str) -> &mut Desk {
        self.press(keys);
        self.settle();
        self
    }

    /// Plays keys and does not wait.
    pub(super) fn press(&mut self, keys: &str) {
        for key in sequence(keys).unwrap() {
            self.send(Msg::Key(key));
        }
    }

    /// Types a text, a key a character.
    pub(super) fn type_in(&mut self, text: &str) -> &mut Desk {
        for character in text.chars() {
            self.send(Msg::Key(crate::app::key::Key::char(character)));
        }
        self
    }

    pub(super) fn send(&mut self, msg: Msg) {
        for effect in update(&mut self.state, msg) {
            match effect {
                Effect::Submit(request) => {
                    let inbox = Arc::clone(&self.inbox);
                    self.engine.submit(request, Box::new(move |event| inbox.lock().unwrap().push(event)));
                }
                Effect::Cancel(id) => self.engine.cancel(id),
                Effect::Record(event) => self.record(event),
                Effect::Pin(row) => {
                    let event = CaseEvent::Pinned {
                        row_id: row.row_id,
                        extract: row.extract.clone(),
                        evidence: format!("{:064}", row.row_id),
                        at: row.time(),
                        summary: row.summary(),
                        entities: row.entities(),
                    };
                    self.record(event);
                }
                other => self.effects.push(other),
            }
        }
    }

    /// A report was written into the exports.
    pub(super) fn record_export(&mut self) {
        self.record(CaseEvent::Exported { path: "exports/report.md".into(), sha256: "0".repeat(64), format: "md".into() });
    }

    fn record(&mut self, event: CaseEvent) {
        if self.full_disk {
            self.send(Msg::RecordFailed("no space left on device".into()));
            return;
        }
        let before = self.entries.last().map(|entry| (entry.seq, entry.hash.as_str()));
        let entry = Entry::after(before, Timestamp(1), "analyst", event.clone()).unwrap();
        self.entries.push(entry.clone());
        self.recorded.push(event);
        self.send(Msg::Recorded(Box::new(entry)));
    }

    /// Runs the engine and takes its answers until nothing is left to do.
    pub(super) fn settle(&mut self) {
        loop {
            self.engine.run_until_idle();
            let events: Vec<Event> = self.inbox.lock().unwrap().drain(..).collect();
            if events.is_empty() {
                return;
            }
            for event in events {
                self.send(Msg::Engine(event));
            }
        }
    }

    pub(super) fn message(&self) -> &str {
        self.state.message.as_ref().map_or("", |message| message.text.as_str())
    }

    pub(super) fn filter(&self) -> String {
        self.state.view().filter.to_string()
    }
}
