//! The section of entities: what the case says about whom.

use crate::case::{Case, LabelChange, Target};
use crate::domain::{Entity, Role};

use super::escape::{code, text};
use super::findings::{by, notes};
use super::markdown::{Page, many, short};

/// An entity by kind and value.
pub(super) fn named(entity: &Entity) -> String {
    format!("{} {}", entity.role.name().replace('_', " "), code(&entity.value))
}

pub(super) fn entities(case: &Case, out: &mut Page) {
    out.heading(2, "Entities");
    let all = case.entities();
    if all.is_empty() {
        out.paragraph("The case speaks of none.");
    }
    let mut role: Option<Role> = None;
    for entity in all {
        if role != Some(entity.role) {
            role = Some(entity.role);
            let mut plural = entity.role.plural().to_owned();
            if let Some(first) = plural.get_mut(..1) {
                first.make_ascii_uppercase();
            }
            out.heading(3, &plural);
        }
        one(case, &entity, out);
    }
}

fn one(case: &Case, entity: &Entity, out: &mut Page) {
    out.heading(4, &code(&entity.value));
    let mut said: Vec<String> = Vec::new();
    for label in case.labels_of(entity) {
        let until = label.expires.map(|end| format!(", until {end}")).unwrap_or_default();
        let reason = if label.reason.trim().is_empty() { "no reason given".into() } else { text(&label.reason) };
        said.push(format!("**{}** ({}{until}): {reason} — {}", text(&label.label), label.connotation, by(&label.stamp)));
    }
    // What the entity carries now is said above; a history of that alone would say it twice.
    if case.label_history(entity).len() > case.labels_of(entity).len() {
        let history: Vec<String> = case.label_history(entity).iter().map(change).collect();
        said.push(format!("History: {}", history.join("; ")));
    }
    let findings: Vec<String> = case.findings_about(entity).iter().map(|finding| text(&finding.id)).collect();
    if !findings.is_empty() {
        said.push(format!("In {}", findings.join(", ")));
    }
    let pins = case.pins_of(entity);
    let times: Vec<_> = pins.iter().filter_map(|pin| pin.time).collect();
    if let Some(pin) = pins.first() {
        let seen = match (times.first(), times.last()) {
            (Some(first), Some(last)) if first == last => format!(", seen {first}"),
            (Some(first), Some(last)) => format!(", seen {first} to {last}"),
            _ => String::new(),
        };
        said.push(format!("In {}{seen}, first {}", many(pins.len(), "pinned row", "pinned rows"), short(&pin.evidence)));
    }
    out.list(said);
    notes(case.notes_on(&Target::Entity(entity.clone())), out);
}

fn change(change: &LabelChange) -> String {
    let what = match &change.set {
        Some((connotation, _)) => format!("{} ({connotation})", text(&change.label)),
        None => format!("{} taken away", text(&change.label)),
    };
    let reason = if change.reason.trim().is_empty() { String::new() } else { format!(": {}", text(&change.reason)) };
    format!("{what}{reason} — {}", by(&change.stamp))
}
