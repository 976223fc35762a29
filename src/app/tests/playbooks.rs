//! The library of playbooks and the triage board: running one or all, parameters, search, verdicts, dismissals, what is new, and the ways on.

use std::collections::BTreeMap;

use super::desk::Desk;
use crate::app::state::playbooks::{Board, CANNOT_RUN, PlaybookLine};
use crate::app::state::triage::{TriageLine, Verdict};
use crate::app::state::{Layer, Place, Surface};
use crate::app::{Effect, Msg, focus};
use crate::case::{Event, Status};
use crate::domain::{Entity, Role, Timestamp, Value};
use crate::engine::Param;
use crate::engine::Statement;
use crate::engine::fake::{Script, batch};
use crate::playbook::{self, Playbook};

/// What the fake engine says to the playbooks of these tests, told apart by what they select from.
pub(super) fn answer(statement: &Statement) -> Option<Script> {
    let sql = statement.sql.as_str();
    if !sql.contains("AS entity") || sql.contains("AS holders") {
        return None;
    }
    if sql.contains("'broken'") {
        return Some(Script::fail("Out of Memory Error: it is too much"));
    }
    if sql.contains("'many'") {
        let names = (0..=playbook::MOST_HITS).map(|at| Value::Text(format!("acct_{at}"))).collect::<Vec<Value>>();
        let one = |value: Value| vec![value; names.len()];
        let (score, requests, examples) = (one(Value::Float(1.0)), one(Value::Int(1)), one(Value::Text("3".to_owned())));
        return Some(Script::rows(batch(&[
            ("entity", names.clone()),
            ("score", score),
            ("requests", requests),
            ("first_seen", one(Value::Time(Timestamp(0)))),
            ("last_seen", one(Value::Time(Timestamp(0)))),
            ("examples", examples),
        ])));
    }
    let whom: &[(&str, f64)] = match sql {
        sql if sql.contains("'stuffing'") => &[("acct_1", 9.0), ("acct_2", 3.0)],
        // Its parameter is the least score.
        sql if sql.contains("'bursts'") => match statement.params.first() {
            Some(Param::Int(least)) if *least > 5 => &[("acct_3", 8.0)],
            _ => &[("acct_3", 8.0), ("acct_1", 4.0)],
        },
        sql if sql.contains("'keys'") => &[("key_1", 1.0)],
        _ => &[],
    };
    let column = |make: &dyn Fn(&(&str, f64)) -> Value| whom.iter().map(make).collect::<Vec<Value>>();
    Some(Script::rows(batch(&[
        ("entity", column(&|one| Value::Text(one.0.to_owned()))),
        ("score", column(&|one| Value::Float(one.1))),
        ("requests", column(&|one| Value::Int(one.1 as i128 * 10))),
        ("first_seen", column(&|_| Value::Time(Timestamp(0)))),
        ("last_seen", column(&|_| Value::Time(Timestamp(60)))),
        ("examples", column(&|_| Value::Text("3,5".to_owned()))),
    ])))
}

fn made(id: &str, title: &str, severity: &str, entity: &str, roles: &str, tag: &str, params: &str) -> Playbook {
    let text = format!(
        "-- id = \"{id}\"\n-- title = \"{title}\"\n-- question = \"Who does it?\"\n-- severity = \"{severity}\"\n\
         -- entity = \"{entity}\"\n-- roles = [{roles}]\n-- tags = [\"{tag}\"]\n-- references = []\n{params}-- ---\n\
         -- **What it finds.** Something.\nSELECT {entity} AS entity, '{id}' AS why FROM requests{}",
        if params.is_empty() { "" } else { " WHERE $least > 0" }
    );
    Playbook::parse(&text).unwrap()
}

/// A desk with five playbooks, on surface 2.
pub(super) fn desk() -> Desk {
    let mut desk = Desk::new();
    let least = "--\n-- [params.least]\n-- type = \"integer\"\n-- default = 1\n-- min = 1\n-- max = 100\n-- help = \"The least score.\"\n";
    desk.send(Msg::Library(vec![
        made("stuffing", "Passwords are tried", "high", "account", "\"account\"", "accounts", ""),
        made("bursts", "A burst", "low", "account", "\"account\"", "volume", least),
        made("keys", "A key is tried", "high", "key", "\"key\"", "keys", ""),
        made("broken", "It breaks", "medium", "account", "\"account\"", "accounts", ""),
        made("rings", "A ring of devices", "critical", "device", "\"device\"", "accounts", ""),
    ]));
    desk.play("2");
    desk
}

fn account(value: &str) -> Entity {
    Entity::new(Role::Account, value).unwrap()
}

