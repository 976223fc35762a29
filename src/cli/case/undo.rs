//! `casebook case undo` and `casebook case redo`.

use std::path::PathBuf;

use clap::Args;

use crate::case::{Event, Mode};
use crate::settings::machine::now;

use super::super::failure::Failure;
use super::super::session::open_case;
use super::super::shell::Place;
use super::saved;

/// In which case.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  casebook case undo ./leaked-key
  casebook case undo ./leaked-key --entry 12

Takes the last step back, or one entry. Nothing leaves the journal: that something was taken back is an entry too.")]
pub(in crate::cli) struct UndoArgs {
    /// The case
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// The number of the entry to take back, instead of the last step
    #[arg(long, value_name = "N")]
    entry: Option<u64>,
}

/// In which case.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  casebook case redo ./leaked-key
  casebook case redo ./leaked-key --entry 12")]
pub(in crate::cli) struct RedoArgs {
    /// The case
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// The number of the entry to bring back, instead of what was taken back last
    #[arg(long, value_name = "N")]
    entry: Option<u64>,
}

/// Takes something back.
pub(super) fn undo(args: &UndoArgs, place: &Place<'_>) -> Result<i32, Failure> {
    step(&args.dir, args.entry, true, place)
}

/// Brings something back.
pub(super) fn redo(args: &RedoArgs, place: &Place<'_>) -> Result<i32, Failure> {
    step(&args.dir, args.entry, false, place)
}

fn step(dir: &std::path::Path, entry: Option<u64>, back: bool, place: &Place<'_>) -> Result<i32, Failure> {
    let mut dir = open_case(place, dir, Mode::Write)?;
    let case = dir.case();
    let next = if back { case.next_undo() } else { case.next_redo() };
    let seq = entry.or(next.map(|(seq, _)| seq));
    let Some(seq) = seq else {
        let what = if back { "take back" } else { "bring back" };
        return Err(Failure::Failed(format!("there is nothing to {what}")));
    };
    let what = case.entry(seq).map(|entry| entry.event.describe()).unwrap_or_default();
    let event = if back { Event::Undone { seq } } else { Event::Redone { seq } };
    saved(place, dir.record(event, now())?)?;
    place.tell(&format!("{}: {what}", if back { "taken back" } else { "counts again" }));
    Ok(0)
}
