//! The case as a folder: what is recorded is there, what is damaged is found, and two writers are kept apart.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, clippy::print_stdout)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use casebook::case::{
    Case, CaseDir, CaseError, Connotation, Entry, Event, EvidenceRow, Mode, OpenedExtract, SavedPlace, SavedView, Status, Target,
};
use casebook::domain::{Entity, Role, Severity, TimeRange, Timestamp, Value};
use casebook::settings::paths::Paths;
use proptest::prelude::*;

const NOON: Timestamp = Timestamp(1_700_000_000_000_000);

fn entity(text: &str) -> Entity {
    text.parse().unwrap()
}

fn labelled(text: &str, label: &str) -> Event {
    Event::Labelled {
        entity: entity(text),
        label: label.into(),
        connotation: Connotation::Bad,
        reason: "because".into(),
        expires: None,
        playbook: String::new(),
    }
}

fn row(row_id: i64) -> EvidenceRow {
    EvidenceRow {
        extract: "e1".into(),
        source: None,
        row_id,
        columns: vec![
            ("time".into(), Value::Time(NOON.plus(row_id))),
            ("account".into(), Value::Text(format!("acct_{row_id}"))),
            ("content".into(), Value::Text("words".into())),
        ],
    }
}

fn new_case(folder: &tempfile::TempDir) -> CaseDir {
    CaseDir::create(&folder.path().join("case"), "A title", "ana", NOON).unwrap()
}

fn read(dir: &Path) -> CaseDir {
    CaseDir::open(dir, Mode::Read).unwrap().0
}

#[test]
fn what_was_recorded_is_there_when_record_returns() {
    let folder = tempfile::tempdir().unwrap();
    let mut dir = new_case(&folder);
    let path = dir.path().to_path_buf();
    for number in 1..=20 {
        let entry = dir.record(labelled(&format!("account:a{number}"), "suspect"), NOON.plus(number)).unwrap();
        let fresh = read(&path);
        assert_eq!(fresh.case().head(), (entry.seq, entry.hash.as_str()));
        assert_eq!(fresh.case().counts(), dir.case().counts());
        assert_eq!(fresh.case().labels_of_value(Role::Account, &format!("a{number}")).len(), 1);
    }
    let pinned = dir.pin(&row(7), NOON).unwrap();
    let Event::Pinned { evidence, summary, at, .. } = &pinned.event else { panic!("{pinned:?}") };
    assert_eq!(summary, "account=acct_7 content (5 characters, masked)");
    assert_eq!(*at, Some(NOON.plus(7)));
    let fresh = read(&path);
    assert!(fresh.case().is_pinned("e1", 7));
    assert!(!fresh.case().is_pinned("e2", 7));
    assert_eq!(fresh.evidence(evidence).unwrap(), row(7));
}

#[test]
fn files_are_private_and_the_meta_file_says_what_the_journal_says() {
    let folder = tempfile::tempdir().unwrap();
    let mut dir = new_case(&folder);
    let opened = OpenedExtract { sha256: "ab".into(), rows: 3, ..OpenedExtract::default() };
    dir.record(Event::Opened { extracts: vec![opened] }, NOON).unwrap();
    dir.pin(&row(1), NOON).unwrap();
    let meta = dir.meta().clone();
    assert_eq!((meta.title.as_str(), meta.analyst.as_str(), meta.extracts[0].rows), ("A title", "ana", 3));
    assert_eq!(read(dir.path()).meta(), &meta);
    #[cfg(unix)]
    for entry in walk(dir.path()) {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(&entry).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, if entry.is_dir() { 0o700 } else { 0o600 }, "{}", entry.display());
    }
    drop(dir);
    let path = folder.path().join("case");
    fs::write(path.join("case.toml"), "title = 'Another'").unwrap();
    assert!(read(&path).warning().unwrap().contains("case.toml"));
    let (dir, _) = CaseDir::open(&path, Mode::Write).unwrap();
    assert_eq!((dir.meta(), dir.warning()), (&meta, None));
    assert_eq!(fs::read_to_string(path.join("case.toml")).unwrap(), meta.to_toml().unwrap());
}

