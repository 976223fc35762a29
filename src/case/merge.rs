//! Taking another analyst's case in: its entries are written anew at the end of this one's journal, by their own authors and with where they
//! come from, so nothing of either is lost.
//!
//! Entries that both journals have (because one folder is a copy of the other, or was merged before) are not taken twice. Ids that are
//! given out here already are given anew. Where both sides decided the same thing differently since, that is a conflict: what this case
//! says stays (but a person's label outranks a playbook's), the other word stays in the history, and the conflict is listed.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::domain::{Entity, Timestamp};
use crate::settings::files::{self, Doing};

use super::check::Refusal;
use super::conflict::{self, Conflict};
use super::dir::{CaseDir, CaseError, EVIDENCE};
use super::entry::{Entry, Origin, sha256};
use super::event::{Event, Target};
use super::saved::SavedPlace;
use super::state::Case;

/// What a merge did, or would do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MergeReport {
    /// The id of the case that was taken in.
    pub case: String,
    /// How many of its entries were taken in.
    pub taken: u64,
    /// How many of its entries were here already.
    pub known: u64,
    /// Ids that were given anew: there, here.
    pub renumbered: Vec<(String, String)>,
    /// What the two decided differently.
    pub conflicts: Vec<Conflict>,
    /// Entries that were not taken in because they make no sense here, and why; one line each.
    pub left_out: Vec<String>,
}

/// A merge that was worked out and not written.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) entries: Vec<Entry>,
    pub(super) case: Case,
    pub(super) report: MergeReport,
}

/// An entry by what it was where it was first written.
pub(super) fn identity(entry: &Entry) -> &str {
    entry.origin.as_ref().map_or(&entry.hash, |origin| &origin.hash)
}

/// The identities of a case's entries, with the entries' numbers.
pub(super) fn identities(case: &Case) -> HashMap<&str, u64> {
    case.entries().iter().flat_map(|entry| [(entry.hash.as_str(), entry.seq), (identity(entry), entry.seq)]).collect()
}

impl CaseDir {
    /// What [`CaseDir::merge`] would do; changes nothing.
    pub fn would_merge(&self, from: &CaseDir, now: Timestamp) -> Result<MergeReport, CaseError> {
        Ok(plan(self.case(), from.case(), self.author(), now)?.report)
    }

    /// Takes the entries and the evidence of another case in.
    pub fn merge(&mut self, from: &CaseDir, now: Timestamp) -> Result<MergeReport, CaseError> {
        let plan = plan(self.case(), from.case(), self.author(), now)?;
        if plan.report.taken == 0 {
            return Ok(plan.report);
        }
        for entry in &plan.entries {
            if let Event::Pinned { evidence, .. } = &entry.event {
                self.take_evidence(from, evidence)?;
            }
        }
        self.append_all(&plan.entries, plan.case)?;
        Ok(plan.report)
    }

    fn take_evidence(&self, from: &CaseDir, hash: &str) -> Result<(), CaseError> {
        let name = format!("{hash}.json");
        let (source, target) = (from.path().join(EVIDENCE).join(&name), self.path().join(EVIDENCE).join(&name));
        let bytes = std::fs::read(&source).doing("read", &source)?;
        if sha256(&bytes) != hash {
            return Err(CaseError::EvidenceChanged(source));
        }
        match std::fs::read(&target) {
            Ok(there) if there == bytes => Ok(()),
            Ok(_) => Err(CaseError::EvidenceChanged(target)),
            Err(_) => files::write_atomic(&target, &bytes).map_err(CaseError::NotSaved),
        }
    }
}

/// Works a merge out.
pub(super) fn plan(into: &Case, from: &Case, by: &str, now: Timestamp) -> Result<Plan, Refusal> {
    if from.founding().id.is_empty() || into.founding().id.is_empty() {
        return Err(Refusal("one of the cases has no beginning, so it cannot be merged".into()));
    }
    let shas = |case: &Case| -> BTreeSet<String> { case.extracts().iter().map(|known| known.extract.sha256.clone()).collect() };
    let (ours, theirs) = (shas(into), shas(from));
    if !ours.is_empty() && !theirs.is_empty() && ours.is_disjoint(&theirs) {
        return Err(Refusal("the two cases have no extract in common, so they cannot be merged".into()));
    }
    // The entry that says how many were taken in stands before them, so it is known only after a first try.
    let first = Merging::run(into, from, by, now, 0)?;
    Merging::run(into, from, by, now, first.report.taken)
}

