//! Which events make sense, and which may be recorded.

use crate::domain::{Entity, Timestamp};

use super::event::{Event, Target};
use super::model::LabelChange;
use super::state::Case;
use super::words::Stage;

/// Why an event cannot be recorded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refusal(pub String);

impl Case {
    /// Whether an event makes sense now; the same check for recording and for replay.
    pub fn check(&self, event: &Event) -> Result<(), Refusal> {
        let refuse = |what: String| Err(Refusal(what));
        match event {
            Event::Created { .. } if !self.entries.is_empty() => refuse("the case has begun already".into()),
            Event::Answered { id, .. } if !self.state.questions.contains_key(id) => refuse(format!("there is no question {id}")),
            Event::Labelled { label, .. } if label.trim().is_empty() => refuse("a label needs a word".into()),
            Event::Labelled { entity, .. } if !entity.role.is_entity() => {
                refuse(format!("a value in the role {} cannot carry a label", entity.role))
            }
            Event::LabelledMany { label, .. } if label.trim().is_empty() => refuse("a label needs a word".into()),
            Event::LabelledMany { entities, .. } if entities.is_empty() => refuse("there is no entity to label".into()),
            Event::LabelledMany { entities, .. } => match entities.iter().find(|entity| !entity.role.is_entity()) {
                Some(entity) => refuse(format!("a value in the role {} cannot carry a label", entity.role)),
                None => Ok(()),
            },
            Event::Dismissed { reason, .. } | Event::DismissedMany { reason, .. } if reason.trim().is_empty() => {
                refuse("say why it is nothing".into())
            }
            Event::DismissedMany { hits, .. } if hits.is_empty() => refuse("there is no hit to dismiss".into()),
            Event::Staged { entity, .. } if !entity.role.is_entity() => {
                refuse(format!("a value in the role {} has no stage", entity.role))
            }
            Event::UnlabelledMany { entities, label, .. }
                if !entities.iter().any(|entity| self.labels_of(entity).iter().any(|one| one.label == *label)) =>
            {
                refuse(format!("none of the entities carries the label {label}"))
            }
            Event::Unlabelled { entity, label, .. } if !self.labels_of(entity).iter().any(|one| one.label == *label) => {
                refuse(format!("{entity} does not carry the label {label}"))
            }
            Event::Noted { id, target, .. } if self.note(id).is_some_and(|note| note.target != *target) => {
                refuse(format!("note {id} is about something else"))
            }
            Event::NoteRemoved { id } if self.note(id).is_none() => refuse(format!("there is no note {id}")),
            Event::Unpinned { evidence } if !self.state.pins.contains_key(evidence) => {
                refuse(format!("nothing is pinned as {evidence}"))
            }
            Event::Found { id, .. } if self.state.findings.contains_key(id) => refuse(format!("there is a finding {id} already")),
            Event::FindingChanged { id, .. } | Event::Measured { finding: Some(id), .. }
                if !self.state.findings.contains_key(id) =>
            {
                refuse(format!("there is no finding {id}"))
            }
            Event::Undone { seq } => match self.entry(*seq) {
                None => refuse(format!("there is no entry {seq}")),
                Some(entry) if !entry.event.is_undoable() => {
                    refuse(format!("entry {seq} ({}) cannot be taken back", entry.event.describe()))
                }
                Some(_) if self.is_undone(*seq) => refuse(format!("entry {seq} is taken back already")),
                Some(_) => Ok(()),
            },
            Event::Redone { seq } if !self.is_undone(*seq) => refuse(format!("entry {seq} is not taken back")),
            _ => Ok(()),
        }
    }

