//! Showing what is sensitive: one cell, one row, or everything for ten minutes; and secrets. The case keeps count of each.

use crate::case::Event;
use crate::domain::{Batch, Column};
use crate::engine::{Lane, Statement};

use crate::app::command::Action;
use crate::app::effect::Effect;
use crate::app::focus;
use crate::app::state::jobs::Purpose;
use crate::app::state::unsealed::{UNVEILED_FOR, Unsealed, Unveiled, digits_of};
use crate::app::state::{State, Tone};

use super::casework::record;
use super::view;

/// Does a command that shows what is hidden.
pub(super) fn act(state: &mut State, action: Action, out: &mut Vec<Effect>) {
    match action {
        Action::RevealRow => row(state, out),
        Action::RevealAll => all(state, out),
        _ => reveal(state, out),
    }
}

/// Shows one masked value; the case keeps count.
fn reveal(state: &mut State, out: &mut Vec<Effect>) {
    let Some(pointed) = focus::pointed(state) else { return };
    let Some(row_id) = pointed.row_id else { return };
    if !state.is_masked(row_id, &pointed.column) {
        return secrets(state, row_id, pointed, out);
    }
    state.revealed.insert(state.cell_name(row_id, &pointed.column));
    count(state, row_id, pointed.column, "", out);
}

/// Counts a reveal in the case. A row of a result that does not say which row of the extract it is is told in words.
fn count(state: &mut State, row_id: i64, column: String, scope: &str, out: &mut Vec<Effect>) {
    if state.case.read_only || state.case.dir.is_empty() {
        return;
    }
    let (row_id, column) = match state.extract_row(row_id) {
        Some(row) => (row, column),
        None if row_id == 0 => (0, column),
        None => (0, format!("{column} of row {row_id} of {}", state.view().relation.name())),
    };
    let (extract, scope) = (state.extract_sha().to_owned(), scope.to_owned());
    record(state, Event::Revealed { row_id, column, extract, scope }, out);
}

/// Shows the secrets behind the fingerprints in one cell, or covers them again.
fn secrets(state: &mut State, row_id: i64, pointed: focus::Pointed, out: &mut Vec<Effect>) {
    if state.unsealed.take_if(|cell| cell.row_id == row_id && cell.column == pointed.column).is_some() {
        return;
    }
    let mut statement = Statement::default();
    let digits: Vec<String> = digits_of(&pointed.value).into_iter().map(|digits| statement.bind(digits)).collect();
    if digits.is_empty() {
        return;
    }
    statement.sql = format!("SELECT fingerprint, secret FROM secrets WHERE right(fingerprint, 12) IN ({})", digits.join(", "));
    let purpose = Purpose::Secrets { row_id, column: pointed.column };
    view::cancel(state, |purpose| matches!(purpose, Purpose::Secrets { .. }), out);
    if let Err(error) = view::submit(state, Lane::Interactive, purpose, Ok(statement), out) {
        state.say(Tone::Error, error.to_string());
    }
}

/// The secrets of a cell have come: they are counted before they are seen.
pub(super) fn unsealed(state: &mut State, row_id: i64, column: String, batches: &[Batch], out: &mut Vec<Effect>) {
    let Some(seal) = state.extract.as_ref().and_then(|extract| extract.seal.clone()) else { return };
    let mut secrets = Vec::new();
    for batch in batches {
        for row in 0..batch.rows() {
            let (fingerprint, locked) = (batch.get(row, "fingerprint").to_plain(), batch.get(row, "secret").to_plain());
            secrets.extend(seal.unlock(&fingerprint, &locked).map(|secret| (fingerprint, secret)));
        }
    }
    if secrets.is_empty() {
        state.say(Tone::Plain, "the extract has no secret with this fingerprint; the text only looks like one");
        return;
    }
    count(state, row_id, column.clone(), "", out);
    state.unsealed = Some(Unsealed { row_id, column, secrets });
    state.say(Tone::Plain, "the secret is shown until the cursor leaves it; z r covers it");
}

/// Shows the sensitive values of the row under the cursor.
fn row(state: &mut State, out: &mut Vec<Effect>) {
    let Some(row_id) = focus::pointed_row(state) else { return };
    let columns: Vec<String> = sensitive(state).filter(|column| state.is_masked(row_id, column)).map(str::to_owned).collect();
    if columns.is_empty() {
        state.say(Tone::Plain, "nothing in this row is masked");
        return;
    }
    for column in &columns {
        state.revealed.insert(state.cell_name(row_id, column));
    }
    count(state, row_id, columns.join(", "), "row", out);
}

/// Shows every sensitive value for ten minutes, or covers them again before that.
fn all(state: &mut State, out: &mut Vec<Effect>) {
    if state.is_unveiled() {
        state.unveiled = None;
        state.say(Tone::Plain, "sensitive values are masked again");
        return;
    }
    let columns: Vec<&str> = sensitive(state).collect();
    if columns.is_empty() {
        state.say(Tone::Plain, "no column of this view is masked");
        return;
    }
    let columns = columns.join(", ");
    let Some(clock) = state.clock else { return };
    let until = clock.plus(i64::try_from(UNVEILED_FOR.as_micros()).unwrap_or(i64::MAX));
    state.unveiled = Some(Unveiled { until: state.now + UNVEILED_FOR, says: until.strftime("%H:%M") });
    state.say(Tone::Plain, format!("{columns} shown until {} UTC; z w masks again", until.strftime("%H:%M:%S")));
    count(state, 0, columns, &format!("until {until}"), out);
}

/// The columns of the view that are masked.
fn sensitive(state: &State) -> impl Iterator<Item = &str> {
    state.schema.columns.iter().filter(|column| Column::is_sensitive(column)).map(|column| column.name.as_str())
}

/// Masks again what was shown for a while, once that is over.
pub(super) fn elapse(state: &mut State) {
    if state.unveiled.is_some() && !state.is_unveiled() {
        state.unveiled = None;
        state.say(Tone::Plain, "the ten minutes are over: sensitive values are masked again");
    }
}
