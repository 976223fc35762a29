//! A bar that shows a share, in eighths of a column.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::settings::theme::Theme;

use super::{clip, sign};

const EIGHTHS: [&str; 9] = [" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"];

/// Eighths of columns that a share from 0 to 1 fills of `width` columns: something is never shown as nothing, nor less than all as all.
pub(crate) fn eighths(share: f64, width: u16) -> usize {
    let all = usize::from(width) * 8;
    if !share.is_finite() || share <= 0.0 || all == 0 {
        return 0;
    }
    if share >= 1.0 {
        return all;
    }
    ((share * all as f64).round() as usize).clamp(1, all - 1)
}

/// Draws a bar for `share` (0 to 1) in the first row of `area`.
pub fn draw(share: f64, area: Rect, buf: &mut Buffer, style: Style, theme: &Theme) {
    let filled = eighths(share, area.width);
    let area = clip(area, buf);
    if area.is_empty() || filled == 0 {
        return;
    }
    for x in 0..area.width {
        let part = filled.saturating_sub(usize::from(x) * 8).min(8);
        let symbol = match (theme.ascii, part) {
            (_, 0) => break,
            (false, part) => EIGHTHS.get(part).copied().unwrap_or(" "),
            (true, 1..=4) => "-",
            (true, _) => "=",
        };
        sign(buf, area.x + x, area.y, symbol, style);
    }
}
