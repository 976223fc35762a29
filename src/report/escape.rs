//! Making text harmless in Markdown. Whatever an extract or a person wrote goes through one of these functions on its way into a report.
//!
//! First [`SafeText`] turns controls, bidirectional overrides and characters without width into visible escapes (so there is no line end
//! left either), then what Markdown, HTML, tables and auto-linking renderers would act on is escaped or defanged.

use crate::domain::SafeText;

/// A text as plain words in a paragraph, a heading, a list item or a table cell: one line, and nothing in it acts.
pub fn text(untrusted: &str) -> String {
    let safe = SafeText::new(untrusted);
    inline(&defang(safe.as_str()), false)
}

/// A value, character for character, as a code span; for paragraphs, headings, list items and table cells.
pub fn code(untrusted: &str) -> String {
    let safe = SafeText::new(untrusted);
    let value = safe.as_str();
    if value.trim().is_empty() {
        return if value.is_empty() { "*(empty)*".into() } else { format!("*({} spaces)*", value.chars().count()) };
    }
    // A `|` in a table ends the cell, in code too, and how it is escaped there differs between renderers.
    if value.contains('|') {
        return inline(&defang(value), false);
    }
    let fence = "`".repeat(longest_run(value, '`') + 1);
    let edge = |character: Option<char>| matches!(character, Some('`' | ' '));
    let pad = if edge(value.chars().next()) || edge(value.chars().last()) { " " } else { "" };
    format!("{fence}{pad}{value}{pad}{fence}")
}

/// Lines, character for character, as a fenced block. Other line ends than `\n` become visible escapes.
pub fn block(untrusted: &str, language: &str) -> String {
    let fence = "`".repeat((longest_run(untrusted, '`') + 1).max(3));
    let lines: Vec<String> = untrusted.split('\n').map(|line| SafeText::new(line).as_str().to_owned()).collect();
    format!("{fence}{language}\n{}\n{fence}\n", lines.join("\n"))
}

/// What an analyst wrote, as a block quote. Of its Markdown, paragraphs, lists, quotes, emphasis and code are kept, headings become bold
/// lines; HTML, links, images, tables and rules become plain text. So it can neither act nor pass for a part of the report.
pub fn quote(untrusted: &str) -> String {
    let mut out = String::new();
    let mut push = |line: &str| {
        out.push_str(if line.is_empty() { ">" } else { "> " });
        out.push_str(line);
        out.push('\n');
    };
    let mut depth = 0;
    let mut lines = untrusted.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
    while let Some(line) = lines.next() {
        let Some(fence) = fence_of(line) else {
            push(&quoted_line(line, &mut depth));
            continue;
        };
        let code: Vec<&str> = lines.by_ref().take_while(|line| !closes(line, fence)).collect();
        for line in block(&code.join("\n"), "").lines() {
            push(line);
        }
    }
    if out.is_empty() { ">\n".into() } else { out }
}

/// The run of backticks or tildes that opens a fenced block.
fn fence_of(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let marker = line.chars().next().filter(|first| matches!(first, '`' | '~'))?;
    let length = line.chars().take_while(|character| *character == marker).count();
    let (fence, info) = line.split_at_checked(length)?;
    (length >= 3 && !info.contains('`')).then_some(fence)
}

fn closes(line: &str, fence: &str) -> bool {
    let line = line.trim();
    line.starts_with(fence) && line.trim_start_matches(fence.chars().next().unwrap_or('`')).is_empty()
}

/// One line; `depth` is how far the next line may be indented and still be a list in a list.
fn quoted_line(line: &str, depth: &mut usize) -> String {
    let tail = line.trim_start();
    let indent = line.len() - tail.len();
    let hashes = tail.chars().take_while(|character| *character == '#').count();
    if let (1..=6, Some(heading)) = (hashes, tail.get(hashes..).filter(|rest| rest.starts_with(' '))) {
        let heading = heading.trim().trim_end_matches('#').trim_end();
        return if heading.is_empty() { String::new() } else { format!("**{}**", text(heading)) };
    }
    let (marker, rest) = marker_of(tail);
    if marker == "- " && rest.is_empty() {
        // An empty item below a line of text would make a heading of that line.
        *depth = 0;
        return "\\-".to_owned();
    }
    // More spaces than a list in a list has would make it an indented code block.
    let indent = if marker.is_empty() { 0 } else { (indent / 2 * 2).min(*depth) };
    *depth = if marker.is_empty() { 0 } else { indent + 2 };
    format!("{}{marker}{}", " ".repeat(indent), analyst_inline(rest))
}

