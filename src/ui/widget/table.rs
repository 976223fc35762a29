//! A table: columns as wide as what is visible in them needs, a current row and cell, scrolling sideways.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::domain::SafeText;
use crate::settings::theme::Theme;

use super::text::Cut;
use super::{Line, clip, row, sign, tint};

/// On which side of its column a value stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Align {
    /// Left.
    #[default]
    Left,
    /// Right, for numbers.
    Right,
}

/// One column.
#[derive(Debug, Clone, Default)]
pub struct Column {
    /// Its head.
    pub title: Line,
    /// Where its values stand.
    pub align: Align,
    /// Where values that are too long are cut.
    pub cut: Cut,
    /// It is never made narrower than this or its head, unless its content is or the table is.
    pub min: u16,
    /// It is never made wider than this, unless room is left at the end.
    pub max: u16,
    /// Columns with a higher number get what they need first.
    pub priority: u8,
}

/// One cell.
#[derive(Debug, Clone, Default)]
pub struct Cell {
    /// What it says.
    pub line: Line,
    /// A one-column sign and its look, such as the connotation of a label: it stands in the gap before the column, so that values stay in
    /// one line.
    pub mark: Option<(&'static str, Style)>,
}

impl Cell {
    /// A cell with one text in one look.
    pub fn of(text: impl Into<SafeText>, style: Style) -> Cell {
        Cell { line: Line::new().with(text, style), mark: None }
    }

    fn width(&self) -> u16 {
        u16::try_from(self.line.width()).unwrap_or(u16::MAX)
    }
}

/// What stands left of a row.
#[derive(Debug, Clone, Copy, Default)]
pub struct Gutter {
    /// A one-column sign and its look.
    pub mark: Option<(&'static str, Style)>,
    /// Whether the row is one of several that are selected.
    pub selected: bool,
}

/// A table. Cells are asked for one by one, only those that can be seen and those beside them, and each only once.
pub struct Table<'a> {
    /// All columns.
    pub columns: &'a [Column],
    /// How many rows are visible.
    pub rows: usize,
    /// The cell in visible row `.0`, column `.1`.
    pub cell: &'a dyn Fn(usize, usize) -> Cell,
    /// What stands left of a visible row.
    pub gutter: &'a dyn Fn(usize) -> Gutter,
    /// The current visible row and column.
    pub cursor: Option<(usize, usize)>,
    /// The first columns stay where they are when the rest scrolls.
    pub frozen: usize,
    /// The first column to show after the frozen ones, if the cursor allows.
    pub first: usize,
    /// Whether the table has the keys.
    pub focused: bool,
}

/// The visible cells of one column with their widths.
type Measured = Rc<Vec<(Cell, u16)>>;

/// The visible cells with their widths, made column by column when they are needed.
struct Cells<'a> {
    table: &'a Table<'a>,
    visible: usize,
    known: RefCell<BTreeMap<usize, Measured>>,
}

impl Cells<'_> {
    fn column(&self, column: usize) -> Measured {
        if let Some(known) = self.known.borrow().get(&column) {
            return Rc::clone(known);
        }
        let cells = (0..self.visible)
            .map(|row| {
                let cell = (self.table.cell)(row, column);
                let width = cell.width();
                (cell, width)
            })
            .collect();
        let cells = Rc::new(cells);
        self.known.borrow_mut().insert(column, Rc::clone(&cells));
        cells
    }
}

/// One column as it is placed: which, from where, how wide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    /// The column.
    pub column: usize,
    /// Its left edge, in columns from the left edge of the table.
    pub x: u16,
    /// Its width.
    pub width: u16,
}

const GAP: u16 = 2;
/// The cursor, the mark of the row, and the mark of the first cell.
const GUTTER: u16 = 3;

