//! The tour: noticing that a step is over, skipping it, leaving it, bringing it back.

use crate::app::effect::Effect;
use crate::app::layout;
use crate::app::state::tour::{OFTEN, Step, Tour, TourKept};
use crate::app::state::{Layer, Phase, Place, Size, State, Surface, Tone};

use super::{motion, rows};

/// What was so before a message, as far as the tour looks at it.
pub(super) struct Before {
    surface: Surface,
    node: usize,
    row: u64,
    column: usize,
}

/// Looks at the state before a message; nothing without a tour.
pub(super) fn before(state: &State) -> Option<Before> {
    state.tour.as_ref().map(|_| Before {
        surface: state.surface,
        node: state.trail.position(),
        row: state.rows.cursor,
        column: state.rows.column,
    })
}

/// Begins the tour by itself, unless it is over or was begun often enough.
pub(super) fn offer(state: &mut State, kept: TourKept, out: &mut Vec<Effect>) {
    if kept.over || kept.shown >= OFTEN {
        return;
    }
    let kept = TourKept { shown: kept.shown + 1, ..kept };
    state.tour = Some(Tour { kept, ..Tour::default() });
    out.push(Effect::KeepTour(kept));
}

/// Begins it anew, because that was asked for.
pub(super) fn begin(state: &mut State) {
    let kept = state.tour.as_ref().map_or(TourKept { over: true, shown: OFTEN }, |tour| tour.kept);
    state.tour = Some(Tour { kept, from: state.trail.position(), ..Tour::default() });
}

/// Goes on to the next step without the present one.
pub(super) fn skip(state: &mut State, out: &mut Vec<Effect>) {
    let from = state.trail.position();
    if let Some(tour) = &mut state.tour {
        (tour.step, tour.from) = (tour.step + 1, from);
        if tour.step >= Step::ALL.len() {
            end(state, "that was the tour", out);
        }
    }
}

/// Leaves it for good.
pub(super) fn leave(state: &mut State, out: &mut Vec<Effect>) {
    end(state, "the tour is left", out);
}

fn end(state: &mut State, what: &str, out: &mut Vec<Effect>) {
    if let Some(tour) = state.tour.take() {
        out.push(Effect::KeepTour(TourKept { over: true, ..tour.kept }));
        let back = crate::app::command::by_id("palette").map(|palette| state.keymap.keys_of(palette)).unwrap_or_default();
        state.say(Tone::Plain, format!("{what}; {back} and then tour brings it back"));
    }
}

/// Takes note of what a message has changed, and goes on while what a step asks for has come about.
pub(super) fn advance(state: &mut State, before: Option<&Before>, out: &mut Vec<Effect>) {
    let Some(mut tour) = state.tour.take() else { return };
    if tour.base.is_none() && !state.case.dir.is_empty() {
        tour.base = Some(state.case.case.counts());
    }
    if let Some(before) = before {
        let in_rows = before.node == state.trail.position() && *state.place() == Place::Rows;
        tour.moved.0 |= in_rows && state.rows.cursor != before.row;
        tour.moved.1 |= in_rows && state.rows.column != before.column;
        // Whatever the playbooks look like: what they open is a view.
        tour.opened |=
            before.surface == Surface::Playbooks && state.surface == Surface::Explore && before.node != state.trail.position();
    }
    tour.helped |= tour.step() == Some(Step::Next) && matches!(state.layers.last(), Some(Layer::Help { .. }));
    while tour.is_done(state) {
        (tour.step, tour.from) = (tour.step + 1, state.trail.position());
    }
    let over = tour.step >= Step::ALL.len();
    state.tour = Some(tour);
    if over {
        end(state, "that was the tour", out);
    }
}

/// Gives the tour its lines below everything else, or takes them back: what is left is the workbench's screen.
pub(super) fn make_room(state: &mut State, out: &mut Vec<Effect>) {
    let whole = Size { height: state.size.height.saturating_add(state.tour_lines), ..state.size };
    let shown = state.tour.is_some() && state.phase == Phase::Ready && state.reopening.is_none();
    let lines = if shown { layout::tour_lines(whole) } else { 0 };
    if lines != state.tour_lines {
        state.tour_lines = lines;
        state.size = Size { height: whole.height.saturating_sub(lines), ..whole };
        motion::keep_in_sight(state);
        rows::ensure_window(state, out);
    }
}
