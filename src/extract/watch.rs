//! Telling the caller how far the opening is, not too often, and stopping when the caller says so.

use std::time::{Duration, Instant};

use crate::engine::{Client, Lane, Limits, Statement, Table};

use super::error::ExtractError;
use super::progress::{Pace, Progress, Stage, Unit};

/// The least time between two reports of one stage.
const PAUSE: Duration = Duration::from_millis(100);

/// Passes progress on.
pub(super) struct Watcher<'a> {
    watch: &'a mut dyn FnMut(&Progress) -> bool,
    started: Instant,
    stage: Option<Stage>,
    stage_started: Instant,
    told: Instant,
    pace: Pace,
}

/// How much of a stage is done.
#[derive(Debug, Clone, Copy)]
pub(super) struct Done {
    pub(super) done: u64,
    pub(super) total: Option<u64>,
    pub(super) unit: Unit,
}

impl<'a> Watcher<'a> {
    pub(super) fn new(watch: &'a mut dyn FnMut(&Progress) -> bool) -> Watcher<'a> {
        let now = Instant::now();
        Watcher { watch, started: now, stage: None, stage_started: now, told: now, pace: Pace::default() }
    }

    /// Reports, unless it has just done so.
    pub(super) fn tell(&mut self, stage: Stage, done: Done, message: &str) -> Result<(), ExtractError> {
        let now = Instant::now();
        if self.stage != Some(stage) {
            self.stage = Some(stage);
            self.stage_started = now;
        } else if now.duration_since(self.told) < PAUSE {
            return Ok(());
        }
        self.told = now;
        let (rate, left) = self.pace.take(stage, done.unit, done.done, done.total, now.duration_since(self.started));
        let progress = Progress {
            stage,
            done: done.done,
            total: done.total,
            unit: done.unit,
            elapsed: now.duration_since(self.started),
            in_stage: now.duration_since(self.stage_started),
            rate,
            left,
            message: message.to_owned(),
        };
        if (self.watch)(&progress) { Ok(()) } else { Err(ExtractError::Interrupted) }
    }

    /// Runs a statement, reporting meanwhile.
    pub(super) fn run(
        &mut self,
        client: &Client,
        stage: Stage,
        message: &str,
        statement: Statement,
    ) -> Result<Table, ExtractError> {
        self.run_over(client, stage, message, None, statement)
    }

    /// Runs a statement that reads so many bytes, where that is known: its share of them tells how fast it goes.
    pub(super) fn run_over(
        &mut self,
        client: &Client,
        stage: Stage,
        message: &str,
        bytes: Option<u64>,
        statement: Statement,
    ) -> Result<Table, ExtractError> {
        let mut told = Ok(());
        let table = client.ask_with(Lane::Background, statement, Limits::default(), &mut |fraction, _| {
            let (total, unit) = match bytes {
                Some(bytes) => (bytes, Unit::Bytes),
                None => (1000, Unit::PerMille),
            };
            let done = Done {
                done: fraction.map_or(0, |share| (share.clamp(0.0, 1.0) * total as f64) as u64),
                total: fraction.map(|_| total),
                unit: if fraction.is_some() { unit } else { Unit::PerMille },
            };
            told = self.tell(stage, done, message);
            told.is_ok()
        });
        told?;
        Ok(table?)
    }
}
