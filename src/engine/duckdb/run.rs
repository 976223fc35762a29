//! Running one job on a connection.

use std::time::Instant;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use duckdb::types::{TimeUnit, Value};
use duckdb::{Connection, params_from_iter};

use super::super::api::{Cut, End, EngineError, Event, Param, Statement};
use super::job::{Job, Stop};
use super::single;
use crate::domain::Batch;

/// Runs the job's statement to its end, its limits or its cancellation.
pub(super) fn run(connection: &Connection, job: &Job, started: Instant) -> End {
    let mut handed = Handed { job, rows: 0, bytes: 0, batches: 0, schema: None };
    let result = execute(connection, job, &mut handed);
    // The flag decides, not the error: an interrupt shows as an error of many faces, or as an early end.
    let end = match (job.stopped(), result) {
        (Some(Stop::Cancelled), _) => End::Cancelled,
        (Some(Stop::Time), _) => {
            handed.columns();
            End::Done { rows: handed.rows, cut: Some(Cut::Time), elapsed: started.elapsed() }
        }
        (None, Ok(cut)) => {
            handed.columns();
            End::Done { rows: handed.rows, cut, elapsed: started.elapsed() }
        }
        (None, Err(Halt::Failed(error))) => End::Failed(error),
        // Unreachable: a job halts as stopped only when its flag is set, and the flag is never taken back.
        (None, Err(Halt::Stopped)) => End::Cancelled,
    };
    if !matches!(end, End::Done { cut: None, .. }) {
        // A statement that stopped inside an open transaction leaves it broken for the next job. Fails when there is none.
        let _ = connection.execute_batch("ROLLBACK");
    }
    end
}

enum Halt {
    Stopped,
    Failed(EngineError),
}

impl From<duckdb::Error> for Halt {
    fn from(error: duckdb::Error) -> Halt {
        Halt::Failed(explain(&error))
    }
}

/// What has been handed over.
struct Handed<'a> {
    job: &'a Job,
    rows: u64,
    bytes: u64,
    batches: u64,
    schema: Option<SchemaRef>,
}

impl Handed<'_> {
    fn send(&mut self, batch: Batch) {
        self.rows += batch.rows() as u64;
        self.bytes += batch.bytes() as u64;
        self.batches += 1;
        self.job.send(Event::Rows { id: self.job.id(), batch });
    }

    /// Makes the columns of a result without rows known.
    fn columns(&mut self) {
        if self.batches == 0
            && let Some(schema) = self.schema.take()
        {
            self.send(Batch(RecordBatch::new_empty(schema)));
        }
    }
}

fn execute(connection: &Connection, job: &Job, handed: &mut Handed<'_>) -> Result<Option<Cut>, Halt> {
    let statement = &job.request.statement;
    let limits = job.request.limits;
    single::check(&statement.sql).map_err(|reason| Halt::Failed(EngineError::Query(reason)))?;
    go_on(job)?;
    let mut prepared = connection.prepare(&statement.sql)?;
    go_on(job)?;
    let values = bind(&prepared, statement)?;
    let mut stream = prepared.stream_arrow(params_from_iter(values))?;
    handed.schema = Some(stream.get_schema());
    loop {
        go_on(job)?;
        let Some(step) = stream.next() else { break };
        let batch = Batch(step?);
        go_on(job)?;
        if batch.rows() == 0 {
            continue;
        }
        // A limit that is used up cuts only when there is more, so the look comes before the cut.
        if limits.bytes.is_some_and(|bytes| handed.bytes >= bytes) {
            return Ok(Some(Cut::Bytes));
        }
        let left = limits.rows.map(|rows| rows.saturating_sub(handed.rows));
        match left.and_then(|left| usize::try_from(left).ok()).filter(|left| *left < batch.rows()) {
            Some(0) => return Ok(Some(Cut::Rows)),
            Some(left) => {
                handed.send(batch.head(left));
                return Ok(Some(Cut::Rows));
            }
            None => handed.send(batch),
        }
    }
    // DuckDB may end a stream early instead of failing when it is interrupted.
    go_on(job)?;
    Ok(None)
}

fn go_on(job: &Job) -> Result<(), Halt> {
    if job.stopped().is_some() { Err(Halt::Stopped) } else { Ok(()) }
}

/// The statement's values in the order in which DuckDB counts its placeholders.
fn bind(prepared: &duckdb::Statement<'_>, statement: &Statement) -> Result<Vec<Value>, Halt> {
    let refuse = |reason: String| Halt::Failed(EngineError::Query(reason));
    let given = statement.params.len();
    let mut values = Vec::with_capacity(given);
    for index in 1..=prepared.parameter_count() {
        let name = prepared.parameter_name(index)?;
        let number: usize = name
            .parse()
            .map_err(|_| refuse(format!("the placeholder ${name} has no value; placeholders are numbered: $1, $2, and so on")))?;
        let param = number
            .checked_sub(1)
            .and_then(|place| statement.params.get(place))
            .ok_or_else(|| refuse(format!("the statement has a placeholder ${number} but only {given} values")))?;
        values.push(match param {
            Param::Null => Value::Null,
            Param::Bool(flag) => Value::Boolean(*flag),
            Param::Int(number) => Value::BigInt(*number),
            Param::Float(number) => Value::Double(*number),
            Param::Text(text) => Value::Text(text.clone()),
            Param::Time(time) => Value::Timestamp(TimeUnit::Microsecond, time.0),
        });
    }
    if values.len() < given {
        return Err(refuse(format!("the statement has {} placeholders but {given} values", values.len())));
    }
    Ok(values)
}

/// What DuckDB says, sorted by what the reader can do about it.
fn explain(error: &duckdb::Error) -> EngineError {
    let text = error.to_string();
    match text.strip_prefix("Out of Memory Error: ") {
        Some(reason) => EngineError::Memory(reason.to_owned()),
        None => EngineError::Query(text),
    }
}
