//! `casebook completions`: the completions of a shell.

use std::io::Write;

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::args::Cli;
use super::failure::Failure;

/// Which shell.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  casebook completions bash > ~/.local/share/bash-completion/completions/casebook
  casebook completions zsh > ~/.zfunc/_casebook
  casebook completions fish > ~/.config/fish/completions/casebook.fish")]
pub(super) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    shell: Shell,
}

/// Prints the completions.
pub(super) fn run(args: &CompletionsArgs) -> Result<i32, Failure> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "casebook", &mut text);
    std::io::stdout().lock().write_all(&text)?;
    Ok(0)
}
