//! Tests of the playbook room without a database: headers, checks, parameters, statements, the library.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::domain::Column;
use crate::engine::Param;
use crate::settings::paths::Paths;

const HEADER: &str = r#"-- id = "busy-keys"
-- title = "Busy keys"
-- question = "Which keys are busy?"
-- severity = "low"
-- entity = "key"
-- roles = ["time", "key"]
-- tags = ["keys"]
-- references = ["https://docs.example/busy"]
--
-- [params.min_requests]
-- type = "integer"
-- default = 10
-- min = 1
-- max = 1000
-- help = "Fewer are not reported."
--
-- [params.agent]
-- type = "text"
-- default = "curl"
-- ---
-- **Finds** busy keys.
--
-- And that is all.
"#;

const QUERY: &str = "SELECT key AS entity, '$agent; -- no parameter' AS \"$agent\" -- $agent neither\n\
FROM requests /* nor ; $agent */\nWHERE user_agent = $agent AND $min_requests < 5 AND $min_requests > 1;\n";

fn playbook(query: &str) -> Playbook {
    Playbook::parse(&format!("{HEADER}{query}")).unwrap()
}

fn complaints(query: &str) -> Vec<String> {
    let all = "WHERE $agent = '' AND $min_requests = 1";
    check(&playbook(&query.replace("ALL", all))).iter().map(ToString::to_string).collect()
}

#[test]
fn a_header_is_read_whole() {
    let playbook = playbook(QUERY);
    assert_eq!(playbook.id, "busy-keys");
    assert_eq!(playbook.severity, Severity::Low);
    assert_eq!((playbook.entity, playbook.roles.as_slice()), (Role::Key, [Role::Time, Role::Key].as_slice()));
    assert_eq!(playbook.references, ["https://docs.example/busy"]);
    assert_eq!(playbook.doc, "**Finds** busy keys.\n\nAnd that is all.");
    assert_eq!(playbook.sql, QUERY);
    assert_eq!(playbook.sql_line, 24);
    let names: Vec<&str> = playbook.params.iter().map(|spec| spec.name.as_str()).collect();
    assert_eq!(names, ["min_requests", "agent"], "in the order of the header");
    assert_eq!((playbook.params[0].min, playbook.params[0].max), (Some(1.0), Some(1_000.0)));
    assert_eq!(playbook.params[0].help, "Fewer are not reported.");
    // Line ends and a byte-order mark do not matter.
    let windows = Playbook::parse(&format!("\u{feff}{HEADER}{QUERY}").replace('\n', "\r\n")).unwrap();
    assert_eq!(windows.params, playbook.params);
}

#[test]
fn what_is_wrong_with_a_header_is_said_with_its_line() {
    let broken = |from: &str, to: &str| {
        assert!(HEADER.contains(from), "{from}");
        let error = Playbook::parse(&format!("{}{QUERY}", HEADER.replace(from, to))).unwrap_err();
        (error.line, error.message)
    };
    let holds = |(line, message): (usize, String), wanted_line: usize, part: &str| {
        assert!(line == wanted_line && message.contains(part), "line {line}: {message}");
    };
    holds(broken("\"busy-keys\"", "\"Busy Keys\""), 1, "the id 'Busy Keys' may hold");
    holds(broken("\"Busy keys\"", "\"Busy keys"), 2, "string");
    holds(broken("severity = \"low\"", "severity = \"huge\""), 4, "'huge' is not a severity");
    holds(broken("entity = \"key\"", "entity = \"status\""), 5, "does not name entities");
    holds(broken("\"time\", \"key\"", "\"time\", \"kee\""), 6, "'kee' is not a role");
    holds(broken("-- tags", "-- tagz"), 7, "tagz");
    holds(broken("\"integer\"", "\"number\""), 10, "the types are integer, real, text, boolean");
    holds(broken("default = 10", "default = 0"), 10, "must be between 1 and 1000");
    holds(broken("default = 10", "default = \"ten\""), 10, "is of type integer");
    holds(broken("default = 10", "default = [1]"), 10, "neither a number");
    holds(broken("default = \"curl\"", "default = \"curl\"\n-- min = 3"), 17, "means nothing for the type text");
    holds(broken("params.agent", "params.Agent"), 17, "lower-case");
    let missing = Playbook::parse(&format!("{}{QUERY}", HEADER.replace("-- title = \"Busy keys\"\n", ""))).unwrap_err();
    assert!(missing.message.contains("title"), "{missing}");
    assert!(Playbook::parse(HEADER).unwrap_err().message.contains("no query"));
    for nothing in ["", "SELECT 1", "\n\n"] {
        assert!(Playbook::parse(nothing).unwrap_err().message.contains("no header"));
    }
}

