//! What lies over a surface and takes the keys.

use crate::investigate::filter::FilterError;

use super::form::Form;
use super::input::Input;
use super::mapping::Edit;

/// A layer.
#[derive(Debug, Clone, PartialEq)]
pub enum Layer {
    /// Every key that works, searchable.
    Help {
        /// What is searched for.
        input: Input,
        /// The first line on the screen.
        top: usize,
    },
    /// Commands by name.
    Palette {
        /// What is searched for.
        input: Input,
        /// The command under the cursor, a place in the matches.
        cursor: usize,
        /// Ids of the commands that match, the best first.
        matches: Vec<&'static str>,
    },
    /// The filter under edit.
    Filter {
        /// Its text.
        input: Input,
        /// What is wrong with it, as of the last key.
        error: Option<FilterError>,
        /// Names that could stand at the cursor, once `Tab` was pressed.
        candidates: Vec<String>,
        /// The chosen candidate.
        chosen: usize,
    },
    /// A form.
    Form(Form),
    /// What fills the roles; with what is under edit.
    Mapping(Option<Box<Edit>>),
    /// What was loaded and what was not.
    Report,
    /// The trail, to jump in.
    Trail {
        /// The line under the cursor, a place in the drawn tree.
        cursor: usize,
    },
    /// A longer text to read: what was loaded, an error.
    Text {
        /// Its title.
        title: String,
        /// Its lines; may quote an extract.
        lines: Vec<String>,
        /// The first line on the screen.
        top: usize,
    },
}
