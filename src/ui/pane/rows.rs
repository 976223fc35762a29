//! The rows of the view.

use std::collections::BTreeSet;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::state::{Pane, State};
use crate::case::Target;
use crate::domain::{Column as Field, Kind, Role, SafeText, Value};
use crate::settings::theme::Theme;
use crate::ui::pointer::Pointer;
use crate::ui::widget::table::{Align, Cell, Column, Gutter, Table};
use crate::ui::widget::text::PLAIN;
use crate::ui::widget::{Line, scroll, sign};
use crate::ui::{format, look};

use super::{focused, frame, say};

/// From this width on the time stays in sight when the columns scroll.
const FREEZE: u16 = 72;

/// Draws the pane.
pub(crate) fn draw(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer, pointer: &mut Pointer) {
    let focus = focused(state, Pane::Main);
    let rows = &state.rows;
    let mut title = look::title("rows", focus, theme);
    let mut right = Line::new();
    if let Some(total) = rows.total {
        if total > 0 {
            right = right.with(format::count(rows.cursor + 1), PLAIN).with(" of ", theme.dim).with(format::count(total), PLAIN);
        }
    } else {
        right = right.with("counting", theme.dim);
    }
    if rows.awaited.is_some() {
        title = title.with("  ordering", theme.warning);
    }
    let inside = frame(title, right, focus, area, buf, theme);
    if rows.total == Some(0) {
        let view = state.view();
        let (what, ways): (_, &[(&'static str, &'static str)]) = match (view.is_whole(), view.filter.is_all()) {
            (true, _) if view.relation.is_requests() => (
                "The extract is open, and there is no row in it.",
                &[
                    ("load-report", "says what was read, and what could not be"),
                    ("mapping", "says what fills each role"),
                    ("quit", "quits"),
                ],
            ),
            (true, _) => {
                ("The SQL gives no row.", &[("sql", "goes back to the SQL"), ("trail-back", "goes back to the view before")])
            }
            (false, true) => (
                "No row lies in this range of time.",
                &[("trail-back", "goes back"), ("time-range", "takes another range"), ("clear-filter", "shows all rows")],
            ),
            (false, false) => (
                "No row is in this view: the filter lets none through.",
                &[("trail-back", "goes back"), ("filter", "edits the filter"), ("clear-filter", "shows all rows")],
            ),
        };
        say(&look::advise(state, what, ways, theme), inside, buf, theme);
        return;
    }
    if let Some(error) = &state.results.error {
        let mut lines: Vec<Line> = error.lines().map(|line| Line::new().with(SafeText::new(line), theme.error)).collect();
        lines.extend(look::advise(state, "", &[("sql", "edits the SQL"), ("trail-back", "goes back")], theme));
        say(&lines, inside, buf, theme);
        return;
    }
    if state.results.making.is_some() {
        let lines = [Line::new().with("running the SQL; what it gives is kept, and views of it are quick", theme.dim)];
        say(&lines, inside, buf, theme);
        return;
    }
    if rows.window.is_empty() {
        say(&[Line::new().with("reading rows", theme.dim)], inside, buf, theme);
        return;
    }
    let columns: Vec<Spec<'_>> = rows.columns.iter().map(|name| Spec::of(state, name)).collect();
    let heads: Vec<Column> = columns.iter().map(|spec| spec.column(state, theme, inside.width)).collect();
    let visible = usize::from(inside.height.saturating_sub(1));
    let visible =
        rows.total.map_or(visible, |total| usize::try_from(total.saturating_sub(rows.top)).unwrap_or(usize::MAX).min(visible));
    let pinned: BTreeSet<usize> = (0..visible)
        .filter(|index| {
            let row = rows.at(rows.top + *index as u64);
            let row = row.and_then(|row| state.extract_row(row.row_id));
            row.is_some_and(|row| state.case.case.is_pinned(state.extract_sha(), row))
        })
        .collect();
    let noted: BTreeSet<usize> = match state.case.noted.1 {
        true => (0..visible).filter(|index| is_noted(state, rows.top + *index as u64)).collect(),
        false => BTreeSet::new(),
    };
    let chosen = |index: usize| rows.at(rows.top + index as u64).is_some_and(|row| state.marks.has_row(row.row_id));
    let short = short_time(state, inside.width);
    let cell = |index: usize, column: usize| {
        let Some(row) = rows.at(rows.top + index as u64) else {
            return Cell::of(if theme.ascii { "." } else { "·" }, theme.dim);
        };
        let (Some(spec), Some(value)) = (columns.get(column), row.cells.get(column)) else { return Cell::default() };
        if let (Some(format), Value::Time(time)) = (short.filter(|_| spec.role == Some(Role::Time)), value) {
            return Cell::of(SafeText::new(&time.strftime(format)), PLAIN);
        }
        if let (Kind::Json, Value::Text(text)) = (spec.kind, value)
            && !state.is_masked(row.row_id, spec.name)
            && let Some(line) = look::folded(text, &state.needle, theme)
        {
            return Cell { line, mark: None };
        }
        look::cell(state, theme, spec.name, spec.role, row.row_id, value, usize::from(inside.width))
    };
    let frozen = frozen(state, &columns, &heads, inside.width);
    let on_screen =
        rows.cursor.checked_sub(rows.top).and_then(|index| usize::try_from(index).ok()).filter(|index| *index < visible);
    let table = Table {
        columns: &heads,
        rows: visible,
        cell: &cell,
        gutter: &|index| Gutter {
            mark: match (pinned.contains(&index), noted.contains(&index)) {
                (true, _) => Some(look::pin_mark(theme)),
                (false, true) => Some(look::note_mark(theme)),
                (false, false) => None,
            },
            selected: chosen(index),
        },
        cursor: on_screen.map(|index| (index, rows.column)),
        frozen,
        first: 0,
        focused: focus,
    };
    let placed = table.draw(inside, buf, theme);
    pointer.table(&placed, inside);
    let (left, right) = table.hidden(&placed);
    let [less, more] = if theme.ascii { ["<", ">"] } else { ["‹", "›"] };
    if left {
        sign(buf, area.x, inside.y, less, theme.key_hint);
    }
    if right {
        sign(buf, inside.right(), inside.y, more, theme.key_hint);
    }
    let track =
        Rect { x: area.x, y: inside.y + 1.min(inside.height), width: area.width, height: inside.height.saturating_sub(1) };
    scroll::draw(rows.top, visible as u64, rows.total.unwrap_or(0), track, buf, theme);
}

