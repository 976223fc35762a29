//! Opening a database: resources, the shared schema `work`, and the lock-down.

use std::path::{Path, PathBuf};
use std::time::Duration;

use duckdb::{Config, Connection};

use super::super::api::{EngineError, Lane, OpenOptions};
use super::{function, machine};
use crate::settings::files::{self, Lock, PrivateFolder};

/// The connections to one database.
pub(super) struct Connections {
    /// For clones.
    pub(super) root: Connection,
    /// One for each lane.
    pub(super) lanes: [Connection; Lane::ALL.len()],
    /// Where it spills. Outlives every connection.
    pub(super) spill: Option<Spill>,
}

/// How the database is named in errors.
pub(super) fn shown(options: &OpenOptions) -> String {
    options.path.as_ref().map_or_else(|| "in memory".to_owned(), |path| path.display().to_string())
}

/// Opens what `options` say, attaches `work`, and locks down unless external access is asked for.
pub(super) fn open(options: &OpenOptions) -> Result<Connections, EngineError> {
    let failed = |reason: String| EngineError::Open { path: shown(options), reason };
    let spill = match &options.spill {
        Some(folder) => Some(Spill::create(folder).map_err(&failed)?),
        None => None,
    };
    let connect = || -> duckdb::Result<(Connection, [Connection; Lane::ALL.len()])> {
        let config = config(options, spill.as_ref().map(Spill::path))?;
        // The file is attached to a database in memory, not opened as the main one: beside a read-only main database nothing can be
        // attached for writing, and the file's own name would become that of its catalog.
        let root = Connection::open_in_memory_with_flags(config)?;
        if let Some(path) = &options.path {
            let mode = if options.read_only { "READ_ONLY" } else { "READ_WRITE" };
            let path = path.to_str().ok_or_else(|| duckdb::Error::InvalidPath(path.clone()))?;
            root.execute(&format!("ATTACH $1 AS {EXTRACT} (TYPE duckdb, {mode})"), [path])?;
        }
        root.execute_batch("ATTACH ':memory:' AS work")?;
        function::register(&root, &options.functions)?;
        let lanes = [root.try_clone()?, root.try_clone()?, root.try_clone()?];
        for lane in &lanes {
            // A client setting: a lane that is opened again after the lock-down cannot turn it on, and then tells no fraction.
            lane.set_query_progress_tracking(true)?;
            prepare_lane(lane, options.path.is_some())?;
        }
        if !options.external_access {
            // In this order: once the configuration is locked, nothing can be set.
            root.execute_batch("SET enable_external_access = false; SET lock_configuration = true")?;
        }
        Ok((root, lanes))
    };
    let (root, lanes) = connect().map_err(|error| failed(error.to_string()))?;
    Ok(Connections { root, lanes, spill })
}

/// The catalog of the opened file.
const EXTRACT: &str = "extract";

/// Makes a lane's connection find the tables of the opened file by their bare names. Allowed after the lock-down too.
pub(super) fn prepare_lane(connection: &Connection, has_file: bool) -> duckdb::Result<()> {
    if has_file { connection.execute_batch(&format!("USE {EXTRACT}")) } else { Ok(()) }
}

fn config(options: &OpenOptions, spill: Option<PathBuf>) -> duckdb::Result<Config> {
    let threads = options.threads.unwrap_or_else(machine::threads).max(1);
    let spill = spill.map(|folder| folder.to_string_lossy().into_owned()).unwrap_or_default();
    Config::default()
        .threads(i64::try_from(threads).unwrap_or(i64::MAX))?
        .max_memory(&format!("{}B", options.memory.unwrap_or_else(machine::memory)))?
        .enable_autoload_extension(false)?
        .with("allow_community_extensions", "false")?
        .with("allow_persistent_secrets", "false")?
        .with("temp_directory", spill)
}

/// A folder for spill files, of this engine alone: DuckDB names its files the same in every process. Removed when this is dropped.
#[derive(Debug)]
pub(super) struct Spill {
    folder: PrivateFolder,
    _lock: Lock,
}

/// The lock in a spill folder, held as long as the folder is in use.
const LOCK: &str = "lock";

/// Spill folders younger than this are left alone: their engine may be about to lock them.
const FRESH: Duration = Duration::from_secs(60);

impl Spill {
    fn create(parent: &Path) -> Result<Spill, String> {
        files::create_dir(parent).map_err(|error| error.to_string())?;
        clear_leftovers(parent);
        let folder = PrivateFolder::create(parent, "spill").map_err(|error| error.to_string())?;
        let lock = files::lock(&folder.path().join(LOCK), "a running casebook").map_err(|error| error.to_string())?;
        Ok(Spill { folder, _lock: lock })
    }

    /// Where DuckDB spills to; it makes this folder when it needs it.
    fn path(&self) -> PathBuf {
        self.folder.path().join("duckdb")
    }
}

/// Removes what engines left behind that were killed: rows of extracts do not stay on the disk. What cannot be removed stays.
fn clear_leftovers(parent: &Path) {
    let Ok(entries) = std::fs::read_dir(parent) else { return };
    for entry in entries.flatten() {
        let old = entry.metadata().and_then(|data| data.modified()).ok().and_then(|time| time.elapsed().ok());
        let is_ours = entry.file_name().to_str().is_some_and(|name| name.starts_with("spill-"));
        if is_ours
            && old.is_some_and(|age| age > FRESH)
            && let Ok(_lock) = files::lock(&entry.path().join(LOCK), "a casebook that clears away")
        {
            let _ = files::remove_dir(&entry.path());
        }
    }
}
