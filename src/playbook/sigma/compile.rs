//! From a rule to SQL: every value of the rule becomes a parameter of the playbook.

use std::collections::BTreeSet;

use crate::domain::{Kind, Role, Timestamp};
use crate::playbook::ParamValue;
use crate::playbook::draft::{Draft, DraftParam, GROUPED, slug};

use super::condition::Expr;
use super::fields::{Column, Fields, quoted};
use super::modifier::Compare;
use super::parse::{Head, Item, Rule, Search};
use super::yaml::Scalar;
use super::{Options, SigmaError};

/// What a query is being built from.
pub(super) struct Builder<'o> {
    pub(super) options: &'o Options<'o>,
    pub(super) params: Vec<DraftParam>,
    pub(super) roles: BTreeSet<Role>,
}

impl<'o> Builder<'o> {
    pub(super) fn new(options: &'o Options<'o>) -> Builder<'o> {
        Builder { options, params: Vec::new(), roles: BTreeSet::new() }
    }

    pub(super) fn bind(&mut self, name: &str, value: ParamValue, help: &str) -> String {
        Draft::bind(&mut self.params, name, value, help)
    }

    /// The column of a field, which the playbook then needs.
    pub(super) fn column(&mut self, field: &str, line: usize, key: &str) -> Result<Column, SigmaError> {
        let column = Fields::find(field, self.options).map_err(|message| SigmaError::new(line, key, message))?;
        self.roles.extend(column.role);
        Ok(column)
    }

    /// A column as it stands, or the value inside it.
    pub(super) fn raw(&mut self, column: &Column) -> String {
        match &column.path {
            None => column.ident.clone(),
            Some(path) => {
                let place = self.bind("path", ParamValue::Text(path.clone()), "Where in the JSON column the value stands.");
                let ident = &column.ident;
                format!(
                    "CASE WHEN json_valid(CAST({ident} AS VARCHAR)) THEN json_extract_string(CAST({ident} AS VARCHAR), {place}) END"
                )
            }
        }
    }

    pub(super) fn text(&mut self, column: &Column) -> String {
        let raw = self.raw(column);
        match column.kind {
            Some(Kind::Text) => raw,
            Some(Kind::Time) => format!("replace(CAST({raw} AS VARCHAR), ' ', 'T') || 'Z'"),
            _ => format!("CAST({raw} AS VARCHAR)"),
        }
    }

    pub(super) fn number(&mut self, column: &Column) -> String {
        let raw = self.raw(column);
        match column.kind {
            Some(Kind::Integer | Kind::Real) => raw,
            _ => format!("TRY_CAST({raw} AS DOUBLE)"),
        }
    }

    /// The kind of entity to accuse, and its column.
    pub(super) fn entity(&mut self, found: Option<Role>, line: usize) -> Result<Role, SigmaError> {
        const USUAL: [Role; 5] = [Role::Account, Role::Key, Role::Ip, Role::Session, Role::Org];
        let has = |role: &Role| self.options.schema.is_none_or(|schema| schema.has(*role));
        let chosen = self.options.entity.or(found).or_else(|| USUAL.into_iter().chain(Role::entities()).find(has));
        let role = chosen.filter(|role| role.is_entity() && has(role)).ok_or_else(|| {
            SigmaError::new(line, "", "this extract names no entity that could be accused; map a column onto account, key or ip")
        })?;
        self.roles.insert(role);
        Ok(role)
    }

    /// The condition of a rule.
    pub(super) fn rule(&mut self, rule: &Rule) -> Result<String, SigmaError> {
        self.expr(&rule.condition, rule)
    }

    fn expr(&mut self, expr: &Expr, rule: &Rule) -> Result<String, SigmaError> {
        let several = |builder: &mut Self, members: &[Expr], between: &str| -> Result<String, SigmaError> {
            let members = members.iter().map(|member| builder.expr(member, rule)).collect::<Result<Vec<_>, _>>()?;
            Ok(joined(&members, between))
        };
        match expr {
            Expr::All(members) => several(self, members, " AND "),
            Expr::Any(members) => several(self, members, " OR "),
            // A row without the value is a row that does not fit.
            Expr::Not(inner) => Ok(format!("({}) IS NOT TRUE", self.expr(inner, rule)?)),
            Expr::Search(name) => match rule.searches.iter().find(|(known, _)| known == name) {
                Some((_, search)) => self.search(search),
                None => Ok("FALSE".to_owned()),
            },
        }
    }

    fn search(&mut self, search: &Search) -> Result<String, SigmaError> {
        let (members, between) = match search {
            Search::Item(item) => return self.item(item),
            Search::All(members) => (members, " AND "),
            Search::Any(members) => (members, " OR "),
        };
        let members = members.iter().map(|member| self.search(member)).collect::<Result<Vec<_>, _>>()?;
        Ok(joined(&members, between))
    }

    fn item(&mut self, item: &Item) -> Result<String, SigmaError> {
        let column = match &item.field {
            Some(field) => Some(self.column(field, item.line, &item.key)?),
            None => None,
        };
        let mut members = Vec::new();
        for (value, line) in &item.values {
            members.push(match &column {
                Some(column) => self.value(item, column, value, *line)?,
                None => self.keyword(item, value, *line)?,
            });
        }
        let whole = joined(&members, if item.modifiers.all { " AND " } else { " OR " });
        Ok(if item.modifiers.negated { format!("({whole}) IS NOT TRUE") } else { whole })
    }

    fn value(&mut self, item: &Item, column: &Column, value: &Scalar, line: usize) -> Result<String, SigmaError> {
        let field = item.field.as_deref().unwrap_or_default();
        let name = param_name(field);
        let help = format!("{} in line {line} of the Sigma rule.", item.key.trim_start_matches("detection."));
        if item.modifiers.field {
            let other = self.column(&value.plain(), line, &item.key)?;
            let (one, two) = (self.text(column), self.text(&other));
            let (one, two) = if item.modifiers.cased { (one, two) } else { (format!("lower({one})"), format!("lower({two})")) };
            return Ok(match item.modifiers.compare {
                Compare::Contains => format!("contains({one}, {two})"),
                Compare::StartsWith => format!("starts_with({one}, {two})"),
                Compare::EndsWith => format!("suffix({one}, {two})"),
                _ => format!("{one} = {two}"),
            });
        }
        match item.modifiers.compare {
            Compare::Exists => {
                let raw = self.raw(column);
                Ok(if *value == Scalar::Boolean(true) { format!("{raw} IS NOT NULL") } else { format!("{raw} IS NULL") })
            }
            Compare::Less => self.ordered(column, "<", value, &name, &help),
            Compare::LessOrEqual => self.ordered(column, "<=", value, &name, &help),
            Compare::Greater => self.ordered(column, ">", value, &name, &help),
            Compare::GreaterOrEqual => self.ordered(column, ">=", value, &name, &help),
            Compare::Cidr => {
                let pattern = crate::investigate::filter::network_pattern(&value.plain()).unwrap_or_default();
                let text = self.text(column);
                let place = self.bind(&name, ParamValue::Text(pattern), &format!("The addresses of {}. {help}", value.plain()));
                Ok(format!("regexp_matches({text}, {place})"))
            }
            Compare::Regex => {
                let text = self.text(column);
                Ok(self.regex(&text, item, value, &name, &help))
            }
            Compare::Equal | Compare::Contains | Compare::StartsWith | Compare::EndsWith => match value {
                Scalar::Null => Ok(format!("{} IS NULL", self.raw(column))),
                Scalar::Boolean(flag) if item.modifiers.compare == Compare::Equal => {
                    let place = self.bind(&name, ParamValue::Text(flag.to_string()), &help);
                    Ok(format!("lower({}) = {place}", self.text(column)))
                }
                Scalar::Integer(number) if item.modifiers.compare == Compare::Equal && is_number(column) => {
                    let place = self.bind(&name, ParamValue::Integer(*number), &help);
                    Ok(format!("{} = {place}", self.raw(column)))
                }
                Scalar::Real(number) if item.modifiers.compare == Compare::Equal => {
                    let place = self.bind(&name, ParamValue::Real(*number), &help);
                    Ok(format!("{} = {place}", self.number(column)))
                }
                value => {
                    let text = self.text(column);
                    Ok(self.pattern(&text, item, &value.plain(), &name, &help))
                }
            },
        }
    }

    fn ordered(&mut self, column: &Column, sign: &str, value: &Scalar, name: &str, help: &str) -> Result<String, SigmaError> {
        Ok(match value {
            Scalar::Integer(number) => {
                let place = self.bind(name, ParamValue::Integer(*number), help);
                format!("{} {sign} {place}", self.number(column))
            }
            Scalar::Real(number) => {
                let place = self.bind(name, ParamValue::Real(*number), help);
                format!("{} {sign} {place}", self.number(column))
            }
            other => {
                let time = other.plain().parse::<Timestamp>().map(|time| time.to_string()).unwrap_or_default();
                let raw = self.raw(column);
                let raw = if column.kind == Some(Kind::Time) { raw } else { format!("TRY_CAST({raw} AS TIMESTAMP)") };
                let place = self.bind(name, ParamValue::Text(time.trim_end_matches('Z').to_owned()), help);
                format!("{raw} {sign} CAST({place} AS TIMESTAMP)")
            }
        })
    }

    fn regex(&mut self, text: &str, item: &Item, value: &Scalar, name: &str, help: &str) -> String {
        let flags = &item.modifiers.flags;
        let pattern = if flags.is_empty() { value.plain() } else { format!("(?{flags}){}", value.plain()) };
        let place = self.bind(name, ParamValue::Text(pattern), help);
        format!("regexp_matches({text}, {place})")
    }

    /// A text, in which `*` and `?` may stand for others.
    fn pattern(&mut self, text: &str, item: &Item, value: &str, name: &str, help: &str) -> String {
        let fold = |expression: String| if item.modifiers.cased { expression } else { format!("lower({expression})") };
        let text = fold(text.to_owned());
        let parts = Wild::read(value);
        if let Some(plain) = parts.plain() {
            let place = fold(self.bind(name, ParamValue::Text(plain), help));
            return match item.modifiers.compare {
                Compare::Contains => format!("contains({text}, {place})"),
                Compare::StartsWith => format!("starts_with({text}, {place})"),
                Compare::EndsWith => format!("suffix({text}, {place})"),
                _ => format!("{text} = {place}"),
            };
        }
        let before = matches!(item.modifiers.compare, Compare::Contains | Compare::EndsWith);
        let after = matches!(item.modifiers.compare, Compare::Contains | Compare::StartsWith);
        let like = format!("{}{}{}", if before { "%" } else { "" }, parts.like(), if after { "%" } else { "" });
        let place = fold(self.bind(name, ParamValue::Text(like), &format!("A pattern of LIKE. {help}")));
        format!("{text} LIKE {place} ESCAPE '\\'")
    }

    /// A value that may stand anywhere in the row.
    fn keyword(&mut self, item: &Item, value: &Scalar, line: usize) -> Result<String, SigmaError> {
        let columns: Vec<String> = match self.options.schema {
            Some(schema) => {
                schema.filled().filter(|column| column.kind.is_textual()).map(|column| quoted(&column.name)).collect()
            }
            None => Role::ALL.into_iter().filter(|role| role.kind() == Kind::Text).map(|role| quoted(role.name())).collect(),
        };
        if *value == Scalar::Null || columns.is_empty() {
            return Err(SigmaError::new(line, &item.key, "there is no text to look for this keyword in"));
        }
        let row = format!("concat_ws(chr(31), {})", columns.join(", "));
        let help = format!("A keyword, line {line} of the Sigma rule.");
        if item.modifiers.compare == Compare::Regex {
            return Ok(self.regex(&row, item, value, "keyword", &help));
        }
        let mut anywhere = item.clone();
        anywhere.modifiers.compare = Compare::Contains;
        Ok(self.pattern(&row, &anywhere, &value.plain(), "keyword", &help))
    }
}

