//! What holds of every frame, whatever the theme and the terminal: the cursor is seen, words can be read, every key on the hint line works,
//! and a terminal puts each character where it was drawn.

use casebook::app::key::sequence;
use casebook::domain::SafeText;
use casebook::settings::theme::{Depth, Ground, Theme};
use casebook::ui::widget::Line;
use casebook::ui::widget::text::PLAIN;
use ratatui::backend::{Backend, CrosstermBackend};
use ratatui::buffer::{Buffer, Cell, CellWidth};
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier};

use super::picture;
use super::stage::Stage;

/// Frames with something of everything: each surface, pane, overlay and form.
pub(crate) const SCENES: [&str; 45] = [
    "",
    "j j l l",
    "l l +",
    "l l ! Backspace",
    "& a c o u n t : x",
    "& C-u a Tab",
    "& a c c o u n t : n o b o d y Enter",
    "Tab",
    "Tab Tab j j",
    "Tab Tab l j",
    "T l l l [ l l",
    "l l T l",
    "Enter j j",
    "Enter j /",
    "l l p",
    "l l P",
    "l l p i j",
    "l l F j v",
    "l l p p j j",
    "l l p l > j",
    "l l p l d",
    "Space g",
    "Space",
    "z",
    "y",
    "2",
    "2 j Enter j",
    "2 R",
    "2 R j l",
    "2 R Enter",
    "3",
    "4",
    "5",
    "l l t b a d Enter Enter w h y C-s m j",
    "l l t s c r i p t e d Enter",
    "l l f k e y s C-s 3",
    "l l t b a d Enter Enter w h y C-s m 4 j",
    "l l c # Space s e e n",
    "?",
    "? p i v o t",
    ": l a b",
    "z m j j",
    "z e",
    "Space t j",
    "Space a j",
];

/// The words of `TERM` that people come with, and whether they set `NO_COLOR`.
const TERMS: [(&str, bool); 7] = [
    ("dumb", false),
    ("linux", false),
    ("screen", false),
    ("tmux-256color", false),
    ("xterm-256color", false),
    ("xterm-kitty", false),
    ("xterm-kitty", true),
];

/// Every theme that is compiled in, as each of those terminals shows it.
fn themes() -> Vec<(String, Theme)> {
    let mut all: Vec<(String, Theme)> = Vec::new();
    for name in Theme::builtin_names() {
        for (term, plain) in TERMS {
            let depth = Depth::of("", term, plain);
            let theme = Theme::builtin(name).unwrap().with_depth(depth);
            // What several terminals show alike is looked at once.
            if !all.iter().any(|(_, known)| *known == theme) {
                all.push((format!("{name} on {term}{}", if plain { " without colours" } else { "" }), theme));
            }
        }
    }
    all
}

#[test]
fn rows_as_each_terminal_shows_them() {
    let mut stage = Stage::ready(80, 24);
    stage.press("j j l l");
    let text = picture::text(&stage.draw(&Theme::builtin("dark").unwrap()));
    insta::with_settings!({ omit_expression => true, snapshot_path => "../snapshots", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("terms-80x24", text);
        for (term, plain) in TERMS {
            let depth = Depth::of("", term, plain);
            let theme = Theme::builtin(depth.theme(Ground::of_terminal(""))).unwrap().with_depth(depth);
            let buffer = stage.draw(&theme);
            assert_eq!(picture::text(&buffer), text, "{term}: a terminal decides how words look, not what they say");
            let name = format!("terms-80x24-styles-{term}{}", if plain { "-no-color" } else { "" });
            insta::assert_snapshot!(name, format!("theme {}\n{}", theme.name, picture::styles(&buffer, &theme)));
        }
    });
}

/// What a cell shows, as an eye sees it: ink, ground and modifiers, with what is reversed turned round.
fn seen(cell: &Cell) -> (Color, Color, Modifier) {
    let (mut ink, mut ground) = (cell.fg, cell.bg);
    if cell.modifier.contains(Modifier::REVERSED) {
        std::mem::swap(&mut ink, &mut ground);
    }
    (ink, ground, cell.modifier)
}

#[test]
fn the_cursor_is_seen_in_every_theme_on_every_terminal() {
    let themes = themes();
    assert!(themes.len() >= 20, "{}", themes.len());
    // Two frames that differ by one step of the cursor: whatever moved, an eye must see where it is now.
    let steps = [
        ("j", "k"),
        ("Tab Tab j", "k"),
        ("l l F j", "k"),
        ("2 j", "k"),
        ("z m j", "k"),
        (": Down", "Up"),
        ("Enter j", "k"),
        ("Space t j j", "k"),
    ];
    let mut unseen = Vec::new();
    for (keys, step) in steps {
        let mut stage = Stage::ready(120, 40);
        stage.press(keys);
        for (name, theme) in &themes {
            let (one, mut moved) = (stage.draw(theme), stage.clone());
            moved.press(step);
            let other = moved.draw(theme);
            // More cells look otherwise than have another character in them: that is the cursor, not what it is said of.
            let looks = one.content().iter().zip(other.content()).filter(|(one, other)| seen(one) != seen(other)).count();
            if looks < 4 {
                unseen.push(format!("{name}: after {keys:?} the step {step:?} changes the look of {looks} cells"));
            }
        }
    }
    assert!(unseen.is_empty(), "{unseen:#?}");
}

