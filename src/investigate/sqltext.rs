//! The spelling of SQL: the pieces of a text, for colours, completion and for seeing what kind of statement it is.

use std::ops::Range;

use sqlparser::dialect::DuckDbDialect;
use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Location, Token, TokenWithSpan, Tokenizer, Whitespace};

/// What a piece of SQL is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece {
    /// A word of the language.
    Keyword,
    /// A name, bare or in double quotes.
    Name,
    /// A number.
    Number,
    /// A text in quotes.
    Text,
    /// A comment.
    Comment,
    /// `(`, `[` or `{`.
    Open,
    /// `)`, `]` or `}`.
    Close,
    /// `;`.
    End,
    /// Any other sign.
    Sign,
    /// What cannot be read, from here to the end: a quote or comment that is still open.
    Unread,
}

/// Words that the tokenizer takes for keywords of some database and that are names as often as not in a log.
const NAMES: [&str; 20] = [
    "account", "body", "category", "content", "cost", "country", "endpoint", "error", "flag", "ip", "key", "latency", "method",
    "model", "org", "request", "session", "source", "status", "time",
];

/// The pieces of a text with their places, in order, without blanks; and what is wrong with its spelling, where something is.
pub fn pieces(sql: &str) -> (Vec<(Piece, Range<usize>)>, Option<String>) {
    let mut tokens: Vec<TokenWithSpan> = Vec::new();
    let read = Tokenizer::new(&DuckDbDialect {}, sql).with_unescape(false).tokenize_with_location_into_buf(&mut tokens);
    let places = Places::of(sql);
    let mut found = Vec::new();
    let mut end = 0;
    for TokenWithSpan { token, span } in tokens {
        let range = places.byte(span.start)..places.byte(span.end);
        end = range.end.max(end);
        if let Some(piece) = piece_of(&token).filter(|_| !range.is_empty()) {
            found.push((piece, range));
        }
    }
    let wrong = read.err().map(|error| error.message);
    if wrong.is_some() {
        let rest = sql.get(end..).unwrap_or_default();
        let blanks = rest.len() - rest.trim_start().len();
        if end + blanks < sql.len() {
            found.push((Piece::Unread, end + blanks..sql.len()));
        }
    }
    (found, wrong)
}

fn piece_of(token: &Token) -> Option<Piece> {
    Some(match token {
        Token::Whitespace(Whitespace::SingleLineComment { .. } | Whitespace::MultiLineComment(_)) => Piece::Comment,
        Token::Whitespace(_) | Token::EOF => return None,
        Token::Word(word) => {
            let lower = word.value.to_ascii_lowercase();
            match word.keyword {
                Keyword::NoKeyword => Piece::Name,
                _ if word.quote_style.is_some() || NAMES.contains(&lower.as_str()) => Piece::Name,
                _ => Piece::Keyword,
            }
        }
        Token::Number(..) => Piece::Number,
        Token::SingleQuotedString(_)
        | Token::DoubleQuotedString(_)
        | Token::TripleSingleQuotedString(_)
        | Token::TripleDoubleQuotedString(_)
        | Token::DollarQuotedString(_)
        | Token::SingleQuotedByteStringLiteral(_)
        | Token::DoubleQuotedByteStringLiteral(_)
        | Token::SingleQuotedRawStringLiteral(_)
        | Token::DoubleQuotedRawStringLiteral(_)
        | Token::NationalStringLiteral(_)
        | Token::EscapedStringLiteral(_)
        | Token::UnicodeStringLiteral(_)
        | Token::HexStringLiteral(_) => Piece::Text,
        Token::LParen | Token::LBracket | Token::LBrace => Piece::Open,
        Token::RParen | Token::RBracket | Token::RBrace => Piece::Close,
        Token::SemiColon => Piece::End,
        _ => Piece::Sign,
    })
}

