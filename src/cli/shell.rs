//! What a command stands in: the terminal or pipe around it, Ctrl-C, the program's folders and the opener of databases.

use std::cell::Cell;
use std::io::{IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::domain::SafeText;
use crate::engine::Opener;
use crate::settings::paths::Paths;

use super::failure::Failure;

/// The surroundings that need nothing but a process.
pub(super) struct Shell {
    /// Whether stderr is a terminal, where a progress line can be drawn over itself.
    draws: bool,
    drawn: Cell<bool>,
}

/// The surroundings of a command that opens something.
pub(super) struct Place<'a> {
    shell: &'a Shell,
    /// The program's folders.
    pub(super) paths: Paths,
    /// Opens databases.
    pub(super) opener: Arc<dyn Opener>,
    stop: Arc<AtomicBool>,
}

impl Shell {
    /// The surroundings of this process.
    pub(super) fn new() -> Shell {
        Shell { draws: std::io::stderr().is_terminal(), drawn: Cell::new(false) }
    }

    /// Adds the folders and the opener, and from now on hears Ctrl-C.
    pub(super) fn with(&self, paths: Paths, opener: Arc<dyn Opener>) -> Place<'_> {
        Place { shell: self, paths, opener, stop: Arc::default() }
    }

    /// Tells something on stderr. Text of an extract may be in it: it is made safe here.
    pub(super) fn tell(&self, text: &str) {
        self.clear_progress();
        for line in text.lines() {
            // Nobody can be told that stderr is gone.
            let _ = writeln!(std::io::stderr(), "{}", SafeText::new(line));
        }
    }

    /// Tells why the command ended.
    pub(super) fn complain(&self, failure: &Failure) {
        self.clear_progress();
        for (at, line) in failure.lines().iter().enumerate() {
            let _ = writeln!(std::io::stderr(), "{}{line}", if at == 0 { "casebook: " } else { "" });
        }
    }

    /// Draws the progress line over the last one; nothing where stderr is no terminal.
    pub(super) fn progress(&self, text: &str) {
        if !self.draws {
            return;
        }
        let width = ratatui::crossterm::terminal::size().map_or(80, |(columns, _)| usize::from(columns));
        let _ = write!(std::io::stderr(), "\r\x1b[K{}", SafeText::cut(text, width.saturating_sub(1)));
        self.drawn.set(true);
    }

    /// Takes the progress line away.
    pub(super) fn clear_progress(&self) {
        if self.drawn.replace(false) {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}

impl std::ops::Deref for Place<'_> {
    type Target = Shell;

    fn deref(&self) -> &Shell {
        self.shell
    }
}

impl Place<'_> {
    /// Hears Ctrl-C from now on: the first one asks to stop, a second one ends the program at once.
    pub(super) fn hear_interrupts(&self) -> Result<(), Failure> {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
        let deaf = |error: std::io::Error| Failure::Failed(format!("cannot listen for Ctrl-C: {error}"));
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            signal_hook::flag::register_conditional_shutdown(signal, 130, Arc::clone(&self.stop)).map_err(deaf)?;
            signal_hook::flag::register(signal, Arc::clone(&self.stop)).map_err(deaf)?;
        }
        Ok(())
    }

    /// Whether somebody asked to stop.
    pub(super) fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}
