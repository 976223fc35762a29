//! Secrets in what was loaded: while the sources are read, clues to them are collected; the texts in which there may be some are looked
//! through once, fingerprints take their place, and the secrets themselves are locked away in a relation of their own.
//!
//! Without a clue nothing more is done, so an extract without secrets loads as fast as before. What a secret is, only
//! [`crate::domain::secret`] knows: SQL calls it, and no pattern stands in two languages.

mod alarm;
mod sealer;

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::domain::Seal;
use crate::engine::{Client, Dialect, Functions, Statement, Table, TextFunction};

use super::error::ExtractError;
use super::load::{count, path_text};
use super::model::Extract;
use super::progress::{Stage, grouped};
use super::scan::RAW;
use super::watch::Watcher;

pub(super) use alarm::{Alarm, Lookout};
use sealer::{FUNCTION, LOOK, Sealer, TextColumn, quietly};

/// Bytes of the shortest text that can hold a secret: `Basic ` and a name and a password of six characters in base64.
const SHORTEST: u64 = 14;

/// More letters than these are looked for with one regular expression.
const FEW: usize = 6;

/// The last word of a text.
const LAST_WORD: &str = r#"[^\s"'',;]+$"#;

/// Bytes that a text may be shorter than [`RAW`] when it was cut off there and then trimmed.
const CUT: usize = 64;

/// Secrets of one kind that were found in an extract.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedKind {
    /// What they are: `OpenAI key`, `JWT`.
    pub kind: String,
    /// How many different ones there are.
    pub distinct: u64,
    /// How often they stand in each column of `requests`; in other relations the column is named with its relation, as `rejects.raw`.
    pub columns: BTreeMap<String, u64>,
}

impl fmt::Display for SealedKind {
    /// `2 of the kind OpenAI key: in key 100 times, in content once`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of the kind {}", grouped(self.distinct), self.kind)?;
        for (at, (column, times)) in self.columns.iter().enumerate() {
            let times = if *times == 1 { "once".to_owned() } else { format!("{} times", grouped(*times)) };
            write!(f, "{} {column} {times}", if at == 0 { ": in" } else { ", in" })?;
        }
        Ok(())
    }
}

/// The sealing of one extract.
pub(super) struct Sealing(Arc<Sealer>);

/// Runs a statement.
type Ask<'a> = dyn FnMut(Statement) -> Result<Table, ExtractError> + 'a;

impl Sealing {
    /// Gets ready to seal, with a place for what is found in `folder`.
    pub(super) fn new(seal: Seal, folder: &Path) -> Result<Sealing, ExtractError> {
        Ok(Sealing(Arc::new(Sealer::new(seal, folder)?)))
    }

    /// What the engine is to be opened with.
    pub(super) fn functions(&self) -> Functions {
        Functions(vec![Arc::clone(&self.0) as Arc<dyn TextFunction>])
    }

    /// Seals the texts of the loaded database where `alarm` has clues to secrets, and makes the relation
    /// `secrets(fingerprint, kind, secret)`.
    pub(super) fn run(
        &self,
        alarm: &Alarm,
        client: &Client,
        extract: &mut Extract,
        watch: &mut Watcher<'_>,
    ) -> Result<(), ExtractError> {
        let mut ask = |statement: Statement| watch.run(client, Stage::Checking, "for secrets", statement);
        if !alarm.clues().is_empty() {
            self.seal_tables(alarm, client.dialect(), extract, &mut ask)?;
            self.seal_rejects(extract, &mut ask)?;
        }
        let mut statement = Statement::default();
        statement.sql = match self.0.finish()? {
            Some(path) => {
                let path = statement.bind(path_text(path));
                format!(
                    "CREATE TABLE secrets AS SELECT fingerprint, min(kind) AS kind, secret FROM read_json({path}, \
                     format = 'newline_delimited', maximum_object_size = 67108864, \
                     columns = {{fingerprint: 'VARCHAR', kind: 'VARCHAR', secret: 'VARCHAR'}}) \
                     GROUP BY fingerprint, secret ORDER BY fingerprint, secret"
                )
            }
            // Made even where there are none, so that whoever asks for them need not know.
            None => "CREATE TABLE secrets(fingerprint VARCHAR, kind VARCHAR, secret VARCHAR)".into(),
        };
        ask(statement)?;
        let table = ask(Statement::new("SELECT kind, count(*) AS different FROM secrets GROUP BY kind ORDER BY kind"))?;
        extract.secrets = (0..table.len())
            .map(|row| {
                let kind = table.get(row, "kind").to_plain();
                let distinct = table.get(row, "different").as_i64().and_then(|number| u64::try_from(number).ok());
                SealedKind { columns: self.0.counts(&kind), kind, distinct: distinct.unwrap_or_default() }
            })
            .collect();
        Ok(())
    }

