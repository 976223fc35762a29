//! One job: a request, its sink, and the flag that says whether and why it must stop.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use super::super::api::{End, Event, JobId, Request, Sink};
use super::locked;

/// Why a job must stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// Somebody cancelled it, or the engine closes.
    Cancelled,
    /// Its time is over.
    Time,
}

const GOES_ON: u8 = 0;
const CANCELLED: u8 = 1;
const TIME: u8 = 2;

/// A request on its way.
pub(super) struct Job {
    pub(super) request: Request,
    sink: Sink,
    stop: AtomicU8,
    /// Whether the last event has been sent; held while progress is sent, so that none follows the end.
    ended: Mutex<bool>,
}

impl Job {
    pub(super) fn new(request: Request, sink: Sink) -> Job {
        Job { request, sink, stop: AtomicU8::new(GOES_ON), ended: Mutex::new(false) }
    }

    pub(super) fn id(&self) -> JobId {
        self.request.id
    }

    /// Asks the job to stop. The first reason counts.
    pub(super) fn stop(&self, why: Stop) {
        let why = match why {
            Stop::Cancelled => CANCELLED,
            Stop::Time => TIME,
        };
        // When it has been stopped already, there is nothing to add.
        let _ = self.stop.compare_exchange(GOES_ON, why, Ordering::SeqCst, Ordering::SeqCst);
    }

    /// Whether it must stop.
    pub(super) fn stopped(&self) -> Option<Stop> {
        match self.stop.load(Ordering::SeqCst) {
            CANCELLED => Some(Stop::Cancelled),
            TIME => Some(Stop::Time),
            _ => None,
        }
    }

    /// Sends an event from the thread that runs the job. A sink that panics breaks the job.
    pub(super) fn send(&self, event: Event) {
        (self.sink)(event);
    }

    /// Sends progress from another thread, unless the job is over.
    pub(super) fn progress(&self, fraction: Option<f64>, elapsed: Duration) {
        let ended = locked(&self.ended);
        if !*ended {
            // The job is not to blame for a sink that cannot take progress; its end is still sent.
            let _ = catch_unwind(AssertUnwindSafe(|| (self.sink)(Event::Progress { id: self.id(), fraction, elapsed })));
        }
    }

    /// Sends the last event, once.
    pub(super) fn end(&self, end: End) {
        let over = std::mem::replace(&mut *locked(&self.ended), true);
        if !over {
            // The sink has had its last event; a panic in it must not take the lane down.
            let _ = catch_unwind(AssertUnwindSafe(|| (self.sink)(Event::Ended { id: self.id(), end })));
        }
    }
}
