//! The real program in a real pseudo-terminal, by keys alone.

#![cfg(feature = "engine")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, clippy::print_stdout)]

// Each test of the program uses a part of it.
#[allow(dead_code)]
mod program;

// Each test of the terminal uses a part of it.
#[allow(dead_code)]
mod terminal;

use std::fs;
use std::path::{Path, PathBuf};

use program::{data, said as casebook};
use terminal::Terminal;

const BIG: (u16, u16) = (160, 50);

fn report_of(case: &Path) -> String {
    let exports = fs::read_dir(case.join("exports")).expect("there are exports");
    let path = exports.flatten().map(|entry| entry.path()).find(|path| path.extension().is_some_and(|ending| ending == "md"));
    fs::read_to_string(path.expect("there is a report")).expect("the report can be read")
}

/// A log of 40 rows: one key does most, from two addresses that other accounts use too.
fn small_log(home: &Path) -> PathBuf {
    let mut text = String::from("timestamp,request_id,account_id,api_key_id,client_ip,endpoint,status,prompt\n");
    for row in 0..40 {
        let (account, key) = if row % 4 == 3 { ("acct_other", "key_b") } else { ("acct_busy", "key_a") };
        let minute = row % 60;
        text.push_str(&format!(
            "2026-03-02T10:{minute:02}:00Z,req_{row},{account},{key},192.0.2.{},/v1/messages,200,hello {row}\n",
            row % 3 % 2
        ));
    }
    let path = home.join("log.csv");
    fs::write(&path, text).expect("the log can be written");
    path
}

#[test]
fn a_whole_investigation_by_keys_alone() {
    let home = tempfile::tempdir().expect("a folder");
    let log = small_log(home.path());
    let (log, case) = (log.display().to_string(), home.path().join("case"));
    let case_text = case.display().to_string();
    let mut terminal = Terminal::start(home.path(), BIG, &["--case", &case_text, &log]);
    terminal.ready("1 of 40").keys("l l l F").ready("top values of key");
    // The busiest key is on top: to its addresses, from there to the accounts, to the other one.
    terminal.keys("p i").ready("addresses of key:key_a").keys("p a").ready("accounts of ip:192.0.2.0");
    terminal
        .keys("j t")
        .wait("reason")
        .type_in("suspect")
        .keys("Enter Enter")
        .type_in("shares both addresses")
        .keys("Enter Enter");
    terminal.wait("saved: label account:acct_other").keys("Enter").ready("10 of 40").keys("m").wait("saved: pin row 4");
    terminal.keys("j").keys("m").wait("saved: pin row 8");
    terminal.keys("h c").wait("note on account:acct_other").type_in("looks like one person").keys("C-s").wait("saved: note");
    // The filter of the view is the rule that is offered.
    terminal.keys("Space y").wait("in force from").keys("Enter Enter").wait("would have stopped 10 of 40 requests");
    terminal.keys("Esc").gone("would have stopped");
    terminal.keys("f").wait("severity").type_in("two accounts, one network").keys("C-s").wait("saved: finding");
    terminal.keys("Space r Enter Enter").wait("report written").keys("Q");
    assert_eq!(terminal.end(), 0);
    assert_eq!(terminal.modes_left_on(), Vec::<String>::new());
    let (status, verdicts) = casebook(home.path(), &["case", "verify", &case_text, &log]);
    assert_eq!(status, 0, "{verdicts}");
    let report = report_of(&case);
    for named in ["acct_other", "suspect", "shares both addresses", "looks like one person", "two accounts, one network"] {
        assert!(report.contains(named), "{named} is not in the report:\n{report}");
    }
    assert_eq!(fs::read_dir(case.join("evidence")).expect("evidence").count(), 2);
}

#[test]
fn a_real_attack_from_the_busiest_key_to_a_report_that_verifies() {
    let Some(invictus) = data("cloudtrail-invictus") else { return };
    let home = tempfile::tempdir().expect("a folder");
    let extract = invictus.display().to_string();
    let case = home.path().join("case");
    let case_text = case.display().to_string();
    let mut terminal = Terminal::start(home.path(), BIG, &["--case", &case_text, &extract]);
    terminal.ready("1 of 2,900").keys("l l l F").ready("top values of key").wait("2,104");
    terminal.keys("p i").ready("addresses of key:").keys("p a").ready("accounts of ip:192.168.10.20");
    terminal
        .keys("j t")
        .wait("reason")
        .type_in("suspect")
        .keys("Enter Enter")
        .type_in("same address as the attacker")
        .keys("Enter Enter");
    terminal.wait("saved: label").keys("Enter").ready("29 of 2,900").keys("m").wait("saved: pin").keys("j").wait("2 of 29");
    terminal.keys("m").wait("saved: pin").ready("pinned");
    terminal.keys("c").wait("note on").type_in("second account on the address").keys("C-s").wait("saved: note");
    terminal.keys("Space r Enter Enter").wait("report written").keys("Q");
    assert_eq!(terminal.end(), 0);
    let (status, verdicts) = casebook(home.path(), &["case", "verify", &case_text, &extract]);
    assert_eq!(status, 0, "{verdicts}");
    let report = report_of(&case);
    for named in ["suspect", "same address as the attacker", "second account on the address"] {
        assert!(report.contains(named), "{named} is not in the report:\n{report}");
    }
    assert_eq!(fs::read_dir(case.join("evidence")).expect("evidence").count(), 2);
}

