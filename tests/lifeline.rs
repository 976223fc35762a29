//! The terminal is never left broken and the program never hangs on it: signals, panics, a terminal that goes away, stops, stalls or changes
//! its size, each at random moments.

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
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::ThreadId;

use casebook::domain::TimeRange;
use casebook::engine::duckdb::DuckOpener;
use casebook::engine::{Dialect, Engine, EngineError, JobId, OpenOptions, Opener, Request, Sink};
use casebook::extract::OpenSpec;
use casebook::playbook::Library;
use casebook::runtime::{self, Outcome, Preferences, RunError, Start};
use casebook::settings::paths::Paths;
use casebook::settings::theme::{Depth, Theme};
use ratatui::style::Color;

use terminal::Terminal;

const SIZE: (u16, u16) = (120, 40);

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % bound as u64) as usize
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }
}

/// A log of 60 rows.
fn log(home: &Path) -> PathBuf {
    let mut text = String::from("timestamp,request_id,account_id,api_key_id,client_ip,endpoint,status,prompt\n");
    for row in 0..60 {
        text.push_str(&format!(
            "2026-03-02T10:{row:02}:00Z,req_{row},acct_{},key_{},192.0.2.{},/v1/messages,200,hello {row}\n",
            row % 7,
            row % 5,
            row % 3
        ));
    }
    let path = home.join("log.csv");
    fs::write(&path, text).expect("the log can be written");
    path
}

/// Writes `config.toml`.
fn configure(home: &Path, text: &str) {
    let config = home.join(".config/casebook");
    fs::create_dir_all(&config).expect("a folder");
    fs::write(config.join("config.toml"), text).expect("the configuration can be written");
}

fn verify(home: &Path, case: &str) -> (i32, String) {
    program::said(home, &["case", "verify", case])
}

/// Keys that go through the whole program and write into the case. None of them leaves.
const KEYS: [&str; 22] = [
    "j",
    "j",
    "k",
    "l",
    "h",
    "C-d",
    "G",
    "g",
    "Tab",
    "1",
    "2",
    "3",
    "4",
    "5",
    "m",
    "F",
    "Backspace",
    "Space",
    "?",
    "+",
    "z",
    "T",
];

/// Starts the program and stops at a moment that the dice choose: while it loads, at rest, or in the middle of a frame.
fn at_some_moment(dice: &mut Dice, home: &Path, case: &str) -> Terminal {
    let log = log(home).display().to_string();
    let mut terminal = Terminal::start(home, SIZE, &["--case", case, &log]);
    terminal.wait_for_bytes(dice.below(3) * 150);
    for press in 0..dice.below(30) {
        let before = terminal.raw().len();
        terminal.keys(dice.one(&KEYS));
        if dice.below(3) == 0 {
            // A key may change nothing; another size changes everything.
            terminal.resize((SIZE.0 - press as u16 % 2, SIZE.1));
            terminal.wait_for_bytes(before);
        }
    }
    terminal
}

#[test]
fn whatever_ends_the_program_at_whatever_moment_the_terminal_is_as_it_was_and_the_case_is_whole() {
    for seed in 0..50 {
        let mut dice = Dice(seed);
        let home = tempfile::tempdir().expect("a folder");
        let case = home.path().join("case").display().to_string();
        let mut terminal = at_some_moment(&mut dice, home.path(), &case);
        let (what, status) = [("TERM", 143), ("HUP", 129), ("a lost terminal", 129)][seed as usize % 3];
        match what {
            "a lost terminal" => terminal.hang_up(),
            signal => terminal.signal(signal),
        }
        assert_eq!(terminal.end(), status, "{what}, seed {seed}: {}", terminal.text());
        if what != "a lost terminal" {
            assert_eq!(terminal.modes_left_on(), Vec::<String>::new(), "after {what}, seed {seed}");
            let raw = terminal.raw();
            let text = String::from_utf8_lossy(&raw);
            let last = text.rsplit("\x1b[?25h").next().unwrap_or_default();
            assert!(last.contains(&format!("ended by SIG{what}")), "after {what}, seed {seed}: {last:?}");
            let known = last.contains(&case);
            assert!(known || !Path::new(&case).join("journal.jsonl").exists() || !text.contains("new case"), "{last:?}");
        }
        if Path::new(&case).join("journal.jsonl").exists() {
            let (status, verdicts) = verify(home.path(), &case);
            assert_eq!(status, 0, "after {what}, seed {seed}: {verdicts}");
        }
    }
}

