//! Checking a case: the chain of its journal, its evidence files and, where the extract is at hand, every number that it states.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::domain::{Role, SafeText};
use crate::engine::{Client, Limits, Param, Statement, Table};
use crate::extract::Extract;
use crate::investigate::result::{self, Bounds};
use crate::investigate::{self, CaseTerms, Context, Filter, REQUESTS, View};
use crate::playbook;
use crate::settings::files::FileError;

use super::dir::{CaseError, EVIDENCE, JOURNAL, META};
use super::entry::sha256;
use super::event::Event;
use super::evidence::EvidenceRow;
use super::journal;
use super::meta::CaseMeta;
use super::model::{Measure, Pin};
use super::same::differing;
use super::state::Case;

/// One thing that was checked. The texts may come from an extract: show [`Verdict::line`], or draw them through `SafeText`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// What was checked.
    pub what: String,
    /// What the case says.
    pub expected: String,
    /// What is there.
    pub found: String,
    /// Whether it holds.
    pub holds: bool,
}

impl Verdict {
    fn new(what: impl Into<String>, expected: impl Into<String>, found: impl Into<String>, holds: bool) -> Verdict {
        Verdict { what: what.into(), expected: expected.into(), found: found.into(), holds }
    }

    /// The verdict in one line, safe to show.
    pub fn line(&self) -> SafeText {
        SafeText::new(&match self.holds {
            true => format!("ok      {}: {}", self.what, self.found),
            false => format!("BROKEN  {}: expected {}, found {}", self.what, self.expected, self.found),
        })
    }
}

/// All that was checked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verdicts {
    /// What was checked, in order.
    pub verdicts: Vec<Verdict>,
    /// What was not checked, and why; one sentence each.
    pub unchecked: Vec<String>,
}

impl Verdicts {
    /// Whether all that was checked holds.
    pub fn holds(&self) -> bool {
        self.verdicts.iter().all(|verdict| verdict.holds)
    }

    /// The verdicts that do not hold.
    pub fn broken(&self) -> impl Iterator<Item = &Verdict> {
        self.verdicts.iter().filter(|verdict| !verdict.holds)
    }

    /// The verdicts as lines, safe to show; the last line says it all.
    pub fn lines(&self) -> Vec<SafeText> {
        let broken = self.broken().count();
        let checked = self.verdicts.len();
        let unchecked = self.unchecked.iter().map(|what| SafeText::new(&format!("not checked  {what}")));
        let last = match broken {
            0 => format!("the case holds: {checked} checks"),
            _ => format!("the case does NOT hold: {broken} of {checked} checks failed"),
        };
        self.verdicts.iter().map(Verdict::line).chain(unchecked).chain([SafeText::new(&last)]).collect()
    }

    fn push(&mut self, verdict: Verdict) {
        self.verdicts.push(verdict);
    }
}

/// Checks the case in a folder; changes nothing and needs no lock. Queries and pins are only checked against the extract that they come
/// from, by its SHA-256. Fails only when there is no journal to read.
pub fn verify(dir: &Path, extract: Option<(&Extract, &Client)>) -> Result<Verdicts, CaseError> {
    let path = dir.join(JOURNAL);
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(CaseError::NotACase { path: dir.to_path_buf(), missing: JOURNAL });
        }
        Err(source) => return Err(FileError { action: "read", path, source }.into()),
    };
    let reading = journal::read(&bytes);
    let case = Case::replay(reading.entries.iter().map(AsRef::as_ref));
    let mut verdicts = Verdicts::default();
    chain(&reading, &mut verdicts);
    meta(dir, &case, &mut verdicts);
    for oddity in case.oddities() {
        let what = format!("journal entry {}", oddity.seq);
        verdicts.push(Verdict::new(what, "an entry that makes sense where it stands", oddity.what.clone(), false));
    }
    evidence(dir, &case, &mut verdicts);
    numbers(dir, &case, extract, &mut verdicts);
    Ok(verdicts)
}