fn walk(folder: &Path) -> Vec<PathBuf> {
    let mut found = vec![folder.to_path_buf()];
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(walk(&path)) } else { found.push(path) }
    }
    found
}

#[test]
fn two_writers_are_kept_apart_and_readers_are_not() {
    let folder = tempfile::tempdir().unwrap();
    let dir = new_case(&folder);
    let error = CaseDir::open(dir.path(), Mode::Write).unwrap_err().to_string();
    assert!(error.contains(&format!("process {} on ", std::process::id())), "{error}");
    assert!(error.contains(" since "), "{error}");
    let mut reader = read(dir.path());
    assert!(matches!(reader.record(labelled("ip:10.0.0.1", "x"), NOON), Err(CaseError::ReadOnly(_))));
    let path = dir.path().to_path_buf();
    drop(dir);
    CaseDir::open(&path, Mode::Write).unwrap();
}

#[test]
fn a_journal_that_somebody_else_wrote_into_is_not_written_any_more() {
    let folder = tempfile::tempdir().unwrap();
    let mut dir = new_case(&folder);
    let path = dir.path().join("journal.jsonl");
    let mut bytes = fs::read(&path).unwrap();
    bytes.extend_from_slice(b"{}\n");
    fs::write(&path, &bytes).unwrap();
    assert!(matches!(dir.record(labelled("ip:10.0.0.1", "x"), NOON), Err(CaseError::ReadOnly(_))));
    assert!(dir.read_only().unwrap().contains("changed by somebody else"));
    assert_eq!(fs::read(&path).unwrap(), bytes);
}

#[test]
fn what_is_no_case_is_refused_and_a_full_folder_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    for mode in [Mode::Read, Mode::Write] {
        let error = CaseDir::open(folder.path(), mode).unwrap_err().to_string();
        assert!(error.contains("is not a case") && error.contains("case new"), "{error}");
    }
    assert_eq!(walk(folder.path()).len(), 1);
    fs::write(folder.path().join("thesis.txt"), "x").unwrap();
    assert!(matches!(CaseDir::create(folder.path(), "t", "a", NOON), Err(CaseError::NotEmpty(_))));
    assert_eq!(walk(folder.path()).len(), 2);
}

#[test]
fn default_cases_are_named_by_day_and_title_and_never_collide() {
    let folder = tempfile::tempdir().unwrap();
    let paths = Paths::under(folder.path());
    let names: Vec<String> = ["Leaked key?", "Leaked key?", "\u{202e}../..", ""]
        .iter()
        .map(|title| {
            CaseDir::create_default(&paths, title, "ana", NOON).unwrap().path().file_name().unwrap().to_str().unwrap().into()
        })
        .collect();
    assert_eq!(names, ["2023-11-14-leaked-key-1", "2023-11-14-leaked-key-2", "2023-11-14-case-1", "2023-11-14-case-2"]);
}

#[test]
fn an_export_is_written_and_recorded_and_stays_in_its_folder() {
    let folder = tempfile::tempdir().unwrap();
    let mut dir = new_case(&folder);
    let path = dir.export("report.md", "md", b"# R\n", NOON).unwrap();
    assert_eq!((path.as_path(), fs::read(&path).unwrap().as_slice()), (dir.exports().join("report.md").as_path(), &b"# R\n"[..]));
    assert_eq!(dir.case().exports()[0].path, "exports/report.md");
    for name in ["../x", "/tmp/x", "", ".hidden", "a/b"] {
        assert!(matches!(dir.export(name, "md", b"", NOON), Err(CaseError::Refused(_))), "{name}");
    }
}

#[test]
fn a_clock_that_goes_back_does_not_turn_the_journal_around() {
    let folder = tempfile::tempdir().unwrap();
    let mut dir = new_case(&folder);
    dir.record(labelled("ip:10.0.0.1", "x"), NOON.plus(10)).unwrap();
    let entry = dir.record(labelled("ip:10.0.0.2", "x"), NOON.plus(-50)).unwrap();
    assert_eq!(entry.at, NOON.plus(10));
}

