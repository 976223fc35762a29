//! The load report: going through files and rejects, writing the rejects into a file.

use crate::domain::Batch;
use crate::engine::{Lane, Limits, Request, Statement};
use crate::extract::rejects;

use crate::app::effect::Effect;
use crate::app::key::{Code, Key};
use crate::app::layout;
use crate::app::state::jobs::Purpose;
use crate::app::state::mapping::Asked;
use crate::app::state::report::{Tab, WINDOW};
use crate::app::state::{Layer, State, Tone};

use super::{layers, motion, reopen, view};

/// What one page may weigh: a reject is 4 kB at most.
const PAGE: Limits = Limits { rows: None, bytes: Some(8 << 20), time: None };
/// What a file of rejects may weigh.
const FILE: Limits = Limits { rows: None, bytes: Some(256 << 20), time: None };

/// Opens the report, at the rejects where there are some.
pub(super) fn open(state: &mut State, out: &mut Vec<Effect>) {
    state.layers.push(Layer::Report);
    ask(state, out);
}

fn total(state: &State) -> u64 {
    state.extract.as_ref().map_or(0, |extract| extract.rejects)
}

/// Files, and side tables behind them.
fn sources(state: &State) -> usize {
    state.extract.as_ref().map_or(0, |extract| extract.sources.len() + extract.joined.len())
}

/// Lines of the list on the screen.
fn height(state: &State) -> usize {
    let count = if state.report.tab == Tab::Files { sources(state) as u64 } else { total(state) };
    usize::from(layout::report_heights(state.size, count).0)
}

/// Asks for the rejects around the cursor, when they are not at hand.
pub(super) fn ask(state: &mut State, out: &mut Vec<Effect>) {
    let all = total(state);
    if state.report.tab != Tab::Rejects || all == 0 {
        return;
    }
    let height = height(state) as u64;
    let (first, last) = (state.report.reject_top, (state.report.reject_top + height).min(all));
    let held = state.report.window.known().map_or(0, Vec::len) as u64;
    let inside = first >= state.report.from && last <= state.report.from + held;
    let from = first.saturating_sub(WINDOW / 4);
    if inside || state.jobs.any(|purpose| *purpose == Purpose::Rejects { from }) {
        return;
    }
    view::cancel(state, |purpose| matches!(purpose, Purpose::Rejects { .. }), out);
    if state.report.window.known().is_none() {
        state.report.window = Asked::Loading;
    }
    submit(state, Purpose::Rejects { from }, rejects::page(from, WINDOW), PAGE, out);
}

fn submit(state: &mut State, purpose: Purpose, statement: Statement, limits: Limits, out: &mut Vec<Effect>) {
    let id = state.jobs.start(purpose, state.now);
    out.push(Effect::Submit(Request { id, lane: Lane::Interactive, statement, limits }));
}

/// Takes a key.
pub(super) fn press(state: &mut State, key: Key, out: &mut Vec<Effect>) {
    if matches!(key.code, Code::Esc | Code::Char('q')) && !key.control {
        return;
    }
    state.layers.push(Layer::Report);
    let height = height(state);
    match (key.code, key.control) {
        (Code::Tab | Code::BackTab | Code::Left | Code::Right | Code::Char('h' | 'l'), false) => {
            state.report.tab = if state.report.tab == Tab::Files { Tab::Rejects } else { Tab::Files };
            state.report.scroll = 0;
            keep_in_sight(state);
            ask(state, out);
        }
        (Code::Char('J'), false) => state.report.scroll = state.report.scroll.saturating_add(1),
        (Code::Char('K'), false) => state.report.scroll = state.report.scroll.saturating_sub(1),
        (Code::Char('e'), false) => export(state, out),
        (Code::Char('o'), false) => reopen::act(state, out),
        (Code::Char('m'), false) => {
            state.layers.pop();
            super::mapping::open(state, out);
        }
        _ => {
            let Some(step) = layers::list_step(key) else { return };
            state.report.scroll = 0;
            match state.report.tab {
                Tab::Files => state.report.source = motion::moved(state.report.source, sources(state), height, step),
                Tab::Rejects => {
                    let (cursor, all) = (usize::try_from(state.report.reject), usize::try_from(total(state)));
                    let to = motion::moved(cursor.unwrap_or(usize::MAX), all.unwrap_or(usize::MAX), height, step);
                    state.report.reject = to as u64;
                }
            }
            keep_in_sight(state);
            ask(state, out);
        }
    }
}

/// Keeps the line under the cursor on the screen.
pub(super) fn keep_in_sight(state: &mut State) {
    let height = height(state);
    let report = &mut state.report;
    report.top = motion::scrolled(report.top, report.source, height);
    let to_usize = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    report.reject_top = motion::scrolled(to_usize(report.reject_top), to_usize(report.reject), height) as u64;
}

/// Some rejects have come.
pub(super) fn came(state: &mut State, from: u64, batches: &[Batch]) {
    state.report.from = from;
    state.report.window = Asked::Known(rejects::read(batches));
}

fn export(state: &mut State, out: &mut Vec<Effect>) {
    if total(state) == 0 {
        state.say(Tone::Plain, "every record was read; there is nothing to write");
    } else if state.case.read_only || state.case.dir.is_empty() {
        state.say(Tone::Error, "there is no case to write into; `casebook inspect --rejects --format csv` prints the rejects");
    } else if !state.jobs.any(|purpose| *purpose == Purpose::RejectsFile) {
        state.say(Tone::Plain, "writing the rejects");
        submit(state, Purpose::RejectsFile, rejects::all(), FILE, out);
    }
}
