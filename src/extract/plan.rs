//! From the columns of the sources to the columns of `requests`: how each role is filled, and which own columns stay beside them.

use std::collections::{BTreeMap, HashSet};

use crate::domain::{Column, Kind, Role, Schema};
use crate::engine::{Dialect, Statement};

use super::csv::distinct;
use super::error::ExtractError;
use super::model::Mapping;
use super::profile::{Filling, Profile, nearest};
use super::reader::LABEL;
use super::sample::Sample;
use super::scan::KeyStat;
use super::shapes::is_dressed_ip;
use super::{expr, guess};

/// A column of a source as the engine reads it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RawColumn {
    /// Its name: that of the extract, unique without regard to case.
    pub(super) name: String,
    /// The SQL that gives it, over the reader.
    pub(super) sql: String,
    pub(super) kind: Kind,
    /// Whether every value is a JSON object or array.
    pub(super) nested: bool,
    /// Whether the extract has it: a profile may name one that it does not.
    pub(super) real: bool,
    /// The type as which the engine is told to read it, for readers that are told.
    pub(super) declared: Option<&'static str>,
}

impl RawColumn {
    /// The column of a JSON key.
    pub(super) fn of_key(place: usize, stat: &KeyStat, taken: &mut HashSet<String>) -> RawColumn {
        let scalars = [stat.booleans, stat.integers, stat.longs, stat.reals, stat.texts];
        let [booleans, integers, longs, reals, texts] = scalars.map(|count| count > 0);
        let kind = match (stat.nested > 0, booleans, integers || reals, longs || texts) {
            (true, false, false, false) => Kind::Json,
            (false, true, false, false) => Kind::Boolean,
            (false, false, true, false) if !reals => Kind::Integer,
            // A float would round whole numbers of so many digits.
            (false, false, true, false) if stat.wide > 0 => Kind::Text,
            (false, false, true, false) => Kind::Real,
            _ => Kind::Text,
        };
        RawColumn {
            name: distinct(&stat.name, taken),
            sql: format!("k{place}"),
            kind,
            nested: kind == Kind::Json,
            real: true,
            declared: Some(match kind {
                Kind::Integer => "BIGINT",
                Kind::Real => "DOUBLE",
                Kind::Boolean => "BOOLEAN",
                _ => "VARCHAR",
            }),
        }
    }

    /// A column that a profile's expression names and the extract does not have.
    fn absent(name: &str) -> RawColumn {
        RawColumn {
            name: name.to_owned(),
            sql: "CAST(NULL AS VARCHAR)".into(),
            kind: Kind::Text,
            nested: false,
            real: false,
            declared: None,
        }
    }
}

/// What a role is made of.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Made {
    /// A column, by its place.
    Column(usize),
    /// A value inside a JSON column, by its JSON pointer.
    Path { column: usize, pointer: String },
    /// An address without the port or the brackets around it.
    Bare(Box<Made>),
    /// The first that is not empty.
    FirstOf(Vec<Made>),
    /// An SQL expression over the columns' names.
    Sql(String),
}

impl Made {
    /// Whether it reads the column at this place, which has this name. Of an expression any word counts.
    pub(super) fn reads(&self, place: usize, name: &str) -> bool {
        match self {
            Made::Column(column) | Made::Path { column, .. } => *column == place,
            Made::Bare(inner) => inner.reads(place, name),
            Made::FirstOf(all) => all.iter().any(|made| made.reads(place, name)),
            Made::Sql(sql) => {
                let mut words = sql.split(|character: char| !character.is_alphanumeric() && character != '_');
                sql.contains(&format!("\"{name}\"")) || words.any(|word| word.eq_ignore_ascii_case(name))
            }
        }
    }
}

/// A role that is filled.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Filled {
    pub(super) made: Made,
    /// As a profile would say it.
    pub(super) filling: Filling,
    pub(super) mapping: Mapping,
}

/// Sources that share their columns and their mapping.
#[derive(Debug, Clone, Default)]
pub(super) struct Group {
    pub(super) columns: Vec<RawColumn>,
    /// The profile by which the roles are filled.
    pub(super) profile: Option<String>,
    pub(super) roles: BTreeMap<Role, Filled>,
    /// Columns that stay beside the role that they fill, because the role cannot hold all of their values.
    pub(super) keep: HashSet<usize>,
}

