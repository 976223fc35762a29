//! `casebook case new`.

use std::path::PathBuf;

use clap::Args;

use crate::case::CaseDir;
use crate::settings::machine::{analyst, now};

use super::super::failure::Failure;
use super::super::output;
use super::super::shell::Place;

/// Where, and what it is called.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  casebook case new ./leaked-key --title 'Leaked key of acct_17'
  casebook case new ./ring --title 'Signup ring' --analyst 'M. Ito'")]
pub(in crate::cli) struct NewArgs {
    /// A folder that is new or empty
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// What the case is called; by default as its folder
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// Who leads it; by default the user of this machine
    #[arg(long, value_name = "NAME")]
    analyst: Option<String>,
}

/// Makes the case and prints its folder.
pub(super) fn run(args: &NewArgs, place: &Place<'_>) -> Result<i32, Failure> {
    let folder = || args.dir.file_name().map_or_else(|| "Case".to_owned(), |name| name.to_string_lossy().into_owned());
    let title = args.title.clone().unwrap_or_else(folder);
    let by = args.analyst.clone().unwrap_or_else(analyst);
    let case = CaseDir::create(&args.dir, &title, &by, now())?;
    place.tell(&format!("made the case {} ({title})", case.meta().id));
    output::lines([args.dir.display().to_string()])?;
    Ok(0)
}
