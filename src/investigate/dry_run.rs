//! The dry run of a mitigation: what a rule, which is any filter, would have stopped in the extract, and whom it would have hit.
//!
//! The statements are asked one after the other ([`statements`]), and [`Outcome`] is read off their answers; its words and sheets are the
//! same on the command line and in the workbench.

use crate::domain::{Entity, Role, TimeRange, Timestamp, Value};
use crate::engine::{Statement, Table};

use super::filter::{Filter, FilterError, condition, display_value};
use super::{Context, View, sql};

/// A rule, and from when on it would have been in force.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Draft {
    /// The requests that it stops.
    pub rule: Filter,
    /// From when on; `None` for the whole extract.
    pub from: Option<Timestamp>,
}

/// The questions of a dry run.
#[derive(Debug, Clone, PartialEq)]
pub struct Questions {
    /// One row: `requests` and `matched` BIGINT, `first_seen` and `last_seen` TIMESTAMP of what is matched.
    pub traffic: Statement,
    /// One row: for each entity role of the extract `hit_ROLE` and `all_ROLE` BIGINT, how many different values are hit, and of how many.
    pub entities: Statement,
    /// A row for each entity that must not be hit and is: `role`, `value`, `matched`, `requests`, `first_seen`, `last_seen`. `None` where
    /// no such entity is known, or none of a role that the extract has.
    pub good: Option<Statement>,
    /// A row for each day of UTC with rows: `day` TIMESTAMP, `requests`, `matched`. `None` for an extract without times.
    pub days: Option<Statement>,
}

const DAY: i64 = 86_400 * Timestamp::SECOND;

/// The questions about a draft, over the rows of `view` (its own filter and range are the traffic that is looked at). `good` are the
/// entities that are known and wanted.
pub fn statements(context: &Context<'_>, view: &View, draft: &Draft, good: &[Entity]) -> Result<Questions, FilterError> {
    let view = in_force(view, draft.from);
    Ok(Questions {
        traffic: traffic(context, &view, draft)?,
        entities: entities(context, &view, draft)?,
        good: good_hit(context, &view, draft, good)?,
        days: days(context, &view, draft)?,
    })
}

/// The rows of a view from when on the rule is in force.
fn in_force(view: &View, from: Option<Timestamp>) -> View {
    let from = view.range.from.into_iter().chain(from).max();
    View { range: TimeRange { from, ..view.range }, ..view.clone() }
}

/// The view of what a draft stops: to open it, to pin of it.
pub fn stopped(view: &View, draft: &Draft) -> View {
    in_force(view, draft.from).narrowed(draft.rule.clone())
}

/// What makes a row one that the rule stops.
fn matches(context: &Context<'_>, draft: &Draft, statement: &mut Statement) -> Result<String, FilterError> {
    Ok(condition(&draft.rule, context, statement)?.unwrap_or_else(|| "TRUE".to_owned()))
}

fn traffic(context: &Context<'_>, view: &View, draft: &Draft) -> Result<Statement, FilterError> {
    let mut statement = Statement::default();
    let stops = matches(context, draft, &mut statement)?;
    let rows = sql::restriction(context, view, None, &mut statement)?;
    let seen = match sql::time_column(context) {
        Some(time) => {
            format!("min({time}) FILTER (WHERE {stops}) AS first_seen, max({time}) FILTER (WHERE {stops}) AS last_seen")
        }
        None => "CAST(NULL AS TIMESTAMP) AS first_seen, CAST(NULL AS TIMESTAMP) AS last_seen".to_owned(),
    };
    statement.sql =
        format!("SELECT count(*) AS requests, count(*) FILTER (WHERE {stops}) AS matched, {seen} FROM {}{rows}", context.table());
    Ok(statement)
}

/// The roles whose values are counted. A request is hit once by itself, so counting those says nothing.
fn roles(context: &Context<'_>) -> Vec<Role> {
    Role::entities().filter(|role| *role != Role::Request && context.schema.has(*role)).collect()
}

fn column(context: &Context<'_>, role: Role) -> Option<String> {
    context.schema.role(role).map(|column| context.dialect.ident(&column.name))
}

