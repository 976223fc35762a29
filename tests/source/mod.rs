//! Reads a Rust source just well enough for the architecture test: comments and texts out, tests apart, paths expanded.

/// One source file.
pub(crate) struct Source {
    /// The text with comments blanked and the inside of texts struck out; same lines.
    pub whole: String,
    /// The same without what is compiled for tests only.
    pub code: String,
    /// Modules in files of their own that are compiled for tests only.
    pub test_modules: Vec<String>,
}

/// A path that is used in a source: `crate::domain::Role`, `fs::write`.
#[derive(Debug)]
pub(crate) struct UsedPath {
    /// The line, from 1.
    pub line: usize,
    /// Its parts.
    pub segments: Vec<String>,
    /// The inline modules around it.
    pub inside: Vec<String>,
}

impl UsedPath {
    /// The path as written.
    pub(crate) fn text(&self) -> String {
        self.segments.join("::")
    }
}

/// Stands for each character inside a text.
const STRUCK: char = '·';

impl Source {
    /// Reads a source.
    pub(crate) fn read(text: &str) -> Source {
        let whole = strike(text);
        let (code, test_modules) = without_tests(&whole);
        Source { whole, code, test_modules }
    }

    /// Lines that are neither blank nor comment nor test.
    pub(crate) fn lines_of_code(&self) -> usize {
        self.code.lines().filter(|line| !line.trim().is_empty()).count()
    }

    /// Names of the macros called, each with its line.
    pub(crate) fn macros(&self) -> Vec<(usize, String)> {
        let tokens = tokens(&self.code);
        let called = |pair: &[Token]| is_word(&pair[0].text) && pair[1].text == "!" && pair[0].text != "macro_rules";
        tokens
            .windows(3)
            .filter(|three| called(three) && three[2].text != "=")
            .map(|three| (three[0].line, three[0].text.clone()))
            .collect()
    }

    /// Names of the methods called, each with its line and whether its first argument is a text.
    pub(crate) fn methods(&self) -> Vec<(usize, String, bool)> {
        let tokens = tokens(&self.code);
        let called = |four: &&[Token]| four[0].text == "." && is_word(&four[1].text) && four[2].text == "(";
        tokens.windows(4).filter(called).map(|four| (four[1].line, four[1].text.clone(), four[3].text == "\"")).collect()
    }

    /// Every path in `code`, groups taken apart.
    pub(crate) fn paths(&self, code: &str) -> Vec<UsedPath> {
        let tokens = tokens(code);
        let mut found = Vec::new();
        // Open braces, each with the name of the module that it belongs to.
        let mut braces: Vec<Option<String>> = Vec::new();
        let mut at = 0;
        while at < tokens.len() {
            let text = tokens[at].text.as_str();
            match text {
                "{" => {
                    let module = at >= 2 && tokens[at - 2].text == "mod";
                    braces.push(module.then(|| tokens[at - 1].text.clone()));
                }
                "}" => {
                    braces.pop();
                }
                _ => {}
            }
            let starts = is_word(text) || (text == "::" && tokens.get(at + 1).is_some_and(|next| is_word(&next.text)));
            let continues = at > 0 && tokens[at - 1].text == "::";
            if !starts || continues {
                at += 1;
                continue;
            }
            let inside: Vec<String> = braces.iter().flatten().cloned().collect();
            let begin = if text == "::" { at + 1 } else { at };
            at = tree(&tokens, begin, &[], &inside, &mut found).max(at + 1);
        }
        found
    }
}

/// Reads one path or use tree at `at`; returns where it ends.
fn tree(tokens: &[Token], mut at: usize, before: &[String], inside: &[String], found: &mut Vec<UsedPath>) -> usize {
    let line = tokens.get(at).map_or(0, |token| token.line);
    let mut segments = before.to_vec();
    loop {
        match tokens.get(at).map(|token| token.text.as_str()) {
            Some(word) if is_word(word) || word == "*" => {
                segments.push(word.to_owned());
                at += 1;
                if tokens.get(at).is_none_or(|next| next.text != "::") {
                    break;
                }
                at += 1;
            }
            Some("{") => {
                at += 1;
                loop {
                    match tokens.get(at).map(|token| token.text.as_str()) {
                        Some("}") => return at + 1,
                        Some(",") => at += 1,
                        Some(word) if is_word(word) || word == "*" || word == "{" => {
                            at = tree(tokens, at, &segments, inside, found)
                        }
                        Some(_) => at += 1,
                        None => return at,
                    }
                }
            }
            // `Vec::<T>` and the like: the path ends here, what follows is read for itself.
            _ => break,
        }
    }
    // `use x as y` renames: the new name says nothing about rooms.
    if tokens.get(at).is_some_and(|token| token.text == "as") {
        at += 2;
    }
    found.push(UsedPath { line, segments, inside: inside.to_vec() });
    at
}

struct Token {
    line: usize,
    text: String,
}

fn is_word(text: &str) -> bool {
    text.chars().next().is_some_and(|first| first.is_alphabetic() || first == '_')
}

