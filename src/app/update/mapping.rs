//! The mapping pane: looking at what fills the roles, trying something else, applying it, saving it.

use std::time::Duration;

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use crate::app::effect::Effect;
use crate::app::key::{Code, Key};
use crate::app::layout;
use crate::app::state::form::{Form, FormField, Purpose as FormPurpose};
use crate::app::state::jobs::Purpose;
use crate::app::state::mapping::{Asked, Coverage, Edit, Trial};
use crate::app::state::{Input, Layer, State, Tone};
use crate::domain::{Batch, Role};
use crate::engine::{Lane, Limits, Request, Statement};
use crate::extract::mapping as map;

use super::answers::{first_row, unsigned};
use super::{layers, motion, reopen, view};

/// What a preview may use: an expression can be anything.
const PREVIEW: Limits = Limits { rows: Some(64), bytes: Some(1 << 20), time: Some(Duration::from_secs(10)) };
/// What looking at some rows may use. They may be long.
const SAMPLES: Limits = Limits { rows: None, bytes: Some(16 << 20), time: Some(Duration::from_secs(30)) };

/// Opens the pane.
pub(super) fn open(state: &mut State, out: &mut Vec<Effect>) {
    state.layers.push(Layer::Mapping(None));
    ask(state, out);
    keep_in_sight(state);
}

/// Asks for what the pane shows and is not known yet.
pub(super) fn ask(state: &mut State, out: &mut Vec<Effect>) {
    let Some(extract) = state.extract.clone() else { return };
    if matches!(state.mapping.known, Asked::Unknown | Asked::Failed(_)) {
        state.mapping.known = Asked::Loading;
        let statement = map::samples(&extract, state.dialect);
        submit(state, Lane::Interactive, Purpose::Samples, statement, SAMPLES, out);
    }
    if matches!(state.mapping.coverage, Asked::Unknown | Asked::Failed(_)) {
        state.mapping.coverage = Asked::Loading;
        let statement = map::coverage(&extract, state.dialect);
        submit(state, Lane::Catalog, Purpose::Coverage, statement, Limits::default(), out);
    }
}

fn submit(state: &mut State, lane: Lane, purpose: Purpose, statement: Statement, limits: Limits, out: &mut Vec<Effect>) {
    let id = state.jobs.start(purpose, state.now);
    out.push(Effect::Submit(Request { id, lane, statement, limits }));
}

/// Takes a key. `edit` is what is under edit in the pane.
pub(super) fn press(state: &mut State, edit: Option<Box<Edit>>, key: Key, out: &mut Vec<Effect>) {
    match edit {
        Some(edit) => press_edit(state, *edit, key, out),
        None => press_list(state, key, out),
    }
}

fn press_list(state: &mut State, key: Key, out: &mut Vec<Effect>) {
    let role = state.mapping.role();
    let changed = state.mapping.changes.contains_key(&role);
    state.layers.push(Layer::Mapping(None));
    match (key.code, key.control) {
        (Code::Esc | Code::Char('q'), false) => {
            state.layers.pop();
            if !state.mapping.changes.is_empty() {
                let many = state.mapping.changes.len();
                let text = format!("{} not applied; z m leads back, a applies", counted(many, "change is", "changes are"));
                state.say(Tone::Plain, text);
            }
        }
        (Code::Char('a'), false) => apply(state, out),
        (Code::Enter, _) if changed => apply(state, out),
        (Code::Enter, _) | (Code::Char('e' | 'i'), false) => begin_edit(state, out),
        (Code::Char('x') | Code::Delete, false) => change(state, role, String::new()),
        (Code::Char('u'), false) => match state.mapping.changes.remove(&role) {
            Some(_) => state.say(Tone::Plain, format!("{role} stays as it is")),
            None => state.say(Tone::Plain, format!("{role} is not changed")),
        },
        (Code::Char('s'), false) => save(state),
        _ => {
            if let Some(step) = layers::list_step(key) {
                let height = usize::from(layout::mapping_heights(state.size).0);
                state.mapping.cursor = motion::moved(state.mapping.cursor, Role::ALL.len(), height, step);
                keep_in_sight(state);
            }
        }
    }
}

