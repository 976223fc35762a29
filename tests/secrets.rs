//! Secrets in extracts: sealed at load wherever they stand, the same in every extract with the same salt, shown only when that is asked
//! for, and nowhere else: not on stdout, in a case, in a report, in the stream to the terminal.

#![cfg(feature = "engine")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, clippy::print_stdout)]

#[allow(dead_code)]
mod terminal;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use terminal::Terminal;

/// Put together here, so that no scanner takes them for real.
struct Made {
    openai: String,
    github: String,
    jwt: String,
    aws: String,
    stripe: String,
    bearer: String,
    pem: String,
}

impl Made {
    fn new() -> Made {
        let body = "Zq7Rt2Lm9XcV4bNh8Kd3Wp6Js1Yf5Gu0AeTiOoPlMnBv";
        let turned: String = body.chars().rev().collect();
        Made {
            openai: format!("sk-proj-{body}"),
            github: format!("ghp_{}", &body[..36]),
            jwt: format!("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.{}", &turned[..43]),
            aws: format!("{}/{}+{}", &turned[..20], &body[..10], &turned[20..28]),
            stripe: format!("sk_live_{}", &turned[..24]),
            bearer: format!("8f14e45fceea167a{}", &turned[4..20]),
            pem: format!("-----BEGIN PRIVATE KEY-----\n{turned}\n{turned}\n-----END PRIVATE KEY-----"),
        }
    }

    /// What must appear nowhere: the last characters of each.
    fn traces(&self) -> Vec<String> {
        let ends = [&self.openai, &self.github, &self.jwt, &self.aws, &self.stripe, &self.bearer];
        let mut traces: Vec<String> = ends.iter().map(|secret| secret[secret.len() - 16..].to_owned()).collect();
        traces.push(self.pem.lines().nth(1).unwrap().to_owned());
        traces
    }

    /// The CSV: a key as the key role, in own columns, in JSON in a cell, in prompts, over several lines, in a record that cannot be read.
    fn csv(&self) -> String {
        let mut text =
            String::from("timestamp,account_id,api_key,client_ip,endpoint,status,prompt,headers,aws_secret_access_key\n");
        for row in 0..20 {
            let prompt = match row {
                3 => format!("my token is {}, why does it fail?", self.github),
                5 => format!("\"{}\n\"", self.pem),
                7 => "risk-assessment-for-the-third-quarter of task-12345678901234567890".to_owned(),
                _ => format!("hello {row}"),
            };
            let headers = format!(
                "\"{{\"\"Authorization\"\":\"\"Bearer {}\"\",\"\"n\"\":{row}}}\"",
                if row % 2 == 0 { &self.jwt } else { &self.bearer }
            );
            let key = if row % 4 == 3 { "key_d4f237083529aa017bb2c3d4e5f60718" } else { self.openai.as_str() };
            let aws = if row == 9 { self.aws.as_str() } else { "" };
            text += &format!(
                "2026-03-02T00:{row:02}:00Z,acct_{},{key},192.0.2.{},/v1/messages,200,{prompt},{headers},{aws}\n",
                row % 3,
                row % 2
            );
        }
        text += &format!("2026-03-02T01:00:00Z,acct_1,{}\n", self.stripe);
        text
    }

    /// The same key in JSON lines, with an AWS key deep inside.
    fn json(&self) -> String {
        let mut text = String::new();
        for row in 0..10 {
            let line = serde_json::json!({
                "timestamp": format!("2026-03-02T00:{row:02}:00Z"), "account_id": "acct_7", "api_key": self.openai, "client_ip": "192.0.2.9",
                "request": { "parameters": [{ "accessKeyId": "AKIAIOSFODNN7EXAMPLE", "secretAccessKey": self.aws }] },
                "prompt": format!("use {}\nplease", self.github),
            });
            text += &format!("{line}\n");
        }
        text += &format!("{{\"timestamp\": broken, \"key\": \"{}\"}}\n", self.stripe);
        text
    }
}

struct Home {
    folder: tempfile::TempDir,
    made: Made,
}

impl Home {
    fn new() -> Home {
        Home { folder: tempfile::tempdir().unwrap(), made: Made::new() }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.path().join(name);
        fs::write(&path, content).unwrap();
        path.display().to_string()
    }

    fn csv(&self) -> String {
        self.file("requests.csv", self.made.csv())
    }

    fn json(&self) -> String {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(self.made.json().as_bytes()).unwrap();
        self.file("requests.jsonl.gz", packed.finish().unwrap())
    }

