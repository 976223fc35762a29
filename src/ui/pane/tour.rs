//! The tour: below the workbench, or in the place of the trail where there is no room.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::state::State;
use crate::app::state::tour::{Step, Tour};
use crate::domain::SafeText;
use crate::settings::theme::Theme;
use crate::ui::format;
use crate::ui::look::keys_of;
use crate::ui::widget::text::PLAIN;
use crate::ui::widget::{Line, fill, row, sign};

/// Draws the tour into the lines that it has.
pub(crate) fn draw(state: &State, theme: &Theme, tour: &Tour, area: Rect, buf: &mut Buffer) {
    fill(area, buf, theme.text);
    let words = tour.words(state);
    if area.height < 2 {
        let line = Line::new().with(" ", PLAIN).with(place(tour), theme.accent).with(" ", PLAIN);
        with_keys(state, theme, words.short, line).draw(area, buf, theme);
        return;
    }
    let rule = if theme.ascii { "-" } else { "─" };
    if let Some(head) = row(area, 0) {
        for x in head.left()..head.right() {
            sign(buf, x, head.y, rule, theme.border);
        }
        let line = Line::new()
            .with(" tour ", theme.accent)
            .with(place(tour), theme.accent)
            .with(": ", theme.accent)
            .with(words.title, theme.title_focused)
            .with(" ", PLAIN);
        let used = line.draw(Rect { x: head.x + 2.min(head.width), width: head.width.saturating_sub(2), ..head }, buf, theme);
        let wide = |ways: &Line| u16::try_from(ways.width()).unwrap_or(u16::MAX);
        let room = head.width.saturating_sub(used.saturating_add(6));
        let ways = [0, 1, 2].map(|how| ways(state, theme, how));
        if let Some(ways) = ways.iter().find(|ways| wide(ways) <= room) {
            ways.draw(Rect { x: head.right() - wide(ways) - 2, width: wide(ways), ..head }, buf, theme);
        }
    }
    let text = with_keys(state, theme, words.text, Line::new());
    for (line, index) in text.wrap(usize::from(area.width.saturating_sub(2))).iter().zip(1..area.height) {
        if let Some(place) = row(area, index) {
            line.draw(Rect { x: place.x + 1, width: place.width.saturating_sub(1), ..place }, buf, theme);
        }
    }
}

/// `3 of 10`.
fn place(tour: &Tour) -> SafeText {
    let all = Step::ALL.len();
    SafeText::new(&format!("{} of {}", format::count((tour.step + 1).min(all) as u64), all))
}

/// How to go on without the step, and how to be rid of the tour, in ever fewer words.
fn ways(state: &State, theme: &Theme, how: usize) -> Line {
    let keys = |id: &str| keys_of(state, id);
    let (skip, leave) = match how {
        0 => (" skips this ", " leaves the tour "),
        1 => (" skips ", " leaves "),
        _ => return Line::new().with(" ", PLAIN).with(keys("tour-leave"), theme.key_hint).with(" leaves ", theme.hint),
    };
    Line::new()
        .with(" ", PLAIN)
        .with(keys("tour-skip"), theme.key_hint)
        .with(skip, theme.hint)
        .with(" ", PLAIN)
        .with(keys("tour-leave"), theme.key_hint)
        .with(leave, theme.hint)
}

/// The words, with the keys of the commands that stand in braces.
fn with_keys(state: &State, theme: &Theme, words: &'static str, begun: Line) -> Line {
    words.split('{').enumerate().fold(begun, |line, (at, part)| match part.split_once('}') {
        Some((key, rest)) if at > 0 => line.with(keys_of(state, key), theme.key_hint).with(rest, PLAIN),
        _ => line.with(part, PLAIN),
    })
}
