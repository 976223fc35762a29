//! Moving, filtering, pivoting, going back.

use super::desk::{Desk, ROWS};
use crate::app::Msg;
use crate::app::state::page::PageLine;
use crate::app::state::rows::SCREENS;
use crate::app::state::{Layer, Pane, Phase, Place, Size, Surface};
use crate::domain::{Entity, Role};
use crate::engine::Lane;
use crate::engine::fake::Script;

#[test]
fn the_window_follows_the_cursor_and_never_holds_more_than_a_few_screens() {
    let mut desk = Desk::new();
    assert_eq!(desk.state.rows.total, Some(ROWS));
    let most = SCREENS * u64::from(crate::app::layout::rows_height(desk.state.size, desk.state.sizes));
    for keys in ["j j j", "G", "k k", "C-u C-u", "g", "PageDown PageDown PageDown PageDown PageDown", "G"] {
        desk.play(keys);
        let row = desk.state.rows.current().unwrap_or_else(|| panic!("no row under the cursor after {keys}"));
        assert_eq!(row.row_id as u64, desk.state.rows.cursor + 1);
        assert!(desk.state.rows.window.len() as u64 <= most);
    }
    assert_eq!(desk.state.rows.cursor, ROWS - 1);
}

#[test]
fn a_key_is_answered_while_the_rows_are_on_their_way() {
    let mut desk = Desk::new();
    desk.press("G k k");
    assert_eq!(desk.state.rows.cursor, ROWS - 3);
    assert!(desk.state.rows.current().is_none(), "the rows cannot be here yet");
    desk.settle();
    assert_eq!(desk.state.rows.current().unwrap().row_id as u64, ROWS - 2);
}

#[test]
fn keeping_and_dropping_a_value_are_steps_of_the_trail() {
    let mut desk = Desk::new();
    desk.play("l +");
    assert_eq!(desk.filter(), "account:acct_0");
    desk.play("l l !");
    assert_eq!(desk.filter(), "account:acct_0 -ip:192.0.2.0");
    assert_eq!(desk.state.trail.path().len(), 3);
    desk.play("Backspace");
    assert_eq!(desk.filter(), "account:acct_0");
    assert_eq!(desk.state.rows.column, 3, "the cursor is where it was");
    desk.play("=");
    assert_eq!(desk.state.trail.path().len(), 3);
    desk.play("Backspace Backspace Backspace");
    assert!(desk.message().contains("began"), "{}", desk.message());
}

#[test]
fn a_filtered_view_orders_its_rows_in_the_background_and_can_then_be_read_anywhere() {
    let mut desk = Desk::new();
    desk.press("l +");
    let lanes: Vec<Lane> = desk
        .engine
        .submitted()
        .iter()
        .filter(|request| request.statement.sql.starts_with("CREATE"))
        .map(|request| request.lane)
        .collect();
    assert_eq!(lanes, [Lane::Background]);
    desk.settle();
    desk.play("G");
    assert_eq!(desk.state.rows.cursor, 41, "the count of the view says 42 rows");
}

#[test]
fn pivots_lead_from_a_key_to_its_addresses_to_another_account() {
    let mut desk = Desk::new();
    desk.play("l l p i");
    let from = Entity::new(Role::Key, "key_0").unwrap();
    assert_eq!(*desk.state.place(), Place::Pivot { from: vec![from], to: Role::Ip });
    assert_eq!(desk.state.list.items.len(), 2);
    desk.play("j p a");
    assert!(matches!(desk.state.place(), Place::Pivot { from, to: Role::Account } if from[0].value == "192.0.2.2"));
    desk.play("Enter");
    assert_eq!(*desk.state.place(), Place::Rows);
    assert_eq!(desk.state.trail.path().len(), 4);
}

#[test]
fn a_pivot_to_a_role_that_is_not_mapped_says_so() {
    let mut desk = Desk::new();
    desk.play("l p d");
    assert!(desk.message().contains("no column of this extract is mapped to device"), "{}", desk.message());
    assert_eq!(*desk.state.place(), Place::Rows);
}

#[test]
fn the_popup_of_a_begun_sequence_never_swallows_the_next_key() {
    let mut desk = Desk::new();
    desk.press("l p");
    assert_eq!(desk.state.pending.len(), 1);
    desk.play("j");
    assert!(desk.state.pending.is_empty());
    assert_eq!(desk.state.rows.cursor, 1, "the j that closed the popup moved the cursor");
    desk.press("p Esc");
    assert!(desk.state.pending.is_empty());
    desk.press("p %");
    assert!(desk.state.pending.is_empty() && desk.message().contains("% is not bound"), "{}", desk.message());
    desk.press("p V");
    assert!(desk.message().contains("does not work here"), "{}", desk.message());
}

