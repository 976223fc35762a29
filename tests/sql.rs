//! Questions in SQL, asked of the real DuckDB behind the real lock-down: results that views are of, and texts that mean harm.
#![cfg(feature = "engine")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, clippy::print_stdout)]

use std::path::Path;
use std::time::Duration;

use casebook::domain::{Column, Entity, Kind, Role, Schema, Value};
use casebook::engine::client::AskError;
use casebook::engine::duckdb::DuckOpener;
use casebook::engine::{Client, Cut, Limits, OpenOptions, Opener, Statement, Table};
use casebook::investigate::relation::Relation;
use casebook::investigate::result::{self, Bounds, Kept};
use casebook::investigate::rows::{self, RowSource};
use casebook::investigate::{CaseTerms, Context, NoCase, SortKey, View, count, diff, pivot, timeline, top, written};

const ROWS: i64 = 60;

/// An extract on disk as the program opens it: read-only, locked down, with a table that nobody may read by accident.
fn extract(folder: &Path) -> (Client, Schema) {
    let path = folder.join("extract.duckdb");
    {
        let client = Client::new(DuckOpener.open(&OpenOptions { path: Some(path.clone()), ..OpenOptions::default() }).unwrap());
        ask(
            &client,
            &format!(
                "CREATE TABLE requests AS SELECT i + 1 AS row_id, TIMESTAMP '2026-03-02' + INTERVAL (i) MINUTE AS time, \
                 'acct_' || (i % 7) AS account, '192.0.2.' || (i % 5) AS ip, CAST(200 + i % 3 AS BIGINT) AS status, \
                 'prompt ' || i AS content, '{{\"n\":' || i || '}}' AS extra FROM range({ROWS}) AS t(i)"
            ),
        );
    }
    let options = OpenOptions { path: Some(path), read_only: true, ..OpenOptions::default() };
    let client = Client::new(DuckOpener.open(&options).unwrap());
    let of = |role: Role| Column::of_role(role, Some(format!("log.{role}")));
    let mut columns: Vec<Column> = [Role::Time, Role::Account, Role::Ip, Role::Status, Role::Content].map(of).to_vec();
    columns.push(Column::own("extra", Kind::Json, "extra"));
    (client, Schema { columns })
}

fn ask(client: &Client, sql: &str) -> Table {
    client.ask(Statement::new(sql), Limits::default()).unwrap_or_else(|error| panic!("{error}\n{sql}"))
}

fn made_within(client: &Client, schema: &Schema, sql: &str, bounds: Bounds, limits: Limits) -> Result<Kept, String> {
    let run = |statement: Statement| match client.ask(statement, limits) {
        Ok(table) if table.cut == Some(Cut::Time) => Err("stopped".to_owned()),
        Ok(table) => Ok(table.batches),
        Err(error) => Err(error.to_string()),
    };
    result::make(sql, schema, client.dialect(), bounds, run)
}

fn made(client: &Client, schema: &Schema, sql: &str) -> Kept {
    made_within(client, schema, sql, Bounds::default(), Limits::default()).unwrap_or_else(|error| panic!("{error}\n{sql}"))
}

fn context<'a>(client: &'a Client, kept: &'a Kept) -> Context<'a> {
    Context { relation: &kept.relation, schema: &kept.schema, dialect: client.dialect(), case: &NoCase, last: None }
}

fn view(kept: &Kept, filter: &str) -> View {
    View { relation: kept.relation.clone(), filter: filter.parse().unwrap(), ..View::default() }
}

fn answer(client: &Client, statement: Statement) -> Table {
    let sql = statement.sql.clone();
    client.ask(statement, Limits::default()).unwrap_or_else(|error| panic!("{error}\n{sql}"))
}

/// Tables in the schema of work.
fn tables(client: &Client) -> Vec<String> {
    let sql = "SELECT table_name FROM duckdb_tables() WHERE database_name = 'work' ORDER BY 1";
    ask(client, sql).rows().map(|row| row[0].to_plain()).collect()
}

