//! Hashing the files of an extract again: whether they still are what was loaded from them.

use std::collections::HashSet;
use std::path::Path;

use super::bytes::hash_file;
use super::error::ExtractError;
use super::model::Extract;

/// A file that is not any more what was loaded from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// The place among the sources of the first that came from it.
    pub source: usize,
    /// The file on disk. Untrusted: draw it only through `SafeText`.
    pub path: String,
    /// What happened to it, as a predicate: `has another content`.
    pub what: String,
}

/// Hashes the sources again and returns those that changed. `go_on` is called for every megabyte that was read, with its bytes; when it
/// returns `false`, hashing stops with [`ExtractError::Interrupted`]. An extract out of the cache is believed by path, size and time of
/// change; this finds what that cannot.
///
/// # Errors
/// Only [`ExtractError::Interrupted`]: a file that cannot be read is one that changed.
pub fn rehash(extract: &Extract, go_on: &mut dyn FnMut(u64) -> bool) -> Result<Vec<Changed>, ExtractError> {
    let mut changed = Vec::new();
    let mut hashed = HashSet::new();
    for (at, source) in extract.sources.iter().enumerate() {
        // The members of an archive are hashed as one file, which they are on disk.
        if !hashed.insert(source.file) {
            continue;
        }
        let path = source.path.strip_suffix(&format!("!{}", source.member)).unwrap_or(&source.path);
        let what = match hash_file(Path::new(path), &mut |bytes| go_on(bytes.len() as u64)) {
            Ok(hash) if hash == source.sha256 => continue,
            Ok(_) => "has another content".to_owned(),
            Err(ExtractError::Interrupted) => return Err(ExtractError::Interrupted),
            Err(_) if !Path::new(path).exists() => "is not there any more".to_owned(),
            Err(error) => error.to_string(),
        };
        changed.push(Changed { source: at, path: path.to_owned(), what });
    }
    Ok(changed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::model::Source;

    #[test]
    fn a_file_that_changed_under_the_same_size_is_found_and_one_that_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let paths: Vec<String> = ["same", "other", "gone"].map(|name| folder.path().join(name).display().to_string()).into();
        let mut extract = Extract::default();
        for (file, path) in paths.iter().enumerate() {
            std::fs::write(path, "one\n").unwrap();
            let sha256 = hash_file(Path::new(path), &mut |_| true).unwrap();
            for member in ["", "inner.json"] {
                let path = if member.is_empty() { path.clone() } else { format!("{path}!{member}") };
                extract.sources.push(Source { path, file, member: member.into(), sha256: sha256.clone(), ..Source::default() });
            }
        }
        assert_eq!(rehash(&extract, &mut |_| true).unwrap(), []);
        std::fs::write(&paths[1], "two\n").unwrap();
        std::fs::remove_file(&paths[2]).unwrap();
        let found: Vec<(usize, String)> =
            rehash(&extract, &mut |_| true).unwrap().into_iter().map(|changed| (changed.source, changed.what)).collect();
        assert_eq!(found, [(2, "has another content".to_owned()), (4, "is not there any more".to_owned())]);
        assert!(matches!(rehash(&extract, &mut |_| false), Err(ExtractError::Interrupted)));
    }
}