#[test]
fn what_was_saved_outlasts_a_kill() {
    let home = tempfile::tempdir().expect("a folder");
    let log = small_log(home.path()).display().to_string();
    let case = home.path().join("case").display().to_string();
    let mut terminal = Terminal::start(home.path(), (120, 40), &["--case", &case, &log]);
    terminal
        .ready("1 of 40")
        .wait("new case")
        .keys("l l t")
        .wait("reason")
        .type_in("kept")
        .keys("Enter Enter")
        .type_in("why")
        .keys("Enter Enter");
    terminal.wait("saved: label");
    terminal.kill();
    // A line that was being written when the power went: it is set aside and said.
    let journal = Path::new(&case).join("journal.jsonl");
    let mut bytes = fs::read(&journal).expect("a journal");
    bytes.extend_from_slice(b"{\"at\":\"2026-");
    fs::write(&journal, bytes).expect("the journal can be torn");
    let mut terminal = Terminal::start(home.path(), (120, 40), &["--case", &case, &log]);
    terminal.wait("acct_busy").wait("cut off").keys("4").wait("kept").keys("Q");
    assert_eq!(terminal.end(), 0);
    let (status, verdicts) = casebook(home.path(), &["case", "verify", &case, &log]);
    assert_eq!(status, 0, "{verdicts}");
}

#[test]
fn signals_give_the_terminal_back() {
    for name in ["TERM", "HUP"] {
        let home = tempfile::tempdir().expect("a folder");
        let log = small_log(home.path()).display().to_string();
        let mut terminal = Terminal::start(home.path(), (80, 24), &[&log]);
        terminal.wait("acct_busy");
        terminal.signal(name);
        terminal.end();
        assert_eq!(terminal.modes_left_on(), Vec::<String>::new(), "after SIG{name}");
    }
}

#[test]
fn nothing_of_a_hostile_extract_reaches_the_terminal() {
    let home = tempfile::tempdir().expect("a folder");
    let log = home.path().join("hostile.jsonl");
    let evil =
        "\\u001b]52;c;ZXZpbA==\\u0007\\u001b[2J\\u202egnp.exe\\u200b<script>alert(1)</script>=cmd()|' /C calc'!A0\\u009b31m";
    let mut text = String::new();
    for row in 0..30 {
        text.push_str(&format!(
            "{{\"time\":\"2026-03-02T10:00:{row:02}Z\",\"account\":\"a{row}{evil}\",\"ip\":\"192.0.2.1\",\"user_agent\":\"{evil}\",\"k{evil}\":{{\"x{evil}\":\"{evil}\"}}}}\n"
        ));
    }
    fs::write(&log, text).expect("the log can be written");
    let log = log.display().to_string();
    let case = home.path().join("case").display().to_string();
    let mut terminal = Terminal::start(home.path(), (120, 40), &["--case", &case, &log]);
    terminal
        .ready("1 of 30")
        .wait("new case")
        .wait("\\x1b]52")
        .keys("l t")
        .wait("reason")
        .type_in("bad")
        .keys("Enter Enter")
        .type_in("x")
        .keys("Enter Enter");
    terminal
        .wait("saved: label")
        .keys("m")
        .wait("saved: pin")
        .keys("F")
        .ready("top values of account")
        .keys("p p")
        .ready("first seen");
    terminal.keys("Enter").ready("1 of 1").keys("Enter").keys("G").keys("l").keys("3").keys("4").wait("Entities").keys("1");
    terminal.ready("1 of 1").keys("Space b").wait("goes there").keys("Esc").gone("goes there");
    terminal.keys("Space r Enter Enter").wait("report written").keys("Q");
    assert_eq!(terminal.end(), 0);
    let raw = terminal.raw();
    let shown = String::from_utf8_lossy(&raw);
    for evil in ["\u{1b}]", "\u{7}", "\u{202e}", "\u{200b}", "\u{9b}", "\u{1b}[31m<"] {
        assert!(!shown.contains(evil), "{evil:?} reached the terminal");
    }
    let report = report_of(Path::new(&case));
    for evil in ["\u{1b}", "\u{7}", "\u{202e}", "\u{200b}", "\u{9b}", "<script>"] {
        assert!(!report.contains(evil), "{evil:?} is in the report:\n{report}");
    }
}

