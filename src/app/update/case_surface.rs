//! The surfaces of the case: in which order it is shown, what `Enter` goes to and what `e` edits.

use crate::case::{Event, Finding, SavedView, Target};
use crate::domain::{Entity, Schema, Value};
use crate::investigate::{Filter, View};

use crate::app::command::Motion;
use crate::app::effect::Effect;
use crate::app::layout;
use crate::app::state::form::{Form, FormField, Purpose as FormPurpose};
use crate::app::state::{CaseLine, CaseOrder, Layer, Place, State, Surface, Tone};

use super::{findings, motion, notes, view};

/// Makes the lines of the case surface anew where something has changed that they show.
pub(super) fn relist(state: &mut State) {
    let key = (state.case.case.head().0, state.case.order, state.extract_sha().to_owned());
    if state.case.listed.as_ref() == Some(&key) {
        return;
    }
    state.case.moments = if key.1 == CaseOrder::Time { state.case.case.timeline() } else { Vec::new() };
    state.case.audit = if key.1 == CaseOrder::Audit { state.case.case.audit().collect() } else { Vec::new() };
    // What was done last is what one looks for first.
    state.case.audit.reverse();
    let on = |of: fn(&Target) -> bool| state.case.case.notes().any(|note| of(&note.target));
    state.case.noted = (on(|target| matches!(target, Target::Entity(_))), on(|target| matches!(target, Target::Row { .. })));
    state.case.stages = state.case.case.stages();
    state.case.lines = state.list_case();
    state.case.listed = Some(key);
    state.case.cursor = state.case.cursor.min(state.case.lines.len().saturating_sub(1));
    motion::keep_in_sight(state);
}

/// Shows the case in the next order.
pub(super) fn turn(state: &mut State) {
    state.case.order = state.case.order.next();
    (state.case.cursor, state.case.top) = (0, 0);
    let says = match state.case.order {
        CaseOrder::Things => "the case by questions, findings, entities and pins",
        CaseOrder::Time => {
            "the case in the order of time: rows by their own time, labels, stages and findings by when they were written"
        }
        CaseOrder::Audit => "who opened, ran, revealed and exported what, the latest first",
    };
    state.say(Tone::Plain, says);
}

/// The finding under the cursor, on either surface.
pub(super) fn finding(state: &State) -> Option<Finding> {
    let case = &state.case.case;
    match (state.surface, state.case_line()) {
        (Surface::Case, Some(CaseLine::Finding { id, .. } | CaseLine::Number { finding: id, .. })) => {
            case.finding_with(&id).cloned()
        }
        (Surface::Case, _) => None,
        _ => case.findings().get(state.case.finding).map(|finding| (*finding).clone()),
    }
}

/// A step on the findings surface: by ones to another finding, by pages in the text of the present one.
pub(super) fn step(state: &mut State, to: Motion) {
    let findings = state.case.case.findings();
    let height = usize::from(layout::surface_height(state.size));
    match to {
        Motion::PageUp | Motion::PageDown | Motion::HalfUp | Motion::HalfDown => {
            let text = findings.get(state.case.finding).map_or(0, |finding| length(finding, state));
            state.case.finding_top = motion::moved(state.case.finding_top, text, (height / 2).max(2), to);
        }
        _ => {
            let count = findings.len();
            state.case.finding = motion::moved(state.case.finding, count, 5, to);
            state.case.finding_top = 0;
        }
    }
}

/// About how many lines the text of a finding takes: how far it can be scrolled at most.
fn length(finding: &Finding, state: &State) -> usize {
    let wide = usize::from(state.size.width.saturating_sub(8)).max(10);
    let rows = |text: &str| text.lines().map(|line| 1 + line.chars().count() / wide).sum::<usize>();
    let numbers = finding.measures.iter().map(|measure| {
        4 + rows(&measure.filter) + rows(&measure.command) + rows(&measure.query) + rows(&measure.params.join(" "))
    });
    8 + rows(&finding.text) + rows(&finding.next_step) + finding.entities.len() + finding.evidence.len() + numbers.sum::<usize>()
}