/// A merge at work.
pub(super) struct Merging<'a> {
    pub(super) into: &'a Case,
    pub(super) from: &'a Case,
    /// This case as it is so far.
    pub(super) case: Case,
    entries: Vec<Entry>,
    by: &'a str,
    now: Timestamp,
    seqs: HashMap<u64, u64>,
    pub(super) ids: HashMap<String, String>,
    nodes: HashMap<u64, u64>,
    pub(super) report: MergeReport,
}

impl<'a> Merging<'a> {
    fn run(into: &'a Case, from: &'a Case, by: &'a str, now: Timestamp, taken: u64) -> Result<Plan, Refusal> {
        let report = MergeReport { case: from.founding().id.clone(), ..MergeReport::default() };
        let (seqs, ids, nodes) = (HashMap::new(), HashMap::new(), HashMap::new());
        let mut merging = Merging { into, from, case: into.clone(), entries: Vec::new(), by, now, seqs, ids, nodes, report };
        let founding = from.founding();
        let event = Event::Merged {
            case: founding.id.clone(),
            head: from.head().1.to_owned(),
            analyst: founding.analyst.clone(),
            entries: taken,
        };
        merging.add(event)?;
        merging.take_all();
        conflict::settle(&mut merging)?;
        let Merging { entries, case, report, .. } = merging;
        Ok(Plan { entries, case, report })
    }

    /// Adds an entry of this case's own.
    pub(super) fn add(&mut self, event: Event) -> Result<(), Refusal> {
        let by = self.by;
        self.push(event, by, None)
    }

    fn push(&mut self, event: Event, by: &str, origin: Option<Origin>) -> Result<(), Refusal> {
        self.case.check(&event)?;
        let (last, prev) = self.case.head();
        let at = self.case.clock().max(self.now);
        let entry = Entry::taken_in(Some((last, prev)), at, by, event, origin).map_err(|error| Refusal(error.to_string()))?;
        self.case.apply(&entry);
        self.entries.push(entry);
        Ok(())
    }

    fn take_all(&mut self) {
        let known = identities(self.into);
        let odd: HashSet<u64> = self.from.oddities().iter().map(|oddity| oddity.seq).collect();
        let from = self.from;
        for entry in from.entries() {
            if let Event::Created { .. } = entry.event {
                continue;
            }
            if let Some(here) = known.get(identity(entry)).copied() {
                self.report.known += 1;
                self.seqs.insert(entry.seq, here);
                if let Some(here) = self.into.entry(here) {
                    self.same(&entry.event, &here.event);
                }
                continue;
            }
            let line = |why: &str| format!("entry {} ({}): {why}", entry.seq, entry.event.describe());
            if odd.contains(&entry.seq) {
                self.report.left_out.push(line("it made no sense there"));
                continue;
            }
            let Some(event) = self.translated(&entry.event) else {
                self.report.left_out.push(line("the entry that it speaks of is not here"));
                continue;
            };
            let stamp = entry.stamp();
            let origin = entry.origin.clone().unwrap_or_else(|| Origin {
                at: stamp.at,
                case: from.founding().id.clone(),
                hash: entry.hash.clone(),
                seq: entry.seq,
            });
            match self.push(event, &entry.by, Some(origin)) {
                Ok(()) => {
                    self.report.taken += 1;
                    self.seqs.insert(entry.seq, self.case.head().0);
                }
                Err(Refusal(why)) => self.report.left_out.push(line(&why)),
            }
        }
    }

    /// Remembers what an entry that both have is called here.
    fn same(&mut self, there: &Event, here: &Event) {
        match (there, here) {
            (Event::Question { id, .. }, Event::Question { id: ours, .. })
            | (Event::Noted { id, .. }, Event::Noted { id: ours, .. })
            | (Event::Found { id, .. }, Event::Found { id: ours, .. }) => {
                self.ids.insert(id.clone(), ours.clone());
            }
            (Event::Visited { node, .. }, Event::Visited { node: ours, .. }) => {
                self.nodes.insert(*node, *ours);
            }
            _ => {}
        }
    }

