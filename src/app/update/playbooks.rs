//! Running playbooks and taking their hits.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::domain::{Batch, Entity, Role};
use crate::engine::{Cut, Lane, Limits, Request};
use crate::playbook;

use crate::app::effect::Effect;
use crate::app::state::jobs::Purpose;
use crate::app::state::playbooks::Hit;
use crate::app::state::{State, Tone};

use super::answers::unsigned;

/// Hits read at most, and how long a playbook may run: one that is shared must not hold the machine.
const LIMITS: Limits = Limits { rows: Some(200), bytes: Some(16 << 20), time: Some(Duration::from_secs(120)) };

/// Runs a playbook of the library, with its parameters at their defaults.
pub(super) fn run(state: &mut State, at: usize, out: &mut Vec<Effect>) {
    let (Some(entry), Some(playbook)) = (state.playbooks.entries.get_mut(at), state.playbooks.library.get(at)) else { return };
    if let Some(missing) = entry.missing.clone() {
        state.say(Tone::Plain, format!("{} cannot run here: {missing}", playbook.title));
        return;
    }
    if entry.running {
        return;
    }
    match playbook::statement(playbook, &BTreeMap::new()) {
        Ok(statement) => {
            (entry.running, entry.error, entry.hits, entry.cut) = (true, None, None, None);
            let id = state.jobs.start(Purpose::Playbook { id: playbook.id.clone() }, state.now);
            out.push(Effect::Submit(Request { id, lane: Lane::Background, statement, limits: LIMITS }));
        }
        Err(error) => entry.error = Some(error.to_string()),
    }
}

/// The hits of a playbook have come.
pub(super) fn hits(state: &mut State, id: &str, batches: &[Batch], cut: Option<Cut>) {
    let Some(at) = state.playbooks.entries.iter().position(|entry| entry.id == id) else { return };
    let kind = state.playbooks.library.get(at).map_or(Role::Account, |playbook| playbook.entity);
    let hits: Vec<Hit> = batches.iter().flat_map(|batch| hits_of(batch, kind)).collect();
    if let Some(entry) = state.playbooks.entries.get_mut(at) {
        entry.running = false;
        let found = hits.len();
        entry.hits = Some(hits);
        entry.cut = cut.map(|cut| match cut {
            Cut::Rows => "the first only",
            Cut::Bytes => "cut by size",
            Cut::Time => "stopped for time",
        });
        let more = entry.cut.map_or(String::new(), |why| format!(", {why}: there may be more"));
        let title = entry.title.clone();
        state.say(Tone::Done, format!("{title}: {found} {}{more}", if found == 1 { "hit" } else { "hits" }));
    }
}

fn hits_of(batch: &Batch, kind: Role) -> Vec<Hit> {
    (0..batch.rows())
        .filter_map(|row| {
            Some(Hit {
                entity: Entity::new(kind, batch.get(row, "entity").to_plain())?,
                score: batch.get(row, "score").as_f64().unwrap_or(0.0),
                requests: batch.get(row, "requests").as_i64().map_or(0, unsigned),
                first_seen: batch.get(row, "first_seen").as_time(),
                last_seen: batch.get(row, "last_seen").as_time(),
            })
        })
        .collect()
}

/// A playbook failed.
pub(super) fn failed(state: &mut State, id: &str, reason: &str) {
    if let Some(entry) = state.playbooks.entries.iter_mut().find(|entry| entry.id == id) {
        entry.running = false;
        entry.error = Some(reason.to_owned());
    }
}
