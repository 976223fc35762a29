//! Near-duplicate prompts: asking step by step, and going from a template to its rows and accounts.

use crate::app::command::Action;
use crate::app::effect::Effect;
use crate::app::focus;
use crate::app::state::jobs::Purpose;
use crate::app::state::{Marks, Place, State, Tone};
use crate::domain::{Batch, Role};
use crate::engine::Lane;
use crate::investigate::View;
use crate::investigate::templates::{Options, Templates};

use super::{motion, view};

/// Goes to the templates of the view's prompts.
pub(super) fn open(state: &mut State, out: &mut Vec<Effect>) {
    if !state.schema.has(Role::Content) {
        state
            .say(Tone::Error, "no column of this extract is mapped to content, so there are no prompts to compare; z m maps one");
        return;
    }
    let view = View { sort: Vec::new(), ..state.view().clone() };
    view::visit(state, Place::Templates, view, "prompt templates".to_owned(), out);
}

/// The place was come to: what is known of the same view stays.
pub(super) fn begin(state: &mut State, position: u64, out: &mut Vec<Effect>) {
    let known =
        state.templates.machine.as_ref().is_some_and(|machine| machine.is_done()) && state.templates.view.same_rows(state.view());
    state.templates.cursor = usize::try_from(position).unwrap_or(0);
    state.templates.mark = false;
    if known {
        return;
    }
    forget(state, out);
    state.templates.serial += 1;
    state.templates.view = state.view().clone();
    (state.templates.error, state.templates.stopped) = (None, false);
    let name = format!("templates_{}", state.templates.serial);
    match Templates::new(&state.context(), &state.templates.view, Options { limit: 50, ..Options::default() }, &name) {
        Ok(machine) => state.templates.machine = Some(Box::new(machine)),
        Err(error) => state.templates.error = Some(error.to_string()),
    }
    drive(state, out);
}

/// Takes away the table of the texts that were compared.
fn forget(state: &mut State, out: &mut Vec<Effect>) {
    view::cancel(state, |purpose| *purpose == Purpose::Templates, out);
    let Some(machine) = state.templates.machine.take() else { return };
    let statement = machine.tidy(&state.context());
    // Without a table there is nothing to take away, and that is no mistake.
    let _ = view::submit(state, Lane::Background, Purpose::Forget, Ok(statement), out);
}

/// Asks for the next thing that is not known.
fn drive(state: &mut State, out: &mut Vec<Effect>) {
    let Some(mut machine) = state.templates.machine.take() else { return };
    let next = machine.next(&state.context());
    state.templates.loading = matches!(next, Ok(Some(_)));
    let submitted = match next {
        Ok(Some(statement)) => view::submit(state, Lane::Background, Purpose::Templates, Ok(statement), out).map(|_| ()),
        Ok(None) => Ok(()),
        Err(error) => Err(error),
    };
    if let Err(error) = submitted {
        state.templates.error = Some(error.to_string());
    }
    state.templates.machine = Some(machine);
}

/// An answer came.
pub(super) fn answer(state: &mut State, batches: &[Batch], out: &mut Vec<Effect>) {
    if let Some(machine) = &mut state.templates.machine {
        machine.take(batches);
    }
    drive(state, out);
    state.templates.cursor = state.templates.cursor.min(state.templates.found().len().saturating_sub(1));
    motion::keep_in_sight(state);
}

/// It failed.
pub(super) fn failed(state: &mut State, reason: &str) {
    state.templates.loading = false;
    state.templates.error = Some(reason.to_owned());
}

/// Gives up what is on its way.
pub(super) fn stop(state: &mut State) {
    state.templates.stopped |= state.templates.loading;
    state.templates.loading = false;
}

/// Goes to the rows of the template under the cursor, to its accounts, or drops its rows from the view. Its filter shows the template, so
/// it has to be revealed first.
pub(super) fn act(state: &mut State, action: Action, out: &mut Vec<Effect>) {
    let masked = focus::pointed(state)
        .and_then(|pointed| Some((pointed.row_id?, pointed.column)))
        .is_some_and(|(row_id, column)| state.is_masked(row_id, &column));
    if masked {
        state.say(Tone::Plain, "this template is masked, and a filter would show it; z r reveals it first");
        return;
    }
    let Some(filter) = state.templates.current().map(|found| found.filter()) else { return };
    let base = View { sort: Vec::new(), ..state.templates.view.clone() };
    let kept = base.narrowed(filter.clone());
    match action {
        Action::Open | Action::Keep => view::visit(state, Place::Rows, kept, format!("+ {filter}"), out),
        Action::Drop => {
            let dropped = base.narrowed(filter.clone().negated());
            view::visit(state, Place::Rows, dropped, format!("! {filter}"), out);
        }
        Action::TemplateAccounts | Action::TemplateMark => {
            if !state.schema.has(Role::Account) {
                state.say(Tone::Error, "no column of this extract is mapped to account; z m maps one");
                return;
            }
            let place = Place::Pivot { from: Vec::new(), to: Role::Account };
            view::visit(state, place, kept, "accounts of a template".to_owned(), out);
            state.templates.mark = action == Action::TemplateMark;
        }
        _ => {}
    }
}

/// The accounts of a template have come: they are marked, where that was asked for.
pub(super) fn mark_accounts(state: &mut State) {
    if !std::mem::take(&mut state.templates.mark) || !matches!(state.place(), Place::Pivot { to: Role::Account, .. }) {
        return;
    }
    let all = state.list.items.len();
    let values: Vec<Option<String>> = state.list.items.iter().map(|item| item.value.clone()).collect();
    state.marks = Marks::of_values(state.list.column.clone(), Some(Role::Account), values);
    let marked = state.marks.len();
    let cut = if marked < all || state.list.cut { "; more cannot be" } else { "" };
    state.say(Tone::Plain, format!("{marked} accounts are marked{cut}"));
}
