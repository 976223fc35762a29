//! The triage board: the hits of all playbooks that ran, merged by whom they accuse, in the order in which they want to be looked at.
//!
//! Scores stand on each playbook's own scale, so they are compared within a playbook only: a hit weighs what its severity weighs, from one
//! half of it for the least hit of the playbook to all of it for the highest. Accusations of one entity add up. The gravest severity
//! comes first whatever the sum; those who have been judged come after those who have not, what is dismissed last.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use crate::case::{Case, Status};
use crate::domain::{Entity, Severity};

use super::playbooks::{Entry, Hit};

/// What the case says of an accusation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Nothing yet.
    Waiting,
    /// There is a finding about it, by id.
    Found(String, Status),
    /// It is nothing, for this reason.
    Dismissed(String),
}

/// Somebody whom playbooks accuse.
#[derive(Debug, Clone, PartialEq)]
pub struct Suspect {
    /// Who.
    pub entity: Entity,
    /// The hits, as places of a playbook and a hit, the heaviest first. Those that were dismissed come last.
    pub accusations: Vec<(usize, usize)>,
    /// How many of them were not dismissed.
    pub standing: usize,
    /// The gravest severity among those that stand.
    pub severity: Severity,
    /// What they weigh together.
    pub weight: f64,
    /// Rows of the hit with the most.
    pub requests: u64,
    /// Whether one of those that stand is new since the last run in this case.
    pub fresh: bool,
    /// What the case says.
    pub verdict: Verdict,
}

/// A line of the board.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TriageLine {
    /// Somebody.
    Suspect(usize),
    /// One of the accusations.
    Accusation(usize, usize),
}

/// What the board was merged from: the case's last entry, the version of the hits, what is searched for and what is shown.
pub type Merged = (u64, u64, String, bool, bool);

/// The board.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Triage {
    /// Who is shown, in order.
    pub suspects: Vec<Suspect>,
    /// The lines.
    pub lines: Vec<TriageLine>,
    /// Whose accusations are unfolded.
    pub open: BTreeSet<Entity>,
    /// Whether those who were dismissed are shown.
    pub dismissed: bool,
    /// Whether only those with a new hit are shown.
    pub fresh_only: bool,
    /// How many wait for a verdict, have a finding, were dismissed, have a new hit; shown or not.
    pub counts: [usize; 4],
    /// What it was merged from.
    pub merged: Option<Merged>,
    /// Whom a verdict is on its way for, and the line on which that one stood.
    pub judging: Option<(Entity, usize)>,
    /// The line under the cursor.
    pub cursor: usize,
    /// The first line on the screen.
    pub top: usize,
}

/// What a hit of this severity weighs at most.
fn weight(severity: Severity) -> f64 {
    match severity {
        Severity::Info => 1.0,
        Severity::Low => 3.0,
        Severity::Medium => 10.0,
        Severity::High => 30.0,
        Severity::Critical => 100.0,
    }
}

/// The share of its playbook's highest score that a hit has, from 0 to 1.
fn share(hit: &Hit, highest: f64) -> f64 {
    if highest > 0.0 && hit.score.is_finite() && highest.is_finite() { (hit.score / highest).clamp(0.0, 1.0) } else { 1.0 }
}

impl Triage {
    /// The suspect under the cursor; of an accusation, whom it accuses.
    pub fn current(&self) -> Option<&Suspect> {
        match *self.lines.get(self.cursor)? {
            TriageLine::Suspect(at) | TriageLine::Accusation(at, _) => self.suspects.get(at),
        }
    }

    /// The accusations that the cursor stands for: one, or all of a suspect.
    pub fn accusations(&self) -> Vec<(usize, usize)> {
        match self.lines.get(self.cursor) {
            Some(TriageLine::Suspect(at)) => self.suspects.get(*at).map_or(Vec::new(), |suspect| suspect.accusations.clone()),
            Some(TriageLine::Accusation(at, place)) => {
                self.suspects.get(*at).and_then(|suspect| suspect.accusations.get(*place)).copied().into_iter().collect()
            }
            None => Vec::new(),
        }
    }

