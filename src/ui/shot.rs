//! Pictures of frames: a buffer as an SVG that needs nothing beside it, so that screenshots come from what is really drawn.

use std::fmt::Write;

use ratatui::buffer::{Buffer, Cell, CellWidth};
use ratatui::style::{Color, Modifier, Style};

use crate::settings::theme::{Ground, Theme};

/// Pixels of one cell.
const CELL: (f64, f64) = (8.4, 18.0);
/// Pixels around the frame.
const MARGIN: f64 = 12.0;
const FONT_SIZE: f64 = 14.0;

/// Draws a frame as SVG, with the colours of its cells. What has the terminal's own colours gets those that suit the theme.
pub fn svg(buffer: &Buffer, theme: &Theme) -> String {
    let ground = Colors::of(theme);
    let mut out = head(buffer.area.width, buffer.area.height, &ground, "");
    for y in 0..buffer.area.height {
        out.push_str(&line(buffer, y, &ground));
    }
    out.push_str("</svg>\n");
    out
}

/// Draws frames of one size as one SVG that shows each for so many seconds, again and again. What stays from one frame to the next is in it
/// once.
pub fn animated(frames: &[(Buffer, f64)], theme: &Theme) -> String {
    let ground = Colors::of(theme);
    let Some((first, _)) = frames.first() else { return String::new() };
    let (width, height) = (first.area.width, first.area.height);
    let whole: f64 = frames.iter().map(|(_, seconds)| seconds).sum::<f64>().max(0.1);
    // Where in the whole, in percent, a frame begins; the end for one behind the last.
    let begins = |at: usize| frames.iter().take(at).fold(0.0, |sum, (_, seconds)| sum + seconds) / whole * 100.0;
    let mut spans: Vec<(usize, usize)> = Vec::new();
    let mut body = String::new();
    for y in 0..height {
        let lines: Vec<String> = frames.iter().map(|(buffer, _)| line(buffer, y, &ground)).collect();
        let mut from = 0;
        while from < lines.len() {
            let to = (from..lines.len()).find(|at| lines.get(*at) != lines.get(from)).unwrap_or(lines.len());
            let text = lines.get(from).map(String::as_str).unwrap_or_default();
            if (from, to) == (0, lines.len()) {
                body.push_str(text);
            } else if !text.is_empty() {
                if !spans.contains(&(from, to)) {
                    spans.push((from, to));
                }
                let _ = write!(body, "<g class=\"f{from}-{to}\">\n{text}</g>\n");
            }
            from = to;
        }
    }
    let mut style = String::new();
    for (from, to) in spans {
        let (begin, end) = (begins(from), begins(to));
        let _ = writeln!(style, ".f{from}-{to}{{visibility:hidden;animation:k{from}-{to} {whole:.1}s step-end infinite}}");
        let _ = write!(style, "@keyframes k{from}-{to}{{");
        if from > 0 {
            style.push_str("0%{visibility:hidden}");
        }
        let _ = write!(style, "{begin:.3}%{{visibility:visible}}");
        if to < frames.len() {
            let _ = write!(style, "{end:.3}%{{visibility:hidden}}");
        }
        style.push_str("}\n");
    }
    let mut out = head(width, height, &ground, &style);
    out.push_str(&body);
    out.push_str("</svg>\n");
    out
}

/// Ink and ground of a cell as they are to be seen, and whether it is bold: for pictures of other kinds.
pub fn colors(cell: &Cell, theme: &Theme) -> (Rgb, Rgb, bool) {
    let look = Look::of(cell.style(), &Colors::of(theme));
    let mix = |ink: u8, paper: u8| (u16::from(ink) * 13 / 20 + u16::from(paper) * 7 / 20) as u8;
    let ink = match look.dim {
        true => (mix(look.ink.0, look.paper.0), mix(look.ink.1, look.paper.1), mix(look.ink.2, look.paper.2)),
        false => look.ink,
    };
    (ink, look.paper, look.bold)
}

/// The ground around a frame.
pub fn paper(theme: &Theme) -> Rgb {
    Colors::of(theme).paper
}

