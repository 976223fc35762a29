//! `casebook report`: a case for other people.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;

use crate::case::{CaseDir, CaseError, Event, Mode};
use crate::report::{self, Format};
use crate::settings::files;
use crate::settings::machine::now;

use super::failure::Failure;
use super::session::open_case;
use super::shell::Place;

/// Which case, in what form, where to.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  casebook report ./leaked-key
  casebook report ./leaked-key -o leaked-key.md

The same journal gives the same report, byte for byte. A report that is written with -o is recorded in the case, with its SHA-256.")]
pub(super) struct ReportArgs {
    /// The case
    #[arg(value_name = "CASE")]
    case: PathBuf,
    /// The form; this version writes md
    #[arg(long, value_name = "FORMAT", default_value_t = Format::Markdown)]
    to: Format,
    /// The file to write; a file of that name is replaced. Without it, the report goes to stdout
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Prints or writes the report.
pub(super) fn run(args: &ReportArgs, place: &Place<'_>) -> Result<i32, Failure> {
    let case = open_case(place, &args.case, Mode::Read)?;
    let text = report::render(args.to, case.case(), case.meta());
    let Some(path) = &args.output else {
        std::io::stdout().lock().write_all(text.as_bytes())?;
        return Ok(0);
    };
    files::write_atomic(path, text.as_bytes())?;
    place.tell(&format!("wrote {}", path.display()));
    // The report is what was asked for; that it cannot be recorded is worth a note, not a failure.
    if let Err(error) = recorded(args, path, &text) {
        place.tell(&format!("note: the case does not record this report: {error}"));
    }
    Ok(0)
}

fn recorded(args: &ReportArgs, path: &std::path::Path, text: &str) -> Result<(), CaseError> {
    let (mut case, _) = CaseDir::open(&args.case, Mode::Write)?;
    let event = Event::Exported {
        path: path.display().to_string(),
        sha256: crate::case::entry::sha256(text.as_bytes()),
        format: args.to.name().to_owned(),
    };
    case.record(event, now())?;
    Ok(())
}
