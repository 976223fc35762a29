//! What the command line may say. Each command's own arguments stand in its own file; here is what they share.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::domain::{Role, TimeRange};
use crate::extract::{JoinSpec, OpenSpec};
use crate::settings::size;

use super::{
    cache, case, completions, config, demo, diff, dry_run, entity, inspect, keys, links, pivot, playbook, query, report, secrets,
    templates, timeline, top,
};

/// A terminal workbench for platform-abuse investigations.
///
/// Point it at log extracts: it finds out what they are, loads them once, and from there the keyboard does the work: find what is odd,
/// follow it from an account to its keys and addresses, write down what was found, hand over a report that somebody else can check.
/// The extracts are never changed, and nothing is sent anywhere.
#[derive(Debug, Parser)]
#[command(
    name = "casebook",
    version,
    args_conflicts_with_subcommands = true,
    arg_required_else_help = true,
    override_usage = "casebook [OPTIONS] EXTRACT...\n       casebook COMMAND ...",
    after_help = "Examples:
  casebook demo
  casebook requests.csv.gz
  ssh host 'cat /var/log/requests.jsonl' | casebook -
  casebook --case ./leaked-key --time 2026-03-02..2026-03-05 logs/
  casebook --resume
  casebook top key --filter 'status:401,403' logs/
  casebook pivot 'key:sk-*7f3a' --to ip logs/

Exit status: 0 done; 1 failed; 2 usage or configuration; 3 --fail-on reached; 130 interrupted.
A file that is named like a command is written with its folder: ./demo"
)]
pub(super) struct Cli {
    /// What to do instead of opening the workbench.
    #[command(subcommand)]
    pub(super) command: Option<Command>,

    /// Log files, folders (read recursively) or globs; - for stdin.
    #[arg(value_name = "EXTRACT")]
    pub(super) extracts: Vec<String>,

    /// How to open them.
    #[command(flatten)]
    pub(super) open: OpenArgs,

    /// The theme of the workbench.
    #[arg(long, value_name = "NAME")]
    pub(super) theme: Option<String>,

    /// Go on with the last case, or with the one that --case names: the same extract, the view where the last sitting ended.
    #[arg(long, conflicts_with_all = ["extracts", "profile", "map", "accounts", "bans", "join", "dedupe", "table", "salt"])]
    pub(super) resume: bool,
}

/// The commands beside the workbench.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Open the workbench over a built-in extract with known abuse in it, or write that extract to files
    Demo(demo::DemoArgs),
    /// Say what an extract is: format, profile, roles, rows, rejects, SHA-256
    Inspect(inspect::InspectArgs),
    /// Print rows
    Query(query::QueryArgs),
    /// Print the most frequent values of a column, with exact counts and shares
    Top(top::TopArgs),
    /// Print how many rows fall in each stretch of time
    Timeline(timeline::TimelineArgs),
    /// Print what shares rows with an entity: the addresses of a key, the accounts of an address
    Pivot(pivot::PivotArgs),
    /// Print who shares addresses, devices or payments with an entity, and who with those
    Links(links::LinksArgs),
    /// Print templates: near-duplicate prompts, who uses them and who was first
    Templates(templates::TemplatesArgs),
    /// Print what one view has and another one has not: the addresses that only one of two accounts uses
    Diff(diff::DiffArgs),
    /// Print what a rule would have stopped, whom it would have hit and from when on; nothing is stopped
    DryRun(dry_run::DryRunArgs),
    /// Print all that is known of an entity: figures, what is new for it, what shares rows with it
    Entity(entity::EntityArgs),
    /// List the secrets of an extract by their fingerprints
    Secrets(secrets::SecretsArgs),
    /// List, show, check and run saved queries that look for known kinds of abuse
    #[command(
        subcommand,
        after_help = "Examples:\n  casebook playbook list\n  casebook playbook run --all logs/\n  casebook playbook run key-many-networks --param min_networks=4 logs/"
    )]
    Playbook(playbook::PlaybookCommand),
    /// Make, read, add to and check a case
    #[command(
        subcommand,
        after_help = "Examples:\n  casebook case new ./leaked-key --title 'Leaked key of acct_17'\n  casebook case show ./leaked-key\n  casebook case verify ./leaked-key logs/"
    )]
    Case(case::CaseCommand),

    /// List the loaded extracts that are kept for opening them again at once, or take some out
    #[command(
        subcommand,
        after_help = "Examples:\n  casebook cache list\n  casebook cache prune --unused-for 30d\n\nThe cache takes at most 50 GB, or what CASEBOOK_CACHE_LIMIT says, such as 200GB; what was not opened for longest goes first."
    )]
    Cache(cache::CacheCommand),
    /// Write the report of a case
    Report(report::ReportArgs),
    /// Print the keys of the workbench as they are set
    Keys(keys::KeysArgs),
    /// Check the configuration, print a default one, say where it is
    #[command(
        subcommand,
        after_help = "Examples:\n  casebook config check\n  casebook config default > \"$(casebook config path)\"\n  casebook config schema > casebook.schema.json"
    )]
    Config(config::ConfigCommand),
    /// Print the completions of a shell
    Completions(completions::CompletionsArgs),
    /// Print the manual page
    #[command(after_help = "Examples:\n  casebook man > ~/.local/share/man/man1/casebook.1")]
    Man,
}

