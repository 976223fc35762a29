//! The demo as Parquet and through the loader, and the playbooks over it with the real engine: each finds what was planted for it.
#![cfg(feature = "engine")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, clippy::print_stdout)]

// Each test of the program uses a part of it.
#[allow(dead_code)]
mod program;

use std::collections::BTreeMap;
use std::path::Path;

use casebook::domain::{Role, Severity, Value};
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

/// The first hits, the worst first.
fn first(table: &Table, count: usize) -> Vec<String> {
    (0..table.len().min(count)).map(|row| text(table.get(row, "entity"))).collect()
}

/// Whether any of these entities took part in an abuse, by the kind that the playbook accuses.
fn accused(planted: &Planted, playbook: &Playbook, entities: &[String]) -> bool {
    planted.entities.get(&playbook.entity).is_some_and(|wanted| entities.iter().any(|entity| wanted.contains(entity)))
}

fn check_shape(playbook: &Playbook, table: &Table, rows: i64) {
    let about = &playbook.id;
    let mut last = f64::INFINITY;
    for row in table.rows() {
        let [_, score, requests, first_seen, last_seen, examples] = row.as_slice() else { panic!("{about}") };
        let score = score.as_f64().unwrap_or_else(|| panic!("{about}: a score that is no number"));
        assert!(score > 0.0 && score <= last, "{about}: {score} after {last}");
        last = score;
        assert!(requests.as_i64().is_some_and(|requests| requests > 0), "{about}: {requests:?}");
        assert!(first_seen.as_time().unwrap() <= last_seen.as_time().unwrap(), "{about}");
        let examples = examples.as_text().unwrap();
        assert!(examples.split(',').all(|id| id.parse::<i64>().is_ok_and(|id| (1..=rows).contains(&id))), "{about}: {examples}");
    }
}

