//! The fields pane: each column with its exact top values in the current view, and how its numbers are spread.

use crate::domain::{Kind, Role, Schema, Value};
use crate::investigate::compare::Before;
use crate::investigate::listing::Order;
use crate::investigate::spread::{self, Spread};

/// One value with its count.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Counted {
    /// The value as text; `None` for rows without one. Attacker-written.
    pub value: Option<String>,
    /// Rows with it.
    pub requests: u64,
    /// Its share of the view's rows, from 0 to 1.
    pub share: f64,
    /// Rows with it in the window that is compared with.
    pub previous: Option<u64>,
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

/// What is known of how the numbers of a field are spread.
#[derive(Debug, Clone, PartialEq)]
pub enum Numbers {
    /// Not asked for yet.
    Unknown,
    /// On the way.
    Loading,
    /// Here.
    Known {
        /// Least, quantiles, most, mean.
        spread: Spread,
        /// The buckets, once counted: from, to, rows. The last one may have no end.
        buckets: Option<Vec<(Value, Value, u64)>>,
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
    /// The type of its values.
    pub kind: Kind,
    /// Whether its values are masked.
    pub sensitive: bool,
    /// Whether its values lie on a scale, so that it has quantiles and a histogram.
    pub spread: bool,
    /// Whether its values are shown.
    pub open: bool,
    /// Its values.
    pub values: Values,
    /// How many of its values have the searched text.
    pub matching: Option<u64>,
    /// How its numbers are spread.
    pub numbers: Numbers,
}

/// A line of the pane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldLine {
    /// The heading of field number so-and-so.
    Head(usize),
    /// Line number so-and-so of a field's figures.
    Figure(usize, usize),
    /// Bucket number so-and-so of a field's histogram.
    Bucket(usize, usize),
    /// Value number so-and-so of a field.
    Value(usize, usize),
    /// The line that says how many more there are.
    More(usize),
}

impl FieldLine {
    /// The field that it belongs to.
    pub fn field(self) -> usize {
        match self {
            FieldLine::Head(at)
            | FieldLine::Figure(at, _)
            | FieldLine::Bucket(at, _)
            | FieldLine::Value(at, _)
            | FieldLine::More(at) => at,
        }
    }
}

/// In which order the fields stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Sort {
    /// As the columns do: roles, then the extract's own.
    #[default]
    Columns,
    /// By name.
    Name,
    /// The one with the most values first.
    Distinct,
    /// The one whose rows share one value most first.
    Concentration,
}

impl Sort {
    /// The next one.
    pub const fn next(self) -> Sort {
        match self {
            Sort::Columns => Sort::Name,
            Sort::Name => Sort::Distinct,
            Sort::Distinct => Sort::Concentration,
            Sort::Concentration => Sort::Columns,
        }
    }

    /// A few words for it; nothing for the order of the columns.
    pub const fn words(self) -> &'static str {
        match self {
            Sort::Columns => "",
            Sort::Name => "by name",
            Sort::Distinct => "by distinct values",
            Sort::Concentration => "by share of the top value",
        }
    }
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
    /// Whether the rarest values are shown instead of the most frequent.
    pub rare: bool,
    /// In which order the fields stand.
    pub sort: Sort,
    /// What is searched for in names and values; empty for nothing.
    pub needle: String,
    /// With what window of time the values are compared, here and in lists of top values.
    pub against: Option<Before>,
}

/// How many values of a field are shown in the pane.
pub const SHOWN: usize = 5;

