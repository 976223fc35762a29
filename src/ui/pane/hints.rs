//! The line at the bottom: the last message, or the keys that work here and now; what runs and how to stop it; whether all is saved.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::command::{self, Action, When};
use crate::app::focus;
use crate::app::layout::Sizes;
use crate::app::state::form::FormField;
use crate::app::state::report::Tab;
use crate::app::state::{Layer, Pane, State, Surface, Tone};
use crate::app::works::{completes, has_a_size, works};
use crate::domain::SafeText;
use crate::settings::theme::Theme;
use crate::ui::widget::Line;
use crate::ui::widget::progress::Progress;
use crate::ui::widget::text::PLAIN;

/// Draws the line.
pub(crate) fn draw(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let right = right(state, theme, area.width);
    let taken = u16::try_from(right.width()).unwrap_or(u16::MAX).min(area.width / 2);
    right.draw_right(Rect { x: area.x + area.width - taken, width: taken, ..area }, buf, theme);
    let left = Rect { width: area.width.saturating_sub(taken + u16::from(taken > 0)), ..area };
    let line = match &state.message {
        Some(message) => {
            let style = match message.tone {
                Tone::Done => theme.good,
                Tone::Plain => PLAIN,
                Tone::Error => theme.error,
            };
            Line::new().with(" ", PLAIN).with(SafeText::cut(&message.text, 400), style)
        }
        None => keys(state, theme, usize::from(left.width)),
    };
    line.draw(left, buf, theme);
}

/// The keys that work now, as many as fit, the most useful first. The way to the help is always there.
fn keys(state: &State, theme: &Theme, width: usize) -> Line {
    let hint = |(key, does): (SafeText, SafeText)| {
        Line::new().with(" ", PLAIN).with(key, theme.key_hint).with(" ", PLAIN).with(does, theme.hint).with(" ", PLAIN)
    };
    let last = if state.layers.is_empty() && state.pending.is_empty() {
        match state.surface == Surface::Sql && state.sql.editing {
            true => hint(("F1".into(), "help".into())),
            false => hint(("Space".into(), "more".into())).joined(hint(("?".into(), "help".into()))),
        }
    } else {
        Line::new()
    };
    let room = width.saturating_sub(last.width());
    let mut line = Line::new();
    for pair in wanted(state) {
        let next = hint(pair);
        if line.width() + next.width() <= room {
            line.append(next);
        }
    }
    line.joined(last)
}

fn wanted(state: &State) -> Vec<(SafeText, SafeText)> {
    let own = |list: &[(&'static str, &'static str)]| list.iter().map(|(key, does)| ((*key).into(), (*does).into())).collect();
    match state.layers.last() {
        Some(Layer::Help { input, .. }) => {
            let more =
                command::matching(input.text(), &state.keymap).len() + 3 > usize::from(state.size.height.saturating_sub(6)) + 1;
            own(&[("Up Down", "scroll"), ("letters", "search"), ("Esc", "closes")][usize::from(!more)..])
        }
        Some(Layer::Palette { .. }) => {
            own(&[("Enter", "runs it"), ("Up Down", "choose"), ("letters", "search"), ("Esc", "closes")])
        }
        Some(Layer::Filter { error, input, .. }) => {
            let keys = [
                ("Enter", "applies", error.is_none()),
                ("Tab", "completes", completes(state)),
                ("C-u", "empties", input.cursor() > 0),
                ("Esc", "leaves it as it was", true),
            ];
            keys.into_iter().filter(|key| key.2).map(|(key, does, _)| (key.into(), does.into())).collect()
        }
        Some(Layer::Note(note)) => {
            let (line, column) = note.editor.cursor();
            let rest = note.editor.lines().get(line).is_some_and(|line| column < line.chars().count());
            let keys =
                [("C-s", "saves"), ("Esc", "leaves"), ("F4", "opens it in $EDITOR"), ("C-u", "undoes"), ("C-k", "cuts the rest")];
            own(&keys[..keys.len() - usize::from(!rest)])
        }
        Some(Layer::Form(form)) if form.fields.get(form.at).is_some_and(FormField::is_long) => {
            own(&[("C-s", "does it"), ("Enter", "new line"), ("Tab", "other field"), ("F4", "$EDITOR"), ("Esc", "cancels")])
        }
        Some(Layer::Form(form)) => {
            let last = form.at + 1 >= form.fields.len();
            let enter = if last { "does it" } else { "next field" };
            match form.fields.len() {
                0 | 1 => own(&[("Enter", "does it"), ("Esc", "cancels")]),
                _ => own(&[("Enter", enter), ("Tab", "other field"), ("Esc", "cancels")]),
            }
        }
        Some(Layer::Mapping(None)) => mapping(state),
        Some(Layer::Mapping(Some(_))) => own(&[
            ("Enter", "takes it"),
            ("Tab", "next candidate"),
            ("Esc", "leaves it as it was"),
            ("C-u", "empties"),
            ("letters", "search"),
        ]),
        Some(Layer::Panes { cursor }) => {
            let sized = Pane::SIZED.get(*cursor).is_some_and(|pane| has_a_size(state, *pane));
            let keys = [
                ("l h", "larger, smaller", sized),
                ("j k", "choose", true),
                ("x", "puts away", true),
                ("0", "as at first", state.sizes != Sizes::default()),
                ("Esc", "closes", true),
            ];
            keys.into_iter().filter(|key| key.2).map(|(key, does, _)| (key.into(), does.into())).collect()
        }
        Some(Layer::Themes { .. }) => own(&[("j k", "choose"), ("Enter", "keeps it"), ("Esc", "the one from before")]),
        Some(Layer::Report) => report(state),
        Some(Layer::Trail(layer)) if layer.copying => own(&[("f", "filter"), ("q", "SQL"), ("c", "command line")]),
        Some(Layer::Trail(layer)) if layer.marked.is_some() => {
            own(&[("c", "compares with A"), ("j k", "choose"), ("Enter", "goes there"), ("Esc", "closes")])
        }
        Some(Layer::Trail(_)) => own(&[
            ("Enter", "goes there"),
            ("n", "names"),
            ("c", "compares"),
            ("y", "copies"),
            ("j k", "choose"),
            ("Esc", "closes"),
        ]),
        Some(Layer::Columns(choice)) if choice.input.is_some() => own(&[("letters", "search"), ("Enter", "stays there")]),
        Some(Layer::Columns(_)) => own(&[
            ("Space", "shows or hides"),
            ("K J", "move"),
            ("Enter", "applies"),
            ("f", "freezes"),
            ("a", "shows all"),
            ("/", "searches"),
            ("Esc", "leaves it as it was"),
        ]),
        Some(Layer::Confirm(_)) => own(&[("Enter", "does it"), ("Esc", "leaves it"), ("j k", "scroll")]),
        Some(Layer::Text { .. }) => own(&[("j k", "scroll"), ("Esc", "closes")]),
        None if !state.pending.is_empty() => own(&[("Esc", "lets go")]),
        None => here(state),
    }
}

