//! Doing what a command says.

use crate::case::Target;
use crate::engine::Lane;
use crate::investigate::rows as row_sql;
use crate::investigate::{Filter, SortKey, View};

use crate::app::command::Action;
use crate::app::effect::Effect;
use crate::app::focus::{self, Pointed};
use crate::app::key::Key;
use crate::app::state::fields::{FieldLine, Numbers, Values};
use crate::app::state::form::{Form, FormField, Purpose as FormPurpose};
use crate::app::state::jobs::Purpose;
use crate::app::state::mapping::Asked;
use crate::app::state::{Input, Layer, Pane, Place, State, Surface, Tone};

use super::{
    answers, around, casework, columns, copying, detail, fields, layers, links, mapping, marks, motion, panes, playbooks, reopen,
    report, rows, save_playbook, sql, templates, time, tour, trail, triage, view,
};

/// Does it.
pub(super) fn act(state: &mut State, action: Action, out: &mut Vec<Effect>) {
    match action {
        Action::Help => state.layers.push(Layer::Help { input: Input::default(), top: 0 }),
        Action::Palette => layers::open_palette(state),
        Action::Back => back(state, out),
        Action::Quit => super::quit(state, out),
        Action::NextPane => cycle(state, true),
        Action::PreviousPane => cycle(state, false),
        Action::Go(Surface::Sql) => sql::enter(state, out),
        Action::Go(surface) => state.surface = surface,
        Action::FreezeColumn
        | Action::ColumnLeft
        | Action::ColumnRight
        | Action::ChooseColumns
        | Action::SortAlsoAscending
        | Action::SortAlsoDescending => columns::act(state, action, out),
        Action::SqlRun
        | Action::SqlExplain
        | Action::SqlOpen
        | Action::SqlEdit
        | Action::SqlFromView
        | Action::SqlOlder
        | Action::SqlNewer
        | Action::SqlComplete
        | Action::SqlCompleteBack
        | Action::SqlLeave => sql::act(state, action, out),
        Action::RunAll
        | Action::OtherBoard
        | Action::Params
        | Action::About
        | Action::ResultsView
        | Action::ExampleRows
        | Action::ShowDismissed
        | Action::FreshOnly => playbooks::act(state, action, out),
        Action::SearchList if state.surface == Surface::Playbooks => playbooks::act(state, action, out),
        Action::SavePlaybook => save_playbook::open(state),
        Action::Move(motion) => motion::step(state, motion, out),
        Action::Open => open(state, out),
        Action::Undo
        | Action::Redo
        | Action::Pin
        | Action::PinnedOnly
        | Action::Label
        | Action::LabelList
        | Action::Stage
        | Action::Unlabel
        | Action::Note
        | Action::Finding
        | Action::Question
        | Action::Answer
        | Action::Verdict
        | Action::Dismiss
        | Action::EditThing
        | Action::CaseOrder
        | Action::Report
        | Action::Reveal
        | Action::RevealRow
        | Action::RevealAll => casework::act(state, action, out),
        Action::DryRun => super::dry_run::open(state),
        Action::TrailBack => travel(state, false, out),
        Action::TrailForward => travel(state, true, out),
        Action::Trail => {
            trail::open(state);
        }
        Action::EditFilter => {
            // With a blank behind it, so that the next term can be typed at once.
            let filter = state.view().filter.to_string();
            let input = Input::new(if filter.is_empty() { filter } else { format!("{filter} ") });
            state.layers.push(Layer::Filter { input, error: None, candidates: Vec::new(), chosen: 0 });
        }
        Action::ClearFilter => {
            let view = state.view();
            if view.is_all() {
                state.say(Tone::Plain, "the view has all rows already");
            } else if view.is_whole() {
                view::visit(state, Place::Rows, View::default(), "all rows".to_owned(), out);
            } else {
                // The whole of what it is of: a result stays one.
                let all = View { relation: view.relation.clone(), ..View::default() }.with_columns_of(view);
                view::visit(state, Place::Rows, all, "all rows".to_owned(), out);
            }
        }
        Action::TimeRange => time::open_range(state),
        Action::NameRange => time::open_name(state),
        Action::ZoomOut => time::zoom_out(state, out),
        Action::Zoom => time::zoom(state, out),
        Action::TimeBounds => time::bounds(state, out),
        Action::Search => {
            let fields = vec![FormField::text("text", true, state.needle.clone())];
            state.layers.push(Layer::Form(Form::new(FormPurpose::Search, "search in all columns", fields)));
        }
        Action::SearchNext => find(state, true, out),
        Action::SearchPrevious => find(state, false, out),
        Action::SortAscending | Action::SortDescending => {
            let Some(column) = focus::pointed_column(state) else { return };
            view::sort(state, Some(SortKey { column, descending: action == Action::SortDescending }), out);
        }
        Action::SortClear => view::sort(state, None, out),
        Action::HideColumn => hide(state, out),
        Action::ShowColumns => {
            state.trail.adjust(|view| view.hidden.clear());
            reread(state, out);
        }
        Action::Widen => widen(state, 4, out),
        Action::Narrow => widen(state, -4, out),
        Action::Keep | Action::Drop if in_templates(state) => templates::act(state, action, out),
        Action::Keep => restrict(state, true, out),
        Action::Drop => restrict(state, false, out),
        Action::Pivot(role) => {
            let from = focus::subjects(state);
            view::pivot_from(state, from, role, out);
        }
        Action::PivotView(role) => view::pivot_view(state, role, out),
        Action::Mark => marks::toggle(state, out),
        Action::ClearMarks => {
            if !marks::clear(state) {
                state.say(Tone::Plain, "nothing is marked; v marks");
            }
        }
        Action::EntityPage => {
            if let Some(entity) = focus::pointed(state).and_then(|pointed| pointed.entity()) {
                if !view::known_to_extract(state, &entity) {
                    return;
                }
                let view = view::entity_view(state, &entity);
                let title = format!("page of {entity}");
                view::visit(state, Place::Page(entity), view, title, out);
            }
        }
        Action::Links => links::open(state, out),
        Action::LinksDeeper
        | Action::LinksShallower
        | Action::LinksOptions
        | Action::LinksWeak
        | Action::LinksDrawing
        | Action::GroupMark
        | Action::GroupLabel
        | Action::GroupFinding => links::act(state, action, out),
        Action::Templates => templates::open(state, out),
        Action::TemplateAccounts | Action::TemplateMark => templates::act(state, action, out),
        Action::TopValues => {
            let Some(column) = focus::pointed_column(state) else { return };
            let view = state.view().clone();
            let title = format!("top {column}");
            view::visit(state, Place::Top { column }, view, title, out);
        }
        Action::Timeline => time::open_histogram(state, out),
        Action::Fields => go_to_pane(state, Pane::Fields),
        Action::Detail => {
            go_to_pane(state, Pane::Detail);
            answers::follow(state, out);
        }
        Action::BrushFrom => state.timeline.from = Some(state.timeline.cursor),
        Action::BrushTo => state.timeline.to = Some(state.timeline.cursor),
        Action::Mapping => mapping::open(state, out),
        Action::LoadReport => report::open(state, out),
        Action::Reopen => reopen::act(state, out),
        Action::Fold => fields::fold(state, None, out),
        Action::Rare | Action::SortList | Action::SearchList | Action::Compare => fields::act(state, action, out),
        Action::Around => around::choose(state),
        Action::Copy(what) => copying::copy(state, what, out),
        Action::CopyStyle => copying::choose(state),
        Action::Theme => panes::choose_theme(state),
        Action::Panes => panes::open(state),
        Action::Tour => tour::begin(state),
        Action::TourSkip => tour::skip(state, out),
        Action::TourLeave => tour::leave(state, out),
        Action::Redraw => out.push(Effect::Redraw),
        Action::Suspend => out.push(Effect::Suspend),
    }
}

