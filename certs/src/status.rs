//! The `certificate_status` document.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, SHA512};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::Certname;
use serde::ser::{Serialize, SerializeMap, Serializer};
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer;

use crate::error::Error;
use crate::ledger::{CertificateRow, RequestRow, State};
use crate::oids;
use crate::request::Request;
use crate::serial::Serial;
use crate::x509::{AltNames, Extension, fingerprint};

/// What is known of one name. Serializes to the original's JSON, whose order of keys differs
/// between requests and certificates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    pub name: Certname,
    pub state: State,
    pub alt_names: AltNames,
    /// Extensions of the authorization arc by short name, or by OID where there is none.
    pub authorization_extensions: Vec<(String, String)>,
    pub fingerprints: Fingerprints,
    /// Certificates have it, requests do not.
    pub validity: Option<Validity>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Validity {
    pub serial: Serial,
    pub not_before: Timestamp,
    pub not_after: Timestamp,
}

/// Upper-case hexadecimal with colons, of the whole DER.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Fingerprints {
    #[serde(rename = "SHA1")]
    pub sha1: String,
    #[serde(rename = "SHA256")]
    pub sha256: String,
    #[serde(rename = "SHA512")]
    pub sha512: String,
    /// SHA-256 again.
    pub default: String,
}

impl Fingerprints {
    pub fn of(der: &[u8]) -> Self {
        let sha256 = fingerprint(&SHA256, der);
        Self {
            sha1: fingerprint(&SHA1_FOR_LEGACY_USE_ONLY, der),
            default: sha256.clone(),
            sha256,
            sha512: fingerprint(&SHA512, der),
        }
    }
}

impl Status {
    pub fn of_request(row: &RequestRow) -> Result<Self, Error> {
        let request = Request::parse_der(row.der.clone())?;
        Ok(Self {
            name: row.name.clone(),
            state: State::Requested,
            authorization_extensions: authorization(&request.extensions),
            alt_names: request.alt_names,
            fingerprints: Fingerprints::of(&row.der),
            validity: None,
        })
    }

    pub fn of_certificate(row: &CertificateRow) -> Result<Self, Error> {
        let (_, certificate) = X509Certificate::from_der(&row.der)
            .map_err(|_| Error::Authority(format!("the kept certificate {} cannot be read", row.serial)))?;
        let extensions: Vec<_> = certificate.extensions().iter().map(Extension::read).collect();
        Ok(Self {
            name: row.name.clone(),
            state: row.state(),
            alt_names: AltNames::read(certificate.extensions()),
            authorization_extensions: authorization(&extensions),
            fingerprints: Fingerprints::of(&row.der),
            validity: Some(Validity { serial: row.serial, not_before: row.not_before, not_after: row.not_after }),
        })
    }
}

impl Serialize for Status {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let authorization = Pairs(&self.authorization_extensions);
        map.serialize_entry("name", &self.name)?;
        if let Some(validity) = &self.validity {
            map.serialize_entry("dns_alt_names", &self.alt_names.prefixed_dns())?;
            map.serialize_entry("state", self.state.as_str())?;
            map.serialize_entry("authorization_extensions", &authorization)?;
            map.serialize_entry("subject_alt_names", &self.alt_names.prefixed())?;
            map.serialize_entry("not_before", &time_text(validity.not_before))?;
            map.serialize_entry("fingerprints", &self.fingerprints)?;
            map.serialize_entry("not_after", &time_text(validity.not_after))?;
            map.serialize_entry("serial_number", &validity.serial.0)?;
            map.serialize_entry("fingerprint", &self.fingerprints.default)?;
        } else {
            map.serialize_entry("state", self.state.as_str())?;
            map.serialize_entry("dns_alt_names", &self.alt_names.prefixed_dns())?;
            map.serialize_entry("subject_alt_names", &self.alt_names.prefixed())?;
            map.serialize_entry("authorization_extensions", &authorization)?;
            map.serialize_entry("fingerprint", &self.fingerprints.default)?;
            map.serialize_entry("fingerprints", &self.fingerprints)?;
        }
        map.end()
    }
}

/// `2026-11-22T10:21:09UTC`, as inventories and status documents have it.
pub fn time_text(at: Timestamp) -> String {
    TimeZone::UTC.to_datetime(at).strftime("%Y-%m-%dT%H:%M:%SUTC").to_string()
}

struct Pairs<'a>(&'a [(String, String)]);

impl Serialize for Pairs<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

fn authorization(extensions: &[Extension]) -> Vec<(String, String)> {
    let named = |extension: &Extension| {
        let name = oids::short_name(&extension.oid).unwrap_or(&extension.oid);
        (name.to_owned(), extension.value_text())
    };
    extensions.iter().filter(|extension| oids::is_below(oids::AUTHORIZATION, &extension.oid)).map(named).collect()
}
