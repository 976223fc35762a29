//! The journal under fire, and a large one: `cargo bench --bench journal`. A writer is killed a thousand times (`CASEBOOK_KILLS`) at random
//! moments: every entry that it acknowledged must be there and the chain must hold. Then a journal of 100,000 entries
//! (`CASEBOOK_ENTRIES`) is opened and verified.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use casebook::case::{Case, CaseDir, Connotation, Entry, Event, EvidenceRow, Mode, Target, verify};
use casebook::domain::{Timestamp, Value};

const NOON: Timestamp = Timestamp(1_700_000_000_000_000);
const WRITER: &str = "CASEBOOK_BENCH_WRITER";

fn main() {
    if let Some(case) = std::env::var_os(WRITER) {
        return write_for_ever(Path::new(&case));
    }
    let number = |name: &str, default: u64| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default);
    kills(number("CASEBOOK_KILLS", 1000));
    large(number("CASEBOOK_ENTRIES", 100_000));
}

fn event(number: u64) -> Event {
    let entity = format!("account:acct_{}", number % 5000).parse().expect("an entity");
    match number % 4 {
        0 => Event::Noted {
            id: format!("n{number}"),
            target: Target::Entity(entity),
            text: "Wrote to the owner; no answer yet. ".repeat(usize::try_from(number % 5).unwrap_or_default() + 1),
        },
        _ => Event::Labelled {
            entity,
            label: format!("word-{}", number % 7),
            connotation: Connotation::Bad,
            reason: "seen with the leaked key".into(),
            expires: None,
            playbook: String::new(),
        },
    }
}

fn write_for_ever(case: &Path) {
    let (mut dir, _) = CaseDir::open(case, Mode::Write).expect("the case opens");
    let first = dir.case().head().0;
    let mut out = std::io::stdout().lock();
    for number in first.. {
        let entry = if number % 9 == 0 {
            let columns = vec![("account".to_owned(), Value::Text(format!("a{number}")))];
            let row_id = i64::try_from(number).expect("a row");
            dir.pin(&EvidenceRow { extract: "e".into(), source: None, row_id, columns }, NOON)
        } else {
            dir.record(event(number), NOON)
        };
        let entry = entry.expect("it is saved");
        writeln!(out, "{} {}", entry.seq, entry.hash).and_then(|()| out.flush()).expect("the parent reads");
    }
}

/// Microseconds to wait: a small generator, so that no crate is needed for chance.
fn chance(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

fn kills(times: u64) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut path = folder.path().join("case");
    let (mut acknowledged, mut lost, mut broken, mut torn) = (0_u64, 0_u64, 0_u64, 0_u64);
    let mut state = 0x9E37_79B9_7F4A_7C15 ^ u64::from(std::process::id());
    let start = Instant::now();
    for round in 0..times {
        // A case of its own for every fifty, so that opening it does not take longer and longer.
        if round % 50 == 0 {
            path = folder.path().join(format!("case-{round}"));
            drop(CaseDir::create(&path, "Killed", "ana", NOON).expect("a case"));
        }
        let mut writer = Command::new(std::env::current_exe().expect("this program"))
            .env(WRITER, &path)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the writer starts");
        let out = writer.stdout.take().expect("its stdout");
        let (began, begins) = std::sync::mpsc::channel();
        let reader = std::thread::spawn(move || {
            let lines = BufReader::new(out).lines().map_while(Result::ok);
            lines.inspect(|_| began.send(()).unwrap_or_default()).collect::<Vec<String>>()
        });
        // Not while it only starts: a kill is to meet it at work.
        begins.recv().expect("it writes");
        std::thread::sleep(Duration::from_micros(chance(&mut state) % 30_000));
        writer.kill().expect("it can be killed");
        writer.wait().expect("it ends");
        let lines = reader.join().expect("what it said");
        let (dir, replay) = CaseDir::open(&path, Mode::Write).expect("the case opens");
        torn += u64::from(replay.torn.is_some());
        broken += u64::from(dir.read_only().is_some());
        for line in lines {
            let Some((seq, hash)) = line.split_once(' ') else { continue };
            acknowledged += 1;
            let there = seq.parse().ok().and_then(|seq| dir.case().entry(seq)).is_some_and(|entry| entry.hash == hash);
            lost += u64::from(!there);
        }
        drop(dir);
        if round % 50 == 49 || round + 1 == times {
            broken += u64::from(!verify(&path, None).expect("it can be verified").holds());
        }
    }
    println!("{times} kills in {:.1} s", start.elapsed().as_secs_f64());
    println!("  entries acknowledged {acknowledged}, lost {lost}; broken chains {broken}; torn ends set aside {torn}");
    assert!(lost == 0 && broken == 0, "an entry was lost or the chain is broken");
}

fn large(entries: u64) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("case");
    drop(CaseDir::create(&path, "Large", "ana", NOON).expect("a case"));
    let journal = path.join("journal.jsonl");
    let mut text = std::fs::read_to_string(&journal).expect("its journal");
    let (mut last, mut prev) = {
        let (dir, _) = CaseDir::open(&path, Mode::Read).expect("the case opens");
        (dir.case().head().0, dir.case().head().1.to_owned())
    };
    while last < entries {
        let entry = Entry::after(Some((last, &prev)), NOON, "ana", event(last)).expect("an entry");
        write!(text, "{}", entry.line().expect("its line")).expect("memory");
        (last, prev) = (entry.seq, entry.hash);
    }
    std::fs::write(&journal, &text).expect("it can be written");
    println!("a journal of {entries} entries, {:.1} MB", text.len() as f64 / 1e6);
    for (what, mode) in [("opened to be read", Mode::Read), ("opened to be written", Mode::Write)] {
        let mut best = Duration::MAX;
        for _ in 0..3 {
            let start = Instant::now();
            let (dir, replay) = CaseDir::open(&path, mode).expect("the case opens");
            best = best.min(start.elapsed());
            assert_eq!((replay.entries, dir.read_only().is_some()), (entries, mode == Mode::Read));
        }
        println!("  {what:<24} {:>8.0} ms", best.as_secs_f64() * 1e3);
    }
    let start = Instant::now();
    assert!(verify(&path, None).expect("it can be verified").holds());
    println!("  {:<24} {:>8.0} ms", "verified", start.elapsed().as_secs_f64() * 1e3);
    let (dir, _) = CaseDir::open(&path, Mode::Read).expect("the case opens");
    let case: &Case = dir.case();
    for (what, ask) in [
        ("where all stand", &(|| case.stages().len()) as &dyn Fn() -> usize),
        ("in order of time", &|| case.timeline().len()),
        ("the audit", &|| case.audit().count()),
    ] {
        let start = Instant::now();
        let count = ask();
        println!("  {what:<24} {:>8.0} ms ({count})", start.elapsed().as_secs_f64() * 1e3);
    }
}
