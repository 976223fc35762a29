//! Tab-separated text, for pasting into a spreadsheet, a ticket or a chat: one line a row, whatever stands in the cells.
//!
//! A text that a spreadsheet would take for a formula gets a `'` in front; tabs, line ends, controls and invisible characters stand as
//! escapes. Who needs the exact bytes takes JSON.

use std::io::{self, Write};

use crate::domain::{SafeText, Value};
use crate::report::csv;

use super::{Sheet, plain};

/// Writes a page, with the line of names before the first.
pub fn write(out: &mut dyn Write, sheet: &Sheet, first: bool) -> io::Result<()> {
    if first {
        line(out, sheet.names.iter().map(|name| text(name)))?;
    }
    for row in &sheet.rows {
        line(out, row.iter().map(cell))?;
    }
    Ok(())
}

fn line(out: &mut dyn Write, fields: impl Iterator<Item = String>) -> io::Result<()> {
    let fields: Vec<String> = fields.collect();
    writeln!(out, "{}", fields.join("\t"))
}

fn cell(value: &Value) -> String {
    match value {
        Value::Text(untrusted) => text(untrusted),
        other => plain(other),
    }
}

fn text(untrusted: &str) -> String {
    let guard = if csv::is_formula(untrusted) { "'" } else { "" };
    format!("{guard}{}", SafeText::new(untrusted).as_str())
}
