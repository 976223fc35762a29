//! `casebook query`: rows, by a filter or by an SQL query of one's own.

use clap::Args;

use crate::case::{Event, Mode};
use crate::domain::{Schema, Value};
use crate::engine::{Cut, Limits};
use crate::investigate::result;
use crate::investigate::rows::{self, RowSource};
use crate::investigate::{SortKey, View};
use crate::settings::machine::now;

use super::args::{FilterArgs, FormatArgs, OpenArgs};
use super::failure::Failure;
use super::output::{self, Printer, Sheet};
use super::secrets::Secrets;
use super::session::Session;
use super::shell::Place;

/// Which rows and columns.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  casebook query --filter 'account:acct_17 status:401,403' logs/
  casebook query --filter 'latency>5000' --sort latency:desc --limit 10 --columns row_id,time,account,latency logs/
  casebook query --sql 'SELECT account, count(DISTINCT ip) AS ips FROM requests GROUP BY account ORDER BY ips DESC' logs/
  casebook query --sql 'SELECT account, count(*) AS n FROM requests GROUP BY account' --filter 'n>100' --sort n:desc logs/

Columns: the roles that are mapped, unless --columns says otherwise; row_id numbers the rows of the extract from 1. Every column
of the extract can be named. The content of requests is masked unless --reveal is given, which also shows the secrets behind the
fingerprints that stand in their place.
--sql is one SELECT over the table requests. It runs on a database that is read-only and sees no other file. With --filter, --columns,
--sort or --time its result is asked like an extract: a column that is named like a role is that role. What is named content, and every
text that is computed where content is named, is masked. Secrets stay fingerprints there.")]
pub(super) struct QueryArgs {
    /// Log files, folders (read recursively) or globs; - for stdin
    #[arg(required = true, value_name = "EXTRACT")]
    extracts: Vec<String>,
    #[command(flatten)]
    filter: FilterArgs,
    /// An SQL query over the table requests
    #[arg(long, value_name = "SELECT")]
    sql: Option<String>,
    /// The columns, separated by commas
    #[arg(long, value_name = "COLUMN,...")]
    columns: Vec<String>,
    /// The order, such as latency:desc,time; rows without a value come last
    #[arg(long, value_name = "COLUMN[:desc],...", value_delimiter = ',')]
    sort: Vec<SortKey>,
    /// How many rows; 0 for all. By default 100 on a terminal, else all
    #[arg(long, short = 'n', value_name = "N")]
    limit: Option<u64>,
    /// Show sensitive content and secrets; each reveal is counted in the case, where one is named
    #[arg(long)]
    reveal: bool,
    #[command(flatten)]
    format: FormatArgs,
    #[command(flatten)]
    open: OpenArgs,
}

/// Rows on a terminal where no limit is given.
const SCREEN: u64 = 100;
/// Rows that are fetched at once.
const PAGE: u64 = 50_000;
/// Rows whose content can be revealed into a case at once: each is an entry of its journal.
const REVEALS: u64 = 1_000;
/// The name of the index of the view that is printed.
const INDEX: &str = "query";

/// The limit that was asked for: 0 for none, and none asked for is a screenful on a terminal.
pub(super) fn default_limit(asked: Option<u64>) -> Option<u64> {
    match asked {
        Some(0) => None,
        Some(limit) => Some(limit),
        None => output::is_terminal().then_some(SCREEN),
    }
}

/// Prints the rows.
pub(super) fn run(args: &QueryArgs, place: &Place<'_>) -> Result<i32, Failure> {
    let records = args.reveal && !args.open.read_only;
    let mode = if records { Mode::Write } else { Mode::Read };
    let mut session = Session::open(place, &args.open, &args.extracts, mode)?;
    match session.sealed(args.sql.as_deref()) {
        Some(sql) if is_plain(args) => by_sql(args, &sql, &session, place)?,
        Some(sql) => {
            session.use_sql(&sql)?;
            by_filter(args, &mut session, place)?;
        }
        None => by_filter(args, &mut session, place)?,
    }
    Ok(0)
}