/// Splits the marker of a list item or a quote off a line.
fn marker_of(line: &str) -> (String, &str) {
    for marker in ["- ", "* ", "+ "] {
        if let Some(rest) = line.strip_prefix(marker) {
            return ("- ".into(), rest.trim_start());
        }
    }
    if let Some(rest) = line.strip_prefix('>') {
        return ("> ".into(), rest.trim_start());
    }
    let digits = line.chars().take_while(char::is_ascii_digit).count();
    if let (1..=9, Some((number, rest))) = (digits, line.split_at_checked(digits))
        && let Some(rest) = rest.strip_prefix(". ").or_else(|| rest.strip_prefix(") "))
    {
        return (format!("{number}. "), rest.trim_start());
    }
    (String::new(), line)
}

/// Inline Markdown of an analyst: code spans and emphasis stay, all else is text.
fn analyst_inline(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(at) = rest.find('`') {
        let (before, from) = rest.split_at(at);
        let run = from.chars().take_while(|character| *character == '`').count();
        let inside = from.get(run..).unwrap_or_default();
        match closing(inside, run) {
            Some(end) => {
                piece(before, &mut out);
                out.push_str(&code(inside.get(..end).unwrap_or_default().trim()));
                rest = inside.get(end + run..).unwrap_or_default();
            }
            None => {
                piece(before, &mut out);
                out.push_str(&"\\`".repeat(run));
                rest = inside;
            }
        }
    }
    piece(rest, &mut out);
    out
}

fn piece(words: &str, out: &mut String) {
    let safe = SafeText::new(words);
    let rule = out.is_empty() && safe.as_str().chars().all(|character| matches!(character, '*' | '_' | '-' | ' ' | '='));
    out.push_str(&inline(&defang(safe.as_str()), !rule));
}

/// Where a run of exactly `run` backticks begins.
fn closing(text: &str, run: usize) -> Option<usize> {
    let mut at = 0;
    while let Some(found) = text.get(at..)?.find('`') {
        let start = at + found;
        let length = text.get(start..)?.chars().take_while(|character| *character == '`').count();
        if length == run {
            return Some(start);
        }
        at = start + length;
    }
    None
}

