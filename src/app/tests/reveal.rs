//! Showing what is sensitive: a cell, a row, everything for ten minutes.

use std::time::Duration;

use super::desk::Desk;
use crate::app::Msg;
use crate::app::state::unsealed::UNVEILED_FOR;
use crate::case::Event;
use crate::domain::Timestamp;

fn scopes(desk: &Desk) -> Vec<String> {
    let of = |event: &Event| match event {
        Event::Revealed { scope, .. } => Some(scope.clone()),
        _ => None,
    };
    desk.recorded.iter().filter_map(of).collect()
}

#[test]
fn a_row_is_revealed_whole_and_counted_once() {
    let mut desk = Desk::new();
    desk.play("j z R");
    assert!(!desk.state.is_masked(2, "content") && desk.state.is_masked(1, "content"));
    assert_eq!(scopes(&desk), ["row"]);
    desk.play("z R");
    assert!(desk.message().contains("nothing in this row is masked"), "{}", desk.message());
    assert_eq!(desk.state.case.case.counts().reveals, 1);
}

#[test]
fn everything_is_revealed_for_ten_minutes_and_masked_again_by_itself() {
    let mut desk = Desk::new();
    desk.send(Msg::Tick(Duration::from_secs(50)));
    desk.send(Msg::Clock(Timestamp(0)));
    desk.play("z w");
    assert!(!desk.state.is_masked(1, "content") && !desk.state.is_masked(700, "content"));
    assert!(desk.message().contains("until 00:10:00"), "{}", desk.message());
    assert_eq!(scopes(&desk), ["until 1970-01-01T00:10:00Z"]);
    desk.send(Msg::Tick(Duration::from_secs(49) + UNVEILED_FOR));
    assert!(!desk.state.is_masked(1, "content"));
    desk.send(Msg::Tick(Duration::from_secs(50) + UNVEILED_FOR));
    assert!(desk.state.is_masked(1, "content"));
    assert!(desk.message().contains("masked again"), "{}", desk.message());
}

#[test]
fn the_ten_minutes_end_early_when_asked_and_each_time_counts() {
    let mut desk = Desk::new();
    desk.send(Msg::Clock(Timestamp(0)));
    desk.play("z w").play("z w");
    assert!(desk.state.is_masked(1, "content"));
    desk.play("z w");
    assert_eq!(scopes(&desk).len(), 2);
}
