//! Words that several forms share.

use crate::domain::Role;

use super::dossier::{Dossier, EntityEntry};

/// `1 row`, `2 rows`.
pub fn many(number: usize, one: &str, more: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { more })
}

/// The first characters of a hash, enough to find it in the tables.
pub fn short(hash: &str) -> &str {
    hash.char_indices().nth(12).map_or(hash, |(at, _)| hash.get(..at).unwrap_or(hash))
}

/// The case in a few sentences: numbers and times alone, nothing that anybody wrote.
pub(super) fn summary(dossier: &Dossier) -> String {
    let counts = &dossier.counts;
    let mut said: Vec<String> = Vec::new();
    said.push(match counts.questions {
        0 => "The case asks no question.".into(),
        asked => format!(
            "The case asks {}; {} answered.",
            many(asked, "question", "questions"),
            if counts.answered == 1 { "1 is".into() } else { format!("{} are", counts.answered) }
        ),
    });
    said.push(match counts.findings {
        0 => "It has no finding.".into(),
        found => format!(
            "It has {}: {} confirmed, {} open, {} dismissed.",
            many(found, "finding", "findings"),
            counts.confirmed,
            counts.open,
            counts.dismissed
        ),
    });
    said.push(match counts.labelled {
        0 => "No entity carries a label.".into(),
        labelled => format!(
            "{} a label ({} as bad, {} as good, {} as neutral).",
            many(labelled, "entity carries", "entities carry"),
            counts.bad,
            counts.good,
            counts.neutral
        ),
    });
    said.push(match counts.pins {
        0 => "No row is kept as evidence.".into(),
        pins => format!("{} kept as evidence.", many(pins, "row is", "rows are")),
    });
    if counts.queries > 0 {
        said.push(format!("{} written down with the row count.", many(counts.queries, "query is", "queries are")));
    }
    if let Some(span) = &dossier.span {
        said.push(format!("The evidence spans {} to {}.", span.first, span.last));
    }
    said.push(match counts.extracts {
        0 => "No extract was opened.".into(),
        opened => format!("It rests on {} of {} rows.", many(opened, "extract", "extracts"), counts.rows),
    });
    said.join(" ")
}

/// Entities by their role, with the heading of each group.
pub(super) fn groups(entities: &[EntityEntry]) -> Vec<(String, &[EntityEntry])> {
    entities
        .chunk_by(|one, other| one.role == other.role)
        .filter_map(|group| Some((heading(group.first()?.role), group)))
        .collect()
}

fn heading(role: Role) -> String {
    let mut plural = role.plural().to_owned();
    if let Some(first) = plural.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    plural
}
