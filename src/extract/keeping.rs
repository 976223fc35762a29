//! Which loaded extracts are kept: the cache is bounded, and what was not opened for the longest time goes first.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::settings::files;
use crate::settings::paths::Paths;
use crate::settings::size;

use super::cache::Cache;
use super::error::ExtractError;
use super::model::Extract;

/// What the cache may take when `CASEBOOK_CACHE_LIMIT` does not say otherwise: 50 GB.
const LIMIT: u64 = 50_000_000_000;

/// The variable of the environment that bounds the cache: a size such as `200GB`.
const VARIABLE: &str = "CASEBOOK_CACHE_LIMIT";

/// A database without its description that is older than this is a leftover.
const LEFTOVER: Duration = Duration::from_secs(60);

/// A loaded extract in the cache.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    /// The name of its files in the cache folder.
    pub key: String,
    /// The files that it was loaded from, as they were named. Untrusted: draw them only through `SafeText`.
    pub sources: Vec<String>,
    /// Rows of `requests`; `None` for what a load or a pruning left half-built.
    pub rows: Option<u64>,
    /// Bytes on the disk.
    pub bytes: u64,
    /// When it was opened last.
    pub used: SystemTime,
}

/// What to take out of the cache.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Prune {
    /// Everything.
    pub all: bool,
    /// What was not opened for this long.
    pub unused_for: Option<Duration>,
    /// The longest unused, until what is left takes at most so many bytes; `None` for the bound of the cache.
    pub to: Option<u64>,
}

/// The bound of the cache in bytes.
///
/// # Errors
/// [`ExtractError::CacheLimit`] when the environment says something that is no size.
pub fn cache_limit() -> Result<u64, ExtractError> {
    match std::env::var(VARIABLE) {
        Ok(text) => size::read(&text).map_err(|reason| ExtractError::CacheLimit { variable: VARIABLE, reason }),
        Err(_) => Ok(LIMIT),
    }
}

/// The loaded extracts in the cache, the last used first.
pub fn list_cache(paths: &Paths) -> Vec<Kept> {
    let mut kept: Vec<Kept> = entries(&paths.cache)
        .into_iter()
        .filter_map(|path| {
            let key = path.file_name()?.to_str()?.strip_suffix(".duckdb")?.to_owned();
            let about = path.with_extension("json");
            let extract: Option<Extract> = fs::read_to_string(&about).ok().and_then(|text| serde_json::from_str(&text).ok());
            let data = fs::metadata(&path).ok()?;
            let used = fs::metadata(&about).and_then(|about| about.modified()).or_else(|_| data.modified()).ok()?;
            let sources = extract.as_ref().map(|extract| extract.sources.iter().map(|source| source.path.clone()).collect());
            Some(Kept {
                key,
                sources: sources.unwrap_or_default(),
                rows: extract.map(|extract| extract.rows),
                bytes: data.len(),
                used,
            })
        })
        .collect();
    kept.sort_by(|one, other| other.used.cmp(&one.used).then_with(|| one.key.cmp(&other.key)));
    kept
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    entries.flatten().map(|entry| entry.path()).collect()
}

/// Takes loaded extracts out of the cache and gives what was taken. The extracts themselves are never touched, and a workbench that has
/// one of them open goes on.
///
/// # Errors
/// [`ExtractError::File`] when something cannot be removed, [`ExtractError::CacheLimit`].
pub fn prune_cache(paths: &Paths, prune: Prune) -> Result<Vec<Kept>, ExtractError> {
    let bound = match (prune.to, prune.unused_for) {
        (Some(bound), _) => bound,
        (None, Some(_)) => u64::MAX,
        (None, None) => cache_limit()?,
    };
    Cache::new(&paths.cache).sweep();
    let mut taken = Vec::new();
    let mut sum: u64 = 0;
    for kept in list_cache(paths) {
        sum = sum.saturating_add(kept.bytes);
        // A database without its description may be one that is being taken over at this moment.
        let leftover = kept.rows.is_none() && kept.used.elapsed().is_ok_and(|age| age >= LEFTOVER);
        let old = prune.unused_for.is_some_and(|age| kept.used.elapsed().is_ok_and(|unused| unused >= age));
        if prune.all || old || sum > bound || leftover {
            sum = sum.saturating_sub(kept.bytes);
            take(&paths.cache, &kept)?;
            taken.push(kept);
        }
    }
    forget_pointers(&paths.cache);
    Ok(taken)
}

