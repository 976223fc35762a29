//! The sections that let somebody else check the case: timeline, evidence, queries, trail, extracts, access, and how to verify.

use std::collections::{BTreeMap, BTreeSet};

use crate::case::{Case, CaseExtract, Measure, Target, TrailNode};

use super::escape::{block, code, text};
use super::findings::{by, filter, notes as write_notes};
use super::markdown::{Page, entries_of, many, short};

pub(super) fn timeline(case: &Case, out: &mut Page) {
    out.heading(2, "Timeline of the evidence");
    let pins = case.pins();
    if pins.is_empty() {
        out.paragraph("No row is kept as evidence.");
        return;
    }
    let rows = pins.iter().map(|pin| {
        let time = pin.time.map_or_else(|| "*(no time)*".into(), |time| time.to_string());
        [time, pin.row_id.to_string(), short(&pin.extract), code(&pin.summary), short(&pin.evidence)]
    });
    out.table(["Time", "Row", "Extract", "What", "Evidence"], rows);
}

pub(super) fn evidence(case: &Case, out: &mut Page) {
    out.heading(2, "Evidence");
    let pins = case.pins();
    if pins.is_empty() {
        out.paragraph("There are no evidence files.");
        return;
    }
    out.paragraph("Each row is kept by value in `evidence/<SHA-256>.json`; the name is the hash of the file.");
    let rows = pins.iter().map(|pin| [code(&pin.evidence), pin.row_id.to_string(), code(&pin.extract), by(&pin.stamp)]);
    out.table(["SHA-256", "Row", "Extract", "Pinned by"], rows);
    for pin in pins {
        let target = Target::Row { row_id: pin.row_id, extract_sha: pin.extract.clone() };
        let on_row = case.notes_on(&target);
        if !on_row.is_empty() {
            out.paragraph(&format!("On row {} of extract {}:", pin.row_id, short(&pin.extract)));
            write_notes(on_row, out);
        }
    }
}

pub(super) fn queries(case: &Case, out: &mut Page) {
    out.heading(2, "Queries");
    let measures = case.measures();
    if measures.is_empty() {
        out.paragraph("None is written down.");
        return;
    }
    for (number, measure) in measures.into_iter().enumerate() {
        query(number + 1, measure, out);
    }
}

fn query(number: usize, measure: &Measure, out: &mut Page) {
    let finding = measure.finding.as_ref().map(|id| format!(", for {}", text(id))).unwrap_or_default();
    out.paragraph(&format!(
        "**Query {number}{finding}:** {} — **{} rows** of extract {}, with the filter {}; run by {}.",
        text(&measure.title),
        measure.rows,
        short(&measure.extract),
        filter(&measure.filter),
        by(&measure.stamp)
    ));
    if !measure.command.trim().is_empty() {
        out.paragraph(&block(&measure.command, "sh"));
    }
}

/// Notes that no other section shows: on the case, on rows that are not pinned, on things that were taken back.
pub(super) fn notes(case: &Case, out: &mut Page) {
    let pinned = |row_id: i64, extract: &str| case.is_pinned(extract, row_id);
    let shown = |target: &Target| match target {
        Target::Case => false,
        Target::Entity(_) => true,
        Target::Row { row_id, extract_sha } => pinned(*row_id, extract_sha),
        Target::Finding(id) => case.finding_with(id).is_some(),
        Target::Question(id) => case.questions().iter().any(|question| question.id == *id),
    };
    let targets: BTreeSet<&Target> = case.notes().map(|note| &note.target).filter(|target| !shown(target)).collect();
    if targets.is_empty() {
        return;
    }
    out.heading(2, "Notes");
    for target in targets {
        let on = match target {
            Target::Case => "On the case:".to_owned(),
            Target::Row { row_id, extract_sha } => format!("On row {row_id} of extract {}:", short(extract_sha)),
            Target::Finding(id) => format!("On finding {}, which was taken back:", text(id)),
            Target::Question(id) => format!("On question {}, which was taken back:", text(id)),
            Target::Entity(entity) => format!("On {}:", super::entities::named(entity)),
        };
        out.paragraph(&on);
        write_notes(case.notes_on(target), out);
    }
}

