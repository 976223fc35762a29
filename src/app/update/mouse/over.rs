//! The mouse where something lies over the surface: a click chooses a line of it, one on the chosen line does what Enter does, one beside
//! it does nothing.

use crate::app::effect::Effect;
use crate::app::key::{Code, Key};
use crate::app::msg::{Mouse, MouseDone, Spot};
use crate::app::state::{Layer, State};

use super::super::{keys, panes};

/// Does what the mouse says in the topmost layer.
pub(super) fn done(state: &mut State, mouse: Mouse, out: &mut Vec<Effect>) {
    if state.layers.is_empty() {
        return;
    }
    let code = match mouse.done {
        MouseDone::Click if chooses_again(state, mouse.on, out) => Code::Enter,
        MouseDone::Click => return,
        MouseDone::WheelUp => Code::Up,
        MouseDone::WheelDown => Code::Down,
    };
    keys::press(state, Key::plain(code), out);
}

/// Puts the cursor of a list on what was clicked on. Whether it stood there already.
fn chooses_again(state: &mut State, on: Option<Spot>, out: &mut Vec<Effect>) -> bool {
    let Some(Spot::Line(line)) = on else { return false };
    let theme = state.themes.get(line).cloned();
    let in_tree = line < state.trail.nodes().len();
    let again = |cursor: &mut usize| std::mem::replace(cursor, line) == line;
    match state.layers.last_mut() {
        Some(Layer::Palette { cursor, matches, .. }) if line < matches.len() => again(cursor),
        Some(Layer::Trail(layer)) if in_tree => {
            // The key that would have said in which form is not pressed any more.
            let copying = std::mem::take(&mut layer.copying);
            again(&mut layer.cursor) && !copying
        }
        Some(Layer::Columns(columns)) if line < columns.items.len() => again(&mut columns.cursor),
        Some(Layer::Panes { cursor }) => again(cursor),
        Some(Layer::Themes { cursor, .. }) => {
            let Some(theme) = theme else { return false };
            let again = again(cursor);
            panes::show(state, theme, out);
            again
        }
        _ => false,
    }
}
