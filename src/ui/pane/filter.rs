//! The filter line: what the view keeps, or the filter under edit with its mistakes marked where they stand.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::app::state::{Layer, State};
use crate::domain::SafeText;
use crate::investigate::filter::{Part, highlight};
use crate::settings::theme::Theme;
use crate::ui::format;
use crate::ui::widget::Line;
use crate::ui::widget::input::Input;
use crate::ui::widget::text::PLAIN;

const LABEL: &str = " filter ";
/// Characters of an SQL text that are shown before the filter of its result.
const OF_SQL: usize = 32;

/// Draws the filter of the view.
pub(crate) fn draw(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) {
    if matches!(state.layers.last(), Some(Layer::Filter { .. })) {
        return;
    }
    let view = state.view();
    let right = counted(state, theme);
    let taken = u16::try_from(right.width()).unwrap_or(u16::MAX).min(area.width / 2);
    right.draw_right(Rect { x: area.x + area.width - taken, width: taken, ..area }, buf, theme);
    let mut line = Line::new().with(LABEL, theme.title);
    if let Some(sql) = view.relation.sql() {
        line = Line::new().with(" of ", theme.title).with(SafeText::cut(&one_line(sql), OF_SQL), theme.dim);
        line = line.with(LABEL, theme.title);
    }
    if view.is_whole() {
        line = line.with("all rows", PLAIN).with("   ", PLAIN).with("&", theme.key_hint).with(" filters", theme.hint);
    } else if !view.filter.is_all() {
        line.append(colored(&view.filter.to_string(), state, theme));
    }
    if !view.range.is_all() {
        line = line.with("  time ", theme.title);
        if let Some(name) = state.name_of(view.range) {
            line = line.with(SafeText::cut(name, 24), theme.accent).with(" ", PLAIN);
        }
        line = line.with(SafeText::new(&view.range.to_string()), theme.value);
    }
    for key in &view.sort {
        let arrow = match (key.descending, theme.ascii) {
            (true, false) => " ↓",
            (false, false) => " ↑",
            (true, true) => " desc",
            (false, true) => " asc",
        };
        line = line.with("  sort ", theme.title).with(SafeText::new(&key.column), theme.field).with(arrow, theme.operator);
    }
    if !view.hidden.is_empty() {
        let hidden = SafeText::new(&view.hidden.len().to_string());
        line = line.with("  hidden ", theme.title).with(hidden, PLAIN);
    }
    line.draw(Rect { width: area.width.saturating_sub(taken + 1), ..area }, buf, theme);
}

/// A text of several lines in one.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `2,104 of 2,900 rows 72.6%`.
fn counted(state: &State, theme: &Theme) -> Line {
    let all = match state.view().relation.is_requests() {
        true => state.extract.as_ref().map(|extract| extract.rows),
        false => state.results.get(&state.view().relation).map(|kept| kept.rows),
    };
    match (state.trail.here().rows, all) {
        // The trail says it already.
        (Some(rows), Some(all)) if rows == all => Line::new(),
        (Some(rows), Some(all)) => Line::new()
            .with(format::count(rows), PLAIN)
            .with(" of ", theme.dim)
            .with(format::count(all), theme.dim)
            .with(" rows ", theme.dim)
            .with(format::percent(rows as f64 / all.max(1) as f64), PLAIN)
            .with(" ", PLAIN),
        (None, Some(_)) => Line::new().with("counting ", theme.dim),
        _ => Line::new(),
    }
}

fn style_of(part: Part, theme: &Theme) -> Style {
    match part {
        Part::Field => theme.field,
        Part::Operator => theme.operator,
        Part::Value | Part::Text => theme.value,
        Part::Keyword => theme.keyword,
        Part::Error => theme.mistake,
    }
}

/// Looks of the parts of a filter's text.
pub(crate) fn looks(text: &str, state: &State, theme: &Theme) -> Vec<(Range<usize>, Style)> {
    highlight(text, &state.schema).into_iter().map(|(range, part)| (range, style_of(part, theme))).collect()
}

/// A filter's text in colours.
pub(crate) fn colored(text: &str, state: &State, theme: &Theme) -> Line {
    let mut line = Line::new();
    let mut at = 0;
    for (range, style) in looks(text, state, theme) {
        line.push(&SafeText::new(text.get(at..range.start).unwrap_or_default()), PLAIN);
        line.push(&SafeText::new(text.get(range.clone()).unwrap_or_default()), style);
        at = range.end.max(at);
    }
    line.push(&SafeText::new(text.get(at..).unwrap_or_default()), PLAIN);
    line
}

/// Draws the filter under edit in place of the filter of the view.
pub(crate) fn edit(state: &State, theme: &Theme, text: &str, cursor: usize, area: Rect, buf: &mut Buffer) {
    let used = Line::new().with(LABEL, theme.title_focused).draw(area, buf, theme);
    let looks = looks(text, state, theme);
    let rest = Rect { x: area.x + used, width: area.width - used, ..area };
    Input { text, cursor: Some(cursor), looks: &looks, placeholder: "account:acct_17 -status:200 time:-24h \"a text\"" }
        .draw(rest, buf, theme);
}
