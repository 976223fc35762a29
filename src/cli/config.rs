//! `casebook config`: where the configuration is, what is wrong with it, what it would be by default, and its JSON schema.

use std::io::Write;

use clap::Subcommand;
use serde_json::{Map, Value as Json, json};

use crate::app::command::TABLE;
use crate::app::keymap::Keymap;
use crate::runtime::Preferences;
use crate::settings::config::{self, AFTER, GroundFrom, Notify};
use crate::settings::theme::Theme;

use super::failure::Failure;
use super::output;
use super::shell::Place;

/// What to do with it.
#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Say everything that is wrong with config.toml, line by line; exit status 2 when something is
    #[command(after_help = "Examples:\n  casebook config check")]
    Check,
    /// Print where config.toml is read from
    #[command(after_help = "Examples:\n  casebook config path\n  $EDITOR \"$(casebook config path)\"")]
    Path,
    /// Print a config.toml with every setting at its default and every key
    #[command(after_help = "Examples:\n  casebook config default > \"$(casebook config path)\"")]
    Default,
    /// Print the JSON schema of config.toml, for editors
    #[command(after_help = "Examples:\n  casebook config schema > casebook.schema.json")]
    Schema,
}

/// Does it.
pub(super) fn run(command: &ConfigCommand, place: &Place<'_>) -> Result<i32, Failure> {
    let path = config::path(&place.paths);
    match command {
        ConfigCommand::Path => output::lines([path.display().to_string()])?,
        ConfigCommand::Default => std::io::stdout().lock().write_all(default().as_bytes())?,
        ConfigCommand::Schema => {
            let mut text = serde_json::to_string_pretty(&schema(&Theme::names(&place.paths))).unwrap_or_default();
            text.push('\n');
            std::io::stdout().lock().write_all(text.as_bytes())?;
        }
        ConfigCommand::Check => {
            let (_, mistakes) = Preferences::load(&place.paths);
            if !mistakes.is_empty() {
                output::lines(mistakes.iter().map(ToString::to_string))?;
                let many = if mistakes.len() == 1 { "one mistake".to_owned() } else { format!("{} mistakes", mistakes.len()) };
                return Err(Failure::Usage(format!("{many} in {}; the defaults hold there", path.display())));
            }
            let found = if path.is_file() { "is in order" } else { "is not there, so the defaults hold" };
            place.tell(&format!("{} {found}", path.display()));
        }
    }
    Ok(0)
}

/// A file with every setting as it is by default, as comments, so that what is not touched follows later versions.
fn default() -> String {
    let themes = Theme::builtin_names().collect::<Vec<_>>().join(", ");
    let presets = Keymap::presets().collect::<Vec<_>>().join(", ");
    let notify = Notify::NAMES.map(|(name, _)| name).join(" or ");
    let grounds = GroundFrom::NAMES.map(|(name, _)| name).join(", ");
    let mut text = format!(
        "# casebook: what can be set, each at its default. Take the # away from what shall be otherwise; `casebook config check` says what\n\
         # is wrong.\n\n\
         # The theme: {themes}, or one of your own in themes/NAME.toml beside this file. Without it, the one that\n\
         # fits the terminal.\n\
         #theme = \"dark\"\n\n\
         # Only ASCII for lines, bars and marks.\n\
         #ascii = false\n\n\
         # Whether the demo begins with the tour, until it was gone through or left once.\n\
         #tour = true\n\n\
         [terminal]\n\
         # Clicks choose and the wheel scrolls; the terminal's own selecting then needs Shift.\n\
         #mouse = false\n\n\
         # The title of the terminal says what is open; the one before comes back.\n\
         #title = false\n\n\
         # A bell when something failed, and when something long has ended.\n\
         #bell = false\n\n\
         # A notification by the terminal when something long has ended while nobody looked: {notify}.\n\
         # Inside tmux: set -g allow-passthrough on.\n\
         #notify = \"osc9\"\n\n\
         # What has run for so many seconds counts as long also when the terminal does not say that nobody looks.\n\
         #notify_after = {AFTER}\n\n\
         # Whether the terminal is light or dark, where no theme is set: {grounds}. \"ask\" asks the terminal (OSC 11);\n\
         # without this it is known only where the terminal sets COLORFGBG.\n\
         #ground = \"ask\"\n\n\
         [keys]\n\
         # Where to begin: {presets}.\n\
         #preset = \"default\"\n\n\
         # Keys of single commands, which count before the preset: one sequence or a list of them. A sequence is keys with blanks between:\n\
         # \"p a\", \"C-d\" (Control), \"M-x\" (Alt), \"Space r\", Enter, Esc, Tab, F2. [] takes the keys away.\n"
    );
    for (command, keys) in Keymap::default().table() {
        let keys: Vec<String> = keys.iter().map(|keys| toml::Value::from(keys.as_str()).to_string()).collect();
        text.push_str(&format!("#{} = [{}]  # {}\n", command.id, keys.join(", "), command.title));
    }
    text
}

