//! `casebook case finding`.

use std::path::PathBuf;

use clap::Args;

use crate::case::{CaseDir, Confidence, Event, FindingDetails, FindingEdits, Mode, Status};
use crate::domain::severity::Severity;
use crate::domain::{Entity, TimeRange, Timestamp, Value};
use crate::engine::Limits;
use crate::investigate::count;
use crate::settings::machine::now;

use super::super::args::OpenArgs;
use super::super::failure::Failure;
use super::super::output;
use super::super::session::{Session, open_case};
use super::super::shell::Place;
use super::{saved, text_or_stdin};

/// What was found.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  casebook case finding ./leaked-key --title 'The key was used from outside' --severity high --entity key:key_17 \\
      --filter 'key:key_17 -ip:10.0.0.0/8' logs/
  casebook case finding ./leaked-key --title 'A ring of 120 accounts' --severity high --confidence medium --category multi-accounting \\
      --owner 'trust and safety' --next 'suspend after review' --question q1
  casebook case finding ./leaked-key --change f1 --status confirmed --confidence high

With an extract, each --filter is counted in it, and the filter and its count go into the case: `casebook case verify` counts again.
The id of the finding is printed.")]
pub(in crate::cli) struct FindingArgs {
    /// The case
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// Log files, folders (read recursively) or globs, where filters are to be counted
    #[arg(value_name = "EXTRACT", requires = "filter")]
    extracts: Vec<String>,
    /// The finding in a line
    #[arg(long, value_name = "TEXT", required_unless_present = "change")]
    title: Option<String>,
    /// How much it weighs: info, low, medium, high or critical
    #[arg(long, value_name = "SEVERITY", required_unless_present = "change")]
    severity: Option<Severity>,
    /// Whom it is about; can be repeated
    #[arg(long, value_name = "KIND:VALUE")]
    entity: Vec<Entity>,
    /// The finding at length, in Markdown; - reads it from stdin
    #[arg(long, value_name = "TEXT")]
    text: Option<String>,
    /// Rows that show it; can be repeated
    #[arg(long, short, value_name = "FILTER", requires = "extracts")]
    filter: Vec<String>,
    /// A pinned row that shows it, by the beginning of its evidence file's name; can be repeated
    #[arg(long, value_name = "SHA256")]
    evidence: Vec<String>,
    /// How sure it is: low, medium or high
    #[arg(long, value_name = "CONFIDENCE")]
    confidence: Option<Confidence>,
    /// What kind of abuse it is, in your own words, such as multi-accounting
    #[arg(long, value_name = "TEXT")]
    category: Option<String>,
    /// Who must act
    #[arg(long, value_name = "NAME")]
    owner: Option<String>,
    /// What must be done next
    #[arg(long, value_name = "TEXT")]
    next: Option<String>,
    /// The question that it answers; empty with --change for none
    #[arg(long, value_name = "ID")]
    question: Option<String>,
    /// When it was seen first; with filters by default the time of their first row
    #[arg(long, value_name = "TIME")]
    first_seen: Option<Timestamp>,
    /// When it was seen last; with filters by default the time of their last row
    #[arg(long, value_name = "TIME")]
    last_seen: Option<Timestamp>,
    /// Change this finding instead of adding one; what is not given stays
    #[arg(long, value_name = "ID")]
    change: Option<String>,
    /// Where it stands: open, confirmed or dismissed
    #[arg(long, value_name = "STATUS", requires = "change")]
    status: Option<Status>,
    #[command(flatten)]
    open: OpenArgs,
}

/// A filter with its count.
struct Counted {
    filter: String,
    command: String,
    rows: u64,
    query: String,
    params: Vec<String>,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
}

/// Records the finding and prints its id.
pub(super) fn run(args: &FindingArgs, place: &Place<'_>) -> Result<i32, Failure> {
    let text = args.text.as_deref().map(text_or_stdin).transpose()?;
    if args.extracts.is_empty() {
        let mut case = open_case(place, &args.dir, Mode::Write)?;
        let id = record(args, text, (args.first_seen, args.last_seen), &mut case, place)?;
        output::lines([id])?;
        return Ok(0);
    }
    let open = OpenArgs { case: Some(args.dir.clone()), ..args.open.clone() };
    let mut session = Session::open(place, &open, &args.extracts, Mode::Write)?;
    // Counted before the first entry: a wrong filter records nothing.
    let counted: Vec<Counted> =
        args.filter.iter().map(|filter| counted(filter, args, &open, &session)).collect::<Result<_, _>>()?;
    session.record_opened()?;
    let extract = session.extract.sha256.clone();
    let Some(case) = &mut session.case else { return Ok(0) };
    // A finding that is changed keeps its times unless they are given.
    let seen = match args.change {
        Some(_) => (args.first_seen, args.last_seen),
        None => (
            args.first_seen.or_else(|| counted.iter().filter_map(|one| one.first).min()),
            args.last_seen.or_else(|| counted.iter().filter_map(|one| one.last).max()),
        ),
    };
    let id = record(args, text, seen, case, place)?;
    for Counted { filter, command, rows, query, params, .. } in counted {
        let title = format!("Rows with {filter}");
        let event = Event::Measured {
            finding: Some(id.clone()),
            title,
            sql: String::new(),
            filter,
            command,
            rows,
            extract: extract.clone(),
            query,
            params,
            playbook: String::new(),
        };
        saved(place, case.record(event, now())?)?;
    }
    output::lines([id])?;
    Ok(0)
}

