//! The time of a view: its histogram and by what it is split, the marked stretch that becomes its range, ranges that have a name.

use crate::app::effect::Effect;
use crate::app::focus;
use crate::app::state::form::{Form, FormField, Purpose as FormPurpose};
use crate::app::state::jobs::Purpose;
use crate::app::state::timeline::{Bucket, SERIES, Timeline};
use crate::app::state::{Layer, Pane, Place, State, Surface, Tone};
use crate::domain::{Batch, Column, Kind, Role, TimeRange};
use crate::engine::Lane;
use crate::investigate::{FilterError, View, filter, timeline as time_sql};

use super::answers::unsigned;
use super::{act, view};

// ---- the histogram

/// Asks for the histogram, its bucket's width being known.
pub(super) fn ask_histogram(state: &mut State, out: &mut Vec<Effect>) -> Result<(), FilterError> {
    view::cancel(state, |purpose| *purpose == Purpose::Timeline, out);
    state.timeline.loading = true;
    let width = state.timeline.width;
    // A column that is not there any more splits nothing.
    let by = state.timeline.by.take().filter(|by| state.schema.filled().any(|column| column.name == *by));
    let statement = match &by {
        Some(by) => time_sql::stacked(&state.context(), state.view(), width, by, SERIES),
        None => time_sql::statement(&state.context(), state.view(), width, None),
    };
    state.timeline.by = by;
    view::submit(state, Lane::Catalog, Purpose::Timeline, statement, out).map(drop)
}

/// The histogram has come.
pub(super) fn came(state: &mut State, batches: &[Batch]) {
    let rows = batches.iter().flat_map(|batch| (0..batch.rows()).map(move |row| (batch, row)));
    let mut sparse: Vec<Bucket> = Vec::new();
    let mut parts = Vec::new();
    let mut untimed = 0;
    for (batch, row) in rows {
        let requests = batch.get(row, "requests").as_i64().map_or(0, unsigned);
        // Rows without a time come in a bucket without a start.
        let Some(start) = batch.get(row, "bucket").as_time() else {
            untimed += requests;
            continue;
        };
        match sparse.last_mut() {
            Some(last) if last.start == start => last.requests += requests,
            _ => sparse.push(Bucket { start, requests }),
        }
        let value = batch.get(row, "value");
        let value = (!value.is_null()).then(|| value.to_plain());
        parts.push((start, batch.get(row, "rank").as_i64().map(unsigned), value, requests));
    }
    let timeline = &mut state.timeline;
    timeline.untimed = untimed;
    timeline.buckets = Timeline::fill(&sparse, timeline.width);
    timeline.series.clear();
    if timeline.by.is_some() {
        timeline.split(parts);
    }
    timeline.cursor = timeline.cursor.min(timeline.buckets.len().saturating_sub(1));
    timeline.loading = false;
}

/// Goes to the histogram, split by the column under the cursor; in the histogram asks by what to split it, or stops that.
pub(super) fn open_histogram(state: &mut State, out: &mut Vec<Effect>) {
    if state.surface == Surface::Explore && state.focus == Pane::Timeline {
        if state.timeline.by.is_some() {
            split(state, None, out);
            return;
        }
        let names: Vec<String> =
            state.schema.filled().filter(|column| is_splitting(column)).map(|column| column.name.clone()).collect();
        let usual = [Role::Status, Role::Model, Role::Account].into_iter().find(|role| state.schema.has(*role));
        let first = usual.map(|role| role.name().to_owned()).or_else(|| names.first().cloned()).unwrap_or_default();
        let fields = vec![FormField::text("column", true, first)];
        let form = Form::new(FormPurpose::Stack, "split the histogram by a column; Tab goes through them", fields);
        state.layers.push(Layer::Form(form.offering(names)));
        return;
    }
    let column = focus::pointed_column(state);
    act::go_to_pane(state, Pane::Timeline);
    let by = column.filter(|name| state.schema.column(name).is_some_and(is_splitting));
    if by.is_some() {
        split(state, by, out);
    }
}

/// Whether the values of a column can be told apart in a histogram: not those that are masked, nor those that differ from row to row.
fn is_splitting(column: &Column) -> bool {
    !column.is_sensitive()
        && !matches!(column.kind, Kind::Time | Kind::Real | Kind::Json)
        && !matches!(column.role, Some(Role::Request | Role::Latency | Role::Cost | Role::TokensIn | Role::TokensOut))
}

