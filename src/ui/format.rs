//! Numbers, times and spans as they are shown.

use std::time::Duration;

use crate::domain::SafeText;

/// `2104` as `2,104`.
pub fn count(number: u64) -> SafeText {
    SafeText::new(&grouped(&number.to_string()))
}

/// A number of a cell with its thousands grouped; what is no plain whole number comes back as it is.
pub fn grouped(digits: &str) -> String {
    let (sign, bare) = digits.strip_prefix('-').map_or(("", digits), |bare| ("-", bare));
    if bare.is_empty() || !bare.bytes().all(|byte| byte.is_ascii_digit()) {
        return digits.to_owned();
    }
    let mut text = String::with_capacity(bare.len() + bare.len() / 3 + 1);
    text.push_str(sign);
    for (at, digit) in bare.chars().enumerate() {
        if at > 0 && (bare.len() - at) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `12,345` as `12.3k`, for places where a number has four or five columns: at most five.
pub fn short_count(number: u64) -> SafeText {
    const UNITS: [(u64, &str); 5] =
        [(1_000_000_000_000_000, "P"), (1_000_000_000_000, "T"), (1_000_000_000, "G"), (1_000_000, "M"), (1_000, "k")];
    let text = match UNITS.iter().find(|(unit, _)| number >= *unit) {
        None => number.to_string(),
        Some((unit, letter)) => {
            let (whole, tenth) = (number / unit, number % unit * 10 / unit);
            if whole < 100 { format!("{whole}.{tenth}{letter}") } else { format!("{whole}{letter}") }
        }
    };
    SafeText::new(&text)
}

/// A share from 0 to 1 as `72.6%`; always five columns or fewer, and never `0.0%` for what is more than nothing.
pub fn percent(share: f64) -> SafeText {
    let hundredths = (share * 100.0).clamp(0.0, 100.0);
    let text = if hundredths > 0.0 && hundredths < 0.1 {
        "<0.1%".to_owned()
    } else if hundredths > 99.9 && hundredths < 100.0 {
        "99.9%".to_owned()
    } else if hundredths >= 100.0 {
        "100%".to_owned()
    } else {
        format!("{hundredths:.1}%")
    };
    SafeText::new(&text)
}

/// How long something takes: `0.3 s`, `12 s`, `3 min 05 s`, `2 h 10 min`.
pub fn elapsed(duration: Duration) -> SafeText {
    let seconds = duration.as_secs();
    let text = match seconds {
        0..=9 => format!("{}.{} s", seconds, duration.subsec_millis() / 100),
        10..=59 => format!("{seconds} s"),
        60..=3599 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} min", seconds / 3600, seconds % 3600 / 60),
    };
    SafeText::new(&text)
}

/// A span of the extract's time, as one speaks of it: `55 min`, `3 h 20 min`, `14 d`, `250 ms`.
pub fn span(micros: i64) -> SafeText {
    const SECOND: u64 = 1_000_000;
    let micros = micros.unsigned_abs();
    let seconds = micros / SECOND;
    let two = |large: u64, one: &str, small: u64, other: &str| {
        if small == 0 { format!("{large} {one}") } else { format!("{large} {one} {small} {other}") }
    };
    let text = match seconds {
        0 if micros == 0 => "0 s".to_owned(),
        0 if micros < 1000 => format!("{micros} µs"),
        0 => format!("{} ms", micros / 1000),
        1..=59 => format!("{seconds} s"),
        60..=3599 => two(seconds / 60, "min", seconds % 60, "s"),
        3600..=86_399 => two(seconds / 3600, "h", seconds % 3600 / 60, "min"),
        _ => two(seconds / 86_400, "d", seconds % 86_400 / 3600, "h"),
    };
    SafeText::new(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_never_changed() {
        for (number, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (2_104, "2,104"), (1_234_567, "1,234,567")] {
            assert_eq!(count(number).as_str(), text);
        }
        assert_eq!(grouped("-1234"), "-1,234");
        assert_eq!(grouped("12.5"), "12.5");
        assert_eq!(grouped(""), "");
    }

    #[test]
    fn short_counts_fit_five_columns() {
        for (number, text) in
            [(999, "999"), (1_000, "1.0k"), (12_345, "12.3k"), (999_999, "999k"), (1_000_000, "1.0M"), (u64::MAX, "18446P")]
        {
            assert_eq!(short_count(number).as_str(), text);
        }
    }

    #[test]
    fn a_share_is_never_shown_as_nothing_or_all_unless_it_is() {
        for (share, text) in [
            (0.0, "0.0%"),
            (0.000_01, "<0.1%"),
            (0.5, "50.0%"),
            (0.9999, "99.9%"),
            (1.0, "100%"),
            (0.726, "72.6%"),
            (f64::NAN, "NaN%"),
        ] {
            assert_eq!(percent(share).as_str(), text);
        }
    }

    #[test]
    fn spans_are_said_in_two_units() {
        for (micros, text) in [
            (0, "0 s"),
            (12, "12 µs"),
            (250_000, "250 ms"),
            (59_000_000, "59 s"),
            (3_332_000_000, "55 min 32 s"),
            (14 * 86_400_000_000, "14 d"),
        ] {
            assert_eq!(span(micros).as_str(), text);
        }
        assert_eq!(elapsed(Duration::from_millis(340)).as_str(), "0.3 s");
        assert_eq!(elapsed(Duration::from_secs(185)).as_str(), "3 min 05 s");
    }
}
