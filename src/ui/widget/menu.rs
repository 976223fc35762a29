//! A list to choose from.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::settings::theme::Theme;

use super::{Line, row, scroll, tint};

/// One item.
#[derive(Debug, Clone, Default)]
pub struct Item {
    /// The key that chooses it, if it has one.
    pub key: Line,
    /// What it is.
    pub label: Line,
    /// What stands at the right: a count, a key, a remark.
    pub right: Line,
}

/// A list to choose from. Only the items that are visible need be made: `items` are those from `first` on.
#[derive(Debug, Clone, Default)]
pub struct Menu {
    /// The visible items.
    pub items: Vec<Item>,
    /// The place of the first of them in the whole list.
    pub first: usize,
    /// How many there are in the whole list.
    pub total: usize,
    /// The chosen item's place in the whole list.
    pub chosen: Option<usize>,
    /// Columns for the keys; 0 for none.
    pub key_width: u16,
}

/// The first visible item of a list, such that the chosen one is visible: near the middle, but with no empty rows at the end.
pub fn first_visible(chosen: usize, total: usize, height: u16) -> usize {
    let height = usize::from(height);
    chosen.saturating_sub(height / 2).min(total.saturating_sub(height))
}

impl Menu {
    /// The place of each visible item in the whole list, and where it is drawn.
    pub fn places(&self, area: Rect) -> impl Iterator<Item = (usize, Rect)> {
        let scrolls = self.total > usize::from(area.height);
        let inner = Rect { width: area.width.saturating_sub(u16::from(scrolls)), ..area };
        let rows = (0..area.height).map_while(move |index| row(inner, index));
        (self.first..).zip(rows).take(self.items.len())
    }

    /// Draws the items, one a row.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, theme: &Theme) {
        for (item, (at, place)) in self.items.iter().zip(self.places(area)) {
            if self.chosen == Some(at) {
                tint(place, buf, theme.selection);
            }
            let mut rest = place;
            if self.key_width > 0 {
                let keys = self.key_width.min(rest.width);
                item.key.draw(Rect { width: keys, ..rest }, buf, theme);
                let step = (keys + 1).min(rest.width);
                rest = Rect { x: rest.x + step, width: rest.width - step, ..rest };
            }
            let right = u16::try_from(item.right.width()).unwrap_or(u16::MAX);
            let room = if item.right.is_empty() { 0 } else { right.saturating_add(1) };
            // What it is matters more than what stands beside it.
            let label = u16::try_from(item.label.width()).unwrap_or(u16::MAX);
            let fits = label.saturating_add(room) <= rest.width || room < rest.width / 2;
            let left = if fits { rest.width.saturating_sub(room) } else { rest.width };
            item.label.draw(Rect { width: left, ..rest }, buf, theme);
            if fits && room > 0 {
                item.right.draw_right(rest, buf, theme);
            }
        }
        scroll::draw(self.first as u64, u64::from(area.height), self.total as u64, area, buf, theme);
    }
}
