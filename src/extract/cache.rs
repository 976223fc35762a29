//! Loaded extracts in the cache folder: found again at once by path, size and time of change, or by content.
//!
//! Three kinds of files: `KEY.duckdb`, the database; `KEY.json`, its description, written after it, so that a database without one is
//! a leftover; `opened-REQUEST.json`, which leads from the files as they were last seen to the KEY. The KEY is a hash over the sources'
//! SHA-256 and everything else that the result depends on, and begins with the sources' size, by which candidates are found without
//! hashing anything.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::domain::{Role, Seal};
use crate::settings::files;

use super::bytes::hexadecimal;
use super::error::ExtractError;
use super::inputs::{Input, Inputs, source_path};
use super::labels::labels;
use super::model::{Extract, OpenSpec};
use super::profile::Profiles;

/// Changes whenever the loader makes something else of the same sources.
const LOADER: &str = "4";

/// The name of folders in which databases are built, before the process number.
pub(super) const BUILDING: &str = "loading";

/// What an extract's database depends on beside the sources.
struct Recipe(Sha256);

impl Recipe {
    fn new(spec: &OpenSpec, profiles: &Profiles) -> Recipe {
        let mut recipe = Recipe(Sha256::new());
        recipe.add(LOADER);
        recipe.add(env!("CARGO_PKG_VERSION"));
        recipe.add(&profiles.fingerprint);
        recipe.add(spec.profile.as_deref().unwrap_or_default());
        recipe.add(spec.table.as_deref().unwrap_or_default());
        recipe.add(spec.dedupe.map(Role::name).unwrap_or_default());
        for join in &spec.joins {
            recipe.add(join.role.name());
            recipe.add(&join.prefix);
            recipe.add(&join.path);
        }
        recipe.add(&spec.map.len().to_string());
        for (role, text) in &spec.map {
            recipe.add(role.name());
            recipe.add(text);
        }
        recipe
    }

    /// Adds files as they were last seen.
    fn add_files<'i>(&mut self, files: impl Iterator<Item = &'i Input>) {
        for file in files {
            self.add(&file.canonical.to_string_lossy());
            self.add(&file.size.to_string());
            self.add(&file.modified.to_string());
        }
    }

    /// Adds a text with its length, so that no two lists of texts are the same.
    fn add(&mut self, text: &str) {
        self.0.update((text.len() as u64).to_le_bytes());
        self.0.update(text.as_bytes());
    }

    fn end(self) -> String {
        hexadecimal(&self.0.finalize())
    }
}

/// Where loaded extracts are kept.
pub(super) struct Cache<'a> {
    folder: &'a Path,
    /// The name of the salt: with another one the fingerprints in a database are others.
    salt: String,
}

/// What `opened-REQUEST.json` holds.
#[derive(Serialize, Deserialize)]
struct Pointer {
    key: String,
}

impl<'a> Cache<'a> {
    pub(super) fn new(folder: &'a Path) -> Cache<'a> {
        Cache { folder, salt: String::new() }
    }

    /// The cache for extracts whose secrets are sealed like this.
    pub(super) fn sealed(self, seal: &Seal) -> Cache<'a> {
        Cache { salt: seal.id(), ..self }
    }

    fn pointer(&self, spec: &OpenSpec, profiles: &Profiles, inputs: &Inputs) -> PathBuf {
        let mut recipe = Recipe::new(spec, profiles);
        recipe.add(&self.salt);
        recipe.add_files(inputs.files.iter().chain(inputs.sides.iter().flat_map(|side| &side.files)));
        let request = recipe.end();
        self.folder.join(format!("opened-{}.json", request.get(..32).unwrap_or(&request)))
    }

    /// The key of sources with these hashes.
    pub(super) fn key(&self, spec: &OpenSpec, profiles: &Profiles, inputs: &Inputs, hashes: &[String]) -> String {
        let mut recipe = Recipe::new(spec, profiles);
        recipe.add(&self.salt);
        // The rows hold the labels.
        for (hash, label) in hashes.iter().zip(labels(inputs.files.iter().map(|input| input.path.as_path()))) {
            recipe.add(hash);
            recipe.add(&label);
        }
        // Side tables are not hashed for this: it would take a reading of each.
        recipe.add_files(inputs.sides.iter().flat_map(|side| &side.files));
        let hash = recipe.end();
        format!("{}-{}", bytes(inputs), hash.get(..32).unwrap_or(&hash))
    }

    pub(super) fn database(&self, key: &str) -> PathBuf {
        self.folder.join(format!("{key}.duckdb"))
    }

    /// The extract that these files gave when they were last opened, if they have not been touched since.
    pub(super) fn find(&self, spec: &OpenSpec, profiles: &Profiles, inputs: &Inputs) -> Option<Extract> {
        let text = fs::read_to_string(self.pointer(spec, profiles, inputs)).ok()?;
        let pointer: Pointer = serde_json::from_str(&text).ok()?;
        self.get(&pointer.key, inputs)
    }

    /// The extract of this key.
    pub(super) fn get(&self, key: &str, inputs: &Inputs) -> Option<Extract> {
        let database = self.database(key);
        let text = fs::read_to_string(self.folder.join(format!("{key}.json"))).ok()?;
        let mut extract: Extract = serde_json::from_str(&text).ok()?;
        if !database.is_file() || extract.file_hashes().len() != inputs.files.len() {
            return None;
        }
        // The same content may have been loaded from another place.
        for source in &mut extract.sources {
            source.path = source_path(&inputs.files.get(source.file)?.path, &source.member);
        }
        // By this the cache knows what was used last; that it cannot be noted is no reason to fail.
        let _ = files::touch(&database.with_extension("json"));
        extract.database = database;
        extract.loaded_from_cache = true;
        Some(extract)
    }

