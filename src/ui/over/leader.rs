//! The popup while a sequence of keys is begun: how it can go on.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::command::Action;
use crate::app::focus;
use crate::app::key::Key;
use crate::app::keymap::{Continuation, Meaning};
use crate::app::state::State;
use crate::app::state::marks::described;
use crate::domain::{Role, SafeText};
use crate::settings::theme::Theme;
use crate::ui::widget::popup::{self, Frame};
use crate::ui::widget::text::PLAIN;
use crate::ui::widget::{Line, row};

/// Columns of one entry.
const ENTRY: u16 = 24;
/// The same where there is little room.
const TIGHT: u16 = 12;

/// Draws the popup at the lower edge of `area`.
pub(crate) fn draw(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let Meaning::Prefix(ways) = state.keymap.meaning(&state.pending, focus::here(state)) else { return };
    let count = u16::try_from(ways.len()).unwrap_or(u16::MAX);
    let most = area.height.saturating_sub(2).max(1);
    // Where they do not fit side by side as they are, titles are cut rather than commands left out.
    let wanted = if count.div_ceil((area.width.saturating_sub(4) / ENTRY).clamp(1, 4)) > most { TIGHT } else { ENTRY };
    let columns = (area.width.saturating_sub(2) / wanted).clamp(1, 4);
    let rows = count.div_ceil(columns).min(most).max(1);
    let columns = count.div_ceil(rows).min(columns);
    let wide = (columns * wanted + 3).min(area.width);
    let high = (rows + 2).min(area.height);
    let spot = Rect { x: area.x + area.width - wide, y: area.y + area.height - high, width: wide, height: high };
    let left_out = count.saturating_sub(rows * columns);
    let bottom = match left_out {
        0 => Line::new(),
        _ => Line::new().with(SafeText::new(&format!("{left_out} more: ? lists them")), theme.hint),
    };
    let frame = Frame { bottom, ..Frame::titled(title(state, theme)).focused(true) };
    let inside = popup::draw(&frame, spot, buf, theme);
    for (place, way) in ways.iter().enumerate() {
        let (Ok(column), Ok(line)) = (u16::try_from(place / usize::from(rows)), u16::try_from(place % usize::from(rows))) else {
            break;
        };
        let Some(area) = row(inside, line) else { continue };
        let spot = Rect { x: area.x + 1 + column * wanted, width: wanted.saturating_sub(1), ..area }.intersection(area);
        entry(state, way, theme).draw(spot, buf, theme);
    }
}

/// The keys pressed so far, and what a pivot starts from.
fn title(state: &State, theme: &Theme) -> Line {
    let mut line = Line::new().with(SafeText::new(&keys(&state.pending)), theme.key_hint);
    let pivot = state.pending.first() == Some(&Key::char('p'));
    let subjects = if pivot { focus::subjects(state) } else { Vec::new() };
    if !subjects.is_empty() {
        line = line.with("  from ", theme.dim).with(SafeText::cut(&described(&subjects), 40), theme.accent);
    } else if state.pending.first() == Some(&Key::char('P')) {
        line = line.with("  from ", theme.dim).with("the view", theme.accent);
    }
    line
}

fn keys(keys: &[Key]) -> String {
    keys.iter().map(Key::to_string).collect::<Vec<_>>().join(" ")
}

/// A way to go on; a pivot to a role that no column is mapped to is dim, because it leads nowhere.
fn entry(state: &State, way: &Continuation, theme: &Theme) -> Line {
    let leads = match way.command.action {
        Action::Pivot(Role::Request) | Action::PivotView(Role::Request) => true,
        Action::Pivot(role) => state.extract_schema().has(role),
        Action::PivotView(role) => state.schema.has(role),
        _ => true,
    };
    let (key, title) = if leads { (theme.key_hint, PLAIN) } else { (theme.dim, theme.dim) };
    let line = Line::new().with(SafeText::new(&keys(&way.rest)), key).with("  ", PLAIN).with(way.command.title, title);
    if leads { line } else { line.with(" (none)", theme.dim) }
}
