//! `casebook case show`: what a case holds.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::case::{CaseDir, Mode, Target};
use crate::domain::{Entity, Value};

use super::super::args::{Format, FormatArgs};
use super::super::failure::Failure;
use super::super::output::{self, Printer, Sheet, json as safe_json};
use super::super::session::open_case;
use super::super::shell::Place;

/// Which case.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  casebook case show ./leaked-key
  casebook case show ./leaked-key --format json | jq '.findings[].title'

Columns: kind,id,subject,text,state,at,by; kind is question, finding, query, label, stage, note or pin. JSON has the case's own shape.")]
pub(in crate::cli) struct ShowArgs {
    /// The case
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    #[command(flatten)]
    format: FormatArgs,
}

/// Prints the case.
pub(super) fn run(args: &ShowArgs, place: &Place<'_>) -> Result<i32, Failure> {
    let case = open_case(place, &args.dir, Mode::Read)?;
    let format = args.format.format;
    match format {
        Format::Json => {
            let text = serde_json::to_string_pretty(&document(&case)).map_err(|error| Failure::Bug(error.into()))?;
            writeln!(std::io::stdout().lock(), "{}", safe_json::safe(&text))?;
        }
        Format::Csv | Format::Jsonl => output::print(format, &items(&case))?,
        Format::Table | Format::Md => {
            let meta = case.meta();
            let mut printer = Printer::new(format);
            printer.heading(&format!("{} ({})", meta.title, meta.id))?;
            printer.heading(&format!(
                "Made by {} at {}. {} entries.",
                meta.analyst,
                meta.created,
                case.case().entries().len()
            ))?;
            for known in case.case().extracts() {
                let extract = &known.extract;
                let files: Vec<&str> = extract.sources.iter().map(|source| source.path.as_str()).collect();
                let shown = match files.as_slice() {
                    [first, _, .., last] => format!("{first} … {last} ({} files)", files.len()),
                    few => few.join(", "),
                };
                printer.heading(&format!("Extract {}: {} rows, {shown}", short(&extract.sha256), extract.rows))?;
            }
            let items = items(&case);
            if !items.rows.is_empty() {
                printer.heading("")?;
                printer.part(&items)?;
            }
            printer.end()?;
        }
    }
    Ok(0)
}

fn short(sha256: &str) -> &str {
    sha256.get(..12).unwrap_or(sha256)
}

/// All that was written into the case, one a row.
fn items(dir: &CaseDir) -> Sheet {
    let case = dir.case();
    let mut sheet = Sheet::new(&["kind", "id", "subject", "text", "state", "at", "by"]);
    let text = |text: &str| Value::Text(text.to_owned());
    for question in case.questions() {
        let answer = question.answers.last().map_or("open", |answer| answer.text.as_str());
        let stamp = &question.stamp;
        let row = [
            text("question"),
            text(&question.id),
            Value::Null,
            text(&question.text),
            text(answer),
            Value::Time(stamp.at),
            text(&stamp.by),
        ];
        sheet.rows.push(row.into());
    }
    for finding in case.findings_by_weight() {
        let about: Vec<String> = finding.entities.iter().map(ToString::to_string).collect();
        let sure = finding.confidence.map(|confidence| format!(", {confidence} confidence")).unwrap_or_default();
        let state = format!("{}, {}{sure}", finding.severity, finding.status);
        let stamp = &finding.stamp;
        let row = [
            text("finding"),
            text(&finding.id),
            text(&about.join(" ")),
            text(&finding.title),
            text(&state),
            Value::Time(stamp.at),
            text(&stamp.by),
        ];
        sheet.rows.push(row.into());
    }
    for measure in case.measures() {
        let id = measure.finding.as_deref().map_or(Value::Null, text);
        let state = format!("{} rows", measure.rows);
        let stamp = &measure.stamp;
        let row = [text("query"), id, Value::Null, text(&measure.filter), text(&state), Value::Time(stamp.at), text(&stamp.by)];
        sheet.rows.push(row.into());
    }
    for (entity, labels) in case.labelled_entities() {
        for label in labels {
            let end = label.expires.map(|end| format!(" until {end}")).unwrap_or_default();
            let state = format!("{} ({}){end}", label.label, label.connotation);
            let stamp = &label.stamp;
            let row = [
                text("label"),
                Value::Null,
                text(&entity.to_string()),
                text(&label.reason),
                text(&state),
                Value::Time(stamp.at),
                text(&stamp.by),
            ];
            sheet.rows.push(row.into());
        }
    }
    for (entity, staging) in case.stages() {
        let at = staging.by.as_ref().map_or(Value::Null, |stamp| Value::Time(stamp.at));
        let by = staging.by.as_ref().map_or(Value::Null, |stamp| text(&stamp.by));
        let (subject, stage) = (text(&entity.to_string()), text(staging.stage.name()));
        sheet.rows.push(vec![text("stage"), Value::Null, subject, text(&staging.reason), stage, at, by]);
    }
    for note in case.notes() {
        let stamp = &note.stamp;
        let row = [
            text("note"),
            text(&note.id),
            text(&note.target.to_string()),
            text(&note.text),
            Value::Null,
            Value::Time(stamp.at),
            text(&stamp.by),
        ];
        sheet.rows.push(row.into());
    }
    for pin in case.pins() {
        let stamp = &pin.stamp;
        let row = [
            text("pin"),
            text(short(&pin.evidence)),
            text(&format!("row:{}", pin.row_id)),
            text(&pin.summary),
            Value::Null,
            Value::Time(stamp.at),
            text(&stamp.by),
        ];
        sheet.rows.push(row.into());
    }
    sheet
}

