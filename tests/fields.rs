//! What fields, lists, windows of time and pivots from many values really give, asked of the real DuckDB.
#![cfg(feature = "engine")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;

use casebook::domain::{Column, Entity, Kind, Role, Schema, TimeRange, Timestamp, Value};
use casebook::engine::duckdb::DuckOpener;
use casebook::engine::{Client, Limits, OpenOptions, Opener, Param, Statement, Table};
use casebook::investigate::compare::{self, Before};
use casebook::investigate::listing::{Asked, Order};
use casebook::investigate::spread::{self, Spread};
use casebook::investigate::{Context, Filter, NoCase, REQUESTS, View, count, pivot, timeline, top};

const MINUTE: i64 = 60 * Timestamp::SECOND;
/// Values that break what is pasted, matched or drawn without care.
const HOSTILE: [&str; 8] =
    ["it's", "'; DROP TABLE requests; --", "$1", "100%", "a_c", "\u{202e}\u{200b}\u{1b}[2J", "Größe", "\"quoted\" or not"];

/// A row: minute, account, latency, tokens, own number.
type Row = (Option<i64>, Option<&'static str>, Option<f64>, Option<i64>);

struct Fixture {
    client: Client,
    schema: Schema,
    rows: Vec<Row>,
}

/// Ten hours of rows: an account's rows lie around its place in the list, so that windows of time differ.
fn fixture() -> Fixture {
    let client = Client::new(DuckOpener.open(&OpenOptions::default()).unwrap());
    let mapped = [Role::Time, Role::Account, Role::Ip, Role::Latency, Role::TokensIn];
    let mut columns: Vec<Column> =
        Role::ALL.into_iter().map(|role| Column::of_role(role, mapped.contains(&role).then(|| role.name().to_owned()))).collect();
    columns.push(Column::own("odd \"name\"; --", Kind::Text, "odd"));
    let schema = Schema { columns };
    let dialect = client.dialect();
    let types: Vec<String> = schema
        .columns
        .iter()
        .map(|column| format!("{} {}", dialect.ident(&column.name), dialect.type_name(column.kind)))
        .collect();
    ask(&client, Statement::new(format!("CREATE TABLE requests (row_id BIGINT, {})", types.join(", "))));
    let mut rows: Vec<Row> = Vec::new();
    for at in 0..600i64 {
        let account = HOSTILE[usize::try_from((at * at / 97 + at / 80) % 8).unwrap()];
        let latency = if at % 50 == 0 { None } else { Some(0.5 * at as f64) };
        rows.push((Some(at), Some(account), latency, Some(at % 7 * at)));
    }
    rows.push((None, None, Some(f64::NAN), None));
    rows.push((None, None, Some(f64::INFINITY), Some(-3)));
    for ((minute, account, latency, tokens), row_id) in rows.iter().zip(1i64..) {
        let mut statement = Statement::default();
        let text = |text: Option<&str>| text.map_or(Param::Null, Param::from);
        let values = [
            Param::Int(row_id),
            minute.map_or(Param::Null, |minute| Param::Time(Timestamp(minute * MINUTE))),
            text(*account),
            Param::Text(format!("10.0.0.{}", row_id % 3)),
            latency.map_or(Param::Null, Param::Float),
            tokens.map_or(Param::Null, Param::Int),
            text(*account),
        ];
        let places: Vec<String> = values.into_iter().map(|value| statement.bind(value)).collect();
        statement.sql = format!(
            "INSERT INTO requests (row_id, time, account, ip, latency, tokens_in, {}) VALUES ({})",
            dialect.ident("odd \"name\"; --"),
            places.join(", ")
        );
        ask(&client, statement);
    }
    Fixture { client, schema, rows }
}

fn ask(client: &Client, statement: Statement) -> Table {
    let sql = statement.sql.clone();
    client.ask(statement, Limits::default()).unwrap_or_else(|error| panic!("{error}\n{sql}"))
}

impl Fixture {
    fn context(&self) -> Context<'_> {
        Context {
            relation: &REQUESTS,
            schema: &self.schema,
            dialect: self.client.dialect(),
            case: &NoCase,
            last: Some(Timestamp(599 * MINUTE)),
        }
    }

    fn ask(&self, statement: Result<Statement, casebook::investigate::FilterError>) -> Table {
        ask(&self.client, statement.unwrap())
    }

    fn count(&self, view: &View) -> i64 {
        self.ask(count::statement(&self.context(), view)).get(0, "requests").as_i64().unwrap()
    }

    /// How many rows each account has in a window.
    fn accounts_in(&self, from: i64, to: i64) -> BTreeMap<&'static str, i64> {
        let mut counts = BTreeMap::new();
        for (minute, account, ..) in &self.rows {
            if let (Some(minute), Some(account)) = (minute, account)
                && (from..to).contains(minute)
            {
                *counts.entry(*account).or_default() += 1;
            }
        }
        counts
    }
}