    /// Runs the program; its stdout and stderr.
    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_casebook"))
            .args(arguments)
            .current_dir(self.path())
            .env_clear()
            .env("PATH", std::env::var("PATH").unwrap_or_default())
            .env("HOME", self.path())
            .env("CASEBOOK_LOG", "trace")
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
    }

    /// Runs the program, which must succeed and show no secret.
    #[track_caller]
    fn quiet(&self, arguments: &[&str]) -> String {
        let (status, out, err) = self.run(arguments);
        assert_eq!(status, 0, "{arguments:?}: {err}");
        self.no_trace(&out, arguments.join(" "));
        self.no_trace(&err, arguments.join(" "));
        out
    }

    #[track_caller]
    fn no_trace(&self, text: &str, what: impl std::fmt::Display) {
        for trace in self.made.traces() {
            assert!(!text.contains(&trace), "{what} shows {trace}:\n{text}");
        }
    }

    /// The fingerprints by kind.
    fn fingerprints(&self, arguments: &[&str]) -> Vec<(String, String)> {
        let out = self.quiet(&[&["secrets", "--format", "json"], arguments].concat());
        let rows: serde_json::Value = serde_json::from_str(&out).unwrap();
        let text = |row: &serde_json::Value, name: &str| row[name].as_str().unwrap().to_owned();
        rows.as_array().unwrap().iter().map(|row| (text(row, "kind"), text(row, "fingerprint"))).collect()
    }
}

fn of_kind<'f>(fingerprints: &'f [(String, String)], kind: &str) -> &'f str {
    let found = fingerprints.iter().find(|(known, _)| known == kind);
    &found.unwrap_or_else(|| panic!("no {kind} in {fingerprints:?}")).1
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path());
    entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

