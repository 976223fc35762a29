//! Opening the extract again: with another mapping, or because a file of it changed. What is there stays until the new one is.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::Role;
use crate::extract::{Changed, Extract, Mapping};

use crate::app::effect::Effect;
use crate::app::key::{Code, Key};
use crate::app::state::jobs::Purpose;
use crate::app::state::mapping::Pane;
use crate::app::state::{
    Fields, Layer, LinksPane, LoadReport, Opening, Playbooks, Reopening, Results, State, TemplatesPane, Tone,
};

use super::{mapping, report, view};

/// Begins to open the extract again.
pub(super) fn begin(state: &mut State, changes: Vec<(Role, String)>, why: String, changed: bool, out: &mut Vec<Effect>) {
    let Some(extract) = &state.extract else { return };
    let casework =
        |purpose: &Purpose| matches!(purpose, Purpose::Evidence { .. } | Purpose::Measure { .. } | Purpose::RejectsFile);
    if state.jobs.any(casework) {
        state.say(Tone::Plain, "something is still being written into the case; a moment, then once more");
        return;
    }
    let opening = Opening { doing: "looking at the files".to_owned(), ..Opening::default() };
    state.reopening = Some(Reopening { opening, why, roles: extract.roles.clone() });
    out.push(Effect::Reopen { changes, changed });
}

/// The command: a file changed.
pub(super) fn act(state: &mut State, out: &mut Vec<Effect>) {
    if state.changed.is_empty() {
        state.say(Tone::Plain, "no file of the extract is known to have changed since it was loaded");
        return;
    }
    let names: Vec<&str> = state.changed.iter().map(|changed| changed.path.as_str()).collect();
    let why = format!("because {} changed", names.join(", "));
    begin(state, Vec::new(), why, true, out);
}

/// A key while the extract is being opened again: `Esc` keeps what is there.
pub(super) fn press(state: &mut State, key: Key, out: &mut Vec<Effect>) {
    if key.control && key.code == Code::Char('c') {
        super::quit(state, out);
        return;
    }
    if matches!(key.code, Code::Esc | Code::Char('q')) {
        state.reopening = None;
        out.push(Effect::StopLoading);
        state.say(Tone::Plain, "stopped; the extract stays open as it was");
    }
}

/// It could not be opened again.
pub(super) fn failed(state: &mut State, reason: String) {
    state.reopening = None;
    let mut lines: Vec<String> = reason.lines().map(str::to_owned).collect();
    lines.extend([String::new(), "The extract stays open as it was.".to_owned()]);
    state.layers.push(Layer::Text { title: "not opened again".to_owned(), lines, top: 0 });
}

/// It is open: everything is asked for anew, the trail and the case go on.
pub(super) fn opened(state: &mut State, extract: Arc<Extract>, out: &mut Vec<Effect>) {
    let before = state.extract.replace(Arc::clone(&extract));
    let Some(before) = before else { return };
    state.reopening = None;
    // The database that these were asked of is gone.
    view::cancel(state, |_| true, out);
    state.schema = Arc::new(extract.schema.clone());
    state.links = LinksPane { serial: state.links.serial, options: None, ..LinksPane::default() };
    state.templates = TemplatesPane { serial: state.templates.serial, ..TemplatesPane::default() };
    let fields = std::mem::replace(&mut state.fields, Fields::of(&state.schema));
    for field in &mut state.fields.fields {
        if let Some(known) = fields.fields.iter().find(|known| known.column == field.column && known.role == field.role) {
            field.open = known.open;
        }
    }
    state.playbooks = Playbooks::of(std::mem::take(&mut state.playbooks.library), &state.schema);
    state.rows.built.clear();
    state.results = Results { in_use: state.results.in_use.clone(), ..Results::default() };
    state.detail.row_id = None;
    state.detail.items.clear();
    // A masked column may hold something else now.
    state.revealed.clear();
    state.changed.clear();
    state.marks.clear();
    let (cursor, top) = (state.mapping.cursor, state.mapping.top);
    state.mapping = Pane { cursor, top, ..Pane::default() };
    state.report = LoadReport { tab: state.report.tab, ..LoadReport::default() };
    state.trail.forget_rows();
    let said = differences(&before, &extract);
    state.message = None;
    view::refresh(state, out);
    for layer in state.layers.clone() {
        match layer {
            Layer::Mapping(_) => mapping::ask(state, out),
            Layer::Report => report::ask(state, out),
            _ => {}
        }
    }
    match state.message.take() {
        // The view does not fit what is open now: that is more urgent, but what changed is said all the same.
        Some(message) => state.say(message.tone, format!("{}; {said}", message.text)),
        None => state.say(Tone::Done, said),
    }
}

/// What is another now, in a sentence.
fn differences(before: &Extract, after: &Extract) -> String {
    let mut said = roles_that_differ(&before.roles, &after.roles);
    if before.sha256 != after.sha256 {
        said.push("the files have another content".to_owned());
    }
    if before.rows != after.rows {
        said.push(format!("{} rows, before {}", after.rows, before.rows));
    }
    if before.rejects != after.rejects {
        said.push(format!("{} rejects, before {}", after.rejects, before.rejects));
    }
    match said.is_empty() {
        true => "opened again; nothing is different".to_owned(),
        false => format!("opened again: {}", said.join("; ")),
    }
}

fn roles_that_differ(before: &BTreeMap<Role, Mapping>, after: &BTreeMap<Role, Mapping>) -> Vec<String> {
    Role::ALL
        .into_iter()
        .filter_map(|role| match (before.get(&role), after.get(&role)) {
            (old, Some(new)) if old.is_none_or(|old| old.source != new.source) => Some(format!("{role} from {}", new.source)),
            (Some(_), None) => Some(format!("{role} is not mapped any more")),
            _ => None,
        })
        .collect()
}

/// The files were hashed again.
pub(super) fn rehashed(state: &mut State, changed: Vec<Changed>) {
    state.changed = changed;
    if let Some(first) = state.changed.first() {
        let more = state.changed.len() - 1;
        let others = if more > 0 { format!(", and so {more} more") } else { String::new() };
        let text = format!("{} {}{others}: Space o opens the extract again", first.path, first.what);
        state.say(Tone::Error, text);
    }
}
