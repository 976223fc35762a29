//! Choosing columns: which are shown, in which order, and up to where they stay in sight.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::msg::Spot;
use crate::app::state::State;
use crate::app::state::columns::Columns;
use crate::domain::SafeText;
use crate::settings::theme::Theme;
use crate::ui::look;
use crate::ui::pointer::Pointer;
use crate::ui::widget::Line;
use crate::ui::widget::menu::{Item, Menu, first_visible};
use crate::ui::widget::popup::{self, Frame, centered};
use crate::ui::widget::text::PLAIN;

/// Draws the list.
pub(crate) fn draw(state: &State, theme: &Theme, choice: &Columns, area: Rect, buf: &mut Buffer, pointer: &mut Pointer) {
    let wide = area.width.saturating_sub(4).min(60);
    let high = u16::try_from(choice.items.len().saturating_add(2)).unwrap_or(u16::MAX).min(area.height);
    let bottom = match &choice.input {
        Some(input) => Line::new().with("/", theme.key_hint).with(SafeText::cut(input.text(), 40), PLAIN),
        None => Line::new()
            .with("Space", theme.key_hint)
            .with(" shows or hides  ", theme.hint)
            .with("Enter", theme.key_hint)
            .with(" applies", theme.hint),
    };
    let count = format!("{} of {} shown", choice.shown(), choice.items.len());
    let frame = Frame {
        title: Line::new().with("columns", theme.title_focused),
        right: Line::new().with(SafeText::new(&count), PLAIN),
        bottom,
        focused: true,
    };
    let inside = popup::draw(&frame, centered(area, wide, high.max(3)), buf, theme);
    let first = first_visible(choice.cursor, choice.items.len(), inside.height);
    let frozen = choice.frozen.as_ref().and_then(|name| choice.items.iter().position(|item| item.0 == *name));
    let items = choice
        .items
        .iter()
        .enumerate()
        .skip(first)
        .take(usize::from(inside.height))
        .map(|(at, (name, shown))| {
            let column = state.schema.columns.iter().find(|column| column.name == *name);
            let role = column.and_then(|column| column.role);
            let mark = match (shown, theme.ascii) {
                (true, false) => " ✓ ",
                (true, true) => " x ",
                (false, _) => "   ",
            };
            let style = if *shown { look::field_style(role, theme) } else { theme.dim };
            let label = Line::new().with(mark, theme.accent).with(SafeText::cut(name, 44), style);
            let right = match frozen {
                Some(frozen) if at <= frozen => Line::new().with("in sight ", theme.dim),
                _ => Line::new(),
            };
            Item { label, right, ..Item::default() }
        })
        .collect();
    let menu = Menu { items, first, total: choice.items.len(), chosen: Some(choice.cursor), key_width: 0 };
    pointer.menu(&menu, inside, Spot::Line);
    menu.draw(inside, buf, theme);
}