#[test]
fn a_query_that_only_reads_passes_the_check() {
    assert_eq!(check(&playbook(QUERY)), []);
    assert_eq!(complaints("WITH x AS (SELECT 1) SELECT * FROM requests ALL"), [""; 0]);
    assert_eq!(complaints("-- a remark\nselect \"set\", 'DROP TABLE x' FROM requests ALL ;\n-- the end\n"), [""; 0]);
}

#[test]
fn what_a_playbook_must_not_do_is_refused_with_its_line() {
    let refused = |query: &str, part: &str| {
        let complaints = complaints(query);
        assert!(complaints.iter().any(|complaint| complaint.contains(part)), "{query}: {complaints:?}");
    };
    refused("SELECT 1 ALL; SELECT 2", "line 24, column 49: a playbook is one statement");
    refused("DELETE FROM requests ALL", "must begin with SELECT or WITH");
    refused("WITH x AS (SELECT 1)\nINSERT INTO y SELECT 1 ALL", "line 25, column 1: INSERT is not allowed");
    refused("COPY (SELECT 1 ALL) TO 'x'", "COPY is not allowed");
    refused("SELECT 1 ALL\n AND $other = 1", "line 25, column 6: $other is not declared");
    refused("SELECT 1 WHERE $agent = ''", "'min_requests' is declared, but the query never uses it".trim_end_matches(" it"));
    refused("SELECT $$text$$ ALL", "must be followed by the name");
    refused("SELECT $tag$ text; DROP $tag$ ALL", "texts in $…$");
    refused("SELECT $1 ALL", "must be followed by the name");
    refused("SELECT ? ALL", "written $name");
    refused("SELECT E'\\'; DROP TABLE x; --' ALL", "E'…'");
    refused("SELECT 'x ALL", "no end");
    refused("SELECT 1 ALL /* x", "no end");
    refused("SELECT 1 /* /* */ ; DROP TABLE x */ ALL", "comments inside comments");
}

#[test]
fn a_playbook_reads_requests_and_its_own_names_alone() {
    let refused = |query: &str, part: &str| {
        let complaints = complaints(query);
        assert!(complaints.iter().any(|complaint| complaint.contains(part)), "{query}: {complaints:?}");
    };
    let file = "would read a file of that name";
    let elsewhere = "it reads what is not the extract";
    let machine = "it tells of the machine or the engine";
    refused("SELECT *\nFROM read_csv('/etc/passwd') ALL", "line 25, column 6: read_csv(…) is not allowed: it reads");
    for call in ["READ_CSV", "\"read_text\"", "read_blob", "read_json_auto", "read_parquet", "parquet_scan", "glob", "sniff_csv"]
    {
        refused(&format!("SELECT * FROM {call}('/etc/passwd') ALL"), elsewhere);
    }
    for call in
        ["query('SELECT 1')", "query_table('x')", "read_ndjson_objects('x')", "parquet_metadata('x')", "main.read_csv('x')"]
    {
        refused(&format!("SELECT * FROM {call} ALL"), elsewhere);
    }
    for call in ["getenv('HOME')", "'HOME'.getenv()", "current_setting('threads')", "version()", "getvariable('x')"] {
        refused(&format!("SELECT {call} FROM requests ALL"), machine);
    }
    for table in ["duckdb_settings()", "duckdb_secrets()", "pragma_database_list()"] {
        refused(&format!("SELECT * FROM {table} ALL"), machine);
    }
    refused("SELECT nextval('x') FROM requests ALL", "not among the functions");
    refused("SELECT casebook_sealed('x', 1) FROM requests ALL", "not among the functions");
    for from in [
        "FROM '/etc/passwd'",
        "FROM requests, '/etc/passwd'",
        "FROM requests JOIN '/etc/passwd' ON true",
        "FROM (requests CROSS JOIN '/etc/passwd')",
        "FROM (FROM '/etc/passwd')",
        "FROM requests AS r, LATERAL (SELECT * FROM '/etc/passwd')",
        "FROM requests WHERE EXISTS (FROM '/etc/passwd') AND",
    ] {
        let all = if from.ends_with("AND") { "$agent = '' AND $min_requests = 1" } else { "ALL" };
        refused(&format!("SELECT * {from} {all}"), file);
    }
    refused("WITH x AS (SELECT 1) FROM '/etc/passwd' ALL", file);
    let unread = "is not read by playbooks";
    for table in
        ["\"/etc/passwd\"", "secrets", "rejects", "information_schema.tables", "duckdb_settings", "work.x", "main.requests"]
    {
        refused(&format!("SELECT * FROM {table} ALL"), unread);
    }
    // A name counts only inside the brackets in which it was given.
    refused("SELECT * FROM (WITH secrets AS (SELECT 1) SELECT 1), secrets ALL", unread);
    refused("WITH \"/etc/passwd\" AS (SELECT 1) SELECT 1 ALL", "WITH cannot name /etc/passwd");
    refused("WITH requests AS (SELECT 1) SELECT 1 ALL", "WITH cannot name requests");
    refused("SELECT * FROM (DESCRIBE requests) ALL", "describe is not allowed");
    refused("SELECT * FROM (SUMMARIZE requests) ALL", "summarize is not allowed");
    refused("WITH x AS (TABLE \"/etc/passwd\") SELECT 1 ALL", "table is not allowed");
    refused("SELECT * FROM (PIVOT '/etc/passwd' ON a) ALL", "pivot is not allowed");
    refused("SELECT * FROM $agent ALL", "a table must be named here");
    refused("SELECT 1) ALL", "closes nothing");
}