/// How to open an extract.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Open options")]
pub(super) struct OpenArgs {
    /// The case to work in; the workbench makes it when it is not there
    #[arg(long, value_name = "DIR")]
    pub(super) case: Option<PathBuf>,

    /// The profile of the log format, instead of the one that fits best
    #[arg(long, value_name = "NAME")]
    pub(super) profile: Option<String>,

    /// Fill a role from a column, a JSON path or an SQL expression over the extract's own columns, or from nothing (ROLE=); can be
    /// repeated
    #[arg(long, value_name = "ROLE=COLUMN|EXPR", value_parser = read_map)]
    pub(super) map: Vec<(Role, String)>,

    /// A table of what is known of accounts, such as when each was made; its columns become columns of the rows, `account_…`
    #[arg(long, value_name = "FILE")]
    pub(super) accounts: Vec<String>,

    /// A table of banned accounts; its columns become columns of the rows, `ban_…`
    #[arg(long, value_name = "FILE")]
    pub(super) bans: Vec<String>,

    /// A table of what is known of the entities of any role; its columns become columns of the rows, `ROLE_…`; can be repeated
    #[arg(long, value_name = "ROLE=FILE", value_parser = read_join)]
    pub(super) join: Vec<(Role, String)>,

    /// Keep only the first row of each value of a role, such as request
    #[arg(long, value_name = "ROLE", value_parser = read_role)]
    pub(super) dedupe: Option<Role>,

    /// Only rows from A on and before B, in UTC; either may be left out
    #[arg(long, value_name = "A..B", default_value = "..", hide_default_value = true)]
    pub(super) time: TimeRange,

    /// The database's memory limit, such as 4GB
    #[arg(long, value_name = "SIZE", value_parser = read_size)]
    pub(super) memory: Option<u64>,

    /// The database's worker threads
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) threads: Option<u16>,

    /// Load into a private folder that goes away at the end, and look at no cache
    #[arg(long)]
    pub(super) no_cache: bool,

    /// The file with the salt of the fingerprints that stand in the place of secrets, for a team to share; by default one that is
    /// made for this user
    #[arg(long, value_name = "FILE")]
    pub(super) salt: Option<PathBuf>,

    /// Record nothing in the case
    #[arg(long)]
    pub(super) read_only: bool,

    /// The table of a DuckDB or SQLite file
    #[arg(long, value_name = "NAME")]
    pub(super) table: Option<String>,

    /// How much one packed file may unpack to, instead of 250 times its size and 1 GiB at least
    #[arg(long, value_name = "SIZE", value_parser = read_size)]
    pub(super) max_unpacked: Option<u64>,
}

impl OpenArgs {
    fn joins(&self) -> Vec<JoinSpec> {
        let join = |role: Role, prefix: &str, path: &String| JoinSpec { role, path: path.clone(), prefix: prefix.to_owned() };
        let accounts = self.accounts.iter().map(|path| join(Role::Account, "account", path));
        let bans = self.bans.iter().map(|path| join(Role::Account, "ban", path));
        let others = self.join.iter().map(|(role, path)| join(*role, role.name(), path));
        accounts.chain(bans).chain(others).collect()
    }

