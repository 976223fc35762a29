//! What the workbench asks, against the obvious SQL for it in the same DuckDB: `cargo bench --bench questions`. Prints milliseconds (the
//! best of five) and the ratio. `CASEBOOK_ROWS` says how many rows of the demo (default 1,000,000).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

use std::time::{Duration, Instant};

use casebook::domain::{Entity, Role, Value};
use casebook::engine::duckdb::DuckOpener;
use casebook::engine::{Client, Limits, Statement};
use casebook::extract::{self, OpenSpec, demo};
use casebook::investigate::{Context, Filter, NoCase, View, count, pivot, timeline, top};
use casebook::settings::paths::Paths;

const HOUR: i64 = 3_600_000_000;

fn best(client: &Client, statement: &Statement) -> Duration {
    let run = || {
        let begun = Instant::now();
        client.ask(statement.clone(), Limits::default()).expect("the query runs");
        begun.elapsed()
    };
    (0..5).map(|_| run()).min().unwrap_or_default()
}

fn main() {
    let rows = std::env::var("CASEBOOK_ROWS").ok().and_then(|rows| rows.parse().ok()).unwrap_or(1_000_000);
    let folder = tempfile::tempdir().expect("a folder");
    let paths = Paths::under(folder.path());
    let spec = demo::Spec { rows, ..demo::Spec::default() };
    let path = demo::cached(&spec, &paths, &DuckOpener, &mut |_, _| true).expect("the demo is made");
    let open = OpenSpec { inputs: vec![path.display().to_string()], ..OpenSpec::default() };
    let begun = Instant::now();
    let opened = extract::open(&open, &paths, &DuckOpener, &mut |_| true).expect("the demo opens");
    println!("loading {rows} rows with their hash: {} ms", begun.elapsed().as_millis());
    let begun = Instant::now();
    drop(extract::open(&open, &paths, &DuckOpener, &mut |_| true).expect("the demo opens again"));
    println!("opening them again: {} ms", begun.elapsed().as_millis());

    let client = Client::new(opened.engine.clone());
    let context = Context { schema: &opened.extract.schema, dialect: client.dialect(), case: &NoCase, last: opened.extract.last };
    let busiest = client.ask(top::statement(&context, &View::default(), "key", 2).expect("a statement"), Limits::default());
    let key =
        busiest.expect("the query runs").rows().filter_map(|row| row.first().and_then(Value::as_text).map(str::to_owned)).next();
    let key = key.expect("the demo has keys");
    let failed = View { filter: Filter::parse("status:401,403").expect("a filter"), ..View::default() };
    let entity = Entity::new(Role::Key, key.as_str()).expect("an entity");
    let bare = |sql: &str| Statement::new(sql);
    let mut bare_pivot =
        bare("SELECT ip, count(*), min(time), max(time) FROM requests WHERE key = $1 GROUP BY ip ORDER BY 2 DESC");
    bare_pivot.bind(key.as_str());
    let pairs = [
        (
            "top accounts",
            top::statement(&context, &View::default(), "account", 20),
            bare("SELECT account, count(*) AS n FROM requests GROUP BY account ORDER BY n DESC LIMIT 20"),
        ),
        (
            "histogram by the hour",
            timeline::statement(&context, &View::default(), HOUR, None),
            bare("SELECT time_bucket(INTERVAL 1 HOUR, time) AS b, count(*) FROM requests GROUP BY b ORDER BY b"),
        ),
        (
            "count of a filter",
            count::statement(&context, &failed),
            bare("SELECT count(*), min(time), max(time) FROM requests WHERE status IN (401, 403)"),
        ),
        ("addresses of a key", pivot::statement(&context, &View::default(), &pivot::exact(&entity), Role::Ip, None), bare_pivot),
    ];
    println!("{:<24} {:>9} {:>9} {:>6}", "question", "ours ms", "bare ms", "ratio");
    for (name, ours, bare) in pairs {
        let (ours, bare) = (best(&client, &ours.expect("a statement")), best(&client, &bare));
        let millis = |time: Duration| time.as_secs_f64() * 1000.0;
        println!("{name:<24} {:>9.1} {:>9.1} {:>6.2}", millis(ours), millis(bare), millis(ours) / millis(bare));
    }
}
