//! What is known of one entity: when it was seen, what it used, how many others it touches.

use crate::domain::{Entity, Role};
use crate::engine::Statement;

use super::filter::{FilterError, column_named};
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
