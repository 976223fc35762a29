//! What a case outlasts: being killed at any moment, a folder that cannot be written, a lock that is taken away, two writers at once, a
//! journal under another's hands, and any byte that is not what it was. (`tests/case.rs` has the full disk, the clock that goes back and the
//! journal cut at any byte; `benches/journal.rs` kills a thousand times.)

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, clippy::print_stdout)]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

use casebook::case::{CaseDir, CaseError, Connotation, Event, EvidenceRow, Mode, verify};
use casebook::domain::{Timestamp, Value};

const NOON: Timestamp = Timestamp(1_700_000_000_000_000);
/// Tells a run of this program that it is a writer, and of which case.
const WRITER: &str = "CASEBOOK_TEST_WRITER";

/// One test after the other: a child that is just being started holds all locks of this program for a moment.
static ALONE: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn labelled(number: usize) -> Event {
    Event::Labelled {
        entity: format!("account:a{number}").parse().unwrap(),
        label: "suspect".into(),
        connotation: Connotation::Bad,
        reason: "because ".repeat(number % 40 + 1),
        expires: None,
        playbook: String::new(),
    }
}

fn row(row_id: i64) -> EvidenceRow {
    let columns = vec![("account".to_owned(), Value::Text(format!("a{row_id}")))];
    EvidenceRow { extract: "e1".into(), source: None, row_id, columns }
}

fn new_case(folder: &Path) -> PathBuf {
    let dir = CaseDir::create(&folder.join("case"), "A title", "ana", NOON).unwrap();
    dir.path().to_path_buf()
}

/// This test as a program of its own, in the part of a child.
fn child(test: &str, case: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture", "--test-threads=1"]).env(WRITER, case);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Writes until it is killed, and says of each entry that it is saved, once it is.
fn write_for_ever(case: &Path) {
    let (mut dir, _) = CaseDir::open(case, Mode::Write).unwrap();
    let mut out = std::io::stdout().lock();
    for number in 0.. {
        let entry = match number % 5 {
            4 => dir.pin(&row(i64::try_from(number).unwrap()), NOON).unwrap(),
            _ => dir.record(labelled(number), NOON).unwrap(),
        };
        writeln!(out, "saved {} {}", entry.seq, entry.hash).unwrap();
        out.flush().unwrap();
    }
}

fn saved_in(line: &str) -> Option<(u64, String)> {
    // The harness may have written before it on the same line.
    let (_, told) = line.rsplit_once("saved ")?;
    let (seq, hash) = told.split_once(' ')?;
    Some((seq.parse().ok()?, hash.to_owned()))
}

#[test]
fn what_was_acknowledged_outlasts_a_kill() {
    const TEST: &str = "what_was_acknowledged_outlasts_a_kill";
    if let Some(case) = std::env::var_os(WRITER) {
        return write_for_ever(Path::new(&case));
    }
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let path = new_case(folder.path());
    let mut total = 0;
    for round in 0..25_usize {
        let mut writer: Child = child(TEST, &path).spawn().unwrap();
        let mut lines = BufReader::new(writer.stdout.take().unwrap()).lines();
        let mut acknowledged: Vec<(u64, String)> = Vec::new();
        // The writer runs on while this reads, so where in an entry the kill meets it is a matter of chance.
        while acknowledged.len() <= round * 7 % 23 {
            let line = lines.next().expect("the writer writes until it is killed").unwrap();
            acknowledged.extend(saved_in(&line));
        }
        writer.kill().unwrap();
        acknowledged.extend(lines.map_while(Result::ok).filter_map(|line| saved_in(&line)));
        writer.wait().unwrap();
        let (dir, _) = CaseDir::open(&path, Mode::Write).unwrap();
        assert_eq!(dir.read_only(), None);
        for (seq, hash) in &acknowledged {
            assert_eq!(&dir.case().entry(*seq).expect("an acknowledged entry is there").hash, hash);
        }
        total += acknowledged.len();
        drop(dir);
        let verdicts = verify(&path, None).unwrap();
        assert!(verdicts.holds(), "after kill {round}: {:#?}", verdicts.broken().collect::<Vec<_>>());
    }
    assert!(total > 25 * 5, "only {total} entries were written");
}

#[test]
fn a_folder_that_cannot_be_written_is_opened_to_be_read() {
    const TEST: &str = "a_folder_that_cannot_be_written_is_opened_to_be_read";
    use std::os::unix::fs::PermissionsExt;
    if let Some(case) = std::env::var_os(WRITER) {
        let (mut dir, replay) = CaseDir::open(Path::new(&case), Mode::Write).unwrap();
        let why = replay.read_only.unwrap();
        assert!(why.contains("lock") && why.to_lowercase().contains("denied"), "{why}");
        let error = dir.record(labelled(1), NOON).unwrap_err().to_string();
        assert!(error.contains("read-only") && error.contains("nothing was saved"), "{error}");
        assert_eq!(dir.case().entries().len(), 2);
        println!("it can be read");
        return;
    }
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let path = new_case(folder.path());
    CaseDir::open(&path, Mode::Write).unwrap().0.record(labelled(0), NOON).unwrap();
    let mode = |path: &Path, mode: u32| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    mode(folder.path(), 0o755);
    mode(&path, 0o555);
    for name in ["journal.jsonl", "case.toml", "lock"] {
        mode(&path.join(name), 0o444);
    }
    let mut command = child(TEST, &path);
    if nix::unistd::geteuid().is_root() {
        // Nothing is forbidden to this user; so the child is another one.
        std::os::unix::process::CommandExt::uid(&mut command, 65_534);
    }
    let output = match command.output() {
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            eprintln!("skipped: another user may not run the tests ({error})");
            return;
        }
        output => output.unwrap(),
    };
    mode(&path, 0o755);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("it can be read"), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_lock_that_is_taken_away_ends_the_writing() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let path = new_case(folder.path());
    let (mut first, _) = CaseDir::open(&path, Mode::Write).unwrap();
    first.record(labelled(1), NOON).unwrap();
    fs::remove_file(path.join("lock")).unwrap();
    // Without its file the lock keeps nobody out.
    let (mut second, _) = CaseDir::open(&path, Mode::Write).unwrap();
    let before = fs::read(path.join("journal.jsonl")).unwrap();
    let error = first.record(labelled(2), NOON).unwrap_err();
    assert!(matches!(&error, CaseError::ReadOnly(why) if why.contains("lock was taken away")), "{error}");
    assert_eq!(fs::read(path.join("journal.jsonl")).unwrap(), before);
    second.record(labelled(3), NOON).unwrap();
    assert!(first.record(labelled(4), NOON).is_err(), "it stays so");
    assert_eq!(first.case().entries().len(), 2);
    assert!(verify(&path, None).unwrap().holds());
}

