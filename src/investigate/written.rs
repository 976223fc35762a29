//! Statements as people read and run them elsewhere: with the values written out in place of the placeholders. For what is copied, and for
//! what an editor begins with; what this program runs itself has its values bound.

use crate::domain::{Kind, Schema};
use crate::engine::{Dialect, Param, Statement};

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
    let rows = rows.replacen(" WHERE ", "\nWHERE ", 1);
    statement.sql = format!("SELECT {selected}\nFROM {from}{rows}{order}{limit}");
    Ok(in_full(&statement, context.dialect))
}

/// A statement with its values written out.
pub fn in_full(statement: &Statement, dialect: &dyn Dialect) -> String {
    let sql = statement.sql.as_str();
    let mut out = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some(at) = rest.find(['$', '"', '\'']) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let digits = from.get(1..).unwrap_or_default().bytes().take_while(u8::is_ascii_digit).count();
        let (taken, text) = match from.as_bytes().first() {
            Some(b'$') if digits > 0 => {
                let number = from.get(1..=digits).and_then(|digits| digits.parse::<usize>().ok());
                let param = number.and_then(|number| statement.params.get(number.checked_sub(1)?));
                (1 + digits, param.map(|param| literal(param, dialect)))
            }
            // Up to the closing quote; a doubled one is two quoted texts in a row.
            Some(quote @ (b'"' | b'\'')) => {
                let end = from.get(1..).and_then(|inner| inner.bytes().position(|byte| byte == *quote));
                (end.map_or(from.len(), |end| end + 2), None)
            }
            _ => (1, None),
        };
        out.push_str(text.as_deref().or(from.get(..taken)).unwrap_or_default());
        rest = from.get(taken..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

/// A value as SQL writes it.
fn literal(param: &Param, dialect: &dyn Dialect) -> String {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
    match param {
        Param::Null => "NULL".to_owned(),
        Param::Bool(flag) => flag.to_string(),
        Param::Int(number) => number.to_string(),
        Param::Float(number) if number.is_finite() => format!("{number:?}"),
        Param::Float(number) => format!("CAST({} AS {})", quoted(&number.to_string()), dialect.type_name(Kind::Real)),
        // No database takes the byte 0 in a text that is written out.
        Param::Text(text) => {
            let parts: Vec<String> = text.split('\0').map(quoted).collect();
            if parts.len() > 1 { format!("({})", parts.join(" || chr(0) || ")) } else { parts.concat() }
        }
        Param::Time(time) => {
            let text = time.to_string();
            format!("{} {}", dialect.type_name(Kind::Time), quoted(text.trim_end_matches('Z')))
        }
    }
}

/// The columns of a view, in the order in which they are shown, as a text for an editor would name them.
pub fn columns_of(schema: &Schema, view: &View) -> Vec<String> {
    super::view::shown(schema, view).map(|column| column.name.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;
    use crate::engine::dialect::DUCK;

    #[test]
    fn values_are_written_out_and_nothing_else_is_touched() {
        let mut statement = Statement::default();
        let (text, time, number) = (statement.bind("it's; $1 \"x\""), statement.bind(Timestamp(0)), statement.bind(-1.0));
        statement.sql = format!("SELECT \"$1\", '$2 ''$3''' FROM t WHERE a = {text} AND b < {time} OR c = {number} AND $9 $$");
        assert_eq!(
            in_full(&statement, &DUCK),
            "SELECT \"$1\", '$2 ''$3''' FROM t WHERE a = 'it''s; $1 \"x\"' AND b < TIMESTAMP '1970-01-01T00:00:00' OR c = -1.0 AND $9 $$"
        );
        assert_eq!(literal(&Param::Text("a\0b".into()), &DUCK), "('a' || chr(0) || 'b')");
        assert_eq!(literal(&Param::Float(f64::INFINITY), &DUCK), "CAST('inf' AS DOUBLE)");
    }
}
