//! What is known of one entity: when it was seen, what it used, how many others it touches.

use crate::domain::{Entity, Role, Timestamp};
use crate::engine::Statement;

use super::filter::{FilterError, column_named, display_value};
use super::{Context, View, sql};

/// One row about the view's rows of an entity: `requests`, `first_seen`, `last_seen`; `errors` (rows with an error, or with a status of 400
/// and above); `tokens_in`, `tokens_out`, `cost` (sums); and for every other entity role of the extract `distinct_ROLE`, the number of
/// its values. What the extract has no column for is NULL. The entity's value is taken as it stands.
pub fn summary(context: &Context<'_>, view: &View, entity: &Entity) -> Result<Statement, FilterError> {
    let (ident, _) = column_named(entity.role.name(), context)?;
    let mut statement = Statement::default();
    let of_entity = format!("{ident} = {}", statement.bind(entity.value.as_str()));
    let rows = sql::restriction(context, view, [of_entity], &mut statement)?;
    let column = |role: Role| context.schema.role(role).map(|column| context.dialect.ident(&column.name));
    let failed: Vec<String> = [
        column(Role::Error).map(|error| format!("{error} IS NOT NULL")),
        column(Role::Status).map(|status| format!("{status} >= 400")),
    ]
    .into_iter()
    .flatten()
    .collect();
    let errors = match failed.is_empty() {
        true => "CAST(NULL AS BIGINT)".to_owned(),
        false => format!("count(*) FILTER (WHERE {})", failed.join(" OR ")),
    };
    let sum = |role: Role, kind: &str| match column(role) {
        Some(ident) => format!("CAST(sum({ident}) AS {kind}) AS {role}"),
        None => format!("CAST(NULL AS {kind}) AS {role}"),
    };
    let mut answers = vec![sql::seen(context), format!("{errors} AS errors")];
    answers.extend([sum(Role::TokensIn, "BIGINT"), sum(Role::TokensOut, "BIGINT"), sum(Role::Cost, "DOUBLE")]);
    answers.extend(
        Role::entities()
            .filter(|role| *role != entity.role)
            .filter_map(|role| column(role).map(|ident| format!("count(DISTINCT {ident}) AS distinct_{role}"))),
    );
    statement.sql = format!("SELECT {} FROM {}{rows}", answers.join(", "), context.table());
    Ok(statement)
}

/// What the side tables say of an entity: one row with the columns that were joined by its role; `None` where there are none. They are the
/// same in all of its rows, so one row tells them.
pub fn facts(context: &Context<'_>, entity: &Entity) -> Result<Option<Statement>, FilterError> {
    let joined = context.schema.filled().filter(|column| column.joined == Some(entity.role));
    let columns: Vec<String> = joined.map(|column| context.dialect.ident(&column.name)).collect();
    if columns.is_empty() {
        return Ok(None);
    }
    let (ident, _) = column_named(entity.role.name(), context)?;
    let mut statement = Statement::default();
    let value = statement.bind(entity.value.as_str());
    statement.sql = format!("SELECT {} FROM {} WHERE {ident} = {value} LIMIT 1", columns.join(", "), context.table());
    Ok(Some(statement))
}

/// Roles whose related values [`related`] gives: every entity role of the extract but the entity's own and `request`, and `error`.
pub fn related_roles(context: &Context<'_>, entity: &Entity) -> Vec<Role> {
    let fits = |role: &Role| (role.is_entity() && *role != Role::Request && *role != entity.role) || *role == Role::Error;
    context.schema.roles().filter(fits).collect()
}

/// Roles in which a value that an entity never had before is worth a look. Addresses only where no network is known: most change every day.
fn telling(context: &Context<'_>, role: Role) -> bool {
    match role {
        Role::UserAgent | Role::Asn | Role::Country | Role::Model | Role::Device | Role::Payment | Role::Endpoint | Role::Key => {
            true
        }
        Role::Ip => !context.schema.has(Role::Asn),
        _ => false,
    }
}

/// The moment after which a value that an entity never had before counts as new for it: a tenth of its time after its first row. Before
/// that everything is new. `None` for an entity without a stretch of time.
pub fn settled(first: Option<Timestamp>, last: Option<Timestamp>) -> Option<Timestamp> {
    let (first, last) = first.zip(last)?;
    let span = last.since(first);
    (span > 0).then(|| first.plus(span / 10))
}