fn chain(reading: &journal::Reading, verdicts: &mut Verdicts) {
    let (entries, hash) = &reading.head;
    let found = match &reading.broken {
        None => format!("{entries} entries, the last with hash {hash}"),
        Some(broken) => format!("{broken}; the entries from there on were not read"),
    };
    verdicts.push(Verdict::new(
        "the journal's chain",
        "each entry follows the one before it, unchanged",
        found,
        reading.broken.is_none(),
    ));
    if reading.torn > 0 {
        let found = format!("{} bytes after entry {entries} that are no entry", reading.torn);
        verdicts.push(Verdict::new("the journal's end", "a whole line", found, false));
    }
    for unknown in &reading.unknown {
        verdicts.push(Verdict::new("the journal's words", "entries that this version knows", unknown.to_string(), false));
    }
}

fn meta(dir: &Path, case: &Case, verdicts: &mut Verdicts) {
    let Some(expected) = CaseMeta::of(case) else {
        verdicts.push(Verdict::new("the journal's first entry", "what the case is called", "no such entry", false));
        return;
    };
    let found = match std::fs::read_to_string(dir.join(META)) {
        Ok(text) => CaseMeta::parse(&text).map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    let (found, holds) = match found {
        Ok(found) if found == expected => ("the same as the journal".to_owned(), true),
        Ok(_) => ("something else".to_owned(), false),
        Err(error) => (error, false),
    };
    verdicts.push(Verdict::new(META, "what the journal says", found, holds));
}

fn evidence(dir: &Path, case: &Case, verdicts: &mut Verdicts) {
    let folder = dir.join(EVIDENCE);
    let mut named: BTreeMap<&str, (i64, &str)> = BTreeMap::new();
    for entry in case.entries() {
        if let Event::Pinned { evidence, row_id, extract, .. } = &entry.event {
            named.insert(evidence, (*row_id, extract));
        }
    }
    for (hash, (row_id, extract)) in &named {
        let what = format!("evidence {hash}");
        let expected = format!("row {row_id} of extract {extract}");
        let verdict = match std::fs::read(folder.join(format!("{hash}.json"))) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Verdict::new(what, expected, "no such file", false),
            Err(error) => Verdict::new(what, expected, error.to_string(), false),
            Ok(bytes) => {
                let now = sha256(&bytes);
                match EvidenceRow::parse(&bytes) {
                    _ if now != **hash => {
                        Verdict::new(what, expected, format!("a file that was changed; its hash is {now}"), false)
                    }
                    Err(error) => Verdict::new(what, expected, error.to_string(), false),
                    Ok(row) => {
                        let found = format!("row {} of extract {}", row.row_id, row.extract);
                        let holds = found == expected;
                        Verdict::new(what, expected, found, holds)
                    }
                }
            }
        };
        verdicts.push(verdict);
    }
    others(&folder, &named, verdicts);
}

/// Files in the evidence folder that no entry names.
fn others(folder: &Path, named: &BTreeMap<&str, (i64, &str)>, verdicts: &mut Verdicts) {
    let mut names: BTreeSet<String> = BTreeSet::new();
    match std::fs::read_dir(folder) {
        Ok(entries) => names.extend(entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned())),
        Err(error) => {
            if !named.is_empty() {
                verdicts.push(Verdict::new("the evidence folder", "a folder", error.to_string(), false));
            }
        }
    }
    for name in names {
        let stem = name.strip_suffix(".json").unwrap_or(&name);
        if named.contains_key(stem) && name.ends_with(".json") {
            continue;
        }
        let whole = std::fs::read(folder.join(&name)).is_ok_and(|bytes| sha256(&bytes) == stem && name.ends_with(".json"));
        let interrupted = whole || (name.starts_with('.') && name.ends_with(".part"));
        let what = format!("evidence/{name}");
        let found = match interrupted {
            true => "a file that no entry names, as an interrupted pin leaves it; it is no part of the case",
            false => "a file that no entry names and whose name is not its hash",
        };
        verdicts.push(Verdict::new(what, "only files that the journal names", found, interrupted));
    }
}

