//! What an event says of an extract and of a view: text, so that a case opens whatever becomes of the two.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::{Entity, Role, TimeRange, Timestamp};
use crate::extract::{Extract, Source};
use crate::investigate::{Filter, FilterError, View};

/// One file of an extract, as the case remembers it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenedSource {
    /// Its path, as it was given.
    pub path: String,
    /// Its format, such as `csv` or `jsonl.gz`.
    pub format: String,
    /// The profile that mapped it; empty for the guesser.
    pub profile: String,
    /// Rows read.
    pub rows: u64,
    /// Records that could not be read.
    pub rejects: u64,
    /// Its SHA-256, in hex.
    pub sha256: String,
}

/// An extract, as the case remembers it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenedExtract {
    /// The extract's SHA-256, over those of its sources.
    pub sha256: String,
    /// Rows in `requests`.
    pub rows: u64,
    /// Records that could not be read.
    pub rejects: u64,
    /// The time of its first row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<Timestamp>,
    /// The time of its last row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Timestamp>,
    /// Its files, in load order.
    pub sources: Vec<OpenedSource>,
    /// From which column, path or expression each role came.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub roles: BTreeMap<Role, String>,
}

impl From<&Extract> for OpenedExtract {
    fn from(extract: &Extract) -> OpenedExtract {
        let source = |source: &Source| OpenedSource {
            path: source.path.clone(),
            format: source.format.clone(),
            profile: source.profile.clone(),
            rows: source.rows,
            rejects: source.rejects,
            sha256: source.sha256.clone(),
        };
        OpenedExtract {
            sha256: extract.sha256.clone(),
            rows: extract.rows,
            rejects: extract.rejects,
            first: extract.first,
            last: extract.last,
            sources: extract.sources.iter().map(source).collect(),
            roles: extract.roles.iter().map(|(role, mapping)| (*role, mapping.source.clone())).collect(),
        }
    }
}

/// A view, as the trail remembers it: text, so that a case still opens when the filter language grows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedView {
    /// The SQL text whose result it is of; empty for the extract.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sql: String,
    /// The filter as it prints; empty for all rows.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub filter: String,
    /// The time range.
    #[serde(default, skip_serializing_if = "TimeRange::is_all")]
    pub range: TimeRange,
    /// The sort as its keys print, the most important first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sort: Vec<String>,
    /// Columns that are hidden.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hidden: Vec<String>,
    /// The order of the columns.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub order: Vec<String>,
    /// The column up to which they stay in sight.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frozen: Option<String>,
}

impl From<&View> for SavedView {
    fn from(view: &View) -> SavedView {
        SavedView {
            sql: view.relation.sql().unwrap_or_default().to_owned(),
            filter: if view.filter.is_all() { String::new() } else { view.filter.to_string() },
            range: view.range,
            sort: view.sort.iter().map(ToString::to_string).collect(),
            hidden: view.hidden.clone(),
            order: view.order.clone(),
            frozen: view.frozen.clone(),
        }
    }
}

impl TryFrom<&SavedView> for View {
    type Error = FilterError;

    fn try_from(saved: &SavedView) -> Result<View, FilterError> {
        Ok(View {
            relation: Some(saved.sql.clone()).filter(|sql| !sql.is_empty()).into(),
            filter: Filter::parse(&saved.filter)?,
            range: saved.range,
            sort: saved.sort.iter().filter_map(|key| key.parse().ok()).collect(),
            hidden: saved.hidden.clone(),
            order: saved.order.clone(),
            frozen: saved.frozen.clone(),
            ..View::default()
        })
    }
}

impl SavedView {
    /// Filter and time range in one filter text, as `--filter` takes it.
    pub fn filter_text(&self) -> String {
        match (self.filter.is_empty(), self.range.is_all()) {
            (_, true) => self.filter.clone(),
            (true, false) => format!("time:{}", self.range),
            (false, false) => format!("({}) time:{}", self.filter, self.range),
        }
    }
}

/// What of a view was looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum SavedPlace {
    /// The entities of a role that stand in its rows.
    Pivot {
        /// Whose rows these are; empty for a view that was not begun from entities.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        from: Vec<Entity>,
        /// What is listed.
        to: Role,
    },
    /// The values of a column.
    Top {
        /// Which column.
        column: String,
    },
    /// The page of an entity.
    Page {
        /// Which entity.
        entity: Entity,
    },
    /// The links of an entity.
    Links {
        /// Which entity.
        entity: Entity,
    },
    /// Near-duplicate prompts.
    Templates,
    /// What one view has and another one has not.
    Compare {
        /// The number of the one.
        a: u64,
        /// The number of the other.
        b: u64,
    },
    /// Its rows; also for what a later version of the program has written.
    #[default]
    #[serde(other)]
    Rows,
}

impl SavedPlace {
    /// Whether it is the rows, as almost always.
    pub fn is_rows(&self) -> bool {
        *self == SavedPlace::Rows
    }
}
