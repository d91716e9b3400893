//! Making certificates with the authority's key.

use jiff::{SignedDuration, Timestamp};
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer;
use x509_parser::x509::SubjectPublicKeyInfo;

use crate::error::Error;
use crate::key::PrivateKey;
use crate::serial::Serial;
use crate::settings::Settings;
use crate::x509::{AltNames, Extension, common_name, fingerprint};
use crate::{der, oids, pem};

/// The authority's key with its certificate and the chain above it.
#[derive(Debug)]
pub struct Issuer {
    key: PrivateKey,
    /// Signing certificate first, root last, DER.
    chain: Vec<Vec<u8>>,
    bundle: String,
    subject: Vec<u8>,
    common_name: String,
    key_id: Vec<u8>,
    /// Content of the key identifier extension of what it signs.
    authority_key_id: Vec<u8>,
    not_after: Timestamp,
}

/// What a certificate says that varies from one to the next.
#[derive(Clone, Debug)]
pub struct Leaf {
    pub serial: Serial,
    pub common_name: String,
    /// `SubjectPublicKeyInfo` in DER.
    pub public_key: Vec<u8>,
    /// The common name is added when it is missing.
    pub alt_names: AltNames,
    /// Extensions of Puppet's arcs, values untouched.
    pub extensions: Vec<Extension>,
    pub not_before: Timestamp,
    pub not_after: Timestamp,
}

const COMMENT: &str = "Puppet Server Internal Certificate";

impl Issuer {
    /// Makes a self-signed authority: serial 1, `CA:TRUE`, valid from a day ago.
    pub fn found(settings: &Settings, key: PrivateKey, now: Timestamp) -> Result<Self, Error> {
        let public = key.public();
        let id = key_id(&public)?;
        let name = der::name(&settings.ca_name);
        let extensions = [
            der::extension("2.5.29.19", true, &der::sequence(&[der::boolean(true)])),
            der::extension("2.5.29.15", true, &der::bits(1, &[0b0000_0110])),
            der::extension("2.5.29.14", false, &der::tlv(der::OCTETS, &id)),
            comment(),
            der::extension("2.5.29.35", false, &der::sequence(&[der::tlv(0x80, &id)])),
        ];
        let window = (day_before(now), later(now, settings.root_ttl)?);
        let certificate = certificate(&key, Serial::AUTHORITY, &name, window, &name, &public, &extensions)?;
        Self::open(&pem::encode(pem::CERTIFICATE, &certificate), key)
    }

    /// From a bundle (signing certificate first) and its key.
    pub fn open(bundle: &str, key: PrivateKey) -> Result<Self, Error> {
        let unusable = |why: &str| Error::Authority(why.to_owned());
        let chain = pem::decode(&[pem::CERTIFICATE], bundle.as_bytes())
            .filter(|chain| !chain.is_empty())
            .ok_or_else(|| unusable("its certificate file holds no certificate"))?;
        let (_, own) = X509Certificate::from_der(&chain[0]).map_err(|_| unusable("its certificate cannot be read"))?;
        if own.public_key().raw != key.public() {
            return Err(unusable("its key does not belong to the first certificate of its bundle"));
        }
        if !own.is_ca() {
            return Err(unusable("the first certificate of its bundle is not an authority's"));
        }
        let key_id = key_id(own.public_key().raw)?;
        let issuer = der::tlv(0xa1, &der::tlv(0xa4, own.issuer().as_raw()));
        let authority_key_id = der::sequence(&[der::tlv(0x80, &key_id), issuer, der::tlv(0x82, own.raw_serial())]);
        let not_after = Timestamp::from_second(own.validity().not_after.timestamp())
            .map_err(|_| unusable("its certificate ends beyond the calendar"))?;
        Ok(Self {
            subject: own.subject().as_raw().to_vec(),
            common_name: common_name(own.subject()).unwrap_or_default(),
            key_id,
            authority_key_id,
            not_after,
            bundle: chain.iter().map(|der| pem::encode(pem::CERTIFICATE, der)).collect(),
            key,
            chain,
        })
    }

