//! The triage board: what the keys do with an accusation. From a hit to its rows, its examples, a pin, a finding, a dismissal.

use std::collections::BTreeSet;

use crate::case::{DismissedHit, Event, FindingDetails, Status};
use crate::domain::{Entity, Schema, Severity, Value};
use crate::engine::Lane;
use crate::investigate::{Filter, View, count};
use crate::playbook;

use crate::app::command::Action;
use crate::app::effect::Effect;
use crate::app::focus;
use crate::app::state::form::{Accused, Form, FormField, Purpose as FormPurpose};
use crate::app::state::jobs::Purpose;
use crate::app::state::marks::described;
use crate::app::state::playbooks::{Board, Entry, Hit};
use crate::app::state::triage::Verdict;
use crate::app::state::{Layer, Place, State, Tone};

use super::casework::{allow, record};
use super::findings::changed;
use super::{pins, playbooks, view};

/// Merges the hits anew, where they, the case or what is to be shown has changed.
pub(super) fn merge(state: &mut State) {
    let playbooks = &mut state.playbooks;
    let triage = &mut playbooks.triage;
    let key = (state.case.case.head().0, playbooks.version, playbooks.needle.clone(), triage.dismissed, triage.fresh_only);
    if triage.merged.as_ref() == Some(&key) {
        return;
    }
    triage.merge(&playbooks.entries, &state.case.case, &playbooks.needle);
    triage.merged = Some(key);
    playbooks::keep_in_sight(state);
}

/// Does a command on what is under the cursor.
pub(super) fn act(state: &mut State, action: Action, out: &mut Vec<Effect>) {
    match action {
        Action::SearchList => {
            let fields = vec![FormField::text("text", false, state.playbooks.needle.clone())];
            let title = "only playbooks, and whom they accuse, with this text";
            state.layers.push(Layer::Form(Form::new(FormPurpose::SearchPlaybooks, title, fields)));
        }
        Action::ShowDismissed => {
            state.playbooks.triage.dismissed = !state.playbooks.triage.dismissed;
            state.playbooks.board = Board::Triage;
        }
        Action::FreshOnly => {
            state.playbooks.triage.fresh_only = !state.playbooks.triage.fresh_only;
            state.playbooks.board = Board::Triage;
        }
        Action::ResultsView => results(state, out),
        Action::ExampleRows => examples(state, out),
        Action::Pin => pin(state, out),
        Action::Verdict => judge(state, 0),
        Action::Finding => judge(state, 1),
        Action::Dismiss => judge(state, DISMISSED),
        _ => {}
    }
}

/// Takes the searched text away. Whether there was one.
pub(super) fn unsearch(state: &mut State) -> bool {
    !std::mem::take(&mut state.playbooks.needle).is_empty()
}

/// The entry and the hit of an accusation.
fn accusation(state: &State, (at, hit): (usize, usize)) -> Option<(&Entry, &Hit)> {
    let entry = state.playbooks.entries.get(at)?;
    Some((entry, entry.hit(hit)?))
}

// ---- views

/// The hits of the playbook under the cursor as SQL in the editor, to be changed or opened as a view. What this program runs by itself has
/// its values bound; what is written out is the analyst's to run.
fn results(state: &mut State, out: &mut Vec<Effect>) {
    let at = state.playbooks.current();
    let both = at.and_then(|at| Some((state.playbooks.library.get(at)?, state.playbooks.entries.get(at)?)));
    let Some((playbook, entry)) = both else {
        return state.say(Tone::Plain, "put the cursor on a playbook or a hit to see its hits as SQL");
    };
    if let Some(missing) = &entry.missing {
        let text = format!("{} cannot run here: {missing}", playbook.title);
        return state.say(Tone::Plain, text);
    }
    let values = playbooks::values(playbook, &entry.params);
    match values.and_then(|values| playbook::statement(playbook, &values).map_err(|error| error.to_string())) {
        Ok(statement) => {
            // The column has the name of the role, so that its values lead on as everywhere.
            let role = state.dialect.ident(playbook.entity.name());
            let sql = format!(
                "SELECT entity AS {role}, score, requests, first_seen, last_seen, examples\nFROM (\n{}\n) AS hits",
                statement.written_out()
            );
            super::sql::offer(state, &sql, out);
        }
        Err(error) => state.say(Tone::Error, error),
    }
}

