//! Each planted abuse of the demo by keys alone, in the real program: from the opening screen to its first clue, and from there in a dozen
//! keys at most to all of it and nothing else, as the ground truth names it.

#![cfg(feature = "engine")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

// Each test of the terminal uses a part of it.
#[allow(dead_code)]
mod terminal;

use std::path::Path;
use std::process::Command;

use casebook::domain::Role;
use casebook::extract::demo::{Planted, Truth};
use tempfile::TempDir;
use terminal::Terminal;

const SIZE: (u16, u16) = (120, 40);
const ROWS: &str = "20000";
/// Keys from the first clue on.
const MOST: usize = 12;

/// One abuse, and the workbench on its way to it.
struct Thread {
    _home: TempDir,
    planted: Planted,
    terminal: Terminal,
    /// Keys pressed since the clue.
    pressed: usize,
}

/// The workbench over the demo, on its opening screen.
fn thread(id: &str) -> Thread {
    let home = tempfile::tempdir().expect("a folder");
    let planted = truth(home.path()).planted.into_iter().find(|planted| planted.id == id).expect("it is planted");
    let mut terminal = Terminal::start(home.path(), SIZE, &["demo", "--no-tour", "--rows", ROWS]);
    terminal.ready("1 of 20,000").wait("new case");
    Thread { _home: home, planted, terminal, pressed: 0 }
}

/// The ground truth of the same demo.
fn truth(home: &Path) -> Truth {
    let folder = home.join("truth");
    let made = Command::new(env!("CARGO_BIN_EXE_casebook"))
        .args(["demo", "--rows", ROWS, "--write"])
        .arg(&folder)
        .env("HOME", home)
        .output()
        .expect("the program starts");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    serde_json::from_slice(&std::fs::read(folder.join("truth.json")).expect("the truth is written"))
        .expect("the truth can be read")
}

impl Thread {
    /// The clue is a hit of a playbook: runs the playbook and goes to an entity that the truth names as the clue.
    fn by_playbook(id: &str, title: &str) -> Thread {
        let mut thread = thread(id);
        thread.terminal.keys("2").ready(title);
        thread.terminal.go_to(title, |line| line.contains(title));
        thread.terminal.keys("Enter").ready(title);
        let clues = thread.planted.clue.values.clone();
        let has_run = |text: &str| text.lines().any(|line| line.contains(title) && line.contains(" hit"));
        thread.terminal.wait_until("its hits", has_run);
        thread.terminal.go_to("the clue", |line| clues.iter().any(|clue| line.contains(clue)));
        thread
    }

    /// The clue is a session that is far longer than others are: lists them and goes to the one with as many rows as the abuse has.
    fn by_session(id: &str) -> Thread {
        let mut thread = thread(id);
        let rows = thread.planted.rows.to_string();
        thread.terminal.keys("P s").ready("sessions of the view").wait("sess_");
        thread.terminal.go_to("a long session", |line| line.split_whitespace().any(|word| word == rows));
        thread
    }

    /// Presses keys and waits for what they lead to.
    fn keys(&mut self, keys: &str, leads_to: &str) -> &mut Thread {
        self.pressed += keys.split(' ').count();
        self.terminal.keys(keys).ready(leads_to);
        self
    }

    /// Steps to the line that has a text.
    fn step_to(&mut self, text: &str) -> &mut Thread {
        self.pressed += self.terminal.go_to(text, |line| line.contains(text));
        self
    }

    fn values(&self, role: Role) -> Vec<String> {
        self.planted.entities.get(&role).cloned().unwrap_or_default()
    }

    /// The view has as many rows as the abuse, and the fields or the list name who took part.
    fn has_its_rows(&mut self) -> &mut Thread {
        let rows = format!("{} of 20,000 rows", self.planted.rows);
        self.terminal.ready(&rows);
        self
    }

    /// The list is all entities of this role that took part, and no other.
    fn lists(&mut self, title: &str, role: Role) {
        let taken: Vec<String> = self.values(role);
        assert!(!taken.is_empty(), "the truth names {}", role.plural());
        let count = taken.len().to_string();
        self.terminal.wait_until(&format!("{count} {title}"), |text| {
            let line = text.lines().find(|line| line.contains(&format!("─ {title}")));
            line.is_some_and(|line| line.split_whitespace().rev().nth(1) == Some(count.as_str()))
        });
        // From the top to the bottom of the list every line names one of them.
        let mut seen = std::collections::BTreeSet::new();
        while seen.len() < taken.len() {
            let line = self.terminal.line().expect("a line has the cursor");
            let named = taken.iter().find(|value| line.contains(*value));
            seen.insert(named.unwrap_or_else(|| panic!("{line:?} is not of the abuse")).clone());
            if seen.len() < taken.len() {
                self.terminal.keys("j").wait_until("the next line", |text| !text.contains(&line));
            }
        }
        self.ends();
    }

