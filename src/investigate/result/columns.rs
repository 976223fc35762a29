//! The columns of a result: their names, their kinds, the roles they take, and how they are kept.

use crate::domain::{Column, Kind, Role, Schema};
use crate::engine::Dialect;
use crate::investigate::relation::REQUEST_ROW;

/// A column of a result, and the expression that keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kept {
    pub(super) column: Column,
    pub(super) expression: String,
}

/// The columns of a result as they are kept. `described` are the names and types that the engine tells, in order; `unsure` says that the
/// text names a sensitive column, so that every text it computes is masked.
pub(super) fn kept(described: &[(String, String)], extract: &Schema, unsure: bool, dialect: &dyn Dialect) -> Vec<Kept> {
    let mut all: Vec<Kept> = Vec::with_capacity(described.len());
    for (place, (name, kind)) in described.iter().enumerate() {
        let wanted = if name.eq_ignore_ascii_case(Schema::ROW_ID) { REQUEST_ROW } else { name.as_str() };
        let role = Role::ALL.into_iter().find(|role| role.name().eq_ignore_ascii_case(wanted));
        let wanted = role.map_or(wanted, |role| role.name());
        let name = unused(wanted, &all);
        let role = role.filter(|role| role.name() == name);
        let source = dialect.ident(&given(place));
        let (kind, expression) = of_type(kind, &source);
        let (kind, expression, role) = in_role(role, kind, expression, dialect);
        let mut column = match role {
            Some(role) => Column::of_role(role, Some(name)),
            None => Column::own(name.clone(), kind, name),
        };
        let known = extract.column(&column.name);
        column.sensitive = column.role.is_none()
            && match known {
                Some(known) => known.is_sensitive(),
                None => unsure && kind.is_textual(),
            };
        all.push(Kept { column, expression });
    }
    all
}

/// The name under which a column of the text is taken in, whatever it is called there.
pub(super) fn given(place: usize) -> String {
    format!("given {}", place + 1)
}

/// A name that no other column has; the engine knows no case in names.
fn unused(wanted: &str, all: &[Kept]) -> String {
    let wanted = if wanted.is_empty() { "column" } else { wanted };
    let taken = |name: &str| {
        name.eq_ignore_ascii_case(Schema::ROW_ID)
            || name.eq_ignore_ascii_case(super::SIZE)
            || name.eq_ignore_ascii_case(super::OWN)
            || all.iter().any(|kept| kept.column.name.to_lowercase() == name.to_lowercase())
    };
    if !taken(wanted) {
        return wanted.to_owned();
    }
    (2..).map(|number| format!("{wanted}_{number}")).find(|name| !taken(name)).unwrap_or_default()
}

/// The kind of an engine's type, and the expression that makes a value of that kind.
fn of_type(kind: &str, source: &str) -> (Kind, String) {
    let cast = |to: &str| format!("CAST({source} AS {to})");
    let upper = kind.to_ascii_uppercase();
    if upper.ends_with(']') || upper.starts_with("STRUCT") || upper.starts_with("MAP") || upper.starts_with("UNION") {
        return (Kind::Json, format!("CAST(to_json({source}) AS VARCHAR)"));
    }
    match upper.as_str() {
        "VARCHAR" => (Kind::Text, source.to_owned()),
        "JSON" => (Kind::Json, cast("VARCHAR")),
        "BOOLEAN" => (Kind::Boolean, source.to_owned()),
        "TINYINT" | "SMALLINT" | "INTEGER" | "BIGINT" | "UTINYINT" | "USMALLINT" | "UINTEGER" => (Kind::Integer, cast("BIGINT")),
        // Sums are wider than what they add up; nothing is lost by keeping them so.
        "UBIGINT" | "HUGEINT" => (Kind::Integer, cast("HUGEINT")),
        "DOUBLE" | "FLOAT" => (Kind::Real, cast("DOUBLE")),
        "DATE" => (Kind::Time, cast("TIMESTAMP")),
        time if time.starts_with("TIMESTAMP") => (Kind::Time, cast("TIMESTAMP")),
        decimal if decimal.starts_with("DECIMAL") => match decimal.ends_with(",0)") {
            true => (Kind::Integer, cast("HUGEINT")),
            false => (Kind::Real, cast("DOUBLE")),
        },
        _ => (Kind::Text, cast("VARCHAR")),
    }
}

/// The column in the role of its name, where its values can be those of the role; else a column of its own.
fn in_role(role: Option<Role>, kind: Kind, expression: String, dialect: &dyn Dialect) -> (Kind, String, Option<Role>) {
    let Some(wanted) = role.map(Role::kind) else { return (kind, expression, None) };
    let to = dialect.type_name(wanted);
    match (wanted, kind) {
        (Kind::Integer, Kind::Integer) | (Kind::Real, Kind::Integer) | (Kind::Text, Kind::Integer | Kind::Boolean) => {
            (wanted, format!("CAST({expression} AS {to})"), role)
        }
        (wanted, kind) if wanted == kind => (kind, expression, role),
        _ => (kind, expression, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::dialect::DUCK;

    fn columns(described: &[(&str, &str)], unsure: bool) -> Vec<Column> {
        let described: Vec<(String, String)> =
            described.iter().map(|(name, kind)| ((*name).to_owned(), (*kind).to_owned())).collect();
        let mut extract = Schema { columns: vec![Column::of_role(Role::Content, Some("prompt".into()))] };
        extract.columns.push(Column { sensitive: true, ..Column::own("raw", Kind::Json, "raw") });
        kept(&described, &extract, unsure, &DUCK).into_iter().map(|kept| kept.column).collect()
    }

    #[test]
    fn a_name_of_a_role_with_fitting_values_takes_the_role() {
        let found = columns(
            &[("Account", "VARCHAR"), ("account", "VARCHAR"), ("latency", "BIGINT"), ("time", "VARCHAR"), ("status", "DOUBLE")],
            false,
        );
        let told: Vec<(&str, Option<Role>, Kind)> =
            found.iter().map(|column| (column.name.as_str(), column.role, column.kind)).collect();
        assert_eq!(
            told,
            [
                ("account", Some(Role::Account), Kind::Text),
                ("account_2", None, Kind::Text),
                ("latency", Some(Role::Latency), Kind::Real),
                ("time", None, Kind::Text),
                ("status", None, Kind::Real),
            ]
        );
    }

    #[test]
    fn names_that_the_table_needs_are_given_others() {
        let names: Vec<String> =
            columns(&[("row_id", "BIGINT"), ("ROW_ID", "BIGINT"), ("", "DATE"), (super::super::SIZE, "JSON")], false)
                .into_iter()
                .map(|column| column.name)
                .collect();
        assert_eq!(names, ["request_row", "request_row_2", "column", "bytes so far_2"]);
    }

    #[test]
    fn what_may_show_sensitive_content_is_masked() {
        let masked = |unsure| -> Vec<bool> {
            columns(&[("content", "VARCHAR"), ("raw", "JSON"), ("head", "VARCHAR"), ("n", "BIGINT")], unsure)
                .iter()
                .map(Column::is_sensitive)
                .collect()
        };
        assert_eq!(masked(false), [true, true, false, false]);
        assert_eq!(masked(true), [true, true, true, false]);
    }
}