fn entities(context: &Context<'_>, view: &View, draft: &Draft) -> Result<Statement, FilterError> {
    let mut statement = Statement::default();
    let stops = matches(context, draft, &mut statement)?;
    let rows = sql::restriction(context, view, None, &mut statement)?;
    let mut counts: Vec<String> = roles(context)
        .into_iter()
        .filter_map(|role| {
            let ident = column(context, role)?;
            Some(format!("count(DISTINCT {ident}) FILTER (WHERE {stops}) AS hit_{role}, count(DISTINCT {ident}) AS all_{role}"))
        })
        .collect();
    if counts.is_empty() {
        counts.push("0 AS nothing".to_owned());
    }
    statement.sql = format!("SELECT {} FROM {}{rows}", counts.join(", "), context.table());
    Ok(statement)
}

fn good_hit(context: &Context<'_>, view: &View, draft: &Draft, good: &[Entity]) -> Result<Option<Statement>, FilterError> {
    let mut statement = Statement::default();
    let stops = matches(context, draft, &mut statement)?;
    let mut parts: Vec<String> = Vec::new();
    for role in Role::entities() {
        let values: Vec<&Entity> = good.iter().filter(|entity| entity.role == role).collect();
        let (Some(ident), false) = (column(context, role), values.is_empty()) else { continue };
        let kind = context.schema.role(role).map_or(crate::domain::Kind::Text, |column| column.kind);
        let value = display_value(context.dialect, &ident, kind);
        let bound: Vec<String> = values.iter().map(|entity| statement.bind(entity.value.as_str())).collect();
        let among = format!("{ident} IN ({})", bound.join(", "));
        let rows = sql::restriction(context, view, [among], &mut statement)?;
        let seen = match sql::time_column(context) {
            Some(time) => {
                format!("min({time}) FILTER (WHERE {stops}) AS first_seen, max({time}) FILTER (WHERE {stops}) AS last_seen")
            }
            None => "CAST(NULL AS TIMESTAMP) AS first_seen, CAST(NULL AS TIMESTAMP) AS last_seen".to_owned(),
        };
        parts.push(format!(
            "SELECT '{role}' AS role, {value} AS value, count(*) FILTER (WHERE {stops}) AS matched, count(*) AS requests, {seen} \
             FROM {}{rows} GROUP BY {ident}",
            context.table()
        ));
    }
    if parts.is_empty() {
        return Ok(None);
    }
    statement.sql = format!(
        "SELECT role, value, matched, requests, first_seen, last_seen FROM ({}) WHERE matched > 0 ORDER BY matched DESC, role, value",
        parts.join(" UNION ALL ")
    );
    Ok(Some(statement))
}

fn days(context: &Context<'_>, view: &View, draft: &Draft) -> Result<Option<Statement>, FilterError> {
    let Some(time) = sql::time_column(context) else { return Ok(None) };
    let mut statement = Statement::default();
    let width = statement.bind(DAY);
    let number = context.dialect.bucket_number(&time, &width);
    let start = context.dialect.bucket_start("number", &width);
    let stops = matches(context, draft, &mut statement)?;
    let rows = sql::restriction(context, view, [format!("{time} IS NOT NULL")], &mut statement)?;
    statement.sql = format!(
        "SELECT {start} AS day, requests, matched FROM (SELECT {number} AS number, count(*) AS requests, \
         count(*) FILTER (WHERE {stops}) AS matched FROM {}{rows} GROUP BY ALL) ORDER BY number",
        context.table()
    );
    Ok(Some(statement))
}

/// What a rule would have done.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outcome {
    /// Requests that were looked at.
    pub requests: u64,
    /// Requests that it would have stopped.
    pub matched: u64,
    /// The first of them.
    pub first: Option<Timestamp>,
    /// The last of them.
    pub last: Option<Timestamp>,
    /// For each role: how many different values are hit, and of how many.
    pub entities: Vec<(Role, u64, u64)>,
    /// The entities labelled good that are hit, those with the most requests first.
    pub good: Vec<GoodHit>,
    /// How many entities are labelled good at all.
    pub good_known: usize,
    /// For each day with requests: how many it would have stopped, and of how many.
    pub days: Vec<(Timestamp, u64, u64)>,
}

