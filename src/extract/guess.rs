//! Guessing roles of an unknown log from the names of its columns and paths and from what their values look like.

use std::collections::{BTreeMap, HashSet};

use crate::domain::Role;

use super::hints::{HINTS, Hint};
use super::model::Mapping;
use super::plan::ELSE;
use super::sample::{Field, Sample};
use super::shapes::{self, Look};

/// Below this confidence a role stays unmapped.
const ENOUGH: f64 = 0.5;

/// Below this share of records with a value, a role's column has gaps that others may fill.
const GAPS: f64 = 0.8;
/// So surely must the name of a column say that it fills gaps.
const NAMED: f64 = 0.68;
/// So large a share of the records must another column fill.
const WORTH: f64 = 0.01;
/// Columns at most that fill one role.
const MOST: usize = 12;

/// The roles that the records seem to hold. A column stands in one role only.
pub(super) fn guess(sample: &Sample) -> BTreeMap<Role, Mapping> {
    let mut candidates: Vec<(f64, Role, &Field, String)> = Vec::new();
    for hint in &HINTS {
        for field in sample.fields() {
            if let Some((confidence, reason)) = weigh(hint, field) {
                candidates.push((confidence, hint.role, field, reason));
            }
        }
    }
    // The surest first; among equals the role order, then the column order, which a stable sort keeps.
    candidates.sort_by(|one, other| other.0.total_cmp(&one.0));
    let mut roles = BTreeMap::new();
    let mut taken: HashSet<&str> = HashSet::new();
    for (confidence, role, field, reason) in candidates {
        if confidence < ENOUGH || roles.contains_key(&role) || taken.contains(field.name.as_str()) {
            continue;
        }
        taken.insert(&field.name);
        let confidence = (confidence * 100.0).round() / 100.0;
        roles.insert(role, Mapping { source: field.name.clone(), confidence, reason });
    }
    for (role, mapping) in &mut roles {
        join(*role, mapping, sample, &mut taken);
    }
    roles
}

/// Where the column of a role is empty in many records and others that are named as surely fill the gaps, as in a log of several
/// products, has the role take the first that has a value.
fn join<'s>(role: Role, mapping: &mut Mapping, sample: &'s Sample, taken: &mut HashSet<&'s str>) {
    let (Some(hint), Some(first)) = (HINTS.iter().find(|hint| hint.role == role), sample.field(&mapping.source)) else { return };
    let (all, mut covered) = sample.covered(std::iter::once(first));
    // One column that is empty now and then is no mixed log.
    if all == 0 || covered.len() as f64 >= GAPS * all as f64 || first.records.len() < 2 {
        return;
    }
    let mut others: Vec<(f64, &Field)> = sample
        .fields()
        .iter()
        .filter(|field| !taken.contains(field.name.as_str()))
        .filter_map(|field| weigh(hint, field).map(|(confidence, _)| (confidence, field)))
        .filter(|(confidence, field)| *confidence >= NAMED && name_score(hint, &field.name, field.depth).is_some())
        .collect();
    others.sort_by(|one, other| other.0.total_cmp(&one.0));
    let share = |covered: usize| covered as f64 * 100.0 / all as f64;
    let mut names = vec![mapping.source.clone()];
    let mut told = vec![format!("'{}' {:.0}%", mapping.source, share(covered.len()))];
    for (confidence, field) in others {
        let fresh: Vec<u32> = field.records.iter().copied().filter(|record| !covered.contains(record)).collect();
        if names.len() >= MOST || (fresh.len() as f64) < WORTH * all as f64 {
            continue;
        }
        told.push(format!("'{}' {:.0}% more", field.name, share(fresh.len())));
        covered.extend(fresh);
        names.push(field.name.clone());
        taken.insert(&field.name);
        mapping.confidence = mapping.confidence.min((confidence * 100.0).round() / 100.0);
    }
    if names.len() > 1 {
        mapping.source = names.join(ELSE);
        mapping.reason = format!("no column has it in all records, but their names say so: {}", told.join(", "));
    }
}

