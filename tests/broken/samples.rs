//! Good files of every format, to be damaged.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::pack;

/// Files with their names.
pub(crate) type Files = Vec<(String, Vec<u8>)>;

/// Rows of a log as CSV.
pub(crate) fn csv(rows: usize) -> String {
    let mut text = String::from("timestamp,request_id,account_id,client_ip,status,prompt\n");
    for row in 0..rows {
        let minute = row % 60;
        text.push_str(&format!(
            "2026-03-02T10:{minute:02}:00Z,req_{row},acct_{},192.0.2.{},200,\"hello, \"\"{row}\"\"\"\n",
            row % 7,
            row % 250
        ));
    }
    text
}

/// The same as JSON records.
pub(crate) fn records(rows: usize) -> Vec<String> {
    let record = |row: usize| {
        format!(
            "{{\"timestamp\":\"2026-03-02T10:{:02}:00Z\",\"id\":{row},\"user\":{{\"name\":\"acct_{}\"}},\"ip\":\"192.0.2.{}\",\"late\":null}}",
            row % 60,
            row % 7,
            row % 250
        )
    };
    (0..rows).map(record).collect()
}

/// An access log as web servers write it.
fn access_log(rows: usize) -> String {
    let line = |row: usize| {
        format!(
            "192.0.2.{} - - [17/May/2015:10:05:{:02} +0000] \"GET /x/{row} HTTP/1.1\" 200 {row} \"-\" \"curl/8\"\n",
            row % 250,
            row % 60
        )
    };
    (0..rows).map(line).collect()
}

/// Makes a sample of every format.
pub(crate) fn make(home: &Path) -> Files {
    let (csv, records) = (csv(60), records(60));
    let lines = format!("{}\n", records.join("\n"));
    let array = format!("[{}]", records.join(",\n"));
    let wrapped = format!("{{\"Records\":[{}],\"next\":null}}", records.join(","));
    let tar = pack::tar(&[("logs/a.csv", csv.as_bytes()), ("logs/b.json", array.as_bytes())]);
    let mut files: Vec<(&str, Vec<u8>)> = vec![
        ("log.csv", csv.clone().into_bytes()),
        ("log.tsv", csv.replace(',', "\t").into_bytes()),
        ("log.json", array.clone().into_bytes()),
        ("wrapped.json", wrapped.into_bytes()),
        ("log.jsonl", lines.clone().into_bytes()),
        ("access.log", access_log(60).into_bytes()),
        ("utf16.csv", pack::utf16(&csv)),
        ("log.csv.gz", pack::gzip(csv.as_bytes())),
        ("log.jsonl.gz", pack::gzip(lines.as_bytes())),
        ("log.csv.zst", pack::zstd(csv.as_bytes())),
        ("log.jsonl.bz2", pack::bzip2(lines.as_bytes())),
        ("logs.zip", pack::zip(&[("logs/a.csv", csv.as_bytes()), ("logs/b.json", array.as_bytes())])),
        ("logs.tar.gz", pack::gzip(&tar)),
        ("logs.tar", tar),
        ("log.sqlite", sqlite(home)),
        ("log.parquet", parquet(home)),
        ("log.duckdb", duckdb(home, &csv)),
    ];
    files.drain(..).map(|(name, content)| (name.to_owned(), content)).collect()
}

fn sqlite(home: &Path) -> Vec<u8> {
    let path = home.join("sample.sqlite");
    let mut database = rusqlite::Connection::open(&path).unwrap();
    database.execute_batch("CREATE TABLE log(at TEXT, id INTEGER, account TEXT, ip TEXT)").unwrap();
    let work = database.transaction().unwrap();
    for row in 0..300 {
        let values =
            (format!("2026-03-02T10:{:02}:00Z", row % 60), row, format!("acct_{}", row % 7), format!("192.0.2.{}", row % 250));
        work.execute("INSERT INTO log VALUES (?1, ?2, ?3, ?4)", values).unwrap();
    }
    work.commit().unwrap();
    fs::read(path).unwrap()
}

/// A command of the program that has to work, in a home of its own.
fn casebook(home: &Path, arguments: &[&str]) {
    let output = Command::new(env!("CARGO_BIN_EXE_casebook")).args(arguments).env_clear().env("HOME", home).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn parquet(home: &Path) -> Vec<u8> {
    let folder = home.join("demo");
    casebook(home, &["demo", "--rows", "2000", "--to", "parquet", "--write", &folder.display().to_string()]);
    fs::read(folder.join("requests.parquet")).unwrap()
}

/// A DuckDB file is what the cache keeps of an extract.
fn duckdb(home: &Path, csv: &str) -> Vec<u8> {
    let log = home.join("log.csv");
    fs::write(&log, csv).unwrap();
    casebook(home, &["inspect", &log.display().to_string()]);
    let cache = fs::read_dir(home.join(".cache/casebook")).unwrap();
    let path = cache.map(|entry| entry.unwrap().path()).find(|path| path.extension().is_some_and(|ending| ending == "duckdb"));
    fs::read(path.unwrap()).unwrap()
}
