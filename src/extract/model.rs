//! What an opened extract is: its sources, roles, columns, counts; and what was asked for.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::domain::{Role, Schema, Seal, Timestamp};
use crate::engine::Engine;
use crate::settings::files::PrivateFolder;

use super::secrets::SealedKind;

use super::basis::Basis;
use super::progress::grouped;
use super::stdin::Spooled;

/// What to open and how.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct OpenSpec {
    /// Files, folders (read recursively) and globs (`*`, `?`, `**`), as they were typed; `-` for stdin.
    pub inputs: Vec<String>,
    /// What was piped in, where it was read already: [`Opened::stdin`], for opening it again. `None` to read it.
    #[serde(skip)]
    pub stdin: Option<Arc<Spooled>>,
    /// The profile to use; `None` to choose by evidence.
    pub profile: Option<String>,
    /// Roles that the analyst maps: a column, a JSON path or an SQL expression over the extract's own columns; an empty text leaves the
    /// role unmapped.
    pub map: Vec<(Role, String)>,
    /// Side tables: what is known of entities beside the log.
    pub joins: Vec<JoinSpec>,
    /// The role of which only the first row of each value is kept.
    pub dedupe: Option<Role>,
    /// The table of a `.duckdb` file.
    pub table: Option<String>,
    /// Whether to load into a private folder that goes away with [`Opened`], and to look at no cache.
    pub no_cache: bool,
    /// Whether to hash the files whatever the cache remembers of them: one is known to have changed under the same size and time.
    #[serde(skip)]
    pub distrust: bool,
    /// Memory limit of the engine in bytes; `None` for what the machine suggests.
    pub memory: Option<u64>,
    /// Bytes that one packed file may unpack to; `None` for 250 times its size, and 1 GiB at least.
    pub max_unpacked: Option<u64>,
    /// Worker threads of the engine; `None` for one a core.
    pub threads: Option<usize>,
    /// The file of the salt for fingerprints of secrets; `None` for the user's own.
    pub salt: Option<PathBuf>,
}

/// A side table to join.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinSpec {
    /// The role whose entities it describes.
    pub role: Role,
    /// Its file, folder or glob, as it was typed.
    pub path: String,
    /// What its columns' names begin with in `requests`, before a `_`; columns whose own names begin so keep them.
    pub prefix: String,
}

/// An extract that is open: its description, and the engine over its database.
#[derive(Debug, Clone)]
pub struct Opened {
    /// What was opened.
    pub extract: Extract,
    /// Read-only and locked down, over a database with the relations `requests` and `rejects`.
    pub engine: Arc<dyn Engine>,
    /// With [`OpenSpec::no_cache`] and for stdin: the folder of the database, removed when the last clone goes away.
    pub folder: Option<Arc<PrivateFolder>>,
    /// What was piped in, when `-` is among the inputs.
    pub stdin: Option<Arc<Spooled>>,
}

/// One or more log files, opened together.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Extract {
    /// The files, in load order.
    pub sources: Vec<Source>,
    /// Rows of `requests`.
    pub rows: u64,
    /// Rows of `rejects`: records that could not be read.
    pub rejects: u64,
    /// Rows that repeat an earlier one in every column, as it was delivered; [`Extract::deduped`] may have left them out.
    #[serde(default)]
    pub duplicates: u64,
    /// What was left out because an earlier row has the same value.
    #[serde(default)]
    pub deduped: Option<Deduped>,
    /// The side tables whose columns are in `requests`.
    #[serde(default)]
    pub joined: Vec<Joined>,
    /// The columns of `requests`.
    pub schema: Schema,
    /// How each mapped role is filled.
    pub roles: BTreeMap<Role, Mapping>,
    /// The earliest time of a row.
    pub first: Option<Timestamp>,
    /// The latest time of a row.
    pub last: Option<Timestamp>,
    /// SHA-256 over the files' SHA-256, in load order: the name of this extract in cases. For one source it is still the hash of
    /// its hash, so that adding a file never gives the same name.
    pub sha256: String,
    /// Whether the database was there already.
    #[serde(skip)]
    pub loaded_from_cache: bool,
    /// The database file.
    #[serde(skip)]
    pub database: PathBuf,
    /// What put fingerprints in the place of secrets: for what an analyst types, so that it finds them.
    #[serde(skip)]
    pub seal: Option<Seal>,
    /// The secrets that were found, by kind. Fingerprints stand in their place; they themselves are locked away in the relation
    /// `secrets(fingerprint, kind, secret)`.
    #[serde(default)]
    pub secrets: Vec<SealedKind>,
    /// The first rejects; all are in the relation `rejects(path, record, reason, raw)`.
    pub reject_samples: Vec<Reject>,
    /// What a profile can be drafted from.
    #[serde(default)]
    pub basis: Basis,
}

impl Extract {
    /// The SHA-256 of the files on disk, each once, in load order.
    pub fn file_hashes(&self) -> Vec<String> {
        let mut hashes: Vec<String> = Vec::new();
        for source in &self.sources {
            if source.file == hashes.len() {
                hashes.push(source.sha256.clone());
            }
        }
        hashes
    }
}

