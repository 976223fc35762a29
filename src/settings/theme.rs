//! Themes: how each thing that is drawn looks. Data from `themes/*.toml`, read into plain styles.
//!
//! A theme file names itself (`name`, `about`, `ground`), may give colours names of its own (`[palette]`), and says for every style in
//! `[styles]` a foreground, a background and modifiers. Colours are `#rrggbb`, the sixteen names of ANSI, an index from 0 to 255, `reset`
//! for the terminal's own, or a name from the palette.

mod parse;
#[cfg(test)]
mod tests;

use ratatui::style::{Color, Style};

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

/// The themes that are compiled in: name and file.
const BUILTIN: [(&str, &str); 3] = [
    ("dark", include_str!("../../themes/dark.toml")),
    ("light", include_str!("../../themes/light.toml")),
    ("mono", include_str!("../../themes/mono.toml")),
];

impl Theme {
    /// The names of the themes that are compiled in.
    pub fn builtin_names() -> impl Iterator<Item = &'static str> {
        BUILTIN.iter().map(|(name, _)| *name)
    }

    /// A theme that is compiled in.
    pub fn builtin(name: &str) -> Result<Theme, ThemeError> {
        match BUILTIN.iter().find(|(known, _)| *known == name) {
            Some((known, text)) => Theme::parse(&format!("themes/{known}.toml"), text),
            None => Err(ThemeError::Unknown { name: name.to_owned() }),
        }
    }

    /// Reads a theme; `file` is what errors call it.
    pub fn parse(file: &str, text: &str) -> Result<Theme, ThemeError> {
        parse::parse(file, text)
    }

    /// The same theme with nothing but ASCII for lines, bars and marks.
    pub fn with_ascii(mut self, ascii: bool) -> Theme {
        self.ascii = ascii;
        self
    }
}
