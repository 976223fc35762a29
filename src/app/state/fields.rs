//! The fields pane: each column with its exact top values in the current view.

use crate::domain::{Kind, Role, Schema};

/// One value with its count.
#[derive(Debug, Clone, PartialEq)]
pub struct Counted {
    /// The value as text; `None` for rows without one. Attacker-written.
    pub value: Option<String>,
    /// Rows with it.
    pub requests: u64,
    /// Its share of the view's rows, from 0 to 1.
    pub share: f64,
}

/// What is known of a field's values.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// Not asked for yet.
    Unknown,
    /// On the way.
    Loading,
    /// Here.
    Known {
        /// The most frequent values.
        top: Vec<Counted>,
        /// How many different values there are.
        distinct: u64,
    },
    /// The query failed.
    Failed(String),
}

/// One field.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// The column.
    pub column: String,
    /// Its role, for role columns.
    pub role: Option<Role>,
    /// Whether its values are shown.
    pub open: bool,
    /// Its values.
    pub values: Values,
}

/// A line of the pane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldLine {
    /// The heading of field number so-and-so.
    Head(usize),
    /// Value number so-and-so of a field.
    Value(usize, usize),
    /// The line that says how many more there are.
    More(usize),
}

/// The fields pane.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Fields {
    /// The fields, in column order.
    pub fields: Vec<Field>,
    /// The line under the cursor.
    pub cursor: usize,
    /// The first line on the screen.
    pub top: usize,
}

/// How many values of a field are shown in the pane.
pub const SHOWN: usize = 5;

impl Fields {
    /// The fields of an extract, all values unknown. Columns whose values are nearly all different stay folded until asked for.
    pub fn of(schema: &Schema) -> Fields {
        let fields = schema
            .filled()
            .map(|column| {
                let many = matches!(column.kind, Kind::Time | Kind::Real | Kind::Json)
                    || matches!(
                        column.role,
                        Some(Role::Request | Role::Content | Role::TokensIn | Role::TokensOut | Role::Session)
                    );
                Field {
                    column: column.name.clone(),
                    role: column.role,
                    open: column.role.is_some() && !many,
                    values: Values::Unknown,
                }
            })
            .collect();
        Fields { fields, cursor: 0, top: 0 }
    }

    /// Forgets all values, because the view changed; what is open stays open.
    pub fn forget(&mut self) {
        for field in &mut self.fields {
            field.values = Values::Unknown;
        }
    }

    /// The lines of the pane.
    pub fn lines(&self) -> Vec<FieldLine> {
        let mut lines = Vec::new();
        for (at, field) in self.fields.iter().enumerate() {
            lines.push(FieldLine::Head(at));
            if let (true, Values::Known { top, distinct }) = (field.open, &field.values) {
                lines.extend((0..top.len().min(SHOWN)).map(|value| FieldLine::Value(at, value)));
                if *distinct > SHOWN as u64 {
                    lines.push(FieldLine::More(at));
                }
            }
        }
        lines
    }

    /// The field and, on a value's line, the value under the cursor.
    pub fn current(&self) -> Option<(&Field, Option<&Counted>)> {
        let line = *self.lines().get(self.cursor)?;
        match line {
            FieldLine::Head(field) | FieldLine::More(field) => Some((self.fields.get(field)?, None)),
            FieldLine::Value(at, value) => {
                let field = self.fields.get(at)?;
                match &field.values {
                    Values::Known { top, .. } => Some((field, top.get(value))),
                    _ => Some((field, None)),
                }
            }
        }
    }
}
