//! Running playbooks, one or all, with the parameters that the analyst chose, and taking their hits.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::case::Event;
use crate::domain::{Batch, Entity, Role};
use crate::engine::{Cut, Lane, Limits, Request};
use crate::playbook::{self, ParamSpec, ParamValue, Playbook};

use crate::app::command::{Action, Motion};
use crate::app::effect::Effect;
use crate::app::layout;
use crate::app::state::about::{about, about_param};
use crate::app::state::form::{Form, FormField, Purpose as FormPurpose};
use crate::app::state::jobs::Purpose;
use crate::app::state::playbooks::{Batch as All, Board, Hit, PlaybookLine};
use crate::app::state::{Layer, State, Tone};

use super::answers::unsigned;
use super::{casework, motion, triage};

/// Hits read at most, and how long a playbook may run: one that is shared must not hold the machine.
const LIMITS: Limits = Limits { rows: Some(playbook::MOST_HITS), bytes: Some(16 << 20), time: Some(Duration::from_secs(120)) };

/// Does a command of the surface.
pub(super) fn act(state: &mut State, action: Action, out: &mut Vec<Effect>) {
    match action {
        Action::RunAll => run_all(state, out),
        Action::OtherBoard => {
            state.playbooks.board = match state.playbooks.board {
                Board::Library => Board::Triage,
                Board::Triage => Board::Library,
            };
        }
        Action::Params => open_params(state),
        Action::About => {
            if let Some((title, lines)) = about(state) {
                state.layers.push(Layer::Text { title, lines, top: 0 });
            }
        }
        _ => triage::act(state, action, out),
    }
    motion::keep_in_sight(state);
}

/// A step on the board that is shown.
pub(super) fn step(state: &mut State, to: Motion) {
    let height = usize::from(layout::playbooks_height(state.size));
    let playbooks = &mut state.playbooks;
    match (playbooks.board, to) {
        (_, Motion::Left | Motion::Right) => fold(state, Some(to == Motion::Right)),
        (Board::Library, _) => playbooks.cursor = motion::moved(playbooks.cursor, playbooks.lines().len(), height, to),
        (Board::Triage, _) => {
            playbooks.triage.cursor = motion::moved(playbooks.triage.cursor, playbooks.triage.lines.len(), height, to);
        }
    }
}

/// Scrolls the boards so that their cursors are on the screen.
pub(super) fn keep_in_sight(state: &mut State) {
    let height = usize::from(layout::playbooks_height(state.size));
    let playbooks = &mut state.playbooks;
    playbooks.cursor = playbooks.cursor.min(playbooks.lines().len().saturating_sub(1));
    playbooks.top = motion::scrolled(playbooks.top, playbooks.cursor, height);
    playbooks.triage.top = motion::scrolled(playbooks.triage.top, playbooks.triage.cursor, height);
}

/// Unfolds or folds what is under the cursor: a category, the hits of a playbook, the accusations of a suspect.
pub(super) fn fold(state: &mut State, unfold: Option<bool>) {
    let playbooks = &mut state.playbooks;
    if playbooks.board == Board::Triage {
        return playbooks.triage.fold(unfold);
    }
    let (name, head) = match playbooks.line() {
        Some(PlaybookLine::Category(category, _)) => (category.clone(), PlaybookLine::Category(category, 0)),
        Some(PlaybookLine::Head(at) | PlaybookLine::Hit(at, _)) => {
            let Some(entry) = playbooks.entries.get(at) else { return };
            (entry.id.clone(), PlaybookLine::Head(at))
        }
        None => return,
    };
    let folded = playbooks.folded.contains(&name);
    if unfold.unwrap_or(folded) {
        playbooks.folded.remove(&name);
    } else {
        playbooks.folded.insert(name);
    }
    // From a hit that is folded away the cursor goes to its playbook.
    let is_head = |line: &PlaybookLine| match (line, &head) {
        (PlaybookLine::Category(one, _), PlaybookLine::Category(other, _)) => one == other,
        (line, head) => line == head,
    };
    if unfold != Some(true) {
        playbooks.cursor = playbooks.lines().iter().position(is_head).unwrap_or(playbooks.cursor);
    }
}

