//! Labels, notes, pins, findings, undo.

use super::desk::{Desk, seal, secret};
use crate::app::Effect;
use crate::app::state::{Layer, Surface};
use crate::case::{Connotation, Event, Status, Target};
use crate::domain::{Entity, Role, Value};
use crate::report::Format;

#[test]
fn a_label_needs_a_reason_and_is_saved_before_it_is_shown() {
    let mut desk = Desk::new();
    desk.press("l t");
    desk.type_in("suspect");
    desk.play("Enter Enter C-s");
    assert!(matches!(desk.state.layers.last(), Some(Layer::Form(form)) if form.error.is_some()), "no reason, no label");
    desk.type_in("seen from two networks");
    desk.play("Enter Enter");
    let entity = Entity::new(Role::Account, "acct_0").unwrap();
    let label = &desk.state.case.case.labels_of(&entity)[0];
    assert_eq!((label.label.as_str(), label.connotation), ("suspect", Connotation::Bad));
    assert!(desk.message().starts_with("saved: "), "{}", desk.message());
    desk.play("u");
    assert!(desk.state.case.case.labels_of(&entity).is_empty());
    desk.play("C-r");
    assert_eq!(desk.state.case.case.labels_of(&entity).len(), 1);
}

#[test]
fn what_could_not_be_saved_is_said_and_not_shown_as_saved() {
    let mut desk = Desk::new();
    desk.full_disk = true;
    desk.press("l t");
    desk.type_in("suspect");
    desk.press("Enter Enter");
    desk.type_in("x");
    desk.play("C-s");
    assert!(matches!(desk.state.layers.last(), Some(Layer::Text { title, .. }) if title == "NOT saved"));
    assert_eq!(desk.state.case.case.counts().labelled, 0);
    assert_eq!(desk.state.case.unsaved, 0);
}

#[test]
fn a_row_is_pinned_by_value_and_unpinned_again() {
    let mut desk = Desk::new();
    desk.play("m");
    assert_eq!(desk.state.case.case.counts().pins, 1);
    assert!(desk.state.case.case.is_pinned(&"e".repeat(64), 1));
    desk.play("m");
    assert_eq!(desk.state.case.case.counts().pins, 0);
}

