//! Random numbers that are the same on every machine: xoshiro256** 1.0 and splitmix64 by David Blackman and Sebastiano Vigna
//! (public domain, <https://prng.di.unimi.it/>), and distributions made of whole-number arithmetic only.

/// A stream of random numbers.
#[derive(Debug, Clone)]
pub(super) struct Rng {
    state: [u64; 4],
}

/// Scrambles a number; different numbers give different results (it is a bijection).
pub(super) const fn mix(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Scrambles a 32-bit number; a bijection too (the finaliser of MurmurHash3, public domain).
pub(super) const fn mix32(number: u32) -> u32 {
    let mut z = number;
    z = (z ^ (z >> 16)).wrapping_mul(0x85eb_ca6b);
    z = (z ^ (z >> 13)).wrapping_mul(0xc2b2_ae35);
    z ^ (z >> 16)
}

impl Rng {
    /// The stream number `stream` of a seed.
    pub(super) fn new(seed: u64, stream: u64) -> Rng {
        let mut at = mix(seed) ^ mix(stream.wrapping_mul(0xd134_2543_de82_ef95));
        let state = [(); 4].map(|()| {
            at = at.wrapping_add(0x9e37_79b9_7f4a_7c15);
            mix(at)
        });
        Rng { state }
    }

    /// The next 64 bits.
    pub(super) fn next(&mut self) -> u64 {
        let [a, b, c, d] = &mut self.state;
        let result = b.wrapping_mul(5).rotate_left(7).wrapping_mul(9);
        let shifted = *b << 17;
        *c ^= *a;
        *d ^= *b;
        *b ^= *c;
        *a ^= *d;
        *c ^= shifted;
        *d = d.rotate_left(45);
        result
    }

    /// A number from 0 on, below `bound` (0 when `bound` is 0). Lemire's multiply-shift; its bias is far below what anybody could see.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(bound)) >> 64) as u64
    }

    /// A number from `low` to `high`, both included.
    pub(super) fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high.saturating_sub(low) + 1)
    }

    /// Whether an event of `part` in 10,000 happens.
    pub(super) fn chance(&mut self, part: u64) -> bool {
        self.below(10_000) < part
    }

    /// One of a list; the first is the answer for lists that would be empty.
    pub(super) fn pick<'a, T>(&mut self, list: &'a [T]) -> Option<&'a T> {
        list.get(self.below(list.len() as u64) as usize)
    }

    /// A bell-shaped number with mean 0 and a standard deviation of about 256: the sum of four uniform ones.
    pub(super) fn bell(&mut self) -> i64 {
        let bits = self.next();
        let sum = (bits & 0xffff) + ((bits >> 16) & 0xffff) + ((bits >> 32) & 0xffff) + (bits >> 48);
        // The sum of four uniforms below 65,536 has the standard deviation 65,536 / sqrt(3) = 37,837.
        (sum as i64 - 131_070) * 256 / 37_837
    }

    /// A number with a heavy upper tail around `median`, lognormal-like: `median * 2^(octaves * z)` with a bell-shaped z;
    /// `octaves` in 256ths.
    pub(super) fn heavy(&mut self, median: u64, octaves: i64) -> u64 {
        scale_exp2(median, self.bell() * octaves / 256)
    }
}

/// `value * 2^(exponent / 256)`, in whole numbers.
pub(super) fn scale_exp2(value: u64, exponent: i64) -> u64 {
    /// 2^(i/16) in 65,536ths.
    const POWERS: [u64; 17] = [
        65_536, 68_438, 71_468, 74_632, 77_936, 81_386, 84_990, 88_752, 92_682, 96_785, 101_070, 105_545, 110_218, 115_098,
        120_194, 125_515, 131_072,
    ];
    let whole = exponent.div_euclid(256);
    let part = exponent.rem_euclid(256) as usize;
    let (low, high) = (POWERS[part / 16], POWERS[part / 16 + 1]);
    let power = low + (high - low) * (part % 16) as u64 / 16;
    let scaled = u128::from(value) * u128::from(power);
    let shifted = if whole >= 0 { scaled << whole.min(40) } else { scaled >> (-whole).min(100) };
    u64::try_from(shifted >> 16).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_the_published_one() {
        // The first outputs of xoshiro256** for the state 1, 2, 3, 4, as in the reference implementation.
        let mut rng = Rng { state: [1, 2, 3, 4] };
        assert_eq!([(); 4].map(|()| rng.next()), [11520, 0, 1_509_978_240, 1_215_971_899_390_074_240]);
        // splitmix64 from 0.
        assert_eq!(mix(0), 0xe220_a839_7b1d_cdaf);
    }

    #[test]
    fn the_heavy_tail_has_its_median_and_leans_up() {
        let mut rng = Rng::new(7, 1);
        let mut drawn: Vec<u64> = (0..20_001).map(|_| rng.heavy(400, 300)).collect();
        drawn.sort_unstable();
        assert!((380..420).contains(&drawn[10_000]), "{}", drawn[10_000]);
        assert!(drawn[19_000] > 1_200, "{}", drawn[19_000]);
        assert_eq!(scale_exp2(1_000, 256), 2_000);
        assert_eq!(scale_exp2(1_000, -512), 250);
        assert_eq!(scale_exp2(1_000, 128), 1_414);
    }
}
