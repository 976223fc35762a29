//! `casebook case`: make, read, add to and check a case without the workbench.

mod archive;
mod audit;
mod bulk;
mod dismiss;
mod finding;
mod label;
mod new;
mod note;
mod pin;
mod question;
mod show;
mod stage;
mod two;
mod undo;
mod verify;

use std::path::Path;

use clap::Subcommand;

use crate::case::{CaseDir, Entry, Event, Mode};
use crate::settings::machine::now;

use super::failure::Failure;
use super::session::open_case;
use super::shell::Place;

/// What to do with a case.
#[derive(Debug, Subcommand)]
pub(super) enum CaseCommand {
    /// Make a case
    New(new::NewArgs),
    /// Print what a case holds
    Show(show::ShowArgs),
    /// Ask and answer what the case is about
    #[command(
        subcommand,
        after_help = "Examples:\n  casebook case question ask ./leaked-key 'Who used the key first?'\n  casebook case question list ./leaked-key"
    )]
    Question(question::QuestionCommand),
    /// Label an entity or many, or take a label off
    Label(label::LabelArgs),
    /// Say where an entity stands: seen, suspect, confirmed or cleared
    Stage(stage::StageArgs),
    /// Say that a hit of a playbook is nothing, and why
    Dismiss(dismiss::DismissArgs),
    /// Write a note
    Note(note::NoteArgs),
    /// Keep rows of an extract as evidence
    Pin(pin::PinArgs),
    /// Record a finding with its entities and the queries that show it, or change one
    Finding(finding::FindingArgs),
    /// Take the last step back
    Undo(undo::UndoArgs),
    /// Bring back what was taken back last
    Redo(undo::RedoArgs),
    /// Print who opened, ran, revealed, exported and merged what
    Audit(audit::AuditArgs),
    /// Print the case in order of time
    Timeline(audit::TimelineArgs),
    /// Print what two cases say differently
    Diff(two::DiffArgs),
    /// Take another analyst's case in
    Merge(two::MergeArgs),
    /// Write a case as one archive
    Export(archive::ExportArgs),
    /// Make a case of an archive
    Import(archive::ImportArgs),
    /// Check the journal's chain, the evidence and, with the extract at hand, every number
    Verify(verify::VerifyArgs),
}

/// Does it.
pub(super) fn run(command: &CaseCommand, place: &Place<'_>) -> Result<i32, Failure> {
    match command {
        CaseCommand::New(args) => new::run(args, place),
        CaseCommand::Show(args) => show::run(args, place),
        CaseCommand::Label(args) => label::run(args, place),
        CaseCommand::Dismiss(args) => dismiss::run(args, place),
        CaseCommand::Note(args) => note::run(args, place),
        CaseCommand::Pin(args) => pin::run(args, place),
        CaseCommand::Finding(args) => finding::run(args, place),
        CaseCommand::Question(command) => question::run(command, place),
        CaseCommand::Stage(args) => stage::run(args, place),
        CaseCommand::Undo(args) => undo::undo(args, place),
        CaseCommand::Redo(args) => undo::redo(args, place),
        CaseCommand::Audit(args) => audit::audit(args, place),
        CaseCommand::Timeline(args) => audit::timeline(args, place),
        CaseCommand::Diff(args) => two::compare(args, place),
        CaseCommand::Merge(args) => two::merge(args, place),
        CaseCommand::Export(args) => archive::export(args, place),
        CaseCommand::Import(args) => archive::import(args, place),
        CaseCommand::Verify(args) => verify::run(args, place),
    }
}

/// Records one event in a case and tells that it is saved.
fn record(place: &Place<'_>, dir: &Path, event: impl FnOnce(&CaseDir) -> Event) -> Result<Entry, Failure> {
    let mut case = open_case(place, dir, Mode::Write)?;
    let event = event(&case);
    saved(place, case.record(event, now())?)
}

/// Tells that an entry is saved.
fn saved(place: &Place<'_>, entry: Entry) -> Result<Entry, Failure> {
    place.tell(&format!("saved as entry {}: {}", entry.seq, entry.event.describe()));
    Ok(entry)
}

/// A text of the command line, or stdin where it is `-`.
fn text_or_stdin(text: &str) -> Result<String, Failure> {
    if text != "-" {
        return Ok(text.to_owned());
    }
    let text =
        std::io::read_to_string(std::io::stdin()).map_err(|error| Failure::Failed(format!("cannot read stdin: {error}")))?;
    Ok(text.trim_end().to_owned())
}