#[test]
fn what_makes_no_sense_is_refused_before_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let mut dir = new_case(&folder);
    let before = fs::read(dir.path().join("journal.jsonl")).unwrap();
    let change = Event::FindingChanged {
        id: "f1".into(),
        status: Some(Status::Confirmed),
        severity: None,
        text: None,
        title: None,
        entities: None,
        evidence: None,
        edits: Default::default(),
    };
    let refused = [
        (change, "no finding f1"),
        (Event::Answered { id: "q9".into(), text: String::new() }, "no question q9"),
        (Event::NoteRemoved { id: "n1".into() }, "no note n1"),
        (Event::Noted { id: "n1".into(), target: Target::Finding("f9".into()), text: String::new() }, "no finding f9"),
        (Event::Undone { seq: 1 }, "cannot be taken back"),
        (Event::Undone { seq: 99 }, "no entry 99"),
        (Event::Redone { seq: 1 }, "not taken back"),
        (Event::Unpinned { evidence: "ab".into() }, "nothing is pinned"),
        (labelled("ip:10.0.0.1", " "), "needs a word"),
    ];
    for (event, part) in refused {
        let error = dir.record(event, NOON).unwrap_err().to_string();
        assert!(error.contains(part) && error.contains("nothing was saved"), "{error}");
    }
    assert_eq!(fs::read(dir.path().join("journal.jsonl")).unwrap(), before);
}

#[test]
fn undo_and_redo_walk_the_steps_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let mut dir = new_case(&folder);
    assert_eq!(dir.case().next_undo(), None);
    dir.record(labelled("account:a", "suspect"), NOON).unwrap();
    dir.record(labelled("account:a", "confirmed"), NOON).unwrap();
    dir.record(Event::Revealed { row_id: 1, column: "content".into(), extract: String::new(), scope: String::new() }, NOON)
        .unwrap();
    let words = |dir: &CaseDir| -> Vec<String> {
        dir.case().labels_of_value(Role::Account, "a").iter().map(|label| label.label.clone()).collect()
    };
    let (seq, what) = dir.case().next_undo().unwrap();
    assert_eq!((seq, what.as_str()), (3, "label account:a confirmed"));
    dir.record(Event::Undone { seq }, NOON).unwrap();
    assert_eq!(words(&dir), ["suspect"]);
    let (seq, _) = dir.case().next_undo().unwrap();
    dir.record(Event::Undone { seq }, NOON).unwrap();
    assert_eq!(words(&dir), Vec::<String>::new());
    assert_eq!(dir.case().next_undo(), None);
    let (seq, _) = dir.case().next_redo().unwrap();
    assert_eq!(seq, 2);
    dir.record(Event::Redone { seq }, NOON).unwrap();
    assert_eq!(words(&dir), ["suspect"]);
    assert_eq!(dir.case().reveals().len(), 1);
    dir.record(labelled("account:b", "other"), NOON).unwrap();
    assert_eq!(dir.case().next_redo(), None, "a new step ends redo");
}

#[test]
fn a_query_of_a_finding_goes_and_comes_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut dir = new_case(&folder);
    let id = dir.case().next_finding_id();
    let found = Event::Found {
        id: id.clone(),
        title: "Leaked key".into(),
        severity: Severity::High,
        entities: vec![entity("key:k1")],
        text: String::new(),
        evidence: Vec::new(),
        details: Default::default(),
    };
    dir.record(found, NOON).unwrap();
    let measured = Event::Measured {
        finding: Some(id.clone()),
        title: "its requests".into(),
        sql: String::new(),
        filter: "key:k1".into(),
        command: "casebook query".into(),
        rows: 5,
        extract: "e1".into(),
        query: String::new(),
        params: Vec::new(),
        playbook: String::new(),
    };
    dir.record(measured, NOON).unwrap();
    let (seq, what) = dir.case().next_undo().unwrap();
    assert_eq!(what, "finding f1: Leaked key");
    dir.record(Event::Undone { seq }, NOON).unwrap();
    assert_eq!((dir.case().counts().findings, dir.case().measures().len()), (0, 0));
    assert_eq!(dir.case().next_finding_id(), "f2", "an id is never given twice");
    dir.record(Event::Redone { seq }, NOON).unwrap();
    assert_eq!(dir.case().finding_with("f1").unwrap().measures.len(), 1);
}

