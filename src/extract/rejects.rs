//! Reading the relation `rejects`: the records that could not be read, page by page or all of them.

use crate::domain::Batch;
use crate::engine::Statement;

use super::model::Reject;

const COLUMNS: &str = "rejects.path, rejects.record, rejects.reason, rejects.raw";

/// `count` rejects from position `from` on (counted from 0, in load order). Pages are found by a list of places alone, so that the raw
/// texts of the rejects before are not read.
pub fn page(from: u64, count: u64) -> Statement {
    let mut statement = Statement::default();
    let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let (first, end) = (statement.bind(whole(from)), statement.bind(whole(from.saturating_add(count))));
    statement.sql = format!(
        "SELECT {COLUMNS} FROM (SELECT rowid AS place, row_number() OVER (ORDER BY rowid) - 1 AS position FROM rejects) AS places \
         JOIN rejects ON rejects.rowid = places.place WHERE places.position >= {first} AND places.position < {end} \
         ORDER BY places.position"
    );
    statement
}

/// All rejects, in load order.
pub fn all() -> Statement {
    Statement::new(format!("SELECT {COLUMNS} FROM rejects ORDER BY rejects.rowid"))
}

/// The rejects in the rows of [`page`] or [`all`].
pub fn read(batches: &[Batch]) -> Vec<Reject> {
    let rows = batches.iter().flat_map(|batch| (0..batch.rows()).map(move |row| (batch, row)));
    rows.map(|(batch, row)| Reject {
        path: batch.get(row, "path").to_plain(),
        record: batch.get(row, "record").as_i64().and_then(|record| u64::try_from(record).ok()).unwrap_or(0),
        reason: batch.get(row, "reason").to_plain(),
        raw: batch.get(row, "raw").to_plain(),
    })
    .collect()
}