/// `Enter` on the library: runs the playbook under the cursor, or folds a category.
pub(super) fn open(state: &mut State, out: &mut Vec<Effect>) {
    if state.playbooks.board == Board::Triage {
        return state.say(Tone::Plain, "nobody is accused here; R runs all playbooks");
    }
    match state.playbooks.line() {
        Some(PlaybookLine::Head(at)) => run(state, at, out),
        Some(PlaybookLine::Category(..)) => fold(state, None),
        Some(PlaybookLine::Hit(..)) | None => {}
    }
}

/// Runs a playbook of the library, with the parameters that it was run with last in this sitting.
pub(super) fn run(state: &mut State, at: usize, out: &mut Vec<Effect>) {
    let (Some(entry), Some(playbook)) = (state.playbooks.entries.get_mut(at), state.playbooks.library.get(at)) else { return };
    if let Some(missing) = entry.missing.clone() {
        state.say(Tone::Plain, format!("{} cannot run here: {missing}", playbook.title));
        return;
    }
    if entry.running {
        state.say(Tone::Plain, format!("{} is running; Esc stops it", playbook.title));
        return;
    }
    let values = values(playbook, &entry.params);
    match values.and_then(|values| playbook::statement(playbook, &values).map_err(|error| error.to_string())) {
        Ok(statement) => {
            (entry.running, entry.error, entry.hits, entry.cut, entry.elapsed) = (true, None, None, None, None);
            let id = state.jobs.start(Purpose::Playbook { id: playbook.id.clone() }, state.now);
            state.playbooks.version += 1;
            out.push(Effect::Submit(Request { id, lane: Lane::Background, statement, limits: LIMITS }));
        }
        Err(error) => entry.error = Some(error),
    }
}

/// The values of parameters as they were typed.
pub(super) fn values(playbook: &Playbook, typed: &BTreeMap<String, String>) -> Result<BTreeMap<String, ParamValue>, String> {
    let read = |spec: &ParamSpec| {
        let text = typed.get(&spec.name)?;
        Some(spec.read(text).map(|value| (spec.name.clone(), value)).map_err(|error| error.to_string()))
    };
    playbook.params.iter().filter_map(read).collect()
}

/// Runs every playbook that can run here, one after the other, so that other questions in the background get their turn between them.
fn run_all(state: &mut State, out: &mut Vec<Effect>) {
    if state.playbooks.batch.is_some() {
        return state.say(Tone::Plain, "all playbooks are being run; Esc stops them");
    }
    let entries = &state.playbooks.entries;
    let can = |at: &usize| entries.get(*at).is_some_and(|entry| entry.missing.is_none() && !entry.running);
    // The gravest first: what matters most is known soonest.
    let mut queue: Vec<usize> = (0..entries.len()).filter(can).collect();
    queue.sort_by_key(|at| std::cmp::Reverse(entries.get(*at).map(|entry| entry.severity)));
    if queue.is_empty() {
        return state.say(Tone::Plain, "no playbook can run on this extract; z m maps the roles that they need");
    }
    state.playbooks.batch = Some(All { done: 0, total: queue.len() });
    state.playbooks.queue = queue.into();
    state.playbooks.board = Board::Triage;
    next(state, out);
}

/// Runs the next one, where all are being run and none of them is running.
fn next(state: &mut State, out: &mut Vec<Effect>) {
    while state.playbooks.batch.is_some() && !state.jobs.any(|purpose| matches!(purpose, Purpose::Playbook { .. })) {
        match state.playbooks.queue.pop_front() {
            Some(at) => {
                run(state, at, out);
                // One whose parameters do not fit any more has not begun.
                if state.playbooks.entries.get(at).is_some_and(|entry| !entry.running) {
                    ended(state);
                }
            }
            None => {
                state.playbooks.batch = None;
                triage::merge(state);
                let text = summary(state);
                state.say(Tone::Done, text);
            }
        }
    }
}

