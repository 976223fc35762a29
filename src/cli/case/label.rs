//! `casebook case label`: one entity, or all that a filter, a playbook or a list chooses.

use std::path::PathBuf;

use clap::Args;

use crate::case::{Connotation, Event};
use crate::domain::{Entity, Role, Timestamp};

use super::super::args::{FormatArgs, OpenArgs};
use super::super::failure::Failure;
use super::super::shell::Place;
use super::{bulk, record};

/// Which word on whom.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  casebook case label ./leaked-key account:acct_17 suspect --connotation bad --reason 'seen with the leaked key'
  casebook case label ./leaked-key ip:10.0.0.1 office --connotation good --reason 'our NAT' --expires 2026-12-31
  casebook case label ./leaked-key account:acct_17 suspect --remove --reason 'owner confirmed the traffic'
  casebook case label ./ring farm --connotation bad --reason 'made in one night' --filter 'device:d_9' --of account logs/
  casebook case label ./ring farm --connotation bad --reason 'hit of signup-farm' --playbook signup-farm logs/ --yes
  casebook case label ./ring farm --connotation bad --reason 'list of the night shift' --from accounts.txt --yes

With --filter, --playbook or --from many entities get the label as one entry, which one undo takes back. First it is only said how many
and which: --yes does it. A label that a person gave or took off is not overruled by a playbook.
Columns of what is shown first: entity,requests,labels.")]
pub(in crate::cli) struct LabelArgs {
    /// The case
    #[arg(value_name = "DIR")]
    pub(super) dir: PathBuf,
    /// KIND:VALUE and the word, or for many entities the word and the extract
    #[arg(value_name = "KIND:VALUE LABEL | LABEL [EXTRACT]", required = true)]
    pub(super) words: Vec<String>,
    /// What the word says: bad, good or neutral
    #[arg(long, value_name = "bad|good|neutral", default_value_t = Connotation::Neutral, conflicts_with = "remove")]
    pub(super) connotation: Connotation,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub(super) reason: String,
    /// When the label ends
    #[arg(long, value_name = "TIME", conflicts_with = "remove")]
    pub(super) expires: Option<Timestamp>,
    /// Take the label off
    #[arg(long)]
    pub(super) remove: bool,
    /// Label the entities in the rows that this filter lets through
    #[arg(long, short, value_name = "FILTER", requires = "of", group = "many")]
    pub(super) filter: Option<String>,
    /// Of which role the filter's entities are
    #[arg(long, value_name = "ROLE", requires = "filter")]
    pub(super) of: Option<Role>,
    /// Label the entities that this playbook accuses
    #[arg(long, value_name = "ID", group = "many")]
    pub(super) playbook: Option<String>,
    /// Label the entities in this file, one KIND:VALUE a line; - for stdin
    #[arg(long, value_name = "FILE", group = "many")]
    pub(super) from: Option<String>,
    /// Do it, instead of only saying to whom
    #[arg(long, requires = "many")]
    pub(super) yes: bool,
    /// How many of the entities are shown first; 0 for all
    #[arg(long, value_name = "N", default_value_t = 10, requires = "many")]
    pub(super) sample: usize,
    #[command(flatten)]
    pub(super) format: FormatArgs,
    #[command(flatten)]
    pub(super) open: OpenArgs,
}

/// Records the label.
pub(super) fn run(args: &LabelArgs, place: &Place<'_>) -> Result<i32, Failure> {
    if args.filter.is_some() || args.playbook.is_some() || args.from.is_some() {
        return bulk::run(args, place);
    }
    let [entity, label] = args.words.as_slice() else {
        return Err(Failure::Usage("write KIND:VALUE and one word, or choose many with --filter, --playbook or --from".into()));
    };
    let entity: Entity = entity.parse().map_err(|error: crate::domain::entity::EntityError| Failure::Usage(error.to_string()))?;
    let (label, reason) = (label.clone(), args.reason.clone());
    let event = if args.remove {
        Event::Unlabelled { entity, label, reason }
    } else {
        let (connotation, expires) = (args.connotation, args.expires);
        Event::Labelled { entity, label, connotation, reason, expires, playbook: String::new() }
    };
    record(place, &args.dir, |_| event)?;
    Ok(0)
}
