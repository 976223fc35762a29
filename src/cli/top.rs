//! `casebook top`: the values of a column with their counts, in one window of time or in two, and how numbers are spread.

use clap::Args;

use crate::case::Mode;
use crate::domain::Value;
use crate::engine::{Limits, Table};
use crate::investigate::compare::{self, Before};
use crate::investigate::listing::{Asked, Order};
use crate::investigate::spread::{self, Spread};
use crate::investigate::{View, top};

use super::args::{FilterArgs, FormatArgs, OpenArgs, SqlArgs};
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
  casebook top account --compare previous --time 2026-03-02..2026-03-03 logs/
  casebook top ip --compare=-1w --time 2026-03-02..2026-03-03 logs/
  casebook top user_agent --rare --search python logs/
  casebook top latency --stats logs/
  casebook top ips --sql 'SELECT count(DISTINCT ip) AS ips FROM requests GROUP BY account' --histogram logs/

Columns: value,requests,share. The share is of the rows that the filter lets through, from 0 to 1 (in a table, in per cent).
Rows without a value are counted in a line whose value is empty.
With --compare also previous,difference,percent, the largest difference first; percent is empty for what is new. Without --time,
'previous' compares the second half of the extract with the first, and -1d its last day with the day before.
With --stats: statistic,value (min p1 p25 p50 p75 p90 p99 max mean none rows); each quantile is a value that stands in a row.
With --histogram: from,to,requests,share; a bucket reaches from its from on to before its to.")]
pub(super) struct TopArgs {
    /// A role, such as key, ip or user_agent; or any column of the extract
    #[arg(value_name = "ROLE")]
    role: String,
    /// Log files, folders (read recursively) or globs; - for stdin
    #[arg(required = true, value_name = "EXTRACT")]
    extracts: Vec<String>,
    #[command(flatten)]
    filter: FilterArgs,
    #[command(flatten)]
    sql: SqlArgs,
    /// How many values; 0 for all
    #[arg(long, short = 'n', value_name = "N", default_value_t = 20)]
    limit: u64,
    /// The rarest values first
    #[arg(long)]
    rare: bool,
    /// Only values that have this text in them, without regard to case
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// Beside the counts those of another window of time: previous, so much earlier (-1d, -1w), or A..B
    #[arg(long, value_name = "WINDOW", allow_hyphen_values = true)]
    compare: Option<String>,
    /// Instead of values the least, quantiles, the most and the mean of a column of numbers or times
    #[arg(long, conflicts_with_all = ["histogram", "compare", "rare", "search"])]
    stats: bool,
    /// Instead of values how many of a column of numbers or times fall in each of some buckets
    #[arg(long, conflicts_with_all = ["compare", "rare", "search"])]
    histogram: bool,
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
    let mut session = Session::open(place, &args.open, &args.extracts, Mode::Read)?;
    session.ask_of(&args.sql)?;
    let filter = session.sealed(args.filter.filter.as_deref());
    let filter = filter.as_deref();
    let view = session.view(filter, &args.open)?;
    session.allow_column(&args.role, args.reveal)?;
    if args.stats || args.histogram {
        return spread_of(args, &session, &view, place);
    }
    let search = session.sealed(args.search.as_deref()).unwrap_or_default();
    let limit = (args.limit > 0).then_some(args.limit);
    let asked = |usual: Order| Asked { order: if args.rare { Order::Least } else { usual }, containing: &search, limit };
    let usage = |error: crate::investigate::FilterError| Failure::Usage(error.to_string());
    let (statement, columns) = match &args.compare {
        Some(text) => {
            let before =
                Before::parse(text, session.extract.last).map_err(|error| Failure::Usage(format!("--compare: {error}")))?;
            let span = session.extract.first.zip(session.extract.last);
            let windows = compare::windows(view.range, span, before).map_err(usage)?;
            place.tell(&format!("note: {windows}"));
            let statement = compare::statement(&session.context(), &view, &args.role, windows, &asked(Order::Change));
            (statement, &["value", "requests", "share", "previous", "difference", "percent"][..])
        }
        None => {
            let statement = top::listed(&session.context(), &view, &args.role, &asked(Order::Most));
            (statement, &["value", "requests", "share"][..])
        }
    };
    let table = session.ask(statement.map_err(usage)?, Limits::default())?;
    output::print(args.format.format, &Sheet::of(&table, columns))?;
    tell_cut(args, &table, limit, place);
    Ok(0)
}

/// Tells that there are more values than are shown.
fn tell_cut(args: &TopArgs, table: &Table, limit: Option<u64>, place: &Place<'_>) {
    // NULL has a line of its own but is no value.
    let listed = table.rows().filter(|row| row.first().is_some_and(|value| !value.is_null())).count();
    let what = if args.search.is_some() { "matching_values" } else { "distinct_values" };
    let all = table.get(0, what).as_i64().unwrap_or_default();
    let is_full = limit.is_some_and(|limit| table.len() as u64 >= limit);
    if is_full && usize::try_from(all).is_ok_and(|all| all > listed) {
        place.tell(&format!("{listed} of {all} values are shown; --limit N shows more, --limit 0 all"));
    }
}

/// Prints how the numbers of a column are spread.
fn spread_of(args: &TopArgs, session: &Session<'_>, view: &View, place: &Place<'_>) -> Result<i32, Failure> {
    let usage = |error: crate::investigate::FilterError| Failure::Usage(error.to_string());
    let statement = spread::statement(&session.context(), view, &args.role).map_err(usage)?;
    let table = session.ask(statement, Limits::default())?;
    let spread =
        table.batches.first().map(Spread::read).ok_or_else(|| Failure::Failed("the engine gave no answer".to_owned()))?;
    let count = |number: u64| Value::Int(i128::from(number));
    if args.stats {
        let none = count(spread.rows.saturating_sub(spread.present));
        let counts = [("none", none), ("rows", count(spread.rows))];
        let figures = spread.figures().into_iter().map(|(name, value)| (name, value.clone())).chain(counts);
        let mut sheet = Sheet::new(&["statistic", "value"]);
        sheet.rows = figures.map(|(name, value)| vec![Value::Text(name.to_owned()), value]).collect();
        output::print(args.format.format, &sheet)?;
        return Ok(0);
    }
    let edges = spread::edges(&spread);
    let mut sheet = Sheet::new(&["from", "to", "requests", "share"]);
    if edges.is_empty() {
        place.tell(&format!("no row of the view has a number in {}", args.role));
    } else {
        let statement = spread::buckets(&session.context(), view, &args.role, &edges).map_err(usage)?;
        let counted = session.ask(statement, Limits::default())?;
        sheet.rows = spread::filled(&edges, &counted.batches)
            .into_iter()
            .map(|(from, to, rows)| vec![from, to, count(rows), Value::Float(rows as f64 / spread.rows.max(1) as f64)])
            .collect();
    }
    output::print(args.format.format, &sheet)?;
    Ok(0)
}
