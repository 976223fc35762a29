//! From a view to a playbook: the filter and the time range of what an analyst looks at, each value a parameter. And the skeleton of a
//! playbook for those who begin with nothing.

use std::collections::BTreeSet;

use super::draft::{Draft, DraftParam, GROUPED};
use super::{ParamValue, Playbook, check};
use crate::domain::{Role, Schema, Severity};
use crate::engine::{Param, Statement};
use crate::investigate::filter::{condition, in_range};
use crate::investigate::{Context, FilterError, View};

/// What a playbook is to be called, and whom it accuses.
#[derive(Debug, Clone, PartialEq)]
pub struct Naming {
    /// Its id.
    pub id: String,
    /// Its title; empty for one made of the id.
    pub title: String,
    /// The kind of entity that it accuses.
    pub entity: Role,
    /// How much a hit matters.
    pub severity: Severity,
}

/// Why a view cannot become a playbook.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ViewError {
    /// The filter has a mistake in it.
    #[error(transparent)]
    Filter(#[from] FilterError),
    /// It cannot be a playbook.
    #[error("{0}")]
    Refused(String),
}

/// The text of a playbook that finds the rows of a view, and whom of them the most are.
pub fn from_view(view: &View, context: &Context<'_>, naming: &Naming) -> Result<String, ViewError> {
    if !context.relation.is_requests() {
        return Err(ViewError::Refused(
            "this is a view of an SQL result; a playbook reads the extract itself: begin with `playbook new` and put the SQL there".to_owned(),
        ));
    }
    if view.filter.asks_case() {
        return Err(ViewError::Refused(
            "label:, pinned: and finding: ask this case, and a playbook has none; take them out of the filter first".to_owned(),
        ));
    }
    if view.is_all() {
        return Err(ViewError::Refused("the view has all rows; narrow it to what the playbook is to find".to_owned()));
    }
    if !context.schema.has(naming.entity) {
        return Err(ViewError::Refused(format!("this extract has no {}; choose another kind of entity", naming.entity)));
    }
    let mut statement = Statement::default();
    let mut conditions = vec![format!("{} IS NOT NULL", context.dialect.ident(naming.entity.name()))];
    conditions.extend(condition(&view.filter, context, &mut statement)?);
    let time = context.dialect.ident(Role::Time.name());
    conditions.extend(in_range(&time, view.range, &mut statement));
    let mut roles: BTreeSet<Role> = view.filter.fields().iter().filter_map(|field| context.schema.column(field)?.role).collect();
    roles.insert(naming.entity);
    if !view.range.is_all() {
        roles.insert(Role::Time);
    }
    let mut params = Vec::new();
    let conditions: Vec<String> = conditions.iter().map(|text| named(text, &statement.params, &mut params)).collect();
    let entity = context.dialect.ident(naming.entity.name());
    let kind = naming.entity;
    let filter = view.filter.to_string();
    let title = if naming.title.trim().is_empty() { naming.id.replace('-', " ") } else { naming.title.clone() };
    let range = if view.range.is_all() { String::new() } else { format!(" time:{}", view.range) };
    finished(&Draft {
        id: naming.id.clone(),
        question: format!("Which {kind} has rows that fit the filter?"),
        title,
        severity: naming.severity,
        entity: kind,
        roles,
        tags: vec!["own".to_owned()],
        references: Vec::new(),
        params,
        doc: vec![
            format!("**What it finds.** Rows that fit the filter `{filter}{range}`."),
            String::new(),
            format!("**How.** Counts these rows for each {kind}; the score is the count, the examples are the first of them."),
            String::new(),
            "**What it mistakes.** Not known yet: write down what turned out to be nothing.".to_owned(),
            String::new(),
            format!("**Next.** The requests of the {kind}, then what else shares rows with it."),
        ],
        sql: format!(
            "SELECT\n    {entity} AS entity,\n{GROUPED}\nFROM requests\nWHERE {}\nGROUP BY {entity}\nORDER BY score DESC, entity",
            conditions.join("\n    AND ")
        ),
    })
}

/// The text of a playbook to begin with: every part of it is there, with a word on what it is for, and it passes the check.
pub fn skeleton(id: &str) -> Result<String, ViewError> {
    let param = DraftParam {
        name: "min_requests".to_owned(),
        default: ParamValue::Integer(10),
        min: Some(1),
        help: "Accounts with fewer rows are not reported.".to_owned(),
    };
    finished(&Draft {
        id: id.to_owned(),
        title: id.replace('-', " "),
        question: "Which accounts do it?".to_owned(),
        severity: Severity::Medium,
        entity: Role::Account,
        roles: BTreeSet::from([Role::Time, Role::Account, Role::Status]),
        tags: vec!["own".to_owned()],
        references: vec!["https://example.org/where-it-is-described".to_owned()],
        params: vec![param],
        doc: [
            "**What it finds.** The abuse, in a sentence: who does what, and what for.",
            "",
            "**How.** What is counted, what the score is, which rows are the examples.",
            "",
            "**What it mistakes.** Who looks the same and is harmless, and how to tell them apart.",
            "",
            "**Next.** Where to pivot from a hit; what to do when it holds.",
        ]
        .map(str::to_owned)
        .to_vec(),
        sql: format!(
            "-- Severity is one of info low medium high critical; entity is the kind that is accused; roles are those that the query needs.\n\
             -- A parameter is written $name and has its type (integer real text boolean), default, min, max and help above.\n\
             -- The query is one SELECT over the relation requests and gives these six columns, the worst first.\n\
             SELECT\n    \"account\" AS entity,\n{GROUPED}\nFROM requests\nWHERE \"account\" IS NOT NULL AND status >= 400\nGROUP BY \"account\"\n\
             HAVING count(*) >= $min_requests\nORDER BY score DESC, entity"
        ),
    })
}

