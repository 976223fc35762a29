//! The page of an entity: what the case says about it, when it was seen, how much it did, with what it shares rows.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::command::{Action, TABLE};
use crate::app::msg::Spot;
use crate::app::state::fields::{Counted, Values};
use crate::app::state::page::{Figures, PageLine};
use crate::app::state::{Pane, State};
use crate::case::{Stamp, Target};
use crate::domain::{Column, Entity, Role, SafeText, Value};
use crate::settings::theme::Theme;
use crate::ui::pointer::Pointer;
use crate::ui::widget::text::{PLAIN, width};
use crate::ui::widget::{Line, row, scroll, sign, spark, tint};
use crate::ui::{format, look};

use super::{fields, focused, frame, say};

/// A row of the page.
enum Part<'a> {
    Text(Line),
    Spark,
    /// A line that the cursor can stand on.
    Choice(PageLine, Line),
    /// A related value: where it stands, its role, itself, the width of the largest count beside it.
    Value(PageLine, Role, &'a Counted, usize),
}

/// Columns of the names at the left.
const NAMES: usize = 12;

/// Draws the pane.
pub(crate) fn draw(state: &State, theme: &Theme, entity: &Entity, area: Rect, buf: &mut Buffer, pointer: &mut Pointer) {
    let focus = focused(state, Pane::Main);
    let title =
        look::title(entity.role.name(), focus, theme).with(" ", PLAIN).with(SafeText::cut(&entity.value, 80), theme.accent);
    let title = title.joined(super::list::bounds(state, theme));
    let inside = frame(title, Line::new(), focus, area, buf, theme);
    if let Some(error) = &state.page.error {
        say(&[Line::new().with(SafeText::new(error), theme.error)], inside, buf, theme);
        return;
    }
    let parts = parts(state, theme, entity, inside.width);
    let choices = state.page_lines();
    let at = choices.get(state.page.cursor).copied().unwrap_or(PageLine::Entity);
    let cursor =
        parts.iter().position(|part| matches!(part, Part::Value(line, ..) | Part::Choice(line, _) if *line == at)).unwrap_or(0);
    let height = usize::from(inside.height);
    let first = state.page.top.min(cursor).max((cursor + 1).saturating_sub(height));
    for ((place, part), index) in parts.iter().enumerate().skip(first).zip(0..inside.height) {
        let Some(area) = row(inside, index) else { break };
        if place == cursor {
            tint(area, buf, theme.selection);
            let style = if focus { theme.accent } else { theme.dim };
            sign(buf, area.x, area.y, if theme.ascii { ">" } else { "▌" }, style);
        }
        if let Part::Value(line, ..) | Part::Choice(line, _) = part
            && let Some(choice) = choices.iter().position(|choice| choice == line)
        {
            pointer.over(area, Spot::Line(choice));
        }
        let spot = Rect { x: area.x + 1.min(area.width), width: area.width.saturating_sub(2), ..area };
        match part {
            Part::Text(line) | Part::Choice(_, line) => {
                line.draw(spot, buf, theme);
            }
            Part::Spark => {
                let values: Vec<u64> = state.page.spark.iter().map(|bucket| bucket.requests).collect();
                let from = u16::try_from(NAMES).unwrap_or(0).min(spot.width);
                Line::new().with("over time", theme.dim).draw(spot, buf, theme);
                spark::draw(&values, Rect { x: spot.x + from, width: spot.width - from, ..spot }, buf, theme.spark, theme);
            }
            Part::Value(_, role, counted, widest) => {
                fields::draw_value(state, Some(*role), counted, *widest, spot, buf, theme);
                fields::draw_mark(state, role.name(), counted, spot, buf, theme);
            }
        }
    }
    let track = Rect { width: inside.width + 1, ..inside };
    scroll::draw(first as u64, u64::from(inside.height), parts.len() as u64, track, buf, theme);
}

