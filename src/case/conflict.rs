//! What two cases decided differently since they parted, and what becomes of it in a merge.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value as Json;

use crate::domain::Entity;

use super::check::Refusal;
use super::event::Event;
use super::merge::{Merging, identities, identity, new_words};
use super::model::{Finding, Label, StageChange};
use super::state::Case;

/// Something that two cases decided differently. Its texts may hold text from extracts: draw them only through `SafeText`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// What it is about.
    pub what: String,
    /// What this case says.
    pub ours: String,
    /// What the other case says.
    pub theirs: String,
    /// What counts after the merge.
    pub kept: String,
}

const OURS: &str = "ours; theirs is in the history";
const THEIRS: &str = "theirs, a person's; ours, a playbook's, is in the history";
const BOTH: &str = "both";

/// Finds the conflicts of a merge whose entries are taken in, and lets this case's word count again.
pub(super) fn settle(merging: &mut Merging<'_>) -> Result<(), Refusal> {
    let (ours, theirs) = (identities(merging.into), identities(merging.from));
    labels(merging, &ours, &theirs)?;
    stages(merging, &ours, &theirs)?;
    shared(merging, &ours, &theirs)?;
    namesakes(merging, &ours);
    Ok(())
}

fn say(merging: &mut Merging<'_>, what: String, ours: String, theirs: String, kept: &str) {
    merging.report.conflicts.push(Conflict { what, ours, theirs, kept: kept.to_owned() });
}

fn labels(merging: &mut Merging<'_>, ours: &HashMap<&str, u64>, theirs: &HashMap<&str, u64>) -> Result<(), Refusal> {
    let (into, from) = (merging.into, merging.from);
    for (role, values) in &from.state.labels {
        for value in values.keys() {
            let entity = Entity { role: *role, value: value.clone() };
            let there = new_words(from, &entity, ours);
            let here = new_words(into, &entity, theirs);
            for word in there.intersection(&here) {
                let find = |case: &Case| case.labels_of(&entity).iter().find(|label| label.label == **word).cloned();
                label(merging, &entity, word, find(into), find(from))?;
            }
        }
    }
    Ok(())
}

fn label(
    merging: &mut Merging<'_>,
    entity: &Entity,
    word: &str,
    ours: Option<Label>,
    theirs: Option<Label>,
) -> Result<(), Refusal> {
    let says = |label: &Option<Label>| label.as_ref().map(|label| (label.connotation, label.expires));
    if says(&ours) == says(&theirs) {
        return Ok(());
    }
    let text = |label: &Option<Label>| match label {
        None => "taken off".to_owned(),
        Some(label) => {
            let end = label.expires.map(|end| format!(" until {end}")).unwrap_or_default();
            format!("{}{end}, by {}: {}", label.connotation, label.stamp.by, label.reason)
        }
    };
    let (what, here, there) = (format!("label {word} of {entity}"), text(&ours), text(&theirs));
    let by_playbook = ours.as_ref().is_some_and(|label| !label.playbook.is_empty());
    if by_playbook && theirs.as_ref().is_none_or(|label| label.playbook.is_empty()) {
        say(merging, what, here, there, THEIRS);
        return Ok(());
    }
    let reason = |why: &str| format!("kept in the merge with {}: {why}", merging.report.case);
    let event = match ours {
        Some(label) => Event::Labelled {
            entity: entity.clone(),
            label: label.label,
            connotation: label.connotation,
            reason: reason(&label.reason),
            expires: label.expires,
            playbook: label.playbook,
        },
        None => Event::Unlabelled { entity: entity.clone(), label: word.to_owned(), reason: reason("taken off here") },
    };
    merging.add(event)?;
    say(merging, what, here, there, OURS);
    Ok(())
}

fn stages(merging: &mut Merging<'_>, ours: &HashMap<&str, u64>, theirs: &HashMap<&str, u64>) -> Result<(), Refusal> {
    let (into, from) = (merging.into, merging.from);
    let is_new = |case: &Case, said: &StageChange, other: &HashMap<&str, u64>| {
        case.entry(said.stamp.seq).is_some_and(|entry| !other.contains_key(identity(entry)))
    };
    for entity in from.state.stages.keys() {
        let (Some(here), Some(there)) = (into.said_by_a_person(entity), from.said_by_a_person(entity)) else { continue };
        if here.stage == there.stage || !is_new(into, here, theirs) || !is_new(from, there, ours) {
            continue;
        }
        let reason = format!("kept in the merge with {}: {}", merging.report.case, here.reason);
        merging.add(Event::Staged { entity: entity.clone(), stage: here.stage, reason, playbook: String::new() })?;
        let text = |said: &StageChange| format!("{}, by {}: {}", said.stage, said.stamp.by, said.reason);
        say(merging, format!("stage of {entity}"), text(here), text(there), OURS);
    }
    Ok(())
}

