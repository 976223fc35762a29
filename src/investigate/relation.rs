//! What a view is of: the rows of the extract, or the result of an SQL text that an analyst wrote.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::domain::{Kind, Schema};
use crate::engine::Dialect;

/// What a view is of. Serialised as the SQL text, or as nothing for the extract's rows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "Option<String>", into = "Option<String>")]
pub enum Relation {
    /// The rows of the extract.
    #[default]
    Requests,
    /// The result of this SQL text, kept as a table of the schema `work` by [`super::result::Making`].
    Sql(String),
}

/// The rows of the extract, to be borrowed by a [`super::Context`].
pub static REQUESTS: Relation = Relation::Requests;

/// The column of a result that tells which row of the extract a row of the result is: what the SQL text called `row_id`.
pub const REQUEST_ROW: &str = "request_row";

impl From<Option<String>> for Relation {
    fn from(sql: Option<String>) -> Relation {
        sql.map_or(Relation::Requests, Relation::Sql)
    }
}

impl From<Relation> for Option<String> {
    fn from(relation: Relation) -> Option<String> {
        match relation {
            Relation::Requests => None,
            Relation::Sql(sql) => Some(sql),
        }
    }
}

impl Relation {
    /// Whether it is the extract.
    pub const fn is_requests(&self) -> bool {
        matches!(self, Relation::Requests)
    }

    /// The SQL text, where it is the result of one.
    pub fn sql(&self) -> Option<&str> {
        match self {
            Relation::Requests => None,
            Relation::Sql(sql) => Some(sql),
        }
    }

    /// The bare name of its table. The same SQL text always has the same one.
    pub fn name(&self) -> String {
        match self {
            Relation::Requests => "requests".to_owned(),
            Relation::Sql(sql) => {
                let hash = Sha256::digest(sql.as_bytes());
                hash.iter().take(8).fold("result_".to_owned(), |name, byte| format!("{name}{byte:02x}"))
            }
        }
    }

    /// Its table, as SQL names it.
    pub fn table(&self, dialect: &dyn Dialect) -> String {
        match self {
            Relation::Requests => self.name(),
            Relation::Sql(_) => format!("work.{}", dialect.ident(&self.name())),
        }
    }

    /// The column with the number of the row of the extract; nothing for a result that does not tell it.
    pub fn request_row(&self, schema: &Schema) -> Option<&'static str> {
        match self {
            Relation::Requests => Some(Schema::ROW_ID),
            Relation::Sql(_) => schema
                .columns
                .iter()
                .any(|column| column.name == REQUEST_ROW && column.kind == Kind::Integer)
                .then_some(REQUEST_ROW),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::dialect::DUCK;

    #[test]
    fn a_result_is_named_by_its_text_alone() {
        let one = Relation::Sql("SELECT 1".into());
        assert_eq!(one.name(), Relation::Sql("SELECT 1".into()).name());
        assert_ne!(one.name(), Relation::Sql("SELECT 2".into()).name());
        assert!(one.table(&DUCK).starts_with("work.\"result_"), "{}", one.table(&DUCK));
        assert_eq!(REQUESTS.table(&DUCK), "requests");
    }

    #[test]
    fn it_is_kept_as_its_text() {
        assert_eq!(serde_json::to_string(&Relation::Sql("x".into())).unwrap(), "\"x\"");
        assert_eq!(serde_json::from_str::<Relation>("null").unwrap(), Relation::Requests);
    }
}
