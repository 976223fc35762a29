//! Saving the mapping of an open extract as a profile of the user's own, so that the next extract of its kind is mapped like it.

use std::path::PathBuf;

use crate::settings::paths::Paths;

use super::draft::{draft_profile, save_profile};
use super::error::ExtractError;
use super::model::Extract;
use super::profile::Profiles;

/// Why a mapping was not saved as a profile.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// There is a profile of this name already.
    #[error("'{name}' is there already; choose another name, or replace it ({place})")]
    Taken {
        /// The name.
        name: String,
        /// Where it is.
        place: String,
    },
    /// No role is mapped.
    #[error("no role is mapped, so a profile would say nothing; map one first")]
    Nothing,
    /// It cannot be saved under this name, or not be written.
    #[error(transparent)]
    Extract(#[from] ExtractError),
}

/// Writes the mapping of an extract into the user's profiles folder and returns the file. A profile of the same name, be it the user's or
/// built in, is replaced only when `replace` says so.
///
/// # Errors
/// See [`SaveError`]; nothing has been written then.
pub fn save_mapping(paths: &Paths, extract: &Extract, name: &str, replace: bool) -> Result<PathBuf, SaveError> {
    if extract.roles.is_empty() {
        return Err(SaveError::Nothing);
    }
    let folder = paths.config.join("profiles");
    let file = folder.join(format!("{name}.toml"));
    if !replace {
        let place = match file.exists() {
            true => Some(file.display().to_string()),
            // A profile that is broken says so when the next extract is opened; here it is in nobody's way.
            false => Profiles::load(&folder)
                .ok()
                .and_then(|profiles| profiles.get(name).map(|_| "built in, or in another file".into())),
        };
        if let Some(place) = place {
            return Err(SaveError::Taken { name: name.to_owned(), place });
        }
    }
    Ok(save_profile(paths, name, &draft_profile(extract, name), replace)?)
}
