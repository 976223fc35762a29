//! How an engine's SQL is written: the pieces that differ between databases. Values are never part of a piece; they are bound.

use crate::domain::schema::Kind;

/// The SQL of one database.
pub trait Dialect: Send + Sync {
    /// An identifier in quotes: the one function that does it.
    fn ident(&self, name: &str) -> String {
        format!("\"{}\"", name.replace('"', "\"\""))
    }

    /// The name of a type in a `CAST`.
    fn type_name(&self, kind: Kind) -> &'static str;

    /// An expression cast to a type, NULL where it does not fit.
    fn try_cast(&self, expression: &str, kind: Kind) -> String {
        format!("TRY_CAST({expression} AS {})", self.type_name(kind))
    }

    /// The number of the bucket of `micros` microseconds (a bound placeholder of BIGINT) in which the time `expression` falls, counted
    /// from the epoch; times before it fall in buckets with negative numbers.
    fn bucket_number(&self, expression: &str, micros: &str) -> String;

    /// The time at which the bucket of this number begins.
    fn bucket_start(&self, number: &str, micros: &str) -> String;

    /// Whether the regular expression `pattern` (a placeholder) matches anywhere in the text `expression`.
    fn matches(&self, expression: &str, pattern: &str) -> String;

    /// Whether the text `expression` contains `needle` (a placeholder), without regard to case.
    fn contains(&self, expression: &str, needle: &str) -> String;

    /// Whether the whole text `expression` fits the `LIKE` pattern `pattern` (a placeholder; `%` is any text, `_` any character, `\`
    /// makes the next character literal), with regard to case.
    fn like(&self, expression: &str, pattern: &str) -> String {
        format!("{expression} LIKE {pattern} ESCAPE '\\'")
    }

    /// Whether the text `expression` contains `needle` (a placeholder), with regard to case.
    fn includes(&self, expression: &str, needle: &str) -> String;

    /// Whether the text `expression` ends with `end` (a placeholder), with regard to case.
    fn ends_with(&self, expression: &str, end: &str) -> String;

    /// The text `expression` in small letters, as [`Dialect::contains`] compares it.
    fn lower(&self, expression: &str) -> String {
        format!("lower({expression})")
    }

    /// The aggregate that gives the values below which these fractions (each from 0 to 1) of all values lie, as one list; each of them
    /// stands in a row.
    fn quantiles(&self, expression: &str, fractions: &[f64]) -> String;

    /// The element of a list at a place, counted from 0.
    fn element(&self, list: &str, place: usize) -> String;

    /// The time `expression` as RFC 3339 text that ends in `Z`, with a fraction only where there is one.
    fn time_text(&self, expression: &str) -> String;

    /// Several text expressions as one text, which is different where one of them is; NULL where one of them is NULL.
    fn joined(&self, expressions: &[String]) -> String {
        match expressions {
            [only] => only.clone(),
            several => several.join(" || chr(31) || "),
        }
    }

    /// The text `expression` in small letters, without its numbers and punctuation, cut after 1,000 characters: the same for texts that
    /// differ in numbers only.
    fn text_pattern(&self, expression: &str) -> String;

    /// A whole number that is different for different texts, but for chance: it takes the place of long texts where they are grouped.
    fn text_number(&self, expression: &str) -> String;
}

impl std::fmt::Debug for dyn Dialect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Dialect")
    }
}

/// DuckDB's SQL.
#[derive(Debug, Clone, Copy, Default)]
pub struct DuckDialect;

/// The one value of [`DuckDialect`].
pub static DUCK: DuckDialect = DuckDialect;

impl Dialect for DuckDialect {
    fn type_name(&self, kind: Kind) -> &'static str {
        match kind {
            Kind::Text | Kind::Json => "VARCHAR",
            Kind::Integer => "BIGINT",
            Kind::Real => "DOUBLE",
            Kind::Boolean => "BOOLEAN",
            Kind::Time => "TIMESTAMP",
        }
    }

    fn bucket_number(&self, expression: &str, micros: &str) -> String {
        // Division on the epoch: `time_bucket` has an origin of its own (2000-01-03), takes twice as long, and a fixed width needs none.
        // `//` cuts towards zero, so times before the epoch have a branch of their own, which costs nothing where there are none.
        format!(
            "CASE WHEN {expression} >= TIMESTAMP '1970-01-01' THEN epoch_us({expression}) // {micros} \
             ELSE (epoch_us({expression}) + 1) // {micros} - 1 END"
        )
    }

    fn bucket_start(&self, number: &str, micros: &str) -> String {
        format!("make_timestamp({number} * {micros})")
    }

    fn matches(&self, expression: &str, pattern: &str) -> String {
        format!("regexp_matches({expression}, {pattern})")
    }

    fn contains(&self, expression: &str, needle: &str) -> String {
        format!("contains(lower({expression}), lower({needle}))")
    }

    fn includes(&self, expression: &str, needle: &str) -> String {
        format!("contains({expression}, {needle})")
    }

    fn ends_with(&self, expression: &str, end: &str) -> String {
        format!("suffix({expression}, {end})")
    }

    fn quantiles(&self, expression: &str, fractions: &[f64]) -> String {
        let fractions: Vec<String> = fractions.iter().map(f64::to_string).collect();
        // All at once: each function of its own would sort the values again.
        format!("quantile_disc({expression}, [{}])", fractions.join(", "))
    }

    fn element(&self, list: &str, place: usize) -> String {
        format!("{list}[{}]", place + 1)
    }

    fn time_text(&self, expression: &str) -> String {
        format!("replace(CAST({expression} AS VARCHAR), ' ', 'T') || 'Z'")
    }

    fn text_pattern(&self, expression: &str) -> String {
        format!(r"regexp_replace(lower(left({expression}, 1000)), '[\s\pN\pP]+', ' ', 'g')")
    }

    fn text_number(&self, expression: &str) -> String {
        format!("hash({expression})")
    }
}
