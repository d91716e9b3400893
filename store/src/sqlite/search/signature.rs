//! Signatures: from which it is seen without reading a fragment that it does not hold what is asked for.
//!
//! A signature is two fields of bits, the first with its length before it. The first tells of keys, and of values and
//! words whole: [`MARKS`] bits are set for each. The second tells of one, two and three bytes that stand beside each other
//! in a key or a value: one bit is set for each. Where all bits are set, the fragment itself says whether it is so.

use super::fragment;

/// Bits that are set for a key or a value.
const MARKS: u32 = 4;
/// Bits that there are for each of these.
const ROOM: usize = 16;
/// Bits of the second field for two bytes of text, and how many more for the first ones: in a long text much comes
/// again.
const GRAM_ROOM: (usize, usize, usize) = (5, 64, 3);
/// The second field's longest, in bytes.
const MOST_GRAMS: usize = 4096;

/// The kinds of things that are marked.
pub(super) const KEY: u8 = b'k';
/// A key with the first word of its value.
pub(super) const PAIR: u8 = b'p';
/// The first word of a value.
pub(super) const VALUE: u8 = b'v';
/// A word of a value that is not its first.
pub(super) const WORD: u8 = b'w';

/// What a fragment must hold: all of it.
#[derive(Debug, Default)]
pub(super) struct Filter {
    marks: Vec<u64>,
    grams: Vec<u32>,
}

impl Filter {
    pub(super) fn mark(mut self, kind: u8, one: &str, other: &str) -> Self {
        self.marks.push(hash(kind, one, other));
        self
    }

    /// Texts that stand within a key.
    pub(super) fn in_key(mut self, texts: &[String]) -> Self {
        self.add_grams(texts, KEY);
        self
    }

    /// Texts that stand within a value.
    pub(super) fn in_value(mut self, texts: &[String]) -> Self {
        self.add_grams(texts, VALUE);
        self
    }

    fn add_grams(&mut self, texts: &[String], kind: u8) {
        for text in texts {
            grams(text.as_bytes(), kind, |gram| self.grams.push(gram));
        }
    }

    pub(super) fn passes(&self, signature: &[u8]) -> bool {
        // What is cut off tells nothing.
        let Some((length, bits)) = signature.split_first_chunk::<4>() else { return true };
        let Some((marks, grams)) = bits.split_at_checked(u32::from_le_bytes(*length) as usize) else { return true };
        let room = marks.len() * 8;
        self.marks.iter().all(|mark| places(*mark, room).all(|place| is_set(marks, place)))
            && self.grams.iter().all(|gram| is_set(grams, scaled(*gram, grams.len() * 8)))
    }
}

/// The signature of a fragment.
pub(super) fn of(content: &[u8]) -> Vec<u8> {
    let (mut marked, mut letters) = (0, 0);
    fragment::any(content, |entry| {
        let keys = entry.keys().count();
        match entry.value {
            None => {
                marked += keys;
                letters += entry.path.len() - entry.leaf + 3;
            }
            Some(value) => {
                marked += keys + value.split(' ').count();
                letters += value.len();
            }
        }
        false
    });
    let length = (marked * ROOM).div_ceil(8).max(1);
    let (each, first, more) = GRAM_ROOM;
    let gram_length = (letters * each + letters.min(first) * more).div_ceil(2 * 8).clamp(8, MOST_GRAMS);
    let mut signature = vec![0; 4 + length + gram_length];
    signature[..4].copy_from_slice(&(length as u32).to_le_bytes());
    let (marks, gram_bits) = signature[4..].split_at_mut(length);
    let mut mark = |kind: u8, one: &str, other: &str| {
        for place in places(hash(kind, one, other), length * 8) {
            set(marks, place);
        }
    };
    let mut before = String::new();
    fragment::any(content, |entry| {
        let Some(value) = entry.value else {
            entry.keys().for_each(|key| mark(KEY, key, ""));
            let known = fragment::common(before.as_bytes(), entry.path.as_bytes());
            let from = known.saturating_sub(2);
            grams(&entry.path.as_bytes()[from..], KEY, |gram| set(gram_bits, scaled(gram, gram_length * 8)));
            before.clear();
            before.push_str(entry.path);
            return false;
        };
        let mut words = value.split(' ');
        let first = words.next().unwrap_or_default();
        entry.keys().for_each(|key| mark(PAIR, key, first));
        mark(VALUE, first, "");
        words.for_each(|word| mark(WORD, word, ""));
        grams(value.as_bytes(), VALUE, |gram| set(gram_bits, scaled(gram, gram_length * 8)));
        false
    });
    signature
}

/// Kept in the database, so it stays as it is (FNV-1a, mixed at the end).
pub(super) fn hash(kind: u8, one: &str, other: &str) -> u64 {
    let bytes = [kind].into_iter().chain(one.bytes()).chain([0xff]).chain(other.bytes());
    let hash =
        bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash ^ (hash >> 33)
}

fn grams(text: &[u8], kind: u8, mut take: impl FnMut(u32)) {
    let mut last = u32::from(kind);
    for (count, byte) in text.iter().enumerate() {
        last = last << 8 | u32::from(*byte);
        // The kind stands before the bytes.
        let kind = u32::from(kind);
        take(mixed(kind << 8 | last & 0xff));
        if count > 0 {
            take(mixed(kind << 16 | last & 0xffff));
        }
        if count > 1 {
            take(mixed(kind << 24 | last & 0x00ff_ffff));
        }
    }
}

fn mixed(gram: u32) -> u32 {
    let mixed = gram.wrapping_mul(0x9e37_79b1);
    (mixed ^ (mixed >> 15)).wrapping_mul(0x85eb_ca77)
}

fn places(hash: u64, bits: usize) -> impl Iterator<Item = usize> {
    let (first, step) = (hash as u32, (hash >> 32) as u32 | 1);
    (0..MARKS).map(move |number| scaled(first.wrapping_add(step.wrapping_mul(number)), bits))
}

fn scaled(hash: u32, bits: usize) -> usize {
    ((u64::from(hash) * bits as u64) >> 32) as usize
}

fn is_set(bits: &[u8], place: usize) -> bool {
    bits.get(place / 8).is_none_or(|byte| byte & (1 << (place % 8)) != 0)
}

fn set(bits: &mut [u8], place: usize) {
    if let Some(byte) = bits.get_mut(place / 8) {
        *byte |= 1 << (place % 8);
    }
}

#[cfg(test)]
mod tests;
