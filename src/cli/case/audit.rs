//! `casebook case audit` and `casebook case timeline`: who did what, and the case in order of time.

use std::path::PathBuf;

use clap::Args;

use crate::case::{AuditKind, Mode};
use crate::domain::Value;

use super::super::args::FormatArgs;
use super::super::failure::Failure;
use super::super::output::{self, Sheet};
use super::super::session::open_case;
use super::super::shell::Place;

/// Of which case.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  casebook case audit ./leaked-key
  casebook case audit ./leaked-key --only revealed,exported --format csv

Columns: entry,at,by,kind,what; kind is opened, ran, revealed, exported or merged. What was said (labels, findings, notes) is in
`casebook case show`.")]
pub(in crate::cli) struct AuditArgs {
    /// The case
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// Only these kinds, separated by commas
    #[arg(long, value_name = "KIND,...", value_delimiter = ',', value_parser = kind)]
    only: Vec<AuditKind>,
    #[command(flatten)]
    format: FormatArgs,
}

/// Of which case.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  casebook case timeline ./leaked-key
  casebook case timeline ./leaked-key --format csv

Pinned rows stand at their own times; labels, stages and findings when they were written. Columns: at,kind,what,entry; kind is row, label,
stage or finding.")]
pub(in crate::cli) struct TimelineArgs {
    /// The case
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    #[command(flatten)]
    format: FormatArgs,
}

fn kind(word: &str) -> Result<AuditKind, String> {
    let words = || AuditKind::ALL.map(AuditKind::name).join(" ");
    let known = AuditKind::ALL.into_iter().find(|kind| kind.name() == word);
    known.ok_or_else(|| format!("'{word}' is not a kind; they are {}", words()))
}

fn number(number: u64) -> Value {
    Value::Int(i128::from(number))
}

/// Prints who opened, ran, revealed and exported what.
pub(super) fn audit(args: &AuditArgs, place: &Place<'_>) -> Result<i32, Failure> {
    let dir = open_case(place, &args.dir, Mode::Read)?;
    let mut sheet = Sheet::new(&["entry", "at", "by", "kind", "what"]);
    let lines = dir.case().audit().filter(|line| args.only.is_empty() || args.only.contains(&line.kind));
    let row = |line: crate::case::AuditLine| {
        let kind = Value::Text(line.kind.name().to_owned());
        vec![number(line.seq), Value::Time(line.at), Value::Text(line.by), kind, Value::Text(line.what)]
    };
    sheet.rows = lines.map(row).collect();
    output::print(args.format.format, &sheet)?;
    Ok(0)
}

/// Prints the case in order of time.
pub(super) fn timeline(args: &TimelineArgs, place: &Place<'_>) -> Result<i32, Failure> {
    let dir = open_case(place, &args.dir, Mode::Read)?;
    let mut sheet = Sheet::new(&["at", "kind", "what", "entry"]);
    let row = |moment: crate::case::Moment| {
        let kind = Value::Text(moment.kind.name().to_owned());
        vec![Value::Time(moment.at), kind, Value::Text(moment.text), number(moment.seq)]
    };
    sheet.rows = dir.case().timeline().into_iter().map(row).collect();
    output::print(args.format.format, &sheet)?;
    Ok(0)
}
