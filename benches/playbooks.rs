//! Every playbook over the demo: hits, precision and recall against what was planted, and the time: `cargo bench --bench playbooks`.
//! `CASEBOOK_ROWS` says how many rows of the demo (default 1,000,000), `CASEBOOK_SEED` which one; `CASEBOOK_DEMO` names a folder that
//! `casebook demo --write` has made, to take that instead.
//!
//! Precision is the share of hits that took part in any planted abuse; recall the share that was found of the entities of the abuse for
//! which the playbook was written. A `-` says that the demo has nothing of the kind.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use casebook::engine::duckdb::DuckOpener;
use casebook::engine::{Client, Limits};
use casebook::extract::demo::{self, Truth};
use casebook::extract::{self, OpenSpec};
use casebook::playbook::{self, Playbook, library};
use casebook::settings::paths::Paths;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

/// The requests and the truth.
fn files(folder: &std::path::Path) -> (PathBuf, PathBuf) {
    if let Some(written) = std::env::var_os("CASEBOOK_DEMO").map(PathBuf::from) {
        let requests = ["requests.parquet", "requests.csv", "requests.jsonl"].iter().map(|name| written.join(name));
        return (requests.into_iter().find(|path| path.exists()).expect("the requests"), written.join("truth.json"));
    }
    let spec = demo::Spec {
        rows: number("CASEBOOK_ROWS").unwrap_or(1_000_000),
        seed: number("CASEBOOK_SEED").unwrap_or(1),
        ..demo::Spec::default()
    };
    let written = demo::write(&spec, &folder.join("demo"), demo::Format::Parquet, &DuckOpener, &mut |_, _| true);
    let written = written.expect("the demo is written");
    (written.requests, written.truth)
}

/// What the playbook should find, where the demo has what it looks for.
fn wanted(playbook: &Playbook, truth: &Truth) -> BTreeSet<String> {
    let mine = truth.planted.iter().filter(|planted| planted.playbook == playbook.id);
    mine.flat_map(|planted| match planted.clue.role == playbook.entity {
        true => planted.clue.values.clone(),
        false => planted.entities.get(&playbook.entity).cloned().unwrap_or_default(),
    })
    .collect()
}

fn share(part: usize, whole: usize) -> String {
    if whole == 0 { "-".to_owned() } else { format!("{:.3}", part as f64 / whole as f64) }
}

fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let (requests, truth) = files(folder.path());
    let truth: Truth = serde_json::from_slice(&std::fs::read(truth).expect("the truth")).expect("it is JSON");
    let open = OpenSpec { inputs: vec![requests.display().to_string()], ..OpenSpec::default() };
    let opened = extract::open(&open, &Paths::under(folder.path()), &DuckOpener, &mut |_| true).expect("the demo opens");
    let client = Client::new(opened.engine.clone());
    println!("{} rows, seed {}", truth.rows, truth.seed);
    println!("{:<26} {:<8} {:>6} {:>9} {:>7} {:>8}", "playbook", "severity", "hits", "precision", "recall", "ms");
    let (mut sum, mut longest) = (Duration::ZERO, Duration::ZERO);
    for playbook in library::builtin() {
        if playbook::runnable(&playbook, &opened.extract.schema).is_err() {
            println!("{:<26} needs roles that are not there", playbook.id);
            continue;
        }
        let statement = playbook::statement(&playbook, &BTreeMap::new()).expect("a statement");
        let begun = Instant::now();
        let table = client.ask(statement, Limits::default()).expect("the playbook runs");
        let time = begun.elapsed();
        (sum, longest) = (sum + time, longest.max(time));
        let hits: BTreeSet<String> =
            (0..table.len()).filter_map(|row| table.get(row, "entity").as_text().map(str::to_owned)).collect();
        let all: BTreeSet<&String> =
            truth.planted.iter().filter_map(|planted| planted.entities.get(&playbook.entity)).flatten().collect();
        let wanted = wanted(&playbook, &truth);
        println!(
            "{:<26} {:<8} {:>6} {:>9} {:>7} {:>8}",
            playbook.id,
            playbook.severity.name(),
            hits.len(),
            share(hits.iter().filter(|hit| all.contains(hit)).count(), hits.len()),
            share(wanted.intersection(&hits).count(), wanted.len()),
            time.as_millis(),
        );
    }
    println!("all together {:.1} s, the longest {:.1} s", sum.as_secs_f64(), longest.as_secs_f64());
}
