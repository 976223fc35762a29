//! The time histogram of the view.

use crate::domain::Timestamp;

/// One bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bucket {
    /// Its first moment.
    pub start: Timestamp,
    /// Rows in it.
    pub requests: u64,
}

/// The histogram.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Timeline {
    /// The buckets in time order, empty ones included.
    pub buckets: Vec<Bucket>,
    /// Rows of the view that have no time, and so stand in no bucket.
    pub untimed: u64,
    /// The width of a bucket in microseconds.
    pub width: i64,
    /// Whether a newer histogram is on the way.
    pub loading: bool,
    /// Why there is none.
    pub error: Option<String>,
    /// The bucket under the cursor.
    pub cursor: usize,
    /// The first marked bucket.
    pub from: Option<usize>,
    /// The last marked bucket.
    pub to: Option<usize>,
}

/// More buckets than this are never asked for.
pub const MOST: usize = 400;

impl Timeline {
    /// Fills the gaps between the buckets that have rows.
    pub fn fill(sparse: &[Bucket], width: i64) -> Vec<Bucket> {
        let mut full: Vec<Bucket> = Vec::new();
        for bucket in sparse {
            while let Some(last) = full.last() {
                let next = last.start.plus(width);
                if next >= bucket.start || full.len() >= MOST * 2 {
                    break;
                }
                full.push(Bucket { start: next, requests: 0 });
            }
            full.push(*bucket);
        }
        full
    }

    /// The marked buckets, or the one under the cursor.
    pub fn marked(&self) -> Option<(usize, usize)> {
        let last = self.buckets.len().checked_sub(1)?;
        let (from, to) = match (self.from, self.to) {
            (None, None) => (self.cursor, self.cursor),
            (Some(from), None) => (from, self.cursor.max(from)),
            (None, Some(to)) => (self.cursor.min(to), to),
            (Some(from), Some(to)) => (from.min(to), from.max(to)),
        };
        Some((from.min(last), to.min(last)))
    }

    /// The rows of the fullest bucket.
    pub fn most(&self) -> u64 {
        self.buckets.iter().map(|bucket| bucket.requests).max().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_filled_with_empty_buckets() {
        let sparse = [Bucket { start: Timestamp(0), requests: 3 }, Bucket { start: Timestamp(30), requests: 1 }];
        let full = Timeline::fill(&sparse, 10);
        let counts: Vec<u64> = full.iter().map(|bucket| bucket.requests).collect();
        assert_eq!(counts, [3, 0, 0, 1]);
    }

    #[test]
    fn an_open_mark_reaches_to_the_cursor() {
        let mut timeline =
            Timeline { buckets: vec![Bucket { start: Timestamp(0), requests: 1 }; 9], cursor: 4, ..Timeline::default() };
        assert_eq!(timeline.marked(), Some((4, 4)));
        timeline.from = Some(2);
        assert_eq!(timeline.marked(), Some((2, 4)));
        timeline.to = Some(1);
        assert_eq!(timeline.marked(), Some((1, 2)));
    }
}
