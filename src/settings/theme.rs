//! Themes: how each thing that is drawn looks. Data from `themes/*.toml`, read into plain styles.
//!
//! A theme file names itself (`name`, `about`, `ground`), may give colours names of its own (`[palette]`), and says for every style in
//! `[styles]` a foreground, a background and modifiers. One that `inherits` from another says only what is different: a palette of its own
//! recolours all styles. Colours are `#rrggbb`, the sixteen names of ANSI, an index from 0 to 255, `reset`
//! for the terminal's own, or a name from the palette.

mod depth;
mod parse;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

use ratatui::style::{Color, Modifier, Style};

use super::paths::Paths;

pub use depth::Depth;
pub use parse::ThemeError;

/// What a theme expects to be drawn on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    /// Light ink on a dark ground.
    Dark,
    /// Dark ink on a light ground.
    Light,
    /// The terminal's own ground and ink.
    None,
}

macro_rules! styles {
    ($($(#[$doc:meta])* $field:ident = $key:literal),* $(,)?) => {
        /// How each thing looks. Styles other than `text`, `popup` and `input` are laid over the ground they are drawn on.
        #[derive(Debug, Clone, PartialEq)]
        pub struct Theme {
            /// The name it is chosen by.
            pub name: String,
            /// One line about it.
            pub about: String,
            /// What it expects to be drawn on.
            pub ground: Ground,
            /// Whether only ASCII may be drawn for lines, bars and marks. The terminal decides, not the file.
            pub ascii: bool,
            /// The file's own names for colours, in the file's alphabetical order.
            pub palette: Vec<(String, Color)>,
            $($(#[$doc])* pub $field: Style,)*
        }

        impl Theme {
            /// The keys of `[styles]`: every theme has exactly these.
            pub const STYLES: &'static [&'static str] = &[$($key),*];

            fn empty(name: String, about: String, ground: Ground, palette: Vec<(String, Color)>) -> Theme {
                Theme { name, about, ground, ascii: false, palette, $($field: Style::new()),* }
            }

            fn style_mut(&mut self, key: &str) -> Option<&mut Style> {
                match key {
                    $($key => Some(&mut self.$field),)*
                    _ => None,
                }
            }

            /// The style with this key of `[styles]`.
            pub fn style(&self, key: &str) -> Option<Style> {
                match key {
                    $($key => Some(self.$field),)*
                    _ => None,
                }
            }
        }
    };
}

styles! {
    /// Plain text and the ground of everything.
    text = "text",
    /// What matters less.
    dim = "dim",
    /// A value that is not there.
    null = "null",
    /// What stands out, in the one accent colour.
    accent = "accent",
    /// The title of a pane.
    title = "title",
    /// The title of the pane in focus.
    title_focused = "title_focused",
    /// The frame of a pane.
    border = "border",
    /// The frame of the pane in focus, and of a popup.
    border_focused = "border_focused",
    /// The ground and ink of popups.
    popup = "popup",
    /// The current row or item, and rows that are selected.
    selection = "selection",
    /// The current cell, and the text cursor.
    cursor = "cursor",
    /// The heads of columns.
    header = "header",
    /// Bars that show shares.
    bar = "bar",
    /// Sparklines.
    spark = "spark",
    /// The columns of the time histogram.
    histogram = "histogram",
    /// The current bucket of the time histogram.
    histogram_cursor = "histogram_cursor",
    /// The time range that is being chosen.
    brush = "brush",
    /// The mark that shows where in a long list one is.
    scroll = "scroll",
    /// A label that speaks for an entity.
    good = "good",
    /// A label that speaks against an entity.
    bad = "bad",
    /// A label that takes no side.
    neutral = "neutral",
    /// A row that is kept as evidence.
    pin = "pin",
    /// A message to take note of.
    warning = "warning",
    /// A message that something failed.
    error = "error",
    /// A visible escape: a character of an extract that was not fit to draw. Nothing else looks like it.
    escape = "escape",
    /// Sensitive content that has not been revealed.
    masked = "masked",
    /// What a search found.
    matched = "match",
    /// A key to press.
    key_hint = "key_hint",
    /// What the key does.
    hint = "hint",
    /// A line that is being typed.
    input = "input",
    /// What stands in an empty line to say what belongs there.
    placeholder = "placeholder",
    /// Filter language: the name of a field.
    field = "field",
    /// Filter language: `:`, `>`, `~`, `-` and the like.
    operator = "operator",
    /// Filter language: a value.
    value = "value",
    /// Filter language: `or`, `not`, parentheses.
    keyword = "keyword",
    /// Filter language: what is wrong, where it stands.
    mistake = "mistake",
    /// Severity: for information.
    severity_info = "severity_info",
    /// Severity: low.
    severity_low = "severity_low",
    /// Severity: medium.
    severity_medium = "severity_medium",
    /// Severity: high.
    severity_high = "severity_high",
    /// Severity: critical.
    severity_critical = "severity_critical",
}

/// The themes that are compiled in, by name and file, in the order in which they are offered.
const BUILTIN: [(&str, &str); 9] = [
    ("dark", include_str!("../../themes/dark.toml")),
    ("light", include_str!("../../themes/light.toml")),
    ("slate", include_str!("../../themes/slate.toml")),
    ("dusk", include_str!("../../themes/dusk.toml")),
    ("paper", include_str!("../../themes/paper.toml")),
    ("contrast", include_str!("../../themes/contrast.toml")),
    ("safe", include_str!("../../themes/safe.toml")),
    ("ansi", include_str!("../../themes/ansi.toml")),
    ("mono", include_str!("../../themes/mono.toml")),
];

impl Theme {
    /// The names of the themes that are compiled in.
    pub fn builtin_names() -> impl Iterator<Item = &'static str> {
        BUILTIN.iter().map(|(name, _)| *name)
    }

    /// A theme that is compiled in.
    pub fn builtin(name: &str) -> Result<Theme, ThemeError> {
        match builtin_text(name) {
            Some((file, text)) => Theme::parse(&file, &text),
            None => {
                Err(ThemeError::Unknown { name: name.to_owned(), known: Theme::builtin_names().collect::<Vec<_>>().join(", ") })
            }
        }
    }

    /// The names of all themes: those that are compiled in, then the user's own, by name.
    pub fn names(paths: &Paths) -> Vec<String> {
        let mut names: Vec<String> = Theme::builtin_names().map(str::to_owned).collect();
        let entries = std::fs::read_dir(folder(paths)).into_iter().flatten().flatten();
        let mut own: Vec<String> = entries
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
            .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
            .filter(|name| !names.contains(name))
            .collect();
        own.sort();
        names.extend(own);
        names
    }

    /// The theme with a name: the user's own `themes/NAME.toml`, else the one that is compiled in.
    pub fn named(name: &str, paths: &Paths) -> Result<Theme, ThemeError> {
        // A theme of one's own may bear the name of the built-in one that it inherits from.
        let library = |wanted: &str, by: &str| {
            own_text(wanted, paths).ok().flatten().filter(|(file, _)| file != by).or_else(|| builtin_text(wanted))
        };
        match own_text(name, paths)? {
            Some((file, text)) => parse::parse(&file, &text, &library),
            None if builtin_text(name).is_some() => Theme::builtin(name),
            None => Err(ThemeError::Unknown { name: name.to_owned(), known: Theme::names(paths).join(", ") }),
        }
    }

    /// Reads a theme that stands on built-in ones at most; `file` is what errors call it.
    pub fn parse(file: &str, text: &str) -> Result<Theme, ThemeError> {
        parse::parse(file, text, &|name, _| builtin_text(name))
    }

    /// The same theme with nothing but ASCII for lines, bars and marks.
    pub fn with_ascii(mut self, ascii: bool) -> Theme {
        self.ascii = ascii;
        self
    }

    /// The same theme in colours that a terminal of this depth has.
    pub fn with_depth(mut self, depth: Depth) -> Theme {
        // Without its grounds a theme in colours shows no cursor and no selection: what is left without colours is the theme for that.
        if depth == Depth::Mono
            && let Ok(plain) = Theme::builtin("mono")
        {
            return Theme { name: self.name, about: self.about, ascii: self.ascii, ..plain };
        }
        for key in Theme::STYLES {
            if let Some(style) = self.style_mut(key) {
                style.fg = style.fg.map(|color| depth.nearest(color));
                style.bg = style.bg.map(|color| depth.nearest(color));
            }
        }
        // Grounds that are near each other may have become one: what is chosen is turned round then, so that it is still seen.
        let grounds = [self.text.bg, self.popup.bg, self.input.bg];
        for style in [&mut self.selection, &mut self.brush] {
            if style.bg.is_some() && grounds.contains(&style.bg) {
                *style = Style { bg: None, ..*style }.add_modifier(Modifier::REVERSED);
            }
        }
        self
    }
}

fn builtin_text(name: &str) -> Option<(String, String)> {
    BUILTIN.iter().find(|(known, _)| *known == name).map(|(known, text)| (format!("themes/{known}.toml"), (*text).to_owned()))
}

fn folder(paths: &Paths) -> PathBuf {
    paths.config.join("themes")
}

/// The user's own theme of this name. A name is one part of a path: it leads nowhere else.
fn own_text(name: &str, paths: &Paths) -> Result<Option<(String, String)>, ThemeError> {
    if name.is_empty() || name.starts_with('.') || name.contains(['/', '\\', '\0']) {
        return Ok(None);
    }
    let path = folder(paths).join(format!("{name}.toml"));
    let file = path.display().to_string();
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(Some((file, text))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(ThemeError::Unreadable { file, problem: error.to_string() }),
    }
}
