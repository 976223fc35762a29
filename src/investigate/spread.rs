//! How the numbers or times of a column are spread: the least, quantiles, the most, the mean, and how many fall in each of some buckets.

use crate::domain::{Batch, Kind, Role, Schema, Timestamp, Value};
use crate::engine::{Param, Statement};

use super::filter::{FilterError, column_named};
use super::{Context, View, sql, timeline};

/// The quantiles that are told, by name.
pub const QUANTILES: [(&str, f64); 6] = [("p1", 0.01), ("p25", 0.25), ("p50", 0.5), ("p75", 0.75), ("p90", 0.9), ("p99", 0.99)];

/// Buckets of a histogram at most, those at both ends included.
pub const BUCKETS: usize = 12;

/// Whether a column is spread over a scale, so that its least, its most and its quantiles say something. A status is a name that looks
/// like a number.
pub fn is_spread(schema: &Schema, column: &str) -> bool {
    schema.column(column).is_some_and(|column| column.kind.is_ordered() && column.role != Some(Role::Status))
}

/// What is known of a column's spread.
#[derive(Debug, Clone, PartialEq)]
pub struct Spread {
    /// Rows of the view.
    pub rows: u64,
    /// Those with a value.
    pub present: u64,
    /// The least value; `Null` where there is none.
    pub least: Value,
    /// The values of [`QUANTILES`]: each is one that stands in a row.
    pub quantiles: Vec<Value>,
    /// The largest value.
    pub most: Value,
    /// The mean.
    pub mean: Value,
}

impl Spread {
    /// Name and value, from the least to the most, then the mean.
    pub fn figures(&self) -> Vec<(&'static str, &Value)> {
        let quantiles = QUANTILES.iter().zip(&self.quantiles).map(|((name, _), value)| (*name, value));
        std::iter::once(("min", &self.least)).chain(quantiles).chain([("max", &self.most), ("mean", &self.mean)]).collect()
    }

    /// Reads the answer to [`statement`].
    pub fn read(answer: &Batch) -> Spread {
        let count = |name: &str| answer.get(0, name).as_i64().and_then(|count| u64::try_from(count).ok()).unwrap_or(0);
        Spread {
            rows: count("rows"),
            present: count("present"),
            least: answer.get(0, "least"),
            quantiles: QUANTILES.iter().map(|(name, _)| answer.get(0, name)).collect(),
            most: answer.get(0, "most"),
            mean: answer.get(0, "mean"),
        }
    }
}

/// One row: `rows`, `present` BIGINT, `least`, `p1` … `p99`, `most` in the column's type, `mean` DOUBLE (TIMESTAMP for times).
pub fn statement(context: &Context<'_>, view: &View, column: &str) -> Result<Statement, FilterError> {
    let (ident, _) = spread_column(context, column)?;
    let mut statement = Statement::default();
    let table = context.table();
    let rows = sql::restriction(context, view, None, &mut statement)?;
    let fractions: Vec<f64> = QUANTILES.iter().map(|(_, fraction)| *fraction).collect();
    let quantiles = context.dialect.quantiles(&ident, &fractions);
    let each: Vec<String> = QUANTILES
        .iter()
        .enumerate()
        .map(|(at, (name, _))| format!("{} AS {name}", context.dialect.element("quantiles", at)))
        .collect();
    statement.sql = format!(
        "SELECT rows, present, least, {}, most, mean FROM (SELECT count(*) AS rows, count({ident}) AS present, min({ident}) AS least, \
         {quantiles} AS quantiles, max({ident}) AS most, avg({ident}) AS mean FROM {table}{rows})",
        each.join(", ")
    );
    Ok(statement)
}

fn spread_column(context: &Context<'_>, column: &str) -> Result<(String, Kind), FilterError> {
    let (ident, kind) = column_named(column, context)?;
    if !kind.is_ordered() {
        let says =
            format!("{column} holds neither numbers nor times, so it has no quantiles; top values without --stats tell of it");
        return Err(FilterError::new(0..0, says));
    }
    Ok((ident, kind))
}

/// How many values fall between the edges: `bucket` INTEGER, `requests` BIGINT, only for buckets that have some. Bucket 0 lies before the
/// second edge (nothing lies before the first), bucket n from edge n on and before the next one, the last one has no end.
pub fn buckets(context: &Context<'_>, view: &View, column: &str, edges: &[Value]) -> Result<Statement, FilterError> {
    let (ident, _) = spread_column(context, column)?;
    let mut statement = Statement::default();
    let table = context.table();
    let mut cases = String::new();
    for (place, edge) in edges.iter().skip(1).enumerate() {
        let edge = statement.bind(param(edge));
        cases.push_str(&format!("WHEN {ident} < {edge} THEN {place} "));
    }
    let last = edges.len().saturating_sub(1);
    let rows = sql::restriction(context, view, [format!("{ident} IS NOT NULL")], &mut statement)?;
    let number = if cases.is_empty() { "0".to_owned() } else { format!("CASE {cases}ELSE {last} END") };
    statement.sql = format!(
        "SELECT CAST(bucket AS INTEGER) AS bucket, requests FROM (SELECT {number} AS bucket, count(*) AS requests FROM {table}{rows} \
         GROUP BY ALL) ORDER BY bucket"
    );
    Ok(statement)
}