/// An engine that breaks down when the loop of the workbench gives it the last of so many queries.
struct Breaking {
    inner: Arc<dyn Engine>,
    caller: ThreadId,
    left: Arc<AtomicU64>,
}

impl Engine for Breaking {
    fn submit(&self, request: Request, sink: Sink) {
        let counts = std::thread::current().id() == self.caller;
        assert!(!counts || self.left.fetch_sub(1, Ordering::SeqCst) > 0, "a mistake that was made on purpose");
        self.inner.submit(request, sink);
    }

    fn cancel(&self, id: JobId) {
        self.inner.cancel(id);
    }

    fn dialect(&self) -> &'static dyn Dialect {
        self.inner.dialect()
    }
}

struct BreakingOpener {
    caller: ThreadId,
    left: Arc<AtomicU64>,
}

impl Opener for BreakingOpener {
    fn open(&self, options: &OpenOptions) -> Result<Arc<dyn Engine>, EngineError> {
        let inner = DuckOpener.open(options)?;
        Ok(Arc::new(Breaking { inner, caller: self.caller, left: Arc::clone(&self.left) }))
    }
}

/// Says to this very test program that it is to be the workbench, with an engine that breaks down after so many queries.
const BREAKS: &str = "CASEBOOK_TEST_BREAKS_AFTER";

