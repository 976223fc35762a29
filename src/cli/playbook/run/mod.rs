//! `casebook playbook run`.

mod baseline;
mod forms;

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};

use crate::case::{Event, Mode};
use crate::domain::{Entity, Severity, Value};
use crate::engine::{Cut, Limits, Statement, Table};
use crate::investigate::filter::parse_duration;
use crate::playbook::{self, Library, ParamValue, Playbook, runnable};
use crate::settings::machine::now;

use super::super::args::{Format, OpenArgs};
use super::super::failure::Failure;
use super::super::session::Session;
use super::super::shell::Place;
use super::{library, named};
use baseline::Baseline;

/// Which playbooks over what.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  casebook playbook run key-many-networks logs/
  casebook playbook run key-many-networks --param min_networks=4 logs/
  casebook playbook run --all --format csv logs/
  casebook playbook run --all --fail-on high requests.csv
  casebook playbook run --all --fail-on high --baseline known.json --format sarif logs/
  casebook playbook run --all --since last --case ./watch --fail-on medium logs/

Columns: playbook,severity,entity_kind,entity,score,requests,first_seen,last_seen,examples; the gravest playbook first, within it the
highest score. examples are row_ids. junit has a test case a playbook, sarif a result a hit.
With --case the hits are recorded in the case, and those that were dismissed there are left out. A playbook that fails or runs out of
time does not stop the others. Exit status 3 when a hit is as grave as --fail-on says, else 1 when a playbook failed.")]
pub(in crate::cli) struct RunArgs {
    /// Ids of playbooks (none with --all), then log files, folders or globs
    #[arg(required = true, value_name = "ID|EXTRACT")]
    words: Vec<String>,
    /// Run every playbook that the extract has the roles for
    #[arg(long)]
    all: bool,
    /// A value for a parameter of the playbooks that have one of this name; can be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = read_param)]
    param: Vec<(String, String)>,
    /// End with status 3 when there is a hit of this severity or a graver one
    #[arg(long, value_name = "SEVERITY")]
    fail_on: Option<Severity>,
    /// Only hits that the last run recorded in the case did not have
    #[arg(long, value_name = "WHEN", value_enum, requires = "case")]
    since: Option<Since>,
    /// Leave out the hits that this file lists
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Write every hit of this run into a file, as a baseline for later ones
    #[arg(long, value_name = "FILE")]
    write_baseline: Option<PathBuf>,
    /// Hits of one playbook at most
    #[arg(long, value_name = "N", default_value_t = playbook::MOST_HITS, value_parser = clap::value_parser!(u64).range(1..))]
    max_hits: u64,
    /// How long one playbook may run, such as 30s or 5m
    #[arg(long, value_name = "TIME", default_value = "120s", value_parser = read_time)]
    max_time: Duration,
    /// Tell on stderr how long each playbook took
    #[arg(long)]
    timings: bool,
    /// The form of the output
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Form::Table)]
    format: Form,
    #[command(flatten)]
    open: OpenArgs,
}

/// Since when a hit counts as new.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Since {
    /// The last run that the case has a record of
    Last,
}

/// The forms of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    Table,
    Csv,
    Json,
    Jsonl,
    Md,
    Junit,
    Sarif,
}

fn read_param(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write NAME=VALUE, such as min_networks=4")?;
    Ok((name.trim().to_owned(), value.to_owned()))
}

fn read_time(text: &str) -> Result<Duration, String> {
    let micros = parse_duration(text).and_then(|micros| u64::try_from(micros).ok());
    micros.map(Duration::from_micros).ok_or_else(|| format!("'{text}' is no length of time, such as 30s or 5m"))
}

/// The exit status when a hit is as grave as was asked for.
const REACHED: i32 = 3;

/// The bytes of one playbook's hits, at most.
const LARGEST: u64 = 16 << 20;

/// What came of one playbook.
struct Ran<'p> {
    playbook: &'p Playbook,
    /// The hits that are shown, in the columns of every playbook.
    rows: Vec<Vec<Value>>,
    /// How many hits are left out because they are known.
    known: usize,
    /// Why it did not run here.
    skipped: Option<String>,
    /// Why it failed.
    problem: Option<String>,
    elapsed: Duration,
}