/// The text, once it is sure that it is a playbook.
fn finished(draft: &Draft) -> Result<String, ViewError> {
    let text = draft.file();
    let playbook = Playbook::parse(&text).map_err(|error| ViewError::Refused(error.message))?;
    match check(&playbook).first() {
        None => Ok(text),
        Some(complaint) => Err(ViewError::Refused(format!("this cannot be a playbook: {}", complaint.message))),
    }
}

/// A condition with `$1` as the names of parameters, which are added.
fn named(sql: &str, values: &[Param], params: &mut Vec<DraftParam>) -> String {
    let mut out = String::with_capacity(sql.len());
    let mut column = String::new();
    let mut rest = sql;
    while let Some(at) = rest.find(['"', '$', '\'']) {
        out.push_str(rest.get(..at).unwrap_or_default());
        rest = rest.get(at..).unwrap_or_default();
        let sign = rest.chars().next().unwrap_or('"');
        if sign != '$' {
            let end = rest.get(1..).and_then(|inner| inner.find(sign)).map_or(rest.len(), |end| end + 2);
            let quoted = rest.get(..end).unwrap_or(rest);
            if sign == '"' {
                column = quoted.trim_matches('"').to_owned();
            }
            out.push_str(quoted);
            rest = rest.get(end..).unwrap_or_default();
            continue;
        }
        let digits: String = rest.chars().skip(1).take_while(char::is_ascii_digit).collect();
        rest = rest.get(1 + digits.len()..).unwrap_or_default();
        let value = digits.parse::<usize>().ok().and_then(|place| values.get(place.checked_sub(1)?));
        out.push_str(&value.map_or_else(|| "NULL".to_owned(), |value| param(value, &column, params)));
    }
    out.push_str(rest);
    out
}

/// The place of a value that has become a parameter.
fn param(value: &Param, column: &str, params: &mut Vec<DraftParam>) -> String {
    let name: String =
        column.chars().map(|sign| if sign.is_ascii_alphanumeric() { sign.to_ascii_lowercase() } else { '_' }).collect();
    let name = if name.starts_with(|sign: char| sign.is_ascii_lowercase()) { name } else { format!("v_{name}") };
    let help = format!("What is compared with {column}.");
    let mut bind = |value: ParamValue| Draft::bind(params, &name, value, &help);
    match value {
        Param::Null => "NULL".to_owned(),
        Param::Bool(flag) => bind(ParamValue::Boolean(*flag)),
        Param::Int(number) => bind(ParamValue::Integer(*number)),
        Param::Float(number) => bind(ParamValue::Real(*number)),
        Param::Text(text) => bind(ParamValue::Text(text.clone())),
        Param::Time(time) => {
            let place = bind(ParamValue::Text(time.to_string().trim_end_matches('Z').to_owned()));
            format!("CAST({place} AS TIMESTAMP)")
        }
    }
}

/// The columns that a playbook can count on where no extract is at hand: the roles.
pub fn roles_alone() -> Schema {
    let column = |role: Role| crate::domain::Column::of_role(role, Some(role.name().to_owned()));
    Schema { columns: Role::ALL.into_iter().map(column).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;
    use crate::engine::dialect::DUCK;
    use crate::investigate::{Filter, NoCase, REQUESTS};

    fn made(filter: &str) -> Result<String, ViewError> {
        let schema = roles_alone();
        let context = Context { relation: &REQUESTS, schema: &schema, dialect: &DUCK, case: &NoCase, last: Some(Timestamp(0)) };
        let view = View { filter: Filter::parse(filter).unwrap(), ..View::default() };
        let naming = Naming { id: "mine".into(), title: String::new(), entity: Role::Key, severity: Severity::High };
        from_view(&view, &context, &naming)
    }

    #[test]
    fn every_value_of_a_view_becomes_a_parameter() {
        let text = made("status:401,403 latency>=2.5 user_agent~\"(?i)py\\\"x\" -account:\"a$1\" time:2026-01-01..").unwrap();
        let playbook = Playbook::parse(&text).unwrap();
        let params: Vec<(String, String)> =
            playbook.params.iter().map(|spec| (spec.name.clone(), spec.default.to_string())).collect();
        let names: Vec<&str> = params.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["status", "status_2", "latency", "user_agent", "account", "time"], "{text}");
        assert_eq!(params[4].1, "a$1");
        assert_eq!((playbook.entity, playbook.severity, playbook.title.as_str()), (Role::Key, Severity::High, "mine"));
        assert_eq!(playbook.roles, [Role::Time, Role::Account, Role::Key, Role::UserAgent, Role::Status, Role::Latency]);
        assert!(playbook.sql.contains("IN ($status, $status_2)") && playbook.sql.contains("CAST($time AS TIMESTAMP)"), "{text}");
        assert_eq!(check(&playbook), []);
    }

    #[test]
    fn what_asks_the_case_or_nothing_cannot_become_a_playbook() {
        assert!(made("label:bad status:200").unwrap_err().to_string().contains("ask this case"));
        assert!(made("").unwrap_err().to_string().contains("all rows"));
        assert!(matches!(made("acount:x"), Err(ViewError::Filter(_))));
    }

    #[test]
    fn a_skeleton_is_a_playbook() {
        let playbook = Playbook::parse(&skeleton("my-own").unwrap()).unwrap();
        assert_eq!((playbook.id.as_str(), check(&playbook)), ("my-own", vec![]));
        assert!(skeleton("My Own").unwrap_err().to_string().contains("may hold lower-case letters"));
    }
}
