//! The labels by which the rows of `requests` name the file that they come from: the path below the folder that all files share, so
//! that a label stays the same when the files are moved together.

use std::path::{Path, PathBuf};

/// The label of each path, in their order.
pub(super) fn labels<'p>(paths: impl Iterator<Item = &'p Path> + Clone) -> Vec<String> {
    let mut shared: Option<PathBuf> = None;
    for path in paths.clone() {
        let folder = path.parent().unwrap_or(Path::new(""));
        shared = Some(match shared {
            None => folder.to_path_buf(),
            Some(shared) => common(&shared, folder),
        });
    }
    let shared = shared.unwrap_or_default();
    paths.map(|path| path.strip_prefix(&shared).unwrap_or(path).display().to_string()).collect()
}

/// The folders with which both paths begin.
fn common(one: &Path, other: &Path) -> PathBuf {
    one.components().zip(other.components()).take_while(|(one, other)| one == other).map(|(one, _)| one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_all_paths_share_is_left_out() {
        let labelled = |paths: &[&str]| labels(paths.iter().map(Path::new));
        assert_eq!(labelled(&["logs/a.json"]), ["a.json"]);
        assert_eq!(labelled(&["/x/logs/a/1.json", "/x/logs/b/1.json"]), ["a/1.json", "b/1.json"]);
        assert_eq!(labelled(&["/x/a.json", "y/a.json"]), ["/x/a.json", "y/a.json"]);
        assert_eq!(labelled(&["logs/a.json", "logs/deep/b.json"]), ["a.json", "deep/b.json"]);
        assert_eq!(labelled(&[]), Vec::<String>::new());
    }
}
