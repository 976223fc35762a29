//! Opening an extract from end to end: find the files, look into the cache, else load, then open read-only.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::engine::{Client, Engine, OpenOptions, Opener, Statement};
use crate::settings::files::{self, PrivateFolder};
use crate::settings::paths::Paths;

use super::basis::Basis;
use super::bytes::{hash_file, hexadecimal};
use super::cache::{BUILDING, Cache};
use super::error::ExtractError;
use super::inputs::{self, Inputs};
use super::load::Loader;
use super::look::{self, Seens};
use super::model::{Extract, OpenSpec, Opened};
use super::profile::Profiles;
use super::progress::{Progress, Stage, Unit};
use super::read::{self, Hashing};
use super::sides::Side;
use super::watch::{Done, Watcher};

/// Opens an extract: from the cache where the same files were loaded the same way before, else by loading them. `watch` is called a
/// few times a second; when it returns `false`, opening stops with [`ExtractError::Interrupted`] and leaves nothing half-built.
///
/// # Errors
/// See [`ExtractError`]; one file that cannot be read fails the whole, because passing over it would lose evidence.
pub fn open(
    spec: &OpenSpec,
    paths: &Paths,
    opener: &dyn Opener,
    watch: &mut dyn FnMut(&Progress) -> bool,
) -> Result<Opened, ExtractError> {
    let mut watch = Watcher::new(watch);
    let profiles = Profiles::load(&paths.config.join("profiles"))?;
    if let Some(name) = &spec.profile {
        profiles.named(name)?;
    }
    let mut inputs = inputs::resolve(&spec.inputs)?;
    for join in &spec.joins {
        inputs.sides.push(inputs::resolve(std::slice::from_ref(&join.path))?);
    }
    let job = Job { spec, paths, opener, profiles: &profiles, inputs: &inputs };
    if spec.no_cache {
        return job.load_privately(&mut watch);
    }
    if let Some(opened) = job.open_cached(&mut watch)? {
        return Ok(opened);
    }
    job.load_into_cache(&mut watch)
}

struct Job<'a> {
    spec: &'a OpenSpec,
    paths: &'a Paths,
    opener: &'a dyn Opener,
    profiles: &'a Profiles,
    inputs: &'a Inputs,
}

