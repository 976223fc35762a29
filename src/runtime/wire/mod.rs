//! What goes over the wire: of each frame only what the terminal does not show yet, in as few bytes as every terminal of its kind takes.
//!
//! Between a key and its frame may lie an ocean, so bytes count. ratatui draws whole frames into a buffer that nobody looks at
//! (`canvas`); `Wire` remembers what stands on the terminal, cell by cell, and writes what changes: the shortest way for the cursor
//! (`travel`), of a style only what is another one (`pen`), one short sequence for a run of blanks, all of it in an order that changes the
//! pen seldom (`piece`). `link` hands the bytes to the terminal on a thread of its own, so that a terminal that takes nothing holds up
//! nobody.
//!
//! Terminals disagree about the width of some characters. After one of those the cursor is placed by its column, whatever the terminal
//! made of it, so that a mistake stays in its cell.

mod canvas;
mod glyph;
mod link;
mod order;
mod pen;
mod piece;
#[cfg(test)]
mod tests;
mod travel;

use ratatui::buffer::{Buffer, Cell};

pub(super) use canvas::Canvas;
pub(super) use link::Link;

use glyph::{at_most, glyph, is_blank, is_sure};
use pen::Pen;
use piece::{Erase, Piece};
use travel::Cursor;

/// What a terminal understands beyond what all of them do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Dialect {
    /// It can go to a column or a row alone and erase a number of cells.
    pub(super) rich: bool,
    /// What it erases takes the background of the pen.
    pub(super) paints: bool,
}

/// Names of terminals (what `TERM` begins with) that are rich and paint what they erase. tmux is rich and paints; what calls itself
/// `screen` may be the old one, which paints only when it is told to.
const RICH: [&str; 14] = [
    "xterm",
    "alacritty",
    "foot",
    "kitty",
    "wezterm",
    "rxvt",
    "konsole",
    "vte",
    "contour",
    "ghostty",
    "linux",
    "st-",
    "mintty",
    "tmux",
];

impl Dialect {
    /// The dialect of the terminal that the variable `TERM` names.
    pub(super) fn of(term: &str) -> Dialect {
        let rich = RICH.iter().any(|name| term.starts_with(name));
        Dialect { rich: rich || term.starts_with("screen"), paints: rich }
    }
}

/// The terminal as it is known here, and what has to be written to it.
#[derive(Debug)]
pub(super) struct Wire {
    dialect: Dialect,
    width: u16,
    height: u16,
    /// What stands where; nothing where that is not known, and in the second half of a wide character.
    shown: Vec<Option<Cell>>,
    /// How the terminal would draw now; nothing when that is not known.
    pen: Option<Pen>,
    cursor: Cursor,
    out: Vec<u8>,
}

/// What frames are wrapped in: terminals that know these marks show it whole, the others pass over them.
const BEGIN: &[u8] = b"\x1b[?2026h";
const END: &[u8] = b"\x1b[?2026l";

/// An unchanged stretch longer than this is never written again to get across it.
const FAR: u16 = 8;

impl Wire {
    /// A terminal of which nothing is known yet.
    pub(super) fn new(dialect: Dialect) -> Wire {
        Wire { dialect, width: 0, height: 0, shown: Vec::new(), pen: None, cursor: Cursor::default(), out: Vec::new() }
    }

    /// Another program may have written on the terminal: the next frame is written whole.
    pub(super) fn forget(&mut self) {
        (self.width, self.height) = (0, 0);
    }

    /// The bytes after which the terminal shows this frame; none when it does already.
    pub(super) fn frame(&mut self, next: &Buffer) -> Vec<u8> {
        self.out.extend_from_slice(BEGIN);
        if (self.width, self.height) != (next.area.width, next.area.height) {
            self.clear(next.area.width, next.area.height);
        }
        let width = usize::from(self.width);
        if width > 0 {
            let mut pieces = Vec::new();
            for (y, row) in (0..self.height).zip(next.content.chunks(width)) {
                self.row_or_pieces(y, row, &mut pieces);
            }
            self.in_the_best_order(&pieces, next);
        }
        if self.out.len() == BEGIN.len() {
            self.out.clear();
        } else {
            self.out.extend_from_slice(END);
        }
        std::mem::take(&mut self.out)
    }

    /// Empties the terminal.
    fn clear(&mut self, width: u16, height: u16) {
        self.out.extend_from_slice(b"\x1b[m\x1b[2J");
        self.pen = Some(Pen::default());
        self.cursor = Cursor::default();
        (self.width, self.height) = (width, height);
        self.shown.clear();
        self.shown.resize(usize::from(width) * usize::from(height), Some(Cell::EMPTY));
    }

    /// Writes what is another one in a row, from left to right.
    fn row(&mut self, y: u16, row: &[Cell]) {
        let mut x = 0;
        while let Some(piece) = self.piece(x, y, row) {
            self.put(&piece, row);
            x = piece.to;
        }
    }

