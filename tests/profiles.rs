//! Every built-in profile over its own fixture, opened with the real engine: the roles, why, and what stands in them.
#![cfg(feature = "engine")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, clippy::print_stdout)]

use std::fmt::Write;
use std::path::{Path, PathBuf};

use casebook::domain::{Role, Value};
use casebook::engine::{Client, Limits, Statement, duckdb::DuckOpener};
use casebook::extract::{self, OpenSpec, Opened, draft_profile, save_profile};
use casebook::settings::paths::Paths;

struct Bench {
    folder: tempfile::TempDir,
}

impl Bench {
    fn new() -> Bench {
        Bench { folder: tempfile::tempdir().unwrap() }
    }

    fn paths(&self) -> Paths {
        Paths::under(&self.folder.path().join("home"))
    }

    fn open(&self, spec: &OpenSpec) -> Opened {
        extract::open(spec, &self.paths(), &DuckOpener, &mut |_| true).unwrap()
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }
}

fn spec(path: &Path) -> OpenSpec {
    OpenSpec { inputs: vec![path.display().to_string()], no_cache: true, threads: Some(1), ..OpenSpec::default() }
}

/// All rows as text, a cell after the other.
fn rows(opened: &Opened, sql: &str) -> Vec<String> {
    let table = Client::new(opened.engine.clone()).ask(Statement::new(sql), Limits::default()).unwrap();
    let cell = |value: &Value| if value.is_null() { "-".to_owned() } else { value.to_plain() };
    table.rows().map(|row| row.iter().map(cell).collect::<Vec<_>>().join(" | ")).collect()
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/profiles").join(name)
}

/// The mapping of a fixture as text, with what cannot be seen escaped.
fn golden(opened: &Opened) -> String {
    let extract = &opened.extract;
    let mut text = String::new();
    let source = &extract.sources[0];
    let time = |moment: Option<casebook::domain::Timestamp>| moment.map_or("-".to_owned(), |moment| moment.to_string());
    writeln!(text, "{}: {}, {} rows, {} rejects", source.profile, source.format, extract.rows, extract.rejects).unwrap();
    writeln!(text, "{} to {}", time(extract.first), time(extract.last)).unwrap();
    for reason in &source.reasons {
        writeln!(text, "because {reason}").unwrap();
    }
    for reject in &extract.reject_samples {
        writeln!(text, "rejected {}: {}", reject.record, reject.reason).unwrap();
    }
    for (role, mapping) in &extract.roles {
        writeln!(text, "\n{role} = {}\n    {}: {}", mapping.source, mapping.confidence, mapping.reason).unwrap();
        for value in rows(opened, &format!("SELECT CAST({role} AS VARCHAR) FROM requests ORDER BY row_id LIMIT 6")) {
            writeln!(text, "    {value}").unwrap();
        }
    }
    let unmapped: Vec<&str> = Role::ALL.iter().filter(|role| !extract.roles.contains_key(role)).map(|role| role.name()).collect();
    let own: Vec<&str> =
        extract.schema.columns.iter().filter(|column| column.role.is_none()).map(|column| column.name.as_str()).collect();
    writeln!(text, "\nnot mapped: {}\nbeside them: {}", unmapped.join(" "), own.join(", ")).unwrap();
    text.lines().map(|line| casebook::domain::SafeText::new(line).as_str().to_owned() + "\n").collect()
}

