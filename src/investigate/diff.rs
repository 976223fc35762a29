//! What one view has and another one has not, role by role, in both directions.

use crate::domain::{Role, Schema};
use crate::engine::Statement;

use super::filter::{FilterError, column_named, display_value};
use super::{Context, View, sql};

/// The values of `role` that stand in rows of one view and in none of the other: `side` VARCHAR (`a` or `b`), `value` VARCHAR, `requests`
/// BIGINT, `first_seen`, `last_seen` TIMESTAMP, and `only_here` BIGINT, how many values that side has for itself. For each side the most
/// frequent first, then by value, at most `limit`. The views may be of different relations, each with its own context.
pub fn statement(
    (a, of_a): (&Context<'_>, &View),
    (b, of_b): (&Context<'_>, &View),
    role: Role,
    limit: u64,
) -> Result<Statement, FilterError> {
    let mut statement = Statement::default();
    let values = |context: &Context<'_>, view: &View, statement: &mut Statement| -> Result<String, FilterError> {
        let (ident, _) = column_named(role.name(), context)?;
        let rows = sql::restriction(context, view, [format!("{ident} IS NOT NULL")], statement)?;
        Ok(format!("SELECT {ident} AS value, {} FROM {}{rows} GROUP BY ALL", sql::seen(context), context.table()))
    };
    let left = values(a, of_a, &mut statement)?;
    let right = values(b, of_b, &mut statement)?;
    let value = display_value(a.dialect, "value", role.kind());
    let limit = statement.bind(sql::whole(limit));
    // Both sides are grouped once, then joined group by group: no row is looked at twice.
    statement.sql = format!(
        "WITH a AS MATERIALIZED ({left}), b AS MATERIALIZED ({right}), \
         apart AS (SELECT 'a' AS side, a.* FROM a ANTI JOIN b USING (value) UNION ALL SELECT 'b' AS side, b.* FROM b ANTI JOIN a USING (value)), \
         ranked AS (SELECT *, row_number() OVER (PARTITION BY side ORDER BY requests DESC, value) AS place, \
         count(*) OVER (PARTITION BY side) AS only_here FROM apart) \
         SELECT side, {value} AS value, requests, first_seen, last_seen, only_here FROM ranked WHERE place <= {limit} \
         ORDER BY side, requests DESC, ranked.value"
    );
    Ok(statement)
}

/// The roles that are compared where none are named: those of entities that both have values in, but for the request itself.
pub fn roles(a: &Schema, b: &Schema) -> Vec<Role> {
    Role::entities().filter(|role| *role != Role::Request && !role.is_sensitive() && a.has(*role) && b.has(*role)).collect()
}
