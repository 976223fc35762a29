//! Verifying a case: what was changed is found and named, and every number is counted again.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, clippy::print_stdout)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use casebook::case::{CaseDir, Connotation, Event, EvidenceRow, Verdicts, verify};
use casebook::domain::{Column, Role, Schema, Severity, Timestamp, Value};
use casebook::engine::fake::{FakeEngine, Script, batch};
use casebook::engine::{Client, Param, Statement};
use casebook::extract::Extract;

const NOON: Timestamp = Timestamp(1_700_000_000_000_000);

fn row(row_id: i64) -> EvidenceRow {
    EvidenceRow {
        extract: "e1".into(),
        source: None,
        row_id,
        columns: vec![
            ("time".into(), Value::Time(NOON.plus(row_id))),
            ("account".into(), Value::Text(format!("acct_{row_id}"))),
            ("cost".into(), Value::Float(f64::NAN)),
        ],
    }
}

fn labelled(value: &str) -> Event {
    Event::Labelled {
        entity: format!("account:{value}").parse().unwrap(),
        label: "suspect".into(),
        connotation: Connotation::Bad,
        reason: "r".into(),
        expires: None,
        playbook: String::new(),
    }
}

fn measured(finding: Option<&str>, filter: &str, rows: u64, extract: &str) -> Event {
    Event::Measured {
        finding: finding.map(str::to_owned),
        title: "how many".into(),
        sql: String::new(),
        filter: filter.into(),
        command: format!("casebook query --filter '{filter}' a.csv"),
        rows,
        extract: extract.into(),
        query: String::new(),
        params: Vec::new(),
        playbook: String::new(),
    }
}

/// A case with two pins, a label before and one after a query that speaks of labels, and a finding with a query.
fn sample(folder: &Path) -> PathBuf {
    let mut dir = CaseDir::create(&folder.join("case"), "T", "ana", NOON).unwrap();
    dir.pin(&row(1), NOON).unwrap();
    dir.pin(&row(2), NOON).unwrap();
    let found = Event::Found {
        id: "f1".into(),
        title: "t".into(),
        severity: Severity::High,
        entities: Vec::new(),
        text: String::new(),
        evidence: Vec::new(),
        details: Default::default(),
    };
    for event in [labelled("acct_1"), measured(None, "label:suspect", 10, "e1"), labelled("acct_2"), found] {
        dir.record(event, NOON).unwrap();
    }
    dir.record(measured(Some("f1"), "account:acct_9", 7, "e1"), NOON).unwrap();
    dir.record(measured(None, "account:acct_9", 7, "another"), NOON).unwrap();
    dir.path().to_path_buf()
}

fn broken(verdicts: &Verdicts) -> Vec<String> {
    verdicts.broken().map(|verdict| verdict.line().as_str().to_owned()).collect()
}

#[test]
fn a_case_as_it_was_written_holds() {
    let folder = tempfile::tempdir().unwrap();
    let path = sample(folder.path());
    let verdicts = verify(&path, None).unwrap();
    assert_eq!(broken(&verdicts), Vec::<String>::new());
    assert!(verdicts.holds());
    assert_eq!(verdicts.unchecked.len(), 2, "{:?}", verdicts.unchecked);
    assert!(verdicts.unchecked.iter().any(|what| what.contains("2 pinned rows and 2 queries") && what.contains("e1")));
    let lines = verdicts.lines();
    assert_eq!(lines.last().unwrap().as_str(), "the case holds: 4 checks");
    assert!(verify(folder.path(), None).is_err());
}

#[test]
fn a_flipped_byte_anywhere_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = sample(folder.path());
    let mut files: Vec<PathBuf> = fs::read_dir(path.join("evidence")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.push(path.join("journal.jsonl"));
    for file in files {
        let whole = fs::read(&file).unwrap();
        for at in 0..whole.len() {
            let bit = [0x01, 0x20, 0x80][at % 3];
            let mut damaged = whole.clone();
            damaged[at] ^= bit;
            fs::write(&file, &damaged).unwrap();
            let verdicts = verify(&path, None).unwrap();
            assert!(!verdicts.holds(), "{} byte {at} with {bit:#x}", file.display());
        }
        fs::write(&file, &whole).unwrap();
    }
    assert!(verify(&path, None).unwrap().holds());
}