fn counted(number: usize, one: &str, several: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { several })
}

/// Keeps the role under the cursor on the screen.
pub(super) fn keep_in_sight(state: &mut State) {
    let height = usize::from(layout::mapping_heights(state.size).0);
    let pane = &mut state.mapping;
    pane.top = motion::scrolled(pane.top, pane.cursor, height).min(Role::ALL.len().saturating_sub(height));
}

/// What fills a role, as text for an input: what is to fill it from now on, or what fills it.
pub(super) fn present(state: &State, role: Role) -> String {
    let applied = || state.extract.as_ref().and_then(|extract| extract.roles.get(&role)).map(|mapping| mapping.source.clone());
    state.mapping.changes.get(&role).cloned().or_else(applied).unwrap_or_default()
}

/// Remembers what is to fill a role; what it is filled with already is no change.
fn change(state: &mut State, role: Role, text: String) {
    let applied = state.extract.as_ref().and_then(|extract| extract.roles.get(&role)).map(|mapping| mapping.source.as_str());
    if applied.unwrap_or_default() == text {
        state.mapping.changes.remove(&role);
        let text = if text.is_empty() { format!("{role} is not mapped") } else { format!("{role} stays as it is") };
        state.say(Tone::Plain, text);
    } else {
        state.mapping.changes.insert(role, text);
        let many = counted(state.mapping.changes.len(), "change", "changes");
        state.say(Tone::Plain, format!("{many}; Enter or a opens the extract with that, u takes this one back"));
    }
}

// ---- editing

fn begin_edit(state: &mut State, out: &mut Vec<Effect>) {
    let role = state.mapping.role();
    let input = Input::new(present(state, role));
    let matches = (0..state.mapping.fields().len()).collect();
    let edit = Edit { role, input, typed: None, word: None, matches, chosen: None, trial: Trial::Present };
    state.layers.pop();
    state.layers.push(Layer::Mapping(Some(Box::new(edit))));
    attempt(state, out);
}

fn press_edit(state: &mut State, mut edit: Edit, key: Key, out: &mut Vec<Effect>) {
    match (key.code, key.control) {
        (Code::Esc, _) => {
            stop(state, out);
            state.layers.push(Layer::Mapping(None));
            return;
        }
        (Code::Enter, _) => {
            let text = edit.input.text().trim().to_owned();
            if let Trial::Failed { reason, notes } = &edit.trial
                && notes.is_empty()
            {
                state.say(Tone::Error, format!("this does not work: {reason}"));
                state.layers.push(Layer::Mapping(Some(Box::new(edit))));
                return;
            }
            stop(state, out);
            state.layers.push(Layer::Mapping(None));
            change(state, edit.role, text);
            return;
        }
        (Code::Tab | Code::Down, _) | (Code::Char('n'), true) => choose(state, &mut edit, true),
        (Code::BackTab | Code::Up, _) | (Code::Char('p'), true) => choose(state, &mut edit, false),
        _ => {
            let before = edit.input.text().to_owned();
            edit.input.press(key);
            if edit.input.text() != before {
                search(state, &mut edit);
            }
        }
    }
    state.layers.push(Layer::Mapping(Some(Box::new(edit))));
    attempt(state, out);
}

/// Puts pasted text into the line under edit.
pub(super) fn paste(state: &mut State, line: &str, out: &mut Vec<Effect>) {
    let Some(Layer::Mapping(Some(mut edit))) = state.layers.pop() else { return };
    edit.input.insert(line);
    search(state, &mut edit);
    state.layers.push(Layer::Mapping(Some(edit)));
    attempt(state, out);
}

