//! What has to be written in a frame, in pieces of one pen each, and the order in which they take the fewest bytes.
//!
//! To change the pen costs up to 19 bytes, to go elsewhere in the frame about 7. So it pays to write all that one pen draws, wherever it
//! stands, before another pen is taken up. Always to take the cheapest next piece is not the best order, but comes near it; where it turns
//! out longer than from left to right and from top to bottom, that order is taken.

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::Color;

use super::Wire;
use super::glyph::{glyph, is_blank, is_sure};
use super::pen::Pen;

/// So many pieces are put into an order at most: the time for that grows with their square.
const MANY: usize = 128;

/// A stretch of a row that has to be written and that one pen draws.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) y: u16,
    pub(super) from: u16,
    /// The column behind it.
    pub(super) to: u16,
    /// For blanks only the ground matters.
    pub(super) pen: Pen,
    pub(super) kind: Kind,
}

/// What a piece is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Nothing but ground; written as blanks where it is not erased.
    Blanks { erase: Option<Erase> },
    /// Characters; several only if all terminals agree on how wide they are.
    Text,
}

/// A sequence that makes blanks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Erase {
    /// All that is left of the row.
    ToEnd,
    /// A number of cells.
    Some,
}

impl Wire {
    /// The first piece of a row, from a column on, that is not on the terminal yet.
    pub(super) fn piece(&self, mut x: u16, y: u16, row: &[Cell]) -> Option<Piece> {
        while let Some(cell) = row.get(usize::from(x)) {
            let (glyph, width) = glyph(row, x);
            if !self.shows(x, y, glyph, cell) {
                let blank = is_blank(glyph, cell);
                return Some(if blank { self.blanks(x, y, row, cell.bg) } else { self.text(x, y, row, Pen::of(cell)) });
            }
            x += width;
        }
        None
    }

    /// The characters from here on that are not there yet and have this pen.
    fn text(&self, from: u16, y: u16, row: &[Cell], pen: Pen) -> Piece {
        let mut to = from;
        while let Some(cell) = row.get(usize::from(to)) {
            let (glyph, width) = glyph(row, to);
            let simple = is_sure(glyph) && width == 1;
            // One that may be of another width than it is taken for is a piece of its own.
            if to == from && !simple {
                to += width;
                break;
            }
            if !simple || is_blank(glyph, cell) || Pen::of(cell) != pen || self.shows(to, y, glyph, cell) {
                break;
            }
            to += 1;
        }
        Piece { y, from, to, pen, kind: Kind::Text }
    }

    /// The run of blanks that begins here with one that is not there yet.
    fn blanks(&self, from: u16, y: u16, row: &[Cell], ground: Color) -> Piece {
        // The whole run, the last of it that is not there yet, and the last before blanks that are there and would cost more than to go on.
        let (mut end, mut last, mut near) = (from, from, from);
        while let Some(cell) = row.get(usize::from(end)) {
            let (glyph, _) = glyph(row, end);
            if !is_blank(glyph, cell) || cell.bg != ground {
                break;
            }
            if !self.shows(end, y, glyph, cell) {
                if end - near <= 4 {
                    near = end;
                }
                last = end;
            }
            end += 1;
        }
        let count = last + 1 - from;
        let erase = if !self.dialect.paints && ground != Color::Reset {
            None
        } else if end == self.width && count > 3 {
            Some(Erase::ToEnd)
        } else if self.dialect.rich && count > 9 {
            Some(Erase::Some)
        } else {
            None
        };
        let to = if erase.is_some() { last + 1 } else { near + 1 };
        Piece { y, from, to, pen: Pen { bg: ground, ..Pen::default() }, kind: Kind::Blanks { erase } }
    }

    /// Writes what is another one in a row, or leaves its pieces to be written in any order. A row with a character of more than one column,
    /// or of a doubtful number, there or to come, is written at once: what it covers depends on the order.
    pub(super) fn row_or_pieces(&mut self, y: u16, row: &[Cell], pieces: &mut Vec<Piece>) {
        let before = self.place(0, y);
        let simple = |(x, cell): (u16, &Cell)| {
            let (glyph, width) = glyph(row, x);
            width == 1 && is_sure(glyph) && self.shown.get(before + usize::from(x)).is_some_and(Option::is_some)
                || self.shows(x, y, glyph, cell)
        };
        if !(0..).zip(row).all(simple) {
            self.row(y, row);
            return;
        }
        let mut x = 0;
        while let Some(piece) = self.piece(x, y, row) {
            x = piece.to;
            pieces.push(piece);
        }
    }

    /// Writes pieces of which the order does not matter.
    pub(super) fn in_the_best_order(&mut self, pieces: &[Piece], next: &Buffer) {
        let width = usize::from(self.width);
        let row = |piece: &Piece| next.content.chunks(width).nth(usize::from(piece.y)).unwrap_or_default();
        let (begin, pen, cursor) = (self.out.len(), self.pen, self.cursor);
        pieces.iter().for_each(|piece| self.put(piece, row(piece)));
        if pieces.len() > MANY {
            return;
        }
        let as_they_stand = (self.out.split_off(begin), self.pen, self.cursor);
        (self.pen, self.cursor) = (pen, cursor);
        let mut left: Vec<&Piece> = pieces.iter().collect();
        while let Some(at) = self.cheapest(&left) {
            let piece = left.remove(at);
            self.put(piece, row(piece));
        }
        if self.out.len() - begin >= as_they_stand.0.len() {
            self.out.truncate(begin);
            self.out.extend_from_slice(&as_they_stand.0);
            (self.pen, self.cursor) = (as_they_stand.1, as_they_stand.2);
        }
    }

    /// The place of the piece that costs least to begin from here; of several the first.
    fn cheapest(&self, pieces: &[&Piece]) -> Option<usize> {
        // There are few pens, and what each costs is asked once.
        let mut known: Vec<(Pen, bool, usize)> = Vec::new();
        let mut dress = |piece: &Piece| {
            let blank = piece.kind != Kind::Text;
            if let Some(found) = known.iter().find(|known| known.0 == piece.pen && known.1 == blank) {
                return found.2;
            }
            let wanted = if blank { self.pen.unwrap_or_default().on(piece.pen.bg) } else { piece.pen };
            let cost = wanted.cost(self.pen);
            known.push((piece.pen, blank, cost));
            cost
        };
        let costs = pieces.iter().map(|piece| dress(piece) + self.cursor.cost(piece.from, piece.y, self.dialect));
        costs.enumerate().min_by_key(|(_, cost)| *cost).map(|(at, _)| at)
    }
}
