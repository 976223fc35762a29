//! Casework: labels, notes, pins, findings, questions. Nothing counts as saved before the journal has it.

use crate::case::{Connotation, Entry, Event, EvidenceRow, SavedView, Status, Target};
use crate::domain::{Batch, Entity, Severity, Value};
use crate::engine::{Lane, Statement};
use crate::investigate::{View, count, rows as row_sql};

use crate::app::command::Action;
use crate::app::effect::Effect;
use crate::app::focus;
use crate::app::state::form::{Form, FormField, Purpose as FormPurpose};
use crate::app::state::jobs::Purpose;
use crate::app::state::marks::described;
use crate::app::state::unsealed::{Unsealed, digits_of};
use crate::app::state::{CaseLine, Layer, Place, State, Surface, Tone};

use super::{act, answers, around, copying, fields, links, mapping, time, view};

const CONNOTATIONS: &[&str] = &["bad", "good", "neutral"];
const STATUSES: &[&str] = &["confirmed", "dismissed", "open"];

/// Does a command of casework.
pub(super) fn act(state: &mut State, action: Action, out: &mut Vec<Effect>) {
    if action == Action::Reveal {
        reveal(state, out);
        return;
    }
    if state.case.read_only {
        state.say(Tone::Error, "this case is open for reading only; nothing can be recorded in it");
        return;
    }
    // What is typed into a form takes longer than opening the case, which is under way.
    let is_form = !matches!(action, Action::Undo | Action::Redo | Action::Report | Action::Pin);
    if state.case.dir.is_empty() && !is_form {
        state.say(Tone::Error, "no case is open yet");
        return;
    }
    match action {
        Action::Undo => match state.case.case.next_undo() {
            Some((seq, what)) => {
                state.say(Tone::Plain, format!("undoing: {what}"));
                record(state, Event::Undone { seq }, out);
            }
            None => state.say(Tone::Plain, "there is nothing to undo"),
        },
        Action::Redo => match state.case.case.next_redo() {
            Some((seq, what)) => {
                state.say(Tone::Plain, format!("redoing: {what}"));
                record(state, Event::Redone { seq }, out);
            }
            None => state.say(Tone::Plain, "there is nothing to redo"),
        },
        Action::Report => {
            state.say(Tone::Plain, "writing the report");
            out.push(Effect::Report);
        }
        Action::Pin => toggle_pin(state, out),
        _ => open_form(state, action),
    }
}

fn open_form(state: &mut State, action: Action) {
    let subjects = focus::subjects(state);
    let form = match action {
        Action::Label if !subjects.is_empty() => {
            let title = format!("label {}", described(&subjects));
            let fields = vec![
                FormField::text("label", true, ""),
                FormField::choice("says", CONNOTATIONS, 0),
                FormField::text("reason", true, ""),
            ];
            Form::new(FormPurpose::Label(subjects), title, fields)
        }
        Action::Unlabel if !subjects.is_empty() => {
            let mut labels: Vec<String> = Vec::new();
            for label in subjects.iter().flat_map(|entity| state.case.case.labels_of(entity)) {
                if !labels.contains(&label.label) {
                    labels.push(label.label.clone());
                }
            }
            let Some(last) = labels.last() else {
                let verb = if subjects.len() == 1 { "carries" } else { "carry" };
                state.say(Tone::Plain, format!("{} {verb} no label", described(&subjects)));
                return;
            };
            let title = format!("take a label off {} ({})", described(&subjects), labels.join(", "));
            let fields = vec![FormField::text("label", true, last.clone()), FormField::text("reason", true, "")];
            Form::new(FormPurpose::Unlabel(subjects), title, fields)
        }
        Action::Note => {
            let target = note_target(state);
            let title = format!("note on {target}");
            Form::new(FormPurpose::Note(target), title, vec![FormField::text("note", true, "")])
        }
        Action::Finding => finding_form(state, subjects),
        Action::Question => Form::new(
            FormPurpose::Question,
            "a question that this case has to answer",
            vec![FormField::text("question", true, "")],
        ),
        Action::Answer => match state.case_line() {
            Some(CaseLine::Question(id)) => {
                let title = format!("answer to {id}");
                Form::new(FormPurpose::Answer(id), title, vec![FormField::text("answer", true, "")])
            }
            _ => {
                state.say(Tone::Plain, "put the cursor on a question to answer it");
                return;
            }
        },
        Action::Verdict => match state.case.case.findings().get(state.case.finding) {
            Some(finding) => {
                let title = format!("verdict on {}: {}", finding.id, finding.title);
                let fields =
                    vec![FormField::choice("verdict", STATUSES, 0), FormField::text("text", false, finding.text.clone())];
                Form::new(FormPurpose::Verdict(finding.id.clone()), title, fields)
            }
            None => {
                state.say(Tone::Plain, "there is no finding here; f states one");
                return;
            }
        },
        _ => return,
    };
    state.layers.push(Layer::Form(form));
}