fn tokens(code: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut characters = code.chars().peekable();
    let mut line = 1;
    while let Some(character) = characters.next() {
        if character == '\n' {
            line += 1;
        }
        if character.is_whitespace() {
            continue;
        }
        let mut text = String::from(character);
        if character.is_alphanumeric() || character == '_' {
            while let Some(next) = characters.next_if(|next| next.is_alphanumeric() || *next == '_') {
                text.push(next);
            }
        } else if character == ':' && characters.next_if_eq(&':').is_some() {
            text.push(':');
        }
        tokens.push(Token { line, text });
    }
    tokens
}

/// Blanks comments and strikes out the inside of texts and characters; the lines stay.
fn strike(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let peek = |at: usize| characters.get(at).copied().unwrap_or('\0');
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    let keep_lines = |character: char, with: char| if character == '\n' { '\n' } else { with };
    while at < characters.len() {
        let character = characters[at];
        let after_word = at > 0 && (characters[at - 1].is_alphanumeric() || characters[at - 1] == '_');
        if character == '/' && peek(at + 1) == '/' {
            while at < characters.len() && characters[at] != '\n' {
                out.push(' ');
                at += 1;
            }
        } else if character == '/' && peek(at + 1) == '*' {
            let mut depth = 0;
            while at < characters.len() {
                let (open, close) = (characters[at] == '/' && peek(at + 1) == '*', characters[at] == '*' && peek(at + 1) == '/');
                if open || close {
                    depth = if open { depth + 1 } else { depth - 1 };
                    out.push_str("  ");
                    at += 2;
                    if depth == 0 {
                        break;
                    }
                } else {
                    out.push(keep_lines(characters[at], ' '));
                    at += 1;
                }
            }
        } else if let Some(hashes) = raw(&characters, at).filter(|_| !after_word) {
            let end: String = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
            while characters[at] != '"' {
                out.push(' ');
                at += 1;
            }
            out.push('"');
            at += 1;
            while at < characters.len() && !characters[at..].iter().take(hashes + 1).collect::<String>().eq(&end) {
                out.push(keep_lines(characters[at], STRUCK));
                at += 1;
            }
            out.push_str(&end.replace('#', " "));
            at += hashes + 1;
        } else if character == '"' {
            out.push('"');
            at += 1;
            while at < characters.len() && characters[at] != '"' {
                if characters[at] == '\\' {
                    out.push(STRUCK);
                    at += 1;
                }
                if at < characters.len() {
                    out.push(keep_lines(characters[at], STRUCK));
                    at += 1;
                }
            }
            out.push('"');
            at += 1;
        } else if character == '\'' && (peek(at + 1) == '\\' || peek(at + 2) == '\'') {
            out.push('\'');
            at += 1;
            if characters[at] == '\\' {
                out.push(STRUCK);
                at += 1;
            }
            out.push(STRUCK);
            at += 1;
            while at < characters.len() && characters[at] != '\'' {
                out.push(STRUCK);
                at += 1;
            }
            out.push('\'');
            at += 1;
        } else {
            out.push(character);
            at += 1;
        }
    }
    out
}

/// The number of `#` of a raw text that begins at `at`.
fn raw(characters: &[char], at: usize) -> Option<usize> {
    let rest = &characters[at..];
    let rest = rest.strip_prefix(&['b']).or_else(|| rest.strip_prefix(&['c'])).unwrap_or(rest).strip_prefix(&['r'])?;
    let hashes = rest.iter().take_while(|character| **character == '#').count();
    (rest.get(hashes) == Some(&'"')).then_some(hashes)
}

/// Blanks every item under `#[cfg(test)]` (and `#[cfg(all(test, …))]`); also returns the names of test modules in other files.
fn without_tests(code: &str) -> (String, Vec<String>) {
    let mut characters: Vec<char> = code.chars().collect();
    let mut modules = Vec::new();
    let mut at = 0;
    while at < characters.len() {
        let Some(after) = test_attribute(&characters, at) else {
            at += 1;
            continue;
        };
        let mut end = after;
        let mut depth = 0usize;
        while end < characters.len() {
            match characters[end] {
                '{' | '(' | '[' => depth += 1,
                '}' | ')' | ']' => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 && characters[end] == '}' {
                        break;
                    }
                }
                ';' if depth == 0 => break,
                _ => {}
            }
            end += 1;
        }
        let end = (end + 1).min(characters.len());
        let item: String = characters[after..end].iter().collect();
        if let Some((_, name)) = item.trim_end_matches(';').rsplit_once("mod ").filter(|_| item.ends_with(';')) {
            modules.push(name.trim().to_owned());
        }
        for character in &mut characters[at..end] {
            if *character != '\n' {
                *character = ' ';
            }
        }
        at = end;
    }
    (characters.into_iter().collect(), modules)
}

/// Where a test attribute that begins at `at` ends.
fn test_attribute(characters: &[char], at: usize) -> Option<usize> {
    if characters[at] != '#' || characters.get(at + 1) != Some(&'[') {
        return None;
    }
    let length = characters[at..].iter().position(|character| *character == ']')? + 1;
    let attribute: String = characters[at..at + length].iter().filter(|character| !character.is_whitespace()).collect();
    (attribute == "#[cfg(test)]" || attribute.starts_with("#[cfg(all(test,")).then_some(at + length)
}