/// One file of an extract, or a member of an archive.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Source {
    /// The file, as the analyst named it or below the folder so named; a member of an archive as `ARCHIVE!MEMBER`. Untrusted: draw it
    /// only through `SafeText`.
    pub path: String,
    /// The place of the file on disk among those of the extract, from 0; the members of one archive share it.
    #[serde(default)]
    pub file: usize,
    /// The path within the archive; empty for what is no member of one.
    #[serde(default)]
    pub member: String,
    /// The format in words: `CSV`, `JSON lines, gzip`.
    pub format: String,
    /// The name of the profile, or `guessed`.
    pub profile: String,
    /// Rows that came from it.
    pub rows: u64,
    /// Records of it that could not be read.
    pub rejects: u64,
    /// Its rows that repeat an earlier one in every column, as it was delivered.
    #[serde(default)]
    pub duplicates: u64,
    /// SHA-256 of the file's bytes as they are on disk, in hexadecimal; for a member of an archive that of the archive.
    pub sha256: String,
    /// What was decided and why, and what could not be read as it should; one sentence each.
    pub reasons: Vec<String>,
}

/// Rows that were left out on request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deduped {
    /// The role of which only the first row of each value was kept.
    pub role: Role,
    /// Rows that were left out.
    pub rows: u64,
}

/// A side table that was joined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Joined {
    /// As it was typed. Untrusted: draw it only through `SafeText`.
    pub path: String,
    /// The role whose entities it describes.
    pub role: Role,
    /// Its column that holds the entities.
    pub key: String,
    /// The columns of `requests` that came from it.
    pub columns: Vec<String>,
    /// Entities that it describes.
    pub rows: u64,
    /// Entities of the extract that it describes.
    pub matched: u64,
    /// SHA-256 of the file; of several files, over their SHA-256 in load order.
    pub sha256: String,
}

/// How a role is filled.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Mapping {
    /// The column, JSON path or SQL expression.
    pub source: String,
    /// From 0 to 1; 1 for what a profile or the analyst says.
    pub confidence: f64,
    /// Why, in words.
    pub reason: String,
}

/// One record that could not be read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reject {
    /// The file.
    pub path: String,
    /// The line (CSV, JSON lines) or the record (JSON arrays), counted from 1.
    pub record: u64,
    /// Why it could not be read.
    pub reason: String,
    /// The beginning of its text, at most 4 kB.
    pub raw: String,
}

impl Extract {
    /// How many rows it has, and what the count counts: `2,900 rows`, `2,900 rows, 12 of them duplicates`, or
    /// `2,888 rows (12 duplicates left out by request)`, the role by which they were told.
    pub fn counts(&self) -> String {
        let rows = format!("{} {}", grouped(self.rows), if self.rows == 1 { "row" } else { "rows" });
        let word = |number: u64| if number == 1 { "duplicate" } else { "duplicates" };
        match self.deduped {
            Some(deduped) => {
                format!("{rows} ({} {} left out by {})", grouped(deduped.rows), word(deduped.rows), deduped.role)
            }
            None if self.duplicates == 1 => format!("{rows}, 1 of them a duplicate"),
            None if self.duplicates > 0 => format!("{rows}, {} of them duplicates", grouped(self.duplicates)),
            None => rows,
        }
    }
}

/// The extract in the shape of `casebook inspect --format json`.
pub fn inspect_json(extract: &Extract) -> serde_json::Value {
    let extracts: Vec<serde_json::Value> = extract
        .sources
        .iter()
        .map(|source| {
            serde_json::json!({
                "path": source.path, "format": source.format, "profile": source.profile, "rows": source.rows,
                "rejects": source.rejects, "duplicates": source.duplicates, "sha256": source.sha256,
            })
        })
        .collect();
    let roles: serde_json::Map<String, serde_json::Value> = extract
        .roles
        .iter()
        .map(|(role, mapping)| {
            let mapping = serde_json::json!({
                "source": mapping.source, "confidence": mapping.confidence, "reason": mapping.reason,
            });
            (role.name().to_owned(), mapping)
        })
        .collect();
    let deduped = extract.deduped.map(|deduped| serde_json::json!({ "role": deduped.role.name(), "rows": deduped.rows }));
    serde_json::json!({
        "extracts": extracts, "rows": extract.rows, "rejects": extract.rejects, "duplicates": extract.duplicates, "deduped": deduped,
        "joined": extract.joined, "sha256": extract.sha256, "roles": roles, "secrets": extract.secrets,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_extract_is_read_back_from_its_json() {
        let extract = Extract {
            sources: vec![Source { path: "a.csv".into(), rows: 3, ..Source::default() }],
            rows: 3,
            roles: BTreeMap::from([(
                Role::Ip,
                Mapping { source: "addr".into(), confidence: 0.9, reason: "IP addresses".into() },
            )]),
            first: Some(Timestamp(0)),
            ..Extract::default()
        };
        assert_eq!(extract.counts(), "3 rows");
        let repeated = Extract { rows: 2900, duplicates: 12, ..Extract::default() };
        assert_eq!(repeated.counts(), "2,900 rows, 12 of them duplicates");
        let deduped = Some(Deduped { role: Role::Request, rows: 12 });
        assert_eq!(Extract { rows: 2888, deduped, ..repeated }.counts(), "2,888 rows (12 duplicates left out by request)");
        let text = serde_json::to_string(&extract).unwrap();
        assert_eq!(serde_json::from_str::<Extract>(&text).unwrap(), extract);
        let inspected = inspect_json(&extract);
        assert_eq!(inspected["roles"]["ip"]["source"], "addr");
        assert_eq!(inspected["extracts"][0]["rows"], 3);
    }
}
