//! Opening an extract from end to end: find the files, look into the cache, else load, then open read-only.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::domain::Seal;
use crate::domain::secret::Clues;
use crate::engine::{Client, Engine, OpenOptions, Opener, Statement};
use crate::settings::files::{self, PrivateFolder};
use crate::settings::paths::Paths;
use crate::settings::salt;

use super::basis::Basis;
use super::bytes::{hash_file, hexadecimal};
use super::cache::{self, BUILDING, Cache};
use super::detect::Format;
use super::error::ExtractError;
use super::expand::{self, Expanded};
use super::inputs::{self, Inputs};
use super::load::Loader;
use super::look;
use super::model::{Extract, OpenSpec, Opened};
use super::profile::Profiles;
use super::progress::{Progress, Stage, Unit};
use super::read::{self, Hashing};
use super::secrets::Sealing;
use super::sides::Side;
use super::stdin;
use super::watch::{Done, Watcher};

/// The name of folders for extracts that are not kept, before the process number.
const PRIVATE: &str = "casebook";

/// Such folders are cleared away when their process is gone and they were not touched for so long: the folder for temporary files may
/// be shared with processes that cannot be seen from here.
const LEFT: Duration = Duration::from_secs(3600);

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
    let stdin = match (&spec.stdin, spec.inputs.iter().any(|input| input == stdin::NAME)) {
        (Some(stdin), true) => Some(Arc::clone(stdin)),
        (None, true) => Some(Arc::new(stdin::spool(&mut watch)?)),
        (_, false) => None,
    };
    let mut inputs = inputs::resolve(&spec.inputs, stdin.as_deref())?;
    for join in &spec.joins {
        inputs.sides.push(inputs::resolve(std::slice::from_ref(&join.path), None)?);
    }
    let seal = salt::seal(paths, spec.salt.as_deref())?;
    let job = Job { spec, paths, opener, profiles: &profiles, inputs: &inputs, seal };
    // What was piped in will not be there again.
    let private = spec.no_cache || stdin.is_some();
    // What the engine complains about may be a value of the extract.
    let opened = job.open(private, &mut watch).map_err(|error| error.sealed(&job.seal))?;
    Ok(Opened { stdin, ..opened })
}

struct Job<'a> {
    spec: &'a OpenSpec,
    paths: &'a Paths,
    opener: &'a dyn Opener,
    profiles: &'a Profiles,
    inputs: &'a Inputs,
    seal: Seal,
}

