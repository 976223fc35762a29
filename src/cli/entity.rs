//! `casebook entity`: all that is known of one entity.

use std::io::Write;

use clap::Args;
use serde_json::{Map, Value as Json, json};

use crate::case::{Mode, Target};
use crate::domain::{Entity, Role, Value};
use crate::engine::{Limits, Table};
use crate::investigate::{View, entity, timeline};

use super::args::{FilterArgs, Format, FormatArgs, OpenArgs};
use super::failure::Failure;
use super::output::{self, Printer, Sheet, json as safe_json};
use super::session::Session;
use super::shell::Place;

/// Of which entity.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  casebook entity account:acct_17 logs/
  casebook entity key:key_9f3a --time 2026-03-10.. --format json logs/
  casebook entity ip:203.0.113.9 --case ./leaked-key --format csv logs/

A table and Markdown show the page that the workbench shows: figures, what is new for it, what shares rows with it, and with --case
its labels, notes and findings. JSON has the same as one document. CSV and JSON lines have the columns
part,role,value,requests,share,first_seen,last_seen: one line for the entity itself (part entity), then what was new for it after the
first tenth of its time (new) and the most frequent related values of each role (top).")]
pub(super) struct EntityArgs {
    /// The entity, such as account:acct_17; its value is taken as it stands
    #[arg(value_name = "KIND:VALUE")]
    entity: Entity,
    /// Log files, folders (read recursively) or globs; - for stdin
    #[arg(required = true, value_name = "EXTRACT")]
    extracts: Vec<String>,
    #[command(flatten)]
    filter: FilterArgs,
    /// How many related values of each role
    #[arg(long, short = 'n', value_name = "N", default_value_t = 5)]
    limit: u64,
    #[command(flatten)]
    format: FormatArgs,
    #[command(flatten)]
    open: OpenArgs,
}

/// What was asked about the entity.
struct Page {
    entity: Entity,
    summary: Table,
    facts: Option<Table>,
    buckets: Option<Table>,
    related: Option<Table>,
}

/// Prints the page.
pub(super) fn run(args: &EntityArgs, place: &Place<'_>) -> Result<i32, Failure> {
    let session = Session::open(place, &args.open, &args.extracts, Mode::Read)?;
    let filter = session.sealed(args.filter.filter.as_deref());
    let filter = filter.as_deref();
    let view = session.view(filter, &args.open)?;
    let whose = session.sealed_entity(&args.entity)?;
    let page = ask(&session, &view, whose, args.limit)?;
    let requests = page.summary.get(0, "requests").as_i64().unwrap_or(0);
    match args.format.format {
        Format::Json => {
            let text = serde_json::to_string_pretty(&document(&session, &page)).map_err(|error| Failure::Bug(error.into()))?;
            writeln!(std::io::stdout().lock(), "{}", safe_json::safe(&text))?;
        }
        Format::Csv | Format::Jsonl => output::print(args.format.format, &lines(&page))?,
        Format::Table | Format::Md => for_people(&session, &page, args.format.format)?,
    }
    if requests == 0 {
        place.tell(&format!("no row has {}", page.entity));
    }
    Ok(0)
}

fn ask(session: &Session<'_>, view: &View, whose: Entity, limit: u64) -> Result<Page, Failure> {
    let wrong = |error: crate::investigate::FilterError| Failure::Usage(error.to_string());
    let context = session.context();
    let summary = session.ask(entity::summary(&context, view, &whose).map_err(wrong)?, Limits::default())?;
    let facts = match entity::facts(&context, &whose).map_err(wrong)? {
        Some(statement) => Some(session.ask(statement, Limits::default())?),
        None => None,
    };
    let (first, last) = (summary.get(0, "first_seen").as_time(), summary.get(0, "last_seen").as_time());
    let rows = summary.get(0, "requests").as_i64().and_then(|rows| u64::try_from(rows).ok()).unwrap_or(0);
    let buckets = match first.zip(last) {
        Some((first, last)) => {
            let keep = crate::investigate::Filter::keep(whose.role.name(), &Value::Text(whose.value.clone()));
            let width = timeline::choose_bucket(last.since(first), 40);
            let statement = timeline::statement(&context, &view.narrowed(keep), width, None).map_err(wrong)?;
            Some(session.ask(statement, Limits::default())?)
        }
        None => None,
    };
    let settled = entity::settled(first, last);
    let related = match entity::related(&context, view, &whose, rows, settled, limit).map_err(wrong)? {
        Some(statement) => Some(session.ask(statement, Limits::default())?),
        None => None,
    };
    Ok(Page { entity: whose, summary, facts, buckets, related })
}

/// The page as one sheet.
fn lines(page: &Page) -> Sheet {
    let mut sheet = Sheet::new(&["part", "role", "value", "requests", "share", "first_seen", "last_seen"]);
    let of = |name: &str| page.summary.get(0, name);
    sheet.rows.push(vec![
        Value::Text("entity".into()),
        Value::Text(page.entity.role.name().into()),
        Value::Text(page.entity.value.clone()),
        of("requests"),
        Value::Null,
        of("first_seen"),
        of("last_seen"),
    ]);
    if let Some(table) = &page.related {
        let names: Vec<&str> = sheet.names.iter().map(String::as_str).collect();
        let (new, top) = Sheet::of(table, &names)
            .rows
            .into_iter()
            .partition::<Vec<_>, _>(|row| row.first().and_then(Value::as_text) == Some("new"));
        sheet.rows.extend(new);
        sheet.rows.extend(top);
    }
    sheet
}