impl Job<'_> {
    fn open_cached(&self, watch: &mut Watcher<'_>) -> Result<Option<Opened>, ExtractError> {
        let cache = Cache::new(&self.paths.cache);
        let mut found = cache.find(self.spec, self.profiles, self.inputs);
        if found.is_none() && cache.may_have(self.inputs) {
            let hashes = self.hash(watch)?;
            let key = Cache::key(self.spec, self.profiles, self.inputs, &hashes);
            found = cache.get(&key, self.inputs);
            if found.is_some() {
                cache.remember(self.spec, self.profiles, self.inputs, &key)?;
            }
        }
        let Some(extract) = found else { return Ok(None) };
        watch.tell(Stage::Opening, Done { done: extract.rows, total: None, unit: Unit::Rows }, "the loaded extract")?;
        match self.reopen(&extract.database, &self.paths.cache) {
            Ok(engine) => Ok(Some(Opened { extract, engine, folder: None })),
            Err(_) => {
                // A cache that cannot be opened is no reason to fail: it is built again.
                cache.forget(&extract.database)?;
                Ok(None)
            }
        }
    }

    fn hash(&self, watch: &mut Watcher<'_>) -> Result<Vec<String>, ExtractError> {
        let total = Some(self.inputs.files.iter().map(|file| file.size).sum());
        let mut done = 0;
        let mut hashes = Vec::with_capacity(self.inputs.files.len());
        for file in &self.inputs.files {
            let name = file.path.display().to_string();
            hashes.push(hash_file(&file.path, &mut |read| {
                done += read;
                watch.tell(Stage::Hashing, Done { done, total, unit: Unit::Bytes }, &name).is_ok()
            })?);
        }
        Ok(hashes)
    }

    fn load_into_cache(&self, watch: &mut Watcher<'_>) -> Result<Opened, ExtractError> {
        let cache = Cache::new(&self.paths.cache);
        files::create_dir(&self.paths.cache)?;
        cache.sweep();
        let folder = PrivateFolder::create(&self.paths.cache, BUILDING)?;
        let (built, mut extract) = self.build(folder.path(), watch)?;
        let database = cache.keep(self.spec, self.profiles, self.inputs, &built, &extract)?;
        drop(folder);
        watch.tell(Stage::Opening, Done { done: extract.rows, total: None, unit: Unit::Rows }, "the loaded extract")?;
        let engine = self.reopen(&database, &self.paths.cache)?;
        extract.database = database;
        Ok(Opened { extract, engine, folder: None })
    }

    fn load_privately(&self, watch: &mut Watcher<'_>) -> Result<Opened, ExtractError> {
        let folder = PrivateFolder::create(&std::env::temp_dir(), "casebook")?;
        let (built, mut extract) = self.build(&folder.path().join("load"), watch)?;
        let database = folder.path().join("extract.duckdb");
        files::rename(&built, &database)?;
        files::make_private(&database)?;
        files::remove_dir(&folder.path().join("load"))?;
        let engine = self.reopen(&database, folder.path())?;
        extract.database = database;
        Ok(Opened { extract, engine, folder: Some(Arc::new(folder)) })
    }

    /// Loads everything into a database in `folder`, and closes it.
    fn build(&self, folder: &Path, watch: &mut Watcher<'_>) -> Result<(PathBuf, Extract), ExtractError> {
        files::create_dir(folder)?;
        let forced = self.spec.profile.as_deref();
        let mut seens = look::look(self.inputs, self.profiles, forced, watch)?;
        let mut read = read::read(&mut seens, self.profiles, forced.is_some(), folder, watch)?;
        let hashing = Hashing::start(&seens);
        let database = folder.join("extract.duckdb");
        let engine = self.opener.open(&OpenOptions {
            path: Some(database.clone()),
            read_only: false,
            external_access: true,
            memory: self.spec.memory,
            threads: self.spec.threads,
            spill: Some(folder.join("spill")),
            ..OpenOptions::default()
        })?;
        let client = Client::new(engine);
        let mut loader = Loader {
            client: &client,
            dialect: client.dialect(),
            seens: &seens,
            read: &mut read,
            watch,
            groups: Vec::new(),
            reasons: seens.seen.iter().map(|_| Vec::new()).collect(),
            surprises: Vec::new(),
            tag: String::new(),
            basis: Basis::default(),
        };
        let joins = self.spec.joins.iter().zip(&self.inputs.sides).enumerate();
        let sides: Vec<Side<'_>> = joins.map(|(at, (spec, inputs))| Side { spec, inputs, number: at + 1 }).collect();
        let mut extract = loader.load(self.spec, self.profiles, &sides, folder)?;
        hashing.finish(&mut read.facts, &seens, watch)?;
        watch.run(&client, Stage::Checking, "", Statement::new("CHECKPOINT"))?;
        drop(client);
        self.name(&mut extract, &read.facts, &seens);
        Ok((database, extract))
    }

    /// Gives the extract its hash, and says what was passed over.
    fn name(&self, extract: &mut Extract, facts: &[read::Facts], seens: &Seens) {
        let mut all = Sha256::new();
        for (source, facts) in extract.sources.iter_mut().zip(facts) {
            source.sha256.clone_from(&facts.sha256);
            all.update(facts.sha256.as_bytes());
        }
        extract.sha256 = hexadecimal(&all.finalize());
        let skipped: Vec<String> = self.inputs.skipped.iter().map(|path| path.display().to_string()).collect();
        if let (Some(first), false) = (extract.sources.first_mut(), skipped.is_empty()) {
            let others = skipped.len().saturating_sub(5);
            let more = if others > 0 { format!(" and {others} more") } else { String::new() };
            let named = skipped.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
            first.reasons.push(format!("passed over, as hidden or no log: {named}{more}"));
        }
        debug_assert_eq!(extract.sources.len(), seens.seen.len());
    }

    /// Opens a finished database read-only and locked down, with a place to spill in `folder`.
    fn reopen(&self, database: &Path, folder: &Path) -> Result<Arc<dyn Engine>, ExtractError> {
        let options = OpenOptions {
            path: Some(database.to_path_buf()),
            read_only: true,
            external_access: false,
            memory: self.spec.memory,
            threads: self.spec.threads,
            spill: Some(folder.join("spill")),
            ..OpenOptions::default()
        };
        Ok(self.opener.open(&options)?)
    }
}