/// One of all that are being run has ended.
fn ended(state: &mut State) {
    if let Some(batch) = &mut state.playbooks.batch {
        batch.done = (batch.done + 1).min(batch.total);
    }
}

/// What came of a run of all playbooks, in a line.
fn summary(state: &State) -> String {
    let entries = &state.playbooks.entries;
    let ran = entries.iter().filter(|entry| entry.hits.is_some()).count();
    let hits: usize = entries.iter().filter_map(|entry| entry.hits.as_ref()).map(Vec::len).sum();
    let failed = entries.iter().filter(|entry| entry.error.is_some()).count();
    let cannot = entries.iter().filter(|entry| entry.missing.is_some()).count();
    let [waiting, _, _, fresh] = state.playbooks.triage.counts;
    let mut text = format!("{ran} playbooks ran: {hits} hits, {waiting} to judge");
    if fresh > 0 {
        text.push_str(&format!(", {fresh} with something new"));
    }
    let cut = entries.iter().filter(|entry| entry.cut.is_some()).count();
    if cut > 0 {
        text.push_str(&format!("; {cut} cut short: there may be more"));
    }
    if failed > 0 {
        text.push_str(&format!("; {failed} failed"));
    }
    if cannot > 0 {
        text.push_str(&format!("; {cannot} cannot run here"));
    }
    text
}

/// Nothing of what was to run is waited for any more. What has come stays.
pub(super) fn stop(state: &mut State) {
    state.playbooks.queue.clear();
    state.playbooks.batch = None;
    for entry in &mut state.playbooks.entries {
        entry.running = false;
    }
}

/// The hits of a playbook have come.
pub(super) fn hits(state: &mut State, id: &str, batches: &[Batch], cut: Option<Cut>, elapsed: Duration, out: &mut Vec<Effect>) {
    let Some(at) = state.playbooks.entries.iter().position(|entry| entry.id == id) else { return };
    let kind = state.playbooks.library.get(at).map_or(Role::Account, |playbook| playbook.entity);
    let mut hits: Vec<Hit> = batches.iter().flat_map(|batch| hits_of(batch, kind)).collect();
    let Some(entry) = state.playbooks.entries.get_mut(at) else { return };
    if let Some(run) = state.case.case.playbook_run(id, &entry.params) {
        for hit in &mut hits {
            hit.fresh = !run.hits.contains(&hit.entity.value);
        }
    }
    let event = match cut {
        // A run that was cut short says nothing of what is new later.
        Some(_) => Event::Ran { what: format!("playbook {id}"), rows: None },
        None => Event::PlaybookRan {
            playbook: id.to_owned(),
            params: entry.params.clone(),
            hits: hits.iter().map(|hit| hit.entity.value.clone()).collect(),
            entity: kind,
            extract: state.extract.as_ref().map_or(String::new(), |extract| extract.sha256.clone()),
        },
    };
    let (found, fresh) = (hits.len(), hits.iter().filter(|hit| hit.fresh).count());
    (entry.running, entry.hits, entry.elapsed) = (false, Some(hits), Some(elapsed));
    entry.cut = cut.map(|cut| match cut {
        Cut::Rows => "the first only",
        Cut::Bytes => "cut by size",
        Cut::Time => "stopped for time",
    });
    let more = entry.cut.map_or(String::new(), |why| format!(", {why}: there may be more"));
    let title = entry.title.clone();
    state.playbooks.version += 1;
    casework::note_run(state, event, out);
    if state.playbooks.batch.is_none() {
        let new = if fresh > 0 { format!(", {fresh} of them new") } else { String::new() };
        state.say(Tone::Done, format!("{title}: {found} {}{new}{more}", if found == 1 { "hit" } else { "hits" }));
    } else {
        ended(state);
    }
    next(state, out);
}

