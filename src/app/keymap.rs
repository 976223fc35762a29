//! From pressed keys to commands.

use super::command::{Command, TABLE, When};
use super::key::{Key, sequence};

/// What a sequence of keys means in a place.
#[derive(Debug, Clone, PartialEq)]
pub enum Meaning {
    /// This command.
    Command(&'static Command),
    /// The beginning of these commands; wait for the next key.
    Prefix(Vec<Continuation>),
    /// Nothing.
    Nothing,
}

/// How a begun sequence can go on.
#[derive(Debug, Clone, PartialEq)]
pub struct Continuation {
    /// The keys still to press.
    pub rest: Vec<Key>,
    /// What they do.
    pub command: &'static Command,
}

/// The key bindings in force.
#[derive(Debug, Clone)]
pub struct Keymap {
    bindings: Vec<(Vec<Key>, &'static Command)>,
}

impl Default for Keymap {
    /// The bindings of the action table.
    fn default() -> Keymap {
        let bindings = TABLE
            .iter()
            .flat_map(|command| command.keys.iter().filter_map(move |keys| sequence(keys).ok().map(|keys| (keys, command))))
            .collect();
        Keymap { bindings }
    }
}

impl Keymap {
    /// What `pressed` means where `here` holds.
    pub fn meaning(&self, pressed: &[Key], here: When) -> Meaning {
        let mut continuations = Vec::new();
        for (keys, command) in &self.bindings {
            if !command.when.meets(here) {
                continue;
            }
            if keys == pressed {
                return Meaning::Command(command);
            }
            if let Some(rest) = keys.strip_prefix(pressed) {
                continuations.push(Continuation { rest: rest.to_vec(), command });
            }
        }
        if continuations.is_empty() || pressed.is_empty() { Meaning::Nothing } else { Meaning::Prefix(continuations) }
    }

    /// The first key sequence of a command, for hints: `p a`.
    pub fn keys_of(&self, command: &Command) -> String {
        self.bindings
            .iter()
            .find(|binding| binding.1.id == command.id)
            .map(|binding| binding.0.iter().map(Key::to_string).collect::<Vec<_>>().join(" "))
            .unwrap_or_default()
    }

    /// The commands that work where `here` holds and deserve a place on the hint line, the most deserving first.
    pub fn hints(&self, here: When) -> Vec<&'static Command> {
        let mut hints: Vec<&'static Command> =
            TABLE.iter().filter(|command| command.hint > 0 && command.when.meets(here)).collect();
        hints.sort_by_key(|command| std::cmp::Reverse(command.hint));
        hints
    }
}
