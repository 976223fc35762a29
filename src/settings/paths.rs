//! Where the program keeps things, after the XDG base directories.

use std::path::{Path, PathBuf};

/// The program's folders. None of them need exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// `config.toml`, `playbooks/`, `profiles/`, `templates/`, `themes/`.
    pub config: PathBuf,
    /// `cases/`, the salt of fingerprints, the log of the program.
    pub data: PathBuf,
    /// Loaded extracts.
    pub cache: PathBuf,
    /// What the program remembers from sitting to sitting and could do without: sizes of panes, the last case.
    pub state: PathBuf,
}

/// There is no home directory to keep things in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no home directory; set HOME, or XDG_CONFIG_HOME, XDG_DATA_HOME and XDG_CACHE_HOME")]
pub struct NoHome;

impl Paths {
    /// The folders of this user on this machine.
    pub fn discover() -> Result<Paths, NoHome> {
        let project = directories::ProjectDirs::from("", "", "casebook").ok_or(NoHome)?;
        Ok(Paths {
            config: project.config_dir().to_path_buf(),
            data: project.data_dir().to_path_buf(),
            cache: project.cache_dir().to_path_buf(),
            // Not every system tells state from data.
            state: project.state_dir().unwrap_or_else(|| project.data_dir()).to_path_buf(),
        })
    }

    /// All folders below one: for tests and portable use.
    pub fn under(root: &Path) -> Paths {
        Paths { config: root.join("config"), data: root.join("data"), cache: root.join("cache"), state: root.join("state") }
    }

    /// Where cases go that were not given a place.
    pub fn cases(&self) -> PathBuf {
        self.data.join("cases")
    }

    /// Where an analyst's own templates of reports are.
    pub fn templates(&self) -> PathBuf {
        self.config.join("templates")
    }

    /// The SQL texts that were run.
    pub fn sql_history(&self) -> PathBuf {
        self.data.join("sql-history.jsonl")
    }

    /// The salt of this user's fingerprints.
    pub fn salt(&self) -> PathBuf {
        self.data.join("salt")
    }
}
