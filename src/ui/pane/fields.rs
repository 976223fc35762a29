//! The fields: every column with its exact top values and their shares, and how its numbers are spread.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::msg::Spot;
use crate::app::state::fields::{Counted, Field, FieldLine, Numbers, Values};
use crate::app::state::{Pane, State};
use crate::domain::{Role, SafeText, Value};
use crate::investigate::compare::Before;
use crate::settings::theme::Theme;
use crate::ui::pointer::Pointer;
use crate::ui::widget::text::{PLAIN, enough, width};
use crate::ui::widget::{Line, bar, row, scroll, sign, tint};
use crate::ui::{format, look};

use super::{focused, frame};

/// Draws the pane.
pub(crate) fn draw(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer, pointer: &mut Pointer) {
    let focus = focused(state, Pane::Fields);
    let inside = frame(title(state, theme, focus), counted(state), focus, area, buf, theme);
    let lines = state.fields.lines();
    if lines.is_empty() && !state.fields.needle.is_empty() {
        let ways = [("search-list", "searches for something else, or for nothing")];
        super::say(&look::advise(state, "No field and no open value has this text.", &ways, theme), inside, buf, theme);
        return;
    }
    for ((place, line), index) in lines.iter().enumerate().skip(state.fields.top).zip(0..inside.height) {
        let Some(area) = row(inside, index) else { break };
        pointer.over(area, Spot::Line(place));
        if focus && place == state.fields.cursor {
            tint(area, buf, theme.selection);
            sign(buf, area.x, area.y, if theme.ascii { ">" } else { "▌" }, theme.accent);
        }
        let area = Rect { x: area.x + 1.min(area.width), width: area.width.saturating_sub(1), ..area };
        if let Some(field) = state.fields.fields.get(line.field()) {
            draw_line(state, field, *line, area, buf, theme);
        }
    }
    let track = Rect { width: inside.width + 1, ..inside };
    scroll::draw(state.fields.top as u64, u64::from(inside.height), lines.len() as u64, track, buf, theme);
}

/// What is shown of the fields, where it is not as usual: rare values, another order, a searched text, another window of time.
fn title(state: &State, theme: &Theme, focus: bool) -> Line {
    let fields = &state.fields;
    let mut title = look::title("fields", focus, theme);
    if !fields.needle.is_empty() {
        title = title.with("  /", theme.key_hint).with(SafeText::cut(&fields.needle, 16), theme.matched);
    }
    if let Some(before) = fields.against {
        title = title.with("  against ", theme.dim).with(against(before), theme.warning);
    }
    if fields.rare {
        title = title.with("  rare", theme.warning);
    }
    let sort = fields.sort.words();
    if !sort.is_empty() {
        title = title.with("  ", PLAIN).with(sort, theme.dim);
    }
    title
}

fn against(before: Before) -> SafeText {
    match before {
        Before::Previous => "the window before".into(),
        Before::Earlier(micros) => SafeText::new(&format!("{} earlier", format::span(micros))),
        Before::Range(range) => SafeText::new(&range.to_string()),
    }
}

fn counted(state: &State) -> Line {
    let (shown, all) = (state.fields.shown().len() as u64, state.fields.fields.len() as u64);
    let line = Line::new().with(format::count(shown), PLAIN);
    if shown == all { line } else { line.with(" of ", PLAIN).with(format::count(all), PLAIN) }
}

