//! `casebook playbook show`.

use clap::Args;

use super::super::failure::Failure;
use super::super::output;
use super::super::shell::Place;
use super::{library, named, origin};

/// Which one.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  casebook playbook show key-many-networks")]
pub(in crate::cli) struct ShowArgs {
    /// The playbook
    #[arg(value_name = "ID")]
    id: String,
}

/// Prints the playbook.
pub(super) fn run(args: &ShowArgs, place: &Place<'_>) -> Result<i32, Failure> {
    let library = library(place);
    let playbook = named(&library, &args.id)?;
    let roles: Vec<&str> = playbook.roles.iter().map(|role| role.name()).collect();
    let mut lines = vec![
        playbook.title.clone(),
        playbook.question.clone(),
        String::new(),
        format!("id        {}", playbook.id),
        format!("severity  {}", playbook.severity),
        format!("accuses   {}", playbook.entity),
        format!("needs     {}", roles.join(" ")),
        format!("tags      {}", playbook.tags.join(" ")),
        format!("origin    {}", origin(playbook)),
    ];
    lines.extend(playbook.references.iter().map(|reference| format!("see       {reference}")));
    if !playbook.params.is_empty() {
        lines.extend([String::new(), "Parameters (--param NAME=VALUE):".to_owned()]);
    }
    for param in &playbook.params {
        let bound = |word: &str, bound: Option<f64>| bound.map(|bound| format!(", {word} {bound}")).unwrap_or_default();
        let (min, max) = (bound("at least", param.min), bound("at most", param.max));
        lines.push(format!("  {} ({}, default {}{min}{max}): {}", param.name, param.kind, param.default, param.help));
    }
    for part in [&playbook.doc, &playbook.sql] {
        lines.push(String::new());
        lines.extend(part.trim().lines().map(str::to_owned));
    }
    output::lines(lines)?;
    Ok(0)
}
