//! Where the terminal's cursor stands, and the shortest way to somewhere else.

use super::Dialect;

/// The cursor, as far as it is known where it stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Cursor {
    /// Behind the last column it is not known: terminals differ in whether it waits there.
    x: Option<u16>,
    y: Option<u16>,
}

impl Cursor {
    /// The column, if the cursor stands in this row.
    pub(super) fn on_row(self, y: u16) -> Option<u16> {
        self.x.filter(|_| self.y == Some(y))
    }

    /// So many columns were written.
    pub(super) fn advance(&mut self, columns: u16, width: u16) {
        self.x = self.x.map(|x| x + columns).filter(|x| *x < width);
    }

    /// Something was written of which is not known how wide it is.
    pub(super) fn lose_column(&mut self) {
        self.x = None;
    }

    /// Goes to a cell on the shortest way.
    pub(super) fn go(&mut self, x: u16, y: u16, dialect: Dialect, out: &mut Vec<u8>) {
        let way = match (self.x, self.y) {
            (from, Some(row)) if row == y => across(from, x, dialect).filter(|way| way.len() <= straight(x, y).len()),
            (from, Some(row)) => down_and_across(from, row, x, y, dialect).filter(|way| way.len() <= straight(x, y).len()),
            (_, None) => None,
        };
        out.extend_from_slice(way.unwrap_or_else(|| straight(x, y)).as_bytes());
        *self = Cursor { x: Some(x), y: Some(y) };
    }
}

/// To row and column, wherever the cursor is.
fn straight(x: u16, y: u16) -> String {
    match (x, y) {
        (0, 0) => "\x1b[H".to_owned(),
        (0, y) => format!("\x1b[{}H", y + 1),
        (x, y) => format!("\x1b[{};{}H", y + 1, x + 1),
    }
}

/// One step, or several.
fn steps(count: u16, letter: char) -> String {
    if count == 1 { format!("\x1b[{letter}") } else { format!("\x1b[{count}{letter}") }
}

/// Within a row.
fn across(from: Option<u16>, x: u16, dialect: Dialect) -> Option<String> {
    let mut ways = Vec::new();
    if x == 0 {
        ways.push("\r".to_owned());
    } else {
        // From the left edge, which can be reached from anywhere.
        ways.push(format!("\r{}", steps(x, 'C')));
    }
    if dialect.rich {
        ways.push(format!("\x1b[{}G", x + 1));
    }
    match from {
        Some(from) if from == x => ways.push(String::new()),
        Some(from) if from < x => ways.push(steps(x - from, 'C')),
        Some(from) => {
            ways.push("\x08".repeat(usize::from(from - x)));
            ways.push(steps(from - x, 'D'));
        }
        None => {}
    }
    ways.into_iter().min_by_key(String::len)
}

fn down_and_across(from: Option<u16>, row: u16, x: u16, y: u16, dialect: Dialect) -> Option<String> {
    let mut ways = Vec::new();
    if y > row {
        // A line feed keeps the column: the terminal is raw. Below the last row nobody goes, so that nothing scrolls.
        ways.push("\n".repeat(usize::from(y - row)));
        ways.push(steps(y - row, 'B'));
    } else {
        ways.push(steps(row - y, 'A'));
    }
    if dialect.rich {
        ways.push(format!("\x1b[{}d", y + 1));
    }
    let down = ways.into_iter().min_by_key(String::len)?;
    Some(format!("{}{down}", across(from, x, dialect)?))
}
