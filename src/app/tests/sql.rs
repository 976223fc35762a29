//! The SQL surface and views over results, by keys.

use crate::app::state::{Layer, Place, Size, Surface};
use crate::app::{Effect, Msg};
use crate::case::Event as CaseEvent;
use crate::domain::Value;
use crate::engine::fake::{Script, batch};
use crate::investigate::Relation;

use super::desk::{Desk, secret};

/// Accounts in the made-up result.
const FOUND: usize = 3;

/// What the fake engine says to the statements that make a result, and to those over it.
pub(super) fn answer(sql: &str) -> Option<Script> {
    let int = |number: i128| Value::Int(number);
    let text = |text: &str| Value::Text(text.to_owned());
    let accounts = || (0..FOUND).map(|at| Value::Text(format!("acct_{at}"))).collect::<Vec<_>>();
    let numbers = || (1..=FOUND as i128).map(Value::Int).collect::<Vec<_>>();
    let heads = || (0..FOUND).map(|at| Value::Text(format!("prompt \u{1b}[2J {at}"))).collect::<Vec<_>>();
    let wrong = |word: &str| {
        let line = sql.lines().position(|line| line.contains(word)).unwrap_or(0);
        let column = sql.lines().nth(line).and_then(|text| text.find(word)).unwrap_or(0);
        let quoted = sql.lines().nth(line).unwrap_or_default().to_owned();
        let head = format!("LINE {}: ", line + 1);
        let below = " ".repeat(head.len() + column);
        Script::fail(format!("Binder Error: no column {word}\u{1b}[2J\n\n{head}{quoted}\n{below}^"))
    };
    Some(if sql.starts_with("DESCRIBE") && sql.contains("nowhere") {
        wrong("nowhere")
    } else if sql.starts_with("DESCRIBE") {
        let row = if sql.contains("row_id") { "row_id" } else { "n" };
        Script::rows(batch(&[
            ("column_name", vec![text("account"), text(row), text("head")]),
            ("column_type", vec![text("VARCHAR"), text("BIGINT"), text("VARCHAR")]),
        ]))
    } else if sql.contains("AS bytes FROM work.\"result_") {
        Script::rows(batch(&[("rows", vec![int(FOUND as i128)]), ("bytes", vec![int(99)])]))
    } else if sql.starts_with("CREATE OR REPLACE TABLE work.\"result_") {
        Script::rows(batch(&[("Count", vec![int(FOUND as i128)])]))
    } else if sql.starts_with("EXPLAIN") {
        Script::rows(batch(&[
            ("explain_key", vec![text("physical_plan")]),
            ("explain_value", vec![text("┌──┐\n│GROUP│\u{1b}[2J")]),
        ]))
    } else if sql.contains("duckdb_functions") {
        Script::rows(batch(&[("name", vec![text("count"), text("contains")]), ("kind", vec![text("aggregate"), text("scalar")])]))
    } else if sql.ends_with("AS result") && sql.contains("nowhere") {
        wrong("nowhere")
    } else if sql.ends_with("AS result") {
        Script::rows(batch(&[("account", accounts()), ("n", numbers()), ("head", heads())]))
    } else if sql.contains("FROM work.\"result_") && sql.contains("count(*)") && sql.contains("first_seen") {
        Script::rows(batch(&[
            ("requests", vec![int(FOUND as i128)]),
            ("first_seen", vec![Value::Null]),
            ("last_seen", vec![Value::Null]),
        ]))
    } else if sql.contains("work.\"result_") && sql.contains("BETWEEN") {
        let second = if sql.contains("request_row") { "request_row" } else { "n" };
        let rows = (0..FOUND as i128).map(|at| int(if second == "n" { at + 1 } else { 700 + at })).collect();
        Script::rows(batch(&[("row_id", numbers()), ("account", accounts()), (second, rows), ("head", heads())]))
    } else if sql.contains("ANTI JOIN") {
        Script::rows(batch(&[
            ("side", vec![text("a"), text("b")]),
            ("value", vec![text("only_a"), text("only_b")]),
            ("requests", vec![int(5), int(2)]),
            ("first_seen", vec![Value::Null; 2]),
            ("last_seen", vec![Value::Null; 2]),
            ("only_here", vec![int(3), int(1)]),
        ]))
    } else {
        return None;
    })
}

