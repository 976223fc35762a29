//! What the cursor points at, and so which commands work now.

use crate::domain::{Entity, Role, Value};

use super::command::When;
use super::state::marks::MarkedValues;
use super::state::page::PageLine;
use super::state::unsealed::digits_of;
use super::state::{Pane, Phase, Place, State, Surface};

/// The value under the cursor.
#[derive(Debug, Clone, PartialEq)]
pub struct Pointed {
    /// The column that it stands in.
    pub column: String,
    /// The column's role, for role columns.
    pub role: Option<Role>,
    /// The value; for a value inside a JSON column that value alone.
    pub value: Value,
    /// The row that it stands in, where it is a cell.
    pub row_id: Option<i64>,
    /// Whether it stands inside a JSON column.
    pub nested: bool,
}

impl Pointed {
    fn of_entity(entity: &Entity) -> Pointed {
        Pointed {
            column: entity.role.name().to_owned(),
            role: Some(entity.role),
            value: Value::Text(entity.value.clone()),
            row_id: None,
            nested: false,
        }
    }

    /// The entity that the value names, if it names one.
    pub fn entity(&self) -> Option<Entity> {
        let role = self.role.filter(|_| !self.nested)?;
        if self.value.is_null() {
            return None;
        }
        Entity::new(role, self.value.to_plain()).filter(|entity| !entity.value.is_empty())
    }
}

/// The value under the cursor, if there is one.
pub fn pointed(state: &State) -> Option<Pointed> {
    match state.surface {
        Surface::Explore => match state.focus {
            Pane::Main => main(state),
            Pane::Fields => {
                let (field, counted) = state.fields.current()?;
                let value = counted.map(|counted| counted.value.clone());
                let value = value?.map_or(Value::Null, Value::Text);
                Some(Pointed { column: field.column.clone(), role: field.role, value, row_id: None, nested: false })
            }
            Pane::Detail => {
                let line = state.detail.lines().into_iter().nth(state.detail.cursor)?;
                let item = state.detail.items.get(line.item)?;
                let nested = line.depth > 0;
                let value = if nested { Value::Text(line.text) } else { item.value.clone() };
                Some(Pointed { column: item.column.clone(), role: item.role, value, row_id: state.detail.row_id, nested })
            }
            Pane::Timeline => None,
        },
        Surface::Playbooks => state.playbooks.pointed().map(Pointed::of_entity),
        Surface::Findings => {
            let finding = state.case.case.findings().into_iter().nth(state.case.finding)?;
            finding.entities.first().map(Pointed::of_entity)
        }
        Surface::Sql => of_sql(state),
        Surface::Case => state.case_line()?.entity(&state.case).map(|entity| Pointed::of_entity(&entity)),
    }
}

fn of_sql(state: &State) -> Option<Pointed> {
    let ran = state.sql.ran.as_ref().filter(|_| !state.sql.editing)?;
    let (column, value) = (ran.names.get(ran.column)?, ran.rows.get(ran.cursor)?.get(ran.column)?);
    if ran.is_masked(ran.column, value) {
        return None;
    }
    let role = Role::ALL.into_iter().find(|role| role.name().eq_ignore_ascii_case(column));
    let column = role.map_or(column.as_str(), |role| role.name()).to_owned();
    Some(Pointed { column, role, value: value.clone(), row_id: None, nested: false })
}

fn main(state: &State) -> Option<Pointed> {
    match state.place() {
        Place::Rows => {
            let (column, value) = state.rows.cell()?;
            Some(Pointed {
                column: column.to_owned(),
                role: state.schema.column(column).and_then(|column| column.role),
                value: value.clone(),
                row_id: state.rows.current().map(|row| row.row_id),
                nested: false,
            })
        }
        Place::Pivot { .. } | Place::Top { .. } => {
            let item = state.list.items.get(state.list.cursor)?;
            let column = state.list.column.clone();
            let role = state.schema.column(&column).and_then(|column| column.role);
            let value = item.value.clone().map_or(Value::Null, Value::Text);
            Some(Pointed { column, role, value, row_id: None, nested: false })
        }
        Place::Links(_) => state.links.pointed().as_ref().map(Pointed::of_entity),
        Place::Templates => {
            let found = state.templates.current()?;
            Some(Pointed {
                column: Role::Content.name().to_owned(),
                role: Some(Role::Content),
                value: Value::Text(found.template.to_string()),
                row_id: found.examples.first().copied(),
                nested: false,
            })
        }
        Place::Compare { .. } => {
            let (role, apart) = state.compared.current()?;
            let value = Value::Text(apart.value.clone());
            Some(Pointed { column: role.name().to_owned(), role: Some(role), value, row_id: None, nested: false })
        }
        Place::Page(entity) => {
            let named = |role: Role, value: Value| {
                Some(Pointed { column: role.name().to_owned(), role: Some(role), value, row_id: None, nested: false })
            };
            match state.page_lines().get(state.page.cursor)? {
                PageLine::Entity | PageLine::Playbook(_) => Some(Pointed::of_entity(entity)),
                PageLine::Fresh(role, at) => {
                    let (role, fresh) = state.page.fresh(*role, *at)?;
                    named(role, Value::Text(fresh.value.clone()))
                }
                PageLine::Value(role, at) => {
                    let (role, counted) = state.page.value(*role, *at)?;
                    named(role, counted.value.clone().map_or(Value::Null, Value::Text))
                }
            }
        }
    }
}

