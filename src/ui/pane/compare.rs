//! Two views of the trail: what the one has and the other has not, side by side or one above the other.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::layout::WIDE;
use crate::app::msg::Spot;
use crate::app::state::compared::{Answer, SideLine};
use crate::app::state::{Pane, State};
use crate::domain::SafeText;
use crate::settings::theme::Theme;
use crate::ui::pointer::Pointer;
use crate::ui::surface::{line_room, two_sided};
use crate::ui::widget::text::{PLAIN, enough};
use crate::ui::widget::{Line, row, scroll};
use crate::ui::{format, look};

use super::{focused, frame, say};

/// Draws the place.
pub(crate) fn draw(state: &State, theme: &Theme, (a, b): (usize, usize), area: Rect, buf: &mut Buffer, pointer: &mut Pointer) {
    if let Some(error) = &state.compared.error {
        let inside = frame(look::title("compare", true, theme), Line::new(), true, area, buf, theme);
        say(&[Line::new().with(SafeText::new(error), theme.error)], inside, buf, theme);
        return;
    }
    let (first, second) = if state.size.width >= WIDE {
        let half = area.width / 2;
        (Rect { width: half, ..area }, Rect { x: area.x + half, width: area.width - half, ..area })
    } else {
        let half = area.height / 2;
        (Rect { height: half, ..area }, Rect { y: area.y + half, height: area.height - half, ..area })
    };
    side(state, theme, (0, a, b), first, buf, pointer);
    side(state, theme, (1, b, a), second, buf, pointer);
}

fn side(
    state: &State,
    theme: &Theme,
    (side, own, other): (usize, usize, usize),
    area: Rect,
    buf: &mut Buffer,
    pointer: &mut Pointer,
) {
    let compared = &state.compared;
    let focus = focused(state, Pane::Main) && compared.side == side;
    let called = |at: usize| state.trail.nodes().get(at).map_or("", |node| node.called());
    let room = usize::from(area.width.saturating_sub(20)) / 2;
    let title = look::title(if side == 0 { "A only" } else { "B only" }, focus, theme)
        .with(" ", PLAIN)
        .with(SafeText::cut(called(own), room.max(8)), theme.accent)
        .with(" not in ", theme.dim)
        .with(SafeText::cut(called(other), room.max(8)), theme.dim);
    let inside = frame(title, Line::new(), focus, area, buf, theme);
    let lines = compared.lines(side);
    let (cursor, top) = (compared.cursor.get(side).copied().unwrap_or(0), compared.top.get(side).copied().unwrap_or(0));
    for ((place, line), index) in lines.iter().enumerate().skip(top).zip(0..inside.height) {
        let Some(whole) = row(inside, index) else { break };
        pointer.over(whole, Spot::Side(side, place));
        let spot = line_room(whole, focus && place == cursor, buf, theme);
        let (left, right) = draw_line(state, theme, side, *line, usize::from(spot.width));
        two_sided(&left, &right, spot, buf, theme);
    }
    let track = Rect { width: inside.width + 1, ..inside };
    scroll::draw(top as u64, u64::from(inside.height), lines.len() as u64, track, buf, theme);
}

fn draw_line(state: &State, theme: &Theme, side: usize, line: SideLine, room: usize) -> (Line, Line) {
    let compared = &state.compared;
    let of = |at: usize| compared.roles.get(at);
    let known = |at: usize| match of(at).map(|known| &known.1) {
        Some(Answer::Known(sides)) => sides.get(side),
        _ => None,
    };
    match line {
        SideLine::Head(at) => {
            let Some((role, answer)) = of(at) else { return Default::default() };
            let left = Line::new().with(role.plural(), look::field_style(Some(*role), theme));
            let right = match answer {
                Answer::Unknown => Line::new(),
                Answer::Loading => Line::new().with("comparing", theme.dim),
                Answer::Failed(reason) => Line::new().with(SafeText::cut(reason, 60), theme.error),
                Answer::Known(_) => match known(at).map_or(0, |known| known.1) {
                    0 => Line::new().with("none", theme.dim),
                    all => Line::new().with(format::count(all), PLAIN).with(" only here", theme.dim),
                },
            };
            (left, right)
        }
        SideLine::Value(at, value) => {
            let (Some((role, _)), Some(apart)) = (of(at), known(at).and_then(|known| known.0.get(value))) else {
                return Default::default();
            };
            let mut left = Line::new().with("  ", PLAIN);
            if let Some((symbol, style)) = look::connotation_mark(state, theme, Some(*role), &apart.value) {
                left = left.with(symbol, style).with(" ", PLAIN);
            }
            left.push(&enough(&apart.value, room, look::cut_of(Some(*role))), PLAIN);
            left = left.with("  ", PLAIN).joined(look::words(state, theme, Some(*role), &apart.value));
            let mut right = Line::new();
            if room >= 56
                && let Some(seen) = apart.first_seen
            {
                right = right.with(SafeText::new(&seen.to_seconds_text()), theme.dim).with("  ", PLAIN);
            }
            (left, right.with(format::count(apart.requests), PLAIN))
        }
        SideLine::More(at) => {
            let more = known(at).map_or(0, |known| known.1.saturating_sub(known.0.len() as u64));
            (Line::new().with("  and ", theme.dim).with(format::count(more), theme.dim).with(" more", theme.dim), Line::new())
        }
    }
}
