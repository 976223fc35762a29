//! Near-duplicate prompts: their templates with counts; masked until revealed.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::msg::Spot;
use crate::app::state::{Pane, State};
use crate::domain::{Role, SafeText, Value};
use crate::investigate::templates::{Found, SLOT};
use crate::settings::theme::Theme;
use crate::ui::pointer::Pointer;
use crate::ui::widget::text::{Cut, PLAIN, enough};
use crate::ui::widget::{Line, row, scroll, sign, tint};
use crate::ui::{format, look};

use super::{focused, frame, say};

/// Draws the pane.
pub(crate) fn draw(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer, pointer: &mut Pointer) {
    let focus = focused(state, Pane::Main);
    let pane = &state.templates;
    let inside = frame(look::title("prompt templates", focus, theme), summary(state, theme), focus, area, buf, theme);
    if let Some(error) = &pane.error {
        say(&[Line::new().with(SafeText::cut(error, 400), theme.error)], inside, buf, theme);
        return;
    }
    if pane.found().is_empty() {
        let lines = match (pane.loading, pane.stopped) {
            (true, _) => vec![doing(state, theme)],
            (false, true) => {
                look::advise(state, "This was stopped before a template was found.", &[("templates", "begins again")], theme)
            }
            _ => look::advise(
                state,
                "No two accounts of this view send near-duplicate prompts.",
                &[
                    ("trail-back", "goes back"),
                    ("clear-filter", "looks at all rows; then again"),
                    ("mapping", "says which column holds the prompts"),
                ],
                theme,
            ),
        };
        say(&lines, inside, buf, theme);
        return;
    }
    // The template under the cursor is shown whole below the list, as far as there is room.
    let below = if inside.height >= 8 { (inside.height / 3).clamp(3, 8) } else { 0 };
    let list = Rect { height: inside.height - below, ..inside };
    let columns = Columns::of(list.width);
    if let Some(head) = row(list, 0) {
        columns.head(head, buf, theme);
    }
    let room = usize::from(list.height.saturating_sub(1)).max(1);
    let first = pane.top.min(pane.cursor).max((pane.cursor + 1).saturating_sub(room));
    for ((at, found), index) in pane.found().iter().enumerate().skip(first).take(room).zip(1..) {
        let Some(place) = row(list, index) else { break };
        pointer.over(place, Spot::Line(at));
        if at == pane.cursor {
            tint(place, buf, theme.selection);
            sign(buf, place.x, place.y, if theme.ascii { ">" } else { "▌" }, if focus { theme.accent } else { theme.dim });
        }
        columns.item(state, found, place, buf, theme);
    }
    let track = Rect { y: list.y + 1.min(list.height), width: list.width + 1, height: list.height.saturating_sub(1), ..list };
    scroll::draw(first as u64, u64::from(track.height), pane.found().len() as u64, track, buf, theme);
    if let Some(found) = pane.current().filter(|_| below > 0) {
        detail(state, found, Rect { y: list.bottom(), height: below, ..inside }, buf, theme);
    }
}

fn summary(state: &State, theme: &Theme) -> Line {
    let pane = &state.templates;
    let Some(machine) = &pane.machine else { return Line::new() };
    let mut line = Line::new();
    if pane.loading && !pane.found().is_empty() {
        line = line.with("counting", theme.warning);
    } else if pane.stopped {
        line = line.with("stopped", theme.warning);
    }
    if let Some(prompts) = machine.prompts() {
        let begin = if line.is_empty() { "of " } else { ", of " };
        line = line.with(begin, theme.dim);
        line = line.with(format::count(prompts), PLAIN).with(" different prompts", theme.dim);
    }
    line
}

fn doing(state: &State, theme: &Theme) -> Line {
    let Some(machine) = &state.templates.machine else { return Line::new() };
    let (fraction, doing) = machine.progress();
    let line = Line::new().with(doing, theme.dim);
    match fraction {
        Some(fraction) => line.with(" ", PLAIN).with(format::percent(fraction), PLAIN).with("  Esc stops", theme.dim),
        None => line.with("  Esc stops", theme.dim),
    }
}

fn is_masked(state: &State, found: &Found) -> bool {
    found.examples.first().is_none_or(|row_id| state.is_masked(*row_id, Role::Content.name()))
}

