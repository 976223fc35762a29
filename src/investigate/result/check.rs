//! Whether a text is one question in SQL: what an analyst may ask, on the command line and in the workbench alike.
//!
//! The engine keeps what it must by itself: the extract is open for reading only, no file, network, extension or setting can be reached,
//! and a text is only ever run inside the brackets of a `SELECT`, where nothing that writes can stand. The look here is for a message that
//! says what is wrong and where.

use std::fmt;

use crate::investigate::sqltext::{Piece, pieces};

/// Texts longer than this are refused: nobody typed them.
const LONGEST: usize = 64 << 10;

/// What a question can begin with.
const BEGINNINGS: [&str; 10] = ["select", "with", "from", "values", "describe", "desc", "summarize", "show", "pivot", "unpivot"];

/// Something wrong with an SQL text, and where. The message may quote the text or the extract: draw it only through `SafeText`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlMistake {
    /// Where, in bytes of the text; nothing where that is not known.
    pub at: Option<usize>,
    /// What is wrong and what to do.
    pub message: String,
}

impl fmt::Display for SqlMistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for SqlMistake {}

impl From<SqlMistake> for String {
    fn from(mistake: SqlMistake) -> String {
        mistake.message
    }
}

impl SqlMistake {
    pub(super) fn new(at: Option<usize>, message: impl Into<String>) -> SqlMistake {
        SqlMistake { at, message: message.into() }
    }
}

/// The question in a text, without the `;` behind it; or what is wrong with the text.
pub fn question(sql: &str) -> Result<&str, SqlMistake> {
    if sql.len() > LONGEST {
        return Err(SqlMistake::new(None, format!("this SQL is {} bytes long; more than {LONGEST} are not taken", sql.len())));
    }
    let (found, wrong) = pieces(sql);
    let matters = || found.iter().filter(|(piece, _)| *piece != Piece::Comment);
    let first = matters().find(|(piece, _)| *piece != Piece::Open);
    let Some((piece, range)) = first else {
        return Err(SqlMistake::new(None, "there is no SQL here; write SELECT … FROM requests"));
    };
    let word = sql.get(range.clone()).unwrap_or_default();
    if *piece == Piece::Unread || !BEGINNINGS.contains(&word.to_ascii_lowercase().as_str()) {
        let message =
            format!("a question begins with SELECT, WITH or FROM, and not with {word}: nothing can be changed from here");
        return Err(SqlMistake::new(Some(range.start), message));
    }
    let mut depth = 0_usize;
    let mut end = None;
    for (piece, range) in matters() {
        if end.is_some() && *piece != Piece::End {
            return Err(SqlMistake::new(Some(range.start), "one statement at a time: another one begins here behind the ';'"));
        }
        match piece {
            Piece::Open => depth += 1,
            Piece::Close if depth == 0 => {
                return Err(SqlMistake::new(Some(range.start), "this bracket closes nothing"));
            }
            Piece::Close => depth -= 1,
            Piece::End => end = end.or(Some(range.start)),
            _ => {}
        }
    }
    if let (Some(wrong), Some((Piece::Unread, range))) = (&wrong, found.last()) {
        return Err(SqlMistake::new(Some(range.start), format!("this cannot be read as SQL: {wrong}")));
    }
    Ok(sql.get(..end.unwrap_or(sql.len())).unwrap_or(sql).trim_end())
}

/// Whether a text names one of these columns anywhere, so that what it computes may show their values.
pub(super) fn names_any<'n>(sql: &str, mut names: impl Iterator<Item = &'n str>) -> bool {
    let (found, wrong) = pieces(sql);
    let words: Vec<String> = found
        .iter()
        .filter(|(piece, _)| matches!(piece, Piece::Name | Piece::Keyword | Piece::Unread))
        .filter_map(|(_, range)| sql.get(range.clone()))
        .map(|word| word.trim_matches('"').replace("\"\"", "\"").to_lowercase())
        .collect();
    names.any(|name| {
        let name = name.to_lowercase();
        words.contains(&name) || (wrong.is_some() && sql.to_lowercase().contains(&name))
    })
}