/// The numbers that the case states, against the extract at hand.
fn numbers(dir: &Path, case: &Case, extract: Option<(&Extract, &Client)>, verdicts: &mut Verdicts) {
    let sha = extract.map(|(extract, _)| extract.sha256.as_str());
    let mut left: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for pin in case.pins() {
        if sha != Some(pin.extract.as_str()) {
            left.entry(&pin.extract).or_default().0 += 1;
        }
    }
    for measure in case.measures() {
        if sha != Some(measure.extract.as_str()) {
            left.entry(&measure.extract).or_default().1 += 1;
        }
    }
    for (sha, (pins, queries)) in left {
        let what = format!("{pins} pinned rows and {queries} queries over the extract {sha}, which was not given");
        verdicts.unchecked.push(what);
    }
    let Some((extract, client)) = extract else { return };
    for pin in case.pins() {
        if pin.extract == extract.sha256 {
            verdicts.push(pinned(dir, case, pin, extract, client));
        }
    }
    // A filter may speak of the case (`label:`, `pinned:`), so each query sees the case as it was when it was run.
    let measures: BTreeMap<u64, &Measure> = case.measures().into_iter().map(|measure| (measure.stamp.seq, measure)).collect();
    let mut then = Case::default();
    for entry in case.entries() {
        then.apply_shared(entry.clone());
        if let Some(measure) = measures.get(&entry.seq).filter(|measure| measure.extract == extract.sha256) {
            let merged = entry.origin.is_some();
            let verdict = match measure.playbook.is_empty() {
                true => measured(measure, &then.terms(&extract.sha256), extract, client),
                false => match hits(measure, client) {
                    Ok(verdict) => verdict,
                    Err(why) => {
                        verdicts.unchecked.push(why);
                        continue;
                    }
                },
            };
            // Where it was run, the case said other things than the one that it was merged into.
            if merged && !verdict.holds && speaks_of_the_case(&measure.filter) {
                verdicts.unchecked.push(format!("{}: it speaks of the case that it was merged from", verdict.what));
                continue;
            }
            verdicts.push(verdict);
        }
    }
}

fn ask(client: &Client, statement: Statement) -> Result<Table, String> {
    client.ask(statement, Limits::default()).map_err(|error| error.to_string())
}

fn pinned(dir: &Path, case: &Case, pin: &Pin, extract: &Extract, client: &Client) -> Verdict {
    let what = format!("row {} of the extract", pin.row_id);
    let expected = "the values that were pinned";
    let context = Context { relation: &REQUESTS, schema: &extract.schema, dialect: client.dialect(), case, last: extract.last };
    let compare = || -> Result<Vec<String>, String> {
        let path = dir.join(EVIDENCE).join(format!("{}.json", pin.evidence));
        let kept = std::fs::read(path).map_err(|error| format!("no evidence to compare with ({error})"))?;
        let kept = EvidenceRow::parse(&kept).map_err(|error| error.to_string())?;
        let statement = investigate::rows::detail(&context, pin.row_id).map_err(|error| error.to_string())?;
        let table = ask(client, statement)?;
        let now = EvidenceRow::from_table(&extract.sha256, &table, 0).ok_or("no such row")?;
        Ok(differing(&kept, &roles_at(case, pin), &now, &extract.schema))
    };
    match compare() {
        Ok(differ) if differ.is_empty() => Verdict::new(what, expected, expected, true),
        Ok(differ) => {
            let found = format!("other values in {} (was it opened with another profile or mapping?)", differ.join(", "));
            Verdict::new(what, expected, found, false)
        }
        Err(error) => Verdict::new(what, expected, error, false),
    }
}

