//! The demo extract: the API log of an invented model provider, made by the program itself, with known abuse in it.
//!
//! Everything follows from `(rows, seed, clean)`, on every machine: the numbers come from an own generator (`rng`) and from whole-number
//! arithmetic only. All addresses are from ranges set aside for documentation, private or carrier-internal use (RFC 5737, RFC 3849,
//! RFC 1918, RFC 6598), all networks have private-use numbers (RFC 6996), all mail domains are reserved (RFC 2606): nobody real is accused.
//!
//! [`write()`] makes `requests`, `accounts` and `bans` in one format and `truth.json`, which names every planted abuse.

mod abuse;
mod convert;
mod output;
mod rng;
mod row;
#[cfg(test)]
mod tests;
mod text;
mod traffic;
mod truth;
mod world;

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::domain::Timestamp;
use crate::engine::Opener;
use crate::engine::client::AskError;
use crate::settings::files::{self, Doing, FileError};
use crate::settings::paths::Paths;

pub use truth::{Clue, Planted, Truth};

/// What to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spec {
    /// Rows in `requests`, exactly. At least [`Spec::MIN_ROWS`]; every abuse stands out from [`Spec::FULL_ROWS`] on.
    pub rows: u64,
    /// Chooses one of many different extracts of the same kind.
    pub seed: u64,
    /// Whether to leave the abuses out.
    pub clean: bool,
}

impl Spec {
    /// Days that the extract covers.
    pub const DAYS: u32 = 14;
    /// Its first moment: 2026-03-02T00:00:00Z, a Monday.
    pub const START: Timestamp = Timestamp(1_772_409_600 * Timestamp::SECOND);
    /// The fewest rows that hold the abuses at all.
    pub const MIN_ROWS: u64 = 1_000;
    /// From this many rows on, every abuse has its full size (it grows with the square root of the rows).
    pub const FULL_ROWS: u64 = 20_000;
    /// The first moment after it.
    pub const END: Timestamp = Spec::START.plus(Spec::DAYS as i64 * 86_400 * Timestamp::SECOND);
}

impl Default for Spec {
    fn default() -> Spec {
        Spec { rows: 200_000, seed: 1, clean: false }
    }
}

/// The format of the three files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Comma-separated values with a header (RFC 4180, lines end in LF).
    Csv,
    /// One JSON object a line.
    Jsonl,
    /// Apache Parquet.
    Parquet,
}

impl Format {
    /// Every format.
    pub const ALL: [Format; 3] = [Format::Csv, Format::Jsonl, Format::Parquet];

    /// The ending of the files' names, and the word on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Jsonl => "jsonl",
            Format::Parquet => "parquet",
        }
    }
}

impl std::str::FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(word: &str) -> Result<Format, UnknownFormat> {
        Format::ALL.into_iter().find(|format| format.name() == word).ok_or_else(|| UnknownFormat(word.to_owned()))
    }
}

/// A word that is no format of the demo.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a format of the demo; the formats are csv, jsonl and parquet")]
pub struct UnknownFormat(pub String);

/// What was written where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The request log.
    pub requests: PathBuf,
    /// The accounts.
    pub accounts: PathBuf,
    /// The bans.
    pub bans: PathBuf,
    /// The planted abuses, JSON.
    pub truth: PathBuf,
    /// Rows in the request log.
    pub rows: u64,
}

/// Why there is no demo extract.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// A file could not be written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The conversion to Parquet failed.
    #[error("cannot write the demo as Parquet: {0}")]
    Convert(AskError),
    /// The truth could not be put into JSON.
    #[error("cannot write the demo's truth: {0}")]
    Truth(#[from] serde_json::Error),
    /// Too small.
    #[error("a demo of {0} rows cannot hold the planted abuses; ask for at least {min} rows", min = Spec::MIN_ROWS)]
    TooFew(u64),
    /// Somebody asked to stop. What was half written has been removed.
    #[error("interrupted; the demo was not written")]
    Interrupted,
}

/// Rows between two looks at whether to stop.
const WATCH_EVERY: u64 = 8_192;

/// Writes the extract into `dir`, which is made if need be; files of the same names are replaced, and only when all of the new ones are
/// complete. `opener` is used for Parquet only. `watch` hears how many rows of how many are done, and stops the work by returning
/// `false`.
pub fn write(
    spec: &Spec,
    dir: &Path,
    format: Format,
    opener: &dyn Opener,
    watch: &mut dyn FnMut(u64, u64) -> bool,
) -> Result<Written, DemoError> {
    files::create_dir(dir)?;
    let beside = files::PrivateFolder::create(dir, ".demo")?;
    let made = match format {
        Format::Csv | Format::Jsonl => write_text(spec, beside.path(), format, watch)?,
        Format::Parquet => {
            // Opened first: without an engine there is no point in writing anything.
            let client = convert::open(opener)?;
            let text = write_text(spec, beside.path(), Format::Csv, watch)?;
            convert::to_parquet(&client, &text, watch)?
        }
    };
    let written = paths_in(dir, format.name(), spec.rows);
    files::rename(&made.requests, &written.requests)?;
    files::rename(&made.accounts, &written.accounts)?;
    files::rename(&made.bans, &written.bans)?;
    files::rename(&made.truth, &written.truth)?;
    Ok(written)
}

