//! What is marked: several values of one column, or several rows. The next key acts on all of them.

use crate::domain::{Entity, Role, Value};
use crate::investigate::Filter;

/// Values that can be marked at once.
pub const MOST_VALUES: usize = 1000;
/// Rows that can be marked at once: each is read by value when it is pinned.
pub const MOST_ROWS: usize = 200;

/// Several values of one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkedValues {
    /// The column that they stand in.
    pub column: String,
    /// Its role, for role columns.
    pub role: Option<Role>,
    /// The values as text, in the order of marking; `None` stands for having no value. Attacker-written.
    pub set: Vec<Option<String>>,
}

/// What is marked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Marks {
    /// Nothing.
    #[default]
    None,
    /// Values of one column.
    Values(MarkedValues),
    /// Rows, by number, in the order of marking.
    Rows(Vec<i64>),
}

/// What came of marking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Marked {
    /// It is marked now.
    On,
    /// It is not marked any more.
    Off,
    /// It is marked, and these marks of another column or kind were taken off for it; in words.
    Instead(String),
    /// As much as can be is marked already: so many.
    Full(usize),
}

impl MarkedValues {
    /// The entities that the values name; none for columns whose values name none.
    pub fn entities(&self) -> Vec<Entity> {
        let values = self.set.iter().flatten().filter(|value| !value.is_empty());
        values.filter_map(|value| Entity::new(self.role?, value.clone())).collect()
    }

    /// The values, for a filter.
    pub fn values(&self) -> Vec<Value> {
        self.set.iter().map(|value| value.clone().map_or(Value::Null, Value::Text)).collect()
    }

    /// The rows that have one of the values, or those that have none of them.
    pub fn filter(&self, keep: bool) -> Filter {
        if keep { Filter::keep_any(&self.column, &self.values()) } else { Filter::drop_any(&self.column, &self.values()) }
    }

    /// `3 accounts`, `1 value of status`. May quote a column's name.
    pub fn words(&self) -> String {
        match (self.role.filter(|role| role.is_entity()), self.set.len()) {
            (Some(role), 1) => format!("1 {role}"),
            (Some(role), count) => format!("{count} {}", role.plural()),
            (None, 1) => format!("1 value of {}", self.column),
            (None, count) => format!("{count} values of {}", self.column),
        }
    }
}

impl Marks {
    /// Marks of these values of a column, as many as can be. Nothing for no values.
    pub fn of_values(column: impl Into<String>, role: Option<Role>, values: impl IntoIterator<Item = Option<String>>) -> Marks {
        let mut set: Vec<Option<String>> = Vec::new();
        for value in values {
            if set.len() < MOST_VALUES && !set.contains(&value) {
                set.push(value);
            }
        }
        if set.is_empty() { Marks::None } else { Marks::Values(MarkedValues { column: column.into(), role, set }) }
    }

    /// Marks of these entities, which are of one kind, as many as can be: those of the first one's kind.
    pub fn of_entities(entities: &[Entity]) -> Marks {
        let Some(role) = entities.first().map(|entity| entity.role) else { return Marks::None };
        let values = entities.iter().filter(|entity| entity.role == role).map(|entity| Some(entity.value.clone()));
        Marks::of_values(role.name(), Some(role), values)
    }

    /// Marks a value, or takes its mark off.
    pub fn toggle_value(&mut self, column: &str, role: Option<Role>, value: Option<String>) -> Marked {
        if let Marks::Values(marked) = self
            && marked.column == column
        {
            if let Some(at) = marked.set.iter().position(|known| *known == value) {
                marked.set.remove(at);
                if marked.set.is_empty() {
                    *self = Marks::None;
                }
                return Marked::Off;
            }
            if marked.set.len() >= MOST_VALUES {
                return Marked::Full(MOST_VALUES);
            }
            marked.set.push(value);
            return Marked::On;
        }
        self.replace(Marks::Values(MarkedValues { column: column.to_owned(), role, set: vec![value] }))
    }

    /// Marks a row, or takes its mark off.
    pub fn toggle_row(&mut self, row_id: i64) -> Marked {
        if let Marks::Rows(rows) = self {
            if let Some(at) = rows.iter().position(|known| *known == row_id) {
                rows.remove(at);
                if rows.is_empty() {
                    *self = Marks::None;
                }
                return Marked::Off;
            }
            if rows.len() >= MOST_ROWS {
                return Marked::Full(MOST_ROWS);
            }
            rows.push(row_id);
            return Marked::On;
        }
        self.replace(Marks::Rows(vec![row_id]))
    }

