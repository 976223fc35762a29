//! The rows pane: a window of a few screens that follows the cursor, and the order of the view that makes every place reachable.

use crate::engine::Lane;
use crate::investigate::FilterError;
use crate::investigate::rows::{self as row_sql, RowSource};

use crate::app::effect::Effect;
use crate::app::layout;
use crate::app::state::jobs::Purpose;
use crate::app::state::rows::{Built, Rows, SCREENS};
use crate::app::state::{Place, State, Tone};

use super::view;

/// Orders kept at most: each takes eight bytes a row of its view.
const ORDERS: usize = 4;

/// An empty pane for the present view, with the cursor where it was.
pub(super) fn begin(state: &mut State, (cursor, column): (u64, usize)) {
    let columns: Vec<String> = Rows::shown(&state.schema, state.view()).map(|column| column.name.clone()).collect();
    let column = column.min(columns.len().saturating_sub(1));
    let old = std::mem::take(&mut state.rows);
    state.rows = Rows { columns, cursor, column, built: old.built, serial: old.serial, ..Rows::default() };
    state.rows.source = view::source_of(state);
    if matches!(state.rows.source, RowSource::Head) && cursor >= screen(state) {
        // Only the head can be read before the order is built; the cursor goes back to its place then.
        state.rows.awaited = Some(cursor);
        state.rows.cursor = 0;
    }
    state.rows.top = state.rows.cursor.saturating_sub(screen(state) / 2);
}

/// Asks for the first window, and for the order of the view where it has to be built.
pub(super) fn ask(state: &mut State, out: &mut Vec<Effect>) -> Result<(), FilterError> {
    ask_window(state, out)?;
    if matches!(state.rows.source, RowSource::Head) {
        state.rows.serial += 1;
        let name = format!("order_{}", state.rows.serial);
        let statement = row_sql::build_index(&state.context(), state.view(), &name);
        view::submit(state, Lane::Background, Purpose::Index { name }, statement, out)?;
    }
    Ok(())
}

/// Rows on the screen.
pub(super) fn screen(state: &State) -> u64 {
    u64::from(layout::rows_height(state.size, state.sizes)).max(1)
}

fn ask_window(state: &mut State, out: &mut Vec<Effect>) -> Result<(), FilterError> {
    let height = screen(state);
    let from = match state.rows.source {
        RowSource::Head => 0,
        _ => state.rows.top.saturating_sub(height),
    };
    if state.jobs.any(|purpose| *purpose == Purpose::Window { from }) {
        return Ok(());
    }
    view::cancel(state, |purpose| matches!(purpose, Purpose::Window { .. }), out);
    let statement =
        row_sql::page(&state.context(), state.view(), &state.rows.columns, &state.rows.source, from, height * SCREENS);
    view::submit(state, Lane::Interactive, Purpose::Window { from }, statement, out)?;
    Ok(())
}

/// Reads another window when the screen comes near the end of the present one.
pub(super) fn ensure_window(state: &mut State, out: &mut Vec<Effect>) {
    if *state.place() != Place::Rows || state.extract.is_none() {
        return;
    }
    let height = screen(state);
    let (first, last) = (state.rows.from, state.rows.from + state.rows.window.len() as u64);
    let total = state.rows.total.unwrap_or(u64::MAX);
    let margin = height / 2;
    let head = matches!(state.rows.source, RowSource::Head);
    let short_above = state.rows.top.saturating_sub(margin) < first;
    let short_below = (state.rows.top + height + margin).min(total) > last && !(head && last > 0);
    if (short_above || short_below)
        && let Err(error) = ask_window(state, out)
    {
        state.say(Tone::Error, error.to_string());
    }
}

/// Puts the cursor on a position and the screen around it.
pub(super) fn go_to(state: &mut State, position: u64, out: &mut Vec<Effect>) {
    let last = state.rows.total.unwrap_or(u64::MAX).saturating_sub(1);
    let mut position = position.min(last);
    if matches!(state.rows.source, RowSource::Head) {
        let readable = state.rows.window.len() as u64;
        if position >= readable {
            state.rows.awaited = Some(position);
            state.say(Tone::Plain, "ordering the rows; the cursor goes there as soon as that is done");
            position = readable.saturating_sub(1);
        }
    }
    state.rows.cursor = position;
    let height = screen(state);
    if position < state.rows.top {
        state.rows.top = position;
    } else if position >= state.rows.top + height {
        state.rows.top = position + 1 - height;
    }
    ensure_window(state, out);
}

/// The order of the view is built.
pub(super) fn ordered(state: &mut State, name: String, out: &mut Vec<Effect>) {
    state.rows.built.push(Built { view: state.view().clone(), name: name.clone() });
    while state.rows.built.len() > ORDERS {
        let old = state.rows.built.remove(0);
        let statement = view::forget(&old.name, state);
        if let Err(error) = view::submit(state, Lane::Background, Purpose::Forget, statement, out) {
            state.say(Tone::Error, error.to_string());
        }
    }
    state.rows.source = RowSource::Index(name);
    match state.rows.awaited.take() {
        Some(position) => {
            state.message = None;
            go_to(state, position, out);
        }
        None => ensure_window(state, out),
    }
}
