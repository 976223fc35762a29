//! What lies over a surface and takes the keys.

pub(super) mod candidates;
pub(super) mod columns;
pub(super) mod form;
pub(super) mod help;
pub(super) mod leader;
pub(super) mod mapping;
mod mapping_edit;
pub(super) mod note;
pub(super) mod palette;
pub(super) mod panes;
pub(super) mod report;
pub(super) mod text;
pub(super) mod trail;

use ratatui::buffer::Buffer;

use crate::app::layout::Layout;
use crate::app::state::{Layer, State};
use crate::settings::theme::Theme;

use super::pane;
use super::pointer::Pointer;

/// Draws a layer.
pub(super) fn draw(state: &State, theme: &Theme, layer: &Layer, places: &Layout, buf: &mut Buffer, pointer: &mut Pointer) {
    match layer {
        Layer::Help { input, top } => help::draw(state, theme, input, *top, places.body, buf),
        Layer::Palette { input, cursor, matches } => {
            palette::draw(state, theme, (input, *cursor, matches), places.body, buf, pointer);
        }
        Layer::Filter { input, error, candidates, chosen } => {
            pane::filter::edit(state, theme, input.text(), input.cursor(), places.filter, buf);
            candidates::draw(theme, error.as_ref(), candidates, *chosen, places, buf);
        }
        Layer::Form(form) => form::draw(theme, form, places.body, buf),
        Layer::Confirm(confirm) => {
            let keys = [("Enter", " does it"), ("Esc", " leaves it")];
            text::draw(theme, &confirm.title, &confirm.lines, confirm.top, &keys, places.body, buf);
        }
        Layer::Note(note) => note::draw(theme, note, places.body, buf),
        Layer::Mapping(edit) => mapping::draw(state, theme, edit.as_deref(), places.body, buf),
        Layer::Panes { cursor } => panes::sizes(state, theme, *cursor, places, buf, pointer),
        Layer::Themes { cursor, .. } => panes::themes(state, theme, *cursor, places.body, buf, pointer),
        Layer::Report => report::draw(state, theme, places.body, buf),
        Layer::Trail(layer) => trail::draw(state, theme, layer, places.body, buf, pointer),
        Layer::Columns(choice) => columns::draw(state, theme, choice, places.body, buf, pointer),
        Layer::Text { title, lines, top } => text::draw(theme, title, lines, *top, &[("Esc", " closes")], places.body, buf),
    }
}