/// Whether there is a note on the row at a position.
fn is_noted(state: &State, position: u64) -> bool {
    let row = state.rows.at(position).and_then(|row| state.extract_row(row.row_id));
    row.is_some_and(|row_id| {
        let target = Target::Row { row_id, extract_sha: state.extract_sha().to_owned() };
        !state.case.case.notes_on(&target).is_empty()
    })
}

/// How many columns stay in sight: up to the one that the view names, or the time where there is room; never so many that the others have
/// none.
fn frozen(state: &State, columns: &[Spec<'_>], heads: &[Column], width: u16) -> usize {
    let named = state.view().frozen.as_ref().and_then(|name| columns.iter().position(|spec| spec.name == name));
    let Some(named) = named else {
        return usize::from(width >= FREEZE && columns.first().is_some_and(|spec| spec.role == Some(Role::Time)));
    };
    let mut room = width * 3 / 5;
    let fitting = heads.iter().take(named + 1).take_while(|head| {
        let needs = head.min.min(head.max).min(20) + 2;
        let fits = needs <= room;
        room = room.saturating_sub(needs);
        fits
    });
    fitting.count()
}

/// From this width on times are shown with their dates in any case.
const ROOMY: u16 = 100;

/// How a time is shown where room is scarce: without what is the same in the whole extract, its date or its year. `None` for whole times.
fn short_time(state: &State, width: u16) -> Option<&'static str> {
    let extract = state.extract.as_ref()?;
    let (first, last) = (extract.first?, extract.last?);
    let same = |format: &str| first.strftime(format) == last.strftime(format);
    match width {
        ROOMY.. => None,
        _ if same("%Y-%m-%d") => Some("%H:%M:%S"),
        _ if same("%Y") => Some("%m-%d %H:%M:%S"),
        _ => None,
    }
}

struct Spec<'a> {
    name: &'a str,
    role: Option<Role>,
    kind: Kind,
}

impl<'a> Spec<'a> {
    fn of(state: &'a State, name: &'a str) -> Spec<'a> {
        let field: Option<&Field> = state.schema.columns.iter().find(|column| column.name == name);
        Spec { name, role: field.and_then(|field| field.role), kind: field.map_or(Kind::Text, |field| field.kind) }
    }

    fn column(&self, state: &State, theme: &Theme, width: u16) -> Column {
        let (min, max, priority) = self.widths(state, width);
        let (min, max) = state.view().widths.get(self.name).map_or((min, max), |width| (*width, *width));
        let mut title = Line::new().with(SafeText::cut(self.name, usize::from(max)), PLAIN);
        let place = state.view().sort.iter().position(|key| key.column == self.name);
        if let Some(key) = place.and_then(|place| state.view().sort.get(place)) {
            let arrow = match (key.descending, theme.ascii) {
                (true, false) => "↓",
                (false, false) => "↑",
                (true, true) => "v",
                (false, true) => "^",
            };
            title = title.with(arrow, theme.accent);
            if let (Some(place), true) = (place, state.view().sort.len() > 1) {
                title = title.with(SafeText::new(&(place + 1).to_string()), theme.accent);
            }
        }
        let align = if look::is_number(self.kind) { Align::Right } else { Align::Left };
        Column { title, align, cut: look::cut_of(self.role), min, max, priority }
    }

    /// The least and the most columns, and who gets what it needs first. Numbers are never cut: half a number is another number.
    fn widths(&self, state: &State, width: u16) -> (u16, u16, u8) {
        if look::is_number(self.kind) {
            return (32, 32, 4);
        }
        match self.role {
            // A time that is cut says nothing: it gets the room of its format.
            Some(Role::Time) => match short_time(state, width) {
                Some("%H:%M:%S") => (8, 19, 9),
                Some(_) => (14, 19, 9),
                None => (19, 19, 9),
            },
            Some(Role::Account | Role::Key) => (10, 32, 8),
            Some(Role::Ip) => (15, 39, 7),
            Some(Role::Endpoint | Role::Error) => (12, 36, 6),
            Some(Role::Model) => (10, 28, 5),
            Some(Role::Content) => (16, 60, 4),
            Some(Role::UserAgent) => (10, 32, 3),
            Some(Role::Request) => (7, 12, 1),
            Some(_) => (6, 24, 4),
            None => match self.kind {
                Kind::Time => (19, 19, 2),
                Kind::Json => (8, 24, 0),
                _ => (6, 24, 2),
            },
        }
    }
}
