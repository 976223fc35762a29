//! The report in Markdown: its head, its summary, and the order of its sections.

use crate::case::{Case, CaseMeta, Connotation, Status};

use super::escape::{code, text};
use super::{entities, findings, records};

/// The case as a Markdown document. The same journal gives the same bytes.
pub fn markdown(case: &Case, meta: &CaseMeta) -> String {
    let mut out = Page::default();
    head(case, meta, &mut out);
    summary(case, &mut out);
    findings::questions(case, &mut out);
    findings::findings(case, &mut out);
    entities::entities(case, &mut out);
    records::timeline(case, &mut out);
    records::evidence(case, &mut out);
    records::queries(case, &mut out);
    records::notes(case, &mut out);
    records::trail(case, &mut out);
    records::extracts(case, &mut out);
    records::access(case, &mut out);
    records::checking(case, &mut out);
    out.text
}

/// A document that grows block by block.
#[derive(Debug, Default)]
pub(super) struct Page {
    text: String,
}

impl Page {
    /// A heading of level 1 to 6; `words` are Markdown already.
    pub(super) fn heading(&mut self, level: usize, words: &str) {
        self.paragraph(&format!("{} {words}", "#".repeat(level)));
    }

    /// A block of Markdown, with an empty line before it.
    pub(super) fn paragraph(&mut self, words: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(words.trim_end_matches('\n'));
        self.text.push('\n');
    }

    /// A list; each item is Markdown in one line.
    pub(super) fn list(&mut self, items: impl IntoIterator<Item = String>) {
        let items: Vec<String> = items.into_iter().map(|item| format!("- {item}")).collect();
        if !items.is_empty() {
            self.paragraph(&items.join("\n"));
        }
    }

    /// A table; each cell is Markdown in one line without `|`.
    pub(super) fn table<const N: usize>(&mut self, names: [&str; N], rows: impl IntoIterator<Item = [String; N]>) {
        let line = |cells: &[String]| format!("| {} |", cells.join(" | "));
        let mut lines = vec![line(&names.map(str::to_owned)), line(&names.map(|_| "---".to_owned()))];
        lines.extend(rows.into_iter().map(|row| line(&row)));
        self.paragraph(&lines.join("\n"));
    }
}

/// `1 row`, `2 rows`.
pub(super) fn many(number: usize, one: &str, more: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { more })
}

/// `1 entry`, `2 entries`.
pub(super) fn entries_of(number: u64) -> String {
    many(usize::try_from(number).unwrap_or(usize::MAX), "entry", "entries")
}

/// The first characters of a hash, enough to find it in the tables.
pub(super) fn short(hash: &str) -> String {
    code(hash.get(..12).unwrap_or(hash))
}

fn head(case: &Case, meta: &CaseMeta, out: &mut Page) {
    out.heading(1, &if meta.title.trim().is_empty() { "Untitled case".into() } else { text(&meta.title) });
    let (entries, at, hash) = case.head_without_exports();
    let rows = [
        ["Case".into(), code(&meta.id)],
        ["Analyst".into(), text(&meta.analyst)],
        ["Created".into(), meta.created.to_string()],
        ["Journal".into(), format!("{}, the last of {at}", entries_of(entries))],
        ["Last hash".into(), code(hash)],
    ];
    out.table(["Report on", "a platform-abuse investigation"], rows);
    out.paragraph("All times are UTC. Values from logs stand as `code`, with unprintable characters as visible escapes; links are disarmed.");
}

fn summary(case: &Case, out: &mut Page) {
    out.heading(2, "Summary");
    let counts = case.counts();
    let mut said: Vec<String> = Vec::new();
    match counts.questions {
        0 => said.push("The case asks no question.".into()),
        asked => said.push(format!(
            "The case asks {}; {} answered.",
            many(asked, "question", "questions"),
            if counts.answered == 1 { "1 is".into() } else { format!("{} are", counts.answered) }
        )),
    }
    let open = counts.findings - counts.confirmed - counts.dismissed;
    said.push(match counts.findings {
        0 => "It has no finding.".into(),
        found => format!(
            "It has {}: {} confirmed, {open} open, {} dismissed.",
            many(found, "finding", "findings"),
            counts.confirmed,
            counts.dismissed
        ),
    });
    let with = |connotation: Connotation| {
        case.labelled_entities().filter(|(_, labels)| labels.iter().any(|label| label.connotation == connotation)).count()
    };
    said.push(match counts.labelled {
        0 => "No entity carries a label.".into(),
        labelled => format!(
            "{} a label ({} as bad, {} as good, {} as neutral).",
            many(labelled, "entity carries", "entities carry"),
            with(Connotation::Bad),
            with(Connotation::Good),
            with(Connotation::Neutral)
        ),
    });
    said.push(match counts.pins {
        0 => "No row is kept as evidence.".into(),
        pins => format!("{} kept as evidence.", many(pins, "row is", "rows are")),
    });
    if counts.measures > 0 {
        said.push(format!("{} written down with the row count.", many(counts.measures, "query is", "queries are")));
    }
    let times: Vec<_> = case.pins().iter().filter_map(|pin| pin.time).collect();
    if let (Some(first), Some(last)) = (times.iter().min(), times.iter().max()) {
        said.push(format!("The evidence spans {first} to {last}."));
    }
    let rows: u64 = case.extracts().iter().map(|known| known.extract.rows).sum();
    said.push(match case.extracts().len() {
        0 => "No extract was opened.".into(),
        opened => format!("It rests on {} of {rows} rows.", many(opened, "extract", "extracts")),
    });
    out.paragraph(&said.join(" "));
    let weighed: Vec<_> = case.findings_by_weight().into_iter().filter(|one| one.status != Status::Dismissed).collect();
    out.list(weighed.iter().map(|finding| {
        let about = finding.entities.iter().map(entities::named).collect::<Vec<_>>().join(", ");
        let about = if about.is_empty() { String::new() } else { format!(" — {about}") };
        format!("**{}**, {}: {} ({}){about}", finding.severity, finding.status, text(&finding.title), text(&finding.id))
    }));
}
