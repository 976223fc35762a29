//! CSV after RFC 4180, made safe for spreadsheets.
//!
//! A text that a spreadsheet would take for a formula gets a `'` in front; numbers stay numbers. Controls and invisible characters stand
//! as escapes (`\x1b`, `\u{202e}`), but for line feed and tab inside quotes. Who needs the exact bytes takes JSON.

use std::io::{self, Write};

use crate::domain::text::is_unfit;
use crate::domain::{SafeText, Value};

use super::{Sheet, plain};

/// Writes a page, with the header line before the first.
pub(super) fn write(out: &mut dyn Write, sheet: &Sheet, first: bool) -> io::Result<()> {
    if first {
        line(out, sheet.names.iter().map(|name| field(&guarded(name))))?;
    }
    for row in &sheet.rows {
        line(out, row.iter().map(cell))?;
    }
    Ok(())
}

fn line(out: &mut dyn Write, fields: impl Iterator<Item = String>) -> io::Result<()> {
    let fields: Vec<String> = fields.collect();
    write!(out, "{}\r\n", fields.join(","))
}

fn cell(value: &Value) -> String {
    match value {
        Value::Text(text) => field(&guarded(text)),
        // An empty line would be no row at all for a reader of one column; NULL and the empty text differ by the quotes.
        other => plain(other),
    }
}

/// The text with nothing that a spreadsheet or a terminal would obey.
fn guarded(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 1);
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
        safe.push('\'');
    }
    for character in text.chars() {
        if is_unfit(character) && character != '\n' && character != '\t' {
            let mut buffer = [0; 4];
            safe.push_str(SafeText::new(character.encode_utf8(&mut buffer)).as_str());
        } else {
            safe.push(character);
        }
    }
    safe
}

/// The field in quotes where RFC 4180 asks for them, and where it is an empty text.
fn field(text: &str) -> String {
    let quotes = text.is_empty() || text.contains([',', '"', '\n', '\r']) || text.starts_with(' ') || text.ends_with(' ');
    if quotes { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}
