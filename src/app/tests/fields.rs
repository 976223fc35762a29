//! Fields and lists: rare values, search, order, figures, windows of time.

use super::desk::Desk;
use crate::app::state::Layer;
use crate::app::state::fields::{FieldLine, Numbers, Sort, Values};
use crate::engine::{Lane, Param};
use crate::investigate::listing::Order;

fn asked(desk: &Desk, has: &str) -> usize {
    desk.engine.submitted().iter().filter(|request| request.statement.sql.contains(has)).count()
}

#[test]
fn rare_values_take_the_place_of_the_most_frequent() {
    let mut desk = Desk::new();
    desk.play("Space v r");
    assert!(desk.state.fields.rare && asked(&desk, "ORDER BY requests ASC") > 0);
    desk.play("r");
    assert!(!desk.state.fields.rare);
    desk.play("Esc l F").play("r");
    assert_eq!(desk.state.list.order, Order::Least);
    let last = desk.engine.submitted().last().unwrap().clone();
    assert_eq!(last.lane, Lane::Interactive);
    assert!(last.statement.sql.contains("ORDER BY requests ASC"));
    desk.play("r s");
    assert_eq!(desk.state.list.order, Order::Value);
}

#[test]
fn one_question_about_a_field_runs_at_a_time() {
    let mut desk = Desk::new();
    desk.press("Space v s s");
    let running = desk.state.jobs.iter().filter(|(_, job)| job.purpose.title() == "top values").count();
    assert_eq!(running, 1);
    desk.settle();
    assert_eq!(desk.state.fields.sort, Sort::Distinct);
    let unknown = desk.state.fields.fields.iter().filter(|field| !matches!(field.values, Values::Known { .. })).count();
    assert_eq!(unknown, 0, "an order by distinct values needs them of all fields");
}

#[test]
fn a_search_asks_the_engine_and_not_what_is_shown() {
    let mut desk = Desk::new();
    desk.press("Space v /");
    desk.type_in("acct_2");
    desk.play("Enter");
    let searched = desk.engine.submitted().iter().any(|request| request.statement.params.contains(&Param::from("acct_2")));
    assert!(searched);
    let account = desk.state.fields.fields.iter().find(|field| field.column == "account").unwrap();
    assert_eq!(account.matching, Some(1));
    desk.press("/ C-u");
    desk.type_in("nothing");
    desk.play("Enter");
    assert!(desk.state.fields.lines().is_empty(), "{:?}", desk.state.fields.lines());
    desk.play("/ C-u Enter");
    assert_eq!(desk.state.fields.shown().len(), desk.state.fields.fields.len());
    desk.play("Esc l F");
    desk.press("/");
    desk.type_in("acct_2");
    desk.play("Enter");
    assert_eq!((desk.state.list.items.len(), desk.state.list.matching), (1, Some(1)));
}

#[test]
fn numbers_and_times_have_figures_and_buckets_that_narrow_the_view() {
    let mut desk = Desk::new();
    desk.play("Space v l");
    let time = desk.state.fields.fields.iter().find(|field| field.column == "time").unwrap();
    let Numbers::Known { spread, buckets: Some(buckets) } = &time.numbers else { panic!("{:?}", time.numbers) };
    assert_eq!((spread.rows, spread.present), (1000, 990));
    assert_eq!(buckets.iter().map(|bucket| bucket.2).sum::<u64>(), 990);
    let place = desk.state.fields.lines().iter().position(|line| matches!(line, FieldLine::Bucket(..))).unwrap();
    for _ in 0..place {
        desk.press("j");
    }
    desk.play("Enter");
    assert!(desk.filter().starts_with("time>=1970-01-01T00:00:00Z time<"), "{}", desk.filter());
    desk.play("Backspace").play("Space v g");
    for _ in 0..place {
        desk.press("j");
    }
    desk.play("!");
    assert!(desk.filter().starts_with("not (time>=") || desk.filter().starts_with("-(time>="), "{}", desk.filter());
}

#[test]
fn windows_of_time_stand_side_by_side_until_it_is_stopped() {
    let mut desk = Desk::new();
    desk.press("Space v z p C-u");
    desk.type_in("yesterday");
    desk.play("Enter");
    let Some(Layer::Form(form)) = desk.state.layers.last() else { panic!("the form is closed") };
    assert!(form.error.as_ref().is_some_and(|error| error.contains("previous")), "{:?}", form.error);
    desk.press("C-u");
    desk.type_in("-1h");
    desk.play("Enter");
    let account = desk.state.fields.fields.iter().find(|field| field.column == "account").unwrap();
    let Values::Known { top, .. } = &account.values else { panic!("{:?}", account.values) };
    assert_eq!((top[0].requests, top[0].previous), (300, Some(0)));
    desk.play("Esc l F");
    assert_eq!(desk.state.list.changed, Some((1, 1)));
    assert!(desk.state.list.windows.is_some());
    desk.play("z p");
    assert!(desk.state.fields.against.is_none() && desk.state.list.windows.is_none());
    assert_eq!(desk.state.list.items[0].previous, None);
}

#[test]
fn the_pane_of_the_fields_is_made_wider_and_narrower() {
    let mut desk = Desk::new();
    desk.play("Space v z l z l");
    assert_eq!(desk.state.sizes.fields, 8);
    desk.play("+");
    assert_eq!(desk.state.sizes.fields, 8, "another view changes nothing of it");
    desk.play("Space v z s z s z s");
    assert_eq!(desk.state.sizes.fields, -4);
}
