//! A playbook that is being made: from a Sigma rule, from a view, or as a skeleton to fill in; and the text of its file.

use std::collections::BTreeSet;

use super::ParamValue;
use crate::domain::{Role, Severity};

/// What a file of a playbook is made of.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Draft {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) question: String,
    pub(super) severity: Severity,
    pub(super) entity: Role,
    pub(super) roles: BTreeSet<Role>,
    pub(super) tags: Vec<String>,
    pub(super) references: Vec<String>,
    pub(super) params: Vec<DraftParam>,
    /// Lines of Markdown.
    pub(super) doc: Vec<String>,
    pub(super) sql: String,
}

/// A parameter with its default.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct DraftParam {
    pub(super) name: String,
    pub(super) default: ParamValue,
    pub(super) min: Option<i64>,
    pub(super) help: String,
}

impl Draft {
    /// Adds a parameter and gives its place in the query.
    pub(super) fn bind(params: &mut Vec<DraftParam>, name: &str, default: ParamValue, help: &str) -> String {
        let taken = |name: &str| params.iter().any(|param| param.name == name);
        let name = match taken(name) {
            false => name.to_owned(),
            true => (2..).map(|number| format!("{name}_{number}")).find(|name| !taken(name)).unwrap_or_default(),
        };
        let place = format!("${name}");
        params.push(DraftParam { name, default, min: None, help: line(help) });
        place
    }

    /// The text of the file.
    pub(super) fn file(&self) -> String {
        let mut out = String::new();
        let mut header = |text: String| {
            out.push_str("--");
            if !text.is_empty() {
                out.push(' ');
                out.push_str(&text);
            }
            out.push('\n');
        };
        header(format!("id = {}", quoted(&self.id)));
        header(format!("title = {}", quoted(&line(&self.title))));
        header(format!("question = {}", quoted(&line(&self.question))));
        header(format!("severity = {}", quoted(self.severity.name())));
        header(format!("entity = {}", quoted(self.entity.name())));
        let list = |words: Vec<String>| format!("[{}]", words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(", "));
        // In the order in which roles are always named.
        let roles = Role::ALL.into_iter().filter(|role| self.roles.contains(role)).map(|role| role.name().to_owned());
        header(format!("roles = {}", list(roles.collect())));
        header(format!("tags = {}", list(self.tags.iter().map(|tag| line(tag)).collect())));
        header(format!("references = {}", list(self.references.iter().map(|reference| line(reference)).collect())));
        for param in &self.params {
            header(String::new());
            header(format!("[params.{}]", param.name));
            header(format!("type = {}", quoted(param.default.kind().name())));
            let default = match &param.default {
                ParamValue::Text(text) => quoted(text),
                ParamValue::Real(number) => format!("{number:?}"),
                other => other.to_string(),
            };
            header(format!("default = {default}"));
            if let Some(min) = param.min {
                header(format!("min = {min}"));
            }
            header(format!("help = {}", quoted(&param.help)));
        }
        header("---".to_owned());
        self.doc.iter().flat_map(|text| if text.is_empty() { vec![""] } else { text.lines().collect() }).for_each(|text| {
            header(text.chars().map(|sign| if sign.is_control() { ' ' } else { sign }).collect::<String>().trim_end().to_owned());
        });
        out.push_str(self.sql.trim_end());
        out.push('\n');
        out
    }
}

/// A text in one line, without what no header may hold.
fn line(text: &str) -> String {
    let plain: String = text.chars().map(|sign| if sign.is_control() { ' ' } else { sign }).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A text as TOML writes it: on one line, everything odd escaped.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for sign in text.chars() {
        match sign {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            sign if sign.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(sign))),
            sign => out.push(sign),
        }
    }
    out.push('"');
    out
}

/// An id made of a title: lower-case letters, digits and `-`.
pub(super) fn slug(title: &str) -> String {
    let mut id = String::new();
    for sign in title.chars() {
        if sign.is_ascii_alphanumeric() {
            id.push(sign.to_ascii_lowercase());
        } else if !id.ends_with('-') && !id.is_empty() {
            id.push('-');
        }
        if id.len() >= 60 {
            break;
        }
    }
    id.trim_end_matches('-').to_owned()
}

/// The columns that every playbook gives, for a query with one group an entity.
pub(super) const GROUPED: &str = "    CAST(count(*) AS DOUBLE) AS score,
    count(*) AS requests,
    min(\"time\") AS first_seen,
    max(\"time\") AS last_seen,
    array_to_string(CAST(min(row_id, 5) AS VARCHAR[]), ',') AS examples";
