//! The load report: the files with what was decided about each, and the records that could not be read.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::layout;
use crate::app::state::State;
use crate::app::state::mapping::Asked;
use crate::app::state::report::Tab;
use crate::domain::SafeText;
use crate::extract::{Changed, Extract, Joined, Reject, Source};
use crate::settings::theme::Theme;
use crate::ui::widget::popup::{self, Frame};
use crate::ui::widget::text::{Cut, PLAIN, enough};
use crate::ui::widget::{Line, paragraph, row, scroll};
use crate::ui::{format, look};

use super::mapping::rule;
use crate::ui::surface::{line_room, two_sided};

/// Draws the report.
pub(crate) fn draw(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let Some(extract) = state.extract.as_deref() else { return };
    let title = tabs(state, extract, theme);
    let right = Line::new().with("SHA-256 ", theme.dim).with(SafeText::cut(&extract.sha256, 12), theme.dim);
    let inside = popup::draw(&Frame { title, right, bottom: Line::new(), focused: true }, area, buf, theme);
    if let Some(place) = row(inside, 0) {
        let spot = Rect { x: place.x + 2.min(place.width), width: place.width.saturating_sub(3), ..place };
        summary(extract, theme).draw(spot, buf, theme);
    }
    let count = match state.report.tab {
        Tab::Files => (extract.sources.len() + extract.joined.len()) as u64,
        Tab::Rejects => extract.rejects,
    };
    let (high, below) = layout::report_heights(state.size, count);
    let list = Rect { y: inside.y + 1.min(inside.height), height: high, ..inside }.intersection(inside);
    let about = match state.report.tab {
        Tab::Files => files(state, extract, theme, list, buf),
        Tab::Rejects => rejects(state, extract, theme, list, buf),
    };
    if let Some(edge) = row(inside, 1 + high) {
        rule(edge, buf, theme);
    }
    let rest = Rect { x: inside.x + 2, y: inside.y + 2 + high, width: inside.width.saturating_sub(3), height: below };
    let lines = paragraph::wrap(&about, rest.width);
    paragraph::draw(&lines, usize::from(state.report.scroll), rest.intersection(inside), buf, theme);
}

fn tabs(state: &State, extract: &Extract, theme: &Theme) -> Line {
    let tab = |name: &'static str, count: u64, here: bool| {
        Line::new()
            .with(name, if here { theme.title_focused } else { theme.dim })
            .with(" ", PLAIN)
            .with(format::count(count), if here { PLAIN } else { theme.dim })
    };
    let files = tab("files", extract.sources.len() as u64, state.report.tab == Tab::Files);
    let rejects = tab("rejects", extract.rejects, state.report.tab == Tab::Rejects);
    files.with("  ", PLAIN).with("Tab", theme.key_hint).with("  ", PLAIN).joined(rejects)
}

/// What the counts count.
fn summary(extract: &Extract, theme: &Theme) -> Line {
    let mut line = Line::new().with(SafeText::new(&extract.counts()), PLAIN);
    if extract.rejects > 0 {
        let words = if extract.rejects == 1 { " record rejected" } else { " records rejected" };
        line = line.with(", ", theme.dim).with(format::count(extract.rejects), theme.warning).with(words, theme.warning);
    }
    let secrets: u64 = extract.secrets.iter().map(|kind| kind.distinct).sum();
    if secrets > 0 {
        let words = if secrets == 1 { " secret sealed" } else { " secrets sealed" };
        line = line.with(", ", theme.dim).with(format::count(secrets), theme.warning).with(words, theme.warning);
    }
    if let (Some(first), Some(last)) = (extract.first, extract.last) {
        line = line
            .with("  ", PLAIN)
            .with(SafeText::new(&first.to_seconds_text()), theme.dim)
            .with(" to ", theme.dim)
            .with(SafeText::new(&last.to_seconds_text()), theme.dim);
    }
    line
}