fn draw_line(state: &State, field: &Field, line: FieldLine, area: Rect, buf: &mut Buffer, theme: &Theme) {
    match (line, &field.values, &field.numbers) {
        (FieldLine::Head(_), ..) => draw_head(field, area, buf, theme),
        (FieldLine::Figure(_, line), _, Numbers::Known { spread, .. }) => {
            let missing = (spread.rows.saturating_sub(spread.present), spread.rows);
            draw_figures(&field.figures(line), missing, area, buf, theme);
        }
        (FieldLine::Bucket(_, place), _, Numbers::Known { spread, buckets: Some(buckets) }) => {
            let largest = buckets.iter().map(|(_, _, rows)| *rows).max().unwrap_or(0);
            if let Some((from, to, rows)) = buckets.get(place) {
                let parts = Parts::of(area, width(&format::count(largest)));
                draw_range(from, to, parts.text, buf, theme);
                let share = |of: u64| if of == 0 { 0.0 } else { *rows as f64 / of as f64 };
                parts.numbers(*rows, share(spread.rows), buf, theme);
                bar::draw(share(largest), parts.bar, buf, theme.spark, theme);
            }
        }
        (FieldLine::Value(_, value), Values::Known { top, .. }, _) => {
            if let Some(counted) = top.get(value) {
                let widest = top.iter().map(|counted| width(&format::count(counted.requests))).max().unwrap_or(0);
                draw_counted(state, (field.role, field.sensitive), counted, widest, area, buf, theme);
                draw_mark(state, &field.column, counted, area, buf, theme);
            }
        }
        (FieldLine::More(_), ..) => {
            let what = if field.matching.is_some() { " more have it  " } else { " more  " };
            Line::new()
                .with("  ", PLAIN)
                .with(format::count(field.more()), theme.dim)
                .with(what, theme.dim)
                .with("F", theme.key_hint)
                .draw(area, buf, theme);
        }
        _ => {}
    }
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
    let right = match (&field.values, &field.numbers) {
        (Values::Failed(reason), _) | (_, Numbers::Failed(reason)) => Line::new().with(SafeText::new(reason), theme.error),
        (Values::Known { distinct, .. }, _) => match field.matching {
            Some(matching) => Line::new()
                .with(format::count(matching), theme.matched)
                .with(" of ", theme.dim)
                .with(format::count(*distinct), theme.dim),
            None => Line::new().with(format::count(*distinct), theme.dim),
        },
        (Values::Loading, _) => Line::new().with("counting", theme.dim),
        (Values::Unknown, _) => Line::new(),
    };
    let rest = area.width.saturating_sub(used + 2);
    right.draw_right(Rect { x: area.x + area.width - rest, width: rest, ..area }, buf, theme);
}

