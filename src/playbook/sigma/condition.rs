//! The condition of a detection: `selection and not (filter or 1 of known_*)`.

/// A condition.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expr {
    All(Vec<Expr>),
    Any(Vec<Expr>),
    Not(Box<Expr>),
    /// The search of this name.
    Search(String),
}

/// Conditions inside each other, at most.
const DEEPEST: usize = 64;

struct Reader<'t> {
    words: Vec<&'t str>,
    at: usize,
    names: &'t [&'t str],
    depth: usize,
}

/// Reads a condition over searches of these names.
pub(super) fn parse(text: &str, names: &[&str]) -> Result<Expr, String> {
    if text.contains('|') {
        return Err("counting behind a '|' is not Sigma any more; write a correlation (type event_count)".to_owned());
    }
    let mut reader = Reader { words: words(text), at: 0, names, depth: 0 };
    let expr = reader.any()?;
    match reader.words.get(reader.at) {
        None => Ok(expr),
        Some(word) => Err(format!("'{word}' is not expected here; join searches with and, or, not")),
    }
}

fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut start = None;
    for (at, sign) in text.char_indices() {
        if sign.is_whitespace() || sign == '(' || sign == ')' {
            if let Some(start) = start.take() {
                words.extend(text.get(start..at));
            }
            if !sign.is_whitespace() {
                words.extend(text.get(at..at + 1));
            }
        } else if start.is_none() {
            start = Some(at);
        }
    }
    if let Some(start) = start {
        words.extend(text.get(start..));
    }
    words
}

impl Reader<'_> {
    fn takes(&mut self, word: &str) -> bool {
        let found = self.words.get(self.at).is_some_and(|next| next.eq_ignore_ascii_case(word));
        self.at += usize::from(found);
        found
    }

    fn any(&mut self) -> Result<Expr, String> {
        let mut members = vec![self.all()?];
        while self.takes("or") {
            members.push(self.all()?);
        }
        Ok(if members.len() == 1 { members.remove(0) } else { Expr::Any(members) })
    }

    fn all(&mut self) -> Result<Expr, String> {
        let mut members = vec![self.one()?];
        while self.takes("and") {
            members.push(self.one()?);
        }
        Ok(if members.len() == 1 { members.remove(0) } else { Expr::All(members) })
    }

    fn one(&mut self) -> Result<Expr, String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("the condition is nested too deeply".to_owned());
        }
        let made = self.inner();
        self.depth -= 1;
        made
    }

    fn inner(&mut self) -> Result<Expr, String> {
        if self.takes("not") {
            return Ok(Expr::Not(Box::new(self.one()?)));
        }
        if self.takes("(") {
            let inner = self.any()?;
            return if self.takes(")") { Ok(inner) } else { Err("a ')' is missing".to_owned()) };
        }
        let Some(word) = self.words.get(self.at).copied() else { return Err("a search is missing at the end".to_owned()) };
        self.at += 1;
        let follows_of = self.words.get(self.at).is_some_and(|next| next.eq_ignore_ascii_case("of"));
        if follows_of {
            self.at += 1;
            let all = match word.to_ascii_lowercase().as_str() {
                "1" | "any" => false,
                "all" => true,
                _ => return Err(format!("'{word} of' cannot be expressed; it is '1 of' or 'all of'")),
            };
            return self.several(all);
        }
        match self.names.contains(&word) {
            true => Ok(Expr::Search(word.to_owned())),
            false => Err(format!("there is no search '{word}'; there are {}", self.names.join(", "))),
        }
    }

    /// `them`, or a name with `*` in it.
    fn several(&mut self, all: bool) -> Result<Expr, String> {
        let Some(pattern) = self.words.get(self.at).copied() else {
            return Err("'of' what? them, or a name such as selection_*".to_owned());
        };
        self.at += 1;
        let them = pattern.eq_ignore_ascii_case("them");
        // What begins with '_' is not meant by them.
        let fits = |name: &&&str| if them { !name.starts_with('_') } else { globbed(pattern, name) };
        let members: Vec<Expr> = self.names.iter().filter(fits).map(|name| Expr::Search((*name).to_owned())).collect();
        match members.len() {
            0 => Err(format!("no search fits '{pattern}'; there are {}", self.names.join(", "))),
            _ if all => Ok(Expr::All(members)),
            _ => Ok(Expr::Any(members)),
        }
    }
}

/// Whether a name fits a pattern with `*`.
fn globbed(pattern: &str, name: &str) -> bool {
    let parts: Vec<&str> = pattern.split('*').collect();
    let [first, middle @ .., last] = parts.as_slice() else { return pattern == name };
    if parts.len() == 1 {
        return pattern == name;
    }
    let Some(rest) = name.strip_prefix(first) else { return false };
    let Some(mut rest) = rest.strip_suffix(last) else { return false };
    for part in middle {
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 4] = ["selection_a", "selection_b", "filter", "_hidden"];

    fn shown(expr: &Expr) -> String {
        let joined =
            |members: &[Expr], between: &str| format!("({})", members.iter().map(shown).collect::<Vec<_>>().join(between));
        match expr {
            Expr::All(members) => joined(members, " & "),
            Expr::Any(members) => joined(members, " | "),
            Expr::Not(inner) => format!("!{}", shown(inner)),
            Expr::Search(name) => name.replace("selection_", ""),
        }
    }

    #[test]
    fn not_binds_closest_then_and_then_or() {
        for (text, wanted) in [
            ("selection_a or selection_b and not filter", "(a | (b & !filter))"),
            ("(selection_a or selection_b)and(not filter)", "((a | b) & !filter)"),
            ("1 of selection_* and not 1 of filter*", "((a | b) & !(filter))"),
            ("all of them", "(a & b & filter)"),
            ("ANY OF them", "(a | b | filter)"),
            ("not not filter", "!!filter"),
        ] {
            assert_eq!(shown(&parse(text, &NAMES).unwrap()), wanted, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        for (text, part) in [
            ("selection", "there is no search 'selection'; there are selection_a"),
            ("selection_a selection_b", "'selection_b' is not expected"),
            ("(selection_a", "')' is missing"),
            ("selection_a and", "missing at the end"),
            ("2 of them", "'2 of' cannot be expressed"),
            ("1 of nothing*", "no search fits"),
            ("1 of", "'of' what"),
            ("selection_a | count() > 5", "write a correlation"),
            (&"not ".repeat(100), "nested too deeply"),
        ] {
            let told = parse(text, &NAMES).unwrap_err();
            assert!(told.contains(part), "{text}: {told}");
        }
    }
}
