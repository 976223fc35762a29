//! The demo as Parquet and through the loader, and the playbooks over it with the real engine: each finds what was planted for it.
#![cfg(feature = "engine")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, clippy::print_stdout)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use casebook::domain::{Role, Value};
use casebook::engine::duckdb::DuckOpener;
use casebook::engine::{Client, Limits, OpenOptions, Opener, Statement, Table};
use casebook::extract::demo::{self, Format, Planted, Spec, Truth};
use casebook::extract::{self, OpenSpec, Opened};
use casebook::investigate::{Context, Filter, NoCase, REQUESTS, View, count};
use casebook::playbook::{self, Playbook, library};
use casebook::settings::paths::Paths;

struct Loaded {
    _folder: tempfile::TempDir,
    opened: Opened,
    client: Client,
}

fn load(inputs: Vec<String>, folder: tempfile::TempDir) -> Loaded {
    let spec = OpenSpec { inputs, ..OpenSpec::default() };
    let opened = extract::open(&spec, &Paths::under(&folder.path().join("home")), &DuckOpener, &mut |_| true).unwrap();
    let client = Client::new(opened.engine.clone());
    Loaded { _folder: folder, opened, client }
}

fn demo(spec: Spec, format: Format) -> (Loaded, Truth) {
    let folder = tempfile::tempdir().unwrap();
    let written = demo::write(&spec, &folder.path().join("demo"), format, &DuckOpener, &mut |_, _| true).unwrap();
    let truth = serde_json::from_slice(&std::fs::read(&written.truth).unwrap()).unwrap();
    (load(vec![written.requests.to_string_lossy().into_owned()], folder), truth)
}

impl Loaded {
    fn ask(&self, sql: &str) -> Table {
        self.client.ask(Statement::new(sql), Limits::default()).unwrap()
    }

    fn run(&self, playbook: &Playbook) -> Table {
        playbook::runnable(playbook, &self.opened.extract.schema).unwrap();
        let statement = playbook::statement(playbook, &BTreeMap::new()).unwrap();
        let table = self.client.ask(statement, Limits::default()).unwrap_or_else(|error| panic!("{}: {error}", playbook.id));
        assert_eq!(table.names, playbook::COLUMNS, "{}", playbook.id);
        table
    }
}

fn text(value: Value) -> String {
    value.as_text().map(str::to_owned).unwrap_or_else(|| panic!("{value:?} is no text"))
}

/// The entities that count as having found an abuse with a playbook.
fn accused(planted: &Planted, playbook: &Playbook) -> Vec<String> {
    planted.entities.get(&playbook.entity).cloned().unwrap_or_default()
}

#[test]
fn every_playbook_finds_its_planted_abuse_in_its_first_three() {
    for seed in [7, 8] {
        let (loaded, truth) = demo(Spec { rows: 50_000, seed, clean: false }, Format::Csv);
        assert_eq!(loaded.opened.extract.rows, 50_000);
        let mut found = 0;
        for playbook in library::builtin() {
            let planted = truth.planted.iter().find(|planted| {
                planted.playbook == playbook.id || playbook.id == "shared-payment" && planted.id == "signup-farm"
            });
            let Some(planted) = planted else { continue };
            let table = loaded.run(&playbook);
            let about = format!("{} for {}, seed {seed}", playbook.id, planted.id);
            assert!(!table.is_empty(), "{about}: no hit");
            let first: Vec<String> = (0..table.len().min(3)).map(|row| text(table.get(row, "entity"))).collect();
            let wanted = accused(planted, &playbook);
            assert!(first.iter().any(|entity| wanted.contains(entity)), "{about}: {first:?} holds none of {wanted:?}");
            for row in table.rows() {
                let [_, score, requests, first_seen, last_seen, examples] = row.as_slice() else { panic!("{about}") };
                assert!(score.as_f64().is_some_and(|score| score > 0.0), "{about}: {score:?}");
                assert!(requests.as_i64().is_some_and(|requests| requests > 0), "{about}: {requests:?}");
                assert!(first_seen.as_time().unwrap() <= last_seen.as_time().unwrap(), "{about}");
                let examples = examples.as_text().unwrap();
                assert!(
                    examples.split(',').all(|id| id.parse::<i64>().is_ok_and(|id| (1..=50_000).contains(&id))),
                    "{about}: {examples}"
                );
            }
            // The examples are rows of the entity.
            let (entity, examples) = (text(table.get(0, "entity")), text(table.get(0, "examples")));
            let role = playbook.entity.name();
            let rows = loaded.ask(&format!("SELECT count(*) FILTER (WHERE \"{role}\" = '{entity}') AS own, count(*) AS all_rows FROM requests WHERE row_id IN ({examples})"));
            assert_eq!(rows.get(0, "own"), rows.get(0, "all_rows"), "{about}");
            found += 1;
        }
        assert_eq!(found, 8);
    }
}