fn mapping(state: &State) -> Vec<(SafeText, SafeText)> {
    let mut keys: Vec<(&'static str, &'static str)> = Vec::new();
    if !state.mapping.changes.is_empty() {
        keys.push(("a", "applies"));
        if state.mapping.changes.contains_key(&state.mapping.role()) {
            keys.extend([("u", "takes it back"), ("e", "edits")]);
        } else {
            keys.push(("Enter", "edits"));
        }
    } else {
        keys.extend([("Enter", "edits"), ("s", "saves as profile")]);
    }
    keys.extend([("x", "empties"), ("j k", "choose"), ("Esc", "closes")]);
    keys.into_iter().map(|(key, does)| (key.into(), does.into())).collect()
}

fn report(state: &State) -> Vec<(SafeText, SafeText)> {
    let rejects = state.extract.as_ref().map_or(0, |extract| extract.rejects);
    let mut keys: Vec<(&'static str, &'static str)> = Vec::new();
    if !state.changed.is_empty() {
        keys.push(("o", "opens again"));
    }
    keys.push(("Tab", if state.report.tab == Tab::Files { "rejects" } else { "files" }));
    if rejects > 0 {
        keys.push(("e", "writes the rejects"));
    }
    let sources = state.extract.as_ref().map_or(0, |extract| extract.sources.len() + extract.joined.len()) as u64;
    if (if state.report.tab == Tab::Files { sources } else { rejects }) > 1 {
        keys.push(("j k", "choose"));
    }
    keys.extend([("J K", "scroll the text"), ("m", "mapping"), ("Esc", "closes")]);
    keys.into_iter().map(|(key, does)| (key.into(), does.into())).collect()
}

fn here(state: &State) -> Vec<(SafeText, SafeText)> {
    let here = focus::here(state);
    let mut hints: Vec<(SafeText, SafeText)> = state
        .keymap
        .hints(here)
        .into_iter()
        .filter(|command| command.action != Action::Help && works(state, command.action))
        .map(|command| (SafeText::new(&state.keymap.keys_of(command)), SafeText::from(command.title)))
        .collect();
    if When::ENTITY.meets(here) {
        // Every pivot has two keys; the first one opens the menu of all.
        hints.insert(hints.len().min(3), ("p".into(), "pivot".into()));
    }
    hints
}

/// What runs, what is not on disk yet, and that a file has changed under the extract: that stays until it is opened again.
fn right(state: &State, theme: &Theme, width: u16) -> Line {
    let mut line = Line::new();
    if let Some(first) = state.changed.first() {
        let name = first.path.rsplit('/').next().unwrap_or(&first.path);
        line = line.with("Space o", theme.key_hint).with(" ", PLAIN);
        line = match width {
            ..60 => line.with("file changed ", theme.error),
            _ => line
                .with(SafeText::cut(name, 16), theme.error)
                .with(if state.changed.len() > 1 { " and others changed " } else { " changed " }, theme.error),
        };
    }
    if let Some(marked) = state.marks.words() {
        let words = if width < 60 { state.marks.len().to_string() } else { marked };
        line = line.with(SafeText::cut(&words, 30), theme.accent).with(" marked ", theme.accent);
    }
    let mut jobs = state.jobs.iter().map(|(_, job)| job).filter(|job| state.is_worth_saying(job));
    if let Some(job) = jobs.next() {
        let others = jobs.count();
        let mut what = job.purpose.title().to_owned();
        if others > 0 {
            what.push_str(&format!(" +{others}"));
        }
        let elapsed = job.lasts(state.now);
        let progress =
            Progress { what: SafeText::new(&what), fraction: job.fraction, elapsed, stoppable: state.layers.is_empty() };
        line.append(progress.line(theme));
        line = line.with(" ", PLAIN);
    }
    if state.case.unsaved > 0 {
        line = line.with(" saving", theme.warning).with(" ", PLAIN);
    } else if state.case.read_only {
        line = line.with(" read-only case", theme.warning).with(" ", PLAIN);
    }
    line
}
