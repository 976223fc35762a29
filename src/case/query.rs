//! What the screen, the command line and the report ask a case.

use crate::domain::{Entity, Role, Severity, Timestamp};

use super::entry::NO_PREV;
use super::event::{Event, Target};
use super::model::{
    CaseExtract, Counts, Export, Finding, Label, LabelChange, Labels, Measure, Note, Pin, Question, Reveal, TrailNode,
};
use super::state::{Case, Founding};
use super::words::{Connotation, Status};

impl Case {
    /// What the case was created as; empty before its first entry.
    pub fn founding(&self) -> &Founding {
        &self.founding
    }

    /// The time by which the case itself reckons: that of its last entry. So the same journal always says the same.
    pub fn clock(&self) -> Timestamp {
        self.entries.last().map_or(Timestamp(i64::MIN), |entry| entry.at)
    }

    /// The extracts that were opened, in order.
    pub fn extracts(&self) -> &[CaseExtract] {
        &self.state.extracts
    }

    /// The SHA-256 of the extract that was opened last.
    pub fn current_extract(&self) -> Option<&str> {
        self.state.current.as_deref()
    }

    /// The questions, in the order in which they were asked.
    pub fn questions(&self) -> Vec<&Question> {
        let mut questions: Vec<&Question> = self.state.questions.values().collect();
        questions.sort_by_key(|question| question.stamp.seq);
        questions
    }

    /// The labels that an entity carries now, ended ones among them.
    pub fn labels_of(&self, entity: &Entity) -> &[Label] {
        self.labels_of_value(entity.role, &entity.value)
    }

    /// The labels that the value `value` in `role` carries now. Quick: for every cell on the screen.
    pub fn labels_of_value(&self, role: Role, value: &str) -> &[Label] {
        self.labels_in(role, value).map_or(&[], |labels| &labels.current)
    }

    /// Every change of an entity's labels, in order.
    pub fn label_history(&self, entity: &Entity) -> &[LabelChange] {
        self.labels_in(entity.role, &entity.value).map_or(&[], |labels| &labels.history)
    }

    fn labels_in(&self, role: Role, value: &str) -> Option<&Labels> {
        self.state.labels.get(&role)?.get(value)
    }

    /// The entities that carry a label now, with their labels, in the order of roles and values.
    pub fn labelled_entities(&self) -> impl Iterator<Item = (Entity, &[Label])> {
        self.state.labels.iter().flat_map(|(role, values)| {
            values
                .iter()
                .filter(|(_, labels)| !labels.current.is_empty())
                .map(|(value, labels)| (Entity { role: *role, value: value.clone() }, labels.current.as_slice()))
        })
    }

    /// The notes on something, in the order in which they were written.
    pub fn notes_on(&self, target: &Target) -> &[Note] {
        self.state.notes.get(target).map_or(&[], Vec::as_slice)
    }

    /// Every note, by what it is on.
    pub fn notes(&self) -> impl Iterator<Item = &Note> {
        self.state.notes.values().flatten()
    }

    /// The note with this id.
    pub fn note(&self, id: &str) -> Option<&Note> {
        let target = self.state.note_targets.get(id)?;
        self.notes_on(target).iter().find(|note| note.id == id)
    }

    /// Whether a row of an extract (by its SHA-256) is pinned.
    pub fn is_pinned(&self, extract: &str, row_id: i64) -> bool {
        self.state.pinned.get(extract).is_some_and(|rows| rows.contains_key(&row_id))
    }

    /// The pin of a row, if it is pinned.
    pub fn pin_of(&self, extract: &str, row_id: i64) -> Option<&Pin> {
        self.state.pins.get(self.state.pinned.get(extract)?.get(&row_id)?.first()?)
    }

    /// The pin with this evidence.
    pub fn pin(&self, evidence: &str) -> Option<&Pin> {
        self.state.pins.get(evidence)
    }

    /// The pins in the order of their rows' times; those without a time come last.
    pub fn pins(&self) -> Vec<&Pin> {
        let mut pins: Vec<&Pin> = self.state.pins.values().collect();
        pins.sort_by_key(|pin| (pin.time.is_none(), pin.time, &pin.extract, pin.row_id, &pin.evidence));
        pins
    }

    /// The pins of rows that an entity is part of, in the order of their rows' times.
    pub fn pins_of(&self, entity: &Entity) -> Vec<&Pin> {
        self.pins().into_iter().filter(|pin| pin.entities.contains(entity)).collect()
    }

    /// The findings, in the order in which they were found.
    pub fn findings(&self) -> Vec<&Finding> {
        let mut findings: Vec<&Finding> = self.state.findings.values().collect();
        findings.sort_by_key(|finding| finding.stamp.seq);
        findings
    }