/// The case as one JSON document.
fn document(dir: &CaseDir) -> serde_json::Value {
    let (case, meta) = (dir.case(), dir.meta());
    let entities = |entities: &[Entity]| entities.iter().map(ToString::to_string).collect::<Vec<_>>();
    let target = |target: &Target| match target {
        Target::Case => json!("case"),
        Target::Entity(entity) => json!(entity.to_string()),
        Target::Row { row_id, extract_sha } => json!({ "row_id": row_id, "extract": extract_sha }),
        Target::Finding(id) => json!(format!("finding:{id}")),
        Target::Question(id) => json!(format!("question:{id}")),
    };
    json!({
        "id": meta.id, "title": meta.title, "analyst": meta.analyst, "created": meta.created, "version": meta.version,
        "entries": case.entries().len(), "head": case.head().1,
        "extracts": case.extracts().iter().map(|known| json!({
            "sha256": known.extract.sha256, "rows": known.extract.rows, "rejects": known.extract.rejects,
            "first": known.extract.first, "last": known.extract.last,
            "sources": known.extract.sources.iter().map(|source| json!({ "path": source.path, "sha256": source.sha256 })).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "questions": case.questions().iter().map(|question| json!({
            "id": question.id, "text": question.text, "answer": question.answers.last().map(|answer| &answer.text),
            "at": question.stamp.at, "by": question.stamp.by,
        })).collect::<Vec<_>>(),
        "findings": case.findings().iter().map(|finding| json!({
            "id": finding.id, "title": finding.title, "severity": finding.severity, "status": finding.status,
            "entities": entities(&finding.entities), "text": finding.text, "evidence": finding.evidence,
            "confidence": finding.confidence, "category": finding.category, "owner": finding.owner, "next_step": finding.next_step,
            "question": finding.question, "first_seen": finding.first_seen, "last_seen": finding.last_seen,
            "queries": finding.measures.iter().map(|measure| json!({
                "filter": measure.filter, "command": measure.command, "rows": measure.rows, "extract": measure.extract,
                "query": measure.query, "params": measure.params, "playbook": measure.playbook,
            })).collect::<Vec<_>>(),
            "at": finding.stamp.at, "by": finding.stamp.by,
        })).collect::<Vec<_>>(),
        "labels": case.labelled_entities().flat_map(|(entity, labels)| labels.iter().map(move |label| json!({
            "entity": entity.to_string(), "label": label.label, "connotation": label.connotation, "reason": label.reason,
            "expires": label.expires, "playbook": label.playbook, "at": label.stamp.at, "by": label.stamp.by,
        })).collect::<Vec<_>>()).collect::<Vec<_>>(),
        "stages": case.stages().iter().map(|(entity, staging)| json!({
            "entity": entity.to_string(), "stage": staging.stage, "reason": staging.reason, "derived": staging.derived,
            "at": staging.by.as_ref().map(|stamp| stamp.at), "by": staging.by.as_ref().map(|stamp| &stamp.by),
        })).collect::<Vec<_>>(),
        "notes": case.notes().map(|note| json!({
            "id": note.id, "target": target(&note.target), "text": note.text, "at": note.stamp.at, "by": note.stamp.by,
        })).collect::<Vec<_>>(),
        "pins": case.pins().iter().map(|pin| json!({
            "row_id": pin.row_id, "extract": pin.extract, "evidence": pin.evidence, "time": pin.time, "summary": pin.summary,
            "at": pin.stamp.at, "by": pin.stamp.by,
        })).collect::<Vec<_>>(),
        "reveals": case.reveals().len(),
        "merges": case.merges().iter().map(|merge| json!({
            "case": merge.case, "head": merge.head, "analyst": merge.analyst, "entries": merge.entries,
            "at": merge.stamp.at, "by": merge.stamp.by,
        })).collect::<Vec<_>>(),
    })
}