/// Goes through the candidates; before the first one stands what was typed.
fn choose(state: &State, edit: &mut Edit, forward: bool) {
    let count = edit.matches.len();
    if count == 0 {
        return;
    }
    let next = match (edit.chosen, forward) {
        (None, true) => Some(0),
        (None, false) => Some(count - 1),
        (Some(at), true) if at + 1 < count => Some(at + 1),
        (Some(at), false) if at > 0 => Some(at - 1),
        (Some(_), _) => None,
    };
    let typed = edit.typed.get_or_insert_with(|| edit.input.text().to_owned()).clone();
    let field = next.and_then(|at| edit.matches.get(at)).and_then(|place| state.mapping.fields().get(*place));
    edit.chosen = next;
    edit.input = match (field, edit.word.clone(), &state.extract) {
        (Some(field), Some(word), Some(extract)) => {
            let mut input = Input::new(typed);
            input.replace(word, &map::in_expression(extract, &field.name, state.dialect));
            input
        }
        (Some(field), ..) => Input::new(field.name.clone()),
        (None, ..) => Input::new(typed),
    };
}

/// Looks for the candidates that fit what was typed: all of it, or in an expression the word before the cursor.
fn search(state: &State, edit: &mut Edit) {
    (edit.typed, edit.chosen, edit.word) = (None, None, None);
    let (text, cursor) = (edit.input.text(), edit.input.cursor());
    edit.matches = matching(state, text);
    let is_expression = text.contains([' ', '(', '|', '+', ',', '=', '<', '>', '*', '/']);
    if !edit.matches.is_empty() || !is_expression {
        return;
    }
    let before = text.get(..cursor).unwrap_or_default();
    let is_part = |character: char| character.is_alphanumeric() || matches!(character, '_' | '.' | '[' | ']');
    let start = before.char_indices().rev().take_while(|(_, character)| is_part(*character)).last().map(|(at, _)| at);
    if let Some(start) = start {
        let matches = matching(state, before.get(start..).unwrap_or_default());
        (edit.matches, edit.word) = (matches, Some(start..cursor));
    }
}

/// The candidates that have the letters of a text, the best first; all of them for none.
fn matching(state: &State, text: &str) -> Vec<usize> {
    let fields = state.mapping.fields();
    if text.trim().is_empty() {
        return (0..fields.len()).collect();
    }
    let pattern = Pattern::parse(text.trim(), CaseMatching::Smart, Normalization::Smart);
    let mut matcher = Matcher::new(Config::DEFAULT);
    let mut buffer = Vec::new();
    let mut scored: Vec<(u32, usize)> = fields
        .iter()
        .enumerate()
        .filter_map(|(at, field)| Some((pattern.score(Utf32Str::new(&field.name, &mut buffer), &mut matcher)?, at)))
        .collect();
    scored.sort_by_key(|(score, at)| (std::cmp::Reverse(*score), *at));
    scored.into_iter().map(|(_, at)| at).collect()
}

/// Stops a preview that runs.
fn stop(state: &mut State, out: &mut Vec<Effect>) {
    view::cancel(state, |purpose| *purpose == Purpose::Preview, out);
}

/// Tries what stands in the line under edit. The latest text wins: an older preview is stopped.
fn attempt(state: &mut State, out: &mut Vec<Effect>) {
    stop(state, out);
    let Some(Layer::Mapping(Some(edit))) = state.layers.last() else { return };
    let (role, text) = (edit.role, edit.input.text().trim().to_owned());
    let Some(extract) = state.extract.clone() else { return };
    let applied = extract.roles.get(&role).is_some_and(|mapping| mapping.source == text);
    let trial = if applied {
        Trial::Present
    } else if text.is_empty() {
        Trial::Empty
    } else {
        match map::preview(&extract, role, &text, state.dialect) {
            Err(reason) => Trial::Failed { reason, notes: Vec::new() },
            Ok(preview) => {
                submit(state, Lane::Interactive, Purpose::Preview, preview.statement, PREVIEW, out);
                Trial::Running { notes: preview.notes, sensitive: preview.sensitive }
            }
        }
    };
    if let Some(Layer::Mapping(Some(edit))) = state.layers.last_mut() {
        edit.trial = trial;
    }
}

// ---- answers

/// How many rows have a value.
pub(super) fn covered(state: &mut State, batches: &[Batch]) {
    let row = first_row(batches);
    let count = |name: &str| row.get(0, name).as_i64().map(unsigned);
    let roles = state.extract_schema().roles().filter_map(|role| Some((role, count(role.name())?))).collect();
    state.mapping.coverage = Asked::Known(Coverage { rows: count("requests").unwrap_or(0), roles });
}

