//! The columns of `requests` and what each means.

use serde::{Deserialize, Serialize};

use super::role::Role;

/// The type of a column of `requests`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// UTF-8 text.
    Text,
    /// A whole number that fits 64 bits.
    Integer,
    /// A 64-bit float.
    Real,
    /// True or false.
    Boolean,
    /// A UTC timestamp with microseconds.
    Time,
    /// Text that holds one JSON value (an object or an array).
    Json,
}

impl Kind {
    /// Whether `<`, `>` and arithmetic mean something on the column.
    pub const fn is_ordered(self) -> bool {
        matches!(self, Kind::Integer | Kind::Real | Kind::Time)
    }

    /// Whether a text search looks into the column.
    pub const fn is_textual(self) -> bool {
        matches!(self, Kind::Text | Kind::Json)
    }
}

/// One column of `requests`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// The column's name in `requests`. Own columns of an extract are attacker-named: quote and make safe.
    pub name: String,
    /// Its type.
    pub kind: Kind,
    /// The role it stands in, for the role columns.
    pub role: Option<Role>,
    /// Where the values come from: for a role column the mapped source (a column name, JSON path or expression; `None` when the
    /// role is not mapped and the column is all NULL), for an own column its name in the extract.
    pub source: Option<String>,
    /// For a column of a side table: the entity role by which it was joined. Its value is a fact about that entity.
    #[serde(default)]
    pub joined: Option<Role>,
    /// Whether it is an own column that fills a sensitive role, and so is masked like that role.
    #[serde(default)]
    pub sensitive: bool,
}

impl Column {
    /// A role's column, filled from `source`; `None` when the role is not mapped.
    pub fn of_role(role: Role, source: Option<String>) -> Column {
        Column { name: role.name().to_owned(), kind: role.kind(), role: Some(role), source, joined: None, sensitive: false }
    }

    /// Whether its values are masked until revealed.
    pub fn is_sensitive(&self) -> bool {
        self.sensitive || self.role.is_some_and(Role::is_sensitive)
    }

    /// An own column that the extract calls `source`.
    pub fn own(name: impl Into<String>, kind: Kind, source: impl Into<String>) -> Column {
        Column { name: name.into(), kind, role: None, source: Some(source.into()), joined: None, sensitive: false }
    }
}

/// The columns of `requests`, in order: the roles (all of them, mapped or not), then the extract's own columns. `row_id` is not listed:
/// it is there always, a BIGINT that counts from 1 in load order without gaps.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schema {
    /// The columns, in order.
    pub columns: Vec<Column>,
}

impl Schema {
    /// The name of the column that numbers the rows of `requests` from 1.
    pub const ROW_ID: &'static str = "row_id";

    /// The name of the column that tells the file of each row: its path below the folder that all files share.
    pub const SOURCE: &'static str = "source";

    /// The column of a role when the role is mapped.
    pub fn role(&self, role: Role) -> Option<&Column> {
        self.columns.iter().find(|column| column.role == Some(role) && column.source.is_some())
    }

    /// Whether the extract has values in this role.
    pub fn has(&self, role: Role) -> bool {
        self.role(role).is_some()
    }

    /// The column with this name (exact, then without case), or the role column that was mapped from a source of this name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns
            .iter()
            .find(|column| column.name == name)
            .or_else(|| self.columns.iter().find(|column| column.name.eq_ignore_ascii_case(name)))
            .or_else(|| self.columns.iter().find(|column| column.source.as_deref() == Some(name)))
    }

    /// The columns that hold something: mapped roles in role order, then own columns.
    pub fn filled(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().filter(|column| column.source.is_some())
    }

    /// The mapped roles, in role order.
    pub fn roles(&self) -> impl Iterator<Item = Role> + '_ {
        self.filled().filter_map(|column| column.role)
    }
}
