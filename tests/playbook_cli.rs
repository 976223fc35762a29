//! Playbooks on the command line, with the real binary over a small demo extract: what is known is left out, what is new is told, the forms
//! for machines, and playbooks that are made.

#![cfg(feature = "engine")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, clippy::print_stdout)]

// Each test of the program uses a part of it.
#[allow(dead_code)]
mod program;

use std::collections::BTreeSet;
use std::path::PathBuf;

use program::Run;
use serde_json::Value as Json;

struct Desk {
    folder: tempfile::TempDir,
}

/// The hits of a run in JSON.
trait Hits {
    /// As `playbook entity`.
    fn hits(&self) -> BTreeSet<String>;
}

impl Hits for Run {
    #[track_caller]
    fn hits(&self) -> BTreeSet<String> {
        let text = |hit: &Json, key: &str| hit[key].as_str().unwrap().to_owned();
        self.json().as_array().unwrap().iter().map(|hit| format!("{} {}", text(hit, "playbook"), text(hit, "entity"))).collect()
    }
}

const EXTRACT: &str = "demo/requests.csv";

/// Failed requests by account, of which there are some in every demo.
const FAILED: [&str; 5] = ["playbook", "from-filter", "--filter", "status>=400", "--id"];

impl Desk {
    /// A desk with a demo extract on it.
    fn new() -> Desk {
        let desk = Desk { folder: tempfile::tempdir().unwrap() };
        std::fs::create_dir_all(desk.path(".config/casebook/playbooks")).unwrap();
        desk.run(&["demo", "--write", "demo", "--rows", "2000"]).ends(0);
        desk
    }

    /// A desk with the demo and a playbook of the analyst's own, `failed`, of severity high.
    fn with_playbook() -> Desk {
        let desk = Desk::new();
        let made = [&FAILED[..], &["failed", "--severity", "high", "-o", ".config/casebook/playbooks/failed.sql"]].concat();
        desk.run(&made).ends(0).says(&["written: "]);
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, line: &[&str]) -> Run {
        Run::of(program::command(self.folder.path(), "ana", line), "")
    }

    /// `playbook run … demo/requests.csv`
    fn watch(&self, words: &[&str]) -> Run {
        self.run(&[&["playbook", "run"], words, &[EXTRACT]].concat())
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }
}

#[test]
fn a_baseline_leaves_out_what_is_known_and_fail_on_counts_only_the_rest() {
    let desk = Desk::with_playbook();
    let first = ["failed", "--format", "json", "--fail-on", "high", "--write-baseline", "known.json"];
    let all = desk.watch(&first).ends(3).hits();
    assert!(all.len() > 2, "{all:?}");
    let known = ["failed", "--format", "json", "--fail-on", "high", "--baseline", "known.json"];
    let quiet = desk.watch(&known).ends(0).says(&[&format!("{} hits are known and left out", all.len())]);
    assert_eq!(quiet.hits(), BTreeSet::new());
    // The file is for people: one hit a line, sorted. Taking a line out makes that hit news again.
    let text = std::fs::read_to_string(desk.path("known.json")).unwrap();
    let mut baseline: Json = serde_json::from_str(&text).unwrap();
    let hits = baseline["hits"]["failed"].as_array_mut().unwrap();
    assert!(hits.is_sorted_by_key(|hit| hit.as_str().unwrap().to_owned()), "{text}");
    let news = hits.remove(0).as_str().unwrap().strip_prefix("account:").unwrap().to_owned();
    desk.write("known.json", &baseline.to_string());
    assert_eq!(desk.watch(&known).ends(3).hits(), BTreeSet::from([format!("failed {news}")]));
    // A graver limit is not reached.
    desk.watch(&["failed", "--fail-on", "critical"]).ends(0);
    desk.write("known.json", "{\"casebook_baseline\": 9, \"hits\": {}}");
    desk.watch(&known).ends(2).says(&["known.json", "version 9"]);
    desk.write("known.json", "[]");
    desk.watch(&known).ends(2).says(&["known.json"]);
}

