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

/// A part of every bucket: the rows that have one value of the column by which the histogram is split, or any of the less frequent ones.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Series {
    /// The value as text; `None` for rows without one. Attacker-written.
    pub value: Option<String>,
    /// Whether it stands for all the other values.
    pub others: bool,
    /// Rows of it in each bucket.
    pub rows: Vec<u64>,
}

impl Series {
    /// Rows of it in all buckets.
    pub fn total(&self) -> u64 {
        self.rows.iter().sum()
    }
}

/// How many values are told apart where the histogram is split; the rest is put together.
pub const SERIES: u64 = 5;

/// The histogram.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Timeline {
    /// The buckets in time order, empty ones included.
    pub buckets: Vec<Bucket>,
    /// The column by which it is split.
    pub by: Option<String>,
    /// The parts of the buckets, where it is split: the most frequent value first, the others last.
    pub series: Vec<Series>,
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

    /// Takes in the parts of sparse buckets, each as its start, its value's rank (none for the others), the value and its rows. The
    /// buckets must have been filled already.
    pub fn split(&mut self, parts: Vec<(Timestamp, Option<u64>, Option<String>, u64)>) {
        let mut ranks: Vec<Option<u64>> = parts.iter().map(|part| part.1).collect();
        // The others come after all that have a rank.
        ranks.sort_by_key(|rank| (rank.is_none(), *rank));
        ranks.dedup();
        self.series =
            ranks.iter().map(|rank| Series { value: None, others: rank.is_none(), rows: vec![0; self.buckets.len()] }).collect();
        for (start, rank, value, rows) in parts {
            let place = self.buckets.binary_search_by_key(&start, |bucket| bucket.start);
            let series = ranks.iter().position(|known| *known == rank).and_then(|at| self.series.get_mut(at));
            if let (Ok(place), Some(series)) = (place, series) {
                series.value = value;
                if let Some(count) = series.rows.get_mut(place) {
                    *count += rows;
                }
            }
        }
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
    fn the_parts_of_a_bucket_add_up_to_it() {
        let at = |seconds: i64| Timestamp(seconds);
        let sparse = [Bucket { start: at(0), requests: 9 }, Bucket { start: at(20), requests: 4 }];
        let mut timeline = Timeline { buckets: Timeline::fill(&sparse, 10), ..Timeline::default() };
        timeline.split(vec![
            (at(0), None, None, 2),
            (at(0), Some(0), Some("a".into()), 7),
            (at(20), Some(0), Some("a".into()), 1),
            (at(20), Some(1), None, 3),
        ]);
        let rows: Vec<&[u64]> = timeline.series.iter().map(|series| series.rows.as_slice()).collect();
        assert_eq!(rows, [&[7, 0, 1][..], &[0, 0, 3], &[2, 0, 0]]);
        assert!(timeline.series[2].others && !timeline.series[1].others);
        assert_eq!(timeline.series[0].total(), 8);
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
