//! The statements of links: how many entities there are, who shares what, and the tables that make many steps quick.

use crate::domain::Role;
use crate::engine::Statement;
use crate::investigate::filter::{FilterError, column_named};
use crate::investigate::{Context, View, sql};

use super::over::Over;

/// Lines of one answer: each is an entity on a shared value.
pub(super) const LINES: u64 = 200_000;

/// One row: `entities`, how many there are of the kind in the view.
pub(super) fn population(context: &Context<'_>, view: &View, kind: Role) -> Result<Statement, FilterError> {
    let mut statement = Statement::default();
    let entity = column_named(kind.name(), context)?.0;
    let rows = sql::restriction(context, view, None, &mut statement)?;
    statement.sql = format!("SELECT count(DISTINCT {entity}) AS entities FROM {}{rows}", context.table());
    Ok(statement)
}

/// The expression whose values link entities; NULL where one of several roles has no value.
fn bridge(context: &Context<'_>, over: &Over) -> Result<String, FilterError> {
    let mut parts = Vec::new();
    for role in over.roles() {
        let ident = column_named(role.name(), context)?.0;
        parts.push(if *role == Role::Content { context.dialect.text_pattern(&ident) } else { ident });
    }
    Ok(context.dialect.joined(&parts))
}

/// Every pair of an entity and a value in the view's rows that `more` lets through: `entity`, `bridge`, `first_seen`, `last_seen`.
fn pairs(
    context: &Context<'_>,
    view: &View,
    kind: Role,
    over: &Over,
    more: impl FnOnce(&str, &str, &mut Statement) -> Vec<String>,
    statement: &mut Statement,
) -> Result<String, FilterError> {
    let entity = column_named(kind.name(), context)?.0;
    let bridge = bridge(context, over)?;
    let mut conditions = vec![format!("{entity} IS NOT NULL"), format!("{bridge} IS NOT NULL")];
    conditions.extend(more(&entity, &bridge, statement));
    let rows = sql::restriction(context, view, conditions, statement)?;
    let (first, last) = match sql::time_column(context) {
        Some(time) => (format!("min({time})"), format!("max({time})")),
        None => ("CAST(NULL AS TIMESTAMP)".to_owned(), "CAST(NULL AS TIMESTAMP)".to_owned()),
    };
    Ok(format!(
        "SELECT {entity} AS entity, {bridge} AS bridge, {first} AS first_seen, {last} AS last_seen FROM {}{rows} GROUP BY 1, 2",
        context.table()
    ))
}

/// Makes the table `work.NAME` of all pairs: 1.2 s for the addresses of 10 million rows, after which a step takes milliseconds and not
/// seconds, however many entities it begins with.
pub(super) fn build(context: &Context<'_>, view: &View, kind: Role, over: &Over, name: &str) -> Result<Statement, FilterError> {
    let mut statement = Statement::default();
    let pairs = pairs(context, view, kind, over, |_, _, _| Vec::new(), &mut statement)?;
    statement.sql = format!("CREATE OR REPLACE TABLE {} AS {pairs}", table(context, name));
    Ok(statement)
}

/// Takes a table away; no mistake if there is none.
pub(super) fn drop_table(context: &Context<'_>, name: &str) -> Statement {
    Statement::new(format!("DROP TABLE IF EXISTS {}", table(context, name)))
}

fn table(context: &Context<'_>, name: &str) -> String {
    format!("work.{}", context.dialect.ident(name))
}

fn one_of(expression: &str, values: &[String], statement: &mut Statement) -> String {
    match values {
        [only] => format!("{expression} = {}", statement.bind(only.as_str())),
        several => {
            let list: Vec<String> = several.iter().map(|value| statement.bind(value.as_str())).collect();
            format!("{expression} IN ({})", list.join(", "))
        }
    }
}

/// Who is on the values of these entities: `bridge`, `holders` (how many entities are on it), `entity`, `first_seen`, `last_seen`. For a
/// value with more than `hub` holders only the asked entities. Values that nobody shares are left out. Those with the fewest holders come
/// first, [`LINES`] and one more at most. `from` is the table that [`build`] made; without one the rows are read.
pub(super) fn holders(
    context: &Context<'_>,
    view: &View,
    kind: Role,
    over: &Over,
    entities: &[String],
    hub: u64,
    from: Option<&str>,
) -> Result<Statement, FilterError> {
    let mut statement = Statement::default();
    let (mine, others) = match from {
        Some(name) => {
            let table = table(context, name);
            let asked = one_of("entity", entities, &mut statement);
            (
                format!("SELECT * FROM {table} WHERE {asked}"),
                format!("SELECT * FROM {table} WHERE bridge IN (SELECT bridge FROM mine)"),
            )
        }
        None => {
            let asked = |entity: &str, _: &str, statement: &mut Statement| vec![one_of(entity, entities, statement)];
            let mine = pairs(context, view, kind, over, asked, &mut statement)?;
            let shared = |_: &str, bridge: &str, _: &mut Statement| vec![format!("{bridge} IN (SELECT bridge FROM mine)")];
            (mine, pairs(context, view, kind, over, shared, &mut statement)?)
        }
    };
    let hub = statement.bind(sql::whole(hub));
    let limit = statement.bind(sql::whole(LINES + 1));
    statement.sql = format!(
        "WITH mine AS MATERIALIZED ({mine}), pairs AS MATERIALIZED ({others}), \
         counted AS (SELECT bridge, count(*) AS holders FROM pairs GROUP BY bridge), \
         found AS (SELECT bridge, holders, entity, first_seen, last_seen FROM counted JOIN pairs USING (bridge) \
         WHERE holders > 1 AND holders <= {hub} \
         UNION ALL SELECT bridge, holders, entity, first_seen, last_seen FROM counted JOIN mine USING (bridge) WHERE holders > {hub}) \
         SELECT bridge, holders, entity, first_seen, last_seen FROM found ORDER BY holders, bridge, entity LIMIT {limit}"
    );
    Ok(statement)
}
