//! Profiles: what a known log format calls the roles, and the evidence by which it is known. They are data (TOML): the built-in ones
//! of `queries/profiles/`, and those of the user's `profiles/` folder, which add and replace by name.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use regex::Regex;
use serde::Deserialize;

use crate::domain::Role;

use super::bytes::hexadecimal;
use super::error::ExtractError;
use super::sample::Sample;

const BUILT_IN: [&str; 3] = [
    include_str!("../../queries/profiles/cloudtrail.toml"),
    include_str!("../../queries/profiles/bedrock-invocation.toml"),
    include_str!("../../queries/profiles/api-requests.toml"),
];

/// What fills a role.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
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
    evidence: Evidence,
    pub(super) roles: BTreeMap<Role, Filling>,
    #[serde(skip)]
    patterns: Vec<(String, Regex)>,
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
    fn parse(text: &str) -> Result<Profile, String> {
        let mut profile: Profile = toml::from_str(text).map_err(|error| error.to_string().trim().replace('\n', " "))?;
        if profile.evidence.must.is_empty() {
            return Err("`evidence.must` names no column, so that everything would fit".into());
        }
        for (name, pattern) in &profile.evidence.values {
            let regex =
                Regex::new(pattern).map_err(|error| format!("`evidence.values.{name}` is no regular expression: {error}"))?;
            profile.patterns.push((name.clone(), regex));
        }
        Ok(profile)
    }

    /// How well the profile fits some records; `None` when it does not.
    pub(super) fn fit(&self, sample: &Sample) -> Option<Fit> {
        if sample.records == 0 {
            return None;
        }
        let share = |name: &str| sample.field(name).map_or(0.0, |field| field.present as f64 / sample.records as f64);
        let must = &self.evidence.must;
        if must.iter().any(|name| share(name) < 0.8) {
            return None;
        }
        for (name, pattern) in &self.patterns {
            let values = sample.field(name).map(|field| field.values.as_slice()).unwrap_or_default();
            let fitting = values.iter().filter(|value| pattern.is_match(value)).count();
            if (fitting as f64) < 0.8 * values.len() as f64 {
                return None;
            }
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
}

/// The profiles that are known.
#[derive(Debug, Clone)]
pub(super) struct Profiles {
    pub(super) all: Vec<Profile>,
    /// Changes whenever any profile does.
    pub(super) fingerprint: String,
}

impl Profiles {
    /// The built-in profiles and those of `folder`, which replace by name.
    pub(super) fn load(folder: &Path) -> Result<Profiles, ExtractError> {
        let mut texts: Vec<(String, String)> = BUILT_IN.iter().map(|text| ("built in".to_owned(), (*text).to_owned())).collect();
        let bad = |path: &Path, reason: String| ExtractError::BadProfile { path: path.display().to_string(), reason };
        if folder.is_dir() {
            let entries = fs::read_dir(folder).map_err(|error| bad(folder, error.to_string()))?;
            let mut files: Vec<_> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
            files.retain(|path| path.extension().is_some_and(|ending| ending == "toml"));
            files.sort();
            for path in files {
                let text = fs::read_to_string(&path).map_err(|error| bad(&path, error.to_string()))?;
                texts.push((path.display().to_string(), text));
            }
        }
        let mut all: Vec<Profile> = Vec::new();
        let mut hash = <sha2::Sha256 as sha2::Digest>::new();
        for (path, text) in texts {
            let profile = Profile::parse(&text).map_err(|reason| ExtractError::BadProfile { path, reason })?;
            all.retain(|known| known.name != profile.name);
            all.push(profile);
            sha2::Digest::update(&mut hash, (text.len() as u64).to_le_bytes());
            sha2::Digest::update(&mut hash, text.as_bytes());
        }
        all.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(Profiles { all, fingerprint: hexadecimal(&sha2::Digest::finalize(hash)) })
    }

    /// The profile of this name.
    pub(super) fn get(&self, name: &str) -> Option<&Profile> {
        self.all.iter().find(|profile| profile.name == name)
    }

    /// The profile of this name, or an error with the nearest.
    pub(super) fn named(&self, name: &str) -> Result<&Profile, ExtractError> {
        self.get(name).ok_or_else(|| {
            let names: Vec<&str> = self.all.iter().map(|profile| profile.name.as_str()).collect();
            ExtractError::UnknownProfile { name: name.to_owned(), nearest: nearest(name, &names), known: names.join(", ") }
        })
    }

    /// The profile that fits some records best.
    pub(super) fn choose(&self, sample: &Sample) -> Option<(&Profile, Fit)> {
        self.all
            .iter()
            .filter_map(|profile| profile.fit(sample).map(|fit| (profile, fit)))
            .max_by(|one, other| one.1.score.total_cmp(&other.1.score))
    }
}

/// The word nearest to `word`, if one is near: by edits, at most a third of its length.
pub(super) fn nearest(word: &str, words: &[&str]) -> Option<String> {
    words
        .iter()
        .map(|known| (distance(&word.to_lowercase(), &known.to_lowercase()), known))
        .min()
        .filter(|(edits, known)| {
            *edits <= known.chars().count().max(3) / 3 || known.to_lowercase().starts_with(&word.to_lowercase())
        })
        .map(|(_, known)| (*known).to_owned())
}

/// Levenshtein's distance.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, character) in one.chars().enumerate() {
        let mut diagonal = at;
        let mut left = at + 1;
        for (place, known) in row.iter_mut().enumerate() {
            if place == 0 {
                *known = at + 1;
                continue;
            }
            let change = diagonal + usize::from(other.get(place - 1) != Some(&character));
            diagonal = *known;
            left = change.min(*known + 1).min(left + 1);
            *known = left;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn built_in() -> Profiles {
        Profiles::load(Path::new("/nonexistent")).unwrap()
    }

    fn sample(record: serde_json::Value) -> Sample {
        let mut sample = Sample::default();
        sample.add_json(&record);
        sample
    }

    #[test]
    fn the_built_in_profiles_are_sound() {
        let profiles = built_in();
        assert_eq!(profiles.all.len(), BUILT_IN.len());
        for profile in &profiles.all {
            assert!(profile.roles.contains_key(&Role::Time), "{}", profile.name);
            assert!(!profile.title.is_empty() && !profile.source.is_empty(), "{}", profile.name);
        }
    }

    #[test]
    fn a_profile_is_chosen_by_evidence() {
        let profiles = built_in();
        let event = serde_json::json!({
            "eventVersion": "1.08", "userIdentity": {"type": "Root"}, "eventTime": "2023-07-10T11:42:36Z",
            "eventSource": "s3.amazonaws.com", "eventName": "GetObject", "awsRegion": "us-east-1", "sourceIPAddress": "1.2.3.4",
        });
        let (profile, fit) = profiles.choose(&sample(event.clone())).map(|(profile, fit)| (profile.name.clone(), fit)).unwrap();
        assert_eq!(profile, "cloudtrail");
        assert!(fit.reason.contains("eventSource"));
        let mut other = event;
        other["eventTime"] = "yesterday".into();
        assert!(profiles.choose(&sample(other)).is_none());
        assert!(profiles.choose(&sample(serde_json::json!({"timestamp": 1}))).is_none());
    }

    #[test]
    fn the_users_profiles_add_and_replace_and_their_mistakes_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let own = "name = 'cloudtrail'\ntitle = 'ours'\n[evidence]\nmust = ['when']\n[roles]\ntime = 'when'\n";
        std::fs::write(folder.path().join("own.toml"), own).unwrap();
        let profiles = Profiles::load(folder.path()).unwrap();
        assert_eq!(profiles.get("cloudtrail").unwrap().title, "ours");
        assert_ne!(profiles.fingerprint, built_in().fingerprint);
        std::fs::write(folder.path().join("own.toml"), own.replace("time", "tiem")).unwrap();
        let error = Profiles::load(folder.path()).unwrap_err().to_string();
        assert!(error.contains("own.toml") && error.contains("tiem"), "{error}");
    }

    #[test]
    fn an_unknown_profile_gets_the_nearest_name() {
        let profiles = built_in();
        let error = profiles.named("cloudtrial").unwrap_err().to_string();
        assert!(error.contains("did you mean 'cloudtrail'?"), "{error}");
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
    }
}
