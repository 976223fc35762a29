//! The first sitting and the ones after it, in a real pseudo-terminal: the tour to a report that verifies, what is remembered, going on.

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

use program::said as casebook;
use terminal::Terminal;

const SMALL: (u16, u16) = (80, 24);
const WIDE: (u16, u16) = (120, 40);

fn log(home: &Path) -> PathBuf {
    let mut text = String::from("timestamp,request_id,account_id,api_key_id,client_ip,endpoint,status,prompt\n");
    for row in 0..40 {
        let account = if row % 4 == 3 { "acct_other" } else { "acct_busy" };
        text.push_str(&format!(
            "2026-03-02T10:{row:02}:00Z,req_{row},{account},key_a,192.0.2.{},/v1/messages,200,hello\n",
            row % 3
        ));
    }
    let path = home.join("log.csv");
    fs::write(&path, text).expect("the log can be written");
    path
}

/// Follows the tour by what it says, to the report.
fn follow(terminal: &mut Terminal) {
    terminal.ready("1 of 10").wait("new case");
    terminal.keys("j l").wait("2 of 10").keys("2").wait("3 of 10");
    // All playbooks are run, and the first of those whom they accuse is opened.
    terminal.keys("R").wait("whom the playbooks accuse").ready("3 of 10").keys("Enter").ready("4 of 10");
    if terminal.text().contains("rows of one account") {
        terminal.keys("l p l").ready("5 of 10");
        let text = terminal.text();
        terminal.keys(if text.contains("Nobody shares enough") { "g p i" } else { "j" }).ready("6 of 10");
    } else {
        terminal.keys("P a").ready("5 of 10").keys("p i").ready("6 of 10");
    }
    terminal.keys("t").wait("reason").type_in("suspect").keys("Enter Enter").type_in("shares what it should not");
    terminal.keys("C-s").wait("7 of 10").keys("p r").ready("pins the row").keys("m").wait("8 of 10");
    terminal.keys("f").wait("severity").type_in("One of a ring").keys("C-s").ready("9 of 10");
    terminal.keys("Space r").wait("as they are").keys("Enter Enter").wait("10 of 10");
}

#[test]
fn the_tour_leads_to_a_report_that_verifies_and_does_not_come_back() {
    for size in [SMALL, WIDE] {
        let home = tempfile::tempdir().expect("a folder");
        let case = home.path().join("case").display().to_string();
        let mut terminal = Terminal::start(home.path(), size, &["demo", "--rows", "20000", "--case", &case]);
        follow(&mut terminal);
        terminal.keys("?").wait("type to search").keys("Esc").wait("that was the tour").keys("Q");
        assert_eq!(terminal.end(), 0);
        assert_eq!(terminal.modes_left_on(), Vec::<String>::new());
        let (status, verdicts) = casebook(home.path(), &["case", "verify", &case]);
        assert_eq!(status, 0, "{verdicts}");
        let exports = fs::read_dir(Path::new(&case).join("exports")).expect("exports").flatten();
        let report = exports.map(|entry| entry.path()).find(|path| path.extension().is_some_and(|ending| ending == "md"));
        let report = fs::read_to_string(report.expect("a report")).expect("it can be read");
        for said in ["One of a ring", "suspect", "shares what it should not"] {
            assert!(report.contains(said), "{said} is not in the report:\n{report}");
        }
        let mut terminal = Terminal::start(home.path(), size, &["demo", "--rows", "20000"]);
        terminal.ready("new case");
        assert!(!terminal.text().contains(" of 10"), "{}", terminal.text());
        // The palette brings it back.
        terminal.keys(":").wait("a few letters").type_in("tour").keys("Enter").wait("1 of 10").keys("Q");
        assert_eq!(terminal.end(), 0);
    }
}

#[test]
fn the_tour_can_be_done_without() {
    let home = tempfile::tempdir().expect("a folder");
    let begins = |home: &Path, arguments: &[&str]| {
        let mut terminal = Terminal::start(home, SMALL, arguments);
        terminal.ready("new case");
        let begins = terminal.text().contains("1 of 10");
        terminal.keys("Q");
        assert_eq!(terminal.end(), 0);
        begins
    };
    let demo = ["demo", "--rows", "2000"];
    assert!(!begins(home.path(), &["demo", "--rows", "2000", "--no-tour"]));
    assert!(!begins(home.path(), &[&log(home.path()).display().to_string()]), "the tour is for the demo");
    assert!(begins(home.path(), &demo));
    let config = home.path().join(".config/casebook");
    fs::create_dir_all(&config).expect("a folder");
    fs::write(config.join("config.toml"), "tour = false\n").expect("a file");
    assert!(!begins(home.path(), &demo));
}

