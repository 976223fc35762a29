//! What every list of values has in common: in which order, which of them, how many.

use super::filter::display_value;
use super::{Context, sql};
use crate::domain::Kind;
use crate::engine::Statement;

/// In which order values are listed. Values that are equal in it come in the order of the values, and no value comes last.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// The most frequent first.
    #[default]
    Most,
    /// The rarest first.
    Least,
    /// By the value.
    Value,
    /// The one that was seen first, where a list knows that.
    First,
    /// The one that was seen last, where a list knows that.
    Last,
    /// What changed most between two windows of time, where a list compares them.
    Change,
}

impl Order {
    /// A few words for it.
    pub const fn words(self) -> &'static str {
        match self {
            Order::Most => "by requests",
            Order::Least => "rarest first",
            Order::Value => "by value",
            Order::First => "by first seen",
            Order::Last => "by last seen",
            Order::Change => "by change",
        }
    }

    /// The keys of an `ORDER BY`, after the columns `requests` and those that the order speaks of.
    pub(super) fn keys(self, value: &str) -> String {
        let first = match self {
            Order::Most => "requests DESC, ",
            Order::Least => "requests ASC, ",
            Order::Value => "",
            Order::First => "first_seen ASC NULLS LAST, ",
            Order::Last => "last_seen DESC NULLS LAST, ",
            Order::Change => "abs(requests - previous) DESC, requests DESC, ",
        };
        format!("{first}{value} ASC NULLS LAST")
    }
}

/// Which values are asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Asked<'a> {
    /// In which order.
    pub order: Order,
    /// Only values that have this text somewhere in them, without regard to case; an empty text for all.
    pub containing: &'a str,
    /// How many at most; `None` for all.
    pub limit: Option<u64>,
}

impl Asked<'_> {
    /// The most frequent values.
    pub const fn most(limit: u64) -> Asked<'static> {
        Asked { order: Order::Most, containing: "", limit: Some(limit) }
    }

    /// The condition on a value; nothing where all are asked for.
    pub(super) fn condition(&self, context: &Context<'_>, value: &str, kind: Kind, statement: &mut Statement) -> Option<String> {
        if self.containing.is_empty() {
            return None;
        }
        let text = display_value(context.dialect, value, kind);
        let needle = statement.bind(self.containing);
        Some(context.dialect.contains(&text, &needle))
    }

    /// ` LIMIT …`.
    pub(super) fn cut(&self, statement: &mut Statement) -> String {
        self.limit.map(|limit| format!(" LIMIT {}", statement.bind(sql::whole(limit)))).unwrap_or_default()
    }
}
