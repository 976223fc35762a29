//! A statement with its values written into it: for people who copy it, never for running it here, where values are bound.

use crate::domain::text::is_unfit;

use super::api::{Param, Statement};

impl Statement {
    /// The SQL with every bound value as a literal in its place. Running it gives what the statement gives. What a terminal would obey
    /// stands as `chr(…)`, so that the text can be pasted anywhere.
    pub fn written_out(&self) -> String {
        let mut out = String::with_capacity(self.sql.len());
        let mut rest = self.sql.as_str();
        while let Some(at) = rest.find(['$', '\'', '"']) {
            let (before, from) = rest.split_at(at);
            out.push_str(before);
            let mark = from.chars().next().unwrap_or('$');
            let tail = from.get(1..).unwrap_or_default();
            if mark == '$' {
                let digits = tail.len() - tail.trim_start_matches(|digit: char| digit.is_ascii_digit()).len();
                let number = tail.get(..digits).and_then(|digits| digits.parse::<usize>().ok());
                match number.and_then(|number| self.params.get(number.checked_sub(1)?)) {
                    Some(param) => out.push_str(&literal(param)),
                    None => out.push_str(from.get(..=digits).unwrap_or(from)),
                }
                rest = tail.get(digits..).unwrap_or_default();
            } else {
                // A doubled quote ends one quoted piece and begins another one, which comes to the same.
                let end = tail.find(mark).map_or(from.len(), |end| end + 2);
                out.push_str(from.get(..end).unwrap_or(from));
                rest = from.get(end..).unwrap_or_default();
            }
        }
        out.push_str(rest);
        out
    }
}

/// A value as a literal.
fn literal(param: &Param) -> String {
    match param {
        Param::Null => "NULL".to_owned(),
        Param::Bool(value) => value.to_string().to_uppercase(),
        Param::Int(number) if *number < 0 => format!("({number})"),
        Param::Int(number) => number.to_string(),
        Param::Float(number) if number.is_finite() => format!("CAST({number:?} AS DOUBLE)"),
        Param::Float(number) => format!("CAST('{number}' AS DOUBLE)"),
        Param::Time(time) => format!("TIMESTAMP '{}'", time.to_string().trim_end_matches('Z').replace('T', " ")),
        Param::Text(text) => quoted(text),
    }
}

fn quoted(text: &str) -> String {
    if !text.contains(is_unfit) {
        return format!("'{}'", text.replace('\'', "''"));
    }
    let mut pieces = Vec::new();
    let mut plain = String::new();
    for character in text.chars() {
        if is_unfit(character) {
            if !plain.is_empty() {
                pieces.push(format!("'{}'", std::mem::take(&mut plain).replace('\'', "''")));
            }
            pieces.push(format!("chr({})", u32::from(character)));
        } else {
            plain.push(character);
        }
    }
    if !plain.is_empty() {
        pieces.push(format!("'{}'", plain.replace('\'', "''")));
    }
    format!("({})", pieces.join(" || "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;

    #[test]
    fn values_stand_in_their_places_and_quoted_dollars_stay() {
        let mut statement = Statement::default();
        let text = statement.bind("it's \u{1b}[2J");
        let number = statement.bind(-3_i64);
        let time = statement.bind(Param::Time(Timestamp(1_500_000)));
        let last = statement.bind(Param::Float(0.5));
        statement.sql =
            format!("SELECT '$1', \"a$2\" FROM r WHERE a = {text} AND b > {number} AND t < {time} AND c = {last} AND $9");
        assert_eq!(
            statement.written_out(),
            "SELECT '$1', \"a$2\" FROM r WHERE a = ('it''s ' || chr(27) || '[2J') AND b > (-3) AND t < TIMESTAMP '1970-01-01 00:00:01.5' \
             AND c = CAST(0.5 AS DOUBLE) AND $9"
        );
    }
}
