//! How many rows a view has, and from when to when.

use crate::engine::Statement;

use super::filter::FilterError;
use super::{Context, View, sql};

/// One row: `requests` BIGINT, `first_seen` and `last_seen` TIMESTAMP (NULL where no row has a time).
pub fn statement(context: &Context<'_>, view: &View) -> Result<Statement, FilterError> {
    let mut statement = Statement::default();
    let rows = sql::restriction(context, view, None, &mut statement)?;
    statement.sql = format!("SELECT {} FROM {}{rows}", sql::seen(context), context.table());
    Ok(statement)
}
