//! By what a log format is known: columns that are there, and what their values look like. Never a file's name.

use std::collections::BTreeMap;

use regex::Regex;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use toml::Spanned;

use super::super::sample::{Field, Sample};
use super::Mistake;

/// Of the records, the share that must have a column, and of its values the share that must look as they should.
const MOST: f64 = 0.8;
/// Of the other columns, the share that must be there.
const SOME: f64 = 0.3;

/// `[evidence]`, or several `[[evidence]]` of which one is enough, as for a log that comes in two shapes.
#[derive(Debug, Clone)]
pub(super) enum Evidence {
    One(Clue),
    Any(Vec<Clue>),
}

// By hand, because an untagged enum knows neither where a mistake stands nor what it is.
impl<'de> Deserialize<'de> for Evidence {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Evidence, D::Error> {
        struct OneOrMany;
        impl<'de> Visitor<'de> for OneOrMany {
            type Value = Evidence;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a table `[evidence]` or several `[[evidence]]`")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Evidence, A::Error> {
                Clue::deserialize(MapAccessDeserializer::new(map)).map(Evidence::One)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, sequence: A) -> Result<Evidence, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(sequence)).map(Evidence::Any)
            }
        }
        deserializer.deserialize_any(OneOrMany)
    }
}

impl Default for Evidence {
    fn default() -> Evidence {
        Evidence::Any(Vec::new())
    }
}

/// What tells a format.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Clue {
    /// Columns or paths that all but a few records have.
    #[serde(default)]
    must: Vec<String>,
    /// Columns or paths of which some are there.
    #[serde(default)]
    should: Vec<String>,
    /// What values look like, as regular expressions.
    #[serde(default)]
    values: BTreeMap<String, Spanned<String>>,
    #[serde(skip)]
    patterns: Vec<(String, Regex)>,
}

impl Evidence {
    fn clues(&self) -> &[Clue] {
        match self {
            Evidence::One(clue) => std::slice::from_ref(clue),
            Evidence::Any(clues) => clues,
        }
    }

    /// Compiles the expressions, or says what is wrong. `lines`: whether the profile has patterns for text lines, which are evidence
    /// enough.
    pub(super) fn prepare(&mut self, lines: bool) -> Result<(), Mistake> {
        let clues = match self {
            Evidence::One(clue) => std::slice::from_mut(clue),
            Evidence::Any(clues) => clues,
        };
        if !lines && (clues.is_empty() || clues.iter().any(|clue| clue.must.is_empty())) {
            return Err(Mistake::whole("`evidence.must` names no column, so that everything would fit"));
        }
        for clue in clues {
            for (name, pattern) in &clue.values {
                let not = |error| {
                    Mistake::new(pattern.span().start, format!("`evidence.values.{name}` is no regular expression: {error}"))
                };
                clue.patterns.push((name.clone(), Regex::new(pattern.as_ref()).map_err(not)?));
            }
        }
        Ok(())
    }

    /// How surely some records are of the format, from 0 to 1, and why.
    pub(super) fn fit(&self, sample: &Sample) -> Option<(f64, String)> {
        let fits = self.clues().iter().filter_map(|clue| clue.fit(sample));
        fits.max_by(|one, other| one.0.total_cmp(&other.0))
    }

    /// Whether text lines that were taken apart look as they should.
    pub(super) fn allows(&self, sample: &Sample) -> bool {
        self.clues().is_empty() || self.clues().iter().any(|clue| clue.holds(sample))
    }
}

impl Clue {
    fn fit(&self, sample: &Sample) -> Option<(f64, String)> {
        if self.must.is_empty() || !self.holds(sample) {
            return None;
        }
        let present = self.should.iter().filter(|name| field(sample, name).is_some_and(|field| field.present > 0)).count();
        let part = if self.should.is_empty() { 1.0 } else { present as f64 / self.should.len() as f64 };
        if part < SOME {
            return None;
        }
        let all = self.should.len();
        let others = if all == 0 { String::new() } else { format!(", and {present} of {all} other columns that it has") };
        Some((0.6 + 0.4 * part, format!("{} are in the records{others}", self.must.join(", "))))
    }

    /// Whether the columns that must be there are there, and the values look as they should.
    fn holds(&self, sample: &Sample) -> bool {
        if sample.records == 0 {
            return false;
        }
        let share = |name: &str| field(sample, name).map_or(0.0, |field| field.present as f64 / sample.records as f64);
        let looks_right = |(name, pattern): &(String, Regex)| {
            let values = field(sample, name).map(|field| field.values.as_slice()).unwrap_or_default();
            values.iter().filter(|value| pattern.is_match(value)).count() as f64 >= MOST * values.len() as f64
        };
        self.must.iter().all(|name| share(name) >= MOST) && self.patterns.iter().all(looks_right)
    }
}

/// The column or path of this name, in whatever case: some exporters write all names in small letters.
fn field<'s>(sample: &'s Sample, name: &str) -> Option<&'s Field> {
    sample.field(name).or_else(|| sample.field_of_any_case(name))
}
