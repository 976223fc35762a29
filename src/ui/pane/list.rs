//! A list of values: what a pivot leads to, or the top values of a column.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::state::list::ListItem;
use crate::app::state::marks::described;
use crate::app::state::{Pane, Place, State};
use crate::domain::{Role, SafeText};
use crate::settings::theme::Theme;
use crate::ui::widget::text::{PLAIN, width};
use crate::ui::widget::{Line, bar, row, scroll, sign, tint};
use crate::ui::{format, look};

use super::{fields, focused, frame, say};

/// Draws the pane.
pub(crate) fn draw(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let focus = focused(state, Pane::Main);
    let list = &state.list;
    let inside = frame(title(state, theme, focus), counted(state, theme), focus, area, buf, theme);
    if let Some(error) = &list.error {
        say(&[Line::new().with(SafeText::new(error), theme.error)], inside, buf, theme);
        return;
    }
    if list.items.is_empty() {
        let lines = match list.loading {
            true => vec![Line::new().with("counting", theme.dim)],
            false => look::advice("No value is in this view.", &[("Backspace", "goes back"), ("&", "edits the filter")], theme),
        };
        say(&lines, inside, buf, theme);
        return;
    }
    let role = state.schema.column(&list.column).and_then(|column| column.role);
    let visible: Vec<&ListItem> = list.items.iter().skip(list.top).take(usize::from(inside.height.saturating_sub(1))).collect();
    let columns = Columns::of(&visible, inside.width);
    if let Some(head) = row(inside, 0) {
        columns.head(&list.column, head, buf, theme);
    }
    for (item, index) in visible.iter().zip(1..) {
        let Some(place) = row(inside, index) else { break };
        let current = list.cursor == list.top + usize::from(index - 1);
        if current {
            tint(place, buf, theme.selection);
            let style = if focus { theme.accent } else { theme.dim };
            sign(buf, place.x, place.y, if theme.ascii { ">" } else { "▌" }, style);
        }
        if state.marks.has_value(&list.column, item.value.as_deref()) && place.width > 1 {
            let (symbol, style) = look::marked(theme);
            sign(buf, place.x + 1, place.y, symbol, style);
        }
        columns.item(state, role, item, place, buf, theme);
    }
    let track =
        Rect { y: inside.y + 1.min(inside.height), width: inside.width + 1, height: inside.height.saturating_sub(1), ..inside };
    scroll::draw(list.top as u64, u64::from(track.height), list.items.len() as u64, track, buf, theme);
}

fn title(state: &State, theme: &Theme, focus: bool) -> Line {
    let title = match state.place() {
        Place::Pivot { from, to } => look::title(to.plural(), focus, theme)
            .with(" of ", theme.dim)
            .with(if from.is_empty() { "the view".into() } else { SafeText::cut(&described(from), 48) }, theme.accent),
        Place::Top { .. } | Place::Rows | Place::Page(_) | Place::Compare { .. } | Place::Links(_) | Place::Templates => {
            look::title("top values of", focus, theme).with(" ", PLAIN).with(SafeText::new(&state.list.column), theme.accent)
        }
    };
    title.joined(bounds(state, theme))
}

/// Whether the time range of the views on the way here counts, where one of them had one.
pub(crate) fn bounds(state: &State, theme: &Theme) -> Line {
    let kept = !state.view().range.is_all();
    if !kept && state.trail.range_before().is_none() {
        return Line::new();
    }
    let says = if kept { "  in the time range " } else { "  all time " };
    Line::new().with(says, if kept { theme.dim } else { theme.warning }).with("z t", theme.key_hint)
}

fn counted(state: &State, theme: &Theme) -> Line {
    let list = &state.list;
    if list.items.is_empty() {
        return Line::new();
    }
    let shown = format::count(list.items.len() as u64);
    match (list.cut, list.distinct) {
        (true, Some(distinct)) => Line::new()
            .with("the first ", theme.warning)
            .with(shown, theme.warning)
            .with(" of ", theme.warning)
            .with(format::count(distinct), theme.warning),
        (true, None) => Line::new().with("only the first ", theme.warning).with(shown, theme.warning),
        (false, _) => Line::new().with(shown, PLAIN),
    }
}

