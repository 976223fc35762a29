//! `casebook timeline`: how many rows fall in each stretch of time.

use std::collections::{BTreeMap, BTreeSet};

use clap::Args;

use crate::case::Mode;
use crate::domain::{Timestamp, Value};
use crate::engine::Limits;
use crate::investigate::{count, timeline};

use super::args::{FilterArgs, FormatArgs, OpenArgs, SqlArgs};
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
  casebook timeline --by account --top 5 --fill --bucket 1h logs/
  casebook timeline --sql 'SELECT min(time) AS time FROM requests GROUP BY account' --bucket 1d logs/

Columns: bucket,requests, and the column of --by. A bucket is named by its start; buckets without rows are left out; rows without
a time are counted in a line whose bucket is empty. With --top also rank: 0 for the most frequent value; a line without a rank counts
the rows of all other values together.")]
pub(super) struct TimelineArgs {
    /// Log files, folders (read recursively) or globs; - for stdin
    #[arg(required = true, value_name = "EXTRACT")]
    extracts: Vec<String>,
    /// Count each value of this role or column apart
    #[arg(long, value_name = "ROLE")]
    by: Option<String>,
    /// Count the N most frequent values of --by apart and all others together
    #[arg(long, value_name = "N", requires = "by", value_parser = clap::value_parser!(u64).range(1..))]
    top: Option<u64>,
    /// Print buckets without rows too
    #[arg(long)]
    fill: bool,
    /// The length of a bucket, such as 1m, 15m, 1h or 1d; by default one that gives about forty
    #[arg(long, value_name = "LENGTH")]
    bucket: Option<String>,
    #[command(flatten)]
    filter: FilterArgs,
    #[command(flatten)]
    sql: SqlArgs,
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
    let mut session = Session::open(place, &args.open, &args.extracts, Mode::Read)?;
    session.ask_of(&args.sql)?;
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
    let statement = match (&args.by, args.top) {
        (Some(by), Some(top)) => timeline::stacked(&session.context(), &view, bucket, by, top),
        (by, _) => timeline::statement(&session.context(), &view, bucket, by.as_deref()),
    };
    let table = session.ask(statement.map_err(|error| Failure::Usage(error.to_string()))?, Limits::default())?;
    let mut sheet = Sheet::whole(&table);
    if let (Some(by), Some(_)) = (&args.by, args.top) {
        let name = session.schema().column(by).map_or(by.as_str(), |column| column.name.as_str());
        sheet = Sheet {
            names: ["bucket", "requests", name, "rank"].map(str::to_owned).to_vec(),
            ..Sheet::of(&table, &["bucket", "requests", "value", "rank"])
        };
    }
    if args.fill {
        sheet.rows = filled(sheet.rows, bucket)?;
    }
    output::print(args.format.format, &sheet)?;
    Ok(0)
}

/// Lines that are printed at most when empty buckets are: a wrong clock in one row must not fill the disk.
const MOST: usize = 1_000_000;

/// The rows with those of empty buckets between them: for each value that stands in some bucket one in every bucket.
fn filled(rows: Vec<Vec<Value>>, width: i64) -> Result<Vec<Vec<Value>>, Failure> {
    let start = |row: &[Value]| row.first().and_then(Value::as_time);
    let (timed, untimed): (Vec<Vec<Value>>, Vec<Vec<Value>>) = rows.into_iter().partition(|row| start(row).is_some());
    let (Some(first), Some(last)) = (timed.first().and_then(|row| start(row)), timed.last().and_then(|row| start(row))) else {
        return Ok(untimed);
    };
    // What stands behind the count tells the lines of a bucket apart.
    let mut kinds: Vec<Vec<Value>> = Vec::new();
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for row in &timed {
        let kind = row.get(2..).unwrap_or_default().to_vec();
        if seen.insert(format!("{kind:?}")) {
            kinds.push(kind);
        }
    }
    let buckets = usize::try_from(last.since(first) / width).unwrap_or(usize::MAX).saturating_add(1);
    if buckets.saturating_mul(kinds.len()) > MOST {
        return Err(Failure::Usage(format!(
            "--fill would print {} lines; give a longer --bucket, a --time range or a --top",
            buckets.saturating_mul(kinds.len())
        )));
    }
    kinds.sort_by_key(|kind| kind.iter().map(|value| (value.is_null(), value.to_plain())).collect::<Vec<_>>());
    let known: BTreeMap<(Timestamp, String), Value> = timed
        .iter()
        .filter_map(|row| Some(((start(row)?, format!("{:?}", row.get(2..).unwrap_or_default())), row.get(1)?.clone())))
        .collect();
    let mut full = Vec::with_capacity(buckets * kinds.len());
    for at in 0..buckets {
        let bucket = first.plus(i64::try_from(at).unwrap_or(i64::MAX).saturating_mul(width));
        for kind in &kinds {
            let count = known.get(&(bucket, format!("{kind:?}"))).cloned().unwrap_or(Value::Int(0));
            full.push([Value::Time(bucket), count].into_iter().chain(kind.iter().cloned()).collect());
        }
    }
    full.extend(untimed);
    Ok(full)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_buckets_get_a_line_for_each_value() {
        let row = |minute: i64, count: i128, value: &str| {
            vec![Value::Time(Timestamp(minute * 60_000_000)), Value::Int(count), Value::Text(value.to_owned())]
        };
        let none = vec![Value::Null, Value::Int(4), Value::Null];
        let rows = vec![row(0, 1, "b"), row(2, 2, "a"), none.clone()];
        let full = filled(rows, 60_000_000).unwrap();
        let expected = [row(0, 0, "a"), row(0, 1, "b"), row(1, 0, "a"), row(1, 0, "b"), row(2, 2, "a"), row(2, 0, "b"), none];
        assert_eq!(full, expected);
        assert!(filled(vec![row(0, 1, "a"), row(i64::MAX / 120_000_000, 1, "a")], 1_000_000).is_err());
    }
}
