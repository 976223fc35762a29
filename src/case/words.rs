//! The words that a case uses: what a label says, where a finding and an entity stand, how sure a finding is.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What a label says about its entity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Connotation {
    /// It takes part in abuse.
    Bad,
    /// It is known and wanted.
    Good,
    /// Neither.
    #[default]
    Neutral,
}

impl Connotation {
    /// Every connotation.
    pub const ALL: [Connotation; 3] = [Connotation::Bad, Connotation::Good, Connotation::Neutral];

    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Connotation::Bad => "bad",
            Connotation::Good => "good",
            Connotation::Neutral => "neutral",
        }
    }
}

/// Where a finding stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Not decided.
    #[default]
    Open,
    /// It holds.
    Confirmed,
    /// It does not hold.
    Dismissed,
}

impl Status {
    /// Every status.
    pub const ALL: [Status; 3] = [Status::Open, Status::Confirmed, Status::Dismissed];

    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Status::Open => "open",
            Status::Confirmed => "confirmed",
            Status::Dismissed => "dismissed",
        }
    }
}

/// How sure a finding is. A finding says nothing of it until somebody does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// It may well be otherwise.
    Low,
    /// It is likely.
    Medium,
    /// Nothing speaks against it.
    High,
}

impl Confidence {
    /// Every confidence, the smallest first.
    pub const ALL: [Confidence; 3] = [Confidence::Low, Confidence::Medium, Confidence::High];

    /// The words for them, in the same order.
    pub const WORDS: &'static [&'static str] = &["low", "medium", "high"];

    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Confidence::Low => "low",
            Confidence::Medium => "medium",
            Confidence::High => "high",
        }
    }
}

/// Where an entity stands in the case (see [`stage`](super::stage) for how it gets there).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// It came up.
    #[default]
    Seen,
    /// Something speaks against it.
    Suspect,
    /// It takes part in abuse.
    Confirmed,
    /// It was looked at and is let go.
    Cleared,
}

impl Stage {
    /// Every stage, in the order in which an investigation goes through them.
    pub const ALL: [Stage; 4] = [Stage::Seen, Stage::Suspect, Stage::Confirmed, Stage::Cleared];

    /// The words for them, in the same order.
    pub const WORDS: &'static [&'static str] = &["seen", "suspect", "confirmed", "cleared"];

    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Stage::Seen => "seen",
            Stage::Suspect => "suspect",
            Stage::Confirmed => "confirmed",
            Stage::Cleared => "cleared",
        }
    }
}

/// A word that is none of those asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{word}' is not a {what}; they are {words}")]
pub struct UnknownWord {
    /// What was written.
    pub word: String,
    /// What it should have been, such as "status".
    pub what: &'static str,
    /// The words there are.
    pub words: &'static str,
}

macro_rules! words {
    ($kind:ty, $what:literal, $words:literal) => {
        impl fmt::Display for $kind {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }

        impl FromStr for $kind {
            type Err = UnknownWord;

            fn from_str(word: &str) -> Result<Self, Self::Err> {
                <$kind>::ALL.into_iter().find(|one| one.name() == word).ok_or_else(|| UnknownWord {
                    word: word.to_owned(),
                    what: $what,
                    words: $words,
                })
            }
        }
    };
}

words!(Connotation, "connotation", "bad good neutral");
words!(Status, "status", "open confirmed dismissed");
words!(Confidence, "confidence", "low medium high");
words!(Stage, "stage", "seen suspect confirmed cleared");