/// From where to where each bucket reaches and how many rows are in it, empty ones included, from the answer to [`buckets`]. What lies
/// above the last edge, which is what is no number, comes in a bucket without an end.
pub fn filled(edges: &[Value], answer: &[Batch]) -> Vec<(Value, Value, u64)> {
    let mut counts = vec![0; edges.len()];
    let rows = answer.iter().flat_map(|batch| (0..batch.rows()).map(move |row| (batch, row)));
    for (batch, row) in rows {
        let place = batch.get(row, "bucket").as_i64().and_then(|place| usize::try_from(place).ok());
        if let Some(count) = place.and_then(|place| counts.get_mut(place)) {
            *count += batch.get(row, "requests").as_i64().and_then(|rows| u64::try_from(rows).ok()).unwrap_or(0);
        }
    }
    let ends = edges.iter().skip(1).cloned().chain([Value::Null]);
    let buckets = edges.iter().cloned().zip(ends).zip(counts).map(|((from, to), count)| (from, to, count));
    buckets.filter(|(_, to, count)| *count > 0 || !to.is_null()).collect()
}

fn param(value: &Value) -> Param {
    match value {
        Value::Int(number) => Param::Int(i64::try_from(*number).unwrap_or(i64::MAX)),
        Value::Float(number) => Param::Float(*number),
        Value::Time(time) => Param::Time(*time),
        _ => Param::Null,
    }
}

/// Where the buckets of a histogram begin: round numbers, evenly spread, or each a multiple of the one before where most values lie close
/// together and a few far off. The first edge is not above the least value; the last one is the first above the most.
pub fn edges(spread: &Spread) -> Vec<Value> {
    if let (Some(least), Some(most)) = (spread.least.as_time(), spread.most.as_time()) {
        let width = timeline::choose_bucket(most.since(least), BUCKETS as u64 - 1);
        let first = least.0.div_euclid(width).saturating_mul(width);
        let count = most.0.saturating_sub(first) / width + 1;
        return (0..=count.min(BUCKETS as i64)).map(|at| Value::Time(Timestamp(first.saturating_add(at * width)))).collect();
    }
    let whole = matches!(spread.least, Value::Int(_));
    let number = |value: &Value| value.as_f64().filter(|number| number.is_finite());
    let Some(least) = number(&spread.least) else { return Vec::new() };
    let middle = spread.quantiles.get(2).and_then(number).unwrap_or(least);
    // What is no number lies above all others; then the largest quantile that is one ends the buckets.
    let most = number(&spread.most).or_else(|| spread.quantiles.iter().rev().find_map(number)).unwrap_or(least);
    let far = least >= 0.0 && most > 0.0 && most / middle.max(if whole { 1.0 } else { most / 1e6 }) > 20.0;
    let edges = if far { multiples(spread, least, most, whole) } else { even(least, most, whole) };
    edges.into_iter().map(|edge| if whole { Value::Int(edge as i128) } else { Value::Float(edge) }).collect()
}

/// Evenly spread edges.
fn even(least: f64, most: f64, whole: bool) -> Vec<f64> {
    let mut step = round_up((most - least).max(f64::MIN_POSITIVE) / (BUCKETS as f64 - 1.0));
    if whole {
        step = step.max(1.0);
    }
    if most <= least || !step.is_normal() {
        // One value alone.
        let step = if whole { 1.0 } else { round_up(least.abs().max(1e-6) / 10.0) };
        return vec![least, least + step];
    }
    // Counted in steps, so that no error adds up.
    let first = (least / step).floor();
    let count = ((most / step).floor() - first) as usize + 1;
    (0..=count.min(BUCKETS)).map(|at| tidy((first + at as f64) * step, step)).collect()
}

/// Edges of which each is 2, 2.5 or 10 times the one before: 1, 2, 5, 10 or whole powers of ten, whatever is needed.
fn multiples(spread: &Spread, least: f64, most: f64, whole: bool) -> Vec<f64> {
    let number = |value: &Value| value.as_f64().filter(|number| number.is_finite() && *number > 0.0);
    // The smallest numbers that are not nothing: zero has no place on such a scale, it lies in the first bucket.
    let low = if least > 0.0 { least } else { spread.quantiles.iter().find_map(number).unwrap_or(most / 1e6) };
    let low = if whole { low.max(1.0) } else { low.max(most / 1e9) };
    let (bottom, top) = (low.log10().floor() as i32, most.log10().floor() as i32);
    let fine = usize::try_from(top - bottom + 1).unwrap_or(0) * 3 <= BUCKETS + 2;
    let factors: &[f64] = if fine { &[1.0, 2.0, 5.0] } else { &[1.0] };
    let all: Vec<f64> = (bottom..=top + 1)
        .flat_map(|power| factors.iter().map(move |factor| tidy(factor * 10f64.powi(power), 10f64.powi(power))))
        .collect();
    let first = all.iter().rposition(|edge| *edge <= low).unwrap_or(0);
    let after = all.iter().position(|edge| *edge > most).unwrap_or(all.len().saturating_sub(1));
    let mut edges: Vec<f64> = all.get(first..=after).unwrap_or_default().to_vec();
    if least < edges.first().copied().unwrap_or(0.0) {
        edges.insert(0, if least >= 0.0 { 0.0 } else { least });
    }
    while edges.len() > BUCKETS + 1 {
        // The thin ends become one bucket.
        edges.remove(1);
    }
    edges
}

