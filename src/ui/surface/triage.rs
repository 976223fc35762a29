//! The triage board: who is accused, the worst first, with what accuses them, what is new and what was said of it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::msg::Spot;
use crate::app::state::State;
use crate::app::state::triage::{Suspect, TriageLine, Verdict};
use crate::domain::SafeText;
use crate::settings::theme::Theme;
use crate::ui::pointer::Pointer;
use crate::ui::widget::text::{Cut, PLAIN, enough, width};
use crate::ui::widget::{Line, row, scroll};
use crate::ui::{format, look, pane};

use super::playbooks::{frame, mark, severity, verdict};
use super::{line_room, two_sided};

/// Columns of an accused entity, where there is room; longer ones are cut.
const ENTITY: usize = 34;

/// Below this width an accused entity stands without its kind.
const NARROW: usize = 50;

/// Draws the board.
pub(super) fn draw(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer, pointer: &mut Pointer) {
    let playbooks = &state.playbooks;
    let triage = &playbooks.triage;
    let inside = frame(state, counts(state, theme), theme).draw(area, buf, theme);
    if triage.lines.is_empty() {
        let advice = advice(state, theme);
        pane::say(&advice, inside, buf, theme);
        return;
    }
    // As wide as the longest name, so that what is said of them stands in a column.
    let longest = triage.suspects.iter().map(name_width).max().unwrap_or(0);
    let named = longest.clamp(12, ENTITY).min(usize::from(inside.width) / 2);
    for ((place, line), index) in triage.lines.iter().enumerate().skip(triage.top).zip(0..inside.height) {
        let Some(area) = row(inside, index) else { break };
        pointer.over(area, Spot::Line(place));
        let spot = line_room(area, place == triage.cursor, buf, theme);
        let room = usize::from(spot.width);
        let both = match *line {
            TriageLine::Suspect(at) => triage.suspects.get(at).map(|suspect| suspect_line(state, suspect, named, room, theme)),
            TriageLine::Accusation(at, place) => {
                let suspect = triage.suspects.get(at);
                suspect.and_then(|suspect| accusation_line(state, suspect, *suspect.accusations.get(place)?, room, theme))
            }
        };
        if let Some((left, right)) = both {
            two_sided(&left, &right, spot, buf, theme);
        }
    }
    let track = Rect { width: inside.width + 1, ..inside };
    scroll::draw(triage.top as u64, u64::from(inside.height), triage.lines.len() as u64, track, buf, theme);
}

/// How many wait, are found, were dismissed, are new.
fn counts(state: &State, theme: &Theme) -> Line {
    let triage = &state.playbooks.triage;
    let [waiting, found, dismissed, fresh] = triage.counts;
    let cut = state.playbooks.entries.iter().filter(|entry| entry.cut.is_some()).count();
    let mut line = Line::new();
    let mut say = |count: usize, what: &'static str, style| {
        if count > 0 {
            let between = if line.is_empty() { "" } else { ", " };
            line =
                std::mem::take(&mut line).with(between, theme.dim).with(format::count(count as u64), style).with(what, theme.dim);
        }
    };
    say(waiting, " to judge", theme.warning);
    say(found, " found", theme.accent);
    say(dismissed, if triage.dismissed { " dismissed" } else { " dismissed (x shows)" }, PLAIN);
    say(cut, " playbooks cut short", theme.warning);
    say(fresh, if triage.fresh_only { " new, only these" } else { " new" }, theme.warning);
    line
}

/// What to do where nobody is shown.
fn advice(state: &State, theme: &Theme) -> Vec<Line> {
    let playbooks = &state.playbooks;
    let [waiting, found, dismissed, _] = playbooks.triage.counts;
    let say = |what: &'static str, ways: &[(&'static str, &'static str)]| look::advise(state, what, ways, theme);
    if playbooks.batch.is_some() {
        return say("Nobody is accused so far.", &[("back", "stops the playbooks")]);
    }
    if !playbooks.needle.is_empty() && waiting + found + dismissed > 0 {
        return say("Nobody here has this text.", &[("search-list", "searches for something else"), ("back", "shows all")]);
    }
    if playbooks.triage.fresh_only && waiting + found > 0 {
        return say("Nobody is accused who was not before.", &[("fresh-only", "shows everybody")]);
    }
    if dismissed > 0 {
        let ways = [("show-dismissed", "shows who was dismissed, and why"), ("run-all", "runs all playbooks again")];
        return say("All that was found has been dismissed.", &ways);
    }
    let ways = [("run-all", "runs every playbook that this extract has the roles for"), ("other-board", "shows the library")];
    match playbooks.has_run() {
        true => say("No playbook that has run accuses anybody.", &ways),
        false => say("No playbook has run yet.", &ways),
    }
}

