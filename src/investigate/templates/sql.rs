//! The statements of near-duplicates: the different texts, some of them, and the rows of one template.

use crate::domain::{Role, Schema};
use crate::engine::Statement;
use crate::investigate::filter::{FilterError, column_named};
use crate::investigate::{Context, View, sql};

/// Characters of a text that are compared.
pub(super) const COMPARED: i64 = 1_000;
/// Characters of a text that its template is made from.
pub(super) const READ: i64 = 4_000;
/// Rows that are named as examples.
const EXAMPLES: u8 = 3;

fn table(context: &Context<'_>, name: &str) -> String {
    format!("work.{}", context.dialect.ident(name))
}

fn content(context: &Context<'_>) -> Result<String, FilterError> {
    column_named(Role::Content.name(), context).map(|named| named.0)
}

fn account(context: &Context<'_>) -> Option<String> {
    context.schema.role(Role::Account).map(|column| context.dialect.ident(&column.name))
}

/// Makes the table `work.NAME` with one row for each different text in the view: `row_id` (its first row), `requests`, `accounts` and
/// `account` (one of them), in the order of the first rows. The texts themselves are not copied: grouping by their numbers takes 3.4 s for
/// 10 million rows and a few bytes a text.
pub(super) fn build(context: &Context<'_>, view: &View, name: &str) -> Result<Statement, FilterError> {
    let mut statement = Statement::default();
    let content = content(context)?;
    let number = context.dialect.text_number(&content);
    let row_id = context.dialect.ident(Schema::ROW_ID);
    let account = account(context).unwrap_or_else(|| "CAST(NULL AS VARCHAR)".to_owned());
    let rows = sql::restriction(context, view, [format!("{content} IS NOT NULL")], &mut statement)?;
    statement.sql = format!(
        "CREATE OR REPLACE TABLE {} AS SELECT min(first) AS row_id, CAST(sum(requests) AS BIGINT) AS requests, count(account) AS accounts, \
         min(account) AS account FROM (SELECT {number} AS number, {account} AS account, min({row_id}) AS first, count(*) AS requests \
         FROM {}{rows} GROUP BY ALL) GROUP BY number ORDER BY 1",
        table(context, name),
        context.table()
    );
    Ok(statement)
}

/// One row: `prompts`, the number of different texts.
pub(super) fn count(context: &Context<'_>, name: &str) -> Statement {
    Statement::new(format!("SELECT count(*) AS prompts FROM {}", table(context, name)))
}

/// Takes the table away; no mistake if there is none.
pub(super) fn drop_table(context: &Context<'_>, name: &str) -> Statement {
    Statement::new(format!("DROP TABLE IF EXISTS {}", table(context, name)))
}

/// The beginnings of the texts at positions `from` to `from + count - 1`: `row_id`, `requests`, `accounts`, `account`, `text`.
pub(super) fn page(context: &Context<'_>, name: &str, from: u64, count: u64) -> Result<Statement, FilterError> {
    let mut statement = Statement::default();
    let content = content(context)?;
    let row_id = context.dialect.ident(Schema::ROW_ID);
    let (first, end) = (statement.bind(sql::whole(from)), statement.bind(sql::whole(from.saturating_add(count))));
    let compared = statement.bind(COMPARED);
    // A join, as for rows of an index: the engine prunes `requests` by the ids, which stand in load order.
    statement.sql = format!(
        "SELECT p.row_id AS row_id, p.requests AS requests, p.accounts AS accounts, p.account AS account, \
         left(r.{content}, {compared}) AS text \
         FROM (SELECT row_id, requests, accounts, account, rowid AS position FROM {} WHERE rowid >= {first} AND rowid < {end}) AS p \
         JOIN {} AS r ON r.{row_id} = p.row_id ORDER BY p.position",
        table(context, name),
        context.table()
    );
    Ok(statement)
}

/// The texts of some rows: `row_id`, `text` (its beginning) and `whole`, whether that is all of it.
pub(super) fn texts(context: &Context<'_>, row_ids: &[i64]) -> Result<Statement, FilterError> {
    let mut statement = Statement::default();
    let content = content(context)?;
    let row_id = context.dialect.ident(Schema::ROW_ID);
    let read = statement.bind(READ);
    let wanted: Vec<String> = row_ids.iter().map(|row_id| format!("({})", statement.bind(*row_id))).collect();
    statement.sql = format!(
        "SELECT r.{row_id} AS row_id, left(r.{content}, {read}) AS text, length(r.{content}) <= {read} AS whole \
         FROM (VALUES {}) AS wanted(id) JOIN {} AS r ON r.{row_id} = wanted.id",
        wanted.join(", "),
        context.table()
    );
    Ok(statement)
}

/// One row about the rows of a view: `requests`, `prompts` (different texts), `accounts`, `first_account` (of the first row in time that
/// has one), `first_seen`, `last_seen`, `examples` (the first row ids, separated by commas).
pub(super) fn measure(context: &Context<'_>, view: &View) -> Result<Statement, FilterError> {
    let mut statement = Statement::default();
    let content = content(context)?;
    let number = context.dialect.text_number(&content);
    let row_id = context.dialect.ident(Schema::ROW_ID);
    let account = account(context).unwrap_or_else(|| "CAST(NULL AS VARCHAR)".to_owned());
    let time = sql::time_column(context).unwrap_or_else(|| "CAST(NULL AS TIMESTAMP)".to_owned());
    let rows = sql::restriction(context, view, None, &mut statement)?;
    statement.sql = format!(
        "WITH hits AS MATERIALIZED (SELECT {row_id} AS id, {account} AS account, {time} AS moment, {number} AS number FROM {}{rows}) \
         SELECT count(*) AS requests, count(DISTINCT number) AS prompts, count(DISTINCT account) AS accounts, \
         (SELECT account FROM hits WHERE account IS NOT NULL ORDER BY moment ASC NULLS LAST, id LIMIT 1) AS first_account, \
         min(moment) AS first_seen, max(moment) AS last_seen, \
         (SELECT string_agg(CAST(id AS VARCHAR), ',' ORDER BY id) FROM (SELECT id FROM hits ORDER BY id LIMIT {EXAMPLES})) AS examples \
         FROM hits",
        context.table()
    );
    Ok(statement)
}
