//! What a query reads: `requests`, and what it names itself with `WITH`. Anything else that a table or a function could be (a file, a
//! setting, the engine's own tables) is found here, whatever it is called.

use std::ops::Range;

use super::allowed;
use super::sql::Piece;

/// The one relation that a playbook reads.
const REQUESTS: &str = "requests";

/// Words behind which no further table of a `FROM` can follow.
const ENDS: [&str; 13] = [
    "where",
    "group",
    "having",
    "order",
    "limit",
    "offset",
    "window",
    "qualify",
    "union",
    "except",
    "intersect",
    "select",
    "fetch",
];

/// Functions in whose brackets `from` is a word of their own.
const OWN_FROM: [&str; 4] = ["extract", "substring", "trim", "overlay"];

/// One pair of brackets, or the whole query.
struct Level {
    /// The place of its opening bracket; nothing for the whole query.
    open: Option<usize>,
    /// Whether tables are being listed.
    in_from: bool,
    /// Whether the next piece names a table.
    wants_table: bool,
    /// Whether a `SELECT` was seen in it.
    selects: bool,
    /// Whether it holds the arguments of `extract(… FROM …)` or of one like it.
    own_from: bool,
}

/// A name of a `WITH`, and the pieces between which it counts.
struct Own {
    name: String,
    scope: Range<usize>,
}

/// The query with its pieces.
pub(super) struct Reader<'q> {
    sql: &'q str,
    pieces: &'q [(Piece, Range<usize>)],
    /// For each opening bracket the place of its closing one.
    partners: Vec<Option<usize>>,
    own: Vec<Own>,
    complaints: Vec<(usize, String)>,
}

/// What is wrong with what the query reads, by byte.
pub(super) fn check(sql: &str, pieces: &[(Piece, Range<usize>)]) -> Vec<(usize, String)> {
    let mut reader = Reader { sql, pieces, partners: partners(pieces), own: Vec::new(), complaints: Vec::new() };
    reader.own = reader.names();
    reader.calls();
    reader.tables();
    reader.complaints
}

fn partners(pieces: &[(Piece, Range<usize>)]) -> Vec<Option<usize>> {
    let mut found = vec![None; pieces.len()];
    let mut open = Vec::new();
    for (place, (piece, _)) in pieces.iter().enumerate() {
        match piece {
            Piece::Open => open.push(place),
            Piece::Close => {
                if let Some(entry) = open.pop().and_then(|start: usize| found.get_mut(start)) {
                    *entry = Some(place);
                }
            }
            _ => {}
        }
    }
    found
}

