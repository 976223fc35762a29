//! Aligned columns for people. On a terminal the widest texts are cut (`…`) until a row fits a line; into a pipe nothing is cut.

use std::io::{self, Write};

use crate::domain::{SafeText, Value};

use super::{Sheet, plain};

/// The space between two columns.
const GAP: usize = 2;
/// A text column is never cut below this width.
const LEAST: usize = 8;

/// Writes a page, with the header before the first.
pub(super) fn write(out: &mut dyn Write, sheet: &Sheet, first: bool, width: Option<usize>) -> io::Result<()> {
    let right: Vec<bool> = (0..sheet.names.len()).map(|at| is_number(sheet, at)).collect();
    let names: Vec<SafeText> = sheet.names.iter().map(|name| SafeText::new(name)).collect();
    let rows: Vec<Vec<SafeText>> = sheet.rows.iter().map(|row| row.iter().zip(&sheet.names).map(cell).collect()).collect();
    let mut widths: Vec<usize> = names.iter().map(SafeText::width).collect();
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.width());
        }
    }
    if let Some(width) = width {
        fit(&mut widths, &right, width);
    }
    if first {
        line(out, names, &widths, &right)?;
    }
    for row in rows {
        line(out, row, &widths, &right)?;
    }
    Ok(())
}

fn cell((value, name): (&Value, &String)) -> SafeText {
    match value {
        Value::Float(share) if name == "share" => SafeText::new(&format!("{:.2}%", share * 100.0)),
        other => SafeText::new(&plain(other)),
    }
}

fn is_number(sheet: &Sheet, at: usize) -> bool {
    sheet.rows.iter().filter_map(|row| row.get(at)).any(|value| matches!(value, Value::Int(_) | Value::Float(_)))
}

/// Takes from the widest text column until all columns fit, or none can give any more.
fn fit(widths: &mut [usize], numbers: &[bool], width: usize) {
    loop {
        let total: usize = widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1);
        let Some(over) = total.checked_sub(width).filter(|over| *over > 0) else { return };
        let widest = widths.iter().zip(numbers).filter(|(_, number)| !**number).map(|(width, _)| *width).max().unwrap_or(0);
        let Some(at) = (0..widths.len()).rfind(|at| !numbers[*at] && widths[*at] == widest && widest > LEAST) else { return };
        // Down to the second widest at once, so that a value of a megabyte takes no million rounds.
        let next =
            widths.iter().zip(numbers).filter(|(other, number)| !**number && **other < widest).map(|(other, _)| *other).max();
        let floor = next.unwrap_or(LEAST).max(LEAST);
        widths[at] = widest.saturating_sub(over).max(floor.min(widest - 1)).max(LEAST);
    }
}

fn line(out: &mut dyn Write, cells: Vec<SafeText>, widths: &[usize], right: &[bool]) -> io::Result<()> {
    let mut text = String::new();
    for (at, ((cell, width), right)) in cells.into_iter().zip(widths).zip(right).enumerate() {
        if at > 0 {
            text.push_str(&" ".repeat(GAP));
        }
        let cell = cell.truncated(*width);
        let fill = " ".repeat(width.saturating_sub(cell.width()));
        if *right {
            text.push_str(&fill);
        }
        text.push_str(cell.as_str());
        if !*right {
            text.push_str(&fill);
        }
    }
    writeln!(out, "{}", text.trim_end())
}