/// A log whose columns nobody could guess, with a line that is no record.
fn odd_log(home: &Path, name: &str) -> PathBuf {
    let mut text = String::from("wann,f17,f18,f19\n");
    for row in 0..40 {
        text.push_str(&format!("2026-03-02T10:{row:02}:00Z,kunde_{},blau,{}\n", row % 4, row * 3));
        if row == 20 {
            text.push_str("=cmd|' /C calc'!A0,torn\n");
        }
    }
    let path = home.join(name);
    fs::write(&path, text).expect("the log can be written");
    path
}

#[test]
fn a_role_is_mapped_tried_applied_and_saved_and_the_next_log_of_its_kind_knows() {
    let home = tempfile::tempdir().expect("a folder");
    let log = odd_log(home.path(), "odd.csv").display().to_string();
    let case = home.path().join("case").display().to_string();
    let mut terminal = Terminal::start(home.path(), BIG, &["--case", &case, &log]);
    terminal.ready("1 of 40").wait("new case").keys("m").wait("saved: pin row 1");
    terminal.keys("z m").ready("roles mapped").wait("account").keys("j j").wait("account is not mapped");
    // A mistake first, then the column by its letters.
    terminal.keys("Enter").type_in("f71").wait("no column 'f71'").keys("C-u").type_in("upper(f17)").ready("KUNDE_0");
    terminal.keys("C-u").type_in("17").wait("f17").keys("Tab").ready("40 of 40 sampled rows").keys("Enter").wait("1 change");
    terminal.keys("a").ready("account from f17").wait("kunde_0");
    terminal.keys("s").wait("save this mapping").type_in("unsere").keys("Enter").wait("saved as a profile").wait("unsere.toml");
    // The same name again is not taken over silently.
    terminal.keys("s").wait("save this mapping").type_in("unsere").keys("Enter").wait("already").keys("Esc").gone("already");
    terminal
        .keys("Esc")
        .gone("roles mapped")
        .ready("1 of 40")
        .keys("l p p")
        .ready("first seen")
        .wait("account:kunde_0")
        .keys("Q");
    assert_eq!(terminal.end(), 0);
    let (status, verdicts) = casebook(home.path(), &["case", "verify", &case, &log]);
    assert_eq!(status, 0, "{verdicts}");
    let other = odd_log(home.path(), "other.csv").display().to_string();
    let (status, text) = casebook(home.path(), &["inspect", "--format", "json", &other]);
    assert_eq!(status, 0, "{text}");
    assert!(text.contains("\"profile\": \"unsere\""), "{text}");
    let mut terminal = Terminal::start(home.path(), BIG, &[&other]);
    terminal
        .ready("1 of 40")
        .keys("z e")
        .wait("unsere")
        .keys("m")
        .ready("roles mapped")
        .keys("j j")
        .wait("the profile unsere says so");
    terminal.keys("Esc").gone("roles mapped").keys("Q");
    assert_eq!(terminal.end(), 0);
    assert_eq!(terminal.modes_left_on(), Vec::<String>::new());
}

#[test]
fn rejects_are_seen_and_written_into_the_case() {
    let home = tempfile::tempdir().expect("a folder");
    let log = odd_log(home.path(), "odd.csv").display().to_string();
    let case = home.path().join("case");
    let case_text = case.display().to_string();
    let mut terminal = Terminal::start(home.path(), (80, 24), &["--case", &case_text, &log]);
    terminal.ready("1 of 40").wait("1 record could not be read").keys("z e").wait("odd.csv").keys("Tab").ready("cmd|");
    terminal.keys("e").wait("rejects written").keys("Esc").gone("reject 1").keys("Q");
    assert_eq!(terminal.end(), 0);
    let files = fs::read_dir(case.join("exports")).expect("exports").flatten().map(|entry| entry.path());
    let file = files.into_iter().find(|path| path.extension().is_some_and(|ending| ending == "csv")).expect("the rejects");
    let text = fs::read_to_string(file).expect("the rejects can be read");
    assert!(text.starts_with("path,record,reason,raw\r\n") && text.contains("'=cmd|"), "{text}");
    let (status, verdicts) = casebook(home.path(), &["case", "verify", &case_text, &log]);
    assert_eq!(status, 0, "{verdicts}");
}

