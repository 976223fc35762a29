//! What the program remembers from sitting to sitting: one small TOML file for each thing, private to the user. It is a help, not a record:
//! what cannot be read is as if it had never been written.

use std::path::PathBuf;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::files::{self, FileError};
use super::paths::Paths;

/// A thing that is remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thing {
    /// The sizes of the panes.
    Panes,
    /// How far the tour is.
    Tour,
    /// The last case, and how its extract was opened.
    Last,
}

impl Thing {
    fn path(self, paths: &Paths) -> PathBuf {
        paths.state.join(match self {
            Thing::Panes => "panes.toml",
            Thing::Tour => "tour.toml",
            Thing::Last => "last.toml",
        })
    }
}

/// What is remembered, if anything.
pub fn recall<T: DeserializeOwned>(paths: &Paths, thing: Thing) -> Option<T> {
    let text = std::fs::read_to_string(thing.path(paths)).ok()?;
    toml::from_str(&text).ok()
}

/// Why something is not remembered.
#[derive(Debug, thiserror::Error)]
pub enum NotKept {
    /// It cannot be written as TOML.
    #[error("{0}")]
    Form(#[from] toml::ser::Error),
    /// It cannot be written.
    #[error(transparent)]
    File(#[from] FileError),
}

/// Remembers something, in the place of what was remembered before.
pub fn keep<T: Serialize>(paths: &Paths, thing: Thing, what: &T) -> Result<(), NotKept> {
    let text = toml::to_string(what)?;
    files::create_dir(&paths.state)?;
    Ok(files::write_atomic(&thing.path(paths), text.as_bytes())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_comes_back_and_what_is_broken_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let paths = Paths::under(folder.path());
        assert_eq!(recall::<Vec<(String, u8)>>(&paths, Thing::Tour), None);
        let kept = std::collections::BTreeMap::from([("a".to_owned(), 1), ("b".to_owned(), -2)]);
        keep(&paths, Thing::Panes, &kept).unwrap();
        assert_eq!(recall(&paths, Thing::Panes), Some(kept));
        assert_eq!(recall::<Vec<u8>>(&paths, Thing::Panes), None, "another shape");
        let text = std::fs::read(Thing::Panes.path(&paths)).unwrap();
        files::write_atomic(&Thing::Panes.path(&paths), &text[..4]).unwrap();
        assert_eq!(recall::<std::collections::BTreeMap<String, i32>>(&paths, Thing::Panes), None);
    }
}
