//! An extract that is open for one command, with the case beside it.

use std::borrow::Cow;
use std::time::Duration;

use crate::case::{CaseDir, Event, Mode, OpenedExtract, Terms};
use crate::domain::{Entity, Role, Schema, Seal};
use crate::engine::client::AskError;
use crate::engine::{Client, Lane, Limits, Statement, Table};
use crate::extract::{self, Extract, Opened};
use crate::investigate::result::{self, Bounds, Kept};
use crate::investigate::{CaseTerms, Context, Filter, FilterError, NoCase, REQUESTS, View};
use crate::settings::machine::{analyst, now};
use crate::settings::salt;

use super::args::{OpenArgs, SqlArgs};
use super::failure::Failure;
use super::secrets;
use super::shell::Place;

/// How long a query runs before it is said that it runs.
const QUIET: Duration = Duration::from_millis(400);

/// An open extract, and the case.
pub(super) struct Session<'a> {
    place: &'a Place<'a>,
    /// What was opened.
    pub(super) extract: Extract,
    client: Client,
    /// The case, where one was named.
    pub(super) case: Option<CaseDir>,
    seal: Option<Seal>,
    /// The result of an SQL text that is asked in the place of the extract.
    result: Option<Kept>,
    // Keeps the folder of a database that is not in the cache until the end.
    _opened: Opened,
}

impl<'a> Session<'a> {
    /// Opens the extract, and the case in `mode` where one was named.
    pub(super) fn open(place: &'a Place<'a>, args: &OpenArgs, inputs: &[String], mode: Mode) -> Result<Session<'a>, Failure> {
        place.hear_interrupts()?;
        let case = match &args.case {
            Some(dir) => Some(open_case(place, dir, mode)?),
            None => None,
        };
        let opened = extract::open(&args.spec(inputs), &place.paths, place.opener.as_ref(), &mut |progress| {
            place.progress(&progress.line());
            !place.stopped()
        })?;
        place.clear_progress();
        let extract = opened.extract.clone();
        if extract.rejects > 0 {
            place.tell(&format!(
                "note: {} of {} records could not be read and are not in the rows; `casebook inspect --rejects` lists them",
                extract.rejects,
                extract.rejects + extract.rows,
            ));
        }
        let client = Client::new(opened.engine.clone());
        let seal = extract.seal.clone();
        let mut case = case;
        if let (Some(case), Some(seal)) = (&mut case, &seal) {
            case.set_seal(seal.clone());
        }
        Ok(Session { place, extract, client, case, seal, result: None, _opened: opened })
    }

    /// What the builders of questions need to know.
    pub(super) fn context(&self) -> Context<'_> {
        let relation = self.result.as_ref().map_or(&REQUESTS, |kept| &kept.relation);
        Context { relation, schema: self.schema(), dialect: self.client.dialect(), case: self, last: self.extract.last }
    }

    /// The columns of what is asked.
    pub(super) fn schema(&self) -> &Schema {
        self.result.as_ref().map_or(&self.extract.schema, |kept| &kept.schema)
    }

    /// Asks the result of an SQL text from now on in the place of the extract.
    pub(super) fn use_sql(&mut self, sql: &str) -> Result<(), Failure> {
        let ask = |statement| self.ask(statement, Limits::default()).map(|table| table.batches);
        let made = result::make(sql, &self.extract.schema, self.client.dialect(), Bounds::default(), ask);
        let kept = made.map_err(|failure| Failure::of_sql(sql, failure))?;
        if let Some(why) = kept.cut {
            self.place.tell(&format!("{} rows of the result are taken, {why}: there may be more", kept.rows));
        }
        self.result = Some(kept);
        Ok(())
    }

    /// Asks what `--sql` says from now on, where it says something.
    pub(super) fn ask_of(&mut self, args: &SqlArgs) -> Result<(), Failure> {
        match self.sealed(args.sql.as_deref()) {
            Some(sql) => self.use_sql(&sql),
            None => Ok(()),
        }
    }

    /// A text of the command line with fingerprints in the place of secrets, as they stand in the extract. From there on nothing knows
    /// the secret: no message, no case.
    pub(super) fn sealed(&self, text: Option<&str>) -> Option<String> {
        let text = text?;
        let masked = self.seal.as_ref().map_or(Cow::Borrowed(text), |seal| seal.mask(text));
        if let Cow::Owned(masked) = &masked {
            self.place.tell(&format!("note: a secret was given; its fingerprint is used in its place: {masked}"));
        }
        Some(masked.into_owned())
    }

    /// The entity that an analyst names, with the fingerprint in the place of a secret. One that nothing but its surroundings told to be
    /// a secret is found among the known ones.
    pub(super) fn sealed_entity(&self, entity: &Entity) -> Result<Entity, Failure> {
        let Some(seal) = &self.seal else { return Ok(entity.clone()) };
        let mut sealed = entity.sealed(seal);
        if sealed == *entity
            && let Some(fingerprint) = secrets::known(self, seal, &entity.value)?
        {
            sealed.value = fingerprint;
        }
        if sealed != *entity {
            self.place.tell(&format!("note: a secret was given; its fingerprint is used in its place: {sealed}"));
        }
        Ok(sealed)
    }

    /// The view that the options ask for; a mistake in the filter is marked where it stands.
    pub(super) fn view(&self, filter: Option<&str>, args: &OpenArgs) -> Result<View, Failure> {
        let text = filter.unwrap_or_default();
        let parsed = Filter::parse(text).map_err(|error| Failure::filter(text, &error))?;
        parsed.check(self.schema()).map_err(|error| Failure::filter(text, &error))?;
        if let (Some(dir), true) = (&self.case, text.contains("pinned")) {
            let known = dir.case().extracts().iter().any(|known| known.extract.sha256 == self.extract.sha256);
            if !known {
                self.place.tell("note: this extract was never opened in that case, so none of its rows are pinned there");
            }
        }
        let relation = self.context().relation.clone();
        Ok(View { relation, filter: parsed, range: args.time, ..View::default() })
    }

    /// The statement of a builder, or its mistake marked in the filter.
    pub(super) fn built<T>(&self, built: Result<T, FilterError>, filter: Option<&str>) -> Result<T, Failure> {
        built.map_err(|error| Failure::filter(filter.unwrap_or_default(), &error))
    }

    /// Runs a statement; Ctrl-C stops it.
    pub(super) fn ask(&self, statement: Statement, limits: Limits) -> Result<Table, Failure> {
        let place = self.place;
        let mut watch = |fraction: Option<f64>, elapsed: Duration| {
            if elapsed > QUIET {
                let share = fraction.map(|fraction| format!(", {:.0}%", fraction * 100.0)).unwrap_or_default();
                place.progress(&format!("asking{share}, {:.1} s (Ctrl-C stops)", elapsed.as_secs_f64()));
            }
            !place.stopped()
        };
        let answer = self.client.ask_with(Lane::Interactive, statement, limits, &mut watch);
        place.clear_progress();
        match answer {
            // Ctrl-C while the answer was on its way.
            Ok(_) if place.stopped() => Err(AskError::Interrupted.into()),
            answer => Ok(answer?),
        }
    }

    /// The client, for what asks for itself.
    pub(super) const fn client(&self) -> &Client {
        &self.client
    }

    /// Whether a column holds what is masked until revealed: a sensitive role, or the extract's own column that fills it.
    pub(super) fn is_sensitive(&self, name: &str) -> bool {
        match self.schema().column(name) {
            Some(column) => column.is_sensitive(),
            None => name.parse::<Role>().is_ok_and(Role::is_sensitive),
        }
    }

    /// Refuses to list the values of a sensitive column unless that was asked for.
    pub(super) fn allow_column(&self, name: &str, reveal: bool) -> Result<(), Failure> {
        match self.is_sensitive(name) {
            true if reveal => {
                self.place.tell(&format!("note: the values of {name} are sensitive; they are revealed here"));
                Ok(())
            }
            true => Err(Failure::Usage(format!("the values of {name} are sensitive and masked; --reveal lists them"))),
            false => Ok(()),
        }
    }

    /// The case as the filters of this command see it, with the labels that count now.
    fn terms(&self) -> Option<Terms<'_>> {
        self.case.as_ref().map(|dir| dir.case().terms_at(&self.extract.sha256, now()))
    }

    /// Notes in the case that this extract was opened, unless it is the current one there already.
    pub(super) fn record_opened(&mut self) -> Result<(), Failure> {
        let Some(dir) = &mut self.case else { return Ok(()) };
        if dir.case().current_extract() == Some(self.extract.sha256.as_str()) {
            return Ok(());
        }
        let opened = OpenedExtract::from(&self.extract);
        dir.record(Event::Opened { extracts: vec![opened] }, now())?;
        Ok(())
    }
}