/// Figures side by side: their names, their values.
fn draw_figures(figures: &[(&'static str, Option<&Value>)], missing: (u64, u64), area: Rect, buf: &mut Buffer, theme: &Theme) {
    let wide = area.width.saturating_sub(2) / u16::try_from(figures.len().max(1)).unwrap_or(1);
    for ((name, value), place) in figures.iter().zip(0..) {
        let spot = Rect { x: area.x + 2 + place * wide, width: wide.saturating_sub(2), ..area }.intersection(area);
        let used = Line::new().with(*name, theme.dim).draw(spot, buf, theme).max(4) + 1;
        let rest = Rect { x: spot.x + used.min(spot.width), width: spot.width.saturating_sub(used), ..spot };
        let line = match value {
            Some(value) => figure(value, theme),
            None => {
                let (none, rows) = missing;
                let share = if rows == 0 { 0.0 } else { none as f64 / rows as f64 };
                let line = Line::new().with(format::count(none), PLAIN);
                if none > 0 { line.with(" ", PLAIN).with(format::percent(share), theme.dim) } else { line }
            }
        };
        line.draw(rest, buf, theme);
    }
}

fn figure(value: &Value, theme: &Theme) -> Line {
    match value {
        Value::Null => Line::new().with(look::nothing(theme), theme.null),
        Value::Int(number) => Line::new().with(SafeText::new(&format::grouped(&number.to_string())), PLAIN),
        Value::Float(number) => {
            // A mean has no end of digits; four that count are told apart.
            let places = usize::try_from(4 - (number.abs().max(1.0).log10().floor() as i64).min(4)).unwrap_or(0);
            let short = format!("{number:.places$}").parse().unwrap_or(*number);
            Line::new().with(SafeText::new(&look::real(if short == 0.0 { *number } else { short })), PLAIN)
        }
        Value::Time(time) => Line::new().with(SafeText::new(&time.to_seconds_text()), PLAIN),
        other => Line::new().with(SafeText::new(&other.to_plain()), PLAIN),
    }
}

/// `10..20`; of times the beginning alone, because all are of one length.
fn draw_range(from: &Value, to: &Value, area: Rect, buf: &mut Buffer, theme: &Theme) {
    let mut line = figure(from, theme);
    match to {
        Value::Time(_) => {}
        Value::Null => line = line.with(" and above", theme.dim),
        to => line = line.with("..", theme.dim).joined(figure(to, theme)),
    }
    line.draw(area, buf, theme);
}

/// Where the parts of a counted value stand.
struct Parts {
    text: Rect,
    number: Rect,
    share: Rect,
    bar: Rect,
}

impl Parts {
    /// `widest` is the width of the largest count.
    fn of(area: Rect, widest: usize) -> Parts {
        let number = u16::try_from(widest).unwrap_or(u16::MAX).min(area.width);
        let fixed = 2 + 1 + number + 1 + 5 + 1;
        let free = area.width.saturating_sub(fixed);
        let bars = (free / 4).min(24);
        let text = free.saturating_sub(bars);
        let at = |from: u16, wide: u16| Rect { x: area.x + from, width: wide, ..area }.intersection(area);
        Parts {
            text: at(2, text),
            number: at(2 + text + 1, number),
            share: at(2 + text + 1 + number + 1, 5),
            bar: at(2 + text + 1 + number + 1 + 5 + 1, bars),
        }
    }

    fn numbers(&self, requests: u64, share: f64, buf: &mut Buffer, theme: &Theme) {
        Line::new().with(format::count(requests), PLAIN).draw_right(self.number, buf, theme);
        Line::new().with(format::percent(share), theme.dim).draw_right(self.share, buf, theme);
    }
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
    draw_counted(state, (role, role.is_some_and(Role::is_sensitive)), counted, widest, area, buf, theme);
}

fn draw_counted(
    state: &State,
    (role, sensitive): (Option<Role>, bool),
    counted: &Counted,
    widest: usize,
    area: Rect,
    buf: &mut Buffer,
    theme: &Theme,
) {
    let mark = counted.value.as_deref().and_then(|value| look::connotation_mark(state, theme, role, value));
    if let Some((symbol, style)) = mark
        && area.width > 1
    {
        sign(buf, area.x, area.y, symbol, style);
    }
    let parts = Parts::of(area, widest);
    let value =
        shown_value(role, sensitive && !state.is_unveiled(), counted.value.as_deref(), usize::from(parts.text.width), theme);
    let said = counted.value.as_deref().map(|value| look::words(state, theme, role, value)).unwrap_or_default();
    look::with_words(&value, &said, look::cut_of(role), parts.text, buf, theme);
    match counted.previous {
        None => {
            parts.numbers(counted.requests, counted.share, buf, theme);
            bar::draw(counted.share, parts.bar, buf, theme.bar, theme);
        }
        Some(previous) => {
            Line::new().with(format::count(counted.requests), PLAIN).draw_right(parts.number, buf, theme);
            let rest = Rect { x: parts.share.x, width: parts.share.width + 1 + parts.bar.width, ..parts.share };
            let (sign, style) = change(counted.requests, previous, theme);
            Line::new().with(sign, style).draw_right(rest.intersection(area), buf, theme);
        }
    }
}

/// How a count changed: `+120`, `new`, `gone`, and its look. What grew and what shrank differ in their signs, not only in colour.
pub(crate) fn change(now: u64, before: u64, theme: &Theme) -> (SafeText, ratatui::style::Style) {
    match (now, before) {
        (now, before) if now == before => ("=".into(), theme.dim),
        (_, 0) => ("new".into(), theme.warning),
        (0, _) => ("gone".into(), theme.warning),
        (now, before) if now > before => (SafeText::new(&format!("+{}", format::count(now - before))), theme.accent),
        (now, before) => (SafeText::new(&format!("-{}", format::count(before - now))), PLAIN),
    }
}

/// Draws the sign of a value that is marked, in the column before the value.
pub(crate) fn draw_mark(state: &State, column: &str, counted: &Counted, area: Rect, buf: &mut Buffer, theme: &Theme) {
    if area.width > 1 && state.marks.has_value(column, counted.value.as_deref()) {
        let (symbol, style) = look::marked(theme);
        sign(buf, area.x + 1, area.y, symbol, style);
    }
}

/// A counted value as a line: sensitive ones masked, none as a sign.
pub(crate) fn shown_value(role: Option<Role>, sensitive: bool, value: Option<&str>, room: usize, theme: &Theme) -> Line {
    match value {
        None => Line::new().with(look::nothing(theme), theme.null).with(" no value", theme.null),
        Some(text) if sensitive => Line::new().with(look::masked(&Value::Text(text.to_owned()), theme), theme.masked),
        Some("") => Line::new().with("\"\" empty", theme.null),
        Some(text) => Line::new().with(enough(text, room, look::cut_of(role)), PLAIN),
    }
}
