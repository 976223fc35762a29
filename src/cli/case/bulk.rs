//! Labelling many entities at once: who they are is said first, and done only when that was asked for.

use std::collections::{BTreeMap, BTreeSet};

use crate::case::{Case, CaseDir, Event, Mode};
use crate::domain::{Entity, Value};
use crate::engine::Limits;
use crate::investigate::listing::Asked;
use crate::investigate::top;
use crate::playbook::{self, library};
use crate::settings::machine::now;

use super::super::args::OpenArgs;
use super::super::failure::Failure;
use super::super::output::{self, Sheet};
use super::super::session::{Session, open_case};
use super::super::shell::Place;
use super::label::LabelArgs;
use super::{saved, text_or_stdin};

/// How many entities one step may label.
const MOST: usize = 200_000;

/// The entities that were chosen, with their rows where they were counted, and by what.
struct Chosen {
    entities: Vec<(Entity, Option<i128>)>,
    from: String,
    /// The playbook's id, where one chose.
    playbook: String,
}

/// Says who would get the label, or gives it to them.
pub(super) fn run(args: &LabelArgs, place: &Place<'_>) -> Result<i32, Failure> {
    let mode = if args.yes { Mode::Write } else { Mode::Read };
    let Some((label, extracts)) = args.words.split_first() else { return Ok(0) };
    if let Some(file) = &args.from {
        if !extracts.is_empty() {
            return Err(Failure::Usage("--from reads no extract; write only the word".into()));
        }
        let chosen = listed(file)?;
        let mut case = open_case(place, &args.dir, mode)?;
        return label_all(args, label, chosen, &mut case, place);
    }
    if extracts.is_empty() {
        return Err(Failure::Usage("name the extract after the word".into()));
    }
    let open = OpenArgs { case: Some(args.dir.clone()), ..args.open.clone() };
    let mut session = Session::open(place, &open, extracts, mode)?;
    let chosen = match (&args.filter, &args.playbook) {
        (Some(filter), _) => filtered(args, filter, &open, &session)?,
        (None, Some(id)) => accused(id, &open, &session, place)?,
        (None, None) => return Ok(0),
    };
    if args.yes {
        session.record_opened()?;
        if let (Some(case), false) = (&mut session.case, chosen.playbook.is_empty()) {
            let what = format!("playbook {}", chosen.playbook);
            case.record(Event::Ran { what, rows: u64::try_from(chosen.entities.len()).ok() }, now())?;
        }
    }
    match &mut session.case {
        Some(case) => label_all(args, label, chosen, case, place),
        None => Ok(0),
    }
}

/// The entities in a file, one a line; what stands after a `#` at the beginning of a line is a remark.
fn listed(file: &str) -> Result<Chosen, Failure> {
    let text = match file {
        "-" => text_or_stdin("-")?,
        path => std::fs::read_to_string(path).map_err(|error| Failure::Failed(format!("cannot read {path}: {error}")))?,
    };
    let mut entities = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let entity: Entity = line.parse().map_err(|error| Failure::Usage(format!("line {} of {file}: {error}", at + 1)))?;
        entities.push((entity, None));
    }
    let from = if file == "-" { "a list from stdin".to_owned() } else { format!("the list {file}") };
    Ok(Chosen { entities, from, playbook: String::new() })
}

/// The entities of a role in the rows of a filter, the most frequent first.
fn filtered(args: &LabelArgs, filter: &str, open: &OpenArgs, session: &Session<'_>) -> Result<Chosen, Failure> {
    let filter = session.sealed(Some(filter)).unwrap_or_default();
    let Some(role) = args.of else { return Err(Failure::Usage("say of which role the entities are: --of account".into())) };
    if !role.is_entity() {
        return Err(Failure::Usage(format!("a value in the role {role} cannot carry a label")));
    }
    let view = session.view(Some(&filter), open)?;
    let everybody = Asked { limit: None, ..Asked::most(0) };
    let statement = session.built(top::listed(&session.context(), &view, role.name(), &everybody), Some(&filter))?;
    let table = session.ask(statement, Limits::default())?;
    let mut entities = Vec::new();
    for row in 0..table.len() {
        let value = table.get(row, "value");
        if !value.is_null() {
            let requests = table.get(row, "requests").as_i64().map(i128::from);
            entities.push((Entity { role, value: value.to_plain() }, requests));
        }
    }
    let from = super::finding::filter_text(&filter, view.range);
    Ok(Chosen {
        entities,
        from: format!("{role} of {}", if from.is_empty() { "all rows" } else { &from }),
        playbook: String::new(),
    })
}

