//! One line of text in pieces of different looks: the only way for words to reach the screen.

use ratatui::buffer::{Buffer, CellWidth};
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;

use crate::domain::SafeText;
use crate::settings::theme::Theme;

use super::{clip, sign};

/// No look of its own: the ink and ground of what it is drawn on.
pub const PLAIN: Style = Style::new();

/// Where a text that is too long is cut.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Cut {
    /// At its end.
    #[default]
    End,
    /// In its middle: ids are told apart by their tails.
    Middle,
}

#[derive(Debug, Clone, PartialEq)]
struct Piece {
    text: String,
    style: Style,
    escape: bool,
}

/// A line of text. Each piece comes as [`SafeText`] or as the program's own `&'static str`; a `String` or a borrowed `&str` is refused
/// by the compiler:
///
/// ```compile_fail
/// let value = String::from("from an extract");
/// casebook::ui::widget::Line::new().with(value, ratatui::style::Style::new());
/// ```
/// ```compile_fail
/// let value = String::from("from an extract");
/// casebook::ui::widget::Line::new().with(value.as_str(), ratatui::style::Style::new());
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Line {
    pieces: Vec<Piece>,
}

/// Below this many columns only the tail of a text is kept that is cut in its middle.
const SHORT: usize = 12;

/// A mark without a character to sit on is shown on a dotted circle, as type charts do.
const CARRIER: &str = "◌";

impl Line {
    /// An empty line.
    pub fn new() -> Line {
        Line::default()
    }

    /// The line with one more piece.
    #[must_use]
    pub fn with(mut self, text: impl Into<SafeText>, style: Style) -> Line {
        self.push(&text.into(), style);
        self
    }

    /// Adds a piece.
    pub fn push(&mut self, text: &SafeText, style: Style) {
        for (part, escape) in text.pieces() {
            self.pieces.push(Piece { text: part.to_owned(), style, escape });
        }
    }

    /// Adds the pieces of another line.
    pub fn append(&mut self, other: Line) {
        self.pieces.extend(other.pieces);
    }

    /// The line with the pieces of another one behind its own.
    #[must_use]
    pub fn joined(mut self, other: Line) -> Line {
        self.append(other);
        self
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.pieces.iter().all(|piece| piece.text.is_empty())
    }

    /// Columns that it takes.
    pub fn width(&self) -> usize {
        let width = |piece: &Piece| match piece.text.is_ascii() {
            true => piece.text.len(),
            false => graphemes(&piece.text).map(glyph_width).sum(),
        };
        self.pieces.iter().map(width).sum()
    }

    /// The line with `style` under the styles of its pieces.
    #[must_use]
    pub fn over(mut self, style: Style) -> Line {
        for piece in &mut self.pieces {
            piece.style = style.patch(piece.style);
        }
        self
    }

    /// The line with all its pieces in one style.
    #[must_use]
    pub fn in_style(mut self, style: Style) -> Line {
        for piece in &mut self.pieces {
            piece.style = style;
        }
        self
    }

    /// Its text, without looks.
    pub fn text(&self) -> String {
        self.pieces.iter().map(|piece| piece.text.as_str()).collect()
    }