#[test]
fn what_playbooks_are_made_of_passes() {
    for query in [
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9) SELECT * FROM n ALL",
        "WITH a AS MATERIALIZED (SELECT 1 AS x), b AS (SELECT x FROM a) SELECT * FROM a JOIN b USING (x), requests r ALL",
        "SELECT * FROM requests ASOF JOIN (SELECT account, time FROM requests) AS other USING (account, time) ALL",
        "SELECT account, unnest([1, 2]) FROM requests, unnest([1, 2]) AS t(x), generate_series(1, 3) ALL",
        "SELECT extract(hour FROM time), substring(account FROM 2), account IS DISTINCT FROM ip FROM requests ALL",
        "SELECT count(*) FILTER (WHERE status = 200), sum(cost) OVER (PARTITION BY key ORDER BY time), CAST(1 AS DECIMAL(9, 2))\n\
         FROM requests ALL",
        "SELECT list_filter([1], lambda x: x > 1), {'a': 1}, [1, 2][1], CASE WHEN (1 = 1) THEN (2) END FROM requests ALL",
        "SELECT * FROM (VALUES (1), (2)) AS v(n), requests WHERE (n, 1) IN (SELECT 1, 1 FROM requests) AND $agent = '' AND $min_requests = 1",
        "SELECT quantile_cont(latency, 0.5), regexp_matches(user_agent, 'x'), mad(cost) FROM requests ALL QUALIFY row_number() OVER () = 1",
    ] {
        assert_eq!(complaints(query), [""; 0], "{query}");
    }
}

#[test]
fn parameters_are_bound_and_texts_are_left_alone() {
    let playbook = playbook(QUERY);
    let made = statement(&playbook, &BTreeMap::from([("min_requests".to_owned(), ParamValue::Integer(3))])).unwrap();
    assert_eq!(made.params, [Param::Text("curl".into()), Param::Int(3)]);
    assert_eq!(
        made.sql,
        "SELECT key AS entity, '$agent; -- no parameter' AS \"$agent\" -- $agent neither\n\
         FROM requests /* nor ; $agent */\nWHERE user_agent = $1 AND $2 < 5 AND $2 > 1"
    );
}

#[test]
fn values_that_do_not_fit_are_refused() {
    let playbook = playbook(QUERY);
    let with = |name: &str, value: ParamValue| {
        statement(&playbook, &BTreeMap::from([(name.to_owned(), value)])).unwrap_err().to_string()
    };
    assert_eq!(
        with("min_reqests", ParamValue::Integer(3)),
        "the playbook busy-keys has no parameter 'min_reqests'; it has min_requests, agent"
    );
    assert_eq!(with("min_requests", ParamValue::Integer(0)), "the parameter 'min_requests' must be between 1 and 1000, not 0");
    assert_eq!(with("min_requests", ParamValue::Real(2.5)), "the parameter 'min_requests' is of type integer, and '2.5' is not");
    let spec = &playbook.params[0];
    assert_eq!(spec.read(" 17 "), Ok(ParamValue::Integer(17)));
    assert!(matches!(spec.read("many"), Err(ParamError::Kind { .. })));
    let real = ParamSpec { kind: ParamKind::Real, ..spec.clone() };
    assert_eq!(real.read("2"), Ok(ParamValue::Real(2.0)));
    assert!(matches!(real.read("NaN"), Err(ParamError::Range { .. })));
}