fn weigh(hint: &Hint, field: &Field) -> Option<(f64, String)> {
    let looks: Vec<Look> = field.values.iter().map(|value| shapes::look(value)).collect();
    let share = |fits: &dyn Fn(&Look) -> bool| match looks.len() {
        0 => 1.0,
        all => looks.iter().filter(|look| fits(look)).count() as f64 / all as f64,
    };
    let nested = share(&|look| *look == Look::Json);
    if !looks.is_empty() && nested > 0.5 && hint.role != Role::Content {
        return None;
    }
    let fitting = share(&|look| hint.looks.contains(look));
    let named = name_score(hint, &field.name, field.depth);
    if let Some((mut score, name)) = named {
        let mut reason = format!("the name '{name}' says so");
        if hint.looks.is_empty() {
            // A column of plain truth values under a name such as `error` or `user` is a flag about it, not it.
            if !looks.is_empty() && hint.role.is_entity() && share(&|look| *look == Look::Boolean) > 0.9 {
                return None;
            }
            if hint.role == Role::Request && repeats(field) {
                score -= 0.4;
                reason.push_str(", but its values repeat");
            }
            return Some((score, reason));
        }
        if fitting < hint.share {
            return None;
        }
        if looks.is_empty() {
            return Some((score.min(ENOUGH), format!("{reason}; the sample has no value of it")));
        }
        reason.push_str(&format!(", and {:.0}% of {} sampled values are {}", fitting * 100.0, looks.len(), hint.words));
        return Some((score + 0.05 * fitting, reason));
    }
    if hint.alone <= 0.0 || looks.len() < 2 || field.present == 0 {
        return None;
    }
    let telling: &[Look] = match hint.role {
        // A whole number may be anything; only text tells a time by itself.
        Role::Time => &[Look::Time],
        Role::Key => &[Look::Key],
        Role::UserAgent => &[Look::UserAgent],
        _ => hint.looks,
    };
    let alone = share(&|look| telling.contains(look));
    (alone >= 0.95).then(|| {
        let depth = field.depth as f64 * 0.03;
        (hint.alone - depth, format!("{:.0}% of {} sampled values are {}", alone * 100.0, looks.len(), hint.words))
    })
}

/// Whether a column holds the same few values again and again, as no name of a single request does.
fn repeats(field: &Field) -> bool {
    let distinct: HashSet<&String> = field.values.iter().collect();
    field.values.len() >= 10 && distinct.len() * 2 < field.values.len()
}

/// How surely a name tells the role: the whole path or its last part is one of the names, or ends with one.
fn name_score<'a>(hint: &Hint, name: &'a str, depth: usize) -> Option<(f64, &'a str)> {
    let last = name.rsplit('.').next().unwrap_or(name);
    let (whole, part) = (plain(name), plain(last));
    let deep = depth as f64 * 0.02;
    let exact = hint.names.iter().position(|known| *known == whole || *known == part);
    if let Some(place) = exact {
        return Some((0.94 - 0.01 * place as f64 - deep, name));
    }
    // `x_client_ip`, `http.client_ip`: the surest names also at the end of a longer one, at a boundary of words.
    let words = words(last);
    let ends = hint.names.iter().take(8).position(|known| {
        known.len() > 1 && (1..words.len()).any(|from| words.get(from..).is_some_and(|tail| tail.concat() == *known))
    });
    ends.map(|place| (0.7 - 0.01 * place as f64 - deep, name))
}