/// Whether nothing is asked of an SQL result but its rows.
fn is_plain(args: &QueryArgs) -> bool {
    args.filter.filter.is_none() && args.columns.is_empty() && args.sort.is_empty() && args.open.time.is_all()
}

/// Rows of the view that the filter describes, in pages, so that any number of rows fits.
fn by_filter(args: &QueryArgs, session: &mut Session<'_>, place: &Place<'_>) -> Result<(), Failure> {
    let filter = session.sealed(args.filter.filter.as_deref());
    let filter = filter.as_deref();
    let view = View { sort: args.sort.clone(), ..session.view(filter, &args.open)? };
    let shown = columns(args, session);
    let masks: Vec<bool> = shown.iter().map(|name| session.is_sensitive(name)).collect();
    let asked: Vec<String> = shown.iter().filter(|name| *name != Schema::ROW_ID).cloned().collect();
    let limit = default_limit(args.limit);
    // Secrets may stand in any text.
    let mut secrets = (args.reveal && !session.extract.secrets.is_empty()).then(Secrets::default);
    let reveals = args.reveal && (masks.contains(&true) || secrets.is_some());
    // With a limit that one page holds, the rows are read straight off the view; otherwise through an index of it.
    let few = limit.filter(|limit| *limit <= PAGE);
    let source = if few.is_some() {
        RowSource::Head
    } else if view.is_loaded_order() {
        RowSource::Loaded
    } else {
        let index = session.built(rows::build_index(&session.context(), &view, INDEX), filter)?;
        session.ask(index, Limits::default())?;
        RowSource::Index(INDEX.to_owned())
    };
    let mut printer = Printer::new(args.format.format);
    let mut from = 0;
    let mut cut = false;
    let mut masked = 0;
    let mut revealed: Vec<(i64, String)> = Vec::new();
    loop {
        // One more than is shown tells whether there are more.
        let count = limit.map_or(PAGE, |limit| limit.saturating_sub(from).saturating_add(1).min(PAGE + 1));
        let page = session.built(rows::page(&session.context(), &view, &asked, &source, from, count), filter)?;
        let table = session.ask(page, Limits::default())?;
        let mut got = table.len() as u64;
        let names: Vec<&str> = shown.iter().map(String::as_str).collect();
        let mut sheet = Sheet::of(&table, &names);
        let ids: Vec<i64> = table.rows().map(|row| row.first().and_then(Value::as_i64).unwrap_or_default()).collect();
        if let Some(limit) = limit.filter(|limit| from + got > *limit) {
            cut = true;
            got = limit - from;
            sheet.rows.truncate(usize::try_from(got).unwrap_or(usize::MAX));
        }
        for (row, id) in sheet.rows.iter_mut().zip(&ids) {
            for ((value, name), _) in row.iter_mut().zip(&shown).zip(&masks).filter(|(_, mask)| **mask) {
                if value.is_null() {
                    continue;
                }
                if args.reveal {
                    revealed.push((*id, name.clone()));
                } else {
                    masked += 1;
                    *value = mask(value);
                }
            }
        }
        if let Some(secrets) = &mut secrets {
            secrets.learn(session, sheet.rows.iter().flatten())?;
            for (row, id) in sheet.rows.iter_mut().zip(&ids) {
                for ((value, name), mask) in row.iter_mut().zip(&shown).zip(&masks) {
                    if secrets.reveal(value) && !mask {
                        revealed.push((*id, name.clone()));
                    }
                }
            }
        }
        if reveals && session.case.is_some() && !args.open.read_only && !revealed.is_empty() {
            record_reveals(session, &mut revealed, from + got)?;
        }
        printer.page(&sheet)?;
        from += got;
        if cut || got < count || limit.is_some_and(|limit| from >= limit) {
            break;
        }
    }
    printer.end()?;
    if cut {
        place.tell(&format!("the first {from} rows are shown; --limit N shows more, --limit 0 all"));
    }
    if masked > 0 {
        place.tell(&format!("note: {masked} values of sensitive content are masked; --reveal shows them"));
    }
    if reveals {
        place.tell(&match (&session.case, args.open.read_only) {
            (Some(case), false) => format!("note: sensitive content was revealed; that is recorded in {}", case.path().display()),
            _ => "note: sensitive content was revealed; no case records it".to_owned(),
        });
    }
    Ok(())
}

