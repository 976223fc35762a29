//! Sigma rules over small extracts with the real engine: every modifier and every type of correlation gives the rows that it should, with
//! the columns of the extract at hand and without.
#![cfg(feature = "engine")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, clippy::print_stdout)]

use std::collections::BTreeMap;

use casebook::domain::{Role, Schema};
use casebook::engine::duckdb::DuckOpener;
use casebook::engine::{Client, Limits};
use casebook::extract::{self, OpenSpec, Opened};
use casebook::playbook::{self, sigma};
use casebook::settings::paths::Paths;

struct Loaded {
    _folder: tempfile::TempDir,
    opened: Opened,
    client: Client,
}

fn load(csv: &str) -> Loaded {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.csv");
    std::fs::write(&path, csv).unwrap();
    let spec = OpenSpec { inputs: vec![path.to_string_lossy().into_owned()], ..OpenSpec::default() };
    let opened = extract::open(&spec, &Paths::under(&folder.path().join("home")), &DuckOpener, &mut |_| true).unwrap();
    let client = Client::new(opened.engine.clone());
    Loaded { _folder: folder, opened, client }
}

impl Loaded {
    /// Whom the last playbook of the rules accuses, in order.
    fn accused(&self, rules: &str, schema: Option<&Schema>, entity: Option<Role>) -> Vec<String> {
        // What an analyst says with --field where no extract is named: a column that fills a role is known by the role alone.
        let filled = self.opened.extract.schema.filled().filter(|column| column.role.is_some());
        let aliases = filled.map(|column| (column.source.clone().unwrap(), column.name.clone())).collect();
        let options = sigma::Options { schema, aliases, entity };
        let imported = sigma::import(rules, &options).unwrap_or_else(|error| panic!("{error}\n{rules}"));
        let made = &imported.last().unwrap().playbook;
        let statement = playbook::statement(made, &BTreeMap::new()).unwrap();
        let table =
            self.client.ask(statement, Limits::default()).unwrap_or_else(|error| panic!("{error}\n{rules}\n{}", made.sql));
        assert_eq!(table.names, playbook::COLUMNS);
        let mut entities: Vec<String> = (0..table.len()).map(|row| table.get(row, "entity").to_plain()).collect();
        entities.sort_unstable();
        entities
    }

    /// The same with the columns of the extract and without.
    #[track_caller]
    fn gives(&self, rules: &str, entity: Option<Role>, wanted: &str) {
        for schema in [Some(&self.opened.extract.schema), None] {
            assert_eq!(self.accused(rules, schema, entity).join(" "), wanted, "schema: {}\n{rules}", schema.is_some());
        }
    }
}

const LOG: &str = r#"time,account,ip,status,endpoint,user_agent,latency,reason,elsewhere,blob
2026-03-02T10:00:00Z,a1,10.0.0.1,200,/v1/chat,curl/8.1,120,True,10.0.0.1,"{""user"":{""name"":""ana""},""n"":3}"
2026-03-02T10:01:00Z,a2,10.0.0.2,401,/v1/login,Python-Requests/2.31,80.5,BadPassword,-,"{""user"":{""name"":""bo""},""n"":1}"
2026-03-02T10:02:00Z,a3,192.168.7.9,403,/v1/Login,Mozilla/5.0 (X11),300,bad*star,192.168.7,"{""n"":2}"
2026-03-02T10:03:00Z,a4,2001:db8::7,500,/v1/admin/keys,curl/7.9,1200,100%_sure,db8::7,"{""n"":0}"
2026-03-02T10:04:00Z,a5,203.0.113.5,429,/v1/chat,,,C:\temp\x,113,"{""n"":0}"
2026-03-02T10:05:00Z,a6,203.0.113.77,200,/v1/models,HeadlessChrome,50,Ünïcode,-,"{""n"":0}"
"#;