impl Group {
    /// Fills the roles as the profile says, and without a profile as the guesser does.
    pub(super) fn map_roles(&mut self, profile: Option<&Profile>, sample: &Sample) {
        self.profile = profile.map(|profile| profile.name.clone());
        match profile {
            Some(profile) => self.apply_profile(profile),
            None => {
                for (role, mapping) in guess::guess(sample) {
                    if let Some((made, filling)) = resolve_all(&mapping.source, &self.columns) {
                        self.roles.insert(role, Filled { made, filling, mapping });
                    }
                }
            }
        }
    }

    /// Fills a role as the analyst says: with a column, a path or an SQL expression; with nothing when the text is empty.
    pub(super) fn map_by_hand(&mut self, (role, text): &(Role, String)) -> Result<(), ExtractError> {
        if text.is_empty() {
            self.roles.remove(role);
            return Ok(());
        }
        let (made, filling) = match resolve_all(text, &self.columns) {
            Some(found) => found,
            None if looks_like_a_name(text) => {
                let names: Vec<&str> =
                    self.columns.iter().filter(|column| column.real).map(|column| column.name.as_str()).collect();
                let near = nearest(text, &names).map(|name| format!("; did you mean '{name}'?")).unwrap_or_else(|| ".".into());
                let reason = format!("the extract has no column '{text}'{near} Its columns are {}", names.join(", "));
                return Err(ExtractError::BadMap { role: *role, source_text: text.clone(), reason });
            }
            None => {
                let made = Made::Sql(text.clone());
                let real =
                    self.columns.iter().enumerate().filter(|(place, column)| column.real && made.reads(*place, &column.name));
                let needs = real.map(|(_, column)| column.name.clone()).collect();
                (made, Filling::Sql { sql: text.clone(), needs, note: String::new() })
            }
        };
        let mapping = Mapping { source: text.clone(), confidence: 1.0, reason: "set with --map".into() };
        self.roles.insert(*role, Filled { made, filling, mapping });
        Ok(())
    }

    /// Where the sample shows addresses with a port or in brackets, has the role hold the bare ones: CIDR filters and pivots need them.
    /// The column as it was stays beside it.
    pub(super) fn bare_addresses(&mut self, sample: &Sample) {
        let Some(filled) = self.roles.get_mut(&Role::Ip) else { return };
        let names = match &filled.filling {
            Filling::One(name) => std::slice::from_ref(name),
            Filling::FirstOf(names) => names.as_slice(),
            Filling::Sql { .. } => return,
        };
        let is_dressed =
            |name: &String| sample.field(name).is_some_and(|field| field.values.iter().any(|value| is_dressed_ip(value)));
        if names.iter().any(is_dressed) {
            let made = std::mem::replace(&mut filled.made, Made::FirstOf(Vec::new()));
            filled.made = Made::Bare(Box::new(made));
            filled.mapping.reason.push_str("; without the port or the brackets that some have, which stay beside it");
        }
    }

    fn apply_profile(&mut self, profile: &Profile) {
        for (role, filling) in &profile.roles {
            let mut reason = format!("the profile {} says so", profile.name);
            let (made, source) = match filling {
                Filling::One(text) => (resolve(text, &self.columns), text.clone()),
                Filling::FirstOf(texts) => {
                    let there: Vec<(Made, &String)> =
                        texts.iter().filter_map(|text| resolve(text, &self.columns).map(|made| (made, text))).collect();
                    let source = there.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>().join(ELSE);
                    let mut made: Vec<Made> = there.into_iter().map(|(made, _)| made).collect();
                    (if made.len() > 1 { Some(Made::FirstOf(made)) } else { made.pop() }, source)
                }
                Filling::Sql { sql, needs, note } => {
                    if !note.is_empty() {
                        reason = format!("{reason}; {note}");
                    }
                    let there = needs.is_empty() || needs.iter().any(|name| self.has(name));
                    for name in needs {
                        if !self.has(name) {
                            self.columns.push(RawColumn::absent(name));
                        }
                    }
                    (there.then(|| Made::Sql(sql.clone())), sql.split_whitespace().collect::<Vec<_>>().join(" "))
                }
            };
            let Some(made) = made else { continue };
            let mapping = Mapping { source, confidence: 1.0, reason };
            self.roles.insert(*role, Filled { made, filling: filling.clone(), mapping });
        }
    }

    fn has(&self, name: &str) -> bool {
        self.columns.iter().any(|column| column.name == name)
    }

