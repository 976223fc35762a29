//! What views and questions really give, asked of the real DuckDB: every builder over values that attackers write.
#![cfg(feature = "engine")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, clippy::print_stdout)]

use casebook::domain::{Column, Entity, Kind, Role, Schema, TimeRange, Timestamp, Value};
use casebook::engine::duckdb::DuckOpener;
use casebook::engine::{Client, Lane, Limits, OpenOptions, Opener, Param, Statement, Table};
use casebook::investigate::rows::RowSource;
use casebook::investigate::{
    CaseTerms, Context, Filter, NoCase, REQUESTS, SortKey, View, count, entity, pivot, rows, timeline, top,
};

/// Values that break what is pasted, matched or drawn without care. Each is an account with as many rows as its place in the list.
const HOSTILE: [&str; 18] = [
    "plain",
    "it's",
    "'; DROP TABLE requests; --",
    "$1",
    "$2 ? :name",
    "100%",
    "a_c",
    "abc",
    "back\\slash",
    "a*c",
    "[a-z]",
    "\"quoted\" (and) not, or",
    "\u{202e}\u{200b}\u{1b}[2J",
    "nul\u{0}byte",
    "line\nbreak\ttab",
    "Größe ß İ",
    "NULL",
    "",
];

const START: i64 = 1_688_947_200_000_000; // 2023-07-10T00:00:00Z
const MINUTE: i64 = 60 * Timestamp::SECOND;

struct Fixture {
    client: Client,
    schema: Schema,
    /// The accounts of the rows, in load order.
    accounts: Vec<Option<&'static str>>,
}

fn ask(client: &Client, statement: Statement) -> Table {
    let sql = statement.sql.clone();
    client.ask(statement, Limits::default()).unwrap_or_else(|error| panic!("{error}\n{sql}"))
}

/// The schema of a relation with these roles mapped and these own columns.
fn schema_of(mapped: &[Role], own: &[(&str, Kind)]) -> Schema {
    let mut columns: Vec<Column> =
        Role::ALL.into_iter().map(|role| Column::of_role(role, mapped.contains(&role).then(|| format!("log.{role}")))).collect();
    columns.extend(own.iter().map(|(name, kind)| Column::own(*name, *kind, *name)));
    Schema { columns }
}

fn empty_table(client: &Client, schema: &Schema) {
    let dialect = client.dialect();
    let columns: Vec<String> = schema
        .columns
        .iter()
        .map(|column| format!("{} {}", dialect.ident(&column.name), dialect.type_name(column.kind)))
        .collect();
    ask(client, Statement::new(format!("CREATE TABLE requests (row_id BIGINT, {})", columns.join(", "))));
}

fn insert(client: &Client, row_id: i64, values: &[(&str, Param)]) {
    let mut statement = Statement::default();
    let dialect = client.dialect();
    let mut names = vec!["row_id".to_owned()];
    let mut places = vec![statement.bind(row_id)];
    for (name, value) in values {
        names.push(dialect.ident(name));
        statement.params.push(value.clone());
        places.push(format!("${}", statement.params.len()));
    }
    statement.sql = format!("INSERT INTO requests ({}) VALUES ({})", names.join(", "), places.join(", "));
    ask(client, statement);
}

