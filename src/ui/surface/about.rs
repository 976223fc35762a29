//! What is said of the playbook or the hit under the cursor, beside the board that it is on.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::state::State;
use crate::app::state::about::about;
use crate::domain::SafeText;
use crate::settings::theme::Theme;
use crate::ui::widget::popup::Frame;
use crate::ui::widget::text::PLAIN;
use crate::ui::widget::{Line, paragraph};
use crate::ui::{look, pane};

/// Draws it; what does not fit is read with the key that opens all of it.
pub(super) fn draw(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let said = about(state);
    let title = said.as_ref().map_or_else(String::new, |(title, _)| title.clone());
    let mut frame = Frame {
        title: Line::new().with(SafeText::cut(&title, usize::from(area.width.saturating_sub(6))), theme.title),
        right: Line::new(),
        bottom: Line::new(),
        focused: false,
    };
    let Some((_, lines)) = said else {
        let inside = frame.draw(area, buf, theme);
        let ways = [
            ("open", "runs a playbook, or folds a category"),
            ("run-all", "runs all that can run here"),
            ("search-list", "searches"),
        ];
        pane::say(&look::advise(state, "Saved queries that look for known kinds of abuse.", &ways, theme), inside, buf, theme);
        return;
    };
    let styled: Vec<Line> = lines.iter().map(|line| markdown(line, theme)).collect();
    let wrapped = paragraph::wrap(&styled, area.width.saturating_sub(4));
    if wrapped.len() > usize::from(area.height.saturating_sub(2)) {
        frame.bottom = Line::new().with(look::keys_of(state, "about"), theme.key_hint).with(" shows all of it", theme.hint);
    }
    let inside = frame.draw(area, buf, theme);
    let inside = Rect { x: inside.x + 1.min(inside.width), width: inside.width.saturating_sub(2), ..inside };
    for (line, index) in wrapped.iter().zip(0..inside.height) {
        if let Some(place) = crate::ui::widget::row(inside, index) {
            line.draw(place, buf, theme);
        }
    }
}

/// A line of a playbook's documentation: what is bold in it stands out, the rest is as it is.
pub(crate) fn markdown(text: &str, theme: &Theme) -> Line {
    let mut line = Line::new();
    for (at, part) in text.split("**").enumerate() {
        line = line.with(SafeText::new(part), if at % 2 == 1 { theme.accent } else { PLAIN });
    }
    line
}
