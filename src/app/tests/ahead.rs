//! Keys that are pressed before what they are for is here.

use super::desk::Desk;
use crate::app::state::{Place, Surface};
use crate::domain::Role;
use crate::engine::fake::{FakeEngine, Script};

#[test]
fn keys_ahead_of_a_list_wait_for_it_in_their_order() {
    let mut desk = Desk::new();
    desk.press("l l p i j p a");
    assert!(matches!(desk.state.place(), Place::Pivot { to: Role::Ip, .. }), "nothing is here to pivot from yet");
    assert!(desk.message().contains("j p a wait"), "{}", desk.message());
    desk.settle();
    assert!(matches!(desk.state.place(), Place::Pivot { from, to: Role::Account } if from[0].value == "192.0.2.2"));
    assert!(desk.state.ahead.is_empty() && desk.state.pending.is_empty());
    assert_eq!(desk.state.trail.path().len(), 3);
}

#[test]
fn a_whole_way_can_be_typed_ahead() {
    let mut step_by_step = Desk::new();
    for keys in ["l F", "j", "p k", "j", "v", "v", "p r", "l +"] {
        step_by_step.play(keys);
    }
    let mut at_once = Desk::new();
    at_once.play("l F j p k j v v p r l +");
    let titles = |desk: &Desk| -> Vec<String> {
        desk.state.trail.path().iter().map(|at| desk.state.trail.nodes()[*at].called().to_owned()).collect()
    };
    assert_eq!(titles(&at_once), titles(&step_by_step));
    assert_eq!(at_once.filter(), step_by_step.filter());
}

#[test]
fn what_is_typed_into_a_form_that_a_waiting_key_opens_arrives_there() {
    let mut desk = Desk::new();
    desk.press("l l p i");
    desk.press("j t");
    desk.type_in("bad one");
    desk.settle();
    assert_eq!(desk.state.layers.len(), 1, "the label's form is open");
    assert!(format!("{:?}", desk.state.layers).contains("bad one"), "{:?}", desk.state.layers);
}

#[test]
fn other_keys_do_not_wait_and_escape_lets_go() {
    let mut desk = Desk::new();
    desk.press("l l p i 2");
    assert_eq!(desk.state.surface, Surface::Playbooks);
    desk.press("1 j");
    assert_eq!(desk.state.ahead.len(), 1);
    desk.press("Esc");
    assert!(desk.state.ahead.is_empty());
    assert!(desk.message().contains("stopped"), "{}", desk.message());
    desk.settle();
    assert!(desk.state.list.items.is_empty());
}

#[test]
fn keys_that_waited_for_what_failed_are_let_go() {
    let mut desk = Desk::new();
    desk.engine = std::sync::Arc::new(FakeEngine::manual());
    desk.engine.on(|_| Some(Script::fail("out of luck")));
    desk.press("l l p i j !");
    desk.settle();
    assert!(desk.state.ahead.is_empty());
    assert!(desk.message().contains("out of luck"), "{}", desk.message());
    assert_eq!(desk.state.trail.path().len(), 2);
}
