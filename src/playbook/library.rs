//! All playbooks: those in the program, and the user's own, which add to them and take the place of those with the same id.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Origin, Playbook, check};
use crate::settings::files::{self, FileError};
use crate::settings::paths::Paths;

/// The files in the program.
const BUILT_IN: [&str; 38] = [
    include_str!("../../queries/playbooks/ban-evasion.sql"),
    include_str!("../../queries/playbooks/bedrock-large-prompts.sql"),
    include_str!("../../queries/playbooks/bedrock-region-hopping.sql"),
    include_str!("../../queries/playbooks/burst.sql"),
    include_str!("../../queries/playbooks/coordinated-cohort.sql"),
    include_str!("../../queries/playbooks/cost-outlier.sql"),
    include_str!("../../queries/playbooks/credential-stuffing.sql"),
    include_str!("../../queries/playbooks/denied-calls.sql"),
    include_str!("../../queries/playbooks/denied-then-allowed.sql"),
    include_str!("../../queries/playbooks/dormant-burst.sql"),
    include_str!("../../queries/playbooks/enumeration.sql"),
    include_str!("../../queries/playbooks/error-probing.sql"),
    include_str!("../../queries/playbooks/failures-then-success.sql"),
    include_str!("../../queries/playbooks/flag-escalation.sql"),
    include_str!("../../queries/playbooks/free-tier-multiplexing.sql"),
    include_str!("../../queries/playbooks/harvesting.sql"),
    include_str!("../../queries/playbooks/impossible-travel.sql"),
    include_str!("../../queries/playbooks/instance-role-outside.sql"),
    include_str!("../../queries/playbooks/key-many-networks.sql"),
    include_str!("../../queries/playbooks/key-minted-used.sql"),
    include_str!("../../queries/playbooks/key-validation.sql"),
    include_str!("../../queries/playbooks/llm-stolen-key.sql"),
    include_str!("../../queries/playbooks/low-slow-stuffing.sql"),
    include_str!("../../queries/playbooks/mitigation-impact.sql"),
    include_str!("../../queries/playbooks/new-country.sql"),
    include_str!("../../queries/playbooks/new-model.sql"),
    include_str!("../../queries/playbooks/new-network.sql"),
    include_str!("../../queries/playbooks/new-user-agent.sql"),
    include_str!("../../queries/playbooks/prompt-template-reuse.sql"),
    include_str!("../../queries/playbooks/quota-key-rotation.sql"),
    include_str!("../../queries/playbooks/refusal-retry.sql"),
    include_str!("../../queries/playbooks/regular-interval.sql"),
    include_str!("../../queries/playbooks/secrets-bulk-read.sql"),
    include_str!("../../queries/playbooks/sequential-scraping.sql"),
    include_str!("../../queries/playbooks/shared-device.sql"),
    include_str!("../../queries/playbooks/shared-payment.sql"),
    include_str!("../../queries/playbooks/signup-farm.sql"),
    include_str!("../../queries/playbooks/stuffing-success.sql"),
];

/// Why a file is not in the library.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {message}", path.display())]
pub struct Problem {
    /// Which file.
    pub path: PathBuf,
    /// What is wrong with it, with the line where there is one.
    pub message: String,
}

/// The playbooks that there are, and the files that are none.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Library {
    /// The playbooks, by id.
    pub playbooks: Vec<Playbook>,
    /// The user's files that could not be taken. To be shown: nothing is dropped silently.
    pub problems: Vec<Problem>,
}

impl Library {
    /// The playbook with this id.
    pub fn get(&self, id: &str) -> Option<&Playbook> {
        self.playbooks.iter().find(|playbook| playbook.id == id)
    }

    fn put(&mut self, playbook: Playbook) {
        self.playbooks.retain(|other| other.id != playbook.id);
        self.playbooks.push(playbook);
    }

    fn sort(&mut self) {
        self.playbooks.sort_by(|a, b| a.id.cmp(&b.id));
    }
}

/// The playbooks in the program, by id. (All of them parse and pass [`check()`]; a test sees to it.)
pub fn builtin() -> Vec<Playbook> {
    let mut library = Library::default();
    BUILT_IN.iter().filter_map(|text| Playbook::parse(text).ok()).for_each(|playbook| library.put(playbook));
    library.sort();
    library.playbooks
}

/// The playbooks in the program with those in `playbooks/` of the user's configuration laid over them.
pub fn load(paths: &Paths) -> Library {
    let mut library = Library { playbooks: builtin(), problems: Vec::new() };
    let folder = paths.config.join("playbooks");
    let mut files: Vec<PathBuf> = match fs::read_dir(&folder) {
        Ok(entries) => entries.filter_map(Result::ok).map(|entry| entry.path()).collect(),
        // Most users have none.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        Err(error) => {
            library.problems.push(Problem { path: folder, message: error.to_string() });
            Vec::new()
        }
    };
    files.retain(|path| path.extension().is_some_and(|ending| ending == "sql"));
    files.sort();
    for path in files {
        match read(&path) {
            Ok(playbook) => library.put(playbook),
            Err(message) => library.problems.push(Problem { path, message }),
        }
    }
    library.sort();
    library
}

/// Writes a playbook into the user's folder and returns its place. A file that is there is not replaced.
pub fn save(paths: &Paths, id: &str, text: &str) -> Result<PathBuf, FileError> {
    let folder = paths.config.join("playbooks");
    files::create_dir(&folder)?;
    let path = folder.join(format!("{id}.sql"));
    files::write_new(&path, text.as_bytes())?;
    Ok(path)
}

/// Reads a playbook from a file and checks it.
pub fn read(path: &Path) -> Result<Playbook, String> {
    let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
    let mut playbook = Playbook::parse(&text).map_err(|error| error.to_string())?;
    playbook.origin = Origin::File(path.to_path_buf());
    let complaints = check(&playbook);
    if complaints.is_empty() {
        Ok(playbook)
    } else {
        Err(complaints.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
    }
}
