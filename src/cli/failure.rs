//! Why a command did not do what it should: one readable message, and the exit status.

use std::io;

use crate::case::CaseError;
use crate::domain::SafeText;
use crate::engine::client::AskError;
use crate::extract::ExtractError;
use crate::investigate::FilterError;
use crate::investigate::result::{self, SqlMistake};
use crate::settings::files::FileError;

/// Why a command ended early.
#[derive(Debug)]
pub(super) enum Failure {
    /// The command line or the configuration is wrong. Exit status 2.
    Usage(String),
    /// It could not be done. Exit status 1.
    Failed(String),
    /// A filter is wrong: the message, and the filter with the mistake marked. Exit status 2.
    Filter {
        /// What is wrong.
        message: String,
        /// The filter as it was written.
        text: String,
        /// Where in it, in bytes.
        span: std::ops::Range<usize>,
    },
    /// Somebody pressed Ctrl-C. Exit status 130.
    Interrupted,
    /// A signal of this number ended the workbench; what there is to say. Exit status 128 and its number.
    Signal(i32, Option<String>),
    /// Nobody reads the output any more.
    BrokenPipe,
    /// A mistake of the program.
    Bug(color_eyre::Report),
}

impl Failure {
    /// The exit status.
    pub(super) const fn status(&self) -> i32 {
        match self {
            Failure::Usage(_) | Failure::Filter { .. } => 2,
            Failure::Failed(_) | Failure::Bug(_) => 1,
            Failure::Interrupted => 130,
            Failure::Signal(signal, _) => 128 + *signal,
            Failure::BrokenPipe => 0,
        }
    }

    /// A mistake in `filter`, marked where it stands.
    pub(super) fn filter(text: &str, error: &FilterError) -> Failure {
        Failure::Filter { message: error.to_string(), text: text.to_owned(), span: error.span.clone() }
    }

    /// What the engine says of an SQL text, marked where it stands.
    pub(super) fn of_sql(sql: &str, failure: Failure) -> Failure {
        let mistake = match failure {
            Failure::Failed(message) => result::told(sql, &message, result::LINES_BEFORE),
            other => return other,
        };
        Failure::sql(sql, &mistake)
    }

    /// A mistake in an SQL text, marked where it stands.
    pub(super) fn sql(sql: &str, mistake: &SqlMistake) -> Failure {
        let message = format!("--sql: {mistake}");
        let Some(at) = mistake.at else { return Failure::Usage(message) };
        // The line of it: a text of several lines cannot be marked as one.
        let start = sql.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |line| line + 1);
        let line = sql.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
        let word = sql
            .get(at..)
            .unwrap_or_default()
            .chars()
            .take_while(|sign| sign.is_alphanumeric() || *sign == '_')
            .map(char::len_utf8);
        let length = word.sum::<usize>().max(1);
        Failure::Filter { message, text: line.to_owned(), span: at - start..(at - start + length).min(line.len()) }
    }

    /// The message, in lines that are safe to print.
    pub(super) fn lines(&self) -> Vec<String> {
        match self {
            Failure::Usage(message) | Failure::Failed(message) => safe_lines(message),
            Failure::Filter { message, text, span } => {
                let mut lines = safe_lines(message);
                if span.end <= text.len() && !text.is_empty() && !(span.is_empty() && span.start == 0) {
                    lines.extend(marked(text, span.clone()));
                }
                lines
            }
            Failure::Interrupted => vec!["interrupted".into()],
            Failure::Signal(signal, said) => {
                let name = signal_hook::low_level::signal_name(*signal).unwrap_or("a signal");
                let said = said.as_ref().map(|said| format!("; {said}")).unwrap_or_default();
                safe_lines(&format!("ended by {name}{said}"))
            }
            Failure::BrokenPipe => Vec::new(),
            Failure::Bug(report) => safe_lines(&format!("{report:#}")),
        }
    }
}

/// A text as lines without anything that a terminal would obey. Its own line breaks stay.
fn safe_lines(text: &str) -> Vec<String> {
    text.lines().map(|line| SafeText::new(line).as_str().to_owned()).collect()
}

/// The filter, and carets below the mistake.
fn marked(text: &str, span: std::ops::Range<usize>) -> [String; 2] {
    let part = |range: std::ops::Range<usize>| SafeText::new(text.get(range).unwrap_or_default());
    let before = part(0..span.start);
    let width = part(span).width().max(1);
    [format!("  {}", SafeText::new(text)), format!("  {}{}", " ".repeat(before.width()), "^".repeat(width))]
}

impl From<SqlMistake> for Failure {
    fn from(mistake: SqlMistake) -> Failure {
        Failure::Usage(format!("--sql: {mistake}"))
    }
}

impl From<ExtractError> for Failure {
    fn from(error: ExtractError) -> Failure {
        match error {
            ExtractError::Interrupted => Failure::Interrupted,
            error if error.is_usage() => Failure::Usage(error.to_string()),
            error => Failure::Failed(error.to_string()),
        }
    }
}

impl From<CaseError> for Failure {
    fn from(error: CaseError) -> Failure {
        match error {
            CaseError::NotACase { .. } | CaseError::NotEmpty(_) => Failure::Usage(error.to_string()),
            error => Failure::Failed(error.to_string()),
        }
    }
}

impl From<AskError> for Failure {
    fn from(error: AskError) -> Failure {
        match error {
            AskError::Interrupted => Failure::Interrupted,
            AskError::Engine(error) => Failure::Failed(error.to_string()),
        }
    }
}

impl From<FileError> for Failure {
    fn from(error: FileError) -> Failure {
        Failure::Failed(error.to_string())
    }
}

impl From<io::Error> for Failure {
    /// An error of stdout: files have their own.
    fn from(error: io::Error) -> Failure {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Failure::BrokenPipe,
            _ => Failure::Failed(format!("cannot write the output: {error}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(text: &str, span: std::ops::Range<usize>) -> Vec<String> {
        Failure::Filter { message: "wrong".into(), text: text.into(), span }.lines()
    }

    #[test]
    fn a_mistake_is_marked_where_it_stands_also_behind_what_is_escaped_or_wide() {
        assert_eq!(failure("acount:x", 0..6), ["wrong", "  acount:x", "  ^^^^^^"]);
        assert_eq!(failure("ip:漢字 acount:x", 10..16)[2], "          ^^^^^^");
        assert_eq!(failure("\u{1b} acount:x", 2..8), ["wrong", "  \\x1b acount:x", "       ^^^^^^"]);
        assert_eq!(failure("(a:b", 4..4)[2], "      ^");
        assert_eq!(failure("a:b", 0..0), ["wrong"]);
        assert_eq!(failure("a:b", 0..9), ["wrong"]);
    }

    #[test]
    fn nothing_in_a_message_is_obeyed_by_a_terminal() {
        assert_eq!(Failure::Failed("cannot read a\u{1b}[2Jb\nsecond".into()).lines(), ["cannot read a\\x1b[2Jb", "second"]);
    }
}
