//! The screen while the extract is being opened, and when it could not be.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::state::{Opening, Phase, State};
use crate::domain::SafeText;
use crate::settings::theme::Theme;
use crate::ui::format;
use crate::ui::widget::popup::{self, Frame, centered};
use crate::ui::widget::text::{Cut, PLAIN};
use crate::ui::widget::{Line, bar, paragraph, row};

/// Draws the screen.
pub(crate) fn draw(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) {
    match (&state.phase, &state.reopening) {
        (Phase::Loading { opening, stopping }, _) => {
            let name = Line::new().with("casebook", theme.title_focused).with("  opening the extract", theme.dim);
            let keys = match stopping {
                true => Line::new()
                    .with("stopping; ", theme.warning)
                    .with("Esc", theme.key_hint)
                    .with(" again leaves at once", theme.hint),
                false => Line::new().with("Esc", theme.key_hint).with(" stops", theme.hint),
            };
            loading(state, theme, &name, opening, keys, area, buf);
        }
        (Phase::Failed(reason), _) => failed(theme, reason, area, buf),
        (Phase::Ready, Some(reopening)) => {
            let name = Line::new()
                .with("opening again", theme.title_focused)
                .with("  ", PLAIN)
                .with(SafeText::cut(&reopening.why, 300), theme.dim);
            let keys = Line::new().with("Esc", theme.key_hint).with(" keeps it as it is", theme.hint);
            loading(state, theme, &name, &reopening.opening, keys, area, buf);
        }
        (Phase::Ready, None) => {}
    }
}

fn loading(state: &State, theme: &Theme, name: &Line, opening: &Opening, keys: Line, area: Rect, buf: &mut Buffer) {
    let spot = centered(area, 64, 7);
    if let Some(place) = row(spot, 0) {
        name.draw(place, buf, theme);
    }
    // The end of a path tells more than its beginning.
    if let Some(place) = row(spot, 2) {
        Line::new().with(SafeText::new(&opening.doing), PLAIN).draw_cut(place, buf, theme, Cut::Middle);
    }
    if let (Some(fraction), Some(place)) = (opening.fraction, row(spot, 3)) {
        bar::draw(fraction, place, buf, theme.bar, theme);
    }
    let mut figures = Line::new();
    if let Some(fraction) = opening.fraction {
        figures = figures.with(format::percent(fraction), theme.accent);
    }
    let mut left = Line::new();
    if !opening.figures.is_empty() {
        let gap = if figures.is_empty() { "" } else { "  " };
        left = left.with(gap, PLAIN).with(SafeText::cut(&opening.figures, 120), PLAIN);
    }
    let rest = Line::new().with(SafeText::cut(&opening.left, 40), PLAIN);
    // On a narrow screen the time that is left has a line of its own.
    let wide = figures.width() + left.width() + rest.width() + 2 <= usize::from(spot.width);
    if let Some(place) = row(spot, 4) {
        let line = figures.joined(left);
        if wide && !rest.is_empty() {
            let gap = if line.is_empty() { "" } else { "  " };
            line.with(gap, PLAIN).joined(rest.clone()).draw(place, buf, theme);
        } else {
            line.draw(place, buf, theme);
        }
    }
    if let (Some(place), false) = (row(spot, 5), wide) {
        rest.draw(place, buf, theme);
    }
    if let Some(place) = row(spot, 6) {
        let mut line = keys;
        if state.now > Duration::ZERO && state.reopening.is_none() {
            line = line.with("   ", PLAIN).with(format::elapsed(state.now), theme.dim);
        }
        line.draw(place, buf, theme);
    }
}
fn failed(theme: &Theme, reason: &str, area: Rect, buf: &mut Buffer) {
    let wide = area.width.saturating_sub(4).min(88);
    let mut lines: Vec<Line> = reason.lines().map(|line| Line::new().with(SafeText::new(line), PLAIN)).collect();
    lines.push(Line::new());
    lines.push(Line::new().with("q", theme.key_hint).with(" leaves", theme.hint));
    let lines = paragraph::wrap(&lines, wide.saturating_sub(2));
    let high = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(2);
    let frame = Frame::titled(Line::new().with("the extract cannot be opened", theme.error)).focused(true);
    let inside = popup::draw(&frame, centered(area, wide, high), buf, theme);
    paragraph::draw(
        &lines,
        0,
        Rect { x: inside.x + 1.min(inside.width), width: inside.width.saturating_sub(1), ..inside },
        buf,
        theme,
    );
}
