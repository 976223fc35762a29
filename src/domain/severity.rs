//! Severity: how much a finding or a playbook's hit weighs.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How much a finding or a playbook's hit weighs. Ordered: `Critical` is the greatest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing, nothing to do.
    Info,
    /// Small.
    Low,
    /// To be dealt with in the order of work.
    #[default]
    Medium,
    /// To be dealt with today.
    High,
    /// To be dealt with now.
    Critical,
}

impl Severity {
    /// Every severity, the smallest first.
    pub const ALL: [Severity; 5] = [Severity::Info, Severity::Low, Severity::Medium, Severity::High, Severity::Critical];

    /// The words for them, in the same order.
    pub const WORDS: &'static [&'static str] = &["info", "low", "medium", "high", "critical"];

    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Low => "low",
            Severity::Medium => "medium",
            Severity::High => "high",
            Severity::Critical => "critical",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A word that is not a severity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a severity; they are info low medium high critical")]
pub struct UnknownSeverity(pub String);

impl FromStr for Severity {
    type Err = UnknownSeverity;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Severity::ALL.into_iter().find(|severity| severity.name() == word).ok_or_else(|| UnknownSeverity(word.to_owned()))
    }
}
