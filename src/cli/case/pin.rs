//! `casebook case pin`.

use std::path::PathBuf;

use clap::Args;

use crate::case::{EvidenceRow, Mode};
use crate::engine::Limits;
use crate::investigate::rows;
use crate::settings::machine::now;

use super::super::args::OpenArgs;
use super::super::failure::Failure;
use super::super::session::Session;
use super::super::shell::Place;
use super::saved;

/// Which rows.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  casebook query --filter 'key:sk-*7f3a ip:203.0.113.9' --columns row_id,time,endpoint logs/
  casebook case pin ./leaked-key --row 4711 --row 4712 logs/")]
pub(in crate::cli) struct PinArgs {
    /// The case
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// Log files, folders (read recursively) or globs
    #[arg(required = true, value_name = "EXTRACT")]
    extracts: Vec<String>,
    /// The row's number, its row_id; can be repeated
    #[arg(long, value_name = "N", required = true)]
    row: Vec<i64>,
    #[command(flatten)]
    open: OpenArgs,
}

/// Keeps the rows.
pub(super) fn run(args: &PinArgs, place: &Place<'_>) -> Result<i32, Failure> {
    let open = OpenArgs { case: Some(args.dir.clone()), ..args.open.clone() };
    let mut session = Session::open(place, &open, &args.extracts, Mode::Write)?;
    // All rows are looked up before the first is kept: a wrong number keeps none.
    let mut evidence = Vec::new();
    for row in &args.row {
        let statement = session.built(rows::detail(&session.context(), *row), None)?;
        let table = session.ask(statement, Limits::default())?;
        evidence.push(EvidenceRow::from_table(&session.extract.sha256, &table, 0).ok_or_else(|| {
            Failure::Usage(format!("there is no row {row}; the extract has rows 1 to {}", session.extract.rows))
        })?);
    }
    session.record_opened()?;
    if let Some(case) = &mut session.case {
        for row in &evidence {
            saved(place, case.pin(row, now())?)?;
        }
    }
    Ok(0)
}
