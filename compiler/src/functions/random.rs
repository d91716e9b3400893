//! Ruby's seeded random numbers: the Mersenne Twister (MT19937) and the way in which
//! `Random.new(seed).rand(max)` cuts its words to a limit.
//!
//! No entropy: the same seed always gives the same numbers, as `fqdn_rand` promises.

const WORDS: usize = 624;
const SHIFT: usize = 397;

/// A generator as `Random.new(seed)` makes it.
#[derive(Clone, Debug)]
pub(crate) struct Random {
    state: [u32; WORDS],
    next: usize,
}

impl Random {
    /// From a seed of 128 bits, as an MD5 digest gives it.
    pub(crate) fn new(seed: u128) -> Self {
        Self::from_bytes(&seed.to_be_bytes())
    }

    /// From a seed of any size, its highest byte first, in whole words.
    pub(crate) fn from_bytes(seed: &[u8]) -> Self {
        let mut words: Vec<u32> =
            seed.rchunks(4).map(|word| word.iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte))).collect();
        while words.len() > 1 && words.last() == Some(&0) {
            words.pop();
        }
        // Ruby takes a leading word of 1 for its own guard against leading zeros, and drops it.
        if words.len() > 1 && words.last() == Some(&1) {
            words.pop();
        }
        let mut random = Self { state: [0; WORDS], next: WORDS };
        match words.as_slice() {
            [one] => random.fill(*one),
            many => random.fill_by(many),
        }
        random
    }

    /// A number from 0 to `max - 1`; 0 when `max` is 0.
    pub(crate) fn below(&mut self, max: u64) -> u64 {
        let Some(limit) = max.checked_sub(1) else { return 0 };
        if limit == 0 {
            return 0;
        }
        let mask = u64::MAX >> limit.leading_zeros();
        loop {
            if let Some(value) = self.masked(limit, mask) {
                return value;
            }
        }
    }

    /// One try, high word first; `None` when it went beyond the limit.
    fn masked(&mut self, limit: u64, mask: u64) -> Option<u64> {
        let mut value = 0;
        for shift in [32, 0] {
            if (mask >> shift) & 0xffff_ffff != 0 {
                value |= u64::from(self.word()) << shift;
                value &= mask;
                if value > limit {
                    return None;
                }
            }
        }
        Some(value)
    }

    /// The next 32 bits.
    fn word(&mut self) -> u32 {
        if self.next == WORDS {
            self.twist();
        }
        let mut word = self.state[self.next];
        self.next += 1;
        word ^= word >> 11;
        word ^= (word << 7) & 0x9d2c_5680;
        word ^= (word << 15) & 0xefc6_0000;
        word ^ (word >> 18)
    }

    fn twist(&mut self) {
        for index in 0..WORDS {
            let joined = (self.state[index] & 0x8000_0000) | (self.state[(index + 1) % WORDS] & 0x7fff_ffff);
            let odd = if joined & 1 == 1 { 0x9908_b0df } else { 0 };
            self.state[index] = self.state[(index + SHIFT) % WORDS] ^ (joined >> 1) ^ odd;
        }
        self.next = 0;
    }

    fn fill(&mut self, seed: u32) {
        self.state[0] = seed;
        for index in 1..WORDS {
            let before = self.state[index - 1];
            self.state[index] = (before ^ (before >> 30)).wrapping_mul(1_812_433_253).wrapping_add(index as u32);
        }
    }

    fn fill_by(&mut self, key: &[u32]) {
        self.fill(19_650_218);
        let mut index = 1;
        for round in 0..WORDS.max(key.len()) {
            let place = round % key.len();
            let before = self.state[index - 1];
            self.state[index] = (self.state[index] ^ (before ^ (before >> 30)).wrapping_mul(1_664_525))
                .wrapping_add(key[place])
                .wrapping_add(place as u32);
            index = self.wrapped(index + 1);
        }
        for _ in 1..WORDS {
            let before = self.state[index - 1];
            self.state[index] =
                (self.state[index] ^ (before ^ (before >> 30)).wrapping_mul(1_566_083_941)).wrapping_sub(index as u32);
            index = self.wrapped(index + 1);
        }
        self.state[0] = 0x8000_0000;
    }

    fn wrapped(&mut self, index: usize) -> usize {
        if index < WORDS {
            return index;
        }
        self.state[0] = self.state[WORDS - 1];
        1
    }
}

#[cfg(test)]
mod tests;
