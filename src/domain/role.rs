//! Roles: what a column means to an investigator.

use std::fmt;
use std::str::FromStr;

use super::schema::Kind;

/// What a column means to an investigator, in the order in which `requests` holds them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Role {
    Time,
    Request,
    Account,
    Key,
    Org,
    Session,
    Ip,
    Asn,
    Country,
    UserAgent,
    Device,
    Payment,
    Endpoint,
    Method,
    Status,
    Error,
    Model,
    TokensIn,
    TokensOut,
    Cost,
    Latency,
    Content,
    Flag,
    Category,
}

impl Role {
    /// Every role, in the order of `requests`.
    pub const ALL: [Role; 24] = [
        Role::Time,
        Role::Request,
        Role::Account,
        Role::Key,
        Role::Org,
        Role::Session,
        Role::Ip,
        Role::Asn,
        Role::Country,
        Role::UserAgent,
        Role::Device,
        Role::Payment,
        Role::Endpoint,
        Role::Method,
        Role::Status,
        Role::Error,
        Role::Model,
        Role::TokensIn,
        Role::TokensOut,
        Role::Cost,
        Role::Latency,
        Role::Content,
        Role::Flag,
        Role::Category,
    ];

    /// The role's name: the column in `requests`, the word in filters and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Role::Time => "time",
            Role::Request => "request",
            Role::Account => "account",
            Role::Key => "key",
            Role::Org => "org",
            Role::Session => "session",
            Role::Ip => "ip",
            Role::Asn => "asn",
            Role::Country => "country",
            Role::UserAgent => "user_agent",
            Role::Device => "device",
            Role::Payment => "payment",
            Role::Endpoint => "endpoint",
            Role::Method => "method",
            Role::Status => "status",
            Role::Error => "error",
            Role::Model => "model",
            Role::TokensIn => "tokens_in",
            Role::TokensOut => "tokens_out",
            Role::Cost => "cost",
            Role::Latency => "latency",
            Role::Content => "content",
            Role::Flag => "flag",
            Role::Category => "category",
        }
    }

    /// The type of the role's column in `requests`. `latency` is in milliseconds, `cost` in the extract's own currency.
    pub const fn kind(self) -> Kind {
        match self {
            Role::Time => Kind::Time,
            Role::Status | Role::TokensIn | Role::TokensOut => Kind::Integer,
            Role::Cost | Role::Latency => Kind::Real,
            _ => Kind::Text,
        }
    }

    /// Whether a value in this role names an entity (something with a page, labels and pivots).
    pub const fn is_entity(self) -> bool {
        matches!(
            self,
            Role::Request
                | Role::Account
                | Role::Key
                | Role::Org
                | Role::Session
                | Role::Ip
                | Role::Asn
                | Role::Country
                | Role::UserAgent
                | Role::Device
                | Role::Payment
                | Role::Model
                | Role::Endpoint
        )
    }

    /// Whether values in this role are masked until revealed.
    pub const fn is_sensitive(self) -> bool {
        matches!(self, Role::Content)
    }

    /// The word for several entities of this role, for headings and menus.
    pub const fn plural(self) -> &'static str {
        match self {
            Role::Time => "times",
            Role::Request => "requests",
            Role::Account => "accounts",
            Role::Key => "keys",
            Role::Org => "orgs",
            Role::Session => "sessions",
            Role::Ip => "addresses",
            Role::Asn => "networks",
            Role::Country => "countries",
            Role::UserAgent => "user agents",
            Role::Device => "devices",
            Role::Payment => "payments",
            Role::Endpoint => "endpoints",
            Role::Method => "methods",
            Role::Status => "statuses",
            Role::Error => "errors",
            Role::Model => "models",
            Role::TokensIn => "input tokens",
            Role::TokensOut => "output tokens",
            Role::Cost => "costs",
            Role::Latency => "latencies",
            Role::Content => "contents",
            Role::Flag => "flags",
            Role::Category => "categories",
        }
    }

    /// The roles whose values name entities.
    pub fn entities() -> impl Iterator<Item = Role> {
        Role::ALL.into_iter().filter(|role| role.is_entity())
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A word that is not a role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a role; the roles are {roles}", roles = Role::ALL.map(Role::name).join(" "))]
pub struct UnknownRole(pub String);

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Role::ALL.into_iter().find(|role| role.name() == word).ok_or_else(|| UnknownRole(word.to_owned()))
    }
}

impl serde::Serialize for Role {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> serde::Deserialize<'de> for Role {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        word.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_is_read_back_from_its_name() {
        for role in Role::ALL {
            assert_eq!(role.name().parse::<Role>(), Ok(role));
        }
        assert!("acount".parse::<Role>().is_err());
    }

    #[test]
    fn order_of_all_is_the_order_of_the_enum() {
        assert!(Role::ALL.is_sorted());
        assert_eq!(Role::entities().count(), 13);
    }
}
