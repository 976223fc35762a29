//! The mapping pane: every role with what fills it, how sure that is, how many rows have a value, and some values.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::app::layout;
use crate::app::state::State;
use crate::app::state::mapping::{Asked, Edit};
use crate::domain::{Role, SafeText, Value};
use crate::extract::mapping::Field;
use crate::settings::theme::Theme;
use crate::ui::widget::popup::{self, Frame};
use crate::ui::widget::text::{Cut, PLAIN, enough};
use crate::ui::widget::{Line, paragraph, row, scroll, sign, tint};
use crate::ui::{format, look};

use super::mapping_edit;

/// Draws the pane.
pub(crate) fn draw(state: &State, theme: &Theme, edit: Option<&Edit>, area: Rect, buf: &mut Buffer) {
    let extract = state.extract.as_deref();
    let mapped = extract.map_or(0, |extract| extract.roles.len());
    let mut right = Line::new();
    let changes = state.mapping.changes.len();
    if changes > 0 {
        let words = if changes == 1 { " change, not applied" } else { " changes, not applied" };
        right = right.with(format::count(changes as u64), theme.warning).with(words, theme.warning);
    } else {
        right = right
            .with(format::count(mapped as u64), PLAIN)
            .with(" of ", theme.dim)
            .with(format::count(Role::ALL.len() as u64), PLAIN)
            .with(" roles mapped", theme.dim);
    }
    let title = look::title("mapping", true, theme);
    let inside = popup::draw(&Frame { title, right, bottom: Line::new(), focused: true }, area, buf, theme);
    match edit {
        Some(edit) => mapping_edit::draw(state, theme, edit, inside, buf),
        None => list(state, theme, inside, buf),
    }
}

fn list(state: &State, theme: &Theme, inside: Rect, buf: &mut Buffer) {
    let (height, detail) = layout::mapping_heights(state.size);
    let columns = Columns::of(inside.width);
    let head = u16::from(layout::mapping_has_head(state.size));
    if head > 0
        && let Some(place) = row(inside, 0)
    {
        columns.head(place, buf, theme);
    }
    let pane = &state.mapping;
    let list = Rect { y: inside.y + head.min(inside.height), height: height.min(inside.height.saturating_sub(head)), ..inside };
    for ((at, role), index) in Role::ALL.iter().enumerate().skip(pane.top).zip(0..list.height) {
        let Some(place) = row(list, index) else { break };
        if at == pane.cursor {
            tint(place, buf, theme.selection);
            sign(buf, place.x, place.y, if theme.ascii { ">" } else { "▌" }, theme.accent);
        }
        columns.role(state, theme, *role, place, buf);
    }
    let track = Rect { width: list.width + 1, ..list };
    scroll::draw(pane.top as u64, u64::from(list.height), Role::ALL.len() as u64, track, buf, theme);
    if detail > 1
        && let Some(edge) = row(inside, head + height)
    {
        rule(edge, buf, theme);
        let below = Rect { x: inside.x + 1, y: edge.y + 1, width: inside.width.saturating_sub(1), height: detail - 1 };
        let lines = paragraph::wrap(&about(state, theme, pane.role()), below.width);
        paragraph::draw(&lines, 0, below.intersection(inside), buf, theme);
    }
}

/// A line across.
pub(super) fn rule(area: Rect, buf: &mut Buffer, theme: &Theme) {
    for x in area.x..area.right() {
        sign(buf, x, area.y, if theme.ascii { "-" } else { "─" }, theme.border);
    }
}

/// Where the columns stand.
struct Columns {
    role: u16,
    source: u16,
    sure: u16,
    rows: u16,
    values: u16,
}

impl Columns {
    fn of(width: u16) -> Columns {
        let free = width.saturating_sub(2);
        let role = 10;
        let rows = 6;
        let left = free.saturating_sub(role + 1 + rows + 1);
        if left < 40 {
            return Columns { role, source: left, sure: 0, rows, values: 0 };
        }
        let sure = 4;
        let left = left - sure - 2;
        let source = (left * 2 / 5).clamp(20, 48);
        Columns { role, source, sure, rows, values: left.saturating_sub(source + 2) }
    }

    /// Role, source, confidence, share of the rows, values.
    fn spots(&self, place: Rect) -> [Rect; 5] {
        let mut x = place.x + 2;
        let mut spot = |wide: u16, gap: u16| {
            let spot = Rect { x, width: wide, ..place }.intersection(place);
            x = x.saturating_add(wide).saturating_add(if wide > 0 { gap } else { 0 });
            spot
        };
        [spot(self.role, 1), spot(self.source, 1), spot(self.sure, 1), spot(self.rows, 2), spot(self.values, 0)]
    }

    fn head(&self, place: Rect, buf: &mut Buffer, theme: &Theme) {
        let [role, source, sure, rows, values] = self.spots(place);
        Line::new().with("role", theme.header).draw(role, buf, theme);
        Line::new().with("filled from", theme.header).draw(source, buf, theme);
        Line::new().with("sure", theme.header).draw_right(sure, buf, theme);
        Line::new().with("rows", theme.header).draw_right(rows, buf, theme);
        Line::new().with("values", theme.header).draw(values, buf, theme);
    }

