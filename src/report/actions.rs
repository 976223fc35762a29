//! What to suspend, rotate, block or rate-limit, for whoever does it: CSV and JSON. Only confirmed entities are in it.

use serde::Serialize;

use super::dossier::{Action, Dossier};
use super::entities::time;
use super::{csv, json};

/// The columns.
pub(super) const COLUMNS: &str = "action,role,value,why,findings,severity,caution,first_seen,last_seen";

/// A line for each action.
pub(super) fn csv(dossier: &Dossier) -> String {
    let mut file = format!("{COLUMNS}\r\n");
    for action in &dossier.actions {
        let fields = [
            action.action.clone(),
            action.role.name().to_owned(),
            csv::text(&action.value),
            csv::text(&action.why),
            csv::text(&action.findings.join(" ")),
            action.severity.clone(),
            csv::text(&action.caution),
            time(action.first_seen),
            time(action.last_seen),
        ];
        file.push_str(&fields.join(","));
        file.push_str("\r\n");
    }
    file
}

/// The same with the case that it comes from.
pub(super) fn json(dossier: &Dossier) -> String {
    #[derive(Serialize)]
    struct Actions<'a> {
        schema: &'static str,
        case: &'a str,
        title: &'a str,
        hash: &'a str,
        redacted: bool,
        actions: &'a [Action],
    }
    json::pretty(&Actions {
        schema: "casebook-actions/1",
        case: &dossier.case.id,
        title: &dossier.case.title,
        hash: &dossier.case.hash,
        redacted: dossier.redacted,
        actions: &dossier.actions,
    })
}
