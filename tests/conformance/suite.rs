//! The suite. `conformance!(RIG)` makes one test of each case for a rig.

use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use casebook::domain::{Timestamp, Value};
use casebook::engine::{Cut, End, EngineError, Event, JobId, Lane, Limits, Param, Statement};

use super::rig::{Desk, Rig, failure};

fn desk(rig: &impl Rig) -> Desk {
    Desk::new(rig.engine())
}

fn first(rows: u64) -> Vec<i64> {
    (0..i64::try_from(rows).unwrap()).collect()
}

pub(crate) fn rows_arrive_in_order(rig: &impl Rig) {
    let desk = desk(rig);
    for rows in [1, 7, 2048, 100_000] {
        let id = desk.submit(Lane::Interactive, rig.numbers(rows));
        assert_eq!(desk.numbers(id), first(rows));
        assert!(matches!(desk.end(id), End::Done { cut: None, .. }));
    }
    desk.settle(rig);
}

pub(crate) fn an_empty_result_has_its_columns(rig: &impl Rig) {
    let desk = desk(rig);
    let id = desk.submit(Lane::Catalog, rig.empty());
    assert!(matches!(desk.end(id), End::Done { rows: 0, cut: None, .. }));
    let batches = desk.batches(id);
    assert_eq!(batches.len(), 1);
    assert_eq!((batches[0].rows(), batches[0].names()), (0, vec!["n".to_owned(), "name".to_owned()]));
    desk.settle(rig);
}

pub(crate) fn jobs_of_a_lane_run_in_order(rig: &impl Rig) {
    let desk = desk(rig);
    let order = Arc::new(Mutex::new(Vec::new()));
    let ids: Vec<JobId> = (0..50)
        .map(|_| {
            let order = Arc::clone(&order);
            let note = move |event: &Event| {
                if !matches!(event, Event::Rows { .. } | Event::Progress { .. }) {
                    order.lock().unwrap().push(event.id());
                }
            };
            desk.submit_with(Lane::Background, rig.numbers(10), Limits::default(), note)
        })
        .collect();
    for id in &ids {
        assert_eq!(desk.numbers(*id), first(10));
    }
    let expected: Vec<JobId> = ids.iter().flat_map(|id| [*id, *id]).collect();
    assert_eq!(*order.lock().unwrap(), expected);
    desk.settle(rig);
}

pub(crate) fn submitting_never_waits_for_a_running_job(rig: &impl Rig) {
    let desk = desk(rig);
    let long = desk.submit(Lane::Interactive, rig.endless());
    desk.started(long);
    // If submitting waited, this would hang: the long job ends only afterwards.
    let behind: Vec<JobId> = (0..20).map(|_| desk.submit(Lane::Interactive, rig.numbers(3))).collect();
    let beside = desk.submit(Lane::Catalog, rig.numbers(3));
    assert_eq!(desk.numbers(beside), first(3));
    desk.cancel(long);
    assert_eq!(desk.end(long), End::Cancelled);
    for id in behind {
        assert_eq!(desk.numbers(id), first(3));
    }
    desk.settle(rig);
}

pub(crate) fn a_job_cancelled_before_its_start_ends_at_once(rig: &impl Rig) {
    let desk = desk(rig);
    let long = desk.submit(Lane::Interactive, rig.endless());
    let waiting = desk.submit(Lane::Interactive, rig.numbers(5));
    let last = desk.submit(Lane::Interactive, rig.numbers(6));
    desk.cancel(waiting);
    // While the long one still runs.
    assert_eq!(desk.end(waiting), End::Cancelled);
    assert!(desk.batches(waiting).is_empty());
    desk.cancel(long);
    assert_eq!(desk.end(long), End::Cancelled);
    assert_eq!(desk.numbers(last), first(6));
    desk.settle(rig);
}

pub(crate) fn a_job_is_cancelled_in_the_middle(rig: &impl Rig) {
    let desk = desk(rig);
    for lane in Lane::ALL {
        let silent = desk.submit(lane, rig.endless());
        desk.started(silent);
        desk.cancel(silent);
        assert_eq!(desk.end(silent), End::Cancelled);
        let talking = desk.submit(lane, rig.endless_rows());
        desk.some_rows(talking);
        desk.cancel(talking);
        assert_eq!(desk.end(talking), End::Cancelled);
    }
    desk.settle(rig);
}

