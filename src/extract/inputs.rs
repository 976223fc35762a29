//! From what the analyst typed to the files to read: files, folders, globs, in one stable order.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::error::ExtractError;
use super::limit::Limit;
use super::stdin::{self, Spooled};

/// A file to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Input {
    /// As named by the analyst, or below the folder so named.
    pub(super) path: PathBuf,
    /// The same file with all links followed, for the cache.
    pub(super) canonical: PathBuf,
    /// Size in bytes.
    pub(super) size: u64,
    /// Time of the last change, in nanoseconds since the epoch.
    pub(super) modified: i128,
    /// The place of the file on disk among those that the analyst named. Several sources may come from one.
    pub(super) origin: usize,
    /// What it may unpack to.
    pub(super) limit: Limit,
    /// How it came out of a file on disk; `None` for what is read as it is there.
    pub(super) unpacked: Option<Unpacked>,
}

/// A source that is not the file on disk itself, but was taken out of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unpacked {
    /// Where its bytes are, in the private folder of the load.
    pub(super) file: PathBuf,
    /// Its path within the archive, the paths of nested archives joined by `!`; empty where the file on disk is no archive.
    pub(super) member: String,
    /// What is added to the format's name: `, gzip, zip`.
    pub(super) packed: String,
    /// The format's name, where the bytes were made from something else.
    pub(super) format: Option<&'static str>,
    /// What is to be said of it.
    pub(super) notes: Vec<String>,
}

impl Input {
    /// Where its bytes are to be read.
    pub(super) fn file(&self) -> &Path {
        self.unpacked.as_ref().map_or(&self.path, |unpacked| &unpacked.file)
    }

    /// The format in words, from the name of what its bytes hold and how they are packed.
    pub(super) fn format_words(&self, name: &str, packing: &str) -> String {
        match &self.unpacked {
            Some(unpacked) => format!("{}{packing}{}", unpacked.format.unwrap_or(name), unpacked.packed),
            None => format!("{name}{packing}"),
        }
    }

    /// A file as it is, for tests.
    #[cfg(test)]
    pub(super) fn at(path: &Path) -> Input {
        let limit = Limit::of(0, None, None);
        Input { path: path.into(), canonical: path.into(), size: 0, modified: 0, origin: 0, limit, unpacked: None }
    }
}

/// How a source is called: by its file, and by its place in that where it is an archive.
pub(super) fn source_path(file: &Path, member: &str) -> String {
    if member.is_empty() { file.display().to_string() } else { format!("{}!{member}", file.display()) }
}

/// The files to read, in load order, and what was passed over in folders.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Inputs {
    pub(super) files: Vec<Input>,
    /// Hidden files and files that are obviously no logs.
    pub(super) skipped: Vec<PathBuf>,
    /// The files of each side table.
    pub(super) sides: Vec<Inputs>,
}

/// Finds the files. A file that several inputs name is read once.
pub(super) fn resolve(inputs: &[String], stdin: Option<&Spooled>) -> Result<Inputs, ExtractError> {
    if inputs.is_empty() {
        return Err(ExtractError::NoInput);
    }
    let mut found = Inputs::default();
    let mut seen = HashSet::new();
    for text in inputs {
        if text == stdin::NAME {
            let Some(spooled) = stdin.filter(|_| seen.insert(PathBuf::from(text))) else {
                return Err(ExtractError::Stdin("it can be read only once, as an extract".into()));
            };
            found.files.push(piped(spooled, found.files.len()));
            continue;
        }
        let path = Path::new(text);
        // A file whose name holds a star is still that file.
        if path.exists() || !is_glob(text) {
            add(path, &mut found, &mut seen)?;
            continue;
        }
        let mut fitting = Vec::new();
        expand(text, &mut fitting)?;
        if fitting.is_empty() {
            return Err(ExtractError::NoMatch { glob: text.clone() });
        }
        fitting.sort();
        fitting.dedup();
        for path in fitting {
            add(&path, &mut found, &mut seen)?;
        }
    }
    Ok(found)
}

/// What was piped in.
fn piped(spooled: &Spooled, origin: usize) -> Input {
    let file = spooled.file();
    let unpacked = Unpacked {
        file: file.clone(),
        member: String::new(),
        packed: String::new(),
        format: None,
        notes: vec!["read from stdin".into()],
    };
    let (size, limit) = (spooled.size(), Limit::of(spooled.size(), None, None));
    Input { path: stdin::NAME.into(), canonical: file, size, modified: 0, origin, limit, unpacked: Some(unpacked) }
}

