//! A form: a few named fields to fill in.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::state::Form;
use crate::app::state::form::{Entry, FormField};
use crate::domain::SafeText;
use crate::settings::theme::Theme;
use crate::ui::widget::input::Input;
use crate::ui::widget::popup::{self, Frame, centered};
use crate::ui::widget::prose::Prose;
use crate::ui::widget::text::width;
use crate::ui::widget::{Line, row, tint};

/// Draws the form.
pub(crate) fn draw(theme: &Theme, form: &Form, area: Rect, buf: &mut Buffer) {
    let names = form.fields.iter().map(|field| width(&SafeText::cut(&field.name, NAME))).max().unwrap_or(0);
    let names = u16::try_from(names).unwrap_or(0);
    let wide = area.width.saturating_sub(4).min(76);
    let title = Line::new().with(SafeText::cut(&form.title, 300), theme.title_focused);
    let wrapped = title.wrap(usize::from(wide.saturating_sub(4)));
    let head = u16::try_from(wrapped.len()).unwrap_or(1).min(3);
    let from = (names + 2).min(wide.saturating_sub(4));
    let room_for_text = wide.saturating_sub(4 + from);
    let heights: Vec<u16> =
        form.fields.iter().enumerate().map(|(at, field)| height(field, at == form.at, room_for_text, theme)).collect();
    let fields: u16 = heights.iter().sum();
    let said = form.error.as_ref().map_or_else(Vec::new, |error| {
        Line::new().with(SafeText::cut(error, 400), theme.error).wrap(usize::from(wide.saturating_sub(4)))
    });
    // As many lines as the longest needs, so that nothing moves from field to field.
    let abouts = form.fields.iter().map(|field| about(field, wide, theme).len()).max().unwrap_or(0);
    let below = u16::try_from(abouts.max(said.len())).unwrap_or(0).min(3);
    let high = head.saturating_add(fields).saturating_add(1 + 2 + below);
    let frame = Frame { title: Line::new(), right: Line::new(), bottom: keys(form, theme), focused: true };
    let inside = popup::draw(&frame, centered(area, wide, high), buf, theme);
    let inside = Rect { x: inside.x + 1.min(inside.width), width: inside.width.saturating_sub(2), ..inside };
    for (line, index) in wrapped.iter().take(usize::from(head)).zip(0..) {
        if let Some(place) = row(inside, index) {
            line.draw(place, buf, theme);
        }
    }
    // On a low screen the fields scroll, so that the one under edit is there.
    let room = inside.height.saturating_sub(head + 1 + below).max(1);
    let mut first = 0;
    while first < form.at && heights.iter().skip(first).take(form.at + 1 - first).sum::<u16>() > room {
        first += 1;
    }
    let mut used = 0;
    for ((at, field), wanted) in form.fields.iter().enumerate().zip(&heights).skip(first) {
        let high = (*wanted).min(room.saturating_sub(used));
        let Some(place) = row(inside, head + 1 + used).filter(|_| high > 0) else { break };
        used += high;
        let current = at == form.at;
        let name = SafeText::cut(&field.name, NAME);
        Line::new().with(name, if current { theme.accent } else { theme.dim }).draw(place, buf, theme);
        let from = (names + 2).min(place.width);
        let spot = Rect { x: place.x + from, width: place.width - from, height: high, ..place }.intersection(inside);
        let placeholder = field.hint;
        match &field.entry {
            Entry::Text(input) => {
                Input { text: input.text(), cursor: current.then(|| input.cursor()), looks: &[], placeholder }
                    .draw(spot, buf, theme);
            }
            Entry::Long(editor) => {
                Prose { lines: editor.lines(), cursor: current.then(|| editor.cursor()), placeholder }.draw(spot, buf, theme);
            }
            Entry::Choice { words, chosen } => choice(words, *chosen, current, spot, buf, theme),
        }
    }
    let lines = match form.fields.get(form.at) {
        Some(field) if said.is_empty() => about(field, wide, theme),
        _ => said,
    };
    for (line, index) in lines.iter().zip(inside.height.saturating_sub(below)..inside.height) {
        if let Some(place) = row(inside, index) {
            line.draw(place, buf, theme);
        }
    }
}

/// Columns of a field's name at most.
const NAME: usize = 24;

/// What a field is about, over as many rows as it needs.
fn about(field: &FormField, wide: u16, theme: &Theme) -> Vec<Line> {
    if field.about.is_empty() {
        return Vec::new();
    }
    Line::new().with(SafeText::cut(&field.about, 400), theme.dim).wrap(usize::from(wide.saturating_sub(4)))
}

/// Rows of a field: a text of several lines has a few, and more while it is under edit.
fn height(field: &FormField, current: bool, width: u16, theme: &Theme) -> u16 {
    let Entry::Long(editor) = &field.entry else { return 1 };
    let lines = Prose { lines: editor.lines(), cursor: current.then(|| editor.cursor()), placeholder: "" }.height(width, theme);
    let lines = u16::try_from(lines).unwrap_or(u16::MAX);
    if current { lines.clamp(3, 8) } else { lines.clamp(1, 2) }
}

/// The keys that work in the field under edit.
fn keys(form: &Form, theme: &Theme) -> Line {
    let field = form.fields.get(form.at);
    let last = form.at + 1 >= form.fields.len();
    let mut line = Line::new();
    let mut key = |key: &'static str, does: &'static str| {
        let between = if line.is_empty() { "" } else { "  " };
        line = std::mem::take(&mut line).with(between, theme.hint).with(key, theme.key_hint).with(does, theme.hint);
    };
    match field {
        Some(field) if field.is_long() => {
            key("C-s", " saves");
            key("F4", " $EDITOR");
        }
        _ if last => key("Enter", " saves"),
        field => {
            key("Enter", " next field");
            if form.fields.len() > 4 {
                key("C-s", " saves");
            }
            if field.is_some_and(|field| !field.offered.is_empty()) {
                key("Tab", " offers");
            }
        }
    }
    key("Esc", " cancels");
    line
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
