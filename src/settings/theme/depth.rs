//! How many colours a terminal has, and the nearest of them to one that it may not have.

use ratatui::style::Color;

use super::Ground;

/// How many colours a terminal shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// 24 bits a colour.
    True,
    /// The 256 of xterm: sixteen, a cube of 216 and 24 greys.
    Indexed,
    /// Sixteen, or eight; which they are is the terminal's business.
    Sixteen,
    /// None.
    Mono,
}

impl Ground {
    /// The ground of a terminal by its `COLORFGBG`, which names ink and ground among the sixteen: `15;0`, `0;default;15`. `None` where it
    /// says nothing.
    pub fn of_terminal(colorfgbg: &str) -> Ground {
        match colorfgbg.rsplit(';').next().and_then(|ground| ground.parse::<u8>().ok()) {
            Some(7 | 9..=15) => Ground::Light,
            Some(_) => Ground::Dark,
            None => Ground::None,
        }
    }
}

/// The steps of each side of the cube of xterm's 256 colours.
const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];

impl Depth {
    /// The depth of a terminal by what its environment says: `COLORTERM`, `TERM` and `NO_COLOR`.
    pub fn of(colorterm: &str, term: &str, no_color: bool) -> Depth {
        if no_color || term == "dumb" {
            return Depth::Mono;
        }
        // These show 24 bits and are often reached over SSH, which does not carry COLORTERM along.
        let known = ["kitty", "alacritty", "foot", "wezterm", "ghostty", "contour", "-direct"];
        if matches!(colorterm, "truecolor" | "24bit") || known.iter().any(|word| term.contains(word)) {
            return Depth::True;
        }
        if term.contains("256") || !colorterm.is_empty() {
            return Depth::Indexed;
        }
        Depth::Sixteen
    }

    /// The name of the theme that fits a terminal of this ground when none is asked for.
    pub const fn theme(self, ground: Ground) -> &'static str {
        match (self, ground) {
            (Depth::True | Depth::Indexed, Ground::Light) => "light",
            (Depth::True | Depth::Indexed, _) => "dark",
            (Depth::Sixteen, _) => "ansi",
            (Depth::Mono, _) => "mono",
        }
    }

    /// The colour itself where the terminal has it, else the nearest one that it has.
    pub fn nearest(self, color: Color) -> Color {
        match (self, color) {
            (Depth::Mono, _) => Color::Reset,
            (Depth::Indexed, Color::Rgb(red, green, blue)) => Color::Indexed(indexed(red, green, blue)),
            (Depth::Sixteen, Color::Rgb(red, green, blue)) => sixteen(red, green, blue),
            (Depth::Sixteen, Color::Indexed(index)) if index >= 16 => {
                let (red, green, blue) = rgb(index);
                sixteen(red, green, blue)
            }
            _ => color,
        }
    }
}

fn distance(one: (u8, u8, u8), other: (u8, u8, u8)) -> u32 {
    let part = |one: u8, other: u8| u32::from(one.abs_diff(other)).pow(2);
    // The eye is keenest for green and dullest for blue.
    3 * part(one.0, other.0) + 4 * part(one.1, other.1) + 2 * part(one.2, other.2)
}

/// The colour of an index from 16 on.
fn rgb(index: u8) -> (u8, u8, u8) {
    if index >= 232 {
        let grey = 8 + 10 * (index - 232);
        return (grey, grey, grey);
    }
    let at = index.saturating_sub(16);
    let step = |at: u8| STEPS.get(usize::from(at % 6)).copied().unwrap_or(255);
    (step(at / 36), step(at / 6), step(at))
}

/// The nearest of the cube and the greys. The first sixteen are no choice: every terminal shows others.
fn indexed(red: u8, green: u8, blue: u8) -> u8 {
    (16..=255).min_by_key(|index| distance(rgb(*index), (red, green, blue))).unwrap_or(231)
}

/// The sixteen as xterm shows them.
const SIXTEEN: [(Color, (u8, u8, u8)); 16] = [
    (Color::Black, (0, 0, 0)),
    (Color::Red, (205, 0, 0)),
    (Color::Green, (0, 205, 0)),
    (Color::Yellow, (205, 205, 0)),
    (Color::Blue, (0, 0, 238)),
    (Color::Magenta, (205, 0, 205)),
    (Color::Cyan, (0, 205, 205)),
    (Color::Gray, (229, 229, 229)),
    (Color::DarkGray, (127, 127, 127)),
    (Color::LightRed, (255, 0, 0)),
    (Color::LightGreen, (0, 255, 0)),
    (Color::LightYellow, (255, 255, 0)),
    (Color::LightBlue, (92, 92, 255)),
    (Color::LightMagenta, (255, 0, 255)),
    (Color::LightCyan, (0, 255, 255)),
    (Color::White, (255, 255, 255)),
];

fn sixteen(red: u8, green: u8, blue: u8) -> Color {
    SIXTEEN.iter().min_by_key(|(_, shown)| distance(*shown, (red, green, blue))).map_or(Color::Reset, |(color, _)| *color)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_says_how_many_colours_there_are() {
        let cases = [
            ("truecolor", "xterm-256color", false, Depth::True),
            ("", "xterm-kitty", false, Depth::True),
            ("", "xterm-256color", false, Depth::Indexed),
            ("", "tmux-256color", false, Depth::Indexed),
            ("", "screen", false, Depth::Sixteen),
            ("", "linux", false, Depth::Sixteen),
            ("truecolor", "dumb", false, Depth::Mono),
            ("truecolor", "xterm-256color", true, Depth::Mono),
        ];
        for (colorterm, term, no_color, depth) in cases {
            assert_eq!(Depth::of(colorterm, term, no_color), depth, "{colorterm} {term} {no_color}");
        }
    }

    #[test]
    fn the_ground_decides_between_dark_and_light() {
        let grounds = [
            ("15;0", "dark"),
            ("0;15", "light"),
            ("0;default;7", "light"),
            ("12;8", "dark"),
            ("", "dark"),
            ("0;default", "dark"),
        ];
        for (said, theme) in grounds {
            assert_eq!(Depth::Indexed.theme(Ground::of_terminal(said)), theme, "{said}");
            assert_eq!(Depth::Sixteen.theme(Ground::of_terminal(said)), "ansi");
            assert_eq!(Depth::Mono.theme(Ground::of_terminal(said)), "mono");
        }
    }

    #[test]
    fn a_colour_that_is_not_there_becomes_the_nearest() {
        assert_eq!(Depth::Indexed.nearest(Color::Rgb(95, 135, 175)), Color::Indexed(67));
        assert_eq!(Depth::Indexed.nearest(Color::Rgb(9, 8, 8)), Color::Indexed(232));
        assert_eq!(Depth::Sixteen.nearest(Color::Rgb(250, 10, 10)), Color::LightRed);
        assert_eq!(Depth::Sixteen.nearest(Color::Indexed(231)), Color::White);
        assert_eq!(Depth::True.nearest(Color::Rgb(1, 2, 3)), Color::Rgb(1, 2, 3));
        assert_eq!(Depth::Indexed.nearest(Color::Red), Color::Red, "a name stays the terminal's own");
    }
}
