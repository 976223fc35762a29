//! The real binary from outside: answers, errors, exit statuses, formats, and what hostile extracts may not do.
#![cfg(feature = "engine")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, clippy::print_stdout)]

// Each test of the program uses a part of it.
#[allow(dead_code)]
mod program;

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use program::{Run, data, unfit};
use serde_json::Value as Json;

/// The rows of what a run printed.
trait Rows {
    /// Of CSV without quotes in it.
    fn rows(&self) -> Vec<Vec<&str>>;
}

impl Rows for Run {
    fn rows(&self) -> Vec<Vec<&str>> {
        self.out.lines().skip(1).map(|line| line.split(',').collect()).collect()
    }
}

/// One home for all tests of this run, so that each extract is loaded once. Emptied at the start: what an earlier build loaded proves nothing.
fn home() -> &'static Path {
    static HOME: OnceLock<PathBuf> = OnceLock::new();
    HOME.get_or_init(|| {
        let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cli-home");
        let _ = std::fs::remove_dir_all(&home);
        std::fs::create_dir_all(&home).unwrap();
        home
    })
}

fn command<S: AsRef<std::ffi::OsStr>>(args: impl IntoIterator<Item = S>) -> Command {
    let home = home();
    let mut command = Command::new(env!("CARGO_BIN_EXE_casebook"));
    command
        .args(args)
        .env("HOME", home)
        .env("XDG_CACHE_HOME", home.join("cache"))
        .env("XDG_DATA_HOME", home.join("data"))
        .env("XDG_CONFIG_HOME", home.join("config"))
        .env("CASEBOOK_ANALYST", "tester")
        .stdin(Stdio::null());
    command
}

fn casebook<S: AsRef<std::ffi::OsStr>>(args: impl IntoIterator<Item = S>) -> Run {
    Run::of(command(args), "")
}

/// Words of a command line, with `{}` for the extract.
fn ask(line: &[&str], extract: &Path) -> Run {
    let extract = extract.to_str().unwrap();
    casebook(line.iter().copied().chain([extract]))
}

fn file(folder: &Path, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, content).unwrap();
    path
}

/// A small log in the shape that a model API writes.
fn small(folder: &Path) -> PathBuf {
    let mut text = String::from("timestamp,account_id,api_key_id,ip,status,latency_ms,prompt\n");
    for n in 0..30 {
        let (account, status) = (n % 3, if n % 5 == 0 { 429 } else { 200 });
        text +=
            &format!("2026-03-02T00:{n:02}:00Z,acct_{account},key_{account},10.0.0.{},{status},{},words {n}\n", n % 4, n * 10);
    }
    file(folder, "small.csv", text)
}

