//! YAML with places: the documents of a file as trees whose nodes know the line that they stand on.

use saphyr_parser::{Event, Parser, ScalarStyle, Span};

use super::SigmaError;

/// A node of a document.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    /// The line that it begins on, counted from 1.
    pub(super) line: usize,
    pub(super) data: Data,
}

/// What a node is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Data {
    Scalar(Scalar),
    List(Vec<Node>),
    Map(Vec<Pair>),
}

/// A key with its value.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pair {
    pub(super) key: String,
    pub(super) line: usize,
    pub(super) node: Node,
}

/// A single value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Scalar {
    Null,
    Boolean(bool),
    Integer(i64),
    Real(f64),
    Text(String),
}

impl Scalar {
    fn read(text: &str, style: ScalarStyle) -> Scalar {
        if style != ScalarStyle::Plain {
            return Scalar::Text(text.to_owned());
        }
        // The core schema of YAML 1.2; a number with a leading zero is an identifier in logs as often as not.
        let padded =
            text.trim_start_matches('-').len() > 1 && text.trim_start_matches('-').starts_with('0') && !text.contains('.');
        match text {
            "" | "~" | "null" | "Null" | "NULL" => Scalar::Null,
            "true" | "True" | "TRUE" => Scalar::Boolean(true),
            "false" | "False" | "FALSE" => Scalar::Boolean(false),
            _ if padded => Scalar::Text(text.to_owned()),
            _ => match (text.parse::<i64>(), text.parse::<f64>()) {
                (Ok(number), _) => Scalar::Integer(number),
                (_, Ok(number)) if number.is_finite() && text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)) => {
                    Scalar::Real(number)
                }
                _ => Scalar::Text(text.to_owned()),
            },
        }
    }

    /// The value as text.
    pub(super) fn plain(&self) -> String {
        match self {
            Scalar::Null => String::new(),
            Scalar::Boolean(flag) => flag.to_string(),
            Scalar::Integer(number) => number.to_string(),
            Scalar::Real(number) => number.to_string(),
            Scalar::Text(text) => text.clone(),
        }
    }
}

impl Node {
    /// The value of a key.
    pub(super) fn get(&self, key: &str) -> Option<&Pair> {
        match &self.data {
            Data::Map(pairs) => pairs.iter().find(|pair| pair.key == key),
            _ => None,
        }
    }

    /// The text of a key's single value; nothing where it is not there or not single.
    pub(super) fn text(&self, key: &str) -> Option<String> {
        match &self.get(key)?.node.data {
            Data::Scalar(scalar) => Some(scalar.plain()),
            _ => None,
        }
    }

    /// The texts of a key's value: a list, or one.
    pub(super) fn texts(&self, key: &str) -> Vec<String> {
        self.get(key).map(|pair| pair.node.scalars()).unwrap_or_default().into_iter().map(|(scalar, _)| scalar.plain()).collect()
    }

    /// The single values of a list, or the one that it is, each with its line.
    pub(super) fn scalars(&self) -> Vec<(&Scalar, usize)> {
        match &self.data {
            Data::Scalar(scalar) => vec![(scalar, self.line)],
            Data::List(items) => items.iter().flat_map(Node::scalars).collect(),
            Data::Map(_) => Vec::new(),
        }
    }
}

/// Brackets, lists and maps inside each other, at most.
const DEEPEST: usize = 32;

/// What is being read: a list, or a map with the key whose value comes next.
enum Open {
    List(usize, Vec<Node>),
    Map(usize, Vec<Pair>, Option<(String, usize)>),
}

/// The documents of a text.
pub(super) fn documents(text: &str) -> Result<Vec<Node>, SigmaError> {
    let mut documents = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    for event in Parser::new_from_str(text) {
        let (event, span): (Event<'_>, Span) =
            event.map_err(|error| SigmaError::new(error.marker().line(), "", format!("this is no YAML: {}", error.info())))?;
        let line = span.start.line();
        let done = match event {
            Event::Scalar(text, style, ..) => Node { line, data: Data::Scalar(Scalar::read(&text, style)) },
            Event::SequenceStart(..) | Event::MappingStart(..) => {
                if open.len() >= DEEPEST {
                    return Err(SigmaError::new(line, "", format!("more than {DEEPEST} levels are not read")));
                }
                if matches!(open.last(), Some(Open::Map(_, _, None))) {
                    return Err(SigmaError::new(line, "", "a key must be a text"));
                }
                open.push(match event {
                    Event::SequenceStart(..) => Open::List(line, Vec::new()),
                    _ => Open::Map(line, Vec::new(), None),
                });
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => match open.pop() {
                Some(Open::List(line, items)) => Node { line, data: Data::List(items) },
                Some(Open::Map(line, pairs, _)) => Node { line, data: Data::Map(pairs) },
                None => continue,
            },
            Event::Alias(_) => return Err(SigmaError::new(line, "", "references (*name) are not read; write the value out")),
            _ => continue,
        };
        match open.last_mut() {
            None => documents.push(done),
            Some(Open::List(_, items)) => items.push(done),
            Some(Open::Map(_, pairs, key)) => match key.take() {
                Some((key, line)) => pairs.push(Pair { key, line, node: done }),
                None => {
                    let Data::Scalar(scalar) = &done.data else { continue };
                    let name = scalar.plain();
                    if pairs.iter().any(|pair| pair.key == name) {
                        return Err(SigmaError::new(done.line, &name, "this key stands twice here; only one would count"));
                    }
                    *key = Some((name, done.line));
                }
            },
        }
    }
    Ok(documents)
}
