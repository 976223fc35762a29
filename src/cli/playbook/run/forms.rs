//! The forms in which hits are handed out: sheets for people and pipes, JUnit for what runs tests, SARIF for what collects findings.

use std::io::Write;

use serde_json::json;

use crate::cli::args::Format;
use crate::cli::failure::Failure;
use crate::cli::output::{self, Sheet};
use crate::domain::{SafeText, Severity, Value};
use crate::playbook;
use crate::report::sheet::json::safe;

use super::Ran;

pub(super) fn sheet(format: Format, results: &[Ran<'_>]) -> Result<(), Failure> {
    let mut sheet = Sheet::new(&["playbook", "severity", "entity_kind"]);
    sheet.names.extend(playbook::COLUMNS.map(str::to_owned));
    for ran in results {
        let head = [&ran.playbook.id, ran.playbook.severity.name(), ran.playbook.entity.name()];
        for row in &ran.rows {
            let head = head.iter().map(|text| Value::Text((*text).to_owned()));
            sheet.rows.push(head.chain(row.iter().cloned()).collect());
        }
    }
    output::print(format, &sheet)
}

/// A text inside an XML document: what a reader would obey is escaped, what no document may hold is shown.
fn xml(text: &str) -> String {
    let shown = text.lines().map(|line| SafeText::new(line).to_string()).collect::<Vec<_>>().join("\n");
    shown.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// One hit in a line.
fn told(ran: &Ran<'_>, row: &[Value]) -> String {
    let text = |place: usize| row.get(place).map(Value::to_plain).unwrap_or_default();
    format!(
        "{}:{}  score {}  {} requests  {} to {}  rows {}",
        ran.playbook.entity,
        text(0),
        text(1),
        text(2),
        text(3),
        text(4),
        text(5)
    )
}

pub(super) fn junit(results: &[Ran<'_>]) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    let count = |fits: fn(&Ran<'_>) -> bool| results.iter().filter(|ran| fits(ran)).count();
    let failures = count(|ran| ran.problem.is_none() && !ran.rows.is_empty());
    let (errors, skipped) = (count(|ran| ran.problem.is_some()), count(|ran| ran.skipped.is_some()));
    let time: f64 = results.iter().map(|ran| ran.elapsed.as_secs_f64()).sum();
    let counts = format!(
        "tests=\"{}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\" time=\"{time:.3}\"",
        results.len()
    );
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"casebook\" {counts}>")?;
    writeln!(out, "  <testsuite name=\"playbooks\" {counts}>")?;
    for ran in results {
        let (id, class) = (xml(&ran.playbook.id), ran.playbook.severity.name());
        write!(out, "    <testcase classname=\"{class}\" name=\"{id}\" time=\"{:.3}\"", ran.elapsed.as_secs_f64())?;
        match (&ran.skipped, &ran.problem) {
            (Some(why), _) => writeln!(out, ">\n      <skipped message=\"{}\"/>\n    </testcase>", xml(why))?,
            (_, Some(why)) => writeln!(out, ">\n      <error message=\"{}\"/>\n    </testcase>", xml(why))?,
            _ if ran.rows.is_empty() => writeln!(out, "/>")?,
            _ => {
                let title = xml(&format!("{}: {} hits", ran.playbook.title, ran.rows.len()));
                writeln!(out, ">\n      <failure type=\"{class}\" message=\"{title}\">")?;
                for row in &ran.rows {
                    writeln!(out, "{}", xml(&told(ran, row)))?;
                }
                writeln!(out, "      </failure>\n    </testcase>")?;
            }
        }
    }
    writeln!(out, "  </testsuite>\n</testsuites>")?;
    Ok(())
}

pub(super) fn sarif(results: &[Ran<'_>]) -> Result<(), Failure> {
    let level = |severity: Severity| match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    };
    let rules: Vec<serde_json::Value> = results
        .iter()
        .filter(|ran| ran.skipped.is_none())
        .map(|ran| {
            json!({
                "id": ran.playbook.id,
                "shortDescription": {"text": ran.playbook.title},
                "fullDescription": {"text": ran.playbook.question},
                "help": {"text": ran.playbook.doc, "markdown": ran.playbook.doc},
                "defaultConfiguration": {"level": level(ran.playbook.severity)},
                "properties": {"severity": ran.playbook.severity.name(), "tags": ran.playbook.tags},
            })
        })
        .collect();
    let mut found = Vec::new();
    for ran in results {
        for row in &ran.rows {
            let at = |place: usize| row.get(place).map_or(serde_json::Value::Null, Value::to_json);
            let entity = format!("{}:{}", ran.playbook.entity, row.first().map(Value::to_plain).unwrap_or_default());
            found.push(json!({
                "ruleId": ran.playbook.id,
                "level": level(ran.playbook.severity),
                "message": {"text": format!("{}: {}", ran.playbook.title, told(ran, row))},
                "locations": [{"logicalLocations": [{"name": at(0), "fullyQualifiedName": entity, "kind": ran.playbook.entity.name()}]}],
                "partialFingerprints": {"entity/v1": entity},
                "properties": {"score": at(1), "requests": at(2), "first_seen": at(3), "last_seen": at(4), "examples": at(5)},
            }));
        }
    }
    let notices: Vec<serde_json::Value> = results
        .iter()
        .filter_map(|ran| {
            let (level, why) = match (&ran.problem, &ran.skipped) {
                (Some(problem), _) => ("error", problem),
                (_, Some(skipped)) => ("note", skipped),
                _ => return None,
            };
            Some(json!({"level": level, "message": {"text": why}, "descriptor": {"id": ran.playbook.id}}))
        })
        .collect();
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "casebook", "version": env!("CARGO_PKG_VERSION"), "rules": rules}},
            "invocations": [{
                "executionSuccessful": results.iter().all(|ran| ran.problem.is_none()),
                "toolExecutionNotifications": notices,
            }],
            "results": found,
        }],
    });
    let text = serde_json::to_string_pretty(&document).map_err(|error| Failure::Failed(error.to_string()))?;
    writeln!(std::io::stdout().lock(), "{}", safe(&text))?;
    Ok(())
}