/// Goes down to the line of a playbook.
fn go_to(desk: &mut Desk, id: &str) {
    desk.play("g");
    for _ in 0..40 {
        let at = match desk.state.playbooks.line() {
            Some(PlaybookLine::Head(at)) => Some(at),
            _ => None,
        };
        if at.is_some_and(|at| desk.state.playbooks.entries[at].id == id) {
            return;
        }
        desk.play("j");
    }
    panic!("no playbook {id} in {:?}", desk.state.playbooks.lines());
}

fn board(desk: &Desk) -> Vec<String> {
    desk.state.playbooks.triage.suspects.iter().map(|suspect| suspect.entity.to_string()).collect()
}

#[test]
fn the_library_is_divided_by_category_and_says_why_something_cannot_run() {
    let mut desk = desk();
    let categories: Vec<String> = desk
        .state
        .playbooks
        .lines()
        .into_iter()
        .filter_map(|line| match line {
            PlaybookLine::Category(name, count) => Some(format!("{name} {count}")),
            _ => None,
        })
        .collect();
    assert_eq!(categories, ["accounts 2", "keys 1", "volume 1", &format!("{CANNOT_RUN} 1")]);
    go_to(&mut desk, "rings");
    desk.play("Enter");
    assert!(desk.message().contains("needs device"), "{}", desk.message());
    // A category folds, and a playbook's hits do.
    desk.play("g Enter");
    assert_eq!(desk.state.playbooks.lines()[1], PlaybookLine::Category("keys".into(), 1));
    desk.play("l");
    go_to(&mut desk, "stuffing");
    desk.play("Enter j");
    assert!(matches!(desk.state.playbooks.line(), Some(PlaybookLine::Hit(..))));
    desk.play("h");
    assert!(matches!(desk.state.playbooks.line(), Some(PlaybookLine::Head(_))), "the cursor goes to what was folded");
    desk.play("j");
    assert!(!matches!(desk.state.playbooks.line(), Some(PlaybookLine::Hit(..))));
}

#[test]
fn search_finds_playbooks_by_their_words_and_roles_and_esc_shows_all() {
    let mut desk = desk();
    let all = desk.state.playbooks.lines().len();
    desk.press("/");
    desk.type_in("BURST");
    desk.play("Enter");
    assert_eq!(desk.state.playbooks.lines().len(), 2);
    desk.play("Esc");
    assert_eq!((desk.state.surface, desk.state.playbooks.lines().len()), (Surface::Playbooks, all));
    desk.press("/");
    desk.type_in("device");
    desk.play("Enter");
    assert_eq!(desk.state.playbooks.lines().len(), 2, "what it needs is searched too");
    desk.play("Esc Esc");
    assert_eq!(desk.state.surface, Surface::Explore);
}

