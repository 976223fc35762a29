//! Copying out: a value, a row, what is marked, the view; and the view as filter, SQL or command line.
//!
//! What is masked on the screen is masked in the copy. Values that nothing obeys are copied as they are; in every other form escapes
//! stand for what a terminal, a spreadsheet or a Markdown reader would obey.

use crate::case::SavedView;
use crate::domain::{Batch, SafeText, Value};
use crate::engine::{Cut, Lane, Limits, Request, Statement};
use crate::investigate::listing::Asked;
use crate::investigate::rows as row_sql;
use crate::investigate::{FilterError, View, entity, pivot, top, written};
use crate::report::sheet::{Sheet, SheetForm};

use crate::app::command::Copied;
use crate::app::effect::Effect;
use crate::app::focus;
use crate::app::state::copying::{CopyStyle, Destination, Handout};
use crate::app::state::fields::Values;
use crate::app::state::form::{Form, FormField, Purpose as FormPurpose};
use crate::app::state::jobs::Purpose;
use crate::app::state::marks::Marks;
use crate::app::state::{Layer, Place, State, Tone, list};

use super::{trail, view};

/// Rows of a view that are copied at most; more is for `casebook query`, which needs no room for them.
pub(super) const MOST: u64 = 100_000;
/// Bytes that are read for a copy at most.
const MOST_BYTES: u64 = 64 << 20;
/// What stands for a masked value.
const MASKED: &str = "[masked]";

/// Copies what the command says.
pub(super) fn copy(state: &mut State, what: Copied, out: &mut Vec<Effect>) {
    match what {
        Copied::Value => value(state, out),
        Copied::Row => row(state, out),
        Copied::Marked => marked(state, out),
        Copied::View => whole(state, out),
        Copied::Filter => {
            let text = SavedView::from(state.view()).filter_text();
            if text.is_empty() {
                state.say(Tone::Plain, "the view has all rows: there is no filter to copy");
            } else {
                plain(state, "the filter", text, "txt", out);
            }
        }
        Copied::Sql => match sql_of(state, state.place(), state.view()) {
            Ok(text) => plain(state, "the SQL", text, "sql", out),
            Err(error) => state.say(Tone::Error, error.to_string()),
        },
        Copied::CommandLine => {
            let text = command_of(state, state.place(), state.view());
            plain(state, "the command line", text, "sh", out);
        }
    }
}

/// Opens the form with the ways of copying.
pub(super) fn choose(state: &mut State) {
    let CopyStyle { form, to } = state.copying;
    let fields = vec![
        FormField::choice("as", SheetForm::WORDS, form.position()),
        FormField::choice("to", Destination::WORDS, usize::from(to == Destination::File)),
    ];
    state.layers.push(Layer::Form(Form::new(FormPurpose::CopyStyle, "how rows and lists are copied from now on", fields)));
}

/// Takes over what was chosen in the form.
pub(super) fn chosen(state: &mut State, form: &Form) {
    let as_word = SheetForm::ALL.into_iter().find(|each| each.name() == form.value("as")).unwrap_or_default();
    let to = if form.value("to") == "file" { Destination::File } else { Destination::Clipboard };
    state.copying = CopyStyle { form: as_word, to };
    let place = match to {
        Destination::Clipboard => "to the clipboard",
        Destination::File => "into a file of the case",
    };
    state.say(Tone::Plain, format!("y r and y v copy as {} {place}", as_word.name()));
}

/// Hands a text out, where there is a way.
fn hand_out(state: &mut State, handout: Handout, out: &mut Vec<Effect>) {
    if handout.to == Destination::File && (state.case.read_only || state.case.dir.is_empty()) {
        state.say(
            Tone::Error,
            "copies go into a file of the case, and no case is open for writing; y o sends them to the clipboard",
        );
        return;
    }
    out.push(Effect::Copy(handout));
}

/// Hands out a text that is no sheet. It goes where copies go.
pub(super) fn plain(state: &mut State, what: &str, text: String, ending: &'static str, out: &mut Vec<Effect>) {
    hand_out(state, Handout { what: what.to_owned(), text, ending, to: state.copying.to, but: None }, out);
}

/// Hands out rows in the chosen form.
pub(super) fn sheet(state: &mut State, what: &str, sheet: &Sheet, but: Option<String>, out: &mut Vec<Effect>) {
    let CopyStyle { form, to } = state.copying;
    let what = format!("{what} as {}", form.name());
    hand_out(state, Handout { what, text: form.text(sheet), ending: form.name(), to, but }, out);
}