#[test]
fn invictus_gives_its_answers_without_sql() {
    let Some(extract) = data("cloudtrail-invictus") else { return };
    let inspected = ask(&["inspect", "--format", "json"], &extract).ends(0).json();
    assert_eq!((&inspected["rows"], &inspected["rejects"]), (&Json::from(2900), &Json::from(0)));
    assert_eq!(inspected["extracts"].as_array().unwrap().len(), 55);
    assert!(inspected["extracts"].as_array().unwrap().iter().all(|source| source["profile"] == "cloudtrail"));
    for role in ["time", "request", "account", "key", "org", "ip", "user_agent", "endpoint", "error"] {
        assert!(inspected["roles"][role]["source"].is_string(), "{role}: {inspected}");
    }
    let requests = ask(&["top", "request", "--limit", "0", "--format", "jsonl"], &extract).ends(0);
    assert_eq!(requests.out.lines().count(), 2900);
    let values = |role: &str| {
        let top = ask(&["top", role, "--limit", "0", "--format", "jsonl"], &extract).ends(0);
        top.out.lines().filter(|line| !line.contains("\"value\":null")).count()
    };
    assert_eq!((values("key"), values("ip")), (134, 16));
    for (sort, time) in [("time", "2023-07-10T11:42:18Z"), ("time:desc", "2023-07-10T12:37:50Z")] {
        let first = ask(&["query", "--columns", "time", "--sort", sort, "--limit", "1", "--format", "csv"], &extract).ends(0);
        assert_eq!(first.out, format!("time\r\n{time}\r\n"));
    }

    let busiest = ask(&["top", "key", "--limit", "1", "--format", "csv"], &extract).ends(0);
    assert_eq!(busiest.out.lines().next(), Some("value,requests,share"));
    let rows = busiest.rows();
    assert!(rows[0][0].ends_with("8Q4X20BJ") && rows[0][1] == "2104", "{rows:?}");
    let failed = ask(&["top", "key", "--filter", "error:*", "--limit", "1", "--format", "csv"], &extract).ends(0);
    assert!(failed.rows()[0][0].ends_with("8Q4X20BJ") && failed.rows()[0][1] == "224", "{}", failed.out);
    let owner = ask(&["pivot", "key:*8Q4X20BJ", "--to", "account", "--format", "csv"], &extract).ends(0);
    assert_eq!(owner.out.lines().next(), Some("value,requests,first_seen,last_seen"));
    assert!(owner.rows().len() == 1 && owner.rows()[0][0].ends_with("user/bert-jan"), "{}", owner.out);

    let denied = "error:AccessDenied,Client.UnauthorizedOperation";
    let most = ask(&["top", "key", "--filter", denied, "--limit", "1", "--format", "csv"], &extract).ends(0);
    assert!(most.rows()[0][0].ends_with("WLLE7IWW") && most.rows()[0][1] == "29", "{}", most.out);
    let filter = format!("key:*WLLE7IWW {denied}");
    let what = ask(&["top", "endpoint", "--filter", &filter, "--format", "csv"], &extract).ends(0);
    assert!(
        what.rows().len() == 1 && what.rows()[0][0].ends_with("GetPasswordData") && what.rows()[0][1] == "29",
        "{}",
        what.out
    );

    for (key, address, count) in [("key:*SHSEVYP5", "3.225.16.109", "13"), ("key:*36DZQP7P", "192.168.10.20", "2")] {
        let from = ask(&["pivot", key, "--to", "ip", "--format", "csv"], &extract).ends(0);
        assert!(from.rows().iter().any(|row| row[0] == address && row[1] == count), "{}", from.out);
        let role = ask(&["pivot", key, "--to", "account", "--format", "csv"], &extract).ends(0);
        assert!(role.out.contains("ec2-steal-credentials-role"), "{}", role.out);
    }
    for key in ["key:*8Q4X21BJ", "key:*2T5YJDEY"] {
        let from = ask(&["pivot", key, "--to", "ip", "--format", "csv"], &extract).ends(0);
        let real = from.rows().iter().filter(|row| row[0].parse::<std::net::IpAddr>().is_ok()).count();
        assert_eq!(real, 2, "{key}: {}", from.out);
    }
}

#[test]
fn stratus_and_bedrock_give_their_answers_without_sql() {
    if let Some(extract) = data("cloudtrail-stratus") {
        assert_eq!(ask(&["inspect", "--format", "json"], &extract).ends(0).json()["rows"], 310);
        let called = ask(&["top", "key", "--filter", "endpoint:*InvokeModel", "--format", "csv"], &extract).ends(0);
        assert!(called.rows().len() == 1 && called.rows()[0][0].ends_with("XNF7DFZB"), "{}", called.out);
        assert_eq!(called.rows()[0][1], "1");
        let all = ask(&["top", "key", "--filter", "key:*XNF7DFZB", "--format", "csv"], &extract).ends(0);
        assert_eq!(all.rows()[0][1], "15");
    }
    if let Some(extract) = data("bedrock-claude") {
        assert_eq!(ask(&["inspect", "--format", "json"], &extract).ends(0).json()["rows"], 178);
        let rows = ask(&["query", "--columns", "account,tokens_in", "--format", "json"], &extract).ends(0).json();
        let mut tokens = std::collections::BTreeMap::<String, (u64, u64)>::new();
        for row in rows.as_array().unwrap() {
            let sum = tokens.entry(row["account"].as_str().unwrap_or_default().to_owned()).or_default();
            sum.0 += 1;
            sum.1 += row["tokens_in"].as_u64().unwrap_or_default();
        }
        let (account, sum) = tokens.iter().max_by_key(|(_, sum)| sum.1).unwrap();
        assert!(account.ends_with("sdp-ai-forge/botocore-session-1778100844"), "{account}");
        assert_eq!(*sum, (49, 4_166_022));
    }
}

