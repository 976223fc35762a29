//! Labels that end, labels on many, stages, pins alone.

use super::desk::Desk;
use crate::app::Msg;
use crate::app::state::Layer;
use crate::case::{Connotation, Event, Stage};
use crate::domain::{Entity, Role, Timestamp};

const DAY: i64 = 86_400 * Timestamp::SECOND;

fn account(value: &str) -> Entity {
    Entity::new(Role::Account, value).unwrap()
}

fn form_error(desk: &Desk) -> Option<String> {
    match desk.state.layers.last() {
        Some(Layer::Form(form)) => form.error.clone(),
        _ => None,
    }
}

#[test]
fn a_label_ends_after_a_length_of_time_or_at_a_time() {
    let mut desk = Desk::new();
    desk.send(Msg::Clock(Timestamp(10 * DAY)));
    desk.press("l t");
    desk.type_in("watch").press("Enter Enter");
    desk.type_in("new").press("Enter");
    desk.type_in("soon").press("Enter");
    assert!(form_error(&desk).unwrap().contains("30d"), "the form says what would do");
    desk.press("C-u");
    desk.type_in("1970-01-02").press("Enter");
    assert!(form_error(&desk).unwrap().contains("over already"));
    desk.press("C-u");
    desk.type_in("30d").play("Enter");
    let label = desk.state.case.case.labels_of(&account("acct_0"))[0].clone();
    assert_eq!(label.expires, Some(Timestamp(40 * DAY)));
    assert!(!label.is_expired(Timestamp(39 * DAY)) && label.is_expired(Timestamp(41 * DAY)));
}

#[test]
fn a_whole_list_is_labelled_after_a_look_in_one_step() {
    let mut desk = Desk::new();
    desk.play("l F").press("L");
    desk.type_in("farm").press("Enter Enter");
    desk.type_in("same device").play("C-s");
    let Some(Layer::Confirm(confirm)) = desk.state.layers.last() else { panic!("it is asked first") };
    let lines = confirm.lines.join("\n");
    assert!(lines.contains("accounts get the label farm (bad)") && lines.contains("acct_1"), "{lines}");
    desk.play("Esc");
    assert_eq!(desk.state.case.case.counts().labelled, 0, "nothing was agreed to");
    desk.press("L");
    desk.type_in("farm").press("Enter Enter");
    desk.type_in("same device").play("C-s Enter");
    let labelled = desk.state.case.case.counts().labelled;
    assert!(labelled > 1, "{labelled}");
    desk.play("u");
    assert_eq!(desk.state.case.case.counts().labelled, 0);
    desk.play("C-r");
    assert_eq!(desk.state.case.case.counts().labelled, labelled);
}

#[test]
fn who_is_known_to_be_good_is_pointed_out_before_many_are_called_bad() {
    let mut desk = Desk::new();
    desk.play("l F").press("t");
    desk.type_in("office").press("Enter Right Enter");
    desk.type_in("our own").play("C-s").press("L");
    desk.type_in("farm").press("Enter Enter");
    desk.type_in("x").play("C-s");
    let Some(Layer::Confirm(confirm)) = desk.state.layers.last() else { panic!("it is asked first") };
    assert!(confirm.lines.iter().any(|line| line.starts_with("CAREFUL: 1 of them")), "{:?}", confirm.lines);
}

#[test]
fn the_stage_follows_from_labels_until_a_person_says_it() {
    let mut desk = Desk::new();
    desk.press("l t");
    desk.type_in("farm").press("Enter Enter");
    desk.type_in("x").play("C-s");
    assert_eq!(desk.state.case.stages[&account("acct_0")].stage, Stage::Suspect);
    desk.press("Space s");
    desk.type_in("cc").play("Enter Enter");
    assert!(form_error(&desk).is_some(), "a reason is needed");
    desk.type_in("it is our own").play("Enter");
    let staging = desk.state.case.stages[&account("acct_0")].clone();
    assert_eq!((staging.stage, staging.derived), (Stage::Cleared, false));
    desk.play("u");
    assert_eq!(desk.state.case.stages[&account("acct_0")].stage, Stage::Suspect);
}

#[test]
fn only_pinned_rows_and_back_to_all_of_the_view() {
    let mut desk = Desk::new();
    desk.play("Space p");
    assert!(desk.message().contains("m pins"), "{}", desk.message());
    desk.play("l +").play("m").play("Space p");
    assert_eq!(desk.filter(), "account:acct_0 pinned:yes");
    desk.play("Space p");
    assert_eq!(desk.filter(), "account:acct_0");
}

#[test]
fn one_label_is_recorded_at_once_with_what_it_says() {
    let mut desk = Desk::new();
    desk.press("l t");
    desk.type_in("office").press("Enter Right Enter");
    desk.type_in("our own").play("C-s");
    let is_it = |event: &Event| {
        matches!(event, Event::Labelled { label, connotation: Connotation::Good, playbook, .. }
            if label == "office" && playbook.is_empty())
    };
    assert!(desk.recorded.iter().any(is_it));
}
