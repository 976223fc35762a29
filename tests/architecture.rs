//! Keeps the house in order: which room may use which, who may name DuckDB, who may write files, how long a file may be.
//!
//! The test reads the sources as text and links nothing of the program. Whoever needs an exception changes a rule here, where it is
//! seen.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, clippy::print_stdout)]

mod source;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use source::{Source, UsedPath};

/// The rooms from the top of the house to its bottom. A room uses only rooms after it.
const ROOMS: [&str; 14] = [
    "main",
    "boot",
    "cli",
    "runtime",
    "ui",
    "app",
    "report",
    "case",
    "playbook",
    "investigate",
    "extract",
    "engine",
    "settings",
    "domain",
];

/// Lines of code that a file may have; blank lines, comments and tests do not count.
const LINES: usize = 500;

/// What in `std::fs` writes.
const WRITES: [&str; 16] = [
    "write",
    "copy",
    "rename",
    "remove_file",
    "remove_dir",
    "remove_dir_all",
    "create_dir",
    "create_dir_all",
    "hard_link",
    "soft_link",
    "symlink",
    "symlink_file",
    "symlink_dir",
    "set_permissions",
    "DirBuilder",
    "OpenOptions",
];

/// What speaks to a terminal or gives up, without anybody above being asked.
const MACROS: [&str; 8] = ["println", "eprintln", "print", "eprint", "dbg", "panic", "todo", "unimplemented"];

/// A source file: its path below `src/` with `/`, and its text.
type File = (String, String);

#[test]
fn the_house_is_in_order() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = read_tree(&root);
    assert!(files.len() > 20, "only {} files found below {}", files.len(), root.display());
    let violations = check(&files);
    assert!(violations.is_empty(), "{} violations:\n{}", violations.len(), violations.join("\n"));
}