/// Runs the playbooks and prints their hits.
pub(super) fn run(args: &RunArgs, place: &Place<'_>) -> Result<i32, Failure> {
    let library = library(place);
    let (mut playbooks, extracts) = chosen(args, &library)?;
    // Stable: playbooks of one severity stay in the order of their ids, or as they were named.
    playbooks.sort_by_key(|playbook| Reverse(playbook.severity));
    let params = params(args, &playbooks)?;
    if !args.open.time.is_all() {
        return Err(Failure::Usage("a playbook reads all rows of the extract; --time does not narrow it".into()));
    }
    let known = args.baseline.as_deref().map(Baseline::read).transpose()?.unwrap_or_default();
    let records = args.open.case.is_some() && !args.open.read_only;
    let mut session = Session::open(place, &args.open, &extracts, if records { Mode::Write } else { Mode::Read })?;
    let sealed = |(name, text): (String, String)| (name, session.sealed(Some(&text)).unwrap_or_default());
    let params: BTreeMap<String, String> = params.into_iter().map(sealed).collect();
    if records {
        session.record_opened()?;
    }
    let mut all = Baseline::default();
    let mut results: Vec<Ran<'_>> = Vec::new();
    for playbook in playbooks {
        if let Err(missing) = runnable(playbook, &session.extract.schema) {
            if !args.all {
                return Err(Failure::Usage(format!("the playbook {} {missing}", playbook.id)));
            }
            place.tell(&format!("not run: {} {missing}", playbook.id));
            results.push(Ran::nothing(playbook, Some(missing.to_string())));
            continue;
        }
        let statement = statement(playbook, &params)?;
        let mut ran = Ran::nothing(playbook, None);
        let began = Instant::now();
        let limits = Limits { rows: Some(args.max_hits), bytes: Some(LARGEST), time: Some(args.max_time) };
        match session.ask(statement, limits) {
            Ok(table) => {
                cut(&mut ran, &table, args, place);
                take(&mut ran, &table, args, &params, (&known, &mut all), &mut session, records)?;
            }
            Err(Failure::Failed(message)) if args.all => ran.problem = Some(message),
            Err(Failure::Failed(message)) => {
                return Err(Failure::Failed(format!("the playbook {} failed: {message}", playbook.id)));
            }
            Err(other) => return Err(other),
        }
        ran.elapsed = began.elapsed();
        if args.timings {
            place.tell(&format!("{:>9.3} s  {}  {} hits", ran.elapsed.as_secs_f64(), playbook.id, ran.rows.len()));
        }
        results.push(ran);
    }
    if let Some(path) = &args.write_baseline {
        all.write(path)?;
    }
    for ran in &results {
        if let Some(problem) = &ran.problem {
            place.tell(&format!("the playbook {} failed: {problem}", ran.playbook.id));
        }
    }
    let known: usize = results.iter().map(|ran| ran.known).sum();
    if known > 0 {
        place.tell(&format!("note: {known} hits are known and left out"));
    }
    match args.format {
        Form::Table => forms::sheet(Format::Table, &results)?,
        Form::Csv => forms::sheet(Format::Csv, &results)?,
        Form::Json => forms::sheet(Format::Json, &results)?,
        Form::Jsonl => forms::sheet(Format::Jsonl, &results)?,
        Form::Md => forms::sheet(Format::Md, &results)?,
        Form::Junit => forms::junit(&results)?,
        Form::Sarif => forms::sarif(&results)?,
    }
    let gravest = results.iter().filter(|ran| !ran.rows.is_empty()).map(|ran| ran.playbook.severity).max();
    let reached = args.fail_on.is_some_and(|limit| gravest >= Some(limit));
    let failed = results.iter().any(|ran| ran.problem.is_some());
    Ok(if reached { REACHED } else { i32::from(failed) })
}

