//! How the engine reads each kind of part: the relation of its columns, their types, and what its errors mean.

use std::path::{Path, PathBuf};

use crate::domain::{Kind, Value};
use crate::engine::{EngineError, Statement};

use super::detect::Format;
use super::error::ExtractError;
use super::expr::RAW;
use super::limit::{COLUMNS, too_many_columns};
use super::load::{Loader, count, path_text};
use super::look::{Family, Kin, Seens};
use super::plan::{Group, Made, RawColumn};
use super::read::Part;
use super::sample::Sample;
use super::shapes::{self, Look};

/// The schema under which a database file is attached; one at a time is enough, as each is loaded by itself.
const ATTACHED: &str = "source";

/// The column of a reader's relation that tells the label of the file; no extract has this name.
pub(super) const LABEL: &str = "casebook_source";

/// A CSV line longer than this is rejected.
const LINE: usize = 16 << 20;

/// Rows that are looked at of files that only the engine reads.
const SAMPLE: usize = 2000;

/// What reads a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reader {
    Json,
    Csv,
    Parquet,
    Database,
}

impl Reader {
    pub(super) fn of(seens: &Seens, part: &Part) -> Reader {
        match seens.seen.get(part.source()).map(|seen| &seen.format) {
            Some(Format::Csv(_)) => Reader::Csv,
            Some(Format::Parquet) => Reader::Parquet,
            Some(Format::Database) => Reader::Database,
            _ => Reader::Json,
        }
    }
}

/// A column of a CSV file, as text until it is known better.
pub(super) fn csv_column(place: usize, name: &str) -> RawColumn {
    RawColumn {
        name: name.to_owned(),
        sql: format!("c{place}"),
        kind: Kind::Text,
        nested: false,

        real: true,
        declared: Some("VARCHAR"),
    }
}

/// Has the engine read a column as text.
pub(super) fn declare_text(group: &mut Group, place: usize) {
    if let Some(column) = group.columns.get_mut(place).filter(|column| column.declared.is_some()) {
        column.kind = Kind::Text;
        column.declared = Some("VARCHAR");
    }
}

/// Has the engine read the CSV columns that stand in a role of another type as that type, where the sample allows it: no detour by
/// text. When a value further down does not fit, the load is done again with text.
pub(super) fn declare_roles(group: &mut Group, kin: &Kin, sample: &Sample) {
    if !matches!(kin.family, Family::Csv(_)) {
        return;
    }
    for (role, filled) in &group.roles {
        let Made::Column(place) = filled.made else { continue };
        let Some(column) = group.columns.get_mut(place) else { continue };
        let values = sample.field(&column.name).map(|field| field.values.as_slice()).unwrap_or_default();
        if values.is_empty() {
            continue;
        }
        let all = |fits: &dyn Fn(Look) -> bool| values.iter().all(|value| fits(shapes::look(value)));
        let whole = |look| matches!(look, Look::Integer | Look::Status | Look::Epoch);
        // Other times stay text: the reader's own cast to a time drops an offset from UTC instead of applying it.
        let (kind, declared) = match role.kind() {
            Kind::Time if all(&|look| look == Look::Epoch) && is_whole(values) => (Kind::Integer, "BIGINT"),
            Kind::Integer if all(&whole) && is_whole(values) => (Kind::Integer, "BIGINT"),
            Kind::Real if all(&|look| whole(look) || look == Look::Real) => (Kind::Real, "DOUBLE"),
            _ => continue,
        };
        column.kind = kind;
        column.declared = Some(declared);
    }
}

fn is_whole(values: &[String]) -> bool {
    values.iter().all(|value| !value.contains('.'))
}

