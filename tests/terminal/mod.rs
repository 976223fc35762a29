//! A real pseudo-terminal with the program in it: keys in, screen out. Waits for what is shown; never sleeps.

use std::io::{Read, Write};
use std::num::NonZero;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, NativePtySystem, PtySize, PtySystem};

/// Nothing that a test waits for takes this long on the slowest machine; a test that waits longer has failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// The program in a terminal.
pub(crate) struct Terminal {
    screen: Arc<Mutex<vt100::Parser>>,
    raw: Arc<Mutex<Vec<u8>>>,
    changes: Receiver<()>,
    writer: Option<Box<dyn Write + Send>>,
    child: Box<dyn Child + Send + Sync>,
    master: Option<Box<dyn MasterPty + Send>>,
    reading: Arc<Reading>,
    reader: Option<std::thread::JoinHandle<()>>,
}

/// Whether the terminal takes what the program writes.
#[derive(Default)]
struct Reading {
    how: Mutex<How>,
    changed: Condvar,
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum How {
    #[default]
    Takes,
    Stalls,
    Ends,
}

impl Reading {
    fn set(&self, how: How) {
        *self.how.lock().unwrap() = how;
        self.changed.notify_all();
    }

    /// Waits while the terminal stalls. Whether it goes on.
    fn goes_on(&self) -> bool {
        let how = self.changed.wait_while(self.how.lock().unwrap(), |how| *how == How::Stalls).unwrap();
        *how == How::Takes
    }
}

impl Terminal {
    /// Starts the program with a home of its own.
    pub(crate) fn start(home: &Path, size: (u16, u16), arguments: &[&str]) -> Terminal {
        Terminal::run(home, size, env!("CARGO_BIN_EXE_casebook"), arguments)
    }

    /// Starts a command, such as a shell that pipes something into the program.
    pub(crate) fn run(home: &Path, (width, height): (u16, u16), program: &str, arguments: &[&str]) -> Terminal {
        let size = PtySize { rows: height, cols: width, pixel_width: 0, pixel_height: 0 };
        let pair = NativePtySystem::default().openpty(size).expect("a pseudo-terminal");
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.cwd(home);
        command.env_clear();
        command.env("PATH", std::env::var("PATH").unwrap_or_default());
        command.env("HOME", home);
        command.env("TERM", "xterm-256color");
        command.env("CASEBOOK_ANALYST", "ana");
        let child = pair.slave.spawn_command(command).expect("the program starts");
        drop(pair.slave);
        let screen = Arc::new(Mutex::new(vt100::Parser::new(
            NonZero::new(height).expect("a height"),
            NonZero::new(width).expect("a width"),
            0,
        )));
        let raw = Arc::new(Mutex::new(Vec::new()));
        let (changed, changes) = channel();
        let mut reader = pair.master.try_clone_reader().expect("a reader");
        let (to_screen, to_raw) = (Arc::clone(&screen), Arc::clone(&raw));
        let reading = Arc::new(Reading::default());
        let how = Arc::clone(&reading);
        let thread = std::thread::spawn(move || {
            let mut buffer = [0; 1 << 16];
            let mut shown = 0;
            while how.goes_on() {
                let count = reader.read(&mut buffer).unwrap_or(0);
                let mut raw = to_raw.lock().unwrap();
                raw.extend_from_slice(&buffer[..count]);
                // A frame is shown when it is whole, as terminals do that know the marks around it.
                let end = if count == 0 { raw.len() } else { whole_frames(&raw) };
                if end > shown {
                    to_screen.lock().unwrap().process(&raw[shown..end]);
                    shown = end;
                }
                if changed.send(()).is_err() || count == 0 {
                    return;
                }
            }
        });
        let writer = pair.master.take_writer().expect("a writer");
        Terminal { screen, raw, changes, writer: Some(writer), child, master: Some(pair.master), reading, reader: Some(thread) }
    }

    fn write(&mut self, bytes: &[u8]) {
        self.writer.as_mut().expect("a terminal").write_all(bytes).expect("the terminal takes keys");
    }

    /// From now on the terminal takes nothing of what the program writes, like a link that hangs; or it goes on.
    pub(crate) fn stall(&mut self, stalls: bool) {
        self.reading.set(if stalls { How::Stalls } else { How::Takes });
    }

    /// Gives the terminal another size, as a window that is drawn larger or smaller.
    pub(crate) fn resize(&mut self, (width, height): (u16, u16)) {
        let size = PtySize { rows: height, cols: width, pixel_width: 0, pixel_height: 0 };
        // What the program draws for the new size is shown in it.
        let mut screen = self.screen.lock().unwrap();
        self.master.as_ref().expect("a terminal").resize(size).expect("the terminal can be resized");
        screen.screen_mut().set_size(NonZero::new(height).expect("a height"), NonZero::new(width).expect("a width"));
    }

