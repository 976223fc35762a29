//! The profiles that are known: the built-in ones and the user's, and which of them fits.

use std::fs;
use std::path::Path;

use super::super::bytes::hexadecimal;
use super::super::error::ExtractError;
use super::super::sample::Sample;
use super::lines::Taken;
use super::nearest::nearest;
use super::{Fit, Profile};

pub(super) const BUILT_IN: [&str; 18] = [
    include_str!("../../../queries/profiles/anthropic-activity.toml"),
    include_str!("../../../queries/profiles/apache-combined.toml"),
    include_str!("../../../queries/profiles/api-requests.toml"),
    include_str!("../../../queries/profiles/bedrock-invocation.toml"),
    include_str!("../../../queries/profiles/cloudflare-http.toml"),
    include_str!("../../../queries/profiles/cloudtrail.toml"),
    include_str!("../../../queries/profiles/ecs.toml"),
    include_str!("../../../queries/profiles/envoy.toml"),
    include_str!("../../../queries/profiles/github-audit.toml"),
    include_str!("../../../queries/profiles/google-workspace.toml"),
    include_str!("../../../queries/profiles/m365-unified-audit.toml"),
    include_str!("../../../queries/profiles/ocsf-api-activity.toml"),
    include_str!("../../../queries/profiles/okta.toml"),
    include_str!("../../../queries/profiles/openai-audit.toml"),
    include_str!("../../../queries/profiles/sshd-auth.toml"),
    include_str!("../../../queries/profiles/syslog.toml"),
    include_str!("../../../queries/profiles/timesketch.toml"),
    include_str!("../../../queries/profiles/zeek-http.toml"),
];

/// Where a built-in profile comes from, in errors.
const BUILT_IN_PATH: &str = "built in";

/// The profiles that are known.
#[derive(Debug, Clone)]
pub(in crate::extract) struct Profiles {
    pub(in crate::extract) all: Vec<Profile>,
    /// Changes whenever any profile does.
    pub(in crate::extract) fingerprint: String,
}

impl Profiles {
    /// The built-in profiles and those of `folder`, which replace by name.
    pub(in crate::extract) fn load(folder: &Path) -> Result<Profiles, ExtractError> {
        let mut texts: Vec<(String, String)> =
            BUILT_IN.iter().map(|text| (BUILT_IN_PATH.to_owned(), (*text).to_owned())).collect();
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
            let own = path != BUILT_IN_PATH;
            let mut profile = Profile::parse(&text).map_err(|reason| ExtractError::BadProfile { path, reason })?;
            profile.own = own;
            all.retain(|known| known.name != profile.name);
            all.push(profile);
            sha2::Digest::update(&mut hash, (text.len() as u64).to_le_bytes());
            sha2::Digest::update(&mut hash, text.as_bytes());
        }
        all.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(Profiles { all, fingerprint: hexadecimal(&sha2::Digest::finalize(hash)) })
    }

    /// The profile of this name.
    pub(in crate::extract) fn get(&self, name: &str) -> Option<&Profile> {
        self.all.iter().find(|profile| profile.name == name)
    }

    /// The profile of this name, or an error with the nearest.
    pub(in crate::extract) fn named(&self, name: &str) -> Result<&Profile, ExtractError> {
        self.get(name).ok_or_else(|| {
            let names: Vec<&str> = self.all.iter().map(|profile| profile.name.as_str()).collect();
            ExtractError::UnknownProfile { name: name.to_owned(), nearest: nearest(name, &names), known: names.join(", ") }
        })
    }

    /// The profile that fits some records best; among equals the user's own.
    pub(in crate::extract) fn choose(&self, sample: &Sample) -> Option<(&Profile, Fit)> {
        self.all
            .iter()
            .filter_map(|profile| profile.fit(sample).map(|fit| (profile, fit)))
            .max_by(|one, other| one.1.score.total_cmp(&other.1.score).then(one.0.own.cmp(&other.0.own)))
    }

    /// The profile whose patterns take the most of some lines apart: at least 60 %. Among those that take as many, the one that tells
    /// more of a line; among those that tell as much, the one that could tell the least, which is the plainer.
    pub(in crate::extract) fn choose_lines(&self, lines: &[&str]) -> Option<(&Profile, Fit)> {
        let mut best: Option<(&Profile, Fit, Taken)> = None;
        for profile in &self.all {
            let Some((fit, taken)) = profile.fit_lines(lines) else { continue };
            if best.as_ref().is_none_or(|(_, _, known)| taken.beats(known)) {
                best = Some((profile, fit, taken));
            }
        }
        best.map(|(profile, fit, _)| (profile, fit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Role;

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
    }
}
