//! Tests of the widgets: any size, any text, nothing unfit, nothing outside.

use std::time::Duration;

use proptest::prelude::*;
use ratatui::buffer::{Buffer, CellWidth};
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::histogram::Histogram;
use super::input::Input;
use super::menu::{Item, Menu};
use super::popup::Frame;
use super::progress::Progress;
use super::table::{Align, Cell, Column, Gutter, Table};
use super::text::{Cut, PLAIN, enough};
use super::tree::{Node, Tree};
use super::*;
use crate::domain::SafeText;
use crate::domain::text::is_unfit;
use crate::settings::theme::Theme;

fn theme() -> Theme {
    Theme::builtin("dark").unwrap()
}

fn buffer(width: u16, height: u16) -> Buffer {
    Buffer::empty(Rect::new(0, 0, width, height))
}

/// The rows of a buffer as a reader sees them: wide characters once.
fn rows(buf: &Buffer) -> Vec<String> {
    (0..buf.area.height)
        .map(|y| {
            let mut text = String::new();
            let mut x = 0;
            while x < buf.area.width {
                let symbol = buf[(x, y)].symbol();
                text.push_str(symbol);
                x += symbol.cell_width().max(1);
            }
            text.trim_end().to_owned()
        })
        .collect()
}

fn safe(text: &str) -> SafeText {
    SafeText::new(text)
}

fn line(text: &str) -> Line {
    Line::new().with(safe(text), PLAIN)
}

fn drawn(text: &str, width: u16, cut: Cut) -> String {
    let mut buf = buffer(width, 1);
    line(text).draw_cut(buf.area, &mut buf, &theme(), cut);
    rows(&buf).remove(0)
}

#[test]
fn a_text_that_is_too_long_is_cut_where_it_was_asked_for() {
    assert_eq!(drawn("AKIAIOSFODNN7EXAMPLE", 20, Cut::End), "AKIAIOSFODNN7EXAMPLE");
    assert_eq!(drawn("AKIAIOSFODNN7EXAMPLE", 10, Cut::End), "AKIAIOSFO…");
    assert_eq!(drawn("AKIAIOSFODNN7EXAMPLE", 13, Cut::Middle), "AKIA…7EXAMPLE");
    assert_eq!(drawn("AKIAIOSFODNN7EXAMPLE", 10, Cut::Middle), "…N7EXAMPLE");
    assert_eq!(drawn("AKIA", 1, Cut::Middle), "…");
    assert_eq!(drawn("日本語テキスト", 6, Cut::End), "日本…");
    assert_eq!(drawn("日本語テキスト", 6, Cut::Middle), "…スト");
    assert_eq!(drawn("日本語テキスト", 13, Cut::Middle), "日本…テキスト");
}

#[test]
fn escapes_stand_out_and_marks_without_a_carrier_are_seen() {
    let theme = theme();
    let mut buf = buffer(12, 1);
    line("a\u{202e}b").draw(buf.area, &mut buf, &theme);
    assert_eq!(rows(&buf), ["a\\u{202e}b"]);
    assert_eq!(buf[(1, 0)].style().bg, theme.escape.bg);
    assert_ne!(buf[(0, 0)].style().bg, theme.escape.bg);
    assert_eq!(drawn("\u{301}x", 5, Cut::End), "◌\u{301}x");
}

#[test]
fn lines_are_broken_at_spaces_and_long_words_inside() {
    let wrapped = |text: &str, width| line(text).wrap(width).iter().map(Line::text).collect::<Vec<_>>();
    assert_eq!(wrapped("follow the thread", 10), ["follow the", "thread"]);
    assert_eq!(wrapped("arn:aws:iam::1:user/x", 8), ["arn:aws:", "iam::1:u", "ser/x"]);
    assert_eq!(wrapped("", 8), [""]);
    assert_eq!(wrapped("日本語", 3), ["日", "本", "語"]);
}

