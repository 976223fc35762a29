//! A note under edit, in a pane of several lines.

use crate::case::Target;

use super::editor::Editor;

/// A note under edit.
#[derive(Debug, Clone, PartialEq)]
pub struct NoteEdit {
    /// What it is about.
    pub target: Target,
    /// Its id, where it was written before.
    pub id: Option<String>,
    /// The text under edit. May hold anything that was typed or pasted.
    pub editor: Editor,
    /// What is saved of it.
    pub before: String,
    /// What is wrong, or what a key would lose.
    pub error: Option<String>,
    /// Whether the next `Esc` throws away what is not saved.
    pub leaving: bool,
}

impl NoteEdit {
    /// A note about something, new or written before.
    pub fn new(target: Target, id: Option<String>, text: &str) -> NoteEdit {
        NoteEdit { target, id, editor: Editor::new(text), before: text.to_owned(), error: None, leaving: false }
    }

    /// Whether there is something in it that is not saved.
    pub fn is_changed(&self) -> bool {
        self.editor.text().trim_end() != self.before.trim_end()
    }
}
