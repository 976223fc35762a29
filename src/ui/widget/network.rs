//! Names at both sides, what they share in the middle, and lines between them. Lines are drawn in dots of a quarter of a character's
//! height where the terminal has them, in full characters where it has not.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::domain::SafeText;
use crate::settings::theme::Theme;

use super::text::{Cut, width};
use super::{Line, clip, sign};

/// Something shared: its name and look, and the places of those who share it.
pub type Thread = (SafeText, Style, Vec<usize>);

/// Columns of a name.
const NAME: u16 = 18;

/// How many names fit into an area.
pub fn names(area: Rect) -> usize {
    usize::from(area.height) * 2
}

/// How many shared things fit into an area: with a line between two of them, so that they can be told apart.
pub fn threads(area: Rect) -> usize {
    usize::from(area.height.div_ceil(2))
}

/// Draws them; names beyond [`names`] and things beyond [`threads`] are left out.
pub fn draw(people: &[(SafeText, Style)], shared: &[Thread], area: Rect, buf: &mut Buffer, theme: &Theme) {
    let area = clip(area, buf);
    if area.width < 12 || area.height == 0 {
        return;
    }
    let count = people.len().min(names(area));
    let name = NAME.min(area.width / 4);
    // Where the lines may run, and in its middle what is shared.
    let middle = Rect { x: area.x + name + 1, width: area.width.saturating_sub(2 * (name + 1)), ..area };
    let wide = shared.iter().map(|thread| width(&thread.0)).max().unwrap_or(0);
    let wide = u16::try_from(wide).unwrap_or(u16::MAX).min(NAME).min(middle.width / 2);
    let center = Rect { x: middle.x + (middle.width - wide) / 2, width: wide, ..middle };
    let spots: Vec<(bool, u16)> = (0..count).map(|at| spot(at, count, area.height)).collect();
    let kept = shared.len().min(threads(area));
    let height = |at: usize| {
        let last = usize::from(area.height - 1);
        u16::try_from(if kept > 1 { at * last / (kept - 1) } else { last / 2 }).unwrap_or(0)
    };
    let mut canvas = Canvas::new(middle, theme.ascii);
    // The lines of the first name last, so that they lie on top.
    for first in [false, true] {
        for (at, (_, _, on)) in shared.iter().take(kept).enumerate() {
            for place in on.iter().filter(|place| (**place == 0) == first) {
                let Some((left, y)) = spots.get(*place) else { continue };
                let from = if *left { 0 } else { middle.width.saturating_sub(1) };
                let to = if *left { center.x - middle.x } else { (center.right() - middle.x).saturating_sub(1) };
                canvas.line((f64::from(from), f64::from(*y)), (f64::from(to), f64::from(height(at))), first);
            }
        }
    }
    canvas.draw(buf, theme);
    for (at, (text, style, _)) in shared.iter().take(kept).enumerate() {
        let place = Rect { y: area.y + height(at), height: 1, ..center };
        let line = Line::new().with(text.clone(), *style);
        let used = u16::try_from(line.width()).unwrap_or(u16::MAX).min(place.width);
        let place = Rect { x: place.x + (place.width - used) / 2, width: used, ..place };
        line.draw_cut(place, buf, theme, Cut::Middle);
    }
    for ((text, style), (left, y)) in people.iter().zip(&spots) {
        let line = Line::new().with(text.clone(), *style);
        let used = u16::try_from(width(text)).unwrap_or(u16::MAX).min(name);
        let place = match left {
            true => Rect { x: area.x + name - used, y: area.y + y, width: used, height: 1 },
            false => Rect { x: middle.right() + 1, y: area.y + y, width: name, height: 1 }.intersection(area),
        };
        line.draw_cut(place, buf, theme, Cut::Middle);
        let dot = if theme.ascii { "o" } else { "●" };
        let x = if *left { area.x + name } else { middle.right() };
        sign(buf, x, area.y + y, dot, *style);
    }
}

/// The side and the row of a name: the first at the top of the right side, then clockwise.
fn spot(at: usize, count: usize, height: u16) -> (bool, u16) {
    let right = count.div_ceil(2);
    let (left, place, of) = if at < right { (false, at, right) } else { (true, count - 1 - at, count - right) };
    let last = usize::from(height.saturating_sub(1));
    let y = if of > 1 { place * last / (of - 1) } else { last / 2 };
    (left, u16::try_from(y).unwrap_or(0))
}

struct Canvas {
    area: Rect,
    ascii: bool,
    dots: Vec<(u8, bool)>,
}

impl Canvas {
    fn new(area: Rect, ascii: bool) -> Canvas {
        Canvas { area, ascii, dots: vec![(0, false); usize::from(area.width) * usize::from(area.height)] }
    }

    /// Dots in a character, across and down.
    fn grain(&self) -> (f64, f64) {
        if self.ascii { (1.0, 1.0) } else { (2.0, 4.0) }
    }

    fn line(&mut self, from: (f64, f64), to: (f64, f64), first: bool) {
        let (across, down) = self.grain();
        let (from, to) = (((from.0 + 0.5) * across, (from.1 + 0.5) * down), ((to.0 + 0.5) * across, (to.1 + 0.5) * down));
        let steps = (to.0 - from.0).abs().max((to.1 - from.1).abs()).ceil().max(1.0);
        for step in 0..=(steps as u32) {
            let part = f64::from(step) / steps;
            let x = from.0 + (to.0 - from.0) * part;
            let y = from.1 + (to.1 - from.1) * part;
            self.dot(x, y, first);
        }
    }

    fn dot(&mut self, x: f64, y: f64, first: bool) {
        if x < 0.0 || y < 0.0 {
            return;
        }
        let (across, down) = self.grain();
        let (column, line) = ((x / across) as usize, (y / down) as usize);
        if column >= usize::from(self.area.width) {
            return;
        }
        // The dots of a braille character, column by column.
        const DOTS: [[u8; 4]; 2] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];
        let dot = match self.ascii {
            true => 1,
            false => DOTS[(x as usize) % 2][(y as usize) % 4],
        };
        if let Some(cell) = self.dots.get_mut(line * usize::from(self.area.width) + column) {
            cell.0 |= dot;
            cell.1 |= first;
        }
    }

    fn draw(&self, buf: &mut Buffer, theme: &Theme) {
        for (at, (dots, first)) in self.dots.iter().enumerate().filter(|(_, cell)| cell.0 != 0) {
            let wide = usize::from(self.area.width).max(1);
            let (x, y) = (u16::try_from(at % wide).unwrap_or(0), u16::try_from(at / wide).unwrap_or(0));
            let style = if *first { theme.accent } else { theme.dim };
            let symbol = char::from_u32(0x2800 + u32::from(*dots)).unwrap_or('.').to_string();
            if let Some(cell) = buf.cell_mut((self.area.x + x, self.area.y + y)) {
                cell.set_symbol(if self.ascii { "." } else { &symbol }).set_style(style);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_a_row_of_its_own_on_its_side() {
        for height in 1..30u16 {
            for count in 0..=usize::from(height) * 2 {
                let spots: Vec<(bool, u16)> = (0..count).map(|at| spot(at, count, height)).collect();
                for (at, one) in spots.iter().enumerate() {
                    assert!(one.1 < height);
                    assert!(!spots[at + 1..].contains(one), "{count} in {height}: {spots:?}");
                }
            }
        }
    }
}