/// The rows that the hits under the cursor name as examples.
fn example_rows(state: &State) -> Vec<i64> {
    let mut rows: Vec<i64> = Vec::new();
    for place in state.playbooks.accusations() {
        if let Some((_, hit)) = accusation(state, place) {
            rows.extend(hit.examples.iter().filter(|row| !rows.contains(row)).copied().collect::<Vec<i64>>());
        }
    }
    rows
}

fn examples(state: &mut State, out: &mut Vec<Effect>) {
    let rows = example_rows(state);
    let Some(entity) = state.playbooks.pointed().cloned().filter(|_| !rows.is_empty()) else {
        return state.say(Tone::Plain, "put the cursor on a hit to see the rows that show it");
    };
    let ids: Vec<Value> = rows.iter().map(|row| Value::Int(i128::from(*row))).collect();
    let view = View { filter: Filter::keep_any(Schema::ROW_ID, &ids), ..View::default() };
    view::visit(state, Place::Rows, view, format!("examples of {entity}"), out);
}

/// Keeps the example rows of the hits under the cursor as evidence.
fn pin(state: &mut State, out: &mut Vec<Effect>) {
    let rows = example_rows(state);
    if rows.is_empty() {
        return state.say(Tone::Plain, "put the cursor on a hit to pin the rows that show it");
    }
    pins::keep(state, &rows, out);
}

// ---- verdicts

/// What can be said of an accusation: that it holds, that there is something to look into, that it is nothing.
const VERDICTS: &[&str] = &["confirmed", "open", "dismissed"];
/// For which playbooks a dismissal is remembered.
const SCOPES: &[&str] = &["these playbooks", "any playbook"];

/// On whom a key wants a verdict: all that are marked, or else the one under the cursor.
fn accused(state: &State) -> Vec<Accused> {
    let id = |at: &usize| state.playbooks.entries.get(*at).map(|entry| entry.id.clone());
    if let Some(marked) = focus::marked(state) {
        let by = |entity: &Entity| -> Vec<String> {
            let hit = |entry: &&Entry| entry.hits.iter().flatten().any(|hit| hit.entity == *entity);
            state.playbooks.entries.iter().filter(hit).map(|entry| entry.id.clone()).collect()
        };
        let all = marked.entities().into_iter().map(|entity| Accused { playbooks: by(&entity), entity });
        return all.filter(|accused| !accused.playbooks.is_empty()).collect();
    }
    let playbooks = state.playbooks.accusations().iter().filter_map(|(at, _)| id(at)).collect();
    state.playbooks.pointed().map(|entity| Accused { entity: entity.clone(), playbooks }).into_iter().collect()
}

/// Everybody whom the playbook under the cursor accuses, of its accusation alone.
fn accused_by_current(state: &State) -> Vec<Accused> {
    let entry = state.playbooks.current().and_then(|at| state.playbooks.entries.get(at));
    let hits = entry.into_iter().flat_map(|entry| entry.hits.iter().flatten().map(|hit| (entry.id.clone(), hit.entity.clone())));
    hits.map(|(id, entity)| Accused { entity, playbooks: vec![id] }).collect()
}

/// The accusations of somebody by some playbooks.
fn accusations<'s>(state: &'s State, accused: &'s [Accused]) -> impl Iterator<Item = (&'s Entry, &'s Hit)> {
    accused.iter().flat_map(|accused| {
        accused.playbooks.iter().filter_map(|id| {
            let entry = state.playbooks.entries.iter().find(|entry| entry.id == *id)?;
            Some((entry, entry.hits.as_ref()?.iter().find(|hit| hit.entity == accused.entity)?))
        })
    })
}

