//! The tour through the demo: what to press next, from the first row to a written report. A step is over when what it asks for has come
//! about, whichever keys led there.

use serde::{Deserialize, Serialize};

use crate::app::focus;
use crate::case::Counts;

use super::form::Purpose;
use super::playbooks::Board;
use super::{Layer, Place, State, Surface};

/// What is kept of the tour between sittings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TourKept {
    /// Whether it was gone through to its end, or left for good.
    pub over: bool,
    /// How often it was begun by itself.
    pub shown: u32,
}

/// So often the tour begins by itself when nobody finishes or leaves it.
pub const OFTEN: u32 = 5;

/// A step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Step {
    Look,
    Playbooks,
    Hit,
    Inside,
    Others,
    Label,
    Pin,
    Finding,
    Report,
    Next,
}

impl Step {
    /// All of them, in their order.
    pub const ALL: [Step; 10] = [
        Step::Look,
        Step::Playbooks,
        Step::Hit,
        Step::Inside,
        Step::Others,
        Step::Label,
        Step::Pin,
        Step::Finding,
        Step::Report,
        Step::Next,
    ];
}

/// The tour, while it goes on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tour {
    /// The place of the present step.
    pub step: usize,
    /// What the case held when the tour began; nothing before a case is open.
    pub base: Option<Counts>,
    /// The node of the trail where the step began.
    pub from: usize,
    /// Whether the cursor has gone down or up, and whether across.
    pub moved: (bool, bool),
    /// Whether rows were opened from the playbooks.
    pub opened: bool,
    /// Whether the help was opened.
    pub helped: bool,
    /// What is kept of it.
    pub kept: TourKept,
}

/// What a step says. A name of a command in braces stands for its keys, anything else in braces for itself as a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words {
    /// What the step is about.
    pub title: &'static str,
    /// What to do.
    pub text: &'static str,
    /// The same where there is one line of 40 columns.
    pub short: &'static str,
}

const fn words(title: &'static str, text: &'static str, short: &'static str) -> Words {
    Words { title, text, short }
}

impl Tour {
    /// The present step; nothing behind the last one.
    pub fn step(&self) -> Option<Step> {
        Step::ALL.get(self.step).copied()
    }

    /// Whether what the present step asks for has come about.
    pub fn is_done(&self, state: &State) -> bool {
        let counts = state.case.case.counts();
        let more = |of: fn(&Counts) -> usize| self.base.as_ref().is_some_and(|base| of(&counts) > of(base));
        let elsewhere = state.trail.position() != self.from;
        match self.step() {
            Some(Step::Look) => self.moved == (true, true),
            Some(Step::Playbooks) => state.surface == Surface::Playbooks,
            Some(Step::Hit) => self.opened,
            Some(Step::Inside) => elsewhere && matches!(state.place(), Place::Pivot { .. } | Place::Links(_)),
            Some(Step::Others) => match state.place() {
                Place::Pivot { from, .. } => elsewhere && !from.is_empty(),
                Place::Links(start) => state.links.is_on_another(start),
                _ => false,
            },
            Some(Step::Label) => more(|counts| counts.labelled),
            Some(Step::Pin) => more(|counts| counts.pins),
            Some(Step::Finding) => more(|counts| counts.findings),
            Some(Step::Report) => more(|counts| counts.exports),
            Some(Step::Next) => self.helped && state.layers.is_empty(),
            None => false,
        }
    }

    /// What the present step says as things are now.
    pub fn words(&self, state: &State) -> Words {
        let step = self.step().unwrap_or(Step::Next);
        match state.layers.last() {
            Some(Layer::Form(form)) => return in_form(step, &form.purpose),
            Some(Layer::Help { .. }) => {
                return words(
                    "Every key",
                    "Type a few letters of what you want to do: every command that has them stays, with its keys. {Esc} closes.",
                    "letters search, {Esc} closes",
                );
            }
            Some(_) => {
                return words(
                    "In between",
                    "This is open over what the tour is about. {Esc} closes it, and the tour goes on where it was.",
                    "{Esc} closes this",
                );
            }
            None => {}
        }
        let away = state.surface != Surface::Explore && !matches!(step, Step::Playbooks | Step::Hit | Step::Report | Step::Next);
        if away {
            return words(
                "Back to the rows",
                "{explore} goes back to the view that you were in. {trail-back} there goes back along the views, and none is lost.",
                "{explore} goes back",
            );
        }
        self.plain(state, step)
    }

