//! Pieces of SQL that several questions share.

use crate::domain::{Role, Schema};
use crate::engine::Statement;

use super::filter::{FilterError, column_named, condition, in_range};
use super::{Context, View};

/// ` WHERE …` for the rows of a view and what else is asked of them; empty when that is every row.
pub(super) fn restriction(
    context: &Context<'_>,
    view: &View,
    more: impl IntoIterator<Item = String>,
    statement: &mut Statement,
) -> Result<String, FilterError> {
    let mut conditions = Vec::new();
    if !view.range.is_all() {
        let time = time_column(context).ok_or_else(|| {
            FilterError::new(
                0..0,
                "this extract has no time; a range of time cannot be asked of it (map one with --map time=COLUMN)",
            )
        })?;
        conditions.extend(in_range(&time, view.range, statement));
    }
    conditions.extend(condition(&view.filter, context, statement)?);
    conditions.extend(more);
    Ok(if conditions.is_empty() { String::new() } else { format!(" WHERE {}", conditions.join(" AND ")) })
}

/// The quoted column of time, where the extract has one.
pub(super) fn time_column(context: &Context<'_>) -> Option<String> {
    context.schema.role(Role::Time).map(|column| context.dialect.ident(&column.name))
}

/// `requests, first_seen, last_seen` over some rows.
pub(super) fn seen(context: &Context<'_>) -> String {
    match time_column(context) {
        Some(time) => format!("count(*) AS requests, min({time}) AS first_seen, max({time}) AS last_seen"),
        None => "count(*) AS requests, CAST(NULL AS TIMESTAMP) AS first_seen, CAST(NULL AS TIMESTAMP) AS last_seen".to_owned(),
    }
}

/// ` ORDER BY …` of a view: its own order, rows without a value last, ties in load order. `relation` is the prefix of the columns, such
/// as `r.`, or empty.
pub(super) fn order(context: &Context<'_>, view: &View) -> Result<String, FilterError> {
    let mut keys = Vec::new();
    for key in &view.sort {
        let (ident, _) = column_named(&key.column, context)?;
        keys.push(format!("{ident} {} NULLS LAST", if key.descending { "DESC" } else { "ASC" }));
    }
    keys.push(context.dialect.ident(Schema::ROW_ID));
    Ok(format!(" ORDER BY {}", keys.join(", ")))
}

/// A count or limit as a bound value.
pub(super) fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