fn luminance(color: Color) -> Option<f64> {
    let (red, green, blue) = match color {
        Color::Rgb(red, green, blue) => (red, green, blue),
        Color::Indexed(index @ 16..=231) => {
            let step = |at: u8| if at == 0 { 0 } else { 55 + 40 * at };
            (step((index - 16) / 36), step((index - 16) / 6 % 6), step((index - 16) % 6))
        }
        Color::Indexed(index @ 232..) => (8 + 10 * (index - 232), 8 + 10 * (index - 232), 8 + 10 * (index - 232)),
        // What the terminal's own colours look like is the terminal's business.
        _ => return None,
    };
    let linear = |part: u8| {
        let part = f64::from(part) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    Some(0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue))
}

/// Lines, bars and blocks, which are shapes and no words.
fn is_shape(symbol: &str) -> bool {
    symbol.chars().all(|character| matches!(character, '\u{2500}'..='\u{259f}' | ' ' | '·' | '…'))
}

#[test]
fn words_can_be_read_in_every_frame_of_every_theme() {
    let mut worst: Vec<(f64, String)> = Vec::new();
    for (name, theme) in themes() {
        let mut least = (f64::MAX, String::new());
        for keys in SCENES {
            let mut stage = Stage::ready(120, 40);
            stage.press(keys);
            for cell in stage.draw(&theme).content().iter().filter(|cell| !is_shape(cell.symbol())) {
                let (ink, ground, _) = seen(cell);
                let (Some(ink), Some(ground)) = (luminance(ink), luminance(ground)) else { continue };
                let ratio = (ink.max(ground) + 0.05) / (ink.min(ground) + 0.05);
                if ratio < least.0 {
                    least = (ratio, format!("{name}: {cell:?} after {keys:?}"));
                }
            }
        }
        // With 256 colours the nearest is taken, which may be a little nearer to its ground than it was meant to be.
        let needed = if name.contains("256") { 4.0 } else { 4.5 };
        if least.0 < needed {
            worst.push(least);
        }
    }
    assert!(worst.is_empty(), "{worst:#?}");
}

#[test]
fn a_terminal_that_says_what_it_is_gets_a_theme_that_suits_it() {
    let chosen =
        |colours: &str, term: &str, plain: bool, ground: &str| Depth::of(colours, term, plain).theme(Ground::of_terminal(ground));
    assert_eq!(chosen("", "dumb", false, ""), "mono");
    assert_eq!(chosen("truecolor", "xterm-kitty", true, "0;15"), "mono");
    assert_eq!(chosen("", "linux", false, ""), "ansi");
    assert_eq!(chosen("", "screen", false, "0;15"), "ansi");
    assert_eq!(chosen("", "tmux-256color", false, ""), "dark");
    assert_eq!(chosen("truecolor", "xterm-256color", false, "0;15"), "light");
    for (name, theme) in themes() {
        let colours = Theme::STYLES.iter().filter_map(|key| theme.style(key)).flat_map(|style| [style.fg, style.bg]).flatten();
        let foreign = colours.filter(|color| match () {
            () if name.contains("dumb") || name.contains("without") => true,
            () if name.contains("linux") || name.contains("screen") => matches!(color, Color::Rgb(..) | Color::Indexed(16..)),
            () if name.contains("256") => matches!(color, Color::Rgb(..)),
            () => false,
        });
        assert_eq!(foreign.count(), 0, "{name} has colours that the terminal has not");
    }
}

/// The keys on the hint line: what stands there in the look of keys, left of what runs.
fn shown_keys(buffer: &Buffer, row: u16, theme: &Theme) -> Vec<String> {
    let is_key = |cell: &Cell| Some(cell.fg) == theme.key_hint.fg && cell.modifier.contains(theme.key_hint.add_modifier);
    let mut keys: Vec<String> = Vec::new();
    let mut begun = false;
    for x in 0..buffer.area.width {
        let cell = &buffer[(x, row)];
        match (is_key(cell), begun) {
            (true, true) => keys.last_mut().unwrap().push_str(cell.symbol()),
            (true, false) => keys.push(cell.symbol().to_owned()),
            _ => {}
        }
        begun = is_key(cell);
    }
    keys
}