impl<'p> Ran<'p> {
    fn nothing(playbook: &'p Playbook, skipped: Option<String>) -> Ran<'p> {
        Ran { playbook, rows: Vec::new(), known: 0, skipped, problem: None, elapsed: Duration::ZERO }
    }
}

/// Says what a limit cut short. A playbook that ran out of time has failed: what it did not come to may be the worst.
fn cut(ran: &mut Ran<'_>, table: &Table, args: &RunArgs, place: &Place<'_>) {
    match table.cut {
        None => {}
        Some(Cut::Time) => ran.problem = Some(format!("stopped after {:.0} s (--max-time)", args.max_time.as_secs_f64())),
        Some(Cut::Rows) => {
            place.tell(&format!("note: {}: the first {} hits only (--max-hits)", ran.playbook.id, table.len()));
        }
        Some(Cut::Bytes) => place.tell(&format!("note: {}: its hits are cut, they are too large", ran.playbook.id)),
    }
}

/// Takes the hits that are not known, and records the run.
fn take(
    ran: &mut Ran<'_>,
    table: &Table,
    args: &RunArgs,
    params: &BTreeMap<String, String>,
    (known, all): (&Baseline, &mut Baseline),
    session: &mut Session<'_>,
    records: bool,
) -> Result<(), Failure> {
    let playbook = ran.playbook;
    let used: BTreeMap<String, String> = params
        .iter()
        .filter(|(name, _)| playbook.params.iter().any(|spec| spec.name == **name))
        .map(|(a, b)| (a.clone(), b.clone()))
        .collect();
    let case = session.case.as_ref().map(|dir| dir.case());
    let before: Vec<String> = match (args.since, case.and_then(|case| case.playbook_run(&playbook.id, &used))) {
        (Some(Since::Last), Some(run)) => run.hits.clone(),
        _ => Vec::new(),
    };
    let mut hits = Vec::new();
    for row in super::super::output::Sheet::of(table, &playbook::COLUMNS).rows {
        let value = row.first().map(Value::to_plain).unwrap_or_default();
        let Some(entity) = Entity::new(playbook.entity, value.clone()) else { continue };
        all.add(&playbook.id, &entity);
        let dismissed = case.is_some_and(|case| case.dismissal(&entity, &playbook.id).is_some());
        if known.has(&playbook.id, &entity) || before.contains(&value) || dismissed {
            ran.known += 1;
        } else {
            ran.rows.push(row);
        }
        hits.push(value);
    }
    // A run that was cut short says nothing of what is new later.
    if let (Some(dir), true, None) = (&mut session.case, records, table.cut) {
        let extract = session.extract.sha256.clone();
        let event = Event::PlaybookRan { playbook: playbook.id.clone(), params: used, hits, entity: playbook.entity, extract };
        dir.record(event, now())?;
    }
    Ok(())
}

/// The playbooks and the extracts among the words: ids come first.
fn chosen<'a>(args: &RunArgs, library: &'a Library) -> Result<(Vec<&'a Playbook>, Vec<String>), Failure> {
    if args.all {
        return Ok((library.playbooks.iter().collect(), args.words.clone()));
    }
    let ids = args.words.iter().take_while(|word| library.get(word).is_some()).count();
    let (ids, extracts) = args.words.split_at(ids);
    let playbooks: Vec<&Playbook> = ids.iter().filter_map(|id| library.get(id)).collect();
    match (playbooks.is_empty(), extracts) {
        (true, [first, ..]) => named(library, first).map(|playbook| (vec![playbook], Vec::new())),
        (_, []) => Err(Failure::Usage("name the extract after the playbooks".into())),
        _ => Ok((playbooks, extracts.to_vec())),
    }
}

/// The parameters that were given; each must be one of some playbook's.
fn params(args: &RunArgs, playbooks: &[&Playbook]) -> Result<BTreeMap<String, String>, Failure> {
    for (name, _) in &args.param {
        if !playbooks.iter().any(|playbook| playbook.params.iter().any(|spec| spec.name == *name)) {
            let known: Vec<&str> =
                playbooks.iter().flat_map(|playbook| &playbook.params).map(|spec| spec.name.as_str()).collect();
            return Err(Failure::Usage(format!("no playbook here has a parameter '{name}'; they have {}", known.join(" "))));
        }
    }
    Ok(args.param.iter().cloned().collect())
}

/// The playbook's statement with those of the parameters that it has.
fn statement(playbook: &Playbook, given: &BTreeMap<String, String>) -> Result<Statement, Failure> {
    let mut values: BTreeMap<String, ParamValue> = BTreeMap::new();
    for spec in &playbook.params {
        if let Some(text) = given.get(&spec.name) {
            values.insert(spec.name.clone(), spec.read(text).map_err(|error| Failure::Usage(error.to_string()))?);
        }
    }
    playbook::statement(playbook, &values).map_err(|error| Failure::Usage(error.to_string()))
}
