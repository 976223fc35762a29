//! Notes in a pane of several lines, and in the analyst's own editor.

use super::desk::{Desk, seal, secret};
use crate::app::state::Layer;
use crate::app::{Effect, Msg};
use crate::case::{Event, Target};

fn text(desk: &Desk) -> Option<String> {
    match desk.state.layers.last() {
        Some(Layer::Note(note)) => Some(note.editor.text()),
        _ => None,
    }
}

fn noted(desk: &Desk) -> Vec<String> {
    desk.state.case.case.notes().map(|note| note.text.clone()).collect()
}

#[test]
fn a_note_has_lines_and_is_saved_by_its_own_key() {
    let mut desk = Desk::new();
    desk.press("l c");
    desk.type_in("# seen").press("Enter Enter");
    desk.type_in("- once").play("C-s");
    assert_eq!(noted(&desk), ["# seen\n\n- once"]);
    assert!(desk.message().starts_with("saved: note"), "{}", desk.message());
    desk.play("u");
    assert!(noted(&desk).is_empty());
    desk.play("C-r");
    assert_eq!(noted(&desk).len(), 1);
}

#[test]
fn what_is_not_saved_is_thrown_away_only_by_a_second_key() {
    let mut desk = Desk::new();
    desk.press("c");
    desk.type_in("important").press("Esc");
    assert_eq!(text(&desk).as_deref(), Some("important"), "once is not enough");
    desk.type_in("!").press("Esc C-c");
    assert!(desk.state.quit, "the second key leaves");
    assert!(noted(&desk).is_empty());
    let mut desk = Desk::new();
    desk.press("c Esc");
    assert_eq!(text(&desk), None, "nothing was written, nothing is asked");
}

#[test]
fn an_empty_note_is_not_saved_and_emptying_one_takes_it_away() {
    let mut desk = Desk::new();
    desk.press("c C-s");
    assert!(matches!(desk.state.layers.last(), Some(Layer::Note(note)) if note.error.is_some()));
    desk.type_in("x").play("C-s").play("4");
    while !matches!(desk.state.case_line(), Some(crate::app::state::CaseLine::Note(_))) {
        desk.press("j");
    }
    desk.press("e Backspace");
    desk.type_in("y").play("C-s");
    assert_eq!(noted(&desk), ["y"], "the same note, rewritten");
    desk.play("e Backspace C-s");
    assert!(noted(&desk).is_empty());
    assert!(matches!(desk.recorded.last(), Some(Event::NoteRemoved { .. })));
}

#[test]
fn the_text_goes_to_the_analysts_editor_and_what_it_leaves_is_taken() {
    let mut desk = Desk::new();
    desk.press("c");
    desk.type_in("one").press("F4");
    assert_eq!(desk.effects, [Effect::Edit("one".into())]);
    desk.send(Msg::Edited(Ok(Some("one\r\ntwo\n".into()))));
    assert_eq!(text(&desk).as_deref(), Some("one\ntwo"));
    desk.send(Msg::Edited(Ok(None)));
    desk.send(Msg::Edited(Err("the editor ended with exit status: 1".into())));
    assert!(desk.message().contains("status"), "{}", desk.message());
    assert_eq!(text(&desk).as_deref(), Some("one\ntwo"), "a failed editor changes nothing");
    desk.play("C-s");
    assert_eq!(noted(&desk), ["one\ntwo"]);
    desk.send(Msg::Edited(Ok(Some("late".into()))));
    assert_eq!(noted(&desk), ["one\ntwo"], "nobody waits for it any more");
}

#[test]
fn a_text_that_is_too_long_is_not_taken_in_part() {
    let mut desk = Desk::new();
    desk.press("c");
    desk.type_in("kept");
    desk.send(Msg::Edited(Ok(Some("x".repeat(crate::app::state::editor::LONGEST + 1)))));
    desk.send(Msg::Paste("y".repeat(crate::app::state::editor::LONGEST)));
    assert_eq!(text(&desk).as_deref(), Some("kept"));
    assert!(desk.message().contains("64 kB"), "{}", desk.message());
}

#[test]
fn a_secret_in_a_note_is_sealed_before_the_journal_sees_it() {
    let mut desk = Desk::new();
    desk.press("c");
    desk.send(Msg::Paste(format!("they use\n{}", secret())));
    assert_eq!(text(&desk), Some(format!("they use\n{}", seal().mask(&secret()))));
    desk.press("Enter");
    desk.type_in(&secret()).play("C-s");
    assert!(!format!("{:?}", desk.recorded).contains(&secret()));
}

#[test]
fn a_finding_is_noted_on_its_surface_and_a_text_of_several_lines_stays_one() {
    let mut desk = Desk::new();
    desk.press("f");
    desk.type_in("keys").press("Tab Tab Tab Tab Tab Tab Tab");
    desk.type_in("why").press("Enter");
    desk.type_in("and how").play("C-s").play("3 c");
    desk.type_in("ask legal").play("C-s");
    let finding = desk.state.case.case.findings()[0].clone();
    assert_eq!(finding.text, "why\nand how");
    assert_eq!(desk.state.case.case.notes_on(&Target::Finding(finding.id)).len(), 1);
    desk.play("e Enter Enter Enter").type_in("leaks").play("C-s");
    let finding = desk.state.case.case.findings()[0].clone();
    assert_eq!((finding.text.as_str(), finding.category.as_str()), ("why\nand how", "leaks"));
}
