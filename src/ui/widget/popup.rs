//! Frames: of panes, and of what stands over them.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

use crate::settings::theme::Theme;

use super::text::PLAIN;
use super::{Line, clip, fill, sign};

/// How a frame looks.
#[derive(Debug, Clone, Default)]
pub struct Frame {
    /// At the left of the upper edge.
    pub title: Line,
    /// At the right of the upper edge.
    pub right: Line,
    /// At the left of the lower edge.
    pub bottom: Line,
    /// Whether what it frames has the keys.
    pub focused: bool,
}

impl Frame {
    /// A frame with a title.
    pub fn titled(title: Line) -> Frame {
        Frame { title, ..Frame::default() }
    }

    /// Whether it has the keys.
    #[must_use]
    pub fn focused(mut self, focused: bool) -> Frame {
        self.focused = focused;
        self
    }

    /// Draws it around the edge of `area` and returns what is inside.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, theme: &Theme) -> Rect {
        let area = clip(area, buf);
        if area.width < 2 || area.height < 2 {
            return Rect { width: 0, height: 0, ..area };
        }
        let style = if self.focused { theme.border_focused } else { theme.border };
        edge(area, buf, style, theme);
        let top = Rect { x: area.x + 2, width: area.width.saturating_sub(4), height: 1, ..area };
        let mut used = 0;
        if !self.title.is_empty() {
            let title = spaced(&self.title);
            used = breadth(&title).min(top.width);
            inscribe(&title, Rect { width: used, ..top }, buf, theme);
        }
        let right = spaced(&self.right);
        let wanted = breadth(&right);
        if !self.right.is_empty() && wanted < top.width.saturating_sub(used) {
            inscribe(&right, Rect { x: top.x + top.width - wanted, width: wanted, ..top }, buf, theme);
        }
        if !self.bottom.is_empty() {
            let bottom = spaced(&self.bottom);
            let width = breadth(&bottom).min(top.width);
            inscribe(&bottom, Rect { y: area.y + area.height - 1, width, ..top }, buf, theme);
        }
        Rect { x: area.x + 1, y: area.y + 1, width: area.width - 2, height: area.height - 2 }
    }
}

fn spaced(line: &Line) -> Line {
    Line::new().with(" ", PLAIN).joined(line.clone()).with(" ", PLAIN)
}

fn breadth(line: &Line) -> u16 {
    u16::try_from(line.width()).unwrap_or(u16::MAX)
}

/// Draws a line into the edge, in the ink of text and not in that of the edge.
fn inscribe(line: &Line, area: Rect, buf: &mut Buffer, theme: &Theme) {
    for position in clip(area, buf).positions() {
        if let Some(cell) = buf.cell_mut(position) {
            cell.fg = theme.text.fg.unwrap_or(Color::Reset);
            cell.modifier = Modifier::empty();
        }
    }
    line.draw(area, buf, theme);
}

fn edge(area: Rect, buf: &mut Buffer, style: Style, theme: &Theme) {
    let [across, down, corners] =
        if theme.ascii { ["-", "|", "+"].map(|one| [one; 4]) } else { [["─"; 4], ["│"; 4], ["┌", "┐", "└", "┘"]] };
    let (right, bottom) = (area.x + area.width - 1, area.y + area.height - 1);
    for x in area.x + 1..right {
        sign(buf, x, area.y, across[0], style);
        sign(buf, x, bottom, across[0], style);
    }
    for y in area.y + 1..bottom {
        sign(buf, area.x, y, down[0], style);
        sign(buf, right, y, down[0], style);
    }
    for ((x, y), corner) in [(area.x, area.y), (right, area.y), (area.x, bottom), (right, bottom)].into_iter().zip(corners) {
        sign(buf, x, y, corner, style);
    }
}

/// The rectangle of `width` by `height` in the middle of `area`, as much of it as fits.
pub fn centered(area: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height }
}

/// Draws a frame over what is there, on the ground of popups, and returns what is inside.
pub fn draw(frame: &Frame, area: Rect, buf: &mut Buffer, theme: &Theme) -> Rect {
    fill(area, buf, theme.popup);
    frame.draw(area, buf, theme)
}
