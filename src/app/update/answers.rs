//! What comes back from the engine finds its place.

use std::time::Duration;

use crate::case::Event as CaseEvent;
use crate::domain::{Batch, Value};
use crate::engine::{Cut, End, Event, Lane};
use crate::investigate::rows as row_sql;

use crate::app::effect::Effect;
use crate::app::state::detail::Item;
use crate::app::state::fields::Values;
use crate::app::state::jobs::{Job, Purpose};
use crate::app::state::mapping::Asked;
use crate::app::state::rows::Row;
use crate::app::state::timeline::{Bucket, Timeline};
use crate::app::state::{State, Tone};

use super::{
    casework, copying, dry_run, fields, links, mapping, motion, page, pins, playbooks, report, results, reveal, rows, sql,
    templates, time, trail, view,
};

/// What has run for so long is worth a word when it has ended.
const LONG: Duration = Duration::from_secs(2);

/// Takes an engine event in. Events of queries that are not wanted any more find no job and change nothing.
pub(super) fn take(state: &mut State, event: Event, out: &mut Vec<Effect>) {
    match event {
        Event::Started { .. } => {}
        Event::Progress { id, fraction, elapsed } => {
            if let Some(job) = state.jobs.get_mut(id) {
                (job.fraction, job.elapsed) = (fraction, elapsed);
            }
        }
        Event::Rows { id, batch } => {
            if let Some(job) = state.jobs.get_mut(id) {
                job.batches.push(batch);
            }
        }
        Event::Ended { id, end } => {
            let Some(job) = state.jobs.take(id) else { return };
            let took = job.lasts(state.now);
            if took >= LONG && !matches!(end, End::Cancelled) {
                out.push(Effect::Ended { what: job.purpose.title(), took });
            }
            match end {
                End::Done { cut, elapsed, .. } => {
                    let mut job = job;
                    job.elapsed = elapsed;
                    if let Err(error) = answer(state, job, cut, out) {
                        state.say(Tone::Error, error.to_string());
                    }
                }
                End::Cancelled => {}
                End::Failed(error) => fail(state, &job.purpose, &error.to_string(), out),
            }
        }
    }
}

