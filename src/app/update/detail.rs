//! Searching in the detail of a row: names and values, also in what is folded.

use crate::app::state::detail::DetailLine;
use crate::app::state::{State, Tone};

use super::motion;

/// Goes to the next line, or the one before, that has the searched text in its name or value; unfolds what it stands in.
pub(super) fn find(state: &mut State, forward: bool) {
    let needle = state.needle.to_lowercase();
    let all = state.detail.every_line();
    let shown = state.detail.lines();
    let here = shown.get(state.detail.cursor);
    let at = here.and_then(|here| all.iter().position(|line| is_same(line, here))).unwrap_or(0);
    let hit = |place: &usize| {
        all.get(*place).is_some_and(|line| {
            let masked = state.detail.items.get(line.item).zip(state.detail.row_id);
            // A hit in what is masked would tell of it.
            let masked = masked.is_some_and(|(item, row_id)| state.is_masked(row_id, &item.column));
            let in_value = !masked && line.branch.is_none() && line.text.to_lowercase().contains(&needle);
            in_value || ((!masked || line.depth == 0) && line.name.to_lowercase().contains(&needle))
        })
    };
    let found = if forward { (at + 1..all.len()).find(hit) } else { (0..at).rev().find(hit) };
    let Some(found) = found else {
        let way = if forward { "after" } else { "before" };
        state.say(Tone::Plain, format!("nothing {way} this in the row has {:?}", state.needle));
        return;
    };
    let mut depth = all.get(found).map_or(0, |line| line.depth);
    for line in all.iter().take(found).rev() {
        if line.depth < depth {
            state.detail.open.insert(line.path.clone());
            depth = line.depth;
        }
    }
    let target = all.get(found);
    let place = state.detail.lines().iter().position(|line| target.is_some_and(|target| is_same(line, target)));
    state.detail.cursor = place.unwrap_or(state.detail.cursor);
    motion::keep_in_sight(state);
}

fn is_same(one: &DetailLine, other: &DetailLine) -> bool {
    one.item == other.item && one.path == other.path && one.depth == other.depth
}
