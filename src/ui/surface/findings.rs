//! The findings: what has been found so far, and the one under the cursor at length.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::msg::Spot;
use crate::app::state::State;
use crate::case::{Finding, Measure, Target};
use crate::domain::SafeText;
use crate::settings::theme::Theme;
use crate::ui::pointer::Pointer;
use crate::ui::widget::menu::first_visible;
use crate::ui::widget::popup::Frame;
use crate::ui::widget::text::PLAIN;
use crate::ui::widget::{Line, paragraph, row, scroll, sign};
use crate::ui::{format, look, pane};

use super::{line_room, two_sided};

/// Draws the surface.
pub(crate) fn draw(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer, pointer: &mut Pointer) {
    let findings = state.case.case.findings();
    let right = Line::new().with(format::count(findings.len() as u64), PLAIN);
    let inside =
        Frame { title: look::title("findings", true, theme), right, bottom: Line::new(), focused: true }.draw(area, buf, theme);
    if findings.is_empty() {
        let ways = [("finding", "states one, with the view as its evidence"), ("explore", "goes back to exploring")];
        pane::say(&look::advise(state, "Nothing has been found yet.", &ways, theme), inside, buf, theme);
        return;
    }
    let chosen = state.case.finding.min(findings.len() - 1);
    let wanted = u16::try_from(findings.len()).unwrap_or(u16::MAX);
    let high = wanted.min((inside.height / 3).max(1)).min(inside.height);
    let list = Rect { height: high, ..inside };
    let first = first_visible(chosen, findings.len(), high);
    for ((place, finding), index) in findings.iter().enumerate().skip(first).zip(0..high) {
        let Some(area) = row(list, index) else { break };
        pointer.over(area, Spot::Line(place));
        let spot = line_room(area, place == chosen, buf, theme);
        let (left, right) = head(finding, theme);
        two_sided(&left, &right, spot, buf, theme);
    }
    scroll::draw(first as u64, u64::from(high), findings.len() as u64, Rect { width: list.width + 1, ..list }, buf, theme);
    let Some(finding) = findings.get(chosen) else { return };
    let Some(edge) = row(inside, high) else { return };
    for x in edge.x..edge.right() {
        sign(buf, x, edge.y, if theme.ascii { "-" } else { "─" }, theme.border);
    }
    let below = Rect { x: inside.x + 2, y: edge.y + 1, width: inside.width.saturating_sub(3), height: inside.height - high - 1 };
    let lines = paragraph::wrap(&at_length(finding, state, theme), below.width);
    paragraph::draw(&lines, state.case.finding_top, below, buf, theme);
}

fn head(finding: &Finding, theme: &Theme) -> (Line, Line) {
    let mut line = Line::new().with(SafeText::new(&finding.id), theme.dim);
    let severity = finding.severity.name();
    line = line.with("  ", PLAIN).with(severity, look::severity_style(finding.severity, theme));
    for _ in severity.len().."critical".len() {
        line = line.with(" ", PLAIN);
    }
    line = line.with("  ", PLAIN).with(SafeText::cut(&finding.title, 200), PLAIN);
    (line, Line::new().with(finding.status.name(), look::status_style(finding.status, theme)))
}

/// Columns of the names at the left.
const NAMES: usize = 11;

fn named(name: &'static str, theme: &Theme) -> Line {
    (name.len()..NAMES).fold(Line::new().with(name, theme.dim), |line, _| line.with(" ", PLAIN))
}