/// What stands under `selection`, and the accounts of the rows that fit.
const SELECTIONS: [(&str, &str); 58] = [
    ("status: 401", "a2"),
    ("status: '401'", "a2"),
    ("status: [401, 403]", "a2 a3"),
    ("status|gt: 401", "a3 a4 a5"),
    ("status|gte: 401", "a2 a3 a4 a5"),
    ("status|lt: 401", "a1 a6"),
    ("status|lte: 401", "a1 a2 a6"),
    ("status|neq: 200", "a2 a3 a4 a5"),
    ("status|neq: [200, 401]", "a3 a4 a5"),
    ("latency|gt: 80.5", "a1 a3 a4"),
    ("latency|gte: 80.5", "a1 a2 a3 a4"),
    ("latency|lt: 80.5", "a6"),
    ("time|gte: 2026-03-02T10:04:00Z", "a5 a6"),
    ("time|lt: 2026-03-02T10:01:00Z", "a1"),
    ("endpoint: /v1/login", "a2 a3"),
    ("endpoint|cased: /v1/login", "a2"),
    ("endpoint: /v1", ""),
    ("endpoint: /v1/*", "a1 a2 a3 a4 a5 a6"),
    ("endpoint: '*/l?gin'", "a2 a3"),
    ("endpoint|cased: '*/l?gin'", "a2"),
    ("endpoint|contains: ADMIN", "a4"),
    ("endpoint|contains|cased: ADMIN", ""),
    ("endpoint|contains: [admin, models]", "a4 a6"),
    ("endpoint|startswith: /V1/LOG", "a2 a3"),
    ("endpoint|startswith|cased: /v1/L", "a3"),
    ("endpoint|endswith: CHAT", "a1 a5"),
    ("endpoint|endswith|cased: Login", "a3"),
    ("endpoint|endswith: [chat, keys]", "a1 a4 a5"),
    ("endpoint|contains|neq: log", "a1 a4 a5 a6"),
    ("user_agent|contains|all: [mozilla, x11]", "a3"),
    ("user_agent|contains|all: [mozilla, curl]", ""),
    ("user_agent|contains: [curl, headless]", "a1 a4 a6"),
    ("user_agent|re: ^curl/[0-9]+\\.[0-9]$", "a1 a4"),
    ("user_agent|re: CURL", ""),
    ("user_agent|re|i: CURL", "a1 a4"),
    ("user_agent|re: [chrome, ^Moz]", "a3"),
    ("user_agent|exists: false", "a5"),
    ("user_agent|exists: true", "a1 a2 a3 a4 a6"),
    ("user_agent: null", "a5"),
    ("ip|cidr: 10.0.0.0/8", "a1 a2"),
    ("ip|cidr: 2001:db8::/32", "a4"),
    ("ip|cidr: [192.168.0.0/16, 203.0.113.0/26]", "a3 a5"),
    ("ip|cidr|neq: 10.0.0.0/8", "a3 a4 a5 a6"),
    ("ip|fieldref: elsewhere", "a1"),
    ("ip|fieldref|startswith: elsewhere", "a1 a3"),
    ("ip|fieldref|endswith: elsewhere", "a1 a4"),
    ("ip|fieldref|contains: elsewhere", "a1 a3 a4 a5"),
    ("ip|fieldref|neq: elsewhere", "a2 a3 a4 a5 a6"),
    ("reason: true", "a1"),
    ("reason: bad*", "a2 a3"),
    ("reason: 'bad\\*star'", "a3"),
    ("reason|contains: '100%_'", "a4"),
    ("reason|contains: '%_s?re'", "a4"),
    ("reason|contains: 'C:\\temp'", "a5"),
    ("reason: ünïcode", "a6"),
    ("blob.user.name: ana", "a1"),
    ("blob.n|gte: 2", "a1 a3"),
    ("status: 200\n        endpoint|contains: chat", "a1"),
];

#[test]
fn every_modifier_fits_the_rows_that_it_should() {
    let log = load(LOG);
    for (selection, wanted) in SELECTIONS {
        let rule = format!("title: A rule\ndetection:\n    selection:\n        {selection}\n    condition: selection\n");
        log.gives(&rule, Some(Role::Account), wanted);
    }
}

#[test]
fn conditions_keywords_and_lists_are_joined_as_the_rule_says() {
    let log = load(LOG);
    let searches = "    sel_a:\n        status: 200\n    sel_b:\n        endpoint|contains: chat\n    filter:\n        - status: 401\n        - status: 500\n    \
                    words:\n        - curl\n        - mozilla\n    every:\n        '|all': [curl, admin]\n";
    for (condition, wanted) in [
        ("sel_a", "a1 a6"),
        ("filter", "a2 a4"),
        ("not filter", "a1 a3 a5 a6"),
        ("sel_a and sel_b", "a1"),
        ("all of sel_*", "a1"),
        ("1 of sel_*", "a1 a5 a6"),
        ("sel_b and not sel_a", "a5"),
        ("1 of sel_* or filter", "a1 a2 a4 a5 a6"),
        ("all of them", ""),
        ("words", "a1 a3 a4"),
        ("every", "a4"),
        ("[sel_a, filter]", "a1 a2 a4 a6"),
    ] {
        let rule = format!("title: A rule\ndetection:\n{searches}    condition: {condition}\n");
        log.gives(&rule, Some(Role::Account), wanted);
    }
}

