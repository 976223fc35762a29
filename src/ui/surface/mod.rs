//! What fills the screen in place of the panes.

mod about;
pub(super) mod case;
pub(super) mod findings;
pub(super) mod loading;
pub(super) mod playbooks;
pub(super) mod sql;
mod triage;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::settings::theme::Theme;

use super::widget::{Line, sign, tint};

/// Marks the line under the cursor and gives the room that is left for text.
pub(super) fn line_room(area: Rect, current: bool, buf: &mut Buffer, theme: &Theme) -> Rect {
    if current {
        tint(area, buf, theme.selection);
        sign(buf, area.x, area.y, if theme.ascii { ">" } else { "▌" }, theme.accent);
    }
    Rect { x: area.x + 2.min(area.width), width: area.width.saturating_sub(3), ..area }
}

/// Draws a line with something at its right; what it is matters more than what stands beside it.
pub(super) fn two_sided(left: &Line, right: &Line, area: Rect, buf: &mut Buffer, theme: &Theme) {
    let wanted = u16::try_from(right.width()).unwrap_or(u16::MAX);
    let both = left.width() + right.width() + 2 <= usize::from(area.width);
    if wanted > 0 && (both || wanted.saturating_add(2) <= area.width / 2) {
        right.draw_right(area, buf, theme);
        left.draw(Rect { width: area.width - wanted - 2, ..area }, buf, theme);
    } else {
        left.draw(area, buf, theme);
    }
}
