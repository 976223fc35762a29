//! The link to the terminal: a thread that writes, so that nobody waits for a terminal that takes nothing. At most one frame is under way;
//! what would be the next one is not drawn before that has been taken.

use std::fs::File;
use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::termios::{Action, QueueSelector, tcflow, tcflush};

/// What is to be written, and how far that is.
#[derive(Debug, Default)]
struct Queue {
    bytes: Vec<u8>,
    writing: bool,
    /// Somebody waits to be told that everything has been written.
    awaited: bool,
    /// The terminal is gone: nothing is written any more.
    gone: bool,
}

/// The link.
#[derive(Debug)]
pub(in crate::runtime) struct Link {
    terminal: File,
    queue: Mutex<Queue>,
    changed: Condvar,
}

/// How long what is under way has for reaching the terminal before it is given up for the last words.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often and how long it is then waited for the writer to notice that there is room.
const TRIES: u32 = 300;
const MOMENT: Duration = Duration::from_millis(10);

impl Link {
    /// Begins to write to the terminal. `tell` is called when everything has been written, if that is waited for, and when the terminal
    /// is gone.
    pub(in crate::runtime) fn start(terminal: File, tell: impl Fn(io::Result<()>) + Send + 'static) -> io::Result<Arc<Link>> {
        let link = Arc::new(Link { terminal, queue: Mutex::default(), changed: Condvar::new() });
        let writer = Arc::clone(&link);
        std::thread::Builder::new().name("terminal".to_owned()).spawn(move || writer.write(&tell))?;
        Ok(link)
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, tell: &dyn Fn(io::Result<()>)) {
        let mut queue = self.queue();
        loop {
            while queue.bytes.is_empty() {
                queue = self.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
            }
            let bytes = std::mem::take(&mut queue.bytes);
            queue.writing = true;
            drop(queue);
            let written = (&self.terminal).write_all(&bytes);
            queue = self.queue();
            queue.writing = false;
            queue.gone = written.is_err();
            let (done, gone) = (queue.bytes.is_empty(), queue.gone);
            let awaited = done && std::mem::take(&mut queue.awaited);
            self.changed.notify_all();
            if gone || awaited {
                drop(queue);
                tell(written);
                if gone {
                    return;
                }
                queue = self.queue();
            }
        }
    }

    /// Writes this after what is under way.
    pub(in crate::runtime) fn send(&self, bytes: &[u8]) {
        let mut queue = self.queue();
        if !queue.gone {
            queue.bytes.extend_from_slice(bytes);
            self.changed.notify_all();
        }
    }

    /// Whether everything has been written. If not, that is told when it is so.
    pub(in crate::runtime) fn is_free(&self) -> bool {
        let mut queue = self.queue();
        let free = !queue.writing && queue.bytes.is_empty();
        queue.awaited |= !free && !queue.gone;
        free
    }

    /// Waits until everything has been written, but not for ever; says whether it has.
    pub(in crate::runtime) fn settle(&self, patience: Duration) -> bool {
        let under_way = |queue: &mut Queue| !queue.gone && (queue.writing || !queue.bytes.is_empty());
        let waited = self.changed.wait_timeout_while(self.queue(), patience, under_way);
        let (mut queue, _) = waited.unwrap_or_else(PoisonError::into_inner);
        !under_way(&mut queue)
    }

    /// Writes this now, after what is under way: the terminal is taken or given back with it. A terminal that takes nothing loses what is
    /// under way, so that there is room for this.
    pub(in crate::runtime) fn write_now(&self, bytes: &[u8]) -> io::Result<()> {
        if !self.settle(PATIENCE) {
            self.queue().bytes.clear();
            let room = |_| {
                // What is no terminal has nothing to be flushed. That there is room now is told to who writes only when the flow begins anew.
                let _ = tcflush(&self.terminal, QueueSelector::OFlush);
                let _ = tcflow(&self.terminal, Action::OOff).and_then(|()| tcflow(&self.terminal, Action::OOn));
                self.settle(MOMENT)
            };
            if !(0..TRIES).any(room) {
                return Err(io::ErrorKind::TimedOut.into());
            }
            // What was lost may have been cut in the middle of a sequence: this ends it.
            (&self.terminal).write_all(b"\x18")?;
        }
        (&self.terminal).write_all(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;
    use std::sync::mpsc::channel;

    fn pipe() -> (File, File) {
        let (reader, writer) = io::pipe().unwrap();
        (File::from(std::os::fd::OwnedFd::from(reader)), File::from(std::os::fd::OwnedFd::from(writer)))
    }

    #[test]
    fn what_is_sent_arrives_in_order_and_it_is_told_when_all_has_been_taken() {
        let (mut reader, writer) = pipe();
        let (told, news) = channel();
        let link = Link::start(writer, move |done| told.send(done.is_ok()).unwrap()).unwrap();
        // More than a pipe holds: the writer waits, and nobody else does.
        let much = vec![b'a'; 1 << 20];
        link.send(&much);
        link.send(b"end");
        assert!(!link.is_free());
        assert!(!link.settle(Duration::from_millis(1)));
        let mut taken = vec![0; much.len() + 3];
        reader.read_exact(&mut taken).unwrap();
        assert!(news.recv().unwrap());
        assert!(link.settle(Duration::from_secs(60)) && link.is_free());
        assert!(taken.ends_with(b"aend"));
    }

    #[test]
    fn a_terminal_that_is_gone_is_told_and_nothing_waits_for_it() {
        let (reader, writer) = pipe();
        let (told, news) = channel();
        let link = Link::start(writer, move |done| told.send(done.is_ok()).unwrap()).unwrap();
        drop(reader);
        link.send(b"text");
        assert!(!news.recv().unwrap());
        link.send(b"more");
        assert!(link.settle(Duration::from_secs(60)));
    }
}