fn hits_of(batch: &Batch, kind: Role) -> Vec<Hit> {
    (0..batch.rows())
        .filter_map(|row| {
            let examples = batch.get(row, "examples").to_plain();
            Some(Hit {
                entity: Entity::new(kind, batch.get(row, "entity").to_plain())?,
                score: batch.get(row, "score").as_f64().unwrap_or(0.0),
                requests: batch.get(row, "requests").as_i64().map_or(0, unsigned),
                first_seen: batch.get(row, "first_seen").as_time(),
                last_seen: batch.get(row, "last_seen").as_time(),
                examples: examples.split(',').filter_map(|id| id.trim().parse().ok()).collect(),
                fresh: false,
            })
        })
        .collect()
}

/// A playbook failed. Where all are being run the others go on.
pub(super) fn failed(state: &mut State, id: &str, reason: &str, out: &mut Vec<Effect>) {
    if let Some(entry) = state.playbooks.entries.iter_mut().find(|entry| entry.id == id) {
        entry.running = false;
        entry.error = Some(reason.to_owned());
    }
    ended(state);
    next(state, out);
}

// ---- parameters

/// Opens the form with the parameters of the playbook under the cursor: as they were used last in this sitting, or else in this case.
fn open_params(state: &mut State) {
    let Some(at) = state.playbooks.current() else {
        return state.say(Tone::Plain, "put the cursor on a playbook to choose its parameters");
    };
    let (Some(entry), Some(playbook)) = (state.playbooks.entries.get(at), state.playbooks.library.get(at)) else { return };
    if let Some(missing) = &entry.missing {
        let text = format!("{} cannot run here: {missing}", playbook.title);
        return state.say(Tone::Plain, text);
    }
    if playbook.params.is_empty() {
        let text = format!("{} has no parameters; Enter runs it", playbook.title);
        return state.say(Tone::Plain, text);
    }
    let runs = state.case.case.playbook_runs().filter(|(id, ..)| *id == playbook.id);
    let in_case = runs.max_by_key(|(.., run)| run.stamp.seq).map(|(_, params, _)| params.clone());
    let used = if entry.params.is_empty() { in_case.unwrap_or_default() } else { entry.params.clone() };
    let fields = playbook.params.iter().map(|spec| {
        let default = spec.default.to_string();
        let text = used.get(&spec.name).cloned().unwrap_or_else(|| default.clone());
        FormField::text(spec.name.clone(), false, text).hinting("the default").offering(vec![default]).about(about_param(spec))
    });
    let form = Form::new(FormPurpose::Params(playbook.id.clone()), format!("run: {}", playbook.title), fields.collect());
    state.layers.push(Layer::Form(form));
}

/// The form of the parameters was filled in: the playbook runs with them.
pub(super) fn submit_params(state: &mut State, form: &Form, id: &str, out: &mut Vec<Effect>) -> Result<(), String> {
    let Some(at) = state.playbooks.entries.iter().position(|entry| entry.id == id) else {
        return Err(format!("there is no playbook {id} any more"));
    };
    let Some(playbook) = state.playbooks.library.get(at) else { return Ok(()) };
    let mut typed = BTreeMap::new();
    for spec in &playbook.params {
        let text = state.sealed(form.value(&spec.name)).into_owned();
        if text.is_empty() {
            continue;
        }
        let value = spec.read(&text).map_err(|error| error.to_string())?;
        // What is the default goes without saying, so that a run with it is the same run as one without.
        if value != spec.default {
            typed.insert(spec.name.clone(), text);
        }
    }
    if state.playbooks.entries.get(at).is_some_and(|entry| entry.running) {
        return Err("it is running; Esc, then Esc again, stops it".to_owned());
    }
    if let Some(entry) = state.playbooks.entries.get_mut(at) {
        entry.params = typed;
    }
    run(state, at, out);
    Ok(())
}
