//! Baselines: hits that are known, in a file that people can read and keep under version control.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::cli::failure::Failure;
use crate::domain::Entity;
use crate::report::sheet::json;
use crate::settings::files;

/// Hits by playbook, each as `account:acct_17`.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Baseline {
    /// The version of this form.
    casebook_baseline: u32,
    hits: BTreeMap<String, Vec<String>>,
}

const VERSION: u32 = 1;

impl Baseline {
    pub(super) fn read(path: &Path) -> Result<Baseline, Failure> {
        let wrong = |reason: String| Failure::Usage(format!("the baseline {}: {reason}", path.display()));
        let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
        let baseline: Baseline = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        match baseline.casebook_baseline {
            VERSION => Ok(baseline),
            other => Err(wrong(format!("it is of version {other}, and this program reads version {VERSION}"))),
        }
    }

    pub(super) fn add(&mut self, playbook: &str, entity: &Entity) {
        let hits = self.hits.entry(playbook.to_owned()).or_default();
        let text = entity.to_string();
        if !hits.contains(&text) {
            hits.push(text);
        }
    }

    pub(super) fn has(&self, playbook: &str, entity: &Entity) -> bool {
        self.hits.get(playbook).is_some_and(|hits| hits.contains(&entity.to_string()))
    }

    /// Writes it, sorted, so that two of them can be compared line by line.
    pub(super) fn write(mut self, path: &Path) -> Result<(), Failure> {
        self.casebook_baseline = VERSION;
        self.hits.values_mut().for_each(|hits| hits.sort_unstable());
        let text = serde_json::to_string_pretty(&self).map_err(|error| Failure::Failed(error.to_string()))?;
        Ok(files::write_atomic(path, format!("{}\n", json::safe(&text)).as_bytes())?)
    }
}