#[test]
fn notes_go_on_what_is_under_the_cursor() {
    let mut desk = Desk::new();
    desk.press("l c");
    desk.type_in("known from last week");
    desk.play("C-s");
    desk.press("h c");
    desk.type_in("this row");
    desk.play("C-s");
    let targets: Vec<Target> = desk
        .recorded
        .iter()
        .filter_map(|event| match event {
            Event::Noted { target, .. } => Some(target.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(targets[0], Target::Entity(Entity::new(Role::Account, "acct_0").unwrap()));
    assert_eq!(targets[1], Target::Row { row_id: 1, extract_sha: "e".repeat(64) });
}

#[test]
fn a_finding_keeps_the_count_of_its_view_and_takes_a_verdict() {
    let mut desk = Desk::new();
    desk.play("l +");
    desk.press("f");
    desk.type_in("one account, many keys");
    desk.play("C-s");
    let finding = desk.state.case.case.findings()[0].clone();
    assert_eq!(finding.title, "one account, many keys");
    assert_eq!(finding.measures.len(), 1);
    assert_eq!((finding.measures[0].rows, finding.measures[0].filter.as_str()), (42, "account:acct_0"));
    desk.play("3 V C-s");
    assert_eq!(desk.state.case.case.findings()[0].status, Status::Confirmed);
    desk.play("Enter");
    assert_eq!(desk.state.surface, Surface::Explore);
    assert_eq!(desk.filter(), "account:acct_0");
}

#[test]
fn a_question_is_asked_and_answered() {
    let mut desk = Desk::new();
    desk.press("Space q");
    desk.type_in("who used the key?");
    desk.play("Enter");
    desk.play("4 j A");
    desk.type_in("acct_1");
    desk.play("Enter");
    let questions = desk.state.case.case.questions();
    assert_eq!(questions[0].answers[0].text, "acct_1");
}

#[test]
fn two_notes_written_before_the_first_is_saved_have_two_ids() {
    let mut desk = Desk::new();
    assert_eq!(desk.state.case.fresh_id('n'), "n1");
    assert_eq!(desk.state.case.fresh_id('n'), "n2");
}

#[test]
fn content_is_masked_until_it_is_revealed_one_cell_at_a_time_and_the_case_counts() {
    let mut desk = Desk::new();
    assert!(desk.state.is_masked(1, "content"));
    desk.play("l l l l l +");
    assert!(desk.state.view().is_all(), "what is masked does not get into a filter, a title or the journal");
    assert!(desk.message().contains("z r"), "{}", desk.message());
    desk.play("z r");
    assert!(!desk.state.is_masked(1, "content"));
    assert!(desk.state.is_masked(2, "content"));
    assert_eq!(desk.state.case.case.counts().reveals, 1);
}

#[test]
fn every_view_is_a_node_of_the_trail_in_the_case() {
    let mut desk = Desk::new();
    desk.play("l +").play("l l !").play("Backspace");
    let visited: Vec<(u64, Option<u64>, Option<u64>)> = desk
        .recorded
        .iter()
        .filter_map(|event| match event {
            Event::Visited { node, parent, rows, .. } => Some((*node, *parent, *rows)),
            _ => None,
        })
        .collect();
    assert_eq!(visited, [(1, None, Some(1000)), (2, Some(1), Some(42)), (3, Some(2), Some(42))]);
}

#[test]
fn the_report_is_asked_for_and_quitting_ends() {
    let mut desk = Desk::new();
    desk.play("Space r Enter Enter");
    assert_eq!(desk.effects, [Effect::Report { format: Format::Markdown, redact: false }]);
    desk.effects.clear();
    desk.play("Space r Right Enter Right Enter Q");
    assert_eq!(desk.effects, [Effect::Report { format: Format::Html, redact: true }, Effect::Quit]);
    assert!(desk.state.quit);
}

#[test]
fn a_view_of_the_trail_is_read_back_as_it_was() {
    let mut desk = Desk::new();
    desk.play("l ]").play("+");
    desk.play("l ]").play("l +");
    let views = desk.recorded.iter().filter_map(|event| match event {
        Event::Visited { view, .. } => Some(crate::investigate::View::try_from(view).unwrap()),
        _ => None,
    });
    let nodes = desk.state.trail.nodes().iter().map(|node| node.view.filter.clone());
    assert_eq!(views.map(|view| view.filter).collect::<Vec<_>>(), nodes.collect::<Vec<_>>());
    let sorted = crate::case::SavedView::from(&desk.state.trail.nodes()[1].view);
    assert_eq!(crate::investigate::View::try_from(&sorted).unwrap(), desk.state.trail.nodes()[1].view);
    assert!(!sorted.sort.is_empty());
}

#[test]
fn a_secret_is_shown_in_one_cell_until_the_cursor_leaves_it_and_the_case_counts() {
    let mut desk = Desk::new();
    let print = seal().mask(&secret()).into_owned();
    desk.play("j j j j j j j j j l l");
    assert_eq!(desk.state.rows.cell().unwrap().1, &Value::Text(format!("Bearer {print}")));
    desk.play("z r");
    let cell = desk.state.unsealed(10, "key").expect("the secret is shown");
    assert_eq!(cell.text(&format!("Bearer {print}")), format!("Bearer {}", secret()));
    assert!(!format!("{:?}", desk.state.unsealed).contains(&secret()));
    assert_eq!(desk.state.case.case.counts().reveals, 1);
    desk.play("+");
    assert!(desk.filter().contains(&print) && !desk.filter().contains(&secret()), "{}", desk.filter());
    assert_eq!(desk.state.unsealed, None, "the cursor has left the cell");
    let journal = format!("{:?}", desk.recorded);
    assert!(!journal.contains(&secret()) && journal.contains(&print));
}

#[test]
fn a_secret_is_covered_again_by_the_same_keys() {
    let mut desk = Desk::new();
    desk.play("j j j j j j j j j l l").play("z r");
    assert!(desk.state.unsealed.is_some());
    desk.play("z r");
    assert_eq!(desk.state.unsealed, None);
    assert_eq!(desk.state.case.case.counts().reveals, 1);
}

#[test]
fn a_secret_that_is_pasted_into_the_filter_is_sealed_before_anything_keeps_it() {
    let print = seal().mask(&secret()).into_owned();
    let mut desk = Desk::new();
    desk.press("&");
    desk.send(crate::app::Msg::Paste(format!("key:{}", secret())));
    assert!(!format!("{:?}", desk.state.layers).contains(&secret()));
    assert!(desk.message().contains("fingerprint"), "{}", desk.message());
    desk.play("Enter");
    assert_eq!(desk.filter(), format!("key:\"{print}\""));
    // Typed, it is sealed when it is whole.
    let mut desk = Desk::new();
    desk.press("&");
    desk.type_in(&format!("content:*{}*", secret()));
    desk.play("Enter");
    assert!(desk.filter().contains(&print) && !desk.filter().contains(&secret()), "{}", desk.filter());
    assert!(desk.message().contains("fingerprint"), "{}", desk.message());
    assert!(!format!("{:?}", desk.recorded).contains(&secret()));
}
