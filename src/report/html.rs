//! Making text harmless in HTML. As in [`super::escape`], controls and invisible characters become visible escapes and links are disarmed;
//! then whatever HTML would act on becomes a character reference.

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use crate::domain::SafeText;

use super::escape::{defang, quote as markdown_quote};

/// A text as plain words, for elements and for attributes in double quotes.
pub fn text(untrusted: &str) -> String {
    escaped(&defang(SafeText::new(untrusted).as_str()))
}

/// A value, character for character.
pub fn code(untrusted: &str) -> String {
    if untrusted.trim().is_empty() {
        let spaces = untrusted.chars().count();
        return if spaces == 0 { "<em>(empty)</em>".to_owned() } else { format!("<em>({spaces} spaces)</em>") };
    }
    format!("<code>{}</code>", escaped(SafeText::new(untrusted).as_str()))
}

/// Lines, character for character.
pub fn block(untrusted: &str) -> String {
    let lines: Vec<String> = untrusted.split('\n').map(|line| escaped(SafeText::new(line).as_str())).collect();
    format!("<pre><code>{}</code></pre>", lines.join("\n"))
}

/// What an analyst wrote in Markdown, as a block quote. It goes through the Markdown of [`super::escape::quote`], so that exactly the same
/// is kept: paragraphs, lists, quotes, emphasis and code.
pub fn quote(untrusted: &str) -> String {
    let markdown = markdown_quote(untrusted);
    let mut html = String::new();
    for event in Parser::new(&markdown) {
        push(&event, &mut html);
    }
    html.trim_end().to_owned()
}

fn push(event: &Event<'_>, out: &mut String) {
    match event {
        Event::Start(tag) => out.push_str(match tag {
            Tag::Paragraph => "<p>",
            Tag::BlockQuote(_) => "<blockquote>\n",
            Tag::CodeBlock(_) => "<pre><code>",
            Tag::List(None) => "<ul>\n",
            Tag::List(Some(_)) => "<ol>\n",
            Tag::Item => "<li>",
            Tag::Emphasis => "<em>",
            Tag::Strong => "<strong>",
            _ => "",
        }),
        Event::End(tag) => out.push_str(match tag {
            TagEnd::Paragraph => "</p>\n",
            TagEnd::BlockQuote(_) => "</blockquote>\n",
            TagEnd::CodeBlock => "</code></pre>\n",
            TagEnd::List(false) => "</ul>\n",
            TagEnd::List(true) => "</ol>\n",
            TagEnd::Item => "</li>\n",
            TagEnd::Emphasis => "</em>",
            TagEnd::Strong => "</strong>",
            _ => "",
        }),
        Event::Code(words) => out.push_str(&format!("<code>{}</code>", escaped(SafeText::new(words).as_str()))),
        // Lines of a code block come with their line end; everything else is one line.
        Event::Text(words) => {
            let lines: Vec<String> = words.split('\n').map(|line| escaped(SafeText::new(line).as_str())).collect();
            out.push_str(&lines.join("\n"));
        }
        Event::SoftBreak => out.push('\n'),
        Event::HardBreak => out.push_str("<br>\n"),
        Event::Html(words) | Event::InlineHtml(words) => out.push_str(&text(words)),
        _ => {}
    }
}

/// What HTML acts on, as character references.
pub(super) fn escaped(words: &str) -> String {
    let mut out = String::with_capacity(words.len() + words.len() / 8);
    for character in words.chars() {
        match character {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(character),
        }
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
        assert_eq!(text("<script>alert('1')</script>"), "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;");
        assert_eq!(text("\u{1b}[2J\u{202e}\" onload=x"), "\\x1b[2J\\u{202e}&quot; onload=x");
        assert_eq!(text("see javascript:x, https://evil.example"), "see javascript[:]x, hxxps[:]//evil.example");
        assert_eq!(code("a\nb<"), "<code>a\\nb&lt;</code>");
        assert_eq!(block("<b>\n&"), "<pre><code>&lt;b&gt;\n&amp;</code></pre>");
    }

    #[test]
    fn a_note_keeps_its_shape_but_no_power() {
        let note = "# Sum\n\nThe *key* `k_1` <img src=x onerror=y>\n- one [link](javascript:x)\n- two\n\n```\n<script>\n```";
        insta::assert_snapshot!(quote(note), @r"
        <blockquote>
        <p><strong>Sum</strong></p>
        <p>The <em>key</em> <code>k_1</code> &lt;img src=x onerror=y&gt;</p>
        <ul>
        <li>one [link](javascript[:]x)</li>
        <li>two</li>
        </ul>
        <pre><code>&lt;script&gt;
        </code></pre>
        </blockquote>
        ");
    }

    proptest! {
        #[test]
        fn nothing_comes_out_that_is_markup_or_unfit(value in any::<String>()) {
            for made in [text(&value), escaped(&value)] {
                prop_assert!(!made.contains(['<', '>', '"', '\'']), "{made:?}");
            }
            for made in [text(&value), code(&value), block(&value), quote(&value)] {
                prop_assert!(!made.chars().any(|character| is_unfit(character) && character != '\n'), "{made:?}");
            }
        }
    }
}
