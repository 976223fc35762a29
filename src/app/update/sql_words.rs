//! Completion in the SQL editor: the table and its columns, the engine's functions, the words of the language.

use crate::app::state::sql::Candidate;
use crate::app::state::{State, Tone};

/// Candidates offered at most.
const MOST: usize = 60;

/// Words of the language that questions are made of.
const WORDS: [&str; 58] = [
    "SELECT",
    "FROM",
    "WHERE",
    "GROUP BY",
    "ORDER BY",
    "LIMIT",
    "HAVING",
    "AND",
    "OR",
    "NOT",
    "IN",
    "LIKE",
    "ILIKE",
    "BETWEEN",
    "IS NULL",
    "IS NOT NULL",
    "AS",
    "DISTINCT",
    "COUNT",
    "CASE",
    "WHEN",
    "THEN",
    "ELSE",
    "END",
    "JOIN",
    "LEFT JOIN",
    "ANTI JOIN",
    "SEMI JOIN",
    "ASOF JOIN",
    "USING",
    "ON",
    "UNION ALL",
    "EXCEPT",
    "INTERSECT",
    "WITH",
    "RECURSIVE",
    "OVER",
    "PARTITION BY",
    "QUALIFY",
    "FILTER",
    "DESC",
    "ASC",
    "NULLS LAST",
    "INTERVAL",
    "TIMESTAMP",
    "DATE",
    "CAST",
    "TRY_CAST",
    "EXTRACT",
    "VALUES",
    "EXISTS",
    "ALL",
    "ANY",
    "SAMPLE",
    "PIVOT",
    "UNPIVOT",
    "SUMMARIZE",
    "DESCRIBE",
];

/// Puts the best candidate in at the first press, the next ones at further ones.
pub(super) fn complete(state: &mut State, forward: bool) {
    let before = before_cursor(state);
    if state.sql.candidates.is_empty() {
        let candidates = candidates(state, &before);
        if candidates.is_empty() {
            state.say(Tone::Plain, "no name begins like this");
            return;
        }
        state.sql.candidates = candidates;
        state.sql.chosen = 0;
        put(state, before.chars().count());
        return;
    }
    let count = state.sql.candidates.len();
    choose(state, if forward { (state.sql.chosen + 1) % count } else { (state.sql.chosen + count - 1) % count });
}

/// Puts a candidate in the place of the one that stands there.
pub(super) fn choose(state: &mut State, at: usize) {
    let standing = state.sql.candidates.get(state.sql.chosen).map_or(0, |candidate| candidate.text.chars().count());
    state.sql.chosen = at;
    put(state, standing);
}

fn put(state: &mut State, replaced: usize) {
    if let Some(candidate) = state.sql.candidates.get(state.sql.chosen) {
        state.sql.editor.replace_before(replaced, &candidate.text);
        state.sql.mistake = None;
    }
}

/// The part of a word that stands before the cursor.
fn before_cursor(state: &State) -> String {
    let (line, column) = state.sql.editor.cursor();
    let text = state.sql.editor.lines().get(line).and_then(|line| line.get(..column)).unwrap_or_default();
    let is_part = |sign: &char| sign.is_alphanumeric() || *sign == '_';
    text.chars().rev().take_while(is_part).collect::<Vec<_>>().into_iter().rev().collect()
}

/// Everything that begins like the word, then what has it inside: columns, tables, words, functions.
fn candidates(state: &State, word: &str) -> Vec<Candidate> {
    let small = word.to_lowercase();
    let upper = word.chars().next().is_none_or(char::is_uppercase);
    let schema = state.extract_schema();
    let columns = schema.filled().map(|column| {
        let simple = column.name.chars().all(|sign| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == '_')
            && !column.name.starts_with(|sign: char| sign.is_ascii_digit());
        let text = if simple { column.name.clone() } else { state.dialect.ident(&column.name) };
        let kind = state.dialect.type_name(column.kind).to_lowercase();
        let what = match column.role {
            Some(_) => format!("role, {kind}"),
            None => format!("column, {kind}"),
        };
        (column.name.to_lowercase(), Candidate { text, what })
    });
    let tables = [("requests", "table"), ("row_id", "number of the row")]
        .map(|(name, what)| (name.to_owned(), Candidate { text: name.to_owned(), what: what.to_owned() }));
    let words = WORDS.iter().map(|name| {
        let text = if upper { (*name).to_owned() } else { name.to_lowercase() };
        (name.to_lowercase(), Candidate { text, what: "word".to_owned() })
    });
    let functions = state.sql.functions.iter().flatten().map(|(name, what)| {
        (
            name.clone(),
            Candidate { text: format!("{name}("), what: format!("{what} function").replace("macro function", "macro") },
        )
    });
    let all: Vec<(String, Candidate)> = columns.chain(tables).chain(words).chain(functions).collect();
    let begins = all.iter().filter(|(name, _)| name.starts_with(&small));
    let within = all.iter().filter(|(name, _)| !small.is_empty() && !name.starts_with(&small) && name.contains(&small));
    let mut found: Vec<Candidate> = Vec::new();
    for (_, candidate) in begins.chain(within) {
        if !found.iter().any(|known| known.text == candidate.text) {
            found.push(candidate.clone());
        }
        if found.len() >= MOST {
            break;
        }
    }
    found
}
