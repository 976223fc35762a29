//! Side tables: what is known of entities beside the log, such as when an account was made and why it was banned. Their columns become
//! columns of `requests`, so that filters, top values and pages have them.

use std::collections::HashSet;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::domain::{Column, Kind, Role, Schema};
use crate::engine::Statement;

use super::basis::Basis;
use super::bytes::{hash_file, hexadecimal};
use super::csv::distinct;
use super::error::ExtractError;
use super::inputs::Inputs;
use super::load::{Loader, count, count_at};
use super::look::{self, Seens};
use super::model::{JoinSpec, Joined, OpenSpec};
use super::plan::{Own, RawColumn};
use super::profile::Profiles;
use super::read::{self, Read};
use super::reader;
use super::{expand, expr};

/// A side table and the files that hold it.
pub(super) struct Side<'a> {
    pub(super) spec: &'a JoinSpec,
    pub(super) inputs: &'a Inputs,
    /// Counts from 1.
    pub(super) number: usize,
}

/// Joins a side table: its columns are added to `requests` and to `owns`.
pub(super) fn join(
    loader: &mut Loader<'_, '_>,
    owns: &mut Vec<Own>,
    side: &Side<'_>,
    profiles: &Profiles,
    folder: &Path,
) -> Result<Joined, ExtractError> {
    let role = side.spec.role;
    if !loader.groups.iter().any(|group| group.roles.contains_key(&role)) {
        let reason = format!("the extract has no {role} to join it with; map a column onto it with --map {role}=COLUMN");
        return Err(ExtractError::BadJoin { role, path: side.spec.path.clone(), reason });
    }
    let folder = folder.join(format!("side-{}", side.number));
    crate::settings::files::create_dir(&folder)?;
    let expanded = expand::expand(side.inputs, &OpenSpec::default(), &folder, loader.watch)?;
    let mut seens = look::look(&expanded.inputs, profiles, None, loader.watch)?;
    let mut read = read::read(&mut seens, profiles, true, &folder, loader.watch)?;
    let columns = load(loader, side, &seens, &mut read)?;
    let (key, matched) = find_key(loader, side, &columns)?;
    let rows = unique(loader, side, &key)?;
    let added = add(loader, owns, side, &columns, &key)?;
    loader.run("", Statement::new(format!("DROP TABLE {}", table(side))))?;
    let hashes: Vec<String> =
        side.inputs.files.iter().map(|file| hash_file(&file.path, &mut |_| true)).collect::<Result<_, _>>()?;
    let sha256 = match hashes.as_slice() {
        [only] => only.clone(),
        several => hexadecimal(&Sha256::digest(several.concat())),
    };
    Ok(Joined { path: side.spec.path.clone(), role, key: key.name, columns: added, rows, matched, sha256 })
}

fn table(side: &Side<'_>) -> String {
    format!("side_{}", side.number)
}

/// Loads the files into a table of their own.
fn load(loader: &mut Loader<'_, '_>, side: &Side<'_>, seens: &Seens, read: &mut Read) -> Result<Vec<RawColumn>, ExtractError> {
    let mut inner = Loader {
        client: loader.client,
        dialect: loader.dialect,
        seens,
        read,
        watch: &mut *loader.watch,
        groups: Vec::new(),
        reasons: seens.seen.iter().map(|_| Vec::new()).collect(),
        surprises: Vec::new(),
        tag: format!("{}_", table(side)),
        basis: Basis::default(),
    };
    inner.attach(None)?;
    inner.find_columns()?;
    let mut made = false;
    let mut columns: Vec<RawColumn> = Vec::new();
    for part in inner.read.parts.clone() {
        let group = inner.groups.get(part.group).cloned().unwrap_or_default();
        if made && group.columns != columns {
            let reason = "its files do not have the same columns; join them one by one".to_owned();
            return Err(ExtractError::BadJoin { role: side.spec.role, path: side.spec.path.clone(), reason });
        }
        let mut statement = Statement::default();
        let from = reader::relation(&inner, &part, &group.columns, &mut statement);
        let begin = if made { format!("INSERT INTO {}", table(side)) } else { format!("CREATE TABLE {} AS", table(side)) };
        statement.sql = format!("{begin} SELECT * EXCLUDE ({}) FROM {from}", reader::LABEL);
        match inner.run("", statement) {
            Err(ExtractError::Engine(error)) => return Err(reader::explain(&inner, &part, error)),
            done => done?,
        };
        if reader::Reader::of(seens, &part) == reader::Reader::Csv {
            reader::csv_rejects(&mut inner, &part)?;
        }
        made = true;
        columns = group.columns;
    }
    inner.own_rejects()?;
    Ok(columns)
}

/// The column that holds the entities: the one whose values are most often found in the role, or that has its name.
fn find_key(loader: &mut Loader<'_, '_>, side: &Side<'_>, columns: &[RawColumn]) -> Result<(RawColumn, u64), ExtractError> {
    let role = side.spec.role;
    let name = role.name();
    loader.run(
        "",
        Statement::new(format!(
            "CREATE TEMP TABLE known AS SELECT DISTINCT {name} AS value FROM requests WHERE {name} IS NOT NULL"
        )),
    )?;
    let counts: Vec<String> = columns
        .iter()
        .enumerate()
        .map(|(at, column)| {
            let ident = loader.dialect.ident(&column.name);
            let values = format!("SELECT CAST({ident} AS VARCHAR) FROM {}", table(side));
            format!("(SELECT count(*) FROM known WHERE value IN ({values})) AS c{at}")
        })
        .collect();
    let found = loader.run("", Statement::new(format!("SELECT {}", counts.join(", "))))?;
    loader.run("", Statement::new("DROP TABLE known"))?;
    let source = loader.groups.iter().find_map(|group| group.roles.get(&role)).map(|filled| filled.mapping.source.clone());
    let is_named = |column: &RawColumn| Some(&column.name) == source.as_ref() || column.name.eq_ignore_ascii_case(name);
    let best = columns
        .iter()
        .enumerate()
        .map(|(at, column)| (count(&found, &format!("c{at}")), is_named(column), std::cmp::Reverse(at), column))
        .filter(|(matched, named, ..)| *matched > 0 || *named)
        .max_by_key(|(matched, named, at, _)| (*matched, *named, *at));
    match best {
        Some((matched, .., column)) => Ok((column.clone(), matched)),
        None => {
            let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
            let reason = format!("none of its columns ({}) holds a value that the extract has as {role}", names.join(", "));
            Err(ExtractError::BadJoin { role, path: side.spec.path.clone(), reason })
        }
    }
}

