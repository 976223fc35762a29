//! Checks after loading: that no value was lost in a role's type, which own columns of CSV files are numbers, and which rows have no time.

use crate::domain::{Kind, Value};
use crate::engine::Statement;

use super::error::ExtractError;
use super::load::{Loader, count};
use super::look::Family;
use super::plan::{Leftover, Own};
use super::progress::grouped;
use super::shapes::{self, Look};

/// Notes the columns that stand in a role which could not hold all of their values, so that they are kept beside it.
pub(super) fn roles(loader: &mut Loader<'_, '_>, leftovers: &[Leftover]) -> Result<(), ExtractError> {
    if leftovers.is_empty() {
        return Ok(());
    }
    let counts: Vec<String> = leftovers.iter().map(|leftover| format!("count({0}) AS {0}", leftover.name)).collect();
    let table = loader.run("", Statement::new(format!("SELECT {} FROM requests", counts.join(", "))))?;
    for leftover in leftovers {
        let left = count(&table, &leftover.name);
        if left > 0 {
            loader.surprises.push((leftover.group, leftover.place));
            let column = loader.groups.get(leftover.group).and_then(|group| group.columns.get(leftover.place));
            let name = column.map(|column| column.name.clone()).unwrap_or_default();
            let values = if left == 1 { "value of" } else { "values of" };
            let reason =
                format!("{} {values} '{name}' cannot be read as {}; all are kept beside it", grouped(left), leftover.role);
            if let Some(first) = loader.seens.seen.iter().position(|seen| seen.group == leftover.group) {
                loader.say(first, reason);
            }
        }
        loader.run("", Statement::new(format!("ALTER TABLE requests DROP COLUMN {}", leftover.name)))?;
    }
    Ok(())
}

/// Turns own columns of CSV files that hold nothing but numbers or truth values into such, where not a digit is lost by it.
pub(super) fn sharpen(loader: &mut Loader<'_, '_>, mut owns: Vec<Own>) -> Result<Vec<Own>, ExtractError> {
    let mut candidates: Vec<(usize, Kind)> = Vec::new();
    for (index, own) in owns.iter().enumerate() {
        let mut kinds = own.places.iter().enumerate().filter(|(_, place)| place.is_some()).map(|(at, _)| {
            let kin = loader.seens.groups.get(at)?;
            let name = own.column.source.as_deref()?;
            matches!(kin.family, Family::Csv(_)).then(|| kind_of(&kin.sample.field(name)?.values)).flatten()
        });
        let first = kinds.next().flatten();
        if let Some(kind) = first.filter(|first| kinds.all(|kind| kind == Some(*first))) {
            candidates.push((index, kind));
        }
    }
    if candidates.is_empty() {
        return Ok(owns);
    }
    let tests: Vec<String> = candidates
        .iter()
        .filter_map(|(index, kind)| owns.get(*index).map(|own| (own, kind)))
        .map(|(own, kind)| {
            let name = loader.dialect.ident(&own.column.name);
            let same = format!("CAST(TRY_CAST({name} AS {}) AS VARCHAR)", loader.dialect.type_name(*kind));
            match kind {
                // `1.10` is the number 1.1; but `1.` or `1e5` are left as they are.
                Kind::Real => format!(
                    "bool_and(COALESCE({same} = {name} OR ({name} LIKE '%._%' AND {same} = {name}[:len({same})] AND \
                     ltrim({name}[len({same}) + 1:], '0') = '') OR {same} = {name} || '.0', {name} IS NULL OR {name} = ''))"
                ),
                Kind::Boolean => format!("bool_and(COALESCE({same} = lower({name}), {name} IS NULL OR {name} = ''))"),
                _ => format!("bool_and(COALESCE({same} = {name}, {name} IS NULL OR {name} = ''))"),
            }
        })
        .collect();
    let table = loader.run("", Statement::new(format!("SELECT {} FROM requests", tests.join(", "))))?;
    let verdicts = table.rows().next().unwrap_or_default();
    for ((index, kind), verdict) in candidates.into_iter().zip(verdicts) {
        let Some(own) = owns.get_mut(index).filter(|_| verdict == Value::Bool(true)) else { continue };
        let name = loader.dialect.ident(&own.column.name);
        let kind_name = loader.dialect.type_name(kind);
        loader.run(
            "",
            Statement::new(format!(
                "ALTER TABLE requests ALTER COLUMN {name} SET DATA TYPE {kind_name} USING TRY_CAST({name} AS {kind_name})"
            )),
        )?;
        own.column.kind = kind;
    }
    Ok(owns)
}

/// The kind that sampled values look like, if it is worth a check of all of them.
fn kind_of(values: &[String]) -> Option<Kind> {
    let all = |fits: &dyn Fn(Look) -> bool| !values.is_empty() && values.iter().all(|value| fits(shapes::look(value)));
    let whole = |look| matches!(look, Look::Integer | Look::Status | Look::Epoch);
    if all(&|look| look == Look::Boolean) {
        Some(Kind::Boolean)
    } else if all(&whole) && values.iter().all(|value| !value.contains('.')) {
        Some(Kind::Integer)
    } else if all(&|look| whole(look) || look == Look::Real) {
        Some(Kind::Real)
    } else {
        None
    }
}

/// Says of each source how many of its rows have no time that can be read.
pub(super) fn timeless(loader: &mut Loader<'_, '_>) -> Result<(), ExtractError> {
    let counts = loader.by_source("count(*) - count(time)")?;
    for source in 0..loader.seens.seen.len() {
        let label = loader.seens.seen.get(source).map(|seen| seen.label.as_str()).unwrap_or_default();
        let timeless = counts.get(label).copied().unwrap_or_default();
        if timeless > 0 {
            let rows = if timeless == 1 { "row has" } else { "rows have" };
            loader.say(source, format!("{} {rows} no time that can be read; the time is empty there", grouped(timeless)));
        }
    }
    Ok(())
}
