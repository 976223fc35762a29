//! Rows of a view by their position, and the indexes that make any position quick.
//!
//! `OFFSET` reads everything before it, so it is never used over many rows. All rows in load order are paged by ranges of `row_id`; any
//! other view gets an index, a table of `row_id`s in view order, and is paged by ranges of the index's own row numbers.

use crate::domain::{Schema, Timestamp};
use crate::engine::{Param, Statement};

use super::filter::{FilterError, column_named, contains_text};
use super::{Context, View, sql};

/// Where the rows of a view are found by position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowSource {
    /// All rows in load order: the position is `row_id - 1`.
    Loaded,
    /// The index of this name, built by [`build_index`].
    Index(String),
    /// No index yet: good for the first positions, slower the further down.
    Head,
}

/// The rows at positions `from` to `from + count - 1` (counted from 0) in view order: `row_id`, then the columns, with their own types.
pub fn page(
    context: &Context<'_>,
    view: &View,
    columns: &[String],
    source: &RowSource,
    from: u64,
    count: u64,
) -> Result<Statement, FilterError> {
    let mut statement = Statement::default();
    let (table, row_id) = (context.table(), context.dialect.ident(Schema::ROW_ID));
    let mut selected = vec![row_id.clone()];
    for column in columns {
        selected.push(column_named(column, context)?.0);
    }
    let selected = selected.join(", ");
    statement.sql = match source {
        RowSource::Loaded => {
            let first = statement.bind(sql::whole(from).saturating_add(1));
            let last = statement.bind(sql::whole(from.saturating_add(count)));
            format!("SELECT {selected} FROM {table} WHERE {row_id} BETWEEN {first} AND {last} ORDER BY {row_id}")
        }
        RowSource::Index(name) => {
            let index = index_table(context, name);
            let first = statement.bind(sql::whole(from));
            let end = statement.bind(sql::whole(from.saturating_add(count)));
            // A join, because the engine then prunes `requests` by the ids it found: 100 rows of 5 million take 4 ms in load order and
            // 56 ms in an order of their own. `row_id IN (…)` takes 87 ms with a subquery and 670 ms with the ids bound one by one.
            format!(
                "SELECT {selected} FROM (SELECT {row_id}, rowid AS position FROM {index} WHERE rowid >= {first} AND rowid < {end}) \
                 JOIN {table} USING ({row_id}) ORDER BY position"
            )
        }
        RowSource::Head => {
            let rows = sql::restriction(context, view, None, &mut statement)?;
            let order = sql::order(context, view)?;
            let count = statement.bind(sql::whole(count));
            let from = statement.bind(sql::whole(from));
            format!("SELECT {selected} FROM {table}{rows}{order} LIMIT {count} OFFSET {from}")
        }
    };
    Ok(statement)
}

/// Every row of the view in view order: `row_id`, then the columns, with their own types. For people who copy the SQL: pages are read with
/// [`page`].
pub fn all(context: &Context<'_>, view: &View, columns: &[String]) -> Result<Statement, FilterError> {
    let mut statement = Statement::default();
    let mut selected = vec![context.dialect.ident(Schema::ROW_ID)];
    for column in columns {
        selected.push(column_named(column, context)?.0);
    }
    let rows = sql::restriction(context, view, None, &mut statement)?;
    let order = sql::order(context, view)?;
    statement.sql = format!("SELECT {} FROM {}{rows}{order}", selected.join(", "), context.table());
    Ok(statement)
}

/// Rows by their numbers, in load order: `row_id`, then the columns, with their own types.
pub fn chosen(context: &Context<'_>, columns: &[String], row_ids: &[i64]) -> Result<Statement, FilterError> {
    let mut statement = Statement::default();
    let number = context.dialect.ident(Schema::ROW_ID);
    let mut selected = vec![number.clone()];
    for column in columns {
        selected.push(column_named(column, context)?.0);
    }
    let wanted: Vec<String> = row_ids.iter().map(|row_id| statement.bind(*row_id)).collect();
    statement.sql = format!(
        "SELECT {} FROM {table} WHERE {number} IN ({}) ORDER BY {number}",
        selected.join(", "),
        wanted.join(", "),
        table = context.table()
    );
    Ok(statement)
}

/// Makes the table `work.NAME(row_id)` with the view's rows in view order.
pub fn build_index(context: &Context<'_>, view: &View, name: &str) -> Result<Statement, FilterError> {
    let mut statement = Statement::default();
    let (table, row_id) = (context.table(), context.dialect.ident(Schema::ROW_ID));
    let rows = sql::restriction(context, view, None, &mut statement)?;
    // Also without a sort: the order of a table is not promised by SQL, and a wrong position shows a wrong row.
    let order = sql::order(context, view)?;
    statement.sql = format!("CREATE TABLE {} AS SELECT {row_id} FROM {table}{rows}{order}", index_table(context, name));
    Ok(statement)
}

/// Takes an index away; no mistake if there is none.
pub fn drop_index(context: &Context<'_>, name: &str) -> Statement {
    Statement::new(format!("DROP TABLE IF EXISTS {}", index_table(context, name)))
}

