//! What loading has done so far, in honest numbers, and the one line that shows it.

use std::time::Duration;

use crate::settings::size::shown as bytes;

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Taking archives apart.
    Unpacking,
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
            Stage::Unpacking => "unpacking",
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
    /// Time since this stage began.
    pub in_stage: Duration,
    /// Of `unit` a second, once that is known; never of thousandths.
    pub rate: Option<f64>,
    /// What is left of this step at that rate, once that can be said.
    pub left: Option<Duration>,
    /// What exactly is at hand: a file, a number of rows. May hold a file's name: draw it only through `SafeText`.
    pub message: String,
}

impl Progress {
    /// The share that is done, from 0 to 1, where the total is known.
    pub fn fraction(&self) -> Option<f64> {
        self.total.filter(|total| *total > 0).map(|total| (self.done as f64 / total as f64).min(1.0))
    }

    /// What is at hand: `reading logs/a.json.gz`.
    pub fn doing(&self) -> String {
        match self.message.is_empty() {
            true => self.stage.verb().to_owned(),
            false => format!("{} {}", self.stage.verb(), self.message),
        }
    }

    /// How much is done of how much, and how fast: `1.2 GB of 2.4 GB, 300.0 MB/s`. Nothing for thousandths, which only make a share.
    pub fn figures(&self) -> String {
        if self.unit == Unit::PerMille {
            return String::new();
        }
        let mut text = amount(self.done, self.unit);
        if let Some(total) = self.total {
            text.push_str(&format!(" of {}", amount(total, self.unit)));
        }
        if let Some(rate) = self.rate {
            text.push_str(&format!(", {}/s", amount(rate as u64, self.unit)));
        }
        text
    }

    /// One line: what, how far, how fast, how long.
    pub fn line(&self) -> String {
        let mut parts = vec![self.doing()];
        match (self.unit, self.fraction()) {
            (Unit::PerMille, Some(fraction)) => parts.push(format!("{:.0}%", fraction * 100.0)),
            (Unit::PerMille, None) => {}
            _ => parts.push(self.figures()),
        }
        if let Some(left) = self.left {
            parts.push(about_left(left));
        }
        parts.push(format!("{:.1} s", self.elapsed.as_secs_f64()));
        parts.join(", ")
    }
}

/// `about 40 s left`: no finer than can be known.
pub fn about_left(left: Duration) -> String {
    // Rounded up: what is promised is kept.
    let up = |seconds: u64, step: u64| seconds.div_ceil(step) * step;
    let seconds = left.as_secs() + u64::from(left.subsec_millis() > 0);
    let text = match seconds {
        0..=10 => format!("{} s", seconds.max(1)),
        11..=60 => format!("{} s", up(seconds, 5)),
        61..=600 => match up(seconds, 15) {
            seconds if seconds.is_multiple_of(60) => format!("{} min", seconds / 60),
            seconds => format!("{} min {:02} s", seconds / 60, seconds % 60),
        },
        601..=5400 => format!("{} min", up(seconds, 60) / 60),
        _ => format!("{:.1} h", seconds as f64 / 3600.0),
    };
    format!("about {text} left")
}

/// The speed of a step, from its own reports: steady, quick to follow a lasting change, and silent until there is something to go by.
#[derive(Debug, Clone, Default)]
pub struct Pace {
    step: Option<Step>,
}

/// A step under way.
#[derive(Debug, Clone, PartialEq)]
struct Step {
    name: (Stage, Unit, Option<u64>),
    /// When it began, and how much was done then.
    began: (Duration, u64),
    /// The last report that was taken in.
    last: (Duration, u64),
    rate: Option<f64>,
    /// What was said to be left at the last report.
    left: Option<f64>,
}

/// A step is watched for so long before anything is said of it.
const WATCHED: Duration = Duration::from_secs(1);
/// Reports closer together than this say more about chance than about speed.
const APART: Duration = Duration::from_millis(250);
/// How long the past counts, in seconds.
const MEMORY: f64 = 6.0;

impl Pace {
    /// Takes a report in: `done` of `total` at a time since any fixed moment. Returns the speed in units a second and the seconds left,
    /// each once it is known.
    pub fn take(
        &mut self,
        stage: Stage,
        unit: Unit,
        done: u64,
        total: Option<u64>,
        at: Duration,
    ) -> (Option<f64>, Option<Duration>) {
        let name = (stage, unit, total);
        let fresh = Step { name, began: (at, done), last: (at, done), rate: None, left: None };
        let step = match &mut self.step {
            Some(step) if step.name == name && done >= step.last.1 => step,
            // Another step, or the same from its beginning.
            other => other.insert(fresh),
        };
        let since = at.saturating_sub(step.last.0);
        let whole = at.saturating_sub(step.began.0);
        if whole >= WATCHED && since >= APART {
            let now = (done - step.last.1) as f64 / since.as_secs_f64();
            step.rate = Some(match step.rate {
                None => (done - step.began.1) as f64 / whole.as_secs_f64(),
                Some(rate) => rate + (now - rate) * (1.0 - (-since.as_secs_f64() / MEMORY).exp()),
            });
            step.left = step.remaining(done, since);
            step.last = (at, done);
        } else if step.rate.is_none() && whole < WATCHED {
            step.last.1 = done;
        }
        let rate = step.rate.filter(|rate| *rate > 0.0);
        let left = step.left.map(|left| left - at.saturating_sub(step.last.0).as_secs_f64()).filter(|left| *left > 0.0);
        (rate.filter(|_| unit != Unit::PerMille), left.map(Duration::from_secs_f64))
    }
}

