//! A sparkline: how a number went, in one row.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::settings::theme::Theme;

use super::{clip, sign};

pub(crate) const LEVELS: [&str; 9] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
pub(crate) const ASCII_LEVELS: [&str; 9] = [" ", ".", ".", ":", ":", "-", "=", "+", "#"];

/// Spreads `values` over `columns` columns: neighbours are added up where there are more values than columns; where there are fewer, each
/// column shows the value of its moment, so that the whole width stands for the whole time. Gives the number for every column, and the
/// first value in it.
pub(crate) fn spread(values: &[u64], columns: u16) -> Vec<(u64, usize)> {
    let columns = usize::from(columns);
    if values.is_empty() || columns == 0 {
        return Vec::new();
    }
    if values.len() <= columns {
        let at = |column: usize| column * values.len() / columns;
        return (0..columns).map(|column| (values.get(at(column)).copied().unwrap_or(0), at(column))).collect();
    }
    (0..columns)
        .map(|column| {
            let (from, to) = (column * values.len() / columns, (column + 1) * values.len() / columns);
            let sum = values.get(from..to).unwrap_or_default().iter().fold(0_u64, |sum, value| sum.saturating_add(*value));
            (sum, from)
        })
        .collect()
}

/// How many of `steps` a number takes of the largest: at least one for what is more than nothing.
pub(crate) fn steps(value: u64, largest: u64, steps: usize) -> usize {
    if value == 0 || largest == 0 || steps == 0 {
        return 0;
    }
    ((value as f64 / largest as f64 * steps as f64).round() as usize).clamp(1, steps)
}

/// Draws the values in the first row of `area`.
pub fn draw(values: &[u64], area: Rect, buf: &mut Buffer, style: Style, theme: &Theme) {
    let area = clip(area, buf);
    if area.is_empty() {
        return;
    }
    let columns = spread(values, area.width);
    let largest = columns.iter().map(|(value, _)| *value).max().unwrap_or(0);
    let levels = if theme.ascii { &ASCII_LEVELS } else { &LEVELS };
    for ((value, _), x) in columns.into_iter().zip(area.x..) {
        let symbol = levels.get(steps(value, largest, 8)).copied().unwrap_or(" ");
        sign(buf, x, area.y, symbol, style);
    }
}
