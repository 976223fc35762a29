//! Near-duplicate prompts: which texts are one template with other names and numbers filled in, who uses it and who was first.
//!
//! [`Templates`] is a machine without an engine, like [`super::links::Links`]: it hands out statements and takes their answers.
//! 1. The engine groups the view's rows by their text; the different texts then come in pages, each cut to its first 1,000 characters.
//! 2. Each text goes to the group of the most similar leader (`near`): similarity is the share of runs of three words that two texts have
//!    in common, in small letters and with all numbers alike. Leaders are found by MinHash bands. Memory is bounded by the number of leaders.
//! 3. Of the groups with the most accounts some texts are read and laid over each other (`template`): what all have stays, the rest
//!    becomes a slot.
//! 4. The template is a pattern of the filter language (`content:"… * …"`), so the rows of a template are a view like any other, and its
//!    counts are the exact counts of that view. Groups with the same pattern become one.

mod near;
mod sql;
mod template;
mod words;

use std::collections::{HashMap, VecDeque};

use crate::domain::{Batch, Role, Timestamp};
use crate::engine::Statement;

use super::filter::{FilterError, column_named};
use super::{Context, Filter, View};

use near::{Group, Near, Prompt};
pub use template::{SLOT, Template};

/// From which similarity on texts are near where nobody says.
pub const SIMILARITY: f64 = 0.6;
/// Leaders that are kept at most: about 100 MB.
const LEADERS: usize = 200_000;
/// Texts whose templates are made in one step.
const TEXTS: usize = 256;

/// What is looked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// How many accounts must use a template. Means nothing where the extract has no accounts.
    pub min_accounts: u64,
    /// How many templates are wanted at most.
    pub limit: usize,
    /// From which share of common word runs on two texts are near, from 0 to 1.
    pub similarity: f64,
    /// Texts in one answer: few where somebody waits for keys, many where nobody does.
    pub page: u64,
}

impl Default for Options {
    fn default() -> Options {
        Options { min_accounts: 2, limit: 20, similarity: SIMILARITY, page: 1_000 }
    }
}

/// A template with what is known of its use.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The template. Attacker-written, and as sensitive as the texts.
    pub template: Template,
    /// Its rows.
    pub requests: u64,
    /// Different texts in them.
    pub prompts: u64,
    /// Accounts that sent them.
    pub accounts: u64,
    /// Who sent the first.
    pub first_account: Option<String>,
    /// When.
    pub first_seen: Option<Timestamp>,
    /// When the last came.
    pub last_seen: Option<Timestamp>,
    /// Some of its rows.
    pub examples: Vec<i64>,
}

impl Found {
    /// The filter that selects its rows.
    pub fn filter(&self) -> Filter {
        filter_of(&self.template)
    }
}

fn filter_of(template: &Template) -> Filter {
    Filter::fitting(Role::Content.name(), &template.parts())
}

/// One thing to ask.
#[derive(Debug, Clone, PartialEq)]
enum Step {
    Build,
    Count,
    Page(u64),
    /// Texts for the candidates from one place on, before another.
    Texts(usize, usize),
    /// The rows of a candidate.
    Measure(usize),
}

/// A group that may become a template.
#[derive(Debug, Clone, PartialEq)]
struct Candidate {
    group: Group,
    template: Option<Template>,
    /// Whether an earlier candidate has the same template.
    same: bool,
}

/// The machine.
#[derive(Debug, Clone, PartialEq)]
pub struct Templates {
    view: View,
    options: Options,
    name: String,
    has_accounts: bool,
    near: Near,
    steps: VecDeque<Step>,
    asked: Option<Step>,
    total: Option<u64>,
    read: u64,
    candidates: Vec<Candidate>,
    /// Groups that many accounts use.
    fit: usize,
    found: Vec<Found>,
    done: bool,
}

impl Templates {
    /// The templates of the view's rows. `name` is the name of its table.
    pub fn new(context: &Context<'_>, view: &View, options: Options, name: &str) -> Result<Templates, FilterError> {
        column_named(Role::Content.name(), context)?;
        let near = Near::new(options.similarity, LEADERS);
        Ok(Templates {
            view: view.clone(),
            options,
            name: name.to_owned(),
            has_accounts: context.schema.has(Role::Account),
            near,
            steps: VecDeque::from([Step::Build, Step::Count]),
            asked: None,
            total: None,
            read: 0,
            candidates: Vec::new(),
            fit: 0,
            found: Vec::new(),
            done: false,
        })
    }

