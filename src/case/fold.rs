//! What an entry does to the state, and how a subject's part of the state is taken out before it is built again.

use crate::domain::{Entity, Timestamp};

use super::entry::Entry;
use super::event::{Event, FindingEdits};
use super::model::{Answer, Finding, Label, LabelChange, Labels, Measure, Note, Pin, Question, StageChange, Stamp, State};
use super::state::Subject;
use super::triage::Dismissal;
use super::words::{Connotation, Status};

/// Takes everything that is known of a subject out of the state.
pub(super) fn clear(state: &mut State, subject: &Subject) {
    match subject {
        Subject::Question(id) => {
            state.questions.remove(id);
        }
        Subject::Labels(entity) => {
            if let Some(values) = state.labels.get_mut(&entity.role) {
                values.remove(&entity.value);
                if values.is_empty() {
                    state.labels.remove(&entity.role);
                }
            }
        }
        Subject::Stage(entity) => {
            state.stages.remove(entity);
        }
        Subject::Note(id) => {
            take_note(state, id);
        }
        Subject::Pin(evidence) => unpin(state, evidence),
        Subject::Finding(id) => {
            state.findings.remove(id);
        }
        Subject::Measure(seq) => {
            state.measures.remove(seq);
        }
        Subject::Dismissal(entity, playbook) => {
            if let Some(known) = state.dismissals.get_mut(entity) {
                known.remove(playbook);
                if known.is_empty() {
                    state.dismissals.remove(entity);
                }
            }
        }
    }
}

/// Takes in what one entry says about one subject. What refers to something that is not there (because that was taken back) does nothing.
pub(super) fn apply(state: &mut State, subject: &Subject, entry: &Entry) {
    let stamp = entry.stamp();
    match &entry.event {
        Event::Question { id, text } => match state.questions.get_mut(id) {
            Some(question) => question.text.clone_from(text),
            None => {
                let question = Question { id: id.clone(), text: text.clone(), stamp, answers: Vec::new() };
                state.questions.insert(id.clone(), question);
            }
        },
        Event::Answered { id, text } => {
            if let Some(question) = state.questions.get_mut(id) {
                question.answers.push(Answer { text: text.clone(), stamp });
            }
        }
        Event::Labelled { label, connotation, reason, expires, playbook, .. }
        | Event::LabelledMany { label, connotation, reason, expires, playbook, .. } => {
            let Subject::Labels(entity) = subject else { return };
            let given = Given { label, connotation: *connotation, reason, expires: *expires, playbook };
            give(labels_mut(state, entity), given, stamp);
        }
        Event::Unlabelled { label, reason, .. } | Event::UnlabelledMany { label, reason, .. } => {
            let Subject::Labels(entity) = subject else { return };
            let known = state.labels.get_mut(&entity.role).and_then(|values| values.get_mut(&entity.value));
            let Some(labels) = known.filter(|labels| labels.current.iter().any(|one| one.label == *label)) else { return };
            labels.current.retain(|one| one.label != *label);
            let (label, reason) = (label.clone(), reason.clone());
            labels.history.push(LabelChange { label, set: None, reason, playbook: String::new(), stamp });
        }
        Event::Staged { entity, stage, reason, playbook } => {
            let change = StageChange { stage: *stage, reason: reason.clone(), playbook: playbook.clone(), stamp };
            state.stages.entry(entity.clone()).or_default().push(change);
        }
        Event::Noted { id, target, text } => {
            if state.note_targets.get(id).is_some_and(|known| known != target) {
                return;
            }
            let note = match take_note(state, id) {
                Some(note) => Note { text: text.clone(), edited: Some(stamp), ..note },
                None => Note { id: id.clone(), target: target.clone(), text: text.clone(), stamp, edited: None },
            };
            state.note_targets.insert(id.clone(), target.clone());
            let notes = state.notes.entry(target.clone()).or_default();
            let at = notes.partition_point(|other| other.stamp.seq < note.stamp.seq);
            notes.insert(at, note);
        }
        Event::NoteRemoved { id } => {
            take_note(state, id);
        }
        Event::Pinned { row_id, extract, evidence, at, summary, entities } => {
            unpin(state, evidence);
            state.pinned.entry(extract.clone()).or_default().entry(*row_id).or_default().insert(evidence.clone());
            let pin = Pin {
                row_id: *row_id,
                extract: extract.clone(),
                evidence: evidence.clone(),
                time: *at,
                summary: summary.clone(),
                entities: entities.clone(),
                stamp,
            };
            state.pins.insert(evidence.clone(), pin);
        }
        Event::Unpinned { evidence } => unpin(state, evidence),
        Event::Found { id, title, severity, entities, text, evidence, details } => {
            let finding = Finding {
                id: id.clone(),
                title: title.clone(),
                severity: *severity,
                status: Status::Open,
                entities: entities.clone(),
                text: text.clone(),
                evidence: evidence.clone(),
                confidence: details.confidence,
                category: details.category.clone(),
                owner: details.owner.clone(),
                next_step: details.next_step.clone(),
                question: details.question.clone(),
                first_seen: details.first_seen,
                last_seen: details.last_seen,
                measures: Vec::new(),
                stamp,
                changes: Vec::new(),
            };
            state.findings.entry(id.clone()).or_insert(finding);
        }
        Event::FindingChanged { id, status, severity, text, title, entities, evidence, edits } => {
            if let Some(finding) = state.findings.get_mut(id) {
                finding.status = status.unwrap_or(finding.status);
                finding.severity = severity.unwrap_or(finding.severity);
                replace(&mut finding.text, text);
                replace(&mut finding.title, title);
                replace(&mut finding.entities, entities);
                replace(&mut finding.evidence, evidence);
                edit(finding, edits);
                finding.changes.push(stamp);
            }
        }
        Event::Measured { finding, title, sql, filter, command, rows, extract, query, params, playbook } => {
            let measure = Measure {
                finding: finding.clone(),
                title: title.clone(),
                sql: sql.clone(),
                filter: filter.clone(),
                command: command.clone(),
                rows: *rows,
                extract: extract.clone(),
                query: query.clone(),
                params: params.clone(),
                playbook: playbook.clone(),
                stamp,
            };
            match finding {
                Some(id) => {
                    if let Some(finding) = state.findings.get_mut(id) {
                        finding.measures.push(measure);
                    }
                }
                None => {
                    state.measures.insert(entry.seq, measure);
                }
            }
        }
        Event::Dismissed { entity, playbook, reason } => {
            let dismissal = Dismissal { reason: reason.clone(), stamp };
            state.dismissals.entry(entity.clone()).or_default().insert(playbook.clone(), dismissal);
        }
        Event::DismissedMany { reason, .. } => {
            let Subject::Dismissal(entity, playbook) = subject else { return };
            let dismissal = Dismissal { reason: reason.clone(), stamp };
            state.dismissals.entry(entity.clone()).or_default().insert(playbook.clone(), dismissal);
        }
        Event::Created { .. }
        | Event::Opened { .. }
        | Event::Visited { .. }
        | Event::Revealed { .. }
        | Event::Exported { .. }
        | Event::Ran { .. }
        | Event::Merged { .. }
        | Event::PlaybookRan { .. }
        | Event::Undone { .. }
        | Event::Redone { .. } => {}
    }
}

