//! Looking into every source before anything is loaded: format, a sample of records, and the profile that fits it.

use std::collections::HashMap;

use super::bytes::{Packing, SourceReader};
use super::csv;
use super::detect::{Format, detect};
use super::error::ExtractError;
use super::inputs::Inputs;
use super::profile::Profiles;
use super::progress::{Stage, Unit};
use super::records::{Found, Framing, Records};
use super::sample::{RECORDS, Sample};
use super::watch::{Done, Watcher};

/// A source that has been looked into.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) input: super::inputs::Input,
    pub(super) format: Format,
    pub(super) packing: Packing,
    /// The group of sources that it is mapped and loaded with.
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
    let mut known: HashMap<(Family, Option<String>), usize> = HashMap::new();
    let total = Some(inputs.files.len() as u64);
    for (at, input) in inputs.files.iter().enumerate() {
        let name = input.path.display().to_string();
        watch.tell(Stage::Looking, Done { done: at as u64, total, unit: Unit::Files }, &name)?;
        let detected = detect(input)?;
        let mut sample = Sample::default();
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
                sample = sample_json(input, framing)?;
                Family::Json
            }
            Format::Parquet | Format::Database => Family::Engine(at),
        };
        let mut reasons = Vec::new();
        if !detected.beside.is_empty() {
            reasons.push(format!("the object around the records also has {}, which is not loaded", detected.beside.join(", ")));
        }
        let (profile, reason) = match forced {
            Some(profile) => (Some(profile.name.clone()), Some(format!("{}: asked for with --profile", profile.name))),
            None => match profiles.choose(&sample) {
                Some((profile, fit)) => (Some(profile.name.clone()), Some(fit.reason)),
                None if matches!(family, Family::Engine(_)) => (None, None),
                None => (None, Some("no profile fits; the roles are guessed from names and values".to_owned())),
            },
        };
        reasons.extend(reason);
        let group = *known.entry((family.clone(), profile.clone())).or_insert_with(|| {
            seens.groups.push(Kin { family, profile, sample: Sample::default() });
            seens.groups.len() - 1
        });
        if let Some(kin) = seens.groups.get_mut(group) {
            kin.sample.merge(&sample);
        }
        seens.seen.push(Seen { input: input.clone(), format: detected.format, packing: detected.packing, group, reasons });
    }
    Ok(seens)
}

/// The first records of a JSON source.
fn sample_json(input: &super::inputs::Input, framing: &Framing) -> Result<Sample, ExtractError> {
    let mut records = Records::new(SourceReader::open(input)?, framing.clone())?;
    let mut sample = Sample::default();
    // Broken records are rejected when all of them are read; a few of them may be passed over here.
    for _ in 0..RECORDS * 2 {
        match records.next()? {
            Some(Found::Record { text, .. }) => {
                if let Ok(record @ serde_json::Value::Object(_)) = serde_json::from_slice(records.text(&text)) {
                    sample.add_json(&record);
                }
            }
            Some(Found::Bad { .. }) => {}
            None => break,
        }
        if sample.records >= RECORDS {
            break;
        }
    }
    Ok(sample)
}
