//! How the screen is divided: pure geometry, shared by what moves the cursor and by what draws.

use ratatui::layout::Rect;

use super::state::{Pane, Size, Surface};

/// The smallest terminal in which the workbench works.
pub const SMALLEST: Size = Size { width: 40, height: 10 };

/// From this width on the side panes stand beside the rows.
pub const WIDE: u16 = 120;

/// Where everything is on the explore surface. On a narrow screen the focused side pane takes the place of the main area.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// The line with the trail.
    pub trail: Rect,
    /// The line with the filter.
    pub filter: Rect,
    /// The fields, where there is room or they have the focus.
    pub fields: Option<Rect>,
    /// The histogram, where there is room or it has the focus.
    pub timeline: Option<Rect>,
    /// The rows, list or entity page; nothing while a side pane takes its place.
    pub main: Option<Rect>,
    /// The row's detail, where there is room or it has the focus.
    pub detail: Option<Rect>,
    /// The line with messages and hints.
    pub hint: Rect,
    /// All between trail and hint: for the other surfaces.
    pub body: Rect,
}

/// Divides the screen; nothing when it is too small. A main area that shows no rows (`rows` is false) takes the place of the row's detail
/// too, until that is gone to.
pub fn layout(size: Size, focus: Pane, rows: bool) -> Option<Layout> {
    if size.width < SMALLEST.width || size.height < SMALLEST.height {
        return None;
    }
    let (width, height) = (size.width, size.height);
    let line = |y: u16| Rect::new(0, y, width, 1);
    let body = Rect::new(0, 1, width, height - 2);
    let work = Rect::new(0, 2, width, height - 3);
    let histogram = match (focus, work.height) {
        (_, 0..=13) => 0,
        // What one looks at gets half of the room.
        (Pane::Timeline, high) => (high / 2).clamp(7, 16),
        (_, 14..=24) => 5,
        _ => 7,
    };
    let mut layout = Layout {
        trail: line(0),
        filter: line(1),
        fields: None,
        timeline: None,
        main: None,
        detail: None,
        hint: line(height - 1),
        body,
    };
    if width >= WIDE {
        let fields = (width * 2 / 7).clamp(34, 42);
        let detail = (width * 2 / 7).clamp(34, 52);
        let detail = if rows || focus == Pane::Detail { detail } else { 0 };
        let middle = Rect::new(fields, work.y, width - fields - detail, work.height);
        layout.fields = Some(Rect::new(0, work.y, fields, work.height));
        layout.detail = (detail > 0).then(|| Rect::new(width - detail, work.y, detail, work.height));
        let (above, below) = split(middle, histogram);
        layout.timeline = above;
        layout.main = Some(below);
        if above.is_none() && focus == Pane::Timeline {
            layout.timeline = Some(below);
            layout.main = None;
        }
        return Some(layout);
    }
    match focus {
        Pane::Fields => layout.fields = Some(work),
        Pane::Detail => layout.detail = Some(work),
        Pane::Timeline if histogram == 0 => layout.timeline = Some(work),
        Pane::Main | Pane::Timeline => {
            let (above, below) = split(work, histogram);
            layout.timeline = above;
            layout.main = Some(below);
        }
    }
    Some(layout)
}

/// Columns that the fields leave to what stands beside them, however wide they are made.
const LEFT: u16 = 40;

impl Layout {
    /// The fields so much wider, at the cost of what stands right beside them. Where they have a screen of their own nothing changes.
    pub fn with_wider_fields(mut self, by: u16) -> Layout {
        let Some(main) = self.main.or(self.timeline).filter(|main| main.x > 0) else { return self };
        let by = by.min(main.width.saturating_sub(LEFT));
        if let Some(fields) = &mut self.fields {
            fields.width += by;
            for pane in [&mut self.main, &mut self.timeline].into_iter().flatten() {
                (pane.x, pane.width) = (pane.x + by, pane.width - by);
            }
        }
        self
    }
}

fn split(area: Rect, above: u16) -> (Option<Rect>, Rect) {
    if above == 0 {
        return (None, area);
    }
    let top = Rect { height: above, ..area };
    (Some(top), Rect { y: area.y + above, height: area.height - above, ..area })
}

/// Lines inside a pane's border.
pub fn inside(pane: Option<Rect>) -> u16 {
    pane.map_or(1, |pane| pane.height.saturating_sub(2)).max(1)
}

/// Rows of the table on a screen of this size: inside the border, below the header.
pub fn rows_height(size: Size) -> u16 {
    let main = layout(size, Pane::Main, true).and_then(|layout| layout.main);
    inside(main).saturating_sub(1).max(1)
}

/// Items of a list in the main area: inside the border, below the header.
pub fn list_height(size: Size) -> u16 {
    rows_height(size)
}

/// Lines of a pane when it has the focus.
pub fn pane_height(size: Size, pane: Pane) -> u16 {
    let Some(layout) = layout(size, pane, true) else { return 1 };
    inside(match pane {
        Pane::Fields => layout.fields,
        Pane::Detail => layout.detail,
        Pane::Timeline => layout.timeline,
        Pane::Main => layout.main,
    })
}

/// Lines of a surface that fills the body.
pub fn surface_height(size: Size) -> u16 {
    size.height.saturating_sub(4).max(1)
}

