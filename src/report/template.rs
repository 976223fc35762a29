//! Templates: reports for people are written in minijinja, with every text escaped for its form unless a filter says what it is.
//!
//! The templates `report.md` and `report.html` are compiled in; `CONFIG/templates/` overrides them, and `--template` takes any file. A
//! template sees the members of the dossier (`schema.json` describes them) and beside them `summary` (sentences), `entity_groups` (heading
//! and entities, by role) and, for HTML, `charts` (`timeline`, `histogram`, `links`: pictures, or nothing). Values from logs are data to a
//! template: no `{{` in them is ever read.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior, context};

use crate::settings::paths::Paths;

use super::Format;
use super::charts::{self, Charts};
use super::dossier::Dossier;
use super::{escape, html, words};

/// The template of the report in Markdown.
pub const MARKDOWN: &str = include_str!("templates/report.md");
/// The template of the report in HTML.
pub const HTML: &str = include_str!("templates/report.html");

/// A template of an analyst's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// What it is called in messages.
    pub name: String,
    /// Its text.
    pub source: String,
}

/// What is wrong with a template, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name}, line {line}: {what}")]
pub struct TemplateError {
    /// The template's name.
    pub name: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub what: String,
}

/// The analyst's own template for a form, where there is one in the configuration folder.
pub fn own(format: Format, paths: &Paths) -> Result<Option<Template>, TemplateError> {
    let Some(name) = format.template() else { return Ok(None) };
    let path = paths.templates().join(name);
    let name = path.display().to_string();
    match std::fs::read_to_string(&path) {
        Ok(source) => Ok(Some(Template { name, source })),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(TemplateError { name, line: 1, what: format!("cannot be read: {error}") }),
    }
}

/// For whom text is escaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Readers {
    /// Markdown.
    Markdown,
    /// HTML.
    Html,
}

const MARKDOWN_ESCAPE: &str = "markdown";

/// Renders a dossier by a template.
pub(super) fn render(dossier: &Dossier, template: &Template, readers: Readers) -> Result<String, TemplateError> {
    let environment = environment(readers);
    let wrong = |error: Error| TemplateError {
        name: template.name.clone(),
        line: error.line().unwrap_or(1),
        what: match error.detail() {
            Some(detail) => format!("{}: {detail}", error.kind()),
            None => error.kind().to_string(),
        },
    };
    let groups: Vec<Value> = words::groups(&dossier.entities)
        .into_iter()
        .map(|(heading, entities)| context! { heading, entities => Serde(entities) })
        .collect();
    let charts = match readers {
        Readers::Html => charts::draw(dossier),
        Readers::Markdown => Charts::default(),
    };
    let charts = context! {
        timeline => Value::from_safe_string(charts.timeline),
        histogram => Value::from_safe_string(charts.histogram),
        links => Value::from_safe_string(charts.links),
    };
    let context = context! {
        summary => words::summary(dossier),
        entity_groups => groups,
        charts,
        ..Value::from(Serde(dossier)),
    };
    let read = environment.template_from_named_str(&template.name, &template.source).map_err(wrong)?;
    read.render(context).map_err(wrong)
}

fn environment<'a>(readers: Readers) -> Environment<'a> {
    let mut environment = Environment::new();
    // The delimiters are the usual ones, so this cannot fail.
    if let Ok(syntax) = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build() {
        environment.set_syntax(syntax);
    }
    // A name that is written wrongly is a mistake with a line, not an empty place.
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(move |_| match readers {
        Readers::Markdown => AutoEscape::Custom(MARKDOWN_ESCAPE.into()),
        Readers::Html => AutoEscape::Html,
    });
    environment.set_formatter(format);
    environment.add_filter("text", |state: &State<'_, '_>, value: String| safe(as_text(state, &value)));
    environment.add_filter("code", |state: &State<'_, '_>, value: String| {
        safe(if is_html(state) { html::code(&value) } else { escape::code(&value) })
    });
    environment.add_filter("short", |state: &State<'_, '_>, value: String| {
        let value = words::short(&value);
        safe(if is_html(state) { html::code(value) } else { escape::code(value) })
    });
    environment.add_filter("block", |state: &State<'_, '_>, value: String, language: Option<String>| {
        let language = language.unwrap_or_default();
        let made = if is_html(state) { html::block(&value) } else { escape::block(&value, &language) };
        safe(made.trim_end_matches('\n').to_owned())
    });
    environment.add_filter("quote", |state: &State<'_, '_>, value: String| {
        let made = if is_html(state) { html::quote(&value) } else { escape::quote(&value) };
        safe(made.trim_end_matches('\n').to_owned())
    });
    environment.add_filter("line", |value: String| value.split_whitespace().collect::<Vec<_>>().join(" "));
    environment.add_filter("words", |value: String| value.replace('_', " "));
    environment.add_filter("blank", |value: String| value.trim().is_empty());
    environment.add_filter("excerpt", |value: String, most: usize| value.chars().take(most).collect::<String>());
    environment.add_filter("many", |number: usize, one: String, more: String| words::many(number, &one, &more));
    environment
}

fn safe(made: String) -> Value {
    Value::from_safe_string(made)
}

fn is_html(state: &State<'_, '_>) -> bool {
    matches!(state.auto_escape(), AutoEscape::Html)
}

fn as_text(state: &State<'_, '_>, value: &str) -> String {
    if is_html(state) { html::text(value) } else { escape::text(value) }
}

/// Writes a value into the report: what a filter made as it is, everything else as text of its form. Escaping cannot be switched off by
/// `{% autoescape false %}`; `safe` is for what a template itself writes.
fn format(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    if value.is_undefined() || value.is_none() {
        return Ok(());
    }
    let text = value.to_string();
    let made = if value.is_safe() || value.is_number() { text } else { as_text(state, &text) };
    out.write_str(&made).map_err(|error| Error::new(ErrorKind::WriteFailure, error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn render_text(source: &str, readers: Readers) -> Result<String, TemplateError> {
        let template = Template { name: "own.md".into(), source: source.into() };
        super::render(&crate::report::tests::dossier("acct_17 {{ 7 * 7 }} <b>"), &template, readers)
    }

    #[test]
    fn text_is_escaped_for_its_readers_and_never_read_as_a_template() {
        let source = "{{ case.title }}|{{ case.title|code }}|{{ 2|many('row', 'rows') }}";
        let markdown = render_text(source, Readers::Markdown).unwrap();
        assert_eq!(markdown, "acct\\_17 \\{\\{ 7 \\* 7 \\}\\} &lt;b&gt;|`acct_17 {{ 7 * 7 }} <b>`|2 rows");
        let html = render_text(source, Readers::Html).unwrap();
        assert_eq!(html, "acct_17 {{ 7 * 7 }} &lt;b&gt;|<code>acct_17 {{ 7 * 7 }} &lt;b&gt;</code>|2 rows");
        let off = render_text("{% autoescape false %}{{ case.title }}{% endautoescape %}", Readers::Html).unwrap();
        assert!(!off.contains("<b>"), "{off}");
    }

    #[test]
    fn a_mistake_names_its_line() {
        let error = render_text("one\n{% for x in findings %}\n{{ x.titel }}\n{% endfor %}", Readers::Markdown).unwrap_err();
        assert_eq!((error.name.as_str(), error.line), ("own.md", 3));
        let error = render_text("one\n\n{% if %}", Readers::Markdown).unwrap_err();
        assert_eq!(error.line, 3, "{error}");
        assert!(render_text("{% include '/etc/passwd' %}", Readers::Markdown).is_err());
    }
}
