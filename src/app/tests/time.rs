//! The histogram and ranges of time.

use super::desk::Desk;
use crate::app::state::{Layer, Pane, Place};
use crate::domain::TimeRange;

#[test]
fn the_histogram_is_split_by_the_column_under_the_cursor() {
    let mut desk = Desk::new();
    desk.play("l T");
    assert_eq!((desk.state.focus, desk.state.timeline.by.as_deref()), (Pane::Timeline, Some("account")));
    let totals: Vec<(bool, u64)> = desk.state.timeline.series.iter().map(|series| (series.others, series.total())).collect();
    assert_eq!(totals, [(false, 660), (false, 40), (true, 300)]);
    assert_eq!(desk.state.timeline.buckets.iter().map(|bucket| bucket.requests).sum::<u64>(), 1000);
    desk.play("T");
    assert!(desk.state.timeline.by.is_none() && desk.state.timeline.series.is_empty());
    desk.press("T C-u");
    desk.type_in("content");
    desk.play("Enter");
    let Some(Layer::Form(form)) = desk.state.layers.last() else { panic!("the form is closed") };
    assert!(form.error.as_ref().is_some_and(|error| error.contains("masked")));
    desk.press("C-u Tab");
    let Some(Layer::Form(form)) = desk.state.layers.last() else { panic!("the form is closed") };
    assert_eq!(form.value("column"), "account");
    desk.play("Enter");
    assert_eq!(desk.state.timeline.by.as_deref(), Some("account"));
    desk.play("Esc +");
    assert_eq!(desk.state.timeline.by.as_deref(), Some("account"), "another view is split alike");
    assert!(!desk.state.timeline.series.is_empty());
}

#[test]
fn zooming_out_goes_one_step() {
    let mut desk = Desk::new();
    for range in ["1970-01-01T00:00..1970-01-01T10:00", "1970-01-01T02:00..1970-01-01T03:00"] {
        desk.press("Space i C-u");
        desk.type_in(range);
        desk.play("Enter");
    }
    desk.play("z o");
    assert_eq!(desk.state.view().range, "1970-01-01T00:00..1970-01-01T10:00".parse::<TimeRange>().unwrap());
    desk.play("z o");
    assert!(desk.state.view().range.is_all());
}

#[test]
fn a_named_range_is_found_again_in_any_view() {
    let mut desk = Desk::new();
    desk.play("T [ l ]");
    desk.press("z n");
    desk.type_in("rush");
    desk.play("Enter Enter");
    let range = desk.state.ranges["rush"];
    desk.play("Esc l +");
    desk.press("Space i");
    desk.play("Tab Enter");
    assert_eq!((desk.state.view().range, desk.filter().as_str()), (range, "account:acct_0"));
    assert_eq!(desk.state.trail.here().title, "time rush");
    desk.press("T z n C-u");
    desk.type_in("storm");
    desk.play("Enter Enter");
    assert_eq!(desk.state.ranges.keys().collect::<Vec<_>>(), ["storm"], "renamed, because it had a name");
    desk.play("z n Enter Right Enter");
    assert!(desk.state.ranges.is_empty(), "{}", desk.message());
}

#[test]
fn a_pivot_keeps_or_drops_the_time_range() {
    let mut desk = Desk::new();
    desk.press("Space i");
    desk.type_in("-2h");
    desk.play("Enter").play("l p i");
    let nodes = desk.state.trail.nodes().len();
    let range = desk.state.view().range;
    assert!(!range.is_all());
    desk.play("z t");
    assert!(desk.state.view().range.is_all() && matches!(desk.state.place(), Place::Pivot { .. }));
    desk.play("z t");
    assert_eq!(desk.state.view().range, range);
    desk.play("z t");
    assert_eq!(desk.state.trail.nodes().len(), nodes + 1, "going back and forth makes no new steps");
    desk.play("Space x").play("l p p").play("z t");
    assert!(!desk.state.view().range.is_all(), "the range of a view before");
}
