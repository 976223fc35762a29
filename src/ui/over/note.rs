//! A note under edit.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::state::NoteEdit;
use crate::domain::SafeText;
use crate::settings::theme::Theme;
use crate::ui::widget::popup::{self, Frame, centered};
use crate::ui::widget::prose::Prose;
use crate::ui::widget::text::PLAIN;
use crate::ui::widget::{Line, row};

/// Columns of the pane at most: longer lines are hard to read.
const WIDEST: u16 = 100;

/// Draws the pane.
pub(crate) fn draw(theme: &Theme, note: &NoteEdit, area: Rect, buf: &mut Buffer) {
    let wide = area.width.saturating_sub(if area.width < 60 { 0 } else { 4 }).min(WIDEST);
    let high = area.height.saturating_sub(if area.height < 16 { 0 } else { 2 }).min(30);
    let mut title = Line::new().with(if note.id.is_some() { "note " } else { "new note" }, theme.title_focused);
    if let Some(id) = &note.id {
        title = title.with(SafeText::cut(id, 12), theme.dim);
    }
    title = title.with(" on ", theme.dim).with(SafeText::cut(&note.target.to_string(), 60), theme.accent);
    let right = match note.is_changed() {
        true => Line::new().with("not saved", theme.warning),
        false => Line::new().with("Markdown", theme.dim),
    };
    let frame = Frame { title, right, bottom: keys(theme, wide), focused: true };
    let inside = popup::draw(&frame, centered(area, wide, high), buf, theme);
    let inside = Rect { x: inside.x + 1.min(inside.width), width: inside.width.saturating_sub(1), ..inside };
    let below = u16::from(note.error.is_some() && inside.height > 1);
    let text = Rect { height: inside.height - below, ..inside };
    let placeholder = "What is known, and from where?";
    Prose { lines: note.editor.lines(), cursor: Some(note.editor.cursor()), placeholder }.draw(text, buf, theme);
    if let Some(error) = &note.error
        && let Some(place) = row(inside, inside.height.saturating_sub(1)).filter(|_| below > 0)
    {
        Line::new().with(SafeText::cut(error, 300), theme.error).draw(place, buf, theme);
    }
}

/// The keys, as many as fit; how it is saved and left always.
fn keys(theme: &Theme, wide: u16) -> Line {
    let key = |line: Line, key: &'static str, does: &'static str| line.with(key, theme.key_hint).with(does, theme.hint);
    let line = key(key(Line::new(), "C-s", " saves  "), "Esc", " leaves");
    match wide {
        ..56 => line,
        _ => key(line.with("  ", PLAIN), "F4", " opens $EDITOR"),
    }
}