    /// Merges the hits of all entries anew. The cursor stays on whom it was; once that one has been judged it stays on
    /// its line, on the next one to be looked at.
    pub fn merge(&mut self, entries: &[Entry], case: &Case, needle: &str) {
        let before = self.current().map(|suspect| suspect.entity.clone());
        let all = suspects(entries, case);
        let count = |fits: &dyn Fn(&Suspect) -> bool| all.iter().filter(|suspect| fits(suspect)).count();
        self.counts = [
            count(&|suspect| suspect.verdict == Verdict::Waiting),
            count(&|suspect| matches!(suspect.verdict, Verdict::Found(..))),
            count(&|suspect| matches!(suspect.verdict, Verdict::Dismissed(_))),
            count(&|suspect| suspect.fresh),
        ];
        let needle = needle.to_lowercase();
        let sought = |suspect: &Suspect| {
            let has = |text: &str| text.to_lowercase().contains(&needle);
            let by = |(at, _): &(usize, usize)| entries.get(*at).is_some_and(|entry| has(&entry.title) || has(&entry.id));
            needle.is_empty() || has(&suspect.entity.to_string()) || suspect.accusations.iter().any(by)
        };
        self.suspects = all
            .into_iter()
            .filter(|suspect| self.dismissed || !matches!(suspect.verdict, Verdict::Dismissed(_)))
            .filter(|suspect| !self.fresh_only || suspect.fresh)
            .filter(sought)
            .collect();
        self.list();
        let place = |entity: &Entity| self.suspects.iter().position(|suspect| suspect.entity == *entity);
        let waits = |at: usize| self.suspects.get(at).is_some_and(|found| found.verdict == Verdict::Waiting);
        let judged = self.judging.take_if(|(entity, _)| place(entity).is_none_or(|at| !waits(at)));
        match (judged, before.as_ref().and_then(place)) {
            (Some((_, line)), _) => self.cursor = line,
            (None, Some(at)) => self.go_to(at),
            (None, None) => {}
        }
        self.cursor = self.cursor.min(self.lines.len().saturating_sub(1));
    }

    /// Unfolds or folds the suspect under the cursor; `None` for the other of what it is.
    pub fn fold(&mut self, unfold: Option<bool>) {
        let Some(entity) = self.current().map(|suspect| suspect.entity.clone()) else { return };
        let open = self.open.contains(&entity);
        match unfold.unwrap_or(!open) {
            true => {
                self.open.insert(entity.clone());
            }
            false => {
                self.open.remove(&entity);
            }
        }
        self.list();
        if let Some(at) = self.suspects.iter().position(|suspect| suspect.entity == entity) {
            self.go_to(at);
        }
    }

    fn go_to(&mut self, suspect: usize) {
        self.cursor = self.lines.iter().position(|line| *line == TriageLine::Suspect(suspect)).unwrap_or(self.cursor);
    }

    fn list(&mut self) {
        self.lines.clear();
        for (at, suspect) in self.suspects.iter().enumerate() {
            self.lines.push(TriageLine::Suspect(at));
            if self.open.contains(&suspect.entity) {
                self.lines.extend((0..suspect.accusations.len()).map(|place| TriageLine::Accusation(at, place)));
            }
        }
    }
}

/// Everybody who is accused, in order.
fn suspects(entries: &[Entry], case: &Case) -> Vec<Suspect> {
    let mut accused: BTreeMap<&Entity, Vec<(f64, usize, usize)>> = BTreeMap::new();
    for (at, entry) in entries.iter().enumerate() {
        let hits = entry.hits.as_deref().unwrap_or_default();
        let highest = hits.iter().map(|hit| hit.score).fold(0.0, f64::max);
        for (place, hit) in hits.iter().enumerate() {
            let heavy = weight(entry.severity) * (0.5 + 0.5 * share(hit, highest));
            accused.entry(&hit.entity).or_default().push((heavy, at, place));
        }
    }
    let mut found: BTreeMap<&Entity, Verdict> = BTreeMap::new();
    for finding in case.findings() {
        let verdict = match finding.status {
            Status::Dismissed => Verdict::Dismissed(format!("finding {} was dismissed", finding.id)),
            status => Verdict::Found(finding.id.clone(), status),
        };
        for entity in &finding.entities {
            // A finding that holds outweighs one that was dismissed; of two that hold the later one is named.
            let weaker = matches!(verdict, Verdict::Dismissed(_)) && matches!(found.get(entity), Some(Verdict::Found(..)));
            if !weaker {
                found.insert(entity, verdict.clone());
            }
        }
    }
    let mut suspects: Vec<Suspect> =
        accused.into_iter().map(|(entity, heavy)| suspect(entity, heavy, found.get(entity).cloned(), entries, case)).collect();
    suspects.sort_by(order);
    suspects
}

