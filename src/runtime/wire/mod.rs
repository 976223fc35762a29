//! What goes over the wire: of each frame only what the terminal does not show yet, in as few bytes as every terminal of its kind takes.
//!
//! Between a key and its frame may lie an ocean, so bytes count. ratatui draws whole frames into a buffer that nobody looks at
//! (`canvas`); `Wire` remembers what stands on the terminal, cell by cell, and writes what changes: the shortest way for the cursor
//! (`travel`), of a style only what is another one (`pen`), one short sequence for a run of blanks. `link` hands the bytes to the
//! terminal on a thread of its own, so that a terminal that takes nothing holds up nobody.
//!
//! Terminals disagree about the width of some characters. After one of those the cursor is placed by its column, whatever the terminal
//! made of it, so that a mistake stays in its cell.

mod canvas;
mod link;
mod pen;
#[cfg(test)]
mod tests;
mod travel;

use ratatui::buffer::{Buffer, Cell, CellWidth};
use ratatui::style::{Color, Modifier};

pub(super) use canvas::Canvas;
pub(super) use link::Link;

use pen::Pen;
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
            for (y, row) in (0..self.height).zip(next.content.chunks(width)) {
                self.row(y, row);
            }
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

    /// Writes what is another one in a row.
    fn row(&mut self, y: u16, row: &[Cell]) {
        let mut x = 0;
        while x < self.width {
            let (glyph, width) = glyph(row, x);
            let Some(cell) = row.get(usize::from(x)) else { return };
            if self.shows(x, y, glyph, cell) {
                x += width;
            } else if is_blank(glyph, cell) {
                x = self.blanks(x, y, row, cell.bg);
            } else {
                self.write(x, y, row, glyph, width);
                x += width;
            }
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

    /// Writes a run of blanks that begins here with one that is not there yet; gives where to go on.
    fn blanks(&mut self, x: u16, y: u16, row: &[Cell], ground: Color) -> u16 {
        // The whole run, the last of it that is not there yet, and the last before blanks that are there and would cost more than to go on.
        let (mut end, mut last, mut near) = (x, x, x);
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
        let (last, near) = (last + 1, near + 1);
        let erases = self.dialect.paints || ground == Color::Reset;
        let count = last - x;
        let erase = if !erases {
            None
        } else if end == self.width && count > 3 {
            Some("\x1b[K".to_owned())
        } else if self.dialect.rich && count > 9 {
            // The cursor stays where it is, and has to be brought behind what was erased.
            Some(format!("\x1b[{count}X"))
        } else {
            None
        };
        self.travel(x, y, row);
        let (pen, known) = (self.pen.unwrap_or_default(), self.pen.is_some());
        self.dress(if known { pen.on(ground) } else { Pen { bg: ground, ..Pen::default() } });
        let to = match erase {
            Some(sequence) => {
                self.out.extend_from_slice(sequence.as_bytes());
                last
            }
            None => {
                self.out.resize(self.out.len() + usize::from(near - x), b' ');
                self.cursor.advance(near - x, self.width);
                near
            }
        };
        for at in x..to {
            let place = self.place(at, y);
            if let Some(shown) = self.shown.get_mut(place) {
                let mut blank = Cell::EMPTY;
                blank.bg = ground;
                *shown = Some(blank);
            }
        }
        to
    }

    /// Writes one character into its cell, or its cells.
    fn write(&mut self, x: u16, y: u16, row: &[Cell], glyph: &str, width: u16) {
        let Some(cell) = row.get(usize::from(x)) else { return };
        self.travel(x, y, row);
        self.dress(Pen::of(cell));
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
            let fits = if is_blank(glyph, cell) { pen == pen.on(cell.bg) } else { pen == Pen::of(cell) };
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

/// Modifiers that are seen on a blank.
const SEEN: Modifier = Modifier::REVERSED.union(Modifier::UNDERLINED).union(Modifier::CROSSED_OUT);

/// Whether nothing is seen of a cell but its background.
fn is_blank(glyph: &str, cell: &Cell) -> bool {
    glyph == " " && !cell.modifier.intersects(SEEN)
}

/// What is written into a cell, and how many columns it takes. What would leave the row, has no width or would be obeyed is not written.
fn glyph(row: &[Cell], x: u16) -> (&str, u16) {
    let Some(cell) = row.get(usize::from(x)) else { return (" ", 1) };
    let symbol = cell.symbol();
    if symbol.chars().any(char::is_control) {
        return ("\u{fffd}", 1);
    }
    match cell.cell_width() {
        0 => (" ", 1),
        width if usize::from(x) + usize::from(width) > row.len() => (" ", 1),
        width => (symbol, width),
    }
}

/// Columns that a terminal may take a character of doubtful width to need: one that knows nothing of what belongs together draws each part.
fn at_most(glyph: &str) -> u16 {
    let parts = glyph.chars().map(|character| character.encode_utf8(&mut [0; 4]).cell_width().max(1));
    parts.fold(1, u16::saturating_add)
}

/// Whether all terminals agree on how wide a character is.
fn is_sure(glyph: &str) -> bool {
    let mut chars = glyph.chars();
    let (Some(character), None) = (chars.next(), chars.next()) else { return false };
    matches!(character,
        // Latin and its neighbours, punctuation, arrows, mathematics, lines, blocks, figures, braille: one column.
        ' '..='~' | '\u{a0}'..='\u{ac}' | '\u{ae}'..='\u{2ff}' | '\u{370}'..='\u{373}' | '\u{391}'..='\u{3a1}' | '\u{3a3}'..='\u{481}'
        | '\u{5d0}'..='\u{5ea}' | '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205e}' | '\u{20a0}'..='\u{20bf}' | '\u{2190}'..='\u{2319}' | '\u{231c}'..='\u{23e8}'
        | '\u{2500}'..='\u{25fc}' | '\u{2713}' | '\u{2717}' | '\u{2800}'..='\u{28ff}' | '\u{fffd}'
        // Ideographs, kana, syllables of Hangul, full-width forms: two.
        | '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{fa6d}' | '\u{ff01}'..='\u{ff60}' | '\u{20000}'..='\u{2a6df}')
}
