//! One value of a cell.

use super::time::Timestamp;

/// One value of a cell, free of the engine's types.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// No value.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number; 128 bits, so that large ids stay exact.
    Int(i128),
    /// A float.
    Float(f64),
    /// Text, as it stands in the extract. Attacker-written: draw it only through `SafeText`.
    Text(String),
    /// A UTC time.
    Time(Timestamp),
}

impl Value {
    /// The value as plain text for data outputs (RFC 3339 for times, nothing for NULL). Not safe to draw.
    pub fn to_plain(&self) -> String {
        match self {
            Value::Null => String::new(),
            Value::Bool(flag) => flag.to_string(),
            Value::Int(number) => number.to_string(),
            Value::Float(number) => number.to_string(),
            Value::Text(text) => text.clone(),
            Value::Time(time) => time.to_string(),
        }
    }

    /// The value as a JSON value; whole numbers that JSON readers would round become text.
    pub fn to_json(&self) -> serde_json::Value {
        const EXACT: i128 = 1 << 53;
        match self {
            Value::Null => serde_json::Value::Null,
            Value::Bool(flag) => (*flag).into(),
            Value::Int(number) if (-EXACT..=EXACT).contains(number) => (*number as i64).into(),
            Value::Int(number) => number.to_string().into(),
            Value::Float(number) => {
                serde_json::Number::from_f64(*number).map_or(serde_json::Value::Null, serde_json::Value::Number)
            }
            Value::Text(text) => text.clone().into(),
            Value::Time(time) => time.to_string().into(),
        }
    }

    /// The whole number in it, if it is one that fits 64 bits.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Value::Int(number) => i64::try_from(*number).ok(),
            _ => None,
        }
    }

    /// The number in it, if it is one.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Value::Int(number) => Some(*number as f64),
            Value::Float(number) => Some(*number),
            _ => None,
        }
    }

    /// The text in it, if it is text.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The time in it, if it is one.
    pub fn as_time(&self) -> Option<Timestamp> {
        match self {
            Value::Time(time) => Some(*time),
            _ => None,
        }
    }

    /// Whether there is no value.
    pub const fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }
}