impl Job<'_> {
    fn open(&self, private: bool, watch: &mut Watcher<'_>) -> Result<Opened, ExtractError> {
        if private {
            return self.load_privately(watch);
        }
        match self.open_cached(watch)? {
            Some(opened) => Ok(opened),
            None => self.load_into_cache(watch),
        }
    }

    fn opened(&self, extract: Extract, engine: Arc<dyn Engine>, folder: Option<Arc<PrivateFolder>>) -> Opened {
        Opened { extract: Extract { seal: Some(self.seal.clone()), ..extract }, engine, folder, stdin: None }
    }

    fn open_cached(&self, watch: &mut Watcher<'_>) -> Result<Option<Opened>, ExtractError> {
        let cache = Cache::new(&self.paths.cache).sealed(&self.seal);
        let mut found = if self.spec.distrust { None } else { cache.find(self.spec, self.profiles, self.inputs) };
        if found.is_none() && cache.may_have(self.inputs) {
            let hashes = self.hash(watch)?;
            let key = cache.key(self.spec, self.profiles, self.inputs, &hashes);
            found = cache.get(&key, self.inputs);
            if found.is_some() {
                cache.remember(self.spec, self.profiles, self.inputs, &key)?;
            }
        }
        let Some(extract) = found else { return Ok(None) };
        watch.tell(Stage::Opening, Done { done: extract.rows, total: None, unit: Unit::Rows }, "the loaded extract")?;
        match self.reopen(&extract.database, &self.paths.cache) {
            Ok(engine) => Ok(Some(self.opened(extract, engine, None))),
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
                done += read.len() as u64;
                watch.tell(Stage::Hashing, Done { done, total, unit: Unit::Bytes }, &name).is_ok()
            })?);
        }
        Ok(hashes)
    }

    fn load_into_cache(&self, watch: &mut Watcher<'_>) -> Result<Opened, ExtractError> {
        let cache = Cache::new(&self.paths.cache).sealed(&self.seal);
        files::create_dir(&self.paths.cache)?;
        cache.sweep();
        let folder = PrivateFolder::create(&self.paths.cache, BUILDING)?;
        let (built, mut extract) = self.build(folder.path(), watch)?;
        let database = cache.keep(self.spec, self.profiles, self.inputs, &built, &extract)?;
        drop(folder);
        watch.tell(Stage::Opening, Done { done: extract.rows, total: None, unit: Unit::Rows }, "the loaded extract")?;
        let engine = self.reopen(&database, &self.paths.cache)?;
        extract.database = database;
        Ok(self.opened(extract, engine, None))
    }

    fn load_privately(&self, watch: &mut Watcher<'_>) -> Result<Opened, ExtractError> {
        let temporary = std::env::temp_dir();
        cache::sweep(&temporary, PRIVATE, LEFT);
        let folder = PrivateFolder::create(&temporary, PRIVATE)?;
        let (built, mut extract) = self.build(&folder.path().join("load"), watch)?;
        let database = folder.path().join("extract.duckdb");
        files::rename(&built, &database)?;
        files::make_private(&database)?;
        files::remove_dir(&folder.path().join("load"))?;
        let engine = self.reopen(&database, folder.path())?;
        extract.database = database;
        Ok(self.opened(extract, engine, Some(Arc::new(folder))))
    }

    /// Loads everything into a database in `folder`, and closes it.
    fn build(&self, folder: &Path, watch: &mut Watcher<'_>) -> Result<(PathBuf, Extract), ExtractError> {
        files::create_dir(folder)?;
        let expanded = expand::expand(self.inputs, self.spec, folder, watch)?;
        let forced = self.spec.profile.as_deref();
        let mut seens = look::look(&expanded.inputs, self.profiles, forced, watch)?;
        let tells_nothing = |format: &Format| !matches!(format, Format::Csv(_) | Format::Json(_) | Format::Lines(_));
        if !self.spec.joins.is_empty() || seens.seen.iter().any(|seen| tells_nothing(&seen.format)) {
            // The bytes of databases tell nothing, and those of side tables are not read here: every text is looked through.
            seens.alarm.raise(Clues::ALL);
        }
        let mut read = read::read(&mut seens, self.profiles, forced.is_some(), folder, watch)?;
        let hashing = Hashing::start(&seens);
        let sealing = Sealing::new(self.seal.clone(), folder)?;
        let database = folder.join("extract.duckdb");
        let engine = self.opener.open(&OpenOptions {
            path: Some(database.clone()),
            read_only: false,
            external_access: true,
            memory: self.spec.memory,
            threads: self.spec.threads,
            spill: Some(folder.join("spill")),
            functions: sealing.functions(),
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
        sealing.run(&seens.alarm, &client, &mut extract, watch)?;
        watch.run(&client, Stage::Checking, "", Statement::new("CHECKPOINT"))?;
        drop(client);
        self.name(&mut extract, &read.facts, &expanded);
        Ok((database, extract))
    }

    /// Gives the extract its hash, and says what was passed over.
    fn name(&self, extract: &mut Extract, facts: &[read::Facts], expanded: &Expanded) {
        for (source, facts) in extract.sources.iter_mut().zip(facts) {
            source.sha256 = expanded.hashes.get(source.file).cloned().flatten().unwrap_or_else(|| facts.sha256.clone());
        }
        let mut all = Sha256::new();
        extract.file_hashes().iter().for_each(|hash| all.update(hash.as_bytes()));
        extract.sha256 = hexadecimal(&all.finalize());
        let skipped: Vec<String> = expanded.inputs.skipped.iter().map(|path| path.display().to_string()).collect();
        if let (Some(first), false) = (extract.sources.first_mut(), skipped.is_empty()) {
            let others = skipped.len().saturating_sub(5);
            let more = if others > 0 { format!(" and {others} more") } else { String::new() };
            let named = skipped.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
            first.reasons.push(format!("passed over, as hidden or no log: {named}{more}"));
        }
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