/// What one side did to the questions, notes and findings that both have: by the thing's id and the field, the last value.
type Changes = BTreeMap<(String, String), (Json, String)>;

fn changes(case: &Case, other: &HashMap<&str, u64>, id_here: impl Fn(&str) -> Option<String>) -> Changes {
    let mut changes = Changes::new();
    for entry in case.entries() {
        if other.contains_key(identity(entry)) || case.is_undone(entry.seq) {
            continue;
        }
        let (id, fields) = match &entry.event {
            Event::FindingChanged { id, .. } => {
                let Ok(Json::Object(fields)) = serde_json::to_value(&entry.event) else { continue };
                (id, fields.into_iter().filter(|(name, _)| name != "kind" && name != "id").collect())
            }
            Event::Answered { id, text } => (id, vec![("answer".to_owned(), Json::from(text.clone()))]),
            Event::Question { id, text } => (id, vec![("question".to_owned(), Json::from(text.clone()))]),
            Event::Noted { id, text, .. } => (id, vec![("note".to_owned(), Json::from(text.clone()))]),
            _ => continue,
        };
        let Some(id) = id_here(id) else { continue };
        for (name, value) in fields {
            changes.insert((id.clone(), name), (value, entry.by.clone()));
        }
    }
    changes
}

fn shared(merging: &mut Merging<'_>, ours: &HashMap<&str, u64>, theirs: &HashMap<&str, u64>) -> Result<(), Refusal> {
    let (into, from) = (merging.into, merging.from);
    let here = changes(into, theirs, |id| Some(id.to_owned()));
    // Only what both have: an id that was given anew is not there in `into`.
    let ids = merging.ids.clone();
    let there = changes(from, ours, |id| ids.get(id).filter(|id| into.has_given(id)).cloned());
    for ((id, field), (theirs, their_author)) in there {
        let Some((ours, our_author)) = here.get(&(id.clone(), field.clone())).filter(|(ours, _)| *ours != theirs) else {
            continue;
        };
        let kept = match field.as_str() {
            "entities" | "evidence" => {
                restore(merging, &id, &field, union(ours, &theirs))?;
                BOTH
            }
            "answer" | "question" if into.questions().iter().any(|question| question.id == id) => {
                let text = text_of(ours);
                let id = id.clone();
                merging.add(if field == "answer" { Event::Answered { id, text } } else { Event::Question { id, text } })?;
                OURS
            }
            "note" => {
                let Some(note) = into.note(&id) else { continue };
                merging.add(Event::Noted { id: id.clone(), target: note.target.clone(), text: text_of(ours) })?;
                let also = merging.case.next_note_id();
                merging.add(Event::Noted { id: also, target: note.target.clone(), text: text_of(&theirs) })?;
                BOTH
            }
            _ => {
                restore(merging, &id, &field, ours.clone())?;
                OURS
            }
        };
        let text = |value: &Json, by: &str| format!("{}, by {by}", text_of(value));
        let of = if id.starts_with('f') { format!("finding {id}") } else { id };
        say(merging, format!("{field} of {of}"), text(ours, our_author), text(&theirs, &their_author), kept);
    }
    Ok(())
}

fn text_of(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Array(items) => format!("{} of them", items.len()),
        other => other.to_string(),
    }
}

fn union(ours: &Json, theirs: &Json) -> Json {
    let mut all: Vec<Json> = ours.as_array().cloned().unwrap_or_default();
    for item in theirs.as_array().into_iter().flatten() {
        if !all.contains(item) {
            all.push(item.clone());
        }
    }
    Json::Array(all)
}

/// Lets one field of a finding say something again.
fn restore(merging: &mut Merging<'_>, id: &str, field: &str, value: Json) -> Result<(), Refusal> {
    let mut plain = serde_json::json!({ "kind": "finding_changed", "id": id });
    if let Json::Object(members) = &mut plain {
        members.insert(field.to_owned(), value);
    }
    let event = serde_json::from_value::<Event>(plain).map_err(|error| Refusal(error.to_string()))?;
    merging.add(event)
}

