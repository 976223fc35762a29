//! Marking values and rows, and what is done to all of them at once.

use super::desk::Desk;
use crate::app::state::marks::described;
use crate::app::state::{Pane, Place};
use crate::case::Event;
use crate::domain::{Entity, Role};

fn accounts(desk: &Desk) -> Vec<Entity> {
    desk.state.marks.values().map(|marked| marked.entities()).unwrap_or_default()
}

#[test]
fn marked_values_are_kept_or_dropped_together() {
    let mut desk = Desk::new();
    desk.play("l F").play("v v");
    assert_eq!(desk.state.list.cursor, 2, "marking goes on to the next value");
    assert_eq!(desk.state.marks.words().as_deref(), Some("2 accounts"));
    desk.play("+");
    assert_eq!(desk.filter(), "account:acct_1,acct_2");
    assert!(desk.state.marks.is_empty(), "the filter says it now");
    desk.play("Backspace").play("g v j v !");
    assert_eq!(desk.filter(), "-account:acct_1 account:*", "the value that is none was marked too");
}

#[test]
fn marked_values_get_a_label_each_or_none_does() {
    let mut desk = Desk::new();
    desk.play("l F").play("v v t");
    desk.type_in("farm");
    desk.play("Enter Enter");
    desk.type_in("same device");
    desk.play("C-s Enter");
    let labelled: Vec<String> = desk
        .recorded
        .iter()
        .filter_map(|event| match event {
            Event::LabelledMany { entities, label, .. } => Some(format!("{} {label}", described(entities))),
            _ => None,
        })
        .collect();
    assert_eq!(labelled, ["2 accounts farm"], "one entry, one step of undo");
    desk.play("f");
    desk.type_in("a farm");
    desk.play("C-s");
    let found = desk.recorded.iter().find_map(|event| match event {
        Event::Found { entities, .. } => Some(entities.len()),
        _ => None,
    });
    assert_eq!(found, Some(2));
    desk.play("Space l Enter");
    desk.type_in("a mistake");
    desk.play("Enter");
    assert!(matches!(desk.recorded.last(), Some(Event::UnlabelledMany { entities, .. }) if entities.len() == 2));
}

#[test]
fn a_pivot_leads_from_all_that_is_marked() {
    let mut desk = Desk::new();
    desk.play("l F").play("v v p i");
    assert!(matches!(desk.state.place(), Place::Pivot { from, to: Role::Ip } if from.len() == 2));
    assert_eq!(desk.filter(), "account:acct_1,acct_2");
    assert_eq!(desk.state.trail.here().title, "2 accounts → addresses");
    // The marks are of accounts: in a list of addresses the one under the cursor counts.
    desk.play("p k");
    assert!(matches!(desk.state.place(), Place::Pivot { from, .. } if from[0].to_string() == "ip:192.0.2.1"));
    desk.play("Backspace").play("Backspace");
    assert_eq!(accounts(&desk).len(), 2);
    desk.play("p r");
    assert_eq!((desk.filter().as_str(), desk.state.place()), ("account:acct_1,acct_2", &Place::Rows));
}

#[test]
fn the_whole_view_is_pivoted_from() {
    let mut desk = Desk::new();
    desk.play("l +").play("P i");
    assert!(matches!(desk.state.place(), Place::Pivot { from, to: Role::Ip } if from.is_empty()));
    assert_eq!(desk.filter(), "account:acct_0");
    desk.play("P d");
    assert!(desk.message().contains("mapped to device"), "{}", desk.message());
    desk.play("P r");
    assert_eq!((desk.filter().as_str(), desk.state.place()), ("account:acct_0", &Place::Rows));
}

#[test]
fn marked_rows_stay_marked_out_of_sight_and_are_pinned_together() {
    let mut desk = Desk::new();
    desk.play("v v G").play("v");
    assert_eq!(desk.state.marks.rows(), [1, 2, 1000]);
    desk.play("g").play("m");
    let pinned: Vec<i64> = desk
        .recorded
        .iter()
        .filter_map(|event| match event {
            Event::Pinned { row_id, .. } => Some(*row_id),
            _ => None,
        })
        .collect();
    assert_eq!(pinned, [1, 2, 1000]);
    desk.play("m");
    assert_eq!(desk.recorded.iter().filter(|event| matches!(event, Event::Unpinned { .. })).count(), 3);
}

#[test]
fn escape_takes_the_marks_off_before_anything_else() {
    let mut desk = Desk::new();
    desk.play("l F").play("v");
    desk.press("T");
    assert_eq!(desk.state.focus, Pane::Timeline);
    desk.play("Esc");
    assert!(desk.state.marks.is_empty());
    assert_eq!(desk.state.focus, Pane::Timeline, "nothing else happened");
    desk.play("Esc").play("v v z v");
    assert!(desk.state.marks.is_empty());
    desk.play("z v");
    assert!(desk.message().contains("nothing is marked"));
}

#[test]
fn marking_in_another_column_says_what_is_not_marked_any_more() {
    let mut desk = Desk::new();
    desk.play("l F").play("v").play("Backspace").play("v");
    assert!(desk.message().contains("the mark of 1 account was taken off"), "{}", desk.message());
    assert_eq!(desk.state.marks.rows().len(), 1);
}

#[test]
fn masked_values_are_not_put_into_a_filter() {
    let mut desk = Desk::new();
    desk.play("l l l l l F").play("v +");
    assert!(desk.filter().is_empty(), "{}", desk.filter());
    assert!(desk.message().contains("masked"), "{}", desk.message());
    desk.play("z v +");
    assert!(desk.filter().is_empty() && desk.message().contains("masked"));
}
