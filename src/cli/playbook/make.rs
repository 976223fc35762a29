//! `casebook playbook new`, `from-filter` and `import`: playbooks that come from a skeleton, a filter or Sigma rules.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::case::Mode;
use crate::domain::{Role, Severity};
use crate::engine::dialect::DUCK;
use crate::extract;
use crate::investigate::{Context, Filter, NoCase, REQUESTS, View};
use crate::playbook::sigma::{self, Imported, Options};
use crate::playbook::{Naming, ViewError, from_view, roles_alone, skeleton};
use crate::settings::files;

use super::super::args::OpenArgs;
use super::super::failure::Failure;
use super::super::output;
use super::super::session::Session;
use super::super::shell::Place;

/// What the new one is called.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  casebook playbook new refund-abuse
  casebook playbook new refund-abuse -o refund-abuse.sql

The skeleton passes `casebook playbook check`. A playbook in playbooks/ of the configuration folder is in the library.")]
pub(in crate::cli) struct NewArgs {
    /// Its id: lower-case letters, digits and -
    #[arg(value_name = "ID")]
    id: String,
    /// The file to write; stdout without it. A file that is there is not replaced
    #[arg(long, short = 'o', value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Which filter, and what the playbook is called.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  casebook playbook from-filter --filter 'status:401,403 endpoint:*login*' --id failed-logins
  casebook playbook from-filter --filter 'tokens_out>8000' --id long-answers --entity key -o long-answers.sql logs/

Every value of the filter becomes a parameter of the playbook. With an extract its own columns can be named, and times that count back.")]
pub(in crate::cli) struct FromFilterArgs {
    /// What the playbook finds
    #[arg(long, short, value_name = "FILTER")]
    filter: String,
    /// Its id: lower-case letters, digits and -
    #[arg(long, value_name = "ID")]
    id: String,
    /// Its title; by default its id in words
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    title: String,
    /// The kind of entity that it accuses
    #[arg(long, value_name = "ROLE", default_value = "account", value_parser = read_entity)]
    entity: Role,
    /// How much a hit matters
    #[arg(long, value_name = "SEVERITY", default_value = "medium")]
    severity: Severity,
    /// The file to write; stdout without it. A file that is there is not replaced
    #[arg(long, short = 'o', value_name = "FILE")]
    output: Option<PathBuf>,
    /// Log files, folders or globs whose columns the filter names; not needed where it names roles alone
    #[arg(value_name = "EXTRACT")]
    extracts: Vec<String>,
    #[command(flatten)]
    open: OpenArgs,
}

/// Which rules, and for which extract.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  casebook playbook import console-login-without-mfa.yml
  casebook playbook import rules.yml -o ~/.config/casebook/playbooks/
  casebook playbook import denied.yml --field TargetUserName=account --entity ip
  casebook playbook import denied.yml -o denied.sql cloudtrail/

Rules of Sigma 2.1: detections with the modifiers contains startswith endswith all re cidr exists cased lt lte gt gte neq fieldref, and
correlations (event_count value_count temporal temporal_ordered value_sum value_avg value_percentile), several documents to a file.
Fields are looked up as --field says, then in the profile (--profile, or the one that fits the rule's logsource), in the extract, among
the roles. What cannot be expressed is said with its line and key; exit status 2 then.")]
pub(in crate::cli) struct ImportArgs {
    /// The file with the rules
    #[arg(value_name = "RULES")]
    rules: PathBuf,
    /// A field of the rules and the column or role that it stands for; can be repeated
    #[arg(long, value_name = "FIELD=COLUMN", value_parser = read_field)]
    field: Vec<(String, String)>,
    /// The kind of entity to accuse; by default what a correlation groups by, or the account
    #[arg(long, value_name = "ROLE", value_parser = read_entity)]
    entity: Option<Role>,
    /// The file to write, or a folder where there are several rules; stdout without it. A file that is there is not replaced
    #[arg(long, short = 'o', value_name = "FILE|FOLDER")]
    output: Option<PathBuf>,
    /// Log files, folders or globs that the rules are for: the fields are then checked against their columns
    #[arg(value_name = "EXTRACT")]
    extracts: Vec<String>,
    #[command(flatten)]
    open: OpenArgs,
}

fn read_entity(text: &str) -> Result<Role, String> {
    let role: Role = text.trim().parse().map_err(|error: crate::domain::role::UnknownRole| error.to_string())?;
    if role.is_entity() { Ok(role) } else { Err(format!("{role} names no entities, so nothing can be accused in it")) }
}

fn read_field(text: &str) -> Result<(String, String), String> {
    let (field, column) = text.split_once('=').ok_or("write FIELD=COLUMN, such as TargetUserName=account")?;
    Ok((field.trim().to_owned(), column.trim().to_owned()))
}

pub(super) fn new(args: &NewArgs, place: &Place<'_>) -> Result<i32, Failure> {
    let text = skeleton(&args.id).map_err(|error| Failure::Usage(error.to_string()))?;
    hand_out(args.output.as_deref(), &text, place)?;
    Ok(0)
}

pub(super) fn from_filter(args: &FromFilterArgs, place: &Place<'_>) -> Result<i32, Failure> {
    let naming = Naming { id: args.id.clone(), title: args.title.clone(), entity: args.entity, severity: args.severity };
    let text = if args.extracts.is_empty() {
        let schema = roles_alone();
        let context = Context { relation: &REQUESTS, schema: &schema, dialect: &DUCK, case: &NoCase, last: None };
        let filter = Filter::parse(&args.filter).map_err(|error| Failure::filter(&args.filter, &error))?;
        from_view(&View { filter, range: args.open.time, ..View::default() }, &context, &naming)
    } else {
        let session = Session::open(place, &args.open, &args.extracts, Mode::Read)?;
        let filter = session.sealed(Some(&args.filter));
        let view = session.view(filter.as_deref(), &args.open)?;
        from_view(&view, &session.context(), &naming)
    };
    let text = text.map_err(|error| match error {
        ViewError::Filter(error) => Failure::filter(&args.filter, &error),
        ViewError::Refused(reason) => Failure::Usage(reason),
    })?;
    hand_out(args.output.as_deref(), &text, place)?;
    Ok(0)
}

/// The profile whose names a log source uses.
fn profile_of((product, service): &(String, String)) -> Option<&'static str> {
    Some(match (product.as_str(), service.as_str()) {
        ("aws", "cloudtrail") => "cloudtrail",
        ("aws", "bedrock") => "bedrock-invocation",
        ("okta", _) => "okta",
        ("github", _) => "github-audit",
        ("m365" | "azure", _) => "m365-unified-audit",
        ("gcp", "google_workspace.admin" | "google_workspace.login") => "google-workspace",
        ("apache" | "nginx", _) => "apache-combined",
        ("zeek", "http") => "zeek-http",
        ("linux", "sshd" | "auth") => "sshd-auth",
        _ => return None,
    })
}

pub(super) fn import(args: &ImportArgs, place: &Place<'_>) -> Result<i32, Failure> {
    let wrong = |reason: String| Failure::Usage(format!("{}: {reason}", args.rules.display()));
    let text = std::fs::read_to_string(&args.rules).map_err(|error| wrong(error.to_string()))?;
    let session = match args.extracts.as_slice() {
        [] => None,
        extracts => Some(Session::open(place, &args.open, extracts, Mode::Read)?),
    };
    let mut aliases = args.field.clone();
    let profile = args.open.profile.as_deref().or_else(|| profile_of(&sigma::log_source(&text)));
    if let (Some(profile), None) = (profile, &session) {
        let fields = extract::profile_fields(profile, &place.paths.config.join("profiles"))
            .map_err(|error| Failure::Usage(error.to_string()))?;
        if fields.is_empty() {
            return Err(Failure::Usage(format!(
                "no profile '{profile}' names fields; `casebook inspect` tells which profile fits a log"
            )));
        }
        aliases.extend(fields.into_iter().map(|(field, role)| (field, role.name().to_owned())));
    }
    let options = Options { schema: session.as_ref().map(|session| &session.extract.schema), aliases, entity: args.entity };
    let imported = sigma::import(&text, &options).map_err(|error| wrong(error.to_string()))?;
    match (args.output.as_deref(), imported.as_slice()) {
        (Some(folder), several) if folder.is_dir() => {
            for Imported { playbook, text } in several {
                hand_out(Some(&folder.join(format!("{}.sql", playbook.id))), text, place)?;
            }
        }
        (output, [only]) => hand_out(output, &only.text, place)?,
        (None, several) => several.iter().try_for_each(|one| hand_out(None, &one.text, place))?,
        (Some(_), several) => {
            return Err(Failure::Usage(format!("{} playbooks come of these rules; name a folder with -o", several.len())));
        }
    }
    place.tell(&format!(
        "{} imported",
        if imported.len() == 1 { "1 playbook".to_owned() } else { format!("{} playbooks", imported.len()) }
    ));
    Ok(0)
}

/// Writes a playbook where it is wanted.
fn hand_out(path: Option<&Path>, text: &str, place: &Place<'_>) -> Result<(), Failure> {
    match path {
        Some(path) => {
            files::write_new(path, text.as_bytes())?;
            place.tell(&format!("written: {}", path.display()));
            Ok(())
        }
        None => output::lines(text.lines().map(str::to_owned)),
    }
}
