//! The links of an entity: a tree of who shares what with whom, or a drawing of the group.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::app::msg::Spot;
use crate::app::state::links::LinkLine;
use crate::app::state::{Pane, State};
use crate::domain::{Entity, SafeText};
use crate::investigate::links::{Neighbour, Over, Via};
use crate::settings::theme::Theme;
use crate::ui::pointer::Pointer;
use crate::ui::widget::text::{Cut, PLAIN, enough};
use crate::ui::widget::{Line, network, row, scroll, sign, tint};
use crate::ui::{format, look};

use super::{focused, frame, say};

/// Draws the pane.
pub(crate) fn draw(state: &State, theme: &Theme, start: &Entity, area: Rect, buf: &mut Buffer, pointer: &mut Pointer) {
    let focus = focused(state, Pane::Main);
    let title = look::title("links of", focus, theme).with(" ", PLAIN).with(SafeText::cut(&start.to_string(), 40), theme.accent);
    let inside = frame(title, summary(state, theme), focus, area, buf, theme);
    let pane = &state.links;
    if let Some(error) = &pane.error {
        let lines = [
            Line::new().with(SafeText::cut(error, 400), theme.error),
            Line::new(),
            Line::new()
                .with(look::keys_of(state, "links-options"), theme.key_hint)
                .with("  changes what is linked over", theme.hint),
        ];
        say(&lines, inside, buf, theme);
        return;
    }
    if pane.drawing {
        drawing(state, theme, inside, buf);
        return;
    }
    let Some(head) = row(inside, 0) else { return };
    let columns = Columns::of(inside.width);
    columns.head(head, buf, theme);
    let visible = pane.lines.iter().enumerate().skip(pane.top).take(usize::from(inside.height.saturating_sub(1)));
    for ((at, line), index) in visible.zip(1..) {
        let Some(place) = row(inside, index) else { break };
        pointer.over(place, Spot::Line(at));
        if at == pane.cursor {
            tint(place, buf, theme.selection);
            sign(buf, place.x, place.y, if theme.ascii { ">" } else { "▌" }, if focus { theme.accent } else { theme.dim });
        }
        columns.line(state, line, place, buf, theme);
    }
    let under = u16::try_from(pane.lines.len()).unwrap_or(u16::MAX).saturating_add(1);
    if !pane.loading && !pane.has_others(start) && inside.height > under {
        let ways = [
            ("links-options", "says what counts"),
            ("links-weak", "shows what is too little to count"),
            ("trail-back", "goes back"),
        ];
        let below = Rect { y: inside.y + under, height: inside.height - under, ..inside };
        say(&look::advise(state, "Nobody shares enough with it to be linked.", &ways, theme), below, buf, theme);
    }
    let track =
        Rect { y: inside.y + 1.min(inside.height), width: inside.width + 1, height: inside.height.saturating_sub(1), ..inside };
    scroll::draw(pane.top as u64, u64::from(track.height), pane.lines.len() as u64, track, buf, theme);
}

/// The size of the group and what was left out.
fn summary(state: &State, theme: &Theme) -> Line {
    let Some(machine) = &state.links.machine else { return Line::new() };
    let size = machine.size().saturating_sub(1) as u64;
    let mut line = Line::new().with(format::count(size), theme.accent).with(" linked, depth ", theme.dim);
    line = line.with(SafeText::new(&machine.options().depth.to_string()), PLAIN);
    if state.links.loading {
        line = line.with(", looking", theme.warning);
    } else if machine.reached() < machine.options().depth && !machine.is_full() {
        line = line.with(", stopped", theme.warning);
    }
    if machine.is_full() || machine.is_clipped() {
        line = line.with(", cut", theme.warning);
    }
    line
}

/// Where the columns stand at the right of the tree.
struct Columns {
    shared: u16,
    others: u16,
    bad: u16,
    first: u16,
    last: u16,
}

const MOMENT: u16 = 16;

impl Columns {
    fn of(width: u16) -> Columns {
        let mut left = width.saturating_sub(36);
        let mut take = |wanted: u16| {
            let fits = left > wanted;
            if fits {
                left -= wanted + 1;
            }
            if fits { wanted } else { 0 }
        };
        let (shared, others, bad) = (take(6), take(6), take(4));
        let (first, last) = (take(MOMENT), take(MOMENT));
        Columns { shared, others, bad, first, last }
    }

