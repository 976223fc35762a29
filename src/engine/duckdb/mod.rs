//! DuckDB behind the seam: three lanes, each a named thread with a connection of its own, and a watchdog that cancels and reports.
//!
//! What the parts are for:
//! - `open` opens and locks down the database, `machine` knows how much memory there is, `function` makes functions of the program's
//!   own known to SQL;
//! - `job` is one request with its sink and its stop flag; it sends exactly one terminal event;
//! - `lane` is the queue and the thread that runs it, `run` runs one job on a connection;
//! - `behind` lets the threads that compute step back behind the one that draws;
//! - `watchdog` interrupts stopped jobs, keeps time limits, sends progress and ends jobs that never started.
//!
//! DuckDB's interrupt belongs to a connection and is cleared whenever a statement is prepared or run. So the truth is the flag in the
//! job; the interrupt only makes DuckDB look up. It is sent under the lane's lock while the job is the one that runs there, which
//! is why it can never reach another job, and it is sent again at every tick until the job is over.

mod behind;
mod function;
mod job;
mod lane;
mod machine;
mod open;
mod run;
mod single;
mod watchdog;

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle, ThreadId};

use super::api::{End, Engine, EngineError, JobId, Lane, OpenOptions, Opener, Request, Sink};
use super::dialect::{DUCK, Dialect};
use job::{Job, Stop};
use lane::LaneQueue;
use watchdog::Watch;

/// Opens DuckDB databases.
#[derive(Debug, Clone, Copy, Default)]
pub struct DuckOpener;

impl Opener for DuckOpener {
    fn open(&self, options: &OpenOptions) -> Result<Arc<dyn Engine>, EngineError> {
        Ok(Arc::new(DuckEngine::open(options)?))
    }
}

/// What the engine and its threads share.
struct Shared {
    /// Clones of this connection replace the one of a lane that broke down.
    root: Mutex<::duckdb::Connection>,
    has_file: bool,
    lanes: [LaneQueue; Lane::ALL.len()],
    watch: Watch,
    /// Last, so that the folder goes after the connections.
    _spill: Option<open::Spill>,
}

impl Shared {
    fn lane(&self, lane: Lane) -> &LaneQueue {
        let [interactive, catalog, background] = &self.lanes;
        match lane {
            Lane::Interactive => interactive,
            Lane::Catalog => catalog,
            Lane::Background => background,
        }
    }

    /// Takes no more jobs and stops those that run or wait.
    fn close(&self) {
        for lane in &self.lanes {
            lane.close();
        }
        self.watch.close();
    }
}

/// One open DuckDB database. Dropping it cancels every job, waits until each has had its last event, and closes the database.
pub struct DuckEngine {
    shared: Arc<Shared>,
    lanes: Vec<JoinHandle<()>>,
    watchdog: Option<JoinHandle<()>>,
}

impl fmt::Debug for DuckEngine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DuckEngine")
    }
}

impl DuckEngine {
    /// Opens a database and starts its threads.
    pub fn open(options: &OpenOptions) -> Result<DuckEngine, EngineError> {
        let connections = open_behind(options)?;
        let [interactive, catalog, background] = connections.lanes;
        let shared = Arc::new(Shared {
            root: Mutex::new(connections.root),
            has_file: options.path.is_some(),
            lanes: [LaneQueue::default(), LaneQueue::default(), LaneQueue::default()],
            watch: Watch::new(Lane::ALL.len()),
            _spill: connections.spill,
        });
        let mut engine = DuckEngine { shared: Arc::clone(&shared), lanes: Vec::new(), watchdog: None };
        let failed = |error: std::io::Error| EngineError::Open {
            path: open::shown(options),
            reason: format!("cannot start a thread: {error}"),
        };
        let watching = Arc::clone(&shared);
        let watchdog = thread::Builder::new().name("watchdog".into()).spawn(move || watchdog::run(&watching));
        engine.watchdog = Some(watchdog.map_err(failed)?);
        for (lane, connection) in Lane::ALL.into_iter().zip([interactive, catalog, background]) {
            let own = Arc::clone(&shared);
            let started = thread::Builder::new().name(lane.name().into()).spawn(move || lane::run(&own, lane, connection));
            match started {
                Ok(handle) => engine.lanes.push(handle),
                Err(error) => {
                    // The watchdog waits for all lanes; those that never started count as gone.
                    for _ in engine.lanes.len()..Lane::ALL.len() {
                        shared.watch.lane_gone();
                    }
                    return Err(failed(error));
                }
            }
        }
        Ok(engine)
    }

    /// Takes no more jobs; those that run or wait end as cancelled. Does not wait for them. Dropping the engine does both.
    pub fn close(&self) {
        self.shared.close();
    }

    fn is_own_thread(&self, id: ThreadId) -> bool {
        self.lanes.iter().chain(&self.watchdog).any(|handle| handle.thread().id() == id)
    }
}

impl Engine for DuckEngine {
    fn submit(&self, request: Request, sink: Sink) {
        let lane = self.shared.lane(request.lane);
        if let Err(refused) = lane.push(Arc::new(Job::new(request, sink))) {
            refused.end(End::Failed(EngineError::Closed));
        }
    }

    fn cancel(&self, id: JobId) {
        for lane in &self.shared.lanes {
            if let Some(waiting) = lane.cancel(id) {
                waiting.stop(Stop::Cancelled);
                self.shared.watch.end_unstarted(waiting);
            }
        }
    }

    fn dialect(&self) -> &'static dyn Dialect {
        &DUCK
    }
}

impl Drop for DuckEngine {
    fn drop(&mut self) {
        self.shared.close();
        // A sink may hold the last handle of the engine, so this may be one of its own threads: the threads then end by themselves.
        if self.is_own_thread(thread::current().id()) {
            return;
        }
        for handle in self.lanes.drain(..).chain(self.watchdog.take()) {
            // A thread that panicked has nothing left to wait for.
            let _ = handle.join();
        }
    }
}

/// Opens the database on a thread that has stepped back: DuckDB's workers are started by it and go on as it does.
fn open_behind(options: &OpenOptions) -> Result<open::Connections, EngineError> {
    let failed = |reason: String| EngineError::Open { path: open::shown(options), reason };
    thread::scope(|scope| {
        let opening = thread::Builder::new().name("opening".into()).spawn_scoped(scope, || {
            behind::step();
            open::open(options)
        });
        let opening = opening.map_err(|error| failed(format!("cannot start a thread: {error}")))?;
        opening.join().unwrap_or_else(|panic| Err(failed(lane::panic_text(panic.as_ref()))))
    })
}

/// Locks a mutex whose data stays valid when a holder panics.
fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
