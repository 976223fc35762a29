//! `casebook case note`.

use std::path::PathBuf;

use clap::Args;

use crate::case::{CaseDir, Event, Mode, Target};
use crate::settings::machine::now;

use super::super::failure::Failure;
use super::super::session::open_case;
use super::super::shell::Place;
use super::{saved, text_or_stdin};

/// What about whom.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  casebook case note ./leaked-key account:acct_17 'Wrote to the owner, no answer yet.'
  casebook case note ./leaked-key finding:f1 'Second opinion: agrees.'
  casebook case note ./leaked-key row:4711 'First use of the key from outside.'
  casebook case note ./leaked-key case - < handover.md")]
pub(in crate::cli) struct NoteArgs {
    /// The case
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// What it is about: KIND:VALUE, row:N of the extract last opened in the case, finding:ID, question:ID, or case
    #[arg(value_name = "TARGET")]
    target: String,
    /// The note, in Markdown; - reads it from stdin
    #[arg(value_name = "TEXT")]
    text: String,
}

/// Records the note.
pub(super) fn run(args: &NoteArgs, place: &Place<'_>) -> Result<i32, Failure> {
    let text = text_or_stdin(&args.text)?;
    let mut case = open_case(place, &args.dir, Mode::Write)?;
    let target = target(&args.target, &case)?;
    let event = Event::Noted { id: case.case().next_note_id(), target, text };
    let entry = case.record(event, now())?;
    saved(place, entry)?;
    Ok(0)
}

/// Reads what a note is about.
fn target(text: &str, case: &CaseDir) -> Result<Target, Failure> {
    if text == "case" {
        return Ok(Target::Case);
    }
    match text.split_once(':') {
        Some(("finding", id)) => Ok(Target::Finding(id.to_owned())),
        Some(("question", id)) => Ok(Target::Question(id.to_owned())),
        Some(("row", number)) => {
            let row_id =
                number.parse().map_err(|_| Failure::Usage(format!("'{number}' is not a row's number; write row:4711")))?;
            let extract = case.case().current_extract().ok_or_else(|| {
                Failure::Usage(
                    "no extract was opened in this case yet, so it has no rows; pin the row first (casebook case pin)".into(),
                )
            })?;
            Ok(Target::Row { row_id, extract_sha: extract.to_owned() })
        }
        _ => text.parse().map(Target::Entity).map_err(|error| {
            Failure::Usage(format!("{error}; a note is about an entity, row:N, finding:ID, question:ID or case"))
        }),
    }
}
