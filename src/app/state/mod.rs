//! Everything the screen shows, and nothing else: a frame is a function of this.

pub mod about;
pub mod casework;
pub mod columns;
pub mod compared;
pub mod copying;
pub mod detail;
pub mod dry_run;
pub mod editor;
pub mod fields;
pub mod form;
pub mod input;
pub mod jobs;
pub mod layer;
pub mod links;
pub mod list;
pub mod mapping;
pub mod marks;
pub mod note;
pub mod opening;
pub mod page;
pub mod playbooks;
pub mod report;
pub mod results;
pub mod rows;
pub mod sql;
pub mod templates;
pub mod timeline;
pub mod tour;
pub mod trail;
pub mod triage;
pub mod unsealed;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use crate::domain::{Schema, TimeRange, Timestamp};
use crate::engine::Dialect;
use crate::extract::{Changed, Extract};
use crate::investigate::{Context, REQUESTS, View};

use super::key::Key;
use super::keymap::Keymap;
use super::layout::{Sizes, Tab, rows_height};

pub use casework::{CaseLine, CaseOrder, CaseState};
pub use compared::Compared;
pub use copying::{CopyStyle, Handout};
pub use detail::Detail;
pub use dry_run::DryRun;
pub use fields::Fields;
pub use form::Form;
pub use input::Input;
pub use jobs::{Job, Jobs, Purpose};
pub use layer::Layer;
pub use links::LinksPane;
pub use list::List;
pub use marks::Marks;
pub use note::NoteEdit;
pub use opening::{Left, Opening, Reopening, Resume};
pub use page::Page;
pub use playbooks::Playbooks;
pub use report::LoadReport;
pub use results::Results;
pub use rows::Rows;
pub use sql::Sql;
pub use templates::TemplatesPane;
pub use timeline::Timeline;
pub use tour::Tour;
pub use trail::{Place, Trail};
pub use unsealed::{Unsealed, Unveiled};

/// A surface: what fills the screen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Surface {
    /// Rows, fields, time, detail.
    #[default]
    Explore,
    /// The library of playbooks and their hits.
    Playbooks,
    /// The findings.
    Findings,
    /// Labels, notes, pins, questions, trail.
    Case,
    /// The SQL editor and what came of it.
    Sql,
}

/// A pane of the explore surface.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Pane {
    /// Fields with their top values.
    Fields,
    /// The time histogram.
    Timeline,
    /// The main area: rows, a list of values, or an entity's page.
    #[default]
    Main,
    /// The detail of the row under the cursor.
    Detail,
}

impl Pane {
    /// The panes whose size can be chosen.
    pub const SIZED: [Pane; 3] = [Pane::Fields, Pane::Timeline, Pane::Detail];
}

/// Terminal size in columns and rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Size {
    /// Columns.
    pub width: u16,
    /// Rows.
    pub height: u16,
}

/// Where the program is in its life.
#[derive(Debug, Clone, PartialEq)]
pub enum Phase {
    /// The extract is being opened.
    Loading {
        /// How far it is.
        opening: Opening,
        /// Whether `Esc` has been pressed and the loading is being given up.
        stopping: bool,
    },
    /// The extract is open.
    Ready,
    /// The extract could not be opened.
    Failed(String),
}

/// How urgent a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Something was done.
    Done,
    /// Something to know.
    Plain,
    /// Something went wrong.
    Error,
}

/// One line to the analyst, shown until the next key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// How urgent.
    pub tone: Tone,
    /// The text; may quote an extract, so draw it only through `SafeText`.
    pub text: String,
}

/// After so long it is said of every query that it runs.
const SOON: Duration = Duration::from_millis(150);