/// The schema, made from the tables that the program itself goes by.
fn schema(themes: &[String]) -> Json {
    let mut keys = Map::new();
    let presets: Vec<&str> = Keymap::presets().collect();
    keys.insert("preset".into(), json!({ "enum": presets, "default": "default", "description": "The keys to begin with." }));
    for command in TABLE {
        let entry = json!({ "$ref": "#/$defs/keys", "default": command.keys, "description": command.help });
        keys.insert(command.id.into(), entry);
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "casebook config.toml",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "theme": { "type": "string", "examples": themes, "description": "The theme of the workbench." },
            "tour": { "type": "boolean", "default": true, "description": "Whether the demo begins with the tour." },
            "ascii": { "type": "boolean", "default": false, "description": "Only ASCII for lines, bars and marks." },
            "keys": { "type": "object", "additionalProperties": false, "properties": keys },
            "terminal": {
                "type": "object",
                "additionalProperties": false,
                "properties": {
                    "mouse": { "type": "boolean", "default": false, "description": "Clicks choose and the wheel scrolls." },
                    "title": { "type": "boolean", "default": false, "description": "The title of the terminal says what is open." },
                    "bell": {
                        "type": "boolean",
                        "default": false,
                        "description": "A bell when something failed, and when something long has ended.",
                    },
                    "notify": {
                        "enum": Notify::NAMES.map(|(name, _)| name),
                        "description": "A notification when something long has ended while nobody looked.",
                    },
                    "notify_after": {
                        "type": "integer",
                        "minimum": 1,
                        "default": AFTER,
                        "description": "Seconds from which on something counts as long, whoever looks.",
                    },
                    "ground": {
                        "enum": GroundFrom::NAMES.map(|(name, _)| name),
                        "description": "Whether the terminal is light or dark, where no theme is set; by COLORFGBG if it is not said.",
                    },
                },
            },
        },
        "$defs": {
            "keys": {
                "oneOf": [
                    { "type": "string", "minLength": 1 },
                    { "type": "array", "items": { "type": "string", "minLength": 1 } },
                ],
            },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_file_is_in_order_with_and_without_its_comments() {
        let text = default();
        assert_eq!(config::parse(&text), (config::Config::default(), Vec::new()));
        assert!(config::TERMINAL_KEYS.iter().all(|key| text.contains(&format!("\n#{key} = "))));
        let bare: String = text
            .lines()
            .map(|line| match line.strip_prefix('#') {
                Some(rest) if !rest.starts_with(' ') => format!("{rest}\n"),
                _ => format!("{line}\n"),
            })
            .collect();
        let (config, mistakes) = config::parse(&bare);
        assert_eq!(mistakes, []);
        assert_eq!((config.keys.len(), config.tour), (TABLE.len(), Some(true)));
        let own: Vec<(&str, &[String])> =
            config.keys.iter().map(|binding| (binding.command.as_str(), binding.keys.as_slice())).collect();
        let (keymap, mistakes) = Keymap::with(config.preset.as_deref(), &own);
        assert_eq!(mistakes, []);
        assert_eq!(keymap.table(), Keymap::default().table());
    }

    #[test]
    fn the_schema_names_every_setting_and_every_command() {
        let schema = schema(&["dark".to_owned()]);
        let keys = &schema["properties"]["keys"]["properties"];
        assert!(TABLE.iter().all(|command| keys.get(command.id).is_some()));
        assert!(schema["properties"].get("theme").is_some() && schema["properties"].get("ascii").is_some());
        let terminal = &schema["properties"]["terminal"]["properties"];
        assert!(config::TERMINAL_KEYS.iter().all(|key| terminal.get(key).is_some()));
    }
}