fn value(state: &mut State, out: &mut Vec<Effect>) {
    let Some(pointed) = focus::pointed(state) else { return };
    if pointed.row_id.is_some_and(|row_id| state.is_masked(row_id, &pointed.column)) {
        state.say(Tone::Plain, "the value is masked; z r reveals it, then it can be copied");
        return;
    }
    let text = pointed.value.to_plain();
    // A pasted line end runs what stands before it, a pasted escape does worse.
    let safe = SafeText::new(&text);
    let but = (safe.as_str() != text).then(|| "escapes stand for its control and invisible characters".to_owned());
    let text = safe.as_str().to_owned();
    hand_out(state, Handout { what: "the value".to_owned(), text, ending: "txt", to: state.copying.to, but }, out);
}

/// The value, or what stands for it where it is masked.
fn shown(state: &State, row_id: i64, column: &str, value: &Value) -> Value {
    if !value.is_null() && state.is_masked(row_id, column) { Value::Text(MASKED.to_owned()) } else { value.clone() }
}

fn row(state: &mut State, out: &mut Vec<Effect>) {
    if let Place::Rows = state.place() {
        let Some(row) = state.rows.current() else { return };
        let names = std::iter::once("row_id".to_owned()).chain(state.rows.columns.iter().cloned()).collect();
        let cells = state.rows.columns.iter().zip(&row.cells).map(|(name, value)| shown(state, row.row_id, name, value));
        let rows = vec![std::iter::once(Value::Int(row.row_id.into())).chain(cells).collect()];
        sheet(state, "the row", &Sheet { names, rows }, None, out);
        return;
    }
    match listed(state) {
        Some(all) => {
            let rows = all.rows.get(state.list.cursor).cloned().into_iter().collect();
            sheet(state, "the line", &Sheet { rows, ..all }, None, out);
        }
        None => state.say(Tone::Plain, "no row stands here; y y copies the value"),
    }
}

/// The list in the main area as a sheet.
fn listed(state: &State) -> Option<Sheet> {
    let text = |value: &Option<String>| value.clone().map_or(Value::Null, Value::Text);
    let count = |requests: u64| Value::Int(requests.into());
    match state.place() {
        Place::Top { .. } => Some(Sheet {
            rows: state
                .list
                .items
                .iter()
                .map(|item| vec![text(&item.value), count(item.requests), item.share.map_or(Value::Null, Value::Float)])
                .collect(),
            ..Sheet::new(&["value", "requests", "share"])
        }),
        Place::Pivot { .. } => Some(Sheet {
            rows: state
                .list
                .items
                .iter()
                .map(|item| {
                    let time = |time: Option<crate::domain::Timestamp>| time.map_or(Value::Null, Value::Time);
                    vec![text(&item.value), count(item.requests), time(item.first_seen), time(item.last_seen)]
                })
                .collect(),
            ..Sheet::new(&["value", "requests", "first_seen", "last_seen"])
        }),
        Place::Page(_) => {
            let known = state.page.related.iter().filter_map(|(role, values)| match values {
                Values::Known { top, .. } => Some((role, top)),
                _ => None,
            });
            let rows = known.flat_map(|(role, top)| {
                top.iter().map(|counted| {
                    let role = Value::Text(role.name().to_owned());
                    vec![role, text(&counted.value), count(counted.requests), Value::Float(counted.share)]
                })
            });
            Some(Sheet { rows: rows.collect(), ..Sheet::new(&["role", "value", "requests", "share"]) })
        }
        _ => None,
    }
}

/// Copies what is marked: values one a line with their counts where they are listed, rows by value.
fn marked(state: &mut State, out: &mut Vec<Effect>) {
    match &state.marks {
        Marks::None => state.say(Tone::Plain, "nothing is marked; v marks the row or value under the cursor"),
        Marks::Values(values) => {
            let what = values.words();
            let rows = values.set.iter().map(|value| vec![value.clone().map_or(Value::Null, Value::Text)]).collect();
            let names = vec![values.column.clone()];
            sheet(state, &what, &Sheet { names, rows }, None, out);
        }
        Marks::Rows(rows) => {
            let statement = row_sql::chosen(&state.context(), &state.rows.columns, rows);
            ask_rows(state, statement, Purpose::CopyRows { marked: true }, out);
        }
    }
}

/// Copies the whole list, or asks for the rows of the view.
fn whole(state: &mut State, out: &mut Vec<Effect>) {
    if let Some(all) = listed(state) {
        let but = state.list.cut.then(|| format!("the list was cut at {} values", list::MOST));
        let what = if all.rows.len() == 1 { "one line".to_owned() } else { format!("{} lines", all.rows.len()) };
        sheet(state, &what, &all, but, out);
        return;
    }
    let statement = row_sql::page(&state.context(), state.view(), &state.rows.columns, &state.rows.source, 0, MOST);
    ask_rows(state, statement, Purpose::CopyRows { marked: false }, out);
}