#[test]
fn a_sitting_goes_on_where_the_last_one_ended() {
    let home = tempfile::tempdir().expect("a folder");
    let (status, said) = casebook(home.path(), &["--resume"]);
    assert_eq!(status, 2, "{said}");
    assert!(said.contains("no case to go on with yet"), "{said}");
    log(home.path());
    let mut terminal = Terminal::start(home.path(), WIDE, &["--case", "mine", "--map", "org=api_key_id", "log.csv"]);
    terminal.ready("1 of 40").wait("new case").keys("l l").keys("+").ready("1 of 30").keys("j j").ready("3 of 30").keys("Q");
    assert_eq!(terminal.end(), 0);
    // From elsewhere, without a word on the case or the log.
    let elsewhere = home.path().join("elsewhere");
    fs::create_dir(&elsewhere).expect("a folder");
    let program = env!("CARGO_BIN_EXE_casebook");
    let mut terminal = Terminal::run(home.path(), WIDE, "sh", &["-c", &format!("cd elsewhere && exec {program} --resume")]);
    terminal.ready("3 of 30").wait("account:acct_busy").wait("where the last sitting ended").keys("Backspace").ready("1 of 40");
    // The role that was mapped by hand is there again.
    terminal.keys("z m").wait("api_key_id").keys("Esc").gone("mapping").keys("Q");
    assert_eq!(terminal.end(), 0);
    // Another case by its name; its files as it names them.
    let case = home.path().join("mine").display().to_string();
    fs::remove_file(home.path().join(".local/state/casebook/last.toml")).expect("what is remembered");
    let mut terminal = Terminal::start(home.path(), SMALL, &["--resume", "--case", &case]);
    terminal.ready(" of 40").keys("Q");
    assert_eq!(terminal.end(), 0);
    fs::rename(home.path().join("log.csv"), home.path().join("moved.csv")).expect("the log can be moved");
    let (status, said) = casebook(home.path(), &["--resume"]);
    assert_eq!(status, 1, "{said}");
    assert!(said.contains("log.csv is not there any more") && said.contains("casebook --case"), "{said}");
    fs::remove_dir_all(&case).expect("the case can be removed");
    let (status, said) = casebook(home.path(), &["--resume"]);
    assert!(status == 1 && said.contains("is not there any more"), "{said}");
    let (status, _) = casebook(home.path(), &["--resume", "moved.csv"]);
    assert_eq!(status, 2, "an extract of one's own is no going on");
}

#[test]
fn a_theme_and_the_sizes_of_the_panes_are_there_the_next_time() {
    let home = tempfile::tempdir().expect("a folder");
    let log = log(home.path()).display().to_string();
    let config = home.path().join(".config/casebook/config.toml");
    fs::create_dir_all(config.parent().expect("a folder")).expect("a folder");
    fs::write(&config, "# mine\n[keys]\npin = \"b\"\n").expect("a file");
    let mut terminal = Terminal::start(home.path(), WIDE, &[&log]);
    terminal.ready("1 of 40").wait("new case").keys("Space t").wait("contrast").keys("j j j").keys("Enter").wait("kept in");
    terminal.keys("Space a").wait("sizes of panes").keys("x").wait("put away").keys("Enter").gone("sizes of panes").keys("Q");
    assert_eq!(terminal.end(), 0);
    let text = fs::read_to_string(&config).expect("the file");
    assert_eq!(text, "theme = \"dusk\"\n# mine\n[keys]\npin = \"b\"\n");
    let (status, said) = casebook(home.path(), &["config", "check"]);
    assert_eq!(status, 0, "{said}");
    let mut terminal = Terminal::start(home.path(), WIDE, &[&log]);
    terminal.ready("1 of 40").wait("new case");
    assert!(!terminal.text().contains("fields"), "{}", terminal.text());
    terminal.keys("Space t").wait("warm").keys("Esc").gone("warm").keys("Q");
    assert_eq!(terminal.end(), 0);
}
