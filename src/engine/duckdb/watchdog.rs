//! The watchdog: one thread that interrupts stopped jobs, keeps time limits, tells progress, and ends jobs that never started.
//! It sleeps while no job runs.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::super::api::End;
use super::job::{Job, Stop};
use super::lane::TELL;
use super::{Shared, locked};

/// How often it looks at running jobs.
const TICK: Duration = Duration::from_millis(10);

struct State {
    /// Jobs that were cancelled while they waited.
    unstarted: Vec<Arc<Job>>,
    /// Lanes that run a job.
    busy: usize,
    /// Lanes whose threads are there.
    lanes: usize,
    open: bool,
}

/// What the watchdog has to do.
pub(super) struct Watch {
    state: Mutex<State>,
    wake: Condvar,
}

impl Watch {
    pub(super) fn new(lanes: usize) -> Watch {
        Watch { state: Mutex::new(State { unstarted: Vec::new(), busy: 0, lanes, open: true }), wake: Condvar::new() }
    }

    pub(super) fn job_starts(&self) {
        let mut state = locked(&self.state);
        state.busy += 1;
        if state.busy == 1 {
            self.wake.notify_one();
        }
    }

    pub(super) fn job_ends(&self) {
        let mut state = locked(&self.state);
        state.busy = state.busy.saturating_sub(1);
    }

    pub(super) fn lane_gone(&self) {
        let mut state = locked(&self.state);
        state.lanes = state.lanes.saturating_sub(1);
        self.wake.notify_one();
    }

    /// Ends a job that was cancelled before it started: on the watchdog's thread, as its lane may be busy for long.
    pub(super) fn end_unstarted(&self, job: Arc<Job>) {
        locked(&self.state).unstarted.push(job);
        self.wake.notify_one();
    }

    pub(super) fn close(&self) {
        locked(&self.state).open = false;
        self.wake.notify_one();
    }

    /// Waits until there is something to look at; hands over the jobs to end; `None` when all is over.
    fn next(&self) -> Option<Vec<Arc<Job>>> {
        let mut state = locked(&self.state);
        loop {
            if !state.unstarted.is_empty() {
                return Some(std::mem::take(&mut state.unstarted));
            }
            if !state.open && state.lanes == 0 {
                return None;
            }
            if state.busy > 0 {
                let (mut state, _) = self.wake.wait_timeout(state, TICK).unwrap_or_else(PoisonError::into_inner);
                return Some(std::mem::take(&mut state.unstarted));
            }
            state = self.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// The watchdog's thread.
pub(super) fn run(shared: &Shared) {
    while let Some(unstarted) = shared.watch.next() {
        for job in unstarted {
            job.end(End::Cancelled);
        }
        for lane in &shared.lanes {
            let tell = lane.with_running(|running| {
                if running.is_late() {
                    running.job.stop(Stop::Time);
                }
                if running.job.stopped().is_some() {
                    // DuckDB forgets an interrupt when it prepares or runs: send it until the job is over.
                    running.interrupt();
                    return None;
                }
                if running.told.elapsed() < TELL {
                    return None;
                }
                running.told = Instant::now();
                Some((Arc::clone(&running.job), running.fraction(), running.started.elapsed()))
            });
            if let Some((job, fraction, elapsed)) = tell.flatten() {
                job.progress(fraction, elapsed);
            }
        }
    }
}