    /// Signs a certificate for a node; 7 ms of processor time with an RSA key of 4096 bits.
    pub fn sign(&self, leaf: &Leaf) -> Result<Vec<u8>, Error> {
        let mut names = leaf.alt_names.clone();
        names.add(&leaf.common_name);
        let mut extensions = vec![
            Extension::alt_names(&names).to_der(),
            comment(),
            der::extension("2.5.29.35", false, &self.authority_key_id),
            der::extension("2.5.29.14", false, &der::tlv(der::OCTETS, &key_id(&leaf.public_key)?)),
            der::extension("2.5.29.19", true, &der::sequence::<Vec<u8>>(&[])),
            der::extension(
                "2.5.29.37",
                true,
                &der::sequence(&[der::oid("1.3.6.1.5.5.7.3.1"), der::oid("1.3.6.1.5.5.7.3.2")]),
            ),
            der::extension("2.5.29.15", true, &der::bits(5, &[0b1010_0000])),
        ];
        // A critical extension that verifiers do not know would make the certificate unusable.
        let plain = |extension: &Extension| der::extension(&extension.oid, false, &extension.value);
        extensions.extend(leaf.extensions.iter().filter(|extension| oids::is_puppet(&extension.oid)).map(plain));
        let name = der::name(&leaf.common_name);
        let window = (leaf.not_before, leaf.not_after);
        certificate(&self.key, leaf.serial, &self.subject, window, &name, &leaf.public_key, &extensions)
    }

    /// The chain in text armour, signing certificate first: what agents get as `certificate/ca`.
    pub fn bundle(&self) -> &str {
        &self.bundle
    }

    /// The chain in DER, signing certificate first.
    pub fn chain(&self) -> &[Vec<u8>] {
        &self.chain
    }

    pub fn common_name(&self) -> &str {
        &self.common_name
    }

    pub fn key(&self) -> &PrivateKey {
        &self.key
    }

    pub fn not_after(&self) -> Timestamp {
        self.not_after
    }

    /// SHA-256 fingerprint of the signing certificate.
    pub fn fingerprint(&self) -> String {
        fingerprint(&aws_lc_rs::digest::SHA256, &self.chain[0])
    }

    pub(crate) fn subject(&self) -> &[u8] {
        &self.subject
    }

    pub(crate) fn key_id(&self) -> &[u8] {
        &self.key_id
    }
}

/// A day before `now`, for clocks that run behind.
pub(crate) fn day_before(now: Timestamp) -> Timestamp {
    now.saturating_sub(SignedDuration::from_hours(24)).unwrap_or(now)
}

pub(crate) fn later(now: Timestamp, by: SignedDuration) -> Result<Timestamp, Error> {
    if by > Settings::MAX_TTL || by.as_secs() < 1 {
        return Err(Error::Ttl { asked: by.as_secs(), max: Settings::MAX_TTL.as_secs() });
    }
    now.checked_add(by).map_err(|_| Error::Ttl { asked: by.as_secs(), max: Settings::MAX_TTL.as_secs() })
}

fn certificate(
    key: &PrivateKey,
    serial: Serial,
    issuer: &[u8],
    (not_before, not_after): (Timestamp, Timestamp),
    subject: &[u8],
    public_key: &[u8],
    extensions: &[Vec<u8>],
) -> Result<Vec<u8>, Error> {
    let body = der::sequence(&[
        der::tlv(0xa0, &der::integer(2)).as_slice(),
        &der::integer(serial.0),
        &key.algorithm()?,
        issuer,
        &der::sequence(&[der::time(not_before), der::time(not_after)]),
        subject,
        public_key,
        &der::tlv(0xa3, &der::sequence(extensions)),
    ]);
    key.sign(&body)
}

fn comment() -> Vec<u8> {
    der::extension("2.16.840.1.113730.1.13", false, &der::tlv(der::IA5, COMMENT.as_bytes()))
}

/// SHA-1 of the public key's bits, as RFC 5280 suggests and the original does.
fn key_id(public_key: &[u8]) -> Result<Vec<u8>, Error> {
    let (_, info) =
        SubjectPublicKeyInfo::from_der(public_key).map_err(|_| Error::Key("its public half is broken".to_owned()))?;
    let sha1 = &aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY;
    Ok(aws_lc_rs::digest::digest(sha1, &info.subject_public_key.data).as_ref().to_vec())
}
