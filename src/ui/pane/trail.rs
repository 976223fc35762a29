//! The line at the top: the views from the whole extract to here, and the surfaces.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::layout::between_tabs;
use crate::app::state::State;
use crate::domain::SafeText;
use crate::settings::theme::Theme;
use crate::ui::format;
use crate::ui::widget::Line;
use crate::ui::widget::text::PLAIN;

/// Draws the line.
pub(crate) fn draw(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let surfaces = surfaces(state, theme, area.width);
    let taken = u16::try_from(surfaces.width()).unwrap_or(u16::MAX).min(area.width);
    surfaces.draw_right(area, buf, theme);
    let veil = unveiled(state, theme, area.width);
    let covered = u16::try_from(veil.width()).unwrap_or(u16::MAX).min(area.width.saturating_sub(taken));
    veil.draw(Rect { x: area.x + area.width.saturating_sub(taken + covered), width: covered, ..area }, buf, theme);
    let taken = taken + covered;
    let left = Rect { width: area.width.saturating_sub(taken + 2), ..area };
    path(state, theme, usize::from(left.width)).draw(left, buf, theme);
}

/// Until when sensitive values are shown, while they are.
fn unveiled(state: &State, theme: &Theme, width: u16) -> Line {
    let Some(unveiled) = state.unveiled.as_ref().filter(|_| state.is_unveiled()) else { return Line::new() };
    let words = if width < 60 { "until " } else { "content shown until " };
    Line::new().with(words, theme.warning).with(SafeText::new(&unveiled.says), theme.warning).with(" UTC  ", theme.warning)
}

fn surfaces(state: &State, theme: &Theme, width: u16) -> Line {
    let mut line = Line::new();
    for tab in state.tabs() {
        let here = tab.surface == state.surface;
        if !line.is_empty() {
            line = line.with(between_tabs(width), PLAIN);
        }
        let style = if here { theme.title_focused } else { theme.dim };
        line = line.with(tab.key, if here { theme.title_focused } else { theme.key_hint });
        if tab.is_named(state.surface, width) {
            line = line.with(" ", style).with(tab.name, style);
            if tab.count > 0 {
                line = line.with(" ", style).with(format::count(tab.count as u64), style);
            }
        }
    }
    line.with(" ", PLAIN)
}

/// The path, as much of its end as fits: where one is matters more than where one began.
fn path(state: &State, theme: &Theme, width: usize) -> Line {
    let between = if theme.ascii { " > " } else { " › " };
    let path = state.trail.path();
    let nodes = state.trail.nodes();
    let mut parts: Vec<Line> = Vec::new();
    let mut used = 1;
    for (back, at) in path.iter().rev().enumerate() {
        let Some(node) = nodes.get(*at) else { continue };
        let here = back == 0;
        let longest = if here { width.saturating_sub(2) } else { 28 };
        let mut part = Line::new();
        part.push(&SafeText::cut(node.called(), longest), if here { theme.accent } else { theme.dim });
        if let Some(rows) = node.rows {
            part = part.with(" ", PLAIN).with(format::count(rows), if here { PLAIN } else { theme.dim });
        }
        let more = part.width() + if here { 0 } else { 3 };
        if used + more > width && !here {
            parts.push(Line::new().with(if theme.ascii { "~" } else { "…" }, theme.dim));
            break;
        }
        used += more;
        parts.push(part);
    }
    let mut line = Line::new().with(" ", PLAIN);
    for (place, part) in parts.into_iter().rev().enumerate() {
        if place > 0 {
            line = line.with(between, theme.dim);
        }
        line.append(part);
    }
    line
}
