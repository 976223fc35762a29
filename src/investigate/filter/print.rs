//! Prints a filter as the text that reads back as the same filter. What is odd to draw comes out as an escape in quotes.

use std::fmt::{self, Formatter, Write};

use crate::domain::text::is_unfit;

use super::ast::{Node, Pattern, Term, Test};
use super::parse::{CASE_WORDS, is_keyword};

/// Prints a tree.
pub(crate) fn print(node: &Node, f: &mut Formatter<'_>) -> fmt::Result {
    match node {
        Node::All(members) => joined(members, " ", |member| matches!(member, Node::Any(_)), f),
        Node::Any(members) => joined(members, " or ", |_| false, f),
        Node::Not(inner) => {
            f.write_char('-')?;
            member(inner, matches!(**inner, Node::All(_) | Node::Any(_)), f)
        }
        Node::Term(one) => term(one, f),
    }
}

fn joined(members: &[Node], between: &str, in_parentheses: impl Fn(&Node) -> bool, f: &mut Formatter<'_>) -> fmt::Result {
    for (index, node) in members.iter().enumerate() {
        if index > 0 {
            f.write_str(between)?;
        }
        member(node, in_parentheses(node), f)?;
    }
    Ok(())
}

fn member(node: &Node, in_parentheses: bool, f: &mut Formatter<'_>) -> fmt::Result {
    if !in_parentheses {
        return print(node, f);
    }
    f.write_char('(')?;
    print(node, f)?;
    f.write_char(')')
}

fn term(term: &Term, f: &mut Formatter<'_>) -> fmt::Result {
    match &term.test {
        Test::Search(text) => search(text, f),
        Test::Is(name, values) => {
            write!(f, "{}:", field(&name.text))?;
            list(values, f)
        }
        Test::Matches(name, regex) => write!(f, "{}~{}", field(&name.text), quoted(&regex.text)),
        Test::Compares(name, comparison, value) => {
            write!(f, "{}{}{}", field(&name.text), comparison.symbol(), literal(&value.text))
        }
        Test::Label(labels) => {
            f.write_str("label:")?;
            list(labels, f)
        }
        Test::Pinned => f.write_str("pinned:yes"),
        Test::Finding(ids) => {
            let ids: Vec<String> = ids.iter().map(|id| literal(&id.text)).collect();
            write!(f, "finding:{}", ids.join(","))
        }
    }
}

fn search(text: &Pattern, f: &mut Formatter<'_>) -> fmt::Result {
    match text.literal() {
        Some(word) if is_plain(word, "_.@/%#&?[];{}$^+-") && !word.starts_with('-') && !is_keyword(word) => f.write_str(word),
        Some(word) => f.write_str(&quoted(word)),
        // A name in front of a star would be read as one, were it bare: `a:*b`.
        None => f.write_str(&starred(text, quoted)),
    }
}

fn list(values: &[Pattern], f: &mut Formatter<'_>) -> fmt::Result {
    for (index, value) in values.iter().enumerate() {
        if index > 0 {
            f.write_char(',')?;
        }
        match value.literal() {
            Some(text) => f.write_str(&literal(text))?,
            None => f.write_str(&starred(value, literal))?,
        }
    }
    Ok(())
}

fn starred(value: &Pattern, print: impl Fn(&str) -> String) -> String {
    let parts: Vec<String> = value.parts.iter().map(|part| if part.is_empty() { String::new() } else { print(part) }).collect();
    parts.join("*")
}

/// The name of a field, in quotes where it has to be.
pub(crate) fn field(name: &str) -> String {
    if is_plain(name, "_.@/-$") && !name.starts_with('-') && !is_keyword(name) && !CASE_WORDS.contains(&name) {
        name.to_owned()
    } else {
        quoted(name)
    }
}

/// A value without stars, in quotes where it has to be.
pub(crate) fn literal(text: &str) -> String {
    // A `=` in front would become part of a `>` or `<` before it.
    if is_plain(text, "_.@/%#&?[];{}$^+-:=~|'!<>") && !text.starts_with('=') { text.to_owned() } else { quoted(text) }
}

fn is_plain(text: &str, marks: &str) -> bool {
    !text.is_empty()
        && text.chars().all(|character| character.is_alphanumeric() && !is_unfit(character) || marks.contains(character))
}

fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            other if is_unfit(other) => {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{{{:x}}}", other as u32);
            }
            other => out.push(other),
        }
    }
    out.push('"');
    out
}