fn named(name: &'static str, theme: &Theme) -> Line {
    let mut line = Line::new().with(name, theme.dim);
    for _ in name.len()..NAMES {
        line = line.with(" ", PLAIN);
    }
    line
}

fn parts<'a>(state: &'a State, theme: &Theme, entity: &Entity, wide: u16) -> Vec<Part<'a>> {
    let mut parts = Vec::new();
    let room = usize::from(wide.saturating_sub(2));
    let whole = Line::new().with(SafeText::new(&entity.to_string()), theme.accent);
    for (at, line) in whole.wrap(room).into_iter().take(4).enumerate() {
        parts.push(if at == 0 { Part::Choice(PageLine::Entity, line) } else { Part::Text(line) });
    }
    casework(state, theme, entity, room, &mut parts);
    parts.push(Part::Text(Line::new()));
    match &state.page.figures {
        Some(figures) => {
            parts.extend(figures_of(figures, theme, room).into_iter().map(Part::Text));
            if !state.page.spark.is_empty() {
                parts.push(Part::Spark);
            }
        }
        None => parts.push(Part::Text(Line::new().with("counting", theme.dim))),
    }
    if let Some(facts) = &state.page.facts {
        parts.push(Part::Text(Line::new()));
        parts.extend(facts_of(state, facts, theme, room).into_iter().map(Part::Text));
    }
    fresh(state, theme, &mut parts);
    playbooks(state, theme, entity, room, &mut parts);
    for (at, (role, values)) in state.page.related.iter().enumerate() {
        parts.push(Part::Text(Line::new()));
        let mut head = Line::new().with(role.plural(), theme.header);
        match values {
            Values::Known { top, distinct } => {
                head = head.with("  ", PLAIN).with(format::count(*distinct), PLAIN);
                if let Some(keys) = keys_of(*role) {
                    head = head.with("  ", PLAIN).with(keys, theme.key_hint).with(" lists them", theme.hint);
                }
                parts.push(Part::Text(head));
                let widest = top.first().map_or(0, |first| width(&format::count(first.requests)));
                parts.extend(
                    top.iter()
                        .enumerate()
                        .map(|(place, counted)| Part::Value(PageLine::Value(at, place), *role, counted, widest)),
                );
                if top.is_empty() {
                    parts.push(Part::Text(Line::new().with("  none", theme.dim)));
                }
            }
            Values::Failed(reason) => parts.push(Part::Text(head.with("  ", PLAIN).with(SafeText::new(reason), theme.error))),
            Values::Loading => parts.push(Part::Text(head.with("  counting", theme.dim))),
            Values::Unknown => parts.push(Part::Text(head)),
        }
    }
    parts
}

/// The keys of the pivot to a role.
fn keys_of(role: Role) -> Option<&'static str> {
    TABLE.iter().find(|command| command.action == Action::Pivot(role))?.keys.first().copied()
}

/// What the entity had not had before, the latest first.
fn fresh(state: &State, theme: &Theme, parts: &mut Vec<Part<'_>>) {
    let (Some(settled), false) = (state.page.settled, state.page.fresh.is_empty()) else { return };
    parts.push(Part::Text(Line::new()));
    let head = Line::new()
        .with("new for it", theme.header)
        .with("  first seen after ", theme.dim)
        .with(SafeText::new(&settled.to_seconds_text()), theme.dim);
    parts.push(Part::Text(head));
    for (role, fresh) in state.page.fresh.iter().enumerate() {
        let (name, plural) = (fresh.role.name(), fresh.role.plural());
        for (at, value) in fresh.values.iter().enumerate() {
            let (time, style) = look::moment(value.first_seen, theme);
            let mut line = Line::new().with("  ", PLAIN).with(time, style).with("  ", PLAIN).with(name, theme.dim);
            if let Some((symbol, style)) = look::connotation_mark(state, theme, Some(fresh.role), &value.value) {
                line = line.with(" ", PLAIN).with(symbol, style);
            }
            line = line
                .with(" ", PLAIN)
                .with(SafeText::cut(&value.value, 60), theme.warning)
                .with("  ", PLAIN)
                .joined(look::words(state, theme, Some(fresh.role), &value.value))
                .with("  ", PLAIN)
                .with(format::count(value.requests), PLAIN)
                .with(if value.requests == 1 { " request" } else { " requests" }, theme.dim);
            parts.push(Part::Choice(PageLine::Fresh(role, at), line));
        }
        let shown = fresh.values.len() as u64;
        if fresh.count > shown {
            let line = Line::new()
                .with("  and ", theme.dim)
                .with(format::count(fresh.count - shown), PLAIN)
                .with(" other new ", theme.dim)
                .with(plural, theme.dim);
            parts.push(Part::Text(line));
        }
    }
}

