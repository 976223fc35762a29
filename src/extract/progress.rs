//! What loading has done so far, in honest numbers, and the one line that shows it.

use std::time::Duration;

use crate::settings::size::shown as bytes;

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Finding the files and looking into each.
    Looking,
    /// Computing the sources' SHA-256.
    Hashing,
    /// Reading the sources.
    Reading,
    /// Building the database.
    Loading,
    /// Checking types, times and rejects of what was loaded.
    Checking,
    /// Opening the finished database.
    Opening,
}

impl Stage {
    /// The stage as a verb, for the progress line.
    pub const fn verb(self) -> &'static str {
        match self {
            Stage::Looking => "looking at",
            Stage::Hashing => "hashing",
            Stage::Reading => "reading",
            Stage::Loading => "loading",
            Stage::Checking => "checking",
            Stage::Opening => "opening",
        }
    }
}

/// What `done` and `total` count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Files.
    Files,
    /// Bytes of the sources as they are on disk (compressed ones count compressed).
    Bytes,
    /// Rows.
    Rows,
    /// Thousandths of the work, as the engine estimates it.
    PerMille,
}

/// One report of progress.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// What is being done.
    pub stage: Stage,
    /// How much of it is done.
    pub done: u64,
    /// How much there is, where that is known.
    pub total: Option<u64>,
    /// What the two count.
    pub unit: Unit,
    /// Time since the opening began.
    pub elapsed: Duration,
    /// Time since this stage began, for the rate.
    pub in_stage: Duration,
    /// What exactly is at hand: a file, a number of rows. May hold a file's name: draw it only through `SafeText`.
    pub message: String,
}

impl Progress {
    /// The share that is done, from 0 to 1, where the total is known.
    pub fn fraction(&self) -> Option<f64> {
        self.total.filter(|total| *total > 0).map(|total| (self.done as f64 / total as f64).min(1.0))
    }

    /// One line: what, how far, how fast, how long.
    pub fn line(&self) -> String {
        let mut line = self.stage.verb().to_owned();
        if !self.message.is_empty() {
            line.push(' ');
            line.push_str(&self.message);
        }
        match self.unit {
            Unit::PerMille => {
                if let Some(fraction) = self.fraction() {
                    line.push_str(&format!(", {:.0}%", fraction * 100.0));
                }
            }
            unit => {
                line.push_str(&format!(", {}", amount(self.done, unit)));
                if let Some(total) = self.total {
                    line.push_str(&format!(" of {}", amount(total, unit)));
                }
                let seconds = self.in_stage.as_secs_f64();
                if seconds >= 0.5 && self.done > 0 {
                    line.push_str(&format!(", {}/s", amount((self.done as f64 / seconds) as u64, unit)));
                }
            }
        }
        line.push_str(&format!(", {:.1} s", self.elapsed.as_secs_f64()));
        line
    }
}

/// A number with its unit: `1.2 GB`, `2,900 rows`.
fn amount(number: u64, unit: Unit) -> String {
    match unit {
        Unit::Bytes => bytes(number),
        Unit::Files => format!("{} {}", grouped(number), if number == 1 { "file" } else { "files" }),
        Unit::Rows => format!("{} {}", grouped(number), if number == 1 { "row" } else { "rows" }),
        Unit::PerMille => format!("{number}"),
    }
}

/// A number with a comma between thousands.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_tells_what_how_far_how_fast_and_how_long() {
        let progress = Progress {
            stage: Stage::Reading,
            done: 1_200_000_000,
            total: Some(2_400_000_000),
            unit: Unit::Bytes,
            elapsed: Duration::from_millis(4500),
            in_stage: Duration::from_secs(4),
            message: "requests.csv".into(),
        };
        assert_eq!(progress.line(), "reading requests.csv, 1.2 GB of 2.4 GB, 300.0 MB/s, 4.5 s");
        assert_eq!(progress.fraction(), Some(0.5));
        let rows = Progress { unit: Unit::Rows, done: 1_234_567, total: None, in_stage: Duration::ZERO, ..progress };
        assert_eq!(rows.line(), "reading requests.csv, 1,234,567 rows, 4.5 s");
        let share = Progress { unit: Unit::PerMille, done: 250, total: Some(1000), ..rows };
        assert_eq!(share.line(), "reading requests.csv, 25%, 4.5 s");
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1000), "1,000");
    }
}