/// The relation of a part's columns under their names, for `FROM`.
pub(super) fn relation(loader: &Loader<'_, '_>, part: &Part, columns: &[RawColumn], statement: &mut Statement) -> String {
    let dialect = loader.dialect;
    let mut named: Vec<String> =
        columns.iter().map(|column| format!("{} AS {}", column.sql, dialect.ident(&column.name))).collect();
    // The reader's own names of the columns, k0 or c0 and so on, with their types.
    let types = |prefix: char| {
        let declared = columns
            .iter()
            .enumerate()
            .filter_map(|(place, column)| column.declared.map(|declared| format!("{prefix}{place}: '{declared}'")));
        declared.collect::<Vec<String>>().join(", ")
    };
    let path = part.paths.first().cloned().unwrap_or_default();
    let label = |statement: &mut Statement, at: usize| {
        let seen = part.sources.get(at).and_then(|source| loader.seens.seen.get(*source));
        statement.bind(seen.map(|seen| seen.label.clone()).unwrap_or_default())
    };
    let from = match Reader::of(loader.seens, part) {
        Reader::Json => {
            named.push(format!("s AS {LABEL}"));
            let path = statement.bind(path_text(&path));
            let types = types('k');
            let comma = if types.is_empty() { "" } else { ", " };
            let longest = part.longest + 1024;
            format!(
                "read_json({path}, format = 'newline_delimited', maximum_object_size = {longest}, columns = {{s: 'VARCHAR'{comma}{types}}})"
            )
        }
        Reader::Csv => {
            let paths: Vec<String> = part.paths.iter().map(|path| statement.bind(glob_safe(path))).collect();
            if part.paths.len() == 1 {
                named.push(format!("{} AS {LABEL}", label(statement, 0)));
            } else {
                let arms: Vec<String> = part
                    .paths
                    .iter()
                    .enumerate()
                    .map(|(at, path)| format!("WHEN {} THEN {}", statement.bind(path_text(path)), label(statement, at)))
                    .collect();
                named.push(format!("CASE filename {} END AS {LABEL}", arms.join(" ")));
            }
            let filename = part.paths.len() > 1;
            let paths = paths.join(", ");
            let (delimiter, header) = match loader.seens.seen.get(part.source()).map(|seen| &seen.format) {
                Some(Format::Csv(dialect)) => (dialect.delimiter, dialect.header),
                _ => (b',', true),
            };
            let delimiter = if delimiter == b'\t' { "\\t".to_owned() } else { char::from(delimiter).to_string() };
            format!(
                "read_csv([{paths}], filename = {filename}, auto_detect = false, header = {header}, delim = '{delimiter}', quote = '\"', escape = '\"', \
                 columns = {{{}}}, max_line_size = {LINE}, null_padding = false, store_rejects = true, rejects_limit = 0, \
                 rejects_table = 'csv_errors', rejects_scan = 'csv_scans')",
                types('c')
            )
        }
        Reader::Parquet => {
            named.push(format!("{} AS {LABEL}", label(statement, 0)));
            format!("read_parquet({})", statement.bind(glob_safe(&path)))
        }
        Reader::Database => {
            named.push(format!("{} AS {LABEL}", label(statement, 0)));
            format!("{ATTACHED}_{}{}", loader.tag, part.source())
        }
    };
    let named = named.join(", ");
    format!("(SELECT {named} FROM {from}) AS {RAW}")
}

/// A path with what the engine would take for a pattern in brackets.
fn glob_safe(path: &Path) -> String {
    path_text(path).chars().fold(String::new(), |mut safe, character| {
        if matches!(character, '*' | '?' | '[') {
            safe.extend(['[', character, ']']);
        } else {
            safe.push(character);
        }
        safe
    })
}

/// The columns of a Parquet or database file.
pub(super) fn describe(loader: &mut Loader<'_, '_>, part: &Part) -> Result<Vec<RawColumn>, ExtractError> {
    let mut statement = Statement::default();
    let from = match Reader::of(loader.seens, part) {
        Reader::Database => format!("{ATTACHED}_{}{}", loader.tag, part.source()),
        _ => format!("read_parquet({})", statement.bind(glob_safe(part.paths.first().map_or(Path::new(""), PathBuf::as_path)))),
    };
    statement.sql = format!("DESCRIBE SELECT * FROM {from}");
    let table = match loader.run("", statement) {
        Err(ExtractError::Engine(error)) => return Err(explain(loader, part, error)),
        table => table?,
    };
    if table.len() > COLUMNS {
        let path = loader.seens.seen.get(part.source()).map(|seen| seen.input.path.clone()).unwrap_or_default();
        return Err(too_many_columns(&path, table.len()));
    }
    let columns = (0..table.len()).map(|row| {
        let name = table.get(row, "column_name").to_plain();
        engine_column(&name, &table.get(row, "column_type").to_plain(), loader)
    });
    Ok(columns.collect())
}