#[test]
fn a_journal_that_was_replaced_is_not_written_any_more() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let path = new_case(folder.path());
    let (mut dir, _) = CaseDir::open(&path, Mode::Write).unwrap();
    let journal = path.join("journal.jsonl");
    // As `rsync` and editors do it: another file of the same content under the name.
    fs::copy(&journal, path.join("other")).unwrap();
    fs::rename(path.join("other"), &journal).unwrap();
    let error = dir.record(labelled(1), NOON).unwrap_err();
    assert!(matches!(&error, CaseError::ReadOnly(why) if why.contains("was replaced")), "{error}");
    drop(dir);
    CaseDir::open(&path, Mode::Write).unwrap().0.record(labelled(1), NOON).unwrap();
    assert!(verify(&path, None).unwrap().holds());
}

#[test]
fn of_two_programs_one_writes() {
    const TEST: &str = "of_two_programs_one_writes";
    if let Some(case) = std::env::var_os(WRITER) {
        return write_for_ever(Path::new(&case));
    }
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let path = new_case(folder.path());
    let mut writer = child(TEST, &path).spawn().unwrap();
    let mut lines = BufReader::new(writer.stdout.take().unwrap()).lines();
    while lines.next().is_some_and(|line| saved_in(&line.unwrap()).is_none()) {}
    let error = CaseDir::open(&path, Mode::Write).unwrap_err();
    let pid = writer.id().to_string();
    assert!(matches!(&error, CaseError::Held { holder, .. } if holder.contains(&pid)), "{error}");
    assert!(!CaseDir::open(&path, Mode::Read).unwrap().0.case().entries().is_empty());
    writer.kill().unwrap();
    writer.wait().unwrap();
    CaseDir::open(&path, Mode::Write).unwrap().0.record(labelled(0), NOON).unwrap();
}

/// Any byte of the journal or of a piece of evidence: the verdict names the file, and in the journal the entry, that is not as it was.
#[test]
fn any_byte_that_is_not_what_it_was_is_named() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let path = new_case(folder.path());
    let (mut dir, _) = CaseDir::open(&path, Mode::Write).unwrap();
    dir.pin(&row(1), NOON).unwrap();
    dir.record(labelled(1), NOON).unwrap();
    dir.record(Event::Undone { seq: 3 }, NOON).unwrap();
    drop(dir);
    let files = |name: &str| fs::read_dir(path.join(name)).unwrap().map(|entry| entry.unwrap().path());
    for file in files("evidence").chain([path.join("journal.jsonl")]) {
        let mut whole = Vec::new();
        fs::File::open(&file).unwrap().read_to_end(&mut whole).unwrap();
        let hash = file.file_stem().unwrap().to_str().unwrap().to_owned();
        let mut line = 1;
        for at in 0..whole.len() {
            for bit in [0x01, 0x10, 0x80] {
                let mut damaged = whole.clone();
                damaged[at] ^= bit;
                fs::write(&file, &damaged).unwrap();
                let verdicts = verify(&path, None).unwrap();
                let said: Vec<String> = verdicts.broken().map(|verdict| verdict.line().as_str().to_owned()).collect();
                let place = format!("{} byte {at}, bit {bit:#x}: {said:?}", file.display());
                match hash.as_str() {
                    "journal" => {
                        // A line that lost its end is one with the next; the last one is a torn end.
                        let named = [format!("line {line}, entry {line}"), format!("bytes after entry {}", line - 1)];
                        assert!(said.iter().any(|text| named.iter().any(|name| text.contains(name))), "{place}");
                    }
                    _ => assert!(said.len() == 1 && said[0].contains(&hash), "{place}"),
                }
            }
            if whole[at] == b'\n' {
                line += 1;
            }
        }
        fs::write(&file, &whole).unwrap();
    }
    assert!(verify(&path, None).unwrap().holds());
}
