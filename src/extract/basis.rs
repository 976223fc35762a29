//! What a profile can be drafted from: kept with an extract, so that the draft needs neither the files nor the engine again. It holds
//! names and shapes, never a value of the extract.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::Role;

use super::plan::Group;
use super::profile::{Filling, Profile};
use super::sample::{Field, Sample};
use super::shapes::{self, Look};

/// Columns that are kept at most.
const COLUMNS: usize = 200;

/// What a profile can be drafted from. Where an extract is of several formats, it is about the one with the most sampled records.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Basis {
    /// Records that were looked at.
    pub(super) records: usize,
    /// Other formats of the extract.
    pub(super) others: usize,
    /// The profile by which the roles are filled.
    pub(super) profile: Option<String>,
    pub(super) columns: Vec<SeenColumn>,
    pub(super) roles: BTreeMap<Role, SeenRole>,
    /// The patterns that took the lines apart.
    pub(super) patterns: Vec<String>,
}

/// A column of the extract.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct SeenColumn {
    pub(super) name: String,
    /// Of the records that were looked at, the share that has it.
    pub(super) share: f64,
    /// Whether a role is filled from it.
    pub(super) used: bool,
}

/// A role that is filled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct SeenRole {
    pub(super) filling: Filling,
    pub(super) confidence: f64,
    pub(super) reason: String,
    /// What the values look like, in words.
    pub(super) shape: String,
}

impl Basis {
    /// The basis of one of several groups of sources.
    pub(super) fn new(group: &Group, profile: Option<&Profile>, sample: &Sample, others: usize) -> Basis {
        let mut basis = Basis {
            records: sample.records,
            others,
            profile: group.profile.clone(),
            patterns: profile.map(Profile::line_patterns).unwrap_or_default(),
            ..Basis::default()
        };
        for (role, filled) in &group.roles {
            let shape = names(&filled.filling).iter().find_map(|name| sample.field(name).and_then(shape)).unwrap_or_default();
            basis.roles.insert(
                *role,
                SeenRole {
                    filling: filled.filling.clone(),
                    confidence: filled.mapping.confidence,
                    reason: filled.mapping.reason.clone(),
                    shape,
                },
            );
        }
        let columns = group.columns.iter().enumerate().filter(|(_, column)| column.real);
        for (place, column) in columns.take(COLUMNS) {
            let present = sample.field(&column.name).map_or(0, |field| field.present);
            let share = if sample.records == 0 { 0.0 } else { present as f64 / sample.records as f64 };
            let used = group.roles.values().any(|filled| filled.made.reads(place, &column.name));
            basis.columns.push(SeenColumn { name: column.name.clone(), share, used });
        }
        basis
    }
}

/// The columns and paths that a filling names.
fn names(filling: &Filling) -> Vec<&str> {
    match filling {
        Filling::One(name) => vec![name],
        Filling::FirstOf(names) => names.iter().map(String::as_str).collect(),
        Filling::Sql { .. } => Vec::new(),
    }
}

/// What most values of a column look like, in words.
fn shape(field: &Field) -> Option<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for value in &field.values {
        *counts.entry(words(shapes::look(value))).or_default() += 1;
    }
    let (word, count) = counts.into_iter().max_by_key(|(_, count)| *count)?;
    Some(format!("{:.0}% of {} values are {word}", count as f64 * 100.0 / field.values.len() as f64, field.values.len()))
}

const fn words(look: Look) -> &'static str {
    match look {
        Look::Time => "dates or times",
        Look::Epoch => "times since the epoch",
        Look::Status => "HTTP statuses",
        Look::Integer => "whole numbers",
        Look::Real => "numbers",
        Look::Boolean => "truth values",
        Look::Ip => "addresses",
        Look::Uuid => "UUIDs",
        Look::Asn => "network numbers",
        Look::Country => "country codes",
        Look::Method => "HTTP methods",
        Look::UserAgent => "user agents",
        Look::Key => "keys",
        Look::Email => "mail addresses",
        Look::Path => "paths or URLs",
        Look::Json => "JSON",
        Look::Empty | Look::Other => "text",
    }
}