#[test]
fn every_fixture_opens_with_its_profile_and_its_golden_roles() {
    let mut names: Vec<String> =
        std::fs::read_dir(fixture("")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert!(names.len() >= 20, "{names:?}");
    for name in names {
        let bench = Bench::new();
        let opened = bench.open(&spec(&fixture(&name)));
        let profile = name.split('.').next().unwrap();
        assert!(opened.extract.sources.iter().all(|source| source.profile == profile), "{name}: {:?}", opened.extract.sources);
        insta::assert_snapshot!(name.replace('.', "_"), golden(&opened));
    }
}

#[test]
fn a_drafted_profile_is_chosen_and_gives_the_same_roles() {
    let mut names: Vec<String> =
        std::fs::read_dir(fixture("")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    for name in names {
        let bench = Bench::new();
        let opened = bench.open(&spec(&fixture(&name)));
        let draft = draft_profile(&opened.extract, "own");
        save_profile(&bench.paths(), "own", &draft, false).unwrap();
        let again = bench.open(&OpenSpec { profile: Some("own".into()), ..spec(&fixture(&name)) });
        let sources = |opened: &Opened| -> Vec<(Role, String)> {
            opened.extract.roles.iter().map(|(role, mapping)| (*role, mapping.source.clone())).collect()
        };
        assert_eq!(sources(&again), sources(&opened), "{name}\n{draft}");
        assert_eq!((again.extract.rows, again.extract.first), (opened.extract.rows, opened.extract.first), "{name}");
        let all: String = Role::ALL.map(|role| format!("CAST({role} AS VARCHAR)")).join(", ");
        let sql = format!("SELECT {all} FROM requests ORDER BY row_id");
        assert_eq!(rows(&again, &sql), rows(&opened, &sql), "{name}");
    }
}

const GUESSED: &str = "when,who,where,what,Data\n\
    2026-03-02T08:00:00Z,ana@example.com,192.0.2.10:443,/v1/messages,\"{\"\"actor\"\":{\"\"id\"\":12345678901234567},\"\"prompt\"\":\"\"my secret words\"\"}\"\n\
    2026-03-02T08:00:01Z,ben@example.com,[2001:db8::1]:8443,/login,\"{\"\"actor\"\":{\"\"id\"\":12345678901234568}}\"\n\
    2026-03-02T08:00:02Z,ana@example.com,198.51.100.7,/login,not JSON\n";

#[test]
fn a_profile_drafted_from_a_guess_is_chosen_by_its_evidence_and_names_no_value() {
    let bench = Bench::new();
    let path = bench.write("log.csv", GUESSED);
    let by_hand = OpenSpec {
        map: vec![
            (Role::Account, "Data.actor.id, else who".into()),
            (Role::Endpoint, "upper(what) || ' x' -- a comment".into()),
            (Role::Content, "Data.prompt".into()),
        ],
        ..spec(&path)
    };
    let opened = bench.open(&by_hand);
    assert_eq!(opened.extract.sources[0].profile, "guessed");
    let draft = draft_profile(&opened.extract, "our-log");
    for value in ["192.0.2", "ana@", "secret words", "123456789"] {
        assert!(!draft.contains(value), "{draft}");
    }
    assert!(draft.contains("# asn = \"\""), "{draft}");
    assert!(draft.contains("addresses"), "{draft}");
    save_profile(&bench.paths(), "our-log", &draft, false).unwrap();
    assert!(save_profile(&bench.paths(), "our-log", &draft, false).is_err(), "a profile that is there is not replaced unasked");
    let again = bench.open(&spec(&path));
    assert_eq!(again.extract.sources[0].profile, "our-log");
    let sql = "SELECT CAST(time AS VARCHAR), account, ip, endpoint, content FROM requests ORDER BY row_id";
    assert_eq!(rows(&again, sql), rows(&opened, sql));
    assert_eq!(
        rows(&again, sql),
        [
            "2026-03-02 08:00:00 | 12345678901234567 | 192.0.2.10 | /V1/MESSAGES x | my secret words",
            "2026-03-02 08:00:01 | 12345678901234568 | 2001:db8::1 | /LOGIN x | -",
            "2026-03-02 08:00:02 | ana@example.com | 198.51.100.7 | /LOGIN x | -",
        ]
    );
}

#[test]
fn a_saved_profile_has_a_plain_name_and_is_sound() {
    let bench = Bench::new();
    let good = "name = 'x'\ntitle = 'x'\n[evidence]\nmust = ['a']\n[roles]\ntime = 'a'\n";
    for name in ["", "../x", "a b", "a/b", "x.toml"] {
        assert!(save_profile(&bench.paths(), name, good, false).is_err(), "{name}");
    }
    let error = save_profile(&bench.paths(), "x", &good.replace("time", "tiem"), false).unwrap_err().to_string();
    assert!(error.contains("line 6, `tiem`"), "{error}");
    let path = save_profile(&bench.paths(), "x", good, false).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), good);
    save_profile(&bench.paths(), "x", &good.replace("'a'", "'b'"), true).unwrap();
    assert!(std::fs::read_to_string(&path).unwrap().contains("'b'"));
}

