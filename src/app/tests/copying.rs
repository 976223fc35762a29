//! Copying out: what leaves, in which form, and what stays masked.

use super::desk::Desk;
use crate::app::Effect;
use crate::app::state::Handout;
use crate::app::state::copying::Destination;

fn handed_out(desk: &mut Desk) -> Handout {
    match desk.effects.pop() {
        Some(Effect::Copy(handout)) => handout,
        other => panic!("nothing was handed out but {other:?}; {}", desk.message()),
    }
}

#[test]
fn a_value_is_copied_as_it_stands_and_a_masked_one_is_not() {
    let mut desk = Desk::new();
    desk.play("l y y");
    assert_eq!(handed_out(&mut desk).text, "acct_0");
    desk.play("l l l l y y");
    assert!(desk.message().contains("masked"), "{}", desk.message());
    assert!(!desk.effects.iter().any(|effect| matches!(effect, Effect::Copy(_))));
    desk.play("z r y y");
    let revealed = handed_out(&mut desk);
    assert_eq!(revealed.text, r"prompt \x1b[2J 0", "what is pasted into a terminal must do nothing there");
    assert!(revealed.but.unwrap().contains("escapes"));
}

#[test]
fn rows_go_out_in_the_chosen_form_and_stay_masked() {
    let mut desk = Desk::new();
    desk.play("y r");
    let row = handed_out(&mut desk);
    assert_eq!(row.what, "the row as tsv");
    assert_eq!(row.text.lines().count(), 2);
    assert!(row.text.contains("\tacct_0\t") && row.text.contains("[masked]"), "{}", row.text);
    desk.play("y o");
    desk.play("Right Right Enter Enter");
    assert!(desk.message().contains("json"), "{}", desk.message());
    desk.play("y v");
    let view = handed_out(&mut desk);
    let rows: Vec<serde_json::Value> = serde_json::from_str(&view.text).unwrap();
    assert_eq!(rows.len(), 1000);
    assert_eq!((&rows[0]["row_id"], &rows[8]["account"]), (&1.into(), &"acct_1".into()));
    assert!(rows.iter().all(|row| row["content"] == "[masked]"));
    assert_eq!(view.but, None);
}

#[test]
fn copies_go_into_a_file_of_the_case_only_where_there_is_one_to_write() {
    let mut desk = Desk::new();
    desk.play("y o Enter Right Enter");
    assert_eq!(desk.state.copying.to, Destination::File);
    desk.play("y r");
    assert_eq!(handed_out(&mut desk).to, Destination::File);
    desk.state.case.read_only = true;
    desk.play("y r");
    assert!(desk.message().contains("no case is open for writing"), "{}", desk.message());
}

#[test]
fn the_view_is_copied_as_filter_as_sql_and_as_a_command() {
    let mut desk = Desk::new();
    desk.play("y f");
    assert!(desk.message().contains("no filter"), "{}", desk.message());
    desk.play("l + y f");
    assert_eq!(handed_out(&mut desk).text, "account:acct_0");
    desk.play("y q");
    let sql = handed_out(&mut desk).text;
    assert!(sql.starts_with("SELECT \"row_id\", \"time\"") && sql.contains("\"account\" = 'acct_0'"), "{sql}");
    desk.play("y c");
    assert_eq!(handed_out(&mut desk).text, "casebook query --filter 'account:acct_0' 'log.csv'");
    desk.play("p i y c");
    assert_eq!(handed_out(&mut desk).text, "casebook pivot 'account:acct_0' --to ip 'log.csv'");
    desk.play("y v");
    let list = handed_out(&mut desk).text;
    assert!(list.contains("value"), "{list}");
}

#[test]
fn what_is_marked_is_copied() {
    let mut desk = Desk::new();
    desk.play("y s");
    assert!(desk.message().contains("nothing is marked"), "{}", desk.message());
    desk.play("v v y s");
    let asked = desk.engine.submitted();
    assert!(asked.iter().any(|request| request.statement.sql.contains("\"row_id\" IN ($1, $2)")));
    assert!(handed_out(&mut desk).what.contains("as tsv"));
    desk.play("l F").play("v v y s");
    assert_eq!(handed_out(&mut desk).text, "account\nacct_1\nacct_2\n");
}
