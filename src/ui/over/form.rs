//! A form: a few named fields to fill in.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::state::Form;
use crate::app::state::form::Entry;
use crate::domain::SafeText;
use crate::settings::theme::Theme;
use crate::ui::widget::input::Input;
use crate::ui::widget::popup::{self, Frame, centered};
use crate::ui::widget::{Line, row, tint};

/// Draws the form.
pub(crate) fn draw(theme: &Theme, form: &Form, area: Rect, buf: &mut Buffer) {
    let names = form.fields.iter().map(|field| field.name.len()).max().unwrap_or(0);
    let names = u16::try_from(names).unwrap_or(0);
    let wide = area.width.saturating_sub(4).min(76);
    let title = Line::new().with(SafeText::cut(&form.title, 300), theme.title_focused);
    let wrapped = title.wrap(usize::from(wide.saturating_sub(4)));
    let head = u16::try_from(wrapped.len()).unwrap_or(1).min(3);
    let fields = u16::try_from(form.fields.len()).unwrap_or(u16::MAX);
    let high = head.saturating_add(fields).saturating_add(1 + 2 + u16::from(form.error.is_some()));
    let keys = Line::new()
        .with("Enter", theme.key_hint)
        .with(if form.at + 1 < form.fields.len() { " next field" } else { " saves" }, theme.hint)
        .with("  Esc", theme.key_hint)
        .with(" cancels", theme.hint);
    let frame = Frame { title: Line::new(), right: Line::new(), bottom: keys, focused: true };
    let inside = popup::draw(&frame, centered(area, wide, high), buf, theme);
    let inside = Rect { x: inside.x + 1.min(inside.width), width: inside.width.saturating_sub(2), ..inside };
    for (line, index) in wrapped.iter().take(usize::from(head)).zip(0..) {
        if let Some(place) = row(inside, index) {
            line.draw(place, buf, theme);
        }
    }
    // On a low screen the fields scroll, so that the one under edit is there.
    let room = inside.height.saturating_sub(head + 1 + u16::from(form.error.is_some())).max(1);
    let first = (form.at + 1).saturating_sub(usize::from(room));
    for ((at, field), index) in form.fields.iter().enumerate().skip(first).take(usize::from(room)).zip(head + 1..) {
        let Some(place) = row(inside, index) else { break };
        let current = at == form.at;
        Line::new().with(field.name, if current { theme.accent } else { theme.dim }).draw(place, buf, theme);
        let from = (names + 2).min(place.width);
        let spot = Rect { x: place.x + from, width: place.width - from, ..place };
        match &field.entry {
            Entry::Text(input) => {
                let placeholder = if field.required { "" } else { "may stay empty" };
                Input { text: input.text(), cursor: current.then(|| input.cursor()), looks: &[], placeholder }
                    .draw(spot, buf, theme);
            }
            Entry::Choice { words, chosen } => choice(words, *chosen, current, spot, buf, theme),
        }
    }
    if let Some(error) = &form.error
        && let Some(place) = row(inside, inside.height.saturating_sub(1))
    {
        Line::new().with(SafeText::cut(error, 300), theme.error).draw(place, buf, theme);
    }
}

fn choice(words: &[&'static str], chosen: usize, current: bool, area: Rect, buf: &mut Buffer, theme: &Theme) {
    let mut line = Line::new();
    let mut at = (0, 0);
    for (place, word) in words.iter().enumerate() {
        let from = line.width();
        let style = if place == chosen { theme.accent } else { theme.dim };
        line = line.with(" ", style).with(*word, style).with(" ", style);
        if place == chosen {
            at = (from, line.width() - from);
        }
    }
    if line.width() > usize::from(area.width)
        && let Some(word) = words.get(chosen)
    {
        // Where not all words fit, the chosen one and that there are others.
        line = Line::new().with("< ", theme.dim).with(*word, theme.accent).with(" >", theme.dim);
        at = (2, word.len());
    }
    line.draw(area, buf, theme);
    let (Ok(from), Ok(wide)) = (u16::try_from(at.0), u16::try_from(at.1)) else { return };
    let spot = Rect { x: area.x.saturating_add(from), width: wide, ..area }.intersection(area);
    tint(spot, buf, if current { theme.cursor } else { theme.selection });
}
