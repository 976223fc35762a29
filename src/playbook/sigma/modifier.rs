//! The modifiers of a field: how its values are compared.

use super::yaml::Scalar;

/// How values are compared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Compare {
    #[default]
    Equal,
    Contains,
    StartsWith,
    EndsWith,
    Regex,
    Cidr,
    Exists,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// The modifiers of a field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Modifiers {
    pub(super) compare: Compare,
    /// All values must fit, not one.
    pub(super) all: bool,
    /// Upper and lower case differ.
    pub(super) cased: bool,
    /// The rows that do not fit.
    pub(super) negated: bool,
    /// The value is the name of another field.
    pub(super) field: bool,
    /// The flags of a regular expression: `i`, `m`, `s`.
    pub(super) flags: String,
}

const KNOWN: &str = "contains startswith endswith all re cidr exists cased lt lte gt gte neq fieldref";

pub(super) fn parse(words: &str) -> Result<Modifiers, String> {
    let mut made = Modifiers::default();
    let mut compared = None;
    for word in words.split('|').filter(|word| !word.is_empty()) {
        let compare = match word {
            "contains" => Compare::Contains,
            "startswith" => Compare::StartsWith,
            "endswith" => Compare::EndsWith,
            "re" => Compare::Regex,
            "cidr" => Compare::Cidr,
            "exists" => Compare::Exists,
            "lt" => Compare::Less,
            "lte" => Compare::LessOrEqual,
            "gt" => Compare::Greater,
            "gte" => Compare::GreaterOrEqual,
            "all" => {
                made.all = true;
                continue;
            }
            "cased" => {
                made.cased = true;
                continue;
            }
            "neq" => {
                made.negated = true;
                continue;
            }
            "fieldref" => {
                made.field = true;
                continue;
            }
            "i" | "m" | "s" if compared == Some("re") => {
                made.flags.push_str(word);
                continue;
            }
            "i" | "m" | "s" => return Err(format!("'{word}' is a flag of re: write re|{word}")),
            "windash" => {
                return Err(
                    "'windash' cannot be expressed: command lines with dashes and slashes are not in these logs; list both forms"
                        .into(),
                );
            }
            "base64" | "base64offset" | "utf16" | "utf16le" | "utf16be" | "wide" => {
                return Err(format!(
                    "'{word}' cannot be expressed: the value would have to be encoded; write the encoded text with contains"
                ));
            }
            "expand" => return Err("'expand' cannot be expressed: there are no placeholders here; write the values out".into()),
            "minute" | "hour" | "day" | "week" | "month" | "year" => {
                return Err(format!(
                    "'{word}' cannot be expressed: parts of a time are not compared; use a playbook of your own"
                ));
            }
            _ => return Err(format!("'{word}' is no modifier; they are {KNOWN}")),
        };
        if let Some(other) = compared {
            return Err(format!("'{other}' and '{word}' do not go together"));
        }
        compared = Some(word);
        made.compare = compare;
    }
    if made.field && !matches!(made.compare, Compare::Equal | Compare::Contains | Compare::StartsWith | Compare::EndsWith) {
        return Err("fieldref goes with contains, startswith and endswith, or alone".into());
    }
    Ok(made)
}

impl Modifiers {
    /// Whether they can stand with a keyword, which has no field.
    pub(super) fn of_keyword(&self) -> bool {
        !self.field && !self.negated && matches!(self.compare, Compare::Equal | Compare::Contains | Compare::Regex)
    }

    /// Whether values of these kinds can be compared so; the line and what is wrong where not.
    pub(super) fn fits(&self, values: &[(Scalar, usize)]) -> Result<(), (usize, String)> {
        for (value, line) in values {
            let refuse = |message: String| Err((*line, message));
            let plain = value.plain();
            match self.compare {
                Compare::Less | Compare::LessOrEqual | Compare::Greater | Compare::GreaterOrEqual => {
                    let time = plain.parse::<crate::domain::Timestamp>().is_ok();
                    if !matches!(value, Scalar::Integer(_) | Scalar::Real(_)) && !time {
                        return refuse(format!(
                            "'{plain}' is neither a number nor a time, and only these are compared with lt, lte, gt, gte"
                        ));
                    }
                }
                Compare::Exists if !matches!(value, Scalar::Boolean(_)) => {
                    return refuse("exists takes true or false".into());
                }
                Compare::Exists if values.len() > 1 => return refuse("exists takes one value".into()),
                Compare::Cidr if crate::investigate::filter::network_pattern(&plain).is_none() => {
                    return refuse(format!("'{plain}' is no network, such as 10.0.0.0/8 or 2001:db8::/32"));
                }
                Compare::Regex => {
                    if let Err(error) = regex::Regex::new(&plain) {
                        let reason = error.to_string();
                        let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
                        return refuse(format!("this regular expression cannot be used: {reason}"));
                    }
                }
                Compare::Contains | Compare::StartsWith | Compare::EndsWith if *value == Scalar::Null => {
                    return refuse("there is no value to look for".into());
                }
                _ if self.field && plain.is_empty() => return refuse("fieldref names another field".into()),
                _ => {}
            }
        }
        Ok(())
    }
}
