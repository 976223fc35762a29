//! From a view to a playbook of one's own: what was found once by hand is looked for by itself from then on.

use crate::domain::{Role, Severity};
use crate::playbook::{Naming, Playbook, from_view};

use crate::app::effect::Effect;
use crate::app::focus;
use crate::app::state::form::{Form, FormField, Purpose as FormPurpose};
use crate::app::state::{Layer, State, Tone};

/// Opens the form that names the playbook.
pub(super) fn open(state: &mut State) {
    // What cannot become one is said before anything is typed.
    let sample = Naming { id: "sample".to_owned(), title: String::new(), entity: Role::Account, severity: Severity::Info };
    let kind = entity_roles(state).next().unwrap_or(Role::Account);
    if let Err(error) = from_view(state.view(), &state.context(), &Naming { entity: kind, ..sample }) {
        return state.say(Tone::Plain, error.to_string());
    }
    let kinds: Vec<String> = entity_roles(state).map(|role| role.name().to_owned()).collect();
    // Whom the cursor is on, or whom the view was made for, is whom one means.
    let pointed = focus::pointed(state).and_then(|pointed| pointed.entity()).map(|entity| entity.role.name().to_owned());
    let kind = pointed.filter(|kind| kinds.contains(kind)).or_else(|| kinds.first().cloned()).unwrap_or_default();
    let medium = Severity::ALL.iter().position(|severity| *severity == Severity::Medium).unwrap_or(0);
    let fields = vec![
        FormField::text("id", true, "")
            .about("lower-case letters, digits and -; the name of its file, and how the command line calls it"),
        FormField::text("title", false, "").hinting("its id in words"),
        FormField::text("accuses", true, kind).offering(kinds).about("the kind of entity that is counted: account, key, ip …"),
        FormField::choice("severity", Severity::WORDS, medium).about("how much a hit of it matters"),
    ];
    let title = format!("a playbook that finds: {}", words(state));
    state.layers.push(Layer::Form(Form::new(FormPurpose::SavePlaybook, title, fields)));
}

/// The filter of the view with its range, as a text.
fn words(state: &State) -> String {
    let view = state.view();
    let range = if view.range.is_all() { String::new() } else { format!("time:{}", view.range) };
    [view.filter.to_string(), range].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
}

fn entity_roles(state: &State) -> impl Iterator<Item = Role> + '_ {
    // The request alone names nobody.
    Role::ALL.into_iter().filter(|role| role.is_entity() && *role != Role::Request && state.extract_schema().has(*role))
}

/// The form was filled in: the playbook is written.
pub(super) fn submit(state: &mut State, form: &Form, out: &mut Vec<Effect>) -> Result<(), String> {
    let id = form.value("id").to_owned();
    if state.playbooks.library.iter().any(|playbook| playbook.id == id) {
        return Err(format!("there is a playbook {id} already; choose another id"));
    }
    let entity: Role = form.value("accuses").parse().map_err(|error: crate::domain::role::UnknownRole| error.to_string())?;
    if !entity.is_entity() {
        return Err(format!("{entity} names no entities, so nothing can be accused in it"));
    }
    let severity = form.value("severity").parse::<Severity>().map_err(|error| error.to_string())?;
    let naming = Naming { id: id.clone(), title: form.value("title").to_owned(), entity, severity };
    let text = from_view(state.view(), &state.context(), &naming).map_err(|error| error.to_string())?;
    state.say(Tone::Plain, "writing the playbook");
    out.push(Effect::SavePlaybook { id, text });
    Ok(())
}

/// The playbook is on disk, and in the library.
pub(super) fn saved(state: &mut State, path: &str, library: Vec<Playbook>) {
    let playbooks = std::mem::take(&mut state.playbooks);
    state.playbooks = playbooks.with_library(library, &state.schema);
    state.say(Tone::Done, format!("saved as a playbook: {path}; 2 shows it"));
}
