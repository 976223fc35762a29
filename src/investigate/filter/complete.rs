//! What can stand where the cursor is in a filter's text.

use std::ops::Range;

use crate::domain::Schema;
use crate::investigate::CaseTerms;

use super::check::names;
use super::highlight::Part;
use super::parse::parse_marked;
use super::print;

/// What can be put in place of the word at the cursor.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Completion {
    /// What is replaced, in bytes of the text: the beginning of the word up to the cursor.
    pub range: Range<usize>,
    /// What it is replaced with, the likeliest first: `account:` with its colon, or a label. Column names are attacker-written: draw
    /// them only through `SafeText`.
    pub candidates: Vec<String>,
}

/// Completes the word before the cursor (a place in bytes of the text): names of fields, and labels after `label:`.
pub fn complete(text: &str, cursor: usize, schema: &Schema, case: &dyn CaseTerms) -> Completion {
    let Some(before) = text.get(..cursor) else { return Completion::default() };
    let (_, marks) = parse_marked(before);
    let last = marks.last().filter(|(range, _)| range.end == cursor);
    match last {
        Some((range, Part::Text)) => {
            let word = &before[range.clone()];
            let fields = names(schema).map(|name| (name, format!("{}:", field_text(name))));
            Completion { range: range.clone(), candidates: ranked(word.trim_start_matches('"'), fields) }
        }
        Some((range, part @ (Part::Operator | Part::Value))) => {
            let field = marks.iter().rev().find(|(_, part)| *part == Part::Field).map(|(range, _)| &before[range.clone()]);
            if field != Some("label") {
                return Completion { range: cursor..cursor, candidates: Vec::new() };
            }
            let start = if *part == Part::Operator {
                cursor
            } else {
                before[range.clone()].rfind(',').map_or(range.start, |comma| range.start + comma + 1)
            };
            let labels = case.labels();
            let labels = labels.iter().map(|label| (label.as_str(), print::literal(label)));
            Completion { range: start..cursor, candidates: ranked(before[start..].trim_start_matches('"'), labels) }
        }
        // Between words: anything can begin here.
        _ if before.ends_with([' ', '(', '-']) || before.is_empty() => {
            let fields = names(schema).map(|name| (name, format!("{}:", field_text(name))));
            Completion { range: cursor..cursor, candidates: ranked("", fields) }
        }
        _ => Completion { range: cursor..cursor, candidates: Vec::new() },
    }
}

/// The case's own words stand bare; a column of the same name is put in quotes by its printer.
fn field_text(name: &str) -> String {
    if super::parse::CASE_WORDS.contains(&name) { name.to_owned() } else { print::field(name) }
}

/// The names that begin with the word, then those that contain it; without regard to case, each in the order given.
fn ranked<'a>(word: &str, names: impl Iterator<Item = (&'a str, String)>) -> Vec<String> {
    let word = word.to_lowercase();
    let (mut first, mut second) = (Vec::new(), Vec::new());
    for (name, text) in names {
        let name = name.to_lowercase();
        if name.starts_with(&word) {
            first.push(text);
        } else if name.contains(&word) {
            second.push(text);
        }
    }
    first.append(&mut second);
    first
}