/// Takes the column that was typed.
pub(super) fn stack_by(state: &mut State, name: &str, out: &mut Vec<Effect>) -> Result<(), String> {
    match state.schema.column(name).filter(|column| column.source.is_some()) {
        Some(column) if column.is_sensitive() => Err(format!("{name} is masked; a histogram split by it would show its values")),
        Some(column) => {
            let by = Some(column.name.clone());
            split(state, by, out);
            Ok(())
        }
        None => Err(format!("no column of this extract is called {name}; Tab goes through them")),
    }
}

fn split(state: &mut State, by: Option<String>, out: &mut Vec<Effect>) {
    if state.timeline.by == by {
        return;
    }
    state.timeline.by = by;
    state.timeline.series.clear();
    if state.timeline.width > 0
        && let Err(error) = ask_histogram(state, out)
    {
        state.timeline.loading = false;
        state.say(Tone::Error, error.to_string());
    }
}

// ---- ranges

/// Asks for a time range.
pub(super) fn open_range(state: &mut State) {
    let range = state.view().range;
    let text = match state.name_of(range) {
        Some(name) => name.to_owned(),
        None if range.is_all() => String::new(),
        None => range.to_string(),
    };
    let names: Vec<String> = state.ranges.keys().cloned().collect();
    let mut title = "time range: A..B, or -1h back from the last row".to_owned();
    if !names.is_empty() {
        title.push_str(&format!(", or a name (Tab): {}", names.join(", ")));
    }
    let fields = vec![FormField::text("range", true, text)];
    state.layers.push(Layer::Form(Form::new(FormPurpose::TimeRange, title, fields).offering(names)));
}

/// Takes the time range that was typed, or the one of that name.
pub(super) fn take_range(state: &mut State, text: &str, out: &mut Vec<Effect>) -> Result<(), String> {
    let named = state.ranges.get(text).copied();
    let (range, title) = match named {
        Some(range) => (range, format!("time {text}")),
        None => {
            let range = filter::time_range(text, state.last()).map_err(|error| error.to_string())?;
            (range, format!("time {range}"))
        }
    };
    let view = View { range, ..state.view().clone() };
    view::visit(state, Place::Rows, view, title, out);
    Ok(())
}

const DO: &[&str] = &["name it", "rename it", "forget its name"];

/// Asks for the name of the marked time, or else of the view's time range, or else of the bucket under the cursor.
pub(super) fn open_name(state: &mut State) {
    let brushed = state.timeline.from.is_some() || state.timeline.to.is_some();
    let of_view = Some(state.view().range).filter(|range| !range.is_all() && !brushed);
    let Some(range) = of_view.or_else(|| marked(state)) else {
        state.say(Tone::Plain, "there is no time to name; the histogram is empty");
        return;
    };
    let name = state.name_of(range).unwrap_or_default().to_owned();
    let chosen = usize::from(!name.is_empty());
    let fields = vec![FormField::text("name", true, name), FormField::choice("do", DO, chosen)];
    state.layers.push(Layer::Form(Form::new(FormPurpose::NameRange(range), format!("a name for {range}"), fields)));
}

/// Does what was filled in: a range has one name or several, a name one range.
pub(super) fn name_range(state: &mut State, range: TimeRange, form: &Form) -> Result<(), String> {
    let name = state.sealed(form.value("name")).into_owned();
    let forgets = form.value("do") == "forget its name";
    if forgets && !state.ranges.contains_key(&name) {
        return Err(format!("no time range is called {name}"));
    }
    if form.value("do") == "rename it" {
        state.ranges.retain(|_, known| *known != range);
    }
    let says = match (forgets, state.ranges.remove(&name)) {
        (true, _) => format!("{name} is not the name of a time range any more"),
        (false, Some(before)) if before != range => format!("{name} is {range} now, before {before}; Space i goes there"),
        (false, _) => format!("{name} is {range}; Space i goes there"),
    };
    if !forgets {
        state.ranges.insert(name, range);
    }
    state.say(Tone::Done, says);
    Ok(())
}

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
