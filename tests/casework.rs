//! Casework on the command line, with the real binary over a small extract: questions, bulk labels, stages, findings with their numbers, undo,
//! audit, timeline, two analysts, one archive.

#![cfg(feature = "engine")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, clippy::print_stdout)]

// Each test of the program uses a part of it.
#[allow(dead_code)]
mod program;

use std::path::{Path, PathBuf};

use program::Run;
use serde_json::Value as Json;

struct Desk {
    folder: tempfile::TempDir,
    analyst: &'static str,
}

/// What a run printed, to the letter.
trait Prints {
    fn prints(self, out: &str) -> Run;
}

impl Prints for Run {
    #[track_caller]
    fn prints(self, out: &str) -> Run {
        assert_eq!(self.out, out, "{}", self.err);
        self
    }
}

impl Desk {
    /// A desk with an extract on it: 30 requests of six accounts, of which three come from one address.
    fn new() -> Desk {
        let desk = Desk { folder: tempfile::tempdir().unwrap(), analyst: "ana" };
        let mut log = String::from("time,account_id,ip,status\n");
        for row in 0..30 {
            let account = row % 6;
            let ip = if account < 3 { "203.0.113.9".to_owned() } else { format!("198.51.100.{account}") };
            log.push_str(&format!("2026-03-02T10:{row:02}:00Z,acct_{account},{ip},{}\n", if account < 3 { 403 } else { 200 }));
        }
        std::fs::write(desk.path("log.csv"), log).unwrap();
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run_with(&self, line: &[&str], stdin: &str) -> Run {
        Run::of(program::command(self.folder.path(), self.analyst, line), stdin)
    }

    fn run(&self, line: &[&str]) -> Run {
        self.run_with(line, "")
    }

    fn show(&self, case: &str) -> Json {
        self.run(&["case", "show", case, "--format", "json"]).ends(0).json()
    }

    fn journal(&self, case: &str) -> String {
        std::fs::read_to_string(self.path(case).join("journal.jsonl")).unwrap()
    }
}

/// `case label c farm … log.csv` with these words at its end.
fn label(rest: &[&'static str]) -> Vec<&'static str> {
    let mut line = vec!["case", "label", "c", "farm", "--connotation", "bad", "--reason", "one address"];
    line.extend(rest);
    line
}

fn labels(case: &Json) -> Vec<String> {
    let label = |label: &Json| format!("{} {}", label["entity"].as_str().unwrap(), label["connotation"].as_str().unwrap());
    case["labels"].as_array().unwrap().iter().map(label).collect()
}

#[test]
fn many_labels_are_shown_first_then_given_as_one_step() {
    let desk = Desk::new();
    desk.run(&["case", "new", "c"]).ends(0);
    let filter = ["--filter", "status:403", "--of", "account", "--format", "csv", "log.csv"];
    let shown = "entity,requests,labels\naccount:acct_0,5,\naccount:acct_1,5,\naccount:acct_2,5,\n".replace('\n', "\r\n");
    let before = desk.journal("c");
    let preview = desk.run(&label(&filter)).ends(0).says(&["3 entities would get the label 'farm' (bad)", "--yes"]);
    assert_eq!(preview.out.replace("\r\n", "\n"), shown.replace("\r\n", "\n"));
    assert_eq!(desk.journal("c"), before, "showing saves nothing");
    let yes: Vec<&str> = filter.iter().copied().chain(["--yes"]).collect();
    let mut given = vec!["case", "label", "c", "farm", "--connotation", "bad", "--reason", "one address"];
    given.extend(&yes);
    desk.run(&given).ends(0).says(&["label 3 entities farm"]);
    assert_eq!(labels(&desk.show("c")), ["account:acct_0 bad", "account:acct_1 bad", "account:acct_2 bad"]);
    assert_eq!(desk.journal("c").lines().filter(|line| line.contains("labelled_many")).count(), 1);
    desk.run(&given).ends(0).says(&["3 of 3 carry the label already", "nothing was saved"]);
    desk.run(&["case", "undo", "c"]).ends(0).says(&["taken back: label 3 entities farm"]);
    assert_eq!(labels(&desk.show("c")), Vec::<String>::new());
    desk.run(&["case", "redo", "c"]).ends(0).says(&["counts again"]);
    assert_eq!(labels(&desk.show("c")).len(), 3);
    // A list, with one who has it already and one named twice.
    let list = "# the night shift\naccount:acct_2\naccount:acct_4\naccount:acct_4\n";
    desk.run_with(&label(&["--from", "-", "--yes"]), list).ends(0).says(&["1 of 2 carry", "1 entities get"]);
    desk.run_with(&label(&["--from", "-"]), "acct_4\n").ends(2).says(&["line 1 of -", "not KIND:VALUE"]);
    let off =
        ["case", "label", "c", "farm", "--remove", "--reason", "no", "--filter", "*", "--of", "account", "log.csv", "--yes"];
    desk.run(&off[..7].iter().chain(&["--from", "-", "--yes"]).copied().collect::<Vec<_>>()).ends(0).says(&["nobody"]);
    desk.run_with(&[&off[..7], &["--from", "-", "--yes"]].concat(), list).ends(0).says(&["2 entities lose"]);
    assert_eq!(labels(&desk.show("c")).len(), 2);
    desk.run(&["case", "label", "c", "account:acct_1", "x"]).ends(2).says(&["--reason"]);
    desk.run(&["case", "label", "c", "account:acct_1", "x", "--reason", " "]).ends(1).says(&["needs a reason"]);
    desk.run(&["case", "verify", "c", "log.csv"]).ends(0);
}

#[test]
fn a_finding_answers_a_question_and_each_number_says_where_it_comes_from() {
    let desk = Desk::new();
    desk.run(&["case", "new", "c"]).ends(0);
    desk.run(&["case", "question", "ask", "c", "Who shares the address?"]).ends(0).prints("q1\n");
    let found = [
        "case",
        "finding",
        "c",
        "--title",
        "Three accounts, one address",
        "--severity",
        "high",
        "--confidence",
        "medium",
        "--category",
        "multi-accounting",
        "--owner",
        "trust and safety",
        "--next",
        "suspend",
        "--question",
        "q1",
        "--entity",
        "account:acct_0",
        "--filter",
        "ip:203.0.113.9",
        "log.csv",
    ];
    desk.run(&found).ends(0).prints("f1\n");
    desk.run(&["case", "question", "answer", "c", "q1", "Three of them."]).ends(0);
    desk.run(&["case", "question", "answer", "c", "q9", "None."]).ends(1).says(&["there is no question q9"]);
    let listed = desk.run(&["case", "question", "list", "c", "--format", "jsonl"]).ends(0).json();
    assert_eq!((&listed["answer"], &listed["findings"]), (&"Three of them.".into(), &"f1".into()));
    let case = desk.show("c");
    let finding = &case["findings"][0];
    assert_eq!(finding["first_seen"], "2026-03-02T10:00:00Z");
    assert_eq!(finding["last_seen"], "2026-03-02T10:26:00Z");
    let query = &finding["queries"][0];
    assert_eq!((&query["rows"], &query["params"][0]), (&15.into(), &"203.0.113.9".into()), "{query}");
    assert!(query["query"].as_str().unwrap().contains("WHERE") && query["extract"] == case["extracts"][0]["sha256"]);
    assert_eq!(case["stages"][0]["stage"], "suspect");
    desk.run(&["case", "finding", "c", "--change", "f1", "--status", "confirmed", "--confidence", "high", "--owner", "ben"])
        .ends(0);
    let case = desk.show("c");
    let finding = &case["findings"][0];
    assert_eq!((&finding["confidence"], &finding["owner"], &finding["question"]), (&"high".into(), &"ben".into(), &"q1".into()));
    assert_eq!(case["stages"][0]["stage"], "confirmed");
    desk.run(&["case", "stage", "c", "account:acct_0", "cleared", "--reason", "a shared office"]).ends(0);
    assert_eq!(desk.show("c")["stages"][0]["derived"], false);
    let audit = desk.run(&["case", "audit", "c", "--format", "csv"]).ends(0).out;
    assert!(audit.contains("opened,") && audit.contains("ran,") && audit.contains("15 rows"), "{audit}");
    let kinds = desk.run(&["case", "timeline", "c", "--format", "jsonl"]).ends(0).out;
    assert_eq!(kinds.matches("\"kind\":\"finding\"").count(), 2, "{kinds}");
    desk.run(&["case", "verify", "c", "log.csv"]).ends(0);
    // The same name, other rows: another extract, whose numbers are not those of the finding.
    let log = std::fs::read_to_string(desk.path("log.csv")).unwrap();
    std::fs::write(desk.path("log.csv"), log.replace("203.0.113.9", "203.0.113.8")).unwrap();
    let other = desk.run(&["case", "verify", "c", "log.csv"]).ends(0);
    assert!(other.out.contains("not checked") && other.out.contains("1 queries"), "{}", other.out);
}

#[test]
fn labels_that_have_ended_match_nothing() {
    let desk = Desk::new();
    desk.run(&["case", "new", "c"]).ends(0);
    let label = |word: &str, end: &str| {
        desk.run(&["case", "label", "c", "account:acct_1", word, "--reason", "r", "--expires", end]).ends(0);
    };
    label("past", "2020-01-01");
    label("future", "2999-01-01");
    let count = |word: &str| {
        let filter = format!("label:{word}");
        let run =
            desk.run(&["query", "--case", "c", "--filter", &filter, "--columns", "account", "--format", "jsonl", "log.csv"]);
        run.ends(0).out.lines().count()
    };
    assert_eq!((count("past"), count("future")), (0, 5));
}

#[test]
fn a_filter_asks_where_entities_stand_unless_the_log_has_a_column_of_that_name() {
    let desk = Desk::new();
    desk.run(&["case", "new", "c"]).ends(0);
    desk.run(&["case", "stage", "c", "account:acct_1", "suspect", "--reason", "r"]).ends(0);
    let count = |filter: &str, log: &str| {
        let line = ["query", "--case", "c", "--filter", filter, "--columns", "account", "--format", "jsonl", "--limit", "0", log];
        desk.run(&line).ends(0).out.lines().count()
    };
    assert_eq!((count("stage:suspect", "log.csv"), count("not stage:suspect,cleared", "log.csv")), (5, 25));
    assert_eq!(count("stage:cleared", "log.csv"), 0);
    desk.run(&["query", "--case", "c", "--filter", "stage:guilty", "log.csv"])
        .ends(2)
        .says(&["seen, suspect, confirmed, cleared"]);
    let log = std::fs::read_to_string(desk.path("log.csv")).unwrap();
    let staged: String =
        log.lines().enumerate().map(|(at, line)| format!("{line},{}\n", if at == 0 { "stage" } else { "prod" })).collect();
    std::fs::write(desk.path("staged.csv"), staged).unwrap();
    assert_eq!((count("stage:prod", "staged.csv"), count("stage:suspect", "staged.csv")), (30, 0));
}

#[test]
fn two_analysts_cases_become_one_and_one_file() {
    let mut desk = Desk::new();
    desk.run(&["case", "new", "c"]).ends(0);
    desk.run(&["case", "finding", "c", "--title", "A ring", "--severity", "high"]).ends(0).prints("f1\n");
    desk.run(&["case", "pin", "c", "--row", "1", "log.csv"]).ends(0);
    desk.run(&["case", "export", "c", "-o", "c.tar.gz"]).ends(0);
    desk.analyst = "ben";
    desk.run(&["case", "import", "c.tar.gz", "b"]).ends(0).says(&["the case holds"]);
    desk.run(&["case", "import", "c.tar.gz", "b"]).ends(2).says(&["not empty"]);
    desk.run(&["case", "finding", "b", "--change", "f1", "--status", "dismissed"]).ends(0);
    desk.run(&["case", "finding", "b", "--title", "Another", "--severity", "low"]).ends(0).prints("f2\n");
    desk.run(&["case", "pin", "b", "--row", "2", "log.csv"]).ends(0);
    desk.run(&["case", "label", "b", "ip:203.0.113.9", "office", "--connotation", "good", "--reason", "NAT"]).ends(0);
    desk.analyst = "ana";
    desk.run(&["case", "finding", "c", "--change", "f1", "--status", "confirmed"]).ends(0);
    desk.run(&["case", "finding", "c", "--title", "Something else", "--severity", "low"]).ends(0).prints("f2\n");
    let differ = desk.run(&["case", "diff", "c", "b", "--format", "csv"]).ends(0).out;
    assert!(differ.contains("finding,f1 A ring,status,confirmed,dismissed"), "{differ}");
    let dry = desk.run(&["case", "merge", "--dry-run", "c", "b"]).ends(0).says(&["would be taken in", "1 conflicts"]).out;
    let before = desk.journal("c");
    let report = desk.run(&["case", "merge", "c", "b", "--format", "csv"]).ends(0).says(&["1 conflicts"]).out;
    assert!(dry.contains("status of finding f1") && report.contains("status of finding f1"), "{report}");
    assert!(report.contains("renumbered,f2 is f3 here"), "{report}");
    assert!(desk.journal("c").starts_with(&before), "nothing that was there is changed");
    let case = desk.show("c");
    let titles: Vec<(&str, &str, &str)> = case["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| {
            let text = |name: &str| finding[name].as_str().unwrap();
            (text("title"), text("status"), text("by"))
        })
        .collect();
    assert_eq!(titles, [("A ring", "confirmed", "ana"), ("Something else", "open", "ana"), ("Another", "open", "ben")]);
    assert_eq!((case["pins"].as_array().unwrap().len(), labels(&case)), (2, vec!["ip:203.0.113.9 good".to_owned()]));
    assert_eq!(case["merges"][0]["analyst"], "ana", "ben's case began as ana's");
    desk.run(&["case", "verify", "c", "log.csv"]).ends(0);
    desk.run(&["case", "merge", "c", "b"]).ends(0).says(&["0 entries taken in"]);
    desk.run(&["case", "merge", "c", "c"]).ends(2).says(&["itself"]);
    damaged_archives_are_refused(&desk);
}

fn damaged_archives_are_refused(desk: &Desk) {
    let whole = std::fs::read(desk.path("c.tar.gz")).unwrap();
    let refuse = |bytes: &[u8]| {
        std::fs::write(desk.path("damaged.tar.gz"), bytes).unwrap();
        desk.run(&["case", "import", "damaged.tar.gz", "never"]).ends(1);
        assert!(!Path::new(&desk.path("never")).exists());
    };
    refuse(&whole[..whole.len() / 2]);
    refuse(b"no archive");
    refuse(b"");
    let left: Vec<String> = std::fs::read_dir(desk.folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name.contains("import"))
        .collect();
    assert_eq!(left, Vec::<String>::new(), "nothing half-made stays");
}