impl CaseTerms for Session<'_> {
    fn labelled(&self, label: &str) -> Vec<Entity> {
        self.terms().map(|terms| terms.labelled(label)).unwrap_or_default()
    }

    fn labels(&self) -> Vec<String> {
        self.terms().map(|terms| terms.labels()).unwrap_or_default()
    }

    /// The pins of this extract, also where the case has opened another one since.
    fn pinned(&self) -> Vec<i64> {
        self.terms().map(|terms| terms.pinned()).unwrap_or_default()
    }

    fn finding(&self, id: &str) -> Option<Vec<Entity>> {
        self.terms().and_then(|terms| terms.finding(id))
    }

    fn staged(&self, stage: &str) -> Option<Vec<Entity>> {
        match self.terms() {
            Some(terms) => terms.staged(stage),
            None => NoCase.staged(stage),
        }
    }

    fn bad(&self) -> Vec<Entity> {
        self.terms().map(|terms| terms.bad()).unwrap_or_default()
    }
}

/// Opens a case and tells what opening it found.
pub(super) fn open_case(place: &Place<'_>, dir: &std::path::Path, mode: Mode) -> Result<CaseDir, Failure> {
    let (mut case, replay) = CaseDir::open(dir, mode)?;
    if mode == Mode::Write {
        case.set_author(&analyst());
        case.set_seal(salt::seal(&place.paths, None).map_err(|error| Failure::Failed(error.to_string()))?);
    }
    for notice in replay.notices() {
        place.tell(&format!("note: {notice}"));
    }
    if let Some(warning) = case.warning() {
        place.tell(&format!("note: {warning}"));
    }
    Ok(case)
}
