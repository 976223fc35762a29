//! Pure drawing: the state and a theme in, a frame out. One file a pane, widgets apart; no clock, no file, no database.
//!
//! - `pane`: the parts of the explore surface, and the lines at the top and the bottom.
//! - `surface`: what fills the screen otherwise: playbooks, findings, case, loading.
//! - `over`: what lies over it and takes the keys.
//! - `widget`: what those are made of.

pub mod format;
mod found;
mod look;
mod over;
mod pane;
mod pointer;
pub mod shot;
mod surface;
pub mod widget;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::app::layout::{self, SMALLEST};
use crate::app::msg::Spot;
use crate::app::state::{Phase, Place, Size, State, Surface};
use crate::domain::SafeText;
use crate::settings::theme::Theme;

use pointer::Pointer;
use widget::text::PLAIN;
use widget::{Line, fill, row};

/// Draws the state. A frame of another size than the state knows (a resize whose message is still under way) is drawn for its own size.
pub fn render(state: &State, theme: &Theme, frame: &mut Frame<'_>) {
    let whole = frame.area();
    paint(state, theme, whole, frame.buffer_mut(), &mut Pointer::default());
}

/// What can be chosen on a cell of the screen: the frame is drawn once more, so that what is found there is what is seen there.
pub fn spot(state: &State, theme: &Theme, at: Position) -> Option<Spot> {
    let whole = Rect::new(0, 0, state.size.width, state.size.height.saturating_add(state.tour_lines));
    let mut pointer = Pointer::at(at);
    paint(state, theme, whole, &mut Buffer::empty(whole), &mut pointer);
    pointer.on()
}

fn paint(state: &State, theme: &Theme, whole: Rect, buf: &mut Buffer, pointer: &mut Pointer) {
    fill(whole, buf, theme.text);
    let tour = state.tour.as_ref().filter(|_| state.phase == Phase::Ready && state.reopening.is_none());
    let below = tour.map_or(0, |_| layout::tour_lines(Size { width: whole.width, height: whole.height }));
    let area = Rect { height: whole.height.saturating_sub(below), ..whole };
    let size = Size { width: area.width, height: area.height };
    let Some(places) = layout::layout(size, state.focus, *state.place() == Place::Rows, state.sizes) else {
        too_small(area, buf, theme);
        return;
    };
    if state.phase != Phase::Ready || state.reopening.is_some() {
        surface::loading::draw(state, theme, area, buf);
        return;
    }
    pane::trail::draw(state, theme, places.trail, buf);
    match state.surface {
        Surface::Explore => pane::explore(state, theme, &places, buf, pointer),
        Surface::Playbooks => surface::playbooks::draw(state, theme, places.body, buf, pointer),
        Surface::Findings => surface::findings::draw(state, theme, places.body, buf, pointer),
        Surface::Case => surface::case::draw(state, theme, places.body, buf, pointer),
        Surface::Sql => surface::sql::draw(state, theme, places.body, buf, pointer),
    }
    pane::hints::draw(state, theme, places.hint, buf);
    for layer in &state.layers {
        pointer.cover(whole);
        over::draw(state, theme, layer, &places, buf, pointer);
    }
    if state.layers.is_empty() && !state.pending.is_empty() {
        pointer.cover(whole);
        over::leader::draw(state, theme, places.body, buf);
    }
    if let Some(tour) = tour {
        // Where it has no lines of its own it stands in the place of the trail, so that it covers nothing that one works on.
        let spot = if below == 0 { places.trail } else { Rect { y: area.bottom(), height: below, ..area } };
        pointer.cover(spot);
        pane::tour::draw(state, theme, tour, spot, buf);
    }
}

fn too_small(area: Rect, buf: &mut Buffer, theme: &Theme) {
    let text = format!("casebook needs {}x{}; this is {}x{}", SMALLEST.width, SMALLEST.height, area.width, area.height);
    let lines = Line::new().with(SafeText::new(&text), PLAIN).wrap(usize::from(area.width));
    for (line, index) in lines.iter().zip(0..area.height) {
        if let Some(place) = row(area, index) {
            line.draw(place, buf, theme);
        }
    }
}
