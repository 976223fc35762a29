//! The SQL surface: an editor, the texts that were run before, and the first rows of what was run last.

use std::time::Duration;

use crate::domain::Value;
use crate::engine::Cut;
use crate::investigate::result::SqlMistake;

use super::editor::Editor;

/// Something that could stand at the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// What is put in. Names of columns are attacker-written.
    pub text: String,
    /// What it is, in a word or two.
    pub what: String,
}

/// The first rows of a result.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ran {
    /// The text that was run.
    pub sql: String,
    /// The columns.
    pub names: Vec<String>,
    /// For each column, whether its values are masked, and whether texts in it are.
    pub masks: Vec<(bool, bool)>,
    /// The rows.
    pub rows: Vec<Vec<Value>>,
    /// Why there may be more.
    pub cut: Option<Cut>,
    /// How long it took.
    pub elapsed: Duration,
    /// The row under the cursor.
    pub cursor: usize,
    /// The column under the cursor.
    pub column: usize,
    /// The first row on the screen.
    pub top: usize,
}

impl Ran {
    /// Whether a value must not be shown here.
    pub fn is_masked(&self, column: usize, value: &Value) -> bool {
        let (named, maybe) = self.masks.get(column).copied().unwrap_or_default();
        !value.is_null() && (named || (maybe && matches!(value, Value::Text(_))))
    }
}

/// The surface.
#[derive(Debug, Clone, Default)]
pub struct Sql {
    /// The text under edit.
    pub editor: Editor,
    /// Whether the editor has the keys; else the result has them.
    pub editing: bool,
    /// The first line of the editor on the screen.
    pub top: usize,
    /// What is wrong with the text that was run last.
    pub mistake: Option<SqlMistake>,
    /// What was run last.
    pub ran: Option<Ran>,
    /// What could stand at the cursor, once `Tab` was pressed.
    pub candidates: Vec<Candidate>,
    /// The chosen candidate.
    pub chosen: usize,
    /// The functions that the engine has, with what they are; nothing before they were asked for.
    pub functions: Option<Vec<(String, String)>>,
    /// Texts that were run, in this session and those before, the last one at the end.
    pub history: Vec<String>,
    /// The text of the history that stands in the editor.
    pub at: Option<usize>,
    /// What stood in the editor before a text of the history.
    pub draft: String,
    /// The SQL of the view that the surface was come to from: what an empty editor offers.
    pub template: String,
}

/// Rows of a result that are read for the surface.
pub const ROWS: u64 = 500;

/// Texts of the history that are kept.
pub const REMEMBERED: usize = 500;

impl Sql {
    /// Notes that a text was run. Whether it is another one than the last.
    pub fn remember(&mut self, sql: &str) -> bool {
        (self.at, self.draft) = (None, String::new());
        if self.history.last().is_some_and(|last| last == sql) {
            return false;
        }
        self.history.push(sql.to_owned());
        let surplus = self.history.len().saturating_sub(REMEMBERED);
        self.history.drain(..surplus);
        true
    }
}
