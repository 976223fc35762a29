//! What only DuckDB does: the lock-down, the shared schema, spilling, and what its types become.

use std::path::Path;
use std::sync::Arc;

use super::super::api::{EngineError, Functions, Limits, OpenOptions, Opener, Statement, TextFunction};
use super::super::client::{AskError, Client, Table};
use super::DuckOpener;
use crate::domain::Value;

fn client(options: &OpenOptions) -> Client {
    Client::new(DuckOpener.open(options).unwrap())
}

fn ask(client: &Client, sql: &str) -> Result<Table, AskError> {
    client.ask(Statement::new(sql), Limits::default())
}

fn write_numbers(path: &Path) {
    let options = OpenOptions { path: Some(path.to_path_buf()), ..OpenOptions::default() };
    ask(&client(&options), "CREATE TABLE numbers AS SELECT i, i * 7919 % 100003 AS mixed FROM range(200000) t(i)").unwrap();
}

fn read_only(path: &Path) -> OpenOptions {
    OpenOptions { path: Some(path.to_path_buf()), read_only: true, ..OpenOptions::default() }
}

#[test]
fn a_locked_down_engine_reaches_nothing_outside() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("numbers.duckdb");
    write_numbers(&path);
    let csv = folder.path().join("in.csv");
    std::fs::write(&csv, "a\n1\n").unwrap();
    let out = folder.path().join("out.csv");
    for options in [OpenOptions::default(), read_only(&path)] {
        let client = client(&options);
        for sql in [
            format!("SELECT * FROM read_csv('{}')", csv.display()),
            format!("SELECT * FROM '{}'", csv.display()),
            format!("SELECT * FROM read_text('{}')", csv.display()),
            "SELECT * FROM glob('/etc/*')".to_owned(),
            format!("COPY (SELECT 1) TO '{}'", out.display()),
            format!("EXPORT DATABASE '{}'", folder.path().join("export").display()),
            format!("ATTACH '{}' AS other", folder.path().join("other.duckdb").display()),
            "INSTALL httpfs".to_owned(),
            "LOAD httpfs".to_owned(),
            "SET threads = 1".to_owned(),
            "SET memory_limit = '100GB'".to_owned(),
            "RESET memory_limit".to_owned(),
            "SET enable_external_access = true".to_owned(),
            "SET lock_configuration = false".to_owned(),
            "PRAGMA enable_profiling = 'json'".to_owned(),
        ] {
            let answer = ask(&client, &sql);
            assert!(matches!(answer, Err(AskError::Engine(EngineError::Query(_)))), "{sql}: {answer:?}");
        }
        assert_eq!(ask(&client, "SELECT 42 AS n").unwrap().get(0, "n"), Value::Int(42));
    }
    assert!(!out.exists());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
}

/// Says how nice the thread is that calls it.
#[cfg(target_os = "linux")]
struct Niceness;

#[cfg(target_os = "linux")]
impl TextFunction for Niceness {
    fn name(&self) -> &'static str {
        "niceness"
    }

    fn may_apply(&self, _texts: &[u8], _numbers: &[i64]) -> bool {
        true
    }

    fn apply(&self, _text: &str, _number: i64) -> Option<String> {
        rustix::process::getpriority_process(None).ok().map(|nice| nice.to_string())
    }
}

#[cfg(target_os = "linux")]
#[test]
fn every_thread_that_computes_steps_back_and_the_caller_does_not() {
    let own = || rustix::process::getpriority_process(None).unwrap();
    let before = own();
    let functions = Functions(vec![Arc::new(Niceness)]);
    let client = client(&OpenOptions { threads: Some(4), functions, ..OpenOptions::default() });
    let sql = "SELECT niceness(CAST(i AS VARCHAR), i) AS nice, count(*) AS rows FROM range(3000000) t(i) GROUP BY nice";
    let answer = ask(&client, sql).unwrap();
    assert_eq!(answer.len(), 1, "all of them alike");
    assert_eq!(answer.get(0, "nice"), Value::Text((before + 10).min(19).to_string()));
    assert_eq!(own(), before);
}

