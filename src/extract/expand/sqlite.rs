//! Reading a table of an SQLite file: each row becomes a JSON record, on one line, in a file of our own.
//!
//! The file is opened read-only and as one that nobody changes, so that not even a lock is written beside it. Its schema is not trusted:
//! views, which could compute for ever, are switched off.

use std::fs;
use std::io::{BufWriter, Write};
use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};

use crate::engine::Dialect;
use crate::engine::dialect::DUCK;
use crate::settings::files::{self, Doing};

use super::super::bytes::hexadecimal;
use super::super::error::ExtractError;
use super::{Expander, Name};

/// A row longer than this is refused: it must fit into memory, twice.
const LONGEST: i32 = 64 << 20;

impl Expander<'_, '_> {
    /// Makes a source of the chosen table.
    pub(super) fn sqlite(&mut self, path: &Path, name: &Name) -> Result<(), ExtractError> {
        let damaged = |this: &Self, error: rusqlite::Error| {
            let reason = format!(
                "its SQLite data cannot be read ({error}); fetch it again, or save what is left of it with `sqlite3 FILE .recover`"
            );
            ExtractError::Broken { path: this.path(name), reason }
        };
        let connection = open(path).map_err(|error| damaged(self, error))?;
        let tables = tables(&connection).map_err(|error| damaged(self, error))?;
        let table = self.choose(&tables, name)?;
        let mut notes = vec![format!("the table {table}")];
        if name.member.is_empty() && name.packed.is_empty() && beside(path, "-wal") {
            notes.push(format!(
                "the changes in {}-wal beside it were not read; close the program that writes them, or run `PRAGMA wal_checkpoint`",
                self.input.path.display()
            ));
        }
        let mut statement =
            connection.prepare(&format!("SELECT * FROM {}", DUCK.ident(table))).map_err(|error| damaged(self, error))?;
        let keys: Vec<String> = statement.column_names().map(quoted).collect();
        let mut rows = statement.query([]).map_err(|error| damaged(self, error))?;
        let to = self.next_file();
        let mut out = BufWriter::with_capacity(1 << 18, files::create(&to)?);
        let mut line = String::new();
        let (mut size, mut count, mut mended) = (0u64, 0u64, 0u64);
        while let Some(row) = rows.next().map_err(|error| damaged(self, error))? {
            line.clear();
            for (place, key) in keys.iter().enumerate() {
                let value = row.get_ref(place).map_err(|error| damaged(self, error))?;
                line.push_str(if place == 0 { "{" } else { "," });
                line.push_str(key);
                line.push(':');
                mended += u64::from(put(&mut line, value));
            }
            line.push_str("}\n");
            if !self.budget.write(line.len()) {
                return Err(self.broken(name, "sqlite", &std::io::Error::other("the limit is reached")));
            }
            out.write_all(line.as_bytes()).doing("write", &to)?;
            size += line.len() as u64;
            count += 1;
            if count.is_multiple_of(1024) {
                self.tell(name)?;
            }
        }
        out.flush().doing("write", &to)?;
        if count == 0 {
            let reason = format!("its table {table} has no rows");
            return Err(ExtractError::Broken { path: self.path(name), reason });
        }
        if mended > 0 {
            notes.push(format!("{mended} texts in it are not UTF-8; what cannot be read stands as U+FFFD"));
        }
        self.add(name, to, size, Some("SQLite"), notes);
        Ok(())
    }

    fn choose<'t>(&self, tables: &'t [String], name: &Name) -> Result<&'t String, ExtractError> {
        let chosen = match self.table {
            Some(wanted) => tables.iter().find(|table| *table == wanted),
            None if tables.len() == 1 => tables.first(),
            None => None,
        };
        chosen.ok_or_else(|| {
            let what = match (tables.len(), self.table) {
                (0, _) => "is an SQLite file without any table".to_owned(),
                (_, Some(wanted)) => format!("has no table '{wanted}'"),
                (number, None) => format!("has {number} tables"),
            };
            let tables = if tables.is_empty() { "there is none to choose".into() } else { tables.join(", ") };
            ExtractError::Table { path: self.path(name), what, tables }
        })
    }
}

/// Opens a file so that nothing is written, not even beside it. <https://www.sqlite.org/uri.html>
fn open(path: &Path) -> rusqlite::Result<Connection> {
    let mut uri = String::from("file:");
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => uri.push(char::from(*byte)),
            other => uri.push_str(&format!("%{other:02X}")),
        }
    }
    uri.push_str("?immutable=1");
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(uri, flags)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, LONGEST)?;
    connection.execute_batch("PRAGMA cell_size_check = ON; PRAGMA cache_size = -16000")?;
    Ok(connection)
}

/// The names of its tables, without those of SQLite itself and those that hold the inside of others.
fn tables(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let sql = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'virtual') AND name NOT LIKE 'sqlite\\_%' \
               ESCAPE '\\' ORDER BY name";
    let mut statement = connection.prepare(sql)?;
    statement.query_map([], |row| row.get(0))?.collect()
}

/// Whether a file with this ending stands beside it and holds something.
fn beside(path: &Path, ending: &str) -> bool {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    fs::metadata(name).is_ok_and(|about| about.len() > 0)
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

/// Adds a value as JSON; whether something of it had to be replaced.
fn put(line: &mut String, value: ValueRef<'_>) -> bool {
    match value {
        ValueRef::Null => line.push_str("null"),
        ValueRef::Integer(number) => line.push_str(&number.to_string()),
        ValueRef::Real(number) => match serde_json::Number::from_f64(number) {
            Some(number) => line.push_str(&number.to_string()),
            None => line.push_str(&quoted(&number.to_string())),
        },
        ValueRef::Text(bytes) => {
            let text = String::from_utf8_lossy(bytes);
            line.push_str(&quoted(&text));
            return std::str::from_utf8(bytes).is_err();
        }
        ValueRef::Blob(bytes) => line.push_str(&quoted(&hexadecimal(bytes))),
    }
    false
}
