//! The page of an entity: when it was seen, how much it did, with what it shares rows.

use crate::domain::{Entity, Role, Timestamp, Value};

use super::fields::{Counted, Values};
use super::timeline::Bucket;

/// The figures of an entity in the view.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Figures {
    /// Its rows.
    pub requests: u64,
    /// The first of them.
    pub first_seen: Option<Timestamp>,
    /// The last of them.
    pub last_seen: Option<Timestamp>,
    /// Rows with an error code or a status of 400 and more; `None` where the extract has neither.
    pub errors: Option<u64>,
    /// Tokens sent.
    pub tokens_in: Option<u64>,
    /// Tokens received.
    pub tokens_out: Option<u64>,
    /// Cost, in the extract's currency.
    pub cost: Option<f64>,
    /// How many different values of each other role share rows with it.
    pub distinct: Vec<(Role, u64)>,
}

/// The page.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Page {
    /// Whose page.
    pub entity: Option<Entity>,
    /// Its figures, once here.
    pub figures: Option<Figures>,
    /// What the side tables say of it, by column; nothing before it is here.
    pub facts: Option<Vec<(String, Value)>>,
    /// Its rows over time.
    pub spark: Vec<Bucket>,
    /// Its top related values by role.
    pub related: Vec<(Role, Values)>,
    /// The related value under the cursor, counted over all roles.
    pub cursor: usize,
    /// The first line on the screen.
    pub top: usize,
    /// Why there is nothing.
    pub error: Option<String>,
}

/// Related values read for each role.
pub const RELATED: u64 = 5;

impl Page {
    /// The related values in the order of the page.
    pub fn values(&self) -> Vec<(Role, &Counted)> {
        self.related
            .iter()
            .flat_map(|(role, values)| match values {
                Values::Known { top, .. } => top.iter().map(|counted| (*role, counted)).collect(),
                _ => Vec::new(),
            })
            .collect()
    }
}
