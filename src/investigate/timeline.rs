//! How many rows fall in each stretch of time.

use crate::domain::{Schema, Timestamp};
use crate::engine::Statement;

use super::filter::{FilterError, column_named, display_value, parse_duration};
use super::{Context, View, sql};

/// Lengths of buckets that people can read off an axis, in seconds.
const STEPS: [i64; 19] =
    [1, 5, 10, 15, 30, 60, 300, 600, 900, 1_800, 3_600, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800, 1_209_600, 2_592_000];

/// One row for each bucket that has rows: `bucket` TIMESTAMP (its start; buckets are counted from the epoch), `requests` BIGINT, and with
/// `by` the column's values as VARCHAR under its own name. Ordered by bucket, then by value. Empty buckets are not filled in. Rows without
/// a time are counted in a bucket that is NULL and comes last.
pub fn statement(context: &Context<'_>, view: &View, bucket_micros: i64, by: Option<&str>) -> Result<Statement, FilterError> {
    if bucket_micros <= 0 {
        return Err(FilterError::new(0..0, "a bucket of time needs a length; write 1m, 1h or 1d"));
    }
    let time = sql::time_column(context).ok_or_else(|| {
        FilterError::new(0..0, "this extract has no time, so there is no timeline (map one with --map time=COLUMN)")
    })?;
    let mut statement = Statement::default();
    let table = context.table();
    let width = statement.bind(bucket_micros);
    let number = context.dialect.bucket_number(&time, &width);
    let start = context.dialect.bucket_start("number", &width);
    let rows = sql::restriction(context, view, None, &mut statement)?;
    // Grouped by whole numbers, which is a third quicker than by the times they stand for.
    statement.sql = match by {
        None => format!(
            "SELECT {start} AS bucket, requests FROM (SELECT {number} AS number, count(*) AS requests FROM {table}{rows} GROUP BY ALL) \
             ORDER BY number NULLS LAST"
        ),
        Some(by) => {
            let (ident, kind) = column_named(by, context)?;
            let name = context.dialect.ident(&name_beside(by, context.schema));
            let value = display_value(context.dialect, "value", kind);
            format!(
                "SELECT {start} AS bucket, requests, {value} AS {name} FROM (SELECT {number} AS number, count(*) AS requests, \
                 {ident} AS value FROM {table}{rows} GROUP BY ALL) ORDER BY number NULLS LAST, value NULLS LAST"
            )
        }
    };
    Ok(statement)
}

/// One row for each bucket and each of the `top` most frequent values of a column in the view that has rows in it: `bucket` TIMESTAMP,
/// `requests` BIGINT, `rank` BIGINT (0 for the most frequent value), `value` VARCHAR (NULL for having none, which counts as a value). The
/// rows of all other values together have neither rank nor value. Ordered by bucket, then by rank. Rows without a time are counted in a
/// bucket that is NULL and comes last.
pub fn stacked(context: &Context<'_>, view: &View, bucket_micros: i64, by: &str, top: u64) -> Result<Statement, FilterError> {
    let time = sql::time_column(context).ok_or_else(|| {
        FilterError::new(0..0, "this extract has no time, so there is no timeline (map one with --map time=COLUMN)")
    })?;
    let (ident, kind) = column_named(by, context)?;
    let mut statement = Statement::default();
    let table = context.table();
    let width = statement.bind(bucket_micros.max(1));
    let number = context.dialect.bucket_number(&time, &width);
    let start = context.dialect.bucket_start("number", &width);
    let rows = sql::restriction(context, view, None, &mut statement)?;
    let top = statement.bind(sql::whole(top));
    let value = display_value(context.dialect, "value", kind);
    // The rows are read once; which values are the most frequent is told from their counts.
    statement.sql = format!(
        "WITH counted AS MATERIALIZED (SELECT {number} AS number, {ident} AS value, count(*) AS requests FROM {table}{rows} GROUP BY ALL), \
         most AS (SELECT value, sum(requests) AS total FROM counted GROUP BY value ORDER BY total DESC, value ASC NULLS LAST LIMIT {top}), \
         ranked AS (SELECT value, row_number() OVER (ORDER BY total DESC, value ASC NULLS LAST) - 1 AS rank FROM most), \
         split AS (SELECT counted.number, ranked.rank, CASE WHEN ranked.rank IS NOT NULL THEN counted.value END AS value, counted.requests \
         FROM counted LEFT JOIN ranked ON counted.value IS NOT DISTINCT FROM ranked.value), \
         summed AS (SELECT number, rank, value, CAST(sum(requests) AS BIGINT) AS requests FROM split GROUP BY ALL) \
         SELECT {start} AS bucket, requests, rank, {value} AS value FROM summed ORDER BY number NULLS LAST, rank NULLS LAST"
    );
    Ok(statement)
}

/// The column's own name, as the schema spells it.
fn name_beside(by: &str, schema: &Schema) -> String {
    schema.column(by).map_or_else(|| by.to_owned(), |column| column.name.clone())
}

/// The shortest readable length of bucket, in microseconds, with which a span of `span_micros` takes `max_buckets` buckets at most.
pub fn choose_bucket(span_micros: i64, max_buckets: u64) -> i64 {
    let most = sql::whole(max_buckets.max(1));
    // A span that begins inside a bucket ends in one more.
    let fits = |step: i64| span_micros.max(0) / step < most;
    let last = STEPS[STEPS.len() - 1] * Timestamp::SECOND;
    STEPS.iter().map(|seconds| seconds * Timestamp::SECOND).find(|step| fits(*step)).unwrap_or_else(|| {
        let times = span_micros / most / last + 1;
        last.saturating_mul(times)
    })
}

/// Reads a length of bucket such as `30s`, `1m`, `6h`, `1d` or `1w`, in microseconds.
pub fn parse_bucket(text: &str) -> Result<i64, FilterError> {
    parse_duration(text).ok_or_else(|| {
        FilterError::new(
            0..text.len(),
            format!("'{text}' is not a length of time; write a number and s, m, h, d or w, such as 15m"),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_the_shortest_readable_one_that_fits() {
        const HOUR: i64 = 3_600 * Timestamp::SECOND;
        for (span, buckets, chosen) in [
            (0, 10, Timestamp::SECOND),
            (HOUR, 60, 300 * Timestamp::SECOND),
            (HOUR - 1, 60, 60 * Timestamp::SECOND),
            (14 * 24 * HOUR, 100, 6 * HOUR),
            (20 * 365 * 24 * HOUR, 10, 750 * 24 * HOUR),
            (-5, 0, Timestamp::SECOND),
        ] {
            assert_eq!(choose_bucket(span, buckets), chosen, "{span} in {buckets}");
        }
        for span in [1, HOUR, 7 * HOUR + 13, i64::MAX / 4] {
            for buckets in [1, 2, 40, 120, u64::MAX] {
                let bucket = choose_bucket(span, buckets);
                assert!(span / bucket < i64::try_from(buckets).unwrap_or(i64::MAX), "{span} {buckets} {bucket}");
            }
        }
    }

    #[test]
    fn lengths_are_read_with_their_unit() {
        assert_eq!(parse_bucket("15m"), Ok(900 * Timestamp::SECOND));
        for text in ["15", "m", "0h", "-1h", "1y", "", "1.5h"] {
            assert!(parse_bucket(text).is_err(), "{text}");
        }
    }
}