    fn role(&self, state: &State, theme: &Theme, role: Role, place: Rect, buf: &mut Buffer) {
        let [name, source, sure, rows, values] = self.spots(place);
        let mapping = state.extract.as_ref().and_then(|extract| extract.roles.get(&role));
        let change = state.mapping.changes.get(&role);
        let named = match (change, mapping) {
            (Some(_), _) => theme.warning,
            (None, Some(_)) => theme.accent,
            (None, None) => theme.dim,
        };
        Line::new().with(role.name(), named).draw(name, buf, theme);
        if change.is_some() {
            sign(buf, place.x + 1, place.y, "*", theme.warning);
        }
        let room = usize::from(source.width);
        let from = match (change, mapping) {
            (Some(text), _) if text.is_empty() => Line::new().with("nothing", theme.warning),
            (Some(text), _) => Line::new().with(enough(text, room, Cut::End), theme.warning),
            (None, Some(mapping)) => Line::new().with(enough(&mapping.source, room, Cut::End), PLAIN),
            (None, None) => Line::new().with("not mapped", theme.dim),
        };
        from.draw(source, buf, theme);
        let Some(mapping) = mapping.filter(|_| change.is_none()) else { return };
        Line::new()
            .with(confidence(mapping.confidence), confidence_style(mapping.confidence, theme))
            .draw_right(sure, buf, theme);
        share(state, theme, role).draw_right(rows, buf, theme);
        if let Asked::Known(known) = &state.mapping.known
            && let Some(field) = known.roles.get(&role)
        {
            values_line(field, field.sensitive, usize::from(values.width), theme).draw(values, buf, theme);
        }
    }
}

fn confidence(confidence: f64) -> SafeText {
    SafeText::new(&format!("{:.0}%", confidence.clamp(0.0, 1.0) * 100.0))
}

fn confidence_style(confidence: f64, theme: &Theme) -> Style {
    if confidence < 0.75 { theme.warning } else { theme.dim }
}

/// The share of the rows that have a value in a role.
fn share(state: &State, theme: &Theme, role: Role) -> Line {
    match &state.mapping.coverage {
        Asked::Known(coverage) => {
            let rows = coverage.roles.get(&role).copied().unwrap_or(0);
            let part = rows as f64 / coverage.rows.max(1) as f64;
            let style = if rows == 0 { theme.warning } else { PLAIN };
            Line::new().with(format::percent(part), style)
        }
        Asked::Loading => Line::new().with(if theme.ascii { "..." } else { "…" }, theme.dim),
        Asked::Failed(_) => Line::new().with("?", theme.error),
        Asked::Unknown => Line::new(),
    }
}

/// Some values of a column, path or role in one line.
pub(super) fn values_line(field: &Field, sensitive: bool, room: usize, theme: &Theme) -> Line {
    texts_line(&field.values, sensitive, room, theme)
}

/// Some values in one line.
pub(super) fn texts_line(values: &[String], sensitive: bool, room: usize, theme: &Theme) -> Line {
    let mut line = Line::new();
    for value in values {
        if !line.is_empty() {
            line = line.with(if theme.ascii { " | " } else { " │ " }, theme.border);
        }
        line = match sensitive {
            true => line.with(look::masked(&Value::Text(value.clone()), theme), theme.masked),
            false => line.with(enough(value, room, Cut::End), PLAIN),
        };
        if line.width() > room {
            break;
        }
    }
    line
}

/// What is to be said of the role under the cursor.
fn about(state: &State, theme: &Theme, role: Role) -> Vec<Line> {
    let mapping = state.extract.as_ref().and_then(|extract| extract.roles.get(&role));
    let named = |name: &'static str| Line::new().with(name, theme.dim).with(" ", PLAIN);
    let mut lines = Vec::new();
    match mapping {
        Some(mapping) => {
            lines.push(named("from").with(SafeText::cut(&mapping.source, 600), theme.accent));
            let mut why = named("why ").with(SafeText::cut(&mapping.reason, 300), PLAIN);
            if let Asked::Known(coverage) = &state.mapping.coverage {
                let rows = coverage.roles.get(&role).copied().unwrap_or(0);
                why = why
                    .with("  ", PLAIN)
                    .with(format::count(rows), PLAIN)
                    .with(" of ", theme.dim)
                    .with(format::count(coverage.rows), PLAIN)
                    .with(" rows have a value", theme.dim);
            }
            lines.push(why);
        }
        None => {
            lines.push(Line::new().with(role.name(), theme.accent).with(" is not mapped: no row has a value in it", theme.dim))
        }
    }
    if let Some(text) = state.mapping.changes.get(&role) {
        let to = if text.is_empty() { SafeText::from("nothing") } else { SafeText::cut(text, 600) };
        lines.push(named("then").with(to, theme.warning).with("  a", theme.key_hint).with(" applies it", theme.hint));
    }
    match &state.mapping.known {
        Asked::Known(known) => {
            if let Some(field) = known.roles.get(&role) {
                let values = values_line(field, field.sensitive, 2000, theme);
                let none = Line::new().with("none in the rows that were looked at", theme.dim);
                lines.push(named("e.g.").joined(if values.is_empty() { none } else { values }));
            }
        }
        Asked::Failed(reason) => lines.push(Line::new().with(SafeText::cut(reason, 300), theme.error)),
        Asked::Loading => lines.push(Line::new().with("looking at some rows", theme.dim)),
        Asked::Unknown => {}
    }
    if let Asked::Failed(reason) = &state.mapping.coverage {
        lines.push(Line::new().with("rows cannot be counted: ", theme.error).with(SafeText::cut(reason, 300), theme.error));
    }
    lines
}