/// Keeps the cache within its bound, without what has just been loaded.
pub(super) fn bound(folder: &Path, key: &str) -> Result<(), ExtractError> {
    let paths = Paths { cache: folder.to_path_buf(), ..Paths::under(folder) };
    let bound = cache_limit()?;
    let mut sum: u64 = 0;
    // The one that was just used counts, but stays whatever it takes.
    let (own, others): (Vec<Kept>, Vec<Kept>) = list_cache(&paths).into_iter().partition(|kept| kept.key == key);
    for kept in own.into_iter().chain(others) {
        sum = sum.saturating_add(kept.bytes);
        if sum > bound && kept.key != key && kept.rows.is_some() {
            sum = sum.saturating_sub(kept.bytes);
            // What cannot be removed is in the way of nothing but its space.
            let _ = take(folder, &kept);
        }
    }
    forget_pointers(folder);
    Ok(())
}

fn take(folder: &Path, kept: &Kept) -> Result<(), ExtractError> {
    let database = folder.join(format!("{}.duckdb", kept.key));
    // Without its description a database counts as a leftover.
    files::remove(&database.with_extension("json"))?;
    files::remove(&database)?;
    Ok(())
}

/// Removes the pointers to extracts that are gone.
fn forget_pointers(folder: &Path) {
    for path in entries(folder) {
        let is_pointer = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("opened-"));
        if is_pointer && !Cache::new(folder).leads_somewhere(&path) {
            // A pointer that leads nowhere is harmless.
            let _ = files::remove(&path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lay(paths: &Paths, key: &str, bytes: usize, age: u64) {
        fs::create_dir_all(&paths.cache).unwrap();
        let database = paths.cache.join(format!("{key}.duckdb"));
        fs::write(&database, vec![0; bytes]).unwrap();
        let about = database.with_extension("json");
        fs::write(&about, serde_json::to_vec(&Extract { rows: 7, ..Extract::default() }).unwrap()).unwrap();
        let when = SystemTime::now() - Duration::from_secs(age);
        fs::File::options().write(true).open(&about).unwrap().set_modified(when).unwrap();
        fs::write(paths.cache.join(format!("opened-{key}.json")), format!("{{\"key\":\"{key}\"}}")).unwrap();
    }

    fn keys(kept: &[Kept]) -> Vec<&str> {
        kept.iter().map(|kept| kept.key.as_str()).collect()
    }

    #[test]
    fn what_was_unused_for_longest_goes_first() {
        let folder = tempfile::tempdir().unwrap();
        let paths = Paths::under(folder.path());
        assert!(list_cache(&paths).is_empty());
        for (key, age) in [("old", 90_000), ("new", 10), ("older", 100_000)] {
            lay(&paths, key, 1000, age);
        }
        assert_eq!(keys(&list_cache(&paths)), ["new", "old", "older"]);
        assert_eq!(list_cache(&paths)[0].rows, Some(7));
        let taken = prune_cache(&paths, Prune { to: Some(2500), ..Prune::default() }).unwrap();
        assert_eq!(keys(&taken), ["older"]);
        assert!(!paths.cache.join("opened-older.json").exists() && paths.cache.join("opened-old.json").exists());
        let taken = prune_cache(&paths, Prune { unused_for: Some(Duration::from_secs(3600)), ..Prune::default() }).unwrap();
        assert_eq!(keys(&taken), ["old"]);
        fs::remove_file(paths.cache.join("new.json")).unwrap();
        assert!(
            prune_cache(&paths, Prune { to: Some(u64::MAX), ..Prune::default() }).unwrap().is_empty(),
            "it may be in the making"
        );
        let database = fs::File::options().write(true).open(paths.cache.join("new.duckdb")).unwrap();
        database.set_modified(SystemTime::now() - Duration::from_secs(120)).unwrap();
        let taken = prune_cache(&paths, Prune { to: Some(u64::MAX), ..Prune::default() }).unwrap();
        assert_eq!((keys(&taken), taken[0].rows), (vec!["new"], None), "a database without its description is a leftover");
        assert!(entries(&paths.cache).is_empty());
    }

    #[test]
    fn what_was_just_loaded_stays() {
        let folder = tempfile::tempdir().unwrap();
        let paths = Paths::under(folder.path());
        lay(&paths, "one", 1000, 50);
        lay(&paths, "two", 1000, 10);
        bound(&paths.cache, "one").unwrap();
        assert_eq!(list_cache(&paths).len(), 2);
        assert_eq!(prune_cache(&paths, Prune { all: true, ..Prune::default() }).unwrap().len(), 2);
    }
}