#[test]
fn a_bar_never_says_nothing_of_something_nor_all_of_less() {
    assert_eq!(bar::eighths(0.0, 10), 0);
    assert_eq!(bar::eighths(0.000_1, 10), 1);
    assert_eq!(bar::eighths(0.999_9, 10), 79);
    assert_eq!(bar::eighths(1.0, 10), 80);
    assert_eq!(bar::eighths(f64::NAN, 10), 0);
    let mut buf = buffer(8, 1);
    bar::draw(0.5, buf.area, &mut buf, PLAIN, &theme());
    assert_eq!(rows(&buf), ["████"]);
    let mut buf = buffer(8, 1);
    bar::draw(0.5, buf.area, &mut buf, PLAIN, &theme().with_ascii(true));
    assert_eq!(rows(&buf), ["===="]);
}

#[test]
fn a_histogram_keeps_every_request() {
    let spread: u64 = spark::spread(&[1; 100], 7).iter().map(|(value, _)| value).sum();
    assert_eq!(spread, 100);
    let mut buf = buffer(8, 2);
    Histogram { values: &[0, 4, 8, 1], parts: &[], others: None, cursor: Some(2), brush: Some(1..3) }.draw(
        buf.area,
        &mut buf,
        &theme(),
    );
    assert_eq!(rows(&buf), ["    ██", "  ████▂▂"]);
    assert_eq!(buf[(4, 0)].style().fg, theme().histogram_cursor.fg);
    assert_eq!(buf[(2, 0)].style().bg, theme().brush.bg);
    assert_ne!(buf[(6, 0)].style().bg, theme().brush.bg);
}

#[test]
fn a_typed_line_scrolls_with_its_cursor() {
    let shown = |text: &str, cursor| {
        let mut buf = buffer(8, 1);
        Input { text, cursor: Some(cursor), ..Input::default() }.draw(buf.area, &mut buf, &theme());
        let at = (0..8).find(|x| buf[(*x, 0)].style().bg == theme().cursor.bg);
        (rows(&buf).remove(0), at)
    };
    assert_eq!(shown("abc", 3), ("abc".into(), Some(3)));
    assert_eq!(shown("abcdefghij", 10), ("‹efghij".into(), Some(7)));
    assert_eq!(shown("abcdefghij", 0), ("abcdefg›".into(), Some(0)));
    assert_eq!(shown("日本語日本語", 18).0, "‹日本語".to_owned());
    assert_eq!(shown("a\u{1b}b", 2).0, "a\\x1bb");
}

#[test]
fn a_table_shows_the_cursor_whatever_it_takes() {
    let columns: Vec<Column> = (0..9)
        .map(|at| Column {
            title: line(&format!("column{at}")),
            min: 4,
            max: 12,
            align: if at == 1 { Align::Right } else { Align::Left },
            ..Column::default()
        })
        .collect();
    let draw = |cursor| {
        let mut buf = buffer(34, 3);
        let table = Table {
            columns: &columns,
            rows: 2,
            cell: &|row, column| Cell::of(safe(&format!("r{row}c{column}")), PLAIN),
            gutter: &|row| Gutter { mark: (row == 1).then_some(("*", PLAIN)), selected: false },
            cursor: Some((0, cursor)),
            frozen: 1,
            first: 1,
            focused: true,
        };
        let placed = table.draw(buf.area, &mut buf, &theme());
        assert_eq!(table.hidden(&placed), (cursor > 3, cursor < 8));
        assert!(placed.iter().any(|place| place.column == cursor));
        rows(&buf)
    };
    assert_eq!(draw(0), ["   column0  column1  column2", "▌  r0c0        r0c1  r0c2", " * r1c0        r1c1  r1c2"]);
    assert_eq!(draw(8)[1], "▌  r0c0     r0c7     r0c8");
}