fn answer(state: &mut State, job: Job, cut: Option<Cut>, out: &mut Vec<Effect>) -> Result<(), crate::investigate::FilterError> {
    let (batches, elapsed) = (job.batches, job.elapsed);
    match job.purpose {
        Purpose::Count => {
            let first = first_row(&batches);
            let rows = first.get(0, "requests").as_i64().map_or(0, unsigned);
            let span = first.get(0, "first_seen").as_time().zip(first.get(0, "last_seen").as_time());
            view::counted(state, rows, span, out)?;
            rows::ensure_window(state, out);
        }
        Purpose::Window { from } => {
            state.rows.from = from;
            state.rows.window = batches.iter().flat_map(rows_of).collect();
            if matches!(state.rows.source, crate::investigate::rows::RowSource::Head) {
                let readable = state.rows.window.len() as u64;
                state.rows.cursor = state.rows.cursor.min(readable.saturating_sub(1));
            }
            motion::keep_in_sight(state);
            rows::ensure_window(state, out);
            follow(state, out);
        }
        Purpose::Index { name } => rows::ordered(state, name, out),
        Purpose::Forget => {}
        Purpose::Secrets { row_id, column } => reveal::unsealed(state, row_id, column, &batches, out),
        purpose @ (Purpose::Field { .. } | Purpose::Numbers { .. } | Purpose::Buckets { .. }) => {
            fields::came(state, &purpose, &batches, out);
        }
        Purpose::Timeline => {
            time::came(state, &batches);
            fields::want(state, out);
        }
        Purpose::Detail { row_id } => show_detail(state, row_id, &batches),
        Purpose::List => {
            fields::list_came(state, &batches);
            templates::mark_accounts(state);
        }
        Purpose::Links => links::answer(state, &batches, out),
        Purpose::Templates => templates::answer(state, &batches, out),
        Purpose::Summary => {
            state.page.figures = Some(page::figures_of(state, &first_row(&batches)));
            view::want_related(state, out)?;
        }
        Purpose::Facts => {
            let row = first_row(&batches);
            state.page.facts = Some(row.names().into_iter().enumerate().map(|(at, name)| (name, row.value(0, at))).collect());
        }
        Purpose::Spark => {
            let sparse = buckets_of(&batches);
            let width = sparse.windows(2).map(|pair| pair[1].start.since(pair[0].start)).min().unwrap_or(1).max(1);
            state.page.spark = Timeline::fill(&sparse, width);
        }
        Purpose::Related => {
            page::related(&mut state.page, &batches);
            motion::keep_in_sight(state);
        }
        Purpose::Find { forward, from, near } => match first_row(&batches).get(0, "position").as_i64() {
            Some(position) => {
                state.message = None;
                rows::go_to(state, unsigned(position), out);
                follow(state, out);
            }
            None if near => super::act::look(state, Purpose::Find { forward, from, near: false }, out),
            None => {
                let way = if forward { "after" } else { "before" };
                state.say(Tone::Plain, format!("no row {way} this one has {:?}", state.needle));
            }
        },
        Purpose::Evidence { row_id } => pins::read(state, row_id, &batches, out),
        Purpose::Measure { finding, sql, filter, command, query, params } => {
            let rows = first_row(&batches).get(0, "requests").as_i64().map_or(0, unsigned);
            let title = "rows of the view".to_owned();
            let extract = state.extract_sha().to_owned();
            casework::record(
                state,
                CaseEvent::Measured {
                    finding: Some(finding),
                    title,
                    sql,
                    filter,
                    command,
                    rows,
                    extract,
                    query,
                    params,
                    playbook: String::new(),
                },
                out,
            );
        }
        Purpose::Playbook { id } => {
            playbooks::hits(state, &id, &batches, cut, elapsed, out);
        }
        Purpose::DryRun(part) => dry_run::came(state, part, batches),
        Purpose::Coverage => mapping::covered(state, &batches),
        Purpose::Samples => mapping::sampled(state, &batches),
        Purpose::Preview => mapping::tried(state, &batches, cut == Some(Cut::Time)),
        Purpose::Rejects { from } => {
            report::came(state, from, &batches);
            report::ask(state, out);
        }
        Purpose::Apart { role } => trail::came(state, role, &batches, out)?,
        Purpose::SqlRun { sql: text } => {
            let rows = batches.iter().map(|batch| batch.rows() as u64).sum();
            casework::ran(state, format!("sql: {text}"), Some(rows).filter(|_| cut.is_none()), out);
            sql::came(state, text, &batches, cut, elapsed);
        }
        Purpose::SqlExplain => sql::explained(state, &batches),
        Purpose::SqlFunctions => sql::functions(state, &batches),
        Purpose::Result => results::came(state, &batches, cut, out),
        Purpose::Locate { .. } => {
            let before = first_row(&batches).get(0, "before").as_i64().map_or(0, unsigned);
            rows::go_to(state, before, out);
            follow(state, out);
        }
        Purpose::CopyRows { marked } => copying::rows_came(state, marked, &batches, cut, out),
        Purpose::RejectsFile => out.push(Effect::ExportRejects { batches, cut: cut.is_some() }),
    }
    Ok(())
}