fn replace<T: Clone>(old: &mut T, new: &Option<T>) {
    if let Some(new) = new {
        old.clone_from(new);
    }
}

fn edit(finding: &mut Finding, edits: &FindingEdits) {
    finding.confidence = edits.confidence.or(finding.confidence);
    replace(&mut finding.category, &edits.category);
    replace(&mut finding.owner, &edits.owner);
    replace(&mut finding.next_step, &edits.next_step);
    if let Some(question) = &edits.question {
        finding.question = Some(question.clone()).filter(|id| !id.is_empty());
    }
    finding.first_seen = edits.first_seen.or(finding.first_seen);
    finding.last_seen = edits.last_seen.or(finding.last_seen);
}

/// A label as it is given.
struct Given<'a> {
    label: &'a str,
    connotation: Connotation,
    reason: &'a str,
    expires: Option<Timestamp>,
    playbook: &'a str,
}

fn give(labels: &mut Labels, given: Given<'_>, stamp: Stamp) {
    labels.history.push(LabelChange {
        label: given.label.to_owned(),
        set: Some((given.connotation, given.expires)),
        reason: given.reason.to_owned(),
        playbook: given.playbook.to_owned(),
        stamp: stamp.clone(),
    });
    let now = Label {
        label: given.label.to_owned(),
        connotation: given.connotation,
        reason: given.reason.to_owned(),
        expires: given.expires,
        playbook: given.playbook.to_owned(),
        stamp,
    };
    match labels.current.iter_mut().find(|one| one.label == given.label) {
        Some(known) => *known = now,
        None => labels.current.push(now),
    }
}

fn labels_mut<'a>(state: &'a mut State, entity: &Entity) -> &'a mut Labels {
    state.labels.entry(entity.role).or_default().entry(entity.value.clone()).or_default()
}

fn take_note(state: &mut State, id: &str) -> Option<Note> {
    let target = state.note_targets.remove(id)?;
    let notes = state.notes.get_mut(&target)?;
    let at = notes.iter().position(|note| note.id == id)?;
    let note = notes.remove(at);
    if notes.is_empty() {
        state.notes.remove(&target);
    }
    Some(note)
}

fn unpin(state: &mut State, evidence: &str) {
    let Some(pin) = state.pins.remove(evidence) else { return };
    let Some(rows) = state.pinned.get_mut(&pin.extract) else { return };
    if let Some(files) = rows.get_mut(&pin.row_id) {
        files.remove(evidence);
        if files.is_empty() {
            rows.remove(&pin.row_id);
        }
    }
    if rows.is_empty() {
        state.pinned.remove(&pin.extract);
    }
}