const NIGHT: &str = "time,account,ip,status,amount
2026-03-02T10:00:00Z,b1,203.0.113.1,401,10
2026-03-02T10:01:00Z,b1,203.0.113.2,401,20
2026-03-02T10:02:00Z,b1,203.0.113.3,401,30
2026-03-02T10:03:00Z,b1,203.0.113.1,200,5
2026-03-02T10:00:00Z,b2,203.0.113.1,401,1
2026-03-02T10:20:00Z,b2,203.0.113.1,401,1
2026-03-02T10:40:00Z,b2,203.0.113.1,401,1
2026-03-02T10:41:00Z,b2,203.0.113.1,200,1
2026-03-02T10:00:00Z,b3,203.0.113.1,200,100
2026-03-02T10:05:00Z,b3,203.0.113.1,401,400
";

#[test]
fn every_correlation_accuses_whom_it_should() {
    let night = load(NIGHT);
    let rules = "title: Failed\nname: fail\ndetection:\n    s:\n        status: 401\n    condition: s\n---\n\
                 title: Went through\nname: pass\ndetection:\n    s:\n        status: 200\n    condition: s\n---\n";
    for (kind, of, by, timespan, condition, wanted) in [
        ("event_count", "[fail]", "[account]", "5m", "gte: 3", "b1"),
        ("event_count", "[fail]", "[account]", "1h", "gte: 3", "b1 b2"),
        ("event_count", "[fail]", "[account]", "1h", "gt: 3", ""),
        ("event_count", "[fail, pass]", "[account]", "3m", "gte: 4", "b1"),
        ("event_count", "[fail]", "[ip]", "1h", "gte: 5", "203.0.113.1"),
        ("event_count", "[fail]", "[ip, account]", "1h", "gte: 3", "203.0.113.1"),
        ("value_count", "[fail]", "[account]", "5m", "gte: 3\n        field: ip", "b1"),
        ("value_count", "[fail]", "[account]", "1m", "gte: 3\n        field: ip", ""),
        ("value_count", "[fail]", "[ip]", "1h", "eq: 3\n        field: account", "203.0.113.1"),
        ("temporal", "[fail, pass]", "[account]", "5m", "", "b1 b2 b3"),
        ("temporal", "[fail, pass]", "[account]", "1m", "", "b1 b2"),
        ("temporal_ordered", "[fail, pass]", "[account]", "5m", "", "b1 b2"),
        ("temporal_ordered", "[pass, fail]", "[account]", "5m", "", "b3"),
        ("temporal_ordered", "[pass, fail]", "[account]", "4m", "", ""),
        ("value_sum", "[fail]", "[account]", "10m", "gte: 60\n        field: amount", "b1 b3"),
        ("value_sum", "[fail]", "[account]", "30s", "gte: 60\n        field: amount", "b3"),
        ("value_avg", "[fail]", "[account]", "1h", "gt: 100\n        field: amount", "b3"),
        ("value_avg", "[fail]", "[account]", "1h", "lte: 1\n        field: amount", "b2"),
        ("value_percentile", "[fail]", "[account]", "1h", "gt: 15\n        field: amount\n        percentile: 50", "b1 b3"),
        ("value_percentile", "[fail]", "[account]", "1h", "gt: 25\n        field: amount\n        percentile: 50", "b3"),
    ] {
        let condition = if condition.is_empty() { String::new() } else { format!("    condition:\n        {condition}\n") };
        let text = format!(
            "{rules}title: Together\ncorrelation:\n    type: {kind}\n    rules: {of}\n    group-by: {by}\n    timespan: {timespan}\n{condition}"
        );
        // A rule that the correlation does not use becomes a playbook of its own, before it.
        night.gives(&text, None, wanted);
    }
    let aliased = format!(
        "{rules}title: Together\ncorrelation:\n    type: temporal\n    rules: [fail, pass]\n    group-by: [who]\n    timespan: 1m\n    aliases:\n        \
         who:\n            fail: account\n            pass: account\n"
    );
    night.gives(&aliased, None, "b1 b2");
}