    fn plain(&self, state: &State, step: Step) -> Words {
        match step {
            Step::Look => words(
                "Look around",
                "These are the logged requests of a model provider, with real abuse among them. {down} {up} go down and up, {right} {left} across.",
                "{down} {up} and {right} {left} move",
            ),
            Step::Playbooks => words(
                "Who looks odd?",
                "Nobody finds abuse by reading rows. {playbooks} opens the playbooks: saved questions, each looking for one kind of abuse.",
                "{playbooks} opens the playbooks",
            ),
            Step::Hit if state.surface != Surface::Playbooks => words(
                "Whom does it accuse?",
                "{playbooks} goes back to the playbooks. There, {open} on one of those whom a playbook accuses opens their rows.",
                "{playbooks}: back to the playbooks",
            ),
            Step::Hit if state.playbooks.board == Board::Triage && !state.playbooks.triage.lines.is_empty() => words(
                "Whom does it accuse?",
                "These are those whom the playbooks accuse, the gravest first. {down} {up} choose one, {open} opens their rows.",
                "{down} {up}, {open} opens the rows",
            ),
            Step::Hit => words(
                "Whom does it accuse?",
                "{run-all} runs all that this log allows and ranks whom they accuse; {open} runs the one under the cursor, and on a hit opens its rows.",
                "{run-all} runs all, {open} on a hit",
            ),
            Step::Inside if is_of_account(state) => words(
                "Who else?",
                "These are the rows of one account. With the cursor on its name ({right} {left}), {links} shows who shares addresses, devices, payments with it.",
                "on its name, {links}: who is linked",
            ),
            Step::Inside => words(
                "Who is behind it?",
                "The rows are only the suspicious ones now. {pivot-view-accounts} lists the accounts in them; the filter stands in the line above.",
                "{pivot-view-accounts} lists the accounts",
            ),
            Step::Others => match state.place() {
                Place::Links(start) if state.links.loading || state.links.has_others(start) => words(
                    "Follow the thread",
                    "Those are linked to it, and beside each stands over what and how strongly. {down} goes to one of them.",
                    "{down} goes to one of them",
                ),
                Place::Links(_) => words(
                    "Follow the thread",
                    "Nobody shares enough with it to be linked. {pivot-addresses} lists its addresses instead, {pivot-keys} its keys.",
                    "nobody; {pivot-addresses}: its addresses",
                ),
                Place::Pivot { .. } if state.list.column != "account" => words(
                    "Follow the thread",
                    "{down} {up} choose one. {pivot-accounts} lists the accounts that share it: those are the others whom you did not know yet.",
                    "{down} {up}, {pivot-accounts}: its accounts",
                ),
                _ => words(
                    "Follow the thread",
                    "{down} {up} choose an account. {links} shows who shares addresses, devices, payments with it, {pivot-addresses} lists its addresses.",
                    "on an account, {links}: who is linked",
                ),
            },
            Step::Label if focus::pointed(state).and_then(|pointed| pointed.entity()).is_none() => words(
                "Say what you think",
                "Go with {down} {up} {right} {left} to the name of an account or to an address, then {label} labels it.",
                "on a name, {label} labels it",
            ),
            Step::Label => words(
                "Say what you think",
                "{label} labels the one under the cursor: a word, and why. It stands beside the name from now on, in every view.",
                "{label} labels it, with a reason",
            ),
            Step::Pin if matches!(state.place(), Place::Rows) => words(
                "Keep evidence",
                "{pin} pins the row under the cursor: it is copied into the case as evidence, with the hash of the log that it came from.",
                "{pin} pins the row as evidence",
            ),
            Step::Pin => words(
                "Keep evidence",
                "{pivot-requests} opens the rows of the one under the cursor. On a row that proves something, {pin} pins it as evidence.",
                "{pivot-requests} opens rows, {pin} pins one",
            ),
            Step::Finding => words(
                "State a finding",
                "{finding} says in a sentence what happened. What you look at becomes its evidence: the query, the count, the pinned rows.",
                "{finding} states a finding",
            ),
            Step::Report => words(
                "Hand it over",
                "{report} writes the report. Everything is saved in the case already; the report is for those who were not here.",
                "{report} writes the report",
            ),
            Step::Next => words(
                "That was a case",
                "Others can check it: casebook case verify. {findings} and {case} show what it holds, {help} lists and searches every key.",
                "{help} lists every key; {Esc} after",
            ),
        }
    }
}

/// Whether the view is that of an account alone.
fn is_of_account(state: &State) -> bool {
    state.view().filter.to_string().starts_with("account:")
}

fn in_form(step: Step, purpose: &Purpose) -> Words {
    match purpose {
        Purpose::Label { .. } => words(
            "Say what you think",
            "A word such as suspect, then {Enter}. The next field says whether that is bad. Then why you think so, and {C-s} saves it.",
            "word {Enter} {Enter} why {C-s}",
        ),
        Purpose::Finding(_) => words(
            "State a finding",
            "A title is enough: what happened, in one sentence. {Tab} goes to what else could be said, {C-s} saves it.",
            "a title, then {C-s} saves",
        ),
        Purpose::Report => words(
            "Hand it over",
            "{Right} goes through the forms that a report can have, {Enter} goes on, and at the last field it writes it.",
            "{Enter} goes on, {Enter} writes it",
        ),
        _ if step == Step::Next => words("That was a case", "{C-s} does it, {Esc} leaves it.", "{C-s} does it, {Esc} leaves it"),
        _ => words(
            "In between",
            "{C-s} does what this form is for, {Esc} leaves it as it was. The tour goes on where it was.",
            "{C-s} does it, {Esc} leaves it",
        ),
    }
}
