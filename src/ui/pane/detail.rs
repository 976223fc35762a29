//! The row under the cursor: its roles and every other column that has a value, nested JSON folded, and the current value whole.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::msg::Spot;
use crate::app::state::detail::DetailLine;
use crate::app::state::jobs::Purpose;
use crate::app::state::{Pane, State};
use crate::case::{Note, Target};
use crate::domain::{Entity, Role, SafeText, Value};
use crate::settings::theme::Theme;
use crate::ui::pointer::Pointer;
use crate::ui::widget::text::{Cut, PLAIN, enough, width};
use crate::ui::widget::tree::{Node, Tree};
use crate::ui::widget::{Line, paragraph, row, scroll, sign};
use crate::ui::{format, found, look};

use super::{focused, frame, say};

/// Names of columns take no more than this, so that values begin in sight.
const NAMES: u16 = 16;

/// Draws the pane.
pub(crate) fn draw(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer, pointer: &mut Pointer) {
    let focus = focused(state, Pane::Detail);
    let detail = &state.detail;
    let mut title = look::title("detail", focus, theme);
    if let Some(row_id) = detail.row_id {
        let number = format::grouped(&row_id.to_string());
        title = look::title("row", focus, theme).with(" ", PLAIN).with(SafeText::new(&number), PLAIN);
        if state.extract_row(row_id).is_some_and(|row| state.case.case.is_pinned(state.extract_sha(), row)) {
            let (symbol, style) = look::pin_mark(theme);
            title = title.with(" ", PLAIN).with(symbol, style).with(" pinned", style);
        }
        if !row_notes(state, row_id).is_empty() {
            let (symbol, style) = look::note_mark(theme);
            title = title.with(" ", PLAIN).with(symbol, style).with(" noted", style);
        }
    }
    let slow = state.jobs.iter().any(|(_, job)| matches!(job.purpose, Purpose::Detail { .. }) && state.is_worth_saying(job));
    let right = if detail.loading && slow { Line::new().with("reading", theme.dim) } else { Line::new() };
    let inside = frame(title, right, focus, area, buf, theme);
    if let Some(error) = &detail.error {
        say(&[Line::new().with(SafeText::new(error), theme.error)], inside, buf, theme);
        return;
    }
    let lines = detail.lines();
    if lines.is_empty() {
        let lines = match state.rows.total {
            Some(0) => {
                look::advise(state, "There is no row to show: none is in this view.", &[("trail-back", "goes back")], theme)
            }
            _ => {
                look::advise(state, "No row is chosen.", &[("next-pane", "goes to the rows"), ("open", "shows one here")], theme)
            }
        };
        say(&lines, inside, buf, theme);
        return;
    }
    let whole = lines.get(detail.cursor).filter(|_| focus).map(|line| whole(state, theme, line, inside)).unwrap_or_default();
    let below = u16::try_from(whole.len()).unwrap_or(u16::MAX).min(inside.height * 2 / 5);
    let rule = u16::from(below > 0);
    let above = Rect { height: inside.height - below - rule, ..inside };
    let visible = usize::from(above.height);
    let first = detail.top.min(detail.cursor).max((detail.cursor + 1).saturating_sub(visible));
    for (at, index) in (first..lines.len()).zip(0..above.height) {
        row(above, index).into_iter().for_each(|place| pointer.over(place, Spot::Line(at)));
    }
    let shown: Vec<&DetailLine> = lines.iter().skip(first).take(visible).collect();
    let widest = shown.iter().filter(|line| line.depth == 0).map(|line| width(&SafeText::new(&line.name))).max().unwrap_or(0);
    let nodes = shown.iter().map(|line| node(state, theme, line, usize::from(inside.width))).collect();
    let name_width = u16::try_from(widest).unwrap_or(NAMES).min(NAMES);
    Tree { nodes, first, total: lines.len(), cursor: focus.then_some(detail.cursor), name_width }.draw(above, buf, theme);
    scroll::draw(first as u64, visible as u64, lines.len() as u64, Rect { width: above.width + 1, ..above }, buf, theme);
    if let Some(edge) = row(inside, above.height).filter(|_| rule > 0) {
        for x in edge.x..edge.right() {
            sign(buf, x, edge.y, if theme.ascii { "-" } else { "─" }, theme.border);
        }
        paragraph::draw(&whole, 0, Rect { y: edge.y + 1, height: below, ..inside }, buf, theme);
    }
}

/// From this width on moments are shown with their fractions.
const WHOLE_TIME: usize = 44;

fn is_masked(state: &State, line: &DetailLine) -> bool {
    let Some(item) = state.detail.items.get(line.item) else { return false };
    state.detail.row_id.is_some_and(|row_id| state.is_masked(row_id, &item.column))
}

