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
pub mod shot;
mod surface;
pub mod widget;

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::app::layout::{self, SMALLEST};
use crate::app::state::{Phase, Place, Size, State, Surface};
use crate::domain::SafeText;
use crate::settings::theme::Theme;

use widget::text::PLAIN;
use widget::{Line, fill, row};

/// Draws the state. A frame of another size than the state knows (a resize whose message is still under way) is drawn for its own size.
pub fn render(state: &State, theme: &Theme, frame: &mut Frame<'_>) {
    let whole = frame.area();
    let buf = frame.buffer_mut();
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
        Surface::Explore => pane::explore(state, theme, &places, buf),
        Surface::Playbooks => surface::playbooks::draw(state, theme, places.body, buf),
        Surface::Findings => surface::findings::draw(state, theme, places.body, buf),
        Surface::Case => surface::case::draw(state, theme, places.body, buf),
        Surface::Sql => surface::sql::draw(state, theme, places.body, buf),
    }
    pane::hints::draw(state, theme, places.hint, buf);
    for layer in &state.layers {
        over::draw(state, theme, layer, &places, buf);
    }
    if state.layers.is_empty() && !state.pending.is_empty() {
        over::leader::draw(state, theme, places.body, buf);
    }
    if let Some(tour) = tour {
        // Where it has no lines of its own it stands in the place of the trail, so that it covers nothing that one works on.
        let spot = if below == 0 { places.trail } else { Rect { y: area.bottom(), height: below, ..area } };
        pane::tour::draw(state, theme, tour, spot, buf);
    }
}

fn too_small(area: Rect, buf: &mut ratatui::buffer::Buffer, theme: &Theme) {
    let text = format!("casebook needs {}x{}; this is {}x{}", SMALLEST.width, SMALLEST.height, area.width, area.height);
    let lines = Line::new().with(SafeText::new(&text), PLAIN).wrap(usize::from(area.width));
    for (line, index) in lines.iter().zip(0..area.height) {
        if let Some(place) = row(area, index) {
            line.draw(place, buf, theme);
        }
    }
}