#[test]
fn a_file_that_changed_under_the_same_size_and_time_is_found_and_opened_again() {
    let home = tempfile::tempdir().expect("a folder");
    let log = odd_log(home.path(), "odd.csv");
    let about = fs::metadata(&log).expect("the log is there");
    let log_text = log.display().to_string();
    let (status, text) = casebook(home.path(), &["inspect", &log_text]);
    assert_eq!(status, 0, "{text}");
    let other = fs::read_to_string(&log).expect("the log can be read").replace("blau", "grau");
    fs::write(&log, other).expect("the log can be changed");
    let file = fs::OpenOptions::new().write(true).open(&log).expect("the log can be opened");
    file.set_modified(about.modified().expect("a time")).expect("the time can be set");
    drop(file);
    let mut terminal = Terminal::start(home.path(), BIG, &[&log_text]);
    terminal
        .ready("1 of 40")
        .wait("changed")
        .keys("j")
        .wait("Space o odd.csv changed")
        .wait("blau")
        .keys("Space o")
        .ready("another content");
    terminal.wait("grau").gone("blau").keys("Q");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn an_extract_that_cannot_be_opened_is_said_on_the_command_line() {
    let home = tempfile::tempdir().expect("a folder");
    let mut terminal = Terminal::start(home.path(), (120, 40), &["no-such-file.csv"]);
    assert_eq!(terminal.end(), 1);
    assert!(terminal.text().contains("no-such-file.csv"), "{}", terminal.text());
    assert_eq!(terminal.modes_left_on(), Vec::<String>::new());
}

#[test]
fn without_a_terminal_the_workbench_says_what_works_there() {
    let home = tempfile::tempdir().expect("a folder");
    let log = small_log(home.path()).display().to_string();
    let (status, text) = casebook(home.path(), &[&log]);
    assert_eq!(status, 2, "{text}");
    assert!(text.contains("needs a terminal"), "{text}");
}

#[test]
fn an_extract_that_is_piped_in_opens_and_the_keys_come_from_the_terminal() {
    let home = tempfile::tempdir().expect("a folder");
    let log = small_log(home.path());
    let pipe = format!("cat '{}' | '{}' -", log.display(), env!("CARGO_BIN_EXE_casebook"));
    let mut terminal = Terminal::run(home.path(), BIG, "/bin/sh", &["-c", &pipe]);
    terminal.ready("1 of 40").keys("l l l F").ready("top values of key").keys("Q");
    assert_eq!(terminal.end(), 0);
    assert_eq!(terminal.modes_left_on(), Vec::<String>::new());
    let cached = fs::read_dir(home.path().join(".cache/casebook")).map_or(0, |entries| entries.count());
    assert_eq!(cached, 0, "what was piped in is not kept");
}

#[test]
fn all_playbooks_a_verdict_and_a_dismissal_by_keys_alone() {
    let Some(invictus) = data("cloudtrail-invictus") else { return };
    let home = tempfile::tempdir().expect("a folder");
    let extract = invictus.display().to_string();
    let case = home.path().join("case");
    let case_text = case.display().to_string();
    let mut terminal = Terminal::start(home.path(), BIG, &["--case", &case_text, &extract]);
    terminal.ready("1 of 2,900").keys("2").ready("library").keys("R").ready("playbooks ran:").wait("to judge");
    // The key of the attack, accused by several playbooks, pinned and confirmed.
    let key = "AKIATFQR7NSC8Q4X20BJ";
    terminal.go_to("the key of the attack", |line| line.contains(key));
    terminal.keys("m").ready("saved: pin").keys("V").wait("verdict on").keys("Tab Tab Tab Tab");
    terminal.type_in("it read our secrets").keys("C-s").gone("verdict on").ready("1 found");
    // The next one is nothing.
    terminal.keys("g").ready("1 found");
    let next = terminal.line().expect("a line");
    terminal.keys("d").wait("verdict on").type_in("a job of our own").keys("C-s").gone("verdict on").ready("1 dismissed");
    assert_ne!(terminal.line().expect("a line"), next, "who was dismissed is not shown any more");
    // In a second sitting nothing is new, and the dismissal holds.
    terminal.keys("Q");
    assert_eq!(terminal.end(), 0);
    let mut terminal = Terminal::start(home.path(), BIG, &["--case", &case_text, &extract]);
    terminal.ready("1 of 2,900").keys("2").ready("library").keys("R").ready("playbooks ran:").wait("1 found, 1 dismissed");
    assert!(!terminal.text().contains(" new"), "{}", terminal.text());
    terminal.keys("Q");
    assert_eq!(terminal.end(), 0);
    let (status, verdicts) = casebook(home.path(), &["case", "verify", &case_text, &extract]);
    assert_eq!(status, 0, "{verdicts}");
    assert!(verdicts.contains("playbook secrets-bulk-read"), "{verdicts}");
    let (status, shown) = casebook(home.path(), &["case", "show", &case_text]);
    assert_eq!(status, 0, "{shown}");
    assert!(shown.contains(key) && shown.contains("confirmed"), "{shown}");
}