impl Reader<'_> {
    fn piece(&self, place: usize) -> Option<&Piece> {
        self.pieces.get(place).map(|(piece, _)| piece)
    }

    fn text(&self, place: usize) -> &str {
        self.pieces.get(place).and_then(|(_, range)| self.sql.get(range.clone())).unwrap_or_default()
    }

    /// The name at a place, without its quotes.
    fn name(&self, place: usize) -> Option<String> {
        match self.piece(place)? {
            Piece::Word => Some(self.text(place).to_owned()),
            Piece::Name => Some(self.text(place).trim_matches('"').replace("\"\"", "\"")),
            _ => None,
        }
    }

    fn is(&self, place: usize, word: &str) -> bool {
        self.piece(place) == Some(&Piece::Word) && self.text(place).eq_ignore_ascii_case(word)
    }

    fn complain(&mut self, place: usize, message: String) {
        let at = self.pieces.get(place).map_or(0, |(_, range)| range.start);
        self.complaints.push((at, message));
    }

    /// Where a definition `name [(columns)] AS [NOT] [MATERIALIZED] (` that begins at a place has its query.
    fn definition(&self, place: usize) -> Option<usize> {
        self.name(place)?;
        let mut at = place + 1;
        if self.piece(at) == Some(&Piece::Open) {
            let end = self.partners.get(at).copied().flatten()?;
            let columns = at + 1..end;
            if !columns.clone().all(|place| matches!(self.text(place), ",") || self.name(place).is_some()) || columns.is_empty() {
                return None;
            }
            at = end + 1;
        }
        if !self.is(at, "as") {
            return None;
        }
        at += 1;
        while self.is(at, "not") || self.is(at, "materialized") {
            at += 1;
        }
        let begins = ["select", "with", "values", "from"].iter().any(|word| self.is(at + 1, word)) || self.text(at + 1) == "(";
        (self.text(at) == "(" && begins).then_some(at)
    }

    /// The names that `WITH` gives, each with the brackets in which it counts.
    fn names(&mut self) -> Vec<Own> {
        let mut found = Vec::new();
        let mut strange = Vec::new();
        let mut around: Vec<usize> = Vec::new();
        for place in 0..self.pieces.len() {
            match self.piece(place) {
                Some(Piece::Open) => around.push(place),
                Some(Piece::Close) => {
                    around.pop();
                }
                Some(Piece::Word | Piece::Name) if self.definition(place).is_some() => {
                    let before = place.checked_sub(1);
                    let follows = before.is_some_and(|before| {
                        self.is(before, "with") || self.is(before, "recursive") || self.text(before) == ","
                    });
                    let Some(name) = self.name(place).filter(|_| follows) else { continue };
                    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
                    if !name.chars().all(plain) || name.eq_ignore_ascii_case(REQUESTS) {
                        strange
                            .push((place, format!("WITH cannot name {name}: letters, digits and '_' only, and not {REQUESTS}")));
                    }
                    let scope = match around.last() {
                        Some(open) => *open..self.partners.get(*open).copied().flatten().unwrap_or(self.pieces.len()),
                        None => 0..self.pieces.len(),
                    };
                    found.push(Own { name, scope });
                }
                _ => {}
            }
        }
        strange.into_iter().for_each(|(place, message)| self.complain(place, message));
        found
    }

    /// Every function that is called must be one that looks at nothing but its arguments.
    fn calls(&mut self) {
        for place in 0..self.pieces.len() {
            if self.text(place + 1) != "(" || self.piece(place + 1) != Some(&Piece::Open) {
                continue;
            }
            let Some(name) = self.name(place) else { continue };
            let is_word = self.piece(place) == Some(&Piece::Word) && allowed::is_word(&name);
            // `WITH RECURSIVE name(column) AS (…)`, and `FROM (…) AS name(column)`.
            let names_columns =
                self.definition(place).is_some() && self.own.iter().any(|own| own.name == name)
                    || place.checked_sub(1).is_some_and(|before| self.is(before, "as") || self.text(before) == ")")
                        && self.partners.get(place + 1).copied().flatten().is_some_and(|end| {
                            (place + 2..end).all(|inner| self.text(inner) == "," || self.name(inner).is_some())
                        })
                        && !allowed::is_word(&name);
            if !is_word && !names_columns && !allowed::is_function(&name) {
                self.complain(place, refused_call(&name));
            }
        }
    }

    /// Every table must be `requests` or a name of the query's own.
    fn tables(&mut self) {
        let mut levels = vec![Level { open: None, in_from: false, wants_table: false, selects: false, own_from: false }];
        for place in 0..self.pieces.len() {
            let depth = levels.len();
            let Some(level) = levels.last_mut() else { return };
            let first = level.open.map_or(place == 0, |open| place == open + 1);
            match self.pieces.get(place).map(|(piece, _)| piece.clone()) {
                Some(Piece::Open) => {
                    let nested = level.wants_table && self.text(place) == "(";
                    let subquery = ["select", "with", "from", "values"].iter().any(|word| self.is(place + 1, word)) || !nested;
                    level.wants_table = false;
                    let own_from = place.checked_sub(1).and_then(|before| self.name(before));
                    let own_from = own_from.is_some_and(|name| OWN_FROM.iter().any(|own| own.eq_ignore_ascii_case(&name)));
                    let tables = !subquery;
                    levels.push(Level { open: Some(place), in_from: tables, wants_table: tables, selects: false, own_from });
                }
                Some(Piece::Close) if depth > 1 => {
                    levels.pop();
                }
                Some(Piece::Close) => self.complain(place, "this bracket closes nothing".to_owned()),
                Some(Piece::Other) if self.text(place) == "," => level.wants_table = level.in_from,
                Some(Piece::Word) => {
                    let word = self.text(place).to_ascii_lowercase();
                    match word.as_str() {
                        "from" => {
                            let distinct = place >= 2
                                && self.is(place - 1, "distinct")
                                && (self.is(place - 2, "is") || self.is(place - 2, "not"));
                            if (first || level.selects || !level.own_from) && !distinct {
                                (level.in_from, level.wants_table) = (true, true);
                            }
                        }
                        "join" => (level.in_from, level.wants_table) = (true, true),
                        "lateral" if level.wants_table => {}
                        "describe" | "desc" | "show" | "summarize" | "pivot" | "unpivot" | "table" | "explain"
                            if first || level.wants_table || word == "table" || word.ends_with("pivot") =>
                        {
                            self.complain(place, format!("{word} is not allowed: a playbook is made of SELECTs"));
                        }
                        _ if level.wants_table => {
                            level.wants_table = false;
                            self.table(place);
                        }
                        _ if ENDS.contains(&word.as_str()) => {
                            level.in_from = false;
                            level.selects |= word == "select";
                        }
                        _ => {}
                    }
                }
                Some(Piece::Name) if level.wants_table => {
                    level.wants_table = false;
                    self.table(place);
                }
                Some(Piece::Text) if level.wants_table => {
                    level.wants_table = false;
                    let text = self.text(place).to_owned();
                    self.complain(place, format!("{text} cannot stand for a table: the engine would read a file of that name"));
                }
                Some(Piece::Param | Piece::Other) if level.wants_table => {
                    level.wants_table = false;
                    self.complain(place, format!("a table must be named here: {REQUESTS}, or a name of WITH"));
                }
                _ => {}
            }
        }
    }

    /// The name of a table.
    fn table(&mut self, place: usize) {
        let Some(name) = self.name(place) else { return };
        if self.text(place + 1) == "(" && self.piece(place + 1) == Some(&Piece::Open) {
            let word = self.piece(place) == Some(&Piece::Word) && name.eq_ignore_ascii_case("values");
            // A function that may not be called at all is complained of already.
            if !word && !allowed::is_table(&name) && allowed::is_function(&name) {
                self.complain(place, format!("{name}(…) gives no table"));
            }
            return;
        }
        let qualified = self.text(place + 1) == ".";
        let own = self.own.iter().any(|own| own.scope.contains(&place) && own.name.eq_ignore_ascii_case(&name));
        if qualified || !(own || name.eq_ignore_ascii_case(REQUESTS)) {
            let whole = if qualified { format!("{name}.{}", self.text(place + 2)) } else { name };
            self.complain(place, format!("{whole} is not read by playbooks; they read {REQUESTS} and what they name with WITH"));
        }
    }
}

/// Why a function is refused, in the words that fit what it would do.
fn refused_call(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    let reads = ["read_", "scan", "glob", "sniff", "parquet_", "query", "http", "load_", "import_", "excel", "st_read"];
    let tells = [
        "duckdb_",
        "pragma_",
        "current_",
        "getenv",
        "getvariable",
        "pg_",
        "which_",
        "version",
        "user",
        "session_",
        "in_search_path",
    ];
    let why = if reads.iter().any(|part| lower.contains(part)) {
        "it reads what is not the extract"
    } else if tells.iter().any(|part| lower.starts_with(part)) {
        "it tells of the machine or the engine, not of the extract"
    } else {
        "it is not among the functions of values, groups and windows that playbooks use"
    };
    format!("{name}(…) is not allowed: {why}")
}
