//! Markdown tables in which nothing of a value is Markdown or HTML.

use std::io::{self, Write};

use crate::domain::Value;
use crate::report::escape;

use super::{Sheet, plain};

/// Writes a page, with the header before the first.
pub fn write(out: &mut dyn Write, sheet: &Sheet, first: bool) -> io::Result<()> {
    if first {
        let names: Vec<String> = sheet.names.iter().map(|name| escape::text(name)).collect();
        writeln!(out, "| {} |", names.join(" | "))?;
        let rules: Vec<&str> = (0..sheet.names.len()).map(|at| if is_number(sheet, at) { "---:" } else { "---" }).collect();
        writeln!(out, "| {} |", rules.join(" | "))?;
    }
    for row in &sheet.rows {
        let cells: Vec<String> = row.iter().map(cell).collect();
        writeln!(out, "| {} |", cells.join(" | "))?;
    }
    Ok(())
}

fn is_number(sheet: &Sheet, at: usize) -> bool {
    sheet.rows.iter().filter_map(|row| row.get(at)).any(|value| matches!(value, Value::Int(_) | Value::Float(_)))
}

/// Numbers and times hold nothing that Markdown would act on; an escaped minus would only be in the way.
fn cell(value: &Value) -> String {
    match value {
        Value::Text(text) => escape::text(text),
        other => plain(other),
    }
}
