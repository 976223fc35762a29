//! Near-duplicate prompts of the view: their templates, who uses them.

use crate::investigate::View;
use crate::investigate::templates::{Found, Templates};

/// The place.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TemplatesPane {
    /// What asks and knows.
    pub machine: Option<Box<Templates>>,
    /// The view whose prompts these are.
    pub view: View,
    /// Whether an answer is on its way.
    pub loading: bool,
    /// Whether it was stopped before it knew all.
    pub stopped: bool,
    /// Why there is nothing.
    pub error: Option<String>,
    /// The template under the cursor.
    pub cursor: usize,
    /// The first template on the screen.
    pub top: usize,
    /// Counts the machines, for fresh table names.
    pub serial: u64,
    /// Whether the accounts are to be marked when their list has come.
    pub mark: bool,
}

impl TemplatesPane {
    /// The templates so far.
    pub fn found(&self) -> &[Found] {
        self.machine.as_ref().map(|machine| machine.found()).unwrap_or_default()
    }

    /// The template under the cursor.
    pub fn current(&self) -> Option<&Found> {
        self.found().get(self.cursor)
    }
}