#[test]
fn a_kind_of_event_from_a_newer_version_opens_read_only_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let mut dir = new_case(&folder);
    dir.record(labelled("account:a", "suspect"), NOON).unwrap();
    let path = dir.path().to_path_buf();
    let head = (dir.case().head().0, dir.case().head().1.to_owned());
    drop(dir);
    let journal = path.join("journal.jsonl");
    let whole = fs::read_to_string(&journal).unwrap();
    // Written with the chain as its page describes it, by hand.
    let event = r#"{"kind":"prophesied","what":"rain"}"#;
    let body = format!(r#"{{"at":"2023-11-15T00:00:00Z","by":"ana","event":{event},"seq":3}}"#);
    let hash = casebook::case::entry::sha256(format!("{}{body}", head.1).as_bytes());
    let line =
        format!(r#"{{"at":"2023-11-15T00:00:00Z","by":"ana","event":{event},"hash":"{hash}","prev":"{}","seq":3}}"#, head.1);
    fs::write(&journal, format!("{whole}{line}\n")).unwrap();
    for mode in [Mode::Read, Mode::Write] {
        let (dir, replay) = CaseDir::open(&path, mode).unwrap();
        let why = replay.read_only.unwrap();
        assert!(why.contains("line 3, entry 3") && why.contains("prophesied") && why.contains("newer"), "{why}");
        assert_eq!(dir.case().counts().labelled, 1);
        assert!(dir.read_only().is_some());
    }
}

#[test]
fn damage_in_the_middle_opens_read_only_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let mut dir = new_case(&folder);
    for number in 1..=3 {
        dir.record(labelled(&format!("account:a{number}"), "suspect"), NOON).unwrap();
    }
    let path = dir.path().to_path_buf();
    drop(dir);
    let journal = path.join("journal.jsonl");
    let damaged = fs::read_to_string(&journal).unwrap().replace("account\",\"value\":\"a1", "account\",\"value\":\"a9");
    fs::write(&journal, &damaged).unwrap();
    let (mut dir, replay) = CaseDir::open(&path, Mode::Write).unwrap();
    let why = replay.read_only.unwrap();
    assert!(why.contains("journal.jsonl line 2, entry 2") && why.contains("hash"), "{why}");
    assert!(matches!(dir.record(labelled("ip:10.0.0.1", "x"), NOON), Err(CaseError::ReadOnly(_))));
    assert_eq!(fs::read_to_string(&journal).unwrap(), damaged);
}

/// A journal of a few entries of every shape, with what it says.
fn sample(folder: &Path) -> PathBuf {
    let mut dir = CaseDir::create(&folder.join("case"), "T \u{7f}\u{202e}é", "ana", NOON).unwrap();
    dir.pin(&row(1), NOON).unwrap();
    for event in [
        labelled("account:a\u{1b}]52\u{7}", "suspect"),
        Event::Noted { id: "n1".into(), target: Target::Entity(entity("key:k\n")), text: "line\nline".into() },
        Event::Undone { seq: 3 },
    ] {
        dir.record(event, NOON).unwrap();
    }
    dir.path().to_path_buf()
}

