//! Profiles of text lines: patterns that take a line apart into named groups, which become its columns.

use regex::Regex;
use serde::Deserialize;
use toml::Spanned;

use super::super::sample::Sample;
use super::{Fit, Mistake, Profile};

/// Of the lines that are not blank, the percentage that a profile must take apart to be chosen.
const ENOUGH: usize = 60;

/// `[lines]` as it is written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Spec {
    /// Regular expressions with named groups, tried in this order.
    patterns: Spanned<Vec<Spanned<String>>>,
}

/// The patterns of a profile, ready to use.
#[derive(Debug, Clone)]
pub(super) struct Lines {
    patterns: Vec<Pattern>,
    /// The names of all groups, in the order of the patterns.
    columns: Vec<String>,
}

#[derive(Debug, Clone)]
struct Pattern {
    regex: Regex,
    /// The named groups: number and name.
    groups: Vec<(usize, String)>,
}

impl Lines {
    /// Compiles the patterns, or says which one is none and why.
    pub(super) fn compile(spec: &Spec) -> Result<Lines, Mistake> {
        if spec.patterns.as_ref().is_empty() {
            let what = "`lines.patterns` is empty, so that no line could be taken apart";
            return Err(Mistake::new(spec.patterns.span().start, what));
        }
        let mut lines = Lines { patterns: Vec::new(), columns: Vec::new() };
        for (at, text) in spec.patterns.as_ref().iter().enumerate() {
            let key = format!("`lines.patterns`, number {},", at + 1);
            let mistake = |what: String| Mistake::new(text.span().start, format!("{key} {what}"));
            let regex = Regex::new(text.as_ref()).map_err(|error| mistake(format!("is no regular expression: {error}")))?;
            let named = regex.capture_names().enumerate();
            let groups: Vec<_> = named.filter_map(|(number, name)| Some((number, name?.to_owned()))).collect();
            if groups.is_empty() {
                return Err(mistake("has no named group such as (?<ip>\\S+), so that its lines would have no columns".into()));
            }
            for (_, name) in &groups {
                if !lines.columns.contains(name) {
                    lines.columns.push(name.clone());
                }
            }
            lines.patterns.push(Pattern { regex, groups });
        }
        Ok(lines)
    }

    fn take_apart<'p, 'l>(&'p self, line: &'l str) -> Option<Vec<(&'p str, &'l str)>> {
        let line = line.strip_suffix('\n').unwrap_or(line);
        let line = line.strip_suffix('\r').unwrap_or(line);
        self.patterns.iter().find_map(|pattern| {
            let found = pattern.regex.captures(line)?;
            let part = |(number, name): &'p (usize, String)| found.get(*number).map(|part| (name.as_str(), part.as_str()));
            Some(pattern.groups.iter().filter_map(part).collect())
        })
    }
}

/// How much of some lines a profile's patterns took, for comparing profiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Taken {
    /// Of the lines, in per cent.
    share: usize,
    /// Groups that took part, over all lines.
    groups: usize,
    /// Groups that the profile has.
    columns: usize,
}

impl Taken {
    pub(super) fn beats(&self, other: &Taken) -> bool {
        (self.share, self.groups, other.columns) > (other.share, other.groups, self.columns)
    }
}

impl Profile {
    /// Takes a line of text apart: the groups of the first pattern that fits it, with their values, in the order of the pattern.
    /// Groups that did not take part are left out. `None` when no pattern fits, or the profile is not one of lines.
    pub(in crate::extract) fn take_apart<'p, 'l>(&'p self, line: &'l str) -> Option<Vec<(&'p str, &'l str)>> {
        self.patterns.as_ref()?.take_apart(line)
    }

    /// The columns that lines taken apart may have, in the order of the patterns; none when the profile is not one of lines.
    pub(in crate::extract) fn line_columns(&self) -> Vec<String> {
        self.patterns.as_ref().map(|lines| lines.columns.clone()).unwrap_or_default()
    }