#[test]
fn a_table_of_many_columns_measures_only_those_it_shows() {
    let columns: Vec<Column> = (0..5_000).map(|_| Column { title: line("c"), min: 4, max: 12, ..Column::default() }).collect();
    let asked = std::cell::RefCell::new(std::collections::BTreeSet::new());
    let mut buf = buffer(60, 10);
    Table {
        columns: &columns,
        rows: 9,
        cell: &|_, column| {
            asked.borrow_mut().insert(column);
            Cell::of("value", PLAIN)
        },
        gutter: &|_| Gutter::default(),
        cursor: Some((0, 4_321)),
        frozen: 1,
        first: 1,
        focused: true,
    }
    .draw(buf.area, &mut buf, &theme());
    assert!(asked.borrow().len() < 30, "{:?}", asked.borrow());
}

#[test]
fn columns_of_high_priority_get_their_room_first() {
    let columns = [
        Column { title: line("a"), min: 4, max: 40, ..Column::default() },
        Column { title: line("b"), min: 4, max: 40, priority: 9, cut: Cut::Middle, ..Column::default() },
    ];
    let mut buf = buffer(30, 2);
    Table {
        columns: &columns,
        rows: 1,
        cell: &|_, _| Cell::of(safe("abcdefghijklmnopqrst"), PLAIN),
        gutter: &|_| Gutter::default(),
        cursor: None,
        frozen: 0,
        first: 0,
        focused: false,
    }
    .draw(buf.area, &mut buf, &theme());
    assert_eq!(rows(&buf), ["   a      b", "   abcd…  abcdefghijklmnopqrst"]);
}

#[test]
fn a_frame_says_what_it_frames_when_there_is_room() {
    let mut buf = buffer(24, 3);
    let frame = Frame { title: line("rows"), right: line("2,104 of 2,900"), bottom: Line::new(), focused: true };
    assert_eq!(frame.draw(buf.area, &mut buf, &theme()), Rect::new(1, 1, 22, 1));
    assert_eq!(rows(&buf)[0], "┌─ rows ───────────────┐");
    let dark = theme();
    assert_eq!((buf[(1, 0)].fg, buf[(3, 0)].fg), (dark.border_focused.fg.unwrap(), dark.text.fg.unwrap()));
    let mut buf = buffer(30, 3);
    frame.draw(buf.area, &mut buf, &theme());
    assert_eq!(rows(&buf)[0], "┌─ rows ──── 2,104 of 2,900 ─┐");
}

#[test]
fn the_thumb_is_at_the_ends_only_when_one_is() {
    let thumb = |first| {
        let mut buf = buffer(1, 10);
        scroll::draw(first, 10, 100, buf.area, &mut buf, &theme());
        rows(&buf).iter().position(|row| !row.is_empty())
    };
    assert_eq!((thumb(0), thumb(1), thumb(45), thumb(90)), (Some(0), Some(1), Some(5), Some(9)));
}

/// Text as an attacker would choose it.
fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        proptest::collection::vec(
            prop_oneof![
                Just("\u{1b}]52;c;eA==\u{7}".to_owned()),
                Just("\u{202e}abc".to_owned()),
                Just("e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}".to_owned()),
                Just("👩\u{200d}👧".to_owned()),
                Just("🇩🇪❤\u{fe0f}".to_owned()),
                Just("日本".to_owned()),
                Just("لا".to_owned()),
                Just("\u{e0041}\u{200b}".to_owned()),
            ],
            0..8
        )
        .prop_map(|parts| parts.concat()),
    ]
}

