//! Loading against the barest SQL for it in the same DuckDB: `cargo bench --bench loading`. Prints seconds and the ratio.
//! `CASEBOOK_ROWS` says how many rows of the demo (default 1,000,000), `CASEBOOK_EXTRACT` names a CSV file to load instead of the demo,
//! `CASEBOOK_SIDES` joins the demo's side tables too when it is set.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use casebook::domain::Role;
use casebook::engine::duckdb::DuckOpener;
use casebook::engine::{Client, Functions, Lane, Limits, OpenOptions, Opener, Statement};
use casebook::extract::{self, JoinSpec, OpenSpec, demo};
use casebook::settings::paths::Paths;

const MEMORY: u64 = 4_000_000_000;
/// Small files, and bytes of each before they are packed.
const FILES: usize = 4000;
const SMALL: usize = 2000;

fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let table = match std::env::var_os("CASEBOOK_EXTRACT") {
        Some(path) => PathBuf::from(path),
        None => demo(folder.path()),
    };
    println!("{:<44} {:>8} {:>8} {:>6}", "loading", "ours s", "bare s", "ratio");
    let bytes = std::fs::metadata(&table).map(|about| about.len()).unwrap_or_default();
    let name = format!("{} ({:.2} GB)", table.file_name().unwrap_or_default().to_string_lossy(), bytes as f64 / 1e9);
    // Both from a warm page cache.
    std::io::copy(&mut std::fs::File::open(&table).expect("the file"), &mut std::io::sink()).expect("it can be read");
    let bare = bare(folder.path(), "CREATE TABLE requests AS SELECT * FROM read_csv($1)", &table.display().to_string());
    let ours = ours(folder.path(), &table, true);
    report(&name, ours, bare);

    let small = folder.path().join("small");
    write_small(&small);
    let glob = small.join("*.json.gz").display().to_string();
    let bare = self::bare(folder.path(), "CREATE TABLE requests AS SELECT * FROM read_json($1)", &glob);
    let ours = self::ours(folder.path(), &small, false);
    report(&format!("{FILES} files of {SMALL} bytes, .json.gz"), ours, bare);
}

fn report(name: &str, ours: Duration, bare: Duration) {
    let ratio = ours.as_secs_f64() / bare.as_secs_f64();
    println!("{name:<44} {:>8.2} {:>8.2} {ratio:>6.2}", ours.as_secs_f64(), bare.as_secs_f64());
}

/// The demo as a CSV file.
fn demo(folder: &Path) -> PathBuf {
    let rows = std::env::var("CASEBOOK_ROWS").ok().and_then(|rows| rows.parse().ok()).unwrap_or(1_000_000);
    let spec = demo::Spec { rows, ..demo::Spec::default() };
    let written = demo::write(&spec, &folder.join("demo"), demo::Format::Csv, &DuckOpener, &mut |_, _| true);
    written.expect("the demo is written");
    folder.join("demo/requests.csv")
}

/// The bare statement into a database file of its own.
fn bare(folder: &Path, sql: &str, path: &str) -> Duration {
    let database = folder.join("bare.duckdb");
    let options = OpenOptions {
        path: Some(database.clone()),
        read_only: false,
        external_access: true,
        memory: Some(MEMORY),
        threads: None,
        spill: Some(folder.join("spill")),
        functions: Functions::default(),
    };
    let client = Client::new(DuckOpener.open(&options).expect("a database"));
    let mut statement = Statement::new(sql);
    statement.bind(path);
    let begun = Instant::now();
    client.ask_with(Lane::Background, statement, Limits::default(), &mut |_, _| true).expect("it loads");
    let took = begun.elapsed();
    drop(client);
    std::fs::remove_file(database).expect("it goes away");
    took
}

/// The same by the program, with everything that it does: detecting, hashing, roles, rejects, duplicates, the cache.
fn ours(folder: &Path, input: &Path, is_demo: bool) -> Duration {
    let paths = Paths::under(&folder.join("home"));
    let mut spec = OpenSpec { inputs: vec![input.display().to_string()], memory: Some(MEMORY), ..OpenSpec::default() };
    if is_demo && std::env::var_os("CASEBOOK_SIDES").is_some() {
        let beside = |name: &str| input.with_file_name(name).display().to_string();
        let join = |name: &str, prefix: &str| JoinSpec { role: Role::Account, path: beside(name), prefix: prefix.into() };
        spec.joins = vec![join("accounts.csv", "account"), join("bans.csv", "ban")];
    }
    let mut stages: Vec<(extract::Stage, Duration)> = Vec::new();
    let begun = Instant::now();
    let opened = extract::open(&spec, &paths, &DuckOpener, &mut |progress| {
        match stages.last_mut() {
            Some((stage, until)) if *stage == progress.stage => *until = begun.elapsed(),
            _ => stages.push((progress.stage, begun.elapsed())),
        }
        true
    });
    let took = begun.elapsed();
    let opened = opened.expect("it opens");
    let stages: Vec<String> =
        stages.iter().map(|(stage, until)| format!("{} {:.1}", stage.verb(), until.as_secs_f64())).collect();
    println!(
        "  {} rows, {} rejects, {} duplicates; until: {}",
        opened.extract.rows,
        opened.extract.rejects,
        opened.extract.duplicates,
        stages.join(", ")
    );
    drop(opened);
    let begun = Instant::now();
    drop(extract::open(&spec, &paths, &DuckOpener, &mut |_| true).expect("it opens again"));
    println!("  opened again in {} ms", begun.elapsed().as_millis());
    std::fs::remove_dir_all(paths.cache).expect("it goes away");
    took
}

/// Thousands of small packed files, as log shippers write them.
fn write_small(folder: &Path) {
    std::fs::create_dir_all(folder).expect("a folder");
    for file in 0..FILES {
        let mut text = String::new();
        let mut line = 0;
        while text.len() < SMALL {
            text.push_str(&format!(
                "{{\"timestamp\":\"2026-03-01T{:02}:{:02}:{:02}Z\",\"request_id\":\"req_{file}_{line}\",\"account_id\":\"acct_{}\",\"client_ip\":\"192.0.2.{}\",\"status\":200}}\n",
                file % 24, line % 60, file % 60, (file * 7 + line) % 300, (file + line) % 250
            ));
            line += 1;
        }
        let out = std::fs::File::create(folder.join(format!("{file:05}.json.gz"))).expect("a file");
        let mut packed = flate2::write::GzEncoder::new(out, flate2::Compression::fast());
        packed.write_all(text.as_bytes()).expect("it is written");
        packed.finish().expect("it is written");
    }
}
