//! The trail as a layer: jumping, naming, comparing two views, copying one.

use crate::case::SavedView;
use crate::domain::Batch;
use crate::engine::Lane;
use crate::investigate::{Context, FilterError, REQUESTS, Relation, View, diff};

use crate::app::command::Motion;
use crate::app::effect::Effect;
use crate::app::key::{Code, Key};
use crate::app::layout;
use crate::app::state::compared::{Answer, Apart, Compared, SHOWN};
use crate::app::state::form::{Form, FormField, Purpose as FormPurpose};
use crate::app::state::jobs::Purpose;
use crate::app::state::layer::TrailLayer;
use crate::app::state::{Layer, Place, State, Tone};

use super::answers::unsigned;
use super::{copying, layers, motion, view};

/// Opens the layer, the cursor on the present view.
pub(super) fn open(state: &mut State) {
    let here = state.trail.position();
    let cursor = state.trail.tree().iter().position(|line| line.0 == here).unwrap_or(0);
    state.layers.push(Layer::Trail(TrailLayer { cursor, ..TrailLayer::default() }));
}

/// A key in the layer.
pub(super) fn press(state: &mut State, mut layer: TrailLayer, key: Key, out: &mut Vec<Effect>) {
    let tree = state.trail.tree();
    let Some((node, _)) = tree.get(layer.cursor).copied() else { return };
    if std::mem::take(&mut layer.copying) {
        state.layers.push(Layer::Trail(layer));
        copy(state, node, key, out);
        return;
    }
    match key.code {
        Code::Enter => {
            view::leave(state, out);
            state.trail.jump(node);
            view::arrive(state, out);
            return;
        }
        Code::Char('q') => return,
        Code::Char('n') if !key.control => {
            let known = state.trail.nodes().get(node);
            let (name, title) = known.map(|node| (node.name.clone().unwrap_or_default(), node.title.clone())).unwrap_or_default();
            let fields = vec![FormField::text("name", false, name)];
            state.layers.push(Layer::Trail(layer));
            state.layers.push(Layer::Form(Form::new(FormPurpose::NameNode(node), format!("a name for: {title}"), fields)));
            return;
        }
        Code::Char('c') if !key.control => match layer.marked {
            None => {
                layer.marked = Some(node);
                state.say(Tone::Plain, "marked as A; c on another view compares");
            }
            Some(marked) if marked == node => layer.marked = None,
            Some(marked) => {
                compare(state, marked, node, out);
                return;
            }
        },
        Code::Char('y') if !key.control => layer.copying = true,
        _ => layer.cursor = layers::list_step(key).map_or(layer.cursor, |step| motion::moved(layer.cursor, tree.len(), 10, step)),
    }
    state.layers.push(Layer::Trail(layer));
}

/// Gives a node its name, in the case too.
pub(super) fn name(state: &mut State, node: usize, name: &str, out: &mut Vec<Effect>) {
    let name = state.sealed(name).trim().to_owned();
    state.trail.name(node, (!name.is_empty()).then_some(name));
    view::record_visit(state, node, out);
}

/// What SQL over a view is built with; nothing where it is of a result that is not kept at the moment.
pub(super) fn context_of<'a>(state: &'a State, view: &View) -> Option<Context<'a>> {
    let (relation, schema) = match &view.relation {
        Relation::Requests => (&REQUESTS, state.extract_schema()),
        relation => state.results.get(relation).map(|kept| (&kept.relation, &kept.schema))?,
    };
    Some(Context { relation, schema, dialect: state.dialect, case: &state.case.case, last: state.last() })
}

/// Copies a view in one of its forms.
fn copy(state: &mut State, node: usize, key: Key, out: &mut Vec<Effect>) {
    let Some((place, view)) = state.trail.nodes().get(node).map(|node| (node.place.clone(), node.view.clone())) else { return };
    match key.code {
        Code::Char('f') => match SavedView::from(&view).filter_text() {
            text if text.is_empty() => state.say(Tone::Plain, "this view has every row: there is no filter to copy"),
            text => copying::plain(state, "the filter", text, "txt", out),
        },
        Code::Char('c') => {
            let text = copying::command_of(state, &place, &view);
            copying::plain(state, "the command line", text, "sh", out);
        }
        Code::Char('q') => match copying::sql_of(state, &place, &view) {
            Ok(text) => copying::plain(state, "the SQL", text, "sql", out),
            Err(error) => state.say(Tone::Error, error.to_string()),
        },
        _ => state.say(Tone::Plain, "f copies the filter, q the SQL, c the command line"),
    }
}

// ---- comparing

fn compare(state: &mut State, a: usize, b: usize, out: &mut Vec<Effect>) {
    let title = |at: usize| state.trail.nodes().get(at).map(|node| node.called().to_owned()).unwrap_or_default();
    let title = format!("{} against {}", title(a), title(b));
    let Some(view) = state.trail.nodes().get(a).map(|node| View { sort: Vec::new(), ..node.view.clone() }) else { return };
    view::visit(state, Place::Compare { a, b }, view, title, out);
}

