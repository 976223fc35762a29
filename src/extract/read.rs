//! Reading the sources before the engine does: JSON is cut into records and checked, packed files are unpacked, all are hashed.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use crate::settings::files::{self, Doing};

use super::bytes::{SourceReader, hash_file};
use super::detect::Format;
use super::envelope;
use super::error::ExtractError;
use super::look::{Seen, Seens};
use super::profile::{Profile, Profiles};
use super::progress::{Stage, Unit};
use super::records::{Found, Framing, Records};
use super::route::Router;
use super::sample::RECORDS;
use super::scan::{Apart, Keys, Label, RejectSpool, Spool};
use super::secrets::Alarm;
use super::watch::{Done, Watcher};
use super::zeek::{Line, Zeek};

/// What the engine loads in one statement.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Part {
    /// The files to read: the sources themselves, or what was made of them.
    pub(super) paths: Vec<PathBuf>,
    /// The sources: of a table as many as there are paths, of JSON all that are in the spool.
    pub(super) sources: Vec<usize>,
    /// The group that says what its columns are.
    pub(super) group: usize,
    /// For JSON: bytes of the longest line.
    pub(super) longest: usize,
}

impl Part {
    /// The first of the sources, which stands for all of them where they are alike.
    pub(super) fn source(&self) -> usize {
        self.sources.first().copied().unwrap_or_default()
    }
}

/// Tables that are read by one statement at most.
const TOGETHER: usize = 64;

/// What is known of a source after it was read.
#[derive(Debug, Clone, Default)]
pub(super) struct Facts {
    pub(super) rows: u64,
    pub(super) rejects: u64,
    pub(super) sha256: String,
    /// Halves of UTF-16 characters that were replaced.
    pub(super) mended: u64,
    /// Its rows by the group that they went to.
    pub(super) groups: BTreeMap<usize, u64>,
}

/// Everything that reading gave.
pub(super) struct Read {
    pub(super) parts: Vec<Part>,
    /// The keys of each group's JSON records.
    pub(super) keys: Vec<Keys>,
    pub(super) facts: Vec<Facts>,
    pub(super) rejects: RejectSpool,
}

/// Reads what Rust must read; the rest is left to the engine, while [`Hashing`] hashes it. Finds groups of records on the way.
pub(super) fn read(
    seens: &mut Seens,
    profiles: &Profiles,
    forced: bool,
    folder: &Path,
    watch: &mut Watcher<'_>,
) -> Result<Read, ExtractError> {
    let total: u64 = seens.seen.iter().filter(|seen| is_read_here(seen)).map(|seen| seen.input.size).sum();
    let mut desk = Desk {
        router: Router::new(profiles, forced),
        spools: Spools::new(),
        rejects: RejectSpool::create(folder.join("rejects.ndjson"))?,
        apart: Apart::default(),
        folder,
        alarm: seens.alarm.clone(),
    };
    let mut facts = vec![Facts::default(); seens.seen.len()];
    let mut tables: Vec<(usize, PathBuf)> = Vec::new();
    let mut before = 0;
    for (at, facts) in facts.iter_mut().enumerate() {
        let Some(seen) = seens.seen.get(at).cloned() else { continue };
        let mut tell = |bytes: u64| {
            let done = Done { done: before + bytes, total: Some(total), unit: Unit::Bytes };
            watch.tell(Stage::Reading, done, &seen.input.path.display().to_string())
        };
        match &seen.format {
            Format::Json(framing) => desk.json(seens, at, &seen, framing, facts, &mut tell)?,
            Format::Lines(name) => {
                if let Some(profile) = profiles.get(name) {
                    desk.lines(seens, at, &seen, Way::Patterns(profile), facts, &mut tell)?;
                }
            }
            Format::Zeek => desk.lines(seens, at, &seen, Way::Zeek(Zeek::default()), facts, &mut tell)?,
            _ if seen.packing.is_plain() => tables.push((at, seen.input.file().to_path_buf())),
            _ => {
                let path = folder.join(format!("unpacked-{at}"));
                (facts.sha256, facts.mended) = unpack(&seen, &path, &desk.alarm, &mut tell)?;
                tables.push((at, path));
            }
        }
        if is_read_here(&seen) {
            before += seen.input.size;
        }
    }
    desk.rejects.flush()?;
    let (parts, keys) = parts(seens, desk.spools, &tables)?;
    Ok(Read { parts, keys, facts, rejects: desk.rejects })
}

fn is_read_here(seen: &Seen) -> bool {
    matches!(seen.format, Format::Json(_) | Format::Lines(_) | Format::Zeek) || !seen.packing.is_plain()
}

