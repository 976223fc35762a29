//! Trying one input: the real program, killed when it does not end.

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::mpsc::channel;
use std::time::Duration;

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::corpus::{Ends, Input};

/// Nothing in the corpus takes this long on a slow and busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// Runs the program over an input and says what is wrong with how it ended.
pub(crate) fn try_input(home: &Path, input: &Input) -> Result<(), String> {
    let output = run(home, input)?;
    check(input, &output)?;
    let left: Vec<String> = std::fs::read_dir(home.join("tmp"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    if left.is_empty() { Ok(()) } else { Err(format!("it left {} behind", left.join(", "))) }
}

fn run(home: &Path, input: &Input) -> Result<Output, String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_casebook"));
    command
        .args(["inspect", "--memory", "512MB", "--no-cache", "--format", "json"])
        .args(&input.options)
        .arg(&input.path)
        .env_clear()
        .env("HOME", home)
        .env("TMPDIR", home.join("tmp"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command.stdin(match &input.piped {
        Some(file) => Stdio::from(std::fs::File::open(file).unwrap()),
        None => Stdio::null(),
    });
    let child = command.spawn().unwrap();
    let process = Pid::from_raw(i32::try_from(child.id()).unwrap());
    let (send, ended) = channel();
    let waiter = std::thread::spawn(move || {
        let output = child.wait_with_output();
        let _ = send.send(());
        output
    });
    let hangs = ended.recv_timeout(PATIENCE).is_err();
    if hangs {
        kill(process, Signal::SIGKILL).unwrap();
    }
    let output = waiter.join().unwrap().unwrap();
    if hangs { Err(format!("it did not end within {PATIENCE:?}")) } else { Ok(output) }
}

fn check(input: &Input, output: &Output) -> Result<(), String> {
    let (told, printed) = (String::from_utf8_lossy(&output.stderr), String::from_utf8_lossy(&output.stdout));
    let Some(status) = output.status.code() else { return Err(format!("{}: {told}", output.status)) };
    let is_control = |character: char| character.is_control() && character != '\n';
    if told.contains("panicked") || told.contains("RUST_BACKTRACE") || !(0..=2).contains(&status) {
        return Err(format!("it ended with {status}: {told}"));
    }
    if told.contains(is_control) || printed.contains(is_control) {
        return Err(format!("it printed control characters: {told}{printed}"));
    }
    if told.len() > 3000 {
        return Err(format!("it told {} bytes: {}…", told.len(), told.chars().take(500).collect::<String>()));
    }
    if status == 0 {
        let about: serde_json::Value = serde_json::from_str(&printed).map_err(|error| format!("{error}: {printed}"))?;
        if about["extracts"].as_array().is_none_or(Vec::is_empty) {
            return Err(format!("it names no source: {printed}"));
        }
    } else if !told.starts_with("casebook: ") || told.trim().len() < 30 {
        return Err(format!("it ended with {status} and told only: {told}"));
    }
    match input.ends {
        Ends::Somehow => Ok(()),
        Ends::Open if status == 0 => Ok(()),
        Ends::With(words) if status != 0 && told.contains(words) => Ok(()),
        Ends::Open => Err(format!("it should open, but: {told}")),
        Ends::With(words) => Err(format!("it should say '{words}', but ended with {status}: {told}")),
    }
}

/// The most memory, in bytes, that one run of the program took so far.
pub(crate) fn most_memory() -> u64 {
    let most = u64::try_from(getrusage(UsageWho::RUSAGE_CHILDREN).unwrap().max_rss()).unwrap();
    if cfg!(target_os = "macos") { most } else { most * 1024 }
}