/// Records reveals in the case before what they reveal is printed.
fn record_reveals(session: &mut Session<'_>, revealed: &mut Vec<(i64, String)>, rows: u64) -> Result<(), Failure> {
    if rows > REVEALS {
        return Err(Failure::Usage(format!(
            "more than {REVEALS} rows would be revealed, and each is an entry in the case; narrow the filter or set --limit"
        )));
    }
    session.record_opened()?;
    let extract = session.extract.sha256.clone();
    let of_extract = session.context().relation.is_requests();
    if let Some(case) = &mut session.case {
        for (row_id, column) in revealed.drain(..) {
            // A row of a result has a number of its own.
            let (row_id, column) =
                if of_extract { (row_id, column) } else { (0, format!("{column} of row {row_id} of the result of --sql")) };
            case.record(Event::Revealed { row_id, column, extract: extract.clone(), scope: String::new() }, now())?;
        }
    }
    Ok(())
}

/// The columns that are shown, as the extract spells them.
fn columns(args: &QueryArgs, session: &Session<'_>) -> Vec<String> {
    let schema = session.schema();
    if args.columns.is_empty() && !session.context().relation.is_requests() {
        return schema.filled().map(|column| column.name.clone()).collect();
    }
    if args.columns.is_empty() {
        return schema.roles().map(|role| role.name().to_owned()).collect();
    }
    let mut columns = Vec::new();
    for asked in &args.columns {
        // A column whose own name has a comma in it is found before the commas are taken for separators.
        let parts = if schema.column(asked).is_some() { vec![asked.as_str()] } else { asked.split(',').collect() };
        columns.extend(
            parts
                .into_iter()
                .map(str::trim)
                .filter(|part| !part.is_empty())
                .map(|part| schema.column(part).map_or_else(|| part.to_owned(), |column| column.name.clone())),
        );
    }
    columns
}

/// What stands in place of sensitive content.
fn mask(value: &Value) -> Value {
    let length = value.to_plain().chars().count();
    Value::Text(format!("[masked, {length} characters]"))
}

/// Rows of an SQL query.
fn by_sql(args: &QueryArgs, sql: &str, session: &Session<'_>, place: &Place<'_>) -> Result<(), Failure> {
    let statement = result::first_rows(sql).map_err(|mistake| Failure::sql(sql, &mistake))?;
    let limits = Limits { rows: default_limit(args.limit), ..Limits::default() };
    let table = session.ask(statement, limits).map_err(|failure| Failure::of_sql(sql, failure))?;
    let mut sheet = Sheet::whole(&table);
    let mut masked = 0;
    if !args.reveal {
        let schema = &session.extract.schema;
        let shows = result::shows_sensitive(sql, schema);
        // Named like sensitive content, or a text that may be computed from it.
        let mask_of = |name: &String| (result::is_sensitive(name, false, schema), result::is_sensitive(name, shows, schema));
        let masks: Vec<(bool, bool)> = sheet.names.iter().map(mask_of).collect();
        let is_masked = |value: &Value, (named, maybe): (bool, bool)| {
            !value.is_null() && (named || (maybe && matches!(value, Value::Text(_))))
        };
        for row in &mut sheet.rows {
            for (value, _) in row.iter_mut().zip(&masks).filter(|(value, mask)| is_masked(value, **mask)) {
                masked += 1;
                *value = mask(value);
            }
        }
    }
    output::print(args.format.format, &sheet)?;
    if table.cut == Some(Cut::Rows) {
        place.tell(&format!("the first {} rows are shown; --limit N shows more, --limit 0 all", sheet.rows.len()));
    }
    if masked > 0 {
        place.tell(&format!("note: {masked} values of sensitive content are masked; --reveal shows them"));
    }
    Ok(())
}
