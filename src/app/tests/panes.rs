//! The sizes of the panes, the choice of a theme, and going on where the last sitting ended.

use std::sync::Arc;

use super::desk::Desk;
use crate::app::layout::{Sizes, layout};
use crate::app::state::{Layer, Left, Place, Resume, Size};
use crate::app::{Effect, Msg};
use crate::case::{Case, Entry, Event, SavedPlace, SavedView, Stamp, TrailNode};
use crate::domain::{Entity, Role, Timestamp};

fn fields_width(desk: &Desk) -> u16 {
    let state = &desk.state;
    layout(state.size, state.focus, true, state.sizes).unwrap().fields.map_or(0, |fields| fields.width)
}

#[test]
fn panes_grow_shrink_and_go_and_it_is_kept() {
    let mut desk = Desk::new();
    let before = fields_width(&desk);
    desk.play("Space a l l");
    assert_eq!(fields_width(&desk), before + 8);
    desk.play("h");
    assert_eq!(fields_width(&desk), before + 4);
    desk.play("j + + j x");
    let wanted = Sizes { fields: 4, timeline: 2, no_detail: true, ..Sizes::default() };
    assert_eq!(desk.state.sizes, wanted);
    assert_eq!(desk.effects.last(), Some(&Effect::KeepSizes(wanted)));
    assert_eq!(desk.state.layers.len(), 1, "the layer stays until it is closed");
    desk.play("x 0 Enter");
    assert_eq!((desk.state.sizes, desk.state.layers.len()), (Sizes::default(), 0));
}

#[test]
fn a_pane_stops_where_there_is_no_room_and_says_so() {
    let mut desk = Desk::new();
    desk.play("Space a");
    for _ in 0..40 {
        desk.play("l");
    }
    assert!(desk.message().contains("no more room"), "{}", desk.message());
    let widest = desk.state.sizes.fields;
    desk.play("h");
    assert_eq!(desk.state.sizes.fields, widest - 4, "one step back is one step");
    desk.send(Msg::Resize(Size { width: 80, height: 24 }));
    desk.play("l");
    assert!(desk.message().contains("120 columns"), "{}", desk.message());
}

#[test]
fn a_theme_is_seen_at_once_kept_by_enter_and_given_back_by_esc() {
    let mut desk = Desk::new();
    desk.play("Space t j");
    assert_eq!((desk.state.theme.as_str(), desk.effects.last()), ("light", Some(&Effect::Theme("light".into()))));
    desk.play("Esc");
    assert_eq!((desk.state.theme.as_str(), desk.effects.last()), ("dark", Some(&Effect::Theme("dark".into()))));
    assert!(desk.state.layers.is_empty());
    desk.play("Space t j Enter");
    assert_eq!(desk.state.theme, "light");
    assert_eq!(desk.effects.last(), Some(&Effect::KeepTheme("light".into())));
    desk.play("Space t");
    assert!(matches!(desk.state.layers.last(), Some(Layer::Themes { cursor: 1, before }) if before == "light"));
}

const LEFT: Left = Left { node: 3, position: 7, column: 2 };

/// All rows, those of an account, the addresses there; and a second sitting that looked at the errors.
fn visits(filter: &str) -> Vec<TrailNode> {
    let visit = |node, parent, filter: &str, place| TrailNode {
        node,
        parent,
        title: format!("step {node}"),
        view: SavedView { filter: filter.into(), ..SavedView::default() },
        place,
        rows: Some(40),
        stamp: Stamp { seq: node, at: Timestamp(1), by: "a".into() },
    };
    let pivot = SavedPlace::Pivot { from: vec![Entity::new(Role::Account, "acct_1").unwrap()], to: Role::Ip };
    vec![
        visit(1, None, "", SavedPlace::Rows),
        visit(2, Some(1), "account:acct_1", pivot),
        visit(3, Some(2), filter, SavedPlace::Rows),
        visit(4, None, "", SavedPlace::Rows),
        visit(5, Some(4), "status:429", SavedPlace::Rows),
        visit(6, Some(4), "account:acct_1", SavedPlace::Rows),
    ]
}

