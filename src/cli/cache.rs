//! `casebook cache`: the loaded extracts that are kept, and taking them out.

use std::time::{Duration, SystemTime};

use clap::{Args, Subcommand};

use crate::domain::{Timestamp, Value};
use crate::extract::{Kept, Prune, cache_limit, list_cache, prune_cache};
use crate::investigate::timeline::parse_bucket;
use crate::settings::size;

use super::args::{Format, FormatArgs};
use super::failure::Failure;
use super::output::{self, Sheet};
use super::shell::Place;

/// What to do with the cache.
#[derive(Debug, Subcommand)]
pub(super) enum CacheCommand {
    /// List the loaded extracts, the last opened first
    #[command(after_help = "Examples:\n  casebook cache list\n  casebook cache list --format json")]
    List(ListArgs),
    /// Take loaded extracts out: what is over the bound, or what the options say. The log files are never touched
    #[command(
        after_help = "Examples:\n  casebook cache prune\n  casebook cache prune --to 10GB\n  casebook cache prune --unused-for 30d\n  casebook cache prune --all"
    )]
    Prune(PruneArgs),
}

/// How to list.
#[derive(Debug, Args)]
pub(super) struct ListArgs {
    #[command(flatten)]
    format: FormatArgs,
}

/// What to take out.
#[derive(Debug, Args)]
pub(super) struct PruneArgs {
    /// Everything
    #[arg(long, conflicts_with_all = ["to", "unused_for"])]
    all: bool,
    /// What was not opened for this long, such as 12h or 30d
    #[arg(long, value_name = "TIME", value_parser = read_age)]
    unused_for: Option<Duration>,
    /// The longest unused, until the rest takes at most this much
    #[arg(long, value_name = "SIZE", value_parser = size::read)]
    to: Option<u64>,
    #[command(flatten)]
    format: FormatArgs,
}

fn read_age(text: &str) -> Result<Duration, String> {
    let micros = parse_bucket(text).map_err(|error| error.to_string())?;
    Ok(Duration::from_micros(micros.unsigned_abs()))
}

/// Does it.
pub(super) fn run(command: &CacheCommand, place: &Place<'_>) -> Result<i32, Failure> {
    match command {
        CacheCommand::List(args) => {
            let kept = list_cache(&place.paths);
            let bytes: u64 = kept.iter().map(|kept| kept.bytes).sum();
            output::print(args.format.format, &sheet(&kept))?;
            let limit = cache_limit()?;
            place.tell(&format!("{} of {} in {}", size::shown(bytes), size::shown(limit), place.paths.cache.display()));
        }
        CacheCommand::Prune(args) => {
            let prune = Prune { all: args.all, unused_for: args.unused_for, to: args.to };
            let taken = prune_cache(&place.paths, prune)?;
            let bytes: u64 = taken.iter().map(|kept| kept.bytes).sum();
            if !taken.is_empty() || args.format.format != Format::Table {
                output::print(args.format.format, &sheet(&taken))?;
            }
            let extracts = if taken.len() == 1 { "extract" } else { "extracts" };
            place.tell(&format!("{} loaded {extracts} taken out, {} freed", taken.len(), size::shown(bytes)));
        }
    }
    Ok(0)
}

fn sheet(kept: &[Kept]) -> Sheet {
    let mut sheet = Sheet::new(&["used", "rows", "bytes", "files", "first_file", "key"]);
    sheet.rows = kept
        .iter()
        .map(|kept| {
            let used = kept.used.duration_since(SystemTime::UNIX_EPOCH).ok().and_then(|age| i64::try_from(age.as_micros()).ok());
            vec![
                used.map_or(Value::Null, |used| Value::Time(Timestamp(used / 1_000_000 * 1_000_000))),
                kept.rows.map_or(Value::Null, |rows| Value::Int(rows.into())),
                Value::Int(kept.bytes.into()),
                Value::Int(kept.sources.len() as i128),
                kept.sources.first().map_or(Value::Null, |first| Value::Text(first.clone())),
                Value::Text(kept.key.clone()),
            ]
        })
        .collect();
    sheet
}