pub(crate) fn cancelling_after_the_end_twice_or_nobody_is_harmless(rig: &impl Rig) {
    let desk = desk(rig);
    let over = desk.submit(Lane::Interactive, rig.numbers(4));
    assert_eq!(desk.numbers(over), first(4));
    desk.cancel(over);
    desk.cancel(desk.id());
    let twice = desk.submit(Lane::Interactive, rig.endless());
    desk.cancel(twice);
    desk.cancel(twice);
    assert_eq!(desk.end(twice), End::Cancelled);
    desk.cancel(twice);
    desk.settle(rig);
    assert!(matches!(desk.end(over), End::Done { rows: 4, .. }));
}

pub(crate) fn cancelling_one_never_hurts_another(rig: &impl Rig) {
    let desk = desk(rig);
    for round in 0..300_u64 {
        // The victim is anywhere between waiting and over when it is cancelled; the next one follows on the same connection.
        let victim = desk.submit(Lane::Interactive, rig.numbers(1 + round * 37 % 5000));
        let behind = desk.submit(Lane::Interactive, rig.numbers(3000));
        let beside = desk.submit(Lane::Catalog, rig.numbers(3000));
        if round % 3 == 0 {
            desk.started(victim);
        } else if round % 3 == 1 {
            desk.end(victim);
        }
        desk.cancel(victim);
        assert_eq!(desk.numbers(behind), first(3000), "round {round}");
        assert_eq!(desk.numbers(beside), first(3000), "round {round}");
        assert!(matches!(desk.end(victim), End::Cancelled | End::Done { .. }), "round {round}");
    }
    desk.settle(rig);
}

pub(crate) fn cancels_from_the_last_event_do_not_hurt_the_next_job(rig: &impl Rig) {
    let engine = rig.engine();
    let desk = desk(rig);
    for round in 0..200 {
        let own = Arc::clone(&engine);
        let cancel_late = move |event: &Event| {
            if matches!(event, Event::Ended { .. } | Event::Rows { .. }) {
                own.cancel(event.id());
            }
        };
        let victim = desk.submit_with(Lane::Interactive, rig.numbers(1), Limits::default(), cancel_late);
        let next = desk.submit(Lane::Interactive, rig.numbers(2500));
        assert_eq!(desk.numbers(next), first(2500), "round {round}");
        assert!(matches!(desk.end(victim), End::Cancelled | End::Done { .. }));
    }
    desk.settle(rig);
}

pub(crate) fn a_statement_that_cannot_be_prepared_fails(rig: &impl Rig) {
    let desk = desk(rig);
    let id = desk.submit(Lane::Interactive, rig.broken());
    assert!(matches!(failure(desk.end(id)), EngineError::Query(_)));
    desk.settle(rig);
}

pub(crate) fn a_statement_that_fails_after_rows_keeps_the_rows(rig: &impl Rig) {
    let desk = desk(rig);
    let id = desk.submit(Lane::Interactive, rig.fails_later());
    let error = failure(desk.end(id));
    assert!(error.to_string().contains("boom"), "{error}");
    let rows: usize = desk.batches(id).iter().map(|batch| batch.rows()).sum();
    assert!(rows > 0);
    desk.settle(rig);
}

pub(crate) fn a_lane_that_panics_goes_on(rig: &impl Rig) {
    let desk = desk(rig);
    for lane in Lane::ALL {
        for at_start in [true, false] {
            let panics = move |event: &Event| {
                let now = if at_start { matches!(event, Event::Started { .. }) } else { matches!(event, Event::Rows { .. }) };
                if now {
                    // Not `panic!`: the hook would print, and nothing is wrong here.
                    std::panic::resume_unwind(Box::new("the sink breaks"));
                }
            };
            let bad = desk.submit_with(lane, rig.numbers(5000), Limits::default(), panics);
            let next = desk.submit(lane, rig.numbers(5000));
            assert!(matches!(failure(desk.end(bad)), EngineError::Broken(_)));
            assert_eq!(desk.numbers(next), first(5000));
        }
        let at_end = |event: &Event| {
            if matches!(event, Event::Ended { .. }) {
                std::panic::resume_unwind(Box::new("the sink breaks"));
            }
        };
        desk.submit_with(lane, rig.numbers(1), Limits::default(), at_end);
        let next = desk.submit(lane, rig.numbers(5));
        assert_eq!(desk.numbers(next), first(5));
        // A cancelled job in a lane that was opened again still stops.
        let long = desk.submit(lane, rig.endless());
        desk.started(long);
        desk.cancel(long);
        assert_eq!(desk.end(long), End::Cancelled);
    }
}

