//! The time histogram of the view.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::state::{Pane, State};
use crate::domain::{Role, SafeText, Timestamp};
use crate::settings::theme::Theme;
use crate::ui::widget::histogram::Histogram;
use crate::ui::widget::text::PLAIN;
use crate::ui::widget::{Line, row};
use crate::ui::{format, look};

use super::{focused, frame, say};

/// Draws the pane.
pub(crate) fn draw(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) {
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
        say(&look::advice(what, &[("z m", "maps one")], theme), inside, buf, theme);
        return;
    }
    if values.is_empty() {
        let what = if timeline.loading { "counting" } else { "No row of this view has a time." };
        say(&[Line::new().with(what, theme.dim)], inside, buf, theme);
        return;
    }
    let axis = u16::from(inside.height > 1);
    let graph = Rect { height: inside.height - axis, ..inside };
    let marked = timeline.from.is_some() || timeline.to.is_some();
    let brush = timeline.marked().filter(|_| marked).map(|(from, to)| from..to + 1);
    Histogram { values: &values, cursor: focus.then_some(timeline.cursor), brush }.draw(graph, buf, theme);
    if axis > 0
        && let Some(below) = row(inside, inside.height - 1)
    {
        draw_axis(state, theme, below, buf);
    }
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