#[test]
fn what_cannot_be_opened_says_what_where_and_what_next() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let inspect = |path: &Path| casebook(["inspect".as_ref(), path.as_os_str()]);

    let image = file(at, "image.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89");
    inspect(&image).ends(1).says(&["image.csv", "casebook reads CSV"]);
    let empty = file(at, "empty.jsonl", "");
    inspect(&empty).ends(1).says(&["empty.jsonl", "is empty"]);
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(std::fs::read(small(at)).unwrap().as_slice()).unwrap();
    let whole = gzip.finish().unwrap();
    let torn = file(at, "torn.csv.gz", &whole[..whole.len() / 2]);
    inspect(&torn).ends(1).says(&["torn.csv.gz", "broken"]);
    let hollow = at.join("hollow");
    std::fs::create_dir(&hollow).unwrap();
    inspect(&hollow).ends(1).says(&["hollow", "no file to read"]);
    inspect(&at.join("nowhere.csv")).ends(2).says(&["nowhere.csv", "there is no file"]);
    inspect(&at.join("*.parquet")).ends(2).says(&["no file fits"]);
    inspect(&at.join("no\u{1b}[2Jwhere.csv")).ends(2).says(&["no\\x1b[2Jwhere.csv"]);

    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let locked = file(at, "locked.csv", "a,b\n1,2\n");
        std::fs::set_permissions(&locked, std::fs::Permissions::from_mode(0o000)).unwrap();
        if std::fs::read(&locked).is_ok() {
            println!("skipped: this user may read everything");
        } else {
            inspect(&locked).ends(1).says(&["locked.csv", "cannot read"]);
        }
    }
}

#[test]
fn ragged_rows_are_counted_listed_and_told() {
    let folder = tempfile::tempdir().unwrap();
    let ragged = file(
        folder.path(),
        "ragged.csv",
        "time,account,ip\n2026-03-02T00:00:00Z,a,10.0.0.1\n2026-03-02T00:00:01Z,b\n2026-03-02T00:00:02Z,c,10.0.0.3\n2026-03-02T00:00:03Z,d,10.0.0.4,more,more\n",
    );
    let inspected = ask(&["inspect", "--format", "json"], &ragged).ends(0).says(&["could not be read", "--rejects"]);
    let json = inspected.json();
    assert_eq!(json["rows"].as_u64().unwrap() + json["rejects"].as_u64().unwrap(), 4, "{json}");
    assert!(json["rejects"].as_u64().unwrap() > 0, "{json}");
    let rejects = ask(&["inspect", "--rejects", "--format", "json"], &ragged).ends(0).json();
    assert_eq!(rejects.as_array().unwrap().len() as u64, json["rejects"].as_u64().unwrap());
    assert!(rejects[0]["path"].as_str().unwrap().ends_with("ragged.csv"));
    assert!(rejects[0]["record"].as_u64().is_some() && !rejects[0]["reason"].as_str().unwrap().is_empty(), "{rejects}");
}

