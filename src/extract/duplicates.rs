//! Records that were delivered twice: log shippers send the same record again, in the same file or in another one.

use std::collections::HashMap;

use crate::domain::{Role, Schema};
use crate::engine::Statement;

use super::error::ExtractError;
use super::load::{Loader, count};
use super::plan::{self, Own};

/// The rows of each source that repeat an earlier row in every column, by the source's label. Rows are compared by a 64-bit hash over
/// all columns but `source`: among ten million rows, the odds that any two others share one are below one in a hundred thousand.
///
/// Where the requests have ids, only rows that share their id with another one, or have none, can be repeats; that they are all different
/// is then known after one pass over the ids.
pub(super) fn find(loader: &mut Loader<'_, '_>, owns: &[Own]) -> Result<HashMap<String, u64>, ExtractError> {
    let schema = plan::schema(&loader.groups, owns);
    let request = schema.has(Role::Request).then_some(Role::Request.name());
    let mut among = String::new();
    if let Some(request) = request {
        let sql =
            format!("SELECT count(*) - count(DISTINCT hash({request})) AS repeated FROM requests WHERE {request} IS NOT NULL");
        let repeated = count(&loader.run("", Statement::new(sql))?, "repeated");
        let sql = format!("SELECT count(*) - count({request}) AS nameless FROM requests");
        let nameless = count(&loader.run("", Statement::new(sql))?, "nameless");
        if repeated + nameless == 0 {
            return Ok(HashMap::new());
        }
        among = format!(
            "WHERE {request} IS NULL OR {request} IN (SELECT {request} FROM requests WHERE {request} IS NOT NULL GROUP BY {request} \
             HAVING count(*) > 1)"
        );
    }
    let source = Schema::SOURCE;
    let columns = schema.filled().filter(|column| column.name != source);
    let columns: Vec<String> = columns.map(|column| loader.dialect.ident(&column.name)).collect();
    if columns.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = format!(
        "SELECT {source}, count(*) AS total FROM (SELECT {source}, row_number() OVER (PARTITION BY whole ORDER BY place) AS nth FROM (\
         SELECT {source}, rowid AS place, hash({}) AS whole FROM requests {among})) WHERE nth > 1 GROUP BY {source}",
        columns.join(", ")
    );
    let table = loader.run("repeated rows", Statement::new(sql))?;
    Ok((0..table.len()).map(|row| (table.get(row, source).to_plain(), super::load::count_at(&table, row, "total"))).collect())
}

/// Leaves out every row whose value in a role an earlier row has; rows without a value stay. How many were left out.
pub(super) fn leave_out(loader: &mut Loader<'_, '_>, role: Role) -> Result<u64, ExtractError> {
    let before = count(&loader.run("", Statement::new("SELECT count(*) AS total FROM requests"))?, "total");
    let name = role.name();
    loader.run(
        "",
        Statement::new(format!(
            "CREATE TABLE kept AS SELECT * FROM requests WHERE {name} IS NULL OR rowid IN \
             (SELECT min(rowid) FROM requests GROUP BY {name}) ORDER BY rowid"
        )),
    )?;
    loader.run("", Statement::new("DROP TABLE requests"))?;
    loader.run("", Statement::new("ALTER TABLE kept RENAME TO requests"))?;
    let after = count(&loader.run("", Statement::new("SELECT count(*) AS total FROM requests"))?, "total");
    Ok(before - after)
}
