//! The filter language: `account:acct_17 status:429,401 -ip:10.0.0.0/8 latency>500 user_agent~"(?i)python" "ignore previous"`.

mod ast;
mod check;
mod cidr;
mod compile;
mod complete;
mod highlight;
mod moment;
pub(crate) mod nearest;
mod parse;
mod print;
mod scan;

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::domain::{Role, Schema, Seal, TimeRange, Timestamp, Value};

pub(crate) use ast::Pattern;
use ast::{Comparison, Node, Span, Term, Test, Word};
pub(crate) use compile::{column_named, condition, contains_text, display_value, in_range, matches_pattern};
pub use complete::{Completion, complete};
pub use highlight::{Part, highlight};
pub(crate) use moment::parse_duration;

/// A filter that has been read. The default lets every row through. Two filters are equal when they say the same, wherever it stands in
/// their texts. `Display` prints the text that reads back as the same filter.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filter {
    pub(crate) root: Option<Node>,
}

/// A mistake in a filter, and where it stands. The message may hold text from the filter: draw it only through `SafeText`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterError {
    /// Where, in bytes of the filter's text. Empty at the place where something is missing, and `0..0` for what no text says (a sort
    /// column, the view's time range).
    pub span: Range<usize>,
    /// What is wrong and what to do.
    pub message: String,
    /// The nearest name that would have been right.
    pub nearest: Option<String>,
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.nearest {
            Some(name) => write!(f, "; did you mean {name}?"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for FilterError {}

impl FilterError {
    pub(crate) fn new(span: Range<usize>, message: impl Into<String>) -> FilterError {
        FilterError { span, message: message.into(), nearest: None }
    }
}

/// The regular expression that fits the addresses of a network such as `10.0.0.0/8`; nothing for what is no network.
pub(crate) fn network_pattern(text: &str) -> Option<String> {
    cidr::network(text)?.ok().map(cidr::pattern)
}

impl Filter {
    /// Reads a filter: syntax only. An empty text is the filter that lets every row through.
    pub fn parse(text: &str) -> Result<Filter, FilterError> {
        parse::parse(text).map(|root| Filter { root })
    }

    /// Checks names, kinds of values, regular expressions and networks against the columns of an extract.
    pub fn check(&self, schema: &Schema) -> Result<(), FilterError> {
        self.root.as_ref().map_or(Ok(()), |root| check::check(root, schema))
    }

    /// The same filter with fingerprints in the place of secrets: what stands in the extract.
    #[must_use]
    pub fn sealed(&self, seal: &Seal) -> Filter {
        match seal.mask(&self.to_string()) {
            Cow::Borrowed(_) => self.clone(),
            Cow::Owned(text) => Filter::parse(&text).unwrap_or_else(|_| self.clone()),
        }
    }

    /// Whether it lets every row through because it asks nothing.
    pub const fn is_all(&self) -> bool {
        self.root.is_none()
    }

    /// The rows that both let through.
    #[must_use]
    pub fn and(self, other: Filter) -> Filter {
        let root = match (self.root, other.root) {
            (Some(left), Some(right)) => Some(Node::all(left, right)),
            (left, right) => left.or(right),
        };
        Filter { root }
    }

    /// The rows that it does not let through.
    #[must_use]
    pub fn negated(self) -> Filter {
        match self.root {
            // Taking a `not` away instead of adding a second one keeps what the analyst reads short.
            Some(Node::Not(inner)) => Filter { root: Some(*inner) },
            Some(node) => Filter { root: Some(Node::Not(Box::new(node))) },
            // Nothing is outside everything; a row always has a number.
            None => Filter::keep(Schema::ROW_ID, &Value::Null),
        }
    }

    /// The conditions that are joined by `and` at the top, each as a filter of its own.
    pub fn terms(&self) -> Vec<Filter> {
        let of = |node: &Node| Filter { root: Some(node.clone()) };
        match &self.root {
            None => Vec::new(),
            Some(Node::All(members)) => members.iter().map(of).collect(),
            Some(node) => vec![of(node)],
        }
    }

    /// `field:value`: the rows whose `field` is exactly `value`, or has no value for NULL.
    pub fn keep(field: &str, value: &Value) -> Filter {
        let has_none = matches!(value, Value::Null);
        let parts = if has_none { vec![String::new(), String::new()] } else { vec![value.to_plain()] };
        let field = Word { span: Span::default(), text: field.to_owned() };
        let pattern = Pattern { span: Span::default(), parts };
        let is = Node::Term(Term { span: Span::default(), test: Test::Is(field, vec![pattern]) });
        Filter { root: Some(if has_none { Node::Not(Box::new(is)) } else { is }) }
    }

    /// `field:a,b`: the rows whose `field` is one of `values`; NULL among them stands for having no value. No row for no values.
    pub fn keep_any(field: &str, values: &[Value]) -> Filter {
        let parts = values.iter().filter(|value| !value.is_null());
        let patterns: Vec<Pattern> =
            parts.map(|value| Pattern { span: Span::default(), parts: vec![value.to_plain()] }).collect();
        let word = Word { span: Span::default(), text: field.to_owned() };
        let is = (!patterns.is_empty()).then(|| Node::Term(Term { span: Span::default(), test: Test::Is(word, patterns) }));
        let none = values.iter().any(Value::is_null).then(|| Filter::keep(field, &Value::Null).root).flatten();
        match (is, none) {
            (Some(is), Some(none)) => Filter { root: Some(Node::any(is, none)) },
            (None, None) => Filter::keep(Schema::ROW_ID, &Value::Null),
            (is, none) => Filter { root: is.or(none) },
        }
    }

    /// The rows that `keep_any` would not show.
    pub fn drop_any(field: &str, values: &[Value]) -> Filter {
        let given: Vec<Value> = values.iter().filter(|value| !value.is_null()).cloned().collect();
        let dropped = if given.is_empty() { Filter::default() } else { Filter::keep_any(field, &given).negated() };
        match values.iter().any(Value::is_null) {
            true => dropped.and(Filter::drop(field, &Value::Null)),
            false => dropped,
        }
    }

    /// `field>=from field<to`: the rows whose `field` lies from `from` on and before `to`; NULL is an open end.
    pub fn between(field: &str, from: &Value, to: &Value) -> Filter {
        let side = |comparison: Comparison, value: &Value| {
            let word = |text: String| Word { span: Span::default(), text };
            let test = Test::Compares(word(field.to_owned()), comparison, word(value.to_plain()));
            (!value.is_null()).then(|| Filter { root: Some(Node::Term(Term { span: Span::default(), test })) })
        };
        let sides = [side(Comparison::AtLeast, from), side(Comparison::Below, to)];
        sides.into_iter().flatten().fold(Filter::default(), Filter::and)
    }

    /// The fields that it compares, as they are written.
    pub fn fields(&self) -> Vec<&str> {
        let mut found = Vec::new();
        self.walk(&mut |test| {
            if let Test::Is(field, _) | Test::Matches(field, _) | Test::Compares(field, ..) = test {
                found.push(field.text.as_str());
            }
        });
        found
    }

    /// Whether it asks the case: for labels, pins or findings.
    pub fn asks_case(&self) -> bool {
        let mut asks = false;
        self.walk(&mut |test| asks |= matches!(test, Test::Label(_) | Test::Pinned | Test::Finding(_)));
        asks
    }

    fn walk<'f>(&'f self, take: &mut dyn FnMut(&'f Test)) {
        fn inner<'f>(node: &'f Node, take: &mut dyn FnMut(&'f Test)) {
            match node {
                Node::All(members) | Node::Any(members) => members.iter().for_each(|member| inner(member, take)),
                Node::Not(member) => inner(member, take),
                Node::Term(term) => take(&term.test),
            }
        }
        if let Some(root) = &self.root {
            inner(root, take);
        }
    }

    /// Whether some condition of it is about the time.
    pub fn bounds_time(&self, schema: &Schema) -> bool {
        fn asks(node: &Node, schema: &Schema) -> bool {
            match node {
                Node::All(members) | Node::Any(members) => members.iter().any(|member| asks(member, schema)),
                Node::Not(inner) => asks(inner, schema),
                Node::Term(term) => match &term.test {
                    Test::Is(field, _) | Test::Matches(field, _) | Test::Compares(field, _, _) => {
                        schema.column(&field.text).is_some_and(|column| column.role == Some(Role::Time))
                    }
                    Test::Search(_) | Test::Label(_) | Test::Pinned | Test::Finding(_) => false,
                },
            }
        }
        self.root.as_ref().is_some_and(|root| asks(root, schema))
    }

    /// The texts that rows are searched for, to be marked where they stand: bare texts, and the literal pieces of values with stars.
    /// What is negated is not among them.
    pub fn sought(&self) -> Vec<&str> {
        let mut texts = Vec::new();
        let mut nodes: Vec<&Node> = self.root.iter().collect();
        while let Some(node) = nodes.pop() {
            match node {
                Node::All(members) | Node::Any(members) => nodes.extend(members.iter().rev()),
                Node::Not(_) => {}
                Node::Term(term) => match &term.test {
                    Test::Search(pattern) => texts.extend(pattern.parts.iter()),
                    Test::Is(_, patterns) => {
                        texts
                            .extend(patterns.iter().filter(|pattern| pattern.parts.len() > 1).flat_map(|pattern| &pattern.parts));
                    }
                    _ => {}
                },
            }
        }
        texts.into_iter().map(String::as_str).filter(|text| !text.is_empty()).collect()
    }

    /// `field:*text*`: the rows whose `field` has `text` somewhere in it, in just these letters.
    pub fn containing(field: &str, text: &str) -> Filter {
        let field = Word { span: Span::default(), text: field.to_owned() };
        let parts = if text.is_empty() { vec![String::new(); 2] } else { vec![String::new(), text.to_owned(), String::new()] };
        let is =
            Node::Term(Term { span: Span::default(), test: Test::Is(field, vec![Pattern { span: Span::default(), parts }]) });
        Filter { root: Some(is) }
    }

    /// `field:part*part*part`: the rows whose `field` has these parts in this order from its beginning to its end, and anything between
    /// them, in just these letters. One part is the whole value. Empty parts count only at the beginning and at the end.
    pub fn fitting(field: &str, parts: &[String]) -> Filter {
        let last = parts.len().saturating_sub(1);
        let kept = |(at, part): (usize, &String)| (at == 0 || at == last || !part.is_empty()).then(|| part.clone());
        let mut parts: Vec<String> = parts.iter().enumerate().filter_map(kept).collect();
        if parts.is_empty() {
            parts = vec![String::new(); 2];
        }
        let field = Word { span: Span::default(), text: field.to_owned() };
        let pattern = Pattern { span: Span::default(), parts };
        Filter { root: Some(Node::Term(Term { span: Span::default(), test: Test::Is(field, vec![pattern]) })) }
    }

    /// The rows that `keep` would not show.
    pub fn drop(field: &str, value: &Value) -> Filter {
        Filter::keep(field, value).negated()
    }
}

/// Reads a time range as `time:` takes it: `A..B`, a day, a minute, or `-1h` back from the extract's last row.
pub fn time_range(text: &str, last: Option<Timestamp>) -> Result<TimeRange, FilterError> {
    let text = text.trim();
    let stretch = moment::parse_stretch(text).ok_or_else(|| {
        FilterError::new(
            0..text.len(),
            format!("'{text}' is not a time range; write 2023-07-10..2023-07-11, 2023-07-10T11:42 or -1h"),
        )
    })?;
    stretch.resolve(last).ok_or_else(|| FilterError::new(0..text.len(), "no row of this extract has a time to count back from"))
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.root.as_ref().map_or(Ok(()), |root| print::print(root, f))
    }
}

impl FromStr for Filter {
    type Err = FilterError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Filter::parse(text)
    }
}

impl Serialize for Filter {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Filter {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests;