    /// The next statement; `None` when all is known. Its answer must be taken in before the next one is asked for.
    pub fn next(&mut self, context: &Context<'_>) -> Result<Option<Statement>, FilterError> {
        if self.steps.is_empty() {
            self.plan();
        }
        let Some(step) = self.steps.pop_front() else { return Ok(None) };
        let statement = match &step {
            Step::Build => sql::build(context, &self.view, &self.name)?,
            Step::Count => sql::count(context, &self.name),
            Step::Page(from) => sql::page(context, &self.name, *from, self.options.page)?,
            Step::Texts(from, to) => {
                let rows: Vec<i64> =
                    self.candidates.get(*from..*to).unwrap_or_default().iter().flat_map(|one| one.group.sample.clone()).collect();
                sql::texts(context, &rows)?
            }
            Step::Measure(at) => {
                let filter = self.candidates.get(*at).and_then(|one| one.template.as_ref()).map(filter_of);
                sql::measure(context, &self.view.narrowed(filter.unwrap_or_default()))?
            }
        };
        self.asked = Some(step);
        Ok(Some(statement))
    }

    fn plan(&mut self) {
        if self.done {
            return;
        }
        let total = self.total.unwrap_or(0);
        if self.read < total {
            self.steps.push_back(Step::Page(self.read));
            return;
        }
        if self.candidates.is_empty() && self.fit == 0 {
            self.choose();
            let mut from = 0;
            let mut texts = 0;
            for (at, candidate) in self.candidates.iter().enumerate() {
                if texts + candidate.group.sample.len() > TEXTS && at > from {
                    self.steps.push_back(Step::Texts(from, at));
                    (from, texts) = (at, 0);
                }
                texts += candidate.group.sample.len();
            }
            if from < self.candidates.len() {
                self.steps.push_back(Step::Texts(from, self.candidates.len()));
                return;
            }
        }
        // Those that many accounts use come first, so that the first ones are what is wanted.
        let next = self.candidates.iter().position(|one| one.template.is_some() && !one.same);
        match next.filter(|_| self.found.len() < self.options.limit) {
            Some(at) => self.steps.push_back(Step::Measure(at)),
            None => self.done = true,
        }
    }

    /// Chooses the groups whose templates are made: more than are wanted, because some turn out to be the same.
    fn choose(&mut self) {
        let enough = |group: &&Group| match self.has_accounts {
            true => group.accounts() >= self.options.min_accounts,
            false => group.requests > 1,
        };
        let mut groups: Vec<&Group> = self.near.groups().iter().filter(enough).collect();
        self.fit = groups.len();
        groups.sort_by(|one, two| {
            (two.accounts(), two.requests).cmp(&(one.accounts(), one.requests)).then(one.sample.cmp(&two.sample))
        });
        groups.truncate(self.options.limit.saturating_mul(2).saturating_add(30));
        self.candidates =
            groups.into_iter().map(|group| Candidate { group: group.clone(), template: None, same: false }).collect();
        // What is left is not needed any more, and it is large.
        let (let_go, empty) = (self.near.let_go, self.near.empty);
        self.near = Near::new(self.options.similarity, LEADERS);
        (self.near.let_go, self.near.empty) = (let_go, empty);
    }

    /// Takes in the answer to the statement that was handed out last.
    pub fn take(&mut self, batches: &[Batch]) {
        match self.asked.take() {
            Some(Step::Build) | None => {}
            Some(Step::Count) => {
                let counted = batches.iter().find(|batch| batch.rows() > 0).and_then(|batch| batch.get(0, "prompts").as_i64());
                self.total = Some(counted.and_then(|count| u64::try_from(count).ok()).unwrap_or(0));
            }
            Some(Step::Page(from)) => {
                for batch in batches {
                    self.page(batch);
                }
                self.read = from.saturating_add(self.options.page).min(self.total.unwrap_or(0));
            }
            Some(Step::Texts(from, to)) => self.lay(batches, from, to),
            Some(Step::Measure(at)) => self.measured(batches, at),
        }
    }

    fn page(&mut self, batch: &Batch) {
        let place = |name: &str| batch.index(name).unwrap_or(usize::MAX);
        let [row_id, requests, accounts, account, text] = ["row_id", "requests", "accounts", "account", "text"].map(place);
        let number = |row: usize, column: usize| batch.value(row, column).as_i64().unwrap_or(0);
        for row in 0..batch.rows() {
            let (account, text) = (batch.value(row, account), batch.value(row, text));
            self.near.take(&Prompt {
                row_id: number(row, row_id),
                requests: u64::try_from(number(row, requests)).unwrap_or(0),
                accounts: u64::try_from(number(row, accounts)).unwrap_or(0),
                account: account.as_text(),
                text: text.as_text().unwrap_or_default(),
            });
        }
    }

