//! `casebook keys`: the keys of the workbench, as the configuration has set them.

use clap::Args;

use crate::domain::Value;
use crate::runtime::Preferences;

use super::args::FormatArgs;
use super::failure::Failure;
use super::output::{self, Sheet};
use super::shell::Place;

/// In which form.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  casebook keys
  casebook keys --format json

Columns: keys,command,title,help. A command is given other keys under [keys] in config.toml, by its name in the column command.")]
pub(super) struct KeysArgs {
    #[command(flatten)]
    format: FormatArgs,
}

/// Prints every command with its keys.
pub(super) fn run(args: &KeysArgs, place: &Place<'_>) -> Result<i32, Failure> {
    let (preferences, mistakes) = Preferences::load(&place.paths);
    for mistake in mistakes {
        place.tell(&format!("config.toml, {mistake}"));
    }
    let mut sheet = Sheet::new(&["keys", "command", "title", "help"]);
    for (command, keys) in preferences.keymap.table() {
        let row = [keys.join(", ").as_str(), command.id, command.title, command.help].map(|text| Value::Text(text.to_owned()));
        sheet.rows.push(row.into());
    }
    output::print(args.format.format, &sheet)?;
    Ok(0)
}
