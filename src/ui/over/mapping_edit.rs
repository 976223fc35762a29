//! What fills a role, under edit: the line, the columns and paths that fit what was typed, and what it would give.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::state::State;
use crate::app::state::mapping::{Asked, Edit, Trial};
use crate::domain::{Kind, Role, SafeText};
use crate::extract::mapping::Previewed;
use crate::settings::theme::Theme;
use crate::ui::format;
use crate::ui::widget::input::Input;
use crate::ui::widget::menu::first_visible;
use crate::ui::widget::text::{Cut, PLAIN, enough, width};
use crate::ui::widget::{Line, paragraph, row, scroll, sign, tint};

use super::mapping::{rule, texts_line, values_line};

/// Below this width counts are said in fewer words.
const NARROW: u16 = 56;

/// Draws it inside the pane.
pub(super) fn draw(state: &State, theme: &Theme, edit: &Edit, inside: Rect, buf: &mut Buffer) {
    let Some(top) = row(inside, 0) else { return };
    let name = Line::new().with(" ", PLAIN).with(edit.role.name(), theme.title_focused).with(" ", PLAIN);
    let used = name.draw(top, buf, theme);
    let spot = Rect { x: top.x + used, width: top.width - used, ..top };
    Input {
        text: edit.input.text(),
        cursor: Some(edit.input.cursor()),
        looks: &[],
        placeholder: "a column, a path such as a.b[0], or an SQL expression; empty for nothing",
    }
    .draw(spot, buf, theme);
    let wide = inside.width.saturating_sub(2);
    let said = paragraph::wrap(&trial(state, theme, edit, wide < NARROW), wide);
    let rest = inside.height.saturating_sub(1);
    // The preview gets what it needs, up to half of the room; the candidates have the rest.
    let most = (rest / 2).max(2.min(rest));
    let below = u16::try_from(said.len()).unwrap_or(u16::MAX).min(most);
    let edge = u16::from(rest > below + 3);
    let above = rest.saturating_sub(below + edge);
    candidates(state, theme, edit, Rect { y: inside.y + 1, height: above, ..inside }, buf);
    if edge > 0
        && let Some(line) = row(inside, 1 + above)
    {
        rule(line, buf, theme);
    }
    let area = Rect { x: inside.x + 1, y: inside.y + 1 + above + edge, width: wide + 1, height: below };
    paragraph::draw(&said, 0, area.intersection(inside), buf, theme);
}

fn candidates(state: &State, theme: &Theme, edit: &Edit, area: Rect, buf: &mut Buffer) {
    let fields = state.mapping.fields();
    let nothing = |text: &'static str, buf: &mut Buffer| {
        let spot = Rect { x: area.x + 1, width: area.width.saturating_sub(1), ..area };
        Line::new().with(text, theme.dim).draw(spot, buf, theme);
    };
    match (&state.mapping.known, edit.matches.is_empty()) {
        (Asked::Loading, _) => return nothing("looking at some rows for columns and paths", buf),
        (_, true) => return nothing("no column or path has these letters; an SQL expression can stand here too", buf),
        _ => {}
    }
    let first = first_visible(edit.chosen.unwrap_or(0), edit.matches.len(), area.height);
    let shown: Vec<usize> = edit.matches.iter().skip(first).take(usize::from(area.height)).copied().collect();
    let names = shown.iter().filter_map(|at| fields.get(*at)).map(|field| width(&SafeText::cut(&field.name, 200))).max();
    let room = usize::from(area.width.saturating_sub(3));
    let names = names.unwrap_or(0).min(if room < 50 { room } else { room * 2 / 5 });
    let rows = state.mapping.known.known().map_or(0, |known| known.rows);
    for ((place, at), index) in shown.iter().enumerate().zip(0..area.height) {
        let (Some(line), Some(field)) = (row(area, index), fields.get(*at)) else { break };
        if edit.chosen == Some(first + place) {
            tint(line, buf, theme.selection);
            sign(buf, line.x, line.y, if theme.ascii { ">" } else { "▌" }, theme.accent);
        }
        let name_wide = u16::try_from(names).unwrap_or(u16::MAX).min(line.width);
        let spot = Rect { x: line.x + 2, width: name_wide, ..line }.intersection(line);
        Line::new().with(enough(&field.name, names, Cut::Middle), theme.field).draw_cut(spot, buf, theme, Cut::Middle);
        let part = field.present as f64 / rows.max(1) as f64;
        let mut right = Line::new().with(format::percent(part), theme.dim).with("  ", PLAIN);
        right.append(values_line(field, field.sensitive, room, theme));
        let from = 2 + name_wide + 2;
        if line.width > from + 8 {
            let percent = 5_usize.saturating_sub(format::percent(part).width());
            let pad = u16::try_from(percent).unwrap_or(0);
            right.draw(Rect { x: line.x + from + pad, width: line.width - from - pad - 1, ..line }, buf, theme);
        }
    }
    let track = Rect { width: area.width + 1, ..area };
    scroll::draw(first as u64, u64::from(area.height), edit.matches.len() as u64, track, buf, theme);
}

