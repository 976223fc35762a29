//! `casebook playbook run`.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use clap::Args;

use crate::case::Mode;
use crate::domain::{Severity, Value};
use crate::engine::{Limits, Statement};
use crate::playbook::{self, Library, ParamValue, Playbook, runnable};

use super::super::args::{FormatArgs, OpenArgs};
use super::super::failure::Failure;
use super::super::output::{self, Sheet};
use super::super::session::Session;
use super::super::shell::Place;
use super::{library, named};

/// Which playbooks over what.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  casebook playbook run key-many-networks logs/
  casebook playbook run key-many-networks --param min_networks=4 logs/
  casebook playbook run --all --format csv logs/
  casebook playbook run --all --fail-on high requests.csv

Columns: playbook,severity,entity_kind,entity,score,requests,first_seen,last_seen,examples; the gravest playbook first, within it the
highest score. examples are row_ids. Exit status 3 when a hit is as grave as --fail-on says.")]
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
    #[command(flatten)]
    format: FormatArgs,
    #[command(flatten)]
    open: OpenArgs,
}

fn read_param(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write NAME=VALUE, such as min_networks=4")?;
    Ok((name.trim().to_owned(), value.to_owned()))
}

/// The exit status when a hit is as grave as was asked for.
const REACHED: i32 = 3;

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
    let session = Session::open(place, &args.open, &extracts, Mode::Read)?;
    let sealed = |(name, text): (String, String)| (name, session.sealed(Some(&text)).unwrap_or_default());
    let params: BTreeMap<String, String> = params.into_iter().map(sealed).collect();
    let mut sheet = Sheet::new(&[
        "playbook",
        "severity",
        "entity_kind",
        "entity",
        "score",
        "requests",
        "first_seen",
        "last_seen",
        "examples",
    ]);
    let mut gravest = None;
    for playbook in playbooks {
        if let Err(missing) = runnable(playbook, &session.extract.schema) {
            if args.all {
                place.tell(&format!("not run: {} {missing}", playbook.id));
                continue;
            }
            return Err(Failure::Usage(format!("the playbook {} {missing}", playbook.id)));
        }
        let statement = statement(playbook, &params)?;
        let table = session.ask(statement, Limits::default()).map_err(|failure| match failure {
            Failure::Failed(message) => Failure::Failed(format!("the playbook {} failed: {message}", playbook.id)),
            other => other,
        })?;
        if !table.is_empty() {
            gravest = gravest.max(Some(playbook.severity));
        }
        let head = [&playbook.id, playbook.severity.name(), playbook.entity.name()].map(|text| Value::Text(text.to_owned()));
        let hits = Sheet::of(&table, &playbook::COLUMNS);
        sheet.rows.extend(hits.rows.into_iter().map(|row| head.iter().cloned().chain(row).collect::<Vec<_>>()));
    }
    output::print(args.format.format, &sheet)?;
    let reached = args.fail_on.is_some_and(|limit| gravest >= Some(limit));
    Ok(if reached { REACHED } else { 0 })
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