/// Findings of the same title that were made on both sides: both stay, each with its own id, and a difference is told.
fn namesakes(merging: &mut Merging<'_>, ours: &HashMap<&str, u64>) {
    let (into, from) = (merging.into, merging.from);
    let name = |finding: &Finding| finding.title.trim().to_lowercase();
    for there in from.findings() {
        let is_new = from.entry(there.stamp.seq).is_some_and(|entry| !ours.contains_key(identity(entry)));
        let Some(here) = into.findings().into_iter().find(|here| is_new && name(here) == name(there)) else { continue };
        let text = |finding: &Finding| format!("{}, {}, by {}", finding.status, finding.severity, finding.stamp.by);
        if (here.status, here.severity) != (there.status, there.severity) {
            let id = merging.ids.get(&there.id).cloned().unwrap_or_else(|| there.id.clone());
            say(merging, format!("findings {} and {id}, both '{}'", here.id, here.title), text(here), text(there), BOTH);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::check::Refusal;
    use super::super::entry::Entry;
    use super::super::event::{FindingDetails, FindingEdits, Target};
    use super::super::fixture::{Desk, NOON, changed, entity, found, labelled, labelled_many, staged};
    use super::super::merge::{MergeReport, plan};
    use super::super::words::{Connotation, Stage, Status};
    use super::*;

    fn fork(desk: &Desk) -> Desk {
        Desk { case: desk.case.clone(), entries: desk.entries.clone() }
    }

    fn merged(into: &mut Desk, from: &Desk) -> MergeReport {
        let plan = plan(&into.case, &from.case, "ana", NOON).unwrap();
        into.entries.extend(plan.entries.iter().cloned());
        let again = Case::replay(&into.entries);
        assert!(again.says_the_same(&plan.case));
        assert_eq!(again.oddities(), []);
        into.case = again;
        plan.report
    }

    fn other_author(desk: &mut Desk) {
        let founding = Event::Created { id: "d".into(), title: "t".into(), analyst: "ben".into(), version: 1 };
        let entry = Entry::after(None, NOON, "ben", founding).unwrap();
        desk.case = Case::replay([&entry]);
        desk.entries = vec![entry];
    }

    #[test]
    fn two_cases_that_never_met_come_together_with_new_ids_and_nothing_lost() {
        let (mut ana, mut ben) = (Desk::new(), Desk::default());
        other_author(&mut ben);
        ana.record(Event::Question { id: "q1".into(), text: "Who?".into() }).unwrap();
        ana.record(found("f1", &["account:a"], FindingDetails::default())).unwrap();
        ben.record(Event::Question { id: "q1".into(), text: "When?".into() }).unwrap();
        let details = FindingDetails { question: Some("q1".into()), ..FindingDetails::default() };
        ben.record(found("f1", &["account:b"], details)).unwrap();
        ben.record(changed("f1", Some(Status::Confirmed), FindingEdits::default())).unwrap();
        ben.record(Event::Noted { id: "n1".into(), target: Target::Finding("f1".into()), text: "see".into() }).unwrap();
        let seq = ben.record(labelled("account:b", "x", Connotation::Bad, "")).unwrap();
        ben.record(Event::Undone { seq }).unwrap();
        let report = merged(&mut ana, &ben);
        assert_eq!((report.taken, report.known), (6, 0));
        assert_eq!(report.left_out, Vec::<String>::new());
        assert_eq!(report.renumbered, [("q1".into(), "q2".into()), ("f1".into(), "f2".into())]);
        assert_eq!(report.conflicts.len(), 1, "{:?}", report.conflicts);
        assert_eq!(report.conflicts[0].what, "findings f1 and f2, both 'A title'");
        let finding = ana.case.finding_with("f2").unwrap();
        assert_eq!((finding.status, finding.question.as_deref()), (Status::Confirmed, Some("q2")));
        assert_eq!(ana.case.notes_on(&Target::Finding("f2".into())).len(), 1);
        assert_eq!(ana.case.labels_of(&entity("account:b")), []);
        assert_eq!(ana.case.merges().len(), 1);
        // A second time there is nothing new.
        let again = merged(&mut fork(&ana), &ben);
        assert_eq!((again.taken, again.known, again.conflicts), (0, 6, Vec::new()));
    }

    #[test]
    fn what_both_decided_since_they_parted_is_a_conflict_and_ours_stays() {
        let mut ana = Desk::new();
        ana.record(Event::Question { id: "q1".into(), text: "Who?".into() }).unwrap();
        ana.record(found("f1", &["account:a"], FindingDetails::default())).unwrap();
        ana.record(labelled("account:a", "farm", Connotation::Bad, "")).unwrap();
        ana.record(Event::Noted { id: "n1".into(), target: Target::Case, text: "one".into() }).unwrap();
        let mut ben = fork(&ana);
        for (desk, status, connotation, stage, text) in [
            (&mut ana, Status::Confirmed, Connotation::Good, Stage::Cleared, "ours"),
            (&mut ben, Status::Dismissed, Connotation::Neutral, Stage::Suspect, "theirs"),
        ] {
            desk.record(changed("f1", Some(status), FindingEdits::default())).unwrap();
            desk.record(labelled("account:a", "farm", connotation, "")).unwrap();
            desk.record(staged("account:a", stage, "")).unwrap();
            desk.record(Event::Answered { id: "q1".into(), text: text.into() }).unwrap();
            desk.record(Event::Noted { id: "n1".into(), target: Target::Case, text: text.into() }).unwrap();
        }
        // What only one of them did is no conflict.
        ben.record(changed("f1", None, FindingEdits { owner: Some("ben".into()), ..FindingEdits::default() })).unwrap();
        ben.record(labelled_many(&["account:c"], "farm", "")).unwrap();
        let report = merged(&mut ana, &ben);
        let mut what: Vec<&str> = report.conflicts.iter().map(|conflict| conflict.what.as_str()).collect();
        what.sort_unstable();
        assert_eq!(what, ["answer of q1", "label farm of account:a", "note of n1", "stage of account:a", "status of finding f1"]);
        assert_eq!((report.known, report.left_out), (4, Vec::new()));
        let finding = ana.case.finding_with("f1").unwrap();
        assert_eq!((finding.status, finding.owner.as_str()), (Status::Confirmed, "ben"));
        assert_eq!(ana.case.labels_of(&entity("account:a"))[0].connotation, Connotation::Good);
        let history: Vec<_> = ana.case.label_history(&entity("account:a")).iter().filter_map(|change| change.set).collect();
        assert!(history.iter().any(|(says, _)| *says == Connotation::Neutral), "theirs is in the history: {history:?}");
        assert_eq!(ana.case.stage_of(&entity("account:a")).stage, Stage::Cleared);
        assert_eq!(ana.case.questions()[0].answers.last().unwrap().text, "ours");
        let notes: Vec<&str> = ana.case.notes_on(&Target::Case).iter().map(|note| note.text.as_str()).collect();
        assert_eq!(notes, ["ours", "theirs"]);
        assert_eq!(ana.case.labels_of(&entity("account:c")).len(), 1);
    }

    #[test]
    fn a_persons_label_outranks_a_playbooks_on_either_side() {
        let (mut ana, mut ben) = (Desk::new(), Desk::default());
        other_author(&mut ben);
        ana.record(labelled("account:a", "farm", Connotation::Bad, "signup-farm")).unwrap();
        ben.record(labelled("account:a", "farm", Connotation::Good, "")).unwrap();
        let (mut one, mut two) = (fork(&ana), fork(&ben));
        assert_eq!(merged(&mut one, &ben).conflicts[0].kept, THEIRS);
        assert_eq!(merged(&mut two, &ana).conflicts[0].kept, OURS);
        for desk in [one, two] {
            assert_eq!(desk.case.labels_of(&entity("account:a"))[0].connotation, Connotation::Good);
        }
    }

    #[test]
    fn cases_over_other_extracts_are_refused() {
        let (mut ana, mut ben) = (Desk::new(), Desk::default());
        other_author(&mut ben);
        let opened =
            |sha: &str| Event::Opened { extracts: vec![crate::case::OpenedExtract { sha256: sha.into(), ..Default::default() }] };
        ana.record(opened("one")).unwrap();
        ben.record(opened("two")).unwrap();
        let Err(Refusal(why)) = plan(&ana.case, &ben.case, "ana", NOON) else { unreachable!() };
        assert!(why.contains("no extract in common"), "{why}");
    }
}