/// Keeps one row of the side table for each entity: the last one, which is the newest in most tables. How many there are.
fn unique(loader: &mut Loader<'_, '_>, side: &Side<'_>, key: &RawColumn) -> Result<u64, ExtractError> {
    let (table, key) = (table(side), loader.dialect.ident(&key.name));
    let rows = count(&loader.run("", Statement::new(format!("SELECT count(*) AS total FROM {table}")))?, "total");
    let kept = loader.run(
        "",
        Statement::new(format!(
            "DELETE FROM {table} WHERE {key} IS NULL OR rowid NOT IN (SELECT max(rowid) FROM {table} GROUP BY {key})"
        )),
    )?;
    let again = count(&kept, "Count");
    if again > 0 {
        let reason = format!(
            "{} rows of {} have no {} or one that a later row has too; the last row counts",
            super::progress::grouped(again),
            side.spec.path,
            side.spec.role
        );
        loader.say(0, reason);
    }
    Ok(rows - again)
}

/// Adds the columns to `requests`.
fn add(
    loader: &mut Loader<'_, '_>,
    owns: &mut Vec<Own>,
    side: &Side<'_>,
    columns: &[RawColumn],
    key: &RawColumn,
) -> Result<Vec<String>, ExtractError> {
    let dialect = loader.dialect;
    let mut taken: HashSet<String> = Role::ALL.iter().map(|role| role.name().to_owned()).collect();
    taken.extend([Schema::ROW_ID, Schema::SOURCE].map(str::to_owned));
    taken.extend(owns.iter().map(|own| own.column.name.to_lowercase()));
    let others: Vec<&RawColumn> = columns.iter().filter(|column| *column != key).collect();
    let mut added = Vec::new();
    let mut sets = Vec::new();
    for column in others {
        let (kind, value) = typed(loader, side, column)?;
        let prefix = format!("{}_", side.spec.prefix);
        let lower = column.name.to_lowercase();
        let plain =
            if lower.starts_with(side.spec.prefix.as_str()) { column.name.clone() } else { format!("{prefix}{}", column.name) };
        let name = distinct(&plain, &mut taken);
        let ident = dialect.ident(&name);
        loader.run("", Statement::new(format!("ALTER TABLE requests ADD COLUMN {ident} {}", dialect.type_name(kind))))?;
        sets.push(format!("{ident} = {value}"));
        let mut own = Column::own(name.clone(), kind, format!("{}: {}", side.spec.path, column.name));
        own.joined = Some(side.spec.role);
        owns.push(Own { column: own, places: vec![None; loader.groups.len()] });
        added.push(name);
    }
    if !sets.is_empty() {
        let sql = format!(
            "UPDATE requests SET {} FROM {} AS {} WHERE requests.{} = CAST({}.{} AS VARCHAR)",
            sets.join(", "),
            table(side),
            expr::RAW,
            side.spec.role.name(),
            expr::RAW,
            dialect.ident(&key.name),
        );
        loader.run(&side.spec.path, Statement::new(sql))?;
    }
    Ok(added)
}

/// The kind of a side column, and the SQL of its value: a text column that holds nothing but times or numbers becomes such.
fn typed(loader: &mut Loader<'_, '_>, side: &Side<'_>, column: &RawColumn) -> Result<(Kind, String), ExtractError> {
    let dialect = loader.dialect;
    let value = format!("{}.{}", expr::RAW, dialect.ident(&column.name));
    if column.kind != Kind::Text {
        return Ok((column.kind, value));
    }
    let time = expr::time_of_text(&value);
    let exact =
        |kind: Kind| format!("count(*) FILTER (CAST(TRY_CAST({value} AS {0}) AS VARCHAR) = {value})", dialect.type_name(kind));
    let sql = format!(
        "SELECT count(NULLIF({value}, '')) AS filled, count({time}) AS times, {} AS integers, {} AS booleans FROM {} AS {}",
        exact(Kind::Integer),
        exact(Kind::Boolean),
        table(side),
        expr::RAW
    );
    let counts = loader.run("", Statement::new(sql))?;
    let all = |name: &str| count_at(&counts, 0, name) == count(&counts, "filled");
    Ok(match () {
        () if count(&counts, "filled") == 0 => (Kind::Text, format!("NULLIF({value}, '')")),
        () if all("integers") => (Kind::Integer, format!("TRY_CAST({value} AS {})", dialect.type_name(Kind::Integer))),
        () if all("booleans") => (Kind::Boolean, format!("TRY_CAST({value} AS {})", dialect.type_name(Kind::Boolean))),
        () if all("times") => (Kind::Time, time),
        () => (Kind::Text, format!("NULLIF({value}, '')")),
    })
}