#[test]
fn addresses_in_the_role_are_bare_and_the_column_stays_as_it_was() {
    let bench = Bench::new();
    let path = bench.write("log.csv", GUESSED);
    let opened = bench.open(&spec(&path));
    assert_eq!(opened.extract.roles[&Role::Ip].source, "where");
    assert!(opened.extract.roles[&Role::Ip].reason.contains("without the port"), "{:?}", opened.extract.roles[&Role::Ip]);
    assert_eq!(
        rows(&opened, "SELECT ip, \"where\" FROM requests ORDER BY row_id"),
        ["192.0.2.10 | 192.0.2.10:443", "2001:db8::1 | [2001:db8::1]:8443", "198.51.100.7 | 198.51.100.7"]
    );
    // Without ports the column stands in the role and is stored once.
    let bare = bench.write("bare.csv", "time,ip\n2026-03-02T08:00:00Z,192.0.2.1\n2026-03-02T08:00:01Z,2001:db8::1\n");
    let opened = bench.open(&spec(&bare));
    assert!(opened.extract.schema.columns.iter().all(|column| column.role.is_some() || column.name != "ip_2"));
    assert_eq!(opened.extract.roles[&Role::Ip].reason, "the name 'ip' says so, and 100% of 2 sampled values are addresses");
}

#[test]
fn long_ids_stay_exact_wherever_they_stand() {
    const IDS: [&str; 4] = ["12345678901234567", "9007199254740993", "9223372036854775807", "123456789012345678901234567890"];
    let bench = Bench::new();
    let csv: String = IDS.iter().map(|id| format!("2026-03-02T08:00:00Z,{id},{id},1.5\n")).collect();
    let csv = bench.write("ids.csv", format!("time,request_id,other_number,n\n{csv}"));
    let json: String = IDS
        .iter()
        .map(|id| {
            format!(
                "{{\"time\":\"2026-03-02T08:00:00Z\",\"request_id\":{id},\"other_number\":{id},\"deep\":{{\"user\":{{\"user_id\":{id}}}}}}}\n"
            )
        })
        .collect();
    let json = bench.write("ids.jsonl", json);
    for path in [&csv, &json] {
        let opened = bench.open(&spec(path));
        let pairs: Vec<String> = IDS.iter().map(|id| format!("{id} | {id}")).collect();
        let sql = "SELECT request, CAST(other_number AS VARCHAR) FROM requests ORDER BY row_id";
        assert_eq!(rows(&opened, sql), pairs, "{}", path.display());
    }
    let opened = bench.open(&spec(&json));
    assert_eq!(opened.extract.roles[&Role::Account].source, "deep.user.user_id");
    assert_eq!(rows(&opened, "SELECT account FROM requests ORDER BY row_id"), IDS);
}

#[test]
fn a_long_id_next_to_a_fraction_in_one_column_loses_no_digit() {
    let bench = Bench::new();
    let json = "{\"time\":\"2026-03-02T08:00:00Z\",\"n\":12345678901234567}\n{\"time\":\"2026-03-02T08:00:00Z\",\"n\":1.5}\n";
    let path = bench.write("mixed.jsonl", json);
    let opened = bench.open(&spec(&path));
    assert_eq!(rows(&opened, "SELECT CAST(n AS VARCHAR) FROM requests ORDER BY row_id"), ["12345678901234567", "1.5"]);
}

#[test]
fn mistakes_of_a_users_profile_name_file_line_and_key() {
    let bench = Bench::new();
    let folder = bench.paths().config.join("profiles");
    std::fs::create_dir_all(&folder).unwrap();
    let path = bench.write("log.csv", GUESSED);
    let good = "name = 'x'\ntitle = 'x'\n[evidence]\nmust = ['a']\nvalues = { a = '^1$' }\n[lines]\npatterns = [\n  '(?<a>.)',\n]\n[roles]\ntime = 'a'\n";
    for (from, to, wanted) in [
        ("time =", "tiem =", ["line 11, `tiem`", "'tiem' is not a role"]),
        ("must =", "msut =", ["line 4, `msut`", "unknown field `msut`"]),
        ("'^1$'", "'('", ["line 5, `values`", "`evidence.values.a` is no regular expression"]),
        ("(?<a>.)", "(?<a>", ["line 8, `patterns`", "number 1, is no regular expression"]),
        ("(?<a>.)", "(.)", ["line 8, `patterns`", "no named group"]),
        ("title = 'x'", "title = x", ["line 2, `title`", ""]),
        ("'a'\n", "7\n", ["line 11, `time`", ""]),
        ("[roles]\ntime = 'a'", "[roles]", ["fills no role", ""]),
    ] {
        std::fs::write(folder.join("mine.toml"), good.replace(from, to)).unwrap();
        let error = extract::open(&spec(&path), &bench.paths(), &DuckOpener, &mut |_| true).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains("mine.toml"), "{error}");
        for part in wanted {
            assert!(error.contains(part), "{to}: {error}");
        }
    }
}

