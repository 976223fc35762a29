//! Running queries: what each is for, so that an answer finds its place and an answer to an old question finds none.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::domain::{Batch, Role};
use crate::engine::JobId;

/// What a query is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// Rows and time span of the view.
    Count,
    /// A window of rows.
    Window {
        /// The position of its first row.
        from: u64,
    },
    /// The order of the view, as a table of row ids.
    Index {
        /// The table.
        name: String,
    },
    /// Forgetting the order of a view that has not been seen for long.
    Forget,
    /// The top values of a column, in the fields pane.
    Field {
        /// Which column.
        column: String,
    },
    /// Least, quantiles, most and mean of a column, in the fields pane.
    Numbers {
        /// Which column.
        column: String,
    },
    /// How many values of a column fall in each bucket, in the fields pane.
    Buckets {
        /// Which column.
        column: String,
    },
    /// The histogram.
    Timeline,
    /// All columns of one row.
    Detail {
        /// Which row.
        row_id: i64,
    },
    /// The list in the main area.
    List,
    /// The figures of an entity.
    Summary,
    /// What the side tables say of an entity.
    Facts,
    /// The histogram of an entity.
    Spark,
    /// The related values of an entity, and what is new for it.
    Related,
    /// A step of the links of an entity.
    Links,
    /// A step of the templates of prompts.
    Templates,
    /// The next row with the searched text.
    Find {
        /// Whether towards the end.
        forward: bool,
        /// From which position on.
        from: u64,
        /// Whether only near rows are looked at, because that is quick; the rest follows if there is none among them.
        near: bool,
    },
    /// The secrets behind the fingerprints in a cell.
    Secrets {
        /// The row of the cell.
        row_id: i64,
        /// Its column.
        column: String,
    },
    /// A row by value, to be kept as evidence.
    Evidence {
        /// Which row.
        row_id: i64,
    },
    /// The rows of a finding's view, to be kept as a measure.
    Measure {
        /// The finding.
        finding: String,
        /// The SQL text that the view is of; empty for the extract.
        sql: String,
        /// The view's filter, with its time range in it.
        filter: String,
        /// The command line that repeats it.
        command: String,
        /// The SQL that counts.
        query: String,
        /// The values bound in it, as text.
        params: Vec<String>,
    },
    /// The hits of a playbook.
    Playbook {
        /// Which one.
        id: String,
    },
    /// A part of the dry run of a rule.
    DryRun(DryRunPart),
    /// How many rows have a value in each role.
    Coverage,
    /// Columns, paths and values of some rows.
    Samples,
    /// What another mapping would give.
    Preview,
    /// Some of the records that could not be read.
    Rejects {
        /// The position of the first.
        from: u64,
    },
    /// All records that could not be read, to be written into a file.
    RejectsFile,
    /// The result of an SQL text, step by step, for the present view.
    Result,
    /// The values of a role that one of two views has and the other has not.
    Apart {
        /// In which role.
        role: Role,
    },
    /// The first rows of an SQL text.
    SqlRun {
        /// The text.
        sql: String,
    },
    /// How an SQL text would run.
    SqlExplain,
    /// The functions that SQL can call.
    SqlFunctions,
    /// The position of a row in the view.
    Locate {
        /// Which row.
        row_id: i64,
    },
    /// Rows to be copied.
    CopyRows {
        /// Whether it is the marked ones, and not the whole view.
        marked: bool,
    },
}

/// What of a dry run is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DryRunPart {
    /// How many requests, and how many of them the rule stops.
    Traffic,
    /// How many entities of each role.
    Entities,
    /// Which of the entities that are labelled good.
    Good,
    /// How many requests on each day.
    Days,
}

impl Purpose {
    /// Whether the answer is of no use any more when the view changes.
    pub fn is_of_view(&self) -> bool {
        !matches!(
            self,
            Purpose::Evidence { .. }
                | Purpose::Measure { .. }
                | Purpose::Playbook { .. }
                | Purpose::DryRun(_)
                | Purpose::Forget
                | Purpose::Coverage
                | Purpose::Samples
                | Purpose::Preview
                | Purpose::Rejects { .. }
                | Purpose::RejectsFile
                | Purpose::SqlRun { .. }
                | Purpose::SqlExplain
                | Purpose::SqlFunctions
        )
    }

