//! `casebook timeline`: how many rows fall in each stretch of time.

use clap::Args;

use crate::case::Mode;
use crate::engine::Limits;
use crate::investigate::{count, timeline};

use super::args::{FilterArgs, FormatArgs, OpenArgs};
use super::failure::Failure;
use super::output::{self, Sheet};
use super::session::Session;
use super::shell::Place;

/// Of what, and how finely.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  casebook timeline logs/
  casebook timeline --by status --bucket 1h --filter 'account:acct_17' logs/
  casebook timeline --bucket 1d --format csv requests.csv

Columns: bucket,requests, and the column of --by. A bucket is named by its start; buckets without rows are left out; rows without
a time are counted in a line whose bucket is empty.")]
pub(super) struct TimelineArgs {
    /// Log files, folders (read recursively) or globs; - for stdin
    #[arg(required = true, value_name = "EXTRACT")]
    extracts: Vec<String>,
    /// Count each value of this role or column apart
    #[arg(long, value_name = "ROLE")]
    by: Option<String>,
    /// The length of a bucket, such as 1m, 15m, 1h or 1d; by default one that gives about forty
    #[arg(long, value_name = "LENGTH")]
    bucket: Option<String>,
    #[command(flatten)]
    filter: FilterArgs,
    /// Count by a column that is masked otherwise
    #[arg(long)]
    reveal: bool,
    #[command(flatten)]
    format: FormatArgs,
    #[command(flatten)]
    open: OpenArgs,
}

/// How many buckets there are at most where no length is given.
const BUCKETS: u64 = 40;

/// Prints the buckets.
pub(super) fn run(args: &TimelineArgs, place: &Place<'_>) -> Result<i32, Failure> {
    let asked = match &args.bucket {
        Some(text) => Some(timeline::parse_bucket(text).map_err(|error| Failure::Usage(format!("--bucket: {error}")))?),
        None => None,
    };
    let session = Session::open(place, &args.open, &args.extracts, Mode::Read)?;
    let filter = session.sealed(args.filter.filter.as_deref());
    let filter = filter.as_deref();
    let view = session.view(filter, &args.open)?;
    if let Some(by) = &args.by {
        session.allow_column(by, args.reveal)?;
    }
    let bucket = match asked {
        Some(bucket) => bucket,
        None => {
            let count = session.built(count::statement(&session.context(), &view), filter)?;
            let seen = session.ask(count, Limits::default())?;
            let span = match (seen.get(0, "first_seen").as_time(), seen.get(0, "last_seen").as_time()) {
                (Some(first), Some(last)) => last.since(first),
                _ => 0,
            };
            timeline::choose_bucket(span, BUCKETS)
        }
    };
    let statement = timeline::statement(&session.context(), &view, bucket, args.by.as_deref())
        .map_err(|error| Failure::Usage(error.to_string()))?;
    let table = session.ask(statement, Limits::default())?;
    output::print(args.format.format, &Sheet::whole(&table))?;
    Ok(0)
}
