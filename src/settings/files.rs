//! The one module that writes files. Everything here is private to the user (0600, folders 0700) and is on disk when the call returns.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// A file operation that failed: what, where, why.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} {path}: {source}")]
pub struct FileError {
    /// What was tried, as a verb.
    pub action: &'static str,
    /// On which path.
    pub path: PathBuf,
    /// What the system says.
    pub source: io::Error,
}

/// Adds what was tried to an I/O error.
pub trait Doing<T> {
    /// `cannot ACTION PATH: REASON`.
    fn doing(self, action: &'static str, path: &Path) -> Result<T, FileError>;
}

impl<T> Doing<T> for io::Result<T> {
    fn doing(self, action: &'static str, path: &Path) -> Result<T, FileError> {
        self.map_err(|source| FileError { action, path: path.to_path_buf(), source })
    }
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options
}

/// Makes a folder and the ones above it, private to the user.
pub fn create_dir(path: &Path) -> Result<(), FileError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(path).doing("create the folder", path)
}

/// Makes a file that another library wrote private to the user.
pub fn make_private(path: &Path) -> Result<(), FileError> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).doing("make private", path)?;
    }
    Ok(())
}

/// Notes that a file was used now, in its time of change.
pub fn touch(path: &Path) -> Result<(), FileError> {
    let now = std::time::SystemTime::now();
    OpenOptions::new().write(true).open(path).and_then(|file| file.set_modified(now)).doing("touch", path)
}

/// Replaces a file's content whole or not at all: writes beside it, syncs, renames.
pub fn write_atomic(path: &Path, content: &[u8]) -> Result<(), FileError> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
        _ => PathBuf::from("."),
    };
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let beside = folder.join(format!(".{name}.{}.part", std::process::id()));
    let write = || -> io::Result<()> {
        let mut file = private().write(true).create(true).truncate(true).open(&beside)?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&beside, path)?;
        sync_dir(&folder)
    };
    write().doing("write", path).inspect_err(|_| {
        // The half-written file is of no use; that it may stay behind is not worth a second error.
        let _ = fs::remove_file(&beside);
    })
}

/// Writes a new file; refuses when there is one already.
pub fn write_new(path: &Path, content: &[u8]) -> Result<(), FileError> {
    let write = || -> io::Result<()> {
        let mut file = private().write(true).create_new(true).open(path)?;
        file.write_all(content)?;
        file.sync_all()?;
        match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => sync_dir(parent),
            _ => sync_dir(Path::new(".")),
        }
    };
    write().doing("write", path)
}

/// The content of a file; where there is none, makes it with `content` first. Of several programs that make it at once, one does, and
/// all get its content whole.
pub fn read_or_create(path: &Path, content: &[u8]) -> Result<Vec<u8>, FileError> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        read => return read.doing("read", path),
    }
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    create_dir(folder)?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let beside = folder.join(format!(".{name}.{}-{number}.part", std::process::id()));
    write_new(&beside, content)?;
    // A link is made whole and never over another file. Where there are no links, the file itself is made the same way.
    let linked = fs::hard_link(&beside, path);
    let _ = fs::remove_file(&beside);
    match linked {
        Ok(()) => sync_dir(folder).doing("write", path)?,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(_) => match write_new(path, content) {
            Err(error) if error.source.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        },
    }
    fs::read(path).doing("read", path)
}

/// Opens a file to append to, making it if need be; and for reading.
pub fn open_append(path: &Path) -> Result<File, FileError> {
    private().read(true).append(true).create(true).open(path).doing("open", path)
}

/// Opens a file for writing from its beginning, for writers that stream.
pub fn create(path: &Path) -> Result<File, FileError> {
    private().write(true).create(true).truncate(true).open(path).doing("create", path)
}

/// Appends and syncs: when this returns, the bytes are on disk.
pub fn append_synced(file: &mut File, path: &Path, content: &[u8]) -> Result<(), FileError> {
    file.write_all(content).and_then(|()| file.sync_data()).doing("append to", path)
}

/// Shortens a file to `length` bytes and syncs.
pub fn truncate(file: &File, path: &Path, length: u64) -> Result<(), FileError> {
    file.set_len(length).and_then(|()| file.sync_all()).doing("shorten", path)
}

/// Renames a file or folder.
pub fn rename(from: &Path, to: &Path) -> Result<(), FileError> {
    fs::rename(from, to).doing("rename", from)
}

/// Removes a file; no error when there is none.
pub fn remove(path: &Path) -> Result<(), FileError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error).doing("remove", path),
        _ => Ok(()),
    }
}