/// Not a test by itself: what the one below runs in a terminal.
#[test]
fn the_workbench_with_an_engine_that_breaks_down() {
    let Ok(queries) = std::env::var(BREAKS) else { return };
    let home = PathBuf::from(std::env::var_os("HOME").expect("a home"));
    let left = Arc::new(AtomicU64::new(queries.parse().expect("a number")));
    let start = Start {
        tour: false,
        resume: None,
        spec: OpenSpec { inputs: vec![log(&home).display().to_string()], ..OpenSpec::default() },
        prepare: None,
        case: Some(home.join("case")),
        read_only: false,
        range: TimeRange::default(),
        theme: None,
        preferences: Preferences::default(),
        mistakes: Vec::new(),
        paths: Paths::under(&home),
        opener: Arc::new(BreakingOpener { caller: std::thread::current().id(), left }),
        library: Library::default(),
    };
    match runtime::run(start) {
        Err(error @ RunError::Broke { .. }) => println!("<<{error}>>"),
        Ok(Outcome::Left(_)) => println!("<<left>>"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_panic_gives_the_terminal_back_before_it_is_reported_and_says_where_the_case_is() {
    let program = std::env::current_exe().expect("this program").display().to_string();
    for seed in 0..8 {
        let mut dice = Dice(seed);
        let home = tempfile::tempdir().expect("a folder");
        let case = home.path().join("case").display().to_string();
        let breaks = format!("{BREAKS}={}", 4 + dice.below(60));
        let arguments =
            [&breaks, &program, "--exact", "the_workbench_with_an_engine_that_breaks_down", "--nocapture", "--test-threads=1"];
        let mut terminal = Terminal::run(home.path(), SIZE, "/usr/bin/env", &arguments);
        // Every step reads a row, so that some step is the last one. What comes after the end nobody reads.
        terminal.ready_or_ended("of 60").type_in(&"mj".repeat(80));
        assert_eq!(terminal.end(), 0, "seed {seed}: {}", terminal.text());
        assert_eq!(terminal.modes_left_on(), Vec::<String>::new(), "seed {seed}");
        let raw = terminal.raw();
        let text = String::from_utf8_lossy(&raw);
        let after = text.rsplit("\x1b[?1049l").next().unwrap_or_default();
        assert!(after.contains("made on purpose"), "seed {seed}: {after:?}");
        assert!(after.contains("broke down"), "seed {seed}: {after:?}");
        if Path::new(&case).join("journal.jsonl").exists() {
            let (status, verdicts) = verify(home.path(), &case);
            assert_eq!(status, 0, "seed {seed}: {verdicts}");
            assert!(after.contains(&case) || !text.contains("saved: pin"), "seed {seed}: {after:?}");
        }
    }
}

#[test]
fn a_program_that_is_stopped_gives_the_terminal_to_the_shell_and_goes_on_where_it_was() {
    let home = tempfile::tempdir().expect("a folder");
    let log = log(home.path()).display().to_string();
    let mut terminal = Terminal::run(home.path(), SIZE, "/bin/sh", &["-i"]);
    // As it is typed it looks otherwise than as it is shown, so that the shell is known to have the terminal where it is shown last.
    terminal.type_in("PS1=she''ll-is-here\r").at_prompt("shell-is-here");
    terminal.type_in(&format!("'{}' '{log}'\r", env!("CARGO_BIN_EXE_casebook")));
    terminal.ready("1 of 60").keys("j j j").ready("4 of 60").wait("row 4");
    let before = terminal.lines();
    terminal.keys("C-z").at_prompt("shell-is-here");
    assert_eq!(terminal.modes_left_on(), Vec::<String>::new(), "while it is stopped");
    terminal.type_in("echo the shell $((40 + 2))\r").wait("the shell 42").at_prompt("shell-is-here");
    terminal.type_in("fg\r").ready("4 of 60").wait("row 4");
    assert_eq!(terminal.lines(), before);
    terminal.keys("j").ready("5 of 60").keys("Q").at_prompt("shell-is-here").type_in("exit\r");
    assert_eq!(terminal.end(), 0);
    assert_eq!(terminal.modes_left_on(), Vec::<String>::new());
}

#[test]
fn keys_that_come_all_at_once_are_all_taken_without_waiting_for_another_one() {
    let home = tempfile::tempdir().expect("a folder");
    let log = log(home.path()).display().to_string();
    let mut terminal = Terminal::start(home.path(), SIZE, &[&log]);
    terminal.ready("1 of 60");
    for (burst, wanted) in [(1500, "2 of 60"), (2100, "3 of 60"), (2600, "4 of 60")] {
        terminal.type_in(&format!("{}j", "jk".repeat(burst / 2))).ready(wanted);
    }
    terminal.keys("Q");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn where_no_shell_waits_stopping_is_refused_and_a_stop_from_outside_is_survived() {
    let home = tempfile::tempdir().expect("a folder");
    let log = log(home.path()).display().to_string();
    let mut terminal = Terminal::start(home.path(), SIZE, &[&log]);
    terminal.ready("1 of 60").keys("C-z").wait("cannot stop here");
    terminal.signal("STOP");
    let before = terminal.raw().len();
    terminal.signal("CONT");
    terminal.wait_for_bytes(before).keys("j").ready("2 of 60").wait("row 2");
    let lines = terminal.lines();
    assert_eq!(terminal.drawn_anew(), lines);
    terminal.keys("Q");
    assert_eq!(terminal.end(), 0);
    assert_eq!(terminal.modes_left_on(), Vec::<String>::new());
}

/// Frames that a terminal was given.
fn frames(raw: &[u8]) -> usize {
    raw.windows(8).filter(|window| *window == b"\x1b[?2026h").count()
}

#[test]
fn a_link_that_stalls_holds_nothing_up_and_then_gets_only_what_is_so_by_then() {
    let home = tempfile::tempdir().expect("a folder");
    let log = log(home.path()).display().to_string();
    let case = home.path().join("case").display().to_string();
    // One frame of this size is more than a link that takes nothing can hold.
    let mut terminal = Terminal::start(home.path(), (300, 90), &["--case", &case, &log]);
    terminal.ready("1 of 60").wait("new case").keys("j").ready("2 of 60");
    terminal.stall(true);
    let before = frames(&terminal.raw());
    let presses = 800;
    for _ in 0..presses / 4 {
        terminal.keys("2 4 3 1");
    }
    terminal.keys("j j m");
    terminal.stall(false);
    terminal.ready("4 of 60").wait("saved: pin row 4").wait("row 4");
    let drawn = frames(&terminal.raw()) - before;
    assert!(drawn < presses / 4, "{drawn} frames for {presses} keys that nobody could see answered");
    terminal.keys("k").ready("3 of 60").wait("row 3");
    let lines = terminal.lines();
    assert_eq!(terminal.drawn_anew(), lines);
    terminal.keys("Q");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn a_program_in_front_of_a_terminal_that_takes_nothing_still_ends_with_the_case_whole() {
    let home = tempfile::tempdir().expect("a folder");
    let log = log(home.path()).display().to_string();
    let case = home.path().join("case").display().to_string();
    let mut terminal = Terminal::start(home.path(), (300, 90), &["--case", &case, &log]);
    terminal.ready("1 of 60").wait("new case");
    terminal.stall(true);
    for _ in 0..200 {
        terminal.keys("2 4 3 1");
    }
    terminal.keys("m");
    terminal.signal("TERM");
    assert_eq!(terminal.status(), 143);
    terminal.stall(false);
    terminal.end();
    assert_eq!(terminal.modes_left_on(), Vec::<String>::new());
    let (status, verdicts) = verify(home.path(), &case);
    assert_eq!(status, 0, "{verdicts}");
}

#[test]
fn a_storm_of_sizes_is_survived_and_the_last_frame_is_right() {
    let home = tempfile::tempdir().expect("a folder");
    let log = log(home.path()).display().to_string();
    let mut terminal = Terminal::start(home.path(), SIZE, &[&log]);
    terminal.ready("1 of 60");
    let mut dice = Dice(7);
    for round in 0..400 {
        let size = match round % 8 {
            0 => (1, 1),
            1 => (300, 90),
            2 => (40, 10),
            3 => (39, 9),
            _ => (1 + dice.below(200) as u16, 1 + dice.below(60) as u16),
        };
        terminal.resize(size);
        terminal.keys(dice.one(&["j", "k", "Tab", "1", "2", "4", "l", "C-d", "F", "Backspace"]));
    }
    terminal.keys("1");
    terminal.resize((100, 30));
    terminal.resize(SIZE);
    terminal.keys("Esc").ready("1 explore  2 playbooks").keys("C-l").ready("1 explore  2 playbooks");
    // What follows the cursor is here when nothing has been said for two whole screens.
    let mut lines = terminal.drawn_anew();
    loop {
        let next = terminal.drawn_anew();
        if next == lines {
            break;
        }
        lines = next;
    }
    assert_eq!(lines.len(), usize::from(SIZE.1), "{lines:?}");
    terminal.keys("Q");
    assert_eq!(terminal.end(), 0);
    assert_eq!(terminal.modes_left_on(), Vec::<String>::new());
}

#[test]
fn mouse_title_and_notifications_are_there_when_they_are_asked_for_and_gone_at_the_end() {
    let home = tempfile::tempdir().expect("a folder");
    let log = log(home.path()).display().to_string();
    let mut plain = Terminal::start(home.path(), SIZE, &[&log]);
    plain.ready("1 of 60").keys("Q");
    assert_eq!(plain.end(), 0);
    let raw = String::from_utf8_lossy(&plain.raw()).into_owned();
    for asked in ["\x1b[?1000h", "\x1b[?1004h", "\x1b]", "\x1b[22;2t", "\x07"] {
        assert!(!raw.contains(asked), "{asked:?} was not asked for");
    }
    configure(home.path(), "[terminal]\nmouse = true\ntitle = true\nbell = true\nnotify = \"osc9\"\n");
    let mut terminal = Terminal::start(home.path(), SIZE, &[&log]);
    terminal.ready("1 of 60");
    // The button goes down on the fifth row, and then the wheel turns.
    terminal.type_in("\x1b[<0;60;16M\x1b[<0;60;16m").ready("5 of 60").wait("row 5");
    terminal.type_in("\x1b[<65;60;16M").ready("8 of 60").type_in("\x1b[O\x1b[I").keys("k").ready("7 of 60");
    terminal.keys("Q");
    assert_eq!(terminal.end(), 0);
    assert_eq!(terminal.modes_left_on(), Vec::<String>::new());
    let raw = String::from_utf8_lossy(&terminal.raw()).into_owned();
    let title = raw.find("\x1b]2;log.csv").expect("the title says what is open");
    assert!(raw.find("\x1b[22;2t").is_some_and(|kept| kept < title), "the title before is kept first");
    assert!(raw.rfind("\x1b[23;2t").is_some_and(|back| back > title), "and comes back");
}

#[test]
fn a_terminal_that_says_it_is_light_gets_the_light_theme_and_none_of_its_answer_is_taken_for_keys() {
    let home = tempfile::tempdir().expect("a folder");
    let log = log(home.path()).display().to_string();
    configure(home.path(), "[terminal]\nground = \"ask\"\n");
    let ground = |name: &str| match Theme::builtin(name).expect("a theme").with_depth(Depth::Indexed).text.bg {
        Some(Color::Indexed(index)) => format!("48;5;{index}"),
        other => panic!("{name} has {other:?} as its ground"),
    };
    let (light, dark) = (ground("light"), ground("dark"));
    let mut terminal = Terminal::start(home.path(), SIZE, &[&log]);
    terminal.ready("1 of 60");
    let text = |terminal: &Terminal| String::from_utf8_lossy(&terminal.raw()).into_owned();
    assert!(text(&terminal).contains("\x1b]11;?\x1b\\") && text(&terminal).contains(&dark) && !text(&terminal).contains(&light));
    // Between keys, and in two parts, as a slow link may bring it: what would be the surfaces 1 and 5 is none of them.
    terminal.type_in("j\x1b]11;rgb:ffff/").type_in("f5f5/5555\x1b\\j").ready("3 of 60").keys("j").ready("4 of 60");
    assert!(text(&terminal).contains(&light), "{}", terminal.text());
    // Nothing is waited for any more: a key that an answer would begin with is a key.
    terminal.keys("5").wait("One question over the table").type_in("\x1b]").type_in("select 11").wait("select 11").keys("C-c");
    assert_eq!(terminal.end(), 0);
    assert_eq!(terminal.modes_left_on(), Vec::<String>::new());
}

/// Runs for two and a half seconds by the clock of the machine, whatever else runs on it: the engine makes numbers that have the time in
/// them until one is late enough. What takes less is not worth a notification.
const LASTS: &str = "with recursive clock(began, moment) as (select uuid_extract_timestamp(uuidv7()), uuid_extract_timestamp(uuidv7()) \
    union all select began, uuid_extract_timestamp(uuidv7()) from clock where epoch_ms(moment) - epoch_ms(began) < 2500) \
    select 'ready' || count(distinct began) as said from clock";

#[test]
fn whoever_does_not_look_is_notified_of_the_end_of_what_took_long_and_whoever_looks_is_not() {
    let begin = |sign: &str| match sign {
        "osc9" => "\x1b]9;casebook: running the SQL: ended after ",
        _ => "\x1b]777;notify;casebook;running the SQL: ended after ",
    };
    for sign in ["osc9", "osc777"] {
        let home = tempfile::tempdir().expect("a folder");
        let log = log(home.path()).display().to_string();
        // An hour is never reached: only that nobody looks counts here.
        configure(home.path(), &format!("[terminal]\nnotify = \"{sign}\"\nnotify_after = 3600\n"));
        let mut terminal = Terminal::start(home.path(), SIZE, &[&log]);
        terminal.ready("1 of 60").keys("5").wait("One question over the table");
        terminal.type_in("\x1b[I").type_in(LASTS).keys("C-g").wait("Esc stops").ready("ready1");
        let commands = |terminal: &Terminal| String::from_utf8_lossy(&terminal.raw()).matches("\x1b]").count();
        assert_eq!(commands(&terminal), 0, "whoever looks sees it");
        let before = terminal.raw().len();
        terminal.type_in("\x1b[O").keys("C-g").wait("Esc stops");
        while !String::from_utf8_lossy(&terminal.raw()[before..]).contains(begin(sign)) {
            let seen = terminal.raw().len();
            terminal.wait_for_bytes(seen);
            assert!(terminal.raw().len() > seen, "nothing was told: {}", terminal.text());
        }
        terminal.type_in("\x1b[I").ready("ready1").keys("C-c");
        assert_eq!(terminal.end(), 0);
        assert_eq!(terminal.modes_left_on(), Vec::<String>::new());
        assert_eq!(commands(&terminal), 1, "it is told once");
        let raw = terminal.raw();
        let raw = String::from_utf8_lossy(&raw);
        let told = raw.split(begin(sign)).nth(1).and_then(|rest| rest.split('\x07').next()).expect("it is told");
        let seconds = told.strip_suffix(" s").and_then(|seconds| seconds.parse::<u64>().ok());
        assert!(seconds.is_some_and(|seconds| seconds >= 2), "{told:?}");
    }
}
