//! The triage board: what the keys do with an accusation. From a hit to its rows, its examples, a pin, a finding, a dismissal.

use crate::case::{Event, FindingDetails, Status};
use crate::domain::{Entity, Schema, Severity, Value};
use crate::engine::Lane;
use crate::investigate::{Filter, Relation, View, count};
use crate::playbook;

use crate::app::command::Action;
use crate::app::effect::Effect;
use crate::app::state::form::{Form, FormField, Purpose as FormPurpose};
use crate::app::state::jobs::Purpose;
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
        Action::Dismiss => judge(state, 2),
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

/// The hits of the playbook under the cursor as a view: a table to sort, filter and pivot from like any other.
fn results(state: &mut State, out: &mut Vec<Effect>) {
    let at = state.playbooks.current();
    let both = at.and_then(|at| Some((state.playbooks.library.get(at)?, state.playbooks.entries.get(at)?)));
    let Some((playbook, entry)) = both else {
        return state.say(Tone::Plain, "put the cursor on a playbook or a hit to see its hits as a view");
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
            let title = format!("hits of {}", playbook.id);
            let view = View { relation: Relation::Sql(sql), ..View::default() };
            view::visit(state, Place::Rows, view, title, out);
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

/// Opens the form of a verdict on whom the cursor is on.
fn judge(state: &mut State, chosen: usize) {
    let places = state.playbooks.accusations();
    let accused = state.playbooks.pointed().cloned();
    let (Some(entity), Some((entry, _))) = (accused, places.first().and_then(|place| accusation(state, *place))) else {
        return state.say(Tone::Plain, "put the cursor on a hit to judge it; R runs all playbooks");
    };
    let gravest = places.iter().filter_map(|place| Some(accusation(state, *place)?.0.severity)).max().unwrap_or(entry.severity);
    let at = Severity::ALL.iter().position(|severity| *severity == gravest).unwrap_or(0);
    let title = match places.len() {
        1 => format!("verdict on {entity}: {}", entry.title),
        more => format!("verdict on {entity}, accused by {more} playbooks"),
    };
    let fields = vec![
        FormField::choice("verdict", VERDICTS, chosen)
            .about("confirmed and open state a finding with its rows counted; dismissed is remembered, and hidden from now on"),
        FormField::text("title", false, entry.title.clone()).about("what the finding says, in a line; a dismissal needs none"),
        FormField::choice("severity", Severity::WORDS, at).about("of the finding"),
        FormField::choice("holds for", SCOPES, 0)
            .about("a dismissal: of the playbooks that accuse it now, or of all, also later ones"),
        FormField::long("reason", true, "").hinting("what was looked at, and what it shows"),
    ];
    let mut form = Form::new(FormPurpose::Judge(entity), title, fields);
    // Whoever dismisses has one thing left to say.
    form.at = if chosen == 2 { 4 } else { 0 };
    state.layers.push(Layer::Form(form));
}

/// The form of a verdict was filled in.
pub(super) fn submit(state: &mut State, form: &Form, entity: &Entity, out: &mut Vec<Effect>) -> Result<(), String> {
    let places = state.playbooks.accusations();
    if state.playbooks.pointed() != Some(entity) || places.is_empty() {
        return Err("what was accused is not under the cursor any more; Esc, then V again".to_owned());
    }
    state.playbooks.triage.judging = Some((entity.clone(), state.playbooks.triage.cursor));
    if form.value("verdict") != "dismissed" {
        return found(state, form, entity, &places, out);
    }
    let reason = state.sealed(&form.text("reason")).into_owned();
    let ids: Vec<String> = match form.value("holds for") {
        "any playbook" => vec![String::new()],
        _ => places.iter().filter_map(|place| Some(accusation(state, *place)?.0.id.clone())).collect(),
    };
    let dismissed = |playbook: String| Event::Dismissed { entity: entity.clone(), playbook, reason: reason.clone() };
    super::casework::record_all(state, ids.into_iter().map(dismissed).collect(), out)
}

/// States a finding about an accused entity, with its rows counted and the playbooks that accuse it as its measures. Where there is one
/// that is open, that one is confirmed.
fn found(
    state: &mut State,
    form: &Form,
    entity: &Entity,
    places: &[(usize, usize)],
    out: &mut Vec<Effect>,
) -> Result<(), String> {
    let confirmed = form.value("verdict") == "confirmed";
    let reason = state.sealed(&form.text("reason")).into_owned();
    let suspect = state.playbooks.triage.suspects.iter().find(|suspect| suspect.entity == *entity);
    if let Some(Verdict::Found(id, status)) = suspect.map(|suspect| suspect.verdict.clone()) {
        if !confirmed || status == Status::Confirmed {
            return Err(format!("the finding {id} says so already; 3 shows it"));
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
    let accusations: Vec<(&Entry, &Hit)> = places.iter().filter_map(|place| accusation(state, *place)).collect();
    let evidence = example_rows(state).into_iter().filter_map(|row| state.case.case.pin_of(state.extract_sha(), row));
    let id = state.case.next_id('f');
    let event = Event::Found {
        id: id.clone(),
        title: state.sealed(title).into_owned(),
        severity: form.value("severity").parse::<Severity>().map_err(|error| error.to_string())?,
        entities: vec![entity.clone()],
        text: format!("{reason}\n\n{}", told(&accusations)),
        evidence: evidence.map(|pin| pin.evidence.clone()).collect(),
        details: FindingDetails {
            category: accusations.first().map_or(String::new(), |(entry, _)| entry.category.clone()),
            first_seen: accusations.iter().filter_map(|(_, hit)| hit.first_seen).min(),
            last_seen: accusations.iter().filter_map(|(_, hit)| hit.last_seen).max(),
            ..FindingDetails::default()
        },
    };
    allow(state, &event)?;
    let measures: Vec<Event> = places.iter().filter_map(|place| measured(state, *place, &id)).collect();
    state.case.give_id('f');
    record(state, event, out);
    if confirmed {
        record(state, changed(&id, Some(Status::Confirmed), None), out);
    }
    measures.into_iter().for_each(|measure| record(state, measure, out));
    count_rows(state, entity, id, out)
}

/// What the playbooks say, a line each.
fn told(accusations: &[(&Entry, &Hit)]) -> String {
    let line = |(entry, hit): &(&Entry, &Hit)| {
        let params: Vec<String> = entry.params.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let with = if params.is_empty() { String::new() } else { format!(" with {}", params.join(" ")) };
        format!("- {} (playbook {}{with}): score {}, {} requests", entry.title, entry.id, hit.score, hit.requests)
    };
    accusations.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The number of hits of the playbook that accuses, so that it can be checked later. One that was cut short has none.
fn measured(state: &State, (at, _): (usize, usize), finding: &str) -> Option<Event> {
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

/// Counts all rows of the accused entity, as the view that the finding opens.
fn count_rows(state: &mut State, entity: &Entity, finding: String, out: &mut Vec<Effect>) -> Result<(), String> {
    let view = View { filter: Filter::keep(entity.role.name(), &Value::Text(entity.value.clone())), ..View::default() };
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