    /// Takes the terminal away from the program, as when a window is closed or a connection drops.
    pub(crate) fn hang_up(&mut self) {
        self.reading.set(How::Ends);
        // The thread that reads notices when it has something to read.
        self.keys("C-l");
        if let Some(reader) = self.reader.take() {
            reader.join().expect("the reader ends");
        }
        self.writer = None;
        self.master = None;
    }

    /// Waits until the program has written something, or has ended.
    pub(crate) fn wait_for_bytes(&mut self, more_than: usize) -> &mut Terminal {
        while self.raw.lock().unwrap().len() <= more_than && self.changes.recv_timeout(PATIENCE).is_ok() {}
        self
    }

    /// Presses a key and waits until nothing more has come for so long: the bytes that came, and when the first and the last of them did.
    pub(crate) fn answer_to(&mut self, key: &str, quiet: Duration) -> (usize, Duration, Duration) {
        while self.changes.try_recv().is_ok() {}
        let (before, begun) = (self.raw.lock().unwrap().len(), Instant::now());
        self.keys(key);
        let (mut first, mut last) = (None, Duration::ZERO);
        while self.changes.recv_timeout(quiet).is_ok() {
            last = begun.elapsed();
            first = first.or(Some(last));
        }
        (self.raw.lock().unwrap().len() - before, first.unwrap_or_default(), last)
    }

    /// Has the whole screen drawn anew and waits until it is: what was there before should be there again.
    pub(crate) fn drawn_anew(&mut self) -> Vec<String> {
        let drawn = |raw: &[u8]| raw.windows(4).filter(|window| *window == b"\x1b[2J").count();
        let before = drawn(&self.raw());
        self.keys("C-l");
        while drawn(&self.raw()) == before || whole_frames(&self.raw()) < self.raw().len() {
            self.changes.recv_timeout(PATIENCE).expect("the screen is drawn anew");
        }
        self.lines()
    }

    /// What stands on the screen.
    pub(crate) fn text(&self) -> String {
        self.screen.lock().unwrap().screen().contents()
    }

    /// The same in lines, without the blanks at their ends.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.text().lines().map(|line| line.trim_end().to_owned()).collect()
    }

    /// Everything that was written to the terminal.
    pub(crate) fn raw(&self) -> Vec<u8> {
        self.raw.lock().unwrap().clone()
    }

    /// Presses keys, written as in the key table: `p a`, `Enter`, `C-d`.
    pub(crate) fn keys(&mut self, keys: &str) -> &mut Terminal {
        for key in keys.split(' ') {
            let bytes: Vec<u8> = match key {
                "Enter" => b"\r".to_vec(),
                "Esc" => b"\x1b".to_vec(),
                "Tab" => b"\t".to_vec(),
                "BackTab" => b"\x1b[Z".to_vec(),
                "Space" => b" ".to_vec(),
                "Backspace" => b"\x7f".to_vec(),
                _ if key.starts_with("C-") => vec![key.as_bytes()[2] & 0x1f],
                _ => key.as_bytes().to_vec(),
            };
            self.write(&bytes);
        }
        self
    }

    /// Types a text.
    pub(crate) fn type_in(&mut self, text: &str) -> &mut Terminal {
        self.write(text.as_bytes());
        self
    }

    /// Waits until the screen shows a text.
    pub(crate) fn wait(&mut self, wanted: &str) -> &mut Terminal {
        self.wait_until(&format!("{wanted:?} on the screen"), |text| text.contains(wanted))
    }

    /// Waits until the screen shows a text and no query is running any more: the frame that shows a new place also shows its queries.
    pub(crate) fn ready(&mut self, wanted: &str) -> &mut Terminal {
        self.wait_until(&format!("{wanted:?} on the screen and nothing running"), |text| {
            text.contains(wanted) && !text.contains("Esc stops")
        })
    }

    /// The same, or until the program has ended.
    pub(crate) fn ready_or_ended(&mut self, wanted: &str) -> &mut Terminal {
        let there = |text: &str| text.contains(wanted) && !text.contains("Esc stops");
        while !there(&self.text()) && self.changes.recv_timeout(PATIENCE).is_ok() {}
        self
    }

    /// Waits until a shell has the terminal and asks for the next command.
    pub(crate) fn at_prompt(&mut self, prompt: &str) -> &mut Terminal {
        self.wait_until("the prompt of the shell", |text| text.trim_end().ends_with(prompt))
    }

    /// Waits until the screen no longer shows a text. After `Esc` above all: with the next key in the same breath it would be `Alt` and that key.
    pub(crate) fn gone(&mut self, unwanted: &str) -> &mut Terminal {
        self.wait_until(&format!("{unwanted:?} gone from the screen"), |text| !text.contains(unwanted))
    }

