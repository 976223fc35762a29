//! Below the filter under edit: what is wrong with it, or the names that could stand at the cursor.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::layout::Layout;
use crate::domain::SafeText;
use crate::investigate::FilterError;
use crate::settings::theme::Theme;
use crate::ui::widget::menu::{Item, Menu, first_visible};
use crate::ui::widget::popup::{self, Frame};
use crate::ui::widget::text::PLAIN;
use crate::ui::widget::{Line, paragraph};

/// Draws what there is to say.
pub(crate) fn draw(
    theme: &Theme,
    error: Option<&FilterError>,
    candidates: &[String],
    chosen: usize,
    places: &Layout,
    buf: &mut Buffer,
) {
    let below = Rect { y: places.filter.y + 1, height: places.body.height.saturating_sub(1), ..places.body };
    if !candidates.is_empty() {
        let widest = candidates.iter().map(|name| SafeText::new(name).width()).max().unwrap_or(0);
        let wide = u16::try_from(widest + 4).unwrap_or(u16::MAX).clamp(16, below.width.min(48));
        let high = u16::try_from(candidates.len() + 2).unwrap_or(u16::MAX).min(12).min(below.height);
        let area = Rect { x: below.x + 7.min(below.width - wide), y: below.y, width: wide, height: high };
        let inside = popup::draw(&Frame::default().focused(true), area, buf, theme);
        let first = first_visible(chosen, candidates.len(), inside.height);
        let items = candidates
            .iter()
            .skip(first)
            .take(usize::from(inside.height))
            .map(|name| Item { label: Line::new().with(" ", PLAIN).with(SafeText::new(name), theme.field), ..Item::default() })
            .collect();
        Menu { items, first, total: candidates.len(), chosen: Some(chosen), key_width: 0 }.draw(inside, buf, theme);
        return;
    }
    let Some(error) = error else { return };
    let mut said = Line::new().with(SafeText::new(&error.message), theme.error);
    if let Some(nearest) = &error.nearest {
        said = said.with("; did you mean ", theme.error).with(SafeText::new(nearest), theme.field).with("?", theme.error);
    }
    let wide = u16::try_from(said.width().saturating_add(5)).unwrap_or(u16::MAX).min(below.width);
    let lines = paragraph::wrap(&[said], wide.saturating_sub(3));
    let high = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(2).min(below.height);
    let inside = popup::draw(&Frame::default(), Rect { width: wide, height: high, ..below }, buf, theme);
    paragraph::draw(
        &lines,
        0,
        Rect { x: inside.x + 1.min(inside.width), width: inside.width.saturating_sub(1), ..inside },
        buf,
        theme,
    );
}