    /// Whether a column fills a sensitive role, or a part of it does.
    fn is_sensitive(&self, place: usize) -> bool {
        let name = self.columns.get(place).map(|column| column.name.as_str()).unwrap_or_default();
        self.roles.iter().any(|(role, filled)| role.is_sensitive() && filled.made.reads(place, name))
    }

    /// The column that stands in a role just as it is, so that it need not be stored twice.
    pub(super) fn stands_in(&self, place: usize) -> Option<Role> {
        if self.keep.contains(&place) {
            return None;
        }
        self.roles.iter().find(|(_, filled)| filled.made == Made::Column(place)).map(|(role, _)| *role)
    }
}

/// The column or path that a text names.
pub(super) fn resolve(text: &str, columns: &[RawColumn]) -> Option<Made> {
    let find = |name: &str| {
        let place = |fits: &dyn Fn(&str) -> bool| columns.iter().position(|column| column.real && fits(&column.name));
        place(&|known| known == name).or_else(|| place(&|known| known.eq_ignore_ascii_case(name)))
    };
    if let Some(column) = find(text) {
        return Some(Made::Column(column));
    }
    // The longest column name with a path after it: names may hold dots themselves.
    let mut ends: Vec<usize> =
        text.char_indices().filter(|(_, character)| matches!(character, '.' | '[')).map(|(at, _)| at).collect();
    ends.reverse();
    ends.into_iter().find_map(|end| {
        let column = find(text.get(..end)?)?;
        let kind = columns.get(column)?.kind;
        let pointer = pointer(text.get(end..)?)?;
        matches!(kind, Kind::Json | Kind::Text).then_some(Made::Path { column, pointer })
    })
}

/// What stands between several columns or paths of which the first that has a value counts.
pub(super) const ELSE: &str = ", else ";

/// The column or path that a text names, or several of them: `a, else b.c`.
pub(super) fn resolve_all(text: &str, columns: &[RawColumn]) -> Option<(Made, Filling)> {
    let one = resolve(text, columns).map(|made| (made, Filling::One(text.to_owned())));
    // A path could go on behind the words, but is not meant to.
    if !text.contains(ELSE) || matches!(one, Some((Made::Column(_), _))) {
        return one;
    }
    let names: Vec<&str> = text.split(ELSE).map(str::trim).collect();
    let all: Option<Vec<Made>> = names.iter().map(|name| resolve(name, columns)).collect();
    let filling = Filling::FirstOf(names.iter().map(|name| (*name).to_owned()).collect());
    all.map(|all| (Made::FirstOf(all), filling)).or(one)
}

/// The JSON pointer (RFC 6901) of a path such as `.a.b[0]`.
fn pointer(path: &str) -> Option<String> {
    let mut pointer = String::new();
    let mut rest = path;
    while !rest.is_empty() {
        let step;
        if let Some(after) = rest.strip_prefix('[') {
            let (index, tail) = after.split_once(']')?;
            step = index.trim_matches(['"', '\'']);
            rest = tail;
        } else {
            let after = rest.strip_prefix('.')?;
            let end = after.find(['.', '[']).unwrap_or(after.len());
            step = after.get(..end)?;
            rest = after.get(end..)?;
        }
        if step.is_empty() {
            return None;
        }
        pointer.push('/');
        pointer.push_str(&step.replace('~', "~0").replace('/', "~1"));
    }
    (!pointer.is_empty()).then_some(pointer)
}

/// Whether a text that names no column was meant to: it has none of the signs of an expression.
pub(super) fn looks_like_a_name(text: &str) -> bool {
    !text.is_empty()
        && text.chars().all(|character| character.is_alphanumeric() || matches!(character, '_' | '-' | '.' | '[' | ']'))
}

/// Where an own column of `requests` comes from in each group: the place of the raw column.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Own {
    pub(super) column: Column,
    pub(super) places: Vec<Option<usize>>,
}

