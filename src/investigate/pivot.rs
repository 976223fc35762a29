//! From entities, or from a whole view, to the entities of another role in the same rows.

use crate::domain::{Entity, Role};
use crate::engine::Statement;

use super::filter::{FilterError, Pattern, column_named, display_value, matches_pattern};
use super::listing::{Asked, Order};
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
    of_entities(context, view, std::slice::from_ref(from), to, limit)
}

/// Like [`statement`], for the rows that have any of several entities; they may be of different kinds. Without entities, for every row.
pub fn of_entities(
    context: &Context<'_>,
    view: &View,
    from: &[Entity],
    to: Role,
    limit: Option<u64>,
) -> Result<Statement, FilterError> {
    let mut statement = Statement::default();
    let mut conditions = Vec::with_capacity(from.len());
    for entity in from {
        let (column, _) = column_named(entity.role.name(), context)?;
        conditions.push(matches_pattern(context.dialect, &column, &Pattern::globbed(&entity.value), &mut statement));
    }
    let of = match conditions.as_slice() {
        [] => None,
        [only] => Some(only.clone()),
        several => Some(format!("({})", several.join(" OR "))),
    };
    let asked = Asked { order: Order::Most, containing: "", limit };
    values(context, view, of, to, &asked, statement)
}

/// The values of role `to` in the view's rows, with the columns of [`statement`].
pub fn of_view(context: &Context<'_>, view: &View, to: Role, asked: &Asked<'_>) -> Result<Statement, FilterError> {
    values(context, view, None, to, asked, Statement::default())
}

fn values(
    context: &Context<'_>,
    view: &View,
    of: Option<String>,
    to: Role,
    asked: &Asked<'_>,
    mut statement: Statement,
) -> Result<Statement, FilterError> {
    let (column, kind) = column_named(to.name(), context)?;
    let fits = asked.condition(context, &column, kind, &mut statement);
    let wanted = of.into_iter().chain([format!("{column} IS NOT NULL")]).chain(fits);
    let rows = sql::restriction(context, view, wanted, &mut statement)?;
    let limit = asked.cut(&mut statement);
    let value = display_value(context.dialect, &column, kind);
    statement.sql = format!(
        "SELECT {value} AS value, {} FROM {}{rows} GROUP BY {column} ORDER BY {}{limit}",
        sql::seen(context),
        context.table(),
        asked.order.keys(&column)
    );
    Ok(statement)
}

/// The entity with its value written so that [`statement`] takes every character of it as it stands.
pub fn exact(entity: &Entity) -> Entity {
    Entity { role: entity.role, value: entity.value.replace('\\', r"\\").replace('*', r"\*") }
}