/// The marked values, where the cursor is in their column: a key then acts on all of them.
pub fn marked(state: &State) -> Option<&MarkedValues> {
    let marked = state.marks.values()?;
    // In the rows and their detail a value stands for its own row.
    let here = state.surface == Surface::Playbooks
        || state.surface == Surface::Explore
            && match state.focus {
                Pane::Fields => true,
                Pane::Main => *state.place() != Place::Rows,
                Pane::Detail | Pane::Timeline => false,
            };
    (here && pointed_column(state).is_some_and(|column| column == marked.column)).then_some(marked)
}

/// The entities that a key acts on: those that are marked, where the cursor is in their column, or else the one under the cursor.
pub fn subjects(state: &State) -> Vec<Entity> {
    match marked(state) {
        Some(marked) => marked.entities(),
        None => pointed(state).and_then(|pointed| pointed.entity()).into_iter().collect(),
    }
}

/// The column under the cursor, with or without a value.
pub fn pointed_column(state: &State) -> Option<String> {
    match (state.surface, state.focus, state.place()) {
        (Surface::Explore, Pane::Fields, _) => state.fields.current().map(|(field, _)| field.column.clone()),
        (Surface::Explore, Pane::Main, Place::Rows) => state.rows.columns.get(state.rows.column).cloned(),
        _ => pointed(state).map(|pointed| pointed.column),
    }
}

/// The row under the cursor, if there is one.
pub fn pointed_row(state: &State) -> Option<i64> {
    match (state.surface, state.focus, state.place()) {
        (Surface::Explore, Pane::Main, Place::Rows) => state.rows.current().map(|row| row.row_id),
        (Surface::Explore, Pane::Detail, _) => state.detail.row_id,
        _ => None,
    }
}

/// Where the focus is, as the set of places that commands name.
pub fn here(state: &State) -> When {
    if state.phase != Phase::Ready {
        return When::NOWHERE;
    }
    if state.surface == Surface::Sql && state.sql.editing {
        return When::SQL_EDIT;
    }
    let mut here = When::ANYWHERE;
    here = here.or(match state.surface {
        Surface::Explore => When::EXPLORE.or(match (state.focus, state.place()) {
            (Pane::Main, Place::Rows) => When::ROWS,
            (Pane::Main, Place::Pivot { .. } | Place::Top { .. }) => When::LIST,
            (Pane::Main, Place::Page(_)) => When::PAGE,
            (Pane::Main, Place::Links(_)) => When::LINKS,
            (Pane::Main, Place::Templates) => When::TEMPLATES,
            (Pane::Main, Place::Compare { .. }) => When::COMPARE,
            (Pane::Fields, _) => When::FIELDS,
            (Pane::Timeline, _) => When::TIMELINE,
            (Pane::Detail, _) => When::DETAIL,
        }),
        Surface::Playbooks => When::PLAYBOOKS,
        Surface::Findings => When::FINDINGS,
        Surface::Case => When::CASE,
        Surface::Sql => When::SQL,
    });
    if let Some(pointed) = pointed(state) {
        // A value of a result that is no view yet leads on, but there is nothing to keep or drop.
        if state.surface != Surface::Sql {
            here = here.or(When::VALUE);
        }
        if pointed.entity().is_some() {
            here = here.or(When::ENTITY);
        }
        let masked = pointed.row_id.is_some_and(|row_id| state.is_masked(row_id, &pointed.column));
        if masked || (pointed.row_id.is_some() && !digits_of(&pointed.value).is_empty()) {
            here = here.or(When::MASKED);
        }
    } else if state.surface == Surface::Explore && state.focus == Pane::Fields && pointed_column(state).is_some() {
        // A field's heading has no value to keep, but its top values can be listed.
        here = here.or(When::FIELD_HEAD);
    }
    let on_bucket = state.surface == Surface::Explore && state.focus == Pane::Fields && state.fields.bucket().is_some();
    if on_bucket {
        here = here.or(When::VALUE);
    }
    if marked(state).is_some() {
        here = here.or(When::VALUE);
        if !subjects(state).is_empty() {
            here = here.or(When::ENTITY);
        }
    }
    if pointed_row(state).is_some() {
        here = here.or(When::ROW);
    }
    if state.surface == Surface::Playbooks
        && let Some(entry) = state.playbooks.current().and_then(|at| state.playbooks.entries.get(at))
    {
        here = here.or(When::PLAYBOOK);
        if entry.hits.as_ref().is_some_and(|hits| !hits.is_empty()) {
            here = here.or(When::HITS);
        }
        if state.playbooks.pointed().is_some() {
            here = here.or(When::HIT);
        }
    }
    if !state.jobs.is_empty() {
        here = here.or(When::RUNNING);
    }
    if state.tour.is_some() {
        here = here.or(When::TOUR);
    }
    here
}

/// The playbook under the cursor on an entity's page.
pub fn pointed_playbook(state: &State) -> Option<usize> {
    match (state.surface, state.focus, state.place(), state.page_lines().get(state.page.cursor)) {
        (Surface::Explore, Pane::Main, Place::Page(_), Some(PageLine::Playbook(at))) => Some(*at),
        _ => None,
    }
}
