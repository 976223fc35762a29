//! The explore surface, pane by pane, and the lines above and below.

pub(super) mod compare;
pub(super) mod detail;
pub(super) mod fields;
pub(super) mod filter;
pub(super) mod hints;
pub(super) mod histogram;
pub(super) mod links;
pub(super) mod list;
pub(super) mod page;
pub(super) mod rows;
pub(super) mod templates;
pub(super) mod tour;
pub(super) mod trail;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::layout::Layout;
use crate::app::state::{Pane, Place, State};
use crate::settings::theme::Theme;

use super::look;
use super::pointer::Pointer;
use super::widget::popup::{Frame, centered};
use super::widget::{Line, paragraph};

/// Draws every pane that has a place.
pub(super) fn explore(state: &State, theme: &Theme, places: &Layout, buf: &mut Buffer, pointer: &mut Pointer) {
    filter::draw(state, theme, places.filter, buf);
    if let Some(area) = places.fields {
        fields::draw(state, theme, area, buf, pointer);
    }
    if let Some(area) = places.timeline {
        histogram::draw(state, theme, area, buf, pointer);
    }
    if let Some(area) = places.main {
        match state.place() {
            Place::Rows => rows::draw(state, theme, area, buf, pointer),
            Place::Pivot { .. } | Place::Top { .. } => list::draw(state, theme, area, buf, pointer),
            Place::Compare { a, b } => compare::draw(state, theme, (*a, *b), area, buf, pointer),
            Place::Page(entity) => page::draw(state, theme, entity, area, buf, pointer),
            Place::Links(start) => links::draw(state, theme, start, area, buf, pointer),
            Place::Templates => templates::draw(state, theme, area, buf, pointer),
        }
    }
    if let Some(area) = places.detail {
        detail::draw(state, theme, area, buf, pointer);
    }
    let focused = match state.focus {
        Pane::Fields => places.fields,
        Pane::Main => places.main,
        Pane::Detail => places.detail,
        Pane::Timeline => None,
    };
    if let Some(area) = focused {
        look::edge(state, theme, area, buf);
    }
}

/// Whether a pane has the keys.
fn focused(state: &State, pane: Pane) -> bool {
    state.focus == pane
}

/// Draws the frame of a pane and returns what is inside.
fn frame(title: Line, right: Line, focused: bool, area: Rect, buf: &mut Buffer, theme: &Theme) -> Rect {
    Frame { title, right, bottom: Line::new(), focused }.draw(area, buf, theme)
}

/// Puts a few lines into the middle of an empty pane.
pub(super) fn say(lines: &[Line], area: Rect, buf: &mut Buffer, theme: &Theme) {
    let width = lines.iter().map(Line::width).max().unwrap_or(0).min(usize::from(area.width.saturating_sub(2)));
    let wrapped: Vec<Line> = lines.iter().flat_map(|line| line.wrap(width.max(1))).collect();
    let height = u16::try_from(wrapped.len()).unwrap_or(u16::MAX);
    let width = u16::try_from(width).unwrap_or(u16::MAX);
    paragraph::draw(&wrapped, 0, centered(area, width, height), buf, theme);
}
