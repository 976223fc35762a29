//! The surfaces of the case: questions, findings and evidence, the order of time, the audit, and going to the thing.

use super::desk::Desk;
use crate::app::state::{CaseLine, CaseOrder, Layer, Place, Surface};
use crate::case::{AuditKind, Confidence, Event, MomentKind, Status};

/// A case with a question, a finding that answers it, a label, a note and a pin.
fn worked() -> Desk {
    let mut desk = Desk::new();
    desk.press("Space q");
    desk.type_in("who?").play("Enter").play("l +").play("m").press("t");
    desk.type_in("farm").press("Enter Enter");
    desk.type_in("x").play("C-s").press("f");
    desk.type_in("a farm").press("Enter Right Enter");
    desk.type_in("h").press("Enter");
    desk.type_in("sign-up fraud").press("Enter");
    desk.type_in("on-call").press("Enter");
    desk.type_in("suspend them").press("Enter Tab");
    desk.play("C-s");
    desk
}

fn to(desk: &mut Desk, wanted: impl Fn(&CaseLine) -> bool) {
    let at = desk.state.case_lines().iter().position(wanted).expect("the line is there");
    desk.state.case.cursor = at;
}

#[test]
fn a_finding_says_how_sure_it_is_whose_it_is_and_what_it_answers() {
    let desk = worked();
    let finding = desk.state.case.case.findings()[0].clone();
    assert_eq!(finding.confidence, Some(Confidence::High));
    assert_eq!((finding.category.as_str(), finding.owner.as_str()), ("sign-up fraud", "on-call"));
    assert_eq!((finding.next_step.as_str(), finding.question.as_deref()), ("suspend them", Some("q1")));
    assert!(finding.first_seen.is_some() && finding.last_seen.is_some());
    let measure = &finding.measures[0];
    assert_eq!((measure.rows, measure.extract.as_str()), (42, "e".repeat(64).as_str()));
    assert!(measure.query.contains("count(*)") && measure.params.contains(&"acct_0".to_owned()), "{measure:?}");
}

#[test]
fn a_question_leads_to_its_finding_and_that_to_its_evidence() {
    let mut desk = worked();
    desk.play("4");
    let lines = desk.state.case_lines().to_vec();
    assert_eq!(lines[1], CaseLine::Question("q1".into()));
    assert_eq!(lines[2], CaseLine::Finding { id: "f1".into(), depth: 1 });
    assert_eq!(lines[3], CaseLine::Number { finding: "f1".into(), at: 0, depth: 2 });
    desk.play("j Enter");
    assert_eq!(desk.state.surface, Surface::Findings);
    desk.play("4 j j Enter");
    assert_eq!((desk.state.surface, desk.filter().as_str()), (Surface::Explore, "account:acct_0"));
}

#[test]
fn a_pin_leads_to_its_row_and_an_entity_to_its_page() {
    let mut desk = worked();
    desk.play("4");
    to(&mut desk, |line| matches!(line, CaseLine::Pin(_)));
    desk.play("Enter");
    assert_eq!(desk.filter(), "row_id:1");
    desk.play("4");
    to(&mut desk, |line| matches!(line, CaseLine::Entity(_)));
    desk.play("Enter");
    assert!(matches!(desk.state.place(), Place::Page(_)));
}

#[test]
fn a_finding_is_edited_and_only_what_changed_is_recorded() {
    let mut desk = worked();
    desk.play("3 e C-s");
    assert!(desk.message().contains("nothing was changed"), "{}", desk.message());
    desk.play("e").type_in("!").play("C-s");
    let Some(Event::FindingChanged { title, text, severity, edits, .. }) = desk.recorded.last() else { panic!("changed") };
    assert_eq!((title.as_deref(), text, severity), (Some("a farm!"), &None, &None));
    assert_eq!(*edits, crate::case::FindingEdits::default());
    desk.play("u");
    assert_eq!(desk.state.case.case.findings()[0].title, "a farm");
    desk.play("V C-s");
    assert_eq!(desk.state.case.case.findings()[0].status, Status::Confirmed);
}

#[test]
fn a_mistake_in_the_form_of_a_finding_uses_up_no_number() {
    let mut desk = Desk::new();
    desk.press("f");
    desk.type_in("x").press("Enter Enter Enter Enter Enter Enter");
    desk.type_in("q9").play("C-s");
    assert!(
        matches!(desk.state.layers.last(), Some(Layer::Form(form)) if form.error.as_deref() == Some("there is no question q9"))
    );
    desk.press("C-u Tab Tab");
    desk.type_in("nobody").play("C-s");
    assert!(matches!(desk.state.layers.last(), Some(Layer::Form(form)) if form.error.is_some()), "no kind of entity");
    for _ in 0.."nobody".len() {
        desk.press("Backspace");
    }
    desk.play("C-s");
    assert_eq!(desk.state.case.case.findings()[0].id, "f1");
}

#[test]
fn the_case_is_shown_in_the_order_of_time_and_as_an_audit() {
    let mut desk = worked();
    desk.play("4 s");
    assert_eq!(desk.state.case.order, CaseOrder::Time);
    let kinds: Vec<MomentKind> = desk.state.case.moments.iter().map(|moment| moment.kind).collect();
    assert_eq!(kinds.len(), 3, "{kinds:?}");
    to(&mut desk, |line| matches!(line, CaseLine::Moment(_)));
    let at = desk.state.case.moments.iter().position(|moment| moment.kind == MomentKind::Found).unwrap();
    desk.state.case.cursor = at;
    desk.play("Enter");
    assert_eq!(desk.state.surface, Surface::Findings);
    desk.play("4 s");
    assert_eq!(desk.state.case.order, CaseOrder::Audit);
    assert!(desk.state.case.audit.iter().any(|line| line.kind == AuditKind::Ran));
    desk.play("s");
    assert_eq!(desk.state.case.order, CaseOrder::Things);
}

#[test]
fn what_is_run_on_the_sql_surface_is_in_the_audit() {
    let mut desk = Desk::new();
    desk.play("5").type_in("SELECT 1").play("F5");
    assert!(
        desk.recorded.iter().any(|event| matches!(event, Event::Ran { what, .. } if what == "sql: SELECT 1")),
        "{:?}",
        desk.recorded
    );
    desk.play("Esc Esc 4 s s");
    assert!(desk.state.case.audit.iter().any(|line| line.what.contains("SELECT 1")));
}

#[test]
fn a_question_is_put_in_other_words() {
    let mut desk = worked();
    desk.play("4 j e").type_in(" and how").play("Enter");
    assert_eq!(desk.state.case.case.questions()[0].text, "who? and how");
    desk.play("u");
    assert_eq!(desk.state.case.case.questions()[0].text, "who?");
}