/// The rows of one part of the related values.
fn part(page: &Page, part: &str, names: &[&str]) -> Sheet {
    let Some(table) = &page.related else { return Sheet::new(names) };
    let all: Vec<&str> = std::iter::once("part").chain(names.iter().copied()).collect();
    let mut sheet = Sheet::of(table, &all);
    sheet.names.remove(0);
    sheet.rows.retain(|row| row.first().and_then(Value::as_text) == Some(part));
    sheet.rows.iter_mut().for_each(|row| drop(row.remove(0)));
    sheet
}

fn document(session: &Session<'_>, page: &Page) -> Json {
    let summary: Map<String, Json> =
        page.summary.names.iter().map(|name| (name.clone(), page.summary.get(0, name).to_json())).collect();
    let object = |table: &Table| -> Vec<Json> {
        (0..table.len())
            .map(|row| Json::Object(table.names.iter().map(|name| (name.clone(), table.get(row, name).to_json())).collect()))
            .collect()
    };
    let facts = page.facts.as_ref().and_then(|table| object(table).into_iter().next());
    let mut roles: Map<String, Json> = Map::new();
    if let Some(table) = &page.related {
        for row in 0..table.len() {
            let text = |name: &str| table.get(row, name).to_plain();
            let role = roles.entry(text("role")).or_insert_with(|| json!({"distinct": 0, "top": [], "new_values": 0, "new": []}));
            let (count, list) = if text("part") == "new" { ("new_values", "new") } else { ("distinct", "top") };
            let named = ["value", "requests", "share", "first_seen", "last_seen"];
            let value: Map<String, Json> =
                named.iter().map(|name| ((*name).to_owned(), table.get(row, name).to_json())).collect();
            if let Some(role) = role.as_object_mut() {
                role.insert(count.to_owned(), table.get(row, "values").to_json());
                if let Some(values) = role.get_mut(list).and_then(Json::as_array_mut) {
                    values.push(Json::Object(value));
                }
            }
        }
    }
    let case = session.case.as_ref().map(|dir| {
        let case = dir.case();
        let labels: Vec<Json> = case
            .labels_of(&page.entity)
            .iter()
            .map(|label| json!({"label": label.label, "connotation": label.connotation, "reason": label.reason}))
            .collect();
        let notes = case.notes_on(&Target::Entity(page.entity.clone()));
        let notes: Vec<&str> = notes.iter().map(|note| note.text.as_str()).collect();
        let findings: Vec<Json> = case
            .findings_about(&page.entity)
            .into_iter()
            .map(|finding| json!({"id": finding.id, "title": finding.title, "status": finding.status.name()}))
            .collect();
        json!({"labels": labels, "notes": notes, "findings": findings})
    });
    json!({
        "entity": page.entity.to_string(),
        "figures": summary,
        "known": facts,
        "case": case,
        "timeline": page.buckets.as_ref().map(object),
        "related": roles,
    })
}

fn for_people(session: &Session<'_>, page: &Page, format: Format) -> Result<(), Failure> {
    let mut printer = Printer::new(format);
    printer.heading(&page.entity.to_string())?;
    if let Some(dir) = &session.case {
        let case = dir.case();
        for label in case.labels_of(&page.entity) {
            printer.heading(&format!("label {} ({}): {}", label.label, label.connotation, label.reason))?;
        }
        for finding in case.findings_about(&page.entity) {
            printer.heading(&format!("finding {} ({}): {}", finding.id, finding.status.name(), finding.title))?;
        }
        for note in case.notes_on(&Target::Entity(page.entity.clone())) {
            printer.heading(&format!("note: {}", note.text))?;
        }
    }
    printer.heading("")?;
    let mut figures = Sheet::new(&["figure", "value"]);
    let shown = page.summary.names.iter().map(|name| (name, page.summary.get(0, name)));
    figures.rows = shown
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| vec![Value::Text(name.strip_prefix("distinct_").map_or(name.clone(), plural)), value])
        .collect();
    if let (Some(errors), Some(requests)) =
        (page.summary.get(0, "errors").as_f64(), page.summary.get(0, "requests").as_f64().filter(|requests| *requests > 0.0))
    {
        figures.rows.push(vec![Value::Text("error share".into()), Value::Text(format!("{:.2}%", errors / requests * 100.0))]);
    }
    printer.part(&figures)?;
    if let Some(facts) = &page.facts {
        let mut known = Sheet::new(&["known from side tables", "value"]);
        known.rows = facts
            .names
            .iter()
            .map(|name| {
                let value = facts.get(0, name);
                let masked = session.is_sensitive(name) && !value.is_null();
                vec![Value::Text(name.clone()), if masked { Value::Text("[masked]".into()) } else { value }]
            })
            .collect();
        printer.part(&known)?;
    }
    let fresh = part(page, "new", &["role", "value", "first_seen", "requests"]);
    if !fresh.rows.is_empty() {
        printer.heading("New for it, after the first tenth of its time:")?;
        printer.part(&fresh)?;
    }
    let top = part(page, "top", &["role", "value", "requests", "share", "first_seen", "last_seen"]);
    if !top.rows.is_empty() {
        printer.heading("Shares rows with:")?;
        printer.part(&top)?;
    }
    printer.end()
}

/// How many of a role: `distinct_ip` is the number of addresses.
fn plural(role: &str) -> String {
    role.parse::<Role>().map_or_else(|_| role.to_owned(), |role| role.plural().to_owned())
}
