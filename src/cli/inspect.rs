//! `casebook inspect`: what an extract is, and why the program thinks so.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;

use crate::case::Mode;
use crate::domain::{Role, Value};
use crate::engine::{Limits, Statement};
use crate::extract::{Extract, draft_profile, inspect_json, save_profile};
use crate::settings::files;

use super::args::{Format, FormatArgs, OpenArgs};
use super::failure::Failure;
use super::output::{self, Printer, Sheet, json};
use super::session::Session;
use super::shell::Place;

/// What to look into.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  casebook inspect logs/
  casebook inspect --format json 'logs/**/*.json.gz'
  casebook inspect --rejects --format csv requests.csv
  casebook inspect --map account=user_id --map 'cost=tokens::DOUBLE * 0.000003' requests.csv
  casebook inspect --write-profile our-gateway --save requests.csv")]
pub(super) struct InspectArgs {
    /// Log files, folders (read recursively) or globs; - for stdin
    #[arg(required = true, value_name = "EXTRACT")]
    extracts: Vec<String>,
    /// List every record that could not be read, instead
    #[arg(long)]
    rejects: bool,
    /// Draft a profile of this name from what was decided, instead; it goes to stdout
    #[arg(long, value_name = "NAME", conflicts_with = "rejects")]
    write_profile: Option<String>,
    /// The file to write the profile to; a file of that name is replaced
    #[arg(long, short, value_name = "FILE", requires = "write_profile")]
    output: Option<PathBuf>,
    /// Put the profile where profiles are looked for; one of that name is not replaced
    #[arg(long, requires = "write_profile", conflicts_with = "output")]
    save: bool,
    #[command(flatten)]
    format: FormatArgs,
    #[command(flatten)]
    open: OpenArgs,
}

/// Prints what the extract is.
pub(super) fn run(args: &InspectArgs, place: &Place<'_>) -> Result<i32, Failure> {
    let session = Session::open(place, &args.open, &args.extracts, Mode::Read)?;
    let format = args.format.format;
    if args.rejects {
        let sql = "SELECT path, record, reason, raw FROM rejects ORDER BY path, record";
        let table = session.ask(Statement::new(sql), Limits::default())?;
        output::print(format, &Sheet::of(&table, &["path", "record", "reason", "raw"]))?;
        return Ok(0);
    }
    let extract = &session.extract;
    if let Some(name) = &args.write_profile {
        return write_profile(args, place, name, &draft_profile(extract, name));
    }
    match format {
        Format::Json => {
            let text = serde_json::to_string_pretty(&inspect_json(extract)).map_err(|error| Failure::Bug(error.into()))?;
            writeln!(std::io::stdout().lock(), "{}", json::safe(&text))?;
        }
        Format::Csv | Format::Jsonl => output::print(format, &sources(extract))?,
        Format::Table | Format::Md => for_people(extract, format)?,
    }
    Ok(0)
}

/// Writes a drafted profile to where it was asked for.
fn write_profile(args: &InspectArgs, place: &Place<'_>, name: &str, text: &str) -> Result<i32, Failure> {
    let path = match &args.output {
        _ if args.save => save_profile(&place.paths, name, text, false)?,
        Some(path) => {
            files::write_atomic(path, text.as_bytes())?;
            path.clone()
        }
        None => {
            std::io::stdout().lock().write_all(text.as_bytes())?;
            return Ok(0);
        }
    };
    place.tell(&format!("wrote {}", path.display()));
    Ok(0)
}

/// The files, one a row.
fn sources(extract: &Extract) -> Sheet {
    let mut sheet = Sheet::new(&["path", "format", "profile", "rows", "rejects", "duplicates", "sha256"]);
    sheet.rows = extract
        .sources
        .iter()
        .map(|source| {
            vec![
                Value::Text(source.path.clone()),
                Value::Text(source.format.clone()),
                Value::Text(source.profile.clone()),
                Value::Int(source.rows.into()),
                Value::Int(source.rejects.into()),
                Value::Int(source.duplicates.into()),
                Value::Text(source.sha256.clone()),
            ]
        })
        .collect();
    sheet
}

