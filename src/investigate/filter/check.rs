//! Checks a filter against the columns of an extract: what each condition asks of which column.

use crate::domain::{Column, Kind, Role, Schema};

use super::FilterError;
use super::ast::{Comparison, Field, Node, Pattern, Span, Term, Test, Word};
use super::cidr;
use super::moment::{Moment, Stretch, parse_moment, parse_stretch};
use super::nearest::nearest;
use super::parse::CASE_WORDS;

/// A column that a condition looks at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target<'s> {
    pub(crate) name: &'s str,
    pub(crate) kind: Kind,
    pub(crate) role: Option<Role>,
}

impl<'s> From<&'s Column> for Target<'s> {
    fn from(column: &'s Column) -> Target<'s> {
        Target { name: &column.name, kind: column.kind, role: column.role }
    }
}

/// One value of a list, read as the column's kind.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Wanted<'f> {
    Anything,
    Text(&'f str),
    Pattern(&'f Pattern),
    Integer(i64),
    Real(f64),
    Boolean(bool),
    Stretch(Stretch, Span),
    /// A regular expression that fits the addresses of a network.
    Network(String),
}

/// What a value is compared with.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Bound {
    Integer(i64),
    Real(f64),
    Moment(Moment, Span),
}

/// A condition whose names and values are known to fit the columns.
#[derive(Debug, Clone)]
pub(crate) enum Checked<'f, 's> {
    Search(&'f Pattern),
    OneOf(Target<'s>, Vec<Wanted<'f>>),
    Matches(Target<'s>, &'f str),
    Compares(Target<'s>, Comparison, Bound),
    Label(&'f [Pattern]),
    Pinned,
    Finding(&'f [Word]),
    Stage(&'f [Pattern]),
}

/// Checks a whole tree.
pub(crate) fn check(node: &Node, schema: &Schema) -> Result<(), FilterError> {
    match node {
        Node::All(members) | Node::Any(members) => members.iter().try_for_each(|member| check(member, schema)),
        Node::Not(inner) => check(inner, schema),
        Node::Term(term) => checked(term, schema).map(drop),
    }
}

/// Checks one condition.
pub(crate) fn checked<'f, 's>(term: &'f Term, schema: &'s Schema) -> Result<Checked<'f, 's>, FilterError> {
    match &term.test {
        Test::Search(text) => {
            if text.literal() == Some("") {
                return Err(FilterError::new(text.span.0.clone(), "there is nothing to search for between these quotes"));
            }
            if !schema.filled().any(|column| column.kind.is_textual()) {
                return Err(FilterError::new(text.span.0.clone(), "this extract has no text columns to search in"));
            }
            Ok(Checked::Search(text))
        }
        // Logs may have a column of this name, and filters over it are older than the case's own word: the column goes first.
        Test::Is(field, values) if field.text == STAGE && find(STAGE, schema).is_none() => Ok(Checked::Stage(values)),
        Test::Is(field, values) => {
            let target = target(field, schema)?;
            let values = values.iter().map(|value| wanted(target, value)).collect::<Result<_, _>>()?;
            Ok(Checked::OneOf(target, values))
        }
        Test::Matches(field, regex) => {
            let target = target(field, schema)?;
            if regex.text.is_empty() {
                return Err(FilterError::new(
                    regex.span.0.clone(),
                    "an empty regular expression fits everything; write one, or use field:*",
                ));
            }
            // DuckDB's own expressions (RE2) are the same language but for a few corners.
            regex::RegexBuilder::new(&regex.text).size_limit(REGEX_BYTES).build().map_err(|error| {
                let reason = match error {
                    regex::Error::Syntax(text) => {
                        text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
                    }
                    regex::Error::CompiledTooBig(_) => "it is too large".to_owned(),
                    other => other.to_string(),
                };
                FilterError::new(regex.span.0.clone(), format!("this is not a regular expression: {reason}"))
            })?;
            Ok(Checked::Matches(target, &regex.text))
        }
        Test::Compares(field, comparison, value) => {
            let target = target(field, schema)?;
            Ok(Checked::Compares(target, *comparison, bound(target, *comparison, value)?))
        }
        Test::Label(labels) => Ok(Checked::Label(labels)),
        Test::Pinned => Ok(Checked::Pinned),
        Test::Finding(ids) => Ok(Checked::Finding(ids)),
    }
}

/// What a regular expression may take when it is compiled, in bytes.
const REGEX_BYTES: usize = 1 << 20;

/// The name by which a filter asks where entities stand in the case, in an extract that has no column of that name.
const STAGE: &str = "stage";

/// Every name that can stand before a `:`, the likeliest first.
pub(crate) fn names(schema: &Schema) -> impl Iterator<Item = &str> {
    schema.filled().map(|column| column.name.as_str()).chain(CASE_WORDS).chain([Schema::ROW_ID])
}

/// The column of this name, if it holds something.
pub(crate) fn find<'s>(name: &str, schema: &'s Schema) -> Option<Target<'s>> {
    schema
        .column(name)
        .filter(|column| column.source.is_some())
        .or_else(|| schema.filled().find(|column| column.name.eq_ignore_ascii_case(name)))
        .or_else(|| schema.filled().find(|column| column.source.as_deref() == Some(name)))
        .map(Target::from)
        .or_else(|| (name == Schema::ROW_ID).then_some(Target { name: Schema::ROW_ID, kind: Kind::Integer, role: None }))
}

fn target<'s>(field: &Field, schema: &'s Schema) -> Result<Target<'s>, FilterError> {
    named(&field.text, schema).map_err(|mut error| {
        error.span = field.span.0.clone();
        if error.nearest.is_none() && schema.column(&field.text).is_none() {
            error.message.push_str("; to search for the text put it in quotes");
        }
        error
    })
}

/// The column of this name, or what is wrong with the name.
pub(crate) fn named<'s>(name: &str, schema: &'s Schema) -> Result<Target<'s>, FilterError> {
    if let Some(target) = find(name, schema) {
        return Ok(target);
    }
    if let Some(role) = schema.column(name).and_then(|column| column.role) {
        let message = format!("this extract has no {role}; name the column that holds it with --map {role}=COLUMN");
        return Err(FilterError::new(0..0, message));
    }
    let mut error = FilterError::new(0..0, format!("there is no field or column '{name}'"));
    error.nearest = nearest(name, names(schema));
    Err(error)
}

