//! Where an entity stands: seen, suspect, confirmed or cleared. The rules, the first that applies:
//!
//! 1. The last word of a person ([`Event::Staged`](super::Event::Staged) without a playbook) counts, whatever else is known.
//! 2. **confirmed**: it is part of a confirmed finding.
//! 3. **cleared**: it carries a label that says `good`, given by a person, and none that says `bad`.
//! 4. **suspect**: it is part of an open finding, or carries a label that says `bad`, or a playbook's last word is that it is suspect.
//! 5. **seen**.
//!
//! A label that has ended does not count. "Ended" is reckoned by the time of the journal's last entry, so that the same journal always
//! says the same; [`Case::stage_at`] takes another time.

use std::collections::BTreeMap;

use crate::domain::{Entity, Timestamp};

use super::model::{Finding, Label, StageChange, Stamp};
use super::state::Case;
use super::words::{Connotation, Stage, Status};

/// Where an entity stands, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staging {
    /// Where.
    pub stage: Stage,
    /// Who said what it rests on, and when; nothing where nobody said anything.
    pub by: Option<Stamp>,
    /// Why, in a line. May hold text from an extract: draw it only through `SafeText`.
    pub reason: String,
    /// Whether it follows from findings and labels; a person's own word does not.
    pub derived: bool,
}

impl Case {
    /// Where an entity stands.
    pub fn stage_of(&self, entity: &Entity) -> Staging {
        self.stage_at(entity, self.clock())
    }

    /// Where an entity stands at `now`.
    pub fn stage_at(&self, entity: &Entity, now: Timestamp) -> Staging {
        let findings: Vec<&Finding> = self.state.findings.values().filter(|found| found.entities.contains(entity)).collect();
        self.stage_by(entity, &findings, now)
    }

    /// The entities that stand somewhere, of all that the case speaks of, by role and value.
    pub fn entities_at(&self, stage: Stage) -> Vec<Entity> {
        self.stages().into_iter().filter(|(_, staging)| staging.stage == stage).map(|(entity, _)| entity).collect()
    }

    /// Where each entity stands that the case speaks of, by role and value.
    pub fn stages(&self) -> BTreeMap<Entity, Staging> {
        let mut found: BTreeMap<&Entity, Vec<&Finding>> = BTreeMap::new();
        for finding in self.state.findings.values() {
            for entity in &finding.entities {
                found.entry(entity).or_default().push(finding);
            }
        }
        let now = self.clock();
        let stage = |entity: Entity| {
            let staging = self.stage_by(&entity, found.get(&entity).map_or(&[], Vec::as_slice), now);
            (entity, staging)
        };
        self.entities().into_iter().map(stage).collect()
    }

    /// Every word on where an entity stands, in order.
    pub fn stage_history(&self, entity: &Entity) -> &[StageChange] {
        self.state.stages.get(entity).map_or(&[], Vec::as_slice)
    }

    /// The last word of a person on where an entity stands.
    pub fn said_by_a_person(&self, entity: &Entity) -> Option<&StageChange> {
        self.stage_history(entity).iter().rev().find(|change| change.playbook.is_empty())
    }