fn suspect(
    entity: &Entity,
    mut heavy: Vec<(f64, usize, usize)>,
    found: Option<Verdict>,
    entries: &[Entry],
    case: &Case,
) -> Suspect {
    let reason = |at: usize| entries.get(at).and_then(|entry| case.dismissal(entity, &entry.id));
    heavy.sort_by(|a, b| reason(a.1).is_some().cmp(&reason(b.1).is_some()).then(b.0.total_cmp(&a.0)).then(a.1.cmp(&b.1)));
    let standing: Vec<&(f64, usize, usize)> = heavy.iter().filter(|(_, at, _)| reason(*at).is_none()).collect();
    let hit = |(_, at, place): &&(f64, usize, usize)| entries.get(*at).and_then(|entry| entry.hit(*place));
    let counted: Vec<&(f64, usize, usize)> = if standing.is_empty() { heavy.iter().collect() } else { standing.clone() };
    let severity = counted.iter().filter_map(|(_, at, _)| Some(entries.get(*at)?.severity)).max().unwrap_or_default();
    let dismissed = heavy.first().filter(|_| standing.is_empty()).and_then(|(_, at, _)| reason(*at));
    Suspect {
        entity: entity.clone(),
        severity,
        weight: counted.iter().map(|(weight, ..)| weight).sum(),
        requests: counted.iter().filter_map(hit).map(|hit| hit.requests).max().unwrap_or(0),
        fresh: standing.iter().filter_map(hit).any(|hit| hit.fresh),
        standing: standing.len(),
        verdict: match (found, dismissed) {
            (Some(found @ Verdict::Found(..)), _) => found,
            (_, Some(dismissal)) => Verdict::Dismissed(dismissal.reason.clone()),
            (Some(found), None) => found,
            (None, None) => Verdict::Waiting,
        },
        accusations: heavy.iter().map(|(_, at, place)| (*at, *place)).collect(),
    }
}

