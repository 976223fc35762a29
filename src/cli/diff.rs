//! `casebook diff`: what one view has and another one has not.

use clap::Args;

use crate::case::Mode;
use crate::domain::{Role, TimeRange, Value};
use crate::engine::Limits;
use crate::investigate::{View, diff};

use super::args::{FormatArgs, OpenArgs};
use super::failure::Failure;
use super::output::{self, Sheet};
use super::session::Session;
use super::shell::Place;

/// What to compare.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  casebook diff --a 'account:acct_17' --b 'account:acct_18' --by ip,device logs/
  casebook diff --a 'key:sk-*7f3a' --b 'key:sk-*7f3a' --time-a ..2026-03-05 --time-b 2026-03-05.. --by ip,user_agent,model logs/
  casebook diff --a 'status:200' --b 'status:401,403' --by account --format csv logs/

Says what is in A and not in B, and what is in B and not in A: the addresses that only one of two accounts uses, the user agents that
came up after a day, the accounts that never failed.
Columns: role,value,side,requests,first_seen,last_seen; side is a for what only A has, b for what only B has. The requests are those of
that side. For each role and side the most frequent values come first, as many as --limit says; what is cut is told.")]
pub(super) struct DiffArgs {
    /// The rows of A; all where it is left out
    #[arg(long, value_name = "FILTER", default_value = "", hide_default_value = true)]
    a: String,
    /// The rows of B; all where it is left out
    #[arg(long, value_name = "FILTER", default_value = "", hide_default_value = true)]
    b: String,
    /// The roles to compare, separated by commas; by default all of entities but the request
    #[arg(long, value_name = "ROLE,...", value_delimiter = ',')]
    by: Vec<Role>,
    /// Only rows of A from one time on and before another, in UTC
    #[arg(long, value_name = "A..B")]
    time_a: Option<TimeRange>,
    /// Only rows of B from one time on and before another, in UTC
    #[arg(long, value_name = "A..B")]
    time_b: Option<TimeRange>,
    /// Log files, folders (read recursively) or globs; - for stdin
    #[arg(required = true, value_name = "EXTRACT")]
    extracts: Vec<String>,
    /// How many values for each role and side; 0 for all
    #[arg(long, short = 'n', value_name = "N", default_value_t = 50)]
    limit: u64,
    /// Compare the values of a role that is masked otherwise
    #[arg(long)]
    reveal: bool,
    #[command(flatten)]
    format: FormatArgs,
    #[command(flatten)]
    open: OpenArgs,
}

/// Prints what differs.
pub(super) fn run(args: &DiffArgs, place: &Place<'_>) -> Result<i32, Failure> {
    let session = Session::open(place, &args.open, &args.extracts, Mode::Read)?;
    let view = |filter: &str, time: Option<TimeRange>| -> Result<(View, String), Failure> {
        let filter = session.sealed(Some(filter)).unwrap_or_default();
        let view = session.view(Some(&filter), &args.open)?;
        Ok((View { range: time.unwrap_or(view.range), ..view }, filter))
    };
    let (a, text_a) = view(&args.a, args.time_a)?;
    let (b, _) = view(&args.b, args.time_b)?;
    if a.same_rows(&b) {
        return Err(Failure::Usage(
            "A and B are the same rows; give them other filters (--a, --b) or times (--time-a, --time-b)".into(),
        ));
    }
    let schema = session.schema();
    let roles = if args.by.is_empty() { diff::roles(schema, schema) } else { args.by.clone() };
    if roles.is_empty() {
        return Err(Failure::Usage(
            "no entity role of this extract is mapped, so there is nothing to compare; --by names a role".into(),
        ));
    }
    let limit = if args.limit == 0 { u64::MAX } else { args.limit };
    let context = session.context();
    let mut sheet = Sheet::new(&["role", "value", "side", "requests", "first_seen", "last_seen"]);
    for role in roles {
        session.allow_column(role.name(), args.reveal)?;
        let statement = session.built(diff::statement((&context, &a), (&context, &b), role, limit), Some(&text_a))?;
        let table = session.ask(statement, Limits::default())?;
        let found = Sheet::of(&table, &["value", "side", "requests", "first_seen", "last_seen", "only_here"]);
        for side in ["a", "b"] {
            let of_side: Vec<&Vec<Value>> =
                found.rows.iter().filter(|row| row.get(1).and_then(Value::as_text) == Some(side)).collect();
            let all = of_side.first().and_then(|row| row.last()?.as_i64()).and_then(|all| usize::try_from(all).ok());
            if let Some(all) = all.filter(|all| *all > of_side.len()) {
                place.tell(&format!(
                    "{role}: {} of {all} values that only {} has are shown; --limit N shows more, --limit 0 all",
                    of_side.len(),
                    side.to_uppercase(),
                ));
            }
            let shown = of_side.into_iter().map(|row| {
                let kept = row.iter().take(row.len().saturating_sub(1)).cloned();
                std::iter::once(Value::Text(role.name().to_owned())).chain(kept).collect()
            });
            sheet.rows.extend(shown);
        }
    }
    output::print(args.format.format, &sheet)?;
    Ok(0)
}
