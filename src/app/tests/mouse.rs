//! The mouse: what is clicked on is chosen, what is chosen is opened, what lies under the wheel is scrolled.

use crate::app::msg::{Mouse, MouseDone, Spot};
use crate::app::state::{Layer, Pane, Place, Surface};
use crate::app::{Effect, Msg};

use super::desk::Desk;

fn at(desk: &mut Desk, done: MouseDone, column: u16, row: u16) {
    desk.send(Msg::Mouse(Mouse { done, column, row, on: None }));
    desk.settle();
}

/// A click where drawing knows what stands there.
fn click_on(desk: &mut Desk, column: u16, row: u16, on: Spot) {
    desk.send(Msg::Mouse(Mouse { done: MouseDone::Click, column, row, on: Some(on) }));
    desk.settle();
}

fn click(desk: &mut Desk, column: u16, row: u16) {
    at(desk, MouseDone::Click, column, row);
}

/// A column in the middle of the rows, and the line of the first row, on a screen of 120 by 40.
const ROWS: (u16, u16) = (60, 11);

#[test]
fn a_click_chooses_a_row_and_a_second_one_opens_it() {
    let mut desk = Desk::new();
    click(&mut desk, ROWS.0, ROWS.1 + 4);
    assert_eq!((desk.state.rows.cursor, desk.state.focus), (4, Pane::Main));
    assert_eq!(desk.state.detail.row_id, Some(5));
    click(&mut desk, ROWS.0, ROWS.1 + 4);
    assert_eq!(desk.state.focus, Pane::Detail);
    // Back from there the first click only takes the focus.
    click(&mut desk, ROWS.0, ROWS.1 + 4);
    assert_eq!(desk.state.focus, Pane::Main);
    // Frames and heads are nothing to choose.
    click(&mut desk, ROWS.0, ROWS.1 - 1);
    assert_eq!(desk.state.rows.cursor, 4);
}

#[test]
fn a_click_chooses_the_column_too_and_only_the_same_cell_is_opened() {
    let mut desk = Desk::new();
    click_on(&mut desk, ROWS.0, ROWS.1 + 4, Spot::Column(2));
    assert_eq!((desk.state.rows.cursor, desk.state.rows.column), (4, 2));
    click_on(&mut desk, ROWS.0, ROWS.1 + 4, Spot::Column(1));
    assert_eq!((desk.state.rows.cursor, desk.state.rows.column, desk.state.focus), (4, 1, Pane::Main));
    click_on(&mut desk, ROWS.0, ROWS.1 + 4, Spot::Column(1));
    assert_eq!(desk.state.focus, Pane::Detail);
    // A column that is not there any more is none.
    click_on(&mut desk, ROWS.0, ROWS.1 + 3, Spot::Column(99));
    assert_eq!((desk.state.rows.cursor, desk.state.rows.column), (3, 1));
}

#[test]
fn a_click_on_a_head_chooses_the_column_and_further_ones_sort_by_it() {
    let mut desk = Desk::new();
    let head = (ROWS.0, ROWS.1 - 1);
    let sort = |desk: &Desk| desk.state.view().sort.iter().map(|key| (key.column.clone(), key.descending)).collect::<Vec<_>>();
    let wanted = [vec![], vec![("account".to_owned(), false)], vec![("account".to_owned(), true)]];
    for wanted in wanted {
        click_on(&mut desk, head.0, head.1, Spot::Column(1));
        assert_eq!((desk.state.rows.column, sort(&desk)), (1, wanted));
    }
    // From another pane the first click only takes the focus.
    desk.play("Tab");
    assert_ne!(desk.state.focus, Pane::Main);
    click_on(&mut desk, head.0, head.1, Spot::Column(1));
    assert_eq!((desk.state.focus, sort(&desk)), (Pane::Main, vec![("account".to_owned(), true)]));
}