fn read_tree(root: &Path) -> Vec<File> {
    let mut files = Vec::new();
    let mut folders: Vec<PathBuf> = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let below = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
                files.push((below, std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    files.sort();
    files
}

/// Every rule over every file; one line a violation.
fn check(files: &[File]) -> Vec<String> {
    let sources: Vec<(String, Source)> = files.iter().map(|(path, text)| (path.clone(), Source::read(text))).collect();
    let tests = test_files(&sources);
    let mut violations = Vec::new();
    for ((path, text), (_, source)) in files.iter().zip(&sources) {
        let mut say = |line: usize, what: String| violations.push(format!("src/{path}:{line}: {what}"));
        if !text.starts_with("//!") {
            say(1, "the file does not begin with `//!` and what it is for".into());
        }
        let is_test = tests.iter().any(|test| path == &format!("{test}.rs") || path.starts_with(&format!("{test}/")));
        let Some(room) = room_of(path) else {
            if path != "lib.rs" {
                say(1, "the file is in no room of the house".into());
            }
            continue;
        };
        directions(path, room, &source.paths(&source.whole), &mut say);
        if is_test {
            continue;
        }
        let lines = source.lines_of_code();
        if lines > LINES {
            say(1, format!("{lines} lines of code; {LINES} is the most"));
        }
        let paths = source.paths(&source.code);
        duckdb(path, &paths, &mut say);
        writers(path, &paths, &mut say);
        pure(room, &paths, &mut say);
        for (line, name) in source.macros() {
            if MACROS.contains(&name.as_str()) {
                say(line, format!("{name}! outside tests"));
            }
        }
        for (line, name, of_text) in source.methods() {
            // A parser may well have an `expect` of its own, which takes no message.
            if name == "unwrap" || (name == "expect" && of_text) {
                say(line, format!(".{name}() outside tests"));
            }
        }
    }
    violations
}

/// The files that are only compiled for tests, without `.rs`.
fn test_files(sources: &[(String, Source)]) -> BTreeSet<String> {
    let mut tests = BTreeSet::new();
    for (path, source) in sources {
        let folder =
            match path.strip_suffix("mod.rs").or_else(|| path.strip_suffix("lib.rs")).or_else(|| path.strip_suffix("main.rs")) {
                Some(folder) => folder.to_owned(),
                None => format!("{}/", path.trim_end_matches(".rs")),
            };
        tests.extend(source.test_modules.iter().map(|name| format!("{folder}{name}")));
    }
    tests
}

fn room_of(path: &str) -> Option<&'static str> {
    let first = path.split('/').next().unwrap_or(path).trim_end_matches(".rs");
    ROOMS.into_iter().find(|room| *room == first)
}

fn floor(room: &str) -> Option<usize> {
    ROOMS.iter().position(|other| *other == room)
}

/// The module that a file is, from the crate's root.
fn module_of(path: &str) -> Vec<String> {
    let mut parts: Vec<String> = path.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    if parts.last().is_some_and(|last| last == "mod") {
        parts.pop();
    }
    parts
}

/// A room uses only rooms below it.
fn directions(path: &str, room: &str, paths: &[UsedPath], say: &mut dyn FnMut(usize, String)) {
    let module = module_of(path);
    for used in paths {
        // `pub(crate)` and `pub(super)` say who may see, not what is used.
        if used.segments.len() == 1 {
            continue;
        }
        let Some(target) = resolve(&module, used) else { continue };
        let Some(first) = target.first() else {
            say(used.line, format!("`{}` takes everything from the root of the crate; name the room", used.text()));
            continue;
        };
        if first == room {
            continue;
        }
        match (floor(first), floor(room)) {
            (Some(below), Some(here)) if below > here => {}
            (Some(_), _) => say(used.line, format!("`{}`: {room} uses {first}, which is above it", used.text())),
            _ => say(used.line, format!("`{}` names no room of the house", used.text())),
        }
    }
}

/// Where a path leads, from the crate's root; nothing for paths that leave the crate or stay in the module.
fn resolve(module: &[String], used: &UsedPath) -> Option<Vec<String>> {
    if used.segments.len() < 2 {
        // `pub(crate)` and `pub(super)` say who may see, and use nothing.
        return None;
    }
    let mut segments = used.segments.iter().peekable();
    let mut here: Vec<String> = match segments.next()?.as_str() {
        "crate" | "casebook" => Vec::new(),
        "super" => {
            let mut here = module.to_vec();
            here.extend(used.inside.iter().cloned());
            here.pop();
            while segments.peek().is_some_and(|next| *next == "super") {
                segments.next();
                here.pop();
            }
            here
        }
        _ => return None,
    };
    here.extend(segments.filter(|segment| *segment != "*" && *segment != "self").cloned());
    Some(here)
}

/// Only the engine's own folder and the composition root know which database it is.
fn duckdb(path: &str, paths: &[UsedPath], say: &mut dyn FnMut(usize, String)) {
    if path.starts_with("engine/duckdb") || path == "boot.rs" {
        return;
    }
    for used in paths {
        let crate_named = used.segments.first().is_some_and(|first| first == "duckdb") && used.segments.len() > 1;
        let room_named =
            path != "engine/mod.rs" && used.segments.windows(2).any(|pair| pair[0] == "engine" && pair[1] == "duckdb");
        if crate_named || room_named {
            say(used.line, format!("`{}` names DuckDB outside engine/duckdb and boot.rs", used.text()));
        }
    }
}

/// One module writes files.
fn writers(path: &str, paths: &[UsedPath], say: &mut dyn FnMut(usize, String)) {
    if path == "settings/files.rs" {
        return;
    }
    for used in paths {
        let writes = used.segments.windows(2).any(|pair| {
            (pair[0] == "fs" && (WRITES.contains(&pair[1].as_str()) || pair[1] == "*"))
                || (pair[0] == "File" && ["create", "create_new", "options"].contains(&pair[1].as_str()))
        });
        if writes {
            say(used.line, format!("`{}` writes files; settings/files.rs is the one module that does", used.text()));
        }
    }
}

/// The core and the drawing know no file, clock or thread.
fn pure(room: &str, paths: &[UsedPath], say: &mut dyn FnMut(usize, String)) {
    if room != "app" && room != "ui" {
        return;
    }
    for used in paths {
        let starts = |with: &[&str]| used.segments.len() >= with.len() && with.iter().zip(&used.segments).all(|(a, b)| a == b);
        let impure = starts(&["std", "fs"])
            || starts(&["std", "thread"])
            || starts(&["std", "process"])
            || starts(&["std", "net"])
            || starts(&["std", "env"])
            || starts(&["std", "time", "*"])
            || starts(&["tokio"])
            || used.segments.iter().any(|segment| segment == "Instant" || segment == "SystemTime")
            || used.segments.windows(2).any(|pair| ["fs", "thread"].contains(&pair[0].as_str()) && !starts(&["crate"]))
            || used.segments.windows(2).any(|pair| pair[0] == "Timestamp" && pair[1] == "now");
        if impure {
            say(used.line, format!("`{}`: {room} knows no file, clock, thread or process", used.text()));
        }
    }
}

/// What the rules say about a made-up tree.
fn verdict(files: &[(&str, &str)]) -> Vec<String> {
    let files: Vec<File> = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    check(&files)
}

fn caught(path: &str, text: &str, part: &str) {
    let said = verdict(&[(path, text)]);
    assert!(said.iter().any(|line| line.contains(part)), "{path} with\n{text}\nshould be caught for `{part}`, but: {said:?}");
}

fn allowed(path: &str, text: &str) {
    let said = verdict(&[(path, text)]);
    assert!(said.is_empty(), "{path} with\n{text}\nshould pass, but: {said:?}");
}

#[test]
fn a_use_upward_is_caught_however_it_is_written() {
    caught("engine/api.rs", "//! x\nuse crate::extract::Extract;\n", "engine uses extract");
    caught("engine/api.rs", "//! x\nuse crate::{domain::Role, case::{self, Event}};\n", "engine uses case");
    caught("domain/role.rs", "//! x\nfn f() -> crate::engine::JobId { todo() }\n", "domain uses engine");
    caught("engine/duckdb/lane.rs", "//! x\nuse super::super::super::cli::Args;\n", "engine uses cli");
    caught("app/mod.rs", "//! x\nmod inner {\n    use super::super::ui::Theme;\n}\n", "app uses ui");
    caught("case/mod.rs", "//! x\nmacro_rules! m { () => { $crate::report::markdown() } }\n", "case uses report");
    caught("cli/mod.rs", "//! x\nuse crate::*;\n", "name the room");
    caught("cli/mod.rs", "//! x\nuse crate::elsewhere::Thing;\n", "names no room");
    caught("attic/mod.rs", "//! x\n", "in no room");
    caught("main.rs", "//! x\nuse casebook::attic;\n", "names no room");
}

#[test]
fn uses_downward_and_words_in_comments_and_texts_pass() {
    allowed("cli/query.rs", "//! x\nuse crate::{domain::Role, engine::{Client, Table}};\nuse super::output;\n");
    allowed("engine/duckdb/lane.rs", "//! x\nuse super::super::api::JobId;\nuse duckdb::Connection;\n");
    allowed("ui/mod.rs", "//! x\npub(crate) struct A;\nmod b {\n    pub(super) struct B;\n    pub(in crate::ui) struct C;\n}\n");
    allowed("domain/role.rs", "//! x\n// see crate::cli::main\n/* crate::ui /* nested */ */\nconst A: &str = \"crate::ui\";\n");
    allowed(
        "domain/role.rs",
        "//! x\nconst A: &str = r#\"println!(\"crate::ui\")\"#;\nconst B: char = '\"';\nfn f<'a>(x: &'a str) {}\n",
    );
    allowed("engine/api.rs", "//! x\n#[cfg(test)]\nmod tests {\n    use super::*;\n    fn f() { None::<u8>.unwrap(); }\n}\n");
    allowed("main.rs", "//! x\nuse casebook::boot;\nfn main() { boot::run(); }\n");
}

#[test]
fn naming_duckdb_elsewhere_is_caught() {
    caught("extract/load.rs", "//! x\nuse duckdb::Connection;\n", "names DuckDB");
    caught("extract/load.rs", "//! x\nfn f(c: ::duckdb::Connection) {}\n", "names DuckDB");
    caught("cli/query.rs", "//! x\nuse crate::engine::duckdb::DuckOpener;\n", "names DuckDB");
    allowed("domain/role.rs", "//! x\npub(crate) struct Seen;\npub(super) struct Near;\n");
    allowed("boot.rs", "//! x\nuse crate::engine::duckdb::DuckOpener;\n");
    allowed("extract/load.rs", "//! x\n#[cfg(test)]\nmod tests {\n    use crate::engine::duckdb::DuckOpener;\n}\n");
}

#[test]
fn writing_files_elsewhere_is_caught() {
    caught("report/mod.rs", "//! x\nfn f() { std::fs::write(\"a\", \"b\"); }\n", "writes files");
    caught("report/mod.rs", "//! x\nuse std::fs::{self, File};\nfn f() { File::create(\"a\"); }\n", "writes files");
    caught("report/mod.rs", "//! x\nuse std::fs::{read, OpenOptions};\n", "writes files");
    caught("report/mod.rs", "//! x\nuse std::fs;\nfn f() { fs::remove_dir_all(\"a\"); }\n", "writes files");
    caught("report/mod.rs", "//! x\nuse std::fs::*;\n", "writes files");
    allowed("settings/files.rs", "//! x\nfn f() { std::fs::write(\"a\", \"b\"); }\n");
    allowed(
        "extract/mod.rs",
        "//! x\nuse crate::engine::OpenOptions;\nuse std::fs::{self, File};\nfn f() { fs::read(\"a\"); File::open(\"b\"); }\n",
    );
}

#[test]
fn clocks_and_threads_in_the_core_are_caught() {
    caught("app/update.rs", "//! x\nuse std::time::{Duration, Instant};\n", "knows no file, clock");
    caught("ui/mod.rs", "//! x\nfn f() { std::thread::sleep(D); }\n", "knows no file, clock");
    caught("app/mod.rs", "//! x\nuse tokio::sync::mpsc;\n", "knows no file, clock");
    caught("app/mod.rs", "//! x\nfn f() { std::fs::read(\"a\"); }\n", "knows no file, clock");
    allowed("app/mod.rs", "//! x\nuse std::time::Duration;\n");
    allowed("runtime/mod.rs", "//! x\nuse std::time::Instant;\n");
}

#[test]
fn shouting_and_giving_up_are_caught() {
    caught("cli/mod.rs", "//! x\nfn f() { println!(\"x\"); }\n", "println! outside tests");
    caught("cli/mod.rs", "//! x\nfn f() { Some(1).unwrap(); }\n", ".unwrap() outside tests");
    caught("cli/mod.rs", "//! x\nfn f() { Some(1)\n    .expect(\"x\"); }\n", ":3: .expect() outside tests");
    allowed("cli/mod.rs", "//! x\nfn f() { Some(1).unwrap_or_default(); writeln!(out); self.expect(b':')?; }\n");
}

#[test]
fn long_files_and_files_that_do_not_say_what_they_are_for_are_caught() {
    caught("cli/mod.rs", "use std::fmt;\n", "does not begin with");
    let long = format!("//! x\n{}", "const A: u8 = 1;\n".repeat(LINES + 1));
    caught("cli/mod.rs", &long, "lines of code");
    let comments = format!("//! x\n{}", "// words\n\n".repeat(LINES));
    allowed("cli/mod.rs", &comments);
    let tests = format!("//! x\n#[cfg(test)]\nmod tests {{\n{}}}\n", "const A: u8 = 1;\n".repeat(LINES + 1));
    allowed("cli/mod.rs", &tests);
    let text = format!("//! x\nconst A: &str = \"\n{}\";\n", "words\n".repeat(LINES));
    caught("cli/mod.rs", &text, "lines of code");
    let beside = [
        ("cli/mod.rs", "//! x\n#[cfg(test)]\nmod tests;\n".to_owned()),
        ("cli/tests.rs", format!("{long}fn f() {{ None::<u8>.unwrap(); }}")),
    ];
    let beside: Vec<(&str, &str)> = beside.iter().map(|(path, text)| (*path, text.as_str())).collect();
    assert_eq!(verdict(&beside), Vec::<String>::new());
}
