//! `casebook demo`: the built-in extract with known abuse in it, in the workbench or in files.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::domain::TimeRange;
use crate::extract::OpenSpec;
use crate::extract::demo::{self, DemoError, Format};

use super::failure::Failure;
use super::shell::Place;
use super::{StartWorkbench, Workbench};

pub use crate::extract::demo::Spec as DemoSpec;

/// How much, and where to.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  casebook demo
  casebook demo --no-tour
  casebook demo --rows 1000000 --seed 7
  casebook demo --write ./demo --to parquet

The extract is the API log of an invented model provider over fourteen days, with ten kinds of abuse planted in it. The same rows
and seed give the same bytes. --write makes requests, accounts and bans, and truth.json, which names every planted abuse.")]
pub(super) struct DemoArgs {
    /// Rows of the request log
    #[arg(long, value_name = "N", default_value_t = DemoSpec::default().rows)]
    rows: u64,
    /// Chooses one of many such extracts
    #[arg(long, value_name = "S", default_value_t = DemoSpec::default().seed)]
    seed: u64,
    /// Leave the abuse out
    #[arg(long)]
    clean: bool,
    /// Write the files into this folder instead of opening the workbench
    #[arg(long, value_name = "DIR")]
    write: Option<PathBuf>,
    /// The format of the files
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = To::Csv, requires = "write")]
    to: To,
    /// The case to work in; the workbench makes it when it is not there
    #[arg(long, value_name = "DIR", conflicts_with = "write")]
    case: Option<PathBuf>,
    /// The theme of the workbench
    #[arg(long, value_name = "NAME", conflicts_with = "write")]
    theme: Option<String>,
    /// Begin without the tour; in the workbench F3 leaves it for good, and tour in the palette brings it back
    #[arg(long, conflicts_with = "write")]
    no_tour: bool,
}

/// The formats of the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum To {
    /// Comma-separated values
    Csv,
    /// One JSON object a line
    Jsonl,
    /// Apache Parquet
    Parquet,
}

/// Writes the demo, or starts the workbench over it.
pub(super) fn run(args: &DemoArgs, place: &Place<'_>, workbench: StartWorkbench<'_>) -> Result<i32, Failure> {
    let spec = DemoSpec { rows: args.rows, seed: args.seed, clean: args.clean };
    let Some(dir) = &args.write else {
        let start = Workbench {
            spec: OpenSpec::default(),
            demo: Some(spec),
            case: args.case.clone(),
            time: TimeRange::ALL,
            read_only: false,
            tour: !args.no_tour,
            resume: None,
            theme: args.theme.clone(),
        };
        return super::work(start, place, workbench);
    };
    place.hear_interrupts()?;
    let format = match args.to {
        To::Csv => Format::Csv,
        To::Jsonl => Format::Jsonl,
        To::Parquet => Format::Parquet,
    };
    let written = demo::write(&spec, dir, format, place.opener.as_ref(), &mut |done, all| {
        place.progress(&format!("writing the demo, {done} of {all} rows"));
        !place.stopped()
    });
    let written = written.map_err(|error| match error {
        DemoError::Interrupted => Failure::Interrupted,
        DemoError::TooFew(_) => Failure::Usage(error.to_string()),
        error => Failure::Failed(error.to_string()),
    })?;
    place.tell(&format!("{} rows written; the planted abuse is named in {}", written.rows, written.truth.display()));
    let files = [&written.requests, &written.accounts, &written.bans, &written.truth];
    super::output::lines(files.into_iter().map(|path| path.display().to_string()))?;
    Ok(0)
}
