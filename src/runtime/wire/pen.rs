//! The pen: how the terminal draws what is written next, and the shortest way to change that.

use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};

use super::glyph::SEEN;

/// Ink, ground and modifiers. The colour of underlines is not among them: no theme has one, and what terminals make of it differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pen {
    pub(super) fg: Color,
    pub(super) bg: Color,
    pub(super) modifier: Modifier,
}

impl Default for Pen {
    fn default() -> Pen {
        Pen { fg: Color::Reset, bg: Color::Reset, modifier: Modifier::empty() }
    }
}

/// Modifiers with the codes that switch them on and off. Two share the code that switches them off.
const MODIFIERS: [(Modifier, &str, &str); 9] = [
    (Modifier::BOLD, "1", "22"),
    (Modifier::DIM, "2", "22"),
    (Modifier::ITALIC, "3", "23"),
    (Modifier::UNDERLINED, "4", "24"),
    (Modifier::SLOW_BLINK, "5", "25"),
    (Modifier::RAPID_BLINK, "6", "25"),
    (Modifier::REVERSED, "7", "27"),
    (Modifier::HIDDEN, "8", "28"),
    (Modifier::CROSSED_OUT, "9", "29"),
];

impl Pen {
    /// The pen that a cell is drawn with.
    pub(super) fn of(cell: &Cell) -> Pen {
        Pen { fg: cell.fg, bg: cell.bg, modifier: cell.modifier }
    }

    /// The same pen as far as a blank on this ground can be drawn with it.
    pub(super) fn on(self, ground: Color) -> Pen {
        Pen { bg: ground, modifier: self.modifier - SEEN, ..self }
    }

    /// Writes what makes this pen of another one, or of one that is not known.
    pub(super) fn taken_up(self, from: Option<Pen>, out: &mut Vec<u8>) {
        if let Some(codes) = self.codes(from) {
            out.extend_from_slice(b"\x1b[");
            out.extend_from_slice(codes.as_bytes());
            out.push(b'm');
        }
    }

    /// How many bytes that takes.
    pub(super) fn cost(self, from: Option<Pen>) -> usize {
        self.codes(from).map_or(0, |codes| codes.len() + 3)
    }

    /// This pen, or the one that draws the same in reverse video where that one is taken up in fewer bytes: a cursor in the colours of the
    /// text around it, exchanged, takes half of them. Characters only: what is erased takes the ground as it is set.
    pub(super) fn or_reverse(self, from: Option<Pen>) -> Pen {
        self.reverse().filter(|reverse| reverse.cost(from) < self.cost(from)).unwrap_or(self)
    }

    /// The pen that draws the same in reverse video. Not of what is drawn in the ink beside characters, nor of colours that a terminal may
    /// make brighter or has its own idea of.
    fn reverse(self) -> Option<Pen> {
        let own = |color| matches!(color, Color::Rgb(..) | Color::Indexed(16..));
        let fits = own(self.fg) && own(self.bg) && (self.modifier - Modifier::REVERSED - Modifier::BOLD).is_empty();
        fits.then(|| Pen { fg: self.bg, bg: self.fg, modifier: self.modifier ^ Modifier::REVERSED })
    }

    /// Whether characters look the same with this pen as with another one.
    pub(super) fn draws_as(self, other: Pen) -> bool {
        self == other || self.reverse() == Some(other)
    }

    fn codes(self, from: Option<Pen>) -> Option<String> {
        if from == Some(self) {
            return None;
        }
        let codes = self.since_nothing();
        // Where both are as long, what does not touch the rest.
        let change = from.map(|from| self.from(from)).filter(|change| change.len() <= codes.len());
        Some(change.unwrap_or(codes))
    }

    /// From whatever there is: everything off, then on what this pen has.
    fn since_nothing(self) -> String {
        let set = self.from(Pen::default());
        if set.is_empty() { set } else { format!("0;{set}") }
    }

