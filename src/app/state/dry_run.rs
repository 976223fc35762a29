//! The dry run of a rule that is on the way: what has been answered so far.

use crate::domain::Entity;
use crate::engine::Table;
use crate::investigate::dry_run::Draft;

/// A rule that is being tried.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DryRun {
    /// The rule, and from when on.
    pub draft: Draft,
    /// The entities that it must not hit.
    pub good: Vec<Entity>,
    /// How many answers are still on the way.
    pub waiting: usize,
    /// How many requests, and how many are stopped.
    pub traffic: Table,
    /// How many entities of each role.
    pub entities: Table,
    /// Those of the good entities that are hit, where there are good ones.
    pub good_hit: Option<Table>,
    /// The days, where there are times.
    pub days: Option<Table>,
}