fn paths_in(dir: &Path, ending: &str, rows: u64) -> Written {
    let named = |stem: &str| dir.join(format!("{stem}.{ending}"));
    Written { requests: named("requests"), accounts: named("accounts"), bans: named("bans"), truth: dir.join("truth.json"), rows }
}

/// Writes the extract as CSV or JSONL into a folder that is there, in one pass over time.
fn write_text(spec: &Spec, dir: &Path, format: Format, watch: &mut dyn FnMut(u64, u64) -> bool) -> Result<Written, DemoError> {
    if spec.rows < Spec::MIN_ROWS && !spec.clean {
        return Err(DemoError::TooFew(spec.rows));
    }
    let written = paths_in(dir, format.name(), spec.rows);
    make(spec, &written, format, watch)?;
    Ok(written)
}

fn make(spec: &Spec, written: &Written, format: Format, watch: &mut dyn FnMut(u64, u64) -> bool) -> Result<(), DemoError> {
    let mut world = world::World::new(spec);
    let planted = if spec.clean { abuse::Plan::default() } else { abuse::plan(spec, &mut world) };
    let mut lines = output::Lines::new(format);
    let mut file = BufWriter::with_capacity(1 << 18, files::create(&written.requests)?);
    let mut put = |bytes: &[u8]| file.write_all(bytes).doing("write", &written.requests);
    put(lines.requests_header())?;
    let mut done = 0u64;
    traffic::run(spec, &world, &planted.rows, &mut |row| {
        put(lines.request(row, &world))?;
        done += 1;
        if done.is_multiple_of(WATCH_EVERY) && !watch(done, spec.rows) { Err(DemoError::Interrupted) } else { Ok(()) }
    })?;
    finish(file, &written.requests)?;

    let mut file = BufWriter::new(files::create(&written.accounts)?);
    file.write_all(&lines.accounts(&world)).doing("write", &written.accounts)?;
    finish(file, &written.accounts)?;
    let mut file = BufWriter::new(files::create(&written.bans)?);
    file.write_all(&lines.bans(&world)).doing("write", &written.bans)?;
    finish(file, &written.bans)?;

    let truth = Truth { rows: spec.rows, seed: spec.seed, planted: planted.truth };
    let mut json = serde_json::to_vec_pretty(&truth)?;
    json.push(b'\n');
    files::write_atomic(&written.truth, &json)?;
    if watch(spec.rows, spec.rows) { Ok(()) } else { Err(DemoError::Interrupted) }
}

fn finish(file: BufWriter<std::fs::File>, path: &Path) -> Result<(), FileError> {
    file.into_inner().map_err(|error| error.into_error()).and_then(|file| file.sync_all()).doing("write", path)
}

/// The request log of the demo in the cache folder, written there the first time: whole or not at all, as it is made in a folder of its
/// own that takes its name at the end.
pub fn cached(
    spec: &Spec,
    paths: &Paths,
    opener: &dyn Opener,
    watch: &mut dyn FnMut(u64, u64) -> bool,
) -> Result<PathBuf, DemoError> {
    let parent = paths.cache.join("demo");
    let clean = if spec.clean { "-clean" } else { "" };
    // The version makes sure that a newer program does not show an older program's demo.
    let folder = parent.join(format!("{}-{}{clean}-v{VERSION}", spec.rows, spec.seed));
    let ready = paths_in(&folder, CACHED.name(), spec.rows).requests;
    if ready.is_file() {
        return Ok(ready);
    }
    let beside = files::PrivateFolder::create(&parent, ".part")?;
    let made = beside.path().join("demo");
    write(spec, &made, CACHED, opener, watch)?;
    match files::rename(&made, &folder) {
        Ok(()) => Ok(ready),
        // Another program was quicker: its demo is the same, byte for byte.
        Err(_) if ready.is_file() => Ok(ready),
        Err(error) => Err(error.into()),
    }
}

/// The command that makes a demo again which was in the cache under this path; nothing for any other file.
pub fn command_of(path: &Path, paths: &Paths) -> Option<String> {
    let inside = path.strip_prefix(paths.cache.join("demo")).ok()?;
    let folder = inside.components().next()?.as_os_str().to_str()?;
    let mut parts = folder.split('-');
    let (rows, seed) = (parts.next()?.parse::<u64>().ok()?, parts.next()?.parse::<u64>().ok()?);
    let clean = if parts.next() == Some("clean") { " --clean" } else { "" };
    Some(format!("casebook demo --rows {rows} --seed {seed}{clean}"))
}

/// Counts up whenever the same [`Spec`] gives other bytes than before.
const VERSION: u32 = 2;

/// The format of the cached demo.
const CACHED: Format = Format::Csv;
