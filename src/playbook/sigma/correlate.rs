//! Correlations: rows that rules fit, counted in a window of time that slides over each group. Sorting is the dearest step; no row is paired
//! with another.

use crate::playbook::ParamValue;
use crate::playbook::draft::Draft;

use super::compile::{Builder, draft};
use super::fields::quoted;
use super::parse::{Correlation, Kind, Rule};
use super::yaml::Scalar;
use super::{Options, SigmaError};

/// The places of the rules that a correlation is of.
pub(super) fn members(correlation: &Correlation, rules: &[&Rule]) -> Result<Vec<usize>, SigmaError> {
    let mut members = Vec::new();
    for (name, line) in &correlation.rules {
        let found = rules.iter().position(|rule| [&rule.head.name, &rule.head.id, &rule.head.title].contains(&name));
        members.push(found.ok_or_else(|| {
            SigmaError::new(
                *line,
                "correlation.rules",
                format!("no rule here is called '{name}'; put it into the same file (a correlation of correlations cannot be expressed)"),
            )
        })?);
    }
    Ok(members)
}

pub(super) fn compile(
    correlation: &Correlation,
    members: &[usize],
    rules: &[&Rule],
    options: &Options<'_>,
) -> Result<Draft, SigmaError> {
    let mut builder = Builder::new(options);
    builder.roles.insert(crate::domain::Role::Time);
    // The entity is what is grouped by, where that names one.
    let mut found = None;
    if let Some(rule) = members.first().and_then(|place| rules.get(*place)) {
        for (name, line) in &correlation.group_by {
            let column = builder.column(field_of(name, rule, correlation), *line, "correlation.group-by")?;
            found = found.or(column.role.filter(|role| role.is_entity() && column.path.is_none()));
        }
    }
    let entity = builder.entity(found, correlation.head.line)?;
    let mut parts = Vec::new();
    for (number, place) in members.iter().enumerate() {
        if let Some(rule) = rules.get(*place) {
            parts.push(matched(&mut builder, correlation, rule, number + 1, &quoted(entity.name()))?);
        }
    }
    let groups: Vec<String> = (1..=correlation.group_by.len()).map(|number| format!("group_{number}")).collect();
    let partition = if groups.is_empty() { String::new() } else { format!("PARTITION BY {} ", groups.join(", ")) };
    let timespan = builder.bind("timespan", ParamValue::Integer(correlation.timespan), "The window of time, in seconds.");
    if let Some(param) = builder.params.last_mut() {
        param.min = Some(1);
    }
    let body = match correlation.kind {
        Kind::TemporalOrdered => ordered(members.len(), &partition, &timespan),
        _ => sliding(&mut builder, correlation, members.len(), &partition, &timespan),
    };
    let sql = format!(
        "WITH matched AS (\n{}\n),\n{body}SELECT\n    entity,\n    CAST(max(measure) FILTER (WHERE met) AS DOUBLE) AS score,\n    \
         count(DISTINCT row_id) AS requests,\n    min(moment) AS first_seen,\n    max(moment) AS last_seen,\n    \
         array_to_string(CAST(min(row_id, 5) FILTER (WHERE met) AS VARCHAR[]), ',') AS examples\nFROM measured\nGROUP BY entity\n\
         HAVING bool_or(met)\nORDER BY score DESC, entity",
        parts.join("\n    UNION ALL\n")
    );
    let by = match correlation.group_by.is_empty() {
        true => "all rows together".to_owned(),
        false => correlation.group_by.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", "),
    };
    let how = format!(
        "**How.** A correlation of the type {}, by {by}, in a window of {} seconds that slides over the rows. The score is the most that was \
         measured in a window; the examples are the first rows at which the condition was met, the requests all rows that the rules fit. Rows \
         without a value for {entity} or for what is grouped by are left out.",
        correlation.kind.name(),
        correlation.timespan,
    );
    Ok(draft(&correlation.head, builder, entity, how, sql))
}

/// What a name of the correlation is called in a rule.
fn field_of<'n>(name: &'n str, rule: &Rule, correlation: &'n Correlation) -> &'n str {
    let of_rule = |other: &String| [&rule.head.name, &rule.head.id, &rule.head.title].contains(&other);
    let alias = correlation.aliases.iter().find(|(alias, other, _)| alias == name && of_rule(other));
    alias.map_or(name, |(_, _, field)| field.as_str())
}