/// One row: `row_id` and every filled column, with their own types.
pub fn detail(context: &Context<'_>, row_id: i64) -> Result<Statement, FilterError> {
    let mut statement = Statement::default();
    let number = context.dialect.ident(Schema::ROW_ID);
    let columns: Vec<String> = std::iter::once(number.clone())
        .chain(context.schema.filled().map(|column| context.dialect.ident(&column.name)))
        .collect();
    let wanted = statement.bind(row_id);
    statement.sql = format!("SELECT {} FROM {} WHERE {number} = {wanted}", columns.join(", "), context.table());
    Ok(statement)
}

/// One row: `before` BIGINT, how many rows of the view come before a row of it when they are in the order of time, ties in load order. So
/// it is the row's position in the view sorted by time.
pub fn before(context: &Context<'_>, view: &View, time: Timestamp, row_id: i64) -> Result<Statement, FilterError> {
    let mut statement = Statement::default();
    let (column, _) = column_named(crate::domain::Role::Time.name(), context)?;
    let number = context.dialect.ident(Schema::ROW_ID);
    let (moment, row) = (statement.bind(Param::Time(time)), statement.bind(row_id));
    let earlier = format!("({column} < {moment} OR ({column} = {moment} AND {number} < {row}))");
    let rows = sql::restriction(context, view, [earlier], &mut statement)?;
    statement.sql = format!("SELECT count(*) AS before FROM {}{rows}", context.table());
    Ok(statement)
}

/// How many positions [`find_near`] is worth asking for first: on 5 million rows in an order of their own it then costs what a page costs,
/// 0.1 s, where [`find`] reads every text, 3.4 s.
pub const NEAR: u64 = 4_096;

/// The next row in view order whose text columns contain `needle`, without regard to case: `position` BIGINT and `row_id`, or no row.
/// Forward it looks at positions `from` and above, backward at `from` and below.
///
/// In load order it stops soon after the first hit. In an index it reads everything, so ask [`find_near`] first.
pub fn find(
    context: &Context<'_>,
    view: &View,
    source: &RowSource,
    needle: &str,
    from: u64,
    forward: bool,
) -> Result<Statement, FilterError> {
    let stretch = if forward { (from, None) } else { (0, Some(from.saturating_add(1))) };
    find_between(context, view, source, needle, stretch, forward)
}

/// Like [`find`], but looks at `count` positions only, `from` among them.
pub fn find_near(
    context: &Context<'_>,
    view: &View,
    source: &RowSource,
    needle: &str,
    from: u64,
    count: u64,
    forward: bool,
) -> Result<Statement, FilterError> {
    let end = from.saturating_add(if forward { count } else { 1 });
    let stretch = if forward { (from, Some(end)) } else { (end.saturating_sub(count), Some(end)) };
    find_between(context, view, source, needle, stretch, forward)
}

/// Looks at the positions from the first one on, before the second.
fn find_between(
    context: &Context<'_>,
    view: &View,
    source: &RowSource,
    needle: &str,
    (first, end): (u64, Option<u64>),
    forward: bool,
) -> Result<Statement, FilterError> {
    if needle.is_empty() {
        return Err(FilterError::new(0..0, "there is nothing to search for; type a text"));
    }
    let mut statement = Statement::default();
    let (table, row_id) = (context.table(), context.dialect.ident(Schema::ROW_ID));
    let direction = if forward { "ASC" } else { "DESC" };
    let within = |column: &str, offset: i64, statement: &mut Statement| {
        let first = statement.bind(sql::whole(first).saturating_add(offset));
        let end = end.map(|end| format!(" AND {column} < {}", statement.bind(sql::whole(end).saturating_add(offset))));
        format!("{column} >= {first}{}", end.unwrap_or_default())
    };
    statement.sql = match source {
        RowSource::Loaded => {
            let within = within(&row_id, 1, &mut statement);
            let hit = contains_text(needle, context, &mut statement);
            // The engine keeps the best `row_id` so far as a filter and skips what cannot be better.
            format!(
                "SELECT {row_id} - 1 AS position, {row_id} FROM {table} WHERE {within} AND {hit} ORDER BY {row_id} {direction} LIMIT 1"
            )
        }
        RowSource::Index(name) => {
            let index = index_table(context, name);
            let bounded = end.is_some() && (forward || first > 0);
            let within = within("rowid", 0, &mut statement);
            let hit = contains_text(needle, context, &mut statement);
            // The texts of the whole extract would be searched before the join; a condition that needs the position comes after it.
            let hit = if bounded { format!("CASE WHEN position >= 0 THEN {hit} END") } else { hit };
            format!(
                "SELECT position, {row_id} FROM (SELECT {row_id}, rowid AS position FROM {index} WHERE {within}) \
                 JOIN {table} USING ({row_id}) WHERE {hit} ORDER BY position {direction} LIMIT 1"
            )
        }
        RowSource::Head => {
            let rows = sql::restriction(context, view, None, &mut statement)?;
            let order = sql::order(context, view)?;
            let hit = contains_text(needle, context, &mut statement);
            let within = within("position", 0, &mut statement);
            format!(
                "SELECT position, {row_id} FROM (SELECT {row_id}, row_number() OVER ({order}) - 1 AS position, {hit} AS hit \
                 FROM {table}{rows}) WHERE hit AND {within} ORDER BY position {direction} LIMIT 1"
            )
        }
    };
    Ok(statement)
}

fn index_table(context: &Context<'_>, name: &str) -> String {
    format!("work.{}", context.dialect.ident(name))
}
