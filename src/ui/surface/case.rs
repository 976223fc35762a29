//! The case: questions with findings and evidence, entities with labels, notes, pins, exports, and the files of the extract; or all of it in
//! the order of time; or who did what.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::app::msg::Spot;
use crate::app::state::{CaseLine, State};
use crate::case::{AuditKind, Measure, MomentKind, Pin};
use crate::domain::SafeText;
use crate::settings::theme::Theme;
use crate::ui::pointer::Pointer;
use crate::ui::widget::popup::Frame;
use crate::ui::widget::text::{Cut, PLAIN, enough};
use crate::ui::widget::{Line, row, scroll};
use crate::ui::{format, look, pane};

use super::{line_room, two_sided};

/// Draws the surface.
pub(crate) fn draw(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer, pointer: &mut Pointer) {
    let founding = state.case.case.founding();
    let mut title = look::title("case", true, theme);
    if !founding.title.is_empty() {
        title = title.with(" ", PLAIN).with(SafeText::cut(&founding.title, 60), theme.accent);
    }
    let order = state.case.order.words();
    if !order.is_empty() {
        title = title.with("  ", PLAIN).with(order, theme.warning);
    }
    let right = Line::new().with(SafeText::cut(&state.case.dir, 80), theme.dim);
    let inside = Frame { title, right, bottom: Line::new(), focused: true }.draw(area, buf, theme);
    let lines = state.case_lines();
    if lines.is_empty() {
        let lines = look::advise(state, "No case is open yet.", &[("explore", "goes on exploring")], theme);
        pane::say(&lines, inside, buf, theme);
        return;
    }
    for ((place, line), index) in lines.iter().enumerate().skip(state.case.top).zip(0..inside.height) {
        let Some(area) = row(inside, index) else { break };
        pointer.over(area, Spot::Line(place));
        let spot = line_room(area, place == state.case.cursor, buf, theme);
        let (left, right) = sides(state, theme, line, usize::from(spot.width));
        two_sided(&left, &right, spot, buf, theme);
    }
    let track = Rect { width: inside.width + 1, ..inside };
    scroll::draw(state.case.top as u64, u64::from(inside.height), lines.len() as u64, track, buf, theme);
}

fn indented(theme: &Theme) -> Line {
    Line::new().with("  ", theme.dim)
}

/// A line below another one.
fn below(depth: usize, theme: &Theme) -> Line {
    let line = (0..depth).fold(indented(theme), |line, _| line.with("  ", theme.dim));
    if depth == 0 { line } else { line.with(if theme.ascii { "- " } else { "└ " }, theme.dim) }
}

fn short_hash(hash: &str) -> SafeText {
    SafeText::new(hash.get(..12).unwrap_or(hash))
}

