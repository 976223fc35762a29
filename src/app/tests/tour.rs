//! The tour: a step is over when what it asks for has come about.

use super::desk::Desk;
use crate::app::command::by_id;
use crate::app::keymap::Keymap;
use crate::app::state::tour::{OFTEN, Step, Tour, TourKept};
use crate::app::state::{Place, Size, Surface};
use crate::app::{Effect, Msg};
use crate::playbook::Playbook;

/// A desk over the made-up extract with a playbook that accuses somebody, and the tour begun.
fn toured() -> Desk {
    let mut desk = Desk::new();
    let text = "-- id = \"planted\"\n-- title = \"Planted abuse\"\n-- question = \"Who?\"\n-- severity = \"high\"\n-- entity = \"account\"\n\
                -- roles = [\"account\"]\n-- ---\n-- Finds it.\nSELECT account AS entity, 1.0 AS score, 1 AS requests, NULL AS first_seen, \
                NULL AS last_seen, 'stuffing' AS examples FROM requests\n";
    desk.send(Msg::Library(vec![Playbook::parse(text).unwrap()]));
    desk.send(Msg::Tour(TourKept::default()));
    desk
}

fn step(desk: &Desk) -> Option<Step> {
    desk.state.tour.as_ref().and_then(Tour::step)
}

/// Runs all playbooks and goes to the rows of the first whom they accuse.
fn open_a_hit(desk: &mut Desk) {
    desk.play("R");
    desk.play("Enter");
    assert_eq!(desk.state.surface, Surface::Explore, "{}", desk.message());
}

#[test]
fn the_tour_goes_from_the_first_row_to_a_written_report() {
    let mut desk = toured();
    assert_eq!(step(&desk), Some(Step::Look));
    desk.play("j");
    assert_eq!(step(&desk), Some(Step::Look), "down alone is half of it");
    desk.play("l");
    assert_eq!(step(&desk), Some(Step::Playbooks));
    desk.play("2");
    assert_eq!(step(&desk), Some(Step::Hit));
    open_a_hit(&mut desk);
    assert_eq!(step(&desk), Some(Step::Inside));
    desk.play("p l");
    assert!(matches!(desk.state.place(), Place::Links(_)));
    assert_eq!(step(&desk), Some(Step::Others), "links are not yet one of those who are linked");
    desk.play("j");
    assert_eq!(step(&desk), Some(Step::Label));
    desk.press("t");
    desk.type_in("suspect");
    desk.press("Enter Enter");
    desk.type_in("shared");
    desk.play("C-s");
    assert_eq!(step(&desk), Some(Step::Pin));
    desk.play("p r m");
    assert_eq!(step(&desk), Some(Step::Finding));
    desk.press("f");
    desk.type_in("A key was shared");
    desk.play("C-s");
    assert_eq!(step(&desk), Some(Step::Report));
    desk.play("Space r Enter Enter");
    assert!(desk.effects.iter().any(|effect| matches!(effect, Effect::Report { .. })));
    assert_eq!(step(&desk), Some(Step::Report), "asked for is not yet written");
    desk.record_export();
    assert_eq!(step(&desk), Some(Step::Next));
    desk.play("?");
    assert_eq!(step(&desk), Some(Step::Next), "the help is still open");
    desk.play("Esc");
    assert_eq!(desk.state.tour, None);
    assert!(desk.message().contains("tour brings it back"), "{}", desk.message());
    let kept = desk.effects.iter().rev().find_map(|effect| match effect {
        Effect::KeepTour(kept) => Some(*kept),
        _ => None,
    });
    assert_eq!(kept, Some(TourKept { over: true, shown: 1 }));
}

#[test]
fn what_is_done_in_between_does_not_disturb_and_what_was_done_before_counts() {
    let mut desk = toured();
    // Pinned, searched, sorted, asked, gone to the case and back: the step stays.
    desk.play("m ] z [ 4 1 Space q");
    desk.type_in("who?");
    desk.play("Enter z w z w Space b Esc");
    assert_eq!(step(&desk), Some(Step::Look));
    desk.play("j l 2");
    open_a_hit(&mut desk);
    desk.play("Backspace 3 1 P a");
    assert_eq!(step(&desk), Some(Step::Others), "a list of the view is not yet one of somebody");
    desk.play("p i");
    assert!(matches!(desk.state.place(), Place::Pivot { from, .. } if !from.is_empty()));
    desk.play("t");
    desk.type_in("x");
    desk.press("Enter Enter");
    desk.type_in("y");
    desk.play("C-s");
    // The row was pinned before: that step is over with the one before it.
    assert_eq!(step(&desk), Some(Step::Finding));
}