/// Says why a key does nothing here, instead of doing nothing.
pub(super) fn explain(state: &mut State, key: Key) {
    let begins = |keys: &String| keys.split(' ').next().is_some_and(|first| first.parse() == Ok(key));
    let elsewhere = state.keymap.table().into_iter().find(|(_, keys)| keys.iter().any(begins));
    let text = match elsewhere {
        Some((command, _)) => format!("{key} ({}) does not work here; ? shows what does", command.title),
        None => format!("{key} is not bound; ? shows the keys"),
    };
    state.say(Tone::Plain, text);
}

/// One level back: stops what runs, then goes from a side pane to the rows, from another surface to exploring, along the trail.
fn back(state: &mut State, out: &mut Vec<Effect>) {
    if marks::clear(state) {
        return;
    }
    let stopped = view::cancel(state, |purpose| *purpose != Purpose::Forget, out);
    if stopped > 0 {
        stop_waiting(state);
        state.say(Tone::Plain, "stopped; what is shown may be incomplete");
    } else if state.surface == Surface::Playbooks && triage::unsearch(state) {
        motion::keep_in_sight(state);
    } else if state.surface != Surface::Explore {
        state.surface = Surface::Explore;
    } else if state.focus != Pane::Main {
        state.focus = Pane::Main;
    } else if state.trail.here().parent.is_some() {
        travel(state, false, out);
    } else {
        state.say(Tone::Plain, "this is where the trail began; Q quits");
    }
}

