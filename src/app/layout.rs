//! How the screen is divided: pure geometry, shared by what moves the cursor and by what draws.

use ratatui::layout::Rect;
use serde::{Deserialize, Serialize};

use super::state::{Pane, Size, Surface};

/// The smallest terminal in which the workbench works.
pub const SMALLEST: Size = Size { width: 40, height: 10 };

/// From this width on the side panes stand beside the rows.
pub const WIDE: u16 = 120;

/// Columns that the side panes leave to what stands between them, however wide they are made.
const LEFT: u16 = 40;
/// Columns that a side pane keeps, however narrow it is made.
const NARROWEST: u16 = 16;
/// Lines that the histogram keeps with its border, and those that it leaves below itself.
const FLATTEST: u16 = 3;
const BELOW: u16 = 8;

/// What an analyst made of the panes: how much larger than by default each is, and which are put away. It is kept from sitting to sitting,
/// and being a difference it suits every terminal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sizes {
    /// Columns more for the fields.
    pub fields: i16,
    /// Columns more for the row's detail.
    pub detail: i16,
    /// Lines more for the histogram.
    pub timeline: i16,
    /// Whether the fields are put away until they are gone to.
    pub no_fields: bool,
    /// Whether the detail is.
    pub no_detail: bool,
    /// Whether the histogram is.
    pub no_timeline: bool,
}

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
pub fn layout(size: Size, focus: Pane, rows: bool, sizes: Sizes) -> Option<Layout> {
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
        (Pane::Timeline, high) => grown((high / 2).clamp(7, 16), sizes.timeline, FLATTEST, high - BELOW),
        _ if sizes.no_timeline => 0,
        (_, high) => grown(if high <= 24 { 5 } else { 7 }, sizes.timeline, FLATTEST, high - BELOW),
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
        let room = width - LEFT;
        let has_fields = !sizes.no_fields || focus == Pane::Fields;
        let has_detail = (rows && !sizes.no_detail) || focus == Pane::Detail;
        let detail = match has_detail {
            true => grown((width * 2 / 7).clamp(34, 52), sizes.detail, NARROWEST, room - if has_fields { NARROWEST } else { 0 }),
            false => 0,
        };
        let fields = match has_fields {
            true => grown((width * 2 / 7).clamp(34, 42), sizes.fields, NARROWEST, room - detail),
            false => 0,
        };
        let middle = Rect::new(fields, work.y, width - fields - detail, work.height);
        layout.fields = has_fields.then(|| Rect::new(0, work.y, fields, work.height));
        layout.detail = has_detail.then(|| Rect::new(width - detail, work.y, detail, work.height));
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

/// A measure that was made larger or smaller, within bounds; the upper one counts first.
fn grown(by_default: u16, more: i16, least: u16, most: u16) -> u16 {
    by_default.saturating_add_signed(more).max(least).min(most)
}

/// Lines that the tour takes below everything else. Where there is no room for them it has one line only, in the place of the trail.
pub fn tour_lines(size: Size) -> u16 {
    match (size.width, size.height) {
        (_, ..18) => 0,
        (72.., _) => 3,
        _ => 4,
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
pub fn rows_height(size: Size, sizes: Sizes) -> u16 {
    let main = layout(size, Pane::Main, true, sizes).and_then(|layout| layout.main);
    inside(main).saturating_sub(1).max(1)
}

/// Items of a list in the main area: inside the border, below the header.
pub fn list_height(size: Size, sizes: Sizes) -> u16 {
    rows_height(size, sizes)
}

/// Lines of a pane when it has the focus.
pub fn pane_height(size: Size, pane: Pane, sizes: Sizes) -> u16 {
    let Some(layout) = layout(size, pane, true, sizes) else { return 1 };
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

/// Lines of the boards of the playbooks surface: inside its border.
pub fn playbooks_height(size: Size) -> u16 {
    surface_height(size)
}

/// Columns of what is said of the playbook or hit under the cursor, beside the board; nothing where there is no room for both.
pub fn about_width(width: u16) -> u16 {
    if width >= WIDE { (width / 3).clamp(40, 90) } else { 0 }
}

/// Lines of each side where two views are compared: side by side on a wide screen, one above the other otherwise.
pub fn compare_height(size: Size, sizes: Sizes) -> u16 {
    let main = layout(size, Pane::Main, false, sizes).and_then(|layout| layout.main).map_or(4, |main| main.height);
    let side = if size.width >= WIDE { main } else { main / 2 };
    side.saturating_sub(2).max(1)
}

/// Lines of the SQL editor on a screen of this size, and rows of the result below its head.
pub fn sql_heights(size: Size) -> (u16, u16) {
    let body = size.height.saturating_sub(2);
    let editor = (body * 2 / 5).clamp(4, 18).min(body);
    (editor.saturating_sub(2).max(1), body.saturating_sub(editor).saturating_sub(3).max(1))
}

/// The body of the SQL surface, divided: the editor above, and the result below it.
pub fn sql_areas(body: Rect) -> (Rect, Rect) {
    let (lines, _) = sql_heights(Size { width: body.width, height: body.height.saturating_add(2) });
    let height = (lines + 2).min(body.height);
    (Rect { height, ..body }, Rect { y: body.y + height, height: body.height - height, ..body })
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

    const FIRST: Sizes = Sizes { fields: 0, detail: 0, timeline: 0, no_fields: false, no_detail: false, no_timeline: false };

    fn at(width: u16, height: u16, focus: Pane, sizes: Sizes) -> Layout {
        layout(Size { width, height }, focus, true, sizes).unwrap()
    }

    #[test]
    fn fields_grow_beside_the_rows_and_leave_them_room() {
        let wide = |fields: i16| at(120, 40, Pane::Main, Sizes { fields, ..FIRST });
        assert_eq!(wide(8).fields.unwrap().width, wide(0).fields.unwrap().width + 8);
        assert_eq!(wide(500).main.unwrap().width, LEFT);
        assert_eq!(wide(-500).fields.unwrap().width, NARROWEST);
        assert_eq!(at(80, 24, Pane::Fields, Sizes { fields: 8, ..FIRST }), at(80, 24, Pane::Fields, FIRST));
    }

    #[test]
    fn the_histogram_and_the_detail_grow_too() {
        let high = |timeline: i16| at(80, 40, Pane::Main, Sizes { timeline, ..FIRST }).timeline.unwrap().height;
        assert_eq!((high(3), high(-30), high(90)), (high(0) + 3, FLATTEST, 37 - BELOW));
        let wide = |detail: i16| at(300, 90, Pane::Main, Sizes { detail, ..FIRST });
        assert_eq!(wide(20).detail.unwrap().width, 72);
        assert_eq!(wide(20).main.unwrap().width, 300 - 42 - 72);
    }

    #[test]
    fn a_pane_that_was_put_away_is_there_when_it_is_gone_to() {
        let none = Sizes { no_fields: true, no_detail: true, no_timeline: true, ..FIRST };
        let main = at(120, 40, Pane::Main, none);
        assert_eq!((main.fields, main.timeline, main.detail), (None, None, None));
        assert_eq!(main.main.unwrap(), Rect::new(0, 2, 120, 37));
        assert!(at(120, 40, Pane::Fields, none).fields.is_some());
        assert!(at(120, 40, Pane::Detail, none).detail.is_some());
        assert!(at(120, 40, Pane::Timeline, none).timeline.is_some());
    }

    #[test]
    fn panes_fill_the_screen_and_never_overlap() {
        let sizes = [
            FIRST,
            Sizes { fields: 60, detail: -9, timeline: 4, ..FIRST },
            Sizes { fields: -99, detail: 300, timeline: 99, ..FIRST },
            Sizes { no_fields: true, detail: 9, ..FIRST },
            Sizes { no_detail: true, no_timeline: true, fields: 300, ..FIRST },
        ];
        for (width, height) in (1..=200).flat_map(|width| (1..=60).map(move |height| (width, height))).chain([(300, 90)]) {
            let sizes = sizes[usize::from(width * 7 + height) % sizes.len()];
            for (focus, rows) in
                [(Pane::Fields, true), (Pane::Timeline, false), (Pane::Main, true), (Pane::Main, false), (Pane::Detail, false)]
            {
                let Some(layout) = layout(Size { width, height }, focus, rows, sizes) else {
                    assert!(width < 40 || height < 10);
                    continue;
                };
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
                assert_eq!(area, u32::from(width) * u32::from(height), "{width}x{height} {focus:?} {sizes:?}");
                for (at, one) in panes.iter().flatten().enumerate() {
                    assert!(one.right() <= width && one.bottom() <= height);
                    assert!(panes.iter().flatten().skip(at + 1).all(|other| one.intersection(*other).is_empty()));
                }
            }
        }
    }
}