/// A text of the line's cell: with its secrets, when they are shown.
fn shown<'t>(state: &State, line: &DetailLine, text: &'t str) -> Cow<'t, str> {
    let item = state.detail.items.get(line.item);
    let cell = item.zip(state.detail.row_id).and_then(|(item, row_id)| state.unsealed(row_id, &item.column));
    cell.map_or(Cow::Borrowed(text), |cell| cell.text(text))
}

fn node(state: &State, theme: &Theme, line: &DetailLine, room: usize) -> Node {
    let item = state.detail.items.get(line.item);
    let role = item.and_then(|item| item.role);
    let mut value = Line::new();
    if is_masked(state, line) {
        value.push(&look::masked(&Value::Text(line.text.clone()), theme), theme.masked);
    } else if line.depth > 0 || line.branch.is_some() {
        let style = if line.branch.is_some() { theme.dim } else { PLAIN };
        value.push(&enough(&shown(state, line, &line.text), room, Cut::End), style);
    } else if let Some(item) = item {
        if let Some((symbol, style)) = item.value.as_text().and_then(|text| look::connotation_mark(state, theme, role, text)) {
            value = value.with(symbol, style).with(" ", PLAIN);
        }
        let (text, style) = match &item.value {
            // The whole moment, where there is room for it.
            Value::Time(time) if room >= WHOLE_TIME => (SafeText::new(&time.to_string()), PLAIN),
            Value::Text(text) => look::value_text(theme, role, &Value::Text(shown(state, line, text).into_owned()), room),
            other => look::value_text(theme, role, other, room),
        };
        value.push(&text, style);
        if let Some(text) = item.value.as_text() {
            let said = look::words(state, theme, role, text);
            if !said.is_empty() {
                value = value.with("  ", PLAIN).joined(said);
            }
        }
    }
    let name_style = if line.depth == 0 { look::field_style(role, theme) } else { theme.dim };
    Node { depth: line.depth, name: SafeText::cut(&line.name, usize::from(NAMES) * 2), name_style, value, open: line.branch }
}

/// Characters of a value that are shown whole at most; the rest is said to be there.
const LONGEST: usize = 4000;

/// The current value over several rows, when one row does not hold it; and the labels of the entity that it names.
fn whole(state: &State, theme: &Theme, line: &DetailLine, inside: Rect) -> Vec<Line> {
    let mut lines = Vec::new();
    let text = if line.branch == Some(true) { Cow::Borrowed("") } else { shown(state, line, &line.text) };
    let text = text.as_ref();
    let room = usize::from(inside.width.saturating_sub(NAMES + 6));
    if !is_masked(state, line) && text.chars().take(room + 1).count() > room {
        let (mut all, before, after) = found::in_text(text, &state.sought(), LONGEST, theme);
        if before > 0 {
            all = Line::new()
                .with(format::count(before as u64), theme.warning)
                .with(" characters before ", theme.warning)
                .joined(all);
        }
        if after > 0 {
            all = all
                .with(" and ", theme.warning)
                .with(format::count(after as u64), theme.warning)
                .with(" characters more", theme.warning);
        }
        lines.push(all);
    }
    let item = state.detail.items.get(line.item);
    let entity = item.filter(|_| line.depth == 0).and_then(|item| Some((item.role?, item.value.as_text()?)));
    if let Some((role, value)) = entity.filter(|(role, _): &(Role, &str)| role.is_entity()) {
        for label in state.case.case.labels_of_value(role, value) {
            let (symbol, style) = look::mark_of(label.connotation, theme);
            let style = if look::has_ended(state, label) { theme.dim } else { style };
            let said = Line::new()
                .with(symbol, style)
                .with(" ", PLAIN)
                .with(SafeText::new(&label.label), style)
                .with(if look::has_ended(state, label) { " (ended)" } else { "" }, theme.dim)
                .with("  ", PLAIN)
                .with(SafeText::new(&label.reason), theme.dim);
            lines.push(said);
        }
        if let Some(entity) = Entity::new(role, value).filter(|_| state.case.noted.0) {
            lines.extend(notes(state.case.case.notes_on(&Target::Entity(entity)), theme));
        }
    }
    if let Some(row_id) = state.detail.row_id {
        lines.extend(notes(row_notes(state, row_id), theme));
    }
    paragraph::wrap(&lines, inside.width)
}

/// The notes on a row of the present view.
fn row_notes(state: &State, row_id: i64) -> &[Note] {
    match state.extract_row(row_id).filter(|_| state.case.noted.1) {
        Some(row_id) => state.case.case.notes_on(&Target::Row { row_id, extract_sha: state.extract_sha().to_owned() }),
        None => &[],
    }
}

fn notes(notes: &[Note], theme: &Theme) -> Vec<Line> {
    let (symbol, style) = look::note_mark(theme);
    let lines = notes.iter().flat_map(|note| note.text.lines().filter(|line| !line.trim().is_empty()));
    lines.map(|line| Line::new().with(symbol, style).with(" ", PLAIN).with(SafeText::cut(line, 400), PLAIN)).collect()
}