/// Opens the form of a verdict.
fn judge(state: &mut State, chosen: usize) {
    let mut accused = accused(state);
    if accused.is_empty() && chosen == DISMISSED {
        accused = accused_by_current(state);
    }
    let Some((first, _)) = accusations(state, &accused).next() else {
        return state.say(Tone::Plain, "put the cursor on a hit to judge it; R runs all playbooks");
    };
    let gravest = accusations(state, &accused).map(|(entry, _)| entry.severity).max().unwrap_or(first.severity);
    let at = Severity::ALL.iter().position(|severity| *severity == gravest).unwrap_or(0);
    let whom = described(&accused.iter().map(|accused| accused.entity.clone()).collect::<Vec<Entity>>());
    let playbooks: BTreeSet<&String> = accused.iter().flat_map(|accused| &accused.playbooks).collect();
    let title = match playbooks.len() {
        1 => format!("verdict on {whom}: {}", first.title),
        more => format!("verdict on {whom}, accused by {more} playbooks"),
    };
    let fields = vec![
        FormField::choice("verdict", VERDICTS, chosen)
            .about("confirmed and open state a finding with its rows counted; dismissed is remembered, and hidden from now on"),
        FormField::text("title", false, first.title.clone()).about("what the finding says, in a line; a dismissal needs none"),
        FormField::choice("severity", Severity::WORDS, at).about("of the finding"),
        FormField::choice("holds for", SCOPES, 0)
            .about("a dismissal: of the playbooks that accuse now, or of all, also later ones"),
        FormField::long("reason", true, "").hinting("what was looked at, and what it shows"),
    ];
    let mut form = Form::new(FormPurpose::Judge(accused), title, fields);
    // Whoever dismisses has one thing left to say.
    form.at = if chosen == DISMISSED { 4 } else { 0 };
    state.layers.push(Layer::Form(form));
}

/// The place of the last verdict.
const DISMISSED: usize = 2;

/// The form of a verdict was filled in.
pub(super) fn submit(state: &mut State, form: &Form, accused: &[Accused], out: &mut Vec<Effect>) -> Result<(), String> {
    let on = state.playbooks.pointed().cloned();
    if form.value("verdict") == "dismissed" {
        dismiss(state, form, accused, out)?;
    } else {
        found(state, form, accused, out)?;
    }
    state.playbooks.triage.judging = on.map(|entity| (entity, state.playbooks.triage.cursor));
    state.marks.clear();
    Ok(())
}

fn dismiss(state: &mut State, form: &Form, accused: &[Accused], out: &mut Vec<Effect>) -> Result<(), String> {
    let reason = state.sealed(&form.text("reason")).into_owned();
    let any = form.value("holds for") == "any playbook";
    let mut hits: Vec<DismissedHit> = Vec::new();
    for Accused { entity, playbooks } in accused {
        let ids = if any { vec![String::new()] } else { playbooks.clone() };
        hits.extend(ids.into_iter().map(|playbook| DismissedHit { entity: entity.clone(), playbook }));
    }
    let event = match hits.as_slice() {
        [DismissedHit { entity, playbook }] => Event::Dismissed { entity: entity.clone(), playbook: playbook.clone(), reason },
        _ => Event::DismissedMany { hits, reason },
    };
    allow(state, &event)?;
    record(state, event, out);
    Ok(())
}

/// States a finding about whom playbooks accuse, with their rows counted and the playbooks as its measures. Where there is an open one
/// about one who is judged alone, that one is confirmed.
fn found(state: &mut State, form: &Form, accused: &[Accused], out: &mut Vec<Effect>) -> Result<(), String> {
    let confirmed = form.value("verdict") == "confirmed";
    let reason = state.sealed(&form.text("reason")).into_owned();
    let suspects = &state.playbooks.triage.suspects;
    let known =
        accused.iter().find_map(|accused| match &suspects.iter().find(|suspect| suspect.entity == accused.entity)?.verdict {
            Verdict::Found(id, status) => Some((id.clone(), *status)),
            _ => None,
        });
    if let Some((id, status)) = known {
        if !confirmed || status == Status::Confirmed || accused.len() > 1 {
            return Err(format!("the finding {id} is about it already; 3 shows it, e there adds to it"));
        }
        let text = state.case.case.finding_with(&id).map_or(String::new(), |finding| finding.text.clone());
        let text = if text.is_empty() { reason } else { format!("{text}\n\n{reason}") };
        let event = changed(&id, Some(Status::Confirmed), Some(text));
        allow(state, &event)?;
        record(state, event, out);
        return Ok(());
    }
    let title = form.value("title");
    if title.is_empty() {
        return Err("a finding needs a title".to_owned());
    }
    let all: Vec<(&Entry, &Hit)> = accusations(state, accused).collect();
    let entities: Vec<Entity> = accused.iter().map(|accused| accused.entity.clone()).collect();
    let shown: BTreeSet<i64> = all.iter().flat_map(|(_, hit)| hit.examples.iter().copied()).collect();
    let pins = shown.iter().filter_map(|row| state.case.case.pin_of(state.extract_sha(), *row));
    let id = state.case.next_id('f');
    let event = Event::Found {
        id: id.clone(),
        title: state.sealed(title).into_owned(),
        severity: form.value("severity").parse::<Severity>().map_err(|error| error.to_string())?,
        entities: entities.clone(),
        text: format!("{reason}\n\n{}", told(&all)),
        evidence: pins.map(|pin| pin.evidence.clone()).collect(),
        details: FindingDetails {
            category: all.first().map_or(String::new(), |(entry, _)| entry.category.clone()),
            first_seen: all.iter().filter_map(|(_, hit)| hit.first_seen).min(),
            last_seen: all.iter().filter_map(|(_, hit)| hit.last_seen).max(),
            ..FindingDetails::default()
        },
    };
    allow(state, &event)?;
    let mut playbooks: Vec<&String> = Vec::new();
    for playbook in accused.iter().flat_map(|accused| &accused.playbooks) {
        if !playbooks.contains(&playbook) {
            playbooks.push(playbook);
        }
    }
    let measures: Vec<Event> = playbooks.into_iter().filter_map(|playbook| measured(state, playbook, &id)).collect();
    state.case.give_id('f');
    record(state, event, out);
    if confirmed {
        record(state, changed(&id, Some(Status::Confirmed), None), out);
    }
    measures.into_iter().for_each(|measure| record(state, measure, out));
    count_rows(state, &entities, id, out)
}

