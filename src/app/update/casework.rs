//! Casework: what each key and form of it leads to, and the way into the journal. Nothing counts as saved before the journal has it.

use crate::case::{Entry, Event, Status};

use crate::app::command::Action;
use crate::app::effect::Effect;
use crate::app::focus;
use crate::app::state::form::{Form, FormField, Purpose as FormPurpose};
use crate::app::state::{CaseLine, Layer, State, Surface, Tone};
use crate::report::Format;

use super::{
    act, around, case_surface, copying, dry_run, fields, findings, labels, links, mapping, notes, pins, playbooks, reveal,
    save_playbook, time, triage,
};

/// Does a command of casework.
pub(super) fn act(state: &mut State, action: Action, out: &mut Vec<Effect>) {
    match action {
        Action::Reveal | Action::RevealRow | Action::RevealAll => return reveal::act(state, action, out),
        Action::PinnedOnly => return pins::only_pinned(state, out),
        Action::CaseOrder => return case_surface::turn(state),
        _ => {}
    }
    if state.case.read_only {
        state.say(Tone::Error, "this case is open for reading only; nothing can be recorded in it");
        return;
    }
    // What is typed into a form takes longer than opening the case, which is under way.
    let is_form = !matches!(action, Action::Undo | Action::Redo | Action::Pin);
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
            let fields = vec![
                FormField::choice("form", Format::WORDS, 0),
                FormField::choice("values", &["as they are", "as pseudonyms"], 0),
            ];
            state.layers.push(Layer::Form(Form::new(FormPurpose::Report, "the report, into the exports of the case", fields)));
        }
        Action::Pin if state.surface == Surface::Playbooks => triage::act(state, action, out),
        Action::Pin => pins::toggle(state, out),
        Action::Note => notes::open(state),
        Action::Label | Action::LabelList | Action::Unlabel | Action::Stage => labels::act(state, action),
        Action::Finding | Action::Verdict | Action::Dismiss if state.surface == Surface::Playbooks => {
            triage::act(state, action, out);
        }
        Action::Finding => {
            let form = findings::form(state, focus::subjects(state));
            state.layers.push(Layer::Form(form));
        }
        Action::Verdict => findings::verdict(state),
        Action::EditThing => case_surface::edit(state),
        Action::Question => {
            let fields = vec![FormField::text("question", true, "")];
            let form = Form::new(FormPurpose::Question(None), "a question that this case has to answer", fields);
            state.layers.push(Layer::Form(form));
        }
        Action::Answer => answer(state),
        _ => {}
    }
}

fn answer(state: &mut State) {
    let id = match state.case_line() {
        Some(CaseLine::Question(id)) if state.surface == Surface::Case => id,
        _ => return state.say(Tone::Plain, "put the cursor on a question to answer it"),
    };
    let asked = state.case.case.questions().into_iter().find(|question| question.id == id);
    let title = format!("answer to {id}: {}", asked.map_or("", |question| question.text.as_str()));
    let form = Form::new(FormPurpose::Answer(id), title, vec![FormField::text("answer", true, "")]);
    state.layers.push(Layer::Form(form));
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
        FormPurpose::DryRun => return dry_run::submit(state, form, out),
        FormPurpose::SearchPlaybooks => {
            state.playbooks.needle = state.sealed(form.value("text")).into_owned();
            return Ok(());
        }
        FormPurpose::Params(id) => return playbooks::submit_params(state, form, id, out),
        FormPurpose::SavePlaybook => return save_playbook::submit(state, form, out),
        _ if state.case.dir.is_empty() => return Err("no case is open yet; a moment, then Enter again".to_owned()),
        FormPurpose::Label { entities, from } => return labels::submit(state, form, entities, from, out),
        FormPurpose::Unlabel(entities) => return labels::take_off(state, form, entities, out),
        FormPurpose::Stage(entities) => return labels::stage(state, form, entities, out),
        FormPurpose::Finding(_) => return findings::submit(state, form, out),
        FormPurpose::Judge(accused) => return triage::submit(state, form, accused, out),
        FormPurpose::EditFinding(id) => return findings::change(state, form, id, out),
        FormPurpose::Verdict(id) => {
            let status = form.value("verdict").parse::<Status>().map_err(|error| error.to_string())?;
            findings::changed(id, Some(status), Some(form.text("text")))
        }
        FormPurpose::Question(id) => {
            let id = id.clone().unwrap_or_else(|| state.case.fresh_id('q'));
            Event::Question { id, text: form.value("question").to_owned() }
        }
        FormPurpose::Report => {
            let format = form.value("form").parse::<Format>().map_err(|error| error.to_string())?;
            state.say(Tone::Plain, "writing the report");
            out.push(Effect::Report { format, redact: form.value("values") == "as pseudonyms" });
            return Ok(());
        }
        FormPurpose::Answer(id) => Event::Answered { id: id.clone(), text: form.value("answer").to_owned() },
    };
    allow(state, &event)?;
    record(state, event, out);
    Ok(())
}

/// Whether the case would take an event now; the reason why not.
pub(super) fn allow(state: &State, event: &Event) -> Result<(), String> {
    state.case.case.check_new(event).map_err(|refusal| refusal.to_string())
}

/// Sends several events to the journal, one after the other: all of them, or none where the case refuses one.
pub(super) fn record_all(state: &mut State, events: Vec<Event>, out: &mut Vec<Effect>) -> Result<(), String> {
    events.iter().try_for_each(|event| allow(state, event))?;
    events.into_iter().for_each(|event| record(state, event, out));
    Ok(())
}

/// Sends an event to the journal. It is said to be saved when it comes back.
pub(super) fn record(state: &mut State, event: Event, out: &mut Vec<Effect>) {
    state.case.unsaved += 1;
    out.push(Effect::Record(event));
}

/// Notes for the audit that a query was run.
pub(super) fn ran(state: &mut State, what: String, rows: Option<u64>, out: &mut Vec<Effect>) {
    note_run(state, Event::Ran { what, rows }, out);
}

/// Records what is noted of a run, where there is a case to note it in.
pub(super) fn note_run(state: &mut State, event: Event, out: &mut Vec<Effect>) {
    if !state.case.read_only && !state.case.dir.is_empty() {
        record(state, event, out);
    }
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
        Event::Exported { .. } | Event::Measured { .. } | Event::Ran { .. } | Event::PlaybookRan { .. } => {}
        Event::Undone { .. } | Event::Redone { .. } => state.say(Tone::Done, "saved: the case is as it was"),
        // What is shown for a while says itself until when.
        Event::Revealed { scope, .. } if scope.starts_with("until") => {}
        event => state.say(Tone::Done, format!("saved: {}", event.describe())),
    }
}