fn texts(table: &Table, name: &str) -> Vec<Option<String>> {
    (0..table.len())
        .map(|row| match table.get(row, name) {
            Value::Null => None,
            value => Some(value.to_plain()),
        })
        .collect()
}

fn ints(table: &Table, name: &str) -> Vec<i64> {
    (0..table.len()).map(|row| table.get(row, name).as_i64().unwrap()).collect()
}

fn range(from: i64, to: i64) -> TimeRange {
    TimeRange { from: Some(Timestamp(from * MINUTE)), to: Some(Timestamp(to * MINUTE)) }
}

#[test]
fn values_are_listed_in_every_order_and_found_by_their_text() {
    let fixture = fixture();
    let context = fixture.context();
    let all = fixture.ask(top::listed(&context, &View::default(), "account", &Asked::default()));
    let counts = ints(&all, "requests");
    assert_eq!(counts.iter().sum::<i64>(), 602);
    assert!(counts.is_sorted_by(|one, next| one >= next));
    let rare = Asked { order: Order::Least, ..Asked::default() };
    let mut backwards = ints(&fixture.ask(top::listed(&context, &View::default(), "account", &rare)), "requests");
    backwards.reverse();
    assert_eq!(backwards, counts);
    let by_value = Asked { order: Order::Value, ..Asked::default() };
    let values = texts(&fixture.ask(top::listed(&context, &View::default(), "odd \"name\"; --", &by_value)), "value");
    assert_eq!(values.last(), Some(&None), "no value comes last");
    assert!(values[..8].is_sorted());
    // A needle is text, not a pattern, without regard to case.
    for (needle, hits) in [("%", 1), ("_", 1), ("'", 2), ("GRÖSSE", 0), ("grö", 1), ("DROP table", 1), ("\u{202e}", 1), ("x", 0)]
    {
        let asked = Asked { containing: needle, limit: Some(1), ..Asked::default() };
        let found = fixture.ask(top::listed(&context, &View::default(), "account", &asked));
        assert_eq!(found.len(), hits.min(1), "{needle}");
        if hits > 0 {
            assert_eq!(found.get(0, "matching_values").as_i64(), Some(hits as i64), "{needle}");
            assert_eq!(found.get(0, "distinct_values").as_i64(), Some(8));
            assert_eq!(found.get(0, "share").as_f64().unwrap(), found.get(0, "requests").as_f64().unwrap() / 602.0);
        }
    }
}