fn order(a: &Suspect, b: &Suspect) -> Ordering {
    let judged = |suspect: &Suspect| match suspect.verdict {
        Verdict::Waiting => 0,
        Verdict::Found(..) => 1,
        Verdict::Dismissed(_) => 2,
    };
    judged(a)
        .cmp(&judged(b))
        .then(b.severity.cmp(&a.severity))
        .then(b.weight.total_cmp(&a.weight))
        .then_with(|| a.entity.cmp(&b.entity))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::state::Playbooks;
    use crate::case::{Entry as Written, Event};
    use crate::domain::{Role, Timestamp};
    use crate::playbook::{library, roles_alone};

    fn entity(value: &str) -> Entity {
        Entity::new(Role::Account, value).unwrap()
    }

    fn hit(value: &str, score: f64) -> Hit {
        let entity = entity(value);
        Hit { entity, score, requests: 10, first_seen: None, last_seen: None, examples: vec![1], fresh: value == "fresh" }
    }

    /// Two playbooks of a severity each, with these hits.
    fn entries(hits: [(Severity, Vec<Hit>); 2]) -> Vec<Entry> {
        let known = Playbooks::of(library::builtin(), &roles_alone()).entries;
        let with = |(entry, (severity, hits)): (&Entry, _)| Entry { severity, hits: Some(hits), ..entry.clone() };
        known.iter().zip(hits).map(with).collect()
    }

    fn case(events: Vec<Event>) -> Case {
        let mut case = Case::default();
        for (at, event) in events.into_iter().enumerate() {
            let (seq, by) = (at as u64 + 1, "ana".to_owned());
            case.apply(&Written { seq, at: Timestamp(0), by, prev: String::new(), hash: String::new(), origin: None, event });
        }
        case
    }

    fn merged(entries: &[Entry], case: &Case) -> Triage {
        let mut triage = Triage { dismissed: true, ..Triage::default() };
        triage.merge(entries, case, "");
        triage
    }

    fn names(triage: &Triage) -> Vec<&str> {
        triage.suspects.iter().map(|suspect| suspect.entity.value.as_str()).collect()
    }

    fn dismissed(value: &str, playbook: &str) -> Event {
        Event::Dismissed { entity: entity(value), playbook: playbook.to_owned(), reason: "the office".to_owned() }
    }

    #[test]
    fn the_gravest_come_first_then_what_weighs_most_and_each_stands_once() {
        let low = vec![hit("both", 9.0), hit("low", 10.0), hit("least", 1.0)];
        let entries = entries([(Severity::High, vec![hit("both", 5.0), hit("high", 4.0)]), (Severity::Low, low)]);
        let triage = merged(&entries, &Case::default());
        assert_eq!(names(&triage), ["both", "high", "low", "least"]);
        assert_eq!(triage.suspects[0].accusations, [(0, 0), (1, 0)]);
        assert!(triage.suspects[0].weight > 30.0 && triage.suspects[3].weight < 2.0);
        assert_eq!(triage.counts, [4, 0, 0, 0]);
    }

    #[test]
    fn what_was_dismissed_weighs_nothing_and_is_shown_only_when_asked_for() {
        let entries = entries([
            (Severity::High, vec![hit("both", 5.0), hit("fresh", 5.0)]),
            (Severity::Low, vec![hit("both", 1.0), hit("low", 1.0)]),
        ]);
        let case = case(vec![dismissed("both", &entries[0].id), dismissed("low", "")]);
        let triage = merged(&entries, &case);
        assert_eq!(names(&triage), ["fresh", "both", "low"]);
        let both = &triage.suspects[1];
        assert_eq!((both.severity, both.standing, both.verdict.clone()), (Severity::Low, 1, Verdict::Waiting));
        assert_eq!(both.accusations, [(1, 0), (0, 0)], "what stands comes first");
        assert_eq!(triage.suspects[2].verdict, Verdict::Dismissed("the office".into()));
        assert_eq!(triage.counts, [2, 0, 1, 1]);
        let mut hidden = Triage { fresh_only: true, ..Triage::default() };
        hidden.merge(&entries, &case, "");
        assert_eq!(names(&hidden), ["fresh"]);
    }

    #[test]
    fn the_cursor_follows_whom_it_is_on_until_that_one_is_judged() {
        let mut entries = entries([(Severity::Low, vec![hit("a", 1.0), hit("b", 1.0), hit("c", 1.0)]), (Severity::High, vec![])]);
        let mut triage = merged(&entries, &Case::default());
        triage.cursor = 1;
        entries[1].hits = Some(vec![hit("c", 1.0)]);
        triage.merge(&entries, &Case::default(), "");
        assert_eq!(names(&triage), ["c", "a", "b"]);
        assert_eq!(triage.current().unwrap().entity.value, "b");
        triage.cursor = 0;
        triage.judging = Some((entity("c"), 0));
        triage.merge(&entries, &case(vec![dismissed("c", &entries[0].id)]), "");
        assert_eq!(triage.current().unwrap().entity.value, "c", "the other playbook accuses it still");
        triage.merge(&entries, &case(vec![dismissed("c", "")]), "");
        assert_eq!(names(&triage), ["a", "b", "c"]);
        assert_eq!(triage.current().unwrap().entity.value, "a", "the next one is under the cursor");
    }

    #[test]
    fn only_who_is_sought_is_shown_and_accusations_unfold() {
        let entries = entries([(Severity::Low, vec![hit("abc", 1.0), hit("xyz", 1.0)]), (Severity::High, vec![])]);
        let mut triage = Triage::default();
        triage.merge(&entries, &Case::default(), "XY");
        assert_eq!(names(&triage), ["xyz"]);
        triage.fold(None);
        assert_eq!(triage.lines, [TriageLine::Suspect(0), TriageLine::Accusation(0, 0)]);
        triage.cursor = 1;
        assert_eq!(triage.accusations(), [(0, 1)]);
        triage.fold(Some(false));
        assert_eq!((triage.lines.len(), triage.cursor), (1, 0));
    }
}