#[test]
fn every_planted_abuse_is_found_by_its_playbook_in_its_first_three() {
    for seed in [7, 8, 4_242] {
        let (loaded, truth) = demo(Spec { rows: 20_000, seed, clean: false }, Format::Csv);
        assert_eq!(loaded.opened.extract.rows, 20_000);
        let mut found: BTreeMap<&str, usize> = BTreeMap::new();
        for playbook in library::builtin() {
            let table = loaded.run(&playbook);
            check_shape(&playbook, &table, 20_000);
            for planted in truth.planted.iter().filter(|planted| accused(planted, &playbook, &first(&table, 10))) {
                *found.entry(&planted.id).or_default() += 1;
            }
            let Some(planted) = truth.planted.iter().find(|planted| planted.playbook == playbook.id) else { continue };
            let about = format!("{} for {}, seed {seed}", playbook.id, planted.id);
            assert!(accused(planted, &playbook, &first(&table, 3)), "{about}: {:?}", first(&table, 3));
            // The examples are rows of the entity.
            let (entity, examples) = (text(table.get(0, "entity")), text(table.get(0, "examples")));
            let role = playbook.entity.name();
            let rows = loaded.ask(&format!("SELECT count(*) FILTER (WHERE \"{role}\" = '{entity}') AS own, count(*) AS all_rows FROM requests WHERE row_id IN ({examples})"));
            assert_eq!(rows.get(0, "own"), rows.get(0, "all_rows"), "{about}");
        }
        for planted in &truth.planted {
            assert!(found.contains_key(planted.id.as_str()), "nothing finds {}, seed {seed}", planted.id);
            assert!(library::builtin().iter().any(|playbook| playbook.id == planted.playbook), "{}", planted.playbook);
        }
        assert_eq!(found.len(), 11);
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
    for seed in [7, 8, 4_242] {
        let (loaded, truth) = demo(Spec { rows: 20_000, seed, clean: true }, Format::Csv);
        assert!(truth.planted.is_empty());
        let mut grave = Vec::new();
        for playbook in library::builtin() {
            let hits = loaded.run(&playbook).len();
            assert!(hits <= 5, "{}: {hits} hits on a clean demo, seed {seed}", playbook.id);
            if playbook.severity >= Severity::High && hits > 0 {
                grave.push((playbook.id.clone(), hits));
            }
        }
        assert!(grave.iter().map(|(_, hits)| hits).sum::<usize>() <= 1, "seed {seed}: {grave:?}");
    }
}

/// The extract in a folder of the real logs, where they are at hand.
fn real(folder: &str) -> Option<Loaded> {
    let path = program::data(folder)?;
    Some(load(vec![path.to_string_lossy().into_owned()], tempfile::tempdir().unwrap()))
}

fn built_in(id: &str) -> Playbook {
    library::builtin().into_iter().find(|playbook| playbook.id == id).unwrap()
}

#[test]
fn the_playbooks_for_cloudtrail_give_the_known_answers() {
    if let Some(loaded) = real("cloudtrail-invictus") {
        let table = loaded.run(&built_in("denied-calls"));
        assert!(text(table.get(0, "entity")).ends_with("WLLE7IWW"));
        assert_eq!(table.get(0, "requests").as_i64(), Some(29));
        let table = loaded.run(&built_in("instance-role-outside"));
        assert_eq!(table.len(), 2);
        assert!(text(table.get(0, "entity")).ends_with("SHSEVYP5") && text(table.get(1, "entity")).ends_with("36DZQP7P"));
        assert_eq!(table.get(0, "requests").as_i64(), Some(13));
        let from = loaded.ask(&format!("SELECT ip FROM requests WHERE row_id IN ({})", text(table.get(0, "examples"))));
        assert_eq!(text(from.get(0, "ip")), "3.225.16.109");
        // CloudTrail has no devices: what needs one says so.
        let missing = playbook::runnable(&built_in("signup-farm"), &loaded.opened.extract.schema).unwrap_err();
        assert_eq!(missing.roles, [Role::Device]);
    }
    if let Some(loaded) = real("cloudtrail-stratus") {
        let table = loaded.run(&built_in("llm-stolen-key"));
        assert_eq!(table.len(), 1);
        assert!(text(table.get(0, "entity")).ends_with("XNF7DFZB"));
        assert_eq!(table.get(0, "requests").as_i64(), Some(15));
    }
}

#[test]
fn the_largest_spender_of_bedrock_is_found() {
    let Some(loaded) = real("bedrock-claude") else { return };
    let table = loaded.run(&built_in("bedrock-large-prompts"));
    assert!(text(table.get(0, "entity")).ends_with("session-1778100844"));
    assert_eq!(table.get(0, "score").as_f64(), Some(4_166_022.0));
    assert_eq!(loaded.run(&built_in("bedrock-region-hopping")).len(), 2);
}

/// One log in the demo's shape, with abuse that the demo does not plant.
fn made_up() -> String {
    let mut log = String::from(
        "timestamp,request_id,account_id,endpoint,status,client_ip,user_agent,country,asn,payment_fingerprint,error_code,safety_flag,input_tokens\n",
    );
    let mut number = 0;
    let mut row = |seconds: i64, account: &str, endpoint: &str, status: i64, ip: &str, agent: &str, rest: &str| {
        number += 1;
        let (day, second) = (seconds / 86_400 + 1, seconds % 86_400);
        let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
        log.push_str(&format!(
            "2026-03-{day:02}T{hour:02}:{minute:02}:{second:02}Z,req_{number},{account},{endpoint},{status},{ip},{agent},{rest}\n"
        ));
    };
    let paid = |country: &str, network: &str| format!("{country},{network},pay_1,,,20");
    for number in 0..40i64 {
        for step in 0..20 {
            let at = step * 40_000 + number * 907 + step * step * 61;
            row(at, &format!("calm{number}"), "/v1/messages", 200, &format!("10.0.0.{number}"), "client/1", &paid("DE", "AS1"));
        }
    }
    let at = 5 * 86_400;
    for source in 0..30 {
        let ip = format!("10.9.0.{source}");
        for step in 0..2 {
            row(at + source * 600 + step, &format!("calm{source}"), "/v1/sessions", 401, &ip, "spray/2", "NL,AS5,,invalid,,");
        }
        let (country, network) = if source % 2 == 0 { ("DE", "AS1") } else { ("BR", "AS7") };
        row(at + source * 300, "traveller", "/v1/messages", 200, "10.1.0.1", "client/1", &paid(country, network));
    }
    for step in 0..12 {
        row(at + step * 60, "guessed", "/v1/sessions", 401, "10.1.0.2", "client/1", "DE,AS1,pay_2,invalid,,");
        for account in 0..12 {
            if step < 4 {
                let account = format!("free{account}");
                row(at + step * 200 + 7, &account, "/v1/messages", 200, "10.1.0.3", "proxy/1", "DE,AS1,,,,20");
            }
        }
    }
    row(at + 730, "guessed", "/v1/sessions", 200, "10.1.0.2", "client/1", &paid("DE", "AS1"));
    for step in 0..10 {
        row(step * 30_000, "flood", "/v1/messages", 200, "10.1.0.4", "client/1", &paid("DE", "AS1"));
    }
    for step in 0..200 {
        row(at + step, "flood", "/v1/messages", 200, "10.1.0.4", "client/1", &paid("DE", "AS1"));
    }
    for step in 0..32 {
        let rest = format!("DE,AS1,pay_3,error{},,", step % 4);
        row(
            at + step * 90,
            "prober",
            &format!("/v1/thing/{}", ["a", "b", "c", "d"][(step / 4 % 4) as usize]),
            400,
            "10.1.0.5",
            "client/1",
            &rest,
        );
    }
    for step in 0..40 {
        let flag = if step >= 20 && step % 2 == 0 { "flagged" } else { "" };
        row(step * 20_000, "slider", "/v1/messages", 200, "10.1.0.6", "client/1", &format!("DE,AS1,pay_4,,{flag},20"));
    }
    for step in 0..5 {
        let flag = if step < 4 { "blocked" } else { "" };
        row(at + step * 60, "insistent", "/v1/messages", 200, "10.1.0.7", "client/1", &format!("DE,AS1,pay_5,,{flag},20"));
        let error = if step < 2 { "account_banned" } else { "" };
        let status = if step < 2 { 403 } else { 200 };
        row(at + step * 60, "blocked", "/v1/messages", status, "10.1.0.8", "client/1", &format!("DE,AS1,pay_6,{error},,20"));
    }
    for step in 0..90 {
        let (agent, rest) = if step < 20 { ("client/1", paid("DE", "AS1")) } else { ("tool/9", paid("ZA", "AS9")) };
        row(step * 9_000 + if step < 20 { 0 } else { 260_000 }, "moved", "/v1/messages", 200, "10.1.0.9", agent, &rest);
    }
    log
}

#[test]
fn abuse_that_the_demo_does_not_plant_is_found_in_made_up_rows() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("requests.csv");
    std::fs::write(&path, made_up()).unwrap();
    let loaded = load(vec![path.to_string_lossy().into_owned()], folder);
    for (id, entity) in [
        ("low-slow-stuffing", "spray/2"),
        ("failures-then-success", "guessed"),
        ("impossible-travel", "traveller"),
        ("free-tier-multiplexing", "10.1.0.3"),
        ("burst", "flood"),
        ("error-probing", "prober"),
        ("flag-escalation", "slider"),
        ("refusal-retry", "insistent"),
        ("mitigation-impact", "blocked"),
        ("new-country", "moved"),
        ("new-network", "moved"),
        ("new-user-agent", "moved"),
    ] {
        let table = loaded.run(&built_in(id));
        assert!(first(&table, 1).contains(&entity.to_owned()), "{id}: {:?}", first(&table, 3));
    }
}

#[test]
fn the_readme_names_every_playbook() {
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    for playbook in library::builtin() {
        let roles: Vec<&str> = playbook.roles.iter().map(|role| role.name()).collect();
        let line = format!("| `{}` | {} | {} |", playbook.id, playbook.question, roles.join(" "));
        assert!(readme.contains(&line), "README.md lacks {line}");
    }
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
