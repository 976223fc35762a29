//! The parts of a parsed filter.

use std::fmt;
use std::ops::Range;

/// Where a part stands in the text it was read from, in bytes. Two spans are always equal, so that filters are compared by what they
/// say and not by where they say it.
#[derive(Clone, Default)]
pub(crate) struct Span(pub(crate) Range<usize>);

impl PartialEq for Span {
    fn eq(&self, _other: &Span) -> bool {
        true
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

/// A filter as a tree. `and` and `or` have two members or more and never stand directly in their like: [`Node::all`] and [`Node::any`]
/// keep it so.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    /// Every member holds.
    All(Vec<Node>),
    /// One member holds.
    Any(Vec<Node>),
    /// The member does not hold (also where it is unknown for want of a value).
    Not(Box<Node>),
    /// One condition.
    Term(Term),
}

impl Node {
    /// `and` of two nodes.
    pub(crate) fn all(left: Node, right: Node) -> Node {
        let mut members = Vec::new();
        for side in [left, right] {
            match side {
                Node::All(inner) => members.extend(inner),
                other => members.push(other),
            }
        }
        Node::All(members)
    }

    /// `or` of two nodes.
    pub(crate) fn any(left: Node, right: Node) -> Node {
        let mut members = Vec::new();
        for side in [left, right] {
            match side {
                Node::Any(inner) => members.extend(inner),
                other => members.push(other),
            }
        }
        Node::Any(members)
    }
}

/// One condition.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Term {
    /// The whole of it.
    pub(crate) span: Span,
    /// What it asks.
    pub(crate) test: Test,
}

/// What a condition asks.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Test {
    /// A text anywhere in the row, without regard to case.
    Search(Pattern),
    /// `field:a,b`.
    Is(Field, Vec<Pattern>),
    /// `field~regex`.
    Matches(Field, Word),
    /// `field>value`.
    Compares(Field, Comparison, Word),
    /// `label:a,b`; a lone `*` is any label.
    Label(Vec<Pattern>),
    /// `pinned:yes`.
    Pinned,
    /// `finding:a,b`.
    Finding(Vec<Word>),
}

/// The name of a column.
pub(crate) type Field = Word;

/// A text and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Word {
    /// Where it stands, quotes included.
    pub(crate) span: Span,
    /// What it says, without quotes and escapes.
    pub(crate) text: String,
}

/// A value that may hold `*`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pattern {
    /// Where it stands.
    pub(crate) span: Span,
    /// The literal texts between the stars: one for a value without stars, one more than there are stars otherwise. Only the first and
    /// the last of several may be empty.
    pub(crate) parts: Vec<String>,
}

impl Pattern {
    /// Reads a value in which `*` is any text, `\*` a star and `\\` a backslash, and everything else stands for itself.
    pub(crate) fn globbed(text: &str) -> Pattern {
        let mut parts = vec![String::new()];
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            if character == '*' {
                if parts.len() == 1 || parts.last().is_some_and(|last| !last.is_empty()) {
                    parts.push(String::new());
                }
                continue;
            }
            let literal =
                if character == '\\' { characters.next_if(|next| matches!(next, '*' | '\\')).unwrap_or('\\') } else { character };
            if let Some(last) = parts.last_mut() {
                last.push(literal);
            }
        }
        Pattern { span: Span::default(), parts }
    }

    /// The value, if it has no star.
    pub(crate) fn literal(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }

    /// Whether it is a lone `*`.
    pub(crate) fn is_anything(&self) -> bool {
        self.parts.len() == 2 && self.parts.iter().all(String::is_empty)
    }
}

/// `>`, `>=`, `<`, `<=`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    /// `>`
    Above,
    /// `>=`
    AtLeast,
    /// `<`
    Below,
    /// `<=`
    AtMost,
}

impl Comparison {
    /// The operator, the same in the filter language and in SQL.
    pub(crate) const fn symbol(self) -> &'static str {
        match self {
            Comparison::Above => ">",
            Comparison::AtLeast => ">=",
            Comparison::Below => "<",
            Comparison::AtMost => "<=",
        }
    }
}
