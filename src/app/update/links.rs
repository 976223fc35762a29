//! The links of an entity: asking step by step, unfolding, and what is done with the whole group.

use std::collections::HashSet;

use crate::app::command::Action;
use crate::app::effect::Effect;
use crate::app::focus;
use crate::app::state::form::{Form, FormField, Purpose as FormPurpose};
use crate::app::state::jobs::Purpose;
use crate::app::state::links::LinkLine;
use crate::app::state::{Layer, Marks, Place, State, Tone};
use crate::domain::{Batch, Entity, Role};
use crate::engine::Lane;
use crate::investigate::links::{Links, Options, Over};
use crate::investigate::{CaseTerms, View};

use super::{casework, findings, motion, view};

/// Goes to the links of the entity under the cursor.
pub(super) fn open(state: &mut State, out: &mut Vec<Effect>) {
    let Some(entity) = focus::pointed(state).and_then(|pointed| pointed.entity()) else { return };
    if !view::known_to_extract(state, &entity) {
        return;
    }
    let its_rows = view::entity_view(state, &entity);
    let title = format!("links of {entity}");
    view::visit(state, Place::Links(entity), its_rows, title, out);
}

/// The place was come to: what is known stays, the rest is asked for.
pub(super) fn begin(state: &mut State, start: &Entity, position: u64, out: &mut Vec<Effect>) {
    let known = state
        .links
        .machine
        .as_ref()
        .is_some_and(|machine| machine.start() == start && machine.view().range == state.view().range);
    if !known {
        let options = match state.links.options.clone() {
            Some(options) if options.over.iter().all(|over| over.links(start.role)) => options,
            _ => Options::new(start, &state.extract_context()),
        };
        renew(state, start.clone(), options, out);
    } else if let Some(machine) = &mut state.links.machine {
        // What was being asked when the place was left has no answer.
        machine.stop();
    }
    state.links.cursor = usize::try_from(position).unwrap_or(0);
    drive(state, out);
}

/// Begins anew, with other options or from another entity.
fn renew(state: &mut State, start: Entity, options: Options, out: &mut Vec<Effect>) {
    forget(state, out);
    state.links.serial += 1;
    let name = format!("links_{}", state.links.serial);
    let rows = View { range: state.view().range, ..View::default() };
    let path = vec![start.value.clone()];
    let machine = Links::new(&state.extract_context(), &rows, start, options, &name);
    let pane = &mut state.links;
    pane.open = [path].into();
    (pane.cursor, pane.top, pane.error) = (0, 0, None);
    match machine {
        Ok(machine) => pane.machine = Some(Box::new(machine)),
        Err(error) => pane.error = Some(error.to_string()),
    }
}

/// Takes away the tables of the links that were shown before.
fn forget(state: &mut State, out: &mut Vec<Effect>) {
    view::cancel(state, |purpose| *purpose == Purpose::Links, out);
    let Some(machine) = state.links.machine.take() else { return };
    for statement in machine.tidy(&state.extract_context()) {
        // Without a table there is nothing to take away, and that is no mistake.
        let _ = view::submit(state, Lane::Background, Purpose::Forget, Ok(statement), out);
    }
}

/// Asks for the next thing that is not known, if there is any and nothing is on its way.
pub(super) fn drive(state: &mut State, out: &mut Vec<Effect>) {
    if state.jobs.any(|purpose| *purpose == Purpose::Links) {
        return;
    }
    let Some(mut machine) = state.links.machine.take() else {
        rebuild(state);
        return;
    };
    let next = machine.next(&state.extract_context());
    state.links.loading = matches!(next, Ok(Some(_)));
    let submitted = match next {
        Ok(Some(statement)) => view::submit(state, Lane::Catalog, Purpose::Links, Ok(statement), out).map(|_| ()),
        Ok(None) => Ok(()),
        Err(error) => Err(error),
    };
    if let Err(error) = submitted {
        machine.stop();
        state.links.error = Some(error.to_string());
    }
    state.links.machine = Some(machine);
    rebuild(state);
}

fn rebuild(state: &mut State) {
    let role = state.links.machine.as_ref().map(|machine| machine.start().role);
    let bad: HashSet<String> =
        state.case.case.bad().into_iter().filter(|entity| Some(entity.role) == role).map(|entity| entity.value).collect();
    state.links.rebuild(&bad);
    motion::keep_in_sight(state);
}

/// An answer came.
pub(super) fn answer(state: &mut State, batches: &[Batch], out: &mut Vec<Effect>) {
    if let Some(machine) = &mut state.links.machine {
        machine.take(batches);
    }
    drive(state, out);
}

/// It failed.
pub(super) fn failed(state: &mut State, reason: &str) {
    stop(state);
    state.links.error = Some(reason.to_owned());
}

/// Gives up what is on its way.
pub(super) fn stop(state: &mut State) {
    state.links.loading = false;
    if let Some(machine) = &mut state.links.machine {
        machine.stop();
    }
}

