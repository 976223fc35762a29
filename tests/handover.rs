//! From the first row to the file that leaves the house: one case over the demo extract, with the real binary.

#![cfg(feature = "engine")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, clippy::print_stdout)]

// Each test of the program uses a part of it.
#[allow(dead_code)]
mod program;

use std::path::PathBuf;

use casebook::report::Format;
use program::Run;
use serde_json::Value as Json;

const LOG: &str = "demo/requests.csv";

struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Desk {
        let desk = Desk { folder: tempfile::tempdir().unwrap() };
        desk.run(&["demo", "--write", "demo", "--rows", "2000"]).ends(0);
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    fn run_in(&self, line: &[&str], environment: &[(&str, &str)]) -> Run {
        let mut command = program::command(self.folder.path(), "ana", line);
        command.envs(environment.iter().copied());
        Run::of(command, "")
    }

    #[track_caller]
    fn run(&self, line: &[&str]) -> Run {
        self.run_in(line, &[])
    }

    fn journal(&self) -> String {
        self.read("c/journal.jsonl")
    }
}

/// What the demo planted: an account, its key, and the filter that shows them.
struct Planted {
    account: String,
    key: String,
    filter: String,
    rows: u64,
}

impl Planted {
    fn of(desk: &Desk) -> Planted {
        let truth: Json = serde_json::from_str(&desk.read("demo/truth.json")).unwrap();
        let leaked = truth["planted"].as_array().unwrap().iter().find(|planted| planted["id"] == "leaked-key").unwrap();
        let text = |value: &Json| value.as_str().unwrap().to_owned();
        Planted {
            account: text(&leaked["entities"]["account"][0]),
            key: text(&leaked["entities"]["key"][0]),
            filter: text(&leaked["filter"]),
            rows: leaked["rows"].as_u64().unwrap(),
        }
    }
}

/// The case, worked on until a report can be written of it.
fn investigated(desk: &Desk, planted: &Planted) {
    desk.run(&["case", "new", "c", "--title", "A leaked key"]).ends(0);
    desk.run(&["case", "question", "ask", "c", "Who uses the key from abroad?"]).ends(0);
    let label = ["case", "label", "c", "leaked-key", "--connotation", "bad", "--reason", "many networks"];
    let many = ["--filter", &planted.filter, "--of", "account", LOG];
    let before = desk.journal();
    let shown = desk.run(&[&label[..], &many].concat()).ends(0).says(&["1 entities would get the label", "--yes"]);
    assert!(shown.out.contains(&planted.account), "{}", shown.out);
    assert_eq!(desk.journal(), before, "showing saves nothing");
    desk.run(&[&label[..], &["--yes"], &many].concat()).ends(0).says(&["leaked-key"]);
    let row = ["query", "--filter", &planted.filter, "--columns", "row_id", "--format", "jsonl", "--limit", "2", LOG];
    let rows = desk.run(&row).ends(0).out;
    let rows: Vec<String> =
        rows.lines().map(|line| serde_json::from_str::<Json>(line).unwrap()["row_id"].as_i64().unwrap().to_string()).collect();
    desk.run(&["case", "pin", "c", "--row", &rows[0], "--row", &rows[1], LOG]).ends(0);
    let (account, key) = (format!("account:{}", planted.account), format!("key:{}", planted.key));
    let text = format!("The key *{}* is used by {} from <script>everywhere</script>.", planted.key, planted.account);
    let evidence: Json = desk.run(&["case", "show", "c", "--format", "json"]).ends(0).json();
    let evidence = evidence["pins"][0]["evidence"].as_str().unwrap().to_owned();
    let found = ["case", "finding", "c", "--title", "A key in foreign hands", "--severity", "high", "--confidence", "high"];
    let about = ["--owner", "trust and safety", "--next", "rotate it", "--question", "q1", "--category", "leaked key"];
    let shows = ["--entity", &account, "--entity", &key, "--text", &text, "--evidence", &evidence, "--filter", &planted.filter];
    assert_eq!(desk.run(&[&found[..], &about, &shows, &[LOG]].concat()).ends(0).out, "f1\n");
    desk.run(&["case", "finding", "c", "--change", "f1", "--status", "confirmed"]).ends(0);
    desk.run(&["case", "question", "answer", "c", "q1", "Somebody who has the key."]).ends(0);
    desk.run(&["case", "note", "c", &account, "Ask **billing** first."]).ends(0);
    desk.run(&["case", "note", "c", "finding:f1", "=cmd|' /C calc'!A0"]).ends(0);
    desk.run(&["case", "stage", "c", &key, "confirmed", "--reason", "its owner says so"]).ends(0);
}

/// Every form, whole or redacted, written to files; their texts.
fn written(desk: &Desk, redact: bool, environment: &[(&str, &str)], to: &str) -> Vec<String> {
    let each = |format: Format| {
        let name = format!("{to}-{format}.{}", format.ending());
        let key = format!("{to}-{format}.key");
        let mut line = vec!["report", "c", "--to", format.name(), "-o", &name];
        if redact {
            line.extend(["--redact", "--key-file", &key]);
        }
        let run = desk.run_in(&line, environment).ends(0).says(&["wrote"]);
        assert!(!run.err.contains("note:"), "{}", run.err);
        assert_eq!(run.out, "");
        desk.read(&name)
    };
    Format::ALL.into_iter().map(each).collect()
}

