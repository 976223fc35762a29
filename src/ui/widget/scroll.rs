//! Where in a long list one is: a thumb on the right edge.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::settings::theme::Theme;

use super::{clip, sign};

/// Draws the thumb in the last column of `area` when not everything is visible: `first` is the first visible item of `total`, `visible`
/// how many are.
pub fn draw(first: u64, visible: u64, total: u64, area: Rect, buf: &mut Buffer, theme: &Theme) {
    let area = clip(area, buf);
    if area.is_empty() || total <= visible {
        return;
    }
    let height = u64::from(area.height);
    let wide = |number: u64| u128::from(number);
    let length = (wide(visible) * wide(height) / wide(total)).clamp(1, wide(height));
    let room = wide(height) - length;
    let hidden = wide(total - visible);
    let mut start = (wide(first.min(total - visible)) * room + hidden / 2) / hidden;
    if first > 0 && start == 0 && room > 0 {
        start = 1;
    }
    let x = area.x + area.width - 1;
    for y in start..start + length {
        if let Ok(offset) = u16::try_from(y) {
            sign(buf, x, area.y.saturating_add(offset), if theme.ascii { "#" } else { "┃" }, theme.scroll);
        }
    }
}
