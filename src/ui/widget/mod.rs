//! The parts that panes are made of. Each draws into a rectangle of any size, touches nothing outside it and never panics.
//!
//! Text reaches the screen only as [`SafeText`](crate::domain::SafeText) or as the program's own `&'static str`: [`Line`] takes nothing else.

pub mod bar;
pub mod histogram;
pub mod input;
pub mod menu;
pub mod network;
pub mod paragraph;
pub mod popup;
pub mod progress;
pub mod prose;
pub mod scroll;
pub mod spark;
pub mod table;
#[cfg(test)]
mod tests;
pub mod text;
pub mod tree;

pub use text::Line;

use ratatui::buffer::{Buffer, CellWidth};
use ratatui::layout::Rect;
use ratatui::style::Style;

/// The part of `area` that the buffer has.
pub(crate) fn clip(area: Rect, buf: &Buffer) -> Rect {
    area.intersection(buf.area)
}

/// Makes an area blank in a style.
pub(crate) fn fill(area: Rect, buf: &mut Buffer, style: Style) {
    for position in clip(area, buf).positions() {
        if let Some(cell) = buf.cell_mut(position) {
            cell.reset();
            cell.set_style(style);
        }
    }
}

/// Lays a style over what is drawn already.
pub(crate) fn tint(area: Rect, buf: &mut Buffer, style: Style) {
    buf.set_style(clip(area, buf), style);
}

/// Draws one of the program's own one-column signs.
pub(crate) fn sign(buf: &mut Buffer, x: u16, y: u16, symbol: &'static str, style: Style) {
    if x > buf.area.x
        && let Some(before) = buf.cell_mut((x - 1, y))
        && before.symbol().cell_width() > 1
    {
        // Half of a wide character cannot be drawn.
        before.set_symbol(" ");
    }
    if let Some(cell) = buf.cell_mut((x, y)) {
        cell.set_symbol(symbol).set_style(style);
    }
}

/// Row `index` of an area, if it has one.
pub(crate) fn row(area: Rect, index: u16) -> Option<Rect> {
    (index < area.height && area.width > 0).then(|| Rect { y: area.y + index, height: 1, ..area })
}
