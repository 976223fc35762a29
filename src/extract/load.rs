//! Building the database of an extract: one set-based statement a part, then checks that nothing was lost on the way.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use crate::domain::{Role, Schema, Value};
use crate::engine::{Client, Dialect, Statement, Table};

use super::basis::Basis;
use super::error::ExtractError;
use super::look::{Family, Kin, Seens};
use super::model::{Deduped, Extract, OpenSpec, Reject, Source};
use super::plan::{self, Group, Leftover, Made, Own, RawColumn};
use super::profile::Profiles;
use super::progress::{Stage, grouped};
use super::read::{Part, Read};
use super::reader::{self, Reader};
use super::sides::{self, Side};
use super::watch::Watcher;
use super::{check, duplicates, expr};

/// Rejects that are handed over with the extract; all of them are in the database.
const SAMPLES: u64 = 20;

/// A load under way.
pub(super) struct Loader<'a, 'w> {
    pub(super) client: &'a Client,
    pub(super) dialect: &'static dyn Dialect,
    pub(super) seens: &'a Seens,
    pub(super) read: &'a mut Read,
    pub(super) watch: &'a mut Watcher<'w>,
    pub(super) groups: Vec<Group>,
    /// What is said of each source beside what looking at it said.
    pub(super) reasons: Vec<Vec<String>>,
    /// Columns (group, place) that turned out not to fit the role in which they stand.
    pub(super) surprises: Vec<(usize, usize)>,
    /// Set apart the names of what is attached for a side table.
    pub(super) tag: String,
    /// What a profile can be drafted from.
    pub(super) basis: Basis,
}

impl Loader<'_, '_> {
    pub(super) fn run(&mut self, message: &str, statement: Statement) -> Result<Table, ExtractError> {
        self.watch.run(self.client, Stage::Loading, message, statement)
    }

    fn execute(&mut self, sql: String) -> Result<Table, ExtractError> {
        self.run("", Statement::new(sql))
    }

