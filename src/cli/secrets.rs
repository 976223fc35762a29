//! `casebook secrets`: the secrets of an extract by their fingerprints; and what reveals them.

use std::collections::{BTreeSet, HashMap};

use clap::Args;

use crate::case::{Event, Mode};
use crate::domain::secret::fingerprint_digits;
use crate::domain::{Schema, Seal, Value};
use crate::engine::{Limits, Statement};
use crate::settings::machine::now;

use super::args::{FormatArgs, OpenArgs};
use super::failure::Failure;
use super::output::{self, Sheet};
use super::session::Session;
use super::shell::Place;

/// Of what.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  casebook secrets logs/
  casebook secrets --format json requests.csv
  casebook secrets --reveal --case ./leaked-key logs/

Columns: fingerprint,kind,requests,columns,first_row; with --reveal also secret. requests counts the rows with it, columns names where
it stands. A secret that stands only in a record that could not be read has no rows. Filters and pivots take the fingerprint, whole or
with a *, and also the secret itself.")]
pub(super) struct SecretsArgs {
    /// Log files, folders (read recursively) or globs
    #[arg(required = true, value_name = "EXTRACT")]
    extracts: Vec<String>,
    /// Show the secrets themselves; each reveal is counted in the case, where one is named
    #[arg(long)]
    reveal: bool,
    #[command(flatten)]
    format: FormatArgs,
    #[command(flatten)]
    open: OpenArgs,
}

/// Secrets that are looked up in one statement.
const AT_ONCE: usize = 500;

/// Lists the secrets.
pub(super) fn run(args: &SecretsArgs, place: &Place<'_>) -> Result<i32, Failure> {
    let records = args.reveal && !args.open.read_only;
    let mut session = Session::open(place, &args.open, &args.extracts, if records { Mode::Write } else { Mode::Read })?;
    let table = session.ask(listing(&session), Limits::default())?;
    let mut names = vec!["fingerprint", "kind", "requests", "columns", "first_row"];
    let mut sheet = Sheet::of(&table, &names);
    if args.reveal {
        names.push("secret");
        let mut secrets = Secrets::default();
        secrets.learn(&session, sheet.rows.iter().filter_map(|row| row.first()))?;
        let firsts: Vec<(i64, String)> = (0..table.len())
            .filter_map(|row| Some((table.get(row, "first_row").as_i64()?, table.get(row, "columns").to_plain())))
            .collect();
        if records && session.case.is_some() {
            session.record_opened()?;
            let extract = session.extract.sha256.clone();
            if let Some(case) = &mut session.case {
                for (row_id, columns) in firsts {
                    let column = columns.split(' ').next().unwrap_or_default().to_owned();
                    case.record(Event::Revealed { row_id, column, extract: extract.clone(), scope: String::new() }, now())?;
                }
            }
        }
        for row in &mut sheet.rows {
            let mut secret = row.first().cloned().unwrap_or(Value::Null);
            secrets.reveal(&mut secret);
            row.push(secret);
        }
        sheet.names.push("secret".into());
    }
    output::print(args.format.format, &sheet)?;
    if args.reveal && !sheet.rows.is_empty() {
        place.tell(&match (&session.case, args.open.read_only) {
            (Some(case), false) => format!("note: secrets were revealed; that is recorded in {}", case.path().display()),
            _ => "note: secrets were revealed; no case records it".to_owned(),
        });
    }
    Ok(0)
}

