//! The terminal, put into the state that a full-screen program needs, and back on every way out: return, error, panic, signal.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ratatui::crossterm::terminal::{disable_raw_mode, enable_raw_mode};

use super::wire::Link;

/// Whether the terminal is ours at the moment. The panic hook and the thread that hears signals have no other way to know.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// What is switched on beside what every full-screen program needs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Modes {
    /// The terminal tells of clicks and of the wheel.
    pub(super) mouse: bool,
    /// The terminal tells whether it has the focus.
    pub(super) focus: bool,
    /// The title is ours; the one before is kept by the terminal.
    pub(super) title: bool,
}

impl Modes {
    /// Alternate screen, no cursor, bracketed paste, and what is wanted.
    fn on(self) -> String {
        let when = |on: bool, text: &'static str| if on { text } else { "" };
        [
            when(self.title, "\x1b[22;2t"),
            "\x1b[?1049h\x1b[?25l\x1b[?2004h",
            when(self.mouse, "\x1b[?1000h\x1b[?1006h"),
            when(self.focus, "\x1b[?1004h"),
        ]
        .concat()
    }

    /// All of it back, in the other order. A frame that was broken off is ended first.
    fn off(self) -> String {
        let when = |on: bool, text: &'static str| if on { text } else { "" };
        [
            "\x1b[?2026l",
            when(self.focus, "\x1b[?1004l"),
            when(self.mouse, "\x1b[?1006l\x1b[?1000l"),
            "\x1b[?2004l\x1b[m\x1b[?1049l\x1b[?25h",
            when(self.title, "\x1b[23;2t"),
        ]
        .concat()
    }
}

/// Holds the terminal; gives it back when dropped.
#[derive(Debug)]
pub(super) struct Guard {
    link: Arc<Link>,
    modes: Modes,
}

impl Guard {
    /// Takes the terminal. From here on a panic of this thread gives it back before it is reported; one of another thread is told to
    /// `broke`, because the program goes on.
    pub(super) fn take(link: Arc<Link>, modes: Modes, broke: impl Fn(String) + Send + Sync + 'static) -> io::Result<Guard> {
        let report = std::panic::take_hook();
        let here = std::thread::current().id();
        let hook_link = Arc::clone(&link);
        std::panic::set_hook(Box::new(move |info| {
            if std::thread::current().id() == here || !is_ours() {
                give_back(&hook_link, modes);
                report(info);
            } else {
                tracing::error!("a thread broke down: {info}");
                broke(info.to_string());
            }
        }));
        let guard = Guard { link, modes };
        guard.take_again()?;
        Ok(guard)
    }

    /// Takes the terminal again, after another program had it.
    pub(super) fn take_again(&self) -> io::Result<()> {
        enable_raw_mode()?;
        TAKEN.store(true, Ordering::SeqCst);
        self.link.write_now(self.modes.on().as_bytes())
    }

    /// Gives the terminal back, once. Until it is taken again nothing is to be drawn.
    pub(super) fn give_back(&self) {
        give_back(&self.link, self.modes);
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.give_back();
    }
}

/// Whether the terminal is ours at the moment: not before it is taken, and not while another program has it.
pub(super) fn is_ours() -> bool {
    TAKEN.load(Ordering::SeqCst)
}

/// A terminal that is gone cannot be mended; its errors are of no use to anybody.
fn give_back(link: &Link, modes: Modes) {
    if TAKEN.swap(false, Ordering::SeqCst) {
        let _ = link.write_now(modes.off().as_bytes());
        let _ = disable_raw_mode();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_switched_on_is_switched_off() {
        for modes in [Modes::default(), Modes { mouse: true, focus: true, title: true }] {
            let off = modes.off();
            for mode in modes.on().split("\x1b[?").skip(1).filter_map(|part| part.split_once(['h', 'l'])).map(|(mode, _)| mode) {
                let back = if mode == "25" { 'h' } else { 'l' };
                assert!(off.contains(&format!("\x1b[?{mode}{back}")), "{mode} stays as it is set");
            }
            assert_eq!(modes.on().contains("[22;2t"), off.contains("[23;2t"));
        }
    }
}
