//! The last case: where it is and how its extract was opened, so that `casebook --resume` can go on with it.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::app::state::{Left, Resume};
use crate::case::{Case, Event};
use crate::extract::{OpenSpec, demo};
use crate::settings::memory::{self, Thing};
use crate::settings::paths::Paths;

/// The last case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Last {
    /// Its folder.
    pub case: PathBuf,
    /// Where the program was started: paths that were typed begin there.
    pub folder: PathBuf,
    /// How its extract was opened.
    pub opened: OpenSpec,
    /// Where in the trail the sitting ended; nothing while it lasts, or when nothing could be told any more at its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<Left>,
}

/// Why there is nothing to go on with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NothingToResume {
    /// No extract is known.
    #[error("no extract was opened in {0} yet; open one: casebook --case {0} EXTRACT...")]
    NoExtract(String),
    /// The extract came through a pipe.
    #[error("the extract of {0} was piped in and is not kept; pipe it in again: ... | casebook --case {0} -")]
    Piped(String),
    /// A file of the extract is not where it was.
    #[error("{path} is not there any more; open the extract where it is now: casebook --case {case} EXTRACT...")]
    Moved {
        /// The file.
        path: String,
        /// The case.
        case: String,
    },
    /// It was the demo, which is not in the cache any more.
    #[error("the demo is not in the cache any more; this makes it again: {command} --case {case}")]
    Demo {
        /// What makes it again.
        command: String,
        /// The case.
        case: String,
    },
}

impl Last {
    /// The last case, if one is remembered.
    pub fn recall(paths: &Paths) -> Option<Last> {
        memory::recall(paths, Thing::Last)
    }

    /// The opening with paths that do not depend on the folder where the program is started.
    fn spec(&self) -> OpenSpec {
        let mut spec = self.opened.clone();
        let absolute = |text: &String| match text.as_str() {
            "-" => text.clone(),
            path => self.folder.join(path).display().to_string(),
        };
        spec.inputs = spec.inputs.iter().map(absolute).collect();
        spec.joins.iter_mut().for_each(|join| join.path = absolute(&join.path));
        spec.salt = spec.salt.map(|salt| self.folder.join(salt));
        spec
    }
}

/// How the extract of a case is opened again: as it was opened last where that is remembered, else the files that the case names.
pub fn opening(dir: &Path, case: &Case, last: Option<&Last>, paths: &Paths) -> Result<OpenSpec, NothingToResume> {
    let name = || dir.display().to_string();
    let spec = match last.filter(|last| same(&last.case, dir)) {
        Some(last) => last.spec(),
        None => OpenSpec { inputs: inputs_of(case).ok_or_else(|| NothingToResume::NoExtract(name()))?, ..OpenSpec::default() },
    };
    if spec.inputs.is_empty() {
        return Err(NothingToResume::NoExtract(name()));
    }
    for path in spec.inputs.iter().chain(spec.joins.iter().map(|join| &join.path)) {
        if path == "-" {
            return Err(NothingToResume::Piped(name()));
        }
        // A pattern says by itself when nothing fits it.
        if !path.contains(['*', '?']) && !Path::new(path).exists() {
            return Err(match demo::command_of(Path::new(path), paths) {
                Some(command) => NothingToResume::Demo { command, case: name() },
                None => NothingToResume::Moved { path: path.clone(), case: name() },
            });
        }
    }
    Ok(spec)
}

fn same(one: &Path, other: &Path) -> bool {
    let plain = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    plain(one) == plain(other)
}

/// The files of the extract that was open last, each once; a member of an archive stands for the archive.
fn inputs_of(case: &Case) -> Option<Vec<String>> {
    let current = case.current_extract()?;
    let known = case.extracts().iter().find(|known| known.extract.sha256 == current)?;
    let mut inputs: Vec<String> = Vec::new();
    for source in &known.extract.sources {
        let path = match source.path.split_once('!') {
            Some((archive, _)) if !Path::new(&source.path).exists() => archive.to_owned(),
            _ => source.path.clone(),
        };
        if !inputs.contains(&path) {
            inputs.push(path);
        }
    }
    Some(inputs)
}