    /// The place of the tree, then those of the columns.
    fn spots(&self, place: Rect) -> [Rect; 6] {
        let widths = [self.shared, self.others, self.bad, self.first, self.last];
        let taken: u16 = widths.iter().map(|wide| if *wide > 0 { wide + 1 } else { 0 }).sum();
        let tree = Rect { x: place.x + 1.min(place.width), width: place.width.saturating_sub(taken + 1), ..place };
        let mut x = tree.right() + 1;
        let rest = widths.map(|wide| {
            let spot = Rect { x, width: wide, ..place };
            x += if wide > 0 { wide + 1 } else { 0 };
            spot.intersection(place)
        });
        let [shared, others, bad, first, last] = rest;
        [tree, shared, others, bad, first, last]
    }

    fn head(&self, place: Rect, buf: &mut Buffer, theme: &Theme) {
        let [tree, shared, others, bad, first, last] = self.spots(place);
        Line::new().with("  who, and over what", theme.header).draw(tree, buf, theme);
        for (spot, name) in [(shared, "shared"), (others, "others"), (bad, "bad")] {
            Line::new().with(name, theme.header).draw_right(spot, buf, theme);
        }
        Line::new().with("met", theme.header).draw(first, buf, theme);
        Line::new().with("last seen", theme.header).draw(last, buf, theme);
    }

    fn line(&self, state: &State, line: &LinkLine, place: Rect, buf: &mut Buffer, theme: &Theme) {
        let [tree, shared, others, bad, first, last] = self.spots(place);
        let indent = u16::try_from(line.depth().min(10) * 2).unwrap_or(20).min(tree.width / 2);
        let tree = Rect { x: tree.x + indent, width: tree.width - indent, ..tree };
        match line {
            LinkLine::Entity { neighbour, path, open, weak } => {
                entity(state, neighbour, *open, *weak, tree, buf, theme);
                if path.len() < 2 {
                    return;
                }
                let style = if *weak { theme.dim } else { PLAIN };
                Line::new().with(format::count(neighbour.via.len() as u64), style).draw_right(shared, buf, theme);
                Line::new().with(format::count(neighbour.others), style).draw_right(others, buf, theme);
                if neighbour.bad_share > 0.0 {
                    Line::new().with(format::percent(neighbour.bad_share), theme.bad).draw_right(bad, buf, theme);
                }
                for (spot, time) in [(first, neighbour.first_seen), (last, neighbour.last_seen)] {
                    if !spot.is_empty() {
                        let (text, style) = look::moment(time, theme);
                        let text = SafeText::new(text.as_str().get(..usize::from(MOMENT)).unwrap_or(text.as_str()));
                        Line::new().with(text, theme.dim.patch(style)).draw(spot, buf, theme);
                    }
                }
            }
            LinkLine::Bridge { via, .. } => {
                bridge(state, via, tree, buf, theme);
                Line::new()
                    .with(format::count(via.holders), if via.hub { theme.warning } else { theme.dim })
                    .draw_right(others, buf, theme);
            }
            LinkLine::Rest { says, .. } => {
                Line::new().with("  ", PLAIN).with(SafeText::new(says), theme.dim).draw(tree, buf, theme);
            }
        }
    }
}

fn entity(state: &State, neighbour: &Neighbour, open: bool, weak: bool, spot: Rect, buf: &mut Buffer, theme: &Theme) {
    let (role, value) = (neighbour.entity.role, &neighbour.entity.value);
    let fold = match (open, theme.ascii) {
        (true, false) => "▾ ",
        (false, false) => "▸ ",
        (true, true) => "v ",
        (false, true) => "> ",
    };
    let mut line = Line::new().with(fold, theme.dim);
    if state.marks.has_value(role.name(), Some(value)) {
        let (symbol, style) = look::marked(theme);
        line = line.with(symbol, style).with(" ", PLAIN);
    }
    if let Some((symbol, style)) = look::connotation_mark(state, theme, Some(role), value) {
        line = line.with(symbol, style).with(" ", PLAIN);
    }
    let name_style = if weak { theme.dim } else { theme.accent };
    line = line.with(enough(value, usize::from(spot.width), look::cut_of(Some(role))), name_style);
    let said = look::words(state, theme, Some(role), value);
    if !said.is_empty() {
        line = line.with("  ", PLAIN).joined(said);
    }
    let via: Vec<String> = summed(&neighbour.via);
    if !via.is_empty() {
        line = line.with("  ", PLAIN).with(SafeText::new(&via.join(" ")), theme.dim);
        line = line.with(" ", PLAIN).with(SafeText::new(&format!("{:.2}", neighbour.weight)), theme.dim);
    }
    line.draw(spot, buf, theme);
}