#[test]
fn every_question_can_be_asked_of_a_result() {
    let folder = tempfile::tempdir().unwrap();
    let (client, schema) = extract(folder.path());
    let sql = "SELECT account, count(*) AS n, min(time) AS time, list(DISTINCT ip) AS ips, sum(status) AS total\n\
               FROM requests GROUP BY account ORDER BY n DESC, account -- the busiest first\n;";
    let kept = made(&client, &schema, sql);
    assert_eq!((kept.rows, kept.cut), (7, None));
    let columns: Vec<(&str, Option<Role>, Kind)> =
        kept.schema.columns.iter().map(|column| (column.name.as_str(), column.role, column.kind)).collect();
    assert_eq!(
        columns,
        [
            ("account", Some(Role::Account), Kind::Text),
            ("n", None, Kind::Integer),
            ("time", Some(Role::Time), Kind::Time),
            ("ips", None, Kind::Json),
            ("total", None, Kind::Integer),
        ]
    );
    let context = context(&client, &kept);
    let all = view(&kept, "");
    let names = ["account".to_owned(), "n".to_owned(), "ips".to_owned()];
    let page = answer(&client, rows::page(&context, &all, &names, &RowSource::Loaded, 0, 2).unwrap());
    assert_eq!(page.rows().map(|row| row[0].clone()).collect::<Vec<_>>(), [Value::Int(1), Value::Int(2)]);
    assert_eq!(page.get(0, "account"), Value::Text("acct_0".into()), "in the order of the result");
    assert!(page.get(0, "ips").to_plain().starts_with("[\""), "{:?}", page.get(0, "ips"));
    let few = view(&kept, "n<9");
    let counted = answer(&client, count::statement(&context, &few).unwrap());
    assert_eq!(counted.get(0, "requests"), Value::Int(3));
    let sorted = View { sort: vec![SortKey { column: "account".into(), descending: true }], ..few.clone() };
    answer(&client, rows::build_index(&context, &sorted, "order_1").unwrap());
    let source = RowSource::Index("order_1".into());
    let page = answer(&client, rows::page(&context, &sorted, &names, &source, 0, 9).unwrap());
    assert_eq!(page.rows().map(|row| row[1].to_plain()).collect::<Vec<_>>(), ["acct_6", "acct_5", "acct_4"]);
    let top = answer(&client, top::statement(&context, &all, "n", 5).unwrap());
    assert_eq!((top.get(0, "value"), top.get(0, "requests")), (Value::Text("9".into()), Value::Int(4)));
    let detail = answer(&client, rows::detail(&context, 7).unwrap());
    assert_eq!(detail.get(0, "account"), Value::Text("acct_6".into()));
    assert!(answer(&client, timeline::statement(&context, &all, 60_000_000, None).unwrap()).len() > 1);
    let account = Entity::new(Role::Account, "acct_1").unwrap();
    assert!(pivot::statement(&context, &all, &account, Role::Ip, None).is_err(), "the result has no addresses");
    let found = answer(&client, rows::find(&context, &all, &RowSource::Loaded, "ACCT_3", 0, true).unwrap());
    assert_eq!(found.get(0, "position"), Value::Int(3));
}

/// A case with one pinned row.
struct Pinned;

impl CaseTerms for Pinned {
    fn labelled(&self, _: &str) -> Vec<Entity> {
        Vec::new()
    }
    fn labels(&self) -> Vec<String> {
        Vec::new()
    }
    fn pinned(&self) -> Vec<i64> {
        vec![42]
    }
    fn finding(&self, _: &str) -> Option<Vec<Entity>> {
        None
    }
}

#[test]
fn a_row_of_a_result_says_which_row_of_the_extract_it_is_where_it_was_asked() {
    let folder = tempfile::tempdir().unwrap();
    let (client, schema) = extract(folder.path());
    let kept = made(&client, &schema, "SELECT row_id, account FROM requests WHERE account = 'acct_6' ORDER BY row_id DESC");
    assert_eq!(kept.schema.columns[0].name, "request_row");
    let context = Context { case: &Pinned, ..context(&client, &kept) };
    let pinned = view(&kept, "pinned:yes");
    let page = answer(&client, rows::page(&context, &pinned, &["request_row".into()], &RowSource::Head, 0, 9).unwrap());
    assert_eq!(page.len(), 1);
    assert_eq!((page.get(0, "row_id"), page.get(0, "request_row")), (Value::Int(3), Value::Int(42)));
    let without = made(&client, &schema, "SELECT account FROM requests");
    let context = Context { relation: &without.relation, schema: &without.schema, ..context };
    let refused = count::statement(&context, &view(&without, "pinned:yes")).unwrap_err();
    assert!(refused.message.contains("select row_id"), "{refused}");
}

