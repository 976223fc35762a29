//! Packed extracts, archives and SQLite files, opened with the real engine and opened again from the cache.
#![cfg(feature = "engine")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, clippy::print_stdout)]

#[path = "broken/pack.rs"]
#[allow(dead_code)]
mod pack;

use std::path::{Path, PathBuf};

use casebook::engine::{Client, Limits, Statement, duckdb::DuckOpener};
use casebook::extract::{self, Extract, ExtractError, OpenSpec, Opened, Stage};
use casebook::settings::paths::Paths;
use sha2::{Digest, Sha256};

const CSV: &str = "timestamp,account_id,client_ip,status\n2026-03-02T10:00:00Z,acct_1,192.0.2.1,200\n2026-03-02T10:00:01Z,acct_2,192.0.2.2,401\n";
const JSON: &str = "[{\"timestamp\":\"2026-03-02T10:00:02Z\",\"account_id\":\"acct_3\",\"client_ip\":\"192.0.2.3\"}]";

struct Bench {
    folder: tempfile::TempDir,
}

impl Bench {
    fn new() -> Bench {
        Bench { folder: tempfile::tempdir().unwrap() }
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    /// Opens a file; with what was done for it.
    fn open(&self, spec: &OpenSpec) -> Result<(Opened, Vec<Stage>), ExtractError> {
        let mut stages = Vec::new();
        let opened = extract::open(spec, &Paths::under(&self.folder.path().join("home")), &DuckOpener, &mut |progress| {
            stages.push(progress.stage);
            true
        })?;
        Ok((opened, stages))
    }
}

fn spec(path: &Path) -> OpenSpec {
    OpenSpec { inputs: vec![path.display().to_string()], ..OpenSpec::default() }
}

fn rows(opened: &Opened, sql: &str) -> Vec<String> {
    let table = Client::new(opened.engine.clone()).ask(Statement::new(sql), Limits::default()).unwrap();
    table.rows().map(|row| row.iter().map(casebook::domain::Value::to_plain).collect::<Vec<_>>().join("|")).collect()
}

/// The end of each source's path, its format and its rows.
fn sources(extract: &Extract) -> Vec<String> {
    let short = |path: &str| {
        path.rsplit_once('/').filter(|(_, end)| !path.contains('!') || end.contains('!')).map_or(path, |(_, end)| end).to_owned()
    };
    extract.sources.iter().map(|source| format!("{}|{}|{}", short(&source.path), source.format, source.rows)).collect()
}

fn hash(content: &[u8]) -> String {
    Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn the_members_of_an_archive_are_sources_and_are_unpacked_once() {
    let bench = Bench::new();
    let archive =
        pack::gzip(&pack::tar(&[("a.csv", CSV.as_bytes()), ("b.json.gz", &pack::gzip(JSON.as_bytes())), ("README", b"x")]));
    let path = bench.write("logs.tgz", &archive);
    let wanted = ["logs.tgz!a.csv|CSV, tar, gzip|2", "logs.tgz!b.json.gz|JSON lines, gzip, tar, gzip|1"]
        .map(|line| line.replace("JSON lines", "JSON"));
    let (opened, stages) = bench.open(&spec(&path)).unwrap();
    assert_eq!(sources(&opened.extract), wanted);
    assert!(stages.contains(&Stage::Unpacking) && !opened.extract.loaded_from_cache);
    assert_eq!(rows(&opened, "SELECT account FROM requests ORDER BY time"), ["acct_1", "acct_2", "acct_3"]);
    assert!(opened.extract.sources.iter().all(|source| source.sha256 == hash(&archive)));
    // Once, although two sources come from it.
    assert_eq!(opened.extract.sha256, hash(hash(&archive).as_bytes()));
    assert!(opened.extract.sources[0].reasons.iter().any(|reason| reason.contains("logs.tgz!README")));
    let (again, stages) = bench.open(&spec(&path)).unwrap();
    assert!(again.extract.loaded_from_cache && !stages.contains(&Stage::Unpacking));
    assert_eq!((sources(&again.extract), again.extract.sha256), (wanted.to_vec(), opened.extract.sha256.clone()));
    // The same archive at another place is found by its content, and its members are named after where it is now.
    let other = bench.write("logs2.tgz", &archive);
    std::fs::remove_file(path).unwrap();
    let (moved, _) = bench.open(&spec(&other)).unwrap();
    assert!(moved.extract.sources[1].path.ends_with("logs2.tgz!b.json.gz"));
    assert_eq!(moved.extract.sha256, opened.extract.sha256);
}

#[test]
fn an_archive_and_files_beside_it_open_together() {
    let bench = Bench::new();
    let first = bench.write("1.csv", CSV);
    let second =
        bench.write("2.zip", pack::zip(&[("x/a.csv", CSV.replace("acct", "user").as_bytes()), ("x/b.json", JSON.as_bytes())]));
    let inputs = vec![first.display().to_string(), second.display().to_string()];
    let spec = OpenSpec { inputs, ..OpenSpec::default() };
    let (opened, _) = bench.open(&spec).unwrap();
    assert_eq!((opened.extract.rows, opened.extract.sources.len()), (5, 3));
    let files: Vec<usize> = opened.extract.sources.iter().map(|source| source.file).collect();
    assert_eq!(files, [0, 1, 1]);
    let labels = rows(&opened, "SELECT DISTINCT source FROM requests ORDER BY source");
    assert_eq!(labels, ["1.csv", "2.zip!x/a.csv", "2.zip!x/b.json"]);
    assert!(bench.open(&spec).unwrap().0.extract.loaded_from_cache);
}

#[test]
fn text_in_utf_16_opens_whatever_it_is_packed_in() {
    let bench = Bench::new();
    let wide = pack::utf16(&CSV.replace("acct_1", "äcct_漢"));
    for (name, content, format) in [
        ("log.csv", wide.clone(), "CSV, UTF-16"),
        ("log.csv.gz", pack::gzip(&wide), "CSV, UTF-16, gzip"),
        ("log.csv.bz2", pack::bzip2(&wide), "CSV, UTF-16, bzip2"),
        ("log.zip", pack::zip(&[("a.csv.gz", &pack::gzip(&wide))]), "CSV, UTF-16, gzip, zip"),
        ("log.json.zst", pack::zstd(&pack::utf16(&JSON.replace("acct_3", "äcct_漢"))), "JSON, UTF-16, zstd"),
    ] {
        let (opened, _) = bench.open(&spec(&bench.write(name, content))).unwrap();
        assert_eq!(opened.extract.sources[0].format, format);
        assert_eq!(rows(&opened, "SELECT account FROM requests ORDER BY time LIMIT 1"), ["äcct_漢"]);
    }
}

#[test]
fn sqlite_and_duckdb_files_open_from_where_they_are_and_from_archives() {
    let bench = Bench::new();
    let path = bench.folder.path().join("log.db");
    let database = rusqlite::Connection::open(&path).unwrap();
    database
        .execute_batch(
            "PRAGMA journal_mode = wal; CREATE TABLE log(time TEXT, account_id TEXT, big INTEGER, raw BLOB);
             INSERT INTO log VALUES ('2026-03-02T10:00:00Z', 'acct_1', 9007199254740993, x'0aff'), (NULL, NULL, NULL, NULL);
             PRAGMA wal_checkpoint(TRUNCATE);",
        )
        .unwrap();
    let check = |path: &Path, format: &str| {
        let (opened, _) = bench.open(&spec(path)).unwrap();
        assert_eq!(opened.extract.sources[0].format, format);
        assert_eq!(
            rows(&opened, "SELECT account, big, raw FROM requests WHERE time IS NOT NULL"),
            ["acct_1|9007199254740993|0aff"]
        );
        assert_eq!(opened.extract.rows, 2);
        opened
    };
    check(&path, "SQLite");
    let bytes = std::fs::read(&path).unwrap();
    check(&bench.write("db.zip", pack::zip(&[("log.db", &bytes)])), "SQLite, zip");
    check(&bench.write("log.db.gz", pack::gzip(&bytes)), "SQLite, gzip");
    // What only stands in the log beside the file is not read, and that is said.
    database.execute_batch("INSERT INTO log VALUES ('2026-03-02T11:00:00Z', 'acct_2', 1, NULL)").unwrap();
    assert!(std::fs::metadata(bench.folder.path().join("log.db-wal")).unwrap().len() > 0);
    let (opened, _) = bench.open(&OpenSpec { no_cache: true, ..spec(&path) }).unwrap();
    assert!(opened.extract.sources[0].reasons.iter().any(|reason| reason.contains("-wal beside it were not read")));

    let (opened, _) = bench.open(&spec(&bench.write("log.csv", CSV))).unwrap();
    let duckdb = std::fs::read(&opened.extract.database).unwrap();
    for (name, content) in [("duck.duckdb.gz", pack::gzip(&duckdb)), ("duck.tar", pack::tar(&[("a.duckdb", &duckdb)]))] {
        let named = OpenSpec { table: Some("requests".into()), ..spec(&bench.write(name, content)) };
        let (opened, _) = bench.open(&named).unwrap();
        assert_eq!((opened.extract.rows, opened.extract.sources[0].format.starts_with("DuckDB, ")), (2, true));
    }
}

#[test]
fn a_log_with_ids_for_keys_keeps_them_in_one_column() {
    let bench = Bench::new();
    let lines: String = (0..2500).map(|key| format!("{{\"time\":\"2026-03-02T10:00:00Z\",\"id_{key}\":{key}}}\n")).collect();
    let (opened, _) = bench.open(&spec(&bench.write("ids.jsonl", lines))).unwrap();
    assert_eq!((opened.extract.rows, opened.extract.rejects), (2500, 0));
    assert_eq!(rows(&opened, "SELECT id_7 FROM requests WHERE id_7 IS NOT NULL"), ["7"]);
    let others = "SELECT other_keys FROM requests WHERE other_keys LIKE '%id_2400%'";
    assert_eq!(rows(&opened, others), ["{\"id_2400\":2400}"]);
}