fn in_templates(state: &State) -> bool {
    state.surface == Surface::Explore && state.focus == Pane::Main && *state.place() == Place::Templates
}

fn stop_waiting(state: &mut State) {
    links::stop(state);
    templates::stop(state);
    state.timeline.loading = false;
    state.list.loading = false;
    state.rows.awaited = None;
    for field in &mut state.fields.fields {
        if field.values == Values::Loading {
            field.values = Values::Failed("stopped; Enter asks again".to_owned());
        }
        if matches!(field.numbers, Numbers::Loading | Numbers::Known { buckets: None, .. }) {
            field.numbers = Numbers::Failed("stopped; Enter asks again".to_owned());
        }
    }
    playbooks::stop(state);
    // Asked for again when the pane is opened.
    if state.mapping.coverage == Asked::Loading {
        state.mapping.coverage = Asked::Unknown;
    }
    if state.mapping.known == Asked::Loading {
        state.mapping.known = Asked::Unknown;
    }
    if state.report.window == Asked::Loading {
        state.report.window = Asked::Unknown;
    }
}

pub(super) fn travel(state: &mut State, forward: bool, out: &mut Vec<Effect>) {
    view::leave(state, out);
    let moved = if forward { state.trail.forward() } else { state.trail.back() };
    if moved {
        view::arrive(state, out);
    } else {
        let text = if forward { "nothing was gone back from" } else { "this is where the trail began" };
        state.say(Tone::Plain, text);
    }
}

fn cycle(state: &mut State, forward: bool) {
    const ORDER: [Pane; 4] = [Pane::Main, Pane::Detail, Pane::Fields, Pane::Timeline];
    let at = ORDER.iter().position(|pane| *pane == state.focus).unwrap_or(0);
    let step = if forward { 1 } else { ORDER.len() - 1 };
    state.focus = ORDER[(at + step) % ORDER.len()];
}

pub(super) fn go_to_pane(state: &mut State, pane: Pane) {
    state.surface = Surface::Explore;
    state.focus = pane;
}

