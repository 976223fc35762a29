//! Columns over time, whole or made of parts, with the current bucket and a chosen range marked.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::settings::theme::Theme;

use super::spark::{ASCII_LEVELS, LEVELS, spread, steps};
use super::{clip, sign, tint};

/// What to draw.
#[derive(Debug, Clone, Default)]
pub struct Histogram<'a> {
    /// The numbers of all buckets, empty ones included.
    pub values: &'a [u64],
    /// The parts of the buckets, each with its number in every bucket, the lowest first; empty for whole columns. What the parts of a bucket
    /// leave of its number is not drawn.
    pub parts: &'a [&'a [u64]],
    /// The part that stands for all the others and has the last fill, where one does.
    pub others: Option<usize>,
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

    /// The first bucket of the column that stands at `x` when it is drawn over the whole of `area`.
    pub fn bucket_at(&self, area: Rect, x: u16) -> Option<usize> {
        let column = usize::from(x.checked_sub(area.x)?);
        spread(self.values, area.width).get(column).map(|(_, first)| *first)
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
            if !self.parts.is_empty() {
                let column = Column { buckets: buckets.clone(), value: *value, largest, current };
                self.stack(&column, Rect { x, width: 1, ..area }, buf, theme);
            }
            let mut left = steps(*value, largest, usize::from(area.height) * 8);
            for y in (area.y..area.y + area.height).rev().filter(|_| self.parts.is_empty()) {
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

    /// Draws a column of parts: whole cells, because half a cell of one fill cannot stand on half a cell of another one.
    fn stack(&self, column: &Column, area: Rect, buf: &mut Buffer, theme: &Theme) {
        let cells = steps(column.value, column.largest, usize::from(area.height));
        let rows: Vec<u64> = self
            .parts
            .iter()
            .map(|part| {
                part.get(column.buckets.clone()).unwrap_or_default().iter().fold(0, |sum: u64, rows| sum.saturating_add(*rows))
            })
            .collect();
        let mut y = area.y + area.height;
        for (part, high) in shared(&rows, cells).into_iter().enumerate() {
            let (symbol, style) = fill(if self.others == Some(part) { usize::MAX } else { part }, theme);
            for _ in 0..high {
                y = y.saturating_sub(1).max(area.y);
                sign(buf, area.x, y, symbol, if column.current { style.patch(theme.histogram_cursor) } else { style });
            }
        }
        if cells == 0 && column.current && area.height > 0 {
            sign(buf, area.x, area.y + area.height - 1, if theme.ascii { "_" } else { "▁" }, theme.dim);
        }
    }
}

/// One column of the screen.
struct Column {
    buckets: Range<usize>,
    value: u64,
    largest: u64,
    current: bool,
}

/// The fill of a part: fills differ in their shape, for eyes and screens without colours.
pub(crate) fn fill(part: usize, theme: &Theme) -> (&'static str, Style) {
    const FILLS: [&str; 6] = ["█", "▒", "╱", "▓", "░", "·"];
    const ASCII: [&str; 6] = ["#", "=", "/", "%", ":", "."];
    let fills = if theme.ascii { &ASCII } else { &FILLS };
    let styles = [theme.histogram, theme.accent, theme.spark, theme.bar, theme.key_hint, theme.dim];
    let last = fills.len() - 1;
    let at = part.min(last);
    (fills.get(at).copied().unwrap_or("."), styles.get(at).copied().unwrap_or(theme.dim))
}

/// Shares `cells` among parts by their rows: each gets what its share has in whole cells, and what is left goes to the largest rests, so that
/// no cell is lost and none is made up.
fn shared(rows: &[u64], cells: usize) -> Vec<usize> {
    let sum: u128 = rows.iter().map(|rows| u128::from(*rows)).sum();
    if sum == 0 || cells == 0 {
        return vec![0; rows.len()];
    }
    let exact = |rows: u64| u128::from(rows) * cells as u128;
    let mut shares: Vec<usize> = rows.iter().map(|rows| usize::try_from(exact(*rows) / sum).unwrap_or(0)).collect();
    let mut rests: Vec<usize> = (0..rows.len()).collect();
    rests.sort_by_key(|at| std::cmp::Reverse(rows.get(*at).map_or(0, |rows| exact(*rows) % sum)));
    let left = cells.saturating_sub(shares.iter().sum());
    for at in rests.into_iter().take(left) {
        if let Some(share) = shares.get_mut(at) {
            *share += 1;
        }
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_shared_by_rows_and_none_is_lost() {
        assert_eq!(shared(&[3, 1], 4), [3, 1]);
        assert_eq!(shared(&[1, 1, 1], 2), [1, 1, 0]);
        assert_eq!(shared(&[0, 0], 3), [0, 0]);
        for cells in 0..20 {
            let shares = shared(&[7, 0, u64::MAX / 3, 12], cells);
            assert_eq!(shares.iter().sum::<usize>(), cells);
        }
    }

    #[test]
    fn fills_differ_without_colours() {
        for ascii in [true, false] {
            let theme = Theme::builtin("mono").unwrap().with_ascii(ascii);
            let symbols: std::collections::BTreeSet<&str> = (0..6).map(|part| fill(part, &theme).0).collect();
            assert_eq!(symbols.len(), 6);
        }
    }
}
