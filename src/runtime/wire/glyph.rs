//! What is written into a cell: the character, how wide it is, and whether terminals agree on that.

use ratatui::buffer::{Cell, CellWidth};
use ratatui::style::Modifier;

/// Modifiers that are seen on a blank.
pub(super) const SEEN: Modifier = Modifier::REVERSED.union(Modifier::UNDERLINED).union(Modifier::CROSSED_OUT);

/// Whether nothing is seen of a cell but its background.
pub(super) fn is_blank(glyph: &str, cell: &Cell) -> bool {
    glyph == " " && !cell.modifier.intersects(SEEN)
}

/// What is written into a cell, and how many columns it takes. What would leave the row, has no width or would be obeyed is not written.
pub(super) fn glyph(row: &[Cell], x: u16) -> (&str, u16) {
    let Some(cell) = row.get(usize::from(x)) else { return (" ", 1) };
    let symbol = cell.symbol();
    if symbol.chars().any(char::is_control) {
        return ("\u{fffd}", 1);
    }
    match cell.cell_width() {
        0 => (" ", 1),
        width if usize::from(x) + usize::from(width) > row.len() => (" ", 1),
        width => (symbol, width),
    }
}

/// Columns that a terminal may take a character of doubtful width to need: one that knows nothing of what belongs together draws each part.
pub(super) fn at_most(glyph: &str) -> u16 {
    let parts = glyph.chars().map(|character| character.encode_utf8(&mut [0; 4]).cell_width().max(1));
    parts.fold(1, u16::saturating_add)
}

/// Whether all terminals agree on how wide a character is.
pub(super) fn is_sure(glyph: &str) -> bool {
    let mut chars = glyph.chars();
    let (Some(character), None) = (chars.next(), chars.next()) else { return false };
    matches!(character,
        // Latin and its neighbours, punctuation, arrows, mathematics, lines, blocks, figures, braille: one column.
        ' '..='~' | '\u{a0}'..='\u{ac}' | '\u{ae}'..='\u{2ff}' | '\u{370}'..='\u{373}' | '\u{391}'..='\u{3a1}' | '\u{3a3}'..='\u{481}'
        | '\u{5d0}'..='\u{5ea}' | '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205e}' | '\u{20a0}'..='\u{20bf}' | '\u{2190}'..='\u{2319}' | '\u{231c}'..='\u{23e8}'
        | '\u{2500}'..='\u{25fc}' | '\u{2713}' | '\u{2717}' | '\u{2800}'..='\u{28ff}' | '\u{fffd}'
        // Ideographs, kana, syllables of Hangul, full-width forms: two.
        | '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{fa6d}' | '\u{ff01}'..='\u{ff60}' | '\u{20000}'..='\u{2a6df}')
}
