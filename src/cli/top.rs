//! `casebook top`: the most frequent values of a column.

use clap::Args;

use crate::case::Mode;
use crate::engine::Limits;
use crate::investigate::top;

use super::args::{FilterArgs, FormatArgs, OpenArgs};
use super::failure::Failure;
use super::output::{self, Sheet};
use super::session::Session;
use super::shell::Place;

/// Of what.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  casebook top key logs/
  casebook top key --filter 'error:*' --limit 1 --format csv logs/
  casebook top user_agent --filter 'account:acct_17' --time 2026-03-02.. requests.csv

Columns: value,requests,share. The share is of the rows that the filter lets through, from 0 to 1 (in a table, in per cent).
Rows without a value are counted in a line whose value is empty.")]
pub(super) struct TopArgs {
    /// A role, such as key, ip or user_agent; or any column of the extract
    #[arg(value_name = "ROLE")]
    role: String,
    /// Log files, folders (read recursively) or globs; - for stdin
    #[arg(required = true, value_name = "EXTRACT")]
    extracts: Vec<String>,
    #[command(flatten)]
    filter: FilterArgs,
    /// How many values; 0 for all
    #[arg(long, short = 'n', value_name = "N", default_value_t = 20)]
    limit: u64,
    /// List the values of a column that is masked otherwise
    #[arg(long)]
    reveal: bool,
    #[command(flatten)]
    format: FormatArgs,
    #[command(flatten)]
    open: OpenArgs,
}

/// Prints the values.
pub(super) fn run(args: &TopArgs, place: &Place<'_>) -> Result<i32, Failure> {
    let session = Session::open(place, &args.open, &args.extracts, Mode::Read)?;
    let filter = session.sealed(args.filter.filter.as_deref());
    let filter = filter.as_deref();
    let view = session.view(filter, &args.open)?;
    session.allow_column(&args.role, args.reveal)?;
    let limit = if args.limit == 0 { u64::MAX } else { args.limit };
    let statement =
        top::statement(&session.context(), &view, &args.role, limit).map_err(|error| Failure::Usage(error.to_string()))?;
    let table = session.ask(statement, Limits::default())?;
    output::print(args.format.format, &Sheet::of(&table, &["value", "requests", "share"]))?;
    let shown = table.len() as u64;
    // NULL has a line of its own but is no value.
    let listed = table.rows().filter(|row| row.first().is_some_and(|value| !value.is_null())).count();
    let all = table.get(0, "distinct_values").as_i64().unwrap_or_default();
    if shown >= limit && usize::try_from(all).is_ok_and(|all| all > listed) {
        place.tell(&format!("{listed} of {all} values are shown; --limit N shows more, --limit 0 all"));
    }
    Ok(0)
}