/// The columns of `requests` beside the roles: those of all groups, in the order in which they were seen.
pub(super) fn own_columns(groups: &[Group]) -> Vec<Own> {
    let mut taken: HashSet<String> = Role::ALL.iter().map(|role| role.name().to_owned()).collect();
    taken.insert(Schema::ROW_ID.to_owned());
    taken.insert(Schema::SOURCE.to_owned());
    let mut owns: Vec<Own> = Vec::new();
    let mut found = std::collections::HashMap::new();
    for (at, group) in groups.iter().enumerate() {
        for (place, raw) in group.columns.iter().enumerate() {
            if !raw.real || group.stands_in(place).is_some() {
                continue;
            }
            let index = *found.entry(raw.name.clone()).or_insert_with(|| {
                let column = Column::own(String::new(), raw.kind, raw.name.clone());
                owns.push(Own { column, places: vec![None; groups.len()] });
                owns.len() - 1
            });
            let Some(own) = owns.get_mut(index) else { continue };
            own.column.sensitive |= group.is_sensitive(place);
            if own.column.kind != raw.kind {
                own.column.kind = common(own.column.kind, raw.kind);
            }
            if let Some(slot) = own.places.get_mut(at) {
                *slot = Some(place);
            }
        }
    }
    for own in &mut owns {
        own.column.name = distinct(own.column.source.as_deref().unwrap_or_default(), &mut taken);
    }
    owns
}

/// The kind that holds values of both kinds.
fn common(one: Kind, other: Kind) -> Kind {
    match (one, other) {
        (Kind::Integer, Kind::Real) | (Kind::Real, Kind::Integer) => Kind::Real,
        _ => Kind::Text,
    }
}

/// How each role is filled, over all groups: where they differ, what each profile says.
pub(super) fn roles(groups: &[Group]) -> BTreeMap<Role, Mapping> {
    let mut roles = BTreeMap::new();
    for role in Role::ALL {
        let filled: Vec<(&str, &Mapping)> = groups
            .iter()
            .filter_map(|group| Some((group.profile.as_deref().unwrap_or("guessed"), &group.roles.get(&role)?.mapping)))
            .collect();
        let Some((_, first)) = filled.first() else { continue };
        let mut mapping = (*first).clone();
        if filled.iter().any(|(_, other)| other.source != first.source) {
            let mut said: Vec<String> =
                filled.iter().map(|(profile, mapping)| format!("{profile}: {}", mapping.source)).collect();
            said.dedup();
            mapping.source = said.join("; ");
            mapping.confidence = filled.iter().map(|(_, mapping)| mapping.confidence).fold(1.0, f64::min);
            mapping.reason = "the records are of several formats, and each has its own".into();
        } else if filled.iter().any(|(_, other)| other.confidence < first.confidence) {
            mapping.confidence = filled.iter().map(|(_, mapping)| mapping.confidence).fold(1.0, f64::min);
        }
        roles.insert(role, mapping);
    }
    roles
}

/// The schema of `requests`.
pub(super) fn schema(groups: &[Group], owns: &[Own]) -> Schema {
    let mut columns: Vec<Column> = Role::ALL
        .into_iter()
        .map(|role| {
            let source = groups.iter().find_map(|group| group.roles.get(&role)).map(|filled| filled.mapping.source.clone());
            Column::of_role(role, source)
        })
        .collect();
    columns.extend(owns.iter().map(|own| own.column.clone()));
    columns.push(Column::own(Schema::SOURCE, Kind::Text, "file name"));
    Schema { columns }
}

/// A column beside a role whose values may not all fit it: it takes the ones that do not, so that they are noticed while everything is
/// read once.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Leftover {
    pub(super) group: usize,
    pub(super) place: usize,
    pub(super) role: Role,
    /// Its name in `requests` for the time of the load.
    pub(super) name: String,
}

/// The columns for what may not fit.
pub(super) fn leftovers(groups: &[Group]) -> Vec<Leftover> {
    let mut all = Vec::new();
    for (at, group) in groups.iter().enumerate() {
        for (place, raw) in group.columns.iter().enumerate() {
            let Some(role) = group.stands_in(place) else { continue };
            let fits = match (raw.kind, role.kind()) {
                (_, Kind::Text) | (Kind::Integer, Kind::Time | Kind::Real) => true,
                (raw, wanted) => raw == wanted,
            };
            if !fits {
                all.push(Leftover { group: at, place, role, name: format!("casebook_leftover_{at}_{place}") });
            }
        }
    }
    all
}