#[test]
fn an_entity_has_a_page_with_its_figures_and_relations() {
    let mut desk = Desk::new();
    desk.play("l p p");
    let figures = desk.state.page.figures.as_ref().unwrap();
    assert_eq!((figures.requests, figures.errors), (42, Some(4)));
    assert!(!desk.state.page.spark.is_empty());
    // What is new for it stands before what it always had; each can be gone on from.
    let fresh = &desk.state.page.fresh;
    assert_eq!((fresh.len(), fresh[0].role, fresh[0].count), (1, Role::Key, 9));
    desk.play("j");
    assert_eq!(crate::app::focus::pointed(&desk.state).unwrap().entity(), Entity::new(Role::Key, "key_new"));
    desk.play("j Enter");
    assert_eq!(*desk.state.place(), Place::Rows);
    assert_eq!(desk.filter(), "ip:192.0.2.1");
}

#[test]
fn the_playbooks_that_accuse_such_an_entity_are_run_from_its_page() {
    let mut desk = Desk::new();
    let library = crate::playbook::library::builtin();
    let accusing = library.iter().filter(|playbook| playbook.entity == Role::Key).count();
    desk.send(Msg::Library(library));
    desk.play("l l p p");
    let lines = desk.state.page_lines();
    let first = lines.iter().position(|line| matches!(line, PageLine::Playbook(_))).unwrap();
    assert_eq!(lines.iter().filter(|line| matches!(line, PageLine::Playbook(_))).count(), accusing);
    for _ in 0..first {
        desk.play("j");
    }
    let Some(PageLine::Playbook(at)) = lines.get(first).copied() else { panic!() };
    assert!(desk.state.playbooks.entries[at].hits.is_none());
    desk.play("Enter");
    assert!(matches!(desk.state.place(), Place::Page(_)), "the page stays");
    let entry = &desk.state.playbooks.entries[at];
    assert!(entry.hits.is_some() || entry.missing.is_some(), "{entry:?}");
}

#[test]
fn the_filter_bar_marks_a_mistake_and_keeps_what_was_typed() {
    let mut desk = Desk::new();
    desk.press("&");
    desk.type_in("acount:x");
    desk.play("Enter");
    let Some(Layer::Filter { input, error: Some(error), .. }) = desk.state.layers.last() else { panic!("the bar is closed") };
    assert_eq!(input.text(), "acount:x");
    assert_eq!(error.span, 0..6);
    assert_eq!(error.nearest.as_deref(), Some("account"));
    desk.press("C-u");
    desk.type_in("status:200 ");
    desk.play("Enter");
    assert_eq!(desk.filter(), "status:200");
    assert!(desk.state.layers.is_empty());
}

#[test]
fn tab_completes_the_name_of_a_column_in_the_filter_bar() {
    let mut desk = Desk::new();
    desk.press("&");
    desk.type_in("acc");
    desk.press("Tab");
    let Some(Layer::Filter { input, .. }) = desk.state.layers.last() else { panic!("the bar is closed") };
    assert!(input.text().starts_with("account"), "{}", input.text());
}

#[test]
fn escape_stops_what_runs_before_it_goes_anywhere() {
    let mut desk = Desk::new();
    desk.engine = std::sync::Arc::new(crate::engine::fake::FakeEngine::manual());
    desk.engine.on(|_| Some(Script::wait()));
    desk.play("l +");
    assert!(!desk.state.jobs.is_empty());
    let path = desk.state.trail.path().len();
    desk.play("Esc");
    assert!(desk.state.jobs.iter().all(|(_, job)| !job.purpose.is_of_view()));
    assert_eq!(desk.state.trail.path().len(), path);
    assert!(!desk.engine.cancelled().is_empty());
    desk.play("Esc");
    assert_eq!(desk.state.trail.path().len(), path - 1);
}

#[test]
fn answers_to_a_view_that_was_left_change_nothing() {
    let mut desk = Desk::new();
    desk.press("l +");
    desk.press("Backspace");
    desk.settle();
    assert_eq!(desk.state.rows.total, Some(ROWS));
    assert!(desk.state.view().is_all());
}

#[test]
fn a_failed_query_is_said_and_the_rest_goes_on() {
    let mut desk = Desk::new();
    desk.engine = std::sync::Arc::new(crate::engine::fake::FakeEngine::manual());
    desk.engine.on(|_| Some(Script::fail("boom")));
    desk.play("l +");
    assert!(desk.message().contains("boom"), "{}", desk.message());
    desk.play("? Esc");
    assert!(desk.state.layers.is_empty());
}