#[test]
fn what_is_missing_extra_or_left_over_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = sample(folder.path());
    let hash = |row: &EvidenceRow| casebook::case::entry::sha256(&row.bytes().unwrap());
    // As an interrupted pin leaves them: whole, but in no entry.
    fs::write(path.join(format!("evidence/{}.json", hash(&row(9)))), row(9).bytes().unwrap()).unwrap();
    let verdicts = verify(&path, None).unwrap();
    assert!(verdicts.holds());
    assert!(verdicts.lines().iter().any(|line| line.as_str().contains("no part of the case")));
    fs::write(path.join("evidence/extra.json"), "{}").unwrap();
    fs::remove_file(path.join(format!("evidence/{}.json", hash(&row(1))))).unwrap();
    fs::write(path.join("case.toml"), "").unwrap();
    let said = broken(&verify(&path, None).unwrap());
    assert_eq!(said.len(), 3, "{said:#?}");
    assert!(said[0].contains("case.toml"), "{said:#?}");
    assert!(said[1].contains(&hash(&row(1))) && said[1].contains("row 1") && said[1].contains("no such file"), "{said:#?}");
    assert!(said[2].contains("evidence/extra.json"), "{said:#?}");
}

fn column(role: Role) -> Column {
    Column::of_role(role, Some(role.name().into()))
}

fn extract() -> Extract {
    let cost = Column::of_role(Role::Cost, Some("cost".into()));
    Extract {
        sha256: "e1".into(),
        schema: Schema { columns: vec![column(Role::Time), column(Role::Account), cost] },
        ..Extract::default()
    }
}

/// An engine with the rows that [`row`] makes, in which `acct_1` and `acct_2` have ten requests each and `acct_9` has `nines`.
fn engine(nines: i64, changed: bool) -> Client {
    let engine = FakeEngine::threaded();
    engine.on(move |statement: &Statement| {
        let texts: Vec<&str> = statement
            .params
            .iter()
            .filter_map(|param| match param {
                Param::Text(text) => Some(text.as_str()),
                _ => None,
            })
            .collect();
        if statement.sql.contains("count(*)") {
            let count: i64 = texts.iter().map(|text| if text.ends_with('9') { nines } else { 10 }).sum();
            return Some(Script::rows(batch(&[("requests", vec![Value::Int(i128::from(count))])])));
        }
        let Some(Param::Int(row_id)) = statement.params.last() else { return None };
        let row = row(*row_id);
        let mut columns = vec![("row_id", vec![Value::Int(i128::from(*row_id))])];
        columns.extend(row.columns.iter().map(|(name, value)| (name.as_str(), vec![value.clone()])));
        if changed && *row_id == 2 {
            columns[2].1 = vec![Value::Text("somebody else".into())];
        }
        Some(Script::rows(batch(&columns)))
    });
    Client::new(Arc::new(engine))
}

#[test]
fn numbers_are_counted_again_on_the_case_as_it_was_then() {
    let folder = tempfile::tempdir().unwrap();
    let path = sample(folder.path());
    let verdicts = verify(&path, Some((&extract(), &engine(7, false)))).unwrap();
    assert_eq!(broken(&verdicts), Vec::<String>::new());
    assert_eq!(verdicts.unchecked.len(), 1, "{:?}", verdicts.unchecked);
    let lines: Vec<String> = verdicts.lines().iter().map(|line| line.as_str().to_owned()).collect();
    assert!(lines.iter().any(|line| line.contains("label:suspect") && line.contains("10 rows")), "{lines:#?}");
}

