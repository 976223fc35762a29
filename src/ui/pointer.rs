//! What lies under the mouse: noted while it is drawn, so that a click falls on what is seen there.

use ratatui::layout::{Position, Rect};

use crate::app::msg::Spot;

use super::widget::menu::Menu;
use super::widget::table::Placed;

/// A cell of the screen, and what was drawn over it so far that can be chosen. Without a cell nothing is noted.
#[derive(Debug, Default)]
pub(crate) struct Pointer {
    at: Option<Position>,
    on: Option<Spot>,
}

impl Pointer {
    /// A pointer on a cell.
    pub(crate) fn at(at: Position) -> Pointer {
        Pointer { at: Some(at), on: None }
    }

    /// What it is on, once all is drawn.
    pub(crate) fn on(&self) -> Option<Spot> {
        self.on
    }

    /// The cell, where an area has it.
    pub(crate) fn within(&self, area: Rect) -> Option<Position> {
        self.at.filter(|at| area.contains(*at))
    }

    /// An area is drawn that stands for one thing.
    pub(crate) fn over(&mut self, area: Rect, spot: Spot) {
        if self.within(area).is_some() {
            self.on = Some(spot);
        }
    }

    /// Something is drawn over what was drawn in an area so far, and takes the mouse there.
    pub(crate) fn cover(&mut self, area: Rect) {
        if self.within(area).is_some() {
            self.on = None;
        }
    }

    /// A list is drawn; what an item of it stands for is made of its place in the whole list.
    pub(crate) fn menu(&mut self, menu: &Menu, area: Rect, spot: fn(usize) -> Spot) {
        if self.at.is_some() {
            menu.places(area).for_each(|(place, area)| self.over(area, spot(place)));
        }
    }

    /// A table is drawn. What lies between two columns belongs to the one before.
    pub(crate) fn table(&mut self, placed: &[Placed], area: Rect) {
        let ends = placed.iter().skip(1).map(|next| area.x + next.x).chain([area.right()]);
        for (place, end) in placed.iter().zip(ends) {
            let x = area.x + place.x;
            self.over(Rect { x, width: end.saturating_sub(x), ..area }, Spot::Column(place.column));
        }
    }
}