/// What the last sitting over a case left behind. Where it is not remembered where it ended, that was the view that was new last.
pub fn ended(dir: &Path, case: &Case, last: Option<&Last>) -> Resume {
    let left = last.filter(|last| same(&last.case, dir)).and_then(|last| last.left);
    let visited = || {
        case.entries().iter().rev().find_map(|entry| match entry.event {
            Event::Visited { node, .. } => Some(Left { node, ..Left::default() }),
            _ => None,
        })
    };
    let left = left.filter(|left| case.trail().any(|known| known.node == left.node)).or_else(visited);
    Resume { extract: case.current_extract().unwrap_or_default().to_owned(), trail: case.trail().cloned().collect(), left }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::{Entry, OpenedExtract, OpenedSource, SavedPlace, SavedView};
    use crate::domain::{Role, Timestamp};
    use crate::extract::JoinSpec;

    fn case(events: Vec<Event>) -> Case {
        let mut entries: Vec<Entry> = Vec::new();
        let created = Event::Created { id: "c".into(), title: "t".into(), analyst: "a".into(), version: 1 };
        for event in std::iter::once(created).chain(events) {
            let before = entries.last().map(|entry| (entry.seq, entry.hash.clone()));
            let before = before.as_ref().map(|(seq, hash)| (*seq, hash.as_str()));
            entries.push(Entry::after(before, Timestamp(1), "a", event).unwrap());
        }
        Case::replay(&entries)
    }

    fn opened(paths: &[String]) -> Event {
        let sources = paths.iter().map(|path| OpenedSource { path: path.clone(), ..OpenedSource::default() }).collect();
        Event::Opened { extracts: vec![OpenedExtract { sha256: "e1".into(), sources, ..OpenedExtract::default() }] }
    }

    fn visited(node: u64, filter: &str) -> Event {
        let view = SavedView { filter: filter.into(), ..SavedView::default() };
        let parent = node.checked_sub(1);
        Event::Visited { node, parent, title: format!("+ {filter}"), view, place: SavedPlace::Rows, rows: Some(1) }
    }

    #[test]
    fn a_case_goes_on_at_the_view_that_was_visited_last() {
        let case = case(vec![opened(&["a".into()]), visited(0, ""), visited(1, "account:x"), visited(2, "ip:y")]);
        let dir = Path::new("/case");
        let new = ended(dir, &case, None);
        assert_eq!((new.extract.as_str(), new.trail.len(), new.left), ("e1", 3, Some(Left { node: 2, ..Left::default() })));
        // What is remembered of its end counts more, if it is of this case and still known there.
        let at = |node| Left { node, position: 7, column: 3 };
        let last =
            |case: &str, node| Last { case: case.into(), folder: "/".into(), opened: OpenSpec::default(), left: Some(at(node)) };
        assert_eq!(ended(dir, &case, Some(&last("/case", 1))).left, Some(at(1)));
        assert_eq!(ended(dir, &case, Some(&last("/case", 9))).left, new.left);
        assert_eq!(ended(dir, &case, Some(&last("/other", 1))).left, new.left);
    }

    #[test]
    fn the_extract_is_opened_as_it_was_opened_last_and_else_by_the_names_in_the_case() {
        let folder = tempfile::tempdir().unwrap();
        let (dir, log) = (folder.path().join("case"), folder.path().join("log.csv"));
        let paths = Paths::under(&folder.path().join("home"));
        std::fs::write(&log, "x\n").unwrap();
        let log = log.display().to_string();
        let known = case(vec![opened(&[log.clone(), format!("{log}!inner.csv")])]);
        let spec = opening(&dir, &known, None, &paths).unwrap();
        assert_eq!(spec.inputs, std::slice::from_ref(&log));
        let opened_so = OpenSpec {
            inputs: vec!["log.csv".into()],
            map: vec![(Role::Account, "user".into())],
            joins: vec![JoinSpec { role: Role::Ip, path: "log.csv".into(), prefix: "ip".into() }],
            dedupe: Some(Role::Request),
            ..OpenSpec::default()
        };
        let last =
            Last { case: dir.clone(), folder: folder.path().to_path_buf(), opened: opened_so, left: Some(Left::default()) };
        memory::keep(&paths, Thing::Last, &last).unwrap();
        assert_eq!(Last::recall(&paths).as_ref(), Some(&last), "it comes back whole");
        let spec = opening(&dir, &known, Some(&last), &paths).unwrap();
        assert_eq!((spec.inputs, spec.map.len(), spec.dedupe), (vec![log.clone()], 1, Some(Role::Request)));
        assert_eq!(spec.joins[0].path, log);
        // What is remembered of another case does not count.
        let other = opening(&folder.path().join("other"), &known, Some(&last), &paths).unwrap();
        assert_eq!(other.map, []);
    }

    #[test]
    fn what_cannot_be_gone_on_with_says_what_to_do() {
        let dir = Path::new("/nowhere/case");
        let paths = Paths::under(Path::new("/nowhere/home"));
        let said = |case: &Case, last: Option<&Last>| opening(dir, case, last, &paths).unwrap_err().to_string();
        let demo = paths.cache.join("demo/5000-7-clean-v2/requests.csv").display().to_string();
        assert_eq!(
            said(&case(vec![opened(&[demo])]), None),
            "the demo is not in the cache any more; this makes it again: casebook demo --rows 5000 --seed 7 --clean --case /nowhere/case"
        );
        assert!(said(&case(vec![]), None).contains("no extract was opened"));
        let moved = said(&case(vec![opened(&["/nowhere/log.csv".into()])]), None);
        assert_eq!(
            moved,
            "/nowhere/log.csv is not there any more; open the extract where it is now: casebook --case /nowhere/case EXTRACT..."
        );
        let piped = OpenSpec { inputs: vec!["-".into()], ..OpenSpec::default() };
        let last = Last { case: dir.into(), folder: "/".into(), opened: piped, left: None };
        assert!(said(&case(vec![]), Some(&last)).contains("piped"));
    }
}