#[test]
fn roles_that_are_missing_are_named() {
    let column = |role: Role, source: Option<&str>| Column::of_role(role, source.map(str::to_owned));
    let playbook = playbook(QUERY);
    let mut schema = Schema { columns: vec![column(Role::Time, Some("at")), column(Role::Key, None)] };
    let missing = runnable(&playbook, &schema).unwrap_err();
    assert_eq!(missing.to_string(), "needs key, which this extract does not have; map a column onto it with --map");
    schema.columns[1].source = Some("token".to_owned());
    assert_eq!(runnable(&playbook, &schema), Ok(()));
}

#[test]
fn the_built_in_playbooks_are_sound_and_documented() {
    let playbooks = library::builtin();
    assert_eq!(playbooks.len(), 38, "all parse and no two share an id");
    for playbook in playbooks {
        assert_eq!(check(&playbook), [], "{}", playbook.id);
        for part in ["**What it finds.**", "**How.**", "**What it mistakes.**", "**Next.**", "**Source.**"] {
            assert!(playbook.doc.contains(part), "{}: {part}", playbook.id);
        }
        assert!(playbook.question.ends_with('?') && !playbook.references.is_empty() && !playbook.tags.is_empty());
        assert!(playbook.roles.contains(&Role::Time) && playbook.roles.contains(&playbook.entity), "{}", playbook.id);
        assert!(playbook.params.iter().all(|spec| !spec.help.is_empty()), "{}", playbook.id);
    }
}

#[test]
fn own_playbooks_add_and_override_and_broken_ones_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let paths = Paths::under(folder.path());
    assert_eq!(library::load(&paths), Library { playbooks: library::builtin(), problems: Vec::new() });
    let own = paths.config.join("playbooks");
    std::fs::create_dir_all(&own).unwrap();
    std::fs::write(own.join("a.sql"), format!("{HEADER}{QUERY}")).unwrap();
    std::fs::write(own.join("b.sql"), format!("{}{QUERY}", HEADER.replace("busy-keys", "denied-calls"))).unwrap();
    std::fs::write(own.join("c.sql"), "SELECT 1").unwrap();
    std::fs::write(own.join("d.sql"), format!("{HEADER}DROP TABLE requests")).unwrap();
    std::fs::write(own.join("notes.txt"), "not a playbook").unwrap();
    let library = library::load(&paths);
    assert_eq!(library.playbooks.len(), library::builtin().len() + 1);
    assert_eq!(library.get("busy-keys").unwrap().origin, Origin::File(own.join("a.sql")));
    assert_eq!(library.get("denied-calls").unwrap().title, "Busy keys");
    assert_eq!(library.get("signup-farm").unwrap().origin, Origin::BuiltIn);
    let problems: Vec<String> = library.problems.iter().map(ToString::to_string).collect();
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert!(problems[0].contains("c.sql: line 1: there is no header"));
    assert!(problems[1].contains("d.sql: line 24, column 1: ") && problems[1].contains("DROP is not allowed"));
}

proptest! {
    #[test]
    fn no_file_breaks_the_parser(text in "(-- ?)?[a-z =\"\\[\\].$;'/*\u{e9}\n-]{0,200}") {
        if let Ok(playbook) = Playbook::parse(&text) {
            check(&playbook);
        }
    }

    #[test]
    fn no_query_breaks_the_check(query in "[a-zA-Z$ ;'\"/*?\u{e9}\n0-9-]{0,200}") {
        if let Ok(playbook) = Playbook::parse(&format!("{HEADER}SELECT {query}")) {
            check(&playbook);
            let _ = statement(&playbook, &BTreeMap::new());
        }
    }

    #[test]
    fn every_text_that_passes_has_bound_all_its_parameters(text in "[^']{0,40}") {
        let playbook = playbook(QUERY);
        let made = statement(&playbook, &BTreeMap::from([("agent".to_owned(), ParamValue::Text(text.clone()))])).unwrap();
        prop_assert_eq!(&made.params[0], &Param::Text(text));
        prop_assert!(made.sql.contains("user_agent = $1"));
    }
}