    /// Whether a cell looks already as it should.
    fn shows(&self, x: u16, y: u16, glyph: &str, cell: &Cell) -> bool {
        let Some(Some(shown)) = self.shown.get(self.place(x, y)) else { return false };
        if is_blank(glyph, cell) {
            return shown.bg == cell.bg && is_blank(shown.symbol(), shown);
        }
        shown.symbol() == glyph && Pen::of(shown) == Pen::of(cell)
    }

    fn place(&self, x: u16, y: u16) -> usize {
        usize::from(y) * usize::from(self.width) + usize::from(x)
    }

    /// Writes one piece, wherever the cursor is.
    fn put(&mut self, piece: &Piece, row: &[Cell]) {
        self.travel(piece.from, piece.y, row);
        self.dress(piece.pen_after(self.pen));
        let written = piece.erased.map_or(piece.to, |(from, _)| from);
        let mut x = piece.from;
        while x < written {
            let (glyph, width) = glyph(row, x);
            self.write(x, piece.y, row, glyph, width);
            x += width;
        }
        let Some((from, erase)) = piece.erased else { return };
        match erase {
            Erase::ToEnd => self.out.extend_from_slice(b"\x1b[K"),
            Erase::Some => self.out.extend_from_slice(format!("\x1b[{}X", piece.to - from).as_bytes()),
        }
        let place = self.place(from, piece.y);
        let mut blank = Cell::EMPTY;
        blank.bg = piece.pen.bg;
        let cells = self.shown.iter_mut().skip(place).take(usize::from(piece.to - from));
        cells.for_each(|shown| *shown = Some(blank.clone()));
    }

    /// Writes one character into its cell, or its cells; the cursor is there.
    fn write(&mut self, x: u16, y: u16, row: &[Cell], glyph: &str, width: u16) {
        let Some(cell) = row.get(usize::from(x)) else { return };
        let sure = is_sure(glyph);
        let at_most = if sure { width } else { at_most(glyph).max(width) };
        // A terminal that takes it to be wider must not go on in the next row.
        let at_edge = at_most > self.width - x;
        if !sure {
            // However wide the terminal takes it to be, nothing old is left in its cells.
            self.out.resize(self.out.len() + usize::from(width), b' ');
            self.cursor.advance(width, self.width);
            self.cursor.go(x, y, self.dialect, &mut self.out);
        }
        if at_edge {
            self.out.extend_from_slice(b"\x1b[?7l");
        }
        self.out.extend_from_slice(glyph.as_bytes());
        if at_edge {
            self.out.extend_from_slice(b"\x1b[?7h");
        }
        if sure {
            self.cursor.advance(width, self.width);
        } else {
            self.cursor.lose_column();
        }
        let place = self.place(x, y);
        let mut written = cell.clone();
        written.set_symbol(glyph);
        let cells = std::iter::once(Some(written)).chain(std::iter::repeat(None));
        // What stands behind a character of doubtful width may have been overwritten by it.
        let covered = usize::from(at_most.min(self.width - x));
        if let Some(shown) = self.shown.get_mut(place..place + covered) {
            shown.iter_mut().zip(cells).for_each(|(shown, cell)| *shown = cell);
        }
    }

    /// Brings the cursor to a cell: by going there, or by writing again what stands on the way, where that is shorter.
    fn travel(&mut self, x: u16, y: u16, row: &[Cell]) {
        let mut way = Vec::new();
        let mut gone = self.cursor;
        gone.go(x, y, self.dialect, &mut way);
        if let Some(from) = self.cursor.on_row(y).filter(|from| *from < x && x - from <= FAR)
            && let Some(again) = self.again(from, x, y, row)
            && again.len() <= way.len()
        {
            way = again;
        }
        self.out.extend_from_slice(&way);
        self.cursor = gone;
    }

    /// What stands in a stretch of a row, if the pen would write it as it is.
    fn again(&self, from: u16, to: u16, y: u16, row: &[Cell]) -> Option<Vec<u8>> {
        let pen = self.pen?;
        let mut text = Vec::new();
        for x in from..to {
            let (glyph, width) = glyph(row, x);
            let cell = row.get(usize::from(x))?;
            let fits = if is_blank(glyph, cell) { pen == pen.on(cell.bg) } else { pen.draws_as(Pen::of(cell)) };
            if !fits || width != 1 || !is_sure(glyph) || !self.shows(x, y, glyph, cell) {
                return None;
            }
            text.extend_from_slice(glyph.as_bytes());
        }
        Some(text)
    }

    fn dress(&mut self, pen: Pen) {
        pen.taken_up(self.pen, &mut self.out);
        self.pen = Some(pen);
    }
}