fn sides(state: &State, theme: &Theme, line: &CaseLine, room: usize) -> (Line, Line) {
    let case = &state.case.case;
    let text = |raw: &str| enough(raw, room, Cut::End);
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
                    (line.with(text(&answer.text), theme.good), look::signed(&answer.stamp, theme))
                }
                None => (line.with("  open", theme.warning), look::signed(&question.stamp, theme)),
            }
        }
        CaseLine::Finding { id, depth } => {
            let Some(finding) = case.finding_with(id) else { return (none.clone(), none) };
            let mut line = below(*depth, theme)
                .with(text(id), theme.dim)
                .with(" ", PLAIN)
                .with(finding.severity.name(), look::severity_style(finding.severity, theme))
                .with(" ", PLAIN)
                .with(finding.status.name(), look::status_style(finding.status, theme))
                .with("  ", PLAIN)
                .with(text(&finding.title), theme.accent);
            if !finding.owner.is_empty() {
                line = line.with("  for ", theme.dim).with(SafeText::cut(&finding.owner, 32), PLAIN);
            }
            (line, look::signed(&finding.stamp, theme))
        }
        CaseLine::Number { finding, at, depth } => {
            let measure = case.finding_with(finding).and_then(|finding| finding.measures.get(*at));
            measure.map_or((none.clone(), none), |measure| number(state, theme, below(*depth, theme), measure, room))
        }
        CaseLine::Kept { evidence, depth } => match case.pin(evidence) {
            Some(pin) => kept(theme, below(*depth, theme), pin, room),
            None => (below(*depth, theme).with("a row that is not pinned any more", theme.dim), none),
        },
        CaseLine::Moment(at) => {
            let Some(moment) = state.case.moments.get(*at) else { return (none.clone(), none) };
            let style = match moment.kind {
                MomentKind::Pinned => theme.pin,
                MomentKind::Labelled => theme.warning,
                MomentKind::Staged => theme.accent,
                MomentKind::Found => theme.bad,
            };
            let line = Line::new().with(SafeText::new(&moment.at.to_seconds_text()), PLAIN).with("  ", PLAIN);
            (padded(line, moment.kind.name(), 7, style).with(text(&moment.text), PLAIN), none)
        }
        CaseLine::Audit(at) => {
            let Some(done) = state.case.audit.get(*at) else { return (none.clone(), none) };
            let line = Line::new().with(SafeText::new(&done.at.to_seconds_text()), PLAIN).with("  ", PLAIN);
            let style = if done.kind == AuditKind::Revealed { theme.warning } else { theme.accent };
            let line = padded(line, done.kind.name(), 10, style).with(text(&done.what), PLAIN);
            (line, Line::new().with(SafeText::cut(&done.by, 24), theme.dim))
        }
        CaseLine::Entity(entity) => {
            let labels = case.labels_of(entity);
            let (symbol, style) = look::connotation_mark(state, theme, Some(entity.role), &entity.value).unwrap_or((" ", PLAIN));
            let mut line = Line::new()
                .with(symbol, style)
                .with(" ", PLAIN)
                .with(entity.role.name(), theme.dim)
                .with(" ", PLAIN)
                .with(text(&entity.value), theme.accent)
                .with("  ", PLAIN)
                .joined(look::words(state, theme, Some(entity.role), &entity.value));
            if let Some(label) = labels.last() {
                line = line.with("  ", PLAIN).with(text(&label.reason), PLAIN);
            }
            (line, labels.last().map(|label| look::signed(&label.stamp, theme)).unwrap_or_default())
        }
        CaseLine::Note(id) => {
            let Some(note) = case.note(id) else { return (none.clone(), none) };
            let line = indented(theme)
                .with(text(id), theme.dim)
                .with("  on ", theme.dim)
                .with(SafeText::cut(&note.target.to_string(), 40), theme.accent)
                .with("  ", PLAIN)
                .with(text(note.text.lines().next().unwrap_or_default()), PLAIN);
            (line, look::signed(note.edited.as_ref().unwrap_or(&note.stamp), theme))
        }
        CaseLine::Pin(evidence) => {
            let Some(pin) = case.pin(evidence) else { return (none.clone(), none) };
            kept(theme, Line::new(), pin, room)
        }
        CaseLine::Measure(at) => {
            let Some(measure) = case.measures().get(*at).copied() else { return (none.clone(), none) };
            number(state, theme, indented(theme), measure, room)
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

/// A word and the blanks behind it.
fn padded(line: Line, word: &'static str, wide: usize, style: Style) -> Line {
    (word.len()..wide).fold(line.with(word, style), |line, _| line.with(" ", PLAIN))
}

/// A pinned row: when, and what stands in it.
fn kept(theme: &Theme, before: Line, pin: &Pin, room: usize) -> (Line, Line) {
    let (symbol, style) = look::pin_mark(theme);
    let (time, time_style) = look::moment(pin.time, theme);
    let line = before
        .with(symbol, style)
        .with(" row ", theme.dim)
        .with(SafeText::new(&format::grouped(&pin.row_id.to_string())), PLAIN)
        .with("  ", PLAIN)
        .with(time, theme.dim.patch(time_style))
        .with("  ", PLAIN)
        .with(enough(&pin.summary, room, Cut::End), PLAIN);
    (line, look::signed(&pin.stamp, theme))
}

/// A number: what was counted, in which extract, and how much.
fn number(state: &State, theme: &Theme, mut line: Line, measure: &Measure, room: usize) -> (Line, Line) {
    if !measure.playbook.is_empty() {
        line = line.with("playbook ", theme.dim).with(SafeText::cut(&measure.playbook, 40), PLAIN).with("  ", PLAIN);
    }
    if !measure.sql.is_empty() {
        line = line.with("sql ", theme.dim).with(enough(&measure.sql, room, Cut::End), PLAIN).with("  ", PLAIN);
    }
    match measure.filter.is_empty() {
        true if measure.sql.is_empty() && measure.playbook.is_empty() => line = line.with("all rows", PLAIN),
        true => {}
        false => line.append(pane::filter::colored(&measure.filter, state, theme)),
    }
    let rows = Line::new()
        .with(format::count(measure.rows), PLAIN)
        .with(if measure.rows == 1 { " row" } else { " rows" }, theme.dim)
        .with(if measure.extract == state.extract_sha() { "" } else { " of another extract" }, theme.warning);
    (line, rows)
}