const GROUPED: &str = "SELECT account, count(*) AS n, max(content) AS head FROM requests GROUP BY account";

fn at_work() -> Desk {
    let mut desk = Desk::new();
    desk.play("5");
    desk
}

fn typed(sql: &str) -> Desk {
    let mut desk = at_work();
    desk.type_in(sql);
    desk
}

#[test]
fn the_editor_takes_what_is_typed_and_leaves_with_escape() {
    let mut desk = at_work();
    assert_eq!(desk.state.surface, Surface::Sql);
    assert!(desk.state.sql.template.starts_with("SELECT \"time\", "), "{}", desk.state.sql.template);
    desk.type_in("SELECT 1234?:q");
    assert_eq!(desk.state.sql.editor.text(), "SELECT 1234?:q");
    assert_eq!(desk.state.surface, Surface::Sql, "digits are text there");
    desk.play("Esc");
    assert_eq!(desk.state.surface, Surface::Explore);
    desk.play("5").play("F1");
    assert!(matches!(desk.state.layers.last(), Some(Layer::Help { .. })));
}

#[test]
fn what_is_run_shows_its_first_rows_and_is_remembered() {
    let mut desk = typed(GROUPED);
    desk.play("F5");
    let ran = desk.state.sql.ran.as_ref().unwrap();
    assert_eq!((ran.rows.len(), ran.names.as_slice()), (FOUND, ["account", "n", "head"].map(str::to_owned).as_slice()));
    assert!(ran.is_masked(2, &ran.rows[0][2]), "a text that is computed where content is named");
    assert!(!ran.is_masked(0, &ran.rows[0][0]) && !ran.is_masked(1, &ran.rows[0][1]));
    let kept = |effect: &Effect| matches!(effect, Effect::SqlHistory(text) if text == GROUPED);
    assert_eq!(desk.effects.iter().filter(|effect| kept(effect)).count(), 1);
    desk.play("M-Enter").play("C-g");
    assert_eq!(desk.effects.iter().filter(|effect| kept(effect)).count(), 1, "the same text is not kept twice in a row");
    desk.play("Esc j j");
    assert_eq!(desk.state.sql.ran.as_ref().unwrap().cursor, 2);
    desk.play("i").type_in(" ");
    assert!(desk.state.sql.editing && desk.state.sql.editor.text().ends_with(' '));
}

#[test]
fn a_mistake_is_marked_where_it_stands() {
    let mut desk = typed("SELECT account,");
    desk.play("Enter").type_in(" nowhere FROM requests").play("F5");
    let mistake = desk.state.sql.mistake.clone().unwrap();
    assert_eq!(mistake.at, Some(17), "{mistake:?}");
    assert!(mistake.message.starts_with("Binder Error") && !mistake.message.contains("LINE"), "{mistake}");
    desk.type_in("x");
    assert_eq!(desk.state.sql.mistake, None, "another text has another mistake");
    let mut desk = typed("DROP TABLE requests");
    desk.play("F5");
    assert!(desk.message().contains("nothing can be changed"), "{}", desk.message());
    assert_eq!(desk.state.sql.mistake.as_ref().and_then(|mistake| mistake.at), Some(0));
    assert_eq!(desk.state.sql.history.len(), 0);
}

