//! The rows of the view: a cursor, and a window of a few screens of rows around it. Never more.

use crate::domain::{Column, Schema, Timestamp, Value};
use crate::investigate::rows::RowSource;
use crate::investigate::{View, view};

/// One row of the window.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its number in `requests`.
    pub row_id: i64,
    /// The values of the window's columns.
    pub cells: Vec<Value>,
}

/// An order of a view that has been built: a table of row ids in the engine.
#[derive(Debug, Clone, PartialEq)]
pub struct Built {
    /// The view it belongs to.
    pub view: View,
    /// The table.
    pub name: String,
}

/// The rows pane.
#[derive(Debug, Clone)]
pub struct Rows {
    /// Rows of the view, when known.
    pub total: Option<u64>,
    /// The times of the first and the last row of the view that was counted last.
    pub span: Option<(Timestamp, Timestamp)>,
    /// Where windows are read from.
    pub source: RowSource,
    /// The position of the window's first row.
    pub from: u64,
    /// The window.
    pub window: Vec<Row>,
    /// The columns of the window, in order.
    pub columns: Vec<String>,
    /// The position of the row under the cursor.
    pub cursor: u64,
    /// The place in `columns` of the column under the cursor.
    pub column: usize,
    /// The position of the first row on the screen.
    pub top: u64,
    /// Where to go once the order of the view is built, if somebody asked for a place that needs it.
    pub awaited: Option<u64>,
    /// Orders that have been built, the one used last at the end.
    pub built: Vec<Built>,
    /// Counts the orders built, for fresh table names.
    pub serial: u64,
}

impl Default for Rows {
    fn default() -> Rows {
        Rows {
            total: None,
            span: None,
            source: RowSource::Loaded,
            from: 0,
            window: Vec::new(),
            columns: Vec::new(),
            cursor: 0,
            column: 0,
            top: 0,
            awaited: None,
            built: Vec::new(),
            serial: 0,
        }
    }
}

/// How many screens of rows a window holds.
pub const SCREENS: u64 = 3;

impl Rows {
    /// The row at a position, when the window holds it.
    pub fn at(&self, position: u64) -> Option<&Row> {
        let place = usize::try_from(position.checked_sub(self.from)?).ok()?;
        self.window.get(place)
    }

    /// The row under the cursor, when it has been read.
    pub fn current(&self) -> Option<&Row> {
        self.at(self.cursor)
    }

    /// The name and value of the cell under the cursor.
    pub fn cell(&self) -> Option<(&str, &Value)> {
        let name = self.columns.get(self.column)?;
        Some((name, self.current()?.cells.get(self.column)?))
    }

    /// The columns that a view shows, in its order, without the hidden ones.
    pub fn shown<'a>(schema: &'a Schema, view: &'a View) -> impl Iterator<Item = &'a Column> {
        view::shown(schema, view)
    }
}
