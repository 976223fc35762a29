//! From a YAML document to a rule or a correlation: which keys there are and what may stand in them.

use crate::domain::Severity;

use super::SigmaError;
use super::condition::{self, Expr};
use super::modifier::{self, Modifiers};
use super::yaml::{Data, Node, Pair, Scalar};

/// What rules and correlations have in common.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Head {
    pub(super) line: usize,
    pub(super) title: String,
    pub(super) id: String,
    pub(super) name: String,
    pub(super) description: String,
    pub(super) author: String,
    pub(super) severity: Severity,
    pub(super) tags: Vec<String>,
    pub(super) references: Vec<String>,
    pub(super) false_positives: Vec<String>,
}

/// One document of a file.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Document {
    Rule(Rule),
    Correlation(Correlation),
}

impl Document {
    pub(super) fn rule(&self) -> Option<&Rule> {
        match self {
            Document::Rule(rule) => Some(rule),
            Document::Correlation(_) => None,
        }
    }
}

/// A rule over single rows.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rule {
    pub(super) head: Head,
    pub(super) searches: Vec<(String, Search)>,
    pub(super) condition: Expr,
}

/// What stands under a name in the detection.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Search {
    /// All of these.
    All(Vec<Search>),
    /// One of these.
    Any(Vec<Search>),
    /// A field and what its value must be.
    Item(Item),
}

/// A field with modifiers and values. No field: a keyword, which may stand anywhere in the row.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Item {
    pub(super) field: Option<String>,
    pub(super) modifiers: Modifiers,
    pub(super) values: Vec<(Scalar, usize)>,
    pub(super) line: usize,
    /// The key as it stands in the file, with those around it.
    pub(super) key: String,
}

/// Rules that have to come together.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Correlation {
    pub(super) head: Head,
    pub(super) kind: Kind,
    pub(super) rules: Vec<(String, usize)>,
    pub(super) group_by: Vec<(String, usize)>,
    /// In seconds.
    pub(super) timespan: i64,
    pub(super) bounds: Vec<(&'static str, Scalar)>,
    pub(super) fields: Vec<(String, usize)>,
    /// From 0 to 100.
    pub(super) percentile: f64,
    /// A name for fields that rules call differently: the name, the rule, the field.
    pub(super) aliases: Vec<(String, String, String)>,
    pub(super) generate: bool,
}

/// The types of correlations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    EventCount,
    ValueCount,
    Temporal,
    TemporalOrdered,
    ValueSum,
    ValueAverage,
    ValuePercentile,
}

const KINDS: [(&str, Kind); 7] = [
    ("event_count", Kind::EventCount),
    ("value_count", Kind::ValueCount),
    ("temporal", Kind::Temporal),
    ("temporal_ordered", Kind::TemporalOrdered),
    ("value_sum", Kind::ValueSum),
    ("value_avg", Kind::ValueAverage),
    ("value_percentile", Kind::ValuePercentile),
];

impl Kind {
    pub(super) fn name(self) -> &'static str {
        KINDS.iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }

    pub(super) const fn is_temporal(self) -> bool {
        matches!(self, Kind::Temporal | Kind::TemporalOrdered)
    }

    const fn needs_field(self) -> bool {
        matches!(self, Kind::ValueCount | Kind::ValueSum | Kind::ValueAverage | Kind::ValuePercentile)
    }
}

pub(super) fn document(node: &Node) -> Result<Document, SigmaError> {
    if !matches!(node.data, Data::Map(_)) {
        return Err(SigmaError::new(node.line, "", "a rule is a map of keys, such as title, logsource and detection"));
    }
    if let Some(pair) = node.get("action").or_else(|| node.get("filter")) {
        return Err(SigmaError::new(pair.line, &pair.key, format!("'{}' documents are not read; write the rule out", pair.key)));
    }
    let head = head(node)?;
    match (node.get("detection"), node.get("correlation")) {
        (Some(pair), None) => rule(head, pair).map(Document::Rule),
        (None, Some(pair)) => correlation(head, pair).map(Document::Correlation),
        (Some(_), Some(pair)) => {
            Err(SigmaError::new(pair.line, "correlation", "a document is either a rule (detection) or a correlation, not both"))
        }
        (None, None) => Err(SigmaError::new(node.line, "detection", "there is neither a detection nor a correlation")),
    }
}

