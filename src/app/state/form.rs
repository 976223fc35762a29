//! A form: a few named fields to fill in, then something is done with them.

use crate::case::Target;
use crate::domain::{Entity, TimeRange, Timestamp};

use super::input::Input;

/// One field of a form.
#[derive(Debug, Clone, PartialEq)]
pub struct FormField {
    /// Its name.
    pub name: &'static str,
    /// What is filled in.
    pub entry: Entry,
    /// Whether it may stay empty.
    pub required: bool,
}

/// What is filled in.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// A line of text.
    Text(Input),
    /// One of some words.
    Choice {
        /// The words.
        words: &'static [&'static str],
        /// The chosen one.
        chosen: usize,
    },
}

/// What a form is for.
#[derive(Debug, Clone, PartialEq)]
pub enum Purpose {
    /// A label on one or several entities.
    Label(Vec<Entity>),
    /// Taking a label off one or several.
    Unlabel(Vec<Entity>),
    /// A note.
    Note(Target),
    /// A finding about these entities with the current view as its evidence.
    Finding(Vec<Entity>),
    /// A verdict on a finding.
    Verdict(String),
    /// A question.
    Question,
    /// The answer to a question.
    Answer(String),
    /// What links are followed.
    Links,
    /// A name for a view of the trail.
    NameNode(usize),
    /// A text to search for.
    Search,
    /// A text to search for in the fields or in a list.
    SearchList,
    /// A window of time to compare with.
    Compare,
    /// A time range.
    TimeRange,
    /// A name for a time range.
    NameRange(TimeRange),
    /// The column by which the histogram is to be split.
    Stack,
    /// How much before and after a row, and of what.
    Around(Around),
    /// How and where to things are copied.
    CopyStyle,
    /// A name for the mapping, to be saved as a profile.
    SaveProfile,
}

/// A row around which others are wanted.
#[derive(Debug, Clone, PartialEq)]
pub struct Around {
    /// The row.
    pub row_id: i64,
    /// Its time.
    pub time: Timestamp,
    /// The entities that it names.
    pub entities: Vec<Entity>,
}

/// A form.
#[derive(Debug, Clone, PartialEq)]
pub struct Form {
    /// What it is for.
    pub purpose: Purpose,
    /// Its title; may quote an extract.
    pub title: String,
    /// Its fields.
    pub fields: Vec<FormField>,
    /// What `Tab` puts into the first field, where that is offered. May quote an extract.
    pub offered: Vec<String>,
    /// The field under edit.
    pub at: usize,
    /// What is wrong with what was filled in.
    pub error: Option<String>,
}

impl FormField {
    /// A line of text.
    pub fn text(name: &'static str, required: bool, text: impl Into<String>) -> FormField {
        FormField { name, entry: Entry::Text(Input::new(text)), required }
    }

    /// A choice.
    pub fn choice(name: &'static str, words: &'static [&'static str], chosen: usize) -> FormField {
        FormField { name, entry: Entry::Choice { words, chosen }, required: true }
    }

    /// What was filled in, without blanks around it.
    pub fn value(&self) -> &str {
        match &self.entry {
            Entry::Text(input) => input.text().trim(),
            Entry::Choice { words, chosen } => words.get(*chosen).copied().unwrap_or_default(),
        }
    }
}

impl Form {
    /// An empty form.
    pub fn new(purpose: Purpose, title: impl Into<String>, fields: Vec<FormField>) -> Form {
        Form { purpose, title: title.into(), fields, offered: Vec::new(), at: 0, error: None }
    }

    /// The same form, in which `Tab` goes through these texts.
    #[must_use]
    pub fn offering(mut self, offered: Vec<String>) -> Form {
        self.offered = offered;
        self
    }

    /// Puts the next of the offered texts into the first field, `forward` or backward: the first one that begins with what was typed,
    /// then the others. Whether something is offered there.
    pub fn complete(&mut self, forward: bool) -> bool {
        if self.offered.is_empty() || self.at != 0 {
            return false;
        }
        let Some(Entry::Text(input)) = self.fields.first_mut().map(|field| &mut field.entry) else { return false };
        let count = self.offered.len();
        let typed = input.text().trim().to_lowercase();
        let at = match self.offered.iter().position(|offered| offered.to_lowercase() == typed) {
            Some(at) if forward => (at + 1) % count,
            Some(at) => (at + count - 1) % count,
            None => self.offered.iter().position(|offered| offered.to_lowercase().starts_with(&typed)).unwrap_or(0),
        };
        if let Some(next) = self.offered.get(at) {
            *input = Input::new(next.clone());
        }
        true
    }

    /// What was filled into the field of this name; nothing where there is no such field.
    pub fn value(&self, name: &str) -> &str {
        self.fields.iter().find(|field| field.name == name).map_or("", FormField::value)
    }
}
