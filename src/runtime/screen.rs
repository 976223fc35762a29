//! The screen: terminal, theme and the drawing of frames.

use std::io::{self, BufWriter, Stdout};

use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::terminal::{BeginSynchronizedUpdate, EndSynchronizedUpdate};
use ratatui::crossterm::{execute, queue};

use crate::app::State;
use crate::app::state::Size;
use crate::settings::paths::Paths;
use crate::settings::theme::{Depth, Ground, Theme, ThemeError};
use crate::ui;

use super::terminal::{Guard, give_back};
use super::{Preferences, RunError};

/// The terminal with a theme to draw in.
pub(super) struct Screen {
    terminal: Terminal<CrosstermBackend<BufWriter<Stdout>>>,
    theme: Theme,
    themes: Themes,
    guard: Option<Guard>,
}

/// Where themes come from, and what this terminal makes of them.
struct Themes {
    paths: Paths,
    ascii: bool,
    /// The colours that there are, whether they are wanted or not.
    depth: Depth,
    /// Whether `NO_COLOR` asks for none.
    plain: bool,
}

impl Themes {
    fn named(&self, name: &str, depth: Depth) -> Result<Theme, ThemeError> {
        Ok(Theme::named(name, &self.paths)?.with_ascii(self.ascii).with_depth(depth))
    }
}

/// A terminal whose screen is empty, as the alternate screen is when it has been entered. `Terminal::clear` would ask the terminal where
/// its cursor is, and not every one answers.
fn blank() -> io::Result<Terminal<CrosstermBackend<BufWriter<Stdout>>>> {
    Terminal::new(CrosstermBackend::new(BufWriter::with_capacity(BUFFER, io::stdout())))
}

/// One frame fits: it reaches the terminal in one write.
const BUFFER: usize = 1 << 18;

impl Screen {
    /// Takes the terminal. A wrong theme is said before the screen changes.
    pub(super) fn open(asked: Option<&str>, preferences: &Preferences, paths: &Paths) -> Result<Screen, RunError> {
        let variable = |name: &str| std::env::var(name).unwrap_or_default();
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let (colours, term) = (variable("COLORTERM"), variable("TERM"));
        let depth = Depth::of(&colours, &term, plain);
        // What is asked for on the command line counts before NO_COLOR, and NO_COLOR before the configuration.
        let set = preferences.theme.as_deref().filter(|_| depth != Depth::Mono);
        let name = asked.or(set).unwrap_or(depth.theme(Ground::of_terminal(&variable("COLORFGBG"))));
        let themes = Themes { paths: paths.clone(), ascii: preferences.ascii, depth: Depth::of(&colours, &term, false), plain };
        let shown = if asked.is_some() { themes.depth } else { depth };
        let theme = themes.named(name, shown).map_err(|error| RunError::Theme(error.to_string()))?;
        // Under NO_COLOR crossterm resets the style after every colour, which drops reverse video and with it the cursor. The mono
        // theme has no colours, so that writing in colour writes none.
        ratatui::crossterm::style::force_color_output(true);
        let guard = Guard::take()?;
        Ok(Screen { terminal: blank()?, theme, themes, guard: Some(guard) })
    }

    /// Gives the terminal to another program for a while.
    pub(super) fn lend(&self) {
        give_back();
    }

    /// Takes the terminal back from the other program; whatever that left on it, the next frame is drawn whole.
    pub(super) fn take_back(&mut self) -> io::Result<()> {
        if let Some(guard) = &self.guard {
            guard.take_again()?;
        }
        self.terminal = blank()?;
        Ok(())
    }

    pub(super) fn theme_name(&self) -> &str {
        &self.theme.name
    }

    pub(super) fn theme_names(&self) -> Vec<String> {
        Theme::names(&self.themes.paths)
    }

    /// Draws in another theme from now on. It was chosen here and now, which counts before `NO_COLOR`.
    pub(super) fn use_theme(&mut self, name: &str) {
        if let Ok(theme) = self.themes.named(name, self.themes.depth) {
            self.theme = theme;
        }
    }

    /// What there is to say of a theme that is kept.
    pub(super) const fn but_theme(&self) -> Option<&'static str> {
        if self.themes.plain { Some("NO_COLOR counts before it") } else { None }
    }

    pub(super) fn size(&self) -> Size {
        self.terminal.size().map_or(Size { width: 80, height: 24 }, |size| Size { width: size.width, height: size.height })
    }

    /// Draws the state. A terminal that is gone is noticed by the thread that reads from it; here there is nobody to tell.
    pub(super) fn draw(&mut self, state: &State) {
        if let Err(error) = self.frame(state) {
            tracing::warn!("cannot draw: {error}");
        }
    }

    /// One frame, marked as one update: terminals that know the marks show it whole, the others pass over them.
    fn frame(&mut self, state: &State) -> io::Result<()> {
        queue!(self.terminal.backend_mut(), BeginSynchronizedUpdate)?;
        self.terminal.draw(|frame| ui::render(state, &self.theme, frame))?;
        execute!(self.terminal.backend_mut(), EndSynchronizedUpdate)
    }

    /// Gives the terminal back.
    pub(super) fn close(&mut self) {
        self.guard = None;
        give_back();
    }
}
