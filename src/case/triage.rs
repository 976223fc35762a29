//! What a case remembers of its playbooks: whom each accused when it ran last, and which of its hits were looked at and are nothing.

use std::collections::BTreeMap;

use crate::domain::{Entity, Role};

use super::model::Stamp;
use super::state::Case;

/// The last run of a playbook with some parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaybookRun {
    /// The kind of the entities that it accused.
    pub entity: Role,
    /// Their values, the worst first.
    pub hits: Vec<String>,
    /// The extract's SHA-256.
    pub extract: String,
    /// Who ran it, and when.
    pub stamp: Stamp,
}

/// That a hit is nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dismissal {
    /// Why.
    pub reason: String,
    /// Who said so, and when.
    pub stamp: Stamp,
}

impl Case {
    /// The last run of a playbook with these parameters.
    pub fn playbook_run(&self, playbook: &str, params: &BTreeMap<String, String>) -> Option<&PlaybookRun> {
        self.state.playbook_runs.get(&(playbook.to_owned(), params.clone()))
    }

    /// Every last run: the playbook, its parameters, whom it accused.
    pub fn playbook_runs(&self) -> impl Iterator<Item = (&str, &BTreeMap<String, String>, &PlaybookRun)> {
        self.state.playbook_runs.iter().map(|((playbook, params), run)| (playbook.as_str(), params, run))
    }

    /// Every hit that was dismissed: whom, of which playbook (empty for all), and why; in the order of entities.
    pub fn dismissals(&self) -> impl Iterator<Item = (&Entity, &str, &Dismissal)> {
        let known = self.state.dismissals.iter();
        known.flat_map(|(entity, by)| by.iter().map(move |(playbook, dismissal)| (entity, playbook.as_str(), dismissal)))
    }

    /// Why a playbook's accusation of an entity is nothing, where somebody said so: of this playbook, or of all of them.
    pub fn dismissal(&self, entity: &Entity, playbook: &str) -> Option<&Dismissal> {
        let known = self.state.dismissals.get(entity)?;
        known.get(playbook).or_else(|| known.get(""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::{DismissedHit, Entry, Event};
    use crate::domain::Timestamp;

    fn case(events: Vec<Event>) -> Case {
        let mut case = Case::default();
        for (at, event) in events.into_iter().enumerate() {
            let seq = at as u64 + 1;
            let entry =
                Entry { seq, at: Timestamp(0), by: "ana".into(), prev: String::new(), hash: String::new(), origin: None, event };
            case.apply(&entry);
        }
        case
    }

    fn ran(hits: &[&str]) -> Event {
        Event::PlaybookRan {
            playbook: "busy-keys".into(),
            params: BTreeMap::new(),
            hits: hits.iter().map(|hit| (*hit).to_owned()).collect(),
            entity: Role::Key,
            extract: String::new(),
        }
    }

    #[test]
    fn the_last_run_counts_and_is_no_step_of_undo() {
        let case = case(vec![ran(&["k1"]), ran(&["k1", "k2"])]);
        assert_eq!(case.playbook_run("busy-keys", &BTreeMap::new()).unwrap().hits, ["k1", "k2"]);
        assert_eq!(case.playbook_run("busy-keys", &BTreeMap::from([("n".into(), "1".into())])), None);
        assert_eq!(case.next_undo(), None);
        let plain = serde_json::to_value(ran(&[])).unwrap();
        assert_eq!(plain, serde_json::json!({"kind": "playbook_ran", "playbook": "busy-keys", "entity": "key"}));
        assert_eq!(serde_json::from_value::<Event>(plain).unwrap(), ran(&[]));
    }

    #[test]
    fn a_dismissal_is_of_one_playbook_or_of_all_and_can_be_taken_back() {
        let key: Entity = "key:k1".parse().unwrap();
        let dismissed = |playbook: &str, reason: &str| Event::Dismissed {
            entity: key.clone(),
            playbook: playbook.into(),
            reason: reason.into(),
        };
        let one = case(vec![dismissed("busy-keys", "a load test")]);
        assert_eq!(one.dismissal(&key, "busy-keys").unwrap().reason, "a load test");
        assert_eq!(one.dismissal(&key, "other"), None);
        let all = case(vec![dismissed("", "our own probe")]);
        assert_eq!(all.dismissal(&key, "other").unwrap().reason, "our own probe");
        let back = case(vec![dismissed("", "our own probe"), Event::Undone { seq: 1 }]);
        assert_eq!(back.dismissal(&key, "other"), None);
        assert!(all.check(&dismissed("", " ")).is_err());
    }

    #[test]
    fn several_dismissals_are_one_step_and_are_taken_back_together() {
        let hit = |entity: &str, playbook: &str| DismissedHit { entity: entity.parse().unwrap(), playbook: playbook.into() };
        let twice = vec![hit("key:k1", "busy-keys"), hit("key:k2", "busy-keys"), hit("key:k1", "busy-keys")];
        let event = Event::DismissedMany { hits: twice, reason: "the nightly job".into() };
        assert_eq!(event.describe(), "dismiss 2 entities");
        let mut case = case(vec![event.clone()]);
        let keys: [Entity; 2] = ["key:k1", "key:k2"].map(|key| key.parse().unwrap());
        assert!(keys.iter().all(|key| case.dismissal(key, "busy-keys").is_some_and(|known| known.reason == "the nightly job")));
        assert_eq!(case.dismissal(&keys[0], "other"), None);
        let (seq, _) = case.next_undo().unwrap();
        let undone = Event::Undone { seq };
        let (by, at) = ("ana".to_owned(), Timestamp(0));
        case.apply(&Entry { seq: 2, at, by, prev: String::new(), hash: String::new(), origin: None, event: undone });
        assert!(keys.iter().all(|key| case.dismissal(key, "busy-keys").is_none()));
        assert!(case.check(&Event::DismissedMany { hits: Vec::new(), reason: "x".into() }).is_err());
        let plain = serde_json::to_value(&event).unwrap();
        assert_eq!(
            plain["hits"][1],
            serde_json::json!({"entity": serde_json::to_value(&keys[1]).unwrap(), "playbook": "busy-keys"})
        );
        assert_eq!(serde_json::from_value::<Event>(plain).unwrap(), event);
    }
}
