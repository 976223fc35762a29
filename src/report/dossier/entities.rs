//! What a dossier says of entities, and what to do about those that are confirmed.

use std::collections::BTreeMap;

use crate::case::{self, Case, Target};
use crate::domain::{self, Entity, Role, Severity, Timestamp};
use crate::investigate::Filter;

use super::build::{by, notes};
use super::{Action, EntityEntry, Finding, Label, LabelChange};

/// What pins and queries say of each entity, gathered once.
pub(super) struct About {
    pinned: BTreeMap<Entity, Pinned>,
    /// The rows of the queries whose filter is one entity and nothing else, by that filter; the last one counts.
    alone: BTreeMap<String, u64>,
}

#[derive(Default)]
struct Pinned {
    rows: usize,
    evidence: Option<String>,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
}

impl Pinned {
    fn see(&mut self, first: Option<Timestamp>, last: Option<Timestamp>) {
        self.first = self.first.into_iter().chain(first).min();
        self.last = self.last.into_iter().chain(last).max();
    }
}

impl About {
    pub(super) fn of(case: &Case) -> About {
        let mut pinned: BTreeMap<Entity, Pinned> = BTreeMap::new();
        for pin in case.pins() {
            for entity in &pin.entities {
                let about = pinned.entry(entity.clone()).or_default();
                about.rows += 1;
                about.evidence.get_or_insert_with(|| pin.evidence.clone());
                about.see(pin.time, pin.time);
            }
        }
        let of_extract = case.measures().into_iter().filter(|measure| measure.sql.is_empty());
        About { pinned, alone: of_extract.map(|measure| (measure.filter.trim().to_owned(), measure.rows)).collect() }
    }

    /// From when to when a finding was seen: what it says itself, else its evidence.
    pub(super) fn span_of(&self, finding: &case::Finding, case: &Case) -> (Option<Timestamp>, Option<Timestamp>) {
        let times: Vec<Timestamp> =
            finding.evidence.iter().filter_map(|hash| case.pin(hash)).filter_map(|pin| pin.time).collect();
        let first = finding.first_seen.or_else(|| times.iter().min().copied());
        (first, finding.last_seen.or_else(|| times.iter().max().copied()))
    }
}

pub(super) fn entries(case: &Case, about: &About, now: Timestamp) -> Vec<EntityEntry> {
    let mut findings: BTreeMap<&Entity, Vec<&case::Finding>> = BTreeMap::new();
    for finding in case.findings() {
        for entity in &finding.entities {
            findings.entry(entity).or_default().push(finding);
        }
    }
    let none = Pinned::default();
    case.entities()
        .iter()
        .map(|entity| {
            let of = findings.get(entity).map(Vec::as_slice).unwrap_or_default();
            entry(case, entity, now, of, about.pinned.get(entity).unwrap_or(&none), &about.alone)
        })
        .collect()
}

fn entry(
    case: &Case,
    entity: &Entity,
    now: Timestamp,
    findings: &[&case::Finding],
    pinned: &Pinned,
    alone: &BTreeMap<String, u64>,
) -> EntityEntry {
    let staging = case.stage_at(entity, now);
    let label = |label: &case::Label| Label {
        label: label.label.clone(),
        connotation: label.connotation.to_string(),
        reason: label.reason.clone(),
        until: label.expires,
        playbook: label.playbook.clone(),
        by: by(&label.stamp),
    };
    let change = |change: &case::LabelChange| LabelChange {
        label: change.label.clone(),
        connotation: change.set.map(|(connotation, _)| connotation.to_string()),
        reason: change.reason.clone(),
        playbook: change.playbook.clone(),
        by: by(&change.stamp),
    };
    let mut seen = Pinned { first: pinned.first, last: pinned.last, ..Pinned::default() };
    for finding in findings {
        seen.see(finding.first_seen, finding.last_seen);
    }
    EntityEntry {
        role: entity.role,
        value: entity.value.clone(),
        stage: staging.stage.to_string(),
        stage_reason: staging.reason,
        stage_by: if staging.derived { None } else { staging.by.as_ref().map(by) },
        labels: case.labels_of(entity).iter().map(label).collect(),
        history: case.label_history(entity).iter().map(change).collect(),
        findings: findings.iter().map(|finding| finding.id.clone()).collect(),
        pins: pinned.rows,
        first_evidence: pinned.evidence.clone(),
        first_seen: seen.first,
        last_seen: seen.last,
        requests: alone.get(&only(entity)).copied(),
        notes: notes(case.notes_on(&Target::Entity(entity.clone()))),
    }
}

/// The filter for an entity alone.
fn only(entity: &Entity) -> String {
    Filter::keep(entity.role.name(), &domain::Value::Text(entity.value.clone())).to_string()
}

/// What is done about an entity of a role; nothing where doing something would hit others.
const fn action_of(role: Role) -> Option<&'static str> {
    match role {
        Role::Account | Role::Org => Some("suspend"),
        Role::Key => Some("rotate"),
        Role::Ip | Role::Session | Role::Device | Role::Payment => Some("block"),
        Role::Asn | Role::UserAgent => Some("rate-limit"),
        _ => None,
    }
}

/// The actions, the gravest first, then in the order of roles and values. Only confirmed entities are acted on.
pub(super) fn actions(entities: &[EntityEntry], findings: &[Finding]) -> Vec<Action> {
    let confirmed = entities.iter().filter(|entity| entity.stage == "confirmed");
    let mut actions: Vec<(Option<Severity>, Action)> = confirmed
        .filter_map(|entity| {
            let action = action_of(entity.role)?;
            let of: Vec<&Finding> = findings
                .iter()
                .filter(|finding| finding.status == "confirmed" && entity.findings.contains(&finding.id))
                .collect();
            let gravest = of.iter().filter_map(|finding| finding.severity.parse::<Severity>().ok()).max();
            let titles: Vec<String> = of.iter().map(|finding| format!("{}: {}", finding.id, finding.title)).collect();
            let why = match (titles.is_empty(), entity.stage_reason.trim()) {
                (false, reason) if entity.stage_by.is_none() || reason.is_empty() => titles.join("; "),
                (false, reason) => format!("{reason}; {}", titles.join("; ")),
                (true, reason) => reason.to_owned(),
            };
            let good = entity.labels.iter().filter(|label| label.connotation == "good");
            let caution: Vec<String> = good.map(|label| format!("labelled {}: {}", label.label, label.reason)).collect();
            let action = Action {
                action: action.to_owned(),
                role: entity.role,
                value: entity.value.clone(),
                why,
                findings: of.iter().map(|finding| finding.id.clone()).collect(),
                severity: gravest.map(|severity| severity.to_string()).unwrap_or_default(),
                caution: caution.join("; "),
                first_seen: entity.first_seen,
                last_seen: entity.last_seen,
            };
            Some((gravest, action))
        })
        .collect();
    actions.sort_by_key(|(gravest, _)| std::cmp::Reverse(*gravest));
    actions.into_iter().map(|(_, action)| action).collect()
}
