//! Reading a theme file, with errors that name file, line and key.

use ratatui::style::{Color, Modifier, Style};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Ground, Theme};

/// Why there is no such theme.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ThemeError {
    /// There is no theme of this name.
    #[error("there is no theme '{name}'; the themes are {known}")]
    Unknown {
        /// What was asked for.
        name: String,
        /// The names that there are.
        known: String,
    },
    /// The file cannot be read.
    #[error("{file}: {problem}")]
    Unreadable {
        /// The file.
        file: String,
        /// Why not.
        problem: String,
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

impl<'a> Place<'a> {
    fn document(&self) -> Result<Spanned<DeTable<'a>>, ThemeError> {
        DeTable::parse(self.text).map_err(|error| ThemeError::Syntax {
            file: self.file.to_owned(),
            line: self.line(error.span().map_or(0, |span| span.start)),
            problem: error.message().to_owned(),
        })
    }

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

    fn table<'t, 'i>(&self, key: &str, entry: Entry<'t, 'i>) -> Result<&'t DeTable<'i>, ThemeError> {
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

/// How many themes may stand on each other.
const DEEPEST: usize = 8;

/// The file and the text of the theme with a name, for the file that names it.
pub(super) type Library<'a> = &'a dyn Fn(&str, &str) -> Option<(String, String)>;

/// The file and those that it inherits from, itself first.
fn chain(file: &str, text: &str, library: Library<'_>) -> Result<Vec<(String, String)>, ThemeError> {
    let mut files = vec![(file.to_owned(), text.to_owned())];
    loop {
        let Some((file, text)) = files.last() else { return Ok(files) };
        let place = Place { file, text };
        let document = place.document()?;
        let Some(entry) = document.get_ref().get("inherits") else { return Ok(files) };
        let at = entry.span().start;
        let name = place.text_of("inherits", entry)?;
        if files.len() >= DEEPEST {
            return Err(place.wrong(at, "inherits", format!("more than {DEEPEST} themes inherit from each other")));
        }
        let Some((parent, text)) = library(&name, file) else {
            let known = Theme::builtin_names().collect::<Vec<_>>().join(", ");
            return Err(place.wrong(at, "inherits", format!("there is no theme '{name}'; the built-in ones are {known}")));
        };
        if files.iter().any(|(known, _)| *known == parent) {
            return Err(place.wrong(at, "inherits", format!("'{name}' inherits from this theme in turn")));
        }
        files.push((parent, text));
    }
}

/// The keys that a file may have.
const KEYS: [&str; 6] = ["name", "about", "ground", "inherits", "palette", "styles"];

pub(super) fn parse(file: &str, text: &str, library: Library<'_>) -> Result<Theme, ThemeError> {
    let files = chain(file, text, library)?;
    let places: Vec<Place<'_>> = files.iter().map(|(file, text)| Place { file, text }).collect();
    let mut documents = Vec::new();
    for place in &places {
        documents.push((place, place.document()?));
    }
    // From the theme that all stand on to the one that is asked for: what comes later counts.
    documents.reverse();
    let mut theme = Theme::empty(String::new(), String::new(), Ground::None, Vec::new());
    for (place, document) in &documents {
        head(place, document.get_ref(), &mut theme)?;
    }
    // Colours first and of all: a palette of one's own recolours the styles that are inherited.
    for (place, document) in &documents {
        colours(place, document.get_ref(), &mut theme.palette)?;
    }
    theme.palette.sort_by(|one, other| one.0.cmp(&other.0));
    let mut given: Vec<String> = Vec::new();
    for (place, document) in &documents {
        styles(place, document.get_ref(), &mut theme, &mut given)?;
    }
    let missing = Theme::STYLES.iter().find(|key| !given.iter().any(|name| name == *key));
    match (missing, documents.first()) {
        (Some(missing), Some((place, document))) => {
            let at = document.get_ref().get("styles").map_or(place.text.len(), |styles| styles.span().start);
            Err(place.wrong(at, format!("styles.{missing}"), "is missing"))
        }
        _ => Ok(theme),
    }
}

/// Name, line about it and ground of one file.
fn head(place: &Place<'_>, document: &DeTable<'_>, theme: &mut Theme) -> Result<(), ThemeError> {
    for name in document.keys() {
        if !KEYS.contains(&name.get_ref().as_ref()) {
            let problem = "is unknown; a theme has name, about, ground, inherits, palette and styles";
            return Err(place.wrong(name.span().start, name.get_ref().as_ref(), problem));
        }
    }
    let inherits = document.contains_key("inherits");
    let missing = |key: &str| place.wrong(place.text.len(), key, "is missing");
    theme.name = place.text_of("name", document.get("name").ok_or_else(|| missing("name"))?)?;
    if let Some(about) = document.get("about") {
        theme.about = place.text_of("about", about)?;
    }
    let Some(entry) = document.get("ground") else {
        return if inherits { Ok(()) } else { Err(missing("ground")) };
    };
    theme.ground = match place.text_of("ground", entry)?.as_str() {
        "dark" => Ground::Dark,
        "light" => Ground::Light,
        "none" => Ground::None,
        other => {
            let problem = format!("'{other}' is not a ground; write dark, light or none");
            return Err(place.wrong(entry.span().start, "ground", problem));
        }
    };
    Ok(())
}

/// Lays the palette of one file over that of those before.
fn colours(place: &Place<'_>, document: &DeTable<'_>, palette: &mut Vec<(String, Color)>) -> Result<(), ThemeError> {
    let Some(entry) = document.get("palette") else { return Ok(()) };
    for (name, value) in place.table("palette", entry)?.iter() {
        let color = place.color(&format!("palette.{}", name.get_ref()), value, &[])?;
        match palette.iter_mut().find(|known| known.0 == **name.get_ref()) {
            Some(known) => known.1 = color,
            None => palette.push((name.get_ref().to_string(), color)),
        }
    }
    Ok(())
}

/// Lays the styles of one file over those before.
fn styles(place: &Place<'_>, document: &DeTable<'_>, theme: &mut Theme, given: &mut Vec<String>) -> Result<(), ThemeError> {
    let Some(entry) = document.get("styles") else {
        return if document.contains_key("inherits") {
            Ok(())
        } else {
            Err(place.wrong(place.text.len(), "styles", "is missing"))
        };
    };
    for (key, value) in place.table("styles", entry)?.iter() {
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
    Ok(())
}
