//! `case.toml`: what a case is called and which extracts were opened in it, for people and other programs to read. The journal says the
//! same and is what counts; `verify` compares the two.

use serde::{Deserialize, Serialize};

use crate::domain::Timestamp;

use super::state::Case;

/// The version of the case format that this program writes. It reads no later one.
pub const VERSION: u32 = 1;

/// The content of `case.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseMeta {
    /// The case's id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Who leads it.
    pub analyst: String,
    /// When it was created.
    pub created: Timestamp,
    /// The version of the case format.
    pub version: u32,
    /// The extracts that were opened in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extracts: Vec<MetaExtract>,
}

/// An extract, as `case.toml` names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MetaExtract {
    /// Its SHA-256.
    pub sha256: String,
    /// Its rows.
    pub rows: u64,
    /// Its files and their SHA-256, in load order.
    #[serde(default)]
    pub sources: Vec<MetaSource>,
}

/// A file of an extract, as `case.toml` names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MetaSource {
    /// Its path, as it was given.
    pub path: String,
    /// Its SHA-256.
    pub sha256: String,
}

impl CaseMeta {
    /// What `case.toml` should say by the journal; `None` for a journal without its first entry.
    pub fn of(case: &Case) -> Option<CaseMeta> {
        let founding = case.founding();
        let extracts = case.extracts().iter().map(|known| MetaExtract {
            sha256: known.extract.sha256.clone(),
            rows: known.extract.rows,
            sources: known
                .extract
                .sources
                .iter()
                .map(|source| MetaSource { path: source.path.clone(), sha256: source.sha256.clone() })
                .collect(),
        });
        Some(CaseMeta {
            id: founding.id.clone(),
            title: founding.title.clone(),
            analyst: founding.analyst.clone(),
            created: founding.created?,
            version: founding.version,
            extracts: extracts.collect(),
        })
    }

    /// Reads `case.toml`.
    pub fn parse(text: &str) -> Result<CaseMeta, toml::de::Error> {
        toml::from_str(text)
    }

    /// The text of `case.toml`.
    pub fn to_toml(&self) -> Result<String, toml::ser::Error> {
        toml::to_string(self)
    }
}
