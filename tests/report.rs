//! The report: what it says, that it always says it the same way, and that nothing hostile in it can act.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, clippy::print_stdout)]

use std::path::Path;

use casebook::case::{
    Case, CaseDir, CaseMeta, Connotation, Entry, Event, EvidenceRow, OpenedExtract, OpenedSource, SavedPlace, SavedView, Status,
    Target,
};
use casebook::domain::text::is_unfit;
use casebook::domain::{Entity, Role, Severity, Timestamp, Value};
use casebook::report::{self, Format};
use proptest::prelude::*;
use pulldown_cmark::{Event as Md, Options, Parser, Tag};

const NOON: Timestamp = Timestamp(1_700_000_000_000_000);
const SHA: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// Everything that a case can hold, with `word` in every place where somebody else's text can stand.
fn events(word: &str) -> Vec<Event> {
    let entity = |role| Entity { role, value: word.to_owned() };
    let row = |row_id| EvidenceRow {
        extract: SHA.into(),
        source: None,
        row_id,
        columns: vec![
            ("time".into(), Value::Time(NOON.plus(-row_id * 60_000_000))),
            ("account".into(), Value::Text(word.into())),
            ("content".into(), Value::Text("do not show this".into())),
        ],
    };
    let pinned = |row_id| {
        let row: EvidenceRow = row(row_id);
        Event::Pinned {
            row_id,
            extract: SHA.into(),
            evidence: casebook::case::entry::sha256(&row.bytes().unwrap()),
            at: row.time(),
            summary: row.summary(),
            entities: row.entities(),
        }
    };
    let evidence = casebook::case::entry::sha256(&row(1).bytes().unwrap());
    vec![
        Event::Created { id: "case-20231114-0123abcd".into(), title: word.into(), analyst: word.into(), version: 1 },
        Event::Opened {
            extracts: vec![OpenedExtract {
                sha256: SHA.into(),
                rows: 1200,
                rejects: 2,
                first: Some(NOON.plus(-3_600_000_000)),
                last: Some(NOON),
                sources: vec![OpenedSource {
                    path: word.into(),
                    format: "CSV".into(),
                    profile: word.into(),
                    rows: 1200,
                    rejects: 2,
                    sha256: SHA.into(),
                }],
                roles: [(Role::Account, word.to_owned())].into(),
            }],
        },
        Event::Question { id: "q1".into(), text: word.into() },
        Event::Question { id: "q2".into(), text: word.into() },
        Event::Answered { id: "q1".into(), text: word.into() },
        pinned(1),
        pinned(2),
        Event::Labelled {
            entity: entity(Role::Account),
            label: "suspect".into(),
            connotation: Connotation::Neutral,
            reason: word.into(),
            expires: Some(NOON),
            playbook: String::new(),
        },
        Event::Labelled {
            entity: entity(Role::Account),
            label: if word.trim().is_empty() { "a label needs a word".into() } else { word.into() },
            connotation: Connotation::Bad,
            reason: word.into(),
            expires: None,
            playbook: String::new(),
        },
        Event::Unlabelled { entity: entity(Role::Account), label: "suspect".into(), reason: word.into() },
        Event::Found {
            id: "f1".into(),
            title: word.into(),
            severity: Severity::Medium,
            entities: vec![entity(Role::Account), entity(Role::Ip)],
            text: word.into(),
            evidence: vec![evidence],
            details: Default::default(),
        },
        Event::Found {
            id: "f2".into(),
            title: word.into(),
            severity: Severity::Critical,
            entities: Vec::new(),
            text: String::new(),
            evidence: Vec::new(),
            details: Default::default(),
        },
        Event::FindingChanged {
            id: "f1".into(),
            status: Some(Status::Confirmed),
            severity: Some(Severity::High),
            text: None,
            title: None,
            entities: None,
            evidence: None,
            edits: Default::default(),
        },
        Event::Measured {
            finding: Some("f1".into()),
            title: word.into(),
            sql: String::new(),
            filter: word.into(),
            command: word.into(),
            rows: 41,
            extract: SHA.into(),
            query: String::new(),
            params: Vec::new(),
            playbook: String::new(),
        },
        Event::Measured {
            finding: None,
            title: word.into(),
            sql: String::new(),
            filter: String::new(),
            command: word.into(),
            rows: 1200,
            extract: SHA.into(),
            query: String::new(),
            params: Vec::new(),
            playbook: String::new(),
        },
        Event::Noted { id: "n1".into(), target: Target::Entity(entity(Role::Account)), text: word.into() },
        Event::Noted { id: "n2".into(), target: Target::Case, text: word.into() },
        Event::Noted { id: "n3".into(), target: Target::Finding("f1".into()), text: word.into() },
        Event::Noted { id: "n4".into(), target: Target::Question("q1".into()), text: word.into() },
        Event::Noted { id: "n5".into(), target: Target::Row { row_id: 1, extract_sha: SHA.into() }, text: word.into() },
        Event::Noted { id: "n6".into(), target: Target::Row { row_id: 77, extract_sha: SHA.into() }, text: word.into() },
        Event::Visited {
            node: 1,
            parent: None,
            title: word.into(),
            view: SavedView::default(),
            place: SavedPlace::Rows,
            rows: Some(1200),
        },
        Event::Visited {
            node: 2,
            parent: Some(1),
            title: word.into(),
            view: SavedView { filter: word.into(), ..SavedView::default() },
            place: SavedPlace::Rows,
            rows: None,
        },
        Event::Revealed { row_id: 1, column: "content".into(), extract: SHA.into(), scope: String::new() },
        Event::Exported { path: word.into(), sha256: SHA.into(), format: "md".into() },
    ]
}

