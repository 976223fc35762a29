//! The SQL surface: the text under edit in colours, what is wrong with it where it stands, and below it the first rows of what was run.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::app::layout;
use crate::app::msg::Spot;
use crate::app::state::State;
use crate::app::state::jobs::Purpose;
use crate::app::state::sql::Ran;
use crate::domain::{Role, SafeText, Value};
use crate::engine::Cut;
use crate::investigate::sqltext::{Piece, matching_bracket, pieces};
use crate::settings::theme::Theme;
use crate::ui::pointer::Pointer;
use crate::ui::widget::input::Input;
use crate::ui::widget::menu::{Item, Menu, first_visible};
use crate::ui::widget::popup::{self, Frame};
use crate::ui::widget::table::{Align, Cell, Column, Gutter, Table};
use crate::ui::widget::text::PLAIN;
use crate::ui::widget::{Line, paragraph, row, scroll, sign, tint};
use crate::ui::{format, look, pane};

/// Draws the surface.
pub(crate) fn draw(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer, pointer: &mut Pointer) {
    let (above, below) = layout::sql_areas(area);
    let inside = editor(state, theme, above, buf, pointer);
    result(state, theme, below, buf, pointer);
    if state.sql.editing && !state.sql.candidates.is_empty() {
        candidates(state, theme, inside, area, buf, pointer);
    }
}

/// Columns for the numbers of lines.
const NUMBERS: u16 = 4;

/// Draws the text and returns where it stands.
fn editor(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer, pointer: &mut Pointer) -> Rect {
    let sql = &state.sql;
    let mut right = Line::new();
    if let Some(at) = sql.at {
        let text = format!("history {} of {}", at + 1, sql.history.len());
        right = right.with(SafeText::new(&text), theme.dim);
    }
    let title = look::title("sql", sql.editing, theme);
    let frame = Frame { title, right, bottom: Line::new(), focused: sql.editing };
    let inside = frame.draw(area, buf, theme);
    let text_area = Rect { x: inside.x + NUMBERS.min(inside.width), width: inside.width.saturating_sub(NUMBERS), ..inside };
    // What lies below the text belongs to its end.
    pointer.over(inside, Spot::Text { line: usize::MAX, at: usize::MAX });
    if sql.editor.is_empty() {
        offered(state, theme, text_area, buf);
        return text_area;
    }
    let text = sql.editor.text();
    let looks = looks(state, &text, theme);
    let (cursor_line, cursor_byte) = sql.editor.cursor();
    let mut start: usize = sql.editor.lines().iter().take(sql.top).map(|line| line.len() + 1).sum();
    for ((number, line), index) in sql.editor.lines().iter().enumerate().skip(sql.top).zip(0..inside.height) {
        let (Some(whole), Some(place)) = (row(inside, index), row(text_area, index)) else { break };
        let end = start + line.len();
        let own: Vec<(Range<usize>, Style)> = looks
            .iter()
            .filter(|(range, _)| range.start <= end && range.end > start)
            .map(|(range, look)| (range.start.max(start) - start..range.end.min(end) - start, *look))
            .collect();
        let here = number == cursor_line && sql.editing;
        let label = SafeText::new(&format!("{:>3}", number + 1));
        Line::new().with(label, if here { theme.accent } else { theme.dim }).draw(whole, buf, theme);
        let input = Input { text: line, cursor: here.then_some(cursor_byte), looks: &own, placeholder: "" };
        if let Some(at) = pointer.within(whole) {
            let at = input.place_at(at.x.saturating_sub(place.x), place.width, theme);
            pointer.over(whole, Spot::Text { line: number, at });
        }
        input.draw(place, buf, theme);
        start = end + 1;
    }
    let track = Rect { width: inside.width + 1, ..inside };
    scroll::draw(sql.top as u64, u64::from(inside.height), sql.editor.lines().len() as u64, track, buf, theme);
    text_area
}

/// What an empty editor offers: the SQL of the view that it was come to from.
fn offered(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let mut lines: Vec<Line> = Vec::new();
    for line in state.sql.template.lines() {
        lines.extend(Line::new().with(SafeText::new(line), theme.placeholder).wrap(usize::from(area.width)));
    }
    if lines.is_empty() {
        lines.push(Line::new().with("SELECT … FROM requests", theme.placeholder));
    }
    for (line, index) in lines.iter().zip(0..area.height) {
        if let Some(place) = row(area, index) {
            line.draw(place, buf, theme);
        }
    }
    if state.sql.editing {
        tint(Rect { width: 1, height: 1, ..area }, buf, theme.cursor);
    }
}

