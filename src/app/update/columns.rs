//! The columns of the rows: their order, which stay in sight, which are shown, and several keys to sort by.

use crate::investigate::{SortKey, view as views};

use crate::app::command::Action;
use crate::app::effect::Effect;
use crate::app::focus;
use crate::app::key::{Code, Key};
use crate::app::state::columns::Columns;
use crate::app::state::{Input, Layer, State, Tone};

use super::{act, layers, motion, view};

/// Sorts by no more columns than this: nobody reads further.
const KEYS: usize = 6;

/// Does a command of the columns.
pub(super) fn act(state: &mut State, action: Action, out: &mut Vec<Effect>) {
    match action {
        Action::FreezeColumn => freeze(state),
        Action::ColumnLeft => shift(state, true, out),
        Action::ColumnRight => shift(state, false, out),
        Action::ChooseColumns => {
            let at = state.rows.columns.get(state.rows.column).cloned();
            let columns = Columns::of(&state.schema, state.view(), at.as_deref());
            state.layers.push(Layer::Columns(Box::new(columns)));
        }
        Action::SortAlsoAscending => sort_too(state, false, out),
        Action::SortAlsoDescending => sort_too(state, true, out),
        _ => {}
    }
}

fn freeze(state: &mut State) {
    let Some(column) = state.rows.columns.get(state.rows.column).cloned() else { return };
    let off = state.view().frozen.as_ref() == Some(&column);
    let said = if off { "no column is frozen".to_owned() } else { format!("the columns up to {column} stay in sight") };
    state.trail.adjust(|view| view.frozen = (!off).then_some(column));
    state.say(Tone::Plain, said);
}

/// Moves the column under the cursor past the shown one beside it.
fn shift(state: &mut State, left: bool, out: &mut Vec<Effect>) {
    let at = state.rows.column;
    let beside = if left { at.checked_sub(1) } else { Some(at + 1) };
    let names = beside.and_then(|to| Some((to, state.rows.columns.get(at)?.clone(), state.rows.columns.get(to)?.clone())));
    let Some((to, moved, passed)) = names else {
        state.say(Tone::Plain, if left { "this is the first column" } else { "this is the last column" });
        return;
    };
    let mut order: Vec<String> = views::ordered(&state.schema, state.view()).map(|column| column.name.clone()).collect();
    order.retain(|name| *name != moved);
    let place = order.iter().position(|name| *name == passed).unwrap_or(0);
    order.insert(if left { place } else { place + 1 }, moved);
    state.trail.adjust(|view| view.order = order);
    state.rows.column = to;
    act::reread(state, out);
}

/// Adds the column under the cursor to what is sorted by, turns it over, or takes it out again.
fn sort_too(state: &mut State, descending: bool, out: &mut Vec<Effect>) {
    let Some(column) = focus::pointed_column(state) else { return };
    let mut sort = state.view().sort.clone();
    match sort.iter().position(|key| key.column == column) {
        Some(at) if sort.get(at).is_some_and(|key| key.descending == descending) => {
            sort.remove(at);
        }
        Some(at) => {
            if let Some(key) = sort.get_mut(at) {
                key.descending = descending;
            }
        }
        None if sort.len() >= KEYS => {
            state.say(Tone::Plain, format!("{KEYS} columns to sort by are the most; z [ begins anew"));
            return;
        }
        None => sort.push(SortKey { column, descending }),
    }
    view::sort_by(state, sort, out);
}

/// A key while columns are chosen.
pub(super) fn press(state: &mut State, mut columns: Box<Columns>, key: Key, out: &mut Vec<Effect>) {
    if let Some(mut input) = columns.input.take() {
        match key.code {
            Code::Enter => {}
            _ => {
                let from = if input.press(key) { columns.cursor } else { columns.cursor + 1 };
                columns.find(input.text(), from);
                columns.input = Some(input);
            }
        }
        state.layers.push(Layer::Columns(columns));
        return;
    }
    match (key.code, key.control) {
        (Code::Enter | Code::Char('q'), false) => {
            if columns.shown() == 0 {
                state.say(Tone::Error, "one column at least is shown; Space shows the one under the cursor");
                state.layers.push(Layer::Columns(columns));
                return;
            }
            let schema = state.schema.clone();
            state.trail.adjust(|view| columns.apply(&schema, view));
            act::reread(state, out);
            return;
        }
        (Code::Char(' ' | 'x'), false) => {
            columns.toggle();
            columns.cursor = (columns.cursor + 1).min(columns.items.len().saturating_sub(1));
        }
        (Code::Char('K' | 'H'), false) => columns.shift(true),
        (Code::Char('J' | 'L'), false) => columns.shift(false),
        (Code::Char('f'), false) => {
            let name = columns.items.get(columns.cursor).map(|item| item.0.clone());
            columns.frozen = if columns.frozen == name { None } else { name };
        }
        (Code::Char('a'), false) => columns.items.iter_mut().for_each(|item| item.1 = true),
        (Code::Char('/'), false) => columns.input = Some(Input::default()),
        _ => {
            if let Some(step) = layers::list_step(key) {
                columns.cursor = motion::moved(columns.cursor, columns.items.len(), 10, step);
            }
        }
    }
    state.layers.push(Layer::Columns(columns));
}