    /// The patterns as they are written.
    pub(in crate::extract) fn line_patterns(&self) -> Vec<String> {
        let patterns = self.lines.as_ref().map(|spec| spec.patterns.as_ref().as_slice()).unwrap_or_default();
        patterns.iter().map(|pattern| pattern.as_ref().clone()).collect()
    }

    /// How well the profile fits some lines of text; `None` when it does not.
    pub(super) fn fit_lines(&self, lines: &[&str]) -> Option<(Fit, Taken)> {
        let patterns = self.patterns.as_ref()?;
        let mut sample = Sample::default();
        let mut taken = Taken { share: 0, groups: 0, columns: patterns.columns.len() };
        let filled = lines.iter().filter(|line| !line.trim().is_empty());
        let mut all = 0;
        for line in filled {
            all += 1;
            if let Some(parts) = patterns.take_apart(line) {
                taken.groups += parts.len();
                sample.add_parts(&parts);
            }
        }
        taken.share = (sample.records * 100).checked_div(all)?;
        if taken.share < ENOUGH || !self.evidence.allows(&sample) {
            return None;
        }
        let reason = format!("{} ({}): its patterns take {} of {all} sampled lines apart", self.name, self.title, sample.records);
        Some((Fit { score: taken.share as f64 / 100.0, reason }, taken))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(name: &str, patterns: &[&str], evidence: &str) -> Profile {
        let patterns: Vec<String> = patterns.iter().map(|pattern| format!("'{pattern}'")).collect();
        let text = format!(
            "name = '{name}'\ntitle = 't'\n{evidence}\n[lines]\npatterns = [{}]\n[roles]\ntime = 'n'\n",
            patterns.join(", ")
        );
        Profile::parse(&text).unwrap()
    }

    #[test]
    fn the_first_pattern_that_fits_takes_a_line_apart() {
        let profile = profile("p", &["^(?<user>\\S+) (?<ip>[0-9.]+)(?: (?<rest>.*))?$", "^(?<other>.*)!$"], "");
        assert_eq!(profile.line_columns(), ["user", "ip", "rest", "other"]);
        assert_eq!(profile.take_apart("a 192.0.2.1\r\n"), Some(vec![("user", "a"), ("ip", "192.0.2.1")]));
        assert_eq!(profile.take_apart("a 192.0.2.1 "), Some(vec![("user", "a"), ("ip", "192.0.2.1"), ("rest", "")]));
        assert_eq!(profile.take_apart("a b!"), Some(vec![("other", "a b")]));
        assert_eq!(profile.take_apart("a b"), None);
    }

    #[test]
    fn a_profile_of_lines_needs_most_of_them_and_its_evidence() {
        let digits = profile("digits", &["^(?<n>[0-9]+)$"], "");
        assert!(digits.fit_lines(&["1", "2", "", "x", "3"]).unwrap().0.reason.contains("3 of 4"));
        assert!(digits.fit_lines(&["1", "x"]).is_none());
        assert!(digits.fit_lines(&["", " "]).is_none());
        let odd = profile("odd", &["^(?<n>[0-9]+)$"], "[evidence]\nvalues = { n = '[13579]$' }");
        assert!(odd.fit_lines(&["1", "3"]).is_some());
        assert!(odd.fit_lines(&["1", "2"]).is_none());
        assert!(digits.fit(&Sample::default()).is_none());
    }

    #[test]
    fn mistakes_in_patterns_are_named() {
        let parse = |patterns: &str| {
            Profile::parse(&format!("name = 'p'\ntitle = 't'\n[lines]\npatterns = {patterns}\n[roles]\ntime = 'n'\n"))
        };
        assert!(parse("[]").unwrap_err().contains("`lines.patterns` is empty"));
        assert!(parse("['(?<a>.)', '(']").unwrap_err().contains("number 2, is no regular expression"));
        assert!(parse("['a']").unwrap_err().contains("no named group"));
    }
}
