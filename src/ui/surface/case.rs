//! The case: questions, entities with labels, notes, pins, measured queries, exports, and the files of the extract.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::state::{CaseLine, State};
use crate::domain::{SafeText, Timestamp};
use crate::settings::theme::Theme;
use crate::ui::widget::popup::Frame;
use crate::ui::widget::text::{PLAIN, enough};
use crate::ui::widget::{Line, row, scroll};
use crate::ui::{format, look, pane};

use super::{line_room, two_sided};

/// Draws the surface.
pub(crate) fn draw(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let founding = state.case.case.founding();
    let mut title = look::title("case", true, theme);
    if !founding.title.is_empty() {
        title = title.with(" ", PLAIN).with(SafeText::cut(&founding.title, 60), theme.accent);
    }
    let right = Line::new().with(SafeText::cut(&state.case.dir, 80), theme.dim);
    let inside = Frame { title, right, bottom: Line::new(), focused: true }.draw(area, buf, theme);
    let lines = state.case_lines();
    if lines.is_empty() {
        let lines = look::advice("No case is open yet.", &[("1", "goes on exploring")], theme);
        pane::say(&lines, inside, buf, theme);
        return;
    }
    for ((place, line), index) in lines.iter().enumerate().skip(state.case.top).zip(0..inside.height) {
        let Some(area) = row(inside, index) else { break };
        let spot = line_room(area, place == state.case.cursor, buf, theme);
        let (left, right) = sides(state, theme, line, usize::from(spot.width));
        two_sided(&left, &right, spot, buf, theme);
    }
    let track = Rect { width: inside.width + 1, ..inside };
    scroll::draw(state.case.top as u64, u64::from(inside.height), lines.len() as u64, track, buf, theme);
}

fn signed(by: &str, at: Timestamp, theme: &Theme) -> Line {
    Line::new().with(SafeText::cut(by, 24), theme.dim).with(" ", PLAIN).with(SafeText::new(&at.to_seconds_text()), theme.dim)
}

fn indented(theme: &Theme) -> Line {
    Line::new().with("  ", theme.dim)
}

fn short_hash(hash: &str) -> SafeText {
    SafeText::new(hash.get(..12).unwrap_or(hash))
}

