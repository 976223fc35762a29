//! What there is to read about a playbook or a hit: made of its file, of the run and of the case, the same for the pane beside the board
//! and for the text over it.

use crate::domain::Role;
use crate::playbook::{Origin, ParamKind, ParamSpec};

use super::State;
use super::playbooks::{Board, Entry, Hit};

/// What there is to read about what is under the cursor: a title and lines of Markdown. Of a playbook all that its file says of it.
pub fn about(state: &State) -> Option<(String, Vec<String>)> {
    let playbooks = &state.playbooks;
    let accusations = playbooks.accusations();
    if playbooks.board == Board::Triage && accusations.len() > 1 {
        let entity = playbooks.pointed()?.to_string();
        let mut lines = vec![format!("accused by {} playbooks", accusations.len())];
        for place in accusations {
            let (entry, hit) = accusation(state, place)?;
            lines.push(String::new());
            lines.extend(of_hit(state, entry, hit));
        }
        return Some((entity, lines));
    }
    let at = playbooks.current()?;
    let (entry, playbook) = (playbooks.entries.get(at)?, playbooks.library.get(at)?);
    let mut lines = Vec::new();
    if let Some((entry, hit)) = accusations.first().and_then(|place| accusation(state, *place)) {
        lines.extend(of_hit(state, entry, hit));
        lines.push(String::new());
    }
    lines.extend([playbook.question.clone(), String::new()]);
    let roles: Vec<&str> = playbook.roles.iter().map(|role: &Role| role.name()).collect();
    lines.push(format!("**Severity** {}, **accuses** {}, **needs** {}.", entry.severity, playbook.entity, roles.join(" ")));
    if let Some(missing) = &entry.missing {
        lines.push(format!("**It cannot run here.** It {missing}."));
    }
    if let Some(error) = &entry.error {
        lines.push(format!("**It failed.** {error}"));
    }
    if let Some(elapsed) = entry.elapsed {
        lines.push(format!("**Ran** in {:.1} s.", elapsed.as_secs_f64()));
    }
    for spec in &playbook.params {
        let value = entry.params.get(&spec.name).cloned().unwrap_or_else(|| spec.default.to_string());
        lines.push(format!("**{}** = {value}  ({})", spec.name, about_param(spec)));
    }
    lines.push(String::new());
    lines.extend(paragraphs(&playbook.doc));
    if !playbook.references.is_empty() {
        lines.push(String::new());
        lines.extend(playbook.references.iter().map(|reference| format!("see {reference}")));
    }
    lines.push(String::new());
    lines.push(match &playbook.origin {
        Origin::BuiltIn => format!("playbook {}, tags {}", playbook.id, playbook.tags.join(", ")),
        Origin::File(path) => format!("playbook {}, from {}", playbook.id, path.display()),
    });
    Some((playbook.title.clone(), lines))
}

/// The entry and the hit of an accusation.
fn accusation(state: &State, (at, hit): (usize, usize)) -> Option<(&Entry, &Hit)> {
    let entry = state.playbooks.entries.get(at)?;
    Some((entry, entry.hit(hit)?))
}

/// What a playbook says of an entity.
fn of_hit(state: &State, entry: &Entry, hit: &Hit) -> Vec<String> {
    let mut lines = vec![
        format!("**{}** ({})", entry.title, entry.severity),
        format!("{}: score {}, {} requests", hit.entity, hit.score, hit.requests),
    ];
    if let (Some(first), Some(last)) = (hit.first_seen, hit.last_seen) {
        lines.push(format!("seen {} to {}", first.to_seconds_text(), last.to_seconds_text()));
    }
    if hit.fresh {
        lines.push("new since this playbook ran last in this case".to_owned());
    }
    if !hit.examples.is_empty() {
        let rows: Vec<String> = hit.examples.iter().map(i64::to_string).collect();
        lines.push(format!("example rows {}", rows.join(", ")));
    }
    if let Some(dismissal) = state.case.case.dismissal(&hit.entity, &entry.id) {
        lines.push(format!("dismissed by {}: {}", dismissal.stamp.by, dismissal.reason));
    }
    lines
}

/// The paragraphs of a documentation, each as one line, so that it can be broken where the screen ends.
fn paragraphs(doc: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut within = false;
    for line in doc.lines().map(str::trim) {
        let begins = line.is_empty() || line.starts_with(['-', '*', '#', '>']);
        match lines.last_mut() {
            Some(last) if within && !begins => {
                last.push(' ');
                last.push_str(line);
            }
            _ => lines.push(line.to_owned()),
        }
        within = !line.is_empty();
    }
    lines
}

/// Type, range, default and meaning of a parameter.
pub fn about_param(spec: &ParamSpec) -> String {
    let whole = spec.kind == ParamKind::Integer;
    let number = |number: f64| if whole { format!("{number:.0}") } else { number.to_string() };
    let range = match (spec.min.map(number), spec.max.map(number)) {
        (Some(min), Some(max)) => format!(", {min} to {max}"),
        (Some(min), None) => format!(", at least {min}"),
        (None, Some(max)) => format!(", at most {max}"),
        (None, None) => String::new(),
    };
    format!("{}{range}, default {}. {}", spec.kind, spec.default, spec.help)
}
