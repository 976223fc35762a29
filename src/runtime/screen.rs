//! The screen: terminal, theme and the drawing of frames.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::sync::Arc;

use ratatui::Terminal;
use ratatui::layout::Position;
use signal_hook::consts::SIGHUP;

use crate::app::msg::Spot;
use crate::app::state::Size;
use crate::app::{Msg, State};
use crate::settings::config::GroundFrom;
use crate::settings::paths::Paths;
use crate::settings::theme::{Depth, Ground, Theme, ThemeError};
use crate::ui;

use super::ground;
use super::terminal::{Guard, Modes};
use super::wire::{Canvas, Dialect, Link, Wire};
use super::{Incoming, Post, Preferences, RunError};

/// The terminal with a theme to draw in.
pub(super) struct Screen {
    canvas: Terminal<Canvas>,
    wire: Wire,
    link: Arc<Link>,
    theme: Theme,
    themes: Themes,
    /// The colours that are shown, where the terminal is to say whether it is light or dark.
    asks: Option<Depth>,
    /// Nothing once the terminal has been given back for good.
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

impl Screen {
    /// Takes the terminal. A wrong theme is said before the screen changes.
    pub(super) fn open(asked: Option<&str>, preferences: &Preferences, paths: &Paths, post: &Post) -> Result<Screen, RunError> {
        let variable = |name: &str| std::env::var(name).unwrap_or_default();
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let (colours, term) = (variable("COLORTERM"), variable("TERM"));
        let depth = Depth::of(&colours, &term, plain);
        // What is asked for on the command line counts before NO_COLOR, and NO_COLOR before the configuration.
        let set = preferences.theme.as_deref().filter(|_| depth != Depth::Mono);
        let ground = match preferences.terminal.ground {
            GroundFrom::Light => Ground::Light,
            GroundFrom::Dark => Ground::Dark,
            GroundFrom::Environment | GroundFrom::Terminal => Ground::of_terminal(&variable("COLORFGBG")),
        };
        let name = asked.or(set).unwrap_or(depth.theme(ground));
        let asks = asked.or(set).is_none() && ground == Ground::None && preferences.terminal.ground == GroundFrom::Terminal;
        let themes = Themes { paths: paths.clone(), ascii: preferences.ascii, depth: Depth::of(&colours, &term, false), plain };
        let shown = if asked.is_some() { themes.depth } else { depth };
        let theme = themes.named(name, shown).map_err(|error| RunError::Theme(error.to_string()))?;
        let told = post.clone();
        let link = Link::start(File::from(io::stdout().as_fd().try_clone_to_owned()?), move |done| match done {
            Ok(()) => told.give(Incoming::Drained),
            Err(error) => {
                tracing::warn!("the terminal is gone: {error}");
                told.give(Incoming::End(SIGHUP));
            }
        })?;
        let extras = &preferences.terminal;
        let modes = Modes { mouse: extras.mouse, focus: extras.notify.is_some(), title: extras.title };
        let told = post.clone();
        let guard = Guard::take(Arc::clone(&link), modes, move |what| {
            told.send(Msg::Failed(format!("a part of the program broke down and is not done: {what}")));
        })?;
        let wire = Wire::new(Dialect::of(&variable("TERM")));
        let asks = asks.then_some(shown);
        Ok(Screen { canvas: Terminal::new(Canvas)?, wire, link, theme, themes, asks, guard: Some(guard) })
    }

    /// Asks the terminal whether it is light or dark, where that is wanted and a theme depends on it; whether it was asked.
    pub(super) fn ask_for_ground(&self) -> bool {
        let asks = self.asks.is_some_and(|depth| depth.theme(Ground::Light) != depth.theme(Ground::Dark));
        if asks {
            self.link.send(ground::QUESTION);
        }
        asks
    }

    /// The terminal has answered: its ground has the theme that fits it, unless another one was chosen meanwhile.
    pub(super) fn fit_to(&mut self, ground: Ground) {
        if let Some(depth) = self.asks.take()
            && self.theme.name == depth.theme(Ground::None)
        {
            self.use_theme(depth.theme(ground));
        }
    }

    /// Gives the terminal to another program for a while, or to the shell.
    pub(super) fn lend(&self) {
        if let Some(guard) = &self.guard {
            guard.give_back();
        }
    }

    /// Takes the terminal back from the other program; whatever that left on it, the next frame is drawn whole.
    pub(super) fn take_back(&mut self) -> io::Result<()> {
        if let Some(guard) = &self.guard {
            guard.take_again()?;
        }
        self.wire.forget();
        Ok(())
    }

    /// Draws the next frame whole, because something else may have written on the terminal.
    pub(super) fn forget(&mut self) {
        self.wire.forget();
    }

    /// What writes to the terminal.
    pub(super) fn link(&self) -> Arc<Link> {
        Arc::clone(&self.link)
    }

    /// Whether the terminal has taken all that was drawn; if not, that is told when it is so.
    pub(super) fn is_free(&self) -> bool {
        self.link.is_free()
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
        self.canvas.size().map_or(Size { width: 80, height: 24 }, |size| Size { width: size.width, height: size.height })
    }

    /// Draws the state: what is another one than on the terminal is on its way there.
    pub(super) fn draw(&mut self, state: &State) {
        match self.canvas.draw(|frame| ui::render(state, &self.theme, frame)) {
            Ok(frame) => self.link.send(&self.wire.frame(frame.buffer)),
            Err(error) => tracing::warn!("cannot draw: {error}"),
        }
    }

    /// What can be chosen on a cell of the screen.
    pub(super) fn spot(&self, state: &State, at: Position) -> Option<Spot> {
        ui::spot(state, &self.theme, at)
    }

    /// Gives the terminal back.
    pub(super) fn close(&mut self) {
        self.guard = None;
    }
}