/// Rows of every hostile account, the rows of one account spread over the table; the last rows have no account, no time, no status.
fn fixture() -> Fixture {
    let client = Client::new(DuckOpener.open(&OpenOptions::default()).unwrap());
    let schema = schema_of(
        &[
            Role::Time,
            Role::Account,
            Role::Key,
            Role::Ip,
            Role::Status,
            Role::Error,
            Role::TokensIn,
            Role::Latency,
            Role::Content,
        ],
        &[("odd \"name\"; --", Kind::Text), ("flagged", Kind::Boolean), ("raw", Kind::Json), ("label", Kind::Text)],
    );
    empty_table(&client, &schema);
    let mut accounts: Vec<Option<&'static str>> = Vec::new();
    for round in 0..HOSTILE.len() {
        accounts.extend(HOSTILE[round..].iter().map(|account| Some(*account)));
    }
    accounts.extend([None, None]);
    for (index, account) in accounts.iter().enumerate() {
        let index = i64::try_from(index).unwrap();
        let mut values = vec![("key", Param::Text(format!("key_{}", index % 3))), ("latency", Param::Float(index as f64 / 4.0))];
        if let Some(account) = account {
            values.push(("account", Param::from(*account)));
            values.push(("time", Param::Time(Timestamp(START + index * MINUTE))));
            values.push(("status", Param::Int([200, 429, 500][usize::try_from(index % 3).unwrap()])));
            values.push(("content", Param::Text(format!("Say <<{account}>> number {index}"))));
            values.push(("odd \"name\"; --", Param::from(*account)));
            values.push(("flagged", Param::Bool(index % 2 == 0)));
            values.push(("raw", Param::Text(serde_json::json!({ "account": account }).to_string())));
        }
        insert(&client, index + 1, &values);
    }
    Fixture { client, schema, accounts }
}

impl Fixture {
    fn context<'a>(&'a self, case: &'a dyn CaseTerms) -> Context<'a> {
        let last = self.accounts.len() as i64 - 3;
        Context {
            relation: &REQUESTS,
            schema: &self.schema,
            dialect: self.client.dialect(),
            case,
            last: Some(Timestamp(START + last * MINUTE)),
        }
    }

    fn ask(&self, statement: Statement) -> Table {
        ask(&self.client, statement)
    }

    /// The row_ids that a filter lets through.
    fn rows_of(&self, filter: &Filter, case: &dyn CaseTerms) -> Vec<i64> {
        let view = View { filter: filter.clone(), ..View::default() };
        let context = self.context(case);
        filter.check(&self.schema).unwrap_or_else(|error| panic!("{filter}: {error}"));
        let page = self.ask(rows::page(&context, &view, &[], &RowSource::Head, 0, 10_000).unwrap());
        let ids: Vec<i64> = page.rows().map(|row| row[0].as_i64().unwrap()).collect();
        let count = self.ask(count::statement(&context, &view).unwrap());
        assert_eq!(count.get(0, "requests").as_i64(), Some(ids.len() as i64), "{filter}");
        ids
    }

    fn matching(&self, text: &str) -> Vec<i64> {
        self.rows_of(&text.parse().unwrap_or_else(|error| panic!("{text}: {error}")), &NoCase)
    }

    /// The row_ids of the rows for which the test holds; it is given the row's index and account.
    fn expected(&self, test: impl Fn(i64, Option<&str>) -> bool) -> Vec<i64> {
        let numbered = self.accounts.iter().zip(0i64..);
        numbered.filter(|(account, index)| test(*index, **account)).map(|(_, index)| index + 1).collect()
    }

    fn all(&self) -> Vec<i64> {
        self.expected(|_, _| true)
    }
}

