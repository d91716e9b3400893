//! The private key that opens envelopes, and the certificate that they are addressed to.

use aws_lc_rs::cipher::{
    AES_128, AES_192, AES_256, Algorithm, DecryptionContext, PaddedBlockDecryptingKey, UnboundCipherKey,
};
use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::rsa::{Pkcs1PrivateDecryptingKey, PrivateDecryptingKey};
use x509_parser::asn1_rs::{Any, FromBer, Oid, Tag, oid};
use x509_parser::parse_x509_certificate;
use x509_parser::pem::Pem;

use super::envelope::Envelope;

const NO_KEY: &str = "Neither PUB key nor PRIV key: unsupported";
const NO_CERTIFICATE: &str = "PEM_read_bio_X509: no start line";
const BAD_DECRYPT: &str = "bad decrypt";

/// `SEQUENCE { rsaEncryption, NULL }`
const RSA: &[u8] = &[0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 1, 5, 0];

/// What envelopes are opened with.
#[derive(Debug)]
pub(crate) struct KeyPair {
    private: Pkcs1PrivateDecryptingKey,
    /// Whether the certificate is that of the private key.
    matches: bool,
    issuer: Vec<u8>,
    serial: Vec<u8>,
}

/// An RSA key: PEM of PKCS #1 or PKCS #8, or its DER.
pub(super) fn private_key(bytes: &[u8]) -> Result<PrivateDecryptingKey, String> {
    let found = blocks(bytes).find(|block| block.label.ends_with("PRIVATE KEY"));
    let (label, der) = found.map_or_else(|| (String::new(), bytes.to_vec()), |block| (block.label, block.contents));
    let der = match &*label {
        "EC PRIVATE KEY" => return Err("incorrect pkey type: id-ecPublicKey".to_owned()),
        "RSA PRIVATE KEY" => wrapped(&der),
        "ENCRYPTED PRIVATE KEY" => return Err("Neither PUB key nor PRIV key: unable to get passphrase".to_owned()),
        _ if is_pkcs1(&der) => wrapped(&der),
        _ => der,
    };
    PrivateDecryptingKey::from_pkcs8(&der).map_err(|rejected| match &*rejected.to_string() {
        "InvalidEncoding" => NO_KEY.to_owned(),
        // Its size or its numbers do not do: the reason helps more than the original's text.
        reason => format!("Neither PUB key nor PRIV key: {reason}"),
    })
}

/// Whether a number follows the version: PKCS #8 names the algorithm there.
fn is_pkcs1(der: &[u8]) -> bool {
    let second = || {
        let (_, whole) = Any::from_ber(der).ok()?;
        let (rest, _) = Any::from_ber(whole.data).ok()?;
        Any::from_ber(rest).ok().map(|(_, second)| second.tag())
    };
    second() == Some(Tag::Integer)
}

/// A key of PKCS #1 as PKCS #8 writes it.
fn wrapped(key: &[u8]) -> Vec<u8> {
    let inner = [&[2, 1, 0], RSA, &element(4, key)].concat();
    element(0x30, &inner)
}

fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let skipped = length.iter().take_while(|byte| **byte == 0).count();
    let digits = &length[skipped..];
    let short = content.len() < 0x80;
    let length = if short { vec![content.len() as u8] } else { [&[0x80 | digits.len() as u8], digits].concat() };
    [&[tag], &*length, content].concat()
}

fn blocks(bytes: &[u8]) -> impl Iterator<Item = Pem> {
    Pem::iter_from_buffer(bytes).map_while(Result::ok)
}

impl KeyPair {
    /// `certificate` is PEM or DER.
    pub(super) fn new(private: PrivateDecryptingKey, certificate: &[u8]) -> Result<Self, String> {
        let found = blocks(certificate).find(|block| block.label.ends_with("CERTIFICATE"));
        let der = found.map_or_else(|| certificate.to_vec(), |block| block.contents);
        let (_, certificate) = parse_x509_certificate(&der).map_err(|_| NO_CERTIFICATE.to_owned())?;
        let public: PublicKeyX509Der<'_> = private.public_key().as_der().map_err(|_| NO_KEY.to_owned())?;
        Ok(Self {
            matches: public.as_ref() == certificate.public_key().raw,
            issuer: certificate.issuer().as_raw().to_vec(),
            serial: certificate.raw_serial().to_vec(),
            private: Pkcs1PrivateDecryptingKey::new(private).map_err(|_| NO_KEY.to_owned())?,
        })
    }

    /// Opens an envelope. The errors are those of OpenSSL.
    pub(super) fn decrypt(&self, envelope: &[u8]) -> Result<Vec<u8>, String> {
        let mut envelope = Envelope::parse(envelope)?;
        if !self.matches {
            return Err("private key does not match certificate".to_owned());
        }
        let own = envelope.recipients.iter().find(|one| one.issuer == self.issuer && one.serial == self.serial);
        let own = own.ok_or("no recipient matches certificate")?;
        let algorithm = block_cipher(&envelope.algorithm)?;
        let mut key = vec![0; self.private.min_output_size()];
        let key = self.private.decrypt(own.encrypted_key, &mut key).map_err(|_| BAD_DECRYPT)?;
        let mut opened = || {
            let iv: [u8; 16] = envelope.iv.try_into().ok()?;
            let key = UnboundCipherKey::new(algorithm, key).ok()?;
            let key = PaddedBlockDecryptingKey::cbc_pkcs7(key).ok()?;
            let context = DecryptionContext::Iv128(FixedLength::from(iv));
            if envelope.content.is_empty() || envelope.content.len() % 16 != 0 {
                return None;
            }
            key.decrypt(&mut envelope.content, context).ok().map(|plain| plain.to_vec())
        };
        opened().ok_or_else(|| BAD_DECRYPT.to_owned())
    }
}

fn block_cipher(algorithm: &Oid<'_>) -> Result<&'static Algorithm, String> {
    if *algorithm == oid!(2.16.840.1.101.3.4.1.42) {
        Ok(&AES_256)
    } else if *algorithm == oid!(2.16.840.1.101.3.4.1.22) {
        Ok(&AES_192)
    } else if *algorithm == oid!(2.16.840.1.101.3.4.1.2) {
        Ok(&AES_128)
    } else {
        Err(format!("unsupported cipher {algorithm}: AES in the mode CBC is read"))
    }
}
