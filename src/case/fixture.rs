//! Small cases for the tests of this room.

use crate::domain::{Entity, Severity, Timestamp};

use super::check::Refusal;
use super::entry::Entry;
use super::event::{Event, FindingDetails, FindingEdits};
use super::state::Case;
use super::words::{Connotation, Stage, Status};

/// When each case of the tests begins.
pub(super) const NOON: Timestamp = Timestamp(1_700_000_000_000_000);

/// A case that is written to in memory: an entry a second.
#[derive(Debug, Default)]
pub(super) struct Desk {
    pub(super) case: Case,
    pub(super) entries: Vec<Entry>,
}

impl Desk {
    pub(super) fn new() -> Desk {
        let mut desk = Desk::default();
        desk.record(Event::Created { id: "c".into(), title: "t".into(), analyst: "ana".into(), version: 1 }).unwrap();
        desk
    }

    /// Records an event as `CaseDir` would; says the entry's number.
    pub(super) fn record(&mut self, event: Event) -> Result<u64, Refusal> {
        self.case.check_new(&event)?;
        let (seq, hash) = self.case.head();
        let at = NOON.plus(i64::try_from(seq).unwrap() * Timestamp::SECOND);
        let entry = Entry::after(Some((seq, hash)), at, "ana", event).unwrap();
        self.case.apply(&entry);
        self.entries.push(entry);
        Ok(seq + 1)
    }
}

pub(super) fn entity(text: &str) -> Entity {
    text.parse().unwrap()
}

pub(super) fn entities(texts: &[&str]) -> Vec<Entity> {
    texts.iter().map(|text| entity(text)).collect()
}

pub(super) fn labelled(text: &str, label: &str, connotation: Connotation, playbook: &str) -> Event {
    let (entity, label, reason) = (entity(text), label.to_owned(), "because".to_owned());
    Event::Labelled { entity, label, connotation, reason, expires: None, playbook: playbook.into() }
}

pub(super) fn labelled_many(texts: &[&str], label: &str, playbook: &str) -> Event {
    Event::LabelledMany {
        entities: entities(texts),
        label: label.into(),
        connotation: Connotation::Bad,
        reason: "because".into(),
        expires: None,
        playbook: playbook.into(),
        from: "status:403".into(),
    }
}

pub(super) fn staged(text: &str, stage: Stage, playbook: &str) -> Event {
    Event::Staged { entity: entity(text), stage, reason: "because".into(), playbook: playbook.into() }
}

pub(super) fn found(id: &str, about: &[&str], details: FindingDetails) -> Event {
    Event::Found {
        id: id.into(),
        title: "A title".into(),
        severity: Severity::High,
        entities: entities(about),
        text: String::new(),
        evidence: Vec::new(),
        details,
    }
}

pub(super) fn changed(id: &str, status: Option<Status>, edits: FindingEdits) -> Event {
    let (id, severity, text, title, entities, evidence) = (id.to_owned(), None, None, None, None, None);
    Event::FindingChanged { id, status, severity, text, title, entities, evidence, edits }
}

pub(super) fn pinned(row_id: i64, at: Option<Timestamp>, about: &[&str]) -> Event {
    Event::Pinned {
        row_id,
        extract: "e".into(),
        evidence: format!("hash{row_id}"),
        at,
        summary: format!("row {row_id}"),
        entities: entities(about),
    }
}
