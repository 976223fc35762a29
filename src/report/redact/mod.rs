//! Redaction: values of accounts, keys, orgs, sessions, addresses, devices, payments and requests become pseudonyms, the same for the same
//! value in the whole report, in titles, notes, filters and commands too, however they are written there.
//!
//! A pseudonym is the role and a number in the order in which the dossier names the values: `account-1`, `key-3`. An address keeps the
//! network that it is from (/24, for IPv6 /48): `ip-2_203.0.113.x`. Networks, countries, user agents, models and endpoints stay, with
//! known values in them replaced. Known are the values that the case has in such a role, those that stand behind `role:` in a filter or
//! a summary, and every address. Content never goes into a redacted report. The key file undoes it all.

mod folded;
mod mentions;

use std::collections::BTreeMap;
use std::net::IpAddr;

use aho_corasick::{AhoCorasick, MatchKind};
use serde::Serialize;

use crate::domain::Role;

use super::dossier::{Dossier, Visitor};
use folded::{folded, readings};

/// Whether values in a role are replaced.
pub const fn is_redacted(role: Role) -> bool {
    matches!(
        role,
        Role::Account | Role::Key | Role::Org | Role::Session | Role::Ip | Role::Device | Role::Payment | Role::Request
    )
}

/// Shorter values are replaced only where they stand as words of their own: `al` is not looked for in `already`.
const SHORT: usize = 4;

/// The pseudonyms of a case.
pub struct Pseudonyms {
    /// By role and value.
    of: BTreeMap<(Role, String), String>,
    /// In the order in which they were given: pseudonym, role, value.
    given: Vec<(String, Role, String)>,
    matcher: Option<AhoCorasick>,
    /// For each pattern of the matcher: what it becomes, and whether it is short.
    patterns: Vec<(String, bool)>,
}

impl Pseudonyms {
    /// The pseudonyms for every value that a dossier names.
    pub fn of(dossier: &Dossier) -> Pseudonyms {
        let mut found = mentions::Found::default();
        // Gathering changes nothing; the visitor is the one that also replaces.
        dossier.clone().visit(&mut found);
        let values = found.into_values();
        let taken: Vec<String> = values.iter().map(|(_, value)| folded(value)).collect();
        let mut pseudonyms = Pseudonyms { of: BTreeMap::new(), given: Vec::new(), matcher: None, patterns: Vec::new() };
        let mut numbers: BTreeMap<Role, usize> = BTreeMap::new();
        let mut same: BTreeMap<(Role, String), String> = BTreeMap::new();
        for (role, value) in values {
            // An address is one, however it is spelled.
            let meant = address(role, &value).map_or_else(|| value.clone(), |address| address.to_string());
            let name = match same.get(&(role, meant.clone())) {
                Some(name) => name.clone(),
                None => {
                    let number = numbers.entry(role).or_default();
                    let name = loop {
                        *number += 1;
                        let name = format!("{role}-{number}{}", address(role, &value).map(network).unwrap_or_default());
                        // A pseudonym that is somebody else's value would say something wrong.
                        if !taken.contains(&name) && !taken.contains(&format!("{role}-{number}")) {
                            break name;
                        }
                    };
                    same.insert((role, meant), name.clone());
                    name
                }
            };
            pseudonyms.of.insert((role, value.clone()), name.clone());
            pseudonyms.given.push((name, role, value));
        }
        pseudonyms.build();
        pseudonyms
    }

    fn build(&mut self) {
        let mut patterns: BTreeMap<String, String> = BTreeMap::new();
        for (name, _, value) in &self.given {
            let folded = folded(value);
            if !folded.trim().is_empty() {
                patterns.entry(folded).or_insert_with(|| name.clone());
            }
        }
        self.matcher = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(patterns.keys()).ok();
        self.patterns = patterns.into_iter().map(|(value, name)| (name, value.chars().count() < SHORT)).collect();
    }

