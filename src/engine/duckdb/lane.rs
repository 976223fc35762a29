//! A lane: the queue of its jobs and the thread that runs them one after the other.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use duckdb::{Connection, InterruptHandle, progress::ProgressHandle};

use super::super::api::{End, EngineError, Event, JobId, Lane};
use super::job::{Job, Stop};
use super::{Shared, behind, locked, open, run};

/// The job that a lane runs now, with the handles of the connection that it runs on.
pub(super) struct Running {
    pub(super) job: Arc<Job>,
    pub(super) started: Instant,
    /// When its progress was last told.
    pub(super) told: Instant,
    interrupt: Arc<InterruptHandle>,
    progress: ProgressHandle,
}

impl Running {
    /// Makes DuckDB look up from the statement it runs for this job. Only under the lane's lock.
    pub(super) fn interrupt(&self) {
        self.interrupt.interrupt();
    }

    /// How far DuckDB has come, from 0 to 1, where it knows.
    pub(super) fn fraction(&self) -> Option<f64> {
        self.progress.query_progress().percentage().map(|percent| (percent / 100.0).clamp(0.0, 1.0))
    }

    /// Whether the job's time is over.
    pub(super) fn is_late(&self) -> bool {
        self.job.request.limits.time.is_some_and(|limit| self.started.elapsed() >= limit)
    }
}

struct State {
    waiting: VecDeque<Arc<Job>>,
    running: Option<Running>,
    open: bool,
}

/// The jobs of a lane.
pub(super) struct LaneQueue {
    state: Mutex<State>,
    wake: Condvar,
}

impl Default for LaneQueue {
    fn default() -> LaneQueue {
        LaneQueue { state: Mutex::new(State { waiting: VecDeque::new(), running: None, open: true }), wake: Condvar::new() }
    }
}

impl LaneQueue {
    /// Puts a job at the end of the queue; hands it back when the lane is closed.
    pub(super) fn push(&self, job: Arc<Job>) -> Result<(), Arc<Job>> {
        let mut state = locked(&self.state);
        if !state.open {
            return Err(job);
        }
        state.waiting.push_back(job);
        self.wake.notify_one();
        Ok(())
    }

    /// Stops the job if it runs here; takes it out and hands it over if it waits here.
    pub(super) fn cancel(&self, id: JobId) -> Option<Arc<Job>> {
        let mut state = locked(&self.state);
        if let Some(running) = state.running.as_ref().filter(|running| running.job.id() == id) {
            running.job.stop(Stop::Cancelled);
            running.interrupt();
            return None;
        }
        let place = state.waiting.iter().position(|job| job.id() == id)?;
        state.waiting.remove(place)
    }

    /// Takes no more jobs and stops the ones that are here.
    pub(super) fn close(&self) {
        let mut state = locked(&self.state);
        state.open = false;
        for job in &state.waiting {
            job.stop(Stop::Cancelled);
        }
        if let Some(running) = &state.running {
            running.job.stop(Stop::Cancelled);
            running.interrupt();
        }
        self.wake.notify_one();
    }

    /// Looks at the running job, under the lane's lock.
    pub(super) fn with_running<T>(&self, look: impl FnOnce(&mut Running) -> T) -> Option<T> {
        locked(&self.state).running.as_mut().map(look)
    }

    /// Waits for the next job and makes it the running one; `None` once the lane is closed and empty.
    fn next(&self, connection: &Connection) -> Option<(Arc<Job>, Instant)> {
        let mut state = locked(&self.state);
        loop {
            if let Some(job) = state.waiting.pop_front() {
                let now = Instant::now();
                state.running = Some(Running {
                    job: Arc::clone(&job),
                    started: now,
                    told: now,
                    interrupt: connection.interrupt_handle(),
                    progress: connection.progress_handle(),
                });
                return Some((job, now));
            }
            if !state.open {
                return None;
            }
            state = self.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// From here on no interrupt is sent for the job that ran.
    fn rest(&self) {
        locked(&self.state).running = None;
    }

    /// Closes the lane and hands over what still waits.
    fn give_up(&self) -> VecDeque<Arc<Job>> {
        let mut state = locked(&self.state);
        state.open = false;
        std::mem::take(&mut state.waiting)
    }
}

/// The lane's thread: runs jobs until the lane is closed and empty.
pub(super) fn run(shared: &Shared, lane: Lane, connection: Connection) {
    behind::step();
    let queue = shared.lane(lane);
    let mut connection = connection;
    while let Some((job, started)) = queue.next(&connection) {
        let ran = if job.stopped().is_some() {
            Ok(End::Cancelled)
        } else {
            shared.watch.job_starts();
            let ran = catch_unwind(AssertUnwindSafe(|| {
                job.send(Event::Started { id: job.id() });
                run::run(&connection, &job, started)
            }));
            shared.watch.job_ends();
            ran
        };
        queue.rest();
        match ran {
            Ok(end) => job.end(end),
            Err(panic) => {
                let reason = panic_text(panic.as_ref());
                let reopened = reopen(shared, &mut connection);
                job.end(End::Failed(EngineError::Broken(reason)));
                if reopened.is_err() {
                    for waiting in queue.give_up() {
                        waiting.end(End::Failed(EngineError::Closed));
                    }
                }
            }
        }
    }
    // Disconnect before the watchdog may go: closing the last connection closes the database.
    drop(connection);
    shared.watch.lane_gone();
}

/// Replaces a connection that a panic may have left in disorder.
fn reopen(shared: &Shared, connection: &mut Connection) -> Result<(), duckdb::Error> {
    let fresh = locked(&shared.root).try_clone()?;
    open::prepare_lane(&fresh, shared.has_file)?;
    let old = std::mem::replace(connection, fresh);
    // The crate panics when disconnecting fails; the lane has a new connection already.
    let _ = catch_unwind(AssertUnwindSafe(|| drop(old)));
    Ok(())
}

/// What a panic said.
pub(super) fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "panic without a message".to_owned())
}

/// How often progress is told at most.
pub(super) const TELL: Duration = Duration::from_millis(250);