#[test]
fn hostile_values_pass_through_every_builder_as_what_they_are() {
    let fixture = fixture();
    let context = fixture.context(&NoCase);
    for (place, value) in HOSTILE.into_iter().enumerate() {
        let rows_of_it = fixture.expected(|_, account| account == Some(value));
        assert_eq!(rows_of_it.len(), place + 1);
        for column in ["account", "odd \"name\"; --"] {
            let keep = Filter::keep(column, &Value::Text(value.into()));
            assert_eq!(fixture.rows_of(&keep, &NoCase), rows_of_it, "{keep}");
            assert_eq!(fixture.rows_of(&keep.to_string().parse().unwrap(), &NoCase), rows_of_it, "{keep}");
            let others = fixture.rows_of(&Filter::drop(column, &Value::Text(value.into())), &NoCase);
            assert_eq!(others, fixture.expected(|_, account| account != Some(value)), "{value:?}");
        }
        let account = Entity { role: Role::Account, value: value.into() };
        let keys = fixture.ask(pivot::statement(&context, &View::default(), &pivot::exact(&account), Role::Key, None).unwrap());
        let requests: i64 = keys.rows().map(|row| row[1].as_i64().unwrap()).sum();
        assert_eq!(requests, rows_of_it.len() as i64, "{value:?}");
        let summary = fixture.ask(entity::summary(&context, &View::default(), &account).unwrap());
        assert_eq!(summary.get(0, "requests"), Value::Int(rows_of_it.len() as i128), "{value:?}");
        assert_eq!(summary.get(0, "first_seen"), Value::Time(Timestamp(START + (rows_of_it[0] - 1) * MINUTE)));
        assert_eq!(summary.get(0, "errors"), Value::Int(rows_of_it.iter().filter(|row| (*row - 1) % 3 != 0).count() as i128));
        assert_eq!(summary.get(0, "tokens_out"), Value::Null);
        assert_eq!(summary.get(0, "distinct_key"), Value::Int(keys.len() as i128));
        // A needle is text, not a pattern: `%` and `_` find themselves only.
        let needle = format!("<<{value}>>");
        let found = fixture.ask(rows::find(&context, &View::default(), &RowSource::Loaded, &needle, 0, true).unwrap());
        assert_eq!(found.get(0, "row_id"), Value::Int(i128::from(rows_of_it[0])), "{value:?}");
    }
    let top = fixture.ask(top::statement(&context, &View::default(), "account", 100).unwrap());
    let mut by_count: Vec<(Value, i64)> =
        HOSTILE.into_iter().zip(1..).map(|(value, count)| (Value::Text(value.into()), count)).collect();
    by_count.push((Value::Null, 2));
    by_count.sort_by_key(|(value, count)| (-count, value.is_null()));
    let counted: Vec<(Value, i64)> = top.rows().map(|row| (row[0].clone(), row[1].as_i64().unwrap())).collect();
    assert_eq!(counted, by_count);
    for row in top.rows() {
        assert_eq!(row[2].as_f64(), Some(row[1].as_f64().unwrap() / fixture.accounts.len() as f64));
        assert_eq!(row[3], Value::Int(HOSTILE.len() as i128));
    }
    let by = fixture.ask(timeline::statement(&context, &View::default(), 60 * MINUTE, Some("odd \"name\"; --")).unwrap());
    assert_eq!(by.names, ["bucket", "requests", "odd \"name\"; --"]);
    let total: i64 = by.rows().map(|row| row[1].as_i64().unwrap()).sum();
    assert_eq!(total, fixture.accounts.len() as i64);
    // Nothing was dropped on the way.
    assert_eq!(fixture.matching(""), fixture.all());
}

