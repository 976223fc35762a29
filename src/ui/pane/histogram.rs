//! The time histogram of the view.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::msg::Spot;
use crate::app::state::{Pane, State};
use crate::domain::{Role, SafeText, Timestamp};
use crate::settings::theme::Theme;
use crate::ui::pointer::Pointer;
use crate::ui::widget::histogram::{self, Histogram};
use crate::ui::widget::text::PLAIN;
use crate::ui::widget::{Line, row};
use crate::ui::{format, look};

use super::{focused, frame, say};

/// Draws the pane.
pub(crate) fn draw(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer, pointer: &mut Pointer) {
    let timeline = &state.timeline;
    let focus = focused(state, Pane::Timeline);
    let values: Vec<u64> = timeline.buckets.iter().map(|bucket| bucket.requests).collect();
    let mut right = Line::new();
    if !values.is_empty() {
        right = right
            .with(format::span(timeline.width), PLAIN)
            .with(" a bucket, most ", theme.dim)
            .with(format::count(timeline.most()), PLAIN);
    }
    if timeline.untimed > 0 {
        right =
            right.with("  ", PLAIN).with(format::count(timeline.untimed), theme.warning).with(" without a time", theme.warning);
    }
    let mut title = look::title("time", focus, theme);
    if let Some(by) = &timeline.by {
        title = title.with(" by ", theme.dim).with(SafeText::cut(by, 20), theme.accent);
    }
    if let (true, Some(bucket)) = (focus, timeline.buckets.get(timeline.cursor)) {
        title = title
            .with("  ", PLAIN)
            .with(SafeText::new(&bucket.start.to_seconds_text()), theme.accent)
            .with("  ", PLAIN)
            .with(format::count(bucket.requests), PLAIN)
            .with(" rows", theme.dim);
    }
    let inside = frame(title, right, focus, area, buf, theme);
    if let Some(error) = &timeline.error {
        say(&[Line::new().with(SafeText::new(error), theme.error)], inside, buf, theme);
        return;
    }
    if !state.schema.has(Role::Time) {
        let what = "No column of this extract is mapped to time.";
        say(&look::advise(state, what, &[("mapping", "maps one")], theme), inside, buf, theme);
        return;
    }
    if values.is_empty() {
        let what = if timeline.loading { "counting" } else { "No row of this view has a time." };
        say(&[Line::new().with(what, theme.dim)], inside, buf, theme);
        return;
    }
    let axis = u16::from(inside.height > 1);
    let legend = if inside.height > 3 { legend(state, theme, usize::from(inside.width)) } else { Vec::new() };
    for (line, index) in legend.iter().zip(0..) {
        if let Some(place) = row(inside, index) {
            line.draw(place, buf, theme);
        }
    }
    let above = u16::try_from(legend.len()).unwrap_or(0).min(inside.height - axis);
    let graph = Rect { y: inside.y + above, height: inside.height - axis - above, ..inside };
    let parts: Vec<&[u64]> = timeline.series.iter().map(|series| series.rows.as_slice()).collect();
    let marked = timeline.from.is_some() || timeline.to.is_some();
    let brush = timeline.marked().filter(|_| marked).map(|(from, to)| from..to + 1);
    let drawn = Histogram {
        values: &values,
        parts: &parts,
        others: timeline.series.iter().position(|series| series.others),
        cursor: focus.then_some(timeline.cursor),
        brush,
    };
    drawn.draw(graph, buf, theme);
    if let Some(bucket) = pointer.within(graph).and_then(|at| drawn.bucket_at(graph, at.x)) {
        pointer.over(graph, Spot::Line(bucket));
    }
    if axis > 0
        && let Some(below) = row(inside, inside.height - 1)
    {
        draw_axis(state, theme, below, buf);
    }
}

/// What each fill stands for and how many rows it has in all, in two lines at most.
fn legend(state: &State, theme: &Theme, width: usize) -> Vec<Line> {
    let mut lines = vec![Line::new()];
    for (place, series) in state.timeline.series.iter().enumerate() {
        let place = if series.others { usize::MAX } else { place };
        let (symbol, style) = histogram::fill(place, theme);
        let name = match (&series.value, series.others) {
            (_, true) => Line::new().with("others", theme.dim),
            (None, false) => Line::new().with("no value", theme.null),
            (Some(value), false) if value.is_empty() => Line::new().with("\"\" empty", theme.null),
            (Some(value), false) => Line::new().with(SafeText::cut(value, 18), PLAIN),
        };
        let entry = Line::new()
            .with(symbol, style)
            .with(symbol, style)
            .with(" ", PLAIN)
            .joined(name)
            .with(" ", PLAIN)
            .with(format::count(series.total()), theme.dim)
            .with("  ", PLAIN);
        if lines.last().is_some_and(|line| !line.is_empty() && line.width() + entry.width() > width + 2) {
            lines.push(Line::new());
        }
        if let Some(last) = lines.last_mut() {
            last.append(entry);
        }
    }
    lines.retain(|line| !line.is_empty());
    lines.truncate(3);
    lines
}

/// The first and the last moment, as short as they can be told apart.
fn draw_axis(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let buckets = &state.timeline.buckets;
    let (Some(first), Some(last)) = (buckets.first(), buckets.last()) else { return };
    let end = last.start.plus(state.timeline.width);
    let whole = |time: Timestamp| SafeText::new(&time.to_seconds_text());
    let same_day = first.start.strftime("%Y-%m-%d") == end.strftime("%Y-%m-%d");
    let from = Line::new().with(whole(first.start), theme.dim);
    let to = if same_day { SafeText::new(&end.strftime("%H:%M:%S")) } else { whole(end) };
    let to = Line::new().with(to, theme.dim);
    let left = from.draw(area, buf, theme);
    let right = u16::try_from(to.width()).unwrap_or(u16::MAX);
    if left.saturating_add(right).saturating_add(2) <= area.width {
        to.draw_right(area, buf, theme);
    }
}