    /// Whether files of this size in all were loaded before: then it pays to hash them.
    pub(super) fn may_have(&self, inputs: &Inputs) -> bool {
        let prefix = format!("{}-", bytes(inputs));
        let Ok(entries) = fs::read_dir(self.folder) else { return false };
        entries.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with(&prefix))
    }

    /// Takes a finished database over, and remembers which files it came from.
    pub(super) fn keep(
        &self,
        spec: &OpenSpec,
        profiles: &Profiles,
        inputs: &Inputs,
        built: &Path,
        extract: &Extract,
    ) -> Result<PathBuf, ExtractError> {
        let key = self.key(spec, profiles, inputs, &extract.file_hashes());
        let database = self.database(&key);
        let about = self.folder.join(format!("{key}.json"));
        // Without its description the old database counts as a leftover while it is replaced.
        files::remove(&about)?;
        files::rename(built, &database)?;
        files::make_private(&database)?;
        let text = serde_json::to_vec(extract).unwrap_or_default();
        files::write_atomic(&about, &text)?;
        self.remember(spec, profiles, inputs, &key)?;
        super::keeping::bound(self.folder, &key)?;
        Ok(database)
    }

    /// Remembers which files have this key.
    pub(super) fn remember(&self, spec: &OpenSpec, profiles: &Profiles, inputs: &Inputs, key: &str) -> Result<(), ExtractError> {
        let text = serde_json::to_vec(&Pointer { key: key.to_owned() }).unwrap_or_default();
        files::write_atomic(&self.pointer(spec, profiles, inputs), &text)?;
        Ok(())
    }

    /// Whether a pointer leads to an extract that is still there.
    pub(super) fn leads_somewhere(&self, pointer: &Path) -> bool {
        let text = fs::read_to_string(pointer).unwrap_or_default();
        serde_json::from_str::<Pointer>(&text).is_ok_and(|pointer| self.database(&pointer.key).exists())
    }

    /// Forgets an extract whose database turned out to be unusable.
    pub(super) fn forget(&self, database: &Path) -> Result<(), ExtractError> {
        files::remove(&database.with_extension("json"))?;
        files::remove(database)?;
        Ok(())
    }

    /// Clears away what loads that were killed have left behind.
    pub(super) fn sweep(&self) {
        sweep(self.folder, BUILDING, Duration::ZERO);
    }
}

/// Removes the folders `PREFIX-PROCESS-NUMBER` of processes that are gone, unless they were touched lately.
pub(super) fn sweep(parent: &Path, prefix: &str, lately: Duration) {
    let Ok(entries) = fs::read_dir(parent) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let process = name.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('-')).and_then(|rest| rest.split('-').next());
        let Some(process) = process.and_then(|process| process.parse::<u32>().ok()) else { continue };
        let path = entry.path();
        if process != std::process::id() && !is_alive(process, &path) && age(&path).is_none_or(|age| age >= lately) {
            // If it cannot be removed, it is only in the way of the space it takes.
            let _ = files::remove_dir(&path);
        }
    }
}

fn bytes(inputs: &Inputs) -> u64 {
    inputs.files.iter().map(|file| file.size).sum()
}

/// Whether a process may still be at work. Where that cannot be asked, a folder that was touched today counts as in use.
fn is_alive(process: u32, folder: &Path) -> bool {
    if Path::new("/proc/self").exists() {
        return Path::new("/proc").join(process.to_string()).exists();
    }
    age(folder).is_none_or(|age| age.as_secs() < 86_400)
}

/// How long ago a folder was changed.
fn age(folder: &Path) -> Option<Duration> {
    fs::metadata(folder).and_then(|about| about.modified()).ok()?.elapsed().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_load_left_is_cleared_away_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let dead = folder.path().join("loading-4294967295-0");
        let own = folder.path().join(format!("loading-{}-0", std::process::id()));
        for path in [&dead, &own, &folder.path().join("other")] {
            fs::create_dir(path).unwrap();
        }
        Cache::new(folder.path()).sweep();
        assert!(!dead.exists() && own.exists() && folder.path().join("other").exists());
    }

    #[test]
    fn the_key_changes_with_everything_that_the_result_depends_on() {
        let profiles = Profiles::load(Path::new("/nonexistent")).unwrap();
        let spec = OpenSpec::default();
        let input = |name: &str| Input { size: 1, ..Input::at(Path::new(name)) };
        let inputs = Inputs { files: vec![input("x/a"), input("x/b")], ..Inputs::default() };
        let cache = Cache::new(Path::new("/nonexistent")).sealed(&Seal::new(b"salt"));
        let key = |spec: &OpenSpec, hashes: &[&str]| {
            cache.key(spec, &profiles, &inputs, &hashes.iter().map(|hash| (*hash).to_owned()).collect::<Vec<_>>())
        };
        let plain = key(&spec, &["a", "b"]);
        assert_eq!(plain, key(&spec, &["a", "b"]));
        assert_ne!(plain, key(&spec, &["b", "a"]));
        let salted = Cache::new(Path::new("/nonexistent")).sealed(&Seal::new(b"pepper"));
        assert_ne!(plain, salted.key(&spec, &profiles, &inputs, &["a".to_owned(), "b".to_owned()]));
        assert_ne!(plain, key(&spec, &["ab", ""]));
        assert_ne!(plain, key(&OpenSpec { profile: Some("cloudtrail".into()), ..spec.clone() }, &["a", "b"]));
        assert_ne!(plain, key(&OpenSpec { map: vec![(crate::domain::Role::Ip, "x".into())], ..spec }, &["a", "b"]));
    }
}