/// Lines of each side where two views are compared: side by side on a wide screen, one above the other otherwise.
pub fn compare_height(size: Size) -> u16 {
    let main = layout(size, Pane::Main, false).and_then(|layout| layout.main).map_or(4, |main| main.height);
    let side = if size.width >= WIDE { main } else { main / 2 };
    side.saturating_sub(2).max(1)
}

/// Lines of the SQL editor on a screen of this size, and rows of the result below its head.
pub fn sql_heights(size: Size) -> (u16, u16) {
    let body = size.height.saturating_sub(2);
    let editor = (body * 2 / 5).clamp(4, 18).min(body);
    (editor.saturating_sub(2).max(1), body.saturating_sub(editor).saturating_sub(3).max(1))
}

/// Lines of the mapping pane on a screen of this size: of the list of roles below its head, and of what is said of the role under the
/// cursor below that with the rule above it. On the lowest screens there is neither head nor detail.
pub fn mapping_heights(size: Size) -> (u16, u16) {
    let inner = surface_height(size);
    let head = u16::from(inner >= 8);
    let detail = match inner {
        0..=9 => 0,
        10..=14 => 4,
        15..=24 => 7,
        _ => 10,
    };
    (inner.saturating_sub(head + detail).max(1), detail)
}

/// Whether the list of roles has a line with the names of its columns.
pub fn mapping_has_head(size: Size) -> bool {
    surface_height(size) >= 8
}

/// Lines of the load report: of a list of `count` lines, and of the text below it. Between them is a rule, above the list a summary.
pub fn report_heights(size: Size, count: u64) -> (u16, u16) {
    let room = surface_height(size).saturating_sub(2);
    let list = u16::try_from(count).unwrap_or(u16::MAX).clamp(1, (room * 2 / 5).max(1));
    (list, room.saturating_sub(list))
}

/// A surface as it is named in the line at the top.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tab {
    /// The surface.
    pub surface: Surface,
    /// The key that leads to it.
    pub key: &'static str,
    /// What it is called.
    pub name: &'static str,
    /// How much there is in it; 0 where that is not counted.
    pub count: usize,
}

/// From this width on all surfaces are named at the top.
const NAMED: u16 = 100;

impl Tab {
    /// Whether it is named, or only its key is there.
    pub fn is_named(&self, here: Surface, width: u16) -> bool {
        width >= NAMED || self.surface == here
    }

    fn width(&self, here: Surface, width: u16) -> u16 {
        let words = match (self.is_named(here, width), self.count.checked_ilog10()) {
            (false, _) => 0,
            (true, None) => self.name.len() + 1,
            // A comma stands before every three digits but the first ones.
            (true, Some(power)) => self.name.len() + (power + 1 + power / 3 + 2) as usize,
        };
        u16::try_from(self.key.len() + words).unwrap_or(u16::MAX)
    }
}

/// Columns between two surfaces at the top.
pub fn between_tabs(width: u16) -> &'static str {
    if width >= NAMED { "  " } else { " " }
}

/// The surface that is named in a column of the top line of a screen of this width. Behind the last one a column is free.
pub fn surface_at(tabs: &[Tab], here: Surface, width: u16, column: u16) -> Option<Surface> {
    let mut right = width.checked_sub(1)?;
    for tab in tabs.iter().rev() {
        let left = right.checked_sub(tab.width(here, width))?;
        if (left..right).contains(&column) {
            return Some(tab.surface);
        }
        right = left.checked_sub(u16::try_from(between_tabs(width).len()).unwrap_or(1))?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_grow_beside_the_rows_and_leave_them_room() {
        let wide = |by: u16| layout(Size { width: 120, height: 40 }, Pane::Main, true).unwrap().with_wider_fields(by);
        assert_eq!(wide(8).fields.unwrap().width, wide(0).fields.unwrap().width + 8);
        assert_eq!(wide(500).main.unwrap().width, LEFT);
        let small = layout(Size { width: 80, height: 24 }, Pane::Fields, true).unwrap();
        assert_eq!(small.with_wider_fields(8), small);
    }

    #[test]
    fn panes_fill_the_screen_and_never_overlap() {
        for width in 1..=200 {
            for height in 1..=60 {
                for (focus, rows) in [
                    (Pane::Fields, true),
                    (Pane::Timeline, false),
                    (Pane::Main, true),
                    (Pane::Main, false),
                    (Pane::Detail, false),
                ] {
                    let Some(layout) = layout(Size { width, height }, focus, rows) else {
                        assert!(width < 40 || height < 10);
                        continue;
                    };
                    let layout = layout.with_wider_fields(height % 3 * 40);
                    let panes = [
                        Some(layout.trail),
                        Some(layout.filter),
                        layout.fields,
                        layout.timeline,
                        layout.main,
                        layout.detail,
                        Some(layout.hint),
                    ];
                    let area: u32 = panes.iter().flatten().map(|pane| u32::from(pane.width) * u32::from(pane.height)).sum();
                    assert_eq!(area, u32::from(width) * u32::from(height), "{width}x{height} {focus:?}");
                    for (at, one) in panes.iter().flatten().enumerate() {
                        assert!(one.right() <= width && one.bottom() <= height);
                        assert!(panes.iter().flatten().skip(at + 1).all(|other| one.intersection(*other).is_empty()));
                    }
                }
            }
        }
    }
}