#[test]
fn escape_stops_first_and_then_leaves() {
    let mut desk = typed(GROUPED);
    desk.press("F5");
    assert!(!desk.state.jobs.is_empty());
    desk.press("Esc");
    assert!(desk.state.jobs.is_empty() && desk.state.sql.editing, "stopped, and still in the editor");
    assert_eq!(desk.message(), "stopped");
    desk.settle();
    assert_eq!(desk.state.sql.ran, None, "what was stopped answers no more");
    desk.press("Esc");
    assert_eq!(desk.state.surface, Surface::Explore);
}

#[test]
fn names_are_completed_one_after_the_other() {
    let mut desk = typed("SELECT acc");
    desk.play("Tab");
    assert_eq!(desk.state.sql.editor.text(), "SELECT account");
    let mut desk = typed("SELECT co");
    desk.play("Tab");
    assert_eq!(desk.state.sql.editor.text(), "SELECT content");
    let texts: Vec<&str> = desk.state.sql.candidates.iter().map(|one| one.text.as_str()).collect();
    assert_eq!(texts[..4], ["content", "count", "count(", "contains("]);
    desk.play("Tab Tab");
    assert_eq!(desk.state.sql.editor.text(), "SELECT count(");
    desk.play("BackTab BackTab");
    assert_eq!(desk.state.sql.editor.text(), "SELECT content");
    let mut desk = typed("SELECT nothing_like_this");
    desk.play("Tab");
    assert_eq!(desk.message(), "no name begins like this");
}

#[test]
fn earlier_texts_come_back_and_the_draft_after_them() {
    let mut desk = Desk::new();
    desk.send(Msg::SqlHistory(vec!["SELECT 1".into(), "SELECT\n2".into()]));
    desk.play("5").type_in("SELECT 3").play("C-p");
    assert_eq!(desk.state.sql.editor.text(), "SELECT\n2");
    desk.play("C-p C-p");
    assert_eq!((desk.state.sql.editor.text().as_str(), desk.message()), ("SELECT 1", "there is no older SQL"));
    desk.play("C-n C-n");
    assert_eq!(desk.state.sql.editor.text(), "SELECT 3");
}

#[test]
fn pasted_lines_stay_lines_and_secrets_do_not_stay() {
    let mut desk = at_work();
    desk.send(Msg::Paste(format!("SELECT *\r\nFROM requests\nWHERE key = '{}'", secret())));
    let text = desk.state.sql.editor.text();
    assert_eq!(text.lines().count(), 3);
    assert!(!text.contains(&secret()), "{text}");
    desk.play("F5");
    assert!(desk.state.sql.history.iter().all(|text| !text.contains(&secret())));
    let mut desk = typed(&format!("SELECT '{}' AS key", secret()));
    desk.play("F5");
    assert!(!desk.state.sql.editor.text().contains(&secret()));
    desk.send(Msg::Paste("x".repeat(100_000)));
    assert!(desk.message().contains("more text than"), "{}", desk.message());
}

#[test]
fn a_plan_is_shown() {
    let mut desk = typed(GROUPED);
    desk.play("F6");
    let Some(Layer::Text { lines, .. }) = desk.state.layers.last() else { panic!("no plan") };
    assert!(lines.iter().any(|line| line.contains("GROUP")));
}

#[test]
fn an_empty_editor_offers_the_view() {
    let mut desk = Desk::new();
    desk.play("l +").play("5").play("Tab");
    let text = desk.state.sql.editor.text();
    assert!(text.contains("FROM requests\nWHERE \"account\" = 'acct_0'"), "{text}");
    desk.play("F5");
    assert!(desk.state.sql.ran.is_some());
}

fn opened(sql: &str) -> Desk {
    let mut desk = typed(sql);
    desk.play("F5").play("Esc o");
    desk
}