#[test]
fn two_windows_are_counted_exactly_side_by_side() {
    let fixture = fixture();
    let context = fixture.context();
    let span = Some((Timestamp(0), Timestamp(599 * MINUTE)));
    let view = View { range: range(300, 400), ..View::default() };
    for before in [Before::Previous, Before::Earlier(250 * MINUTE), Before::Range(range(0, 40))] {
        let windows = compare::windows(view.range, span, before).unwrap();
        let minutes = |time: Option<Timestamp>| time.unwrap().0 / MINUTE;
        let now = fixture.accounts_in(300, 400);
        let then = fixture.accounts_in(minutes(windows.before.from), minutes(windows.before.to));
        let asked = Asked { order: Order::Change, ..Asked::default() };
        let table = fixture.ask(compare::statement(&context, &view, "account", windows, &asked));
        let known: std::collections::BTreeSet<&str> = now.keys().chain(then.keys()).copied().collect();
        assert_eq!(table.len(), known.len());
        let mut largest = i64::MAX;
        for row in 0..table.len() {
            let value = table.get(row, "value").to_plain();
            let of = |counts: &BTreeMap<&str, i64>| counts.get(value.as_str()).copied().unwrap_or(0);
            let (requests, previous) = (of(&now), of(&then));
            assert_eq!(table.get(row, "requests").as_i64(), Some(requests), "{value}");
            assert_eq!(table.get(row, "previous").as_i64(), Some(previous), "{value}");
            assert_eq!(table.get(row, "difference").as_i64(), Some(requests - previous));
            let percent = (previous > 0).then(|| 100.0 * (requests - previous) as f64 / previous as f64);
            assert_eq!(table.get(row, "percent").as_f64(), percent);
            assert_eq!(table.get(row, "share").as_f64(), Some(requests as f64 / 100.0));
            assert!((requests - previous).abs() <= largest);
            largest = (requests - previous).abs();
        }
        assert_eq!(table.get(0, "new_values").as_i64(), Some(now.keys().filter(|name| !then.contains_key(*name)).count() as i64));
        assert_eq!(
            table.get(0, "gone_values").as_i64(),
            Some(then.keys().filter(|name| !now.contains_key(*name)).count() as i64)
        );
        assert_eq!(table.get(0, "rows_before").as_i64(), Some(then.values().sum()));
    }
    let windows = compare::windows(view.range, span, Before::Previous).unwrap();
    let bounded = View { filter: "time:-1h".parse().unwrap(), ..view.clone() };
    let refused = compare::statement(&context, &bounded, "account", windows, &Asked::default()).unwrap_err();
    assert!(refused.message.contains("filter itself"), "{refused}");
    let filtered = View { filter: "ip:10.0.0.1".parse().unwrap(), ..view };
    let table = fixture.ask(compare::statement(&context, &filtered, "ip", windows, &Asked::default()));
    assert_eq!((table.len(), table.get(0, "share").as_f64()), (1, Some(1.0)));
}

#[test]
fn quantiles_stand_in_rows_and_buckets_hold_every_row_once() {
    let fixture = fixture();
    let context = fixture.context();
    for column in ["tokens_in", "latency", "time"] {
        let table = fixture.ask(spread::statement(&context, &View::default(), column));
        let spread = Spread::read(&table.batches[0]);
        assert_eq!(spread.rows, 602);
        let edges = spread::edges(&spread);
        let counted = fixture.ask(spread::buckets(&context, &View::default(), column, &edges));
        let buckets = spread::filled(&edges, &counted.batches);
        assert_eq!(buckets.iter().map(|bucket| bucket.2).sum::<u64>(), spread.present, "{column}");
        // Keeping a bucket shows as many rows as it says.
        for (from, to, rows) in buckets {
            let filter = Filter::between(column, &from, &to);
            filter.check(&fixture.schema).unwrap();
            let again: Filter = filter.to_string().parse().unwrap();
            assert_eq!(again, filter);
            if !to.is_null() {
                assert_eq!(fixture.count(&View { filter, ..View::default() }), rows as i64, "{column} {from:?} {to:?}");
            }
        }
    }
    let table =
        fixture.ask(spread::statement(&context, &View { filter: "latency<200".parse().unwrap(), ..View::default() }, "latency"));
    let spread = Spread::read(&table.batches[0]);
    // 0.5, 1.0, … without each 50th row: 8 of 400 have none.
    assert_eq!((spread.present, &spread.least, &spread.most), (392, &Value::Float(0.5), &Value::Float(199.5)));
    assert_eq!(spread.quantiles[2], Value::Float(99.5));
    let odd = fixture.ask(spread::statement(&context, &View::default(), "latency"));
    assert!(odd.get(0, "most").as_f64().unwrap().is_nan(), "what is no number is told, not hidden");
    let none = fixture.ask(spread::statement(
        &context,
        &View { filter: "account:nobody".parse().unwrap(), ..View::default() },
        "latency",
    ));
    assert!(spread::edges(&Spread::read(&none.batches[0])).is_empty());
    assert!(spread::statement(&context, &View::default(), "account").unwrap_err().message.contains("neither numbers nor times"));
}

