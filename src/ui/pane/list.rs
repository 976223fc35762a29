//! A list of values: what a pivot leads to, or the top values of a column.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::msg::Spot;
use crate::app::state::list::ListItem;
use crate::app::state::marks::described;
use crate::app::state::{Pane, Place, State};
use crate::domain::{Role, SafeText};
use crate::investigate::listing::Order;
use crate::settings::theme::Theme;
use crate::ui::pointer::Pointer;
use crate::ui::widget::text::{PLAIN, width};
use crate::ui::widget::{Line, bar, row, scroll, sign, tint};
use crate::ui::{format, look};

use super::{fields, focused, frame, say};

/// Draws the pane.
pub(crate) fn draw(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer, pointer: &mut Pointer) {
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
            false if !list.needle.is_empty() => look::advise(
                state,
                "No value has this text.",
                &[("search-list", "searches for another one, or for nothing")],
                theme,
            ),
            false => look::advise(
                state,
                "No row of this view has a value there.",
                &[("trail-back", "goes back"), ("filter", "edits the filter")],
                theme,
            ),
        };
        say(&lines, inside, buf, theme);
        return;
    }
    let column = state.schema.column(&list.column);
    let role = column.and_then(|column| column.role);
    let sensitive = column.is_some_and(crate::domain::Column::is_sensitive) && !state.is_unveiled();
    let visible: Vec<&ListItem> = list.items.iter().skip(list.top).take(usize::from(inside.height.saturating_sub(1))).collect();
    let columns = Columns::of(&visible, inside.width);
    if let Some(head) = row(inside, 0) {
        columns.head(&list.column, head, buf, theme);
    }
    for (item, index) in visible.iter().zip(1..) {
        let Some(place) = row(inside, index) else { break };
        let at = list.top + usize::from(index - 1);
        pointer.over(place, Spot::Line(at));
        if list.cursor == at {
            tint(place, buf, theme.selection);
            let style = if focus { theme.accent } else { theme.dim };
            sign(buf, place.x, place.y, if theme.ascii { ">" } else { "▌" }, style);
        }
        if state.marks.has_value(&list.column, item.value.as_deref()) && place.width > 1 {
            let (symbol, style) = look::marked(theme);
            sign(buf, place.x + 1, place.y, symbol, style);
        }
        columns.item(state, (role, sensitive), item, place, buf, theme);
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
    let mut title = title.joined(bounds(state, theme));
    let list = &state.list;
    if !list.needle.is_empty() {
        title = title.with("  /", theme.key_hint).with(SafeText::cut(&list.needle, 20), theme.matched);
    }
    if let Some(windows) = &list.windows {
        title = title.with("  ", PLAIN).with(SafeText::new(&windows.to_string()), theme.warning);
    }
    if list.order != Order::Most {
        title = title.with("  ", PLAIN).with(list.order.words(), theme.dim);
    }
    title
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
    let changed = match list.changed.filter(|_| list.windows.is_some()) {
        Some((new, gone)) => Line::new()
            .with(format::count(new), PLAIN)
            .with(" new ", theme.dim)
            .with(format::count(gone), PLAIN)
            .with(" gone  ", theme.dim),
        None => Line::new(),
    };
    let of = match (list.matching, list.distinct.filter(|_| !list.needle.is_empty())) {
        (Some(matching), distinct) => Some((Some(matching), distinct)),
        (None, Some(distinct)) => Some((None, Some(distinct))),
        (None, None) => None,
    };
    if let Some((matching, distinct)) = of {
        let cut = if list.cut { "the first " } else { "" };
        let mut line = changed.with(cut, theme.warning).with(shown, if list.cut { theme.warning } else { PLAIN });
        if let Some(matching) = matching.filter(|_| list.cut) {
            line = line.with(" of ", theme.warning).with(format::count(matching), theme.warning);
        }
        if let Some(distinct) = distinct {
            line = line.with(", all are ", theme.dim).with(format::count(distinct), theme.dim);
        }
        return line;
    }
    changed.joined(match (list.cut, list.distinct) {
        (true, Some(distinct)) => Line::new()
            .with("the first ", theme.warning)
            .with(shown, theme.warning)
            .with(" of ", theme.warning)
            .with(format::count(distinct), theme.warning),
        (true, None) => Line::new().with("only the first ", theme.warning).with(shown, theme.warning),
        (false, _) => Line::new().with(shown, PLAIN),
    })
}

