//! The playbooks surface: the library by category with the hits of what has run, or the triage board; on a wide screen what is said of the
//! one under the cursor beside it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::layout;
use crate::app::msg::Spot;
use crate::app::state::State;
use crate::app::state::playbooks::{Board, CANNOT_RUN, Entry, Hit, PlaybookLine};
use crate::app::state::triage::Verdict;
use crate::domain::{Entity, SafeText, Severity};
use crate::settings::theme::Theme;
use crate::ui::pointer::Pointer;
use crate::ui::widget::popup::Frame;
use crate::ui::widget::text::{Cut, PLAIN, enough};
use crate::ui::widget::{Line, row, scroll};
use crate::ui::{format, look, pane};

use super::{about, line_room, triage, two_sided};

/// Draws the surface.
pub(crate) fn draw(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer, pointer: &mut Pointer) {
    let beside = layout::about_width(area.width);
    let board = Rect { width: area.width - beside, ..area };
    match state.playbooks.board {
        Board::Library => library(state, theme, board, buf, pointer),
        Board::Triage => triage::draw(state, theme, board, buf, pointer),
    }
    if beside > 0 {
        about::draw(state, theme, Rect { x: board.right(), width: beside, ..area }, buf);
    }
}

/// The title of a board: its name, the other one, what is searched for; at the right how far a run of all is.
pub(super) fn frame(state: &State, right: Line, theme: &Theme) -> Frame {
    let playbooks = &state.playbooks;
    let triage = playbooks.board == Board::Triage;
    let name = |name: &'static str, shown: bool| (name, if shown { theme.title_focused } else { theme.dim });
    let (library, library_style) = name("library", !triage);
    let (board, board_style) = name("triage", triage);
    let mut title = look::title("playbooks", true, theme)
        .with(" ", PLAIN)
        .with(library, library_style)
        .with(if theme.ascii { " | " } else { " · " }, theme.dim)
        .with(board, board_style);
    if !playbooks.needle.is_empty() {
        title = title.with("  /", theme.accent).with(SafeText::cut(&playbooks.needle, 24), theme.accent);
    }
    let right = match playbooks.batch {
        Some(batch) => Line::new()
            .with("running ", theme.warning)
            .with(format::count(batch.done as u64 + 1), theme.warning)
            .with(" of ", theme.warning)
            .with(format::count(batch.total as u64), theme.warning)
            .with("  ", PLAIN)
            .joined(right),
        None => right,
    };
    Frame { title, right, bottom: Line::new(), focused: true }
}

fn library(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer, pointer: &mut Pointer) {
    let playbooks = &state.playbooks;
    let right = Line::new().with(format::count(playbooks.entries.len() as u64), PLAIN);
    let inside = frame(state, right, theme).draw(area, buf, theme);
    let lines = playbooks.lines();
    if lines.is_empty() {
        let advice = match playbooks.needle.is_empty() {
            true => look::advise(state, "There are no playbooks here.", &[("explore", "goes back to exploring")], theme),
            false => {
                let ways = [("search-list", "searches for something else"), ("back", "shows all")];
                look::advise(state, "No playbook has this text.", &ways, theme)
            }
        };
        pane::say(&advice, inside, buf, theme);
        return;
    }
    for ((place, line), index) in lines.iter().enumerate().skip(playbooks.top).zip(0..inside.height) {
        let Some(area) = row(inside, index) else { break };
        pointer.over(area, Spot::Line(place));
        let spot = line_room(area, place == playbooks.cursor, buf, theme);
        let room = usize::from(spot.width);
        let both = match line {
            PlaybookLine::Category(name, count) => Some((category(state, name, *count, theme), Line::new())),
            PlaybookLine::Head(at) => playbooks.entries.get(*at).map(|entry| head(entry, room, theme)),
            PlaybookLine::Hit(at, hit) => {
                let hit = playbooks.entries.get(*at).and_then(|entry| Some((entry, entry.hit(*hit)?)));
                hit.map(|(entry, hit)| hit_line(state, entry, hit, room, theme))
            }
        };
        if let Some((left, right)) = both {
            two_sided(&left, &right, spot, buf, theme);
        }
    }
    let track = Rect { width: inside.width + 1, ..inside };
    scroll::draw(playbooks.top as u64, u64::from(inside.height), lines.len() as u64, track, buf, theme);
}

fn category(state: &State, name: &str, count: usize, theme: &Theme) -> Line {
    let folded = state.playbooks.needle.is_empty() && state.playbooks.folded.contains(name);
    let style = if name == CANNOT_RUN { theme.dim } else { theme.header };
    let line = Line::new().with(SafeText::cut(name, 40), style).with("  ", PLAIN).with(format::count(count as u64), theme.dim);
    if folded { line.with(if theme.ascii { "  ..." } else { "  …" }, theme.dim) } else { line }
}