#[test]
fn marked_values_are_kept_dropped_and_pivoted_from_as_what_they_are() {
    let fixture = fixture();
    let context = fixture.context();
    let some: Vec<Value> = HOSTILE[..3].iter().map(|text| Value::Text((*text).to_owned())).chain([Value::Null]).collect();
    for values in [&some[..], &some[..3], &some[3..], &some[..1]] {
        for column in ["account", "odd \"name\"; --"] {
            let is_one = |row: &&Row| values.contains(&row.1.map_or(Value::Null, |text| Value::Text(text.to_owned())));
            let kept = fixture.rows.iter().filter(is_one).count() as i64;
            let (keep, drop) = (Filter::keep_any(column, values), Filter::drop_any(column, values));
            for (filter, rows) in [(&keep, kept), (&drop, 602 - kept)] {
                assert_eq!(filter.to_string().parse::<Filter>().as_ref(), Ok(filter));
                assert_eq!(fixture.count(&View { filter: filter.clone(), ..View::default() }), rows, "{filter}");
            }
        }
    }
    assert_eq!(fixture.count(&View { filter: Filter::keep_any("account", &[]), ..View::default() }), 0);
    assert_eq!(fixture.count(&View { filter: Filter::drop_any("account", &[]), ..View::default() }), 602);
    // From several entities, whatever their kinds, each row counts once.
    let account = |value: &str| pivot::exact(&Entity { role: Role::Account, value: value.to_owned() });
    let from = [account(HOSTILE[0]), account(HOSTILE[1]), Entity { role: Role::Ip, value: "10.0.0.1".into() }];
    let table = fixture.ask(pivot::of_entities(&context, &View::default(), &from, Role::Ip, None));
    let expected = fixture
        .rows
        .iter()
        .zip(1i64..)
        .filter(|(row, row_id)| row.1.is_some_and(|text| HOSTILE[..2].contains(&text)) || row_id % 3 == 1)
        .count() as i64;
    assert_eq!(ints(&table, "requests").iter().sum::<i64>(), expected);
    // From the view, as from the rows of the same entity.
    let view = View { filter: Filter::keep("account", &Value::Text(HOSTILE[1].into())), ..View::default() };
    let of_view = fixture.ask(pivot::of_view(&context, &view, Role::Ip, &Asked::default()));
    let of_entity = fixture.ask(pivot::statement(&context, &View::default(), &account(HOSTILE[1]), Role::Ip, None));
    assert_eq!(of_view.rows().collect::<Vec<_>>(), of_entity.rows().collect::<Vec<_>>());
    let first = Asked { order: Order::First, containing: "10.0", limit: Some(2) };
    let table = fixture.ask(pivot::of_view(&context, &View::default(), Role::Ip, &first));
    assert_eq!(texts(&table, "value"), [Some("10.0.0.1".to_owned()), Some("10.0.0.2".to_owned())]);
}

#[test]
fn a_stacked_timeline_splits_every_bucket_exactly() {
    let fixture = fixture();
    let context = fixture.context();
    let plain = fixture.ask(timeline::statement(&context, &View::default(), 60 * MINUTE, None));
    for top in [1, 3, 100] {
        let split = fixture.ask(timeline::stacked(&context, &View::default(), 60 * MINUTE, "account", top));
        let mut sums: BTreeMap<Option<Timestamp>, i64> = BTreeMap::new();
        for row in 0..split.len() {
            *sums.entry(split.get(row, "bucket").as_time()).or_default() += split.get(row, "requests").as_i64().unwrap();
        }
        for row in 0..plain.len() {
            let bucket = plain.get(row, "bucket").as_time();
            assert_eq!(sums.get(&bucket).copied(), plain.get(row, "requests").as_i64(), "{bucket:?}");
        }
        let most = fixture.ask(top::statement(&context, &View::default(), "account", top));
        for row in 0..most.len() {
            let of_rank = (0..split.len()).filter(|at| split.get(*at, "rank").as_i64() == Some(row as i64));
            let (mut rows, mut names) = (0, std::collections::BTreeSet::new());
            for at in of_rank {
                rows += split.get(at, "requests").as_i64().unwrap();
                names.insert(split.get(at, "value").to_plain());
            }
            assert_eq!(Some(rows), most.get(row, "requests").as_i64());
            assert_eq!(names.into_iter().collect::<Vec<_>>(), [most.get(row, "value").to_plain()]);
        }
        let others = (0..split.len()).any(|at| split.get(at, "rank").is_null());
        assert_eq!(others, top < 9, "nine values, the one that is none among them");
    }
}
