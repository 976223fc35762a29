//! `casebook case stage`.

use std::path::PathBuf;

use clap::Args;

use crate::case::{Event, Stage};
use crate::domain::Entity;

use super::super::failure::Failure;
use super::super::shell::Place;
use super::record;

/// Who stands where.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  casebook case stage ./leaked-key account:acct_17 confirmed --reason 'the owner says so'
  casebook case stage ./leaked-key ip:10.0.0.1 cleared --reason 'our own NAT'

Without a word of yours the stage follows from findings and labels: confirmed in a confirmed finding, cleared by a good label, suspect in
an open finding or by a bad label, else seen. Your word outranks that until it is taken back.")]
pub(in crate::cli) struct StageArgs {
    /// The case
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// The entity, such as account:acct_17
    #[arg(value_name = "KIND:VALUE")]
    entity: Entity,
    /// Where it stands: seen, suspect, confirmed or cleared
    #[arg(value_name = "STAGE")]
    stage: Stage,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

/// Records the stage.
pub(super) fn run(args: &StageArgs, place: &Place<'_>) -> Result<i32, Failure> {
    let (entity, stage, reason) = (args.entity.clone(), args.stage, args.reason.clone());
    record(place, &args.dir, |_| Event::Staged { entity, stage, reason, playbook: String::new() })?;
    Ok(0)
}
