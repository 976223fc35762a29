//! How much one file on disk may unpack to: packed files can be bombs.

use std::cell::Cell;
use std::io::{self, Read};
use std::path::Path;
use std::rc::Rc;

use super::error::ExtractError;
use crate::settings::size::shown as bytes;

/// Columns that a log may have. Each of them takes memory for as many rows as the database works on at a time.
pub(super) const COLUMNS: usize = 2000;

/// The error for a table that has more.
pub(super) fn too_many_columns(path: &Path, columns: usize) -> ExtractError {
    let reason = format!(
        "it has {columns} columns, and {COLUMNS} can be loaded; keep those that matter in a file of its own and open that"
    );
    ExtractError::TooMuch { path: path.to_path_buf(), reason }
}

/// A file may always unpack to this many bytes,
const LEAST: u64 = 1 << 30;
/// and to this many times its size: logs that say the same thing again and again shrink to a hundredth of it.
const TIMES: u64 = 250;

/// A bound, and where it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Limit {
    bytes: u64,
    why: Why,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Why {
    /// Nobody said otherwise.
    Default,
    /// The analyst set it.
    Asked,
    /// There is no more room.
    Disk,
}

impl Limit {
    /// The bound for a file of this size, with what the analyst asked for and what is free on the disk.
    pub(super) fn of(size: u64, asked: Option<u64>, free: Option<u64>) -> Limit {
        let limit = match asked {
            Some(bytes) => Limit { bytes, why: Why::Asked },
            None => Limit { bytes: LEAST.max(size.saturating_mul(TIMES)), why: Why::Default },
        };
        match free {
            Some(free) if free < limit.bytes => Limit { bytes: free, why: Why::Disk },
            _ => limit,
        }
    }

    /// Whether so many bytes are too many.
    pub(super) fn is_less_than(self, bytes: u64) -> bool {
        self.bytes < bytes
    }

    /// The error for a file that goes beyond it.
    pub(super) fn exceeded(self, path: &Path) -> ExtractError {
        let limit = bytes(self.bytes);
        let reason = match self.why {
            Why::Default => format!(
                "it holds more than {limit}, which is the limit for a packed file of its size: it may be made to fill the disk; if you \
                 trust it, allow more with --max-unpacked SIZE, such as --max-unpacked 50GB"
            ),
            Why::Asked => format!("it holds more than the {limit} that --max-unpacked allows; if you trust it, allow more"),
            Why::Disk => format!(
                "it holds more than the {limit} that are free on the disk; make room there, or set XDG_CACHE_HOME to a folder on a \
                 larger disk (for stdin and with --no-cache: TMPDIR)"
            ),
        };
        ExtractError::TooMuch { path: path.to_path_buf(), reason }
    }
}

/// What is left of a limit, shared by all that unpacks one file on disk.
#[derive(Debug, Clone)]
pub(super) struct Budget(Rc<Account>);

#[derive(Debug)]
struct Account {
    limit: Limit,
    /// Bytes that came out of packings.
    unpacked: Cell<u64>,
    /// Bytes that were written to the disk.
    written: Cell<u64>,
    over: Cell<bool>,
}

impl Budget {
    pub(super) fn new(limit: Limit) -> Budget {
        Budget(Rc::new(Account { limit, unpacked: Cell::new(0), written: Cell::new(0), over: Cell::new(false) }))
    }

    /// The limit, if it was exceeded.
    pub(super) fn exceeded(&self) -> Option<Limit> {
        self.0.over.get().then_some(self.0.limit)
    }

    /// Bytes that came out of packings so far.
    pub(super) fn unpacked(&self) -> u64 {
        self.0.unpacked.get().max(self.0.written.get())
    }

    fn spend(&self, account: &Cell<u64>, bytes: usize) -> bool {
        account.set(account.get().saturating_add(bytes as u64));
        let over = self.0.limit.is_less_than(account.get());
        self.0.over.set(self.0.over.get() || over);
        !over
    }

    /// Notes bytes that are about to be written; `false` when they are too many.
    pub(super) fn write(&self, bytes: usize) -> bool {
        self.spend(&self.0.written, bytes)
    }

    /// A reader that stops with an error where the limit is.
    pub(super) fn meter<R: Read>(&self, inner: R) -> Metered<R> {
        Metered { inner, budget: self.clone() }
    }
}

/// A reader of unpacked bytes, counted.
pub(super) struct Metered<R> {
    inner: R,
    budget: Budget,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        if self.budget.spend(&self.budget.0.unpacked, read) { Ok(read) } else { Err(io::Error::other("the limit is reached")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_of_the_bounds_counts_and_the_error_says_which() {
        let said = |limit: Limit| limit.exceeded(Path::new("a.gz")).to_string();
        assert!(!Limit::of(10, None, None).is_less_than(1 << 30) && Limit::of(10, None, None).is_less_than((1 << 30) + 1));
        assert!(!Limit::of(10 << 30, None, None).is_less_than(2500 << 30));
        assert!(said(Limit::of(10, None, None)).contains("more than 1.1 GB"));
        assert!(said(Limit::of(10, Some(5_000_000), Some(u64::MAX))).contains("5.0 MB that --max-unpacked"));
        assert!(said(Limit::of(10, None, Some(2_000_000))).contains("2.0 MB that are free"));
        assert!(Limit::of(u64::MAX, None, None) == Limit::of(u64::MAX, None, Some(u64::MAX)));
    }

    #[test]
    fn a_metered_reader_stops_at_the_limit() {
        let budget = Budget::new(Limit::of(0, Some(100), None));
        let mut read = Vec::new();
        budget.meter(&[0; 60][..]).read_to_end(&mut read).unwrap();
        assert!(budget.exceeded().is_none());
        budget.meter(&[0; 41][..]).read_to_end(&mut read).unwrap_err();
        assert!(budget.exceeded().is_some());
    }
}
