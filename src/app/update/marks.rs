//! Marking values and rows, and taking the marks off.

use crate::app::command::Motion;
use crate::app::effect::Effect;
use crate::app::focus;
use crate::app::state::marks::Marked;
use crate::app::state::{Pane, Place, State, Surface, Tone};
use crate::domain::Value;

use super::motion;

/// Marks what is under the cursor or takes its mark off, and goes one down.
pub(super) fn toggle(state: &mut State, out: &mut Vec<Effect>) {
    let in_rows = state.surface == Surface::Explore && state.focus == Pane::Main && *state.place() == Place::Rows;
    let marked = if in_rows {
        let Some(row_id) = focus::pointed_row(state) else { return };
        state.marks.toggle_row(row_id)
    } else {
        let Some(pointed) = focus::pointed(state) else {
            state.say(Tone::Plain, "there is no value under the cursor to mark");
            return;
        };
        let value = match &pointed.value {
            Value::Null => None,
            value => Some(value.to_plain()),
        };
        state.marks.toggle_value(&pointed.column, pointed.role, value)
    };
    match marked {
        Marked::On | Marked::Off => {}
        Marked::Instead(before) => {
            state.say(Tone::Plain, format!("marks are of one column or of rows: the mark of {before} was taken off"));
        }
        Marked::Full(most) => {
            state.say(Tone::Error, format!("{most} are marked; more cannot be, z v takes the marks off"));
            return;
        }
    }
    motion::step(state, Motion::Down, out);
}

/// Takes all marks off. Whether there were any.
pub(super) fn clear(state: &mut State) -> bool {
    let Some(words) = state.marks.words() else { return false };
    state.marks.clear();
    state.say(Tone::Plain, format!("the marks of {words} are taken off"));
    true
}