/// `e`: edits what is under the cursor.
pub(super) fn edit(state: &mut State) {
    if let Some(finding) = finding(state) {
        return findings::edit(state, &finding.id);
    }
    match state.case_line().filter(|_| state.surface == Surface::Case) {
        Some(CaseLine::Note(id)) => notes::edit(state, &id),
        Some(CaseLine::Question(id)) => {
            let asked = state.case.case.questions().into_iter().find(|question| question.id == id);
            let fields = vec![FormField::text("question", true, asked.map_or("", |question| question.text.as_str()))];
            let title = format!("question {id}");
            state.layers.push(Layer::Form(Form::new(FormPurpose::Question(Some(id)), title, fields)));
        }
        _ => state.say(Tone::Plain, "put the cursor on a finding, a note or a question to edit it"),
    }
}

/// `Enter`: goes to the thing under the cursor.
pub(super) fn open(state: &mut State, out: &mut Vec<Effect>) {
    if state.surface == Surface::Findings {
        let Some(finding) = finding(state) else { return };
        return evidence_of(state, &finding, out);
    }
    match state.case_line() {
        Some(CaseLine::Question(id)) => {
            let answering = state.case.case.findings().iter().position(|finding| finding.question.as_ref() == Some(&id));
            match answering {
                Some(at) => show_finding(state, at),
                None => state.say(Tone::Plain, "no finding answers it yet; A answers it in words, f states a finding"),
            }
        }
        Some(CaseLine::Finding { id, .. }) => go_to_finding(state, &id),
        Some(CaseLine::Number { finding, at, .. }) => {
            let found = state.case.case.finding_with(&finding);
            let measure = found.and_then(|finding| finding.measures.get(at)).cloned();
            if let Some(measure) = measure {
                go_to_view(state, measure.sql, measure.filter, out);
            }
        }
        Some(CaseLine::Measure(at)) => {
            let measure = state.case.case.measures().get(at).map(|measure| (*measure).clone());
            if let Some(measure) = measure {
                go_to_view(state, measure.sql, measure.filter, out);
            }
        }
        Some(CaseLine::Pin(evidence) | CaseLine::Kept { evidence, .. }) => {
            let pin = state.case.case.pin(&evidence).map(|pin| (pin.row_id, pin.extract.clone()));
            match pin {
                Some((row_id, extract)) => go_to_row(state, row_id, &extract, out),
                None => state.say(Tone::Plain, "this row is not pinned any more"),
            }
        }
        Some(CaseLine::Note(id)) => {
            let target = state.case.case.note(&id).map(|note| note.target.clone());
            match target {
                Some(Target::Case) | None => notes::edit(state, &id),
                Some(target) => go_to_target(state, target, out),
            }
        }
        Some(CaseLine::Entity(entity)) => go_to_entity(state, entity, out),
        Some(CaseLine::Export(at)) => {
            let path = state.case.case.exports().get(at).map(|export| export.path.clone());
            state.say(Tone::Plain, path.unwrap_or_default());
        }
        Some(CaseLine::Moment(at)) => {
            let seq = state.case.moments.get(at).map(|moment| moment.seq);
            go_to_entry(state, seq, out);
        }
        Some(CaseLine::Audit(at)) => {
            let seq = state.case.audit.get(at).map(|line| line.seq);
            go_to_entry(state, seq, out);
        }
        _ => {}
    }
}

