//! Text of several lines that is being typed: long lines go on below, broken at spaces, so that all of what was written can be seen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::domain::SafeText;
use crate::settings::theme::Theme;

use super::text::{PLAIN, graphemes, width};
use super::{Line, clip, fill, row, scroll, tint};

/// Text of several lines that is being typed. What was pasted may hold anything: it is made safe here, character by character.
#[derive(Debug, Clone, Copy)]
pub struct Prose<'a> {
    /// Its lines.
    pub lines: &'a [String],
    /// The line of the cursor and its place in bytes of that line; `None` when the text has not the keys.
    pub cursor: Option<(usize, usize)>,
    /// What stands there when nothing is typed.
    pub placeholder: &'static str,
}

/// The text broken into rows.
struct Broken {
    rows: Vec<Line>,
    /// The row of the cursor, its column and its width.
    cursor: Option<(usize, usize, usize)>,
}

impl Prose<'_> {
    /// Rows that it takes at this width.
    pub fn height(&self, width: u16, theme: &Theme) -> usize {
        self.broken(usize::from(width.saturating_sub(1)).max(1), theme).rows.len()
    }

    /// Draws it, scrolled so that the cursor is in sight.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, theme: &Theme) {
        let area = clip(area, buf);
        if area.is_empty() {
            return;
        }
        fill(area, buf, theme.text.patch(theme.input));
        if self.lines.iter().all(String::is_empty) && self.lines.len() < 2 {
            let at = u16::from(self.cursor.is_some());
            let rest = Rect { x: area.x + at, width: area.width - at, ..area };
            Line::new().with(self.placeholder, theme.placeholder).draw(rest, buf, theme);
        }
        let broken = self.broken(usize::from(area.width.saturating_sub(1)).max(1), theme);
        let high = usize::from(area.height);
        let most = broken.rows.len().saturating_sub(high);
        let first = broken.cursor.map_or(0, |(at, ..)| at.saturating_sub(high / 2)).min(most);
        for (line, index) in broken.rows.iter().skip(first).zip(0..area.height) {
            if let Some(place) = row(area, index) {
                line.draw(place, buf, theme);
            }
        }
        if let Some((at, column, wide)) = broken.cursor
            && let (Ok(down), Ok(right)) = (u16::try_from(at.saturating_sub(first)), u16::try_from(column))
        {
            let wide = u16::try_from(wide).unwrap_or(1);
            let spot = Rect { x: area.x.saturating_add(right), y: area.y.saturating_add(down), width: wide, height: 1 };
            tint(spot.intersection(area), buf, theme.cursor);
        }
        scroll::draw(first as u64, high as u64, broken.rows.len() as u64, area, buf, theme);
    }

    fn broken(&self, room: usize, theme: &Theme) -> Broken {
        let mut broken = Broken { rows: Vec::new(), cursor: None };
        let mut fenced = false;
        for (number, text) in self.lines.iter().enumerate() {
            let fence = text.trim_start().starts_with("```");
            let style = if fenced || fence { theme.dim } else { look(text, theme) };
            fenced ^= fence;
            let here = self.cursor.filter(|(line, _)| *line == number).map(|(_, at)| at);
            line(text, here, room, style, &mut broken);
        }
        broken
    }
}

/// How a line of Markdown looks: headings and quotes differ, the rest is as it is.
fn look(text: &str, theme: &Theme) -> Style {
    match text.trim_start().chars().next() {
        Some('#') => theme.accent,
        Some('>') => theme.dim,
        _ => PLAIN,
    }
}

struct Glyph {
    text: SafeText,
    wide: usize,
    end: usize,
    space: bool,
}

/// Breaks one line into rows.
fn line(text: &str, cursor: Option<usize>, room: usize, style: Style, broken: &mut Broken) {
    let mut end = 0;
    let glyphs: Vec<Glyph> = graphemes(text)
        .map(|grapheme| {
            let text = SafeText::new(grapheme);
            end += grapheme.len();
            Glyph { wide: width(&text), text, end, space: grapheme == " " }
        })
        .collect();
    let mut start = 0;
    loop {
        let (mut used, mut at, mut space) = (0, start, None);
        while let Some(glyph) = glyphs.get(at) {
            if used + glyph.wide > room && at > start {
                break;
            }
            used += glyph.wide;
            at += 1;
            if glyph.space {
                space = Some(at);
            }
        }
        let stop = if at < glyphs.len() { space.unwrap_or(at) } else { at };
        let mut drawn = Line::new();
        let mut column = 0;
        for glyph in glyphs.get(start..stop).unwrap_or_default() {
            if broken.cursor.is_none() && cursor.is_some_and(|cursor| cursor < glyph.end) {
                broken.cursor = Some((broken.rows.len(), column, glyph.wide.max(1)));
            }
            drawn.push(&glyph.text, style);
            column += glyph.wide;
        }
        broken.rows.push(drawn);
        if stop >= glyphs.len() {
            // Behind the last character; on a row of its own where that one fills its row.
            if cursor.is_some() && broken.cursor.is_none() {
                if column >= room {
                    broken.rows.push(Line::new());
                    column = 0;
                }
                broken.cursor = Some((broken.rows.len() - 1, column, 1));
            }
            return;
        }
        start = stop;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn broken(lines: &[&str], cursor: (usize, usize), room: usize) -> (Vec<String>, Option<(usize, usize, usize)>) {
        let lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        let prose = Prose { lines: &lines, cursor: Some(cursor), placeholder: "" };
        let broken = prose.broken(room, &Theme::builtin("mono").unwrap());
        (broken.rows.iter().map(Line::text).collect(), broken.cursor)
    }

    #[test]
    fn long_lines_go_on_below_and_the_cursor_with_them() {
        let (rows, cursor) = broken(&["one two three", "", "x"], (0, 8), 8);
        assert_eq!(rows, ["one two ", "three", "", "x"]);
        assert_eq!(cursor, Some((1, 0, 1)));
        assert_eq!(broken(&["one two three", "", "x"], (1, 0), 8).1, Some((2, 0, 1)));
        assert_eq!(broken(&["abcdefgh"], (0, 8), 8), (vec!["abcdefgh".to_owned(), String::new()], Some((1, 0, 1))));
        assert_eq!(broken(&["abcdefghij"], (0, 9), 8), (vec!["abcdefgh".to_owned(), "ij".to_owned()], Some((1, 1, 1))));
    }

    proptest! {
        #[test]
        fn nothing_is_left_out_and_the_cursor_is_always_somewhere(text in "[a-z ü日\u{202e}]{0,60}", at in 0usize..60, room in 2usize..20) {
            let at = text.char_indices().nth(at).map_or(text.len(), |(at, _)| at);
            let (rows, cursor) = broken(&[&text], (0, at), room);
            let safe = SafeText::new(&text);
            prop_assert_eq!(rows.concat(), safe.as_str());
            let (row, _, _) = cursor.unwrap();
            prop_assert!(row < rows.len());
        }
    }
}