/// `Enter`: the next thing that one would want to see of what is under the cursor.
fn open(state: &mut State, out: &mut Vec<Effect>) {
    match (state.surface, state.focus) {
        (Surface::Explore, Pane::Main) => match state.place() {
            Place::Rows => act(state, Action::Detail, out),
            Place::Page(_) if let Some(at) = focus::pointed_playbook(state) => playbooks::run(state, at, out),
            Place::Pivot { .. } | Place::Page(_) => match focus::pointed(state).and_then(|pointed| pointed.entity()) {
                Some(entity) => view::pivot_to(state, entity, crate::domain::Role::Request, out),
                None => restrict(state, true, out),
            },
            Place::Top { .. } => restrict(state, true, out),
            Place::Links(_) => links::fold(state, None, out),
            Place::Templates => templates::act(state, Action::Open, out),
            Place::Compare { .. } => trail::restrict(state, true, out),
        },
        (Surface::Explore, Pane::Fields) => match state.fields.lines().get(state.fields.cursor) {
            Some(FieldLine::Value(..)) => restrict(state, true, out),
            Some(FieldLine::More(_)) => act(state, Action::TopValues, out),
            Some(FieldLine::Bucket(..)) => {
                fields::keep_bucket(state, true, out);
            }
            _ => fields::fold(state, None, out),
        },
        (Surface::Explore, Pane::Timeline) => time::zoom(state, out),
        (Surface::Explore, Pane::Detail) => {
            if let Some(line) = state.detail.lines().get(state.detail.cursor)
                && line.branch.is_some()
            {
                state.detail.fold(&line.path);
                motion::keep_in_sight(state);
            }
        }
        (Surface::Playbooks, _) => match state.playbooks.pointed() {
            Some(_) => act(state, Action::Pivot(crate::domain::Role::Request), out),
            None => playbooks::open(state, out),
        },
        (Surface::Findings | Surface::Case, _) => super::case_surface::open(state, out),
        (Surface::Sql, _) => act(state, Action::SqlOpen, out),
    }
}

/// Keeps or drops the rows with the value under the cursor.
fn restrict(state: &mut State, keep: bool, out: &mut Vec<Effect>) {
    if state.focus == Pane::Fields && state.surface == Surface::Explore && fields::keep_bucket(state, keep, out) {
        return;
    }
    if state.surface == Surface::Explore && state.focus == Pane::Main && matches!(state.place(), Place::Compare { .. }) {
        return trail::restrict(state, keep, out);
    }
    let marked = focus::marked(state).map(|marked| (marked.column.clone(), marked.filter(keep)));
    let filter = match marked {
        Some((column, _)) if is_sensitive(state, &column) => return refuse_masked(state, false),
        Some((_, filter)) => filter,
        None => {
            let Some(pointed) = focus::pointed(state) else { return };
            match pointed.row_id {
                Some(row_id) if state.is_masked(row_id, &pointed.column) => return refuse_masked(state, true),
                None if !pointed.value.is_null() && is_sensitive(state, &pointed.column) => return refuse_masked(state, false),
                _ => {}
            }
            filter_of(&pointed, keep)
        }
    };
    narrow_by(state, filter, keep, out);
}

fn is_sensitive(state: &State, column: &str) -> bool {
    !state.is_unveiled() && state.schema.column(column).is_some_and(crate::domain::Column::is_sensitive)
}

fn refuse_masked(state: &mut State, one_cell: bool) {
    let way = if one_cell { "z r reveals it first" } else { "find a row with it and reveal that cell first" };
    state.say(Tone::Plain, format!("this value is masked, and a filter would show it; {way}"));
}

/// Goes on to the rows of the view that a filter lets through besides. Marks are used up by it: the filter says the same now.
pub(super) fn narrow_by(state: &mut State, filter: Filter, keep: bool, out: &mut Vec<Effect>) {
    let title = format!("{} {filter}", if keep { "+" } else { "!" });
    let mut view = state.view().narrowed(filter);
    if let Err(error) = view.filter.check(&state.schema) {
        state.say(Tone::Error, error.to_string());
        return;
    }
    view.sort.clear();
    state.marks.clear();
    view::visit(state, Place::Rows, view, title, out);
}

