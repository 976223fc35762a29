//! One statement, not several: the crate runs all but the last of several at once, outside any cancel, limit or bound value.

/// Says what is wrong with a text that is not exactly one SQL statement.
pub(super) fn check(sql: &str) -> Result<(), String> {
    let mut rest = sql;
    let mut content = false;
    let mut ended = false;
    while let Some(first) = rest.chars().next() {
        let length = token(rest);
        let (token, after) = rest.split_at(length);
        let blank = first.is_whitespace() || token.starts_with("--") || token.starts_with("/*");
        if token == ";" {
            ended |= content;
        } else if !blank {
            if ended {
                let place = sql.len() - rest.len();
                return Err(format!("one statement at a time: another one begins at byte {place}; remove the ';' before it"));
            }
            content = true;
        }
        rest = after;
    }
    if content { Ok(()) } else { Err("there is no SQL statement in the text".to_owned()) }
}

/// Bytes of the quoted text, comment or character that `text` begins with.
fn token(text: &str) -> usize {
    let mut chars = text.chars();
    let Some(first) = chars.next() else { return 0 };
    match first {
        '\'' | '"' => closed_by(text, 1, first.encode_utf8(&mut [0; 4])),
        '-' if text.starts_with("--") => closed_by(text, 2, "\n"),
        '/' if text.starts_with("/*") => closed_by(text, 2, "*/"),
        '$' => dollar_tag(text).map_or(1, |tag| closed_by(text, tag.len(), tag)),
        'e' | 'E' if text.get(1..2) == Some("'") => escaped(text),
        _ if is_word(first) => text.find(|c| !is_word(c)).unwrap_or(text.len()),
        _ => first.len_utf8(),
    }
}

/// The `$$` or `$tag$` that opens a quoted text; a placeholder like `$1` is none.
fn dollar_tag(text: &str) -> Option<&str> {
    let end = text.get(1..)?.find('$')? + 1;
    let name = text.get(1..end)?;
    let is_name = name.chars().all(is_word) && !name.starts_with(|c: char| c.is_ascii_digit());
    if is_name { text.get(..=end) } else { None }
}

/// Bytes up to and with the next `close` after `from`; all of them where there is none. A doubled quote is two quoted texts in a row.
fn closed_by(text: &str, from: usize, close: &str) -> usize {
    text.get(from..).and_then(|rest| rest.find(close)).map_or(text.len(), |found| from + found + close.len())
}

/// Bytes of `E'…'`, in which a backslash takes the next character with it.
fn escaped(text: &str) -> usize {
    let mut skip = false;
    for (place, c) in text.char_indices().skip(2) {
        if skip {
            skip = false;
        } else if c == '\\' {
            skip = true;
        } else if c == '\'' {
            return place + 1;
        }
    }
    text.len()
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_statement_passes_in_every_dress() {
        for sql in [
            "SELECT 1",
            " SELECT 1 ; ;\n-- done; really\n/* ; */",
            "SELECT ';', \";\", 'it''s; fine', E'\\'; x' -- ; here",
            "SELECT $$a; b$$, $tag$ ; $$ ; $tag$ || $1",
            "SELECT $1 + $2",
            ";SELECT 'unclosed ; SELECT 2",
            "SELECT x AS table_e, 'a;b'",
        ] {
            assert_eq!(check(sql), Ok(()), "{sql}");
        }
    }

    #[test]
    fn several_or_none_are_refused_with_the_place() {
        assert!(check("SELECT 1; DROP TABLE t").unwrap_err().contains("byte 10"));
        assert!(check("SELECT ''';'; SELECT 2").is_err());
        assert!(check("SELECT $1; SELECT $2").is_err());
        assert!(check("SELECT name'x;' ; SELECT 2").is_err());
        for sql in ["", " ; ", "-- only words", "/* and ; these */"] {
            assert!(check(sql).unwrap_err().contains("no SQL statement"), "{sql}");
        }
    }
}
