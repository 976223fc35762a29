//! The screen while the extract is being opened, and when it could not be.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::state::{Phase, State};
use crate::domain::SafeText;
use crate::settings::theme::Theme;
use crate::ui::format;
use crate::ui::widget::popup::{self, Frame, centered};
use crate::ui::widget::text::PLAIN;
use crate::ui::widget::{Line, bar, paragraph, row};

/// Draws the screen.
pub(crate) fn draw(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) {
    match &state.phase {
        Phase::Loading { line, fraction, stopping } => loading(state, theme, line, *fraction, *stopping, area, buf),
        Phase::Failed(reason) => failed(theme, reason, area, buf),
        Phase::Ready => {}
    }
}

fn loading(state: &State, theme: &Theme, text: &str, fraction: Option<f64>, stopping: bool, area: Rect, buf: &mut Buffer) {
    let spot = centered(area, 64, 6);
    let name = Line::new().with("casebook", theme.title_focused).with("  opening the extract", theme.dim);
    if let Some(place) = row(spot, 0) {
        name.draw(place, buf, theme);
    }
    let said = Line::new().with(SafeText::cut(text, 400), PLAIN).wrap(usize::from(spot.width));
    for (line, index) in said.iter().take(2).zip(2..) {
        if let Some(place) = row(spot, index) {
            line.draw(place, buf, theme);
        }
    }
    if let (Some(fraction), Some(place)) = (fraction, row(spot, 4)) {
        bar::draw(fraction, place, buf, theme.bar, theme);
    }
    if let Some(place) = row(spot, 5) {
        let mut line = match stopping {
            true => Line::new()
                .with("stopping; ", theme.warning)
                .with("Esc", theme.key_hint)
                .with(" again leaves at once", theme.hint),
            false => Line::new().with("Esc", theme.key_hint).with(" stops", theme.hint),
        };
        if state.now > Duration::ZERO {
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
