//! The palette: commands by a few letters of their names.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::command::by_id;
use crate::app::msg::Spot;
use crate::app::state::{Input as Typed, State};
use crate::domain::SafeText;
use crate::settings::theme::Theme;
use crate::ui::pointer::Pointer;
use crate::ui::widget::input::Input;
use crate::ui::widget::menu::{Item, Menu, first_visible};
use crate::ui::widget::popup::{self, Frame};
use crate::ui::widget::text::PLAIN;
use crate::ui::widget::{Line, row};

/// Draws the palette.
pub(crate) fn draw(
    state: &State,
    theme: &Theme,
    (input, cursor, matches): (&Typed, usize, &[&'static str]),
    area: Rect,
    buf: &mut Buffer,
    pointer: &mut Pointer,
) {
    let wide = area.width.saturating_sub(4).min(72);
    let high = area.height.saturating_sub(2).min(16);
    let spot = Rect { x: area.x + (area.width - wide) / 2, y: area.y + 1.min(area.height), width: wide, height: high };
    let inside = popup::draw(&Frame::titled(Line::new().with("commands", theme.title_focused)).focused(true), spot, buf, theme);
    if let Some(place) = row(inside, 0) {
        let text =
            Input { text: input.text(), cursor: Some(input.cursor()), looks: &[], placeholder: "a few letters of what you want" };
        text.draw(place, buf, theme);
    }
    let below = Rect { y: inside.y + 1.min(inside.height), height: inside.height.saturating_sub(1), ..inside };
    if matches.is_empty() {
        Line::new().with(" no command that works here has these letters", theme.dim).draw(below, buf, theme);
        return;
    }
    let first = first_visible(cursor, matches.len(), below.height);
    let items = matches
        .iter()
        .skip(first)
        .take(usize::from(below.height))
        .filter_map(|id| by_id(id))
        .map(|command| {
            let mut label = Line::new().with(" ", PLAIN).with(command.title, PLAIN);
            if wide > 50 {
                label = label.with("  ", PLAIN).with(command.help, theme.dim);
            }
            let keys = SafeText::new(&state.keymap.keys_of(command));
            Item { label, right: Line::new().with(keys, theme.key_hint).with(" ", PLAIN), ..Item::default() }
        })
        .collect();
    let menu = Menu { items, first, total: matches.len(), chosen: Some(cursor), key_width: 0 };
    pointer.menu(&menu, below, Spot::Line);
    menu.draw(below, buf, theme);
}
