//! Views over the results of SQL texts: the columns at hand are those of what the present view is of, and a result is made before it is
//! asked anything.

use std::sync::Arc;
use std::time::Duration;

use crate::domain::{Batch, Schema};
use crate::engine::{Cut, Lane, Limits, Request, Statement};
use crate::investigate::Relation;
use crate::investigate::result::{self, Bounds, Making, Next};

use crate::app::effect::Effect;
use crate::app::state::jobs::Purpose;
use crate::app::state::{Fields, State, Tone};

use super::view;

/// How long a text may run: one that never ends must not hold the machine for ever.
pub(super) const LONGEST: Duration = Duration::from_secs(600);

/// Makes the columns at hand those of what the present view is of. Whether they are known; else the result is being made, and the view is
/// gone to again when it is there.
pub(super) fn bring(state: &mut State, out: &mut Vec<Effect>) -> bool {
    let relation = state.view().relation.clone();
    state.results.error = None;
    view::cancel(state, |purpose| matches!(purpose, Purpose::Result), out);
    state.results.making = None;
    let schema = match &relation {
        Relation::Requests => state.extract.as_ref().map(|extract| extract.schema.clone()),
        Relation::Sql(_) => state.results.get(&relation).map(|kept| kept.schema.clone()),
    };
    let known = schema.is_some();
    use_columns(state, relation.clone(), schema.unwrap_or_default());
    if known {
        if let Some(kept) = state.results.get(&relation).cloned() {
            state.results.keep(kept);
        }
        return true;
    }
    let Some(sql) = relation.sql() else { return false };
    match Making::begin(sql, state.extract_schema(), state.dialect, Bounds::default()) {
        Ok((making, first)) => {
            state.results.making = Some(making);
            ask(state, first, out);
        }
        Err(mistake) => fail(state, &mistake.to_string()),
    }
    false
}

fn use_columns(state: &mut State, relation: Relation, schema: Schema) {
    if state.results.in_use == relation && *state.schema == schema {
        return;
    }
    state.schema = Arc::new(schema);
    let before = std::mem::replace(&mut state.fields, Fields::of(&state.schema));
    for field in &mut state.fields.fields {
        if let Some(known) = before.fields.iter().find(|known| known.column == field.column && known.role == field.role) {
            field.open = known.open;
        }
    }
    // A row of another relation may have the same number.
    state.detail.row_id = None;
    state.detail.items.clear();
    state.marks.clear();
    state.results.in_use = relation;
}

fn ask(state: &mut State, statement: Statement, out: &mut Vec<Effect>) {
    let id = state.jobs.start(Purpose::Result, state.now);
    let limits = Limits { time: Some(LONGEST), ..Limits::default() };
    out.push(Effect::Submit(Request { id, lane: Lane::Interactive, statement, limits }));
}

/// An answer on the way to the result.
pub(super) fn came(state: &mut State, batches: &[Batch], cut: Option<Cut>, out: &mut Vec<Effect>) {
    if cut == Some(Cut::Time) {
        let minutes = LONGEST.as_secs() / 60;
        fail(state, &format!("the SQL was stopped after {minutes} minutes; let it read or join less"));
        return;
    }
    let Some(making) = &mut state.results.making else { return };
    match making.take(batches) {
        Next::Ask(statement) => ask(state, statement, out),
        Next::Made(kept) => {
            state.results.making = None;
            let said = kept.cut.map(|why| format!("{} rows of the result are kept, {why}: there may be more", kept.rows));
            for old in state.results.keep(*kept) {
                forget(state, &old, out);
            }
            view::refresh(state, out);
            if let Some(said) = said {
                state.say(Tone::Error, said);
            }
        }
    }
}

/// Forgets a kept result and the orders of its views.
fn forget(state: &mut State, relation: &Relation, out: &mut Vec<Effect>) {
    let mut statements: Vec<Statement> = result::forget(relation, state.dialect).into_iter().collect();
    for old in state.rows.built.extract_if(.., |built| built.view.relation == *relation).collect::<Vec<_>>() {
        statements.push(crate::investigate::rows::drop_index(&state.context(), &old.name));
    }
    for statement in statements {
        let id = state.jobs.start(Purpose::Forget, state.now);
        out.push(Effect::Submit(Request { id, lane: Lane::Background, statement, limits: Limits::default() }));
    }
}

/// The result could not be made.
pub(super) fn fail(state: &mut State, reason: &str) {
    state.results.making = None;
    let sql = state.view().relation.sql().unwrap_or_default();
    let mistake = result::told(sql, reason, result::LINES_BEFORE);
    state.results.error = Some(mistake.to_string());
    state.say(Tone::Error, mistake.to_string().replace('\n', " "));
}
