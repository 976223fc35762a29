//! The word that was meant: by edit distance.

/// The word nearest to `word`, if one is near: by edits, at most a third of its length.
pub(in crate::extract) fn nearest(word: &str, words: &[&str]) -> Option<String> {
    words
        .iter()
        .map(|known| (distance(&word.to_lowercase(), &known.to_lowercase()), known))
        .min()
        .filter(|(edits, known)| {
            *edits <= known.chars().count().max(3) / 3 || known.to_lowercase().starts_with(&word.to_lowercase())
        })
        .map(|(_, known)| (*known).to_owned())
}

/// Levenshtein's distance.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, character) in one.chars().enumerate() {
        let mut diagonal = at;
        let mut left = at + 1;
        for (place, known) in row.iter_mut().enumerate() {
            if place == 0 {
                *known = at + 1;
                continue;
            }
            let change = diagonal + usize::from(other.get(place - 1) != Some(&character));
            diagonal = *known;
            left = change.min(*known + 1).min(left + 1);
            *known = left;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_distance_counts_edits() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(nearest("cloudtrial", &["cloudtrail", "okta"]).as_deref(), Some("cloudtrail"));
        assert_eq!(nearest("x", &["cloudtrail"]), None);
    }
}
