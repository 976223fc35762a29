//! What has to be written in a frame, in pieces of one pen each, and the order in which they take the fewest bytes.
//!
//! To change the pen costs up to 36 bytes, to go elsewhere in the frame about 6. So it pays to write together what one pen draws, wherever
//! it stands. The best order is too hard to find; a good one is looked for, and where it turns out longer than from left to right and from
//! top to bottom, that order is taken.

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::Color;

use super::glyph::{SEEN, glyph, is_blank, is_sure};
use super::order::short_way;
use super::pen::Pen;
use super::travel::Cursor;
use super::{Dialect, Wire};

/// So many pieces are put into an order at most: the time for that grows with their square. A frame with more is new as a whole.
const MANY: usize = 80;
/// What stands already is written again inside a piece where it is no longer than this: to go on behind it would cost as much.
const GAP: u16 = 4;

/// A stretch of a row that has to be written and that one pen draws.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) y: u16,
    pub(super) from: u16,
    /// The column behind it.
    pub(super) to: u16,
    /// Of blanks alone only the ground matters.
    pub(super) pen: Pen,
    /// Whether there is nothing but ground in it.
    pub(super) blank: bool,
    /// Where its blanks begin that are erased in place of written, and how.
    pub(super) erased: Option<(u16, Erase)>,
}

/// A sequence that makes blanks. The cursor stays where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Erase {
    /// All that is left of the row.
    ToEnd,
    /// A number of cells.
    Some,
}

impl Piece {
    /// Where the cursor stands after it.
    fn end(&self, width: u16) -> Cursor {
        Cursor::at(self.erased.map_or(self.to, |(from, _)| from), self.y, width)
    }

    /// The pen that draws it, after another one.
    pub(super) fn pen_after(&self, before: Option<Pen>) -> Pen {
        match before {
            Some(before) if self.blank => before.on(self.pen.bg),
            _ if self.blank || self.erased.is_some() => self.pen,
            _ => self.pen.or_reverse(before),
        }
    }
}

impl Wire {
    /// The first piece of a row, from a column on, that is not on the terminal yet.
    pub(super) fn piece(&self, mut x: u16, y: u16, row: &[Cell]) -> Option<Piece> {
        while let Some(cell) = row.get(usize::from(x)) {
            let (glyph, width) = glyph(row, x);
            if !self.shows(x, y, glyph, cell) {
                return Some(if is_sure(glyph) && width == 1 {
                    self.stretch(x, y, row, cell.bg)
                } else {
                    // One that may be of another width than it is taken for is a piece of its own.
                    Piece { y, from: x, to: x + width, pen: Pen::of(cell), blank: false, erased: None }
                });
            }
            x += width;
        }
        None
    }

    /// The piece that begins here, on this ground.
    fn stretch(&self, from: u16, y: u16, row: &[Cell], ground: Color) -> Piece {
        let mut pen = None;
        // Behind the last cell that is not there yet; where the blanks begin that reach up to here.
        let (mut to, mut blanks) = (from, from);
        let mut x = from;
        while let Some(cell) = row.get(usize::from(x)) {
            let (glyph, width) = glyph(row, x);
            let there = self.shows(x, y, glyph, cell);
            // Across ground alone, however much of it is there already, one sequence erases.
            let far =
                there && x - to >= GAP && !(pen.is_none() && is_blank(glyph, cell) && self.erases(ground) && self.dialect.rich);
            if width != 1 || !is_sure(glyph) || cell.bg != ground || far {
                break;
            }
            if !is_blank(glyph, cell) {
                let wanted = Pen::of(cell);
                // Many blanks are erased rather than written; what follows is another piece.
                let apart = self.erases(ground) && self.dialect.rich && x - blanks > 9;
                if pen.is_some_and(|pen| pen != wanted) || apart {
                    break;
                }
                // A pen whose lines are seen on blanks cannot have drawn those before.
                if wanted.modifier.intersects(SEEN) && blanks < x {
                    break;
                }
                pen = Some(wanted);
                blanks = x + 1;
            } else if pen.is_some_and(|pen| pen.modifier.intersects(SEEN)) {
                break;
            }
            x += 1;
            if !there {
                to = x;
            }
        }
        let blanks = blanks.min(to);
        let erased = self.erasing(blanks, to, y, row, ground).map(|erase| (blanks, erase));
        Piece { y, from, to, pen: pen.unwrap_or(Pen { bg: ground, ..Pen::default() }), blank: pen.is_none(), erased }
    }

    fn erases(&self, ground: Color) -> bool {
        self.dialect.paints || ground == Color::Reset
    }

    /// How blanks are erased, if that is shorter than to write them.
    fn erasing(&self, from: u16, to: u16, y: u16, row: &[Cell], ground: Color) -> Option<Erase> {
        let count = to - from;
        let mut rest = (to..self.width).zip(row.iter().skip(usize::from(to)));
        let last = rest.all(|(x, cell)| is_blank(glyph(row, x).0, cell) && cell.bg == ground);
        // What comes next has to be gone to.
        let follows = row.get(usize::from(to)).is_some_and(|cell| !self.shows(to, y, glyph(row, to).0, cell));
        if !self.erases(ground) {
            None
        } else if last && count > 3 {
            Some(Erase::ToEnd)
        } else if self.dialect.rich && count > if follows { 9 } else { 4 } {
            Some(Erase::Some)
        } else {
            None
        }
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
        for at in short_way(pieces.len(), costs(pieces, (pen, cursor), self.width, self.dialect)) {
            if let Some(piece) = pieces.get(at) {
                self.put(piece, row(piece));
            }
        }
        if self.out.len() - begin >= as_they_stand.0.len() {
            self.out.truncate(begin);
            self.out.extend_from_slice(&as_they_stand.0);
            (self.pen, self.cursor) = (as_they_stand.1, as_they_stand.2);
        }
    }
}

/// What it costs to begin a piece after another one, or first. With which ink blanks are left is only guessed: with that of the piece before
/// them on the same ground.
fn costs(
    pieces: &[Piece],
    (pen, cursor): (Option<Pen>, Cursor),
    width: u16,
    dialect: Dialect,
) -> impl Fn(Option<usize>, usize) -> usize {
    // There are few pens, and what each costs after each other one is asked once.
    let mut pens: Vec<Option<Pen>> = vec![pen];
    let mut number = |pen: Pen| {
        let known = pens.iter().position(|known| *known == Some(pen));
        known.unwrap_or_else(|| {
            pens.push(Some(pen));
            pens.len() - 1
        })
    };
    let mut after: Vec<(usize, Cursor)> = Vec::with_capacity(pieces.len());
    let mut last: Option<Pen> = None;
    for piece in pieces {
        let pen = piece.pen_after(last.filter(|last| last.bg == piece.pen.bg));
        after.push((number(pen), piece.end(width)));
        last = Some(pen);
    }
    let dress: Vec<Vec<usize>> =
        pens.iter().map(|from| pieces.iter().map(|piece| piece.pen_after(*from).cost(*from)).collect()).collect();
    let starts: Vec<(u16, u16)> = pieces.iter().map(|piece| (piece.from, piece.y)).collect();
    move |from, to| {
        let (pen, cursor) = from.and_then(|from| after.get(from)).copied().unwrap_or((0, cursor));
        let dress = dress.get(pen).and_then(|costs| costs.get(to)).copied().unwrap_or_default();
        starts.get(to).map_or(0, |(x, y)| dress + cursor.cost(*x, *y, dialect))
    }
}
