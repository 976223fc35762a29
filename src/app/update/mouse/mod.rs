//! The mouse, where it is asked for: a click chooses what it falls on, a click on what is chosen already opens it, the wheel scrolls what lies
//! under it. Everything it does, keys do too.

mod over;
mod sql;

use ratatui::layout::{Position, Rect};

use crate::app::command::{Action, Motion};
use crate::app::effect::Effect;
use crate::app::layout;
use crate::app::msg::{Mouse, MouseDone, Spot};
use crate::app::state::playbooks::Board;
use crate::app::state::{Pane, Phase, Place, State, Surface};

use super::{act, answers, motion, rows};

/// Lines that one notch of the wheel scrolls.
const NOTCH: usize = 3;

/// Does what the mouse says.
pub(super) fn done(state: &mut State, mouse: Mouse, out: &mut Vec<Effect>) {
    if state.phase != Phase::Ready || state.reopening.is_some() {
        return;
    }
    state.message = None;
    if !state.layers.is_empty() || !state.pending.is_empty() {
        over::done(state, mouse, out);
        return;
    }
    let at = Position { x: mouse.column, y: mouse.row };
    match mouse.done {
        MouseDone::Click => click(state, at, mouse.on, out),
        MouseDone::WheelUp => wheel(state, at, Motion::Up, out),
        MouseDone::WheelDown => wheel(state, at, Motion::Down, out),
    }
}

fn click(state: &mut State, at: Position, on: Option<Spot>, out: &mut Vec<Effect>) {
    let Some(places) = places(state) else { return };
    if places.trail.contains(at) {
        if let Some(surface) = layout::surface_at(&state.tabs(), state.surface, state.size.width, at.x) {
            act::act(state, Action::Go(surface), out);
        }
        return;
    }
    match state.surface {
        Surface::Explore => explore(state, &places, at, on, out),
        Surface::Playbooks if state.playbooks.board == Board::Triage => {
            let count = state.playbooks.triage.lines.len();
            choose(state, line_of(on, count), |state| &mut state.playbooks.triage.cursor, true, out);
        }
        Surface::Playbooks => {
            let count = state.playbooks.lines().len();
            choose(state, line_of(on, count), |state| &mut state.playbooks.cursor, true, out);
        }
        Surface::Case => {
            let count = state.case_lines().len();
            choose(state, line_of(on, count), |state| &mut state.case.cursor, true, out);
        }
        Surface::Findings => {
            let line = line_of(on, state.case.case.findings().len());
            if line.is_some_and(|line| line != state.case.finding) {
                state.case.finding_top = 0;
            }
            choose(state, line, |state| &mut state.case.finding, true, out);
        }
        Surface::Sql => sql::click(state, places.body, at, on, out),
    }
}

fn explore(state: &mut State, places: &layout::Layout, at: Position, on: Option<Spot>, out: &mut Vec<Effect>) {
    if places.filter.contains(at) {
        act::act(state, Action::EditFilter, out);
        return;
    }
    let Some((pane, area)) = pane_at(places, at) else { return };
    // Only where it had the focus already can a click mean what is chosen there.
    let had = std::mem::replace(&mut state.focus, pane) == pane;
    // The focus may give panes other places: what was clicked on is where it was.
    match pane {
        Pane::Fields => {
            let count = state.fields.lines().len();
            choose(state, line_of(on, count), |state| &mut state.fields.cursor, had, out);
        }
        Pane::Detail => {
            let count = state.detail.lines().len();
            choose(state, line_of(on, count), |state| &mut state.detail.cursor, had, out);
        }
        Pane::Timeline => {
            let count = state.timeline.buckets.len();
            choose(state, line_of(on, count), |state| &mut state.timeline.cursor, had, out);
        }
        Pane::Main => match state.place() {
            Place::Rows => in_rows(state, (area, at, column_of(on)), had, out),
            Place::Pivot { .. } | Place::Top { .. } => {
                let count = state.list.items.len();
                choose(state, line_of(on, count), |state| &mut state.list.cursor, had, out);
            }
            Place::Links(_) => {
                let count = state.links.lines.len();
                choose(state, line_of(on, count), |state| &mut state.links.cursor, had, out);
            }
            Place::Templates => {
                let count = state.templates.found().len();
                choose(state, line_of(on, count), |state| &mut state.templates.cursor, had, out);
            }
            Place::Page(_) => {
                let count = state.page_lines().len();
                choose(state, line_of(on, count), |state| &mut state.page.cursor, had, out);
            }
            Place::Compare { .. } => compared(state, on, had, out),
        },
    }
}

