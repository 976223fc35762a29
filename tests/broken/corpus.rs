//! All broken inputs: good files cut short and with flipped bits, and what attackers and bad tools write.

use std::fs;
use std::path::{Path, PathBuf};

use super::{archives, samples, texts};

/// How opening an input has to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ends {
    /// In some orderly way.
    Somehow,
    /// With an extract.
    Open,
    /// With a message that has these words.
    With(&'static str),
}

/// One broken input.
#[derive(Debug)]
pub(crate) struct Input {
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    pub(crate) options: Vec<&'static str>,
    pub(crate) piped: Option<PathBuf>,
    pub(crate) ends: Ends,
}

/// The inputs, as they are being made.
pub(crate) struct Corpus {
    folder: PathBuf,
    inputs: Vec<Input>,
}

impl Corpus {
    /// Adds a file.
    pub(crate) fn add(&mut self, name: &str, content: impl AsRef<[u8]>, ends: Ends) -> &mut Input {
        let path = self.folder.join(format!("{:03}-{name}", self.inputs.len()));
        fs::write(&path, content).unwrap();
        self.add_path(name, path, ends)
    }

    /// Adds something that is there already.
    pub(crate) fn add_path(&mut self, name: &str, path: PathBuf, ends: Ends) -> &mut Input {
        self.inputs.push(Input { name: name.to_owned(), path, options: Vec::new(), piped: None, ends });
        self.inputs.last_mut().unwrap()
    }

    /// A path for something of an unusual kind.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

/// A stream of numbers that is the same in every run. George Marsaglia, "Xorshift RNGs", 2003.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    pub(crate) fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| (self.next() >> 32) as u8).collect()
    }
}

/// Makes them all below a folder.
pub(crate) fn make(home: &Path) -> Vec<Input> {
    let folder = home.join("corpus");
    fs::create_dir(&folder).unwrap();
    let mut corpus = Corpus { folder, inputs: Vec::new() };
    let good = samples::make(home);
    for (name, content) in &good {
        cut(&mut corpus, name, content);
        flip(&mut corpus, name, content);
    }
    texts::add(&mut corpus);
    archives::add(&mut corpus, &good);
    corpus.inputs
}

/// Cuts a good file short in many places: in its first bytes, on the way, and just before its end.
fn cut(corpus: &mut Corpus, name: &str, content: &[u8]) {
    let length = content.len();
    for at in [5, length / 7, length / 2, length - 9, length - 1] {
        corpus.add(&format!("cut-at-{at}-{name}"), &content[..at], Ends::Somehow);
    }
}

/// Flips bits of a good file: a few anywhere, many anywhere, and some in its first bytes.
fn flip(corpus: &mut Corpus, name: &str, content: &[u8]) {
    for (seed, count, within) in [(1, 3, content.len()), (2, 40, content.len()), (3, 2, 64), (4, 400, content.len())] {
        let mut random = Random::new(seed * 1000 + content.len() as u64);
        let mut content = content.to_vec();
        for _ in 0..count {
            let at = random.below(within.min(content.len()));
            content[at] ^= 1 << random.below(8);
        }
        corpus.add(&format!("flipped-{seed}-{name}"), content, Ends::Somehow);
    }
}
