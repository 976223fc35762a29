//! Views as SQL that people read and run elsewhere, with the values written out. For what is copied, and for what an editor begins with; what
//! this program runs itself has its values bound.

use crate::domain::Schema;
use crate::engine::Statement;

use super::filter::{FilterError, column_named};
use super::{Context, View, sql};

/// The SQL of a view: its rows with these columns, in its order. The result of an SQL text stands in brackets in it.
pub fn view_sql(context: &Context<'_>, view: &View, columns: &[String], limit: Option<u64>) -> Result<String, FilterError> {
    let mut statement = Statement::default();
    let selected: Vec<String> =
        columns.iter().map(|column| Ok(column_named(column, context)?.0)).collect::<Result<_, FilterError>>()?;
    let selected = if selected.is_empty() { "*".to_owned() } else { selected.join(", ") };
    let rows = sql::restriction(context, view, None, &mut statement)?;
    let order: Vec<String> = view
        .sort
        .iter()
        .map(|key| {
            let (ident, _) = column_named(&key.column, context)?;
            Ok(format!("{ident}{} NULLS LAST", if key.descending { " DESC" } else { "" }))
        })
        .collect::<Result<_, FilterError>>()?;
    let order = if order.is_empty() { String::new() } else { format!("\nORDER BY {}", order.join(", ")) };
    let limit = limit.map_or(String::new(), |limit| format!("\nLIMIT {limit}"));
    let from = match view.relation.sql() {
        None => context.table(),
        Some(sql) => {
            let names: Vec<String> = context.schema.columns.iter().map(|column| context.dialect.ident(&column.name)).collect();
            format!("(\n{sql}\n) AS result({})", names.join(", "))
        }
    };
    // Only what was bound is written out: the analyst's own text may quote and comment as it likes.
    statement.sql = rows.replacen(" WHERE ", "\nWHERE ", 1);
    Ok(format!("SELECT {selected}\nFROM {from}{}{order}{limit}", statement.written_out()))
}

/// The columns of a view, in the order in which they are shown, as a text for an editor would name them.
pub fn columns_of(schema: &Schema, view: &View) -> Vec<String> {
    super::view::shown(schema, view).map(|column| column.name.clone()).collect()
}
