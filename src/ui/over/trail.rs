//! The tree of views visited, to jump in.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::msg::Spot;
use crate::app::state::State;
use crate::app::state::layer::TrailLayer;
use crate::domain::SafeText;
use crate::settings::theme::Theme;
use crate::ui::format;
use crate::ui::look::keys_of;
use crate::ui::pointer::Pointer;
use crate::ui::widget::menu::{Item, Menu, first_visible};
use crate::ui::widget::popup::{self, Frame, centered};
use crate::ui::widget::text::PLAIN;
use crate::ui::widget::{Line, row};

/// Deeper steps are not indented further.
const DEEPEST: usize = 12;
/// From this width on the times of the visits are shown.
const CLOCK: u16 = 60;

/// Draws the tree.
pub(crate) fn draw(state: &State, theme: &Theme, layer: &TrailLayer, area: Rect, buf: &mut Buffer, pointer: &mut Pointer) {
    let cursor = layer.cursor;
    let tree = state.trail.tree();
    let wide = area.width.saturating_sub(4).min(96);
    // With nothing but the whole extract in it, the tree says how it grows.
    let alone = if tree.len() == 1 { 2 } else { 0 };
    let high = u16::try_from(tree.len().saturating_add(2 + alone)).unwrap_or(u16::MAX).min(area.height.saturating_sub(2));
    let frame = Frame {
        title: Line::new().with("trail", theme.title_focused),
        right: Line::new().with(format::count(tree.len() as u64), PLAIN),
        bottom: bottom(layer, theme),
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
            if layer.marked == Some(*at) {
                label = Line::new().with(" A ", theme.title_focused);
            }
            for _ in 0..(*depth).min(DEEPEST) {
                label = label.with("  ", PLAIN);
            }
            let node = state.trail.nodes().get(*at);
            if let Some(node) = node {
                let style = if here || node.name.is_some() { theme.accent } else { PLAIN };
                label = label.with(SafeText::cut(node.called(), usize::from(wide)), style);
                if node.name.is_some() {
                    label = label.with("  ", PLAIN).with(SafeText::cut(&node.title, usize::from(wide)), theme.dim);
                }
            }
            let mut right = Line::new();
            if let Some(rows) = node.and_then(|node| node.rows) {
                right = right.with(format::count(rows), PLAIN).with(if rows == 1 { " row " } else { " rows " }, theme.dim);
            }
            if let Some(time) = node.and_then(|node| node.at).filter(|_| wide >= CLOCK) {
                right = right.with(SafeText::new(&time.strftime(" %H:%M:%S ")), theme.dim);
            }
            Item { label, right, ..Item::default() }
        })
        .collect();
    let menu = Menu { items, first, total: tree.len(), chosen: Some(cursor), key_width: 0 };
    pointer.menu(&menu, inside, Spot::Line);
    menu.draw(inside, buf, theme);
    if alone > 0
        && let Some(place) = row(inside, 2)
    {
        let line = Line::new()
            .with(" Every filter (", theme.dim)
            .with(keys_of(state, "filter"), theme.key_hint)
            .with(" ", PLAIN)
            .with(keys_of(state, "keep"), theme.key_hint)
            .with(") and pivot (p) adds a view.", theme.dim);
        line.draw(place, buf, theme);
    }
}

/// The keys of the layer.
fn bottom(layer: &TrailLayer, theme: &Theme) -> Line {
    let keys: &[(&'static str, &'static str)] = match (layer.copying, layer.marked) {
        (true, _) => &[("f", " filter  "), ("q", " SQL  "), ("c", " command line")],
        (false, Some(_)) => &[("c", " compares with A")],
        (false, None) => &[("Enter", " goes there  "), ("n", " names  "), ("c", " compares  "), ("y", " copies")],
    };
    keys.iter().fold(Line::new(), |line, (key, does)| line.with(*key, theme.key_hint).with(*does, theme.hint))
}
