//! The salt of fingerprints: made once for each user, or shared in a file by a team.

use std::fs;
use std::path::{Path, PathBuf};

use crate::domain::Seal;

use super::files::{self, FileError};
use super::paths::Paths;

/// Bytes of a salt that is made here.
const BYTES: usize = 32;

/// A salt of fewer bytes can be guessed, and with it the secret behind a fingerprint.
const LEAST: usize = 16;

/// Why there is no salt.
#[derive(Debug, thiserror::Error)]
pub enum SaltError {
    /// The file of the user's own salt cannot be made or read.
    #[error("{0}; the salt of fingerprints is kept there; name another file for it with --salt")]
    Own(FileError),
    /// The file that was named cannot be read.
    #[error("cannot read the salt {path}: {source}; make one with: head -c 32 /dev/urandom > {path}")]
    Named {
        /// Which one.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The file is too short.
    #[error(
        "the salt {path} has {bytes} bytes; fewer than {LEAST} can be guessed. Make one with: head -c 32 /dev/urandom > {path}"
    )]
    Short {
        /// Which one.
        path: PathBuf,
        /// How long it is.
        bytes: usize,
    },
    /// The system gives no random bytes.
    #[error("the system gives no random bytes for the salt of fingerprints ({0}); name a file with --salt")]
    Random(String),
}

/// The seal of the salt in `named`, else of the user's own, which is made when it is first asked for.
pub fn seal(paths: &Paths, named: Option<&Path>) -> Result<Seal, SaltError> {
    let (path, salt) = match named {
        Some(path) => {
            let salt = fs::read(path).map_err(|source| SaltError::Named { path: path.to_path_buf(), source })?;
            (path.to_path_buf(), salt)
        }
        None => {
            let mut fresh = [0; BYTES];
            getrandom::fill(&mut fresh).map_err(|error| SaltError::Random(error.to_string()))?;
            let path = paths.salt();
            let salt = files::read_or_create(&path, &fresh).map_err(SaltError::Own)?;
            (path, salt)
        }
    };
    if salt.len() < LEAST {
        return Err(SaltError::Short { path, bytes: salt.len() });
    }
    Ok(Seal::new(&salt))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_salt_is_made_once_and_kept_private() {
        let folder = tempfile::tempdir().unwrap();
        let paths = Paths::under(folder.path());
        let first = seal(&paths, None).unwrap();
        assert_eq!(first, seal(&paths, None).unwrap());
        assert_eq!(fs::read(paths.salt()).unwrap().len(), BYTES);
        assert_eq!(first, seal(&Paths::under(&folder.path().join("other")), Some(&paths.salt())).unwrap());
        assert_ne!(first, seal(&Paths::under(&folder.path().join("other")), None).unwrap());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(paths.salt()).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn a_salt_that_is_not_there_or_too_short_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let paths = Paths::under(folder.path());
        let path = folder.path().join("team.salt");
        assert!(matches!(seal(&paths, Some(&path)), Err(SaltError::Named { .. })));
        fs::write(&path, "short").unwrap();
        assert!(seal(&paths, Some(&path)).unwrap_err().to_string().contains("has 5 bytes"));
        assert!(!paths.salt().exists());
    }
}
