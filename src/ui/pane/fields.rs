//! The fields: every column with its exact top values and their shares.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::state::fields::{Counted, Field, FieldLine, Values};
use crate::app::state::{Pane, State};
use crate::domain::{Role, SafeText, Value};
use crate::settings::theme::Theme;
use crate::ui::widget::text::{PLAIN, enough, width};
use crate::ui::widget::{Line, bar, row, scroll, sign, tint};
use crate::ui::{format, look};

use super::{focused, frame};

/// Draws the pane.
pub(crate) fn draw(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let focus = focused(state, Pane::Fields);
    let right = Line::new().with(format::count(state.fields.fields.len() as u64), PLAIN);
    let inside = frame(look::title("fields", focus, theme), right, focus, area, buf, theme);
    let lines = state.fields.lines();
    for ((place, line), index) in lines.iter().enumerate().skip(state.fields.top).zip(0..inside.height) {
        let Some(area) = row(inside, index) else { break };
        if focus && place == state.fields.cursor {
            tint(area, buf, theme.selection);
            sign(buf, area.x, area.y, if theme.ascii { ">" } else { "▌" }, theme.accent);
        }
        let area = Rect { x: area.x + 1.min(area.width), width: area.width.saturating_sub(1), ..area };
        match *line {
            FieldLine::Head(at) => {
                if let Some(field) = state.fields.fields.get(at) {
                    draw_head(field, area, buf, theme);
                }
            }
            FieldLine::Value(at, value) => {
                if let Some(field) = state.fields.fields.get(at)
                    && let Values::Known { top, .. } = &field.values
                    && let Some(counted) = top.get(value)
                {
                    let widest = top.first().map_or(0, |first| width(&format::count(first.requests)));
                    draw_value(state, field.role, counted, widest, area, buf, theme);
                    draw_mark(state, &field.column, counted, area, buf, theme);
                }
            }
            FieldLine::More(at) => {
                if let Some(Values::Known { top, distinct }) = state.fields.fields.get(at).map(|field| &field.values) {
                    let shown = top.len().min(crate::app::state::fields::SHOWN) as u64;
                    Line::new()
                        .with("  ", PLAIN)
                        .with(format::count(distinct.saturating_sub(shown)), theme.dim)
                        .with(" more  ", theme.dim)
                        .with("F", theme.key_hint)
                        .draw(area, buf, theme);
                }
            }
        }
    }
    let track = Rect { width: inside.width + 1, ..inside };
    scroll::draw(state.fields.top as u64, u64::from(inside.height), lines.len() as u64, track, buf, theme);
}

fn draw_head(field: &Field, area: Rect, buf: &mut Buffer, theme: &Theme) {
    let fold = match (field.open, theme.ascii) {
        (true, false) => "▾ ",
        (false, false) => "▸ ",
        (true, true) => "v ",
        (false, true) => "> ",
    };
    let name = Line::new().with(fold, theme.dim).with(SafeText::new(&field.column), look::field_style(field.role, theme));
    let used = name.draw(area, buf, theme);
    let right = match &field.values {
        Values::Known { distinct, .. } => Line::new().with(format::count(*distinct), theme.dim),
        Values::Loading => Line::new().with("counting", theme.dim),
        Values::Failed(reason) => Line::new().with(SafeText::new(reason), theme.error),
        Values::Unknown => Line::new(),
    };
    let rest = area.width.saturating_sub(used + 2);
    right.draw_right(Rect { x: area.x + area.width - rest, width: rest, ..area }, buf, theme);
}

/// Draws a value with its count, its share and a bar. `widest` is the width of the largest count beside it.
pub(crate) fn draw_value(
    state: &State,
    role: Option<Role>,
    counted: &Counted,
    widest: usize,
    area: Rect,
    buf: &mut Buffer,
    theme: &Theme,
) {
    let count = Line::new().with(format::count(counted.requests), PLAIN);
    let share = Line::new().with(format::percent(counted.share), theme.dim);
    let number = u16::try_from(widest).unwrap_or(u16::MAX).min(area.width);
    let fixed = 2 + 1 + number + 1 + 5 + 1;
    let free = area.width.saturating_sub(fixed);
    let bars = (free / 4).min(24);
    let text = free.saturating_sub(bars);
    let mark = counted.value.as_deref().and_then(|value| look::connotation_mark(state, theme, role, value));
    if let Some((symbol, style)) = mark
        && area.width > 1
    {
        sign(buf, area.x, area.y, symbol, style);
    }
    let at = |from: u16, wide: u16| Rect { x: area.x + from, width: wide, ..area }.intersection(area);
    value_line(role, counted.value.as_deref(), usize::from(text), theme).draw_cut(at(2, text), buf, theme, look::cut_of(role));
    count.draw_right(at(2 + text + 1, number), buf, theme);
    share.draw_right(at(2 + text + 1 + number + 1, 5), buf, theme);
    bar::draw(counted.share, at(2 + text + 1 + number + 1 + 5 + 1, bars), buf, theme.bar, theme);
}

/// Draws the sign of a value that is marked, in the column before the value.
pub(crate) fn draw_mark(state: &State, column: &str, counted: &Counted, area: Rect, buf: &mut Buffer, theme: &Theme) {
    if area.width > 1 && state.marks.has_value(column, counted.value.as_deref()) {
        let (symbol, style) = look::marked(theme);
        sign(buf, area.x + 1, area.y, symbol, style);
    }
}

/// A counted value as a line: sensitive ones masked, none as a sign.
pub(crate) fn value_line(role: Option<Role>, value: Option<&str>, room: usize, theme: &Theme) -> Line {
    match value {
        None => Line::new().with(look::nothing(theme), theme.null).with(" no value", theme.null),
        Some(text) if role.is_some_and(Role::is_sensitive) => {
            Line::new().with(look::masked(&Value::Text(text.to_owned()), theme), theme.masked)
        }
        Some("") => Line::new().with("\"\" empty", theme.null),
        Some(text) => Line::new().with(enough(text, room, look::cut_of(role)), PLAIN),
    }
}
