//! A message on a pipe: its length in four bytes, the highest first, a byte that says what it is,
//! and its text.

use std::io::{Error, ErrorKind, Read, Result, Write};

/// Longer messages, in bytes, are refused.
pub(super) const LONGEST: usize = 32 << 20;

pub(super) const RUN: u8 = b'R';
pub(super) const ANSWER: u8 = b'A';
pub(super) const QUESTION: u8 = b'Q';
pub(super) const DONE: u8 = b'D';

pub(super) fn write(pipe: &mut impl Write, kind: u8, text: &str) -> Result<()> {
    let length = u32::try_from(text.len()).ok().filter(|length| *length as usize <= LONGEST);
    let length = length.ok_or_else(|| Error::new(ErrorKind::InvalidInput, "a message that is too long"))?;
    let mut frame = Vec::with_capacity(text.len() + 5);
    frame.extend_from_slice(&length.to_be_bytes());
    frame.push(kind);
    frame.extend_from_slice(text.as_bytes());
    pipe.write_all(&frame)?;
    pipe.flush()
}

pub(super) fn read(pipe: &mut impl Read) -> Result<(u8, String)> {
    let mut head = [0; 5];
    pipe.read_exact(&mut head)?;
    let [a, b, c, d, kind] = head;
    let length = u32::from_be_bytes([a, b, c, d]) as usize;
    if !matches!(kind, QUESTION | DONE) {
        return Err(Error::new(ErrorKind::InvalidData, "a frame of an unknown kind"));
    }
    if length > LONGEST {
        let message = format!("{length} bytes; {LONGEST} are the most (the limit of messages from Ruby)");
        return Err(Error::new(ErrorKind::InvalidData, message));
    }
    // Grows with what arrives: a length alone allocates nothing.
    let mut text = Vec::new();
    pipe.take(length as u64).read_to_end(&mut text)?;
    if text.len() < length {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    String::from_utf8(text)
        .map(|text| (kind, text))
        .map_err(|_| Error::new(ErrorKind::InvalidData, "text that is not UTF-8"))
}