#[test]
fn the_work_schema_is_writable_beside_a_read_only_file_and_seen_by_all_lanes() {
    use super::super::api::Lane;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("numbers.duckdb");
    write_numbers(&path);
    let client = client(&read_only(&path));
    assert!(ask(&client, "CREATE TABLE more AS SELECT 1").is_err());
    ask(&client, "CREATE TABLE work.sorted AS SELECT i FROM numbers ORDER BY mixed, i").unwrap();
    let sql = "SELECT i FROM work.sorted WHERE rowid BETWEEN 199998 AND 199999 ORDER BY rowid";
    for lane in Lane::ALL {
        let answer = client.ask_with(lane, Statement::new(sql), Limits::default(), &mut |_, _| true).unwrap();
        assert_eq!(answer.len(), 2);
    }
    let expected = ask(&client, "SELECT i FROM numbers ORDER BY mixed DESC, i DESC LIMIT 1").unwrap();
    assert_eq!(ask(&client, sql).unwrap().get(1, "i"), expected.get(0, "i"));
    ask(&client, "DROP TABLE work.sorted").unwrap();
}

#[test]
fn a_sort_that_does_not_fit_spills_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let spill = folder.path().join("spill");
    let sql = "SELECT count(*) AS n, max(place) AS last FROM (SELECT row_number() OVER (ORDER BY md5(i::VARCHAR)) AS place,
               repeat(md5(i::VARCHAR), 8) AS wide FROM range(600000) t(i)) WHERE wide <> 'x'";
    let tight = OpenOptions { memory: Some(80 << 20), threads: Some(1), ..OpenOptions::default() };
    assert!(matches!(ask(&client(&tight), sql), Err(AskError::Engine(EngineError::Memory(_)))));
    let spilling = OpenOptions { spill: Some(spill.clone()), ..tight };
    let client = client(&spilling);
    let answer = ask(&client, sql).unwrap();
    assert_eq!((answer.get(0, "n"), answer.get(0, "last")), (Value::Int(600_000), Value::Int(600_000)));
    drop(client);
    assert_eq!(std::fs::read_dir(&spill).unwrap().count(), 0);
}

#[test]
fn a_lane_that_was_opened_again_still_finds_the_file_and_is_locked_down() {
    use super::super::api::{Event, JobId, Lane, Request};
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("work.duckdb");
    write_numbers(&path);
    let engine = DuckOpener.open(&read_only(&path)).unwrap();
    let statement = Statement::new("SELECT count(*) AS n FROM numbers");
    let (sender, ends) = std::sync::mpsc::channel();
    let request =
        Request { id: JobId(u64::MAX), lane: Lane::Interactive, statement: statement.clone(), limits: Limits::default() };
    engine.submit(
        request,
        Box::new(move |event| match event {
            Event::Rows { .. } => std::panic::resume_unwind(Box::new("the sink breaks")),
            Event::Ended { end, .. } => sender.send(end).unwrap(),
            _ => {}
        }),
    );
    ends.recv().unwrap();
    let client = Client::new(engine);
    assert_eq!(client.ask(statement, Limits::default()).unwrap().get(0, "n"), Value::Int(200_000));
    assert!(ask(&client, "SELECT * FROM read_text('/etc/passwd')").is_err());
    assert!(ask(&client, "SET threads = 1").is_err());
}

#[test]
fn two_engines_share_one_read_only_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("numbers.duckdb");
    write_numbers(&path);
    let (one, two) = (client(&read_only(&path)), client(&read_only(&path)));
    let sql = "SELECT count(*) AS n FROM numbers";
    assert_eq!(ask(&one, sql).unwrap().get(0, "n"), Value::Int(200_000));
    assert_eq!(ask(&two, sql).unwrap().get(0, "n"), Value::Int(200_000));
}

#[test]
fn a_file_that_is_none_of_ours_is_an_error_with_its_path() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("not.duckdb");
    for content in [None, Some("this is not a database, but it is long enough to be looked at as one".repeat(300))] {
        if let Some(content) = content {
            std::fs::write(&path, content).unwrap();
        }
        let Err(error) = DuckOpener.open(&read_only(&path)) else { panic!("opened") };
        assert!(error.to_string().contains("not.duckdb"), "{error}");
    }
}

