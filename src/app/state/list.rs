//! A list of values in the main area: what a pivot leads to, or the top values of a column.

use crate::domain::Timestamp;

/// One value.
#[derive(Debug, Clone, PartialEq)]
pub struct ListItem {
    /// The value as text; `None` for rows without one. Attacker-written.
    pub value: Option<String>,
    /// Rows with it.
    pub requests: u64,
    /// Its share of the view's rows, from 0 to 1, for top values.
    pub share: Option<f64>,
    /// The first row with it, for pivots.
    pub first_seen: Option<Timestamp>,
    /// The last row with it, for pivots.
    pub last_seen: Option<Timestamp>,
}

/// The list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct List {
    /// The column that the values stand in.
    pub column: String,
    /// The values, the most frequent first.
    pub items: Vec<ListItem>,
    /// How many there are in all, where that is known.
    pub distinct: Option<u64>,
    /// Whether the list was cut short.
    pub cut: bool,
    /// Whether it is on the way.
    pub loading: bool,
    /// Why there is none.
    pub error: Option<String>,
    /// The item under the cursor.
    pub cursor: usize,
    /// The first item on the screen.
    pub top: usize,
}

/// Values read into a list at most; the list says when there are more.
pub const MOST: u64 = 2000;