fn head(node: &Node) -> Result<Head, SigmaError> {
    let title = node.text("title").unwrap_or_default();
    if title.trim().is_empty() {
        return Err(SigmaError::new(node.line, "title", "a rule needs a title"));
    }
    let severity = match node.get("level") {
        None => Severity::Medium,
        Some(pair) => {
            let word = node.text("level").unwrap_or_default();
            let word = if word == "informational" { "info" } else { word.as_str() };
            word.parse().map_err(|_| {
                SigmaError::new(
                    pair.line,
                    "level",
                    format!("'{word}' is no level; they are informational low medium high critical"),
                )
            })?
        }
    };
    Ok(Head {
        line: node.line,
        title,
        id: node.text("id").unwrap_or_default(),
        name: node.text("name").unwrap_or_default(),
        description: node.text("description").unwrap_or_default(),
        author: node.text("author").unwrap_or_default(),
        severity,
        tags: node.texts("tags"),
        references: node.texts("references"),
        false_positives: node.texts("falsepositives"),
    })
}

fn rule(head: Head, detection: &Pair) -> Result<Rule, SigmaError> {
    let Data::Map(pairs) = &detection.node.data else {
        return Err(SigmaError::new(detection.line, "detection", "a detection is a map: searches by name, and a condition"));
    };
    let mut searches = Vec::new();
    let mut conditions = Vec::new();
    for pair in pairs {
        let key = format!("detection.{}", pair.key);
        match pair.key.as_str() {
            "condition" => conditions = pair.node.scalars().into_iter().map(|(scalar, line)| (scalar.plain(), line)).collect(),
            "timeframe" => {
                return Err(SigmaError::new(
                    pair.line,
                    key,
                    "a timeframe belongs to a correlation now (type event_count, timespan)",
                ));
            }
            _ => searches.push((pair.key.clone(), search(&pair.node, &key)?)),
        }
    }
    if searches.is_empty() {
        return Err(SigmaError::new(detection.line, "detection", "there is nothing to search for"));
    }
    let names: Vec<&str> = searches.iter().map(|(name, _)| name.as_str()).collect();
    let mut any = Vec::new();
    for (text, line) in &conditions {
        any.push(condition::parse(text, &names).map_err(|message| SigmaError::new(*line, "detection.condition", message))?);
    }
    let condition = match any.len() {
        0 => return Err(SigmaError::new(detection.line, "detection.condition", "a detection needs a condition")),
        1 => any.remove(0),
        _ => Expr::Any(any),
    };
    Ok(Rule { head, searches, condition })
}

fn search(node: &Node, key: &str) -> Result<Search, SigmaError> {
    match &node.data {
        Data::Map(pairs) if pairs.is_empty() => Err(SigmaError::new(node.line, key, "there is nothing in this search")),
        Data::Map(pairs) => pairs.iter().map(|pair| item(pair, key)).collect::<Result<_, _>>().map(Search::All),
        Data::List(items) if items.is_empty() => Err(SigmaError::new(node.line, key, "this list is empty; it would never match")),
        Data::List(items) => items.iter().map(|item| search(item, key)).collect::<Result<_, _>>().map(Search::Any),
        Data::Scalar(Scalar::Null) => Err(SigmaError::new(node.line, key, "there is nothing in this search")),
        Data::Scalar(scalar) => Ok(Search::Item(Item {
            field: None,
            modifiers: Modifiers::default(),
            values: vec![(scalar.clone(), node.line)],
            line: node.line,
            key: key.to_owned(),
        })),
    }
}

