//! The sections of questions and findings.

use crate::case::{Case, Finding, Measure, Note, Stamp, Target};

use super::entities::named;
use super::escape::{code, quote, text};
use super::markdown::{Page, many, short};

/// Who and when, in small words.
pub(super) fn by(stamp: &Stamp) -> String {
    format!("{}, {}", text(&stamp.by), stamp.at)
}

/// A text at length: an analyst's Markdown, or a word that there is none.
pub(super) fn body(words: &str, none: &str, out: &mut Page) {
    if words.trim().is_empty() {
        out.paragraph(none);
    } else {
        out.paragraph(&quote(words));
    }
}

pub(super) fn notes(notes: &[Note], out: &mut Page) {
    for note in notes {
        let edited = note.edited.as_ref().map(|stamp| format!("; rewritten by {}", by(stamp))).unwrap_or_default();
        out.paragraph(&format!("Note {} by {}{edited}:", text(&note.id), by(&note.stamp)));
        body(&note.text, "*(an empty note)*", out);
    }
}

pub(super) fn questions(case: &Case, out: &mut Page) {
    out.heading(2, "Questions");
    let questions = case.questions();
    if questions.is_empty() {
        out.paragraph("None was asked.");
    }
    for question in questions {
        let words: Vec<&str> = question.text.split_whitespace().collect();
        out.heading(3, &format!("{}: {}", text(&question.id), text(&words.join(" "))));
        out.paragraph(&format!("Asked by {}.", by(&question.stamp)));
        match question.answers.split_last() {
            None => out.paragraph("**Not answered.**"),
            Some((answer, earlier)) => {
                let before = match earlier.len() {
                    0 => String::new(),
                    number => format!(" (after {})", many(number, "earlier answer", "earlier answers")),
                };
                out.paragraph(&format!("Answered by {}{before}:", by(&answer.stamp)));
                body(&answer.text, "*(an empty answer)*", out);
            }
        }
        notes(case.notes_on(&Target::Question(question.id.clone())), out);
    }
}

pub(super) fn findings(case: &Case, out: &mut Page) {
    out.heading(2, "Findings");
    let findings = case.findings_by_weight();
    if findings.is_empty() {
        out.paragraph("There is none.");
    }
    for finding in findings {
        one(case, finding, out);
    }
}

fn one(case: &Case, finding: &Finding, out: &mut Page) {
    out.heading(3, &format!("{}: {}", text(&finding.id), text(&finding.title)));
    let changed = finding.changes.last().map(|stamp| format!(", changed by {}", by(stamp))).unwrap_or_default();
    out.paragraph(&format!(
        "Severity **{}**, status **{}**; found by {}{changed}.",
        finding.severity,
        finding.status,
        by(&finding.stamp)
    ));
    body(&finding.text, "*(no text)*", out);
    if !finding.entities.is_empty() {
        out.paragraph("About:");
        out.list(finding.entities.iter().map(|entity| {
            let labels: Vec<String> = case.labels_of(entity).iter().map(|label| text(&label.label)).collect();
            let labels = if labels.is_empty() { String::new() } else { format!(" ({})", labels.join(", ")) };
            format!("{}{labels}", named(entity))
        }));
    }
    if !finding.measures.is_empty() {
        out.paragraph("Shown by these queries (the commands are under Queries):");
        measures(&finding.measures, out);
    }
    if !finding.evidence.is_empty() {
        out.paragraph("Evidence:");
        out.list(finding.evidence.iter().map(|hash| match case.pin(hash) {
            Some(pin) => format!("{}: row {}, {}", short(hash), pin.row_id, code(&pin.summary)),
            None => format!("{}: not pinned any more", short(hash)),
        }));
    }
    notes(case.notes_on(&Target::Finding(finding.id.clone())), out);
}

fn measures(measures: &[Measure], out: &mut Page) {
    let rows = measures
        .iter()
        .map(|measure| [text(&measure.title), filter(&measure.filter), measure.rows.to_string(), short(&measure.extract)]);
    out.table(["Query", "Filter", "Rows", "Extract"], rows);
}

/// A filter as a value; all rows where there is none.
pub(super) fn filter(words: &str) -> String {
    if words.trim().is_empty() { "*(all rows)*".into() } else { code(words) }
}