/// An entity that is known and wanted, and would have been hit.
#[derive(Debug, Clone, PartialEq)]
pub struct GoodHit {
    /// Which.
    pub entity: Entity,
    /// How many of its requests.
    pub matched: u64,
    /// Of how many.
    pub requests: u64,
}

/// The answers to [`Questions`].
pub struct Answers<'a> {
    /// To `traffic`.
    pub traffic: &'a Table,
    /// To `entities`.
    pub entities: &'a Table,
    /// To `good`.
    pub good: Option<&'a Table>,
    /// To `days`.
    pub days: Option<&'a Table>,
}

impl Outcome {
    /// Reads the answers.
    pub fn read(answers: &Answers<'_>, good: &[Entity]) -> Outcome {
        let (traffic, entities) = (answers.traffic, answers.entities);
        let roles = Role::entities().filter(|role| entities.names.contains(&format!("hit_{role}")));
        let good_hit = |table: &Table, row: usize| -> Option<GoodHit> {
            let role = table.get(row, "role").as_text()?.parse::<Role>().ok()?;
            let entity = Entity::new(role, table.get(row, "value").to_plain())?;
            Some(GoodHit { entity, matched: whole(&table.get(row, "matched")), requests: whole(&table.get(row, "requests")) })
        };
        let day = |table: &Table, row: usize| -> Option<(Timestamp, u64, u64)> {
            Some((table.get(row, "day").as_time()?, whole(&table.get(row, "matched")), whole(&table.get(row, "requests"))))
        };
        Outcome {
            requests: whole(&traffic.get(0, "requests")),
            matched: whole(&traffic.get(0, "matched")),
            first: traffic.get(0, "first_seen").as_time(),
            last: traffic.get(0, "last_seen").as_time(),
            entities: roles
                .map(|role| {
                    (role, whole(&entities.get(0, &format!("hit_{role}"))), whole(&entities.get(0, &format!("all_{role}"))))
                })
                .collect(),
            good: answers.good.iter().flat_map(|table| (0..table.len()).filter_map(|row| good_hit(table, row))).collect(),
            good_known: good.len(),
            days: answers.days.iter().flat_map(|table| (0..table.len()).filter_map(|row| day(table, row))).collect(),
        }
    }

    /// The share of the traffic, from 0 to 1.
    pub fn share(&self) -> f64 {
        share(self.matched, self.requests)
    }

    /// What the rule would have done, in sentences. Values of entities in them are attacker-written: draw them only through `SafeText`.
    pub fn sentences(&self, draft: &Draft) -> Vec<String> {
        let from = draft.from.map(|from| format!(" from {from} on")).unwrap_or_default();
        let mut said = vec![format!(
            "The rule would have stopped {} of {} requests{from} ({}).",
            self.matched,
            self.requests,
            percent(self.matched, self.requests)
        )];
        if let (Some(first), Some(last)) = (self.first, self.last) {
            said.push(format!("The first of them is of {first}, the last of {last}."));
        }
        let hit: Vec<String> = self
            .entities
            .iter()
            .filter(|(_, hit, _)| *hit > 0)
            .map(|(role, hit, all)| format!("{hit} of {all} {}", role.plural()))
            .collect();
        if !hit.is_empty() {
            said.push(format!("It hits {}.", hit.join(", ")));
        }
        said.push(match (self.good_known, self.good.as_slice()) {
            (0, _) => "No entity is labelled good, so nothing says whom it must not hit.".to_owned(),
            (_, []) => "It hits nobody who is labelled good.".to_owned(),
            (known, good) => {
                let names: Vec<String> = good
                    .iter()
                    .take(NAMED)
                    .map(|hit| format!("{} ({} of {} requests)", hit.entity, hit.matched, hit.requests))
                    .collect();
                let more = if good.len() > NAMED { format!(" and {} more", good.len() - NAMED) } else { String::new() };
                format!("It hits {} of {known} entities that are labelled good: {}{more}.", good.len(), names.join(", "))
            }
        });
        said
    }