/// Letters and digits in lower case.
fn plain(name: &str) -> String {
    name.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The words of a name in snake, kebab or camel case.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut before = ' ';
    for character in name.chars() {
        if !character.is_alphanumeric() {
            before = ' ';
            continue;
        }
        let begins = before == ' ' || (character.is_uppercase() && before.is_lowercase());
        if begins {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.extend(character.to_lowercase());
        }
        before = character;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guessed(columns: &[&str], rows: &[&[&str]]) -> Vec<(Role, String)> {
        let columns: Vec<String> = columns.iter().map(|name| (*name).to_owned()).collect();
        let mut sample = Sample::default();
        for row in rows {
            sample.add_row(&columns, &row.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>());
        }
        guess(&sample).into_iter().map(|(role, mapping)| (role, mapping.source)).collect()
    }

    #[test]
    fn names_and_values_together_tell_the_roles() {
        let columns = ["ts", "user_id", "X-Client-IP", "userAgent", "path", "statusCode", "prompt_tokens", "error"];
        let row: &[&str] = &["1688989338123", "u1", "10.0.0.1", "curl/8", "/v1", "200", "12", ""];
        assert_eq!(
            guessed(&columns, &[row, row]),
            [
                (Role::Time, "ts".into()),
                (Role::Account, "user_id".into()),
                (Role::Ip, "X-Client-IP".into()),
                (Role::UserAgent, "userAgent".into()),
                (Role::Endpoint, "path".into()),
                (Role::Status, "statusCode".into()),
                (Role::Error, "error".into()),
                (Role::TokensIn, "prompt_tokens".into()),
            ]
        );
    }

    #[test]
    fn values_alone_tell_some_and_contradict_names() {
        let columns = ["a", "b", "status", "time"];
        let rows: [&[&str]; 2] =
            [&["2023-01-01T00:00:00Z", "10.0.0.1", "active", "5"], &["2023-01-01T00:00:01Z", "10.0.0.2", "gone", "6"]];
        assert_eq!(guessed(&columns, &rows), [(Role::Time, "a".into()), (Role::Ip, "b".into())]);
    }

    #[test]
    fn paths_inside_records_are_found_and_reasons_given() {
        let mut sample = Sample::default();
        for _ in 0..3 {
            sample.add_json(&serde_json::json!({
                "created_at": "2026-05-07T10:00:00Z", "actor": {"type": "user_actor", "email_address": "a@b.c", "ip_address": "10.0.0.1"},
            }));
        }
        let roles = guess(&sample);
        assert_eq!(roles[&Role::Ip].source, "actor.ip_address");
        assert_eq!(roles[&Role::Account].source, "actor.email_address");
        assert_eq!(roles[&Role::Ip].reason, "the name 'actor.ip_address' says so, and 100% of 3 sampled values are addresses");
        assert!(roles[&Role::Ip].confidence > 0.8);
    }

    #[test]
    fn columns_that_fill_each_others_gaps_share_a_role() {
        let mut sample = Sample::default();
        for n in 0..6 {
            let record = match n % 3 {
                0 => {
                    serde_json::json!({"ts": 1688989338 + n, "client_ip": "192.0.2.1", "user_id": "u", "errorCode": "x", "error": "y"})
                }
                1 => serde_json::json!({"ts": 1688989338 + n, "sourceIPAddress": "192.0.2.2", "user_id": "u"}),
                _ => serde_json::json!({"ts": 1688989338 + n, "actor": {"ip_address": "192.0.2.3"}, "user_id": "u"}),
            };
            sample.add_json(&record);
        }
        let roles = guess(&sample);
        assert_eq!(roles[&Role::Ip].source, "client_ip, else actor.ip_address, else sourceIPAddress");
        assert!(roles[&Role::Ip].reason.contains("'client_ip' 33%, 'actor.ip_address' 33% more"), "{}", roles[&Role::Ip].reason);
        assert_eq!(roles[&Role::Account].source, "user_id");
        // Both are in the same records, so the second adds nothing.
        assert_eq!(roles[&Role::Error].source, "errorCode");
    }

    #[test]
    fn an_id_that_repeats_names_no_request() {
        let columns = ["request_id", "id"];
        let rows: Vec<[String; 2]> = (0..20).map(|n| ["same".to_owned(), format!("r{n}")]).collect();
        let rows: Vec<Vec<&str>> = rows.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
        let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
        assert_eq!(guessed(&columns, &rows), [(Role::Request, "id".into())]);
    }

    #[test]
    fn every_role_has_a_hint() {
        assert!(HINTS.iter().map(|hint| hint.role).eq(Role::ALL));
    }
}
