//! Zeek's own log format: tab-separated text in which lines that begin with `#` say how it is written and name the columns, also in the
//! middle, where logs were joined (<https://docs.zeek.org/en/master/log-formats.html#zeek-tsv-format-logs>).

use super::sample::{RECORDS, Sample};

/// Whether a text begins like such a log.
pub(super) fn is_zeek(text: &[u8]) -> bool {
    text.starts_with(b"#separator ") && text.split(|byte| *byte == b'\n').take(20).any(|line| line.starts_with(b"#fields"))
}

/// What a line gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Line<'r, 'l> {
    /// Nothing: it is about the log.
    About,
    /// The columns that have a value.
    Fields(Vec<(&'r str, &'l str)>),
    /// Why it is no record.
    Bad(String),
}

impl Zeek {
    /// The first records of a text, for profiles and the guesser to look at.
    pub(super) fn sample(text: &[u8]) -> Sample {
        let mut zeek = Zeek::default();
        let mut sample = Sample::default();
        for line in String::from_utf8_lossy(text).lines() {
            if let Line::Fields(fields) = zeek.line(line.trim_end_matches('\r')) {
                sample.add_parts(&fields);
            }
            if sample.records >= RECORDS {
                break;
            }
        }
        sample
    }
}

/// Reads the lines of such a log, one after the other.
#[derive(Debug, Clone)]
pub(super) struct Zeek {
    separator: String,
    unset: String,
    empty: String,
    fields: Vec<String>,
}

impl Default for Zeek {
    fn default() -> Zeek {
        Zeek { separator: "\t".into(), unset: "-".into(), empty: "(empty)".into(), fields: Vec::new() }
    }
}

impl Zeek {
    pub(super) fn line<'r, 'l>(&'r mut self, line: &'l str) -> Line<'r, 'l> {
        if let Some(about) = line.strip_prefix('#') {
            self.about(about);
            return Line::About;
        }
        if self.fields.is_empty() {
            return Line::Bad("no #fields line before it names its columns".into());
        }
        let values: Vec<&str> = line.split(self.separator.as_str()).collect();
        if values.len() != self.fields.len() {
            return Line::Bad(format!("it has {} fields, and the #fields line names {}", values.len(), self.fields.len()));
        }
        let filled = self.fields.iter().map(String::as_str).zip(values);
        Line::Fields(filled.filter(|(_, value)| *value != self.unset && *value != self.empty).collect())
    }

    fn about(&mut self, line: &str) {
        // What separates the fields is named behind a blank, as it cannot separate itself.
        if let Some(separator) = line.strip_prefix("separator ") {
            self.separator = unescape(separator);
            return;
        }
        let mut parts = line.split(self.separator.as_str());
        match (parts.next(), parts.next()) {
            (Some("unset_field"), Some(word)) => self.unset = word.to_owned(),
            (Some("empty_field"), Some(word)) => self.empty = word.to_owned(),
            (Some("fields"), Some(first)) => {
                self.fields = std::iter::once(first).chain(parts).map(str::to_owned).collect();
            }
            _ => {}
        }
    }
}

/// `\x09` and its like.
fn unescape(text: &str) -> String {
    let code = text.trim().strip_prefix("\\x").and_then(|digits| u32::from_str_radix(digits, 16).ok());
    match code.and_then(char::from_u32) {
        Some(character) => character.to_string(),
        None if text.is_empty() => "\t".into(),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_are_read_as_the_log_says_that_they_are_written() {
        let mut zeek = Zeek::default();
        assert!(is_zeek(b"#separator \\x09\n#fields\ta\n"));
        assert!(matches!(zeek.line("1\t2"), Line::Bad(_)));
        for about in [
            "#separator \\x09",
            "#unset_field\t~",
            "#empty_field\t(none)",
            "#fields\tts\tid.orig_h\turi",
            "#types\ttime\taddr\tstring",
        ] {
            assert_eq!(zeek.line(about), Line::About);
        }
        assert_eq!(
            zeek.line("1.5\t192.0.2.1\t/#a"),
            Line::Fields(vec![("ts", "1.5"), ("id.orig_h", "192.0.2.1"), ("uri", "/#a")])
        );
        assert_eq!(zeek.line("1.5\t~\t(none)"), Line::Fields(vec![("ts", "1.5")]));
        assert_eq!(zeek.line("1.5\t2"), Line::Bad("it has 2 fields, and the #fields line names 3".into()));
        zeek.line("#separator ,");
        zeek.line("#fields,a,b");
        assert_eq!(zeek.line("1,2"), Line::Fields(vec![("a", "1"), ("b", "2")]));
    }

    proptest! {
        #[test]
        fn no_lines_make_it_stumble(lines in prop::collection::vec("#?(separator |fields|)[\\t\\\\x0-9,a-]*", 0..8)) {
            let mut zeek = Zeek::default();
            for line in &lines {
                let _ = zeek.line(line);
            }
        }
    }
}