fn item(pair: &Pair, around: &str) -> Result<Search, SigmaError> {
    let key = format!("{around}.{}", pair.key);
    let (field, words) = pair.key.split_once('|').unwrap_or((pair.key.as_str(), ""));
    let modifiers = modifier::parse(words).map_err(|message| SigmaError::new(pair.line, &key, message))?;
    let values: Vec<(Scalar, usize)> = match &pair.node.data {
        Data::Map(_) => return Err(SigmaError::new(pair.line, &key, "a field has a value or a list of values, not a map")),
        Data::List(items) if items.iter().any(|item| !matches!(item.data, Data::Scalar(_))) => {
            return Err(SigmaError::new(pair.line, &key, "the values of a field are single ones, not lists or maps"));
        }
        _ => pair.node.scalars().into_iter().map(|(scalar, line)| (scalar.clone(), line)).collect(),
    };
    if values.is_empty() {
        return Err(SigmaError::new(pair.line, &key, "this list is empty; it would never match"));
    }
    modifiers.fits(&values).map_err(|(line, message)| SigmaError::new(line, &key, message))?;
    let field = Some(field.to_owned()).filter(|field| !field.is_empty());
    if field.is_none() && !modifiers.of_keyword() {
        return Err(SigmaError::new(pair.line, &key, "a keyword can only be combined with the modifiers all, re and cased"));
    }
    Ok(Search::Item(Item { field, modifiers, values, line: pair.line, key }))
}

/// The comparisons of a correlation's condition.
const BOUNDS: [(&str, &str); 6] = [("gt", ">"), ("gte", ">="), ("lt", "<"), ("lte", "<="), ("eq", "="), ("neq", "<>")];

