//! Times in filters: `2023-07-10`, `2023-07-10T11:42`, `A..B`, `-24h`.

use crate::domain::{TimeRange, Timestamp};

/// A time in a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    /// This time.
    At(Timestamp),
    /// So many microseconds before the extract's last row.
    Back(i64),
}

impl Moment {
    /// The time itself; `None` when it counts from the last row and there is none.
    pub(crate) fn resolve(self, last: Option<Timestamp>) -> Option<Timestamp> {
        match self {
            Moment::At(time) => Some(time),
            Moment::Back(micros) => last.map(|last| last.plus(-micros)),
        }
    }
}

/// What `time:VALUE` asks for: from the first moment on, before the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub(crate) from: Option<Moment>,
    pub(crate) to: Option<Moment>,
}

impl Stretch {
    /// The range of time; `None` when it counts from the last row and there is none.
    pub(crate) fn resolve(self, last: Option<Timestamp>) -> Option<TimeRange> {
        let end = |moment: Option<Moment>| moment.map_or(Some(None), |moment| moment.resolve(last).map(Some));
        Some(TimeRange { from: end(self.from)?, to: end(self.to)? })
    }
}

/// Reads one time.
pub(crate) fn parse_moment(text: &str) -> Option<Moment> {
    match text.strip_prefix('-') {
        Some(back) => parse_duration(back).map(Moment::Back),
        None => text.parse().ok().map(Moment::At),
    }
}

/// Reads what may stand after `time:`: `A..B` with either end left out, `-1h`, a day, a minute, a second or a moment.
pub(crate) fn parse_stretch(text: &str) -> Option<Stretch> {
    if let Some((from, to)) = text.split_once("..") {
        let end = |part: &str| if part.is_empty() { Some(None) } else { parse_moment(part).map(Some) };
        return Some(Stretch { from: end(from)?, to: end(to)? });
    }
    match parse_moment(text)? {
        back @ Moment::Back(_) => Some(Stretch { from: Some(back), to: None }),
        Moment::At(time) => Some(Stretch { from: Some(Moment::At(time)), to: Some(Moment::At(time.plus(precision(text)))) }),
    }
}

/// How long the stretch is that a time names: a day for a date, a minute, a second, or down to the microsecond for a fraction.
fn precision(text: &str) -> i64 {
    let Some((_, clock)) = text.split_once(['T', 't', ' ']) else { return 86_400 * Timestamp::SECOND };
    if let Some((_, fraction)) = clock.split_once('.') {
        let digits = fraction.chars().take_while(char::is_ascii_digit).count().min(6);
        return 10i64.pow(6 - u32::try_from(digits).unwrap_or(6));
    }
    // The zone's own colon does not count: `11:42+02:00`.
    let local = clock.split(['+', '-', 'Z', 'z']).next().unwrap_or(clock);
    match local.matches(':').count() {
        0 => 3_600 * Timestamp::SECOND,
        1 => 60 * Timestamp::SECOND,
        _ => Timestamp::SECOND,
    }
}

/// Reads a length of time such as `90s`, `15m`, `24h`, `7d`, `2w`, in microseconds; more than nothing.
pub(crate) fn parse_duration(text: &str) -> Option<i64> {
    let unit = text.chars().next_back()?;
    let seconds: i64 = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        'w' => 7 * 86_400,
        _ => return None,
    };
    let digits = text.strip_suffix(unit)?;
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let micros = digits.parse::<i64>().ok()?.checked_mul(seconds)?.checked_mul(Timestamp::SECOND)?;
    (micros > 0).then_some(micros)
}