fn case_of(visits: &[TrailNode]) -> Case {
    let mut entries: Vec<Entry> = Vec::new();
    for visit in visits {
        let TrailNode { node, parent, title, view, place, rows, .. } = visit.clone();
        let before = entries.last().map(|entry| (entry.seq, entry.hash.clone()));
        let before = before.as_ref().map(|(seq, hash)| (*seq, hash.as_str()));
        let event = Event::Visited { node, parent, title, view, place, rows };
        entries.push(Entry::after(before, Timestamp(1), "a", event).unwrap());
    }
    Case::replay(&entries)
}

fn case_opened(desk: &mut Desk, case: Case) {
    desk.send(Msg::CaseOpened { case: Box::new(case), dir: "/case".into(), read_only: false, notice: Some("case of 9".into()) });
    desk.settle();
}

fn resumed(filter: &str, extract: &str) -> Desk {
    let mut desk = Desk::before();
    desk.send(Msg::Resume(Resume { extract: extract.into(), trail: visits(filter), left: Some(LEFT) }));
    desk.send(Msg::Opened(Arc::new(Desk::extract())));
    case_opened(&mut desk, case_of(&visits(filter)));
    desk
}

#[test]
fn a_sitting_goes_on_where_the_last_one_ended() {
    let mut desk = resumed("account:acct_1 status:200", &"e".repeat(64));
    assert_eq!(desk.filter(), "account:acct_1 status:200");
    assert_eq!((desk.state.rows.cursor, desk.state.rows.column), (7, 2));
    assert!(desk.message().contains("where the last sitting ended"), "{}", desk.message());
    // The way there is a way back, and what branched off is still there: no view twice, nothing written again.
    let trail: Vec<_> = desk.state.trail.nodes().iter().map(|node| (node.number, node.parent, node.title.as_str())).collect();
    let wanted = [
        (Some(1), None, "all rows"),
        (Some(2), Some(0), "step 2"),
        (Some(3), Some(1), "step 3"),
        (Some(5), Some(0), "step 5"),
        (Some(6), Some(0), "step 6"),
    ];
    assert_eq!(trail, wanted);
    assert_eq!(desk.recorded, []);
    desk.play("Backspace");
    assert!(matches!(desk.state.place(), Place::Pivot { to: Role::Ip, from } if from[0].value == "acct_1"));
    assert_eq!(desk.state.standing().node, 2);
    desk.play("=");
    assert_eq!(desk.state.standing().node, 3, "and the way on again");
    // What is new is numbered behind what is known.
    desk.play("Backspace Backspace l +").settle();
    assert!(matches!(desk.recorded.as_slice(), [.., Event::Visited { node: 12, parent: Some(1), .. }]), "{:?}", desk.recorded);
}

#[test]
fn what_has_changed_since_the_last_sitting_is_said() {
    let desk = resumed("account:acct_1 status:200", "another");
    assert!(desk.message().contains("something in them changed"), "{}", desk.message());
    assert_eq!(desk.state.trail.nodes()[1].rows, None, "counts are of other files");
    let desk = resumed("colour:red", &"e".repeat(64));
    assert!(desk.filter().is_empty() && desk.message().contains("does not fit"), "{}", desk.message());
    assert_eq!(desk.state.trail.nodes().len(), 4);
}

#[test]
fn a_case_that_is_opened_again_brings_its_trail() {
    let mut desk = Desk::before();
    desk.send(Msg::Opened(Arc::new(Desk::extract())));
    desk.settle();
    case_opened(&mut desk, case_of(&visits("status:200")));
    assert_eq!((desk.state.trail.position(), desk.state.trail.nodes().len()), (0, 5));
    assert_eq!(desk.recorded, [], "it begins with the same view as the sittings before");
}