#[test]
fn the_marked_time_becomes_the_range_of_the_view() {
    let mut desk = Desk::new();
    desk.play("T");
    assert_eq!(desk.state.focus, Pane::Timeline);
    assert!(desk.state.timeline.buckets.len() >= 2);
    desk.play("[ l ] Enter");
    assert!(!desk.state.view().range.is_all());
    desk.play("z o");
    assert!(desk.state.view().range.is_all());
    desk.play("Space i");
    desk.type_in("-1h");
    desk.play("Enter");
    assert!(desk.state.view().range.from.is_some());
}

#[test]
fn sorting_hiding_and_searching_are_no_steps_of_the_trail() {
    let mut desk = Desk::new();
    desk.play("l ]");
    assert!(desk.state.view().sort[0].descending);
    desk.play("z h");
    assert!(!desk.state.rows.columns.contains(&"account".to_owned()));
    desk.play("z a z [");
    assert!(desk.state.view().sort.is_empty());
    desk.press("/");
    desk.type_in("needle");
    desk.play("Enter");
    assert_eq!(desk.state.rows.cursor, 700);
    assert_eq!(desk.state.trail.path().len(), 1);
}

#[test]
fn fields_show_exact_top_values_that_narrow_the_view() {
    let mut desk = Desk::new();
    desk.play("BackTab BackTab");
    assert_eq!(desk.state.focus, Pane::Fields);
    let account = desk
        .state
        .fields
        .lines()
        .iter()
        .position(|line| matches!(line, crate::app::state::fields::FieldLine::Value(..)))
        .unwrap();
    for _ in 0..account {
        desk.press("j");
    }
    desk.play("Enter");
    assert_eq!(desk.filter(), "account:acct_1");
}

#[test]
fn nested_values_of_the_detail_are_searched_in_their_column() {
    let mut desk = Desk::new();
    desk.play("Enter");
    assert_eq!(desk.state.focus, Pane::Detail);
    desk.play("G l j l j l j");
    desk.play("+");
    assert!(desk.filter().starts_with("extra:*"), "{}", desk.filter());
}

#[test]
fn a_key_that_does_nothing_here_says_where_it_does() {
    let mut desk = Desk::new();
    desk.play("V");
    assert!(desk.message().contains("verdict"), "{}", desk.message());
    desk.play("3");
    assert_eq!(desk.state.surface, Surface::Findings);
    desk.play("Esc");
    assert_eq!(desk.state.surface, Surface::Explore);
}

#[test]
fn the_palette_finds_a_command_by_letters_and_does_it() {
    let mut desk = Desk::new();
    desk.press(":");
    desk.type_in("theme");
    desk.play("Enter j Enter");
    assert_eq!(desk.state.theme, "light");
}

#[test]
fn any_size_and_any_key_are_survived() {
    let mut desk = Desk::new();
    for (width, height) in [(1, 1), (40, 10), (80, 24), (300, 90), (0, 0)] {
        desk.send(Msg::Resize(Size { width, height }));
        desk.play("Space a j l h x 0 Esc Space t j G Esc F2 F3 j k g G C-d C-u Tab j k l h Tab j l h Tab l h Tab + ! p a Backspace F j Enter T [ ] Enter z o m 3 j 4 j k 1 ? Esc : Esc Space b j Enter");
        desk.play("Esc Esc Esc Esc Esc Esc");
    }
    assert_eq!(desk.state.phase, Phase::Ready);
}

#[test]
fn loading_is_given_up_by_escape() {
    let mut desk = Desk::before();
    desk.press("x");
    desk.press("Esc");
    assert_eq!(desk.effects, [crate::app::Effect::StopLoading]);
}

#[test]
fn the_rows_around_a_row_are_by_time_and_the_cursor_is_on_it() {
    let mut desk = Desk::new();
    desk.play("j j l a");
    let Some(Layer::Form(form)) = desk.state.layers.last() else { panic!("no form") };
    assert_eq!(form.value("rows of"), "account", "the entity under the cursor is meant");
    desk.play("Enter");
    desk.press("C-u");
    desk.type_in("10");
    desk.play("Enter");
    assert_eq!(desk.filter(), "account:acct_2");
    let view = desk.state.view();
    assert_eq!(view.range.to_string(), "1969-12-31T23:52:00Z..1970-01-01T00:12:00.000001Z");
    assert_eq!(view.sort[0].column, "time");
    let sql = desk.engine.submitted().into_iter().map(|request| request.statement.sql).find(|sql| sql.contains("AS before"));
    assert!(sql.is_some_and(|sql| sql.contains("\"time\" <")));
    desk.play("Backspace");
    desk.play("a Left Left");
    let Some(Layer::Form(form)) = desk.state.layers.last() else { panic!("no form") };
    assert_eq!(form.value("rows of"), "model");
    desk.play("Enter Enter");
    let Some(Layer::Form(form)) = desk.state.layers.last() else { panic!("the form closed") };
    assert!(form.error.as_ref().is_some_and(|error| error.contains("has no model")), "{:?}", form.error);
}