/// Colours of the pieces of a text, the brackets at the cursor, and the mistake.
fn looks(state: &State, text: &str, theme: &Theme) -> Vec<(Range<usize>, Style)> {
    let mut looks: Vec<(Range<usize>, Style)> = pieces(text)
        .0
        .into_iter()
        .filter_map(|(piece, range)| {
            let look = match piece {
                Piece::Keyword => theme.keyword,
                Piece::Name => theme.field,
                Piece::Number | Piece::Text => theme.value,
                Piece::Comment => theme.dim,
                Piece::Open | Piece::Close | Piece::End | Piece::Sign => theme.operator,
                Piece::Unread => return None,
            };
            Some((range, look))
        })
        .collect();
    if state.sql.editing
        && let Some((one, other)) = matching_bracket(text, state.sql.editor.position())
    {
        looks.extend([one, other].map(|at| (at..at + 1, theme.matched)));
    }
    if let Some(at) = state.sql.mistake.as_ref().and_then(|mistake| mistake.at) {
        let rest = text.get(at..).unwrap_or_default();
        let word: usize = rest.chars().take_while(|sign| sign.is_alphanumeric() || *sign == '_').map(char::len_utf8).sum();
        let wide = word.max(rest.chars().next().map_or(0, char::len_utf8));
        if wide > 0 {
            looks.push((at..at + wide, theme.mistake));
        }
    }
    looks
}

/// What could stand at the cursor, in a list below it.
fn candidates(state: &State, theme: &Theme, editor: Rect, area: Rect, buf: &mut Buffer, pointer: &mut Pointer) {
    let sql = &state.sql;
    let widest = sql.candidates.iter().map(|one| SafeText::new(&one.text).width() + one.what.len()).max().unwrap_or(0);
    let wide = u16::try_from(widest + 7).unwrap_or(u16::MAX).clamp(20, 60).min(area.width);
    let line = u16::try_from(sql.editor.cursor().0.saturating_sub(sql.top)).unwrap_or(0);
    let y = (editor.y + line + 1).min(area.bottom().saturating_sub(3));
    let high = u16::try_from(sql.candidates.len() + 2).unwrap_or(u16::MAX).min(10).min(area.bottom().saturating_sub(y));
    let place = Rect { x: editor.x.min(area.right().saturating_sub(wide)), y, width: wide, height: high };
    pointer.cover(place);
    let inside = popup::draw(&Frame::default().focused(true), place, buf, theme);
    let first = first_visible(sql.chosen, sql.candidates.len(), inside.height);
    let items = sql
        .candidates
        .iter()
        .skip(first)
        .take(usize::from(inside.height))
        .map(|one| Item {
            label: Line::new().with(" ", PLAIN).with(SafeText::new(&one.text), theme.field),
            right: Line::new().with(SafeText::new(&one.what), theme.dim).with(" ", PLAIN),
            ..Item::default()
        })
        .collect();
    let menu = Menu { items, first, total: sql.candidates.len(), chosen: Some(sql.chosen), key_width: 0 };
    pointer.menu(&menu, inside, Spot::Candidate);
    menu.draw(inside, buf, theme);
}

fn result(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer, pointer: &mut Pointer) {
    let sql = &state.sql;
    let focus = !sql.editing;
    let running = state.jobs.iter().find(|(_, job)| matches!(job.purpose, Purpose::SqlRun { .. }));
    let mut right = Line::new();
    if let Some((_, job)) = running {
        let elapsed = state.now.saturating_sub(job.since).max(job.elapsed);
        right = right.with("running ", theme.warning).with(SafeText::new(&format!("{:.1} s", elapsed.as_secs_f64())), PLAIN);
        right = right.with("  ", PLAIN).with("Esc", theme.key_hint).with(" stops", theme.hint);
    } else if let Some(ran) = &sql.ran {
        right = counted(ran, theme);
    }
    let inside =
        Frame { title: look::title("result", focus, theme), right, bottom: Line::new(), focused: focus }.draw(area, buf, theme);
    if let Some(mistake) = &sql.mistake {
        let lines: Vec<Line> = mistake.message.lines().map(|line| Line::new().with(SafeText::new(line), theme.error)).collect();
        let place = Rect { x: inside.x + 1.min(inside.width), width: inside.width.saturating_sub(1), ..inside };
        paragraph::draw(&paragraph::wrap(&lines, place.width), 0, place, buf, theme);
        return;
    }
    match &sql.ran {
        Some(ran) if ran.names.is_empty() => {
            pane::say(&[Line::new().with("The result has no columns.", PLAIN)], inside, buf, theme);
        }
        Some(ran) => {
            table(state, ran, theme, inside, buf, pointer);
            if ran.rows.is_empty() && inside.height > 2 {
                let ways = [("sql-edit", "goes back to the SQL"), ("sql-leave", "leaves")];
                let below = Rect { y: inside.y + 1, height: inside.height - 1, ..inside };
                pane::say(&look::advise(state, "The SQL ran, and no row came of it.", &ways, theme), below, buf, theme);
            }
            if focus {
                look::edge(state, theme, area, buf);
            }
        }
        None if running.is_some() => {}
        None => {
            let ways: &[(&'static str, &'static str)] = match sql.editor.is_empty() {
                true => &[
                    ("sql-complete", "takes the SQL of the view over"),
                    ("sql-older", "the SQL that was run before"),
                    ("sql-leave", "leaves"),
                ],
                false => &[("sql-run", "runs it"), ("sql-explain", "shows how it would run"), ("sql-open", "opens it as a view")],
            };
            let what = "One question over the table requests; nothing can be changed.";
            pane::say(&look::advise(state, what, ways, theme), inside, buf, theme);
        }
    }
}