fn is_number(column: &Column) -> bool {
    matches!(column.kind, Some(Kind::Integer | Kind::Real)) && column.path.is_none()
}

fn joined(members: &[String], between: &str) -> String {
    match members {
        [only] => only.clone(),
        several => format!("({})", several.join(between)),
    }
}

/// The name of a parameter for a field.
fn param_name(field: &str) -> String {
    let last = field.rsplit('.').next().unwrap_or(field);
    let name: String =
        last.chars().map(|sign| if sign.is_ascii_alphanumeric() { sign.to_ascii_lowercase() } else { '_' }).collect();
    match name.chars().next() {
        Some(first) if first.is_ascii_lowercase() => name,
        _ => format!("v_{name}"),
    }
}

/// A value of a rule: texts with `*` and `?` between them.
struct Wild(Vec<Part>);

enum Part {
    Text(char),
    Any,
    One,
}

impl Wild {
    /// `\*`, `\?` and `\\` stand for the signs themselves; any other `\` is one.
    fn read(value: &str) -> Wild {
        let mut parts = Vec::new();
        let mut signs = value.chars().peekable();
        while let Some(sign) = signs.next() {
            parts.push(match sign {
                '*' => Part::Any,
                '?' => Part::One,
                '\\' => Part::Text(signs.next_if(|next| matches!(next, '*' | '?' | '\\')).unwrap_or('\\')),
                other => Part::Text(other),
            });
        }
        Wild(parts)
    }