fn at_length(finding: &Finding, state: &State, theme: &Theme) -> Vec<Line> {
    let mut lines = vec![Line::new().with(SafeText::new(&finding.title), theme.accent), judged(finding, theme)];
    let mut say = |name: &'static str, text: &str| {
        if !text.is_empty() {
            lines.push(named(name, theme).with(SafeText::new(text), PLAIN));
        }
    };
    say("category", &finding.category);
    say("owner", &finding.owner);
    say("next step", &finding.next_step);
    if let Some(id) = &finding.question {
        let asked = state.case.case.questions().into_iter().find(|question| question.id == *id);
        let asked = asked.map_or("a question that was taken back", |question| question.text.as_str());
        say("answers", &format!("{id}: {asked}"));
    }
    if finding.first_seen.is_some() || finding.last_seen.is_some() {
        let (first, style) = look::moment(finding.first_seen, theme);
        let (last, last_style) = look::moment(finding.last_seen, theme);
        lines.push(named("seen", theme).with(first, style).with(" to ", theme.dim).with(last, last_style));
    }
    lines.push(named("stated", theme).joined(look::signed(&finding.stamp, theme)));
    if let Some(change) = finding.changes.last() {
        lines.push(named("changed", theme).joined(look::signed(change, theme)));
    }
    if !finding.text.is_empty() {
        lines.push(Line::new());
        lines.extend(finding.text.lines().map(|text| Line::new().with(SafeText::new(text), PLAIN)));
    }
    lines.push(Line::new());
    for entity in &finding.entities {
        let mut line = named("about", theme);
        if let Some((symbol, style)) = look::connotation_mark(state, theme, Some(entity.role), &entity.value) {
            line = line.with(symbol, style).with(" ", PLAIN);
        }
        line = line.with(SafeText::new(&entity.to_string()), theme.accent).with("  ", PLAIN);
        lines.push(line.joined(look::words(state, theme, Some(entity.role), &entity.value)));
    }
    for measure in &finding.measures {
        lines.extend(number(measure, state, theme));
    }
    for evidence in &finding.evidence {
        let (symbol, style) = look::pin_mark(theme);
        let line = named("stands on", theme).with(symbol, style).with(" ", PLAIN);
        lines.push(match state.case.case.pin(evidence) {
            Some(pin) => line
                .with("row ", theme.dim)
                .with(SafeText::new(&format::grouped(&pin.row_id.to_string())), PLAIN)
                .with("  ", PLAIN)
                .with(SafeText::cut(&pin.summary, 300), PLAIN),
            None => line.with("a row that is not pinned any more", theme.dim),
        });
    }
    if finding.measures.is_empty() {
        lines.push(Line::new().with("no query has been measured for it yet", theme.dim));
    }
    for note in state.case.case.notes_on(&Target::Finding(finding.id.clone())) {
        let (symbol, style) = look::note_mark(theme);
        lines.push(named("note", theme).with(symbol, style).with(" ", PLAIN).joined(look::signed(&note.stamp, theme)));
        lines.extend(note.text.lines().map(|text| named("", theme).with(SafeText::new(text), PLAIN)));
    }
    lines
}

/// How grave it is, where it stands, and how sure it is, where somebody said it.
fn judged(finding: &Finding, theme: &Theme) -> Line {
    let line = named("", theme)
        .with(finding.severity.name(), look::severity_style(finding.severity, theme))
        .with(", ", theme.dim)
        .with(finding.status.name(), look::status_style(finding.status, theme));
    match finding.confidence {
        Some(confidence) => line.with(", ", theme.dim).with(confidence.name(), PLAIN).with(" confidence", theme.dim),
        None => line,
    }
}

/// A number with all that is needed to check it: what was asked, with which values, of which extract.
fn number(measure: &Measure, state: &State, theme: &Theme) -> Vec<Line> {
    let mut line = named("shown by", theme)
        .with(format::count(measure.rows), theme.accent)
        .with(if measure.rows == 1 { " row of " } else { " rows of " }, theme.dim);
    match (measure.filter.is_empty(), measure.sql.is_empty()) {
        (false, _) => line.append(pane::filter::colored(&measure.filter, state, theme)),
        (true, true) => line = line.with("the whole extract", PLAIN),
        (true, false) => line = line.with("the result of", PLAIN),
    }
    let mut lines = vec![line];
    let mut say = |name: &'static str, text: &str| {
        if !text.is_empty() {
            let line = named("", theme).with(name, theme.dim).with(" ", PLAIN).with(SafeText::new(text), theme.dim);
            lines.push(line);
        }
    };
    say("playbook", &measure.playbook);
    say("over", &measure.sql);
    say("query", &measure.query.split_whitespace().collect::<Vec<_>>().join(" "));
    say("with", &measure.params.join(", "));
    say("command", &measure.command);
    let hash = measure.extract.get(..16).unwrap_or(&measure.extract);
    let line = named("", theme).with("extract ", theme.dim).with(SafeText::new(hash), theme.dim);
    lines.push(match measure.extract == state.extract_sha() {
        true => line.with(", which is open", theme.dim),
        false => line.with(", which is not the one that is open", theme.warning),
    });
    lines
}
