//! A view: what the screen and every answer derive from.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::domain::TimeRange;

use super::filter::Filter;

/// A column to sort by. Rows without a value come last in either direction.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SortKey {
    /// The column's name in `requests`.
    pub column: String,
    /// Largest first.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub descending: bool,
}

impl fmt::Display for SortKey {
    /// `latency`, or `latency:desc`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.column)?;
        if self.descending || self.column.ends_with(":asc") || self.column.ends_with(":desc") {
            f.write_str(if self.descending { ":desc" } else { ":asc" })?;
        }
        Ok(())
    }
}

impl FromStr for SortKey {
    type Err = std::convert::Infallible;

    /// Reads `column`, `column:asc` or `column:desc`. Whether there is such a column shows when the view is used.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (column, descending) = match (text.strip_suffix(":desc"), text.strip_suffix(":asc")) {
            (Some(column), _) => (column, true),
            (None, Some(column)) => (column, false),
            (None, None) => (text, false),
        };
        Ok(SortKey { column: column.to_owned(), descending })
    }
}

/// A filter, a time range, an order and the columns that are not shown. The default is everything, in load order.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct View {
    /// Which rows.
    #[serde(skip_serializing_if = "Filter::is_all")]
    pub filter: Filter,
    /// Which times, beside what the filter says. Rows without a time are outside every range.
    #[serde(skip_serializing_if = "TimeRange::is_all")]
    pub range: TimeRange,
    /// In which order; ties are in load order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sort: Vec<SortKey>,
    /// Columns that are not shown.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hidden: Vec<String>,
}

impl View {
    /// Whether it has every row.
    pub fn is_all(&self) -> bool {
        self.filter.is_all() && self.range.is_all()
    }

    /// Whether its rows are all rows in load order, so that a row's position is `row_id - 1`.
    pub fn is_loaded_order(&self) -> bool {
        self.is_all() && self.sort.is_empty()
    }

    /// Whether both have the same rows in the same order; what is hidden does not matter.
    pub fn same_rows(&self, other: &View) -> bool {
        self.filter == other.filter && self.range == other.range && self.sort == other.sort
    }

    /// The view with `filter` added to its own.
    pub fn narrowed(&self, filter: Filter) -> View {
        View { filter: self.filter.clone().and(filter), ..self.clone() }
    }

    /// The options that give the same rows on the command line: `--filter '…' --time A..B`, quoted for a POSIX shell; empty for a
    /// view of everything.
    pub fn command_line(&self) -> String {
        let mut parts = Vec::new();
        if !self.filter.is_all() {
            parts.push(format!("--filter {}", shell_quoted(&self.filter.to_string())));
        }
        if !self.range.is_all() {
            parts.push(format!("--time {}", self.range));
        }
        parts.join(" ")
    }
}

/// A text as one word of a POSIX shell.
pub fn shell_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view() -> View {
        View {
            filter: "account:\"it's; rm -rf\" -status:429".parse().unwrap(),
            range: "2023-07-10T00:00:00Z..".parse().unwrap(),
            sort: vec![
                SortKey { column: "latency".into(), descending: true },
                SortKey { column: "time".into(), descending: false },
            ],
            hidden: vec!["content".into()],
        }
    }

    #[test]
    fn a_view_is_kept_as_text_and_read_back() {
        let kept = serde_json::to_string(&view()).unwrap();
        assert!(kept.contains(r#""filter":"account:\"it's; rm -rf\" -status:429""#), "{kept}");
        assert_eq!(serde_json::from_str::<View>(&kept).unwrap(), view());
        assert_eq!(serde_json::to_string(&View::default()).unwrap(), "{}");
        assert!(serde_json::from_str::<View>(r#"{"filter":"a:("}"#).is_err());
    }

    #[test]
    fn the_command_line_is_quoted_for_a_shell() {
        assert_eq!(view().command_line(), r#"--filter 'account:"it'\''s; rm -rf" -status:429' --time 2023-07-10T00:00:00Z.."#);
        assert_eq!(View::default().command_line(), "");
    }

    #[test]
    fn sort_keys_read_back_what_they_print() {
        for key in [("latency", true), ("latency", false), ("odd:desc", false), ("odd:asc", true)] {
            let key = SortKey { column: key.0.into(), descending: key.1 };
            assert_eq!(key.to_string().parse(), Ok(key));
        }
    }
}