/// A typed column as `requests` can hold it: what fits no kind exactly becomes text.
fn engine_column(name: &str, declared: &str, loader: &Loader<'_, '_>) -> RawColumn {
    let ident = loader.dialect.ident(name);
    let base = declared.split('(').next().unwrap_or_default();
    let nested = declared.ends_with(']') || matches!(base, "STRUCT" | "MAP" | "UNION" | "LIST" | "VARIANT");
    let (kind, sql) = match base {
        _ if nested => (Kind::Json, format!("CAST(to_json({ident}) AS VARCHAR)")),
        "JSON" => (Kind::Json, format!("CAST({ident} AS VARCHAR)")),
        "VARCHAR" => (Kind::Text, ident),
        "BIGINT" => (Kind::Integer, ident),
        "TINYINT" | "SMALLINT" | "INTEGER" | "UTINYINT" | "USMALLINT" | "UINTEGER" => {
            (Kind::Integer, format!("CAST({ident} AS BIGINT)"))
        }
        "DOUBLE" => (Kind::Real, ident),
        "FLOAT" => (Kind::Real, format!("CAST({ident} AS DOUBLE)")),
        "DECIMAL" => match decimal(declared) {
            // Up to 15 digits a float holds exactly, up to 18 a BIGINT.
            (width, 0) if width <= 18 => (Kind::Integer, format!("CAST({ident} AS BIGINT)")),
            (width, _) if width <= 15 => (Kind::Real, format!("CAST({ident} AS DOUBLE)")),
            _ => (Kind::Text, format!("CAST({ident} AS VARCHAR)")),
        },
        "BOOLEAN" => (Kind::Boolean, ident),
        "TIMESTAMP" => (Kind::Time, ident),
        "TIMESTAMP WITH TIME ZONE" => (Kind::Time, format!("make_timestamp(epoch_us({ident}))")),
        "TIMESTAMP_S" | "TIMESTAMP_MS" | "TIMESTAMP_NS" | "DATE" => (Kind::Time, format!("CAST({ident} AS TIMESTAMP)")),
        _ => (Kind::Text, format!("CAST({ident} AS VARCHAR)")),
    };
    RawColumn { name: name.to_owned(), sql, kind, nested: kind == Kind::Json, real: true, declared: None }
}

/// Width and scale of `DECIMAL(18,3)`.
fn decimal(declared: &str) -> (u32, u32) {
    let inner = declared.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')')).unwrap_or("18,3");
    let (width, scale) = inner.split_once(',').unwrap_or((inner, "0"));
    (width.trim().parse().unwrap_or(38), scale.trim().parse().unwrap_or(0))
}

/// The first rows of a Parquet or database file.
pub(super) fn sample(loader: &mut Loader<'_, '_>, at: usize, source: usize) -> Result<Sample, ExtractError> {
    let mut sample = Sample::default();
    let Some(part) = loader.read.parts.iter().find(|part| part.source() == source).cloned() else { return Ok(sample) };
    let columns = loader.groups.get(at).map(|group| group.columns.clone()).unwrap_or_default();
    let mut statement = Statement::default();
    let from = relation(loader, &part, &columns, &mut statement);
    statement.sql = format!("SELECT * FROM {from} LIMIT {SAMPLE}");
    let table = match loader.run("", statement) {
        Err(ExtractError::Engine(error)) => return Err(explain(loader, &part, error)),
        table => table?,
    };
    for row in table.rows() {
        let members = columns.iter().zip(row).map(|(column, value)| {
            let text = value.to_plain();
            let nested = if column.kind == Kind::Json { serde_json::from_str(&text).ok() } else { None };
            (column.name.clone(), nested.unwrap_or(if value.is_null() { serde_json::Value::Null } else { text.into() }))
        });
        sample.add_json(&serde_json::Value::Object(members.collect()));
    }
    if sample.records == 0 {
        let members = columns.iter().map(|column| (column.name.clone(), serde_json::Value::Null));
        sample.add_json(&serde_json::Value::Object(members.collect()));
    }
    Ok(sample)
}

/// Attaches a database file and makes its table known under a name of ours.
pub(super) fn attach(loader: &mut Loader<'_, '_>, part: &Part, wanted: Option<&str>) -> Result<(), ExtractError> {
    let source = part.source();
    let schema = format!("file_{}{source}", loader.tag);
    let file = part.paths.first().cloned().unwrap_or_default();
    // ATTACH takes no bound values; the path is quoted as a literal, in which only the quote itself has a meaning.
    let path = path_text(&file).replace('\'', "''");
    match loader.run("", Statement::new(format!("ATTACH '{path}' AS {schema} (READ_ONLY)"))) {
        Err(ExtractError::Engine(error)) => return Err(explain(loader, part, error)),
        done => done?,
    };
    let mut statement = Statement::default();
    let name = statement.bind(schema.as_str());
    statement.sql = format!(
        "SELECT schema_name, table_name FROM (SELECT database_name, schema_name, table_name, internal FROM duckdb_tables() UNION ALL \
         SELECT database_name, schema_name, view_name, internal FROM duckdb_views()) WHERE database_name = {name} AND NOT internal ORDER BY ALL"
    );
    let table = loader.run("", statement)?;
    let tables: Vec<(String, String)> =
        (0..table.len()).map(|row| (table.get(row, "schema_name").to_plain(), table.get(row, "table_name").to_plain())).collect();
    let listed = tables.iter().map(|(schema, name)| if schema == "main" { name.clone() } else { format!("{schema}.{name}") });
    let listed = listed.collect::<Vec<_>>().join(", ");
    let chosen = match wanted {
        Some(wanted) => tables.iter().find(|(schema, name)| name == wanted || format!("{schema}.{name}") == wanted),
        None if tables.len() == 1 => tables.first(),
        None => None,
    };
    let Some((inner, name)) = chosen else {
        let what = match (tables.len(), wanted) {
            (0, _) => "is a DuckDB file without any table".to_owned(),
            (_, Some(wanted)) => format!("has no table '{wanted}'"),
            (number, None) => format!("has {number} tables"),
        };
        let tables = if listed.is_empty() { "there is none to choose".into() } else { listed };
        let path = loader.seens.seen.get(source).map(|seen| seen.input.path.clone()).unwrap_or_default();
        return Err(ExtractError::Table { path, what, tables });
    };
    let ident = |name: &str| loader.dialect.ident(name);
    let view =
        format!("CREATE TEMP VIEW {ATTACHED}_{}{source} AS SELECT * FROM {schema}.{}.{}", loader.tag, ident(inner), ident(name));
    let said = format!("the table {name}");
    loader.run("", Statement::new(view))?;
    loader.say(source, said);
    Ok(())
}