    /// The text, where it is nothing else.
    fn plain(&self) -> Option<String> {
        self.0.iter().map(|part| if let Part::Text(sign) = part { Some(*sign) } else { None }).collect()
    }

    fn like(&self) -> String {
        let mut out = String::new();
        for part in &self.0 {
            match part {
                Part::Any => out.push('%'),
                Part::One => out.push('_'),
                Part::Text(sign) => {
                    if matches!(sign, '%' | '_' | '\\') {
                        out.push('\\');
                    }
                    out.push(*sign);
                }
            }
        }
        out
    }
}

/// The playbook of a rule over single rows.
pub(super) fn rule(rule: &Rule, options: &Options<'_>) -> Result<Draft, SigmaError> {
    let mut builder = Builder::new(options);
    let condition = builder.rule(rule)?;
    let entity = builder.entity(None, rule.head.line)?;
    let ident = quoted(entity.name());
    let sql = format!(
        "SELECT\n    {ident} AS entity,\n{GROUPED}\nFROM requests\nWHERE {ident} IS NOT NULL\n    AND {condition}\nGROUP BY {ident}\n\
         ORDER BY score DESC, entity"
    );
    let how = format!(
        "**How.** Counts the rows that the detection fits, for each {entity}. The score is that count; the examples are the first of them. Rows \
         without a value for {entity} are left out."
    );
    Ok(draft(&rule.head, builder, entity, how, sql))
}