    fn stage_by(&self, entity: &Entity, findings: &[&Finding], now: Timestamp) -> Staging {
        if let Some(said) = self.said_by_a_person(entity) {
            let by = Some(said.stamp.clone());
            return Staging { stage: said.stage, by, reason: said.reason.clone(), derived: false };
        }
        let with = |status| findings.iter().filter(|found| found.status == status).min_by_key(|found| found.stamp.seq);
        let carries = |says: Connotation| {
            let counts = |label: &&Label| label.connotation == says && !label.is_expired(now);
            self.labels_of(entity).iter().find(counts)
        };
        let derived = |stage, stamp: &Stamp, reason: String| Staging { stage, by: Some(stamp.clone()), reason, derived: true };
        if let Some(found) = with(Status::Confirmed) {
            let stamp = found.changes.last().unwrap_or(&found.stamp);
            return derived(Stage::Confirmed, stamp, format!("part of the confirmed finding {}", found.id));
        }
        let bad = carries(Connotation::Bad);
        if let (None, Some(good)) = (bad, carries(Connotation::Good).filter(|label| label.playbook.is_empty())) {
            return derived(Stage::Cleared, &good.stamp, format!("labelled {} (good)", good.label));
        }
        if let Some(found) = with(Status::Open) {
            return derived(Stage::Suspect, &found.stamp, format!("part of the open finding {}", found.id));
        }
        if let Some(label) = bad {
            return derived(Stage::Suspect, &label.stamp, format!("labelled {} (bad)", label.label));
        }
        match self.stage_history(entity).last() {
            Some(said) => derived(said.stage, &said.stamp, format!("by the playbook {}: {}", said.playbook, said.reason)),
            None => Staging { stage: Stage::Seen, by: None, reason: String::new(), derived: true },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::event::{FindingDetails, FindingEdits};
    use super::super::fixture::{Desk, NOON, changed, entity, found, labelled, staged};
    use super::*;

    fn at(desk: &Desk, text: &str) -> (Stage, bool) {
        let staging = desk.case.stage_of(&entity(text));
        (staging.stage, staging.derived)
    }

    #[test]
    fn each_rule_gives_way_to_the_one_above_it() {
        let mut desk = Desk::new();
        let who = "account:a";
        assert_eq!(at(&desk, who), (Stage::Seen, true));
        desk.record(staged(who, Stage::Suspect, "velocity")).unwrap();
        assert_eq!(at(&desk, who), (Stage::Suspect, true));
        desk.record(labelled(who, "office", Connotation::Good, "known-good")).unwrap();
        assert_eq!(at(&desk, who), (Stage::Suspect, true), "a playbook clears nobody");
        desk.record(labelled(who, "office", Connotation::Good, "")).unwrap();
        assert_eq!(at(&desk, who), (Stage::Cleared, true));
        desk.record(labelled(who, "farm", Connotation::Bad, "")).unwrap();
        assert_eq!(at(&desk, who), (Stage::Suspect, true));
        desk.record(found("f1", &[who], FindingDetails::default())).unwrap();
        assert_eq!(desk.case.stage_of(&entity(who)).reason, "part of the open finding f1");
        desk.record(changed("f1", Some(Status::Confirmed), FindingEdits::default())).unwrap();
        assert_eq!(at(&desk, who), (Stage::Confirmed, true));
        let seq = desk.record(staged(who, Stage::Cleared, "")).unwrap();
        assert_eq!(at(&desk, who), (Stage::Cleared, false));
        desk.record(super::super::Event::Undone { seq }).unwrap();
        assert_eq!(at(&desk, who), (Stage::Confirmed, true));
        desk.record(changed("f1", Some(Status::Dismissed), FindingEdits::default())).unwrap();
        assert_eq!(desk.case.stage_of(&entity(who)).reason, "labelled farm (bad)");
    }

    #[test]
    fn an_ended_label_says_nothing_of_the_stage() {
        let mut desk = Desk::new();
        let mut event = labelled("ip:10.0.0.1", "farm", Connotation::Bad, "");
        if let super::super::Event::Labelled { expires, .. } = &mut event {
            *expires = Some(NOON.plus(2 * Timestamp::SECOND));
        }
        desk.record(event).unwrap();
        assert_eq!(at(&desk, "ip:10.0.0.1").0, Stage::Suspect);
        desk.record(super::super::Event::Ran { what: "query".into(), rows: None }).unwrap();
        assert_eq!(at(&desk, "ip:10.0.0.1").0, Stage::Seen);
        assert_eq!(desk.case.stage_at(&entity("ip:10.0.0.1"), NOON).stage, Stage::Suspect);
    }

    #[test]
    fn entities_are_listed_by_where_they_stand() {
        let mut desk = Desk::new();
        desk.record(found("f1", &["account:b", "account:a"], FindingDetails::default())).unwrap();
        desk.record(staged("account:c", Stage::Cleared, "")).unwrap();
        assert_eq!(desk.case.entities_at(Stage::Suspect), [entity("account:a"), entity("account:b")]);
        assert!(crate::investigate::STAGES.iter().copied().eq(Stage::ALL.map(Stage::name)), "the filter knows the same words");
        assert_eq!(desk.case.entities_at(Stage::Cleared), [entity("account:c")]);
        assert_eq!(desk.case.entities_at(Stage::Confirmed), []);
    }
}
