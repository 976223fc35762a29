//! The trail as a layer: names, times, comparing, copying.

use crate::app::state::compared::SideLine;
use crate::app::state::{Layer, Place, Size};
use crate::app::{Effect, Msg};
use crate::case::Event as CaseEvent;
use crate::domain::Timestamp;

use super::desk::Desk;

/// A trail of three views: all rows, one account, and beside it one key.
fn walked() -> Desk {
    let mut desk = Desk::new();
    desk.send(Msg::Clock(Timestamp(5 * Timestamp::SECOND)));
    desk.play("l +");
    desk.send(Msg::Clock(Timestamp(9 * Timestamp::SECOND)));
    desk.play("Backspace").play("l +");
    assert_eq!(desk.state.trail.nodes().len(), 3);
    desk
}

fn copied(desk: &Desk) -> Vec<(String, String)> {
    let copies = desk.effects.iter().filter_map(|effect| match effect {
        Effect::Copy(handout) => Some((handout.what.clone(), handout.text.clone())),
        _ => None,
    });
    copies.collect()
}

#[test]
fn a_view_has_its_time_and_a_name_that_the_case_keeps() {
    let mut desk = walked();
    let times: Vec<Option<i64>> =
        desk.state.trail.nodes().iter().map(|node| node.at.map(|at| at.0 / Timestamp::SECOND)).collect();
    assert_eq!(times, [None, Some(5), Some(9)]);
    desk.play("Space b n").type_in("the odd one").play("Enter");
    assert_eq!(desk.state.trail.here().called(), "the odd one");
    assert!(matches!(desk.state.layers.last(), Some(Layer::Trail(_))), "the trail stays open");
    let named = desk.recorded.iter().rev().find_map(|event| match event {
        CaseEvent::Visited { node, title, .. } => Some((*node, title.clone())),
        _ => None,
    });
    assert_eq!(named, Some((3, "the odd one".to_owned())));
    desk.play("n C-u Enter");
    assert_ne!(desk.state.trail.here().called(), "the odd one");
}

#[test]
fn two_views_are_compared_by_role() {
    let mut desk = walked();
    desk.play("Space b k c");
    assert!(desk.message().contains("marked as A"), "{}", desk.message());
    desk.play("j c");
    assert_eq!(*desk.state.place(), Place::Compare { a: 1, b: 2 });
    assert!(desk.state.jobs.is_empty());
    let asked = desk.engine.submitted().into_iter().filter(|request| request.statement.sql.contains("ANTI JOIN")).count();
    assert_eq!(asked, desk.state.compared.roles.len(), "role by role");
    let lines = desk.state.compared.lines(0);
    assert_eq!(lines[..3], [SideLine::Head(0), SideLine::Value(0, 0), SideLine::More(0)]);
    // The value under the cursor keeps rows of its own side.
    desk.play("j Enter");
    assert_eq!(desk.filter(), "account:acct_0 account:only_a");
    desk.play("Backspace").play("l j +");
    assert_eq!(desk.filter(), "key:key_0 account:only_b");
    desk.play("Backspace").play("l j p i");
    assert_eq!(desk.filter(), "account:only_b");
    desk.play("Backspace");
    for (width, height) in [(40, 10), (80, 24), (160, 50)] {
        desk.send(Msg::Resize(Size { width, height }));
        desk.play("G h G l g");
    }
}

#[test]
fn a_view_that_is_marked_twice_is_not_compared_with_itself() {
    let mut desk = walked();
    desk.play("Space b c c");
    let Some(Layer::Trail(layer)) = desk.state.layers.last() else { panic!("no trail") };
    assert_eq!(layer.marked, None);
}

#[test]
fn a_view_is_copied_in_three_forms() {
    let mut desk = walked();
    desk.play("Space b k y f y q y c y x");
    let texts = copied(&desk);
    assert_eq!(texts[0].1, "account:acct_0");
    assert!(texts[1].1.contains("FROM requests WHERE \"account\" = 'acct_0'"), "{}", texts[1].1);
    assert!(texts[2].1.starts_with("casebook query --filter 'account:acct_0'"), "{}", texts[2].1);
    assert!(desk.message().starts_with("f copies"), "{}", desk.message());
    assert_eq!(texts.len(), 3);
}