    fn seal_tables(
        &self,
        alarm: &Alarm,
        dialect: &dyn Dialect,
        extract: &Extract,
        ask: &mut Ask<'_>,
    ) -> Result<(), ExtractError> {
        let table = ask(Statement::new(
            "SELECT table_name, column_name FROM duckdb_columns() WHERE database_name = current_database() AND NOT internal \
             AND data_type = 'VARCHAR' AND table_name IN (SELECT table_name FROM duckdb_tables() WHERE NOT temporary AND NOT internal) \
             ORDER BY table_name = 'requests' DESC, table_name, column_index",
        ))?;
        let text = |row: usize, name: &str| table.get(row, name).to_plain();
        let columns: Vec<TextColumn> =
            (0..table.len()).map(|row| TextColumn::new(text(row, "table_name"), text(row, "column_name"), extract)).collect();
        let columns = self.0.know(columns);
        let mut texts: Vec<Texts<'_>> = Vec::new();
        for (place, column) in columns.iter().enumerate() {
            if texts.last().is_none_or(|texts| texts.table != column.table) {
                texts.push(Texts { table: &column.table, relation: dialect.ident(&column.table), columns: Vec::new() });
            }
            if let Some(texts) = texts.last_mut() {
                texts.columns.push((place, column, dialect.ident(&column.name)));
            }
        }
        for texts in &mut texts {
            texts.drop_short(ask)?;
        }
        let letters = match alarm.clues().letters() {
            Some(letters) => letters,
            // What the files do not tell, the loaded texts do.
            None => {
                for texts in &texts {
                    texts.look(ask)?;
                }
                self.0.seen.clues().letters().unwrap_or_default()
            }
        };
        for texts in &texts {
            texts.seal(&letters, ask)?;
        }
        Ok(())
    }

    /// What is special about rejects: their text may be cut off, and some of them were read out of the relation before.
    fn seal_rejects(&self, extract: &mut Extract, ask: &mut Ask<'_>) -> Result<(), ExtractError> {
        let least = RAW - CUT;
        // The last word may be the beginning of a secret.
        ask(Statement::new(format!(
            "UPDATE rejects SET raw = regexp_replace(raw, '{LAST_WORD}', '…') WHERE strlen(raw) >= {least}"
        )))?;
        for reject in &mut extract.reject_samples {
            let cut_off = reject.raw.len() >= least;
            reject.raw = self.0.seal.mask(&reject.raw).into_owned();
            reject.reason = self.0.seal.mask(&reject.reason).into_owned();
            if cut_off {
                let border = |character: char| character.is_whitespace() || matches!(character, '"' | '\'' | ',' | ';');
                let words = reject.raw.trim_end_matches(|character: char| !border(character)).len();
                reject.raw.truncate(words);
                reject.raw.push('…');
            }
        }
        Ok(())
    }
}

/// The text columns of one relation that are looked through: their numbers, themselves, and their names in quotes.
struct Texts<'a> {
    table: &'a str,
    relation: String,
    columns: Vec<(usize, &'a TextColumn, String)>,
}

