//! The rows around a row: a while before and after it, of one of its entities or of all, by time.

use crate::domain::{Entity, Role, TimeRange, Timestamp, Value};
use crate::engine::Lane;
use crate::investigate::{Filter, SortKey, View, rows as row_sql, timeline};

use crate::app::effect::Effect;
use crate::app::focus;
use crate::app::state::form::{Around, Form, FormField, Purpose as FormPurpose};
use crate::app::state::jobs::Purpose;
use crate::app::state::{Layer, Place, State, Tone};

use super::view;

/// Of what the rows around are: of everybody, or of the row's own entity in a role.
const OF: &[&str] =
    &["all", "account", "key", "org", "session", "ip", "asn", "country", "user_agent", "device", "payment", "model"];

/// Opens the form for the row under the cursor.
pub(super) fn choose(state: &mut State) {
    let Some(row_id) = focus::pointed_row(state) else { return };
    let Some(row) = known(state, row_id) else {
        let text = match state.schema.has(Role::Time) {
            true => "this row has no time, or is still being read; without one nothing is around it",
            false => "this extract has no time, so nothing is around a row; z m maps one",
        };
        state.say(Tone::Plain, text);
        return;
    };
    let Some(of_extract) = state.extract_row(row_id) else {
        state.say(Tone::Plain, "this row of a result does not say which row of the extract it is; select row_id too");
        return;
    };
    let row = Around { row_id: of_extract, ..row };
    // The entity under the cursor is meant, else the account or key of the row.
    let pointed = focus::pointed(state).and_then(|pointed| pointed.entity()).map(|entity| entity.role);
    let usual = [Role::Account, Role::Key, Role::Session, Role::Ip];
    let mut wanted = pointed.into_iter().chain(usual);
    let has = |role: &Role| row.entities.iter().any(|entity| entity.role == *role);
    let chosen = wanted.find(|role| has(role) && OF.contains(&role.name()));
    let chosen = chosen.and_then(|role| OF.iter().position(|word| *word == role.name())).unwrap_or(0);
    let fields = vec![FormField::choice("rows of", OF, chosen), FormField::text("before and after", true, "5m")];
    let title = format!("around row {row_id}, {}", row.time.to_seconds_text());
    state.layers.push(Layer::Form(Form::new(FormPurpose::Around(row), title, fields)));
}

/// The row's time and entities, as far as they have been read: its detail has all, the window what is shown.
fn known(state: &State, row_id: i64) -> Option<Around> {
    let mut cells: Vec<(&str, &Value)> = Vec::new();
    if state.detail.row_id == Some(row_id) {
        cells.extend(state.detail.items.iter().map(|item| (item.column.as_str(), &item.value)));
    }
    if let Some(row) = state.rows.current().filter(|row| row.row_id == row_id) {
        cells.extend(state.rows.columns.iter().map(String::as_str).zip(&row.cells));
    }
    let time = cells.iter().find(|(name, _)| *name == Role::Time.name()).and_then(|(_, value)| value.as_time())?;
    let mut entities: Vec<Entity> = Vec::new();
    for (name, value) in cells {
        let role = state.schema.column(name).and_then(|column| column.role).filter(|role| role.is_entity());
        let entity = role.filter(|_| !value.is_null()).and_then(|role| Entity::new(role, value.to_plain()));
        entities.extend(entity.filter(|entity| !entities.contains(entity)));
    }
    Some(Around { row_id, time, entities })
}

/// Goes to the rows around, with the cursor on the row itself.
pub(super) fn submit(state: &mut State, row: &Around, form: &Form, out: &mut Vec<Effect>) -> Result<(), String> {
    let length = form.value("before and after");
    // A bare number is minutes.
    let text = if length.chars().all(|digit| digit.is_ascii_digit()) { format!("{length}m") } else { length.to_owned() };
    let micros = timeline::parse_bucket(&text).map_err(|error| error.to_string())?;
    let of = form.value("rows of");
    let entity = match of {
        "all" => None,
        word => Some(
            row.entities
                .iter()
                .find(|entity| entity.role.name() == word)
                .ok_or_else(|| format!("row {} has no {word}; all works for every row", row.row_id))?,
        ),
    };
    let filter = entity.map(|entity| Filter::keep(entity.role.name(), &Value::Text(entity.value.clone()))).unwrap_or_default();
    // The end of a range is outside it, and what is exactly that long after the row is not.
    let to = Timestamp(row.time.0.saturating_add(micros).saturating_add(1));
    let range = TimeRange { from: Some(Timestamp(row.time.0.saturating_sub(micros))), to: Some(to) };
    let sort = vec![SortKey { column: Role::Time.name().to_owned(), descending: false }];
    let view = View { filter, range, sort, ..View::default() }.with_columns_of(state.view());
    let whose = entity.map_or("all".to_owned(), ToString::to_string);
    let statement = row_sql::before(&state.extract_context(), &view, row.time, row.row_id).map_err(|error| error.to_string())?;
    view::visit(state, Place::Rows, view, format!("± {length} around row {}, {whose}", row.row_id), out);
    view::submit(state, Lane::Interactive, Purpose::Locate { row_id: row.row_id }, Ok(statement), out)
        .map(|_| ())
        .map_err(|error| error.to_string())
}
