//! The help: every command with its keys, searchable; what does not work here is dim.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::command::{self, Command};
use crate::app::focus;
use crate::app::state::{Input as Typed, State};
use crate::domain::SafeText;
use crate::settings::theme::Theme;
use crate::ui::format;
use crate::ui::widget::input::Input;
use crate::ui::widget::popup::{self, Frame};
use crate::ui::widget::text::PLAIN;
use crate::ui::widget::{Line, paragraph, row, scroll};

/// Draws the help.
pub(crate) fn draw(state: &State, theme: &Theme, input: &Typed, top: usize, area: Rect, buf: &mut Buffer) {
    let matches = command::matching(input.text(), &state.keymap);
    let title = Line::new().with("keys", theme.title_focused);
    let right = Line::new().with(format::count(matches.len() as u64), PLAIN);
    let inside = popup::draw(&Frame { title, right, bottom: Line::new(), focused: true }, area, buf, theme);
    let inside = Rect { x: inside.x + 1.min(inside.width), width: inside.width.saturating_sub(2), ..inside };
    if let Some(place) = row(inside, 0) {
        let text = Input { text: input.text(), cursor: Some(input.cursor()), looks: &[], placeholder: "type to search" };
        text.draw(place, buf, theme);
    }
    let below = Rect { y: inside.y + 1.min(inside.height), height: inside.height.saturating_sub(1), ..inside };
    if matches.is_empty() {
        let lines = Line::new()
            .with("No command has these letters in its keys, its name or what it does. C-u empties the line.", theme.dim);
        paragraph::draw(&lines.wrap(usize::from(below.width)), 0, below, buf, theme);
        return;
    }
    let here = focus::here(state);
    let columns = Columns::of(below.width);
    let lines: Vec<Line3> =
        matches.iter().flat_map(|(command, keys)| columns.lines(command, keys, command.when.meets(here), theme)).collect();
    let first = first_line(top, matches.len(), lines.len(), state.size.height, below.height);
    for (line, index) in lines.iter().skip(first).zip(0..below.height) {
        let Some(place) = row(below, index) else { break };
        for (text, (from, wide)) in line.iter().zip(columns.spots) {
            let spot = Rect { x: place.x.saturating_add(from), width: wide, ..place }.intersection(place);
            text.draw(spot, buf, theme);
        }
    }
    let track = Rect { width: below.width + 1, ..below };
    scroll::draw(first as u64, u64::from(below.height), lines.len() as u64, track, buf, theme);
}

/// The first line to draw. The core scrolls by commands and does not know how many lines each takes; so its way from the first place to
/// the last is spread over the lines, and both ends are reached.
fn first_line(top: usize, commands: usize, lines: usize, screen: u16, height: u16) -> usize {
    let most = (commands + 3).saturating_sub(usize::from(screen.saturating_sub(6)).max(1)).saturating_sub(1);
    let hidden = lines.saturating_sub(usize::from(height));
    (top * hidden).checked_div(most).unwrap_or(0).min(hidden)
}

/// Keys, title and help of one line.
type Line3 = [Line; 3];

/// Where keys, title and help stand: left edge and width of each.
struct Columns {
    spots: [(u16, u16); 3],
    /// Whether the help has lines of its own below the title.
    narrow: bool,
}

impl Columns {
    fn of(width: u16) -> Columns {
        let narrow = width < 64;
        let help = if narrow { 11 } else { 29 };
        Columns { spots: [(0, 10), (11, if narrow { u16::MAX } else { 17 }), (help, width.saturating_sub(help))], narrow }
    }

    fn lines(&self, command: &Command, bound: &[String], works: bool, theme: &Theme) -> Vec<Line3> {
        let mut keys = Line::new();
        for key in bound {
            if !keys.is_empty() {
                keys = keys.with("  ", PLAIN);
            }
            keys = keys.with(SafeText::new(key), if works { theme.key_hint } else { theme.dim });
        }
        let title = Line::new().with(command.title, if works { PLAIN } else { theme.dim });
        let [.., (_, room)] = self.spots;
        let mut help = Line::new().with(command.help, theme.dim).wrap(usize::from(room)).into_iter();
        let beside = if self.narrow { Line::new() } else { help.next().unwrap_or_default() };
        let mut lines = vec![[keys, title, beside]];
        lines.extend(help.map(|line| [Line::new(), Line::new(), line]));
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_and_the_last_line_are_reached() {
        // 73 commands on a screen of 24: the core's last place is 57.
        assert_eq!(first_line(0, 73, 120, 24, 19), 0);
        assert_eq!(first_line(57, 73, 120, 24, 19), 101);
        assert_eq!(first_line(9, 3, 5, 24, 19), 0);
    }
}