/// The word for what a role holds.
fn value_word(role: Role) -> &'static str {
    match role.kind() {
        Kind::Time => "a time",
        Kind::Integer => "a whole number",
        Kind::Real => "a number",
        _ => "a value",
    }
}

fn trial(state: &State, theme: &Theme, edit: &Edit, narrow: bool) -> Vec<Line> {
    match &edit.trial {
        Trial::Present => present(state, theme, edit),
        Trial::Empty => vec![Line::new().with(edit.role.name(), theme.accent).with(" will be left empty", theme.warning)],
        Trial::Running { notes, .. } => noted(vec![Line::new().with("trying it on some rows", theme.dim)], notes, theme),
        Trial::Failed { reason, notes } => {
            let mut lines: Vec<Line> =
                reason.lines().take(6).map(|line| Line::new().with(SafeText::cut(line, 300), theme.error)).collect();
            if !notes.is_empty() {
                lines.push(
                    Line::new()
                        .with("With the file itself it may work: ", theme.warning)
                        .with("Enter", theme.key_hint)
                        .with(" takes it all the same.", theme.hint),
                );
            }
            noted(lines, notes, theme)
        }
        Trial::Done { found, notes, sensitive } => noted(done(theme, edit.role, found, *sensitive, narrow), notes, theme),
    }
}

/// What fills the role already.
fn present(state: &State, theme: &Theme, edit: &Edit) -> Vec<Line> {
    let Some(mapping) = state.extract.as_ref().and_then(|extract| extract.roles.get(&edit.role)) else {
        return vec![Line::new().with(edit.role.name(), theme.accent).with(" is not mapped", theme.dim)];
    };
    let mut lines = vec![Line::new().with("as it is loaded; ", theme.dim).with(SafeText::cut(&mapping.reason, 300), PLAIN)];
    if let Asked::Known(coverage) = &state.mapping.coverage {
        let rows = coverage.roles.get(&edit.role).copied().unwrap_or(0);
        let line = Line::new()
            .with(format::count(rows), PLAIN)
            .with(" of ", theme.dim)
            .with(format::count(coverage.rows), PLAIN)
            .with(" rows have ", theme.dim)
            .with(value_word(edit.role), theme.dim);
        lines.push(line);
    }
    if let Some(field) = state.mapping.known.known().and_then(|known| known.roles.get(&edit.role)) {
        lines.push(values_line(field, field.sensitive, 2000, theme));
    }
    lines
}

fn done(theme: &Theme, role: Role, found: &Previewed, sensitive: bool, narrow: bool) -> Vec<Line> {
    if found.rows == 0 {
        return vec![Line::new().with("the extract has no rows to try it on", theme.dim)];
    }
    let style = match found.fitting {
        0 => theme.error,
        fitting if fitting == found.rows => theme.good,
        _ => theme.warning,
    };
    let mut head = Line::new()
        .with(format::count(found.fitting), style)
        .with(" of ", theme.dim)
        .with(format::count(found.rows), PLAIN)
        .with(if narrow { " rows fit" } else { " sampled rows give " }, theme.dim)
        .with(if narrow { "" } else { value_word(role) }, PLAIN);
    let misfits = found.present.saturating_sub(found.fitting);
    if narrow && misfits > 0 {
        head = head.with(", ", theme.dim).with(format::count(misfits), theme.warning).with(" do not", theme.warning);
    } else if misfits > 0 {
        head = head.with(", ", theme.dim).with(format::count(misfits), theme.warning).with(" something else", theme.warning);
    }
    let mut lines = vec![head];
    if !found.values.is_empty() {
        lines.push(Line::new().with("gives ", theme.dim).joined(texts_line(&found.values, sensitive, 2000, theme)));
    }
    if !found.misfits.is_empty() {
        let text = texts_line(&found.misfits, sensitive, 2000, theme);
        lines.push(Line::new().with("does not fit ", theme.warning).joined(text));
    }
    lines
}

fn noted(mut lines: Vec<Line>, notes: &[String], theme: &Theme) -> Vec<Line> {
    lines.extend(notes.iter().map(|note| Line::new().with(SafeText::cut(note, 400), theme.warning)));
    lines
}
