//! What each piece of a filter's text is, for colours while it is typed.

use std::ops::Range;

use crate::domain::Schema;

use super::ast::Node;
use super::check::checked;
use super::parse::parse_marked;

/// What a piece of a filter's text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The name of a column.
    Field,
    /// What stands between the name and the value.
    Operator,
    /// A value, or several.
    Value,
    /// `and`, `or`, `not`, `-` and parentheses.
    Keyword,
    /// A text to search for.
    Text,
    /// A mistake. The range is empty where something is missing at the end.
    Error,
}

/// The pieces of a filter's text in order, in bytes, without overlaps; what is in none of them is space, or stands after a mistake in the
/// syntax. Every name and value that does not fit the columns is a piece of its own.
pub fn highlight(text: &str, schema: &Schema) -> Vec<(Range<usize>, Part)> {
    let (result, mut marks) = parse_marked(text);
    let mut errors = Vec::new();
    match result {
        Ok(root) => {
            if let Some(root) = root {
                mistakes(&root, schema, &mut errors);
            }
        }
        Err(error) => errors.push(error.span),
    }
    for error in errors {
        marks = marks.into_iter().flat_map(|(range, part)| without(range, &error).map(move |range| (range, part))).collect();
        marks.push((error, Part::Error));
    }
    marks.sort_by_key(|(range, _)| (range.start, range.end));
    marks
}

/// What is left of a range without another one.
fn without(range: Range<usize>, hole: &Range<usize>) -> impl Iterator<Item = Range<usize>> + use<> {
    let before = range.start..range.end.min(hole.start);
    let after = range.start.max(hole.end)..range.end;
    let apart = range.end <= hole.start || range.start >= hole.end;
    let pieces = if apart { [range, 0..0] } else { [before, after] };
    pieces.into_iter().filter(|piece| !piece.is_empty())
}

fn mistakes(node: &Node, schema: &Schema, into: &mut Vec<Range<usize>>) {
    match node {
        Node::All(members) | Node::Any(members) => members.iter().for_each(|member| mistakes(member, schema, into)),
        Node::Not(inner) => mistakes(inner, schema, into),
        Node::Term(term) => into.extend(checked(term, schema).err().map(|error| error.span)),
    }
}
