//! Tests of the themes: they parse, they can be read, their mistakes are named.

use ratatui::style::{Color, Modifier, Style};

use super::*;

/// Relative luminance, after WCAG 2.2.
fn luminance(color: Color) -> f64 {
    let Color::Rgb(red, green, blue) = color else { panic!("{color:?} is no RGB colour") };
    let linear = |part: u8| {
        let part = f64::from(part) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

fn contrast(one: Color, other: Color) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// Lines and bars: what is drawn is a shape, for which WCAG 1.4.11 asks 3:1 where it carries meaning; borders are decoration.
const SHAPES: [&str; 5] = ["bar", "histogram", "histogram_cursor", "spark", "border_focused"];
const DECORATION: [&str; 1] = ["border"];

#[test]
fn every_builtin_theme_parses_and_bears_its_name() {
    for name in Theme::builtin_names() {
        assert_eq!(Theme::builtin(name).unwrap().name, name);
    }
    let error = Theme::builtin("drak").unwrap_err().to_string();
    assert_eq!(error, "there is no theme 'drak'; the themes are dark, light, mono");
}

#[test]
fn text_can_be_read_on_every_ground_it_is_drawn_on() {
    for name in ["dark", "light"] {
        let theme = Theme::builtin(name).unwrap();
        let grounds = [("text", theme.text), ("popup", theme.popup), ("input", theme.input), ("selection", theme.selection)];
        for key in Theme::STYLES {
            let style = theme.style(key).unwrap();
            if DECORATION.contains(key) {
                continue;
            }
            let least = if SHAPES.contains(key) { 3.0 } else { 4.5 };
            let Some(ink) = style.fg.or(theme.text.fg) else { panic!("{key} has no ink") };
            let over: Vec<_> = match style.bg {
                Some(own) => vec![("its own", own)],
                None => grounds.iter().map(|(ground, style)| (*ground, style.bg.unwrap())).collect(),
            };
            for (ground, color) in over {
                if SHAPES.contains(key) && ground == "selection" {
                    continue;
                }
                let ratio = contrast(ink, color);
                assert!(ratio >= least, "{name}: {key} on {ground}: {ratio:.2} is less than {least}");
            }
        }
    }
}

#[test]
fn mono_has_no_colour_and_tells_apart_what_must_be() {
    let mono = Theme::builtin("mono").unwrap();
    for key in Theme::STYLES {
        let style = mono.style(key).unwrap();
        assert_eq!((style.fg, style.bg), (None, None), "{key}");
    }
    for (key, other) in
        [("cursor", "text"), ("selection", "text"), ("escape", "text"), ("cursor", "selection"), ("match", "text")]
    {
        assert_ne!(mono.style(key), mono.style(other), "{key} looks like {other}");
    }
    assert!(mono.cursor.add_modifier.contains(Modifier::REVERSED));
}

#[test]
fn nothing_else_looks_like_an_escape() {
    for name in ["dark", "light"] {
        let theme = Theme::builtin(name).unwrap();
        for key in Theme::STYLES.iter().filter(|key| **key != "escape") {
            assert_ne!(theme.style(key).unwrap(), theme.escape, "{name}: {key}");
        }
    }
}

fn dark_with(from: &str, to: &str) -> String {
    let text = include_str!("../../../themes/dark.toml");
    assert!(text.contains(from), "{from}");
    text.replacen(from, to, 1)
}

#[test]
fn a_mistake_is_named_with_file_line_and_key() {
    let cases = [
        (dark_with("name = \"dark\"", "name = 7"), "my.toml:2: name: must be text, not integer"),
        (
            dark_with("ground = \"dark\"", "ground = \"gray\""),
            "my.toml:4: ground: 'gray' is not a ground; write dark, light or none",
        ),
        (
            dark_with("line = \"#3b424f\"", "line = \"#3b\""),
            "my.toml:11: palette.line: '#3b' is not a colour; write #rrggbb, an ANSI name such as 'red', an index from 0 to 255, or 'reset'",
        ),
        (
            dark_with("[\"bold\"]", "[\"fat\"]"),
            "my.toml:28: styles.title.modifiers: 'fat' is not a modifier; they are bold, dim, italic, underline, reverse, strike",
        ),
        (dark_with("null = {", "nul = {"), "my.toml:26: styles.nul: is unknown; the styles are text dim"),
        (dark_with("null = { fg = \"faint\" }\n", ""), "my.toml:23: styles.null: is missing"),
        (dark_with("dim = { fg", "dim = { ink"), "my.toml:25: styles.dim.ink: is unknown; a style has fg, bg and modifiers"),
        (
            dark_with("[palette]", "[pallete]"),
            "my.toml:6: pallete: is unknown; a theme has name, about, ground, palette and styles",
        ),
        (
            dark_with("fg = \"soft\" }", "fg = \"sfot\" }"),
            "my.toml:25: styles.dim.fg: 'sfot' is neither a colour nor in the palette (accent,",
        ),
        (dark_with("[styles]", "[styles"), "my.toml:23: "),
    ];
    for (text, expected) in cases {
        let error = Theme::parse("my.toml", &text).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}\n{expected}");
    }
}

#[test]
fn colours_are_read_in_every_spelling() {
    let text =
        dark_with("dim = { fg = \"soft\" }", "dim = { fg = 244, bg = \"bright blue\", modifiers = [\"italic\", \"reverse\"] }");
    let dim = Theme::parse("my.toml", &text).unwrap().dim;
    assert_eq!(dim, Style::new().fg(Color::Indexed(244)).bg(Color::LightBlue).italic().reversed());
}
