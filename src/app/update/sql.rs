//! The SQL surface: keys in the editor, running, explaining, and opening what came as a view.

use std::borrow::Cow;

use crate::domain::Batch;
use crate::engine::{Cut, Lane, Limits, Request, Statement};
use crate::investigate::result::{self, SqlMistake};
use crate::investigate::{Relation, View, written};

use crate::app::command::{Action, Motion, When};
use crate::app::effect::Effect;
use crate::app::key::{Code, Key};
use crate::app::keymap::Meaning;
use crate::app::layout;
use crate::app::state::jobs::Purpose;
use crate::app::state::sql::{ROWS, Ran};
use crate::app::state::{Layer, Place, State, Surface, Tone};

use super::results::LONGEST;
use super::{act, motion, sql_words, view};

/// What a page of the surface may take.
const PAGE: Limits = Limits { rows: Some(ROWS), bytes: Some(16 << 20), time: Some(LONGEST) };

/// Goes to the surface, into the editor.
pub(super) fn enter(state: &mut State, out: &mut Vec<Effect>) {
    state.surface = Surface::Sql;
    state.sql.editing = true;
    let columns = written::columns_of(&state.schema, state.view());
    // A view that does not fit the extract offers nothing.
    state.sql.template = written::view_sql(&state.context(), state.view(), &columns, Some(ROWS)).unwrap_or_default();
    if state.sql.editor.is_empty()
        && let Some(sql) = state.view().relation.sql().map(str::to_owned)
    {
        state.sql.editor.replace(&sql);
    }
    if state.sql.functions.is_none() && !state.jobs.any(|purpose| *purpose == Purpose::SqlFunctions) {
        ask(state, Lane::Catalog, Purpose::SqlFunctions, result::functions(), Limits::default(), out);
    }
    keep_in_sight(state);
}

/// Whether the editor takes the keys.
fn is_editing(state: &State) -> bool {
    state.surface == Surface::Sql && state.sql.editing
}

/// Gives a key to the editor. Whether it has the keys.
pub(super) fn press(state: &mut State, key: Key, out: &mut Vec<Effect>) -> bool {
    if !is_editing(state) {
        return false;
    }
    if key.control && key.code == Code::Char('c') {
        super::quit(state, out);
        return true;
    }
    if key.typed().is_none()
        && let Meaning::Command(command) = state.keymap.meaning(&[key], When::SQL_EDIT)
    {
        if !matches!(command.action, Action::SqlComplete | Action::SqlCompleteBack) {
            state.sql.candidates.clear();
        }
        act::act(state, command.action, out);
        keep_in_sight(state);
        return true;
    }
    if state.sql.editor.press(key) {
        state.sql.mistake = None;
        state.sql.at = None;
    }
    state.sql.candidates.clear();
    keep_in_sight(state);
    true
}

/// Pasted text goes into the editor, line breaks and all. Whether the editor takes it.
pub(super) fn paste(state: &mut State, text: &str) -> bool {
    if !is_editing(state) || !state.layers.is_empty() {
        return false;
    }
    let sealed = state.sealed(text).into_owned();
    if !state.sql.editor.insert(&sealed) {
        state.say(Tone::Error, "this is more text than the editor takes; write what it asks as one question");
    } else if sealed != text {
        state.say(Tone::Plain, super::layers::SEALED);
    }
    state.sql.mistake = None;
    state.sql.candidates.clear();
    keep_in_sight(state);
    true
}

/// Does a command of the surface.
pub(super) fn act(state: &mut State, action: Action, out: &mut Vec<Effect>) {
    match action {
        Action::SqlRun => run(state, out),
        Action::SqlExplain => explain(state, out),
        Action::SqlOpen => open(state, out),
        Action::SqlEdit => state.sql.editing = true,
        Action::SqlFromView => from_view(state),
        Action::SqlOlder => travel(state, true),
        Action::SqlNewer => travel(state, false),
        Action::SqlComplete if state.sql.editor.is_empty() => from_view(state),
        Action::SqlComplete => sql_words::complete(state, true),
        Action::SqlCompleteBack => sql_words::complete(state, false),
        Action::SqlLeave => leave(state, out),
        _ => {}
    }
}

