//! Buffers as text: what is read, and how it looks.

use casebook::settings::theme::Theme;
use ratatui::buffer::{Buffer, Cell, CellWidth};
use ratatui::style::{Color, Modifier};

/// The lines as a reader sees them.
pub(crate) fn text(buffer: &Buffer) -> String {
    let mut text = String::new();
    for y in 0..buffer.area.height {
        let mut line = String::new();
        let mut x = 0;
        while x < buffer.area.width {
            let symbol = buffer[(x, y)].symbol();
            line.push_str(symbol);
            x += symbol.cell_width().max(1);
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// The runs of cells that do not look like plain text, line by line: `3-9 accent bold on chosen`.
pub(crate) fn styles(buffer: &Buffer, theme: &Theme) -> String {
    let mut all = String::new();
    for y in 0..buffer.area.height {
        let mut runs: Vec<(u16, u16, String)> = Vec::new();
        for x in 0..buffer.area.width {
            let look = look(&buffer[(x, y)], theme);
            match runs.last_mut() {
                Some((_, to, last)) if *last == look && *to + 1 == x => *to = x,
                _ => runs.push((x, x, look)),
            }
        }
        let shown: Vec<String> = runs
            .into_iter()
            .filter(|(.., look)| !look.is_empty())
            .map(|(from, to, look)| if from == to { format!("{from} {look}") } else { format!("{from}-{to} {look}") })
            .collect();
        all.push_str(&format!("{y:>2}| {}", shown.join(", ")));
        all = all.trim_end().to_owned();
        all.push('\n');
    }
    all
}

fn look(cell: &Cell, theme: &Theme) -> String {
    let style = cell.style();
    let blank = cell.symbol() == " ";
    let mut words = Vec::new();
    if let Some(ink) = style.fg.filter(|ink| Some(*ink) != theme.text.fg && *ink != Color::Reset && !blank) {
        words.push(name(ink, theme));
    }
    for (modifier, word) in [
        (Modifier::BOLD, "bold"),
        (Modifier::DIM, "dim"),
        (Modifier::ITALIC, "italic"),
        (Modifier::UNDERLINED, "underline"),
        (Modifier::REVERSED, "reverse"),
    ] {
        let shows = !blank || matches!(word, "underline" | "reverse");
        if style.add_modifier.contains(modifier) && shows {
            words.push(word.to_owned());
        }
    }
    if let Some(paper) = style.bg.filter(|paper| Some(*paper) != theme.text.bg && *paper != Color::Reset) {
        words.push(format!("on {}", name(paper, theme)));
    }
    words.join(" ")
}

fn name(color: Color, theme: &Theme) -> String {
    theme.palette.iter().find(|(_, known)| *known == color).map_or_else(|| format!("{color:?}"), |(name, _)| name.clone())
}
