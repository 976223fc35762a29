//! What an event did, in a few words.

use std::collections::BTreeSet;

use crate::domain::Entity;

use super::event::Event;

impl Event {
    /// What happened, in a few words: for the undo hint and the history. Holds text from extracts: draw it only through `SafeText`.
    pub fn describe(&self) -> String {
        match self {
            Event::Created { title, .. } => format!("create the case {title}"),
            Event::Opened { extracts } => match extracts.as_slice() {
                [one] => format!("open an extract of {} rows", one.rows),
                many => format!("open {} extracts", many.len()),
            },
            Event::Question { id, .. } => format!("ask question {id}"),
            Event::Answered { id, .. } => format!("answer question {id}"),
            Event::Labelled { entity, label, .. } => format!("label {entity} {label}"),
            Event::LabelledMany { entities, label, .. } => format!("label {} {label}", entities_text(entities)),
            Event::Unlabelled { entity, label, .. } => format!("take the label {label} off {entity}"),
            Event::UnlabelledMany { entities, label, .. } => format!("take the label {label} off {}", entities_text(entities)),
            Event::Staged { entity, stage, .. } => format!("set {entity} to {stage}"),
            Event::Noted { target, .. } => format!("note on {target}"),
            Event::NoteRemoved { id } => format!("remove note {id}"),
            Event::Pinned { row_id, .. } => format!("pin row {row_id}"),
            Event::Unpinned { evidence } => format!("unpin {}", evidence.get(..12).unwrap_or(evidence)),
            Event::Found { id, title, .. } => format!("finding {id}: {title}"),
            Event::FindingChanged { id, status: Some(status), .. } => format!("set finding {id} to {status}"),
            Event::FindingChanged { id, .. } => format!("change finding {id}"),
            Event::Measured { title, rows, .. } => format!("count {title}: {rows} rows"),
            Event::Ran { what, rows: Some(rows) } => format!("run {what}: {rows} rows"),
            Event::Ran { what, rows: None } => format!("run {what}"),
            Event::PlaybookRan { playbook, hits, .. } => format!("run the playbook {playbook}: {} hits", hits.len()),
            Event::Dismissed { entity, .. } => format!("dismiss {entity}"),
            Event::DismissedMany { hits, .. } => {
                let whom: BTreeSet<&Entity> = hits.iter().map(|hit| &hit.entity).collect();
                format!("dismiss {}", entities_text(&whom.into_iter().cloned().collect::<Vec<Entity>>()))
            }
            Event::Visited { title, .. } => format!("look at {title}"),
            Event::Revealed { row_id, column, scope, .. } => match scope.as_str() {
                "" => format!("reveal {column} of row {row_id}"),
                "row" => format!("reveal row {row_id}"),
                scope => format!("reveal content {scope}"),
            },
            Event::Exported { path, .. } => format!("export {path}"),
            Event::Merged { case, analyst, entries, .. } => format!("merge {entries} entries of the case {case} of {analyst}"),
            Event::Undone { seq } => format!("undo entry {seq}"),
            Event::Redone { seq } => format!("redo entry {seq}"),
        }
    }
}

fn entities_text(entities: &[Entity]) -> String {
    match entities {
        [one] => one.to_string(),
        many => format!("{} entities", many.len()),
    }
}
