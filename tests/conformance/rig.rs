//! A rig: an engine with statements for each scenario, and a desk that collects what the engine sends.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use casebook::domain::{Batch, Value};
use casebook::engine::{End, Engine, EngineError, Event, JobId, Lane, Limits, Param, Request, Statement};

/// An engine under test. Statements name what they do; each engine says how.
pub(crate) trait Rig {
    fn engine(&self) -> Arc<dyn Engine>;
    /// Takes no more jobs.
    fn close(&self);
    /// Rows `0..rows` of one BIGINT column `n`, in order, in several batches when there are many.
    fn numbers(&self, rows: u64) -> Statement;
    /// No rows, columns `n` and `name`.
    fn empty(&self) -> Statement;
    /// Never ends by itself, sends no row.
    fn endless(&self) -> Statement;
    /// Sends rows of `n` without end, or some and then nothing more.
    fn endless_rows(&self) -> Statement;
    /// Cannot be prepared.
    fn broken(&self) -> Statement;
    /// Sends rows of `n`, then fails with a message that contains `boom`.
    fn fails_later(&self) -> Statement;
    /// One row with the values as columns `p1`, `p2`, and so on.
    fn echo(&self, params: Vec<Param>) -> Statement;
}

/// Longer than any engine needs; only a broken one takes so long.
const PATIENCE: Duration = Duration::from_secs(120);

#[derive(Default)]
struct Heard {
    events: Mutex<HashMap<JobId, Vec<Event>>>,
    more: Condvar,
}

/// Submits jobs and collects their events.
#[derive(Clone)]
pub(crate) struct Desk {
    engine: Arc<dyn Engine>,
    heard: Arc<Heard>,
    next: Arc<AtomicU64>,
}

impl Desk {
    pub(crate) fn new(engine: Arc<dyn Engine>) -> Desk {
        Desk { engine, heard: Arc::default(), next: Arc::new(AtomicU64::new(1)) }
    }

    pub(crate) fn id(&self) -> JobId {
        JobId(self.next.fetch_add(1, Ordering::Relaxed))
    }

    pub(crate) fn submit(&self, lane: Lane, statement: Statement) -> JobId {
        self.submit_with(lane, statement, Limits::default(), |_| {})
    }

    pub(crate) fn submit_limited(&self, statement: Statement, limits: Limits) -> JobId {
        self.submit_with(Lane::Interactive, statement, limits, |_| {})
    }

    /// `also` is called with every event, on the engine's thread, before the event is collected.
    pub(crate) fn submit_with(
        &self,
        lane: Lane,
        statement: Statement,
        limits: Limits,
        also: impl Fn(&Event) + Send + Sync + 'static,
    ) -> JobId {
        let id = self.id();
        let heard = Arc::clone(&self.heard);
        let collect = move |event: Event| {
            also(&event);
            heard.events.lock().unwrap().entry(event.id()).or_default().push(event);
            heard.more.notify_all();
        };
        self.engine.submit(Request { id, lane, statement, limits }, Box::new(collect));
        id
    }

    pub(crate) fn cancel(&self, id: JobId) {
        self.engine.cancel(id);
    }

    /// Forgets the engine, so that somebody else's handle is the last.
    pub(crate) fn let_go(self) -> Record {
        Record(self.heard)
    }

    fn record(&self) -> Record {
        Record(Arc::clone(&self.heard))
    }

    /// Waits until the job has started.
    pub(crate) fn started(&self, id: JobId) {
        self.record().wait(id, |event| matches!(event, Event::Started { .. }));
    }

    /// Waits for some rows of the job.
    pub(crate) fn some_rows(&self, id: JobId) {
        self.record().wait(id, |event| matches!(event, Event::Rows { .. }));
    }

    /// Waits for the end of the job.
    pub(crate) fn end(&self, id: JobId) -> End {
        self.record().end(id)
    }

    /// Waits for the end of the job, which must be `Done`, and returns its values of `n`.
    pub(crate) fn numbers(&self, id: JobId) -> Vec<i64> {
        let end = self.end(id);
        let numbers = self.record().numbers(id);
        let End::Done { rows, .. } = end else { panic!("{id:?} ended {end:?}") };
        assert_eq!(rows, numbers.len() as u64, "the count does not fit the rows");
        numbers
    }

    pub(crate) fn batches(&self, id: JobId) -> Vec<Batch> {
        self.record().batches(id)
    }

    /// Runs one small job in every lane to its end: whatever an engine still had to send has been sent then.
    pub(crate) fn settle(&self, rig: &impl Rig) {
        for lane in Lane::ALL {
            let id = self.submit(lane, rig.numbers(1));
            assert_eq!(self.numbers(id), [0]);
        }
        self.record().check();
    }
}

/// What was heard.
pub(crate) struct Record(Arc<Heard>);

impl Record {
    fn wait(&self, id: JobId, wanted: impl Fn(&Event) -> bool) -> Event {
        let until = Instant::now() + PATIENCE;
        let mut events = self.0.events.lock().unwrap();
        loop {
            let of_job = events.get(&id).map(Vec::as_slice).unwrap_or_default();
            if let Some(event) = of_job.iter().find(|event| wanted(event)) {
                return event.clone();
            }
            if let Some(end) = of_job.iter().find(|event| matches!(event, Event::Ended { .. })) {
                panic!("{id:?} ended without what was waited for: {end:?}");
            }
            let left = until.checked_duration_since(Instant::now()).unwrap_or_else(|| panic!("{id:?} hangs: {of_job:?}"));
            events = self.0.more.wait_timeout(events, left).unwrap().0;
        }
    }

    pub(crate) fn end(&self, id: JobId) -> End {
        match self.wait(id, |event| matches!(event, Event::Ended { .. })) {
            Event::Ended { end, .. } => end,
            other => panic!("{other:?}"),
        }
    }

    fn batches(&self, id: JobId) -> Vec<Batch> {
        let events = self.0.events.lock().unwrap();
        let of_job = events.get(&id).map(Vec::as_slice).unwrap_or_default();
        of_job.iter().filter_map(|event| if let Event::Rows { batch, .. } = event { Some(batch.clone()) } else { None }).collect()
    }

    pub(crate) fn numbers(&self, id: JobId) -> Vec<i64> {
        let batches = self.batches(id);
        let rows = batches.iter().flat_map(|batch| (0..batch.rows()).map(move |row| batch.get(row, "n")));
        rows.map(|value| if let Value::Int(number) = value { i64::try_from(number).unwrap() } else { panic!("{value:?}") })
            .collect()
    }

    /// Every job that was heard of has one start at most, one end exactly, and nothing after it.
    pub(crate) fn check(&self) {
        for (id, events) in self.0.events.lock().unwrap().iter() {
            let ends = events.iter().filter(|event| matches!(event, Event::Ended { .. })).count();
            let starts = events.iter().filter(|event| matches!(event, Event::Started { .. })).count();
            assert_eq!(ends, 1, "{id:?}: {events:?}");
            assert!(starts <= 1, "{id:?}: {events:?}");
            assert!(matches!(events.last(), Some(Event::Ended { .. })), "{id:?} goes on after its end: {events:?}");
            assert!(starts == 0 || matches!(events.first(), Some(Event::Started { .. })), "{id:?} does not begin: {events:?}");
        }
    }
}

/// The message of a failed end.
pub(crate) fn failure(end: End) -> EngineError {
    match end {
        End::Failed(error) => error,
        other => panic!("did not fail: {other:?}"),
    }
}