/// The form of a finding about these entities, with the view as its evidence.
pub(super) fn finding_form(state: &State, subjects: Vec<Entity>) -> Form {
    let rows = state.rows.total.map_or(String::new(), |rows| format!(", {rows} rows"));
    let rows = if subjects.len() > 1 { format!("{rows}, about {}", described(&subjects)) } else { rows };
    let title = match state.view().is_all() {
        true => format!("finding on all rows{rows}"),
        false => format!("finding on {}{rows}", SavedView::from(state.view()).filter_text()),
    };
    let fields = vec![
        FormField::text("title", true, ""),
        FormField::choice("severity", Severity::WORDS, 2),
        FormField::text("text", false, ""),
    ];
    Form::new(FormPurpose::Finding(subjects), title, fields)
}

fn note_target(state: &State) -> Target {
    match (state.surface, state.case_line()) {
        (Surface::Findings, _) => match state.case.case.findings().get(state.case.finding) {
            Some(finding) => Target::Finding(finding.id.clone()),
            None => Target::Case,
        },
        (Surface::Case, Some(CaseLine::Question(id))) => Target::Question(id),
        _ => act::target(state),
    }
}

/// Does what a filled-in form is for; the reason why not is shown in the form.
pub(super) fn submit(state: &mut State, form: &Form, out: &mut Vec<Effect>) -> Result<(), String> {
    let event = match &form.purpose {
        FormPurpose::Search => {
            state.needle = state.sealed(form.value("text")).into_owned();
            act::find(state, true, out);
            return Ok(());
        }
        FormPurpose::SearchList => {
            fields::search(state, form.value("text"), out);
            return Ok(());
        }
        FormPurpose::Compare => return fields::compare_with(state, form.value("against"), out),
        FormPurpose::SaveProfile => return mapping::submit_name(form, out),
        FormPurpose::TimeRange => return time::take_range(state, form.value("range"), out),
        FormPurpose::NameRange(range) => return time::name_range(state, *range, form),
        FormPurpose::Stack => return time::stack_by(state, form.value("column"), out),
        FormPurpose::NameNode(node) => {
            super::trail::name(state, *node, form.value("name"), out);
            return Ok(());
        }
        FormPurpose::Links => return links::submit(state, form, out),
        FormPurpose::Around(row) => return around::submit(state, row, form, out),
        FormPurpose::CopyStyle => {
            copying::chosen(state, form);
            return Ok(());
        }
        _ if state.case.dir.is_empty() => return Err("no case is open yet; a moment, then Enter again".to_owned()),
        FormPurpose::Label(entities) => {
            let connotation = form.value("says").parse::<Connotation>().map_err(|error| error.to_string())?;
            let events = entities.iter().map(|entity| Event::Labelled {
                entity: entity.clone(),
                label: form.value("label").to_owned(),
                connotation,
                reason: form.value("reason").to_owned(),
                expires: None,
                playbook: String::new(),
            });
            return record_all(state, events.collect(), out);
        }
        FormPurpose::Unlabel(entities) => {
            let label = form.value("label");
            let carries = |entity: &&Entity| state.case.case.labels_of(entity).iter().any(|known| known.label == label);
            let carriers: Vec<&Entity> = entities.iter().filter(carries).collect();
            // Where nobody carries it, the case says so.
            let chosen = if carriers.is_empty() { entities.iter().collect() } else { carriers };
            let events = chosen.into_iter().map(|entity| Event::Unlabelled {
                entity: entity.clone(),
                label: label.to_owned(),
                reason: form.value("reason").to_owned(),
            });
            let events = events.collect();
            return record_all(state, events, out);
        }
        FormPurpose::Note(target) => {
            Event::Noted { id: state.case.fresh_id('n'), target: target.clone(), text: form.value("note").to_owned() }
        }
        FormPurpose::Finding(entities) => {
            let id = state.case.fresh_id('f');
            let event = Event::Found {
                id: id.clone(),
                title: form.value("title").to_owned(),
                severity: form.value("severity").parse::<Severity>().map_err(|error| error.to_string())?,
                entities: entities.clone(),
                text: form.value("text").to_owned(),
                evidence: Vec::new(),
                details: Default::default(),
            };
            record(state, event, out);
            return measure(state, id, out);
        }
        FormPurpose::Verdict(id) => Event::FindingChanged {
            id: id.clone(),
            status: Some(form.value("verdict").parse::<Status>().map_err(|error| error.to_string())?),
            severity: None,
            text: Some(form.value("text").to_owned()),
            title: None,
            entities: None,
            evidence: None,
            edits: Default::default(),
        },
        FormPurpose::Question => Event::Question { id: state.case.fresh_id('q'), text: form.value("question").to_owned() },
        FormPurpose::Answer(id) => Event::Answered { id: id.clone(), text: form.value("answer").to_owned() },
    };
    state.case.case.check(&event).map_err(|refusal| refusal.to_string())?;
    record(state, event, out);
    Ok(())
}

