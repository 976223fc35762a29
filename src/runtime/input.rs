//! Keys, pasted text and new sizes, read on a thread of their own.

use ratatui::crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use crate::app::Msg;
use crate::app::key::{Code, Key};

use super::{Post, size};

/// Listens until the terminal is gone. The thread ends with the program: it waits in a read that nothing else can end.
pub(super) fn listen(post: Post) {
    let read = move || {
        loop {
            match event::read() {
                Ok(Event::Key(pressed)) => {
                    if let Some(key) = key_of(pressed) {
                        post.send(Msg::Key(key));
                    }
                }
                Ok(Event::Paste(text)) => post.send(Msg::Paste(text)),
                Ok(Event::Resize(width, height)) => post.send(Msg::Resize(size(width, height))),
                Ok(_) => {}
                Err(_) => {
                    post.send(Msg::HangUp);
                    return;
                }
            }
        }
    };
    spawn("keys", read);
}

/// Starts a named thread. Where the system has no thread left there is nothing to be done with keys either.
pub(super) fn spawn(name: &str, run: impl FnOnce() + Send + 'static) {
    if let Err(error) = std::thread::Builder::new().name(name.to_owned()).spawn(run) {
        tracing::error!("cannot start the thread {name}: {error}");
    }
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
    fn keys_of_the_terminal_become_keys_of_the_program() {
        let key = |code, modifiers| key_of(KeyEvent::new(code, modifiers)).map(|key| key.to_string());
        assert_eq!(key(KeyCode::Char('G'), KeyModifiers::SHIFT).as_deref(), Some("G"));
        assert_eq!(key(KeyCode::Char('d'), KeyModifiers::CONTROL).as_deref(), Some("C-d"));
        assert_eq!(key(KeyCode::BackTab, KeyModifiers::SHIFT).as_deref(), Some("BackTab"));
        assert_eq!(key(KeyCode::CapsLock, KeyModifiers::NONE), None);
    }
}
