//! SQL expressions of the columns of `requests` over the columns of a source.

use crate::domain::{Kind, Role};
use crate::engine::{Dialect, Statement};

use super::plan::{Made, RawColumn};

/// The name of the relation of a source's columns.
pub(super) const RAW: &str = "raw";

/// An address with a port or in brackets, as a literal of SQL; the address itself is group 1 or 3. Nothing else fits it, so whatever
/// else a log has in the place of an address stays as it is.
const DRESSED: &str = r"'^\s*(?:\[([0-9A-Fa-f:.]+(?:%[0-9A-Za-z._-]+)?)\](:[0-9]{1,5})?|([0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}):[0-9]{1,5})\s*$'";

/// A column of the source.
fn column(raw: &RawColumn, dialect: &dyn Dialect) -> String {
    format!("{RAW}.{}", dialect.ident(&raw.name))
}

/// The SQL of an own column.
pub(super) fn own(raw: &RawColumn, kind: Kind, dialect: &dyn Dialect) -> String {
    let sql = column(raw, dialect);
    if dialect.type_name(raw.kind) == dialect.type_name(kind) {
        sql
    } else {
        format!("CAST({sql} AS {})", dialect.type_name(kind))
    }
}

/// The SQL of a role.
pub(super) fn role(role: Role, made: &Made, columns: &[RawColumn], statement: &mut Statement, dialect: &dyn Dialect) -> String {
    let (sql, kind) = value(made, columns, statement, dialect);
    match (role.kind(), kind) {
        (Kind::Time, Some(Kind::Time)) => sql,
        (Kind::Time, Some(Kind::Integer)) => epoch(&sql),
        (Kind::Time, Some(Kind::Real)) => epoch_of_real(&sql),
        (Kind::Time, _) => time_of_text(&format!("CAST({sql} AS VARCHAR)")),
        // An empty error or flag says that there is none. Elsewhere an empty text is a value that was logged, and stays one.
        (Kind::Text, Some(Kind::Text)) if !matches!(role, Role::Error | Role::Flag) => sql,
        (Kind::Text, _) if matches!(role, Role::Error | Role::Flag) => format!("NULLIF(CAST({sql} AS VARCHAR), '')"),
        (Kind::Text, _) => format!("CAST({sql} AS VARCHAR)"),
        (wanted, Some(kind)) if kind == wanted => sql,
        (wanted, _) => dialect.try_cast(&sql, wanted),
    }
}

/// The SQL of a value and its kind, where that is known.
pub(super) fn value(
    made: &Made,
    columns: &[RawColumn],
    statement: &mut Statement,
    dialect: &dyn Dialect,
) -> (String, Option<Kind>) {
    match made {
        Made::Column(place) => match columns.get(*place) {
            Some(raw) => (column(raw, dialect), Some(raw.kind)),
            None => ("CAST(NULL AS VARCHAR)".into(), Some(Kind::Text)),
        },
        Made::Path { column: place, pointer } => match columns.get(*place) {
            Some(raw) => {
                let path = statement.bind(pointer.as_str());
                let sql = column(raw, dialect);
                let inner = format!("json_extract_string({sql}, {path})");
                // Asking for a path in what is not JSON is an error.
                let guarded = if raw.nested { inner } else { format!("CASE WHEN json_valid({sql}) THEN {inner} END") };
                (guarded, Some(Kind::Text))
            }
            None => ("CAST(NULL AS VARCHAR)".into(), Some(Kind::Text)),
        },
        Made::Bare(inner) => {
            let (sql, _) = value(inner, columns, statement, dialect);
            (format!("regexp_replace(CAST({sql} AS VARCHAR), {DRESSED}, '\\1\\3')"), Some(Kind::Text))
        }
        Made::FirstOf(all) => {
            let parts: Vec<String> = all
                .iter()
                .map(|made| {
                    let (sql, kind) = value(made, columns, statement, dialect);
                    if kind == Some(Kind::Text) {
                        format!("NULLIF({sql}, '')")
                    } else {
                        format!("NULLIF(CAST({sql} AS VARCHAR), '')")
                    }
                })
                .collect();
            (format!("COALESCE({})", parts.join(", ")), Some(Kind::Text))
        }
        // On lines of its own, so that a comment at its end stays a comment.
        Made::Sql(sql) => (format!("(\n{sql}\n)"), None),
    }
}

/// What does not fit a role: the value as text where the role's SQL gives nothing.
pub(super) fn leftover(role: &str, raw: &RawColumn, dialect: &dyn Dialect) -> String {
    format!("CASE WHEN {role} IS NULL THEN NULLIF(CAST({} AS VARCHAR), '') END", column(raw, dialect))
}

/// A whole number that counts s, ms, µs or ns since the epoch, by its magnitude: 11 digits of seconds reach the year 5138, and so on.
/// The bounds keep every product within 64 bits; `abs` would fail on the least number.
fn epoch(sql: &str) -> String {
    let within = |digits: usize| format!("{sql} BETWEEN -{bound} AND {bound}", bound = "9".repeat(digits));
    format!(
        "make_timestamp(CASE WHEN {} THEN {sql} * 1000000 WHEN {} THEN {sql} * 1000 WHEN {} THEN {sql} ELSE {sql} // 1000 END)",
        within(11),
        within(14),
        within(17)
    )
}

/// The same with a fraction.
fn epoch_of_real(sql: &str) -> String {
    format!(
        "make_timestamp(CAST(CASE WHEN NOT isfinite({sql}) OR abs({sql}) >= 9e18 THEN NULL WHEN abs({sql}) < 1e11 THEN round({sql} * 1e6) \
         WHEN abs({sql}) < 1e14 THEN round({sql} * 1e3) WHEN abs({sql}) < 1e17 THEN round({sql}) ELSE floor({sql} / 1e3) END AS BIGINT))"
    )
}

/// A time in any of the spellings that logs have: RFC 3339 and ISO 8601, epoch numbers, the access log's, the US one. The cast goes by
/// way of `TIMESTAMPTZ`, because the one to `TIMESTAMP` drops an offset instead of applying it; a time without one is taken as UTC.
pub(super) fn time_of_text(sql: &str) -> String {
    format!(
        "COALESCE(CAST(TRY_CAST({sql} AS TIMESTAMPTZ) AS TIMESTAMP), CASE WHEN contains({sql}, '.') THEN {} ELSE {} END, \
         CAST(try_strptime({sql}, ['%d/%b/%Y:%H:%M:%S %z', '%m/%d/%Y %I:%M:%S %p', '%m/%d/%Y %H:%M:%S', '%m/%d/%Y %H:%M', \
         '%m/%d/%Y %I:%M %p', '%b %d %Y %H:%M:%S', '%a, %d %b %Y %H:%M:%S GMT', '%a, %d %b %Y %H:%M:%S %z', \
         '%b %d, %Y @ %H:%M:%S.%g', '%Y/%m/%d %H:%M:%S']) AS TIMESTAMP))",
        epoch_of_real(&format!("TRY_CAST({sql} AS DOUBLE)")),
        // A cast from text would round a fraction away, so it is only asked where there is none.
        epoch(&format!("TRY_CAST({sql} AS BIGINT)")),
    )
}