fn head(width: u16, height: u16, ground: &Colors, style: &str) -> String {
    let (width, height) = (f64::from(width) * CELL.0 + 2.0 * MARGIN, f64::from(height) * CELL.1 + 2.0 * MARGIN);
    let style = if style.is_empty() { String::new() } else { format!("<style>\n{style}</style>\n") };
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" xml:space=\"preserve\" viewBox=\"0 0 {width:.1} {height:.1}\" width=\"{width:.0}\" height=\"{height:.0}\" \
         font-family=\"'JetBrains Mono','Fira Code','DejaVu Sans Mono',Menlo,Consolas,monospace\" font-size=\"{FONT_SIZE}\">\n{style}\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{}\"/>\n",
        hex(ground.paper),
    )
}

/// One line of a frame: grounds first, then what stands on them.
fn line(buffer: &Buffer, index: u16, ground: &Colors) -> String {
    // Writing to a String cannot fail.
    let mut out = String::new();
    let runs = runs(buffer, buffer.area.top() + index, ground);
    let top = MARGIN + f64::from(index) * CELL.1;
    for run in runs.iter().filter(|run| run.look.paper != ground.paper) {
        let (left, wide) = run.place();
        let _ = writeln!(
            out,
            "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{wide:.1}\" height=\"{:.1}\" fill=\"{}\"/>",
            CELL.1,
            hex(run.look.paper)
        );
    }
    for run in runs.iter().filter(|run| run.text.chars().any(|character| character != ' ') || run.look.underline) {
        let (left, wide) = run.place();
        if let Some(shape) = run.text.chars().next().and_then(|first| shape(first).filter(|_| !run.text.is_ascii())) {
            // Neighbours of the same shape are one: it goes from edge to edge.
            let many = f64::from(run.columns);
            for (x, y, width, height) in shape {
                let _ = writeln!(
                    out,
                    "<rect x=\"{:.2}\" y=\"{:.2}\" width=\"{:.2}\" height=\"{:.2}\" fill=\"{}\"/>",
                    left + x * CELL.0,
                    top + y * CELL.1,
                    width * CELL.0 * many,
                    height * CELL.1,
                    hex(run.look.ink)
                );
            }
            continue;
        }
        let _ = write!(
            out,
            "<text x=\"{left:.1}\" y=\"{:.1}\" textLength=\"{wide:.1}\" lengthAdjust=\"spacingAndGlyphs\" fill=\"{}\"",
            top + CELL.1 * 0.75,
            hex(run.look.ink)
        );
        for (set, attribute) in [
            (run.look.bold, " font-weight=\"bold\""),
            (run.look.italic, " font-style=\"italic\""),
            (run.look.dim, " opacity=\"0.65\""),
            (run.look.underline, " text-decoration=\"underline\""),
        ] {
            if set {
                out.push_str(attribute);
            }
        }
        let _ = writeln!(out, ">{}</text>", escaped(&run.text));
    }
    out
}

/// Red, green and blue.
pub type Rgb = (u8, u8, u8);

/// Ink and paper of a terminal that has not been told otherwise.
struct Colors {
    ink: Rgb,
    paper: Rgb,
}

