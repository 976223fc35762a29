//! Reads a filter's text. Written by hand: the words of the language take their meaning from what stands before and after them, and
//! every mistake has to be told where it stands. One pass, no backtracking, nesting limited.

use std::ops::Range;

use super::FilterError;
use super::ast::{Comparison, Node, Pattern, Span, Term, Test, Word};
use super::highlight::Part;
use super::scan::Place;

/// How deep parentheses and negations may stand in each other.
pub(crate) const DEPTH: usize = 64;

/// Names that ask the case instead of a column; a column of this name is written in quotes.
pub(crate) const CASE_WORDS: [&str; 3] = ["label", "pinned", "finding"];

/// Words that join conditions; the same word as a text is written in quotes.
pub(crate) const KEYWORDS: [&str; 3] = ["and", "or", "not"];

/// Reads a whole filter; nothing when the text says nothing.
pub(crate) fn parse(text: &str) -> Result<Option<Node>, FilterError> {
    parse_marked(text).0
}

/// What each piece of a text is, in order, without what is only space.
pub(crate) type Marks = Vec<(Range<usize>, Part)>;

/// Reads a whole filter and tells what each piece of it is, up to the first mistake.
pub(crate) fn parse_marked(text: &str) -> (Result<Option<Node>, FilterError>, Marks) {
    let mut parser = Parser { text, at: 0, depth: 0, marks: Vec::new() };
    let result = parser.whole();
    (result, parser.marks)
}

/// Whether a word joins conditions, in any case.
pub(crate) fn is_keyword(word: &str) -> bool {
    KEYWORDS.iter().any(|keyword| word.eq_ignore_ascii_case(keyword))
}

/// What stands between a field and its value.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Operator {
    Is,
    IsNot,
    Matches,
    Compares(Comparison),
}

/// How far a text has been read.
pub(super) struct Parser<'a> {
    pub(super) text: &'a str,
    /// The place of the next character, in bytes.
    pub(super) at: usize,
    depth: usize,
    marks: Marks,
}

