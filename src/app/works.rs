//! Whether a command that has its place here would do anything now: for the hint line, which shows no key that leads nowhere.

use super::command::Action;
use super::focus;
use super::layout::{self, WIDE};
use super::state::playbooks::Board;
use super::state::{CaseLine, Layer, Pane, Place, State, Surface};
use crate::investigate::filter;

/// Whether it would do more than say why it does nothing.
pub fn works(state: &State, action: Action) -> bool {
    match action {
        Action::Open => opens(state),
        Action::Mark => focus::pointed(state).is_some(),
        Action::Keep | Action::Drop => !is_masked(state),
        Action::TemplateAccounts | Action::TemplateMark => state.templates.current().is_some() && !is_masked(state),
        Action::TrailBack => state.trail.here().parent.is_some(),
        Action::SqlOlder => !state.sql.history.is_empty(),
        Action::Finding => state.surface != Surface::Playbooks || state.playbooks.pointed().is_some(),
        Action::Verdict => match state.surface {
            Surface::Case => is_of_finding(state),
            Surface::Findings => has_findings(state),
            _ => true,
        },
        Action::EditThing => match (state.surface, state.case_line()) {
            (Surface::Case, Some(CaseLine::Note(_) | CaseLine::Question(_))) => true,
            (Surface::Case, _) => is_of_finding(state),
            (Surface::Findings, _) => has_findings(state),
            _ => true,
        },
        Action::Answer => matches!(state.case_line(), Some(CaseLine::Question(_))),
        _ => true,
    }
}

fn has_findings(state: &State) -> bool {
    !state.case.case.findings().is_empty()
}

fn is_of_finding(state: &State) -> bool {
    matches!(state.case_line(), Some(CaseLine::Finding { .. } | CaseLine::Number { .. }))
}

/// Whether the value under the cursor is masked, so that a filter would show it.
fn is_masked(state: &State) -> bool {
    let pointed = focus::pointed(state).filter(|_| focus::marked(state).is_none());
    pointed.and_then(|pointed| Some((pointed.row_id?, pointed.column))).is_some_and(|(row, column)| state.is_masked(row, &column))
}

/// Whether `Enter` leads on from what is under the cursor.
fn opens(state: &State) -> bool {
    match (state.surface, state.focus) {
        (Surface::Findings, _) => has_findings(state),
        (Surface::Playbooks, _) => match state.playbooks.board {
            Board::Library => state.playbooks.line().is_some(),
            Board::Triage => state.playbooks.pointed().is_some(),
        },
        (Surface::Case, _) => !matches!(
            state.case_line(),
            None | Some(CaseLine::Heading(..) | CaseLine::Advice(_) | CaseLine::Source(_) | CaseLine::Reject(_))
        ),
        (Surface::Explore, Pane::Detail) => {
            state.detail.lines().get(state.detail.cursor).is_some_and(|line| line.branch.is_some())
        }
        (Surface::Explore, Pane::Timeline) => !state.timeline.buckets.is_empty(),
        (Surface::Explore, Pane::Main) => match state.place() {
            Place::Templates => state.templates.current().is_some() && !is_masked(state),
            Place::Rows => state.rows.current().is_some(),
            _ => true,
        },
        _ => true,
    }
}

/// Whether `Tab` finds a name for what is typed into the filter under edit.
pub fn completes(state: &State) -> bool {
    match state.layers.last() {
        Some(Layer::Filter { input, candidates, .. }) => {
            let found = || filter::complete(input.text(), input.cursor(), &state.schema, &state.case.case).candidates;
            !candidates.is_empty() || !found().is_empty()
        }
        _ => false,
    }
}

/// Whether a pane has a size on this screen that can be chosen.
pub fn has_a_size(state: &State, pane: Pane) -> bool {
    match pane {
        Pane::Timeline => {
            let whole = layout::layout(state.size, Pane::Main, true, layout::Sizes { no_timeline: false, ..state.sizes });
            whole.is_some_and(|layout| layout.timeline.is_some())
        }
        _ => state.size.width >= WIDE,
    }
}
