//! The load report: files, rejects page by page, and the file that they are written into.

use super::desk::{Desk, REJECTS};
use crate::app::Effect;
use crate::app::Msg;
use crate::app::state::Layer;
use crate::app::state::mapping::Asked;
use crate::app::state::report::Tab;

#[test]
fn rejects_are_said_at_opening_and_read_page_by_page() {
    let mut desk = Desk::new();
    assert!(desk.message().contains("500 records could not be read, z e shows them"), "{}", desk.message());
    desk.play("z e");
    assert_eq!(desk.state.layers.last(), Some(&Layer::Report));
    assert_eq!(desk.state.report.window, Asked::Unknown, "the files come first");
    desk.play("Tab");
    assert_eq!(desk.state.report.tab, Tab::Rejects);
    assert_eq!(desk.state.report.at(0).unwrap().raw, "raw 0");
    desk.play("G");
    assert_eq!(desk.state.report.reject, REJECTS - 1);
    assert_eq!(desk.state.report.at(REJECTS - 1).unwrap().raw, "raw 499");
    for keys in ["C-u C-u", "PageUp PageUp PageUp", "g", "Space Space Space Space Space Space Space Space"] {
        desk.play(keys);
        assert!(desk.state.report.at(desk.state.report.reject).is_some(), "no reject under the cursor after {keys}");
    }
}

#[test]
fn the_rejects_are_written_into_the_case() {
    let mut desk = Desk::new();
    desk.play("z e e");
    assert!(matches!(desk.effects.last(), Some(Effect::ExportRejects { cut: false, batches }) if batches.len() == 1));
    desk.send(Msg::Exported("500 rejects written: /case/exports/rejects-3.csv".into()));
    assert!(desk.message().contains("/case/exports/rejects-3.csv"));
    desk.state.case.read_only = true;
    desk.effects.clear();
    desk.play("e");
    assert!(desk.effects.is_empty() && desk.message().contains("no case to write into"), "{}", desk.message());
    desk.play("q");
    assert!(desk.state.layers.is_empty());
}

#[test]
fn what_is_said_at_opening_is_said_again_when_the_case_is_there() {
    let mut desk = Desk::before();
    desk.send(Msg::Opened(std::sync::Arc::new(Desk::extract())));
    desk.send(Msg::CaseOpened {
        case: Box::default(),
        dir: "/case".into(),
        read_only: false,
        notice: Some("new case in /case".into()),
    });
    assert!(desk.message().contains("500 records") && desk.message().contains("new case"), "{}", desk.message());
}