impl Table<'_> {
    /// Draws the heads in the first row of `area` and the rows below. Returns where the columns are.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, theme: &Theme) -> Vec<Placed> {
        let area = clip(area, buf);
        if area.is_empty() || self.columns.is_empty() {
            return Vec::new();
        }
        let visible = self.rows.min(usize::from(area.height.saturating_sub(1)));
        let cells = Cells { table: self, visible, known: RefCell::default() };
        let placed = self.place(area.width, &cells);
        for place in &placed {
            let Some(column) = self.columns.get(place.column) else { continue };
            let head = Rect { x: area.x + place.x, y: area.y, width: place.width, height: 1 };
            let title = column.title.clone().over(theme.header);
            match column.align {
                Align::Left => title.draw(head, buf, theme),
                Align::Right => title.draw_right(head, buf, theme),
            };
        }
        for index in 0..visible {
            let Some(place) = u16::try_from(index + 1).ok().and_then(|index| row(area, index)) else { break };
            self.draw_row(index, place, buf, theme, &placed, &cells);
        }
        placed
    }

    fn draw_row(&self, index: usize, place: Rect, buf: &mut Buffer, theme: &Theme, placed: &[Placed], cells: &Cells<'_>) {
        let gutter = (self.gutter)(index);
        let current = self.cursor.is_some_and(|(row, _)| row == index);
        if current {
            tint(place, buf, theme.selection);
        }
        if gutter.selected {
            // The current row is known by its ground and its cell; that it is one of several is said by this sign alone.
            sign(buf, place.x, place.y, if theme.ascii { "x" } else { "✓" }, theme.accent);
        } else if current {
            sign(buf, place.x, place.y, if theme.ascii { ">" } else { "▌" }, if self.focused { theme.accent } else { theme.dim });
        }
        if let Some((mark, style)) = gutter.mark
            && place.width > 1
        {
            sign(buf, place.x + 1, place.y, mark, style);
        }
        for spot in placed {
            let Some(column) = self.columns.get(spot.column) else { continue };
            let column_cells = cells.column(spot.column);
            let Some((cell, width)) = column_cells.get(index) else { continue };
            let area = Rect { x: place.x + spot.x, width: spot.width, ..place };
            if current && self.focused && self.cursor.is_some_and(|(_, chosen)| chosen == spot.column) {
                let wide = (*width).min(spot.width).max(1);
                let from = match column.align {
                    Align::Left => area.x,
                    Align::Right => area.x + (area.width - wide.min(area.width)),
                };
                tint(Rect { x: from, width: wide.min(area.width), ..area }, buf, theme.cursor);
                draw_cell(&plain(cell.clone(), theme.cursor), column, area, buf, theme);
            } else {
                draw_cell(cell, column, area, buf, theme);
            }
        }
    }

    /// Whether there are columns out of sight at the left and at the right of those that were placed.
    pub fn hidden(&self, placed: &[Placed]) -> (bool, bool) {
        let left = placed.iter().find(|place| place.column >= self.frozen).is_some_and(|place| place.column > self.frozen);
        let right = placed.last().is_some_and(|place| place.column + 1 < self.columns.len());
        (left, right)
    }

    /// Columns that what is visible in a column needs: no more than its `max`.
    fn wanted(&self, column: usize, cells: &Cells<'_>) -> u16 {
        let Some(spec) = self.columns.get(column) else { return 0 };
        let title = u16::try_from(spec.title.width()).unwrap_or(u16::MAX);
        let content = cells.column(column).iter().map(|(_, width)| *width).max().unwrap_or(0);
        title.max(content).clamp(1, spec.max.max(1))
    }

    fn place(&self, total: u16, cells: &Cells<'_>) -> Vec<Placed> {
        let room = total.saturating_sub(GUTTER.min(total));
        let frozen: Vec<usize> = (0..self.frozen.min(self.columns.len())).collect();
        let cursor = self.cursor.map(|(_, column)| column.min(self.columns.len() - 1));
        let mut first = self.first.max(frozen.len());
        if let Some(cursor) = cursor
            && cursor >= frozen.len()
        {
            first = first.min(cursor);
        }
        let chosen = self.choose(&frozen, first, room, cells);
        match cursor {
            Some(cursor) if cursor >= frozen.len() && !chosen.iter().any(|(column, _)| *column == cursor) => {
                let first = self.first_before(cursor, &frozen, room, cells);
                spread(&self.choose(&frozen, first, room, cells), room)
            }
            _ => spread(&chosen, room),
        }
    }

    /// The first column from which on `cursor` can still be seen, found from the cursor backwards: no column is measured that is not shown.
    fn first_before(&self, cursor: usize, frozen: &[usize], room: u16, cells: &Cells<'_>) -> usize {
        let mut left = room;
        for column in frozen.iter().copied().chain([cursor]) {
            left = left.saturating_sub(self.least(column, cells).saturating_add(GAP));
        }
        // Behind the last column there is no gap.
        left = left.saturating_add(GAP);
        let mut first = cursor;
        while first > frozen.len() {
            let needs = self.least(first - 1, cells).saturating_add(GAP);
            if needs > left {
                break;
            }
            left -= needs;
            first -= 1;
        }
        first
    }

    /// The fewest columns in which a column makes sense: its `min`, its head, or all of its content.
    fn least(&self, column: usize, cells: &Cells<'_>) -> u16 {
        let Some(spec) = self.columns.get(column) else { return 0 };
        let title = u16::try_from(spec.title.width()).unwrap_or(u16::MAX);
        self.wanted(column, cells).min(spec.min.max(title).max(1))
    }

    /// Which columns fit from `first` on, and how wide they are: as many as fit at their least width, then the room that is left goes to
    /// those of high priority first.
    fn choose(&self, frozen: &[usize], first: usize, room: u16, cells: &Cells<'_>) -> Vec<(usize, u16)> {
        struct Part {
            column: usize,
            wanted: u16,
            width: u16,
            priority: u8,
        }
        let mut parts: Vec<Part> = Vec::new();
        let mut used: u16 = 0;
        for column in frozen.iter().copied().chain(first..self.columns.len()) {
            let Some(spec) = self.columns.get(column) else { break };
            let gap = if parts.is_empty() { 0 } else { GAP };
            if used.saturating_add(gap) >= room {
                break;
            }
            let wanted = self.wanted(column, cells);
            let title = u16::try_from(spec.title.width()).unwrap_or(u16::MAX);
            let least = wanted.min(spec.min.max(title).max(1));
            let left = room - used - gap;
            if least > left && !parts.is_empty() {
                break;
            }
            let width = least.min(left);
            used = used + gap + width;
            parts.push(Part { column, wanted, width, priority: spec.priority });
        }
        let mut left = room.saturating_sub(used);
        let mut order: Vec<usize> = (0..parts.len()).collect();
        order.sort_by_key(|at| std::cmp::Reverse(parts.get(*at).map_or(0, |part| part.priority)));
        for at in order {
            if let Some(part) = parts.get_mut(at) {
                let more = part.wanted.saturating_sub(part.width).min(left);
                part.width += more;
                left -= more;
            }
        }
        parts.into_iter().map(|part| (part.column, part.width)).collect()
    }
}