    /// Draws it from the left edge of the first row of `area`, cut with a sign where it does not fit. Returns the columns used.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, theme: &Theme) -> u16 {
        self.draw_cut(area, buf, theme, Cut::End)
    }

    /// Draws it at the right edge of the first row of `area`.
    pub fn draw_right(&self, area: Rect, buf: &mut Buffer, theme: &Theme) -> u16 {
        let width = u16::try_from(self.width()).unwrap_or(u16::MAX).min(area.width);
        self.draw(Rect { x: area.x.saturating_add(area.width - width), width, ..area }, buf, theme)
    }

    /// Draws it in the middle of the first row of `area`.
    pub fn draw_centered(&self, area: Rect, buf: &mut Buffer, theme: &Theme) -> u16 {
        let width = u16::try_from(self.width()).unwrap_or(u16::MAX).min(area.width);
        self.draw(Rect { x: area.x.saturating_add((area.width - width) / 2), width, ..area }, buf, theme)
    }

    /// Draws it like [`Line::draw`], cut in a chosen place.
    pub fn draw_cut(&self, area: Rect, buf: &mut Buffer, theme: &Theme, cut: Cut) -> u16 {
        let area = clip(area, buf);
        if area.is_empty() {
            return 0;
        }
        let room = usize::from(area.width);
        let glyphs = self.glyphs().collect::<Vec<_>>();
        let total: usize = glyphs.iter().map(|glyph| glyph.width).sum();
        let mut pen = Pen { x: area.x, end: area.x.saturating_add(area.width), y: area.y };
        if total <= room {
            for glyph in &glyphs {
                pen.glyph(glyph, buf, theme);
            }
            return pen.x - area.x;
        }
        let ends = room - 1;
        let tail_room = match cut {
            Cut::End => 0,
            // Where there is little room the tail tells more than both ends of a stump.
            Cut::Middle if room < SHORT => ends,
            Cut::Middle => ends - ends / 3,
        };
        let (mut tail, mut tail_width) = (glyphs.len(), 0);
        while tail > 0 && tail_width + glyphs[tail - 1].width <= tail_room {
            tail -= 1;
            tail_width += glyphs[tail].width;
        }
        let mut used = 0;
        let mut style = glyphs.first().map(|glyph| glyph.style).unwrap_or_default();
        for glyph in glyphs.iter().take(tail) {
            if used + glyph.width > ends - tail_width {
                break;
            }
            used += glyph.width;
            style = glyph.style;
            pen.glyph(glyph, buf, theme);
        }
        sign(buf, pen.x, pen.y, if theme.ascii { "~" } else { "…" }, style);
        pen.x += 1;
        for glyph in glyphs.iter().skip(tail) {
            pen.glyph(glyph, buf, theme);
        }
        pen.x - area.x
    }

    /// The line in lines of at most `width` columns: broken at spaces where it can be, inside long words where it must be. A first line
    /// is always there.
    pub fn wrap(&self, width: usize) -> Vec<Line> {
        let mut lines = Vec::new();
        if width == 0 {
            return vec![Line::new()];
        }
        let glyphs: Vec<Glyph<'_>> = self.glyphs().collect();
        let (mut start, mut at, mut used) = (0, 0, 0);
        let mut space = None;
        while at < glyphs.len() {
            let glyph = &glyphs[at];
            if used + glyph.width > width && at > start {
                let (end, next) = match space {
                    _ if glyph.symbol == " " => (at, at + 1),
                    Some(place) if place > start => (place, place + 1),
                    _ => (at, at),
                };
                lines.push(Line::of(&glyphs[start..end]));
                (start, at, used, space) = (next, next, 0, None);
                continue;
            }
            if glyph.symbol == " " && !glyph.escape {
                space = Some(at);
            }
            used += glyph.width;
            at += 1;
        }
        if start < glyphs.len() || lines.is_empty() {
            lines.push(Line::of(&glyphs[start.min(glyphs.len())..]));
        }
        lines
    }

    fn of(glyphs: &[Glyph<'_>]) -> Line {
        let mut pieces: Vec<Piece> = Vec::new();
        for glyph in glyphs {
            match pieces.last_mut() {
                Some(last) if last.style == glyph.style && last.escape == glyph.escape => last.text.push_str(glyph.symbol),
                _ => pieces.push(Piece { text: glyph.symbol.to_owned(), style: glyph.style, escape: glyph.escape }),
            }
        }
        Line { pieces }
    }

    fn glyphs(&self) -> impl Iterator<Item = Glyph<'_>> {
        self.pieces.iter().flat_map(|piece| {
            graphemes(&piece.text).map(|symbol| Glyph {
                symbol,
                width: glyph_width(symbol),
                style: piece.style,
                escape: piece.escape,
            })
        })
    }
}

/// One character as a reader sees it.
struct Glyph<'a> {
    symbol: &'a str,
    width: usize,
    style: Style,
    escape: bool,
}

struct Pen {
    x: u16,
    end: u16,
    y: u16,
}

impl Pen {
    fn glyph(&mut self, glyph: &Glyph<'_>, buf: &mut Buffer, theme: &Theme) {
        let style = if glyph.escape { glyph.style.patch(theme.escape) } else { glyph.style };
        let Ok(width) = u16::try_from(glyph.width) else { return };
        if self.x.saturating_add(width) > self.end {
            return;
        }
        if let Some(cell) = buf.cell_mut((self.x, self.y)) {
            if glyph.symbol.cell_width() == 0 {
                cell.set_symbol(&format!("{CARRIER}{}", glyph.symbol));
            } else {
                cell.set_symbol(glyph.symbol);
            }
            cell.set_style(style);
        }
        for x in self.x + 1..self.x + width {
            if let Some(cell) = buf.cell_mut((x, self.y)) {
                // The second half of a wide character: hidden under it, but it carries the ground.
                cell.set_symbol(" ").set_style(style);
            }
        }
        self.x += width;
    }
}

/// The text's characters as a reader sees them.
pub(crate) fn graphemes(text: &str) -> impl Iterator<Item = &str> {
    // In ASCII every character stands alone; most text is ASCII, and splitting it this way costs a tenth.
    let ascii = if text.is_ascii() { text } else { "" };
    let rest = if text.is_ascii() { "" } else { text };
    ascii.split_inclusive(|_: char| true).chain(rest.graphemes(true))
}

/// Columns that one grapheme takes on the screen, as it is drawn here.
pub(crate) fn glyph_width(symbol: &str) -> usize {
    usize::from(symbol.cell_width()).max(1)
}

/// Columns that a text takes on the screen, as it is drawn here.
pub fn width(text: &SafeText) -> usize {
    if text.as_str().is_ascii() { text.as_str().len() } else { graphemes(text.as_str()).map(glyph_width).sum() }
}

/// What of a value is needed to draw it in `room` columns: for values of a megabyte the rest is left alone. The result may still be too
/// wide; [`Line::draw_cut`] cuts it with a sign.
pub fn enough(untrusted: &str, room: usize, cut: Cut) -> SafeText {
    // A character that is drawn takes a column; marks take none, so leave room for them.
    let keep = room.saturating_mul(4).saturating_add(8);
    let mut from_start = untrusted.char_indices();
    let Some((head_end, _)) = from_start.nth(keep) else { return SafeText::new(untrusted) };
    if cut == Cut::End {
        return SafeText::new(&untrusted[..head_end]);
    }
    let Some((tail_start, _)) = untrusted.char_indices().rev().nth(keep) else { return SafeText::new(untrusted) };
    if tail_start <= head_end {
        return SafeText::new(untrusted);
    }
    SafeText::new(&[&untrusted[..head_end], &untrusted[tail_start..]].concat())
}
