//! Reading a certificate request.

use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::cri_attributes::ParsedCriAttribute;
use x509_parser::prelude::FromDer;
use x509_parser::public_key::PublicKey;

use crate::error::Error;
use crate::pem;
use crate::x509::{AltNames, Extension, common_name, sha256};

/// A certificate request, read but not judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The common name, as sent: no certname yet.
    pub subject: String,
    pub der: Vec<u8>,
    /// `SubjectPublicKeyInfo` in DER.
    pub public_key: Vec<u8>,
    pub key: KeyFacts,
    /// All requested extensions, in order.
    pub extensions: Vec<Extension>,
    pub alt_names: AltNames,
    /// Whether the request is signed with the key that it presents.
    pub proven: bool,
}

/// What the key is, for the bounds on keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyFacts {
    Rsa {
        bits: usize,
    },
    /// An elliptic curve, by OID.
    Curve(String),
    Other(String),
}

const LABELS: [&str; 2] = [pem::REQUEST, "NEW CERTIFICATE REQUEST"];

impl Request {
    /// Reads one request in PEM form. Checks its signature, which is what costs time (0.1 ms).
    pub fn parse_pem(text: &[u8]) -> Result<Self, Error> {
        let mut blocks = pem::decode(&LABELS, text).ok_or(Error::MalformedRequest("its text is broken"))?;
        match (blocks.pop(), blocks.is_empty()) {
            (Some(der), true) => Self::parse_der(der),
            (None, _) => Err(Error::MalformedRequest("it holds no CERTIFICATE REQUEST block")),
            (Some(_), false) => Err(Error::MalformedRequest("it holds more than one request")),
        }
    }

    pub fn parse_der(der: Vec<u8>) -> Result<Self, Error> {
        let (rest, csr) = X509CertificationRequest::from_der(&der)
            .map_err(|_| Error::MalformedRequest("its contents are no PKCS#10 request"))?;
        if !rest.is_empty() {
            return Err(Error::MalformedRequest("bytes follow the request"));
        }
        let info = &csr.certification_request_info;
        let subject = common_name(&info.subject).ok_or(Error::MalformedRequest("its subject needs one common name"))?;
        let mut asked = Vec::new();
        for attribute in info.iter_attributes() {
            if let ParsedCriAttribute::ExtensionRequest(list) = attribute.parsed_attribute() {
                asked.extend(&list.extensions);
            }
        }
        let key = match info.subject_pki.parsed() {
            Ok(PublicKey::RSA(rsa)) => KeyFacts::Rsa { bits: rsa.key_size() },
            Ok(PublicKey::EC(_)) => KeyFacts::Curve(curve(&info.subject_pki.algorithm)),
            _ => KeyFacts::Other(info.subject_pki.algorithm.algorithm.to_id_string()),
        };
        Ok(Self {
            subject,
            public_key: info.subject_pki.raw.to_vec(),
            key,
            extensions: asked.iter().map(|extension| Extension::read(extension)).collect(),
            alt_names: AltNames::read(asked),
            proven: csr.verify_signature().is_ok(),
            der,
        })
    }

    pub fn pem(&self) -> String {
        pem::encode(pem::REQUEST, &self.der)
    }

    /// SHA-256 of the DER: tells this request from a later one of the same name.
    pub fn digest(&self) -> [u8; 32] {
        sha256(&self.der)
    }

    /// SHA-256 of the public key.
    pub fn key_digest(&self) -> [u8; 32] {
        sha256(&self.public_key)
    }
}

fn curve(algorithm: &x509_parser::x509::AlgorithmIdentifier<'_>) -> String {
    let parameters = algorithm.parameters.as_ref();
    parameters.and_then(|any| any.as_oid().ok()).map(|oid| oid.to_id_string()).unwrap_or_default()
}