fn spread(chosen: &[(usize, u16)], room: u16) -> Vec<Placed> {
    let mut x = GUTTER;
    let mut placed: Vec<Placed> = Vec::with_capacity(chosen.len());
    for (column, width) in chosen {
        placed.push(Placed { column: *column, x, width: *width });
        x = x.saturating_add(*width).saturating_add(GAP);
    }
    // The last column may use what is left: its values are cut only where the table ends.
    if let Some(last) = placed.last_mut() {
        last.width = last.width.max((room + GUTTER).saturating_sub(last.x));
    }
    placed
}

/// The cell in the look of the cursor alone, so that no colour of its own vanishes in it; escapes keep theirs.
fn plain(cell: Cell, cursor: Style) -> Cell {
    Cell { line: cell.line.in_style(cursor), ..cell }
}

fn draw_cell(cell: &Cell, column: &Column, area: Rect, buf: &mut Buffer, theme: &Theme) {
    if let Some((mark, style)) = cell.mark {
        sign(buf, area.x.saturating_sub(1), area.y, mark, style);
    }
    match column.align {
        Align::Right if cell.line.width() <= usize::from(area.width) => cell.line.draw_right(area, buf, theme),
        _ => cell.line.draw_cut(area, buf, theme, column.cut),
    };
}
