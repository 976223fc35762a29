//! What earlier sittings over the case visited, and going on where the last one ended.

use std::collections::BTreeMap;

use crate::case::{SavedPlace, SavedView, TrailNode};
use crate::investigate::{FilterError, View};

use crate::app::effect::Effect;
use crate::app::state::trail::Node;
use crate::app::state::{Place, Resume, State, Tone};

use super::view;

/// Goes to where the last sitting ended.
pub(super) fn go_on(state: &mut State, resume: Resume, out: &mut Vec<Effect>) {
    let same = resume.extract == state.extract_sha();
    let changed = !resume.extract.is_empty() && !same;
    let places = bring(state, &resume.trail, same);
    let last = resume.left.and_then(|left| Some((left, resume.trail.iter().find(|node| node.node == left.node)?)));
    let said = last.and_then(|(left, node)| match fitting(state, &node.view) {
        Ok(_) => {
            let at = places.get(&left.node).copied().unwrap_or_default();
            state.trail.jump(at);
            state.trail.here_mut().cursor = (left.position, left.column);
            (at > 0).then(|| "this is where the last sitting ended".to_owned())
        }
        Err(error) => Some(format!("the last view does not fit this extract: {error}")),
    });
    view::refresh(state, out);
    let changed =
        changed.then(|| "the files are not those that the case was last open over: something in them changed".to_owned());
    let said: Vec<String> = state.greeting.take().into_iter().chain(changed).chain(said).collect();
    if !said.is_empty() {
        state.say(Tone::Plain, said.join("; "));
        state.greeting = Some(said.join("; "));
    }
}

/// The case is open: what it knows of earlier sittings is in the trail from now on.
pub(super) fn bring_trail(state: &mut State) {
    if state.extract.is_none() {
        return;
    }
    let visits: Vec<TrailNode> = state.case.case.trail().cloned().collect();
    let only = state.case.case.extracts().iter().all(|known| known.extract.sha256 == state.extract_sha());
    bring(state, &visits, only);
}

/// Puts views into the trail, in the order of their numbers; says where each is. One that does not fit the extract is left out, and what
/// was reached from it hangs on what it was reached from. How many rows they have is believed only over the `same` extract.
fn bring(state: &mut State, visits: &[TrailNode], same: bool) -> BTreeMap<u64, usize> {
    let numbered = |(at, node): (usize, &Node)| Some((node.number?, at));
    let mut places: BTreeMap<u64, usize> = state.trail.nodes().iter().enumerate().filter_map(numbered).collect();
    for visit in visits {
        if places.contains_key(&visit.node) {
            continue;
        }
        let above = visit.parent.and_then(|parent| places.get(&parent)).copied();
        let Ok(view) = fitting(state, &visit.view) else {
            places.insert(visit.node, above.unwrap_or_default());
            continue;
        };
        let place = place(&visit.place, &places);
        let whole = above.is_none() && place == Place::Rows && view == View::default();
        // Every sitting begins with the whole extract, which is there only once.
        let parent =
            if whole && state.trail.nodes().first().is_some_and(|root| root.view == view) { None } else { above.or(Some(0)) };
        let at = state.trail.remember(Node {
            parent,
            place,
            view,
            title: visit.title.clone(),
            at: Some(visit.stamp.at),
            rows: visit.rows.filter(|_| same),
            number: Some(visit.node),
            ..Node::default()
        });
        places.insert(visit.node, at);
    }
    places
}

/// A view that was kept, if the extract has what its filter names.
fn fitting(state: &State, saved: &SavedView) -> Result<View, FilterError> {
    let view = View::try_from(saved)?;
    if saved.sql.is_empty() {
        view.filter.check(state.extract_schema())?;
    }
    Ok(view)
}

/// What was looked at, as the case keeps it.
pub(super) fn saved(state: &State, place: &Place) -> SavedPlace {
    match place {
        Place::Rows => SavedPlace::Rows,
        Place::Pivot { from, to } => SavedPlace::Pivot { from: from.clone(), to: *to },
        Place::Top { column } => SavedPlace::Top { column: column.clone() },
        Place::Page(entity) => SavedPlace::Page { entity: entity.clone() },
        Place::Links(entity) => SavedPlace::Links { entity: entity.clone() },
        Place::Templates => SavedPlace::Templates,
        Place::Compare { a, b } => SavedPlace::Compare { a: state.number_of_node(*a), b: state.number_of_node(*b) },
    }
}

fn place(saved: &SavedPlace, places: &BTreeMap<u64, usize>) -> Place {
    match saved {
        SavedPlace::Rows => Place::Rows,
        SavedPlace::Pivot { from, to } => Place::Pivot { from: from.clone(), to: *to },
        SavedPlace::Top { column } => Place::Top { column: column.clone() },
        SavedPlace::Page { entity } => Place::Page(entity.clone()),
        SavedPlace::Links { entity } => Place::Links(entity.clone()),
        SavedPlace::Templates => Place::Templates,
        SavedPlace::Compare { a, b } => match (places.get(a), places.get(b)) {
            (Some(a), Some(b)) => Place::Compare { a: *a, b: *b },
            _ => Place::Rows,
        },
    }
}
