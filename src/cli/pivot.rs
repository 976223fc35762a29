//! `casebook pivot`: from an entity to what shares rows with it.

use clap::Args;

use crate::case::Mode;
use crate::domain::{Entity, Role};
use crate::engine::Limits;
use crate::investigate::pivot;

use super::args::{FilterArgs, FormatArgs, OpenArgs, SqlArgs};
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
  casebook pivot account:acct_1 --also account:acct_2 --also device:d-77 --to ip logs/
  casebook pivot view --to account --filter 'status:401 user_agent~(?i)python' logs/
  casebook pivot ip:203.0.113.9 --to account --sql 'SELECT * FROM requests WHERE hour(time) < 6' logs/

Columns: value,requests,first_seen,last_seen; the most frequent first. A * in the value stands for any text. With --also the rows
count that have any of the entities; with the word view in the place of an entity, every row that the filter lets through.")]
pub(super) struct PivotArgs {
    /// The entity, such as account:acct_17; * stands for any text. Or the word view, for every row that the filter lets through
    #[arg(value_name = "KIND:VALUE", value_parser = read_from)]
    from: Start,
    /// One more entity, of any kind; can be repeated
    #[arg(long, value_name = "KIND:VALUE")]
    also: Vec<Entity>,
    /// What kind of thing to go to, such as ip or account
    #[arg(long, value_name = "KIND")]
    to: Role,
    /// Log files, folders (read recursively) or globs; - for stdin
    #[arg(required = true, value_name = "EXTRACT")]
    extracts: Vec<String>,
    #[command(flatten)]
    filter: FilterArgs,
    #[command(flatten)]
    sql: SqlArgs,
    /// How many values; 0 for all. By default 100 on a terminal, else all
    #[arg(long, short = 'n', value_name = "N")]
    limit: Option<u64>,
    #[command(flatten)]
    format: FormatArgs,
    #[command(flatten)]
    open: OpenArgs,
}

/// Where a pivot begins.
#[derive(Debug, Clone, PartialEq)]
enum Start {
    /// At an entity.
    Entity(Entity),
    /// At every row of the view.
    View,
}

fn read_from(text: &str) -> Result<Start, String> {
    match text {
        "view" => Ok(Start::View),
        text => text.parse().map(Start::Entity).map_err(|error: crate::domain::entity::EntityError| error.to_string()),
    }
}

/// Prints what the pivot leads to.
pub(super) fn run(args: &PivotArgs, place: &Place<'_>) -> Result<i32, Failure> {
    if !args.to.is_entity() {
        let kinds: Vec<&str> = Role::entities().map(Role::name).collect();
        return Err(Failure::Usage(format!("--to {}: that is not a kind of entity; the kinds are {}", args.to, kinds.join(" "))));
    }
    let mut given: Vec<&Entity> = args.also.iter().collect();
    match &args.from {
        Start::Entity(entity) => given.insert(0, entity),
        Start::View if given.is_empty() => {}
        Start::View => return Err(Failure::Usage("--also adds to an entity; view is every row already".to_owned())),
    }
    let mut session = Session::open(place, &args.open, &args.extracts, Mode::Read)?;
    session.ask_of(&args.sql)?;
    let filter = session.sealed(args.filter.filter.as_deref());
    let filter = filter.as_deref();
    let view = session.view(filter, &args.open)?;
    let from = given.into_iter().map(|entity| session.sealed_entity(entity)).collect::<Result<Vec<Entity>, Failure>>()?;
    let limit = default_limit(args.limit);
    // One more than is shown tells whether there are more.
    let statement = pivot::of_entities(&session.context(), &view, &from, args.to, limit.map(|limit| limit.saturating_add(1)))
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
        let names: Vec<String> = from.iter().map(Entity::to_string).collect();
        let whose = if names.is_empty() { "is in the view".to_owned() } else { format!("has {}", names.join(" or ")) };
        place.tell(&format!("no row {whose} and has a value in {}", args.to));
    }
    Ok(0)
}