#[test]
fn mistakes_on_the_command_line_end_with_2_and_say_how_to_mend_them() {
    let folder = tempfile::tempdir().unwrap();
    let extract = small(folder.path());
    ask(&["query", "--filter", "acount:acct_1"], &extract).ends(2).says(&[
        "acount",
        "did you mean account?",
        "  acount:acct_1\n  ^^^^^^",
    ]);
    ask(&["query", "--filter", "status:200 (account:x"], &extract).ends(2).says(&["^"]);
    ask(&["query", "--columns", "acount"], &extract).ends(2).says(&["acount"]);
    ask(&["top", "acount"], &extract).ends(2).says(&["acount"]);
    ask(&["pivot", "acct_1", "--to", "ip"], &extract).ends(2).says(&["KIND:VALUE"]);
    ask(&["pivot", "account:acct_1", "--to", "status"], &extract).ends(2).says(&["not a kind of entity"]);
    ask(&["timeline", "--bucket", "soon"], &extract).ends(2).says(&["--bucket", "15m"]);
    ask(&["query", "--map", "acount=x"], &extract).ends(2).says(&["not a role"]);
    ask(&["query", "--profile", "cloudtrial"], &extract).ends(2).says(&["did you mean 'cloudtrail'?"]);
    ask(&["query", "--time", "yesterday"], &extract).ends(2).says(&["yesterday"]);
    ask(&["query", "--memory", "lots"], &extract).ends(2).says(&["512MB"]);
    ask(&["query", "--sql", "DROP TABLE requests"], &extract).ends(2).says(&["SELECT"]);
    ask(&["query", "--sql", "SELECT * FROM nothing"], &extract).ends(2).says(&["--sql", "nothing"]);
    casebook(["report", "/nowhere/case"]).ends(2).says(&["is not a case"]);
    casebook(["report", "--to", "docx", "/nowhere/case"]).ends(2).says(&["this version writes"]);
    casebook(["nonsense", "--frobnicate"]).ends(2).says(&["--frobnicate"]);
    casebook::<&str>([]).ends(2).says(&["Examples:"]);
    assert!(casebook(["--version"]).ends(0).out.starts_with("casebook "));
    assert!(casebook(["case", "pin", "--help"]).ends(0).out.contains("Examples:"));
}

#[test]
fn every_structured_command_writes_every_form() {
    let folder = tempfile::tempdir().unwrap();
    let extract = small(folder.path());
    let commands: [&[&str]; 5] = [
        &["inspect"],
        &["query", "--limit", "3"],
        &["top", "account"],
        &["timeline", "--bucket", "10m"],
        &["pivot", "account:acct_1", "--to", "ip"],
    ];
    for command in commands {
        for format in ["table", "csv", "json", "jsonl", "md"] {
            let line: Vec<&str> = command.iter().copied().chain(["--format", format]).collect();
            let run = ask(&line, &extract).ends(0);
            assert!(!run.out.is_empty(), "{line:?}");
            match format {
                "json" => assert!(run.json().is_array() || command[0] == "inspect"),
                "jsonl" => assert!(run.out.lines().all(|line| serde_json::from_str::<Json>(line).is_ok()), "{}", run.out),
                "csv" => assert!(run.out.ends_with("\r\n") && run.out.lines().count() > 1, "{}", run.out),
                "md" => assert!(run.out.contains("| --- |") || run.out.contains("---"), "{}", run.out),
                _ => assert!(run.out.lines().count() > 1, "{}", run.out),
            }
        }
    }
    let top = ask(&["top", "account", "--format", "csv"], &extract).ends(0);
    assert_eq!(top.out, "value,requests,share\r\nacct_0,10,0.333333\r\nacct_1,10,0.333333\r\nacct_2,10,0.333333\r\n");
    let timeline =
        ask(&["timeline", "--bucket", "10m", "--by", "status", "--format", "csv", "--filter", "status:429"], &extract).ends(0);
    assert_eq!(timeline.out.lines().next(), Some("bucket,requests,status"));
    assert_eq!(timeline.rows()[0], ["2026-03-02T00:00:00Z", "2", "429"]);
    let query = ask(
        &[
            "query",
            "--columns",
            "row_id,account",
            "--filter",
            "status:429",
            "--sort",
            "time:desc",
            "--limit",
            "2",
            "--format",
            "csv",
        ],
        &extract,
    );
    assert_eq!(query.ends(0).out, "row_id,account\r\n26,acct_1\r\n21,acct_2\r\n");
    let cut = ask(&["query", "--limit", "2", "--format", "csv"], &extract).ends(0).says(&["the first 2 rows are shown"]);
    assert_eq!(cut.out.lines().count(), 3);
    let sql = ask(
        &[
            "query",
            "--sql",
            "SELECT account, count(*) AS n FROM requests GROUP BY account ORDER BY account LIMIT 1",
            "--format",
            "jsonl",
        ],
        &extract,
    );
    assert_eq!(sql.ends(0).out, "{\"account\":\"acct_0\",\"n\":10}\n");
    let ranged = ask(&["top", "account", "--time", "2026-03-02T00:10..2026-03-02T00:13", "--format", "csv"], &extract).ends(0);
    assert_eq!(ranged.rows().len(), 3);
}

