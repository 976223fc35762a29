//! `casebook pivot`: from an entity to what shares rows with it.

use clap::Args;

use crate::case::Mode;
use crate::domain::{Entity, Role};
use crate::engine::Limits;
use crate::investigate::pivot;

use super::args::{FilterArgs, FormatArgs, OpenArgs};
use super::failure::Failure;
use super::output::{self, Sheet};
use super::query::default_limit;
use super::session::Session;
use super::shell::Place;

/// From where to where.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  casebook pivot 'key:sk-*7f3a' --to ip logs/
  casebook pivot ip:203.0.113.9 --to account --filter 'status:200' --format csv logs/

Columns: value,requests,first_seen,last_seen; the most frequent first. A * in the value stands for any text.")]
pub(super) struct PivotArgs {
    /// The entity, such as account:acct_17; * stands for any text
    #[arg(value_name = "KIND:VALUE")]
    from: Entity,
    /// What kind of thing to go to, such as ip or account
    #[arg(long, value_name = "KIND")]
    to: Role,
    /// Log files, folders (read recursively) or globs; - for stdin
    #[arg(required = true, value_name = "EXTRACT")]
    extracts: Vec<String>,
    #[command(flatten)]
    filter: FilterArgs,
    /// How many values; 0 for all. By default 100 on a terminal, else all
    #[arg(long, short = 'n', value_name = "N")]
    limit: Option<u64>,
    #[command(flatten)]
    format: FormatArgs,
    #[command(flatten)]
    open: OpenArgs,
}

/// Prints what the pivot leads to.
pub(super) fn run(args: &PivotArgs, place: &Place<'_>) -> Result<i32, Failure> {
    if !args.to.is_entity() {
        let kinds: Vec<&str> = Role::entities().map(Role::name).collect();
        return Err(Failure::Usage(format!("--to {}: that is not a kind of entity; the kinds are {}", args.to, kinds.join(" "))));
    }
    let session = Session::open(place, &args.open, &args.extracts, Mode::Read)?;
    let filter = session.sealed(args.filter.filter.as_deref());
    let filter = filter.as_deref();
    let view = session.view(filter, &args.open)?;
    let from = session.sealed_entity(&args.from)?;
    let limit = default_limit(args.limit);
    // One more than is shown tells whether there are more.
    let statement = pivot::statement(&session.context(), &view, &from, args.to, limit.map(|limit| limit.saturating_add(1)))
        .map_err(|error| Failure::Usage(error.to_string()))?;
    let table = session.ask(statement, Limits::default())?;
    let mut sheet = Sheet::of(&table, &["value", "requests", "first_seen", "last_seen"]);
    let cut = limit.is_some_and(|limit| sheet.rows.len() as u64 > limit);
    if cut {
        sheet.rows.pop();
    }
    output::print(args.format.format, &sheet)?;
    if cut {
        place.tell(&format!(
            "the first {} {} are shown; --limit N shows more, --limit 0 all",
            sheet.rows.len(),
            args.to.plural()
        ));
    } else if sheet.rows.is_empty() {
        place.tell(&format!("no row has {from} and a value in {}", args.to));
    }
    Ok(0)
}