#[test]
fn since_last_tells_what_the_last_run_in_the_case_did_not_have() {
    let desk = Desk::with_playbook();
    desk.run(&["case", "new", "watch"]).ends(0);
    let line = ["failed", "--format", "json", "--fail-on", "high", "--case", "watch", "--since", "last"];
    let first = desk.watch(&line).ends(3).hits();
    assert!(!first.is_empty());
    assert_eq!(desk.watch(&line).ends(0).says(&["known and left out"]).hits(), BTreeSet::new());
    // The next night the log has grown: one account more fails.
    let log = std::fs::read_to_string(desk.path(EXTRACT)).unwrap();
    let mut lines = log.lines();
    let names: Vec<&str> = lines.next().unwrap().split(',').collect();
    let place = |name: &str| names.iter().position(|known| *known == name).unwrap_or_else(|| panic!("{name} of {names:?}"));
    let mut row: Vec<String> = names.iter().map(|_| String::new()).collect();
    row[place("timestamp")] = "2026-03-14T00:00:00Z".to_owned();
    row[place("account_id")] = "acct_of_tonight".to_owned();
    row[place("status")] = "500".to_owned();
    desk.write(EXTRACT, &format!("{log}{}\n", row.join(",")));
    let read_only = [&line[..], &["--read-only"]].concat();
    for line in [&read_only[..], &line[..]] {
        assert_eq!(desk.watch(line).ends(3).hits(), BTreeSet::from(["failed acct_of_tonight".to_owned()]));
    }
    desk.watch(&line).ends(0);
    let audit = desk.run(&["case", "audit", "watch", "--format", "csv"]).ends(0);
    assert_eq!(audit.out.matches("run the playbook failed").count(), 4, "without the one that only read:\n{}", audit.out);
    desk.watch(&["failed", "--since", "last"]).ends(2).says(&["--case"]);
}

#[test]
fn a_run_that_is_cut_short_makes_no_news_of_what_was_known() {
    let desk = Desk::with_playbook();
    desk.run(&["case", "new", "watch"]).ends(0);
    let line = ["failed", "--format", "json", "--fail-on", "high", "--case", "watch"];
    assert!(desk.watch(&line).ends(3).hits().len() > 1);
    let few = [&line[..], &["--max-hits", "1"]].concat();
    assert_eq!(desk.watch(&few).ends(3).says(&["the first 1 hits only"]).hits().len(), 1);
    let news = [&line[..], &["--since", "last"]].concat();
    assert_eq!(desk.watch(&news).ends(0).hits(), BTreeSet::new());
}

#[test]
fn every_playbook_runs_and_is_told_in_the_forms_of_machines() {
    let desk = Desk::with_playbook();
    let hits = desk.watch(&["--all", "--format", "json", "--timings"]).ends(0).says(&[" s  failed  "]).hits();
    let of_failed = hits.iter().filter(|hit| hit.starts_with("failed ")).count();
    assert!(of_failed > 0, "{hits:?}");

    let sarif = desk.watch(&["--all", "--format", "sarif"]).ends(0).json();
    assert_eq!(sarif["version"], "2.1.0");
    let run = &sarif["runs"][0];
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), hits.len());
    let rules: BTreeSet<&str> =
        run["tool"]["driver"]["rules"].as_array().unwrap().iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    for result in results {
        assert!(rules.contains(result["ruleId"].as_str().unwrap()), "{result}");
        let entity = result["partialFingerprints"]["entity/v1"].as_str().unwrap();
        assert_eq!(result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"], entity);
    }
    let failed = results.iter().find(|result| result["ruleId"] == "failed").unwrap();
    assert_eq!(failed["level"], "error");
    assert!(failed["properties"]["requests"].as_u64().unwrap() > 0, "{failed}");
    // What could not run is told, and is no failure of the run.
    let told = &run["invocations"][0];
    assert_eq!(told["executionSuccessful"], true);
    let library = desk.run(&["playbook", "list", "--format", "json"]).ends(0).json().as_array().unwrap().len();
    let skipped = told["toolExecutionNotifications"].as_array().unwrap().len();
    assert_eq!(rules.len() + skipped, library);

    let junit = desk.watch(&["--all", "--format", "junit"]).ends(0).out;
    assert!(junit.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"casebook\""), "{junit}");
    assert_eq!(junit.matches("<testcase ").count(), library);
    assert_eq!(junit.matches("<skipped ").count(), skipped);
    let case = junit.split("<testcase ").find(|case| case.contains("name=\"failed\"")).unwrap();
    assert!(case.starts_with("classname=\"high\""), "{case}");
    assert_eq!(case.lines().filter(|line| line.starts_with("account:")).count(), of_failed);
}

#[test]
fn a_playbook_that_runs_out_of_time_fails_and_does_not_stop_the_others() {
    let desk = Desk::with_playbook();
    let endless = std::fs::read_to_string(desk.path(".config/casebook/playbooks/failed.sql")).unwrap();
    let header = endless.split("--\n-- [params").next().unwrap().replace("\"failed\"", "\"endless\"");
    desk.write(
        ".config/casebook/playbooks/endless.sql",
        &format!(
            "{header}-- ---\n-- It never ends.\nWITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)\nSELECT 'x' AS entity, \
             CAST(count(*) AS DOUBLE) AS score, count(*) AS requests, CAST(NULL AS TIMESTAMP) AS first_seen, CAST(NULL AS TIMESTAMP) AS last_seen, '' AS examples FROM n\n"
        ),
    );
    desk.run(&["playbook", "check", ".config/casebook/playbooks/endless.sql"]).ends(0);
    let line = ["endless", "failed", "--max-time", "2s", "--format", "json", "--write-baseline", "known.json"];
    let stopped = desk.watch(&line).ends(1).says(&["the playbook endless failed: stopped after 2 s (--max-time)"]);
    assert!(!stopped.hits().is_empty() && stopped.hits().iter().all(|hit| hit.starts_with("failed ")));
    let junit = desk.watch(&["endless", "failed", "--max-time", "2s", "--format", "junit"]).ends(1).out;
    assert!(junit.contains("tests=\"2\" failures=\"1\" errors=\"1\" skipped=\"0\""), "{junit}");
}

