//! The mapping pane: looking, editing, trying, applying, saving; and what stays when the extract is opened again.

use std::sync::Arc;

use super::desk::{Desk, schema};
use crate::app::state::mapping::{Asked, Edit, Trial};
use crate::app::state::{Layer, Opening};
use crate::app::{Effect, Msg};
use crate::domain::{Role, Schema};
use crate::extract::{Changed, Extract, Mapping};

fn edit(desk: &Desk) -> &Edit {
    match desk.state.layers.last() {
        Some(Layer::Mapping(Some(edit))) => edit,
        other => panic!("nothing is under edit: {other:?}"),
    }
}

/// The desk's extract with the account in the key's place.
fn remapped() -> Extract {
    let mut extract = Desk::extract();
    let key = Mapping { source: "key".into(), confidence: 1.0, reason: "set with --map".into() };
    extract.roles.insert(Role::Account, key);
    extract.roles.remove(&Role::Ip);
    extract.schema = Schema {
        columns: schema()
            .columns
            .into_iter()
            .map(|mut column| {
                match column.role {
                    Some(Role::Account) => column.source = Some("key".into()),
                    Some(Role::Ip) => column.source = None,
                    _ => {}
                }
                column
            })
            .collect(),
    };
    extract
}

#[test]
fn the_pane_shows_what_fills_the_roles_and_how_many_rows_have_a_value() {
    let mut desk = Desk::new();
    desk.play("z m");
    let Asked::Known(coverage) = &desk.state.mapping.coverage else { panic!("{:?}", desk.state.mapping.coverage) };
    assert_eq!((coverage.rows, coverage.roles[&Role::Account]), (1000, 990));
    let names: Vec<&str> = desk.state.mapping.fields().iter().map(|field| field.name.as_str()).collect();
    assert_eq!(names, ["time", "account", "key", "ip", "status", "content", "extra", "extra.a.b[0]", "extra.a.b", "extra.a"]);
    let before = desk.engine.submitted().len();
    desk.play("Esc z m j k G g");
    assert_eq!(desk.engine.submitted().len(), before, "what is known is not asked for again");
}

#[test]
fn a_role_is_edited_tried_and_applied() {
    let mut desk = Desk::new();
    desk.play("z m j j Enter");
    assert_eq!((edit(&desk).role, &edit(&desk).trial), (Role::Account, &Trial::Present));
    desk.play("C-u");
    assert_eq!(edit(&desk).trial, Trial::Empty);
    desk.type_in("ke");
    assert!(matches!(edit(&desk).trial, Trial::Failed { .. }), "there is no column ke");
    desk.play("Tab");
    assert_eq!(edit(&desk).input.text(), "key");
    let Trial::Done { found, .. } = &edit(&desk).trial else { panic!("{:?}", edit(&desk).trial) };
    assert_eq!((found.rows, found.fitting, found.misfits.len()), (200, 180, 1));
    desk.play("Enter");
    assert_eq!(desk.state.mapping.changes[&Role::Account], "key");
    assert!(desk.effects.is_empty(), "nothing is applied yet");
    desk.play("j Enter").play("C-u Enter");
    desk.play("a");
    let Some(Effect::Reopen { changes, changed: false }) = desk.effects.last() else { panic!("{:?}", desk.effects) };
    assert_eq!(changes, &[(Role::Account, "key".to_owned()), (Role::Key, String::new())]);
}

#[test]
fn what_does_not_work_is_said_and_cannot_be_taken() {
    let mut desk = Desk::new();
    desk.play("z m j j Enter C-u");
    desk.type_in("wrong(account)").settle();
    let Trial::Failed { reason, .. } = &edit(&desk).trial else { panic!("{:?}", edit(&desk).trial) };
    assert!(reason.contains("wrong does not exist"), "{reason}");
    desk.play("Enter");
    assert!(desk.message().contains("does not work"), "{}", desk.message());
    assert!(desk.state.mapping.changes.is_empty());
    desk.play("Esc");
    assert_eq!(desk.state.layers.last(), Some(&Layer::Mapping(None)), "Esc leaves the line, not the pane");
}

#[test]
fn the_latest_text_wins_over_an_older_preview() {
    let mut desk = Desk::new();
    desk.play("z m j j Enter C-u");
    desk.type_in("upper(account)");
    desk.type_in(" || key");
    let previews = |desk: &Desk| desk.engine.submitted().iter().filter(|job| job.statement.sql.contains("PARTITION")).count();
    assert!(previews(&desk) > 1);
    assert_eq!(desk.state.jobs.iter().count(), 1, "the older ones are not waited for");
    desk.settle();
    assert!(matches!(edit(&desk).trial, Trial::Done { .. }));
}

#[test]
fn candidates_are_gone_through_and_what_was_typed_comes_back() {
    let mut desk = Desk::new();
    desk.play("z m j j Enter C-u");
    desk.type_in("extra").settle();
    desk.play("Tab Tab");
    assert!(edit(&desk).input.text().starts_with("extra."), "{}", edit(&desk).input.text());
    desk.play("BackTab BackTab");
    assert_eq!((edit(&desk).input.text(), edit(&desk).chosen), ("extra", None));
    desk.send(Msg::Paste(".a\n".into()));
    assert_eq!(edit(&desk).input.text(), "extra.a");
}

