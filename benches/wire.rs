//! What keys cost on the way to the terminal: `cargo bench --bench wire`. The program runs in a pseudo-terminal over the demo; for each of the
//! commonest keys it is told how many bytes the answer takes, and how long it takes until the first frame and until the last.
//! `CASEBOOK_PRESSES` says how often each is pressed.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

#[allow(dead_code)]
#[path = "../tests/terminal/mod.rs"]
mod terminal;

use std::time::Duration;

use terminal::Terminal;

/// After so long without a byte a key is answered for good.
const QUIET: Duration = Duration::from_millis(150);

/// The keys, what they do, and what brings back where they were pressed.
const KEYS: [(&str, &str, &[&str]); 10] = [
    ("j", "one row down", &[]),
    ("k", "one row up", &[]),
    ("l", "one column right", &["h"]),
    ("C-d", "half a page down", &[]),
    ("G", "last row", &["g"]),
    ("Tab", "next pane", &["BackTab"]),
    ("Space", "leader popup", &["Esc"]),
    ("F", "top values", &["Backspace"]),
    ("?", "help", &["Esc"]),
    ("m", "pin and unpin", &["u"]),
];

fn middle<T: Copy + Ord>(mut values: Vec<T>) -> T {
    values.sort_unstable();
    values[values.len() / 2]
}

fn main() {
    let presses = std::env::var("CASEBOOK_PRESSES").ok().and_then(|text| text.parse().ok()).unwrap_or(15);
    let home = tempfile::tempdir().expect("a folder");
    println!("| terminal | key | | bytes, median | bytes, most | ms to the first frame, median | ms to the last, median |");
    println!("| --- | --- | --- | ---: | ---: | ---: | ---: |");
    // With the side panes, and without them.
    measure(home.path(), (120, 40), &KEYS, presses);
    measure(home.path(), (119, 40), &KEYS[..1], presses);
    measure(home.path(), (80, 24), &KEYS[..1], presses);
}

fn measure(home: &std::path::Path, size: (u16, u16), keys: &[(&str, &str, &[&str])], presses: usize) {
    let mut terminal =
        Terminal::run(home, size, "/usr/bin/env", &["COLORTERM=truecolor", env!("CARGO_BIN_EXE_casebook"), "demo"]);
    terminal.ready("1 of 200,000").wait("new case").answer_to("j", 4 * QUIET);
    for (key, what, back) in keys {
        let mut bytes = Vec::new();
        let (mut first, mut last) = (Vec::new(), Vec::new());
        for _ in 0..presses {
            let answer = terminal.answer_to(key, QUIET);
            bytes.push(answer.0);
            first.push(answer.1.as_micros());
            last.push(answer.2.as_micros());
            for key in *back {
                terminal.answer_to(key, QUIET);
            }
        }
        let ms = |values: Vec<u128>| middle(values) as f64 / 1000.0;
        let (width, height) = size;
        let most = bytes.iter().copied().max().unwrap_or_default();
        println!("| {width}x{height} | `{key}` | {what} | {} | {most} | {:.1} | {:.1} |", middle(bytes), ms(first), ms(last));
    }
    terminal.keys("Q");
    terminal.end();
}
