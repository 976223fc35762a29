//! The result of an SQL text as something that views can be of: checked, run once, kept as a bounded table with row numbers of its own.
//!
//! [`Making`] hands out the statements one after the other and takes their answers, so that the command line, which waits, and the workbench,
//! which does not, make a result in the same way.

mod check;
mod columns;

use crate::domain::{Batch, Schema, Value};
use crate::engine::{Dialect, Statement};

use super::relation::Relation;

pub use check::{SqlMistake, question, told};

/// The column of a kept result that adds up the bytes of the rows so far; no view shows it.
const SIZE: &str = "bytes so far";
/// The bytes of one row, while a result is made.
const OWN: &str = "bytes of the row";

/// How much of a result is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Rows at most.
    pub rows: u64,
    /// Bytes at most; the last row may pass it.
    pub bytes: u64,
}

impl Default for Bounds {
    /// A million rows, half a gigabyte: no view of a summary is larger, and a table of that size is read and sorted at once.
    fn default() -> Bounds {
        Bounds { rows: 1_000_000, bytes: 512 << 20 }
    }
}

/// A result that is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    /// The result.
    pub relation: Relation,
    /// Its columns.
    pub schema: Schema,
    /// Its rows.
    pub rows: u64,
    /// Why there may be more rows than these.
    pub cut: Option<&'static str>,
}

/// What comes after an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Next {
    /// Run this, and give its answer to [`Making::take`].
    Ask(Statement),
    /// The result is kept.
    Made(Box<Kept>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Describe,
    Create,
    Count,
    Trim,
}

/// A result on its way into its table.
#[derive(Debug, Clone)]
pub struct Making {
    relation: Relation,
    bounds: Bounds,
    dialect: &'static dyn Dialect,
    extract: Schema,
    kept: Kept,
    step: Step,
}

/// Lines of a statement before the text itself: the engine counts them in what it says of mistakes.
pub const LINES_BEFORE: usize = 1;

impl Making {
    /// Begins with a text over an extract with these columns: the statement to run first.
    pub fn begin(
        sql: &str,
        extract: &Schema,
        dialect: &'static dyn Dialect,
        bounds: Bounds,
    ) -> Result<(Making, Statement), SqlMistake> {
        let asked = question(sql)?;
        let relation = Relation::Sql(asked.to_owned());
        let statement = Statement::new(format!("DESCRIBE SELECT * FROM (\n{asked}\n) AS result"));
        let kept = Kept { relation: relation.clone(), schema: Schema::default(), rows: 0, cut: None };
        Ok((Making { relation, bounds, dialect, extract: extract.clone(), kept, step: Step::Describe }, statement))
    }

    /// What is made.
    pub const fn relation(&self) -> &Relation {
        &self.relation
    }

    /// Takes the answer to the statement that was handed out last.
    pub fn take(&mut self, answer: &[Batch]) -> Next {
        match self.step {
            Step::Describe => {
                let described = described(answer);
                self.step = Step::Create;
                let (statement, schema) = self.create(&described);
                self.kept.schema = schema;
                Next::Ask(statement)
            }
            Step::Create => {
                self.step = Step::Count;
                let size = self.dialect.ident(SIZE);
                Next::Ask(Statement::new(format!(
                    "SELECT count(*) AS rows, max({size}) AS bytes FROM {}",
                    self.relation.table(self.dialect)
                )))
            }
            Step::Count => {
                let first = |name: &str| {
                    let batch = answer.iter().find(|batch| batch.rows() > 0);
                    batch.and_then(|batch| number(&batch.get(0, name))).unwrap_or(0)
                };
                self.kept.rows = first("rows").min(self.bounds.rows);
                if first("rows") > self.bounds.rows {
                    self.kept.cut = Some("the first rows only");
                    self.step = Step::Trim;
                    let mut statement = Statement::default();
                    let last = statement.bind(super::sql::whole(self.bounds.rows));
                    let (table, row_id) = (self.relation.table(self.dialect), self.dialect.ident(Schema::ROW_ID));
                    statement.sql = format!("DELETE FROM {table} WHERE {row_id} > {last}");
                    return Next::Ask(statement);
                }
                if first("bytes") > self.bounds.bytes {
                    self.kept.cut = Some("cut by size");
                }
                Next::Made(Box::new(self.kept.clone()))
            }
            Step::Trim => Next::Made(Box::new(self.kept.clone())),
        }
    }

