//! The dry run of a mitigation in the workbench: a rule is asked over the whole extract, and what it would have done is read.

use crate::domain::{Batch, Timestamp};
use crate::engine::{Lane, Table};
use crate::investigate::dry_run::{self, Answers, Draft, Outcome};
use crate::investigate::{Filter, FilterError, View};

use crate::app::effect::Effect;
use crate::app::state::form::{Form, FormField, Purpose as FormPurpose};
use crate::app::state::jobs::{DryRunPart, Purpose};
use crate::app::state::{DryRun, Layer, State, Tone};

use super::view;

/// Opens the form, with the filter of the view as the rule.
pub(super) fn open(state: &mut State) {
    let rule = if state.view().filter.is_all() { String::new() } else { state.view().filter.to_string() };
    let fields = vec![
        FormField::text("rule", true, rule),
        FormField::text("in force from", false, "").hinting("a time in UTC, or empty: all the time"),
    ];
    let title = "what would this rule have stopped, of the whole extract?";
    state.layers.push(Layer::Form(Form::new(FormPurpose::DryRun, title, fields)));
}

/// Asks what the rule of a filled-in form would have done.
pub(super) fn submit(state: &mut State, form: &Form, out: &mut Vec<Effect>) -> Result<(), String> {
    let said = |error: FilterError| error.to_string();
    let rule = Filter::parse(&state.sealed(form.value("rule"))).map_err(said)?;
    rule.check(state.extract_schema()).map_err(said)?;
    if rule.is_all() {
        return Err("a rule without a term would stop everything".to_owned());
    }
    let from = match form.value("in force from") {
        "" => None,
        text => Some(text.parse::<Timestamp>().map_err(|error| error.to_string())?),
    };
    let draft = Draft { rule, from };
    let case = &state.case.case;
    let good = case.good_at(state.clock.unwrap_or_else(|| case.clock()));
    let questions = dry_run::statements(&state.extract_context(), &View::default(), &draft, &good).map_err(said)?;
    view::cancel(state, |purpose| matches!(purpose, Purpose::DryRun(_)), out);
    let asked = [
        (DryRunPart::Traffic, Some(questions.traffic)),
        (DryRunPart::Entities, Some(questions.entities)),
        (DryRunPart::Good, questions.good),
        (DryRunPart::Days, questions.days),
    ];
    let mut waiting = 0;
    for (part, statement) in asked {
        if let Some(statement) = statement {
            waiting += 1;
            view::submit(state, Lane::Background, Purpose::DryRun(part), Ok(statement), out).map_err(said)?;
        }
    }
    state.dry_run = Some(DryRun { draft, good, waiting, ..DryRun::default() });
    state.say(Tone::Plain, "trying the rule");
    Ok(())
}

/// One of the answers has come; with the last one the outcome is shown, below what is open at that moment.
pub(super) fn came(state: &mut State, part: DryRunPart, batches: Vec<Batch>) {
    let Some(run) = &mut state.dry_run else { return };
    let names = batches.first().map(Batch::names).unwrap_or_default();
    let table = Table { names, batches, cut: None };
    match part {
        DryRunPart::Traffic => run.traffic = table,
        DryRunPart::Entities => run.entities = table,
        DryRunPart::Good => run.good_hit = Some(table),
        DryRunPart::Days => run.days = Some(table),
    }
    run.waiting = run.waiting.saturating_sub(1);
    if run.waiting > 0 {
        return;
    }
    let Some(run) = state.dry_run.take() else { return };
    let answers =
        Answers { traffic: &run.traffic, entities: &run.entities, good: run.good_hit.as_ref(), days: run.days.as_ref() };
    let outcome = Outcome::read(&answers, &run.good);
    let mut lines = outcome.sentences(&run.draft);
    if !outcome.days.is_empty() {
        lines.push(String::new());
        lines.push("By day, in UTC: stopped of all.".to_owned());
        lines.extend(outcome.days.iter().map(|(day, hit, all)| {
            let day = day.to_string();
            format!("{}  {hit:>10} of {all}", day.get(..10).unwrap_or(&day))
        }));
    }
    lines.push(String::new());
    lines.push(format!("The rule: {}. Nothing was stopped; only the extract was asked.", run.draft.rule));
    // An answer never takes the keys from a form under edit.
    let title = "dry run of a rule".to_owned();
    state.layers.insert(0, Layer::Text { title, lines, top: 0 });
}