/// The playbooks that accuse entities of this kind, and what those that have run say of it.
fn playbooks(state: &State, theme: &Theme, entity: &Entity, room: usize, parts: &mut Vec<Part<'_>>) {
    let places = state.playbooks.accusing(entity.role);
    if places.is_empty() {
        return;
    }
    parts.push(Part::Text(Line::new()));
    let head = Line::new()
        .with("playbooks that accuse ", theme.header)
        .with(entity.role.plural(), theme.header)
        .with("  ", PLAIN)
        .with("Enter", theme.key_hint)
        .with(" runs one", theme.hint);
    parts.push(Part::Text(head));
    for at in places {
        let Some(entry) = state.playbooks.entries.get(at) else { continue };
        let line = Line::new().with("  ", PLAIN);
        let hit = entry.hits.as_ref().map(|hits| hits.iter().find(|hit| hit.entity == *entity));
        let line = match (&entry.missing, &entry.error, entry.running, hit) {
            (Some(missing), ..) => {
                line.with(SafeText::new(&entry.title), theme.dim).with("  ", PLAIN).with(SafeText::cut(missing, room), theme.dim)
            }
            (_, Some(error), ..) => {
                line.with(SafeText::new(&entry.title), PLAIN).with("  ", PLAIN).with(SafeText::cut(error, room), theme.error)
            }
            (_, _, true, _) => line.with(SafeText::new(&entry.title), PLAIN).with("  running", theme.dim),
            (.., Some(Some(hit))) => line
                .with("HIT ", theme.bad)
                .with(SafeText::new(&entry.title), theme.warning)
                .with("  score ", theme.dim)
                .with(SafeText::new(&look::real(hit.score)), PLAIN)
                .with("  ", PLAIN)
                .with(format::count(hit.requests), PLAIN)
                .with(" requests", theme.dim),
            (.., Some(None)) => {
                let said = if entry.cut.is_some() { "  not among its first hits" } else { "  no hit" };
                line.with(SafeText::new(&entry.title), PLAIN).with(said, theme.dim)
            }
            (.., None) => line.with(SafeText::new(&entry.title), PLAIN),
        };
        parts.push(Part::Choice(PageLine::Playbook(at), line));
    }
}