#[test]
fn what_was_dismissed_in_the_case_is_left_out_until_that_is_taken_back() {
    let desk = Desk::with_playbook();
    desk.run(&["case", "new", "watch"]).ends(0);
    let line = ["failed", "--format", "json", "--fail-on", "high", "--case", "watch"];
    let all = desk.watch(&line).ends(3).hits();
    let first = all.first().unwrap().strip_prefix("failed ").unwrap().to_owned();
    let entity = format!("account:{first}");
    let dismiss = ["case", "dismiss", "watch", &entity, "--playbook", "failed", "--reason", "a test of our own"];
    desk.run(&dismiss).ends(0).says(&["saved as entry", "dismiss"]);
    let rest = desk.watch(&line).ends(3).says(&["1 hits are known and left out"]).hits();
    assert_eq!(rest.len() + 1, all.len());
    assert!(!rest.contains(&format!("failed {first}")));
    desk.run(&["case", "undo", "watch"]).ends(0);
    assert_eq!(desk.watch(&line).ends(3).hits(), all);
    // Of every playbook; and what makes no sense is refused.
    desk.run(&["case", "dismiss", "watch", &entity, "--reason", "it is us"]).ends(0);
    assert_eq!(desk.watch(&line).ends(3).hits(), rest);
    desk.run(&["case", "dismiss", "watch", &entity, "--reason", " "]).ends(1).says(&["say why"]);
    desk.run(&["case", "dismiss", "watch", &entity, "--playbook", "none", "--reason", "x"]).ends(2).says(&["no playbook 'none'"]);
    desk.run(&["case", "dismiss", "watch", "ip:10.0.0.1", "--playbook", "failed", "--reason", "x"])
        .ends(2)
        .says(&["accuses account"]);
}

#[test]
fn a_playbook_that_reads_writes_or_changes_anything_is_refused_with_its_line() {
    let desk = Desk::new();
    desk.run(&["playbook", "new", "mine", "-o", "mine.sql"]).ends(0);
    let text = std::fs::read_to_string(desk.path("mine.sql")).unwrap();
    // What stands before the first line that is no comment is the header.
    let at = text.lines().position(|line| !line.starts_with("--")).unwrap();
    let header: String = text.lines().take(at).map(|line| format!("{line}\n")).collect();
    for (query, says) in [
        ("SELECT * FROM read_csv('/etc/passwd') WHERE $min_requests > 0", "read_csv"),
        ("SELECT * FROM '/etc/passwd' WHERE $min_requests > 0", "/etc/passwd"),
        ("COPY (SELECT $min_requests) TO '/tmp/x'", "COPY"),
        ("ATTACH '/tmp/x.db' AS x", "ATTACH"),
        ("INSTALL httpfs", "INSTALL"),
        ("LOAD httpfs", "LOAD"),
        ("SET enable_external_access = true", "SET"),
        ("PRAGMA database_list", "PRAGMA"),
        ("SELECT $min_requests AS entity FROM requests; SELECT 2", "one statement"),
        ("SELECT getenv('HOME') FROM requests WHERE $min_requests > 0", "getenv"),
        ("SELECT * FROM secrets WHERE $min_requests > 0", "secrets"),
    ] {
        desk.write("bad.sql", &format!("{header}{query}\n"));
        let line = format!("line {}", at + 1);
        let refused = desk.run(&["playbook", "check", "bad.sql"]).ends(1);
        let said = format!("{}{}", refused.out, refused.err);
        assert!(said.contains(says) && said.contains(&line), "{query}: {said}");
        // Nor does it run when it lies where playbooks lie.
        desk.write(".config/casebook/playbooks/bad.sql", &format!("{header}{query}\n"));
        desk.watch(&["mine"]).ends(2).says(&["mine"]);
    }
}