/// Counts the rows of a filter.
fn counted(text: &str, args: &FindingArgs, open: &OpenArgs, session: &Session<'_>) -> Result<Counted, Failure> {
    let text = session.sealed(Some(text)).unwrap_or_default();
    let text = text.as_str();
    let view = session.view(Some(text), open)?;
    let statement = session.built(count::statement(&session.context(), &view), Some(text))?;
    let (query, params) = (statement.sql.clone(), statement.params.iter().map(ToString::to_string).collect());
    let table = session.ask(statement, Limits::default())?;
    let (first, last) = (time(&table.get(0, "first_seen")), time(&table.get(0, "last_seen")));
    let rows = table.get(0, "requests").as_i64().and_then(|rows| u64::try_from(rows).ok()).unwrap_or_default();
    let filter = filter_text(text, view.range);
    let extracts: Vec<String> = args.extracts.iter().map(|extract| quoted(extract)).collect();
    let command = format!("casebook query{} --filter {} {}", options(open), quoted(&filter), extracts.join(" "));
    Ok(Counted { filter, command, rows, query, params, first, last })
}

fn time(value: &Value) -> Option<Timestamp> {
    match value {
        Value::Time(time) => Some(*time),
        _ => None,
    }
}

/// A filter with its time range in it.
pub(super) fn filter_text(text: &str, range: TimeRange) -> String {
    match (text.trim(), range.is_all()) {
        (text, true) => text.to_owned(),
        ("", false) => format!("time:{range}"),
        (text, false) => format!("({text}) time:{range}"),
    }
}

/// The options without which the extract would have other roles or rows.
fn options(open: &OpenArgs) -> String {
    let profile = open.profile.iter().map(|name| format!(" --profile {}", quoted(name)));
    let table = open.table.iter().map(|name| format!(" --table {}", quoted(name)));
    let map = open.map.iter().map(|(role, source)| format!(" --map {}", quoted(&format!("{role}={source}"))));
    let accounts = open.accounts.iter().map(|path| format!(" --accounts {}", quoted(path)));
    let bans = open.bans.iter().map(|path| format!(" --bans {}", quoted(path)));
    let join = open.join.iter().map(|(role, path)| format!(" --join {}", quoted(&format!("{role}={path}"))));
    let dedupe = open.dedupe.iter().map(|role| format!(" --dedupe {role}"));
    profile.chain(table).chain(map).chain(accounts).chain(bans).chain(join).chain(dedupe).collect()
}

/// A text as one word of a POSIX shell.
fn quoted(text: &str) -> String {
    let plain = |character: char| character.is_ascii_alphanumeric() || "/._-:=,@%+".contains(character);
    if !text.is_empty() && text.chars().all(plain) { text.to_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

/// Records the finding, new or changed; returns its id.
fn record(
    args: &FindingArgs,
    text: Option<String>,
    (first_seen, last_seen): (Option<Timestamp>, Option<Timestamp>),
    case: &mut CaseDir,
    place: &Place<'_>,
) -> Result<String, Failure> {
    let evidence: Vec<String> = args.evidence.iter().map(|start| evidence(start, case)).collect::<Result<_, _>>()?;
    let (id, event) = match &args.change {
        Some(id) => {
            let event = Event::FindingChanged {
                id: id.clone(),
                status: args.status,
                severity: args.severity,
                text,
                title: args.title.clone(),
                entities: (!args.entity.is_empty()).then(|| args.entity.clone()),
                evidence: (!evidence.is_empty()).then_some(evidence),
                edits: FindingEdits {
                    confidence: args.confidence,
                    category: args.category.clone(),
                    owner: args.owner.clone(),
                    next_step: args.next.clone(),
                    question: args.question.clone(),
                    first_seen,
                    last_seen,
                },
            };
            (id.clone(), event)
        }
        None => {
            let id = case.case().next_finding_id();
            let event = Event::Found {
                id: id.clone(),
                title: args.title.clone().unwrap_or_default(),
                severity: args.severity.unwrap_or_default(),
                entities: args.entity.clone(),
                text: text.unwrap_or_default(),
                evidence,
                details: FindingDetails {
                    confidence: args.confidence,
                    category: args.category.clone().unwrap_or_default(),
                    owner: args.owner.clone().unwrap_or_default(),
                    next_step: args.next.clone().unwrap_or_default(),
                    question: args.question.clone().filter(|id| !id.is_empty()),
                    first_seen,
                    last_seen,
                },
            };
            (id, event)
        }
    };
    saved(place, case.record(event, now())?)?;
    Ok(id)
}

/// The pinned row whose evidence file's name begins so.
fn evidence(start: &str, case: &CaseDir) -> Result<String, Failure> {
    let pins = case.case().pins();
    let mut fitting = pins.iter().filter(|pin| !start.is_empty() && pin.evidence.starts_with(start));
    match (fitting.next(), fitting.next()) {
        (Some(pin), None) => Ok(pin.evidence.clone()),
        (None, _) => {
            Err(Failure::Usage(format!("no pinned row's evidence begins with '{start}'; `casebook case show` lists the pins")))
        }
        (Some(_), Some(_)) => {
            Err(Failure::Usage(format!("several pinned rows' evidence begins with '{start}'; write more of it")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn what_a_shell_would_read_is_quoted() {
        assert_eq!(quoted("logs/a-1.csv"), "logs/a-1.csv");
        assert_eq!(quoted("a b"), "'a b'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted("*.gz"), "'*.gz'");
        assert_eq!(quoted(""), "''");
    }
}