/// Over what two entities are linked, in a few words: `device payment ip×3`.
fn summed(via: &[Via]) -> Vec<String> {
    let mut counts: Vec<(&Over, usize)> = Vec::new();
    for one in via {
        match counts.iter_mut().find(|(over, _)| **over == one.over) {
            Some((_, count)) => *count += 1,
            None => counts.push((&one.over, 1)),
        }
    }
    counts.into_iter().map(|(over, count)| if count > 1 { format!("{over}×{count}") } else { over.to_string() }).collect()
}

/// A value that links, or a hub that does not; a text stays masked.
fn bridge(state: &State, via: &Via, spot: Rect, buf: &mut Buffer, theme: &Theme) {
    let style = if via.hub { theme.dim } else { PLAIN };
    let mut line = Line::new().with(if via.hub { "  hub " } else { "  over " }, theme.dim);
    line = line.with(SafeText::new(&format!("{} ", via.over)), theme.dim);
    if let [role] = via.over.roles()
        && let Some((symbol, style)) = look::connotation_mark(state, theme, Some(*role), &via.value)
    {
        line = line.with(symbol, style).with(" ", PLAIN);
    }
    line = match via.over.is_sensitive() && !state.is_unveiled() {
        true => line.with(look::masked(&crate::domain::Value::Text(via.value.clone()), theme), theme.masked),
        false => {
            let value = via.value.replace('\u{1f}', " + ");
            line.with(enough(&value, usize::from(spot.width), Cut::Middle), style)
        }
    };
    if via.hub {
        line = line.with("  not followed", theme.dim);
    }
    line.draw(spot, buf, theme);
}

/// The group as names at both sides and what they share between them.
fn drawing(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let group = &state.links.group;
    let Some(last) = area.height.checked_sub(1).and_then(|last| row(area, last)) else { return };
    let room = Rect { height: area.height - 1, ..area };
    let drawn = network::names(room).min(group.len()).min(crate::app::state::links::DRAWN);
    let names: Vec<(SafeText, Style)> = group
        .iter()
        .take(drawn)
        .map(|member| {
            let (role, value) = (member.entity.role, &member.entity.value);
            let style = match look::connotation_mark(state, theme, Some(role), value) {
                Some((_, style)) => style,
                None if member.depth == 0 || state.marks.has_value(role.name(), Some(value)) => theme.accent,
                None => PLAIN,
            };
            (enough(value, 24, Cut::Middle), style)
        })
        .collect();
    let threads = state.links.threads.iter().filter_map(|(via, members)| {
        let members: Vec<usize> = members.iter().copied().filter(|place| *place < drawn).collect();
        let text = match via.over.is_sensitive() && !state.is_unveiled() {
            true => look::masked(&crate::domain::Value::Text(via.value.clone()), theme),
            false => enough(&via.value.replace('\u{1f}', " + "), 24, Cut::Middle),
        };
        (members.len() > 1).then_some((text, theme.warning, members))
    });
    let threads: Vec<network::Thread> = threads.take(network::threads(room)).collect();
    network::draw(&names, &threads, room, buf, theme);
    let mut line = Line::new().with("d", theme.key_hint).with(" back to the tree", theme.dim);
    if drawn < group.len() {
        let more = format!("  the {drawn} surest of {} are drawn", group.len());
        line = line.with(SafeText::new(&more), theme.warning);
    }
    let all = state.links.threads.len();
    if threads.len() < all {
        let more = format!("  {} of {all} shared values", threads.len());
        line = line.with(SafeText::new(&more), theme.warning);
    }
    line.draw(last, buf, theme);
}
