//! `casebook case label`.

use std::path::PathBuf;

use clap::Args;

use crate::case::{Connotation, Event};
use crate::domain::{Entity, Timestamp};

use super::super::failure::Failure;
use super::super::shell::Place;
use super::record;

/// Which word on whom.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  casebook case label ./leaked-key account:acct_17 suspect --connotation bad --reason 'seen with the leaked key'
  casebook case label ./leaked-key ip:10.0.0.1 office --connotation good --reason 'our NAT' --expires 2026-12-31
  casebook case label ./leaked-key account:acct_17 suspect --remove --reason 'owner confirmed the traffic'")]
pub(in crate::cli) struct LabelArgs {
    /// The case
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// The entity, such as account:acct_17
    #[arg(value_name = "KIND:VALUE")]
    entity: Entity,
    /// The word
    #[arg(value_name = "LABEL")]
    label: String,
    /// What the word says: bad, good or neutral
    #[arg(long, value_name = "bad|good|neutral", default_value_t = Connotation::Neutral, conflicts_with = "remove")]
    connotation: Connotation,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// When the label ends
    #[arg(long, value_name = "TIME", conflicts_with = "remove")]
    expires: Option<Timestamp>,
    /// Take the label off
    #[arg(long)]
    remove: bool,
}

/// Records the label.
pub(super) fn run(args: &LabelArgs, place: &Place<'_>) -> Result<i32, Failure> {
    let (entity, label, reason) = (args.entity.clone(), args.label.clone(), args.reason.clone());
    let event = if args.remove {
        Event::Unlabelled { entity, label, reason }
    } else {
        Event::Labelled { entity, label, connotation: args.connotation, reason, expires: args.expires, playbook: String::new() }
    };
    record(place, &args.dir, |_| event)?;
    Ok(0)
}
