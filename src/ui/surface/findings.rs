//! The findings: what has been found so far, and the one under the cursor at length.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::state::State;
use crate::case::Finding;
use crate::domain::SafeText;
use crate::settings::theme::Theme;
use crate::ui::widget::menu::first_visible;
use crate::ui::widget::popup::Frame;
use crate::ui::widget::text::PLAIN;
use crate::ui::widget::{Line, paragraph, row, scroll, sign};
use crate::ui::{format, look, pane};

use super::{line_room, two_sided};

/// Draws the surface.
pub(crate) fn draw(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let findings = state.case.case.findings();
    let right = Line::new().with(format::count(findings.len() as u64), PLAIN);
    let inside =
        Frame { title: look::title("findings", true, theme), right, bottom: Line::new(), focused: true }.draw(area, buf, theme);
    if findings.is_empty() {
        let keys = [("f", "states one, with the view as its evidence"), ("1", "goes back to exploring")];
        pane::say(&look::advice("Nothing has been found yet.", &keys, theme), inside, buf, theme);
        return;
    }
    let chosen = state.case.finding.min(findings.len() - 1);
    let wanted = u16::try_from(findings.len()).unwrap_or(u16::MAX);
    let high = wanted.min((inside.height / 3).max(1)).min(inside.height);
    let list = Rect { height: high, ..inside };
    let first = first_visible(chosen, findings.len(), high);
    for ((place, finding), index) in findings.iter().enumerate().skip(first).zip(0..high) {
        let Some(area) = row(list, index) else { break };
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
    paragraph::draw(&lines, 0, below, buf, theme);
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

fn at_length(finding: &Finding, state: &State, theme: &Theme) -> Vec<Line> {
    let mut lines = vec![
        Line::new().with(SafeText::new(&finding.title), theme.accent),
        Line::new()
            .with("stated by ", theme.dim)
            .with(SafeText::cut(&finding.stamp.by, 40), PLAIN)
            .with(" ", PLAIN)
            .with(SafeText::new(&finding.stamp.at.to_seconds_text()), PLAIN),
        Line::new(),
    ];
    for text in finding.text.lines() {
        lines.push(Line::new().with(SafeText::new(text), PLAIN));
    }
    if !finding.text.is_empty() {
        lines.push(Line::new());
    }
    for entity in &finding.entities {
        let mut line = Line::new().with("about ", theme.dim);
        if let Some((symbol, style)) = look::connotation_mark(state, theme, Some(entity.role), &entity.value) {
            line = line.with(symbol, style).with(" ", PLAIN);
        }
        lines.push(line.with(SafeText::new(&entity.to_string()), theme.accent));
    }
    for measure in &finding.measures {
        let mut line = Line::new().with("shown by ", theme.dim);
        if measure.filter.is_empty() {
            line = line.with("all rows", PLAIN);
        } else {
            line.append(pane::filter::colored(&measure.filter, state, theme));
        }
        lines.push(line.with("  ", PLAIN).with(format::count(measure.rows), PLAIN).with(" rows", theme.dim));
        lines.push(Line::new().with("         ", PLAIN).with(SafeText::new(&measure.command), theme.dim));
    }
    if finding.measures.is_empty() {
        lines.push(Line::new().with("no query has been measured for it yet", theme.dim));
    }
    lines
}
