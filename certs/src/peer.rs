//! Reading the certificate that a client showed.

use jiff::Timestamp;
use model::Certname;
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer;

use crate::oids;
use crate::serial::Serial;
use crate::x509::{Extension, common_name, fingerprint};

/// Who a client is, by its certificate. The TLS layer has checked the signature, not this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    pub certname: Certname,
    pub serial: Serial,
    /// Extensions of Puppet's arcs, in the order of the certificate: by short name where there is
    /// one, else by OID. These are the `$trusted['extensions']` of manifests.
    pub extensions: Vec<(String, String)>,
    pub not_after: Timestamp,
    /// SHA-256, upper-case hexadecimal with colons.
    pub fingerprint: String,
}

/// Why a certificate names nobody.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PeerError {
    #[error("the client's certificate cannot be read")]
    Unreadable,
    #[error("the client's certificate has no single common name")]
    Nameless,
    #[error("the client's certificate names no node: {0}")]
    Name(#[from] model::certname::CertnameError),
    #[error("the client's certificate has a serial number that this authority never gave out")]
    Serial,
}

impl Peer {
    /// From the leaf certificate in DER.
    pub fn read(der: &[u8]) -> Result<Self, PeerError> {
        let (_, certificate) = X509Certificate::from_der(der).map_err(|_| PeerError::Unreadable)?;
        let name = common_name(certificate.subject()).ok_or(PeerError::Nameless)?;
        let extensions = certificate.extensions().iter().map(Extension::read);
        let named = |extension: Extension| {
            let name = oids::short_name(&extension.oid).unwrap_or(&extension.oid).to_owned();
            (name, extension.value_text())
        };
        Ok(Self {
            certname: Certname::parse(&name)?,
            serial: Serial::from_der(certificate.raw_serial()).ok_or(PeerError::Serial)?,
            extensions: extensions.filter(|extension| oids::is_puppet(&extension.oid)).map(named).collect(),
            not_after: Timestamp::from_second(certificate.validity().not_after.timestamp())
                .map_err(|_| PeerError::Unreadable)?,
            fingerprint: fingerprint(&aws_lc_rs::digest::SHA256, der),
        })
    }

    /// The value of an extension by short name or OID.
    pub fn extension(&self, name: &str) -> Option<&str> {
        self.extensions.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Whether the certificate may administer the authority (`pp_cli_auth` is `true`).
    pub fn is_admin(&self) -> bool {
        self.extension("pp_cli_auth") == Some("true")
    }
}
