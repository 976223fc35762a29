//! The load report: what was read, what was not, and why.

use crate::extract::Reject;

use super::mapping::Asked;

/// Rejects that are read at a time.
pub const WINDOW: u64 = 200;

/// Which part of the report is on the screen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tab {
    /// The files and what was decided about each.
    #[default]
    Files,
    /// The records that could not be read.
    Rejects,
}

/// The report. Where one was in it stays when it is closed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LoadReport {
    /// The part on the screen.
    pub tab: Tab,
    /// The file under the cursor.
    pub source: usize,
    /// How far the text below the list is scrolled, in lines.
    pub scroll: u16,
    /// The first line of the files on the screen.
    pub top: usize,
    /// The reject under the cursor.
    pub reject: u64,
    /// The first reject on the screen.
    pub reject_top: u64,
    /// The position of the first reject at hand.
    pub from: u64,
    /// The rejects at hand, from `from` on.
    pub window: Asked<Vec<Reject>>,
}

impl LoadReport {
    /// The reject at a position, when it is at hand.
    pub fn at(&self, position: u64) -> Option<&Reject> {
        let place = usize::try_from(position.checked_sub(self.from)?).ok()?;
        self.window.known()?.get(place)
    }
}