#[test]
fn the_filters_of_the_truth_select_the_planted_rows() {
    let (loaded, truth) = demo(Spec { rows: 20_000, seed: 9, clean: false }, Format::Csv);
    let schema = &loaded.opened.extract.schema;
    let context = Context {
        relation: &REQUESTS,
        schema,
        dialect: loaded.client.dialect(),
        case: &NoCase,
        last: loaded.opened.extract.last,
    };
    for planted in &truth.planted {
        let filter = Filter::parse(&planted.filter).unwrap();
        filter.check(schema).unwrap();
        let view = View { filter, ..View::default() };
        let table = loaded.client.ask(count::statement(&context, &view).unwrap(), Limits::default()).unwrap();
        assert_eq!(table.get(0, "requests").as_i64(), i64::try_from(planted.rows).ok(), "{}: {}", planted.id, planted.filter);
        assert_eq!(table.get(0, "first_seen").as_time(), Some(planted.first_seen), "{}", planted.id);
        assert_eq!(table.get(0, "last_seen").as_time(), Some(planted.last_seen), "{}", planted.id);
    }
}

#[test]
fn a_clean_demo_raises_hardly_any_hit() {
    let (loaded, truth) = demo(Spec { rows: 50_000, seed: 7, clean: true }, Format::Csv);
    assert!(truth.planted.is_empty());
    for playbook in library::builtin() {
        let table = loaded.run(&playbook);
        assert!(table.len() <= 1, "{}: {} hits on a clean demo", playbook.id, table.len());
    }
}

#[test]
fn the_key_that_was_denied_most_is_found_in_real_logs() {
    let root = std::env::var_os("CASEBOOK_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from);
    let path = root.join("cloudtrail-invictus");
    if !path.exists() {
        println!("skipped: {} is not there", path.display());
        return;
    }
    let loaded = load(vec![path.to_string_lossy().into_owned()], tempfile::tempdir().unwrap());
    let playbooks = library::builtin();
    let playbook = playbooks.iter().find(|playbook| playbook.id == "denied-calls").unwrap();
    let table = loaded.run(playbook);
    assert!(text(table.get(0, "entity")).ends_with("WLLE7IWW"));
    assert_eq!(table.get(0, "requests").as_i64(), Some(29));
    // CloudTrail has no devices: what needs one says so.
    let farm = playbooks.iter().find(|playbook| playbook.id == "signup-farm").unwrap();
    assert_eq!(playbook::runnable(farm, &loaded.opened.extract.schema).unwrap_err().roles, [Role::Device]);
}

#[test]
fn the_demo_opens_with_its_profile_and_every_role_in_each_format() {
    let spec = Spec { rows: 20_000, seed: 7, clean: false };
    let mut counts = Vec::new();
    for format in Format::ALL {
        let (loaded, _) = demo(spec, format);
        let extract = &loaded.opened.extract;
        assert_eq!((extract.rows, extract.rejects), (20_000, 0), "{format:?}");
        assert_eq!(extract.sources[0].profile, "api-requests", "{format:?}: {:?}", extract.sources[0]);
        assert_eq!(extract.schema.roles().count(), Role::ALL.len(), "{format:?}");
        let table = loaded.ask(
            "SELECT count(DISTINCT account) AS accounts, count(key) AS keys, min(time) AS first, max(time) AS last, \
             sum(tokens_out) AS tokens, round(sum(cost), 3) AS cost, sum(latency) AS latency, count(*) FILTER (WHERE status = 200) AS good, \
             sum(length(content)) AS letters, count(flag) AS flags FROM requests",
        );
        counts.push(table.rows().next().unwrap());
    }
    assert_eq!(counts[0], counts[1]);
    assert_eq!(counts[0], counts[2]);
}

#[test]
fn parquet_holds_times_and_numbers_as_such() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("it's here");
    let spec = Spec { rows: 5_000, seed: 3, clean: false };
    let written = demo::write(&spec, &dir, Format::Parquet, &DuckOpener, &mut |_, _| true).unwrap();
    let mut names: Vec<String> =
        std::fs::read_dir(&dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, ["accounts.parquet", "bans.parquet", "requests.parquet", "truth.json"]);
    let engine = DuckOpener.open(&OpenOptions { external_access: true, ..OpenOptions::default() }).unwrap();
    let client = Client::new(engine);
    let ask = |sql: &str, path: &Path| {
        let mut statement = Statement::default();
        let place = statement.bind(path.to_string_lossy().into_owned());
        statement.sql = sql.replace("FILE", &format!("read_parquet({place})"));
        client.ask(statement, Limits::default()).unwrap()
    };
    let types = ask(
        "SELECT any_value(typeof(timestamp)) AS at, any_value(typeof(status)) AS status, any_value(typeof(cost_usd)) AS cost, count(*) AS n, min(timestamp) AS first FROM FILE",
        &written.requests,
    );
    assert_eq!(text(types.get(0, "at")), "TIMESTAMP");
    assert_eq!(text(types.get(0, "status")), "INTEGER");
    assert_eq!(text(types.get(0, "cost")), "DOUBLE");
    assert_eq!(types.get(0, "n").as_i64(), Some(5_000));
    assert!(types.get(0, "first").as_time().unwrap() >= Spec::START);
    let bans = ask("SELECT count(*) AS n, count(banned_at) AS dated FROM FILE", &written.bans);
    assert_eq!(bans.get(0, "n"), bans.get(0, "dated"));
}
