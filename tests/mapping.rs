//! Mappings looked at and tried over extracts that the real engine has loaded.

#![cfg(feature = "engine")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, clippy::print_stdout)]

// Each test of the program uses a part of it.
#[allow(dead_code)]
mod program;

use casebook::domain::Role;
use casebook::engine::duckdb::DuckOpener;
use casebook::engine::{Client, Limits};
use casebook::extract::mapping::{self, Previewed};
use casebook::extract::{self, Extract, OpenSpec};
use casebook::settings::paths::Paths;
use tempfile::TempDir;

/// An extract that is open.
struct Bench {
    extract: Extract,
    client: Client,
    _folder: TempDir,
}

impl Bench {
    fn open(name: &str, text: &str, map: &[(Role, &str)]) -> Bench {
        Bench::try_open(name, text, map).unwrap()
    }

    fn try_open(name: &str, text: &str, map: &[(Role, &str)]) -> Result<Bench, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        let map = map.iter().map(|(role, text)| (*role, (*text).to_owned())).collect();
        let spec = OpenSpec { inputs: vec![path.display().to_string()], map, ..OpenSpec::default() };
        let paths = Paths::under(&folder.path().join("home"));
        let opened = extract::open(&spec, &paths, &DuckOpener, &mut |_| true).map_err(|error| error.to_string())?;
        Ok(Bench { extract: opened.extract, client: Client::new(opened.engine), _folder: folder })
    }

    fn preview(&self, role: Role, text: &str) -> Result<(Previewed, Vec<String>), String> {
        let preview = mapping::preview(&self.extract, role, text, self.client.dialect())?;
        let table = self.client.ask(preview.statement, Limits::default()).map_err(|error| error.to_string())?;
        Ok((mapping::previewed(&table.batches), preview.notes))
    }

    fn values(&self, role: Role, text: &str) -> Vec<String> {
        self.preview(role, text).unwrap().0.values
    }
}

const CSV: &str = "wann,wer,woher,code,kosten,rest\n\
    2026-03-02 10:00:00+02:00,u1,192.0.2.1,200,1.10,\"{\"\"ua\"\":\"\"curl\"\",\"\"ids\"\":[7]}\"\n\
    2026-03-02 10:01:00+02:00,u2,192.0.2.2,404,2.5,\"{\"\"ua\"\":\"\"wget\"\"}\"\n\
    2026-03-02 10:02:00+02:00,u1,,n/a,,\n";

#[test]
fn columns_paths_and_expressions_of_a_csv_file_are_tried_as_the_loader_would_see_them() {
    let map = [(Role::Time, "wann"), (Role::Account, "wer"), (Role::Ip, "woher")];
    let bench = Bench::open("odd.csv", CSV, &map);
    let (found, notes) = bench.preview(Role::Session, "wer").unwrap();
    assert_eq!((found.rows, found.present, found.fitting), (3, 3, 3));
    assert_eq!((found.values, notes), (vec!["u1".to_owned(), "u2".to_owned()], Vec::new()));
    // What fills a role now is the role's own column.
    assert_eq!(bench.values(Role::Time, "wann")[0], "2026-03-02T08:00:00Z");
    // Values that the role cannot hold are counted and shown.
    let (found, _) = bench.preview(Role::Status, "code").unwrap();
    assert_eq!((found.present, found.fitting, found.misfits), (3, 2, vec!["n/a".to_owned()]));
    assert_eq!(bench.values(Role::UserAgent, "rest.ua"), ["curl", "wget"]);
    assert_eq!(bench.values(Role::Request, "rest.ids[0]"), ["7"]);
    assert_eq!(bench.values(Role::Key, "wer || '@' || woher"), ["u1@192.0.2.1", "u2@192.0.2.2"]);
    // In a CSV file every column is text to an expression, even where the database keeps numbers.
    assert!(bench.preview(Role::Cost, "kosten + 1").is_err());
    assert_eq!(bench.values(Role::Cost, "CAST(kosten AS DOUBLE) * 2"), ["2.2", "5.0"]);
    // The text of a column that stands in time is not there any more, and that is said.
    let preview = mapping::preview(&bench.extract, Role::Request, "CAST(wann AS VARCHAR)", bench.client.dialect()).unwrap();
    assert!(preview.notes[0].contains("an exact preview is not possible"), "{:?}", preview.notes);
}

