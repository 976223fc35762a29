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
    /// A cursor that stands in a cell, or behind the last one of a row.
    pub(super) fn at(x: u16, y: u16, width: u16) -> Cursor {
        Cursor { x: Some(x).filter(|x| *x < width), y: Some(y) }
    }

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
        self.way(x, y, dialect).write(out);
        *self = Cursor { x: Some(x), y: Some(y) };
    }

    /// How many bytes that takes.
    pub(super) fn cost(self, x: u16, y: u16, dialect: Dialect) -> usize {
        self.way(x, y, dialect).cost()
    }

    fn way(self, x: u16, y: u16, dialect: Dialect) -> Way {
        let straight = Way([Move::To(x, y), Move::Stay, Move::Stay]);
        let Some(row) = self.y else { return straight };
        let [first, second] = across(self.x, x, dialect);
        let way = Way([first, second, down(row, y, dialect)]);
        if way.cost() <= straight.cost() { way } else { straight }
    }
}

/// One movement of the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Move {
    Stay,
    /// To the left edge.
    Return,
    /// So many columns back.
    Back(u16),
    /// So many rows down, in the same column: the terminal is raw. Below the last row nobody goes, so that nothing scrolls.
    Feed(u16),
    /// So many steps into the direction of the letter.
    Steps(u16, u8),
    /// To a column of this row, counted from 0.
    Column(u16),
    /// To a row, in this column.
    Row(u16),
    /// To a column and a row, from wherever the cursor is.
    To(u16, u16),
}

fn digits(number: u16) -> usize {
    number.checked_ilog10().map_or(1, |log| log as usize + 1)
}

impl Move {
    /// In bytes.
    fn cost(self) -> usize {
        match self {
            Move::Stay => 0,
            Move::Return => 1,
            Move::Back(count) | Move::Feed(count) => usize::from(count),
            Move::Steps(1, _) => 3,
            Move::Steps(count, _) => 3 + digits(count),
            Move::Column(to) | Move::Row(to) => 3 + digits(to + 1),
            Move::To(0, 0) => 3,
            Move::To(0, y) => 3 + digits(y + 1),
            Move::To(x, y) => 4 + digits(y + 1) + digits(x + 1),
        }
    }

    fn write(self, out: &mut Vec<u8>) {
        let text = match self {
            Move::Stay => return,
            Move::Return => "\r".to_owned(),
            Move::Back(count) => "\x08".repeat(usize::from(count)),
            Move::Feed(count) => "\n".repeat(usize::from(count)),
            Move::Steps(1, letter) => format!("\x1b[{}", char::from(letter)),
            Move::Steps(count, letter) => format!("\x1b[{count}{}", char::from(letter)),
            Move::Column(to) => format!("\x1b[{}G", to + 1),
            Move::Row(to) => format!("\x1b[{}d", to + 1),
            Move::To(0, 0) => "\x1b[H".to_owned(),
            Move::To(0, y) => format!("\x1b[{}H", y + 1),
            Move::To(x, y) => format!("\x1b[{};{}H", y + 1, x + 1),
        };
        out.extend_from_slice(text.as_bytes());
    }
}

/// Movements one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Way([Move; 3]);

impl Way {
    fn cost(self) -> usize {
        self.0.into_iter().map(Move::cost).sum()
    }

    fn write(self, out: &mut Vec<u8>) {
        self.0.into_iter().for_each(|step| step.write(out));
    }
}

/// To another column, by the way that costs least; of several the first.
fn across(from: Option<u16>, to: u16, dialect: Dialect) -> [Move; 2] {
    let mut best = if to == 0 {
        [Move::Return, Move::Stay]
    } else {
        // From the left edge, which can be reached from anywhere.
        [Move::Return, Move::Steps(to, b'C')]
    };
    let mut try_out = |way: [Move; 2]| {
        let cost = |way: [Move; 2]| way[0].cost() + way[1].cost();
        if cost(way) < cost(best) {
            best = way;
        }
    };
    if dialect.rich {
        try_out([Move::Column(to), Move::Stay]);
    }
    match from {
        Some(from) if from == to => try_out([Move::Stay, Move::Stay]),
        Some(from) if from < to => try_out([Move::Steps(to - from, b'C'), Move::Stay]),
        Some(from) => {
            try_out([Move::Back(from - to), Move::Stay]);
            try_out([Move::Steps(from - to, b'D'), Move::Stay]);
        }
        None => {}
    }
    best
}

/// To another row.
fn down(from: u16, to: u16, dialect: Dialect) -> Move {
    let mut best = match to.checked_sub(from) {
        Some(0) => return Move::Stay,
        Some(count) if usize::from(count) <= Move::Steps(count, b'B').cost() => Move::Feed(count),
        Some(count) => Move::Steps(count, b'B'),
        None => Move::Steps(from - to, b'A'),
    };
    if dialect.rich && Move::Row(to).cost() < best.cost() {
        best = Move::Row(to);
    }
    best
}
