//! `casebook case dismiss`.

use std::path::PathBuf;

use clap::Args;

use crate::case::Event;
use crate::domain::Entity;
use crate::playbook::library;

use super::super::failure::Failure;
use super::super::shell::Place;
use super::record;

/// Which hit is nothing.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  casebook case dismiss ./watch ip:198.51.100.7 --playbook credential-stuffing --reason 'the load test of March'
  casebook case dismiss ./watch account:acct_17 --reason 'our own monitoring'

`playbook run --case` leaves out what was dismissed, and the triage board of the workbench hides it. Without --playbook the dismissal is
of every playbook, also of later ones. `case undo` takes it back.")]
pub(in crate::cli) struct DismissArgs {
    /// The case
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// Whom the playbook accuses, such as account:acct_17
    #[arg(value_name = "KIND:VALUE")]
    entity: Entity,
    /// The playbook's id; without it all playbooks
    #[arg(long, value_name = "ID")]
    playbook: Option<String>,
    /// Why it is nothing
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

/// Records the dismissal.
pub(super) fn run(args: &DismissArgs, place: &Place<'_>) -> Result<i32, Failure> {
    let playbook = args.playbook.clone().unwrap_or_default();
    if !playbook.is_empty() {
        let library = library::load(&place.paths);
        let Some(known) = library.get(&playbook) else {
            return Err(Failure::Usage(format!("there is no playbook '{playbook}'; `casebook playbook list` lists them")));
        };
        if known.entity != args.entity.role {
            return Err(Failure::Usage(format!("the playbook {playbook} accuses {}, not {}", known.entity, args.entity.role)));
        }
    }
    let (entity, reason) = (args.entity.clone(), args.reason.clone());
    record(place, &args.dir, |_| Event::Dismissed { entity, playbook, reason })?;
    Ok(0)
}