    /// Leaves; the way from the clue was short enough.
    fn ends(&mut self) {
        assert!(self.pressed <= MOST, "{} keys from the clue to {}", self.pressed, self.planted.id);
        self.terminal.keys("Q");
        assert_eq!(self.terminal.end(), 0);
    }
}

#[test]
fn ban_evasion() {
    let mut thread = Thread::by_playbook("ban-evasion", "A banned customer is back");
    let ring = thread.values(Role::Account);
    let linked = format!("{} linked", ring.len() - 1);
    thread.keys("p l", &linked).keys("M", &format!("{} accounts marked", ring.len()));
    let text = thread.terminal.text();
    for account in &ring {
        assert!(text.lines().any(|line| line.contains(&format!("✓ {account}"))), "{account} is not marked:\n{text}");
    }
    thread.ends();
}

#[test]
fn credential_stuffing() {
    let mut thread = Thread::by_playbook("credential-stuffing", "Failed logins to many accounts from one address");
    thread.keys("p u", "user agents of ip:").keys("p i", "addresses of user_agent:");
    let addresses = thread.values(Role::Ip);
    assert_eq!(addresses.len(), 3);
    thread.keys("v v v", "3 addresses marked").keys("p a", "accounts of 3 addresses");
    thread.has_its_rows().lists("accounts of 3 addresses", Role::Account);
}

#[test]
fn leaked_key() {
    let mut thread = Thread::by_playbook("leaked-key", "A key used from many networks");
    // The country of its owner has the most rows.
    thread.keys("p c", "countries of key:").keys("!", "1 of").has_its_rows();
    let (key, home) = thread.planted.filter.split_once(" -").expect("the key, without its owner's country");
    let filter = format!("filter {key} -{home} ");
    thread.terminal.wait(&filter);
    thread.ends();
}

#[test]
fn key_validation() {
    let mut thread = Thread::by_playbook("key-validation", "Many keys tried from one address");
    thread.keys("p k", "keys of ip:").has_its_rows().lists("keys of ip:", Role::Key);
}

#[test]
fn signup_farm() {
    let mut thread = Thread::by_playbook("signup-farm", "Many new customers on one device");
    // In one breath: the second pivot waits for the list of the first.
    thread.keys("p y p a", "accounts of payment:");
    thread.has_its_rows().lists("accounts of payment:", Role::Account);
}

#[test]
fn quota_rotation() {
    let mut thread = Thread::by_playbook("quota-rotation", "Keys rotated at the rate limit");
    thread.keys("p k", "keys of device:").has_its_rows().lists("keys of device:", Role::Key);
}

#[test]
fn prompt_template() {
    let mut thread = thread("prompt-template");
    // The templates of prompts that most accounts have in common.
    thread.terminal.keys("Space g").ready("prompt templates").wait("▒▒▒");
    let counts = format!(" {} {} ", thread.values(Role::Account).len(), thread.planted.rows);
    let is_it = |line: &str| format!(" {}", line.split_whitespace().collect::<Vec<_>>().join(" ")).contains(&counts);
    thread.pressed += thread.terminal.go_to("the planted template", is_it);
    thread.keys("z r", "PLANTED-TEMPLATE").keys("a", "accounts of the view");
    thread.has_its_rows().lists("accounts of the view", Role::Account);
}

#[test]
fn regular_cadence() {
    let mut thread = Thread::by_session("regular-cadence");
    let account = thread.values(Role::Account).remove(0);
    thread.keys("Enter", &account).has_its_rows().ends();
}

#[test]
fn dormant_account_that_wakes() {
    let mut thread = Thread::by_session("dormant-wakes");
    let account = thread.values(Role::Account).remove(0);
    thread.keys("Enter", &account).has_its_rows().ends();
}

#[test]
fn token_cost() {
    let mut thread = Thread::by_session("token-cost");
    let account = thread.values(Role::Account).remove(0);
    thread.keys("Enter", &account).has_its_rows().ends();
}

#[test]
fn enumeration() {
    let mut thread = thread("enumeration");
    // The accounts of the last two days beside those of the two days before: who was loud, and is gone.
    thread.terminal.keys("l l F").ready("top values of account").keys("z p").wait("compare");
    thread.terminal.keys("C-u").type_in("-2d").keys("Enter").ready("gone");
    let account = thread.planted.clue.values.first().expect("a clue").clone();
    thread.terminal.go_to(&account, |line| line.contains(&account));
    thread.keys("p i", "addresses of account:");
    let address = thread.values(Role::Ip).remove(0);
    thread.step_to(&address).keys("Enter", &format!("ip:{address}")).has_its_rows().ends();
}