/// How many rows came, and how long it took.
fn counted(ran: &Ran, theme: &Theme) -> Line {
    let mut line = Line::new();
    if ran.cut.is_some() {
        line = line.with("first ", theme.warning);
    }
    line = line
        .with(format::count(ran.rows.len() as u64), PLAIN)
        .with(if ran.rows.len() == 1 { " row" } else { " rows" }, theme.dim);
    line = match ran.cut {
        Some(Cut::Time) => line.with(", stopped for time", theme.warning),
        Some(Cut::Bytes) => line.with(", cut by size", theme.warning),
        _ => line,
    };
    let elapsed = format!("  {:.2} s", ran.elapsed.as_secs_f64());
    line.with(SafeText::new(&elapsed), theme.dim)
}

fn table(state: &State, ran: &Ran, theme: &Theme, area: Rect, buf: &mut Buffer, pointer: &mut Pointer) {
    let focus = !state.sql.editing;
    let number =
        |column: usize| ran.rows.iter().all(|row| matches!(row.get(column), Some(Value::Int(_) | Value::Float(_) | Value::Null)));
    let roles: Vec<Option<Role>> = ran.names.iter().map(|name| role_of(name)).collect();
    let heads: Vec<Column> = ran
        .names
        .iter()
        .enumerate()
        .map(|(column, name)| Column {
            title: Line::new().with(SafeText::cut(name, 40), look::field_style(roles.get(column).copied().flatten(), theme)),
            align: if number(column) && !ran.rows.is_empty() { Align::Right } else { Align::Left },
            cut: look::cut_of(roles.get(column).copied().flatten()),
            min: if number(column) { 32 } else { 8 },
            max: 60,
            priority: if number(column) { 4 } else { 2 },
        })
        .collect();
    let visible = usize::from(area.height.saturating_sub(1)).min(ran.rows.len().saturating_sub(ran.top));
    let room = usize::from(area.width);
    let cell = |index: usize, column: usize| {
        let Some(value) = ran.rows.get(ran.top + index).and_then(|row| row.get(column)) else { return Cell::default() };
        if ran.is_masked(column, value) {
            return Cell::of(look::masked(value, theme), theme.masked);
        }
        let role = roles.get(column).copied().flatten();
        let (text, style) = look::value_text(theme, role, value, room);
        let mark = value.as_text().and_then(|text| look::connotation_mark(state, theme, role, text));
        Cell { mark, ..Cell::of(text, style) }
    };
    let shown = Table {
        columns: &heads,
        rows: visible,
        cell: &cell,
        gutter: &|_| Gutter::default(),
        cursor: ran.cursor.checked_sub(ran.top).filter(|index| *index < visible).map(|index| (index, ran.column)),
        frozen: 0,
        first: 0,
        focused: focus,
    };
    let placed = shown.draw(area, buf, theme);
    pointer.table(&placed, area);
    let (left, right) = shown.hidden(&placed);
    let [less, more] = if theme.ascii { ["<", ">"] } else { ["‹", "›"] };
    if left {
        sign(buf, area.x.saturating_sub(1), area.y, less, theme.key_hint);
    }
    if right {
        sign(buf, area.right(), area.y, more, theme.key_hint);
    }
    if ran.rows.is_empty() {
        let below = Rect { y: area.y + 1.min(area.height), height: area.height.saturating_sub(1), ..area };
        pane::say(&[Line::new().with("no rows", theme.dim)], below, buf, theme);
    }
    let track = Rect { y: area.y + 1.min(area.height), height: area.height.saturating_sub(1), width: area.width + 1, ..area };
    scroll::draw(ran.top as u64, visible as u64, ran.rows.len() as u64, track, buf, theme);
}

fn role_of(name: &str) -> Option<Role> {
    Role::ALL.into_iter().find(|role| role.name().eq_ignore_ascii_case(name))
}