#[test]
fn the_result_of_sql_is_asked_like_an_extract() {
    let folder = tempfile::tempdir().unwrap();
    let extract = small(folder.path());
    let by_account = "SELECT account, count(DISTINCT ip) AS ips, min(time) AS time, any_value(ip) AS ip FROM requests \
                      WHERE status = 200 GROUP BY account";
    let asked = |line: &[&str]| ask(&[line, &["--format", "csv", "--sql", by_account]].concat(), &extract);
    assert_eq!(asked(&["top", "ips"]).ends(0).rows(), [["4", "3", "1"]]);
    let filtered = asked(&["top", "account", "--filter", "account:acct_1,acct_2", "--limit", "1"]).ends(0);
    assert_eq!(filtered.says(&["1 of 2 values"]).rows(), [["acct_1", "1", "0.5"]]);
    let spread = asked(&["top", "ips", "--stats"]).ends(0);
    assert!(spread.out.contains("max,4"), "{}", spread.out);
    let hours = asked(&["timeline", "--bucket", "1h", "--by", "ips"]).ends(0);
    assert_eq!(hours.rows(), [["2026-03-02T00:00:00Z", "3", "4"]]);
    let pivot = asked(&["pivot", "account:acct_*", "--to", "ip"]).ends(0);
    let requests: u64 = pivot.rows().iter().map(|row| row[1].parse::<u64>().unwrap()).sum();
    assert_eq!(requests, 3, "{}", pivot.out);
    // What the result has no column for is named, and so is what is wrong in the SQL.
    asked(&["pivot", "account:acct_1", "--to", "device"]).ends(2).says(&["device"]);
    ask(&["top", "account", "--sql", "SELECT acount FROM requests"], &extract).ends(2).says(&["acount"]);
    // Content stays masked under whatever name.
    let renamed = "SELECT content AS words FROM requests";
    ask(&["top", "words", "--sql", renamed], &extract).ends(2).says(&["masked"]);
}

#[test]
fn sql_can_read_no_file_and_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let extract = small(folder.path());
    let other = file(folder.path(), "other.csv", "secret\n42\n");
    let read = format!("SELECT * FROM read_csv('{}')", other.display());
    let run = ask(&["query", "--sql", &read], &extract);
    assert_ne!(run.status, Some(0), "{}", run.out);
    assert!(!run.out.contains("42"));
    let copy = format!("WITH x AS (SELECT 1) SELECT * FROM x; COPY requests TO '{}'", folder.path().join("out.csv").display());
    assert_ne!(ask(&["query", "--sql", &copy], &extract).status, Some(0));
    assert!(!folder.path().join("out.csv").exists());
}

#[test]
fn content_is_masked_until_it_is_asked_for_and_the_case_counts_it() {
    let folder = tempfile::tempdir().unwrap();
    let extract = small(folder.path());
    let case = folder.path().join("case");
    let case = case.to_str().unwrap();
    casebook(["case", "new", case, "--title", "Masks"]).ends(0);
    let masked = ask(&["query", "--map", "content=prompt", "--columns", "content", "--limit", "2", "--format", "csv"], &extract)
        .ends(0)
        .says(&["masked"]);
    assert!(!masked.out.contains("words") && masked.out.contains("[masked"), "{}", masked.out);
    ask(&["top", "content", "--map", "content=prompt"], &extract).ends(2).says(&["--reveal"]);
    let line = [
        "query",
        "--map",
        "content=prompt",
        "--columns",
        "content",
        "--limit",
        "2",
        "--reveal",
        "--case",
        case,
        "--format",
        "csv",
    ];
    let shown = ask(&line, &extract).ends(0).says(&["recorded in"]);
    assert!(shown.out.contains("words 0") && shown.out.contains("words 1"), "{}", shown.out);
    assert_eq!(casebook(["case", "show", case, "--format", "json"]).ends(0).json()["reveals"], 2);
}

