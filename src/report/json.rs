//! The dossier as JSON, and how every JSON of a report is written: two spaces a level, and nothing in it that a terminal would obey.

use serde::Serialize;

use super::dossier::Dossier;
use super::sheet::json::safe;

/// The schema of the report in JSON (JSON Schema 2020-12).
pub const SCHEMA: &str = include_str!("schema.json");

/// The dossier as one JSON document; [`SCHEMA`] describes it.
pub(super) fn report(dossier: &Dossier) -> String {
    pretty(dossier)
}

/// Something as a JSON document.
pub(super) fn pretty(what: &impl Serialize) -> String {
    // What is serialised here has texts as keys and no map of anything else, so this cannot fail.
    let text = serde_json::to_string_pretty(what).unwrap_or_default();
    format!("{}\n", safe(&text))
}

/// Something as a line of JSON.
pub(super) fn line(what: &impl Serialize) -> String {
    format!("{}\n", safe(&serde_json::to_string(what).unwrap_or_default()))
}
