//! A longer text to read.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::domain::SafeText;
use crate::settings::theme::Theme;
use crate::ui::widget::popup::{self, Frame, centered};
use crate::ui::widget::text::PLAIN;
use crate::ui::widget::{Line, paragraph};

/// Keys with what they do here.
type Keys<'a> = &'a [(&'static str, &'static str)];

/// Draws the text from line `top` on, with the keys that work at its lower edge.
pub(crate) fn draw(theme: &Theme, title: &str, lines: &[String], top: usize, keys: Keys<'_>, area: Rect, buf: &mut Buffer) {
    let wide = area.width.saturating_sub(4).min(96);
    let inner = wide.saturating_sub(4);
    // Lines before `top` are not wrapped: only what can be seen is.
    let most = usize::from(area.height);
    let shown: Vec<Line> = lines.iter().skip(top).take(most).map(|line| Line::new().with(SafeText::new(line), PLAIN)).collect();
    let wrapped = paragraph::wrap(&shown, inner + 1);
    let all = if top == 0 && lines.len() <= most { wrapped.len() } else { most };
    let high = u16::try_from(all + 2).unwrap_or(u16::MAX).min(area.height);
    let frame = Frame {
        title: Line::new().with(SafeText::cut(title, 80), theme.title_focused),
        right: Line::new(),
        bottom: keys.iter().fold(Line::new(), |line, (key, does)| {
            let between = if line.is_empty() { "" } else { "  " };
            line.with(between, PLAIN).with(*key, theme.key_hint).with(*does, theme.hint)
        }),
        focused: true,
    };
    let inside = popup::draw(&frame, centered(area, wide, high), buf, theme);
    let inside = Rect { x: inside.x + 1.min(inside.width), width: inside.width.saturating_sub(1), ..inside };
    for (line, index) in wrapped.iter().zip(0..inside.height) {
        if let Some(place) = crate::ui::widget::row(inside, index) {
            line.draw(place, buf, theme);
        }
    }
}
