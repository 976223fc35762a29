//! Asking the terminal whether it is light or dark, by `OSC 11`.
//!
//! The answer, `OSC 11 ; rgb:RRRR/GGGG/BBBB ST`, comes in between the keys, whenever the link lets it, or never. The library that reads
//! keys knows nothing of it and gives it as `Alt-]`, characters, and `Alt-\` (or `C-g`, where the terminal ends it by BEL). So it is put
//! together again here, and nobody waits for it. Keys that merely begin like it are let go of, none of them lost.
//!
//! Source: XTerm Control Sequences, `OSC Ps ; Pt ST` with `Ps = 11` and `?`; the form of the colour is that of `XParseColor`.

use std::time::Duration;

use crate::app::key::{Code, Key};
use crate::settings::theme::Ground;

/// The question.
pub(super) const QUESTION: &[u8] = b"\x1b]11;?\x1b\\";
/// What of the answer has not come after so long is not on its way. Long, because a slow link may bring it in parts and the rest would be
/// taken for keys; nothing but `Alt-]`, pressed before the terminal has answered, ever waits for it.
pub(super) const PATIENCE: Duration = Duration::from_secs(2);

/// What the answer begins with, after `Alt-]`.
const HEAD: &str = "11;rgb:";
/// The longest that can follow: three numbers of four digits.
const LONGEST: usize = HEAD.len() + 14;

/// What came from the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Heard {
    /// A key.
    Key(Key),
    /// The answer.
    Ground(Ground),
}

/// Listens for the answer among the keys.
#[derive(Debug, Default)]
pub(super) struct Reply {
    /// Whether the terminal was asked and has not answered.
    waits: bool,
    /// Keys that may be the beginning of the answer.
    held: Vec<Key>,
}

impl Reply {
    /// Whether an answer is waited for.
    pub(super) fn new(waits: bool) -> Reply {
        Reply { waits, held: Vec::new() }
    }

    /// Whether something is held that the next key, or none within [`PATIENCE`], decides about.
    pub(super) fn holds(&self) -> bool {
        !self.held.is_empty()
    }

    /// Takes a key in; gives what is sure by now.
    pub(super) fn take(&mut self, key: Key) -> Vec<Heard> {
        let begins = key == Key { code: Code::Char(']'), control: false, alt: true };
        if !self.waits || (self.held.is_empty() && !begins) {
            return vec![Heard::Key(key)];
        }
        let ends =
            matches!(key, Key { code: Code::Char('\\'), alt: true, .. } | Key { code: Code::Char('g'), control: true, .. });
        if ends && let Some(ground) = ground_of(&self.text()) {
            (self.waits, self.held) = (false, Vec::new());
            return vec![Heard::Ground(ground)];
        }
        self.held.push(key);
        if self.fits() { Vec::new() } else { self.release() }
    }

    /// Lets go of what is held: it was no answer.
    pub(super) fn release(&mut self) -> Vec<Heard> {
        std::mem::take(&mut self.held).into_iter().map(Heard::Key).collect()
    }

    /// The characters that are held, without the first key.
    fn text(&self) -> String {
        let characters = self.held.iter().skip(1).map(|key| match key {
            Key { code: Code::Char(character), control: false, alt: false } => *character,
            // Stands in no answer.
            _ => '?',
        });
        characters.collect()
    }

    /// Whether what is held can still become the answer.
    fn fits(&self) -> bool {
        let text = self.text();
        let rest = text.strip_prefix(HEAD);
        let numbers = rest.is_some_and(|rest| rest.chars().all(|character| character.is_ascii_hexdigit() || character == '/'));
        text.len() <= LONGEST && (numbers || HEAD.starts_with(&text))
    }
}

/// Light or dark, by the colour of an answer.
fn ground_of(text: &str) -> Option<Ground> {
    let parts: Vec<&str> = text.strip_prefix(HEAD)?.split('/').collect();
    // Each as a share of the most that its digits can say.
    let share = |part: &str| {
        let digits = u32::try_from(part.len()).ok().filter(|digits| (1..=4).contains(digits))?;
        Some(f64::from(u16::from_str_radix(part, 16).ok()?) / f64::from(16_u32.pow(digits) - 1))
    };
    let [red, green, blue] = parts.as_slice() else { return None };
    // As bright as it looks: the weights of ITU-R BT.601.
    let bright = 0.299 * share(red)? + 0.587 * share(green)? + 0.114 * share(blue)?;
    Some(if bright > 0.5 { Ground::Light } else { Ground::Dark })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(text: &str) -> Vec<Key> {
        let mut alt = false;
        let mut keys = Vec::new();
        for character in text.chars() {
            match character {
                '\x1b' => alt = true,
                '\x07' => keys.push(Key { code: Code::Char('g'), control: true, alt: false }),
                character => keys.push(Key { code: Code::Char(character), control: false, alt: std::mem::take(&mut alt) }),
            }
        }
        keys
    }

    fn heard(text: &str) -> Vec<Heard> {
        let mut reply = Reply::new(true);
        let mut heard: Vec<Heard> = keys(text).into_iter().flat_map(|key| reply.take(key)).collect();
        heard.extend(reply.release());
        heard
    }

    #[test]
    fn the_answer_is_put_together_from_keys_and_those_around_it_stay_keys() {
        for (answer, ground) in [
            ("\x1b]11;rgb:ffff/ffff/ffff\x1b\\", Ground::Light),
            ("\x1b]11;rgb:fd/f6/e3\x07", Ground::Light),
            ("\x1b]11;rgb:1515/1717/1c1c\x1b\\", Ground::Dark),
            ("\x1b]11;rgb:0/0/f\x1b\\", Ground::Dark),
        ] {
            assert_eq!(heard(answer), [Heard::Ground(ground)], "{answer:?}");
        }
        let around = heard("j\x1b]11;rgb:0/0/0\x07k");
        let wanted = [keys("j"), keys("k")].concat();
        assert_eq!(around, [Heard::Key(wanted[0]), Heard::Ground(Ground::Dark), Heard::Key(wanted[1])]);
    }

    #[test]
    fn keys_that_only_begin_like_it_are_all_let_go_of() {
        for text in [
            "\x1b]",
            "\x1b]1",
            "\x1b]j",
            "\x1b]11;rgb:zz",
            "\x1b]11;rgb:\x1b\\",
            "\x1b]11;rgb:1/2\x07",
            "\x1b]11;rgb:00000/0/0\x07",
            "\x1b]11;rgb:0000/0000/0000/0",
            "11;rgb:0/0/0\x07",
        ] {
            let wanted: Vec<Heard> = keys(text).into_iter().map(Heard::Key).collect();
            assert_eq!(heard(text), wanted, "{text:?}");
        }
    }

    #[test]
    fn after_the_answer_and_without_a_question_nothing_is_held() {
        let mut reply = Reply::new(false);
        for key in keys("\x1b]11") {
            assert_eq!(reply.take(key), [Heard::Key(key)]);
        }
        let mut reply = Reply::new(true);
        keys("\x1b]11;rgb:0/0/0\x07").into_iter().for_each(|key| drop(reply.take(key)));
        let again = keys("\x1b]")[0];
        assert_eq!((reply.take(again), reply.holds()), (vec![Heard::Key(again)], false));
    }
}