#[test]
fn a_journal_cut_at_any_byte_opens_and_keeps_every_whole_entry() {
    let folder = tempfile::tempdir().unwrap();
    let path = sample(folder.path());
    let journal = path.join("journal.jsonl");
    let whole = fs::read(&journal).unwrap();
    for cut in 0..=whole.len() {
        let part = &whole[..cut];
        let lines = part.iter().filter(|byte| **byte == b'\n').count() as u64;
        let torn = part.iter().rposition(|byte| *byte == b'\n').map_or(cut, |at| cut - at - 1);
        fs::write(&journal, part).unwrap();
        let (dir, replay) = CaseDir::open(&path, Mode::Read).unwrap();
        assert_eq!((replay.entries, replay.torn.map_or(0, |torn| torn.bytes)), (lines, torn), "cut at {cut}");
        assert_eq!(dir.case().head().0, lines);
        assert_eq!(fs::read(&journal).unwrap(), part, "reading changes nothing");
        drop(dir);
        // Opening to write syncs files, which takes its time; so not at every byte, but at and around every line's end.
        let near = whole.get(cut.saturating_sub(2)..(cut + 2).min(whole.len())).is_some_and(|near| near.contains(&b'\n'));
        if lines == 0 || !(near || cut % 29 == 0) {
            continue;
        }
        let (mut dir, replay) = CaseDir::open(&path, Mode::Write).unwrap();
        if torn > 0 {
            let aside = replay.torn.unwrap().set_aside.unwrap();
            assert_eq!(fs::read(&aside).unwrap(), part[cut - torn..]);
            fs::remove_file(aside).unwrap();
        }
        assert_eq!(fs::read(&journal).unwrap(), part[..cut - torn]);
        dir.record(labelled("ip:10.0.0.1", "after"), NOON).unwrap();
        assert_eq!(read(&path).case().head().0, lines + 1);
    }
}

#[test]
fn the_chain_can_be_checked_without_this_program() {
    let jq = std::process::Command::new("jq").arg("--version").output();
    let version = jq.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    if !version.starts_with("jq-1.7") && !version.starts_with("jq-1.8") {
        eprintln!("skipped: needs jq 1.7 or later, found '{}'", version.trim());
        return;
    }
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/case/entry.rs")).unwrap();
    let script: String = page
        .lines()
        .skip_while(|line| !line.contains("```sh"))
        .skip(1)
        .take_while(|line| !line.contains("```"))
        .map(|line| format!("{}\n", line.trim_start_matches("//!").trim_start()))
        .collect();
    assert!(script.contains("sha256sum"), "{script}");
    let folder = tempfile::tempdir().unwrap();
    let path = sample(folder.path());
    let run = || std::process::Command::new("bash").arg("-c").arg(&script).current_dir(&path).output().unwrap();
    let output = run();
    assert!(output.status.success() && output.stdout.is_empty() && output.stderr.is_empty(), "{output:?}");
    let journal = path.join("journal.jsonl");
    fs::write(&journal, fs::read_to_string(&journal).unwrap().replace("suspect", "suspicious")).unwrap();
    assert!(String::from_utf8_lossy(&run().stdout).contains("broken at"));
}