impl Parser<'_> {
    fn whole(&mut self) -> Result<Option<Node>, FilterError> {
        self.skip_space();
        if self.at == self.text.len() {
            return Ok(None);
        }
        let node = self.any()?;
        if self.at < self.text.len() {
            // Only a `)` stops the outermost level before the end.
            return Err(self.error_here("there is no ( for this )"));
        }
        Ok(Some(node))
    }

    fn mark(&mut self, from: usize, part: Part) {
        self.marks.push((from..self.at, part));
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    pub(super) fn peek_second(&self) -> Option<char> {
        self.text[self.at..].chars().nth(1)
    }

    pub(super) fn take(&mut self, character: char) {
        self.at += character.len_utf8();
    }

    fn eat(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.take(wanted);
        }
        found
    }

    fn skip_space(&mut self) {
        while let Some(character) = self.peek().filter(|character| character.is_whitespace()) {
            self.take(character);
        }
    }

    pub(super) fn error_here(&self, message: impl Into<String>) -> FilterError {
        let end = self.peek().map_or(self.at, |character| self.at + character.len_utf8());
        FilterError::new(self.at..end, message)
    }

    fn deeper(&mut self, levels: usize, from: usize) -> Result<(), FilterError> {
        self.depth += levels;
        if self.depth > DEPTH {
            let message = format!("parentheses and negations stand more than {DEPTH} deep in each other; take some away");
            return Err(FilterError::new(from..self.at, message));
        }
        Ok(())
    }

    /// `a or b or c`
    fn any(&mut self) -> Result<Node, FilterError> {
        let mut node = self.all()?;
        while self.keyword("or").is_some() {
            let right = self.all()?;
            node = Node::any(node, right);
        }
        Ok(node)
    }

    /// `a b and c`
    fn all(&mut self) -> Result<Node, FilterError> {
        let mut members = vec![self.negation()?];
        loop {
            self.skip_space();
            if self.keyword("and").is_none() && (matches!(self.peek(), None | Some(')')) || self.sees_keyword("or")) {
                break;
            }
            members.push(self.negation()?);
        }
        Ok(members.into_iter().reduce(Node::all).unwrap_or(Node::All(Vec::new())))
    }

    /// `not a`, `-a`, `a`
    fn negation(&mut self) -> Result<Node, FilterError> {
        self.skip_space();
        let start = self.at;
        let mut negations = 0;
        loop {
            self.skip_space();
            if self.keyword("not").is_some() {
                negations += 1;
            } else if self.peek() == Some('-') {
                if self.peek_second().is_none_or(|next| next.is_whitespace() || next == ')') {
                    return Err(self.error_here("nothing stands after this -; write -field:value, or \"-\" to search for it"));
                }
                self.take('-');
                self.mark(self.at - 1, Part::Keyword);
                negations += 1;
            } else {
                break;
            }
        }
        self.deeper(negations, start)?;
        let mut node = self.primary()?;
        self.depth -= negations;
        for _ in 0..negations {
            node = Node::Not(Box::new(node));
        }
        Ok(node)
    }

    fn primary(&mut self) -> Result<Node, FilterError> {
        self.skip_space();
        let start = self.at;
        match self.peek() {
            None => Err(self.error_here("a condition is missing at the end")),
            Some(')') => Err(self.error_here("a condition is missing before this )")),
            Some('(') => {
                self.take('(');
                self.mark(start, Part::Keyword);
                self.deeper(1, start)?;
                let node = self.any()?;
                if !self.eat(')') {
                    return Err(FilterError::new(start..start + 1, "this ( is never closed"));
                }
                self.mark(self.at - 1, Part::Keyword);
                self.depth -= 1;
                Ok(node)
            }
            Some(_) => {
                if self.sees_keyword("and") || self.sees_keyword("or") {
                    let end = self.text[start..]
                        .find(|c: char| c.is_whitespace() || c == '(' || c == ')')
                        .map_or(self.text.len(), |at| start + at);
                    let word = &self.text[start..end];
                    return Err(FilterError::new(
                        start..end,
                        format!("a condition is missing before {word}; to search for the word write \"{word}\""),
                    ));
                }
                self.term()
            }
        }
    }

    /// Whether the next word is the keyword and nothing but the keyword.
    fn sees_keyword(&self, keyword: &str) -> bool {
        let rest = &self.text[self.at..];
        rest.get(..keyword.len()).is_some_and(|word| word.eq_ignore_ascii_case(keyword))
            && rest[keyword.len()..].chars().next().is_none_or(|next| next.is_whitespace() || matches!(next, '(' | ')'))
    }

    fn keyword(&mut self, keyword: &str) -> Option<()> {
        self.skip_space();
        self.sees_keyword(keyword).then(|| {
            self.at += keyword.len();
            self.mark(self.at - keyword.len(), Part::Keyword);
        })
    }

    /// `field:value` and its like, or a text to search for.
    fn term(&mut self) -> Result<Node, FilterError> {
        let start = self.at;
        let quoted_name = self.peek() == Some('"');
        let word = self.pattern(Place::Word)?;
        let word_end = self.at;
        let Some(operator) = self.operator() else {
            self.mark(start, Part::Text);
            self.end_of_value()?;
            return Ok(term(start..self.at, Test::Search(word)));
        };
        if word.parts.iter().all(String::is_empty) {
            return Err(FilterError::new(
                start..self.at,
                "the name of a field is missing here; to search for this text put it in quotes",
            ));
        }
        self.marks.push((start..word_end, Part::Field));
        self.mark(word_end, Part::Operator);
        let value_start = self.at;
        // A star has no meaning in a name; the name is what was typed, and `check` says that there is no such column.
        let field = Word { span: Span(start..word_end), text: word.parts.join("*") };
        let needs_value = quoted_name || field.text != "pinned";
        if needs_value && self.peek().is_none_or(|next| next.is_whitespace() || next == ')') {
            let sign = &self.text[word_end..self.at];
            let hint = if operator == Operator::Is {
                format!("; {}* asks for any value", &self.text[start..self.at])
            } else {
                String::new()
            };
            return Err(FilterError::new(start..self.at, format!("a value is missing after {sign}{hint}")));
        }
        let case_word = CASE_WORDS.into_iter().find(|word| !quoted_name && *word == field.text);
        let (test, negated) = match (operator, case_word) {
            (Operator::Is | Operator::IsNot, Some(word)) => (self.case_test(word)?, operator == Operator::IsNot),
            (_, Some(word)) => return Err(FilterError::new(word_end..self.at, format!("{word} takes : and nothing else"))),
            (Operator::Is | Operator::IsNot, None) => (Test::Is(field, self.list()?), operator == Operator::IsNot),
            (Operator::Matches, None) => (Test::Matches(field, self.regex()?), false),
            (Operator::Compares(comparison), None) => (Test::Compares(field, comparison, self.single("a comparison")?), false),
        };
        if value_start < self.at {
            self.mark(value_start, Part::Value);
        }
        self.end_of_value()?;
        let node = term(start..self.at, test);
        Ok(if negated { Node::Not(Box::new(node)) } else { node })
    }

    fn operator(&mut self) -> Option<Operator> {
        const OPERATORS: [(&str, Operator); 8] = [
            (":", Operator::Is),
            ("!=", Operator::IsNot),
            ("=", Operator::Is),
            ("~", Operator::Matches),
            (">=", Operator::Compares(Comparison::AtLeast)),
            (">", Operator::Compares(Comparison::Above)),
            ("<=", Operator::Compares(Comparison::AtMost)),
            ("<", Operator::Compares(Comparison::Below)),
        ];
        let rest = &self.text[self.at..];
        let (sign, operator) = OPERATORS.into_iter().find(|(sign, _)| rest.starts_with(sign))?;
        self.at += sign.len();
        Some(operator)
    }

    fn case_test(&mut self, word: &str) -> Result<Test, FilterError> {
        Ok(match word {
            "label" => Test::Label(self.list()?),
            "finding" => {
                let mut ids = Vec::new();
                loop {
                    ids.push(self.single("finding")?);
                    if !self.eat(',') {
                        break Test::Finding(ids);
                    }
                }
            }
            _ => {
                if self.peek().is_some_and(|next| !next.is_whitespace() && next != ')') {
                    let word = self.single("pinned")?;
                    if !matches!(word.text.as_str(), "yes" | "true" | "*") {
                        return Err(FilterError::new(
                            word.span.0,
                            "write pinned:yes for the pinned rows, -pinned:yes for the others",
                        ));
                    }
                }
                Test::Pinned
            }
        })
    }

    fn list(&mut self) -> Result<Vec<Pattern>, FilterError> {
        let mut values = Vec::new();
        loop {
            if self.peek().is_none_or(|next| next.is_whitespace() || matches!(next, ',' | ')')) {
                return Err(self.error_here("a value is missing here; a list is written a,b without spaces"));
            }
            values.push(self.pattern(Place::Value)?);
            if !self.eat(',') {
                return Ok(values);
            }
        }
    }

    fn single(&mut self, what: &str) -> Result<Word, FilterError> {
        let pattern = self.pattern(Place::Value)?;
        // `pinned:*` is `pinned:yes`; everything else that takes one value takes it as it is.
        if what == "pinned" && pattern.is_anything() {
            return Ok(Word { span: pattern.span, text: "*".to_owned() });
        }
        match pattern.literal() {
            Some(text) => Ok(Word { text: text.to_owned(), span: pattern.span }),
            None => Err(FilterError::new(pattern.span.0, format!("{what} takes a value without *"))),
        }
    }

    /// A value ends at a space, a `)` or the end of the text.
    fn end_of_value(&self) -> Result<(), FilterError> {
        match self.peek() {
            Some('(') => Err(self.error_here("a ( inside a value; put the value in quotes, or a space before the (")),
            Some(',') => Err(self.error_here("only field:a,b takes several values")),
            _ => Ok(()),
        }
    }
}

fn term(span: Range<usize>, test: Test) -> Node {
    Node::Term(Term { span: Span(span), test })
}
