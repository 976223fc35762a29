//! `config.toml`: what a user has set. Read whole, with every mistake told with its line; what is wrong is left at its default.
//!
//! ```toml
//! theme = "paper"
//! ascii = false
//!
//! [keys]
//! preset = "less-vim"
//! pin = "b"
//! sort-up = ["[", "g s"]
//!
//! [terminal]
//! mouse = true
//! ```

mod terminal;

use std::path::PathBuf;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::files::{self, FileError};
use super::paths::Paths;

pub use terminal::{AFTER, Extras, GroundFrom, KEYS as TERMINAL_KEYS, Notify};

/// A command with the keys that it shall have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// The command's id, as written.
    pub command: String,
    /// Key sequences, as written; none takes the command its keys.
    pub keys: Vec<String>,
    /// The line in the file, from 1.
    pub line: usize,
}

/// What a user has set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Config {
    /// The theme's name.
    pub theme: Option<String>,
    /// The line that names the theme.
    pub theme_line: usize,
    /// Whether only ASCII may be drawn for lines, bars and marks.
    pub ascii: bool,
    /// Whether the demo may begin with the tour; nothing where it is not said.
    pub tour: Option<bool>,
    /// The preset of keys.
    pub preset: Option<String>,
    /// The line that names the preset.
    pub preset_line: usize,
    /// Keys of single commands, which count before the preset.
    pub keys: Vec<Binding>,
    /// What is asked of the terminal.
    pub terminal: Extras,
}

/// Something wrong in the file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {key}: {problem}")]
pub struct Mistake {
    /// The line, from 1.
    pub line: usize,
    /// The key with its table: `keys.pin`.
    pub key: String,
    /// What is wrong, and what would be right.
    pub problem: String,
}

/// The file's place.
pub fn path(paths: &Paths) -> PathBuf {
    paths.config.join("config.toml")
}

/// What the user has set, and everything that is wrong with it. Without a file nothing is set.
pub fn load(paths: &Paths) -> (Config, Vec<Mistake>) {
    match std::fs::read(path(paths)) {
        Ok(bytes) => match String::from_utf8(bytes) {
            Ok(text) => parse(&text),
            Err(error) => {
                let before = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
                let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
                (Config::default(), vec![Mistake { line, key: "file".into(), problem: "is not UTF-8 text".into() }])
            }
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => (Config::default(), Vec::new()),
        Err(error) => (Config::default(), vec![Mistake { line: 1, key: "file".into(), problem: error.to_string() }]),
    }
}

/// Why the theme is not in the file now.
#[derive(Debug, thiserror::Error)]
pub enum NotSet {
    /// What is there cannot be read, and so nothing can be changed in it.
    #[error("{path} cannot be read, so nothing was written into it ({problem}); `casebook config check` says more")]
    Broken {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// It cannot be written.
    #[error(transparent)]
    File(#[from] FileError),
}

/// Writes the theme into the file and leaves everything else in it as it is, comments too. Returns the file.
pub fn set_theme(paths: &Paths, name: &str) -> Result<PathBuf, NotSet> {
    let path = path(paths);
    // Where the file is a link to another one (a folder of settings under version control), that one is written.
    let place = std::fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
    let broken = |problem: String| NotSet::Broken { path: path.clone(), problem };
    let text = match std::fs::read_to_string(&place) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(broken(error.to_string())),
    };
    let text = with_theme(&text, name).map_err(broken)?;
    if let Some(folder) = place.parent() {
        files::create_dir(folder)?;
    }
    files::write_atomic(&place, text.as_bytes())?;
    Ok(path)
}

/// The text of the file with another theme in it.
fn with_theme(text: &str, name: &str) -> Result<String, String> {
    let document = DeTable::parse(text).map_err(|error| error.message().replace('\n', " "))?;
    let value = toml::Value::from(name).to_string();
    if let Some((_, entry)) = document.get_ref().iter().find(|(key, _)| key.get_ref().as_ref() == "theme") {
        let span = entry.span();
        let (before, after) = (text.get(..span.start).unwrap_or_default(), text.get(span.end..).unwrap_or_default());
        return Ok(format!("{before}{value}{after}"));
    }
    // Before the first table: behind the comment that names it, else at the very beginning.
    let line = format!("theme = {value}\n");
    let mut at = 0;
    for part in text.split_inclusive('\n') {
        if part.trim_start().starts_with('[') {
            break;
        }
        at += part.len();
        if part.trim_start().starts_with("#theme") && part.ends_with('\n') {
            return Ok(format!("{}{line}{}", text.get(..at).unwrap_or_default(), text.get(at..).unwrap_or_default()));
        }
    }
    Ok(format!("{line}{text}"))
}

/// The file being read, with the mistakes found so far.
struct Reading<'a> {
    text: &'a str,
    mistakes: Vec<Mistake>,
}

/// Reads the text of the file.
pub fn parse(text: &str) -> (Config, Vec<Mistake>) {
    let mut reading = Reading { text, mistakes: Vec::new() };
    let mut config = Config::default();
    match DeTable::parse(text) {
        Ok(document) => reading.document(document.get_ref(), &mut config),
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start);
            reading.wrong(at, "file", error.message().replace('\n', " "));
        }
    }
    reading.mistakes.sort_by_key(|mistake| mistake.line);
    (config, reading.mistakes)
}