/// Where the lines of a text begin, to find bytes by line and column.
struct Places<'t> {
    text: &'t str,
    lines: Vec<usize>,
}

impl<'t> Places<'t> {
    fn of(text: &'t str) -> Places<'t> {
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Places { text, lines }
    }

    /// The byte of a place that counts lines and characters from 1.
    fn byte(&self, place: Location) -> usize {
        let line = usize::try_from(place.line.saturating_sub(1)).unwrap_or(usize::MAX);
        let Some(start) = self.lines.get(line).copied() else { return self.text.len() };
        let column = usize::try_from(place.column.saturating_sub(1)).unwrap_or(usize::MAX);
        let rest = self.text.get(start..).unwrap_or_default();
        if rest.is_ascii() {
            return (start + column).min(self.text.len());
        }
        rest.char_indices().nth(column).map_or(self.text.len(), |(at, _)| start + at)
    }
}

/// The bracket that belongs to the one at byte `at`, or right before it.
pub fn matching_bracket(sql: &str, at: usize) -> Option<(usize, usize)> {
    let (pieces, _) = pieces(sql);
    let is_bracket = |piece: Piece| matches!(piece, Piece::Open | Piece::Close);
    let touches = |range: &Range<usize>| range.start == at || range.end == at;
    let place = pieces
        .iter()
        .position(|(piece, range)| is_bracket(*piece) && range.start == at)
        .or_else(|| pieces.iter().position(|(piece, range)| is_bracket(*piece) && touches(range)))?;
    let (piece, range) = pieces.get(place)?;
    let mut depth = 0_i64;
    let mut walk: Box<dyn Iterator<Item = &(Piece, Range<usize>)>> = match piece {
        Piece::Open => Box::new(pieces.iter().skip(place)),
        _ => Box::new(pieces.iter().take(place + 1).rev()),
    };
    walk.find(|(other, _)| {
        depth += i64::from(other == piece) - i64::from(is_bracket(*other) && other != piece);
        depth == 0
    })
    .map(|(_, other)| (range.start, other.start))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(sql: &str) -> Vec<(Piece, &str)> {
        pieces(sql).0.into_iter().map(|(piece, range)| (piece, &sql[range])).collect()
    }

    #[test]
    fn pieces_stand_where_they_are_also_behind_other_scripts() {
        assert_eq!(
            shown("SELECT 'ü;\n' -- x; y\nFROM \"a b\" WHERE é>1;"),
            [
                (Piece::Keyword, "SELECT"),
                (Piece::Text, "'ü;\n'"),
                (Piece::Comment, "-- x; y"),
                (Piece::Keyword, "FROM"),
                (Piece::Name, "\"a b\""),
                (Piece::Keyword, "WHERE"),
                (Piece::Name, "é"),
                (Piece::Sign, ">"),
                (Piece::Number, "1"),
                (Piece::End, ";"),
            ]
        );
    }

    #[test]
    fn what_is_still_being_typed_is_there_too() {
        let (found, wrong) = pieces("SELECT account, 'open");
        assert_eq!(found.last(), Some(&(Piece::Unread, 16..21)));
        assert!(wrong.is_some());
    }

    #[test]
    fn brackets_find_their_partners() {
        let sql = "f(a[1], ')')";
        assert_eq!(matching_bracket(sql, 1), Some((1, 11)));
        assert_eq!(matching_bracket(sql, 12), Some((11, 1)));
        assert_eq!(matching_bracket(sql, 3), Some((3, 5)));
        assert_eq!(matching_bracket("(((", 0), None);
    }

    proptest! {
        #[test]
        fn any_text_has_pieces_within_it_that_do_not_overlap(sql in any::<String>()) {
            let (found, _) = pieces(&sql);
            let mut at = 0;
            for (_, range) in found {
                prop_assert!(range.start >= at && range.end <= sql.len());
                prop_assert!(sql.get(range.clone()).is_some());
                at = range.end;
            }
        }
    }
}
