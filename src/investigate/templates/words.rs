//! A text as words, for comparing; and as pieces that give the text again, for finding what several texts have in common.

/// Whether a character stands for a word by itself: the scripts that are written without blanks.
fn is_word_alone(character: char) -> bool {
    matches!(character as u32, 0x0e00..=0x0eff | 0x1000..=0x109f | 0x1780..=0x17ff | 0x3040..=0x30ff | 0x3400..=0x4dbf | 0x4e00..=0x9fff | 0xf900..=0xfaff | 0x2_0000..=0x3_ffff)
}

/// Whether a character is nothing to a reader: zero-width, a direction, a control. It is skipped where texts are compared, so that a text
/// with such characters strewn in is still the same text.
fn is_nothing(character: char) -> bool {
    (character.is_control() && !character.is_whitespace())
        || matches!(character as u32, 0xad | 0x200b..=0x200f | 0x202a..=0x202e | 0x2060..=0x206f | 0xfe00..=0xfe0f | 0xfeff | 0xe_0000..=0xe_01ef)
}

const SEED: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;

/// Scatters the bits of a number.
pub(super) fn mixed(mut number: u64) -> u64 {
    number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

/// The words of a text as numbers: in small letters, every number the same, without punctuation. A text that has none of them gives its
/// characters.
pub(super) fn words(text: &str) -> Vec<u64> {
    let mut words = Vec::with_capacity(text.len() / 6 + 1);
    let mut word = SEED;
    let mut in_word = false;
    let mut in_number = false;
    let add = |word: &mut u64, character: char| *word = (*word ^ u64::from(character as u32)).wrapping_mul(PRIME);
    for character in text.chars() {
        if is_nothing(character) {
            continue;
        }
        if is_word_alone(character) || !character.is_alphanumeric() {
            if in_word {
                words.push(mixed(word));
            }
            (word, in_word, in_number) = (SEED, false, false);
            if is_word_alone(character) {
                let mut alone = SEED;
                add(&mut alone, character);
                words.push(mixed(alone));
            }
        } else if character.is_numeric() {
            if !in_number {
                add(&mut word, '#');
            }
            (in_word, in_number) = (true, true);
        } else {
            character.to_lowercase().for_each(|small| add(&mut word, small));
            (in_word, in_number) = (true, false);
        }
    }
    if in_word {
        words.push(mixed(word));
    }
    if words.is_empty() {
        let signs = text.chars().filter(|character| !is_nothing(*character) && !character.is_whitespace());
        words.extend(signs.map(|sign| mixed(SEED ^ u64::from(sign as u32))));
    }
    words
}

/// How many words are looked at together, so that the order of words counts.
const TOGETHER: usize = 3;

/// The runs of three words in a text, each once, as numbers in order; one run of all for a shorter text, none for an empty one.
pub(super) fn shingles(text: &str) -> Vec<u64> {
    let words = words(text);
    let join = |words: &[u64]| words.iter().fold(SEED, |run, word| mixed(run.rotate_left(23) ^ word));
    let mut runs: Vec<u64> = match words.len() {
        0 => Vec::new(),
        few if few < TOGETHER => vec![join(&words)],
        _ => words.windows(TOGETHER).map(join).collect(),
    };
    runs.sort_unstable();
    runs.dedup();
    runs
}

/// A text in pieces: words, runs of blanks, single signs. Put one behind the other they give the text again.
pub(super) fn pieces(text: &str) -> Vec<&str> {
    #[derive(PartialEq, Clone, Copy)]
    enum Sort {
        Word,
        Blank,
        Sign,
    }
    let sort = |character: char| match character {
        _ if character.is_whitespace() => Sort::Blank,
        _ if character.is_alphanumeric() && !is_word_alone(character) => Sort::Word,
        _ => Sort::Sign,
    };
    let mut pieces = Vec::with_capacity(text.len() / 4 + 1);
    let mut begin = 0;
    let mut before: Option<Sort> = None;
    for (at, character) in text.char_indices() {
        let now = sort(character);
        if before.is_some_and(|before| before != now || now == Sort::Sign) {
            pieces.extend(text.get(begin..at));
            begin = at;
        }
        before = Some(now);
    }
    pieces.extend(text.get(begin..).filter(|rest| !rest.is_empty()));
    pieces
}

/// Whether a piece is something to read: not only blanks and signs.
pub(super) fn is_word(piece: &str) -> bool {
    piece.chars().any(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn texts_are_the_same_but_for_case_numbers_signs_and_what_nobody_sees() {
        let same = |one: &str, two: &str| assert_eq!(words(one), words(two), "{one:?} {two:?}");
        same("Pretend to be Grandma 12!", "pretend, to be\u{200b} GRANDMA 900");
        same("pre\u{200b}te\u{202e}nd", "pretend");
        same("忽略以前", "忽 略 以 前");
        assert_eq!(words("忽略以前的指示").len(), 7);
        assert_ne!(words("a b"), words("ab"));
        assert_eq!(words("?! …").len(), 3);
        assert!(words("").is_empty() && words(" \n\u{200b}").is_empty());
        assert_eq!(shingles("one two").len(), 1);
        assert_eq!(shingles("one two three four").len(), 2);
    }

    proptest! {
        #[test]
        fn pieces_give_the_text_again(text in any::<String>()) {
            prop_assert_eq!(pieces(&text).concat(), text.clone());
            shingles(&text);
        }
    }
}