/// Runs again as a child whose files may not grow beyond a limit: what a full disk does to a writer, without a disk to fill.
#[test]
#[cfg(unix)]
fn a_full_disk_saves_nothing_and_says_so() {
    const CHILD: &str = "CASEBOOK_TEST_FULL_DISK";
    if let Ok(path) = std::env::var(CHILD) {
        let (mut dir, _) = CaseDir::open(Path::new(&path), Mode::Write).unwrap();
        let journal = Path::new(&path).join("journal.jsonl");
        let mut saved = 0;
        let error = loop {
            let before = fs::read(&journal).unwrap();
            match dir.record(labelled(&format!("account:{}", "x".repeat(300)), "suspect"), NOON) {
                Ok(_) => saved += 1,
                Err(error) => {
                    assert_eq!(fs::read(&journal).unwrap(), before, "no part of the line stays");
                    break error.to_string();
                }
            }
            assert!(saved < 1000, "the limit does not bite");
        };
        assert!(error.contains("NOT saved"), "{error}");
        let small = dir.record(Event::Undone { seq: 2 }, NOON);
        assert!(small.is_ok() || small.unwrap_err().to_string().contains("NOT saved"));
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let dir = new_case(&folder);
    let path = dir.path().to_path_buf();
    drop(dir);
    let output = std::process::Command::new("sh")
        .arg("-c")
        .arg("trap '' XFSZ; ulimit -f 8; exec \"$0\" --exact a_full_disk_saves_nothing_and_says_so --nocapture")
        .arg(std::env::current_exe().unwrap())
        .env(CHILD, &path)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let (dir, replay) = CaseDir::open(&path, Mode::Write).unwrap();
    assert!(replay.torn.is_none() && replay.read_only.is_none(), "{replay:?}");
    assert!(dir.case().counts().labelled == 1 || dir.case().is_undone(2));
    assert!(dir.case().entries().len() > 3);
}

#[test]
fn a_hundred_thousand_entries_replay_to_what_was_recorded() {
    let mut case = Case::default();
    let mut text = String::new();
    for number in 0..100_000_u64 {
        let (last, prev) = case.head();
        let event = match (number, case.next_undo()) {
            (0, _) => Event::Created { id: "c".into(), title: "t".into(), analyst: "a".into(), version: 1 },
            (_, Some((seq, _))) if number % 5 == 0 => Event::Undone { seq },
            _ => labelled(&format!("account:a{}", number % 5000), "suspect"),
        };
        let entry = Entry::after(Some((last, prev)), NOON, "ana", event).unwrap();
        text.push_str(&entry.line().unwrap());
        case.apply(&entry);
    }
    let reading = casebook::case::journal::read(text.as_bytes());
    assert_eq!((reading.entries.len(), reading.broken), (100_000, None));
    let again = Case::replay(reading.entries.iter().map(AsRef::as_ref));
    assert!(again.says_the_same(&case));
    assert_eq!(again.oddities(), []);
}

fn any_event() -> impl Strategy<Value = Event> {
    let entities = prop::sample::select(vec!["account:a", "account:b", "ip:10.0.0.1"]).prop_map(entity);
    let entities = entities.boxed();
    let words = prop::sample::select(vec!["x", "y"]).prop_map(str::to_owned).boxed();
    let ids = prop::sample::select(vec!["1", "2"]).boxed();
    let targets = prop_oneof![
        Just(Target::Case),
        entities.clone().prop_map(Target::Entity),
        Just(Target::Row { row_id: 1, extract_sha: "e".into() }),
        Just(Target::Finding("f1".into())),
    ]
    .boxed();
    prop_oneof![
        ("q", ids.clone(), any::<String>()).prop_map(|(q, id, text)| Event::Question { id: format!("{q}{id}"), text }),
        ("q", ids.clone(), any::<String>()).prop_map(|(q, id, text)| Event::Answered { id: format!("{q}{id}"), text }),
        (entities.clone(), words.clone(), any::<String>(), any::<Option<i64>>()).prop_map(|(entity, label, reason, expires)| {
            Event::Labelled {
                entity,
                label,
                connotation: Connotation::Neutral,
                reason,
                expires: expires.map(Timestamp),
                playbook: String::new(),
            }
        }),
        (entities.clone(), words.clone()).prop_map(|(entity, label)| Event::Unlabelled { entity, label, reason: String::new() }),
        (ids.clone(), targets, any::<String>()).prop_map(|(id, target, text)| Event::Noted {
            id: format!("n{id}"),
            target,
            text
        }),
        ids.clone().prop_map(|id| Event::NoteRemoved { id: format!("n{id}") }),
        (1..3_i64, ids.clone(), any::<Option<i64>>()).prop_map(|(row_id, evidence, at)| Event::Pinned {
            row_id,
            extract: "e".into(),
            evidence: format!("{row_id}{evidence}"),
            at: at.map(Timestamp),
            summary: String::new(),
            entities: Vec::new(),
        }),
        (1..3_i64, ids.clone()).prop_map(|(row_id, id)| Event::Unpinned { evidence: format!("{row_id}{id}") }),
        (ids.clone(), entities.clone()).prop_map(|(id, entity)| Event::Found {
            id: format!("f{id}"),
            title: String::new(),
            severity: Severity::Low,
            entities: vec![entity],
            text: String::new(),
            evidence: Vec::new(),
            details: Default::default()
        }),
        (ids.clone(), any::<Option<String>>()).prop_map(|(id, text)| Event::FindingChanged {
            id: format!("f{id}"),
            status: Some(Status::Confirmed),
            severity: None,
            text,
            title: None,
            entities: None,
            evidence: None,
            edits: Default::default()
        }),
        (prop::option::of(ids.clone()), any::<u64>()).prop_map(|(id, rows)| Event::Measured {
            finding: id.map(|id| format!("f{id}")),
            title: String::new(),
            sql: String::new(),
            filter: String::new(),
            command: String::new(),
            rows,
            extract: "e".into(),
            query: String::new(),
            params: Vec::new(),
            playbook: String::new()
        }),
        (1..4_u64, any::<Option<u64>>()).prop_map(|(node, rows)| Event::Visited {
            node,
            parent: None,
            title: String::new(),
            view: SavedView { range: TimeRange { from: rows.map(|_| NOON), to: None }, ..SavedView::default() },
            place: rows.map_or(SavedPlace::Rows, |rows| SavedPlace::Compare { a: node, b: rows }),
            rows,
        }),
        (0..40_u64).prop_map(|seq| Event::Undone { seq }),
        (0..40_u64).prop_map(|seq| Event::Undone { seq }),
        (0..40_u64).prop_map(|seq| Event::Redone { seq }),
        Just(Event::Opened { extracts: vec![OpenedExtract { sha256: "e".into(), ..OpenedExtract::default() }] }),
    ]
}

fn chain(events: Vec<Event>) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for event in events {
        let last = entries.last().map(|entry| (entry.seq, entry.hash.clone()));
        let last = last.as_ref().map(|(seq, hash)| (*seq, hash.as_str()));
        entries.push(Entry::after(last, NOON, "ana", event).unwrap());
    }
    entries
}