type Entry<'a, 'i> = &'a Spanned<DeValue<'i>>;

impl Reading<'_> {
    fn line(&self, at: usize) -> usize {
        self.text.get(..at).unwrap_or(self.text).matches('\n').count() + 1
    }

    fn wrong(&mut self, at: usize, key: &str, problem: impl Into<String>) {
        let line = self.line(at);
        self.mistakes.push(Mistake { line, key: key.to_owned(), problem: problem.into() });
    }

    fn document(&mut self, document: &DeTable<'_>, config: &mut Config) {
        for (name, entry) in document {
            let at = name.span().start;
            match name.get_ref().as_ref() {
                "theme" => {
                    config.theme = self.text("theme", entry);
                    config.theme_line = self.line(at);
                }
                "ascii" => config.ascii = self.flag("ascii", entry).unwrap_or_default(),
                "tour" => config.tour = self.flag("tour", entry),
                "keys" => match entry.get_ref().as_table() {
                    Some(keys) => self.keys(keys, config),
                    None => self.wrong(at, "keys", format!("must be a table, not {}", entry.get_ref().type_str())),
                },
                "terminal" => match entry.get_ref().as_table() {
                    Some(table) => self.terminal(table, &mut config.terminal),
                    None => self.wrong(at, "terminal", format!("must be a table, not {}", entry.get_ref().type_str())),
                },
                other => {
                    self.wrong(at, other, "is unknown; the settings are theme, ascii, tour and the tables [keys] and [terminal]");
                }
            }
        }
    }

    fn keys(&mut self, keys: &DeTable<'_>, config: &mut Config) {
        for (name, entry) in keys {
            let id = name.get_ref().as_ref();
            let at = name.span().start;
            let full = format!("keys.{id}");
            if id == "preset" {
                config.preset = self.text(&full, entry);
                config.preset_line = self.line(at);
                continue;
            }
            let found = match entry.get_ref() {
                DeValue::String(one) => Some(vec![one.to_string()]),
                DeValue::Array(many) => many.iter().map(|one| one.get_ref().as_str().map(str::to_owned)).collect(),
                _ => None,
            };
            match found {
                Some(keys) => config.keys.push(Binding { command: id.to_owned(), keys, line: self.line(at) }),
                None => {
                    self.wrong(at, &full, "must be a key sequence such as \"g s\", or a list of them; [] takes the keys away")
                }
            }
        }
    }

    fn text(&mut self, key: &str, entry: Entry<'_, '_>) -> Option<String> {
        let text = entry.get_ref().as_str().map(str::to_owned);
        if text.is_none() {
            self.wrong(entry.span().start, key, format!("must be text, not {}", entry.get_ref().type_str()));
        }
        text
    }

    fn flag(&mut self, key: &str, entry: Entry<'_, '_>) -> Option<bool> {
        match entry.get_ref() {
            DeValue::Boolean(flag) => Some(*flag),
            other => {
                self.wrong(entry.span().start, key, format!("must be true or false, not {}", other.type_str()));
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_is_read() {
        let (config, mistakes) =
            parse("theme = \"paper\"\nascii = true\n[keys]\npreset = \"less-vim\"\npin = \"b\"\nsort-up = [\"[\", \"g s\"]\n");
        assert_eq!(mistakes, []);
        assert_eq!((config.theme.as_deref(), config.ascii, config.preset.as_deref()), (Some("paper"), true, Some("less-vim")));
        let pin = Binding { command: "pin".into(), keys: vec!["b".into()], line: 5 };
        let sort = Binding { command: "sort-up".into(), keys: vec!["[".into(), "g s".into()], line: 6 };
        assert_eq!(config.keys, [pin, sort]);
        assert_eq!(parse(""), (Config::default(), Vec::new()));
    }

    #[test]
    fn a_theme_is_written_and_the_rest_stays() {
        let cases = [
            ("", "theme = \"paper\"\n"),
            ("ascii = true\n[keys]\npin = \"b\"\n", "theme = \"paper\"\nascii = true\n[keys]\npin = \"b\"\n"),
            ("# mine\ntheme = 'dark' # why\nascii = true\n", "# mine\ntheme = \"paper\" # why\nascii = true\n"),
            ("# one\n#theme = \"dark\"\n\n[keys]\n", "# one\n#theme = \"dark\"\ntheme = \"paper\"\n\n[keys]\n"),
            ("[keys]\n#theme", "theme = \"paper\"\n[keys]\n#theme"),
        ];
        for (before, after) in cases {
            let set = with_theme(before, "paper").unwrap();
            assert_eq!(set, after);
            assert_eq!(parse(&set).0.theme.as_deref(), Some("paper"));
        }
        assert!(with_theme("theme = [\n", "paper").is_err());
        let folder = tempfile::tempdir().unwrap();
        let paths = Paths::under(folder.path());
        set_theme(&paths, "dark").unwrap();
        set_theme(&paths, "a \"quoted\" one").unwrap();
        assert_eq!(load(&paths).0.theme.as_deref(), Some("a \"quoted\" one"));
        std::fs::write(path(&paths), "theme = [\n").unwrap();
        assert!(set_theme(&paths, "dark").unwrap_err().to_string().contains("nothing was written"));
        assert_eq!(std::fs::read_to_string(path(&paths)).unwrap(), "theme = [\n");
    }

    #[test]
    fn every_mistake_is_told_with_its_line_and_the_rest_counts() {
        let text = "theme = 7\nascii = \"yes\"\ncolour = 1\n[keys]\npreset = []\npin = 3\nnote = [\"c\", 4]\nlabel = \"t\"\n";
        let (config, mistakes) = parse(text);
        let told: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "line 1: theme: must be text, not integer",
                "line 2: ascii: must be true or false, not string",
                "line 3: colour: is unknown; the settings are theme, ascii, tour and the tables [keys] and [terminal]",
                "line 5: keys.preset: must be text, not array",
                "line 6: keys.pin: must be a key sequence such as \"g s\", or a list of them; [] takes the keys away",
                "line 7: keys.note: must be a key sequence such as \"g s\", or a list of them; [] takes the keys away",
            ]
        );
        assert_eq!(config.keys.len(), 1, "what is right counts");
        let (_, mistakes) = parse("theme = \"dark\"\n[keys\n");
        assert_eq!(mistakes.len(), 1);
        assert_eq!((mistakes[0].line, mistakes[0].key.as_str()), (2, "file"));
    }
}
