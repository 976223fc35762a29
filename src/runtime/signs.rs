//! What is said to whoever sits at the terminal beside the frames, where it is asked for: the title, the bell, notifications.
//!
//! Sources: XTerm Control Sequences (`OSC 2`, `CSI 22 ; 2 t`); iTerm2 and ConEmu for `OSC 9`; urxvt for `OSC 777 ; notify`; tmux(1),
//! `allow-passthrough`, for what goes through tmux to the terminal around it.

use std::sync::Arc;
use std::time::Duration;

use crate::app::State;
use crate::app::state::{Message, Tone};
use crate::domain::SafeText;
use crate::settings::config::{Extras, Notify};

use super::terminal;
use super::wire::Link;

/// What has run for so long is worth a notification when it is known that nobody looks.
const UNSEEN: Duration = Duration::from_secs(2);

/// Columns of a title or a notification at most.
const LONGEST: usize = 120;

/// What was said so far.
pub(super) struct Signs {
    extras: Extras,
    link: Arc<Link>,
    in_tmux: bool,
    /// Whether the terminal has the focus, as far as it told.
    focused: Option<bool>,
    title: String,
    message: Option<Message>,
}

impl Signs {
    pub(super) fn new(extras: Extras, link: Arc<Link>) -> Signs {
        let in_tmux = std::env::var_os("TMUX").is_some_and(|value| !value.is_empty());
        Signs { extras, link, in_tmux, focused: None, title: String::new(), message: None }
    }

    /// The terminal told whether it has the focus.
    pub(super) fn focus(&mut self, focused: bool) {
        self.focused = Some(focused);
    }

    /// Another program had the terminal: the title has to be said again.
    pub(super) fn forget(&mut self) {
        self.title.clear();
    }

    /// Something that took a while has ended.
    pub(super) fn ended(&self, what: &str, took: Duration) {
        let long = took >= self.extras.notify_after;
        if self.extras.bell && long {
            self.send("\x07");
        }
        let Some(notify) = self.extras.notify else { return };
        if long || (took >= UNSEEN && self.focused == Some(false)) {
            let text = format!("{what}: ended after {} s", took.as_secs());
            self.send(&notification(notify, &text, self.in_tmux));
        }
    }

    /// Says what is another thing than before: the title, and by the bell that something failed.
    pub(super) fn look(&mut self, state: &State) {
        let failed = state.message.as_ref().is_some_and(|message| message.tone == Tone::Error);
        if self.extras.bell && failed && state.message != self.message {
            self.send("\x07");
        }
        if self.message != state.message {
            self.message.clone_from(&state.message);
        }
        if self.extras.title {
            let title = title(state);
            if title != self.title {
                self.send(&format!("\x1b]2;{}\x07", safe(&title)));
                self.title = title;
            }
        }
    }

    fn send(&self, text: &str) {
        if terminal::is_ours() {
            self.link.send(text.as_bytes());
        }
    }
}

/// What is open, and in what.
fn title(state: &State) -> String {
    let Some(extract) = &state.extract else { return "casebook".to_owned() };
    let last = |path: &str| path.rsplit('/').find(|part| !part.is_empty()).unwrap_or(path).to_owned();
    let mut name = extract.sources.first().map(|source| last(&source.path)).unwrap_or_default();
    if extract.sources.len() > 1 {
        name.push_str(&format!(" and {} more", extract.sources.len() - 1));
    }
    match state.case.dir.as_str() {
        "" => format!("{name} - casebook"),
        dir => format!("{name} - {} - casebook", last(dir)),
    }
}

/// A text in which nothing is left that a terminal would obey, or that would end the sequence it stands in.
fn safe(text: &str) -> String {
    SafeText::cut(text, LONGEST).as_str().to_owned()
}

fn notification(notify: Notify, text: &str, in_tmux: bool) -> String {
    let text = safe(text);
    let sequence = match notify {
        Notify::Osc9 => format!("\x1b]9;casebook: {text}\x07"),
        Notify::Osc777 => format!("\x1b]777;notify;casebook;{text}\x07"),
    };
    match in_tmux {
        true => format!("\x1bPtmux;{}\x1b\\", sequence.replace('\x1b', "\x1b\x1b")),
        false => sequence,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notification_is_one_sequence_whatever_stands_in_it() {
        assert_eq!(notification(Notify::Osc9, "done", false), "\x1b]9;casebook: done\x07");
        assert_eq!(
            notification(Notify::Osc777, "a\x07\x1b]52;c;x\x07", false),
            "\x1b]777;notify;casebook;a\\x07\\x1b]52;c;x\\x07\x07"
        );
        assert_eq!(notification(Notify::Osc9, "done", true), "\x1bPtmux;\x1b\x1b]9;casebook: done\x07\x1b\\");
    }
}