fn everything(text: &str, area: Rect, buf: &mut Buffer, theme: &Theme, number: usize) {
    let one = line(text);
    one.draw_cut(area, buf, theme, Cut::Middle);
    one.draw_right(area, buf, theme);
    paragraph::draw(&paragraph::wrap(&[one.clone(), one.clone()], area.width), number, area, buf, theme);
    bar::draw(number as f64 / 7.0, area, buf, theme.bar, theme);
    let values: Vec<u64> = (0..number as u64 * 3).map(|value| value * u64::MAX / 90).collect();
    spark::draw(&values, area, buf, theme.spark, theme);
    Histogram { values: &values, parts: &[], others: None, cursor: Some(number), brush: Some(number..number * 2) }
        .draw(area, buf, theme);
    let cursor = text.char_indices().nth(number).map_or(text.len(), |(at, _)| at);
    let looks = [(0..cursor, theme.mistake)];
    Input { text, cursor: Some(cursor), looks: &looks, placeholder: "type" }.draw(area, buf, theme);
    let frame = Frame { title: one.clone(), right: one.clone(), bottom: one.clone(), focused: true };
    let inside = popup::draw(&frame, popup::centered(area, 20, 6), buf, theme);
    let item = Item { key: one.clone(), label: one.clone(), right: one.clone() };
    Menu { items: vec![item; number], first: 1, total: number + 3, chosen: Some(2), key_width: 3 }.draw(inside, buf, theme);
    Progress { what: safe(text), fraction: Some(number as f64 / 9.0), elapsed: Duration::from_secs(3), stoppable: true }
        .draw(area, buf, theme);
    let node = Node { depth: number, name: safe(text), name_style: PLAIN, value: one.clone(), open: Some(true) };
    Tree { nodes: vec![node; 3], first: 0, total: 9, cursor: Some(1), name_width: 9 }.draw(area, buf, theme);
    let columns: Vec<Column> = (0..number)
        .map(|at| Column {
            title: one.clone(),
            min: 3,
            max: 20,
            priority: at as u8,
            align: if at % 2 == 0 { Align::Left } else { Align::Right },
            cut: if at % 3 == 0 { Cut::End } else { Cut::Middle },
        })
        .collect();
    Table {
        columns: &columns,
        rows: number,
        cell: &|row, _| Cell { line: one.clone(), mark: (row % 2 == 0).then_some(("!", Style::new())) },
        gutter: &|row| Gutter { mark: Some(("*", Style::new())), selected: row % 3 == 0 },
        cursor: Some((number / 2, number / 2)),
        frozen: number / 3,
        first: number / 2,
        focused: true,
    }
    .draw(area, buf, theme);
}

proptest! {
    #[test]
    fn nothing_breaks_and_nothing_is_drawn_outside(
        text in hostile(), x in 0u16..30, y in 0u16..10, width in 0u16..40, height in 0u16..12, number in 0usize..9, ascii in any::<bool>(),
    ) {
        let theme = theme().with_ascii(ascii);
        let mut buf = buffer(40, 12);
        let area = Rect { x, y, width, height };
        everything(&text, area, &mut buf, &theme, number);
        let blank = Buffer::empty(buf.area);
        for position in buf.area.positions() {
            let cell = &buf[position];
            prop_assert!(!cell.symbol().chars().any(is_unfit), "{:?}", cell);
            if !area.contains(position) {
                prop_assert_eq!(cell, &blank[position], "outside {:?}", area);
            }
        }
        // A wide character at the right edge would reach over it.
        for y in 0..buf.area.height {
            prop_assert!(usize::from(buf[(buf.area.width - 1, y)].symbol().cell_width()) <= 1);
        }
    }

    #[test]
    fn lines_are_as_wide_as_they_say(text in hostile(), width in 0u16..30) {
        let mut buf = buffer(30, 1);
        let line = line(&text);
        for cut in [Cut::End, Cut::Middle] {
            let used = line.draw_cut(Rect { width, ..buf.area }, &mut buf, &theme(), cut);
            prop_assert!(used <= width);
            if line.width() <= usize::from(width) {
                prop_assert_eq!(usize::from(used), line.width());
            }
        }
        for part in line.wrap(usize::from(width)) {
            prop_assert!(part.width() <= usize::from(width).max(8) || width < 2);
        }
    }

    #[test]
    fn enough_of_a_value_draws_like_all_of_it(text in "[a-zé日]{0,300}", width in 0u16..20, middle in any::<bool>()) {
        let cut = if middle { Cut::Middle } else { Cut::End };
        let shown = |safe: SafeText| {
            let mut buf = buffer(20, 1);
            Line::new().with(safe, PLAIN).draw_cut(Rect { width, ..buf.area }, &mut buf, &theme(), cut);
            rows(&buf).remove(0)
        };
        prop_assert_eq!(shown(enough(&text, usize::from(width), cut)), shown(SafeText::new(&text)));
    }
}