/// `Esc`: closes the candidates, stops what runs, goes to the result, and from there away.
fn leave(state: &mut State, out: &mut Vec<Effect>) {
    let is_own = |purpose: &Purpose| matches!(purpose, Purpose::SqlRun { .. } | Purpose::SqlExplain);
    if view::cancel(state, is_own, out) > 0 {
        state.say(Tone::Plain, "stopped");
    } else if state.sql.ran.is_some() || state.sql.mistake.is_some() {
        state.sql.editing = false;
    } else {
        state.surface = Surface::Explore;
    }
}

fn ask(state: &mut State, lane: Lane, purpose: Purpose, statement: Statement, limits: Limits, out: &mut Vec<Effect>) {
    let id = state.jobs.start(purpose, state.now);
    out.push(Effect::Submit(Request { id, lane, statement, limits }));
}

/// The text under edit as it may be run: with fingerprints in the place of secrets.
fn text(state: &mut State) -> String {
    let typed = state.sql.editor.text();
    let Cow::Owned(sealed) = state.sealed(&typed) else { return typed };
    state.sql.editor.replace(&sealed);
    state.say(Tone::Plain, super::layers::SEALED);
    sealed
}

fn run(state: &mut State, out: &mut Vec<Effect>) {
    let sql = text(state);
    if sql.trim().is_empty() && !state.sql.template.is_empty() {
        from_view(state);
        return;
    }
    view::cancel(state, |purpose| matches!(purpose, Purpose::SqlRun { .. } | Purpose::SqlExplain), out);
    match result::first_rows(&sql) {
        Ok(statement) => {
            state.sql.mistake = None;
            if state.sql.remember(&sql) {
                out.push(Effect::SqlHistory(sql.clone()));
            }
            ask(state, Lane::Interactive, Purpose::SqlRun { sql }, statement, PAGE, out);
        }
        Err(mistake) => wrong(state, mistake),
    }
}

fn explain(state: &mut State, out: &mut Vec<Effect>) {
    let sql = text(state);
    match result::explain(&sql) {
        Ok(statement) => {
            view::cancel(state, |purpose| *purpose == Purpose::SqlExplain, out);
            ask(state, Lane::Interactive, Purpose::SqlExplain, statement, PAGE, out);
        }
        Err(mistake) => wrong(state, mistake),
    }
}

/// Goes on with what was run last, or else with the text under edit, as a view.
fn open(state: &mut State, out: &mut Vec<Effect>) {
    let typed = text(state);
    let sql = match &state.sql.ran {
        Some(ran) if !state.sql.editing => ran.sql.clone(),
        _ => typed,
    };
    match result::question(&sql) {
        Ok(question) => {
            let title = format!("sql: {}", one_line(question, 48));
            if state.sql.remember(&sql) {
                out.push(Effect::SqlHistory(sql.clone()));
            }
            let view = View { relation: Relation::Sql(question.to_owned()), ..View::default() };
            view::visit(state, Place::Rows, view, title, out);
        }
        Err(mistake) => wrong(state, mistake),
    }
}

/// The beginning of a text in one line.
fn one_line(text: &str, most: usize) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", words.get(..at).unwrap_or_default()),
        None => words,
    }
}

fn from_view(state: &mut State) {
    if state.sql.template.is_empty() {
        state.say(Tone::Plain, "the present view cannot be written as SQL");
        return;
    }
    let template = state.sql.template.clone();
    put(state, &template);
}

/// Goes to the editor with a text in it that the analyst may run, or open as a view.
pub(super) fn offer(state: &mut State, sql: &str, out: &mut Vec<Effect>) {
    enter(state, out);
    put(state, sql);
    keep_in_sight(state);
}

/// Puts a text into the editor; what stood there is kept as the draft.
fn put(state: &mut State, sql: &str) {
    if !state.sql.editor.is_empty() && state.sql.editor.text() != sql {
        state.sql.draft = state.sql.editor.text();
    }
    state.sql.editor.replace(sql);
    state.sql.mistake = None;
    state.sql.editing = true;
}

