//! Pins: rows that are kept as evidence, and the view of them alone.

use crate::case::{Event, EvidenceRow};
use crate::domain::{Batch, Value};
use crate::engine::Lane;
use crate::investigate::{Filter, View, rows as row_sql};

use crate::app::effect::Effect;
use crate::app::focus;
use crate::app::state::jobs::Purpose;
use crate::app::state::{Place, State, Tone};

use super::casework::record;
use super::{answers, view};

/// Why a row of a result cannot be pinned.
const NO_REQUEST_ROW: &str =
    "a row of this result does not say which row of the extract it is; select row_id too, then it can be pinned";

/// Pins the row under the cursor or the marked ones, or takes the pins away.
pub(super) fn toggle(state: &mut State, out: &mut Vec<Effect>) {
    if !state.marks.rows().is_empty() {
        return toggle_pins(state, out);
    }
    let Some(row_id) = focus::pointed_row(state) else { return };
    let Some(row_id) = state.extract_row(row_id) else {
        state.say(Tone::Error, NO_REQUEST_ROW);
        return;
    };
    match state.case.case.pin_of(state.extract_sha(), row_id).map(|pin| pin.evidence.clone()) {
        Some(evidence) => record(state, Event::Unpinned { evidence }, out),
        None => read_evidence(state, row_id, out),
    }
}

/// Pins the marked rows that are not pinned; where all of them are, takes all those pins away.
fn toggle_pins(state: &mut State, out: &mut Vec<Effect>) {
    let marked = state.marks.rows().to_vec();
    let rows: Vec<i64> = marked.iter().filter_map(|row_id| state.extract_row(*row_id)).collect();
    if rows.len() < marked.len() {
        state.say(Tone::Error, NO_REQUEST_ROW);
        return;
    }
    let pinned = |state: &State, row_id: i64| state.case.case.pin_of(state.extract_sha(), row_id).map(|pin| pin.evidence.clone());
    let missing: Vec<i64> = rows.iter().copied().filter(|row_id| pinned(state, *row_id).is_none()).collect();
    if missing.is_empty() {
        let pins: Vec<String> = rows.iter().filter_map(|row_id| pinned(state, *row_id)).collect();
        pins.into_iter().for_each(|evidence| record(state, Event::Unpinned { evidence }, out));
        return;
    }
    state.say(Tone::Plain, format!("pinning {} of {} marked rows", missing.len(), rows.len()));
    missing.into_iter().for_each(|row_id| read_evidence(state, row_id, out));
}

/// Pins rows of the extract by their numbers, as far as they are not pinned.
pub(super) fn keep(state: &mut State, rows: &[i64], out: &mut Vec<Effect>) {
    let sha = state.extract_sha();
    let missing: Vec<i64> = rows.iter().copied().filter(|row_id| state.case.case.pin_of(sha, *row_id).is_none()).collect();
    if missing.is_empty() {
        return state.say(Tone::Plain, "these rows are pinned already");
    }
    state.say(Tone::Plain, format!("pinning {} of {} example rows", missing.len(), rows.len()));
    missing.into_iter().for_each(|row_id| read_evidence(state, row_id, out));
}

/// Reads a row by value, to be kept as evidence.
fn read_evidence(state: &mut State, row_id: i64, out: &mut Vec<Effect>) {
    let statement = row_sql::detail(&state.extract_context(), row_id);
    if let Err(error) = view::submit(state, Lane::Interactive, Purpose::Evidence { row_id }, statement, out) {
        state.say(Tone::Error, error.to_string());
    }
}

/// The row to pin has been read by value.
pub(super) fn read(state: &mut State, row_id: i64, batches: &[Batch], out: &mut Vec<Effect>) {
    let row = answers::first_row(batches);
    let columns: Vec<(String, Value)> =
        row.names().into_iter().enumerate().skip(1).map(|(place, name)| (name, row.value(0, place))).collect();
    state.case.unsaved += 1;
    out.push(Effect::Pin(EvidenceRow { extract: state.extract_sha().to_owned(), source: None, row_id, columns }));
}

/// Only the pinned rows of the view, or all of it again.
pub(super) fn only_pinned(state: &mut State, out: &mut Vec<Effect>) {
    let Ok(pinned) = "pinned:yes".parse::<Filter>() else { return };
    let terms = state.view().filter.terms();
    let back = terms.contains(&pinned);
    if !back && !state.case.case.pins().iter().any(|pin| pin.extract == state.extract_sha()) {
        state.say(Tone::Plain, "no row of this extract is pinned yet; m pins the one under the cursor");
        return;
    }
    let rest = terms.into_iter().filter(|term| *term != pinned);
    let (filter, title) = match back {
        true => (rest.fold(Filter::default(), Filter::and), "with rows that are not pinned"),
        false => (rest.fold(Filter::default(), Filter::and).and(pinned), "only pinned rows"),
    };
    if let Err(error) = filter.check(&state.schema) {
        state.say(Tone::Error, error.to_string());
        return;
    }
    let view = View { filter, sort: Vec::new(), ..state.view().clone() };
    view::visit(state, Place::Rows, view, title.to_owned(), out);
}
