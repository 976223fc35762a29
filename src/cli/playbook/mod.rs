//! `casebook playbook`: saved queries that look for known kinds of abuse, without the workbench.

mod check;
mod list;
mod make;
mod run;
mod show;

use clap::Subcommand;

use crate::playbook::library::{self, Library};
use crate::playbook::{Origin, Playbook};

use super::failure::Failure;
use super::shell::Place;

/// What to do with playbooks.
#[derive(Debug, Subcommand)]
pub(super) enum PlaybookCommand {
    /// List the playbooks there are
    List(list::ListArgs),
    /// Print a playbook: what it looks for, its parameters, its query
    Show(show::ShowArgs),
    /// Say what is wrong with playbooks
    Check(check::CheckArgs),
    /// Run playbooks over an extract and print whom they accuse
    Run(Box<run::RunArgs>),
    /// Draft a playbook to fill in
    New(make::NewArgs),
    /// Make a playbook of a filter, its values as parameters
    FromFilter(Box<make::FromFilterArgs>),
    /// Make playbooks of Sigma rules
    Import(Box<make::ImportArgs>),
}

/// Does it.
pub(super) fn run(command: &PlaybookCommand, place: &Place<'_>) -> Result<i32, Failure> {
    match command {
        PlaybookCommand::List(args) => list::run(args, place),
        PlaybookCommand::Show(args) => show::run(args, place),
        PlaybookCommand::Check(args) => check::run(args, place),
        PlaybookCommand::Run(args) => run::run(args, place),
        PlaybookCommand::New(args) => make::new(args, place),
        PlaybookCommand::FromFilter(args) => make::from_filter(args, place),
        PlaybookCommand::Import(args) => make::import(args, place),
    }
}

/// The playbooks there are; tells which of the user's files are none.
fn library(place: &Place<'_>) -> Library {
    let library = library::load(&place.paths);
    for problem in &library.problems {
        place.tell(&format!("note: not a playbook: {problem}"));
    }
    library
}

/// The playbook with an id, or a message that says where to look.
fn named<'a>(library: &'a Library, id: &str) -> Result<&'a Playbook, Failure> {
    let missing = || Failure::Usage(format!("there is no playbook '{id}'; `casebook playbook list` names all of them"));
    library.get(id).ok_or_else(missing)
}

/// Where a playbook comes from, in words.
fn origin(playbook: &Playbook) -> String {
    match &playbook.origin {
        Origin::BuiltIn => "built in".to_owned(),
        Origin::File(path) => path.display().to_string(),
    }
}