#[test]
fn hostile_values_reach_no_output_unescaped() {
    let folder = tempfile::tempdir().unwrap();
    let values = ["\u{1b}]52;c;eA==\u{7}", "\u{1b}[2J", "a\u{202e}b", "=cmd()", "<script>alert(1)</script>", "a\u{200b}b"];
    let mut lines = String::new();
    for (n, value) in values.iter().enumerate() {
        let row = serde_json::json!({
            "timestamp": format!("2026-03-02T00:00:0{n}Z"), "account_id": value, "ip": "10.0.0.1", "user_agent": value, "col\u{1b}[31m<b>": value,
        });
        lines += &format!("{row}\n");
    }
    let extract = file(folder.path(), "evil\u{1b}[2J<script>.jsonl", lines);
    let maps = ["--map", "account=account_id", "--map", "user_agent=user_agent", "--map", "ip=ip", "--map", "time=timestamp"];
    let commands: [&[&str]; 6] = [
        &["inspect"],
        &["query"],
        &["query", "--sql", "SELECT * FROM requests"],
        &["top", "account"],
        &["pivot", "ip:10.0.0.1", "--to", "user_agent"],
        &["timeline", "--by", "account"],
    ];
    for command in commands {
        for format in ["table", "csv", "json", "jsonl", "md"] {
            let line: Vec<&str> = command.iter().copied().chain(maps).chain(["--format", format]).collect();
            let run = ask(&line, &extract).ends(0);
            assert_eq!(unfit(&run.out), None, "{line:?}: {:?}", run.out);
            assert_eq!(unfit(&run.err), None, "{line:?}: {:?}", run.err);
            if format == "md" {
                assert!(!run.out.contains("<script"), "{line:?}: {}", run.out);
            }
            if format == "csv" && command[0] != "inspect" {
                assert!(run.out.contains("'=cmd()") && !run.out.contains(",=cmd()"), "{line:?}: {}", run.out);
            }
        }
    }
    let exact = ask(&["top", "account", "--map", "account=account_id", "--format", "json"], &extract).ends(0).json();
    let found: Vec<&str> = exact.as_array().unwrap().iter().filter_map(|row| row["value"].as_str()).collect();
    for value in values {
        assert!(found.contains(&value), "{value:?} is not in {found:?}");
    }
}