fn fail(state: &mut State, purpose: &Purpose, reason: &str, out: &mut Vec<Effect>) {
    // What they were pressed for may be what has failed.
    state.ahead.clear();
    match purpose {
        Purpose::Field { .. } | Purpose::Numbers { .. } | Purpose::Buckets { .. } => {
            // The other fields are still wanted; what went wrong is said by the field itself.
            fields::failed(state, purpose, reason);
            fields::want(state, out);
            return;
        }
        Purpose::Timeline => {
            state.timeline.loading = false;
            state.timeline.error = Some(reason.to_owned());
        }
        Purpose::List => {
            state.list.loading = false;
            state.list.error = Some(reason.to_owned());
        }
        Purpose::Links => links::failed(state, reason),
        Purpose::Templates => templates::failed(state, reason),
        Purpose::Summary | Purpose::Spark | Purpose::Facts => state.page.error = Some(reason.to_owned()),
        Purpose::Related => {
            state.page.related.iter_mut().for_each(|related| related.1 = Values::Failed(reason.to_owned()));
        }
        Purpose::Detail { .. } => {
            state.detail.loading = false;
            state.detail.error = Some(reason.to_owned());
        }
        Purpose::Playbook { id } => playbooks::failed(state, id, reason, out),
        Purpose::Apart { role } => {
            trail::failed(state, *role, reason, out);
            return;
        }
        Purpose::SqlRun { .. } | Purpose::SqlExplain => {
            sql::failed(state, reason);
            return;
        }
        Purpose::Result => {
            results::fail(state, reason);
            return;
        }
        Purpose::Rejects { .. } => state.report.window = Asked::Failed(reason.to_owned()),
        purpose if mapping::failed(state, purpose, reason) => return,
        _ => {}
    }
    state.say(Tone::Error, format!("{} failed: {reason}", purpose.title()));
}

/// Asks for the detail of the row under the cursor, when it is not the one shown. The latest request wins.
pub(super) fn follow(state: &mut State, out: &mut Vec<Effect>) {
    let Some(row_id) = state.rows.current().map(|row| row.row_id) else { return };
    if state.detail.row_id == Some(row_id) || state.jobs.any(|purpose| *purpose == Purpose::Detail { row_id }) {
        return;
    }
    view::cancel(state, |purpose| matches!(purpose, Purpose::Detail { .. }), out);
    state.detail.loading = true;
    let statement = row_sql::detail(&state.context(), row_id);
    if let Err(error) = view::submit(state, Lane::Interactive, Purpose::Detail { row_id }, statement, out) {
        state.say(Tone::Error, error.to_string());
    }
}

fn show_detail(state: &mut State, row_id: i64, batches: &[Batch]) {
    let row = first_row(batches);
    state.detail.items = row
        .names()
        .into_iter()
        .enumerate()
        .skip(1)
        .map(|(place, column)| {
            let role = state.schema.column(&column).and_then(|column| column.role);
            (column, role, row.value(0, place))
        })
        // The roles keep their lines from row to row, so that the eye finds them, and over a slow link only what differs is sent.
        .filter(|(_, role, value)| role.is_some() || !value.is_null())
        .map(|(column, role, value)| Item {
            role,
            tree: value.as_text().filter(|text| text.starts_with(['{', '['])).and_then(|text| serde_json::from_str(text).ok()),
            column,
            value,
        })
        .collect();
    state.detail.row_id = Some(row_id);
    state.detail.loading = false;
    state.detail.error = None;
    state.detail.cursor = state.detail.cursor.min(state.detail.lines().len().saturating_sub(1));
    motion::keep_in_sight(state);
}

/// The batch that holds the first row; an empty one when no row came.
pub(super) fn first_row(batches: &[Batch]) -> Batch {
    batches.iter().find(|batch| batch.rows() > 0).or(batches.first()).cloned().unwrap_or_else(Batch::empty)
}

/// Counts come as BIGINT and are never negative.
pub(super) fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

fn rows_of(batch: &Batch) -> Vec<Row> {
    (0..batch.rows())
        .map(|row| Row {
            row_id: batch.value(row, 0).as_i64().unwrap_or(0),
            cells: (1..batch.width()).map(|column| batch.value(row, column)).collect(),
        })
        .collect()
}

pub(super) fn text_of(value: Value) -> Option<String> {
    (!value.is_null()).then(|| value.to_plain())
}

fn buckets_of(batches: &[Batch]) -> Vec<Bucket> {
    batches
        .iter()
        .flat_map(|batch| {
            (0..batch.rows()).filter_map(|row| {
                let start = batch.get(row, "bucket").as_time()?;
                Some(Bucket { start, requests: batch.get(row, "requests").as_i64().map_or(0, unsigned) })
            })
        })
        .collect()
}