/// Removes a folder and all in it; no error when there is none.
pub fn remove_dir(path: &Path) -> Result<(), FileError> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error).doing("remove the folder", path),
        _ => Ok(()),
    }
}

/// Bytes that this user may still write to the disk of a folder; `None` where the system does not say.
pub fn free_space(folder: &Path) -> Option<u64> {
    #[cfg(unix)]
    return rustix::fs::statvfs(folder).ok().map(|disk| disk.f_bavail.saturating_mul(disk.f_frsize));
    #[cfg(not(unix))]
    return None;
}

/// A folder of the program's own for a while, private to the user, removed with all in it when this is dropped.
#[derive(Debug)]
pub struct PrivateFolder {
    path: PathBuf,
}

impl PrivateFolder {
    /// Makes a new folder below `parent`, named after `prefix`, the process and a counter: `PREFIX-4711-0`.
    pub fn create(parent: &Path, prefix: &str) -> Result<PrivateFolder, FileError> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        create_dir(parent)?;
        loop {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let path = parent.join(format!("{prefix}-{}-{number}", std::process::id()));
            let mut builder = fs::DirBuilder::new();
            #[cfg(unix)]
            {
                use std::os::unix::fs::DirBuilderExt;
                builder.mode(0o700);
            }
            match builder.create(&path) {
                Ok(()) => return Ok(PrivateFolder { path }),
                // Left by a process of the same number that was killed, or planted: never taken over.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error).doing("create the folder", &path),
            }
        }
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for PrivateFolder {
    fn drop(&mut self) {
        // Nobody is there to be told; what stays behind is cleared away at the next load.
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// Makes one folder, private to the user, below one that is there; `false` when something has that name already.
pub fn create_new_dir(path: &Path) -> Result<bool, FileError> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    match builder.create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        made => made.doing("create the folder", path).map(|()| true),
    }
}

/// A lock that this program holds. The system lets go of it when the value is dropped, or when the program ends in any way.
#[derive(Debug)]
pub struct Lock {
    file: File,
    path: PathBuf,
}

impl Lock {
    /// Whether the lock file still is the one that was locked. When somebody took it away or put another in its place, others can lock too.
    pub fn is_ours(&self) -> bool {
        is_same(&self.file, &self.path)
    }
}

/// Whether an open file is the one that has this path now.
pub fn is_same(file: &File, path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let (Ok(ours), Ok(there)) = (file.metadata(), fs::metadata(path)) else { return false };
        (ours.dev(), ours.ino()) == (there.dev(), there.ino())
    }
    #[cfg(not(unix))]
    {
        let _ = file;
        path.exists()
    }
}

/// Why a lock was not taken.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Somebody else holds it; what they wrote about themselves.
    #[error("it is held by {0}")]
    Held(String),
    /// The lock file does not work.
    #[error(transparent)]
    File(#[from] FileError),
}

/// Takes the lock of a lock file and writes into it who holds it. Does not wait.
pub fn lock(path: &Path, holder: &str) -> Result<Lock, LockError> {
    // Not truncated on opening: until the lock is ours, the words in it are those of its holder.
    let mut file = private().read(true).write(true).create(true).truncate(false).open(path).doing("open the lock", path)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(fs::TryLockError::WouldBlock) => {
            let words = fs::read_to_string(path).unwrap_or_default();
            let words = words.trim();
            return Err(LockError::Held(if words.is_empty() { "somebody".into() } else { words.into() }));
        }
        Err(fs::TryLockError::Error(error)) => {
            return Err(FileError { action: "lock", path: path.to_path_buf(), source: error }.into());
        }
    }
    file.set_len(0).and_then(|()| file.write_all(holder.as_bytes())).doing("write", path)?;
    Ok(Lock { file, path: path.to_path_buf() })
}

/// Syncs a folder, so that a new name in it outlasts a power cut.
fn sync_dir(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    File::open(path)?.sync_all()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_who_make_a_file_at_once_one_does() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/salt");
        let made = |number: u8| {
            let path = path.clone();
            std::thread::spawn(move || read_or_create(&path, &[number; 64]).unwrap())
        };
        let threads: Vec<_> = (0..8).map(made).collect();
        let seen: Vec<Vec<u8>> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
        assert!(seen.iter().all(|content| *content == seen[0] && content.len() == 64));
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_is_replaced_whole_and_private() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("note.md");
        write_atomic(&path, b"one").unwrap();
        write_atomic(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        assert!(write_new(&path, b"three").is_err());
    }
}