/// Where the columns of the list stand.
struct Columns {
    value: u16,
    number: u16,
    share: bool,
    bars: u16,
    first: bool,
    last: bool,
}

const MOMENT: u16 = 19;

impl Columns {
    fn of(items: &[&ListItem], width_of_pane: u16) -> Columns {
        let number = items.iter().map(|item| width(&format::count(item.requests))).max().unwrap_or(0).max("requests".len());
        let number = u16::try_from(number).unwrap_or(u16::MAX);
        let share = items.iter().any(|item| item.share.is_some());
        let seen = items.iter().any(|item| item.first_seen.is_some());
        // Sign, mark, value and the number come first; times and bars have what is left.
        let mut left = width_of_pane.saturating_sub(4).saturating_sub(number + 2);
        let least = 20;
        let mut take = |wanted: u16| {
            let fits = left >= least + wanted;
            if fits {
                left -= wanted;
            }
            fits
        };
        let share = share && take(7);
        let first = seen && take(MOMENT + 2);
        let last = seen && take(MOMENT + 2);
        let bars = if share && left > least { ((left - least) / 2).min(24) } else { 0 };
        let value = left.saturating_sub(if bars > 0 { bars + 2 } else { 0 });
        Columns { value, number, share, bars, first, last }
    }

    fn spots(&self, place: Rect) -> [Rect; 6] {
        let mut x = place.x + 4;
        let mut spot = |wide: u16| {
            let spot = Rect { x, width: wide, ..place }.intersection(place);
            x = x.saturating_add(wide).saturating_add(if wide > 0 { 2 } else { 0 });
            spot
        };
        [
            spot(self.value),
            spot(self.number),
            spot(if self.share { 5 } else { 0 }),
            spot(self.bars),
            spot(if self.first { MOMENT } else { 0 }),
            spot(if self.last { MOMENT } else { 0 }),
        ]
    }

    fn head(&self, column: &str, place: Rect, buf: &mut Buffer, theme: &Theme) {
        let [value, number, share, _, first, last] = self.spots(place);
        Line::new().with(SafeText::new(column), theme.header).draw(value, buf, theme);
        Line::new().with("requests", theme.header).draw_right(number, buf, theme);
        Line::new().with("share", theme.header).draw_right(share, buf, theme);
        Line::new().with("first seen", theme.header).draw(first, buf, theme);
        Line::new().with("last seen", theme.header).draw(last, buf, theme);
    }

    fn item(&self, state: &State, role: Option<Role>, item: &ListItem, place: Rect, buf: &mut Buffer, theme: &Theme) {
        let [value, number, share, bars, first, last] = self.spots(place);
        let mark = item.value.as_deref().and_then(|value| look::connotation_mark(state, theme, role, value));
        if let Some((symbol, style)) = mark
            && place.width > 3
        {
            sign(buf, place.x + 2, place.y, symbol, style);
        }
        let text = fields::value_line(role, item.value.as_deref(), usize::from(self.value), theme);
        text.draw_cut(value, buf, theme, look::cut_of(role));
        Line::new().with(format::count(item.requests), PLAIN).draw_right(number, buf, theme);
        if let Some(part) = item.share {
            Line::new().with(format::percent(part), theme.dim).draw_right(share, buf, theme);
            bar::draw(part, bars, buf, theme.bar, theme);
        }
        for (spot, time) in [(first, item.first_seen), (last, item.last_seen)] {
            if !spot.is_empty() {
                let (text, style) = look::moment(time, theme);
                Line::new().with(text, theme.dim.patch(style)).draw(spot, buf, theme);
            }
        }
    }
}
