//! Reading a theme file, with errors that name file, line and key.

use ratatui::style::{Color, Modifier, Style};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Ground, Theme};

/// Why there is no such theme.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ThemeError {
    /// No theme of this name is compiled in.
    #[error("there is no theme '{name}'; the themes are {known}", known = Theme::builtin_names().collect::<Vec<_>>().join(", "))]
    Unknown {
        /// What was asked for.
        name: String,
    },
    /// The file is not TOML.
    #[error("{file}:{line}: {problem}")]
    Syntax {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What the TOML parser says.
        problem: String,
    },
    /// A key is wrong.
    #[error("{file}:{line}: {key}: {problem}")]
    Key {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// The key, with its tables: `styles.text.fg`.
        key: String,
        /// What is wrong, and what would be right.
        problem: String,
    },
}

/// Where in which file.
struct Place<'a> {
    file: &'a str,
    text: &'a str,
}

type Entry<'a, 'i> = &'a Spanned<DeValue<'i>>;

const MODIFIERS: [(&str, Modifier); 6] = [
    ("bold", Modifier::BOLD),
    ("dim", Modifier::DIM),
    ("italic", Modifier::ITALIC),
    ("underline", Modifier::UNDERLINED),
    ("reverse", Modifier::REVERSED),
    ("strike", Modifier::CROSSED_OUT),
];

impl Place<'_> {
    fn line(&self, at: usize) -> usize {
        let before = self.text.get(..at).unwrap_or(self.text);
        before.bytes().filter(|byte| *byte == b'\n').count() + 1
    }

    fn wrong(&self, at: usize, key: impl Into<String>, problem: impl Into<String>) -> ThemeError {
        ThemeError::Key { file: self.file.to_owned(), line: self.line(at), key: key.into(), problem: problem.into() }
    }

    fn text_of(&self, key: &str, entry: Entry<'_, '_>) -> Result<String, ThemeError> {
        entry
            .get_ref()
            .as_str()
            .map(str::to_owned)
            .ok_or_else(|| self.wrong(entry.span().start, key, format!("must be text, not {}", entry.get_ref().type_str())))
    }

    fn table<'a, 'i>(&self, key: &str, entry: Entry<'a, 'i>) -> Result<&'a DeTable<'i>, ThemeError> {
        entry
            .get_ref()
            .as_table()
            .ok_or_else(|| self.wrong(entry.span().start, key, format!("must be a table, not {}", entry.get_ref().type_str())))
    }

    fn color(&self, key: &str, entry: Entry<'_, '_>, palette: &[(String, Color)]) -> Result<Color, ThemeError> {
        let text = match entry.get_ref() {
            DeValue::Integer(number) => number.as_str().to_owned(),
            _ => self.text_of(key, entry)?,
        };
        if let Some((_, color)) = palette.iter().find(|(name, _)| *name == text) {
            return Ok(*color);
        }
        text.parse().map_err(|_| {
            let problem = if palette.is_empty() {
                format!("'{text}' is not a colour; write #rrggbb, an ANSI name such as 'red', an index from 0 to 255, or 'reset'")
            } else {
                let names = palette.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ");
                format!("'{text}' is neither a colour nor in the palette ({names})")
            };
            self.wrong(entry.span().start, key, problem)
        })
    }

    fn modifiers(&self, key: &str, entry: Entry<'_, '_>) -> Result<Modifier, ThemeError> {
        let list = entry.get_ref().as_array().ok_or_else(|| {
            self.wrong(entry.span().start, key, format!("must be a list of text, not {}", entry.get_ref().type_str()))
        })?;
        let mut all = Modifier::empty();
        for item in list.iter() {
            let word = self.text_of(key, item)?;
            match MODIFIERS.iter().find(|(name, _)| *name == word) {
                Some((_, modifier)) => all |= *modifier,
                None => {
                    let names = MODIFIERS.map(|(name, _)| name).join(", ");
                    return Err(self.wrong(item.span().start, key, format!("'{word}' is not a modifier; they are {names}")));
                }
            }
        }
        Ok(all)
    }

    fn style(&self, key: &str, entry: Entry<'_, '_>, palette: &[(String, Color)]) -> Result<Style, ThemeError> {
        let mut style = Style::new();
        for (name, value) in self.table(key, entry)?.iter() {
            let inner = format!("{key}.{}", name.get_ref());
            match name.get_ref().as_ref() {
                "fg" => style = style.fg(self.color(&inner, value, palette)?),
                "bg" => style = style.bg(self.color(&inner, value, palette)?),
                "modifiers" => style = style.add_modifier(self.modifiers(&inner, value)?),
                _ => return Err(self.wrong(name.span().start, inner, "is unknown; a style has fg, bg and modifiers")),
            }
        }
        Ok(style)
    }
}

pub(super) fn parse(file: &str, text: &str) -> Result<Theme, ThemeError> {
    let place = Place { file, text };
    let document = DeTable::parse(text).map_err(|error| ThemeError::Syntax {
        file: file.to_owned(),
        line: place.line(error.span().map_or(0, |span| span.start)),
        problem: error.message().to_owned(),
    })?;
    let document = document.get_ref();
    let end = text.len();
    for name in document.keys() {
        if !["name", "about", "ground", "palette", "styles"].contains(&name.get_ref().as_ref()) {
            let problem = "is unknown; a theme has name, about, ground, palette and styles";
            return Err(place.wrong(name.span().start, name.get_ref().as_ref(), problem));
        }
    }
    let need = |key: &str| document.get(key).ok_or_else(|| place.wrong(end, key, "is missing"));
    let name = place.text_of("name", need("name")?)?;
    let about = document.get("about").map(|entry| place.text_of("about", entry)).transpose()?.unwrap_or_default();
    let ground_entry = need("ground")?;
    let ground = match place.text_of("ground", ground_entry)?.as_str() {
        "dark" => Ground::Dark,
        "light" => Ground::Light,
        "none" => Ground::None,
        other => {
            let problem = format!("'{other}' is not a ground; write dark, light or none");
            return Err(place.wrong(ground_entry.span().start, "ground", problem));
        }
    };
    let mut palette = Vec::new();
    if let Some(entry) = document.get("palette") {
        for (color, value) in place.table("palette", entry)?.iter() {
            let key = format!("palette.{}", color.get_ref());
            palette.push((color.get_ref().to_string(), place.color(&key, value, &[])?));
        }
    }
    let styles = need("styles")?;
    let mut theme = Theme::empty(name, about, ground, palette);
    let mut given = Vec::new();
    for (key, value) in place.table("styles", styles)?.iter() {
        let full = format!("styles.{}", key.get_ref());
        let style = place.style(&full, value, &theme.palette)?;
        match theme.style_mut(key.get_ref()) {
            Some(slot) => *slot = style,
            None => {
                let problem = format!("is unknown; the styles are {}", Theme::STYLES.join(" "));
                return Err(place.wrong(key.span().start, full, problem));
            }
        }
        given.push(key.get_ref().to_string());
    }
    match Theme::STYLES.iter().find(|key| !given.iter().any(|name| name == *key)) {
        Some(missing) => Err(place.wrong(styles.span().start, format!("styles.{missing}"), "is missing")),
        None => Ok(theme),
    }
}