/// From this many rows of an entity on, its rows are not kept beside while its values are counted, but read again for each role.
const MANY: u64 = 2_000_000;

/// What shares rows with an entity in the view, role by role, in one reading of its rows (`rows` says how many there are, about).
///
/// `part` VARCHAR, `role` VARCHAR, `value` VARCHAR (NULL for rows without one), `requests` BIGINT, `share` DOUBLE of the entity's rows,
/// `first_seen` and `last_seen` TIMESTAMP, `values` BIGINT. In part `top` stand the `limit` most frequent values of each role, and
/// `values` is how many different ones there are. In part `new` stand, for roles where that tells something, the `limit` values that were
/// first seen last, among those first seen after `settled`; `values` is how many such there are. Roles come in their own order.
pub fn related(
    context: &Context<'_>,
    view: &View,
    entity: &Entity,
    rows: u64,
    settled: Option<Timestamp>,
    limit: u64,
) -> Result<Option<Statement>, FilterError> {
    let roles = related_roles(context, entity);
    if roles.is_empty() {
        return Ok(None);
    }
    let (ident, _) = column_named(entity.role.name(), context)?;
    let mut statement = Statement::default();
    let of_entity = format!("{ident} = {}", statement.bind(entity.value.as_str()));
    let restriction = sql::restriction(context, view, [of_entity], &mut statement)?;
    let time = sql::time_column(context);
    let mut columns = Vec::new();
    for role in &roles {
        columns.push(column_named(role.name(), context)?);
    }
    let read: Vec<String> = columns.iter().map(|column| column.0.clone()).chain(time.clone()).collect();
    let kept = if rows < MANY { "MATERIALIZED" } else { "NOT MATERIALIZED" };
    let limit = statement.bind(sql::whole(limit));
    let total = statement.bind(sql::whole(rows.max(1)));
    let settled = settled.filter(|_| time.is_some()).map(|moment| statement.bind(crate::engine::Param::Time(moment)));
    let mut with = vec![format!("mine AS {kept} (SELECT {} FROM {}{restriction})", read.join(", "), context.table())];
    let mut parts = Vec::new();
    for (at, (role, (ident, kind))) in roles.iter().zip(&columns).enumerate() {
        let seen = sql::seen(context);
        with.push(format!("role_{at} AS MATERIALIZED (SELECT {ident} AS value, {seen} FROM mine GROUP BY {ident})"));
        let value = display_value(context.dialect, "value", *kind);
        let name = role.name();
        parts.push(format!(
            "(SELECT {at} AS place, 'top' AS part, '{name}' AS role, {value} AS value, requests, \
             CAST(requests AS DOUBLE) / {total} AS share, first_seen, last_seen, (SELECT count(value) FROM role_{at}) AS values \
             FROM role_{at} ORDER BY requests DESC, role_{at}.value ASC NULLS LAST LIMIT {limit})"
        ));
        if let Some(settled) = settled.as_ref().filter(|_| telling(context, *role)) {
            let new = format!("value IS NOT NULL AND first_seen > {settled}");
            parts.push(format!(
                "(SELECT {at} AS place, 'new' AS part, '{name}' AS role, {value} AS value, requests, \
                 CAST(requests AS DOUBLE) / {total} AS share, first_seen, last_seen, \
                 (SELECT count(*) FROM role_{at} WHERE {new}) AS values \
                 FROM role_{at} WHERE {new} ORDER BY first_seen DESC, role_{at}.value ASC LIMIT {limit})"
            ));
        }
    }
    // A union keeps no order, so each part's own order is asked for once more.
    statement.sql = format!(
        "WITH {} SELECT part, role, value, requests, share, first_seen, last_seen, values FROM ({}) \
         ORDER BY part DESC, place, CASE WHEN part = 'new' THEN first_seen END DESC, CASE WHEN part = 'top' THEN requests END DESC, \
         value ASC NULLS LAST",
        with.join(", "),
        parts.join(" UNION ALL ")
    );
    Ok(Some(statement))
}
