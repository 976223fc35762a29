//! From pressed keys to commands: the keys of the action table, a preset over them, a user's own over both.

use super::command::{Command, TABLE, When, by_id};
use super::key::{Code, Key, sequence};
use crate::investigate::filter::nearest::nearest;

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

/// A preset: keys that take the place of the table's own.
struct Preset {
    name: &'static str,
    keys: &'static [(&'static str, &'static [&'static str])],
}

/// The presets. `less-vim` is for hands that know those two: `g g`, `Z Z`, `C-f`, `C-o`.
const PRESETS: [Preset; 2] = [
    Preset { name: "default", keys: &[] },
    Preset {
        name: "less-vim",
        keys: &[
            ("first", &["g g", "Home", "<"]),
            ("links-shallower", &["H"]),
            ("last", &["G", "End"]),
            ("page-down", &["C-f", "PageDown"]),
            ("page-up", &["b", "PageUp"]),
            ("down", &["j", "Down", "C-e"]),
            ("up", &["k", "Up", "C-y"]),
            ("trail-back", &["Backspace", "C-o"]),
            ("quit", &["Q", "Z Z", "Z Q", "C-c"]),
        ],
    },
];

/// Something wrong with keys that were asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct KeyMistake {
    /// The place among the bindings that were asked for; `None` for the preset.
    pub binding: Option<usize>,
    /// What is wrong, and what would be right.
    pub problem: String,
}

/// Keys that terminals or tmux keep for themselves, or that are another key in disguise.
const SWALLOWED: [&str; 6] = ["C-h", "C-j", "C-m", "C-i", "C-b", "C-a"];

impl Keymap {
    /// The names of the presets.
    pub fn presets() -> impl Iterator<Item = &'static str> {
        PRESETS.iter().map(|preset| preset.name)
    }

    /// The keys of the table with a preset and keys of single commands (by id) over them. What is wrong is told and left as it was.
    pub fn with(preset: Option<&str>, own: &[(&str, &[String])]) -> (Keymap, Vec<KeyMistake>) {
        let mut keymap = Keymap::default();
        let mut mistakes = Vec::new();
        match preset.map(|name| (name, PRESETS.iter().find(|preset| preset.name == name))) {
            Some((_, Some(preset))) => {
                for (id, keys) in preset.keys {
                    if let Some(command) = by_id(id) {
                        keymap.rebind(command, keys.iter().filter_map(|keys| sequence(keys).ok()).collect());
                    }
                }
            }
            Some((name, None)) => {
                let known = Keymap::presets().collect::<Vec<_>>().join(", ");
                let problem = format!("there is no preset '{name}'; the presets are {known}");
                mistakes.push(KeyMistake { binding: None, problem });
            }
            None => {}
        }
        // First all keys, then what they collide with: two commands may trade theirs.
        let mut set = Vec::new();
        for (at, (id, keys)) in own.iter().enumerate() {
            match read(id, keys) {
                Ok((command, keys)) => {
                    let before = keymap.rebind(command, keys);
                    set.push((at, command, before));
                }
                Err(problem) => mistakes.push(KeyMistake { binding: Some(at), problem }),
            }
        }
        for (at, command, before) in set {
            if let Some(problem) = keymap.collision(command) {
                keymap.rebind(command, before);
                mistakes.push(KeyMistake { binding: Some(at), problem });
            }
        }
        mistakes.sort_by_key(|mistake| mistake.binding);
        (keymap, mistakes)
    }

    /// Gives a command these keys and no others; returns those that it had.
    fn rebind(&mut self, command: &'static Command, keys: Vec<Vec<Key>>) -> Vec<Vec<Key>> {
        let (old, mut kept): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.bindings).into_iter().partition(|binding| binding.1.id == command.id);
        kept.extend(keys.into_iter().map(|keys| (keys, command)));
        self.bindings = kept;
        old.into_iter().map(|(keys, _)| keys).collect()
    }

    /// What the keys of a command collide with, if they do.
    fn collision(&self, command: &Command) -> Option<String> {
        let standard = Keymap::default();
        let mine = self.bindings.iter().filter(|binding| binding.1.id == command.id);
        for (keys, _) in mine {
            for (other, with) in &self.bindings {
                if with.id == command.id || !with.when.can_coincide(command.when) {
                    continue;
                }
                // What the table itself has beside each other is told apart by what is under the cursor.
                let settled = standard.has(keys, command) && standard.has(other, with);
                if !settled && (keys.starts_with(other) || other.starts_with(keys)) {
                    let (keys, other) = (written(keys), written(other));
                    return Some(match keys == other {
                        true => format!("{keys} is taken by {} where both work; give {} other keys too", with.id, with.id),
                        false => format!("{keys} collides with {other} of {}: one would hide the other", with.id),
                    });
                }
            }
        }
        None
    }

    fn has(&self, keys: &[Key], command: &Command) -> bool {
        self.bindings.iter().any(|binding| binding.0 == keys && binding.1.id == command.id)
    }

    /// Every command with its keys, in the order of the action table.
    pub fn table(&self) -> Vec<(&'static Command, Vec<String>)> {
        let keys = |command: &Command| -> Vec<String> {
            self.bindings.iter().filter(|binding| binding.1.id == command.id).map(|binding| written(&binding.0)).collect()
        };
        TABLE.iter().map(|command| (command, keys(command))).collect()
    }

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
        self.bindings.iter().find(|binding| binding.1.id == command.id).map(|binding| written(&binding.0)).unwrap_or_default()
    }

    /// The same; and where those are a function key, which many terminals and multiplexers keep for themselves, the next keys too.
    pub fn sure_keys_of(&self, command: &Command) -> String {
        let mut bound = self.bindings.iter().filter(|binding| binding.1.id == command.id).map(|binding| &binding.0);
        match (bound.next(), bound.next()) {
            (Some(first), Some(next)) if matches!(first.as_slice(), [Key { code: Code::F(_), .. }]) => {
                format!("{} or {}", written(first), written(next))
            }
            (first, _) => first.map(|keys| written(keys)).unwrap_or_default(),
        }
    }

    /// The commands that work where `here` holds and deserve a place on the hint line, the most deserving first.
    pub fn hints(&self, here: When) -> Vec<&'static Command> {
        let mut hints: Vec<&'static Command> =
            TABLE.iter().filter(|command| command.hint > 0 && command.when.meets(here)).collect();
        hints.sort_by_key(|command| std::cmp::Reverse(command.hint));
        hints
    }
}

