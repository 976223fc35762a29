//! The entities of a case as CSV: `value,role,label,reason,first_seen,last_seen,requests`, a line for each label.

use crate::domain::Timestamp;

use super::csv;
use super::dossier::{Dossier, EntityEntry};

/// The columns.
pub(super) const COLUMNS: &str = "value,role,label,reason,first_seen,last_seen,requests";

/// A line for each label of each entity, by role and value. An entity without a label has one line with its stage as the reason.
/// `requests` is empty where no query for the entity alone was written down.
pub(super) fn csv(dossier: &Dossier) -> String {
    let mut file = format!("{COLUMNS}\r\n");
    for entity in &dossier.entities {
        for label in &entity.labels {
            file.push_str(&line(entity, &label.label, &label.reason));
        }
        if entity.labels.is_empty() {
            let reason = match entity.stage_reason.trim() {
                "" => entity.stage.clone(),
                reason => format!("{}: {reason}", entity.stage),
            };
            file.push_str(&line(entity, "", &reason));
        }
    }
    file
}

fn line(entity: &EntityEntry, label: &str, reason: &str) -> String {
    let fields = [
        csv::text(&entity.value),
        entity.role.name().to_owned(),
        csv::text(label),
        csv::text(reason),
        time(entity.first_seen),
        time(entity.last_seen),
        entity.requests.map(|rows| rows.to_string()).unwrap_or_default(),
    ];
    format!("{}\r\n", fields.join(","))
}

/// A time as a field; empty where there is none.
pub(super) fn time(time: Option<Timestamp>) -> String {
    time.map(|time| time.to_string()).unwrap_or_default()
}