#[test]
fn steps_are_skipped_and_the_tour_is_left_for_good_and_brought_back() {
    let mut desk = toured();
    desk.play("F2 Space n");
    assert_eq!(step(&desk), Some(Step::Hit));
    desk.play("F3");
    assert_eq!(desk.state.tour, None);
    assert!(desk.effects.contains(&Effect::KeepTour(TourKept { over: true, shown: 1 })));
    desk.play("F2");
    assert!(desk.message().contains("does not work here"), "{}", desk.message());
    desk.press(": ");
    desk.type_in("tour");
    desk.play("Enter");
    assert_eq!(step(&desk), Some(Step::Look));
    for _ in Step::ALL {
        desk.play("F2");
    }
    assert_eq!(desk.state.tour, None, "the last step can be skipped too");
}

#[test]
fn it_begins_by_itself_a_few_times_only_and_never_once_it_is_over() {
    for (kept, begins) in [
        (TourKept { over: false, shown: OFTEN - 1 }, true),
        (TourKept { over: false, shown: OFTEN }, false),
        (TourKept { over: true, shown: 1 }, false),
    ] {
        let mut desk = Desk::new();
        desk.send(Msg::Tour(kept));
        assert_eq!(desk.state.tour.is_some(), begins, "{kept:?}");
    }
}

#[test]
fn the_tour_takes_lines_of_its_own_and_gives_them_back() {
    let mut desk = Desk::new();
    desk.send(Msg::Resize(Size { width: 80, height: 24 }));
    desk.send(Msg::Tour(TourKept::default()));
    assert_eq!((desk.state.size.height, desk.state.tour_lines), (21, 3));
    desk.play("G");
    desk.send(Msg::Resize(Size { width: 60, height: 30 }));
    assert_eq!((desk.state.size.height, desk.state.tour_lines), (26, 4));
    desk.send(Msg::Resize(Size { width: 40, height: 10 }));
    assert_eq!((desk.state.size.height, desk.state.tour_lines), (10, 0));
    desk.send(Msg::Resize(Size { width: 80, height: 24 }));
    desk.play("F3");
    assert_eq!((desk.state.size.height, desk.state.tour_lines), (24, 0));
    let screen = u64::from(crate::app::layout::rows_height(desk.state.size, desk.state.sizes));
    assert!(desk.state.rows.top + screen > desk.state.rows.cursor, "the row under the cursor is in sight");
}

#[test]
fn every_key_that_the_tour_names_is_bound_in_every_preset_and_every_command_is_one() {
    let mut desk = toured();
    let mut said = Vec::new();
    for (surface, keys) in [(Surface::Explore, ""), (Surface::Playbooks, "2"), (Surface::Explore, "l p i")] {
        desk.play("1");
        desk.play(keys);
        assert_eq!(desk.state.surface, surface);
        for at in 0..Step::ALL.len() {
            said.push(Tour { step: at, ..Tour::default() }.words(&desk.state));
        }
    }
    assert!(said.len() == 30);
    for name in Keymap::presets() {
        let (keymap, _) = Keymap::with(Some(name), &[]);
        for words in &said {
            for part in [words.text, words.short].into_iter().flat_map(|text| text.split('{').skip(1)) {
                let (id, _) = part.split_once('}').expect("a closed brace");
                match by_id(id) {
                    Some(command) => assert!(!keymap.keys_of(command).is_empty(), "{name}: {id}"),
                    None => assert!(crate::app::key::sequence(id).is_ok() && !id.contains('-') || id == "C-s", "{id}"),
                }
            }
        }
    }
}

#[test]
fn a_desk_without_a_case_waits_for_it() {
    let mut desk = Desk::before();
    desk.send(Msg::Tour(TourKept::default()));
    assert_eq!((desk.state.tour_lines, desk.state.tour.as_ref().and_then(|tour| tour.base)), (0, None));
    desk.send(Msg::CaseOpened { case: Box::default(), dir: "/case".into(), read_only: false, notice: None });
    assert!(desk.state.tour.as_ref().is_some_and(|tour| tour.base.is_some()));
}