    /// A few words for the line that says what is running.
    pub fn title(&self) -> &'static str {
        match self {
            Purpose::Count => "counting",
            Purpose::Window { .. } => "reading rows",
            Purpose::Index { .. } => "ordering rows",
            Purpose::Forget => "tidying",
            Purpose::Field { .. } => "top values",
            Purpose::Numbers { .. } => "quantiles",
            Purpose::Buckets { .. } => "buckets",
            Purpose::Timeline | Purpose::Spark => "timeline",
            Purpose::Detail { .. } => "reading a row",
            Purpose::List => "listing",
            Purpose::Summary | Purpose::Facts | Purpose::Related => "entity",
            Purpose::Links => "links",
            Purpose::Templates => "templates",
            Purpose::Find { .. } => "searching",
            Purpose::Secrets { .. } => "revealing",
            Purpose::Evidence { .. } => "reading the row to pin",
            Purpose::Measure { .. } => "measuring the finding",
            Purpose::Playbook { .. } => "playbook",
            Purpose::DryRun(_) => "trying the rule",
            Purpose::Coverage => "counting values",
            Purpose::Samples => "looking at rows",
            Purpose::Preview => "trying it",
            Purpose::Rejects { .. } | Purpose::RejectsFile => "reading rejects",
            Purpose::Result | Purpose::SqlRun { .. } => "running the SQL",
            Purpose::SqlExplain => "planning",
            Purpose::Apart { .. } => "comparing",
            Purpose::SqlFunctions => "reading functions",
            Purpose::Locate { .. } => "finding the row",
            Purpose::CopyRows { .. } => "reading rows to copy",
        }
    }
}

/// A running query.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// What it is for.
    pub purpose: Purpose,
    /// The rows so far.
    pub batches: Vec<Batch>,
    /// From 0 to 1, where known.
    pub fraction: Option<f64>,
    /// Since it left the queue.
    pub elapsed: Duration,
    /// When it was submitted, on the clock of `State::now`.
    pub since: Duration,
}

impl Job {
    /// Since when it runs, on the clock of `State::now`.
    pub fn lasts(&self, now: Duration) -> Duration {
        now.saturating_sub(self.since).max(self.elapsed)
    }
}

/// The running queries.
#[derive(Debug, Clone, Default)]
pub struct Jobs {
    next: u64,
    running: BTreeMap<JobId, Job>,
}

impl Jobs {
    /// A fresh id for a query with this purpose.
    pub fn start(&mut self, purpose: Purpose, now: Duration) -> JobId {
        self.next += 1;
        let id = JobId(self.next);
        let job = Job { purpose, batches: Vec::new(), fraction: None, elapsed: Duration::ZERO, since: now };
        self.running.insert(id, job);
        id
    }

    /// The query with this id, while it is wanted.
    pub fn get_mut(&mut self, id: JobId) -> Option<&mut Job> {
        self.running.get_mut(&id)
    }

    /// Takes a query off the list: it has ended, or its answer is not wanted any more.
    pub fn take(&mut self, id: JobId) -> Option<Job> {
        self.running.remove(&id)
    }

    /// Takes off and returns the ids of all queries whose purpose fits.
    pub fn take_where(&mut self, mut fits: impl FnMut(&Purpose) -> bool) -> Vec<JobId> {
        let ids: Vec<JobId> = self.running.iter().filter(|(_, job)| fits(&job.purpose)).map(|(id, _)| *id).collect();
        for id in &ids {
            self.running.remove(id);
        }
        ids
    }

    /// Whether a query whose purpose fits is running.
    pub fn any(&self, mut fits: impl FnMut(&Purpose) -> bool) -> bool {
        self.running.values().any(|job| fits(&job.purpose))
    }

    /// The running queries, the oldest first.
    pub fn iter(&self) -> impl Iterator<Item = (JobId, &Job)> {
        self.running.iter().map(|(id, job)| (*id, job))
    }

    /// Whether nothing is running.
    pub fn is_empty(&self) -> bool {
        self.running.is_empty()
    }
}