/// The least of 1, 2, 5, 10, … times a power of ten that is not less.
fn round_up(number: f64) -> f64 {
    let power = 10f64.powf(number.log10().floor());
    let factor = [1.0, 2.0, 5.0, 10.0].into_iter().find(|factor| factor * power >= number * (1.0 - 1e-9)).unwrap_or(10.0);
    tidy(factor * power, power)
}

/// A number without the noise of its computing: as many digits as the step has, and one more.
fn tidy(number: f64, step: f64) -> f64 {
    let places = usize::try_from((1.0 - step.log10().floor()).clamp(0.0, 20.0) as i64).unwrap_or(0);
    format!("{number:.places$}").parse().unwrap_or(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spread(least: f64, middle: f64, most: f64) -> Spread {
        let quantiles = [least, least, middle, middle, most, most].map(Value::Float).to_vec();
        Spread {
            rows: 9,
            present: 9,
            least: Value::Float(least),
            quantiles,
            most: Value::Float(most),
            mean: Value::Float(middle),
        }
    }

    fn whole(least: i128, middle: i128, most: i128) -> Spread {
        let quantiles = [least, least, middle, middle, most, most].map(Value::Int).to_vec();
        Spread { rows: 9, present: 9, least: Value::Int(least), quantiles, most: Value::Int(most), mean: Value::Float(0.0) }
    }

    fn numbers(spread: &Spread) -> Vec<f64> {
        edges(spread).iter().filter_map(Value::as_f64).collect()
    }

    #[test]
    fn edges_are_round_and_hold_all_values_between_them() {
        assert_eq!(numbers(&spread(0.0, 50.0, 100.0)), [0.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0, 100.0, 110.0]);
        assert_eq!(numbers(&spread(0.1, 0.2, 0.45)).first(), Some(&0.1));
        assert_eq!(numbers(&whole(3, 120, 4_000)), [2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1e3, 2e3, 5e3]);
        assert_eq!(numbers(&whole(3, 120, 40_000)), [1.0, 10.0, 100.0, 1e3, 1e4, 1e5]);
        assert_eq!(numbers(&whole(7, 7, 7)), [7.0, 8.0]);
        let cases = [
            spread(-5.0, 0.0, 5.0),
            spread(0.0, 0.0, 1e9),
            spread(0.0, 3.0, 1e12),
            spread(-1e300, 0.0, 1e300),
            spread(1e-9, 1e-7, 1.0),
            spread(0.3, 0.3, 0.3),
            whole(0, 0, 0),
            whole(0, 1, 5_000_000),
            whole(-7, 2, 9),
            whole(0, 2, i128::from(i64::MAX)),
            whole(i128::from(i64::MIN), 0, i128::from(i64::MAX)),
        ];
        for case in cases {
            let edges = numbers(&case);
            let (least, most) = (case.least.as_f64().unwrap(), case.most.as_f64().unwrap());
            assert!(edges.len() >= 2 && edges.len() <= BUCKETS + 1, "{case:?}: {edges:?}");
            assert!(edges.is_sorted_by(|one, next| one < next), "{case:?}: {edges:?}");
            assert!(edges[0] <= least && edges[edges.len() - 1] > most, "{case:?}: {edges:?}");
        }
    }

    #[test]
    fn what_is_no_number_does_not_spoil_the_buckets() {
        let mut odd = spread(1.0, 2.0, 9.0);
        odd.most = Value::Float(f64::NAN);
        assert!(numbers(&odd).iter().all(|edge| edge.is_finite()));
        odd.least = Value::Float(f64::NAN);
        assert!(edges(&odd).is_empty());
        odd.least = Value::Null;
        assert!(edges(&odd).is_empty());
    }

    #[test]
    fn times_fall_in_readable_stretches() {
        let at = |seconds: i64| Value::Time(Timestamp(seconds * Timestamp::SECOND));
        let times = Spread { least: at(90), most: at(7_300), ..spread(0.0, 0.0, 0.0) };
        let edges = edges(&times);
        assert_eq!((edges.first(), edges.last()), (Some(&at(0)), Some(&at(7_200 + 900))));
    }
}
