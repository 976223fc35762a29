//! Keys, pasted text and new sizes, read on a thread of their own, which can be asked to leave the terminal alone for a while.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ratatui::crossterm::event::{
    self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};

use signal_hook::consts::SIGHUP;

use crate::app::Msg;
use crate::app::key::{Code, Key};
use crate::app::msg::{Mouse, MouseDone};

use super::ground::{Heard, PATIENCE, Reply};
use super::{Incoming, Post, size};

/// Stands between the terminal and the thread that reads from it. While it is closed, that thread stands aside, so that another program
/// gets the keys.
#[derive(Debug, Default)]
pub(super) struct Gate {
    standing: Mutex<Standing>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Standing {
    closed: bool,
    aside: bool,
}

/// How long the reading thread has for standing aside.
const ASIDE: Duration = Duration::from_secs(2);

impl Gate {
    fn standing(&self) -> MutexGuard<'_, Standing> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits here as long as the gate is closed. For the reading thread.
    fn pass(&self) {
        let mut standing = self.standing();
        if !standing.closed {
            return;
        }
        standing.aside = true;
        self.changed.notify_all();
        while standing.closed {
            standing = self.changed.wait(standing).unwrap_or_else(PoisonError::into_inner);
        }
        standing.aside = false;
    }

    /// Closes the gate and waits until the reading thread has stood aside. Where it does not, the gate is open again and that is an error.
    pub(super) fn close(&self) -> io::Result<()> {
        self.standing().closed = true;
        // The thread waits in a read that only something to be read ends; news of the terminal's size are that.
        signal_hook::low_level::raise(signal_hook::consts::SIGWINCH)?;
        let waited = self.changed.wait_timeout_while(self.standing(), ASIDE, |standing| !standing.aside);
        let (mut standing, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if standing.aside {
            return Ok(());
        }
        // Under the same lock: whether the thread stands aside is not decided in between.
        standing.closed = false;
        self.changed.notify_all();
        Err(io::Error::other("the keys are still being read here"))
    }

    /// Opens it again.
    pub(super) fn open(&self) {
        self.standing().closed = false;
        self.changed.notify_all();
    }
}

/// Listens until the terminal is gone; also for an answer of the terminal, if it was `asked` whether it is light or dark. The thread ends with the program: it waits in a read that nothing else can end.
pub(super) fn listen(post: Post, gate: Arc<Gate>, asked: bool) {
    let give = |post: &Post, heard: Vec<Heard>| {
        for heard in heard {
            match heard {
                Heard::Key(key) => post.send(Msg::Key(key)),
                Heard::Ground(ground) => post.give(Incoming::Ground(ground)),
            }
        }
    };
    let read = move |post: &Post| {
        let mut reply = Reply::new(asked);
        loop {
            gate.pass();
            if reply.holds() && matches!(event::poll(PATIENCE), Ok(false)) {
                give(post, reply.release());
            }
            match event::read() {
                Ok(Event::Key(pressed)) => {
                    if let Some(key) = key_of(pressed) {
                        give(post, reply.take(key));
                    }
                }
                Ok(Event::Paste(text)) => post.send(Msg::Paste(text)),
                Ok(Event::Resize(width, height)) => post.send(Msg::Resize(size(width, height))),
                Ok(Event::Mouse(moved)) => {
                    if let Some(mouse) = mouse_of(moved) {
                        post.send(Msg::Mouse(mouse));
                    }
                }
                Ok(Event::FocusGained) => post.give(Incoming::Focus(true)),
                Ok(Event::FocusLost) => post.give(Incoming::Focus(false)),
                // The terminal is gone, whether or not a signal says so too.
                Err(_) => {
                    post.give(Incoming::End(SIGHUP));
                    return;
                }
            }
        }
    };
    spawn("keys", move || {
        if catch_unwind(AssertUnwindSafe(|| read(&post))).is_err() {
            // Without keys nobody could even leave.
            post.send(Msg::HangUp);
        }
    });
}

/// Starts a named thread. Where the system has no thread left there is nothing to be done with keys either.
pub(super) fn spawn(name: &str, run: impl FnOnce() + Send + 'static) {
    if let Err(error) = std::thread::Builder::new().name(name.to_owned()).spawn(run) {
        tracing::error!("cannot start the thread {name}: {error}");
    }
}

fn mouse_of(moved: MouseEvent) -> Option<Mouse> {
    let done = match moved.kind {
        MouseEventKind::Down(MouseButton::Left) => MouseDone::Click,
        MouseEventKind::ScrollUp => MouseDone::WheelUp,
        MouseEventKind::ScrollDown => MouseDone::WheelDown,
        _ => return None,
    };
    Some(Mouse { done, column: moved.column, row: moved.row, on: None })
}

fn key_of(pressed: KeyEvent) -> Option<Key> {
    if pressed.kind == KeyEventKind::Release {
        return None;
    }
    let code = match pressed.code {
        KeyCode::Char(character) => Code::Char(character),
        KeyCode::Enter => Code::Enter,
        KeyCode::Esc => Code::Esc,
        KeyCode::Tab => Code::Tab,
        KeyCode::BackTab => Code::BackTab,
        KeyCode::Backspace => Code::Backspace,
        KeyCode::Delete => Code::Delete,
        KeyCode::Up => Code::Up,
        KeyCode::Down => Code::Down,
        KeyCode::Left => Code::Left,
        KeyCode::Right => Code::Right,
        KeyCode::Home => Code::Home,
        KeyCode::End => Code::End,
        KeyCode::PageUp => Code::PageUp,
        KeyCode::PageDown => Code::PageDown,
        KeyCode::F(number) => Code::F(number),
        _ => return None,
    };
    let (control, alt) = (pressed.modifiers.contains(KeyModifiers::CONTROL), pressed.modifiers.contains(KeyModifiers::ALT));
    Some(Key { code, control, alt })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_gate_is_passed_when_it_is_opened() {
        let gate = Arc::new(Gate::default());
        gate.standing().closed = true;
        let reader = std::thread::spawn({
            let gate = Arc::clone(&gate);
            move || gate.pass()
        });
        gate.close().unwrap();
        assert!(gate.standing().aside);
        gate.open();
        reader.join().unwrap();
        assert!(!gate.standing().aside);
        gate.pass();
    }

    #[test]
    fn keys_of_the_terminal_become_keys_of_the_program() {
        let key = |code, modifiers| key_of(KeyEvent::new(code, modifiers)).map(|key| key.to_string());
        assert_eq!(key(KeyCode::Char('G'), KeyModifiers::SHIFT).as_deref(), Some("G"));
        assert_eq!(key(KeyCode::Char('d'), KeyModifiers::CONTROL).as_deref(), Some("C-d"));
        assert_eq!(key(KeyCode::BackTab, KeyModifiers::SHIFT).as_deref(), Some("BackTab"));
        assert_eq!(key(KeyCode::CapsLock, KeyModifiers::NONE), None);
    }
}