fn add(path: &Path, found: &mut Inputs, seen: &mut HashSet<PathBuf>) -> Result<(), ExtractError> {
    let about = fs::metadata(path).map_err(|error| unreadable(path, &error))?;
    if about.is_dir() {
        let before = found.files.len();
        let mut skipped = Vec::new();
        let mut files = Vec::new();
        walk(path, &mut files, &mut skipped, &mut HashSet::new())?;
        files.sort();
        for file in files {
            add_file(&file, found, seen)?;
        }
        if found.files.len() == before && !seen.iter().any(|file| file.starts_with(path)) {
            let skipped = match skipped.len() {
                0 => String::new(),
                1 => format!("; passed over {}", skipped.iter().map(|file| name(file)).collect::<String>()),
                number => format!("; passed over {number} hidden files and files that are no logs"),
            };
            return Err(ExtractError::EmptyFolder { path: path.to_path_buf(), skipped });
        }
        found.skipped.append(&mut skipped);
        Ok(())
    } else {
        add_file(path, found, seen)
    }
}

fn add_file(path: &Path, found: &mut Inputs, seen: &mut HashSet<PathBuf>) -> Result<(), ExtractError> {
    let about = fs::metadata(path).map_err(|error| unreadable(path, &error))?;
    if !about.is_file() {
        return Err(ExtractError::Unreadable {
            path: path.to_path_buf(),
            reason: "it is not a regular file (a pipe, a socket or a device); write its content to a file first".into(),
        });
    }
    let canonical = fs::canonicalize(path).map_err(|error| unreadable(path, &error))?;
    if seen.insert(canonical.clone()) {
        let modified = about.modified().ok().map_or(0, nanos);
        let (origin, size) = (found.files.len(), about.len());
        let limit = Limit::of(size, None, None);
        found.files.push(Input { path: path.to_path_buf(), canonical, size, modified, origin, limit, unpacked: None });
    }
    Ok(())
}

fn nanos(time: std::time::SystemTime) -> i128 {
    match time.duration_since(std::time::UNIX_EPOCH) {
        Ok(after) => i128::try_from(after.as_nanos()).unwrap_or(i128::MAX),
        Err(before) => -i128::try_from(before.duration().as_nanos()).unwrap_or(i128::MAX),
    }
}

/// What an I/O error on a source means and what to do.
pub(super) fn unreadable(path: &Path, error: &std::io::Error) -> ExtractError {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::NotFound => ExtractError::Missing { path: path.to_path_buf() },
        ErrorKind::PermissionDenied => ExtractError::Unreadable {
            path: path.to_path_buf(),
            reason: "permission denied; ask its owner for the right to read it, or copy it".into(),
        },
        _ => ExtractError::Unreadable { path: path.to_path_buf(), reason: error.to_string() },
    }
}

fn walk(
    folder: &Path,
    files: &mut Vec<PathBuf>,
    skipped: &mut Vec<PathBuf>,
    above: &mut HashSet<PathBuf>,
) -> Result<(), ExtractError> {
    // Links that lead back to a folder above would never end.
    let canonical = fs::canonicalize(folder).map_err(|error| unreadable(folder, &error))?;
    if !above.insert(canonical.clone()) {
        return Ok(());
    }
    for entry in fs::read_dir(folder).map_err(|error| unreadable(folder, &error))? {
        let path = entry.map_err(|error| unreadable(folder, &error))?.path();
        let about = fs::metadata(&path).map_err(|error| unreadable(&path, &error))?;
        if is_hidden(&path) {
            skipped.push(path);
        } else if about.is_dir() {
            walk(&path, files, skipped, above)?;
        } else if !about.is_file() || is_no_log(&path) {
            skipped.push(path);
        } else {
            files.push(path);
        }
    }
    above.remove(&canonical);
    Ok(())
}

fn name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Whether the name says that a file is not to be read unless it is named.
pub(super) fn is_hidden(path: &Path) -> bool {
    name(path).starts_with('.')
}

/// Whether the name says that a file beside logs is none: papers of the folder, checksums, signatures.
pub(super) fn is_no_log(path: &Path) -> bool {
    let name = name(path).to_ascii_lowercase();
    let stem = name.split('.').next().unwrap_or_default();
    let papers =
        ["license", "licence", "copying", "notice", "readme", "changelog", "authors", "contributing", "sha256sums", "md5sums"];
    let endings = [".md", ".rst", ".pdf", ".html", ".sha256", ".sha1", ".md5", ".sig", ".asc"];
    papers.contains(&stem) || endings.iter().any(|ending| name.ends_with(ending))
}

fn is_glob(text: &str) -> bool {
    text.contains(['*', '?'])
}

/// All files and folders that fit a glob; hidden ones only where the glob names the dot.
fn expand(glob: &str, fitting: &mut Vec<PathBuf>) -> Result<(), ExtractError> {
    let path = Path::new(glob);
    let mut base = PathBuf::new();
    let mut patterns: Vec<String> = Vec::new();
    for part in path.components() {
        let text = part.as_os_str().to_string_lossy().into_owned();
        if patterns.is_empty() && !is_glob(&text) {
            base.push(part);
        } else {
            patterns.push(text);
        }
    }
    descend(&base, &patterns, fitting)
}