    /// Whether an event may be recorded now: [`Case::check`], and what is asked of people: that what the event refers to is there, that a label
    /// and a stage have their reason, and that no playbook overrules a person. A journal may hold what this refuses (notes on things that
    /// were taken back since, labels of an older version), so replay is not as strict.
    pub fn check_new(&self, event: &Event) -> Result<(), Refusal> {
        self.check(event)?;
        let refuse = |what: String| Err(Refusal(what));
        let (finding, question) = refers_to(event);
        if let Some(id) = finding.filter(|id| !self.state.findings.contains_key(*id)) {
            return refuse(format!("there is no finding {id}"));
        }
        if let Some(id) = question.filter(|id| !self.state.questions.contains_key(*id)) {
            return refuse(format!("there is no question {id}"));
        }
        match event {
            Event::Labelled { reason, playbook, .. } | Event::LabelledMany { reason, playbook, .. }
                if playbook.is_empty() && reason.trim().is_empty() =>
            {
                refuse("a label needs a reason".into())
            }
            Event::Labelled { entity, label, playbook, .. } if !playbook.is_empty() => self.may_overrule(entity, label),
            Event::LabelledMany { entities, label, playbook, .. } if !playbook.is_empty() => {
                entities.iter().try_for_each(|entity| self.may_overrule(entity, label))
            }
            Event::Staged { reason, .. } if reason.trim().is_empty() => refuse("a stage needs a reason".into()),
            Event::Staged { stage: Stage::Confirmed | Stage::Cleared, playbook, .. } if !playbook.is_empty() => {
                refuse("a playbook may suspect; only a person confirms or clears".into())
            }
            Event::Staged { entity, playbook, .. } if !playbook.is_empty() => match self.said_by_a_person(entity) {
                Some(said) => {
                    refuse(format!("{} set {entity} to {}; a playbook does not overrule a person", said.stamp.by, said.stage))
                }
                None => Ok(()),
            },
            Event::Found { details, .. } => in_order(details.first_seen, details.last_seen),
            Event::FindingChanged { id, edits, .. } => {
                let known = self.state.findings.get(id);
                let first = edits.first_seen.or(known.and_then(|finding| finding.first_seen));
                in_order(first, edits.last_seen.or(known.and_then(|finding| finding.last_seen)))
            }
            _ => Ok(()),
        }
    }

    fn may_overrule(&self, entity: &Entity, label: &str) -> Result<(), Refusal> {
        match self.decided_by_a_person(entity, label) {
            None => Ok(()),
            Some(change) => {
                let did = if change.set.is_some() { "set" } else { "took off" };
                let by = &change.stamp.by;
                Err(Refusal(format!("{by} {did} the label {label} of {entity}; a playbook does not overrule a person")))
            }
        }
    }

    /// The last change of a label that a person made, if one did: from then on playbooks leave this label of this entity alone.
    pub fn decided_by_a_person(&self, entity: &Entity, label: &str) -> Option<&LabelChange> {
        self.label_history(entity).iter().rev().find(|change| change.label == label && change.playbook.is_empty())
    }
}

/// The finding and the question that must be there for an event.
fn refers_to(event: &Event) -> (Option<&String>, Option<&String>) {
    match event {
        Event::Noted { target: Target::Finding(id), .. } => (Some(id), None),
        Event::Noted { target: Target::Question(id), .. } => (None, Some(id)),
        Event::Found { details, .. } => (None, details.question.as_ref()),
        Event::FindingChanged { edits, .. } => (None, edits.question.as_ref().filter(|id| !id.is_empty())),
        _ => (None, None),
    }
}

