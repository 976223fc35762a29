//! Going from view to view, and asking for what the new one shows.

use std::sync::Arc;

use crate::case::{Event, SavedView};
use crate::domain::{Entity, Role, Value};
use crate::engine::{JobId, Lane, Limits, Request, Statement};
use crate::extract::Extract;
use crate::investigate::rows::{self as row_sql, RowSource};
use crate::investigate::{FilterError, SortKey, View, count, entity, timeline as time_sql};

use crate::app::effect::Effect;
use crate::app::state::fields::Values;
use crate::app::state::jobs::Purpose;
use crate::app::state::marks::described;
use crate::app::state::{Fields, Page, Pane, Phase, Place, Playbooks, State, Surface, Tone, timeline};

use super::{links, results, resume, rows, templates, trail};

/// The extract is open: everything begins.
pub(super) fn opened(state: &mut State, extract: Arc<Extract>, out: &mut Vec<Effect>) {
    state.schema = Arc::new(extract.schema.clone());
    state.fields = Fields::of(&state.schema);
    state.playbooks = Playbooks::of(std::mem::take(&mut state.playbooks.library), &state.schema);
    if let Some(greeting) = greeting(&extract) {
        state.say(Tone::Plain, greeting.clone());
        state.greeting = Some(greeting);
    }
    state.extract = Some(extract);
    state.phase = Phase::Ready;
    state.trail.here_mut().at = state.clock;
    match state.resume.take() {
        Some(resume) => resume::go_on(state, resume, out),
        None => refresh(state, out),
    }
}

/// What is said of an extract that has just been opened, where it is not as one would think: which rows the counts on the screen count,
/// and what could not be read.
fn greeting(extract: &Extract) -> Option<String> {
    let mut said = extract.counts();
    if extract.rejects > 0 {
        let records = if extract.rejects == 1 { "record" } else { "records" };
        said.push_str(&format!("; {} {records} could not be read, z e shows them", extract.rejects));
    } else if extract.duplicates == 0 && extract.deduped.is_none() {
        return None;
    }
    Some(said)
}

/// Submits a query. What cannot be built (a filter that names an unknown column) is returned and nothing is submitted.
pub(super) fn submit(
    state: &mut State,
    lane: Lane,
    purpose: Purpose,
    statement: Result<Statement, FilterError>,
    out: &mut Vec<Effect>,
) -> Result<JobId, FilterError> {
    let statement = statement?;
    let id = state.jobs.start(purpose, state.now);
    out.push(Effect::Submit(Request { id, lane, statement, limits: Limits::default() }));
    Ok(id)
}

/// Cancels the queries whose purpose fits.
pub(super) fn cancel(state: &mut State, fits: impl FnMut(&Purpose) -> bool, out: &mut Vec<Effect>) -> usize {
    let ids = state.jobs.take_where(fits);
    let count = ids.len();
    out.extend(ids.into_iter().map(Effect::Cancel));
    count
}

/// Goes on to a new view.
pub(super) fn visit(state: &mut State, place: Place, view: View, title: String, out: &mut Vec<Effect>) {
    leave(state, out);
    let column = state.rows.column;
    if state.trail.visit(place, view, title) {
        // A new view begins at its first row, in the column where the analyst was looking.
        state.trail.here_mut().cursor = (0, column);
        state.trail.here_mut().at = state.clock;
    }
    arrive(state, out);
}

/// Remembers where the cursor was, and that the view was visited even if it was left before its rows were counted.
pub(super) fn leave(state: &mut State, out: &mut Vec<Effect>) {
    if state.trail.here().rows.is_none() {
        record_visit(state, state.trail.position(), out);
    }
    let cursor = state.cursor();
    state.trail.here_mut().cursor = cursor;
}

/// Shows the present node of the trail.
pub(super) fn arrive(state: &mut State, out: &mut Vec<Effect>) {
    state.surface = Surface::Explore;
    state.focus = Pane::Main;
    refresh(state, out);
}

/// Asks for everything that the present view shows. Answers to older questions are not waited for.
pub(super) fn refresh(state: &mut State, out: &mut Vec<Effect>) {
    cancel(state, Purpose::is_of_view, out);
    let (position, column) = state.trail.here().cursor;
    let place = state.place().clone();
    state.fields.forget();
    state.timeline.loading = true;
    state.timeline.error = None;
    (state.timeline.from, state.timeline.to) = (None, None);
    let known = results::bring(state, out);
    rows::begin(state, (if place == Place::Rows { position } else { 0 }, column));
    if !known {
        state.timeline = timeline::Timeline::default();
        return;
    }
    if let Err(error) = ask(state, &place, position, out) {
        // The view was checked when it was made; this is for one that the extract at hand does not fit.
        state.say(Tone::Error, format!("this view does not fit the extract: {error}"));
    }
}

