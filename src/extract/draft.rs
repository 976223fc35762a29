//! Drafting a profile from what was decided for an extract.

use std::fmt::Write;
use std::path::PathBuf;

use crate::domain::text::is_unfit;
use crate::domain::{Role, SafeText};
use crate::settings::files;
use crate::settings::paths::Paths;

use super::basis::{Basis, SeenColumn};
use super::error::ExtractError;
use super::model::Extract;
use super::profile::{Filling, Profile};

/// Columns at most that a drafted profile must find.
const MUST: usize = 8;
/// Other columns at most that it looks for.
const SHOULD: usize = 24;

/// A profile, as a TOML file, that fills the roles as this extract has them: with the evidence by which such logs are known, how sure
/// each role is and what its values look like. It holds no value of the extract, but its columns' names, which are attacker-written:
/// they are quoted, and what cannot be seen in them is escaped.
pub fn draft_profile(extract: &Extract, name: &str) -> String {
    let basis = &extract.basis;
    let mut draft = String::new();
    // Writing to a String does not fail.
    let _ = write(&mut draft, basis, name);
    draft
}

/// Puts a profile into the user's folder, as `NAME.toml`, and says where that is. One that is there already is replaced only when that
/// is asked for.
///
/// # Errors
/// [`ExtractError::BadProfile`] for a name that is no file name, and for a text that is no profile; [`ExtractError::File`] when the file
/// cannot be written, or is there already.
pub fn save_profile(paths: &Paths, name: &str, text: &str, replace: bool) -> Result<PathBuf, ExtractError> {
    let bad = |reason: String| ExtractError::BadProfile { path: name.to_owned(), reason };
    let is_plain = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_');
    if name.is_empty() || name.len() > 100 || !name.chars().all(is_plain) {
        return Err(bad("the name of a profile is of letters, digits, `-` and `_`, because its file is named after it".into()));
    }
    Profile::parse(text).map_err(bad)?;
    let folder = paths.config.join("profiles");
    files::create_dir(&folder)?;
    let path = folder.join(format!("{name}.toml"));
    if replace {
        files::write_atomic(&path, text.as_bytes())?;
    } else {
        files::write_new(&path, text.as_bytes())?;
    }
    Ok(path)
}

fn write(out: &mut String, basis: &Basis, name: &str) -> std::fmt::Result {
    writeln!(
        out,
        "# Drafted from {} sampled records. Read it, correct it, and say where the names of the fields come from.",
        basis.records
    )?;
    if basis.others > 0 {
        writeln!(out, "# The extract has {} more formats; this is the one with the most records.", basis.others)?;
    }
    writeln!(out, "name = {}", text(name))?;
    writeln!(out, "title = {}", text(name))?;
    writeln!(out, "# A page that documents the fields.\nsource = \"\"\n")?;
    evidence(out, basis)?;
    if !basis.patterns.is_empty() {
        writeln!(out, "# How a line is taken apart: the first pattern that fits it; its named groups are the columns.")?;
        writeln!(out, "[lines]\npatterns = [")?;
        for pattern in &basis.patterns {
            writeln!(out, "    {},", literal(pattern))?;
        }
        writeln!(out, "]\n")?;
    }
    writeln!(
        out,
        "# A role is a column, a path with dots, a list of them (the first that has a value counts), or an expression:"
    )?;
    writeln!(out, "# {{ sql = \"upper(a)\", needs = [\"a\"] }}, with every column that it names in `needs`.\n[roles]")?;
    for role in Role::ALL {
        let Some(seen) = basis.roles.get(&role) else { continue };
        let shape = if seen.shape.is_empty() { String::new() } else { format!("; {}", seen.shape) };
        writeln!(out, "# {}", comment(&format!("{:.2}: {}{shape}", seen.confidence, seen.reason)))?;
        writeln!(out, "{role} = {}", filling(&seen.filling))?;
    }
    let unmapped: Vec<Role> = Role::ALL.into_iter().filter(|role| !basis.roles.contains_key(role)).collect();
    if !unmapped.is_empty() {
        writeln!(out, "\n# Not mapped:")?;
        for role in unmapped {
            writeln!(out, "# {role} = \"\"")?;
        }
    }
    Ok(())
}