#[test]
fn a_case_is_made_filled_shown_checked_and_reported() {
    let folder = tempfile::tempdir().unwrap();
    let extract = small(folder.path());
    let path = folder.path().join("case");
    let case = path.to_str().unwrap();
    casebook(["case", "new", case, "--title", "Leaked key"]).ends(0).says(&["Leaked key"]);
    casebook(["case", "new", case]).ends(2).says(&["not empty"]);
    let label = ["case", "label", case, "account:acct_1", "suspect", "--connotation", "bad", "--reason", "seen with <script>"];
    casebook(label).ends(0).says(&["saved as entry"]);
    casebook(["case", "note", case, "account:acct_1", "wrote to the owner"]).ends(0);
    ask(&["case", "pin", case, "--row", "2", "--row", "5"], &extract).ends(0).says(&["pin row 2", "pin row 5"]);
    ask(&["case", "pin", case, "--row", "31"], &extract).ends(2).says(&["rows 1 to 30"]);
    let finding = [
        "case",
        "finding",
        case,
        "--title",
        "Key used from four addresses",
        "--severity",
        "high",
        "--entity",
        "account:acct_1",
        "--filter",
        "account:acct_1",
    ];
    assert_eq!(ask(&finding, &extract).ends(0).out, "f1\n");
    casebook(["case", "finding", case, "--change", "f1", "--status", "confirmed"]).ends(0);
    casebook(["case", "finding", case, "--change", "f9", "--status", "confirmed"]).ends(1).says(&["f9"]);

    let shown = casebook(["case", "show", case, "--format", "json"]).ends(0).json();
    assert_eq!(shown["findings"][0]["status"], "confirmed");
    assert_eq!(shown["findings"][0]["queries"][0]["rows"], 10);
    assert_eq!(shown["pins"].as_array().unwrap().len(), 2);
    assert_eq!(shown["labels"][0]["by"], "tester");
    for format in ["table", "csv", "jsonl", "md"] {
        let run = casebook(["case", "show", case, "--format", format]).ends(0);
        assert!(run.out.contains("suspect"), "{}", run.out);
    }
    let pinned =
        ask(&["query", "--case", case, "--filter", "pinned:yes", "--columns", "row_id", "--format", "csv"], &extract).ends(0);
    assert_eq!(pinned.out, "row_id\r\n2\r\n5\r\n");
    let labelled = ask(&["top", "account", "--case", case, "--filter", "label:suspect", "--format", "csv"], &extract).ends(0);
    assert_eq!(labelled.rows().len(), 1);

    let (first, second) = (casebook(["report", case]).ends(0).out, casebook(["report", case]).ends(0).out);
    assert_eq!(first, second);
    for part in ["Leaked key", "Key used from four addresses", "suspect", "wrote to the owner"] {
        assert!(first.contains(part), "the report lacks {part}:\n{first}");
    }
    assert!(!first.contains("<script>"));
    let written = folder.path().join("report.md");
    casebook(["report", case, "-o", written.to_str().unwrap()]).ends(0).says(&["report.md"]);
    assert_eq!(std::fs::read_to_string(&written).unwrap(), first);

    casebook(["case", "verify", case]).ends(0);
    ask(&["case", "verify", case], &extract).ends(0);
    let journal = path.join("journal.jsonl");
    let text = std::fs::read_to_string(&journal).unwrap();
    std::fs::write(&journal, text.replace("suspect", "trusted")).unwrap();
    let broken = casebook(["case", "verify", case]).ends(1);
    assert!(broken.out.contains("NOT hold"), "{}", broken.out);
}

#[test]
fn the_demo_is_written_and_found_in() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("demo");
    let line = ["demo", "--rows", "2000", "--write", dir.to_str().unwrap(), "--to", "jsonl"];
    let run = casebook(line).ends(0);
    for (path, name) in run.out.lines().zip(["requests.jsonl", "accounts.jsonl", "bans.jsonl", "truth.json"]) {
        assert!(path.ends_with(name) && Path::new(path).is_file(), "{path}");
    }
    let inspected = ask(&["inspect", "--format", "json"], &dir.join("requests.jsonl")).ends(0).json();
    assert_eq!((&inspected["rows"], &inspected["rejects"]), (&Json::from(2000), &Json::from(0)));
    assert_eq!(inspected["extracts"][0]["profile"], "api-requests");
    casebook(["demo", "--rows", "5", "--write", dir.to_str().unwrap()]).ends(2).says(&["at least"]);
}

