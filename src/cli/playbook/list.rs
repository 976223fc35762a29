//! `casebook playbook list`.

use clap::Args;

use crate::domain::{Role, Value};

use super::super::args::FormatArgs;
use super::super::failure::Failure;
use super::super::output::{self, Sheet};
use super::super::shell::Place;
use super::{library, origin};

/// In which form.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  casebook playbook list
  casebook playbook list --format json

Columns: id,severity,entity,roles,title,origin. Files in playbooks/ of the configuration folder add to the built-in ones and override
those of the same id.")]
pub(in crate::cli) struct ListArgs {
    #[command(flatten)]
    format: FormatArgs,
}

/// Prints the list.
pub(super) fn run(args: &ListArgs, place: &Place<'_>) -> Result<i32, Failure> {
    let mut sheet = Sheet::new(&["id", "severity", "entity", "roles", "title", "origin"]);
    for playbook in &library(place).playbooks {
        let roles: Vec<&str> = playbook.roles.iter().map(|role| Role::name(*role)).collect();
        let row = [
            &playbook.id,
            playbook.severity.name(),
            playbook.entity.name(),
            &roles.join(" "),
            &playbook.title,
            &origin(playbook),
        ];
        sheet.rows.push(row.map(|text| Value::Text(text.to_owned())).into());
    }
    output::print(args.format.format, &sheet)?;
    Ok(0)
}