/// What the roles were filled from when a row was pinned.
fn roles_at(case: &Case, pin: &Pin) -> BTreeMap<Role, String> {
    let mut roles = BTreeMap::new();
    for entry in case.entries().iter().take_while(|entry| entry.seq < pin.stamp.seq) {
        if let Event::Opened { extracts } = &entry.event
            && let Some(opened) = extracts.iter().find(|opened| opened.sha256 == pin.extract)
        {
            roles.clone_from(&opened.roles);
        }
    }
    roles
}

fn speaks_of_the_case(filter: &str) -> bool {
    ["label:", "pinned:", "finding:", "stage:"].iter().any(|term| filter.contains(term))
}

/// The number of entities that a playbook accuses. A playbook that is not the one that was run says nothing about its number.
fn hits(measure: &Measure, client: &Client) -> Result<Verdict, String> {
    let id = &measure.playbook;
    let of = measure.finding.as_ref().map(|id| format!("finding {id}, ")).unwrap_or_default();
    let what = format!("{of}playbook {id} ({})", measure.title);
    let other = || format!("{what}: this casebook has no playbook {id} with the same query");
    let known = playbook::library::builtin().into_iter().find(|known| known.id == *id).ok_or_else(other)?;
    let mut statement = playbook::statement(&known, &BTreeMap::new()).map_err(|_| other())?;
    if !measure.query.is_empty() {
        if measure.query != statement.sql || measure.params.len() != statement.params.len() {
            return Err(other());
        }
        // It may have run with other parameters than its defaults.
        for (param, text) in statement.params.iter_mut().zip(&measure.params) {
            *param = like(param, text).ok_or_else(other)?;
        }
    }
    let expected = format!("{} rows", measure.rows);
    Ok(match ask(client, statement) {
        Ok(table) => {
            let found = format!("{} rows", table.len());
            let holds = found == expected;
            Verdict::new(what, expected, found, holds)
        }
        Err(error) => Verdict::new(what, expected, error, false),
    })
}

/// A value of the same type as another one, from its text.
fn like(param: &Param, text: &str) -> Option<Param> {
    Some(match param {
        Param::Bool(_) => Param::Bool(text.parse().ok()?),
        Param::Int(_) => Param::Int(text.parse().ok()?),
        Param::Float(_) => Param::Float(text.parse().ok()?),
        Param::Text(_) => Param::Text(text.to_owned()),
        Param::Null | Param::Time(_) => return (param.to_string() == text).then(|| param.clone()),
    })
}

fn measured(measure: &Measure, terms: &dyn CaseTerms, extract: &Extract, client: &Client) -> Verdict {
    let of = measure.finding.as_ref().map(|id| format!("finding {id}, ")).unwrap_or_default();
    let what =
        format!("{of}query '{}' ({})", measure.title, if measure.filter.is_empty() { "all rows" } else { &measure.filter });
    let expected = format!("{} rows", measure.rows);
    let count = || -> Result<i64, String> {
        let filter = Filter::parse(&measure.filter).map_err(|error| error.to_string())?;
        let of_sql = match measure.sql.is_empty() {
            true => None,
            false => {
                let ask = |statement| ask(client, statement).map(|table| table.batches);
                Some(result::make(&measure.sql, &extract.schema, client.dialect(), Bounds::default(), ask)?)
            }
        };
        let (relation, schema) = of_sql.as_ref().map_or((&REQUESTS, &extract.schema), |kept| (&kept.relation, &kept.schema));
        let view = View { relation: relation.clone(), filter, ..View::default() };
        let context = Context { relation, schema, dialect: client.dialect(), case: terms, last: extract.last };
        let statement = investigate::count::statement(&context, &view).map_err(|error| error.to_string())?;
        ask(client, statement)?.get(0, "requests").as_i64().ok_or_else(|| "no count".into())
    };
    match count() {
        Ok(rows) => {
            let found = format!("{rows} rows");
            let holds = found == expected;
            Verdict::new(what, expected, found, holds)
        }
        Err(error) => Verdict::new(what, expected, error, false),
    }
}
