//! Asking an engine and waiting for the answer: for headless commands, loading and the case's checks. The workbench never waits.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use crate::domain::{Batch, Value};

use super::api::{Cut, End, Engine, EngineError, Event, JobId, Lane, Limits, Request, Statement};
use super::dialect::Dialect;

/// A whole result.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    /// The columns' names.
    pub names: Vec<String>,
    /// The rows, in batches.
    pub batches: Vec<Batch>,
    /// The limit that cut the result short, if one did.
    pub cut: Option<Cut>,
}

impl Table {
    /// How many rows it holds.
    pub fn len(&self) -> usize {
        self.batches.iter().map(Batch::rows).sum()
    }

    /// Whether it holds no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The rows, each as its values in column order.
    pub fn rows(&self) -> impl Iterator<Item = Vec<Value>> + '_ {
        self.batches.iter().flat_map(|batch| {
            (0..batch.rows()).map(move |row| (0..batch.width()).map(|column| batch.value(row, column)).collect())
        })
    }

    /// The value in row `row` of the column named `name`; `Null` where there is none.
    pub fn get(&self, row: usize, name: &str) -> Value {
        let mut left = row;
        for batch in &self.batches {
            if left < batch.rows() {
                return batch.get(left, name);
            }
            left -= batch.rows();
        }
        Value::Null
    }
}

/// Why no whole result came.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    /// The job failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// Somebody asked to stop.
    #[error("interrupted")]
    Interrupted,
}

/// An engine with somebody who waits for its answers. Ids are given out here, so one engine has one client or the workbench, not both.
#[derive(Debug, Clone)]
pub struct Client {
    engine: Arc<dyn Engine>,
    next: Arc<AtomicU64>,
}

/// How often a waiting client looks whether it should stop.
const TICK: Duration = Duration::from_millis(50);

impl Client {
    /// A client of `engine`.
    pub fn new(engine: Arc<dyn Engine>) -> Client {
        Client { engine, next: Arc::new(AtomicU64::new(1)) }
    }

    /// How the engine's SQL is written.
    pub fn dialect(&self) -> &'static dyn Dialect {
        self.engine.dialect()
    }

    /// The engine itself.
    pub fn engine(&self) -> &Arc<dyn Engine> {
        &self.engine
    }

    /// Runs a statement to its end and returns all its rows.
    pub fn ask(&self, statement: Statement, limits: Limits) -> Result<Table, AskError> {
        self.ask_with(Lane::Interactive, statement, limits, &mut |_, _| true)
    }

    /// Like [`Client::ask`] in a lane of choice; `watch` is called a few times a second with the progress (0 to 1, where known) and the
    /// time since the start, and stops the job by returning `false`.
    pub fn ask_with(
        &self,
        lane: Lane,
        statement: Statement,
        limits: Limits,
        watch: &mut dyn FnMut(Option<f64>, Duration) -> bool,
    ) -> Result<Table, AskError> {
        let id = JobId(self.next.fetch_add(1, Ordering::Relaxed));
        let (sender, events) = mpsc::channel();
        let started = std::time::Instant::now();
        self.engine.submit(
            Request { id, lane, statement, limits },
            Box::new(move |event| {
                // The client may have gone away; then nobody wants the event.
                let _ = sender.send(event);
            }),
        );
        let mut table = Table::default();
        let mut fraction = None;
        loop {
            match events.recv_timeout(TICK) {
                Ok(Event::Rows { batch, .. }) => {
                    if table.names.is_empty() {
                        table.names = batch.names();
                    }
                    if batch.rows() > 0 {
                        table.batches.push(batch);
                    }
                }
                Ok(Event::Progress { fraction: now, .. }) => fraction = now,
                Ok(Event::Started { .. }) => {}
                Ok(Event::Ended { end, .. }) => {
                    return match end {
                        End::Done { cut, .. } => {
                            table.cut = cut;
                            Ok(table)
                        }
                        End::Cancelled => Err(AskError::Interrupted),
                        End::Failed(error) => Err(error.into()),
                    };
                }
                Err(mpsc::RecvTimeoutError::Timeout) => {
                    if !watch(fraction, started.elapsed()) {
                        self.engine.cancel(id);
                    }
                }
                Err(mpsc::RecvTimeoutError::Disconnected) => return Err(EngineError::Closed.into()),
            }
        }
    }
}
