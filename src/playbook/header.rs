//! The header of a playbook: TOML in its leading comments, then its documentation.

use std::collections::BTreeMap;
use std::str::FromStr;

use serde::Deserialize;
use toml::Spanned;

use super::param::{ParamKind, ParamSpec, ParamValue};
use super::{Origin, Playbook};
use crate::domain::Role;

/// What is wrong with a header, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct HeaderError {
    /// The line of the file, counted from 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawHeader {
    id: Spanned<String>,
    title: String,
    question: String,
    severity: Spanned<String>,
    entity: Spanned<String>,
    roles: Vec<Spanned<String>>,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    references: Vec<String>,
    #[serde(default)]
    params: BTreeMap<Spanned<String>, Spanned<RawParam>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawParam {
    #[serde(rename = "type")]
    kind: String,
    default: toml::Value,
    min: Option<toml::Value>,
    max: Option<toml::Value>,
    #[serde(default)]
    help: String,
}

/// The line that ends the TOML and begins the documentation.
const RULE: &str = "---";

/// A file in its parts.
struct Parts {
    /// One line for each line of the file up to the end of the TOML, so that line numbers agree.
    toml: String,
    doc: String,
    sql: String,
    sql_line: usize,
}

fn split(text: &str) -> Parts {
    let mut parts = Parts { toml: String::new(), doc: String::new(), sql: String::new(), sql_line: 1 };
    let mut in_doc = false;
    let mut lines = text.lines().enumerate();
    for (number, line) in lines.by_ref() {
        let comment = match line.trim().strip_prefix("--") {
            Some(comment) => comment.strip_prefix(' ').unwrap_or(comment),
            None if line.trim().is_empty() => "",
            None => {
                parts.sql_line = number + 1;
                parts.sql.push_str(line);
                parts.sql.push('\n');
                break;
            }
        };
        if !in_doc && comment.trim_end() == RULE {
            in_doc = true;
            continue;
        }
        let part = if in_doc { &mut parts.doc } else { &mut parts.toml };
        part.push_str(comment);
        part.push('\n');
    }
    for (_, line) in lines {
        parts.sql.push_str(line);
        parts.sql.push('\n');
    }
    parts
}

pub(super) fn parse(text: &str) -> Result<Playbook, HeaderError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let parts = split(text);
    let line_at = |at: usize| parts.toml.get(..at).map_or(1, |before| before.matches('\n').count() + 1);
    let wrong = |at: usize, message: String| HeaderError { line: line_at(at), message };
    if parts.toml.trim().is_empty() {
        let message = "there is no header; begin the file with '-- id = \"…\"' and the other keys of a playbook".to_owned();
        return Err(HeaderError { line: 1, message });
    }
    let raw: RawHeader = toml::from_str(&parts.toml)
        .map_err(|error| wrong(error.span().map_or(0, |span| span.start), error.message().replace('\n', " ")))?;

    let id = raw.id.get_ref();
    if id.is_empty() || !id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-') {
        return Err(wrong(raw.id.span().start, format!("the id '{id}' may hold lower-case letters, digits and '-' only")));
    }
    let entity: Role = word(&raw.entity, line_at)?;
    if !entity.is_entity() {
        return Err(wrong(
            raw.entity.span().start,
            format!("the role {entity} does not name entities, so nothing can be accused in it"),
        ));
    }
    let roles = raw.roles.iter().map(|role| word(role, line_at)).collect::<Result<Vec<Role>, _>>()?;
    if parts.sql.trim().is_empty() {
        let line = text.lines().count().max(1);
        return Err(HeaderError { line, message: "there is no query after the header".to_owned() });
    }
    let mut declared: Vec<_> = raw.params.into_iter().collect();
    declared.sort_by_key(|(name, _)| name.span().start);
    let mut params = Vec::new();
    for (name, raw) in declared {
        let at = name.span().start;
        params.push(param(name.into_inner(), raw.into_inner()).map_err(|message| wrong(at, message))?);
    }
    Ok(Playbook {
        id: id.clone(),
        title: raw.title,
        question: raw.question,
        severity: word(&raw.severity, line_at)?,
        entity,
        roles,
        tags: raw.tags,
        references: raw.references,
        params,
        doc: parts.doc.trim().to_owned(),
        sql: parts.sql,
        sql_line: parts.sql_line,
        origin: Origin::BuiltIn,
    })
}

fn word<T>(word: &Spanned<String>, line_at: impl Fn(usize) -> usize) -> Result<T, HeaderError>
where
    T: FromStr,
    T::Err: ToString,
{
    word.get_ref().parse().map_err(|error: T::Err| HeaderError { line: line_at(word.span().start), message: error.to_string() })
}

fn param(name: String, raw: RawParam) -> Result<ParamSpec, String> {
    let fits = name.chars().next().is_some_and(|c| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if !fits {
        return Err(format!("the parameter '{name}' may hold lower-case letters, digits and '_' only, a letter first"));
    }
    let kind = ParamKind::ALL.into_iter().find(|kind| kind.name() == raw.kind).ok_or_else(|| {
        let known = ParamKind::ALL.map(ParamKind::name).join(", ");
        format!("the parameter '{name}' has the type '{}'; the types are {known}", raw.kind)
    })?;
    let bound = |key: &str, value: Option<toml::Value>| match value {
        None => Ok(None),
        Some(_) if !matches!(kind, ParamKind::Integer | ParamKind::Real) => {
            Err(format!("'{key}' of the parameter '{name}' means nothing for the type {kind}"))
        }
        Some(toml::Value::Integer(number)) => Ok(Some(number as f64)),
        Some(toml::Value::Float(number)) => Ok(Some(number)),
        Some(_) => Err(format!("'{key}' of the parameter '{name}' is not a number")),
    };
    let (min, max) = (bound("min", raw.min)?, bound("max", raw.max)?);
    let default = match raw.default {
        toml::Value::Integer(number) => ParamValue::Integer(number),
        toml::Value::Float(number) => ParamValue::Real(number),
        toml::Value::String(text) => ParamValue::Text(text),
        toml::Value::Boolean(flag) => ParamValue::Boolean(flag),
        _ => return Err(format!("the default of the parameter '{name}' is neither a number, a text nor a boolean")),
    };
    let mut spec = ParamSpec { name, kind, default: default.clone(), min, max, help: raw.help };
    spec.default = spec.accept(default).map_err(|error| format!("the default does not fit: {error}"))?;
    Ok(spec)
}