#[test]
fn all_that_can_run_run_one_after_the_other_and_whom_they_accuse_is_merged() {
    let mut desk = desk();
    desk.play("R");
    assert_eq!(desk.state.playbooks.board, Board::Triage);
    assert_eq!(board(&desk), ["account:acct_1", "key:key_1", "account:acct_2", "account:acct_3"]);
    let acct_1 = &desk.state.playbooks.triage.suspects[0];
    assert_eq!(acct_1.accusations.len(), 2, "two playbooks, one line");
    let ran: Vec<&str> = desk
        .recorded
        .iter()
        .filter_map(|event| match event {
            Event::PlaybookRan { playbook, .. } => Some(playbook.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(ran, ["stuffing", "keys", "bursts"], "the gravest first; one that failed has no result");
    let said = desk.message().to_owned();
    assert!(said.starts_with("3 playbooks ran: 5 hits, 4 to judge; 1 failed; 1 cannot run here"), "{said}");
    let broken = desk.state.playbooks.entries.iter().find(|entry| entry.id == "broken").unwrap();
    assert!(broken.error.as_ref().unwrap().contains("Out of Memory"));
    assert!(desk.state.jobs.is_empty() && desk.state.playbooks.batch.is_none());
}

#[test]
fn esc_stops_the_run_of_all_and_keeps_what_has_come() {
    let mut desk = desk();
    desk.press("R");
    assert_eq!(desk.state.playbooks.batch.map(|batch| batch.total), Some(4));
    assert_eq!(desk.state.jobs.iter().count(), 1, "one at a time, so that others get their turn");
    desk.press("R");
    assert!(desk.message().contains("are being run"));
    desk.play("Esc");
    assert!(desk.state.playbooks.batch.is_none() && desk.state.playbooks.queue.is_empty() && desk.state.jobs.is_empty());
    assert!(desk.state.playbooks.entries.iter().all(|entry| !entry.running && entry.hits.is_none()));
    desk.play("R");
    assert_eq!(board(&desk).len(), 4);
}

#[test]
fn what_the_last_run_in_the_case_did_not_have_is_new() {
    let mut desk = desk();
    desk.play("R");
    assert_eq!(desk.state.playbooks.triage.counts[3], 0, "of a first run nothing is new");
    let known = ["acct_1".to_owned()];
    let event = Event::PlaybookRan {
        playbook: "stuffing".into(),
        params: BTreeMap::new(),
        hits: known.to_vec(),
        entity: Role::Account,
        extract: String::new(),
    };
    desk.state.case.case.apply(&crate::case::Entry {
        seq: 900,
        at: Timestamp(0),
        by: "cron".into(),
        prev: String::new(),
        hash: String::new(),
        origin: None,
        event,
    });
    desk.play("R");
    let new: Vec<&str> = desk
        .state
        .playbooks
        .triage
        .suspects
        .iter()
        .filter(|suspect| suspect.fresh)
        .map(|suspect| suspect.entity.value.as_str())
        .collect();
    assert_eq!(new, ["acct_2"]);
    assert!(desk.message().contains("1 with something new"), "{}", desk.message());
    desk.play("n");
    assert_eq!(board(&desk), ["account:acct_2"]);
    desk.play("n R").play("n");
    assert_eq!(board(&desk), Vec::<String>::new(), "it ran again, and found nothing that it had not");
}

#[test]
fn a_dismissal_needs_a_reason_hides_the_hit_and_is_remembered() {
    let mut desk = desk();
    desk.play("R").play("g d C-s");
    assert!(matches!(desk.state.layers.last(), Some(Layer::Form(form)) if form.error.is_some()), "no reason, no dismissal");
    desk.type_in("a load test, agreed on");
    desk.play("C-s");
    let Some(Event::DismissedMany { hits, .. }) = desk.recorded.last() else { panic!("{:?}", desk.recorded.last()) };
    let of: Vec<&str> = hits.iter().map(|hit| hit.playbook.as_str()).collect();
    assert_eq!(of, ["stuffing", "bursts"], "of both playbooks that accuse it, and of no other");
    assert_eq!(board(&desk), ["key:key_1", "account:acct_2", "account:acct_3"]);
    assert_eq!(
        focus::pointed(&desk.state).unwrap().entity(),
        Entity::new(Role::Key, "key_1"),
        "the next one is under the cursor"
    );
    desk.play("x");
    let last = desk.state.playbooks.triage.suspects.last().unwrap();
    assert_eq!(last.verdict, Verdict::Dismissed("a load test, agreed on".into()));
    desk.play("x R");
    assert_eq!(board(&desk).len(), 3, "it stays dismissed when the playbooks run again");
    desk.play("u");
    assert_eq!(board(&desk).len(), 4, "and is back when that is undone");
}

#[test]
fn all_that_are_marked_or_all_of_a_playbook_are_judged_at_once() {
    let mut desk = desk();
    // The key between the two is passed over.
    desk.play("R").play("g v j v d");
    desk.type_in("two of ours");
    desk.play("C-s");
    assert_eq!(board(&desk), ["key:key_1", "account:acct_3"]);
    assert!(desk.state.marks.is_empty(), "the marks are used up");
    desk.play("u Tab");
    go_to(&mut desk, "bursts");
    desk.play("d");
    desk.type_in("the nightly job");
    desk.play("C-s Tab");
    assert_eq!(board(&desk), ["account:acct_1", "key:key_1", "account:acct_2"], "acct_1 is accused by another playbook still");
    // One finding about two.
    desk.play("g v j j v V Tab Tab Tab Tab");
    desk.type_in("one person");
    desk.play("C-s");
    let finding = desk.state.case.case.findings()[0].clone();
    assert_eq!(finding.entities, [account("acct_1"), account("acct_2")]);
    assert!(finding.text.contains("- account:acct_2: Passwords are tried (playbook stuffing)"), "{}", finding.text);
    assert!(finding.measures.iter().any(|measure| measure.filter == "account:acct_1,acct_2"), "{:?}", finding.measures);
}

#[test]
fn a_confirmed_verdict_is_a_finding_with_numbers_that_can_be_checked() {
    let mut desk = desk();
    desk.play("R").play("g m");
    assert_eq!(desk.state.case.case.counts().pins, 2, "the example rows are evidence");
    desk.play("V Tab Tab Tab Tab");
    desk.type_in("four hundred failed logins");
    desk.play("C-s");
    let finding = desk.state.case.case.findings()[0].clone();
    assert_eq!((finding.title.as_str(), finding.status), ("Passwords are tried", Status::Confirmed));
    assert_eq!(finding.entities, [account("acct_1")]);
    assert!(finding.text.starts_with("four hundred failed logins\n\n- Passwords are tried (playbook stuffing): score 9"));
    assert_eq!(finding.evidence.len(), 2);
    let numbers: Vec<(&str, &str, u64)> =
        finding.measures.iter().map(|measure| (measure.playbook.as_str(), measure.filter.as_str(), measure.rows)).collect();
    assert_eq!(numbers, [("stuffing", "", 2), ("bursts", "", 2), ("", "account:acct_1", 42)]);
    // It stands behind those who wait now, and says what was found.
    assert_eq!(board(&desk).last().unwrap(), "account:acct_1");
    let verdict = &desk.state.playbooks.triage.suspects.last().unwrap().verdict;
    assert_eq!(*verdict, Verdict::Found("f1".into(), Status::Confirmed));
    desk.play("G V Tab Tab Tab Tab");
    desk.type_in("again");
    desk.play("C-s");
    let said = desk.state.layers.last().cloned();
    assert!(matches!(said, Some(Layer::Form(form)) if form.error.as_ref().is_some_and(|error| error.contains("f1"))));
}

#[test]
fn an_open_finding_is_confirmed_later_on() {
    let mut desk = desk();
    desk.play("R").play("g f Tab Tab Tab Tab");
    desk.type_in("to be looked into");
    desk.play("C-s");
    assert_eq!(desk.state.case.case.findings()[0].status, Status::Open);
    desk.play("G V Tab Tab Tab Tab");
    desk.type_in("its owner says so");
    desk.play("C-s");
    let finding = &desk.state.case.case.findings()[0];
    assert_eq!(finding.status, Status::Confirmed);
    assert!(finding.text.contains("to be looked into") && finding.text.ends_with("its owner says so"));
    assert_eq!(desk.state.case.case.findings().len(), 1);
}

#[test]
fn a_suspect_unfolds_and_one_accusation_alone_is_dismissed() {
    let mut desk = desk();
    desk.play("R").play("g l");
    assert_eq!(desk.state.playbooks.triage.lines[1], TriageLine::Accusation(0, 0));
    desk.play("j j d");
    desk.type_in("it always does");
    desk.play("C-s");
    let acct_1 = desk.state.playbooks.triage.suspects.iter().find(|suspect| suspect.entity == account("acct_1")).unwrap();
    assert_eq!((acct_1.standing, acct_1.accusations.len(), acct_1.verdict.clone()), (1, 2, Verdict::Waiting));
}

#[test]
fn from_a_hit_one_key_leads_to_its_rows_its_examples_its_label_and_its_pivots() {
    let mut desk = desk();
    desk.play("R").play("g Enter");
    assert_eq!((desk.state.place(), desk.filter().as_str()), (&Place::Rows, "account:acct_1"));
    desk.play("2 r");
    assert_eq!(desk.filter(), "row_id:3,5");
    desk.press("2 t");
    desk.type_in("suspect");
    desk.press("Enter Enter");
    desk.type_in("it is on the board");
    desk.play("C-s");
    assert_eq!(desk.state.case.case.labels_of(&account("acct_1"))[0].label, "suspect");
    desk.play("2 p i");
    assert!(matches!(desk.state.place(), Place::Pivot { to: Role::Ip, .. }));
}

#[test]
fn parameters_are_asked_for_checked_kept_and_part_of_the_run() {
    let mut desk = desk();
    go_to(&mut desk, "bursts");
    desk.press("e");
    let Some(Layer::Form(form)) = desk.state.layers.last() else { panic!("no form") };
    assert_eq!(form.value("least"), "1");
    assert_eq!(form.fields[0].about, "integer, 1 to 100, default 1. The least score.");
    desk.press("C-u");
    desk.type_in("1000");
    desk.play("Enter");
    let error = desk.state.layers.last().cloned();
    assert!(
        matches!(error, Some(Layer::Form(form)) if form.error.as_ref().is_some_and(|error| error.contains("between 1 and 100")))
    );
    desk.press("C-u");
    desk.type_in("6");
    desk.play("Enter");
    let entry = desk.state.playbooks.entries.iter().find(|entry| entry.id == "bursts").unwrap();
    assert_eq!(entry.hits.as_ref().unwrap().len(), 1);
    let params = BTreeMap::from([("least".to_owned(), "6".to_owned())]);
    assert!(desk.recorded.iter().any(|event| matches!(event, Event::PlaybookRan { params: with, .. } if *with == params)));
    // The form remembers, also in a later sitting, from the case.
    let at = desk.state.playbooks.entries.iter().position(|entry| entry.id == "bursts").unwrap();
    desk.state.playbooks.entries[at].params.clear();
    go_to(&mut desk, "bursts");
    desk.press("e");
    assert!(matches!(desk.state.layers.last(), Some(Layer::Form(form)) if form.value("least") == "6"));
}

#[test]
fn hits_are_a_view_and_a_view_becomes_a_playbook() {
    let mut desk = desk();
    go_to(&mut desk, "keys");
    desk.play("o");
    assert_eq!((desk.state.surface, desk.state.view().relation.sql()), (Surface::Sql, None), "nothing runs by itself");
    desk.play("F7");
    let sql = desk.state.view().relation.sql().unwrap().to_owned();
    assert!(sql.starts_with("SELECT entity AS \"key\", score") && sql.contains("'keys' AS why"), "{sql}");
    desk.play("Backspace l +");
    desk.press("Space w");
    desk.type_in("stuffing");
    desk.play("C-s");
    let refused = desk.state.layers.last().cloned();
    assert!(matches!(refused, Some(Layer::Form(form)) if form.error.as_ref().is_some_and(|error| error.contains("already"))));
    desk.type_in("-again");
    desk.play("C-s");
    let saved = desk.effects.iter().find_map(|effect| match effect {
        Effect::SavePlaybook { id, text } => Some((id.clone(), text.clone())),
        _ => None,
    });
    let (id, text) = saved.unwrap();
    let made = Playbook::parse(&text).unwrap();
    assert_eq!(
        (id.as_str(), made.entity, made.params[0].default.to_string()),
        ("stuffing-again", Role::Account, "acct_0".into())
    );
    // It is in the library then; what was known of the others stays.
    desk.play("2");
    go_to(&mut desk, "stuffing");
    desk.play("Enter");
    let mut library = desk.state.playbooks.library.clone();
    library.push(made);
    desk.send(Msg::PlaybookSaved { path: "/x/stuffing-again.sql".into(), library });
    go_to(&mut desk, "stuffing-again");
    let known = desk.state.playbooks.entries.iter().find(|entry| entry.id == "stuffing").unwrap();
    assert_eq!(known.hits.as_ref().unwrap().len(), 2);
}

#[test]
fn what_a_playbook_finds_and_what_a_hit_says_can_be_read() {
    let mut desk = desk();
    go_to(&mut desk, "bursts");
    desk.play("i");
    let Some(Layer::Text { title, lines, .. }) = desk.state.layers.last() else { panic!("nothing to read") };
    assert_eq!(title, "A burst");
    let text = lines.join("\n");
    assert!(text.contains("Who does it?") && text.contains("**What it finds.** Something.") && text.contains("**least** = 1"));
    desk.play("Esc R").play("g i");
    let Some(Layer::Text { title, lines, .. }) = desk.state.layers.last() else { panic!("nothing to read") };
    assert_eq!((title.as_str(), lines[0].as_str()), ("account:acct_1", "accused by 2 playbooks"));
    assert!(lines.iter().any(|line| line == "example rows 3, 5"));
}

#[test]
fn enter_on_an_empty_board_runs_nothing_of_the_library() {
    let mut desk = desk();
    desk.play("Tab");
    assert!(!crate::app::works::works(&desk.state, crate::app::command::Action::Open), "nor does the hint line offer it");
    desk.press("Enter");
    assert!(desk.state.jobs.is_empty() && desk.message().contains("nobody is accused"), "{}", desk.message());
    desk.play("Tab Enter");
    assert!(desk.state.playbooks.entries.iter().any(|entry| entry.hits.is_some()));
}

#[test]
fn hits_that_are_cut_are_said_to_be_and_are_no_record_of_what_is_new() {
    let mut desk = Desk::new();
    desk.send(Msg::Library(vec![made("many", "Too many", "low", "account", "\"account\"", "volume", "")]));
    desk.play("2").play("R");
    assert_eq!(desk.state.playbooks.triage.counts[0] as u64, playbook::MOST_HITS);
    assert!(desk.message().contains("1 cut short"), "{}", desk.message());
    let recorded = |event: &Event| matches!(event, Event::PlaybookRan { .. });
    assert!(!desk.recorded.iter().any(recorded), "the next run would take the rest for news");
    assert!(desk.recorded.iter().any(|event| matches!(event, Event::Ran { what, .. } if what == "playbook many")));
}
