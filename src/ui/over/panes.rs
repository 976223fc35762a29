//! The sizes of the panes, and the themes: small popups that leave in sight what they change.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::layout::{Layout, WIDE};
use crate::app::msg::Spot;
use crate::app::state::{Pane, State};
use crate::domain::SafeText;
use crate::settings::theme::Theme;
use crate::ui::pointer::Pointer;
use crate::ui::widget::Line;
use crate::ui::widget::menu::{Item, Menu, first_visible};
use crate::ui::widget::popup::{self, Frame};
use crate::ui::widget::text::PLAIN;

/// Draws the sizes at the lower right.
pub(crate) fn sizes(state: &State, theme: &Theme, cursor: usize, places: &Layout, buf: &mut Buffer, pointer: &mut Pointer) {
    let items = Pane::SIZED.iter().map(|pane| size(state, theme, *pane, places)).collect();
    let menu = Menu { items, first: 0, total: Pane::SIZED.len(), chosen: Some(cursor), key_width: 0 };
    let frame = Frame::titled(Line::new().with("sizes of panes", theme.title_focused)).focused(true);
    at_the_corner(&frame, &menu, 44, theme, places.body, buf, pointer);
}

fn size(state: &State, theme: &Theme, pane: Pane, places: &Layout) -> Item {
    let wide = state.size.width >= WIDE;
    let sizes = state.sizes;
    let (name, spot, away, upright) = match pane {
        Pane::Fields => ("fields", places.fields, sizes.no_fields, true),
        Pane::Detail => ("detail", places.detail, sizes.no_detail, true),
        Pane::Timeline | Pane::Main => ("histogram", places.timeline, sizes.no_timeline, false),
    };
    let says = match spot {
        _ if away => "put away".to_owned(),
        _ if upright && !wide => format!("beside the rows from {WIDE} columns on"),
        Some(spot) if upright => format!("{} columns", spot.width),
        Some(spot) => format!("{} lines", spot.height),
        None => "has no room here".to_owned(),
    };
    let label = Line::new().with(" ", PLAIN).with(name, PLAIN);
    Item { label, right: Line::new().with(SafeText::new(&says), theme.dim).with(" ", PLAIN), ..Item::default() }
}

/// Draws the themes at the lower right; what is said of the present one stands in the lower edge.
pub(crate) fn themes(state: &State, theme: &Theme, cursor: usize, area: Rect, buf: &mut Buffer, pointer: &mut Pointer) {
    let total = state.themes.len();
    let high = u16::try_from(total).unwrap_or(u16::MAX).min(area.height.saturating_sub(2));
    let first = first_visible(cursor, total, high);
    let items = state.themes.iter().skip(first).take(usize::from(high));
    let items =
        items.map(|name| Item { label: Line::new().with(" ", PLAIN).with(SafeText::cut(name, 30), PLAIN), ..Item::default() });
    let menu = Menu { items: items.collect(), first, total, chosen: Some(cursor), key_width: 0 };
    let about = Line::new().with(SafeText::cut(&theme.about, 60), theme.dim);
    let width = u16::try_from(about.width()).unwrap_or(u16::MAX).saturating_add(6).max(30);
    let title = Line::new().with("theme", theme.title_focused);
    let frame = Frame { title, right: Line::new(), bottom: about, focused: true };
    at_the_corner(&frame, &menu, width, theme, area, buf, pointer);
}

fn at_the_corner(frame: &Frame, menu: &Menu, width: u16, theme: &Theme, area: Rect, buf: &mut Buffer, pointer: &mut Pointer) {
    let count = u16::try_from(menu.items.len()).unwrap_or(u16::MAX);
    let (width, height) = (width.min(area.width), count.saturating_add(2).min(area.height));
    let spot = Rect { x: area.right() - width, y: area.bottom() - height, width, height };
    let inside = popup::draw(frame, spot, buf, theme);
    pointer.menu(menu, inside, Spot::Line);
    menu.draw(inside, buf, theme);
}
