//! Whether a playbook's query is what a playbook's query must be: one SELECT whose parameters are those of the header.

use std::collections::BTreeSet;

use super::sql::{Piece, pieces};
use super::{Playbook, reads};

/// Something wrong with a playbook, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct Complaint {
    /// The line of the file, counted from 1.
    pub line: usize,
    /// The character of that line, counted from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
}

/// Words that begin what changes data, files or settings, wherever they stand (`WITH x AS (…) DELETE …` is a statement too).
const REFUSED: [&str; 27] = [
    "alter",
    "attach",
    "begin",
    "call",
    "checkpoint",
    "commit",
    "copy",
    "create",
    "deallocate",
    "delete",
    "detach",
    "drop",
    "execute",
    "export",
    "import",
    "insert",
    "install",
    "load",
    "merge",
    "pragma",
    "prepare",
    "reset",
    "rollback",
    "set",
    "update",
    "use",
    "vacuum",
];

/// Everything that is wrong with the query of a playbook, in the order of its lines; nothing when it may run.
pub fn check(playbook: &Playbook) -> Vec<Complaint> {
    let sql = playbook.sql.as_str();
    let found = pieces(sql);
    let mut complaints = Vec::new();
    let mut complain = |at: usize, message: String| {
        let before = sql.get(..at).unwrap_or_default();
        let line = playbook.sql_line + before.matches('\n').count();
        let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
        complaints.push(Complaint { line, column, message });
    };
    let starts = found.first().is_some_and(|(piece, range)| {
        let word = sql.get(range.clone()).unwrap_or_default();
        *piece == Piece::Word && (word.eq_ignore_ascii_case("select") || word.eq_ignore_ascii_case("with"))
    });
    if !starts {
        complain(0, "the query must begin with SELECT or WITH".to_owned());
    }
    let declared: BTreeSet<&str> = playbook.params.iter().map(|spec| spec.name.as_str()).collect();
    let mut used = BTreeSet::new();
    for (place, (piece, range)) in found.iter().enumerate() {
        let text = sql.get(range.clone()).unwrap_or_default();
        match piece {
            Piece::Param => {
                let name = text.trim_start_matches('$');
                if used.insert(name) && !declared.contains(name) {
                    complain(range.start, format!("{text} is not declared; add [params.{name}] to the header"));
                }
            }
            Piece::End if place + 1 < found.len() => {
                complain(range.start, "a playbook is one statement; nothing may follow the ';'".to_owned());
            }
            Piece::Word if REFUSED.iter().any(|word| text.eq_ignore_ascii_case(word)) => {
                complain(
                    range.start,
                    format!("{text} is not allowed: a playbook only reads (quote it if it is the name of a column)"),
                );
            }
            Piece::Refused(reason) => complain(range.start, (*reason).to_owned()),
            _ => {}
        }
    }
    for (at, message) in reads::check(sql, &found) {
        complain(at, message);
    }
    for name in declared.difference(&used) {
        complain(0, format!("the parameter '{name}' is declared, but the query never uses ${name}"));
    }
    complaints.sort_by_key(|complaint| (complaint.line, complaint.column));
    complaints
}
