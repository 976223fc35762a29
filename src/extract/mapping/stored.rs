//! The raw columns of an extract as its database keeps them, and how true each is to the file.

use std::collections::HashSet;

use crate::domain::{Column, Kind, Schema};
use crate::engine::Dialect;
use crate::extract::model::Extract;
use crate::extract::plan::{RawColumn, looks_like_a_name, resolve};

/// A raw column that can be read from `requests`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Stored<'a> {
    /// Its name in the extract.
    pub(super) name: &'a str,
    /// The column of `requests` that keeps it.
    pub(super) column: &'a Column,
}

/// What a raw column lost on its way into `requests`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Loss {
    /// Nothing.
    None,
    /// It may have been a number or a truth value and is kept as text.
    Type,
    /// It is kept as a number; its spelling may have been another one.
    Spelling,
    /// It is kept as a time; its text was another one.
    Text,
}

impl<'a> Stored<'a> {
    /// Whether its values are masked until revealed.
    pub(super) fn is_sensitive(&self) -> bool {
        self.column.is_sensitive()
    }

    /// What it lost. `as_text` says that the extract's readers give nothing but text (CSV, text lines).
    pub(super) fn loss(&self, as_text: bool) -> Loss {
        match (self.column.role, self.column.kind) {
            (Some(_), Kind::Time) => Loss::Text,
            (Some(_), Kind::Integer | Kind::Real) => Loss::Spelling,
            (Some(_), _) if !as_text => Loss::Type,
            (Some(_), _) => Loss::None,
            (None, Kind::Real) if as_text => Loss::Spelling,
            (None, _) => Loss::None,
        }
    }

    /// The column as the loader would see it.
    pub(super) fn raw(&self, as_text: bool, dialect: &dyn Dialect) -> RawColumn {
        let ident = dialect.ident(&self.column.name);
        let own = self.column.role.is_none();
        let kind = if as_text && own && self.column.kind != Kind::Json { Kind::Text } else { self.column.kind };
        let sql = if kind == self.column.kind { ident } else { super::text_of(self.column, dialect) };
        RawColumn { name: self.name.to_owned(), sql, kind, nested: own && kind == Kind::Json, real: true, declared: None }
    }
}

/// Whether the readers of the extract's files give nothing but text.
pub(super) fn gives_text(extract: &Extract) -> bool {
    let typed = ["JSON", "Parquet", "DuckDB", "SQLite"];
    !extract.sources.iter().any(|source| typed.iter().any(|format| source.format.contains(format)))
}

/// The raw columns that are kept: the extract's own, and those that stand in a role.
pub(super) fn stored(extract: &Extract) -> Vec<Stored<'_>> {
    let mut found: Vec<Stored<'_>> = Vec::new();
    let mut taken: HashSet<String> = HashSet::new();
    // What was joined or made by the loader is no column of the log.
    let made = |column: &Column| column.joined.is_some() || column.name == Schema::SOURCE;
    let own = extract.schema.filled().filter(|column| column.role.is_none() && !made(column));
    // In a role of text a value is kept as it was, so such a role is the better witness where several are filled from one column.
    let mut roles: Vec<&Column> = extract.schema.filled().filter(|column| column.role.is_some()).collect();
    roles.sort_by_key(|column| !column.kind.is_textual());
    for column in own.chain(roles) {
        let Some(name) = column.source.as_deref().filter(|name| !name.is_empty()) else { continue };
        if taken.insert(name.to_lowercase()) {
            found.push(Stored { name, column });
        }
    }
    // In the order of `requests`.
    found.sort_by_key(|stored| extract.schema.columns.iter().position(|column| std::ptr::eq(column, stored.column)));
    found
}

/// Whether a role's source is a column of the extract and not a path into one or an expression over them. A column whose name looks like
/// one of these is taken for it, so it is left out of the choice; named in full it works all the same.
pub(super) fn is_column(stored: &Stored<'_>, all: &[RawColumn]) -> bool {
    if stored.column.role.is_none() {
        return true;
    }
    let others: Vec<RawColumn> = all.iter().filter(|raw| raw.name != stored.name).cloned().collect();
    resolve(stored.name, &others).is_none()
        && (looks_like_a_name(stored.name) || !stored.name.contains(['(', '\'', '|', ',', ';', '\n']))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Role;
    use crate::engine::dialect::DUCK;
    use crate::extract::Source;

    fn column(name: &str, kind: Kind, role: Option<Role>, source: &str) -> Column {
        Column { role, ..Column::own(name, kind, source) }
    }

    fn extract(columns: Vec<Column>) -> Extract {
        let source = Source { format: "CSV".into(), ..Source::default() };
        Extract { sources: vec![source], schema: Schema { columns }, ..Extract::default() }
    }

    #[test]
    fn raw_columns_are_found_where_they_are_kept_best() {
        let extract = extract(vec![
            column("time", Kind::Time, Some(Role::Time), "ts"),
            column("account", Kind::Text, Some(Role::Account), "record.user"),
            column("status", Kind::Integer, Some(Role::Status), "code"),
            column("error", Kind::Text, Some(Role::Error), "code"),
            column("flag", Kind::Text, Some(Role::Flag), "upper(code)"),
            column("status_2", Kind::Text, None, "Status"),
            column("record", Kind::Json, None, "record"),
            column("n", Kind::Real, None, "n"),
            column("source", Kind::Text, None, "file name"),
            Column { joined: Some(Role::Account), ..Column::own("account_tier", Kind::Text, "tier") },
        ]);
        let stored = stored(&extract);
        let raws: Vec<RawColumn> = stored.iter().map(|stored| stored.raw(true, &DUCK)).collect();
        let columns: Vec<(&str, &str, Loss)> = stored
            .iter()
            .filter(|stored| is_column(stored, &raws))
            .map(|stored| (stored.name, stored.column.name.as_str(), stored.loss(true)))
            .collect();
        assert_eq!(
            columns,
            [
                ("ts", "time", Loss::Text),
                ("code", "error", Loss::None),
                ("Status", "status_2", Loss::None),
                ("record", "record", Loss::None),
                ("n", "n", Loss::Spelling),
            ]
        );
        assert!(gives_text(&extract));
    }
}
