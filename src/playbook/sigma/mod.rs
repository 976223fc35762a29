//! Sigma rules (<https://sigmahq.io>, 2.1) as playbooks: detections and correlations become the same kind of SQL as any playbook's, with
//! every value of the rule a parameter. What cannot be said in it is refused with its line and key.

mod compile;
mod condition;
mod correlate;
mod fields;
mod modifier;
mod parse;
mod yaml;

#[cfg(test)]
mod tests;

use std::fmt;

use crate::domain::{Role, Schema};

use super::library::Problem;
use super::{Playbook, check};

pub use fields::Fields;

/// What is wrong with a rule, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigmaError {
    /// The line of the file, counted from 1.
    pub line: usize,
    /// The key, with those around it: `detection.selection.eventName|contains`. Empty where no key is concerned.
    pub key: String,
    /// What is wrong and what to do.
    pub message: String,
}

impl SigmaError {
    fn new(line: usize, key: impl Into<String>, message: impl Into<String>) -> SigmaError {
        SigmaError { line: line.max(1), key: key.into(), message: message.into() }
    }
}

impl fmt::Display for SigmaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.key.as_str() {
            "" => write!(f, "line {}: {}", self.line, self.message),
            key => write!(f, "line {}, key {key}: {}", self.line, self.message),
        }
    }
}

impl std::error::Error for SigmaError {}

/// How rules are to be read.
#[derive(Debug, Clone, Default)]
pub struct Options<'s> {
    /// The columns of the extract that the playbooks are for; without them names of fields are taken for those of roles and columns.
    pub schema: Option<&'s Schema>,
    /// Names of fields, each with the column or role that it stands for: an analyst's own, then a profile's.
    pub aliases: Vec<(String, String)>,
    /// The kind of entity to accuse, where the rule does not say.
    pub entity: Option<Role>,
}

/// A rule that has become a playbook.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    /// The playbook.
    pub playbook: Playbook,
    /// The text of its file.
    pub text: String,
}

/// The product and service of the first rule's log source: by them a profile is chosen.
pub fn log_source(text: &str) -> (String, String) {
    let documents = yaml::documents(text).unwrap_or_default();
    let source = documents.iter().find_map(|document| document.get("logsource"));
    let part = |key: &str| source.and_then(|pair| pair.node.text(key)).unwrap_or_default();
    (part("product"), part("service"))
}

/// The playbooks of the rules in a file: one or several documents. Rules that a correlation refers to become part of it, and no playbook
/// of their own unless it says `generate: true`.
pub fn import(text: &str, options: &Options<'_>) -> Result<Vec<Imported>, SigmaError> {
    let documents = yaml::documents(text)?;
    if documents.is_empty() {
        return Err(SigmaError::new(1, "", "there is no rule here"));
    }
    let parsed = documents.iter().map(parse::document).collect::<Result<Vec<_>, _>>()?;
    let rules: Vec<&parse::Rule> = parsed.iter().filter_map(parse::Document::rule).collect();
    let mut used: Vec<usize> = Vec::new();
    let mut made = Vec::new();
    for document in &parsed {
        let parse::Document::Correlation(correlation) = document else { continue };
        let members = correlate::members(correlation, &rules)?;
        if !correlation.generate {
            used.extend(&members);
        }
        made.push((correlation.head.line, correlate::compile(correlation, &members, &rules, options)?));
    }
    for (place, rule) in rules.iter().enumerate() {
        if !used.contains(&place) {
            made.push((rule.head.line, compile::rule(rule, options)?));
        }
    }
    made.sort_by_key(|(line, _)| *line);
    let mut imported: Vec<Imported> = Vec::new();
    for (line, draft) in made {
        let text = draft.file();
        let playbook = Playbook::parse(&text)
            .map_err(|error| SigmaError::new(line, "", format!("the playbook that came of it cannot be read: {error}")))?;
        if let Some(complaint) = check(&playbook).first() {
            return Err(SigmaError::new(line, "", format!("the playbook that came of it would be refused: {complaint}")));
        }
        if let Some(other) = imported.iter().find(|other| other.playbook.id == playbook.id) {
            return Err(SigmaError::new(line, "title", format!("two rules here would be called {}", other.playbook.id)));
        }
        imported.push(Imported { playbook, text });
    }
    Ok(imported)
}

/// A rule that could not be imported, as the library tells of its files.
impl From<(std::path::PathBuf, SigmaError)> for Problem {
    fn from((path, error): (std::path::PathBuf, SigmaError)) -> Problem {
        Problem { path, message: error.to_string() }
    }
}