    /// The statement that keeps the result: in the order of its rows, no more than the bounds allow.
    fn create(&self, described: &[(String, String)]) -> (Statement, Schema) {
        let sql = self.relation.sql().unwrap_or_default();
        let kept = columns::kept(described, &self.extract, shows_sensitive(sql, &self.extract), self.dialect);
        let ident = |name: &str| self.dialect.ident(name);
        let (row_id, size, own) = (ident(Schema::ROW_ID), ident(SIZE), ident(OWN));
        let names: Vec<String> = kept.iter().map(|kept| ident(&kept.column.name)).collect();
        let given: Vec<String> = (0..kept.len()).map(|place| ident(&columns::given(place))).collect();
        let made: Vec<String> = kept.iter().zip(&names).map(|(kept, name)| format!("{} AS {name}", kept.expression)).collect();
        // Eight bytes for whatever is no text.
        let bytes: Vec<String> = kept
            .iter()
            .zip(&names)
            .filter(|(kept, _)| kept.column.kind.is_textual())
            .map(|(_, name)| format!("coalesce(strlen({name}), 0)"))
            .chain([format!("{}", 8 * kept.len().max(1))])
            .collect();
        let bytes = bytes.join(" + ");
        let mut statement = Statement::default();
        let rows = statement.bind(super::sql::whole(self.bounds.rows.saturating_add(1)));
        let most = statement.bind(super::sql::whole(self.bounds.bytes));
        statement.sql = format!(
            "CREATE OR REPLACE TABLE {table} AS SELECT {row_id}, {names}, {size} FROM (SELECT row_number() OVER () AS {row_id}, {names}, \
             {bytes} AS {own}, sum({bytes}) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS {size} \
             FROM (SELECT {made} FROM (\n{sql}\n) AS result({given}) LIMIT {rows})) WHERE {size} - {own} <= {most} ORDER BY {row_id}",
            table = self.relation.table(self.dialect),
            names = names.join(", "),
            made = made.join(", "),
            given = given.join(", "),
        );
        (statement, Schema { columns: kept.into_iter().map(|kept| kept.column).collect() })
    }
}

/// Makes a result with somebody who waits for the answers: `ask` runs a statement and gives its rows.
pub fn make<E: From<SqlMistake>>(
    sql: &str,
    extract: &Schema,
    dialect: &'static dyn Dialect,
    bounds: Bounds,
    mut ask: impl FnMut(Statement) -> Result<Vec<Batch>, E>,
) -> Result<Kept, E> {
    let (mut making, mut statement) = Making::begin(sql, extract, dialect, bounds)?;
    loop {
        match making.take(&ask(statement)?) {
            Next::Ask(next) => statement = next,
            Next::Made(kept) => return Ok(*kept),
        }
    }
}

/// The names and types of a described result.
fn described(answer: &[Batch]) -> Vec<(String, String)> {
    let rows = answer.iter().flat_map(|batch| (0..batch.rows()).map(move |row| (batch, row)));
    rows.map(|(batch, row)| (batch.get(row, "column_name").to_plain(), batch.get(row, "column_type").to_plain())).collect()
}

fn number(value: &Value) -> Option<u64> {
    match value {
        Value::Int(number) => u64::try_from(*number).ok(),
        Value::Float(number) if *number >= 0.0 => Some(*number as u64),
        _ => None,
    }
}

/// Whether a text names a sensitive column, so that whatever it computes may show its values.
pub fn shows_sensitive(sql: &str, extract: &Schema) -> bool {
    let sensitive = extract.columns.iter().filter(|column| column.is_sensitive());
    check::names_any(sql, sensitive.flat_map(|column| std::iter::once(column.name.as_str()).chain(column.source.as_deref())))
}

/// Whether a column of a result is masked: it is named like a sensitive one, or it is none of the extract's and the text names one.
pub fn is_sensitive(name: &str, shows_sensitive: bool, extract: &Schema) -> bool {
    let role = crate::domain::Role::ALL.into_iter().find(|role| role.name().eq_ignore_ascii_case(name));
    match (role, extract.column(name)) {
        (Some(role), _) if role.is_sensitive() => true,
        (_, Some(column)) => column.is_sensitive(),
        (Some(_), None) => false,
        (None, None) => shows_sensitive,
    }
}

/// The first rows of a result, in its order; the engine's limits say how many.
pub fn first_rows(sql: &str) -> Result<Statement, SqlMistake> {
    Ok(Statement::new(format!("SELECT * FROM (\n{}\n) AS result", question(sql)?)))
}

/// How the engine would run a text: rows of `explain_key`, `explain_value`.
pub fn explain(sql: &str) -> Result<Statement, SqlMistake> {
    Ok(Statement::new(format!("EXPLAIN SELECT * FROM (\n{}\n) AS result", question(sql)?)))
}

/// Forgets a kept result; no mistake if there is none.
pub fn forget(relation: &Relation, dialect: &dyn Dialect) -> Option<Statement> {
    (!relation.is_requests()).then(|| Statement::new(format!("DROP TABLE IF EXISTS {}", relation.table(dialect))))
}

/// The functions that a text can call, by name: `name` VARCHAR, `kind` VARCHAR.
pub fn functions() -> Statement {
    Statement::new(
        "SELECT function_name AS name, min(function_type) AS kind FROM duckdb_functions() \
         WHERE function_type IN ('scalar', 'aggregate', 'macro', 'table') AND regexp_matches(function_name, '^[a-z][a-z0-9_]*$') \
         GROUP BY ALL ORDER BY name",
    )
}