    fn replace(&mut self, by: Marks) -> Marked {
        let before = self.words();
        *self = by;
        before.map_or(Marked::On, Marked::Instead)
    }

    /// Takes all marks off.
    pub fn clear(&mut self) {
        *self = Marks::None;
    }

    /// Whether nothing is marked.
    pub fn is_empty(&self) -> bool {
        *self == Marks::None
    }

    /// How much is marked.
    pub fn len(&self) -> usize {
        match self {
            Marks::None => 0,
            Marks::Values(marked) => marked.set.len(),
            Marks::Rows(rows) => rows.len(),
        }
    }

    /// Whether this value of a column is marked.
    pub fn has_value(&self, column: &str, value: Option<&str>) -> bool {
        self.values().is_some_and(|marked| marked.column == column && marked.set.iter().any(|known| known.as_deref() == value))
    }

    /// Whether this row is marked.
    pub fn has_row(&self, row_id: i64) -> bool {
        self.rows().contains(&row_id)
    }

    /// The marked values.
    pub fn values(&self) -> Option<&MarkedValues> {
        match self {
            Marks::Values(marked) => Some(marked),
            Marks::None | Marks::Rows(_) => None,
        }
    }

    /// The marked rows; empty where values or nothing are.
    pub fn rows(&self) -> &[i64] {
        match self {
            Marks::Rows(rows) => rows,
            Marks::None | Marks::Values(_) => &[],
        }
    }

    /// `3 accounts`, `2 rows`; nothing where nothing is marked. May quote a column's name.
    pub fn words(&self) -> Option<String> {
        match self {
            Marks::None => None,
            Marks::Values(marked) => Some(marked.words()),
            Marks::Rows(rows) if rows.len() == 1 => Some("1 row".to_owned()),
            Marks::Rows(rows) => Some(format!("{} rows", rows.len())),
        }
    }
}

/// A few words for some entities: the only one as it is, several of a kind by their number.
pub fn described(entities: &[Entity]) -> String {
    match entities {
        [] => "nothing".to_owned(),
        [only] => only.to_string(),
        [first, rest @ ..] if rest.iter().all(|entity| entity.role == first.role) => {
            format!("{} {}", entities.len(), first.role.plural())
        }
        several => format!("{} entities", several.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn marks_are_of_one_column_or_of_rows() {
        let mut marks = Marks::default();
        assert_eq!(marks.toggle_value("account", Some(Role::Account), value("a")), Marked::On);
        assert_eq!(marks.toggle_value("account", Some(Role::Account), value("b")), Marked::On);
        assert!(marks.has_value("account", Some("a")) && !marks.has_value("key", Some("a")));
        assert_eq!(marks.words().as_deref(), Some("2 accounts"));
        assert_eq!(marks.toggle_value("status", Some(Role::Status), None), Marked::Instead("2 accounts".into()));
        assert_eq!(marks.words().as_deref(), Some("1 value of status"));
        assert!(marks.values().unwrap().entities().is_empty());
        assert_eq!(marks.toggle_row(7), Marked::Instead("1 value of status".into()));
        assert_eq!(marks.rows(), [7]);
        assert_eq!(marks.toggle_row(7), Marked::Off);
        assert!(marks.is_empty());
    }

    #[test]
    fn no_more_can_be_marked_than_is_said() {
        let mut marks = Marks::of_values("ip", Some(Role::Ip), (0..MOST_VALUES + 5).map(|at| value(&at.to_string())));
        assert_eq!(marks.len(), MOST_VALUES);
        assert_eq!(marks.toggle_value("ip", Some(Role::Ip), value("one more")), Marked::Full(MOST_VALUES));
        let mut marks = Marks::Rows((0..MOST_ROWS as i64).collect());
        assert_eq!(marks.toggle_row(-1), Marked::Full(MOST_ROWS));
    }

    #[test]
    fn no_value_is_a_value_that_can_be_marked() {
        let marks = Marks::of_values("ip", Some(Role::Ip), [value("x y"), None, value("x y")]);
        let marked = marks.values().unwrap();
        assert_eq!(marked.filter(true).to_string(), "ip:\"x y\" or -ip:*");
        assert_eq!(marked.filter(false).to_string(), "-ip:\"x y\" ip:*");
        assert_eq!(described(&marked.entities()), "ip:x y");
    }
}