/// Where the columns of the list stand.
struct Columns {
    value: u16,
    number: u16,
    share: bool,
    bars: u16,
    first: bool,
    last: bool,
    /// Widths of the count before, the difference and the per cent, where windows of time are compared.
    compared: Option<[u16; 3]>,
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
        let compared = items
            .iter()
            .any(|item| item.previous.is_some())
            .then(|| [take(number + 2), take(number + 3), take(9)].map(u16::from));
        let compared = compared.map(|[before, change, percent]| [before * number, change * (number + 1), percent * 7]);
        let share = share && compared.is_none() && take(7);
        let first = seen && take(MOMENT + 2);
        let last = seen && take(MOMENT + 2);
        let bars = if share && left > least { ((left - least) / 2).min(24) } else { 0 };
        let value = left.saturating_sub(if bars > 0 { bars + 2 } else { 0 });
        Columns { value, number, share, bars, first, last, compared }
    }

    fn spots(&self, place: Rect) -> [Rect; 9] {
        let mut x = place.x + 4;
        let mut spot = |wide: u16| {
            let spot = Rect { x, width: wide, ..place }.intersection(place);
            x = x.saturating_add(wide).saturating_add(if wide > 0 { 2 } else { 0 });
            spot
        };
        [
            spot(self.value),
            spot(self.number),
            spot(self.compared.map_or(0, |widths| widths[0])),
            spot(self.compared.map_or(0, |widths| widths[1])),
            spot(self.compared.map_or(0, |widths| widths[2])),
            spot(if self.share { 5 } else { 0 }),
            spot(self.bars),
            spot(if self.first { MOMENT } else { 0 }),
            spot(if self.last { MOMENT } else { 0 }),
        ]
    }

    fn head(&self, column: &str, place: Rect, buf: &mut Buffer, theme: &Theme) {
        let [value, number, before, change, percent, share, _, first, last] = self.spots(place);
        Line::new().with(SafeText::new(column), theme.header).draw(value, buf, theme);
        Line::new().with(if self.compared.is_some() { "now" } else { "requests" }, theme.header).draw_right(number, buf, theme);
        for (name, spot) in [("before", before), ("change", change), ("%", percent)] {
            Line::new().with(name, theme.header).draw_right(spot, buf, theme);
        }
        Line::new().with("share", theme.header).draw_right(share, buf, theme);
        Line::new().with("first seen", theme.header).draw(first, buf, theme);
        Line::new().with("last seen", theme.header).draw(last, buf, theme);
    }

    fn item(
        &self,
        state: &State,
        (role, sensitive): (Option<Role>, bool),
        item: &ListItem,
        place: Rect,
        buf: &mut Buffer,
        theme: &Theme,
    ) {
        let [value, number, before, change, percent, share, bars, first, last] = self.spots(place);
        let mark = item.value.as_deref().and_then(|value| look::connotation_mark(state, theme, role, value));
        if let Some((symbol, style)) = mark
            && place.width > 3
        {
            sign(buf, place.x + 2, place.y, symbol, style);
        }
        let text = fields::shown_value(role, sensitive, item.value.as_deref(), usize::from(self.value), theme);
        let said = item.value.as_deref().map(|value| look::words(state, theme, role, value)).unwrap_or_default();
        look::with_words(&text, &said, look::cut_of(role), value, buf, theme);
        Line::new().with(format::count(item.requests), PLAIN).draw_right(number, buf, theme);
        if let Some(previous) = item.previous {
            Line::new().with(format::count(previous), PLAIN).draw_right(before, buf, theme);
            let (sign, style) = fields::change(item.requests, previous, theme);
            Line::new().with(sign, style).draw_right(change, buf, theme);
            let part = growth(item.requests, previous);
            Line::new().with(part, theme.dim).draw_right(percent, buf, theme);
        }
        if let Some(part) = item.share.filter(|_| self.compared.is_none()) {
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

/// How much a count grew, in per cent of what it was; nothing for what was not there.
fn growth(now: u64, before: u64) -> SafeText {
    if before == 0 {
        return SafeText::from("");
    }
    let percent = (now as f64 - before as f64) * 100.0 / before as f64;
    SafeText::new(&match percent {
        100_000.0.. => ">99999%".to_owned(),
        percent if percent.abs() < 10.0 => format!("{percent:+.1}%"),
        percent => format!("{percent:+.0}%"),
    })
}
