//! Whatever is drawn after whatever else, the terminal shows it: `Wire` against a terminal and against the buffer itself.

use std::num::NonZero;

use proptest::prelude::*;
use ratatui::buffer::{Buffer, Cell, CellWidth};
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

use super::glyph::{is_blank, is_sure};
use super::{Dialect, Wire};

const PLAIN: Dialect = Dialect { rich: false, paints: false };
const CAREFUL: Dialect = Dialect { rich: true, paints: false };
const RICH: Dialect = Dialect { rich: true, paints: true };

fn terminal(width: u16, height: u16) -> vt100::Parser {
    vt100::Parser::new(NonZero::new(height).unwrap(), NonZero::new(width).unwrap(), 0)
}

fn color(color: Color) -> vt100::Color {
    match color {
        Color::Reset => vt100::Color::Default,
        Color::Rgb(red, green, blue) => vt100::Color::Rgb(red, green, blue),
        Color::Indexed(index) => vt100::Color::Idx(index),
        Color::Black => vt100::Color::Idx(0),
        Color::Red => vt100::Color::Idx(1),
        Color::Green => vt100::Color::Idx(2),
        Color::Yellow => vt100::Color::Idx(3),
        Color::Blue => vt100::Color::Idx(4),
        Color::Magenta => vt100::Color::Idx(5),
        Color::Cyan => vt100::Color::Idx(6),
        Color::Gray => vt100::Color::Idx(7),
        Color::DarkGray => vt100::Color::Idx(8),
        Color::LightRed => vt100::Color::Idx(9),
        Color::LightGreen => vt100::Color::Idx(10),
        Color::LightYellow => vt100::Color::Idx(11),
        Color::LightBlue => vt100::Color::Idx(12),
        Color::LightMagenta => vt100::Color::Idx(13),
        Color::LightCyan => vt100::Color::Idx(14),
        Color::White => vt100::Color::Idx(15),
    }
}

/// What is wrong on the terminal, cell by cell; the modifiers that `vt100` does not know are not looked at.
fn differences(screen: &vt100::Screen, buffer: &Buffer) -> Vec<String> {
    let mut wrong = Vec::new();
    for y in 0..buffer.area.height {
        let mut x = 0;
        while x < buffer.area.width {
            let cell: &Cell = &buffer[(x, y)];
            let shown = screen.cell(y, x).unwrap();
            let is = if shown.contents().is_empty() { " " } else { shown.contents() };
            let blank = is_blank(cell.symbol(), cell);
            if !is_sure(cell.symbol()) {
                // What this terminal makes of it is its own business, as long as it stays in its place.
                x += cell.cell_width().max(1);
                continue;
            }
            let has = |modifier| cell.modifier.contains(modifier);
            // Ink and ground as they are seen: reverse video exchanges them.
            let seen = |exchanged: bool, ink, ground| if exchanged { (ground, ink) } else { (ink, ground) };
            let (ink, ground) = seen(shown.inverse(), shown.fgcolor(), shown.bgcolor());
            let wanted = seen(has(Modifier::REVERSED), color(cell.fg), color(cell.bg));
            let mut right = is == cell.symbol() && ground == wanted.1;
            if blank {
                right &= !shown.underline();
            } else {
                right &= ink == wanted.0
                    && shown.bold() == has(Modifier::BOLD)
                    && shown.dim() == has(Modifier::DIM)
                    && shown.italic() == has(Modifier::ITALIC)
                    && shown.underline() == has(Modifier::UNDERLINED);
            }
            if !right {
                wrong.push(format!("{x},{y}: {is:?} in {ink:?} on {ground:?} in place of {cell:?}"));
            }
            x += cell.cell_width().max(1);
        }
    }
    wrong
}

/// One thing that is drawn: where, what, how; a text or a rectangle of a style.
type Stroke = (u16, u16, usize, Style, bool);

/// So many of the texts have nothing but characters of one column in them: what is made of those may be written in any order.
const SIMPLE: usize = 6;

const TEXTS: [&str; 18] = [
    "a",
    "row 12 of 4,000",
    "          ",
    "   ",
    "│ acct_7cad0de0  ∅ │",
    "────────────────────────",
    "漢字",
    "한국어 テスト",
    "e\u{301}a\u{308}o",
    "👍🏽 ok",
    "👨‍👩‍👧",
    "☁️ x",
    "⚠ ‹›",
    "שלום",
    "▌▏█▆",
    "\\x1b[31m",
    "ｆｕｌｌ",
    "x",
];