/// Columns of the kind and the value of an accused entity.
fn name_width(suspect: &Suspect) -> usize {
    suspect.entity.role.name().len() + 1 + width(&SafeText::cut(&suspect.entity.value, ENTITY))
}

fn suspect_line(state: &State, suspect: &Suspect, named: usize, room: usize, theme: &Theme) -> (Line, Line) {
    let entity = &suspect.entity;
    let (symbol, style) = mark(state, entity, theme);
    let dismissed = matches!(suspect.verdict, Verdict::Dismissed(_));
    let open = state.playbooks.triage.open.contains(entity);
    let sign = match (open, theme.ascii) {
        (true, false) => "▾ ",
        (false, false) => "▸ ",
        (true, true) => "- ",
        (false, true) => "+ ",
    };
    let kind = entity.role.name();
    // On the narrowest screens the value alone; what is said of it names the kind.
    let kind = if room < NARROW { "" } else { kind };
    let left_room = named.saturating_sub(kind.len() + 1).max(8);
    let value = enough(&entity.value, left_room, look::cut_of(Some(entity.role)));
    let pad = left_room.saturating_sub(width(&value));
    let mut left = severity(suspect.severity, Line::new().with(sign, theme.dim), theme)
        .with("  ", PLAIN)
        .with(symbol, style)
        .with(" ", PLAIN)
        .with(kind, theme.dim)
        .with(if kind.is_empty() { "" } else { " " }, PLAIN)
        .with(value, if dismissed { theme.dim } else { theme.accent });
    left = (0..=pad).fold(left, |line, _| line.with(" ", PLAIN));
    if suspect.fresh {
        left = left.with("new ", theme.warning);
    }
    left.append(said(suspect, theme));
    let words = look::words(state, theme, Some(entity.role), &entity.value);
    if !words.is_empty() {
        left = left.joined(words).with("  ", PLAIN);
    }
    let (first, others) = suspect.accusations.split_first().map_or((None, 0), |(first, rest)| (Some(*first), rest.len()));
    let title = first.and_then(|(at, _)| state.playbooks.entries.get(at)).map_or("", |entry| entry.title.as_str());
    left = left.with(enough(title, room, Cut::End), if dismissed { theme.dim } else { PLAIN });
    let mut right = Line::new();
    if others > 0 {
        right = right.with("+", theme.accent).with(format::count(others as u64), theme.accent).with("  ", PLAIN);
    }
    right = right.with(format::count(suspect.requests), PLAIN);
    if room >= NARROW {
        right = right.with(" rows", theme.dim);
    }
    (left, right)
}

/// The verdict on somebody, with the blanks behind it.
fn said(suspect: &Suspect, theme: &Theme) -> Line {
    let line = verdict(&suspect.verdict, theme);
    if line.is_empty() { line } else { line.with("  ", PLAIN) }
}

fn accusation_line(
    state: &State,
    suspect: &Suspect,
    (at, hit): (usize, usize),
    room: usize,
    theme: &Theme,
) -> Option<(Line, Line)> {
    let entry = state.playbooks.entries.get(at)?;
    let hit = entry.hit(hit)?;
    let dismissal = state.case.case.dismissal(&suspect.entity, &entry.id);
    let style = if dismissal.is_some() { theme.dim } else { PLAIN };
    let mut left = severity(entry.severity, Line::new().with("      ", PLAIN), theme)
        .with("  ", PLAIN)
        .with(enough(&entry.title, room, Cut::End), style);
    if hit.fresh {
        left = left.with("  new", theme.warning);
    }
    if let Some(dismissal) = dismissal {
        left = left.with("  dismissed: ", theme.dim).with(SafeText::cut(&dismissal.reason, 80), theme.dim);
    }
    let right = Line::new()
        .with("score ", theme.dim)
        .with(SafeText::new(&look::real(hit.score)), PLAIN)
        .with("  ", PLAIN)
        .with(format::count(hit.requests), PLAIN)
        .with(" rows", theme.dim);
    Some((left, right))
}
