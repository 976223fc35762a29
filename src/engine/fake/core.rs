//! The fake engine's state: a queue and a running script for each lane.

use std::collections::{BTreeSet, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use arrow::array::RecordBatch;
use arrow::datatypes::Schema;

use super::super::api::{Cut, End, EngineError, Event, JobId, Lane, Request, Sink, Statement};
use super::{Script, Step};
use crate::domain::Batch;

/// Gives a statement its script.
pub(super) type Rule = Box<dyn Fn(&Statement) -> Option<Script> + Send>;

struct Job {
    request: Request,
    sink: Sink,
}

struct Running {
    job: Arc<Job>,
    steps: VecDeque<Step>,
    started: Duration,
    rows: u64,
    bytes: u64,
    batches: u64,
}

impl Running {
    fn done(&self, cut: Option<Cut>, now: Duration) -> End {
        End::Done { rows: self.rows, cut, elapsed: now.saturating_sub(self.started) }
    }

    /// When its time is over.
    fn deadline(&self) -> Option<Duration> {
        self.job.request.limits.time.and_then(|limit| self.started.checked_add(limit))
    }
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Arc<Job>>,
    running: Option<Running>,
}

#[derive(Default)]
struct State {
    rules: Vec<Rule>,
    queues: [Queue; Lane::ALL.len()],
    submitted: Vec<Request>,
    cancels: Vec<JobId>,
    /// Jobs that must stop.
    stopped: BTreeSet<JobId>,
    released: BTreeSet<JobId>,
    closed: bool,
    /// Time that has passed on the manual clock.
    passed: Duration,
    /// Counts what could make a waiting lane move.
    changes: u64,
}

/// Whether a lane moved, and what a thread must know to wait for more.
pub(super) struct Moved {
    pub(super) moved: bool,
    changes: u64,
    wait: Option<Duration>,
    over: bool,
}

/// What is sent to a sink, outside the lock.
enum Action {
    Send(Arc<Job>, Event),
    End(Arc<Job>, End),
    Panic(Arc<Job>),
}

pub(super) struct Core {
    state: Mutex<State>,
    changed: Condvar,
    origin: Instant,
    manual: bool,
}

impl Core {
    pub(super) fn new(manual: bool) -> Core {
        Core { state: Mutex::new(State::default()), changed: Condvar::new(), origin: Instant::now(), manual }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.state();
        change(&mut state);
        state.changes += 1;
        self.changed.notify_all();
    }

    pub(super) fn on(&self, rule: Rule) {
        self.change(|state| state.rules.push(rule));
    }

    pub(super) fn release(&self, id: JobId) {
        self.change(|state| _ = state.released.insert(id));
    }

    pub(super) fn pass(&self, time: Duration) {
        self.change(|state| state.passed += time);
    }

    pub(super) fn submitted(&self) -> Vec<Request> {
        self.state().submitted.clone()
    }

    pub(super) fn cancelled(&self) -> Vec<JobId> {
        self.state().cancels.clone()
    }

    pub(super) fn close(&self) {
        self.change(|state| state.closed = true);
    }

    pub(super) fn submit(&self, request: Request, sink: Sink) {
        let job = Arc::new(Job { request, sink });
        let mut refused = true;
        self.change(|state| {
            state.submitted.push(job.request.clone());
            refused = state.closed;
            if !refused {
                queue(state, job.request.lane).waiting.push_back(Arc::clone(&job));
            }
        });
        if refused {
            (job.sink)(Event::Ended { id: job.request.id, end: End::Failed(EngineError::Closed) });
        }
    }

    pub(super) fn cancel(&self, id: JobId) {
        self.change(|state| {
            state.cancels.push(id);
            let here = |queue: &Queue| {
                queue.waiting.iter().chain(queue.running.as_ref().map(|running| &running.job)).any(|job| job.request.id == id)
            };
            if state.queues.iter().any(here) {
                state.stopped.insert(id);
            }
        });
    }

    /// The thread of a lane.
    pub(super) fn run(&self, lane: Lane) {
        loop {
            let last = self.advance(lane);
            if last.moved {
                continue;
            }
            if last.over {
                return;
            }
            let mut state = self.state();
            while state.changes == last.changes {
                state = match last.wait {
                    Some(time) => {
                        let (state, waited) = self.changed.wait_timeout(state, time).unwrap_or_else(PoisonError::into_inner);
                        if waited.timed_out() {
                            break;
                        }
                        state
                    }
                    None => self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
                };
            }
        }
    }

    /// Moves the lane by one step.
    pub(super) fn advance(&self, lane: Lane) -> Moved {
        let mut state = self.state();
        let now = if self.manual { state.passed } else { self.origin.elapsed() };
        let action = decide(&mut state, lane, now);
        let changes = state.changes;
        let closed = state.closed;
        let wait = queue(&mut state, lane).running.as_ref().and_then(Running::deadline).map(|end| end.saturating_sub(now));
        drop(state);
        let Some(action) = action else { return Moved { moved: false, changes, wait, over: closed } };
        match action {
            Action::End(job, end) => finish(&job, end),
            Action::Send(job, event) => self.guarded(lane, &job, || (job.sink)(event)),
            Action::Panic(job) => self.guarded(lane, &job, || resume_unwind(Box::new("a scripted panic"))),
        }
        Moved { moved: true, changes, wait, over: false }
    }

    /// Ends the job as broken when `send` panics.
    fn guarded(&self, lane: Lane, job: &Arc<Job>, send: impl FnOnce()) {
        if catch_unwind(AssertUnwindSafe(send)).is_err() {
            queue(&mut self.state(), lane).running = None;
            finish(job, End::Failed(EngineError::Broken("a panic".into())));
        }
    }
}

fn queue(state: &mut State, lane: Lane) -> &mut Queue {
    let [interactive, catalog, background] = &mut state.queues;
    match lane {
        Lane::Interactive => interactive,
        Lane::Catalog => catalog,
        Lane::Background => background,
    }
}

fn finish(job: &Job, end: End) {
    // The last event has been handed over; a sink that panics in it harms nobody else.
    let _ = catch_unwind(AssertUnwindSafe(|| (job.sink)(Event::Ended { id: job.request.id, end })));
}

fn decide(state: &mut State, lane: Lane, now: Duration) -> Option<Action> {
    let State { rules, queues, stopped, released, closed, .. } = state;
    let [interactive, catalog, background] = queues;
    let queue = match lane {
        Lane::Interactive => interactive,
        Lane::Catalog => catalog,
        Lane::Background => background,
    };
    // A job that was cancelled while it waited ends at once, whatever runs before it.
    if let Some(place) = queue.waiting.iter().position(|job| *closed || stopped.contains(&job.request.id)) {
        let job = queue.waiting.remove(place)?;
        stopped.remove(&job.request.id);
        return Some(Action::End(job, End::Cancelled));
    }
    let Some(running) = &mut queue.running else {
        let job = queue.waiting.pop_front()?;
        let statement = &job.request.statement;
        let script = rules.iter().find_map(|rule| rule(statement));
        let script = script.unwrap_or_else(|| Script::fail(format!("no script for: {}", statement.sql)));
        let event = Event::Started { id: job.request.id };
        let running = Running { job: Arc::clone(&job), steps: script.0.into(), started: now, rows: 0, bytes: 0, batches: 0 };
        queue.running = Some(running);
        return Some(Action::Send(job, event));
    };
    let id = running.job.request.id;
    let end = if *closed || stopped.contains(&id) {
        End::Cancelled
    } else if running.deadline().is_some_and(|deadline| now >= deadline) {
        running.done(Some(Cut::Time), now)
    } else {
        match next(running, released, now) {
            Next::Blocked => return None,
            Next::Action(action) => return Some(action),
            Next::End(end) => end,
        }
    };
    stopped.remove(&id);
    released.remove(&id);
    queue.running.take().map(|running| Action::End(running.job, end))
}

enum Next {
    Blocked,
    Action(Action),
    End(End),
}

fn next(running: &mut Running, released: &mut BTreeSet<JobId>, now: Duration) -> Next {
    let id = running.job.request.id;
    let limits = running.job.request.limits;
    let job = Arc::clone(&running.job);
    loop {
        let batch = match running.steps.front() {
            None if running.batches == 0 => Batch(RecordBatch::new_empty(Arc::new(Schema::empty()))),
            None => return Next::End(running.done(None, now)),
            Some(Step::Wait) if !released.remove(&id) => return Next::Blocked,
            Some(Step::Wait) => {
                running.steps.pop_front();
                continue;
            }
            Some(Step::Rows(batch)) => batch.clone(),
            Some(Step::Progress(fraction)) => {
                let event = Event::Progress { id, fraction: Some(*fraction), elapsed: now.saturating_sub(running.started) };
                running.steps.pop_front();
                return Next::Action(Action::Send(job, event));
            }
            Some(Step::Fail(error)) => return Next::End(End::Failed(error.clone())),
            Some(Step::Panic) => return Next::Action(Action::Panic(job)),
        };
        let left = limits.rows.map(|rows| rows.saturating_sub(running.rows)).and_then(|left| usize::try_from(left).ok());
        let used_up = left == Some(0) || limits.bytes.is_some_and(|bytes| running.bytes >= bytes);
        if used_up && batch.rows() > 0 {
            if running.batches > 0 {
                let cut = if left == Some(0) { Cut::Rows } else { Cut::Bytes };
                return Next::End(running.done(Some(cut), now));
            }
            // The columns are known even when no row may pass; the step stays for the cut that follows.
            running.batches += 1;
            return Next::Action(Action::Send(job, Event::Rows { id, batch: batch.head(0) }));
        }
        match left.filter(|left| *left < batch.rows()) {
            // The rest of the batch stays as a step, so that the cut is known.
            Some(left) => {
                if let Some(step) = running.steps.front_mut() {
                    *step = Step::Rows(Batch(batch.0.slice(left, batch.rows() - left)));
                }
            }
            None => _ = running.steps.pop_front(),
        }
        let batch = left.map_or(batch.clone(), |left| batch.head(left));
        running.rows += batch.rows() as u64;
        running.bytes += if batch.rows() > 0 { batch.bytes() as u64 } else { 0 };
        running.batches += 1;
        return Next::Action(Action::Send(job, Event::Rows { id, batch }));
    }
}
