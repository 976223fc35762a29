//! Looking for clues to secrets in the sources while they are read.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::domain::secret::{Clues, Scout};

/// The clues that were found in the sources of an extract, by whoever read them.
#[derive(Debug, Clone, Default)]
pub(in crate::extract) struct Alarm(Arc<AtomicU64>);

impl Alarm {
    /// Adds clues.
    pub(in crate::extract) fn raise(&self, clues: Clues) {
        self.0.fetch_or(clues.bits(), Ordering::Relaxed);
    }

    /// All clues so far.
    pub(in crate::extract) fn clues(&self) -> Clues {
        Clues::from_bits(self.0.load(Ordering::Relaxed))
    }

    /// Somebody who looks at the bytes of one source.
    pub(in crate::extract) fn lookout(&self) -> Lookout {
        Lookout { alarm: self.clone(), scout: Scout::default() }
    }
}

/// Looks at the bytes of a source as they are read.
#[derive(Debug)]
pub(in crate::extract) struct Lookout {
    alarm: Alarm,
    scout: Scout,
}

impl Lookout {
    /// The next bytes.
    pub(in crate::extract) fn see(&mut self, bytes: &[u8]) {
        let before = self.scout.clues();
        self.scout.feed(bytes);
        if self.scout.clues() != before {
            self.alarm.raise(self.scout.clues());
        }
    }
}
