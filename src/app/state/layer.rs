//! What lies over a surface and takes the keys.

use crate::case::Event;
use crate::investigate::filter::FilterError;

use super::columns::Columns;
use super::form::Form;
use super::input::Input;
use super::mapping::Edit;
use super::note::NoteEdit;

/// The trail, to jump in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TrailLayer {
    /// The line under the cursor, a place in the drawn tree.
    pub cursor: usize,
    /// The node that another one is to be compared with.
    pub marked: Option<usize>,
    /// Whether the next key says in which form the view under the cursor is copied.
    pub copying: bool,
}

/// Something that is done once it has been seen and agreed to.
#[derive(Debug, Clone, PartialEq)]
pub struct Confirm {
    /// What is asked; may quote an extract.
    pub title: String,
    /// What there is to know before; may quote an extract.
    pub lines: Vec<String>,
    /// What is recorded then.
    pub event: Event,
    /// The first line on the screen.
    pub top: usize,
}

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
    /// A question before something is done.
    Confirm(Box<Confirm>),
    /// A note under edit.
    Note(Box<NoteEdit>),
    /// What fills the roles; with what is under edit.
    Mapping(Option<Box<Edit>>),
    /// What was loaded and what was not.
    Report,
    /// The trail, to jump in.
    Trail(TrailLayer),
    /// Which columns are shown, and in which order.
    Columns(Box<Columns>),
    /// The sizes of the panes.
    Panes {
        /// The pane under the cursor, a place in [`Pane::SIZED`](super::Pane::SIZED).
        cursor: usize,
    },
    /// The themes, each shown at once.
    Themes {
        /// The theme under the cursor, a place in [`State::themes`](super::State::themes).
        cursor: usize,
        /// The name of the theme to go back to.
        before: String,
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
