//! `casebook templates`: near-duplicate prompts, the template behind them, who uses it and who was first.

use clap::Args;

use crate::case::{Event, Mode};
use crate::domain::{Role, SafeText, Value};
use crate::engine::Limits;
use crate::investigate::templates::{Found, Options, SIMILARITY, Templates};
use crate::settings::machine::now;

use super::args::{FilterArgs, FormatArgs, OpenArgs};
use super::failure::Failure;
use super::output::{self, Sheet};
use super::session::Session;
use super::shell::Place;

/// Of what, and how near.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  casebook templates logs/
  casebook templates --min-accounts 5 --filter 'flag:flagged' --reveal logs/
  casebook templates --similarity 0.8 --limit 100 --format csv requests.csv

Columns: template,requests,prompts,accounts,first_account,first_seen,last_seen,examples; those that most accounts use first. A template
is the text that near-duplicate prompts have in common, with {…} where they differ. It is as sensitive as the prompts and masked unless
--reveal is given. prompts counts the different texts, first_account is who sent the first of them, examples are row ids. With * in
place of {…} the template is a filter: content:\"…*…\".

Two prompts are near when they share at least --similarity of their runs of three words, numbers and case aside. They are found by
MinHash (30 hashes in 10 bands); a group has the first prompt in it as its leader, and 200,000 leaders are kept at most.")]
pub(super) struct TemplatesArgs {
    /// Log files, folders (read recursively) or globs; - for stdin
    #[arg(required = true, value_name = "EXTRACT")]
    extracts: Vec<String>,
    #[command(flatten)]
    filter: FilterArgs,
    /// Only templates that so many accounts use
    #[arg(long, value_name = "N", default_value_t = Options::default().min_accounts)]
    min_accounts: u64,
    /// How many templates
    #[arg(long, short = 'n', value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..))]
    limit: u16,
    /// How similar prompts must be, from 0 to 1
    #[arg(long, value_name = "S", default_value_t = SIMILARITY)]
    similarity: f64,
    /// Show the templates; each is counted as a reveal in the case, where one is named
    #[arg(long)]
    reveal: bool,
    #[command(flatten)]
    format: FormatArgs,
    #[command(flatten)]
    open: OpenArgs,
}

/// The columns.
const COLUMNS: [&str; 8] =
    ["template", "requests", "prompts", "accounts", "first_account", "first_seen", "last_seen", "examples"];
/// The name of the table.
const TABLE: &str = "templates";
/// Texts that are read at once.
const PAGE: u64 = 20_000;

/// Prints the templates.
pub(super) fn run(args: &TemplatesArgs, place: &Place<'_>) -> Result<i32, Failure> {
    if !(0.05..=1.0).contains(&args.similarity) {
        return Err(Failure::Usage("--similarity is a number from 0.05 to 1".into()));
    }
    let records = args.reveal && !args.open.read_only;
    let mut session = Session::open(place, &args.open, &args.extracts, if records { Mode::Write } else { Mode::Read })?;
    let filter = session.sealed(args.filter.filter.as_deref());
    let filter = filter.as_deref();
    let view = session.view(filter, &args.open)?;
    let options =
        Options { min_accounts: args.min_accounts, limit: usize::from(args.limit), similarity: args.similarity, page: PAGE };
    let mut templates = session.built(Templates::new(&session.context(), &view, options, TABLE), filter)?;
    loop {
        let next = templates.next(&session.context());
        let Some(statement) = session.built(next, filter)? else { break };
        let (fraction, doing) = templates.progress();
        let share = fraction.map(|fraction| format!(", {:.0}%", fraction * 100.0)).unwrap_or_default();
        place.progress(&format!("{doing}{share}"));
        templates.take(&session.ask(statement, Limits::default())?.batches);
    }
    let found = templates.found();
    if args.reveal && !found.is_empty() {
        place.tell(&reveal(&mut session, found, records)?);
    }
    let mut sheet = Sheet::new(&COLUMNS);
    sheet.rows = found.iter().map(|found| line(found, args.reveal)).collect();
    output::print(args.format.format, &sheet)?;
    if !args.reveal && !found.is_empty() {
        place.tell(&format!("note: {} templates are masked; --reveal shows them", found.len()));
    }
    tell(&templates, args, &session, place);
    Ok(0)
}

/// Records in the case that the text of each template's first row was seen, before it is printed. What is to be said of it.
fn reveal(session: &mut Session<'_>, found: &[Found], records: bool) -> Result<String, Failure> {
    if session.case.is_none() || !records {
        return Ok("note: sensitive content is revealed; no case records it".to_owned());
    }
    session.record_opened()?;
    let extract = session.extract.sha256.clone();
    let Some(case) = &mut session.case else { return Ok(String::new()) };
    for row_id in found.iter().filter_map(|found| found.examples.first()) {
        let column = Role::Content.name().to_owned();
        case.record(Event::Revealed { row_id: *row_id, column, extract: extract.clone(), scope: String::new() }, now())?;
    }
    Ok(format!("note: sensitive content is revealed; that is recorded in {}", SafeText::new(&case.path().display().to_string())))
}

fn line(found: &Found, reveal: bool) -> Vec<Value> {
    let moment = |time: Option<crate::domain::Timestamp>| time.map_or(Value::Null, Value::Time);
    let template = found.template.to_string();
    let examples: Vec<String> = found.examples.iter().map(i64::to_string).collect();
    vec![
        Value::Text(if reveal { template } else { format!("[masked, {} characters]", template.chars().count()) }),
        Value::Int(i128::from(found.requests)),
        Value::Int(i128::from(found.prompts)),
        Value::Int(i128::from(found.accounts)),
        found.first_account.clone().map_or(Value::Null, Value::Text),
        moment(found.first_seen),
        moment(found.last_seen),
        Value::Text(examples.join(",")),
    ]
}

/// Says what was left out and why.
fn tell(templates: &Templates, args: &TemplatesArgs, session: &Session<'_>, place: &Place<'_>) {
    let has_accounts = session.extract.schema.has(Role::Account);
    if templates.found().is_empty() {
        let who = if has_accounts { format!("{} accounts or more", args.min_accounts) } else { "several rows".to_owned() };
        place.tell(&format!("of {} different prompts none is shared by {who}", templates.prompts().unwrap_or(0)));
    }
    if !has_accounts {
        place.tell("note: this extract has no account, so templates are ranked by their rows; --map account=COLUMN names one");
    }
    if templates.more() > 0 {
        place.tell(&format!("{} more groups of near prompts are not shown; --limit N shows more", templates.more()));
    }
    if templates.let_go() > 0 {
        place.tell(&format!(
            "note: {} prompts that stood alone were let go to bound memory; one that came again after that began a new group",
            templates.let_go()
        ));
    }
}