#[test]
fn lines_that_only_drawing_knows_are_chosen_and_then_opened() {
    let mut desk = Desk::new();
    let last = desk.state.timeline.buckets.len() - 1;
    assert!(last > 0);
    click_on(&mut desk, 60, 4, Spot::Line(last));
    assert_eq!((desk.state.focus, desk.state.timeline.cursor), (Pane::Timeline, last));
    click_on(&mut desk, 60, 4, Spot::Line(last + 1));
    assert_eq!(desk.state.timeline.cursor, last, "what is not there is not chosen");
    click_on(&mut desk, 60, 4, Spot::Line(last));
    assert!(!desk.state.view().range.is_all(), "the bucket is opened");
    let mut desk = Desk::new();
    desk.play("l p p");
    assert!(matches!(desk.state.place(), Place::Page(_)));
    let last = desk.state.page_lines().len() - 1;
    assert!(last > 0);
    click_on(&mut desk, ROWS.0, ROWS.1 + 2, Spot::Line(last));
    assert_eq!(desk.state.page.cursor, last);
    click_on(&mut desk, ROWS.0, ROWS.1 + 2, Spot::Line(last + 1));
    assert_eq!(desk.state.page.cursor, last, "what is not there is not chosen");
}

#[test]
fn over_the_surface_a_second_click_is_enter_and_one_beside_it_is_nothing() {
    let mut desk = Desk::new();
    desk.play("l + Space b g");
    click(&mut desk, ROWS.0, ROWS.1 + 4);
    assert!(matches!(desk.state.layers.last(), Some(Layer::Trail(layer)) if layer.cursor == 0));
    // Asked in which form a view is copied, a click chooses another view instead.
    desk.play("y");
    click_on(&mut desk, ROWS.0, ROWS.1, Spot::Line(0));
    assert!(matches!(desk.state.layers.last(), Some(Layer::Trail(layer)) if !layer.copying));
    click_on(&mut desk, ROWS.0, ROWS.1, Spot::Line(0));
    assert_eq!((desk.state.layers.len(), desk.state.trail.position()), (0, 0));
    desk.play(": Down");
    click_on(&mut desk, ROWS.0, ROWS.1, Spot::Line(3));
    assert!(matches!(desk.state.layers.last(), Some(Layer::Palette { cursor: 3, .. })));
}

#[test]
fn a_click_takes_the_focus_and_chooses_a_line_there() {
    let mut desk = Desk::new();
    click_on(&mut desk, 5, 5, Spot::Line(2));
    assert_eq!((desk.state.focus, desk.state.fields.cursor), (Pane::Fields, 2));
    click_on(&mut desk, 100, 4, Spot::Line(1));
    assert_eq!((desk.state.focus, desk.state.detail.cursor), (Pane::Detail, 1));
    click(&mut desk, 60, 4);
    assert_eq!(desk.state.focus, Pane::Timeline);
}

#[test]
fn surfaces_and_the_filter_are_clicked_on_in_the_lines_at_the_top() {
    for (width, columns) in
        [(120, [(70, 1), (81, 2), (94, 3), (107, 4), (116, 5)]), (80, [(62, 1), (72, 2), (74, 3), (76, 4), (78, 5)])]
    {
        for (column, key) in columns {
            let mut desk = Desk::new();
            desk.send(Msg::Resize(crate::app::state::Size { width, height: 40 }));
            click(&mut desk, column, 0);
            let wanted =
                [Surface::Explore, Surface::Explore, Surface::Playbooks, Surface::Findings, Surface::Case, Surface::Sql][key];
            assert_eq!(desk.state.surface, wanted, "column {column} of {width}");
        }
    }
    let mut desk = Desk::new();
    click(&mut desk, 10, 1);
    assert!(matches!(desk.state.layers.last(), Some(Layer::Filter { .. })));
    // What lies over the surface keeps the mouse away from what is below.
    click(&mut desk, ROWS.0, ROWS.1 + 4);
    assert_eq!((desk.state.rows.cursor, desk.state.layers.len()), (0, 1));
}