/// What an entry of the journal is about.
fn go_to_entry(state: &mut State, seq: Option<u64>, out: &mut Vec<Effect>) {
    let Some(event) = seq.and_then(|seq| state.case.case.entry(seq)).map(|entry| entry.event.clone()) else { return };
    match event {
        Event::Pinned { row_id, extract, .. } => go_to_row(state, row_id, &extract, out),
        Event::Revealed { row_id, extract, .. } if row_id > 0 => go_to_row(state, row_id, &extract, out),
        Event::Labelled { entity, .. } | Event::Unlabelled { entity, .. } | Event::Staged { entity, .. } => {
            go_to_entity(state, entity, out);
        }
        Event::LabelledMany { entities, .. } | Event::UnlabelledMany { entities, .. } => {
            view::pivot_from(state, entities, crate::domain::Role::Request, out);
        }
        Event::Found { id, .. } | Event::FindingChanged { id, .. } => go_to_finding(state, &id),
        Event::Visited { view, .. } => go_to_view(state, view.sql.clone(), view.filter_text(), out),
        other => state.say(Tone::Plain, other.describe()),
    }
}

fn go_to_target(state: &mut State, target: Target, out: &mut Vec<Effect>) {
    match target {
        Target::Entity(entity) => go_to_entity(state, entity, out),
        Target::Row { row_id, extract_sha } => go_to_row(state, row_id, &extract_sha, out),
        Target::Finding(id) => go_to_finding(state, &id),
        Target::Question(id) => {
            let at = state.case.lines.iter().position(|line| *line == CaseLine::Question(id.clone()));
            state.case.cursor = at.unwrap_or(state.case.cursor);
            motion::keep_in_sight(state);
        }
        Target::Case => {}
    }
}

fn go_to_finding(state: &mut State, id: &str) {
    match state.case.case.findings().iter().position(|finding| finding.id == id) {
        Some(at) => show_finding(state, at),
        None => state.say(Tone::Plain, format!("finding {id} was taken back")),
    }
}

fn show_finding(state: &mut State, at: usize) {
    (state.case.finding, state.case.finding_top) = (at, 0);
    state.surface = Surface::Findings;
}

fn go_to_entity(state: &mut State, entity: Entity, out: &mut Vec<Effect>) {
    if view::known_to_extract(state, &entity) {
        let its_rows = view::entity_view(state, &entity);
        let title = format!("page of {entity}");
        view::visit(state, Place::Page(entity), its_rows, title, out);
    }
}

fn go_to_row(state: &mut State, row_id: i64, extract: &str, out: &mut Vec<Effect>) {
    if extract != state.extract_sha() {
        let short = extract.get(..12).unwrap_or(extract).to_owned();
        state.say(Tone::Plain, format!("row {row_id} is of the extract {short}, which is not the one that is open"));
        return;
    }
    let filter = Filter::keep(Schema::ROW_ID, &Value::Int(i128::from(row_id)));
    view::visit(state, Place::Rows, View { filter, ..View::default() }, format!("row {row_id}"), out);
}

/// The rows that a finding stands on.
fn evidence_of(state: &mut State, finding: &Finding, out: &mut Vec<Effect>) {
    match finding.measures.first() {
        Some(measure) => go_to_view(state, measure.sql.clone(), measure.filter.clone(), out),
        None => go_to_view(state, String::new(), format!("finding:{}", finding.id), out),
    }
}

fn go_to_view(state: &mut State, sql: String, filter: String, out: &mut Vec<Effect>) {
    let title = match (sql.is_empty(), filter.is_empty()) {
        (true, true) => "all rows".to_owned(),
        (true, false) => filter.clone(),
        (false, _) => format!("sql: {sql}"),
    };
    let saved = SavedView { sql, filter, ..SavedView::default() };
    let whole = saved.sql.is_empty();
    let checked = View::try_from(&saved).and_then(|view| match whole {
        true => view.filter.check(state.extract_schema()).map(|()| view),
        false => Ok(view),
    });
    match checked {
        Ok(view) => view::visit(state, Place::Rows, view, title, out),
        Err(error) => state.say(Tone::Error, format!("that view does not fit this extract: {error}")),
    }
}
