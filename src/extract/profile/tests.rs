//! No profile takes another's log: every fixture, and every real record where they are at hand, is known by its own profile alone.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::super::csv;
use super::super::sample::Sample;
use super::*;

fn built_in() -> Profiles {
    Profiles::load(Path::new("/nonexistent")).unwrap()
}

/// The samples of a fixture: all of it, and for JSON each record by itself, as records of mixed files are looked at.
fn samples(path: &Path) -> Vec<Sample> {
    let text = std::fs::read(path).unwrap();
    let mut whole = Sample::default();
    let mut all = Vec::new();
    match path.extension().unwrap().to_str().unwrap() {
        "jsonl" => {
            for line in text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
                let Ok(record) = serde_json::from_slice(line) else { continue };
                let mut one = Sample::default();
                one.add_json(&record);
                whole.merge(&one);
                all.push(one);
            }
        }
        "csv" => {
            let dialect = csv::sniff(&text, true, false).unwrap();
            for row in csv::sample(&text, true, &dialect) {
                whole.add_row(&dialect.columns, &row);
            }
        }
        _ => {}
    }
    all.push(whole);
    all
}

fn fixtures() -> Vec<(String, PathBuf)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/profiles");
    let mut found: Vec<(String, PathBuf)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_stem().unwrap().to_str().unwrap().split('.').next().unwrap().to_owned(), path))
        .collect();
    found.sort();
    found
}

fn fitting(profiles: &Profiles, sample: &Sample) -> Vec<String> {
    profiles.all.iter().filter(|profile| profile.fit(sample).is_some()).map(|profile| profile.name.clone()).collect()
}

#[test]
fn every_profile_has_a_fixture_that_no_other_profile_takes() {
    let profiles = built_in();
    let fixtures = fixtures();
    for profile in &profiles.all {
        assert!(fixtures.iter().any(|(name, _)| *name == profile.name), "{} has no fixture", profile.name);
    }
    for (name, path) in &fixtures {
        if path.extension().unwrap() == "tsv" {
            let sample = super::super::zeek::Zeek::sample(&std::fs::read(path).unwrap());
            assert_eq!(fitting(&profiles, &sample), std::slice::from_ref(name));
            continue;
        }
        if path.extension().unwrap() == "log" {
            let text = std::fs::read_to_string(path).unwrap();
            let lines: Vec<&str> = text.lines().collect();
            let chosen = profiles.choose_lines(&lines).map(|(profile, fit)| (profile.name.as_str(), fit.score));
            assert_eq!(chosen.map(|(chosen, _)| chosen), Some(name.as_str()), "{}", path.display());
            continue;
        }
        for sample in samples(path) {
            assert_eq!(
                fitting(&profiles, &sample),
                std::slice::from_ref(name),
                "{}: {:?}",
                path.display(),
                sample.fields().iter().map(|field| &field.name).collect::<Vec<_>>()
            );
        }
    }
}

#[test]
fn lines_of_one_format_are_not_taken_by_another() {
    let profiles = built_in();
    let logs: Vec<(String, String)> = fixtures()
        .into_iter()
        .filter(|(_, path)| path.extension().unwrap() == "log")
        .map(|(name, path)| (name, std::fs::read_to_string(path).unwrap()))
        .collect();
    for (name, text) in &logs {
        let lines: Vec<&str> = text.lines().collect();
        let takers: Vec<&str> = profiles
            .all
            .iter()
            .filter(|profile| profile.fit_lines(&lines).is_some())
            .map(|profile| profile.name.as_str())
            .collect();
        // The plain syslog profile can read what the one for logins reads, but is not chosen for it.
        let allowed: &[&str] = if name == "sshd-auth" { &["sshd-auth", "syslog"] } else { &[name.as_str()] };
        assert_eq!(takers, allowed);
    }
}

/// The profile of a log type of the rule tests.
fn profile_of(log_type: &str) -> Option<&'static str> {
    Some(match log_type {
        "AWS.CloudTrail" => "cloudtrail",
        "AWS.BedrockModelInvocation" => "bedrock-invocation",
        "OpenAI.Audit" => "openai-audit",
        "Anthropic.Activity" => "anthropic-activity",
        "Okta.SystemLog" => "okta",
        "GitHub.Audit" => "github-audit",
        "GSuite.ActivityEvent" => "google-workspace",
        "Cloudflare.HttpRequest" => "cloudflare-http",
        "Microsoft365.Audit.Exchange" | "Microsoft365.Audit.SharePoint" | "Microsoft365.Audit.AzureActiveDirectory" => {
            "m365-unified-audit"
        }
        _ => return None,
    })
}

#[test]
fn real_records_of_ninety_products_are_known_by_their_own_profiles_alone() {
    let root = std::env::var_os("CASEBOOK_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from);
    let path = root.join("audit-panther/panther_rule_tests.ndjson.gz");
    let Ok(file) = std::fs::File::open(&path) else {
        eprintln!("skipped: {} is not there", path.display());
        return;
    };
    let profiles = built_in();
    let text = std::io::read_to_string(flate2::read::MultiGzDecoder::new(file)).unwrap();
    let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for line in text.lines() {
        let record: serde_json::Value = serde_json::from_str(line).unwrap();
        let types: Vec<&str> = record["log_types"].as_array().into_iter().flatten().filter_map(|one| one.as_str()).collect();
        let mut sample = Sample::default();
        sample.add_json(&record["log"]);
        let taken = fitting(&profiles, &sample);
        let wanted: Vec<&str> = types.iter().filter_map(|one| profile_of(one)).collect();
        // The tests of a rule over many products have bits of anything.
        let is_mixed = types.len() > 1 || types.is_empty();
        for one in &taken {
            if !(wanted.contains(&one.as_str()) || is_mixed && types.is_empty()) {
                wrong.push(format!("{one} takes {types:?}: {}", record["log"]));
            }
        }
        if !is_mixed && let Some(own) = wanted.first() {
            *counts.entry(((*own).to_owned(), if taken.is_empty() { "missed".into() } else { taken.join(" ") })).or_default() +=
                1;
        }
    }
    eprintln!("{counts:#?}");
    assert!(wrong.is_empty(), "{} records: {:#?}", wrong.len(), wrong.iter().take(20).collect::<Vec<_>>());
}