/// What the case says of the entity: where it stands, its labels with their history, findings, notes; what to press where there is nothing.
fn casework(state: &State, theme: &Theme, entity: &Entity, room: usize, parts: &mut Vec<Part<'_>>) {
    let case = &state.case.case;
    let mut say = |line: Line| parts.extend(line.wrap(room).into_iter().map(Part::Text));
    if let Some(staging) = state.case.stages.get(entity) {
        let mut line = named("stage", theme)
            .with(staging.stage.name(), look::stage_style(staging.stage, theme))
            .with(if staging.reason.is_empty() { "" } else { "  " }, PLAIN)
            .with(SafeText::new(&staging.reason), PLAIN);
        if let Some(by) = &staging.by {
            line = line.with("  ", PLAIN).joined(look::signed(by, theme));
        }
        say(if staging.derived { line.with("  (follows from it)", theme.dim) } else { line });
    }
    let labels = case.labels_of(entity);
    for label in labels {
        let ended = look::has_ended(state, label);
        let (symbol, style) = look::mark_of(label.connotation, theme);
        let style = if ended { theme.dim } else { style };
        let mut line = Line::new().with(symbol, style).with(" ", PLAIN).with(SafeText::new(&label.label), style);
        if let Some(ends) = label.expires {
            line = line.with(if ended { " (ended " } else { " (ends " }, theme.dim);
            line = line.with(SafeText::new(&ends.to_seconds_text()), theme.dim).with(")", theme.dim);
        }
        line = line.with("  ", PLAIN).with(SafeText::new(&label.reason), PLAIN).with("  ", PLAIN);
        if !label.playbook.is_empty() {
            line = line.with("playbook ", theme.dim).with(SafeText::cut(&label.playbook, 40), theme.dim).with(" ", PLAIN);
        }
        say(line.joined(look::signed(&label.stamp, theme)));
    }
    for finding in case.findings_about(entity) {
        let line = Line::new()
            .with(SafeText::new(&finding.id), theme.dim)
            .with(" ", PLAIN)
            .with(finding.severity.name(), look::severity_style(finding.severity, theme))
            .with(" ", PLAIN)
            .with(SafeText::new(&finding.title), PLAIN)
            .with(" ", PLAIN)
            .with(finding.status.name(), look::status_style(finding.status, theme));
        say(line);
    }
    let notes = case.notes_on(&Target::Entity(entity.clone()));
    for note in notes {
        for text in note.text.lines() {
            say(Line::new().with("note ", theme.dim).with(SafeText::new(text), PLAIN));
        }
    }
    history(state, theme, entity, &mut say);
    if labels.is_empty() && notes.is_empty() {
        let line = Line::new()
            .with("t", theme.key_hint)
            .with(" labels it  ", theme.hint)
            .with("c", theme.key_hint)
            .with(" writes a note", theme.hint);
        say(line);
    }
}

/// Lines of history that are shown: the latest.
const HISTORY: usize = 8;

/// What the labels and the stage of an entity were before, where they were something else.
fn history(state: &State, theme: &Theme, entity: &Entity, say: &mut impl FnMut(Line)) {
    let case = &state.case.case;
    let (labels, stages) = (case.label_history(entity), case.stage_history(entity));
    if labels.len() <= case.labels_of(entity).len() && stages.len() < 2 {
        return;
    }
    let mut lines: Vec<(u64, Line)> = Vec::new();
    for change in labels {
        let line = match change.set {
            Some((connotation, _)) => {
                let style = look::mark_of(connotation, theme).1;
                Line::new().with("set ", theme.dim).with(SafeText::new(&change.label), style)
            }
            None => Line::new().with("took off ", theme.dim).with(SafeText::new(&change.label), PLAIN),
        };
        lines.push((change.stamp.seq, past(line, &change.reason, &change.playbook, &change.stamp, theme)));
    }
    for change in stages {
        let line = Line::new().with("said ", theme.dim).with(change.stage.name(), look::stage_style(change.stage, theme));
        lines.push((change.stamp.seq, past(line, &change.reason, &change.playbook, &change.stamp, theme)));
    }
    lines.sort_by_key(|(seq, _)| *seq);
    let before = lines.len().saturating_sub(HISTORY);
    if before > 0 {
        say(Line::new().with("history, the latest of ", theme.dim).with(format::count(lines.len() as u64), theme.dim));
    } else {
        say(Line::new().with("history", theme.dim));
    }
    lines.into_iter().skip(before).for_each(|(_, line)| say(line));
}

fn past(line: Line, reason: &str, playbook: &str, stamp: &Stamp, theme: &Theme) -> Line {
    let mut line =
        Line::new().with("  ", PLAIN).joined(line).with("  ", PLAIN).with(SafeText::new(reason), PLAIN).with("  ", PLAIN);
    if !playbook.is_empty() {
        line = line.with("playbook ", theme.dim).with(SafeText::cut(playbook, 40), theme.dim).with(" ", PLAIN);
    }
    line.joined(look::signed(stamp, theme))
}

