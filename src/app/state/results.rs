//! The results of SQL texts that are kept in the engine as tables, for views to be of.

use crate::investigate::relation::Relation;
use crate::investigate::result::{Kept, Making};

/// The kept results.
#[derive(Debug, Clone, Default)]
pub struct Results {
    /// Those that are kept, the one used last at the end.
    pub kept: Vec<Kept>,
    /// The one that is being made, for the present view.
    pub making: Option<Making>,
    /// What the schema at hand belongs to.
    pub in_use: Relation,
    /// Why the result of the present view could not be made.
    pub error: Option<String>,
}

/// Results kept at most; the one used longest ago is forgotten.
pub const MOST: usize = 4;

impl Results {
    /// A kept result.
    pub fn get(&self, relation: &Relation) -> Option<&Kept> {
        self.kept.iter().find(|kept| kept.relation == *relation)
    }

    /// Keeps a result, or notes that it is used; gives those that are to be forgotten.
    pub fn keep(&mut self, result: Kept) -> Vec<Relation> {
        self.kept.retain(|kept| kept.relation != result.relation);
        self.kept.push(result);
        let surplus = self.kept.len().saturating_sub(MOST);
        self.kept.drain(..surplus).map(|kept| kept.relation).collect()
    }
}