impl Texts<'_> {
    /// Leaves out columns in which no text is long enough.
    fn drop_short(&mut self, ask: &mut Ask<'_>) -> Result<(), ExtractError> {
        let lengths: Vec<String> =
            self.columns.iter().map(|(place, _, name)| format!("max(strlen({name})) AS n{place}")).collect();
        let table = ask(Statement::new(format!("SELECT {} FROM {}", lengths.join(", "), self.relation)))?;
        self.columns.retain(|(place, ..)| count(&table, &format!("n{place}")) >= SHORTEST);
        Ok(())
    }

    /// Has the sealer look for clues in all columns.
    fn look(&self, ask: &mut Ask<'_>) -> Result<(), ExtractError> {
        let names: Vec<&str> = self.columns.iter().map(|(.., name)| name.as_str()).collect();
        if names.is_empty() {
            return Ok(());
        }
        let sql = format!("SELECT count({FUNCTION}(concat_ws(chr(10), {}), {LOOK})) FROM {}", names.join(", "), self.relation);
        ask(Statement::new(sql)).map(|_| ())
    }

    /// Seals the columns in which there are letters that give secrets away, and those whose names do.
    fn seal(&self, letters: &[&str], ask: &mut Ask<'_>) -> Result<(), ExtractError> {
        let columns: Vec<(usize, &str, String)> = self
            .columns
            .iter()
            .filter_map(|(place, column, name)| {
                let condition = if column.telling.is_some() { format!("{name} <> ''") } else { hint(name, letters)? };
                Some((*place, name.as_str(), condition))
            })
            .collect();
        if columns.is_empty() {
            return Ok(());
        }
        let counts: Vec<String> =
            columns.iter().map(|(place, _, condition)| format!("count(*) FILTER (WHERE {condition}) AS n{place}")).collect();
        let relation = &self.relation;
        let table = ask(Statement::new(format!("SELECT count(*) AS total, {} FROM {relation}", counts.join(", "))))?;
        for (place, name, condition) in columns {
            let hints = count(&table, &format!("n{place}"));
            if hints == 0 {
                continue;
            }
            // Where every other row gives a hint there are secrets: they are noted as the column is written anew. Else it is looked first,
            // as words that only look like secrets are no reason to write it.
            let certain = hints.saturating_mul(2) > count(&table, "total");
            if !certain {
                let sql = format!("SELECT count({FUNCTION}({name}, {place})) AS found FROM {relation} WHERE {condition}");
                if count(&ask(Statement::new(sql))?, "found") == 0 {
                    continue;
                }
            }
            let number = if certain { i64::try_from(place).unwrap_or_default() } else { quietly(place) };
            // Written anew, because an update would keep the old and the new values in memory.
            ask(Statement::new(format!(
                "ALTER TABLE {relation} ALTER COLUMN {name} SET DATA TYPE VARCHAR \
                 USING CASE WHEN {condition} THEN coalesce({FUNCTION}({name}, {number}), {name}) ELSE {name} END"
            )))?;
        }
        Ok(())
    }
}

/// The condition under which a text holds one of the letters: constants of the program, without a quote in them.
fn hint(name: &str, letters: &[&str]) -> Option<String> {
    match letters.len() {
        0 => None,
        1..=FEW => {
            let each: Vec<String> = letters.iter().map(|letters| format!("contains({name}, '{letters}')")).collect();
            Some(format!("({})", each.join(" OR ")))
        }
        _ => {
            let each: Vec<String> = letters.iter().map(|letters| regex::escape(letters)).collect();
            Some(format!("regexp_matches({name}, '{}')", each.join("|")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hints_are_sql_that_quotes_nothing() {
        assert_eq!(hint("\"a\"", &[]), None);
        assert_eq!(hint("\"a\"", &["sk-", "SG."]).unwrap(), "(contains(\"a\", 'sk-') OR contains(\"a\", 'SG.'))");
        let all = crate::domain::secret::Clues::from_bits((1 << 63) - 1).letters().unwrap();
        assert_eq!(all.len(), 63);
        assert!(all.iter().all(|letters| !letters.contains(['\'', '\\'])));
        let many = hint("\"a\"", &all).unwrap();
        assert!(many.starts_with("regexp_matches(\"a\", 'sk_live_|") && many.contains("SG\\."), "{many}");
    }

    #[test]
    fn a_kind_is_told_in_a_line() {
        let columns = BTreeMap::from([("key".to_owned(), 1200), ("rejects.raw".to_owned(), 1)]);
        let sealed = SealedKind { kind: "JWT".into(), distinct: 3, columns };
        assert_eq!(sealed.to_string(), "3 of the kind JWT: in key 1,200 times, in rejects.raw once");
    }
}
