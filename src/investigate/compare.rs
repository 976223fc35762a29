//! Period over period: the values of a column in one window of time beside those in another one.

use std::fmt;

use crate::domain::{TimeRange, Timestamp};
use crate::engine::Statement;

use super::filter::{FilterError, column_named, display_value, in_range, parse_duration, time_range};
use super::listing::Asked;
use super::{Context, View, sql};

/// With what a window of time is compared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Before {
    /// The window of the same length right before it; for all time, the second half with the first.
    #[default]
    Previous,
    /// The same window so many microseconds earlier; for all time, the last stretch of this length with the one before it.
    Earlier(i64),
    /// This one.
    Range(TimeRange),
}

impl Before {
    /// Reads `previous`, `-1d`, or a range as `time:` takes it.
    pub fn parse(text: &str, last: Option<Timestamp>) -> Result<Before, FilterError> {
        let text = text.trim();
        if text == "previous" {
            return Ok(Before::Previous);
        }
        if let Some(micros) = text.strip_prefix('-').and_then(parse_duration) {
            return Ok(Before::Earlier(micros));
        }
        time_range(text, last).map(Before::Range).map_err(|_| {
            let says = format!("'{text}' is no window to compare with; write previous, -1d, -1w or A..B");
            FilterError::new(0..text.len(), says)
        })
    }
}

/// The two windows of a comparison, both with a beginning and an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Windows {
    /// The one that is looked at.
    pub now: TimeRange,
    /// The one that it is compared with.
    pub before: TimeRange,
}

impl fmt::Display for Windows {
    /// `A..B against C..D`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} against {}", self.now, self.before)
    }
}

/// The windows of a comparison: `range` is that of the view, `span` the first and the last moment of the extract.
pub fn windows(range: TimeRange, span: Option<(Timestamp, Timestamp)>, before: Before) -> Result<Windows, FilterError> {
    let Some((first, last)) = span else {
        return Err(FilterError::new(0..0, "no row of this extract has a time, so there are no windows of time to compare"));
    };
    // The last row lies inside.
    let end = last.plus(1);
    let of = |from: Timestamp, to: Timestamp| TimeRange { from: Some(from), to: Some(to) };
    let (from, to) = (range.from.unwrap_or(first), range.to.unwrap_or(end));
    let length = to.since(from);
    let windows = match before {
        Before::Range(other) => Windows { now: of(from, to), before: of(other.from.unwrap_or(first), other.to.unwrap_or(end)) },
        Before::Earlier(micros) if range.is_all() => {
            let middle = to.plus(-micros);
            Windows { now: of(middle, to), before: of(middle.plus(-micros), middle) }
        }
        Before::Earlier(micros) => Windows { now: of(from, to), before: of(from.plus(-micros), to.plus(-micros)) },
        Before::Previous if range.is_all() => {
            let middle = from.plus(length / 2);
            Windows { now: of(middle, to), before: of(from, middle) }
        }
        Before::Previous => Windows { now: of(from, to), before: of(from.plus(-length), from) },
    };
    if windows.before.to.is_none_or(|to| to <= first) || windows.before.from.is_none_or(|from| from >= end) {
        return Err(FilterError::new(
            0..0,
            format!("the extract has no row in {}, so nothing can be compared with it", windows.before),
        ));
    }
    Ok(windows)
}

