//! The columns of the rows by keys, and the detail's search; and that no walk through the rows holds more than a few screens of them.

use crate::app::Msg;
use crate::app::state::rows::SCREENS;
use crate::app::state::{Layer, Pane, Size};

use super::desk::{Desk, ROWS};

const OWN: [&str; 7] = ["time", "account", "key", "ip", "status", "content", "extra"];

#[test]
fn a_column_is_moved_frozen_and_both_stay_with_the_view() {
    let mut desk = Desk::new();
    desk.play("l l z L");
    assert_eq!(desk.state.rows.columns[..4], ["time", "account", "ip", "key"]);
    assert_eq!(desk.state.rows.column, 3, "the cursor goes with it");
    desk.play("z H z H");
    assert_eq!(desk.state.rows.columns[..4], ["time", "key", "account", "ip"]);
    desk.play("z f");
    assert_eq!(desk.state.view().frozen.as_deref(), Some("key"));
    assert_eq!(desk.state.trail.nodes().len(), 1, "that is no step of the investigation");
    let kept = serde_json::to_string(desk.state.view()).unwrap();
    assert!(kept.contains("\"frozen\":\"key\"") && kept.contains("\"order\":[\"time\",\"key\""), "{kept}");
    // What is narrowed keeps it, what is gone back to has its own.
    desk.play("l +");
    assert_eq!(desk.state.rows.columns[..3], ["time", "key", "account"]);
    desk.play("z f").play("Backspace");
    assert_eq!(desk.state.view().frozen.as_deref(), Some("key"));
    desk.play("h h h h z f z f");
    assert_eq!(desk.state.view().frozen, None);
    desk.play("z H");
    assert_eq!(desk.message(), "this is the first column");
}

#[test]
fn columns_are_chosen_from_a_list() {
    let mut desk = Desk::new();
    desk.play("l z c");
    let Some(Layer::Columns(choice)) = desk.state.layers.last() else { panic!("no list") };
    assert_eq!((choice.items.len(), choice.cursor), (7, 1));
    desk.play("Space Space / ex Enter K f".replace("ex", "e x").as_str());
    desk.play("Enter");
    assert_eq!(desk.state.rows.columns, ["time", "ip", "status", "extra", "content"]);
    assert_eq!(desk.state.view().hidden, ["account", "key"]);
    assert_eq!(desk.state.view().frozen.as_deref(), Some("extra"));
    desk.play("z c g Space j j j Space Esc");
    assert_eq!(desk.state.rows.columns.len(), 5, "what is not applied does not count");
    desk.play("z c a g Space Space Space Space Space Space Space");
    desk.play("Enter");
    assert!(matches!(desk.state.layers.last(), Some(Layer::Columns(_))), "one column stays: {}", desk.message());
    desk.play("a Enter").play("z a");
    assert_eq!(desk.state.rows.columns.len(), 7);
}

#[test]
fn rows_are_sorted_by_several_columns() {
    let mut desk = Desk::new();
    let sort = |desk: &Desk| desk.state.view().sort.iter().map(ToString::to_string).collect::<Vec<_>>();
    desk.play("l ] l { l {");
    assert_eq!(sort(&desk), ["account:desc", "key", "ip"]);
    desk.play("h }");
    assert_eq!(sort(&desk), ["account:desc", "key:desc", "ip"], "turned over in its place");
    desk.play("}");
    assert_eq!(sort(&desk), ["account:desc", "ip"], "and taken out");
    let asked =
        desk.engine.submitted().into_iter().rev().find(|request| request.statement.sql.starts_with("CREATE TABLE")).unwrap();
    let order = "ORDER BY \"account\" DESC NULLS LAST, \"ip\" ASC NULLS LAST, \"row_id\"";
    assert!(asked.statement.sql.ends_with(order), "{}", asked.statement.sql);
    desk.play("[");
    assert_eq!(sort(&desk), ["key"]);
}

#[test]
fn the_detail_finds_what_is_folded() {
    let mut desk = Desk::new();
    desk.play("Enter");
    assert_eq!(desk.state.focus, Pane::Detail);
    let before = desk.state.detail.lines().len();
    desk.play("/").type_in("b").play("Enter");
    let line = desk.state.detail.lines().into_iter().nth(desk.state.detail.cursor).unwrap();
    assert_eq!((line.name.as_str(), line.depth), ("b", 2), "inside the folded JSON");
    assert!(desk.state.detail.lines().len() > before);
    desk.play("/ C-u").type_in("prompt").play("Enter");
    assert!(desk.message().contains("nothing after"), "masked content is not searched: {}", desk.message());
    desk.play("/ C-u").type_in("192.0").play("Enter").play("N");
    let line = desk.state.detail.lines().into_iter().nth(desk.state.detail.cursor).unwrap();
    assert_eq!(line.name, "ip");
}

#[test]
fn no_walk_holds_more_than_a_few_screens_of_rows() {
    let mut desk = Desk::new();
    let walk = ["G", "g", "C-d", "C-d", "PageDown", "j", "k", "G", "PageUp", "C-u", "]", "G", "g", "{", "G", "n", "[", "z ["];
    let mut most = 0;
    for size in [(120, 40), (40, 10), (200, 60), (80, 24)] {
        desk.send(Msg::Resize(Size { width: size.0, height: size.1 }));
        let screen = u64::from(crate::app::layout::rows_height(desk.state.size, desk.state.sizes));
        for step in 0..200_usize {
            desk.state.needle = "x".to_owned();
            // Half of the steps are played before the answers to the last ones have come.
            let key = walk[(step * 7 + step / 5) % walk.len()];
            if step % 2 == 0 {
                desk.press(key);
            } else {
                desk.play(key);
            }
            let held = desk.state.rows.window.len() as u64;
            assert!(held <= 60 * SCREENS, "{held} rows after {key}");
            assert!(desk.state.rows.cursor < ROWS);
        }
        desk.settle();
        let held = desk.state.rows.window.len() as u64;
        most = most.max(screen);
        assert!(held <= most * SCREENS, "{held} rows, where the tallest screen so far had {most}");
        assert!(desk.state.jobs.is_empty(), "{:?}", desk.state.jobs);
    }
    assert_eq!(OWN.len(), desk.state.rows.columns.len());
}