    /// Only what is another one.
    fn from(self, from: Pen) -> String {
        let mut codes: Vec<String> = Vec::new();
        let gone = from.modifier - self.modifier;
        let mut come = self.modifier - from.modifier;
        for (modifier, _, off) in MODIFIERS {
            if gone.contains(modifier) {
                // What shares the code goes off with it and has to come back.
                for (other, _, same) in MODIFIERS {
                    if same == off && self.modifier.contains(other) {
                        come |= other;
                    }
                }
                if !codes.iter().any(|code| code == off) {
                    codes.push(off.to_owned());
                }
            }
        }
        codes.extend(MODIFIERS.iter().filter(|(modifier, ..)| come.contains(*modifier)).map(|(_, on, _)| (*on).to_owned()));
        if self.fg != from.fg {
            codes.push(code(self.fg, 30));
        }
        if self.bg != from.bg {
            codes.push(code(self.bg, 40));
        }
        codes.join(";")
    }
}

/// The code of a colour as ink (`base` 30) or as ground (`base` 40).
fn code(color: Color, base: u8) -> String {
    let plain = |index: u8| (base + index).to_string();
    let bright = |index: u8| (base + 60 + index).to_string();
    match color {
        Color::Reset => plain(9),
        Color::Black => plain(0),
        Color::Red => plain(1),
        Color::Green => plain(2),
        Color::Yellow => plain(3),
        Color::Blue => plain(4),
        Color::Magenta => plain(5),
        Color::Cyan => plain(6),
        Color::Gray => plain(7),
        Color::DarkGray => bright(0),
        Color::LightRed => bright(1),
        Color::LightGreen => bright(2),
        Color::LightYellow => bright(3),
        Color::LightBlue => bright(4),
        Color::LightMagenta => bright(5),
        Color::LightCyan => bright(6),
        Color::White => bright(7),
        Color::Indexed(index) => format!("{};5;{index}", base + 8),
        Color::Rgb(red, green, blue) => format!("{};2;{red};{green};{blue}", base + 8),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(pen: Pen, from: Option<Pen>) -> String {
        let mut out = Vec::new();
        pen.taken_up(from, &mut out);
        String::from_utf8(out).unwrap().replace('\x1b', "^")
    }

    #[test]
    fn only_what_changes_is_written_and_everything_off_where_that_is_shorter() {
        let plain = Pen::default();
        let red = Pen { fg: Color::Red, ..plain };
        let bold = Pen { modifier: Modifier::BOLD, ..red };
        let ground = Pen { bg: Color::Rgb(1, 2, 3), ..bold };
        assert_eq!(written(plain, None), "^[m");
        assert_eq!(written(bold, None), "^[0;1;31m");
        assert_eq!(written(red, Some(plain)), "^[31m");
        assert_eq!(written(bold, Some(red)), "^[1m");
        assert_eq!(written(ground, Some(bold)), "^[48;2;1;2;3m");
        assert_eq!(written(plain, Some(ground)), "^[m");
        assert_eq!(written(ground, Some(ground)), "");
    }

    #[test]
    fn colours_that_are_exchanged_are_written_as_reverse_video_where_that_is_shorter() {
        let (light, dark, selected) = (Color::Rgb(215, 219, 226), Color::Rgb(21, 23, 28), Color::Rgb(34, 48, 74));
        let text = Pen { fg: light, bg: dark, ..Pen::default() };
        let cursor = Pen { fg: dark, bg: light, ..Pen::default() };
        let reverse = cursor.or_reverse(Some(text));
        assert_eq!(written(reverse, Some(text)), "^[7m");
        assert!(reverse.draws_as(cursor) && !reverse.draws_as(text));
        assert_eq!(text.or_reverse(Some(reverse)), text);
        assert_eq!(cursor.or_reverse(Some(Pen { bg: light, ..text })), cursor, "as long");
        let named = Pen { fg: Color::Red, bg: Color::Black, ..Pen::default() };
        assert_eq!(named.or_reverse(Some(Pen { fg: Color::Black, bg: Color::Red, ..named })), named);
        let lined = Pen { modifier: Modifier::UNDERLINED, bg: selected, ..text };
        assert_eq!(lined.or_reverse(Some(Pen { fg: selected, bg: light, ..lined })), lined);
    }

    #[test]
    fn what_goes_off_together_comes_back_alone() {
        let both = Pen { modifier: Modifier::BOLD | Modifier::DIM, bg: Color::Indexed(200), ..Pen::default() };
        let dim = Pen { modifier: Modifier::DIM, ..both };
        assert_eq!(written(dim, Some(both)), "^[22;2m");
        assert_eq!(written(both, Some(dim)), "^[1m");
    }
}