/// Everything.
#[derive(Debug, Clone)]
pub struct State {
    /// The size of the workbench: that of the terminal, less the lines that the tour takes.
    pub size: Size,
    /// The lines that the tour takes below the workbench.
    pub tour_lines: u16,
    /// The tour, while it goes on.
    pub tour: Option<Tour>,
    /// What the analyst made of the panes.
    pub sizes: Sizes,
    /// Where the last sitting ended, until it is gone to.
    pub resume: Option<Resume>,
    /// Loading, ready or failed.
    pub phase: Phase,
    /// The opened extract.
    pub extract: Option<Arc<Extract>>,
    /// The extract is being opened again.
    pub reopening: Option<Reopening>,
    /// Files that are not any more what was loaded from them, found by hashing them again.
    pub changed: Vec<Changed>,
    /// What is said of the opened extract, until the case has been opened and can say its own beside it.
    pub greeting: Option<String>,
    /// The columns of what the present view is of; before an extract is open, or a result is made, an empty schema stands in.
    pub schema: Arc<Schema>,
    /// How the engine's SQL is written.
    pub dialect: &'static dyn Dialect,
    /// The case.
    pub case: CaseState,
    /// Which surface fills the screen.
    pub surface: Surface,
    /// Which pane of the explore surface has the focus.
    pub focus: Pane,
    /// What lies over the surface, the topmost last.
    pub layers: Vec<Layer>,
    /// Keys of a begun sequence.
    pub pending: Vec<Key>,
    /// Keys that wait for what they are for, because it is on its way.
    pub ahead: VecDeque<Key>,
    /// The key bindings.
    pub keymap: Keymap,
    /// The views visited.
    pub trail: Trail,
    /// The rows of the view.
    pub rows: Rows,
    /// Its fields.
    pub fields: Fields,
    /// Its histogram.
    pub timeline: Timeline,
    /// Ranges of time that have a name.
    pub ranges: BTreeMap<String, TimeRange>,
    /// The row under the cursor.
    pub detail: Detail,
    /// The list in the main area, when the place is one.
    pub list: List,
    /// The entity page in the main area, when the place is one.
    pub page: Page,
    /// The links in the main area, when the place is one.
    pub links: LinksPane,
    /// The templates of prompts in the main area, when the place is one.
    pub templates: TemplatesPane,
    /// What is marked, for the next key to act on.
    pub marks: Marks,
    /// The playbooks and their hits.
    pub playbooks: Playbooks,
    /// What fills the roles, and what could.
    pub mapping: mapping::Pane,
    /// What was read and what was not.
    pub report: LoadReport,
    /// Two views that are compared, when the place is that.
    pub compared: Compared,
    /// The dry run of a rule that is on the way.
    pub dry_run: Option<DryRun>,
    /// The SQL surface.
    pub sql: Sql,
    /// The results of SQL texts that views are of.
    pub results: Results,
    /// What is running.
    pub jobs: Jobs,
    /// The line at the bottom.
    pub message: Option<Message>,
    /// Sensitive cells that were revealed, by row and column.
    pub revealed: BTreeSet<(i64, String)>,
    /// The cell whose secrets are shown.
    pub unsealed: Option<Unsealed>,
    /// Until when all sensitive values are shown, while they are.
    pub unveiled: Option<Unveiled>,
    /// How and where to things are copied.
    pub copying: CopyStyle,
    /// The last searched text.
    pub needle: String,
    /// The theme's name.
    pub theme: String,
    /// The themes there are.
    pub themes: Vec<String>,
    /// Since the start of the program, as of the last tick. For elapsed times only.
    pub now: Duration,
    /// The time of day when the last key was pressed, for what is noted with its time.
    pub clock: Option<Timestamp>,
    /// Whether the program is to end.
    pub quit: bool,
}

impl State {
    /// A state before anything is open.
    pub fn new(dialect: &'static dyn Dialect) -> State {
        State {
            size: Size { width: 80, height: 24 },
            tour_lines: 0,
            tour: None,
            sizes: Sizes::default(),
            resume: None,
            phase: Phase::Loading { opening: Opening { doing: "opening".to_owned(), ..Opening::default() }, stopping: false },
            extract: None,
            reopening: None,
            changed: Vec::new(),
            greeting: None,
            schema: Arc::new(Schema::default()),
            dialect,
            case: CaseState::default(),
            surface: Surface::default(),
            focus: Pane::default(),
            layers: Vec::new(),
            pending: Vec::new(),
            ahead: VecDeque::new(),
            keymap: Keymap::default(),
            trail: Trail::default(),
            rows: Rows::default(),
            fields: Fields::default(),
            timeline: Timeline::default(),
            ranges: BTreeMap::new(),
            detail: Detail::default(),
            list: List::default(),
            page: Page::default(),
            links: LinksPane::default(),
            templates: TemplatesPane::default(),
            marks: Marks::default(),
            playbooks: Playbooks::default(),
            mapping: mapping::Pane::default(),
            report: LoadReport::default(),
            compared: Compared::default(),
            dry_run: None,
            sql: Sql::default(),
            results: Results::default(),
            jobs: Jobs::default(),
            message: None,
            revealed: BTreeSet::new(),
            unsealed: None,
            unveiled: None,
            copying: CopyStyle::default(),
            needle: String::new(),
            theme: "dark".to_owned(),
            themes: Vec::new(),
            now: Duration::ZERO,
            clock: None,
            quit: false,
        }
    }

    /// The view that everything on the explore surface derives from.
    pub fn view(&self) -> &View {
        &self.trail.here().view
    }

    /// What the main area shows.
    pub fn place(&self) -> &Place {
        &self.trail.here().place
    }

    /// The last moment of the extract.
    pub fn last(&self) -> Option<Timestamp> {
        self.extract.as_ref().and_then(|extract| extract.last)
    }