/// The mistake that the engine tells of a text that began at line `skipped + 1` of the statement, marked at its place: the engine quotes
/// the line and puts a caret below it.
pub fn told(sql: &str, message: &str, skipped: usize) -> SqlMistake {
    let mut lines = message.lines();
    let mut plain: Vec<&str> = Vec::new();
    let mut at = None;
    while let Some(line) = lines.next() {
        let quoted = line.strip_prefix("LINE ").and_then(|rest| rest.split_once(": "));
        match quoted.and_then(|(number, quoted)| Some((number.parse::<usize>().ok()?, quoted))) {
            Some((number, quoted)) => {
                let head = line.chars().count() - quoted.chars().count();
                let caret = lines.next().and_then(|below| below.chars().position(|sign| sign == '^'));
                at = caret.and_then(|caret| place(sql, number.checked_sub(skipped + 1)?, quoted, caret.checked_sub(head)?));
            }
            None => plain.push(line),
        }
    }
    let message = plain.join("\n");
    SqlMistake::new(at, message.trim_end())
}

/// The byte of character `column` of a quoted line; a long line is quoted in part, between dots.
fn place(sql: &str, line: usize, quoted: &str, column: usize) -> Option<usize> {
    let start = if line == 0 { 0 } else { sql.match_indices('\n').nth(line - 1)?.0 + 1 };
    let text = sql.get(start..)?.lines().next()?;
    let cut_before = quoted.starts_with("...") && !text.starts_with("...");
    let inner = if cut_before { quoted.get(3..)? } else { quoted };
    let inner = inner.strip_suffix("...").filter(|_| !text.contains(inner)).unwrap_or(inner);
    let from = text.find(inner)?;
    let column = if cut_before { column.checked_sub(3)? } else { column };
    let within = text.get(from..)?.char_indices().nth(column).map_or(text.len() - from, |(at, _)| at);
    Some(start + from + within)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_question_passes_in_every_dress_and_loses_its_end() {
        for sql in [
            "SELECT 1",
            "  (SELECT 1) ",
            "/* why; */ WITH a AS (SELECT ';') FROM a",
            "FROM requests",
            "VALUES (1)",
            "SUMMARIZE requests",
            "SELECT $$a;b$$, 'it''s;'",
            "SELECT ip, \"set\" FROM requests WHERE update = 'drop'",
        ] {
            assert_eq!(question(sql), Ok(sql.trim_end()), "{sql}");
        }
        assert_eq!(question("SELECT 1 ; -- done\n;"), Ok("SELECT 1"));
    }

    #[test]
    fn what_is_no_question_is_refused_where_it_stands() {
        for (sql, at, said) in [
            ("", None, "no SQL"),
            ("-- only words", None, "no SQL"),
            ("  DROP TABLE requests", Some(2), "nothing can be changed"),
            ("(COPY requests TO 'x')", Some(1), "nothing can be changed"),
            ("ATTACH 'x.db'", Some(0), "nothing can be changed"),
            ("SELECT 1; SELECT 2", Some(10), "one statement"),
            ("SELECT 1) AS a, (SELECT 2", Some(8), "closes nothing"),
            ("SELECT 'a", Some(7), "cannot be read"),
        ] {
            let mistake = question(sql).unwrap_err();
            assert_eq!(mistake.at, at, "{sql}: {mistake}");
            assert!(mistake.message.contains(said), "{sql}: {mistake}");
        }
        assert!(question(&"x".repeat(LONGEST + 1)).is_err());
    }

    #[test]
    fn a_mistake_of_the_engine_is_found_in_the_text() {
        let sql = "SELECT ü,\n  acount\nFROM requests";
        let told_of = told(sql, "Binder Error: Referenced column \"acount\" not found\n\nLINE 3:   acount\n          ^\n", 1);
        assert_eq!(told_of.at, Some(sql.find("acount").unwrap()));
        assert_eq!(told_of.message, "Binder Error: Referenced column \"acount\" not found");
        let long = format!("SELECT {}acount FROM requests", "a, ".repeat(60));
        let quoted = "LINE 2: ... a, a, a, acount FROM requests\n                     ^";
        assert_eq!(told(&long, quoted, 1).at, long.find("acount"));
        assert_eq!(told(sql, "Out of Memory Error: x", 1).at, None);
    }

    #[test]
    fn a_column_is_named_in_any_dress_but_not_in_a_text() {
        let names = |sql: &str| names_any(sql, ["content"].into_iter());
        assert!(names("SELECT substr(\"Content\", 1) FROM requests") && names("SELECT CONTENT") && names("SELECT r.content"));
        assert!(!names("SELECT 'content', contents FROM requests -- content"));
    }
}
