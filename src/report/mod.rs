//! Reports: a case for other people. The same journal always gives the same bytes: no clock, no locale, no folder of this machine.
//!
//! A case becomes a [`dossier`], which is pure data; on its way values may become pseudonyms ([`redact`]) and links be disarmed
//! ([`defang`]); then it is written in one of the forms ([`Format`]).

mod actions;
mod charts;
pub mod csv;
pub mod defang;
pub mod dossier;
mod entities;
pub mod escape;
pub mod html;
pub mod json;
pub mod redact;
pub mod sheet;
mod stix;
pub mod template;
mod timesketch;
pub mod words;

use std::fmt;
use std::str::FromStr;

use crate::case::{Case, CaseMeta, EvidenceRow};

use dossier::Dossier;
use redact::Pseudonyms;
use template::{Readers, Template, TemplateError};

/// A form that a case can be written in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Format {
    /// Markdown (CommonMark with tables).
    #[default]
    Markdown,
    /// One HTML file.
    Html,
    /// The dossier as JSON.
    Json,
    /// The entities as CSV.
    Csv,
    /// The case in order of time as CSV for Timesketch.
    Timesketch,
    /// The same as JSON lines.
    TimesketchJsonl,
    /// A STIX 2.1 bundle.
    Stix,
    /// What to do, as CSV.
    Actions,
    /// What to do, as JSON.
    ActionsJson,
}

impl Format {
    /// Every form.
    pub const ALL: [Format; 9] = [
        Format::Markdown,
        Format::Html,
        Format::Json,
        Format::Csv,
        Format::Timesketch,
        Format::TimesketchJsonl,
        Format::Stix,
        Format::Actions,
        Format::ActionsJson,
    ];

    /// The words for the forms, in the order of [`Format::ALL`].
    pub const WORDS: &'static [&'static str] =
        &["md", "html", "json", "csv", "timesketch", "timesketch-jsonl", "stix", "actions", "actions-json"];

    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Format::Markdown => "md",
            Format::Html => "html",
            Format::Json => "json",
            Format::Csv => "csv",
            Format::Timesketch => "timesketch",
            Format::TimesketchJsonl => "timesketch-jsonl",
            Format::Stix => "stix",
            Format::Actions => "actions",
            Format::ActionsJson => "actions-json",
        }
    }

    /// The ending of its files.
    pub const fn ending(self) -> &'static str {
        match self {
            Format::Markdown => "md",
            Format::Html => "html",
            Format::Csv | Format::Timesketch | Format::Actions => "csv",
            Format::Json | Format::Stix | Format::ActionsJson => "json",
            Format::TimesketchJsonl => "jsonl",
        }
    }

    /// The file name of the template that it is rendered by; nothing for forms that no template makes.
    pub const fn template(self) -> Option<&'static str> {
        match self {
            Format::Markdown => Some("report.md"),
            Format::Html => Some("report.html"),
            _ => None,
        }
    }

    /// Whether content can be put in.
    pub const fn takes_content(self) -> bool {
        matches!(self, Format::Markdown | Format::Html | Format::Json)
    }

    /// Whether people read it, so that links and addresses can be disarmed; what programs act on must stay as it is.
    pub const fn takes_defang(self) -> bool {
        !matches!(self, Format::Stix | Format::Actions | Format::ActionsJson)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A word that is not a report format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a report format that this version writes; it writes {formats}", formats = Format::ALL.map(Format::name).join(" "))]
pub struct UnknownFormat(pub String);

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        let word = if word == "markdown" { "md" } else { word };
        Format::ALL.into_iter().find(|format| format.name() == word).ok_or_else(|| UnknownFormat(word.to_owned()))
    }
}

/// Reads a pinned row by the SHA-256 of its evidence file.
pub type ReadEvidence<'a> = &'a dyn Fn(&str) -> Option<EvidenceRow>;