/// Keys as they are written: `p a`.
fn written(keys: &[Key]) -> String {
    keys.iter().map(Key::to_string).collect::<Vec<_>>().join(" ")
}

/// A command and key sequences for it, from what was written.
fn read(id: &str, keys: &[String]) -> Result<(&'static Command, Vec<Vec<Key>>), String> {
    let Some(command) = by_id(id) else {
        let near = nearest(id, TABLE.iter().map(|command| command.id));
        let near = near.map(|known| format!("; did you mean {known}?")).unwrap_or_default();
        return Err(format!("there is no command '{id}'{near} `casebook keys` lists them"));
    };
    let mut read = Vec::new();
    for keys in keys {
        let sequence = sequence(keys).map_err(|error| error.to_string())?;
        match sequence.as_slice() {
            [] => return Err("an empty text is no key; [] takes the keys away".to_owned()),
            [one] if SWALLOWED.contains(&one.to_string().as_str()) => {
                return Err(format!("{one} does not reach the program in every terminal and tmux; take another one"));
            }
            _ => read.push(sequence),
        }
    }
    Ok((command, read))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(preset: Option<&str>, own: &[(&str, &[&str])]) -> (Keymap, Vec<String>) {
        let own: Vec<(&str, Vec<String>)> =
            own.iter().map(|(id, keys)| (*id, keys.iter().map(|key| (*key).to_owned()).collect())).collect();
        let own: Vec<(&str, &[String])> = own.iter().map(|(id, keys)| (*id, keys.as_slice())).collect();
        let (keymap, mistakes) = Keymap::with(preset, &own);
        (keymap, mistakes.iter().map(ToString::to_string).collect())
    }

    fn command(id: &str) -> &'static Command {
        by_id(id).unwrap()
    }

    #[test]
    fn a_command_takes_the_keys_that_it_is_given() {
        let (keymap, mistakes) = with(None, &[("pin", &["b", "X p"])]);
        assert_eq!(mistakes, [""; 0]);
        assert_eq!(keymap.keys_of(command("pin")), "b");
        assert_eq!(keymap.meaning(&sequence("m").unwrap(), command("pin").when), Meaning::Nothing);
        assert_eq!(keymap.meaning(&sequence("X p").unwrap(), command("pin").when), Meaning::Command(command("pin")));
        let (keymap, _) = with(None, &[("pin", &[])]);
        assert_eq!(keymap.keys_of(command("pin")), "", "keys can be taken away");
    }

    #[test]
    fn two_commands_may_trade_keys_but_not_share_them() {
        let (keymap, mistakes) = with(None, &[("pin", &["t"]), ("label", &["m"])]);
        assert_eq!(mistakes, [""; 0]);
        assert_eq!((keymap.keys_of(command("pin")).as_str(), keymap.keys_of(command("label")).as_str()), ("t", "m"));
        let (keymap, mistakes) = with(None, &[("pin", &["t"])]);
        assert_eq!(mistakes, ["t is taken by label where both work; give label other keys too"]);
        assert_eq!(keymap.keys_of(command("pin")), "m", "what is wrong stays as it was");
    }

    #[test]
    fn mistakes_are_told() {
        let own: &[(&str, &[&str])] =
            &[("pni", &["b"]), ("pin", &["Entre"]), ("note", &["C-h"]), ("label", &["p"]), ("case", &[""])];
        let (_, mistakes) = with(Some("emacs"), own);
        assert_eq!(mistakes[0], "there is no preset 'emacs'; the presets are default, less-vim");
        assert_eq!(mistakes[1], "there is no command 'pni'; did you mean pin? `casebook keys` lists them");
        assert!(mistakes[2].starts_with("'Entre' is not a key"), "{}", mistakes[2]);
        assert!(mistakes[3].starts_with("C-h does not reach"), "{}", mistakes[3]);
        assert!(mistakes[4].starts_with("p collides with p "), "{}", mistakes[4]);
        assert!(mistakes[5].starts_with("an empty text"), "{}", mistakes[5]);
        assert_eq!(mistakes.len(), 6);
    }

    #[test]
    fn no_preset_collides_with_itself_and_every_id_in_it_is_one() {
        for preset in &PRESETS {
            let (keymap, mistakes) = with(Some(preset.name), &[]);
            assert_eq!(mistakes, [""; 0]);
            for (id, keys) in preset.keys {
                assert_eq!(keymap.collision(command(id)), None, "{}: {id}", preset.name);
                assert_eq!(keymap.keys_of(command(id)), keys[0]);
                assert!(keys.iter().all(|keys| !SWALLOWED.contains(keys)), "{id}");
            }
        }
    }
}
