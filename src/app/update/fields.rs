//! The fields and the lists of values: asking for what they show, searching, sorting, comparing windows of time.

use crate::app::command::Action;
use crate::app::effect::Effect;
use crate::app::state::fields::{self, Counted, FieldLine, Numbers, Values};
use crate::app::state::form::{Form, FormField, Purpose as FormPurpose};
use crate::app::state::jobs::Purpose;
use crate::app::state::list::{self, List, ListItem};
use crate::app::state::{Layer, Pane, Place, State, Tone};
use crate::domain::{Batch, Value};
use crate::engine::{Lane, Statement};
use crate::investigate::compare::{self, Before, Windows};
use crate::investigate::listing::{Asked, Order};
use crate::investigate::spread::{self, Spread};
use crate::investigate::{Filter, FilterError, View, pivot, top};

use super::answers::{first_row, unsigned};
use super::{act, motion, view};

// ---- asking

/// The windows of time that are compared, where the analyst wants that.
fn windows(state: &State) -> Result<Option<Windows>, FilterError> {
    let Some(before) = state.fields.against else { return Ok(None) };
    let span = state.extract.as_ref().and_then(|extract| extract.first.zip(extract.last));
    compare::windows(state.view().range, span, before).map(Some)
}

/// The values of a column of the view, in one window of time or in two.
fn values_of(state: &State, view: &View, column: &str, asked: &Asked<'_>) -> Result<Statement, FilterError> {
    match windows(state)? {
        Some(windows) => compare::statement(&state.context(), view, column, windows, asked),
        None => top::listed(&state.context(), view, column, asked),
    }
}

/// Whether some field is being asked for.
fn is_busy(purpose: &Purpose) -> bool {
    matches!(purpose, Purpose::Field { .. } | Purpose::Numbers { .. } | Purpose::Buckets { .. })
}

/// Asks for what the next field that is wanted lacks: its values, its figures, its buckets. One at a time, so that a change of the view is
/// quick. What cannot be asked is said by the field itself.
pub(super) fn want(state: &mut State, out: &mut Vec<Effect>) {
    while !state.jobs.any(is_busy) {
        let fields = &state.fields;
        let next = fields.shown().into_iter().find_map(|at| {
            let field = fields.fields.get(at)?;
            let column = field.column.clone();
            if fields.is_wanted(field) && field.values == Values::Unknown {
                return Some((at, Purpose::Field { column }));
            }
            if !field.open || !field.spread {
                return None;
            }
            match &field.numbers {
                Numbers::Unknown => Some((at, Purpose::Numbers { column })),
                Numbers::Known { buckets: None, .. } => Some((at, Purpose::Buckets { column })),
                _ => None,
            }
        });
        let Some((at, purpose)) = next else { return };
        if let Err(error) = ask(state, at, purpose.clone(), out) {
            failed(state, &purpose, &error.to_string());
        }
    }
}

fn ask(state: &mut State, at: usize, purpose: Purpose, out: &mut Vec<Effect>) -> Result<(), FilterError> {
    let Some(field) = state.fields.fields.get(at) else { return Ok(()) };
    let statement = match &purpose {
        Purpose::Numbers { column } => spread::statement(&state.context(), state.view(), column),
        Purpose::Buckets { column } => match &field.numbers {
            Numbers::Known { spread, .. } => spread::buckets(&state.context(), state.view(), column, &spread::edges(spread)),
            _ => return Ok(()),
        },
        _ => {
            let containing = if state.fields.is_named(field) { "" } else { state.fields.needle.as_str() };
            let asked = Asked { order: state.fields.order(), containing, limit: Some(fields::SHOWN as u64) };
            values_of(state, state.view(), &field.column, &asked)
        }
    }?;
    if let Some(field) = state.fields.fields.get_mut(at) {
        match &purpose {
            Purpose::Numbers { .. } => field.numbers = Numbers::Loading,
            Purpose::Buckets { .. } => {}
            _ => field.values = Values::Loading,
        }
    }
    view::submit(state, Lane::Catalog, purpose, Ok(statement), out).map(drop)
}

/// Asks for the list of the present place; its order and what is searched for in it stay.
pub(super) fn ask_list(state: &mut State, out: &mut Vec<Effect>) {
    view::cancel(state, |purpose| *purpose == Purpose::List, out);
    state.list.loading = true;
    state.list.error = None;
    if let Err(error) = try_list(state, out) {
        state.list.loading = false;
        state.list.items.clear();
        state.list.error = Some(error.to_string());
    }
}

fn try_list(state: &mut State, out: &mut Vec<Effect>) -> Result<(), FilterError> {
    state.list.windows = windows(state)?;
    let list = &state.list;
    let asked = Asked { order: list.order, containing: &list.needle, limit: Some(list::MOST + 1) };
    let statement = match state.place() {
        Place::Pivot { to, .. } if list.windows.is_none() => pivot::of_view(&state.context(), state.view(), *to, &asked),
        _ => values_of(state, state.view(), &list.column, &asked),
    };
    view::submit(state, Lane::Interactive, Purpose::List, statement, out).map(drop)
}

