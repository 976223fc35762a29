//! The real program, killed or interrupted while it loads: the next opening works, and nothing half-built is in the way.

#![cfg(all(feature = "engine", unix))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, clippy::print_stdout)]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// Rows of the log: enough that a load can be met on its way.
const ROWS: usize = 300_000;

/// A load that is never met in the wanted state has been missed; none takes this long.
const PATIENCE: Duration = Duration::from_secs(100);

struct Bench {
    home: tempfile::TempDir,
    log: PathBuf,
}

impl Bench {
    fn new() -> Bench {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join("tmp")).unwrap();
        let log = home.path().join("log.jsonl");
        let mut out = std::io::BufWriter::new(fs::File::create(&log).unwrap());
        for row in 0..ROWS {
            let (minute, account) = (row % 60, row % 7);
            writeln!(
                out,
                "{{\"timestamp\":\"2026-03-02T10:{minute:02}:00Z\",\"request_id\":\"req_{row}\",\"account_id\":\"acct_{account}\",\"n\":{row}}}"
            )
            .unwrap();
        }
        out.flush().unwrap();
        Bench { home, log }
    }

    fn command(&self, options: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_casebook"));
        command
            .args(["inspect", "--format", "json", "--threads", "1"])
            .args(options)
            .env_clear()
            .env("HOME", self.home.path())
            .env("TMPDIR", self.home.path().join("tmp"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn start(&self, options: &[&str]) -> Child {
        self.command(options).arg(&self.log).spawn().unwrap()
    }

    fn cache(&self) -> PathBuf {
        self.home.path().join(".cache/casebook")
    }

    /// Opens the log to the end and checks what came of it.
    fn opens(&self) {
        let output = self.command(&[]).arg(&self.log).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{told}");
        let about: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!((about["rows"].as_u64(), about["rejects"].as_u64()), (Some(ROWS as u64), Some(0)));
        assert_eq!(names(&self.cache(), "loading-"), Vec::<String>::new());
        assert_eq!(names(&self.cache(), "").iter().filter(|name| name.ends_with(".duckdb")).count(), 1);
    }
}

/// The names in a folder that begin so; none where there is no folder.
fn names(folder: &Path, prefix: &str) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter(|name| name.starts_with(prefix)).collect()
}

/// A moment of a load, told by what lies in the folder in which it builds.
type Moment = fn(&Path) -> bool;

fn size_of(path: PathBuf) -> u64 {
    fs::metadata(path).map_or(0, |about| about.len())
}

const MOMENTS: [(&str, Moment); 4] = [
    ("the folder is made", |folder| folder.is_dir()),
    ("records are read", |folder| size_of(folder.join("records-0.ndjson")) > 0),
    ("many records are read", |folder| size_of(folder.join("records-0.ndjson")) > 10_000_000),
    ("the database is built", |folder| size_of(folder.join("extract.duckdb")) > 0),
];

/// Watches until a load in `parent` is at a moment; `false` when it ended before. Looks again at once: the moment is short.
fn met(child: &mut Child, parent: &Path, prefix: &str, moment: Moment) -> bool {
    let began = Instant::now();
    let prefix = format!("{prefix}{}-", child.id());
    while began.elapsed() < PATIENCE {
        if names(parent, &prefix).iter().any(|name| moment(&parent.join(name)) || moment(&parent.join(name).join("load"))) {
            return true;
        }
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        std::thread::yield_now();
    }
    panic!("the load came to no end");
}

fn interrupt(child: Child, signal: Signal) -> Output {
    kill(Pid::from_raw(i32::try_from(child.id()).unwrap()), signal).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn a_kill_at_any_moment_of_a_load_leaves_the_next_opening_working() {
    let bench = Bench::new();
    for (name, moment) in MOMENTS {
        let mut child = bench.start(&[]);
        assert!(met(&mut child, &bench.cache(), "loading-", moment), "the load ended before {name}");
        let output = interrupt(child, Signal::SIGKILL);
        assert_eq!(output.status.code(), None);
        assert_eq!(names(&bench.cache(), "loading-").len(), 1, "when {name}");
    }
    bench.opens();
}

#[test]
fn an_interrupted_load_leaves_nothing_behind() {
    let bench = Bench::new();
    for (name, moment) in MOMENTS {
        let mut child = bench.start(&[]);
        assert!(met(&mut child, &bench.cache(), "loading-", moment), "the load ended before {name}");
        let output = interrupt(child, Signal::SIGINT);
        assert_eq!(output.status.code(), Some(130), "when {name}: {}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(names(&bench.cache(), "loading-"), Vec::<String>::new(), "when {name}");
        assert!(names(&bench.cache(), "").iter().all(|name| !name.ends_with(".duckdb")));
    }
    let mut child = bench.start(&["--no-cache"]);
    assert!(met(&mut child, &bench.home.path().join("tmp"), "casebook-", MOMENTS[1].1));
    assert_eq!(interrupt(child, Signal::SIGINT).status.code(), Some(130));
    assert_eq!(names(&bench.home.path().join("tmp"), ""), Vec::<String>::new());
    bench.opens();
}

#[test]
fn a_pipe_that_says_nothing_can_be_interrupted() {
    let bench = Bench::new();
    let mut child = bench.command(&["-"]).stdin(Stdio::piped()).spawn().unwrap();
    let mut pipe = child.stdin.take().unwrap();
    pipe.write_all(b"a,b\n1,2\n").unwrap();
    let tmp = bench.home.path().join("tmp");
    assert!(met(&mut child, &tmp, "casebook-", |folder| size_of(folder.join("stdin")) > 0));
    assert_eq!(interrupt(child, Signal::SIGINT).status.code(), Some(130));
    assert_eq!(names(&tmp, ""), Vec::<String>::new());
    drop(pipe);
}

#[test]
fn what_is_piped_in_opens_like_a_file_and_is_kept_nowhere() {
    let bench = Bench::new();
    let piped = |content: Stdio| {
        let output = bench.command(&["-"]).stdin(content).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap()
    };
    let about = piped(fs::File::open(&bench.log).unwrap().into());
    assert_eq!((about["extracts"][0]["path"].as_str(), about["rows"].as_u64()), (Some("-"), Some(ROWS as u64)));
    bench.opens();
    let known: serde_json::Value = serde_json::from_slice(&bench.command(&[]).arg(&bench.log).output().unwrap().stdout).unwrap();
    assert_eq!(about["extracts"][0]["sha256"], known["extracts"][0]["sha256"]);
    assert_eq!(names(&bench.home.path().join("tmp"), ""), Vec::<String>::new());
    let twice = bench.command(&["-", "-"]).output().unwrap();
    assert_eq!(twice.status.code(), Some(2));
}