/// The entities that a playbook accuses, the highest score first.
fn accused(id: &str, open: &OpenArgs, session: &Session<'_>, place: &Place<'_>) -> Result<Chosen, Failure> {
    if !open.time.is_all() {
        return Err(Failure::Usage("a playbook reads all rows of the extract; --time does not narrow it".into()));
    }
    let library = library::load(&place.paths);
    let missing = || Failure::Usage(format!("there is no playbook '{id}'; `casebook playbook list` names all of them"));
    let playbook = library.get(id).ok_or_else(missing)?;
    playbook::runnable(playbook, &session.extract.schema)
        .map_err(|missing| Failure::Usage(format!("the playbook {id} {missing}")))?;
    let statement = playbook::statement(playbook, &BTreeMap::new()).map_err(|error| Failure::Usage(error.to_string()))?;
    let table = session.ask(statement, Limits::default())?;
    let mut entities = Vec::new();
    for row in 0..table.len() {
        let value = table.get(row, "entity");
        if !value.is_null() {
            let requests = table.get(row, "requests").as_i64().map(i128::from);
            entities.push((Entity { role: playbook.entity, value: value.to_plain() }, requests));
        }
    }
    Ok(Chosen { entities, from: format!("the playbook {id}"), playbook: id.to_owned() })
}

/// Leaves out those whom the label changes nothing for, and those whom a playbook may not label; says how many.
fn concerned(args: &LabelArgs, label: &str, chosen: &mut Chosen, case: &Case, place: &Place<'_>) {
    let mut seen = BTreeSet::new();
    let before = chosen.entities.len();
    chosen.entities.retain(|(entity, _)| seen.insert(entity.clone()));
    let twice = before - chosen.entities.len();
    let carries = |entity: &Entity| case.labels_of(entity).iter().find(|known| known.label == label);
    let as_asked = |entity: &Entity| match (args.remove, carries(entity)) {
        (true, known) => known.is_none(),
        (false, known) => known.is_some_and(|known| (known.connotation, known.expires) == (args.connotation, args.expires)),
    };
    let before = chosen.entities.len();
    chosen.entities.retain(|(entity, _)| !as_asked(entity));
    let unchanged = before - chosen.entities.len();
    let mut overruled = 0;
    if !chosen.playbook.is_empty() && !args.remove {
        let before = chosen.entities.len();
        chosen.entities.retain(|(entity, _)| case.decided_by_a_person(entity, label).is_none());
        overruled = before - chosen.entities.len();
    }
    for (count, why) in [
        (twice, "named more than once"),
        (unchanged, if args.remove { "do not carry the label" } else { "carry the label already" }),
        (overruled, "left out: a person gave or took off this label, and a playbook does not overrule that"),
    ] {
        if count > 0 {
            place.tell(&format!("{count} of {before} {why}"));
        }
    }
}

fn label_all(args: &LabelArgs, label: &str, mut chosen: Chosen, case: &mut CaseDir, place: &Place<'_>) -> Result<i32, Failure> {
    concerned(args, label, &mut chosen, case.case(), place);
    let count = chosen.entities.len();
    if count == 0 {
        place.tell("nobody is left to label; nothing was saved");
        return Ok(0);
    }
    if count > MOST {
        return Err(Failure::Usage(format!("{count} entities are more than one step may label ({MOST}); narrow the filter")));
    }
    let what = match args.remove {
        true => format!("lose the label '{label}'"),
        false => format!("get the label '{label}' ({})", args.connotation),
    };
    if !args.yes {
        let shown = if args.sample == 0 { count } else { args.sample.min(count) };
        output::print(args.format.format, &sample(&chosen, shown, case.case()))?;
        place.tell(&format!("{count} entities would {what}, chosen by {}; {shown} are shown", chosen.from));
        place.tell("nothing is saved: the same with --yes does it");
        return Ok(0);
    }
    let entities: Vec<Entity> = chosen.entities.into_iter().map(|(entity, _)| entity).collect();
    let (label, reason, from) = (label.to_owned(), args.reason.clone(), chosen.from);
    let event = if args.remove {
        Event::UnlabelledMany { entities, label, reason, from }
    } else {
        let (connotation, expires, playbook) = (args.connotation, args.expires, chosen.playbook);
        Event::LabelledMany { entities, label, connotation, reason, expires, playbook, from }
    };
    saved(place, case.record(event, now())?)?;
    place.tell(&format!("{count} entities {what}; `casebook case undo` takes it back"));
    Ok(0)
}

fn sample(chosen: &Chosen, shown: usize, case: &Case) -> Sheet {
    let mut sheet = Sheet::new(&["entity", "requests", "labels"]);
    for (entity, requests) in chosen.entities.iter().take(shown) {
        let labels: Vec<&str> = case.labels_of(entity).iter().map(|label| label.label.as_str()).collect();
        sheet.rows.push(vec![
            Value::Text(entity.to_string()),
            requests.map_or(Value::Null, Value::Int),
            if labels.is_empty() { Value::Null } else { Value::Text(labels.join(" ")) },
        ]);
    }
    sheet
}