    /// The columns of [`Outcome::rows`].
    pub const COLUMNS: [&'static str; 6] = ["part", "role", "value", "matched", "of", "share"];

    /// All of it as rows, for sheets: parts `traffic` (requests), `entities` (different values of a role), `good` (the requests of an entity
    /// labelled good) and `day` (the requests of a day of UTC).
    pub fn rows(&self) -> Vec<Vec<Value>> {
        let row = |part: &str, role: &str, value: Value, matched: u64, of: u64| {
            let role = if role.is_empty() { Value::Null } else { Value::Text(role.to_owned()) };
            let (hit, all) = (Value::Int(matched.into()), Value::Int(of.into()));
            vec![Value::Text(part.to_owned()), role, value, hit, all, Value::Float(share(matched, of))]
        };
        let mut rows = vec![row("traffic", "", Value::Null, self.matched, self.requests)];
        rows.extend(self.entities.iter().map(|(role, hit, all)| row("entities", role.name(), Value::Null, *hit, *all)));
        rows.extend(
            self.good
                .iter()
                .map(|hit| row("good", hit.entity.role.name(), Value::Text(hit.entity.value.clone()), hit.matched, hit.requests)),
        );
        rows.extend(self.days.iter().map(|(day, hit, all)| row("day", "", Value::Time(*day), *hit, *all)));
        rows
    }
}

/// Entities labelled good that a sentence names.
const NAMED: usize = 5;

fn whole(value: &Value) -> u64 {
    value.as_i64().and_then(|number| u64::try_from(number).ok()).unwrap_or_default()
}

fn share(part: u64, of: u64) -> f64 {
    if of == 0 { 0.0 } else { part as f64 / of as f64 }
}

/// `12.5%`; what is more than nothing is never `0%`.
fn percent(part: u64, of: u64) -> String {
    let share = share(part, of) * 100.0;
    match part {
        0 => "0%".to_owned(),
        _ if share < 0.01 => "less than 0.01%".to_owned(),
        _ => format!("{}%", (share * 100.0).round() / 100.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome() -> Outcome {
        Outcome {
            requests: 100_000,
            matched: 3,
            first: Some(Timestamp(0)),
            last: Some(Timestamp(1_000_000)),
            entities: vec![(Role::Account, 2, 40), (Role::Key, 0, 9)],
            good: vec![GoodHit { entity: "account:ops".parse().unwrap(), matched: 1, requests: 700 }],
            good_known: 4,
            days: vec![(Timestamp(0), 3, 100_000)],
        }
    }

    #[test]
    fn what_it_would_do_is_said_in_words() {
        let draft = Draft { from: Some(Timestamp(0)), ..Draft::default() };
        let said = outcome().sentences(&draft);
        insta::assert_snapshot!(said.join("\n"), @r"
        The rule would have stopped 3 of 100000 requests from 1970-01-01T00:00:00Z on (less than 0.01%).
        The first of them is of 1970-01-01T00:00:00Z, the last of 1970-01-01T00:00:01Z.
        It hits 2 of 40 accounts.
        It hits 1 of 4 entities that are labelled good: account:ops (1 of 700 requests).
        ");
        let none = Outcome { good: Vec::new(), good_known: 0, ..outcome() };
        assert!(none.sentences(&draft).join(" ").contains("No entity is labelled good"));
    }

    #[test]
    fn all_of_it_is_in_the_rows() {
        let rows = outcome().rows();
        assert_eq!(rows.len(), 5);
        assert!(rows.iter().all(|row| row.len() == Outcome::COLUMNS.len()));
    }

    #[test]
    fn a_rule_in_force_from_a_moment_leaves_an_earlier_start_behind() {
        let view = View { range: "2023-01-01..2023-02-01".parse().unwrap(), ..View::default() };
        let draft = Draft { rule: "status:429".parse().unwrap(), from: Some("2023-01-10".parse().unwrap()) };
        let stopped = stopped(&view, &draft);
        assert_eq!(stopped.range, "2023-01-10..2023-02-01".parse().unwrap());
        assert_eq!(stopped.filter.to_string(), "status:429");
    }
}