#[test]
fn every_type_arrives_as_a_value() {
    let client = client(&OpenOptions::default());
    let cases = [
        ("sum(1::BIGINT)", "1"),
        ("170141183460469231731687303715884105727::HUGEINT", "170141183460469231731687303715884105727"),
        ("NULL::BIGINT", ""),
        ("1::UTINYINT", "1"),
        ("18446744073709551615::UBIGINT", "18446744073709551615"),
        ("1.5::FLOAT", "1.5"),
        ("1.50::DECIMAL(10, 2)", "1.5"),
        ("'{\"a\": 1}'::JSON", "{\"a\": 1}"),
        ("'5f0c1a2e-0000-4000-8000-000000000001'::UUID", "5f0c1a2e-0000-4000-8000-000000000001"),
        ("DATE '2024-02-29'", "2024-02-29T00:00:00Z"),
        ("TIMESTAMP '2024-02-29 12:00:00.5'", "2024-02-29T12:00:00.5Z"),
        ("TIMESTAMP_S '2024-02-29 12:00:00'", "2024-02-29T12:00:00Z"),
        ("TIMESTAMP_MS '2024-02-29 12:00:00.25'", "2024-02-29T12:00:00.25Z"),
        ("TIMESTAMP_NS '2024-02-29 12:00:00.25'", "2024-02-29T12:00:00.25Z"),
        ("'2024-02-29 12:00:00+00'::TIMESTAMPTZ", "2024-02-29T12:00:00Z"),
        ("TIME '12:34:56.5'", "12:34:56.500"),
        ("INTERVAL 90 MINUTE", "1 hours 30 mins"),
        ("[1, 2]", "[1, 2]"),
        ("[[1], NULL]", "[[1], NULL]"),
        ("{'a': 1, 'b': 'x'}", "{a: 1, b: x}"),
        ("MAP {'k': 1}", "{k: 1}"),
        ("'a'::ENUM('a', 'b')", "a"),
        ("'\\x41\\x00'::BLOB", "4100"),
        ("true", "true"),
        ("NULL", ""),
        ("chr(128512) || 'a long text that does not fit inline at all'", "\u{1F600}a long text that does not fit inline at all"),
    ];
    for (sql, expected) in cases {
        let table = ask(&client, &format!("SELECT {sql} AS v")).unwrap();
        assert_eq!(table.get(0, "v").to_plain(), expected, "{sql}");
    }
}

#[test]
fn the_engine_is_shared_between_threads() {
    let engine = DuckOpener.open(&OpenOptions::default()).unwrap();
    let client = Client::new(Arc::clone(&engine));
    std::thread::scope(|scope| {
        for number in 0..4 {
            let client = client.clone();
            scope.spawn(move || {
                let answer = ask(&client, &format!("SELECT sum(i) + {number} AS s FROM range(1000) t(i)")).unwrap();
                assert_eq!(answer.get(0, "s"), Value::Int(499_500 + number));
            });
        }
    });
}

/// Turns a text around, if it has an `x` in it, and says the number.
struct Turn;

impl TextFunction for Turn {
    fn name(&self) -> &'static str {
        "casebook_turn"
    }

    fn may_apply(&self, texts: &[u8], numbers: &[i64]) -> bool {
        texts.contains(&b'x') && numbers.iter().all(|number| *number == 7)
    }

    fn apply(&self, text: &str, number: i64) -> Option<String> {
        assert_ne!(text, "boom x");
        text.contains('x').then(|| format!("{}{number}", text.chars().rev().collect::<String>()))
    }
}

#[test]
fn sql_calls_functions_of_the_program_and_outlives_their_mistakes() {
    let folder = tempfile::tempdir().unwrap();
    let functions = Functions(vec![Arc::new(Turn)]);
    let client = client(&OpenOptions { path: Some(folder.path().join("f.duckdb")), functions, ..OpenOptions::default() });
    ask(&client, "CREATE TABLE t AS SELECT CASE WHEN i % 3 = 0 THEN 'é' || i || 'x' WHEN i % 3 = 1 THEN NULL ELSE 'y' END AS a FROM range(9000) r(i)")
        .unwrap();
    ask(&client, "ALTER TABLE t ALTER COLUMN a SET DATA TYPE VARCHAR USING coalesce(casebook_turn(a, 7), a)").unwrap();
    let table = ask(
        &client,
        "SELECT count(*) AS rows, count(a) AS texts, count(*) FILTER (a LIKE 'x%é7') AS turned, max(a) AS last FROM t",
    )
    .unwrap();
    let got = ["rows", "texts", "turned"].map(|name| table.get(0, name).as_i64().unwrap());
    assert_eq!(got, [9000, 6000, 3000]);
    assert_eq!(table.get(0, "last"), Value::Text("y".into()));
    let broken = ask(&client, "SELECT casebook_turn('boom x', 7)");
    assert!(matches!(broken, Err(AskError::Engine(EngineError::Query(_)))), "{broken:?}");
    assert_eq!(ask(&client, "SELECT casebook_turn('ax', 7) AS a").unwrap().get(0, "a"), Value::Text("xa7".into()));
}
