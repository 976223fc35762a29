//! The command line: what may be written, one file for each command, and what a program that calls this one relies on.
//!
//! stdout is data, stderr is narration. The exit status is 0 when done, 1 when it failed, 2 for a mistake in the command line or the
//! configuration, 3 when `--fail-on` was reached, 130 when interrupted, and 128 and its number when another signal ended the workbench.

mod args;
mod cache;
mod case;
mod completions;
mod config;
mod demo;
mod diff;
mod dry_run;
mod entity;
mod failure;
mod inspect;
mod keys;
mod links;
mod man;
mod output;
mod pivot;
mod playbook;
mod query;
mod report;
mod resume;
mod secrets;
mod session;
mod shell;
mod templates;
mod timeline;
mod top;

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use clap::{CommandFactory, FromArgMatches};

use crate::app::state::Resume;
use crate::domain::TimeRange;
use crate::engine::Opener;
use crate::extract::OpenSpec;
use crate::settings::paths::Paths;

use args::{Cli, Command};
use failure::Failure;
use shell::{Place, Shell};

pub use demo::DemoSpec;

/// What the workbench is to be started with.
#[derive(Debug, Clone, PartialEq)]
pub struct Workbench {
    /// What to open; without inputs for the demo.
    pub spec: OpenSpec,
    /// The demo extract to make and open, in place of the inputs.
    pub demo: Option<DemoSpec>,
    /// The case to open or make; `None` for a new one in the data folder.
    pub case: Option<PathBuf>,
    /// The time range of the first view.
    pub time: TimeRange,
    /// Whether nothing may be recorded.
    pub read_only: bool,
    /// Whether the tour may begin; nothing for what is not the demo.
    pub tour: bool,
    /// Where the last sitting ended, to be gone to.
    pub resume: Option<Resume>,
    /// The theme's name; `None` for the one that fits the terminal.
    pub theme: Option<String>,
}

/// Runs the workbench until the analyst leaves; gives what is to be said then.
pub type StartWorkbench<'a> = &'a dyn Fn(Workbench, &Paths) -> Result<Option<String>, Trouble>;

/// Why the workbench did not run to its end; the texts are for the analyst.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// The command line, the configuration or the terminal is wrong.
    Usage(String),
    /// It could not be done.
    Failed(String),
    /// It was given up.
    Stopped,
    /// A signal of this number ended it; what there is to say.
    Signal(i32, Option<String>),
}

impl From<Trouble> for Failure {
    fn from(trouble: Trouble) -> Failure {
        match trouble {
            Trouble::Usage(message) => Failure::Usage(message),
            Trouble::Failed(message) => Failure::Failed(message),
            Trouble::Stopped => Failure::Interrupted,
            Trouble::Signal(signal, said) => Failure::Signal(signal, said),
        }
    }
}

/// Runs the workbench and says what there is to say when the analyst has left.
fn work(workbench: Workbench, place: &Place<'_>, start: StartWorkbench<'_>) -> Result<i32, Failure> {
    match start(workbench, &place.paths) {
        Ok(Some(note)) => place.tell(&note),
        Ok(None) => {}
        Err(trouble) => {
            if trouble == Trouble::Stopped {
                place.tell("opening was stopped; nothing was kept of the unfinished load");
            }
            return Err(trouble.into());
        }
    }
    Ok(0)
}

/// What the composition root supplies.
pub struct House<'a> {
    /// Opens databases.
    pub opener: Arc<dyn Opener>,
    /// Starts the workbench.
    pub workbench: StartWorkbench<'a>,
}

/// Does what the command line says and returns the exit status. `Err` only for what is a mistake of the program.
pub fn run(arguments: impl IntoIterator<Item = OsString>, house: &House<'_>) -> color_eyre::Result<i32> {
    let matches = match Cli::command().try_get_matches_from(arguments) {
        Ok(matches) => matches,
        Err(error) => {
            // Help and the version are printed here too; a pipe that is closed already is no reason to complain.
            let _ = error.print();
            return Ok(error.exit_code());
        }
    };
    let cli = Cli::from_arg_matches(&matches)?;
    let shell = Shell::new();
    let done = dispatch(cli, &shell, house);
    shell.clear_progress();
    match done {
        Ok(status) => Ok(status),
        Err(Failure::BrokenPipe) => Ok(0),
        Err(Failure::Bug(report)) => Err(report),
        Err(failure) => {
            shell.complain(&failure);
            Ok(failure.status())
        }
    }
}

fn dispatch(cli: Cli, shell: &Shell, house: &House<'_>) -> Result<i32, Failure> {
    match cli.command {
        // These need no home directory and no database.
        Some(Command::Completions(args)) => return completions::run(&args),
        Some(Command::Man) => return man::run(),
        _ => {}
    }
    let paths = Paths::discover().map_err(|error| Failure::Usage(error.to_string()))?;
    let shell = &shell.with(paths, house.opener.clone());
    match cli.command {
        None if cli.resume => work(resume::workbench(&cli, shell)?, shell, house.workbench),
        None => {
            let workbench = Workbench {
                spec: cli.open.spec(&cli.extracts),
                demo: None,
                case: cli.open.case.clone(),
                time: cli.open.time,
                read_only: cli.open.read_only,
                tour: false,
                resume: None,
                theme: cli.theme,
            };
            work(workbench, shell, house.workbench)
        }
        Some(Command::Demo(args)) => demo::run(&args, shell, house.workbench),
        Some(Command::Inspect(args)) => inspect::run(&args, shell),
        Some(Command::Query(args)) => query::run(&args, shell),
        Some(Command::Top(args)) => top::run(&args, shell),
        Some(Command::Timeline(args)) => timeline::run(&args, shell),
        Some(Command::Pivot(args)) => pivot::run(&args, shell),
        Some(Command::Links(args)) => links::run(&args, shell),
        Some(Command::Templates(args)) => templates::run(&args, shell),
        Some(Command::Diff(args)) => diff::run(&args, shell),
        Some(Command::DryRun(args)) => dry_run::run(&args, shell),
        Some(Command::Entity(args)) => entity::run(&args, shell),
        Some(Command::Secrets(args)) => secrets::run(&args, shell),
        Some(Command::Playbook(command)) => playbook::run(&command, shell),
        Some(Command::Case(command)) => case::run(&command, shell),
        Some(Command::Cache(command)) => cache::run(&command, shell),
        Some(Command::Report(args)) => report::run(&args, shell),
        Some(Command::Keys(args)) => keys::run(&args, shell),
        Some(Command::Config(command)) => config::run(&command, shell),
        Some(Command::Completions(args)) => completions::run(&args),
        Some(Command::Man) => man::run(),
    }
}

#[cfg(test)]
mod tests;
