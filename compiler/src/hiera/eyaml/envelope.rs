//! Envelopes of PKCS #7: `EnvelopedData` of RFC 5652, section 6, with keys that RSA carries.

use x509_parser::asn1_rs::{Any, Class, FromBer, Oid, Tag, oid};

const UNREADABLE: &str = "Could not parse the PKCS7: no start line";

/// A content and the keys to it, encrypted for its recipients.
#[derive(Debug)]
pub(super) struct Envelope<'a> {
    pub(super) recipients: Vec<Recipient<'a>>,
    pub(super) algorithm: Oid<'a>,
    pub(super) iv: &'a [u8],
    pub(super) content: Vec<u8>,
}

/// A recipient is named by its certificate.
#[derive(Debug)]
pub(super) struct Recipient<'a> {
    /// DER of the issuer's name, and the digits of the serial number.
    pub(super) issuer: &'a [u8],
    pub(super) serial: &'a [u8],
    pub(super) encrypted_key: &'a [u8],
}

impl<'a> Envelope<'a> {
    /// Reads DER, or BER with lengths left open. What follows the envelope does not count.
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, &'static str> {
        let mut outer = Elements(bytes).within(Tag::Sequence).ok_or(UNREADABLE)?;
        let kind = outer.oid().ok_or(UNREADABLE)?;
        if kind != oid!(1.2.840.113549.1.7.3) {
            let is_known = kind.starts_with(&oid!(1.2.840.113549.1.7));
            return Err(if is_known { "wrong content type" } else { UNREADABLE });
        }
        Self::enveloped(outer).ok_or(UNREADABLE)
    }

    fn enveloped(mut outer: Elements<'a>) -> Option<Self> {
        let mut data = outer.tagged(0)?.within(Tag::Sequence)?;
        data.next_of(Tag::Integer)?;
        let mut all = data.within(Tag::Set)?;
        let mut recipients = Vec::new();
        while let Some(one) = all.within(Tag::Sequence) {
            recipients.push(Recipient::parse(one)?);
        }
        let mut info = data.within(Tag::Sequence)?;
        info.oid()?;
        let mut cipher = info.within(Tag::Sequence)?;
        let algorithm = cipher.oid()?;
        let iv = cipher.next_of(Tag::OctetString)?.data;
        let content = info.next()?;
        if content.class() != Class::ContextSpecific || content.tag() != Tag(0) {
            return None;
        }
        Some(Self { recipients, algorithm, iv, content: octets(&content) })
    }
}

impl<'a> Recipient<'a> {
    fn parse(mut fields: Elements<'a>) -> Option<Self> {
        fields.next_of(Tag::Integer)?;
        let mut name = fields.within(Tag::Sequence)?;
        let whole = name.0;
        name.next_of(Tag::Sequence)?;
        let issuer = &whole[..whole.len() - name.0.len()];
        let serial = name.next_of(Tag::Integer)?.data;
        fields.next_of(Tag::Sequence)?;
        let encrypted_key = fields.next_of(Tag::OctetString)?.data;
        Some(Self { issuer, serial, encrypted_key })
    }
}

/// The bytes of a string, which BER may cut into pieces.
fn octets(string: &Any<'_>) -> Vec<u8> {
    if !string.header.is_constructed() {
        return string.data.to_vec();
    }
    let mut pieces = Elements(string.data);
    let mut whole = Vec::new();
    while let Some(piece) = pieces.next_of(Tag::OctetString) {
        whole.extend_from_slice(piece.data);
    }
    whole
}

/// Elements, one after the other.
struct Elements<'a>(&'a [u8]);

impl<'a> Elements<'a> {
    fn next(&mut self) -> Option<Any<'a>> {
        let (rest, element) = Any::from_ber(self.0).ok()?;
        self.0 = rest;
        Some(element)
    }

    fn next_of(&mut self, tag: Tag) -> Option<Any<'a>> {
        self.next().filter(|element| element.class() == Class::Universal && element.tag() == tag)
    }

    fn within(&mut self, tag: Tag) -> Option<Self> {
        self.next_of(tag).map(|element| Self(element.data))
    }

    fn tagged(&mut self, number: u32) -> Option<Self> {
        let element = self.next()?;
        (element.class() == Class::ContextSpecific && element.tag() == Tag(number)).then_some(Self(element.data))
    }

    fn oid(&mut self) -> Option<Oid<'a>> {
        self.next_of(Tag::Oid).map(|element| Oid::new(element.data.into()))
    }
}