#[test]
fn a_result_is_a_view_like_any_other() {
    let mut desk = opened(GROUPED);
    assert_eq!((desk.state.surface, desk.state.place()), (Surface::Explore, &Place::Rows));
    assert_eq!(desk.state.view().relation, Relation::Sql(GROUPED.into()));
    assert_eq!(desk.state.rows.columns, ["account", "n", "head"]);
    assert_eq!(desk.state.rows.total, Some(FOUND as u64));
    assert!(desk.state.is_masked(1, "head") && !desk.state.is_masked(1, "n"));
    assert!(desk.state.trail.here().title.starts_with("sql: SELECT account"), "{}", desk.state.trail.here().title);
    let visited = desk.recorded.iter().rev().find_map(|event| match event {
        CaseEvent::Visited { view, .. } => Some(view.clone()),
        _ => None,
    });
    assert_eq!(visited.unwrap().sql, GROUPED);
    // Within the result.
    desk.play("l +");
    assert_eq!((desk.filter().as_str(), desk.state.view().relation.is_requests()), ("n:1", false));
    desk.play("Backspace").play("h p i");
    // An entity leads back to the extract, without what the result kept.
    assert!(desk.state.view().relation.is_requests());
    assert_eq!(desk.filter(), "account:acct_0");
    assert_eq!(desk.state.trail.here().title, "account:acct_0 → addresses, in the extract");
    assert_eq!(desk.state.schema.columns.len(), 7, "the columns of the extract are back");
    desk.play("Backspace");
    assert_eq!(desk.state.rows.columns, ["account", "n", "head"]);
    assert!(desk.state.results.making.is_none());
}

#[test]
fn a_row_of_a_result_is_pinned_where_it_says_which_row_it_is() {
    let mut desk = opened(GROUPED);
    desk.play("m");
    assert!(desk.message().contains("select row_id too"), "{}", desk.message());
    let mut desk = opened("SELECT account, row_id, content AS head FROM requests");
    assert_eq!(desk.state.rows.columns, ["account", "request_row", "head"]);
    desk.play("j m");
    let pinned = desk.recorded.iter().find_map(|event| match event {
        CaseEvent::Pinned { row_id, .. } => Some(*row_id),
        _ => None,
    });
    assert_eq!(pinned, Some(701));
    desk.play("l l z r");
    assert!(
        desk.recorded.iter().any(|event| matches!(event, CaseEvent::Revealed { row_id: 701, column, .. } if column == "head"))
    );
    assert!(!desk.state.is_masked(2, "head") && desk.state.is_masked(1, "head"));
    desk.play("Space x");
    assert!(desk.state.view().is_all());
    assert!(desk.state.is_masked(2, "content"), "a row of the extract with the same number is still masked");
}

#[test]
fn a_result_that_cannot_be_made_says_why() {
    let mut desk = typed("SELECT nowhere FROM requests");
    desk.play("F7");
    assert!(desk.state.results.error.as_ref().is_some_and(|error| error.contains("Binder Error")));
    assert!(desk.message().contains("Binder Error"), "{}", desk.message());
    desk.play("Backspace");
    assert!(desk.state.view().is_all() && desk.state.results.error.is_none());
    assert_eq!(desk.state.schema.columns.len(), 7);
}

#[test]
fn only_so_many_results_are_kept() {
    let mut desk = Desk::new();
    for number in 0..7 {
        desk.play("5 F8").play("Esc");
        desk.state.sql.editor.replace(&format!("SELECT account, {number} AS n, ip AS head FROM requests"));
        desk.play("5 F7");
        assert_eq!(desk.state.rows.columns.len(), 3, "{number}");
    }
    assert_eq!(desk.state.results.kept.len(), crate::app::state::results::MOST);
    // One that was forgotten is made anew when it is gone back to.
    desk.play("Backspace Backspace Backspace Backspace Backspace");
    assert_eq!(desk.state.rows.total, Some(FOUND as u64));
}

#[test]
fn the_surface_stands_at_any_size() {
    let mut desk = typed(GROUPED);
    desk.play("F5");
    for (width, height) in [(40, 10), (80, 24), (200, 60)] {
        desk.send(Msg::Resize(Size { width, height }));
        desk.play("Esc G g 5");
    }
    assert!(desk.state.sql.editing);
}