#[test]
fn every_kind_of_condition_lets_through_what_it_says() {
    let fixture = fixture();
    let status = |index: i64, account: Option<&str>| account.map(|_| [200, 429, 500][(index % 3) as usize]);
    let last = fixture.accounts.len() as i64 - 3;
    type Test<'a> = &'a dyn Fn(i64, Option<&str>) -> bool;
    let cases: &[(&str, Test<'_>)] = &[
        ("status:429", &|index, account| status(index, account) == Some(429)),
        ("status:429,500", &|index, account| status(index, account).is_some_and(|status| status > 200)),
        ("-status:429", &|index, account| status(index, account) != Some(429)),
        ("not (status:429 or status:500)", &|index, account| status(index, account).is_none_or(|status| status == 200)),
        ("-(status:429 account:plain)", &|index, account| !(status(index, account) == Some(429) && account == Some("plain"))),
        ("--status:429", &|index, account| status(index, account) == Some(429)),
        ("status:4*", &|index, account| status(index, account) == Some(429)),
        ("status:2*,500", &|index, account| status(index, account).is_some_and(|status| status != 429)),
        ("status>=429", &|index, account| status(index, account).is_some_and(|status| status >= 429)),
        ("status<429.5", &|index, account| status(index, account).is_some_and(|status| status <= 429)),
        ("-status>=429", &|index, account| status(index, account).is_none_or(|status| status < 429)),
        ("latency:0.25,0.5", &|index, _| index == 1 || index == 2),
        ("latency>10 latency<=11", &|index, _| index > 40 && index <= 44),
        ("account:*", &|_, account| account.is_some()),
        ("-account:*", &|_, account| account.is_none()),
        ("-account:*,x", &|_, account| account.is_none()),
        ("account:a*c", &|_, account| account.is_some_and(|account| account.starts_with('a') && account.ends_with('c'))),
        (r"account:a\*c", &|_, account| account == Some("a*c")),
        ("account:\"a*c\"", &|_, account| account == Some("a*c")),
        ("account:a_*", &|_, account| account == Some("a_c")),
        ("account:*%", &|_, account| account == Some("100%")),
        ("account:*\\\\s*", &|_, account| account == Some("back\\slash")),
        ("account:\"[\"*", &|_, account| account == Some("[a-z]")),
        ("account:A*", &|_, _| false),
        ("account:plain,\"it's\",*DROP*", &|_, account| matches!(account, Some("plain" | "it's" | "'; DROP TABLE requests; --"))),
        ("account~^[a-z]{3}$", &|_, account| account == Some("abc")),
        ("account~\"(?i)^ABC$\"", &|_, account| account == Some("abc")),
        ("-account~a", &|_, account| account.is_none_or(|account| !account.contains('a'))),
        ("flagged:yes", &|index, account| account.is_some() && index % 2 == 0),
        ("-flagged:true", &|index, account| account.is_none() || index % 2 == 1),
        ("row_id:1,3", &|index, _| index == 0 || index == 2),
        ("row_id>5 row_id<=7", &|index, _| index == 5 || index == 6),
        ("SAY", &|_, account| account.is_some()),
        ("-say", &|_, account| account.is_none()),
        ("\"drop table\"", &|_, account| account.is_some_and(|account| account.contains("DROP TABLE"))),
        ("drop*REQUESTS", &|_, account| account.is_some_and(|account| account.contains("DROP TABLE"))),
        ("GRÖSSE or GRÖßE", &|_, account| account == Some("Größe ß İ")),
        ("\"100%\"", &|_, account| account == Some("100%")),
        ("raw:*plain*", &|_, account| account == Some("plain")),
        ("time:2023-07-10T00:05", &|index, account| account.is_some() && index == 5),
        ("time:2023-07-10", &|_, account| account.is_some()),
        ("time:2023-07-11", &|_, _| false),
        ("time:2023-07-10T00:05..2023-07-10T00:07", &|index, _| index == 5 || index == 6),
        ("time:..2023-07-10T00:02", &|index, _| index < 2),
        ("time:..", &|_, account| account.is_some()),
        ("time>2023-07-10T00:05 time<=2023-07-10T00:06", &|index, _| index == 6),
        ("time:-5m", &|index, account| account.is_some() && index >= last - 5),
        ("time:-5m..-3m", &|index, account| account.is_some() && (last - 5..last - 3).contains(&index)),
        ("time>-2m", &|index, account| account.is_some() && index > last - 2),
        ("-time:-5m", &|index, account| account.is_none() || index < last - 5),
        ("time:2023-07-10T00:0*", &|index, account| account.is_some() && index < 10),
        ("time~T00:01:00Z$", &|index, _| index == 1),
        ("label:x", &|_, _| false),
        ("-label:x", &|_, _| true),
        ("pinned:yes", &|_, _| false),
        ("*", &|_, _| true),
    ];
    for (text, test) in cases {
        assert_eq!(fixture.matching(text), fixture.expected(test), "{text}");
    }
}

struct SmallCase;

impl CaseTerms for SmallCase {
    fn labelled(&self, label: &str) -> Vec<Entity> {
        let entity = |role, value: &str| Entity { role, value: value.to_owned() };
        match label {
            "suspect" => {
                vec![entity(Role::Account, "it's"), entity(Role::Key, "key_2"), entity(Role::Org, "not in this extract")]
            }
            "seen's" => vec![entity(Role::Account, "abc")],
            _ => Vec::new(),
        }
    }

    fn labels(&self) -> Vec<String> {
        vec!["suspect".into(), "seen's".into()]
    }

    fn pinned(&self) -> Vec<i64> {
        vec![2, 5]
    }

    fn finding(&self, id: &str) -> Option<Vec<Entity>> {
        (id == "f1").then(|| self.labelled("seen's"))
    }
}

#[test]
fn the_case_joins_in() {
    let fixture = fixture();
    let matching = |text: &str| fixture.rows_of(&text.parse().unwrap(), &SmallCase);
    let suspect = |index: i64, account: Option<&str>| account == Some("it's") || index % 3 == 2;
    let seen = |account: Option<&str>| account == Some("abc");
    assert_eq!(matching("label:suspect"), fixture.expected(suspect));
    assert_eq!(matching("-label:suspect"), fixture.expected(|index, account| !suspect(index, account)));
    assert_eq!(matching("label:\"seen's\""), fixture.expected(|_, account| seen(account)));
    assert_eq!(matching("label:*"), fixture.expected(|index, account| suspect(index, account) || seen(account)));
    assert_eq!(matching("label:se*"), matching("label:\"seen's\""));
    assert_eq!(matching("label:unknown"), Vec::<i64>::new());
    assert_eq!(matching("pinned:"), [2, 5]);
    assert_eq!(matching("-pinned: row_id<4"), [1, 3]);
    assert_eq!(matching("finding:f1"), fixture.expected(|_, account| seen(account)));
    let context = fixture.context(&SmallCase);
    let view = View { filter: "status:1 finding:f9".parse().unwrap(), ..View::default() };
    let error = count::statement(&context, &view).unwrap_err();
    assert_eq!((error.span, error.message.as_str()), (17..19, "this case has no finding 'f9'"));
}

#[test]
fn networks_hold_addresses_and_nothing_else() {
    let client = Client::new(DuckOpener.open(&OpenOptions::default()).unwrap());
    let schema = schema_of(&[Role::Ip], &[]);
    empty_table(&client, &schema);
    let addresses = [
        "10.1.2.3",
        "10.1.2.3:443",
        "::ffff:10.1.2.3",
        "10.200.0.1",
        "11.1.2.3",
        "10.evil",
        "10.1.2.3.4",
        "10.1.2.300",
        "010.1.2.3",
        "10.1.2.3\n",
        "2001:db8::1",
        "[2001:DB8:0:0::1]:443",
        "2001:db8:1::1",
        "fe80::1%eth0",
        "AWS Internal",
        "cloudtrail.amazonaws.com",
        "",
        "10.0.0.0/8",
    ];
    for (address, row_id) in addresses.iter().zip(1..) {
        insert(&client, row_id, &[("ip", Param::from(*address))]);
    }
    insert(&client, 19, &[]);
    let context = Context { relation: &REQUESTS, schema: &schema, dialect: client.dialect(), case: &NoCase, last: None };
    for (text, expected) in [
        ("ip:10.0.0.0/8", vec![1, 2, 3, 4]),
        ("ip:10.1.0.0/17", vec![1, 2, 3]),
        ("ip:10.1.2.3/32", vec![1, 2, 3]),
        ("ip:10.1.2.3", vec![1]),
        ("ip:0.0.0.0/0", vec![1, 2, 3, 4, 5]),
        ("ip:2001:db8::/48", vec![11, 12]),
        ("ip:2001:db8::/32,11.0.0.0/8", vec![5, 11, 12, 13]),
        ("ip:fe80::/10", vec![14]),
        ("ip:::/0", vec![3, 11, 12, 13, 14]),
        ("-ip:10.0.0.0/8 row_id<8", vec![5, 6, 7]),
        ("-ip:0.0.0.0/0 -ip:::/0", vec![6, 7, 8, 9, 10, 15, 16, 17, 18, 19]),
    ] {
        let view = View { filter: text.parse().unwrap(), ..View::default() };
        let page = ask(&client, rows::page(&context, &view, &[], &RowSource::Head, 0, 100).unwrap());
        let ids: Vec<i64> = page.rows().map(|row| row[0].as_i64().unwrap()).collect();
        assert_eq!(ids, expected, "{text}");
    }
}

#[test]
fn questions_without_rows_and_without_time_have_answers() {
    let client = Client::new(DuckOpener.open(&OpenOptions::default()).unwrap());
    let schema = schema_of(&[Role::Ip, Role::Key], &[]);
    empty_table(&client, &schema);
    let context = Context { relation: &REQUESTS, schema: &schema, dialect: client.dialect(), case: &NoCase, last: None };
    let view = View::default();
    let counted = ask(&client, count::statement(&context, &view).unwrap());
    assert_eq!(counted.rows().next().unwrap(), [Value::Int(0), Value::Null, Value::Null]);
    assert!(ask(&client, top::statement(&context, &view, "ip", 5).unwrap()).is_empty());
    let key = Entity { role: Role::Key, value: "k".into() };
    assert!(ask(&client, pivot::statement(&context, &view, &key, Role::Ip, Some(5)).unwrap()).is_empty());
    assert_eq!(ask(&client, entity::summary(&context, &view, &key).unwrap()).get(0, "distinct_ip"), Value::Int(0));
    assert!(timeline::statement(&context, &view, MINUTE, None).unwrap_err().message.contains("no time"));
    assert!(pivot::statement(&context, &view, &key, Role::Org, None).unwrap_err().message.contains("--map org=COLUMN"));
    let ranged = View { range: TimeRange { from: Some(Timestamp(0)), to: None }, ..View::default() };
    assert!(count::statement(&context, &ranged).unwrap_err().message.contains("no time"));
    assert!(top::statement(&context, &view, "kye", 5).unwrap_err().to_string().ends_with("did you mean key?"));
}

#[test]
fn a_time_range_a_filter_and_a_timeline_agree() {
    let fixture = fixture();
    let context = fixture.context(&NoCase);
    let range = TimeRange { from: Some(Timestamp(START + 10 * MINUTE)), to: Some(Timestamp(START + 70 * MINUTE)) };
    let view = View { range, filter: "status:429".parse().unwrap(), ..View::default() };
    let counted = fixture.ask(count::statement(&context, &view).unwrap());
    assert_eq!(counted.get(0, "requests"), Value::Int(20));
    let hours = fixture.ask(timeline::statement(&context, &view, 60 * MINUTE, Some("status")).unwrap());
    let rows: Vec<Vec<Value>> = hours.rows().collect();
    let text = |status: &str| Value::Text(status.to_owned());
    assert_eq!(
        rows,
        [
            vec![Value::Time(Timestamp(START)), Value::Int(17), text("429")],
            vec![Value::Time(Timestamp(START + 60 * MINUTE)), Value::Int(3), text("429")],
        ]
    );
    // Rows without a time are counted, at the end.
    let all = fixture.ask(timeline::statement(&context, &View::default(), 24 * 60 * MINUTE, None).unwrap());
    assert_eq!(all.rows().last().unwrap(), [Value::Null, Value::Int(2)]);
    // A year before the epoch lies in one bucket too.
    let before = View { filter: "row_id:6".parse().unwrap(), ..View::default() };
    ask(&fixture.client, Statement::new("UPDATE requests SET time = TIMESTAMP '1969-12-31 23:30:00' WHERE row_id = 6"));
    let bucket = fixture.ask(timeline::statement(&context, &before, 60 * MINUTE, None).unwrap());
    assert_eq!(bucket.get(0, "bucket"), Value::Time(Timestamp(-60 * MINUTE)));
    // Times are shown as RFC 3339.
    let times = fixture.ask(top::statement(&context, &View::default(), "time", 1).unwrap());
    assert_eq!(times.get(0, "value"), Value::Null);
    let one = View { filter: "row_id:6".parse().unwrap(), ..View::default() };
    assert_eq!(fixture.ask(top::statement(&context, &one, "time", 1).unwrap()).get(0, "value"), text("1969-12-31T23:30:00Z"));
}

#[test]
fn pages_and_indexes_give_the_view_in_its_order() {
    let fixture = fixture();
    let context = fixture.context(&NoCase);
    let sorted = View {
        filter: "-account:plain".parse().unwrap(),
        sort: vec![
            SortKey { column: "status".into(), descending: true },
            SortKey { column: "account".into(), descending: false },
        ],
        ..View::default()
    };
    let plain = View { filter: "status:429,500".parse().unwrap(), ..View::default() };
    let columns = ["account".to_owned(), "odd \"name\"; --".to_owned(), "time".to_owned()];
    for (name, view) in [("sorted \"index\"", &sorted), ("filtered", &plain)] {
        let whole = fixture.ask(rows::page(&context, view, &columns, &RowSource::Head, 0, 10_000).unwrap());
        let whole: Vec<Vec<Value>> = whole.rows().collect();
        // The lanes share the indexes.
        let built = rows::build_index(&context, view, name).unwrap();
        fixture.client.ask_with(Lane::Background, built, Limits::default(), &mut |_, _| true).unwrap();
        let index = RowSource::Index(name.to_owned());
        for source in [&index, &RowSource::Head] {
            let mut paged = Vec::new();
            while paged.len() < whole.len() {
                let page = fixture.ask(rows::page(&context, view, &columns, source, paged.len() as u64, 7).unwrap());
                assert!(!page.is_empty());
                paged.extend(page.rows());
            }
            assert_eq!(paged, whole);
            assert!(fixture.ask(rows::page(&context, view, &columns, source, whole.len() as u64, 7).unwrap()).is_empty());
        }
        // The needle stands in the content; the positions are those of the view.
        for source in [&index, &RowSource::Head] {
            let hits: Vec<usize> =
                (0..whole.len()).filter(|position| whole[*position][1] == Value::Text("100%".into())).collect();
            for from in 0..whole.len() {
                for forward in [true, false] {
                    let expected =
                        if forward { hits.iter().find(|hit| **hit >= from) } else { hits.iter().rev().find(|hit| **hit <= from) };
                    let found = fixture.ask(rows::find(&context, view, source, "<<100%>>", from as u64, forward).unwrap());
                    assert_eq!(found.get(0, "position").as_i64(), expected.map(|hit| *hit as i64), "{from} {forward} {source:?}");
                    let near = fixture.ask(rows::find_near(&context, view, source, "<<100%>>", from as u64, 4, forward).unwrap());
                    let expected_near = expected.filter(|hit| hit.abs_diff(from) < 4);
                    assert_eq!(
                        near.get(0, "position").as_i64(),
                        expected_near.map(|hit| *hit as i64),
                        "{from} {forward} {source:?}"
                    );
                    let row_id = expected.map_or(Value::Null, |hit| whole[*hit][0].clone());
                    assert_eq!(found.get(0, "row_id"), row_id);
                }
            }
        }
        fixture.ask(rows::drop_index(&context, name));
        fixture.ask(rows::drop_index(&context, name));
    }
    // Descending, then ascending, rows without a status last, ties in load order.
    let ids =
        fixture.ask(rows::page(&context, &sorted, &["status".into(), "account".into()], &RowSource::Head, 0, 10_000).unwrap());
    let ids: Vec<i64> = ids.rows().map(|row| row[0].as_i64().unwrap()).collect();
    let mut expected = fixture.expected(|_, account| account != Some("plain"));
    let key = |row_id: &i64| {
        let account = fixture.accounts[usize::try_from(row_id - 1).unwrap()];
        (account.is_none(), account.map(|_| -((row_id - 1) % 3)), account, *row_id)
    };
    expected.sort_by_key(key);
    assert_eq!(ids, expected);
    let loaded = fixture.ask(rows::page(&context, &View::default(), &columns, &RowSource::Loaded, 100, 5).unwrap());
    let ids: Vec<i64> = loaded.rows().map(|row| row[0].as_i64().unwrap()).collect();
    assert_eq!(ids, [101, 102, 103, 104, 105]);
}

#[test]
fn one_row_is_shown_whole() {
    let fixture = fixture();
    let row = fixture.ask(rows::detail(&fixture.context(&NoCase), 3).unwrap());
    assert_eq!(row.len(), 1);
    let filled: Vec<String> = fixture.schema.filled().map(|column| column.name.clone()).collect();
    assert_eq!(row.names[1..], filled);
    assert_eq!(row.get(0, "account"), Value::Text(HOSTILE[2].into()));
    assert!(fixture.ask(rows::detail(&fixture.context(&NoCase), 99_999).unwrap()).is_empty());
}

#[test]
fn a_pivot_takes_stars_and_counts() {
    let fixture = fixture();
    let context = fixture.context(&NoCase);
    let to_keys = |value: &str| {
        let from = Entity { role: Role::Account, value: value.into() };
        let table = fixture.ask(pivot::statement(&context, &View::default(), &from, Role::Key, None).unwrap());
        table.rows().map(|row| row[1].as_i64().unwrap()).sum::<i64>()
    };
    assert_eq!(to_keys("a*c"), 7 + 8 + 10);
    assert_eq!(to_keys(r"a\*c"), 10);
    assert_eq!(to_keys("*"), fixture.accounts.len() as i64 - 2);
    let from = Entity { role: Role::Key, value: "key_*".into() };
    let table = fixture.ask(pivot::statement(&context, &View::default(), &from, Role::Account, Some(2)).unwrap());
    let values: Vec<Value> = table.rows().map(|row| row[0].clone()).collect();
    assert_eq!(values, [Value::Text(String::new()), Value::Text("NULL".into())]);
    assert_eq!(table.names, ["value", "requests", "first_seen", "last_seen"]);
}

#[test]
fn what_shares_rows_with_an_entity_comes_in_one_reading_with_what_is_new_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log.csv");
    let mut text = String::from("timestamp,account_id,api_key_id,client_ip,country,user_agent,status\n");
    for row in 0..100 {
        // The last ten rows of the key come from elsewhere; one row has no country.
        let (country, ip) = match row {
            3 => ("", "192.0.2.1"),
            90.. => ("BR", "198.51.100.7"),
            _ => ("DE", "192.0.2.1"),
        };
        text.push_str(&format!(
            "2026-03-02T10:{:02}:{:02}Z,acct_{},key_a,{ip},{country},curl/8,200\n",
            row / 2,
            row % 2 * 30,
            row % 3
        ));
        text.push_str(&format!("2026-03-02T10:{:02}:00Z,acct_9,key_b,203.0.113.5,FR,curl/8,200\n", row / 2));
    }
    std::fs::write(&log, text).unwrap();
    let paths = casebook::settings::paths::Paths::under(folder.path());
    let inputs = vec![log.display().to_string()];
    let spec = casebook::extract::OpenSpec { inputs, ..casebook::extract::OpenSpec::default() };
    let opened = casebook::extract::open(&spec, &paths, &DuckOpener, &mut |_| true).unwrap();
    let client = Client::new(opened.engine.clone());
    let extract = &opened.extract;
    let context =
        Context { relation: &REQUESTS, schema: &extract.schema, dialect: client.dialect(), case: &NoCase, last: extract.last };
    let key = Entity::new(Role::Key, "key_a").unwrap();
    let summary = ask(&client, entity::summary(&context, &View::default(), &key).unwrap());
    let settled = entity::settled(summary.get(0, "first_seen").as_time(), summary.get(0, "last_seen").as_time());
    for rows in [100, 100_000_000] {
        // However many rows there are said to be, kept or read again, the answer is the same but for the shares.
        let statement = entity::related(&context, &View::default(), &key, rows, settled, 2).unwrap().unwrap();
        let table = ask(&client, statement);
        let lines: Vec<String> = (0..table.len())
            .map(|row| ["part", "role", "value", "requests", "values"].map(|name| table.get(row, name).to_plain()).join(" "))
            .collect();
        assert_eq!(
            lines,
            [
                "top account acct_0 34 3",
                "top account acct_1 33 3",
                "top ip 192.0.2.1 90 2",
                "top ip 198.51.100.7 10 2",
                "top country DE 89 2",
                "top country BR 10 2",
                "top user_agent curl/8 100 1",
                "new ip 198.51.100.7 10 1",
                "new country BR 10 1",
            ]
        );
    }
    assert_eq!(entity::settled(None, None), None);
    assert_eq!(entity::settled(summary.get(0, "first_seen").as_time(), summary.get(0, "first_seen").as_time()), None);
}
