//! The sizes of the panes, and the choice of a theme: small layers whose every key shows at once.

use crate::app::command::Motion;
use crate::app::effect::Effect;
use crate::app::key::{Code, Key};
use crate::app::layout::{self, Sizes, WIDE};
use crate::app::state::{Layer, Pane, Place, State, Tone};

use super::{layers, motion, rows};

/// Opens the sizes, at the pane that has the focus.
pub(super) fn open(state: &mut State) {
    let cursor = Pane::SIZED.iter().position(|pane| *pane == state.focus).unwrap_or(0);
    state.layers.push(Layer::Panes { cursor });
}

/// A key while the sizes are open.
pub(super) fn press(state: &mut State, cursor: usize, key: Key, out: &mut Vec<Effect>) {
    if matches!(key.code, Code::Enter | Code::Esc | Code::Char('q')) && !key.control {
        return;
    }
    let mut cursor = cursor;
    let pane = Pane::SIZED.get(cursor).copied().unwrap_or(Pane::Fields);
    match key.code {
        Code::Char('l' | '+' | '>') | Code::Right => grow(state, pane, true, out),
        Code::Char('h' | '-' | '<') | Code::Left => grow(state, pane, false, out),
        Code::Char('x' | ' ') => put_away(state, pane, out),
        Code::Char('0') => take(state, Sizes::default(), out),
        Code::Tab => cursor = (cursor + 1) % Pane::SIZED.len(),
        Code::BackTab => cursor = (cursor + Pane::SIZED.len() - 1) % Pane::SIZED.len(),
        _ => {
            if let Some(step) = layers::list_step(key) {
                cursor = motion::moved(cursor, Pane::SIZED.len(), Pane::SIZED.len(), step);
            }
        }
    }
    state.layers.push(Layer::Panes { cursor });
}

/// Makes a pane larger or smaller by a step.
pub(super) fn grow(state: &mut State, pane: Pane, larger: bool, out: &mut Vec<Effect>) {
    let mut sizes = state.sizes;
    let (size, step) = match pane {
        Pane::Fields => (&mut sizes.fields, 4),
        Pane::Detail => (&mut sizes.detail, 4),
        Pane::Timeline | Pane::Main => (&mut sizes.timeline, 1),
    };
    *size = size.saturating_add(if larger { step } else { -step }).clamp(-200, 200);
    if pane != Pane::Timeline && state.size.width < WIDE {
        return state.say(Tone::Plain, format!("from {WIDE} columns on it stands beside the rows and has a size"));
    }
    match pane {
        Pane::Fields => sizes.no_fields = false,
        Pane::Detail => sizes.no_detail = false,
        Pane::Timeline | Pane::Main => sizes.no_timeline = false,
    }
    let shown =
        |sizes: Sizes| layout::layout(state.size, state.focus, *state.place() == Place::Rows || pane == Pane::Detail, sizes);
    if shown(sizes) == shown(state.sizes) {
        return state
            .say(Tone::Plain, if larger { "there is no more room for it" } else { "it gets no smaller; x puts it away" });
    }
    take(state, sizes, out);
}

/// Puts a pane away until it is gone to, or brings it back.
fn put_away(state: &mut State, pane: Pane, out: &mut Vec<Effect>) {
    let mut sizes = state.sizes;
    let away = match pane {
        Pane::Fields => &mut sizes.no_fields,
        Pane::Detail => &mut sizes.no_detail,
        Pane::Timeline | Pane::Main => &mut sizes.no_timeline,
    };
    *away = !*away;
    if *away {
        state.say(Tone::Plain, "put away until you go there; x again brings it back");
    }
    take(state, sizes, out);
}

fn take(state: &mut State, sizes: Sizes, out: &mut Vec<Effect>) {
    if sizes == state.sizes {
        return state.say(Tone::Plain, "every pane is as it was at first");
    }
    state.sizes = sizes;
    out.push(Effect::KeepSizes(sizes));
    motion::keep_in_sight(state);
    rows::ensure_window(state, out);
}

/// Opens the themes, at the present one.
pub(super) fn choose_theme(state: &mut State) {
    let cursor = state.themes.iter().position(|name| *name == state.theme).unwrap_or(0);
    state.layers.push(Layer::Themes { cursor, before: state.theme.clone() });
}

/// A key while the themes are open: what is under the cursor is what everything is drawn in.
pub(super) fn press_theme(state: &mut State, cursor: usize, before: String, key: Key, out: &mut Vec<Effect>) {
    match key.code {
        Code::Enter => {
            // Also where it is the one from before: that it is meant to stay is what Enter says.
            return out.push(Effect::KeepTheme(state.theme.clone()));
        }
        Code::Esc | Code::Char('q') if !key.control => return show(state, before, out),
        _ => {}
    }
    let height = usize::from(state.size.height.saturating_sub(6)).max(1);
    let step = match key.code {
        Code::Tab => Some(Motion::Down),
        Code::BackTab => Some(Motion::Up),
        _ => layers::list_step(key),
    };
    let cursor = step.map_or(cursor, |step| motion::moved(cursor, state.themes.len(), height, step));
    if let Some(name) = state.themes.get(cursor).cloned() {
        show(state, name, out);
    }
    state.layers.push(Layer::Themes { cursor, before });
}

/// Shows everything in a theme.
pub(super) fn show(state: &mut State, name: String, out: &mut Vec<Effect>) {
    if state.theme != name {
        state.theme.clone_from(&name);
        out.push(Effect::Theme(name));
    }
}
