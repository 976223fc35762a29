//! Findings: stated with a view as their evidence, linked to the question that they answer, edited, confirmed or dismissed.

use std::collections::BTreeSet;

use crate::case::{Confidence, Event, Finding, FindingDetails, FindingEdits, SavedView, Status};
use crate::domain::{Entity, Severity};
use crate::engine::Lane;
use crate::investigate::count;

use crate::app::effect::Effect;
use crate::app::state::form::{Form, FormField, Purpose as FormPurpose};
use crate::app::state::jobs::Purpose;
use crate::app::state::marks::described;
use crate::app::state::{Layer, State, Tone};

use super::casework::{allow, record};
use super::view;

const STATUSES: &[&str] = &["confirmed", "dismissed", "open"];
/// How sure a finding is; the first word says that nobody has said it.
const CONFIDENCES: &[&str] = &["unsaid", "low", "medium", "high"];

/// The form of a new finding about these entities, with the view as its evidence.
pub(super) fn form(state: &State, subjects: Vec<Entity>) -> Form {
    let rows = state.rows.total.map_or(String::new(), |rows| format!(", {rows} rows"));
    let rows = if subjects.len() > 1 { format!("{rows}, about {}", described(&subjects)) } else { rows };
    let title = match state.view().is_all() {
        true => format!("finding on all rows{rows}"),
        false => format!("finding on {}{rows}", SavedView::from(state.view()).filter_text()),
    };
    let fields = fields(state, None, &subjects);
    Form::new(FormPurpose::Finding(subjects), title, fields)
}

/// Opens the form of a finding that is to be edited.
pub(super) fn edit(state: &mut State, id: &str) {
    let Some(finding) = state.case.case.finding_with(id).cloned() else { return };
    let fields = fields(state, Some(&finding), &finding.entities);
    let form = Form::new(FormPurpose::EditFinding(finding.id.clone()), format!("finding {}", finding.id), fields);
    state.layers.push(Layer::Form(form));
}

/// Opens the form of a verdict.
pub(super) fn verdict(state: &mut State) {
    let Some(finding) = super::case_surface::finding(state) else {
        return state.say(Tone::Plain, "there is no finding here; f states one");
    };
    let title = format!("verdict on {}: {}", finding.id, finding.title);
    let fields = vec![FormField::choice("verdict", STATUSES, 0), FormField::long("text", false, &finding.text)];
    let form = Form::new(FormPurpose::Verdict(finding.id.clone()), title, fields);
    state.layers.push(Layer::Form(form));
}

fn fields(state: &State, finding: Option<&Finding>, entities: &[Entity]) -> Vec<FormField> {
    let known = |of: fn(&Finding) -> &str| {
        let words = state.case.case.findings().into_iter().map(of).filter(|word| !word.is_empty());
        words.map(str::to_owned).collect::<BTreeSet<String>>().into_iter().collect::<Vec<String>>()
    };
    let said = |of: fn(&Finding) -> &str| finding.map_or("", of);
    let severity = finding.map_or(Severity::Medium, |finding| finding.severity).name();
    let confidence = finding.and_then(|finding| finding.confidence).map_or("unsaid", Confidence::name);
    let at = |words: &[&str], word: &str| words.iter().position(|one| *one == word).unwrap_or(0);
    let questions: Vec<String> = state.case.case.questions().into_iter().map(|question| question.id.clone()).collect();
    // A new finding on the only question that is open most likely answers it; that is offered, not decided.
    let question = finding.and_then(|finding| finding.question.as_deref()).unwrap_or_default();
    let listed: Vec<String> = entities.iter().map(Entity::to_string).collect();
    vec![
        FormField::text("title", true, said(|finding| &finding.title)),
        FormField::choice("severity", Severity::WORDS, at(Severity::WORDS, severity)),
        FormField::choice("confidence", CONFIDENCES, at(CONFIDENCES, confidence)),
        FormField::text("category", false, said(|finding| &finding.category)).offering(known(|finding| &finding.category)),
        FormField::text("owner", false, said(|finding| &finding.owner))
            .offering(known(|finding| &finding.owner))
            .hinting("who must act"),
        FormField::text("next step", false, said(|finding| &finding.next_step)),
        FormField::text("question", false, question)
            .hinting(match questions.is_empty() {
                true => "none is asked yet; Space q asks one",
                false => "the question that it answers, such as q1",
            })
            .offering(questions),
        FormField::long("text", false, said(|finding| &finding.text)),
        FormField::long("entities", false, &listed.join("\n")).hinting("account:acct_17, one a line"),
    ]
}

/// What a form says of a finding.
struct Said {
    title: String,
    severity: Severity,
    text: String,
    entities: Vec<Entity>,
    confidence: Option<Confidence>,
    category: String,
    owner: String,
    next_step: String,
    question: String,
}

