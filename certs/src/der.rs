//! Writing DER: the few shapes that certificates and revocation lists are made of.

use jiff::Timestamp;
use jiff::tz::TimeZone;

pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const SET: u8 = 0x31;
pub(crate) const OCTETS: u8 = 0x04;
pub(crate) const UTF8: u8 = 0x0c;
pub(crate) const IA5: u8 = 0x16;
pub(crate) const ENUMERATED: u8 = 0x0a;

pub(crate) fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(content.len() + 6);
    out.push(tag);
    let len = content.len();
    if len < 0x80 {
        out.push(len as u8);
    } else {
        let bytes = len.to_be_bytes();
        let skip = bytes.iter().take_while(|byte| **byte == 0).count();
        out.push(0x80 | (bytes.len() - skip) as u8);
        out.extend_from_slice(&bytes[skip..]);
    }
    out.extend_from_slice(content);
    out
}

pub(crate) fn sequence<P: AsRef<[u8]>>(parts: &[P]) -> Vec<u8> {
    tlv(SEQUENCE, &join(parts))
}

pub(crate) fn join<P: AsRef<[u8]>>(parts: &[P]) -> Vec<u8> {
    parts.iter().flat_map(AsRef::as_ref).copied().collect()
}

/// A non-negative integer.
pub(crate) fn integer(number: u64) -> Vec<u8> {
    let bytes = number.to_be_bytes();
    let skip = bytes.iter().take_while(|byte| **byte == 0).count().min(7);
    let digits = &bytes[skip..];
    if digits[0] & 0x80 == 0 { tlv(0x02, digits) } else { tlv(0x02, &join(&[&[0], digits])) }
}

pub(crate) fn boolean(value: bool) -> Vec<u8> {
    tlv(0x01, &[if value { 0xff } else { 0 }])
}

/// A bit string of whole bytes, less `unused` bits at the end.
pub(crate) fn bits(unused: u8, bytes: &[u8]) -> Vec<u8> {
    tlv(0x03, &join(&[&[unused], bytes]))
}

/// From dotted text. Texts are constants of this crate or came out of a parsed DER identifier.
pub(crate) fn oid(text: &str) -> Vec<u8> {
    let mut arcs = text.split('.').map(|arc| arc.parse::<u64>().unwrap_or(0));
    let first = arcs.next().unwrap_or(0);
    let second = arcs.next().unwrap_or(0);
    let mut content = Vec::new();
    for arc in std::iter::once(first * 40 + second).chain(arcs) {
        let groups = (64 - arc.leading_zeros()).div_ceil(7).max(1);
        for group in (0..groups).rev() {
            let low = (arc >> (group * 7) & 0x7f) as u8;
            content.push(if group == 0 { low } else { low | 0x80 });
        }
    }
    tlv(0x06, &content)
}

/// `UTCTime` until 2049, `GeneralizedTime` from then on, to the second.
pub(crate) fn time(at: Timestamp) -> Vec<u8> {
    let utc = TimeZone::UTC.to_datetime(at);
    let rest = format!("{:02}{:02}{:02}{:02}{:02}Z", utc.month(), utc.day(), utc.hour(), utc.minute(), utc.second());
    if (1950..2050).contains(&utc.year()) {
        tlv(0x17, format!("{:02}{rest}", utc.year() % 100).as_bytes())
    } else {
        tlv(0x18, format!("{:04}{rest}", utc.year()).as_bytes())
    }
}

/// A distinguished name of one common name.
pub(crate) fn name(common_name: &str) -> Vec<u8> {
    let attribute = sequence(&[oid("2.5.4.3"), tlv(UTF8, common_name.as_bytes())]);
    sequence(&[tlv(SET, &attribute)])
}

pub(crate) fn extension(id: &str, critical: bool, value: &[u8]) -> Vec<u8> {
    let critical = if critical { boolean(true) } else { Vec::new() };
    sequence(&[oid(id), critical, tlv(OCTETS, value)])
}

#[cfg(test)]
mod tests;
