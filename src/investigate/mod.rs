//! Investigating: the filter language, views and the questions that are asked of them. Builds SQL with bound values; runs nothing.

pub mod compare;
pub mod count;
pub mod diff;
pub mod dry_run;
pub mod entity;
pub mod filter;
pub mod links;
pub mod listing;
pub mod pivot;
pub mod relation;
pub mod result;
pub mod rows;
pub mod spread;
mod sql;
pub mod sqltext;
pub mod templates;
pub mod timeline;
pub mod top;
pub mod view;
pub mod written;

use crate::domain::{Entity, Schema, Timestamp};
use crate::engine::Dialect;

pub use filter::{Filter, FilterError};
pub use relation::{REQUESTS, Relation};
pub use view::{SortKey, View};

/// What a filter needs to know of the case, for `label:`, `pinned:` and `finding:`.
pub trait CaseTerms {
    /// The entities that carry this label now.
    fn labelled(&self, label: &str) -> Vec<Entity>;
    /// Every label that some entity carries now.
    fn labels(&self) -> Vec<String>;
    /// The `row_id`s of the rows that are pinned.
    fn pinned(&self) -> Vec<i64>;
    /// The entities of a finding; `None` when there is no such finding.
    fn finding(&self, id: &str) -> Option<Vec<Entity>>;
    /// The entities that carry a label now that says they are bad.
    fn bad(&self) -> Vec<Entity> {
        Vec::new()
    }
    /// The entities that stand so (see [`STAGES`]), of all that the case speaks of; `None` for a word that is no stage.
    fn staged(&self, stage: &str) -> Option<Vec<Entity>> {
        STAGES.contains(&stage).then(Vec::new)
    }
}

/// The words for where an entity stands in a case.
pub const STAGES: [&str; 4] = ["seen", "suspect", "confirmed", "cleared"];

/// The case of somebody who has none: no labels, no pins, no findings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NoCase;

impl CaseTerms for NoCase {
    fn labelled(&self, _label: &str) -> Vec<Entity> {
        Vec::new()
    }

    fn labels(&self) -> Vec<String> {
        Vec::new()
    }

    fn pinned(&self) -> Vec<i64> {
        Vec::new()
    }

    fn finding(&self, _id: &str) -> Option<Vec<Entity>> {
        None
    }
}

/// What every builder needs to know: what is asked and its columns, how the engine's SQL is written, the case, and the extract's last row.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// What is asked: the extract, or the result of an SQL text. Views that are asked with this context are of it.
    pub relation: &'a Relation,
    /// Its columns.
    pub schema: &'a Schema,
    /// How the engine's SQL is written.
    pub dialect: &'a dyn Dialect,
    /// The case, for `label:`, `pinned:` and `finding:`.
    pub case: &'a dyn CaseTerms,
    /// The time of the extract's last row, from which `time:-24h` counts back.
    pub last: Option<Timestamp>,
}

impl Context<'_> {
    /// The table that is asked, as SQL names it.
    pub(crate) fn table(&self) -> String {
        self.relation.table(self.dialect)
    }
}