    /// The dossier with pseudonyms in the place of values, and without content.
    #[must_use]
    pub fn applied(&self, mut dossier: Dossier) -> Dossier {
        for pin in &mut dossier.pins {
            pin.content.clear();
        }
        dossier.content = false;
        dossier.visit(&mut Replace(self));
        self.summaries(&mut dossier);
        // The order of the values themselves would say something of them.
        dossier.entities.sort_by_key(|entity| (entity.role, in_order(&entity.value)));
        dossier.redacted = true;
        dossier
    }

    /// A row in a line is made anew of its entities: the line that the case keeps may hold values that were cut.
    fn summaries(&self, dossier: &mut Dossier) {
        let mut lines: BTreeMap<String, String> = BTreeMap::new();
        for pin in &mut dossier.pins {
            let parts: Vec<String> = pin.entities.iter().map(|entity| format!("{}={}", entity.role, entity.value)).collect();
            pin.summary = if parts.is_empty() { "a row without entities".to_owned() } else { parts.join(" ") };
            lines.insert(pin.evidence.clone(), pin.summary.clone());
        }
        for row in dossier.findings.iter_mut().flat_map(|finding| &mut finding.evidence) {
            row.summary = lines.get(&row.sha256).cloned().unwrap_or_default();
        }
        for moment in &mut dossier.timeline {
            if let Some(line) = moment.evidence.as_ref().and_then(|hash| lines.get(hash)) {
                moment.text.clone_from(line);
            }
        }
    }

    /// A text with pseudonyms in the place of the values in it.
    pub fn replaced(&self, text: &str) -> String {
        let spans = self.found(text);
        if spans.is_empty() {
            return text.to_owned();
        }
        let mut out = String::with_capacity(text.len());
        let mut done = 0;
        for (from, to, pattern) in spans {
            if from < done {
                // Overlaps what is replaced already; what is left of it must not stand either.
                done = done.max(to);
                continue;
            }
            out.push_str(text.get(done..from).unwrap_or_default());
            if let Some((name, _)) = self.patterns.get(pattern) {
                out.push_str(name);
            }
            done = to;
        }
        out.push_str(text.get(done..).unwrap_or_default());
        out
    }

    /// Where values stand in a text: from, to, which pattern; by place, the longest first.
    fn found(&self, text: &str) -> Vec<(usize, usize, usize)> {
        let Some(matcher) = &self.matcher else { return Vec::new() };
        let mut spans: Vec<(usize, usize, usize)> = Vec::new();
        for reading in readings(text) {
            for hit in matcher.find_iter(&reading.text) {
                let pattern = hit.pattern().as_usize();
                let short = self.patterns.get(pattern).is_some_and(|(_, short)| *short);
                if short && !stands_alone(&reading.text, hit.start(), hit.end()) {
                    continue;
                }
                spans.extend(reading.original(hit.start(), hit.end()).map(|(from, to)| (from, to, pattern)));
            }
        }
        spans.sort_by_key(|(from, to, pattern)| (*from, std::cmp::Reverse(*to), *pattern));
        spans.dedup();
        spans
    }

    /// The table that undoes the pseudonyms, as JSON.
    pub fn key_file(&self, dossier: &Dossier) -> String {
        #[derive(Serialize)]
        struct Key<'a> {
            schema: &'static str,
            case: &'a str,
            hash: &'a str,
            pseudonyms: Vec<Line<'a>>,
        }
        #[derive(Serialize)]
        struct Line<'a> {
            pseudonym: &'a str,
            role: Role,
            value: &'a str,
        }
        let line =
            |(name, role, value): &'_ (String, Role, String)| -> (String, Role, String) { (name.clone(), *role, value.clone()) };
        let mut given: Vec<(String, Role, String)> = self.given.iter().map(line).collect();
        given.sort_by_key(|(name, role, value)| (*role, in_order(name), value.clone()));
        let pseudonyms = given.iter().map(|(pseudonym, role, value)| Line { pseudonym, role: *role, value }).collect();
        let key = Key { schema: "casebook-key/1", case: &dossier.case.id, hash: &dossier.case.hash, pseudonyms };
        super::json::pretty(&key)
    }

    /// The pseudonyms of values that still stand somewhere in a finished report, because they are words or numbers of the report itself.
    pub fn left_in(&self, report: &str) -> Vec<&str> {
        let report = folded(report);
        let stands = |value: &str| {
            let value = folded(value);
            let short = value.chars().count() < SHORT;
            !value.trim().is_empty()
                && report.match_indices(&value).any(|(at, _)| !short || stands_alone(&report, at, at + value.len()))
        };
        self.given.iter().filter(|(_, _, value)| stands(value)).map(|(name, _, _)| name.as_str()).collect()
    }
}