fn chain(events: Vec<Event>) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for (number, event) in (0_i64..).zip(events) {
        let last = entries.last().map(|entry| (entry.seq, entry.hash.clone()));
        let last = last.as_ref().map(|(seq, hash)| (*seq, hash.as_str()));
        entries.push(Entry::after(last, NOON.plus(number * 1_000_000), "ana", event).unwrap());
    }
    entries
}

fn rendered(word: &str) -> String {
    let case = Case::replay(&chain(events(word)));
    assert_eq!(case.oddities(), []);
    report::render(Format::Markdown, &case, &CaseMeta::of(&case).unwrap())
}

#[test]
fn the_report_says_all_that_the_case_holds() {
    let text = rendered("acct_17 was here");
    assert!(!text.contains("do not show this"));
    insta::assert_snapshot!(text);
}

#[test]
fn an_empty_case_gives_a_report_too() {
    let case = Case::replay(&chain(vec![Event::Created {
        id: "case-1".into(),
        title: "Nothing yet".into(),
        analyst: "ana".into(),
        version: 1,
    }]));
    insta::assert_snapshot!(report::markdown(&case, &CaseMeta::of(&case).unwrap()));
}

const HOSTILE: [&str; 24] = [
    "<script>alert(1)</script>",
    "<!-- --><b>x</b>",
    "=cmd|' /C calc'!A0",
    "\u{1b}]52;c;ZXZpbA==\u{7}",
    "\u{1b}[2J\u{9b}31m",
    "a\u{202e}b\u{200b}c\u{feff}",
    "[x](javascript:alert(1))",
    "![x](http://evil.example/p.png)",
    "[x]: http://evil.example\n\n[x]",
    "<http://evil.example>",
    "see HTTPS://evil.example and www.evil.example or ana@evil.example mailto:ana@evil.example",
    "# Findings\n## Findings\nFindings\n========\n",
    "a\n---\n***\n___",
    "| a | b |\n| --- | --- |\n| c | d |",
    "a \\| b \\\\| c `|`",
    "```\n# not the end\n```\n# heading\n````\n<b>",
    "`` ` `` ``` <i> `",
    "    # indented\n\t<b>code</b>",
    "- [ ] task\n1. # one\n> # two\n> > - # three",
    "> quote\n\n# out of it\r\n\r\n# again\r# and again",
    "&lt;script&gt; &#60;b&#62; &#x202e;",
    "**bold** *a _b_ ~~c~~ $x$ $$y$$",
    "\\",
    "trailing space  \n*",
];

