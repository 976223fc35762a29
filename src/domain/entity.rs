//! Entities: a value in a role that names something, written `account:acct_17`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::role::Role;
use super::secret::Seal;

/// A value in an entity role.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Entity {
    /// What kind of thing it is; always a role for which [`Role::is_entity`] holds.
    pub role: Role,
    /// The value as it stands in the extract. Attacker-written: draw it only through `SafeText`.
    pub value: String,
}

impl Entity {
    /// An entity of `role`, or nothing when the role does not name entities.
    pub fn new(role: Role, value: impl Into<String>) -> Option<Entity> {
        role.is_entity().then(|| Entity { role, value: value.into() })
    }
}

impl Entity {
    /// The same entity with the fingerprint in the place of a secret.
    #[must_use]
    pub fn sealed(&self, seal: &Seal) -> Entity {
        Entity { role: self.role, value: seal.mask(&self.value).into_owned() }
    }
}

impl fmt::Display for Entity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.role, self.value)
    }
}

/// Why a text is not an entity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EntityError {
    /// There is no `:` between the kind and the value.
    #[error("'{0}' is not KIND:VALUE, such as account:acct_17")]
    Shape(String),
    /// The word before the `:` does not name entities.
    #[error("'{0}' is not a kind of entity; the kinds are {kinds}", kinds = kinds())]
    Kind(String),
    /// Nothing stands after the `:`.
    #[error("'{0}:' names nothing; write the value after the colon")]
    Empty(String),
}

fn kinds() -> String {
    Role::entities().map(Role::name).collect::<Vec<_>>().join(" ")
}

impl FromStr for Entity {
    type Err = EntityError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (kind, value) = text.split_once(':').ok_or_else(|| EntityError::Shape(text.to_owned()))?;
        let role = kind.parse::<Role>().ok().filter(|role| role.is_entity()).ok_or_else(|| EntityError::Kind(kind.to_owned()))?;
        if value.is_empty() {
            return Err(EntityError::Empty(kind.to_owned()));
        }
        Ok(Entity { role, value: value.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entity_is_read_back_from_what_it_prints() {
        let entity: Entity = "ip:[2001:db8::1]:443".parse().unwrap();
        assert_eq!(entity.role, Role::Ip);
        assert_eq!(entity.value, "[2001:db8::1]:443");
        assert_eq!(entity.to_string().parse::<Entity>(), Ok(entity));
    }

    #[test]
    fn what_is_no_entity_is_refused_with_its_reason() {
        assert!(matches!("acct_17".parse::<Entity>(), Err(EntityError::Shape(_))));
        assert!(matches!("status:200".parse::<Entity>(), Err(EntityError::Kind(_))));
        assert!(matches!("key:".parse::<Entity>(), Err(EntityError::Empty(_))));
    }
}
