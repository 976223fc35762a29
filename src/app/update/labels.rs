//! Labels and stages: on the entity under the cursor, on all that is marked, or on a whole list.

use std::collections::BTreeSet;

use crate::case::{Connotation, Event, Stage};
use crate::domain::{Entity, Timestamp};
use crate::investigate::filter::parse_duration;

use crate::app::command::Action;
use crate::app::effect::Effect;
use crate::app::focus;
use crate::app::state::form::{Form, FormField, Purpose as FormPurpose};
use crate::app::state::layer::Confirm;
use crate::app::state::marks::described;
use crate::app::state::{Layer, State, Tone};
use crate::case::SavedView;

use super::casework::{allow, record, record_all};

const CONNOTATIONS: &[&str] = &["bad", "good", "neutral"];
const STAGES: &[&str] = &["seen", "suspect", "confirmed", "cleared"];
/// Entities that are shown before many are labelled.
const SAMPLE: usize = 12;

/// Opens the form of a command.
pub(super) fn act(state: &mut State, action: Action) {
    let subjects = focus::subjects(state);
    let form = match action {
        Action::LabelList => {
            let Some(listed) = listed(state) else {
                state.say(Tone::Plain, "this list names no entities; t labels the one under the cursor");
                return;
            };
            let cut = match (state.list.cut, state.list.matching.or(state.list.distinct)) {
                (false, _) => String::new(),
                (true, Some(all)) => format!(", the first {} of {all}", listed.len()),
                (true, None) => format!(", the first {}", listed.len()),
            };
            let from = format!("{} of {}{cut}", state.list.column, whence(state));
            label_form(state, listed, from)
        }
        _ if subjects.is_empty() => return,
        Action::Label => {
            let from = if subjects.len() > 1 { format!("marked in {}", whence(state)) } else { String::new() };
            label_form(state, subjects, from)
        }
        Action::Unlabel => match unlabel_form(state, subjects) {
            Ok(form) => form,
            Err(said) => return state.say(Tone::Plain, said),
        },
        _ => stage_form(state, subjects),
    };
    state.layers.push(Layer::Form(form));
}

/// The entities of the list in the main area.
fn listed(state: &State) -> Option<Vec<Entity>> {
    let role = state.schema.column(&state.list.column)?.role.filter(|role| role.is_entity())?;
    let values = state.list.items.iter().filter_map(|item| item.value.clone()).filter(|value| !value.is_empty());
    let entities: Vec<Entity> = values.filter_map(|value| Entity::new(role, value)).collect();
    (!entities.is_empty()).then_some(entities)
}

/// What the present view is of, in words.
fn whence(state: &State) -> String {
    let filter = SavedView::from(state.view()).filter_text();
    if filter.is_empty() { "all rows".to_owned() } else { filter }
}

fn label_form(state: &State, entities: Vec<Entity>, from: String) -> Form {
    let words: BTreeSet<String> = crate::investigate::CaseTerms::labels(&state.case.case).into_iter().collect();
    let fields = vec![
        FormField::text("label", true, "").offering(words.into_iter().collect()),
        FormField::choice("says", CONNOTATIONS, 0),
        FormField::text("reason", true, ""),
        FormField::text("ends", false, "").hinting("30d, 12h, a date, or never"),
    ];
    let title = format!("label {}", described(&entities));
    Form::new(FormPurpose::Label { entities, from }, title, fields)
}

fn unlabel_form(state: &State, subjects: Vec<Entity>) -> Result<Form, String> {
    let mut labels: Vec<String> = Vec::new();
    for label in subjects.iter().flat_map(|entity| state.case.case.labels_of(entity)) {
        if !labels.contains(&label.label) {
            labels.push(label.label.clone());
        }
    }
    let Some(last) = labels.last().cloned() else {
        let verb = if subjects.len() == 1 { "carries" } else { "carry" };
        return Err(format!("{} {verb} no label", described(&subjects)));
    };
    let title = format!("take a label off {} ({})", described(&subjects), labels.join(", "));
    let fields = vec![FormField::text("label", true, last).offering(labels), FormField::text("reason", true, "")];
    Ok(Form::new(FormPurpose::Unlabel(subjects), title, fields))
}

fn stage_form(state: &State, subjects: Vec<Entity>) -> Form {
    let mut title = format!("where {} {}", described(&subjects), if subjects.len() == 1 { "stands" } else { "stand" });
    let mut now = Stage::Suspect;
    if let [only] = subjects.as_slice() {
        let staging = state.case.case.stage_of(only);
        now = staging.stage;
        title.push_str(&format!("; now {}", staging.stage));
        if !staging.reason.is_empty() {
            title.push_str(&format!(" ({})", staging.reason));
        }
    }
    let chosen = STAGES.iter().position(|word| *word == now.name()).unwrap_or(0);
    let fields = vec![FormField::choice("stage", STAGES, chosen), FormField::text("reason", true, "")];
    Form::new(FormPurpose::Stage(subjects), title, fields)
}