fn ask(state: &mut State, place: &Place, position: u64, out: &mut Vec<Effect>) -> Result<(), FilterError> {
    match place {
        Place::Rows => {}
        Place::Pivot { to, .. } => {
            super::fields::begin_list(state, to.name(), position);
            super::fields::ask_list(state, out);
        }
        Place::Top { column } => {
            super::fields::begin_list(state, column, position);
            super::fields::ask_list(state, out);
        }
        Place::Links(start) => links::begin(state, start, position, out),
        Place::Templates => templates::begin(state, position, out),
        Place::Compare { a, b } => trail::begin(state, *a, *b, out)?,
        Place::Page(whose) => {
            let around = usize::try_from(position).unwrap_or(0);
            state.page = Page { entity: Some(whose.clone()), cursor: around, ..Page::default() };
            let all = View { range: state.view().range, ..View::default() };
            let statement = entity::summary(&state.extract_context(), &all, whose);
            submit(state, Lane::Interactive, Purpose::Summary, statement, out)?;
            if let Some(statement) = entity::facts(&state.extract_context(), whose)? {
                submit(state, Lane::Interactive, Purpose::Facts, Ok(statement), out)?;
            }
        }
    }
    rows::ask(state, out)?;
    let known = match &state.extract {
        Some(extract) if state.view().is_all() => Some((extract.rows, extract.first, extract.last)),
        _ => None,
    };
    match known {
        Some((rows, first, last)) => counted(state, rows, first.zip(last), out)?,
        None => {
            let statement = count::statement(&state.context(), state.view());
            submit(state, Lane::Catalog, Purpose::Count, statement, out)?;
        }
    }
    Ok(())
}

/// The view's rows are counted: the node gets its count, and the histogram knows its span.
pub(super) fn counted(
    state: &mut State,
    rows: u64,
    span: Option<(crate::domain::Timestamp, crate::domain::Timestamp)>,
    out: &mut Vec<Effect>,
) -> Result<(), FilterError> {
    (state.rows.total, state.rows.span) = (Some(rows), span);
    state.rows.cursor = state.rows.cursor.min(rows.saturating_sub(1));
    let counted_before = state.trail.here_mut().rows.replace(rows).is_some();
    if !counted_before {
        record_visit(state, state.trail.position(), out);
    }
    match span {
        Some((first, last)) => {
            let wide = usize::from(state.size.width).clamp(20, timeline::MOST);
            let width = time_sql::choose_bucket(last.since(first), wide as u64);
            state.timeline.width = width;
            super::time::ask_histogram(state, out)?;
        }
        None => {
            state.timeline.buckets.clear();
            state.timeline.series.clear();
            state.timeline.loading = false;
            super::fields::want(state, out);
        }
    }
    Ok(())
}

/// Writes a node of the trail into the case.
pub(super) fn record_visit(state: &State, at: usize, out: &mut Vec<Effect>) {
    let Some(node) = state.trail.nodes().get(at) else { return };
    if state.case.read_only || state.case.dir.is_empty() {
        return;
    }
    out.push(Effect::Record(Event::Visited {
        node: state.number_of_node(at),
        parent: node.parent.map(|at| state.number_of_node(at)),
        title: node.called().to_owned(),
        view: SavedView::from(&node.view),
        place: resume::saved(state, &node.place),
        rows: node.rows,
    }));
}

/// The case is open: what was visited before that is written into it too.
pub(super) fn record_trail(state: &State, out: &mut Vec<Effect>) {
    if state.extract.is_some() {
        let new = state.trail.nodes().iter().enumerate().filter(|(_, node)| node.number.is_none());
        new.for_each(|(at, _)| record_visit(state, at, out));
    }
}

/// What the summary of an entity is followed by: its histogram, its related values and what is new for it.
pub(super) fn want_related(state: &mut State, out: &mut Vec<Effect>) -> Result<(), FilterError> {
    let (Some(whose), Some(figures)) = (state.page.entity.clone(), state.page.figures.clone()) else { return Ok(()) };
    let view = entity_view(state, &whose);
    if let Some((first, last)) = figures.first_seen.zip(figures.last_seen) {
        let width = time_sql::choose_bucket(last.since(first), 60);
        let statement = time_sql::statement(&state.context(), &view, width, None);
        submit(state, Lane::Interactive, Purpose::Spark, statement, out)?;
    }
    let roles = entity::related_roles(&state.context(), &whose);
    state.page.related = roles.into_iter().map(|role| (role, Values::Loading)).collect();
    state.page.settled = entity::settled(figures.first_seen, figures.last_seen);
    let (settled, limit) = (state.page.settled, crate::app::state::page::RELATED);
    let all = View { range: state.view().range, ..View::default() };
    if let Some(statement) = entity::related(&state.context(), &all, &whose, figures.requests, settled, limit)? {
        submit(state, Lane::Interactive, Purpose::Related, Ok(statement), out)?;
    }
    Ok(())
}

