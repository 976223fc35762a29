//! UTC time with microseconds, and ranges of it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A moment in UTC, in microseconds since 1970-01-01T00:00:00Z, as DuckDB's `TIMESTAMP` holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// One second in microseconds.
    pub const SECOND: i64 = 1_000_000;

    /// The moment `micros` after this one (before it when negative); stays at the ends of the range.
    pub const fn plus(self, micros: i64) -> Timestamp {
        Timestamp(self.0.saturating_add(micros))
    }

    /// Microseconds from `earlier` to this moment.
    pub const fn since(self, earlier: Timestamp) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// `2023-07-10 11:42:18`: how a moment is shown where a column is narrow. Seconds are cut, not rounded.
    pub fn to_seconds_text(self) -> String {
        self.jiff().map_or_else(|| self.0.to_string(), |time| time.strftime("%Y-%m-%d %H:%M:%S").to_string())
    }

    /// Formats with `strftime` conversions in UTC.
    pub fn strftime(self, format: &str) -> String {
        self.jiff().map_or_else(|| self.0.to_string(), |time| time.strftime(format).to_string())
    }

    fn jiff(self) -> Option<jiff::Timestamp> {
        jiff::Timestamp::from_microsecond(self.0).ok()
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC: `2023-07-10T11:42:18Z`, with a fraction only where there is one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.jiff() {
            Some(time) => write!(f, "{time}"),
            None => write!(f, "{}us", self.0),
        }
    }
}

/// Why a text is not a time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a time; write 2023-07-10, 2023-07-10T11:42 or 2023-07-10T11:42:18Z (UTC)")]
pub struct TimeError(pub String);

impl FromStr for Timestamp {
    type Err = TimeError;

    /// Reads RFC 3339, or a civil date or date and time that is taken as UTC.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let trimmed = text.trim();
        // What `Display` writes for moments that the calendar does not reach, so that every time can be read back.
        if let Some(micros) = trimmed.strip_suffix("us").and_then(|number| number.parse().ok()) {
            return Ok(Timestamp(micros));
        }
        if let Ok(time) = trimmed.parse::<jiff::Timestamp>() {
            return Ok(Timestamp(time.as_microsecond()));
        }
        let civil = trimmed
            .parse::<jiff::civil::DateTime>()
            .or_else(|_| trimmed.parse::<jiff::civil::Date>().map(|date| date.to_datetime(jiff::civil::Time::midnight())))
            .map_err(|_| TimeError(text.to_owned()))?;
        jiff::tz::TimeZone::UTC
            .to_timestamp(civil)
            .map(|time| Timestamp(time.as_microsecond()))
            .map_err(|_| TimeError(text.to_owned()))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A span of time: from `from` on, before `to`. An open end is `None`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TimeRange {
    /// The first moment inside.
    pub from: Option<Timestamp>,
    /// The first moment after the range.
    pub to: Option<Timestamp>,
}

impl TimeRange {
    /// All time.
    pub const ALL: TimeRange = TimeRange { from: None, to: None };

    /// Whether both ends are open.
    pub const fn is_all(&self) -> bool {
        self.from.is_none() && self.to.is_none()
    }
}

impl fmt::Display for TimeRange {
    /// `A..B`, with nothing at an open end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(from) = self.from {
            write!(f, "{from}")?;
        }
        f.write_str("..")?;
        if let Some(to) = self.to {
            write!(f, "{to}")?;
        }
        Ok(())
    }
}

impl FromStr for TimeRange {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (from, to) = text.split_once("..").ok_or_else(|| TimeError(text.to_owned()))?;
        let end = |part: &str| {
            if part.trim().is_empty() { Ok(None) } else { part.parse().map(Some) }
        };
        Ok(TimeRange { from: end(from)?, to: end(to)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_every_spelling_and_printed_in_one() {
        for text in ["2023-07-10T11:42:18Z", "2023-07-10T11:42:18", "2023-07-10 11:42:18", "2023-07-10T13:42:18+02:00"] {
            assert_eq!(text.parse::<Timestamp>().unwrap().to_string(), "2023-07-10T11:42:18Z", "{text}");
        }
        assert_eq!("2023-07-10".parse::<Timestamp>().unwrap().to_string(), "2023-07-10T00:00:00Z");
        assert!("yesterday".parse::<Timestamp>().is_err());
        for micros in [i64::MIN, -1, 0, 1, i64::MAX] {
            assert_eq!(Timestamp(micros).to_string().parse(), Ok(Timestamp(micros)));
        }
    }

    #[test]
    fn a_range_is_read_back_from_what_it_prints() {
        for text in ["..", "2023-07-10T00:00:00Z..", "..2023-07-10T00:00:00.5Z"] {
            assert_eq!(text.parse::<TimeRange>().unwrap().to_string(), text);
        }
    }
}
