//! An engine of scripted answers, for tests of everything above the seam: real queues, no database.
//!
//! ```
//! use casebook::domain::Value;
//! use casebook::engine::fake::{FakeEngine, Script, batch};
//!
//! let fake = FakeEngine::manual();
//! fake.on(|statement| statement.sql.contains("count(").then(|| Script::rows(batch(&[("requests", vec![Value::Int(3)])]))));
//! // submit, then `fake.step()` or `fake.run_until_idle()`
//! ```

mod batch;
mod core;

use std::fmt;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::api::{Engine, EngineError, JobId, Lane, OpenOptions, Opener, Request, Sink, Statement};
use super::dialect::{DUCK, Dialect};
use crate::domain::Batch;

pub use batch::batch;

/// One thing that a scripted job does.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Hands over rows, as far as the job's limits allow.
    Rows(Batch),
    /// Tells progress, from 0 to 1.
    Progress(f64),
    /// Waits until the job is cancelled, released with [`FakeEngine::release`], or out of time.
    Wait,
    /// Ends the job as failed.
    Fail(EngineError),
    /// Breaks the job down as a panic in the engine would.
    Panic,
}

/// What a scripted job does, step by step. After the last step it ends as done.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Script(pub Vec<Step>);

impl Script {
    /// Hands over one batch.
    pub fn rows(batch: Batch) -> Script {
        Script(vec![Step::Rows(batch)])
    }

    /// Fails at once, as a statement that cannot be prepared.
    pub fn fail(reason: impl Into<String>) -> Script {
        Script(vec![Step::Fail(EngineError::Query(reason.into()))])
    }

    /// Waits until it is cancelled or released.
    pub fn wait() -> Script {
        Script(vec![Step::Wait])
    }

    /// The script with one more step at its end.
    pub fn then(mut self, step: Step) -> Script {
        self.0.push(step);
        self
    }
}

/// The scripted engine: [`FakeEngine::manual`] moves only when the test says so, [`FakeEngine::threaded`] by itself, with one thread a lane.
pub struct FakeEngine {
    core: Arc<core::Core>,
    threads: Vec<JoinHandle<()>>,
}

impl fmt::Debug for FakeEngine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FakeEngine")
    }
}

impl FakeEngine {
    /// An engine that moves only in [`FakeEngine::step`] and [`FakeEngine::run_until_idle`], on the caller's thread, with a clock that
    /// moves only in [`FakeEngine::pass`].
    pub fn manual() -> FakeEngine {
        FakeEngine { core: Arc::new(core::Core::new(true)), threads: Vec::new() }
    }

    /// An engine with one thread a lane.
    pub fn threaded() -> FakeEngine {
        let core = Arc::new(core::Core::new(false));
        let threads = Lane::ALL
            .into_iter()
            .map(|lane| {
                let core = Arc::clone(&core);
                thread::spawn(move || core.run(lane))
            })
            .collect();
        FakeEngine { core, threads }
    }

    /// Adds a rule. The first rule that has a script for a statement decides; a statement without a script fails.
    pub fn on(&self, rule: impl Fn(&Statement) -> Option<Script> + Send + 'static) {
        self.core.on(Box::new(rule));
    }

    /// Moves one job by one step; `false` when nothing can move. Lanes come in their order: interactive, catalog, background.
    pub fn step(&self) -> bool {
        Lane::ALL.into_iter().any(|lane| self.step_lane(lane))
    }

    /// Like [`FakeEngine::step`], in one lane.
    pub fn step_lane(&self, lane: Lane) -> bool {
        self.core.advance(lane).moved
    }

    /// Moves until nothing can move: every job is over or waits.
    pub fn run_until_idle(&self) {
        while self.step() {}
    }

    /// Lets a job go on from a [`Step::Wait`], the one it is at or the next one.
    pub fn release(&self, id: JobId) {
        self.core.release(id);
    }

    /// Lets time pass on the manual clock.
    pub fn pass(&self, time: Duration) {
        self.core.pass(time);
    }

    /// Every request so far, in the order of submission.
    pub fn submitted(&self) -> Vec<Request> {
        self.core.submitted()
    }

    /// Every cancel so far, in order.
    pub fn cancelled(&self) -> Vec<JobId> {
        self.core.cancelled()
    }

    /// Takes no more jobs; those that run or wait end as cancelled.
    pub fn close(&self) {
        self.core.close();
    }
}

impl Engine for FakeEngine {
    fn submit(&self, request: Request, sink: Sink) {
        self.core.submit(request, sink);
    }

    fn cancel(&self, id: JobId) {
        self.core.cancel(id);
    }

    fn dialect(&self) -> &'static dyn Dialect {
        &DUCK
    }
}

impl Drop for FakeEngine {
    fn drop(&mut self) {
        self.core.close();
        if self.threads.is_empty() {
            self.run_until_idle();
        }
        // A sink may hold the last handle of the engine: a thread cannot wait for itself.
        if self.threads.iter().any(|handle| handle.thread().id() == thread::current().id()) {
            return;
        }
        for handle in self.threads.drain(..) {
            // A thread that panicked has nothing left to wait for.
            let _ = handle.join();
        }
    }
}

/// Opens the same fake engine every time.
#[derive(Debug, Clone)]
pub struct FakeOpener(pub Arc<FakeEngine>);

impl Opener for FakeOpener {
    fn open(&self, _: &OpenOptions) -> Result<Arc<dyn Engine>, EngineError> {
        Ok(Arc::<FakeEngine>::clone(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::super::api::{Cut, End, Event, Limits};
    use super::*;
    use crate::domain::Value;

    fn submit(fake: &FakeEngine, id: u64, sql: &str, limits: Limits) -> mpsc::Receiver<Event> {
        let (sender, events) = mpsc::channel();
        let request = Request { id: JobId(id), lane: Lane::Interactive, statement: Statement::new(sql), limits };
        fake.submit(request, Box::new(move |event| sender.send(event).unwrap()));
        events
    }

    #[test]
    fn a_manual_engine_moves_only_when_it_is_told_to() {
        let fake = FakeEngine::manual();
        fake.on(|statement| (statement.sql == "wait").then(Script::wait));
        fake.on(|statement| (statement.sql == "one").then(|| Script::rows(batch(&[("n", vec![Value::Int(1)])]))));
        let timed = submit(&fake, 1, "wait", Limits { time: Some(Duration::from_secs(5)), ..Limits::default() });
        let released = submit(&fake, 2, "wait", Limits::default());
        let one = submit(&fake, 3, "one", Limits::default());
        assert!(timed.try_recv().is_err());
        fake.run_until_idle();
        assert_eq!(timed.try_iter().collect::<Vec<_>>(), [Event::Started { id: JobId(1) }]);
        fake.pass(Duration::from_secs(5));
        assert!(fake.step());
        let elapsed = Duration::from_secs(5);
        let end = End::Done { rows: 0, cut: Some(Cut::Time), elapsed };
        assert_eq!(timed.try_iter().collect::<Vec<_>>(), [Event::Ended { id: JobId(1), end }]);
        fake.run_until_idle();
        assert_eq!(released.try_iter().count(), 1);
        fake.release(JobId(2));
        fake.run_until_idle();
        assert!(matches!(released.try_iter().last(), Some(Event::Ended { end: End::Done { cut: None, .. }, .. })));
        assert_eq!(one.try_iter().count(), 3);
        fake.cancel(JobId(3));
        assert!(!fake.step());
        assert_eq!(fake.cancelled(), [JobId(3)]);
        assert_eq!(fake.submitted().len(), 3);
    }
}
