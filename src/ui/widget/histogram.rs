//! Columns over time, with the current bucket and a chosen range marked.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::settings::theme::Theme;

use super::spark::{ASCII_LEVELS, LEVELS, spread, steps};
use super::{clip, sign, tint};

/// What to draw.
#[derive(Debug, Clone, Default)]
pub struct Histogram<'a> {
    /// The numbers of all buckets, empty ones included.
    pub values: &'a [u64],
    /// The current bucket.
    pub cursor: Option<usize>,
    /// The buckets of the chosen range.
    pub brush: Option<Range<usize>>,
}

impl Histogram<'_> {
    /// The largest number that a column stands for when it is drawn `width` columns wide: where there are more buckets than columns,
    /// neighbours are added up.
    pub fn largest(&self, width: u16) -> u64 {
        spread(self.values, width).into_iter().map(|(value, _)| value).max().unwrap_or(0)
    }

    /// Draws it over the whole of `area`.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, theme: &Theme) {
        let area = clip(area, buf);
        if area.is_empty() {
            return;
        }
        let columns = spread(self.values, area.width);
        let largest = columns.iter().map(|(value, _)| *value).max().unwrap_or(0);
        let levels = if theme.ascii { &ASCII_LEVELS } else { &LEVELS };
        let nexts = columns.iter().skip(1).map(|(_, first)| *first).chain([self.values.len()]).collect::<Vec<_>>();
        for (((value, first), next), x) in columns.iter().zip(nexts).zip(area.x..) {
            // Columns of one wide bucket have the same first value.
            let buckets = *first..next.max(first + 1);
            let current = self.cursor.is_some_and(|cursor| buckets.contains(&cursor));
            let style = if current { theme.histogram_cursor } else { theme.histogram };
            let mut left = steps(*value, largest, usize::from(area.height) * 8);
            for y in (area.y..area.y + area.height).rev() {
                let part = left.min(8);
                left -= part;
                if part > 0 {
                    sign(buf, x, y, levels.get(part).copied().unwrap_or(" "), style);
                } else if current && y == area.y + area.height - 1 {
                    // An empty bucket still shows that one stands on it.
                    sign(buf, x, y, if theme.ascii { "_" } else { "▁" }, theme.dim);
                }
            }
            let brushed = self.brush.as_ref().is_some_and(|brush| brush.start < buckets.end && buckets.start < brush.end);
            if brushed {
                tint(Rect { x, width: 1, ..area }, buf, theme.brush);
            }
        }
    }
}