/// How a report is to be.
#[derive(Default)]
pub struct Options<'a> {
    /// Where pinned rows are read, by SHA-256, for a report with their content; without it there is none.
    pub content: Option<ReadEvidence<'a>>,
    /// Pseudonyms in the place of values. Content then stays out.
    pub redact: bool,
    /// Links and addresses disarmed, in forms that people read.
    pub defang: bool,
    /// A template in the place of the one that is compiled in.
    pub template: Option<Template>,
}

/// A report, and what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handout {
    /// The report.
    pub text: String,
    /// The table that undoes its pseudonyms, where it has some.
    pub key: Option<String>,
    /// The pseudonyms of values that are also words or numbers of the report itself, and so still stand in it.
    pub still: Vec<String>,
}

/// The case in a form, as the options say.
pub fn hand_out(format: Format, case: &Case, meta: &CaseMeta, options: &Options<'_>) -> Result<Handout, TemplateError> {
    let mut dossier = Dossier::of(case, meta);
    if let (Some(evidence), true, false) = (options.content, format.takes_content(), options.redact) {
        dossier = dossier.with_content(evidence);
    }
    let pseudonyms = options.redact.then(|| Pseudonyms::of(&dossier));
    if let Some(pseudonyms) = &pseudonyms {
        dossier = pseudonyms.applied(dossier);
    }
    let key = pseudonyms.as_ref().map(|pseudonyms| pseudonyms.key_file(&dossier));
    if options.defang && format.takes_defang() {
        dossier = defang::applied(dossier);
    }
    let text = written(format, &dossier, options.template.as_ref())?;
    let still = pseudonyms.iter().flat_map(|pseudonyms| pseudonyms.left_in(&text)).map(str::to_owned).collect();
    Ok(Handout { text, key, still })
}

fn written(format: Format, dossier: &Dossier, template: Option<&Template>) -> Result<String, TemplateError> {
    let by = |source: &str, name: &str, readers: Readers| match template {
        Some(template) => template::render(dossier, template, readers),
        None => template::render(dossier, &Template { name: name.to_owned(), source: source.to_owned() }, readers),
    };
    Ok(match format {
        Format::Markdown => by(template::MARKDOWN, "report.md", Readers::Markdown)?,
        Format::Html => by(template::HTML, "report.html", Readers::Html)?,
        Format::Json => json::report(dossier),
        Format::Csv => entities::csv(dossier),
        Format::Timesketch => timesketch::csv(dossier),
        Format::TimesketchJsonl => timesketch::jsonl(dossier),
        Format::Stix => stix::bundle(dossier),
        Format::Actions => actions::csv(dossier),
        Format::ActionsJson => actions::json(dossier),
    })
}

/// The case in a form, whole.
pub fn render(format: Format, case: &Case, meta: &CaseMeta) -> String {
    // The templates that are compiled in are tested over everything that a case can hold.
    hand_out(format, case, meta, &Options::default()).map_or_else(|error| error.to_string(), |handout| handout.text)
}

/// The case as a Markdown document.
pub fn markdown(case: &Case, meta: &CaseMeta) -> String {
    render(Format::Markdown, case, meta)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::case::{Entry, Event};
    use crate::domain::Timestamp;

    /// The dossier of a case that has nothing but this title.
    pub(crate) fn dossier(title: &str) -> Dossier {
        let event = Event::Created { id: "case-1".into(), title: title.into(), analyst: "ana".into(), version: 1 };
        let entry = Entry::after(None, Timestamp(1_700_000_000_000_000), "ana", event).unwrap();
        let case = Case::replay(&[entry]);
        Dossier::of(&case, &CaseMeta::of(&case).unwrap())
    }

    #[test]
    fn a_form_is_read_back_from_its_word() {
        assert_eq!(Format::WORDS, Format::ALL.map(Format::name));
        for format in Format::ALL {
            assert_eq!(format.name().parse::<Format>(), Ok(format));
        }
        let error = "docx".parse::<Format>().unwrap_err().to_string();
        assert!(error.contains("docx") && error.contains("stix"), "{error}");
    }
}