fn for_people(extract: &Extract, format: Format) -> Result<(), Failure> {
    let mut printer = Printer::new(format);
    printer.heading(&summary(extract))?;
    if let (Some(first), Some(last)) = (extract.first, extract.last) {
        printer.heading(&format!("From {first} to {last}."))?;
    }
    printer.heading(&format!("SHA-256 {}", extract.sha256))?;
    for told in beside(extract) {
        printer.heading(&told)?;
    }
    printer.heading("")?;

    let mut roles = Sheet::new(&["role", "source", "confidence", "reason"]);
    roles.rows = extract
        .roles
        .iter()
        .map(|(role, mapping)| {
            vec![
                Value::Text(role.name().into()),
                Value::Text(shortened(&mapping.source, 60)),
                Value::Float((mapping.confidence * 100.0).round() / 100.0),
                Value::Text(mapping.reason.clone()),
            ]
        })
        .collect();
    printer.part(&roles)?;
    let unmapped: Vec<&str> = Role::ALL.into_iter().filter(|role| !extract.roles.contains_key(role)).map(Role::name).collect();
    if !unmapped.is_empty() {
        printer.heading(&format!("Not mapped (--map ROLE=COLUMN does it): {}", unmapped.join(" ")))?;
    }
    let own: Vec<&str> =
        extract.schema.columns.iter().filter(|column| column.role.is_none()).map(|column| column.name.as_str()).collect();
    if !own.is_empty() {
        printer.heading(&format!("Other columns: {}", own.join(" ")))?;
    }
    printer.heading("")?;
    printer.part(&sources(extract))?;
    for (reason, count) in reasons(extract) {
        let of = if count == extract.sources.len() { String::new() } else { format!(" ({count} of the files)") };
        printer.heading(&format!("- {reason}{of}"))?;
    }
    if !extract.secrets.is_empty() {
        printer.heading("")?;
        printer.heading("Secrets were found; fingerprints stand in their place (query --reveal shows them):")?;
        for sealed in &extract.secrets {
            printer.heading(&format!("- {sealed}"))?;
        }
    }
    if !extract.reject_samples.is_empty() {
        printer.heading("")?;
        let mut rejects = Sheet::new(&["path", "record", "reason", "raw"]);
        rejects.rows = extract
            .reject_samples
            .iter()
            .map(|reject| {
                vec![
                    Value::Text(reject.path.clone()),
                    Value::Int(reject.record.into()),
                    Value::Text(reject.reason.clone()),
                    Value::Text(shortened(&reject.raw, 120)),
                ]
            })
            .collect();
        printer.part(&rejects)?;
        let more = extract.rejects.saturating_sub(rejects.rows.len() as u64);
        if more > 0 {
            printer.heading(&format!("{more} more rejects; --rejects lists all of them"))?;
        }
    }
    printer.end()
}

/// The first line: how much of what.
fn summary(extract: &Extract) -> String {
    let mut profiles: Vec<&str> = extract.sources.iter().flat_map(|source| source.profile.split(", ")).collect();
    profiles.sort_unstable();
    profiles.dedup();
    let files = extract.sources.len();
    let plural = |count: u64| if count == 1 { "" } else { "s" };
    format!(
        "{}: {} row{}, {} reject{}, {files} file{}",
        profiles.join(", "),
        extract.rows,
        plural(extract.rows),
        extract.rejects,
        plural(extract.rejects),
        plural(files as u64),
    )
}

/// What is to be said of records delivered twice and of side tables.
fn beside(extract: &Extract) -> Vec<String> {
    let mut told = Vec::new();
    if extract.duplicates > 0 {
        let rows = if extract.duplicates == 1 { "row repeats" } else { "rows repeat" };
        let next = if extract.deduped.is_none() { "; --dedupe request keeps the first of each" } else { "" };
        told.push(format!("{} {rows} an earlier one in every column{next}.", extract.duplicates));
    }
    if let Some(deduped) = extract.deduped {
        told.push(format!("{} rows are left out, because an earlier one has the same {}.", deduped.rows, deduped.role));
    }
    for side in &extract.joined {
        told.push(format!(
            "{} describes {} of the extract's values of {} by its column {}: {}",
            side.path,
            side.matched,
            side.role,
            side.key,
            side.columns.join(", ")
        ));
    }
    told
}

/// What was decided and why, each once, with the number of files that it is true of.
fn reasons(extract: &Extract) -> Vec<(&str, usize)> {
    let mut reasons: Vec<(&str, usize)> = Vec::new();
    for reason in extract.sources.iter().flat_map(|source| &source.reasons) {
        match reasons.iter_mut().find(|(known, _)| known == reason) {
            Some((_, count)) => *count += 1,
            None => reasons.push((reason, 1)),
        }
    }
    reasons
}

/// The beginning of a text for people: enough to know it again. JSON has it whole.
fn shortened(text: &str, characters: usize) -> String {
    match text.char_indices().nth(characters) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or(text)),
        None => text.to_owned(),
    }
}
