//! What a mapping would give, over some rows of the database that is loaded already.

use crate::domain::{Batch, Kind, Role, Schema};
use crate::engine::{Dialect, Statement};
use crate::extract::expr::{self, RAW};
use crate::extract::model::Extract;
use crate::extract::plan::{Made, RawColumn, looks_like_a_name, resolve_all};
use crate::extract::profile::nearest;

use super::spread;
use super::stored::{self, Loss, Stored};

/// Rows that are looked at.
const ROWS: u64 = 2000;
/// Values that are shown of each kind: those that fit the role, and those that do not.
const VALUES: u64 = 8;
/// Characters of a value that are shown.
const LENGTH: i64 = 300;
/// What the rows' own numbers are called beside the raw columns.
const PLACE: &str = "casebook_row";

/// How to try a mapping.
#[derive(Debug, Clone, PartialEq)]
pub struct Preview {
    /// Gives what [`previewed`] takes.
    pub statement: Statement,
    /// Where the rows at hand are not what the loader would read, in sentences. May quote the extract.
    pub notes: Vec<String>,
    /// Whether the values are masked until revealed: for a sensitive role, or out of one.
    pub sensitive: bool,
}

/// What a mapping gives in the rows that were looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Previewed {
    /// Rows that were looked at.
    pub rows: u64,
    /// Rows that have something there.
    pub present: u64,
    /// Rows that have a value of the role's type.
    pub fitting: u64,
    /// The first values. Attacker-written.
    pub values: Vec<String>,
    /// The first texts that are no value of the role's type. Attacker-written.
    pub misfits: Vec<String>,
}