/// Draws the files; returns what is said of the one under the cursor.
fn files(state: &State, extract: &Extract, theme: &Theme, list: Rect, buf: &mut Buffer) -> Vec<Line> {
    let report = &state.report;
    let folder = common_folder(&extract.sources);
    for ((at, source), index) in extract.sources.iter().enumerate().skip(report.top).zip(0..list.height) {
        let Some(place) = row(list, index) else { break };
        let spot = line_room(place, at == report.source, buf, theme);
        let room = usize::from(spot.width);
        let mut left = Line::new();
        if changed(state, extract, source).is_some() {
            left = left.with("changed ", theme.error);
        }
        left = left.with(enough(source.path.get(folder..).unwrap_or(&source.path), room, Cut::Middle), PLAIN);
        let mut right = Line::new()
            .with(SafeText::cut(&source.profile, 24), theme.accent)
            .with("  ", PLAIN)
            .with(format::count(source.rows), PLAIN)
            .with(" rows", theme.dim);
        if source.duplicates > 0 {
            right = right.with("  ", PLAIN).with(format::count(source.duplicates), PLAIN).with(" duplicates", theme.dim);
        }
        if source.rejects > 0 {
            right = right.with("  ", PLAIN).with(format::count(source.rejects), theme.warning).with(" rejected", theme.warning);
        }
        two_sided(&left, &right, spot, buf, theme);
    }
    let files = extract.sources.len();
    let shown = report.top.max(files) - files;
    let first = u16::try_from(files.saturating_sub(report.top)).unwrap_or(u16::MAX);
    for ((at, joined), index) in extract.joined.iter().enumerate().skip(shown).zip(first..list.height) {
        let Some(place) = row(list, index) else { break };
        let spot = line_room(place, files + at == report.source, buf, theme);
        let left = Line::new()
            .with(enough(&joined.path, usize::from(spot.width), Cut::Middle), PLAIN)
            .with("  side table of ", theme.dim)
            .with(joined.role.plural(), theme.accent);
        let right = Line::new().with(format::count(joined.matched), PLAIN).with(" found in the log", theme.dim);
        two_sided(&left, &right, spot, buf, theme);
    }
    let all = files + extract.joined.len();
    let track = Rect { width: list.width + 1, ..list };
    scroll::draw(report.top as u64, u64::from(list.height), all as u64, track, buf, theme);
    match (extract.sources.get(report.source), extract.joined.get(report.source.saturating_sub(files))) {
        (Some(source), _) => about_source(state, extract, source, theme),
        (None, Some(joined)) => about_side(joined, theme),
        (None, None) => Vec::new(),
    }
}

fn about_side(joined: &Joined, theme: &Theme) -> Vec<Line> {
    vec![
        named("file", theme).with(SafeText::cut(&joined.path, 600), PLAIN),
        named("joined", theme)
            .with(joined.role.name(), theme.accent)
            .with(" by its column ", theme.dim)
            .with(SafeText::cut(&joined.key, 120), PLAIN),
        named("columns", theme).with(SafeText::cut(&joined.columns.join(", "), 600), PLAIN),
        named("known", theme)
            .with(format::count(joined.rows), PLAIN)
            .with(" in the table, ", theme.dim)
            .with(format::count(joined.matched), PLAIN)
            .with(" of them in the log", theme.dim),
        named("sha-256", theme).with(SafeText::new(&joined.sha256), PLAIN),
    ]
}

fn named(name: &'static str, theme: &Theme) -> Line {
    let mut line = Line::new().with(name, theme.dim);
    for _ in name.len()..9 {
        line = line.with(" ", PLAIN);
    }
    line
}

/// Bytes of the folders that all sources share: a list of them need not repeat it on every line.
fn common_folder(sources: &[Source]) -> usize {
    let Some((first, others)) = sources.split_first() else { return 0 };
    let shared = others.iter().fold(first.path.len(), |shared, source| {
        let same = first.path.bytes().zip(source.path.bytes()).take_while(|(one, other)| one == other).count();
        shared.min(same)
    });
    let shared = first.path.as_bytes().get(..shared).unwrap_or_default();
    shared.iter().rposition(|byte| *byte == b'/').map_or(0, |at| at + 1)
}

/// What happened to the file of a source since it was loaded.
fn changed<'a>(state: &'a State, extract: &Extract, source: &Source) -> Option<&'a Changed> {
    let of_file = |changed: &&Changed| extract.sources.get(changed.source).is_some_and(|first| first.file == source.file);
    state.changed.iter().find(of_file)
}

fn about_source(state: &State, extract: &Extract, source: &Source, theme: &Theme) -> Vec<Line> {
    let mut lines = Vec::new();
    if let Some(changed) = changed(state, extract, source) {
        let line = Line::new()
            .with("since it was loaded it ", theme.error)
            .with(SafeText::cut(&changed.what, 200), theme.error)
            .with("; ", theme.error)
            .with("o", theme.key_hint)
            .with(" opens the extract again", theme.hint);
        lines.push(line);
    }
    lines.push(named("file", theme).with(SafeText::cut(&source.path, 600), PLAIN));
    lines.push(named("format", theme).with(SafeText::cut(&source.format, 120), PLAIN));
    lines.push(named("profile", theme).with(SafeText::cut(&source.profile, 300), theme.accent));
    let mut rows = named("rows", theme).with(format::count(source.rows), PLAIN);
    if source.duplicates > 0 {
        rows = rows.with("  ", PLAIN).with(format::count(source.duplicates), PLAIN).with(" repeat an earlier row", theme.dim);
    }
    lines.push(rows);
    lines.push(named("sha-256", theme).with(SafeText::new(&source.sha256), PLAIN));
    lines.extend(source.reasons.iter().map(|reason| named("decided", theme).with(SafeText::cut(reason, 600), PLAIN)));
    // They are counted over all files: one secret may stand in several.
    let all = if extract.sources.len() > 1 { "over all files, " } else { "" };
    lines.extend(extract.secrets.iter().map(|kind| {
        let said = SafeText::cut(&kind.to_string(), 600);
        named("sealed", theme).with(all, theme.dim).with(said, theme.warning)
    }));
    lines
}