/// A severity in a column of its own.
pub(super) fn severity(severity: Severity, line: Line, theme: &Theme) -> Line {
    let word = severity.name();
    let line = line.with(word, look::severity_style(severity, theme));
    (word.len().."critical".len()).fold(line, |line, _| line.with(" ", PLAIN))
}

fn head(entry: &Entry, room: usize, theme: &Theme) -> (Line, Line) {
    let can = entry.missing.is_none();
    let text = |raw: &str| enough(raw, room, Cut::End);
    let mut line = severity(entry.severity, Line::new().with("  ", PLAIN), theme)
        .with("  ", PLAIN)
        .with(text(&entry.title), if can { PLAIN } else { theme.dim });
    if !entry.params.is_empty() {
        let params: Vec<String> = entry.params.iter().map(|(name, value)| format!("{name}={value}")).collect();
        line = line.with("  ", PLAIN).with(SafeText::cut(&params.join(" "), 60), theme.accent);
    }
    let right = match (&entry.missing, &entry.error, &entry.hits) {
        (Some(missing), ..) => Line::new().with(text(missing), theme.dim),
        (None, Some(error), _) => Line::new().with(text(error), theme.error),
        _ if entry.running => Line::new().with("running", theme.warning),
        (None, None, Some(hits)) => {
            let style = if hits.is_empty() { theme.dim } else { PLAIN };
            let fresh = hits.iter().filter(|hit| hit.fresh).count();
            let mut line = Line::new();
            if fresh > 0 {
                line = line.with(format::count(fresh as u64), theme.warning).with(" new of ", theme.warning);
            }
            line.with(format::count(hits.len() as u64), style)
                .with(if hits.len() == 1 { " hit" } else { " hits" }, theme.dim)
                .with(entry.cut.map_or("", |_| ", "), theme.warning)
                .with(entry.cut.unwrap_or_default(), theme.warning)
        }
        // The title matters more than what the line at the bottom says too.
        _ if line.width() + RUNS.len() + 7 > room => Line::new(),
        _ => Line::new().with("Enter", theme.key_hint).with(RUNS, theme.hint),
    };
    let line = if entry.question.is_empty() { line } else { line.with("  ", PLAIN).with(text(&entry.question), theme.dim) };
    (line, right)
}

const RUNS: &str = " runs it";

/// From this width on a hit's score is shown.
const SCORED: usize = 60;
/// From this width on it is shown when a hit was first and last seen.
const SEEN: usize = 130;

fn hit_line(state: &State, entry: &Entry, hit: &Hit, room: usize, theme: &Theme) -> (Line, Line) {
    let (symbol, style) = mark(state, &hit.entity, theme);
    let dismissal = state.case.case.dismissal(&hit.entity, &entry.id);
    let accused = if dismissal.is_some() { theme.dim } else { theme.accent };
    let mut left = Line::new()
        .with("            ", PLAIN)
        .with(symbol, style)
        .with(" ", PLAIN)
        .with(hit.entity.role.name(), theme.dim)
        .with(" ", PLAIN)
        .with(enough(&hit.entity.value, room, look::cut_of(Some(hit.entity.role))), accused);
    if hit.fresh {
        left = left.with("  new", theme.warning);
    }
    left = match dismissal {
        Some(dismissal) => left.with("  dismissed: ", theme.dim).with(SafeText::cut(&dismissal.reason, 80), theme.dim),
        None => left.with("  ", PLAIN).joined(look::words(state, theme, Some(hit.entity.role), &hit.entity.value)),
    };
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

/// The sign before an accused entity: that it is marked, or what its labels say.
pub(super) fn mark(state: &State, entity: &Entity, theme: &Theme) -> look::Mark {
    match state.marks.has_value(entity.role.name(), Some(&entity.value)) {
        true => look::marked(theme),
        false => look::connotation_mark(state, theme, Some(entity.role), &entity.value).unwrap_or((" ", PLAIN)),
    }
}

/// What the case says of an accused entity, in a few words.
pub(super) fn verdict(verdict: &Verdict, theme: &Theme) -> Line {
    match verdict {
        Verdict::Waiting => Line::new(),
        Verdict::Found(id, status) => Line::new()
            .with(SafeText::cut(id, 12), theme.dim)
            .with(" ", PLAIN)
            .with(status.name(), look::status_style(*status, theme)),
        Verdict::Dismissed(reason) => Line::new().with("dismissed: ", theme.dim).with(SafeText::cut(reason, 80), theme.dim),
    }
}