/// The statement that tries `text` (a column, a JSON path or an SQL expression over the extract's own columns) as what fills `role`.
///
/// # Errors
/// Why there is nothing to try: a name that no column has, with the nearest one.
pub fn preview(extract: &Extract, role: Role, text: &str, dialect: &dyn Dialect) -> Result<Preview, String> {
    let as_text = stored::gives_text(extract);
    let stored = stored::stored(extract);
    let raws: Vec<RawColumn> = stored.iter().map(|stored| stored.raw(as_text, dialect)).collect();
    let made = match resolve_all(text, &raws) {
        Some((made, _)) => made,
        None if looks_like_a_name(text) => {
            let columns = stored.iter().filter(|stored| stored::is_column(stored, &raws));
            let names: Vec<&str> = columns.map(|stored| stored.name).collect();
            let near = nearest(text, &names).map(|name| format!("; did you mean '{name}'?")).unwrap_or_default();
            return Err(format!("the extract has no column '{text}'{near}"));
        }
        None => Made::Sql(text.to_owned()),
    };
    let used = used(&made, text, &raws);
    let mut notes: Vec<String> = Vec::new();
    for stored in used.iter().filter_map(|place| stored.get(*place)) {
        notes.extend(note(stored, role, &made, as_text));
    }
    let mut profiles: Vec<&str> = extract.sources.iter().map(|source| source.profile.as_str()).collect();
    profiles.sort_unstable();
    profiles.dedup();
    if profiles.len() > 1 && used.iter().filter_map(|place| stored.get(*place)).any(|stored| stored.column.role.is_some()) {
        notes.push(format!(
            "the files were read in {} ways ({}); rows of the others stand in the same column",
            profiles.len(),
            profiles.join(", ")
        ));
    }
    // A path that fills an open role already is a column of its own here; what it leads into may be masked all the same.
    let below = |stored: &&Stored<'_>| text.strip_prefix(stored.name).is_some_and(|path| path.starts_with(['.', '[']));
    let read = used.iter().filter_map(|place| stored.get(*place)).chain(stored.iter().filter(below));
    let sensitive = role.is_sensitive() || read.into_iter().any(Stored::is_sensitive);
    // As the loader does it where addresses have ports or brackets.
    let made = if role == Role::Ip && !matches!(made, Made::Sql(_)) { Made::Bare(Box::new(made)) } else { made };
    Ok(Preview { statement: statement(extract, role, &made, &raws, &used, dialect), notes, sensitive })
}

/// The places of the raw columns that a mapping reads. Of an expression: those whose names stand in it. The others are kept out of its
/// sight, so that nothing sensitive comes out unnoticed.
fn used(made: &Made, text: &str, raws: &[RawColumn]) -> Vec<usize> {
    match made {
        Made::Column(place) | Made::Path { column: place, .. } => vec![*place],
        _ => {
            let text = text.to_lowercase();
            let named = |raw: &RawColumn| text.contains(&raw.name.to_lowercase().replace('"', "\"\""));
            raws.iter().enumerate().filter(|(_, raw)| named(raw)).map(|(place, _)| place).collect()
        }
    }
}

/// What has to be said of a column that is not kept as the file has it.
fn note(stored: &Stored<'_>, role: Role, made: &Made, as_text: bool) -> Option<String> {
    if matches!(made, Made::Column(_)) && stored.column.role == Some(role) {
        return None;
    }
    let (name, kept) = (stored.name, &stored.column.name);
    match (stored.loss(as_text), made) {
        // Where the role has the same type, the value that is kept is the value that it would get.
        (Loss::Text | Loss::Spelling, Made::Column(_)) if stored.column.kind == role.kind() => None,
        (Loss::Text, _) => Some(format!(
            "'{name}' is kept as the time that was read from it ({kept}); the file spells it its own way, so an exact preview is not \
             possible"
        )),
        (Loss::Spelling, _) => Some(format!("'{name}' is kept as a number; the file may spell it another way (007, 1.10)")),
        (Loss::Type, Made::Sql(_)) => {
            Some(format!("'{name}' is kept as text; if the file has numbers there, the expression will see numbers"))
        }
        _ => None,
    }
}

fn statement(extract: &Extract, role: Role, made: &Made, raws: &[RawColumn], used: &[usize], dialect: &dyn Dialect) -> Statement {
    let mut statement = Statement::default();
    let value = expr::role(role, made, raws, &mut statement, dialect);
    let (whole, _) = expr::value(made, raws, &mut statement, dialect);
    let text = |sql: &str| format!("CAST({sql} AS {})", dialect.type_name(Kind::Text));
    let shown = if role.kind() == Kind::Time { dialect.time_text("value") } else { text("value") };
    let mut columns = vec![format!("{} AS {PLACE}", dialect.ident(Schema::ROW_ID))];
    let named = used.iter().filter_map(|place| raws.get(*place));
    columns.extend(named.map(|raw| format!("{} AS {}", raw.sql, dialect.ident(&raw.name))));
    let rows = spread(extract.rows, ROWS, &mut statement, dialect);
    let (length, values) = (statement.bind(LENGTH), statement.bind(i64::try_from(VALUES).unwrap_or(i64::MAX)));
    let (count, whole) = (dialect.type_name(Kind::Integer), text(&whole));
    statement.sql = format!(
        "SELECT shown, given, times, sampled, present, fitting FROM (\
           SELECT shown, given, times, \
             CAST(sum(times) OVER () AS {count}) AS sampled, \
             CAST(sum(CASE WHEN given IS NULL THEN 0 ELSE times END) OVER () AS {count}) AS present, \
             CAST(sum(CASE WHEN shown IS NULL THEN 0 ELSE times END) OVER () AS {count}) AS fitting, \
             row_number() OVER (PARTITION BY shown IS NULL ORDER BY given IS NULL, first) AS rank \
           FROM (SELECT shown, given, count(*) AS times, min(place) AS first FROM (\
             SELECT left(NULLIF({shown}, ''), {length}) AS shown, left(NULLIF(given, ''), {length}) AS given, place FROM (\
               SELECT {value} AS value, {whole} AS given, {RAW}.{PLACE} AS place FROM (SELECT {} FROM requests{rows}) AS {RAW}\
             ) AS made) AS told GROUP BY shown, given) AS counted) AS ranked \
         WHERE rank <= {values} ORDER BY shown IS NULL, rank",
        columns.join(", ")
    );
    statement
}

/// What the rows of a preview's statement say.
pub fn previewed(batches: &[Batch]) -> Previewed {
    let mut found = Previewed::default();
    for batch in batches {
        for row in 0..batch.rows() {
            let count = |name: &str| batch.get(row, name).as_i64().and_then(|number| u64::try_from(number).ok()).unwrap_or(0);
            (found.rows, found.present, found.fitting) = (count("sampled"), count("present"), count("fitting"));
            match (batch.get(row, "shown").as_text(), batch.get(row, "given").as_text()) {
                (Some(value), _) => found.values.push(value.to_owned()),
                (None, Some(text)) => found.misfits.push(text.to_owned()),
                (None, None) => {}
            }
        }
    }
    found.values.dedup();
    found
}
