//! Keys that are pressed ahead of what they are for: while the list that a key led to is still on its way, steps in it and what is done to a
//! value of it wait until it is here, in their order. Nothing else waits, and `Esc` lets go of them.

use crate::app::command::{Action, When};
use crate::app::effect::Effect;
use crate::app::focus;
use crate::app::key::{Code, Key};
use crate::app::keymap::Meaning;
use crate::app::state::jobs::Purpose;
use crate::app::state::{Pane, Place, State, Surface, Tone};

use super::keys;

/// Keys that wait at most: more is somebody asleep on the keyboard.
const MOST: usize = 64;

/// What can be under the cursor once it is here.
const LATER: When = When::VALUE.or(When::ENTITY).or(When::ROW).or(When::MASKED);

/// Keeps a key that has to wait. Whether it was kept.
pub(super) fn keep(state: &mut State, key: Key) -> bool {
    if !waits(state) {
        return false;
    }
    if leaves(key) {
        state.ahead.clear();
        return false;
    }
    if state.ahead.is_empty() {
        let pressed: Vec<Key> = state.pending.iter().copied().chain([key]).collect();
        if !is_for_later(state, &pressed) {
            return false;
        }
        state.pending.clear();
        state.ahead.extend(pressed);
    } else if state.ahead.len() < MOST {
        state.ahead.push_back(key);
    }
    let keys: Vec<String> = state.ahead.iter().map(Key::to_string).collect();
    let waits = if keys.len() == 1 { "waits" } else { "wait" };
    state.say(Tone::Plain, format!("{} {waits} for what is on its way; Esc lets go", keys.join(" ")));
    true
}

/// Presses the keys that have waited, once what they waited for is here.
pub(super) fn press(state: &mut State, out: &mut Vec<Effect>) {
    while !state.ahead.is_empty() && !waits(state) {
        if let Some(key) = state.ahead.pop_front() {
            keys::press(state, key, out);
        }
    }
}

/// Keys that never wait.
fn leaves(key: Key) -> bool {
    key == Key::plain(Code::Esc) || key == Key::char('Q') || (key.control && key.code == Code::Char('c'))
}

/// Whether the pressed keys are for what is not here yet.
fn is_for_later(state: &State, pressed: &[Key]) -> bool {
    let here = focus::here(state);
    let Meaning::Command(command) = state.keymap.meaning(pressed, here.or(LATER)) else { return false };
    if !command.when.meets(here) {
        return true;
    }
    let steps = matches!(command.action, Action::Move(_));
    match state.place() {
        // The cursor moves in rows that are not read yet.
        Place::Rows => false,
        // The entity itself is here before what is told of it.
        Place::Page(_) => steps,
        Place::Links(_) => {
            let of_group = matches!(command.action, Action::GroupMark | Action::GroupLabel | Action::GroupFinding);
            of_group || steps || command.action == Action::Open
        }
        Place::Templates => {
            let of_template = matches!(command.action, Action::TemplateAccounts | Action::TemplateMark);
            of_template || steps || command.action == Action::Open
        }
        _ => steps || matches!(command.action, Action::Open | Action::Mark),
    }
}

/// Whether what has the focus is on its way, and has nothing yet for a cursor to stand on.
fn waits(state: &State) -> bool {
    if state.surface != Surface::Explore || state.focus != Pane::Main || !state.layers.is_empty() {
        return false;
    }
    let asked = |fits: fn(&Purpose) -> bool| state.jobs.any(fits);
    let made = asked(|purpose| matches!(purpose, Purpose::Result));
    match state.place() {
        Place::Rows => {
            let read = |purpose: &Purpose| matches!(purpose, Purpose::Count | Purpose::Window { .. } | Purpose::Index { .. });
            state.rows.current().is_none() && (made || asked(read))
        }
        Place::Pivot { .. } | Place::Top { .. } => {
            state.list.items.is_empty() && (made || asked(|purpose| matches!(purpose, Purpose::List)))
        }
        Place::Page(_) => asked(|purpose| matches!(purpose, Purpose::Summary | Purpose::Related)),
        // The tree begins with its root alone.
        Place::Links(_) => state.links.lines.len() <= 2 && asked(|purpose| matches!(purpose, Purpose::Links)),
        Place::Templates => state.templates.found().is_empty() && asked(|purpose| matches!(purpose, Purpose::Templates)),
        Place::Compare { .. } => false,
    }
}
