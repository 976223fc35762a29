//! Several formats together, envelopes, text lines, records delivered twice, side tables: opened with the real engine.
#![cfg(feature = "engine")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, clippy::print_stdout)]

// Each test of the program uses a part of it.
#[allow(dead_code)]
mod program;

use std::io::Write;

use casebook::domain::{Kind, Role, Value};
use casebook::engine::{Client, Limits, Statement, duckdb::DuckOpener};
use casebook::extract::{self, ExtractError, JoinSpec, OpenSpec, Opened};
use casebook::settings::paths::Paths;
use program::data;

struct Bench(tempfile::TempDir);

impl Bench {
    fn new() -> Bench {
        Bench(tempfile::tempdir().unwrap())
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.0.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        path.display().to_string()
    }

    fn folder(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    fn try_open(&self, spec: &OpenSpec) -> Result<Opened, ExtractError> {
        extract::open(spec, &Paths::under(&self.0.path().join("home")), &DuckOpener, &mut |_| true)
    }

    fn open(&self, input: &str) -> Opened {
        self.try_open(&spec(input)).unwrap()
    }
}

fn spec(input: &str) -> OpenSpec {
    OpenSpec { inputs: vec![input.to_owned()], ..OpenSpec::default() }
}

/// All rows as text.
fn rows(opened: &Opened, sql: &str) -> Vec<String> {
    let cell = |value: &Value| if value.is_null() { "-".to_owned() } else { value.to_plain() };
    let table = Client::new(opened.engine.clone()).ask(Statement::new(sql), Limits::default()).unwrap();
    table.rows().map(|row| row.iter().map(cell).collect::<Vec<_>>().join("|")).collect()
}

const CLOUDTRAIL: &str = r#"{"eventVersion":"1.08","eventTime":"2026-03-01T10:00:00Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","userIdentity":{"arn":"arn:aws:iam::1:user/ann"},"sourceIPAddress":"192.0.2.7","awsRegion":"us-east-1","eventID":"e1","eventType":"AwsApiCall"}"#;
const BEDROCK: &str = r#"{"schemaType":"ModelInvocationLog","schemaVersion":"1.0","timestamp":"2026-03-01T10:05:00Z","accountId":"1","identity":{"arn":"arn:aws:iam::1:user/ann"},"region":"us-east-1","requestId":"b1","operation":"Converse","modelId":"m","input":{"inputTokenCount":3},"output":{"outputTokenCount":4}}"#;

#[test]
fn several_formats_open_together_and_one_account_is_found_in_all_of_them() {
    let bench = Bench::new();
    bench.write("logs/trail/one.json", format!("{{\"Records\":[{CLOUDTRAIL}]}}"));
    bench.write("logs/model.jsonl", BEDROCK);
    bench.write(
        "logs/web.csv",
        "when,user,addr\n2026-03-01 11:00:00,arn:aws:iam::1:user/ann,192.0.2.7\n2026-03-01 11:00:01,bob,192.0.2.8\n",
    );
    let opened = bench.open(&bench.folder("logs"));
    let profiles: Vec<&str> = opened.extract.sources.iter().map(|source| source.profile.as_str()).collect();
    assert_eq!(profiles, ["bedrock-invocation", "cloudtrail", "guessed"]);
    assert_eq!(
        rows(&opened, "SELECT source, time, request, tokens_in FROM requests WHERE account LIKE '%ann' ORDER BY time"),
        ["trail/one.json|2026-03-01T10:00:00Z|e1|-", "model.jsonl|2026-03-01T10:05:00Z|b1|3", "web.csv|2026-03-01T11:00:00Z|-|-"]
    );
    let account = &opened.extract.roles[&Role::Account];
    assert!(account.source.contains("cloudtrail: ") && account.source.contains("guessed: user"), "{account:?}");
    let column = opened.extract.schema.column("source").unwrap();
    assert_eq!((column.kind, column.role), (Kind::Text, None));
}

#[test]
fn records_of_one_file_go_to_the_profile_that_knows_them() {
    let bench = Bench::new();
    let other = r#"{"kind":"note","at":"2026-03-01T12:00:00Z","text":"x"}"#;
    let path = bench.write("mixed.jsonl", [BEDROCK, CLOUDTRAIL, other, CLOUDTRAIL].join("\n"));
    let opened = bench.open(&path);
    assert_eq!(opened.extract.rows, 4);
    let profile = &opened.extract.sources[0].profile;
    assert!(["bedrock-invocation", "cloudtrail", "guessed"].iter().all(|name| profile.contains(name)), "{profile}");
    assert_eq!(
        rows(&opened, "SELECT request, count(*), count(DISTINCT source) FROM requests GROUP BY request ORDER BY ALL"),
        ["b1|1|1", "e1|2|1", "-|1|1"]
    );
    assert!(opened.extract.sources[0].reasons.iter().any(|reason| reason.contains("told apart")), "{:?}", opened.extract.sources);
}

#[test]
fn an_envelope_is_opened_and_what_stands_around_it_is_kept() {
    let bench = Bench::new();
    let line = |id: u32| format!(r#"{{"id":{id},"rule":"r{id}","log":{CLOUDTRAIL}}}"#);
    let path = bench.write("tests.jsonl", format!("{}\n{}\n", line(1), line(2)));
    let opened = bench.open(&path);
    assert_eq!(opened.extract.sources[0].profile, "cloudtrail");
    assert_eq!(rows(&opened, "SELECT id, rule, request, \"eventVersion\" FROM requests"), ["1|r1|e1|1.08", "2|r2|e1|1.08"]);
    // A key that the event has only later on keeps its name all the same.
    let late = CLOUDTRAIL.replacen('{', "{\"errorCode\":\"AccessDenied\",", 1);
    let path =
        bench.write("late.jsonl", format!("{{\"errorCode\":1,\"log\":{CLOUDTRAIL}}}\n{{\"errorCode\":2,\"log\":{late}}}\n"));
    assert_eq!(rows(&bench.open(&path), "SELECT \"errorCode_2\", error FROM requests"), ["1|-", "2|AccessDenied"]);
}

#[test]
fn the_audit_events_of_many_products_open_through_their_inner_log() {
    let Some(path) = data("audit-panther") else { return };
    let bench = Bench::new();
    let opened = bench.open(&path.display().to_string());
    assert_eq!((opened.extract.rows, opened.extract.rejects), (3053, 0));
    let profile = &opened.extract.sources[0].profile;
    println!("{profile}\n{:?}", opened.extract.sources[0].reasons);
    assert!(profile.contains("cloudtrail"), "{profile}");
    let known = "SELECT count(*) > 250 FROM requests WHERE rule_id LIKE 'AWS.%' AND time IS NOT NULL AND endpoint IS NOT NULL";
    assert_eq!(rows(&opened, known), ["true"]);
}

#[test]
fn a_web_access_log_opens_and_its_broken_line_is_not_lost() {
    let Some(path) = data("web-elastic") else { return };
    let bench = Bench::new();
    let opened = bench.open(&path.display().to_string());
    assert_eq!(opened.extract.sources[0].profile, "apache-combined");
    assert_eq!(opened.extract.rows + opened.extract.rejects, 10_000);
    let parsed = rows(
        &opened,
        "SELECT row_id, ip, status FROM requests WHERE row_id = 8899 AND endpoint = '/scripts/grok-py-test/configlib.py'",
    );
    let rejected = rows(&opened, "SELECT record FROM rejects WHERE record = 8899");
    println!("rows {}, line 8899: {parsed:?} {rejected:?}", opened.extract.rows);
    assert!(parsed == ["8899|46.118.127.106|200"] || rejected == ["8899"], "{parsed:?} {rejected:?}");
    assert_eq!(rows(&opened, "SELECT count(*) FROM requests WHERE time IS NULL OR ip IS NULL OR status IS NULL"), ["0"]);
}

#[test]
fn many_small_tables_are_read_together_and_each_keeps_its_rows_and_rejects() {
    let bench = Bench::new();
    for number in 0..150 {
        let ragged = if number % 50 == 7 { "1,2,3,4,5\n" } else { "" };
        let gzip = number % 3 == 0;
        let content = format!(
            "time,account,ip\n2026-03-01 00:00:00,a{number},192.0.2.1\n{ragged}2026-03-01 00:00:01,a{number},192.0.2.2\n"
        );
        if gzip {
            let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            packed.write_all(content.as_bytes()).unwrap();
            bench.write(&format!("logs/{number:03}.csv.gz"), packed.finish().unwrap());
        } else {
            bench.write(&format!("logs/{number:03}.csv"), content);
        }
    }
    let opened = bench.open(&bench.folder("logs"));
    assert_eq!((opened.extract.rows, opened.extract.rejects), (300, 3));
    assert!(opened.extract.sources.iter().all(|source| source.rows == 2), "{:?}", opened.extract.sources);
    let rejecting: Vec<&str> =
        opened.extract.sources.iter().filter(|source| source.rejects == 1).map(|source| source.path.as_str()).collect();
    assert_eq!(rejecting.len(), 3);
    assert!(rejecting[0].ends_with("007.csv") && rejecting[1].ends_with("057.csv.gz"), "{rejecting:?}");
    assert_eq!(rows(&opened, "SELECT count(*) FROM requests WHERE NOT contains(source, account[2:])"), ["0"]);
    assert_eq!(rows(&opened, "SELECT count(DISTINCT record), min(record) FROM rejects WHERE path LIKE '%csv'"), ["1|3"]);
}

#[test]
fn rows_keep_the_order_of_their_file() {
    let bench = Bench::new();
    let mut content = String::from("time,account,n\n");
    for number in 0..300_000 {
        content.push_str(&format!("2026-03-01 00:00:00,a{},{number}\n", number % 97));
    }
    let path = bench.write("log.csv", content);
    let accounts: String =
        std::iter::once("account,tier\n".to_owned()).chain((0..97).map(|n| format!("a{n},t{}\n", n % 3))).collect();
    let accounts = bench.write("accounts.csv", accounts);
    let join = JoinSpec { role: Role::Account, path: accounts, prefix: "account".into() };
    let opened = bench.try_open(&OpenSpec { joins: vec![join], ..spec(&path) }).unwrap();
    assert_eq!(rows(&opened, "SELECT count(*) FROM requests WHERE n + 1 <> row_id"), ["0"]);
    assert_eq!(rows(&opened, "SELECT count(*) FROM requests WHERE account_tier <> 't' || CAST(account[2:] AS INT) % 3"), ["0"]);
}

#[test]
fn records_delivered_twice_are_counted_and_left_out_on_request() {
    let bench = Bench::new();
    let changed = CLOUDTRAIL.replace("GetObject", "PutObject");
    bench.write("logs/a.jsonl", [CLOUDTRAIL, &changed].join("\n"));
    bench.write("logs/b.jsonl", [CLOUDTRAIL, &CLOUDTRAIL.replace("e1", "e2"), CLOUDTRAIL].join("\n"));
    let opened = bench.open(&bench.folder("logs"));
    let counts: Vec<u64> = opened.extract.sources.iter().map(|source| source.duplicates).collect();
    assert_eq!((opened.extract.rows, opened.extract.duplicates, counts), (5, 2, vec![0, 2]));
    let opened = bench.try_open(&OpenSpec { dedupe: Some(Role::Request), ..spec(&bench.folder("logs")) }).unwrap();
    let counts: Vec<u64> = opened.extract.sources.iter().map(|source| source.rows).collect();
    assert_eq!((opened.extract.rows, opened.extract.duplicates, counts), (2, 2, vec![1, 1]));
    assert_eq!(opened.extract.deduped.unwrap().rows, 3);
    assert_eq!(
        rows(&opened, "SELECT row_id, request, endpoint, source FROM requests ORDER BY row_id"),
        ["1|e1|s3.amazonaws.com:GetObject|a.jsonl", "2|e2|s3.amazonaws.com:GetObject|b.jsonl"]
    );
    let error = bench.try_open(&OpenSpec { dedupe: Some(Role::Payment), ..spec(&bench.folder("logs")) }).unwrap_err();
    assert!(error.is_usage() && error.to_string().contains("--dedupe payment"), "{error}");
}

#[test]
fn rows_without_ids_are_compared_as_a_whole() {
    let bench = Bench::new();
    let path = bench.write(
        "log.csv",
        "time,ip\n2026-03-01 00:00:00,192.0.2.1\n2026-03-01 00:00:00,192.0.2.1\n2026-03-01 00:00:00,192.0.2.2\n",
    );
    assert_eq!(bench.open(&path).extract.duplicates, 1);
}

#[test]
fn what_is_known_beside_the_log_becomes_columns() {
    let bench = Bench::new();
    let log = bench.write("log.csv", "time,account_id,client_ip\n2026-03-01 00:00:00,a1,192.0.2.1\n2026-03-01 00:00:01,a2,192.0.2.2\n2026-03-01 00:00:02,a3,192.0.2.1\n");
    let accounts = bench.write(
        "accounts.csv",
        "account_id,created_at,tier,score\na1,2025-01-01T00:00:00Z,free,1\na2,2025-02-01T00:00:00Z,paid,2\na2,2025-03-01T00:00:00Z,team,3\nzz,2025-03-01T00:00:00Z,x,4\n",
    );
    let bans = bench.write("bans.jsonl", "{\"who\":\"a3\",\"banned_at\":\"2026-02-01T00:00:00Z\",\"reason\":\"spam\"}\n");
    let scanners = bench.write("scanners.tsv", "address\tname\n192.0.2.1\tscanner one\n192.0.2.9\tother\n");
    let join = |role: Role, path: &String, prefix: &str| JoinSpec { role, path: path.clone(), prefix: prefix.into() };
    let joins =
        vec![join(Role::Account, &accounts, "account"), join(Role::Account, &bans, "ban"), join(Role::Ip, &scanners, "ip")];
    let opened = bench.try_open(&OpenSpec { joins: joins.clone(), ..spec(&log) }).unwrap();
    assert_eq!(
        rows(
            &opened,
            "SELECT account, account_created_at, account_tier, account_score, banned_at, ban_reason, ip_name FROM requests"
        ),
        [
            "a1|2025-01-01T00:00:00Z|free|1|-|-|scanner one",
            "a2|2025-03-01T00:00:00Z|team|3|-|-|-",
            "a3|-|-|-|2026-02-01T00:00:00Z|spam|scanner one"
        ]
    );
    let extract = &opened.extract;
    assert_eq!(
        extract.joined.iter().map(|side| (side.key.as_str(), side.rows, side.matched)).collect::<Vec<_>>(),
        [("account_id", 3, 2), ("who", 1, 1), ("address", 2, 1)]
    );
    let created = extract.schema.column("account_created_at").unwrap();
    assert_eq!((created.kind, created.joined), (Kind::Time, Some(Role::Account)));
    // What is joined counts for the cache: a changed side table is noticed.
    assert!(bench.try_open(&OpenSpec { joins: joins.clone(), ..spec(&log) }).unwrap().extract.loaded_from_cache);
    bench.write("bans.jsonl", "{\"who\":\"a3\",\"banned_at\":\"2026-02-01T00:00:00Z\",\"reason\":\"fraud\"}\n");
    let again = bench.try_open(&OpenSpec { joins, ..spec(&log) }).unwrap();
    assert!(!again.extract.loaded_from_cache);
    assert_eq!(rows(&again, "SELECT ban_reason FROM requests WHERE ban_reason IS NOT NULL"), ["fraud"]);
}

#[test]
fn a_side_table_that_knows_nobody_is_an_error() {
    let bench = Bench::new();
    let log = bench.write("log.csv", "time,account_id\n2026-03-01 00:00:00,a1\n");
    let other = bench.write("other.csv", "name,colour\nx,red\n");
    let join = |role: Role| OpenSpec { joins: vec![JoinSpec { role, path: other.clone(), prefix: "x".into() }], ..spec(&log) };
    let error = bench.try_open(&join(Role::Account)).unwrap_err().to_string();
    assert!(error.contains("name, colour") && error.contains("account"), "{error}");
    let error = bench.try_open(&join(Role::Device)).unwrap_err();
    assert!(error.is_usage() && error.to_string().contains("--map device="), "{error}");
}