/// The statements to come, group by group: what was spooled for it, then its tables, many small files together.
fn parts(seens: &Seens, mut spools: Spools, tables: &[(usize, PathBuf)]) -> Result<(Vec<Part>, Vec<Keys>), ExtractError> {
    let mut parts: Vec<Part> = Vec::new();
    let mut all_keys = Vec::new();
    for group in 0..seens.groups.len() {
        let spooled = spools.remove(&group);
        all_keys.push(match spooled {
            Some(Spooled { mut spool, path, sources, keys }) => {
                spool.flush()?;
                parts.push(Part { paths: vec![path], sources, group, longest: spool.longest });
                keys
            }
            None => Keys::default(),
        });
        for (source, path) in tables {
            let Some(seen) = seens.seen.get(*source).filter(|seen| seen.group == group) else { continue };
            let alike = |part: &&mut Part| {
                let last = part.sources.last().and_then(|last| seens.seen.get(*last)).map(|last| &last.format);
                part.group == group && part.paths.len() < TOGETHER && last == Some(&seen.format)
            };
            let joins = matches!(seen.format, Format::Csv(_));
            match parts.last_mut().filter(alike).filter(|_| joins) {
                Some(part) => {
                    part.paths.push(path.clone());
                    part.sources.push(*source);
                }
                None => parts.push(Part { paths: vec![path.clone()], sources: vec![*source], group, longest: 0 }),
            }
        }
    }
    Ok((parts, all_keys))
}

/// The records of a group, as they are being written.
struct Spooled {
    spool: Spool,
    path: PathBuf,
    sources: Vec<usize>,
    keys: Keys,
}

/// By the group.
type Spools = BTreeMap<usize, Spooled>;

/// Where records are read and sorted.
struct Desk<'a> {
    router: Router<'a>,
    spools: Spools,
    rejects: RejectSpool,
    apart: Apart,
    folder: &'a Path,
    alarm: Alarm,
}

impl Desk<'_> {
    /// The spool and the keys of a group.
    fn group(&mut self, group: usize, source: usize) -> Result<(&mut Spool, &mut Keys), ExtractError> {
        let spooled = match self.spools.entry(group) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                let path = self.folder.join(format!("records-{group}.ndjson"));
                let spool = Spool::create(path.clone())?;
                entry.insert(Spooled { spool, path, sources: Vec::new(), keys: Keys::default() })
            }
        };
        if spooled.sources.last() != Some(&source) {
            spooled.sources.push(source);
        }
        Ok((&mut spooled.spool, &mut spooled.keys))
    }

    fn json(
        &mut self,
        seens: &mut Seens,
        source: usize,
        seen: &Seen,
        framing: &Framing,
        facts: &mut Facts,
        tell: &mut dyn FnMut(u64) -> Result<(), ExtractError>,
    ) -> Result<(), ExtractError> {
        let mut records = Records::new(SourceReader::open(&seen.input)?.watched(self.alarm.lookout()), framing.clone())?;
        let inner = seen.inner.as_deref();
        let label = Label::new(&seen.label);
        let mut sampled = 0;
        let mut first = None;
        while let Some(found) = records.next()? {
            let (number, text, fault) = match found {
                Found::Record { number, text } => (number, text.clone(), self.apart.take(records.text(&text), inner).err()),
                Found::Bad { number, reason, text } => (number, text, Some(reason)),
            };
            let text = records.text(&text);
            if let Some(reason) = fault {
                self.rejects.add(&seen.input.path, number, &reason, text)?;
                facts.rejects += 1;
                first.get_or_insert(reason);
            } else {
                let (group, fresh) = self.router.group(seens, seen.group, &self.apart, text, inner);
                if (fresh || sampled < RECORDS)
                    && let Some(kin) = seens.groups.get_mut(group)
                    && let Ok(record) = serde_json::from_slice(text)
                {
                    kin.sample.add_json(&envelope::open(&record, inner));
                    sampled += 1;
                }
                let apart = std::mem::take(&mut self.apart);
                let (spool, keys) = self.group(group, source)?;
                spool.record(text, &apart, &label, keys)?;
                self.apart = apart;
                facts.rows += 1;
                *facts.groups.entry(group).or_default() += 1;
            }
            if (facts.rows + facts.rejects).is_multiple_of(1024) {
                tell(records.bytes_read())?;
            }
        }
        tell(records.bytes_read())?;
        unless_all_rejected(seen, facts, first, "it looks like JSON")?;
        (facts.sha256, facts.mended) = records.finish()?;
        Ok(())
    }

    fn lines(
        &mut self,
        seens: &mut Seens,
        source: usize,
        seen: &Seen,
        mut way: Way<'_>,
        facts: &mut Facts,
        tell: &mut dyn FnMut(u64) -> Result<(), ExtractError>,
    ) -> Result<(), ExtractError> {
        let mut records = Records::new(SourceReader::open(&seen.input)?.watched(self.alarm.lookout()), Framing::Lines)?;
        let label = Label::new(&seen.label);
        let mut first = None;
        while let Some(found) = records.next()? {
            let (number, text, fault) = match found {
                Found::Record { number, text } => (number, text, None),
                Found::Bad { number, reason, text } => (number, text, Some(reason)),
            };
            let text = records.text(&text);
            let line = visible(text);
            let line = line.trim_end_matches('\r');
            let taken = match fault {
                Some(reason) => Line::Bad(reason),
                None => way.take_apart(line),
            };
            match taken {
                Line::About => {}
                Line::Fields(fields) => {
                    if facts.rows < RECORDS as u64
                        && let Some(kin) = seens.groups.get_mut(seen.group)
                    {
                        kin.sample.add_parts(&fields);
                    }
                    let (spool, keys) = self.group(seen.group, source)?;
                    spool.fields(&fields, &label, keys)?;
                    facts.rows += 1;
                    *facts.groups.entry(seen.group).or_default() += 1;
                }
                Line::Bad(reason) => {
                    self.rejects.add(&seen.input.path, number, &reason, text)?;
                    facts.rejects += 1;
                    first.get_or_insert(reason);
                }
            }
            if (facts.rows + facts.rejects).is_multiple_of(1024) {
                tell(records.bytes_read())?;
            }
        }
        tell(records.bytes_read())?;
        unless_all_rejected(seen, facts, first, "it looks like lines of text")?;
        (facts.sha256, facts.mended) = records.finish()?;
        Ok(())
    }
}

