//! The real binary from outside, for tests: what one run gave, and where the public extracts are.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value as Json;

/// What one run gave.
pub(crate) struct Run {
    pub(crate) status: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Run {
    /// Runs a command to its end, with a text to read.
    pub(crate) fn of(mut command: Command, stdin: &str) -> Run {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        // A command that reads nothing may have ended by now.
        let _ = child.stdin.take().expect("stdin is piped").write_all(stdin.as_bytes());
        let output = child.wait_with_output().expect("the program ends");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        Run { status: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// The run must have ended with this status, and never with a panic.
    #[track_caller]
    pub(crate) fn ends(self, status: i32) -> Run {
        assert!(!self.err.contains("panicked"), "{}", self.err);
        assert_eq!(self.status, Some(status), "stdout:\n{}\nstderr:\n{}", self.out, self.err);
        self
    }

    /// The run must have said all of this to the analyst, and nothing that a terminal would obey.
    #[track_caller]
    pub(crate) fn says(self, parts: &[&str]) -> Run {
        for part in parts {
            assert!(self.err.contains(part), "stderr does not say '{part}':\n{}", self.err);
        }
        assert_eq!(unfit(&self.err), None, "{:?}", self.err);
        self
    }

    /// What it printed, as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Json {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}:\n{}", self.out))
    }
}

/// What a terminal would obey or hide, apart from line ends and tabs.
pub(crate) fn unfit(text: &str) -> Option<char> {
    text.replace("\r\n", "\n")
        .chars()
        .find(|character| casebook::domain::text::is_unfit(*character) && !['\n', '\t'].contains(character))
}

/// A command of the program in a folder that is its home too, for an analyst of this name, with nothing else in its environment.
pub(crate) fn command(folder: &Path, analyst: &str, line: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_casebook"));
    command.args(line).current_dir(folder).env_clear().env("HOME", folder).env("CASEBOOK_ANALYST", analyst);
    command
}

/// What a run in a folder that is its home gave: the status, and all that it said.
pub(crate) fn said(folder: &Path, line: &[&str]) -> (i32, String) {
    let run = Run::of(command(folder, "ana", line), "");
    (run.status.unwrap_or(-1), format!("{}{}", run.out, run.err))
}

/// Where one of the public extracts is, when they are at hand.
pub(crate) fn data(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("CASEBOOK_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from);
    let path = root.join(name);
    if !path.exists() {
        eprintln!("skipped: {} is not there", path.display());
        return None;
    }
    Some(path)
}