fn ask_rows(state: &mut State, statement: Result<Statement, FilterError>, purpose: Purpose, out: &mut Vec<Effect>) {
    match statement {
        Ok(statement) => {
            view::cancel(state, |purpose| matches!(purpose, Purpose::CopyRows { .. }), out);
            let id = state.jobs.start(purpose, state.now);
            let limits = Limits { bytes: Some(MOST_BYTES), ..Limits::default() };
            out.push(Effect::Submit(Request { id, lane: Lane::Interactive, statement, limits }));
            state.say(Tone::Plain, "reading the rows to copy; Esc stops it");
        }
        Err(error) => state.say(Tone::Error, error.to_string()),
    }
}

/// The rows of the view, or those that are marked, have come.
pub(super) fn rows_came(state: &mut State, marked: bool, batches: &[Batch], cut: Option<Cut>, out: &mut Vec<Effect>) {
    let names = batches.first().map(Batch::names).unwrap_or_default();
    let mut rows = Vec::new();
    for batch in batches {
        for row in 0..batch.rows() {
            let row_id = batch.value(row, 0).as_i64().unwrap_or(0);
            let cells = names.iter().enumerate().map(|(at, name)| shown(state, row_id, name, &batch.value(row, at)));
            rows.push(cells.collect());
        }
    }
    let total = state.rows.total.filter(|_| !marked).unwrap_or(rows.len() as u64);
    let but = (cut.is_some() || total > rows.len() as u64)
        .then(|| format!("these are the first of {total}; y c copies the command that writes all"));
    let what = if rows.len() == 1 { "one row".to_owned() } else { format!("{} rows", rows.len()) };
    sheet(state, &what, &Sheet { names, rows }, but, out);
}

/// The SQL that gives what a place shows over a view.
pub(super) fn sql_of(state: &State, place: &Place, of: &View) -> Result<String, FilterError> {
    let Some(context) = trail::context_of(state, of) else {
        return Err(FilterError::new(0..0, "the result of this view's SQL is not at hand; go there, then copy it"));
    };
    if !of.relation.is_requests() && !matches!(place, Place::Page(_)) {
        // Its table is here only: the text that made it stands in its place.
        return written::view_sql(&context, of, &written::columns_of(context.schema, of), None);
    }
    let columns: Vec<String> = crate::app::state::Rows::shown(context.schema, of).map(|column| column.name.clone()).collect();
    let all = View { range: of.range, ..View::default() };
    let statement = match place {
        Place::Top { column } => top::statement(&context, of, column, list::MOST),
        Place::Pivot { to, .. } => pivot::of_view(&context, of, *to, &Asked::most(list::MOST)),
        Place::Page(whose) => entity::summary(&context, &all, whose),
        _ => row_sql::all(&context, of, &columns),
    };
    statement.map(|statement| statement.written_out())
}

/// The command line that prints what a place shows over a view. Files are named where they are few.
pub(super) fn command_of(state: &State, place: &Place, of: &View) -> String {
    let range = View { range: of.range, ..View::default() };
    let word = crate::investigate::view::shell_quoted;
    let (command, of) = match place {
        Place::Top { column } => (format!("top {}", word(column)), of),
        Place::Pivot { from, to } => match from.as_slice() {
            [whose] => (format!("pivot {} --to {to}", word(&pivot::exact(whose).to_string())), &range),
            _ => (format!("pivot view --to {to}"), of),
        },
        Place::Page(whose) => (format!("entity {}", word(&whose.to_string())), &range),
        _ => ("query".to_owned(), of),
    };
    let parts = [format!("casebook {command}"), of.command_line(), extract_words(state)];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(" ")
}

/// The files of the extract as words of a shell, or a word that stands for them.
fn extract_words(state: &State) -> String {
    const FEW: usize = 3;
    let sources = state.extract.as_ref().map(|extract| extract.sources.as_slice()).unwrap_or_default();
    let nameable = |path: &str| !path.contains('!') && path != "-" && SafeText::new(path).as_str() == path;
    if sources.is_empty() || sources.len() > FEW || !sources.iter().all(|source| nameable(&source.path)) {
        return "EXTRACT".to_owned();
    }
    let words: Vec<String> = sources.iter().map(|source| crate::investigate::view::shell_quoted(&source.path)).collect();
    words.join(" ")
}
