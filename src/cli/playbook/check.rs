//! `casebook playbook check`.

use std::path::PathBuf;

use clap::Args;

use crate::domain::Value;
use crate::playbook::{check, library};

use super::super::args::FormatArgs;
use super::super::failure::Failure;
use super::super::output::{self, Sheet};
use super::super::shell::Place;

/// Which files.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  casebook playbook check
  casebook playbook check ./many-payments.sql

Columns: playbook,problem; no row means that nothing is wrong. Exit status 1 when something is.")]
pub(in crate::cli) struct CheckArgs {
    /// Playbooks; by default the built-in ones and those of the configuration folder
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    format: FormatArgs,
}

/// Prints what is wrong.
pub(super) fn run(args: &CheckArgs, place: &Place<'_>) -> Result<i32, Failure> {
    let mut problems: Vec<(String, String)> = Vec::new();
    let mut checked = args.files.len();
    for file in &args.files {
        if let Err(problem) = library::read(file) {
            problems.push((file.display().to_string(), problem));
        }
    }
    if args.files.is_empty() {
        let library = library::load(&place.paths);
        checked = library.playbooks.len() + library.problems.len();
        problems.extend(library.problems.iter().map(|problem| (problem.path.display().to_string(), problem.message.clone())));
        for playbook in &library.playbooks {
            problems.extend(check(playbook).iter().map(|complaint| (playbook.id.clone(), complaint.to_string())));
        }
    }
    let mut sheet = Sheet::new(&["playbook", "problem"]);
    sheet.rows = problems.into_iter().map(|(playbook, problem)| vec![Value::Text(playbook), Value::Text(problem)]).collect();
    output::print(args.format.format, &sheet)?;
    place.tell(&format!("{checked} checked, {} problems", sheet.rows.len()));
    Ok(i32::from(!sheet.rows.is_empty()))
}