#[test]
fn a_playbooks_hits_are_counted_again_where_it_is_the_same_playbook() {
    let folder = tempfile::tempdir().unwrap();
    let mut dir = CaseDir::create(&folder.path().join("case"), "T", "ana", NOON).unwrap();
    let known = casebook::playbook::library::builtin().into_iter().next().unwrap();
    let hits = |id: &str, query: &str, rows: u64| Event::Measured {
        finding: None,
        title: "hits".into(),
        sql: String::new(),
        filter: String::new(),
        command: format!("casebook playbook run {id} a.csv"),
        rows,
        extract: "e1".into(),
        query: query.into(),
        params: Vec::new(),
        playbook: id.into(),
    };
    for event in [hits(&known.id, "", 1), hits(&known.id, "", 2), hits(&known.id, "SELECT 1", 1), hits("no-such", "", 1)] {
        dir.record(event, NOON).unwrap();
    }
    let engine = FakeEngine::threaded();
    engine.on(|_| Some(Script::rows(batch(&[("entity", vec![Value::Text("acct_1".into())])]))));
    let verdicts = verify(dir.path(), Some((&extract(), &Client::new(Arc::new(engine))))).unwrap();
    let said = broken(&verdicts);
    assert!(said.len() == 1 && said[0].contains(&known.id) && said[0].contains("expected 2 rows, found 1 rows"), "{said:#?}");
    assert_eq!(verdicts.unchecked.len(), 2, "{:?}", verdicts.unchecked);
    assert!(verdicts.unchecked[0].contains(&known.id) && verdicts.unchecked[1].contains("no-such"), "{:?}", verdicts.unchecked);
}

#[test]
fn a_playbooks_hits_are_counted_again_with_the_parameters_of_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let mut dir = CaseDir::create(&folder.path().join("case"), "T", "ana", NOON).unwrap();
    let known = casebook::playbook::library::builtin().into_iter().find(|known| known.id == "burst").unwrap();
    let statement = casebook::playbook::statement(&known, &std::collections::BTreeMap::new()).unwrap();
    let mut params: Vec<String> = statement.params.iter().map(ToString::to_string).collect();
    let least = params.iter().position(|param| param == "150").unwrap();
    params[least] = "7777".into();
    let hits = |params: Vec<String>| Event::Measured {
        finding: None,
        title: "hits".into(),
        sql: String::new(),
        filter: String::new(),
        command: "casebook playbook run burst --param min_requests=7777 a.csv".into(),
        rows: 1,
        extract: "e1".into(),
        query: statement.sql.clone(),
        params,
        playbook: known.id.clone(),
    };
    let mut odd = params.clone();
    odd[least] = "many".into();
    for event in [hits(params), hits(odd)] {
        dir.record(event, NOON).unwrap();
    }
    let engine = FakeEngine::threaded();
    engine.on(|statement: &Statement| {
        let rows = if statement.params.contains(&casebook::engine::Param::Int(7777)) { 1 } else { 3 };
        Some(Script::rows(batch(&[("entity", vec![Value::Text("acct_1".into()); rows])])))
    });
    let verdicts = verify(dir.path(), Some((&extract(), &Client::new(Arc::new(engine))))).unwrap();
    assert_eq!(broken(&verdicts), Vec::<String>::new());
    assert_eq!(verdicts.unchecked.len(), 1, "a value that cannot be one of the parameter: {:?}", verdicts.unchecked);
}

#[test]
fn numbers_and_rows_that_no_longer_hold_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = sample(folder.path());
    let said = broken(&verify(&path, Some((&extract(), &engine(6, true)))).unwrap());
    assert_eq!(said.len(), 2, "{said:#?}");
    assert!(said[0].contains("row 2") && said[0].contains("other values in account"), "{said:#?}");
    assert!(said[1].contains("finding f1") && said[1].contains("expected 7 rows, found 6 rows"), "{said:#?}");
}

#[test]
fn an_engine_that_fails_is_no_proof() {
    let folder = tempfile::tempdir().unwrap();
    let path = sample(folder.path());
    let engine = FakeEngine::threaded();
    engine.on(|_: &Statement| Some(Script::fail("out of order")));
    let verdicts = verify(&path, Some((&extract(), &Client::new(Arc::new(engine))))).unwrap();
    let said = broken(&verdicts);
    assert_eq!(said.len(), 4, "{said:#?}");
    assert!(said.iter().all(|line| line.contains("out of order")), "{said:#?}");
}