/// Values with their counts in both windows: `value` VARCHAR (NULL for the rows without one), `requests` BIGINT, `share` DOUBLE of the
/// rows of the window (from 0 to 1), `previous` BIGINT, `difference` BIGINT, `percent` DOUBLE (NULL for what is new),
/// `distinct_values`, `new_values`, `gone_values` BIGINT (the same in every row: values in either window, in the first one only, in the
/// second one only), `rows_before` BIGINT, and where a text is searched for `matching_values`. The view's own time range does not count.
pub fn statement(
    context: &Context<'_>,
    view: &View,
    column: &str,
    windows: Windows,
    asked: &Asked<'_>,
) -> Result<Statement, FilterError> {
    let (ident, kind) = column_named(column, context)?;
    if view.filter.bounds_time(context.schema) {
        return Err(FilterError::new(
            0..0,
            "the filter itself says which times count, so another window would be empty; give that as the time range instead",
        ));
    }
    let time = sql::time_column(context).ok_or_else(|| {
        FilterError::new(0..0, "this extract has no time; windows of time cannot be compared (map one with --map time=COLUMN)")
    })?;
    let mut statement = Statement::default();
    let table = context.table();
    let everything = View { filter: view.filter.clone(), ..View::default() };
    let mut within = |range: TimeRange| in_range(&time, range, &mut statement).unwrap_or_else(|| "TRUE".to_owned());
    let (now, before) = (within(windows.now), within(windows.before));
    let either = format!("(({now}) OR ({before}))");
    let rows = sql::restriction(context, &everything, [either], &mut statement)?;
    let value = display_value(context.dialect, "value", kind);
    let fits = asked.condition(context, "value", kind, &mut statement);
    let (matching, matches) = match &fits {
        Some(fits) => (format!(", count(value) FILTER (WHERE {fits}) AS matching_values"), ", matching_values"),
        None => (String::new(), ""),
    };
    let only = fits.map(|fits| format!(" WHERE {fits}")).unwrap_or_default();
    let limit = asked.cut(&mut statement);
    let (order, outer) = (asked.order.keys("value"), asked.order.keys("first.value"));
    statement.sql = format!(
        "WITH counted AS MATERIALIZED (SELECT {ident} AS value, count(*) FILTER (WHERE {now}) AS requests, \
         count(*) FILTER (WHERE {before}) AS previous FROM {table}{rows} GROUP BY ALL), \
         total AS (SELECT CAST(sum(requests) AS BIGINT) AS rows, CAST(sum(previous) AS BIGINT) AS rows_before, \
         count(value) AS distinct_values, count(value) FILTER (WHERE previous = 0) AS new_values, \
         count(value) FILTER (WHERE requests = 0) AS gone_values{matching} FROM counted), \
         first AS (SELECT value, requests, previous FROM counted{only} ORDER BY {order}{limit}) \
         SELECT {value} AS value, requests, CASE WHEN rows > 0 THEN CAST(requests AS DOUBLE) / rows ELSE 0 END AS share, previous, \
         requests - previous AS difference, \
         CASE WHEN previous > 0 THEN 100 * CAST(requests - previous AS DOUBLE) / previous END AS percent, \
         distinct_values, new_values, gone_values, rows_before{matches} FROM first, total ORDER BY {outer}"
    );
    Ok(statement)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400 * Timestamp::SECOND;

    fn at(days: i64) -> Timestamp {
        Timestamp(days * DAY)
    }

    fn range(from: i64, to: i64) -> TimeRange {
        TimeRange { from: Some(at(from)), to: Some(at(to)) }
    }

    #[test]
    fn windows_lie_where_one_would_look_for_them() {
        let span = Some((at(0), at(10)));
        let of = |view: TimeRange, before: Before| windows(view, span, before).unwrap();
        assert_eq!(of(range(6, 8), Before::Previous), Windows { now: range(6, 8), before: range(4, 6) });
        assert_eq!(of(range(6, 7), Before::Earlier(3 * DAY)), Windows { now: range(6, 7), before: range(3, 4) });
        assert_eq!(of(range(6, 7), Before::Range(range(1, 2))).before, range(1, 2));
        let halves = of(TimeRange::ALL, Before::Previous);
        assert_eq!(halves.before.to, halves.now.from);
        assert_eq!(halves.now.to, Some(at(10).plus(1)), "the last row is inside");
        let days = of(TimeRange::ALL, Before::Earlier(DAY));
        assert_eq!(days.now.from, Some(at(9).plus(1)));
        assert_eq!(days.before.to, days.now.from);
        let open = of(TimeRange { from: Some(at(5)), to: None }, Before::Previous);
        assert_eq!(open.before, TimeRange { from: Some(at(0).plus(-1)), to: Some(at(5)) });
    }

    #[test]
    fn a_window_without_anything_in_it_is_refused() {
        let span = Some((at(0), at(10)));
        assert!(windows(range(0, 3), span, Before::Previous).unwrap_err().message.contains("has no row in"));
        assert!(windows(range(0, 3), None, Before::Previous).is_err());
        assert_eq!(Before::parse("-7d", None), Ok(Before::Earlier(7 * DAY)));
        assert_eq!(Before::parse("previous", None), Ok(Before::Previous));
        assert!(matches!(Before::parse("2023-07-10", None), Ok(Before::Range(_))));
        assert!(Before::parse("yesterday", None).unwrap_err().message.contains("previous"));
    }
}
