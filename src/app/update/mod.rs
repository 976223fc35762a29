//! One message at a time: the only way in which the state changes.

mod act;
mod ahead;
mod answers;
mod around;
mod case_surface;
mod casework;
mod columns;
mod copying;
mod detail;
mod dry_run;
mod fields;
mod findings;
mod keys;
mod labels;
mod layers;
mod links;
mod mapping;
mod marks;
mod motion;
mod mouse;
mod notes;
mod page;
mod panes;
mod pins;
mod playbooks;
mod reopen;
mod report;
mod results;
mod resume;
mod reveal;
mod rows;
mod save_playbook;
mod sql;
mod sql_words;
mod templates;
mod time;
mod tour;
mod trail;
mod triage;
mod view;

use super::effect::Effect;
use super::focus;
use super::msg::Msg;
use super::state::{Layer, Phase, Playbooks, State, Tone};

/// Takes a message in: changes the state and says what is to be done outside.
pub fn update(state: &mut State, msg: Msg) -> Vec<Effect> {
    let mut out = Vec::new();
    let before = tour::before(state);
    match msg {
        Msg::Key(key) => keys::press(state, key, &mut out),
        Msg::Mouse(what) => mouse::done(state, what, &mut out),
        Msg::Paste(text) if sql::paste(state, &text) => {}
        Msg::Paste(text) => layers::paste(state, &text, &mut out),
        Msg::SqlHistory(texts) => state.sql.history = texts,
        Msg::Resize(size) => {
            (state.size, state.tour_lines) = (size, 0);
            motion::keep_in_sight(state);
            rows::ensure_window(state, &mut out);
            if state.layers.contains(&Layer::Report) {
                report::ask(state, &mut out);
            }
        }
        Msg::Tick(now) => {
            state.now = now;
            reveal::elapse(state);
        }
        Msg::Clock(now) => state.clock = Some(now),
        Msg::Loading(now) => match (&mut state.phase, &mut state.reopening) {
            (Phase::Loading { opening, .. }, _) => *opening = now,
            (_, Some(reopening)) => reopening.opening = now,
            _ => {}
        },
        Msg::Opened(extract) if state.extract.is_some() => reopen::opened(state, extract, &mut out),
        Msg::Opened(extract) => view::opened(state, extract, &mut out),
        Msg::OpenFailed(reason) if state.extract.is_some() => reopen::failed(state, reason),
        Msg::OpenFailed(reason) => {
            // What is wrong is said on the command line, where it stays to be read.
            state.phase = Phase::Failed(reason);
            quit(state, &mut out);
        }
        Msg::Library(library) => state.playbooks = Playbooks::of(library, &state.schema),
        Msg::PlaybookSaved { path, library } => save_playbook::saved(state, &path, library),
        Msg::CaseOpened { case, dir, read_only, notice } => {
            state.case.case = *case;
            state.case.dir = dir;
            state.case.read_only = read_only;
            state.case.base = state.case.case.next_node();
            resume::bring_trail(state);
            view::record_trail(state, &mut out);
            // What was said of the extract was on the screen for a moment only: once more, with what there is to say of the case.
            let greeting = state.greeting.take();
            let said: Vec<String> = greeting.into_iter().chain(notice).collect();
            if !said.is_empty() {
                state.say(Tone::Plain, said.join("; "));
            }
        }
        Msg::Engine(event) => answers::take(state, event, &mut out),
        Msg::Recorded(entry) => casework::recorded(state, &entry),
        Msg::RecordFailed(reason) => {
            state.case.unsaved = state.case.unsaved.saturating_sub(1);
            state.layers.push(Layer::Text {
                title: "NOT saved".to_owned(),
                lines: vec![reason, String::new(), "Nothing of it is in the case. Mend the cause, then do it again.".to_owned()],
                top: 0,
            });
        }
        Msg::Reported { path, bytes } => state.say(Tone::Done, format!("report written: {path} ({bytes} bytes)")),
        Msg::Exported(text) => state.say(Tone::Done, text),
        Msg::Tour(kept) => tour::offer(state, kept, &mut out),
        Msg::Resume(resume) => state.resume = Some(resume),
        Msg::Kept(text) => state.say(Tone::Done, text),
        Msg::Rehashed(changed) => reopen::rehashed(state, changed),
        Msg::ProfileSaved(path) => state.say(Tone::Done, format!("saved as a profile: {path}")),
        Msg::ProfileRefused { name, reason, taken } => mapping::refused(state, name, reason, taken),
        Msg::Edited(left) => notes::edited(state, left),
        Msg::Failed(reason) => state.say(Tone::Error, reason),
        Msg::HangUp => quit(state, &mut out),
    }
    ahead::press(state, &mut out);
    leave_unsealed(state);
    case_surface::relist(state);
    triage::merge(state);
    tour::advance(state, before.as_ref(), &mut out);
    tour::make_room(state, &mut out);
    out
}

/// Covers the secrets of a cell that the cursor has left.
fn leave_unsealed(state: &mut State) {
    if let Some(cell) = &state.unsealed {
        let stays = focus::pointed(state).is_some_and(|at| at.row_id == Some(cell.row_id) && at.column == cell.column);
        if !stays {
            state.unsealed = None;
        }
    }
}

/// Ends the program. What is in the case is on disk already, or on its way in order.
fn quit(state: &mut State, out: &mut Vec<Effect>) {
    state.quit = true;
    out.push(Effect::Quit);
}
