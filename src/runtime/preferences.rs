//! What the user has set, checked against what the program has: its commands, its themes.

use crate::app::keymap::Keymap;
use crate::settings::config::{self, Config, Extras, Mistake};
use crate::settings::paths::Paths;
use crate::settings::theme::Theme;

/// What the workbench goes by.
#[derive(Debug, Clone, Default)]
pub struct Preferences {
    /// The theme's name; `None` for the one that fits the terminal.
    pub theme: Option<String>,
    /// Whether only ASCII may be drawn for lines, bars and marks.
    pub ascii: bool,
    /// Whether the demo may begin with the tour; nothing where it is not said.
    pub tour: Option<bool>,
    /// The keys.
    pub keymap: Keymap,
    /// What is asked of the terminal.
    pub terminal: Extras,
}

impl Preferences {
    /// What `config.toml` says, and everything that is wrong with it, in the order of its lines. What is wrong is as if it were not there.
    pub fn load(paths: &Paths) -> (Preferences, Vec<Mistake>) {
        let (config, mistakes) = config::load(paths);
        Preferences::of(config, mistakes, paths)
    }

    fn of(config: Config, mut mistakes: Vec<Mistake>, paths: &Paths) -> (Preferences, Vec<Mistake>) {
        let theme = config.theme.filter(|name| match Theme::named(name, paths) {
            Ok(_) => true,
            Err(error) => {
                mistakes.push(Mistake { line: config.theme_line, key: "theme".into(), problem: error.to_string() });
                false
            }
        });
        let own: Vec<(&str, &[String])> =
            config.keys.iter().map(|binding| (binding.command.as_str(), binding.keys.as_slice())).collect();
        let (keymap, wrong) = Keymap::with(config.preset.as_deref(), &own);
        mistakes.extend(wrong.into_iter().map(|wrong| match wrong.binding.and_then(|at| config.keys.get(at)) {
            Some(binding) => Mistake { line: binding.line, key: format!("keys.{}", binding.command), problem: wrong.problem },
            None => Mistake { line: config.preset_line, key: "keys.preset".into(), problem: wrong.problem },
        }));
        mistakes.sort_by_key(|mistake| mistake.line);
        (Preferences { theme, ascii: config.ascii, tour: config.tour, keymap, terminal: config.terminal }, mistakes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_of_every_kind_stand_in_the_order_of_lines_and_the_rest_holds() {
        let folder = tempfile::tempdir().unwrap();
        let paths = Paths::under(folder.path());
        let text =
            "theme = \"drak\"\nascii = true\nshape = 1\n[keys]\npreset = \"emacs\"\npni = \"b\"\nnote = \"C-h\"\nlabel = \"X\"\n";
        let (config, mistakes) = config::parse(text);
        let (preferences, mistakes) = Preferences::of(config, mistakes, &paths);
        let lines: Vec<(usize, &str)> = mistakes.iter().map(|mistake| (mistake.line, mistake.key.as_str())).collect();
        assert_eq!(lines, [(1, "theme"), (3, "shape"), (5, "keys.preset"), (6, "keys.pni"), (7, "keys.note")]);
        assert_eq!((preferences.theme, preferences.ascii), (None, true));
        let label = crate::app::command::by_id("label").unwrap();
        assert_eq!(preferences.keymap.keys_of(label), "X");
    }
}
