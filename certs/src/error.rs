//! What can go wrong, as facts.

use model::Certname;
use model::certname::CertnameError;

use crate::ledger::{LedgerError, State};
use crate::serial::Serial;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A rule says no. The text is the original's where the original has the rule.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The body is no certificate request.
    #[error("The body is not a certificate request in PEM form: {0}")]
    MalformedRequest(&'static str),
    #[error("The certificate request has {size} bytes; max_request_bytes allows {limit}")]
    RequestTooLarge { size: usize, limit: usize },
    #[error("{waiting} certificate requests are waiting; max_waiting allows no more")]
    TooManyRequests { waiting: u64 },
    #[error("Cannot sign certificate for host {name} without a certificate request")]
    NoRequest { name: Certname },
    #[error("Cannot revoke certificate for host {name} without a signed certificate")]
    NoCertificate { name: Certname },
    /// Another caller signed, replaced or removed the request while this one was signing it.
    #[error("The certificate request of {name} changed while it was being signed; try again")]
    RequestChanged { name: Certname },
    #[error("A certificate may live at most {max} seconds and at least 1; {asked} were asked for")]
    Ttl { asked: i64, max: i64 },
    /// The authority's own key or certificate cannot be used.
    #[error("The certificate authority is unusable: {0}")]
    Authority(String),
    /// The rows were written by an authority with another certificate.
    #[error("These records belong to another certificate authority (fingerprint {recorded}, not {ours})")]
    OtherAuthority { recorded: String, ours: String },
    #[error("A key could not be made, read or used: {0}")]
    Key(String),
    #[error("The policy executable could not be asked: {0}")]
    Policy(String),
    #[error("The pool of workers is closed")]
    NoWorkers,
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// Why a request is not taken or not signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("{name} already has a {} certificate; ignoring certificate request", state.as_str())]
    Duplicate { name: Certname, state: State },
    #[error("Instance name \"{subject}\" does not match requested key \"{requested}\"")]
    Mismatch { subject: String, requested: String },
    #[error(transparent)]
    Name(#[from] CertnameError),
    #[error(
        "CSR '{subject}' contains extra subject alternative names ({}), which are disallowed. To allow subject alternative names, set allow-subject-alt-names to true in your ca.conf file. Then restart the puppetserver and try signing this certificate again.",
        names.join(", ")
    )]
    AltNames { subject: String, names: Vec<String> },
    #[error("Only DNS and IP names are allowed in the Subject Alternative Names extension")]
    AltNameKind,
    #[error("Cert subjectAltName contains a wildcard, which is not allowed: {0}")]
    AltNameWildcard(String),
    #[error(
        "CSR '{subject}' contains an authorization extension, which is disallowed. To allow authorization extensions, set allow-authorization-extensions to true in your ca.conf file. Then restart the puppetserver and try signing this certificate again."
    )]
    AuthorizationExtension { subject: String },
    #[error("Found extensions that are not permitted: {}", .0.join(", "))]
    Extensions(Vec<String>),
    #[error("CSR '{subject}' contains the extension {oid} more than once")]
    RepeatedExtension { subject: String, oid: String },
    #[error("CSR contains a public key that does not correspond to the signing key")]
    Signature,
    /// Ours: the original signs any key.
    #[error("CSR '{subject}' has a key that is not accepted: {reason}")]
    Key { subject: String, reason: String },
    /// Ours: the original signs the key of a revoked certificate again.
    #[error(
        "CSR '{subject}' uses the key of certificate {serial}, which is revoked. Make a new key on the node (remove its ssl directory) and send a new request."
    )]
    RevokedKey { subject: String, serial: Serial },
}