#[test]
fn any_type_becomes_a_value_and_any_name_a_column() {
    let folder = tempfile::tempdir().unwrap();
    let (client, schema) = extract(folder.path());
    let kept = made(
        &client,
        &schema,
        "SELECT 1 AS \"a\"\"; --\", 2 AS \"A\"\"; --\", NULL AS nothing, 1.5::DECIMAL(9,2) AS price, 7::UHUGEINT AS huge, \
         {'x': [1, NULL]} AS nested, MAP {'k': 1} AS map, 'b'::BLOB AS bytes, INTERVAL 1 DAY AS span, DATE '2026-03-02' AS day, \
         TIME '10:00' AS clock, uuid() AS id, true AS yes, 'sad'::ENUM('sad') AS mood, chr(27) || '[2J' AS \"bytes so far\", \
         sum(9223372036854775807) OVER () * 2 AS wide, TIMESTAMPTZ '2026-03-02 00:00:00+00' AS zoned, 'NaN'::FLOAT AS nan",
    );
    let kinds: Vec<(&str, Kind)> = kept.schema.columns.iter().map(|column| (column.name.as_str(), column.kind)).collect();
    assert_eq!(kinds[0], ("a\"; --", Kind::Integer));
    assert_eq!(kinds[1], ("A\"; --_1", Kind::Integer));
    let kind = |name: &str| kinds.iter().find(|kind| kind.0 == name).unwrap_or_else(|| panic!("{name}: {kinds:?}")).1;
    assert_eq!((kind("price"), kind("nested"), kind("map"), kind("day")), (Kind::Real, Kind::Json, Kind::Json, Kind::Time));
    assert_eq!((kind("wide"), kind("zoned"), kind("mood")), (Kind::Integer, Kind::Time, Kind::Text));
    let context = context(&client, &kept);
    let all = view(&kept, "");
    for column in &kept.schema.columns {
        answer(&client, top::statement(&context, &all, &column.name, 5).unwrap());
    }
    let row = answer(&client, rows::detail(&context, 1).unwrap());
    assert_eq!(row.get(0, "nested"), Value::Text("{\"x\":[1,null]}".into()));
    assert_eq!(row.get(0, "wide"), Value::Int(2 * i128::from(i64::MAX)));
}

#[test]
fn a_large_result_is_kept_in_part_and_that_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let (client, schema) = extract(folder.path());
    let bounds = Bounds { rows: 10, bytes: 1 << 20 };
    let kept = made_within(&client, &schema, "SELECT i FROM range(100000000) AS t(i)", bounds, Limits::default()).unwrap();
    assert_eq!((kept.rows, kept.cut), (10, Some("the first rows only")));
    let all = answer(&client, count::statement(&context(&client, &kept), &view(&kept, "")).unwrap());
    assert_eq!(all.get(0, "requests"), Value::Int(10));
    let kept =
        made_within(&client, &schema, "SELECT repeat('x', 300000) || i AS text FROM range(9) AS t(i)", bounds, Limits::default())
            .unwrap();
    assert_eq!((kept.rows, kept.cut), (4, Some("cut by size")), "the row that passes the limit is the last one");
    let whole = made_within(&client, &schema, "SELECT i FROM range(10) AS t(i)", bounds, Limits::default()).unwrap();
    assert_eq!((whole.rows, whole.cut), (10, None));
}