#[test]
fn a_new_playbook_passes_the_check_and_is_never_written_over_another() {
    let desk = Desk::new();
    let file = ".config/casebook/playbooks/mine.sql";
    desk.run(&["playbook", "new", "mine", "-o", file]).ends(0);
    desk.run(&["playbook", "check", file]).ends(0).says(&["0 problems"]);
    assert!(desk.run(&["playbook", "show", "mine"]).ends(0).out.contains("min_requests"));
    desk.watch(&["mine", "--param", "min_requests=1"]).ends(0);
    desk.run(&["playbook", "new", "other", "-o", file]).ends(1);
    assert!(std::fs::read_to_string(desk.path(file)).unwrap().contains("id = \"mine\""));
    desk.run(&["playbook", "new", "No Id"]).ends(2).says(&["lower-case letters"]);
    assert!(desk.run(&["playbook", "new", "mine"]).ends(0).out.contains("-- id = \"mine\""));
}

#[test]
fn a_filter_becomes_a_playbook_that_counts_the_same_rows() {
    let desk = Desk::with_playbook();
    desk.run(&["playbook", "check", ".config/casebook/playbooks/failed.sql"]).ends(0).says(&["0 problems"]);
    let top = desk.run(&["top", "account", "--filter", "status>=400 account:*", "--limit", "1000", "--format", "json", EXTRACT]);
    let top = top.ends(0).json();
    let counted = |rows: &Json, name: &str| -> BTreeSet<(String, u64)> {
        let pair = |row: &Json| (row[name].as_str().unwrap().to_owned(), row["requests"].as_u64().unwrap());
        rows.as_array().unwrap().iter().map(pair).collect()
    };
    let hits = desk.watch(&["failed", "--format", "json"]).ends(0).json();
    assert_eq!(counted(&hits, "entity"), counted(&top, "value"));
    // With the extract at hand times that count back and its own columns are known.
    let line = ["playbook", "from-filter", "--filter", "time:-7d status:200", "--id", "lately", "--entity", "key", EXTRACT];
    let made = desk.run(&line).ends(0).out;
    assert!(made.contains("CAST($time AS TIMESTAMP)") && made.contains("-- entity = \"key\""), "{made}");
    desk.run(&[&FAILED[..3], &["nonsense:1", "--id", "x"]].concat()).ends(2).says(&["nonsense"]);
    desk.run(&[&FAILED[..3], &["label:bad", "--id", "x"]].concat()).ends(2).says(&["ask this case"]);
}

const RULES: &str = "title: Denied
name: denied
status: test
logsource:
    category: application
detection:
    selection:
        status|gte: 400
    hidden:
        endpoint|startswith: /nothing
    condition: selection and not hidden
level: high
---
title: Denied again and again
correlation:
    type: event_count
    rules: denied
    group-by: account
    timespan: 15d
    condition:
        gte: 2
level: critical
";

#[test]
fn sigma_rules_become_playbooks_that_find_the_same_as_the_filter() {
    let desk = Desk::with_playbook();
    desk.write("denied.yml", RULES.split("---").next().unwrap());
    desk.write("again.yml", RULES);
    let folder = ".config/casebook/playbooks";
    desk.run(&["playbook", "import", "denied.yml", "-o", folder]).ends(0).says(&["sigma-denied.sql", "1 playbook imported"]);
    desk.run(&["playbook", "import", "again.yml", "-o", folder, EXTRACT]).ends(0).says(&["sigma-denied-again-and-again.sql"]);
    for id in ["sigma-denied", "sigma-denied-again-and-again"] {
        desk.run(&["playbook", "check", &format!("{folder}/{id}.sql")]).ends(0).says(&["0 problems"]);
    }
    let rows = desk.watch(&["failed", "sigma-denied", "sigma-denied-again-and-again", "--format", "json"]).ends(0).json();
    let of = |id: &str, least: u64| -> BTreeSet<(String, u64)> {
        let hits = rows.as_array().unwrap().iter().filter(|hit| hit["playbook"] == id);
        let pair = |hit: &Json| (hit["entity"].as_str().unwrap().to_owned(), hit["requests"].as_u64().unwrap());
        hits.map(pair).filter(|(_, requests)| *requests >= least).collect()
    };
    assert_eq!(of("sigma-denied", 0), of("failed", 0));
    assert!(!of("failed", 2).is_empty());
    assert_eq!(of("sigma-denied-again-and-again", 0), of("failed", 2));
    // A mistake is told with its line and key, and nothing is written.
    desk.write("bad.yml", &RULES.replace("status|gte: 400", "status|about: 400"));
    desk.run(&["playbook", "import", "bad.yml"])
        .ends(2)
        .says(&["bad.yml: line 8, key detection.selection.status|about", "no modifier"]);
    desk.write("bad.yml", &RULES.replace("endpoint|startswith", "EventCode"));
    desk.run(&["playbook", "import", "bad.yml", EXTRACT]).ends(2).says(&["no column is 'EventCode'", "--field EventCode=COLUMN"]);
    desk.run(&["playbook", "import", "bad.yml", "--field", "EventCode=endpoint", EXTRACT]).ends(0);
}