impl Step {
    /// Seconds left. A small difference from what was said before is taken up bit by bit, so that the number does not jump.
    fn remaining(&self, done: u64, since: Duration) -> Option<f64> {
        let total = self.name.2?;
        let rate = self.rate.filter(|rate| *rate > 0.0)?;
        // The first hundredth of a step tells too little.
        if done.saturating_mul(100) < total {
            return None;
        }
        let seconds = total.saturating_sub(done) as f64 / rate;
        if !seconds.is_finite() || seconds > 1e6 {
            return None;
        }
        let expected = self.left.map(|left| left - since.as_secs_f64()).filter(|expected| *expected > 0.0);
        Some(match expected {
            Some(expected) if (seconds - expected).abs() < 0.3 * expected.max(2.0) => expected + 0.25 * (seconds - expected),
            _ => seconds,
        })
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
            rate: Some(300e6),
            left: Some(Duration::from_millis(3990)),
            message: "requests.csv".into(),
        };
        assert_eq!(progress.line(), "reading requests.csv, 1.2 GB of 2.4 GB, 300.0 MB/s, about 4 s left, 4.5 s");
        assert_eq!(progress.fraction(), Some(0.5));
        let rows = Progress { unit: Unit::Rows, done: 1_234_567, total: None, rate: None, left: None, ..progress };
        assert_eq!(rows.line(), "reading requests.csv, 1,234,567 rows, 4.5 s");
        let share = Progress { unit: Unit::PerMille, done: 250, total: Some(1000), ..rows };
        assert_eq!(share.line(), "reading requests.csv, 25%, 4.5 s");
        assert_eq!((share.figures(), share.doing()), (String::new(), "reading requests.csv".to_owned()));
    }

    #[test]
    fn what_is_left_is_said_no_finer_than_it_is_known() {
        for (seconds, text) in [
            (0.2, "about 1 s left"),
            (9.1, "about 10 s left"),
            (11.0, "about 15 s left"),
            (61.0, "about 1 min 15 s left"),
            (119.0, "about 2 min left"),
            (700.0, "about 12 min left"),
            (7200.0, "about 2.0 h left"),
        ] {
            assert_eq!(about_left(Duration::from_secs_f64(seconds)), text);
        }
    }

    /// Reports every 100 ms of a step that does `rate(second)` units a second.
    fn told(total: Option<u64>, seconds: u64, rate: impl Fn(f64) -> f64) -> Vec<(f64, Option<f64>, Option<f64>)> {
        let mut pace = Pace::default();
        let mut done = 0.0;
        (0..seconds * 10)
            .map(|tick| {
                let at = tick as f64 / 10.0;
                let (rate_now, left) = pace.take(Stage::Reading, Unit::Bytes, done as u64, total, Duration::from_secs_f64(at));
                done += rate(at) / 10.0;
                (at, rate_now, left.map(|left| left.as_secs_f64()))
            })
            .collect()
    }

    #[test]
    fn an_even_step_is_foretold_and_counted_down() {
        let told = told(Some(100_000), 19, |_| 5_000.0);
        assert!(told.iter().take(10).all(|(_, rate, left)| rate.is_none() && left.is_none()), "nothing is known at first");
        for (at, rate, left) in told.iter().skip(13) {
            assert!((rate.unwrap() - 5_000.0).abs() < 50.0, "{at}: {rate:?}");
            assert!((left.unwrap() - (20.0 - at)).abs() < 0.7, "{at}: {left:?}");
        }
    }

    #[test]
    fn a_step_that_jerks_is_foretold_without_jumps_and_one_that_slows_down_is_followed() {
        let jerks = told(Some(1_000_000), 30, |at| if (at as u64).is_multiple_of(2) { 8_000.0 } else { 12_000.0 });
        let left: Vec<f64> = jerks.iter().filter_map(|told| told.2).collect();
        // Ten reports a second: none takes back more than a few seconds of a hundred.
        assert!(left.windows(2).all(|pair| pair[1] < pair[0] + 4.0), "{left:?}");
        let slower = told(Some(100_000), 40, |at| if at < 5.0 { 10_000.0 } else { 1_000.0 });
        let (_, rate, left) = slower.last().unwrap();
        assert!(rate.unwrap() < 1_100.0 && (left.unwrap() - 15.0).abs() < 4.0, "{rate:?} {left:?}");
    }

    #[test]
    fn nothing_is_foretold_where_nothing_is_known() {
        assert!(told(None, 9, |_| 5_000.0).iter().all(|(.., left)| left.is_none()));
        assert!(told(Some(100), 9, |_| 0.0).iter().all(|(_, rate, left)| rate.is_none() && left.is_none()));
        let mut pace = Pace::default();
        for tick in 0..30 {
            pace.take(Stage::Loading, Unit::PerMille, tick * 10, Some(1000), Duration::from_millis(tick * 100));
        }
        // The next statement begins anew.
        assert_eq!(pace.take(Stage::Loading, Unit::PerMille, 0, Some(1000), Duration::from_secs(3)), (None, None));
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1000), "1,000");
    }
}