pub(crate) fn rows_are_limited_exactly(rig: &impl Rig) {
    let desk = desk(rig);
    for (limit, rows, cut) in [
        (10, 10_000, Some(Cut::Rows)),
        (2048, 10_000, Some(Cut::Rows)),
        (2049, 10_000, Some(Cut::Rows)),
        (9_999, 10_000, Some(Cut::Rows)),
        (10_000, 10_000, None),
        (10_001, 10_000, None),
        (0, 10_000, Some(Cut::Rows)),
    ] {
        let id = desk.submit_limited(rig.numbers(rows), Limits { rows: Some(limit), ..Limits::default() });
        assert_eq!(desk.numbers(id), first(limit.min(rows)), "limit {limit}");
        let End::Done { cut: was, .. } = desk.end(id) else { panic!("not done") };
        assert_eq!(was, cut, "limit {limit}");
        assert!(!desk.batches(id).is_empty(), "limit {limit}");
    }
    let endless = desk.submit_limited(rig.endless_rows(), Limits { rows: Some(100), ..Limits::default() });
    assert_eq!(desk.numbers(endless), first(100));
    desk.settle(rig);
}

pub(crate) fn bytes_are_limited_by_whole_batches(rig: &impl Rig) {
    let desk = desk(rig);
    let id = desk.submit_limited(rig.numbers(100_000), Limits { bytes: Some(50_000), ..Limits::default() });
    let numbers = desk.numbers(id);
    assert!(matches!(desk.end(id), End::Done { cut: Some(Cut::Bytes), .. }), "{:?}", desk.end(id));
    assert!(!numbers.is_empty() && numbers.len() < 100_000);
    assert_eq!(numbers, first(numbers.len() as u64));
    let batches = desk.batches(id);
    let before_last: usize = batches[..batches.len() - 1].iter().map(|batch| batch.bytes()).sum();
    assert!(before_last < 50_000);
    let enough = desk.submit_limited(rig.numbers(100_000), Limits { bytes: Some(1 << 30), ..Limits::default() });
    assert_eq!(desk.numbers(enough).len(), 100_000);
    assert!(matches!(desk.end(enough), End::Done { cut: None, .. }));
    desk.settle(rig);
}

pub(crate) fn time_is_limited_and_what_came_counts(rig: &impl Rig) {
    let desk = desk(rig);
    let short = Limits { time: Some(Duration::from_millis(50)), ..Limits::default() };
    let silent = desk.submit_limited(rig.endless(), short);
    assert!(matches!(desk.end(silent), End::Done { rows: 0, cut: Some(Cut::Time), .. }), "{:?}", desk.end(silent));
    let talking = desk.submit_limited(rig.endless_rows(), short);
    let numbers = desk.numbers(talking);
    assert!(matches!(desk.end(talking), End::Done { cut: Some(Cut::Time), .. }));
    assert_eq!(numbers, first(numbers.len() as u64));
    // The time counts from the start of the job: what waits behind a long one loses nothing.
    let long = desk.submit(Lane::Interactive, rig.endless());
    let waits = desk.submit_limited(rig.numbers(5), Limits { time: Some(Duration::from_secs(60)), ..Limits::default() });
    desk.cancel(long);
    assert_eq!(desk.numbers(waits), first(5));
    desk.settle(rig);
}