/// When a label ends: a length of time from now on, or a time. Nothing for never.
fn ends(state: &State, text: &str) -> Result<Option<Timestamp>, String> {
    if text.is_empty() || text == "never" {
        return Ok(None);
    }
    let length = parse_duration(text);
    let ends = match (length, state.clock) {
        (Some(length), Some(now)) => now.plus(length),
        (Some(_), None) => return Err("the time of day is not known; type a date".to_owned()),
        (None, _) => text
            .parse::<Timestamp>()
            .map_err(|_| format!("'{text}' is no length of time such as 30d or 12h, and no time such as 2026-12-31"))?,
    };
    match state.clock {
        Some(now) if ends <= now => Err(format!("{} is over already", ends.to_seconds_text())),
        _ => Ok(Some(ends)),
    }
}

/// The form of a label was filled in. One entity is labelled at once; many after they were seen.
pub(super) fn submit(
    state: &mut State,
    form: &Form,
    entities: &[Entity],
    from: &str,
    out: &mut Vec<Effect>,
) -> Result<(), String> {
    let connotation = form.value("says").parse::<Connotation>().map_err(|error| error.to_string())?;
    let expires = ends(state, form.value("ends"))?;
    let (label, reason) = (form.value("label").to_owned(), form.value("reason").to_owned());
    if let [only] = entities {
        let event = Event::Labelled { entity: only.clone(), label, connotation, reason, expires, playbook: String::new() };
        allow(state, &event)?;
        record(state, event, out);
        return Ok(());
    }
    let (entities, from) = (entities.to_vec(), from.to_owned());
    let lines = preview(state, &entities, &label, connotation, &reason, expires, &from);
    let title = format!("label {} {label}?", described(&entities));
    let event = Event::LabelledMany { entities, label, connotation, reason, expires, playbook: String::new(), from };
    allow(state, &event)?;
    state.layers.push(Layer::Confirm(Box::new(Confirm { title, lines, event, top: 0 })));
    Ok(())
}

/// What is shown before many entities are labelled: how many, a sample, and what is known of them that speaks against it.
fn preview(
    state: &State,
    entities: &[Entity],
    label: &str,
    connotation: Connotation,
    reason: &str,
    expires: Option<Timestamp>,
    from: &str,
) -> Vec<String> {
    let case = &state.case.case;
    let carrying = |fits: &dyn Fn(&crate::case::Label) -> bool| {
        entities.iter().filter(|entity| case.labels_of(entity).iter().any(fits)).count()
    };
    let mut lines = vec![format!("{} get the label {label} ({connotation})", described(entities))];
    lines.push(format!("reason: {reason}"));
    lines.push(expires.map_or("it does not end".to_owned(), |ends| format!("it ends {}", ends.to_seconds_text())));
    lines.push(format!("chosen from: {from}"));
    let already = carrying(&|known| known.label == label);
    if already > 0 {
        lines.push(format!("{already} of them carry it already; what it says and its reason are replaced"));
    }
    let against = match connotation {
        Connotation::Bad => Some(Connotation::Good),
        Connotation::Good => Some(Connotation::Bad),
        Connotation::Neutral => None,
    };
    if let Some(against) = against {
        let count = carrying(&|known| known.connotation == against);
        if count > 0 {
            lines.push(format!("CAREFUL: {count} of them carry a label that says {against}"));
        }
    }
    lines.push(String::new());
    lines.extend(entities.iter().take(SAMPLE).map(|entity| {
        let labels: Vec<&str> = case.labels_of(entity).iter().map(|label| label.label.as_str()).collect();
        if labels.is_empty() { format!("  {entity}") } else { format!("  {entity}  ({})", labels.join(", ")) }
    }));
    if entities.len() > SAMPLE {
        lines.push(format!("  and {} more", entities.len() - SAMPLE));
    }
    lines
}

/// The form that takes a label off was filled in.
pub(super) fn take_off(state: &mut State, form: &Form, entities: &[Entity], out: &mut Vec<Effect>) -> Result<(), String> {
    let (label, reason) = (form.value("label").to_owned(), form.value("reason").to_owned());
    let carries = |entity: &&Entity| state.case.case.labels_of(entity).iter().any(|known| known.label == label);
    let carriers: Vec<Entity> = entities.iter().filter(carries).cloned().collect();
    // Where nobody carries it, the case says so.
    let mut chosen = if carriers.is_empty() { entities.to_vec() } else { carriers };
    let event = match chosen.pop() {
        Some(entity) if chosen.is_empty() => Event::Unlabelled { entity, label, reason },
        Some(last) => {
            chosen.push(last);
            Event::UnlabelledMany { entities: chosen, label, reason, from: format!("marked in {}", whence(state)) }
        }
        None => return Ok(()),
    };
    allow(state, &event)?;
    record(state, event, out);
    Ok(())
}

/// The form of a stage was filled in.
pub(super) fn stage(state: &mut State, form: &Form, entities: &[Entity], out: &mut Vec<Effect>) -> Result<(), String> {
    let stage = form.value("stage").parse::<Stage>().map_err(|error| error.to_string())?;
    let staged = |entity: &Entity| Event::Staged {
        entity: entity.clone(),
        stage,
        reason: form.value("reason").to_owned(),
        playbook: String::new(),
    };
    record_all(state, entities.iter().map(staged).collect(), out)
}