/// Lines of the figures of a field whose values are numbers, two on a line.
const FIGURE_LINES: usize = 5;

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
                    kind: column.kind,
                    sensitive: column.is_sensitive(),
                    spread: spread::is_spread(schema, &column.name),
                    open: column.role.is_some() && !many,
                    values: Values::Unknown,
                    matching: None,
                    numbers: Numbers::Unknown,
                }
            })
            .collect();
        Fields { fields, ..Fields::default() }
    }

    /// Forgets all values, because the view changed; what is open stays open.
    pub fn forget(&mut self) {
        for field in &mut self.fields {
            field.values = Values::Unknown;
            field.matching = None;
            field.numbers = Numbers::Unknown;
        }
    }

    /// In which order the values of a field stand.
    pub fn order(&self) -> Order {
        match (self.rare, self.against) {
            (true, _) => Order::Least,
            (false, Some(_)) => Order::Change,
            (false, None) => Order::Most,
        }
    }

    /// Whether a field's name has the searched text; then all its values are shown.
    pub fn is_named(&self, field: &Field) -> bool {
        self.needle.is_empty() || field.column.to_lowercase().contains(&self.needle.to_lowercase())
    }

    /// Whether a field's values are wanted: it is open, or the order of the fields depends on them.
    pub fn is_wanted(&self, field: &Field) -> bool {
        field.open || matches!(self.sort, Sort::Distinct | Sort::Concentration)
    }

    /// The places of the fields that are shown, in their order.
    pub fn shown(&self) -> Vec<usize> {
        let is_shown = |field: &Field| {
            // Another field is there for those of its values that have the text; until they are counted it may have some.
            self.is_named(field) || (field.open && !matches!(&field.values, Values::Known { top, .. } if top.is_empty()))
        };
        let mut places: Vec<usize> =
            self.fields.iter().enumerate().filter(|(_, field)| is_shown(field)).map(|(at, _)| at).collect();
        let known = |at: &usize| match self.fields.get(*at).map(|field| &field.values) {
            Some(Values::Known { top, distinct }) => {
                let largest = top.iter().filter(|counted| counted.value.is_some()).map(|counted| counted.share);
                Some((*distinct, largest.fold(0.0, f64::max)))
            }
            _ => None,
        };
        match self.sort {
            Sort::Columns => {}
            Sort::Name => places.sort_by_key(|at| self.fields.get(*at).map(|field| field.column.to_lowercase())),
            // What is not counted yet comes last.
            Sort::Distinct => places.sort_by_key(|at| std::cmp::Reverse(known(at).map(|known| known.0))),
            Sort::Concentration => places.sort_by(|one, other| {
                let share = |at: &usize| known(at).map_or(-1.0, |known| known.1);
                share(other).total_cmp(&share(one))
            }),
        }
        places
    }

    /// The lines of the pane.
    pub fn lines(&self) -> Vec<FieldLine> {
        let mut lines = Vec::new();
        for at in self.shown() {
            let Some(field) = self.fields.get(at) else { continue };
            lines.push(FieldLine::Head(at));
            if !field.open {
                continue;
            }
            if let Numbers::Known { spread, buckets } = &field.numbers {
                lines.extend((0..field.figure_lines(spread)).map(|line| FieldLine::Figure(at, line)));
                let buckets = buckets.as_ref().map_or(0, Vec::len);
                lines.extend((0..buckets).map(|bucket| FieldLine::Bucket(at, bucket)));
            }
            if let Values::Known { top, .. } = &field.values {
                lines.extend((0..top.len().min(SHOWN)).map(|value| FieldLine::Value(at, value)));
                if field.more() > 0 {
                    lines.push(FieldLine::More(at));
                }
            }
        }
        lines
    }

    /// The line under the cursor.
    pub fn line(&self) -> Option<FieldLine> {
        self.lines().get(self.cursor).copied()
    }

    /// The field and, on a value's line, the value under the cursor.
    pub fn current(&self) -> Option<(&Field, Option<&Counted>)> {
        let line = self.line()?;
        let field = self.fields.get(line.field())?;
        match (line, &field.values) {
            (FieldLine::Value(_, value), Values::Known { top, .. }) => Some((field, top.get(value))),
            _ => Some((field, None)),
        }
    }

    /// The bucket under the cursor: its column, from where to where.
    pub fn bucket(&self) -> Option<(&Field, &Value, &Value)> {
        let FieldLine::Bucket(at, place) = self.line()? else { return None };
        let field = self.fields.get(at)?;
        let Numbers::Known { buckets: Some(buckets), .. } = &field.numbers else { return None };
        buckets.get(place).map(|(from, to, _)| (field, from, to))
    }

    /// Puts the cursor back on the line where it was, after lines came or went above it.
    pub fn stay_on(&mut self, line: Option<FieldLine>) {
        let Some(line) = line else { return };
        let lines = self.lines();
        let at = lines.iter().position(|other| *other == line).or_else(|| {
            let head = FieldLine::Head(line.field());
            lines.iter().position(|other| *other == head)
        });
        self.cursor = at.unwrap_or(self.cursor.min(lines.len().saturating_sub(1)));
    }
}

impl Field {
    /// How many values there are beside those that are shown.
    pub fn more(&self) -> u64 {
        let Values::Known { top, distinct } = &self.values else { return 0 };
        let shown = top.iter().take(SHOWN).filter(|counted| counted.value.is_some()).count() as u64;
        self.matching.unwrap_or(*distinct).saturating_sub(shown)
    }

    fn figure_lines(&self, spread: &Spread) -> usize {
        match self.kind {
            // A time needs a line of its own.
            Kind::Time => spread.figures().len() + 1,
            _ => FIGURE_LINES,
        }
    }

    /// The figures on a line: the name and the value of one or two of them; the last one says in how many rows there is no value.
    pub fn figures(&self, line: usize) -> Vec<(&'static str, Option<&Value>)> {
        let Numbers::Known { spread, .. } = &self.numbers else { return Vec::new() };
        let mut all: Vec<(&'static str, Option<&Value>)> =
            spread.figures().into_iter().map(|(name, value)| (name, Some(value))).collect();
        all.push(("none", None));
        let (rows, columns) = if self.kind == Kind::Time { (all.len(), 1) } else { (FIGURE_LINES, 2) };
        (0..columns).filter_map(|column| all.get(line + column * rows).copied()).collect()
    }
}