/// The rows that a rule fits, with what they are grouped by and the value that is measured.
fn matched(
    builder: &mut Builder<'_>,
    correlation: &Correlation,
    rule: &Rule,
    number: usize,
    entity: &str,
) -> Result<String, SigmaError> {
    let mut columns =
        vec!["row_id".to_owned(), "\"time\" AS moment".to_owned(), format!("{number} AS rule"), format!("{entity} AS entity")];
    let mut conditions = vec!["\"time\" IS NOT NULL".to_owned(), format!("{entity} IS NOT NULL")];
    for (at, (name, line)) in correlation.group_by.iter().enumerate() {
        let column = builder.column(field_of(name, rule, correlation), *line, "correlation.group-by")?;
        let raw = builder.raw(&column);
        columns.push(format!("{raw} AS group_{}", at + 1));
        conditions.push(format!("{raw} IS NOT NULL"));
    }
    let mut values = Vec::new();
    for (name, line) in &correlation.fields {
        let column = builder.column(field_of(name, rule, correlation), *line, "correlation.condition.field")?;
        values.push(match correlation.kind {
            Kind::ValueSum | Kind::ValueAverage | Kind::ValuePercentile => builder.number(&column),
            _ => builder.text(&column),
        });
    }
    match values.as_slice() {
        [] => {}
        [one] => columns.push(format!("{one} AS value")),
        several => columns.push(format!("concat_ws(chr(31), {}) AS value", several.join(", "))),
    }
    conditions.push(builder.rule(rule)?);
    Ok(format!("    SELECT {}\n    FROM requests\n    WHERE {}", columns.join(", "), conditions.join("\n        AND ")))
}

/// What is measured in the window that ends at each row.
fn sliding(builder: &mut Builder<'_>, correlation: &Correlation, rules: usize, partition: &str, timespan: &str) -> String {
    let measure = match correlation.kind {
        Kind::EventCount | Kind::TemporalOrdered => "count(*)".to_owned(),
        Kind::ValueCount => "count(DISTINCT value)".to_owned(),
        Kind::Temporal => "count(DISTINCT rule)".to_owned(),
        Kind::ValueSum => "sum(value)".to_owned(),
        Kind::ValueAverage => "avg(value)".to_owned(),
        Kind::ValuePercentile => {
            let place =
                builder.bind("percentile", ParamValue::Real(correlation.percentile / 100.0), "The percentile, from 0 to 1.");
            format!("quantile_cont(value, {place})")
        }
    };
    let mut bounds = Vec::new();
    for (sign, number) in &correlation.bounds {
        let (name, value) = match number {
            Scalar::Integer(number) => ("limit", ParamValue::Integer(*number)),
            Scalar::Real(number) => ("limit", ParamValue::Real(*number)),
            _ => continue,
        };
        let place = builder.bind(name, value, &format!("The measure must be {sign} this."));
        bounds.push(format!("measure {sign} {place}"));
    }
    if bounds.is_empty() {
        let all = ParamValue::Integer(i64::try_from(rules).unwrap_or(i64::MAX));
        let place = builder.bind("rules", all, "So many of the rules must come together.");
        bounds.push(format!("measure >= {place}"));
    }
    format!(
        "windows AS (\n    SELECT *, {measure} OVER ({partition}ORDER BY moment RANGE BETWEEN to_seconds({timespan}) PRECEDING AND CURRENT ROW) \
         AS measure\n    FROM matched\n),\nmeasured AS (\n    SELECT *, coalesce({}, FALSE) AS met\n    FROM windows\n)\n",
        bounds.join(" AND ")
    )
}

/// The rules in their order: for each row of a rule the latest beginning of a chain that leads to it.
fn ordered(rules: usize, partition: &str, timespan: &str) -> String {
    let mut steps =
        String::from("chain_1 AS (\n    SELECT *, CASE WHEN rule = 1 THEN moment END AS begun\n    FROM matched\n),\n");
    for number in 2..=rules {
        // A row that two rules fit does not lead to itself: the later rule's turn comes first.
        steps.push_str(&format!(
            "chain_{number} AS (\n    SELECT * EXCLUDE (begun), CASE WHEN rule = {number} THEN max(begun) OVER ({partition}ORDER BY moment, row_id, \
             rule DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) END AS begun\n    FROM chain_{}\n),\n",
            number - 1
        ));
    }
    format!(
        "{steps}measured AS (\n    SELECT *, 1 AS measure, coalesce(moment <= begun + to_seconds({timespan}), FALSE) AS met\n    \
         FROM chain_{rules}\n)\n"
    )
}