/// What a Markdown reader would see that this program did not mean.
fn acts(markdown: &str, headings: usize) -> Vec<String> {
    let mut found = Vec::new();
    let mut seen = 0;
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_MATH
        | Options::ENABLE_HEADING_ATTRIBUTES;
    let mut quotes = 0;
    let mut code = 0;
    for event in Parser::new_ext(markdown, options) {
        match event {
            Md::Html(html) | Md::InlineHtml(html) => found.push(format!("HTML {html}")),
            Md::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => found.push(format!("a link to {dest_url}")),
            Md::Start(Tag::FootnoteDefinition(name)) | Md::FootnoteReference(name) => found.push(format!("a footnote {name}")),
            Md::InlineMath(math) | Md::DisplayMath(math) => found.push(format!("mathematics {math}")),
            Md::Rule => found.push("a rule".into()),
            Md::TaskListMarker(_) => found.push("a task".into()),
            Md::Start(Tag::Heading { .. }) => {
                seen += 1;
                if quotes > 0 {
                    found.push("a heading in a quote".into());
                }
            }
            Md::Start(Tag::Table(_)) if quotes > 0 => found.push("a table in a quote".into()),
            Md::Start(Tag::BlockQuote(_)) => quotes += 1,
            Md::End(pulldown_cmark::TagEnd::BlockQuote(_)) => quotes -= 1,
            Md::Start(Tag::CodeBlock(_)) => code += 1,
            Md::End(pulldown_cmark::TagEnd::CodeBlock) => code -= 1,
            Md::Text(words) if code == 0 => {
                let lower = words.to_lowercase();
                for link in ["http:", "https:", "://", "www.", "mailto:", "ana@"] {
                    if lower.contains(link) {
                        found.push(format!("'{link}' outside code in {words}"));
                    }
                }
            }
            _ => {}
        }
    }
    if seen != headings {
        found.push(format!("{seen} headings instead of {headings}"));
    }
    found.extend(markdown.chars().filter(|character| is_unfit(*character) && *character != '\n').map(|c| format!("{c:?}")));
    found
}

fn headings() -> usize {
    Parser::new(&rendered("plain")).filter(|event| matches!(event, Md::Start(Tag::Heading { .. }))).count()
}

/// Cells of every row of every table, as a reader with tables counts them.
fn table_shape(markdown: &str) -> Vec<usize> {
    let mut rows = Vec::new();
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        match event {
            Md::Start(Tag::TableRow | Tag::TableHead) => rows.push(0),
            Md::Start(Tag::TableCell) => {
                if let Some(cells) = rows.last_mut() {
                    *cells += 1;
                }
            }
            _ => {}
        }
    }
    rows
}

#[test]
fn nothing_hostile_acts() {
    let headings = headings();
    let shape = table_shape(&rendered("plain"));
    for word in HOSTILE {
        let markdown = rendered(word);
        let acts = acts(&markdown, headings);
        assert!(acts.is_empty(), "{word:?}: {acts:#?}\n{markdown}");
        assert_eq!(table_shape(&markdown), shape, "{word:?}\n{markdown}");
        for line in markdown.lines().filter(|line| line.starts_with("| ")) {
            let pipes = line.matches('|').count();
            assert!([3, 4, 5, 6, 7].contains(&pipes), "a table line of {pipes} bars: {line}");
        }
    }
}

proptest! {
    #[test]
    fn nothing_acts_whatever_it_is(parts in prop::collection::vec(prop::sample::select(&HOSTILE[..]), 1..4), glue in "[ \\n`*_|#>-]{0,3}") {
        let word = parts.join(&glue);
        let markdown = rendered(&word);
        let acts = acts(&markdown, headings());
        prop_assert!(acts.is_empty(), "{:?}: {:#?}", word, acts);
    }

    #[test]
    fn nothing_acts_in_any_text(word in "[\\PC\\n\\t`*_|#<>&\\[\\]()!~\\\\ -]{0,40}") {
        let markdown = rendered(&word);
        let acts = acts(&markdown, headings());
        prop_assert!(acts.is_empty(), "{:?}: {:#?}", word, acts);
    }
}

#[test]
fn the_same_journal_gives_the_same_bytes_wherever_it_lies() {
    let write = |folder: &Path| {
        let dir = folder.join("case");
        drop(CaseDir::create(&dir, "T", "ana", NOON).unwrap());
        let lines: String = chain(events("x_1")).iter().map(|entry| entry.line().unwrap()).collect();
        std::fs::write(dir.join("journal.jsonl"), lines).unwrap();
        let (mut dir, _) = CaseDir::open(&dir, casebook::case::Mode::Write).unwrap();
        let report = report::markdown(dir.case(), dir.meta());
        dir.export("report.md", "md", report.as_bytes(), NOON).unwrap();
        assert_eq!(report::markdown(dir.case(), dir.meta()), report, "writing a report does not change it");
        report
    };
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    assert_eq!(write(one.path()), write(two.path()));
}

#[test]
fn a_format_that_is_not_written_is_refused_by_name() {
    assert_eq!("md".parse::<Format>(), Ok(Format::Markdown));
    let error = "docx".parse::<Format>().unwrap_err().to_string();
    assert!(error.contains("docx") && error.contains("md"), "{error}");
}
