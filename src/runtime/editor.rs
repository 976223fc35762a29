//! The analyst's own editor: the terminal is given up to it and taken back when it ends, however it ends.

use std::fs::File;
use std::io::{IsTerminal, Read};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::app::state::editor::LONGEST;
use crate::settings::files::{self, PrivateFolder};
use crate::settings::paths::Paths;

use super::input::Gate;
use super::screen::Screen;

/// Lets the analyst edit a text: what is left of it where it is another one, and nothing where it is as it was.
pub(super) fn edit(text: &str, paths: &Paths, screen: &mut Screen, gate: &Gate) -> Result<Option<String>, String> {
    let folder = PrivateFolder::create(&paths.cache.join("notes"), "note").map_err(|error| error.to_string())?;
    let path = folder.path().join("note.md");
    // Editors expect a file to end with a line break.
    let given = if text.is_empty() { String::new() } else { format!("{text}\n") };
    files::write_new(&path, given.as_bytes()).map_err(|error| error.to_string())?;
    gate.close().map_err(|error| format!("the editor cannot be started: {error}"))?;
    screen.lend();
    let ran = run(&command(), &path);
    let taken = screen.take_back();
    gate.open();
    taken.map_err(|error| format!("the terminal cannot be taken back: {error}"))?;
    ran?;
    let left = read(&path)?;
    Ok(Some(left).filter(|left| left.trim_end() != given.trim_end()))
}

/// What the analyst says to edit with.
fn command() -> String {
    let said = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
    said("VISUAL").or_else(|| said("EDITOR")).unwrap_or_else(|| "vi".to_owned())
}

/// Runs an editor on a file until it ends. Like git, it lets a shell read what the variable says, so that `code --wait` works.
fn run(editor: &str, path: &Path) -> Result<(), String> {
    let mut command = Command::new("sh");
    command.arg("-c").arg(format!("{editor} \"$@\"")).arg("sh").arg(path);
    if !std::io::stdin().is_terminal() {
        // What is piped in is the extract; keys come from the terminal itself.
        command.stdin(File::open("/dev/tty").map_or_else(|_| Stdio::null(), Stdio::from));
    }
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("the editor '{editor}' ended with {status}; the text is as it was")),
        Err(error) => Err(format!("the editor '{editor}' cannot be started: {error}")),
    }
}

/// What the editor left.
fn read(path: &Path) -> Result<String, String> {
    let mut left = Vec::new();
    let most = u64::try_from(LONGEST).unwrap_or(u64::MAX);
    let file = File::open(path).map_err(|error| format!("the text cannot be read back: {error}"))?;
    file.take(most + 2).read_to_end(&mut left).map_err(|error| format!("the text cannot be read back: {error}"))?;
    if left.len() > LONGEST + 1 {
        return Err(format!("the text is longer than a note may be ({} kB); it is as it was", LONGEST >> 10));
    }
    String::from_utf8(left).map_err(|_| "the editor left no UTF-8 text; the text is as it was".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a note.md");
        files::write_new(&path, text.as_bytes()).unwrap();
        (folder, path)
    }

    #[test]
    fn an_editor_with_arguments_is_run_on_a_path_with_blanks() {
        let (_folder, path) = file("one\n");
        run("printf '%s\\n' two >>", &path).unwrap();
        assert_eq!(read(&path).unwrap(), "one\ntwo\n");
    }

    #[test]
    fn an_editor_that_fails_or_is_not_there_is_told() {
        let (_folder, path) = file("one\n");
        assert!(run("false", &path).unwrap_err().contains("false"));
        assert!(run("no-such-editor-here", &path).is_err());
    }

    #[test]
    fn what_is_no_text_or_too_long_is_not_taken() {
        let (folder, path) = file(&"x".repeat(LONGEST + 2));
        assert!(read(&path).unwrap_err().contains("longer"));
        let other = folder.path().join("bytes");
        files::write_new(&other, &[0xff, 0xfe]).unwrap();
        assert!(read(&other).unwrap_err().contains("UTF-8"));
    }
}