/// Goes through the texts that were run before.
fn travel(state: &mut State, older: bool) {
    let sql = &mut state.sql;
    let last = sql.history.len();
    let at = match (sql.at, older) {
        (None, true) => last.checked_sub(1),
        (Some(at), true) => at.checked_sub(1),
        (Some(at), false) => Some(at + 1),
        (None, false) => None,
    };
    let Some(at) = at else {
        state.say(Tone::Plain, if older { "there is no older SQL" } else { "there is no newer SQL" });
        return;
    };
    if sql.at.is_none() {
        sql.draft = sql.editor.text();
    }
    let (text, at) = match sql.history.get(at) {
        Some(text) => (text.clone(), Some(at)),
        None => (sql.draft.clone(), None),
    };
    sql.editor.replace(&text);
    (sql.at, sql.mistake) = (at, None);
}

fn wrong(state: &mut State, mistake: SqlMistake) {
    state.say(Tone::Error, mistake.message.lines().next().unwrap_or_default().to_owned());
    state.sql.mistake = Some(mistake);
}

/// The first rows have come.
pub(super) fn came(state: &mut State, sql: String, batches: &[Batch], cut: Option<Cut>, elapsed: std::time::Duration) {
    if cut == Some(Cut::Time) && batches.iter().all(|batch| batch.rows() == 0) {
        let minutes = LONGEST.as_secs() / 60;
        failed(state, &format!("stopped after {minutes} minutes; let it read or join less"));
        return;
    }
    let names = batches.first().map(Batch::names).unwrap_or_default();
    let schema = state.extract_schema();
    let shows = result::shows_sensitive(&sql, schema);
    let masks =
        names.iter().map(|name| (result::is_sensitive(name, false, schema), result::is_sensitive(name, shows, schema))).collect();
    let rows = batches
        .iter()
        .flat_map(|batch| (0..batch.rows()).map(|row| (0..batch.width()).map(|column| batch.value(row, column)).collect()))
        .collect();
    state.sql.mistake = None;
    state.sql.ran = Some(Ran { sql, names, masks, rows, cut, elapsed, ..Ran::default() });
}

/// The plan has come.
pub(super) fn explained(state: &mut State, batches: &[Batch]) {
    let rows = batches.iter().flat_map(|batch| (0..batch.rows()).map(move |row| batch.get(row, "explain_value").to_plain()));
    let lines: Vec<String> = rows.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>()).collect();
    state.layers.push(Layer::Text { title: "how it would run".to_owned(), lines, top: 0 });
}

/// The functions have come.
pub(super) fn functions(state: &mut State, batches: &[Batch]) {
    let rows = batches.iter().flat_map(|batch| (0..batch.rows()).map(move |row| (batch, row)));
    let known = rows.map(|(batch, row)| (batch.get(row, "name").to_plain(), batch.get(row, "kind").to_plain())).collect();
    state.sql.functions = Some(known);
}

/// A text could not be run: what is wrong is marked in it, unless it has been changed since.
pub(super) fn failed(state: &mut State, reason: &str) {
    let mistake = result::told(&state.sql.editor.text(), reason, result::LINES_BEFORE);
    state.sql.ran = None;
    wrong(state, mistake);
}

/// A step in the result.
pub(super) fn step(state: &mut State, motion: Motion) {
    let height = usize::from(layout::sql_heights(state.size).1).max(1);
    let Some(ran) = &mut state.sql.ran else { return };
    match motion {
        Motion::Left => ran.column = ran.column.saturating_sub(1),
        Motion::Right => ran.column = (ran.column + 1).min(ran.names.len().saturating_sub(1)),
        _ => ran.cursor = motion::moved(ran.cursor, ran.rows.len(), height, motion),
    }
}

/// Scrolls both so that their cursors are on the screen.
pub(super) fn keep_in_sight(state: &mut State) {
    let (editor, result) = layout::sql_heights(state.size);
    state.sql.top = motion::scrolled(state.sql.top, state.sql.editor.cursor().0, usize::from(editor).max(1));
    if let Some(ran) = &mut state.sql.ran {
        ran.top = motion::scrolled(ran.top, ran.cursor, usize::from(result).max(1));
    }
}