/// A list that has just been gone to.
pub(super) fn begin_list(state: &mut State, column: &str, position: u64) {
    let cursor = usize::try_from(position).unwrap_or(0);
    let order = if state.fields.against.is_some() { Order::Change } else { Order::Most };
    state.list = List { column: column.to_owned(), loading: true, cursor, order, ..List::default() };
}

// ---- answers

/// The answer to a question about a field has come.
pub(super) fn came(state: &mut State, purpose: &Purpose, batches: &[Batch], out: &mut Vec<Effect>) {
    let line = state.fields.line();
    let (Purpose::Field { column } | Purpose::Numbers { column } | Purpose::Buckets { column }) = purpose else { return };
    let searched = !state.fields.needle.is_empty();
    if let Some(field) = state.fields.fields.iter_mut().find(|field| field.column == *column) {
        match purpose {
            Purpose::Numbers { .. } => {
                field.numbers = Numbers::Known { spread: Spread::read(&first_row(batches)), buckets: None };
            }
            Purpose::Buckets { .. } => {
                if let Numbers::Known { spread, buckets } = &mut field.numbers {
                    *buckets = Some(spread::filled(&spread::edges(spread), batches));
                }
            }
            _ => {
                field.values = values_in(batches);
                let first = first_row(batches);
                let matching = first.get(0, "matching_values").as_i64().map(unsigned);
                // Without a row nothing has the text.
                field.matching = if searched && first.rows() == 0 { Some(0) } else { matching };
            }
        }
    }
    state.fields.stay_on(line);
    motion::keep_in_sight(state);
    want(state, out);
}

/// A question about a field failed, or could not be asked.
pub(super) fn failed(state: &mut State, purpose: &Purpose, reason: &str) {
    let (Purpose::Field { column } | Purpose::Numbers { column } | Purpose::Buckets { column }) = purpose else { return };
    if let Some(field) = state.fields.fields.iter_mut().find(|field| field.column == *column) {
        match purpose {
            Purpose::Field { .. } => field.values = Values::Failed(reason.to_owned()),
            _ => field.numbers = Numbers::Failed(reason.to_owned()),
        }
    }
}

/// Values with their counts, as the questions for them answer.
pub(super) fn values_in(batches: &[Batch]) -> Values {
    let rows = batches.iter().flat_map(|batch| (0..batch.rows()).map(move |row| (batch, row)));
    let top = rows
        .map(|(batch, row)| Counted {
            value: text_of(batch.get(row, "value")),
            requests: batch.get(row, "requests").as_i64().map_or(0, unsigned),
            share: batch.get(row, "share").as_f64().unwrap_or(0.0),
            previous: batch.get(row, "previous").as_i64().map(unsigned),
        })
        .collect();
    let distinct = first_row(batches).get(0, "distinct_values").as_i64().map_or(0, unsigned);
    Values::Known { top, distinct }
}

fn text_of(value: Value) -> Option<String> {
    (!value.is_null()).then(|| value.to_plain())
}

/// The list has come.
pub(super) fn list_came(state: &mut State, batches: &[Batch]) {
    let pivot = matches!(state.place(), Place::Pivot { .. });
    let rows = batches.iter().flat_map(|batch| (0..batch.rows()).map(move |row| (batch, row)));
    let mut items: Vec<ListItem> = rows
        .map(|(batch, row)| ListItem {
            value: text_of(batch.get(row, "value")),
            requests: batch.get(row, "requests").as_i64().map_or(0, unsigned),
            share: batch.get(row, "share").as_f64().filter(|_| !pivot),
            first_seen: batch.get(row, "first_seen").as_time(),
            last_seen: batch.get(row, "last_seen").as_time(),
            previous: batch.get(row, "previous").as_i64().map(unsigned),
        })
        .collect();
    let limit = usize::try_from(list::MOST).unwrap_or(usize::MAX);
    let cut = items.len() > limit;
    items.truncate(limit);
    if pivot {
        // Nobody pivots to what has no value.
        items.retain(|item| item.value.is_some());
    }
    let first = first_row(batches);
    let count = |name: &str| first.get(0, name).as_i64().map(unsigned);
    let distinct = count("distinct_values").or((!cut && state.list.needle.is_empty()).then_some(items.len() as u64));
    state.list.matching = count("matching_values").filter(|_| !state.list.needle.is_empty());
    state.list.changed = count("new_values").zip(count("gone_values"));
    // While a text is searched for, what is known of all values stays.
    state.list.distinct = distinct.or(state.list.distinct.filter(|_| !state.list.needle.is_empty()));
    state.list.cut = cut;
    state.list.cursor = state.list.cursor.min(items.len().saturating_sub(1));
    state.list.items = items;
    state.list.loading = false;
    motion::keep_in_sight(state);
}

// ---- commands

