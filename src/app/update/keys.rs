//! A key was pressed.

use crate::app::effect::Effect;
use crate::app::focus;
use crate::app::key::{Code, Key};
use crate::app::keymap::Meaning;
use crate::app::state::{Phase, State};

use super::{act, ahead, layers, reopen, sql};

/// Gives a key to the topmost layer, or to the keymap.
pub(super) fn press(state: &mut State, key: Key, out: &mut Vec<Effect>) {
    state.message = None;
    if state.phase != Phase::Ready {
        before_ready(state, key, out);
        return;
    }
    if state.reopening.is_some() {
        reopen::press(state, key, out);
        return;
    }
    if layers::press(state, key, out) {
        return;
    }
    if sql::press(state, key, out) {
        return;
    }
    if ahead::keep(state, key) {
        return;
    }
    let here = focus::here(state);
    let begun = !state.pending.is_empty();
    if begun && key == Key::plain(Code::Esc) {
        state.pending.clear();
        return;
    }
    state.pending.push(key);
    match state.keymap.meaning(&state.pending, here) {
        Meaning::Command(command) => {
            state.pending.clear();
            act::act(state, command.action, out);
        }
        Meaning::Prefix(_) => {}
        Meaning::Nothing => {
            state.pending.clear();
            // A popup never swallows the key that closes it: what does not go on with the sequence is taken for itself.
            if begun {
                press(state, key, out);
            } else {
                act::explain(state, key);
            }
        }
    }
}

/// While the extract is being opened, or could not be: only leaving works.
fn before_ready(state: &mut State, key: Key, out: &mut Vec<Effect>) {
    let leave = matches!(key.code, Code::Char('q' | 'Q') | Code::Esc) || (key.control && key.code == Code::Char('c'));
    match &mut state.phase {
        Phase::Loading { stopping, .. } if leave => {
            if *stopping {
                super::quit(state, out);
            } else {
                *stopping = true;
                out.push(Effect::StopLoading);
            }
        }
        Phase::Failed(_) if leave || key.code == Code::Enter => super::quit(state, out),
        _ => {}
    }
}