/// Counts the rows that a finding stands on, so that its number can be checked later.
fn measure(state: &mut State, finding: String, out: &mut Vec<Effect>) -> Result<(), String> {
    let saved = SavedView::from(state.view());
    let (filter, sql) = (saved.filter_text(), saved.sql);
    let command = ["casebook query", &state.view().command_line(), "EXTRACT"].join(" ").replace("  ", " ");
    let statement = count::statement(&state.context(), state.view());
    view::submit(state, Lane::Catalog, Purpose::Measure { finding, sql, filter, command }, statement, out)
        .map(|_| ())
        .map_err(|error| error.to_string())
}

/// Sends several events to the journal, one after the other: all of them, or none where the case refuses one.
fn record_all(state: &mut State, events: Vec<Event>, out: &mut Vec<Effect>) -> Result<(), String> {
    for event in &events {
        state.case.case.check(event).map_err(|refusal| refusal.to_string())?;
    }
    events.into_iter().for_each(|event| record(state, event, out));
    Ok(())
}

/// Sends an event to the journal. It is said to be saved when it comes back.
pub(super) fn record(state: &mut State, event: Event, out: &mut Vec<Effect>) {
    state.case.unsaved += 1;
    out.push(Effect::Record(event));
}

/// An event is on disk: it takes effect on the screen only now.
pub(super) fn recorded(state: &mut State, entry: &Entry) {
    state.case.case.apply(entry);
    if matches!(entry.event, Event::Visited { .. } | Event::Opened { .. } | Event::Created { .. }) {
        return;
    }
    state.case.unsaved = state.case.unsaved.saturating_sub(1);
    let last = state.case.case.findings().len().saturating_sub(1);
    state.case.finding = state.case.finding.min(last);
    match &entry.event {
        Event::Exported { .. } | Event::Measured { .. } => {}
        Event::Undone { .. } | Event::Redone { .. } => state.say(Tone::Done, "saved: the case is as it was"),
        event => state.say(Tone::Done, format!("saved: {}", event.describe())),
    }
}

/// Why a row of a result cannot be pinned.
const NO_REQUEST_ROW: &str =
    "a row of this result does not say which row of the extract it is; select row_id too, then it can be pinned";

fn toggle_pin(state: &mut State, out: &mut Vec<Effect>) {
    if !state.marks.rows().is_empty() {
        return toggle_pins(state, out);
    }
    let Some(row_id) = focus::pointed_row(state) else { return };
    let Some(row_id) = state.extract_row(row_id) else {
        state.say(Tone::Error, NO_REQUEST_ROW);
        return;
    };
    match state.case.case.pin_of(state.extract_sha(), row_id).map(|pin| pin.evidence.clone()) {
        Some(evidence) => record(state, Event::Unpinned { evidence }, out),
        None => read_evidence(state, row_id, out),
    }
}

/// Pins the marked rows that are not pinned; where all of them are, takes all those pins away.
fn toggle_pins(state: &mut State, out: &mut Vec<Effect>) {
    let marked = state.marks.rows().to_vec();
    let rows: Vec<i64> = marked.iter().filter_map(|row_id| state.extract_row(*row_id)).collect();
    if rows.len() < marked.len() {
        state.say(Tone::Error, NO_REQUEST_ROW);
        return;
    }
    let pinned = |state: &State, row_id: i64| state.case.case.pin_of(state.extract_sha(), row_id).map(|pin| pin.evidence.clone());
    let missing: Vec<i64> = rows.iter().copied().filter(|row_id| pinned(state, *row_id).is_none()).collect();
    if missing.is_empty() {
        let pins: Vec<String> = rows.iter().filter_map(|row_id| pinned(state, *row_id)).collect();
        pins.into_iter().for_each(|evidence| record(state, Event::Unpinned { evidence }, out));
        return;
    }
    state.say(Tone::Plain, format!("pinning {} of {} marked rows", missing.len(), rows.len()));
    missing.into_iter().for_each(|row_id| read_evidence(state, row_id, out));
}

/// Reads a row by value, to be kept as evidence.
fn read_evidence(state: &mut State, row_id: i64, out: &mut Vec<Effect>) {
    let statement = row_sql::detail(&state.extract_context(), row_id);
    if let Err(error) = view::submit(state, Lane::Interactive, Purpose::Evidence { row_id }, statement, out) {
        state.say(Tone::Error, error.to_string());
    }
}

