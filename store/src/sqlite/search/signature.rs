//! Signatures: from which it is seen without reading a fragment that it does not hold what is asked for.
//!
//! A short fragment is its own signature. Of others the signature is a field of bits: four are set for each key, for
//! each word of a value and for each key with the first word of its value, and one for each run of one to four bytes in
//! a key or a value. Keys are marked by the last of their parts. Where all bits of what is asked for are set, the
//! fragment itself says whether it is there.

use super::fragment;

/// Bytes of a fragment that is its own signature.
const SHORT: usize = 96;
/// What the first byte says: the fragment follows, or a field does.
const WHOLE: u8 = 0;
const FIELD: u8 = 1;

/// Bits that are set for a key or a value.
const MARKS: u32 = 4;
/// The longest run of bytes that a bit is set for.
const LONGEST_RUN: usize = 4;
/// Bits of a field before it is pressed together.
const PLACES: usize = 1 << 16;
/// Bits that a field has for each that is set.
const ROOM: usize = 2;

/// The kinds of things that are marked.
pub(super) const KEY: u8 = b'k';
/// A key with the first word of its value.
pub(super) const PAIR: u8 = b'p';
/// A word of a value.
pub(super) const VALUE: u8 = b'v';

/// What a signature tells.
#[derive(Debug, Clone, Copy)]
pub(super) enum Signature<'a> {
    /// The fragment.
    Whole(&'a [u8]),
    Field(Field<'a>),
}

/// Bits, each for so many neighbouring places.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field<'a> {
    step: u32,
    bits: &'a [u8],
}

/// What a fragment must hold: all of it.
#[derive(Debug, Clone, Default)]
pub(super) struct Filter(Vec<u32>);

impl<'a> Signature<'a> {
    /// `None` where it cannot be read.
    pub(super) fn read(signature: &'a [u8]) -> Option<Self> {
        match signature.split_first()? {
            (&WHOLE, content) => Some(Self::Whole(content)),
            (&FIELD, field) => {
                let (step, bits) = field.split_first_chunk::<2>()?;
                Some(Self::Field(Field { step: u32::from(u16::from_le_bytes(*step)).max(1), bits }))
            }
            _ => None,
        }
    }
}

impl Field<'_> {
    fn is_set(&self, place: u32) -> bool {
        let place = (place / self.step) as usize;
        self.bits.get(place / 8).is_none_or(|byte| byte & (1 << (place % 8)) != 0)
    }
}

impl Filter {
    pub(super) fn mark(mut self, kind: u8, one: &str, other: &str) -> Self {
        self.0.extend(marks(hash(kind, one, other)));
        self
    }

    /// Texts that stand within a key.
    pub(super) fn in_key(self, texts: &[String]) -> Self {
        self.within(texts, KEY)
    }

    /// Texts that stand within a value.
    pub(super) fn in_value(self, texts: &[String]) -> Self {
        self.within(texts, VALUE)
    }

    fn within(mut self, texts: &[String], kind: u8) -> Self {
        let (mut long, mut short) = (Vec::new(), Vec::new());
        for text in texts {
            runs(text.as_bytes(), kind, |length, place| {
                // Long runs tell the most.
                if length >= LONGEST_RUN.min(text.len()) { long.push(place) } else { short.push(place) }
            });
        }
        self.0.append(&mut long);
        self.0.append(&mut short);
        self
    }

    pub(super) fn passes(&self, field: Field<'_>) -> bool {
        self.0.iter().all(|place| field.is_set(*place))
    }
}

/// The signature of a fragment.
pub(super) fn of(content: &[u8]) -> Vec<u8> {
    if content.len() <= SHORT {
        return [&[WHOLE], content].concat();
    }
    let mut field = vec![0_u64; PLACES / 64];
    let mut set = |place: u32| field[place as usize / 64] |= 1 << (place % 64);
    let mut before = String::new();
    fragment::any(content, &mut String::new(), |entry| {
        let leaf = &entry.path[entry.leaf..];
        let Some(value) = entry.value else {
            marks(hash(KEY, leaf, "")).for_each(&mut set);
            let known = fragment::common(before.as_bytes(), entry.path.as_bytes());
            let from = known.saturating_sub(LONGEST_RUN - 1);
            runs(&entry.path.as_bytes()[from..], KEY, |_, place| set(place));
            before.clear();
            before.push_str(entry.path);
            return false;
        };
        marks(hash(PAIR, leaf, first_word(value))).for_each(&mut set);
        for word in value.split(' ') {
            marks(hash(VALUE, word, "")).for_each(&mut set);
        }
        runs(value.as_bytes(), VALUE, |_, place| set(place));
        false
    });
    pressed(&field)
}

/// A field of as many bits as what is set in it needs.
fn pressed(field: &[u64]) -> Vec<u8> {
    let count: usize = field.iter().map(|word| word.count_ones() as usize).sum();
    let step = (PLACES / (count * ROOM).max(1)).clamp(1, PLACES / 64);
    let mut signature = vec![0; 3 + PLACES.div_ceil(step).div_ceil(8)];
    signature[0] = FIELD;
    signature[1..3].copy_from_slice(&(step as u16).to_le_bytes());
    let bits = &mut signature[3..];
    for (place, word) in field.iter().enumerate() {
        let mut word = *word;
        while word != 0 {
            let bit = (place * 64 + word.trailing_zeros() as usize) / step;
            bits[bit / 8] |= 1 << (bit % 8);
            word &= word - 1;
        }
    }
    signature
}

pub(super) fn first_word(value: &str) -> &str {
    value.split(' ').next().unwrap_or_default()
}

/// Kept in the database, so it stays as it is (FNV-1a, mixed at the end).
pub(super) fn hash(kind: u8, one: &str, other: &str) -> u64 {
    let bytes = [kind].into_iter().chain(one.bytes()).chain([0xff]).chain(other.bytes());
    let hash =
        bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash ^ (hash >> 33)
}

/// The places of a hash's bits.
fn marks(hash: u64) -> impl Iterator<Item = u32> {
    let (first, step) = (hash as u32, (hash >> 32) as u32 | 1);
    (0..MARKS).map(move |number| first.wrapping_add(step.wrapping_mul(number)) >> 16)
}

/// Hands out length and place of each run of bytes.
fn runs(text: &[u8], kind: u8, mut take: impl FnMut(usize, u32)) {
    let mut last = 0_u32;
    for (count, byte) in text.iter().enumerate() {
        last = last << 8 | u32::from(*byte);
        for length in 1..=LONGEST_RUN.min(count + 1) {
            let run = u64::from(last << (32 - 8 * length)) | (length as u64) << 32 | u64::from(kind) << 40;
            let mixed = run.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            take(length, (mixed >> 48) as u32);
        }
    }
}

#[cfg(test)]
mod tests;
