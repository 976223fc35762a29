//! The links of an entity and the templates of prompts, played with keys.

use super::desk::Desk;
use crate::app::state::links::LinkLine;
use crate::app::state::{Layer, Place, Surface};
use crate::case::Event;
use crate::domain::{Entity, Role};

/// The lines of the tree in a few words.
fn lines(desk: &Desk) -> Vec<String> {
    desk.state
        .links
        .lines
        .iter()
        .map(|line| match line {
            LinkLine::Entity { neighbour, open, .. } => {
                format!("{}{}{}", " ".repeat(line.depth()), if *open { "-" } else { "+" }, neighbour.entity.value)
            }
            LinkLine::Bridge { depth, via } => {
                format!("{}{}{}", " ".repeat(*depth), if via.hub { "hub " } else { "" }, via.value)
            }
            LinkLine::Rest { depth, says } => format!("{}({says})", " ".repeat(*depth)),
        })
        .collect()
}

fn at_links() -> Desk {
    let mut desk = Desk::new();
    desk.play("l p l");
    let start = Entity::new(Role::Account, "acct_0").unwrap();
    assert_eq!(*desk.state.place(), Place::Links(start));
    desk
}

#[test]
fn a_neighbour_unfolds_into_what_is_shared_and_its_own_neighbours() {
    let mut desk = at_links();
    let weak = " (1 more share too little to count: w shows them)";
    assert_eq!(lines(&desk), ["-acct_0", " +acct_1", weak, " hub 100.64.0.1"]);
    desk.play("j Enter");
    assert_eq!(
        lines(&desk),
        ["-acct_0", " -acct_1", "  192.0.2.1", "  192.0.2.2", "  +acct_2", weak, " hub 100.64.0.1"],
        "its own neighbours without the one it was reached from"
    );
    desk.play("j");
    assert_eq!(desk.state.links.pointed(), Entity::new(Role::Ip, "192.0.2.1"), "an address is an entity like any other");
    desk.play("h");
    assert_eq!(desk.state.links.cursor, 1, "left goes to what is above");
    desk.play("h w");
    assert_eq!(lines(&desk), ["-acct_0", " +acct_1", " +acct_3", " hub 100.64.0.1"]);
    desk.play("g j p i");
    assert!(matches!(desk.state.place(), Place::Pivot { to: Role::Ip, .. }), "pivots work on a neighbour");
    desk.play("Backspace");
    assert_eq!(desk.state.links.cursor, 1);
    assert_eq!(lines(&desk).len(), 4, "what was known is still there");
}

#[test]
fn the_group_grows_and_shrinks_and_is_marked_labelled_and_found_with_one_key() {
    let mut desk = at_links();
    assert_eq!(desk.state.links.members().len(), 2);
    desk.play(">");
    assert_eq!(desk.state.links.members().len(), 3);
    desk.play("M");
    assert_eq!(desk.state.marks.words().as_deref(), Some("3 accounts"));
    desk.play("Esc < <");
    assert_eq!(desk.state.links.members().len(), 2);
    assert!(desk.message().contains("neighbours already"), "{}", desk.message());
    desk.play("> L");
    desk.type_in("ring");
    desk.play("Enter Enter");
    desk.type_in("same addresses");
    desk.play("C-s Enter");
    assert!(matches!(desk.recorded.last(), Some(Event::LabelledMany { entities, .. }) if entities.len() == 3));
    desk.play("Esc W");
    assert_eq!(desk.filter(), "account:acct_0,acct_1,acct_2", "the finding stands on the rows of all of them");
    desk.type_in("a ring");
    desk.play("C-s");
    let found = desk.recorded.iter().find_map(|event| match event {
        Event::Found { entities, .. } => Some(entities.len()),
        _ => None,
    });
    assert_eq!(found, Some(3));
}

#[test]
fn what_counts_is_chosen_in_a_form_that_says_what_is_wrong() {
    let mut desk = at_links();
    desk.play("o C-u");
    desk.type_in("ip key");
    desk.play("Tab");
    desk.type_in("1");
    desk.play("Tab Tab Tab Enter");
    let machine = desk.state.links.machine.as_ref().unwrap();
    assert_eq!((machine.options().over.len(), machine.options().hub), (2, Some(1)));
    assert_eq!(desk.state.links.members().len(), 1, "everything is a hub now");
    desk.play("o C-u");
    desk.type_in("account");
    desk.play("Tab Tab Tab Tab Enter");
    assert!(
        matches!(desk.state.layers.last(), Some(Layer::Form(form)) if form.error.as_deref().is_some_and(|error| error.contains("that is what they are")))
    );
    desk.play("Esc d");
    assert!(desk.state.links.drawing);
}

#[test]
fn links_stop_with_esc_and_go_on_when_asked_again() {
    let mut desk = Desk::new();
    desk.press("l p l");
    assert!(desk.state.links.loading);
    desk.press("Esc");
    assert!(!desk.state.links.loading && desk.message().contains("stopped"), "{}", desk.message());
    desk.settle();
    assert_eq!(desk.state.links.members().len(), 1);
    desk.play(">");
    assert!(desk.state.links.members().len() > 1);
}

#[test]
fn a_template_is_masked_until_it_is_revealed_and_then_leads_to_its_rows_and_accounts() {
    let mut desk = Desk::new();
    desk.play("Space g");
    assert_eq!(*desk.state.place(), Place::Templates);
    assert_eq!(desk.state.templates.found().len(), 1);
    assert_eq!(desk.state.templates.current().unwrap().template.to_string(), "say the forbidden word number {…} now");
    for keys in ["Enter", "+", "a", "M"] {
        desk.play(keys);
        assert!(desk.message().contains("masked"), "{keys}: {}", desk.message());
        assert_eq!(*desk.state.place(), Place::Templates);
    }
    desk.play("z r");
    assert!(desk.recorded.iter().any(|event| matches!(event, Event::Revealed { row_id: 1, .. })));
    desk.play("Enter");
    assert_eq!(
        (desk.state.place(), desk.filter()),
        (&Place::Rows, "content:\"say the forbidden word number \"*\" now\"".to_owned())
    );
    desk.play("Backspace M");
    assert!(matches!(desk.state.place(), Place::Pivot { to: Role::Account, .. }));
    assert_eq!(desk.state.marks.words().as_deref(), Some("2 accounts"));
    assert_eq!(desk.state.surface, Surface::Explore);
}

#[test]
fn templates_stop_with_esc_and_begin_again() {
    let mut desk = Desk::new();
    desk.press("p t Esc");
    assert!(!desk.state.templates.loading && desk.state.templates.stopped);
    desk.settle();
    assert!(desk.state.templates.found().is_empty());
    desk.play("Space g");
    assert_eq!(desk.state.templates.found().len(), 1);
}