fn sides(state: &State, theme: &Theme, line: &CaseLine, room: usize) -> (Line, Line) {
    let case = &state.case.case;
    let text = |raw: &str| enough(raw, room, crate::ui::widget::text::Cut::End);
    let none = Line::new();
    match line {
        CaseLine::Heading(title, count) => {
            let title = Line::new().with(*title, theme.header);
            (if *count > 0 { title.with("  ", PLAIN).with(format::count(*count as u64), PLAIN) } else { title }, none)
        }
        CaseLine::Advice(advice) => (indented(theme).with(*advice, theme.hint), none),
        CaseLine::Question(id) => {
            let Some(question) = case.questions().into_iter().find(|question| question.id == *id) else {
                return (none.clone(), none);
            };
            let line = indented(theme).with(text(id), theme.dim).with("  ", PLAIN).with(text(&question.text), PLAIN);
            match question.answers.last() {
                Some(answer) => {
                    let line = line.with("  ", PLAIN).with(if theme.ascii { "-> " } else { "→ " }, theme.good);
                    (line.with(text(&answer.text), theme.good), signed(&answer.stamp.by, answer.stamp.at, theme))
                }
                None => (line.with("  open", theme.warning), signed(&question.stamp.by, question.stamp.at, theme)),
            }
        }
        CaseLine::Entity(entity) => {
            let labels = case.labels_of(entity);
            let (symbol, style) = look::connotation_mark(state, theme, Some(entity.role), &entity.value).unwrap_or((" ", PLAIN));
            let mut line = Line::new()
                .with(symbol, style)
                .with(" ", PLAIN)
                .with(entity.role.name(), theme.dim)
                .with(" ", PLAIN)
                .with(text(&entity.value), theme.accent);
            for label in labels {
                line = line
                    .with("  ", PLAIN)
                    .with(text(&label.label), look::mark_of(label.connotation, theme).1)
                    .with(" ", PLAIN)
                    .with(text(&label.reason), PLAIN);
            }
            let signed = labels.last().map(|label| signed(&label.stamp.by, label.stamp.at, theme));
            (line, signed.unwrap_or_default())
        }
        CaseLine::Note(id) => {
            let Some(note) = case.note(id) else { return (none.clone(), none) };
            let line = indented(theme)
                .with(text(id), theme.dim)
                .with("  on ", theme.dim)
                .with(SafeText::cut(&note.target.to_string(), 40), theme.accent)
                .with("  ", PLAIN)
                .with(text(note.text.lines().next().unwrap_or_default()), PLAIN);
            (line, signed(&note.stamp.by, note.stamp.at, theme))
        }
        CaseLine::Pin(evidence) => {
            let Some(pin) = case.pin(evidence) else { return (none.clone(), none) };
            let (symbol, style) = look::pin_mark(theme);
            let (time, time_style) = look::moment(pin.time, theme);
            let line = Line::new()
                .with(symbol, style)
                .with(" row ", theme.dim)
                .with(SafeText::new(&format::grouped(&pin.row_id.to_string())), PLAIN)
                .with("  ", PLAIN)
                .with(time, theme.dim.patch(time_style))
                .with("  ", PLAIN)
                .with(text(&pin.summary), PLAIN);
            (line, signed(&pin.stamp.by, pin.stamp.at, theme))
        }
        CaseLine::Measure(at) => {
            let Some(measure) = case.measures().get(*at).copied() else { return (none.clone(), none) };
            let mut line = indented(theme);
            if let Some(finding) = &measure.finding {
                line = line.with(text(finding), theme.dim).with("  ", PLAIN);
            }
            if measure.filter.is_empty() {
                line = line.with("all rows", PLAIN);
            } else {
                line.append(pane::filter::colored(&measure.filter, state, theme));
            }
            let rows = Line::new()
                .with(format::count(measure.rows), PLAIN)
                .with(if measure.rows == 1 { " row" } else { " rows" }, theme.dim);
            (line, rows)
        }
        CaseLine::Export(at) => {
            let Some(export) = case.exports().get(*at) else { return (none.clone(), none) };
            let line = indented(theme).with(text(&export.format), theme.dim).with("  ", PLAIN).with(text(&export.path), PLAIN);
            (line, Line::new().with(short_hash(&export.sha256), theme.dim))
        }
        CaseLine::Source(at) => {
            let Some(source) = state.extract.as_ref().and_then(|extract| extract.sources.get(*at)) else {
                return (none.clone(), none);
            };
            let line = indented(theme)
                .with(text(&source.path), PLAIN)
                .with("  ", PLAIN)
                .with(text(&source.profile), theme.dim)
                .with(" ", PLAIN)
                .with(text(&source.format), theme.dim);
            let mut right = Line::new().with(format::count(source.rows), PLAIN).with(" rows", theme.dim);
            if source.rejects > 0 {
                right =
                    right.with("  ", PLAIN).with(format::count(source.rejects), theme.warning).with(" rejected", theme.warning);
            }
            (line, right.with("  ", PLAIN).with(short_hash(&source.sha256), theme.dim))
        }
        CaseLine::Reject(at) => {
            let Some(reject) = state.extract.as_ref().and_then(|extract| extract.reject_samples.get(*at)) else {
                return (none.clone(), none);
            };
            let line = indented(theme)
                .with(text(&reject.path), PLAIN)
                .with(":", theme.dim)
                .with(SafeText::new(&reject.record.to_string()), PLAIN)
                .with("  ", PLAIN)
                .with(text(&reject.reason), theme.warning)
                .with("  ", PLAIN)
                .with(text(&reject.raw), theme.dim);
            (line, none)
        }
    }
}