/// The rows of an entity, in the time range of the present view.
pub(super) fn entity_view(state: &State, entity: &Entity) -> View {
    let filter = crate::investigate::Filter::keep(entity.role.name(), &crate::domain::Value::Text(entity.value.clone()));
    View { filter, range: state.view().range, ..View::default() }.with_columns_of(state.view())
}

/// Whether the extract has values in the role of an entity: one from the result of an SQL text may be of a role that it lacks.
pub(super) fn known_to_extract(state: &mut State, entity: &Entity) -> bool {
    let known = state.extract_schema().has(entity.role);
    if !known {
        let role = entity.role;
        state.say(
            Tone::Error,
            format!("no column of the extract is mapped to {role}, so it has no rows of {entity}; z m maps one"),
        );
    }
    known
}

/// Goes from an entity to the entities of a role that share rows with it; to its own rows for `request`.
pub(super) fn pivot_to(state: &mut State, entity: Entity, to: Role, out: &mut Vec<Effect>) {
    pivot_from(state, vec![entity], to, out);
}

/// Goes from entities of one kind to the entities of a role that share rows with any of them; to their own rows for `request`.
pub(super) fn pivot_from(state: &mut State, from: Vec<Entity>, to: Role, out: &mut Vec<Effect>) {
    let Some(first) = from.first() else { return };
    let role = first.role;
    if !known_to_extract(state, &first.clone()) {
        return;
    }
    let whence = if state.view().relation.is_requests() { "" } else { ", in the extract" };
    let values: Vec<Value> = from.iter().map(|entity| Value::Text(entity.value.clone())).collect();
    let filter = crate::investigate::Filter::keep_any(role.name(), &values);
    let view = View { filter, range: state.view().range, ..View::default() }.with_columns_of(state.view());
    let whose = described(&from);
    if to == Role::Request || to == role {
        visit(state, Place::Rows, view, format!("{whose}{whence}"), out);
    } else {
        let title = format!("{whose} → {}{whence}", to.plural());
        list_of(state, from, to, view, title, out);
    }
}

/// Goes from the whole view to the entities of a role that stand in its rows; to the rows themselves for `request`.
pub(super) fn pivot_view(state: &mut State, to: Role, out: &mut Vec<Effect>) {
    let view = View { sort: Vec::new(), ..state.view().clone() };
    if to == Role::Request {
        visit(state, Place::Rows, view, "its rows".to_owned(), out);
    } else {
        list_of(state, Vec::new(), to, view, format!("{} of the view", to.plural()), out);
    }
}

fn list_of(state: &mut State, from: Vec<Entity>, to: Role, view: View, title: String, out: &mut Vec<Effect>) {
    let schema = if view.relation.is_requests() { state.extract_schema() } else { &state.schema };
    if schema.has(to) {
        visit(state, Place::Pivot { from, to }, view, title, out);
    } else {
        state.say(
            Tone::Error,
            format!("no column of this extract is mapped to {to}, so nothing can be pivoted to {}; z m maps one", to.plural()),
        );
    }
}

/// Sorts the view without making it a step of the trail.
pub(super) fn sort(state: &mut State, key: Option<SortKey>, out: &mut Vec<Effect>) {
    sort_by(state, key.into_iter().collect(), out);
}

/// Sorts the view by several columns, the most important first.
pub(super) fn sort_by(state: &mut State, sort: Vec<SortKey>, out: &mut Vec<Effect>) {
    if state.view().sort == sort {
        return;
    }
    state.trail.adjust(|view| view.sort = sort);
    cancel(state, |purpose| matches!(purpose, Purpose::Window { .. } | Purpose::Index { .. } | Purpose::Find { .. }), out);
    let (total, column) = (state.rows.total, state.rows.column);
    rows::begin(state, (0, column));
    state.rows.total = total;
    if let Err(error) = rows::ask(state, out) {
        state.say(Tone::Error, error.to_string());
    }
}

/// The statement that forgets an order.
pub(super) fn forget(name: &str, state: &State) -> Result<Statement, FilterError> {
    Ok(row_sql::drop_index(&state.context(), name))
}

/// Where windows of a view can be read from at once.
pub(super) fn source_of(state: &State) -> RowSource {
    let view = state.view();
    if view.is_loaded_order() {
        return RowSource::Loaded;
    }
    state
        .rows
        .built
        .iter()
        .find(|built| built.view.same_rows(view))
        .map_or(RowSource::Head, |built| RowSource::Index(built.name.clone()))
}