/// Columns, paths and values of some rows.
pub(super) fn sampled(state: &mut State, batches: &[Batch]) {
    let Some(extract) = state.extract.clone() else { return };
    state.mapping.known = Asked::Known(map::known(&extract, batches, state.dialect));
    // Who was quicker than the engine gets the candidates now.
    let text = match state.layers.last() {
        Some(Layer::Mapping(Some(edit))) if edit.matches.is_empty() => Some(edit.input.text().to_owned()),
        _ => None,
    };
    if let Some(text) = text {
        let unchanged = present(state, state.mapping.role()) == text;
        let matches = matching(state, if unchanged { "" } else { &text });
        if let Some(Layer::Mapping(Some(edit))) = state.layers.last_mut() {
            edit.matches = matches;
        }
    }
}

/// What a mapping would give.
pub(super) fn tried(state: &mut State, batches: &[Batch], cut: bool) {
    let found = map::previewed(batches);
    if let Some(Layer::Mapping(Some(edit))) = state.layers.last_mut()
        && let Trial::Running { notes, sensitive } = &edit.trial
    {
        edit.trial = match cut && found.rows == 0 {
            true => Trial::Failed {
                reason: "it takes longer than 10 s for 2,000 rows and was stopped".to_owned(),
                notes: notes.clone(),
            },
            false => Trial::Done { found, notes: notes.clone(), sensitive: *sensitive },
        };
    }
}

/// Why what the pane asked for did not come. Whether that is said in the pane.
pub(super) fn failed(state: &mut State, purpose: &Purpose, reason: &str) -> bool {
    match purpose {
        Purpose::Coverage => state.mapping.coverage = Asked::Failed(reason.to_owned()),
        Purpose::Samples => state.mapping.known = Asked::Failed(reason.to_owned()),
        Purpose::Preview => {
            if let Some(Layer::Mapping(Some(edit))) = state.layers.last_mut()
                && let Trial::Running { notes, .. } = &edit.trial
            {
                edit.trial = Trial::Failed { reason: reason.to_owned(), notes: notes.clone() };
            }
            return true;
        }
        _ => return false,
    }
    false
}

// ---- applying and saving

fn apply(state: &mut State, out: &mut Vec<Effect>) {
    if state.mapping.changes.is_empty() {
        state.say(Tone::Plain, "nothing is changed; Enter edits what fills the role under the cursor");
        return;
    }
    let changes: Vec<(Role, String)> = state.mapping.changes.clone().into_iter().collect();
    let names: Vec<&str> = changes.iter().map(|(role, _)| role.name()).collect();
    let why = format!("with another mapping of {}", names.join(", "));
    reopen::begin(state, changes, why, false, out);
}

/// Asks for the name of a profile.
fn save(state: &mut State) {
    if !state.mapping.changes.is_empty() {
        state.say(Tone::Plain, "what is not applied cannot be saved; a applies the changes first");
        return;
    }
    let nothing = state.extract.as_ref().is_none_or(|extract| extract.roles.is_empty());
    if nothing {
        state.say(Tone::Plain, "no role is mapped, so a profile would say nothing");
        return;
    }
    let title = "save this mapping as a profile for extracts of this kind";
    state.layers.push(Layer::Form(Form::new(FormPurpose::SaveProfile, title, vec![FormField::text("name", true, "")])));
}

/// The form with the name was filled in.
pub(super) fn submit_name(form: &Form, out: &mut Vec<Effect>) -> Result<(), String> {
    let replace = form.value("replace") == "yes";
    out.push(Effect::SaveProfile { name: form.value("name").to_owned(), replace });
    Ok(())
}

/// The profile was not written: the form comes back with the reason.
pub(super) fn refused(state: &mut State, name: String, reason: String, taken: bool) {
    let mut fields = vec![FormField::text("name", true, name)];
    if taken {
        fields.push(FormField::choice("replace", &["no", "yes"], 0));
    }
    let mut form = Form::new(FormPurpose::SaveProfile, "save this mapping as a profile for extracts of this kind", fields);
    form.error = Some(reason);
    state.layers.push(Layer::Form(form));
}
