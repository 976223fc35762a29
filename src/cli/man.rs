//! `casebook man`: the manual page, made from the same tables as the help and the workbench's keys.

use std::io::Write;

use clap::{Command, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use crate::app::command::TABLE;

use super::args::Cli;
use super::failure::Failure;

/// Prints the page.
pub(super) fn run() -> Result<i32, Failure> {
    let page = page()?;
    std::io::stdout().lock().write_all(&page)?;
    Ok(0)
}

/// The page in roff: the program, every command, the keys.
fn page() -> Result<Vec<u8>, std::io::Error> {
    let mut cli = Cli::command();
    cli.build();
    let mut page = Vec::new();
    let man = Man::new(cli.clone()).section("1");
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    man.render_extra_section(&mut page)?;
    for command in cli.get_subcommands().filter(|command| command.get_name() != "help") {
        section(command, &mut page)?;
        for below in command.get_subcommands().filter(|below| below.get_name() != "help") {
            section(below, &mut page)?;
        }
    }
    let mut roff = Roff::new();
    roff.control("SH", ["KEYS"]);
    roff.text([roman("The keys of the workbench, each with the name of its command in brackets.")]);
    for command in TABLE.iter().filter(|command| !command.keys.is_empty()) {
        roff.control("TP", []);
        roff.text([bold(command.keys.join(", "))]);
        roff.text([roman(format!("{} [{}]", command.help, command.id))]);
    }
    roff.to_writer(&mut page)?;
    man.render_version_section(&mut page)?;
    Ok(page)
}

/// One command as a section of the page, its parts as subsections.
fn section(command: &Command, page: &mut Vec<u8>) -> Result<(), std::io::Error> {
    let name = command.get_bin_name().unwrap_or_else(|| command.get_name()).to_uppercase();
    let mut roff = Roff::new();
    roff.control("SH", [name.as_str()]);
    roff.to_writer(page)?;
    let man = Man::new(command.clone());
    let mut parts = Vec::new();
    man.render_description_section(&mut parts)?;
    man.render_synopsis_section(&mut parts)?;
    man.render_options_section(&mut parts)?;
    man.render_extra_section(&mut parts)?;
    let parts = String::from_utf8_lossy(&parts).into_owned();
    for line in parts.lines() {
        match line.strip_prefix(".SH ") {
            Some("DESCRIPTION") => {}
            Some(title) => page.extend_from_slice(format!(".SS {title}\n").as_bytes()),
            // Each part begins with the definitions of its own quotes; once is enough.
            None => page.extend_from_slice(format!("{line}\n").as_bytes()),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_names_every_command_and_every_key() {
        let page = String::from_utf8(page().unwrap()).unwrap();
        for part in ["CASEBOOK TOP", "CASEBOOK CASE VERIFY", "CASEBOOK COMPLETIONS", ".SH KEYS", "\\-\\-filter"] {
            assert!(page.contains(part), "{part} is missing");
        }
        for command in TABLE.iter().filter(|command| !command.keys.is_empty()) {
            assert!(page.contains(&format!("[{}]", command.id.replace('-', "\\-"))), "{} is missing", command.id);
        }
    }
}