    /// The findings as a report lists them: dismissed ones last, then the gravest first, then in the order in which they were found.
    pub fn findings_by_weight(&self) -> Vec<&Finding> {
        let mut findings = self.findings();
        findings.sort_by_key(|finding| {
            (finding.status == Status::Dismissed, std::cmp::Reverse::<Severity>(finding.severity), finding.stamp.seq)
        });
        findings
    }

    /// The finding with this id.
    pub fn finding_with(&self, id: &str) -> Option<&Finding> {
        self.state.findings.get(id)
    }

    /// The findings that an entity is part of.
    pub fn findings_about(&self, entity: &Entity) -> Vec<&Finding> {
        self.findings().into_iter().filter(|finding| finding.entities.contains(entity)).collect()
    }

    /// Every query with its row count, those of findings too, in the order in which they were run.
    pub fn measures(&self) -> Vec<&Measure> {
        let of_findings = self.state.findings.values().flat_map(|finding| &finding.measures);
        let mut measures: Vec<&Measure> = self.state.measures.values().chain(of_findings).collect();
        measures.sort_by_key(|measure| measure.stamp.seq);
        measures
    }

    /// Every entity that the case speaks of (it carries a label, has a note, was given a stage or is part of a finding), by role and value.
    pub fn entities(&self) -> Vec<Entity> {
        let noted = self.state.notes.keys().filter_map(|target| match target {
            Target::Entity(entity) => Some(entity.clone()),
            _ => None,
        });
        let found = self.state.findings.values().flat_map(|finding| finding.entities.iter().cloned());
        let labelled = self.labelled_entities().map(|(entity, _)| entity);
        let staged = self.state.stages.keys().cloned();
        let mut entities: Vec<Entity> = labelled.chain(noted).chain(found).chain(staged).collect();
        entities.sort_unstable();
        entities.dedup();
        entities
    }

    /// The views that were looked at, in the order of their numbers.
    pub fn trail(&self) -> impl Iterator<Item = &TrailNode> {
        self.state.trail.values()
    }

    /// Sensitive content that was looked at, in order.
    pub fn reveals(&self) -> &[Reveal] {
        &self.state.reveals
    }

    /// What left the case, in order.
    pub fn exports(&self) -> &[Export] {
        &self.state.exports
    }

    /// The number and hash of the last entry that a report speaks of. That a report was written is an entry too; if the report named it,
    /// writing it would change it.
    pub fn head_without_exports(&self) -> (u64, Timestamp, &str) {
        let last = self.entries.iter().rev().find(|entry| !matches!(entry.event, Event::Exported { .. }));
        last.map_or((0, Timestamp(0), NO_PREV), |entry| (entry.seq, entry.at, &entry.hash))
    }

    /// How much of everything there is.
    pub fn counts(&self) -> Counts {
        let state = &self.state;
        let with = |status| state.findings.values().filter(|finding| finding.status == status).count();
        Counts {
            questions: state.questions.len(),
            answered: state.questions.values().filter(|question| !question.answers.is_empty()).count(),
            findings: state.findings.len(),
            confirmed: with(Status::Confirmed),
            dismissed: with(Status::Dismissed),
            labelled: self.labelled_entities().count(),
            notes: state.note_targets.len(),
            pins: state.pins.len(),
            measures: self.measures().len(),
            visits: state.trail.len(),
            reveals: state.reveals.len(),
            exports: state.exports.len(),
        }
    }

    /// An id for a new finding: never given out before.
    pub fn next_finding_id(&self) -> String {
        self.next_id('f')
    }

    /// An id for a new note.
    pub fn next_note_id(&self) -> String {
        self.next_id('n')
    }

    /// An id for a new question.
    pub fn next_question_id(&self) -> String {
        self.next_id('q')
    }

    /// A number for a new node of the trail.
    pub fn next_node(&self) -> u64 {
        self.state.trail.last_key_value().map_or(1, |(last, _)| last.saturating_add(1))
    }

    /// The entities that carry a label at `now` that says they are known and wanted: whom nothing that is done may hit.
    pub fn good_at(&self, now: Timestamp) -> Vec<Entity> {
        let good = |label: &Label| label.connotation == Connotation::Good && !label.is_expired(now);
        self.labelled_entities().filter(|(_, labels)| labels.iter().any(good)).map(|(entity, _)| entity).collect()
    }

    /// The labels that have ended at `now`.
    pub fn expired(&self, now: Timestamp) -> Vec<(Entity, &Label)> {
        self.labelled_entities()
            .flat_map(|(entity, labels)| labels.iter().map(move |label| (entity.clone(), label)))
            .filter(|(_, label)| label.is_expired(now))
            .collect()
    }
}