fn in_order(first: Option<Timestamp>, last: Option<Timestamp>) -> Result<(), Refusal> {
    match (first, last) {
        (Some(first), Some(last)) if last < first => {
            Err(Refusal(format!("it cannot have been seen last ({last}) before it was seen first ({first})")))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::event::{FindingDetails, FindingEdits};
    use super::super::fixture::{Desk, NOON, changed, entity, found, labelled, labelled_many, staged};
    use super::super::words::{Confidence, Connotation};
    use super::*;

    fn refusal(desk: &mut Desk, event: Event) -> String {
        desk.record(event).unwrap_err().0
    }

    #[test]
    fn a_person_outranks_a_playbook_whether_it_set_the_label_or_took_it_off() {
        let mut desk = Desk::new();
        desk.record(labelled("account:a", "farm", Connotation::Bad, "signup-farm")).unwrap();
        desk.record(labelled("account:a", "farm", Connotation::Bad, "signup-farm")).unwrap();
        desk.record(labelled("account:a", "farm", Connotation::Good, "")).unwrap();
        let by_playbook = labelled("account:a", "farm", Connotation::Bad, "signup-farm");
        let why = "ana set the label farm of account:a; a playbook does not overrule a person";
        assert_eq!(refusal(&mut desk, by_playbook.clone()), why);
        let off = Event::Unlabelled { entity: entity("account:a"), label: "farm".into(), reason: "wrong".into() };
        desk.record(off).unwrap();
        let why = "ana took off the label farm of account:a; a playbook does not overrule a person";
        assert_eq!(refusal(&mut desk, by_playbook), why);
        assert_eq!(refusal(&mut desk, labelled_many(&["account:b", "account:a"], "farm", "signup-farm")), why);
        desk.record(labelled_many(&["account:b"], "farm", "signup-farm")).unwrap();
        desk.record(labelled("account:a", "other", Connotation::Bad, "signup-farm")).unwrap();
        let labels: Vec<&str> = desk.case.labels_of(&entity("account:a")).iter().map(|label| label.playbook.as_str()).collect();
        assert_eq!(labels, ["signup-farm"]);
    }

    #[test]
    fn people_give_reasons() {
        let mut desk = Desk::new();
        let mut event = labelled("account:a", "farm", Connotation::Bad, "");
        if let Event::Labelled { reason, .. } = &mut event {
            *reason = " ".into();
        }
        assert_eq!(refusal(&mut desk, event), "a label needs a reason");
        let event =
            Event::Staged { entity: entity("account:a"), stage: Stage::Seen, reason: String::new(), playbook: "p".into() };
        assert_eq!(refusal(&mut desk, event), "a stage needs a reason");
    }

    #[test]
    fn a_playbook_only_suspects_and_never_against_a_person() {
        let mut desk = Desk::new();
        let why = "a playbook may suspect; only a person confirms or clears";
        assert_eq!(refusal(&mut desk, staged("account:a", Stage::Confirmed, "p")), why);
        assert_eq!(refusal(&mut desk, staged("account:a", Stage::Cleared, "p")), why);
        desk.record(staged("account:a", Stage::Cleared, "")).unwrap();
        let why = "ana set account:a to cleared; a playbook does not overrule a person";
        assert_eq!(refusal(&mut desk, staged("account:a", Stage::Suspect, "p")), why);
    }

    #[test]
    fn a_finding_answers_a_question_that_is_there_and_its_times_are_in_order() {
        let mut desk = Desk::new();
        let details = FindingDetails { question: Some("q1".into()), ..FindingDetails::default() };
        assert_eq!(refusal(&mut desk, found("f1", &[], details.clone())), "there is no question q1");
        desk.record(Event::Question { id: "q1".into(), text: "Who?".into() }).unwrap();
        let details = FindingDetails { first_seen: Some(NOON), confidence: Some(Confidence::Low), ..details };
        desk.record(found("f1", &[], details)).unwrap();
        let edits = FindingEdits { last_seen: Some(NOON.plus(-1)), ..FindingEdits::default() };
        assert!(refusal(&mut desk, changed("f1", None, edits)).starts_with("it cannot have been seen last"));
        let edits = FindingEdits { question: Some(String::new()), owner: Some("ben".into()), ..FindingEdits::default() };
        desk.record(changed("f1", None, edits)).unwrap();
        let finding = desk.case.finding_with("f1").unwrap();
        assert_eq!((finding.question.as_ref(), finding.owner.as_str()), (None, "ben"));
        assert_eq!((finding.confidence, finding.first_seen), (Some(Confidence::Low), Some(NOON)));
    }

    #[test]
    fn many_labels_are_one_step_and_what_each_entity_had_comes_back() {
        let mut desk = Desk::new();
        desk.record(labelled("account:a", "farm", Connotation::Neutral, "")).unwrap();
        let before = desk.case.clone();
        let seq = desk.record(labelled_many(&["account:a", "account:b", "account:b"], "farm", "")).unwrap();
        assert_eq!(desk.case.label_history(&entity("account:b")).len(), 1);
        assert_eq!(desk.case.next_undo(), Some((seq, "label 3 entities farm".into())));
        let after = desk.case.clone();
        desk.record(Event::Undone { seq }).unwrap();
        assert!(desk.case.says_the_same(&before));
        desk.record(Event::Redone { seq }).unwrap();
        assert!(desk.case.says_the_same(&after));
        let off = |text: &str| Event::UnlabelledMany {
            entities: vec![entity(text), entity("account:z")],
            label: "farm".into(),
            reason: "wrong".into(),
            from: String::new(),
        };
        assert_eq!(refusal(&mut desk, off("account:c")), "none of the entities carries the label farm");
        desk.record(off("account:b")).unwrap();
        assert_eq!(desk.case.labels_of(&entity("account:b")), []);
        assert_eq!(desk.case.labels_of(&entity("account:a")).len(), 1);
        assert_eq!(desk.case.label_history(&entity("account:z")), []);
    }
}
