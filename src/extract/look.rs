//! Looking into every source before anything is loaded: format, a sample of records, and the profile that fits it.

use std::collections::HashMap;

use super::bytes::{Packing, SourceReader};
use super::csv;
use super::detect::{Detected, Format, detect};
use super::envelope;
use super::error::ExtractError;
use super::inputs::Inputs;
use super::labels::labels;
use super::profile::{Profile, Profiles};
use super::progress::{Stage, Unit};
use super::records::{Found, Framing, Records};
use super::sample::{RECORDS, Sample};
use super::secrets::Alarm;
use super::watch::{Done, Watcher};
use super::zeek::Zeek;

/// A source that has been looked into.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) input: super::inputs::Input,
    pub(super) format: Format,
    pub(super) packing: Packing,
    /// The member of each record that holds the event, for envelopes.
    pub(super) inner: Option<String>,
    /// By which the rows name it.
    pub(super) label: String,
    /// The group of sources that it is mapped and loaded with; single records may go to others.
    pub(super) group: usize,
    pub(super) reasons: Vec<String>,
}

/// What sources have in common that are mapped together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Family {
    Json,
    /// With these columns.
    Csv(Vec<String>),
    /// The columns of Parquet and database files are known only to the engine, so each file is mapped by itself.
    Engine(usize),
}

/// The sources with their groups.
#[derive(Debug, Default)]
pub(super) struct Seens {
    pub(super) seen: Vec<Seen>,
    pub(super) groups: Vec<Kin>,
    /// What in the sources hints at secrets.
    pub(super) alarm: Alarm,
    known: HashMap<(Family, Option<String>), usize>,
}

impl Seens {
    /// The group of this family and profile, which may be a new one.
    pub(super) fn group(&mut self, family: Family, profile: Option<String>) -> usize {
        *self.known.entry((family.clone(), profile.clone())).or_insert_with(|| {
            self.groups.push(Kin { family, profile, sample: Sample::default() });
            self.groups.len() - 1
        })
    }
}

/// A group of sources: what they share.
#[derive(Debug, Clone)]
pub(super) struct Kin {
    pub(super) family: Family,
    pub(super) profile: Option<String>,
    pub(super) sample: Sample,
}

/// Looks into all sources.
pub(super) fn look(
    inputs: &Inputs,
    profiles: &Profiles,
    forced: Option<&str>,
    watch: &mut Watcher<'_>,
) -> Result<Seens, ExtractError> {
    let forced = forced.map(|name| profiles.named(name)).transpose()?;
    let mut seens = Seens::default();
    let mut labels = labels(inputs.files.iter().map(|input| input.path.as_path())).into_iter();
    let total = Some(inputs.files.len() as u64);
    for (at, input) in inputs.files.iter().enumerate() {
        let name = input.path.display().to_string();
        watch.tell(Stage::Looking, Done { done: at as u64, total, unit: Unit::Files }, &name)?;
        let detected = detect(input, profiles, forced)?;
        let mut sample = Sample::default();
        let mut inner = None;
        let family = match &detected.format {
            Format::Csv(dialect) => {
                for row in csv::sample(&detected.head, detected.whole, dialect) {
                    sample.add_row(&dialect.columns, &row);
                }
                // A header without rows still tells the columns.
                if sample.records == 0 {
                    sample.add_row(&dialect.columns, &vec![String::new(); dialect.columns.len()]);
                }
                Family::Csv(dialect.columns.clone())
            }
            Format::Json(framing) => {
                let records = first_records(input, framing)?;
                inner = if forced.is_none() { envelope::find(&records, profiles) } else { forced_inner(&records, forced) };
                records.iter().for_each(|record| sample.add_json(&envelope::open(record, inner.as_deref())));
                Family::Json
            }
            Format::Lines(_) => Family::Json,
            Format::Zeek => {
                sample = Zeek::sample(detected.head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&detected.head));
                Family::Json
            }
            Format::Parquet | Format::Database => Family::Engine(at),
        };
        let mut reasons = input.unpacked.as_ref().map(|unpacked| unpacked.notes.clone()).unwrap_or_default();
        if !detected.beside.is_empty() {
            reasons.push(format!("the object around the records also has {}, which is not loaded", detected.beside.join(", ")));
        }
        if let Some(inner) = &inner {
            reasons.push(format!("each record holds its event under \"{inner}\"; what stands around it is kept beside"));
        }
        let named = match &detected.format {
            Format::Lines(name) => profiles.get(name),
            _ => None,
        };
        let (profile, reason) = match forced {
            Some(profile) => (Some(profile.name.clone()), Some(format!("{}: asked for with --profile", profile.name))),
            None if named.is_some() => (named.map(|profile| profile.name.clone()), detected.reason),
            None => match profiles.choose(&sample) {
                Some((profile, fit)) => (Some(profile.name.clone()), Some(fit.reason)),
                None if matches!(family, Family::Engine(_)) => (None, None),
                None => (None, Some("no profile fits; the roles are guessed from names and values".to_owned())),
            },
        };
        reasons.extend(reason);
        let is_json = family == Family::Json;
        let group = seens.group(family, profile);
        // Records are told apart while they are read, and sampled then.
        if let Some(kin) = seens.groups.get_mut(group).filter(|_| !is_json) {
            kin.sample.merge(&sample);
        }
        let label = labels.next().unwrap_or_default();
        let Detected { format, packing, .. } = detected;
        seens.seen.push(Seen { input: input.clone(), format, packing, inner, label, group, reasons });
    }
    Ok(seens)
}

/// Where a profile that the analyst named finds its columns: inside the envelope or not.
fn forced_inner(records: &[serde_json::Value], forced: Option<&Profile>) -> Option<String> {
    let profile = forced?;
    let fits = |inner: Option<&str>| {
        let mut sample = Sample::default();
        records.iter().for_each(|record| sample.add_json(&envelope::open(record, inner)));
        profile.fit(&sample).is_some()
    };
    let first = records.first()?.as_object()?;
    let inside = |name: &&String| first.get(*name).is_some_and(serde_json::Value::is_object) && fits(Some(name));
    if fits(None) { None } else { first.keys().find(inside).cloned() }
}

/// The first records of a JSON source.
fn first_records(input: &super::inputs::Input, framing: &Framing) -> Result<Vec<serde_json::Value>, ExtractError> {
    let mut records = Records::new(SourceReader::open(input)?, framing.clone())?;
    let mut found = Vec::new();
    // Broken records are rejected when all of them are read; a few of them may be passed over here.
    for _ in 0..RECORDS * 2 {
        match records.next()? {
            Some(Found::Record { text, .. }) => {
                if let Ok(record @ serde_json::Value::Object(_)) = serde_json::from_slice(records.text(&text)) {
                    found.push(record);
                }
            }
            Some(Found::Bad { .. }) => {}
            None => break,
        }
        if found.len() >= RECORDS {
            break;
        }
    }
    Ok(found)
}
