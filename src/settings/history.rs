//! The SQL texts that an analyst ran, from session to session: one a line, as JSON, in a file that is private to the user. Secrets have been
//! replaced by their fingerprints before a text comes here.

use std::fs::File;
use std::io::{BufRead, BufReader};

use super::files::{self, FileError};
use super::paths::Paths;

/// The file is begun anew with half of its texts when it is longer than this, in bytes.
const LONGEST: u64 = 1 << 20;

/// The texts, the last one at the end, `most` at most. What cannot be read is left out: a history is a help, not a record.
pub fn read(paths: &Paths, most: usize) -> Vec<String> {
    let Ok(file) = File::open(paths.sql_history()) else { return Vec::new() };
    let lines = BufReader::new(file).lines().map_while(Result::ok);
    let mut texts: Vec<String> = lines.filter_map(|line| serde_json::from_str::<String>(&line).ok()).collect();
    texts.drain(..texts.len().saturating_sub(most));
    texts
}

/// Adds a text.
pub fn add(paths: &Paths, text: &str) -> Result<(), FileError> {
    let path = paths.sql_history();
    files::create_dir(&paths.data)?;
    let line = |text: &str| format!("{}\n", serde_json::Value::from(text));
    let long = std::fs::metadata(&path).is_ok_and(|meta| meta.len() > LONGEST);
    if long {
        let mut texts = read(paths, usize::MAX);
        texts.drain(..texts.len() / 2);
        texts.push(text.to_owned());
        return files::write_atomic(&path, texts.iter().map(|text| line(text)).collect::<String>().as_bytes());
    }
    let mut file = files::open_append(&path)?;
    files::append_synced(&mut file, &path, line(text).as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_back_whole_and_the_file_is_private() {
        let folder = tempfile::tempdir().unwrap();
        let paths = Paths::under(folder.path());
        assert_eq!(read(&paths, 9), Vec::<String>::new());
        for text in ["SELECT 1", "SELECT 'a\n\u{1b}[2J'\nFROM x", "SELECT 3"] {
            add(&paths, text).unwrap();
        }
        assert_eq!(read(&paths, 2), ["SELECT 'a\n\u{1b}[2J'\nFROM x", "SELECT 3"]);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(paths.sql_history()).unwrap().permissions().mode() & 0o777, 0o600);
        }
        let mut file = files::open_append(&paths.sql_history()).unwrap();
        files::append_synced(&mut file, &paths.sql_history(), b"torn").unwrap();
        assert_eq!(read(&paths, 9).len(), 3);
    }

    #[test]
    fn a_long_file_keeps_its_later_half() {
        let folder = tempfile::tempdir().unwrap();
        let paths = Paths::under(folder.path());
        let long = "x".repeat(200_000);
        for number in 0..8 {
            add(&paths, &format!("{number}{long}")).unwrap();
        }
        let texts = read(&paths, 99);
        assert!(texts.len() < 8 && texts.last().is_some_and(|text| text.starts_with('7')), "{}", texts.len());
    }
}