/// What an error of the engine on a part means.
pub(super) fn explain(loader: &Loader<'_, '_>, part: &Part, error: EngineError) -> ExtractError {
    let (EngineError::Query(text) | EngineError::Open { reason: text, .. }) = &error else { return ExtractError::Engine(error) };
    let path = loader.seens.seen.get(part.source()).map(|seen| seen.input.path.clone()).unwrap_or_default();
    let first = text.lines().next().unwrap_or_default().to_owned();
    match Reader::of(loader.seens, part) {
        Reader::Parquet => ExtractError::Broken {
            path,
            reason: format!("its Parquet data cannot be read ({first}); fetch the file again, it may have been cut off"),
        },
        Reader::Database => ExtractError::Broken {
            path,
            reason: format!(
                "it cannot be opened as a DuckDB file ({first}); fetch it again, close the program that has it open, or export the table \
                 to Parquet"
            ),
        },
        Reader::Csv | Reader::Json => ExtractError::Broken {
            path,
            reason: format!("{first}; if a role is mapped with an SQL expression, look there first"),
        },
    }
}

/// Rows that were rejected of each source, and the columns whose values did not fit their type.
type CsvRejects = (Vec<(usize, u64)>, Vec<usize>);

/// The CSV rows that the last insert rejected, moved to `rejects`: how many of each source, and the columns whose values did not fit
/// their type. Ragged rows say nothing about types: their values stand in the wrong columns.
pub(super) fn csv_rejects(loader: &mut Loader<'_, '_>, part: &Part) -> Result<CsvRejects, ExtractError> {
    let errors = loader.run("", Statement::new("SELECT count(*) AS errors FROM csv_errors"))?;
    if count(&errors, "errors") == 0 {
        loader.run("", Statement::new("DELETE FROM csv_scans"))?;
        return Ok((Vec::new(), Vec::new()));
    }
    let casts = loader.run(
        "",
        Statement::new(
            "SELECT DISTINCT CAST(column_idx AS BIGINT) AS place FROM csv_errors GROUP BY scan_id, file_id, line_byte_position, column_idx, \
             error_type HAVING error_type = 'CAST' AND (scan_id, file_id, line_byte_position) NOT IN (SELECT (scan_id, file_id, \
             line_byte_position) FROM csv_errors WHERE error_type <> 'CAST') ORDER BY place",
        ),
    )?;
    let places = casts.rows().filter_map(|row| row.first().and_then(Value::as_i64));
    let places: Vec<usize> = places.filter_map(|place| usize::try_from(place - 1).ok()).collect();
    for place in &places {
        let column = loader.groups.get(part.group).and_then(|group| group.columns.get(*place)).map(|column| column.name.clone());
        let name = column.unwrap_or_default();
        loader.say(part.source(), format!("some values of '{name}' do not fit its role; all are kept beside it"));
    }
    let mut moved = Vec::new();
    for (source, path) in part.sources.iter().zip(&part.paths) {
        let mut statement = Statement::default();
        let named = loader.seens.seen.get(*source).map(|seen| path_text(&seen.input.path)).unwrap_or_default();
        let (named, path) = (statement.bind(named), statement.bind(path_text(path)));
        statement.sql = format!(
            "INSERT INTO rejects SELECT {named}, line, first(error_message ORDER BY error_type = 'CAST', byte_position), \
             left(trim(first(csv_line), chr(10) || chr(13)), 4096) FROM csv_errors JOIN csv_scans USING (scan_id, file_id) \
             WHERE file_path = {path} GROUP BY line, line_byte_position ORDER BY line_byte_position"
        );
        moved.push((*source, count(&loader.run("", statement)?, "Count")));
    }
    loader.run("", Statement::new("DELETE FROM csv_errors"))?;
    loader.run("", Statement::new("DELETE FROM csv_scans"))?;
    Ok((moved, places))
}
