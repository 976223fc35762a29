//! `casebook dry-run`: what a rule would have stopped, and whom it would have hit.

use clap::Args;

use crate::case::Mode;
use crate::domain::Timestamp;
use crate::engine::{Limits, Statement, Table};
use crate::investigate::Filter;
use crate::investigate::dry_run::{self, Answers, Draft, Outcome};

use super::args::{FilterArgs, FormatArgs, OpenArgs};
use super::failure::Failure;
use super::output::{Printer, Sheet};
use super::session::Session;
use super::shell::Place;

/// Which rule, over what.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  casebook dry-run --rule 'ip:203.0.113.0/24 status:401' logs/
  casebook dry-run --rule 'user_agent~(?i)python key:key_17' --from 2026-03-04 --case ./leaked-key logs/
  casebook dry-run --rule 'label:farm' --case ./signup-farm --format json logs/

The rule is a filter; nothing is stopped, the extract alone is asked. With --case, entities that carry a good label must not be hit: the
ones that would be are named, with how many of their requests. --filter and --time say which traffic is looked at.

Columns: part,role,value,matched,of,share. Part traffic counts requests; entities counts the different values of a role; good counts the
requests of an entity that is labelled good; day counts the requests of a day, in UTC.")]
pub(super) struct DryRunArgs {
    /// The rule: a filter for the requests that it stops
    #[arg(long, value_name = "FILTER")]
    rule: String,
    /// From when on the rule would have been in force, in UTC
    #[arg(long, value_name = "TIME")]
    from: Option<Timestamp>,
    /// Log files, folders (read recursively) or globs; - for stdin
    #[arg(required = true, value_name = "EXTRACT")]
    extracts: Vec<String>,
    #[command(flatten)]
    filter: FilterArgs,
    #[command(flatten)]
    format: FormatArgs,
    #[command(flatten)]
    open: OpenArgs,
}

/// Prints what the rule would have done.
pub(super) fn run(args: &DryRunArgs, place: &Place<'_>) -> Result<i32, Failure> {
    let session = Session::open(place, &args.open, &args.extracts, Mode::Read)?;
    let rule = session.sealed(Some(&args.rule)).unwrap_or_default();
    let parsed = Filter::parse(&rule).map_err(|error| Failure::filter(&rule, &error))?;
    parsed.check(session.schema()).map_err(|error| Failure::filter(&rule, &error))?;
    if parsed.is_all() {
        return Err(Failure::Usage("--rule: a rule without a term would stop everything".to_owned()));
    }
    let filter = session.sealed(args.filter.filter.as_deref());
    let view = session.view(filter.as_deref(), &args.open)?;
    let draft = Draft { rule: parsed, from: args.from };
    let good = session.case.as_ref().map_or_else(Vec::new, |dir| dir.case().good_at(dir.case().clock()));
    let questions = session.built(dry_run::statements(&session.context(), &view, &draft, &good), Some(&rule))?;
    let ask = |statement: Statement| session.ask(statement, Limits::default());
    let optional = |statement: Option<Statement>| -> Result<Option<Table>, Failure> { statement.map(ask).transpose() };
    let (traffic, entities) = (ask(questions.traffic)?, ask(questions.entities)?);
    let (good_hit, days) = (optional(questions.good)?, optional(questions.days)?);
    let answers = Answers { traffic: &traffic, entities: &entities, good: good_hit.as_ref(), days: days.as_ref() };
    let outcome = Outcome::read(&answers, &good);
    let mut printer = Printer::new(args.format.format);
    for sentence in outcome.sentences(&draft) {
        printer.heading(&sentence)?;
    }
    let sheet = Sheet { rows: outcome.rows(), ..Sheet::new(&Outcome::COLUMNS) };
    printer.page(&sheet)?;
    printer.end()?;
    Ok(0)
}
