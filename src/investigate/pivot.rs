//! From an entity to the entities of another role that share rows with it.

use crate::domain::{Entity, Role};
use crate::engine::Statement;

use super::filter::{FilterError, Pattern, column_named, matches_pattern};
use super::{Context, View, sql};

/// The values of role `to` in the view's rows of entity `from`: `value` VARCHAR, `requests` BIGINT, `first_seen` and `last_seen`
/// TIMESTAMP; the most frequent first, then by value, at most `limit`. Rows without a value in `to` are left out.
///
/// A `*` in the entity's value stands for any text, `\*` for a star and `\\` for a backslash; [`exact`] writes a value so that it stands
/// for itself.
pub fn statement(
    context: &Context<'_>,
    view: &View,
    from: &Entity,
    to: Role,
    limit: Option<u64>,
) -> Result<Statement, FilterError> {
    let (from_column, _) = column_named(from.role.name(), context)?;
    let (to_column, _) = column_named(to.name(), context)?;
    let mut statement = Statement::default();
    let of_entity = matches_pattern(context.dialect, &from_column, &Pattern::globbed(&from.value), &mut statement);
    let has_value = format!("{to_column} IS NOT NULL");
    let rows = sql::restriction(context, view, [of_entity, has_value], &mut statement)?;
    let limit = limit.map(|limit| format!(" LIMIT {}", statement.bind(sql::whole(limit)))).unwrap_or_default();
    let value = super::filter::display_value(context.dialect, &to_column, to.kind());
    statement.sql = format!(
        "SELECT {value} AS value, {} FROM {table}{rows} GROUP BY {to_column} ORDER BY requests DESC, {to_column} ASC{limit}",
        sql::seen(context),
        table = context.table(),
    );
    Ok(statement)
}

/// The entity with its value written so that [`statement`] takes every character of it as it stands.
pub fn exact(entity: &Entity) -> Entity {
    Entity { role: entity.role, value: entity.value.replace('\\', r"\\").replace('*', r"\*") }
}