/// The statement that counts in how many rows each secret stands, and where. It looks only into columns that are known to hold some.
fn listing(session: &Session<'_>) -> Statement {
    let dialect = session.client().dialect();
    let extract = &session.extract;
    let columns: BTreeSet<&str> = extract.secrets.iter().flat_map(|sealed| sealed.columns.keys()).map(String::as_str).collect();
    let mut statement = Statement::default();
    let row_id = dialect.ident(Schema::ROW_ID);
    let mut places = vec![format!("SELECT NULL AS digits, NULL AS place, CAST(NULL AS BIGINT) AS {row_id} WHERE false")];
    for name in columns.iter().filter(|name| extract.schema.columns.iter().any(|column| column.name == **name)) {
        let (ident, bound) = (dialect.ident(name), statement.bind(*name));
        places.push(format!(
            "SELECT unnest(regexp_extract_all({ident}, '…([0-9a-f]{{12}})', 1)), {bound}, {row_id} FROM requests WHERE contains({ident}, '…')"
        ));
    }
    statement.sql = format!(
        "WITH places(digits, place, {row_id}) AS ({}), \
         found AS (SELECT digits, count(DISTINCT {row_id}) AS requests, string_agg(DISTINCT place, ' ' ORDER BY place) AS columns, \
           min({row_id}) AS first_row FROM places GROUP BY digits) \
         SELECT fingerprint, kind, coalesce(requests, 0) AS requests, columns, first_row FROM secrets \
         LEFT JOIN found ON digits = right(fingerprint, 12) ORDER BY requests DESC, fingerprint",
        places.join(" UNION ALL ")
    );
    statement
}

/// The fingerprint of a secret that only its surroundings told to be one, if the extract has it.
pub(super) fn known(session: &Session<'_>, seal: &Seal, secret: &str) -> Result<Option<String>, Failure> {
    if session.extract.secrets.is_empty() || secret.len() < 8 || secret.contains('*') {
        return Ok(None);
    }
    let mut statement = Statement::default();
    let digits = statement.bind(seal.digits(secret));
    statement.sql = format!("SELECT fingerprint FROM secrets WHERE right(fingerprint, 12) = {digits}");
    let table = session.ask(statement, Limits::default())?;
    Ok(table.get(0, "fingerprint").as_text().map(str::to_owned))
}

/// The secrets behind the fingerprints that have been met so far.
#[derive(Default)]
pub(super) struct Secrets {
    /// By the digits: the fingerprints with them, and the secrets.
    known: HashMap<String, Vec<(String, String)>>,
}

impl Secrets {
    /// Looks up the secrets behind the fingerprints in some values.
    pub(super) fn learn<'v>(&mut self, session: &Session<'_>, values: impl Iterator<Item = &'v Value>) -> Result<(), Failure> {
        let Some(seal) = &session.extract.seal else { return Ok(()) };
        let new: BTreeSet<&str> = values
            .filter_map(Value::as_text)
            .flat_map(fingerprint_digits)
            .filter(|digits| !self.known.contains_key(*digits))
            .collect();
        let new: Vec<&str> = new.into_iter().collect();
        for some in new.chunks(AT_ONCE) {
            let mut statement = Statement::default();
            let digits: Vec<String> = some.iter().map(|digits| statement.bind(*digits)).collect();
            statement.sql =
                format!("SELECT fingerprint, secret FROM secrets WHERE right(fingerprint, 12) IN ({})", digits.join(", "));
            let table = session.ask(statement, Limits::default())?;
            for digits in some {
                self.known.entry((*digits).to_owned()).or_default();
            }
            for row in 0..table.len() {
                let (fingerprint, locked) = (table.get(row, "fingerprint").to_plain(), table.get(row, "secret").to_plain());
                if let Some(secret) = seal.unlock(&fingerprint, &locked)
                    && let Some(digits) = fingerprint_digits(&fingerprint).next()
                    && let Some(known) = self.known.get_mut(digits)
                {
                    known.push((fingerprint.clone(), secret));
                }
            }
        }
        Ok(())
    }

    /// Puts the secrets back into a value; says whether there was one.
    pub(super) fn reveal(&self, value: &mut Value) -> bool {
        let Value::Text(text) = value else { return false };
        let digits: Vec<String> = fingerprint_digits(text).map(str::to_owned).collect();
        let mut revealed = false;
        for (fingerprint, secret) in digits.iter().filter_map(|digits| self.known.get(digits)).flatten() {
            if text.contains(fingerprint.as_str()) {
                *text = text.replace(fingerprint.as_str(), secret);
                revealed = true;
            }
        }
        revealed
    }
}