#[test]
fn every_key_on_the_hint_line_does_something_here_and_now() {
    let theme = Theme::builtin("dark").unwrap();
    let (mut looked_at, mut idle) = (0, Vec::new());
    for (width, height) in [(160, 50), (80, 24), (40, 10)] {
        for keys in SCENES {
            let mut stage = Stage::ready(width, height);
            stage.press(keys);
            stage.forget_message();
            let buffer = stage.draw(&theme);
            let shown = shown_keys(&buffer, height - 1, &theme);
            assert!(!shown.is_empty(), "no key is shown after {keys:?} at {width}x{height}:\n{}", picture::text(&buffer));
            for hint in shown {
                // `j k` are two keys, of which one leads nowhere at an end; `Space r` is one after the other.
                let tries: Vec<&str> = match hint.as_str() {
                    "letters" => vec!["a"],
                    pair if pair.contains(' ') && !pair.starts_with("Space") => pair.split(' ').collect(),
                    one => vec![one],
                };
                let works = tries.iter().any(|keys| {
                    let mut after = stage.clone();
                    assert!(sequence(keys).is_ok(), "{keys} is no key");
                    after.press(keys);
                    after.forget_message();
                    after.acted() > stage.acted() || after.fingerprint() != stage.fingerprint()
                });
                if !works {
                    idle.push(format!("{hint:?} after {keys:?} at {width}x{height}"));
                }
                looked_at += 1;
            }
        }
    }
    assert!(idle.is_empty(), "these keys are shown and do nothing: {idle:#?}");
    assert!(looked_at > 300, "{looked_at}");
}

/// What a terminal shows when a frame is written to it whole.
fn on_a_terminal(buffer: &Buffer) -> vt100::Parser {
    let mut bytes = Vec::new();
    let cells = (0..buffer.area.height).flat_map(|y| (0..buffer.area.width).map(move |x| (x, y, &buffer[(x, y)])));
    // The second half of a wide character is written with the first.
    let mut after_wide = false;
    let cells = cells.filter(|(_, _, cell)| {
        let half = after_wide;
        after_wide = !half && cell.symbol().cell_width() > 1;
        !half
    });
    CrosstermBackend::new(&mut bytes).draw(cells).unwrap();
    let size = |side: u16| std::num::NonZero::new(side).unwrap();
    let mut terminal = vt100::Parser::new(size(buffer.area.height), size(buffer.area.width), 0);
    terminal.process(&bytes);
    terminal
}

#[test]
fn a_terminal_shows_each_character_where_it_was_drawn() {
    let theme = Theme::builtin("dark").unwrap();
    for (width, height) in [(40, 10), (80, 24), (120, 40), (300, 90)] {
        for keys in SCENES {
            let mut stage = Stage::hostile(width, height);
            stage.press(keys);
            let buffer = stage.draw(&theme);
            let terminal = on_a_terminal(&buffer);
            // Edges stand at the right on every line, whatever stands before them in it.
            for y in 0..height {
                for x in 0..width {
                    let drawn = buffer[(x, y)].symbol();
                    if matches!(drawn, "│" | "┐" | "┘" | "┌" | "└") {
                        let shown = terminal.screen().cell(y, x).map(|cell| cell.contents().to_owned());
                        assert_eq!(shown.as_deref(), Some(drawn), "{x},{y} at {width}x{height} after {keys:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn wide_combining_and_right_to_left_text_is_as_wide_as_it_is_said_to_be() {
    let theme = Theme::builtin("dark").unwrap();
    let texts = [
        "日本語テキスト",
        "한국어 텍스트",
        "שלום עולם",
        "مرحبا بالعالم",
        "e\u{301}a\u{308}o\u{302}",
        "👩🏽 👍 🇩🇪 ❤\u{fe0f} 1\u{fe0f}\u{20e3}",
        "क्षत्रिय ไทย",
        "ｆｕｌｌ\u{3000}ｗｉｄｔｈ",
        "\u{202e}txt.exe\u{202c} \u{200b}x",
    ];
    for text in texts {
        let line = Line::new().with(SafeText::new(text), PLAIN);
        for room in 1..=line.width() + 2 {
            let room = u16::try_from(room).unwrap();
            let mut buffer = Buffer::empty(Rect::new(0, 0, room + 1, 1));
            let used = line.draw(Rect::new(0, 0, room, 1), &mut buffer, &theme);
            assert!(used <= room, "{text:?} in {room}");
            if usize::from(room) >= line.width() {
                assert_eq!(usize::from(used), line.width(), "{text:?}");
            }
            buffer[(room, 0)].set_symbol("│");
            let shown = on_a_terminal(&buffer);
            let edge = shown.screen().cell(0, room).map(|cell| cell.contents().to_owned());
            assert_eq!(edge.as_deref(), Some("│"), "{text:?} in {room} columns moves what stands after it");
        }
    }
}