/// Draws the rejects; returns what is said of the one under the cursor.
fn rejects(state: &State, extract: &Extract, theme: &Theme, list: Rect, buf: &mut Buffer) -> Vec<Line> {
    let report = &state.report;
    let inside = Rect { x: list.x + 2, width: list.width.saturating_sub(3), ..list };
    if extract.rejects == 0 {
        Line::new().with("Every record was read.", theme.good).draw(inside, buf, theme);
        return Vec::new();
    }
    if let Asked::Failed(reason) = &report.window {
        Line::new().with(SafeText::cut(reason, 300), theme.error).draw(inside, buf, theme);
        return Vec::new();
    }
    for (position, index) in (report.reject_top..extract.rejects).zip(0..list.height) {
        let Some(place) = row(list, index) else { break };
        let spot = line_room(place, position == report.reject, buf, theme);
        match report.at(position) {
            Some(reject) => {
                reject_line(reject, usize::from(spot.width), theme).draw(spot, buf, theme);
            }
            None => {
                Line::new().with(if theme.ascii { "." } else { "·" }, theme.dim).draw(spot, buf, theme);
            }
        }
    }
    let track = Rect { width: list.width + 1, ..list };
    scroll::draw(report.reject_top, u64::from(list.height), extract.rejects, track, buf, theme);
    match report.at(report.reject) {
        Some(reject) => about_reject(report.reject, reject, extract.rejects, theme),
        None => vec![Line::new().with("reading rejects", theme.dim)],
    }
}

fn place_of(reject: &Reject, room: usize, theme: &Theme) -> Line {
    let name = reject.path.rsplit('/').next().unwrap_or(&reject.path);
    Line::new()
        .with(enough(name, room, Cut::Middle), PLAIN)
        .with(":", theme.dim)
        .with(SafeText::new(&format::grouped(&reject.record.to_string())), PLAIN)
}

fn reject_line(reject: &Reject, room: usize, theme: &Theme) -> Line {
    place_of(reject, room, theme)
        .with("  ", PLAIN)
        .with(enough(&reject.reason, room, Cut::End), theme.warning)
        .with("  ", PLAIN)
        .with(enough(&reject.raw, room, Cut::End), theme.dim)
}

fn about_reject(position: u64, reject: &Reject, all: u64, theme: &Theme) -> Vec<Line> {
    let number = Line::new()
        .with("reject ", theme.dim)
        .with(format::count(position + 1), PLAIN)
        .with(" of ", theme.dim)
        .with(format::count(all), PLAIN)
        .with("   ", PLAIN)
        .with("e", theme.key_hint)
        .with(" writes all of them into a file of the case", theme.hint);
    let record = SafeText::new(&format::grouped(&reject.record.to_string()));
    let raw = if reject.raw.is_empty() { look::nothing(theme) } else { SafeText::new(&reject.raw) };
    vec![
        number,
        named("file", theme).with(SafeText::cut(&reject.path, 600), PLAIN),
        named("record", theme).with(record, PLAIN),
        named("reason", theme).with(SafeText::cut(&reject.reason, 1000), theme.warning),
        named("text", theme).with(raw, PLAIN),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folders_that_all_files_share_are_left_out() {
        let sources = |paths: &[&str]| -> Vec<Source> {
            paths.iter().map(|path| Source { path: (*path).to_owned(), ..Source::default() }).collect()
        };
        assert_eq!(common_folder(&sources(&["logs/a.json", "logs/ab.json", "logs/x/c.json"])), 5);
        assert_eq!(common_folder(&sources(&["logs/a.json"])), 5);
        assert_eq!(common_folder(&sources(&["a.json", "b.json"])), 0);
        assert_eq!(common_folder(&sources(&["é/a", "è/a"])), 0);
        assert_eq!(common_folder(&sources(&["d/é", "d/è"])), 2);
        assert_eq!(common_folder(&[]), 0);
    }
}