/// What the playbooks say, a line each.
fn told(accusations: &[(&Entry, &Hit)]) -> String {
    let several = accusations.iter().any(|(_, hit)| accusations.first().is_some_and(|(_, first)| first.entity != hit.entity));
    let line = |(entry, hit): &(&Entry, &Hit)| {
        let params: Vec<String> = entry.params.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let with = if params.is_empty() { String::new() } else { format!(" with {}", params.join(" ")) };
        let whom = if several { format!("{}: ", hit.entity) } else { String::new() };
        format!("- {whom}{} (playbook {}{with}): score {}, {} requests", entry.title, entry.id, hit.score, hit.requests)
    };
    accusations.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The number of hits of the playbook that accuses, so that it can be checked later. One that was cut short has none.
fn measured(state: &State, id: &str, finding: &str) -> Option<Event> {
    let at = state.playbooks.entries.iter().position(|entry| entry.id == id)?;
    let (entry, playbook) = (state.playbooks.entries.get(at)?, state.playbooks.library.get(at)?);
    let statement = playbook::statement(playbook, &playbooks::values(playbook, &entry.params).ok()?).ok()?;
    let given: Vec<String> = entry.params.iter().map(|(name, value)| format!(" --param {name}={value}")).collect();
    Some(Event::Measured {
        finding: Some(finding.to_owned()),
        title: format!("hits of {}", playbook.title),
        sql: String::new(),
        filter: String::new(),
        command: format!("casebook playbook run {}{} EXTRACT", playbook.id, given.concat()),
        rows: entry.hits.as_ref().filter(|_| entry.cut.is_none())?.len() as u64,
        extract: state.extract_sha().to_owned(),
        query: statement.sql.clone(),
        params: statement.params.iter().map(ToString::to_string).collect(),
        playbook: playbook.id.clone(),
    })
}

/// Counts all rows of the accused entities, which are of one kind, as the view that the finding opens.
fn count_rows(state: &mut State, entities: &[Entity], finding: String, out: &mut Vec<Effect>) -> Result<(), String> {
    let Some(role) = entities.first().map(|entity| entity.role) else { return Ok(()) };
    let values: Vec<Value> = entities.iter().map(|entity| Value::Text(entity.value.clone())).collect();
    let view = View { filter: Filter::keep_any(role.name(), &values), ..View::default() };
    let statement = count::statement(&state.extract_context(), &view).map_err(|error| error.to_string())?;
    let purpose = Purpose::Measure {
        finding,
        sql: String::new(),
        filter: view.filter.to_string(),
        command: ["casebook query", &view.command_line(), "EXTRACT"].join(" ").replace("  ", " "),
        query: statement.sql.clone(),
        params: statement.params.iter().map(ToString::to_string).collect(),
    };
    view::submit(state, Lane::Catalog, purpose, Ok(statement), out).map(drop).map_err(|error| error.to_string())
}