#[test]
fn on_the_boards_of_playbooks_a_click_chooses_what_is_shown_there() {
    let mut desk = super::playbooks::desk();
    desk.play("R");
    let library = desk.state.playbooks.cursor;
    click_on(&mut desk, 10, 4, Spot::Line(2));
    assert_eq!((desk.state.playbooks.triage.cursor, desk.state.playbooks.cursor), (2, library));
    assert_eq!(desk.state.surface, Surface::Playbooks, "what was not chosen before is not opened");
    // What is said beside the board is nothing to choose.
    click(&mut desk, 110, 3);
    assert_eq!(desk.state.playbooks.triage.cursor, 2);
    click_on(&mut desk, 10, 4, Spot::Line(2));
    assert_eq!((desk.state.surface, desk.filter().as_str()), (Surface::Explore, "account:acct_2"));
    desk.play("2 Tab g");
    click_on(&mut desk, 10, 3, Spot::Line(1));
    assert_eq!(desk.state.playbooks.cursor, 1);
}

#[test]
fn the_wheel_scrolls_what_lies_under_it_and_leaves_the_focus() {
    let mut desk = Desk::new();
    at(&mut desk, MouseDone::WheelDown, ROWS.0, ROWS.1);
    at(&mut desk, MouseDone::WheelDown, ROWS.0, ROWS.1);
    at(&mut desk, MouseDone::WheelUp, ROWS.0, ROWS.1);
    assert_eq!(desk.state.rows.cursor, 3);
    at(&mut desk, MouseDone::WheelDown, 5, 5);
    assert_eq!((desk.state.fields.cursor, desk.state.focus), (3, Pane::Main));
    desk.press("?");
    at(&mut desk, MouseDone::WheelDown, ROWS.0, ROWS.1);
    assert!(matches!(desk.state.layers.last(), Some(Layer::Help { top: 1.., .. })));
}

#[test]
fn a_list_is_clicked_like_the_rows() {
    let mut desk = Desk::new();
    desk.play("l F");
    assert!(desk.state.list.items.len() > 2);
    click_on(&mut desk, ROWS.0, ROWS.1 + 1, Spot::Line(1));
    assert_eq!(desk.state.list.cursor, 1);
    click_on(&mut desk, ROWS.0, ROWS.1 + 1, Spot::Line(1));
    assert!(desk.filter().starts_with("account:"), "{}", desk.filter());
}

#[test]
fn stopping_and_drawing_anew_are_asked_of_the_runtime() {
    let mut desk = Desk::new();
    desk.play("C-l C-z");
    assert!(desk.effects.ends_with(&[Effect::Redraw, Effect::Suspend]), "{:?}", desk.effects);
}

/// Every cursor stands on something, or at the beginning where there is nothing.
fn cursors_are_on_something(desk: &Desk) {
    let state = &desk.state;
    let on = [
        ("rows", usize::try_from(state.rows.cursor).unwrap(), usize::try_from(state.rows.total.unwrap_or(0)).unwrap()),
        ("columns", state.rows.column, state.rows.columns.len()),
        ("list", state.list.cursor, state.list.items.len()),
        ("fields", state.fields.cursor, state.fields.lines().len()),
        ("detail", state.detail.cursor, state.detail.lines().len()),
        ("timeline", state.timeline.cursor, state.timeline.buckets.len()),
        ("page", state.page.cursor, state.page_lines().len()),
        ("playbooks", state.playbooks.cursor, state.playbooks.lines().len()),
        ("case", state.case.cursor, state.case_lines().len()),
        ("finding", state.case.finding, state.case.case.findings().len()),
    ];
    for (what, cursor, count) in on {
        assert!(cursor < count.max(1), "{what}: {cursor} of {count}");
    }
}

#[test]
fn any_cell_of_any_screen_can_be_clicked_and_every_cursor_stays_on_something() {
    let mut desk = Desk::new();
    for (width, height) in [(1, 1), (40, 10), (80, 24), (130, 50), (0, 0)] {
        desk.send(Msg::Resize(crate::app::state::Size { width, height }));
        for keys in ["1", "2", "3", "4", "5", "Esc", "1 l F", "p p", "Backspace Backspace T"] {
            desk.play(keys);
            for row in (0..=height).step_by(3) {
                for column in (0..=width).step_by(7) {
                    for done in [MouseDone::Click, MouseDone::WheelDown, MouseDone::WheelUp] {
                        at(&mut desk, done, column, row);
                    }
                    click_on(&mut desk, column, row, Spot::Line(usize::from(row)));
                    cursors_are_on_something(&desk);
                }
            }
            desk.play("Esc Esc Esc Esc");
        }
    }
}
