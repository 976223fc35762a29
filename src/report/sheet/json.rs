//! JSON and JSON lines: exact, with everything that a terminal would obey as `\uXXXX`.

use std::io::{self, Write};

use crate::domain::Value;
use crate::domain::text::is_unfit;

use super::Sheet;

/// Writes a page of an array of objects.
pub fn write_array(out: &mut dyn Write, sheet: &Sheet, first: bool) -> io::Result<()> {
    for (at, row) in sheet.rows.iter().enumerate() {
        let before = if first && at == 0 { "[\n" } else { ",\n" };
        write!(out, "{before}  {}", object(&sheet.names, row))?;
    }
    if first && sheet.rows.is_empty() {
        // The array stays empty unless another page has rows; pages that follow an empty one have none either.
        write!(out, "[")?;
    }
    Ok(())
}

/// Closes the array.
pub fn end_array(out: &mut dyn Write, started: bool) -> io::Result<()> {
    if started { writeln!(out, "\n]") } else { writeln!(out, "[]") }
}

/// Writes a page of objects, one a line.
pub fn write_lines(out: &mut dyn Write, sheet: &Sheet) -> io::Result<()> {
    for row in &sheet.rows {
        writeln!(out, "{}", object(&sheet.names, row))?;
    }
    Ok(())
}

fn object(names: &[String], row: &[Value]) -> String {
    let members: Vec<String> = names
        .iter()
        .zip(row)
        .map(|(name, value)| {
            let value = match value {
                Value::Float(number) => serde_json::Number::from_f64(*number)
                    .map_or_else(|| "null".to_owned(), |_| super::plain(&Value::Float(*number))),
                other => safe(&other.to_json().to_string()),
            };
            format!("{}:{value}", safe(&serde_json::Value::from(name.as_str()).to_string()))
        })
        .collect();
    format!("{{{}}}", members.join(","))
}

/// JSON text with every character that is unfit for a terminal as `\uXXXX`. Such characters stand inside strings only, so the meaning
/// stays the same; line breaks between members stay too.
pub fn safe(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for character in json.chars() {
        if is_unfit(character) && character != '\n' {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                text.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            text.push(character);
        }
    }
    text
}