    /// What SQL over the present view is built with.
    pub fn context(&self) -> Context<'_> {
        let relation = &self.view().relation;
        Context { relation, schema: &self.schema, dialect: self.dialect, case: &self.case.case, last: self.last() }
    }

    /// What SQL over the extract is built with, whatever the present view is of.
    pub fn extract_context(&self) -> Context<'_> {
        let schema = self.extract_schema();
        Context { relation: &REQUESTS, schema, dialect: self.dialect, case: &self.case.case, last: self.last() }
    }

    /// The columns of the extract, whatever the present view is of.
    pub fn extract_schema(&self) -> &Schema {
        self.extract.as_ref().map_or(&self.schema, |extract| &extract.schema)
    }

    /// The row of the extract that a row of the present view is, where that is known: a result may select `row_id` or not.
    pub fn extract_row(&self, row_id: i64) -> Option<i64> {
        let relation = &self.view().relation;
        if relation.is_requests() {
            return Some(row_id);
        }
        let name = relation.request_row(&self.schema)?;
        let place = self.rows.columns.iter().position(|column| column == name);
        let cell = place.and_then(|place| self.rows.window.iter().find(|row| row.row_id == row_id)?.cells.get(place)?.as_i64());
        cell.or_else(|| {
            let item = self.detail.items.iter().find(|item| item.column == name);
            item.filter(|_| self.detail.row_id == Some(row_id))?.value.as_i64()
        })
    }

    /// What a cell of the present view is called among those that were revealed.
    pub fn cell_name(&self, row_id: i64, column: &str) -> (i64, String) {
        match self.view().relation.is_requests() {
            true => (row_id, column.to_owned()),
            false => (row_id, format!("{}.{column}", self.view().relation.name())),
        }
    }

    /// The SHA-256 over the extract's sources; empty before one is open.
    pub fn extract_sha(&self) -> &str {
        self.extract.as_ref().map_or("", |extract| extract.sha256.as_str())
    }

    /// The cell whose secrets are shown, if it is this one.
    pub fn unsealed(&self, row_id: i64, column: &str) -> Option<&Unsealed> {
        self.unsealed.as_ref().filter(|cell| cell.row_id == row_id && cell.column == column)
    }

    /// A text with fingerprints in the place of secrets, as they stand in the extract.
    pub fn sealed<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match self.extract.as_ref().and_then(|extract| extract.seal.as_ref()) {
            Some(seal) => seal.mask(text),
            None => Cow::Borrowed(text),
        }
    }

    /// The texts that are searched for: by `/`, and by the filter of the view. They are marked where they stand.
    pub fn sought(&self) -> Vec<&str> {
        let needle = std::iter::once(self.needle.as_str()).filter(|needle| !needle.is_empty());
        needle.chain(self.view().filter.sought()).collect()
    }

    /// The name of a range of time, where it has one.
    pub fn name_of(&self, range: TimeRange) -> Option<&str> {
        self.ranges.iter().find(|(_, known)| **known == range).map(|(name, _)| name.as_str())
    }

    /// The surfaces as they are named at the top.
    pub fn tabs(&self) -> [Tab; 5] {
        let counts = self.case.case.counts();
        let casework = counts.questions + counts.labelled + counts.notes + counts.pins;
        let tab = |surface, key, name, count| Tab { surface, key, name, count };
        [
            tab(Surface::Explore, "1", "explore", 0),
            tab(Surface::Playbooks, "2", "playbooks", 0),
            tab(Surface::Findings, "3", "findings", counts.findings),
            tab(Surface::Case, "4", "case", casework),
            tab(Surface::Sql, "5", "sql", 0),
        ]
    }

    /// The lines of the entity page that the cursor can stand on.
    pub fn page_lines(&self) -> Vec<page::PageLine> {
        let kind = self.page.entity.as_ref().map(|entity| entity.role);
        self.page.lines(kind.map(|kind| self.playbooks.accusing(kind)).unwrap_or_default())
    }

    /// Whether the value of `column` in row `row_id` must be shown masked.
    pub fn is_masked(&self, row_id: i64, column: &str) -> bool {
        let sensitive = self.schema.column(column).is_some_and(crate::domain::Column::is_sensitive);
        sensitive && !self.is_unveiled() && !self.revealed.contains(&self.cell_name(row_id, column))
    }

    /// Whether sensitive values are shown everywhere, for a while.
    pub fn is_unveiled(&self) -> bool {
        self.unveiled.as_ref().is_some_and(|unveiled| self.now < unveiled.until)
    }

    /// Whether it is worth saying that a query runs. What only follows the cursor mostly is here before anybody could read that: a row
    /// for the detail, or rows that are read ahead of it.
    pub fn is_worth_saying(&self, job: &Job) -> bool {
        let follows = match job.purpose {
            Purpose::Detail { .. } => true,
            Purpose::Window { .. } => {
                let (top, height) = (self.rows.top, u64::from(rows_height(self.size, self.sizes)));
                let last = self.rows.total.map_or(top + height, |total| total.min(top + height)).saturating_sub(1);
                self.rows.at(top).is_some() && self.rows.at(last).is_some()
            }
            _ => false,
        };
        !follows || job.lasts(self.now) >= SOON
    }

    /// Says something at the bottom.
    pub fn say(&mut self, tone: Tone, text: impl Into<String>) {
        self.message = Some(Message { tone, text: text.into() });
    }
}
