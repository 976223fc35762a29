//! The case as the filter language sees it: `label:`, `pinned:`, `finding:` and `stage:`. A label that has ended does not match.

use crate::domain::{Entity, Timestamp};
use crate::investigate::CaseTerms;

use super::model::Label;
use super::state::Case;
use super::words::Connotation;

/// A case as a filter over one extract sees it.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    case: &'a Case,
    extract: &'a str,
    now: Timestamp,
}

impl Case {
    /// The case as a filter over the extract with this SHA-256 sees it: only that extract's pins. Labels have ended by the case's own
    /// clock ([`Case::clock`]).
    pub fn terms<'a>(&'a self, extract: &'a str) -> Terms<'a> {
        self.terms_at(extract, self.clock())
    }

    /// The same at `now`.
    pub fn terms_at<'a>(&'a self, extract: &'a str, now: Timestamp) -> Terms<'a> {
        Terms { case: self, extract, now }
    }

    fn entities_with(&self, now: Timestamp, holds: impl Fn(&Label) -> bool) -> Vec<Entity> {
        self.labelled_entities()
            .filter(|(_, labels)| labels.iter().any(|label| !label.is_expired(now) && holds(label)))
            .map(|(entity, _)| entity)
            .collect()
    }

    fn label_words(&self, now: Timestamp) -> Vec<String> {
        let words = self.labelled_entities().flat_map(|(_, labels)| labels);
        let mut words: Vec<String> = words.filter(|label| !label.is_expired(now)).map(|label| label.label.clone()).collect();
        words.sort_unstable();
        words.dedup();
        words
    }

    fn pinned_rows(&self, extract: Option<&str>) -> Vec<i64> {
        extract.and_then(|sha| self.state.pinned.get(sha)).map(|rows| rows.keys().copied().collect()).unwrap_or_default()
    }
}

impl CaseTerms for Case {
    fn labelled(&self, label: &str) -> Vec<Entity> {
        self.entities_with(self.clock(), |one| one.label == label)
    }

    fn labels(&self) -> Vec<String> {
        self.label_words(self.clock())
    }

    /// Those of the extract that was opened last.
    fn pinned(&self) -> Vec<i64> {
        self.pinned_rows(self.current_extract())
    }

    fn finding(&self, id: &str) -> Option<Vec<Entity>> {
        self.finding_with(id).map(|finding| finding.entities.clone())
    }

    fn bad(&self) -> Vec<Entity> {
        self.entities_with(self.clock(), |label| label.connotation == Connotation::Bad)
    }

    fn staged(&self, stage: &str) -> Option<Vec<Entity>> {
        Some(self.entities_at(stage.parse().ok()?))
    }
}

impl CaseTerms for Terms<'_> {
    fn labelled(&self, label: &str) -> Vec<Entity> {
        self.case.entities_with(self.now, |one| one.label == label)
    }

    fn labels(&self) -> Vec<String> {
        self.case.label_words(self.now)
    }

    fn pinned(&self) -> Vec<i64> {
        self.case.pinned_rows(Some(self.extract))
    }

    fn finding(&self, id: &str) -> Option<Vec<Entity>> {
        self.case.finding(id)
    }

    fn bad(&self) -> Vec<Entity> {
        self.case.entities_with(self.now, |label| label.connotation == Connotation::Bad)
    }

    fn staged(&self, stage: &str) -> Option<Vec<Entity>> {
        self.case.staged(stage)
    }
}

#[cfg(test)]
mod tests {
    use super::super::event::Event;
    use super::super::fixture::{Desk, NOON, entity, labelled};
    use super::*;

    #[test]
    fn a_label_that_has_ended_does_not_match() {
        let mut desk = Desk::new();
        let mut event = labelled("account:a", "farm", Connotation::Bad, "");
        if let Event::Labelled { expires, .. } = &mut event {
            *expires = Some(NOON.plus(10 * Timestamp::SECOND));
        }
        desk.record(event).unwrap();
        desk.record(labelled("account:b", "farm", Connotation::Bad, "")).unwrap();
        let both = [entity("account:a"), entity("account:b")];
        assert_eq!(desk.case.terms("e").labelled("farm"), both);
        assert_eq!(desk.case.terms("e").bad(), both);
        let later = desk.case.terms_at("e", NOON.plus(10 * Timestamp::SECOND));
        assert_eq!(later.labelled("farm"), [entity("account:b")]);
        assert_eq!(later.bad(), [entity("account:b")]);
        assert_eq!(later.labels(), ["farm"]);
    }
}