#[test]
fn a_preview_and_a_load_agree() {
    let json = r#"{"t":"2026-03-02T10:00:00Z","who":{"id":17,"name":"ana"},"code":200}
{"t":"2026-03-02T10:00:01Z","who":{"id":18,"name":""},"code":"500"}
{"t":"2026-03-02T10:00:02Z","who":null,"code":null}
"#;
    for (name, text, role, source) in [
        ("a.jsonl", json, Role::Account, "who.id"),
        ("a.jsonl", json, Role::Account, "who.name"),
        ("a.jsonl", json, Role::Status, "code"),
        ("a.jsonl", json, Role::Key, "json_extract_string(who, '$.name') || '!'"),
        ("a.csv", CSV, Role::Cost, "kosten"),
        ("a.csv", CSV, Role::Category, "CASE WHEN code = '404' THEN 'lost' END"),
        ("a.csv", CSV, Role::Time, "wann"),
        ("a.csv", CSV, Role::Status, "code"),
    ] {
        let before = Bench::open(name, text, &[]);
        let (found, _) = before.preview(role, source).unwrap();
        let after = Bench::open(name, text, &[(role, source)]);
        let counted = after.client.ask(mapping::coverage(&after.extract, after.client.dialect()), Limits::default()).unwrap();
        let loaded = counted.get(0, role.name()).as_i64().unwrap();
        assert_eq!(i64::try_from(found.fitting).unwrap(), loaded, "{role}={source}: {found:?}");
        // And once more over what was loaded that way.
        assert_eq!(after.preview(role, source).unwrap().0.values, found.values, "{role}={source}");
    }
}

#[test]
fn what_does_not_work_is_said_and_nothing_can_be_reached_from_an_expression() {
    let bench = Bench::open("odd.csv", CSV, &[(Role::Account, "wer"), (Role::Content, "rest")]);
    let error = bench.preview(Role::Ip, "wohr").unwrap_err();
    assert!(error.contains("did you mean 'woher'?"), "{error}");
    assert!(bench.preview(Role::Ip, "uppre(woher)").is_err());
    assert!(bench.preview(Role::Ip, "woher) FROM requests; DROP TABLE requests; --").is_err());
    let file = "(SELECT content FROM read_text('/etc/passwd') LIMIT 1)";
    assert!(bench.preview(Role::Ip, file).unwrap_err().contains("disabled"), "files are out of reach");
    // A masked column stays masked wherever it is put, and is not seen by what does not name it.
    let preview = |text: &str| mapping::preview(&bench.extract, Role::Category, text, bench.client.dialect()).unwrap();
    assert!(preview("rest").sensitive && preview("upper(REST)").sensitive && preview("rest.ua").sensitive);
    assert!(!preview("upper(wer)").sensitive);
    let (found, _) = bench.preview(Role::Category, "CAST(raw AS VARCHAR) || wer").unwrap();
    assert!(!found.values.concat().contains("curl"), "{found:?}");
}

#[test]
fn a_role_can_be_left_empty_and_its_column_is_there_again() {
    let bench =
        Bench::open("log.csv", "timestamp,user_id,client_ip\n2026-03-02T10:00:00Z,u1,192.0.2.1\n", &[(Role::Account, "")]);
    assert!(!bench.extract.schema.has(Role::Account));
    assert!(bench.extract.schema.column("user_id").is_some_and(|column| column.role.is_none()));
    assert!(bench.extract.schema.has(Role::Ip));
}

#[test]
fn the_sampled_rows_show_columns_paths_and_roles() {
    let mut text = String::from("when,who,data\n");
    for row in 0..5000 {
        let data = if row < 4990 { "{}" } else { "\"{\"\"late\"\":{\"\"x\"\":1}}\"" };
        text.push_str(&format!("2026-03-02T10:00:00Z,u{row},{data}\n"));
    }
    let bench = Bench::open("wide.csv", &text, &[(Role::Account, "who")]);
    let (extract, dialect) = (&bench.extract, bench.client.dialect());
    let table = bench.client.ask(mapping::samples(extract, dialect), Limits::default()).unwrap();
    let known = mapping::known(extract, &table.batches, dialect);
    assert_eq!(known.rows, 200);
    assert_eq!(known.roles[&Role::Account].present, 200);
    let names: Vec<&str> = known.fields.iter().map(|field| field.name.as_str()).collect();
    assert_eq!(names, ["when", "who", "data", "data.late.x", "data.late"], "what comes late in the file is found too");
}

#[test]
fn real_logs_are_previewed() {
    let Some(invictus) = program::data("cloudtrail-invictus") else { return };
    let folder = tempfile::tempdir().unwrap();
    let spec = OpenSpec { inputs: vec![invictus.display().to_string()], ..OpenSpec::default() };
    let opened = extract::open(&spec, &Paths::under(folder.path()), &DuckOpener, &mut |_| true).unwrap();
    let bench = Bench { extract: opened.extract, client: Client::new(opened.engine), _folder: folder };
    let (found, _) = bench.preview(Role::Country, "awsRegion").unwrap();
    assert_eq!((found.rows, found.fitting), (2000, 2000));
    let (found, _) = bench.preview(Role::Session, "userIdentity.sessionContext.attributes.creationDate").unwrap();
    assert!(found.fitting > 0 && found.fitting < found.rows, "{found:?}");
    let table = bench.client.ask(mapping::samples(&bench.extract, bench.client.dialect()), Limits::default()).unwrap();
    let known = mapping::known(&bench.extract, &table.batches, bench.client.dialect());
    for wanted in ["userIdentity.type", "requestParameters.bucketName", "awsRegion", "eventTime"] {
        assert!(known.fields.iter().any(|field| field.name == wanted), "{wanted}");
    }
}