#[test]
fn no_command_shows_a_secret_and_every_one_finds_its_fingerprint() {
    let home = Home::new();
    let csv = home.csv();
    let extract = csv.as_str();
    let inspected = home.quiet(&["inspect", "--format", "json", extract]);
    let inspected: serde_json::Value = serde_json::from_str(&inspected).unwrap();
    assert_eq!((&inspected["rows"], &inspected["rejects"]), (&20.into(), &1.into()));
    let kinds: Vec<&str> =
        inspected["secrets"].as_array().unwrap().iter().map(|sealed| sealed["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["AWS secret key", "GitHub token", "JWT", "OpenAI key", "Stripe key", "bearer token", "private key"]);
    let openai = &inspected["secrets"][3];
    assert_eq!((&openai["distinct"], &openai["columns"]), (&1.into(), &serde_json::json!({ "key": 15 })), "{openai}");
    assert!(home.quiet(&["inspect", extract]).contains("of the kind OpenAI key: in key 15 times"));
    assert!(home.quiet(&["inspect", "--rejects", "--format", "csv", extract]).contains("sk_live_…"));

    let fingerprints = home.fingerprints(&[extract]);
    let print = of_kind(&fingerprints, "OpenAI key").to_owned();
    assert!(print.starts_with("sk-proj-…") && print.chars().count() == 21, "{print}");
    for format in ["table", "csv", "json", "jsonl", "md"] {
        let rows =
            home.quiet(&["query", "--format", format, "--columns", "row_id,key,content,headers,aws_secret_access_key", extract]);
        assert!(format == "table" || rows.contains(&print), "{rows}");
        home.quiet(&["secrets", "--format", format, extract]);
    }
    assert!(home.quiet(&["top", "key", "--format", "csv", extract]).contains(&format!("{print},15,0.75")));
    assert!(home.quiet(&["top", "key", "--format", "csv", extract]).contains("key_d4f237083529aa017bb2c3d4e5f60718,5,0.25"));
    home.quiet(&["top", "headers", extract]);
    home.quiet(&["timeline", "--by", "key", "--bucket", "1h", extract]);
    home.quiet(&["playbook", "run", "--all", extract]);
    home.quiet(&["query", "--sql", "SELECT * FROM secrets", extract]);
    home.quiet(&["query", "--sql", "SELECT * FROM rejects", extract]);
    home.quiet(&["query", "--sql", "SELECT row_id, content AS a, headers AS b, to_json(requests) AS c FROM requests", extract]);

    // The fingerprint, a part of it and the secret itself all find the rows.
    for key in [print.as_str(), &format!("sk-*{}", &print[print.len() - 4..]), &home.made.openai] {
        let rows = home.quiet(&["query", "--filter", &format!("key:{key}"), "--columns", "row_id", "--format", "csv", extract]);
        assert_eq!(rows.lines().count(), 16, "{key}");
        let pivot = home.quiet(&["pivot", &format!("key:{key}"), "--to", "account", "--format", "csv", extract]);
        assert_eq!(pivot.lines().count(), 4, "{pivot}");
    }
    let found = home.quiet(&[
        "query",
        "--filter",
        &format!("\"{}\"", home.made.github),
        "--columns",
        "row_id",
        "--format",
        "csv",
        extract,
    ]);
    assert_eq!(found.lines().collect::<Vec<_>>(), ["row_id", "4"]);
    let (status, _, err) = home.run(&["query", "--filter", &format!("kye:{}", home.made.openai), extract]);
    assert_eq!(status, 2);
    home.no_trace(&err, "a mistake in a filter");
    for log in files_below(home.path()).iter().filter(|path| path.ends_with("casebook.log")) {
        home.no_trace(&fs::read_to_string(log).unwrap(), "the log");
    }
}

#[test]
fn fingerprints_are_the_same_in_other_formats_and_homes_with_the_same_salt_only() {
    let home = Home::new();
    let (csv, json) = (home.csv(), home.json());
    let first = home.fingerprints(&[&csv]);
    let second = home.fingerprints(&[&json]);
    for kind in ["OpenAI key", "AWS secret key", "GitHub token", "Stripe key"] {
        assert_eq!(of_kind(&first, kind), of_kind(&second, kind), "{kind}");
    }
    let again = home.quiet(&["top", "key", "--format", "csv", &csv]);
    assert!(again.contains(of_kind(&first, "OpenAI key")), "the loaded extract is opened again: {again}");
    assert_eq!(
        home.quiet(&["query", "--filter", &format!("key:{}", home.made.openai), "--format", "csv", &csv, &json]).lines().count(),
        26
    );

    let team = home.file("team.salt", "a salt that the whole team shares");
    let salted = home.fingerprints(&["--salt", &team, &csv]);
    assert_ne!(of_kind(&first, "OpenAI key"), of_kind(&salted, "OpenAI key"));
    let other = Home::new();
    assert_ne!(of_kind(&first, "OpenAI key"), of_kind(&other.fingerprints(&[&csv]), "OpenAI key"));
    assert_eq!(of_kind(&salted, "OpenAI key"), of_kind(&other.fingerprints(&["--salt", &team, &json]), "OpenAI key"));
    let (status, _, err) = home.run(&["inspect", "--salt", "nothing-here", &csv]);
    assert!(status == 2 && err.contains("head -c 32 /dev/urandom"), "{err}");

    // In the database they are locked: what is stored is of no use without the salt. Only the salt's owner can read either.
    #[cfg(unix)]
    for path in files_below(&home.path().join(".local/share/casebook")).iter().filter(|path| path.ends_with("salt")) {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn revealing_is_asked_for_and_counted() {
    let home = Home::new();
    let csv = home.csv();
    let case = home.path().join("case").display().to_string();
    home.quiet(&["case", "new", &case, "--title", "Leaked key"]);
    let before = fs::read_to_string(Path::new(&case).join("journal.jsonl")).unwrap().matches("revealed").count();
    let (status, out, err) = home.run(&[
        "query",
        "--reveal",
        "--case",
        &case,
        "--filter",
        "row_id:1,4",
        "--columns",
        "row_id,key,content",
        "--format",
        "csv",
        &csv,
    ]);
    assert_eq!(status, 0, "{err}");
    assert!(out.contains(&home.made.openai) && out.contains(&home.made.github), "{out}");
    assert!(err.contains("recorded"), "{err}");
    let (status, out, _) = home.run(&["secrets", "--reveal", "--case", &case, "--format", "csv", &csv]);
    assert_eq!(status, 0);
    for secret in [&home.made.openai, &home.made.jwt, &home.made.aws, &home.made.bearer, &home.made.stripe] {
        assert!(out.contains(secret.as_str()), "{secret} is not in {out}");
    }
    let journal = fs::read_to_string(Path::new(&case).join("journal.jsonl")).unwrap();
    home.no_trace(&journal, "the journal");
    // Of the query: two contents, and the key of the first row; of the list: all that stand in rows.
    assert!(journal.matches("revealed").count() >= before + 3 + 6, "{journal}");
    // SQL that reads behind the names reveals nothing.
    let (_, out, err) = home.run(&["query", "--reveal", "--sql", "SELECT * FROM secrets", &csv]);
    home.no_trace(&out, err);
}

#[test]
fn a_case_and_its_report_keep_fingerprints_of_what_was_pasted() {
    let home = Home::new();
    let csv = home.csv();
    let case = home.path().join("case").display().to_string();
    let (key, token) = (home.made.openai.clone(), home.made.github.clone());
    home.quiet(&["case", "new", &case, "--title", "Leaked key"]);
    home.quiet(&[
        "case",
        "label",
        &case,
        &format!("key:{key}"),
        "leaked",
        "--connotation",
        "bad",
        "--reason",
        &format!("found {token} too"),
    ]);
    home.quiet(&["case", "note", &case, "case", &format!("The key {key} was in a public repository.")]);
    home.quiet(&["case", "pin", &case, "--row", "1", "--row", "4", &csv]);
    home.quiet(&[
        "case",
        "finding",
        &case,
        "--title",
        "Use of a leaked key",
        "--severity",
        "high",
        "--entity",
        &format!("key:{key}"),
        "--filter",
        &format!("key:{key}"),
        &csv,
    ]);
    let rows =
        home.quiet(&["query", "--case", &case, "--filter", "label:leaked", "--columns", "row_id", "--format", "csv", &csv]);
    assert_eq!(rows.lines().count(), 16, "the label is on the fingerprint");
    home.quiet(&["case", "verify", &case, &csv]);
    home.quiet(&["case", "show", &case]);
    let report = home.quiet(&["report", &case]);
    assert!(report.contains("sk-proj-…"), "{report}");
    for path in files_below(Path::new(&case)) {
        home.no_trace(&fs::read_to_string(&path).unwrap(), path.display());
    }
}

#[test]
fn the_workbench_shows_a_secret_in_one_cell_when_asked_and_never_otherwise() {
    let home = Home::new();
    let csv = home.csv();
    let case = home.path().join("case").display().to_string();
    let mut terminal = Terminal::start(home.path(), (160, 50), &["--case", &case, &csv]);
    terminal.ready("1 of 20").keys("l l").wait("sk-proj-…");
    let before = String::from_utf8_lossy(&terminal.raw()).into_owned();
    home.no_trace(&before, "the screen");
    terminal.keys("z r").wait(&home.made.openai[..24]);
    terminal.keys("z r").gone(&home.made.openai[..24]);
    terminal.keys("Space r Enter Enter").wait("report written").keys("Q");
    assert_eq!(terminal.end(), 0);
    let journal = fs::read_to_string(Path::new(&case).join("journal.jsonl")).unwrap();
    assert_eq!(journal.matches("\"revealed\"").count(), 1, "{journal}");
    for path in files_below(Path::new(&case)) {
        home.no_trace(&fs::read_to_string(&path).unwrap(), path.display());
    }
}

#[test]
fn databases_and_parquet_are_looked_through_too() {
    use casebook::domain::Value;
    use casebook::engine::{Client, Limits, OpenOptions, Opener, Statement, duckdb::DuckOpener};
    let home = Home::new();
    let csv = home.csv();
    let parquet = home.path().join("requests.parquet").display().to_string();
    let options = OpenOptions { external_access: true, ..OpenOptions::default() };
    let client = Client::new(DuckOpener.open(&options).unwrap());
    let sql = format!(
        "COPY (SELECT * FROM read_csv('{csv}', header = true, all_varchar = true, ignore_errors = true, quote = '\"', escape = '\"')) TO '{parquet}' (FORMAT parquet)"
    );
    client.ask(Statement::new(sql), Limits::default()).unwrap();
    let count = client.ask(Statement::new(format!("SELECT count(*) AS n FROM '{parquet}'")), Limits::default()).unwrap();
    assert_ne!(count.get(0, "n"), Value::Int(0));
    let (from_csv, from_parquet) = (home.fingerprints(&[&csv]), home.fingerprints(&[&parquet]));
    for kind in ["OpenAI key", "AWS secret key", "GitHub token", "JWT", "bearer token", "private key"] {
        assert_eq!(of_kind(&from_csv, kind), of_kind(&from_parquet, kind), "{kind}");
    }
    let rows = home.quiet(&["query", "--format", "json", "--sql", "SELECT * FROM requests", &parquet]);
    assert!(rows.contains("sk-proj-…"), "{rows}");
}
