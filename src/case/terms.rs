//! The case as the filter language sees it: `label:`, `pinned:` and `finding:`.

use crate::domain::Entity;
use crate::investigate::CaseTerms;

use super::event::Connotation;
use super::model::Label;
use super::state::Case;

/// A case as a filter over one extract sees it.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    case: &'a Case,
    extract: &'a str,
}

impl Case {
    /// The case as a filter over the extract with this SHA-256 sees it: only that extract's pins.
    pub fn terms<'a>(&'a self, extract: &'a str) -> Terms<'a> {
        Terms { case: self, extract }
    }

    fn pinned_rows(&self, extract: Option<&str>) -> Vec<i64> {
        extract.and_then(|sha| self.state.pinned.get(sha)).map(|rows| rows.keys().copied().collect()).unwrap_or_default()
    }
}

impl CaseTerms for Case {
    fn labelled(&self, label: &str) -> Vec<Entity> {
        self.labelled_entities()
            .filter(|(_, labels)| labels.iter().any(|one| one.label == label))
            .map(|(entity, _)| entity)
            .collect()
    }

    fn labels(&self) -> Vec<String> {
        let mut words: Vec<String> =
            self.labelled_entities().flat_map(|(_, labels)| labels.iter().map(|one| one.label.clone())).collect();
        words.sort_unstable();
        words.dedup();
        words
    }

    /// Those of the extract that was opened last.
    fn pinned(&self) -> Vec<i64> {
        self.pinned_rows(self.current_extract())
    }

    fn finding(&self, id: &str) -> Option<Vec<Entity>> {
        self.finding_with(id).map(|finding| finding.entities.clone())
    }

    fn bad(&self) -> Vec<Entity> {
        let is_bad = |labels: &[Label]| labels.iter().any(|label| label.connotation == Connotation::Bad);
        self.labelled_entities().filter(|(_, labels)| is_bad(labels)).map(|(entity, _)| entity).collect()
    }
}

impl CaseTerms for Terms<'_> {
    fn labelled(&self, label: &str) -> Vec<Entity> {
        self.case.labelled(label)
    }

    fn labels(&self) -> Vec<String> {
        CaseTerms::labels(self.case)
    }

    fn pinned(&self) -> Vec<i64> {
        self.case.pinned_rows(Some(self.extract))
    }

    fn finding(&self, id: &str) -> Option<Vec<Entity>> {
        self.case.finding(id)
    }

    fn bad(&self) -> Vec<Entity> {
        self.case.bad()
    }
}
