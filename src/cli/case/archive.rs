//! `casebook case export` and `casebook case import`: a case as one file.

use std::path::PathBuf;

use clap::Args;

use crate::case::{ArchiveError, CaseDir, CaseError, Event, Mode, archive};
use crate::settings::files;
use crate::settings::machine::{analyst, now};

use super::super::failure::Failure;
use super::super::output;
use super::super::shell::Place;

/// Which case, where to.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  casebook case export ./leaked-key -o leaked-key.tar.gz

A case that does not hold is not exported. The same case gives the same bytes. The archive holds the journal, the evidence and the
exports; that it was made is recorded in the case.")]
pub(in crate::cli) struct ExportArgs {
    /// The case
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// The archive to write; a file of that name is replaced
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
}

/// Which archive, where to.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  casebook case import leaked-key.tar.gz ./leaked-key

Only files that belong to a case are taken, and the case is kept only when its journal's chain and its evidence hold.")]
pub(in crate::cli) struct ImportArgs {
    /// The archive
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// A folder that is new or empty
    #[arg(value_name = "DIR")]
    dir: PathBuf,
}

impl From<ArchiveError> for Failure {
    fn from(error: ArchiveError) -> Failure {
        match error {
            ArchiveError::Case(error) => error.into(),
            error => Failure::Failed(error.to_string()),
        }
    }
}

/// Writes the archive.
pub(super) fn export(args: &ExportArgs, place: &Place<'_>) -> Result<i32, Failure> {
    let bytes = archive::pack(&args.dir)?;
    files::write_atomic(&args.output, &bytes)?;
    let sha256 = crate::case::entry::sha256(&bytes);
    place.tell(&format!("wrote {} ({} bytes)", args.output.display(), bytes.len()));
    let recorded = || -> Result<(), CaseError> {
        let (mut case, _) = CaseDir::open(&args.dir, Mode::Write)?;
        case.set_author(&analyst());
        let path = args.output.display().to_string();
        case.record(Event::Exported { path, sha256: sha256.clone(), format: "tar.gz".into() }, now())?;
        Ok(())
    };
    // The archive is what was asked for; that it cannot be recorded is worth a note, not a failure.
    if let Err(error) = recorded() {
        place.tell(&format!("note: the case does not record this archive: {error}"));
    }
    output::lines([sha256])?;
    Ok(0)
}

/// Unpacks an archive.
pub(super) fn import(args: &ImportArgs, place: &Place<'_>) -> Result<i32, Failure> {
    let checks = archive::unpack(&args.file, &args.dir)?;
    place.tell(&format!("the case holds: {checks} checks"));
    output::lines([args.dir.display().to_string()])?;
    Ok(0)
}
