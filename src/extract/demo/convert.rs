//! From CSV to Parquet, by the engine.

use std::path::Path;

use super::{DemoError, Format, Written, output, paths_in};
use crate::engine::client::AskError;
use crate::engine::{Client, Lane, Limits, OpenOptions, Opener, Statement};
use crate::settings::files;

/// An engine that may read and write files.
pub(super) fn open(opener: &dyn Opener) -> Result<Client, DemoError> {
    let options = OpenOptions { external_access: true, ..OpenOptions::default() };
    opener.open(&options).map(Client::new).map_err(|error| DemoError::Convert(error.into()))
}

/// Turns the CSV files of `written` into Parquet files beside them.
pub(super) fn to_parquet(
    client: &Client,
    written: &Written,
    watch: &mut dyn FnMut(u64, u64) -> bool,
) -> Result<Written, DemoError> {
    let dir = written.truth.parent().unwrap_or(Path::new("."));
    let target = paths_in(dir, Format::Parquet.name(), written.rows);
    let jobs = [
        (&written.requests, &target.requests, output::REQUESTS.as_slice()),
        (&written.accounts, &target.accounts, output::ACCOUNTS.as_slice()),
        (&written.bans, &target.bans, output::BANS.as_slice()),
    ];
    for (from, to, columns) in jobs {
        // Made here, so that it is private to the user from its first byte on.
        files::create(to)?;
        convert(client, from, to, columns, &mut || watch(written.rows, written.rows)).map_err(|error| match error {
            AskError::Interrupted => DemoError::Interrupted,
            other => DemoError::Convert(other),
        })?;
    }
    Ok(target)
}

fn convert(
    client: &Client,
    from: &Path,
    to: &Path,
    columns: &[(&str, &str)],
    watch: &mut dyn FnMut() -> bool,
) -> Result<(), AskError> {
    let types: Vec<String> = columns.iter().map(|(name, kind)| format!("'{name}': '{kind}'")).collect();
    let mut statement = Statement::default();
    let source = statement.bind(from.to_string_lossy().into_owned());
    // No placeholder can stand for the target of a COPY, so the path is written as a quoted literal.
    let target = to.to_string_lossy().replace('\'', "''");
    statement.sql = format!(
        "COPY (SELECT * FROM read_csv({source}, header = true, auto_detect = false, delim = ',', quote = '\"', escape = '\"', columns = {{{}}})) \
         TO '{target}' (FORMAT parquet, COMPRESSION zstd)",
        types.join(", ")
    );
    client.ask_with(Lane::Background, statement, Limits::default(), &mut |_, _| watch()).map(|_| ())
}
