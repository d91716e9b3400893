//! Fragments: the entries of an object in a few texts, so that a save writes only what changed and objects share what
//! they have in common.
//!
//! Each field at the top is apart from the others, and a large one is divided by its branches. An entry holds, as
//! numbers of seven bits a byte: bytes that its path shares with the one before, length of the rest, the rest, where the
//! last key begins, and 0 or the length of the value plus one and the value.

use chef::search::{Entry, entries};
use serde_json::Value;

use super::signature::hash;

/// Bytes that a fragment should have at most. One branch is not divided.
const USUAL: usize = 4000;
/// Fragments of one field.
const MOST: usize = 4096;

#[derive(Default)]
struct Text {
    bytes: Vec<u8>,
    path: String,
}

impl Text {
    fn add(&mut self, entry: Entry<'_>) {
        let same = common(self.path.as_bytes(), entry.path.as_bytes());
        let shared = (0..=same).rev().find(|end| entry.path.is_char_boundary(*end)).unwrap_or(0);
        let rest = &entry.path[shared..];
        write_number(&mut self.bytes, shared);
        write_number(&mut self.bytes, rest.len());
        self.bytes.extend_from_slice(rest.as_bytes());
        write_number(&mut self.bytes, entry.leaf);
        write_number(&mut self.bytes, entry.value.map_or(0, |value| value.len() + 1));
        self.bytes.extend_from_slice(entry.value.unwrap_or_default().as_bytes());
        self.path.truncate(shared);
        self.path.push_str(rest);
    }
}

/// Bytes with which both begin.
pub(super) fn common(one: &[u8], other: &[u8]) -> usize {
    const STEP: usize = 16;
    let steps = one.chunks_exact(STEP).zip(other.chunks_exact(STEP)).take_while(|(one, other)| one == other).count();
    let begin = steps * STEP;
    begin + one[begin..].iter().zip(&other[begin..]).take_while(|(one, other)| one == other).count()
}

/// The fragments of one of an object's fields.
pub(super) fn divided(key: &str, value: &Value) -> Vec<Vec<u8>> {
    // A power of two, so that a field that grows a little is not divided anew.
    let count = size(value).div_ceil(USUAL).next_power_of_two().min(MOST);
    let mut texts: Vec<Text> = Vec::new();
    texts.resize_with(count, Text::default);
    // Entries of a branch come together.
    let (mut branch, mut place) = (String::new(), 0);
    entries(key, value, &mut |entry| {
        let own = &entry.path[..entry.branch];
        if count > 1 && own != branch {
            place = hash(b'b', own, "") as usize % count;
            own.clone_into(&mut branch);
        }
        texts[place].add(entry);
    });
    texts.into_iter().map(|text| text.bytes).filter(|bytes| !bytes.is_empty()).collect()
}

/// About the bytes that the entries of a value take.
fn size(value: &Value) -> usize {
    match value {
        Value::Object(fields) => fields.iter().map(|(key, value)| 2 * (key.len() + 4) + size(value)).sum(),
        Value::Array(items) => items.iter().map(size).sum(),
        Value::String(text) => text.len() + 4,
        _ => 8,
    }
}

/// Whether an entry of a fragment is taken. Paths are read to `path`.
pub(super) fn any(content: &[u8], path: &mut String, mut takes: impl FnMut(Entry<'_>) -> bool) -> bool {
    path.clear();
    let mut rest = content;
    while !rest.is_empty() {
        // What cannot be read was not written here, and holds nothing.
        let Some(leaf) = read_path(&mut rest, path) else { return false };
        let value = match read_number(&mut rest) {
            Some(0) => None,
            Some(length) => match read_text(&mut rest, length - 1) {
                Some(value) => Some(value),
                None => return false,
            },
            None => return false,
        };
        if leaf > path.len() || !path.is_char_boundary(leaf) {
            return false;
        }
        if takes(Entry { path, leaf, branch: path.len(), value }) {
            return true;
        }
    }
    false
}

fn read_path(rest: &mut &[u8], path: &mut String) -> Option<usize> {
    let shared = read_number(rest)?;
    let length = read_number(rest)?;
    if shared > path.len() || !path.is_char_boundary(shared) {
        return None;
    }
    path.truncate(shared);
    path.push_str(read_text(rest, length)?);
    read_number(rest)
}

fn read_text<'a>(rest: &mut &'a [u8], length: usize) -> Option<&'a str> {
    let (text, after) = rest.split_at_checked(length)?;
    *rest = after;
    std::str::from_utf8(text).ok()
}

pub(super) fn write_number(bytes: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        bytes.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

pub(super) fn read_number(rest: &mut &[u8]) -> Option<usize> {
    let mut number = 0;
    for shift in (0..63).step_by(7) {
        let (byte, after) = rest.split_first()?;
        *rest = after;
        number |= usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests;