/// The SQL of every column of `requests` for the rows of one group, in the order of the schema, then of the leftovers.
pub(super) fn projection(
    group: &Group,
    at: usize,
    owns: &[Own],
    leftovers: &[Leftover],
    statement: &mut Statement,
    dialect: &dyn Dialect,
) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for role in Role::ALL {
        all.push(match group.roles.get(&role) {
            Some(filled) => expr::role(role, &filled.made, &group.columns, statement, dialect),
            None => format!("CAST(NULL AS {})", dialect.type_name(role.kind())),
        });
    }
    for own in owns {
        let raw = own.places.get(at).copied().flatten().and_then(|place| group.columns.get(place));
        all.push(match raw {
            Some(raw) => expr::own(raw, own.column.kind, dialect),
            None => format!("CAST(NULL AS {})", dialect.type_name(own.column.kind)),
        });
    }
    all.push(format!("{}.{LABEL}", expr::RAW));
    for leftover in leftovers {
        let raw = group.columns.get(leftover.place).filter(|_| leftover.group == at);
        let role = Role::ALL.iter().position(|role| *role == leftover.role).and_then(|place| all.get(place).cloned());
        all.push(match (raw, role) {
            (Some(raw), Some(role)) => expr::leftover(&role, raw, dialect),
            _ => "CAST(NULL AS VARCHAR)".into(),
        });
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(name: &str, kind: Kind) -> RawColumn {
        RawColumn { name: name.into(), sql: "k".into(), kind, nested: kind == Kind::Json, real: true, declared: None }
    }

    #[test]
    fn texts_are_resolved_to_columns_and_paths() {
        let columns = [raw("a", Kind::Json), raw("a.b", Kind::Json), raw("n", Kind::Integer), raw("Host", Kind::Text)];
        assert_eq!(resolve("a", &columns), Some(Made::Column(0)));
        assert_eq!(resolve("a.b", &columns), Some(Made::Column(1)));
        assert_eq!(resolve("a.b.c", &columns), Some(Made::Path { column: 1, pointer: "/c".into() }));
        assert_eq!(resolve("a.x[0].y/z", &columns), Some(Made::Path { column: 0, pointer: "/x/0/y~1z".into() }));
        assert_eq!(resolve("host", &columns), Some(Made::Column(3)));
        assert_eq!(resolve("n.x", &columns), None);
        assert_eq!(resolve("a..b", &columns), None);
        assert_eq!(resolve("upper(a)", &columns), None);
    }

    #[test]
    fn own_columns_keep_clear_of_roles_and_of_what_fills_them() {
        let mut group = Group {
            columns: vec![
                raw("when", Kind::Text),
                raw("model", Kind::Text),
                raw("row_id", Kind::Integer),
                raw("source", Kind::Text),
            ],
            ..Group::default()
        };
        group.map_by_hand(&(Role::Time, "when".into())).unwrap();
        let owns = own_columns(std::slice::from_ref(&group));
        let names: Vec<&str> = owns.iter().map(|own| own.column.name.as_str()).collect();
        assert_eq!(names, ["model_2", "row_id_2", "source_2"]);
        let schema = schema(&[group], &owns);
        assert_eq!(schema.column("when").unwrap().role, Some(Role::Time));
        assert_eq!(schema.columns.len(), Role::ALL.len() + 4);
    }

    #[test]
    fn what_fills_a_sensitive_role_is_sensitive_itself() {
        let mut group = Group {
            columns: vec![raw("input", Kind::Json), raw("body", Kind::Text), raw("other", Kind::Text)],
            ..Group::default()
        };
        for (text, wanted) in [("input.text", [true, false, false]), ("upper(body)", [false, true, false])] {
            group.map_by_hand(&(Role::Content, text.into())).unwrap();
            let owns = own_columns(std::slice::from_ref(&group));
            assert_eq!(owns.iter().map(|own| own.column.sensitive).collect::<Vec<_>>(), wanted, "{text}");
        }
    }

    #[test]
    fn a_role_is_emptied_by_a_mapping_to_nothing() {
        let mut group = Group { columns: vec![raw("model", Kind::Text)], ..Group::default() };
        group.map_by_hand(&(Role::Model, "model".into())).unwrap();
        assert_eq!(group.stands_in(0), Some(Role::Model));
        group.map_by_hand(&(Role::Model, String::new())).unwrap();
        assert_eq!((group.roles.len(), group.stands_in(0)), (0, None));
    }

    #[test]
    fn a_mapping_that_names_no_column_gets_the_nearest() {
        let mut group = Group { columns: vec![raw("client_ip", Kind::Text)], ..Group::default() };
        let error = group.map_by_hand(&(Role::Ip, "clent_ip".into())).unwrap_err().to_string();
        assert!(error.contains("did you mean 'client_ip'?"), "{error}");
    }
}