/// Unfolds or folds the entity under the cursor; `None` turns it over. Elsewhere goes to the entity above.
pub(super) fn fold(state: &mut State, wanted: Option<bool>, out: &mut Vec<Effect>) {
    let Some(line) = state.links.current() else { return };
    let depth = line.depth();
    if let LinkLine::Entity { path, open, neighbour, .. } = line {
        let wanted = wanted.unwrap_or(!open);
        if wanted != *open {
            let (path, value) = (path.clone(), neighbour.entity.value.clone());
            if wanted {
                state.links.open.insert(path);
                if let Some(machine) = &mut state.links.machine {
                    machine.explore(&value);
                }
            } else {
                state.links.open.remove(&path);
            }
            rebuild(state);
            drive(state, out);
            return;
        }
    }
    if wanted == Some(false) {
        let above = state.links.lines.iter().take(state.links.cursor).rposition(|other| other.depth() < depth);
        state.links.cursor = above.unwrap_or(state.links.cursor);
    }
}

/// Does a command of the place.
pub(super) fn act(state: &mut State, action: Action, out: &mut Vec<Effect>) {
    match action {
        Action::LinksDeeper | Action::LinksShallower => {
            let Some(machine) = &mut state.links.machine else { return };
            let depth = machine.options().depth;
            if action == Action::LinksShallower && depth == 1 {
                state.say(Tone::Plain, "the group is the neighbours already");
                return;
            }
            machine.set_depth(if action == Action::LinksDeeper { depth.saturating_add(1) } else { depth - 1 });
            state.links.options = Some(machine.options().clone());
            drive(state, out);
        }
        Action::LinksWeak => {
            state.links.weak = !state.links.weak;
            let says = if state.links.weak { "links that do not count are shown too" } else { "only links that count are shown" };
            state.say(Tone::Plain, says);
            rebuild(state);
        }
        Action::LinksDrawing => {
            state.links.drawing = !state.links.drawing;
            rebuild(state);
        }
        Action::LinksOptions => options_form(state),
        Action::GroupMark | Action::GroupLabel | Action::GroupFinding => group(state, action, out),
        _ => {}
    }
}

/// What is done with the whole group.
fn group(state: &mut State, action: Action, out: &mut Vec<Effect>) {
    let members = state.links.members();
    if members.len() < 2 {
        state.say(Tone::Plain, "there is no group yet: nobody is linked to this one; > goes deeper, o changes what counts");
        return;
    }
    if action == Action::GroupFinding {
        if state.case.read_only {
            state.say(Tone::Error, "this case is open for reading only; nothing can be recorded in it");
            return;
        }
        // The finding stands on the rows of all of them.
        view::pivot_from(state, members.clone(), Role::Request, out);
        state.layers.push(Layer::Form(findings::form(state, members)));
        return;
    }
    // Keys act on marks where the cursor is in their column.
    state.links.cursor = 0;
    let all = members.len();
    state.marks = Marks::of_entities(&members);
    let marked = state.marks.len();
    let plural = members.first().map_or("", |first| first.role.plural());
    state.say(
        Tone::Plain,
        match marked < all {
            true => format!("{marked} of {all} {plural} are marked; more cannot be"),
            false => format!("the group is marked: {all} {plural}"),
        },
    );
    motion::keep_in_sight(state);
    if action == Action::GroupLabel {
        casework::act(state, Action::Label, out);
    }
}

fn options_form(state: &mut State) {
    let Some(start) = (match state.place() {
        Place::Links(start) => Some(start.clone()),
        _ => None,
    }) else {
        return;
    };
    let options = match &state.links.machine {
        Some(machine) => machine.options().clone(),
        None => Options::new(&start, &state.extract_context()),
    };
    let over: Vec<String> = options.over.iter().map(Over::to_string).collect();
    let choices: Vec<String> = Over::choices(start.role, state.extract_schema()).iter().map(Over::to_string).collect();
    let fields = vec![
        FormField::text("over", true, over.join(" ")),
        FormField::text("hub", false, options.hub.map(|hub| hub.to_string()).unwrap_or_default()),
        FormField::text("weight", true, options.min_weight.to_string()),
        FormField::text("depth", true, options.depth.to_string()),
        FormField::text("limit", true, options.limit.to_string()),
    ];
    let title = format!("link {} over: {}", start.role.plural(), choices.join(" "));
    state.layers.push(Layer::Form(Form::new(FormPurpose::Links, title, fields)));
}

/// The form with the options was filled in.
pub(super) fn submit(state: &mut State, form: &Form, out: &mut Vec<Effect>) -> Result<(), String> {
    let Place::Links(start) = state.place().clone() else { return Ok(()) };
    let over: Vec<Over> =
        form.value("over").split([' ', ',']).filter(|word| !word.is_empty()).map(str::parse).collect::<Result<_, String>>()?;
    let number = |name: &str| {
        let text = form.value(name);
        text.parse::<u64>().map_err(|_| format!("{name} is a whole number, and '{text}' is none"))
    };
    let weight = form.value("weight");
    let options = Options {
        over,
        hub: if form.value("hub").is_empty() { None } else { Some(number("hub")?) },
        min_weight: weight
            .parse::<f64>()
            .ok()
            .filter(|weight| (0.0..=1.0).contains(weight))
            .ok_or_else(|| format!("weight is a number from 0 to 1, and '{weight}' is none"))?,
        depth: usize::try_from(number("depth")?.max(1)).unwrap_or(usize::MAX),
        limit: usize::try_from(number("limit")?.max(2)).unwrap_or(usize::MAX),
    };
    Links::new(&state.extract_context(), &View::default(), start.clone(), options.clone(), "")
        .map_err(|error| error.to_string())?;
    state.links.options = Some(options.clone());
    renew(state, start, options, out);
    drive(state, out);
    Ok(())
}
