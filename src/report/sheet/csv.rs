//! CSV after RFC 4180, made safe for spreadsheets.
//!
//! A text that a spreadsheet would take for a formula gets a `'` in front; numbers stay numbers. Controls and invisible characters stand
//! as escapes (`\x1b`, `\u{202e}`), but for line feed and tab inside quotes. Who needs the exact bytes takes JSON.

use std::io::{self, Write};

use crate::domain::Value;
use crate::report::csv;

use super::{Sheet, plain};

/// Writes a page, with the header line before the first.
pub fn write(out: &mut dyn Write, sheet: &Sheet, first: bool) -> io::Result<()> {
    if first {
        line(out, sheet.names.iter().map(|name| csv::text(name)))?;
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
        Value::Text(text) => csv::text(text),
        // An empty line would be no row at all for a reader of one column; NULL and the empty text differ by the quotes.
        other => plain(other),
    }
}