fn filter_of(pointed: &Pointed, keep: bool) -> Filter {
    if pointed.nested {
        // Inside a JSON column there is no column to compare with: the text of the value is looked for in the whole.
        let within = Filter::containing(&pointed.column, &pointed.value.to_plain());
        return if keep { within } else { within.negated() };
    }
    if keep { Filter::keep(&pointed.column, &pointed.value) } else { Filter::drop(&pointed.column, &pointed.value) }
}

/// Looks for the next row with the searched text.
pub(super) fn find(state: &mut State, forward: bool, out: &mut Vec<Effect>) {
    if state.needle.is_empty() {
        act(state, Action::Search, out);
        return;
    }
    if state.focus == Pane::Detail {
        return detail::find(state, forward);
    }
    if !forward && state.rows.cursor == 0 {
        state.say(Tone::Plain, "this is the first row");
        return;
    }
    let from = if forward { state.rows.cursor + 1 } else { state.rows.cursor - 1 };
    state.say(Tone::Plain, format!("searching for {:?}", state.needle));
    look(state, Purpose::Find { forward, from, near: true }, out);
}

/// Looks for the searched text where a search says.
pub(super) fn look(state: &mut State, purpose: Purpose, out: &mut Vec<Effect>) {
    let Purpose::Find { forward, from, near } = purpose else { return };
    view::cancel(state, |purpose| matches!(purpose, Purpose::Find { .. }), out);
    let (context, view, source, needle) = (state.context(), state.view(), &state.rows.source, state.needle.as_str());
    let statement = if near {
        row_sql::find_near(&context, view, source, needle, from, row_sql::NEAR, forward)
    } else {
        row_sql::find(&context, view, source, needle, from, forward)
    };
    if let Err(error) = view::submit(state, Lane::Interactive, purpose, statement, out) {
        state.say(Tone::Error, error.to_string());
    }
}

fn hide(state: &mut State, out: &mut Vec<Effect>) {
    let Some(column) = focus::pointed_column(state) else { return };
    if state.rows.columns.len() < 2 {
        state.say(Tone::Plain, "the last column stays");
        return;
    }
    state.trail.adjust(|view| view.hidden.push(column));
    reread(state, out);
}

/// Reads the window again because its columns changed.
pub(super) fn reread(state: &mut State, out: &mut Vec<Effect>) {
    view::cancel(state, |purpose| matches!(purpose, Purpose::Window { .. }), out);
    let (cursor, column, total, awaited) = (state.rows.cursor, state.rows.column, state.rows.total, state.rows.awaited);
    let source = state.rows.source.clone();
    rows::begin(state, (cursor, column));
    (state.rows.total, state.rows.awaited, state.rows.source) = (total, awaited, source);
    rows::ensure_window(state, out);
}

fn widen(state: &mut State, by: i16, out: &mut Vec<Effect>) {
    if state.surface == Surface::Explore && state.focus == Pane::Fields {
        return panes::grow(state, Pane::Fields, by > 0, out);
    }
    let Some(column) = focus::pointed_column(state) else { return };
    let width = state.view().widths.get(&column).copied().unwrap_or(20);
    let width = width.saturating_add_signed(by).clamp(4, 200);
    state.trail.adjust(|view| {
        view.widths.insert(column, width);
    });
}

/// What a note written now is about.
pub(super) fn target(state: &State) -> Target {
    if let Some(entity) = focus::pointed(state).and_then(|pointed| pointed.entity()) {
        return Target::Entity(entity);
    }
    match focus::pointed_row(state).and_then(|row_id| state.extract_row(row_id)) {
        Some(row_id) => Target::Row { row_id, extract_sha: state.extract_sha().to_owned() },
        None => Target::Case,
    }
}
