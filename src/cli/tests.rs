//! The command line as it is defined: sound, explained, with examples that work.

use clap::{Command, CommandFactory, Parser};

use super::args::Cli;

fn commands(command: &Command, found: &mut Vec<Command>) {
    found.push(command.clone());
    for below in command.get_subcommands().filter(|below| below.get_name() != "help") {
        commands(below, found);
    }
}

fn all() -> Vec<Command> {
    let mut cli = Cli::command();
    cli.build();
    let mut found = Vec::new();
    commands(&cli, &mut found);
    found
}

/// Splits as a POSIX shell does, as far as the examples need it: quotes, a backslash before a line's end, what follows a `|`, `<` or `>`
/// is not the command's.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quoted = false;
    for character in line.chars() {
        match character {
            '\'' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            '|' | '>' | '<' if !quoted => break,
            ' ' if !quoted => words.extend(word.take()),
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    words
}

#[test]
fn the_definitions_are_sound() {
    Cli::command().debug_assert();
}

#[test]
fn every_help_has_examples_and_every_example_can_be_written() {
    for command in all() {
        let name = command.get_bin_name().unwrap_or_else(|| command.get_name()).to_owned();
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        let help = help.replace("\\\n", " ");
        let examples: Vec<&str> = help.lines().map(str::trim).filter(|line| line.starts_with("casebook ")).collect();
        assert!(!examples.is_empty(), "`{name} --help` has no example");
        for example in examples {
            if let Err(error) = Cli::try_parse_from(words(example)) {
                panic!("an example of `{name} --help` is wrong: {example}\n{error}");
            }
        }
    }
}

#[test]
fn every_argument_has_a_help() {
    for command in all() {
        for argument in command.get_arguments() {
            assert!(argument.get_help().is_some(), "{} {} has no help", command.get_name(), argument.get_id());
        }
    }
}

#[test]
fn what_is_not_a_command_is_an_extract() {
    let cli = Cli::try_parse_from(["casebook", "--map", "account=user", "a.csv", "b.csv"]).unwrap();
    assert_eq!(cli.extracts, ["a.csv", "b.csv"]);
    assert!(cli.command.is_none());
    let cli = Cli::try_parse_from(["casebook", "./demo"]).unwrap();
    assert_eq!(cli.extracts, ["./demo"]);
}