/// Does a command of the fields and the lists.
pub(super) fn act(state: &mut State, action: Action, out: &mut Vec<Effect>) {
    let in_list = state.focus == Pane::Main;
    match action {
        Action::Rare if in_list => {
            let usual = if state.list.windows.is_some() { Order::Change } else { Order::Most };
            state.list.order = if state.list.order == Order::Least { usual } else { Order::Least };
            again(state, out);
        }
        Action::Rare => {
            state.fields.rare = !state.fields.rare;
            forget(state, out);
        }
        Action::SortList if in_list => {
            state.list.order = next_order(state);
            again(state, out);
        }
        Action::SortList => {
            let line = state.fields.line();
            state.fields.sort = state.fields.sort.next();
            state.fields.stay_on(line);
            motion::keep_in_sight(state);
            want(state, out);
        }
        Action::SearchList => {
            let (needle, title) = match in_list {
                true => (state.list.needle.clone(), "only values that have this text; nothing for all"),
                false => (state.fields.needle.clone(), "only fields and values that have this text; nothing for all"),
            };
            let fields = vec![FormField::text("text", false, needle)];
            state.layers.push(Layer::Form(Form::new(FormPurpose::SearchList, title, fields)));
        }
        Action::Compare if state.fields.against.take().is_some() => {
            state.say(Tone::Plain, "windows of time are not compared any more");
            recompare(state, out);
        }
        Action::Compare => {
            let title = "compare with another window of time: previous, so much earlier (-1d, -1w), or A..B";
            let fields = vec![FormField::text("against", true, "previous")];
            state.layers.push(Layer::Form(Form::new(FormPurpose::Compare, title, fields)));
        }
        _ => {}
    }
}

fn next_order(state: &State) -> Order {
    let pivot = matches!(state.place(), Place::Pivot { .. });
    let orders: &[Order] = match (state.list.windows.is_some(), pivot) {
        (true, _) => &[Order::Change, Order::Most, Order::Value],
        (false, true) => &[Order::Most, Order::Value, Order::First, Order::Last],
        (false, false) => &[Order::Most, Order::Value],
    };
    let at = orders.iter().position(|order| *order == state.list.order);
    at.and_then(|at| orders.get(at + 1)).or(orders.first()).copied().unwrap_or_default()
}

/// Takes what was typed into the form of a search.
pub(super) fn search(state: &mut State, text: &str, out: &mut Vec<Effect>) {
    let text = state.sealed(text).into_owned();
    if state.focus == Pane::Main {
        state.list.needle = text;
        again(state, out);
    } else {
        state.fields.needle = text;
        state.fields.cursor = 0;
        forget(state, out);
    }
}

/// Takes what was typed into the form of a comparison.
pub(super) fn compare_with(state: &mut State, text: &str, out: &mut Vec<Effect>) -> Result<(), String> {
    let before = Before::parse(text, state.last()).map_err(|error| error.to_string())?;
    let earlier = state.fields.against.replace(before);
    let tried = windows(state).and_then(|_| values_of(state, state.view(), "time", &Asked::most(1)));
    if let Err(error) = tried {
        state.fields.against = earlier;
        return Err(error.to_string());
    }
    recompare(state, out);
    Ok(())
}

fn recompare(state: &mut State, out: &mut Vec<Effect>) {
    state.list.order = if state.fields.against.is_some() { Order::Change } else { Order::Most };
    if matches!(state.place(), Place::Top { .. } | Place::Pivot { .. }) {
        again(state, out);
    }
    forget(state, out);
}

/// Asks for the list once more, from its beginning.
fn again(state: &mut State, out: &mut Vec<Effect>) {
    (state.list.cursor, state.list.top) = (0, 0);
    ask_list(state, out);
}

/// Asks for the values of all fields once more; their figures stay.
fn forget(state: &mut State, out: &mut Vec<Effect>) {
    view::cancel(state, |purpose| matches!(purpose, Purpose::Field { .. }), out);
    let line = state.fields.line();
    for field in &mut state.fields.fields {
        field.values = Values::Unknown;
        field.matching = None;
    }
    state.fields.stay_on(line);
    motion::keep_in_sight(state);
    want(state, out);
}

/// Unfolds or folds the field under the cursor; `None` turns it over.
pub(super) fn fold(state: &mut State, open: Option<bool>, out: &mut Vec<Effect>) {
    let Some(line) = state.fields.line() else { return };
    let at = line.field();
    if let Some(field) = state.fields.fields.get_mut(at) {
        let has_failed = matches!(field.values, Values::Failed(_)) || matches!(field.numbers, Numbers::Failed(_));
        field.open = open.unwrap_or(!field.open || has_failed);
        if matches!(field.values, Values::Failed(_)) {
            field.values = Values::Unknown;
        }
        if matches!(field.numbers, Numbers::Failed(_)) {
            field.numbers = Numbers::Unknown;
        }
    }
    state.fields.stay_on(Some(FieldLine::Head(at)));
    motion::keep_in_sight(state);
    want(state, out);
}

/// Keeps or drops the rows whose value lies in the bucket under the cursor. Whether there is one.
pub(super) fn keep_bucket(state: &mut State, keep: bool, out: &mut Vec<Effect>) -> bool {
    let Some((field, from, to)) = state.fields.bucket() else { return false };
    let within = Filter::between(&field.column, from, to);
    act::narrow_by(state, if keep { within } else { within.negated() }, keep, out);
    true
}
