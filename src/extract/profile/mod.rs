//! Profiles: what a known log format calls the roles, and the evidence by which it is known. They are data (TOML): the built-in ones
//! of `queries/profiles/`, and those of the user's `profiles/` folder, which add and replace by name.

mod evidence;
mod library;
mod lines;
mod nearest;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::Role;

use self::evidence::Evidence;

pub(super) use self::library::Profiles;
pub(super) use self::nearest::nearest;
use super::sample::Sample;

/// What fills a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Filling {
    /// A column, or a JSON path with dots.
    One(String),
    /// Several; the first that has a value counts.
    FirstOf(Vec<String>),
    /// An SQL expression over the extract's own columns.
    Sql {
        sql: String,
        /// The columns that it names; one that the extract does not have is NULL.
        #[serde(default)]
        needs: Vec<String>,
        /// What the analyst should know of it.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        note: String,
    },
}

/// A known log format.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Profile {
    pub(super) name: String,
    pub(super) title: String,
    /// Where the names of the fields come from.
    #[serde(default)]
    #[allow(dead_code, reason = "for the reader of the file; checked to be there by a test")]
    source: String,
    #[serde(default)]
    evidence: Evidence,
    /// For logs that are lines of text: how a line is taken apart.
    #[serde(default)]
    lines: Option<lines::Spec>,
    #[serde(default)]
    pub(super) roles: BTreeMap<Role, Filling>,
    #[serde(skip)]
    patterns: Option<lines::Lines>,
    /// Whether the user wrote it.
    #[serde(skip)]
    own: bool,
}

/// How well a profile fits.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fit {
    /// From 0 to 1.
    pub(super) score: f64,
    /// Why, as a sentence.
    pub(super) reason: String,
}

/// What is wrong with a profile, and where in its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mistake {
    at: Option<usize>,
    what: String,
}

impl Mistake {
    fn new(at: usize, what: impl Into<String>) -> Mistake {
        Mistake { at: Some(at), what: what.into() }
    }

    fn whole(what: impl Into<String>) -> Mistake {
        Mistake { at: None, what: what.into() }
    }

    /// The mistake with the line and the key at which it stands.
    fn explain(&self, text: &str) -> String {
        let Some(before) = self.at.and_then(|at| text.get(..at)) else { return self.what.clone() };
        let number = before.matches('\n').count();
        let line = text.lines().nth(number).unwrap_or_default();
        // Inside a list, the key stands some lines above.
        let with_key = text.lines().take(number + 1).filter(|line| line.contains('=') || line.trim_start().starts_with('['));
        let key = with_key.last().unwrap_or(line).split('=').next().unwrap_or_default().trim();
        format!("line {}, `{key}`: {}", number + 1, self.what)
    }
}

/// The names that a known log format has for roles: the field, and the role that it fills. Of several fields only the first means the role.
/// Nothing for an expression, and where no profile has this name.
pub fn fields(name: &str, folder: &std::path::Path) -> Result<Vec<(String, Role)>, super::error::ExtractError> {
    let profiles = Profiles::load(folder)?;
    let profile = profiles.all.iter().find(|profile| profile.name == name);
    let of = |(role, filling): (&Role, &Filling)| match filling {
        Filling::One(field) => Some((field.clone(), *role)),
        Filling::FirstOf(fields) => fields.first().map(|field| (field.clone(), *role)),
        Filling::Sql { .. } => None,
    };
    Ok(profile.map(|profile| profile.roles.iter().filter_map(of).collect()).unwrap_or_default())
}

impl Profile {
    /// Reads a profile, or says what is wrong with it, with the line and the key.
    pub(super) fn parse(text: &str) -> Result<Profile, String> {
        Profile::read(text).map_err(|mistake| mistake.explain(text))
    }

    fn read(text: &str) -> Result<Profile, Mistake> {
        let mut profile: Profile = toml::from_str(text).map_err(|error| Mistake {
            at: error.span().map(|span| span.start),
            what: error.message().trim().replace('\n', " "),
        })?;
        profile.patterns = profile.lines.as_ref().map(lines::Lines::compile).transpose()?;
        profile.evidence.prepare(profile.patterns.is_some())?;
        if profile.roles.is_empty() {
            return Err(Mistake::whole("`[roles]` fills no role"));
        }
        Ok(profile)
    }

    /// How well the profile fits some records; `None` when it does not.
    pub(super) fn fit(&self, sample: &Sample) -> Option<Fit> {
        let (score, why) = self.evidence.fit(sample)?;
        Some(Fit { score, reason: format!("{} ({}): {why}", self.name, self.title) })
    }
}

#[cfg(test)]
mod tests;