/// The row to pin has been read by value.
pub(super) fn pin(state: &mut State, row_id: i64, batches: &[Batch], out: &mut Vec<Effect>) {
    let row = answers::first_row(batches);
    let columns: Vec<(String, Value)> =
        row.names().into_iter().enumerate().skip(1).map(|(place, name)| (name, row.value(0, place))).collect();
    state.case.unsaved += 1;
    out.push(Effect::Pin(EvidenceRow { extract: state.extract_sha().to_owned(), source: None, row_id, columns }));
}

/// Shows one masked value; the case keeps count.
fn reveal(state: &mut State, out: &mut Vec<Effect>) {
    let Some(pointed) = focus::pointed(state) else { return };
    let Some(row_id) = pointed.row_id else { return };
    if !state.is_masked(row_id, &pointed.column) {
        return reveal_secrets(state, row_id, pointed, out);
    }
    state.revealed.insert(state.cell_name(row_id, &pointed.column));
    count_reveal(state, row_id, pointed.column, out);
}

/// Counts a reveal in the case. A row of a result that does not say which row of the extract it is is told in words.
fn count_reveal(state: &mut State, row_id: i64, column: String, out: &mut Vec<Effect>) {
    if state.case.read_only || state.case.dir.is_empty() {
        return;
    }
    let (row_id, column) = match state.extract_row(row_id) {
        Some(row) => (row, column),
        None => (0, format!("{column} of row {row_id} of {}", state.view().relation.name())),
    };
    let event = Event::Revealed { row_id, column, extract: state.extract_sha().to_owned(), scope: String::new() };
    record(state, event, out);
}

/// Shows the secrets behind the fingerprints in one cell, or covers them again.
fn reveal_secrets(state: &mut State, row_id: i64, pointed: focus::Pointed, out: &mut Vec<Effect>) {
    if state.unsealed.take_if(|cell| cell.row_id == row_id && cell.column == pointed.column).is_some() {
        return;
    }
    let mut statement = Statement::default();
    let digits: Vec<String> = digits_of(&pointed.value).into_iter().map(|digits| statement.bind(digits)).collect();
    if digits.is_empty() {
        return;
    }
    statement.sql = format!("SELECT fingerprint, secret FROM secrets WHERE right(fingerprint, 12) IN ({})", digits.join(", "));
    let purpose = Purpose::Secrets { row_id, column: pointed.column };
    view::cancel(state, |purpose| matches!(purpose, Purpose::Secrets { .. }), out);
    if let Err(error) = view::submit(state, Lane::Interactive, purpose, Ok(statement), out) {
        state.say(Tone::Error, error.to_string());
    }
}

/// The secrets of a cell have come: they are counted before they are seen.
pub(super) fn unsealed(state: &mut State, row_id: i64, column: String, batches: &[Batch], out: &mut Vec<Effect>) {
    let Some(seal) = state.extract.as_ref().and_then(|extract| extract.seal.clone()) else { return };
    let mut secrets = Vec::new();
    for batch in batches {
        for row in 0..batch.rows() {
            let (fingerprint, locked) = (batch.get(row, "fingerprint").to_plain(), batch.get(row, "secret").to_plain());
            secrets.extend(seal.unlock(&fingerprint, &locked).map(|secret| (fingerprint, secret)));
        }
    }
    if secrets.is_empty() {
        state.say(Tone::Plain, "the extract has no secret with this fingerprint; the text only looks like one");
        return;
    }
    count_reveal(state, row_id, column.clone(), out);
    state.unsealed = Some(Unsealed { row_id, column, secrets });
    state.say(Tone::Plain, "the secret is shown until the cursor leaves it; z r covers it");
}

/// `Enter` on the findings and case surfaces: the rows that the thing under the cursor is about.
pub(super) fn open(state: &mut State, out: &mut Vec<Effect>) {
    let filter = match state.surface {
        Surface::Findings => {
            let case = &state.case.case;
            let Some(finding) = case.findings().get(state.case.finding).copied() else { return };
            finding.measures.first().map(|measure| measure.filter.clone()).or_else(|| Some(format!("finding:{}", finding.id)))
        }
        _ => match state.case_line() {
            Some(CaseLine::Pin(_)) => Some("pinned:yes".to_owned()),
            Some(CaseLine::Measure(at)) => state.case.case.measures().get(at).map(|measure| measure.filter.clone()),
            Some(line) => {
                let Some(entity) = line.entity(&state.case.case) else { return };
                view::pivot_to(state, entity, crate::domain::Role::Request, out);
                return;
            }
            None => None,
        },
    };
    let Some(text) = filter else { return };
    let parsed =
        crate::investigate::Filter::parse(&text).and_then(|filter| filter.check(state.extract_schema()).map(|()| filter));
    match parsed {
        Ok(filter) => view::visit(state, Place::Rows, View { filter, ..View::default() }, text, out),
        Err(error) => state.say(Tone::Error, format!("that view does not fit this extract: {error}")),
    }
}