pub(super) fn trail(case: &Case, out: &mut Page) {
    out.heading(2, "Trail");
    let nodes: BTreeMap<u64, &TrailNode> = case.trail().map(|node| (node.node, node)).collect();
    if nodes.is_empty() {
        out.paragraph("No view is written down.");
        return;
    }
    let rows = nodes.values().map(|node| {
        let parent = match node.parent {
            Some(parent) => parent.to_string(),
            None => "—".into(),
        };
        let rows = node.rows.map_or_else(|| "not counted".into(), |rows| rows.to_string());
        [node.node.to_string(), parent, text(&node.title), filter(&node.view.filter_text()), rows, node.stamp.at.to_string()]
    });
    out.table(["View", "From", "What", "Filter", "Rows", "Looked at"], rows);
}

pub(super) fn extracts(case: &Case, out: &mut Page) {
    out.heading(2, "Extracts");
    if case.extracts().is_empty() {
        out.paragraph("None was opened.");
    }
    for known in case.extracts() {
        extract(known, out);
    }
}

fn extract(known: &CaseExtract, out: &mut Page) {
    let extract = &known.extract;
    out.heading(3, &format!("Extract {}", short(&extract.sha256)));
    let span = match (extract.first, extract.last) {
        (Some(first), Some(last)) => format!(", from {first} to {last}"),
        _ => String::new(),
    };
    out.paragraph(&format!(
        "{} rows, {} rejected{span}. SHA-256 {} (over the hashes of its files). First opened by {}, {} in all.",
        extract.rows,
        extract.rejects,
        code(&extract.sha256),
        by(&known.stamp),
        many(usize::try_from(known.openings).unwrap_or(usize::MAX), "time", "times")
    ));
    let rows = extract.sources.iter().map(|source| {
        let profile = if source.profile.is_empty() { "—".into() } else { text(&source.profile) };
        let (rows, rejects) = (source.rows.to_string(), source.rejects.to_string());
        [code(&source.path), text(&source.format), profile, rows, rejects, code(&source.sha256)]
    });
    out.table(["File", "Format", "Profile", "Rows", "Rejects", "SHA-256"], rows);
    if !extract.roles.is_empty() {
        out.table(["Role", "Taken from"], extract.roles.iter().map(|(role, source)| [code(role.name()), code(source)]));
    }
}

pub(super) fn access(case: &Case, out: &mut Page) {
    let reveals = case.reveals();
    if reveals.is_empty() {
        return;
    }
    out.heading(2, "Access");
    let mut people: BTreeMap<&str, usize> = BTreeMap::new();
    for reveal in reveals {
        *people.entry(&reveal.stamp.by).or_default() += 1;
    }
    let people: Vec<String> =
        people.iter().map(|(who, times)| format!("{} {}", text(who), many(*times, "time", "times"))).collect();
    out.paragraph(&format!("Masked content was revealed {} ({}).", many(reveals.len(), "time", "times"), people.join(", ")));
}

pub(super) fn checking(case: &Case, out: &mut Page) {
    out.heading(2, "How to check this report");
    let (entries, _, hash) = case.head_without_exports();
    out.paragraph(&format!(
        "This report was made from a journal of {}, of which the last has the hash {}. Each entry's hash covers the entry and the hash \
         before it, so that one stands for all of them.",
        entries_of(entries),
        code(hash)
    ));
    out.list([
        "`casebook case verify CASE` checks the chain, the evidence and what `case.toml` says.".to_owned(),
        "`casebook case verify CASE EXTRACT...` also runs every query again and compares every pinned row, where the extract's SHA-256 is \
         one of those above."
            .to_owned(),
        "`casebook report CASE` over the same journal gives this report again, byte for byte; that a report was written is an entry of the \
         journal, but not of the report."
            .to_owned(),
        format!(
            "Without casebook: `sha256sum` over each file in `evidence/` gives its name; `sed -n {entries}p journal.jsonl | jq -r .hash` gives \
             the hash above; how a hash is made is told in casebook's `src/case/entry.rs`."
        ),
    ]);
}
