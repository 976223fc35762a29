//! Reading the sources before the engine does: JSON is cut into records and checked, packed files are unpacked, all are hashed.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use crate::settings::files::{self, Doing};

use super::bytes::{Packing, SourceReader, hash_file};
use super::detect::Format;
use super::error::ExtractError;
use super::look::{Seen, Seens};
use super::progress::{Stage, Unit};
use super::records::{Found, Framing, Records};
use super::scan::{Keys, RejectSpool, Spool};
use super::watch::{Done, Watcher};

/// What the engine loads in one statement.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Part {
    /// The file to read: the source itself, or what was made of it.
    pub(super) path: PathBuf,
    /// The group that says what its columns are.
    pub(super) group: usize,
    /// The source; for JSON the first of those in the spool.
    pub(super) source: usize,
    /// For JSON: bytes of the longest line.
    pub(super) longest: usize,
}

/// What is known of a source after it was read.
#[derive(Debug, Clone, Default)]
pub(super) struct Facts {
    pub(super) rows: u64,
    pub(super) rejects: u64,
    pub(super) sha256: String,
}

/// Everything that reading gave.
pub(super) struct Read {
    pub(super) parts: Vec<Part>,
    /// The keys of each group's JSON records.
    pub(super) keys: Vec<Keys>,
    pub(super) facts: Vec<Facts>,
    pub(super) rejects: RejectSpool,
}

/// Reads what Rust must read; the rest is left to the engine, while [`Hashing`] hashes it.
pub(super) fn read(seens: &Seens, folder: &Path, watch: &mut Watcher<'_>) -> Result<Read, ExtractError> {
    let total: u64 = seens.seen.iter().filter(|seen| is_read_here(seen)).map(|seen| seen.input.size).sum();
    let mut read = Read {
        parts: Vec::new(),
        keys: seens.groups.iter().map(|_| Keys::default()).collect(),
        facts: vec![Facts::default(); seens.seen.len()],
        rejects: RejectSpool::create(folder.join("rejects.ndjson"))?,
    };
    let mut before = 0;
    let mut open: Option<(usize, Spool, Part)> = None;
    for (at, seen) in seens.seen.iter().enumerate() {
        let mut tell = |bytes: u64| {
            let done = Done { done: before + bytes, total: Some(total), unit: Unit::Bytes };
            watch.tell(Stage::Reading, done, &seen.input.path.display().to_string())
        };
        match &seen.format {
            Format::Json(framing) => {
                if open.as_ref().is_none_or(|(group, ..)| *group != seen.group) {
                    close(&mut open, &mut read.parts)?;
                    let path = folder.join(format!("records-{at}.ndjson"));
                    let part = Part { path: path.clone(), group: seen.group, source: at, longest: 0 };
                    open = Some((seen.group, Spool::create(path)?, part));
                }
                if let (Some((_, spool, _)), Some(keys), Some(facts)) =
                    (open.as_mut(), read.keys.get_mut(seen.group), read.facts.get_mut(at))
                {
                    records(seen, framing, spool, keys, &mut read.rejects, facts, &mut tell)?;
                }
            }
            _ => {
                close(&mut open, &mut read.parts)?;
                let mut path = seen.input.path.clone();
                if seen.packing != Packing::Plain {
                    path = folder.join(format!("unpacked-{at}"));
                    let hash = unpack(seen, &path, &mut tell)?;
                    if let Some(facts) = read.facts.get_mut(at) {
                        facts.sha256 = hash;
                    }
                }
                read.parts.push(Part { path, group: seen.group, source: at, longest: 0 });
            }
        }
        if is_read_here(seen) {
            before += seen.input.size;
        }
    }
    close(&mut open, &mut read.parts)?;
    read.rejects.flush()?;
    Ok(read)
}

fn is_read_here(seen: &Seen) -> bool {
    matches!(seen.format, Format::Json(_)) || seen.packing != Packing::Plain
}

fn close(open: &mut Option<(usize, Spool, Part)>, parts: &mut Vec<Part>) -> Result<(), ExtractError> {
    if let Some((_, mut spool, mut part)) = open.take() {
        spool.flush()?;
        part.longest = spool.longest;
        parts.push(part);
    }
    Ok(())
}

