//! The tree of views visited, to jump in.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::state::State;
use crate::domain::SafeText;
use crate::settings::theme::Theme;
use crate::ui::format;
use crate::ui::widget::Line;
use crate::ui::widget::menu::{Item, Menu, first_visible};
use crate::ui::widget::popup::{self, Frame, centered};
use crate::ui::widget::text::PLAIN;

/// Deeper steps are not indented further.
const DEEPEST: usize = 12;

/// Draws the tree.
pub(crate) fn draw(state: &State, theme: &Theme, cursor: usize, area: Rect, buf: &mut Buffer) {
    let tree = state.trail.tree();
    let wide = area.width.saturating_sub(4).min(96);
    let high = u16::try_from(tree.len().saturating_add(2)).unwrap_or(u16::MAX).min(area.height.saturating_sub(2));
    let frame = Frame {
        title: Line::new().with("trail", theme.title_focused),
        right: Line::new().with(format::count(tree.len() as u64), PLAIN),
        bottom: Line::new().with("Enter", theme.key_hint).with(" goes there", theme.hint),
        focused: true,
    };
    let inside = popup::draw(&frame, centered(area, wide, high.max(3)), buf, theme);
    let first = first_visible(cursor, tree.len(), inside.height);
    let items = tree
        .iter()
        .skip(first)
        .take(usize::from(inside.height))
        .map(|(at, depth)| {
            let here = *at == state.trail.position();
            let mut label = Line::new().with(if here { if theme.ascii { " @ " } else { " ● " } } else { "   " }, theme.accent);
            for _ in 0..(*depth).min(DEEPEST) {
                label = label.with("  ", PLAIN);
            }
            let node = state.trail.nodes().get(*at);
            if let Some(node) = node {
                label = label.with(SafeText::cut(&node.title, usize::from(wide)), if here { theme.accent } else { PLAIN });
            }
            let right = match node.and_then(|node| node.rows) {
                Some(rows) => {
                    Line::new().with(format::count(rows), PLAIN).with(if rows == 1 { " row " } else { " rows " }, theme.dim)
                }
                None => Line::new(),
            };
            Item { label, right, ..Item::default() }
        })
        .collect();
    Menu { items, first, total: tree.len(), chosen: Some(cursor), key_width: 0 }.draw(inside, buf, theme);
}
