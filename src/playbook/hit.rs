//! What a playbook found: one hit for each entity that it accuses.

use std::time::Duration;

use crate::domain::{Batch, Entity, Role, Timestamp};
use crate::engine::Limits;

/// What a playbook may use where nothing else is said. One that is shared must not hold the machine: it ends with what it has.
pub const LIMITS: Limits = Limits { rows: Some(1_000), bytes: Some(16 << 20), time: Some(Duration::from_secs(120)) };

/// One hit.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// Whom it accuses.
    pub entity: Entity,
    /// How strongly, on the playbook's own scale.
    pub score: f64,
    /// Rows.
    pub requests: u64,
    /// The first of them.
    pub first_seen: Option<Timestamp>,
    /// The last of them.
    pub last_seen: Option<Timestamp>,
    /// Some of them, by `row_id`.
    pub examples: Vec<i64>,
}

/// The hits in the rows that a playbook gave, the worst first.
pub fn hits(batches: &[Batch], kind: Role) -> Vec<Hit> {
    let of = |batch: &Batch, row: usize| {
        let entity = batch.get(row, "entity").to_plain();
        Some(Hit {
            entity: Entity::new(kind, entity)?,
            score: batch.get(row, "score").as_f64().unwrap_or(0.0),
            requests: batch.get(row, "requests").as_i64().and_then(|number| u64::try_from(number).ok()).unwrap_or(0),
            first_seen: batch.get(row, "first_seen").as_time(),
            last_seen: batch.get(row, "last_seen").as_time(),
            examples: batch.get(row, "examples").to_plain().split(',').filter_map(|id| id.trim().parse().ok()).collect(),
        })
    };
    batches.iter().flat_map(|batch| (0..batch.rows()).filter_map(move |row| of(batch, row))).collect()
}
