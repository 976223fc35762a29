//! A list of values in the main area: what a pivot leads to, or the top values of a column.

use crate::domain::Timestamp;
use crate::investigate::compare::Windows;
use crate::investigate::listing::Order;

/// One value.
#[derive(Debug, Clone, Default, PartialEq)]
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
    /// Rows with it in the window that is compared with, where one is.
    pub previous: Option<u64>,
}

/// The list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct List {
    /// The column that the values stand in.
    pub column: String,
    /// The values, in their order.
    pub items: Vec<ListItem>,
    /// How many there are in all, where that is known.
    pub distinct: Option<u64>,
    /// How many of them have the searched text, where one is searched for and that is known.
    pub matching: Option<u64>,
    /// How many are new, and how many are not there any more, where two windows of time are compared.
    pub changed: Option<(u64, u64)>,
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
    /// In which order the values stand.
    pub order: Order,
    /// What is searched for in them; empty for nothing.
    pub needle: String,
    /// The windows of time that are compared, where they are.
    pub windows: Option<Windows>,
}

/// Values read into a list at most; the list says when there are more.
pub const MOST: u64 = 2000;