struct Replace<'a>(&'a Pseudonyms);

impl Visitor for Replace<'_> {
    fn text(&mut self, text: &mut String) {
        *text = self.0.replaced(text);
    }

    fn value(&mut self, role: Role, value: &mut String) {
        *value = match self.0.of.get(&(role, value.clone())) {
            Some(name) => name.clone(),
            None => self.0.replaced(value),
        };
    }
}

/// Whether no letter or digit stands beside.
fn stands_alone(text: &str, from: usize, to: usize) -> bool {
    let before = text.get(..from).and_then(|text| text.chars().next_back());
    let after = text.get(to..).and_then(|text| text.chars().next());
    !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
}

/// The address that a value is.
fn address(role: Role, value: &str) -> Option<IpAddr> {
    if role == Role::Ip { value.trim().parse().ok() } else { None }
}

/// The network of an address, as a pseudonym ends.
fn network(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => {
            let [a, b, c, _] = address.octets();
            format!("_{a}.{b}.{c}.x")
        }
        IpAddr::V6(address) => {
            let [a, b, c, ..] = address.segments();
            format!("_{a:x}:{b:x}:{c:x}:x")
        }
    }
}

/// `account-2` before `account-10`.
fn in_order(name: &str) -> (u64, String) {
    let number = name.split_once('-').map(|(_, rest)| rest.chars().take_while(char::is_ascii_digit).collect::<String>());
    (number.and_then(|digits| digits.parse().ok()).unwrap_or(u64::MAX), name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_become_pseudonyms_however_they_are_written() {
        let mut dossier = crate::report::tests::dossier("x");
        dossier.case.title = "account:ana@evil.example from ip:203.0.113.9".into();
        let pseudonyms = Pseudonyms::of(&dossier);
        let name = |text: &str| pseudonyms.replaced(text);
        let account = name("ana@evil.example");
        assert!(account.starts_with("account-"), "{account}");
        for written in ["ANA@evil.example", "ana%40evil.example", "ana[at]evil[.]example", "ana\\u0040evil.example"] {
            assert_eq!(name(&format!("({written})")), format!("({account})"));
        }
        let address = name("203.0.113.9");
        assert!(address.starts_with("ip-") && address.ends_with("_203.0.113.x"), "{address}");
        assert_eq!(name("hxxp://203[.]0[.]113[.]9/a"), format!("hxxp://{address}/a"));
    }

    #[test]
    fn the_key_undoes_it_and_short_values_are_words() {
        let mut dossier = crate::report::tests::dossier("x");
        dossier.case.title = "account:al already account:bob2".into();
        let pseudonyms = Pseudonyms::of(&dossier);
        let text = pseudonyms.replaced("al and already and bob2");
        assert!(text.contains("already") && !text.contains("bob2") && !text.starts_with("al "), "{text}");
        let key: serde_json::Value = serde_json::from_str(&pseudonyms.key_file(&dossier)).unwrap();
        let lines = key["pseudonyms"].as_array().unwrap();
        assert!(lines.iter().any(|line| line["value"] == "bob2" && line["role"] == "account"), "{key}");
        assert_eq!(pseudonyms.left_in("this is bob2's").len(), 1);
    }
}