    /// Lays the texts of some candidates over each other.
    fn lay(&mut self, batches: &[Batch], from: usize, to: usize) {
        let mut texts: HashMap<i64, (String, bool)> = HashMap::new();
        for batch in batches {
            for row in 0..batch.rows() {
                let whole = batch.get(row, "whole") == crate::domain::Value::Bool(true);
                texts.insert(batch.get(row, "row_id").as_i64().unwrap_or(0), (batch.get(row, "text").to_plain(), whole));
            }
        }
        for candidate in self.candidates.get_mut(from..to).unwrap_or_default() {
            for row_id in &candidate.group.sample {
                let Some((text, whole)) = texts.get(row_id) else { continue };
                match &mut candidate.template {
                    Some(template) => {
                        template.take(text, *whole);
                    }
                    none => *none = Some(Template::of(text, *whole)),
                }
            }
        }
        if to == self.candidates.len() {
            self.unite();
        }
    }

    /// Groups whose leaders missed each other, but whose templates are one: what is left between their slots is alike.
    fn unite(&mut self) {
        let runs = |template: &Template| words::shingles(&template.parts().join(" "));
        let mut known: Vec<(usize, Vec<u64>)> = Vec::new();
        for at in 0..self.candidates.len() {
            let Some(template) = self.candidates.get(at).and_then(|one| one.template.clone()) else { continue };
            let own = runs(&template);
            let mut same = false;
            for (place, others) in &mut known {
                let Some(first) = self.candidates.get_mut(*place).and_then(|one| one.template.as_mut()) else { continue };
                // Half as similar as texts of one group is enough to try: what would not be left of the text forbids it.
                let alike = near::likeness(&own, others) >= self.options.similarity / 2.0;
                if first.fits(&template.to_string()) || (alike && first.merge(&template)) {
                    *others = runs(first);
                    same = true;
                    break;
                }
            }
            match self.candidates.get_mut(at) {
                Some(candidate) if same => candidate.same = true,
                _ => known.push((at, own)),
            }
        }
    }

    fn measured(&mut self, batches: &[Batch], at: usize) {
        let Some(candidate) = self.candidates.get_mut(at) else { return };
        candidate.same = true;
        let Some(template) = candidate.template.clone() else { return };
        let Some(row) = batches.iter().find(|batch| batch.rows() > 0) else { return };
        let count = |name: &str| row.get(0, name).as_i64().and_then(|count| u64::try_from(count).ok()).unwrap_or(0);
        let examples = row.get(0, "examples").to_plain();
        let found = Found {
            template,
            requests: count("requests"),
            prompts: count("prompts"),
            accounts: count("accounts"),
            first_account: row.get(0, "first_account").as_text().map(str::to_owned),
            first_seen: row.get(0, "first_seen").as_time(),
            last_seen: row.get(0, "last_seen").as_time(),
            examples: examples.split(',').filter_map(|id| id.parse().ok()).collect(),
        };
        if !self.has_accounts || found.accounts >= self.options.min_accounts {
            self.found.push(found);
            self.found.sort_by(|one, two| {
                (two.accounts, two.requests).cmp(&(one.accounts, one.requests)).then(one.examples.cmp(&two.examples))
            });
        }
    }

    /// The templates so far, those that most accounts use first.
    pub fn found(&self) -> &[Found] {
        &self.found
    }

    /// Whether all is known.
    pub fn is_done(&self) -> bool {
        self.done
    }

    /// How many groups of near texts have accounts enough but are not among [`Templates::found`]; some of them may be the same template.
    pub fn more(&self) -> usize {
        let looked = self.candidates.iter().filter(|one| one.same || one.template.is_none()).count();
        self.fit.saturating_sub(looked)
    }

    /// Different texts in the view, once counted.
    pub fn prompts(&self) -> Option<u64> {
        self.total
    }

    /// Texts that were let go because too many stood alone: one that came again after that began a new group.
    pub fn let_go(&self) -> u64 {
        self.near.let_go
    }

    /// How far it is, from 0 to 1, while texts are read; and in a few words what is being done.
    pub fn progress(&self) -> (Option<f64>, &'static str) {
        match (&self.asked, self.total) {
            (Some(Step::Page(_)), Some(total)) if total > 0 => (Some(self.read as f64 / total as f64), "comparing prompts"),
            (Some(Step::Texts(..)), _) => (Some(1.0), "laying prompts over each other"),
            (Some(Step::Measure(_)), _) => (Some(1.0), "counting templates"),
            _ => (None, "finding different prompts"),
        }
    }

    /// The statement that takes its table away.
    pub fn tidy(&self, context: &Context<'_>) -> Statement {
        sql::drop_table(context, &self.name)
    }
}
