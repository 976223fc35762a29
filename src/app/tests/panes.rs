//! The sizes of the panes, the choice of a theme, and going on where the last sitting ended.

use std::sync::Arc;

use super::desk::Desk;
use crate::app::layout::{Sizes, layout};
use crate::app::state::{Layer, Resume, Size};
use crate::app::{Effect, Msg};
use crate::case::{Case, SavedView};

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

fn resumed(filter: &str, extract: &str) -> Desk {
    let mut desk = Desk::before();
    let view = SavedView { filter: filter.into(), sort: vec!["-time".into()], ..SavedView::default() };
    desk.send(Msg::Resume(Resume { extract: extract.into(), title: "+ account:acct_1".into(), view }));
    desk.send(Msg::Opened(Arc::new(Desk::extract())));
    desk.send(Msg::CaseOpened {
        case: Box::new(Case::default()),
        dir: "/case".into(),
        read_only: false,
        notice: Some("case of 9".into()),
    });
    desk.settle();
    desk
}

#[test]
fn a_sitting_goes_on_at_the_last_view() {
    let desk = resumed("account:acct_1", &"e".repeat(64));
    assert_eq!(desk.filter(), "account:acct_1");
    assert_eq!(desk.state.trail.here().title, "+ account:acct_1");
    assert_eq!(desk.state.trail.here().parent, Some(0), "all rows are one step back");
    assert!(desk.message().contains("last view"), "{}", desk.message());
    let desk = resumed("account:acct_1", "another");
    assert!(desk.message().contains("something in them changed"), "{}", desk.message());
    let desk = resumed("colour:red", &"e".repeat(64));
    assert!(desk.filter().is_empty() && desk.message().contains("does not fit"), "{}", desk.message());
}
