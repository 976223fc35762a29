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
/// The themes that say each colour themselves.
const IN_COLOUR: [&str; 7] = ["dark", "light", "slate", "dusk", "paper", "contrast", "safe"];

#[test]
fn every_builtin_theme_parses_and_bears_its_name() {
    for name in Theme::builtin_names() {
        assert_eq!(Theme::builtin(name).unwrap().name, name);
    }
    let error = Theme::builtin("drak").unwrap_err().to_string();
    assert_eq!(error, "there is no theme 'drak'; the themes are dark, light, slate, dusk, paper, contrast, safe, ansi, mono");
}

#[test]
fn text_can_be_read_on_every_ground_it_is_drawn_on() {
    for name in IN_COLOUR {
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
    for name in IN_COLOUR {
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
            "my.toml:6: pallete: is unknown; a theme has name, about, ground, inherits, palette and styles",
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

#[test]
fn the_terminals_own_colours_are_named_and_told_apart() {
    let ansi = Theme::builtin("ansi").unwrap();
    for key in Theme::STYLES {
        let style = ansi.style(key).unwrap();
        for color in [style.fg, style.bg].into_iter().flatten() {
            assert!(!matches!(color, Color::Rgb(..) | Color::Indexed(_)), "{key}: {color:?} is not one of the sixteen");
        }
    }
    for (key, other) in [("cursor", "text"), ("selection", "text"), ("escape", "match"), ("cursor", "selection"), ("good", "bad")]
    {
        assert_ne!(ansi.style(key), ansi.style(other), "{key} looks like {other}");
    }
}

#[test]
fn there_are_light_themes_and_dark_ones_and_every_colour_theme_is_tested_for_contrast() {
    let grounds: Vec<Ground> = Theme::builtin_names().map(|name| Theme::builtin(name).unwrap().ground).collect();
    assert!(grounds.iter().filter(|ground| **ground == Ground::Light).count() >= 2);
    let untested: Vec<&str> =
        Theme::builtin_names().filter(|name| !IN_COLOUR.contains(name) && !["ansi", "mono"].contains(name)).collect();
    assert_eq!(untested, [""; 0]);
}

#[test]
fn a_theme_that_inherits_says_only_what_is_different() {
    let text = "name = \"mine\"\ninherits = \"dark\"\n[palette]\naccent = \"#010203\"\n[styles]\ndim = { fg = \"red\" }\n";
    let (mine, dark) = (Theme::parse("mine.toml", text).unwrap(), Theme::builtin("dark").unwrap());
    assert_eq!((mine.name.as_str(), mine.ground), ("mine", Ground::Dark));
    assert_eq!(mine.accent.fg, Some(Color::Rgb(1, 2, 3)), "a colour of the palette recolours what is inherited");
    assert_eq!((mine.dim.fg, mine.text), (dark.bad.fg, dark.text));
    let missing = Theme::parse("mine.toml", "name = \"mine\"\ninherits = \"drak\"\n").unwrap_err().to_string();
    assert!(missing.starts_with("mine.toml:2: inherits: there is no theme 'drak'"), "{missing}");
}

#[test]
fn a_users_own_themes_stand_beside_the_built_in_ones_and_lead_nowhere_else() {
    let folder = tempfile::tempdir().unwrap();
    let paths = Paths::under(folder.path());
    let themes = paths.config.join("themes");
    std::fs::create_dir_all(&themes).unwrap();
    let write = |name: &str, text: &str| std::fs::write(themes.join(name), text).unwrap();
    write("night.toml", "name = \"night\"\ninherits = \"dusk\"\n");
    write("dark.toml", "name = \"dark\"\ninherits = \"dark\"\n[palette]\nink = \"#ffffff\"\n");
    write("a.toml", "name = \"a\"\ninherits = \"b\"\n");
    write("b.toml", "name = \"b\"\ninherits = \"a\"\n");
    let names = Theme::names(&paths);
    assert_eq!(names.len(), Theme::builtin_names().count() + 3, "{names:?}");
    assert_eq!(Theme::named("night", &paths).unwrap().accent, Theme::builtin("dusk").unwrap().accent);
    assert_eq!(Theme::named("dark", &paths).unwrap().text.fg, Some(Color::Rgb(255, 255, 255)));
    assert!(Theme::named("a", &paths).unwrap_err().to_string().contains("in turn"));
    for name in ["../night", "", ".", "x/y"] {
        assert!(Theme::named(name, &paths).unwrap_err().to_string().contains("there is no theme"), "{name}");
    }
}
