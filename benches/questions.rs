//! What the workbench asks, against the obvious SQL for it in the same DuckDB: `cargo bench --bench questions`. Prints milliseconds (the
//! best of nine, asked in turns, so that other work on the machine falls on both) and the ratio. `CASEBOOK_ROWS` says how many rows of the demo (default 1,000,000).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

use std::time::{Duration, Instant};

use casebook::domain::{Entity, Role, Value};
use casebook::engine::duckdb::DuckOpener;
use casebook::engine::{Client, Limits, Statement};
use casebook::extract::{self, OpenSpec, demo};
use casebook::investigate::{Context, Filter, NoCase, View, count, entity, pivot, rows, timeline, top};
use casebook::settings::paths::Paths;

const HOUR: i64 = 3_600_000_000;

/// How often each is asked.
const ROUNDS: usize = 9;

/// The best time of several statements together on each side, asked in turns.
fn race(client: &Client, ours: &[Statement], bare: &[Statement]) -> (Duration, Duration) {
    let once = |statements: &[Statement]| {
        let begun = Instant::now();
        for statement in statements {
            client.ask(statement.clone(), Limits::default()).expect("the query runs");
        }
        begun.elapsed()
    };
    let rounds: Vec<(Duration, Duration)> = (0..ROUNDS).map(|_| (once(ours), once(bare))).collect();
    let best = |side: fn(&(Duration, Duration)) -> Duration| rounds.iter().map(side).min().unwrap_or_default();
    (best(|round| round.0), best(|round| round.1))
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
    let context = Context {
        relation: &casebook::investigate::REQUESTS,
        schema: &opened.extract.schema,
        dialect: client.dialect(),
        case: &NoCase,
        last: opened.extract.last,
    };
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
    let account = client.ask(top::statement(&context, &View::default(), "account", 2).expect("a statement"), Limits::default());
    let account = account.expect("the query runs").get(0, "value");
    let of_account = View { filter: Filter::keep("account", &account), ..View::default() };
    let columns: Vec<String> = context.schema.filled().map(|column| column.name.clone()).collect();
    let mut bare_rows = bare("SELECT * FROM requests WHERE account = $1 ORDER BY row_id LIMIT 100");
    bare_rows.bind(account.as_text().unwrap_or_default());
    let text = View { filter: Filter::containing("content", "house rules"), ..View::default() };
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
        ("rows of an account", rows::page(&context, &of_account, &columns, &rows::RowSource::Head, 0, 100), bare_rows),
        (
            "hour by status",
            timeline::statement(&context, &View::default(), HOUR, Some("status")),
            bare(
                "SELECT time_bucket(INTERVAL 1 HOUR, time) AS b, status, count(*) FROM requests GROUP BY b, status ORDER BY b, status",
            ),
        ),
        (
            "a text in the content",
            count::statement(&context, &text),
            bare("SELECT count(*), min(time), max(time) FROM requests WHERE contains(lower(content), 'house rules')"),
        ),
    ];
    println!("{:<24} {:>9} {:>9} {:>6}", "question", "ours ms", "bare ms", "ratio");
    for (name, ours, bare) in pairs {
        tell(name, race(&client, &[ours.expect("a statement")], &[bare]));
    }
    entity_page(&client, &context, &entity);
}

/// A line of the table.
fn tell(name: &str, (ours, bare): (Duration, Duration)) {
    let millis = |time: Duration| time.as_secs_f64() * 1000.0;
    println!("{name:<24} {:>9.1} {:>9.1} {:>6.2}", millis(ours), millis(bare), millis(ours) / millis(bare));
}

/// Everything that an entity's page asks, against a statement for each of its parts as one would type it.
fn entity_page(client: &Client, context: &Context<'_>, whose: &Entity) {
    let summary = entity::summary(context, &View::default(), whose).expect("a statement");
    let seen = client.ask(summary.clone(), Limits::default()).expect("the query runs");
    let (first, last) = (seen.get(0, "first_seen").as_time(), seen.get(0, "last_seen").as_time());
    let requests = seen.get(0, "requests").as_i64().and_then(|rows| u64::try_from(rows).ok()).unwrap_or(0);
    let settled = entity::settled(first, last);
    let related = entity::related(context, &View::default(), whose, requests, settled, 5).expect("a statement");
    let keep = Filter::keep(whose.role.name(), &Value::Text(whose.value.clone()));
    let of_entity = View { filter: keep, ..View::default() };
    let spark = timeline::statement(context, &of_entity, HOUR, None).expect("a statement");
    let ours: Vec<Statement> = [summary, spark].into_iter().chain(related).collect();
    let with = |sql: &str| {
        let mut statement = Statement::new(sql);
        statement.bind(whose.value.as_str());
        statement
    };
    let mut bare = vec![
        with(
            "SELECT count(*), min(time), max(time), count(*) FILTER (WHERE error IS NOT NULL OR status >= 400), sum(tokens_in), \
             sum(tokens_out), sum(cost) FROM requests WHERE key = $1",
        ),
        with("SELECT time_bucket(INTERVAL 1 HOUR, time) AS b, count(*) FROM requests WHERE key = $1 GROUP BY b ORDER BY b"),
    ];
    for role in entity::related_roles(context, whose) {
        let sql = format!(
            "SELECT {role}, count(*) AS n, min(time) FROM requests WHERE key = $1 GROUP BY {role} ORDER BY n DESC LIMIT 5"
        );
        bare.push(with(&sql));
    }
    tell("page of a key", race(client, &ours, &bare));
}
