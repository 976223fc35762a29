//! `[terminal]` of `config.toml`: what a terminal can do beyond showing frames. All of it is off unless it is asked for.
//!
//! ```toml
//! [terminal]
//! mouse = true
//! title = true
//! bell = true
//! notify = "osc9"
//! notify_after = 10
//! ground = "ask"
//! ```

use std::time::Duration;

use toml::de::{DeTable, DeValue};

use super::{Entry, Reading};

/// How a terminal is told to notify whoever sits at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notify {
    /// `OSC 9`: iTerm2, WezTerm, Windows Terminal, Ghostty, kitty and others.
    Osc9,
    /// `OSC 777`: urxvt, foot, VTE, Ghostty and others; with a title.
    Osc777,
}

impl Notify {
    /// The names in the file.
    pub const NAMES: [(&'static str, Notify); 2] = [("osc9", Notify::Osc9), ("osc777", Notify::Osc777)];
}

/// How it is known whether the terminal is light or dark, where no theme is set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum GroundFrom {
    /// `COLORFGBG`, which some terminals set and SSH does not carry along.
    #[default]
    Environment,
    /// The terminal is asked by `OSC 11`.
    Terminal,
    /// It is light.
    Light,
    /// It is dark.
    Dark,
}

impl GroundFrom {
    /// The names in the file.
    pub const NAMES: [(&'static str, GroundFrom); 3] =
        [("ask", GroundFrom::Terminal), ("light", GroundFrom::Light), ("dark", GroundFrom::Dark)];
}

/// What is asked of the terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extras {
    /// Clicks choose and the wheel scrolls. The terminal's own selecting then needs Shift.
    pub mouse: bool,
    /// The title says what is open.
    pub title: bool,
    /// A bell when something failed, and when something long has ended.
    pub bell: bool,
    /// A notification when something long has ended while nobody looked.
    pub notify: Option<Notify>,
    /// What has run for so long is worth a bell and a notification also when it is not known that nobody looks.
    pub notify_after: Duration,
    /// How it is known whether it is light or dark.
    pub ground: GroundFrom,
}

/// Seconds of `notify_after` when nothing is said.
pub const AFTER: u64 = 10;

impl Default for Extras {
    fn default() -> Extras {
        Extras {
            mouse: false,
            title: false,
            bell: false,
            notify: None,
            notify_after: Duration::from_secs(AFTER),
            ground: GroundFrom::Environment,
        }
    }
}

/// The keys of the table.
pub const KEYS: [&str; 6] = ["mouse", "title", "bell", "notify", "notify_after", "ground"];

impl Reading<'_> {
    /// Reads the table.
    pub(super) fn terminal(&mut self, table: &DeTable<'_>, extras: &mut Extras) {
        for (name, entry) in table {
            let key = name.get_ref().as_ref();
            let full = format!("terminal.{key}");
            match key {
                "mouse" => extras.mouse = self.flag(&full, entry).unwrap_or_default(),
                "title" => extras.title = self.flag(&full, entry).unwrap_or_default(),
                "bell" => extras.bell = self.flag(&full, entry).unwrap_or_default(),
                "notify" => extras.notify = self.one_of(&full, entry, &Notify::NAMES),
                "ground" => extras.ground = self.one_of(&full, entry, &GroundFrom::NAMES).unwrap_or_default(),
                "notify_after" => {
                    let seconds = match entry.get_ref() {
                        DeValue::Integer(number) => number.as_str().parse().ok().filter(|seconds| *seconds >= 1),
                        _ => None,
                    };
                    match seconds {
                        Some(seconds) => extras.notify_after = Duration::from_secs(seconds),
                        None => self.wrong(entry.span().start, &full, "must be a number of seconds, 1 or more"),
                    }
                }
                _ => self.wrong(name.span().start, &full, format!("is unknown; [terminal] has {}", KEYS.join(", "))),
            }
        }
    }

    /// One of several names; nothing, and a mistake, where it is none of them.
    fn one_of<T: Copy>(&mut self, full: &str, entry: Entry<'_, '_>, names: &[(&str, T)]) -> Option<T> {
        let said = entry.get_ref().as_str();
        let known = said.and_then(|said| names.iter().find(|(name, _)| *name == said));
        if known.is_none() {
            let names: Vec<String> = names.iter().map(|(name, _)| format!("\"{name}\"")).collect();
            self.wrong(entry.span().start, full, format!("must be one of {}", names.join(", ")));
        }
        known.map(|(_, value)| *value)
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    #[test]
    fn everything_is_off_until_it_is_asked_for() {
        let (config, mistakes) = parse("");
        assert_eq!((config.terminal, mistakes), (Extras::default(), Vec::new()));
        let text =
            "[terminal]\nmouse = true\ntitle = true\nbell = true\nnotify = \"osc777\"\nnotify_after = 3\nground = \"ask\"\n";
        let (config, mistakes) = parse(text);
        assert_eq!(mistakes, []);
        let wanted = Extras {
            mouse: true,
            title: true,
            bell: true,
            notify: Some(Notify::Osc777),
            notify_after: Duration::from_secs(3),
            ground: GroundFrom::Terminal,
        };
        assert_eq!(config.terminal, wanted);
    }

    #[test]
    fn mistakes_are_told_with_their_lines() {
        let text = "[terminal]\nmouse = 1\nnotify = \"growl\"\nnotify_after = 0\nbells = true\nground = \"blue\"\n";
        let told: Vec<String> = parse(text).1.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "line 2: terminal.mouse: must be true or false, not integer",
                "line 3: terminal.notify: must be one of \"osc9\", \"osc777\"",
                "line 4: terminal.notify_after: must be a number of seconds, 1 or more",
                "line 5: terminal.bells: is unknown; [terminal] has mouse, title, bell, notify, notify_after, ground",
                "line 6: terminal.ground: must be one of \"ask\", \"light\", \"dark\"",
            ]
        );
        assert_eq!(parse("terminal = 1").1[0].to_string(), "line 1: terminal: must be a table, not integer");
    }
}
