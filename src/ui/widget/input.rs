//! A line that is being typed.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::domain::SafeText;
use crate::settings::theme::Theme;

use super::text::{graphemes, width};
use super::{Line, clip, fill, sign, tint};

/// A line that is being typed. What was pasted may hold anything: it is made safe here, character by character.
#[derive(Debug, Clone, Default)]
pub struct Input<'a> {
    /// The text.
    pub text: &'a str,
    /// Where the cursor stands, in bytes of the text; `None` when the line has not the keys.
    pub cursor: Option<usize>,
    /// Looks of parts of the text, in bytes; later ones are laid over earlier ones.
    pub looks: &'a [(Range<usize>, Style)],
    /// What stands there when nothing is typed.
    pub placeholder: &'static str,
}

impl Input<'_> {
    /// Draws it in the first row of `area`, scrolled so that the cursor can be seen.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, theme: &Theme) {
        let area = clip(Rect { height: area.height.min(1), ..area }, buf);
        if area.is_empty() {
            return;
        }
        fill(area, buf, theme.text.patch(theme.input));
        if self.text.is_empty() {
            let at = u16::from(self.cursor.is_some());
            let rest = Rect { x: area.x + at, width: area.width - at, ..area };
            Line::new().with(self.placeholder, theme.placeholder).draw(rest, buf, theme);
            if self.cursor.is_some() {
                tint(Rect { width: 1, ..area }, buf, theme.cursor);
            }
            return;
        }
        let room = usize::from(area.width);
        let glyphs = self.glyphs(theme);
        let total: usize = glyphs.iter().map(|glyph| glyph.width).sum();
        let cursor = self.cursor_in(&glyphs, total);
        let skip = cursor.map_or(0, |(at, wide)| scrolled(at, wide, total, room));
        let mut line = Line::new();
        let mut pad = 0;
        for glyph in glyphs.iter().filter(|glyph| glyph.at + glyph.width > skip) {
            if glyph.at < skip {
                // Half of a wide character is left of the edge.
                pad = glyph.at + glyph.width - skip;
                continue;
            }
            if glyph.at + glyph.width > skip + room {
                break;
            }
            line.push(&glyph.text, glyph.style);
        }
        let pad = u16::try_from(pad).unwrap_or(0).min(area.width);
        let shown = Rect { x: area.x + pad, width: area.width - pad, ..area };
        line.draw(shown, buf, theme);
        if skip > 0 {
            sign(buf, area.x, area.y, if theme.ascii { "<" } else { "‹" }, theme.dim);
        }
        if skip + room < total {
            sign(buf, area.x + area.width - 1, area.y, if theme.ascii { ">" } else { "›" }, theme.dim);
        }
        if let Some((at, wide)) = cursor {
            let x = u16::try_from(at.saturating_sub(skip)).unwrap_or(u16::MAX);
            let wide = u16::try_from(wide).unwrap_or(1);
            tint(Rect { x: area.x.saturating_add(x), width: wide, ..area }.intersection(area), buf, theme.cursor);
        }
    }

    /// The place in the text, in bytes, that stands at a column when it is drawn `room` columns wide; behind the text its end.
    pub fn place_at(&self, column: u16, room: u16, theme: &Theme) -> usize {
        let glyphs = self.glyphs(theme);
        let total: usize = glyphs.iter().map(|glyph| glyph.width).sum();
        let skip = self.cursor_in(&glyphs, total).map_or(0, |(at, wide)| scrolled(at, wide, total, usize::from(room)));
        let column = skip + usize::from(column);
        glyphs.iter().find(|glyph| column < glyph.at + glyph.width).map_or(self.text.len(), |glyph| glyph.begin)
    }

    /// The column of the cursor in the whole line, and how wide what stands under it is.
    fn cursor_in(&self, glyphs: &[Glyph], total: usize) -> Option<(usize, usize)> {
        let under = |at: usize| glyphs.iter().find(|glyph| at < glyph.end);
        self.cursor.map(|at| under(at).map_or((total, 1), |glyph| (glyph.at, glyph.width)))
    }

    fn glyphs(&self, theme: &Theme) -> Vec<Glyph> {
        let mut glyphs = Vec::new();
        let (mut at, mut byte) = (0, 0);
        let ground = theme.text.patch(theme.input);
        for grapheme in graphemes(self.text) {
            let text = SafeText::new(grapheme);
            let end = byte + grapheme.len();
            let style = self
                .looks
                .iter()
                .filter(|(range, _)| range.start < end && byte < range.end)
                .fold(ground, |style, (_, look)| style.patch(*look));
            let width = width(&text);
            glyphs.push(Glyph { text, style, at, width, begin: byte, end });
            (at, byte) = (at + width, end);
        }
        glyphs
    }
}

struct Glyph {
    text: SafeText,
    style: Style,
    at: usize,
    width: usize,
    begin: usize,
    end: usize,
}

/// Columns to leave out at the left, so that a cursor at column `at` is visible with a little of what surrounds it.
fn scrolled(at: usize, wide: usize, total: usize, room: usize) -> usize {
    if total < room {
        return 0;
    }
    // One column more than the text, for the cursor behind its end.
    let most = (total + 1).saturating_sub(room);
    let margin = 4.min(room.saturating_sub(wide) / 2);
    (at + wide + margin).saturating_sub(room).min(most)
}
