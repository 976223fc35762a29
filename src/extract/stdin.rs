//! The extract `-`: what is piped in is written into a private file first, because it has to be read more than once.

use std::io::{self, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

use crate::settings::files::{self, Doing, PrivateFolder};

use super::error::ExtractError;
use super::limit::Limit;
use super::progress::{Stage, Unit};
use super::watch::{Done, Watcher};

/// The argument that stands for stdin.
pub(super) const NAME: &str = "-";

/// Bytes that are read in one go.
const STEP: usize = 1 << 18;

/// How often it is asked whether to go on while nothing arrives.
const PAUSE: Duration = Duration::from_millis(50);

/// What was piped in, in a file of our own, which goes away with this.
#[derive(Debug)]
pub struct Spooled {
    folder: PrivateFolder,
    size: u64,
}

impl PartialEq for Spooled {
    fn eq(&self, other: &Spooled) -> bool {
        self.folder.path() == other.folder.path()
    }
}

impl Spooled {
    /// The file.
    pub(super) fn file(&self) -> PathBuf {
        self.folder.path().join("stdin")
    }

    /// Its size in bytes.
    pub(super) fn size(&self) -> u64 {
        self.size
    }
}

/// Reads stdin to its end.
pub(super) fn spool(watch: &mut Watcher<'_>) -> Result<Spooled, ExtractError> {
    if io::stdin().is_terminal() {
        let reason = "stdin is the keyboard; pipe a log into it (`zcat x.gz | casebook -`), or name a file".to_owned();
        return Err(ExtractError::Stdin(reason));
    }
    let (send, chunks) = sync_channel(4);
    // On a thread of its own: a read waits until something arrives, and nothing else can end it.
    let read = move || {
        let mut stdin = io::stdin().lock();
        loop {
            let mut chunk = vec![0; STEP];
            let read = match stdin.read(&mut chunk) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                read => read,
            };
            let ended = !matches!(read, Ok(1..));
            let chunk = read.map(|read| {
                chunk.truncate(read);
                chunk
            });
            if send.send(chunk).is_err() || ended {
                return;
            }
        }
    };
    if let Err(error) = std::thread::Builder::new().name("stdin".into()).spawn(read) {
        return Err(ExtractError::Unreadable { path: NAME.into(), reason: error.to_string() });
    }
    keep(&chunks, &std::env::temp_dir(), watch)
}

/// Writes what arrives into a private folder below `parent`.
fn keep(chunks: &Receiver<io::Result<Vec<u8>>>, parent: &Path, watch: &mut Watcher<'_>) -> Result<Spooled, ExtractError> {
    let mut spooled = Spooled { folder: PrivateFolder::create(parent, "casebook")?, size: 0 };
    let limit = Limit::of(0, Some(u64::MAX), files::free_space(parent));
    let path = spooled.file();
    let mut out = files::create(&path)?;
    loop {
        let done = Done { done: spooled.size, total: None, unit: Unit::Bytes };
        watch.tell(Stage::Reading, done, "stdin")?;
        match chunks.recv_timeout(PAUSE) {
            Ok(Ok(chunk)) if chunk.is_empty() => break,
            Ok(Ok(chunk)) => {
                spooled.size += chunk.len() as u64;
                if limit.is_less_than(spooled.size) {
                    return Err(limit.exceeded(Path::new(NAME)));
                }
                out.write_all(&chunk).doing("write", &path)?;
            }
            Ok(Err(error)) => return Err(ExtractError::Unreadable { path: NAME.into(), reason: error.to_string() }),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    Ok(spooled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_arrives_is_kept_until_the_end_and_nothing_longer() {
        let folder = tempfile::tempdir().unwrap();
        let (send, chunks) = sync_channel(4);
        for chunk in [&b"a,"[..], b"b\n", b""] {
            send.send(Ok(chunk.to_vec())).unwrap();
        }
        let mut go_on = |_: &super::super::Progress| true;
        let spooled = keep(&chunks, folder.path(), &mut Watcher::new(&mut go_on)).unwrap();
        assert_eq!((std::fs::read(spooled.file()).unwrap(), spooled.size()), (b"a,b\n".to_vec(), 4));
        drop(spooled);
        let mut stop = |_: &super::super::Progress| false;
        let stopped = keep(&chunks, folder.path(), &mut Watcher::new(&mut stop));
        assert!(matches!(stopped, Err(ExtractError::Interrupted)));
        send.send(Err(io::Error::other("torn"))).unwrap();
        assert!(keep(&chunks, folder.path(), &mut Watcher::new(&mut go_on)).unwrap_err().to_string().contains("torn"));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
