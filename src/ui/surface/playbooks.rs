//! The playbooks: what they look for, whether they can run here, and their hits.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::state::State;
use crate::app::state::playbooks::{Entry, Hit, PlaybookLine};
use crate::domain::{SafeText, Severity};
use crate::settings::theme::Theme;
use crate::ui::widget::popup::Frame;
use crate::ui::widget::text::{PLAIN, enough};
use crate::ui::widget::{Line, row, scroll};
use crate::ui::{format, look, pane};

use super::{line_room, two_sided};

/// Draws the surface.
pub(crate) fn draw(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let playbooks = &state.playbooks;
    let right = Line::new().with(format::count(playbooks.entries.len() as u64), PLAIN);
    let inside =
        Frame { title: look::title("playbooks", true, theme), right, bottom: Line::new(), focused: true }.draw(area, buf, theme);
    let lines = playbooks.lines();
    if lines.is_empty() {
        let advice = look::advice("There are no playbooks here.", &[("1", "goes back to exploring")], theme);
        pane::say(&advice, inside, buf, theme);
        return;
    }
    for ((place, line), index) in lines.iter().enumerate().skip(playbooks.top).zip(0..inside.height) {
        let Some(area) = row(inside, index) else { break };
        let spot = line_room(area, place == playbooks.cursor, buf, theme);
        let room = usize::from(spot.width);
        match *line {
            PlaybookLine::Head(at) => {
                if let Some(entry) = playbooks.entries.get(at) {
                    let (left, right) = head(entry, room, theme);
                    two_sided(&left, &right, spot, buf, theme);
                }
            }
            PlaybookLine::Hit(at, hit) => {
                let hit = playbooks.entries.get(at).and_then(|entry| entry.hits.as_ref()?.get(hit));
                if let Some(hit) = hit {
                    let (left, right) = hit_line(state, hit, room, theme);
                    two_sided(&left, &right, spot, buf, theme);
                }
            }
        }
    }
    let track = Rect { width: inside.width + 1, ..inside };
    scroll::draw(playbooks.top as u64, u64::from(inside.height), lines.len() as u64, track, buf, theme);
}

fn head(entry: &Entry, room: usize, theme: &Theme) -> (Line, Line) {
    let severity = entry.severity.parse::<Severity>().map_or(theme.dim, |severity| look::severity_style(severity, theme));
    let word = SafeText::cut(&entry.severity, 8);
    let mut line = Line::new().with(word.clone(), severity);
    for _ in word.width().."critical".len() {
        line = line.with(" ", PLAIN);
    }
    let can = entry.missing.is_none();
    let text = |raw: &str| enough(raw, room, crate::ui::widget::text::Cut::End);
    line = line.with("  ", PLAIN).with(text(&entry.title), if can { PLAIN } else { theme.dim });
    let right = match (&entry.missing, &entry.error, &entry.hits) {
        (Some(missing), ..) => Line::new().with(text(missing), theme.dim),
        (None, Some(error), _) => Line::new().with(text(error), theme.error),
        _ if entry.running => Line::new().with("running", theme.warning),
        (None, None, Some(hits)) => {
            let style = if hits.is_empty() { theme.dim } else { PLAIN };
            Line::new()
                .with(format::count(hits.len() as u64), style)
                .with(if hits.len() == 1 { " hit" } else { " hits" }, theme.dim)
                .with(entry.cut.map_or("", |_| ", "), theme.warning)
                .with(entry.cut.unwrap_or_default(), theme.warning)
        }
        _ => Line::new().with("Enter", theme.key_hint).with(" runs it", theme.hint),
    };
    let line = if entry.question.is_empty() { line } else { line.with("  ", PLAIN).with(text(&entry.question), theme.dim) };
    (line, right)
}

/// From this width on a hit's score is shown.
const SCORED: usize = 60;
/// From this width on it is shown when a hit was first and last seen.
const SEEN: usize = 130;

fn hit_line(state: &State, hit: &Hit, room: usize, theme: &Theme) -> (Line, Line) {
    let (symbol, style) = look::connotation_mark(state, theme, Some(hit.entity.role), &hit.entity.value).unwrap_or((" ", PLAIN));
    let left = Line::new()
        .with("          ", PLAIN)
        .with(symbol, style)
        .with(" ", PLAIN)
        .with(hit.entity.role.name(), theme.dim)
        .with(" ", PLAIN)
        .with(enough(&hit.entity.value, room, look::cut_of(Some(hit.entity.role))), theme.accent)
        .with("  ", PLAIN)
        .joined(look::words(state, theme, Some(hit.entity.role), &hit.entity.value));
    let mut right = Line::new();
    if room >= SEEN {
        let (first, _) = look::moment(hit.first_seen, theme);
        let (last, _) = look::moment(hit.last_seen, theme);
        right = right.with(first, theme.dim).with(" to ", theme.dim).with(last, theme.dim).with("  ", PLAIN);
    }
    right = right.with(format::count(hit.requests), PLAIN).with(" rows", theme.dim);
    if room >= SCORED {
        right = right.with("  score ", theme.dim).with(SafeText::new(&look::real(hit.score)), PLAIN);
    }
    (left, right)
}
