//! The most frequent values of a column in a view, exactly counted.

use crate::engine::Statement;

use super::filter::{FilterError, column_named, display_value};
use super::{Context, View, sql};

/// The `limit` most frequent values: `value` VARCHAR (NULL for the rows without one), `requests` BIGINT, `share` DOUBLE of the view's rows
/// (from 0 to 1), `distinct_values` BIGINT (the same in every row; NULL is no value). Ordered by requests, the largest first, then by
/// value. A view without rows gives none.
pub fn statement(context: &Context<'_>, view: &View, column: &str, limit: u64) -> Result<Statement, FilterError> {
    let (ident, kind) = column_named(column, context)?;
    let mut statement = Statement::default();
    let rows = sql::restriction(context, view, None, &mut statement)?;
    let value = display_value(context.dialect, "value", kind);
    let limit = statement.bind(sql::whole(limit));
    let table = context.table();
    // The totals are read from the groups, not from the rows, and once, not in a window over every group.
    statement.sql = format!(
        "WITH counted AS MATERIALIZED (SELECT {ident} AS value, count(*) AS requests FROM {table}{rows} GROUP BY ALL), \
         total AS (SELECT CAST(sum(requests) AS BIGINT) AS rows, count(value) AS distinct_values FROM counted), \
         first AS (SELECT value, requests FROM counted ORDER BY requests DESC, value ASC NULLS LAST LIMIT {limit}) \
         SELECT {value} AS value, requests, CAST(requests AS DOUBLE) / rows AS share, distinct_values FROM first, total \
         ORDER BY requests DESC, first.value ASC NULLS LAST"
    );
    Ok(statement)
}
