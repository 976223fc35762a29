//! Tests of Sigma rules without a database: what becomes of a rule, and what is said of one that cannot be read.

use super::*;
use crate::domain::{Column, Severity};
use crate::playbook::ParamValue;

const RULE: &str = "title: Keys listed by a stranger
id: 5c2d
description: Somebody lists keys.
author: ana
logsource:
    product: aws
    service: cloudtrail
detection:
    selection:
        eventName|startswith: List
        ip|cidr: 203.0.113.0/24
    condition: selection
falsepositives:
    - An audit
level: high
tags:
    - attack.t1552
";

fn aliases() -> Vec<(String, String)> {
    vec![("eventName".to_owned(), "endpoint".to_owned())]
}

fn error(from: &str, to: &str) -> SigmaError {
    assert!(RULE.contains(from), "{from}");
    import(&RULE.replace(from, to), &Options { aliases: aliases(), ..Options::default() }).unwrap_err()
}

#[test]
fn a_rule_becomes_a_playbook_with_its_values_as_parameters() {
    let made = import(RULE, &Options { aliases: aliases(), entity: Some(Role::Key), schema: None }).unwrap();
    let [Imported { playbook, text }] = made.as_slice() else { panic!("{made:?}") };
    assert_eq!(
        (playbook.id.as_str(), playbook.severity, playbook.entity),
        ("sigma-keys-listed-by-a-stranger", Severity::High, Role::Key)
    );
    assert_eq!(playbook.tags, ["sigma", "attack.t1552"]);
    assert!(
        playbook.doc.contains("Somebody lists keys.") && playbook.doc.contains("An audit") && playbook.doc.contains("by ana")
    );
    let names: Vec<&str> = playbook.params.iter().map(|spec| spec.name.as_str()).collect();
    assert_eq!(names, ["eventname", "ip"]);
    assert_eq!(playbook.params[0].default, ParamValue::Text("List".into()));
    assert!(playbook.sql.contains("starts_with(lower(\"endpoint\"), lower($eventname))"), "{text}");
    assert!([Role::Key, Role::Endpoint, Role::Ip].iter().all(|role| playbook.roles.contains(role)), "{:?}", playbook.roles);
    assert_eq!(log_source(RULE), ("aws".to_owned(), "cloudtrail".to_owned()));
}

#[test]
fn what_a_rule_says_never_becomes_sql() {
    let hostile = "x' OR 1=1; DROP TABLE requests; -- $name \"";
    let text =
        RULE.replace("startswith: List", &format!("startswith: {hostile:?}")).replace("Somebody lists keys.", "\"x\\n; DROP\"");
    let made = import(&text, &Options { aliases: aliases(), ..Options::default() }).unwrap();
    assert_eq!(made[0].playbook.params[0].default, ParamValue::Text(hostile.into()));
    assert!(!made[0].playbook.sql.contains("DROP"), "{}", made[0].playbook.sql);
    let field = RULE.replace("eventName|startswith", "'a\" OR 1=1; --'");
    let made = import(&field, &Options::default()).unwrap();
    assert!(made[0].playbook.sql.contains("\"a\"\" OR 1=1; --\""), "{}", made[0].playbook.sql);
}

#[test]
fn what_is_wrong_with_a_rule_is_said_with_its_line_and_key() {
    let selection = "detection.selection.";
    for (from, to, line, key, part) in [
        ("title: Keys listed by a stranger\n", "", 1, "title".to_owned(), "needs a title"),
        ("level: high", "level: huge", 15, "level".to_owned(), "'huge' is no level"),
        ("|startswith", "|starts", 10, format!("{selection}eventName|starts"), "'starts' is no modifier"),
        ("|startswith", "|base64", 10, format!("{selection}eventName|base64"), "cannot be expressed"),
        ("|startswith", "|contains|endswith", 10, format!("{selection}eventName|contains|endswith"), "do not go together"),
        ("|startswith: List", "|gte: List", 10, format!("{selection}eventName|gte"), "neither a number nor a time"),
        ("|startswith: List", "|re: '(['", 10, format!("{selection}eventName|re"), "regular expression"),
        ("|startswith: List", "|exists: maybe", 10, format!("{selection}eventName|exists"), "true or false"),
        ("203.0.113.0/24", "203.0.113.0/64", 11, format!("{selection}ip|cidr"), "is no network"),
        ("condition: selection", "condition: selection and nothing", 12, "detection.condition".to_owned(), "no search 'nothing'"),
        (
            "condition: selection",
            "condition: selection | count() > 3",
            12,
            "detection.condition".to_owned(),
            "write a correlation",
        ),
        ("    condition: selection\n", "", 8, "detection.condition".to_owned(), "needs a condition"),
        ("detection:", "detection: &x\n  y: *x\nz:", 9, String::new(), "are not read"),
    ] {
        let told = error(from, to);
        assert_eq!((told.line, told.key.as_str()), (line, key.as_str()), "{told}");
        assert!(told.message.contains(part), "{told}");
    }
    assert!(error("detection:", "detection: [").to_string().contains("this is no YAML"));
    assert!(import("", &Options::default()).is_err());
}

#[test]
fn what_is_wrong_with_a_correlation_is_said() {
    let text = format!(
        "{RULE}name: lists\n---\ntitle: Often\ncorrelation:\n    type: event_count\n    rules: [lists]\n    group-by: [ip]\n    timespan: 5m\n    \
         condition:\n        gte: 3\n"
    );
    let options = Options { aliases: aliases(), ..Options::default() };
    let made = import(&text, &options).unwrap();
    assert_eq!(made.len(), 1, "the rule is part of the correlation");
    assert_eq!((made[0].playbook.id.as_str(), made[0].playbook.entity), ("sigma-often", Role::Ip));
    assert_eq!(import(&text.replace("    timespan", "    generate: true\n    timespan"), &options).unwrap().len(), 2);
    for (from, to, part) in [
        ("event_count", "event_counts", "'event_counts' is no type"),
        ("rules: [lists]", "rules: [other]", "no rule here is called 'other'"),
        ("timespan: 5m", "timespan: soon", "key correlation.timespan"),
        ("gte: 3", "gte: many", "a number must stand here"),
        ("gte: 3", "about: 3", "this is no comparison"),
        ("event_count", "value_count", "needs the field"),
        ("event_count", "temporal_ordered", "two rules at least"),
        ("group-by", "groups", "this key is not known"),
    ] {
        let told = import(&text.replace(from, to), &options).unwrap_err().to_string();
        assert!(told.contains(part) && told.starts_with("line "), "{told}");
    }
}

#[test]
fn fields_are_looked_for_in_the_extract() {
    let schema = Schema {
        columns: vec![
            Column::of_role(Role::Time, Some("at".into())),
            Column::of_role(Role::Account, Some("user".into())),
            Column::of_role(Role::Endpoint, Some("eventName".into())),
            Column::of_role(Role::Ip, None),
        ],
    };
    let options = Options { schema: Some(&schema), aliases: Vec::new(), entity: None };
    let told = import(RULE, &options).unwrap_err();
    assert_eq!((told.line, told.key.as_str()), (11, "detection.selection.ip|cidr"));
    assert!(told.message.contains("--map ip=COLUMN"), "{told}");
    let made = import(&RULE.replace("        ip|cidr: 203.0.113.0/24\n", ""), &options).unwrap();
    assert_eq!(made[0].playbook.entity, Role::Account, "an extract without keys has accounts");
    assert!(made[0].playbook.sql.contains("\"endpoint\""), "the column by the name that it has in the file");
}