fn evidence(out: &mut String, basis: &Basis) -> std::fmt::Result {
    // What fills roles tells most about a log.
    let (used, unused): (Vec<&SeenColumn>, Vec<&SeenColumn>) = basis.columns.iter().partition(|column| column.used);
    let always = |columns: &[&SeenColumn]| -> Vec<String> {
        columns.iter().filter(|column| column.share >= 0.95).map(|column| column.name.clone()).collect()
    };
    let mut must = always(&used);
    if must.len() < MUST {
        must.extend(always(&unused));
    }
    must.truncate(MUST);
    let there = |column: &&&SeenColumn| column.share > 0.05 && !must.contains(&column.name);
    let should: Vec<String> = used.iter().chain(&unused).filter(there).map(|column| column.name.clone()).take(SHOULD).collect();
    writeln!(
        out,
        "# By what such a log is known: columns that nearly all records have, and others of which a third must be there."
    )?;
    if must.is_empty() && basis.patterns.is_empty() {
        writeln!(out, "# No column is in nearly all of the sampled records: name those that tell this log from others.")?;
        must = basis.columns.iter().map(|column| column.name.clone()).take(1).collect();
    }
    writeln!(out, "[evidence]\nmust = {}\nshould = {}", list(&must), list(&should))?;
    writeln!(out, "# What values look like, as regular expressions:\n# values = {{ column = '^\\d+$' }}\n")
}

fn filling(filling: &Filling) -> String {
    match filling {
        Filling::One(name) => text(name),
        Filling::FirstOf(names) => list(names),
        Filling::Sql { sql, needs, note } => {
            let note = if note.is_empty() { String::new() } else { format!(", note = {}", text(note)) };
            format!("{{ needs = {}{note}, sql = {} }}", list(needs), literal(sql))
        }
    }
}

fn list(texts: &[String]) -> String {
    format!("[{}]", texts.iter().map(|one| text(one)).collect::<Vec<_>>().join(", "))
}

/// A basic string of TOML (<https://toml.io/en/v1.0.0#string>); what cannot be seen is escaped.
fn text(value: &str) -> String {
    let mut quoted = String::from("\"");
    for character in value.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            _ if is_unfit(character) => {
                quoted.push_str(&format!("\\U{:08X}", u32::from(character)));
            }
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}

/// A text in which backslashes and quotes stay as they are, where TOML has a string for it.
fn literal(value: &str) -> String {
    let lines = value.split('\n');
    let plain = lines.clone().all(|line| !line.contains(is_unfit)) && !value.contains("'''") && !value.ends_with('\'');
    match lines.count() {
        _ if !plain => text(value),
        1 if !value.contains('\'') => format!("'{value}'"),
        1 => format!("'''{value}'''"),
        // A line break right behind the quotes is not part of the text.
        _ => format!("'''\n{value}'''"),
    }
}

/// A text as one line of a comment.
fn comment(value: &str) -> String {
    SafeText::new(value).as_str().to_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::super::basis::SeenRole;
    use super::super::profile::Profile;
    use super::*;

    fn draft(filled: Filling, column: &str) -> String {
        let role = SeenRole { filling: filled, confidence: 0.9, reason: format!("a\n{column}"), shape: "x".into() };
        let basis = Basis {
            records: 3,
            columns: vec![SeenColumn { name: column.to_owned(), share: 1.0, used: true }],
            roles: BTreeMap::from([(Role::Ip, role)]),
            patterns: vec!["^(?<a>'''\\S+)$".into()],
            ..Basis::default()
        };
        draft_profile(&Extract { basis, ..Extract::default() }, "own")
    }

    #[test]
    fn a_draft_says_what_was_decided_and_what_was_not() {
        let draft = draft(Filling::FirstOf(vec!["a.b".into(), "c".into()]), "a");
        assert!(draft.contains("\nip = [\"a.b\", \"c\"]\n"), "{draft}");
        assert!(draft.contains("# 0.90: a\\na; x\n"), "{draft}");
        assert!(draft.contains("\n# account = \"\"\n"), "{draft}");
        assert!(draft.contains("must = [\"a\"]"), "{draft}");
    }

    proptest! {
        #[test]
        fn any_names_and_expressions_are_read_back_as_they_were(one in any::<String>(), other in any::<String>()) {
            for filling in [
                Filling::One(one.clone()),
                Filling::FirstOf(vec![one.clone(), other.clone()]),
                Filling::Sql { sql: one.clone(), needs: vec![other.clone()], note: String::new() },
            ] {
                let profile = Profile::parse(&draft(filling.clone(), &other));
                prop_assert_eq!(&profile.unwrap().roles[&Role::Ip], &filling);
            }
        }
    }
}
