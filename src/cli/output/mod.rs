//! What goes to stdout: one sheet of columns and rows, written in the form that was asked for.
//!
//! Every value may be attacker-written, so every form has its own way to make it harmless: the table shows escapes, Markdown and CSV escape
//! what their readers would obey, JSON escapes what a terminal would obey and is exact.

mod table;

use std::io::{BufWriter, IsTerminal, StdoutLock, Write};

use crate::report::sheet::{csv, markdown, plain};

pub(super) use crate::report::sheet::{Sheet, json};

use super::args::Format;
use super::failure::Failure;

/// stdout in a form. The pages of one sheet may come one after the other; [`Printer::end`] closes the form.
pub(super) struct Printer {
    out: BufWriter<StdoutLock<'static>>,
    format: Format,
    started: bool,
}

impl Printer {
    /// A printer to stdout.
    pub(super) fn new(format: Format) -> Printer {
        Printer { out: BufWriter::new(std::io::stdout().lock()), format, started: false }
    }

    /// Writes a page of the sheet. All pages have the same columns; a table is aligned page by page.
    pub(super) fn page(&mut self, sheet: &Sheet) -> Result<(), Failure> {
        let first = !std::mem::replace(&mut self.started, true);
        let out = &mut self.out;
        match self.format {
            Format::Table => table::write(out, sheet, first, terminal_width())?,
            Format::Csv => csv::write(out, sheet, first)?,
            Format::Json => json::write_array(out, sheet, first)?,
            Format::Jsonl => json::write_lines(out, sheet)?,
            Format::Md => markdown::write(out, sheet, first)?,
        }
        Ok(())
    }

    /// Writes what closes the form, and all that is still held back.
    pub(super) fn end(mut self) -> Result<(), Failure> {
        if self.format == Format::Json {
            json::end_array(&mut self.out, self.started)?;
        }
        self.out.flush()?;
        Ok(())
    }

    /// Writes a heading above a part, in the forms for people.
    pub(super) fn heading(&mut self, text: &str) -> Result<(), Failure> {
        match self.format {
            Format::Table => writeln!(self.out, "{}", crate::domain::SafeText::new(text))?,
            Format::Md => writeln!(self.out, "{}\n", crate::report::escape::text(text))?,
            Format::Csv | Format::Json | Format::Jsonl => {}
        }
        Ok(())
    }

    /// Writes a sheet of its own, with an empty line after it, in the forms for people.
    pub(super) fn part(&mut self, sheet: &Sheet) -> Result<(), Failure> {
        match self.format {
            Format::Table => table::write(&mut self.out, sheet, true, terminal_width())?,
            Format::Md => markdown::write(&mut self.out, sheet, true)?,
            Format::Csv | Format::Json | Format::Jsonl => return Ok(()),
        }
        writeln!(self.out)?;
        Ok(())
    }
}

/// Prints one sheet.
pub(super) fn print(format: Format, sheet: &Sheet) -> Result<(), Failure> {
    let mut printer = Printer::new(format);
    printer.page(sheet)?;
    printer.end()
}

/// Prints lines, each made safe.
pub(super) fn lines(lines: impl IntoIterator<Item = String>) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    for line in lines {
        writeln!(out, "{}", crate::domain::SafeText::new(&line))?;
    }
    Ok(())
}

/// Whether somebody looks at stdout.
pub(super) fn is_terminal() -> bool {
    std::io::stdout().is_terminal()
}

/// The terminal's width; `None` where stdout is a file or a pipe, which has none.
fn terminal_width() -> Option<usize> {
    if !is_terminal() {
        return None;
    }
    ratatui::crossterm::terminal::size().ok().map(|(columns, _)| usize::from(columns))
}

#[cfg(test)]
mod tests;