fn style() -> impl Strategy<Value = Style> {
    let colors = prop_oneof![
        4 => Just(Color::Reset),
        4 => Just(Color::Rgb(21, 23, 28)),
        2 => Just(Color::Rgb(34, 48, 74)),
        1 => Just(Color::Indexed(240)),
        1 => Just(Color::LightBlue),
        1 => Just(Color::Gray),
        1 => Just(Color::Red),
    ];
    // Hidden text, blinking, and bold together with dim are left out: the terminal of these tests does not know them.
    let modifiers = prop_oneof![
        6 => Just(Modifier::empty()),
        1 => Just(Modifier::BOLD),
        1 => Just(Modifier::DIM),
        1 => Just(Modifier::ITALIC),
        1 => Just(Modifier::UNDERLINED),
        1 => Just(Modifier::REVERSED),
        1 => Just(Modifier::REVERSED | Modifier::BOLD),
    ];
    (colors.clone(), colors, modifiers).prop_map(|(fg, bg, modifier)| Style {
        add_modifier: modifier,
        sub_modifier: !modifier,
        ..Style::new().fg(fg).bg(bg)
    })
}

fn strokes(texts: usize) -> impl Strategy<Value = Vec<Stroke>> {
    prop::collection::vec((0..30u16, 0..8u16, 0..texts, style(), any::<bool>()), 0..14)
}

fn draw(buffer: &mut Buffer, strokes: &[Stroke]) {
    for (x, y, text, style, fill) in strokes {
        let (x, y) = (x % buffer.area.width, y % buffer.area.height);
        if *fill {
            let area = Rect::new(x, y, 17, 2).intersection(buffer.area);
            buffer.set_style(area, *style);
        } else {
            let text = TEXTS[*text];
            // The terminal of these tests cannot be told not to go on in the next row.
            let most = text.chars().map(|character| character.len_utf8().min(2)).sum::<usize>() as u16;
            let doubtful = !text.chars().all(|character| is_sure(character.encode_utf8(&mut [0; 4])));
            if !(doubtful && x + most >= buffer.area.width) {
                buffer.set_stringn(x, y, text, usize::from(buffer.area.width - x), *style);
            }
        }
    }
}

/// Draws frames one after the other, each on what the frame before left or anew, and compares the terminal with every one.
fn compare(dialect: Dialect, size: (u16, u16), frames: &[(Vec<Stroke>, bool)]) -> Result<(), TestCaseError> {
    let mut wire = Wire::new(dialect);
    let mut screen = terminal(size.0, size.1);
    // Somebody else wrote here before.
    screen.process("\x1b[41;4mleft over by a shell\r\n".as_bytes());
    let area = Rect::new(0, 0, size.0, size.1);
    let mut buffer = Buffer::empty(area);
    for (strokes, anew) in frames {
        if *anew {
            buffer = Buffer::empty(area);
        }
        draw(&mut buffer, strokes);
        let bytes = wire.frame(&buffer);
        screen.process(&bytes);
        prop_assert_eq!(
            differences(screen.screen(), &buffer),
            Vec::<String>::new(),
            "after {:?}",
            String::from_utf8_lossy(&bytes)
        );
        prop_assert!(wire.frame(&buffer).is_empty(), "what is shown already is written again");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn the_terminal_shows_every_frame(
        dialect in prop_oneof![Just(PLAIN), Just(CAREFUL), Just(RICH)],
        size in prop_oneof![Just((30u16, 8u16)), Just((1, 1)), Just((2, 3)), Just((80, 2)), Just((11, 40))],
        frames in prop::collection::vec((strokes(TEXTS.len()), any::<bool>()), 1..6),
        simple in prop::collection::vec((strokes(SIMPLE), any::<bool>()), 1..6),
    ) {
        compare(dialect, size, &frames)?;
        compare(dialect, size, &simple)?;
    }
}

fn lines(lines: &[&str]) -> Buffer {
    Buffer::with_lines(lines.iter().copied())
}

fn written(wire: &mut Wire, buffer: &Buffer) -> String {
    String::from_utf8(wire.frame(buffer)).unwrap().replace("\x1b[?2026h", "").replace("\x1b[?2026l", "").replace('\x1b', "^")
}

#[test]
fn only_what_changes_is_written() {
    let mut wire = Wire::new(RICH);
    assert_eq!(written(&mut wire, &lines(&["row 12 of 40", "", "end"])), "^[m^[2J^[Hrow 12 of 40\r\n\nend");
    assert_eq!(written(&mut wire, &lines(&["row 13 of 40", "", "end"])), "^[1;6H3");
    assert_eq!(written(&mut wire, &lines(&["row 13 of 40", "", "end"])), "");
    // Across a short stretch that stays it is shorter to write it again.
    assert_eq!(written(&mut wire, &lines(&["row 24 ox 41", "", "end"])), "\x08\x0824 ox 41");
}

#[test]
fn what_one_pen_draws_is_written_together_where_that_is_shorter() {
    let (dim, ground) = (Style::new().fg(Color::Rgb(143, 154, 171)), Style::new().bg(Color::Rgb(21, 23, 28)));
    let frame = |value: &str| {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 20, 3));
        buffer.set_style(buffer.area, ground);
        for y in 0..3 {
            buffer.set_string(2, y, value, ground);
            buffer.set_string(8, y, value, ground.patch(dim));
        }
        buffer
    };
    let mut wire = Wire::new(RICH);
    wire.frame(&frame("one"));
    let bytes = written(&mut wire, &frame("two"));
    assert_eq!(bytes.matches('m').count(), 1, "the pen is changed once: {bytes}");
    assert_eq!(bytes.matches("two").count(), 6, "{bytes}");
}