    /// Loads everything and describes it.
    pub(super) fn load(
        &mut self,
        spec: &OpenSpec,
        profiles: &Profiles,
        sides: &[Side<'_>],
        folder: &Path,
    ) -> Result<Extract, ExtractError> {
        self.execute("CREATE TABLE rejects(path VARCHAR, record BIGINT, reason VARCHAR, raw VARCHAR)".into())?;
        self.attach(spec.table.as_deref())?;
        self.find_columns()?;
        self.map(spec, profiles)?;
        let owns = loop {
            let owns = plan::own_columns(&self.groups);
            let leftovers = plan::leftovers(&self.groups);
            self.fill(&owns, &leftovers)?;
            // A column that turned out not to fit its role is kept as text beside it: load once more, that way.
            check::roles(self, &leftovers)?;
            let surprises = std::mem::take(&mut self.surprises);
            if surprises.is_empty() {
                break owns;
            }
            for (group, place) in surprises {
                if let Some(group) = self.groups.get_mut(group) {
                    group.keep.insert(place);
                    reader::declare_text(group, place);
                }
            }
            self.execute("DROP TABLE requests".into())?;
            self.execute("DELETE FROM rejects".into())?;
        };
        self.own_rejects()?;
        let mut owns = check::sharpen(self, owns)?;
        let duplicates = duplicates::find(self, &owns)?;
        let deduped = spec.dedupe.map(|role| self.dedupe(role)).transpose()?;
        let mut joined = Vec::new();
        for side in sides {
            joined.push(sides::join(self, &mut owns, side, profiles, folder)?);
        }
        self.number()?;
        let mut extract = self.describe(&owns)?;
        for (source, seen) in extract.sources.iter_mut().zip(&self.seens.seen) {
            source.duplicates = duplicates.get(&seen.label).copied().unwrap_or_default();
        }
        extract.duplicates = duplicates.values().sum();
        extract.deduped = deduped;
        extract.joined = joined;
        Ok(extract)
    }

    /// Keeps the first row of each value of a role.
    fn dedupe(&mut self, role: Role) -> Result<Deduped, ExtractError> {
        if !self.groups.iter().any(|group| group.roles.contains_key(&role)) {
            return Err(ExtractError::BadDedupe { role });
        }
        let rows = duplicates::leave_out(self, role)?;
        let left = self.by_source("count(*)")?;
        for (facts, seen) in self.read.facts.iter_mut().zip(&self.seens.seen) {
            facts.rows = left.get(&seen.label).copied().unwrap_or_default();
        }
        Ok(Deduped { role, rows })
    }

    /// Numbers the rows in load order. While loading, a `row_number()` would leave all cores but one idle; the engine keeps the order
    /// of what it inserts, so the number can come after, as a column that is written once.
    fn number(&mut self) -> Result<(), ExtractError> {
        let name = Schema::ROW_ID;
        self.execute("CREATE SEQUENCE numbers".into())?;
        self.execute(format!("ALTER TABLE requests ADD COLUMN {name} BIGINT DEFAULT nextval('numbers')"))?;
        self.execute(format!("ALTER TABLE requests ALTER COLUMN {name} DROP DEFAULT"))?;
        self.execute("DROP SEQUENCE numbers".into())?;
        Ok(())
    }

    /// Attaches database files.
    pub(super) fn attach(&mut self, table: Option<&str>) -> Result<(), ExtractError> {
        for part in self.read.parts.clone() {
            if Reader::of(self.seens, &part) == Reader::Database {
                reader::attach(self, &part, table)?;
            }
        }
        Ok(())
    }

    /// Finds the columns of every group.
    pub(super) fn find_columns(&mut self) -> Result<(), ExtractError> {
        for (at, kin) in self.seens.groups.iter().enumerate() {
            let columns = match &kin.family {
                Family::Json => {
                    let mut taken = HashSet::new();
                    let stats = self.read.keys.get(at).map(|keys| keys.stats.as_slice()).unwrap_or_default();
                    // The records' own keys come first to their names, then those of the envelopes around them.
                    let mut stats: Vec<_> = stats.iter().enumerate().collect();
                    stats.sort_by_key(|(_, stat)| stat.outer);
                    let mut columns: Vec<_> =
                        stats.into_iter().map(|(place, stat)| (place, RawColumn::of_key(place, stat, &mut taken))).collect();
                    columns.sort_by_key(|(place, _)| *place);
                    columns.into_iter().map(|(_, column)| column).collect()
                }
                Family::Csv(names) => names.iter().enumerate().map(|(place, name)| reader::csv_column(place, name)).collect(),
                Family::Engine(source) => {
                    let part = self.read.parts.iter().find(|part| part.source() == *source).cloned();
                    match part {
                        Some(part) => reader::describe(self, &part)?,
                        None => Vec::new(),
                    }
                }
            };
            self.groups.push(Group { columns, ..Group::default() });
        }
        Ok(())
    }

    /// Maps the roles of every group.
    fn map(&mut self, spec: &OpenSpec, profiles: &Profiles) -> Result<(), ExtractError> {
        let mut refused: Vec<Option<ExtractError>> = spec.map.iter().map(|_| None).collect();
        let mut accepted: Vec<bool> = spec.map.iter().map(|_| false).collect();
        for at in 0..self.groups.len() {
            let Some(kin) = self.seens.groups.get(at) else { continue };
            let (profile, sample) = self.choose(at, kin, profiles)?;
            let profile = profile.and_then(|name| profiles.get(&name));
            let mut group = self.groups.get(at).cloned().unwrap_or_default();
            group.map_roles(profile, &sample);
            for (index, mapped) in spec.map.iter().enumerate() {
                let before = group.clone();
                let outcome = group.map_by_hand(mapped).and_then(|()| self.binds(at, &group, mapped));
                match outcome {
                    Ok(()) => {
                        if let Some(accepted) = accepted.get_mut(index) {
                            *accepted = true;
                        }
                    }
                    Err(error @ ExtractError::BadMap { .. }) => {
                        group = before;
                        if let Some(refused) = refused.get_mut(index) {
                            *refused = Some(error);
                        }
                    }
                    Err(error) => return Err(error),
                }
            }
            group.bare_addresses(&sample);
            if at == 0 || sample.records > self.basis.records {
                self.basis = Basis::new(&group, profile, &sample, self.groups.len() - 1);
            }
            reader::declare_roles(&mut group, kin, &sample);
            if let Some(place) = self.groups.get_mut(at) {
                *place = group;
            }
        }
        // With sources of several kinds, a mapping must fit one of them.
        match refused.into_iter().zip(accepted).find_map(|(error, accepted)| error.filter(|_| !accepted)) {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    /// The profile and sample of a group; those of files that only the engine reads are found here.
    fn choose(
        &mut self,
        at: usize,
        kin: &Kin,
        profiles: &Profiles,
    ) -> Result<(Option<String>, super::sample::Sample), ExtractError> {
        let Family::Engine(source) = kin.family else { return Ok((kin.profile.clone(), kin.sample.clone())) };
        let sample = reader::sample(self, at, source)?;
        if kin.profile.is_some() {
            return Ok((kin.profile.clone(), sample));
        }
        let (profile, reason) = match profiles.choose(&sample) {
            Some((profile, fit)) => (Some(profile.name.clone()), fit.reason),
            None => (None, "no profile fits; the roles are guessed from names and values".to_owned()),
        };
        self.say(source, reason);
        Ok((profile, sample))
    }

    /// Whether a mapping that is an SQL expression can be run over the group's columns.
    fn binds(&mut self, at: usize, group: &Group, (role, text): &(Role, String)) -> Result<(), ExtractError> {
        let Some(filled) = group.roles.get(role).filter(|filled| matches!(filled.made, Made::Sql(_))) else { return Ok(()) };
        let Some(part) = self.read.parts.iter().find(|part| part.group == at).cloned() else { return Ok(()) };
        let mut statement = Statement::default();
        let value = expr::role(*role, &filled.made, &group.columns, &mut statement, self.dialect);
        let from = reader::relation(self, &part, &group.columns, &mut statement);
        statement.sql = format!("SELECT {value} AS value FROM {from} LIMIT 1");
        match self.run("", statement) {
            Ok(_) => Ok(()),
            Err(ExtractError::Engine(error)) => {
                let reason = format!("it is no column, and as an SQL expression: {error}");
                Err(ExtractError::BadMap { role: *role, source_text: text.clone(), reason })
            }
            Err(error) => Err(error),
        }
    }

    /// Creates `requests` and loads every part into it.
    fn fill(&mut self, owns: &[Own], leftovers: &[Leftover]) -> Result<(), ExtractError> {
        let schema = plan::schema(&self.groups, owns);
        let columns: Vec<String> = schema
            .columns
            .iter()
            .map(|column| format!("{} {}", self.dialect.ident(&column.name), self.dialect.type_name(column.kind)))
            .chain(leftovers.iter().map(|leftover| format!("{} VARCHAR", leftover.name)))
            .collect();
        self.execute(format!("CREATE TABLE requests({})", columns.join(", ")))?;
        for part in self.read.parts.clone() {
            let rows = self.insert(&part, owns, leftovers)?;
            let reader = Reader::of(self.seens, &part);
            if reader == Reader::Json {
                continue;
            }
            if let Some(facts) = self.read.facts.get_mut(part.source()) {
                facts.rows = rows;
            }
            if reader == Reader::Csv {
                let (moved, places) = reader::csv_rejects(self, &part)?;
                for (source, rejects) in moved {
                    if let Some(facts) = self.read.facts.get_mut(source) {
                        facts.rejects = rejects;
                    }
                }
                self.surprises.extend(places.into_iter().map(|place| (part.group, place)));
            }
        }
        self.count_tables()
    }

    /// Counts the rows of tables that were read together.
    fn count_tables(&mut self) -> Result<(), ExtractError> {
        let together = |part: &&Part| Reader::of(self.seens, part) == Reader::Csv && part.sources.len() > 1;
        let sources: Vec<usize> = self.read.parts.iter().filter(together).flat_map(|part| part.sources.clone()).collect();
        if sources.is_empty() {
            return Ok(());
        }
        let counts = self.by_source("count(*)")?;
        for source in sources {
            let label = self.seens.seen.get(source).map(|seen| seen.label.as_str()).unwrap_or_default();
            if let Some(facts) = self.read.facts.get_mut(source) {
                facts.rows = counts.get(label).copied().unwrap_or_default();
            }
        }
        Ok(())
    }

    /// A count over the rows of each source, by its label.
    pub(super) fn by_source(&mut self, counted: &str) -> Result<HashMap<String, u64>, ExtractError> {
        let source = Schema::SOURCE;
        let table = self.execute(format!("SELECT {source}, {counted} AS total FROM requests GROUP BY {source}"))?;
        Ok((0..table.len()).map(|row| (table.get(row, source).to_plain(), count_at(&table, row, "total"))).collect())
    }

    fn insert(&mut self, part: &Part, owns: &[Own], leftovers: &[Leftover]) -> Result<u64, ExtractError> {
        let Some(group) = self.groups.get(part.group).cloned() else { return Ok(0) };
        let mut statement = Statement::default();
        let columns = plan::projection(&group, part.group, owns, leftovers, &mut statement, self.dialect);
        let from = reader::relation(self, part, &group.columns, &mut statement);
        statement.sql = format!("INSERT INTO requests SELECT {} FROM {from}", columns.join(", "));
        let first = self.seens.seen.get(part.source()).map(|seen| seen.input.path.display().to_string()).unwrap_or_default();
        let name = match part.sources.len() {
            0 | 1 => first,
            others => format!("{first} and {} more", others - 1),
        };
        let bytes = part.paths.iter().map(|path| std::fs::metadata(path).map(|about| about.len()).ok()).sum();
        let table = match self.watch.run_over(self.client, Stage::Loading, &name, bytes, statement) {
            Err(ExtractError::Engine(error)) => return Err(reader::explain(self, part, error)),
            table => table?,
        };
        Ok(count(&table, "Count"))
    }

    /// Moves the rejects that were found before the engine read anything into `rejects`.
    pub(super) fn own_rejects(&mut self) -> Result<(), ExtractError> {
        if self.read.rejects.count > 0 {
            let mut statement = Statement::default();
            let path = statement.bind(path_text(self.read.rejects.path()));
            statement.sql = format!(
                "INSERT INTO rejects SELECT path, record, reason, raw FROM read_json({path}, format = 'newline_delimited', \
                 columns = {{path: 'VARCHAR', record: 'BIGINT', reason: 'VARCHAR', raw: 'VARCHAR'}})"
            );
            self.run("rejects", statement)?;
        }
        Ok(())
    }

    /// The profile of a source, or those of its records, the most frequent first, and what is to say about that.
    fn profiles_of(&self, usual: usize, groups: &BTreeMap<usize, u64>) -> (String, Option<String>) {
        let name = |group: usize| {
            let mapped = self.groups.get(group).and_then(|group| group.profile.clone());
            mapped.unwrap_or_else(|| "guessed".to_owned())
        };
        let mut counts: Vec<(u64, String)> = groups.iter().map(|(group, rows)| (*rows, name(*group))).collect();
        counts.sort_by(|(one, first), (other, second)| other.cmp(one).then_with(|| first.cmp(second)));
        match counts.as_slice() {
            [] => (name(usual), None),
            [(_, only)] => (only.clone(), None),
            several => {
                let names: Vec<&str> = several.iter().map(|(_, name)| name.as_str()).collect();
                let told: Vec<String> = several.iter().map(|(rows, name)| format!("{name} {}", grouped(*rows))).collect();
                (names.join(", "), Some(format!("its records are told apart by their keys: {}", told.join(", "))))
            }
        }
    }

    /// Adds a sentence about a source.
    pub(super) fn say(&mut self, source: usize, reason: String) {
        if let Some(reasons) = self.reasons.get_mut(source) {
            reasons.push(reason);
        }
    }

    /// What was loaded.
    fn describe(&mut self, owns: &[Own]) -> Result<Extract, ExtractError> {
        let table = self.execute(
            "SELECT count(*) AS total, min(time) AS first, max(time) AS last, count(*) - count(time) AS timeless FROM requests"
                .into(),
        )?;
        let rows = count(&table, "total");
        let timeless = count(&table, "timeless");
        let schema = plan::schema(&self.groups, owns);
        let roles = plan::roles(&self.groups);
        if timeless > 0 && roles.contains_key(&Role::Time) {
            check::timeless(self)?;
        }
        let mut sources = Vec::new();
        for (at, seen) in self.seens.seen.iter().enumerate() {
            let facts = self.read.facts.get(at).cloned().unwrap_or_default();
            let mut reasons = seen.reasons.clone();
            let (profile, told_apart) = self.profiles_of(seen.group, &facts.groups);
            reasons.extend(told_apart);
            if facts.mended > 0 {
                reasons.push(format!("{} halves of UTF-16 characters in it stand as U+FFFD", facts.mended));
            }
            reasons.extend(self.reasons.get(at).cloned().unwrap_or_default());
            sources.push(Source {
                path: seen.input.path.display().to_string(),
                file: seen.input.origin,
                member: seen.input.unpacked.as_ref().map(|unpacked| unpacked.member.clone()).unwrap_or_default(),
                format: seen.input.format_words(&seen.format.name(), &seen.packing.suffix()),
                profile,
                rows: facts.rows,
                rejects: facts.rejects,
                duplicates: 0,
                sha256: facts.sha256,
                reasons,
            });
        }
        let rejects = self.execute("SELECT count(*) AS total FROM rejects".into())?;
        let samples = self.execute(format!("SELECT path, record, reason, raw FROM rejects LIMIT {SAMPLES}"))?;
        let text = |row: usize, name: &str| samples.get(row, name).to_plain();
        let reject_samples = (0..samples.len())
            .map(|row| Reject {
                path: text(row, "path"),
                record: count_at(&samples, row, "record"),
                reason: text(row, "reason"),
                raw: text(row, "raw"),
            })
            .collect();
        Ok(Extract {
            sources,
            rows,
            rejects: count(&rejects, "total"),
            schema,
            roles,
            first: table.get(0, "first").as_time(),
            last: table.get(0, "last").as_time(),
            reject_samples,
            basis: std::mem::take(&mut self.basis),
            ..Extract::default()
        })
    }
}

/// A count in the first row of a result.
pub(super) fn count(table: &Table, name: &str) -> u64 {
    count_at(table, 0, name)
}

pub(super) fn count_at(table: &Table, row: usize, name: &str) -> u64 {
    match table.get(row, name) {
        Value::Int(number) => u64::try_from(number).unwrap_or_default(),
        _ => 0,
    }
}

/// A path as the engine takes it.
pub(super) fn path_text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