    /// The specification of an opening.
    pub(super) fn spec(&self, inputs: &[String]) -> OpenSpec {
        OpenSpec {
            inputs: inputs.to_vec(),
            profile: self.profile.clone(),
            map: self.map.clone(),
            stdin: None,
            joins: self.joins(),
            dedupe: self.dedupe,
            table: self.table.clone(),
            no_cache: self.no_cache,
            distrust: false,
            memory: self.memory,
            max_unpacked: self.max_unpacked,
            threads: self.threads.map(usize::from),
            salt: self.salt.clone(),
        }
    }
}

/// Which rows.
#[derive(Debug, Clone, Args)]
pub(super) struct FilterArgs {
    /// Only rows that this filter lets through, such as 'account:acct_17 status:401,403 -ip:10.0.0.0/8'
    #[arg(long, short, value_name = "FILTER")]
    pub(super) filter: Option<String>,
}

/// What is asked in the place of the extract.
#[derive(Debug, Clone, Args)]
pub(super) struct SqlArgs {
    /// Ask the result of this SELECT over the table requests in the place of the extract; a column that is named like a role is that role
    #[arg(long, value_name = "SELECT")]
    pub(super) sql: Option<String>,
}

/// What the output looks like.
#[derive(Debug, Clone, Copy, Args)]
pub(super) struct FormatArgs {
    /// The form of the output. JSON is exact; CSV is made safe for spreadsheets
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Format::Table)]
    pub(super) format: Format,
}

/// The form of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Aligned columns for people
    Table,
    /// Comma-separated values after RFC 4180
    Csv,
    /// One JSON document
    Json,
    /// One JSON object a line
    Jsonl,
    /// A Markdown table
    Md,
}

/// Reads `ROLE=COLUMN|EXPR`; nothing behind the `=` leaves the role empty.
fn read_map(text: &str) -> Result<(Role, String), String> {
    let (role, source) = text.split_once('=').ok_or("write ROLE=COLUMN, such as account=user_id")?;
    let role: Role = role.trim().parse().map_err(|error: crate::domain::role::UnknownRole| error.to_string())?;
    Ok((role, source.trim().to_owned()))
}

/// Reads `ROLE=FILE`.
fn read_join(text: &str) -> Result<(Role, String), String> {
    let (role, path) = text.split_once('=').ok_or("write ROLE=FILE, such as ip=scanners.csv")?;
    let role = read_role(role)?;
    if !role.is_entity() {
        return Err(format!("{role} names no entities, so nothing can be known of them beside the log"));
    }
    if path.trim().is_empty() {
        return Err(format!("say which file describes the values of {role}: {role}=FILE"));
    }
    Ok((role, path.trim().to_owned()))
}

fn read_role(text: &str) -> Result<Role, String> {
    text.trim().parse().map_err(|error: crate::domain::role::UnknownRole| error.to_string())
}

/// Reads a memory limit.
fn read_size(text: &str) -> Result<u64, String> {
    let bytes = size::read(text)?;
    if bytes < 1_000_000 {
        return Err(format!("{text} is too little; give it some MB at least"));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_memory_limit_has_its_unit() {
        assert_eq!(read_size("4GB"), Ok(4_000_000_000));
        assert!(read_size("4").unwrap_err().contains("too little"));
    }

    #[test]
    fn a_side_table_describes_entities() {
        assert_eq!(read_join("ip = scanners.csv"), Ok((Role::Ip, "scanners.csv".into())));
        assert!(read_join("status=x.csv").unwrap_err().contains("names no entities"));
        assert!(read_join("ip=").is_err() && read_join("x.csv").is_err());
    }

    #[test]
    fn a_map_is_a_role_and_all_that_follows() {
        assert_eq!(read_map("account= user = 'x'"), Ok((Role::Account, "user = 'x'".into())));
        assert!(read_map("acount=user").unwrap_err().contains("not a role"));
        assert!(read_map("account").is_err());
        assert_eq!(read_map("account= "), Ok((Role::Account, String::new())), "a role can be said to be empty");
    }
}