fn wanted<'f>(target: Target<'_>, value: &'f Pattern) -> Result<Wanted<'f>, FilterError> {
    if value.is_anything() {
        return Ok(Wanted::Anything);
    }
    let Some(text) = value.literal() else { return Ok(Wanted::Pattern(value)) };
    let wrong = |what: &str| {
        let message = format!("{} holds {what}, and '{text}' is none", target.name);
        FilterError::new(value.span.0.clone(), message)
    };
    match target.kind {
        Kind::Text if target.role == Some(Role::Ip) => match cidr::network(text) {
            None => Ok(Wanted::Text(text)),
            Some(Ok(network)) => Ok(Wanted::Network(cidr::pattern(network))),
            Some(Err(reason)) => Err(FilterError::new(value.span.0.clone(), reason)),
        },
        Kind::Text | Kind::Json => Ok(Wanted::Text(text)),
        Kind::Integer => match whole(text) {
            Some(number) => Ok(Wanted::Integer(number)),
            None => Err(wrong("whole numbers")),
        },
        Kind::Real => real(text).map(Wanted::Real).ok_or_else(|| wrong("numbers")),
        Kind::Boolean => match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "1" => Ok(Wanted::Boolean(true)),
            "false" | "no" | "0" => Ok(Wanted::Boolean(false)),
            _ => Err(wrong("true or false")),
        },
        Kind::Time => match parse_stretch(text) {
            Some(stretch) => Ok(Wanted::Stretch(stretch, value.span.clone())),
            None => Err(FilterError::new(
                value.span.0.clone(),
                format!("'{text}' is not a time; write 2023-07-10, 2023-07-10T11:42, A..B or -24h (units s m h d w)"),
            )),
        },
    }
}

fn bound(target: Target<'_>, comparison: Comparison, value: &Word) -> Result<Bound, FilterError> {
    let wrong = |message: String| FilterError::new(value.span.0.clone(), message);
    let (name, text) = (target.name, value.text.as_str());
    match target.kind {
        Kind::Text | Kind::Json | Kind::Boolean => {
            let what = if target.kind == Kind::Boolean { "true or false" } else { "text" };
            Err(wrong(format!("{name} holds {what}; {} needs a column of numbers or times", comparison.symbol())))
        }
        Kind::Integer | Kind::Real => whole(text)
            .map(Bound::Integer)
            .or_else(|| real(text).map(Bound::Real))
            .ok_or_else(|| wrong(format!("{name} holds numbers, and '{text}' is none"))),
        Kind::Time => parse_moment(text).map(|moment| Bound::Moment(moment, value.span.clone())).ok_or_else(|| {
            wrong(format!("'{text}' is not a time; write 2023-07-10, 2023-07-10T11:42 or -24h (units s m h d w)"))
        }),
    }
}

/// A whole number, also one that is spelled `500.0`, as other programs print them.
fn whole(text: &str) -> Option<i64> {
    let digits = text
        .split_once('.')
        .filter(|(_, zeros)| !zeros.is_empty() && zeros.bytes().all(|byte| byte == b'0'))
        .map_or(text, |parts| parts.0);
    digits.parse().ok()
}

/// A finite number.
fn real(text: &str) -> Option<f64> {
    text.parse::<f64>().ok().filter(|number| number.is_finite())
}