#[test]
fn a_case_is_worked_on_checked_and_handed_over() {
    let desk = Desk::new();
    let planted = Planted::of(&desk);
    investigated(&desk, &planted);
    dry_run(&desk, &planted);
    let verdicts = desk.run(&["case", "verify", "c", LOG, "--format", "jsonl"]).ends(0);
    assert!(verdicts.out.contains(&planted.rows.to_string()) || verdicts.out.contains("holds"), "{}", verdicts.out);
    let whole = written(&desk, false, &[], "whole");
    for (format, text) in Format::ALL.into_iter().zip(&whole) {
        assert!(text.contains(&planted.key), "{format}");
        assert!(format != Format::Html || !text.contains("<script"), "{format}");
    }
    let report: Json = serde_json::from_str(&whole[2]).unwrap();
    let finding = &report["findings"][0];
    assert_eq!((&finding["owner"], &finding["next_step"]), (&"trust and safety".into(), &"rotate it".into()));
    assert_eq!((&finding["status"], &report["queries"][0]["rows"]), (&"confirmed".into(), &planted.rows.into()));
    assert!(finding["first_seen"].is_string() && finding["evidence"][0]["row_id"].is_i64(), "{finding}");
    let todo: Json = serde_json::from_str(&whole[8]).unwrap();
    let todo: Vec<(&str, &str)> = todo["actions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|action| (action["action"].as_str().unwrap(), action["value"].as_str().unwrap()))
        .collect();
    assert_eq!(todo, [("suspend", planted.account.as_str()), ("rotate", planted.key.as_str())]);
    let redacted = redacted(&desk, &planted);
    same_bytes_elsewhere(&desk, &whole, &redacted);
    handed_on(&desk, &whole);
}

fn dry_run(desk: &Desk, planted: &Planted) {
    let account = format!("account:{}", planted.account);
    let line = ["dry-run", "--rule", &planted.filter, "--case", "c", "--format", "json", LOG];
    let before = desk.run(&line).ends(0).json();
    let lines = before.as_array().unwrap();
    let traffic = lines.iter().find(|line| line["part"] == "traffic").unwrap();
    assert_eq!(traffic["matched"], planted.rows, "{traffic}");
    assert!(traffic["of"].as_u64().unwrap() >= 2000, "{traffic}");
    assert!(!lines.iter().any(|line| line["part"] == "good"), "nobody is labelled good yet: {before}");
    desk.run(&["case", "label", "c", &account, "known", "--connotation", "good", "--reason", "a customer"]).ends(0);
    let after = desk.run(&line).ends(0).json();
    let good = after.as_array().unwrap().iter().find(|line| line["part"] == "good").unwrap_or_else(|| panic!("{after}"));
    assert_eq!((&good["value"], &good["matched"]), (&planted.account.as_str().into(), &planted.rows.into()));
    desk.run(&["case", "undo", "c"]).ends(0);
    desk.run(&["dry-run", "--rule", "", LOG]).ends(2).says(&["--rule"]);
}

fn redacted(desk: &Desk, planted: &Planted) -> Vec<String> {
    let texts = written(desk, true, &[], "redacted");
    for (format, text) in Format::ALL.into_iter().zip(&texts) {
        let lower = text.to_lowercase();
        assert!(!lower.contains(&planted.key) && !lower.contains(&planted.account), "{format}");
        assert!(text.contains("key-1"), "{format}");
        let key = desk.path(&format!("redacted-{format}.key"));
        let table: Json = serde_json::from_str(&std::fs::read_to_string(&key).unwrap()).unwrap();
        let undone = table["pseudonyms"].as_array().unwrap().iter().find(|line| line["pseudonym"] == "key-1").unwrap();
        assert_eq!((&undone["value"], &undone["role"]), (&planted.key.as_str().into(), &"key".into()));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&key).unwrap().permissions().mode() & 0o077, 0, "for the analyst alone");
        }
    }
    desk.run(&["report", "c", "--key-file", "no.key"]).ends(2);
    desk.run(&["report", "c", "--redact", "--content"]).ends(2);
    texts
}

fn same_bytes_elsewhere(desk: &Desk, whole: &[String], redacted: &[String]) {
    let home = desk.path("another home");
    std::fs::create_dir(&home).unwrap();
    let elsewhere = [
        ("TZ", "Asia/Kathmandu"),
        ("LANG", "tr_TR.UTF-8"),
        ("LC_ALL", "tr_TR.UTF-8"),
        ("HOME", home.to_str().unwrap()),
        ("CASEBOOK_ANALYST", "ben"),
    ];
    for (format, (one, other)) in Format::ALL.into_iter().zip(whole.iter().zip(written(desk, false, &elsewhere, "elsewhere"))) {
        assert!(*one == other, "{format} differs elsewhere");
        let out = desk.run_in(&["report", "c", "--to", format.name()], &elsewhere).ends(0).out;
        assert!(*one == out, "{format} differs on stdout");
    }
    for (format, (one, other)) in
        Format::ALL.into_iter().zip(redacted.iter().zip(written(desk, true, &elsewhere, "redacted-elsewhere")))
    {
        assert!(*one == other, "{format} differs elsewhere, redacted");
    }
}

fn handed_on(desk: &Desk, whole: &[String]) {
    desk.run(&["case", "export", "c", "-o", "c.tar.gz"]).ends(0);
    desk.run(&["case", "import", "c.tar.gz", "theirs"]).ends(0).says(&["the case holds"]);
    desk.run(&["case", "verify", "theirs", LOG]).ends(0);
    for (format, text) in Format::ALL.into_iter().zip(whole) {
        let theirs = desk.run(&["report", "theirs", "--to", format.name()]).ends(0).out;
        assert!(*text == theirs, "{format} differs where the archive was unpacked");
    }
    let audit = desk.run(&["case", "audit", "c", "--format", "csv"]).ends(0).out;
    for told in ["opened,", "ran,", "exported,", "whole-html.html", "redacted-stix.json", "c.tar.gz"] {
        assert!(audit.contains(told), "the audit does not tell '{told}':\n{audit}");
    }
}