#[test]
fn in_an_expression_the_word_before_the_cursor_is_completed() {
    let mut desk = Desk::new();
    desk.play("z m j j Enter C-u");
    desk.type_in("upper(ke").settle();
    desk.play("Tab");
    assert_eq!(edit(&desk).input.text(), "upper(\"key\"");
    desk.type_in(" || a.b").settle();
    desk.play("Tab");
    let path = "json_extract_string(\"extra\", '/a/b";
    assert!(edit(&desk).input.text().contains(path), "{}", edit(&desk).input.text());
}

#[test]
fn changes_are_taken_back_and_outlast_the_pane() {
    let mut desk = Desk::new();
    desk.play("z m j j x j x");
    assert_eq!(desk.state.mapping.changes.len(), 2);
    desk.play("u Esc");
    assert!(desk.message().contains("1 change is not applied"), "{}", desk.message());
    desk.play("z m");
    assert_eq!(desk.state.mapping.changes.keys().collect::<Vec<_>>(), [&Role::Account]);
    desk.play("s");
    assert!(desk.message().contains("not applied"), "{}", desk.message());
}

#[test]
fn opening_again_keeps_the_trail_the_case_and_the_place_and_says_what_changed() {
    let mut desk = Desk::new();
    desk.play("m").play("l +").play("z m").play("j j x a");
    assert!(desk.state.reopening.is_some());
    desk.press("j j");
    assert_eq!(desk.state.rows.cursor, 0, "keys go nowhere while it is opened");
    desk.send(Msg::Loading(Opening { doing: "reading log.csv".into(), ..Opening::default() }));
    assert_eq!(desk.state.reopening.as_ref().unwrap().opening.doing, "reading log.csv");
    desk.send(Msg::Opened(Arc::new(remapped())));
    assert!(desk.message().contains("account from key"), "{}", desk.message());
    assert!(desk.message().contains("ip is not mapped any more"), "{}", desk.message());
    desk.settle();
    assert_eq!(desk.filter(), "account:acct_0");
    assert_eq!(desk.state.trail.path().len(), 2);
    assert_eq!(desk.state.case.case.counts().pins, 1);
    assert!(desk.state.mapping.changes.is_empty() && desk.state.reopening.is_none());
    assert_eq!(desk.state.trail.nodes()[0].rows, None, "a count belongs to a mapping");
    assert_eq!(desk.state.layers.last(), Some(&Layer::Mapping(None)));
    assert!(matches!(desk.state.mapping.coverage, Asked::Known(_)));
    assert!(desk.state.rows.built.len() < 2, "orders of the old database are forgotten");
}

#[test]
fn escape_keeps_what_is_open_and_so_does_a_failure() {
    let mut desk = Desk::new();
    desk.play("z m j j x a");
    desk.press("Esc");
    assert_eq!(desk.effects.last(), Some(&Effect::StopLoading));
    assert!(desk.state.reopening.is_none() && desk.message().contains("stays open as it was"), "{}", desk.message());
    desk.play("a");
    desk.send(Msg::OpenFailed("--map account= does not work".into()));
    assert!(matches!(desk.state.layers.last(), Some(Layer::Text { title, .. }) if title == "not opened again"));
    assert!(!desk.state.quit);
    assert_eq!(desk.state.mapping.changes.len(), 1, "what was asked for can be corrected");
}

#[test]
fn a_mapping_is_saved_under_a_name_and_replaces_nothing_unasked() {
    let mut desk = Desk::new();
    desk.play("z m s");
    desk.type_in("ours");
    desk.play("Enter");
    assert_eq!(desk.effects.last(), Some(&Effect::SaveProfile { name: "ours".into(), replace: false }));
    desk.send(Msg::ProfileRefused { name: "ours".into(), reason: "there is one".into(), taken: true });
    desk.play("Tab Right Enter");
    assert_eq!(desk.effects.last(), Some(&Effect::SaveProfile { name: "ours".into(), replace: true }));
    desk.send(Msg::ProfileSaved("/home/ana/profiles/ours.toml".into()));
    assert!(desk.message().contains("/home/ana/profiles/ours.toml"));
}

#[test]
fn a_changed_file_is_said_until_the_extract_is_opened_again() {
    let mut desk = Desk::new();
    desk.play("Space o");
    assert!(desk.message().contains("no file"), "{}", desk.message());
    let changed = Changed { source: 0, path: "log.csv".into(), what: "has another content".into() };
    desk.send(Msg::Rehashed(vec![changed]));
    assert!(desk.message().contains("log.csv has another content"), "{}", desk.message());
    desk.play("j Space o");
    let Some(Effect::Reopen { changes, changed: true }) = desk.effects.last() else { panic!("{:?}", desk.effects) };
    assert!(changes.is_empty());
    desk.send(Msg::Opened(Arc::new(Extract { sha256: "f".repeat(64), ..Desk::extract() })));
    assert!(desk.state.changed.is_empty());
    assert!(desk.message().contains("another content"), "{}", desk.message());
}