fn descend(base: &Path, patterns: &[String], fitting: &mut Vec<PathBuf>) -> Result<(), ExtractError> {
    let Some((pattern, rest)) = patterns.split_first() else {
        if base.exists() {
            fitting.push(base.to_path_buf());
        }
        return Ok(());
    };
    if !is_glob(pattern) {
        return descend(&base.join(pattern), rest, fitting);
    }
    let folder = if base.as_os_str().is_empty() { Path::new(".") } else { base };
    if pattern == "**" {
        // No folder at all, or any below; links are not followed, so this ends.
        descend(base, rest, fitting)?;
    }
    let Ok(entries) = fs::read_dir(folder) else {
        // A pattern in the middle may fit what is no folder.
        return Ok(());
    };
    let mut names: Vec<(String, bool)> = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| unreadable(folder, &error))?;
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        names.push((entry.file_name().to_string_lossy().into_owned(), is_folder));
    }
    names.sort();
    for (name, is_folder) in names {
        if name.starts_with('.') && !pattern.starts_with('.') {
            continue;
        }
        let path = base.join(&name);
        if pattern == "**" {
            if is_folder {
                descend(&path, patterns, fitting)?;
            } else if rest.is_empty() {
                fitting.push(path);
            }
        } else if fits(pattern, &name) {
            descend(&path, rest, fitting)?;
        }
    }
    Ok(())
}

/// Whether a name fits a pattern of `*` and `?`.
fn fits(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    let (mut p, mut n) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some('*') => {
                back = Some((p, n));
                p += 1;
            }
            Some(wanted) if *wanted == '?' || Some(wanted) == name.get(n) => {
                p += 1;
                n += 1;
            }
            _ => match back {
                Some((star, at)) => {
                    p = star + 1;
                    n = at + 1;
                    back = Some((star, at + 1));
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(p).all(|left| *left == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lay(folder: &Path, names: &[&str]) {
        for name in names {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        }
    }

    fn found(folder: &Path, inputs: &[&str]) -> Vec<String> {
        let inputs: Vec<String> = inputs.iter().map(|input| folder.join(input).display().to_string()).collect();
        let found = resolve(&inputs, None).unwrap();
        found.files.iter().map(|file| file.path.strip_prefix(folder).unwrap().display().to_string()).collect()
    }

    #[test]
    fn folders_are_read_whole_in_order_without_papers_and_hidden_files() {
        let folder = tempfile::tempdir().unwrap();
        lay(folder.path(), &["b.json", "a/2.json", "a/1.json", "LICENSE", "README.md", ".hidden", "notes.md"]);
        assert_eq!(found(folder.path(), &[""]), ["a/1.json", "a/2.json", "b.json"]);
        let skipped = resolve(&[folder.path().display().to_string()], None).unwrap().skipped;
        assert_eq!(skipped.len(), 4);
    }

    #[test]
    fn globs_stay_in_their_folder_unless_they_say_otherwise() {
        let folder = tempfile::tempdir().unwrap();
        lay(folder.path(), &["b.json", "a.json", "x/c.json", "x/y/d.json", "x/e.csv"]);
        assert_eq!(found(folder.path(), &["*.json"]), ["a.json", "b.json"]);
        assert_eq!(found(folder.path(), &["?.json"]), ["a.json", "b.json"]);
        assert_eq!(found(folder.path(), &["**/*.json"]), ["a.json", "b.json", "x/c.json", "x/y/d.json"]);
        assert_eq!(found(folder.path(), &["x/**"]), ["x/c.json", "x/e.csv", "x/y/d.json"]);
        assert_eq!(found(folder.path(), &["*/y/*"]), ["x/y/d.json"]);
    }

    #[test]
    fn the_same_file_is_read_once_and_the_order_is_that_of_the_inputs() {
        let folder = tempfile::tempdir().unwrap();
        lay(folder.path(), &["a.json", "b.json"]);
        assert_eq!(found(folder.path(), &["b.json", "", "b.json"]), ["b.json", "a.json"]);
    }

    #[test]
    fn what_is_not_there_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| vec![folder.path().join(name).display().to_string()];
        assert!(matches!(resolve(&at("none.csv"), None), Err(ExtractError::Missing { .. })));
        assert!(matches!(resolve(&at("*.csv"), None), Err(ExtractError::NoMatch { .. })));
        assert!(matches!(resolve(&at(""), None), Err(ExtractError::EmptyFolder { .. })));
        assert!(matches!(resolve(&[], None), Err(ExtractError::NoInput)));
        lay(folder.path(), &["LICENSE"]);
        assert!(resolve(&at(""), None).unwrap_err().to_string().contains("passed over LICENSE"));
    }

    #[test]
    fn stars_fit_any_run_of_characters() {
        assert!(fits("*.json*", "a.json.gz"));
        assert!(fits("a*b*c", "a-b-b-c"));
        assert!(!fits("a*b", "a-b-c"));
        assert!(!fits("?", ""));
    }
}
