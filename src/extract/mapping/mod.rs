//! Looking at a mapping and trying another one, over a database that is loaded already: what each role holds, which columns and JSON
//! paths there are to choose from, and what a new mapping would give.
//!
//! A column that fills a role just as it is stands in `requests` only in that role's column, so a raw column is found again by way of
//! [`Column::source`](crate::domain::Column). Everything here is pure: statements out, rows in. The statements run in the read-only engine.

mod fields;
mod preview;
mod stored;

use crate::domain::{Column, Kind, Schema};
use crate::engine::{Dialect, Statement};

use super::model::Extract;
use super::plan::{Made, RawColumn, resolve};

pub use fields::{Field, Known, known, samples};
pub use preview::{Preview, Previewed, preview, previewed};

/// In how many places of an extract rows are looked at.
const SLICES: u64 = 10;

/// ` WHERE …` for about `count` rows, spread over an extract of `rows` rows; empty when those are all.
fn spread(rows: u64, count: u64, statement: &mut Statement, dialect: &dyn Dialect) -> String {
    if rows <= count {
        return String::new();
    }
    let row_id = dialect.ident(Schema::ROW_ID);
    let each = (count / SLICES).max(1);
    let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let slices: Vec<String> = (0..SLICES)
        .map(|slice| {
            // The first slice begins with the first row, the last one ends with the last.
            let from = (rows - each) / (SLICES - 1) * slice + 1;
            let (from, to) = (statement.bind(whole(from)), statement.bind(whole(from + each - 1)));
            format!("{row_id} BETWEEN {from} AND {to}")
        })
        .collect();
    format!(" WHERE {}", slices.join(" OR "))
}

/// The condition under which a column has a value: an empty text is none.
fn has_value(column: &Column, dialect: &dyn Dialect) -> String {
    let name = dialect.ident(&column.name);
    if column.kind.is_textual() { format!("{name} <> ''") } else { format!("{name} IS NOT NULL") }
}

/// A column or path as it is written in an SQL expression.
pub fn in_expression(extract: &Extract, name: &str, dialect: &dyn Dialect) -> String {
    let as_text = stored::gives_text(extract);
    let raws: Vec<RawColumn> = stored::stored(extract).iter().map(|stored| stored.raw(as_text, dialect)).collect();
    match resolve(name, &raws) {
        Some(Made::Path { column, pointer }) => {
            let column = raws.get(column).map(|raw| dialect.ident(&raw.name)).unwrap_or_default();
            format!("json_extract_string({column}, '{}')", pointer.replace('\'', "''"))
        }
        _ => dialect.ident(name),
    }
}

/// How many rows have a value in each mapped role: one row with a column named after each of them, and `requests`, the number of rows.
/// Reads every role column whole.
pub fn coverage(extract: &Extract, dialect: &dyn Dialect) -> Statement {
    let mut counts = vec!["count(*) AS requests".to_owned()];
    counts.extend(extract.schema.filled().filter(|column| column.role.is_some()).map(|column| {
        let condition = has_value(column, dialect);
        format!("count(*) FILTER (WHERE {condition}) AS {}", dialect.ident(&column.name))
    }));
    Statement::new(format!("SELECT {} FROM requests", counts.join(", ")))
}

/// The text of a column as the mapping pane shows it.
fn text_of(column: &Column, dialect: &dyn Dialect) -> String {
    let name = dialect.ident(&column.name);
    match column.kind {
        Kind::Time => dialect.time_text(&name),
        Kind::Text | Kind::Json => name,
        _ => format!("CAST({name} AS {})", dialect.type_name(Kind::Text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Param;
    use crate::engine::dialect::DUCK;

    #[test]
    fn rows_are_looked_at_from_the_first_to_the_last() {
        for (rows, count) in [(2001, 2000), (10_000_000, 200), (11, 10), (201, 200)] {
            let mut statement = Statement::default();
            assert!(spread(rows, count, &mut statement, &DUCK).contains(" OR "));
            let ends: Vec<i64> = statement
                .params
                .iter()
                .map(|param| match param {
                    Param::Int(number) => *number,
                    other => panic!("{other:?}"),
                })
                .collect();
            assert_eq!(ends[0], 1);
            assert!(ends.is_sorted() && ends.iter().all(|row| (1..=rows as i64).contains(row)), "{rows}: {ends:?}");
        }
        assert_eq!(spread(200, 200, &mut Statement::default(), &DUCK), "");
    }
}