fn records(
    seen: &Seen,
    framing: &Framing,
    spool: &mut Spool,
    keys: &mut Keys,
    rejects: &mut RejectSpool,
    facts: &mut Facts,
    tell: &mut dyn FnMut(u64) -> Result<(), ExtractError>,
) -> Result<(), ExtractError> {
    let mut records = Records::new(SourceReader::open(&seen.input)?, framing.clone())?;
    let path = &seen.input.path;
    let mut first = None;
    while let Some(found) = records.next()? {
        let (number, reason, text) = match found {
            Found::Record { number, text } => (number, spool.record(records.text(&text), keys)?.err(), text),
            Found::Bad { number, reason, text } => (number, Some(reason), text),
        };
        match reason {
            None => facts.rows += 1,
            Some(reason) => {
                rejects.add(path, number, &reason, records.text(&text))?;
                facts.rejects += 1;
                first.get_or_insert(reason);
            }
        }
        if (facts.rows + facts.rejects).is_multiple_of(1024) {
            tell(records.bytes_read())?;
        }
    }
    tell(records.bytes_read())?;
    if let (0, Some(first)) = (facts.rows, first) {
        let reason = format!(
            "it looks like JSON, but no record in it can be read ({first}); fetch the file again, or look at its beginning"
        );
        return Err(ExtractError::Broken { path: path.clone(), reason });
    }
    facts.sha256 = records.finish()?;
    Ok(())
}

fn unpack(seen: &Seen, to: &Path, tell: &mut dyn FnMut(u64) -> Result<(), ExtractError>) -> Result<String, ExtractError> {
    let mut reader = SourceReader::open(&seen.input)?;
    let mut out = files::create(to)?;
    let mut buffer = vec![0; 1 << 20];
    loop {
        let read = reader.read(&mut buffer)?;
        let Some(fresh) = buffer.get(..read).filter(|fresh| !fresh.is_empty()) else { break };
        out.write_all(fresh).doing("write", to)?;
        tell(reader.bytes_read())?;
    }
    reader.finish()
}

/// The hashes of sources by their place, or why one could not be read.
type Hashes = Result<Vec<(usize, String)>, ExtractError>;

/// Hashes the sources that the engine reads by itself, beside it.
pub(super) struct Hashing {
    worker: Option<JoinHandle<Hashes>>,
    stop: Arc<AtomicBool>,
}

impl Hashing {
    pub(super) fn start(seens: &Seens) -> Hashing {
        let files: Vec<(usize, PathBuf)> = seens
            .seen
            .iter()
            .enumerate()
            .filter(|(_, seen)| !is_read_here(seen))
            .map(|(at, seen)| (at, seen.input.path.clone()))
            .collect();
        let stop = Arc::new(AtomicBool::new(false));
        let asked = Arc::clone(&stop);
        let work = move || {
            let hash =
                |(at, path): (usize, PathBuf)| hash_file(&path, &mut |_| !asked.load(Ordering::Relaxed)).map(|hash| (at, hash));
            files.into_iter().map(hash).collect()
        };
        let worker = std::thread::Builder::new().name("hashing".into()).spawn(work).ok();
        Hashing { worker, stop }
    }

    /// Waits for the hashes.
    pub(super) fn finish(mut self, facts: &mut [Facts], seens: &Seens, watch: &mut Watcher<'_>) -> Result<(), ExtractError> {
        let Some(worker) = self.worker.take() else {
            // No thread could be had: hash here.
            for (seen, fact) in seens.seen.iter().zip(facts.iter_mut()).filter(|(seen, _)| !is_read_here(seen)) {
                fact.sha256 = hash_file(&seen.input.path, &mut |_| true)?;
            }
            return Ok(());
        };
        while !worker.is_finished() {
            watch.tell(Stage::Hashing, Done { done: 0, total: None, unit: Unit::PerMille }, "the sources")?;
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        let hashes = worker.join().map_err(|_| ExtractError::Interrupted)??;
        for (at, hash) in hashes {
            if let Some(fact) = facts.get_mut(at) {
                fact.sha256 = hash;
            }
        }
        Ok(())
    }
}

impl Drop for Hashing {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(worker) = self.worker.take() {
            // It stops at the next megabyte; its result is not wanted any more.
            let _ = worker.join();
        }
    }
}