/// How lines of text are taken apart.
enum Way<'p> {
    /// By the patterns of a profile.
    Patterns(&'p Profile),
    /// As the log itself says.
    Zeek(Zeek),
}

impl Way<'_> {
    fn take_apart<'r, 'l>(&'r mut self, line: &'l str) -> Line<'r, 'l> {
        match self {
            Way::Patterns(profile) => match profile.take_apart(line) {
                Some(fields) => Line::Fields(fields),
                None => Line::Bad(format!("no pattern of the profile {} fits this line", profile.name)),
            },
            Way::Zeek(zeek) => zeek.line(line),
        }
    }
}

/// The text of a line; bytes that are not UTF-8 stand in it as `\xNN`, as web servers write them.
fn visible(line: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(line) {
        return Cow::Borrowed(text);
    }
    let mut text = String::with_capacity(line.len() + 16);
    for chunk in line.utf8_chunks() {
        text.push_str(chunk.valid());
        chunk.invalid().iter().for_each(|byte| text.push_str(&format!("\\x{byte:02x}")));
    }
    Cow::Owned(text)
}

/// A source of which nothing at all can be read is an error, not an empty extract.
fn unless_all_rejected(seen: &Seen, facts: &Facts, first: Option<String>, looks: &str) -> Result<(), ExtractError> {
    let (0, Some(first)) = (facts.rows, first) else { return Ok(()) };
    let reason = format!("{looks}, but no record in it can be read ({first}); fetch the file again, or look at its beginning");
    Err(ExtractError::Broken { path: seen.input.path.clone(), reason })
}

fn unpack(
    seen: &Seen,
    to: &Path,
    alarm: &Alarm,
    tell: &mut dyn FnMut(u64) -> Result<(), ExtractError>,
) -> Result<(String, u64), ExtractError> {
    let mut reader = SourceReader::open(&seen.input)?.watched(alarm.lookout());
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
            .map(|(at, seen)| (at, seen.input.file().to_path_buf()))
            .collect();
        let stop = Arc::new(AtomicBool::new(false));
        let asked = Arc::clone(&stop);
        let alarm = seens.alarm.clone();
        let work = move || {
            let hash = |(at, path): (usize, PathBuf)| {
                let mut lookout = alarm.lookout();
                let mut see = |bytes: &[u8]| {
                    lookout.see(bytes);
                    !asked.load(Ordering::Relaxed)
                };
                hash_file(&path, &mut see).map(|hash| (at, hash))
            };
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
                let mut lookout = seens.alarm.lookout();
                let mut see = |bytes: &[u8]| {
                    lookout.see(bytes);
                    true
                };
                fact.sha256 = hash_file(seen.input.file(), &mut see)?;
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