/// The parts that every playbook of a rule has.
pub(super) fn draft(head: &Head, builder: Builder<'_>, entity: Role, how: String, sql: String) -> Draft {
    let mut doc =
        vec![format!("**What it finds.** {}", if head.description.is_empty() { &head.title } else { &head.description })];
    doc.extend([String::new(), how, String::new()]);
    let mistakes =
        if head.false_positives.is_empty() { "The rule names none.".to_owned() } else { head.false_positives.join("; ") };
    doc.extend([format!("**What it mistakes.** {mistakes}"), String::new()]);
    doc.push(format!("**Next.** The requests of the {entity}, then what else shares rows with it."));
    let id = if head.id.is_empty() { String::new() } else { format!(" ({})", head.id) };
    let author = if head.author.is_empty() { String::new() } else { format!(" by {}", head.author) };
    doc.extend([String::new(), format!("Imported from the Sigma rule \"{}\"{id}{author}.", head.title)]);
    let id = format!("sigma-{}", slug(&head.title));
    let mut tags = vec!["sigma".to_owned()];
    tags.extend(head.tags.iter().cloned());
    Draft {
        id: id.trim_end_matches('-').to_owned(),
        title: head.title.clone(),
        question: format!("Which {entity} does the Sigma rule \"{}\" fit?", head.title),
        severity: head.severity,
        entity,
        roles: builder.roles,
        tags,
        references: head.references.clone(),
        params: builder.params,
        doc,
        sql,
    }
}
