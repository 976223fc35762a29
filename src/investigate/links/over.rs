//! Over what two entities may be linked: a role, or several taken together such as `user_agent+asn`; and how much sharing a value of it
//! says.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::domain::{Role, Schema};

/// One or several roles whose values, taken together, link the entities that share them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Over(Vec<Role>);

/// The strength from which on a shared value may link two entities by itself.
const STRONG: f64 = 0.95;
/// The strength of what many people share by chance: a line, an office.
const WEAK: f64 = 0.4;
/// The strength of a text: more than an address, less than a card.
const TEXT: f64 = 0.6;
/// The strength of what whole crowds share: a program, a country.
const CROWD: f64 = 0.2;

impl Over {
    /// A role by itself.
    pub fn role(role: Role) -> Over {
        Over(vec![role])
    }

    /// Whether entities of `kind` can be linked over it: by something that is not the entity itself.
    pub fn links(&self, kind: Role) -> bool {
        !self.0.contains(&kind)
    }

    /// The roles, in the order in which they were named.
    pub fn roles(&self) -> &[Role] {
        &self.0
    }

    /// Whether it is the text of requests, which is masked until revealed.
    pub fn is_sensitive(&self) -> bool {
        self.0.iter().any(|role| role.is_sensitive())
    }

    /// How much one value says that nobody else shares, from 0 to 1. What one person or one machine owns says nearly everything; an
    /// address says less than half, so that one alone never links; a program says little.
    pub fn strength(&self) -> f64 {
        let of = |role: &Role| match role {
            Role::Payment | Role::Device | Role::Key | Role::Session | Role::Account | Role::Request => STRONG,
            Role::Content => TEXT,
            Role::Ip | Role::Org => WEAK,
            _ => CROWD,
        };
        // Together they say at least what the strongest of them says.
        let together = if self.0.len() > 1 { CROWD + 0.1 } else { 0.0 };
        self.0.iter().map(of).fold(together, f64::max)
    }

    /// Above how many entities a value of it is a hub that is not followed, where the analyst does not say.
    pub fn hub(&self) -> u64 {
        if self.strength() > WEAK { 1_000 } else { 10 }
    }

    /// What entities of `kind` are linked over where nobody says: those of the extract's address, device and payment (and account, for
    /// what is no account itself).
    pub fn default_for(kind: Role, schema: &Schema) -> Vec<Over> {
        let wanted = [Role::Account, Role::Ip, Role::Device, Role::Payment];
        let others = wanted.into_iter().filter(|role| *role != kind && schema.has(*role));
        others.map(Over::role).collect()
    }

    /// What can be chosen for entities of `kind` in an extract with these columns, the likeliest first.
    pub fn choices(kind: Role, schema: &Schema) -> Vec<Over> {
        let mut choices = Over::default_for(kind, schema);
        if schema.has(Role::UserAgent) && schema.has(Role::Asn) {
            choices.push(Over(vec![Role::UserAgent, Role::Asn]));
        }
        let more = [Role::Content, Role::Key, Role::Org, Role::Session, Role::Asn, Role::UserAgent, Role::Country];
        choices.extend(more.into_iter().filter(|role| schema.has(*role)).map(Over::role));
        choices.retain(|over| over.links(kind));
        choices
    }
}

impl fmt::Display for Over {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, role) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str("+")?;
            }
            f.write_str(role.name())?;
        }
        Ok(())
    }
}

impl FromStr for Over {
    type Err = String;

    /// Reads `ip`, or `user_agent+asn`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut roles = Vec::new();
        for word in text.split('+').map(str::trim) {
            let role: Role = word.parse().map_err(|error: crate::domain::role::UnknownRole| error.to_string())?;
            if !role.is_entity() && role != Role::Content {
                return Err(format!(
                    "{role} links nobody; name roles of entities, such as ip, device or user_agent+asn, or content"
                ));
            }
            if !roles.contains(&role) {
                roles.push(role);
            }
        }
        Ok(Over(roles))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_linked_over_is_read_back_from_what_it_prints() {
        for text in ["ip", "user_agent+asn", "content"] {
            assert_eq!(text.parse::<Over>().unwrap().to_string(), text);
        }
        assert!("status".parse::<Over>().unwrap_err().contains("links nobody"));
        assert!("ipp".parse::<Over>().unwrap_err().contains("not a role"));
    }

    #[test]
    fn only_what_somebody_owns_links_by_itself() {
        let over = |text: &str| text.parse::<Over>().unwrap();
        assert!(over("device").strength() > over("content").strength());
        assert!(over("content").strength() > over("ip").strength());
        assert!(over("ip").strength() > over("user_agent+asn").strength());
        assert!(over("user_agent+asn").strength() > over("user_agent").strength());
        assert!(over("ip").strength() <= super::super::MIN_WEIGHT, "one address never links by itself");
        assert!(over("device").hub() > over("ip").hub());
    }
}