pub(crate) fn values_of_every_kind_are_bound(rig: &impl Rig) {
    let desk = desk(rig);
    let nasty = "it's \"quoted\"; -- $1 \u{202e}\u{1b}[2J\u{0}end";
    let cases = [
        (Param::Null, Value::Null),
        (Param::Bool(true), Value::Bool(true)),
        (Param::Int(i64::MIN), Value::Int(i128::from(i64::MIN))),
        (Param::Int(i64::MAX), Value::Int(i128::from(i64::MAX))),
        (Param::Float(-0.125), Value::Float(-0.125)),
        (Param::Text(nasty.into()), Value::Text(nasty.into())),
        (Param::Text(String::new()), Value::Text(String::new())),
        (Param::Time(Timestamp(1_689_000_138_123_456)), Value::Time(Timestamp(1_689_000_138_123_456))),
        (Param::Time(Timestamp(-1)), Value::Time(Timestamp(-1))),
        // The tenth and later placeholders must not be sorted as text.
        (Param::Int(10), Value::Int(10)),
        (Param::Int(11), Value::Int(11)),
    ];
    let id = desk.submit(Lane::Catalog, rig.echo(cases.iter().map(|(param, _)| param.clone()).collect()));
    assert!(matches!(desk.end(id), End::Done { rows: 1, .. }), "{:?}", desk.end(id));
    let batch = desk.batches(id).remove(0);
    for (index, (param, value)) in cases.iter().enumerate() {
        assert_eq!(batch.get(0, &format!("p{}", index + 1)), *value, "{param:?}");
    }
    desk.settle(rig);
}

pub(crate) fn dropping_the_engine_ends_every_job_once<R: Rig>(rig: R) {
    let desk = desk(&rig);
    let mut ids = Vec::new();
    for lane in Lane::ALL {
        ids.push(desk.submit(lane, rig.endless()));
        ids.extend((0..5).map(|_| desk.submit(lane, rig.numbers(5))));
    }
    desk.started(ids[0]);
    drop(rig);
    let record = desk.let_go();
    for id in ids {
        assert_eq!(record.end(id), End::Cancelled);
    }
    record.check();
}

pub(crate) fn a_sink_may_hold_the_last_handle<R: Rig>(rig: R) {
    let desk = desk(&rig);
    let long = desk.submit(Lane::Interactive, rig.endless());
    desk.started(long);
    let own = rig.engine();
    let statement = rig.numbers(5);
    let id = desk.submit_with(Lane::Interactive, statement, Limits::default(), move |event| {
        // Keeps the engine until the sink is dropped.
        own.cancel(JobId(event.id().0 + 1_000_000));
    });
    desk.cancel(long);
    drop(rig);
    let record = desk.let_go();
    assert!(matches!(record.end(id), End::Done { rows: 5, .. }));
    record.check();
}

pub(crate) fn a_closed_engine_refuses(rig: &impl Rig) {
    let desk = desk(rig);
    let long = desk.submit(Lane::Background, rig.endless());
    desk.started(long);
    rig.close();
    assert_eq!(desk.end(long), End::Cancelled);
    for lane in Lane::ALL {
        let late = desk.submit(lane, Statement::new("SELECT 1"));
        assert_eq!(failure(desk.end(late)), EngineError::Closed);
    }
}

/// One test of each case, for the rig that `$new` makes.
macro_rules! conformance {
    ($new:expr; $($by_reference:ident)*; $($by_value:ident)*) => {
        $(#[test] fn $by_reference() { crate::suite::$by_reference(&$new); })*
        $(#[test] fn $by_value() { crate::suite::$by_value($new); })*
    };
    ($new:expr) => {
        crate::suite::conformance! { $new;
            rows_arrive_in_order
            an_empty_result_has_its_columns
            jobs_of_a_lane_run_in_order
            submitting_never_waits_for_a_running_job
            a_job_cancelled_before_its_start_ends_at_once
            a_job_is_cancelled_in_the_middle
            cancelling_after_the_end_twice_or_nobody_is_harmless
            cancelling_one_never_hurts_another
            cancels_from_the_last_event_do_not_hurt_the_next_job
            a_statement_that_cannot_be_prepared_fails
            a_statement_that_fails_after_rows_keeps_the_rows
            a_lane_that_panics_goes_on
            rows_are_limited_exactly
            bytes_are_limited_by_whole_batches
            time_is_limited_and_what_came_counts
            values_of_every_kind_are_bound
            a_closed_engine_refuses;
            dropping_the_engine_ends_every_job_once
            a_sink_may_hold_the_last_handle
        }
    };
}
pub(crate) use conformance;