#[test]
fn texts_that_mean_harm_are_refused_and_leave_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let (client, schema) = extract(folder.path());
    let outside = folder.path().join("outside.csv");
    std::fs::write(&outside, "stolen\n42\n").unwrap();
    let (file, target) = (outside.display().to_string(), folder.path().join("out").display().to_string());
    let before = std::fs::read_dir(folder.path()).unwrap().count();
    let attacks = [
        format!("ATTACH '{target}.db'"),
        format!("COPY requests TO '{target}.csv'"),
        format!("SELECT * FROM read_csv('{file}')"),
        format!("SELECT * FROM read_text('{file}')"),
        format!("SELECT * FROM '{file}'"),
        format!("SELECT * FROM glob('{}/*')", folder.path().display()),
        format!("SELECT * FROM query('COPY requests TO ''{target}.csv''')"),
        "PRAGMA database_list".to_owned(),
        "SELECT * FROM pragma_database_list; PRAGMA memory_limit='1TB'".to_owned(),
        "SET memory_limit = '1TB'".to_owned(),
        "RESET lock_configuration".to_owned(),
        "INSTALL httpfs".to_owned(),
        "LOAD httpfs".to_owned(),
        "CALL force_checkpoint()".to_owned(),
        "SELECT 1; DROP TABLE requests".to_owned(),
        "WITH x AS (SELECT 1) DELETE FROM requests".to_owned(),
        "WITH x AS (SELECT 1) INSERT INTO work.kept VALUES (2)".to_owned(),
        "WITH x AS (INSERT INTO work.kept VALUES (2) RETURNING *) SELECT * FROM x".to_owned(),
        "SELECT * FROM (DELETE FROM work.kept RETURNING *)".to_owned(),
        "FROM requests) AS r; DROP TABLE work.kept; SELECT * FROM (SELECT 1".to_owned(),
        "SELECT 1) AS a; CREATE TABLE work.mine AS (SELECT 1".to_owned(),
        "SELECT 1 /* */ */ ) AS x; DROP TABLE work.kept; --".to_owned(),
        "SELECT $1".to_owned(),
        "SELECT ?".to_owned(),
        "EXECUTE x".to_owned(),
        "CREATE TABLE work.mine AS SELECT 1".to_owned(),
        "EXPLAIN ANALYZE DELETE FROM work.kept".to_owned(),
        "SELECT getenv('HOME')".to_owned(),
        "SELECT * FROM nothing".to_owned(),
    ];
    ask(&client, "CREATE TABLE work.kept AS SELECT 1 AS n");
    for sql in &attacks {
        let refused = made_within(&client, &schema, sql, Bounds::default(), Limits::default()).expect_err(sql);
        assert!(!refused.contains("42") && !refused.is_empty(), "{sql}: {refused}");
        // The page of the surface and the command line run it in brackets of their own.
        if let Ok(statement) = result::first_rows(sql) {
            client.ask(statement, Limits::default()).map(|table| table.rows().count()).expect_err(sql);
        }
        if let Ok(statement) = result::explain(sql) {
            client.ask(statement, Limits::default()).map(|table| table.rows().count()).expect_err(sql);
        }
    }
    assert_eq!(tables(&client), ["kept"]);
    assert_eq!(ask(&client, "SELECT n FROM work.kept").get(0, "n"), Value::Int(1));
    assert_eq!(ask(&client, "SELECT count(*) AS n FROM requests").get(0, "n"), Value::Int(i128::from(ROWS)));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), before, "no file was made");
    for locked in ["memory_limit", "enable_external_access", "lock_configuration"] {
        let setting = ask(&client, &format!("SELECT current_setting('{locked}') AS now")).get(0, "now").to_plain();
        assert_ne!(setting, "1.0 TiB", "{locked}");
    }
}

#[test]
fn what_never_ends_is_stopped_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (client, schema) = extract(folder.path());
    let endless = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT max(n) AS n FROM t";
    let limits = Limits { time: Some(Duration::from_millis(300)), ..Limits::default() };
    let stopped = made_within(&client, &schema, endless, Bounds::default(), limits).unwrap_err();
    assert_eq!(stopped, "stopped");
    let heavy = "SELECT sum(a.i * b.i) AS n FROM range(10000000) AS a(i), range(10000000) AS b(i)";
    let cancelled = client.ask_with(
        casebook::engine::Lane::Interactive,
        result::first_rows(heavy).unwrap(),
        Limits::default(),
        &mut |_, _| false,
    );
    assert_eq!(cancelled, Err(AskError::Interrupted));
    assert_eq!(tables(&client), Vec::<String>::new());
    // The lane is as good as before.
    assert_eq!(made(&client, &schema, "SELECT 1 AS n").rows, 1);
    let relation = Relation::Sql("SELECT 1 AS n".into());
    answer(&client, result::forget(&relation, client.dialect()).unwrap());
    assert_eq!(tables(&client), Vec::<String>::new());
}