    /// The line under the cursor of the list or surface that has the focus, from its cursor sign on.
    pub(crate) fn line(&self) -> Option<String> {
        let (lines, at) = lines_from_the_cursor(&self.text())?;
        lines.into_iter().nth(at)
    }

    /// Moves the cursor, step by step, to the line of which this holds; gives how many keys that took. A line that is not on the screen is
    /// looked for further down.
    pub(crate) fn go_to(&mut self, what: &str, holds: impl Fn(&str) -> bool) -> usize {
        for pressed in 0.. {
            let text = self.text();
            let Some((lines, at)) = lines_from_the_cursor(&text) else { panic!("no line has the cursor:\n{text}") };
            if holds(&lines[at]) {
                return pressed;
            }
            let key = match lines.iter().position(|line| holds(line)) {
                Some(place) if place < at => "k",
                Some(_) => "j",
                None => "C-d",
            };
            self.keys(key).wait_until(&format!("a step of the cursor on the way to {what}"), |now| {
                lines_from_the_cursor(now).is_some_and(|(now, place)| (place, &now[place]) != (at, &lines[at]))
            });
        }
        unreachable!("a cursor is moved until it is there")
    }

    /// Waits until the screen is as it should be.
    pub(crate) fn wait_until(&mut self, what: &str, holds: impl Fn(&str) -> bool) -> &mut Terminal {
        let begun = Instant::now();
        while !holds(&self.text()) {
            let left = PATIENCE.saturating_sub(begun.elapsed());
            if self.changes.recv_timeout(left).is_err() {
                assert!(holds(&self.text()), "waited in vain for {what}; the screen is\n{}", self.text());
            }
        }
        self
    }

    /// Waits for the end of the program; gives its exit status.
    pub(crate) fn end(&mut self) -> u32 {
        let status = self.status();
        // The reader ends when the terminal is closed: everything that was written is here then.
        while self.changes.recv_timeout(Duration::from_secs(5)).is_ok() {}
        status
    }

    /// Waits for the end of the program, whatever it has written; gives its exit status.
    pub(crate) fn status(&mut self) -> u32 {
        let status = self.child.wait().expect("the program ends");
        assert_eq!(status.signal(), None, "the program was killed: {}", self.text());
        status.exit_code()
    }

    /// Ends the program as a cut power line would.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("the program can be killed");
        self.child.wait().expect("the program ends");
    }

    /// The process of the program.
    pub(crate) fn process(&self) -> String {
        self.child.process_id().expect("a process").to_string()
    }

    /// Sends a signal by its name.
    pub(crate) fn signal(&self, name: &str) {
        let sent = std::process::Command::new("kill").args([&format!("-{name}"), &self.process()]).status().expect("kill runs");
        assert!(sent.success());
    }

    /// Terminal modes that were switched on and not off again, as a terminal would have them left.
    pub(crate) fn modes_left_on(&self) -> Vec<String> {
        let raw = self.raw();
        let text = String::from_utf8_lossy(&raw);
        ["1049", "2004", "1000", "1006", "1004", "2026"]
            .into_iter()
            .filter(|mode| {
                let on = text.rfind(&format!("\x1b[?{mode}h"));
                on.is_some() && text.rfind(&format!("\x1b[?{mode}l")) < on
            })
            .map(str::to_owned)
            .chain((text.rfind("\x1b[?25l") > text.rfind("\x1b[?25h")).then(|| "hidden cursor".to_owned()))
            .collect()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // A test that failed must not leave the program behind; one that ended it has nothing to kill.
        let _ = self.child.kill();
        self.reading.set(How::Takes);
    }
}

/// The lines of a screen from the column of the cursor sign on, and which of them has it.
fn lines_from_the_cursor(text: &str) -> Option<(Vec<String>, usize)> {
    // The sign stands at the left edge of its pane; elsewhere the same sign is a part of a bar.
    let column_of = |line: &str| {
        let chars: Vec<char> = line.chars().collect();
        chars.windows(2).position(|pair| matches!(pair, ['│' | '┃', '▌'])).map(|place| place + 1)
    };
    let (at, column) = text.lines().enumerate().find_map(|(at, line)| Some((at, column_of(line)?)))?;
    Some((text.lines().map(|line| line.chars().skip(column).collect()).collect(), at))
}

/// How many bytes of what was written are frames that are whole, and what stands between frames.
fn whole_frames(raw: &[u8]) -> usize {
    let last = |mark: &[u8]| raw.windows(mark.len()).rposition(|window| window == mark);
    match (last(b"\x1b[?2026h"), last(b"\x1b[?2026l")) {
        (Some(begin), end) if end.is_none_or(|end| end < begin) => begin,
        _ => raw.len(),
    }
}
