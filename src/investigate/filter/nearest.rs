//! The nearest name to one that was mistyped.

/// The candidate that is fewest edits away, if it is near enough to be meant: a third of its letters at most. Case does not count.
pub(crate) fn nearest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<String> {
    let word: Vec<char> = word.chars().take(LONGEST + 1).flat_map(char::to_lowercase).collect();
    if word.len() > LONGEST {
        return None;
    }
    candidates
        .filter_map(|candidate| {
            let letters: Vec<char> = candidate.chars().take(LONGEST + 1).flat_map(char::to_lowercase).collect();
            let allowed = (letters.len().max(word.len()) / 3).max(1);
            if letters.len() > LONGEST || letters.len().abs_diff(word.len()) > allowed {
                return None;
            }
            let edits = distance(&word, &letters);
            (edits <= allowed && edits < letters.len().max(word.len())).then_some((edits, candidate))
        })
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, candidate)| candidate.to_owned())
}

/// Names are attacker-written: longer ones than this are not compared.
const LONGEST: usize = 64;

/// Letters to insert, delete, replace or swap with a neighbour to get from one to the other (optimal string alignment).
fn distance(left: &[char], right: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=right.len()).collect();
    for (row, a) in left.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, b) in right.iter().enumerate() {
            let replaced = above[column] + usize::from(a != b);
            let mut best = replaced.min(above[column + 1] + 1).min(current[column] + 1);
            if row > 0 && column > 0 && *a == right[column - 1] && left[row - 1] == *b {
                best = best.min(before[column - 1] + 1);
            }
            current.push(best);
        }
        before = std::mem::replace(&mut above, current);
    }
    above[right.len()]
}
