//! `casebook case verify`.

use std::path::PathBuf;

use clap::Args;

use crate::case::Mode;
use crate::case::verify::{Verdicts, verify};
use crate::domain::Value;

use super::super::args::{Format, FormatArgs, OpenArgs};
use super::super::failure::Failure;
use super::super::output::{self, Sheet};
use super::super::session::Session;
use super::super::shell::Place;

/// Which case, against what.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  casebook case verify ./leaked-key
  casebook case verify ./leaked-key logs/
  casebook case verify --format json ./leaked-key logs/

Without an extract, the journal's chain and the evidence are checked. With it, every query of a finding is run again and every
pinned row is compared with the extract. Exit status 1 when something does not hold. Columns: what,expected,found,holds.")]
pub(in crate::cli) struct VerifyArgs {
    /// The case
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// Log files, folders (read recursively) or globs, as the case has opened them
    #[arg(value_name = "EXTRACT")]
    extracts: Vec<String>,
    #[command(flatten)]
    format: FormatArgs,
    #[command(flatten)]
    open: OpenArgs,
}

/// Checks, and prints what was checked.
pub(super) fn run(args: &VerifyArgs, place: &Place<'_>) -> Result<i32, Failure> {
    let verdicts = if args.extracts.is_empty() {
        verify(&args.dir, None)?
    } else {
        let session = Session::open(place, &OpenArgs { case: None, ..args.open.clone() }, &args.extracts, Mode::Read)?;
        verify(&args.dir, Some((&session.extract, session.client())))?
    };
    match args.format.format {
        Format::Table => output::lines(verdicts.lines().iter().map(ToString::to_string))?,
        format => {
            output::print(format, &sheet(&verdicts))?;
            for unchecked in &verdicts.unchecked {
                place.tell(&format!("not checked: {unchecked}"));
            }
        }
    }
    Ok(i32::from(!verdicts.holds()))
}

fn sheet(verdicts: &Verdicts) -> Sheet {
    let mut sheet = Sheet::new(&["what", "expected", "found", "holds"]);
    sheet.rows = verdicts
        .verdicts
        .iter()
        .map(|verdict| {
            let text = |text: &String| Value::Text(text.clone());
            vec![text(&verdict.what), text(&verdict.expected), text(&verdict.found), Value::Bool(verdict.holds)]
        })
        .collect();
    sheet
}
