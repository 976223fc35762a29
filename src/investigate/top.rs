//! The values of a column in a view, exactly counted.

use crate::engine::Statement;

use super::filter::{FilterError, column_named, display_value};
use super::listing::Asked;
use super::{Context, View, sql};

/// The `limit` most frequent values, as [`listed`] gives them.
pub fn statement(context: &Context<'_>, view: &View, column: &str, limit: u64) -> Result<Statement, FilterError> {
    listed(context, view, column, &Asked::most(limit))
}

/// Values with their counts: `value` VARCHAR (NULL for the rows without one), `requests` BIGINT, `share` DOUBLE of the view's rows
/// (from 0 to 1), `distinct_values` BIGINT (the same in every row; NULL is no value), and where a text is searched for in them
/// `matching_values` BIGINT (how many have it). A view without rows gives none.
pub fn listed(context: &Context<'_>, view: &View, column: &str, asked: &Asked<'_>) -> Result<Statement, FilterError> {
    let (ident, kind) = column_named(column, context)?;
    let mut statement = Statement::default();
    let rows = sql::restriction(context, view, None, &mut statement)?;
    let value = display_value(context.dialect, "value", kind);
    let table = context.table();
    let fits = asked.condition(context, "value", kind, &mut statement);
    let (matching, matches) = match &fits {
        Some(fits) => (format!(", count(value) FILTER (WHERE {fits}) AS matching_values"), ", matching_values"),
        None => (String::new(), ""),
    };
    let only = fits.map(|fits| format!(" WHERE {fits}")).unwrap_or_default();
    let limit = asked.cut(&mut statement);
    let order = asked.order.keys("value");
    let outer = asked.order.keys("first.value");
    // The totals are read from the groups, not from the rows, and once, not in a window over every group.
    statement.sql = format!(
        "WITH counted AS MATERIALIZED (SELECT {ident} AS value, count(*) AS requests FROM {table}{rows} GROUP BY ALL), \
         total AS (SELECT CAST(sum(requests) AS BIGINT) AS rows, count(value) AS distinct_values{matching} FROM counted), \
         first AS (SELECT value, requests FROM counted{only} ORDER BY {order}{limit}) \
         SELECT {value} AS value, requests, CAST(requests AS DOUBLE) / rows AS share, distinct_values{matches} FROM first, total \
         ORDER BY {outer}"
    );
    Ok(statement)
}
