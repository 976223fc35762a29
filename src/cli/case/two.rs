//! `casebook case diff` and `casebook case merge`: two cases over the same extract.

use std::path::PathBuf;

use clap::Args;

use crate::case::{MergeReport, Mode, Verdicts, diff, verify};
use crate::domain::Value;
use crate::settings::machine::now;

use super::super::args::{Format, FormatArgs};
use super::super::failure::Failure;
use super::super::output::{self, Sheet};
use super::super::session::open_case;
use super::super::shell::Place;

/// Which cases.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  casebook case diff ./leaked-key ./leaked-key-of-ben
  casebook case diff --format csv ./leaked-key ./leaked-key-of-ben

Columns: kind,what,field,a,b; what only one case has stands under that one alone. Exit status 0 whether they differ or not.")]
pub(in crate::cli) struct DiffArgs {
    /// One case
    #[arg(value_name = "A")]
    a: PathBuf,
    /// Another one
    #[arg(value_name = "B")]
    b: PathBuf,
    #[command(flatten)]
    format: FormatArgs,
}

/// Which case into which.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  casebook case merge --dry-run ./leaked-key ./leaked-key-of-ben
  casebook case merge ./leaked-key ./leaked-key-of-ben

Takes all entries of FROM that INTO does not have, by their own authors, and their evidence. Ids that clash are given anew. What the two
decided differently is listed: INTO's word counts (but a person's label outranks a playbook's), the other one stays in the history.
Columns: kind,what,ours,theirs,kept; kind is conflict, renumbered or left out.")]
pub(in crate::cli) struct MergeArgs {
    /// The case that takes in
    #[arg(value_name = "INTO")]
    into: PathBuf,
    /// The case that is taken in; it is not changed
    #[arg(value_name = "FROM")]
    from: PathBuf,
    /// Say what would happen, and do nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    format: FormatArgs,
}

/// Prints what differs.
pub(super) fn compare(args: &DiffArgs, place: &Place<'_>) -> Result<i32, Failure> {
    let (a, b) = (open_case(place, &args.a, Mode::Read)?, open_case(place, &args.b, Mode::Read)?);
    let differences = diff(a.case(), b.case());
    let mut sheet = Sheet::new(&["kind", "what", "field", "a", "b"]);
    let side = |side: Option<String>| side.map_or(Value::Null, Value::Text);
    sheet.rows = differences
        .into_iter()
        .map(|one| {
            let kind = Value::Text(one.kind.to_owned());
            vec![kind, Value::Text(one.what), Value::Text(one.field.to_owned()), side(one.first), side(one.second)]
        })
        .collect();
    if sheet.rows.is_empty() && args.format.format == Format::Table {
        place.tell("the two cases say the same");
        return Ok(0);
    }
    output::print(args.format.format, &sheet)?;
    Ok(0)
}

/// Takes a case in.
pub(super) fn merge(args: &MergeArgs, place: &Place<'_>) -> Result<i32, Failure> {
    if args.into.canonicalize().ok() == args.from.canonicalize().ok() {
        return Err(Failure::Usage("a case cannot be merged into itself".into()));
    }
    let from = open_case(place, &args.from, Mode::Read)?;
    let holds: Verdicts = verify(&args.from, None)?;
    if let Some(first) = holds.broken().next() {
        let path = args.from.display();
        return Err(Failure::Failed(format!("{path} does not hold, so it is not merged: {}; nothing was saved", first.line())));
    }
    let report = if args.dry_run {
        open_case(place, &args.into, Mode::Read)?.would_merge(&from, now())?
    } else {
        open_case(place, &args.into, Mode::Write)?.merge(&from, now())?
    };
    let MergeReport { taken, known, conflicts, .. } = &report;
    let did = if args.dry_run { "would be taken in" } else { "taken in" };
    let told = format!("{taken} entries {did}, {known} were here already; {} conflicts", conflicts.len());
    let sheet = sheet(&report);
    if !sheet.rows.is_empty() || args.format.format != Format::Table {
        output::print(args.format.format, &sheet)?;
    }
    place.tell(&told);
    Ok(0)
}

fn sheet(report: &MergeReport) -> Sheet {
    let mut sheet = Sheet::new(&["kind", "what", "ours", "theirs", "kept"]);
    let text = |text: &str| Value::Text(text.to_owned());
    for conflict in &report.conflicts {
        let row = [text("conflict"), text(&conflict.what), text(&conflict.ours), text(&conflict.theirs), text(&conflict.kept)];
        sheet.rows.push(row.into());
    }
    for (there, here) in &report.renumbered {
        let row = [text("renumbered"), text(&format!("{there} is {here} here")), Value::Null, Value::Null, Value::Null];
        sheet.rows.push(row.into());
    }
    for line in &report.left_out {
        sheet.rows.push(vec![text("left out"), text(line), Value::Null, Value::Null, Value::Null]);
    }
    sheet
}