#[test]
fn playbooks_are_listed_shown_checked_and_run() {
    let folder = tempfile::tempdir().unwrap();
    let list = casebook(["playbook", "list", "--format", "json"]).ends(0).json();
    let ids: Vec<&str> = list.as_array().unwrap().iter().filter_map(|row| row["id"].as_str()).collect();
    assert!(ids.contains(&"key-many-networks"), "{ids:?}");
    for id in &ids {
        let shown = casebook(["playbook", "show", id]).ends(0);
        assert!(shown.out.contains("SELECT") && shown.out.contains(id), "{}", shown.out);
    }
    casebook(["playbook", "show", "nothing"]).ends(2).says(&["playbook list"]);
    casebook(["playbook", "check"]).ends(0).says(&["0 problems"]);
    let bad = file(folder.path(), "bad.sql", "-- id = \"bad\"\n-- ---\nDELETE FROM requests\n");
    let checked = casebook(["playbook".as_ref(), "check".as_ref(), bad.as_os_str()]).ends(1);
    assert!(checked.out.contains("bad.sql") && checked.out.contains("line "), "{}", checked.out);

    let dir = folder.path().join("demo");
    casebook(["demo", "--rows", "20000", "--write", dir.to_str().unwrap()]).ends(0);
    let requests = dir.join("requests.csv");
    let run = ask(&["playbook", "run", "--all", "--fail-on", "info", "--format", "csv"], &requests).ends(3);
    assert_eq!(run.out.lines().next(), Some("playbook,severity,entity_kind,entity,score,requests,first_seen,last_seen,examples"));
    assert!(run.out.contains("key-many-networks,"), "{}", run.out);
    let one = ask(&["playbook", "run", "key-many-networks", "--format", "jsonl"], &requests).ends(0);
    assert!(one.out.lines().count() > 0 && one.out.lines().all(|line| line.contains("\"entity_kind\":\"key\"")), "{}", one.out);
    ask(&["playbook", "run", "key-many-networks", "--param", "min_networks=lots"], &requests).ends(2).says(&["min_networks"]);
    ask(&["playbook", "run", "key-many-networks", "--param", "min_nets=3"], &requests).ends(2).says(&["min_networks"]);
    ask(&["playbook", "run", "no-such-playbook"], &requests).ends(2).says(&["no-such-playbook"]);
    casebook(["playbook", "run", "key-many-networks"]).ends(2).says(&["name the extract"]);
    let poor = small(folder.path());
    ask(&["playbook", "run", "key-many-networks"], &poor).ends(2).says(&["needs", "--map"]);
    ask(&["playbook", "run", "--all"], &poor).ends(0).says(&["not run: key-many-networks needs"]);
}

#[test]
fn completions_and_the_manual_are_whole() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let run = casebook(["completions", shell]).ends(0);
        // fish writes options without their dashes.
        assert!(run.out.contains("timeline") && run.out.contains("reveal"), "the completions of {shell} are not whole");
    }
    let man = casebook(["man"]).ends(0).out;
    for part in [".TH", "CASEBOOK CASE FINDING", "CASEBOOK TIMELINE", ".SH KEYS"] {
        assert!(man.contains(part), "{part}");
    }
}

#[test]
fn a_reader_that_leaves_early_is_no_error() {
    let folder = tempfile::tempdir().unwrap();
    let mut text = String::from("time,account\n");
    for n in 0..50_000 {
        text += &format!("2026-03-02T00:00:00Z,account_with_a_long_name_{n}\n");
    }
    let extract = file(folder.path(), "many.csv", text);
    let mut child = command(["query".as_ref(), "--format".as_ref(), "jsonl".as_ref(), extract.as_os_str()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.starts_with('{'), "{line}");
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
}

#[cfg(unix)]
#[test]
fn ctrl_c_stops_a_query() {
    let folder = tempfile::tempdir().unwrap();
    let extract = small(folder.path());
    let case = folder.path().join("case");
    casebook(["case".as_ref(), "new".as_ref(), case.as_os_str()]).ends(0);
    // The lock names the process as soon as it listens for signals; what it runs then takes for ever.
    let sql = "SELECT count(*) FROM requests, range(1000000000000) AS r(n) WHERE n % 3 = 1";
    let mut child: Child =
        command(["query", "--reveal", "--case", case.to_str().unwrap(), "--sql", sql, extract.to_str().unwrap()])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
    let pid = child.id().to_string();
    while !std::fs::read_to_string(case.join("lock")).is_ok_and(|holder| holder.contains(&pid)) {
        assert!(child.try_wait().unwrap().is_none(), "it ended before it took the lock");
        std::thread::yield_now();
    }
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "casebook: interrupted\n");
}
