//! `casebook report`: a case for other people.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::case::{CaseDir, CaseError, Event, Mode};
use crate::domain::Seal;
use crate::report::template::{self, Template, TemplateError};
use crate::report::{self, Format, Options};
use crate::settings::machine::now;
use crate::settings::{files, salt};

use super::failure::Failure;
use super::session::open_case;
use super::shell::Place;

/// Which case, in what form, where to.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  casebook report ./leaked-key
  casebook report ./leaked-key --to html -o leaked-key.html
  casebook report ./leaked-key --to html --redact --key-file leaked-key.key.json -o for-others.html
  casebook report ./leaked-key --to actions -o to-do.csv
  casebook report ./leaked-key --to stix --redact > bundle.json
  casebook report ./leaked-key --template weekly.md

Forms: md and html, for people, made by templates (report.md and report.html in casebook's configuration folder, below templates/,
override those that are built in); json, the whole case, with a schema; csv, a line for each label of an entity; timesketch and
timesketch-jsonl, the case in order of time; stix, a STIX 2.1 bundle; actions and actions-json, what to suspend, rotate, block or
rate-limit, from confirmed entities alone.

The same journal gives the same report, byte for byte. A report that is written with -o is recorded in the case, with its SHA-256; one
with content is recorded wherever it goes.")]
pub(super) struct ReportArgs {
    /// The case
    #[arg(value_name = "CASE")]
    case: PathBuf,
    /// The form: md, html, json, csv, timesketch, timesketch-jsonl, stix, actions or actions-json
    #[arg(long, value_name = "FORMAT", default_value_t = Format::Markdown)]
    to: Format,
    /// The file to write; a file of that name is replaced. Without it, the report goes to stdout
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The template to render md or html by, instead of the one that is built in
    #[arg(long, value_name = "FILE")]
    template: Option<PathBuf>,
    /// Put in the sensitive content of the pinned rows: folded away in html, as excerpts in md
    #[arg(long, conflicts_with = "redact")]
    content: bool,
    /// Put pseudonyms in the place of accounts, keys, orgs, sessions, addresses, devices, payments and requests
    #[arg(long)]
    redact: bool,
    /// Write the table that undoes the pseudonyms to this file, for you alone to read
    #[arg(long, value_name = "FILE", requires = "redact")]
    key_file: Option<PathBuf>,
    /// Disarm links and addresses everywhere, such as hxxp://evil[.]example and 1.2.3[.]4
    #[arg(long)]
    defang: bool,
}

/// Prints or writes the report.
pub(super) fn run(args: &ReportArgs, place: &Place<'_>) -> Result<i32, Failure> {
    allowed(args)?;
    let case = open_case(place, &args.case, Mode::Read)?;
    let evidence = |hash: &str| match case.evidence(hash) {
        Ok(row) => Some(row),
        Err(error) => {
            place.tell(&format!("note: the content of one row is left out: {error}"));
            None
        }
    };
    let options = Options {
        content: if args.content { Some(&evidence) } else { None },
        redact: args.redact,
        defang: args.defang,
        template: wanted(args, place)?,
    };
    let handout = report::hand_out(args.to, case.case(), case.meta(), &options)?;
    if !handout.still.is_empty() {
        place.tell(&format!(
            "note: the values of {} are also words or numbers of the report itself, and still stand in it",
            handout.still.join(", ")
        ));
    }
    drop(case);
    if let (Some(path), Some(key)) = (&args.key_file, &handout.key) {
        files::write_atomic(path, key.as_bytes())?;
        place.tell(&format!("wrote {}; whoever has it can undo the pseudonyms", path.display()));
    }
    match &args.output {
        Some(path) => {
            files::write_atomic(path, handout.text.as_bytes())?;
            place.tell(&format!("wrote {}", path.display()));
        }
        // What was revealed is recorded before anybody sees it.
        None if args.content => {}
        None => {
            std::io::stdout().lock().write_all(handout.text.as_bytes())?;
            return Ok(0);
        }
    }
    let went = args.output.as_ref().map_or_else(|| "stdout".to_owned(), |path| path.display().to_string());
    // The report is what was asked for; that it cannot be recorded is worth a note, not a failure.
    if let Err(error) = recorded(args, place, went, &handout.text) {
        place.tell(&format!("note: the case does not record this report: {error}"));
    }
    if args.output.is_none() {
        std::io::stdout().lock().write_all(handout.text.as_bytes())?;
    }
    Ok(0)
}

/// Refuses what a form cannot do, rather than to leave it out silently.
fn allowed(args: &ReportArgs) -> Result<(), Failure> {
    let refuse = |what: &str, forms: fn(Format) -> bool| {
        let forms: Vec<&str> = Format::ALL.into_iter().filter(|format| forms(*format)).map(Format::name).collect();
        Err(Failure::Usage(format!("{what} does nothing in {}; it is for {}", args.to, forms.join(", "))))
    };
    if args.content && !args.to.takes_content() {
        return refuse("--content", Format::takes_content);
    }
    if args.defang && !args.to.takes_defang() {
        return refuse("--defang", Format::takes_defang);
    }
    if args.template.is_some() && args.to.template().is_none() {
        return refuse("--template", |format| format.template().is_some());
    }
    Ok(())
}

/// The template that was asked for, or the analyst's own in the configuration folder.
fn wanted(args: &ReportArgs, place: &Place<'_>) -> Result<Option<Template>, Failure> {
    let Some(path) = &args.template else { return Ok(template::own(args.to, &place.paths)?) };
    match std::fs::read_to_string(path) {
        Ok(source) => Ok(Some(Template { name: path.display().to_string(), source })),
        Err(error) => Err(Failure::Usage(format!("cannot read the template {}: {error}", path.display()))),
    }
}

impl From<TemplateError> for Failure {
    fn from(error: TemplateError) -> Failure {
        Failure::Usage(format!("the template {error}"))
    }
}

/// Records that the report was written. A secret in the file's name is sealed there as everywhere.
fn recorded(args: &ReportArgs, place: &Place<'_>, went: String, text: &str) -> Result<(), CaseError> {
    let (mut case, _) = CaseDir::open(Path::new(&args.case), Mode::Write)?;
    if let Some(seal) = seal(place) {
        case.set_seal(seal);
    }
    let how = [("content", args.content), ("redacted", args.redact)];
    let how: Vec<&str> = how.into_iter().filter(|(_, is)| *is).map(|(word, _)| word).collect();
    let event = Event::Exported {
        path: went,
        sha256: crate::case::entry::sha256(text.as_bytes()),
        format: [args.to.name()].into_iter().chain(how).collect::<Vec<_>>().join(" "),
    };
    case.record(event, now())?;
    Ok(())
}

fn seal(place: &Place<'_>) -> Option<Seal> {
    salt::seal(&place.paths, None).ok()
}