proptest! {
    #[test]
    fn a_journal_of_any_events_is_read_back(events in prop::collection::vec(any_event(), 0..40)) {
        let entries = chain(events);
        let text: String = entries.iter().map(|entry| entry.line().unwrap()).collect();
        let reading = casebook::case::journal::read(text.as_bytes());
        prop_assert_eq!(&reading.broken, &None);
        prop_assert_eq!(&reading.unknown, &Vec::new());
        prop_assert!(reading.entries.iter().map(AsRef::as_ref).eq(entries.iter()));
        prop_assert!(Case::replay(&entries).says_the_same(&Case::replay(reading.entries.iter().map(AsRef::as_ref))));
    }

    /// The oracle: what counts, replayed from nothing, without undo.
    #[test]
    fn undone_entries_leave_nothing_behind(events in prop::collection::vec(any_event(), 0..60)) {
        let entries = chain(events);
        let case = Case::replay(&entries);
        let odd: BTreeSet<u64> = case.oddities().iter().map(|oddity| oddity.seq).collect();
        let counting = entries.iter().filter(|entry| {
            !odd.contains(&entry.seq)
                && !case.is_undone(entry.seq)
                && !matches!(entry.event, Event::Undone { .. } | Event::Redone { .. })
        });
        prop_assert!(Case::replay(counting).says_the_same(&case));
    }

    #[test]
    fn undo_then_redo_is_identity(events in prop::collection::vec(any_event(), 0..40), steps in 1..5_usize) {
        let mut entries = chain(events);
        let before = Case::replay(&entries);
        let mut case = before.clone();
        let mut push = |case: &mut Case, event: Event| {
            let last = entries.last().map(|entry| (entry.seq, entry.hash.clone()));
            let last = last.as_ref().map(|(seq, hash)| (*seq, hash.as_str()));
            let entry = Entry::after(last, NOON, "ana", event).unwrap();
            case.apply(&entry);
            entries.push(entry);
        };
        let mut undone = 0;
        for _ in 0..steps {
            if let Some((seq, _)) = case.next_undo() {
                push(&mut case, Event::Undone { seq });
                undone += 1;
            }
        }
        for _ in 0..undone {
            let (seq, _) = case.next_redo().unwrap();
            push(&mut case, Event::Redone { seq });
        }
        prop_assert!(case.says_the_same(&before));
        prop_assert_eq!(case.next_undo(), before.next_undo());
        prop_assert_eq!(case.next_redo(), before.next_redo());
    }
}
