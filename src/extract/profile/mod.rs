//! Profiles: what a known log format calls the roles, and the evidence by which it is known. They are data (TOML): the built-in ones
//! of `queries/profiles/`, and those of the user's `profiles/` folder, which add and replace by name.

mod library;
mod lines;
mod nearest;

use std::collections::BTreeMap;

use regex::Regex;
use serde::{Deserialize, Serialize};

use crate::domain::Role;

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

/// By what a format is known.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Evidence {
    /// Columns or paths that all but a few records have.
    #[serde(default)]
    must: Vec<String>,
    /// Columns or paths of which most are there.
    #[serde(default)]
    should: Vec<String>,
    /// What values look like, as regular expressions.
    #[serde(default)]
    values: BTreeMap<String, String>,
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
    pub(super) roles: BTreeMap<Role, Filling>,
    #[serde(skip)]
    values: Vec<(String, Regex)>,
    #[serde(skip)]
    patterns: Option<lines::Lines>,
}

/// How well a profile fits.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fit {
    /// From 0 to 1.
    pub(super) score: f64,
    /// Why, as a sentence.
    pub(super) reason: String,
}

impl Profile {
    pub(super) fn parse(text: &str) -> Result<Profile, String> {
        let mut profile: Profile = toml::from_str(text).map_err(|error| error.to_string().trim().replace('\n', " "))?;
        profile.patterns = profile.lines.as_ref().map(lines::Lines::compile).transpose()?;
        if profile.evidence.must.is_empty() && profile.patterns.is_none() {
            return Err("`evidence.must` names no column, so that everything would fit".into());
        }
        for (name, pattern) in &profile.evidence.values {
            let regex =
                Regex::new(pattern).map_err(|error| format!("`evidence.values.{name}` is no regular expression: {error}"))?;
            profile.values.push((name.clone(), regex));
        }
        Ok(profile)
    }

    /// How well the profile fits some records; `None` when it does not.
    pub(super) fn fit(&self, sample: &Sample) -> Option<Fit> {
        let must = &self.evidence.must;
        if must.is_empty() || !self.has_evidence(sample) {
            return None;
        }
        let should = &self.evidence.should;
        let present = should.iter().filter(|name| sample.field(name).is_some_and(|field| field.present > 0)).count();
        let part = if should.is_empty() { 1.0 } else { present as f64 / should.len() as f64 };
        if part < 0.3 {
            return None;
        }
        let reason = format!(
            "{} ({}): {} are in the records, and {present} of {} other columns that it has",
            self.name,
            self.title,
            must.join(", "),
            should.len()
        );
        Some(Fit { score: 0.6 + 0.4 * part, reason })
    }

    /// Whether the columns that must be there are there, and the values look as they should.
    fn has_evidence(&self, sample: &Sample) -> bool {
        if sample.records == 0 {
            return false;
        }
        let share = |name: &str| sample.field(name).map_or(0.0, |field| field.present as f64 / sample.records as f64);
        let values = |name: &str| sample.field(name).map(|field| field.values.as_slice()).unwrap_or_default();
        self.evidence.must.iter().all(|name| share(name) >= 0.8)
            && self.values.iter().all(|(name, pattern)| {
                let values = values(name);
                values.iter().filter(|value| pattern.is_match(value)).count() as f64 >= 0.8 * values.len() as f64
            })
    }
}
