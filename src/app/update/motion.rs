//! Moving the cursor in whatever has the focus.

use crate::app::command::Motion;
use crate::app::effect::Effect;
use crate::app::layout;
use crate::app::state::{Pane, Place, State, Surface};

use super::{answers, rows};

/// Takes a step in the focused pane or surface.
pub(super) fn step(state: &mut State, motion: Motion, out: &mut Vec<Effect>) {
    match (state.surface, state.focus) {
        (Surface::Explore, Pane::Main) => match state.place() {
            Place::Rows => in_rows(state, motion, out),
            Place::Pivot { .. } | Place::Top { .. } => {
                let height = usize::from(layout::list_height(state.size, state.sizes));
                state.list.cursor = moved(state.list.cursor, state.list.items.len(), height, motion);
            }
            Place::Links(_) => match motion {
                Motion::Left | Motion::Right => super::links::fold(state, Some(motion == Motion::Right), out),
                _ => {
                    let height = usize::from(layout::list_height(state.size, state.sizes));
                    state.links.cursor = moved(state.links.cursor, state.links.lines.len(), height, motion);
                }
            },
            Place::Templates => {
                let height = usize::from(layout::list_height(state.size, state.sizes) * 2 / 3);
                state.templates.cursor = moved(state.templates.cursor, state.templates.found().len(), height, motion);
            }
            Place::Compare { .. } => super::trail::step(state, motion),
            Place::Page(_) => {
                let height = usize::from(layout::list_height(state.size, state.sizes));
                state.page.cursor = moved(state.page.cursor, state.page_lines().len(), height, motion);
            }
        },
        (Surface::Explore, Pane::Fields) => in_fields(state, motion, out),
        (Surface::Explore, Pane::Timeline) => in_timeline(state, motion),
        (Surface::Explore, Pane::Detail) => in_detail(state, motion),
        (Surface::Playbooks, _) => super::playbooks::step(state, motion),
        (Surface::Findings, _) => super::case_surface::step(state, motion),
        (Surface::Sql, _) => super::sql::step(state, motion),
        (Surface::Case, _) => {
            let height = usize::from(layout::surface_height(state.size));
            state.case.cursor = moved(state.case.cursor, state.case_lines().len(), height, motion);
        }
    }
    keep_in_sight(state);
}

/// Where a cursor in `count` lines goes.
pub(super) fn moved(cursor: usize, count: usize, height: usize, motion: Motion) -> usize {
    let last = count.saturating_sub(1);
    let to = match motion {
        Motion::Up | Motion::Left => cursor.saturating_sub(1),
        Motion::Down | Motion::Right => cursor + 1,
        Motion::First => 0,
        Motion::Last => last,
        Motion::PageUp => cursor.saturating_sub(height),
        Motion::PageDown => cursor + height,
        Motion::HalfUp => cursor.saturating_sub((height / 2).max(1)),
        Motion::HalfDown => cursor + (height / 2).max(1),
    };
    to.min(last)
}

fn in_rows(state: &mut State, motion: Motion, out: &mut Vec<Effect>) {
    let height = rows::screen(state);
    let cursor = state.rows.cursor;
    let to = match motion {
        Motion::Left => {
            state.rows.column = state.rows.column.saturating_sub(1);
            return;
        }
        Motion::Right => {
            state.rows.column = (state.rows.column + 1).min(state.rows.columns.len().saturating_sub(1));
            return;
        }
        Motion::Up => cursor.saturating_sub(1),
        Motion::Down => cursor + 1,
        Motion::First => 0,
        Motion::Last => state.rows.total.unwrap_or(u64::MAX).saturating_sub(1),
        Motion::PageUp => cursor.saturating_sub(height),
        Motion::PageDown => cursor + height,
        Motion::HalfUp => cursor.saturating_sub((height / 2).max(1)),
        Motion::HalfDown => cursor + (height / 2).max(1),
    };
    rows::go_to(state, to, out);
    answers::follow(state, out);
}

fn in_fields(state: &mut State, motion: Motion, out: &mut Vec<Effect>) {
    match motion {
        // Left folds and right unfolds, as in every tree.
        Motion::Left | Motion::Right => super::fields::fold(state, Some(motion == Motion::Right), out),
        _ => {
            let height = usize::from(layout::pane_height(state.size, Pane::Fields, state.sizes));
            state.fields.cursor = moved(state.fields.cursor, state.fields.lines().len(), height, motion);
        }
    }
}

fn in_timeline(state: &mut State, motion: Motion) {
    state.timeline.cursor = moved(state.timeline.cursor, state.timeline.buckets.len(), 10, motion);
}

fn in_detail(state: &mut State, motion: Motion) {
    let lines = state.detail.lines();
    let line = lines.get(state.detail.cursor);
    match (motion, line) {
        (Motion::Right, Some(line)) if line.branch == Some(false) => state.detail.fold(&line.path),
        (Motion::Left, Some(line)) if line.branch == Some(true) => state.detail.fold(&line.path),
        (Motion::Left, Some(line)) => {
            // To the branch around it.
            let above = lines[..state.detail.cursor].iter().rposition(|other| other.depth < line.depth);
            state.detail.cursor = above.unwrap_or(state.detail.cursor);
        }
        (Motion::Right, _) => {}
        _ => {
            let height = usize::from(layout::pane_height(state.size, Pane::Detail, state.sizes));
            state.detail.cursor = moved(state.detail.cursor, lines.len(), height, motion);
        }
    }
}

/// The first line to show, so that the cursor is on the screen.
pub(super) fn scrolled(top: usize, cursor: usize, height: usize) -> usize {
    if cursor < top {
        cursor
    } else if cursor >= top + height {
        cursor + 1 - height
    } else {
        top
    }
}

/// Scrolls every pane so that its cursor is on the screen: after a step, and after the terminal changed its size.
pub(super) fn keep_in_sight(state: &mut State) {
    let list = usize::from(layout::list_height(state.size, state.sizes));
    state.list.top = scrolled(state.list.top, state.list.cursor, list);
    state.links.top = scrolled(state.links.top, state.links.cursor, list);
    let fields = usize::from(layout::pane_height(state.size, Pane::Fields, state.sizes));
    state.fields.cursor = state.fields.cursor.min(state.fields.lines().len().saturating_sub(1));
    state.fields.top = scrolled(state.fields.top, state.fields.cursor, fields);
    let detail = usize::from(layout::pane_height(state.size, Pane::Detail, state.sizes));
    state.detail.top = scrolled(state.detail.top, state.detail.cursor, detail);
    let surface = usize::from(layout::surface_height(state.size));
    state.case.top = scrolled(state.case.top, state.case.cursor, surface);
    super::playbooks::keep_in_sight(state);
    super::mapping::keep_in_sight(state);
    super::sql::keep_in_sight(state);
    super::trail::keep_in_sight(state);
    super::report::keep_in_sight(state);
    let height = rows::screen(state);
    if state.rows.cursor < state.rows.top {
        state.rows.top = state.rows.cursor;
    } else if state.rows.cursor >= state.rows.top + height {
        state.rows.top = state.rows.cursor + 1 - height;
    }
}