/// The template with its slots marked, or what stands for it.
fn text(state: &State, found: &Found, room: usize, theme: &Theme) -> Line {
    let whole = found.template.to_string();
    if is_masked(state, found) {
        return Line::new().with(look::masked(&Value::Text(whole), theme), theme.masked);
    }
    let mut line = Line::new();
    for (at, part) in found.template.parts().iter().enumerate() {
        if at > 0 {
            line = line.with(if theme.ascii { "{...}" } else { SLOT }, theme.accent);
        }
        line.push(&enough(part, room, Cut::End), PLAIN);
        if line.width() > room.saturating_mul(2) {
            break;
        }
    }
    line
}

fn detail(state: &State, found: &Found, area: Rect, buf: &mut Buffer, theme: &Theme) {
    let Some(rule) = row(area, 0) else { return };
    for x in rule.left()..rule.right() {
        sign(buf, x, rule.y, if theme.ascii { "-" } else { "─" }, theme.border);
    }
    let (time, _) = look::moment(found.first_seen, theme);
    let who = found.first_account.as_deref().unwrap_or_default();
    let mut head = Line::new().with("first ", theme.dim).with(time, PLAIN);
    if !who.is_empty() {
        head = head.with(" by ", theme.dim).with(SafeText::cut(who, 40), theme.accent);
    }
    if is_masked(state, found) {
        head = head.with("  z r", theme.key_hint).with(" reveals", theme.hint);
    }
    if let Some(place) = row(area, 1) {
        head.draw(place, buf, theme);
    }
    let width = usize::from(area.width);
    let room = width * usize::from(area.height);
    for (line, index) in text(state, found, room, theme).wrap(width).iter().zip(2..area.height) {
        if let Some(place) = row(area, index) {
            line.draw(place, buf, theme);
        }
    }
}

struct Columns {
    counts: [u16; 3],
    who: u16,
    first: u16,
}

const MOMENT: u16 = 16;

impl Columns {
    fn of(width: u16) -> Columns {
        let mut left = width.saturating_sub(22);
        let mut take = |wanted: u16| {
            let fits = left > wanted;
            left -= if fits { wanted + 1 } else { 0 };
            if fits { wanted } else { 0 }
        };
        let (accounts, requests, prompts) = (take(8), take(8), take(8));
        let (who, first) = (take(16), take(MOMENT));
        Columns { counts: [accounts, requests, prompts], who, first }
    }

    fn spots(&self, place: Rect) -> [Rect; 6] {
        let [accounts, requests, prompts] = self.counts;
        let mut x = place.x + 2;
        let mut spot = |wide: u16| {
            let spot = Rect { x, width: wide, ..place }.intersection(place);
            x += if wide > 0 { wide + 1 } else { 0 };
            spot
        };
        let [one, two, three, four, five] = [accounts, requests, prompts, self.who, self.first].map(&mut spot);
        [one, two, three, four, five, Rect { x, width: place.right().saturating_sub(x), ..place }.intersection(place)]
    }

    fn head(&self, place: Rect, buf: &mut Buffer, theme: &Theme) {
        let [accounts, requests, prompts, who, first, template] = self.spots(place);
        for (spot, name) in [(accounts, "accounts"), (requests, "requests"), (prompts, "prompts")] {
            Line::new().with(name, theme.header).draw_right(spot, buf, theme);
        }
        for (spot, name) in [(who, "first account"), (first, "first seen"), (template, "template")] {
            Line::new().with(name, theme.header).draw(spot, buf, theme);
        }
    }

    fn item(&self, state: &State, found: &Found, place: Rect, buf: &mut Buffer, theme: &Theme) {
        let [accounts, requests, prompts, who, first, template] = self.spots(place);
        for (spot, count) in [(accounts, found.accounts), (requests, found.requests), (prompts, found.prompts)] {
            Line::new().with(format::count(count), PLAIN).draw_right(spot, buf, theme);
        }
        if let Some(account) = &found.first_account {
            let shown = enough(account, usize::from(who.width), Cut::Middle);
            Line::new().with(shown, theme.accent).draw_cut(who, buf, theme, Cut::Middle);
        }
        if !first.is_empty() {
            let (moment, style) = look::moment(found.first_seen, theme);
            let short = SafeText::new(moment.as_str().get(..usize::from(MOMENT)).unwrap_or(moment.as_str()));
            Line::new().with(short, theme.dim.patch(style)).draw(first, buf, theme);
        }
        text(state, found, usize::from(template.width), theme).draw(template, buf, theme);
    }
}