impl Colors {
    fn of(theme: &Theme) -> Colors {
        let (ink, paper) = match theme.ground {
            Ground::Light => ((0x23, 0x26, 0x2d), (0xfb, 0xfa, 0xf7)),
            Ground::Dark | Ground::None => ((0xd7, 0xdb, 0xe2), (0x15, 0x17, 0x1c)),
        };
        Colors { ink: rgb(theme.text.fg, ink), paper: rgb(theme.text.bg, paper) }
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Look {
    ink: Rgb,
    paper: Rgb,
    bold: bool,
    italic: bool,
    dim: bool,
    underline: bool,
}

impl Look {
    fn of(style: Style, ground: &Colors) -> Look {
        let has = |modifier| style.add_modifier.contains(modifier);
        let (mut ink, mut paper) = (rgb(style.fg, ground.ink), rgb(style.bg, ground.paper));
        if has(Modifier::REVERSED) {
            std::mem::swap(&mut ink, &mut paper);
        }
        Look {
            ink,
            paper,
            bold: has(Modifier::BOLD),
            italic: has(Modifier::ITALIC),
            dim: has(Modifier::DIM),
            underline: has(Modifier::UNDERLINED),
        }
    }
}

/// Neighbours of one look.
struct Run {
    from: u16,
    columns: u16,
    text: String,
    look: Look,
    /// Whether it is one character that is wider than a cell: such a one stands alone, so that fonts cannot shift what follows.
    alone: bool,
}

impl Run {
    fn place(&self) -> (f64, f64) {
        (MARGIN + f64::from(self.from) * CELL.0, f64::from(self.columns) * CELL.0)
    }
}

fn runs(buffer: &Buffer, y: u16, ground: &Colors) -> Vec<Run> {
    let area = buffer.area;
    let mut runs: Vec<Run> = Vec::new();
    let mut x = area.left();
    while x < area.right() {
        let Some(cell) = buffer.cell((x, y)) else { break };
        let look = Look::of(cell.style(), ground);
        let symbol = cell.symbol();
        let columns = symbol.cell_width().max(1).min(area.right() - x);
        let alone = columns > 1 || !symbol.is_ascii();
        match runs.last_mut() {
            Some(last) if last.look == look && !last.alone && !alone => {
                last.text.push_str(symbol);
                last.columns += columns;
            }
            // A line goes on where its neighbour is the same one.
            Some(last) if last.look == look && last.alone && last.text == symbol && is_seamless(symbol) => {
                last.columns += columns
            }
            _ => runs.push(Run { from: x - area.left(), columns, text: symbol.to_owned(), look, alone }),
        }
        x += columns;
    }
    runs
}

/// Rectangles in parts of a cell: left, top, width, height.
pub type Shape = Vec<(f64, f64, f64, f64)>;

/// Whether the shape goes from the left edge of its cell to the right one.
fn is_seamless(symbol: &str) -> bool {
    let one = symbol.chars().next().filter(|first| first.len_utf8() == symbol.len());
    one.and_then(shape).is_some_and(|shape| shape.iter().all(|(x, _, width, _)| *x == 0.0 && *width == 1.0))
}

/// Blocks and lines as rectangles that meet those of the next cell: fonts leave gaps between them.
pub fn shape(character: char) -> Option<Shape> {
    let code = u32::from(character);
    let (thin, flat) = (1.2 / CELL.0, 1.2 / CELL.1);
    let across = |from: f64, to: f64| (from, (1.0 - flat) / 2.0, to - from, flat);
    let down = |from: f64, to: f64| ((1.0 - thin) / 2.0, from, thin, to - from);
    let half = 0.5 + flat / 2.0;
    Some(match character {
        // Lower one eighth to full; left seven eighths to one.
        '▁'..='█' => {
            let part = f64::from(code - 0x2580) / 8.0;
            vec![(0.0, 1.0 - part, 1.0, part)]
        }
        '▉'..='▏' => vec![(0.0, 0.0, f64::from(0x2590 - code) / 8.0, 1.0)],
        '─' => vec![across(0.0, 1.0)],
        '│' => vec![down(0.0, 1.0)],
        '┃' => vec![((1.0 - 2.0 * thin) / 2.0, 0.0, 2.0 * thin, 1.0)],
        '┌' => vec![across(0.5, 1.0), down(1.0 - half, 1.0)],
        '┐' => vec![across(0.0, 0.5), down(1.0 - half, 1.0)],
        '└' => vec![across(0.5, 1.0), down(0.0, half)],
        '┘' => vec![across(0.0, 0.5), down(0.0, half)],
        _ => return None,
    })
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn hex((red, green, blue): Rgb) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// xterm's colours for the sixteen names.
const ANSI: [Rgb; 16] = [
    (0, 0, 0),
    (205, 0, 0),
    (0, 205, 0),
    (205, 205, 0),
    (0, 0, 238),
    (205, 0, 205),
    (0, 205, 205),
    (229, 229, 229),
    (127, 127, 127),
    (255, 0, 0),
    (0, 255, 0),
    (255, 255, 0),
    (92, 92, 255),
    (255, 0, 255),
    (0, 255, 255),
    (255, 255, 255),
];

fn rgb(color: Option<Color>, otherwise: Rgb) -> Rgb {
    let index = match color {
        None | Some(Color::Reset) => return otherwise,
        Some(Color::Rgb(red, green, blue)) => return (red, green, blue),
        Some(Color::Black) => 0,
        Some(Color::Red) => 1,
        Some(Color::Green) => 2,
        Some(Color::Yellow) => 3,
        Some(Color::Blue) => 4,
        Some(Color::Magenta) => 5,
        Some(Color::Cyan) => 6,
        Some(Color::Gray) => 7,
        Some(Color::DarkGray) => 8,
        Some(Color::LightRed) => 9,
        Some(Color::LightGreen) => 10,
        Some(Color::LightYellow) => 11,
        Some(Color::LightBlue) => 12,
        Some(Color::LightMagenta) => 13,
        Some(Color::LightCyan) => 14,
        Some(Color::White) => 15,
        Some(Color::Indexed(index)) => index,
    };
    indexed(index)
}

/// The 256 colours of xterm: sixteen names, a cube of six steps, a ramp of greys.
fn indexed(index: u8) -> Rgb {
    let step = |part: u8| if part == 0 { 0 } else { 55 + 40 * part };
    match index {
        0..=15 => ANSI.get(usize::from(index)).copied().unwrap_or_default(),
        16..=231 => {
            let cube = index - 16;
            (step(cube / 36), step(cube / 6 % 6), step(cube % 6))
        }
        232..=255 => {
            let grey = 8 + 10 * (index - 232);
            (grey, grey, grey)
        }
    }
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;

    use super::*;

    #[test]
    fn a_frame_becomes_a_picture_with_its_colours_and_nothing_breaks_out() {
        let theme = Theme::builtin("dark").unwrap();
        let mut buffer = Buffer::empty(Rect::new(0, 0, 12, 2));
        buffer.set_string(0, 0, "<b>&", Style::new().fg(Color::Rgb(1, 2, 3)));
        buffer.set_string(4, 0, "日本", Style::new().bg(Color::Indexed(196)).bold());
        buffer.set_string(0, 1, "x", Style::new().reversed());
        let picture = svg(&buffer, &theme);
        assert!(picture.contains("fill=\"#010203\">&lt;b&gt;&amp;</text>"), "{picture}");
        assert!(picture.contains("fill=\"#ff0000\"/>"), "{picture}");
        assert!(picture.contains("font-weight=\"bold\">日</text>"), "{picture}");
        assert!(picture.contains("fill=\"#15171c\">x</text>"), "{picture}");
        assert_eq!(picture.matches("<text").count(), picture.matches("</text>").count());
        assert_eq!(shape('▄'), Some(vec![(0.0, 0.5, 1.0, 0.5)]));
        assert_eq!(shape('▍'), Some(vec![(0.0, 0.0, 0.375, 1.0)]));
        assert_eq!(shape('x'), None);
    }

    #[test]
    fn an_animation_holds_what_stays_once_and_shows_each_frame_in_its_time() {
        let theme = Theme::builtin("dark").unwrap();
        let frame = |second: &str| {
            let mut buffer = Buffer::empty(Rect::new(0, 0, 8, 2));
            buffer.set_string(0, 0, "always", Style::new());
            buffer.set_string(0, 1, second, Style::new());
            buffer
        };
        let picture = animated(&[(frame("one"), 1.0), (frame("two"), 2.0), (frame("two"), 1.0)], &theme);
        assert_eq!((picture.matches("always").count(), picture.matches("two").count()), (1, 1));
        assert!(picture.contains("@keyframes k0-1{0.000%{visibility:visible}25.000%{visibility:hidden}}"), "{picture}");
        assert!(picture.contains("@keyframes k1-3{0%{visibility:hidden}25.000%{visibility:visible}}"), "{picture}");
        assert_eq!(animated(&[], &theme), "");
    }

    #[test]
    fn a_line_of_many_cells_is_one_rectangle() {
        let theme = Theme::builtin("dark").unwrap();
        let mut buffer = Buffer::empty(Rect::new(0, 0, 8, 1));
        buffer.set_string(0, 0, "┌──────┐", Style::new());
        assert_eq!(svg(&buffer, &theme).matches("<rect").count(), 1 + 2 + 1 + 2);
    }

    #[test]
    fn the_cube_and_the_greys_are_those_of_xterm() {
        assert_eq!(
            (indexed(16), indexed(231), indexed(232), indexed(255)),
            ((0, 0, 0), (255, 255, 255), (8, 8, 8), (238, 238, 238))
        );
    }
}
