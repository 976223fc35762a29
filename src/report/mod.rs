//! Reports: a case for other people. The same journal always gives the same bytes: no clock, no locale, no folder of this machine.

pub mod csv;
mod entities;
pub mod escape;
mod findings;
mod markdown;
mod records;
pub mod sheet;

use std::fmt;
use std::str::FromStr;

pub use markdown::markdown;

/// A format that a case can be written in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Format {
    /// Markdown (CommonMark with tables).
    #[default]
    Markdown,
}

impl Format {
    /// Every format.
    pub const ALL: [Format; 1] = [Format::Markdown];

    /// The word for it, also the ending of its files.
    pub const fn name(self) -> &'static str {
        match self {
            Format::Markdown => "md",
        }
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
        match word {
            "md" | "markdown" => Ok(Format::Markdown),
            _ => Err(UnknownFormat(word.to_owned())),
        }
    }
}

/// The case in a format.
pub fn render(format: Format, case: &crate::case::Case, meta: &crate::case::CaseMeta) -> String {
    match format {
        Format::Markdown => markdown(case, meta),
    }
}