    /// What an id is here; one that is new gets a number that nothing here has had.
    fn id(&mut self, id: &str, next: impl Fn(&Case) -> String) -> String {
        if let Some(known) = self.ids.get(id) {
            return known.clone();
        }
        let here = if self.case.has_given(id) { next(&self.case) } else { id.to_owned() };
        if here != id {
            self.report.renumbered.push((id.to_owned(), here.clone()));
        }
        self.ids.insert(id.to_owned(), here.clone());
        here
    }

    fn known_id(&self, id: &str) -> String {
        self.ids.get(id).cloned().unwrap_or_else(|| id.to_owned())
    }

    fn node(&mut self, node: u64) -> u64 {
        let next = self.case.next_node();
        *self.nodes.entry(node).or_insert(next)
    }

    /// An event of the other case with this one's ids and numbers; nothing when it speaks of an entry that is not here.
    fn translated(&mut self, event: &Event) -> Option<Event> {
        let mut event = event.clone();
        match &mut event {
            Event::Question { id, .. } => *id = self.id(id, Case::next_question_id),
            Event::Answered { id, .. } | Event::NoteRemoved { id } => *id = self.known_id(id),
            Event::Noted { id, target, .. } => {
                *id = self.id(id, Case::next_note_id);
                if let Target::Finding(other) | Target::Question(other) = target {
                    *other = self.known_id(other);
                }
            }
            Event::Found { id, details, .. } => {
                *id = self.id(id, Case::next_finding_id);
                details.question = details.question.take().map(|id| self.known_id(&id));
            }
            Event::FindingChanged { id, edits, .. } => {
                *id = self.known_id(id);
                edits.question = edits.question.take().map(|id| self.known_id(&id));
            }
            Event::Measured { finding, filter, command, .. } => {
                *finding = finding.take().map(|id| self.known_id(&id));
                *filter = self.renumbered(filter);
                *command = self.renumbered(command);
            }
            Event::Visited { node, parent, view, place, .. } => {
                // A parent that is not here would be taken for another view.
                *parent = parent.and_then(|parent| self.nodes.get(&parent).copied());
                if let SavedPlace::Compare { a, b } = place {
                    match (self.nodes.get(a), self.nodes.get(b)) {
                        (Some(one), Some(other)) => (*a, *b) = (*one, *other),
                        _ => *place = SavedPlace::Rows,
                    }
                }
                *node = self.node(*node);
                view.filter = self.renumbered(&view.filter);
            }
            Event::LabelledMany { from, .. } | Event::UnlabelledMany { from, .. } => *from = self.renumbered(from),
            Event::Undone { seq } | Event::Redone { seq } => *seq = *self.seqs.get(seq)?,
            _ => {}
        }
        Some(event)
    }

    /// A filter (or a text with one in it) with this case's ids after `finding:`.
    fn renumbered(&self, text: &str) -> String {
        const WORD: &str = "finding:";
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find(WORD) {
            let (before, tail) = rest.split_at(at + WORD.len());
            out.push_str(before);
            let end = tail.find(|character: char| !character.is_ascii_alphanumeric() && character != ',').unwrap_or(tail.len());
            let (ids, tail) = tail.split_at(end);
            let ids: Vec<String> = ids.split(',').map(|id| self.known_id(id)).collect();
            out.push_str(&ids.join(","));
            rest = tail;
        }
        out.push_str(rest);
        out
    }
}

/// The words that somebody gave an entity or took off it, where an entry unknown to the other case says so.
pub(super) fn new_words<'c>(case: &'c Case, entity: &Entity, other: &HashMap<&str, u64>) -> BTreeSet<&'c str> {
    let is_new = |seq: u64| case.entry(seq).is_some_and(|entry| !other.contains_key(identity(entry)));
    case.label_history(entity).iter().filter(|change| is_new(change.stamp.seq)).map(|change| change.label.as_str()).collect()
}
