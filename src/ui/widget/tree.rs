//! Nested values, folded and unfolded.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::domain::SafeText;
use crate::settings::theme::Theme;

use super::{Line, row, tint};

/// One visible line of a tree.
#[derive(Debug, Clone)]
pub struct Node {
    /// How deep it lies.
    pub depth: usize,
    /// Its name: a key, or a place in a list.
    pub name: SafeText,
    /// How the name looks.
    pub name_style: Style,
    /// What it holds, or a summary where it is folded.
    pub value: Line,
    /// Whether it is open; `None` when there is nothing below it.
    pub open: Option<bool>,
}

/// The visible lines of a tree from line `first` of `total` on.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    /// The visible lines.
    pub nodes: Vec<Node>,
    /// The place of the first of them among all lines.
    pub first: usize,
    /// How many lines there are.
    pub total: usize,
    /// The current line among all lines.
    pub cursor: Option<usize>,
    /// Columns for the names of the top level, so that their values stand in one column.
    pub name_width: u16,
}

/// A deep tree is not indented out of sight: no more levels than this are shown by indentation.
const DEEPEST: usize = 8;

/// Below this many columns names and values stand one column apart.
const NARROW: u16 = 36;

impl Tree {
    /// Draws the lines, one a row. How far one is in the whole is left to whoever draws the frame ([`super::scroll`]).
    pub fn draw(&self, area: Rect, buf: &mut Buffer, theme: &Theme) {
        for (node, index) in self.nodes.iter().zip(0..area.height) {
            let Some(place) = row(area, index) else { break };
            if self.cursor == Some(self.first + usize::from(index)) {
                tint(place, buf, theme.selection);
            }
            self.line(node, area.width, theme).draw(place, buf, theme);
        }
    }

    fn line(&self, node: &Node, room: u16, theme: &Theme) -> Line {
        let mut line = Line::new();
        for _ in 0..node.depth.min(DEEPEST) {
            line = line.with("  ", theme.dim);
        }
        let mark = match (node.open, theme.ascii) {
            (None, _) => "  ",
            (Some(true), false) => "▾ ",
            (Some(false), false) => "▸ ",
            (Some(true), true) => "v ",
            (Some(false), true) => "> ",
        };
        line = line.with(mark, theme.dim).with(node.name.clone(), node.name_style);
        if node.value.is_empty() {
            return line;
        }
        let named = super::text::width(&node.name);
        let wanted = if node.depth == 0 { usize::from(self.name_width) } else { 0 };
        for _ in named..wanted {
            line = line.with(" ", theme.dim);
        }
        line.with(if room < NARROW { " " } else { "  " }, theme.dim).joined(node.value.clone())
    }
}
