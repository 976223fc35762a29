//! Copying out of the program: what is handed out, in which form, and where to.

use crate::report::sheet::SheetForm;

/// Where what is copied goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Destination {
    /// To the clipboard of the terminal, however far away that is.
    #[default]
    Clipboard,
    /// Into a file among the exports of the case.
    File,
}

impl Destination {
    /// The words for them.
    pub const WORDS: &'static [&'static str] = &["clipboard", "file"];
}

/// How and where to rows and lists are copied, until that is changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CopyStyle {
    /// In which form.
    pub form: SheetForm,
    /// Where to.
    pub to: Destination,
}

/// A text to hand out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handout {
    /// What it is, in a few words that go on a line: `3 rows as tsv`. Quotes no extract.
    pub what: String,
    /// The text. Nothing in it may be obeyed by a terminal that it is pasted into.
    pub text: String,
    /// The ending of its file.
    pub ending: &'static str,
    /// Where it goes.
    pub to: Destination,
    /// What has to be said of it beside that it was handed out: that there was more.
    pub but: Option<String>,
}
