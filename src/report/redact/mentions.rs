//! Finding the values of redacted roles that a dossier names: in roles, behind `role:` in filters, behind `role=` in summaries, and every
//! address anywhere.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::LazyLock;

use regex::Regex;

use crate::domain::Role;
use crate::report::dossier::Visitor;

use super::folded::{folded, readings};
use super::is_redacted;

/// The values that were found, in the order in which they are named, each once.
#[derive(Default)]
pub(super) struct Found {
    /// What stands in a role.
    values: Vec<(Role, String)>,
    /// What stands in a text.
    mentioned: Vec<(Role, String)>,
    seen: BTreeSet<(Role, String)>,
    seen_mentioned: BTreeSet<(Role, String)>,
}

/// `account:acct_17`, `-ip:1.2.3.4,5.6.7.8`, `key="a b"`.
static NAMED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?:^|[^\w])(account|key|org|session|ip|device|payment|request)[:=]("(?:[^"\\]|\\.)*"|[^\s,()"']+(?:,[^\s,()"']+)*)"#,
    )
    .ok()
});
static ADDRESS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?:\.[0-9]{1,3}){0,3}").ok()
});

impl Found {
    /// All of them: first what stands in roles, then what only texts name. A text may write a value in another case.
    pub(super) fn into_values(self) -> Vec<(Role, String)> {
        let known: BTreeSet<(Role, String)> = self.values.iter().map(|(role, value)| (*role, folded(value))).collect();
        let new = self.mentioned.into_iter().filter(|(role, value)| !known.contains(&(*role, folded(value))));
        self.values.into_iter().chain(new).collect()
    }

    fn take(&mut self, role: Role, value: &str) {
        if !value.trim().is_empty() && self.seen_mentioned.insert((role, folded(value))) {
            self.mentioned.push((role, value.to_owned()));
        }
    }

    fn addresses(&mut self, text: &str) {
        for hit in ADDRESS.iter().flat_map(|address| address.find_iter(text)) {
            if hit.as_str().parse::<IpAddr>().is_ok() {
                self.take(Role::Ip, hit.as_str());
            }
        }
    }

    fn named(&mut self, text: &str) {
        for hit in NAMED.iter().flat_map(|named| named.captures_iter(text)) {
            let role = hit.get(1).and_then(|role| role.as_str().parse::<Role>().ok());
            let (Some(role), Some(values)) = (role, hit.get(2)) else { continue };
            let values = values.as_str();
            if let Some(quoted) = values.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
                self.take(role, &quoted.replace("\\\"", "\"").replace("\\\\", "\\"));
                continue;
            }
            for value in values.split(',') {
                let value = value.trim_end_matches(['.', ';', ':', '!', '?']);
                // A pattern that says nothing, or a network: its address is found by itself.
                let says = value.chars().filter(|character| character.is_alphanumeric()).count();
                if says >= 2 && !value.contains('/') {
                    self.take(role, value);
                }
            }
        }
    }
}

impl Visitor for Found {
    fn text(&mut self, text: &mut String) {
        self.named(text);
        self.addresses(text);
        // As they stand when the text is decoded; the plain reading has them in lower case, which is another spelling of the same.
        for reading in readings(text).iter().skip(1) {
            self.named(&reading.text);
            self.addresses(&reading.text);
        }
    }

    fn value(&mut self, role: Role, value: &mut String) {
        if !is_redacted(role) {
            self.text(value);
        } else if !value.trim().is_empty() && self.seen.insert((role, value.clone())) {
            self.values.push((role, value.clone()));
        }
    }
}
