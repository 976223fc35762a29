//! The mouse: what is clicked on is chosen, what is chosen is opened, what lies under the wheel is scrolled.

use crate::app::msg::{Mouse, MouseDone};
use crate::app::state::{Layer, Pane, Surface};
use crate::app::{Effect, Msg};

use super::desk::Desk;

fn at(desk: &mut Desk, done: MouseDone, column: u16, row: u16) {
    desk.send(Msg::Mouse(Mouse { done, column, row }));
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
fn a_click_takes_the_focus_and_chooses_a_line_there() {
    let mut desk = Desk::new();
    click(&mut desk, 5, 5);
    assert_eq!((desk.state.focus, desk.state.fields.cursor), (Pane::Fields, 2));
    click(&mut desk, 100, 4);
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
    click(&mut desk, 10, 4);
    assert_eq!((desk.state.playbooks.triage.cursor, desk.state.playbooks.cursor), (2, library));
    assert_eq!(desk.state.surface, Surface::Playbooks, "what was not chosen before is not opened");
    // What is said beside the board is nothing to choose.
    click(&mut desk, 110, 3);
    assert_eq!(desk.state.playbooks.triage.cursor, 2);
    click(&mut desk, 10, 4);
    assert_eq!((desk.state.surface, desk.filter().as_str()), (Surface::Explore, "account:acct_2"));
    desk.play("2 Tab g");
    click(&mut desk, 10, 3);
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
    click(&mut desk, ROWS.0, ROWS.1 + 1);
    assert_eq!(desk.state.list.cursor, 1);
    click(&mut desk, ROWS.0, ROWS.1 + 1);
    assert!(desk.filter().starts_with("account:"), "{}", desk.filter());
}

#[test]
fn stopping_and_drawing_anew_are_asked_of_the_runtime() {
    let mut desk = Desk::new();
    desk.play("C-l C-z");
    assert!(desk.effects.ends_with(&[Effect::Redraw, Effect::Suspend]), "{:?}", desk.effects);
}

#[test]
fn any_cell_of_any_screen_can_be_clicked() {
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
                }
            }
            desk.play("Esc Esc Esc Esc");
        }
    }
}
