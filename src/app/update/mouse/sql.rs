//! The mouse on the SQL surface: in the text, among what could stand at the cursor, and in the result.

use ratatui::layout::{Position, Rect};

use crate::app::effect::Effect;
use crate::app::layout;
use crate::app::msg::Spot;
use crate::app::state::State;

use super::super::sql_words;
use super::{column_of, finish, row_at};

/// Does what a click says.
pub(super) fn click(state: &mut State, body: Rect, at: Position, on: Option<Spot>, out: &mut Vec<Effect>) {
    if let Some(Spot::Candidate(place)) = on {
        // One that stands there already is what was wanted.
        if place == state.sql.chosen || place >= state.sql.candidates.len() {
            state.sql.candidates.clear();
        } else {
            sql_words::choose(state, place);
        }
        finish(state, false, out);
        return;
    }
    let (text, result) = layout::sql_areas(body);
    // Beside the candidates a click closes them, as any key does that chooses none.
    let closed = !std::mem::take(&mut state.sql.candidates).is_empty();
    if text.contains(at) {
        state.sql.editing = true;
        if let Some(Spot::Text { line, at }) = on {
            state.sql.editor.go_to(line, at);
        }
        finish(state, false, out);
    } else if result.contains(at) && !closed {
        in_result(state, result, at, column_of(on), out);
    }
}

/// Chooses a row of the result and, where there is one below the mouse, a column.
fn in_result(state: &mut State, area: Rect, at: Position, column: Option<usize>, out: &mut Vec<Effect>) {
    if state.sql.ran.is_none() && state.sql.mistake.is_none() {
        return;
    }
    let had = !std::mem::replace(&mut state.sql.editing, false);
    let Some(ran) = &mut state.sql.ran else { return };
    let column = column.filter(|column| *column < ran.names.len()).unwrap_or(ran.column);
    let row = row_at(area, at).map(|row| ran.top + usize::from(row)).filter(|row| *row < ran.rows.len());
    let is_head = at.y == area.y + 1;
    if row.is_none() && !is_head {
        return;
    }
    let before = (ran.cursor, ran.column);
    (ran.cursor, ran.column) = (row.unwrap_or(ran.cursor), column);
    let open = had && row.is_some() && before == (ran.cursor, ran.column);
    finish(state, open, out);
}