#[test]
fn what_the_engine_says_of_a_text_is_marked_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let (client, schema) = extract(folder.path());
    for (sql, word) in [
        ("SELECT account\nFORM requests", "requests"),
        ("SELECT account,\n  acount AS x\nFROM requests", "acount"),
        ("SELECT nofunction(account) FROM requests", "nofunction"),
        ("SELECT a FROM nowhere", "nowhere"),
    ] {
        let error = client.ask(result::first_rows(sql).unwrap(), Limits::default()).map(drop).unwrap_err().to_string();
        let mistake = result::told(sql, &error, result::LINES_BEFORE);
        assert_eq!(mistake.at, sql.find(word), "{sql}: {error}");
        assert!(!mistake.message.contains("LINE "), "{}", mistake.message);
        assert!(made_within(&client, &schema, sql, Bounds::default(), Limits::default()).is_err());
    }
    let plan = answer(&client, result::explain("SELECT account, count(*) FROM requests GROUP BY ALL -- why").unwrap());
    assert!(plan.get(0, "explain_value").to_plain().to_uppercase().contains("GROUP"), "{:?}", plan.rows().collect::<Vec<_>>());
    let functions = answer(&client, result::functions());
    let names: Vec<String> = functions.rows().map(|row| row[0].to_plain()).collect();
    assert!(names.contains(&"count".to_owned()) && names.contains(&"regexp_matches".to_owned()), "{}", names.len());
}

#[test]
fn a_view_that_is_written_out_gives_the_same_rows() {
    let folder = tempfile::tempdir().unwrap();
    let (client, schema) = extract(folder.path());
    let on_extract = Context {
        relation: &casebook::investigate::REQUESTS,
        schema: &schema,
        dialect: client.dialect(),
        case: &NoCase,
        last: None,
    };
    let kept = made(&client, &schema, "SELECT row_id, account, ip, content FROM requests WHERE status = 200");
    let filters = ["", "account:acct_1,acct_2 -ip:192.0.2.0/30", "\"it's\" or account:acct_*", "account~\"[12]$\""];
    for filter in filters {
        for (context, relation) in [(on_extract, Relation::Requests), (context(&client, &kept), kept.relation.clone())] {
            let sort = vec![SortKey { column: "account".into(), descending: true }];
            let view = View { relation, filter: filter.parse().unwrap(), sort, ..View::default() };
            let expected = answer(&client, count::statement(&context, &view).unwrap()).get(0, "requests");
            let columns = written::columns_of(context.schema, &view);
            let sql = written::view_sql(&context, &view, &columns, None).unwrap();
            let again = made(&client, &schema, &sql);
            assert_eq!(Value::Int(i128::from(again.rows)), expected, "{sql}");
        }
    }
}

#[test]
fn what_only_one_of_two_views_has_is_told_for_both() {
    let folder = tempfile::tempdir().unwrap();
    let (client, schema) = extract(folder.path());
    let context = Context {
        relation: &casebook::investigate::REQUESTS,
        schema: &schema,
        dialect: client.dialect(),
        case: &NoCase,
        last: None,
    };
    let of = |filter: &str| View { filter: filter.parse().unwrap(), ..View::default() };
    // Row i has account i % 7 and address i % 5: rows 1 to 14 have all accounts, rows 1 to 3 have three of each.
    let (a, b) = (of("row_id<=14"), of("row_id<=3"));
    let table = answer(&client, diff::statement((&context, &a), (&context, &b), Role::Account, 2).unwrap());
    let found: Vec<(String, String)> = table.rows().map(|row| (row[0].to_plain(), row[1].to_plain())).collect();
    assert_eq!(found, [("a".into(), "acct_3".into()), ("a".into(), "acct_4".into())]);
    assert_eq!((table.get(0, "requests"), table.get(0, "only_here")), (Value::Int(2), Value::Int(4)));
    let other = of("account:acct_0 ip:192.0.2.4");
    let table = answer(&client, diff::statement((&context, &b), (&context, &other), Role::Ip, 9).unwrap());
    assert_eq!(table.rows().map(|row| row[0].to_plain()).collect::<String>(), "aaab");
    // The result of an SQL text against the extract.
    let kept = made(&client, &schema, "SELECT account FROM requests WHERE row_id <= 2");
    let of_sql = self::context(&client, &kept);
    let table = answer(&client, diff::statement((&of_sql, &view(&kept, "")), (&context, &b), Role::Account, 9).unwrap());
    assert_eq!(table.rows().map(|row| row[1].to_plain()).collect::<Vec<_>>(), ["acct_2"]);
    assert_eq!(diff::roles(&schema, &kept.schema), [Role::Account]);
}