fn correlation(head: Head, pair: &Pair) -> Result<Correlation, SigmaError> {
    let node = &pair.node;
    let Data::Map(pairs) = &node.data else {
        return Err(SigmaError::new(
            pair.line,
            "correlation",
            "a correlation is a map: type, rules, group-by, timespan, condition",
        ));
    };
    let wrong = |key: &str, message: String| {
        let line = node.get(key).map_or(pair.line, |pair| pair.line);
        SigmaError::new(line, format!("correlation.{key}"), message)
    };
    const KNOWN: [&str; 7] = ["type", "rules", "group-by", "timespan", "condition", "aliases", "generate"];
    if let Some(other) = pairs.iter().find(|pair| !KNOWN.contains(&pair.key.as_str())) {
        return Err(wrong(&other.key, format!("this key is not known; the keys are {}", KNOWN.join(" "))));
    }
    let word = node.text("type").unwrap_or_default();
    let Some((_, kind)) = KINDS.iter().find(|(name, _)| *name == word) else {
        let names: Vec<&str> = KINDS.iter().map(|(name, _)| *name).collect();
        return Err(wrong("type", format!("'{word}' is no type of correlation; they are {}", names.join(" "))));
    };
    let kind = *kind;
    let listed = |key: &str| -> Vec<(String, usize)> {
        let scalars = node.get(key).map(|pair| pair.node.scalars()).unwrap_or_default();
        scalars.into_iter().map(|(scalar, line)| (scalar.plain(), line)).collect()
    };
    let rules = listed("rules");
    if rules.is_empty() {
        return Err(wrong("rules", "a correlation names the rules that it is of".into()));
    }
    if kind == Kind::TemporalOrdered && rules.len() < 2 {
        return Err(wrong("rules", "an order needs two rules at least".into()));
    }
    let timespan = timespan(&node.text("timespan").unwrap_or_default()).map_err(|message| wrong("timespan", message))?;
    let mut made = Correlation {
        head,
        kind,
        rules,
        group_by: listed("group-by"),
        timespan,
        bounds: Vec::new(),
        fields: Vec::new(),
        percentile: 50.0,
        aliases: Vec::new(),
        generate: node.text("generate").is_some_and(|word| word == "true"),
    };
    if let Some(aliases) = node.get("aliases") {
        let Data::Map(names) = &aliases.node.data else {
            return Err(wrong("aliases", "aliases are a map: a name, then for each rule its field".into()));
        };
        for name in names {
            let Data::Map(fields) = &name.node.data else {
                return Err(SigmaError::new(name.line, "correlation.aliases", "for each rule its field, such as login: user"));
            };
            for field in fields {
                let Data::Scalar(scalar) = &field.node.data else { continue };
                made.aliases.push((name.key.clone(), field.key.clone(), scalar.plain()));
            }
        }
    }
    match node.get("condition").map(|pair| (&pair.node.data, pair)) {
        Some((Data::Map(parts), _)) => {
            for part in parts {
                let key = format!("correlation.condition.{}", part.key);
                if let Some((_, sign)) = BOUNDS.iter().find(|(word, _)| *word == part.key) {
                    match &part.node.data {
                        Data::Scalar(number @ (Scalar::Integer(_) | Scalar::Real(_))) => {
                            made.bounds.push((*sign, number.clone()))
                        }
                        _ => return Err(SigmaError::new(part.line, key, "a number must stand here")),
                    }
                } else if part.key == "field" {
                    made.fields = part.node.scalars().into_iter().map(|(scalar, line)| (scalar.plain(), line)).collect();
                } else if part.key == "percentile" && kind == Kind::ValuePercentile {
                    match &part.node.data {
                        Data::Scalar(Scalar::Integer(number)) if (0..=100).contains(number) => made.percentile = *number as f64,
                        Data::Scalar(Scalar::Real(number)) if (0.0..=100.0).contains(number) => made.percentile = *number,
                        _ => return Err(SigmaError::new(part.line, key, "a percentile is a number from 0 to 100")),
                    }
                } else {
                    return Err(SigmaError::new(
                        part.line,
                        key,
                        "this is no comparison; they are gt gte lt lte eq neq, and field",
                    ));
                }
            }
        }
        Some((_, pair)) => {
            return Err(SigmaError::new(
                pair.line,
                "correlation.condition",
                "a condition in words (rule_a and not rule_b) cannot be expressed; write a map with gte, or use temporal_ordered",
            ));
        }
        None if kind.is_temporal() => {}
        None => return Err(wrong("condition", "a correlation that counts needs a condition, such as gte: 10".into())),
    }
    if !kind.is_temporal() && made.bounds.is_empty() {
        return Err(wrong("condition", "a number to compare with is missing, such as gte: 10".into()));
    }
    if kind.needs_field() && made.fields.is_empty() {
        return Err(wrong("condition", format!("{} needs the field whose values are meant: field: NAME", kind.name())));
    }
    if matches!(kind, Kind::ValueSum | Kind::ValueAverage | Kind::ValuePercentile) && made.fields.len() > 1 {
        return Err(wrong("condition", format!("{} is of one field", kind.name())));
    }
    if kind == Kind::TemporalOrdered && !made.bounds.is_empty() {
        return Err(wrong("condition", "temporal_ordered means all of its rules in their order; it takes no number".into()));
    }
    Ok(made)
}

/// A length of time such as `30s`, `5m`, `1h`, `7d`, in seconds.
fn timespan(text: &str) -> Result<i64, String> {
    let wrong = || format!("'{text}' is no length of time; write a number and s, m, h, d or w, such as 5m");
    let unit = match text.chars().next_back() {
        Some('s') => 1,
        Some('m') => 60,
        Some('h') => 3_600,
        Some('d') => 86_400,
        Some('w') => 7 * 86_400,
        Some('M' | 'y') => return Err("months and years are not of one length; write days".to_owned()),
        _ => return Err(wrong()),
    };
    let number = text.get(..text.len() - 1).unwrap_or_default();
    let seconds = number
        .parse::<i64>()
        .ok()
        .and_then(|number| number.checked_mul(unit))
        .filter(|seconds| (1..=31_622_400).contains(seconds));
    seconds.ok_or_else(wrong)
}
