//! Parameters of playbooks: what they may be, and values for them.

use std::fmt;

use crate::engine::Param;

/// The type of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParamKind {
    /// A whole number.
    Integer,
    /// A number.
    Real,
    /// A text.
    Text,
    /// True or false.
    Boolean,
}

impl ParamKind {
    /// Every type.
    pub const ALL: [ParamKind; 4] = [ParamKind::Integer, ParamKind::Real, ParamKind::Text, ParamKind::Boolean];

    /// Its name in headers.
    pub const fn name(self) -> &'static str {
        match self {
            ParamKind::Integer => "integer",
            ParamKind::Real => "real",
            ParamKind::Text => "text",
            ParamKind::Boolean => "boolean",
        }
    }
}

impl fmt::Display for ParamKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A value for a parameter.
#[derive(Debug, Clone, PartialEq)]
pub enum ParamValue {
    /// A whole number.
    Integer(i64),
    /// A number.
    Real(f64),
    /// A text.
    Text(String),
    /// True or false.
    Boolean(bool),
}

impl ParamValue {
    /// Its type.
    pub const fn kind(&self) -> ParamKind {
        match self {
            ParamValue::Integer(_) => ParamKind::Integer,
            ParamValue::Real(_) => ParamKind::Real,
            ParamValue::Text(_) => ParamKind::Text,
            ParamValue::Boolean(_) => ParamKind::Boolean,
        }
    }

    fn number(&self) -> Option<f64> {
        match self {
            ParamValue::Integer(number) => Some(*number as f64),
            ParamValue::Real(number) => Some(*number),
            ParamValue::Text(_) | ParamValue::Boolean(_) => None,
        }
    }
}

impl fmt::Display for ParamValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ParamValue::Integer(number) => write!(f, "{number}"),
            ParamValue::Real(number) => write!(f, "{number}"),
            ParamValue::Text(text) => f.write_str(text),
            ParamValue::Boolean(flag) => write!(f, "{flag}"),
        }
    }
}

impl From<&ParamValue> for Param {
    fn from(value: &ParamValue) -> Param {
        match value {
            ParamValue::Integer(number) => Param::Int(*number),
            ParamValue::Real(number) => Param::Float(*number),
            ParamValue::Text(text) => Param::Text(text.clone()),
            ParamValue::Boolean(flag) => Param::Bool(*flag),
        }
    }
}

/// A parameter as the header declares it.
#[derive(Debug, Clone, PartialEq)]
pub struct ParamSpec {
    /// Its name; `$name` in the query.
    pub name: String,
    /// Its type.
    pub kind: ParamKind,
    /// Its value where none is given.
    pub default: ParamValue,
    /// The smallest number allowed.
    pub min: Option<f64>,
    /// The largest number allowed.
    pub max: Option<f64>,
    /// What it does.
    pub help: String,
}

/// Why a value does not fit a parameter.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ParamError {
    /// The playbook has no parameter of this name.
    #[error("the playbook {playbook} has no parameter '{name}'; {known}")]
    Unknown {
        /// Which playbook.
        playbook: String,
        /// The name.
        name: String,
        /// What it has, as half a sentence.
        known: String,
    },
    /// The value is of another type.
    #[error("the parameter '{name}' is of type {kind}, and '{value}' is not")]
    Kind {
        /// Which parameter.
        name: String,
        /// Its type.
        kind: ParamKind,
        /// The value.
        value: String,
    },
    /// The value is too small or too large.
    #[error("the parameter '{name}' must be {range}, not {value}")]
    Range {
        /// Which parameter.
        name: String,
        /// The range, in words.
        range: String,
        /// The value.
        value: String,
    },
    /// The query uses a parameter that the header does not declare; [`check`](super::check()) finds these beforehand.
    #[error("the query uses ${0}, which the header does not declare")]
    Undeclared(String),
}

impl ParamSpec {
    /// Reads a value as it is typed, and checks it.
    pub fn read(&self, text: &str) -> Result<ParamValue, ParamError> {
        let wrong = || ParamError::Kind { name: self.name.clone(), kind: self.kind, value: text.to_owned() };
        let word = text.trim();
        let value = match self.kind {
            ParamKind::Integer => ParamValue::Integer(word.parse().map_err(|_| wrong())?),
            ParamKind::Real => ParamValue::Real(word.parse().map_err(|_| wrong())?),
            ParamKind::Text => ParamValue::Text(text.to_owned()),
            ParamKind::Boolean => ParamValue::Boolean(word.parse().map_err(|_| wrong())?),
        };
        self.accept(value)
    }

    /// Checks a value. A whole number is welcome where a real one is asked for.
    pub fn accept(&self, value: ParamValue) -> Result<ParamValue, ParamError> {
        let value = match (self.kind, value) {
            (ParamKind::Real, ParamValue::Integer(number)) => ParamValue::Real(number as f64),
            (_, value) => value,
        };
        if value.kind() != self.kind {
            return Err(ParamError::Kind { name: self.name.clone(), kind: self.kind, value: value.to_string() });
        }
        let inside = |number: f64| {
            number.is_finite() && self.min.is_none_or(|min| number >= min) && self.max.is_none_or(|max| number <= max)
        };
        if value.number().is_some_and(|number| !inside(number)) {
            let range = match (self.min, self.max) {
                (Some(min), Some(max)) => format!("between {min} and {max}"),
                (Some(min), None) => format!("at least {min}"),
                (None, Some(max)) => format!("at most {max}"),
                (None, None) => "a finite number".to_owned(),
            };
            return Err(ParamError::Range { name: self.name.clone(), range, value: value.to_string() });
        }
        Ok(value)
    }
}
