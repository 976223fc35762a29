//! To which profile each record of a source belongs: a file may hold the events of many products. Records with the same keys go the same
//! way, so that only the first of them is looked at.

use std::collections::HashMap;

use super::envelope;
use super::look::{Family, Seens};
use super::profile::Profiles;
use super::sample::Sample;
use super::scan::Apart;

/// Sets of keys that are looked at; a log with more of them has ids for keys.
const SIGNATURES: usize = 20_000;

/// Sends records to groups.
pub(super) struct Router<'p> {
    profiles: &'p Profiles,
    /// Whether the analyst named the profile, so that nothing is to be decided.
    forced: bool,
    /// The group of records with a set of keys, by the group of their source.
    known: HashMap<(usize, u64), usize>,
}

impl<'p> Router<'p> {
    pub(super) fn new(profiles: &'p Profiles, forced: bool) -> Router<'p> {
        Router { profiles, forced, known: HashMap::new() }
    }

    /// The group of a record, and whether it is the first with its keys. `usual` is the group of its source: a record leaves it only for
    /// a profile that knows it while that of the source does not.
    pub(super) fn group(
        &mut self,
        seens: &mut Seens,
        usual: usize,
        apart: &Apart,
        text: &[u8],
        inner: Option<&str>,
    ) -> (usize, bool) {
        if self.forced {
            return (usual, false);
        }
        let signature = (usual, apart.signature(text));
        if let Some(group) = self.known.get(&signature) {
            return (*group, false);
        }
        if self.known.len() >= SIGNATURES {
            return (usual, false);
        }
        let mut sample = Sample::default();
        if let Ok(record) = serde_json::from_slice(text) {
            sample.add_json(&envelope::open(&record, inner));
        }
        let name = seens.groups.get(usual).and_then(|kin| kin.profile.clone());
        let fits = name.as_deref().and_then(|name| self.profiles.get(name)).is_some_and(|profile| profile.fit(&sample).is_some());
        let group = match self.profiles.choose(&sample) {
            Some((profile, _)) if !fits => seens.group(Family::Json, Some(profile.name.clone())),
            _ => usual,
        };
        self.known.insert(signature, group);
        (group, true)
    }
}
