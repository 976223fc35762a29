//! Which column a field of a rule is.

use crate::domain::{Kind, Role};

use super::Options;

/// A field, as SQL reads it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Column {
    /// The quoted column.
    pub(super) ident: String,
    /// What it holds; nothing where no extract says.
    pub(super) kind: Option<Kind>,
    /// The role that it is of.
    pub(super) role: Option<Role>,
    /// A path in it, where the field is inside a JSON column.
    pub(super) path: Option<String>,
}

/// Looks fields up.
#[derive(Debug)]
pub struct Fields;

impl Fields {
    /// The column of a field: by the aliases that were given, by the extract's columns, by the names of roles; `a.b.c` also as a path inside a
    /// JSON column `a`.
    pub(super) fn find(name: &str, options: &Options<'_>) -> Result<Column, String> {
        let alias = options.aliases.iter().find(|(field, _)| field == name);
        let alias = alias.or_else(|| options.aliases.iter().find(|(field, _)| field.eq_ignore_ascii_case(name)));
        match alias {
            Some((_, target)) if target != name => Fields::column(target, options).or_else(|_| Fields::column(name, options)),
            _ => Fields::column(name, options),
        }
    }

    fn column(name: &str, options: &Options<'_>) -> Result<Column, String> {
        if let Some(schema) = options.schema {
            if let Some(column) = schema.column(name).filter(|column| column.source.is_some() || column.name == "row_id") {
                return Ok(Column { ident: quoted(&column.name), kind: Some(column.kind), role: column.role, path: None });
            }
            if let Some((head, rest)) = name.split_once('.')
                && let Some(column) = schema.column(head).filter(|column| column.kind.is_textual() && column.source.is_some())
            {
                return Ok(Column { ident: quoted(&column.name), kind: Some(Kind::Text), role: None, path: Some(path(rest)) });
            }
            if let Ok(role) = name.parse::<Role>() {
                return Err(format!("this extract has no {role}; map a column onto it with --map {role}=COLUMN"));
            }
            let columns: Vec<&str> = schema.filled().map(|column| column.name.as_str()).collect();
            return Err(format!(
                "no column is '{name}'; say which one it is with --field {name}=COLUMN (there are {})",
                columns.join(" ")
            ));
        }
        if let Ok(role) = name.to_ascii_lowercase().parse::<Role>() {
            return Ok(Column { ident: quoted(role.name()), kind: Some(role.kind()), role: Some(role), path: None });
        }
        if let Some((head, rest)) = name.split_once('.') {
            return Ok(Column { ident: quoted(head), kind: Some(Kind::Text), role: None, path: Some(path(rest)) });
        }
        Ok(Column { ident: quoted(name), kind: None, role: None, path: None })
    }
}

/// A quoted identifier.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// `a.b` as a path of JSON.
fn path(rest: &str) -> String {
    rest.split('.').fold("$".to_owned(), |path, part| format!("{path}.\"{}\"", part.replace('"', "")))
}