#[test]
fn a_row_that_becomes_empty_is_erased_to_its_end_if_the_erasing_takes_the_ground() {
    let long = "a".repeat(40);
    let on = |text: &str, ground: Color| {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 50, 1));
        buffer.set_style(buffer.area, Style::new().bg(ground));
        buffer.set_string(2, 0, text, Style::new().bg(ground));
        buffer
    };
    let ground = Color::Rgb(1, 2, 3);
    for (dialect, ground, wanted) in [
        (RICH, ground, "^[1;3H^[K".to_owned()),
        (CAREFUL, Color::Reset, "^[1;3H^[K".to_owned()),
        (PLAIN, Color::Reset, "^[1;3H^[K".to_owned()),
        (CAREFUL, ground, format!("^[1;3H{}", " ".repeat(40))),
    ] {
        let mut wire = Wire::new(dialect);
        wire.frame(&on(&long, ground));
        let bytes = written(&mut wire, &on("", ground)).replace("\r^[2C", "^[1;3H").replace("^[3G", "^[1;3H");
        assert_eq!(bytes, wanted, "{dialect:?}");
    }
}

#[test]
fn what_would_be_obeyed_is_never_written() {
    let mut buffer = lines(&["abc"]);
    buffer[(1, 0)].set_symbol("\x1b[2J");
    assert_eq!(written(&mut Wire::new(RICH), &buffer), "^[m^[2J^[Ha\u{fffd}c");
}

#[test]
fn a_selection_by_reverse_video_alone_is_seen_without_any_colour() {
    let mut buffer = lines(&["one", "two", ""]);
    buffer.set_style(Rect::new(0, 1, 3, 1), Style { add_modifier: Modifier::REVERSED, ..Style::new() });
    buffer.set_style(Rect::new(0, 2, 3, 1), Style { add_modifier: Modifier::REVERSED, ..Style::new() });
    let mut screen = terminal(3, 3);
    screen.process(&Wire::new(PLAIN).frame(&buffer));
    assert_eq!(differences(screen.screen(), &buffer), Vec::<String>::new());
    assert!(screen.screen().cell(1, 0).unwrap().inverse() && screen.screen().cell(2, 1).unwrap().inverse());
}

#[test]
fn a_frame_of_another_size_and_one_after_another_program_are_written_whole() {
    let mut wire = Wire::new(RICH);
    wire.frame(&lines(&["one"]));
    assert_eq!(written(&mut wire, &lines(&["one", "two"])), "^[m^[2J^[Hone\r\ntwo");
    wire.forget();
    assert!(written(&mut wire, &lines(&["one", "two"])).contains("two"));
}
