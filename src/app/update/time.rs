//! The time of a view: the marked stretch becomes its range, and ranges are left again.

use crate::app::effect::Effect;
use crate::app::state::{Place, State, Tone};
use crate::domain::TimeRange;
use crate::investigate::View;

use super::{act, view};

/// The stretch of time that is marked in the histogram, or that of the bucket under the cursor.
pub(super) fn marked(state: &State) -> Option<TimeRange> {
    let (from, to) = state.timeline.marked()?;
    let (first, last) = (state.timeline.buckets.get(from)?, state.timeline.buckets.get(to)?);
    Some(TimeRange { from: Some(first.start), to: Some(last.start.plus(state.timeline.width)) })
}

/// Goes on to the rows of the marked stretch of time.
pub(super) fn zoom(state: &mut State, out: &mut Vec<Effect>) {
    let Some(range) = marked(state) else { return };
    let view = View { range, ..state.view().clone() };
    view::visit(state, Place::Rows, view, format!("time {range}"), out);
}

/// One step out: to the range around this one that was visited on the way here, or else to all time.
pub(super) fn zoom_out(state: &mut State, out: &mut Vec<Effect>) {
    let range = state.view().range;
    if range.is_all() {
        state.say(Tone::Plain, "the view has no time range");
        return;
    }
    let around = enclosing(state, range);
    let view = View { range: around, ..state.view().clone() };
    let place = state.place().clone();
    let title = if around.is_all() { "all time".to_owned() } else { format!("time {around}") };
    view::visit(state, place, view, title, out);
}

/// The nearest range on the way here that has all of this one in it and more.
fn enclosing(state: &State, range: TimeRange) -> TimeRange {
    let path = state.trail.path();
    let before = path.iter().rev().filter_map(|at| state.trail.nodes().get(*at)).map(|node| node.view.range);
    before.into_iter().find(|other| *other != range && encloses(*other, range)).unwrap_or(TimeRange::ALL)
}

fn encloses(outer: TimeRange, inner: TimeRange) -> bool {
    let begins = outer.from.is_none_or(|from| inner.from.is_some_and(|inner| from <= inner));
    let ends = outer.to.is_none_or(|to| inner.to.is_some_and(|inner| inner <= to));
    begins && ends
}

/// Drops the time range of a list or a page, or keeps it again. Going back and forth between the two makes no new steps of the trail.
pub(super) fn bounds(state: &mut State, out: &mut Vec<Effect>) {
    let kept = !state.view().range.is_all();
    let range = if kept { TimeRange::ALL } else { state.trail.range_before().unwrap_or(TimeRange::ALL) };
    if !kept && range.is_all() {
        state.say(Tone::Plain, "no view on the way here had a time range; Space i sets one");
        return;
    }
    let view = View { range, ..state.view().clone() };
    let place = state.place().clone();
    let before = state.trail.here().parent.and_then(|at| state.trail.nodes().get(at));
    if before.is_some_and(|node| node.place == place && node.view == view) {
        act::travel(state, false, out);
    } else {
        let title = state.trail.here().title.clone();
        let title = if kept { format!("{title}, all time") } else { format!("{title}, in time") };
        view::visit(state, place, view, title, out);
    }
    let says = if kept { "all time counts now; z t keeps the time range again" } else { "the time range counts again" };
    state.say(Tone::Plain, says);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_lies_in_another_one() {
        let range = |text: &str| text.parse::<TimeRange>().unwrap();
        assert!(encloses(TimeRange::ALL, range("2023-07-10..2023-07-11")));
        assert!(encloses(range("2023-07-10.."), range("2023-07-10..2023-07-11")));
        assert!(!encloses(range("2023-07-10..2023-07-11"), range("2023-07-10..")));
        assert!(!encloses(range("2023-07-10T01:00..2023-07-12"), range("2023-07-10..2023-07-11")));
    }
}