#[test]
fn the_worked_examples_of_the_readme_work() {
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let (_, section) = readme.split_once("\n## Profiles\n").unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    let blocks = |language: &str| -> Vec<String> {
        let opening = format!("```{language}\n");
        section.split(&opening).skip(1).map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
    };
    let bench = Bench::new();
    let profiles = blocks("toml");
    assert_eq!(profiles.len(), 2);
    for (profile, name) in profiles.iter().zip(["our-gateway", "our-gateway-lines"]) {
        let plain: String = profile.lines().map(|line| line.strip_prefix("   ").unwrap_or(line).to_owned() + "\n").collect();
        save_profile(&bench.paths(), name, &plain, false).unwrap();
    }
    let path = bench.write("gateway.jsonl", &blocks("json")[0]);
    let opened = bench.open(&spec(&path));
    assert_eq!(opened.extract.sources[0].profile, "our-gateway");
    assert_eq!(
        rows(
            &opened,
            "SELECT CAST(time AS VARCHAR), account, ip, method, endpoint, status, error, latency FROM requests ORDER BY row_id"
        ),
        [
            "2026-03-02 08:00:00.123 | acct_17 | 192.0.2.10 | POST | /v1/messages | 200 | - | 412",
            "2026-03-02 08:00:01.456 | acct_18 | 198.51.100.7 | GET | /v1/models | 401 | bad key | 3",
        ]
    );
    let (_, line) = section.split_once("gateway writes `").unwrap();
    let (line, _) = line.split_once('`').unwrap();
    let path = bench.write("gateway.log", format!("{line}\n2026-03-02T08:00:02Z gateway: restarted\n"));
    let opened = bench.open(&spec(&path));
    assert_eq!(opened.extract.sources[0].profile, "our-gateway-lines");
    assert_eq!(
        rows(
            &opened,
            "SELECT CAST(time AS VARCHAR), account, ip, method, endpoint, status, message FROM requests ORDER BY row_id"
        ),
        [
            "2026-03-02 08:00:01 | acct_17 | 192.0.2.10 | POST | /v1/messages | 200 | -",
            "2026-03-02 08:00:02 | - | - | - | - | - | restarted",
        ]
    );
}

#[test]
fn the_readme_names_every_built_in_profile() {
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("queries/profiles")).unwrap() {
        let name = entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned();
        assert!(readme.contains(&format!("| `{name}` |")), "{name}");
    }
}

#[test]
fn inspect_drafts_a_profile_to_stdout_into_a_file_or_into_the_users_folder() {
    let bench = Bench::new();
    let home = bench.folder.path();
    let hostile = "ts,cli\u{202e}ent,\"a\nb\"\n2026-03-02T08:00:00Z,192.0.2.1,x\n2026-03-02T08:00:01Z,192.0.2.2,y\n";
    let path = bench.write("log.csv", hostile);
    let run = |args: &[&str]| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_casebook"))
            .arg("inspect")
            .args(args)
            .arg(&path)
            .env("HOME", home)
            .env("XDG_CACHE_HOME", home.join("cache"))
            .env("XDG_CONFIG_HOME", home.join("config"))
            .env("XDG_DATA_HOME", home.join("data"))
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code(), text(output.stdout), text(output.stderr))
    };
    let (status, draft, _) = run(&["--write-profile", "mine"]);
    assert_eq!(status, Some(0));
    assert!(draft.contains("\ntime = \"ts\"\n") && draft.contains("\nip = \"cli\\U0000202Eent\"\n"), "{draft}");
    assert!(draft.chars().all(|character| character == '\n' || !casebook::domain::text::is_unfit(character)), "{draft:?}");
    let file = home.join("draft.toml");
    let (status, out, _) = run(&["--write-profile", "mine", "-o", file.to_str().unwrap()]);
    assert_eq!((status, out.as_str()), (Some(0), ""));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), draft);
    let (status, _, err) = run(&["--write-profile", "mine", "--save"]);
    assert_eq!(status, Some(0), "{err}");
    assert_eq!(std::fs::read_to_string(home.join("config/casebook/profiles/mine.toml")).unwrap(), draft);
    let (status, out, _) = run(&["--format", "json"]);
    assert_eq!(status, Some(0));
    assert!(out.contains("\"profile\": \"mine\""), "{out}");
    assert_eq!(run(&["--write-profile", "mine", "--save"]).0, Some(1), "a profile that is there is not replaced");
    assert_eq!(run(&["--write-profile", "../mine", "--save"]).0, Some(2));
    assert_eq!(run(&["--save"]).0, Some(2));
}