/// Chooses a row and, where there is one below the mouse, a column.
fn in_rows(state: &mut State, (area, at, column): (Rect, Position, Option<usize>), had: bool, out: &mut Vec<Effect>) {
    let column = column.filter(|column| *column < state.rows.columns.len());
    if at.y == area.y + 1 {
        if let Some(column) = column {
            let again = had && state.rows.column == column;
            state.rows.column = column;
            if again {
                sort(state, out);
            }
        }
        return;
    }
    let Some(line) = row_at(area, at) else { return };
    let to = state.rows.top + u64::from(line);
    if state.rows.total.is_some_and(|total| to >= total) {
        return;
    }
    let column = column.unwrap_or(state.rows.column);
    let open = had && (state.rows.cursor, state.rows.column) == (to, column);
    state.rows.column = column;
    rows::go_to(state, to, out);
    answers::follow(state, out);
    finish(state, open, out);
}

/// Sorts by the chosen column, or turns round what is sorted by it already.
fn sort(state: &mut State, out: &mut Vec<Effect>) {
    let name = state.rows.columns.get(state.rows.column);
    let turns = state.view().sort.first().is_some_and(|key| Some(&key.column) == name && !key.descending);
    act::act(state, if turns { Action::SortDescending } else { Action::SortAscending }, out);
}

/// Chooses a line of one of the two sides.
fn compared(state: &mut State, on: Option<Spot>, had: bool, out: &mut Vec<Effect>) {
    let Some(Spot::Side(side, line)) = on else { return };
    let compared = &mut state.compared;
    if line >= compared.lines(side).len() {
        return;
    }
    let Some(cursor) = compared.cursor.get_mut(side) else { return };
    let before = (std::mem::replace(&mut compared.side, side), std::mem::replace(cursor, line));
    finish(state, had && before == (side, line), out);
}

/// The line that was clicked on, of so many.
fn line_of(on: Option<Spot>, count: usize) -> Option<usize> {
    match on? {
        Spot::Line(line) => Some(line).filter(|line| *line < count),
        _ => None,
    }
}

fn column_of(on: Option<Spot>) -> Option<usize> {
    match on? {
        Spot::Column(column) => Some(column),
        _ => None,
    }
}

/// Puts a cursor on a line, or opens what it stood on already, where the keys went there before the click.
fn choose(state: &mut State, line: Option<usize>, cursor: fn(&mut State) -> &mut usize, had: bool, out: &mut Vec<Effect>) {
    if let Some(line) = line {
        let before = std::mem::replace(cursor(state), line);
        finish(state, had && before == line, out);
    }
}

fn finish(state: &mut State, open: bool, out: &mut Vec<Effect>) {
    motion::keep_in_sight(state);
    if open {
        act::act(state, Action::Open, out);
    }
}

/// Scrolls what lies under the mouse. The focus stays where it is.
fn wheel(state: &mut State, at: Position, to: Motion, out: &mut Vec<Effect>) {
    let Some(places) = places(state) else { return };
    let focus = state.focus;
    if state.surface == Surface::Explore {
        let Some((pane, _)) = pane_at(&places, at) else { return };
        state.focus = pane;
    }
    let to = match (state.surface, state.focus) {
        (Surface::Explore, Pane::Timeline) if to == Motion::Up => Motion::Left,
        (Surface::Explore, Pane::Timeline) => Motion::Right,
        _ => to,
    };
    for _ in 0..NOTCH {
        motion::step(state, to, out);
    }
    state.focus = focus;
}

fn places(state: &State) -> Option<layout::Layout> {
    layout::layout(state.size, state.focus, *state.place() == Place::Rows, state.sizes)
}

fn pane_at(places: &layout::Layout, at: Position) -> Option<(Pane, Rect)> {
    let panes = [
        (Pane::Fields, places.fields),
        (Pane::Timeline, places.timeline),
        (Pane::Main, places.main),
        (Pane::Detail, places.detail),
    ];
    panes.into_iter().find_map(|(pane, area)| Some((pane, area.filter(|area| area.contains(at))?)))
}

/// Which of the rows that are shown in a framed table a cell belongs to. Each is one line high, below the head.
fn row_at(area: Rect, at: Position) -> Option<u16> {
    let first = area.y + 2;
    let inside = at.x > area.x && at.x + 1 < area.right() && at.y >= first && at.y + 1 < area.bottom();
    inside.then(|| at.y - first)
}
