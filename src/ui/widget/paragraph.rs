//! Text over several rows.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::settings::theme::Theme;

use super::{Line, row, scroll};

/// Draws lines from line `first` on; `lines` are wrapped already ([`Line::wrap`]). Shows a thumb when there are more.
pub fn draw(lines: &[Line], first: usize, area: Rect, buf: &mut Buffer, theme: &Theme) {
    let first = first.min(lines.len().saturating_sub(usize::from(area.height)));
    for (line, index) in lines.iter().skip(first).zip(0..area.height) {
        if let Some(place) = row(area, index) {
            line.draw(place, buf, theme);
        }
    }
    scroll::draw(first as u64, u64::from(area.height), lines.len() as u64, area, buf, theme);
}

/// Wraps lines to a width, leaving a column for the thumb.
pub fn wrap(lines: &[Line], width: u16) -> Vec<Line> {
    let width = usize::from(width.saturating_sub(1));
    lines.iter().flat_map(|line| line.wrap(width)).collect()
}