/// What the side tables say.
fn facts_of(state: &State, facts: &[(String, Value)], theme: &Theme, room: usize) -> Vec<Line> {
    let mut lines = vec![Line::new().with("known from side tables", theme.header)];
    if facts.iter().all(|(_, value)| value.is_null()) {
        lines.push(Line::new().with("  nothing: none of them has it", theme.dim));
        return lines;
    }
    let names: Vec<SafeText> = facts.iter().map(|(name, _)| SafeText::cut(name, room / 2)).collect();
    let widest = names.iter().map(width).max().unwrap_or(0);
    for (name, (column, value)) in names.into_iter().zip(facts) {
        let mut line = Line::new().with("  ", PLAIN).with(name.clone(), theme.dim);
        for _ in width(&name)..widest + 2 {
            line = line.with(" ", PLAIN);
        }
        let sensitive = state.schema.column(column).is_some_and(Column::is_sensitive) && !state.is_unveiled();
        let (text, style) = match sensitive && !value.is_null() {
            true => (look::masked(value, theme), theme.masked),
            false => look::value_text(theme, None, value, room),
        };
        lines.push(line.with(text, style));
    }
    lines
}

fn figures_of(figures: &Figures, theme: &Theme, room: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut requests = named("requests", theme).with(format::count(figures.requests), PLAIN);
    if let Some(errors) = figures.errors {
        let share = errors as f64 / figures.requests.max(1) as f64;
        let style = if errors > 0 { theme.warning } else { theme.dim };
        requests = requests
            .with("   errors ", theme.dim)
            .with(format::count(errors), style)
            .with(" ", PLAIN)
            .with(format::percent(share), theme.dim);
    }
    lines.push(requests);
    let (first, first_style) = look::moment(figures.first_seen, theme);
    lines.push(named("first seen", theme).with(first, first_style));
    let (last, last_style) = look::moment(figures.last_seen, theme);
    let mut seen = named("last seen", theme).with(last, last_style);
    if let Some((from, to)) = figures.first_seen.zip(figures.last_seen) {
        seen = seen.with("   over ", theme.dim).with(format::span(to.since(from)), PLAIN);
    }
    lines.push(seen);
    if figures.tokens_in.is_some() || figures.tokens_out.is_some() {
        let tokens = |count: Option<u64>| count.map_or_else(|| look::nothing(theme), format::count);
        let line = named("tokens", theme)
            .with(tokens(figures.tokens_in), PLAIN)
            .with(" in  ", theme.dim)
            .with(tokens(figures.tokens_out), PLAIN)
            .with(" out", theme.dim);
        lines.push(line);
    }
    if let Some(cost) = figures.cost {
        lines.push(named("cost", theme).with(SafeText::new(&look::real(cost)), PLAIN));
    }
    lines.extend(pivots(figures, theme, room));
    lines
}

/// Where pivots lead from here, with what is found there, before they are taken.
fn pivots(figures: &Figures, theme: &Theme, room: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut line = named("pivots", theme);
    let requests = (Role::Request, figures.requests);
    let others = figures.distinct.iter().copied().filter(|(role, _)| *role != Role::Request);
    for (role, count) in std::iter::once(requests).chain(others) {
        let Some(keys) = keys_of(role) else { continue };
        let piece = Line::new()
            .with(keys, theme.key_hint)
            .with(" ", PLAIN)
            .with(format::count(count), PLAIN)
            .with(" ", PLAIN)
            .with(role.plural(), theme.dim)
            .with("  ", PLAIN);
        if line.width() + piece.width() > room && line.width() > NAMES {
            lines.push(std::mem::replace(&mut line, named("", theme)));
        }
        line = line.joined(piece);
    }
    lines.push(line);
    lines
}