fn said(form: &Form) -> Result<Said, String> {
    let entities = form.text("entities");
    let lines = entities.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut named: Vec<Entity> = Vec::new();
    for line in lines {
        let entity = line.parse::<Entity>().map_err(|error| error.to_string())?;
        if !named.contains(&entity) {
            named.push(entity);
        }
    }
    let confidence = form.value("confidence");
    Ok(Said {
        title: form.value("title").to_owned(),
        severity: form.value("severity").parse::<Severity>().map_err(|error| error.to_string())?,
        text: form.text("text"),
        entities: named,
        confidence: match confidence {
            "unsaid" => None,
            word => Some(word.parse::<Confidence>().map_err(|error| error.to_string())?),
        },
        category: form.value("category").to_owned(),
        owner: form.value("owner").to_owned(),
        next_step: form.value("next step").to_owned(),
        question: form.value("question").to_owned(),
    })
}

/// The form of a new finding was filled in: it is recorded, then the rows of its view are counted.
pub(super) fn submit(state: &mut State, form: &Form, out: &mut Vec<Effect>) -> Result<(), String> {
    let said = said(form)?;
    // The span is that of the view whose rows have been counted.
    let span = state.rows.total.and(state.rows.span);
    let id = state.case.next_id('f');
    let event = Event::Found {
        id: id.clone(),
        title: said.title,
        severity: said.severity,
        entities: said.entities,
        text: said.text,
        evidence: pinned(state),
        details: FindingDetails {
            confidence: said.confidence,
            category: said.category,
            owner: said.owner,
            next_step: said.next_step,
            question: Some(said.question).filter(|id| !id.is_empty()),
            first_seen: span.map(|span| span.0),
            last_seen: span.map(|span| span.1),
        },
    };
    allow(state, &event)?;
    state.case.give_id('f');
    record(state, event, out);
    measure(state, id, out)
}

/// The pins of the marked rows: who marks rows and states a finding means them as its evidence.
fn pinned(state: &State) -> Vec<String> {
    let rows = state.marks.rows().iter().filter_map(|row_id| state.extract_row(*row_id));
    rows.filter_map(|row_id| state.case.case.pin_of(state.extract_sha(), row_id)).map(|pin| pin.evidence.clone()).collect()
}

/// The form of a finding that was stated before was filled in: what is another now is recorded.
pub(super) fn change(state: &mut State, form: &Form, id: &str, out: &mut Vec<Effect>) -> Result<(), String> {
    let said = said(form)?;
    let Some(finding) = state.case.case.finding_with(id).cloned() else { return Err(format!("there is no finding {id}")) };
    let question = finding.question.clone().unwrap_or_default();
    if said.confidence.is_none() && finding.confidence.is_some() {
        return Err("how sure it is has been said, and can be said otherwise, but not unsaid".to_owned());
    }
    let event = Event::FindingChanged {
        id: id.to_owned(),
        status: None,
        severity: Some(said.severity).filter(|severity| *severity != finding.severity),
        text: Some(said.text).filter(|text| *text != finding.text),
        title: Some(said.title).filter(|title| *title != finding.title),
        entities: Some(said.entities).filter(|entities| *entities != finding.entities),
        evidence: None,
        edits: FindingEdits {
            confidence: said.confidence.filter(|confidence| Some(*confidence) != finding.confidence),
            category: Some(said.category).filter(|category| *category != finding.category),
            owner: Some(said.owner).filter(|owner| *owner != finding.owner),
            next_step: Some(said.next_step).filter(|next| *next != finding.next_step),
            question: Some(said.question).filter(|other| *other != question),
            first_seen: None,
            last_seen: None,
        },
    };
    if event == changed(id, None, None) {
        state.say(Tone::Plain, "nothing was changed");
        return Ok(());
    }
    allow(state, &event)?;
    record(state, event, out);
    Ok(())
}

/// Another status or text of a finding; the rest stays.
pub(super) fn changed(id: &str, status: Option<Status>, text: Option<String>) -> Event {
    Event::FindingChanged {
        id: id.to_owned(),
        status,
        severity: None,
        text,
        title: None,
        entities: None,
        evidence: None,
        edits: FindingEdits::default(),
    }
}

/// Counts the rows that a finding stands on, so that its number can be checked later.
fn measure(state: &mut State, finding: String, out: &mut Vec<Effect>) -> Result<(), String> {
    let saved = SavedView::from(state.view());
    let (filter, sql) = (saved.filter_text(), saved.sql);
    let command = ["casebook query", &state.view().command_line(), "EXTRACT"].join(" ").replace("  ", " ");
    let statement = count::statement(&state.context(), state.view()).map_err(|error| error.to_string())?;
    let (query, params) = (statement.sql.clone(), statement.params.iter().map(ToString::to_string).collect());
    let purpose = Purpose::Measure { finding, sql, filter, command, query, params };
    view::submit(state, Lane::Catalog, purpose, Ok(statement), out).map(drop).map_err(|error| error.to_string())
}