/// Begins to compare, when the place is gone to.
pub(super) fn begin(state: &mut State, a: usize, b: usize, out: &mut Vec<Effect>) -> Result<(), FilterError> {
    let views = (state.trail.nodes().get(a).cloned(), state.trail.nodes().get(b).cloned());
    let (Some(one), Some(other)) = views else { return Ok(()) };
    let schemas = (context_of(state, &one.view), context_of(state, &other.view));
    let (Some(left), Some(right)) = schemas else {
        let error = "the result of one of the two is not kept any more; go there once, then compare again".to_owned();
        state.compared = Compared { error: Some(error), ..Compared::default() };
        return Ok(());
    };
    let roles = diff::roles(left.schema, right.schema).into_iter().map(|role| (role, Answer::Unknown)).collect();
    state.compared = Compared { roles, ..Compared::default() };
    if state.compared.roles.is_empty() {
        state.compared.error = Some("the two have no role in common, so there is nothing to compare".to_owned());
    }
    ask(state, a, b, out)
}

/// Asks for the next role: one at a time, so that a change of the view is quick.
fn ask(state: &mut State, a: usize, b: usize, out: &mut Vec<Effect>) -> Result<(), FilterError> {
    let Some((role, answer)) = state.compared.roles.iter_mut().find(|known| known.1 == Answer::Unknown) else { return Ok(()) };
    *answer = Answer::Loading;
    let role = *role;
    let views = (state.trail.nodes().get(a).map(|node| &node.view), state.trail.nodes().get(b).map(|node| &node.view));
    let (Some(of_a), Some(of_b)) = views else { return Ok(()) };
    let (Some(left), Some(right)) = (context_of(state, of_a), context_of(state, of_b)) else { return Ok(()) };
    let statement = diff::statement((&left, of_a), (&right, of_b), role, SHOWN);
    view::submit(state, Lane::Interactive, Purpose::Apart { role }, statement, out).map(|_| ())
}

/// The values of a role have come.
pub(super) fn came(
    state: &mut State,
    role: crate::domain::Role,
    batches: &[Batch],
    out: &mut Vec<Effect>,
) -> Result<(), FilterError> {
    let mut sides: [(Vec<Apart>, u64); 2] = Default::default();
    for (batch, row) in batches.iter().flat_map(|batch| (0..batch.rows()).map(move |row| (batch, row))) {
        let number = |name: &str| batch.get(row, name).as_i64().map_or(0, unsigned);
        let side = usize::from(batch.get(row, "side").to_plain() == "b");
        if let Some((values, all)) = sides.get_mut(side) {
            values.push(Apart {
                value: batch.get(row, "value").to_plain(),
                requests: number("requests"),
                first_seen: batch.get(row, "first_seen").as_time(),
                last_seen: batch.get(row, "last_seen").as_time(),
            });
            *all = number("only_here");
        }
    }
    settle(state, role, Answer::Known(sides), out)
}

/// The values of a role could not be read; the others are still wanted.
pub(super) fn failed(state: &mut State, role: crate::domain::Role, reason: &str, out: &mut Vec<Effect>) {
    if let Err(error) = settle(state, role, Answer::Failed(reason.to_owned()), out) {
        state.say(Tone::Error, error.to_string());
    }
}

fn settle(state: &mut State, role: crate::domain::Role, now: Answer, out: &mut Vec<Effect>) -> Result<(), FilterError> {
    if let Some((_, answer)) = state.compared.roles.iter_mut().find(|known| known.0 == role) {
        *answer = now;
    }
    keep_in_sight(state);
    match *state.place() {
        Place::Compare { a, b } => ask(state, a, b, out),
        _ => Ok(()),
    }
}

/// A step on the side of the cursor, or to the other side.
pub(super) fn step(state: &mut State, motion: Motion) {
    let height = usize::from(layout::compare_height(state.size, state.sizes)).max(1);
    let compared = &mut state.compared;
    match motion {
        Motion::Left => compared.side = 0,
        Motion::Right => compared.side = 1,
        _ => {
            let count = compared.lines(compared.side).len();
            if let Some(cursor) = compared.cursor.get_mut(compared.side) {
                *cursor = motion::moved(*cursor, count, height, motion);
            }
        }
    }
    keep_in_sight(state);
}

pub(super) fn keep_in_sight(state: &mut State) {
    let height = usize::from(layout::compare_height(state.size, state.sizes)).max(1);
    let compared = &mut state.compared;
    for (top, cursor) in compared.top.iter_mut().zip(&compared.cursor) {
        *top = motion::scrolled(*top, *cursor, height);
    }
}

/// Keeps or drops the value under the cursor, in the view of the side on which it stands.
pub(super) fn restrict(state: &mut State, keep: bool, out: &mut Vec<Effect>) {
    let Place::Compare { a, b } = *state.place() else { return };
    let Some((role, apart)) = state.compared.current() else {
        state.say(Tone::Plain, "put the cursor on a value");
        return;
    };
    let value = crate::domain::Value::Text(apart.value.clone());
    let filter = match keep {
        true => crate::investigate::Filter::keep(role.name(), &value),
        false => crate::investigate::Filter::drop(role.name(), &value),
    };
    let node = if state.compared.side == 0 { a } else { b };
    let Some(view) = state.trail.nodes().get(node).map(|node| View { sort: Vec::new(), ..node.view.narrowed(filter.clone()) })
    else {
        return;
    };
    let title = format!("{} {filter}", if keep { "+" } else { "!" });
    view::visit(state, Place::Rows, view, title, out);
}