fn longest_run(text: &str, of: char) -> usize {
    let mut longest = 0;
    let mut run = 0;
    for character in text.chars() {
        run = if character == of { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

/// Escapes what Markdown acts on. `emphasis` leaves `*` and `_` alone, and spaces at the ends: they stand between pieces of a line.
fn inline(words: &str, emphasis: bool) -> String {
    let mut out = String::with_capacity(words.len() + words.len() / 8);
    let numbered = words.chars().take_while(char::is_ascii_digit).count();
    for (at, character) in words.chars().enumerate() {
        match character {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '|' => out.push_str("&#124;"),
            '*' | '_' if emphasis => out.push(character),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')' | '#' | '!' | '~' | '$' | '^' => {
                out.push('\\');
                out.push(character);
            }
            '-' | '+' | '=' | ':' if at == 0 => {
                out.push('\\');
                out.push(character);
            }
            '.' if numbered > 0 && at == numbered => out.push_str("\\."),
            ' ' if at == 0 && !emphasis => out.push_str("&#32;"),
            _ => out.push(character),
        }
    }
    if out.ends_with(' ') && !emphasis {
        out.pop();
        out.push_str("&#32;");
    }
    out
}

/// Breaks what renderers turn into links on their own: `http://` becomes `hxxp[:]//`, `www.` `www[.]`, `a@b` `a[at]b`.
pub(super) fn defang(words: &str) -> String {
    let lower = words.to_ascii_lowercase();
    let mut out = String::with_capacity(words.len());
    let mut before: Option<char> = None;
    let mut skip_to = 0;
    for (at, character) in words.char_indices() {
        if at < skip_to {
            continue;
        }
        let rest = lower.get(at..).unwrap_or_default();
        let starts_word = !before.is_some_and(char::is_alphanumeric);
        let mut replaced = |from: usize, to: &str| {
            out.push_str(to);
            skip_to = at + from;
        };
        if rest.starts_with("http://") {
            replaced(7, "hxxp[:]//");
        } else if rest.starts_with("https://") {
            replaced(8, "hxxps[:]//");
        } else if rest.starts_with("http:") {
            // A link that was cut off.
            replaced(5, "hxxp[:]");
        } else if rest.starts_with("https:") {
            replaced(6, "hxxps[:]");
        } else if rest.starts_with("://") {
            replaced(3, "[:]//");
        } else if starts_word && rest.starts_with("www.") {
            replaced(4, "www[.]");
        } else if starts_word && (rest.starts_with("mailto:") || rest.starts_with("xmpp:") || rest.starts_with("javascript:")) {
            let scheme = rest.find(':').unwrap_or_default();
            replaced(scheme + 1, &format!("{}[:]", words.get(at..at + scheme).unwrap_or_default()));
        } else if character == '@' && rest.chars().nth(1).is_some_and(char::is_alphanumeric) {
            replaced(1, "[at]");
        } else {
            out.push(character);
        }
        before = words.get(..skip_to.max(at + character.len_utf8())).and_then(|done| done.chars().last());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::text::is_unfit;
    use proptest::prelude::*;

    #[test]
    fn text_is_shown_and_does_nothing() {
        assert_eq!(text("<script>alert(1)</script>"), "&lt;script&gt;alert\\(1\\)&lt;/script&gt;");
        assert_eq!(text("[x](javascript:y)"), "\\[x\\]\\(javascript\\[:\\]y\\)");
        assert_eq!(text("=cmd()"), "\\=cmd\\(\\)");
        assert_eq!(text("1. a | b"), "1\\. a &#124; b");
        assert_eq!(text("see HTTPS://evil.example, www.evil.example or a@evil.example"), {
            "see hxxps\\[:\\]//evil.example, www\\[.\\]evil.example or a\\[at\\]evil.example"
        });
        assert_eq!(text("a\u{202e}b\u{1b}]52;c\r\n# x"), "a\\\\u\\{202e\\}b\\\\x1b\\]52;c\\\\r\\\\n\\# x");
        assert_eq!(text("acct_17 and 2.5"), "acct\\_17 and 2.5");
    }

    #[test]
    fn code_is_kept_character_for_character() {
        assert_eq!(code("acct_17"), "`acct_17`");
        assert_eq!(code("a``b`"), "``` a``b` ```");
        assert_eq!(code(""), "*(empty)*");
        assert_eq!(code("a|b"), "a&#124;b");
        assert_eq!(code("a\nb"), "`a\\nb`");
    }

    #[test]
    fn a_note_keeps_its_shape_but_no_power() {
        let note = "# Summary\n\nThe *key* `k_1` leaked <b>\n- one [link](http://x)\n  - two\n1) three\n---\n```sh\n<script>\n```\nend\n===";
        insta::assert_snapshot!(quote(note), @r"
        > **Summary**
        >
        > The *key* `k_1` leaked &lt;b&gt;
        > - one \[link\]\(hxxp\[:\]//x\)
        >   - two
        > 1. three
        > \---
        > ```
        > <script>
        > ```
        > end
        > \===
        ");
    }

    proptest! {
        #[test]
        fn nothing_unfit_comes_out(value in any::<String>()) {
            for made in [text(&value), code(&value)] {
                prop_assert!(!made.chars().any(is_unfit), "{made:?}");
            }
            for made in [quote(&value), block(&value, "sh")] {
                prop_assert!(!made.chars().any(|character| is_unfit(character) && character != '\n'), "{made:?}");
            }
        }
    }
}
