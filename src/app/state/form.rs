//! A form: a few named fields to fill in, then something is done with them.

use std::borrow::Cow;

use crate::domain::{Entity, TimeRange, Timestamp};

use super::editor::Editor;
use super::input::Input;

/// One field of a form.
#[derive(Debug, Clone, PartialEq)]
pub struct FormField {
    /// Its name.
    pub name: Cow<'static, str>,
    /// What is filled in.
    pub entry: Entry,
    /// Whether it has to be filled in.
    pub required: bool,
    /// What `Tab` puts into it, where that is offered. May quote an extract.
    pub offered: Vec<String>,
    /// What stands in it while it is empty.
    pub hint: &'static str,
    /// What it is about, shown while it is under edit; empty for what its name says already.
    pub about: String,
}

/// What is filled in.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// A line of text.
    Text(Input),
    /// A text of several lines.
    Long(Box<Editor>),
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
    Label {
        /// Which.
        entities: Vec<Entity>,
        /// What several of them were chosen from.
        from: String,
    },
    /// Taking a label off one or several.
    Unlabel(Vec<Entity>),
    /// A word on where one or several entities stand.
    Stage(Vec<Entity>),
    /// A finding about these entities with the current view as its evidence.
    Finding(Vec<Entity>),
    /// Another wording of a finding, by id.
    EditFinding(String),
    /// A verdict on a finding.
    Verdict(String),
    /// A question, or another wording of the one with this id.
    Question(Option<String>),
    /// The answer to a question.
    Answer(String),
    /// In which form the report is written.
    Report,
    /// A rule to be tried.
    DryRun,
    /// The parameters of a playbook, by id.
    Params(String),
    /// A verdict on whom playbooks accuse.
    Judge(Vec<Accused>),
    /// A text to search for in the playbooks and in whom they accuse.
    SearchPlaybooks,
    /// What a playbook made of the view is called.
    SavePlaybook,
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

/// Somebody on whom a verdict is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accused {
    /// Who.
    pub entity: Entity,
    /// The ids of the playbooks whose accusation is judged, the heaviest first.
    pub playbooks: Vec<String>,
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
    /// The field under edit.
    pub at: usize,
    /// What is wrong with what was filled in.
    pub error: Option<String>,
}

/// What stands in a field that nothing has to be filled into.
const EMPTY: &str = "may stay empty";

impl FormField {
    /// A line of text.
    pub fn text(name: impl Into<Cow<'static, str>>, required: bool, text: impl Into<String>) -> FormField {
        FormField {
            name: name.into(),
            entry: Entry::Text(Input::new(text)),
            required,
            offered: Vec::new(),
            hint: if required { "" } else { EMPTY },
            about: String::new(),
        }
    }

    /// A text of several lines.
    pub fn long(name: impl Into<Cow<'static, str>>, required: bool, text: &str) -> FormField {
        FormField {
            name: name.into(),
            entry: Entry::Long(Box::new(Editor::new(text))),
            required,
            offered: Vec::new(),
            hint: if required { "" } else { EMPTY },
            about: String::new(),
        }
    }

    /// A choice.
    pub fn choice(name: &'static str, words: &'static [&'static str], chosen: usize) -> FormField {
        let entry = Entry::Choice { words, chosen };
        FormField { name: name.into(), entry, required: true, offered: Vec::new(), hint: "", about: String::new() }
    }

    /// The same field with a sentence about it, shown while it is under edit.
    #[must_use]
    pub fn about(mut self, about: impl Into<String>) -> FormField {
        self.about = about.into();
        self
    }

    /// The same field, in which `Tab` goes through these texts.
    #[must_use]
    pub fn offering(mut self, offered: Vec<String>) -> FormField {
        self.offered = offered;
        self
    }

    /// The same field with a word on what is wanted, shown while it is empty.
    #[must_use]
    pub fn hinting(mut self, hint: &'static str) -> FormField {
        self.hint = hint;
        self
    }

    /// Whether it takes several lines.
    pub fn is_long(&self) -> bool {
        matches!(self.entry, Entry::Long(_))
    }

    /// Whether nothing was filled in.
    pub fn is_empty(&self) -> bool {
        match &self.entry {
            Entry::Long(editor) => editor.lines().iter().all(|line| line.trim().is_empty()),
            _ => self.value().is_empty(),
        }
    }

    /// What was filled into a line, without blanks around it, or chosen; of a text of several lines the first one.
    pub fn value(&self) -> &str {
        match &self.entry {
            Entry::Text(input) => input.text().trim(),
            Entry::Long(editor) => editor.lines().first().map_or("", |line| line.trim()),
            Entry::Choice { words, chosen } => words.get(*chosen).copied().unwrap_or_default(),
        }
    }
}

impl Form {
    /// An empty form.
    pub fn new(purpose: Purpose, title: impl Into<String>, fields: Vec<FormField>) -> Form {
        Form { purpose, title: title.into(), fields, at: 0, error: None }
    }

    /// The same form, in whose first field `Tab` goes through these texts.
    #[must_use]
    pub fn offering(mut self, offered: Vec<String>) -> Form {
        if let Some(first) = self.fields.first_mut() {
            first.offered = offered;
        }
        self
    }

    /// Puts the next of the offered texts into the field under edit, `forward` or backward: the first one that begins with what was typed,
    /// then the others. Whether something is offered there.
    pub fn complete(&mut self, forward: bool) -> bool {
        let Some(FormField { entry: Entry::Text(input), offered, .. }) = self.fields.get_mut(self.at) else { return false };
        if offered.is_empty() {
            return false;
        }
        let count = offered.len();
        let typed = input.text().trim().to_lowercase();
        let at = match offered.iter().position(|text| text.to_lowercase() == typed) {
            Some(at) if forward => (at + 1) % count,
            Some(at) => (at + count - 1) % count,
            None => offered.iter().position(|text| text.to_lowercase().starts_with(&typed)).unwrap_or(0),
        };
        if let Some(next) = offered.get(at) {
            *input = Input::new(next.clone());
        }
        true
    }

    /// What was filled into the field of this name; nothing where there is no such field.
    pub fn value(&self, name: &str) -> &str {
        self.fields.iter().find(|field| field.name == name).map_or("", FormField::value)
    }
    /// What was filled into the field of this name, line breaks and all.
    pub fn text(&self, name: &str) -> String {
        match self.fields.iter().find(|field| field.name == name) {
            Some(FormField { entry: Entry::Long(editor), .. }) => editor.text().trim_end().to_owned(),
            Some(field) => field.value().to_owned(),
            None => String::new(),
        }
    }
}
