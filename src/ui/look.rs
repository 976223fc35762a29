//! How values, entities, times and counts of rows look, wherever they are drawn.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::app::command::{Command, by_id};
use crate::app::focus;
use crate::app::keymap::Keymap;
use crate::app::state::State;
use crate::case::{Connotation, Label, Stage, Stamp, Status, Target};
use crate::domain::{Entity, Kind, Role, SafeText, Severity, Timestamp, Value};
use crate::settings::theme::Theme;

use super::widget::table::Cell;
use super::widget::text::{Cut, PLAIN, enough};
use super::widget::{Line, fill};
use super::{format, found};

/// A sign of one column and its look.
pub(super) type Mark = (&'static str, Style);

/// Ids are told apart by their tails, so they are cut in the middle; what is read is cut at its end.
pub(super) fn cut_of(role: Option<Role>) -> Cut {
    match role {
        Some(
            Role::Request
            | Role::Account
            | Role::Key
            | Role::Org
            | Role::Session
            | Role::Ip
            | Role::Device
            | Role::Payment
            | Role::Model,
        ) => Cut::Middle,
        _ => Cut::End,
    }
}

/// The sign for what a value's labels say: the gravest word that has not ended counts. What carries only labels that have ended, or only
/// notes, has a sign too.
pub(super) fn connotation_mark(state: &State, theme: &Theme, role: Option<Role>, value: &str) -> Option<Mark> {
    let role = role.filter(|role| role.is_entity())?;
    let labels = state.case.case.labels_of_value(role, value);
    let has = |wanted| labels.iter().any(|label| label.connotation == wanted && !has_ended(state, label));
    let said = [Connotation::Bad, Connotation::Good, Connotation::Neutral].into_iter().find(|one| has(*one));
    match said {
        Some(one) => Some(mark_of(one, theme)),
        None if !labels.is_empty() => Some((if theme.ascii { "~" } else { "◇" }, theme.dim)),
        None if state.case.noted.0 => {
            let entity = Entity::new(role, value)?;
            (!state.case.case.notes_on(&Target::Entity(entity)).is_empty()).then(|| note_mark(theme))
        }
        None => None,
    }
}

/// Whether a label has ended by now.
pub(super) fn has_ended(state: &State, label: &Label) -> bool {
    state.clock.is_some_and(|now| label.is_expired(now))
}

/// The sign for a note.
pub(super) fn note_mark(theme: &Theme) -> Mark {
    (if theme.ascii { "n" } else { "✎" }, theme.accent)
}

/// Who did something, and when.
pub(super) fn signed(stamp: &Stamp, theme: &Theme) -> Line {
    let (by, at) = (SafeText::cut(&stamp.by, 24), SafeText::new(&stamp.at.to_seconds_text()));
    Line::new().with(by, theme.dim).with(" ", PLAIN).with(at, theme.dim)
}

/// How a stage looks.
pub(super) fn stage_style(stage: Stage, theme: &Theme) -> Style {
    match stage {
        Stage::Confirmed => theme.bad,
        Stage::Suspect => theme.warning,
        Stage::Cleared => theme.good,
        Stage::Seen => theme.dim,
    }
}

/// What the case says of a value in a few words, wherever the value stands: its labels, those that have ended as such, where it stands, and
/// how many notes are on it. Nothing where the case says nothing.
pub(super) fn words(state: &State, theme: &Theme, role: Option<Role>, value: &str) -> Line {
    let mut line = Line::new();
    let Some(role) = role.filter(|role| role.is_entity()) else { return line };
    for label in state.case.case.labels_of_value(role, value) {
        let between = if line.is_empty() { "" } else { " " };
        let (_, style) = mark_of(label.connotation, theme);
        line = line.with(between, PLAIN);
        line = match has_ended(state, label) {
            true => line.with(SafeText::cut(&label.label, 24), theme.dim).with(" (ended)", theme.dim),
            false => line.with(SafeText::cut(&label.label, 24), style),
        };
    }
    if state.case.stages.is_empty() {
        return line;
    }
    let Some(entity) = Entity::new(role, value) else { return line };
    let Some(staging) = state.case.stages.get(&entity) else { return line };
    if staging.stage != Stage::Seen {
        let between = if line.is_empty() { "" } else { " " };
        line = line
            .with(between, PLAIN)
            .with("[", theme.dim)
            .with(staging.stage.name(), stage_style(staging.stage, theme))
            .with("]", theme.dim);
    }
    if state.case.noted.0 {
        let notes = state.case.case.notes_on(&Target::Entity(entity)).len();
        if notes > 0 {
            let (symbol, style) = note_mark(theme);
            let between = if line.is_empty() { "" } else { " " };
            line = line.with(between, PLAIN).with(symbol, style).with(SafeText::new(&notes.to_string()), style);
        }
    }
    line
}

/// Draws a value with what the case says of it beside it, where there is room for both; the value comes first.
pub(super) fn with_words(text: &Line, said: &Line, cut: Cut, area: Rect, buf: &mut Buffer, theme: &Theme) {
    let wanted = u16::try_from(said.width()).unwrap_or(u16::MAX);
    let needs = u16::try_from(text.width()).unwrap_or(u16::MAX).min(LEAST);
    if wanted == 0 || needs.saturating_add(wanted).saturating_add(2) > area.width {
        text.draw_cut(area, buf, theme, cut);
        return;
    }
    let used = text.draw_cut(Rect { width: area.width - wanted - 2, ..area }, buf, theme, cut);
    said.draw(Rect { x: area.x + used + 2, width: wanted, ..area }, buf, theme);
}

/// Columns that a value keeps beside what is said of it.
const LEAST: u16 = 14;

/// Writes what the case says of the value under the cursor into the lower edge of the pane that has the keys.
pub(super) fn edge(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let Some(entity) = focus::pointed(state).and_then(|pointed| pointed.entity()) else { return };
    let mut said = words(state, theme, Some(entity.role), &entity.value);
    if said.is_empty() || area.width < 8 || area.height < 3 {
        return;
    }
    if let Some(label) = state.case.case.labels_of(&entity).last() {
        said = said.with("  ", PLAIN).with(SafeText::cut(&label.reason, 60), theme.dim);
    }
    let (symbol, style) = connotation_mark(state, theme, Some(entity.role), &entity.value).unwrap_or(("", PLAIN));
    let line =
        Line::new().with(" ", PLAIN).with(symbol, style).with(if symbol.is_empty() { "" } else { " " }, PLAIN).joined(said);
    let line = line.with(" ", PLAIN);
    let wide = u16::try_from(line.width()).unwrap_or(u16::MAX).min(area.width - 4);
    let spot = Rect { x: area.x + 2, y: area.bottom() - 1, width: wide, height: 1 };
    fill(spot, buf, theme.text);
    line.draw(spot, buf, theme);
}

/// The sign for a connotation; signs differ in shape too, for eyes and screens without colours.
pub(super) fn mark_of(connotation: Connotation, theme: &Theme) -> Mark {
    match (connotation, theme.ascii) {
        (Connotation::Bad, false) => ("▲", theme.bad),
        (Connotation::Bad, true) => ("!", theme.bad),
        (Connotation::Good, false) => ("○", theme.good),
        (Connotation::Good, true) => ("+", theme.good),
        (Connotation::Neutral, false) => ("◆", theme.neutral),
        (Connotation::Neutral, true) => ("*", theme.neutral),
    }
}

/// The sign for a row that is kept as evidence.
pub(super) fn pin_mark(theme: &Theme) -> Mark {
    (if theme.ascii { "P" } else { "★" }, theme.pin)
}

/// The sign for a row or a value that is marked.
pub(super) fn marked(theme: &Theme) -> Mark {
    (if theme.ascii { "x" } else { "✓" }, theme.accent)
}

/// What stands for a value that must not be seen yet.
pub(super) fn masked(value: &Value, theme: &Theme) -> SafeText {
    let length = match value {
        Value::Text(text) => text.chars().count(),
        other => other.to_plain().chars().count(),
    };
    let veil = if theme.ascii { "###" } else { "▒▒▒" };
    SafeText::new(&format!("{veil} {} chars", format::grouped(&length.to_string())))
}

/// What stands for a value that is not there.
pub(super) fn nothing(theme: &Theme) -> SafeText {
    SafeText::from(if theme.ascii { "-" } else { "∅" })
}

/// A number with fractions, without the noise behind the sixth place.
pub(super) fn real(number: f64) -> String {
    if number == 0.0 {
        return "0".to_owned();
    }
    if !number.is_finite() || number.abs() >= 1e15 || number.abs() < 1e-6 {
        return format!("{number:e}");
    }
    let text = format!("{number:.6}");
    let short = text.trim_end_matches('0').trim_end_matches('.');
    match short.split_once('.') {
        Some((whole, part)) => format!("{}.{part}", format::grouped(whole)),
        None => format::grouped(short),
    }
}

/// The text of a value where there are `room` columns for it: times to the second, quantities with grouped digits.
pub(super) fn value_text(theme: &Theme, role: Option<Role>, value: &Value, room: usize) -> (SafeText, Style) {
    let quantity = matches!(role, Some(Role::TokensIn | Role::TokensOut | Role::Latency | Role::Cost));
    match value {
        Value::Null => (nothing(theme), theme.null),
        Value::Time(time) => (SafeText::new(&time.to_seconds_text()), PLAIN),
        Value::Float(number) => (SafeText::new(&real(*number)), PLAIN),
        Value::Int(number) if quantity => (SafeText::new(&format::grouped(&number.to_string())), PLAIN),
        Value::Text(text) if text.is_empty() => (SafeText::from("\"\""), theme.null),
        Value::Text(text) => (enough(text, room, cut_of(role)), PLAIN),
        other => (SafeText::new(&other.to_plain()), PLAIN),
    }
}

/// A cell of the rows table.
pub(super) fn cell(
    state: &State,
    theme: &Theme,
    column: &str,
    role: Option<Role>,
    row_id: i64,
    value: &Value,
    room: usize,
) -> Cell {
    if !value.is_null() && state.is_masked(row_id, column) {
        return Cell::of(masked(value, theme), theme.masked);
    }
    let unsealed = state.unsealed(row_id, column).and_then(|cell| Some(Value::Text(cell.text(value.as_text()?).into_owned())));
    let value = unsealed.as_ref().unwrap_or(value);
    let style = match (role, value) {
        (Some(Role::Error), Value::Text(text)) if !text.is_empty() => theme.warning,
        (Some(Role::Status), Value::Int(400..)) => theme.warning,
        _ => PLAIN,
    };
    let (text, own) = value_text(theme, role, value, room);
    let mark = value.as_text().and_then(|text| connotation_mark(state, theme, role, text));
    let line = value.as_text().and_then(|raw| found::in_cell(raw, &state.sought(), room, theme));
    Cell { line: line.unwrap_or_else(|| Line::new().with(text, style.patch(own))), mark }
}

/// JSON longer than this is not read while drawing, in bytes.
const LONGEST_FOLDED: usize = 32 << 10;

/// A JSON value in one line: how many members it has, and which. Nothing for what is no object or array, or has the searched text in it,
/// which is to be seen then.
pub(super) fn folded(text: &str, needle: &str, theme: &Theme) -> Option<Line> {
    let open = text.trim_start().chars().next().filter(|sign| matches!(sign, '{' | '['))?;
    let close = if open == '{' { "}" } else { "]" };
    let open = if open == '{' { "{…" } else { "[…" };
    let open = if theme.ascii { open.get(..1)? } else { open };
    if text.len() > LONGEST_FOLDED {
        let size = format!("{} kB", text.len() / 1000);
        return Some(Line::new().with(open, theme.dim).with(SafeText::new(&size), PLAIN).with(close, theme.dim));
    }
    if !needle.is_empty() && text.to_ascii_lowercase().contains(&needle.to_ascii_lowercase()) {
        return None;
    }
    let (size, inside) = match serde_json::from_str::<serde_json::Value>(text).ok()? {
        serde_json::Value::Object(map) => (map.len(), map.keys().take(12).cloned().collect::<Vec<_>>().join(", ")),
        serde_json::Value::Array(items) => {
            let shown = items.iter().take(6).map(|item| match item {
                serde_json::Value::String(text) => text.chars().take(60).collect(),
                serde_json::Value::Object(map) => format!("{{{}}}", map.len()),
                serde_json::Value::Array(items) => format!("[{}]", items.len()),
                other => other.to_string(),
            });
            (items.len(), shown.collect::<Vec<_>>().join(", "))
        }
        _ => return None,
    };
    let line = Line::new().with(open, theme.dim).with(SafeText::new(&size.to_string()), PLAIN).with(close, theme.dim);
    Some(line.with(" ", PLAIN).with(SafeText::new(&inside), theme.dim))
}

/// How a severity looks.
pub(super) fn severity_style(severity: Severity, theme: &Theme) -> Style {
    match severity {
        Severity::Info => theme.severity_info,
        Severity::Low => theme.severity_low,
        Severity::Medium => theme.severity_medium,
        Severity::High => theme.severity_high,
        Severity::Critical => theme.severity_critical,
    }
}

/// How the status of a finding looks.
pub(super) fn status_style(status: Status, theme: &Theme) -> Style {
    match status {
        Status::Open => theme.warning,
        Status::Confirmed => theme.bad,
        Status::Dismissed => theme.dim,
    }
}

/// A name of a field: roles stand out from the extract's own columns.
pub(super) fn field_style(role: Option<Role>, theme: &Theme) -> Style {
    if role.is_some() { theme.accent } else { PLAIN }
}

/// A moment, or the sign for none.
pub(super) fn moment(time: Option<Timestamp>, theme: &Theme) -> (SafeText, Style) {
    match time {
        Some(time) => (SafeText::new(&time.to_seconds_text()), PLAIN),
        None => (nothing(theme), theme.null),
    }
}

/// Whether a column's values are numbers, which stand at the right.
pub(super) fn is_number(kind: Kind) -> bool {
    matches!(kind, Kind::Integer | Kind::Real)
}

/// The title of a pane.
pub(super) fn title(text: &'static str, focused: bool, theme: &Theme) -> Line {
    Line::new().with(text, if focused { theme.title_focused } else { theme.title })
}

/// The keys of a command as they are bound, or the way to it through the palette where it has none. What is no command is a key itself.
pub(super) fn keys_of(state: &State, id: &str) -> SafeText {
    keys_by(state, id, Keymap::keys_of)
}

fn keys_by(state: &State, id: &str, bound: fn(&Keymap, &Command) -> String) -> SafeText {
    let keys = |id: &str| by_id(id).map(|command| bound(&state.keymap, command)).unwrap_or_default();
    match (by_id(id), keys(id)) {
        (Some(command), bound) if bound.is_empty() => SafeText::new(&format!("{} {}", keys("palette"), command.title)),
        (None, _) => SafeText::new(id),
        (Some(_), bound) => SafeText::new(&bound),
    }
}

/// What to do where there is nothing to see: a statement, and the commands that lead on with the keys that are bound to them.
pub(super) fn advise(
    state: &State,
    what: impl Into<SafeText>,
    ways: &[(&'static str, &'static str)],
    theme: &Theme,
) -> Vec<Line> {
    let mut lines = vec![Line::new().with(what, PLAIN), Line::new()];
    for (id, does) in ways {
        lines.push(
            Line::new().with(keys_by(state, id, Keymap::sure_keys_of), theme.key_hint).with("  ", PLAIN).with(*does, theme.hint),
        );
    }
    lines
}
